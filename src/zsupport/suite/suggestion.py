"""Suggest tests that cover a decision or kill a mutant.

A suggested test expects the answer of the policy. It is read and run, to check that it passes for
the policy. A test for a mutant must also fail for the mutant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from typing import TypeVar

from zsupport.analysis.answers import Difference
from zsupport.analysis.compare import of_customer
from zsupport.answer.case import (
    NEEDS_INPUT,
    Case,
    deciding_facts,
    facts_decide,
    names_in,
    sets_priority,
)
from zsupport.answer.channels import ChannelAnswer
from zsupport.answer.due import DueAnswer
from zsupport.answer.facts import NO_PRIORITY, PrioritiesByFacts
from zsupport.answer.opening import HoursAnswer
from zsupport.answer.priority import PriorityAnswer
from zsupport.answer.promise import NEGATIVE
from zsupport.answer.space import Cases
from zsupport.answer.terms import TermAnswer
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.clock.problem import BadText
from zsupport.clock.zones import zone
from zsupport.errors import ZsupportError
from zsupport.policy.model import DETAILS, Revision
from zsupport.policy.shape import Fields
from zsupport.policy.yamltext import Plain
from zsupport.suite.correction import case_text, parse_tests
from zsupport.suite.coverage import Decision, covers, stated_by
from zsupport.suite.example import Example
from zsupport.suite.format import CHANNELS, DUE, HOURS, NONE, PRIORITY, TERMS, TESTED, TestedAnswer
from zsupport.suite.reading import moment_in_force
from zsupport.suite.running import ask, combinations, passes, plain
from zsupport.suite.subject import PolicyUnderTest
from zsupport.typed import NamedTuple

AnswerKind = TypeVar("AnswerKind", bound=TestedAnswer)

#: The customer of suggested tests, for hours that depend on the customer.
CUSTOMER = {"customer-tz": "Europe/Oslo", "customer-country": "NO"}
#: The last moment that is tried, in hours after the start of a revision.
_HOURS_AHEAD = 24 * 14
#: The number of plans for which a case of a decision is tried, after its first case.
_PLANS_TRIED = 5


class SuggestedTest:
    """A test as text and as the value read from it."""

    def __init__(self, text: str, example: Example) -> None:
        self.text = text
        self.example = example


def suggest_test(subject: PolicyUnderTest, decision: Decision) -> SuggestedTest | None:
    """Return a test that covers a decision and passes; None if no such test was found."""
    for cases, moment in product(_tried_cases(subject, decision), _moments(subject, decision)):
        try:
            case = _case(subject, decision, cases, moment)
        except ZsupportError:
            continue
        if case is None:
            continue
        text = case_text(case)
        for example in parse_tests(subject, text):
            is_correct = passes(subject, example)
            if is_correct and covers(subject, stated_by(subject, example), decision):
                return SuggestedTest(text, example)
    return None


def _tried_cases(subject: PolicyUnderTest, decision: Decision) -> list[Case]:
    """Return cases of a decision to try: its first case, then the first of some plans."""
    if decision.by_facts:
        return [subject.revisions[decision.revision].facts.first(decision.cases)]
    space = subject.revisions[decision.revision].space
    cases = [space.first(decision.cases)]
    for plan in space.values_in("plan", decision.cases)[:_PLANS_TRIED]:
        case = space.first(decision.cases & space.of("plan", plan))
        cases += [case] if case not in cases else []
    return cases


def _moments(subject: PolicyUnderTest, decision: Decision) -> list[datetime | None]:
    """Return the moments to try, also inside and outside hours if needed.

    None is a question without a moment, which only the newest revision answers.
    """
    revision = subject.policy.revisions[decision.revision]
    newest = len(subject.policy.revisions) - 1
    start = moment_in_force(subject, decision.revision)
    moments: list[datetime | None] = [None] if decision.revision == newest else []
    moments.append(start)
    if decision.kind == "hours" or any(alt.opened for rule in revision.rules for alt in rule.when):
        moments += [start + timedelta(hours=hour) for hour in range(5, _HOURS_AHEAD, 5)]
    return moments


def _case(
    subject: PolicyUnderTest, decision: Decision, case: Case, moment: datetime | None
) -> dict[str, Plain] | None:
    revision = subject.policy.revisions[decision.revision]
    if decision.by_facts:
        return _of_priority(subject, decision, case, moment)
    if decision.kind == "hours":
        return _of_hours(subject, decision, case, moment)
    if decision.kind in ("grant", "denial", "recommendation"):
        return _of_channels(subject, decision, case, moment)
    if decision.kind == "limit":
        return _of_terms(subject, decision, case, moment)
    return _of_due(subject, decision, case, moment, revision)


def keys_of(fields: Fields, revision: Revision, case: Case, names: set[str]) -> dict[str, Plain]:
    """Return the values of a case as keys of a question, for the dimensions and facts in `names`.

    A fact with its default value is omitted, except in a question about priorities, which has only
    facts. If a case has its priority only because its channel sets it, the keys have all facts that
    lead to no priority instead.
    """
    facts = {fact.id: None if fields is PRIORITY else fact.default for fact in revision.facts}
    if "priority" in names and (without := _without_priority(revision, case)):
        case = without
        names = names | deciding_facts(revision)
        facts |= dict.fromkeys(deciding_facts(revision))
    keys: dict[str, Plain] = {}
    named_like_keys: dict[str, Plain] = {}
    for name, value in case.items():
        if name not in names or facts.get(name, "") == value:
            continue
        if name in facts and name in fields.fields:
            named_like_keys[name] = value
            keys["fact"] = named_like_keys
        else:
            keys[name] = value
    return keys


def _without_priority(revision: Revision, case: Case) -> Case | None:
    """Return a case with all facts that lead to no priority, if only its channel sets its priority.

    None if facts lead to the priority of the case.
    """
    own = sets_priority(revision, case.get("channel"))
    if own is None or own.at_most or "priority" not in case or not facts_decide(revision):
        return None
    by_facts = PrioritiesByFacts(revision, {})
    if not by_facts.excludes(case["priority"], case):
        return None
    result = {name: value for name, value in case.items() if name != "priority"}
    for fact in revision.facts:
        if fact.id in by_facts.facts and fact.id not in result:
            values = (
                v for v in fact.values if not by_facts.excludes(NO_PRIORITY, {**result, fact.id: v})
            )
            if (value := next(values, None)) is None:
                return None
            result[fact.id] = value
    return result


def instant(moment: datetime) -> str:
    """Return a moment as text for a test."""
    return format_instant(from_datetime(moment), UTC)


def _of_channels(
    subject: PolicyUnderTest, decision: Decision, case: Case, moment: datetime | None
) -> dict[str, Plain]:
    revision = subject.policy.revisions[decision.revision]
    names = names_in(grant.when for grant in revision.grants) | {"plan"}
    keys = keys_of(CHANNELS, revision, case, names - {"channel"})
    if moment is not None:
        keys["at"] = instant(moment)
    # Ask the library, because tests are compared with its answers.
    rows = rows_of(subject, ChannelAnswer, keys, decision.revision)
    if decision.kind == "recommendation":
        row = next(row for row in rows if row.channel == case["channel"])
        expect: dict[str, Plain] = {"recommended": str(row.recommended or NONE)}
        return {"channels": {**keys, "channel": case["channel"]}, "expect": expect}
    return {
        "channels": keys,
        "expect": {"exactly": [row.channel for row in rows if row.allowed]},
    }


def rows_of(
    subject: PolicyUnderTest, kind: type[AnswerKind], keys: dict[str, Plain], revision: int
) -> list[AnswerKind]:
    """Return the answers to the question with these keys.

    The list is empty if the question is invalid or a different revision answers it.
    """
    command = next(name for name, question in TESTED.items() if question.answer is kind)
    probe = parse_tests(subject, case_text({command: keys, "expect": _PROBES[command]}))
    if not probe or probe[0].question.revision != revision:
        return []
    question = probe[0].question
    return [
        row
        for combination in combinations(question)
        for reply in ask(subject, question, combination)
        for row in reply.rows
        if isinstance(row, kind)
    ]


#: A valid expectation for every command. A question cannot be read without an expectation.
_PROBES: dict[str, dict[str, Plain]] = {
    "channels": {"exactly": []},
    "due": {"commitment": NONE},
    "hours": {"open": "true"},
    "priority": {"priority": NONE},
    "terms": {"text": NONE},
}


def _of_due(
    subject: PolicyUnderTest,
    decision: Decision,
    case: Case,
    moment: datetime | None,
    revision: Revision,
) -> dict[str, Plain] | None:
    names = {"plan", "role", "channel", "priority"} | {fact.id for fact in revision.facts}
    keys = keys_of(DUE, revision, case, names)
    metric = decision.name or revision.metrics[0].id
    if decision.kind == "commitment":
        analysed = subject.revisions[decision.revision]
        # The first metric with a target in one of these cases.
        metric, cases = next(
            (metric.id, cases)
            for metric, targets in analysed.decisions.by_metric()
            if (cases := targets.promised & decision.cases)
        )
        case = analysed.space.first(cases)
        keys = keys_of(DUE, revision, case, names)
    if metric != revision.metrics[0].id:
        keys["metric"] = metric
    if moment is not None:
        keys["opened"] = instant(moment)
    rows = rows_of(subject, DueAnswer, keys, decision.revision)
    if rows and rows[0].state == NEEDS_INPUT:
        keys |= CUSTOMER
        rows = rows_of(subject, DueAnswer, keys, decision.revision)
    if not rows:
        return None
    row = rows[0]
    if decision.kind == "commitment":
        return {"due": keys, "expect": {"commitment": row.commitment or NONE}}
    if row.state in ("not-stated", "no-target", "not-entitled"):
        return {"due": keys, "expect": row.state}
    return {"due": keys, "expect": {"target": row.target or NONE}}


def depends_on_customer(revision: Revision) -> bool:
    """Return whether some hours depend on the customer's time zone or country."""
    return any(
        of_customer(calendar) for calendars in revision.hours.values() for calendar in calendars
    )


