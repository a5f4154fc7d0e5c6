"""The working spans of calendars in a range of dates, for programs that compute deadlines."""

from __future__ import annotations

from zsupport.clock.instants import END, FIRST, at_local
from zsupport.clock.problem import BadText
from zsupport.clock.zones import zone
from zsupport.dates import UTC, date, datetime
from zsupport.errors import check_limit
from zsupport.limits import SPANS
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zsupport.answer.case import Warning
    from zsupport.answer.hours import PolicyHours, SettledHours

_DAY = 86_400


class WorkingSpan(NamedTuple):
    """A span of working time `[opens, closes)` of a calendar.

    `before` and `until` are the working seconds from the first span of the calendar to `opens` and
    to `closes`. `next_opens` is the start of the next span; in the last row, the end of the range.
    """

    calendar: str
    opens: datetime
    closes: datetime
    next_opens: datetime
    before: int
    until: int


class SpanTable(NamedTuple):
    """The working spans of calendars, and warnings about unknown or estimated dates."""

    rows: tuple[WorkingSpan, ...]
    warnings: tuple[Warning, ...]


class DateRange(NamedTuple):
    """The dates from `first` to `last`, both included."""

    first: date
    last: date


def read_range(text: str) -> DateRange:
    """Return the range of a text such as `2020..2030` or `2026-07-01..2027-06-30`.

    Raises BadText for another text, and for dates outside the accepted years.
    """
    first, dots, last = text.partition("..")
    try:
        result = DateRange(_date(first, "01-01"), _date(last, "12-31"))
    except ValueError:
        dots = ""
    if not dots:
        form = Message("a range such as 2020..2030 or 2026-07-01..2027-06-30")
        if _is_date(text):
            form = Message("{text}..{text}", text=text)
        raise BadText(Message("`{text}` is not a range of years or dates", text=text), form)
    years = range(1973, 2200)
    if result.last < result.first:
        raise BadText(Message("`{text}` ends before it starts", text=text))
    if result.first.year not in years or result.last.year not in years:
        raise BadText(
            Message("`{text}` has years before 1973 or after 2199", text=text),
            Message("years from 1973 to 2199"),
        )
    return result


def _date(text: str, day_of_year: str) -> date:
    """Return a date; for a year, this day of it. Raises ValueError."""
    is_year = len(text) == len("2026") and text.isascii() and text.isdecimal()
    result = date.fromisoformat(f"{text}-{day_of_year}" if is_year else text)
    if not is_year and result.isoformat() != text:
        raise ValueError(text)  # another form of ISO 8601, such as 20260701
    return result


def _is_date(text: str) -> bool:
    """Return whether a text is a date or a year."""
    try:
        _date(text, "01-01")
    except ValueError:
        return False
    return True


def span_table(
    calendars: Mapping[str, tuple[PolicyHours, SettledHours]], dates: DateRange
) -> SpanTable:
    """Return the working spans of each calendar in a range of dates in its time zone.

    Spans are cut at the start and at the end of the range. Raises LimitExceeded.
    """
    rows: list[WorkingSpan] = []
    warnings: dict[Warning, None] = {}
    windows = 0
    for id, (hours, settled) in calendars.items():
        where = zone(settled.zone_name)
        low = max(at_local(dates.first, 0, where), FIRST)
        high = min(at_local(dates.last, _DAY, where), END)
        windows += sum(len(day) for calendar in settled.time.hours for day in calendar.week or ())
        check_limit(SPANS, windows * (dates.last - dates.first).days // 7)
        spans = settled.time.spans(low, high).within(low, high)
        following = [*(opens for opens, _ in spans[1:]), high]
        before = 0
        for (opens, closes), next_opens in zip(spans, following, strict=bool(spans)):
            until = before + closes - opens
            rows.append(WorkingSpan(id, _utc(opens), _utc(closes), _utc(next_opens), before, until))
            before = until
        warnings.update(dict.fromkeys(hours.warnings(settled, low, high - 1)))
    return SpanTable(tuple(rows), tuple(warnings))


def _utc(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)
