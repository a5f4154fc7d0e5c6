"""Changes of a case after it was opened."""

from __future__ import annotations

from zsupport.typed import Mapping, NamedTuple


class CaseChange(NamedTuple):
    """New values of a plan, role, priority or facts from an instant on, by dimension or fact.

    `at` is in seconds since the epoch.
    """

    at: int
    values: Mapping[str, str]
