"""ZS708: an unknown country or subdivision of public holidays."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each country or subdivision that is unknown to the package of public holidays.

    Without the package nothing is reported: ZS706 reports the missing package.
    """
    for path, calendar in subject.calendars:
        holidays = calendar.holidays
        if holidays is None or holidays.country is None or holidays.frozen is not None:
            continue
        try:
            subject.public(holidays.country, holidays.subdivision, subject.today.year)
        except EnvironmentFault:
            return
        except BadText as problem:
            part = (
                holidays.subdivision is not None and f"`{holidays.subdivision}`" in problem.message
            )
            yield Problem(
                (*path, "holidays", "subdivision" if part else "country"),
                problem.message,
                expected=problem.expected,
                hint=problem.hint or Message("list the holidays in `add`, and remove `country`"),
            )


RULE = Rule(
    code="ZS708",
    name="unknown-holidays",
    severity="error",
    summary=Message("unknown country or subdivision of public holidays"),
    check=check,
)
