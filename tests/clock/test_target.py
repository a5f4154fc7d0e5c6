"""The parser of targets: every form of the format, and invalid texts."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zsupport.clock.problem import BadText
from zsupport.clock.target import Target, needs_hours
from zsupport.clock.target_text import parse_target

YEAR = 365 * 24 * 3600


@pytest.mark.parametrize(
    ("text", "kind", "amount"),
    [
        ("30m", "clock", 1800),
        ("4h", "clock", 14_400),
        ("0m", "clock", 0),
        ("0h", "clock", 0),
        ("2.5h", "clock", 9000),
        ("0.25m", "clock", 15),
        ("8760h", "clock", YEAR),
        ("525600m", "clock", YEAR),
        ("1 business hour", "business", 3600),
        ("4 business hours", "business", 14_400),
        ("2.5 business hours", "business", 9000),
        ("0.5 business hours", "business", 1800),
        ("0 business hours", "business", 0),
        ("8760 business hours", "business", YEAR),
        ("1 business minute", "business", 60),
        ("30 business minutes", "business", 1800),
        ("1 business day", "business-days", 1),
        ("3 business days", "business-days", 3),
        ("365 business days", "business-days", 365),
        ("next business day", "next-business-day", 0),
        ("1 per day", "rate", 1),
        ("2 per week", "rate", 2),
        ("10 per month", "rate", 10),
        ("none", "none", 0),
        ("not-stated", "not-stated", 0),
        ("1 calendar day", "calendar-days", 1),
        ("14 calendar days", "calendar-days", 14),
        ("365 calendar days", "calendar-days", 365),
        ("1 calendar week", "calendar-days", 7),
        ("52 calendar weeks", "calendar-days", 364),
    ],
)
def test_kind_and_amount_of_targets(text: str, kind: str, amount: int) -> None:
    elapsed = kind == "calendar-days"
    assert parse_target(text) == Target(kind, amount, 0, False, elapsed, text)


@pytest.mark.parametrize(
    ("text", "amount"), [("30m 24x7", 1800), ("4h 24x7", 14_400), ("1.5h 24x7", 5400)]
)
def test_clock_targets_around_the_clock(text: str, amount: int) -> None:
    assert parse_target(text) == Target("clock", amount, 0, False, True, text)


def test_immediately_is_elapsed_time_even_where_hours_apply() -> None:
    target = parse_target("immediately")
    assert target == Target("clock", 0, 0, False, True, "immediately")
    assert target.is_immediate
    assert not parse_target("0h 24x7").is_immediate


@pytest.mark.parametrize(
    ("text", "kind", "parts"),
    [
        ("the later of 4h and 1 business day", "later", ["4h", "1 business day"]),
        (
            "the earlier of 4h 24x7 and next business day",
            "earlier",
            ["4h 24x7", "next business day"],
        ),
        (
            "the later of 30m, by 10:00 next opening day and 2 calendar weeks",
            "later",
            ["30m", "by 10:00 next opening day", "2 calendar weeks"],
        ),
    ],
)
def test_later_or_earlier_of_several_targets(text: str, kind: str, parts: list[str]) -> None:
    expected = tuple(map(parse_target, parts))
    assert parse_target(text) == Target(kind, 0, 0, False, False, text, expected)
    assert parse_target(text).components == expected


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("by 10:00 next opening day", 36_000),
        ("by 24:00 next opening day", 86_400),
    ],
)
def test_time_on_the_next_opening_day(text: str, at: int) -> None:
    assert parse_target(text) == Target("by-opening", 0, at, False, False, text)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("by 10:00 next business day", 36_000),
        ("by 00:00 next business day", 0),
        ("by 09:05 next business day", 32_700),
        ("by 23:59 next business day", 86_340),
        ("by 24:00 next business day", 86_400),
    ],
)
def test_fixed_time_in_seconds_of_the_day(text: str, at: int) -> None:
    assert parse_target(text) == Target("by", 0, at, False, False, text)


@pytest.mark.parametrize(
    ("text", "kind", "amount", "around_the_clock"),
    [
        ("every 30m", "clock", 1800, False),
        ("every 1h", "clock", 3600, False),
        ("every 1h 24x7", "clock", 3600, True),
        ("every 2.5 business hours", "business", 9000, False),
        ("every 1 business hour", "business", 3600, False),
        ("every 1 business day", "business-days", 1, False),
        ("every 2 business days", "business-days", 2, False),
        ("every week", "calendar-days", 7, False),
        ("every 2 calendar weeks", "calendar-days", 14, True),
        ("every 1 calendar day", "calendar-days", 1, True),
    ],
)
def test_every_makes_a_target_recurring(
    text: str, kind: str, amount: int, around_the_clock: bool
) -> None:
    assert parse_target(text) == Target(kind, amount, 0, True, around_the_clock, text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  4   business\n  hours ", "4 business hours"),
        ("every\t1h  24x7", "every 1h 24x7"),
        ("2.50 business hours", "2.5 business hours"),
        ("4.0h", "4h"),
        ("1.00 business day", "1 business day"),
        ("4 hours", "4h"),
        ("1 hour", "1h"),
        ("1 hours", "1h"),
        ("15 minutes", "15m"),
        ("4 hours 24x7", "4h 24x7"),
        ("every 2 hours", "every 2h"),
        ("1 business hours", "1 business hour"),
        ("4 business hour", "4 business hours"),
        ("30 business minute", "30 business minutes"),
        ("1 business days", "1 business day"),
        ("every 2 business day", "every 2 business days"),
        ("1 calendar days", "1 calendar day"),
        ("2.0 calendar week", "2 calendar weeks"),
        ("the later of 4 hours and 1 business days", "the later of 4h and 1 business day"),
        ("the later of 1h and 2h and 3h", "the later of 1h, 2h and 3h"),
        ("the later of 1h, 2h, and 3h", "the later of 1h, 2h and 3h"),
    ],
)
def test_canonical_text_of_targets(text: str, canonical: str) -> None:
    target = parse_target(text)
    assert target.text == canonical
    assert parse_target(canonical) == target


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4h", False),
        ("4h 24x7", False),
        ("4 business hours", True),
        ("30 business minutes", True),
        ("2 business days", True),
        ("next business day", True),
        ("by 10:00 next business day", True),
        ("every 1h", False),
        ("every 1 business hour", True),
        ("every 1 business day", True),
        ("every week", False),
        ("14 calendar days", False),
        ("by 10:00 next opening day", True),
        ("immediately", False),
        ("the later of 4h 24x7 and 14 calendar days", False),
        ("the later of 4h 24x7 and 1 business hour", True),
        ("2 per week", False),
        ("none", False),
        ("not-stated", False),
    ],
)
def test_business_targets_need_hours(text: str, expected: bool) -> None:
    assert needs_hours(parse_target(text)) is expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1d", "write `24h`, `24h 24x7`, `1 business day` or `1 calendar day`"),
        ("1 day", "write `24h`, `24h 24x7`, `1 business day` or `1 calendar day`"),
        ("3d", "write `72h`, `72h 24x7`, `3 business days` or `3 calendar days`"),
        ("2 days", "write `48h`, `48h 24x7`, `2 business days` or `2 calendar days`"),
        ("14 days", "write `336h`, `336h 24x7`, `14 business days` or `14 calendar days`"),
        ("every 2 days",
         "write `every 48h`, `every 48h 24x7`, `every 2 business days` or `every 2 calendar days`"),
        ("4", "write `4h`, `4h 24x7` or `4 business hours`"),
        ("4 h", "write `4h`, `4h 24x7` or `4 business hours`"),
        ("4 hrs", "write `4h`, `4h 24x7` or `4 business hours`"),
        ("4hours", "write `4h`, `4h 24x7` or `4 business hours`"),
        ("4 Hours", "write `4h`"),
        ("4 Business Hour", "write `4 business hours`"),
        ("1h30m", "write one number: `90m`"),
        ("1h 30m 24x7", "write one number: `90m 24x7`"),
        ("90s", "write `1.5m`"),
        ("every 30 seconds", "write `every 0.5m`"),
        ("100s", "write whole minutes"),
        ("2 weeks", "write `2 calendar weeks`, `336h` or `336h 24x7`"),
        ("1 week", "write `1 calendar week`, `168h` or `168h 24x7`"),
        ("every 1 week", "write `every week`"),
        ("3 months", "write calendar days, calendar weeks, business days or hours"),
        ("5 cal. days", None),
        ("5 calendar-days", "write `5 calendar days`"),
        ("max of 4h and next business day", "write `the later of 4h and next business day`"),
        ("max(4h, 1bd)", "write `the later of 4h and 1 business day`"),
        ("the earliest of 4h or 2 business days", "write `the earlier of 4h and 2 business days`"),
        ("the later of 4h or next business day", "write `the later of 4h and next business day`"),
        ("4h or next business day, whichever is later",
         "write `the later of 4h and next business day`"),
        ("next working day or 4h, whichever comes first",
         "write `the earlier of next business day and 4h`"),
        ("4h or next business day",
         "write `the later of 4h and next business day` or"
         " `the earlier of 4h and next business day`"),
        ("opening day", "write `by 10:00 next opening day`, with the promised time"),
        ("by 9:00 on the next opening day", "write `by 09:00 next opening day`"),
        ("by 10:00 when we open", "write `by 10:00 next opening day`"),
        ("at once", "write `immediately`"),
        ("immediate", "write `immediately`"),
        ("asap",
         "write the longest promised duration, `immediately`, or `none` for no target"),
        ("4bh", "write `4 business hours`"),
        ("4 working hours", "write `4 business hours`"),
        ("1 working day", "write `1 business day`"),
        ("3 working days", "write `3 business days`"),
        ("4H", "write `4h`"),
        ("4 Business Hours", "write `4 business hours`"),
        ("4\u00a0business hours", "write `4 business hours`"),
        ("04h", "write `4h`"),
        (".5h", "write `0.5h`"),
        ("2,5 business hours", "write `2.5 business hours`"),
        ("4 business hours 24x7", "write `4 business hours` or `4h 24x7`"),
        ("next day", "write `next business day`"),
        ("NBD", "write `next business day`"),
        ("next working day", "write `next business day`"),
        ("same business day", "write a number of business hours"),
        ("by 10:00", "write `by 10:00 next business day`"),
        ("by 9:00 next business day", "write `by 09:00 next business day`"),
        ("by 25:00 next business day",
         "write the time as HH:MM, followed by `next business day` or `next opening day`"),
        ("by 10:00 on Monday",
         "write the time as HH:MM, followed by `next business day` or `next opening day`"),
        ("by 13pm next business day",
         "write the time as HH:MM, followed by `next business day` or `next opening day`"),
        ("by 10am", "write `by 10:00 next business day`"),
        ("by 12am next business day", "write `by 00:00 next business day`"),
        ("by 12 p.m. next business day", "write `by 12:00 next business day`"),
        ("by 4:00 PM next opening day", "write `by 16:00 next opening day`"),
        ("by 4:00 pm next business day", "write `by 16:00 next business day`"),
        ("by 4:30pm tomorrow", "write `by 16:30 next business day`"),
        ("by 10 next opening day", "write `by 10:00 next opening day`"),
        ("by 10.00 next opening day", "write `by 10:00 next opening day`"),
        ("by 10am next opening day", "write `by 10:00 next opening day`"),
        ("by 24:00 next working day", "write `by 24:00 next business day`"),
        ("by 5pm same day",
         "write `by 17:00 next opening day`, which is the same day for a case that is opened before"
         " the hours open, or a number of business hours"),
        ("end of next business day",
         "write `next business day`; with the default of `business-day`, it is due when that day"
         " closes"),
        ("by close of business on the next business day",
         "write `next business day`; with the default of `business-day`, it is due when that day"
         " closes"),
        ("imediately", "write `immediately`"),
        ("immediatly", "write `immediately`"),
        ("1 calender day", "write `1 calendar day`"),
        ("every 2 bussiness hours", "write `every 2 business hours`"),
        ("next buisness day", "write `next business day`"),
        ("whichever is later of 4h and next business day",
         "write `the later of 4h and next business day`"),
        ("the later of 4h and 1 calender day", "write `the later of 4h and 1 calendar day`"),
        ("the later of 4h",
         "add the other targets; quote a text that has a comma, because YAML can cut it at the"
         " comma"),
        ("every next business day",
         "write `every 1 business day`, `every 24h`, `every 24h 24x7` or `1 per day`"),
        ("every business day",
         "write `every 1 business day`, `every 24h`, `every 24h 24x7` or `1 per day`"),
        ("daily", "write `every 1 business day`, `every 24h`, `every 24h 24x7` or `1 per day`"),
        ("hourly", "write `every 1h`, `every 1h 24x7` or `every 1 business hour`"),
        ("weekly", "write `every week`"),
        ("monthly", "write `1 per month`"),
        ("every 2 per week", "write `2 per week`"),
        ("every by 10:00 next business day",
         "add a duration or a number of business days after `every`"),
        ("every none", "add a duration or a number of business days after `every`"),
        ("every 2 weeks", "write `every 2 calendar weeks`, `every 336h` or `every 336h 24x7`"),
        ("every", "add a duration or a number of business days after `every`"),
        ("once a week", "write `1 per week`"),
        ("twice a day", "write `2 per day`"),
        ("2x per week", "write `2 per week`"),
        ("2/month", "write `2 per month`"),
        ("None", "write `none`"),
        ("", "write `none` for no target, `not-stated` if the policy does not state one"),
        ("n/a",
         "write `none` for no target, `not-stated` if the policy does not state one"),
        ("not stated", "write `not-stated`"),
        ("24x7", "add the duration, such as `4h 24x7`"),
        ("-4h", "write a positive number"),
        ("4h 24x5", "write `4 business hours`, with `hours` that state the days and times"),
        ("4 hrs 8/5", "write `4 business hours`, with `hours` that state the days and times"),
        ("24x5", "write the duration in business hours; `hours` state the days and times"),
        ("within 4 hrs", "write `4h`, `4h 24x7` or `4 business hours`"),
        ("2-4 hours",
         "write `4h`, only the longer time, and the published words in `text`"),
        ("1 h", "write `1h`, `1h 24x7` or `1 business hour`"),
        ("366d", None),  # longer than any target
        ("within 4h", "write `4h`, only the time"),
        ("< 4h", "write `4h`, only the time"),
        ("0 business days",
         "write `1 business day`, `next business day` or a number of business hours"),
        ("2.5 business days", "write whole days or business hours"),
    ],
)  # fmt: skip
def test_invalid_target_has_a_hint(text: str, hint: str | None) -> None:
    with pytest.raises(BadText) as caught:
        parse_target(text)
    assert caught.value.hint == hint
    assert caught.value.expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("8761h", "`8761h` is longer than a year"),
        ("8760.5h", "`8760.5h` is longer than a year"),
        ("8760.01 business hours", "`8760.01 business hours` is longer than a year"),
        ("366 business days", "`366 business days` is longer than a year"),
        ("366 calendar days", "`366 calendar days` is longer than a year"),
        ("53 calendar weeks", "`53 calendar weeks` is longer than a year"),
        ("0 calendar days", "`0 calendar days` is zero"),
        ("1.5 calendar weeks", "fraction in `1.5 calendar weeks`"),
        ("every immediately", "`every immediately` is zero"),
        ("the later of 4h", "only one target in `the later of 4h`"),
        ("the later of 4h and 1d", "invalid target `1d` in `the later of 4h and 1d`"),
        (
            "the later of 4h and every 2h",
            "`every 2h` cannot be a part of `the later of 4h and every 2h`",
        ),
        ("the later of 4h and none", "`none` cannot be a part of `the later of 4h and none`"),
        (
            "the later of 4h and 2 per week",
            "`2 per week` cannot be a part of `the later of 4h and 2 per week`",
        ),
        (
            "the later of 1h and the earlier of 2h and 3h",
            "`the earlier of 2h` cannot be a part of"
            " `the later of 1h and the earlier of 2h and 3h`",
        ),
        ("every the later of 1h and 2h", "invalid target `every the later of 1h and 2h`"),
        ("9" * 150 + "h", f"`{'9' * 57}...` is longer than a year"),
        ("9" * 10_000 + "h", f"invalid target `{'9' * 57}...`"),
        ("0.001h", "fraction of a second: `0.001h`"),
        ("0.01m", "fraction of a second: `0.01m`"),
        ("every 0m", "`every 0m` is zero"),
        ("every 0 business hours", "`every 0 business hours` is zero"),
        ("every 0 business days", "`0 business days` is zero"),
        ("0 per week", "invalid target `0 per week`"),
        ("2 per year", "invalid target `2 per year`"),
        ("4-8h", "invalid target `4-8h`"),
        ("1e3h", "invalid target `1e3h`"),
        ("4.h", "invalid target `4.h`"),
        ("\u0664h", "invalid target `\u0664h`"),
        ("4h 24x7 24x7", "invalid target `4h 24x7 24x7`"),
        ("every every 4h", "invalid target `every every 4h`"),
        ("2 business weeks", "invalid target `2 business weeks`"),
    ],
)
def test_invalid_target_is_reported_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(BadText) as caught:
        parse_target(text)
    assert caught.value.message == message


WORDS = st.sampled_from([
    "every", "next", "by", "per", "business", "day", "days", "hour", "hours", "minutes", "week",
    "24x7", "4h", "30m", "2.5", "1", "0", "10:00", "none", "calendar", "weeks", "opening",
    "immediately", "the later of", "the earlier of", "and", "or",
])  # fmt: skip


def target_or_error(text: str) -> Target | BadText:
    """Return the target of a text, or the error."""
    try:
        return parse_target(text)
    except BadText as problem:
        return problem


@given(st.text() | st.text("0123456789.hmd ") | st.lists(WORDS).map(" ".join))
def test_any_text_is_a_target_or_an_error(text: str) -> None:
    result = target_or_error(text)
    if isinstance(result, BadText):
        assert result.message.isprintable()
        assert result.expected
    else:
        assert parse_target(result.text) == result


@given(st.integers(0, 525_600), st.booleans())
def test_minutes_and_hours_are_equal_durations(minutes: int, business: bool) -> None:
    unit = " business minutes" if business and minutes != 1 else "m"
    assert parse_target(f"{minutes}{unit}").amount == minutes * 60
    if minutes % 15 == 0:
        assert parse_target(f"{minutes / 60:.2f}h").amount == minutes * 60


def test_error_text_has_all_parts_and_can_be_copied() -> None:
    problem = BadText("invalid y `x`", "a y", "write `z`")
    assert str(problem) == "invalid y `x` (expected a y); write `z`"
    assert problem.args == ("invalid y `x`", "a y", "write `z`")
    assert str(BadText("invalid y `x`")) == "invalid y `x`"
    for twin in (copy.copy(problem), pickle.loads(pickle.dumps(problem))):
        assert isinstance(twin, BadText)
        assert (twin.message, twin.expected, twin.hint) == ("invalid y `x`", "a y", "write `z`")