def _of_hours(
    subject: PolicyUnderTest, decision: Decision, case: Case, moment: datetime | None
) -> dict[str, Plain] | None:
    revision = subject.policy.revisions[decision.revision]
    calendars = [calendar for calendars in revision.hours.values() for calendar in calendars]
    names = names_in(calendar.when for calendar in calendars)
    if moment is None:
        moment = moment_in_force(subject, decision.revision)
    keys: dict[str, Plain] = {"name": decision.name, **keys_of(HOURS, revision, case, names)}
    keys |= {"at": instant(moment), **(CUSTOMER if depends_on_customer(revision) else {})}
    rows = rows_of(subject, HoursAnswer, keys, decision.revision)
    if not rows or rows[0].open is not True:
        return None
    return {"hours": keys, "expect": "open"}


def _of_terms(
    subject: PolicyUnderTest, decision: Decision, case: Case, moment: datetime | None
) -> dict[str, Plain] | None:
    revision = subject.policy.revisions[decision.revision]
    keys = _terms_keys((revision,), case, decision.name)
    if moment is not None:
        keys["at"] = instant(moment)
    rows = rows_of(subject, TermAnswer, keys, decision.revision)
    return {"terms": keys, "expect": rows[0].text or NONE} if rows else None


def _terms_keys(sides: Sequence[Revision], case: Case, topic: str) -> dict[str, Plain]:
    """Return the keys of a question about a limit; `sides` are the revisions that it compares."""
    names = names_in(term.when for side in sides for term in side.limits().get(topic, ()))
    if "priority" in names and any(item.priority for side in sides for item in side.channels):
        names.add("channel")  # the priority depends on it
    return {"topic": topic, **keys_of(TERMS, sides[0], case, names)}


