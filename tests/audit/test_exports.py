"""The shipped mappings, on made samples in the exact shape of each export.

The deadlines are computed by hand. The office is open from 09:00 to 17:00 in Oslo on working days.
"""

import csv
import io
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import Cli

from zsupport.audit.mapping.file import load_mapping
from zsupport.audit.mapping.model import TicketMapping, merged
from zsupport.sources.mappings import read_mapping, shipped_mappings

SAMPLES = Path(__file__).parent / "samples"
POLICY = """\
format: 1
policy: desk
timezone: Europe/Oslo
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: P1}, {id: P2}]
metrics: [{id: first-response}, {id: fix, pauses: while we wait}]
hours:
  office: {open: mon-fri 09:00-17:00, holidays: [12-25, 12-26, 01-01]}
targets:
  - hours: office
    first-response: {P1: 1h 24x7, P2: 4 business hours}
    fix: {P1: 8 business hours, P2: 16 business hours}
"""
#: Wednesday, 14:00 in Oslo.
AT = "2026-06-03T12:00:00Z"
OSLO = ("--tz", "Europe/Oslo")


class Export(NamedTuple):
    """A sample, its mapping and options, and what must come out.

    `verdicts` have the id, the cycle, the metric, the state and the deadline. `rejects` have the
    line and the column. `skipped` says how many rows are skipped.
    """

    sample: str
    mapping: str
    options: tuple[str, ...]
    verdicts: list[tuple[str, ...]]
    rejects: list[tuple[str, str]]
    at: str = AT
    skipped: str = ""


def ids(**texts: str) -> tuple[str, ...]:
    return tuple(f"--value=priority.{text.replace('_', ' ')}={id}" for text, id in texts.items())


