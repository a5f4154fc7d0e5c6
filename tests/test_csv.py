"""CSV for programs, and for spreadsheets, which run texts that start like a formula."""

import csv
import io
import json
from pathlib import Path

import pytest
from conftest import Cli
from hypothesis import given
from hypothesis import strategies as st

from zsupport.report.csv import cell

TERM = """\
format: 1
policy: acme
plans: {{pro: Pro}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{allow: web}}]
terms: {{limits: [{{say: {text}}}]}}
"""
FORMULAS = (
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", "-",
    "--3", "+47 22 00 00 00", "+1.555.0100", "-3,5", "+", "-3\n", "\uff1d1+1", "+4722000000=1",
)  # fmt: skip
PLAIN = ("-3", "+1.5", "-.5", "+2.", "-1e6", "+4722000000", "3-4", "a=b", "'=1", "", "0")


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_starts_like_a_formula_gets_an_apostrophe(text: str) -> None:
    result = cell(text, raw=False)
    assert result.startswith("'")
    assert result[1:] == cell(text, raw=True)


@pytest.mark.parametrize("text", PLAIN)
def test_numbers_and_other_texts_are_unchanged(text: str) -> None:
    assert cell(text, raw=False) == text


@pytest.mark.parametrize(("value", "expected"), [(-1800, "-1800"), (None, ""), (["=1"], '["=1"]')])
def test_value_of_another_type_is_json(value: object, expected: str) -> None:
    assert cell(value, raw=False) == expected


@given(st.text(alphabet="=+-@\t\r\n0123456789.e'a", max_size=12))
def test_only_numbers_start_like_a_formula(text: str) -> None:
    result = cell(text, raw=False)
    if result[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and result:
        float(result)  # raises ValueError for anything else


def test_csv_of_answers_and_findings_is_safe_unless_raw(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(TERM.format(text="=1+1"))
    (tmp_path / "=x.yaml").write_text(TERM.format(text="=1+1") + "plams: {}\n")

    def first(*arguments: str) -> dict[str, str]:
        done = cli(*arguments, "--format", "csv", cwd=tmp_path)
        return next(csv.DictReader(io.StringIO(done.stdout)))

    terms, check = ("terms", "--policy", "./acme.yaml"), ("check", "=x.yaml")
    assert first(*terms)["text"] == "'=1+1"
    assert first(*terms, "--csv", "raw")["text"] == "=1+1"
    assert first(*check)["file"] == "'=x.yaml"
    assert first(*check, "--csv=raw")["file"] == "=x.yaml"
    diff = ("diff", "acme.yaml", "--against", "acme.yaml", "--format", "csv", "--csv", "raw")
    assert cli(*diff, cwd=tmp_path).stdout.startswith("code,name,")


@pytest.mark.parametrize(
    "arguments",
    [
        ("terms", "--csv", "raw"),
        ("terms", "--csv", "raw", "--format", "json"),
        ("channels", "--csv=raw", "--field", "name"),
        ("check", "zoom", "--csv", "raw", "--format", "sarif"),
        ("test", "zoom", "--csv", "raw"),
        ("diff", "zoom", "--against", "zoom", "--csv", "raw"),
        ("check", "--list-rules", "--csv", "raw"),
    ],
)
def test_raw_without_csv_is_a_usage_error(cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli(*arguments)
    assert done.code == 2
    assert done.stderr == "zsupport: `--csv raw` requires `--format csv`\n  add `--format csv`\n"
    if "json" in arguments:
        assert json.loads(done.stdout)["error"]["kind"] == "usage"
