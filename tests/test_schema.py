"""The published schema accepts what the loader accepts, and rejects every invalid key."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from conftest import Cli
from hypothesis import HealthCheck, event, given, settings
from policy_trees import Core, as_editors_see, edited_trees, findings, policy_files

from zsupport.policy.reference import reference
from zsupport.policy.schema import policy_schema

SCHEMA = policy_schema()
VALIDATOR = jsonschema_rs.Draft7Validator(SCHEMA)
EXAMPLES = settings(
    deadline=None, max_examples=500, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip

BASE: dict[str, Any] = {
    "format": 1,
    "policy": "p",
    "plans": {"free": "Free"},
    "channels": {"web": {"name": "Web", "kind": "web"}},
    "entitlements": [{"allow": "web"}],
}


def test_schema_is_valid_draft_7(cli: Cli) -> None:
    printed = json.loads(cli("schema").stdout)
    assert printed == SCHEMA
    assert printed["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema_rs.meta.validate(printed)


def test_every_reference_has_a_definition() -> None:
    text = json.dumps(SCHEMA)
    used = set(re.findall(r'"\$ref": "#/definitions/([^"]+)"', text))
    assert used == set(SCHEMA["definitions"])


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, Core])
@pytest.mark.parametrize("path", policy_files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_policies_are_valid_in_an_editor(path: Path, loader: Any) -> None:
    tree = as_editors_see(path.read_text(encoding="utf-8"), loader)
    assert [str(error) for error in VALIDATOR.iter_errors(tree)] == []


@pytest.mark.parametrize(
    "text",
    [
        "title: no",
        "title: {no: Støtte, en: Support}",
        "title: 17:00",
        "title: 1.10",
        "title: ~",
        "title: .nan",
        "note: 2026-01-01",
        "roles: {no: 'Yes', yes: 1, 010: 8, 1.5: x, 2026-01-01: D, null: N, true: T}",
        "facts: {f: {values: {true: 1, false: 0}, default: true}, g: {default: false}}",
        "hours: {h: {open: 24x7, apply-holidays: true, holidays: {country: NO, covers: 2026}}}",
        "hours: {h: {open: mon 09:00-17:00, dates: {2026-01-01: closed}, holidays: [01-01]}}",
        "hours: {h: {open: mon 09:00-17:00, holidays: {add: {12-24: no, 2026-12-31: {no: 1}}}}}",
        "hours: {h: {open: mon 09:00-17:00, holidays: {frozen: {2026-01-01: ~, '2026-05-17': A}}}}",
        "metrics: [{id: 1, starts: 0, pauses: no, warn: 1/2}]",
        "self-help: {complete: false, topics: {1: 2}, resources: [{name: 1, kind: other}]}",
        "terms: {t: [{say: 1, when: {plan: [free], role: {not: []}}}]}",
    ],
)
@pytest.mark.parametrize("loader", [yaml.CSafeLoader, Core])
def test_values_of_a_yaml_reader_are_valid_texts(text: str, loader: Any) -> None:
    tree = {**BASE, **as_editors_see(text, loader)}
    if "{not: []}" in text:
        assert not VALIDATOR.is_valid(tree)
    else:
        assert VALIDATOR.is_valid(tree)


def test_numbers_for_norway_are_valid_in_yaml_1_1() -> None:
    text = "channels: {phone: {name: P, kind: phone, numbers: {NO: 09, any: 1}}}"
    tree = {**BASE, **as_editors_see(text, yaml.CSafeLoader)}
    assert list(tree["channels"]["phone"]["numbers"]) == ["false", "any"]
    assert VALIDATOR.is_valid(tree)


def with_change(change: dict[str, Any]) -> dict[str, Any]:
    return {**BASE, **change}


@pytest.mark.parametrize(
    "tree",
    [
        with_change({"plan": {}}),
        with_change({"plans": {"free": {"nam": "Free"}}}),
        with_change({"plans": {"free": {"en": "Free"}}}),
        with_change({"channels": {"web": {"name": "Web"}}}),
        with_change({"channels": {"web": {"kind": "web"}}}),
        with_change({"entitlements": [{"note": "x"}]}),
        with_change({"entitlements": [{"allow": "web", "recommend": ["web"]}]}),
        with_change({"entitlements": [{"when": {"plan": {"nt": "free"}}, "allow": "web"}]}),
        with_change({"priorities": [{"name": "High"}]}),
        with_change({"metrics": [{"name": "Answer"}]}),
        with_change({"commitment": [{"note": "x"}]}),
        with_change({"terms": {"t": [{"note": "x"}]}}),
        with_change({"hours": {"h": {"timezone": "UTC"}}}),
        with_change({"hours": {"h": {"any": ["24x7"], "open": "24x7"}}}),
        with_change({"hours": {"h": {"open": "mon 09:00-17:00", "apply-holidays": True}}}),
        with_change({"hours": {"h": {"open": "24x7", "holidays": {"subdivision": "BY"}}}}),
        with_change({"hours": {"h": {"open": "24x7", "holidays": {"add": {"note": "x"}}}}}),
        with_change(
            {"hours": {"h": {"open": "24x7", "holidays": {"frozen": {"easter day": "x"}}}}}
        ),
        with_change({"hours": {"h": {"open": "24x7", "holidays": {"add": {"12-24": ["x"]}}}}}),
        with_change({"hours": {"h": {"open": "24x7", "holidays": {"12-24": "x"}}}}),
        with_change({"targets": [{"first-response": {"text": "fast"}}]}),
        with_change({"targets": [{"first-response": {"target": "4h", "txt": "fast"}}]}),
        with_change({"targets": [{"first-response": {"P1": {"text": "fast"}}}]}),
        with_change({"groups": {"g": {}}}),
        with_change({"groups": {"g": {"plan": "free", "role": "x"}}}),
        with_change({"self-help": {"resources": [{"name": "x"}]}}),
        with_change({"self-help": {"topics": {"a": {"titel": "x"}}}}),
        with_change({"effective": {"until": "2026-01-01"}}),
        {key: value for key, value in BASE.items() if key != "policy"},
        {},
        [],
        "policy",
    ],
)
def test_invalid_keys_are_rejected_like_in_the_loader(tree: Any) -> None:
    assert findings(tree)
    assert not VALIDATOR.is_valid(tree)


@EXAMPLES
@given(edited_trees(most=1))
def test_schema_accepts_what_the_loader_accepts(tree: Any) -> None:
    errors = findings(tree)
    event("accepted" if not errors else "refused")
    if not errors:
        assert [str(error) for error in VALIDATOR.iter_errors(tree)] == []


@EXAMPLES
@given(edited_trees())
def test_every_unknown_or_missing_key_is_rejected(tree: Any) -> None:
    # The schema reads a mapping without the key `target` as targets by priority, so it cannot
    # reject a misspelt `target`.
    key_errors = [
        finding
        for finding in findings(tree)
        if finding.code in ("ZS101", "ZS102") and not finding.message.endswith(" in a cell")
    ]
    event("an error" if key_errors else "no error")
    if key_errors:
        assert not VALIDATOR.is_valid(tree), key_errors


def names_in(schema: Any) -> set[str]:
    """Return the names of all properties that a schema describes."""
    if isinstance(schema, list):
        return {name for item in schema for name in names_in(item)}
    if not isinstance(schema, dict):
        return set()
    names = {
        name for key, value in schema.items() if key != "dependencies" for name in names_in(value)
    }
    return names | set(schema.get("properties", {}))


def test_the_reference_lists_exactly_the_keys_of_the_schema(cli: Cli) -> None:
    text, page = reference(), cli("help", "reference").stdout
    assert page.endswith(text)
    listed = set(re.findall(r"^- `([a-z_-]+)`", text, re.MULTILINE))
    # The page explains `not` with the values, not as a key of a mapping.
    assert names_in(SCHEMA) - {"not"} == listed
    assert "{not: ...}" in page


def test_every_key_of_the_schema_is_described() -> None:
    for name, definition in [("policy", SCHEMA), *SCHEMA["definitions"].items()]:
        for key, field in definition.get("properties", {}).items():
            assert field.get("description"), f"{name}.{key}"
