"""Calendar files: `hours --import-ics` and `hours --format ics`."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

import pytest
from calendar_files import CALENDARS, END, FIRST, calendar, dates_by_library
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from zsupport import load
from zsupport.answer.calendar_entries import PolicyEntries, entries_of
from zsupport.answer.case import say
from zsupport.check.evaluate import evaluate
from zsupport.check.rules import RULES
from zsupport.clock.day_text import parse_day
from zsupport.clock.days import in_year
from zsupport.clock.model import Hours
from zsupport.clock.zones import zone
from zsupport.errors import PolicyError
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.ics import read_calendar_file
from zsupport.policy.loader import read_document
from zsupport.report.ics import WholeDayEvent, render_calendar
from zsupport.sources.find import shipped_policies

if TYPE_CHECKING:
    from conftest import Cli, Run

POLICY = """\
format: 1
policy: desk
title: Desk
timezone: Europe/Oslo
plans: {pro: Pro}
channels: {web: {name: Ticket, kind: web}, phone: {name: Phone, kind: phone}}
entitlements: [{allow: web}, {allow: phone, hours: office}]
hours:
  office:
    open: mon-fri 09:00-17:00
@HOLIDAYS@
  always: {open: 24x7}
  both: {any: [office, always]}
  theirs: {timezone: customer, open: mon-fri 09:00-17:00, holidays: ["2026-12-24"]}
targets:
  - {hours: office, first-response: 4 business hours}
