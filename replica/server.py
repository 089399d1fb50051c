"""An HTTP server on loopback that speaks EDGAR: the files of an archive, its refusals, and faults on demand."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import socket
import socketserver
import struct
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit

from . import pages
from .archive import Archive
from .current_feed import FEED_PATH, CurrentFeed
from .datasets import dataset, dataset_modified, dataset_names
from .faults import Fault, FaultKind, Faults
from .hostile import hostile_answer
from .shortened import shortened
from .stats import Hit, Stats

_ARCHIVES = "/Archives/"
_STATS = "/replica/stats"
_INDEX_FOLDERS = ("/Archives/edgar/daily-index/", "/Archives/edgar/full-index/")
_DATASET = re.compile(
    r"/files/(structureddata|datastandardsinnovation)/data/insider-transactions-data-sets/(\d{4}q[1-4])_form345\.zip"
)
_DATASET_PAGE = "/data-research/sec-markets-data/insider-transactions-data-sets"
_RANGE = re.compile(r"bytes=(?P<first>\d*)-(?P<last>\d*)")
_SMALLEST_GZIP = 256


@dataclass
class _Reply:
    status: int
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    modified: datetime | None = None

    @property
    def etag(self) -> str:
        """Of the body, as S3 makes it for small files."""
        return f'"{hashlib.md5(self.body, usedforsecurity=False).hexdigest()}"'


class Replica:
    """EDGAR on loopback, from `with Replica(archive) as edgar:` to the end of the block.

    `port` 0 takes a free one; every answer waits `latency_seconds`; `feed`: the current feed, None: that of the
    archive's last day, which is over. OSError where the port is taken.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        port: int = 0,
        faults: Faults | None = None,
        latency_seconds: float = 0,
        feed: CurrentFeed | None = None,
    ) -> None:
        self.archive = archive
        self.feed = feed or CurrentFeed(archive, max(archive.rows, default=date.min))
        self.faults = faults or Faults([])
        self.latency_seconds = latency_seconds
        self._hits: list[Hit] = []
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._datasets: dict[str, bytes | None] = {}
        self._server = _Server(self, port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="replica", daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        """The base address, without a slash at its end."""

    def __enter__(self) -> Replica:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.drop_connections()

    def stats(self) -> Stats:
        """What was asked until now, in the order of arrival; requests for /replica/stats are not counted."""
        with self._lock:
            return Stats(sorted(self._hits, key=lambda hit: hit.at))

    def forget(self) -> None:
        """Start counting from zero."""
        with self._lock:
            self._hits.clear()

    def count(self, hit: Hit) -> None:
        """Count a request."""
        with self._lock:
            self._hits.append(hit)

    def reply(self, path: str, user_agent: str, fault: Fault | None, query: str = "") -> _Reply:
        """The answer to a request, with the faults that put another answer in its place."""
        if "@" not in user_agent:
            return _Reply(403, pages.UNDECLARED)
        if fault is not None and (instead := _instead(path, fault)):
            return instead
        if path == FEED_PATH:
            return _Reply(200, self.feed.page(query), "application/atom+xml")
        found = self._found(path)
        if found and fault and fault.kind in (FaultKind.EMPTY, FaultKind.CUT_LINES) and path.startswith(_INDEX_FOLDERS):
            return replace(found, body=shortened(path, found.body, empty=fault.kind is FaultKind.EMPTY))
        return found or _missing(path)

    def _found(self, path: str) -> _Reply | None:
        if match := _DATASET.fullmatch(path):
            return self._dataset(match[2]) if match[1] == pages.dataset_folder(match[2]) else None
        if path == _DATASET_PAGE:
            return _Reply(200, pages.dataset_page(dataset_names(self.archive)))
        if not path.startswith(_ARCHIVES):
            return None
        below = path.removeprefix(_ARCHIVES)
        modified = self.archive.modified(below)
        if self.feed.hides(below):
            return None
        if modified is not None and not path.endswith("/index.json") and self.faults.unpublished([path]):
            return None
        left_out = self.faults.left_out(path) if modified else frozenset()
        body = self.archive.read(below, left_out)
        if body is None:
            return None
        if modified is None:
            return _Reply(200, body, "text/plain")
        if path.endswith("/index.json"):
            return _Reply(200, self._published(path, body), "application/json", modified=modified)
        modified += timedelta(days=self.faults.changes_seen(path))
        return _Reply(200, body, "application/octet-stream", modified=modified)

    def _dataset(self, quarter: str) -> _Reply | None:
        with self._making:
            if quarter not in self._datasets:
                self._datasets[quarter] = self.archive.datasets.get(quarter) or dataset(self.archive, quarter)
            body = self._datasets[quarter]
        if body is None:
            return None
        return _Reply(200, body, "application/zip", modified=dataset_modified(quarter))

    def _published(self, path: str, listing: bytes) -> bytes:
        """An index.json without the indexes that are not published yet."""
        folder = path.removesuffix("index.json")
        content = json.loads(listing)
        items = content["directory"]["item"]
        hidden = self.faults.unpublished([folder + item["name"] for item in items])
        below = folder.removeprefix(_ARCHIVES)
        hidden |= {folder + item["name"] for item in items if self.feed.hides(below + item["name"])}
        content["directory"]["item"] = [item for item in items if folder + item["name"] not in hidden]
        return json.dumps(content).encode("ascii")


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, replica: Replica, port: int) -> None:
        self.replica = replica
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer asks the name service for its own name here, which can take seconds off-line.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def close_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        if isinstance(request, socket.socket):
            self._open.discard(request)
        super().close_request(request)

    def drop_connections(self) -> None:
        """Close the connections that clients keep alive."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        # A client that hangs up is not an error of the replica.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "AmazonS3"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: _Server

    def do_GET(self) -> None:
        arrived = time.monotonic()
        replica = self.server.replica
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        if path == _STATS:
            self._send(_Reply(200, json.dumps(replica.stats().as_json()).encode(), "application/json"))
            return
        user_agent = self.headers.get("User-Agent", "")
        fault = replica.faults.strike(path) if "@" in user_agent else None
        reset = fault is not None and fault.kind is FaultKind.RESET
        reply = (
            _Reply(0, b"") if reset else self._ranged(self._conditional(replica.reply(path, user_agent, fault, query)))
        )
        replica.count(Hit(arrived, path, _kind(path), reply.status, fault.kind if fault else None, user_agent))
        if replica.latency_seconds:
            time.sleep(replica.latency_seconds)
        hostile = hostile_answer(fault, reply.body) if fault and reply.status == 200 else None
        if reset:
            self._reset()
        elif hostile:
            self._send_raw(hostile)
        else:
            self._send(reply, fault)

    def _conditional(self, reply: _Reply) -> _Reply:
        """304 for an edition that the client has; its ETag is asked before its date (RFC 9110, 13.2.2)."""
        since, known = self.headers.get("If-Modified-Since"), self.headers.get("If-None-Match")
        if reply.modified is None or reply.status != 200:
            return reply
        unchanged = _Reply(304, b"", headers={"ETag": reply.etag}, modified=reply.modified)
        if known is not None:
            return unchanged if known == reply.etag else reply
        with contextlib.suppress(ValueError, TypeError):
            if since is not None and reply.modified <= parsedate_to_datetime(since):
                return unchanged
        return reply

    def _ranged(self, reply: _Reply) -> _Reply:
        """The part of a file that was asked for (RFC 9110, 14): all of it if the edition is not that of If-Range."""
        asked = _RANGE.fullmatch(self.headers.get("Range", ""))
        if reply.modified is None or reply.status != 200 or asked is None or asked[0] == "bytes=-":
            return reply
        known = self.headers.get("If-Range")
        if known not in (None, reply.etag, format_datetime(reply.modified.astimezone(UTC), usegmt=True)):
            return reply
        whole = len(reply.body)
        first = int(asked["first"]) if asked["first"] else max(0, whole - int(asked["last"]))
        last = min(int(asked["last"] or whole), whole - 1) if asked["first"] else whole - 1
        if first >= whole:
            return _Reply(416, b"", headers={"Content-Range": f"bytes */{whole}"}, modified=reply.modified)
        return replace(
            reply,
            status=206,
            body=reply.body[first : last + 1],
            headers={**reply.headers, "Content-Range": f"bytes {first}-{last}/{whole}", "ETag": reply.etag},
        )

    def _send(self, reply: _Reply, fault: Fault | None = None) -> None:
        body = reply.body
        kind = fault.kind if fault is not None and reply.status in (200, 206) else None
        if kind is FaultKind.SHORT:
            body = body[: len(body) // 2]
        packable = len(body) >= _SMALLEST_GZIP and reply.status == 200 and reply.content_type != "application/zip"
        packed = packable and "gzip" in self.headers.get("Accept-Encoding", "")
        if packed:
            body = gzip.compress(body, 1)
        self.send_response(reply.status)
        if reply.status != 304:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        if reply.modified is not None:
            self.send_header("Last-Modified", format_datetime(reply.modified.astimezone(UTC), usegmt=True))
            self.send_header("Accept-Ranges", "bytes")
            if reply.status == 200:
                self.send_header("ETag", reply.etag)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if kind is FaultKind.SLOW and fault is not None:
            self._trickle(body, fault.seconds)
        elif kind is FaultKind.CUT:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(body)

    def _send_raw(self, pieces: Iterator[bytes]) -> None:
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()

    def _trickle(self, body: bytes, seconds: float) -> None:
        pieces = 20
        size = len(body) // pieces + 1
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            time.sleep(seconds / pieces)

    def _reset(self) -> None:
        # Lingering for no time makes the kernel send RST, not FIN.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing is logged: the counts tell."""


