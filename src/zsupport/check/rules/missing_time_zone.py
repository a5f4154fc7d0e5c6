"""ZS712: hours without a time zone, which are read as UTC."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield the first calendar with times and no time zone, if the policy has no time zone."""
    if subject.revision.timezone != "UTC" or subject.document.node(("timezone",)) is not None:
        return
    without = [
        path
        for path, calendar in subject.calendars
        if calendar.timezone is None
        and not calendar.any
        and (calendar.windows is not None or calendar.dates or calendar.seasons or calendar.breaks)
    ]
    if without:
        path = (*without[0], "open")
        names = ", ".join(dict.fromkeys(f"`{path[1]}`" for path in without))
        yield Problem(
            path,
            Message("missing time zone for {hours}: these times are read as UTC", hours=names),
            label=Message("in UTC"),
            hint=Message("add a time zone, such as `timezone: Europe/Oslo`, or `timezone: UTC`"),
        )


RULE = Rule(
    code="ZS712",
    name="missing-time-zone",
    severity="warning",
    summary=Message("missing time zone, read as UTC"),
    check=check,
)
