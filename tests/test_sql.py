"""The deadlines that a database computes from the tables are those of `due`."""

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import duckdb
import polars
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from oracle.cases import FirstMetric, bundle
from oracle.compare import policy_text
from sql_tables import (
    FILES,
    NEGATIVE,
    query_of,
    state_of,
    tables_of,
    tickets_of,
    verdicts_of,
)
from strategies import policies, values_of, yaml_of

import zsupport
from zsupport.answer.working_spans import WorkingSpan, read_range
from zsupport.clock.problem import BadText

if TYPE_CHECKING:
    from conftest import Cli

POLICY = """\
format: 1
policy: desk
timezone: Europe/Oslo
effective: {from: 2026-03-01}
plans: {pro: Pro, free: Free}
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}, {id: P5}, {id: P6}, {id: P7}, {id: P8}]
channels:
  web: {name: Web, kind: web}
  phone: {name: Phone, kind: phone}
  forum: {name: Forum, kind: community}
entitlements: [{allow: [web, phone], when: {plan: pro}}, {allow: forum}]
metrics: [{id: reply, pauses: waiting}, {id: fix, starts: answered}]
hours:
  office: {open: "mon-fri 09:00-17:00", holidays: ["2026-05-01"]}
  theirs: {timezone: customer, open: "mon-fri 09:00-17:00"}
  late: {any: [office, night]}
  night: {open: "mon-thu 22:00-02:00"}
targets:
  - {when: {priority: P1, opened: outside office}, reply: 2h 24x7}
  - when: {channel: phone, priority: P2}
    hours: office
    reply: 1 business hour
  - hours: office
    reply:
      P1: 1h 24x7
      P2: 4 business hours
      P3: {target: 8 business hours, hours: late}
      P4: 2 business days
      P5: {target: 4 business hours, hours: theirs}
      P6: every 4 business hours
      P7: immediately
      P8: none
    fix: 8 business hours
"""


def load(folder: Path, text: str = POLICY) -> zsupport.Policy:
    path = folder / "desk.yaml"
    path.write_text(text, encoding="utf-8")
    return zsupport.load(path, cache=False)


def run(
    targets: polars.DataFrame, windows: polars.DataFrame, tickets: polars.DataFrame, query: str
) -> list[tuple[Any, ...]]:
    """Return the rows of a query in DuckDB."""
    with duckdb.connect() as database:
        for statement in FILES["duckdb.sql"].split(";"):
            if "VIEW" not in statement:
                database.execute(statement)
        for name, frame in (("targets", targets), ("windows", windows), ("tickets", tickets)):
            database.register(name, frame.to_arrow())
        return database.execute(query).fetchall()


def dues(
    policy: zsupport.Policy, dates: str, tickets: Sequence[dict[str, Any]], **customer: Any
) -> dict[tuple[int, str], tuple[str, bool, datetime | None]]:
    """Return the state, whether it is computable and the deadline, by ticket and metric."""
    spans = policy.windows(*read_range(dates), **customer).rows
    targets, windows = tables_of(policy, spans, **customer)
    rows = run(targets, windows, tickets_of(tickets), query_of(targets))
    result = {(id, metric): (state, known, due) for id, metric, state, known, due in rows}
    assert len(result) == len(rows), "a ticket has several rows for a metric"
    return result


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


# -- the table of spans ------------------------------------------------------------------------


