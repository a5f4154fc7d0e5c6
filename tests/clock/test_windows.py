"""Parsers of windows, dates and weekdays, and overlapping windows."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zsupport.clock.problem import BadText
from zsupport.clock.window_text import (
    parse_date,
    parse_day_windows,
    parse_days,
    parse_month_day,
    parse_open,
    parse_years,
)
from zsupport.clock.windows import WEEK, Window, overlapping

# Minutes from Monday 00:00 to the midnight before each day.
MON, TUE, WED, THU, FRI, SAT, SUN = 0, 1440, 2880, 4320, 5760, 7200, 8640


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("mon 09:00-17:00", [(540, 1020)]),
        ("sun 00:00-24:00", [(8640, 10_080)]),
        ("mon-fri 09:00-18:00",
         [(MON + 540, MON + 1080), (TUE + 540, TUE + 1080), (WED + 540, WED + 1080),
          (THU + 540, THU + 1080), (FRI + 540, FRI + 1080)]),
        ("sat-sun 10:00-14:30", [(SAT + 600, SAT + 870), (SUN + 600, SUN + 870)]),
        # A range over the end of the week.
        ("sun-tue 08:00-16:00",
         [(SUN + 480, SUN + 960), (MON + 480, MON + 960), (TUE + 480, TUE + 960)]),
        # Past midnight, and past the end of the week.
        ("thu-fri 22:00-06:00", [(THU + 1320, FRI + 360), (FRI + 1320, SAT + 360)]),
        ("sun 22:00-06:00", [(SUN + 1320, WEEK + 360)]),
        ("mon 09:00-08:00", [(540, TUE + 480)]),
        ("mon 00:01-00:00", None),
        ("mon 22:00-24:00", [(1320, 1440)]),
        ("mon 00:00-23:59", [(0, 1439)]),
        # Blocks.
        ("fri 17:00 - mon 09:00", [(FRI + 1020, WEEK + 540)]),
        ("sun 14:00 - fri 17:00", [(SUN + 840, WEEK + FRI + 1020)]),
        ("mon 08:00 - wed 12:00", [(480, WED + 720)]),
        ("mon 08:00 - mon 17:00", [(480, 1020)]),
        ("mon 09:00 - mon 09:00", [(540, WEEK + 540)]),
        ("mon 09:00 - mon 08:00", [(540, WEEK + 480)]),
        ("mon 00:00 - sun 24:00", [(0, WEEK)]),
        ("tue 00:00 - mon 24:00", [(1440, WEEK + 1440)]),
        ("fri 17:00 - sun 24:00", [(FRI + 1020, WEEK)]),
        ("fri 17:00 - mon 00:00", [(FRI + 1020, WEEK)]),
        # Several spaces between the parts are accepted.
        ("mon  09:00-17:00", [(540, 1020)]),
        ("fri 17:00  -  mon 09:00", [(FRI + 1020, WEEK + 540)]),
    ],
)  # fmt: skip
def test_opening_hours_are_weekly_windows(text: str, windows: list[tuple[int, int]] | None) -> None:
    if windows is None:
        with pytest.raises(BadText):
            parse_open(text)
        return
    assert parse_open(text) == tuple(Window(*window) for window in windows)


def test_24x7_has_no_windows() -> None:
    assert parse_open("24x7") is None


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("mon-fri 9:00-18:00", "invalid time of day `9:00`", "write `mon-fri 09:00-18:00`"),
        ("mon-fri 09:00-5:00", "invalid time of day `5:00`", "write `mon-fri 09:00-05:00`"),
        ("mon-fri 25:00-26:00", "invalid time of day `25:00`", None),
        ("mon-fri 09:00-17:60", "invalid time of day `17:60`", None),
        ("mon-fri 09:00-24:01", "invalid time of day `24:01`", None),
        ("mon 24:00-06:00", "`24:00` cannot start a window", "write 00:00 of the next day"),
        ("mon 24:00 - tue 06:00", "`24:00` cannot start a window",
         "write 00:00 of the next day"),
        ("mon-fri 09:00-09:00", "`09:00-09:00` is empty",
         "write `mon-fri 00:00-24:00` for a whole day, or a block such as `mon 09:00 - tue 09:00`"),
        ("mon-fri 09:00-00:00", "`09:00-00:00` ends at the start of its date",
         "write `mon-fri 09:00-24:00`"),
        ("mon-fri 00:00-00:00", "`00:00-00:00` ends at the start of its date",
         "write `mon-fri 00:00-24:00`"),
        ("Mon-Fri 09:00-18:00", "unknown weekday `Mon`", "write `mon-fri 09:00-18:00`"),
        ("Monday 09:00-18:00", "unknown weekday `Monday`", "write `mon 09:00-18:00`"),
        ("Monday to Friday 9am-5pm", None, "write `mon-fri 09:00-17:00`"),
        ("thurs-tues 09:00-18:00", "unknown weekday `thurs`", "write `thu-tue 09:00-18:00`"),
        ("man-fre 08:00-16:00", "unknown weekday `man`", "write `mon-fri 08:00-16:00`"),
        ("lørdag 08:00-16:00", "unknown weekday `lørdag`", "write `sat 08:00-16:00`"),
        ("weekdays 09:00-18:00", "unknown weekday `weekdays`", "write `mon-fri 09:00-18:00`"),
        ("daily 09:00-18:00", "unknown weekday `daily`", "write `mon-sun 09:00-18:00`"),
        ("x-fri 09:00-18:00", "unknown weekday `x`", None),
        ("mon-mon 09:00-18:00", "invalid range of weekdays `mon-mon`",
         "write `mon 09:00-18:00` for one day, or `mon-sun 09:00-18:00` for every day"),
        ("24x5", None, "write `mon-fri 00:00-24:00`"),
        ("24/5", None, "write `mon-fri 00:00-24:00`"),
        ("24x6", None, "write `mon-sat 00:00-24:00`"),
        ("8x5", None, "write days and times such as `mon-fri 09:00-17:00`"),
        ("mon,wed 09:00-18:00", "unknown weekday `mon,wed`",
         "write a list with one entry for each day"),
        ("mon-fri 08:00-12:00, 13:00-17:00", None,
         "write a list with one entry for each window"),
        ("mon-fri 09:00 - 18:00", None, "write `mon-fri 09:00-18:00`"),
        ("mon - fri 09:00-18:00", None, "write `mon-fri 09:00-18:00`"),
        ("mon\u2013fri 09:00\u201318:00", None, "write `mon-fri 09:00-18:00`"),
        ("mon-fri: 9-17", "unknown weekday `fri:`", "write `mon-fri 09:00-17:00`"),
        ("fri 17:00-mon 09:00", None, "write `fri 17:00 - mon 09:00`"),
        ("Fri 17:00 \u2013 Mon 9:00", None, "write `fri 17:00 - mon 09:00`"),
        ("mon-fri 09:00-17:00\n", None, "write `mon-fri 09:00-17:00`"),
        ("mon-fri", None, "add times such as `mon-fri 09:00-17:00`"),
        ("weekend", None, "add times such as `sat-sun 09:00-17:00`"),
        ("09:00-18:00", None, "add days such as `mon-fri 09:00-18:00`"),
        ("24/7", None, "write `24x7`"),
        ("24X7", None, "write `24x7`"),
        ("mon-fri 24x7", None, "write `mon-fri 00:00-24:00`"),
        ("closed", None, "omit the days that are closed"),
        # It is unknown whether the first time is am or pm.
        ("mon-fri 5-9pm", "invalid time of day `5`", "write `05:00`"),
        ("mon-fri 09:00-17:00 CET", None, None),
        ("", "invalid opening hours (empty)", None),
        ("mon 0\u0669:00-10:00", "invalid time of day `0\u0669:00`", None),
    ],
)  # fmt: skip
def test_invalid_opening_hours_are_reported_with_a_hint(
    text: str, message: str | None, hint: str | None
) -> None:
    with pytest.raises(BadText) as caught:
        parse_open(text)
    if message is None:
        assert "invalid opening hours" in caught.value.message
    else:
        assert caught.value.message == message
    assert caught.value.hint == hint
    assert caught.value.expected


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("closed", ()),
        ("08:00-12:00", (Window(480, 720),)),
        ("00:00-24:00", (Window(0, 1440),)),
        ("23:59-24:00", (Window(1439, 1440),)),
    ],
)
def test_hours_of_a_date_are_a_window_or_closed(text: str, windows: tuple[Window, ...]) -> None:
    assert parse_day_windows(text) == windows


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("22:00-06:00",
         "write `22:00-24:00` for this date and `00:00-06:00` for the next date"),
        ("09:00-00:00", "write `09:00-24:00`"),
        ("12:00-12:00",
         "write `00:00-24:00` for a whole day"),
        ("24:00-24:00", "write 00:00 of the next day"),
        ("8:00-12:00", "write `08:00-12:00`"),
        ("8-12", "write `08:00-12:00`"),
        ("08:00 - 12:00", "write `08:00-12:00`"),
        ("08:00-12:00, 13:00-15:00", "write a list with one entry for each time"),
        ("24x7", "write `00:00-24:00`"),
        ("Closed", "write `closed`"),
        ("mon 08:00-12:00", "write `08:00-12:00`"),
        ("", None),
    ],
)  # fmt: skip
def test_invalid_hours_of_a_date_are_reported_with_a_hint(text: str, hint: str | None) -> None:
    with pytest.raises(BadText) as caught:
        parse_day_windows(text)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", (0,)),
        ("sun", (6,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("mon-sun", (0, 1, 2, 3, 4, 5, 6)),
        ("sun-thu", (6, 0, 1, 2, 3)),
        ("sat-fri", (5, 6, 0, 1, 2, 3, 4)),
    ],
)
def test_weekdays_are_numbers_from_monday(text: str, days: tuple[int, ...]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Mon-Fri", "write `mon-fri`"),
        ("weekdays", "write `mon-fri`"),
        ("mandag-fredag", "write `mon-fri`"),
        ("tues", "write `tue`"),
        ("mon-mon", "write `mon` for one day, or `mon-sun` for every day"),
        ("mon,tue", "write a list with one entry for each day"),
        ("mon-tue-wed", None),
        ("mo", "write `mon`"),
        ("mo-fr", "write `mon-fri`"),
        ("ma-fr", "write `mon-fri`"),
        ("Mo-Do", "write `mon-thu`"),
        ("sa+so", "write a list with one entry for each day"),
        ("t", None),
        ("", None),
    ],
)
def test_invalid_weekdays_are_reported_with_a_hint(text: str, hint: str | None) -> None:
    with pytest.raises(BadText) as caught:
        parse_days(text)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-01-05", datetime.date(2026, 1, 5)),
        ("2024-02-29", datetime.date(2024, 2, 29)),
        ("1973-01-01", datetime.date(1973, 1, 1)),
        ("2200-12-31", datetime.date(2200, 12, 31)),
    ],
)
def test_valid_dates(text: str, date: datetime.date) -> None:
    assert parse_date(text) == date


@pytest.mark.parametrize(
    ("text", "reason", "hint"),
    [
        ("2026-02-30", "the calendar does not have this day", None),
        ("2025-02-29", "the calendar does not have this day", None),
        ("2100-02-29", "the calendar does not have this day", None),
        ("2026-13-01", "the calendar does not have this day", None),
        ("0000-01-01", "the calendar does not have this day", None),
        ("1972-12-31", "out of range", None),
        ("2201-01-01", "out of range", None),
        ("2026-1-5", "invalid date", "write `2026-01-05`"),
        ("2026/01/05", "invalid date", "write `2026-01-05`"),
        ("20260105", "invalid date", "write `2026-01-05`"),
        ("202615", "invalid date", None),
        ("05.01.2026", "invalid date", "write the year, then the month, then the day"),
        ("1/5/2026", "invalid date", "write the year, then the month, then the day"),
        ("2026-01-05T09:00Z", "invalid date", "write `2026-01-05` without a time of day"),
        ("2026-01-05\n", "invalid date", None),
        ("12-24", "invalid date", None),
        ("", "invalid date (empty)", None),
        ("\u0662\u0660\u0662\u0666-01-05", "invalid date", None),
    ],
)
def test_invalid_dates_are_reported_with_a_hint(text: str, reason: str, hint: str | None) -> None:
    with pytest.raises(BadText) as caught:
        parse_date(text)
    assert reason in caught.value.message
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("text", "pair"), [("12-24", (12, 24)), ("01-01", (1, 1)), ("02-29", (2, 29))]
)
def test_valid_months_and_days(text: str, pair: tuple[int, int]) -> None:
    assert parse_month_day(text) == pair


@pytest.mark.parametrize(
    "text",
    ["02-30", "04-31", "13-01", "00-10", "12-00", "1-1", "24.12", "2026-12-24", "12-24\n", ""],
)
def test_invalid_months_and_days_are_reported(text: str) -> None:
    with pytest.raises(BadText):
        parse_month_day(text)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2026", (2026, 2026)),
        ("2026-2027", (2026, 2027)),
        ("2026-2026", (2026, 2026)),
        ("1973-2200", (1973, 2200)),
    ],
)
def test_valid_years(text: str, years: tuple[int, int]) -> None:
    assert parse_years(text) == years


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2027-2026", "write `2026-2027`"),
        ("2026-27", "write `2026-2027`"),
        ("2026/27", "write `2026-2027`"),
        ("1972", None),
        ("2026-2201", None),
        ("26", None),
        ("2026 - 2027", None),
        ("", None),
    ],
)
def test_invalid_years_are_reported_with_a_hint(text: str, hint: str | None) -> None:
    with pytest.raises(BadText) as caught:
        parse_years(text)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("windows", "pair"),
    [
        ([], None),
        ([(0, 60)], None),
        ([(0, 60), (60, 120)], None),
        ([(60, 120), (0, 60)], None),
        ([(0, 61), (60, 120)], ((0, 61), (60, 120))),
        ([(60, 120), (0, 61)], ((0, 61), (60, 120))),
        ([(0, 60), (0, 60)], ((0, 60), (0, 60))),
        # A window inside another window that is not adjacent.
        ([(0, 600), (100, 120), (700, 800)], ((0, 600), (100, 120))),
        ([(0, 10), (0, 600), (20, 30)], ((0, 10), (0, 600))),
        # Over the end of the week: Sunday night and Monday morning.
        ([(SUN + 1320, WEEK + 360), (360, 720)], None),
        ([(SUN + 1320, WEEK + 361), (360, 720)], ((SUN + 1320, WEEK + 361), (360, 720))),
        ([(0, 60), (540, WEEK + 540)], ((0, 60), (540, WEEK + 540))),
        # A window of a whole week touches itself, but does not overlap.
        ([(540, WEEK + 540)], None),
        ([(540, WEEK + 541)], ((540, WEEK + 541), (540, WEEK + 541))),
        ([(FRI + 1020, WEEK + 540), (MON + 540, MON + 1020)], None),
    ],
)
def test_overlapping_windows_of_a_week(
    windows: list[tuple[int, int]], pair: tuple[tuple[int, int], tuple[int, int]] | None
) -> None:
    result = overlapping([Window(*window) for window in windows])
    expected = None if pair is None else {Window(*window) for window in pair}
    assert (None if result is None else set(result)) == expected


def test_windows_of_a_date_do_not_repeat() -> None:
    windows = [Window(0, 60), Window(1000, WEEK + 30)]
    assert overlapping(windows, week=None) is None
    assert overlapping(windows) is not None
    assert overlapping([Window(0, 61), Window(60, 90)], week=None) == ((0, 61), (60, 90))


@given(
    st.lists(
        st.tuples(st.integers(0, WEEK - 1), st.integers(1, WEEK)).map(
            lambda drawn: Window(drawn[0], drawn[0] + drawn[1])
        ),
        max_size=4,
    )
)
def test_windows_overlap_if_they_share_a_minute(windows: list[Window]) -> None:
    taken: set[int] = set()
    shared = False
    for window in windows:
        minutes = {minute % WEEK for minute in range(window.opens, window.closes)}
        shared = shared or bool(taken & minutes)
        taken |= minutes
    result = overlapping(windows)
    assert (result is not None) is shared
    if result is not None:
        assert set(result) <= set(windows)


WORDS = st.sampled_from([
    "mon", "tue", "fri", "sun", "-", "09:00", "17:00", "24:00", "00:00", "9", "pm", ",", ":",
    "24x7", "closed",
])  # fmt: skip
TEXTS = st.text() | st.text("monfri 0123456789:-") | st.lists(WORDS).map(" ".join)


def result_or_error(parse: Callable[[str], Any], text: str) -> Any:
    """Return the result of a parser, or the error."""
    try:
        return parse(text)
    except BadText as problem:
        return problem


@given(TEXTS)
def test_any_text_is_opening_hours_or_an_error(text: str) -> None:
    result = result_or_error(parse_open, text)
    if isinstance(result, BadText):
        assert result.message.isprintable()
    else:
        for opens, closes in result or ():
            assert 0 <= opens < WEEK
            assert opens < closes <= opens + WEEK


@given(TEXTS)
def test_any_text_is_valid_or_an_error_for_other_parsers(text: str) -> None:
    for parse in (parse_day_windows, parse_days, parse_date, parse_month_day, parse_years):
        result = result_or_error(parse, text)
        if isinstance(result, BadText):
            assert result.message.isprintable()


@given(st.dates(datetime.date(1973, 1, 1), datetime.date(2200, 12, 31)))
def test_formatted_date_can_be_parsed(date: datetime.date) -> None:
    assert parse_date(date.isoformat()) == date
    assert parse_month_day(date.isoformat()[5:]) == (date.month, date.day)
