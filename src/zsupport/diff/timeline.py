"""The revisions of two policies that are in force on the same days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from zsupport.policy.document import Document
from zsupport.typed import NamedTuple
from zsupport.wording import Message

_DAY = timedelta(days=1)


class Period(NamedTuple):
    """Days as YYYY-MM-DD, both inclusive; None: no first day, or no last day."""

    first: str | None = None
    last: str | None = None

    @property
    def text(self) -> str:
        """The days in words; empty for all days."""
        if self.first is None:
            return Message("until {last}", last=self.last) if self.last else ""
        return (
            Message("from {first} to {last}", first=self.first, last=self.last)
            if self.last
            else Message("from {first} on", first=self.first)
        )


class SharedPeriod(NamedTuple):
    """The revisions of two policies in force on the same days; None: no revision is in force."""

    old: Document | None
    new: Document | None
    period: Period


def shared_periods(old: Sequence[Document], new: Sequence[Document]) -> list[SharedPeriod]:
    """Split all days into periods with the same two revisions in force, in chronological order.

    The documents of a policy are in the order of their first day; each contains a revision. A new
    revision that starts later is compared with the old revision in force on its days.
    """
    starts = {date.min}
    for document in (*old, *new):
        first, last = _days(document)
        starts.add(first)
        if last is not None:
            starts.add(last + _DAY)
    days = sorted(starts)
    result: list[SharedPeriod] = []
    for number, day in enumerate(days):
        last = days[number + 1] - _DAY if number + 1 < len(days) else None
        period = Period(None if day == date.min else str(day), None if last is None else str(last))
        before, after = _in_force(old, day), _in_force(new, day)
        if result and result[-1].old is before and result[-1].new is after:
            period = Period(result.pop().period.first, period.last)
        result.append(SharedPeriod(before, after, period))
    return [shared for shared in result if shared.old or shared.new]


def _days(document: Document) -> tuple[date, date | None]:
    revision = document.revision
    assert revision is not None
    first = date.fromisoformat(revision.start) if revision.start else date.min
    return first, date.fromisoformat(revision.last_day) if revision.last_day else None


def _in_force(documents: Sequence[Document], day: date) -> Document | None:
    """Return the revision in force on a day.

    This is the last revision that starts on the day or earlier; None if it ended before the day.
    """
    result = None
    for document in documents:
        first, last = _days(document)
        if first <= day:
            result = document if last is None or day <= last else None
    return result
