"""Errors in tests files: each is reported with its place and a hint."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import yaml
from subjects import SHOP, read_tests, subject_of

from zsupport.findings import Finding, Span
from zsupport.policy.schema import records
from zsupport.policy.yamltext import MAX_FINDINGS
from zsupport.sources.find import shipped_root
from zsupport.suite import format as tests_format
from zsupport.suite.format import TESTS

if TYPE_CHECKING:
    from conftest import Cli

SUBJECT = subject_of(SHOP)
HEAD = "tests: 1\npolicy: shop\ncases:\n"


def findings(text: str) -> tuple[Finding, ...]:
    return read_tests(text, SUBJECT).findings


# The text of a case, the code, line and column (line 1 is the first line of the case), and words
# of the finding.
BAD = [
    ("  - channels: {plan: pro}\n    expect: {exactly: null}", "ZS003", (2, 23), "none"),
    ("  - channels: {plan: pro}\n    expect: {exactly: ~}", "ZS003", (2, 23), "has no value"),
    ("  - channels: {plan: pro}\n    expect: {hours: }", "ZS003", (2, 14), "has no value"),
    ("  - channels: {plan: pro}\n    expect: null", "ZS003", (2, 13), "`expect` has no value"),
    ("  - channels: {plan: pro}\n    expect:", "ZS003", (2, 5), "`expect` has no value"),
    ("  - channels: {plan: pro}\n    expect: {}", "ZS003", (2, 13), "`expect` is empty"),
    ("  - channels: {plan: pro}\n    expect: [web]", "ZS103", (2, 13), "the expected answer"),
    ("  - channels: {plan: pro}\n    expect: web", "ZS103", (2, 13), "{exactly: [...]}"),
    ("  - due: {plan: pro}\n    expect: P1", "ZS105", (2, 13), "is neither a state nor an instant"),
    ("  - due: {plan: pro}\n    expect: P1", "ZS105", (2, 13), "an instant, or not-started"),
    ("  - due: {plan: pro}\n    expect: 4h", "ZS109", (2, 13), "write {target: 4h}"),
    ("  - channels: {plan: pro}\n    expect: {include: []}", "ZS003", (2, 23), "empty"),
    ("  - channels: {plan: pro}\n    expect: {exclude: {not: [forum, web, phone]}}", "ZS003",
     (2, 23), "these values select no channel"),
    ("  - channels: {plan: pro}", "ZS102", (1, 5), "`expect`"),
    ("  - expect: P1", "ZS102", (1, 5), "`channels` or `due`"),
    ("  - channels: {}\n    due: {}\n    expect: {target: 4h}", "ZS101", (2, 5),
     "cannot be combined"),
    ("  - chanels: {plan: pro}\n    expect: {exactly: [web]}", "ZS101", (1, 5), "`channels`"),
    ("  - channels: {plan: pro}\n    expect: {exactl: [web]}", "ZS101", (2, 14), "`exactly`"),
    ("  - due: {plan: pro}\n    expect: {targt: 4h}", "ZS101", (2, 14), "`target`"),
    ("  - channels: {plan: por}\n    expect: {exactly: [web]}", "ZS201", (1, 22), "`pro`"),
    ("  - channels: {plan: big}\n    expect: {exactly: [web]}", "ZS201", (1, 22), "write `max`"),
    ("  - channels: {paln: pro}\n    expect: {exactly: [web]}", "ZS201", (1, 16), "`plan`"),
    ("  - channels: {primier: true}\n    expect: {exactly: [web]}", "ZS201", (1, 16), "`premier`"),
    ("  - channels: {fact: {premier: {not: [true, false]}}}\n    expect: {exactly: [web]}", "ZS003",
     (1, 23), "these values select no premier"),
    ("  - channels: {premier: {not: [true, false]}}\n    expect: {exactly: [web]}", "ZS003",
     (1, 16), "these values select no premier"),
    ("  - channels: {opened: 2026-11-23T10:00:00Z}\n    expect: {exactly: [web]}", "ZS201",
     (1, 16), "key or fact"),
    ("  - priority: {lang: en, metric: update}\n    expect: P1", "ZS201", (1, 26),
     "key or fact"),
    ("  - channels: {premier: yes}\n    expect: {exactly: [web]}", "ZS201", (1, 25), "true"),
    ("  - channels: {plan: []}\n    expect: {exactly: [web]}", "ZS003", (1, 22), "empty"),
    ("  - channels: {plan: {not: [free, pro, max]}}\n    expect: {exactly: [web]}", "ZS003",
     (1, 16), "these values select no plan"),
    ("  - channels: {plan: pro}\n    expect: {exactly: [wep]}", "ZS201", (2, 24), "`web`"),
    ("  - due: {plan: pro}\n    expect: no-targets", "ZS105", (2, 13), "`no-target`"),
    ("  - due: {plan: pro}\n    expect: {state: none}", "ZS105", (2, 21), "running"),
    ("  - due: {plan: pro, metric: updates}\n    expect: no-target", "ZS201", (1, 30), "`update`"),
    ("  - due: {plan: pro, opened: now}\n    expect: no-target", "ZS109", (1, 30), "day"),
    ("  - due: {plan: pro, opened: 2026-11-23}\n    expect: no-target", "ZS109", (1, 30), "time"),
    ("  - due: {plan: pro, opened: 2026-11-23T10:00}\n    expect: no-target", "ZS109", (1, 30),
     "`tz`"),
    ("  - due: {plan: pro, tz: CET+1}\n    expect: no-target", "ZS203", (1, 26), "zone"),
    ("  - due: {plan: pro, customer-tz: CET+1}\n    expect: no-target", "ZS203", (1, 35), "zone"),
    ("  - due: {plan: pro, customer-country: Norway}\n    expect: no-target", "ZS204", (1, 40),
     "NO"),
    ("  - due: {plan: pro, at-risk: 4/3}\n    expect: no-target", "ZS111", (1, 31), "ratio"),
    ("  - due: {plan: pro, pause: 10h}\n    expect: no-target", "ZS109", (1, 29), "FROM/TO"),
    ('  - due: {plan: pro, opened: 2026-11-23T10:00:00Z, event: "10:00 P1"}\n    expect: no-target',
     "ZS109", (1, 59), "INSTANT,NAME=VALUE"),
    ('  - due: {plan: pro, opened: 2026-11-23T10:00:00Z, event: "11:00,priority=P1"}\n'
     "    expect: no-target", "ZS109", (1, 59), "offset"),
    ('  - due: {plan: pro, opened: 2026-11-23T10:00:00Z, event: "2026-11-23T11:00:00Z,prio=P1"}\n'
     "    expect: no-target", "ZS201", (1, 59), "`priority`"),
    ('  - due: {plan: pro, opened: 2026-11-23T10:00:00Z, event: "2026-11-23T11:00:00Z,plan=por"}\n'
     "    expect: no-target", "ZS201", (1, 59), "`pro`"),
    ('  - due: {plan: pro, opened: 2026-11-23T10:00:00Z, event: '
     '"2026-11-23T11:00:00Z,channel=web"}\n'
     "    expect: no-target", "ZS201", (1, 59), "omit `channel`"),
    ('  - due: {plan: pro, event: "2026-11-23T11:00:00Z,plan=max"}\n    expect: no-target', "ZS102",
     (1, 10), "`opened`"),
    # A moment is required for fields that depend on it.
    ("  - due: {plan: max}\n    expect: 2026-11-23T14:00:00Z", "ZS102", (1, 10), "`opened`"),
    ("  - due: {plan: max}\n    expect: running", "ZS102", (1, 10), "`opened`"),
    ("  - due: {plan: max}\n    expect: {remaining_seconds: 60}", "ZS102", (1, 10), "`opened`"),
    ("  - hours: {name: office, region: eu}\n    expect: open", "ZS102", (1, 12), "`at`"),
    ("  - hours: {region: eu}\n    expect: open", "ZS102", (1, 12), "`at`"),
    ("  - hours: {at: 2026-11-23T10:00:00Z}\n    expect: open", "ZS102", (1, 12), "`name`"),
    ("  - hours: {plan: pro, at: 2026-11-23T10:00:00Z}\n    expect: {state: opne}", "ZS105",
     (2, 21), "`open`"),
    ("  - hours: {name: offices}\n    expect: open", "ZS201", (1, 19), "`office`"),
    ("  - hours: {name: office, at: 2026-11-23T10:00:00Z}\n    expect: opened", "ZS105", (2, 13),
     "`open`"),
    ("  - priority: {impact: down}\n    expect: P9", "ZS201", (2, 13), "P1"),
    ("  - priority: {plan: pro}\n    expect: P1", "ZS201", (1, 16), "fact"),
    ("  - channels: {plan: pro}\n    expect: {exactly: [web], because: targets}", "ZS201", (2, 39),
     "path `targets` not found"),
    ('  - channels: {plan: pro}\n    expect: {include: web, because: "entitlements[9]"}', "ZS201",
     (2, 37), "positions start at 0"),
    ("  - channels: {plan: pro}\n    expect: {include: web, because: {when: {plan: free}}}",
     "ZS201", (2, 44), "no rule has this condition"),
    ("  - channels: {plan: pro, at: 2026-11-23T10:00:00Z, at: 2026-11-24T10:00:00Z}\n"
     "    expect: {include: web}", "ZS002", (1, 53), "duplicate"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "code", "place", "words"), BAD)
def test_error_is_reported_with_its_place(
    case: str, code: str, place: tuple[int, int], words: str
) -> None:
    if "because: targets" in case:  # this policy has no targets
        policy = SHOP[: SHOP.index("targets:")]
        result = read_tests(f"{HEAD}{case}\n", subject_of(policy)).findings
    else:
        result = findings(f"{HEAD}{case}\n")
    matching = [f for f in result if f.code == code and f.span.line == 3 + place[0]]
    assert matching, result
    assert (matching[0].span.line - 3, matching[0].span.column) == place
    text = " ".join(filter(None, (matching[0].message, matching[0].expected, matching[0].hint)))
    assert words in text, text


# Cases and invariants with errors in keys and names, and all findings by code and column, in the
# order of the file.
SEVERAL_ERRORS = [
    ("cases:\n  - chanels: {plan: por}\n    expect: {exactly: [wep]}\n",
     [("ZS101", 5), ("ZS201", 21), ("ZS201", 24)]),
    ("cases:\n  - channels: {plan: por}\n    expekt: {exactly: [wep]}\n",
     [("ZS201", 22), ("ZS101", 5), ("ZS201", 24)]),
    ("cases:\n  - channels: {plan: por, role: ownr}\n    expect: {exactli: [wep], include: fax}\n",
     [("ZS201", 22), ("ZS201", 33), ("ZS101", 14), ("ZS201", 24), ("ZS201", 39)]),
    ("cases:\n  - due: {plan: por, opened: now}\n    expect: no-targets\n",
     [("ZS201", 17), ("ZS109", 30), ("ZS105", 13)]),
    ("cases:\n  - channels: {plan: por}\n    due: {plan: ro}\n    expect: {exactly: [wep]}\n",
     [("ZS201", 22), ("ZS101", 5), ("ZS201", 17)]),
    ("cases:\n  - channels: {plan: pro}\n    expect: {exacty: [web]}\n", [("ZS101", 14)]),
    ("cases:\n  - due: {plan: pro}\n    expect: P1\n", [("ZS105", 13)]),
    ("cases:\n  - due: {plan: pro}\n    expect: 4h\n", [("ZS109", 13)]),
    ("invariants:\n  - {fro: {plan: por}, requir: {chanel: wep}}\n",
     [("ZS101", 6), ("ZS201", 18), ("ZS101", 24), ("ZS101", 33), ("ZS201", 41)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "places"), SEVERAL_ERRORS)
def test_errors_in_keys_and_names_are_reported_in_one_run(
    text: str, places: list[tuple[str, int]]
) -> None:
    result = findings(f"tests: 1\npolicy: shop\n{text}")
    assert [(finding.code, finding.span.column) for finding in result] == places


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("", "ZS103"),
        ("tests: 1\npolicy: shop\n", "ZS102"),
        ("tests: 1\npolicy: shop\ncases: []\n", "ZS003"),
        ("tests: 1\npolicy: shop\ncases:\n", "ZS003"),
        ("tests: 2\npolicy: shop\nfrobnicate: yes\n", "ZS108"),
        ("policy: shop\ninvariants: [{require: {channel: forum}}]\n", "ZS102"),
        ("tests: 1\npolicy: shop\ninvariants: [{for: {plan: pro}}]\n", "ZS102"),
        ("tests: 1\npolicy: shop\ninvariants: [{require: {}}]\n", "ZS102"),
        ("tests: 1\npolicy: shop\ninvariants: [{forbid: {channel: fax}}]\n", "ZS201"),
        ("tests: 1\npolicy: shop\ninvariants: [{require: {promised: x}}]\n", "ZS201"),
        ("tests: 1\npolicy: shop\ninvariants: [{for: {plann: pro}, forbid: {channel: web}}]\n",
         "ZS201"),
        ("tests: 1\npolicy: shop\nnote: [a]\ninvariants: [{forbid: {channel: phone}}]\n", "ZS103"),
        ("tests: 1\npolicy: shop\ncases: [{", "ZS001"),
    ],
)  # fmt: skip
def test_invalid_tests_file_is_reported(file: str, code: str) -> None:
    assert [finding.code for finding in findings(file)] == [code]


def test_file_with_only_text_is_not_empty() -> None:
    [empty], [words] = findings(""), findings("words\n")
    assert empty.span == Span(1, 1, 1, 1)
    assert (empty.message, words.message) == (
        "the file is empty",
        "expected a mapping, found the text `words`",
    )


@pytest.mark.parametrize("field", ["opened", "due", "next_open", "next_close", "at_risk_at"])
def test_moment_of_an_answer_must_be_an_instant(field: str) -> None:
    command = "hours: {name: office" if field == "next_close" else "due: {plan: max"
    case = f"  - {command}, at: 2026-11-23T10:00:00Z}}\n    expect: {{{field}: [x]}}\n"
    [finding] = findings(HEAD + case)
    assert finding.expected == "an instant such as 2026-11-23T10:00:00+01:00, or none"


def test_findings_end_at_the_limit_with_a_message() -> None:
    values = ", ".join(f"x{n}" for n in range(MAX_FINDINGS + 100))
    result = findings(f"{HEAD}  - channels: {{plan: [{values}]}}\n    expect: {{include: web}}\n")
    assert len(result) == MAX_FINDINGS + 1
    assert result[-1].message == f"too many findings (limit {MAX_FINDINGS:,})"


def test_all_errors_are_reported_in_one_run() -> None:
    text = HEAD + "".join(f"{case}\n" for case, code, *_ in BAD[:8] if code == "ZS003")
    assert len(findings(text)) == 6


def test_an_unknown_name_is_one_error_with_all_of_its_places() -> None:
    # `big` is an alias, `por` has a near name, and `basic` has none.
    tests = """\
  - channels: {plan: basic}
    expect: {exactly: [forum]}
  - channels: {plan: [basic, por]}
    expect: {because: {when: {plan: basic}}}
  - due: {plan: [por, big], role: owner}
    expect: no-target
  - channels: {plan: basic}
    expect: {include: [mail], exclude: [mail, mail]}
