"""The opening hours of the page: the week, the days off of a year, and days with other hours."""

from __future__ import annotations

from zsupport.answer.case import Warning
from zsupport.answer.days_off import dates_off, day_off, in_sequence
from zsupport.answer.hours import NAMELESS, Customer, PolicyHours
from zsupport.answer.opening import AHEAD
from zsupport.clock.model import Hours, Season, WindowPart
from zsupport.clock.target import counts_elapsed
from zsupport.dates import date
from zsupport.policy.model import PolicyCalendar, Revision, with_members
from zsupport.publish.page import (
    Bullets,
    Definitions,
    Grid,
    Line,
    PageSection,
    Passage,
    Phrase,
    joined,
    plain,
)
from zsupport.publish.texts import PageTexts
from zsupport.publish.words import capitalized, date_with_weekday, long_date, weekday
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zsupport.clock.holidays import PublicHolidays
    from zsupport.clock.model import Week

_DAY = 86_400
Part = Passage | Bullets | Definitions | Grid | PageSection


class DaysAhead(NamedTuple):
    """The dates that a page lists, as ordinals: `[first, end)`."""

    first: int
    end: int


def days_ahead(day: date, revision: Revision, next_start: str | None) -> DaysAhead:
    """Return the year from a date on, or its part until the revision ends."""
    end = day.toordinal() + AHEAD
    if revision.last_day:
        end = min(end, date.fromisoformat(revision.last_day).toordinal() + 1)
    if next_start:
        end = min(end, date.fromisoformat(next_start).toordinal())
    return DaysAhead(day.toordinal(), end)


def used_hours(revision: Revision) -> list[str]:
    """Return the names of the hours that the page shows, in the order of the policy.

    These are the hours of grants, and of targets that count over them.
    """
    names = [grant.hours for grant in revision.grants if grant.hours]
    for rule in revision.rules:
        names += [alternative.opened[1] for alternative in rule.when if alternative.opened]
        for cells in rule.cells.values():
            names += [c.hours for c in cells.values() if c.hours and not counts_elapsed(c.target)]
    used = {member for name in names for member in with_members(revision.hours, name)}
    return [name for name in revision.hours if name in used]


