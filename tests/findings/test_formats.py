"""The formats of findings: expected output, schemas, places, hostile texts."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import jsonschema_rs
import pytest
from hypothesis import given
from outcomes import CONTEXT, EMPTY, EXTRA, RICH, UNHURRIED, outcomes
from readers import READERS, ReadFinding, commands, markdown_cells
from xmlschema import XMLSchema

from zsupport.cli.options import flag_of
from zsupport.errors import InvalidPolicy
from zsupport.findings import CODES as LOADER_CODES
from zsupport.findings import SEVERITIES, Finding, Outcome, Related, Span, Unit, has_failures
from zsupport.library import load
from zsupport.report import FINDING_FORMATS, Terminal
from zsupport.report.findings import Context, render_outcome
from zsupport.report.findings.paths import fingerprinted, uri, workspace_path
from zsupport.report.findings.text import finding_text
from zsupport.report.findings.wording import gravest_first, sentences
from zsupport.report.text import guarded, printable, unsafe
from zsupport.view.schemas import schema
from zsupport.wording import Wording

FOLDER = Path(__file__).parent
GOLDEN = FOLDER / "golden"
BAD = FOLDER.parent / "bad"


def digest(*parts: str | int) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]


#: The values of @NAME@ in the expected output: versions, and fingerprints of findings in RICH.
PLACEHOLDERS = {
    "zsupport": version("zsupport"),
    "tzdata": version("tzdata"),
    "slower": digest("ZS501", "desk/policies/acme.yaml", "business", "pro", "P1", 1),
    "unused": digest("ZS404", "desk/policies/acme.yaml", "office", 1),
    "same": digest("ZS404", "desk/policies/acme.yaml", "office", 2),
    "wide": digest(
        "ZS101",
        "desk/policies/old, 100%: a/høy.yaml",
        'rules[]["高"].x',
        "unknown key `x` in a rule",
        1,
    ),
}


def render(outcome: Outcome, format: str) -> str:
    return render_outcome(outcome, format, CONTEXT)


@pytest.mark.parametrize("format", FINDING_FORMATS)
def test_rich_outcome_equals_the_expected_output(format: str) -> None:
    expected = (GOLDEN / format).read_text(encoding="utf-8")
    for name, value in PLACEHOLDERS.items():
        expected = expected.replace(f"@{name}@", value)
    assert render(RICH, format) == expected


def test_formats_equal_the_modules_and_the_option() -> None:
    folder = {path.stem for path in GOLDEN.parent.glob("../../src/zsupport/report/findings/*.py")}
    assert folder - {"__init__", "paths", "wording"} == set(FINDING_FORMATS)
    assert {path.name for path in GOLDEN.iterdir()} == set(FINDING_FORMATS) == set(READERS)


# -- equal in all formats ----------------------------------------------------------------------


#: The formats whose entries have one place: a finding has an entry for each place with its error.
SINGLE_PLACE = ("plain", "gitlab")


def expected_findings(outcome: Outcome, format: str) -> list[ReadFinding]:
    """Return the expected result of a reader, sorted: some formats put the gravest first."""
    places = [(finding, finding.span) for finding in outcome.findings]
    if format in SINGLE_PLACE:
        places += [
            (finding, place.span)
            for finding in outcome.findings
            for place in finding.related
            if place.path is not None
        ]
    return sorted(ReadFinding(f.code, f.severity, span.line, span.column) for f, span in places)


@pytest.mark.parametrize("format", FINDING_FORMATS)
def test_finding_has_the_same_line_and_column_in_all_formats(format: str) -> None:
    assert sorted(READERS[format](render(RICH, format))) == expected_findings(RICH, format)
    assert READERS[format](render(EMPTY, format)) == []


GROUPED = """\
format: 1
policy: desk
plans: {pro: Pro, free: Free}
channels: {web: {name: Web, kind: web}, chat: {name: Chat, kind: chat}}
entitlements:
  - {when: {plan: zzz}, allow: web}
  - {when: {plan: [zzz, free]}, allow: fax}
  - {when: {plan: {not: zzz}}, allow: chat}