FIX = ("--metric", "fix")
NOT_COMPARED = (
    "zsupport: the verdict of the help desk is only compared if --metric selects one metric\n"
)
BOTH = ("--metric", "all")
EXPORTS = [
    # The first replies are 30 and 301 minutes after the openings; 240 minutes were allowed.
    Export(
        "zendesk-csv.csv", "zendesk-csv", (*OSLO, *BOTH, *ids(Urgent="P1", Normal="P2", Low="P2")),
        [
            ("35436", "1", "first-response", "met", "2026-06-01T11:00:00+02:00"),
            ("35436", "1", "fix", "met", "2026-06-02T10:00:00+02:00"),
            ("35437", "1", "first-response", "breached", "2026-06-01T14:00:00+02:00"),
            ("35437", "1", "fix", "breached", "2026-06-03T10:00:00+02:00"),
            ("35438", "1", "first-response", "breached", "2026-06-02T13:30:00+02:00"),
            ("35438", "1", "fix", "running", "2026-06-04T09:30:00+02:00"),
        ],
        [("6", "Created at")],
    ),
    Export(
        "zendesk-json.json", "zendesk-json", (*BOTH, *ids(urgent="P1", normal="P2")),
        [
            ("35436", "1", "first-response", "met", "2026-06-01T09:00:00Z"),
            ("35436", "1", "fix", "met", "2026-06-02T08:00:00Z"),
            ("35437", "1", "first-response", "met", "2026-06-01T12:00:00Z"),
            ("35437", "1", "fix", "breached", "2026-06-03T08:00:00Z"),
            ("35438", "1", "first-response", "met", "2026-06-02T11:30:00Z"),
            ("35438", "1", "fix", "running", "2026-06-04T07:30:00Z"),
        ],
        [("147", "priority")],
        skipped="1 row is skipped by `status`",
    ),
    # Pending from 11:00 to 13:00 in Oslo, solved on the next day at 12:00, and opened again.
    Export(
        "zendesk-events.json", "zendesk-events", (*BOTH, "--priority", "P1"),
        [
            ("987", "1", "first-response", "met", "2026-06-01T09:00:00Z"),
            ("987", "1", "fix", "met", "2026-06-02T10:00:00Z"),
            ("987", "2", "fix", "running", "2026-06-04T08:00:00Z"),
        ],
        [("1", "metric type")],
        skipped="1 row is skipped by `deleted`",
    ),
    Export(
        "jira-csv.csv", "jira-csv", (*OSLO, *BOTH, *ids(Highest="P1", Medium="P2")),
        [
            ("DESK-1", "1", "first-response", "met", "2026-01-06T10:29:00+01:00"),
            ("DESK-1", "1", "fix", "met", "2026-01-07T09:29:00+01:00"),
            # 12:15 AM is before the office opens.
            ("DESK-2", "1", "first-response", "met", "2026-01-06T13:00:00+01:00"),
            ("DESK-2", "1", "fix", "breached", "2026-01-07T17:00:00+01:00"),
        ],
        [("10", "Created")],
        "2026-01-08T12:00:00Z",
    ),
    Export(
        "jira-spanish.csv", "jira-csv",
        (
            *OSLO, *FIX, "--locale", "es", "--column", "id=Clave de incidencia",
            "--column", "opened=Creada", "--column", "resolved=Resuelta",
            "--column", "priority=Prioridad", *ids(Alta="P1", Media="P2"),
        ),
        [
            ("SOP-1", "1", "fix", "met", "2025-11-05T13:16:00+01:00"),
            # Thursday is a holiday: the first of January.
            ("SOP-2", "1", "fix", "breached", "2026-01-05T10:00:00+01:00"),
        ],
        [("5", "Creada")],
        "2026-01-08T12:00:00Z",
    ),
    Export(
        "servicenow-incident.csv", "servicenow-incident",
        (*OSLO, *FIX, "--value=priority.1 - Critical=P1", "--value=priority.3 - Moderate=P2"),
        [
            # `made_sla` states the opposite of the first two.
            ("INC0010001", "1", "fix", "met", "2026-06-02T10:00:00+02:00"),
            ("INC0010002", "1", "fix", "breached", "2026-06-03T10:00:00+02:00"),
            ("INC0010003", "1", "fix", "running", "2026-06-04T09:30:00+02:00"),
        ],
        [("6", "")],
    ),
    Export(
        "servicenow-sla.csv", "servicenow-sla",
        (*OSLO, "--priority", "P1", "--only", "sla=priority 1 response"),
        [
            ("INC0010001", "1", "first-response", "met", "2026-06-01T11:00:00+02:00"),
            ("INC0010002", "1", "first-response", "breached", "2026-06-01T13:00:00+02:00"),
        ],
        [("4", "has_breached")],
        skipped="2 rows are skipped by `sla` and `stage`",
    ),
    Export(
        "jsm-sla.ndjson", "jsm-sla",
        ("--priority", "P1", "--only", "sla=Time to first response"),
        [
            ("DESK-1", "1", "first-response", "met", "2026-06-01T09:00:00Z"),
            ("DESK-2", "1", "first-response", "breached", "2026-06-01T11:00:00Z"),
        ],
        [("4", "startTime.iso8601")],
        skipped="1 row is skipped by `sla`",
    ),
    Export(
        "freshdesk-csv.csv", "freshdesk-csv", (*OSLO, *BOTH, *ids(Urgent="P1", Medium="P2")),
        [
            ("501", "1", "first-response", "met", "2026-06-01T11:00:00+02:00"),
            ("501", "1", "fix", "met", "2026-06-02T10:00:00+02:00"),
            ("502", "1", "first-response", "breached", "2026-06-01T14:00:00+02:00"),
            ("502", "1", "fix", "breached", "2026-06-03T10:00:00+02:00"),
            ("503", "1", "first-response", "breached", "2026-06-02T13:30:00+02:00"),
            ("503", "1", "fix", "running", "2026-06-04T09:30:00+02:00"),
        ],
        [("5", "Initial response time")],
    ),
    Export(
        "freshservice.csv", "freshdesk-csv", (*OSLO, *BOTH, *ids(Urgent="P1")),
        [
            ("SR-1", "1", "first-response", "met", "2026-06-01T11:00:00+02:00"),
            ("SR-1", "1", "fix", "met", "2026-06-02T10:00:00+02:00"),
        ],
        [],
    ),
    Export(
        "freshdesk-json.json", "freshdesk-json",
        (*BOTH, "--value=priority.4=P1", "--value=priority.2=P2"),
        [
            ("501", "1", "first-response", "met", "2026-06-01T09:00:00Z"),
            ("501", "1", "fix", "met", "2026-06-02T08:00:00Z"),
            ("502", "1", "first-response", "breached", "2026-06-01T12:00:00Z"),
            ("502", "1", "fix", "breached", "2026-06-03T08:00:00Z"),
        ],
        [("1", "priority")],
    ),
    Export(
        "github-issues.json", "github-issues", (*FIX, "--priority", "P2"),
        [
            ("9", "1", "fix", "running", "2026-06-04T07:30:00Z"),
            ("8", "1", "fix", "breached", "2026-06-03T08:00:00Z"),
            ("7", "1", "fix", "met", "2026-06-03T08:00:00Z"),
        ],
        [],
    ),
    Export(
        "github-rest.ndjson", "github-rest", FIX,
        [
            ("9", "1", "fix", "running", "2026-06-04T07:30:00Z"),
            ("7", "1", "fix", "breached", "2026-06-02T08:00:00Z"),
        ],
        [("4", "")],
        skipped="1 row is skipped by `pull_request.url`",
    ),
]  # fmt: skip


