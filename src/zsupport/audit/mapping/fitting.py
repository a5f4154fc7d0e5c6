"""Shipped mappings that fit the columns of a file."""

from __future__ import annotations

from operator import itemgetter

from zsupport.audit.mapping.file import load_mapping
from zsupport.audit.mapping.model import columns_needed
from zsupport.sources.mappings import read_mapping, shipped_mappings
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zsupport.audit.mapping.model import FieldColumn


class FittingMapping(NamedTuple):
    """A shipped mapping whose required columns a header has."""

    name: str
    columns: Mapping[str, FieldColumn]


def fitting_mapping(header: Sequence[str]) -> FittingMapping | None:
    """Return the shipped mapping whose required columns a header has; of several, the largest."""
    stated = {_folded(name) for name in header}
    fitting = []
    for name in shipped_mappings():
        mapping = load_mapping(read_mapping(name), name)
        if mapping.format == "ndjson":  # objects can omit the keys of conditions
            mapping = mapping._replace(skip={}, only={})
        needed = columns_needed(mapping)
        if stated.issuperset(map(_folded, needed)):
            fitting.append((len(needed), name, mapping.columns))
    if not fitting:
        return None
    _, name, columns = max(fitting, key=itemgetter(0, 1))
    return FittingMapping(name, columns)


def _folded(name: str) -> str:
    return name.strip().casefold()
