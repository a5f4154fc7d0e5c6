"""Suppressions: which comments are read, to which lines they apply, and their errors."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from random_yaml import LINE_ENDS, RandomYaml, random_yaml

from zsupport.check.catalogue import suppressible_code
from zsupport.check.evaluate import evaluate
from zsupport.check.rules import RULES
from zsupport.check.suppressions import comments_in, suppressions_of
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document
from zsupport.policy.yamltext import read_yaml

TODAY = date(2026, 11, 26)
HEAD = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
"""


def document_of(text: str) -> Document:
    return read_document(SourceFile("p.yaml", text.encode(), "", "p.yaml"))


def checked(targets: str, today: date = TODAY) -> tuple[list[str], int]:
    """Return the remaining findings of ZS401 and ZS9, and the number of suppressed findings."""
    document = document_of(HEAD + targets)
    assert document.findings == ()
    evaluation = evaluate(document, RULES, today)
    return [
        f"{finding.code}:{finding.span.line}"
        for finding in evaluation.findings
        if finding.code == "ZS401" or finding.code.startswith("ZS9")
    ], evaluation.suppressed


# -- comments ------------------------------------------------------------------------


@settings(max_examples=1000, deadline=None)
@given(random_yaml(), LINE_ENDS)
def test_all_comments_of_random_texts_are_found(text: RandomYaml, line_end: str) -> None:
    source = line_end.join(text.lines) + line_end
    node, read, findings = read_yaml(source.encode(), "p.yaml")
    assert findings == []
    document = Document(SourceFile("p.yaml", b"", "", "p.yaml"), read, node, None, ())
    texts = [read[start:end] for start, end in comments_in(document)]
    assert sorted(texts) == sorted(comment for _, comment in text.comments)


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ("a: b#zsupport\n", []),
        ("a: b #zsupport\n", ["#zsupport"]),
        ("a: b # c # zsupport\n", ["# c # zsupport"]),
        ("# zsupport", ["# zsupport"]),
        ("a: 'b # zsupport'\n", []),
        ("a: 'b''# zsupport' # zsupport\n", ["# zsupport"]),
        ('a: "b \\" # zsupport" # zsupport\n', ["# zsupport"]),
        ('a: "b # zsupport\n  # zsupport"\n', []),
        ("a: |\n  # zsupport\n", []),
        ("a: | # zsupport 1\n  # zsupport 2\n# zsupport 3\n", ["# zsupport 1", "# zsupport 3"]),
        ("a: >2+\n    # zsupport\n  # zsupport\n", []),
        ("a: &x | # zsupport 1\n  # zsupport 2\nb: *x # zsupport\n",
         ["# zsupport 1", "# zsupport"]),
        ("- a\n- # zsupport\n  b\n", ["# zsupport"]),
        ("{a: [b, # zsupport\n c#zsupport], # zsupport\n}", ["# zsupport", "# zsupport"]),
        ("a#zsupport: b # zsupport\n", ["# zsupport"]),
        ("'# zsupport': b\n", []),
        ("a: b # zsupport\r# zsupport\r", ["# zsupport", "# zsupport"]),
        ("--- # zsupport\na: b\n", ["# zsupport"]),
        ("a: b\n... # zsupport\n", ["# zsupport"]),
        ("\ufeffa: b # zsupport\n", ["# zsupport"]),
        ("高: é # zsupport\n", ["# zsupport"]),
    ],
)  # fmt: skip
def test_comments_are_found(text: str, comments: list[str]) -> None:
    node, read, findings = read_yaml(text.encode(), "p.yaml")
    assert findings == []
    document = Document(SourceFile("p.yaml", b"", "", "p.yaml"), read, node, None, ())
    assert [read[start:end] for start, end in comments_in(document)] == comments


# -- places of suppressions ----------------------------------------------------------------------

ALLOW = "# zsupport: allow ZS401 -- kept"


