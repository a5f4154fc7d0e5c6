"""Properties of every policy: order and style have no effect, and answers agree with a reference.

The reference follows the guides. It reads the document of a policy and shares no code with the
program.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from oracle import clock
from strategies import (
    CHANNELS,
    USUAL,
    Case,
    Document,
    Style,
    permuted,
    policies,
    styles,
    values_of,
    yaml_of,
)

import zsupport
from zsupport.answer.case import AnyAnswers
from zsupport.cli import main

OPENED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
AT = "2026-11-24T09:00:00Z"
EXAMPLES = settings(max_examples=60, deadline=None)

DIMENSIONS = ("plan", "role", "channel", "priority")
Rows = dict[tuple[Any, ...], dict[str, Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder for policies, without a cache of their compiled forms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZSUPPORT_CACHE", "off")
        yield tmp_path_factory.mktemp("policies")


def load_document(folder: Path, document: Document, style: Style = USUAL) -> zsupport.Policy:
    path = folder / "policy.yaml"
    path.write_bytes(yaml_of(document, style).encode())
    return zsupport.load(path, cache=False)


# -- the reference -------------------------------------------------------------------------------


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def selected_values(document: Document, dimension: str, values: Any) -> set[str]:
    """Return the values that a condition selects, with groups and negations resolved."""
    if isinstance(values, dict):
        return set(values_of(document, dimension)) - selected_values(
            document, dimension, values["not"]
        )
    result: set[str] = set()
    for name in as_list(values):
        group = document["groups"].get(name, {})
        result |= (
            selected_values(document, dimension, group[dimension]) if dimension in group else {name}
        )
    return result


def matches(document: Document, entry: Document, case: Case) -> bool:
    """Return whether the condition of an entry matches: all parts of an alternative."""
    return any(
        all(
            case[name] in selected_values(document, name, item)
            for name, item in alternative.items()
            if name != "note"
        )
        for alternative in as_list(entry.get("when", {}))
    )


def grants(document: Document, case: Case, channel: str) -> list[Document]:
    """Return the grants that allow a channel in a case."""
    return [
        grant
        for grant in document["entitlements"]
        if channel in as_list(grant.get("allow", [])) and matches(document, grant, case)
    ]


def deciding_rule(document: Document, case: Case, metric: str) -> tuple[Document, Any] | None:
    """Return the first rule that matches and states the metric for the priority, and the cell."""
    for rule in document.get("targets", []):
        cell = rule.get(metric)
        if isinstance(cell, dict) and "target" not in cell:
            cell = cell.get(case["priority"])
        if cell is not None and matches(document, rule, case):
            return rule, cell
    return None


def all_cases(document: Document) -> list[Case]:
    """Return every case: one value of each dimension and fact that the policy has."""
    names = [
        name
        for name in ("plan", "role", "priority", *document.get("facts", {}))
        if values_of(document, name)
    ]
    return [
        dict(zip(names, values, strict=True))
        for values in product(*(values_of(document, name) for name in names))
    ]


def options_of(case: Case) -> dict[str, Any]:
    """Return a case as arguments of the library."""
    own: dict[str, Any] = {name: case[name] for name in DIMENSIONS if name in case}
    return {**own, "fact": {name: value for name, value in case.items() if name not in own}}


# -- comparing -----------------------------------------------------------------------------------


def rows(answers: AnyAnswers, *, without: tuple[str, ...] = ()) -> Rows:
    """Return the answers by case, without the lines that decided, which may differ.

    Notes, prerequisites, hours and numbers are sorted: their order in the file has no meaning.
    """
    result: Rows = {}
    for answer in answers.answers:
        row = {k: v for k, v in answer._asdict().items() if k not in ("because", *without)}
        row["facts"] = {k: v for k, v in row["facts"].items() if k not in without}
        for name, separator in (("note", "\n"), ("hours", ", ")):
            if row[name] is not None:
                row[name] = sorted(row[name].split(separator))
        for name in ("prerequisites", "numbers"):
            if row.get(name) is not None:
                row[name] = sorted(map(str, row[name]))
        case = ("plan", "role", "channel", "priority", "metric")
        key = (*(row.get(name) for name in case), *sorted(row["facts"].items()))
        # Without a dimension in the key, several answers have the same key and must be equal.
        assert result.setdefault(key, row) == row
    return result


@st.composite
def questions(draw: st.DrawFn, document: Document) -> Case:
    """Return a question: values for some of the dimensions and facts."""
    known = {name: values_of(document, name) for name in (*DIMENSIONS, *document.get("facts", {}))}
    return {
        name: draw(st.sampled_from(values))
        for name, values in known.items()
        if len(values) > 0 and draw(st.booleans())
    }


def answers_to(
    policy: zsupport.Policy, question: Case, **more: Any
) -> list[zsupport.Answers[Any, object]]:
    """Return the answers of a policy about channels and about deadlines."""
    options = options_of(question)
    due = policy.due(**options, metric="all", opened=OPENED, at=OPENED, **more)
    return [policy.channels(**options, at=OPENED, **more), due]


# -- order and style -----------------------------------------------------------------------------


@EXAMPLES
@given(st.data())
def test_the_order_of_keys_and_grants_has_no_effect(folder: Path, data: st.DataObject) -> None:
    document = data.draw(policies())
    question = data.draw(questions(document))
    first = answers_to(load_document(folder, document), question)
    second = answers_to(load_document(folder, data.draw(permuted(document))), question)
    for item, other in zip(first, second, strict=True):
        assert rows(item) == rows(other)
        assert set(item.columns) == set(other.columns)
        assert set(item.warnings) == set(other.warnings)


@EXAMPLES
@given(policies(), styles, st.data())
def test_the_style_of_yaml_has_no_effect(
    folder: Path, document: Document, style: Style, data: st.DataObject
) -> None:
    question = data.draw(questions(document))
    lang = data.draw(st.sampled_from(["en", "nb"]))
    first = answers_to(load_document(folder, document), question, lang=lang)
    second = answers_to(load_document(folder, document, style), question, lang=lang)
    event("with aliases" if "*id" in yaml_of(document, style) else "without aliases")
    for item, other in zip(first, second, strict=True):
        bare = [answer._replace(because=()) for answer in item.answers]
        assert [answer._replace(because=()) for answer in other.answers] == bare
        assert (other.columns, other.warnings) == (item.columns, item.warnings)


def test_the_writer_of_yaml_makes_aliases() -> None:
    when = {"plan": "pro"}
    document = {"entitlements": [{"when": when, "allow": "web"}, {"when": when, "allow": "chat"}]}
    assert "&id001" in yaml_of(document, Style(aliases=True))
    assert "&id001" not in yaml_of(document)


# -- comparison with the reference ---------------------------------------------------------------


@EXAMPLES
@given(policies())
def test_channels_are_the_union_of_the_grants(folder: Path, document: Document) -> None:
    policy = load_document(folder, document)
    for case in all_cases(document):
        result = {a.channel: a for a in policy.channels(**options_of(case), at=OPENED).answers}
        assert list(result) == list(document["channels"])
        for channel, answer in result.items():
            applying = grants(document, case, channel)
            assert answer.allowed is bool(applying)
            if applying:
                own = document["channels"][channel].get("prerequisites", [])
                needed = {*own, *(p for g in applying for p in as_list(g.get("prerequisites", [])))}
                assert set(answer.prerequisites or ()) == needed
                if all("hours" in grant for grant in applying):
                    assert answer.hours is not None
                    assert set(answer.hours.split(", ")) == {grant["hours"] for grant in applying}
                else:
                    assert answer.hours is None


def open_priorities(document: Document, case: Case, channel: str) -> list[str]:
    """Return the priorities with which the facts of a case can be opened in a channel.

    With a table, this is the priority of its cell. In a refused cell, it is the priority that the
    channel sets for every case.
    """
    table = document.get("priority-table")
    known = list(values_of(document, "priority"))
    if table is None:
        return known
    cell = table["cells"][case[table["rows"]]][case[table["columns"]]]
    if cell in known:
        return [cell]
    own = document["channels"][channel].get("priority")
    every = own.get("is") if isinstance(own, dict) else own
    return [every] if every else []


@EXAMPLES
@given(policies())
def test_without_a_priority_a_channel_is_allowed_if_one_priority_allows_it(
    folder: Path, document: Document
) -> None:
    policy = load_document(folder, document)
    for case in all_cases(document):
        without_priority = {name: value for name, value in case.items() if name != "priority"}
        for answer in policy.channels(**options_of(without_priority), at=OPENED).answers:
            priorities = open_priorities(document, case, answer.channel)
            allowing = [
                priority
                for priority in priorities
                if grants(document, {**case, "priority": priority}, answer.channel)
            ]
            if values_of(document, "priority"):
                assert answer.allowed is bool(allowing)
                some_only = 0 < len(allowing) < len(priorities)
                assert answer.only_when == ({"priority": allowing} if some_only else None)
            else:
                assert answer.only_when is None


def opened_case(document: Document, case: Case) -> Case:
    """Return a case with the priority that it has after it was opened in its channel."""
    own = document["channels"][case["channel"]].get("priority")
    if own is None:
        return case
    if isinstance(own, str):
        return {**case, "priority": own}
    if "is" in own:
        return {**case, "priority": own["is"]}
    # The first priority is the most urgent one.
    urgency = list(values_of(document, "priority"))
    least_urgent = max(case["priority"], own["at-most"], key=urgency.index)
    return {**case, "priority": least_urgent}


def verdict_at_opening(document: Document, metric: str, cell: Any) -> clock.Verdict:
    """Return the state and the instants of the target in a cell when a case is opened."""
    target, hours = cell, clock.AROUND_THE_CLOCK
    if isinstance(cell, dict):
        target = cell["target"]
        if "hours" in cell:
            hours = clock.Hours(document["hours"][cell["hours"]])
    if target == "none":
        return clock.Verdict("no-target", None, None)
    if target == "not-stated":
        return clock.Verdict("not-stated", None, None)
    if target == "2 per week":
        return clock.Verdict("running", None, None)
    [warn] = [item.get("warn") for item in document.get("metrics", [{"id": metric}])
              if item["id"] == metric]  # fmt: skip
    opened = int(OPENED.timestamp())
    ratio = clock.to_warn(warn) if warn else None
    return clock.judge(hours, opened, clock.to_target(target), opened, ratio=ratio)


def moment(instant: int | None) -> datetime | None:
    return None if instant is None else datetime.fromtimestamp(instant, UTC)


@EXAMPLES
@given(policies())
def test_the_first_rule_with_the_metric_decides(folder: Path, document: Document) -> None:
    policy = load_document(folder, document)
    verdicts: dict[str, clock.Verdict] = {}
    metrics = [item["id"] for item in document.get("metrics", [{"id": "first-response"}])]
    for case, channel in product(all_cases(document), document["channels"]):
        full = {**case, "channel": channel}
        answers = policy.due(**options_of(full), metric="all", opened=OPENED, at=OPENED).answers
        assert [answer.metric for answer in answers] == metrics
        for answer in answers:
            entitled = CHANNELS[channel] != "self-service" and grants(document, case, channel)
            opened = opened_case(document, full) if entitled else full
            assert answer.priority == opened.get("priority")
            result = deciding_rule(document, opened, answer.metric) if entitled else None
            cell = result[1] if result else None
            target = cell["target"] if isinstance(cell, dict) else cell
            if cell is None:
                state = "not-stated" if entitled else "not-entitled"
                expected = clock.Verdict(state, None, None)
            else:
                key = repr((answer.metric, cell))
                if key not in verdicts:
                    verdicts[key] = verdict_at_opening(document, answer.metric, cell)
                expected = verdicts[key]
            assert (answer.state, answer.target) == (expected.state, target)
            assert answer.due == moment(expected.due)
            assert answer.at_risk_at == moment(expected.at_risk_at)
            text = cell.get("text") if isinstance(cell, dict) else None
            assert answer.published == (text["en"] if isinstance(text, dict) else text)
            text = result[0].get("condition") if result else None
            assert answer.condition == (text["en"] if isinstance(text, dict) else text)


@EXAMPLES
@given(policies(), st.data())
def test_every_denial_has_a_reason(folder: Path, document: Document, data: st.DataObject) -> None:
    policy = load_document(folder, document)
    lines = (folder / "policy.yaml").read_text(encoding="utf-8").splitlines()
    question = data.draw(questions(document))
    for answers in answers_to(policy, question):
        for answer in answers.answers:
            assert answer.because
            for place in answer.because:
                assert place.file == "policy.yaml"
                assert lines[place.line - 1].strip()
    # Without a revision in force every answer is negative, and has a reason too.
    early = yaml_of({**document, "effective": {"from": "2027-01-01"}})
    (folder / "policy.yaml").write_text(early, encoding="utf-8")
    policy = zsupport.load(folder / "policy.yaml", cache=False)
    for answers in answers_to(policy, question):
        assert not answers.in_force
        for answer in answers.answers:
            assert getattr(answer, "state", "not-stated") == "not-stated"
            assert getattr(answer, "allowed", False) is False
            [place] = answer.because
            assert early.splitlines()[place.line - 1].startswith("effective:")


# -- omitted dimensions --------------------------------------------------------------------------

PROMISE = ("state", "target", "published", "condition", "commitment", "due")


@EXAMPLES
@given(policies(), st.data())
def test_omitted_dimensions_change_no_answer(
    folder: Path, document: Document, data: st.DataObject
) -> None:
    policy = load_document(folder, document)
    question = data.draw(questions(document))
    defaults = [n for n, fact in document.get("facts", {}).items()
                if "default" in fact or "values" not in fact]  # fmt: skip
    channels, due = range(2)
    sets = any("priority" in channel for channel in document["channels"].values())
    for kind, answers in enumerate(answers_to(policy, question)):
        for name in ("plan", "role", "priority", *document.get("facts", {})):
            if name in (*question, *answers.columns, *defaults):
                continue
            if name == "priority" and kind == channels:
                continue  # without a priority, a channel can be allowed for some priorities
            if name == "priority" and sets:
                continue  # a row for a channel has the priority that this channel sets
            for value in values_of(document, name):
                narrow = {**question, name: value}
                if not lead_to_equal_priorities(document, question, narrow, defaults):
                    continue
                event(f"not shown: {name if name in ('plan', 'role', 'priority') else 'a fact'}")
                narrower = answers_to(policy, narrow)[kind]
                if kind == due and ("channel" in narrower.columns) != (
                    "channel" in answers.columns
                ):
                    continue  # a channel changes the priority of a case in only one of them
                assert rows(narrower, without=(name,)) == rows(answers, without=(name,))
        if kind == due and "channel" not in (*question, *answers.columns):
            _assert_equal_for_every_channel(policy, document, question, answers)


def lead_to_equal_priorities(
    document: Document, question: Case, narrow: Case, defaults: list[str]
) -> bool:
    """Return whether a question and a narrower one lead to the same priorities in a table.

    The answer to stated facts has only the priorities to which they lead, and a default is assumed
    only for priorities to which it leads. A stated priority takes precedence over stated facts.
    """
    wide_cells = cells_of_table(document, question, defaults)
    if "priority" in question or not wide_cells:
        return True
    if "priority" not in narrow:
        return wide_cells == cells_of_table(document, narrow, defaults)
    values = {value for cell, value in wide_cells if cell != "refused"}
    return values == {value for cell, value in wide_cells if cell == narrow["priority"]} != set()


def cells_of_table(
    document: Document, question: Case, defaults: list[str]
) -> set[tuple[str, tuple[str | None, ...]]]:
    """Return the cells that stated facts leave open, each with its values of the `defaults`."""
    table = document.get("priority-table", {"rows": "", "columns": "", "cells": {}})
    pairs = [
        ({table["rows"]: row, table["columns"]: column}, cell)
        for row, cells in table["cells"].items()
        for column, cell in cells.items()
    ]
    return {
        (cell, tuple(facts.get(name) for name in defaults))
        for facts, cell in pairs
        if all(question.get(name, value) == value for name, value in facts.items())
    }


def _assert_equal_for_every_channel(
    policy: zsupport.Policy, document: Document, question: Case, answers: AnyAnswers
) -> None:
    """Assert that each row equals the rows of all channels that its case may use."""
    promised: dict[Any, set[Any]] = {}
    for channel in document["channels"]:
        for row in rows(answers_to(policy, {**question, "channel": channel})[1]).values():
            place = promised.setdefault(_case_of(row), set())
            if row["state"] != "not-entitled":
                place.add(tuple(row[name] for name in PROMISE))
    for row in rows(answers).values():
        part = tuple(row[name] for name in PROMISE)
        # A single channel can have a column that these rows do not have. Its values then agree.
        result = {
            p for place, ps in promised.items() if _compatible(_case_of(row), place) for p in ps
        }
        if row["state"] == "not-entitled":
            assert result == set()
        else:
            assert result == {part}


def _case_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("plan", "role", "priority", "metric")
    return (*((name, row[name]) for name in names), *sorted(row["facts"].items()))


def _compatible(wide: tuple[Any, ...], narrow: tuple[Any, ...]) -> bool:
    """Return whether two cases have no different values of a dimension."""
    first, second = dict(wide), dict(narrow)
    return all(second.get(name, value) in (value, None) for name, value in first.items()
               if value is not None)  # fmt: skip


# -- plain lines and JSON ------------------------------------------------------------------------


def output(*arguments: str) -> str:
    """Run the program in this process and return its standard output."""
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(StringIO()):
        assert main(list(arguments)) in (0, 1)
    return out.getvalue()


def command_line(question: Case) -> list[str]:
    return [
        word
        for name, value in question.items()
        for word in ([f"--{name}", value] if name in DIMENSIONS else ["--fact", f"{name}={value}"])
    ]


def opened_columns(document: Document, answers: list[dict[str, Any]], question: Case,
                   names: tuple[str, ...]) -> list[str]:  # fmt: skip
    """Return the columns of plain lines, in order: omitted options that have values."""
    columns = [name for name in names if name not in question and any(a[name] for a in answers)]
    defaults = [n for n, fact in document.get("facts", {}).items()
                if "default" in fact or "values" not in fact]  # fmt: skip
    shown = {name for answer in answers for name in answer["facts"]}
    columns += [
        name
        for name in document.get("facts", {})
        if name in shown and name not in question and name not in defaults
    ]
    return columns


def cell(answer: dict[str, Any], column: str) -> str:
    text: str | None = answer[column] if column in answer else answer["facts"][column]
    return text or ""


@EXAMPLES
@given(policies(), st.data())
def test_plain_lines_agree_with_json(folder: Path, document: Document, data: st.DataObject) -> None:
    load_document(folder, document)
    question = data.draw(questions(document))
    line = [*command_line(question), "--policy", str(folder / "policy.yaml"), "--at", AT]

    answers = json.loads(output("channels", *line, "--format", "json"))["answers"]
    columns = opened_columns(document, answers, question, ("plan", "role"))
    plain = output("channels", *line, "--format", "plain").splitlines()
    records = [dict(zip([*columns, "channel"], text.split("\t"), strict=True)) for text in plain]
    assert records == [
        {**{name: cell(answer, name) for name in columns}, "channel": answer["channel"]}
        for answer in answers
        if answer["allowed"]
    ]
    # JSON also has the negative answers.
    assert len(answers) - len(records) == Counter(a["allowed"] for a in answers)[False]

    for options in ([], ["--metric", "all"]):
        answers = json.loads(output("due", *line, *options, "--format", "json"))["answers"]
        columns = opened_columns(document, answers, question, ("plan", "role", "channel"))
        at = sum(name in columns for name in ("plan", "role", "channel"))
        # If the stated facts lead to no priority, the column is there but empty.
        members = {n: v for n, v in question.items() if n in ("plan", "role", "channel")}
        unstated = [*command_line(members), *line[len(command_line(question)) :], *options]
        led = json.loads(output("due", *unstated, "--format", "json"))["answers"]
        if "priority" not in question and any(a["priority"] for a in [*answers, *led]):
            columns.insert(at, "priority")
        if len({answer["metric"] for answer in answers}) > 1:
            columns.append("metric")
        plain = output("due", *line, *options, "--format", "plain").splitlines()
        records = [dict(zip([*columns, "value"], text.split("\t"), strict=True)) for text in plain]
        assert records == [
            {**{n: cell(answer, n) for n in columns}, "value": answer["due"] or answer["state"]}
            for answer in answers
        ]
