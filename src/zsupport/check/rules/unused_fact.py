"""ZS306: an unused fact: no answer depends on it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from zsupport.answer.space import Cases, Space, union
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import DETAILS, NOWHERE, Remarks, When
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each fact that no condition names, or on which no answer depends."""
    named: dict[str, int] = {}
    for condition in subject.conditions:
        for alternative in condition.when:
            for name, values in alternative.values.items():
                named[name] = max(named.get(name, 0), len(values))
    table = subject.revision.priority_table
    for name in (table.rows, table.columns) if table else ():
        named.setdefault(name, 1)
    in_texts = _named_in_texts(subject)
    for fact in subject.revision.facts:
        path = ("facts", fact.id)
        decides = fact.id in in_texts
        if fact.id not in named:
            message = Message("unused fact `{fact}`: no condition names it", fact=fact.id)
            hint = Message("name it in a condition, or remove it")
            yield Problem(path, message, subject.document.key(path), hint=hint)
        # ZS407 reports a condition that names all of its values.
        elif named[fact.id] < len(fact.values) and not (decides or _decides(subject, fact.id)):
            message = Message(
                "unused fact `{fact}`: conditions name it, but no answer depends on it",
                fact=fact.id,
            )
            hint = Message("change the rules whose conditions name it, or remove it")
            yield Problem(path, message, subject.document.key(path), hint=hint)


def _named_in_texts(subject: Subject) -> set[str]:
    """Return the facts that conditions of terms and remarks name: both are part of answers."""
    return {
        name
        for condition in subject.conditions
        # A remark of one of several alternatives belongs to the answers of its cases.
        if condition.path[0] == "terms" or (condition.when[1:] and _has_remark(condition.when))
        for alternative in condition.when
        for name in alternative.values
    }


def _decides(subject: Subject, fact: str) -> bool:
    """Return whether some answer depends on a fact, apart from remarks and terms."""
    revision = subject.revision
    for cases in subject.facts.by_priority(revision).values():
        if _differs(subject.facts, fact, cases):
            return True
    # Comparing whole answers takes long, but few facts require it.
    return any(_differs(subject.space, fact, cases) for cases in _outlines(subject)) or any(
        _differs(subject.space, fact, cases) for cases in _answer_parts(subject)
    )


def _differs(space: Space, fact: str, cases: Cases) -> bool:
    """Return whether two cases differ only in a fact, and only one of them is in the set."""
    values = space.values.get(fact, ())
    seen = {space.shift_to_first(fact, value, cases) for value in values}
    return len(seen) > 1


def _outlines(subject: Subject) -> Iterator[Cases]:
    """For each part of an answer, such as a target, yield the cases whose answer contains it.

    Remarks are ignored.
    """
    decisions = subject.decisions
    yield decisions.allowed
    cases_by_key: dict[Hashable, Cases] = {}
    for metric, targets in decisions.by_metric():
        for item in targets.stated:
            target = item.cell.target
            key: Hashable = (
                metric.id,
                target.text,
                item.cell.hours if target.uses_hours else None,
            )
            cases_by_key[key] = cases_by_key.get(key, 0) | item.decides
    yield from cases_by_key.values()
    cases_by_key = {}
    for commitment, cases in decisions.commitments():
        cases_by_key[commitment.binding] = cases_by_key.get(commitment.binding, 0) | cases
    for topic, limits in decisions.limits.items():
        for limit, cases in limits:
            key = ("limit", topic, limit.quota)
            cases_by_key[key] = cases_by_key.get(key, 0) | cases
    for hours, calendars in subject.revision.hours.items():
        for calendar, cases in decisions.calendars(hours) if len(calendars) > 1 else ():
            key = (hours, calendar.timezone, calendar.windows)
            cases_by_key[key] = cases_by_key.get(key, 0) | cases
    yield from cases_by_key.values()


def _answer_parts(subject: Subject) -> Iterator[Cases]:
    """For each part of an answer and its remarks, yield the cases whose answer contains both."""
    revision, decisions = subject.revision, subject.decisions
    cases_by_key: dict[Hashable, Cases] = {}

    def add(key: Hashable, cases: Cases) -> None:
        cases_by_key[key] = cases_by_key.get(key, 0) | cases

    for number, (grant, cases) in enumerate(zip(revision.grants, decisions.grants, strict=True)):
        own = number if _has_remark(grant.when) else None
        details = repr([getattr(grant, key) for key in DETAILS])
        what = ("grant", grant.hours, details, repr(grant.remarks), own)
        if grant.recommend:
            matched = subject.space.matches(grant.when)
            if not grant.allow:
                # An answer recommends a channel only if it is allowed.
                channels = (subject.space.of("channel", name) for name in grant.recommend)
                matched &= decisions.allowed & union(channels)
            add((*what, grant.recommend), matched)
        else:
            add(what, cases)
    for metric, targets in decisions.by_metric():
        for item in targets.stated:
            rule = revision.rules[item.rule]
            own = item.rule if _has_remark(rule.when) else None
            bare = item.cell._replace(
                place=NOWHERE, key="", condition=item.cell.condition or rule.condition
            )
            add((metric.id, repr(bare), repr(rule.remarks), own), item.decides)
    for number, (commitment, cases) in enumerate(decisions.commitments()):
        own = number if _has_remark(commitment.when) else None
        add(("commitment", commitment.binding, repr(commitment.remarks), own), cases)
    for topic, limits in decisions.limits.items():
        for number, (limit, cases) in enumerate(limits):
            own = number if _has_remark(limit.when) else None
            add(("limit", topic, limit.quota, repr(limit.remarks), own), cases)
    for hours in revision.hours:
        for number, (calendar, cases) in enumerate(decisions.calendars(hours)):
            own = number if _has_remark(calendar.when) else None
            add((hours, repr(calendar._replace(when=(), place=NOWHERE)), own), cases)
    yield from cases_by_key.values()


def _has_remark(when: When) -> bool:
    return any(alternative.remarks != Remarks() for alternative in when)


RULE = Rule(
    code="ZS306",
    name="unused-fact",
    severity="warning",
    summary=Message("unused fact"),
    check=check,
)
