"""A web server on loopback that answers each path as a test scripts it, and notes what it was asked."""

import contextlib
import gzip
import socket
import struct
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Scripted:
    """One answer. `body` goes out as it is; `announced` overrides Content-Length (None: none is sent, the end of the
    connection ends the body); `send_bytes` cuts the body; `trickle_seconds` is the pause between single bytes."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = -1
    chunked: bool = False
    send_bytes: int | None = None
    delay_seconds: float = 0.0
    trickle_seconds: float = 0.0
    reset: bool = False


def zipped(body: bytes, **fields: object) -> Scripted:
    """The body with Content-Encoding gzip."""
    return Scripted(gzip.compress(body), headers={"Content-Encoding": "gzip"}, **fields)


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    connection: int


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Server"

    def do_GET(self) -> None:
        asked = Asked(self.path, dict(self.headers), id(self.connection))
        answer = self.server.script.next_answer(asked)
        time.sleep(answer.delay_seconds)
        if answer.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        announced = len(answer.body) if answer.announced == -1 else answer.announced
        if answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif announced is not None:
            self.send_header("Content-Length", str(announced))
        self.end_headers()
        self._send_body(answer)
        # What the client takes for whole leaves the connection open: to close it would race with the next request.
        sent = len(answer.body if answer.send_bytes is None else answer.body[: answer.send_bytes])
        whole = answer.send_bytes is None if answer.chunked else announced == sent
        self.close_connection = self.close_connection or not whole

    def _send_body(self, answer: Scripted) -> None:
        body = answer.body if answer.send_bytes is None else answer.body[: answer.send_bytes]
        if answer.chunked:
            body = b"%x\r\n%s\r\n" % (len(answer.body), body)
            body += b"0\r\n\r\n" if answer.send_bytes is None else b""
        with contextlib.suppress(OSError):
            if not answer.trickle_seconds:
                self.wfile.write(body)
                return
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(answer.trickle_seconds)

    def log_message(self, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    script: "ScriptedServer"

    def handle_error(self, request: object, client_address: object) -> None:
        pass


class ScriptedServer:
    """A context manager. Each path answers its script in turn; the last answer stays."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.script = self
        self._scripts: dict[str, list[Scripted]] = {}
        self._lock = threading.Lock()
        self._served: dict[str, int] = defaultdict(int)
        self.asked: list[Asked] = []
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def script(self, path: str, *answers: Scripted) -> None:
        self._scripts[path] = list(answers)

    def next_answer(self, asked: Asked) -> Scripted:
        with self._lock:
            self.asked.append(asked)
            answers = self._scripts.get(asked.path, [Scripted(b"<Error><Code>NoSuchKey</Code></Error>", 404)])
            turn = self._served[asked.path]
            self._served[asked.path] += 1
            return answers[min(turn, len(answers) - 1)]

    def __enter__(self) -> "ScriptedServer":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
