"""Inclusion of hours: examples, and the quick comparison against every instant."""

from datetime import date

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from zsupport.analysis import compare
from zsupport.analysis.compare import EVERY_INSTANT, CountedTime, counted_time, includes
from zsupport.clock.model import Year
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision

POLICY = """
format: 1
policy: p
plans: {free: Free}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
hours:
"""


def counted(*calendars: str, zone: str = "UTC") -> CountedTime:
    """Return a union of calendars, each written as in the format."""
    text = POLICY + "".join(f"  h{n}: {calendar}\n" for n, calendar in enumerate(calendars))
    revision = load_revision(SourceFile("p.yaml", text.encode(), "", "p.yaml"))
    result = CountedTime((), open=False)
    for name in revision.hours:
        result = result.joined(counted_time(revision.hours[name][0], zone))
    return result


def public(country: str, subdivision: str | None, year: int) -> Year:
    """Return the days off: New Year in every country, and the national day in Norway.

    In China the second Saturday of the year is an exchanged working day.
    """
    days = [date(year, 1, 1)] + ([date(year, 5, 17)] if country == "NO" else [])
    saturdays = [day for day in range(8, 15) if date(year, 1, day).weekday() == 5]
    exchanged = [date(year, 1, day).toordinal() for day in saturdays if country == "CN"]
    return Year({day.toordinal(): "day off" for day in days}, frozenset(exchanged))


def midnight(day: str) -> int:
    return (date.fromisoformat(day).toordinal() - date(1970, 1, 1).toordinal()) * 86_400


PERIOD = midnight("2025-01-01"), midnight("2035-01-01")
OFFICE = "{open: mon-fri 09:00-17:00}"
# The first calendar includes the second, but the second does not include the first.
WIDER = [
    ("{open: 24x7}", OFFICE),
    ("{open: mon-fri 08:00-17:00}", OFFICE),
    ("{open: mon-sun 09:00-17:00}", OFFICE),
    (OFFICE, "{open: [mon-fri 09:00-12:00, mon-fri 13:00-17:00]}"),
    (OFFICE, "{open: mon-fri 09:00-17:00, holidays: [12-24]}"),
    (
        "{open: mon-fri 09:00-17:00, holidays: [12-24]}",
        "{open: mon-fri 09:00-17:00, holidays: [12-24, 12-25]}",
    ),
    (OFFICE, "{open: mon-fri 09:00-17:00, holidays: {country: NO}}"),
    (
        "{open: mon-fri 09:00-17:00, holidays: {country: DE}}",
        "{open: mon-fri 09:00-17:00, holidays: {country: NO}}",
    ),
    *(
        ("{open: mon-fri 09:00-17:00, holidays: {country: CN, exchanged: mon}}", narrow)
        for narrow in (
            "{open: mon-fri 09:00-17:00, holidays: {country: CN}}",
            "{open: mon-fri 09:00-17:00, holidays: {country: CN, exchanged: ignore}}",
            "{open: mon-fri 09:00-17:00, holidays: {country: CN, exchanged: mon, add: [12-24]}}",
            # A removed day is not an exchanged working day.
            "{open: mon-fri 09:00-17:00, holidays: {country: CN, exchanged: mon, remove: 01-10}}",
        )
    ),
    (
        "{open: mon-fri 09:00-17:00, holidays: {country: CN, exchanged: mon}}",
        "{open: mon-fri 10:00-17:00, holidays: {country: CN, exchanged: mon}}",
    ),
    (
        "{open: mon-fri 09:00-17:00, holidays: {frozen: [2031-01-01],"
        " country: CN, exchanged: mon, frozen-exchanged: [2031-01-11]}}",
        "{open: mon-fri 09:00-17:00, holidays: {frozen: [2031-01-01]}}",
    ),
    (OFFICE, '{open: mon-fri 09:00-17:00, breaks: {"2031-03-04": 10:00-11:00}}'),
    ('{open: mon-fri 09:00-17:00, dates: {"2031-03-04": 08:00-18:00}}', OFFICE),
    ("{open: fri 17:00 - mon 09:00}", "{open: sat-sun 00:00-24:00}"),
    ("{open: mon-fri 22:00-06:00}", "{open: tue-sat 00:00-06:00}"),
    (
        "{open: mon-fri 08:00-18:00, timezone: UTC+01:00}",
        "{open: mon-fri 09:00-17:00, timezone: Europe/Oslo}",
    ),
]
# Each calendar is open at a moment at which the other is closed.
NOT_INCLUDED = [
    (OFFICE, "{open: mon-fri 09:00-17:00, holidays: {country: CN, exchanged: mon}}"),
    (OFFICE, "{open: sat-sun 09:00-17:00}"),
    (OFFICE, "{open: mon-fri 08:00-16:00}"),
    (
        "{open: 24x7, apply-holidays: true, holidays: [12-24]}",
        "{open: 24x7, breaks: {'2030-01-02': 10:00-11:00}}",
    ),
    (
        "{open: mon-fri 09:00-17:00, timezone: UTC+01:00}",
        "{open: mon-fri 09:00-17:00, timezone: Europe/Oslo}",
    ),
    ("{open: mon-fri 09:00-17:00, timezone: customer}", OFFICE),
    (
        "{open: mon-fri 09:00-17:00, holidays: customer}",
        "{open: mon-fri 09:00-17:00, holidays: [12-24]}",
    ),
]


