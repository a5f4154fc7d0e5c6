"""`zsupport policies NAME` shows the whole file: on a screen, in tables and in JSON."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from format_parts import parts, shapes

from zsupport.errors import InvalidPolicy
from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.format import CONDITION, POLICY
from zsupport.policy.loader import load_revision
from zsupport.policy.shape import Fields, Shape
from zsupport.view.policies import show_policies
from zsupport.view.screens.policies import policy_screen
from zsupport.wording import Wording

MOMENT = datetime(2026, 11, 23, 10, tzinfo=UTC)
#: Every key of the format, and no value that is the default of its key.
DOCUMENT: dict[str, Any] = {
    "format": "1",
    "policy": "acme",
    "title": "Acme support",
    "timezone": "Europe/Oslo",
    "effective": {"from": "2026-01-01", "last_day": "2027-12-31"},
    "sources": {
        "page": {"title": "Plans", "url": "https://example.com/p", "retrieved": "2026-01-02"}
    },
    "plans": {
        "free": {"name": "For nothing"},
        "max": {},
        "pro": {
            "name": "Professional", "above": ["free"], "aliases": ["paid"],
            "retired": "2026-02-01",
        },
    },
    "roles": {
        "guest": {},
        "user": {"name": "A user"},
        "admin": {"name": "An administrator", "above": ["user"], "aliases": ["owner"]},
    },
    "facts": {
        "kind": {
            "ask": "What kind?",
            "values": {"bug": "It fails", "idea": "It lacks"},
            "default": "idea",
        },
        "reach": {
            "ask": "Whom does it concern?",
            "values": {"many": "Many people", "few": "A few"},
            "default": "few",
        },
    },
    "groups": {"failing": {"kind": ["bug"]}, "others": {"plan": {"not": ["free"]}}},
    "channels": {
        "web": {
            "name": "The form",
            "kind": "web",
            "url": "https://example.com/web",
            "steps": ["Log in.", "Write."],
            "prerequisites": ["A log"],
            "numbers": {"NO": [{"number": "+47 815 00 000"}, "+47 815 00 001"]},
            "aliases": ["form"],
            "priority": {"is": "P1"},
        },
        "fax": {"name": "The fax", "kind": "other", "priority": {"at-most": "P1"}},
        "forum": {
            "name": "The forum", "kind": "community", "languages": ["de", {"ja": "best-effort"}],
        },
    },
    "entitlements": [
        {
            "when": [{"plan": ["pro"], "role": ["admin"]}, {"priority": ["P1"], "kind": ["bug"]}],
            "allow": ["web"],
            "hours": "desk",
            "prerequisites": ["A contract"],
            "languages": ["fr", "ja"],
        },
        {"allow": ["forum"]},
        {"recommend": ["forum", "web"]},
    ],
    "priorities": [
        {
            "id": "P1", "name": "Urgent", "meaning": "It is down.", "aliases": ["one"],
            "when": [{"kind": ["bug"]}],
        },
        {"id": "P2", "name": "Normal"},
    ],
    "priority-table": {
        "rows": "kind",
        "columns": "reach",
        "cells": {
            "bug": {"many": "P1", "few": "P1"},
            "idea": {"many": "refused", "few": {"priority": "P2"}},
        },
    },
    "metrics": [
        {
            "id": "first-response",
            "name": "An answer",
            "pauses": "While it waits",
            "warn": "3/4",
            "on-change": "restart",
        },
        {"id": "update", "name": "News", "starts": "answered"},
    ],
    "business-day": "opening",
    "hours": {
        "desk": [
            {
                "when": [{"channel": ["web"]}],
                "timezone": "customer",
                "ask": "Where are you?",
                "open": ["mon-fri 09:00-17:00", "sat 10:00-12:00"],
                "holidays": {
                    "country": "CN",
                    "add": {"12-24": "The eve", "2026-12-31": "The last"},
                    "remove": ["2026-10-02"],
                    "covers": "2026-2027",
                    "frozen": {"2026-10-01": "The day", "2026-10-02": "The next"},
                    "exchanged": "tue",
                    "frozen-exchanged": ["2026-10-10"],
                },
                "holidays-apply-to": "start-date",
                "dates": {"2026-11-30": ["09:00-10:00"], "2026-12-01": ["closed"]},
                "breaks": {"2026-11-24": ["12:00-13:00"]},
                "business-days": "mon-thu",
            },
            {"open": ["24x7"], "holidays": {"country": "DE", "subdivision": "BY"},
             "apply-holidays": "true", "business-days": "mon-fri"},
        ],
        "both": {"any": ["desk", "night"]},
        "night": {"open": ["mon-sun 20:00-22:00"], "holidays": "customer"},
    },
    "commitment": [
        {"when": [{"plan": ["pro"]}], "is": "agreement"},
        {"is": "objective"},
    ],
    "targets": [
        {
            "when": [{"plan": ["pro"], "opened": "inside night"}],
            "hours": "desk",
            "condition": "A call.",
            "first-response": {
                "P1": {
                    "target": "1 business hour", "text": "An hour", "hours": "night",
                    "condition": "Two calls.",
                },
                "P2": "4 business hours",
            },
            "update": "every 2 business hours",
        },
        {"first-response": "24h"},
    ],
    "limits": {
        "calls": "11 per quarter",
        "cases": [{"when": [{"plan": ["pro"]}], "is": "19 per day"}, {"is": "23"}],
    },
    "terms": {
        "contacts": [{"when": [{"plan": ["pro"]}], "say": "Ten."}, {"say": "One."}],
        "credits": [{"say": "None."}],
    },
    "self-help": {
        "channel": "forum",
        "complete": "false",
        "topics": {"start": {"name": "To start", "url": "https://example.com/start"}, "end": "End"},
        "resources": [
            {
                "name": "A guide",
                "kind": "guide",
                "topic": ["start"],
                "audience": ["admin"],
                "url": "https://example.com/guide",
            },
            {"name": "A film", "kind": "video"},
        ],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def document_with_remarks() -> dict[str, Any]:
    """Return the document with remarks in every place that may have them."""
    document = deepcopy(DOCUMENT)
    for number, (_, path, node) in enumerate(list(parts(POLICY, document, ""))):
        node |= {"note": f"Note {path}", "unclear": f"Unclear {path}", "source": f"s{number}"}
        document["sources"][f"s{number}"] = {"title": f"Page {number}"}
    return document


def shown_parts(document: dict[str, Any]) -> tuple[Any, Any] | None:
    """Return the texts in the tables and on the screen of a policy, or None if it is invalid."""
    file = SourceFile("acme.yaml", json.dumps(document).encode(), "", "acme.yaml")
    try:
        policy = Policy((load_revision(file),))
    except InvalidPolicy:
        return None
    report = show_policies([policy], MOMENT, {}, "en", [file])
    texts = [text for table in report.tables for row in table.rows for text in row]
    return texts, policy_screen(policy, MOMENT, "en", Wording(), {file.name: document})


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Yield every part of a document, with its path."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(items):
        yield (*path, key), value
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def with_text(document: dict[str, Any], path: tuple[Any, ...], text: str | None) -> dict[str, Any]:
    """Return the document with another text at a path, or without this part."""
    parent: Any = (top := document.copy())
    for key in path[:-1]:
        # Copy the containers on the path. All other parts are shared and do not change.
        parent[key] = parent[key].copy()
        parent = parent[key]
    if text is None:
        del parent[path[-1]]
    else:
        parent[path[-1]] = text
    return top


def texts(value: Any, name: Any) -> Iterator[str | None]:
    """Yield texts that replace a value; None removes it."""
    yield None
    if isinstance(value, str) and name not in ("note", "unclear", "source"):
        # Another last digit gives another date, time or number.
        yield re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), value)
        yield f"{value}x"
        yield from OTHER_IDS


#: Another valid name or word for each kind in the document.
OTHER_IDS = (
    "free", "user", "idea", "P2", "forum", "end", "chat", "FR", "none", "list", "guest",
    "mon 01:00-02:00", "01:00-02:00", "pro", "web", "max", "both",
)  # fmt: skip


def test_the_document_has_every_key_of_the_format() -> None:
    result: dict[int, Shape] = {}
    shapes(POLICY, result)
    remarks = {"note", "unclear", "source"}
    format_keys = {
        (shape.name, key)
        for shape in result.values()
        if isinstance(shape, Fields)
        for key in shape.fields.keys() - remarks
    }
    nodes = list(parts(POLICY, DOCUMENT, ""))
    kinds = {"recommendation": "grant"}
    document_keys = {(kinds.get(name, name), key) for name, _, node in nodes for key in node}
    # A condition has the name of the part to which it belongs.
    document_keys |= {("condition", key) for _, key in document_keys if key in CONDITION.fields}
    assert format_keys <= document_keys


def test_tables_and_screens_show_every_part_of_the_file(
    document_with_remarks: dict[str, Any],
) -> None:
    expected = shown_parts(document_with_remarks)
    assert expected is not None
    not_in_tables, not_on_screens, fixed = set(), set(), set()
    for path, value in places(document_with_remarks):
        accepted = 0
        for text in texts(value, path[-1]):
            if text == value or (accepted and text in OTHER_IDS):
                continue
            shown = shown_parts(with_text(document_with_remarks, path, text))
            accepted += shown is not None
            not_in_tables |= {path} if shown and shown[0] == expected[0] else set()
            not_on_screens |= {path} if shown and shown[1] == expected[1] else set()
        fixed |= {path} if isinstance(value, str) and not accepted else set()
    assert not_in_tables == set()
    assert not_on_screens == set()
    # The rest of the document allows no other value of these.
    assert fixed == {
        ("format",),
        ("metrics", 0, "id"),
        ("metrics", 1, "id"),
        ("priorities", 0, "id"),
        ("priorities", 1, "id"),
        ("priority-table", "rows"),
        ("priority-table", "columns"),
        ("priority-table", "cells", "idea", "few", "priority"),
        ("hours", "desk", 1, "open", 0),
        ("channels", "forum", "languages", 1, "ja"),
    }


def test_tables_without_remarks_show_conditions_and_steps() -> None:
    document = deepcopy(DOCUMENT)
    document["channels"]["forum"]["steps"] = ["Ask.", "Wait."]
    file = SourceFile("acme.yaml", json.dumps(document).encode(), "", "acme.yaml")
    report = show_policies([Policy((load_revision(file),))], MOMENT, {}, "en", [file])
    rows = [row for table in report.tables for row in table.rows]
    assert ("P1", "Urgent", "It is down.", "kind bug", "aliases: one") in rows
    assert ("P2", "Normal", "", "", "") in rows
    languages = "languages: de, ja (best effort)"
    assert ("forum", "The forum", "community", "Ask.\nWait.", "", "", languages) in rows


def test_json_shows_the_file_as_it_is(document_with_remarks: dict[str, Any]) -> None:
    file = SourceFile("acme.yaml", json.dumps(document_with_remarks).encode(), "", "acme.yaml")
    report = show_policies([Policy((load_revision(file),))], MOMENT, {}, "en", [file])
    assert report.document["answers"][0]["document"] == document_with_remarks
    assert report.lines == (("acme", "2026-01-01", "in-force", "Acme support"),)
