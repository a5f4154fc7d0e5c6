"""Differences between the answers of two policies, in all cases and at all moments of a day.

Hours are sets of hours of a day in UTC: calendars open and close at full hours, every day is the
same, and offsets never change. It shares no code with the program.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from math import inf
from typing import NamedTuple

from .definition import (
    ALWAYS,
    MISSING,
    NAMED,
    Case,
    Clock,
    Path,
    Reference,
    Target,
    Tree,
)
from .languages import handled
from .lengths import calendar_days, parts_of

#: The effect on the customer by (new answer at least as good, old answer at least as good).
EFFECTS = {(True, True): "same", (True, False): "more", (False, True): "less"}
DISTANCES = {"UTC": 0, "UTC+01:00": 1, "Asia/Tokyo": 9}
HOUR, DAY = 3600, 86_400
WINDOW = re.compile(r"mon-sun (\d\d):00-(\d\d):00")
LENGTH = re.compile(r"(?:every )?(\d+) ?(m|h|business minutes|business hours)(?: 24x7)?")
#: Periods in 400 years.
RATES = {"day": 146_097, "week": 146_097 / 7, "month": 4800, "quarter": 1600, "year": 400}
BINDING = {None: 0, "none": 0, "target": 1, "objective": 2, "agreement": 3}


def effect(new: bool, old: bool) -> str:
    """Return the effect; `new` and `old`: whether that answer is at least as good."""
    return EFFECTS.get((new, old), "either")


class Difference(NamedTuple):
    """A difference between two answers, for channels or for a metric."""

    aspect: str  # allowed, needs, hours, opens, target, state, silence, condition or commitment
    effect: str  # less, more, either, same, or any if unknown
    metric: str | None = None


class Open(NamedTuple):
    """Open hours in UTC, and open hours in the customer's time zone."""

    hours: frozenset[int] = frozenset()
    of_customer: frozenset[int] = frozenset()

    def joined(self, other: "Open") -> "Open":
        """Return the union."""
        return Open(self.hours | other.hours, self.of_customer | other.of_customer)


NEVER = Open()
ALL_DAY = Open(frozenset(range(24)))


class Side(Reference):
    """A policy with calendars as sets of hours."""

    def __init__(self, document: Tree) -> None:
        super().__init__(document)
        whens = [self.at(path).get("when", {}) for path in self.entries("targets")]
        parts = [part for when in whens for part in (when if isinstance(when, list) else [when])]
        #: The hours that an `opened` names.
        self.named = dict.fromkeys(part["opened"].split()[1] for part in parts if "opened" in part)
        self.opened_inside: Mapping[str, bool] = {}
        self.window = cache(self._window)

    def _window(self, path: Path) -> tuple[int, int, int | None]:
        """Return opening hour, closing hour and offset of a calendar; None for the customer's."""
        calendar = self.at(path)
        window = WINDOW.fullmatch(calendar["open"])
        assert window is not None, calendar
        zone = calendar.get("timezone", "UTC")
        first, last = map(int, window.groups())
        return first, last, None if zone == "customer" else DISTANCES[zone]

    def inside(self, name: str, case: Case, clock: Clock) -> bool | None:
        """Return whether the current case was opened inside hours."""
        return self.opened_inside[name]

    def leads_to(self, facts: Case) -> str | None:
        """Return the priority that facts lead to; `undecided` if no priority has conditions."""
        return self.priority(facts) if self.facts_decide else "undecided"

    def open(self, calendars: tuple[Path, ...]) -> Open:
        """Return when a union is open, by the calendars that the case has."""
        open_hours = NEVER
        for path in calendars:
            if path == ALWAYS:
                return ALL_DAY
            if path == MISSING:
                continue
            first, last, distance = self.window(path)
            local = range(first, last)
            if distance is None:
                open_hours = open_hours.joined(Open(of_customer=frozenset(local)))
            else:
                open_hours = open_hours.joined(
                    Open(frozenset((hour - distance) % 24 for hour in local))
                )
        return open_hours

    def counted(self, target: Target) -> Open:
        """Return the hours that a target counts over; none if a calendar is missing."""
        return NEVER if MISSING in target.calendars else self.open(target.calendars)

    def due(self, target: Target, opened: int) -> float:
        """Return the deadline of a target in seconds from midnight, or infinity if it has none.

        `opened` is in seconds from midnight. The customer's time zone is UTC.
        """
        text = target.target or ""
        if text.startswith("the "):
            dues = [self.due(target._replace(target=part), opened) for part in parts_of(text)]
            return max(dues) if text.startswith("the later") else min(dues)
        if (days := calendar_days(text)) is not None:
            return opened + days * DAY
        if text == "by 10:00 next opening day":
            if MISSING in target.calendars:
                return inf
            [calendar] = target.calendars
            first, _, distance = self.window(calendar)
            shift = (distance or 0) * HOUR
            local = opened + shift
            day = local // DAY + (local % DAY >= first * HOUR)
            due = day * DAY + 10 * HOUR
            return (due if due > local else due + DAY) - shift
        if text.endswith(("business day", "business days")):
            if MISSING in target.calendars:
                return inf
            [calendar] = target.calendars
            _, last, distance = self.window(calendar)
            shift = (distance or 0) * HOUR
            local = opened + shift
            close = local // DAY * DAY + last * HOUR
            days = 1 if text.startswith("next") else int(text.split()[0]) + (local >= close)
            return close + days * DAY - shift
        length = LENGTH.fullmatch(text)
        assert length is not None, text
        seconds = int(length[1]) * (HOUR if length[2] in ("h", "business hours") else 60)
        if "business" not in text:
            return opened + seconds
        hours = self.counted(target)
        return _worked(hours.hours | hours.of_customer, opened, seconds)