@pytest.mark.parametrize(("wide", "narrow"), WIDER)
def test_a_calendar_includes_another(wide: str, narrow: str) -> None:
    assert includes(counted(wide), counted(narrow), PERIOD, public)
    assert not includes(counted(narrow), counted(wide), PERIOD, public)


@pytest.mark.parametrize(("left", "right"), NOT_INCLUDED)
def test_neither_calendar_includes_the_other(left: str, right: str) -> None:
    assert not includes(counted(left), counted(right), PERIOD, public)
    assert not includes(counted(right), counted(left), PERIOD, public)


@pytest.mark.parametrize(
    "calendar",
    [OFFICE, "{open: mon-fri 09:00-17:00, timezone: customer, holidays: customer}", "{open: 24x7}"],
)
def test_a_calendar_includes_itself(calendar: str) -> None:
    assert includes(counted(calendar), counted(calendar), PERIOD, public)


def test_names_of_holidays_do_not_distinguish_calendars() -> None:
    listed = "{open: mon-fri 09:00-17:00, holidays: {add: [12-24], frozen: [2026-12-25]}}"
    named = (
        "{open: mon-fri 09:00-17:00, holidays: {add: {12-24: {en: Eve, nb: Julaften}},"
        " frozen: {2026-12-25: Christmas Day}}}"
    )
    assert counted(named) == counted(listed)
    more = named.replace("2026-12-25:", "2026-12-23: Little Christmas Eve, 2026-12-25:")
    assert includes(counted(listed), counted(more), PERIOD, public)
    assert not includes(counted(more), counted(listed), PERIOD, public)


def test_a_union_includes_its_members() -> None:
    union = counted(OFFICE, "{open: sat-sun 10:00-14:00}")
    assert includes(union, counted(OFFICE), PERIOD, public)
    assert includes(union, counted("{open: mon-sun 10:00-14:00}"), PERIOD, public)
    assert not includes(counted(OFFICE), union, PERIOD, public)
    never = CountedTime((), open=False)
    assert includes(never, never, PERIOD, public)
    assert includes(union, never, PERIOD, public)
    assert not includes(never, union, PERIOD, public)


