"""Find the places whose wording differs: names, notes, doubts, sources, terms, advice.

A difference of wording changes no answer, so it is listed but not judged.
"""

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
    LIMIT,
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

#: A place and the label of the text there; the label is empty if the place has only one text.
_Key = tuple[Path, str]


def changed_places(old: Revision, new: Revision) -> tuple[Path, ...]:
    """Return the places whose wording differs between two revisions, without duplicates."""
    before, after = _texts(old), _texts(new)
    paths = [
        key[0]
        for key, text in before.items()
        if key in after and _as_text(after[key]) != _as_text(text)
    ]
    return tuple(dict.fromkeys(paths))


def _texts(revision: Revision) -> dict[_Key, object]:
    """Return the texts by place. The texts of a list without ids are combined and sorted.

    The key of a judged entry, such as a prerequisite, contains its text. So an entry that is on
    one side only is ignored, because it is a change of the answer.
    """
    texts: dict[Path, object] = {
        ("title",): revision.title,
        ("effective",): revision.validity,
        ("sources",): {source.id: _texts_of(SOURCE, source) for source in revision.sources},
        ("terms",): _by_topic(term for term in revision.terms if term.quota is None),
        ("limits",): _any_order(
            [*_texts_of(LIMIT, term), *_remarks(term.when)]
            for term in revision.terms
            if term.quota is not None
        ),
        ("self-help",): _sorted_self_help(revision.self_help),
        ("entitlements",): _any_order(map(_grant_texts, revision.grants)),
        ("commitment",): _any_order(
            [*_texts_of(COMMITMENT, commitment), *_remarks(commitment.when)]
            for commitment in revision.commitments
        ),
        ("targets",): _any_order(map(_rule_texts, revision.rules)),
    }
    for plan in revision.plans:
        texts["plans", plan.id] = _texts_of(PLAN, plan)
    for role in revision.roles:
        texts["roles", role.id] = _texts_of(ROLE, role)
    for fact in revision.facts:
        texts["facts", fact.id] = _texts_of(FACT, fact)
    for channel in revision.channels:
        texts["channels", channel.id] = _texts_of(CHANNEL, channel)
    for priority in revision.priorities:
        remarks = _any_order([_remarks(priority.when)])
        texts["priorities", priority.id] = [*_texts_of(PRIORITY, priority), remarks]
    if table := revision.priority_table:
        cells = ((row, *item) for row, line in table.cells.items() for item in line.items())
        texts["priority-table",] = [
            table.remarks,
            {f"{row} {column}": cell.remarks for row, column, cell in cells},
        ]
    for metric in revision.metrics:
        texts["metrics", metric.id] = _texts_of(METRIC, metric)
    for name, calendars in revision.hours.items():
        texts["hours", name] = _any_order(
            [
                *_texts_of(CALENDAR, calendar),
                *_remarks(calendar.when),
                calendar.holidays and calendar.holidays.remarks,
            ]
            for calendar in calendars
        )
    return {
        **{(path, ""): text for path, text in texts.items()},
        **_texts_of_judged_entries(revision),
    }


def _texts_of(kind: Fields, part: object) -> list[object]:
    """Return the texts of a part of a revision: the keys with the effect WORDS in the format."""
    keys = [key for key, field in kind.fields.items() if field.effect == WORDS]
    return [getattr(part, key) for key in ("remarks", *keys) if key not in REMARK_KEYS]


def _texts_of_judged_entries(revision: Revision) -> dict[_Key, object]:
    """Return the wording of judged entries, such as the translations of a prerequisite."""
    texts: dict[_Key, object] = {}

    def add(path: Path, kind: str, text: Text | None) -> None:
        if text is not None:
            texts[path, f"{kind} {say(text, 'en')}"] = text

    for fact in revision.facts:
        for value, meaning in fact.values.items():
            texts[("facts", fact.id), f"value {value}"] = meaning
    for channel in revision.channels:
        for prerequisite in channel.prerequisites:
            add(("channels", channel.id), "prerequisite", prerequisite)
        for number in channel.numbers:
            key = f"number {number.country} {number.number}"
            texts[("channels", channel.id), key] = number.remarks
    for name, calendars in revision.hours.items():
        for holidays in filter(None, (calendar.holidays for calendar in calendars)):
            for day in (*holidays.add, *(holidays.frozen or ())):
                texts[("hours", name), f"day {day}"] = holidays.names.get(day)
    for grant in revision.grants:
        for prerequisite in grant.prerequisites:
            add(("entitlements",), "prerequisite", prerequisite)
    for metric in revision.metrics:
        add(("metrics", metric.id), "starts", metric.starts)
        if metric.pauses is not None:
            # `targets` judges an added or removed `pauses`. A change of its text is wording.
            texts[("metrics", metric.id), "pauses"] = metric.pauses
    for rule in revision.rules:
        add(("targets",), "condition", rule.condition)
        for cell in (cell for cells in rule.cells.values() for cell in cells.values()):
            add(("targets",), "condition", cell.condition)
    return texts


def _sorted_self_help(self_help: SelfHelp | None) -> object:
    return self_help and self_help._replace(
        topics=tuple(sorted(self_help.topics, key=lambda topic: topic.id))
    )


def _by_topic(terms: Iterable[Term]) -> dict[str, list[Term]]:
    """Return the terms of each topic in the order of the file; this order is compared."""
    topics: dict[str, list[Term]] = {}
    for term in terms:
        topics.setdefault(term.topic, []).append(term)
    return topics


def _grant_texts(grant: Grant) -> list[object]:
    # The order of recommended channels, and the condition of `recommend`, are advice, not answers.
    conditions = [{name: sorted(v) for name, v in when.values.items()} for when in grant.when]
    return [
        *_texts_of(GRANT, grant),
        *_remarks(grant.when),
        conditions if grant.recommend else None,
    ]


def _rule_texts(rule: TargetRule) -> list[object]:
    cells = [cell for cells in rule.cells.values() for cell in cells.values()]
    texts = _any_order(_texts_of(CELL, cell) for cell in cells)
    return [*_texts_of(RULE, rule), *_remarks(rule.when), texts or None]


def _any_order(entries: Iterable[Iterable[object]]) -> list[str]:
    """Return the texts of the entries of a list, sorted; entries without text are ignored."""
    texts = [[text for text in entry if text not in (None, (), Remarks())] for entry in entries]
    return sorted(_as_text(entry) for entry in texts if entry)


def _remarks(when: When) -> list[object]:
    return [condition.remarks for condition in when]


def _as_text(value: object) -> str:
    """Return a value as text, without line numbers and with the keys of a mapping sorted."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = {name: field for name, field in value._asdict().items() if name != "line"}
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(f"{k!r}: {_as_text(v)}" for k, v in value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_as_text, value)) + "]"
    return repr(value)