def test_spans_of_a_week_with_a_holiday_and_a_change_of_the_offset(tmp_path: Path) -> None:
    spans = load(tmp_path).windows(date(2026, 3, 27), date(2026, 3, 30)).rows
    # Summer time starts on Sunday the 29th: 09:00 is 08:00Z on Friday and 07:00Z on Monday. The
    # range ends at midnight after Monday, 22:00Z, in a span of the night.
    office = [row for row in spans if row.calendar == "office"]
    assert office == [
        WorkingSpan(
            "office", utc("2026-03-27T08:00Z"), utc("2026-03-27T16:00Z"),
            utc("2026-03-30T07:00Z"), 0, 28_800,
        ),
        WorkingSpan(
            "office", utc("2026-03-30T07:00Z"), utc("2026-03-30T15:00Z"),
            utc("2026-03-30T22:00Z"), 28_800, 57_600,
        ),
    ]  # fmt: skip
    late = [row for row in spans if row.calendar == "office+night"]
    # The span of the night of Thursday the 26th ends at 02:00 on Friday, 01:00Z.
    assert [(row.opens, row.closes) for row in late] == [
        (utc("2026-03-26T23:00Z"), utc("2026-03-27T01:00Z")),
        (utc("2026-03-27T08:00Z"), utc("2026-03-27T16:00Z")),
        (utc("2026-03-30T07:00Z"), utc("2026-03-30T15:00Z")),
        (utc("2026-03-30T20:00Z"), utc("2026-03-30T22:00Z")),
    ]
    assert [row.before for row in late] == [0, 7200, 36_000, 64_800]
    assert {row.calendar for row in spans} == {"office", "office+night"}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020..2030", date(2020, 1, 1), date(2030, 12, 31)),
        ("2026..2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-07-01..2027", date(2026, 7, 1), date(2027, 12, 31)),
        ("2024-02-29..2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
        ("1973..2199", date(1973, 1, 1), date(2199, 12, 31)),
    ],
)
def test_ranges(text: str, first: date, last: date) -> None:
    assert read_range(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "2026", "2026..", "..2026", "2026...2027", "26..27", "2026-02-30..2027", "20260101..2027",
        "2027..2026", "1972..2026", "2026..2200", "2026-W01-1..2027", "٢٠٢٦..2027", "",
    ],
)  # fmt: skip
def test_invalid_ranges(text: str) -> None:
    with pytest.raises(BadText):
        read_range(text)


# -- the table of targets ----------------------------------------------------------------------


def test_targets_and_the_reasons_why_a_deadline_is_not_a_sum(tmp_path: Path) -> None:
    rows = load(tmp_path).targets()
    # Free cases cannot be opened, by no channel. Pro cases have one row for each channel, and one
    # for a case without a stated channel, unless the channels have different targets: P2.
    expected = {
        ("P1", None, "reply"): (None, None, None, None, "opened"),
        ("P2", "web", "reply"): ("target", "4 business hours", 14_400, "office", None),
        ("P2", "phone", "reply"): ("target", "1 business hour", 3600, "office", None),
        ("P3", None, "reply"): ("target", "8 business hours", 28_800, "office+night", None),
        ("P4", None, "reply"): ("target", "2 business days", None, None, "business-days"),
        ("P5", None, "reply"): ("target", "4 business hours", None, None, "customer"),
        ("P6", None, "reply"): ("target", "every 4 business hours", None, None, "every"),
        ("P7", None, "reply"): ("target", "immediately", 0, None, None),
        ("P8", None, "reply"): ("no-target", "none", None, None, None),
        ("P8", None, "fix"): ("target", "8 business hours", None, None, "starts"),
    }
    targets = {
        (row.priority, row.channel, row.metric): (
            row.state, row.target, row.seconds, row.calendar, row.reason,
        )
        for row in rows
        if row.plan == "pro"
    }  # fmt: skip
    assert {key: targets[key] for key in expected} == expected
    assert ("P2", None, "reply") not in targets
    assert {row.channel for row in rows} == {None, "web", "phone"}  # the forum opens no case
    assert all(row.computable is (row.reason is None) for row in rows)
    assert {row.state for row in rows if row.plan == "free"} == {"not-entitled"}
    assert {(row.metric, row.starts, row.pauses) for row in rows} == {
        ("reply", "opened", True),
        ("fix", "answered", False),
    }
    assert {(row.revision, row.valid_from, row.valid_until) for row in rows} == {
        ("2026-03-01", utc("2026-02-28T23:00Z"), None)
    }


def test_hours_in_the_time_zone_of_the_customer(tmp_path: Path) -> None:
    policy = load(tmp_path)
    rows = policy.targets(customer_tz="America/New_York")
    (row,) = [r for r in rows if (r.plan, r.priority, r.channel) == ("pro", "P5", "web")
              and r.metric == "reply"]  # fmt: skip
    assert (row.seconds, row.calendar, row.computable) == (14_400, "theirs", True)
    spans = policy.windows(date(2026, 7, 1), date(2026, 7, 1), customer_tz="America/New_York").rows
    assert [s.opens for s in spans if s.calendar == "theirs"] == [utc("2026-07-01T13:00Z")]


