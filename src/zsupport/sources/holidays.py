"""Public holidays, kept beside the compiled policies: the library takes long to load."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256

from zsupport.clock.holidays import PublicHolidays, holidays_version, public_holidays
from zsupport.sources import cache
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from zsupport.clock.model import Year


def kept_holidays(folder: str | None) -> PublicHolidays:
    """Return the public holidays of countries, kept by decade and by the library's version.

    A year is read once, however many policies and calendars ask for it.
    """

    @lru_cache(maxsize=256)
    def of_year(country: str, subdivision: str | None, year: int) -> Year:
        from zsupport.clock.model import Year

        decade = year - year % 10
        version = holidays_version() or ""
        parts = ("public holidays", version, country, subdivision or "", str(decade))
        key = sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
        try:
            kept = json.loads(cache.content(folder, key))
            days_off, exchanged = kept[str(year)]
            return Year(
                {int(ordinal): str(name) for ordinal, name in days_off.items()},
                frozenset(int(ordinal) for ordinal in exchanged),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            years = {
                each: public_holidays(country, subdivision, each)
                for each in range(decade, decade + 10)
            }
            rows = {each: (of.days_off, sorted(of.exchanged)) for each, of in years.items()}
            cache.keep(folder, key, rows)
            return years[year]

    return of_year