"""


@pytest.mark.parametrize("uses", [3, 5, 9])
@pytest.mark.parametrize("format", FINDING_FORMATS)
def test_each_place_of_an_unknown_name_is_in_each_format(
    tmp_path: Path, format: str, uses: int
) -> None:
    path = tmp_path / "desk.yaml"
    more = "  - {when: {plan: zzz}, allow: web}\n" * (uses - 3)
    path.write_text(GROUPED + more, encoding="utf-8")
    with pytest.raises(InvalidPolicy) as invalid:
        load(path, cache=False)
    findings = tuple(f._replace(file="desk.yaml") for f in invalid.value.findings)
    findings = tuple(
        f._replace(related=tuple(place._replace(file="desk.yaml") for place in f.related))
        for f in findings
    )
    assert [f.span[:2] for f in findings] == [(6, 19), (7, 40)]
    outcome = RICH._replace(units=(Unit("desk.yaml", "desk.yaml", 1, findings),), texts={})
    output = render(outcome, format)
    places = [(6, 19), (7, 20), (8, 25), *((line, 19) for line in range(9, 6 + uses))]
    if format in SINGLE_PLACE:
        seen = [(item.line, item.column) for item in READERS[format](output)]
        assert sorted(seen) == sorted([*places, (7, 40)])
    elif format == "sarif":
        results = json.loads(output)["runs"][0]["results"]
        regions = [
            place["physicalLocation"]["region"]
            for result in results
            for place in (*result["locations"], *result.get("relatedLocations", ()))
        ]
        seen = [(region["startLine"], region["startColumn"]) for region in regions]
        assert seen == [*places, (7, 40)]
    elif format in ("json", "csv"):
        text = output.replace('""', '"')
        for line, column in places[1:]:
            assert re.search(rf'"line":\s*{line},\s*"column":\s*{column},', text), line
    elif uses == 3:
        for line, column in places[1:]:
            assert f"desk.yaml:{line}:{column}" in output
    else:
        lines = ", ".join(str(line) for line, _ in places[2:])
        assert f"(and in {uses - 2} more places: lines {lines})" in output.replace("%3A", ":")


def test_each_place_has_its_own_fingerprint_in_gitlab() -> None:
    place = Related("a.yaml", Span(9, 3, 9, 5), "also used here", "rules[1].plan")
    first = Finding(
        "ZS201", "undefined-name", "error", "unknown plan `x`", "a.yaml", Span(1, 1, 1, 2),
        "rules[0].plan", related=(place, place._replace(span=Span(4, 3, 4, 5), path="plan")),
    )  # fmt: skip
    # A finding that is equal in all values of a fingerprint.
    same = first._replace(span=Span(5, 1, 5, 2), related=())
    outcome = RICH._replace(units=(Unit("a.yaml", "a.yaml", 1, (first, same)),))
    entries = json.loads(render(outcome, "gitlab"))
    message = "unknown plan `x`"
    assert [(e["location"]["lines"]["begin"], e["fingerprint"]) for e in entries] == [
        (1, digest("ZS201", "desk/a.yaml", "rules[].plan", message, 1)),
        (5, digest("ZS201", "desk/a.yaml", "rules[].plan", message, 2)),
        (9, digest("ZS201", "desk/a.yaml", "rules[].plan", message, 3)),
        (4, digest("ZS201", "desk/a.yaml", "plan", message, 1)),
    ]
    # The fingerprint of a finding is the same in every format.
    records = json.loads(render(outcome, "json"))["findings"]
    assert [r["fingerprint"] for r in records] == [e["fingerprint"] for e in entries[:2]]
    # The lines of a file are in order.
    assert re.findall("yaml:([0-9]+)", render(outcome, "plain")) == ["1", "4", "5", "9"]


# -- valid reports ---------------------------------------------------------------------------


def json_schema(name: str) -> jsonschema_rs.Validator:
    text = (FOLDER / "schemas" / name).read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


CHECK = jsonschema_rs.validator_for(schema("check"))
SARIF = json_schema("sarif-2.1.0.json")
GITLAB = json_schema("gitlab.json")
ANT = XMLSchema(FOLDER / "schemas" / "junit-ant.xsd")
JENKINS = XMLSchema(FOLDER / "schemas" / "junit-jenkins.xsd")


def validate_junit(report: str) -> None:
    ANT.validate(report)
    JENKINS.validate(report)


VALIDATORS: dict[str, Callable[[str], None]] = {
    "json": lambda text: CHECK.validate(json.loads(text)),
    "sarif": lambda text: SARIF.validate(json.loads(text)),
    "gitlab": lambda text: GITLAB.validate(json.loads(text)),
    "junit": validate_junit,
}


@pytest.mark.parametrize("format", VALIDATORS)
@pytest.mark.parametrize("outcome", [RICH, EMPTY], ids=["rich", "empty"])
def test_report_is_valid(format: str, outcome: Outcome) -> None:
    VALIDATORS[format](render(outcome, format))


def test_findings_of_the_loader_are_written_in_all_formats() -> None:
    units: list[Unit] = []
    texts: dict[str, str] = {}
    for path in sorted(BAD.glob("*.yaml")):
        try:
            load(path, cache=False)
        except InvalidPolicy as invalid:
            units.append(Unit(path.name, invalid.findings[0].file, 1, invalid.findings[:10]))
            texts |= invalid.texts
    assert len(units) > 80
    for unit in units:
        outcome = Outcome("check", (unit,), texts, LOADER_CODES, ("done",), EXTRA)
        for format in FINDING_FORMATS:
            output = render(outcome, format)
            assert sorted(READERS[format](output)) == expected_findings(outcome, format), (
                unit.name,
                format,
            )
            if format in VALIDATORS:
                VALIDATORS[format](output)


def test_schemas_reject_invalid_reports() -> None:
    log = json.loads(render(RICH, "sarif"))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not SARIF.is_valid(log)
    entries = json.loads(render(RICH, "gitlab"))
    assert not GITLAB.is_valid([{**entries[0], "severity": "error"}])
    report = render(RICH, "junit")
    assert not ANT.is_valid(report.replace(' time="0"', "", 1))
    assert not JENKINS.is_valid(report.replace("testcase", "case"))
    assert not ANT.is_valid(report.replace("2026-11-26T12:00:00", "today"))


@pytest.mark.parametrize("format", FINDING_FORMATS)
def test_ascii_output_is_escaped(format: str) -> None:
    context = CONTEXT._replace(terminal=Terminal(encoding="ascii"))
    text = render_outcome(RICH, format, context)
    if format in VALIDATORS:
        assert text.isascii()
        VALIDATORS[format](text)
    assert sorted(READERS[format](text)) == expected_findings(RICH, format)


# -- paths of files -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "path", "address"),
    [
        ("a.yaml", "desk/a.yaml", "desk/a.yaml"),
        ("./b/../a.yaml", "desk/a.yaml", "desk/a.yaml"),
        ("../a b#1?.yaml", "a b#1?.yaml", "a%20b%231%3F.yaml"),
        ("../c:d.yaml", "c:d.yaml", "c%3Ad.yaml"),
        ("/home/ci/work/desk/100%.yaml", "desk/100%.yaml", "desk/100%25.yaml"),
        ("/home/ci/workshop/a.yaml", "/home/ci/workshop/a.yaml", "file:///home/ci/workshop/a.yaml"),
        ("../../a.yaml", "/home/ci/a.yaml", "file:///home/ci/a.yaml"),
        ("ø\udcff.yaml", "desk/ø\udcff.yaml", "desk/%C3%B8%FF.yaml"),
        ("-", "-", "-"),
    ],
)
def test_file_name_is_relative_to_the_workspace(file: str, path: str, address: str) -> None:
    assert workspace_path(file, CONTEXT) == path
    assert uri(path) == address
    if path.isascii():
        finding = RICH.findings[3]._replace(file=file)
        outcome = RICH._replace(units=(Unit(file, file, 1, (finding,)),))
        assert commands(render(outcome, "github"))[0].properties["file"] == path
        assert json.loads(render(outcome, "gitlab"))[0]["location"]["path"] == path
        (result,) = json.loads(render(outcome, "sarif"))["runs"][0]["results"]
        artifact = {"uri": address}
        if not path.startswith("/"):
            artifact["uriBaseId"] = "%SRCROOT%"
        assert result["locations"][0]["physicalLocation"]["artifactLocation"] == artifact


def test_fingerprint_does_not_depend_on_the_current_folder() -> None:
    inside = fingerprinted(RICH.findings, CONTEXT)
    units = [
        Unit(u.name, u.file, u.line, tuple(f._replace(file=f"./desk/{f.file}") for f in u.findings))
        for u in RICH.units
    ]
    above = fingerprinted(
        RICH._replace(units=tuple(units)).findings, CONTEXT._replace(folder="/home/ci/work")
    )
    assert [text for _, text in inside] == [text for _, text in above]
    elsewhere = CONTEXT._replace(folder="/home/me/desk", root="/home/me")
    assert inside == fingerprinted(RICH.findings, elsewhere)


def test_file_name_without_a_workspace_is_unchanged() -> None:
    assert workspace_path("./a/b.yaml", Context()) == "a/b.yaml"
    assert workspace_path("/a/b.yaml", Context(folder="/", root="/")) == "a/b.yaml"


# -- github ----------------------------------------------------------------------------------


def test_github_gets_ten_findings_per_severity_and_a_count() -> None:
    notes = [RICH.findings[2]._replace(span=Span(i, 1, i, 2)) for i in range(1, 13)]
    errors = [RICH.findings[0]._replace(span=Span(i, 1, i, 2)) for i in range(1, 12)]
    outcome = RICH._replace(units=(Unit("a", "a", 1, (*notes, RICH.findings[1], *errors)),))
    lines = render(outcome, "github").splitlines()
    kinds = [line.split(" ")[0] for line in lines]
    assert kinds[:21] == ["::error"] * 10 + ["::warning"] + ["::notice"] * 10
    assert lines[21:] == [
        "not shown: 1 error, 2 notes (GitHub shows 10 findings of each severity)",
        *RICH.closing,
    ]
    assert [command.properties["line"] for command in commands(render(outcome, "github"))[:10]] == [
        str(i) for i in range(1, 11)
    ]


# -- markdown --------------------------------------------------------------------------------


def test_markdown_has_no_mentions_and_links() -> None:
    finding = RICH.findings[0]._replace(message="ask @all, help@example.com or a/b#1")
    outcome = RICH._replace(units=(Unit("a", "a", 1, (finding,)),))
    output = render(outcome, "markdown")
    assert "ask @<!-- -->all, help@example.com or a/b\\#<!-- -->1<br>" in output


@pytest.mark.parametrize(
    ("message", "output"),
    [
        ("`P2` and `slow lane`", "`P2` and `slow lane`"),
        ("`<b>@all#1 *x* [y](z) &amp;`", "`<b>@all#1 *x* [y](z) &amp;`"),
        # Texts that a code span, a table or a formula would change are escaped.
        ("`a|b`", r"\`a\|b\`"),
        ("`a\\b`", r"\`a\\b\`"),
        ("` a`", r"\` a\`"),
        ("`a\nb`", r"\`a<br>b\`"),
        ("``a`", r"\`\`a\`"),
        ("`a``b`", r"\`a\`\`b\`"),
        ("$`a`$", r"\$\`a\`\$"),
        ("`", r"\`"),
        ("a ` b `c` d", r"a \` b `c` d"),
        ("\\`c`@all", r"\\`c`@<!-- -->all"),
    ],
)
def test_markdown_shows_names_as_code(message: str, output: str) -> None:
    finding = RICH.findings[1]._replace(message=message, label=None, case=None)
    text = render(RICH._replace(units=(Unit("a", "a", 1, (finding,)),)), "markdown")
    assert f" | {output} |\n" in text
    assert markdown_cells(text)[1][3] == message


@pytest.mark.parametrize("message", ["short", "long " * 1000, "x" * 70_000])
def test_markdown_fits_in_a_comment(message: str) -> None:
    warning = RICH.findings[1]._replace(message=message)
    error = RICH.findings[0]._replace(message="the error")
    outcome = RICH._replace(units=(Unit("a", "a", 1, (*[warning] * 2000, error)),))
    text = render(outcome, "markdown")
    shown = READERS["markdown"](text)
    assert shown[0].severity == "error"
    assert 400 < len(text) < 65_536
    assert text.endswith(f" |\n\nNot shown: {2001 - len(shown)} warnings.\n")


# -- sarif -----------------------------------------------------------------------------------


def test_sarif_has_the_fields_that_code_scanning_requires() -> None:
    (run,) = json.loads(render(RICH, "sarif"))["runs"]
    for rule in run["tool"]["driver"]["rules"]:
        for part in ("shortDescription", "fullDescription", "help"):
            assert rule[part]["text"]
    for result in run["results"]:
        assert result["message"]["text"]
        assert len(result["locations"]) == 1
        assert result["partialFingerprints"]["zsupport/v1"]


def test_sarif_omits_results_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zsupport.report.findings.sarif.MAX_RESULTS", 2)
    text = render(RICH, "sarif")
    SARIF.validate(json.loads(text))
    (run,) = json.loads(text)["runs"]
    assert [result["level"] for result in run["results"]] == ["error", "error"]
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"] == "omitted 2 results of lower severity"


# -- junit -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fails_at", "failed"),
    [("error", [True, False, True, False]), ("warning", [True, False, True, True])],
)
def test_test_case_fails_at_the_severity_that_fails_the_run(
    fails_at: str, failed: list[bool]
) -> None:
    warned = Unit("warned", "w.yaml", 1, RICH.findings[1:2])
    outcome = RICH._replace(units=(*RICH.units, warned))
    root = Xml.fromstring(render_outcome(outcome, "junit", CONTEXT._replace(fails_at=fails_at)))
    assert [case.find("failure") is not None for case in root.iter("testcase")] == failed
    suite = root[0]
    assert (suite.get("tests"), suite.get("failures")) == ("4", str(sum(failed)))
    assert has_failures(outcome, fails_at) == any(failed)


# -- text ------------------------------------------------------------------------------------


def test_colors_do_not_change_the_text() -> None:
    context = CONTEXT._replace(terminal=Terminal(color=True))
    colored = render_outcome(RICH, "text", context)
    assert colored.startswith("\x1b[1;31merror[ZS501]\x1b[0m \x1b[1mslower-than-lower-plan:\x1b[0m")
    assert "\x1b[1;33mwarning[ZS404]\x1b[0m" in colored
    assert "\x1b[1;32mnote[ZS404]\x1b[0m" in colored
    plain = re.sub("\x1b\\[[0-9;]*m", "", colored)
    assert plain == render(RICH, "text")


def test_label_of_a_place_without_source_is_shown() -> None:
    text = finding_text(RICH.findings[0], {}, Wording(naming=flag_of))
    assert "   = here: 4 hours, day and night\n" in text
    assert "|" not in text


def test_texts_contain_no_workflow_commands() -> None:
    message = "a\n::debug::x ##[error]y"
    finding = RICH.findings[0]._replace(hint="a\n  ::error::b::c", message=message)
    output = guarded(finding_text(finding, {}, Wording(naming=flag_of)))
    assert "##[" not in output
    lines = [line for line in output.splitlines() if line.strip().startswith("::")]
    assert all(line.startswith("   ::: policies/acme.yaml:") for line in lines)
    assert output.count("\\x3a:") == 2


# -- json ------------------------------------------------------------------------------------

COMMON = {"schema", "findings", "summary", "versions"}


def minimal_value(part: dict[str, Any]) -> Any:
    """Return a minimal value for a part of a schema."""
    if "enum" in part:
        return part["enum"][0]
    kind = part.get("type", "object")
    if "null" in kind:
        return None
    plain: dict[str, Any] = {"array": [], "string": "", "boolean": False, "integer": 1, "number": 1}
    if kind in plain:
        return plain[kind]
    return {name: minimal_value(value) for name, value in part.get("properties", {}).items()}


def other_fields(command: str) -> dict[str, Any]:
    """Return minimal values for the further fields in the document of a command."""
    parts = schema(command)["properties"]
    fields = {name: minimal_value(part) for name, part in parts.items() if name not in COMMON}
    # A summary can have further counts.
    fields["summary"] = {
        name: number
        for name, number in minimal_value(parts["summary"]).items()
        if name not in ("files", "errors", "warnings", "notes")
    }
    return fields


@pytest.mark.parametrize("command", ["check", "test", "diff"])
@pytest.mark.parametrize("outcome", [RICH, EMPTY], ids=["rich", "empty"])
def test_document_is_valid_for_the_schema(command: str, outcome: Outcome) -> None:
    validator = jsonschema_rs.validator_for(schema(command))
    filled = outcome._replace(command=command, extra=other_fields(command))
    document = json.loads(render(filled, "json"))
    validator.validate(document)
    for name in document:
        assert not validator.is_valid({k: v for k, v in document.items() if k != name})
    assert not validator.is_valid({**document, "colour": "red"})
    for name in document["findings"][0] if document["findings"] else ():
        less = {k: v for k, v in document["findings"][0].items() if k != name}
        assert not validator.is_valid({**document, "findings": [less]})


# -- failing runs ---------------------------------------------------------------------------


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("threshold", SEVERITIES)
def test_run_fails_at_the_chosen_severity_and_above(severity: str, threshold: str) -> None:
    finding = RICH.findings[0]._replace(severity=severity)
    outcome = RICH._replace(units=(Unit("a", "a", 1, (finding,)),))
    assert has_failures(outcome, threshold) == (
        SEVERITIES.index(severity) <= SEVERITIES.index(threshold)
    )
    assert not has_failures(EMPTY, threshold)


# -- random texts ----------------------------------------------------------------------------


@given(outcome=outcomes())
@UNHURRIED
def test_random_outcomes_are_written_in_all_formats(outcome: Outcome) -> None:
    output = {format: render(outcome, format) for format in FINDING_FORMATS}
    for format, text in output.items():
        pattern = unsafe(json=format in ("json", "sarif", "gitlab"))
        assert not pattern.search(text), format
        assert text == "" or text.endswith("\n"), format
        assert sorted(READERS[format](text)) == expected_findings(outcome, format), format
    for format, validate in VALIDATORS.items():
        validate(output[format])
        plain = render_outcome(
            outcome, format, CONTEXT._replace(terminal=Terminal(encoding="ascii"))
        )
        assert plain.isascii()
        read = Xml.canonicalize if format == "junit" else json.loads
        assert read(plain) == read(output[format])
    assert_github_shows_the_texts(outcome, output["github"])
    assert_markdown_shows_the_texts(outcome, output["markdown"])
    assert_sarif_has_no_links_and_placeholders(output["sarif"])


def assert_github_shows_the_texts(outcome: Outcome, output: str) -> None:
    written_commands = commands(output)
    for finding, command in zip(gravest_first(outcome.findings), written_commands, strict=True):
        assert printable(command.message.replace("\r", "")) == printable(
            "\n".join(sentences(finding)).replace("\r", "")
        )
        assert printable(workspace_path(finding.file, CONTEXT)) == command.properties["file"]
        assert ("endColumn" in command.properties) == (finding.span.end_line == finding.span.line)


def assert_markdown_shows_the_texts(outcome: Outcome, output: str) -> None:
    rows = markdown_cells(output)[1:]
    for finding, row in zip(gravest_first(outcome.findings), rows, strict=True):
        expected = printable("\n".join(sentences(finding)).strip()).replace("\t", " ")
        assert [part.strip() for part in row[3].split("\n")] == [
            part.strip() for part in expected.split("\n")
        ]


def assert_sarif_has_no_links_and_placeholders(output: str) -> None:
    for result in json.loads(output)["runs"][0]["results"]:
        text = result["message"]["text"]
        assert not re.search(r"[{}]", text.replace("{{", "").replace("}}", ""))
        assert not re.search(r"\]\(", text)


def test_many_places_with_one_message_are_one_line() -> None:
    def finding_with(places: int) -> Finding:
        related = [Related("a.yaml", Span(n, 3, n, 5), "also used here") for n in range(2, places)]
        other = Related("b.yaml", Span(1, 1, 1, 2), "also used here")
        return Finding(
            "ZS201", "undefined-name", "error", "unknown plan `x`", "a.yaml", Span(1, 1, 1, 2),
            "plan", related=(*related, other),
        )  # fmt: skip

    def shown(places: int) -> list[str]:
        text = finding_text(finding_with(places), {}, Wording())
        return [line.strip().removeprefix("::: ") for line in text.splitlines() if ":::" in line]

    assert shown(5) == [
        "a.yaml:2:3   also used here", "a.yaml:3:3   also used here",
        "a.yaml:4:3   also used here", "b.yaml:1:1   also used here",
    ]  # fmt: skip
    assert shown(6) == [
        "a.yaml:2:3   also used here (and in 3 more places: lines 3, 4, 5)",
        "b.yaml:1:1   also used here",
    ]
    lines = "3, 4, 5, 6, 7, 8, 9, 10, 11, 12, ..."
    assert shown(30)[0] == f"a.yaml:2:3   also used here (and in 27 more places: lines {lines})"
