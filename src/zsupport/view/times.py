"""Instants and durations in words for people, in one time zone."""

from __future__ import annotations

from zsupport import dates
from zsupport.clock.instants import duration, from_datetime
from zsupport.clock.windows import LAST_YEAR
from zsupport.clock.zonefile import Zone
from zsupport.typed import NamedTuple, Sequence
from zsupport.wording import Message, Wording, glued, joined

#: The weekdays from Monday to Sunday.
WEEKDAYS = (
    Message("Mon"), Message("Tue"), Message("Wed"), Message("Thu"), Message("Fri"),
    Message("Sat"), Message("Sun"),
)  # fmt: skip
_MONTHS = (
    Message("Jan"), Message("Feb"), Message("Mar"), Message("Apr"), Message("May"),
    Message("Jun"), Message("Jul"), Message("Aug"), Message("Sep"), Message("Oct"),
    Message("Nov"), Message("Dec"),
)  # fmt: skip
#: A day of each month.
_DATES = (
    Message("{day} Jan"), Message("{day} Feb"), Message("{day} Mar"), Message("{day} Apr"),
    Message("{day} May"), Message("{day} Jun"), Message("{day} Jul"), Message("{day} Aug"),
    Message("{day} Sep"), Message("{day} Oct"), Message("{day} Nov"), Message("{day} Dec"),
)  # fmt: skip
_DAY = 86_400
#: From this number of days on, hours are not shown.
_WHOLE_DAYS = 10


