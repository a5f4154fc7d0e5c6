"""ZS712: hours in a policy that names no zone, which are those of UTC."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield the first calendar with local times that names no zone, where the policy has none."""
    if subject.revision.timezone != "UTC" or subject.document.node(("timezone",)) is not None:
        return
    without = [
        path
        for path, calendar in subject.calendars
        if calendar.timezone is None
        and not calendar.any
        and (calendar.windows is not None or calendar.dates or calendar.breaks)
    ]
    if without:
        path = (*without[0], "open")
        names = ", ".join(dict.fromkeys(f"`{each[1]}`" for each in without))
        yield Problem(
            path,
            f"no zone is named for {names}, neither there nor for the policy: these times are UTC",
            label="in UTC",
            hint="name the zone: `timezone: Europe/Oslo`, or `timezone: UTC` where it is meant",
        )


RULE = Rule(
    code="ZS712",
    name="missing-time-zone",
    severity="warning",
    summary="hours in a policy that names no zone, which are those of UTC",
    check=check,
)
