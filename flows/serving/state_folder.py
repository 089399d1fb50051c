"""The folder where `form4 serve` keeps what is its own: its secret, where it can be found, and what Prefect writes."""

import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from ...settings import Settings, SettingsError


@dataclass(frozen=True)
class Announced:
    """Where a server is, and the secret that opens it."""

    address: str
    """As http://127.0.0.1:4200."""
    secret: str

    @property
    def api_url(self) -> str:
        """Prefect's API."""
        return f"{self.address}/api"


class StateFolder:
    """The folder; nothing is made before it is needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.prefect_home = path / "prefect"
        self.runs = path / "runs"
        """Where Prefect's runner keeps folders of its own."""
        self.ui = path / "ui"
        """Prefect's pages, as its server makes them for an address."""
        self.secret_file = path / "secret"
        self._server_file = path / "server.json"

    def make(self) -> None:
        """Make the folder, for this user only. Raises SettingsError where it cannot be made or is somebody else's."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.path.stat().st_uid != os.geteuid():
                raise self._unusable("it belongs to another user")
            self.path.chmod(0o700)
            for each in (self.prefect_home, self.runs, self.ui):
                each.mkdir(exist_ok=True)
        except OSError as failed:
            raise self._unusable(failed.strerror or str(failed)) from failed

    def secret(self) -> str:
        """The secret of `form4 serve`: made once, for this user's eyes only; made again where others could read it.

        Raises SettingsError where it cannot be kept.
        """
        kept = self._private_text(self.secret_file)
        if kept:
            return kept
        made = secrets.token_urlsafe(32)
        self._write(self.secret_file, made)
        return made

    def announce(self, server: Announced) -> None:
        """Note where the server is, for the commands that look for it."""
        self._write(self._server_file, json.dumps({"address": server.address, "secret": server.secret}))

    def withdraw(self) -> None:
        """The server is gone."""
        self._server_file.unlink(missing_ok=True)

    def announced(self) -> Announced | None:
        """Where the server is, or was when it was killed; None where none was or nothing can be read."""
        try:
            found = json.loads(self._private_text(self._server_file) or "{}")
            return Announced(str(found["address"]), str(found["secret"]))
        except (ValueError, KeyError, TypeError):
            return None

    def _private_text(self, path: Path) -> str | None:
        """A file's text; None unless it is this user's, and nobody else's to read or write."""
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8") as file:
                found = os.fstat(file.fileno())
                private = found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
                return file.read().strip() if private else None
        except (OSError, UnicodeDecodeError):
            return None

    def _write(self, path: Path, text: str) -> None:
        part = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
            part.replace(path)
        except OSError as failed:
            raise self._unusable(failed.strerror or str(failed)) from failed

    def _unusable(self, why: str) -> SettingsError:
        return SettingsError(
            f"state_folder: {self.path} cannot be used ({why}); set another, as FORM4_STATE_FOLDER=/var/lib/form4lake"
        )


def state_folder(settings: Settings) -> StateFolder:
    """The folder of the settings; else form4lake in $XDG_STATE_HOME, or in ~/.local/state.

    Raises SettingsError for a user without a home.
    """
    if settings.state_folder:
        return StateFolder(settings.state_folder.expanduser().absolute())
    base = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state")
    try:
        return StateFolder(base.expanduser().absolute() / "form4lake")
    except RuntimeError:
        raise SettingsError("state_folder: this user has no home; set a folder, as FORM4_STATE_FOLDER=FOLDER") from None
