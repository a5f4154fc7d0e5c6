"""`--field` with one field or several, and the columns of nested fields in CSV."""

import csv
import io
from pathlib import Path

import pytest
from conftest import Cli

from zsupport.report import Report, Terminal
from zsupport.report.csv import render

POLICY = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
facts:
  impact: {values: {down: All of it, part: A part}}
  region: {values: {eu: Europe, us: America}, default: eu}
priorities: [{id: high}, {id: low}]
channels:
  web: {name: Web, kind: web, steps: ["Sign in.", "Choose Help, then New."]}
  phone:
    name: Phone
    kind: phone
    numbers: {NO: "+4722000000", US: {number: "+1.888.555.0100", note: "Toll free,\\tall day"}}
entitlements:
  - {allow: web}
  - {when: {plan: pro, priority: high, impact: down, region: eu}, allow: phone}
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "acme.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return str(path)


CASE = ("--plan", "pro", "--channel", "phone", "--fact", "impact=down")


def test_several_fields_are_columns(cli: Cli, policy: str) -> None:
    run = cli("channels", "--policy", policy, "--fact", "impact=part", "--field",
              "plan,channel,allowed,note", "--field", "plan")  # fmt: skip
    assert run.stdout == (
        "free\tweb\ttrue\t\tfree\n"
        "free\tphone\tfalse\t\tfree\n"
        "pro\tweb\ttrue\t\tpro\n"
        "pro\tphone\tfalse\t\tpro\n"
    )
    # A fact without effect, and spaces between names, change nothing.
    spaced = cli("channels", "--policy", policy, "--fact", "impact=part", "--field",
                 " plan, channel ,allowed,note,plan")  # fmt: skip
    assert spaced.stdout == run.stdout


def test_lists_and_texts_stay_on_the_line_of_their_answer(cli: Cli, policy: str) -> None:
    run = cli("channels", "--policy", policy, "--plan", "free", "--channel", "web", "--field",
              "steps,only_when.priority,name")  # fmt: skip
    assert run.stdout == "Sign in., Choose Help, then New.\t\tWeb\n"
    run = cli("channels", "--policy", policy, *CASE, "--field", "numbers.country,numbers.note")
    # A tab in a text becomes a space, so it does not start another column.
    assert run.stdout == "NO, US\t, Toll free, all day\n"
    run = cli("channels", "--policy", policy, *CASE, "--field", "only_when,facts")
    assert run.stdout == '{"priority": ["high"]}\t{"impact": "down", "region": "eu"}\n'


@pytest.mark.parametrize(
    ("field", "lines"),
    [
        ("numbers.number", "+4722000000\n+1.888.555.0100\n"),
        ("numbers.note", "\nToll free, all day\n"),
        ("only_when.priority", "high\n"),
        ("fact.impact", "down\n"),
        ("because.line", "16\n"),
        ("numbers", '{"country": "NO", "number": "+4722000000", "note": null}\n'
                    '{"country": "US", "number": "+1.888.555.0100",'
                    ' "note": "Toll free,\\tall day"}\n'),
    ],
)  # fmt: skip
def test_a_single_field_has_a_line_for_each_item(
    field: str, lines: str, cli: Cli, policy: str
) -> None:
    assert cli("channels", "--policy", policy, *CASE, "--field", field).stdout == lines


def test_unknown_fields_are_refused_with_the_nearest(cli: Cli, policy: str) -> None:
    ask = ("channels", "--policy", policy, "--field")
    fields = cli(*ask, "colour").stderr.partition("fields: ")[2].splitlines()[0]
    assert fields.split(", ")[:3] == ["plan", "role", "channel"]
    run = cli(*ask, "plan,facts.impact")
    assert (run.stdout, run.code) == ("", 2)
    assert run.stderr.endswith("  did you mean `fact.impact`?\n")
    run = cli(*ask, "plan,numbers.numbr", "--field", "stps,xyzzy,stps")
    assert (run.stdout, run.code) == ("", 2)
    assert run.stderr == (
        "zsupport: unknown field `numbers.numbr`; did you mean `numbers.number`?\n"
        "zsupport: unknown field `stps`; did you mean `steps`?\n"
        "zsupport: unknown field `xyzzy`\n"
        f"  fields: {fields}\n"
    )


