"""Days and ranges of days: their texts, their dates, and ranges that overlap."""

from datetime import date, timedelta
from functools import cache
from random import Random

import pytest
from oracle import days as oracle

from zsupport.clock.day_text import parse_day, parse_day_or_range
from zsupport.clock.days import in_year, precedence, ranges_in
from zsupport.clock.nesting import overlapping_ranges
from zsupport.clock.problem import BadText
from zsupport.clock.window_text import RangeWindows, parse_range_windows
from zsupport.clock.windows import Window

DAY = timedelta(days=1)


def dates(day: str, year: int) -> list[str]:
    """Return the dates of a day in a year."""
    return [date.fromordinal(ordinal).isoformat() for ordinal in in_year(day, year)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-24", "2026-12-24"),
        ("12-24", "12-24"),
        ("02-29", "02-29"),
        ("last fri of june", "last fri of jun"),
        ("LAST Friday OF June", "last fri of jun"),
        ("1st mon of may", "1st mon of may"),
        ("5th Sunday of December", "5th sun of dec"),
        ("Easter", "easter"),
        ("easter+1", "easter+1"),
        ("easter-02", "easter-2"),
        ("Orthodox Easter+1", "orthodox easter+1"),
        ("Friday before 12-25", "fri before 12-25"),
        ("mon after last sun of MAY", "mon after last sun of may"),
        ("day before orthodox easter-2", "day before orthodox easter-2"),
        ("Day After 4th Thursday Of November", "day after 4th thu of nov"),
    ],
)
def test_days_have_one_canonical_text(text: str, day: str) -> None:
    assert parse_day(text) == day
    assert parse_day(day) == day


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("4. thu of nov", "write `4th thu of nov`"),
        ("fourth thursday in november", "write `4th thu of nov`"),
        ("the last friday in june", "write `last fri of jun`"),
        ("last  fri of june", "write `last fri of jun`"),
        ("good friday", "write `easter-2`"),
        ("Easter Monday", "write `easter+1`"),
        ("easter + 1", "write `easter+1`"),
        ("easter+0", "write `easter`"),
        ("2 days before easter", "write `easter-2`"),
        ("two days after easter monday", "write `easter+3`"),
        ("Langfredag", "write `easter-2`"),
        ("Karfreitag", "write `easter-2`"),
        ("thanksgiving", "write `4th thu of nov`"),
        ("day after thanksgiving", "write `day after 4th thu of nov`"),
        ("friday before christmas", "write `fri before 12-25`"),
        ("monday after 24 May", "write `mon after 05-24`"),
        ("12/24", "write `12-24`"),
        ("24.12.", "write `12-24`"),
        ("24. december", "write `12-24`"),
        ("Dec 24", "write `12-24`"),
        ("05/06", "write MM-DD: the month, then the day"),
        ("thu of nov", "state which one: `1st` to `5th`, or `last`"),
        ("day after 2026-12-24",
         "count from a day of every year, such as `12-25` or `4th thu of nov`"),
        ("day after day after 12-25",
         "count from a day of every year, such as `12-25` or `4th thu of nov`"),
        ("12-28..01-03", "write it in `dates`, as `12-28..01-03: closed`"),
        ("6th mon of may", "state which one: `1st` to `5th`, or `last`"),
        ("easter+367", "at most 366"),
        ("02-30", None),
        ("fri before " * 20 + "12-25", None),
        ("", None),
    ],
)  # fmt: skip
def test_invalid_days_are_reported_with_a_hint(text: str, hint: str | None) -> None:
    with pytest.raises(BadText) as caught:
        parse_day(text)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("06-15 - 09-15", "write `06-15..09-15`"),
        ("06-15 .. 09-15", "write `06-15..09-15`"),
        ("06-15 to 09-15", "write `06-15..09-15`"),
        ("06-15\N{EN DASH}09-15", "write `06-15..09-15`"),
        ("2026-07-01/2026-08-31", "write `2026-07-01..2026-08-31`"),
        ("2026-07-01..08-31",
         "write `2026-07-01..2026-08-31`, or `07-01..08-31` for every year"),
        ("07-01..2026-08-31", "write the year in both dates, or in none"),
        ("12-24..12-24", "write `12-24`"),
        ("2026-08-31..2026-07-01", "write `2026-07-01..2026-08-31`"),
        ("easter-2..easter+1", "write the single days, or a range between dates"),
        ("good friday..easter", "write `easter-2`"),
        ("09-01..09-31", None),
        ("..", None),
        ("01-01..02-01..03-01", None),
    ],
)  # fmt: skip
def test_invalid_ranges_are_reported_with_a_hint(text: str, hint: str | None) -> None:
    with pytest.raises(BadText) as caught:
        parse_day_or_range(text)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("08:00-15:00", RangeWindows((Window(480, 900),), True)),
        ("22:00-06:00", RangeWindows((Window(1320, 1800),), True)),
        ("tue 08:00-15:00", RangeWindows((Window(1920, 2340),), False)),
        ("sat 22:00 - sun 06:00", RangeWindows((Window(8520, 9000),), False)),
        ("closed", RangeWindows((), False)),
    ],
)
def test_hours_of_a_range_are_of_each_date_or_of_the_week(text: str, windows: RangeWindows) -> None:
    assert parse_range_windows(text) == windows


