"""The channels as schema.org `ContactPoint`s (JSON-LD) with their opening hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from math import prod
from typing import Any

from zsupport.answer.case import names_in
from zsupport.clock.model import Hours, Week
from zsupport.dates import date
from zsupport.policy.model import Channel
from zsupport.publish.cells import AnswerReader
from zsupport.publish.links import is_telephone, safe_link
from zsupport.publish.openings import OpeningHours, clock_text
from zsupport.publish.page import plain
from zsupport.publish.texts import PageTexts

_SCHEMA = "https://schema.org"
#: If the assumed facts have more combinations of values than this, no opening hours are stated.
_MAX_COMBINATIONS = 100
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def contact_points(
    reader: AnswerReader, texts: PageTexts, openings: OpeningHours
) -> dict[str, Any]:
    """Return a contact point for each channel that somebody may use, and for each of its numbers.

    Hours that depend on the case or the customer are omitted: a contact point cannot state them.
    """
    hours_by_channel = _hours_by_channel(reader)
    points: list[dict[str, Any]] = []
    for channel in reader.revision.channels:
        if different := hours_by_channel.get(channel.id):
            hours = next(iter(different)) if len(different) == 1 else None
            points += _points(channel, hours, texts, openings)
    return {"@context": _SCHEMA, "@graph": points}


def _hours_by_channel(reader: AnswerReader) -> dict[str, set[str | None]]:
    """Return the different hours of each channel in the cases that may use it.

    Facts with a default have every value. With too many combinations of their values, they have
    the default only, and the hours are None.
    """
    revision = reader.revision
    deciding = names_in(grant.when for grant in revision.grants)
    values = {fact.id: tuple(fact.values) for fact in revision.facts if fact.default is not None}
    values = {name: ids for name, ids in values.items() if name in deciding}
    complete = prod(map(len, values.values())) <= _MAX_COMBINATIONS
    result: dict[str, set[str | None]] = {}
    for facts in _combinations(values if complete else {}):
        for priority in tuple(priority.id for priority in revision.priorities) or (None,):
            for answer in reader.channels(priority, facts)[0]:
                if answer.allowed:
                    hours = answer.hours if complete else None
                    result.setdefault(answer.channel, set()).add(hours)
    return result


def _combinations(values: dict[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    """Yield every combination of the values of facts."""
    for case in product(*values.values()):
        yield dict(zip(values, case, strict=True))


def _points(
    channel: Channel, hours: str | None, texts: PageTexts, openings: OpeningHours
) -> Iterable[dict[str, Any]]:
    """Yield the contact point of a channel with these hours, or a point for each number."""
    name = plain(texts.value("channel", channel.id))
    point: dict[str, Any] = {
        "@type": "ContactPoint",
        "contactType": "customer support",
        "name": name,
    }
    address = safe_link(channel.url)
    if address and address.lower().startswith("mailto:"):
        point["email"] = address[len("mailto:") :].partition("?")[0]
    elif address:
        point["url"] = address
    available = _available(hours, openings)
    if available is not None:
        specifications, zones = available
        point["hoursAvailable"] = specifications
        if zones:
            point["description"] = plain(texts.words("Time zone: {zone}", zone=", ".join(zones)))
    numbers = [number for number in channel.numbers if is_telephone(number.number)]
    if not numbers:
        yield point
    for number in numbers:
        own = {**point, "telephone": number.number}
        if number.country != "any":
            own["areaServed"] = number.country
        yield own


def _available(
    names: str | None, openings: OpeningHours
) -> tuple[list[dict[str, Any]], list[str]] | None:
    """Return the opening hours of a union of hours, and their time zones; None if unknown."""
    if names is None:
        return None
    calendars = []
    for name in names.split(", "):
        known = openings.unconditional(name)
        if known is None:
            return None
        if not known:
            return [_opening(_DAYS, "00:00", "23:59")], []
        calendars += known
    specifications: list[dict[str, Any]] = []
    zones: dict[str, None] = {}
    for calendar in calendars:
        hours, _ = openings.compiled(calendar)
        if calendar.windows is not None:
            zones[calendar.timezone or openings.revision.timezone] = None
        specifications += _week(hours.week)
        for first, last, season in openings.seasons(hours):
            specifications += _period(first, last, _week(season.week))
        specifications += _special(hours, openings)
    return specifications, list(zones)


def _week(week: Week | None) -> Iterable[dict[str, Any]]:
    """Yield the opening hours of the week."""
    if week is None:
        yield _opening(_DAYS, "00:00", "23:59")
        return
    by_span: dict[tuple[str, str], list[str]] = {}
    for day, parts in zip(_DAYS, week, strict=True):
        for part in parts:
            by_span.setdefault(_span(part.start, part.end), []).append(day)
    for (opens, closes), days in by_span.items():
        yield _opening(days, opens, closes)


def _period(first: int, last: int, week: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield the opening hours of a period; a period without hours is closed."""
    valid = {
        "validFrom": date.fromordinal(first).isoformat(),
        "validThrough": date.fromordinal(last).isoformat(),
    }
    for opening in [*week] or [_opening((), "00:00", "00:00")]:
        yield {**opening, **valid}


def _special(hours: Hours, openings: OpeningHours) -> Iterable[dict[str, Any]]:
    """Yield the days off, as closed days, and the days with other hours."""
    within = range(openings.ahead.first, openings.ahead.end)
    holidays = hours.holidays(within.start, within.stop) if hours.counts_holidays else ()
    days = {ordinal for ordinal, _ in holidays}
    days.update(hours.named_dates(within.start, within.stop))
    days |= {o for o in within if hours.exchanged_for is not None and hours.is_exchanged(o)}
    for ordinal in sorted(days):
        day = date.fromordinal(ordinal).isoformat()
        valid = {"validFrom": day, "validThrough": day}
        parts = hours.parts(ordinal)
        for part in parts:
            yield {**_opening((), *_span(part.start, part.end)), **valid}
        if not parts:
            yield {**_opening((), "00:00", "00:00"), **valid}


def _span(start: int, end: int) -> tuple[str, str]:
    """Return the times of a part of a day; the end of the day is 23:59, as in schema.org."""
    return clock_text(start), "23:59" if end == 86_400 else clock_text(end)


def _opening(days: Iterable[str], opens: str, closes: str) -> dict[str, Any]:
    days = [f"{_SCHEMA}/{day}" for day in days]
    named = {"dayOfWeek": days} if days else {}
    return {"@type": "OpeningHoursSpecification", **named, "opens": opens, "closes": closes}
