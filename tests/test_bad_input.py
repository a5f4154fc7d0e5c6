"""Invalid policies: one run reports every error once, at its place.

`tests/bad/CASE.yaml`, or a folder of revisions, has expected findings in `CASE.expected`: a line
for each finding, in order, as `LINE:COLUMN CODE PATH | PART OF THE MESSAGE | PART OF THE HINT`.
"""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import jsonschema_rs
import pytest
from conftest import Cli

from zsupport.errors import InvalidPolicy
from zsupport.findings import CODES, Finding
from zsupport.library import load
from zsupport.wording import Message

FOLDER = Path(__file__).parent / "bad"
EXPECTED = sorted(FOLDER.glob("*.expected"))


class Line(NamedTuple):
    """One expected finding."""

    place: str
    code: str
    path: str
    message: str
    hint: str


def expected(file: Path) -> list[Line]:
    lines = []
    for text in file.read_text(encoding="utf-8").splitlines():
        head, message, *hint = text.split(" | ", 2)
        place, code, *path = head.split(" ", 2)
        lines.append(Line(place, code, path[0] if path else "", message, "".join(hint)))
    return lines


def findings_in(case: Path) -> list[Finding]:
    path = case.with_suffix("")
    with pytest.raises(InvalidPolicy) as caught:
        load(path if path.is_dir() else path.with_suffix(".yaml"), cache=False)
    return list(caught.value.findings)


@pytest.mark.parametrize("case", EXPECTED, ids=lambda path: path.stem)
def test_every_error_is_reported_once_in_place(case: Path) -> None:
    lines = expected(case)
    assert lines, "no expected findings"
    findings = findings_in(case)
    is_folder = case.with_suffix("").is_dir()

    def where(finding: Finding) -> str:
        file = f"{Path(finding.file).name}:" if is_folder else ""
        return f"{file}{finding.span.line}:{finding.span.column} {finding.code} {finding.path}"

    assert [where(finding) for finding in findings] == [
        f"{line.place} {line.code} {line.path}" for line in lines
    ]
    for finding, line in zip(findings, lines, strict=True):
        assert line.message in finding.message, where(finding)
        hint = f"{finding.expected} {finding.hint}"
        assert line.hint in hint, where(finding)
        assert finding.severity == "error"
        assert finding.name == CODES[finding.code].name


@pytest.mark.parametrize("case", EXPECTED, ids=lambda path: path.stem)
def test_every_error_states_what_is_expected(case: Path) -> None:
    for finding in findings_in(case):
        assert finding.expected, finding
        assert "\n" not in f"{finding.message}{finding.expected}{finding.hint}{finding.path}"
        start = finding.span.line, finding.span.column
        assert (1, 1) <= start <= (finding.span.end_line, finding.span.end_column)


@pytest.mark.parametrize("case", EXPECTED, ids=lambda path: path.stem)
def test_texts_of_findings_can_be_translated(case: Path) -> None:
    for finding in findings_in(case):
        assert isinstance(finding.message, Message), finding
        for text in (finding.expected, finding.hint):
            # A list of names, or a sample of YAML, is the same in every language.
            is_names = text is None or re.fullmatch(r"`[^`]*`|[^ ]+(, [^ ]+)*", text)
            assert isinstance(text, Message) or is_names, (finding.code, text)


def test_the_cases_cover_every_code() -> None:
    covered = {line.code for file in EXPECTED for line in expected(file)}
    assert covered == set(CODES)


def test_every_file_has_expected_findings() -> None:
    inputs = {path.stem for path in FOLDER.iterdir() if path.suffix in ("", ".yaml")}
    assert inputs == {path.stem for path in EXPECTED}
    assert inputs >= {path.stem for path in TEXTS}
    assert len(inputs) >= 80


def test_codes_are_unique_and_well_formed() -> None:
    assert all(re.fullmatch(r"ZS[012][0-9]{2}", code) for code in CODES)
    assert len({code.name for code in CODES.values()}) == len(CODES)


# -- output for people and programs ----------------------------------------------------------

