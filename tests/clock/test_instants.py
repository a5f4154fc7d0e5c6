"""Instants: parsing, formatting, and conversion of local times."""

import datetime
import pickle
import re
from copy import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zsupport.clock.instants import (
    END,
    FIRST,
    InstantText,
    _epoch_digits,
    _time_parts,
    at_local,
    duration,
    format_instant,
    from_datetime,
    in_zone,
    latest_local,
    local_date,
    parse_instant,
    to_datetime,
)
from zsupport.clock.problem import BadText
from zsupport.clock.zones import fixed_zone, offset_parts, zone, zone_names
from zsupport.wording import Counted, Message, joined

UTC = datetime.UTC
NOW = 1_790_000_000
NEW_YEAR_2026 = 1_767_225_600  # 2026-01-01T00:00:00Z
DAY = 86_400


def seconds(text: str) -> int:
    """Return the instant of an RFC 3339 text, parsed by the standard library."""
    return int(datetime.datetime.fromisoformat(text).timestamp())


def error_of(text: str, zone_name: str | None = None) -> BadText:
    """Return the error of an invalid text."""
    with pytest.raises(BadText) as caught:
        parse_instant(text, now=NOW, zone=zone(zone_name) if zone_name else None)
    return caught.value


# Parsing


@pytest.mark.parametrize(
    ("text", "instant", "stated"),
    [
        ("2026-01-01T00:00:00Z", NEW_YEAR_2026, "Z"),
        ("2026-01-01t00:00:00z", NEW_YEAR_2026, "Z"),
        ("2026-01-01 00:00:00Z", NEW_YEAR_2026, "Z"),
        ("2026-01-01T00:00Z", NEW_YEAR_2026, "Z"),
        ("2026-01-01T00:00:00-00:00", NEW_YEAR_2026, "Z"),
        ("2026-01-01T00:00:00+00:00", NEW_YEAR_2026, "+00:00"),
        ("2026-01-01T01:00:00+01:00", NEW_YEAR_2026, "+01:00"),
        ("2025-12-31T20:30-03:30", NEW_YEAR_2026, "-03:30"),
        ("2026-01-01T23:59:00+23:59", NEW_YEAR_2026, "+23:59"),
        ("2026-01-01T00:00:00.0Z", NEW_YEAR_2026, "Z"),
        ("2026-01-01T00:00:00.999999999999999999999Z", NEW_YEAR_2026, "Z"),
        ("2026-01-01T00:00:59.5+00:00", NEW_YEAR_2026 + 59, "+00:00"),
        ("2024-02-29T00:00:00Z", 1_709_164_800, "Z"),
        ("2001-09-09T01:46:40Z", 1_000_000_000, "Z"),
        ("2009-02-13T23:31:30Z", 1_234_567_890, "Z"),
        ("2038-01-19T03:14:08Z", 2_147_483_648, "Z"),
        ("1973-01-01T00:00:00Z", 94_694_400, "Z"),
        ("1972-12-31T23:00:00-01:00", 94_694_400, "-01:00"),
        ("2200-12-31T23:59:59.9Z", 7_289_654_399, "Z"),
        ("2201-01-01T00:59:59+01:00", 7_289_654_399, "+01:00"),
        ("2026-01-01T01:00:00+0100", NEW_YEAR_2026, "+01:00"),
        ("2026-01-01T01:00+01", NEW_YEAR_2026, "+01:00"),
        ("2025-12-31 20:30:00-0330", NEW_YEAR_2026, "-03:30"),
        ("2026-01-01T00:00:00+00", NEW_YEAR_2026, "+00:00"),
        ("2026-01-01T00:00:00-0000", NEW_YEAR_2026, "Z"),
    ],
)
def test_time_with_an_offset(text: str, instant: int, stated: str) -> None:
    t, result = parse_instant(text, now=NOW, zone=zone("Asia/Tokyo"))
    assert t == instant
    assert result is not None
    assert format_instant(NEW_YEAR_2026, result).endswith(stated)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("now", NOW),
        ("@1767225600", NEW_YEAR_2026),
        ("@1767225600.0", NEW_YEAR_2026),
        ("@1767225600.999999999999", NEW_YEAR_2026),
        ("@94694400", 94_694_400),
        ("@7289654399.9", 7_289_654_399),
    ],
)
def test_now_and_epoch_state_no_zone(text: str, instant: int) -> None:
    assert parse_instant(text, now=NOW, zone=None) == (instant, None)
    assert parse_instant(text, now=NOW, zone=zone("Asia/Tokyo")) == (instant, None)


