"""Random calendars and questions from a seed.

Their instants are difficult for clocks: openings and closings, changes of the offset, holidays,
ends of years, leap days, and skipped dates.
"""

from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from .clock import (
    DAY,
    DAY_SECONDS,
    MINUTE,
    WEEKDAYS,
    Hours,
    Pause,
    day_text,
    elapsed,
    minute_of,
    offset_at,
    offsets,
    to_day,
    wall,
    written_windows,
)
from .days import MONTHS, orthodox_easter, western_easter

# Difficult time zones, with the years of their special transitions.
ZONES: dict[str, tuple[int, ...]] = {
    # ordinary DST, north and south
    "Europe/Oslo": (1996, 2024, 2026, 2027, 2050),
    "Europe/Berlin": (1980, 2000, 2026, 2028, 2100),
    "Europe/London": (1974, 1996, 2020, 2026, 2150),
    "America/New_York": (1974, 2006, 2007, 2026, 2032),
    "America/Los_Angeles": (1975, 2007, 2026, 2028, 2187),
    "Australia/Sydney": (2000, 2008, 2026, 2027, 2060),
    "Pacific/Auckland": (1974, 2007, 2026, 2028, 2090),
    "America/Santiago": (2014, 2016, 2019, 2026, 2027),
    "America/Asuncion": (2010, 2023, 2024, 2026),
    # DST at midnight, so that a date starts late or starts twice
    "America/Sao_Paulo": (1990, 2008, 2012, 2018, 2026),
    "America/Havana": (1998, 2004, 2012, 2026, 2028),
    "Asia/Beirut": (1992, 2022, 2023, 2026, 2028),
    "Asia/Amman": (2002, 2012, 2013, 2022, 2026),
    "Africa/Cairo": (2010, 2014, 2023, 2026, 2027),
    "Asia/Tehran": (1978, 1991, 2008, 2022, 2026),
    "Asia/Gaza": (2008, 2011, 2023, 2026, 2030),
    "Atlantic/Azores": (1983, 1993, 2026, 2028),
    "America/Scoresbysund": (2005, 2023, 2024, 2026),
    "America/Nuuk": (1980, 2022, 2023, 2024, 2026),
    # DST a minute after midnight, and by two hours
    "America/St_Johns": (1976, 1987, 1988, 2006, 2011, 2026),
    "Antarctica/Troll": (2005, 2016, 2026, 2028),
    # DST of half an hour, and offsets that are not whole hours
    "Australia/Lord_Howe": (1981, 1985, 2008, 2026, 2027, 2028),
    "Asia/Kathmandu": (1985, 1986, 2026),
    "Asia/Kolkata": (2000, 2026),
    "Pacific/Chatham": (1974, 2007, 2026, 2028),
    "Australia/Eucla": (2006, 2008, 2026),
    "Australia/Adelaide": (1995, 2026, 2028),
    "Asia/Colombo": (1996, 2006, 2026),
    "Asia/Pyongyang": (2015, 2018, 2026),
    "America/Caracas": (2007, 2016, 2026),
    "Pacific/Marquesas": (2024, 2026),
    # reversed: winter time is the exception
    "Africa/Casablanca": (2011, 2018, 2024, 2026, 2027, 2037, 2087),
    "Africa/El_Aaiun": (2013, 2018, 2026, 2031),
    "Europe/Dublin": (1974, 1996, 2026, 2027, 2040),
    "Africa/Windhoek": (1990, 1994, 2016, 2017, 2026),
    # skipped or repeated dates
    "Pacific/Apia": (2010, 2011, 2012, 2021, 2026),
    "Pacific/Fakaofo": (2011, 2012, 2026),
    "Pacific/Kiritimati": (1979, 1994, 1995, 2026),
    "Pacific/Enderbury": (1979, 1994, 1995, 2026),
    "Pacific/Kwajalein": (1993, 2026),
    # changes of the standard offset
    "Africa/Monrovia": (1974, 2024, 2026),
    "Europe/Moscow": (1981, 1991, 2011, 2014, 2026),
    "Europe/Istanbul": (1978, 2007, 2016, 2026),
    "Asia/Almaty": (1991, 2004, 2024, 2026),
    "Africa/Juba": (2000, 2021, 2026),
    "Africa/Sao_Tome": (2018, 2019, 2026),
    "Asia/Dhaka": (2009, 2010, 2026),
    "Pacific/Tongatapu": (1999, 2016, 2017, 2026),
    "Pacific/Norfolk": (2015, 2019, 2026),
    "Pacific/Bougainville": (2014, 2026),
    "Asia/Ulaanbaatar": (1978, 2015, 2016, 2026),
    "Antarctica/Casey": (2009, 2018, 2020, 2023, 2026),
    "Antarctica/Vostok": (1994, 2023, 2026),
    # no changes
    "UTC": (2000, 2026, 2100),
    "Etc/GMT+12": (2024, 2026),
    "Asia/Tokyo": (1974, 2026, 2027),
    "UTC+01:00": (2026, 2028),
    "UTC-03:30": (2024, 2026),
    "UTC+14:00": (2026,),
}
MAY_FREEZE = 1 / 2
COUNTRIES = (("NO", None), ("US", None), ("US", "CA"), ("GB", "SCT"), ("DE", "BY"), ("JP", None))
EXCHANGING = (("CN", None), ("HU", None), ("RU", None))
MAY_EXCHANGE = 1 / 4
HARD_ZONES = (
    "Pacific/Apia", "Pacific/Apia", "Pacific/Fakaofo", "Pacific/Kiritimati", "Pacific/Kwajalein",
    "Australia/Lord_Howe", "Australia/Lord_Howe", "Africa/Casablanca", "Africa/Casablanca",
    "Europe/Dublin", "America/St_Johns", "Asia/Kathmandu", "Asia/Gaza", "America/Havana",
    "America/Sao_Paulo", "Antarctica/Troll", "Europe/London", "Africa/Monrovia",
)  # fmt: skip
KINDS = {"change": 6, "skip": 3, "year": 2, "leap": 1}  # kinds of days with their weights
PLAIN_TIMES = (0, 30, 60, 90, 120, 150, 180, 240, 360, 420, 480, 540, 720, 780, 960, 1020, 1080)
LATE_TIMES = (1140, 1260, 1320, 1350, 1380, 1410, 1439, 1440)
LENGTHS = (1, 30, 60, 90, 119, 120, 180, 240, 480, 540, 600, 1439)


