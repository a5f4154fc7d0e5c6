"""Which revision of each of two policies is in force on which days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from zsupport.policy.document import Document
from zsupport.typed import NamedTuple

_DAY = timedelta(days=1)


class Period(NamedTuple):
    """Days, both inclusive and YYYY-MM-DD; None: without a beginning, or without an end."""

    first: str | None = None
    last: str | None = None

    @property
    def text(self) -> str:
        """The days in words, nothing where it is always."""
        if self.first is None:
            return f"until {self.last}" if self.last else ""
        return f"from {self.first}" + (f" to {self.last}" if self.last else " on")


class Meeting(NamedTuple):
    """What is in force in two policies on the same days; None: no revision is."""

    old: Document | None
    new: Document | None
    period: Period


def meetings(old: Sequence[Document], new: Sequence[Document]) -> list[Meeting]:
    """Return the runs of days over which the same two revisions are in force, in their order.

    The documents of a policy are in the order of their first day; each holds a revision. A new
    revision that starts later meets what would have been in force then.
    """
    starts = {date.min}
    for document in (*old, *new):
        first, last = _days(document)
        starts.add(first)
        if last is not None:
            starts.add(last + _DAY)
    days = sorted(starts)
    found: list[Meeting] = []
    for number, day in enumerate(days):
        last = days[number + 1] - _DAY if number + 1 < len(days) else None
        period = Period(None if day == date.min else str(day), None if last is None else str(last))
        one, other = _in_force(old, day), _in_force(new, day)
        if found and found[-1].old is one and found[-1].new is other:
            period = Period(found.pop().period.first, period.last)
        found.append(Meeting(one, other, period))
    return [each for each in found if each.old or each.new]


def _days(document: Document) -> tuple[date, date | None]:
    revision = document.revision
    assert revision is not None
    first = date.fromisoformat(revision.start) if revision.start else date.min
    return first, date.fromisoformat(revision.last_day) if revision.last_day else None


def _in_force(documents: Sequence[Document], day: date) -> Document | None:
    """Return what is in force on a day: the last to have started, if it has not ended."""
    found = None
    for document in documents:
        first, last = _days(document)
        if first <= day:
            found = document if last is None or day <= last else None
    return found
