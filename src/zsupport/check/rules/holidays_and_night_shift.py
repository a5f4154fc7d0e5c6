"""ZS704: windows past midnight beside a holiday or a single date, without a statement of both."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.hours import hours_of
from zsupport.check.rule import Problem, Rule, Subject, dates_near
from zsupport.clock.days import in_years
from zsupport.clock.model import Hours
from zsupport.clock.windows import DAY
from zsupport.policy.model import PolicyCalendar
from zsupport.policy.yamltext import Path
from zsupport.wording import Message, joined

_KEEP = Message("to keep the end of the night before, add a window from 00:00 on")
_CLOSE = Message("to close the end of its own night, add an entry for the next date")


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each calendar that does not state which night shift a holiday or a date closes."""
    document = subject.document
    for path, calendar in subject.calendars:
        yield from of_dates(subject, path, calendar)
        if calendar.holidays is None or calendar.by_start_date or not past_midnight(calendar):
            continue
        if document.node((*path, "holidays-apply-to")) is None:
            yield Problem(
                (*path, "holidays"),
                Message(
                    "ambiguous holidays: the policy does not state which night shift a"
                    " holiday closes"
                ),
                document.key((*path, "holidays")),
                label=Message("closed from 00:00 to 24:00 of each holiday"),
                hint=Message(
                    "add `holidays-apply-to: date`, or `holidays-apply-to: start-date` to"
                    " close the night that begins on the holiday"
                ),
            )


def of_dates(subject: Subject, path: Path, calendar: PolicyCalendar) -> Iterator[Problem]:
    """Yield each single date of `dates` that cuts a night shift, or leaves its end open.

    A date that opens at 00:00 states the end of the night before, and a date that is open until
    24:00 states the night that begins on it. An entry for the date after it states the rest.
    """
    if not calendar.dates or not past_midnight(calendar):
        return
    usual = hours_of(calendar._replace(dates={}, breaks={}, holidays=None), "UTC", None)
    # The neighbours of the first and the last dates near today are in other years.
    years = range(subject.today.year - 2, subject.today.year + 42)
    own = {o for day in calendar.dates for o in dates_near(day, subject.today.year)}
    own |= in_years(calendar.dates, years)
    for day, windows in calendar.dates.items():
        place = subject.document.day((*path, "dates"), day)
        ordinals = dates_near(day, subject.today.year)
        opens = any(window.opens == 0 for window in windows)
        lasts = any(window.closes == DAY for window in windows)
        cut = any(continues(usual, o) for o in ordinals if o - 1 not in own) and not opens
        left = any(continues(usual, o + 1) for o in ordinals if o + 1 not in own) and not lasts
        if cut and left:
            message = Message(
                "{day} ends the night shift of the evening before at midnight, and the end of its"
                " own night shift stays open on the next date",
                day=day,
            )
            hint = joined((_KEEP, _CLOSE), "; ")
        elif cut:
            message = Message(
                "{day} ends the night shift of the evening before at midnight", day=day
            )
            hint = _KEEP
        else:
            message = Message(
                "the end of the night shift of {day} stays open on the next date", day=day
            )
            hint = _CLOSE
        if cut or left:
            yield Problem(place, message, subject.document.key(place), hint=hint)


def continues(hours: Hours, ordinal: int) -> bool:
    """Return whether a window of the evening before continues on a date."""
    return any(part.begins for part in hours.parts(ordinal))


def past_midnight(calendar: PolicyCalendar) -> bool:
    """Return whether a window of less than a day runs past midnight.

    A longer window is split at each midnight, and a holiday closes one part of it.
    """
    return any(
        window.closes - window.opens < DAY and (window.closes - 1) // DAY > window.opens // DAY
        for week in (calendar.windows or (), *calendar.seasons.values())
        for window in week
    )


RULE = Rule(
    code="ZS704",
    name="holidays-and-night-shift",
    severity="note",
    summary=Message("night shift beside a holiday or a single date is ambiguous"),
    check=check,
)