def test_a_fact_with_a_default_has_a_row_for_each_value(tmp_path: Path) -> None:
    text = POLICY.replace("priorities:", "facts: {down: {ask: Down?, default: false}}\npriorities:")
    rule = "  - {when: {down: true, priority: P3}, reply: 30m 24x7}\ntargets:\n"
    text = text.replace("targets:\n", "targets:\n" + rule.removesuffix("targets:\n"))
    rows = load(tmp_path, text).targets()
    assert {
        (row.facts["down"], row.target)
        for row in rows
        if row.plan == "pro" and row.priority == "P3" and row.metric == "reply"
    } == {("true", "30m 24x7"), ("false", "8 business hours")}


# -- the query ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opened", "priority", "due"),
    [
        # 4 business hours in the office, 09:00-17:00 in Oslo: 07:00-15:00Z in June.
        ("2026-06-01T08:00Z", "P2", "2026-06-01T12:00Z"),
        ("2026-06-01T11:00Z", "P2", "2026-06-01T15:00Z"),  # exactly at closing
        ("2026-06-01T11:00:01Z", "P2", "2026-06-02T07:00:01Z"),
        ("2026-06-01T03:00Z", "P2", "2026-06-01T11:00Z"),  # before opening
        ("2026-06-01T15:00Z", "P2", "2026-06-02T11:00Z"),  # at closing
        ("2026-06-05T20:00Z", "P2", "2026-06-08T11:00Z"),  # on Friday evening
        ("2026-04-30T14:00Z", "P2", "2026-05-04T10:00Z"),  # before a holiday and a weekend
        ("2026-06-01T08:00:00.999999Z", "P2", "2026-06-01T12:00Z"),
        # 8 business hours in the office and at night: 07:00-15:00Z and 20:00-00:00Z.
        ("2026-06-01T10:00Z", "P3", "2026-06-01T23:00Z"),
        ("2026-06-01T16:00Z", "P7", "2026-06-01T16:00Z"),
        # Not computable, or no target.
        ("2026-06-01T08:00Z", "P1", None),
        ("2026-06-01T08:00Z", "P4", None),
        ("2026-06-01T08:00Z", "P8", None),
        # The last span of the range ends on 2026-12-31 at 16:00Z.
        ("2026-12-31T12:00Z", "P2", "2026-12-31T16:00Z"),
        ("2026-12-31T12:00:01Z", "P2", None),
        ("2026-12-31T18:00Z", "P2", None),
        ("2027-02-01T09:00Z", "P2", None),
        # No revision is in force before March, Oslo time.
        ("2026-02-28T22:59:59Z", "P2", None),
        ("2026-02-28T23:00Z", "P2", "2026-03-02T12:00Z"),
    ],
)
def test_deadlines(tmp_path: Path, opened: str, priority: str, due: str | None) -> None:
    ticket = {"plan": "pro", "channel": "web", "priority": priority, "opened": utc(opened)}
    row = dues(load(tmp_path), "2026..2026", [ticket]).get((0, "reply"))
    assert (row and row[2]) == (due and utc(due))


def test_a_ticket_before_the_first_span_has_no_deadline(tmp_path: Path) -> None:
    ticket = {"plan": "pro", "channel": "web", "priority": "P2"}
    tickets = [
        {**ticket, "opened": utc(text)} for text in ("2026-06-01T06:59:59Z", "2026-06-01T07:00Z")
    ]
    result = dues(load(tmp_path), "2026-06-01..2026-06-30", tickets)
    assert [result[i, "reply"][2] for i in (0, 1)] == [None, utc("2026-06-01T11:00Z")]


