"""Phrases for instants: elapsed time, named days, and RFC 5322 dates."""

import datetime
import email.utils
import zoneinfo
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zsupport.clock.instants import END, FIRST, format_instant, parse_instant
from zsupport.clock.phrases import is_relative, parse_moment
from zsupport.clock.problem import BadText
from zsupport.clock.zones import zone, zone_names

UTC = datetime.UTC
NOW = 1_795_622_400  # 2026-11-25T16:00:00Z, a Wednesday
INSTANTS = st.integers(FIRST, END - 1)
ZONE_NAMES = st.sampled_from(["UTC", *zone_names()])


def seconds(text: str) -> int:
    """Return the instant of an RFC 3339 text, parsed by the standard library."""
    return int(datetime.datetime.fromisoformat(text).timestamp())


@cache
def independent_zone(name: str) -> datetime.tzinfo:
    """Return a zone of the standard library, with the rules of the package `tzdata`."""
    with files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return zoneinfo.ZoneInfo.from_file(file, name)


def result_of(
    text: str, now: int = NOW, zone_name: str | None = None
) -> tuple[int, datetime.tzinfo | None] | BadText:
    """Return the parsed instant and zone, or the error."""
    try:
        where = zone(zone_name) if zone_name else None
        return parse_moment(text, now=now, zone=where, tz="ZONE")
    except BadText as problem:
        return problem


def error_of(text: str, zone_name: str | None = None) -> BadText:
    """Return the error of an invalid text."""
    result = result_of(text, zone_name=zone_name)
    assert isinstance(result, BadText), result
    return result


# Elapsed time


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2 hours ago", "2026-11-25T14:00:00Z"),
        ("90 min ago", "2026-11-25T14:30:00Z"),
        ("3 days ago", "2026-11-22T16:00:00Z"),
        ("1 week ago", "2026-11-18T16:00:00Z"),
        ("an hour ago", "2026-11-25T15:00:00Z"),
        ("a day ago", "2026-11-24T16:00:00Z"),
        ("1 h 30 min ago", "2026-11-25T14:30:00Z"),
        ("2 d 4 h ago", "2026-11-23T12:00:00Z"),
        ("1h30m ago", "2026-11-25T14:30:00Z"),
        ("1.5 hours ago", "2026-11-25T14:30:00Z"),
        ("45s ago", "2026-11-25T15:59:15Z"),
        ("0 min ago", "2026-11-25T16:00:00Z"),
        ("in 2 hours", "2026-11-25T18:00:00Z"),
        ("in 1 d 12 h", "2026-11-27T04:00:00Z"),
        ("2  hours   ago", "2026-11-25T14:00:00Z"),
        # Fractions of a second are rounded down to the earlier second.
        ("0.5 s ago", "2026-11-25T15:59:59Z"),
        ("in 0.5 s", "2026-11-25T16:00:00Z"),
        ("now", "2026-11-25T16:00:00Z"),
    ],
)
def test_elapsed_time(text: str, instant: str) -> None:
    assert result_of(text) == (seconds(instant), None)
    # The time zone has no effect.
    assert result_of(text, zone_name="Pacific/Apia") == (seconds(instant), None)


def test_day_has_24_hours_when_the_clock_is_changed() -> None:
    # The clock of Oslo skips 02:00 to 03:00 on March 29.
    now = seconds("2026-03-29T12:00:00+02:00")
    assert result_of("1 day ago", now, "Europe/Oslo") == (
        seconds("2026-03-28T11:00:00+01:00"),
        None,
    )
    assert result_of("24 h ago", now, "Europe/Oslo") == result_of("1 day ago", now)
    # `yesterday` is a date.
    noon = (seconds("2026-03-28T12:00:00+01:00"), None)
    assert result_of("yesterday 12:00", now, "Europe/Oslo") == noon


#: The names of the units, and their lengths as the standard library has them.
UNITS = {
    "weeks": ("w", "week", "weeks"),
    "days": ("d", "day", "days"),
    "hours": ("h", "hr", "hrs", "hour", "hours"),
    "minutes": ("m", "min", "mins", "minute", "minutes"),
    "seconds": ("s", "sec", "secs", "second", "seconds"),
}