@pytest.mark.parametrize(
    ("text", "zone_name", "same"),
    [
        ("2026-03-02T09:00", "Europe/Oslo", "2026-03-02T08:00:00+00:00"),
        ("2026-07-02 09:00:30.5", "Europe/Oslo", "2026-07-02T07:00:30+00:00"),
        ("2026-07-02t09:00", "UTC", "2026-07-02T09:00:00+00:00"),
        ("2026-07-02T09:00", "UTC-03:30", "2026-07-02T12:30:00+00:00"),
        # The second before a gap and the first after it.
        ("2026-03-29T01:59:59", "Europe/Oslo", "2026-03-29T00:59:59+00:00"),
        ("2026-03-29T03:00:00", "Europe/Oslo", "2026-03-29T01:00:00+00:00"),
        # The second before a fold and the first after it.
        ("2026-10-25T01:59:59", "Europe/Oslo", "2026-10-24T23:59:59+00:00"),
        ("2026-10-25T03:00:00", "Europe/Oslo", "2026-10-25T02:00:00+00:00"),
        # The date after the 29th: Apia skipped the 30th.
        ("2011-12-29T23:59:59", "Pacific/Apia", "2011-12-30T09:59:59+00:00"),
        ("2011-12-31T00:00:00", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
        # In the last year, by the rule after the listed transitions.
        ("2200-07-01T12:00:00", "Europe/Oslo", "2200-07-01T10:00:00+00:00"),
        # In range as an instant, out of range by its local year.
        ("2201-01-01T00:30:00", "Europe/Oslo", "2200-12-31T23:30:00+00:00"),
    ],
)
def test_local_time_uses_the_zone(text: str, zone_name: str, same: str) -> None:
    assert parse_instant(text, now=NOW, zone=zone(zone_name)) == (seconds(same), None)


@pytest.mark.parametrize(
    ("text", "zone_name", "first", "second"),
    [
        # Gaps: 02:00 to 03:00; half an hour from 02:00; a whole date; back to summer time.
        ("2026-03-29T02:30", "Europe/Oslo",
         "2026-03-29T02:30:00+01:00", "2026-03-29T02:30:00+02:00"),
        ("2026-03-29T02:00", "Europe/Oslo",
         "2026-03-29T02:00:00+01:00", "2026-03-29T02:00:00+02:00"),
        ("2026-03-29 02:59:59.9", "Europe/Oslo",
         "2026-03-29T02:59:59+01:00", "2026-03-29T02:59:59+02:00"),
        ("2026-10-04T02:15", "Australia/Lord_Howe",
         "2026-10-04T02:15:00+10:30", "2026-10-04T02:15:00+11:00"),
        ("2011-12-30T12:00", "Pacific/Apia",
         "2011-12-30T12:00:00-10:00", "2011-12-30T12:00:00+14:00"),
        ("2026-03-22T02:30", "Africa/Casablanca",
         "2026-03-22T02:30:00+00:00", "2026-03-22T02:30:00+01:00"),
    ],
)  # fmt: skip
def test_local_time_in_a_dst_gap_is_reported_with_both_offsets(
    text: str, zone_name: str, first: str, second: str
) -> None:
    problem = error_of(text, zone_name)
    assert f"does not exist in {zone_name}" in problem.message
    assert problem.hint == f"write `{first}` (the offset before) or `{second}` (the offset after)"


@pytest.mark.parametrize(
    ("text", "zone_name", "first", "second"),
    [
        # Folds: 02:00 to 03:00; half an hour from 01:30; the start of Ramadan.
        ("2026-10-25T02:30", "Europe/Oslo",
         "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25T02:00", "Europe/Oslo",
         "2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"),
        ("2026-10-25T02:59:59", "Europe/Oslo",
         "2026-10-25T02:59:59+02:00", "2026-10-25T02:59:59+01:00"),
        ("2026-04-05T01:45", "Australia/Lord_Howe",
         "2026-04-05T01:45:00+11:00", "2026-04-05T01:45:00+10:30"),
        ("2026-02-15T02:30", "Africa/Casablanca",
         "2026-02-15T02:30:00+01:00", "2026-02-15T02:30:00+00:00"),
    ],
)  # fmt: skip
def test_local_time_in_a_dst_fold_is_reported_with_both_offsets(
    text: str, zone_name: str, first: str, second: str
) -> None:
    problem = error_of(text, zone_name)
    assert f"exists twice in {zone_name}" in problem.message
    assert problem.hint == f"write `{first}` (the first time) or `{second}` (the second time)"
    # Both suggestions are valid, and the first is earlier.
    readings = [parse_instant(reading, now=NOW, zone=None)[0] for reading in (first, second)]
    assert readings == [seconds(first), seconds(second)]
    assert readings[0] < readings[1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "invalid instant (empty)"),
        ("tomorrow", "invalid instant"),
        ("NOW", "write `now`"),
        ("2026-03-29", "the time of day is missing"),
        ("2026-03-29T02:30", "has no time zone"),
        ("2026-03-29T02:30", "add an offset such as Z or +01:00"),
        ("2026-03-29T24:00Z", "write 00:00 of the next date"),
        ("2026-03-29T24:01Z", "hour 24 does not exist"),
        ("2026-03-29T25:00Z", "hour 25 does not exist"),
        ("2026-03-29T09:60Z", "minute 60 does not exist"),
        ("2026-06-30T23:59:60Z", "leap seconds"),
        ("2026-06-30T23:59:61Z", "second 61 does not exist"),
        ("2026-13-01T00:00Z", "date 2026-13-01 does not exist"),
        ("2026-00-01T00:00Z", "date 2026-00-01 does not exist"),
        ("2026-02-30T00:00Z", "date 2026-02-30 does not exist"),
        ("2025-02-29T00:00Z", "date 2025-02-29 does not exist"),
        ("0000-01-01T00:00Z", "date 0000-01-01 does not exist"),
        ("2026-01-01T00:00:00,5Z", "a dot before the fraction"),
        ("2026-01-01T00:00:00+1", "write the offset as +01:00"),
        ("2026-01-01T00:00:00+01:", "write the offset as +01:00"),
        ("2026-01-01T00:00+2400", "offset +2400 does not exist"),
        ("2026-01-01T00:00:00 +01:00", "right after the time"),
        ("2026-01-01T00:00+24:00", "offset +24:00 does not exist"),
        ("2026-01-01T00:00-01:60", "offset -01:60 does not exist"),
        ("2026-01-01T00:00 UTC", "write Z"),
        ("2026-01-01T00:00 Europe/Oslo", "write the offset instead"),
        ("2026-01-01T00:00+01:00[Europe/Oslo]", "a time zone after the time is not supported"),
        ("1767225600", "`@1767225600`"),
        ("1767225600.25", "`@1767225600`"),
        ("9" * 21, "invalid instant"),
        ("@", "invalid instant"),
        ("@1e9", "invalid instant"),
        ("@-1", "out of range"),
        ("@-0.5", "out of range"),
        ("@94694399.9", "out of range"),
        ("@7289654400", "out of range"),
        ("@1767225600000", "write seconds, not milliseconds: `@1767225600`"),
        ("@" + "9" * 10_000, "out of range"),
        ("1972-12-31T23:59:59.9Z", "out of range"),
        ("1973-01-01T00:30:00+01:00", "out of range"),
        ("2201-01-01T00:00:00Z", "out of range"),
        ("2200-12-31T23:30:00-00:30", "out of range"),
        ("9999-12-31T23:59:59-23:59", "out of range"),
        ("0001-01-01T00:00:00+23:59", "out of range"),
        ("2026-01-01T00:00Z\n", "invalid instant"),
        (" 2026-01-01T00:00Z", "invalid instant"),
        ("2026-1-1T00:00Z", "invalid instant"),
        ("2026-01-01T9:00Z", "invalid instant"),
        ("2026-01-01T09:00.5Z", "invalid instant"),
        ("2026-01-01T09:00:00.Z", "invalid instant"),
        ("2026-01-01  09:00Z", "invalid instant"),
        ("20260101T000000Z", "invalid instant"),
        ("\u0662\u0660\u0662\u0666-01-01T00:00Z", "invalid instant"),
    ],
)
def test_invalid_instant_is_reported_with_the_reason(text: str, reason: str) -> None:
    assert reason in str(error_of(text))


