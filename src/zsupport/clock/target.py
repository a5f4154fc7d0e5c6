"""Targets: the promised time of a metric, as a value."""

from __future__ import annotations

from zsupport.typed import NamedTuple

#: The longest target, in seconds and in business days. Longer targets are errors.
MAX_SECONDS = 365 * 86_400
MAX_DAYS = 365


class Target(NamedTuple):
    """A target of a metric."""

    #: clock, business, business-days, next-business-day, by, week, rate, none or not-stated.
    kind: str
    #: Seconds for `clock` and `business`, days for `business-days`, a count for `rate`; else 0.
    amount: int
    #: The time for `by`, in seconds of the day (86400 for 24:00); otherwise 0.
    at: int
    #: Whether it recurs (`every`).
    every: bool
    #: Whether its text ends with `24x7`.
    around_the_clock: bool
    #: The canonical spelling.
    text: str

    @property
    def promises(self) -> bool:
        """Whether the target promises a time: not `none` and not `not-stated`."""
        return self.kind not in {"none", "not-stated"}

    @property
    def uses_hours(self) -> bool:
        """Whether hours affect it: business targets, and `every week` by the time zone of hours."""
        return needs_hours(self) or self.kind == "week"


def needs_hours(target: Target) -> bool:
    """Return whether the target counts over hours: every business target."""
    return target.kind in {"business", "business-days", "next-business-day", "by"}


def ends_with_answer(target: Target) -> bool:
    """Return whether the answer ends the target if its metric is the first.

    The answer does not end a recurring target or a rate.
    """
    return not target.every and target.promises and target.kind != "rate"
