"""Headless Chromium, spoken to over its DevTools protocol."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars --disable-sync "
    "--disable-background-networking --disable-component-update --remote-debugging-port=0"
)


def chromium() -> str | None:
    """The program, if it is installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Tab:
    """One tab: what it has logged and asked for, and what it shows."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._asked = 0
        self.events: list[dict[str, Any]] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a method of the protocol."""
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": parameters}))
        while (message := self._receive()).get("id") != self._asked:
            self.events.append(message)
        assert "error" not in message, message
        return dict(message["result"])

    def open(self, url: str, width: int, *, dark: bool = False) -> None:
        """Show a page on a screen of a width, and wait until it is loaded."""
        self.events.clear()
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", features=scheme)
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=width < 600
        )
        self.call("Page.navigate", url=url)
        while all(event.get("method") != "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive())

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def requests(self) -> list[str]:
        """Addresses that the page has asked for, itself the first."""
        return [each["params"]["request"]["url"] for each in self._named("Network.requestWillBeSent")]

    def complaints(self) -> list[str]:
        """What is in the console."""
        kinds = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        return [json.dumps(each["params"]) for kind in kinds for each in self._named(kind)]

    def screenshot(self, path: Path) -> None:
        """The whole page as a PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path: Path) -> None:
        """The page as it is printed."""
        printed = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        path.write_bytes(base64.b64decode(printed["data"]))

    def _named(self, method: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each.get("method") == method]

    def _receive(self) -> dict[str, Any]:
        return dict(json.loads(self._socket.recv(timeout=30)))


@contextmanager
def browsing(program: str) -> Iterator[Tab]:
    """A tab of a browser of its own; without a bus of the desktop, which it would only complain of."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *OPTIONS.split(), f"--user-data-dir={profile}", "about:blank"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DBUS_")}
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as process:
            try:
                with connect(_address(Path(profile, "DevToolsActivePort")), max_size=None) as socket:
                    socket.send(json.dumps({"id": 0, "method": "Target.getTargets"}))
                    targets = json.loads(socket.recv(timeout=30))["result"]["targetInfos"]
                    (page,) = [each["targetId"] for each in targets if each["type"] == "page"]
                base = _address(Path(profile, "DevToolsActivePort")).partition("/devtools")[0]
                with connect(f"{base}/devtools/page/{page}", max_size=None) as socket:
                    yield Tab(socket)
            finally:
                process.terminate()


def _address(file: Path) -> str:
    for _ in range(300):
        if file.is_file() and len(lines := file.read_text().split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.1)
    raise AssertionError("Chromium does not start")