def _of_priority(
    subject: PolicyUnderTest, decision: Decision, case: Case, moment: datetime | None
) -> dict[str, Plain] | None:
    revision = subject.policy.revisions[decision.revision]
    keys = keys_of(PRIORITY, revision, case, set(case))
    if moment is not None:
        keys["at"] = instant(moment)
    rows = rows_of(subject, PriorityAnswer, keys, decision.revision)
    if not rows:
        return None
    return {"priority": keys, "expect": rows[0].priority or NONE}


# -- for surviving mutants ---------------------------------------------------------------------


#: The number of questions that are tried for one mutant.
MAX_TRIED = 1_500
#: The number of plans for which a differing case is tried, after the first differing case.
_PLANS_OF_CASE = 3
#: The number of tried cases for a changed default of a fact.
_CASES_TRIED = 30


class MutantPair(NamedTuple):
    """A policy and its mutant, with the cases in which their answers differ."""

    before: PolicyUnderTest
    after: PolicyUnderTest
    revision: int
    difference: Difference


class CaseQuestion(NamedTuple):
    """A question: the command, its options, and the complete case."""

    command: str
    options: dict[str, Plain]
    case: Case


def suggest_killing_test(pair: MutantPair) -> SuggestedTest | None:
    """Return a test that passes for the policy and fails for the mutant; None if none was found."""
    for question in islice(_questions(pair), MAX_TRIED):
        try:
            case = _distinguishing_case(pair, question.command, question.options, question.case)
        except (ZsupportError, BadText):
            continue  # the policy or the mutant does not answer this question
        if case is None:
            continue
        text = case_text(case)
        for example in parse_tests(pair.before, text):
            is_correct = example.question.revision == pair.revision and passes(pair.before, example)
            if is_correct and not passes(pair.after, example):
                return SuggestedTest(text, example)
    return None


