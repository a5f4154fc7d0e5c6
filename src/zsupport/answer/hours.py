"""The hours of a policy for one case, with their conditions, time zones and holidays resolved."""

from __future__ import annotations

from zsupport.answer.case import Case, NeedsInput, NoCalendar, Warning, matching, say
from zsupport.clock.instants import local_date
from zsupport.clock.problem import BadText, what_to_write
from zsupport.clock.zones import country_code, zone
from zsupport.dates import date
from zsupport.errors import PolicyError, UsageError
from zsupport.policy.model import Holidays, Place, PolicyCalendar, Revision
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message, joined

if TYPE_CHECKING:
    # A policy whose targets are elapsed time does not need these modules.
    from zsupport.clock.business import BusinessDays
    from zsupport.clock.holidays import PublicHolidays
    from zsupport.clock.model import Hours, WindowPart, Year, Years
    from zsupport.clock.spans import WorkingTime


class Customer(NamedTuple):
    """The time zone of the customer, and the country or subdivision (DE or DE-BY)."""

    zone: str | None = None
    country: str | None = None


def check_country(text: str) -> str:
    """Return the code of a country or subdivision in upper case: NO, DE-BY. Raises UsageError."""
    try:
        return country_code(text)
    except BadText as problem:
        raise _bad_country(problem.message, what_to_write(problem)) from None


def _bad_country(message: str, hint: str | None) -> UsageError:
    return UsageError(Message("{customer_country}: {message}", message=message), hint)


class SettledHours(NamedTuple):
    """Resolved hours and the calendars of the policy from which they are made."""

    time: WorkingTime
    days: BusinessDays | None  # None: the calendars of a union are in different time zones
    calendars: tuple[PolicyCalendar, ...]
    zone_name: str
    #: Whether dates in or near a half-year need a warning, by `instant // HALF_YEAR`.
    uncertain: dict[int, bool]


#: The name of the predefined hours that are open at every instant.
ALWAYS_OPEN = "24x7"
#: In seconds.
HALF_YEAR = 182 * 86_400
#: The name of a holiday without a name in the policy.
NAMELESS = Message("day off")


