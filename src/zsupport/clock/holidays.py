"""Public holidays of countries, from the package `holidays`, which is imported when needed."""

from __future__ import annotations

import os
import sys

from zsupport.clock.problem import BadText
from zsupport.dates import date
from zsupport.errors import EnvironmentFault, nearest
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from zsupport.clock.model import Year

#: The public holidays of a country, perhaps of a part of it, in one year.
PublicHolidays: TypeAlias = "Callable[[str, str | None, int], Year]"

INSTALL = "install it: python -m pip install holidays"


#: What the package said, and how many years of it are kept.
_years: dict[tuple[str, str | None, int], Year] = {}
_MOST_YEARS = 4096


def public_holidays(country: str, subdivision: str | None, year: int) -> Year:
    """Return the public holidays of a year, observed on, and the days worked in exchange.

    Raises EnvironmentFault where the package is not installed, BadText for a country or a
    part of it that it does not know.
    """
    asked = country, subdivision, year
    if asked not in _years:
        if len(_years) >= _MOST_YEARS:
            _years.clear()
        _years[asked] = _public_holidays(country, subdivision, year)
    return _years[asked]


def _public_holidays(country: str, subdivision: str | None, year: int) -> Year:
    try:
        import holidays
    except ImportError:
        raise EnvironmentFault(
            f"the holidays of {country} need the package `holidays`, which is not installed",
            INSTALL,
        ) from None
    known = holidays.list_supported_countries()
    if country not in known:
        raise BadText(f"no public holidays are known for `{country}`")
    if subdivision is not None and subdivision not in known[country]:
        close = nearest(subdivision, known[country])
        raise BadText(
            f"`{subdivision}` is no part of {country} with holidays of its own",
            ", ".join(known[country]) or "none",
            f"did you mean `{close}`?" if close else None,
        )
    from zsupport.clock.model import Year

    off = holidays.country_holidays(country, subdiv=subdivision, years=year, language="en_US")
    # A day that is worked for one off in the year after is known with that year.
    worked = holidays.country_holidays(country, subdiv=subdivision, years=(year, year + 1))
    return Year(
        {day.toordinal(): str(name) for day, name in sorted(off.items())},
        frozenset(day.toordinal() for day in worked.weekend_workdays if day.year == year),
    )


def part_that_differs(country: str, year: int) -> str | None:
    """Return the first part of a known country with other public holidays than the country."""
    import holidays

    def days(part: str | None) -> set[date]:
        return set(holidays.country_holidays(country, subdiv=part, years=year))

    whole = days(None)
    parts = holidays.list_supported_countries()[country]
    return next((part for part in parts if days(part) != whole), None)


def holidays_version() -> str | None:
    """Return the version of the installed `holidays` package, None where it is not installed.

    It is read off the name of the folder that pip writes beside the package: to import the
    package, or importlib.metadata, takes longer than a whole answer.
    """
    for folder in sys.path:
        if not os.path.isdir(os.path.join(folder, "holidays")):
            continue
        for name in os.listdir(folder):
            if name.startswith("holidays-") and name.endswith(".dist-info"):
                return name.removeprefix("holidays-").removesuffix(".dist-info")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("holidays")
    except PackageNotFoundError:
        return None


def recurring(text: str, year: int) -> int | None:
    """Return the ordinal of a date text in a year: YYYY-MM-DD, or MM-DD of every year.

    None where it is not in that year: February 29 only where it exists.
    """
    if len(text) == 5:
        text = f"{year:04d}-{text}"
    elif int(text[:4]) != year:
        return None
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None
