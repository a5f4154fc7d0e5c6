"""Priorities by two facts: three published tables, exceptions from a table, and refused cells.

The guide `entitlements` defines the table. The expected answers are read from the published tables,
or worked out by hand.
"""

import json
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from policy_screens import ENGLISH_WORDS

import zsupport
from zsupport.errors import InvalidPolicy
from zsupport.report import Terminal
from zsupport.report.screen import render_screen
from zsupport.view.screens import Setting
from zsupport.view.screens.priority import screen
from zsupport.view.times import Times

if TYPE_CHECKING:
    from conftest import Cli

TABLES = Path(__file__).parent / "policies" / "tables"
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
#: A table with a refused cell, an exception that depends on a third fact, a default and remarks.
POLICY: dict[str, Any] = yaml.load(
    (TABLES / "contract.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
)


def load(path: Path, **sections: Any) -> zsupport.Policy:
    """Return POLICY with other values of some sections; None omits a section."""
    file = path / "p.yaml"
    made = {name: item for name, item in {**POLICY, **sections}.items() if item is not None}
    file.write_text(yaml.safe_dump(made, sort_keys=False), encoding="utf-8")
    return zsupport.load(file, cache=False)


def priorities(policy: zsupport.Policy, **fact: str) -> list[str | None]:
    return [row.priority for row in policy.priority(fact=fact, at=MONDAY)]


# -- published tables ------------------------------------------------------------------------------

#: The cells of each table, row by row, as published.
PUBLISHED = {
    "mendix": (
        ("urgency", "high medium low", "impact", "high medium low"),
        "critical high medium  high medium low  medium low low",
    ),
    "boston-university": (
        ("impact", "campus groups group individual", "urgency", "critical high moderate low"),
        "P1 P1 P2 P2  P1 P2 P2 P3  P2 P2 P3 P3  P2 P3 P3 P4",
    ),
    "servicenow": (
        ("impact", "high medium low", "urgency", "high medium low"),
        "P1 P2 P3  P2 P3 P4  P3 P4 P5",
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_table_is_answered(name: str) -> None:
    policy = zsupport.load(TABLES / f"{name}.yaml", cache=False)
    (rows, row_values, columns, column_values), cells = PUBLISHED[name]
    cases = product(row_values.split(), column_values.split())
    answers = [priorities(policy, **{rows: row, columns: column}) for row, column in cases]
    assert answers == [[cell] for cell in cells.split()]


def test_a_workaround_limits_the_priority_of_mendix() -> None:
    """With a workaround the priority is never higher than Medium, and it is never raised."""
    policy = zsupport.load(TABLES / "mendix.yaml", cache=False)
    urgencies = impacts = ("high", "medium", "low")
    answers = [
        priorities(policy, workaround="true", urgency=urgency, impact=impact)
        for urgency, impact in product(urgencies, impacts)
    ]
    limited = "medium medium medium  medium medium low  medium low low"
    assert answers == [[cell] for cell in limited.split()]


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_table_has_no_findings(cli: "Cli", name: str) -> None:
    run = cli("check", str(TABLES / f"{name}.yaml"), "--format", "json")
    assert json.loads(run.stdout)["findings"] == []


# -- exceptions and refused cells ------------------------------------------------------------------


def test_a_when_goes_before_the_table(tmp_path: Path) -> None:
    policy = load(tmp_path)
    assert priorities(policy, impact="high", urgency="now", workaround="true") == ["P2"]
    assert priorities(policy, impact="high", urgency="now", workaround="false") == ["P1"]
    # Without conditions, priorities have only the cases of their cells.
    assert priorities(policy, impact="low", urgency="later", workaround="true") == [None]
    # The default `soon` is assumed.
    assert priorities(policy, impact="low", workaround="true") == ["P3"]


def test_reasons_and_remarks_are_those_of_the_cell(tmp_path: Path) -> None:
    policy = load(tmp_path)
    [cell] = policy.priority(fact={"impact": "high", "urgency": "now"}, at=MONDAY)
    assert [reason.path for reason in cell.because] == ["priority-table.cells.high.now"]
    assert cell.note == "Call too.\nFrom the contract."
    facts = {"impact": "high", "urgency": "now", "workaround": "true"}
    [excepted] = policy.priority(fact=facts, at=MONDAY)
    assert [reason.path for reason in excepted.because] == ["priorities[1]"]
    assert excepted.note is None
    [refused] = policy.priority(fact={"impact": "low", "urgency": "later"}, at=MONDAY)
    assert (refused.priority, refused.note) == (None, "Please wait.\nFrom the contract.")
    assert [reason.path for reason in refused.because] == ["priority-table.cells.low.later"]


def test_a_refused_case_has_no_channel_and_no_target(tmp_path: Path) -> None:
    policy = load(tmp_path)
    facts = {"impact": "low", "urgency": "later"}
    channels = policy.channels(plan="a", fact=facts, at=MONDAY)
    assert [row.allowed for row in channels] == [False, False]
    [due] = policy.due(plan="a", fact=facts, opened=MONDAY, at=MONDAY)
    assert (due.priority, due.state, due.due) == (None, "not-stated", None)
    assert due.note == "Please wait.\nFrom the contract."


def test_facts_restrict_the_priorities_of_a_question(tmp_path: Path) -> None:
    policy = load(tmp_path)
    rows = policy.due(plan="a", fact={"impact": "high"}, opened=MONDAY, at=MONDAY)
    # `soon` is assumed only for P2, which it does not exclude.
    assert [row.priority for row in rows] == ["P1", "P2", "P3"]
    rows = policy.due(plan="a", fact={"impact": "low"}, opened=MONDAY, at=MONDAY)
    assert [row.priority for row in rows] == ["P2", "P3"]
    stated = policy.due(
        plan="a", priority="P1", fact={"impact": "low", "urgency": "later"}, opened=MONDAY,
        at=MONDAY,
    )  # fmt: skip
    assert [row.priority for row in stated] == ["P1"]
    assert [warning.code for warning in stated.warnings] == ["priority-of-facts"]


def test_a_command_states_that_the_policy_refuses_the_facts(cli: "Cli", tmp_path: Path) -> None:
    load(tmp_path)
    facts = ("--fact", "impact=low", "--fact", "urgency=later")
    run = cli("priority", "--policy", str(tmp_path / "p.yaml"), *facts, "--why")
    assert run.code == 1
    assert "p.yaml:55  refused: impact low, urgency later\n" in run.stderr
    assert "not stated: the policy refuses these facts" in run.stderr
    policy = ("--policy", str(tmp_path / "p.yaml"))
    run = cli("due", *policy, "--plan", "a", *facts, "--opened", "2026-11-23T10:00:00Z")
    assert (run.code, run.stderr) == (1, "zsupport: not stated: the policy refuses these facts\n")
    run = cli("channels", *policy, "--plan", "a", *facts)
    assert (run.code, run.stderr) == (1, "zsupport: not entitled: the policy refuses these facts\n")
    run = cli("advise", *policy, "--plan", "a", *facts, "--format", "table")
    assert "none: the policy refuses these facts" in run.stdout
    run = cli("advise", *policy, "--plan", "a", *facts)
    assert run.code == 1
    assert "zsupport: not entitled: the policy refuses these facts\n" in run.stderr


def test_advice_shows_the_note_of_a_refused_cell_beside_other_notes(
    cli: "Cli", tmp_path: Path
) -> None:
    article = {"kind": "guide", "name": "Articles", "note": "For beginners."}
    load(tmp_path, **{"self-help": {"resources": [article]}})
    facts = ("--fact", "impact=low", "--fact", "urgency=later")
    policy = ("--policy", str(tmp_path / "p.yaml"))
    run = cli("advise", *policy, "--plan", "a", *facts, "--format", "table")
    lines = [line.strip() for line in run.stdout.splitlines()]
    assert "Priority   none: the policy refuses these facts [1, 2]" in lines
    assert "[1] Please wait." in lines


# -- screens ---------------------------------------------------------------------------------------


def shown(policy: zsupport.Policy, width: int, **fact: str) -> list[str]:
    answers = policy.priority(fact=fact, at=MONDAY) if fact else policy.priority(at=MONDAY)
    setting = Setting(Times(UTC, MONDAY, False), "en", words=ENGLISH_WORDS)
    terminal = Terminal(width=width, color=False)
    return render_screen(screen(answers, setting), terminal).splitlines()


def test_the_table_is_shown_as_a_table(tmp_path: Path) -> None:
    lines = shown(load(tmp_path), 80)
    start = lines.index("  Priority by impact and urgency [1]")
    assert lines[start + 1 :] == [
        "  Impact   urgency now   urgency soon   urgency later",
        "  ───────────────────────────────────────────────────",
        "  high     P1 [2]        P2             P3",
        "  low      P2            P3             refused [3]",
        "",
        "  If a condition above matches, it decides instead of the table.",
        "",
        "  [1] From the contract.",
        "  [2] Call too.",
        "  [3] Please wait.",
        "",
    ]


def test_a_narrow_terminal_shows_each_row_with_its_fact(tmp_path: Path) -> None:
    lines = shown(load(tmp_path), 30)
    assert "  impact high" in lines
    assert "  impact low" in lines
    assert max(map(len, lines)) <= 30


def test_a_card_names_what_the_table_would_give(tmp_path: Path) -> None:
    lines = shown(load(tmp_path), 80, impact="high", urgency="now", workaround="true")
    assert "  Instead of        P1 Urgent by the table" in lines
    lines = shown(load(tmp_path), 80, impact="low", urgency="later")
    assert "  The policy refuses these facts: they have no priority" in lines


# -- differences -----------------------------------------------------------------------------------


def test_diff_reports_each_changed_cell(cli: "Cli", tmp_path: Path) -> None:
    load(tmp_path)
    before = tmp_path / "before.yaml"
    (tmp_path / "p.yaml").rename(before)
    cells = {
        "high": {"now": "P1", "soon": "P1", "later": "P3"},
        "low": {"now": "P3", "soon": "P3", "later": "P3"},
    }
    load(tmp_path, **{"priority-table": {**POLICY["priority-table"], "cells": cells}})
    run = cli(
        "diff", str(tmp_path / "p.yaml"), "--against", str(before), "--format", "json",
    )  # fmt: skip
    reported = {
        (finding["code"], finding["path"], finding["message"].partition(":")[0])
        for finding in json.loads(run.stdout)["findings"]
    }
    cell = "priority-table.cells."
    assert reported == {
        ("ZD501", f"{cell}low.now", "priority changed from P2 to P3"),
        ("ZD502", f"{cell}high.soon", "priority changed from P2 to P1"),
        ("ZD502", f"{cell}low.later", "priority changed from none to P3"),
    }


def test_a_table_and_the_same_list_have_no_difference(cli: "Cli", tmp_path: Path) -> None:
    load(tmp_path)
    before = tmp_path / "before.yaml"
    (tmp_path / "p.yaml").rename(before)
    conditions: dict[str, list[dict[str, str]]] = {
        "P1": [{"impact": "high", "urgency": "now", "workaround": "false"}],
        "P2": [
            {"impact": "high", "urgency": "soon"},
            {"impact": "low", "urgency": "now"},
            {"impact": "high", "urgency": "now", "workaround": "true"},
        ],
        "P3": [{"impact": "high", "urgency": "later"}, {"impact": "low", "urgency": "soon"}],
    }
    listed = [{"id": id, "when": when} for id, when in conditions.items()]
    load(tmp_path, priorities=listed, **{"priority-table": None})
    run = cli("diff", str(tmp_path / "p.yaml"), "--against", str(before), "--format", "json")
    assert json.loads(run.stdout)["findings"] == []


# -- tests of policies -----------------------------------------------------------------------------


def test_the_tests_of_mendix_kill_every_mutant(cli: "Cli") -> None:
    run = cli("test", str(TABLES / "mendix.yaml"), "--mutate")
    assert run.code == 0
    assert "27 of 27 mutants killed" in run.stdout + run.stderr


def test_every_cell_is_a_decision_with_a_suggested_test(cli: "Cli", tmp_path: Path) -> None:
    load(tmp_path)
    cases = [{"priority": {"impact": "high", "urgency": "now"}, "expect": "P1"}]
    tests = {"tests": 1, "policy": "contract", "cases": cases}
    (tmp_path / "p_test.yaml").write_text(yaml.safe_dump(tests), encoding="utf-8")
    run = cli("test", str(tmp_path / "p.yaml"), "--coverage", "--mutate", "--format", "json")
    places = {
        finding["path"].removeprefix("priority-table.cells.")
        for finding in json.loads(run.stdout)["findings"]
        if finding["path"].startswith("priority-table")
    }
    assert places == {
        "high.soon",
        "high.later",
        "low.now",
        "low.soon",
        "low.later",
        "low.later.priority",
    }


def test_a_test_can_name_the_deciding_cell(cli: "Cli", tmp_path: Path) -> None:
    load(tmp_path)
    facts = {"impact": "low", "urgency": "later"}
    cell = {"because": "priority-table.cells.low.later"}
    cases = [
        {"priority": facts, "expect": {"priority": "none", **cell}},
        {"priority": facts, "expect": {"because": {"when": facts}}},
    ]
    tests = {"tests": 1, "policy": "contract", "cases": cases}
    (tmp_path / "p_test.yaml").write_text(yaml.safe_dump(tests), encoding="utf-8")
    run = cli("test", str(tmp_path / "p.yaml"))
    assert run.code == 0, run.stdout


# -- pages -----------------------------------------------------------------------------------------


def test_a_page_shows_the_table(cli: "Cli", tmp_path: Path) -> None:
    load(tmp_path)
    run = cli("publish", str(tmp_path / "p.yaml"), "--format", "markdown")
    assert "| Impact | Urgency: Now | Urgency: Soon | Urgency: Later |" in run.stdout
    assert "| Low | P2 | P3 | no priority: the policy refuses this combination \\[3\\] |" in (
        run.stdout
    )
    assert "\\[3\\] Please wait." in run.stdout


# -- invalid tables --------------------------------------------------------------------------------


def findings(path: Path, **table: Any) -> list[tuple[str, str, str]]:
    try:
        load(path, **{"priority-table": {**POLICY["priority-table"], **table}})
    except InvalidPolicy as error:
        return [(item.code, item.path, item.message) for item in error.findings]
    return []


def test_every_cell_is_required(tmp_path: Path) -> None:
    row = POLICY["priority-table"]["cells"]["high"]
    assert findings(tmp_path, cells={"high": row}) == [
        ("ZS102", "priority-table.cells", "missing row of `impact`: `low`")
    ]
    assert findings(tmp_path, cells={"high": row, "low": {"now": "P1"}}) == [
        (
            "ZS102",
            "priority-table.cells.low",
            "missing cell of row `low`: column `soon` and `later` of `urgency`",
        )
    ]


def test_one_fact_cannot_be_rows_and_columns(tmp_path: Path) -> None:
    assert findings(tmp_path, columns="impact") == [
        ("ZS105", "priority-table.columns", "`impact` is the fact of the rows too")
    ]


def test_a_priority_cannot_have_the_name_of_a_refused_cell(tmp_path: Path) -> None:
    ids = [{"id": "refused"}, {"id": "P2"}]
    cells = {row: dict.fromkeys(("now", "soon", "later"), "P2") for row in ("high", "low")}
    with pytest.raises(InvalidPolicy) as caught:
        load(
            tmp_path, priorities=ids, targets=None, entitlements=[{"allow": "web"}],
            **{"priority-table": {**POLICY["priority-table"], "cells": cells}},
        )  # fmt: skip
    assert [finding.code for finding in caught.value.findings] == ["ZS106"]
    # Without a table, the word has no meaning.
    load(
        tmp_path, priorities=ids, targets=None, entitlements=[{"allow": "web"}],
        **{"priority-table": None},
    )  # fmt: skip
