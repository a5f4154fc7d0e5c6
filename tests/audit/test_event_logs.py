"""Event logs in several files, as `zsupport audit` reads them."""

import json
from pathlib import Path

import pytest
from conftest import Cli

from audit.test_audit_command import audit, folder, rows

__all__ = ["folder"]

OPENED = (
    "id,time,event,priority\nA,2026-06-01T08:00:00Z,opened,P3\nA,2026-06-01T09:00:00Z,resolved,\n"
)
#: The reopening is in the second of the resolution.
REOPENED = (
    "id,time,event,priority\nA,2026-06-01T09:00:00Z,reopened,\nA,2026-06-01T09:30:00Z,resolved,\n"
)


@pytest.mark.parametrize("order", [(), ("--grouped",)])
@pytest.mark.parametrize("names", [("log-9.csv", "log-10.csv"), ("a.csv", "b.csv")])
def test_events_of_one_second_keep_the_order_of_the_files(
    cli: Cli, folder: Path, names: tuple[str, str], order: tuple[str, ...]
) -> None:
    for name, text in zip(names, (OPENED, REOPENED), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    run = audit(cli, folder, *names, *order, "--metric", "fix", "--format", "csv")
    assert [(row["cycle"], row["opened"]) for row in rows(run.stdout)] == [
        ("1", "2026-06-01T08:00:00Z"),
        ("2", "2026-06-01T09:00:00Z"),
    ]


def test_a_file_with_the_name_of_standard_input(cli: Cli, folder: Path) -> None:
    log = "id,time,event,{}\nA,2026-06-01T08:00:00Z,opened,P9\nB,2026-06-01T08:00:00Z,opened,P1\n"
    (folder / "stdin").write_text(log.format("level").replace("A,", "C,").replace("B,", "D,"))
    run = audit(
        cli, folder, "-", "stdin", "--input", "csv", "--column", "priority=level",
        "--format", "csv", stdin=log.format("level"),
    )  # fmt: skip
    assert [(row["file"], row["line"], row["id"]) for row in rows(run.stdout)] == [
        ("stdin", "3", "B"),
        ("./stdin", "3", "D"),
    ]
    assert "./stdin:2: level: unknown priority `P9`" in run.stderr


def test_damaged_rows_of_a_log_are_noted(cli: Cli, folder: Path) -> None:
    log = "id,time,event,priority\nA,2026-06-01T08:00:00Z,opened,P3\n"
    (folder / "log.csv").write_text(f"{log}A,2026-06-01T09:00:00Z,resolved,,\n", encoding="utf-8")
    (folder / "tickets.csv").write_text("id,opened\nA,2026-06-01T08:00:00Z\nB\n", encoding="utf-8")
    note = "1 rejected row has no known ticket, so any verdict can miss its event"
    more = ("--metric", "fix", "--priority", "P3", "--max-rejects", "1")
    for format in ("csv", "plain", "json", "markdown"):
        run = audit(cli, folder, "log.csv", *more[:2], *more[4:], "--format", format)
        assert (run.code, run.stderr.count(note)) == (0, 1)
    run = audit(cli, folder, "tickets.csv", *more, "--format", "csv")
    assert (run.code, note in run.stderr) == (0, False)


def test_the_summary_has_the_number_of_rejected_rows_without_a_ticket(
    cli: Cli, folder: Path
) -> None:
    rows_of_log = [
        "A,2026-06-01T08:00:00Z,opened,P3",
        "A,2026-06-01T08:10:00Z,answered",  # too few cells
        ",2026-06-01T08:20:00Z,answered,",  # no id
        "A,never,answered,",  # the ticket is known
    ]
    header = "id,time,event,priority"
    (folder / "log.csv").write_text("\n".join([header, *rows_of_log, ""]), encoding="utf-8")
    (folder / "tickets.csv").write_text("id,opened\nB\n", encoding="utf-8")
    (folder / "more.csv").write_text(f"{header}\nA\n", encoding="utf-8")
    common = ("--max-rejects", "9", "--report", "report.html")

    def numbers(*files: str) -> tuple[int, int]:
        run = audit(cli, folder, *files, *common, "--format", "json")
        summary = json.loads(run.stdout)["summary"]
        return summary["rejects"], summary["lost_events"]

    assert numbers("tickets.csv", "--priority", "P3") == (1, 0)
    assert numbers("log.csv") == (3, 2)
    assert numbers("log.csv", "more.csv", "--grouped") == (4, 3)
    text = "3 rejected rows have no known ticket, so any verdict can miss their events"
    files = ("log.csv", "more.csv")
    assert f"> {text}\n" in audit(cli, folder, *files, *common, "--format", "markdown").stdout
    assert text in (folder / "report.html").read_text(encoding="utf-8")
    screen = audit(cli, folder, *files, *common, "--format", "table")
    assert text in " ".join(screen.stdout.split())
    assert text not in screen.stderr


@pytest.mark.parametrize("order", [(), ("--grouped",)])
def test_the_share_of_rejected_rows_counts_the_rows_of_a_log(
    cli: Cli, folder: Path, order: tuple[str, ...]
) -> None:
    # One ticket with two cycles and two metrics has four rows; the fifth row is rejected.
    log = OPENED + REOPENED.partition("\n")[2] + "B,2026-06-01T09:00:00Z,lost,\n"
    (folder / "log.csv").write_text(log, encoding="utf-8")
    options = ("log.csv", *order, "--metric", "all", "--quiet", "--max-rejects")
    assert audit(cli, folder, *options, "20%").code == 0
    run = audit(cli, folder, *options, "19.9999%")
    assert run.code == 3
    assert run.stderr.startswith(
        "zsupport: 1 of 5 rows was rejected\nzsupport: this is more than --max-rejects 19.9999%\n"
    )


#: Each ticket has another cause. The times are those of Oslo, where the office is open from 09:00
#: to 17:00. `fix` is 8 business hours for P1 and 4 for P2.
PLANTED = """\
id,time,event,priority,due,late
agrees,2026-06-01T10:00:00+02:00,opened,P1,2026-06-01T20:00:00+02:00,
agrees,2026-06-01T11:00:00+02:00,updated,,2026-06-02T10:00:00+02:00,no
agrees,2026-06-01T12:00:00+02:00,resolved,,,
priority,2026-06-01T10:00:00+02:00,opened,P2,2026-06-01T14:00:00+02:00,
priority,2026-06-01T11:00:00+02:00,,P1,,
pauses-ignored,2026-06-01T10:00:00+02:00,opened,P2,2026-06-01T14:00:00+02:00,
pauses-ignored,2026-06-01T11:00:00+02:00,paused,,,
pauses-ignored,2026-06-01T12:00:00+02:00,resumed,,,
holidays-ignored,2026-12-24T16:00:00+01:00,opened,P2,,
holidays-ignored,2026-12-24T16:30:00+01:00,updated,,2026-12-25T12:00:00+01:00,
elapsed-time,2026-06-01T16:00:00+02:00,opened,P2,2026-06-01T20:00:00+02:00,
time-zone,2026-06-01T10:00:00+02:00,opened,P2,2026-06-01T15:00:00+02:00,
other-priority,2026-06-01T10:00:00+02:00,opened,P2,2026-06-01T12:00:00+02:00,
rounding,2026-06-01T10:00:30+02:00,opened,P2,2026-06-01T14:01:00+02:00,
no-vendor-due,2026-06-01T10:00:00+02:00,opened,P2,,
unexplained,2026-06-01T10:00:00+02:00,opened,P2,2026-06-01T12:34:56+02:00,
cycles,2026-06-01T10:00:00+02:00,opened,P2,2026-06-01T14:00:00+02:00,
cycles,2026-06-01T11:00:00+02:00,resolved,,,
cycles,2026-06-02T10:00:00+02:00,reopened,,,
cycles,2026-06-02T10:30:00+02:00,updated,,2026-06-02T15:00:00+02:00,
"""


@pytest.mark.parametrize("order", [(), ("--grouped",), ("reversed",)])
def test_every_planted_cause_of_a_log_is_found(
    cli: Cli, folder: Path, order: tuple[str, ...]
) -> None:
    header, *lines = PLANTED.splitlines()
    if order == ("reversed",):
        lines.reverse()
        order = ()
    (folder / "log.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    run = audit(
        cli, folder, "log.csv", *order, "--metric", "fix", "--compare", "due=due,breached=late",
        "--at", "2027-01-30T12:00:00Z", "--output", "v.csv", "--format", "json",
    )  # fmt: skip
    assert (run.code, run.stderr) == (0, "")
    written = rows((folder / "v.csv").read_text(encoding="utf-8"))
    causes = {(row["id"], row["cycle"]): (row["cause"], row["cause_detail"]) for row in written}
    details = {
        "priority": "priority=P2", "time-zone": "UTC", "other-priority": "priority=P3",
        "rounding": "1m",
    }  # fmt: skip
    planted = dict.fromkeys(line.partition(",")[0] for line in PLANTED.splitlines()[1:])
    expected = {(id, "1"): (id, details.get(id, "")) for id in planted}
    expected["agrees", "1"] = expected["cycles", "1"] = ("", "")
    # From 10:00 on Tuesday, 4 business hours end at 14:00, or at 15:00 by hours in UTC.
    expected["cycles", "2"] = ("time-zone", "UTC")
    assert causes == expected
    assert json.loads(run.stdout)["comparison"]["agreed"] == 2