def _questions(pair: MutantPair) -> Iterator[CaseQuestion]:
    """Yield questions that the policy and the mutant can answer differently."""
    index, difference = pair.revision, pair.difference
    revision = pair.before.policy.revisions[index]
    for case in _cases(pair, difference.channels):
        for moment in _moments_tried(pair, timed=False):
            yield _channels_question(pair, case, moment)
    for topic in _limited_topics(pair):
        for case in _cases(pair, difference.limited):
            for moment in _moments_tried(pair, timed=False):
                yield _terms_question(pair, case, topic, moment)
    if difference.facts:
        case = pair.before.revisions[index].facts.first(difference.facts)
        for moment in _moments_tried(pair, timed=False):
            keys = keys_of(PRIORITY, revision, case, set(case))
            yield CaseQuestion("priority", _with_moment(keys, "at", moment), case)
    due = [
        (metric, case) for metric, cases in difference.due.items() for case in _cases(pair, cases)
    ]
    for metric, case in due:
        for moment in _moments_tried(pair, timed=False):
            yield _due_question(pair, case, metric, moment)
    if difference.defaults:
        yield from _without_default(pair)
    for name, differing in difference.hours.items():
        for case in islice(_cases(pair, differing), 1):
            for moment in _moments_tried(pair, timed=True):
                yield _hours_question(pair, case, name, moment)
    for moment in _moments_tried(pair, timed=True):
        for metric, case in due:
            yield _due_question(pair, case, metric, moment)


def _without_default(pair: MutantPair) -> Iterator[CaseQuestion]:
    """Yield questions that omit a fact with a changed default."""
    revision, space = (
        pair.before.policy.revisions[pair.revision],
        pair.before.revisions[pair.revision].space,
    )
    after = {fact.id: fact.default for fact in pair.after.policy.revisions[pair.revision].facts}
    for fact in revision.facts:
        if fact.default is None or fact.default == after[fact.id] or fact.id not in space.values:
            continue
        # The policy answers a question without the fact with its old default.
        usual = space.of(fact.id, fact.default)
        for case in islice(space.cases(usual), _CASES_TRIED):
            for moment in _moments_tried(pair, timed=False):
                yield _channels_question(pair, case, moment)
                for metric in revision.metrics:
                    yield _due_question(pair, case, metric.id, moment)
                for topic in _limited_topics(pair):
                    yield _terms_question(pair, case, topic, moment)
        for name in revision.hours:
            for moment in _moments_tried(pair, timed=True):
                yield _hours_question(pair, space.first(usual), name, moment)


def _channels_question(pair: MutantPair, case: Case, moment: datetime | None) -> CaseQuestion:
    index = pair.revision
    grants = [g for side in (pair.before, pair.after) for g in side.policy.revisions[index].grants]
    names = names_in(grant.when for grant in grants) | {"plan"}
    keys = keys_of(CHANNELS, pair.before.policy.revisions[index], case, names - {"channel"})
    return CaseQuestion("channels", _with_moment(keys, "at", moment), case)


def _due_question(
    pair: MutantPair, case: Case, metric: str, moment: datetime | None
) -> CaseQuestion:
    revision = pair.before.policy.revisions[pair.revision]
    names = {"plan", "role", "channel", "priority"} | {fact.id for fact in revision.facts}
    keys = keys_of(DUE, revision, case, names)
    if metric != revision.metrics[0].id:
        keys["metric"] = metric
    return CaseQuestion("due", _with_moment(keys, "opened", moment), case)


def _limited_topics(pair: MutantPair) -> list[str]:
    """Return the topics of the limits of the policy."""
    return list(pair.before.policy.revisions[pair.revision].limits())


def _terms_question(
    pair: MutantPair, case: Case, topic: str, moment: datetime | None
) -> CaseQuestion:
    index = pair.revision
    sides = [side.policy.revisions[index] for side in (pair.before, pair.after)]
    keys = _terms_keys(sides, case, topic)
    return CaseQuestion("terms", _with_moment(keys, "at", moment), case)


def _hours_question(
    pair: MutantPair, case: Case, name: str, moment: datetime | None
) -> CaseQuestion:
    revision = pair.before.policy.revisions[pair.revision]
    calendars = [calendar for calendars in revision.hours.values() for calendar in calendars]
    names = names_in(calendar.when for calendar in calendars)
    keys = {"name": name, **keys_of(HOURS, revision, case, names)}
    keys |= CUSTOMER if depends_on_customer(revision) else {}
    return CaseQuestion("hours", _with_moment(keys, "at", moment), case)


