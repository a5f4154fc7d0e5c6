"""The JSON contract: all documents are valid for the published schemas and have all fields."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import yaml

from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document
from zsupport.policy.yamltext import parse_path
from zsupport.view.schemas import NAMES, schema

if TYPE_CHECKING:
    from conftest import Cli

#: The fields of an answer, written by hand, because programs rely on them.
FIELDS = {
    "channels": (
        "plan", "role", "channel", "priority", "facts", "allowed", "only_when", "name", "kind",
        "url", "steps", "numbers", "prerequisites", "hours", "recommended", "retired", "note",
        "unclear", "source", "because", "languages", "handled",
    ),
    "due": (
        "plan", "role", "channel", "priority", "facts", "metric", "state", "target", "published",
        "condition", "commitment", "hours", "opened", "due", "next_open", "at_risk_at",
        "elapsed_seconds", "paused_seconds", "remaining_seconds", "starts", "retired", "note",
        "unclear", "source", "because", "legs",
    ),
    "priority": ("priority", "name", "meaning", "facts", "note", "unclear", "source", "because"),
    "hours": (
        "plan", "role", "channel", "priority", "facts", "state", "hours", "open", "next_open",
        "next_close", "windows", "holidays", "retired", "note", "unclear", "source", "because",
    ),
    "topics": ("topic", "audience", "kind", "name", "url", "note", "unclear", "source", "because"),
    "terms": (
        "plan", "role", "channel", "priority", "facts", "topic", "text", "retired", "note",
        "unclear", "source", "because", "limit", "number", "per",
    ),
    "advise": (
        "plan", "role", "facts", "state", "summary", "missing", "assumed", "priority",
        "priorities", "self_help", "self_service", "channels", "terms", "not_included", "change",
        "retired", "note", "unclear", "source", "because",
    ),
    "policies": (
        "policy", "title", "revision", "from", "last_day", "in_force", "file", "digest", "terms",
        "document",
    ),
}  # fmt: skip
TOP = ("schema", "policy", "query", "answers", "warnings", "versions")
POLICY = ("id", "revision", "file", "digest")
#: The states of a target: the guide `deadlines`, "States".
STATES = {
    "not-entitled", "no-target", "not-stated", "needs-input", "not-started", "running", "at-risk",
    "paused", "met", "breached",
}  # fmt: skip

FRIDAY = ("--opened", "2024-07-05T16:00:00+02:00")
CUSTOMER = ("--customer-tz", "America/New_York", "--customer-country", "US")
QUESTIONS: list[tuple[str, ...]] = [
    ("channels",),
    ("channels", "--plan", "business"),
    ("channels", "--role", "owner", "--channel", "phone"),
    ("channels", "--plan", "free", "--role", "user", "--channel", "chat"),
    ("channels", "--plan", "pro", "--role", "admin", "--priority", "P1"),
    ("channels", "--lang", "nb"),
    ("channels", "--at", "2019-12-31T23:59:59Z"),
    ("channels", "--fact", "impact=down"),
    ("due",),
    ("due", "--plan", "pro", "--role", "owner", "--priority", "P2", *FRIDAY),
    ("due", "--plan", "free", "--priority", "P2", *FRIDAY),
    ("due", "--plan", "api", "--role", "owner", "--channel", "phone", *FRIDAY),
    ("due", "--plan", "pro", "--role", "owner", "--channel", "help-center"),
    ("due", "--opened", "2019-12-31T23:59:59Z"),
    ("due", "--metric", "all", "--lang", "nb", "--tz", "Europe/Oslo"),
    ("priority",),
    ("priority", "--lang", "nb"),
    ("priority", "--fact", "impact=down"),
    ("priority", "--fact", "impact=down", "--fact", "workaround=true"),
    ("priority", "--fact", "workaround=true"),
    ("hours",),
    ("hours", "always"),
    ("hours", "24x7"),
    ("hours", "--plan", "pro"),
    ("hours", "--plan", "free", "--role", "user", "--channel", "phone"),
    ("hours", "--policy", "gitlab", "--plan", "premium"),
    ("hours", "--policy", "canonical", "--plan", "weekday", "--at", "2023-01-01T00:00:00Z"),
    ("topics",),
    ("topics", "--topic", "messaging"),
    ("topics", "--role", "participant", "--lang", "nb"),
    ("terms",),
    ("terms", "--topic", "contacts", "--policy", "redhat"),
    ("terms", "--policy", "hivemq", "--priority", "P2"),
    ("terms", "--policy", "canonical", "--at", "2024-05-01T00:00:00Z"),
    ("advise", "--plan", "business", "--role", "admin", "--fact", "impact=down"),
    ("advise", "--plan", "free", "--role", "user", "--lang", "nb"),
    ("advise", "--plan", "free"),
    ("advise", "--policy", "gitlab", "--plan", "premium", "--priority", "emergency"),
    ("advise", "--policy", "canonical", "--plan", "weekday", "--priority", "sev1", *CUSTOMER),
    ("policies",),
    ("policies", "zoom"),
    ("policies", "zoom", "--lang", "nb"),
    ("policies", "canonical", "--at", "2024-09-30T12:00:00Z"),
    ("policies", "hivemq"),
    ("policies", "redhat"),
    ("channels", "--policy", "canonical"),
    ("channels", "--policy", "canonical", "--plan", "self-service"),
    ("channels", "--policy", "hivemq"),
    ("channels", "--policy", "hivemq", "--priority", "P1"),
    ("channels", "--policy", "redhat"),
    ("channels", "--policy", "redhat", "--fact", "product=openshift-dedicated"),
    ("due", "--policy", "canonical", *FRIDAY),
    ("due", "--policy", "canonical", "--metric", "all", "--plan", "8x5"),
    ("due", "--policy", "canonical", "--metric", "all", *CUSTOMER),
    ("due", "--policy", "hivemq", *FRIDAY),
    ("due", "--policy", "hivemq", "--plan", "extended", "--priority", "P1", *FRIDAY),
    ("due", "--policy", "redhat", "--plan", "premium", *FRIDAY),
    ("due", "--policy", "redhat", "--plan", "premium", "--metric", "all", *FRIDAY, *CUSTOMER),
    ("due", "--policy", "redhat", "--plan", "self-support"),
    ("priority", "--policy", "canonical"),
    ("priority", "--policy", "hivemq"),
    ("priority", "--policy", "redhat"),
    ("topics", "--policy", "canonical"),
    ("hours", "--policy", "canonical"),
    ("hours", "--policy", "canonical", *CUSTOMER),
    ("hours", "--policy", "hivemq", "--at", "2024-07-06T12:00:00+02:00"),
    ("hours", "--policy", "redhat", "--fact", "region=north-america", *CUSTOMER),
]
# All questions to the other shipped policies.
QUESTIONS += [
    (command, *(("--policy", name) if command != "policies" else (name,)), *more)
    for name in ("aws", "gitlab", "sendowl", "suse")
    for command, more in (
        ("channels", ()),
        ("due", ("--metric", "all")),
        ("due", CUSTOMER),
        ("priority", ()),
        ("hours", (*CUSTOMER, *(("--fact", "region=emea") if name == "suse" else ()))),
        ("terms", ()),
        ("policies", ()),
    )
]

#: Questions about sections that a policy does not have: self-help, priorities, hours.
NO_ANSWER = [
    ("topics", "--policy", "canonical"),
    ("priority", "--policy", "sendowl"),
    ("hours", "--policy", "aws", *CUSTOMER),
]

Validators = Callable[[str], "jsonschema_rs.Validator"]


@pytest.fixture(scope="session")
def validator_of(cli: "Cli") -> Validators:
    """Return a function that returns the validator for `zsupport schema NAME`."""
    validators: dict[str, jsonschema_rs.Validator] = {}

    def validator(name: str) -> jsonschema_rs.Validator:
        if name not in validators:
            run = cli("schema", name)
            assert (run.stderr, run.code) == ("", 0)
            validators[name] = jsonschema_rs.validator_for(
                json.loads(run.stdout), validate_formats=True
            )
        return validators[name]

    return validator


@pytest.mark.parametrize("arguments", QUESTIONS, ids=" ".join)
def test_every_document_is_valid_for_the_schema(
    arguments: tuple[str, ...], cli: "Cli", validator_of: Validators
) -> None:
    run = cli(*arguments, "--format", "json")
    assert run.code in (0, 1, 2), run.stderr
    document = json.loads(run.stdout)
    kind = arguments[0]
    validator_of(kind).validate(document)

    assert document["schema"] == f"zsupport.{kind}/1"
    top = [name for name in TOP if name != "policy" or kind != "policies"]
    assert list(document) == top
    for answer in document["answers"]:
        assert set(answer) == set(FIELDS[kind])
    assert {"program", "tzdata", "holidays"} <= set(document["versions"])
    if kind != "policies":
        assert set(document["policy"]) == set(POLICY)
    # Every case gets an answer, even a negative one, unless the policy lacks the section.
    assert bool(document["answers"]) == (arguments not in NO_ANSWER)


@pytest.mark.parametrize(
    "arguments", [a for a in QUESTIONS if a[0] != "policies" and a not in NO_ANSWER], ids=" ".join
)
def test_every_answer_names_the_lines_that_decided(arguments: tuple[str, ...], cli: "Cli") -> None:
    document = json.loads(cli(*arguments, "--format", "json").stdout)
    assert document["answers"]
    policy = shipped_document(document["policy"]["file"])
    lines = policy.text.splitlines()
    for answer in document["answers"]:
        assert answer["because"]
        for place in answer["because"]:
            assert set(place) == {"file", "line", "path"}
            assert place["file"] == document["policy"]["file"]
            assert lines[place["line"] - 1].strip()
            assert policy.node(parse_path(place["path"]) or ("nowhere",))


@cache
def shipped_document(file: str) -> Document:
    """Return the document of a shipped policy, by its file name in their folder."""
    return read_document(SourceFile(file, (shipped_policies() / file).read_bytes(), "", ""))


def shipped_policies() -> Path:
    """Return the folder of the shipped policies."""
    from zsupport.sources.find import shipped_root

    return Path(shipped_root())


@pytest.mark.parametrize("arguments", [a for a in QUESTIONS if a[0] == "due"], ids=" ".join)
def test_fields_of_a_deadline_match_the_state(arguments: tuple[str, ...], cli: "Cli") -> None:
    for answer in json.loads(cli(*arguments, "--format", "json").stdout)["answers"]:
        state = answer["state"]
        assert state in STATES
        clocks = ("due", "at_risk_at", "elapsed_seconds", "remaining_seconds")
        if state in ("not-entitled", "no-target", "not-stated", "needs-input"):
            assert [answer[name] for name in clocks] == [None] * 4
        if state == "not-entitled":
            assert answer["target"] is None
        if state == "no-target":
            assert answer["target"] == "none"
        if state == "breached":
            assert answer["remaining_seconds"] < 0
        if answer["due"]:
            assert state in ("not-started", "running", "at-risk", "met", "breached")
            assert answer["target"]


def test_schema_requires_all_fields_and_allows_no_other(validator_of: Validators,
                                                                   cli: "Cli") -> None:  # fmt: skip
    for kind, fields in FIELDS.items():
        schema = json.loads(cli("schema", kind).stdout)
        answer = schema["properties"]["answers"]["items"]
        assert set(answer["properties"]) == set(fields)
        assert set(answer["required"]) == set(fields)
        assert answer["additionalProperties"] is False
        # A document with a missing or additional field is invalid.
        document = json.loads(cli(kind, "--format", "json").stdout)
        assert validator_of(kind).is_valid(document)
        for field in fields:
            less = {name: value for name, value in document["answers"][0].items() if name != field}
            assert not validator_of(kind).is_valid({**document, "answers": [less]})
        more = {**document["answers"][0], "colour": "red"}
        assert not validator_of(kind).is_valid({**document, "answers": [more]})


FAILURES: list[tuple[tuple[str, ...], int]] = [
    (("channels", "--plan", "premium"), 2),
    (("channels", "--plan", "premium", "--role", "boss", "--fact", "impact=up"), 2),
    (("channels", "--no-such-option"), 2),
    (("channels", "--at", "2026-11-23"), 2),
    (("due", "--opened", "2026-11-23T10:00:00"), 2),
    (("due", "--metric", "applause"), 2),
    (("priority", "--fact", "impact"), 2),
    (("topics", "--topic", "cooking"), 2),
    (("policies", "no-such-policy"), 2),
    (("no-such-command",), 2),
    (("channels", "--policy", "./none.yaml"), 3),
    (("due", "--policy", "-"), 3),
    (("policies", "./"), 3),
]


@pytest.mark.parametrize(("arguments", "code"), FAILURES, ids=str)
def test_every_error_is_valid_for_the_schema(
    arguments: tuple[str, ...], code: int, cli: "Cli", validator_of: Validators, tmp_path: Path
) -> None:
    # The folder is empty. Other tests write into the folder of `cli`.
    policy = "format: 1\npolicy: [acme]\ncolour: red\n"
    run = cli(*arguments, "--format", "json", stdin=policy, cwd=tmp_path)
    assert run.code == code
    document = json.loads(run.stdout)
    validator_of("error").validate(document)
    assert document["error"]["code"] == code
    assert document["error"]["message"]
    assert run.stderr


def test_bug_is_valid_for_the_schema_of_errors(cli: "Cli", validator_of: Validators) -> None:
    wrapper = (
        "import sys, zsupport.library as broken; broken.Policy.topics = None;"
        "from zsupport.cli import run; sys.argv[0] = 'zsupport'; run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", wrapper, "topics", "--format", "json"],
        stdin=subprocess.DEVNULL, capture_output=True, env=cli.environment(), cwd=cli.folder,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 70
    document = json.loads(done.stdout)
    validator_of("error").validate(document)
    assert document["error"]["kind"] == "bug"


def test_schema_of_due_requires_a_metric(cli: "Cli", validator_of: Validators) -> None:
    document = json.loads(cli("due", "--format", "json").stdout)
    assert validator_of("due").is_valid(document)
    document["query"]["metric"] = []
    assert not validator_of("due").is_valid(document)


def test_schema_of_errors_rejects_invalid_documents(validator_of: Validators) -> None:
    error = {"kind": "usage", "code": 2, "message": "no", "hint": None}
    assert validator_of("error").is_valid({"error": error})
    for name in error:
        less = {key: value for key, value in error.items() if key != name}
        assert not validator_of("error").is_valid({"error": less})
    assert not validator_of("error").is_valid({"error": {**error, "code": 5}})
    assert not validator_of("error").is_valid({"error": {**error, "colour": "red"}})
    assert not validator_of("error").is_valid({"error": error, "answers": []})
    assert not validator_of("error").is_valid({"error": {**error, "problems": []}})


#: Keywords of JSON Schema draft 7 by the kind of their value.
OF_VALUES = {
    "$schema", "$ref", "title", "description", "const", "enum", "type", "pattern", "format",
    "required", "minimum", "maximum", "minItems", "maxItems", "minProperties", "maxProperties",
}  # fmt: skip
OF_SCHEMAS = {"items", "additionalProperties", "propertyNames", "not", "anyOf", "oneOf"}
OF_NAMED_SCHEMAS = {"properties", "patternProperties", "dependencies", "definitions"}


def keywords(part: Any) -> Iterator[str]:
    """Yield the keywords of a schema or a list of schemas, including nested ones."""
    for item in part if isinstance(part, list) else [part]:
        for keyword, value in item.items() if isinstance(item, dict) else ():
            yield keyword
            if keyword in OF_SCHEMAS:
                yield from keywords(value)
            if keyword in OF_NAMED_SCHEMAS:
                yield from keywords(list(value.values()))


@pytest.mark.parametrize("name", NAMES)
def test_schemas_have_only_known_keywords(name: str) -> None:
    # Validators ignore unknown keywords, so a misspelt keyword would allow everything.
    assert set(keywords(schema(name))) <= OF_VALUES | OF_SCHEMAS | OF_NAMED_SCHEMAS


HOLIDAYS = """\
format: 1
policy: desk
plans: {pro: Pro, free: Free}
channels: {web: {name: Ticket, kind: web}}
entitlements: [{allow: web}]
hours:
  office: {open: mon-fri 09:00-17:00, holidays: {country: DE, subdivision: BY}}
  own: {open: mon-fri 09:00-17:00, holidays: [12-24]}