def _worked(hours: frozenset[int], at: int, seconds: int) -> float:
    """Return the moment after this number of open seconds."""
    if not hours:
        return inf
    while seconds:
        step = HOUR - at % HOUR
        if at // HOUR % 24 in hours:
            step = min(step, seconds)
            seconds -= step
        at += step
    return at


class Where(NamedTuple):
    """A case, and hours of a day in which opening it has the same result."""

    case: Mapping[str, str]
    #: For the old and the new side: whether the case is opened inside, by name of hours.
    inside: tuple[Mapping[str, bool], Mapping[str, bool]]
    hours: tuple[int, ...]


class Pair:
    """Two policies and the cases that both have."""

    def __init__(self, old: Tree, new: Tree) -> None:
        self.old, self.new = Side(old), Side(new)
        self.metrics = [metric for metric in self.old.metrics if metric in self.new.metrics]
        self.compared = cache(compared)
        #: Whether an `opened` names a union of hours in the customer's time zone and other hours.
        self.mixed = False
        #: The values by dimension that both policies have; all values if one lacks the dimension.
        self.values: dict[str, list[str]] = {}
        for name in dict.fromkeys((*self.old.values, *self.new.values)):
            old, new = self.old.values.get(name, []), self.new.values.get(name, [])
            known = [value for value in old if value in new]
            self.values[name] = known if old and new else [*old, *new]

    def cases(self) -> Iterator[dict[str, str]]:
        """Yield the cases that exist in both policies."""
        for chosen in product(*self.values.values()):
            case = dict(zip(self.values, chosen, strict=True))
            if all(
                not side.facts_decide
                or side.raised({**case, "priority": side.priority(case)})["priority"]
                == case["priority"]
                for side in (self.old, self.new)
            ):
                yield case

    def where(self, case: dict[str, str]) -> Iterator[Where]:
        """Yield a case for each result of the `opened` conditions, with the hours of the result."""
        sides = (self.old, self.new)
        spans = [
            {name: side.open(side.hours(name, side.opened(case)).calendars) for name in side.named}
            for side in sides
        ]
        asks = any(span.of_customer for by_name in spans for span in by_name.values())
        self.mixed |= any(all(span) for by_name in spans for span in by_name.values())
        by_side: dict[tuple[bool, ...], list[int]] = {}
        for hour in range(24):
            for distance in range(24) if asks else (0,):
                inside = tuple(
                    hour in span.hours or (hour + distance) % 24 in span.of_customer
                    for by_name in spans
                    for span in by_name.values()
                )
                by_side.setdefault(inside, []).append(hour)
        # Moments that depend on the customer's time zone are not distinguished.
        decided = [not span.of_customer for by_name in spans for span in by_name.values()]
        for key in by_side:
            hours = [
                hour
                for other, some in by_side.items()
                if all(a == b or not t for a, b, t in zip(key, other, decided, strict=True))
                for hour in some
            ]
            first = len(spans[0])
            old = dict(zip(spans[0], key[:first], strict=True))
            new = dict(zip(spans[1], key[first:], strict=True))
            yield Where(case, (old, new), tuple(sorted(set(hours))))

    def of_channels(self, case: Case) -> Iterator[Difference]:
        """Yield the differences in the answers for the channel of a case."""
        was, now = self.old.entitlement(case), self.new.entitlement(case)
        if was.allowed is not now.allowed:
            yield Difference("allowed", "more" if now.allowed else "less")
        if not (was.allowed and now.allowed):
            return
        fewer, more = (
            now.prerequisites <= was.prerequisites,
            was.prerequisites <= now.prerequisites,
        )
        yield Difference("needs", effect(fewer, more))
        languages = [{} if a.languages == {("*", "yes")} else dict(a.languages) for a in (was, now)]
        yield Difference("languages", effect_of_languages(*languages))
        hours = [
            None if answer.hours is None else side.open(answer.calendars)
            for side, answer in ((self.old, was), (self.new, now))
        ]
        yield Difference("hours", _of_hours(*hours))
        opened, opens = (side.opens_case(case) for side in (self.old, self.new))
        yield Difference("opens", effect(opens >= opened, opened >= opens))
        kinds = {side.at(("channels", case["channel"], "kind")) for side in (self.old, self.new)}
        yield Difference("kind", "either" if len(kinds) > 1 and opens is opened else "same")
        if opened and opens and "priority" in case:
            yield Difference("priority", self._of_priorities(case))

    def _of_priorities(self, case: Case) -> str:
        """Return the effect of another priority of a case after it was opened."""
        was, now = (side.opened(case)["priority"] for side in (self.old, self.new))
        orders = [side.values.get("priority", []) for side in (self.old, self.new)]
        verdicts = {
            order.index(now) < order.index(was) for order in orders if {was, now} <= {*order}
        }
        if was == now:
            return "same"
        return ("more" if verdicts.pop() else "less") if len(verdicts) == 1 else "either"

    def of_limits(self, case: Case) -> Iterator[Difference]:
        """Yield the differences in the limits of a case; the metric is the topic."""
        sides = (self.old, self.new)
        for topic in {t for side in sides for t in side.document.get("limits", {})}:
            stated = (topic in side.document.get("limits", {}) for side in sides)
            was, now = (
                side.limit(side.opened(case), topic)[0] if is_stated else None
                for side, is_stated in zip(sides, stated, strict=True)
            )
            yield Difference("limit", effect_of_limits(was, now), topic)

    def of_metrics(self, where: Where) -> Iterator[Difference]:
        """Yield the differences in the targets of a case that both policies can open."""
        case, sides = where.case, (self.old, self.new)
        if not all(side.opens_case(case) for side in sides):
            return
        both = False
        for metric in self.metrics:
            for side, inside in zip(sides, where.inside, strict=True):
                side.opened_inside = inside
            was, now = (side.target(case, metric, lambda path: True) for side in sides)
            promised = was.state == "promised", now.state == "promised"
            if all(promised):
                both = True
                yield Difference("target", self.compared(sides, (was, now), where.hours), metric)
                kept = (
                    was.condition in (None, now.condition),
                    now.condition in (None, was.condition),
                )
                yield Difference("condition", effect(kept[1], kept[0]), metric)
            elif any(promised):
                yield Difference("state", "less" if promised[0] else "more", metric)
            elif was.state != now.state:
                yield Difference("silence", "as little", metric)
        if both:
            was_bound, now_bound = (side.commitment(side.opened(case))[0] for side in sides)
            rank = BINDING[now_bound] - BINDING[was_bound]
            other = "either" if was_bound != now_bound else "same"
            yield Difference("commitment", "more" if rank > 0 else "less" if rank else other)

    def answers_without_case(self) -> Iterator[str]:
        """Yield the differences in answers that do not depend on a case."""
        if _names(self.old, self.new) != _names(self.new, self.old):
            yield "names"
        named = {*_names_in_conditions(self.old.document), *_names_in_conditions(self.new.document)}
        facts = [name for name in self.old.facts if name in self.new.facts]
        if any(self.old.default(name) != self.new.default(name) for name in facts if name in named):
            yield "defaults"
        names = [n for n in self.old.document["hours"] if n in self.new.document["hours"]]
        for case, name in product(self.cases(), names):
            spans = [
                side.open(side.hours(name, side.opened(case)).calendars)
                for side in (self.old, self.new)
            ]
            if _of_hours(*spans) != "same":
                yield "hours"
                break
        if self.old.priorities and self.new.priorities:
            for case in self.every_fact():
                if self.old.leads_to(case) != self.new.leads_to(case):
                    yield "priorities"
                    break

    def every_fact(self) -> Iterator[dict[str, str]]:
        """Yield all combinations of facts."""
        values = {
            name: v for name, v in self.values.items() if name in (*self.old.facts, *self.new.facts)
        }
        for chosen in product(*values.values()):
            yield dict(zip(values, chosen, strict=True))