class OpeningHours:
    """The hours of a revision, for the page."""

    def __init__(
        self,
        revision: Revision,
        texts: PageTexts,
        ahead: DaysAhead,
        public: PublicHolidays | None,
    ) -> None:
        """`public` returns the public holidays of a country (default: the package `holidays`)."""
        self.revision = revision
        self.texts = texts
        self.words = texts.words
        self.ahead = ahead
        self._compiler = PolicyHours(revision, Customer(), texts.lang, public)
        self._compiled: dict[str, tuple[Hours, tuple[Warning, ...]]] = {}

    @property
    def public_holidays(self) -> bool:
        """Whether the page depends on the public holidays of a country."""
        return self._compiler.public_holidays

    def compiled(self, calendar: PolicyCalendar) -> tuple[Hours, tuple[Warning, ...]]:
        """Return a calendar as hours of the clock, and warnings about its days off.

        Hours in the time zone of the customer have no zone of their own; their dates are local.
        """
        key = calendar.place.path
        if key not in self._compiled:
            own = calendar
            if calendar.timezone == "customer":
                own = own._replace(timezone=None)
            if own.holidays and own.holidays.customer:
                own = own._replace(holidays=None)
            settled, _ = self._compiler.union((own,))
            assert settled is not None
            first, end = (
                (ordinal - _EPOCH) * _DAY + _DAY // 2
                for ordinal in (self.ahead.first, self.ahead.end - 1)
            )
            warnings = self._compiler.warnings(settled, first, end)
            self._compiled[key] = settled.time.hours[0], tuple(warnings)
        return self._compiled[key]

    def section(self) -> PageSection | None:
        """Return the section about the hours; None if the policy uses no hours."""
        names = used_hours(self.revision)
        if not names:
            return None
        words = self.words
        first = long_date(date.fromordinal(self.ahead.first), words)
        introduction = words("Days off are listed for the twelve months from {date}.", date=first)
        parts: list[Part] = [Passage(introduction)]
        if self.ahead.end < self.ahead.first + AHEAD:
            last = long_date(date.fromordinal(self.ahead.end - 1), words)
            parts.append(Passage(words("These hours apply until {date}.", date=last), aside=True))
        for name in names:
            shown: list[Part] = []
            for place, calendar in enumerate(self.revision.hours[name]):
                if calendar.when:
                    condition = self.texts.condition(calendar.when)
                    shown.append(Passage(words("Only for: {condition}", condition=condition)))
                elif place:
                    shown.append(Passage(words("For all others:")))
                shown += self._calendar(place, name, calendar)
                if not calendar.when:
                    break  # the other calendars are unreachable
            parts.append(PageSection(f"hours-{name}", (Phrase(name),), tuple(shown)))
        return PageSection("hours", words("Opening hours"), tuple(parts))

    def _calendar(self, place: int, name: str, calendar: PolicyCalendar) -> list[Part]:
        """Return the parts about one calendar of hours."""
        words = self.words
        if calendar.any:
            members = joined([self.texts.hours_name(member) for member in calendar.any])
            union = words("Open while any of these hours is open: {hours}.", hours=members)
            return [Passage(union), *self._remarks(calendar)]
        hours, warnings = self.compiled(calendar)
        parts: list[Part] = []
        zone = calendar.timezone or self.revision.timezone
        if calendar.windows is None:
            always = words("Open around the clock, every day.")
            if not hours.counts_holidays:
                always = words("Open around the clock, every day, also on public holidays.")
            parts.append(Passage(always))
        else:
            rows = tuple(
                ((capitalized(self._days(days)),), tuple((Phrase(text),) for text in times))
                for days, times in self.week(hours.week or ())
            )
            caption = words("Opening hours: {hours}", hours=name)
            columns = (words("Days"), words("Open"))
            parts.append(Grid(f"week-{place + 1}-{name}", caption, columns, 1, rows))
        if calendar.windows is not None or calendar.dates or calendar.seasons or calendar.breaks:
            if zone == "customer":
                parts.append(Passage(words("Time zone: yours")))
            else:
                parts.append(Passage(words("Time zone: {zone}", zone=zone)))
        parts += self._seasons(place, name, hours)
        parts += self._days_off(calendar, hours)
        special = [
            (*date_with_weekday(date.fromordinal(ordinal), words), Phrase(f": {text}"))
            for ordinal, text in self.special_days(hours)
        ]
        if special:
            parts.append(Definitions(((words("Days with other hours"), tuple(special)),)))
        if calendar.business_days is not None:
            runs = _runs(sorted(calendar.business_days))
            days = joined([self._days(run) for run in runs])
            parts.append(Passage(words("Working days: {days}", days=days)))
        parts += [Passage(words(warning.message), aside=True) for warning in warnings]
        return [*parts, *self._remarks(calendar)]

    def _seasons(self, place: int, name: str, hours: Hours) -> list[Part]:
        """Return the weeks of the periods with other hours, in the year of the page."""
        words = self.words
        rows = []
        for first, last, season in self.seasons(hours):
            if not any(season.week):
                continue  # its dates are days off
            dates = words(
                "{first} to {last}",
                first=long_date(date.fromordinal(first), words),
                last=long_date(date.fromordinal(last), words),
            )
            if first == last:
                dates = long_date(date.fromordinal(first), words)
            rows += [
                (
                    (dates,),
                    (capitalized(self._days(days)),),
                    tuple((Phrase(text),) for text in times),
                )
                for days, times in self.week(season.week, hours.week)
            ]
        if not rows:
            return []
        caption = words("Periods with other hours: {hours}", hours=name)
        columns = (words("Dates"), words("Days"), words("Open"))
        return [Grid(f"seasons-{place + 1}-{name}", caption, columns, 2, tuple(rows))]

    def seasons(self, hours: Hours) -> list[tuple[int, int, Season]]:
        """Return the periods of a season that the page lists: first date, last date, season.

        A season with another season inside it has two periods.
        """
        result: list[tuple[int, int, Season]] = []
        for ordinal in range(self.ahead.first, self.ahead.end) if hours.seasonal else ():
            season = hours.season(ordinal)
            if season is None:
                continue
            if result and result[-1][1:] == (ordinal - 1, season):
                result[-1] = (result[-1][0], ordinal, season)
            else:
                result.append((ordinal, ordinal, season))
        return result

    def _days_off(self, calendar: PolicyCalendar, hours: Hours) -> list[Part]:
        """Return the days off of a calendar."""
        words = self.words
        has_holidays = calendar.holidays is not None and hours.counts_holidays
        of_customer = calendar.holidays is not None and calendar.holidays.customer
        parts: list[Part] = []
        if not has_holidays and calendar.windows is not None:
            parts.append(Passage(words("Open on public holidays too.")))
        if has_holidays and of_customer:
            parts.append(Passage(words("Days off: the public holidays of your country.")))
        listed = [
            self._dated(entry.first, entry.last, None if entry.name == NAMELESS else entry.name)
            for entry in in_sequence(dates_off([hours], self.ahead.first, self.ahead.end))
        ]
        if listed:
            parts.append(Definitions(((words("Days off"), tuple(listed)),)))
        elif has_holidays and not of_customer:
            parts.append(Passage(words("No day off in these twelve months.")))
        return parts

    def _dated(self, first: date, last: date, holiday: str | None) -> Line:
        """Return a date, or the first and the last one of several, with the name of a holiday."""
        dates = date_with_weekday(first, self.words)
        if first != last:
            dates = self.words(
                "{first} to {last}",
                first=long_date(first, self.words),
                last=long_date(last, self.words),
            )
        return dates if holiday is None else (*dates, Phrase(": "), self.texts.holiday(holiday))

    def _remarks(self, calendar: PolicyCalendar) -> list[Part]:
        remarks = [calendar.remarks, *(alternative.remarks for alternative in calendar.when)]
        remarks += [calendar.holidays.remarks] if calendar.holidays else []
        lines: dict[Line, None] = {}
        for remark in remarks:
            if remark.note:
                lines[(self.texts.policy(remark.note),)] = None
            if remark.unclear:
                lines[self.texts.doubt(self.texts.policy(remark.unclear))] = None
        return [Passage(line, aside=True) for line in lines]

    def special_days(self, hours: Hours) -> list[tuple[int, str]]:
        """Return the dates with their own hours, with breaks, or worked in exchange.

        A date that is closed is a day off.
        """
        words = self.words
        result: dict[int, str] = {}
        within = range(self.ahead.first, self.ahead.end)
        for ordinal in hours.named_dates(within.start, within.stop):
            if day_off(hours, ordinal) is not None:
                continue
            if breaks := hours.breaks(ordinal):
                times = ", ".join(self.times(breaks))
                result[ordinal] = plain(words("closed {times}", times=times))
            else:
                result[ordinal] = ", ".join(self.times(hours.parts(ordinal)))
        if hours.years is not None and hours.exchanged_for is not None:
            name = weekday(hours.exchanged_for, words)
            for ordinal in within:
                if hours.is_exchanged(ordinal):
                    result.setdefault(ordinal, plain(words("hours of a {weekday}", weekday=name)))
        return sorted(result.items())

    def week(self, week: Week, usual: Week | None = None) -> list[tuple[list[int], list[str]]]:
        """Return the opening times of the week: weekdays (Monday as 0) with equal times.

        Weekdays with the times of the week `usual` are left out.
        """
        by_day = [tuple(self.times(parts)) for parts in week]
        same = [place for place, parts in enumerate(week) if usual and parts == usual[place]]
        result = []
        for days in _equal_runs(by_day):
            left = [day for day in days if day not in same]
            result += [(run, list(by_day[run[0]])) for run in _runs(left)]
        return result

    def times(self, parts: Iterable[WindowPart]) -> list[str]:
        """Return parts of a day as texts; `closed` if there is none."""
        spans = [f"{clock_text(part.start)}\u2013{clock_text(part.end)}" for part in parts]
        return spans or [self.words.text("closed")]

    def _days(self, days: list[int]) -> Line:
        """Return consecutive weekdays in words: `Monday to Friday`."""
        first, last = (weekday(day, self.words) for day in (days[0], days[-1]))
        if len(days) == 1:
            return (Phrase(first),)
        return self.words("{first} to {last}", first=first, last=last)

    def unconditional(self, name: str) -> list[PolicyCalendar] | None:
        """Return the calendars of hours, if they do not depend on the case or the customer.

        The list is empty for hours that are always open. Return None if the hours depend on them.
        """
        if name not in self.revision.hours:
            return []
        calendar = self.revision.hours[name][0]
        if calendar.when:
            return None
        if calendar.timezone == "customer" or (calendar.holidays and calendar.holidays.customer):
            return None
        if not calendar.any:
            return [calendar]
        result = []
        for member in calendar.any:
            known = self.unconditional(member)
            if known is None:
                return None
            if not known:
                return []
            result += known
        return result


_EPOCH = date(1970, 1, 1).toordinal()


def clock_text(second: int) -> str:
    """Return a second of the day as a time: `09:00`, `24:00`."""
    return f"{second // 3600:02}:{second // 60 % 60:02}"


def _equal_runs(values: list[tuple[str, ...]]) -> list[list[int]]:
    """Return the positions of values in runs of equal neighbours."""
    runs: list[list[int]] = []
    for place, value in enumerate(values):
        if runs and values[runs[-1][0]] == value:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _runs(days: list[int]) -> list[list[int]]:
    """Return days in runs of consecutive days."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