@pytest.mark.parametrize("text", ["", ",", "plan,", " ,plan"])
def test_an_empty_name_is_refused(text: str, cli: Cli) -> None:
    run = cli("due", "--field", text)
    assert (run.stdout, run.code) == ("", 2)
    assert run.stderr == (
        "zsupport: --field: empty name\n  write names separated by commas: plan,role\n"
    )


def test_fields_of_policies(cli: Cli, policy: str) -> None:
    run = cli("policies", policy, "--field", "policy,revision,in_force")
    assert run.stdout == "acme\t\ttrue\n"
    assert cli("policies", "redhat", "--field", "terms.topic").stdout.startswith(
        "no-time-to-solve\n"
    )


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_a_column_for_each_nested_value(cli: Cli, policy: str) -> None:
    run = cli("channels", "--policy", policy, *CASE, "--format", "csv")
    [row] = rows(run.stdout)
    assert row == {
        "plan": "pro", "role": "", "channel": "phone", "priority": "", "fact.impact": "down",
        "fact.region": "eu", "allowed": "true", "only_when.priority": "high", "name": "Phone",
        "kind": "phone", "url": "", "steps": "", "numbers.country": "NO\nUS",
        "numbers.number": "'+4722000000\n+1.888.555.0100",
        "numbers.note": "\nToll free, all day", "prerequisites": "", "hours": "",
        "recommended": "", "retired": "", "note": "", "unclear": "", "source": "",
        "because.file": "acme.yaml", "because.line": "16", "because.path": "entitlements[1]",
        "languages.language": "", "languages.handling": "", "handled": "",
    }  # fmt: skip


def test_lists_are_guarded_as_formulas() -> None:
    def cell(*items: object) -> str:
        report = Report({}, ({"a": [*items]},), (), (), fields=("a",))
        [row] = rows(render(report, Terminal()))
        return row["a"]

    assert cell("=1", "b") == "'=1\nb"
    assert cell("a", "=1") == "a\n=1"
    assert cell(None, "=1") == "'\n=1"
    assert cell(None, "b") == "\nb"
    assert cell(None, None) == cell() == ""
    assert cell("+4722000000") == "+4722000000"
    assert cell("+4722000000", "+4733000000") == "'+4722000000\n+4733000000"
    assert cell(["a", 1], "b\nc", True) == "a, 1\nb c\ntrue"


def test_facts_of_all_revisions_are_columns(cli: Cli, tmp_path: Path) -> None:
    text = POLICY.replace("policy: acme", "policy: acme\neffective: {from: %s}")
    new = text.replace("region: eu}, allow", "tier: b}, allow").replace(
        "  region: {values: {eu: Europe, us: America}, default: eu}",
        "  tier: {values: {a: A, b: B}}",
    )
    (tmp_path / "1.yaml").write_text(text % "2026-01-01", encoding="utf-8")
    (tmp_path / "2.yaml").write_text(new % "2026-06-01", encoding="utf-8")
    for day in ("2025-12-31", "2026-05-31", "2026-06-01"):
        run = cli("channels", "--policy", f"{tmp_path}/", "--at", f"{day}T12:00:00Z",
                  "--format", "csv")  # fmt: skip
        header = run.stdout.splitlines()[0].split(",")
        assert header[4:8] == ["fact.impact", "fact.tier", "fact.region", "allowed"]


def test_csv_of_policies_omits_the_content_of_the_files(cli: Cli) -> None:
    [row] = rows(cli("policies", "redhat", "--format", "csv").stdout)
    assert "document" not in row
    assert row["terms.topic"].count("\n") == row["terms.say"].count("\n") > 0


def test_csv_of_rules_has_a_header(cli: Cli) -> None:
    lines = cli("check", "--list-rules", "--format", "csv").stdout.splitlines()
    assert lines[0] == "code,name,severity,summary"
    assert lines[1].startswith("ZS000,")