targets:
  - {when: {plan: pro}, hours: office, first-response: 4 business hours}
  - {hours: own, first-response: 4 business hours}
"""


@pytest.mark.parametrize(
    ("arguments", "used"),
    [
        (("due", "--plan", "pro", "--opened", "2026-11-23T10:00:00Z"), True),
        (("due", "--opened", "2026-11-23T10:00:00Z"), True),
        (("hours", "office", "--at", "2026-11-23T10:00:00Z"), True),
        (("due", "--plan", "free", "--opened", "2026-11-23T10:00:00Z"), False),
        (("hours", "own", "--at", "2026-11-23T10:00:00Z"), False),
        (("channels", "--plan", "pro"), False),
        (("policies", "./desk.yaml"), False),
    ],
    ids=str,
)
def test_versions_that_an_answer_depends_on(
    arguments: tuple[str, ...], used: bool, cli: "Cli", tmp_path: Path
) -> None:
    (tmp_path / "desk.yaml").write_text(HOLIDAYS)
    policy = () if arguments[0] == "policies" else ("--policy", "./desk.yaml")
    run = cli(*arguments, *policy, "--format", "json", cwd=tmp_path)
    assert run.code == 0
    versions = json.loads(run.stdout)["versions"]
    assert versions == {
        "program": version("zsupport"),
        "format": 1,
        "tzdata": version("tzdata"),
        "holidays": version("holidays") if used else None,
    }


def test_version_as_json_lists_all_shipped_files(cli: "Cli") -> None:
    run = cli("--version", "--format", "json")
    assert (run.stderr, run.code) == ("", 0)
    document = json.loads(run.stdout)
    policies = document.pop("policies")
    assert document == {
        "schema": "zsupport.version/1",
        "program": version("zsupport"),
        "format": 1,
        "tzdata": version("tzdata"),
    }
    root = shipped_policies()
    shipped = [path for path in root.rglob("*.yaml") if not path.stem.endswith("_test")]
    digests = sorted("sha256:" + sha256(path.read_bytes()).hexdigest() for path in shipped)
    assert sorted(policy["digest"] for policy in policies) == digests
    assert {"policy": "zoom", "file": "zoom.yaml"}.items() <= policies[0].items()
    assert all(set(policy) == {"policy", "file", "digest"} for policy in policies)
    for format in ("plain", "csv", "auto"):
        assert cli("--version", "--format", format) == cli("--version")


def test_rules_in_json_equal_the_table(cli: "Cli") -> None:
    run = cli("check", "--list-rules", "--format", "json")
    assert (run.stderr, run.code) == ("", 0)
    document = json.loads(run.stdout)
    assert document.keys() == {"schema", "rules"}
    assert document["schema"] == "zsupport.rules/1"
    plain = cli("check", "--list-rules", "--format", "plain").stdout.splitlines()
    assert ["\t".join(rule.values()) for rule in document["rules"]] == plain
    assert [*document["rules"][0]] == ["code", "name", "severity", "summary"]


def test_arguments_after_two_hyphens_are_not_options(cli: "Cli") -> None:
    for command in ("channels", "check"):
        run = cli(command, "--", "--format", "json")
        assert run.code in (2, 3)
        # The error is not a JSON document, because `--format` is not an option here.
        assert run.stdout == ""
        assert run.stderr
    before = cli("channels", "--format", "json", "--", "surplus")
    assert (before.code, json.loads(before.stdout)["error"]["code"]) == (2, 2)


class _EditorsLoader(yaml.CSafeLoader):
    """Loads scalars like the YAML 1.2 reader of an editor: numbers and booleans, but no dates."""


_EditorsLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
    for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}

POLICIES = sorted(
    path for path in shipped_policies().rglob("*.yaml") if not path.stem.endswith("_test")
)
GOOD = sorted((Path(__file__).parent / "golden").glob("*/*/policy.yaml"))


@pytest.mark.parametrize("loader", [yaml.CBaseLoader, _EditorsLoader])
def test_schema_of_policies_accepts_all_valid_policies(
    loader: Any, validator_of: Validators
) -> None:
    assert len(POLICIES) >= 5
    for path in (*POLICIES, *(p for p in GOOD if p.parent.name != "invalid-policy")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        validator_of("policy").validate(document)


def test_schema_of_policies_rejects_unknown_and_missing_keys(validator_of: Validators) -> None:
    text = (shipped_policies() / "zoom.yaml").read_text(encoding="utf-8")
    policy = yaml.load(text, Loader=yaml.CBaseLoader)
    for key in ("format", "policy", "plans", "channels", "entitlements"):
        assert not validator_of("policy").is_valid({k: v for k, v in policy.items() if k != key})
    assert not validator_of("policy").is_valid({**policy, "colour": "red"})
    channels = {**policy["channels"], "web": {"name": "Ticket"}}
    assert not validator_of("policy").is_valid({**policy, "channels": channels})