@pytest.mark.parametrize(
    ("targets", "left", "allowed"),
    [
        # at the end of a line: that line
        (f"targets:\n- first-response: 4h\n- first-response: 8h {ALLOW}\n", [], 1),
        (f"targets:\n- first-response: 4h {ALLOW}\n- first-response: 8h\n",
         ["ZS901:7", "ZS401:8"], 0),
        (f"targets: {ALLOW}\n- first-response: 4h\n- first-response: 8h\n",
         ["ZS901:6", "ZS401:8"], 0),
        # on its own line: the next entry, to its end
        (f"targets:\n- first-response: 4h\n{ALLOW}\n- first-response: 8h\n", [], 1),
        (f"{ALLOW}\ntargets:\n- first-response: 4h\n- first-response: 8h\n", [], 1),
        (f"targets:\n{ALLOW}\n- first-response: 4h\n- first-response: 8h\n",
         ["ZS901:7", "ZS401:9"], 0),
        (f"targets:\n- first-response: 4h\n{ALLOW}\n\n\n  # more\n- first-response: 8h\n", [], 1),
        (f"targets:\n- first-response: 4h\n- note: x\n  {ALLOW}\n  first-response: 8h\n",
         ["ZS401:8", "ZS901:9"], 0),
        (f"targets:\n- first-response: 4h\n{ALLOW}\n-\n  note: x\n  first-response: 8h\n", [], 1),
        (f"targets: [\n  {{first-response: 4h}},\n  {ALLOW}\n  {{first-response: 8h}}\n]\n", [], 1),
        (f"targets: [\n  {ALLOW}\n  {{first-response: 4h}}, {{first-response: 8h}}\n]\n", [], 1),
        (f"targets: [{{first-response: 4h}},\n {{note: x,\n first-response: 8h}} {ALLOW}\n]\n",
         ["ZS401:7", "ZS901:8"], 0),
        # both places
        (f"{ALLOW}\ntargets:\n- first-response: 4h\n- first-response: 8h {ALLOW}\n", [], 1),
        # no entry follows
        (f"targets:\n- first-response: 4h\n- first-response: 8h\n{ALLOW}\n",
         ["ZS401:8", "ZS901:9"], 0),
        # a block text ends with its last line
        (f"targets:\n- first-response: 4h\n{ALLOW}\n- first-response: 8h\n  note: |\n    x\n"
         f"    y\n- first-response: 9h\n", ["ZS401:13"], 1),
    ],
)  # fmt: skip
def test_place_of_a_suppression(targets: str, left: list[str], allowed: int) -> None:
    assert checked(targets) == (left, allowed)


def test_comment_at_the_top_applies_to_the_first_key() -> None:
    text = f"{ALLOW}\n{HEAD}targets:\n- first-response: 4h\n- first-response: 8h\n"
    findings = evaluate(document_of(text), RULES, TODAY).findings
    assert [(e.code, e.span.line) for e in findings] == [("ZS901", 1), ("ZS401", 9)]


def until(day: str) -> str:
    return (
        f"targets:\n- first-response: 4h\n"
        f"- first-response: 8h # zsupport: allow ZS401 until {day} -- because\n"
    )


@pytest.mark.parametrize(
    "comment",
    ["# ZSupport: allow ZS401 -- kept", "#ZSUPPORT:ALLOW zs401 UNTIL 2026-11-26 -- Kept",
     "# zSupport: Allow Unreachable-Rule Until 2026-11-26 -- kept"],
)  # fmt: skip
def test_upper_and_lower_case_are_equal(comment: str) -> None:
    assert checked(f"targets:\n- first-response: 4h\n- first-response: 8h {comment}\n") == ([], 1)


@pytest.mark.parametrize("letter", ["\u017f", "\u212a"])
def test_letters_that_only_casefold_to_ascii_do_not_match(letter: str) -> None:
    comment = f"# z{letter}upport: allow ZS401 -- kept"
    targets = f"targets:\n- first-response: 4h\n- first-response: 8h {comment}\n"
    assert checked(targets) == (["ZS401:8"], 0)