def _with_moment(keys: dict[str, Plain], key: str, moment: datetime | None) -> dict[str, Plain]:
    return keys if moment is None else {**keys, key: instant(moment)}


def _cases(pair: MutantPair, differing: Cases) -> Iterator[Case]:
    """Yield the first differing case, then the first differing case of each of a few plans."""
    if not differing:
        return
    space = pair.before.revisions[pair.revision].space
    first = space.first(differing)
    yield first
    for plan in space.values_in("plan", differing)[:_PLANS_OF_CASE]:
        case = space.first(differing & space.of("plan", plan))
        if case != first:
            yield case


def _moments_tried(pair: MutantPair, *, timed: bool) -> Iterator[datetime | None]:
    """Yield moments to try: with `timed`, a year of moments, otherwise only one.

    In the first two weeks the step is five hours, so a window of five hours contains a tried
    moment. In the rest of the year the step is one day, which covers holidays.
    """
    start = moment_in_force(pair.before, pair.revision)
    if not timed:
        newest = len(pair.before.revisions) - 1
        yield None if pair.revision == newest else start
        return
    for hours in range(5, 24 * 14, 5):
        yield start + timedelta(hours=hours)
    # Most hours are open at noon in the time zone of the policy.
    local = start.astimezone(zone(pair.before.policy.revisions[pair.revision].timezone))
    for days in range(14, 370):
        yield start + timedelta(days=days, hours=12 - local.hour)


def _distinguishing_case(
    pair: MutantPair, command: str, keys: dict[str, Plain], case: Case
) -> dict[str, Plain] | None:
    """Return a test that expects the answer of the policy; None if the mutant answers the same."""
    if command == "channels":
        return _distinguishing_channels(pair, keys, case)
    before, after = rows_of_both(pair, TESTED[command].answer, keys)
    if before and isinstance(before[0], DueAnswer) and before[0].state == NEEDS_INPUT:
        keys = {**keys, **CUSTOMER}
        before, after = rows_of_both(pair, DueAnswer, keys)
    if not before or not after:
        return None
    was, now = before[0], after[0]
    if isinstance(was, PriorityAnswer) and isinstance(now, PriorityAnswer):
        if was.priority == now.priority:
            return None
        return {command: keys, "expect": was.priority or NONE}
    if isinstance(was, HoursAnswer) and isinstance(now, HoursAnswer):
        if was.open == now.open or was.open is None:
            return None
        return {command: keys, "expect": was.state}
    if isinstance(was, TermAnswer) and isinstance(now, TermAnswer):
        return {command: keys, "expect": was.text or NONE} if was.limit != now.limit else None
    assert isinstance(was, DueAnswer)
    assert isinstance(now, DueAnswer)
    if was.state in NEGATIVE:
        return {command: keys, "expect": was.state} if was.state != now.state else None
    shown = ("target", "hours", "commitment", "starts")
    fields = [field for field in shown if getattr(was, field) != getattr(now, field)]
    if "opened" in keys and was.due is not None and was.due != now.due and not fields:
        return {command: keys, "expect": plain(was.due, zone("UTC"))}
    return _expecting(command, keys, was, fields)


def rows_of_both(
    pair: MutantPair, kind: type[AnswerKind], keys: dict[str, Plain]
) -> tuple[list[AnswerKind], list[AnswerKind]]:
    """Return the answers of the policy and of the mutant to a question."""
    before = rows_of(pair.before, kind, keys, pair.revision)
    return before, rows_of(pair.after, kind, keys, pair.revision)


def _distinguishing_channels(
    pair: MutantPair, keys: dict[str, Plain], case: Case
) -> dict[str, Plain] | None:
    before, after = rows_of_both(pair, ChannelAnswer, keys)
    if not before or not after:
        return None
    allowed = [row.channel for row in before if row.allowed]
    if allowed != [row.channel for row in after if row.allowed]:
        return {"channels": keys, "expect": {"exactly": allowed}}
    was, now = (
        next(row for row in rows if row.channel == case["channel"]) for rows in (before, after)
    )
    fields = (*DETAILS, "hours", "recommended")
    differing = [field for field in fields if getattr(was, field) != getattr(now, field)]
    return _expecting("channels", {**keys, "channel": case["channel"]}, was, differing)


def _expecting(
    command: str, keys: dict[str, Plain], row: TestedAnswer, fields: list[str]
) -> dict[str, Plain] | None:
    """Return a test that expects these fields of an answer; None without fields."""
    if not fields:
        return None
    expect = {field: plain(getattr(row, field), zone("UTC")) for field in fields}
    return {command: keys, "expect": expect}
