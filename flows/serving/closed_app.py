"""Prefect's server behind a door: only its own address is answered, only its own pages may ask, only a secret opens it.

Prefect checks the secret (`PREFECT_SERVER_API_AUTH_STRING`), which its pages keep in the browser. It does not look at
the Host header, so that a foreign name which is made to resolve to loopback (DNS rebinding) would reach it.
"""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

LOGIN = "/form4/login"
PROOF = "/form4/proof"

_SCRIPT = """
const secret = location.hash.slice(1);
if (secret) localStorage.setItem("prefect-password", btoa(secret));
location.replace("/dashboard");
"""
"""What Prefect's own login page does with the password that is typed into it; a fragment is never sent anywhere."""
_LOGIN_PAGE = f"<!doctype html><title>form4lake</title><script>{_SCRIPT}</script>".encode()
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_LOGIN_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", f"default-src 'none'; script-src 'sha256-{_SCRIPT_HASH}'".encode()),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]
_NOT_FRAMED = (b"x-frame-options", b"DENY")


def proof(secret: str, address: str, nonce: str) -> str:
    """What shows that a server knows the secret, without saying it."""
    return hmac.new(secret.encode(), f"{address} {nonce}".encode(), hashlib.sha256).hexdigest()


class ClosedApp:
    """An ASGI application that hands on what comes to its own address, and from its own pages or from no page."""

    def __init__(self, application: Application, address: str, secret: str) -> None:
        self._application = application
        self._address = address
        self._secret = secret
        self._host = urlsplit(address).netloc.encode()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, or one websocket."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
        elif refusal := self._refusal([(name.lower(), value) for name, value in scope["headers"]]):
            await _refuse(scope, receive, send, refusal)
        elif scope["type"] == "http" and scope["path"] == LOGIN:
            await _answer(send, 200, _LOGIN_HEADERS, _LOGIN_PAGE)
        elif scope["type"] == "http" and scope["path"] == PROOF:
            nonce = parse_qs(scope["query_string"].decode("latin-1")).get("nonce", [""])[0]
            shown = proof(self._secret, self._address, nonce).encode()
            await _answer(send, 200, [(b"content-type", b"text/plain")], shown)
        else:
            await self._application(scope, receive, _never_framed(send))

    def _refusal(self, headers: list[Header]) -> str | None:
        """Why a request is none of ours; None if it is."""
        if [value for name, value in headers if name == b"host"] != [self._host]:
            return f"this server answers at {self._address} only"
        origins = [value for name, value in headers if name == b"origin"]
        if any(value != self._address.encode() for value in origins):
            return "this server answers no page but its own"
        return None


def closed_app(address: str, secret: str) -> ClosedApp:
    """Prefect's server, as its settings in the environment say, behind the door."""
    from prefect.server.api.server import create_app

    return ClosedApp(create_app(), address, secret)


def _never_framed(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), _NOT_FRAMED]
        await send(message)

    return marked


async def _refuse(scope: MutableMapping[str, Any], receive: Receive, send: Send, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()  # the handshake, which a close before any accept answers with status 403
        await send({"type": "websocket.close", "code": 1008})
    else:
        await _answer(send, 403, [(b"content-type", b"text/plain; charset=utf-8")], f"{why}\n".encode())


async def _answer(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*headers, _NOT_FRAMED]})
    await send({"type": "http.response.body", "body": body})
