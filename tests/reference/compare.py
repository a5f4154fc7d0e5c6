"""Compares the answers of the program and of the reference to the same questions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from random import Random
from typing import Any, NamedTuple

from zsupport.errors import ZsupportError
from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision

from .caching import CachedReference
from .deciding_facts import deciding_facts, names_in
from .definition import (
    ALWAYS,
    MISSING,
    NAMED,
    NO_CASE,
    REMARKS,
    Case,
    Path,
    Reference,
    Target,
    Tree,
    depends_on_hours,
    in_force,
    read,
    words,
)
from .draw import FORMS, SEASONS, add_seasons, draw
from .languages import handled
from .lengths import calendar_days, parts_of

#: The aspects of answers that must agree.
AGREED = frozenset({
    "revision", "allowed", "only_when", "prerequisites", "hours", "recommended",
    "opening", "priority", "state", "target", "published", "condition", "commitment", "counted",
    "due", "rows", "assumed", "error", "languages", "handled", "limit", "number", "per",
    "remarks of limits", "remarks of due", "remarks of channels",
})  # fmt: skip
#: The languages of questions.
ASKED = ("pt", "pt-PT", "nb-NO")
#: The property of a test with the seed, the number of cases and the number of disagreements.
COMPARED = "compared with the reference"
DAY = datetime(2026, 11, 24, tzinfo=UTC)
#: The time zones of drawn calendars, with their constant offsets in hours.
DISTANCES = {"UTC": 0, "UTC+01:00": 1, "Asia/Tokyo": 9}
LENGTH = re.compile(r"(?:every )?(\d+) ?(m|h|business minutes|business hours)(?: 24x7)?")
WINDOW = re.compile(r"mon-sun (\d\d):00-(\d\d):00")
#: The share of cases with a question of their own; questions for several cases cover all cases.
NAMED_IN_FULL = 0.12
#: States with a deadline.
PROMISED = ("running", "at-risk", "met", "breached")


class Disagreement(NamedTuple):
    """A question with different answers of the program and the reference."""

    aspect: str
    origin: str
    text: str
    question: str
    actual: object
    expected: object

    def __str__(self) -> str:
        lines = [f"{self.origin}: {self.aspect} of {self.question}", self.text.rstrip()]
        return "\n".join([*lines, f"  program:   {self.actual}", f"  reference: {self.expected}"])


class Subject:
    """The revisions of a policy as program and reference read them, a moment and a customer."""

    def __init__(
        self,
        texts: Sequence[str],
        origin: str,
        opened: datetime,
        zone: str | None = None,
        country: str | None = None,
    ) -> None:
        self.origin = origin
        self.text = "\n".join(texts)
        self.opened = opened
        self.customer: dict[str, Any] = {"customer_tz": zone, "customer_country": country}
        documents = [read(text) for text in texts]
        revision = in_force(documents, f"{opened:%Y-%m-%d}")
        self.reference = CachedReference(documents[-1] if revision is None else revision)
        self.in_force = revision is not None
        sources = [
            SourceFile(f"{n}.yaml", t.encode(), "", f"{n}.yaml") for n, t in enumerate(texts)
        ]
        self.policy = Policy(tuple(load_revision(source) for source in sources))
        self.facts_of_due = deciding_facts(self.reference, due=True)
        self.facts_of_channels = deciding_facts(self.reference, due=False)
        self.open_minutes = cache(self._open_minutes)

    def arguments(self, question: Case) -> dict[str, Any]:
        """Return a question as arguments of the Python API."""
        facts = self.reference.facts
        named = {name: value for name, value in question.items() if name not in facts}
        return {**named, "fact": {n: v for n, v in question.items() if n in facts}}

    def differing(
        self, question: Case, aspects: Mapping[str, tuple[object, object]]
    ) -> Iterator[Disagreement]:
        """Yield the aspects with different answers."""
        for aspect, (actual, expected) in aspects.items():
            if actual != expected:
                named = " ".join(f"{name}={value}" for name, value in question.items())
                shown = f"{named} opened={self.opened:%H:%M} {self.customer}"
                yield Disagreement(aspect, self.origin, self.text, shown, actual, expected)

    # -- hours of a single day -------------------------------------------------------------------

    def _open_minutes(self, path: Path) -> frozenset[int] | None:
        """Return the open minutes of a calendar on a day in UTC; None if unknown."""
        if path == ALWAYS:
            return frozenset(range(1440))
        if path == MISSING:
            return frozenset()
        calendar = self.reference.at(path)
        zone: str | None = calendar.get("timezone", "UTC")
        zone = self.customer["customer_tz"] if zone == "customer" else zone
        window = WINDOW.fullmatch(_season_of(calendar.get("dates", {})) or calendar["open"])
        assert window is not None, calendar
        if zone is None:
            return None
        begin, end = (60 * (int(hour) - DISTANCES[zone]) for hour in window.groups())
        return frozenset(minute % 1440 for minute in range(begin, end))

    def clock(self, path: Path) -> bool | None:
        """Return whether a calendar is open at the time of opening; None if unknown."""
        minutes = self.open_minutes(path)
        return None if minutes is None else _minute(self.opened) in minutes

    def deadline(self, target: Target) -> datetime | str | None:
        """Return the deadline of a target, or a text if the deadline needs a calendar."""
        text = target.target or ""
        if target.state != "promised" or " per " in text:
            return None
        if text.startswith("the "):
            parts = [target._replace(target=part) for part in parts_of(text)]
            dues = [due for part in parts if isinstance(due := self.deadline(part), datetime)]
            if len(dues) < len(parts):
                return "a business day"
            return max(dues) if text.startswith("the later") else min(dues)
        if (days := calendar_days(text)) is not None:
            return self.opened + timedelta(days=days)
        length = LENGTH.fullmatch(text)
        if length is None:
            return "a business day"
        minutes = int(length[1]) * (60 if length[2] in ("h", "business hours") else 1)
        if "business" not in text:
            return self.opened + timedelta(minutes=minutes)
        known = [self.open_minutes(path) or frozenset() for path in target.calendars]
        joined = frozenset().union(*known)
        return self.opened + timedelta(minutes=_elapsed(joined, _minute(self.opened), minutes))


def _season_of(dates: Mapping[str, str]) -> str | None:
    """Return the opening hours in the innermost range around DAY; None without such a range."""
    around = [text for text in dates if text != SEASONS[0]]
    return dates[max(around, key=SEASONS.index)] if around else None


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


@cache
def _elapsed(minutes: frozenset[int], start: int, length: int) -> int:
    """Return the number of minutes until `length` of them were open."""
    at = start
    while length and minutes:
        length -= at % 1440 in minutes
        at += 1
    return at - start


# -- one question --------------------------------------------------------------------------------


def compare_due(subject: Subject, question: Case) -> Iterator[Disagreement]:
    """Compare the rows of `due` with the answers of the reference for their cases."""
    reference = subject.reference
    opened = subject.opened
    try:
        answers = subject.policy.due(
            **subject.arguments(question),
            metric="all",
            opened=opened,
            at=opened,
            **subject.customer,
        )
    except ZsupportError as error:
        # A target over hours without a calendar for a case is an error.
        if not any(_uncounted(subject, case) for case in reference.cases(question)):
            yield from subject.differing(question, {"error": (error.message, None)})
        return
    rows = answers.answers
    if not subject.in_force:
        states = {row.state for row in rows}
        yield from subject.differing(question, {"revision": (states, {"not-stated"})})
        return
    matched = set()
    facts = subject.facts_of_due.union(question)
    cases = [*reference.cases(question, facts.union(*(row.facts for row in rows)))]
    yield from _compare_assumed(subject, question, cases, answers)
    by_channel = any(row.channel is not None for row in rows)
    for case in cases:
        if not by_channel and _has_no_row(reference, question, case):
            continue
        for metric in reference.metrics:
            target = reference.target(case, metric, subject.clock)
            shown = _shown_case(reference, case, target)
            matching = [n for n, row in enumerate(rows) if _is_row_of(row, shown, metric)]
            matched |= set(matching)
            where = {**question, "of": f"{case}", "metric": metric}
            # If no answer depends on the priority, defaults are assumed for all priorities.
            alike = all(row.priority is None for row in rows)
            if not matching and alike and _not_assumed(subject, question, case):
                continue
            # A default is assumed unless it excludes the priority of the row.
            if not matching and any(
                _differs_in_defaults(subject, question, row, case) for row in rows
            ):
                continue
            if len(matching) != 1:
                # If the question names no channel, channels that open no case have no row.
                if matching or reference.at(("channels", case["channel"]))["kind"] not in NO_CASE:
                    yield from subject.differing(where, {"rows": (len(matching), 1)})
                continue
            row = rows[matching[0]]
            changed = row.priority is not None and row.priority != case["priority"]
            if target.state == "not-entitled" and row.state != "not-entitled" and row.channel:
                # Another case has the priority of this row after it was opened.
                yield from subject.differing(where, _opened_by_another(reference, row, case))
                continue
            if changed and "priority" not in question:
                yield from subject.differing(where, _compared_target(subject, row, target))
                continue
            if row.state not in PROMISED or target.state == "promised":
                rests = _rests(subject, row, case, target)
                if row.priority is None:
                    # No answer depends on the priority, so none depends on what a channel sets.
                    rests = frozenset(path for path in rests if path[2:] != ("priority",))
                remarks = _expected_remarks(subject, row, case, rests, facts)
                yield from subject.differing(where, {"remarks of due": (_remarks(row), remarks)})
            if row.channel is None and target.state == "not-entitled":
                # The row is for the granted channels. If none is granted, it is not entitled.
                if row.state != "not-entitled" and not _can_be_opened(subject, case):
                    yield from subject.differing(where, {"state": (row.state, target.state)})
                continue
            yield from subject.differing(where, _compared_target(subject, row, target))
    surplus = [row for number, row in enumerate(rows) if number not in matched]
    yield from subject.differing(question, {"rows": (surplus, [])})


def _compare_assumed(
    subject: Subject, question: Case, cases: Sequence[Case], answers: Any
) -> Iterator[Disagreement]:
    """Compare the reported defaults with the cases of the rows."""
    reference = subject.reference
    if "priority" not in question and reference.facts_decide:
        return  # a row may have several priorities
    assumed_names = {w.message.split("=")[0] for w in answers.warnings if w.code == "default-fact"}
    open_facts = [name for name in reference.facts if not reference.default(name)]
    for name in assumed_names:
        values: dict[tuple[Any, ...], set[str]] = {}
        for case in cases:
            row = *(case.get(n) for n in (*NAMED, "priority")), *(case[n] for n in open_facts)
            values.setdefault(row, set()).add(case[name])
        assumed = any(some == {reference.default(name)} for some in values.values())
        yield from subject.differing(question, {"assumed": (name, name if assumed else None)})


def _shown_case(reference: Reference, case: Case, target: Target) -> Case:
    """Return a case with the priority of its row: the one after opening if it can be opened."""
    raised = reference.raised(case)
    return raised if target.state == "not-entitled" else reference.opened(raised)


def _has_no_row(reference: Reference, question: Case, case: Case) -> bool:
    """Return whether a case has no row in an answer without channels.

    Its facts lead to no priority, and the channel that would set one cannot open it.
    """
    stated = "priority" in question or not reference.facts_decide
    led = stated or case["priority"] is None or reference.priority(case) is not None
    return not led and not reference.opens_case(case)


def _opened_by_another(
    reference: Reference, row: Any, case: Case
) -> dict[str, tuple[object, object]]:
    """Return the state of a row if no case with another priority has the priority of the row."""
    raised = ({**case, "priority": id} for id in reference.values["priority"])
    opened = [reference.opened(c)["priority"] for c in raised if reference.opens_case(c)]
    return {} if row.priority in opened else {"state": (row.state, "not-entitled")}


def _uncounted(subject: Subject, case: Case) -> bool:
    """Return whether a target of the case counts over hours without a calendar."""
    targets = (subject.reference.target(case, m, subject.clock) for m in subject.reference.metrics)
    return any(MISSING in target.calendars for target in targets)


def _is_row_of(row: Any, case: Case, metric: str) -> bool:
    named = (*NAMED, "priority")
    own = all(getattr(row, name) in (None, case.get(name)) for name in named)
    return own and row.metric == metric and all(case[n] == v for n, v in row.facts.items())


def _not_assumed(subject: Subject, question: Case, case: Case) -> bool:
    """Return whether a fact of a case differs from the default that the question assumes."""
    for name in subject.reference.facts:
        fact = subject.reference.at(("facts", name))
        default = fact.get("default", None if "values" in fact else "false")
        if name not in question and default not in (None, case[name]):
            return True
    return False


def _differs_in_defaults(subject: Subject, question: Case, row: Any, case: Case) -> bool:
    """Return whether a row differs from a case only in defaults that may lead to its priority."""
    reference = subject.reference
    unequal = [n for n, v in row.facts.items() if v != case[n]]
    shown = {name: question[name] for name in reference.facts if name in question} | row.facts
    return (
        all(getattr(row, name) in (None, case.get(name)) for name in NAMED)
        and row.priority in (case["priority"], reference.opened(case)["priority"])
        and all(row.facts[name] == reference.default(name) for name in unequal)
        and bool(reference.led_to(shown) & {case["priority"], None})
    )


def _without_priority(subject: Subject, row: Any) -> bool:
    """Return whether the facts of a row lead to no priority."""
    reference = subject.reference
    return bool(reference.priorities) and reference.led_to(row.facts) == {None}


def _can_be_opened(subject: Subject, case: Case) -> bool:
    """Return whether a case can be opened with at least one channel."""
    channels = subject.reference.values["channel"]
    return any(subject.reference.opens_case({**case, "channel": channel}) for channel in channels)


def _compared_target(
    subject: Subject, row: Any, target: Target
) -> dict[str, tuple[object, object]]:
    aspects: dict[str, tuple[object, object]] = {
        "state": ("promised" if row.state in PROMISED else row.state, target.state)
    }
    if target.cell is None or row.state == "not-entitled":
        return aspects
    for name in ("target", "published", "condition"):
        aspects[name] = getattr(row, name), getattr(target, name)
    if target.state in ("promised", "needs-input"):
        aspects["commitment"] = row.commitment, target.commitment
        text = target.target or ""
        # Hours state only the time zone of calendar days.
        over = any(word in text for word in ("business", "opening", "every week"))
        aspects["counted"] = row.hours, target.hours if over else None
    due = subject.deadline(target)
    if not isinstance(due, str):
        aspects["due"] = row.due, due
    return aspects


def _rests(subject: Subject, row: Any, case: Case, target: Target) -> frozenset[Path]:
    """Return the entries that a row depends on. Without a channel: for each that opens the case."""
    reference = subject.reference
    cases = [{**case, "channel": channel} for channel in reference.values["channel"]]
    if row.channel is not None:
        return target.rests
    number = reference.metrics.index(row.metric)
    rests: set[Path] = {("metrics", number)} if "metrics" in reference.document else set()
    raised = not reference.priorities or case["priority"] is not None
    for channel_case in cases if raised and row.state != "not-entitled" else ():
        if reference.opens_case(channel_case):
            rests |= reference.target(channel_case, row.metric, subject.clock).rests
    return frozenset(rests)


def _remarks(row: Any) -> set[str]:
    """Return the notes, unclear points and sources of a row."""
    return {
        text
        for text_or_none in (row.note, row.unclear, row.source)
        if text_or_none
        for text in text_or_none.split("\n")
    }


def _expected_remarks(
    subject: Subject, row: Any, case: Case, rests: frozenset[Path], facts: set[str]
) -> set[str]:
    """Return the remarks of all that a row depends on, with the values that it shows."""
    reference = subject.reference
    shown = {**case, **{name: getattr(row, name) for name in ("plan", "role", "priority")}}
    known = facts.union(row.facts).intersection(reference.facts)
    who = reference.who(shown, known)
    if row.priority is None and case.get("priority") is not None:
        # No answer depends on the priority, so none depends on the cell that decides it.
        who = {path for path in who if path[:1] != ("priority-table",)}
    if row.priority not in (None, case.get("priority")) and case["priority"] is not None:
        # A channel has changed the priority: the answer depends on the one before, too.
        who |= reference.who({**shown, "priority": case["priority"]}, known)
    return {text for _, _, text in reference.remarks(rests | who)}


def compare_channels(subject: Subject, question: Case) -> Iterator[Disagreement]:
    """Compare the rows of `channels` with the answers of the reference for their cases."""
    reference = subject.reference
    answers = subject.policy.channels(**subject.arguments(question), at=subject.opened)
    rows = answers.answers
    if not subject.in_force:
        allowed = [row for row in rows if row.allowed]
        yield from subject.differing(question, {"revision": (allowed, [])})
        return
    cases: dict[int, list[tuple[Case, Any]]] = {number: [] for number in range(len(rows))}
    # A default in a row is only valid for the priorities with which the channel is granted.
    stated = [name for name in reference.facts if name in question or not reference.default(name)]
    facts = subject.facts_of_channels.union(question)
    every = [*reference.cases(question, facts.union(*(row.facts for row in rows)))]
    yield from _compare_assumed(subject, question, every, answers)
    for case in every:
        matching = [
            number
            for number, row in enumerate(rows)
            if all(getattr(row, name) in (None, case.get(name)) for name in NAMED)
            and all(case[name] == row.facts.get(name, case[name]) for name in stated)
        ]
        if len(matching) > 1:
            shown = [rows[number].facts for number in matching]
            exact = [all(case[n] == v for n, v in facts_of_row.items()) for facts_of_row in shown]
            matching = [n for n, same in zip(matching, exact, strict=True) if same]
        if len(matching) == 1:
            cases[matching[0]].append((case, reference.entitlement(case)))
        else:
            where = {**question, "of": f"{case}"}
            yield from subject.differing(where, {"rows": (len(matching), 1)})
    for number, row in enumerate(rows):
        if not cases[number] and (row.allowed or not _without_priority(subject, row)):
            yield from subject.differing(question, {"rows": (row, None)})
        where = {**question, "channel": row.channel, **row.facts}
        if "priority" in question or not reference.priorities:
            remarks: set[str] = set()
            for row_case, entitlement in cases[number]:
                yield from subject.differing(where, _compared_channel(row, entitlement))
                # Any calendar may apply if its facts are not in the row.
                known = {*facts, *row.facts}
                kept = [n for n in row_case if n not in reference.facts or n in known]
                for completed in reference.completions({n: row_case[n] for n in kept}):
                    rests = reference.entitlement(completed).rests
                    remarks |= _expected_remarks(subject, row, row_case, rests, facts)
            if cases[number]:
                actual = _remarks(row)
                left_open = {n for n in reference.facts if n not in facts and n not in row.facts}
                left_open |= {n for n in ("plan", "role") if getattr(row, n) is None}
                if left_open & names_in(reference.document.get("hours", {})):
                    # The answer has the remarks of all calendars that may apply.
                    actual -= set(_words_in(reference.document.get("hours", {}))) - remarks
                yield from subject.differing(where, {"remarks of channels": (actual, remarks)})
        if cases[number] and "priority" not in question:
            allowing = [case.get("priority") for case, answer in cases[number] if answer.allowed]
            raised = list(dict.fromkeys(case.get("priority") for case, _ in cases[number]))
            some = [priority for priority in raised if priority in allowing]
            rest = [case for case, answer in cases[number] if answer.allowed or not allowing]
            # Whether a default excludes a priority may depend on a fact that is not in the row.
            undecided = {n for n in reference.facts if not reference.default(n)}
            decided = undecided <= question.keys() | row.facts.keys()
            for name in row.facts.keys() & reference.facts if decided else ():
                assumed = {case[name] for case in rest}
                # If defaults together exclude a priority, all values are possible; the row has one.
                assumed = {row.facts[name]} if row.facts[name] in assumed else assumed
                yield from subject.differing(where, {"assumed": ({row.facts[name]}, assumed)})
            only = {"priority": some} if 0 < len(some) < len(raised) else None
            aspects = {"allowed": (row.allowed, bool(allowing)), "only_when": (row.only_when, only)}
            yield from subject.differing(where, aspects)


def _words_in(node: Tree) -> Iterator[str]:
    """Yield all remarks in a part of a document."""
    if isinstance(node, dict):
        yield from (words(node[kind]) for kind in REMARKS if kind in node)
    for child in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from _words_in(child)


def _compared_channel(row: Any, entitlement: Any) -> dict[str, tuple[object, object]]:
    aspects: dict[str, tuple[object, object]] = {"allowed": (row.allowed, entitlement.allowed)}
    if not entitlement.allowed:
        return aspects
    hours = None if row.hours is None else frozenset(row.hours.split(", "))
    return {
        **aspects,
        "prerequisites": (frozenset(row.prerequisites or ()), entitlement.prerequisites),
        "hours": (hours, entitlement.hours),
        "recommended": (row.recommended, entitlement.recommended),
        "languages": (
            {(item["language"], item["handling"]) for item in row.languages or ()},
            {pair for pair in entitlement.languages if pair[0] != "*"},
        ),
    }


def compare_languages(subject: Subject, case: Case) -> Iterator[Disagreement]:
    """Compare how the channel of a complete case handles some languages."""
    if not subject.in_force:
        return
    entitlement = subject.reference.entitlement(case)
    for language in ASKED if entitlement.languages - {("*", "yes")} else ():
        arguments = {**subject.arguments(case), "language": language}
        for row in subject.policy.channels(**arguments, at=subject.opened):
            expected = handled(language, dict(entitlement.languages))
            where = {**case, "language": language}
            allowed = entitlement.allowed and expected != "no"
            if row.allowed or entitlement.allowed:
                yield from subject.differing(
                    where, {"allowed": (row.allowed, allowed), "handled": (row.handled, expected)}
                )


def compare_hours(subject: Subject, case: Case) -> Iterator[Disagreement]:
    """Compare the opening of the channel of a complete case."""
    arguments = {**subject.arguments(case), **subject.customer}
    rows = subject.policy.hours(**arguments, at=subject.opened).answers
    expected = subject.reference.opening(case, subject.clock) if subject.in_force else "not-stated"
    yield from subject.differing(case, {"opening": ([row.state for row in rows], [expected])})


def compare_limits(subject: Subject, case: Case) -> Iterator[Disagreement]:
    """Compare the limits of a complete case."""
    reference = subject.reference
    for topic in reference.document.get("limits", {}) if subject.in_force else ():
        arguments = subject.arguments(case)
        rows = subject.policy.terms(topic=topic, **arguments, at=subject.opened).answers
        limit, rests = reference.limit(reference.opened(case), topic)
        number, _, per = (limit or "").partition(" per ")
        where = {**case, "topic": topic}
        for row in rows:
            aspects: dict[str, tuple[object, object]] = {
                "limit": ((row.limit, row.text), (limit, limit)),
                "number": (row.number, int(number) if number.isdecimal() else None),
                "per": (row.per, per or None),
            }
            written = {text for _, _, text in reference.remarks(frozenset(rests))}
            aspects["remarks of limits"] = (written <= _remarks(row), True)
            yield from subject.differing(where, aspects)
        # A case whose facts exclude its priority has no row.
        yield from subject.differing(where, {"rows": (len(rows) <= 1, True)})


def compare_priority(subject: Subject, facts: Case) -> Iterator[Disagreement]:
    """Compare the priority that a complete set of facts leads to."""
    reference = subject.reference
    if reference.facts_decide and subject.in_force and facts:
        rows = subject.policy.priority(fact=dict(facts), at=subject.opened).answers
        actual = [row.priority for row in rows]
        yield from subject.differing(facts, {"priority": (actual, [reference.priority(facts)])})


# -- one policy ----------------------------------------------------------------------------------


def every_case(reference: Reference) -> Iterator[dict[str, str]]:
    """Yield the cases of a policy, including those whose facts exclude the priority."""
    for values in product(*reference.values.values()):
        yield dict(zip(reference.values, values, strict=True))


def compare_case(subject: Subject, case: Case) -> Iterator[Disagreement]:
    """Compare all answers for a complete case."""
    yield from compare_due(subject, case)
    yield from compare_channels(subject, case)
    yield from compare_languages(subject, case)
    yield from compare_hours(subject, case)
    yield from compare_limits(subject, case)


def check(seed: int, number: int) -> tuple[int, list[str]]:
    """Compare a drawn policy; return the number of its cases and the relevant disagreements."""
    cases, disagreements = compare_drawn(seed, number)
    return cases, [
        str(disagreement) for disagreement in disagreements if disagreement.aspect in AGREED
    ]


def figures(cases: int, seed: int, disagreements: int) -> str:
    """Return a line with the number of cases, their seed and the number of disagreements."""
    return f"reference: {cases} cases, seed {seed}, {disagreements} disagreements"


def compare_drawn(seed: int, number: int) -> tuple[int, list[Disagreement]]:
    """Compare a drawn policy in all forms; return the number of its cases and disagreements.

    Questions that name the facts cover all cases. Some questions name a complete case, and some
    omit any dimensions.
    """
    random = Random(f"questions {seed} {number}")
    documents = draw(seed, number)
    add_seasons(documents, seed, number)
    opened = DAY + timedelta(minutes=random.randrange(0, 1440, 15))
    zone = random.choice([None, "Asia/Tokyo"])
    origin = f"seed {seed}, policy {number}"
    subjects = [
        Subject([form(document) for document in documents], origin, opened, zone) for form in FORMS
    ]
    reference = subjects[0].reference
    for subject in subjects[1:]:
        # All forms have the same document, so that they can share a reference with its cache.
        assert subject.reference.document == reference.document, origin
        subject.reference = reference
    disagreements: list[Disagreement] = []
    cases = list(every_case(reference))
    for case in cases:
        if random.random() < NAMED_IN_FULL:
            disagreements += compare_case(random.choice(subjects), case)
    choices = [reference.values[name] for name in reference.facts]
    for turn, values in enumerate(product(*choices)):
        facts = dict(zip(reference.facts, values, strict=True))
        subject = subjects[turn % len(subjects)]
        disagreements += compare_due(subject, facts)
        for priority in reference.values.get("priority", [None]):
            named = {} if priority is None else {"priority": priority}
            disagreements += compare_channels(subject, {**facts, **named})
        disagreements += compare_priority(subject, facts)
    for subject in subjects:
        question = {
            name: random.choice(values)
            for name, values in reference.values.items()
            if random.random() < 0.4
        }
        disagreements += compare_due(subject, question)
        disagreements += compare_channels(subject, question)
    return len(cases), disagreements


class Shipped(Subject):
    """A shipped policy: of its calendars only the customer's input is compared, not the hours."""

    def _open_minutes(self, path: Path) -> frozenset[int] | None:
        if path in (ALWAYS, MISSING):
            return super()._open_minutes(path)
        calendar = self.reference.at(path)
        asks = calendar.get("timezone") == "customer" or calendar.get("holidays") == "customer"
        return None if asks and self.customer["customer_tz"] is None else frozenset()

    def deadline(self, target: Target) -> datetime | str | None:
        counts = depends_on_hours(target.target or "")
        return "working time" if counts else super().deadline(target)