def test_a_revision_answers_for_the_tickets_that_are_opened_in_it(tmp_path: Path) -> None:
    new = POLICY.replace("2026-03-01", "2026-06-01").replace("09:00-17:00", "08:00-16:00")
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "old.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "desk" / "new.yaml").write_text(new, encoding="utf-8")
    policy = zsupport.load(tmp_path / "desk", cache=False)
    ticket = {"plan": "pro", "channel": "web", "priority": "P2"}
    opened = ("2026-05-31T21:59:59Z", "2026-05-31T22:00Z")
    tickets = [{**ticket, "opened": utc(text)} for text in opened]
    result = dues(policy, "2026..2026", tickets)
    # 4 business hours from 09:00 by the old revision, and from 08:00 by the new one.
    assert [result[i, "reply"][2] for i in (0, 1)] == [
        utc("2026-06-01T11:00Z"), utc("2026-06-01T10:00Z"),
    ]  # fmt: skip
    names = {row.calendar for row in policy.windows(date(2026, 6, 1), date(2026, 6, 2)).rows}
    assert {"office@2026-03-01", "office@2026-06-01"} < names


@pytest.mark.parametrize(
    ("targets", "state"),
    [
        # No target depends on the priority, so none depends on the priority that the web sets.
        ("", "not-stated"),
        ("targets: [{first-response: 1h}]", "target"),
        ("targets: [{first-response: {P1: 1h, P2: 1h}}]", None),
    ],
)
def test_a_ticket_without_a_channel_has_a_row_unless_a_channel_changes_its_priority(
    tmp_path: Path, targets: str, state: str | None
) -> None:
    text = f"""\
format: 1
policy: desk
plans: {{pro: Pro}}
priorities: [{{id: P1}}, {{id: P2}}]
channels:
  web: {{name: Web, kind: web, priority: P2}}
  phone: {{name: Phone, kind: phone}}
entitlements: [{{allow: [web, phone]}}]
{targets}
"""
    ticket = {"plan": "pro", "channel": None, "priority": "P1", "opened": utc("2026-06-01T08:00Z")}
    row = dues(load(tmp_path, text), "2026..2026", [ticket]).get((0, "first-response"))
    assert (row and row[0]) == state


def test_the_tables_as_csv_give_the_same_deadlines(cli: "Cli", tmp_path: Path) -> None:
    load(tmp_path)
    name = ["--policy", "./desk.yaml"]
    for end in ("csv", "parquet"):
        cli("policies", "./desk.yaml", "--targets", "--output", f"targets.{end}", cwd=tmp_path)
        cli("hours", *name, "--windows", "2026..2026", "--output", f"windows.{end}", cwd=tmp_path)
    results = []
    for views in (FILES["duckdb.sql"], FILES["csv.sql"]):
        for end in ("csv", "parquet"):
            views = views.replace(f"'targets.{end}'", f"'{tmp_path}/targets.{end}'")
            views = views.replace(f"'windows.{end}'", f"'{tmp_path}/windows.{end}'")
        with duckdb.connect() as database:
            for statement in views.split(";"):
                if "tickets" not in statement:
                    database.execute(statement)
            results.append([
                database.execute(f"SELECT * FROM {table}").fetchall()
                for table in ("targets", "windows")
            ])  # fmt: skip
    assert len(results[0][0]) > 20
    assert len(results[0][1]) > 500
    assert results[0] == results[1]


def test_a_time_without_an_offset_is_in_utc(tmp_path: Path) -> None:
    texts = ("2026-11-27T15:00:00Z", "2026-11-27T16:00:00+01:00", "2026-11-27 15:00:00")
    path = tmp_path / "tickets.csv"
    path.write_text("id,opened\n" + "".join(f"{n},{text}\n" for n, text in enumerate(texts)))
    with duckdb.connect() as database:
        for statement in FILES["duckdb.sql"].split(";"):
            if "parquet" not in statement:
                database.execute(statement.replace("tickets.csv", str(path)))
        rows = database.execute("SELECT unix_seconds(opened) FROM tickets").fetchall()
    assert rows == [(int(utc("2026-11-27T15:00Z").timestamp()),)] * 3


# -- properties --------------------------------------------------------------------------------

TEXTS = {
    "1h": "3 business hours", "30m": "30m 24x7", "every 2h": "every 2 business hours",
}  # fmt: skip
SUMS = {"3 business hours", "30m 24x7", "4h 24x7", "immediately", "none", "not-stated", None}


def in_business_hours(value: Any) -> Any:
    """Return a target of a random policy, some of them in business hours."""
    if isinstance(value, dict):
        return {key: in_business_hours(item) for key, item in value.items()}
    return TEXTS.get(value, value)