def test_24x7_in_a_range_is_seven_whole_days() -> None:
    week = tuple(Window(day * 1440, (day + 1) * 1440) for day in range(7))
    assert parse_range_windows("24x7") == RangeWindows(week, False)


@pytest.mark.parametrize(
    ("day", "year", "expected"),
    [
        ("2026-12-24", 2026, ["2026-12-24"]),
        ("2026-12-24", 2027, []),
        ("02-29", 2026, []),
        ("02-29", 2028, ["2028-02-29"]),
        ("day after 02-29", 2026, []),
        ("4th thu of nov", 2026, ["2026-11-26"]),
        ("day after 4th thu of nov", 2026, ["2026-11-27"]),
        ("last fri of jun", 2026, ["2026-06-26"]),
        ("last thu of dec", 2026, ["2026-12-31"]),
        ("5th mon of feb", 2026, []),
        ("5th thu of dec", 2026, ["2026-12-31"]),
        ("easter", 2026, ["2026-04-05"]),
        ("easter-2", 2026, ["2026-04-03"]),
        ("easter+49", 2026, ["2026-05-24"]),
        ("orthodox easter", 2026, ["2026-04-12"]),
        ("orthodox easter+1", 2027, ["2027-05-03"]),
        # 25 December 2026 is a Friday, and 24 May 2027 is a Monday.
        ("fri before 12-25", 2026, ["2026-12-18"]),
        ("fri after 12-25", 2026, []),
        ("fri after 12-25", 2027, ["2027-01-01", "2027-12-31"]),
        ("mon after 05-24", 2027, ["2027-05-31"]),
        ("day after 12-31", 2026, ["2026-01-01"]),
        ("day before 01-01", 2026, ["2026-12-31"]),
        # 1 January 2027 and 31 December 2027 are Fridays before 2 January.
        ("fri before 01-02", 2027, ["2027-01-01", "2027-12-31"]),
        ("fri before 01-02", 2026, []),
    ],
)
def test_dates_of_a_day(day: str, year: int, expected: list[str]) -> None:
    assert dates(day, year) == expected


#: Days of every form, with bounds of years and months.
DAYS = [
    *("01-01", "12-31", "02-29", "easter", "easter-100", "easter+300", "orthodox easter-48"),
    *(f"{number} {weekday} of {month}" for number, weekday, month in (
        ("1st", "mon", "jan"), ("5th", "sun", "feb"), ("last", "wed", "feb"),
        ("2nd", "tue", "mar"), ("3rd", "thu", "apr"), ("4th", "sat", "may"),
        ("last", "fri", "jun"), ("5th", "mon", "jul"), ("1st", "sun", "aug"),
        ("last", "tue", "sep"), ("5th", "fri", "oct"), ("last", "sun", "dec"),
    )),
    *("day after 12-31", "day before 01-01", "sun before 01-03", "sat after 12-29"),
    *("day before 03-01", "mon after 02-29", "fri before easter", "tue after last mon of oct"),
]  # fmt: skip
#: The supported years at their ends, today, and around two years without a leap day.
YEARS = (1973, *range(1999, 2002), *range(2024, 2040), *range(2098, 2105), *range(2197, 2201))