class Times(NamedTuple):
    """Writes instants in a time zone, and relative to the moment `now`.

    An instant contains no-break spaces, so that a screen does not break it. Without `seconds`,
    instants show minutes only, because `2 hours ago` is not exact to the second.

    The head of a screen names the zone at the instant `named` (default: now). Another instant is
    written without a zone if the clock has the same offset then, and with the zone otherwise.
    """

    zone: dates.tzinfo
    now: dates.datetime
    seconds: bool = True
    words: Wording = Wording()  # the texts of the program for the reader
    named: dates.datetime | None = None  # the instant whose zone the head of the screen names

    @property
    def ten_years_are_known(self) -> bool:
        """Whether the hours of the next ten years are known: there are none after LAST_YEAR."""
        return self.now.year <= LAST_YEAR - 10

    def full(self, instant: dates.datetime, *, zone: bool = True) -> str:
        """Return weekday, date, clock time and zone: `Mon 23 Nov 2026, 14:00 CET`.

        An offset is in brackets: `Mon 23 Nov 2026, 14:00 (UTC+1)`.
        """
        local = self.local(instant)
        text = self._at(self.date(local.date(), year=True), local)
        return self._with_zone(text, instant) if zone else text

    def short(self, instant: dates.datetime, *, near: dates.datetime | None = None) -> str:
        """Return weekday, date and clock time: `Mon 23 Nov, 14:00`.

        The year is written if it is not that of `near` (default: now).
        """
        local = self.local(instant)
        other = self.local(near or self.now)
        text = self._at(self._day(local.date(), year=local.year != other.year), local)
        return self._with_other_zone(text, instant)

    def near(self, instant: dates.datetime) -> str:
        """Return an instant briefly: `14:00` today, `Mon 14:00` this week, `Mon 30 Nov, 14:00`.

        A weekday without a date is one of the next six days.
        """
        local = self.local(instant)
        days = (local.date() - self.local(self.now).date()).days
        if days == 0:
            return self._with_other_zone(_clock(local), instant)
        if 0 < days < len(WEEKDAYS):
            return self.weekday(instant)
        return self.short(instant)

    def weekday(self, instant: dates.datetime) -> str:
        """Return weekday and clock time: `Mon 14:00`."""
        local = self.local(instant)
        day = WEEKDAYS[local.weekday()]
        text = glued(self.words("{weekday} {time}", weekday=day, time=_clock(local)))
        return self._with_other_zone(text, instant)

    def clock(self, instant: dates.datetime) -> str:
        """Return the clock time: `14:00`; with seconds if it has some."""
        return _clock(self.local(instant))

    def date(self, day: dates.date, *, year: bool = False) -> str:
        """Return weekday and date: `Fri 25 Dec`; with the year if it is not the current year."""
        return self._day(day, year=year or day.year != self.local(self.now).year)

    def date_range(self, first: dates.date, last: dates.date) -> str:
        """Return the first and the last of several dates: `Mon 28 Dec \u2013 Sun 3 Jan 2027`."""
        shown = self.date(first)
        return shown if first == last else f"{shown} \N{EN DASH} {self.date(last)}"

    def day_of_month(self, day: dates.date) -> str:
        """Return weekday and day of the month: `Fri 25`."""
        weekday = WEEKDAYS[day.weekday()]
        return glued(self.words("{weekday} {day}", weekday=weekday, day=day.day))

    def relative(self, instant: dates.datetime) -> str:
        """Return how far an instant is from now: `in 1 h 30 min`, `2 d 22 h ago`, `now`.

        From ten days on, the text has only whole days.
        """
        seconds = from_datetime(instant) - from_datetime(self.now)
        if not seconds:
            return self.words("now")
        days = abs(seconds) // _DAY
        time = duration(days * _DAY if days >= _WHOLE_DAYS else seconds)
        if seconds > 0:
            return glued(self.words("in {time}", time=time))
        return glued(self.words("{time} ago", time=time))

    def local(self, instant: dates.datetime) -> dates.datetime:
        """Return an instant as a local time."""
        local = instant.astimezone(self.zone)
        return local if self.seconds else local.replace(second=0)

    def zone_name(self, instant: dates.datetime) -> str:
        """Return the abbreviation of the zone at an instant: `CET`, `UTC`, `UTC+5:30`."""
        if isinstance(self.zone, Zone):
            name = self.zone.abbreviation(from_datetime(instant))
            if name[:1].isalpha():
                return name
        offset = self.local(instant).utcoffset() or dates.timedelta()
        minutes = int(offset.total_seconds()) // 60
        if not minutes:
            return "UTC"
        sign = "-" if minutes < 0 else "+"
        hours, rest = divmod(abs(minutes), 60)
        return f"UTC{sign}{hours}:{rest:02d}" if rest else f"UTC{sign}{hours}"

    def _with_other_zone(self, text: str, instant: dates.datetime) -> str:
        """Return the text of an instant, with the zone unless the one that is named has its offset.

        So a screen that crosses a DST change shows no time that a reader takes for another one.
        """
        named = self.local(self.named or self.now)
        if self.local(instant).utcoffset() == named.utcoffset():
            return text
        return self._with_zone(text, instant)

    def _with_zone(self, text: str, instant: dates.datetime) -> str:
        name = self.zone_name(instant)
        return glued(f"{text} {name}" if name.isalpha() else f"{text} ({name})")

    def _at(self, day: str, local: dates.datetime) -> str:
        return glued(self.words("{date}, {time}", date=day, time=_clock(local)))

    def _day(self, day: dates.date, *, year: bool) -> str:
        weekday, month = WEEKDAYS[day.weekday()], _MONTHS[day.month - 1]
        if not year:
            text = self.words("{weekday} {day} {month}", weekday=weekday, day=day.day, month=month)
        else:
            text = self.words(
                "{weekday} {day} {month} {year}",
                weekday=weekday, day=day.day, month=month, year=day.year,
            )  # fmt: skip
        return glued(text)


def range_in_words(text: str) -> Message:
    """Return a range of the policy format for people: `6 to 10 Jul`, `15 Jun to 31 Aug`."""
    (*first_year, first_month, first_day), (*last_year, last_month, last_day) = (
        map(int, day.split("-")) for day in text.split("..")
    )
    last = date_in_words(last_day, last_month, last_year)
    if (first_year, first_month) == (last_year, last_month):
        return Message("{day} to {last}", day=first_day, last=last)
    shown_year = [] if first_year == last_year else first_year
    first = date_in_words(first_day, first_month, shown_year)
    return Message("{first} to {last}", first=first, last=last)


def date_in_words(day: int, month: int, year: Sequence[int] = ()) -> Message:
    """Return a date for people, with the `year` if it is stated: `25 Dec`, `25 Dec 2026`."""
    text = Message(_DATES[month - 1].template, day=day)
    return joined((text, str(year[0])), " ") if year else text


def month_in_words(year: int, month: int) -> Message:
    """Return a month for people: `Nov 2026`."""
    return Message("{month} {year}", month=_MONTHS[month - 1], year=year)


def _clock(local: dates.datetime) -> str:
    seconds = f":{local.second:02d}" if local.second else ""
    return f"{local.hour:02d}:{local.minute:02d}{seconds}"
