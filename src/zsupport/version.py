"""The versions that an answer depends on."""

from __future__ import annotations

VERSION = "0.1.0"
#: The version of the policy format that this program reads.
FORMAT = 1
