"""ZS711: holidays of hours that are open 24x7, which ignore them."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each calendar with `open: 24x7` and holidays that does not apply them."""
    for path, calendar in subject.calendars:
        if calendar.windows is None and calendar.holidays and not calendar.apply_holidays:
            place = (*path, "holidays")
            yield Problem(
                place,
                "these hours are open 24x7, and holidays do not close them",
                subject.document.key(place),
                label="changes nothing",
                hint="add `apply-holidays: true`, or take the holidays out",
            )


RULE = Rule(
    code="ZS711",
    name="holidays-ignored",
    severity="warning",
    summary="holidays of hours that are open 24x7, which ignore them",
    check=check,
)