def compared(
    sides: tuple[Side, Side], targets: tuple[Target, Target], hours: tuple[int, ...]
) -> str:
    """Return the effect of the new target on a case opened in these hours."""
    (old, new), (was, now) = sides, targets
    texts = was.target or "", now.target or ""
    rates = [" per " in text for text in texts]
    if all(rates):
        before, after = (int(text.split()[0]) * RATES[text.split()[-1]] for text in texts)
        return effect(after >= before, before >= after)
    if any(rates):
        return "either"
    spans = old.counted(was), new.counted(now)
    if spans[0] != spans[1] and any(span.of_customer for span in spans):
        return "either"
    recurs = [text.startswith("every ") for text in texts]
    pairs = [(new.due(now, moment), old.due(was, moment)) for moment in moments(hours)]
    return effect(
        all(after <= before for after, before in pairs) and recurs[1] >= recurs[0],
        all(before <= after for after, before in pairs) and recurs[0] >= recurs[1],
    )


def effect_of_languages(was: dict[str, str], now: dict[str, str]) -> str:
    """Return the effect of new languages of a channel; none: they are not stated."""
    if was == now:
        return "same"
    if not (was and now) or ("*" in was) is not ("*" in now):
        return "either"
    # The languages that a customer can ask for: those stated, their general and more special forms.
    asked = {form for code in {*was, *now} - {"*"} for form in (code, code[:2], f"{code}-ZZ")}
    asked |= {"no", "nb", "nn"} if asked & {"no", "nb", "nn"} else set()
    levels = {"no": 0, "not-stated": 0, "best-effort": 1, "yes": 2}
    pairs = [(levels[handled(code, now)], levels[handled(code, was)]) for code in asked]
    return effect(all(a >= b for a, b in pairs), all(b >= a for a, b in pairs))


