"""Pinning public holidays: what a country's calendar gives today, ready to paste."""

from datetime import date, datetime

from zsupport.clock.holidays import holidays_version, public_holidays
from zsupport.errors import UsageError
from zsupport.policy.model import Revision


def frozen(revision: Revision, name: str | None, at: datetime) -> str:
    """Return YAML with a `frozen:` list for each calendar that names a country.

    It covers the years of `covers`, else the year of `at` and the next. A new release of the
    library is then a change that someone reviews.
    """
    blocks = []
    for id, calendars in revision.hours.items():
        for calendar in calendars:
            off = calendar.holidays
            if name not in (None, id) or off is None or off.country is None:
                continue
            first, last = off.covers or (at.year, at.year + 1)
            lines = [f"# {id} (line {calendar.line}), holidays {holidays_version()}"]
            lines += [f"covers: {first}-{last}" if last > first else f"covers: {first}", "frozen:"]
            for year in range(first, last + 1):
                days = public_holidays(off.country, off.subdivision, year)
                lines += [
                    f"  - {date.fromordinal(day).isoformat()}  # {' '.join(name.split())}"
                    for day, name in sorted(days.items())
                ]
            blocks.append("\n".join(lines) + "\n")
    if not blocks:
        raise UsageError(f"no hours {f'`{name}` ' if name else ''}of this policy name a country")
    return "\n".join(blocks)
