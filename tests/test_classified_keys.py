"""Every key of the format is classified for `diff`, for answers and for mutants."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from format_parts import key_at
from test_policy_in_full import DOCUMENT

from zsupport.diff.policies import compare
from zsupport.library import Policy
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.format import POLICY
from zsupport.policy.loader import read_document
from zsupport.policy.schema import records
from zsupport.policy.shape import JUDGED, POSITION, REMARK_KEYS, WORDS
from zsupport.suite.format import WORDS as WORDS_OF_ANSWERS
from zsupport.suite.mutation import mutants_of

#: A policy with every key of the format, a group and a target in business days.
BASE = deepcopy(DOCUMENT)
BASE["entitlements"][0]["when"][1]["kind"] = ["failing"]
BASE["targets"].append({"hours": "desk", "update": "2 business days"})
#: A table with exchanged rows and columns, in which a case without a priority has P2.
TRANSPOSED = {
    "rows": "reach",
    "columns": "kind",
    "cells": {"many": {"bug": "P1", "idea": "P2"}, "few": {"bug": "P1", "idea": "P2"}},
}
Answered = dict[str, list[Any]]
MOMENT = datetime(2026, 11, 23, 10, tzinfo=UTC)
#: A change of every key of the format: its place in the document, and the new value.
EDITS: dict[tuple[str, str], tuple[tuple[str | int, ...], Any]] = {
    ("policy", "policy"): (("policy",), "other"),
    ("policy", "title"): (("title",), "Other support"),
    ("policy", "timezone"): (("timezone",), "Europe/London"),
    ("policy", "effective"): (("effective",), {"from": "2026-02-01"}),
    ("policy", "sources"): (("sources", "more"), {"title": "More"}),
    ("policy", "plans"): (("plans", "more"), {}),
    ("policy", "roles"): (("roles", "more"), {}),
    ("policy", "facts"): (("facts", "more"), {"ask": "More?"}),
    ("policy", "groups"): (("groups", "failing"), {"kind": ["idea"]}),
    ("policy", "channels"): (("channels", "more"), {"name": "More", "kind": "web"}),
    ("policy", "entitlements"): (("entitlements", 1), {"allow": "forum", "when": {"plan": "pro"}}),
    ("policy", "priorities"): (("priorities", 2), {"id": "P3"}),
    ("policy", "priority-table"): (("priority-table", "cells", "idea", "many"), "P2"),
    ("policy", "metrics"): (("metrics", 2), {"id": "more"}),
    ("policy", "business-day"): (("business-day",), "close"),
    ("policy", "hours"): (("hours", "night"), {"open": ["mon-sun 20:00-21:00"]}),
    ("policy", "commitment"): (("commitment",), "none"),
    ("policy", "targets"): (("targets", 1), {"first-response": "48h"}),
    ("policy", "limits"): (("limits", "calls"), "12 per quarter"),
    ("limit", "when"): (("limits", "cases", 0, "when", 0, "plan"), ["max"]),
    ("limit", "is"): (("limits", "cases", 1, "is"), "24"),
    ("policy", "terms"): (("terms", "more"), [{"say": "More."}]),
    ("policy", "self-help"): (("self-help", "topics", "more"), {"name": "More"}),
    ("validity", "from"): (("effective", "from"), "2026-02-01"),
    ("validity", "last_day"): (("effective", "last_day"), "2027-11-30"),
    ("self-help", "channel"): (("self-help", "channel"), "web"),
    ("self-help", "complete"): (("self-help", "complete"), "true"),
    ("self-help", "topics"): (("self-help", "topics", "more"), {"name": "More"}),
    ("self-help", "resources"): (("self-help", "resources", 2), {"name": "B", "kind": "list"}),
    ("source", "title"): (("sources", "page", "title"), "Prices"),
    ("source", "url"): (("sources", "page", "url"), "https://example.com/q"),
    ("source", "retrieved"): (("sources", "page", "retrieved"), "2026-01-03"),
    ("fact", "ask"): (("facts", "kind", "ask"), "Which kind?"),
    ("fact", "values"): (("facts", "more"), {"values": {"one": "One", "two": "Two"}}),
    ("fact", "default"): (("facts", "kind", "default"), "bug"),
    ("channel", "name"): (("channels", "web", "name"), "A form"),
    ("channel", "kind"): (("channels", "web", "kind"), "email"),
    ("channel", "url"): (("channels", "web", "url"), "https://example.com/form"),
    ("channel", "steps"): (("channels", "web", "steps"), ["Write."]),
    ("channel", "prerequisites"): (("channels", "web", "prerequisites"), ["A photograph"]),
    ("channel", "numbers"): (("channels", "web", "numbers", "SE"), "+46 8 00 00 00"),
    ("channel", "priority"): (("channels", "web", "priority"), "P2"),
    ("channel", "aliases"): (("channels", "web", "aliases"), ["page"]),
    ("channel priority", "is"): (("channels", "web", "priority", "is"), "P2"),
    ("channel priority", "at-most"): (("channels", "web", "priority"), {"at-most": "P1"}),
    ("channel", "languages"): (("channels", "forum", "languages", 0), "sv"),
    ("grant", "languages"): (("entitlements", 0, "languages", 0), "sv"),
    ("number", "number"): (("channels", "web", "numbers", "NO", 0, "number"), "+47 815 00 009"),
    ("grant", "when"): (("entitlements", 0, "when", 0, "plan"), ["max"]),
    ("grant", "allow"): (("entitlements", 1, "allow"), ["forum", "web"]),
    ("grant", "recommend"): (("entitlements", 2, "recommend"), ["web", "forum"]),
    ("grant", "hours"): (("entitlements", 0, "hours"), "night"),
    ("grant", "prerequisites"): (("entitlements", 0, "prerequisites"), ["A signature"]),
    ("priority", "id"): (("priorities", 2), {"id": "P3"}),
    ("priority", "name"): (("priorities", 0, "name"), "Very urgent"),
    ("priority", "meaning"): (("priorities", 0, "meaning"), "It is slow."),
    ("priority", "when"): (("priorities", 0, "when", 0, "kind"), ["idea"]),
    ("priority", "aliases"): (("priorities", 0, "aliases"), ["first"]),
    ("metric", "id"): (("metrics", 2), {"id": "more"}),
    ("metric", "name"): (("metrics", 0, "name"), "A reply"),
    ("metric", "starts"): (("metrics", 1, "starts"), "updated"),
    ("metric", "pauses"): (("metrics", 0, "pauses"), None),
    ("metric", "warn"): (("metrics", 0, "warn"), "1/2"),
    ("metric", "on-change"): (("metrics", 0, "on-change"), "carry"),
    ("target rule", "when"): (("targets", 0, "when", 0, "plan"), ["max"]),
    ("target rule", "hours"): (("targets", 0, "hours"), "night"),
    ("target rule", "condition"): (("targets", 0, "condition"), "A letter."),
    ("plan", "name"): (("plans", "pro", "name"), "For experts"),
    ("plan", "above"): (("plans", "pro", "above"), ["max"]),
    ("plan", "aliases"): (("plans", "pro", "aliases"), ["bought"]),
    ("plan", "retired"): (("plans", "pro", "retired"), "2026-03-01"),
    ("role", "name"): (("roles", "user", "name"), "Somebody"),
    ("role", "above"): (("roles", "admin", "above"), ["guest"]),
    ("role", "aliases"): (("roles", "admin", "aliases"), ["boss"]),
    ("calendar", "when"): (("hours", "desk", 0, "when", 0, "channel"), ["forum"]),
    ("calendar", "timezone"): (("hours", "night", "timezone"), "Asia/Tokyo"),
    ("calendar", "ask"): (("hours", "desk", 0, "ask"), "Which zone?"),
    ("calendar", "open"): (("hours", "night", "open"), ["mon-sun 20:00-21:00"]),
    ("calendar", "holidays"): (("hours", "night", "holidays"), ["2026-12-24"]),
    ("calendar", "holidays-apply-to"): (("hours", "desk", 0, "holidays-apply-to"), None),
    ("calendar", "apply-holidays"): (("hours", "desk", 1, "apply-holidays"), None),
    ("calendar", "dates"): (("hours", "desk", 0, "dates", "2026-11-30"), ["09:00-11:00"]),
    ("calendar", "breaks"): (("hours", "desk", 0, "breaks", "2026-11-24"), ["12:00-14:00"]),
    ("calendar", "business-days"): (("hours", "desk", 0, "business-days"), "mon-fri"),
    ("calendar", "any"): (("hours", "both", "any"), ["night"]),
    ("commitment", "when"): (("commitment", 0, "when", 0, "plan"), ["max"]),
    ("commitment", "is"): (("commitment", 1, "is"), "none"),
    ("term", "when"): (("terms", "contacts", 0, "when", 0, "plan"), ["max"]),
    ("term", "say"): (("terms", "contacts", 0, "say"), "Twelve."),
    ("resource", "name"): (("self-help", "resources", 0, "name"), "A book"),
    ("resource", "kind"): (("self-help", "resources", 0, "kind"), "training"),
    ("resource", "topic"): (("self-help", "resources", 0, "topic"), ["end"]),
    ("resource", "audience"): (("self-help", "resources", 0, "audience"), ["user"]),
    ("resource", "url"): (("self-help", "resources", 0, "url"), "https://example.com/book"),
    ("condition", "plan"): (("entitlements", 0, "when", 0, "plan"), ["max"]),
    ("condition", "role"): (("entitlements", 0, "when", 0, "role"), ["user"]),
    ("condition", "channel"): (("hours", "desk", 0, "when", 0, "channel"), ["forum"]),
    ("condition", "priority"): (("entitlements", 0, "when", 1, "priority"), ["P2"]),
    ("condition", "opened"): (("targets", 0, "when", 0, "opened"), "outside night"),
    ("cell", "target"): (("targets", 0, "first-response", "P1", "target"), "2 business hours"),
    ("cell", "text"): (("targets", 0, "first-response", "P1", "text"), "Soon"),
    ("cell", "hours"): (("targets", 0, "first-response", "P1", "hours"), "desk"),
    ("cell", "condition"): (("targets", 0, "first-response", "P1", "condition"), "No calls."),
    ("topic", "name"): (("self-help", "topics", "start", "name"), "To begin"),
    ("topic", "url"): (("self-help", "topics", "start", "url"), "https://example.com/begin"),
    ("holidays", "country"): (("hours", "desk", 1, "holidays"), {"country": "AT"}),
    ("holidays", "subdivision"): (("hours", "desk", 1, "holidays", "subdivision"), "SN"),
    ("holidays", "add"): (("hours", "desk", 0, "holidays", "add", "12-23"), "Before it"),
    ("priority table", "rows"): (("priority-table",), TRANSPOSED),
    ("priority table", "columns"): (("priority-table",), TRANSPOSED),
    ("priority table", "cells"): (("priority-table", "cells", "idea", "many"), "P1"),
    ("table cell", "priority"): (("priority-table", "cells", "idea", "few", "priority"), "P1"),
    ("holidays", "remove"): (("hours", "desk", 0, "holidays", "remove"), ["2026-10-01"]),
    ("holidays", "covers"): (("hours", "desk", 0, "holidays", "covers"), "2026"),
    ("holidays", "frozen"): (("hours", "desk", 0, "holidays", "frozen", "2026-10-05"), "More"),
    ("holidays", "exchanged"): (("hours", "desk", 0, "holidays", "exchanged"), "ignore"),
    ("holidays", "frozen-exchanged"):
        (("hours", "desk", 0, "holidays", "frozen-exchanged"), ["2026-10-11"]),
}  # fmt: skip


def document_of(tree: dict[str, Any]) -> Document:
    data = json.dumps(tree).encode()
    return read_document(SourceFile("acme.yaml", data, "sha256:" + data.hex()[:64], "acme.yaml"))


def with_value(path: tuple[str | int, ...], value: Any) -> Document:
    """Return the document with another value at a path; None removes the value."""
    tree = deepcopy(BASE)
    node: Any = tree
    for step in path[:-1]:
        node = node[step]
    if value is None:
        del node[path[-1]]
    elif isinstance(node, list) and path[-1] == len(node):
        node.append(value)
    else:
        node[path[-1]] = value
    document = document_of(tree)
    assert document.revision is not None, document.findings
    return document


def classes() -> dict[tuple[str, str], str | None]:
    """Return the class of every key of the format, without remarks."""
    return {
        (kind.name, key): field.effect
        for kind in records()
        for key, field in kind.fields.items()
        if key not in REMARK_KEYS and (kind.name, key) != ("policy", "format")
    }


def test_every_key_is_classified_and_has_a_change() -> None:
    assert set(classes().values()) == {JUDGED, WORDS, POSITION}
    assert EDITS.keys() == classes().keys()
    for kind in records():
        assert all(kind.fields[key].effect == WORDS for key in REMARK_KEYS)


@pytest.mark.parametrize(("kind", "key"), EDITS)
def test_diff_reports_a_change_by_the_class_of_the_key(kind: str, key: str) -> None:
    effect = classes()[kind, key]
    [compared] = compare(
        [document_of(BASE)], [with_value(*EDITS[kind, key])], own_days=True
    ).compared
    changes = [change.code for part in compared.parts for change in part.changes]
    if effect == JUDGED:
        assert changes
    elif effect == WORDS:
        assert (changes, bool(compared.texts)) == ([], True)
    else:
        assert (changes, compared.texts) == ([], ())


#: Fields of answers, other than texts, that a key changes although `diff` reports no loss.
ADVICE = {("grant", "recommend"): "recommended", ("metric", "warn"): "at_risk_at"}


@cache
def before() -> Answered:
    return answers(document_of(BASE))


def answers(document: Document) -> Answered:
    """Return the answers to all questions of tests."""
    assert document.revision is not None
    policy = Policy((document.revision,))
    customer: dict[str, Any] = {"customer_tz": "Europe/Oslo", "customer_country": "NO"}
    return {
        "channels": [*policy.channels(at=MOMENT)],
        "due": [*policy.due(opened=MOMENT, at=MOMENT, answered=MOMENT, metric="all", **customer)],
        "hours": [*policy.hours(at=MOMENT, **customer)],
        "priority": [*policy.priority(at=MOMENT)],
    }


def differing(first: Answered, second: Answered) -> set[str]:
    """Return the fields in which answers differ; `answers` if their numbers differ."""
    fields = set()
    for command, rows in first.items():
        if len(rows) != len(second[command]):
            fields.add("answers")
        for row, other in zip(rows, second[command], strict=False):
            fields |= {name for name in row._fields if getattr(row, name) != getattr(other, name)}
    return fields


@pytest.mark.parametrize(
    ("kind", "key"), [name for name, effect in classes().items() if effect != JUDGED]
)
def test_other_keys_change_only_texts_of_answers(kind: str, key: str) -> None:
    fields = differing(before(), answers(with_value(*EDITS[kind, key])))
    assert fields - WORDS_OF_ANSWERS == {ADVICE.get((kind, key))} & fields


#: Keys that change answers, but that no mutant changes.
NOT_MUTATED = {
    "calendar": "apply-holidays breaks business-days dates holidays-apply-to timezone when",
    "cell": "condition",
    "channel": "aliases kind numbers url",
    "commitment": "when",
    "fact": "values",
    "holidays": "add country covers exchanged frozen frozen-exchanged remove subdivision",
    "limit": "when",
    "metric": "id on-change pauses",
    "number": "number",
    "plan": "aliases",
    "policy": "business-day channels facts metrics plans policy priority-table roles self-help"
    " timezone",
    "priority": "aliases id when",
    "priority table": "columns rows",
    "role": "aliases",
    "self-help": "topics",
    "target rule": "condition when",
}


def test_every_judged_key_is_mutated_or_listed() -> None:
    mutated = {key_at(POLICY, BASE, mutant.path) for mutant in mutants_of(document_of(BASE))}
    judged = {name for name, effect in classes().items() if effect == JUDGED}
    listed = {(kind, key) for kind, keys in NOT_MUTATED.items() for key in keys.split()}
    assert judged - mutated == listed
