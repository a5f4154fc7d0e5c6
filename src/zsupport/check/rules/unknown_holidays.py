"""ZS708: a country or a part of it whose public holidays are not known."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each country or part of one that the package of holidays does not know.

    Without the package nothing is said here: that it is missing is said once, by ZS706.
    """
    for path, calendar in subject.calendars:
        off = calendar.holidays
        if off is None or off.country is None or off.frozen is not None:
            continue
        try:
            subject.public(off.country, off.subdivision, subject.today.year)
        except EnvironmentFault:
            return
        except BadText as problem:
            part = off.subdivision is not None and f"`{off.subdivision}`" in problem.message
            yield Problem(
                (*path, "holidays", "subdivision" if part else "country"),
                problem.message,
                expected=problem.expected,
                hint=problem.hint or "list its days off with `add`, without the country",
            )


RULE = Rule(
    code="ZS708",
    name="unknown-holidays",
    severity="error",
    summary="a country or a part of it whose public holidays are not known",
    check=check,
)