@pytest.mark.parametrize("export", EXPORTS, ids=[export.sample for export in EXPORTS])
def test_a_shipped_mapping_reads_its_export(cli: Cli, tmp_path: Path, export: Export) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    run = cli(
        "audit", str(SAMPLES / export.sample), "--policy", "./desk.yaml", "--map", export.mapping,
        *export.options, "--at", export.at, "--format", "csv", "--rejects", "rejects.csv",
        "--max-rejects", str(len(export.rejects)), cwd=tmp_path,
    )  # fmt: skip
    skipped = f"zsupport: {export.skipped}\n" if export.skipped else ""
    # With two metrics, the verdicts of Freshdesk are not compared.
    not_compared = NOT_COMPARED if export.mapping.startswith("freshdesk") else ""
    assert (run.code, run.stderr) == (0, not_compared + skipped)
    names = ("id", "cycle", "metric", "state", "due")
    assert [tuple(row[name] for name in names) for row in table(run.stdout)] == export.verdicts
    rejects = table((tmp_path / "rejects.csv").read_text(encoding="utf-8"))
    assert [(row["line"], row["column"]) for row in rejects] == export.rejects


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_shipped_mapping_has_a_sample() -> None:
    assert {*shipped_mappings()} == {export.mapping for export in EXPORTS}


@pytest.mark.parametrize("name", shipped_mappings())
def test_a_shipped_mapping_has_comments_and_names_no_policy(name: str) -> None:
    text = read_mapping(name)
    mapping = load_mapping(text, name)
    # The ids and the time zone are those of the user.
    assert not {*mapping.values} - {"event", "vendor.breached"}
    assert (mapping.constants, mapping.timezone) == ({}, None)
    assert text.startswith("# ")
    assert tomllib.loads(text)["format"] in ("csv", "ndjson")


@pytest.mark.parametrize("sample", ["zendesk-csv.csv", "servicenow-sla.csv", "freshdesk-csv.csv"])
def test_both_engines_read_an_export(cli: Cli, tmp_path: Path, sample: str) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    (export,) = [item for item in EXPORTS if item.sample == sample]
    runs = [
        cli(
            "audit", str(SAMPLES / sample), "--policy", "./desk.yaml", "--map", export.mapping,
            *export.options, "--at", export.at, "--format", "csv", "--rejects", f"{engine}.csv",
            "--engine", engine, cwd=tmp_path,
        )
        for engine in ("plain", "columns")
    ]  # fmt: skip
    assert runs[0] == runs[1]
    assert (tmp_path / "plain.csv").read_bytes() == (tmp_path / "columns.csv").read_bytes()


