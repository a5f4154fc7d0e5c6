"""Public holidays of countries, from the package `holidays`, which is imported on demand."""

from __future__ import annotations

import os
import sys

from zsupport.clock.problem import BadText
from zsupport.dates import date
from zsupport.errors import EnvironmentFault, nearest
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import ENGLISH, Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self, TypeAlias

    from zsupport.clock.model import Year
    from zsupport.wording import Wording

#: A function that returns the public holidays of a country or subdivision in one year.
PublicHolidays: TypeAlias = "Callable[[str, str | None, int], Year]"

INSTALL = Message("install it: python -m pip install holidays")


#: The installed version, by the folders of `sys.path` that were searched.
_version: dict[tuple[str, ...], str | None] = {}
#: Cached results by country, subdivision and year, and the maximum number of them.
_years: dict[tuple[str, str | None, int], Year] = {}
_MAX_YEARS = 4096
#: Names in another language by country, subdivision, year and language.
_translated: dict[tuple[str, str | None, int, str], dict[int, str]] = {}
#: Names of a language in the package `holidays`, by its code in this program.
_LANGUAGES = {"nb": ("nb", "no", "nn")}


class HolidayName(Message):
    """The English name of a public holiday, which can be shown in another language.

    The names in other languages are those of the package `holidays`. The name stays in English if
    the package has no name in the language, or if it is not installed.
    """

    __slots__ = ("country", "ordinal", "subdivision")

    def __new__(cls, name: str, country: str, subdivision: str | None, ordinal: int) -> Self:
        """Create the name of the public holiday on a date."""
        # The name is not a template, so it must not be read as one.
        result = str.__new__(cls, name)
        result.template, result.values = "{name}", {"name": name}
        result.country, result.subdivision, result.ordinal = country, subdivision, ordinal
        return result

    country: str
    subdivision: str | None
    ordinal: int

    def worded(self, wording: Wording) -> str:
        """Return the name in the language of a reader."""
        language = wording.language.code
        if language == ENGLISH.code:
            return str(self)
        year = date.fromordinal(self.ordinal).year
        key = self.country, self.subdivision, year, language
        if key not in _translated:
            _translated[key] = _names_in(*key)
        return _translated[key].get(self.ordinal) or str(self)

    def __reduce__(self) -> tuple[Callable[..., Message], tuple[object, ...]]:
        return HolidayName, (str(self), self.country, self.subdivision, self.ordinal)


def _names_in(country: str, subdivision: str | None, year: int, language: str) -> dict[int, str]:
    """Return the names of the public holidays of a year, empty if not known in the language."""
    try:
        import holidays
    except ImportError:
        return {}
    supported = holidays.list_localized_countries().get(country, ())
    codes = _LANGUAGES.get(language, (language,))
    code = next((code for code in codes if code in supported), None)
    if code is None:
        return {}
    off = holidays.country_holidays(country, subdiv=subdivision, years=year, language=code)
    return {day.toordinal(): str(name) for day, name in off.items()}


def public_holidays(country: str, subdivision: str | None, year: int) -> Year:
    """Return the public holidays of a year, and its weekend days worked in exchange for a day off.

    The public holidays are on the dates on which they are observed.

    Raises EnvironmentFault if the package is not installed, BadText for an unknown country or
    subdivision.
    """
    key = country, subdivision, year
    if key not in _years:
        if len(_years) >= _MAX_YEARS:
            _years.clear()
        _years[key] = _public_holidays(country, subdivision, year)
    return _years[key]


def _public_holidays(country: str, subdivision: str | None, year: int) -> Year:
    try:
        import holidays
    except ImportError:
        raise EnvironmentFault(
            Message(
                "missing package `holidays`, required for the public holidays of {country}",
                country=country,
            ),
            INSTALL,
        ) from None
    known = holidays.list_supported_countries()
    if country not in known:
        raise BadText(Message("unknown country `{country}` for public holidays", country=country))
    if subdivision is not None and subdivision not in known[country]:
        close = nearest(subdivision, known[country])
        raise BadText(
            Message(
                "unknown subdivision `{subdivision}` of {country}",
                subdivision=subdivision,
                country=country,
            ),
            ", ".join(known[country]) or Message("none"),
            Message("did you mean `{close}`?", close=close) if close else None,
        )
    from zsupport.clock.model import Year

    off = holidays.country_holidays(country, subdiv=subdivision, years=year, language="en_US")
    # A working day in exchange for a day off in the next year is listed with the next year.
    worked = holidays.country_holidays(country, subdiv=subdivision, years=(year, year + 1))
    return Year(
        {day.toordinal(): str(name) for day, name in sorted(off.items())},
        frozenset(day.toordinal() for day in worked.weekend_workdays if day.year == year),
    )


def differing_subdivision(country: str, year: int) -> str | None:
    """Return the first subdivision whose public holidays differ from those of the whole country.

    The result is None if no subdivision differs in this year. The package `holidays` must know the
    country.
    """
    import holidays

    def days(part: str | None) -> set[date]:
        return set(holidays.country_holidays(country, subdiv=part, years=year))

    whole = days(None)
    parts = holidays.list_supported_countries()[country]
    return next((part for part in parts if days(part) != whole), None)


def holidays_version() -> str | None:
    """Return the version of the installed `holidays` package, or None if it is not installed.

    The version is in the name of the `.dist-info` folder. Importing the package or
    importlib.metadata takes longer than a whole answer.
    """
    folders = (*sys.path,)
    if folders not in _version:
        _version[folders] = _installed_version()
    return _version[folders]


def _installed_version() -> str | None:
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