def effect_of_limits(was: str | None, now: str | None) -> str:
    """Return the effect of a new limit; None: the policy states no limit."""
    if was == now:
        return "same"
    if was is None or now is None:
        return "either"
    return effect(at_least(now, was), at_least(was, now))


def at_least(limit: str, other: str) -> bool:
    """Return whether a limit is no lower than another limit."""
    if limit == "unlimited" or other.split()[0] == "0":
        return True
    if other == "unlimited" or (" per " in limit) is not (" per " in other):
        return False
    numbers: list[float] = [int(text.split()[0]) for text in (limit, other)]
    if " per " in limit:
        numbers = [n * RATES[t.split()[-1]] for n, t in zip(numbers, (limit, other), strict=True)]
    return numbers[0] >= numbers[1]


def moments(hours: tuple[int, ...]) -> Iterator[int]:
    """Yield the seconds of these hours at which a deadline can change, and seconds before them."""
    for hour in hours:
        for second in (0, HOUR // 2 - 1, HOUR // 2, HOUR - 1):
            yield hour * HOUR + second


def _of_hours(was: Open | None, now: Open | None) -> str:
    """Return the effect of a change of hours; None: a grant states no hours."""
    if was == now:
        return "same"
    if was is None or now is None:
        stated = now if was is None else was
        return "either" if stated != ALL_DAY else "more" if was is None else "less"
    if not (was.of_customer or now.of_customer):
        return effect(was.hours <= now.hours, now.hours <= was.hours)
    if not (was.hours or now.hours):
        return effect(was.of_customer <= now.of_customer, now.of_customer <= was.of_customer)
    return "any"


def _names(side: Reference, other: Reference) -> set[tuple[str, str]]:
    """Return the names that a question can use, and the values of facts that both policies have."""
    names = {(kind, id) for kind in (*NAMED, "priority") for id in side.values.get(kind, ())}
    names |= {("fact", name) for name in side.facts}
    names |= {("metric", name) for name in side.metrics}
    names |= {("hours", name) for name in side.document["hours"]}
    both = [name for name in side.facts if name in other.facts]
    return names | {(name, value) for name in both for value in side.values[name]}


def _names_in_conditions(document: Tree) -> Iterator[str]:
    """Yield the dimensions and facts in conditions, except conditions of terms."""
    for key, value in document.items() if isinstance(document, dict) else ():
        if key == "when":
            for part in value if isinstance(value, list) else [value]:
                yield from part
        elif key != "terms":
            for item in value if isinstance(value, list) else [value]:
                yield from _names_in_conditions(item)
