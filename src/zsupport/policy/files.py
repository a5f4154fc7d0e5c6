"""The bytes and the name of a policy file, before its YAML is read."""

from __future__ import annotations

from zsupport.limits import FILE_BYTES, FOLDER_BYTES
from zsupport.typed import NamedTuple

MAX_BYTES = FILE_BYTES.most
MAX_FOLDER_BYTES = FOLDER_BYTES.most


class SourceFile(NamedTuple):
    """A policy file: its name relative to the policy's root, and its bytes."""

    name: str
    data: bytes
    digest: str  # sha256:HEX; if empty, `sha256` computes it
    shown: str  # the name in findings
    place: str = ""  # for a file of a Git revision: its path on disk

    @property
    def sha256(self) -> str:
        """The digest: sha256:HEX."""
        # hashlib loads OpenSSL, which takes long. Answers from a compiled policy need no digest.
        from hashlib import sha256

        return self.digest or "sha256:" + sha256(self.data).hexdigest()
