"""Event logs in several files, as `zsupport audit` reads them."""

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
    run = audit(cli, folder, "log.csv", *more[:2], *more[4:], "--format", "csv")
    assert (run.code, note in run.stderr) == (0, True)
    run = audit(cli, folder, "tickets.csv", *more, "--format", "csv")
    assert (run.code, note in run.stderr) == (0, False)