TEXTS = sorted(FOLDER.glob("*.text"))
# The cases whose findings are also compared as JSON.
AS_JSON = [path.with_suffix(".expected") for path in TEXTS]


def argument_of(case: Path) -> str:
    """Return the path of a case on the command line."""
    path = case.with_suffix("")
    return f"./{path.name}" if path.is_dir() else f"./{path.name}.yaml"


@pytest.mark.parametrize("case", TEXTS, ids=lambda path: path.stem)
def test_text_marks_the_error_in_the_line(case: Path, cli: Cli) -> None:
    run = cli("channels", "--policy", argument_of(case), cwd=FOLDER)
    assert run.stderr == case.read_text(encoding="utf-8")
    assert run.stdout == ""
    assert run.code == 3


@pytest.mark.parametrize("case", AS_JSON, ids=lambda path: path.stem)
def test_json_has_every_finding(case: Path, cli: Cli) -> None:
    run = cli("due", "--policy", argument_of(case), "--format", "json", cwd=FOLDER)
    assert run.code == 3
    document = json.loads(run.stdout)
    schema = json.loads(cli("schema", "error").stdout)
    assert jsonschema_rs.validator_for(schema).is_valid(document)
    error = document["error"]
    assert (error["kind"], error["code"]) == ("policy", 3)
    lines = expected(case)
    assert len(error["problems"]) == len(lines)
    for problem, line in zip(error["problems"], lines, strict=True):
        *file, row, column = line.place.split(":")
        assert problem["file"].endswith(file[0] if file else argument_of(case))
        assert (problem["line"], problem["column"]) == (int(row), int(column))
        assert (problem["end_line"], problem["end_column"]) >= (int(row), int(column))
        assert (problem["code"], problem["path"]) == (line.code, line.path)
        assert (problem["severity"], problem["name"]) == ("error", CODES[line.code].name)
        assert line.message in problem["message"]
        assert problem["expected"]
    first = error["problems"][0]
    place = f"{first['file']}:{first['line']}:{first['column']}: {first['message']}"
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    assert error["message"] == place + more
    assert error["hint"] == first["hint"]


def test_text_shows_only_the_first_of_many_findings(tmp_path: Path, cli: Cli) -> None:
    base = (FOLDER / "escape-codes-in-names.yaml").read_text().splitlines()[:6]
    path = tmp_path / "many.yaml"
    path.write_text("\n".join([*base, *(f"extra{i}: x" for i in range(1, 301))]))
    run = cli("channels", "--policy", str(path))
    assert run.code == 3
    assert run.stderr.count("error[ZS101]") == 200
    assert run.stderr.endswith("\n300 problems, 100 not shown; use --format json to list all\n")
    as_json = cli("channels", "--policy", str(path), "--format", "json")
    problems = json.loads(as_json.stdout)["error"]["problems"]
    assert [problem["line"] for problem in problems] == list(range(7, 307))


def test_margin_is_as_wide_as_the_line_number(tmp_path: Path, cli: Cli) -> None:
    path = tmp_path / "late.yaml"
    path.write_text("\n" * 998 + "format: 2\n")
    run = cli("channels", "--policy", str(path))
    assert run.stderr.splitlines()[1:5] == [
        f"   --> {path}:999:9",
        "    |",
        "999 | format: 2",
        "    |         ^",
    ]


def test_terminal_without_unicode_shows_every_finding(cli: Cli) -> None:
    run = cli(
        "channels", "--policy", "./non-ascii-before-the-column.yaml", cwd=FOLDER,
        env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )  # fmt: skip
    assert run.code == 3
    assert run.stderr.isascii()
    assert run.stderr.count("error[ZS205]") == 3
    # The marks are at the right place, also after letters that are shown as escapes.
    lines = run.stderr.splitlines()
    marked = [(above, line) for above, line in pairwise(lines) if set(line) == {" ", "|", "^"}]
    assert [above[line.index("^") : line.rindex("^") + 1] for above, line in marked] == [
        "xx", "xx", "xx", '"e\\u0301"',
    ]  # fmt: skip