@pytest.mark.parametrize(
    ("more", "first", "last", "same"),
    [
        # Times before and after the period are ignored.
        ("mon-fri 09:00-17:00, dates: {2026-12-31: closed}", "2027-01-01", "2028-01-01", True),
        ("mon-fri 09:00-17:00, dates: {2028-01-03: closed}", "2027-01-01", "2028-01-03", True),
        ("mon-fri 09:00-17:00, dates: {2028-01-03: closed}", "2027-01-01", "2028-01-04", False),
        # Christmas Day of 2027 is a Saturday.
        ("mon-fri 09:00-17:00, holidays: [12-25]", "2027-01-01", "2028-01-01", True),
        ("mon-fri 09:00-17:00, holidays: [12-25]", "2026-01-01", "2027-01-01", False),
        # Only Wednesday is shorter. The period from Thursday to Sunday does not contain it.
        ("[mon-tue 09:00-17:00, wed 09:00-12:00, thu-fri 09:00-17:00]",
         "2026-12-31", "2027-01-04", True),
        ("[mon-tue 09:00-17:00, wed 09:00-12:00, thu-fri 09:00-17:00]",
         "2026-12-31", "2027-01-07", False),
        # On Saturday and Sunday neither is open.
        ("24x7", "2027-01-02", "2027-01-04", False),
        ("mon-fri 10:00-12:00", "2027-01-02", "2027-01-04", True),
    ],
)  # fmt: skip
def test_hours_are_compared_only_in_the_period(
    more: str, first: str, last: str, same: bool
) -> None:
    period = midnight(first), midnight(last)
    office, other = counted(OFFICE), counted(f"{{open: {more}}}")
    assert (
        includes(office, other, period, public) and includes(other, office, period, public)
    ) is same


# -- the quick comparison --------------------------------------------------------------------------

days = st.sampled_from(["mon", "fri", "sat", "mon-fri", "tue-sun"])
times = st.sampled_from(["09:00-17:00", "08:00-12:00", "22:00-06:00", "00:00-24:00"])
holidays = st.sampled_from(
    [None, "[12-24]", "[12-24, 05-01]", "{country: NO}", "{country: NO, add: [12-24]}",
     "{country: NO, remove: [05-17]}", "[last tue of dec]", "{country: NO, add: [easter+1]}"]
)  # fmt: skip
#: None, single dates, and ranges that have no date, some dates or all dates outside.
own_dates = st.sampled_from(
    ["2030-12-24: 10:00-11:00", "12-24: closed", "last tue of dec: 00:00-24:00",
     "06-15..09-15: 08:00-10:00", "12-20..01-10: mon-sun 00:00-24:00", "01-01..12-31: 24x7",
     "01-01..12-31: closed", "2030-12-23..2031-01-03: [22:00-06:00, sat 10:00-12:00]"]
)  # fmt: skip


@st.composite
def calendars(draw: st.DrawFn) -> str:
    parts = [f"open: {draw(days)} {draw(times)}"]
    if off := draw(holidays):
        parts.append(f"holidays: {off}")
    if draw(st.integers(0, 4)) == 0:
        parts.append("holidays-apply-to: start-date")
    if draw(st.integers(0, 2)) == 0:
        parts.append(f"dates: {{{draw(own_dates)}}}")
    return "{" + ", ".join(parts) + "}"


#: Ten years, or some hours to three weeks around New Year, with days off and working days.
periods = st.just(PERIOD) | st.builds(
    lambda start, hours: (start, start + hours * 3600),
    st.integers(midnight("2030-12-20"), midnight("2031-01-05")),
    st.integers(1, 24 * 21),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(calendars(), min_size=1, max_size=2),
    st.lists(calendars(), min_size=1, max_size=2),
    periods,
)
def test_the_quick_comparison_agrees_with_every_instant(
    left: list[str], right: list[str], period: compare.Period
) -> None:
    hours, other = counted(*left), counted(*right)
    first = compare._first_outside(hours, other, period, public)
    plain = first is None
    if first is not None:
        # `first` is the first instant at which only the other hours are open.
        assert not includes(hours, other, (first, first + 1), public)
        assert first == period[0] or includes(hours, other, (period[0], first), public)
    event(f"quick: {compare._by_week(hours, other)}, plain: {plain}, short: {period != PERIOD}")
    assert includes(hours, other, period, public) is plain
    always = compare._first_outside(hours, EVERY_INSTANT, period, public) is None
    assert includes(hours, EVERY_INSTANT, period, public) is always