@st.composite
def elapsed_times(draw: st.DrawFn) -> tuple[str, datetime.timedelta]:
    """Return a phrase without `ago`, and its length."""
    units = draw(st.lists(st.sampled_from(list(UNITS)), min_size=1, unique=True))
    parts, length = [], datetime.timedelta()
    for unit in sorted(units, key=list(UNITS).index):
        number = draw(st.integers(0, 3000))
        parts.append(
            f"{number}{draw(st.sampled_from(['', ' ']))}{draw(st.sampled_from(UNITS[unit]))}"
        )
        length += datetime.timedelta(**{unit: number})
    return " ".join(parts), length


@given(elapsed_times(), INSTANTS, st.booleans(), st.none() | ZONE_NAMES)
def test_elapsed_time_is_the_difference_of_two_instants(
    phrase: tuple[str, datetime.timedelta], now: int, past: bool, zone_name: str | None
) -> None:
    text, length = phrase
    text = f"{text} ago" if past else f"in {text}"
    assert is_relative(text)
    present = datetime.datetime.fromtimestamp(now, UTC)
    expected = present - length if past else present + length
    result = result_of(text, now, zone_name)
    if 1973 <= expected.year <= 2200:
        assert result == (int(expected.timestamp()), None)
    else:
        assert isinstance(result, BadText)
        assert result.message == f"`{text}` is out of range"


# Named days


@pytest.mark.parametrize(
    ("text", "zone_name", "instant"),
    [
        ("today 14:00", "Europe/Oslo", "2026-11-25T14:00:00+01:00"),
        ("yesterday 14:00", "Europe/Oslo", "2026-11-24T14:00:00+01:00"),
        ("yesterday 9:05", "Europe/Oslo", "2026-11-24T09:05:00+01:00"),
        ("tomorrow 00:00:30", "UTC", "2026-11-26T00:00:30+00:00"),
        # In Auckland it is Thursday, 05:00.
        ("today 14:00", "Pacific/Auckland", "2026-11-26T14:00:00+13:00"),
        ("yesterday 14:00", "UTC-03:30", "2026-11-24T14:00:00-03:30"),
    ],
)
def test_time_of_a_named_day(text: str, zone_name: str, instant: str) -> None:
    assert result_of(text, zone_name=zone_name) == (seconds(instant), None)


def instants_of(date: datetime.date, time: datetime.time, where: datetime.tzinfo) -> list[int]:
    """Return all instants at which a clock shows a date and a time, by trying possible offsets."""
    wall = datetime.datetime.combine(date, time)
    as_utc = int(wall.replace(tzinfo=UTC).timestamp())
    offsets = set()
    for hours in range(-48, 49, 6):
        near = datetime.datetime.fromtimestamp(as_utc + hours * 3600, where)
        offset = near.utcoffset()
        assert offset is not None
        offsets.add(int(offset.total_seconds()))
    instants = sorted(as_utc - offset for offset in offsets)
    return [
        t for t in instants
        if datetime.datetime.fromtimestamp(t, where).replace(tzinfo=None, fold=0) == wall
    ]  # fmt: skip


@given(
    st.sampled_from([("yesterday", -1), ("today", 0), ("tomorrow", 1)]),
    st.times().map(lambda time: time.replace(microsecond=0)),
    st.integers(FIRST + 3 * 86_400, END - 3 * 86_400),
    ZONE_NAMES,
)
@example(("today", 0), datetime.time(2, 30), seconds("2026-03-29T12:00:00Z"), "Europe/Oslo")
@example(("tomorrow", 1), datetime.time(2, 30), seconds("2026-10-24T12:00:00Z"), "Europe/Oslo")
@example(("yesterday", -1), datetime.time(2, 0), seconds("2026-10-04T14:00:00Z"),
         "Australia/Lord_Howe")  # fmt: skip
