"""A few bytes beside a lake in a bucket that several machines change, each only from what it has read."""

from __future__ import annotations

import obstore
from obstore.exceptions import AlreadyExistsError, PreconditionError
from obstore.store import S3Store

from .bucket_errors import asking


class ObjectRecord:
    """One object, changed by conditional puts. Raises LakeError where the store does not answer or refuses."""

    def __init__(self, store: S3Store, location: str, name: str) -> None:
        self._store = store
        self._name = name
        self._uri = f"{location}/{name}"

    def read(self) -> tuple[bytes, str] | None:
        """The content and its ETag; None if there is none."""
        try:
            with asking(self._uri):
                found = obstore.get(self._store, self._name)
                return bytes(found.bytes()), str(found.meta["e_tag"])
        except FileNotFoundError:
            return None

    def swap(self, content: bytes, version: str | None) -> bool:
        """Put this content in place of that version (None: of nothing); False if another was faster."""
        mode: obstore.PutMode = "create" if version is None else {"e_tag": version}
        try:
            with asking(self._uri, write=True):
                obstore.put(self._store, self._name, content, mode=mode, use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            return False
        return True