invariants:
  - {for: {plan: {not: [big, basic]}}, require: {channel: mail}}
"""
    shown = [
        (finding.message, finding.span[:2], [place.span[:2] for place in finding.related])
        for finding in findings(HEAD + tests)
    ]
    assert shown == [
        ("unknown plan or group `basic`", (4, 22), [(6, 23), (7, 37), (10, 22), (13, 30)]),
        ("unknown plan or group `por`", (6, 30), [(8, 18)]),
        ("unknown plan or group `big`", (8, 23), [(13, 25)]),
        ("unknown channel or group `mail`", (11, 24), [(11, 41), (11, 47), (13, 59)]),
    ]
    hints = [finding.hint for finding in findings(HEAD + tests)]
    assert hints == [
        "write its new name, or remove the tests that use it",
        "did you mean `pro`?",
        "write `max` instead of its alias",
        "write its new name, or remove the tests that use it",
    ]


def test_too_many_questions_are_reported() -> None:
    values = ", ".join(f"v{n}" for n in range(200))
    policy = SHOP.replace("facts:", "facts:\n" + "".join(
        f"  f{i}: {{values: {{{', '.join(f'v{n}: x' for n in range(200))}}}}}\n" for i in range(2)
    ).rstrip())  # fmt: skip
    case = f"  - channels: {{f0: [{values}], f1: [{values}]}}\n    expect: {{include: forum}}\n"
    [finding] = read_tests(HEAD + case, subject_of(policy)).findings
    assert (finding.code, finding.message) == (
        "ZS009", "too many questions: 40,000 (limit 20,000)",
    )  # fmt: skip
    assert (finding.expected, finding.hint) == (
        "at most 20,000",
        "remove dimensions that do not change the answer",
    )
    # 12,000 and 12,000
    fewer = case.replace(f"f0: [{values}]", f"f0: [{', '.join(f'v{n}' for n in range(60))}]")
    [finding] = read_tests(HEAD + fewer + fewer, subject_of(policy)).findings
    assert finding.message == (
        "too many questions: 12,000, or 24,000 with the previous tests (limit 20,000)"
    )


# -- the schema ------------------------------------------------------------------------------------

VALIDATOR = jsonschema_rs.Draft7Validator(tests_format.tests_schema())
SHIPPED = sorted(Path(shipped_root()).rglob("*_test.yaml"))


def test_schema_is_printed(cli: "Cli") -> None:
    printed = json.loads(cli("schema", "tests").stdout)
    assert printed == tests_format.tests_schema()
    jsonschema_rs.meta.validate(printed)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("loader", [yaml.CBaseLoader, yaml.CSafeLoader])
def test_schema_accepts_the_shipped_tests(path: Path, loader: Any) -> None:
    text = path.read_text("utf-8")
    # A YAML 1.1 reader converts instants to dates, which JSON does not have.
    document = json.loads(json.dumps(yaml.load(text, loader), default=str))
    assert [str(error) for error in VALIDATOR.iter_errors(document)] == []


@pytest.mark.parametrize(
    "case",
    [case for case, code, *_ in BAD if code in ("ZS101", "ZS102") and "`at`" not in case],
)
def test_schema_rejects_unknown_and_missing_keys(case: str) -> None:
    document = json.loads(json.dumps(yaml.load(HEAD + case, yaml.CSafeLoader), default=str))
    timed = "opened" not in case and ("due" in case or "hours" in case)
    # Whether a question needs a moment depends on the policy, so the schema does not know it.
    rejected = not VALIDATOR.is_valid(document)
    assert rejected or (timed and "targt" not in case)


def test_every_key_has_a_description() -> None:
    for fields in records(TESTS):
        assert fields.description.endswith(".")
        assert all(field.description for field in fields.fields.values())