@pytest.mark.parametrize("day", DAYS)
def test_days_agree_with_a_look_at_every_date(day: str) -> None:
    expected = []
    for year in YEARS:
        on = date(year, 1, 1)
        while on.year == year:
            if oracle.is_day(day, on):
                expected.append(on.toordinal())
            on += DAY
    assert [ordinal for year in YEARS for ordinal in in_year(day, year)] == expected
    assert expected


def test_a_year_takes_precedence_over_a_date_and_a_date_over_a_day_that_moves() -> None:
    days = ["2026-04-05", "easter", "04-05"]
    assert sorted(days, key=precedence) == ["easter", "04-05", "2026-04-05"]


def some_range(random: Random) -> str:
    """Return a range near the ends of February and of the year, with or without years."""
    starts = [date(2027, 12, 20), date(2028, 2, 20), date(2026, 2, 25), date(2027, 6, 1)]
    first = random.choice(starts) + random.randint(0, 12) * DAY
    last = first + random.randint(1, 20) * DAY
    if random.random() < 0.5:
        return f"{first}..{last}"
    return f"{first.isoformat()[5:]}..{last.isoformat()[5:]}"


def test_overlapping_ranges_agree_with_a_look_at_every_date() -> None:
    random = Random(5)
    counts = {"overlap": 0, "apart": 0, "nested": 0}
    for _ in range(800):
        first, second = some_range(random), some_range(random)
        years = range(2025, 2030)
        whole = [
            {span for year in years if (span := span_of(text, year))} for text in (first, second)
        ]
        pairs = [(span, other) for span in whole[0] for other in whole[1] if span & other]
        both_yearly = len(first) == len(second) == 12
        crossing = any(not (span <= other or other <= span) for span, other in pairs)
        if first == second:
            continue
        # Two ranges of every year with all dates: neither is inside the other.
        equal = both_yearly and any(span == other and len(span) > 364 for span, other in pairs)
        expected = crossing or equal
        assert bool(overlapping_ranges([first, second])) == expected, (first, second)
        kind = "overlap" if expected else "nested" if pairs else "apart"
        counts[kind] += 1
    assert min(counts.values()) > 50, counts


@cache
def span_of(text: str, year: int) -> frozenset[date]:
    """Return the dates of a range that starts in a year, found date by date."""
    on = date(year, 1, 1)
    while on.year == year:
        if oracle.is_in_range(text, on) and oracle.begins_range(text, on):
            first, last = oracle.extent(text, on)
            return frozenset(first + number * DAY for number in range((last - first).days + 1))
        on += DAY
    return frozenset()


def test_the_innermost_range_decides_on_each_date() -> None:
    random, compared = Random(6), 0
    while compared < 300:
        texts = list(dict.fromkeys(some_range(random) for _ in range(3)))
        if overlapping_ranges(texts):
            continue
        for year in (2026, 2028):
            week: dict[int, str] = {}
            for text, first, end in ranges_in(texts, year):
                week.update(dict.fromkeys(range(first, end), text))
            on = date(year, 1, 1)
            while on.year == year:
                chosen = week.get(on.toordinal())
                assert chosen == oracle.innermost(texts, on), (texts, on)
                on += DAY
        compared += 1


def test_many_ranges_are_compared_quickly() -> None:
    days = [date(1973, 1, 1) + 3 * number * DAY for number in range(20_000)]
    texts = [f"{day}..{day + DAY}" for day in days]
    assert overlapping_ranges(texts) == []
    assert overlapping_ranges([*texts, f"{days[5] + DAY}..{days[6]}"]) != []
