"""Public holidays, kept beside the compiled policies: the library takes long to load."""

from __future__ import annotations

from zsupport.sources import cache
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from zsupport.clock.holidays import PublicHolidays
    from zsupport.clock.model import Year


def kept_holidays(folder: str | None) -> PublicHolidays:
    """Return the public holidays of countries, kept by decade and by the library's version.

    A year is read once, however many policies and calendars ask for it.
    """
    known: dict[tuple[str, str | None, int], Year] = {}

    def of_year(country: str, subdivision: str | None, year: int) -> Year:
        if (country, subdivision, year) not in known:
            decade = year - year % 10
            for each, rows in _decade(folder, country, subdivision, decade).items():
                known[country, subdivision, each] = rows
        return known[country, subdivision, year]

    return of_year


def _decade(
    folder: str | None, country: str, subdivision: str | None, first: int
) -> dict[int, Year]:
    """Return the public holidays of ten years from the first on, by year."""
    from zsupport.clock.holidays import holidays_version, public_holidays
    from zsupport.clock.model import Year

    parts = ("public holidays", holidays_version(), country, subdivision, first)
    identity = repr(parts).encode("utf-8", "surrogatepass")
    rows = cache.kept(folder, identity)
    if rows is None:
        years = range(first, first + 10)
        rows = {year: tuple(public_holidays(country, subdivision, year)) for year in years}
        cache.keep(folder, identity, rows)
    return {year: Year(*row) for year, row in rows.items()}