@example(("yesterday", -1), datetime.time(12, 0), seconds("2011-12-30T12:00:00Z"), "Pacific/Apia")
def test_time_of_a_named_day_is_that_of_a_calendar(
    day: tuple[str, int], time: datetime.time, now: int, zone_name: str
) -> None:
    where = independent_zone(zone_name)
    name, shift = day
    today = datetime.datetime.fromtimestamp(now, where).date()
    expected = instants_of(today + datetime.timedelta(days=shift), time, where)
    text = f"{name} {time.isoformat()}"
    assert is_relative(text)
    result = result_of(text, now, zone_name)
    if len(expected) == 1:
        assert result == (expected[0], None)
        return
    assert isinstance(result, BadText)
    reason = "exists twice in" if expected else "does not exist in"
    assert f"`{text}` {reason} {zone_name}" in result.message
    # The hint proposes an instant for each offset.
    proposed = [seconds(part) for part in (result.hint or "").split("`")[1::2]]
    assert len(proposed) == 2
    if expected:
        assert proposed == expected


def test_dst_gap_and_fold_of_a_named_day() -> None:
    gap = result_of("today 02:30", seconds("2026-03-29T12:00:00Z"), "Europe/Oslo")
    assert isinstance(gap, BadText)
    assert gap.message == "`today 02:30` does not exist in Europe/Oslo: DST gap"
    assert gap.hint == (
        "write `2026-03-29T02:30:00+01:00` (the offset before)"
        " or `2026-03-29T02:30:00+02:00` (the offset after)"
    )
    fold = result_of("yesterday 02:30", seconds("2026-10-26T12:00:00Z"), "Europe/Oslo")
    assert isinstance(fold, BadText)
    assert fold.message == "`yesterday 02:30` exists twice in Europe/Oslo: DST fold"


# RFC 5322 dates


@pytest.mark.parametrize(
    ("text", "instant", "stated"),
    [
        ("Mon, 23 Nov 2026 10:00:00 +0100", "2026-11-23T10:00:00+01:00", "+01:00"),
        ("23 Nov 2026 10:00 -0330", "2026-11-23T10:00:00-03:30", "-03:30"),
        ("Mon, 23 Nov 2026 10:00:00 +0100 (CET)", "2026-11-23T10:00:00+01:00", "+01:00"),
        ("Mon,  2 Nov 2026 09:00:00 +0000", "2026-11-02T09:00:00+00:00", "+00:00"),
        ("Mon, 2 Nov 2026 09:00:00 -0000", "2026-11-02T09:00:00+00:00", "Z"),
        ("Mon, 23 Nov 2026 09:00:00 GMT", "2026-11-23T09:00:00+00:00", "Z"),
        # Names are not case-sensitive in RFC 5322.
        ("MON, 23 nov 2026 10:00:00 +0100", "2026-11-23T10:00:00+01:00", "+01:00"),
        ("Thu, 29 Feb 2024 23:59:59 +1400", "2024-02-29T23:59:59+14:00", "+14:00"),
    ],
)
def test_email_date(text: str, instant: str, stated: str) -> None:
    result = result_of(text, zone_name="Asia/Tokyo")
    assert not isinstance(result, BadText)
    assert result[0] == seconds(instant)
    assert result[1] is not None
    assert format_instant(NOW, result[1]).endswith(stated)
    assert not is_relative(text)


OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59)


@given(INSTANTS, OFFSETS)
def test_printed_email_date_is_parsed(t: int, minutes: int) -> None:
    fixed = datetime.timezone(datetime.timedelta(minutes=minutes))
    value = datetime.datetime.fromtimestamp(t, fixed)
    result = result_of(email.utils.format_datetime(value))
    assert not isinstance(result, BadText)
    assert result[0] == t
    assert result[1] is not None
    assert result[1].utcoffset(None) == datetime.timedelta(minutes=minutes)
    # Without an offset, and as in the header of a web page.
    in_utc = datetime.datetime.fromtimestamp(t, UTC)
    for text in (
        email.utils.format_datetime(in_utc.replace(tzinfo=None)),
        email.utils.format_datetime(in_utc, usegmt=True),
    ):
        assert result_of(text) == (t, UTC), text


WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@given(INSTANTS, OFFSETS, st.sampled_from(WEEKDAYS))
def test_email_date_with_a_wrong_weekday_is_refused(t: int, minutes: int, weekday: str) -> None:
    fixed = datetime.timezone(datetime.timedelta(minutes=minutes))
    right, _, rest = email.utils.format_datetime(
        datetime.datetime.fromtimestamp(t, fixed)
    ).partition(",")
    result = result_of(f"{weekday},{rest}")
    if weekday == right:
        assert not isinstance(result, BadText)
    else:
        assert isinstance(result, BadText)
        assert f"`{right}`" in (result.hint or "")


# Errors

EXPECTED = (
    "an RFC 3339 time with an offset such as 2026-11-24T09:00:00+01:00, `now`, `2 hours ago`,"
    " `@EPOCH`, an email date such as `Tue, 24 Nov 2026 09:00:00 +0100`,"
    " or with ZONE a local time such as `2026-11-24 09:00` or `yesterday 14:00`"
)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("yesterday 14:00", "local time `yesterday 14:00` has no time zone",
         "add the time zone, such as `ZONE local` or `ZONE Europe/Oslo`"),
        ("yesterday", "the time of day is missing", "add a time of day such as `yesterday 09:00`"),
        ("monday 9:00", "a weekday does not state the week",
         "write the date, such as `2026-11-23 09:00` or `2026-11-30 09:00`"),
        ("last friday at 17:30", "a weekday does not state the week",
         "write the date, such as `2026-11-20 17:30` or `2026-11-27 17:30`"),
        # The present moment is on a Wednesday.
        ("next Wed", "a weekday does not state the week",
         "write the date, such as `2026-11-25 09:00` or `2026-12-02 09:00`"),
        ("3 months ago", "months and years differ in length",
         "write days such as `30 days ago`, or a date"),
        ("a year ago", "months and years differ in length",
         "write days such as `30 days ago`, or a date"),
        ("Tue, 23 Nov 2026 10:00:00 +0100", "2026-11-23 is a Monday",
         "write `Mon`, or another date"),
        ("Mon, 23 Nov 2026 10:00:00", "the offset is missing",
         "add the offset after the time, such as +0100"),
        ("Mon, 23 Nov 2026 10:00:00 CET", "the offset is not of the form +HHMM",
         "write the offset, such as +0100, instead of `CET`"),
        ("Mon, 23 November 2026 10:00:00 +0100", "unknown month `November`",
         "did you mean `Nov`?"),
        ("Mno, 23 Nov 2026 10:00:00 +0100", "unknown weekday `Mno`", "did you mean `Mon`?"),
        ("Mon, 23 Nov 2026 24:00:00 +0100", "the last hour is 23",
         "write 00:00 of the next date"),
        ("Mon, 23 Nov 2026 10:00:00 +2460", "offset +2460 does not exist", None),
        ("Mon, 30 Feb 2026 10:00:00 +0100", "date 2026-02-30 does not exist",
         "write a day from 01 to 28"),
        ("23/11/2026 10:00", "invalid instant `23/11/2026 10:00`", "write the date as YYYY-MM-DD"),
        ("11-23-2026 10:00", "invalid instant", "write the date as YYYY-MM-DD"),
        ("2026/11/23 10:00", "invalid instant", "write the date as YYYY-MM-DD"),
        ("Mon Nov 23 10:00:00 CET 2026", "invalid instant",
         "write the date in the form that `date -R` prints"),
        ("NOW", "`now` must be lower case", "write `now`"),
        ("2026-11-23T10:00", "has no time zone",
         "add an offset such as Z or +01:00, or the time zone with ZONE"),
        ("2026-11-23", "the time of day is missing",
         "add a time of day and an offset such as T09:00:00+01:00"),
        ("1795622400", "a number needs the prefix `@`",
         "write seconds since 1970 as `@1795622400`"),
    ],
)  # fmt: skip
def test_error_states_what_to_write(text: str, message: str, hint: str | None) -> None:
    problem = error_of(text)
    assert message in problem.message
    assert problem.hint == hint


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("2 huors ago", "2 hours ago"),
        ("2 hours", "2 hours ago"),
        ("90mins agoo", "90 mins ago"),
        ("Yesterday 14:00", "yesterday 14:00"),
        ("yesteday 14:00", "yesterday 14:00"),
        ("yesterday at 2pm", "yesterday 14:00"),
        ("14:00 yesterday", "yesterday 14:00"),
        ("14:00", "today 14:00"),
        ("9am", "today 09:00"),
        ("12:30 am", "today 00:30"),
        (" now", "now"),
        ("2 HOURS AGO", "2 hours ago"),
        ("in 2 minuts", "in 2 minutes"),
    ],
)
def test_error_suggests_the_nearest_phrase(text: str, suggestion: str) -> None:
    problem = error_of(text)
    assert problem.message == f"invalid instant `{text}`"
    assert problem.hint == f"did you mean `{suggestion}`?\nexpected {EXPECTED}"
    # The suggestion is accepted.
    assert not isinstance(result_of(suggestion, zone_name="Europe/Oslo"), BadText)


