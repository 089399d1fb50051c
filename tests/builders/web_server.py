"""A web server on loopback that serves a folder, well or ill."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Answer = Callable[["Handler"], bool]
"""Answers a request in a way of its own; False if it is left to the server."""


class Handler(SimpleHTTPRequestHandler):
    """Serves files as `python -m http.server` does and, where the server has `parts`, parts of files."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_HEAD(self) -> None:
        self.server.asked.append(("HEAD", self.path))
        if not self.server.answer(self):
            super().do_HEAD()

    def do_GET(self) -> None:
        self.server.asked.append(("GET", self.path))
        if self.server.answer(self):
            return
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        path = Path(self.translate_path(self.path))
        if not (self.server.parts and part and path.is_file()):
            super().do_GET()
            return
        content = path.read_bytes()
        start, last = int(part[1]), int(part[2])
        self.give(206, content[start : last + 1], {"Content-Range": f"bytes {start}-{last}/{len(content)}"})

    def give(self, status: int, content: bytes, headers: dict[str, str] | None = None, size: int | None = None) -> bool:
        """Answer with this; `size`: what the answer says of its length."""
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content) if size is None else size)} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content if self.command == "GET" else b"")
        return True

    def handle(self) -> None:
        """What a client that hangs up does to a server is nobody's failure."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The server, and what it was asked."""

    daemon_threads = True

    def __init__(self, folder: Path, answer: Answer, *, parts: bool) -> None:
        super().__init__(("127.0.0.1", 0), lambda *given: Handler(*given, directory=str(folder)))  # type: ignore[arg-type]
        self.answer = answer
        self.parts = parts
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    def fetched(self, suffix: str = ".parquet") -> list[str]:
        """The paths of files that were fetched."""
        return [path for method, path in self.asked if method == "GET" and path.endswith(suffix)]


@contextmanager
def web_server(folder: Path, answer: Answer = lambda _: False, *, parts: bool = False) -> Iterator[Server]:
    """Serve a folder."""
    with Server(folder, answer, parts=parts) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