def test_a_shipped_mapping_is_printed(cli: Cli, tmp_path: Path) -> None:
    run = cli("audit", "--show-map", cwd=tmp_path)
    listed = [line.split("\t") for line in run.stdout.splitlines()]
    assert [name for name, _ in listed] == [*shipped_mappings()]
    assert dict(listed)["jira-csv"] == (
        'The CSV export of Jira Cloud and Jira Service Management ("Export CSV (all fields)")'
    )
    assert all(title and not title.endswith(".") for _, title in listed)
    for name in shipped_mappings():
        run = cli("audit", "--map", name, "--show-map", cwd=tmp_path)
        assert run.stdout == read_mapping(name)
        load_mapping(run.stdout, name)
    run = cli("audit", "--map", "zendsk-csv", "--show-map", cwd=tmp_path)
    assert run.code == 2
    assert "did you mean `zendesk-csv`?" in run.stderr


def test_a_changed_mapping_is_printed(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    sample = str(SAMPLES / "zendesk-csv.csv")
    options = (
        "--tz",
        "UTC",
        "--plan",
        "pro",
        "--priority",
        "P1",
        "--skip",
        "Priority=Low",
        "--map",
    )
    run = cli("audit", "--show-map", *options, "zendesk-csv", cwd=tmp_path)
    assert (run.code, run.stderr) == (0, "")
    (tmp_path / "m.toml").write_text(run.stdout, encoding="utf-8")
    changed = merged(
        load_mapping(read_mapping("zendesk-csv"), "zendesk-csv"),
        TicketMapping(
            constants={"plan": "pro", "priority": "P1"}, timezone="UTC", skip={"Priority": ("Low",)}
        ),
    )
    assert load_mapping(run.stdout, "m.toml")._replace(places={}) == changed._replace(places={})
    moment = ("--at", "2026-06-10T12:00:00Z")
    common = ("audit", sample, "--policy", "./desk.yaml", "--format", "csv", *moment)
    saved = cli(*common, "--map", "./m.toml", cwd=tmp_path)
    assert saved == cli(*common, *options, "zendesk-csv", cwd=tmp_path)
    assert saved.code == 0
    assert {row["priority"] for row in table(saved.stdout)} == {"P1"}
    # Without a mapping, the columns with the name of a field are not in the text.
    run = cli("audit", "--show-map", "--column", "opened=Created", cwd=tmp_path)
    assert run.stdout == '[columns]\nopened = "Created"\n'
    assert "also those with the name of a field" in run.stderr


@pytest.mark.parametrize("export", [item for item in EXPORTS if item.sample != "jira-spanish.csv"])
def test_a_file_without_a_mapping_leads_to_the_shipped_one(
    cli: Cli, tmp_path: Path, export: Export
) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    run = cli("audit", str(SAMPLES / export.sample), "--policy", "./desk.yaml", cwd=tmp_path)
    name = export.mapping
    assert run.code == 2
    assert run.stdout == ""
    assert f"the columns fit the mapping `{name}`" in run.stderr
    assert f"add --map {name}" in run.stderr


#: The shape of `ticket_metric_events`, in which `id` is not the id of a ticket.
_METRIC_EVENTS = """\
{"id": 91, "ticket_id": 7, "metric": "agent_work_time", "type": "activate", \
"time": "2026-06-01T08:00:00Z", "priority": "P1"}
{"id": 92, "ticket_id": 7, "metric": "reply_time", "type": "fulfill", \
"time": "2026-06-01T08:30:00Z", "priority": "P1"}
"""


@pytest.mark.parametrize(
    ("options", "column", "field"),
    [
        ((), "`ticket_id`", "id"),
        (("--column", "event=type"), "`ticket_id`", "id"),
        (("--column", "id=ticket_id"), "`metric type`", "event"),
    ],
)
def test_a_log_that_fits_a_shipped_mapping_is_not_read_by_the_names_of_its_columns(
    cli: Cli, tmp_path: Path, options: tuple[str, ...], column: str, field: str
) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "log.ndjson").write_text(_METRIC_EVENTS, encoding="utf-8")
    common = ("audit", "log.ndjson", "--policy", "./desk.yaml", "--plan", "pro")
    run = cli(*common, *options, cwd=tmp_path)
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr == (
        "zsupport: log.ndjson: the columns fit the mapping `zendesk-events`, in which"
        f" {column} is `{field}`\n"
        f"  add --map zendesk-events, or name the column with --column {field}=COLUMN\n"
    )
    # Columns that are named on purpose are read.
    named = ("--column", "id=id", "--column", "event=type", "--value", "event.activate=opened")
    run = cli(*common, *named, "--value", "event.fulfill=answered", cwd=tmp_path)
    assert (run.code, run.stderr) == (0, "")
    assert run.stdout.endswith("\t2\n")


