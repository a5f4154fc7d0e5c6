"""Random iCalendar files with events that last whole days, and their dates by other programs."""

from collections.abc import Iterable
from datetime import date, timedelta

import recurring_ical_events
from hypothesis import strategies as st
from icalendar import Calendar

#: The dates that are compared.
FIRST, END = date(2000, 1, 1), date(2051, 1, 1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def calendar(*events: Iterable[str]) -> str:
    """Return a calendar file with events, which are lists of lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//test//EN"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return "".join(f"{line}\r\n" for line in (*lines, "END:VCALENDAR"))


def dates_by_library(text: str) -> set[date]:
    """Return the dates to compare on which an event of a calendar file takes place."""
    dates = set()
    for event in recurring_ical_events.of(Calendar.from_ical(text)).between(FIRST, END):
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            days = range((event.end - event.start).days)
            dates |= {event.start + timedelta(days=day) for day in days}
    return {day for day in dates if FIRST <= day < END}


def text_of_date(day: date) -> str:
    return f"{day:%Y%m%d}"


@st.composite
def rules(draw: st.DrawFn, start: date) -> str:
    """Draw a rule that has its start among its dates, most often a yearly one."""
    month, weekday = start.month, WEEKDAYS[start.weekday()]
    number = (start.day - 1) // 7 + 1
    parts = draw(
        st.sampled_from([
            "FREQ=YEARLY",
            f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={start.day}",
            f"FREQ=YEARLY;BYMONTH={month};BYDAY={number}{weekday}",
            f"FREQ=YEARLY;BYMONTH={month};BYDAY={weekday};BYSETPOS={number}",
            f"FREQ=YEARLY;BYMONTH={month}",
            f"FREQ=MONTHLY;INTERVAL=12;BYDAY={number}{weekday}",
            f"FREQ=MONTHLY;BYMONTH={month};BYDAY={number}{weekday}",
            f"FREQ=MONTHLY;BYMONTHDAY={start.day}",
            f"FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY={start.day}",
            f"FREQ=DAILY;BYMONTH={month};BYMONTHDAY={start.day}",
            f"FREQ=WEEKLY;BYDAY={weekday}",
            f"FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY={weekday},MO",
            f"FREQ=YEARLY;INTERVAL=2;BYMONTH={month},{month % 12 + 1}",
            f"FREQ=YEARLY;BYDAY={weekday};BYMONTHDAY="
            + ",".join(str(day) for day in range(start.day, min(start.day + 7, 32))),
            f"FREQ=DAILY;INTERVAL={draw(st.integers(1, 40))}",
        ])
    )  # fmt: skip
    end = draw(st.sampled_from(["", "", "", "COUNT", "UNTIL"]))
    if end == "COUNT":
        return f"{parts};COUNT={draw(st.integers(1, 12))}"
    if end == "UNTIL":
        last = start + timedelta(days=draw(st.integers(0, 3000)))
        return f"{parts};UNTIL={text_of_date(last)}"
    return str(parts)


@st.composite
def events(draw: st.DrawFn) -> list[list[str]]:
    """Draw an event and the events that replace some of its occurrences."""
    uid = f"{draw(st.integers(0, 10**9))}@test"
    # Rules without an end are written only if they start before the dates that are compared.
    old, new = st.dates(date(1980, 1, 1), date(1999, 12, 31)), st.dates(date(2000, 1, 1), END)
    start = draw(st.one_of(old, new))
    days = draw(st.sampled_from([1, 1, 1, 2, 3, 10]))
    lines = [f"UID:{uid}", f"DTSTART;VALUE=DATE:{text_of_date(start)}", "SUMMARY:Away"]
    if draw(st.booleans()):
        lines.append(f"DTEND;VALUE=DATE:{text_of_date(start + timedelta(days=days))}")
    else:
        lines.append(f"DURATION:P{days}D")
    repeats = draw(st.booleans())
    if not repeats:
        return [lines]
    lines.append(f"RRULE:{draw(rules(start))}")
    text = calendar(lines)
    known = sorted(dates_of_starts(text, start))
    chosen = draw(st.lists(st.sampled_from(known), max_size=3, unique=True)) if known else []
    replacing = []
    for day in chosen:
        kind = draw(st.sampled_from(["EXDATE", "cancelled", "moved"]))
        if kind == "EXDATE":
            lines.append(f"EXDATE;VALUE=DATE:{text_of_date(day)}")
            continue
        moved = day + timedelta(days=draw(st.integers(-9, 9)) if kind == "moved" else 0)
        replacing.append([
            f"UID:{uid}", f"RECURRENCE-ID;VALUE=DATE:{text_of_date(day)}",
            f"DTSTART;VALUE=DATE:{text_of_date(moved)}", "DURATION:P1D", "SUMMARY:Moved",
            *(["STATUS:CANCELLED"] if kind == "cancelled" else []),
        ])  # fmt: skip
    if draw(st.booleans()):
        extra = start + timedelta(days=draw(st.integers(1, 2000)))
        lines.append(f"RDATE;VALUE=DATE:{text_of_date(extra)}")
    return [lines, *replacing]


def dates_of_starts(text: str, start: date) -> set[date]:
    """Return some dates on which the event of a calendar file starts."""
    end = date(start.year + 12, 1, 1)
    parsed = Calendar.from_ical(text)
    return {event.start for event in recurring_ical_events.of(parsed).between(start, end)}


CALENDARS = st.lists(events(), max_size=4, unique_by=lambda group: group[0][0]).map(
    lambda drawn: calendar(*(event for group in drawn for event in group))
)