"""
AT = ("--at", "2026-11-30T10:00:00+01:00")
EVE = ("DTSTART;VALUE=DATE:20261224", "SUMMARY:Eve")


def write_policy(folder: Path, holidays: str = "") -> None:
    """Write the policy with these lines in the hours `office`."""
    block = "".join(f"    {line}\n" for line in holidays.splitlines())
    (folder / "desk.yaml").write_text(POLICY.replace("@HOLIDAYS@\n", block))


def entries(
    text: str, today: date = date(2026, 11, 30), where: str = "Europe/Oslo"
) -> PolicyEntries:
    """Return the entries of a calendar file for hours without holidays."""
    place = zone(where)
    file = SourceFile("days.ics", text.encode(), "", "days.ics")
    return entries_of(read_calendar_file(file, place), Hours(place, None), (), today)


def entries_of_events(*events: tuple[str, ...]) -> PolicyEntries:
    return entries(calendar(*events))


def yaml_of(*lines: str) -> str:
    """Return the entries of an event, which must all be written."""
    result = entries_of_events(lines)
    assert result.remarks == ()
    return result.yaml()


def refusal(*lines: str) -> str:
    """Return the reason why an event is not written."""
    result = entries_of_events(lines)
    assert result.yaml() == ""
    (remark,) = result.remarks
    assert remark.lost
    return str(remark.reason)


# -- which entries -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (("DTSTART;VALUE=DATE:20261224",), ["2026-12-24"]),
        # The end is the day after the last one.
        (("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261225"), ["2026-12-24"]),
        (
            ("DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270102"),
            ["2026-12-31", "2027-01-01"],
        ),
        (("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261224"), ["2026-12-24"]),
        (("DTSTART;VALUE=DATE:20261224", "DURATION:P2D"), ["2026-12-24", "2026-12-25"]),
        (("DTSTART;VALUE=DATE:20261224", "DURATION:P1W"), [f"2026-12-{d}" for d in range(24, 31)]),
        (
            ("DTSTART;VALUE=DATE:20261224", "RDATE;VALUE=DATE:20270102,20270304"),
            ["2026-12-24", "2027-01-02", "2027-03-04"],
        ),
        # Midnight to midnight in the time zone of the hours. In summer it is 22:00 UTC.
        (("DTSTART:20261223T230000Z", "DTEND:20261224T230000Z"), ["2026-12-24"]),
        (("DTSTART:20270630T220000Z", "DTEND:20270701T220000Z"), ["2027-07-01"]),
        (("DTSTART:20261224T000000", "DURATION:P1D"), ["2026-12-24"]),
        # The day on which summer time starts lasts 23 hours.
        (
            (
                "DTSTART;TZID=Europe/Oslo:20270328T000000",
                "DTEND;TZID=Europe/Oslo:20270329T000000",
            ),
            ["2027-03-28"],
        ),
        (
            (
                "DTSTART;TZID=W. Europe Standard Time:20261224T000000",
                "DTEND;TZID=W. Europe Standard Time:20261225T000000",
            ),
            ["2026-12-24"],
        ),
        # Rules with an end.
        (
            ("DTSTART;VALUE=DATE:20261224", "RRULE:FREQ=YEARLY;COUNT=3"),
            ["2026-12-24", "2027-12-24", "2028-12-24"],
        ),
        (
            ("DTSTART;VALUE=DATE:20261224", "RRULE:FREQ=WEEKLY;UNTIL=20270107"),
            ["2026-12-24", "2026-12-31", "2027-01-07"],
        ),
        (
            ("DTSTART;VALUE=DATE:20261224", "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270107T000000Z"),
            ["2026-12-24", "2027-01-07"],
        ),
        (
            (
                "DTSTART;VALUE=DATE:20261224",
                "RRULE:FREQ=DAILY;COUNT=4",
                "EXDATE;VALUE=DATE:20261225,20261226",
            ),
            ["2026-12-24", "2026-12-27"],
        ),
        # Yearly rules. Thanksgiving is the fourth Thursday of November: November 26, 2020.
        (("DTSTART;VALUE=DATE:20201224", "RRULE:FREQ=YEARLY"), ["12-24"]),
        (("DTSTART;VALUE=DATE:20200229", "RRULE:FREQ=YEARLY"), ["02-29"]),
        (
            ("DTSTART;VALUE=DATE:20201231", "DTEND;VALUE=DATE:20210102", "RRULE:FREQ=YEARLY"),
            ["12-31", "01-01"],
        ),
        (
            ("DTSTART;VALUE=DATE:20201126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
            ["4th thu of nov"],
        ),
        (
            ("DTSTART;VALUE=DATE:20201126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=TH;BYSETPOS=4"),
            ["4th thu of nov"],
        ),
        (
            ("DTSTART;VALUE=DATE:20201126", "RRULE:FREQ=MONTHLY;INTERVAL=12;BYDAY=4TH"),
            ["4th thu of nov"],
        ),
        (
            (
                "DTSTART;VALUE=DATE:20201126",
                "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=TH;BYMONTHDAY=22,23,24,25,26,27,28",
            ),
            ["4th thu of nov"],
        ),
        (
            (
                "DTSTART;VALUE=DATE:20201126",
                "DURATION:P2D",
                "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            ),
            ["4th thu of nov", "day after 4th thu of nov"],
        ),
        (
            ("DTSTART;VALUE=DATE:20200626", "RRULE:FREQ=YEARLY;BYMONTH=6;BYDAY=-1FR"),
            ["last fri of jun"],
        ),
        # The Friday before December 25: from December 18 to 24.
        (
            (
                "DTSTART;VALUE=DATE:20201218",
                "RRULE:FREQ=YEARLY;BYMONTH=12;BYDAY=FR;BYMONTHDAY=18,19,20,21,22,23,24",
            ),
            ["fri before 12-25"],
        ),
        (
            ("DTSTART;VALUE=DATE:20200229", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"),
            ["day before 03-01"],
        ),
        (
            ("DTSTART;VALUE=DATE:20200101", "RRULE:FREQ=YEARLY;BYMONTH=1,5;BYMONTHDAY=1"),
            ["05-01", "01-01"],
        ),
        # A rule that starts later, but whose days occur not before.
        (("DTSTART;VALUE=DATE:20270517", "RRULE:FREQ=YEARLY"), ["05-17"]),
    ],
)  # fmt: skip
def test_days_of_an_event(lines: tuple[str, ...], days: list[str]) -> None:
    expected = "".join(f"  {day}: Name\n" for day in sorted(days, key=next_date))
    assert yaml_of(*lines, "SUMMARY:Name") == f"add:\n{expected}"


def next_date(day: str) -> tuple[bool, str]:
    """Return the sort key of a day: days of the year by their date in 2026, then dates."""
    dates = [date.fromordinal(o).isoformat() for o in in_year(day, 2026)] or ["9999"]
    return (True, day) if len(day) == 10 and day[4] == "-" else (False, dates[0])


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("DTSTART:20261224T080000Z", "DTEND:20261224T090000Z"), "it does not last whole days"),
        (("DTSTART:20261224T000000Z", "DTEND:20261225T000000Z"), "it does not last whole days"),
        (("DTSTART:20261224T000000",), "it does not last whole days"),
        (("DTSTART;VALUE=DATE:20261224", "DURATION:PT5H"), "it does not last whole days"),
        (("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261223"), "it ends before it starts"),
        (("DTSTART;VALUE=DATE:20260101", "DURATION:P401D"), "it has more than 400 dates"),
        (("SUMMARY:x",), "no DTSTART"),
        (("DTSTART;VALUE=DATE:20261324",), "invalid DTSTART"),
        ((*EVE, "DTSTART;VALUE=DATE:20261225"), "several DTSTART"),
        ((*EVE, "RRULE:FREQ=NEVER"), "invalid RRULE"),
        ((*EVE, "RRULE:FREQ=YEARLY", "RRULE:FREQ=DAILY"), "several RRULE"),
        ((*EVE, "EXRULE:FREQ=YEARLY"), "EXRULE is not supported"),
        ((*EVE, "RDATE;VALUE=PERIOD:20261224T000000Z/P1D"), "RDATE has periods"),
        ((*EVE, "RRULE:FREQ=SECONDLY"), "its rule is not supported: FREQ=SECONDLY"),
        (
            (*EVE, "RRULE:FREQ=YEARLY;BYWEEKNO=20"),
            "its rule is not supported: FREQ=YEARLY;BYWEEKNO=20",
        ),
        ((*EVE, "RRULE:FREQ=DAILY;INTERVAL=0"), "its rule is invalid: FREQ=DAILY;INTERVAL=0"),
        ((*EVE, "RRULE:FREQ=YEARLY;INTERVAL=2"), "its rule is not a list of days of the year"),
        ((*EVE, "RRULE:FREQ=WEEKLY"), "its rule is not a list of days of the year"),
        (
            (
                "DTSTART;VALUE=DATE:20261231",
                "RRULE:FREQ=YEARLY;BYMONTH=12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            ),
            "its rule is not a list of days of the year",
        ),
        ((*EVE, "RRULE:FREQ=YEARLY;BYMONTH=7"), "DTSTART is not a date of its rule"),
        (
            ("DTSTART;VALUE=DATE:20271224", "RRULE:FREQ=YEARLY"),
            "it starts on 2027-12-24; `12-24` is every year",
        ),
        ((*EVE, "RRULE:FREQ=YEARLY;UNTIL=20801224"), "its rule lasts more than 40 years"),
        ((*EVE, "RRULE:FREQ=DAILY;COUNT=401"), "it has more than 400 dates"),
        ((*EVE, "RRULE:FREQ=YEARLY;UNTIL=20301224T123456Z"), "UNTIL has a time of day"),
        (("DTSTART;VALUE=DATE:99991231",), "it has dates before the year 1600 or after 2399"),
        (
            ("DTSTART;TZID=Nowhere:20261224T000000", "DURATION:P1D"),
            "unknown time zone `Nowhere`",
        ),
        (
            ("DTSTART;TZID=Asia/Tokyo:20261224T080000", "DURATION:P1D", "RRULE:FREQ=YEARLY"),
            "it repeats in another time zone, Asia/Tokyo",
        ),
        (
            (*EVE, "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20261224"),
            "it replaces all later occurrences (RANGE)",
        ),
    ],
)  # fmt: skip
def test_reason_why_an_event_is_not_written(lines: tuple[str, ...], reason: str) -> None:
    assert refusal(*lines) == reason


def test_excluded_date_of_a_rule_without_an_end_is_removed() -> None:
    rule = ("UID:a", "DTSTART;VALUE=DATE:20201224", "SUMMARY:Eve", "RRULE:FREQ=YEARLY")
    excluded = (*rule, "EXDATE;VALUE=DATE:20271224", "EXDATE;VALUE=DATE:20270101")
    assert yaml_of(*excluded) == "add:\n  12-24: Eve\nremove:\n  - 2027-12-24\n"
    # Another event has the date.
    result = entries_of_events(excluded, ("DTSTART;VALUE=DATE:20271224", "SUMMARY:Own"))
    assert result.yaml() == "add:\n  12-24: Eve\n  2027-12-24: Own\n"


def test_replaced_occurrence_moves() -> None:
    rule = ("UID:a", "DTSTART;VALUE=DATE:20201224", "SUMMARY:Eve", "RRULE:FREQ=YEARLY")
    replaced = ("UID:a", "RECURRENCE-ID;VALUE=DATE:20271224")
    moved = (*replaced, "DTSTART;VALUE=DATE:20271223", "SUMMARY:Early")
    assert entries_of_events(rule, moved).yaml() == (
        "add:\n  12-24: Eve\n  2027-12-23: Early\nremove:\n  - 2027-12-24\n"
    )
    cancelled = (*replaced, "DTSTART;VALUE=DATE:20271224", "STATUS:CANCELLED")
    result = entries_of_events(rule, cancelled)
    assert result.yaml() == "add:\n  12-24: Eve\nremove:\n  - 2027-12-24\n"
    assert [(r.line, r.reason, r.lost) for r in result.remarks] == [(10, "cancelled", False)]


def test_occurrence_that_becomes_a_meeting_is_no_day_off() -> None:
    rule = ("UID:a", "DTSTART;VALUE=DATE:20201224", "SUMMARY:Eve", "RRULE:FREQ=YEARLY")
    replaced = ("UID:a", "RECURRENCE-ID;VALUE=DATE:20271224")
    meeting = (*replaced, "DTSTART:20271224T080000Z", "DURATION:PT1H", "SUMMARY:Meeting")
    result = entries_of_events(rule, meeting)
    assert result.yaml() == "add:\n  12-24: Eve\nremove:\n  - 2027-12-24\n"
    assert [(r.name, r.lost) for r in result.remarks] == [("Meeting", True)]
    # Without the date, none of the occurrences is certain.
    later = ("UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20271224", *EVE)
    result = entries_of_events(rule, later)
    assert (result.yaml(), [r.lost for r in result.remarks]) == ("", [True, True])


def test_newest_version_of_an_event_is_used() -> None:
    old = ("UID:a", "SEQUENCE:1", "DTSTART;VALUE=DATE:20261224", "SUMMARY:Old")
    new = ("UID:a", "SEQUENCE:2", "DTSTART;VALUE=DATE:20261223", "SUMMARY:New")
    result = entries_of_events(new, old)
    assert result.yaml() == "add:\n  2026-12-23: New\n"
    assert [(r.name, r.lost) for r in result.remarks] == [("Old", False)]
    # Some programs give all events the same id.
    same = entries_of_events(("UID:a", *EVE), ("UID:a", "DTSTART;VALUE=DATE:20261223", "SUMMARY:B"))
    assert same.yaml() == "add:\n  2026-12-23: B\n  2026-12-24: Eve\n"


def test_date_with_a_day_of_the_year_is_written_once() -> None:
    rule = ("DTSTART;VALUE=DATE:20201224", "SUMMARY:Eve", "RRULE:FREQ=YEARLY")
    result = entries_of_events(rule, ("DTSTART;VALUE=DATE:20261224", "SUMMARY:Again"))
    assert result.yaml() == "add:\n  12-24: Eve\n"
    assert [r.reason for r in result.remarks] == ["2026-12-24 is already `12-24` of the file"]


@pytest.mark.parametrize(
    ("summaries", "text"),
    [
        (["SUMMARY:Eve"], "Eve"),
        (["SUMMARY:Christmas\\, all: \\n  day\\;"], '"Christmas, all: day;"'),
        (["SUMMARY:  "], "day off"),
        ([], "day off"),
        (["SUMMARY;LANGUAGE=de:Neujahr"], "{de: Neujahr}"),
        (["SUMMARY;LANGUAGE=de:Neujahr", "SUMMARY;LANGUAGE=en:New Year"],
         "{de: Neujahr, en: New Year}"),
        (["SUMMARY;LANGUAGE=klingon:Neujahr"], "Neujahr"),
        (["SUMMARY:null"], '"null"'),
        (["SUMMARY:yes"], '"yes"'),
        (["SUMMARY:true"], "true"),
        (["SUMMARY:1.5"], "1.5"),
        (["SUMMARY:1.10"], '"1.10"'),
        (["SUMMARY:17:00"], '"17:00"'),
        (["SUMMARY:2026-01-01"], "2026-01-01"),
        (["SUMMARY:@team"], '"@team"'),
        (["SUMMARY;LANGUAGE=no:Jul"], '{"no": Jul}'),
        (["SUMMARY:# x: {y"], '"# x: {y"'),
        (["SUMMARY:\x1b[31mred\u202e"], '"\\x1b[31mred\\u202e"'),
        (["SUMMARY:Two", " words"], "Twowords"),
        (["SUMMARY:Two", "\t  words"], "Two  words".replace("  ", " ")),
    ],
)  # fmt: skip
def test_names(summaries: list[str], text: str) -> None:
    assert yaml_of("DTSTART;VALUE=DATE:20261224", *summaries) == f"add:\n  2026-12-24: {text}\n"


def test_names_of_several_events_are_joined() -> None:
    other = ("DTSTART;VALUE=DATE:20261224", "SUMMARY:Other")
    result = entries_of_events(EVE, other, EVE)
    assert result.yaml() == "add:\n  2026-12-24: Eve / Other\n"
    day = "DTSTART;VALUE=DATE:20261224"
    result = entries_of_events(EVE, (day, "SUMMARY;LANGUAGE=en:X"), (day, "SUMMARY;LANGUAGE=nb:Y"))
    assert result.yaml() == "add:\n  2026-12-24: {en: Eve / X, nb: Y}\n"


#: Texts that mean something else without quotes, and texts from characters with a meaning in YAML.
HOSTILE_NAMES = st.sampled_from(
    ["yes", "No", "OFF", "null", "~", "1.5", "1.10", "017", "0x1F", "+47", "1_000", "17:00", ".inf",
     "2026-01-01", "12-24", "a: b", "a #b", "#", "@team", "*a", "---", "...", "- a", "? a", "|",
     "{a}", "a:", ":a", "''", '"', "\\", "<<", "=", "\u2028", "\x7f", "\U0001f384"]
) | st.text("yno01.:-+_~#@&*!|>%'\"\\{}[],? =<`é\x1b\xa0", min_size=1)  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(HOSTILE_NAMES.map(str.strip).filter(bool), min_size=1, max_size=9),
    st.sampled_from(["", "no", "en"]),
)
def test_printed_names_are_read_as_the_same_texts(names: list[str], language: str) -> None:
    def pasted(names: list[str]) -> Document:
        add = {f"2026-12-{10 + number}": {language: name} for number, name in enumerate(names)}
        printed = indent(PolicyEntries(add, (), ()).yaml(), "      ")
        text = POLICY.replace("@HOLIDAYS@\n", f"    holidays:\n{printed}")
        return read_document(SourceFile("desk.yaml", text.encode(), "", "desk.yaml"))

    def codes(document: Document) -> list[str]:
        findings = evaluate(document, RULES, date(2026, 11, 30)).findings
        return sorted(finding.code for finding in findings)

    document = pasted(names)
    assert document.revision is not None
    holidays = document.revision.hours["office"][0].holidays
    assert holidays is not None
    assert [say(text, language) for text in holidays.names.values()] == names
    assert codes(document) == codes(pasted(["Eve"] * len(names)))


def test_line_ends_and_byte_order_marks() -> None:
    text = calendar(EVE)
    for variant in ("\ufeff" + text, text.replace("\r\n", "\n"), text.replace("\r\n", "\r")):
        assert entries(variant).yaml() == "add:\n  2026-12-24: Eve\n"


def test_other_components_are_listed() -> None:
    inside = (*EVE, "BEGIN:VALARM", "TRIGGER:-PT5M", "SUMMARY:Wake up", "END:VALARM")
    text = calendar(inside).replace(
        "END:VCALENDAR\r\n", "BEGIN:VTODO\r\nSUMMARY:Buy\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    )
    result = entries(text)
    assert result.yaml() == "add:\n  2026-12-24: Eve\n"
    assert [(r.line, r.name, r.lost) for r in result.remarks] == [(12, "VTODO", False)]


@settings(deadline=None)
@given(CALENDARS)
@example(calendar())
def test_entries_have_the_dates_that_another_program_finds(text: str) -> None:
    result = entries(text, FIRST, "UTC")
    lost = {remark.line for remark in result.remarks if remark.lost}
    kept, inside = [], False
    for number, line in enumerate(text.split("\r\n"), 1):
        inside = inside or number in lost
        if not inside:
            kept.append(line)
        inside = inside and line != "END:VEVENT"
    # The policy reads every day that is printed.
    assert [parse_day(day) for day in result.add] == [*result.add]
    dates = set()
    for year in range(FIRST.year, END.year):
        dates |= {date.fromordinal(day) for text in result.add for day in in_year(text, year)}
    dates -= set(map(date.fromisoformat, result.remove))
    expected = dates_by_library("\r\n".join(kept))
    assert dates == expected


# -- the command line --------------------------------------------------------------------------


@pytest.fixture
def hours(cli: "Cli", tmp_path: Path) -> "Callable[..., Run]":
    """Run `hours` in a folder with the policy."""

    def run(*arguments: str, holidays: str = "", file: str | None = None, stdin: str = "") -> "Run":
        write_policy(tmp_path, holidays)
        if file is not None:
            (tmp_path / "days.ics").write_bytes(file.encode())
        words = ("hours", *arguments, "--policy", "./desk.yaml", *AT)
        return cli(*words, cwd=tmp_path, stdin=stdin)

    return run


IMPORT = ("office", "--import-ics", "days.ics")


def test_printed_entries_are_read_by_the_policy(hours: "Callable[..., Run]") -> None:
    events = [
        ("UID:a", "DTSTART;VALUE=DATE:20201224", "RRULE:FREQ=YEARLY", "SUMMARY:Yes: {no}\\, #1",
         "EXDATE;VALUE=DATE:20271224"),
        ("DTSTART;VALUE=DATE:20261201", "SUMMARY;LANGUAGE=nb:Fri", "SUMMARY;LANGUAGE=en:Off"),
        ("DTSTART;VALUE=DATE:20261202", "SUMMARY:'\"\\\\ @"),
    ]  # fmt: skip
    printed = hours(*IMPORT, file=calendar(*events))
    assert (printed.code, printed.stderr) == (0, "")
    assert printed.stdout.startswith("# office (line 10), days.ics\nadd:\n  12-24: ")
    pasted = "holidays:\n" + "".join(f"  {line}\n" for line in printed.stdout.splitlines())
    days = hours("office", "--field", "holidays.date", "--exit-zero", holidays=pasted)
    assert days.stdout.split() == ["2026-12-01", "2026-12-02", "2026-12-24"]
    names = hours("office", "--field", "holidays.name", "--exit-zero", holidays=pasted)
    assert names.stdout.splitlines() == ["Off", "'\"\\ @", "Yes: {no}, #1"]
    # All days off of the file are days off already.
    again = hours(*IMPORT, file=calendar(*events), holidays=pasted)
    assert (again.code, again.stdout) == (0, "")
    assert "days.ics:4: `Yes: {no}, #1`: `12-24` is already a day off: Yes" in again.stderr
    assert len(again.stderr.splitlines()) == 3


def test_dates_that_no_policy_can_have_are_listed(hours: "Callable[..., Run]") -> None:
    events = [
        ("DTSTART;VALUE=DATE:19721231", "DURATION:P2D", "SUMMARY:Border"),
        ("DTSTART;VALUE=DATE:22010101", "SUMMARY:Far"),
        ("DTSTART;VALUE=DATE:19700601", "RRULE:FREQ=YEARLY;COUNT=4", "SUMMARY:Old"),
        ("UID:a", "DTSTART;VALUE=DATE:19600701", "RRULE:FREQ=YEARLY", "SUMMARY:Rule",
         "EXDATE;VALUE=DATE:19610701"),
    ]  # fmt: skip
    run = hours(*IMPORT, file=calendar(*events))
    assert run.code == 1
    assert run.stdout == (
        "# office (line 10), days.ics\nadd:\n"
        "  07-01: Rule\n  1973-01-01: Border\n  1973-06-01: Old\n"
    )
    assert run.stderr.splitlines() == [
        f"zsupport: days.ics:{line}: not written: {reason} before the year 1973 or after 2200"
        for line, reason in [
            (4, "`Border`: 1972-12-31 is"), (9, "`Far`: 2201-01-01 is"),
            (13, "`Old`: 3 dates are"),
        ]
    ]  # fmt: skip


def test_exit_code_states_whether_days_off_are_lost(hours: "Callable[..., Run]") -> None:
    meeting = ("DTSTART:20261224T100000Z", "DTEND:20261224T110000Z", "SUMMARY:Meeting")
    run = hours(*IMPORT, file=calendar(EVE, meeting))
    assert run.code == 1
    assert run.stdout == "# office (line 10), days.ics\nadd:\n  2026-12-24: Eve\n"
    assert run.stderr == (
        "zsupport: days.ics:8: not written: `Meeting`: it does not last whole days\n"
    )
    assert hours(*IMPORT, "--exit-zero", file=calendar(meeting)).code == 0
    quiet = hours(*IMPORT, "-q", file=calendar(EVE, meeting))
    assert (quiet.code, quiet.stdout, quiet.stderr) == (1, "", "")
    empty = hours(*IMPORT, file=calendar())
    assert (empty.code, empty.stdout, empty.stderr) == (0, "", "")


def test_standard_input_is_read(hours: "Callable[..., Run]") -> None:
    run = hours("office", "--import-ics", "-", stdin=calendar(EVE))
    assert run.stdout == "# office (line 10), -\nadd:\n  2026-12-24: Eve\n"


@pytest.mark.parametrize(
    ("holidays", "code", "line"),
    [
        (
            "holidays: [12-24]", 0,
            "days.ics:4: `Eve`: `2026-12-24` is already a day off: day off",
        ),
        (
            'dates: {"2026-12-24": closed}', 0,
            "days.ics:4: `Eve`: `2026-12-24` is already a day off: day off",
        ),
        (
            'dates: {"2026-12-24": 09:00-12:00}', 1,
            "days.ics:4: not written: `Eve`: `dates` of these hours opens 2026-12-24",
        ),
        (
            "holidays: {remove: [12-24]}", 1,
            "days.ics:4: not written: `Eve`: `remove` of these hours has 2026-12-24",
        ),
    ],
)  # fmt: skip
def test_dates_that_the_policy_states_are_listed(
    hours: "Callable[..., Run]", holidays: str, code: int, line: str
) -> None:
    run = hours(*IMPORT, file=calendar(EVE), holidays=holidays)
    assert (run.code, run.stdout, run.stderr) == (code, "", f"zsupport: {line}\n")


def test_event_of_several_days_off_has_one_line(hours: "Callable[..., Run]") -> None:
    event = ("DTSTART;VALUE=DATE:20261221", "DTEND;VALUE=DATE:20261226", "SUMMARY:Week")
    run = hours(*IMPORT, file=calendar(event), holidays="dates: {12-20..12-31: closed}")
    expected = "`Week`: 5 dates from 2026-12-21 to 2026-12-25 are already days off"
    assert (run.code, run.stderr) == (0, f"zsupport: days.ics:4: {expected}\n")


def test_number_of_remarks_is_limited(hours: "Callable[..., Run]") -> None:
    run = hours(*IMPORT, file=calendar(*[(f"UID:{number}",) for number in range(1250)]))
    lines = run.stderr.splitlines()
    assert (run.code, len(lines)) == (1, 101)
    assert lines[-1] == "zsupport: 1,150 more remarks, of which 1,150 are not written"


def test_long_name_is_cut(hours: "Callable[..., Run]") -> None:
    run = hours(*IMPORT, file=calendar((EVE[0], "SUMMARY:" + "x" * 200_000)))
    [*_, entry] = run.stdout.splitlines()
    assert entry == f'  2026-12-24: "{"x" * 200}\N{HORIZONTAL ELLIPSIS}"'
    assert run.code == 0
    assert run.stderr.endswith("`: its name is cut after 200 characters\n")
    assert len(run.stderr) < 200
    whole = hours(*IMPORT, file=calendar((EVE[0], "SUMMARY:" + "x" * 200)))
    assert (whole.code, whole.stderr) == (0, "")


def test_work_is_counted_before_it_is_done() -> None:
    event = ("DTSTART;VALUE=DATE:20200101", "RRULE:FREQ=DAILY;BYMONTH=1")
    start = time.process_time()
    with pytest.raises(PolicyError, match="too many days to examine"):
        entries(calendar(*([event] * 300)))
    assert time.process_time() - start < 3


def test_properties_that_are_not_read_do_not_cost_time() -> None:
    description = "DESCRIPTION:" + "x" * 200
    first = date(2027, 1, 1).toordinal()
    days = [date.fromordinal(first + number) for number in range(3000)]
    events = [(f"DTSTART;VALUE=DATE:{day:%Y%m%d}", description) for day in days]
    start = time.process_time()
    assert len(entries(calendar(*events)).add) == 3000
    assert time.process_time() - start < 6


def test_day_of_the_year_is_compared_with_all_kinds_of_years(hours: "Callable[..., Run]") -> None:
    yearly = calendar(("DTSTART;VALUE=DATE:20201224", "SUMMARY:Eve", "RRULE:FREQ=YEARLY"))
    added = "# office (line 10), days.ics\nadd:\n  12-24: Eve\n"
    assert hours(*IMPORT, file=yearly, holidays='holidays: ["2026-12-24"]').stdout == added
    known = hours(*IMPORT, file=yearly, holidays="holidays: [12-24]")
    assert (known.code, known.stdout) == (0, "")
    public = calendar(("DTSTART;VALUE=DATE:20201225", "SUMMARY:Jul", "RRULE:FREQ=YEARLY"))
    run = hours(*IMPORT, file=public, holidays='holidays: {country: "NO"}')
    assert run.stderr == (
        "zsupport: days.ics:4: `Jul`: `12-25` is already a day off: Christmas Day\n"
    )
    # Hours of their own on one of the dates do not hide the others.
    run = hours(*IMPORT, file=yearly, holidays='dates: {"2027-12-24": 09:00-12:00}')
    assert (run.code, run.stdout) == (1, added)
    assert run.stderr.endswith("`dates` of these hours opens 2027-12-24\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ("--import-ics", "days.ics"),
            2,
            "a calendar file is about one answer, not 4",
        ),
        (("always", "--import-ics", "days.ics", "--format", "json"), 2, "cannot be combined"),
        ((*IMPORT, "--why"), 2, "`--import-ics` and `--why` cannot be combined"),
        ((*IMPORT, "--freeze"), 2, "`--freeze` and `--import-ics` cannot be combined"),
        (("both", *IMPORT[1:]), 2, "`--import-ics` needs hours that can have `holidays`"),
        (("24x7", *IMPORT[1:]), 2, "`--import-ics` needs hours that can have `holidays`"),
        (("theirs", *IMPORT[1:]), 2, "needs input: The customer's time zone (--customer-tz)"),
        (("office", "--import-ics", "gone.ics"), 3, "gone.ics: file not found"),
        (
            ("office", "--format", "ics", "--why"),
            2,
            "`--format ics` and `--why` cannot be combined",
        ),
        (("office", "--format", "ics", "--field", "date"), 2, "cannot be combined"),
        (("--format", "ics"), 2, "a calendar file is about one answer, not 4"),
        (("always", "--format", "ics"), 1, "the hours have no days off in these years"),
        (("--channel", "web", "--format", "ics"), 1, "the policy does not state opening hours"),
    ],
)
def test_refused_questions(
    hours: "Callable[..., Run]", arguments: tuple[str, ...], code: int, message: str
) -> None:
    run = hours(*arguments, file=calendar(EVE))
    assert run.code == code
    assert message in run.stderr
    assert "add" not in run.stdout


def test_format_is_refused_elsewhere(cli: "Cli") -> None:
    for command in ("channels", "due", "priority", "topics", "terms", "policies"):
        run = cli(command, "--format", "ics")
        assert run.code == 2
        assert "ics" in run.stderr


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "days.ics:1: not an iCalendar file: expected BEGIN:VCALENDAR"),
        (b"format: 1\n", "days.ics:1: not an iCalendar file: expected BEGIN:VCALENDAR"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "days.ics:2: not an iCalendar file: BEGIN:VEVENT"),
        (b"BEGIN:VCALENDAR\nEND:VEVENT\n", "days.ics:2: not an iCalendar file: END:VEVENT"),
        (b"BEGIN:VCALENDAR\nX:\xff\n", "days.ics:2: not an iCalendar file: byte 0xff is not"),
        (b"\xff\xfeB\x00", "days.ics:1: not an iCalendar file: byte 0xff is not valid UTF-8"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VEVENT\n", "an event inside another component"),
        (b"x" * (2**20 + 1), "too many bytes in a calendar file"),
    ],
)
def test_files_that_are_not_calendars(
    cli: "Cli", tmp_path: Path, data: bytes, message: str
) -> None:
    write_policy(tmp_path)
    (tmp_path / "days.ics").write_bytes(data)
    run = cli("hours", *IMPORT, "--policy", "./desk.yaml", *AT, cwd=tmp_path)
    assert run.code == 3
    assert message in run.stderr


def test_missing_package_is_an_environment_error(cli: "Cli", tmp_path: Path) -> None:
    write_policy(tmp_path)
    (tmp_path / "days.ics").write_text(calendar(EVE))
    # A broken package in front of the installed one stands for a missing package.
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "icalendar.py").write_text("raise ImportError\n")
    path = {"PYTHONPATH": str(tmp_path / "path")}
    run = cli("hours", *IMPORT, "--policy", "./desk.yaml", *AT, cwd=tmp_path, env=path)
    assert run.code == 4
    assert run.stderr == (
        "zsupport: missing package `icalendar`, required to read calendar files\n"
        "  install it: python -m pip install 'zsupport[ics]'\n"
    )
    # Writing does not need it.
    run = cli("hours", "theirs", "--customer-tz", "UTC", "--format", "ics", "--policy",
              "./desk.yaml", *AT, cwd=tmp_path, env=path)  # fmt: skip
    assert (run.code, run.stderr) == (0, "")


# -- writing -----------------------------------------------------------------------------------


def test_written_file(hours: "Callable[..., Run]", tmp_path: Path) -> None:
    holidays = (
        "holidays: {add: {12-24: {en: 'Eve, the; \\ day', nb: Julaften}}, covers: 2026}\n"
        'dates: {"2026-12-31": closed, "2026-12-30": 09:00-12:00}'
    )
    run = hours("office", "--format", "ics", holidays=holidays)
    assert (run.code, run.stderr) == (0, "")
    assert run.stdout.replace("\r\n", "\n") == (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//zsupport//zsupport//EN\nCALSCALE:GREGORIAN\n"
        "METHOD:PUBLISH\nNAME:Desk: office\nX-WR-CALNAME:Desk: office\n"
        "BEGIN:VEVENT\nUID:2026-12-24.office@desk.zsupport\nDTSTAMP:20260101T000000Z\n"
        "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261225\n"
        "SUMMARY:Eve\\, the\\; \\\\ day\nTRANSP:TRANSPARENT\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:2026-12-31.office@desk.zsupport\nDTSTAMP:20260101T000000Z\n"
        "DTSTART;VALUE=DATE:20261231\nDTEND;VALUE=DATE:20270101\n"
        "SUMMARY:day off\nTRANSP:TRANSPARENT\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    norwegian = hours("office", "--format", "ics", "--lang", "nb", holidays=holidays)
    assert "SUMMARY:Julaften\n" in norwegian.stdout.replace("\r\n", "\n")
    assert "SUMMARY:fridag\n" in norwegian.stdout.replace("\r\n", "\n")


def test_single_dates_and_closed_ranges_are_days_off(hours: "Callable[..., Run]") -> None:
    # May 15, 2026 is a Friday. The range closes the dates from July 6 to 8, also in 2027.
    holidays = (
        "holidays: {covers: 2026, add: [last fri of jun, 07-08]}\n"
        'dates: {"2026-05-15": closed, last fri of jun: 09:00-12:00, 07-06..07-08: closed,'
        " 08-01..08-31: mon 09:00-12:00, 07-07: 09:00-12:00}"
    )
    run = hours("office", "--format", "ics", holidays=holidays)
    starts = [line for line in run.stdout.splitlines() if line.startswith("DTSTART")]
    days = ("20260515", "20260706", "20260708")
    assert starts == [f"DTSTART;VALUE=DATE:{day}" for day in days]


def test_lines_are_folded_and_end_with_crlf(cli: "Cli", tmp_path: Path) -> None:
    name = "Fête " * 40 + "::error::x" + "ø" * 100
    write_policy(tmp_path, f"holidays: {{add: {{12-24: '{name}'}}}}")
    words = ("hours", "office", "--format", "ics", "--policy", "./desk.yaml", *AT)
    command = [sys.executable, "-m", "zsupport", *words]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, check=True, env=cli.environment()
    )
    data = done.stdout
    lines = data.split(b"\r\n")
    assert lines.pop() == b""
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) == 75
    assert not any(line.strip().startswith(b"::") for line in lines)
    (event, *_) = Calendar.from_ical(data).walk("VEVENT")
    assert str(event["SUMMARY"]) == name.replace("::", ":\\x3a")


def test_days_off_of_joined_hours_and_of_a_channel(hours: "Callable[..., Run]") -> None:
    holidays = "holidays: [12-24]"
    assert hours("both", "--format", "ics", holidays=holidays).code == 1
    run = hours("--channel", "phone", "--format", "ics", holidays=holidays)
    assert run.code == 0
    assert "UID:2026-12-24.office@desk.zsupport" in run.stdout


#: The facts that decide which calendar applies.
FACTS = {"redhat": ("--fact", "region=elsewhere"), "suse": ("--fact", "region=emea")}
SHIPPED = [
    (policy, name)
    for policy in sorted(shipped_policies())
    for name in load(policy).revisions[-1].hours
]


@pytest.mark.parametrize(("policy", "name"), SHIPPED)
def test_written_files_are_read_again(cli: "Cli", tmp_path: Path, policy: str, name: str) -> None:
    customer = ("--customer-tz", "Asia/Tokyo", "--customer-country", "JP")
    question = ("hours", name, "--policy", policy, *AT, *customer, *FACTS.get(policy, ()))
    written = cli(*question, "--format", "ics", cwd=tmp_path)
    if written.code == 1:
        assert (written.stdout, written.stderr[:9]) == ("", "zsupport:")
        return
    assert written.code == 0
    days = dates_by_library(written.stdout)
    write_policy(tmp_path)
    read = cli("hours", "office", "--import-ics", "-", "--policy", "./desk.yaml", *AT,
               cwd=tmp_path, stdin=written.stdout)  # fmt: skip
    assert (read.code, read.stderr) == (0, "")
    lines = [line.strip() for line in read.stdout.splitlines()[2:]]
    assert {date.fromisoformat(line[:10]) for line in lines} == days
    # The policy itself has all of these days off.
    again = cli(*question, "--import-ics", "-", stdin=written.stdout, cwd=tmp_path)
    assert again.stdout == ""


@settings(deadline=None)
@given(
    st.lists(st.dates(FIRST, END), min_size=1, max_size=20, unique=True),
    st.lists(st.text(min_size=1, max_size=90), min_size=20, max_size=20),
)
def test_random_days_off_are_read_again(days: list[date], names: list[str]) -> None:
    stated = [
        WholeDayEvent(f"{day}@test", day, name, FIRST)
        for day, name in zip(days, names, strict=False)
    ]
    text = render_calendar("Days off", stated)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    result = entries(text)
    assert result.remarks == ()
    assert sorted(result.add) == sorted(map(str, days))
    assert dates_by_library(text) == {day for day in days if day < END}


# -- hostile files -----------------------------------------------------------------------------

_SIZE = 2**20 - 200


def filled(*event: str) -> str:
    """Return a calendar file of nearly a mebibyte that repeats an event."""
    return calendar(*([event] * (_SIZE // len(calendar(event)))))


@pytest.mark.parametrize(
    "text",
    [
        *(
            pytest.param(filled("DTSTART;VALUE=DATE:20260101", f"RRULE:{rule}"), id=rule)
            for rule in (
                "FREQ=YEARLY",
                "FREQ=WEEKLY",
                "FREQ=SECONDLY",
                "FREQ=DAILY;BYMONTH=1;BYDAY=TH",
                "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
                "FREQ=DAILY;COUNT=2000000000",
                "FREQ=YEARLY;UNTIL=99991231",
                "FREQ=YEARLY;BYDAY=TH,FR,SA,SU,MO,TU,WE;BYMONTHDAY=1,2,3,4,5,6,7",
            )
        ),
        pytest.param(filled("DTSTART;VALUE=DATE:20260101", "DURATION:P400D"), id="long"),
        pytest.param(
            filled(
                "DTSTART;VALUE=DATE:20261126", "DURATION:P30D",
                "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            ),
            id="long and yearly",
        ),
        pytest.param(calendar((*EVE, "SUMMARY:" + "\\" * _SIZE)), id="backslashes"),
        pytest.param(calendar((*EVE, "X;" + "A=b;" * (_SIZE // 4) + ":x")), id="parameters"),
        pytest.param(calendar((*EVE, "SEQUENCE:" + "1" * _SIZE)), id="digits"),
        pytest.param(
            calendar((*EVE, "RRULE:FREQ=DAILY;BYDAY=" + "TH," * (_SIZE // 3) + "MO")),
            id="weekdays",
        ),
        pytest.param("BEGIN:VCALENDAR\n" * (_SIZE // 16), id="nesting"),
        pytest.param("BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + "BEGIN:X\n" * 100_000, id="inside"),
        pytest.param("\n" * _SIZE, id="empty lines"),
    ],
)  # fmt: skip
def test_hostile_file_has_an_answer_in_bounded_time(text: str) -> None:
    # Processor time, because other tests run at the same time.
    start = time.process_time()
    with suppress(PolicyError):
        entries(text).yaml()
    assert time.process_time() - start < 30


VALUES = (
    "20261224", "20261224T000000Z", "20261224T000000", "99991231", "00010101", "20260231",
    "20261224/P1D", "P1D", "-P1D", "PT1H", "P9999D", "", "x", "\x00", "é" * 50, "-1", "MO",
    "CANCELLED", "FREQ=YEARLY", "FREQ=DAILY;UNTIL=99991231", "FREQ=YEARLY;BYDAY=9MO,-54FR",
    "FREQ=YEARLY;BYMONTH=5L", "FREQ=YEARLY;UNTIL=P1D", "FREQ=YEARLY;WKST=XX", "FREQ=", "=",
    "FREQ=YEARLY;FREQ=DAILY", "FREQ=MONTHLY;BYDAY=5FR;BYSETPOS=-1,300", "FREQ=YEARLY;COUNT=3",
    "FREQ=YEARLY;SKIP=OMIT;RSCALE=HEBREW", "FREQ=DAILY;INTERVAL=99999999", "2000000000",
)  # fmt: skip
LINES = st.tuples(
    st.sampled_from([
        "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS",
        "SEQUENCE", "UID", "SUMMARY", "EXRULE", "X-A", "BEGIN", "END", "",
    ]),
    st.sampled_from([
        "", ";VALUE=DATE", ";VALUE=PERIOD", ";TZID=Europe/Oslo", ";TZID=Nope", ";TZID=CET",
        ";TZID=../../etc/passwd", ";RANGE=THISANDFUTURE", ";LANGUAGE=de", ";VALUE=TEXT", "; ;",
    ]),
    st.sampled_from([":", ":", ":", ""]),
    st.sampled_from(VALUES),
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.lists(LINES, max_size=5), max_size=3), st.booleans())
def test_damaged_file_has_an_answer(events: list[list[str]], dated: bool) -> None:
    start = ["DTSTART;VALUE=DATE:20260101"] if dated else []
    text = calendar(*([*start, *lines] for lines in events))
    with suppress(PolicyError):
        result = entries(text)
        assert len(result.yaml().splitlines()) < 2 + 402 * len(events)
        assert all(remark.reason for remark in result.remarks)
