"""ZS711: ignored holidays: the hours are open 24x7."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each calendar with `open: 24x7` and holidays that does not apply them."""
    for path, calendar in subject.calendars:
        if calendar.windows is None and calendar.holidays and not calendar.apply_holidays:
            place = (*path, "holidays")
            yield Problem(
                place,
                Message("ignored holidays: hours open 24x7 are also open on holidays"),
                subject.document.key(place),
                label=Message("no effect"),
                hint=Message("add `apply-holidays: true`, or remove the holidays"),
            )


RULE = Rule(
    code="ZS711",
    name="holidays-ignored",
    severity="warning",
    summary=Message("ignored holidays of hours that are open 24x7"),
    check=check,
)