class PolicyHours:
    """The hours of a revision for a customer; each calendar is compiled once."""

    def __init__(
        self,
        revision: Revision,
        customer: Customer,
        lang: str,
        public: PublicHolidays | None = None,
    ) -> None:
        """`public` returns the public holidays of a country in a year.

        By default, the package `holidays` provides them.
        """
        self.revision = revision
        self.customer = customer
        self.lang = lang
        self._public = public
        #: Whether any hours that were settled depend on the public holidays of a country.
        self.public_holidays = False
        #: The country without known public holidays, by the path of its calendar and the year.
        self._unknown: dict[tuple[str, int], str] = {}
        self._settled: dict[tuple[str, ...], SettledHours] = {}

    def settle(self, name: str, case: Case) -> SettledHours:
        """Return the hours of this name in a case.

        Raises NeedsInput if input from the customer is required, and NoCalendar if no calendar of a
        list matches the case.
        """
        calendars = self._calendars(name, case)
        settled, asks = self.union(calendars or (), always=calendars is None)
        if asks or settled is None:
            raise NeedsInput(asks)
        return settled

    def union(
        self, calendars: tuple[PolicyCalendar, ...], *, always: bool = False
    ) -> tuple[SettledHours | None, list[str]]:
        """Return the union of the known calendars, and the questions about the others.

        A calendar is known if it requires no further input from the customer. The union is None if
        no calendar is known. With `always` the hours are open at every instant, and there are no
        questions.
        """
        from zsupport.clock.business import BusinessDays
        from zsupport.clock.model import Hours
        from zsupport.clock.spans import WorkingTime

        if always:
            calendars = ()
        asks = [ask for calendar in calendars for ask in self.asks(calendar)]
        known = tuple(calendar for calendar in calendars if not self.asks(calendar))
        if not known and not always:
            return None, list(dict.fromkeys(asks))
        key = tuple(calendar.place.path for calendar in known)
        if key not in self._settled:
            hours = tuple(self._hours(calendar) for calendar in known) or (
                Hours(zone(self.revision.timezone), None),
            )
            time = WorkingTime(*hours)
            same_zone = len({str(item.zone) for item in hours}) == 1
            days = BusinessDays(time) if same_zone else None
            self._settled[key] = SettledHours(time, days, known, str(hours[0].zone), {})
        return self._settled[key], list(dict.fromkeys(asks))

    def is_open(self, name: str, case: Case, instant: int) -> bool:
        """Return whether hours are open at an instant in a case.

        A union is open if a known member is open. If no known member is open, the result can depend
        on the other members. Then this raises NeedsInput if input from the customer is required,
        and NoCalendar if none of the calendars of a member matches the case.
        """
        if name not in self.revision.hours:
            return True  # 24x7
        calendar = self._applying_calendar(name, case)
        if not calendar.any:
            settled, asks = self.union((calendar,))
            if settled is None:
                raise NeedsInput(asks)
            return settled.time.is_open(instant)
        asks = []
        missing: NoCalendar | None = None
        for member in calendar.any:
            try:
                if self.is_open(member, case, instant):
                    return True
            except NeedsInput as needed:
                asks += needed.asks
            except NoCalendar as error:
                missing = error
        if asks:
            raise NeedsInput(list(dict.fromkeys(asks)))
        if missing:
            raise missing
        return False

    def calendar_paths(self, name: str, case: Case) -> tuple[str, ...]:
        """Return the paths of the calendar that applies to a case, and of the members of a union.

        For `24x7`, and for hours without a calendar for the case, return the name of the hours.
        """
        calendar = self.calendar(name, case)
        if calendar is None:
            return (name,)
        members = (path for member in calendar.any for path in self.calendar_paths(member, case))
        return (calendar.place.path, *members)

    def calendar(self, name: str, case: Case) -> PolicyCalendar | None:
        """Return the first calendar of hours that matches a case; None if no calendar matches."""
        return next((c for c in self.revision.hours.get(name, ()) if matching(c.when, case)), None)

    def warnings(self, settled: SettledHours, start: int, end: int) -> list[Warning]:
        """Return warnings about unknown or estimated dates from `start` to `end`.

        The warnings are about years that the calendar or the library does not cover, estimated
        holidays, and exchanged dates without stated hours.
        """
        # Whether a half-year has such dates is cached, because most have none.
        halves = range(start // HALF_YEAR, end // HALF_YEAR + 1)
        for half in halves:
            if half not in settled.uncertain:
                low, high = (half - 1) * HALF_YEAR, (half + 2) * HALF_YEAR
                settled.uncertain[half] = bool(self._date_warnings(settled, low, high))
        uncertain = any(settled.uncertain[half] for half in halves)
        return self._date_warnings(settled, start, end) if uncertain else []

    def _date_warnings(self, settled: SettledHours, start: int, end: int) -> list[Warning]:
        """Return the warnings, without the cache of `warnings`."""
        result = []
        for calendar, hours in zip(settled.calendars, settled.time.hours, strict=False):
            first, last = local_date(start, hours.zone), local_date(end, hours.zone)
            covers = calendar.holidays.covers if calendar.holidays else None
            if covers and not covers[0] <= first.year <= last.year <= covers[1]:
                known = "-".join(str(year) for year in dict.fromkeys(covers))
                message = Message("the holidays are known only for {years}", years=known)
                result.append(Warning("beyond-covers", message))
            if hours.years is None:
                continue
            reached = range(first.toordinal(), last.toordinal() + 1)
            for year in range(first.year, last.year + 1):
                days = hours.years(year)
                for ordinal, name in days.days_off.items():
                    if "estimated" in name and ordinal in reached:
                        estimated = f"{date.fromordinal(ordinal)}: {name}"
                        result.append(Warning("estimated", estimated))
                for ordinal in sorted(days.exchanged) if hours.exchanged_for is None else ():
                    if ordinal in reached and hours.is_exchanged(ordinal):
                        result.append(Warning("exchanged", _unstated_hours(ordinal)))
                if country := self._unknown.get((calendar.place.path, year)):
                    message = Message(
                        "the public holidays of {country} are not known for {year}",
                        country=country,
                        year=year,
                    )
                    result.append(Warning("beyond-covers", message))
        return result

    def _calendars(self, name: str, case: Case) -> tuple[PolicyCalendar, ...] | None:
        """Return the calendars whose union is open at the same times as hours.

        The result is None if the hours are always open.
        """
        if name not in self.revision.hours:
            return None  # 24x7
        calendar = self._applying_calendar(name, case)
        if not calendar.any:
            return (calendar,)
        members = [self._calendars(member, case) for member in calendar.any]
        known = [calendar for item in members if item is not None for calendar in item]
        return None if None in members else tuple({c.place: c for c in known}.values())

    def _applying_calendar(self, name: str, case: Case) -> PolicyCalendar:
        """Return the calendar of defined hours that applies to a case. Raises NoCalendar."""
        calendar = self.calendar(name, case)
        if calendar is None:
            values = ", ".join(f"{dimension}={value}" for dimension, value in case.items())
            file = self.revision.file
            raise NoCalendar(
                Message(
                    "{file}: no calendar of the hours `{name}` matches {values}",
                    file=file,
                    name=name,
                    values=values,
                )
                if values
                else Message(
                    "{file}: no calendar of the hours `{name}` matches this case",
                    file=file,
                    name=name,
                ),
                Message("end the list with a calendar without `when`"),
            )
        return calendar

    def asks(self, calendar: PolicyCalendar) -> list[str]:
        """Return the questions to the customer that a calendar needs."""
        asks: list[str] = []
        if calendar.timezone == "customer" and self.customer.zone is None:
            ask = say(calendar.ask, self.lang)
            asks.append(
                Message("{ask} ({customer_tz})", ask=ask)
                if ask
                else Message("The customer's time zone ({customer_tz})")
            )
        off = calendar.holidays
        if off and off.customer and self.customer.country is None:
            asks.append(Message("The customer's country ({customer_country})"))
        return asks

    def _hours(self, calendar: PolicyCalendar) -> Hours:
        name = calendar.timezone or self.revision.timezone
        if name == "customer":
            assert self.customer.zone is not None
            name = self.customer.zone
        off = calendar.holidays
        return hours_of(calendar, name, self._years(off, calendar.place) if off else None)

    def _years(self, off: Holidays, at: Place) -> Years:
        from zsupport.clock.holidays import public_holidays

        public = self._public or public_holidays
        country, subdivision = off.country, off.subdivision
        if off.customer:
            country, _, part = (self.customer.country or "").upper().partition("-")
            subdivision = part or None
        if country and off.frozen is None:
            self.public_holidays = True

        def checked(country: str, subdivision: str | None, year: int) -> Year:
            try:
                result = public(country, subdivision, year)
            except BadText as problem:
                if off.customer:
                    hint = what_to_write(problem) or Message("write a country such as NO or DE-BY")
                    raise _bad_country(problem.message, hint) from None
                hint = problem.hint or problem.expected or Message("list its holidays with `add`")
                place = f"{self.revision.file}:{at.line}"
                raise PolicyError(joined((place, problem.message), ": "), hint) from None
            if not result.days_off:
                self._unknown[at.path, year] = country
            return result

        return years_of(off, country, subdivision, checked, self.lang)


def hours_of(calendar: PolicyCalendar, zone_name: str, years: Years | None) -> Hours:
    """Return the opening hours of a calendar in a time zone, in the form that the clock uses.

    `years` returns the days off of a year; it is None for a calendar without holidays.
    """
    from zsupport.clock.model import Hours, week_of

    if calendar.dates or calendar.breaks or calendar.seasons:
        years = _with_dates(calendar, years)
    return Hours(
        zone(zone_name),
        None if calendar.windows is None else week_of(calendar.windows),
        years,
        calendar.by_start_date,
        calendar.apply_holidays,
        calendar.business_days,
        calendar.holidays.exchanged_for if calendar.holidays else None,
        bool(calendar.seasons),
    )


def _with_dates(calendar: PolicyCalendar, years: Years | None) -> Years:
    """Return the years of a calendar with its single dates, breaks and seasons."""
    from zsupport.clock.days import in_year, moves, precedence, ranges_in
    from zsupport.clock.model import NO_DATES, OwnHours, Season, day_parts, week_of

    dates = [
        OwnHours(day, day_parts(calendar.dates[day]))
        for day in sorted(calendar.dates, key=precedence)
    ]
    breaks = {day: day_parts(windows) for day, windows in calendar.breaks.items()}
    seasons = {text: Season(text, week_of(week)) for text, week in calendar.seasons.items()}
    known: dict[int, Year] = {}

    def of_year(number: int) -> Year:
        if number in known:
            return known[number]
        own: dict[int, OwnHours] = {}
        for hours in dates:
            for ordinal in in_year(hours.day, number):
                if moves(hours.day) and ordinal in own:
                    own[ordinal] = own[ordinal].common(hours)
                else:
                    own[ordinal] = hours
        off: dict[int, tuple[WindowPart, ...]] = {}
        for day, parts in breaks.items():
            for ordinal in in_year(day, number):
                off[ordinal] = (*off.get(ordinal, ()), *parts)
        weeks: dict[int, Season] = {}
        for text, first, end in ranges_in(seasons, number):
            weeks.update(dict.fromkeys(range(first, end), seasons[text]))
        base = NO_DATES if years is None else years(number)
        known[number] = base._replace(dates=own, breaks=off, seasons=weeks)
        return known[number]

    return of_year


def years_of(
    off: Holidays,
    country: str | None,
    subdivision: str | None,
    public: PublicHolidays,
    lang: str = "en",
) -> Years:
    """Return a function from a year to its days off and exchanged dates.

    These are the frozen or public holidays, plus the dates that the policy adds, without those
    that it removes. `lang` is the language of names in the policy. The name of a day without
    a name is `day off`.
    """
    from zsupport.clock.holidays import HolidayName
    from zsupport.clock.model import Year

    years: dict[int, Year] = {}

    def of_year(year: int) -> Year:
        if year not in years:
            if off.frozen is not None:
                frozen = _listed_dates(off.frozen, off, year, lang)
                result = {ordinal: name or NAMELESS for ordinal, name in frozen.items()}
                exchanged = frozenset(_listed_dates(off.frozen_exchanged, off, year, lang))
            elif country:
                public_year = public(country, subdivision, year)
                exchanged = public_year.exchanged
                result = {
                    ordinal: HolidayName(name, country, subdivision, ordinal)
                    for ordinal, name in public_year.days_off.items()
                }
            else:
                result, exchanged = {}, frozenset()
            for ordinal, name in _listed_dates(off.add, off, year, lang).items():
                # A public holiday that the policy also adds keeps its name and is not estimated.
                public_name = result.get(ordinal, "")
                if public_name.endswith(" (estimated)"):
                    public_name = public_name.removesuffix(" (estimated)")
                result[ordinal] = name or public_name or NAMELESS
            removed = _listed_dates(off.remove, off, year, lang)
            for ordinal in removed:
                result.pop(ordinal, None)
            ignored = off.exchanged == "ignore"
            years[year] = Year(result, frozenset() if ignored else exchanged.difference(removed))
        return years[year]

    return of_year


def _unstated_hours(ordinal: int) -> str:
    """Return the warning about an exchanged date for which the policy states no weekday."""
    day = date.fromordinal(ordinal)
    return Message(
        "{day} is a working day in exchange for a day off, but the policy does"
        " not state its hours (`exchanged` in `holidays`)",
        day=day,
    )


def _listed_dates(
    texts: tuple[str, ...], off: Holidays, year: int, lang: str
) -> dict[int, str | None]:
    """Return the names of the dates of a year that texts denote, by the ordinal of the date.

    The written order has no meaning. The name is that of the day that takes precedence.
    """
    from zsupport.clock.days import in_year, precedence

    return {
        ordinal: say(off.names.get(day), lang)
        for day in sorted(texts, key=precedence)
        for ordinal in in_year(day, year)
    }