@pytest.mark.parametrize(("name", "first"), [("ZS4", "ZS401, ZS402"), ("zs70", "ZS701, ZS702")])
def test_prefix_of_codes_suppresses_nothing(name: str, first: str) -> None:
    text = f"{HEAD}targets:\n- first-response: 4h # zsupport: allow {name} -- x\n"
    (finding,) = evaluate(document_of(text), RULES, TODAY).findings
    assert finding.code == "ZS903"
    assert finding.message == f"incomplete code `{name}`"
    assert finding.hint == f"write whole codes, separated by commas, such as: allow {first}"


def test_last_day_is_included() -> None:
    assert checked(until("2026-11-26")) == ([], 1)
    assert checked(until("2026-11-25")) == (["ZS401:8", "ZS902:8"], 0)
    assert checked(until("2026-11-26"), date(2026, 11, 27)) == (["ZS401:8", "ZS902:8"], 0)


def test_other_comment_can_replace_an_expired_comment() -> None:
    text = until("2026-11-25").replace("- first-response: 8h", f"{ALLOW}\n- first-response: 8h")
    assert checked(text) == (["ZS902:9"], 1)


def test_suppression_of_a_rule_that_did_not_run_is_not_unused() -> None:
    text = f"{HEAD}targets:\n- first-response: 4h # zsupport: allow ZS501, ZS401 -- x\n"
    chosen = [rule for rule in RULES if rule.code in ("ZS401", "ZS901")]
    (finding,) = evaluate(document_of(text), chosen, TODAY).findings
    assert "`ZS401`" in finding.message
    assert "ZS501" not in finding.message


def test_findings_about_comments_cannot_be_suppressed() -> None:
    text = f"{HEAD}targets:\n# zsupport: allow ZS401\n- first-response: 4h {ALLOW}\n"
    codes = [finding.code for finding in evaluate(document_of(text), RULES, TODAY).findings]
    assert codes == ["ZS903", "ZS901"]


def test_findings_of_the_loader_cannot_be_suppressed() -> None:
    text = f"{HEAD}targets:\n# zsupport: allow ZS104 -- x\n- first-response: 1d\n"
    assert [finding.code for finding in evaluate(document_of(text), RULES, TODAY).findings] == [
        "ZS104"
    ]


def test_policy_without_comments_has_no_suppressions() -> None:
    assert suppressions_of(document_of(HEAD), suppressible_code) == ((), ())


@pytest.mark.parametrize(
    "filler", ["x" * 300_000, " " * 300_000, "# " * 150_000, "ZS401," * 50_000]
)
def test_long_comments_are_read_fast(filler: str) -> None:
    text = f"{HEAD}targets:\n- first-response: 4h # zsupport: allow ZS401{filler}y -- x\n"
    findings = evaluate(document_of(text), RULES, TODAY).findings
    assert all(len(finding.message) < 200 for finding in findings)
    assert [finding.code for finding in findings] == ["ZS903"]


def test_number_of_suggestions_is_limited() -> None:
    lines = "".join(f"  # zsupport: allow unreachable-rul{i} -- x\n  - say: x\n" for i in range(60))
    errors = suppressions_of(document_of(f"{HEAD}terms:\n  x:\n{lines}"), suppressible_code).errors
    assert ["unreachable-rule`" in error.hint for error in errors] == [True] * 50 + [False] * 10


@pytest.mark.parametrize(
    ("comment", "code"), [("allow ZS501 -- x", "ZS901"), ("allow unreachable-rul{} -- x", "ZS903")]
)
def test_many_comments_are_read_in_seconds(comment: str, code: str) -> None:
    lines = "".join(f"  # zsupport: {comment.format(i)}\n  - say: x{i}\n" for i in range(10_000))
    document = document_of(f"{HEAD}terms:\n  x:\n{lines}")
    start = time.process_time()
    findings = evaluate(document, RULES, TODAY).findings
    assert time.process_time() - start < 10
    assert sum(finding.code == code for finding in findings) == 10_000