@pytest.mark.parametrize(
    ("text", "hint", "with_zone"),
    [
        (
            "2026-03-29T02:30",
            "add an offset such as Z or +01:00",
            "add an offset such as Z or +01:00, or the time zone with ZONE",
        ),
        (
            "2026-01-01T00:00 Europe/Oslo",
            "write the offset instead",
            "write the offset instead, or only the local time with ZONE",
        ),
        ("tomorrow", None, None),
    ],
)
def test_hint_names_the_field_of_the_zone(
    text: str, hint: str | None, with_zone: str | None
) -> None:
    expected = "an RFC 3339 time with an offset such as 2026-11-24T09:00:00+01:00, `now`, `@EPOCH`"
    assert (error_of(text).hint, error_of(text).expected) == (hint, expected)
    with pytest.raises(BadText) as caught:
        parse_instant(text, now=NOW, zone=None, tz="ZONE")
    assert caught.value.hint == with_zone
    assert caught.value.expected == f"{expected}, or a local time with ZONE"


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00", "9999-12-31T23:59", "1973-01-01T00:30", "2201-01-01T01:00"]
)
def test_local_time_out_of_range_is_reported(text: str) -> None:
    assert "out of range" in error_of(text, "Europe/Oslo").message


def test_now_out_of_range_is_reported() -> None:
    with pytest.raises(BadText, match="out of range"):
        parse_instant("now", now=0, zone=None)


