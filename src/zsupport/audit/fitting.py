"""Shipped mappings that fit the columns of a file."""

from __future__ import annotations

from zsupport.audit.mapping import columns_needed
from zsupport.audit.mapping_file import load_mapping
from zsupport.sources.mappings import read_mapping, shipped_mappings
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def fitting_mapping(header: Sequence[str]) -> str | None:
    """Return the shipped mapping whose required columns a header has; of several, the largest."""
    stated = {_folded(name) for name in header}
    fitting = []
    for name in shipped_mappings():
        needed = columns_needed(load_mapping(read_mapping(name), name))
        if stated.issuperset(map(_folded, needed)):
            fitting.append((len(needed), name))
    return max(fitting)[1] if fitting else None


def _folded(name: str) -> str:
    return name.strip().casefold()
