"""Opening hours as a Python value: opening times, working time and deadlines.

from datetime import datetime, timedelta
from zsupport import Calendar

office = Calendar.from_dict({"timezone": "Europe/Oslo", "open": "mon-fri 09:00-17:00"})
office.due(datetime.fromisoformat("2026-11-27T16:00+01:00"), timedelta(hours=4))
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from zsupport.answer.hours import Customer, PolicyHours, SettledHours
from zsupport.clock.deadline import (
    EVERY_INSTANT,
    Basis,
    Events,
    course,
    deadline,
    merge_pauses,
    paused_seconds,
)
from zsupport.clock.instants import END, FIRST, Instant, from_datetime, instant_of, to_datetime
from zsupport.clock.problem import BadText, Never
from zsupport.clock.spans import WorkingTime
from zsupport.clock.target import MAX_SECONDS, Target, counts_dates, counts_elapsed
from zsupport.clock.target_text import parse_target
from zsupport.clock.zones import zone
from zsupport.errors import InvalidPolicy
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import revision_of
from zsupport.policy.yamltext import to_node
from zsupport.wording import Message

_HOURS = "calendar"
#: The start of a pause, and its end (exclusive). The end of an open pause is None.
Pause = tuple[Instant, Instant | None]


class Calendar:
    """Opening hours, for calculations of working time and deadlines.

    Instants in arguments are aware datetimes in any time zone, or texts with an offset. Instants in
    results are datetimes in UTC, in whole seconds. An instant without an offset raises ValueError.
    """

    __slots__ = ("_business_day", "_settled")

    def __init__(self, settled: SettledHours, business_day: str) -> None:
        self._settled = settled
        self._business_day = business_day

    @classmethod
    def from_dict(
        cls,
        calendar: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        business_day: str = "close",
        customer_tz: str | None = None,
        customer_country: str | None = None,
    ) -> Calendar:
        """Return the calendar that a mapping defines, or the union of several calendars.

        Each mapping has the format of an entry of `hours` in a policy. `business_day` states when a
        target in business days is due (`close`, `same-time` or `opening`). `customer_tz` is an IANA
        name, `customer_country` is a code such as NO or DE-BY. Raises InvalidPolicy, which is not a
        ValueError, with all findings for an invalid mapping. Raises NeedsInput if the calendar
        needs the customer's time zone or country.
        """
        calendars = [calendar] if isinstance(calendar, Mapping) else list(calendar)
        names = [f"{_HOURS}-{i}" for i in range(len(calendars))]
        policy = {
            "format": 1,
            "policy": _HOURS,
            "plans": {"any": "any"},
            "channels": {"any": {"name": "any", "kind": "other"}},
            "entitlements": [{"allow": "any"}],
            "business-day": business_day,
            "hours": {**dict(zip(names, calendars, strict=True)), _HOURS: {"any": names}},
        }
        source = SourceFile(_HOURS, b"", "", _HOURS)
        revision = revision_of(to_node(policy), source)
        customer = Customer(customer_tz, customer_country)
        return cls(PolicyHours(revision, customer, "en").settle(_HOURS, {}), business_day)

    @property
    def working_time(self) -> WorkingTime:
        """The opening hours, for calculations with instants in seconds since the epoch."""
        return self._settled.time

    def is_open(self, moment: Instant) -> bool:
        """Return whether the hours are open at an instant."""
        return self._settled.time.is_open(_instant(moment))

    def next_open(self, moment: Instant) -> datetime | None:
        """Return the next opening after an instant, or None if there is none within ten years."""
        opening = self._settled.time.next_open(_instant(moment))
        return None if opening is None else to_datetime(opening)

    def elapsed(self, start: Instant, end: Instant, pauses: Sequence[Pause] = ()) -> timedelta:
        """Return the working time in `[start, end)` outside the pauses.

        Raises ValueError if `end` is before `start`.
        """
        first, last = _instant(start), _instant(end)
        if last < first:
            raise ValueError("`end` is before `start`")
        time = self._settled.time
        worked = time.elapsed(first, last)
        if pauses:
            closed = merge_pauses([_pause(pause) for pause in pauses], first)
            worked -= paused_seconds(time, closed, first, last)
        return timedelta(seconds=worked)

    def due(
        self, opened: Instant, target: timedelta | str, pauses: Sequence[Pause] = ()
    ) -> datetime:
        """Return the deadline of a target whose clock starts at `opened`.

        `target` is a duration of working time, or a text such as `2 business days`. Raises
        ValueError for an invalid target and for a target without a deadline. Also raises ValueError
        if an open pause makes the deadline unknown, or if the target is not reached within ten
        years.
        """
        if type(target) is timedelta and not pauses:
            # The common case needs no events.
            start = from_datetime(opened) if isinstance(opened, datetime) else _instant(opened)
            seconds = target.days * 86_400 + target.seconds
            if 0 <= seconds <= MAX_SECONDS:
                try:
                    return _to_datetime(self._settled.time.due(start, seconds))
                except Never:
                    raise ValueError("the target is not reached within ten years") from None
        parsed = self._target(target)
        time, days = self._settled.time, self._settled.days
        if days is None and counts_dates(parsed):
            raise ValueError("cannot count business days over hours in different time zones")
        # Another part would hide that a part in business days is never reached.
        if (
            parsed.parts
            and counts_dates(parsed)
            and not any(hours.week or hours.business_days is not None for hours in time.hours)
        ):
            raise ValueError("business days over `24x7` require `business-days`")
        counted_time = EVERY_INSTANT if counts_elapsed(parsed) else time
        basis = Basis(counted_time, days, self._business_day, zone(self._settled.zone_name))
        start = _instant(opened)
        events = Events(start, pauses=tuple(_pause(pause) for pause in pauses))
        try:
            result = deadline(parsed, course(parsed, events, start), basis, start)
        except Never:
            raise ValueError("the target is not reached within ten years") from None
        if result.due is None:
            raise ValueError("the deadline is unknown, because the last pause has no end")
        return _to_datetime(result.due)

    def _target(self, target: timedelta | str) -> Target:
        if isinstance(target, timedelta):
            seconds = target.days * 86_400 + target.seconds
            if not 0 <= seconds <= MAX_SECONDS:
                raise ValueError("a target must be between 0 and 365 days")
            return Target("business", seconds, 0, False, False, str(target))
        parsed = parse_target(target)
        if parsed.kind in ("none", "not-stated", "rate"):
            raise ValueError(f"the target `{parsed.text}` has no deadline")
        for part in parsed.components:
            if part.kind == "clock" and not part.around_the_clock:
                raise BadText(
                    Message("ambiguous target `{text}`", text=part.text),
                    Message("`24x7` for elapsed time, or `business` for working time"),
                )
        return parsed


def _instant(value: Instant) -> int:
    """Return an instant in seconds since the epoch."""
    return instant_of(value, int(time.time()))


def _to_datetime(instant: int) -> datetime:
    if not FIRST <= instant < END:
        raise ValueError("the deadline is after 2200, the last supported year")
    return datetime.fromtimestamp(instant, UTC)


def _pause(pause: Pause) -> tuple[int, int | None]:
    begin, end = pause
    return _instant(begin), None if end is None else _instant(end)


__all__ = ["Calendar", "InvalidPolicy"]