@st.composite
def policies_and_tickets(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """Return a policy as YAML, and tickets that state the whole case; some state no channel."""
    document = draw(policies())
    metrics = [item["id"] for item in document.get("metrics", [{"id": "first-response"}])]
    for rule in document.get("targets", ()):
        for metric in metrics:
            if metric in rule:
                rule[metric] = in_business_hours(rule[metric])
        rule["hours"] = "office"
    names = [n for n in ("plan", "role", "priority", *document.get("facts", ()))
             if values_of(document, n)]  # fmt: skip
    minutes = st.integers(0, 400 * 24 * 60)
    tickets = []
    for _ in range(draw(st.integers(1, 8))):
        ticket: dict[str, Any] = {
            name: draw(st.sampled_from(values_of(document, name))) for name in names
        }
        ticket["channel"] = draw(st.sampled_from([None, *values_of(document, "channel")]))
        ticket["opened"] = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(minutes=draw(minutes))
        tickets.append(ticket)
    return yaml_of(document), tickets


@given(policies_and_tickets())
@settings(max_examples=100, deadline=None)
def test_random_policies(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[str, list[dict[str, Any]]]
) -> None:
    text, tickets = drawn
    policy = load(tmp_path_factory.mktemp("sql"), text)
    facts = set(policy.facts)
    rows = [
        {f"fact.{name}" if name in facts else name: value for name, value in ticket.items()}
        for ticket in tickets
    ]
    result = dues(policy, "2026..2028", rows)
    for id, ticket in enumerate(tickets):
        query: dict[str, Any] = {n: v for n, v in ticket.items() if n not in facts}
        query["fact"] = {name: ticket[name] for name in facts}
        answers = policy.due(**query, metric="all", at=ticket["opened"])
        by_metric = Counter(answer.metric for answer in answers)
        opened = {answer.metric for answer in answers if answer.state != "not-entitled"}
        codes = {warning.code for warning in answers.warnings}
        for answer in answers:
            row = result.get((id, answer.metric))
            if row is None:
                # The targets differ by channel, the channel opens no case, or the facts or the
                # channel lead to another priority.
                several = by_metric[answer.metric] > 1
                other_priority = codes & {"priority-of-facts", "channel-priority"}
                assert several or answer.state == "not-entitled" or other_priority
                event("no row")
                continue
            state, computable, due = row
            if answer.state == "not-entitled" and answer.metric in opened and answer.channel:
                # The row of a ticket without a channel is for the channels that open the case.
                assert ticket["channel"] is None
                continue
            negative = answer.state in NEGATIVE
            assert state == (answer.state if negative else "target")
            assert computable is (negative or answer.target in SUMS)
            assert due == (answer.due if computable else None)
            event("a deadline" if due else "not computable" if not computable else "negative")
    compare_with_audit(policy, rows, result)


def compare_with_audit(
    policy: zsupport.Policy,
    rows: list[dict[str, Any]],
    result: dict[tuple[int, str], tuple[str, bool, datetime | None]],
) -> None:
    """Compare the rows of the database with those of `audit`, in both directions."""
    tickets = tickets_of(rows)
    verdicts = verdicts_of(policy, tickets, metric="all", at="2030-01-01T00:00:00Z")
    assert {(str(id), metric) for id, metric in result if metric} <= verdicts.keys()
    assert len(verdicts) == len(rows) * len(policy.metrics)
    for (id, metric), verdict in verdicts.items():
        row = result.get((int(id), metric))
        warnings = {*verdict["warnings"]}
        if verdict["state"] == "needs-input":
            # The channels that open the case have a row if they have the same target.
            assert rows[int(id)]["channel"] is None
            assert "needs-channel" in warnings
            event("open")
        elif row is None:
            other_priority = warnings & {"priority-of-facts", "channel-priority"}
            assert verdict["state"] == "not-entitled" or other_priority
        else:
            state, computable, due = row
            assert state == state_of(verdict)
            assert due == (verdict["due"] if computable else None)
            event(f"equal: {state}, {'a' if due else 'no'} deadline")


HOURS = ("1 business minute", "30 business minutes", "8 business hours", "100 business hours",
         "30m 24x7", "3h 24x7", "immediately")  # fmt: skip


def due_of(policy: zsupport.Policy, query: dict[str, Any]) -> datetime | None:
    """Return the deadline of the first metric; None if it is over ten years away."""
    try:
        (answer,) = policy.due(**query, metric="first", at=query["opened"])
    except zsupport.PolicyError:
        return None
    return answer.due


@pytest.mark.parametrize("number", range(40))
def test_random_calendars(tmp_path: Path, number: int) -> None:
    # These calendars have difficult time zones, holidays, breaks, ranges of dates and unions.
    drawn = bundle(20261130, number * 7, 25)
    random = Random(number)
    always = any(member.always for member in drawn.hours.members)
    texts = [text for text in HOURS if "business" not in text or not always]
    targets = {f"P{number}": text for number, text in enumerate(texts)}
    policy = load(tmp_path, policy_text(drawn, FirstMetric("opened", "carry"), targets))
    customer: dict[str, Any] = {
        "customer_tz": drawn.customer_zone, "customer_country": drawn.customer_country,
    }  # fmt: skip
    tickets: list[dict[str, Any]] = [
        {
            "channel": None,
            "priority": random.choice(list(targets)),
            "opened": datetime.fromtimestamp(case.opened, UTC)
            + timedelta(microseconds=case.microseconds),
        }
        for case in drawn.cases
    ]
    years = [ticket["opened"].year for ticket in tickets]
    first, last = max(min(years), 1973), min(max(years) + random.choice([0, 1]), 2199)
    result = dues(policy, f"{first}..{last}", tickets, **customer)
    spans = policy.windows(*read_range(f"{first}..{last}"), **customer).rows
    verdicts = verdicts_of(policy, tickets_of(tickets), **customer)
    for id, ticket in enumerate(tickets):
        verdict = verdicts.get((str(id), "first"))
        assert (verdict and verdict["due"]) == due_of(policy, {**ticket, **customer})
        expected = due_of(policy, {**ticket, **customer})
        text = targets[ticket["priority"]]
        if "business" in text and expected is not None:
            opened = ticket["opened"].replace(microsecond=0)
            within = spans and opened >= spans[0].opens and expected <= spans[-1].closes
            expected = expected if within else None
        assert result[id, "first"][2] == expected, (ticket, text)


# -- the command line --------------------------------------------------------------------------

WINDOWS = ("hours", "--policy", "./desk.yaml", "--windows")
TARGETS = ("policies", "./desk.yaml", "--targets")


def test_one_calendar_by_name(cli: "Cli", tmp_path: Path) -> None:
    load(tmp_path)
    done = cli(*WINDOWS, "2026-06-05..2026-06-08", "office", "--at", "2026-06-01T12:00:00Z",
               cwd=tmp_path)  # fmt: skip
    assert (done.code, done.stderr) == (0, "")
    assert done.stdout == (
        "calendar,opens,closes,next_opens,before,until\n"
        "office,2026-06-05T07:00:00Z,2026-06-05T15:00:00Z,2026-06-08T07:00:00Z,0,28800\n"
        "office,2026-06-08T07:00:00Z,2026-06-08T15:00:00Z,2026-06-08T22:00:00Z,28800,57600\n"
    )
    done = cli(*WINDOWS, "2026..2026", "theirs", cwd=tmp_path)
    assert done.code == 2
    assert "--customer-tz" in done.stderr
    done = cli(*WINDOWS, "2026..2026", "24x7", cwd=tmp_path)
    assert done.stdout.splitlines()[1:] == [
        "24x7,2025-12-31T23:00:00Z,2026-12-31T23:00:00Z,2026-12-31T23:00:00Z,0,31536000"
    ]


def test_warnings_name_estimated_dates(cli: "Cli", tmp_path: Path) -> None:
    load(
        tmp_path,
        POLICY.replace('holidays: ["2026-05-01"]', "holidays: {add: [12-25], covers: 2026}"),
    )
    done = cli(*WINDOWS, "2026..2027", "office", "--at", "2026-06-01T12:00:00Z", cwd=tmp_path)
    assert done.code == 0
    assert done.stderr == "zsupport: the holidays are known only for 2026\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*WINDOWS, "2026"),
         "--windows: `2026` is not a range of years or dates\n  write 2026..2026\n"),
        ((*WINDOWS, "this year"),
         "--windows: `this year` is not a range of years or dates\n"
         "  write a range such as 2020..2030 or 2026-07-01..2027-06-30\n"),
        ((*WINDOWS, "2027..2026"), "--windows: `2027..2026` ends before it starts\n"),
        ((*WINDOWS, "1972..2026"), "--windows: `1972..2026` has years before 1973 or after 2199\n"),
        ((*WINDOWS, "2026..2026", "--format", "plain"), "`--windows` has no format `plain`\n"),
        ((*WINDOWS, "2026..2026", "--freeze"), "`--windows` and `--freeze` cannot be combined\n"),
        ((*WINDOWS, "2026..2026", "--why"), "`--windows` and `--why` cannot be combined\n"),
        ((*WINDOWS, "2026..2026", "--plan", "pro"),
         "`--windows` for a case requires the name of the hours\n"),
        ((*WINDOWS, "2026..2026", "--output", "desk.yaml"),
         "--output: desk.yaml is a file of the policy (not replaced)\n"),
        ((*WINDOWS, "2026..2026", "--customer-tz", "Mars"), "--customer-tz: "),
        ((*WINDOWS[:3], "--output", "a.csv"), "`--output` requires `--windows`\n"),
        ((*WINDOWS[:3], "--format", "parquet"), "`--format=parquet` requires `--windows`\n"),
        ((*TARGETS, "--format", "markdown"), "`--targets` has no format `markdown`\n"),
        ((*TARGETS, "--field", "plan"), "`--targets` and `--field` cannot be combined\n"),
        ((*TARGETS, "--output", ""), "--output: empty name\n"),
        ((*TARGETS[:2], "--customer-tz", "UTC"), "`--customer-tz` requires `--targets`\n"),
        ((*TARGETS[:2], "--format", "parquet"), "`--format=parquet` requires `--targets`\n"),
    ],
)  # fmt: skip
def test_invalid_options(
    cli: "Cli", tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    load(tmp_path)
    done = cli(*arguments, cwd=tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"zsupport: {message}")
    assert (tmp_path / "desk.yaml").read_text(encoding="utf-8") == POLICY
    assert [path.name for path in tmp_path.iterdir()] == ["desk.yaml"]


def test_parquet_needs_polars_and_csv_does_not(cli: "Cli", tmp_path: Path) -> None:
    load(tmp_path)
    # A broken package in front of the installed one stands for a missing package.
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "polars.py").write_text("raise ImportError\n")
    path = {"PYTHONPATH": str(tmp_path / "path")}
    done = cli(*TARGETS, "--output", "t.parquet", cwd=tmp_path, env=path)
    assert done.code == 4
    assert done.stderr == (
        "zsupport: missing package `polars`, required to write Parquet\n"
        "  install it: python -m pip install 'zsupport[tickets]'\n"
    )
    assert not (tmp_path / "t.parquet").exists()
    assert cli(*TARGETS, "--output", "t.csv", cwd=tmp_path, env=path).code == 0
    assert cli(*WINDOWS, "2026..2026", cwd=tmp_path, env=path).code == 0


def test_a_table_replaces_a_file_and_is_quiet(cli: "Cli", tmp_path: Path) -> None:
    load(tmp_path)
    (tmp_path / "t.csv").write_text("old")
    done = cli(*TARGETS, "--output", "t.csv", cwd=tmp_path)
    assert (done.code, done.stdout, done.stderr) == (0, "", "")
    text = (tmp_path / "t.csv").read_text(encoding="utf-8")
    assert text == cli(*TARGETS, "--output", "-", cwd=tmp_path).stdout
    assert text.startswith("plan,role,channel,priority,metric,revision,valid_from,valid_until,")
    assert cli(*TARGETS, "-q", cwd=tmp_path).stdout == ""


def test_parquet_is_not_written_to_a_terminal(cli: "Cli", tmp_path: Path) -> None:
    load(tmp_path)
    program = " ".join([sys.executable, "-m", "zsupport", *TARGETS, "--format", "parquet"])
    script = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"
    done = subprocess.run(
        [sys.executable, "-c", script, "sh", "-c", program], cwd=tmp_path, check=False,
        env=cli.environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"Parquet is not written to a terminal" in done.stdout
    assert b"PAR1" not in done.stdout
