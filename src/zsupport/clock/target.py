"""Targets: the promised time of a metric, as a value."""

from __future__ import annotations

from zsupport.typed import NamedTuple

#: The longest target, in seconds and in business days. Longer targets are errors.
MAX_SECONDS = 365 * 86_400
MAX_DAYS = 365
MAX_WEEKS = 52

#: The target that is due at the start of its clock.
IMMEDIATELY = "immediately"
#: The kinds of the targets that count the working dates of hours.
DATED = ("business-days", "next-business-day", "by", "by-opening")
_COUNT_HOURS = ("business", *DATED)


class Target(NamedTuple):
    """A target of a metric."""

    #: clock, business, business-days, calendar-days, next-business-day, by, by-opening, later,
    #: earlier, rate, none or not-stated.
    kind: str
    #: Seconds for `clock` and `business`, days for `business-days` and `calendar-days`, a count for
    #: `rate`; else 0.
    amount: int
    #: The time for `by` and `by-opening`, in seconds of the day (86400 for 24:00); otherwise 0.
    at: int
    #: Whether it recurs (`every`).
    every: bool
    #: Whether it is elapsed time even if hours are in effect: `4h 24x7`, `immediately`, and
    #: calendar days, for which hours state only the time zone. The pauses of `every week` count
    #: over hours.
    around_the_clock: bool
    #: The canonical spelling.
    text: str
    #: The targets of which a `later` or `earlier` target is the later or the earlier.
    parts: tuple[Target, ...] = ()

    @property
    def promises(self) -> bool:
        """Whether the target promises a time: not `none` and not `not-stated`."""
        return self.kind not in {"none", "not-stated"}

    @property
    def uses_hours(self) -> bool:
        """Whether hours affect it: business targets, and calendar days by the zone of hours."""
        return any(
            part.kind in _COUNT_HOURS or part.kind == "calendar-days" for part in self.components
        )

    @property
    def components(self) -> tuple[Target, ...]:
        """The parts of a combined target; otherwise the target itself."""
        return self.parts or (self,)

    @property
    def is_immediate(self) -> bool:
        """Whether it is written as `immediately`: a zero target that is intended."""
        return self.text == IMMEDIATELY


def needs_hours(target: Target) -> bool:
    """Return whether the target counts over hours: every target with a business part."""
    return target.kind in _COUNT_HOURS or any(part.kind in _COUNT_HOURS for part in target.parts)


def counts_elapsed(target: Target) -> bool:
    """Return whether every instant counts, for all parts, even if hours are in effect."""
    return all(
        part.kind == "clock" or (part.kind == "calendar-days" and part.around_the_clock)
        for part in target.components
    )


def counts_dates(target: Target) -> bool:
    """Return whether the target, or a part of it, counts the working dates of hours."""
    return target.kind in DATED or any(part.kind in DATED for part in target.parts)


def is_zero(target: Target) -> bool:
    """Return whether the target is a length of no time."""
    return target.kind in ("clock", "business") and not target.amount


def combined(kind: str, parts: tuple[Target, ...]) -> Target:
    """Return the `later` or `earlier` of targets; the target itself if there is only one."""
    if len(parts) == 1:
        return parts[0]
    *first, last = (part.text for part in parts)
    return Target(kind, 0, 0, False, False, f"the {kind} of {', '.join(first)} and {last}", parts)


def ends_with_answer(target: Target) -> bool:
    """Return whether the answer ends the target if its metric is the first.

    The answer does not end a recurring target or a rate.
    """
    return not target.every and target.promises and target.kind != "rate"
