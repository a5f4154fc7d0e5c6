"""The formats of findings: goldens written by hand, schemas, places, hostile texts."""

import json
import re
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from outcomes import CONTEXT, EMPTY, RICH, outcomes

from zsupport.cli import options
from zsupport.findings import SEVERITIES, Outcome, Unit, fail_on
from zsupport.report import Terminal
from zsupport.report.findings import FINDING_FORMATS, render_outcome
from zsupport.report.findings.text import finding_text
from zsupport.report.text import UNSAFE
from zsupport.view.schemas import schema

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


def digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:32]


#: What a golden has as @NAME@: versions, and the fingerprints of the findings of RICH.
FILLED = {
    "zsupport": version("zsupport"),
    "tzdata": version("tzdata"),
    "slower": digest("ZS501", "policies/acme.yaml", "business", "pro", "P1"),
    "unused": digest("ZS404", "policies/acme.yaml", "office"),
    "same": digest("ZS404", "policies/acme.yaml", "office", "2"),
    "wide": digest(
        "ZS101", "policies/old, 100%: a/høy.yaml", 'rules[]["高"].x', "`x` is no key of a rule"
    ),
}


def rendered(outcome: Outcome, format: str) -> str:
    return render_outcome(outcome, format, CONTEXT)


@pytest.mark.parametrize("format", FINDING_FORMATS)
def test_a_rich_outcome_is_written_exactly_so(format: str) -> None:
    wanted = (GOLDEN / format).read_text(encoding="utf-8")
    for name, value in FILLED.items():
        wanted = wanted.replace(f"@{name}@", value)
    assert rendered(RICH, format) == wanted


def test_the_list_of_formats_is_the_folder_and_the_option() -> None:
    folder = {path.stem for path in GOLDEN.parent.glob("../../src/zsupport/report/findings/*.py")}
    assert folder - {"__init__", "paths"} == set(FINDING_FORMATS)
    assert {"auto", *FINDING_FORMATS} <= set(options.FINDING_FORMATS)


# -- text ------------------------------------------------------------------------------------


def test_colour_adds_nothing_but_colour() -> None:
    context = CONTEXT._replace(terminal=Terminal(color=True))
    colored = render_outcome(RICH, "text", context)
    assert colored.startswith("\x1b[1;31merror[ZS501]\x1b[0m \x1b[1mslower-than-plan-below:\x1b[0m")
    assert "\x1b[1;33mwarning[ZS404]\x1b[0m" in colored
    assert "\x1b[1;32mnote[ZS404]\x1b[0m" in colored
    plain = re.sub("\x1b\\[[0-9;]*m", "", colored)
    assert plain == rendered(RICH, "text")


def test_a_place_without_source_keeps_its_label() -> None:
    text = finding_text(RICH.findings[0], {})
    assert "   = here: 4 hours, day and night\n" in text
    assert "|" not in text


def test_no_line_of_a_text_is_a_command_to_a_runner() -> None:
    finding = RICH.findings[0]._replace(hint="a\n  ::error::b::c", message="a\n::debug::x")
    for line in finding_text(finding, {}).splitlines():
        assert not line.strip().startswith("::") or line.startswith("   ::: policies/acme.yaml:")


# -- json ------------------------------------------------------------------------------------

EXTRA: dict[str, dict[str, Any]] = {
    "check": {},
    "test": {
        "tests": [{"name": "a", "file": "a_test.yaml", "line": 3, "passed": True}],
        "coverage": None,
        "mutation": {},
    },
    "diff": {"changes": []},
}


@pytest.mark.parametrize("command", EXTRA)
@pytest.mark.parametrize("outcome", [RICH, EMPTY], ids=["rich", "empty"])
def test_the_document_is_as_its_schema_says(command: str, outcome: Outcome) -> None:
    validator = jsonschema_rs.validator_for(schema(command))
    document = json.loads(rendered(outcome._replace(command=command, extra=EXTRA[command]), "json"))
    validator.validate(document)
    for name in document:
        assert not validator.is_valid({k: v for k, v in document.items() if k != name})
    assert not validator.is_valid({**document, "colour": "red"})
    for name in document["findings"][0] if document["findings"] else ():
        less = {k: v for k, v in document["findings"][0].items() if k != name}
        assert not validator.is_valid({**document, "findings": [less]})


# -- what fails ------------------------------------------------------------------------------


@pytest.mark.parametrize("found", SEVERITIES)
@pytest.mark.parametrize("wanted", SEVERITIES)
def test_a_run_fails_at_the_severity_asked_for_and_above(found: str, wanted: str) -> None:
    finding = RICH.findings[0]._replace(severity=found)
    outcome = RICH._replace(units=(Unit("a", "a", 1, (finding,)),))
    assert fail_on(outcome, wanted) == (SEVERITIES.index(found) <= SEVERITIES.index(wanted))
    assert not fail_on(EMPTY, wanted)


# -- texts from anyone -----------------------------------------------------------------------


@pytest.mark.parametrize("format", FINDING_FORMATS)
@given(outcome=outcomes())
@settings(max_examples=200, deadline=None)
def test_no_text_of_a_policy_steers_a_terminal(format: str, outcome: Outcome) -> None:
    text = rendered(outcome, format)
    assert not UNSAFE.search(text)
    assert text == "" or text.endswith("\n")
