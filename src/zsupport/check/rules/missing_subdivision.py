"""ZS714: a country whose public holidays differ by subdivision, of which none is named."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.holidays import part_that_differs
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault

#: Many policies name the same country.
_part = lru_cache(maxsize=256)(part_that_differs)


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each country without a subdivision, some of which have other public holidays.

    Without the package that knows them there is nothing to say: ZS706 says that it is missing.
    """
    for path, calendar in subject.calendars:
        off = calendar.holidays
        if off is None or off.country is None or off.subdivision or off.frozen is not None:
            continue
        try:
            subject.public(off.country, None, subject.today.year)
        except EnvironmentFault:
            return
        except BadText:
            continue  # ZS708 finds it
        part = _part(off.country, subject.today.year)
        if part is not None:
            yield Problem(
                (*path, "holidays", "country"),
                f"public holidays of {off.country} differ by subdivision, and none is named",
                label=f"`{part}`, for one, has others",
                hint="name the one of the office with `subdivision`, or pin the days off with"
                " `frozen`",
            )


RULE = Rule(
    code="ZS714",
    name="missing-subdivision",
    severity="note",
    summary="a country whose public holidays differ by subdivision, of which none is named",
    check=check,
)
