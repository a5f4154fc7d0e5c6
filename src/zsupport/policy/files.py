"""A policy file as it was found, before anything is read from it."""

from typing import NamedTuple

MAX_BYTES = 1024 * 1024
#: All files of a folder together.
MAX_FOLDER_BYTES = 16 * MAX_BYTES


class SourceFile(NamedTuple):
    """A policy file as it was found: its name relative to the policy's root, and its bytes."""

    name: str
    data: bytes
    digest: str  # sha256:HEX
    shown: str  # the name under which findings speak of it
    place: str = ""  # of a Git revision: where on disk it lies, or lay
