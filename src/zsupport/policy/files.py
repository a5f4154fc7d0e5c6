"""A policy file as it was found, before anything is read from it."""

from __future__ import annotations

from zsupport.limits import FILE_BYTES, FOLDER_BYTES
from zsupport.typed import NamedTuple

MAX_BYTES = FILE_BYTES.most
MAX_FOLDER_BYTES = FOLDER_BYTES.most


class SourceFile(NamedTuple):
    """A policy file as it was found: its name relative to the policy's root, and its bytes."""

    name: str
    data: bytes
    digest: str  # sha256:HEX; empty: `sha256` computes it
    shown: str  # the name under which findings speak of it
    place: str = ""  # of a Git revision: where on disk it lies, or lay

    @property
    def sha256(self) -> str:
        """The digest: sha256:HEX."""
        # OpenSSL takes long to load, and the answers of a compiled policy need no digest.
        from hashlib import sha256

        return self.digest or "sha256:" + sha256(self.data).hexdigest()