@pytest.mark.parametrize(
    "text",
    ["", "P1", "soon", "ago", "hours ago", "2 ago", "2 parsecs later", "30 min 1 h ago",
     "2 hours ago ago", "9" * 200 + " h ago", "2 hours ago" + " " * 200, "25pm"],
)  # fmt: skip
def test_other_texts_are_refused_with_the_accepted_texts(text: str) -> None:
    problem = error_of(text)
    assert problem.message.startswith("invalid instant")
    assert problem.expected == EXPECTED


@pytest.mark.parametrize(
    "text",
    ["9000 weeks ago", "in 10000 weeks", "9" * 60 + " h ago", "Mon, 1 Jan 1900 00:00:00 GMT"],
)
def test_instant_out_of_range_is_reported(text: str) -> None:
    problem = error_of(text)
    assert "is out of range" in problem.message
    assert problem.expected == "an instant in the years 1973 to 2200 (UTC)"


def test_wrong_clock_of_the_host_is_reported() -> None:
    for text in ("today 14:00", "monday 14:00", "2 hours ago", "in 2 hours"):
        problem = result_of(text, 0, "Europe/Oslo")
        assert isinstance(problem, BadText)
        assert "out of range" in problem.message


# Properties

WORDS = st.sampled_from(
    ["2", "90", "1.5", "14:00", "9:00", "24:00", "hours", "h", "min", "days", "months", "ago", "in",
     "a", "an", "now", "today", "yesterday", "tomorrow", "monday", "Mon,", "23", "Nov", "Foo",
     "2026", "10:00:00", "+0100", "GMT", "CET", "(CET)", "am", "pm", "at", "last", ",", "\n", "é",
     "\u0662", "\u202e", "-", "/", "@0", "2026-11-23", "T10:00Z"]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=8).flatmap(
    lambda words: st.sampled_from([" ", ""]).map(lambda space: space.join(words))
)


@given(TEXTS | st.text(max_size=30), INSTANTS | st.integers(-(10**12), 10**12),
       st.none() | ZONE_NAMES)  # fmt: skip
def test_any_text_is_an_instant_or_an_error(text: str, now: int, zone_name: str | None) -> None:
    is_relative(text)
    result = result_of(text, now, zone_name)
    if isinstance(result, BadText):
        assert result.message.isprintable()
        assert (result.hint or "").replace("\n", "").isprintable()
        assert result.hint or result.expected
    else:
        assert FIRST <= result[0] < END


def strict_result_of(text: str, zone_name: str) -> tuple[int, datetime.tzinfo | None] | BadText:
    """Return the result of `parse_instant`."""
    try:
        return parse_instant(text, now=NOW, zone=zone(zone_name), tz="ZONE")
    except BadText as problem:
        return problem


@given(INSTANTS, ZONE_NAMES, st.booleans())
def test_instants_in_rfc_3339_are_those_of_parse_instant(
    t: int, zone_name: str, local: bool
) -> None:
    text = format_instant(t, zone(zone_name))[: 19 if local else None]
    result = result_of(text, zone_name=zone_name)
    expected = strict_result_of(text, zone_name)
    if isinstance(expected, BadText):
        assert isinstance(result, BadText)
        assert (result.message, result.hint) == (expected.message, expected.hint)
    else:
        assert result == expected
