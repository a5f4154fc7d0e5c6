"""ZS604: a target longer than 30 business days."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.target import Target
from zsupport.clock.windows import DAY
from zsupport.policy.model import PolicyCalendar
from zsupport.wording import Counted, Message

_DAYS = 30
# 30 business days with five days a week.
_WEEKS = 6


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each target that is longer than 30 business days of its hours."""
    for position, metric, cell in subject.cells:
        target = cell.target
        days = _business_days(subject, target, cell.hours)
        if days > _DAYS:
            length = (
                Counted(
                    "{count} day of elapsed time",
                    "{count} days of elapsed time",
                    target.amount // 86400,
                )
                if target.kind == "clock"
                else Counted("{count} working day", "{count} working days", round(days))
            )
            yield Problem(
                subject.document.target(position, metric, cell),
                Message(
                    "`{target}` is longer than {days} business days", target=target.text, days=_DAYS
                ),
                label=length if target.kind in ("clock", "business") else None,
                hint=Message("check the unit: `m` for minutes, `h` for hours"),
            )


def _business_days(subject: Subject, target: Target, hours: str | None) -> float:
    """Return the business days of a target, of five days a week; 0 for a target without length."""
    if target.parts:
        parts = [_business_days(subject, part, hours) for part in target.parts]
        return max(parts) if target.kind == "later" else min(parts)
    if target.kind == "clock":
        return _DAYS * target.amount / (_WEEKS * 7 * DAY * 60)
    if target.kind == "calendar-days":
        return _DAYS * target.amount / (_WEEKS * 7)
    if target.kind == "business" and target.amount > _DAYS * 3600:
        return target.amount / (60 * day_length(subject, hours))
    return target.amount if target.kind == "business-days" else 0


def day_length(subject: Subject, hours: str | None) -> float:
    """Return the minutes of an average working day; of several calendars, the longest average."""
    longest = 0.0
    for calendar in subject.revision.hours.get(hours or "", ()):
        for member in calendar.any:
            longest = max(longest, day_length(subject, member))
        longest = max(longest, _of_week(calendar))
    return longest or DAY


def _of_week(calendar: PolicyCalendar) -> float:
    if calendar.any:
        return 0
    if calendar.windows is None:
        return DAY
    days = {
        day % 7
        for window in calendar.windows
        for day in range(window.opens // DAY, (window.closes - 1) // DAY + 1)
    }
    return sum(window.closes - window.opens for window in calendar.windows) / len(days)


RULE = Rule(
    code="ZS604",
    name="very-long-target",
    severity="warning",
    summary=Message("target longer than 30 business days"),
    check=check,
)