# Formatting


@pytest.mark.parametrize(
    ("t", "zone_name", "text"),
    [
        (NEW_YEAR_2026, "UTC", "2026-01-01T00:00:00Z"),
        (NEW_YEAR_2026, "UTC+00:00", "2026-01-01T00:00:00+00:00"),
        (NEW_YEAR_2026, "Etc/UTC", "2026-01-01T00:00:00+00:00"),
        (NEW_YEAR_2026, "Europe/London", "2026-01-01T00:00:00+00:00"),
        (NEW_YEAR_2026, "Europe/Oslo", "2026-01-01T01:00:00+01:00"),
        (NEW_YEAR_2026, "America/St_Johns", "2025-12-31T20:30:00-03:30"),
        (NEW_YEAR_2026, "UTC-03:30", "2025-12-31T20:30:00-03:30"),
        # Both passes of a DST fold.
        (NEW_YEAR_2026 + 297 * DAY + 1800, "Europe/Oslo", "2026-10-25T02:30:00+02:00"),
        (NEW_YEAR_2026 + 297 * DAY + 5400, "Europe/Oslo", "2026-10-25T02:30:00+01:00"),
        (94_694_400, "UTC", "1973-01-01T00:00:00Z"),
        (7_289_654_399, "UTC", "2200-12-31T23:59:59Z"),
    ],
)
def test_instant_is_formatted_in_the_zone(t: int, zone_name: str, text: str) -> None:
    assert format_instant(t, zone(zone_name)) == text


# Local times


