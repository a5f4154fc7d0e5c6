"""Public holidays, kept beside the compiled policies: the library takes long to load."""

import json
from hashlib import sha256

from zsupport.clock.holidays import PublicHolidays, holidays_version, public_holidays
from zsupport.policy import compiled


def kept_holidays(folder: str | None) -> PublicHolidays:
    """Return the public holidays of countries, kept by decade and by the library's version."""

    def of_year(country: str, subdivision: str | None, year: int) -> dict[int, str]:
        decade = year - year % 10
        parts = ("holidays", holidays_version() or "", country, subdivision or "", str(decade))
        key = sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
        try:
            kept = json.loads(compiled.content(folder, key))
            return {int(ordinal): str(name) for ordinal, name in kept[str(year)].items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            years = {
                each: public_holidays(country, subdivision, each)
                for each in range(decade, decade + 10)
            }
            compiled.keep(folder, key, years)
            return years[year]

    return of_year