def _instead(path: str, fault: Fault) -> _Reply | None:
    if fault.kind is FaultKind.THROTTLED:
        return _Reply(403, pages.THROTTLED)
    if fault.kind is FaultKind.UNDECLARED:
        return _Reply(403, pages.UNDECLARED)
    if fault.kind is FaultKind.ACCESS_DENIED:
        return _Reply(403, pages.access_denied(path), "application/xml")
    if fault.kind is FaultKind.TOO_MANY_REQUESTS:
        return _Reply(429, pages.THROTTLED, headers={"Retry-After": str(round(fault.seconds))})
    if fault.kind is FaultKind.DOWN:
        return _Reply(503, pages.DOWN)
    if fault.kind is FaultKind.REDIRECT:
        return _Reply(302, b"", headers={"Location": fault.location})
    if fault.kind is FaultKind.HTML:
        return _Reply(200, pages.ODD)
    return None


def _missing(path: str) -> _Reply:
    if path.startswith(_INDEX_FOLDERS):
        return _Reply(403, pages.access_denied(path), "application/xml")
    return _Reply(404, pages.no_such_key(path), "application/xml")


def _kind(path: str) -> str:
    if path.startswith(_INDEX_FOLDERS):
        return "index_json" if path.endswith("/index.json") else "index"
    if path == FEED_PATH:
        return "feed"
    if path == _DATASET_PAGE or _DATASET.fullmatch(path):
        return "dataset_page" if path == _DATASET_PAGE else "dataset"
    return "filing" if path.startswith("/Archives/edgar/data/") else "other"