@pytest.mark.parametrize(
    ("date", "time", "zone_name", "same"),
    [
        ("2026-01-05", "09:00", "Europe/Oslo", "2026-01-05T08:00:00+00:00"),
        ("2026-07-06", "09:00", "Europe/Oslo", "2026-07-06T07:00:00+00:00"),
        ("2026-07-06", "24:00", "Europe/Oslo", "2026-07-06T22:00:00+00:00"),
        ("2026-12-31", "24:00", "UTC", "2027-01-01T00:00:00+00:00"),
        # In a DST gap: the first instant after the gap.
        ("2026-03-29", "01:59", "Europe/Oslo", "2026-03-29T00:59:00+00:00"),
        ("2026-03-29", "02:00", "Europe/Oslo", "2026-03-29T01:00:00+00:00"),
        ("2026-03-29", "02:30", "Europe/Oslo", "2026-03-29T01:00:00+00:00"),
        ("2026-03-29", "03:00", "Europe/Oslo", "2026-03-29T01:00:00+00:00"),
        ("2026-03-29", "03:01", "Europe/Oslo", "2026-03-29T01:01:00+00:00"),
        ("2026-10-04", "02:00", "Australia/Lord_Howe", "2026-10-03T15:30:00+00:00"),
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:30:00+00:00"),
        ("2026-10-04", "02:30", "Australia/Lord_Howe", "2026-10-03T15:30:00+00:00"),
        ("2026-03-22", "02:30", "Africa/Casablanca", "2026-03-22T02:00:00+00:00"),
        ("2011-12-29", "24:00", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
        ("2011-12-30", "00:00", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
        ("2011-12-30", "12:00", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
        ("2011-12-30", "24:00", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
        ("2011-12-31", "00:00", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
        ("2011-12-31", "00:01", "Pacific/Apia", "2011-12-30T10:01:00+00:00"),
        # Midnight itself does not exist: Beirut springs forward from 00:00 to 01:00.
        ("2026-03-29", "00:00", "Asia/Beirut", "2026-03-28T22:00:00+00:00"),
        ("2026-03-28", "24:00", "Asia/Beirut", "2026-03-28T22:00:00+00:00"),
        # In a DST fold: the earlier instant.
        ("2026-10-25", "01:59", "Europe/Oslo", "2026-10-24T23:59:00+00:00"),
        ("2026-10-25", "02:00", "Europe/Oslo", "2026-10-25T00:00:00+00:00"),
        ("2026-10-25", "02:30", "Europe/Oslo", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25", "03:00", "Europe/Oslo", "2026-10-25T02:00:00+00:00"),
        ("2026-04-05", "01:45", "Australia/Lord_Howe", "2026-04-04T14:45:00+00:00"),
        ("2026-04-05", "02:00", "Australia/Lord_Howe", "2026-04-04T15:30:00+00:00"),
        ("2026-02-15", "02:30", "Africa/Casablanca", "2026-02-15T01:30:00+00:00"),
        # Casablanca during Ramadan and outside Ramadan.
        ("2026-03-01", "09:00", "Africa/Casablanca", "2026-03-01T09:00:00+00:00"),
        ("2026-05-01", "09:00", "Africa/Casablanca", "2026-05-01T08:00:00+00:00"),
    ],
)
def test_local_time_becomes_the_instant_of_rule_9(
    date: str, time: str, zone_name: str, same: str
) -> None:
    of_day = int(time[:2]) * 3600 + int(time[3:]) * 60
    day = datetime.date.fromisoformat(date)
    assert at_local(day, of_day, zone(zone_name)) == seconds(same)


@pytest.mark.parametrize(
    ("day", "at", "zone_name", "same"),
    [
        ("2026-11-23", 24 * 3600, "Europe/Oslo", "2026-11-23T23:00:00+00:00"),
        ("2026-11-23", 27 * 3600, "Europe/Oslo", "2026-11-24T02:00:00+00:00"),
        # 26:30 in a gap and in a fold.
        ("2026-03-28", 26 * 3600 + 1800, "Europe/Oslo", "2026-03-29T01:00:00+00:00"),
        ("2026-10-24", 26 * 3600 + 1800, "Europe/Oslo", "2026-10-25T00:30:00+00:00"),
        ("2011-12-29", 24 * 3600, "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
    ],
)
def test_time_after_24_hours_is_on_a_later_date(
    day: str, at: int, zone_name: str, same: str
) -> None:
    assert at_local(datetime.date.fromisoformat(day), at, zone(zone_name)) == seconds(same)


@pytest.mark.parametrize(
    ("text", "zone_name", "day", "time"),
    [
        ("2026-11-23T10:30:15+01:00", "Europe/Oslo", "2026-11-23", "10:30:15"),
        ("2026-11-23T10:30:15+01:00", "UTC", "2026-11-23", "09:30:15"),
        # 03:00 to 02:00: the first pass, the whole second pass, and the time after it.
        ("2026-10-25T02:30:00+02:00", "Europe/Oslo", "2026-10-25", "02:30:00"),
        ("2026-10-25T02:00:00+01:00", "Europe/Oslo", "2026-10-25", "03:00:00"),
        ("2026-10-25T02:59:59+01:00", "Europe/Oslo", "2026-10-25", "03:00:00"),
        ("2026-10-25T03:00:00+01:00", "Europe/Oslo", "2026-10-25", "03:00:00"),
        # 24:00 to 23:00: the date before the change is the latest date.
        ("2026-10-24T23:30:00+02:00", "Asia/Beirut", "2026-10-24", "24:00:00"),
        ("2026-10-25T00:00:00+02:00", "Asia/Beirut", "2026-10-25", "00:00:00"),
        # 00:01 to 23:01: the previous date returns.
        ("2006-10-29T00:00:30-02:30", "America/St_Johns", "2006-10-29", "00:00:30"),
        ("2006-10-28T23:30:00-03:30", "America/St_Johns", "2006-10-29", "00:01:00"),
        # Half an hour, 02:00 to 01:30.
        ("2026-04-05T01:45:00+10:30", "Australia/Lord_Howe", "2026-04-05", "02:00:00"),
    ],
)
def test_latest_local_time_stays_in_a_dst_fold(
    text: str, zone_name: str, day: str, time: str
) -> None:
    hours, minutes, second = (int(part) for part in time.split(":"))
    of_day = hours * 3600 + minutes * 60 + second
    expected = (datetime.date.fromisoformat(day), of_day)
    assert latest_local(seconds(text), zone(zone_name)) == expected


@pytest.mark.parametrize(
    ("t", "zone_name", "date"),
    [
        (NEW_YEAR_2026, "UTC", "2026-01-01"),
        (NEW_YEAR_2026 - 1, "UTC", "2025-12-31"),
        (NEW_YEAR_2026 - 3600, "Europe/Oslo", "2026-01-01"),
        (NEW_YEAR_2026 - 3601, "Europe/Oslo", "2025-12-31"),
        (seconds("2011-12-30T09:59:59+00:00"), "Pacific/Apia", "2011-12-29"),
        (seconds("2011-12-30T10:00:00+00:00"), "Pacific/Apia", "2011-12-31"),
    ],
)
def test_local_date_of_an_instant(t: int, zone_name: str, date: str) -> None:
    assert local_date(t, zone(zone_name)).isoformat() == date


# Datetimes


def test_aware_datetime_is_rounded_down() -> None:
    oslo = zone("Europe/Oslo")
    value = datetime.datetime(2026, 1, 1, 1, 0, 0, 999_999, oslo)
    assert from_datetime(value) == NEW_YEAR_2026
    # Both passes of a DST fold, and the same zone object.
    fold = datetime.datetime(2026, 10, 25, 2, 30, tzinfo=oslo)
    assert from_datetime(fold) == seconds("2026-10-25T02:30:00+02:00")
    assert from_datetime(fold.replace(fold=1)) == seconds("2026-10-25T02:30:00+01:00")
    assert from_datetime(datetime.datetime(2026, 1, 1, tzinfo=UTC)) == NEW_YEAR_2026


class WithoutOffset(datetime.tzinfo):
    """A time zone without an offset: its datetimes are naive by definition."""

    def utcoffset(self, _: datetime.datetime | None) -> None:
        """Return None."""

    dst = utcoffset

    def tzname(self, _: datetime.datetime | None) -> str:
        """Return a name."""
        return "Silent"


@pytest.mark.parametrize("tzinfo", [None, WithoutOffset()])
def test_naive_datetime_is_an_error(tzinfo: datetime.tzinfo | None) -> None:
    with pytest.raises(ValueError, match="without time zone"):
        from_datetime(datetime.datetime(2026, 1, 1, tzinfo=tzinfo))


@pytest.mark.parametrize(
    "value",
    [
        datetime.datetime(1972, 12, 31, 23, 59, 59, 999_999, UTC),
        datetime.datetime(2201, 1, 1, tzinfo=UTC),
        datetime.datetime.min.replace(tzinfo=fixed_zone(60)),
        datetime.datetime.max.replace(tzinfo=fixed_zone(-60)),
    ],
)
def test_datetime_out_of_range_is_an_error(value: datetime.datetime) -> None:
    with pytest.raises(ValueError, match="1973 to 2200"):
        from_datetime(value)


def test_instant_as_a_datetime_in_utc() -> None:
    assert to_datetime(NEW_YEAR_2026).isoformat() == "2026-01-01T00:00:00+00:00"
    assert to_datetime(NEW_YEAR_2026).tzinfo is UTC


@pytest.mark.parametrize(
    ("seconds", "with_days", "without"),
    [
        (0, "0 s", "0 s"),
        (-45, "45 s", "45 s"),
        (20 * 60 + 59, "20 min", "20 min"),
        (3 * 3600, "3 h", "3 h"),
        (3 * 3600 + 20 * 60, "3 h 20 min", "3 h 20 min"),
        (24 * 3600 + 1, "1 d", "24 h"),
        (52 * 3600 + 60, "2 d 4 h", "52 h 1 min"),
    ],
)
def test_duration_has_two_units(seconds: int, with_days: str, without: str) -> None:
    assert duration(seconds) == with_days
    assert duration(seconds, days=False) == without


def test_range_is_that_of_the_definition() -> None:
    assert seconds("1973-01-01T00:00:00+00:00") == FIRST
    assert seconds("2201-01-01T00:00:00+00:00") == END


# Properties


def instant_or_error(
    text: str, where: datetime.tzinfo | None
) -> tuple[int, datetime.tzinfo | None] | BadText:
    """Return the parsed instant and zone, or the error."""
    try:
        return parse_instant(text, now=NOW, zone=where)
    except BadText as problem:
        return problem


INSTANTS = st.integers(FIRST, END - 1)
ZONES = st.sampled_from(["UTC", "UTC+00:00", "UTC-03:30", *zone_names()]).map(zone)


@given(INSTANTS, ZONES)
def test_formatted_instant_can_be_parsed(t: int, where: datetime.tzinfo) -> None:
    text = format_instant(t, where)
    read, stated = parse_instant(text, now=NOW, zone=None)
    assert read == t
    assert stated is not None
    assert format_instant(t, stated) == text


@given(INSTANTS, ZONES)
def test_at_local_inverts_the_local_time(t: int, where: datetime.tzinfo) -> None:
    # The local time of an instant is never in a DST gap.
    wall = datetime.datetime.fromtimestamp(t, where)
    of_day = wall.hour * 3600 + wall.minute * 60 + wall.second
    result = at_local(wall.date(), of_day, where)
    assert result <= t
    again = datetime.datetime.fromtimestamp(result, where)
    assert again.replace(tzinfo=None, fold=0) == wall.replace(tzinfo=None, fold=0)
    if not wall.fold:
        assert result == t


@given(st.dates(datetime.date(1973, 1, 2), datetime.date(2200, 12, 30)), ZONES,
       st.integers(0, DAY))  # fmt: skip
def test_at_local_gives_the_time_or_the_end_of_the_gap(
    date: datetime.date, where: datetime.tzinfo, of_day: int
) -> None:
    result = at_local(date, of_day, where)
    local = datetime.datetime.combine(date, datetime.time()) + datetime.timedelta(seconds=of_day)
    shown = datetime.datetime.fromtimestamp(result, where).replace(tzinfo=None, fold=0)
    before = datetime.datetime.fromtimestamp(result - 1, where).replace(tzinfo=None, fold=0)
    assert shown >= local
    assert before < local


@given(INSTANTS, ZONES)
def test_local_time_is_parsed_unless_it_exists_twice(t: int, where: datetime.tzinfo) -> None:
    printed = format_instant(t, where)
    result = instant_or_error(printed.removesuffix("Z")[:19], where)
    if isinstance(result, BadText):
        assert "exists twice" in result.message
        assert printed in (result.hint or "")
    else:
        assert result == (t, None)


@given(st.text() | st.text("0123456789-+:.TtZz @"), st.none() | ZONES)
def test_any_text_is_an_instant_or_an_error(text: str, where: datetime.tzinfo | None) -> None:
    result = instant_or_error(text, where)
    if isinstance(result, BadText):
        assert result.message.isprintable()
    else:
        assert FIRST <= result[0] < END


#: Patterns of instants, as a model of the parser, which uses no patterns.
TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?"
    r"([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
OFFSET = re.compile(r"([+-])([0-9]{2})(?::?([0-9]{2}))?")
EPOCH = re.compile(r"@(-?[0-9]+)(?:\.[0-9]+)?")
INSTANT_TEXTS = st.from_regex(TIME, fullmatch=True) | st.from_regex(EPOCH, fullmatch=True)
CHARACTERS = st.sampled_from("0123456789-:.+TtZz @²٣")


@st.composite
def similar_to_instants(draw: st.DrawFn) -> str:
    """Return the text of an instant, mostly with an added, replaced or removed character."""
    text = draw(INSTANT_TEXTS)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(CHARACTERS | st.just("")) + text[at + draw(st.integers(0, 1)) :]
    return text


@settings(max_examples=500, deadline=None)
@given(similar_to_instants() | st.text(CHARACTERS, max_size=25))
def test_parts_of_instants_follow_their_patterns(text: str) -> None:
    match = TIME.fullmatch(text)
    assert _time_parts(text) == (None if match is None else [part or "" for part in match.groups()])
    epoch = EPOCH.fullmatch(text)
    assert _epoch_digits(text) == (None if epoch is None else epoch[1])
    for tail in (text, text[19:], text[16:]):
        offset = OFFSET.fullmatch(tail)
        expected = None if offset is None else tuple(part or "" for part in offset.groups())
        assert offset_parts(tail) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2026-13-01T10:00Z", "write a month from 01 to 12"),
        ("2026-00-01T10:00Z", "write a month from 01 to 12"),
        ("2026-04-31T10:00Z", "write a day from 01 to 30"),
        ("2026-12-32T10:00Z", "write a day from 01 to 31"),
        ("2024-02-30T10:00Z", "write a day from 01 to 29"),
        ("2100-02-29T10:00Z", "write a day from 01 to 28"),
        ("2026-02-00T10:00Z", "write a day from 01 to 28"),
        ("2026-02-01T25:00Z", "write an hour from 00 to 23"),
        ("2026-02-01T10:60Z", "write a minute from 00 to 59"),
        ("2026-02-01T10:00:61Z", "write a second from 00 to 59"),
    ],
)
def test_hint_of_a_number_that_does_not_exist_states_the_possible_numbers(
    text: str, hint: str
) -> None:
    with pytest.raises(BadText) as caught:
        parse_instant(text, now=0, zone=None)
    assert caught.value.hint == hint


def test_no_offset_is_asked_for_if_the_time_zone_is_stated() -> None:
    with pytest.raises(BadText) as caught:
        parse_instant("2026-11-30", now=0, zone=zone("Europe/Oslo"), tz="--tz")
    assert caught.value.hint == "add a time of day such as 09:00"


def test_instants_of_a_message_are_shown_in_a_time_zone() -> None:
    opened, later = InstantText(1_795_424_400), InstantText(1_795_424_400 + 9 * 3600)
    assert (opened, later) == ("2026-11-23T09:00:00Z", "2026-11-23T18:00:00Z")
    inner = Counted("{count} at {opened}", "{count} at {opened}", 2, opened=opened)
    message = joined([Message("{later} by {name}", later=later, name="2026-11-23"), inner], "; ")
    assert message == "2026-11-23T18:00:00Z by 2026-11-23; 2 at 2026-11-23T09:00:00Z"
    shown = "2026-11-24T03:00:00+09:00 by 2026-11-23; 2 at 2026-11-23T18:00:00+09:00"
    tokyo = zone("Asia/Tokyo")
    for same in (message, copy(message), pickle.loads(pickle.dumps(message))):
        assert in_zone(same, tokyo) == shown
        assert same == message
    assert pickle.loads(pickle.dumps(opened)).instant == opened.instant
    assert in_zone("2026-11-23T09:00:00Z", tokyo) == "2026-11-23T09:00:00Z"