class Case(NamedTuple):
    """A question: the deadline of a target, and the state of the hours at the opening."""

    opened: int
    zone: str  # of the datetime of `opened`
    microseconds: int  # rounded down by the program
    target: int | str  # seconds of working time, or a text
    pauses: tuple[Pause, ...]
    end: int  # of the span for elapsed time


class Bundle(NamedTuple):
    """A calendar with questions about it."""

    calendar: dict[str, Any] | list[dict[str, Any]]
    reading: str
    customer_zone: str | None
    customer_country: str | None
    hours: Hours
    cases: list[Case]


# --- Days -----------------------------------------------------------------------------------------


@cache
def notable_days(zone: str) -> tuple[tuple[str, int], ...]:
    """Return the difficult local days of a zone with their kinds."""
    result: list[tuple[str, int]] = []
    for year in ZONES[zone]:
        first = to_day(f"{year}-01-01")
        result += [("year", first), ("year", first - 1)]
        if year % 4 == 0 and year % 100:
            result += [("leap", to_day(f"{year}-02-29"))]
        for utc_day in range(first, to_day(f"{year}-12-31")):
            if has_change(zone, utc_day):
                row = offsets(zone, utc_day) + offsets(zone, utc_day + 1)[:1]
                at = next(i for i in range(DAY) if row[i] != row[i + 1])
                day = wall(zone, utc_day * DAY + at)[0]
                result += [("change", day), ("change", wall(zone, utc_day * DAY + at + 1)[0])]
                if abs(row[at] - row[at + 1]) >= DAY:  # a skipped or repeated date
                    result += [("skip", day), ("skip", day + 1), ("skip", day + 2)] * 2
    return tuple(result)


@cache
def notable_by_kind(zone: str) -> dict[str, list[int]]:
    """Return the days of `notable_days` of each kind."""
    result: dict[str, list[int]] = {}
    for kind, day in notable_days(zone):
        result.setdefault(kind, []).append(day)
    return result


