"""Where words differ that no answer is judged by: names, notes, doubts, sources, terms, advice."""

from __future__ import annotations

from collections.abc import Iterable

from zsupport.answer.case import say
from zsupport.policy.format import (
    CALENDAR,
    CELL,
    CHANNEL,
    COMMITMENT,
    FACT,
    GRANT,
    METRIC,
    PLAN,
    PRIORITY,
    ROLE,
    RULE,
    SOURCE,
)
from zsupport.policy.model import Grant, Remarks, Revision, SelfHelp, TargetRule, Term, Text, When
from zsupport.policy.shape import REMARK_KEYS, WORDS, Fields
from zsupport.policy.yamltext import Path

#: Where something is said, and which of the things there it is; empty where it is one.
_Key = tuple[Path, str]


def changed(old: Revision, new: Revision) -> tuple[Path, ...]:
    """Return where two revisions say something else in words, each place once."""
    before, after = _words(old), _words(new)
    found = [
        key[0]
        for key, said in before.items()
        if key in after and _written(after[key]) != _written(said)
    ]
    return tuple(dict.fromkeys(found))


def _words(revision: Revision) -> dict[_Key, object]:
    """Return what is said where; of lists without ids all together, in no order.

    What answers are judged by has a key that is made of it, such as a prerequisite: that it is
    there on one side only is a change of the answer, and no difference of words.
    """
    whole: dict[Path, object] = {
        ("title",): revision.title,
        ("effective",): revision.validity,
        ("sources",): {each.id: _words_of_part(SOURCE, each) for each in revision.sources},
        ("terms",): _by_topic(revision.terms),
        ("self-help",): _of_self_help(revision.self_help),
        ("entitlements",): _any_order(map(_of_grant, revision.grants)),
        ("commitment",): _any_order(
            [*_words_of_part(COMMITMENT, each), *_remarks(each.when)]
            for each in revision.commitments
        ),
        ("targets",): _any_order(map(_of_rule, revision.rules)),
    }
    for plan in revision.plans:
        whole["plans", plan.id] = _words_of_part(PLAN, plan)
    for role in revision.roles:
        whole["roles", role.id] = _words_of_part(ROLE, role)
    for fact in revision.facts:
        whole["facts", fact.id] = _words_of_part(FACT, fact)
    for channel in revision.channels:
        whole["channels", channel.id] = _words_of_part(CHANNEL, channel)
    for priority in revision.priorities:
        remarks = _any_order([_remarks(priority.when)])
        whole["priorities", priority.id] = [*_words_of_part(PRIORITY, priority), remarks]
    for metric in revision.metrics:
        whole["metrics", metric.id] = _words_of_part(METRIC, metric)
    for name, calendars in revision.hours.items():
        whole["hours", name] = _any_order(
            [
                *_words_of_part(CALENDAR, each),
                *_remarks(each.when),
                each.holidays and each.holidays.remarks,
            ]
            for each in calendars
        )
    return {**{(path, ""): said for path, said in whole.items()}, **_judged(revision)}


def _words_of_part(kind: Fields, part: object) -> list[object]:
    """Return the words of a part of a revision: the keys that the format counts as WORDS."""
    words = [key for key, field in kind.fields.items() if field.counts == WORDS]
    return [getattr(part, key) for key in ("remarks", *words) if key not in REMARK_KEYS]


def _judged(revision: Revision) -> dict[_Key, object]:
    """Return what else is said of that by which answers are judged, as in other languages."""
    found: dict[_Key, object] = {}

    def text(path: Path, kind: str, said: Text | None) -> None:
        if said is not None:
            found[path, f"{kind} {say(said, 'en')}"] = said

    for fact in revision.facts:
        for value, meaning in fact.values.items():
            found[("facts", fact.id), f"value {value}"] = meaning
    for channel in revision.channels:
        for each in channel.prerequisites:
            text(("channels", channel.id), "prerequisite", each)
        for number in channel.numbers:
            key = f"number {number.country} {number.number}"
            found[("channels", channel.id), key] = number.remarks
    for name, calendars in revision.hours.items():
        for off in filter(None, (each.holidays for each in calendars)):
            for day in (*off.add, *(off.frozen or ())):
                found[("hours", name), f"day {day}"] = off.names.get(day)
    for grant in revision.grants:
        for each in grant.prerequisites:
            text(("entitlements",), "prerequisite", each)
    for metric in revision.metrics:
        text(("metrics", metric.id), "starts", metric.starts)
        if metric.pauses is not None:
            # Whether the clock can be stopped is judged, and what stops it is not.
            found[("metrics", metric.id), "pauses"] = metric.pauses
    for rule in revision.rules:
        text(("targets",), "condition", rule.condition)
        for cell in (cell for cells in rule.cells.values() for cell in cells.values()):
            text(("targets",), "condition", cell.condition)
    return found


def _of_self_help(self_help: SelfHelp | None) -> object:
    return self_help and self_help._replace(
        topics=tuple(sorted(self_help.topics, key=lambda each: each.id))
    )


def _by_topic(terms: Iterable[Term]) -> dict[str, list[Term]]:
    """Return the terms under each heading in their order, which means something."""
    found: dict[str, list[Term]] = {}
    for term in terms:
        found.setdefault(term.topic, []).append(term)
    return found


def _of_grant(grant: Grant) -> list[object]:
    # The order in which to try the channels, and the cases it is for: advice, not an answer.
    for_whom = [{name: sorted(v) for name, v in each.values.items()} for each in grant.when]
    return [
        *_words_of_part(GRANT, grant),
        *_remarks(grant.when),
        for_whom if grant.recommend else None,
    ]


def _of_rule(rule: TargetRule) -> list[object]:
    cells = [cell for cells in rule.cells.values() for cell in cells.values()]
    said = _any_order(_words_of_part(CELL, cell) for cell in cells)
    return [*_words_of_part(RULE, rule), *_remarks(rule.when), said or None]


def _any_order(entries: Iterable[Iterable[object]]) -> list[str]:
    """Return what is said by entries of a list; one that says nothing in words is not counted."""
    said = [[each for each in entry if each not in (None, (), Remarks())] for entry in entries]
    return sorted(_written(entry) for entry in said if entry)


def _remarks(when: When) -> list[object]:
    return [each.remarks for each in when]


def _written(value: object) -> str:
    """Return a value as a text in which neither lines nor the order of a mapping show."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = {name: each for name, each in value._asdict().items() if name != "line"}
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(f"{k!r}: {_written(v)}" for k, v in value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_written, value)) + "]"
    return repr(value)