def test_a_log_without_events_and_values_is_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "log.csv").write_text(
        "id,time,state\n1,2026-06-01T08:00:00Z,new\n1,2026-06-01T08:30:00Z,solved\n",
        encoding="utf-8",
    )
    (tmp_path / "m.toml").write_text('[columns]\nid = "id"\ntime = "time"\n', encoding="utf-8")
    common = ("--policy", "./desk.yaml", "--plan", "pro", "--at", AT)
    problem = "no column is `event`, which says what happened at `time`\n"
    run = cli("audit", "log.csv", *common, "--priority", "P1", cwd=tmp_path)
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr == (
        f"zsupport: log.csv: {problem}  state it with --column event=COLUMN, or a mapping with"
        " --map: see `zsupport help mappings`\n"
    )
    run = cli("audit", "log.csv", *common, "--map", "./m.toml", cwd=tmp_path)
    assert run.code == 2
    assert f"m.toml:3:1: log.csv: {problem}" in run.stderr
    # A log can state only values: the first row opens the ticket.
    values = ("--column", "priority=state", "--value", "priority.new=P1")
    run = cli("audit", "log.csv", *common, *values, "--value", "priority.solved=P2", cwd=tmp_path)
    assert (run.code, run.stdout[-3:]) == (0, "\t1\n")
    assert "no column is `event`, so the rows only state values" in run.stderr


HEADERS = [
    ("ticket,created", "no column is the instant at which a ticket was opened", "opened"),
    ("ticket,created,event", "`event` requires `time`", "time"),
    ("ticket,time,status", "`id` is required", "id"),
]


@pytest.mark.parametrize(("header", "problem", "field"), HEADERS)
def test_an_unknown_file_leads_to_the_guide(
    cli: Cli, tmp_path: Path, header: str, problem: str, field: str
) -> None:
    (tmp_path / "t.csv").write_text(f"{header}\n1,2026-01-01T00:00:00Z,x\n", encoding="utf-8")
    run = cli("audit", "t.csv", "--policy", "zoom", cwd=tmp_path)
    assert problem in run.stderr
    assert run.stderr.endswith(
        f"\n  state it with --column {field}=COLUMN, or a mapping with --map: see"
        " `zsupport help mappings`\n"
    )


@pytest.mark.parametrize("name", ["zendesk-csv", "jira-csv", "servicenow-incident"])
def test_local_dates_require_a_time_zone(cli: Cli, tmp_path: Path, name: str) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    sample = str(SAMPLES / f"{name}.csv")
    run = cli("audit", sample, "--policy", "./desk.yaml", "--map", name, cwd=tmp_path)
    assert run.code == 2
    assert "has no offset" in run.stderr
    assert "--tz" in run.stderr