def has_change(zone: str, utc_day: int) -> bool:
    """Return whether the offset changes in a UTC day."""
    return offset_at(zone, utc_day * DAY) != offset_at(zone, (utc_day + 1) * DAY)


def some_days(random: Random, zone: str) -> list[int]:
    """Return one to three days for a calendar and its questions.

    They are mostly within a few years, because the time between them must be computed too.
    """
    days = [some_day(random, zone)]
    for _ in range(random.randint(0, 2)):
        drawn = [some_day(random, zone) for _ in range(5)]
        close = [day for day in drawn if abs(day - days[0]) < 4 * 366]
        days.append(close[0] if close and random.random() < 0.9 else drawn[0])
    return days


def some_day(random: Random, zone: str) -> int:
    """Return a day, mostly a difficult day."""
    if random.random() < 0.12:
        year = random.choice(ZONES[zone])
        return to_day(f"{year}-01-01") + random.randrange(365)
    by_kind = notable_by_kind(zone)
    kinds = sorted(by_kind)
    [kind] = random.choices(kinds, [KINDS[kind] for kind in kinds])
    return random.choice(by_kind[kind])


# --- Calendars ------------------------------------------------------------------------------------


def clock_text(minute: int) -> str:
    """Return the text of a minute of the day, such as 17:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def some_minute(random: Random, *, end: bool = False) -> int:
    """Return a minute of the day, mostly a usual time of policies or DST."""
    draw = random.random()
    if draw < 0.55:
        result = random.choice(PLAIN_TIMES)
    elif draw < 0.75:
        result = random.choice(LATE_TIMES)
    elif draw < 0.9:
        result = random.randrange(0, DAY, 15)
    else:
        result = random.randrange(DAY)
    return result if end else result % DAY


def some_days_text(random: Random) -> str:
    """Return a range of weekdays or a weekday, often `mon-fri`."""
    draw = random.random()
    if draw < 0.35:
        return "mon-fri"
    if draw < 0.45:
        return "mon-sun"
    first = random.randrange(7)
    if draw < 0.7:
        return WEEKDAYS[first]
    return f"{WEEKDAYS[first]}-{WEEKDAYS[(first + random.randint(1, 6)) % 7]}"


def some_window(random: Random) -> str:
    """Return a window within one date."""
    while True:
        opens = some_minute(random)
        draw = random.random()
        closes = opens + random.choice(LENGTHS) if draw < 0.3 else some_minute(random, end=True)
        if opens < closes <= DAY:
            return f"{clock_text(opens)}-{clock_text(closes)}"


def some_opening(random: Random) -> list[str]:
    """Return one or two `open` entries."""
    draw = random.random()
    days = some_days_text(random)
    if draw < 0.45:
        return [f"{days} {some_window(random)}"]
    if draw < 0.55:  # adjacent, or with a lunch break
        opens, closes = random.choice([(0, 1440), (480, 1020), (120, 720)])
        middle = random.randrange(opens + 1, closes)
        again = random.choice([middle, middle, min(middle + 30, closes - 1)])
        if middle >= again and middle != again:
            again = middle
        return [
            f"{days} {clock_text(opens)}-{clock_text(middle)}",
            f"{days} {clock_text(again)}-{clock_text(closes)}",
        ]
    if draw < 0.6:
        return [f"{days} 00:00-24:00"]
    if draw < 0.82:  # past midnight
        opens = random.choice([1020, 1200, 1320, 1380, 1410, 1439, some_minute(random) or 1])
        closes = random.choice([1, 30, 60, 120, 150, 180, 360, 480, random.randrange(1, DAY)])
        if closes < opens:
            return [f"{days} {clock_text(opens)}-{clock_text(closes)}"]
        return [f"{days} 22:00-06:00"]
    first, last = random.randrange(7), random.randrange(7)
    opens, closes = some_minute(random), some_minute(random, end=True)
    return [f"{WEEKDAYS[first]} {clock_text(opens)} - {WEEKDAYS[last]} {clock_text(closes)}"]


def minutes_of_week(entry: str) -> list[int]:
    """Return the minutes of the week that an entry covers."""
    return [
        minute % (7 * DAY)
        for day, opens, closes in written_windows(entry)
        for minute in range(day * DAY + opens, day * DAY + closes)
    ]


def some_openings(random: Random) -> list[str]:
    """Return entries that do not overlap."""
    entries: list[str] = []
    taken: set[int] = set()
    while not entries or random.random() < 0.45:
        drawn = some_opening(random)
        minutes = [minute for entry in drawn for minute in minutes_of_week(entry)]
        if len(set(minutes)) == len(minutes) and taken.isdisjoint(minutes):
            entries += drawn
            taken.update(minutes)
        elif random.random() < 0.2:
            break
    return entries or ["mon-fri 09:00-17:00"]


def near(random: Random, days: list[int], reach: int) -> int:
    """Return a random day at most `reach` days from one of the days."""
    return random.choice(days) + random.randint(-reach, reach)


def some_dates(random: Random, days: list[int], most: int) -> list[str]:
    """Return different dates or recurring days near the days."""
    result: list[str] = []
    for _ in range(random.randint(1, most)):
        result.append(some_day_text(random, near(random, days, 3)))
    if random.random() < 0.15:
        result.append("02-29")
    return list(dict.fromkeys(result))


def some_day_text(random: Random, day: int) -> str:
    """Return a text of a day that falls on a date: with or without a year, or a moving day."""
    text = day_text(day)
    draw = random.random()
    if draw < 0.5:
        return text
    if draw < 0.7:
        return text[5:]
    on = date.fromisoformat(text)
    if draw < 0.8:
        sunday = random.choice([western_easter, orthodox_easter])(on.year)
        days = (on - sunday).days
        name = "easter" if sunday == western_easter(on.year) else "orthodox easter"
        return f"{name}{days:+d}" if days else name
    if draw < 0.9:
        return of_month(on)
    step = random.choice([-1, 1])
    if random.random() < 0.4:
        word, base = "day", on - timedelta(days=step)
    else:
        word = WEEKDAYS[on.weekday()]
        base = on - timedelta(days=step * random.randint(1, 7))
    counted = base.isoformat()[5:] if random.random() < 0.5 else of_month(base)
    return f"{word} {'after' if step > 0 else 'before'} {counted}"


def of_month(on: date) -> str:
    """Return the text of a weekday of a month, such as `4th thu of nov`."""
    number = ("1st", "2nd", "3rd", "4th", "5th")[(on.day - 1) // 7]
    if (on + timedelta(days=7)).month != on.month:
        number = "last"
    return f"{number} {WEEKDAYS[on.weekday()]} of {MONTHS[on.month - 1]}"


def some_ranges(random: Random, days: list[int]) -> dict[str, Any]:
    """Return ranges of days near the days with their hours: one, two nested, or two separate."""
    first = near(random, days, 2)
    last = first + random.choice([1, 2, 5, 20, 60, random.randint(1, 120)])
    drawn = [(first, last)]
    if random.random() < 0.4:
        drawn.append((first - random.randint(1, 60), last + random.randint(1, 60)))
    if random.random() < 0.3:
        begin = drawn[-1][1] + random.randint(1, 5)
        drawn.append((begin, begin + random.randint(1, 30)))
    result = {}
    for bounds in drawn:
        texts = [day_text(day) for day in bounds]
        cut = 5 if random.random() < 0.5 else 0
        result["..".join(text[cut:] for text in texts)] = some_hours_of_a_range(random)
    return result


def some_hours_of_a_range(random: Random) -> Any:
    """Return the hours of a range of days."""
    draw = random.random()
    if draw < 0.15:
        return "closed"
    if draw < 0.2:
        return "24x7"
    if draw < 0.5:
        return some_windows_of_a_date(random)
    if draw < 0.65:
        return random.choice(["22:00-06:00", "12:00-11:00", "23:59-00:01", "18:00-02:30"])
    entries = some_openings(random)
    return entries[0] if len(entries) == 1 else entries


def some_holidays(random: Random, days: list[int]) -> Any:
    """Return a `holidays` value."""
    draw = random.random()
    if draw < 0.6:
        return some_dates(random, days, 5)
    result: dict[str, Any] = {}
    if draw < 0.75:
        exchanges = random.random() < MAY_EXCHANGE
        country, subdivision = random.choice(EXCHANGING if exchanges else COUNTRIES)
        result["country"] = country
        if subdivision:
            result["subdivision"] = subdivision
        if random.random() < MAY_FREEZE:
            result["frozen"] = some_dates(random, days, 5)
            if exchanges or random.random() < MAY_EXCHANGE:
                worked = [text for text in some_dates(random, days, 5) if text[4] == "-"]
                result |= {"frozen-exchanged": worked} if worked else {}
        if exchanges or "frozen-exchanged" in result:
            result["exchanged"] = random.choice([*WEEKDAYS, "ignore"])
    if draw >= 0.75 or random.random() < 0.5:
        result["add"] = some_dates(random, days, 4)
    if random.random() < 0.6:
        added = result.get("add", [])
        removed = [text for text in some_dates(random, days, 3) if text not in added]
        if removed:
            result["remove"] = removed[0] if len(removed) == 1 else removed
    if random.random() < 0.3:
        year = int(day_text(days[0])[:4])
        result["covers"] = random.choice([f"{year}", f"{year}-{year + 1}"])
    return result


def some_windows_of_a_date(random: Random) -> Any:
    """Return one or several windows of a date that do not overlap."""
    windows = [some_window(random)]
    while random.random() < 0.3:
        other = some_window(random)
        taken = [window.split("-") for window in windows]
        opens, closes = other.split("-")
        if all(closes <= begins or ends <= opens for begins, ends in taken):
            windows.append(other)
    return windows[0] if len(windows) == 1 else windows


def some_calendar(random: Random, zone: str, days: list[int], always_days: float) -> dict[str, Any]:
    """Return a calendar in the policy format.

    `always_days` is the probability that 24x7 states business days.
    """
    written: dict[str, Any] = {} if zone == "UTC" and random.random() < 0.5 else {"timezone": zone}
    if random.random() < 0.1:
        written["open"] = "24x7"
    else:
        entries = some_openings(random)
        written["open"] = entries[0] if len(entries) == 1 else entries
    if random.random() < 0.55:
        written["holidays"] = some_holidays(random, days)
        if written["open"] == "24x7":
            if random.random() < 0.6:
                written["apply-holidays"] = "true"
        elif random.random() < 0.35:
            written["holidays-apply-to"] = random.choice(["start-date", "start-date", "date"])
    if random.random() < 0.45:
        written["dates"] = {}
        for _ in range(random.randint(1, 3)):
            on = near(random, days, 3)
            holidays = written.get("holidays")
            if isinstance(holidays, list) and random.random() < 0.5:  # on a holiday
                dated = [text for text in holidays if text[4:5] == "-"]
                on = to_day(random.choice(dated)) if dated else on
            value = "closed" if random.random() < 0.25 else some_windows_of_a_date(random)
            written["dates"][some_day_text(random, on)] = value
    if random.random() < 0.25:
        written["dates"] = some_ranges(random, days) | written.get("dates", {})
    if random.random() < 0.4:
        written["breaks"] = {}
        for _ in range(random.randint(1, 4)):
            value = [some_window(random) for _ in range(random.choice([1, 1, 1, 2, 3]))]
            text = some_day_text(random, near(random, days, 2))
            written["breaks"][text] = value[0] if len(value) == 1 else list(dict.fromkeys(value))
    if random.random() < (always_days if written["open"] == "24x7" else 0.2):
        written["business-days"] = random.choice(["mon-fri", "mon-fri", some_days_text(random)])
    return written


# --- Questions ------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def edges(hours: Hours, day: int) -> list[int]:
    """Return the openings and closings near a day."""
    first = (day - 2) * DAY
    row = b"".join(hours.minutes(utc_day) for utc_day in range(day - 2, day + 4))
    result = []
    minute = 0
    while (minute := row.find(1 - row[minute], minute)) >= 0:
        result.append((first + minute) * MINUTE)
    return result


def some_instant(random: Random, hours: Hours, zone: str, days: list[int]) -> int:
    """Return an instant near the days, mostly at or next to an opening, closing or midnight."""
    day = random.choice(days)
    draw = random.random()
    happens = edges(hours, day) if draw < 0.5 else []
    if draw < 0.2:  # only of that day
        happens = [at for at in happens if abs(at - (day * DAY + 720) * MINUTE) < 86_000]
    if happens:
        at = random.choice(happens)
    elif draw < 0.6:  # midnight
        at = minute_of(zone, day + random.randint(-1, 2), 0)[0] * MINUTE
    elif draw < 0.75:  # in the hours in which offsets change
        shown = minute_of(zone, day, random.choice([0, 30, 60, 90, 120, 150, 180]))[0]
        return (shown + random.randint(-70, 130)) * MINUTE + random.randrange(MINUTE)
    else:
        return day * DAY_SECONDS + random.randint(-2 * DAY_SECONDS, 3 * DAY_SECONDS)
    return at + random.choice(
        [0, 0, 0, 0, -1, 1, -MINUTE, MINUTE, random.randint(-4 * 3600, 4 * 3600)]
    )


def plural(number: str, unit: str) -> str:
    """Return `1 business hour` or `2 business hours`."""
    return f"{number} business {unit}" + ("" if number == "1" else "s")


def some_target(random: Random, hours: Hours, opened: int, days: list[int]) -> int | str:
    """Return a random target."""
    draw = random.random()
    if draw < 0.1:  # the later or the earlier of several targets
        parts: list[str] = []
        while len(parts) < 2 or random.random() < 0.2:
            part = some_target(random, hours, opened, days)
            if isinstance(part, str) and not part.startswith(("every", "the ")):
                parts.append(part)
        return f"the {random.choice(['later', 'earlier'])} of {' and '.join(parts)}".replace(
            " and ", ", ", len(parts) - 2
        )
    if draw < 0.16:
        return some_target_in_dates(random, hours)
    draw = random.random()
    if draw < 0.3:  # seconds of working time, often up to an opening or closing
        if random.random() < 0.4:
            later = [at for at in edges(hours, opened // DAY_SECONDS) if at >= opened]
            if later:
                exact = elapsed(hours, opened, random.choice(later))
                return max(0, exact + random.choice([0, 0, 0, 1, -1, MINUTE]))
        return random.choice(
            [0, 1, 59, 60, 61, 3600, 4 * 3600, 8 * 3600, 16 * 3600,
             random.randrange(40 * 3600), random.randrange(40) * 3600]
        )  # fmt: skip
    every = "every " if random.random() < 0.2 else ""
    if draw < 0.42:
        length = random.choice(["1", "2", "4", "8", "16", "0.5", "2.5", "0.25", "40"])
        return every + plural(length, "hour")
    if draw < 0.48:
        return every + plural(random.choice(["1", "15", "30", "90", "1.5", "0.05"]), "minute")
    if draw < 0.56:
        length = random.choice(["30m", "1h", "4h", "24h", "2.5h", "72h", "0.5m"])
        return f"{every}{length} 24x7"
    if draw < 0.74:
        number = random.choice(["1", "1", "2", "2", "3", "4", "5", "7", "10"])
        return every + plural(number, "day")
    if draw < 0.84:
        return "next business day"
    if draw < 0.95:
        return f"by {clock_text(some_minute(random, end=True))} next business day"
    return "every week" if len({member.zone for member in hours.members}) == 1 else "4h 24x7"


def some_target_in_dates(random: Random, hours: Hours) -> str:
    """Return a target in calendar days, on the next opening day, or without any time."""
    draw = random.random()
    if draw < 0.4 and len({member.zone for member in hours.members}) == 1:
        every = "every " if random.random() < 0.3 else ""
        number = random.choice([1, 1, 2, 3, 7, 14, 30])
        unit = random.choice(["day", "day", "week"])
        return f"{every}{number} calendar {unit}" + "s" * (number > 1)
    if draw < 0.9:
        return f"by {clock_text(some_minute(random, end=True))} next opening day"
    return "immediately"


def some_pauses(random: Random, hours: Hours, opened: int, days: list[int]) -> tuple[Pause, ...]:
    """Return unsorted pauses: separate, touching, overlapping, empty, outside hours, or open."""
    result: list[Pause] = []
    happens = [opened, opened, *edges(hours, opened // DAY_SECONDS)]
    for _ in range(random.choice([1, 1, 2, 2, 3, 4])):
        draw = random.random()
        if result and draw < 0.35:  # touches or overlaps the previous pause
            end = result[-1][1]
            assert end is not None
            begin = end + random.choice([0, 0, -60, -1800, 1, 60, -7200])
        elif draw < 0.7:
            begin = random.choice(happens) + random.choice([0, 0, 0, 1, -1, 1800, -1800])
        else:
            begin = opened + random.randint(-DAY_SECONDS, 4 * DAY_SECONDS)
        draw = random.random()
        if draw < 0.3:
            later = [at for at in happens if at >= begin]
            end = random.choice(later) if later else begin
        elif draw < 0.38:
            end = begin
        else:
            end = begin + random.choice(
                [1, 59, 60, 600, 3600, 7200, 8 * 3600, DAY_SECONDS, random.randrange(200_000)]
            )
        result.append((begin, end))
    if random.random() < 0.12:  # an open pause
        begin = max([end for _, end in result if end is not None] + [opened - 3600])
        result.append((begin + random.choice([0, 1, 3600, DAY_SECONDS, 9 * DAY_SECONDS]), None))
    elif random.random() < 0.3:
        random.shuffle(result)
    return tuple(result)


def some_case(random: Random, hours: Hours, zone: str, days: list[int]) -> Case:
    """Return a random question."""
    opened = some_instant(random, hours, zone, days)
    pauses = some_pauses(random, hours, opened, days) if random.random() < 0.4 else ()
    end = opened
    if random.random() < 0.95:
        end = max(opened, some_instant(random, hours, zone, [opened // DAY_SECONDS]))
        end += random.choice([0, 0, 0, random.randrange(3 * DAY_SECONDS)])
    return Case(
        opened,
        zone if random.random() < 0.5 and not zone.startswith("UTC") else "UTC",
        random.choice([0, 0, 0, 1, 500_000, 999_999]),
        some_target(random, hours, opened, days),
        pauses,
        end,
    )


# --- Courses of events ----------------------------------------------------------------------------


class Course(NamedTuple):
    """The events and pauses of a target, and the instant of its state."""

    opened: int
    target: str
    first_metric: bool
    pauses: tuple[Pause, ...]
    answered: int | None
    updated: int | None
    resolved: int | None
    now: int
    ratio: str | None
    starts: str  # an event or free text
    start: int | None  # the instant of the free text
    on_change: str = "carry"
    #: The changes of the case: the instant, and the position of the course with the new target.
    changes: tuple[tuple[int, int], ...] = ()


def may_promise(hours: Hours, target: str) -> bool:
    """Return whether the policy format allows this target under these hours."""
    always = any(member.always for member in hours.members)
    if target.startswith("the "):
        parts = target.partition(" of ")[2].replace(" and ", ", ").split(", ")
        return all(may_promise(hours, part) for part in parts)
    if "24x7" in target or target == "immediately":
        return True
    if "business hour" in target or "business minute" in target:
        return not always
    same_zone = len({member.zone for member in hours.members}) == 1
    return same_zone and not any(
        member.always and member.business_days is None for member in hours.members
    )


#: The starts of metrics: the events, and free text.
STARTS = ("opened", "answered", "updated", "When it was seen")
ON_CHANGE = ("restart", "carry", "keep")


LENGTHS_BEFORE = (
    "1h before", "30m before", "0.5m before", "26h before", "1 business hour before",
    "90 business minutes before", "10 business hours before",
)  # fmt: skip


def some_course(
    random: Random, hours: Hours, zone: str, days: list[int], first_starts: str
) -> Course | None:
    """Return a course of events; `first_starts` is the start of the first metric."""
    opened = some_instant(random, hours, zone, days)
    target = some_target(random, hours, opened, days)
    if isinstance(target, int) or not may_promise(hours, target):
        return None
    pauses = some_pauses(random, hours, opened, days) if random.random() < 0.5 else ()
    happens = [opened, *edges(hours, opened // DAY_SECONDS + 1)]
    happens += [at for pause in pauses for at in pause if at is not None]
    later = sorted(at for at in happens if at >= opened)
    moments = sorted(
        max(opened, random.choice(later) + random.choice([0, 0, 0, 1, 1800, 3600, 90_000]))
        for _ in range(4)
    )
    first_metric = random.random() < 0.5
    starts = first_starts if first_metric else random.choice(STARTS)
    early = random.sample(moments[:2], 2)
    answered = early[0] if random.random() < 0.4 else None
    updated = early[1] if random.random() < 0.4 else None
    resolved = moments[2] if random.random() < 0.25 else None
    start = None
    if starts not in STARTS[:3] and random.random() < 0.8:
        start = random.choice(moments[:2])
    # Later events have not happened, but a start in free text is known before.
    now = moments[3] if random.random() < 0.8 else random.choice(moments)
    if random.random() < 0.1:  # before the opening
        now = opened - random.choice([1, 3600])
    ratio = random.choice([None, "3/4", "1/2", "1/3", "9/10", "1/7", *LENGTHS_BEFORE])
    return Course(
        opened, target, first_metric, pauses, answered, updated, resolved, now, ratio, starts, start
    )


def some_changes(random: Random, course: Course, courses: int) -> tuple[tuple[int, int], ...]:
    """Return changes to the targets of other courses, in order."""
    if random.random() < 0.5:
        return ()
    happens = [course.opened, course.now, course.answered, course.updated, course.resolved]
    happens += [course.start, *(at for pause in course.pauses for at in pause)]
    known = [at for at in happens if at is not None]
    low, high = min(known), max(known)
    instants = {
        random.choice(known) + random.choice([0, 0, 1, -1, 1800, 3600, 7200])
        if random.random() < 0.6
        else random.randint(low, high)
        for _ in range(random.choice([1, 1, 1, 2, 3, 4]))
    }
    return tuple((at, random.randrange(courses)) for at in sorted(instants) if at >= course.opened)


class FirstMetric(NamedTuple):
    """The first metric of a policy."""

    starts: str
    on_change: str


def courses(seed: int, number: int, drawn: Bundle, most: int) -> tuple[FirstMetric, list[Course]]:
    """Return the first metric, and at most `most` courses of events."""
    random = Random(f"{seed} courses {number}")
    zone = drawn.hours.members[0].zone
    days = [case.opened // DAY_SECONDS for case in drawn.cases]
    # The answer ends the first metric, so it cannot start it.
    first = random.choice(["opened", "opened", "updated", STARTS[3]])
    # Some targets are not valid under the hours.
    result = (some_course(random, drawn.hours, zone, days, first) for _ in range(2 * most))
    many = list(islice((course for course in result if course is not None), most))
    drawing = Random(f"{seed} changes {number}")
    metric = FirstMetric(first, drawing.choice(ON_CHANGE))
    return metric, [
        course._replace(
            on_change=metric.on_change if course.first_metric else drawing.choice(ON_CHANGE),
            changes=some_changes(drawing, course, len(many)),
        )
        for course in many
    ]


GROUP = 80  # bundles that share a few time zones, for the caches


def bundle(seed: int, number: int, cases: int) -> Bundle:
    """Return the calendar of a number with its questions; equal for equal arguments."""
    drawn_zones = Random(f"{seed} group {number // GROUP}")
    group = [*drawn_zones.sample(sorted(ZONES), 3), drawn_zones.choice(HARD_ZONES)]
    random = Random(f"{seed} bundle {number}")
    zone = random.choice(group)
    days = some_days(random, zone)
    members = 1 if random.random() < 0.75 else random.randint(2, 3)
    other = random.random() < 0.4
    written = []
    for position in range(members):
        chosen = random.choice(group) if other and position else zone
        written.append(some_calendar(random, chosen, days, 0.75 if members == 1 else 1))
    customer_zone = customer_country = None
    if random.random() < 0.05 and not zone.startswith("UTC"):
        customer_zone = zone
        for calendar in written:
            if calendar.get("timezone") == zone:
                calendar["timezone"] = "customer"
    if random.random() < 0.03:
        customer_country = random.choice(["NO", "US", "DE-BY"])
        written[0]["holidays"] = "customer"
        if written[0]["open"] == "24x7":
            written[0].pop("holidays-apply-to", None)
    calendar_or_list: dict[str, Any] | list[dict[str, Any]] = (
        written[0] if members == 1 else written
    )
    hours = Hours(calendar_or_list, customer_zone, customer_country)
    reading = random.choice(["close", "close", "same-time", "same-time", "opening"])
    drawn = [some_case(random, hours, zone, days) for _ in range(cases)]
    return Bundle(calendar_or_list, reading, customer_zone, customer_country, hours, drawn)
