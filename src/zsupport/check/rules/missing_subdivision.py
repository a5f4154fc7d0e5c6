"""ZS714: a country with different holidays by subdivision, but without `subdivision`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.holidays import differing_subdivision
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault
from zsupport.wording import Message

#: Cached, because many policies name the same country.
_cached_subdivision = lru_cache(maxsize=256)(differing_subdivision)


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each country without a `subdivision` whose holidays differ by subdivision.

    Without the package of public holidays nothing is reported: ZS706 reports the missing package.
    """
    for path, calendar in subject.calendars:
        holidays = calendar.holidays
        if (
            holidays is None
            or holidays.country is None
            or holidays.subdivision
            or holidays.frozen is not None
        ):
            continue
        try:
            subject.public(holidays.country, None, subject.today.year)
        except EnvironmentFault:
            return
        except BadText:
            continue  # ZS708 reports it
        part = _cached_subdivision(holidays.country, subject.today.year)
        if part is not None:
            yield Problem(
                (*path, "holidays", "country"),
                Message(
                    "missing subdivision: public holidays of {country} differ by subdivision",
                    country=holidays.country,
                ),
                label=Message("`{subdivision}`, for example, has other holidays", subdivision=part),
                hint=Message(
                    "add the `subdivision` of the office, or pin the holidays with `frozen`"
                ),
            )


RULE = Rule(
    code="ZS714",
    name="missing-subdivision",
    severity="note",
    summary=Message("missing subdivision of a country with regional holidays"),
    check=check,
)