def test_the_verdict_of_a_help_desk_is_read(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    common = ("--policy", "./desk.yaml", *OSLO, "--head", "3")
    run = cli(
        "audit", str(SAMPLES / "freshdesk-csv.csv"), "--map", "freshdesk-csv", *common, cwd=tmp_path
    )
    lines = [line.strip() for line in run.stdout.splitlines()]
    assert [line for line in lines if line.startswith("vendor.")] == [
        "vendor.due\t2026-06-02T10:00:00+02:00\tDue by Time: 2026-06-02 10:00:00",
        "vendor.breached\tfalse\tResolution status: Within SLA",
        "vendor.due\t2026-06-03T10:00:00+02:00\tDue by Time: 2026-06-03T08:00:00Z",
        "vendor.breached\ttrue\tResolution status: SLA Violated",
        "vendor.due\t2026-06-04T09:30:00+02:00\tDue by Time: 2026-06-04 09:30:00",
        "vendor.breached\t\tResolution status:",
    ]


@pytest.mark.parametrize(
    ("sample", "mapping", "notes"),
    [
        ("zendesk-csv.csv", "zendesk-csv", []),
        ("servicenow-incident.csv", "servicenow-incident", ["answered"]),
        ("freshservice.csv", "freshdesk-csv", []),
        ("zendesk-events.json", "zendesk-events", []),
    ],
)
def test_a_mapping_without_answers_is_noted(
    cli: Cli, tmp_path: Path, sample: str, mapping: str, notes: list[str]
) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    common = ("--policy", "./desk.yaml", "--map", mapping, *OSLO, "--at", AT, *BOTH)
    run = cli(
        "audit", str(SAMPLES / sample), *common, "--max-rejects", "99", "--format", "csv",
        "--rejects", "r.csv", cwd=tmp_path,
    )  # fmt: skip
    lines = [line for line in run.stderr.splitlines() if "needs input" not in line]
    lines = [line for line in lines if "need input" not in line and "skipped" not in line]
    lines = [line for line in lines if f"{line}\n" != NOT_COMPARED]
    assert lines == [
        f"zsupport: no column is `{event}`, so all tickets count as un{event};"
        " --metric selects metrics"
        for event in notes
    ]
    # An export with chosen columns can lack both.
    (tmp_path / "t.csv").write_text(
        "Ticket ID,Created time\n1,2026-06-01 10:00:00\n", encoding="utf-8"
    )
    chosen = ("--policy", "./desk.yaml", "--map", "freshdesk-csv", *OSLO, "--at", AT)
    for metric, event in (("first-response", "answered"), ("fix", "resolved")):
        run = cli("audit", "t.csv", *chosen, "--metric", metric, "--priority", "P1", cwd=tmp_path)
        assert f"no column is `{event}`" in run.stderr
        assert run.stderr.count("no column") == 1


def test_tickets_without_the_object_of_their_metrics_are_noted(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "t.json").write_text(
        '{"id": 1, "created_at": "2026-06-01T08:00:00Z", "priority": "P1"}\n', encoding="utf-8"
    )
    run = cli(
        "audit", "t.json", "--policy", "./desk.yaml", "--map", "zendesk-json", *FIX, "--at", AT,
        cwd=tmp_path,
    )  # fmt: skip
    assert run.stderr == (
        "zsupport: no column is `resolved`, so all tickets count as unresolved;"
        " --metric selects metrics\n"
    )


def test_cells_of_several_columns_are_joined(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "t.toml").write_text(
        '[columns]\nid = "name"\nopened = {column = ["date", "time"]}\npriority = "priority"\n',
        encoding="utf-8",
    )
    # A blank cell adds nothing, so the second row has no time of day.
    (tmp_path / "t.csv").write_text(
        "name,date,time,priority\nA,2026-06-01,10:00:00,P1\nB,2026-06-01,,P1\n"
        "C,2026-06-01,11:00:00,P1\n",
        encoding="utf-8",
    )
    run = cli(
        "audit", "t.csv", "--policy", "./desk.yaml", "--map", "./t.toml", *OSLO, "--at", AT,
        "--format", "csv", "--rejects", "r.csv", cwd=tmp_path,
    )  # fmt: skip
    assert run.code == 3
    assert [(row["id"], row["due"]) for row in table(run.stdout)] == [
        ("A", "2026-06-01T11:00:00+02:00"),
        ("C", "2026-06-01T12:00:00+02:00"),
    ]
    rejects = table((tmp_path / "r.csv").read_text(encoding="utf-8"))
    assert [(row["line"], row["column"]) for row in rejects] == [("3", "date time")]
    # A column of an option replaces all of them.
    run = cli(
        "audit", "t.csv", "--policy", "./desk.yaml", "--map", "./t.toml", *OSLO, "--at", AT,
        "--column", "opened=date", "--instant", "opened=%Y-%m-%d", "--format", "csv", cwd=tmp_path,
    )  # fmt: skip
    assert [(row["id"], row["opened"]) for row in table(run.stdout)] == [
        (id, "2026-06-01T00:00:00+02:00") for id in "ABC"
    ]
