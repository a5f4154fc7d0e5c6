"""`zsupport audit` as a command: what it writes where, and its exit codes."""

import csv
import gzip
import io
import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
from conftest import Cli, Run

from audit.audited import POLICY

#: 10:00 in Oslo is 08:00 UTC. The targets are 4 business hours, 30 minutes and 2 business days.
TICKETS = """\
id,opened,answered,priority,team
1,2026-06-01T08:00:00Z,2026-06-01T09:00:00Z,P1,red
2,2026-06-01T10:00:00+02:00,2026-06-01T12:00:01Z,P1,blue
3,2026-06-01T08:00:00Z,2026-06-01T08:30:00Z,P2,red
4,2026-06-01T08:00:00Z,,P3,blue
5,2026-06-01T08:00:00Z,,P4,
6,2026-06-01T08:00:00Z,2026-06-01T07:00:00Z,P1,red
7,2026-06-01T08:00:00Z,,P9,red
8,2026-06-01 08:00,,P1,red
9,2026-06-01T08:00:00Z
"""
#: The state, the deadline and the margin of each ticket that is not rejected.
EXPECTED = [
    ("1", "met", "2026-06-01T12:00:00Z", "10800"),
    ("2", "breached", "2026-06-01T12:00:00Z", "-1"),
    ("3", "met", "2026-06-01T08:30:00Z", "0"),
    # Two business days from Monday end on Wednesday at 17:00; now is Tuesday at 10:00.
    ("4", "running", "2026-06-03T15:00:00Z", "54000"),
    ("5", "no-target", "", ""),
]
AT = "2026-06-02T08:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the policy and the tickets."""
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "t.csv").write_text(TICKETS, encoding="utf-8")
    return tmp_path


def audit(
    cli: Cli, folder: Path, *arguments: str, stdin: str | None = None, **environment: str
) -> Run:
    common = ("--policy", "./p.yaml", "--plan", "pro", "--role", "admin", "--at", AT)
    return cli("audit", *common, *arguments, cwd=folder, stdin=stdin, env=environment)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def states(text: str) -> list[tuple[str, ...]]:
    return [tuple(r[name] for name in ("id", "state", "due", "margin_seconds")) for r in rows(text)]


def test_rows_on_standard_output(cli: Cli, folder: Path) -> None:
    run = audit(cli, folder, "t.csv", "--format", "csv")
    assert states(run.stdout) == EXPECTED
    assert run.code == 3
    assert run.stderr == (
        "zsupport: 4 rows were rejected\n"
        "zsupport: t.csv:7: answered: `answered` (2026-06-01T07:00:00Z) is before `opened`"
        " (2026-06-01T08:00:00Z)\n"
        "zsupport: t.csv:8: priority: unknown priority `P9`; priorities: P1, P2, P3, P4\n"
        "zsupport: t.csv:9: opened: local time `2026-06-01 08:00` has no time zone; add an offset"
        " such as Z or +01:00, or the time zone with --tz\n"
        "zsupport: t.csv:10: number of cells: 2; number of columns: 5\n"
        "zsupport: --rejects writes the rejected rows to a file, with the reasons\n"
        "zsupport: --value priority.TEXT=ID states the id of a text of the file\n"
    )


def test_unknown_texts_of_a_fact_are_noted_once(cli: Cli, folder: Path) -> None:
    (folder / "f.yaml").write_text(
        "format: 1\npolicy: f\nplans: {pro: Pro}\nchannels: {web: {name: Web, kind: web}}\n"
        "entitlements: [{allow: web}]\nfacts: {size: {values: {s: Small, l: Large}}}\n"
        "targets: [{when: {size: s}, first-response: 4h}]\n"
    )
    (folder / "f.csv").write_text(
        "opened,How big\n2026-06-01T08:00:00Z,tiny\n2026-06-01T08:00:00Z,huge\n", encoding="utf-8"
    )
    common = ("audit", "f.csv", "--policy", "./f.yaml", "--column", "fact.size=How big")
    for format in ("plain", "table"):
        run = cli(*common, "--format", format, cwd=folder)
        assert (
            run.stderr.count("--value fact.size.TEXT=ID states the id of a text of the file\n") == 1
        )
    for more in (("--value", "fact.size.tiny=s", "--value", "fact.size.huge=l"),
                 ("--rejects", "r.csv"), ("--quiet",)):  # fmt: skip
        assert "states the id" not in cli(*common, *more, cwd=folder).stderr


def test_rejected_rows_have_a_place_and_a_reason(cli: Cli, folder: Path) -> None:
    run = audit(cli, folder, "t.csv", "--format", "csv", "--rejects", "r.csv", "--max-rejects", "4")
    assert (run.code, run.stderr) == (0, "")
    rejects = rows((folder / "r.csv").read_text(encoding="utf-8"))
    assert [(row["file"], row["line"], row["column"]) for row in rejects] == [
        ("t.csv", "7", "answered"),
        ("t.csv", "8", "priority"),
        ("t.csv", "9", "opened"),
        ("t.csv", "10", ""),
    ]
    assert rejects[0]["reason"] == (
        "`answered` (2026-06-01T07:00:00Z) is before `opened` (2026-06-01T08:00:00Z)"
    )
    assert rejects[1]["reason"].startswith("unknown priority `P9`")
    # Each row is repeated as it was.
    lines = TICKETS.splitlines()
    assert [row["row"] for row in rejects] == [lines[6], lines[7], lines[8], lines[9]]


@pytest.mark.parametrize("arguments", [(), ("--format", "ndjson"), ("--output", "v.csv")])
def test_the_reasons_of_the_first_rejects_are_on_standard_error(
    cli: Cli, folder: Path, arguments: tuple[str, ...]
) -> None:
    lines = "".join(f"{number},soon,,P1,red\n" for number in range(8))
    (folder / "t.csv").write_text(TICKETS.splitlines()[0] + "\n" + lines, encoding="utf-8")
    # Allowed rejects are explained too.
    run = audit(cli, folder, "t.csv", *arguments, "--max-rejects", "8")
    notes = run.stderr.splitlines()
    assert run.code == 0
    assert notes[0] == "zsupport: 8 rows were rejected"
    for number, text in enumerate(notes[1:6], 2):
        assert text.startswith(f"zsupport: t.csv:{number}: opened: ")
    assert notes[6:] == [
        "zsupport: and 3 more rows",
        "zsupport: --rejects writes the rejected rows to a file, with the reasons",
    ]
    assert "soon" not in run.stdout
    # They do not fail the run, so --quiet omits them.
    assert audit(cli, folder, "t.csv", *arguments, "--max-rejects", "8", "-q").stderr == ""
    assert audit(cli, folder, "t.csv", *arguments, "-q").stderr == run.stderr


def test_a_terminal_shows_the_reasons_once(cli: Cli, folder: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        cli.command("audit", "t.csv", "--policy", "./p.yaml", "--plan", "pro", "--at", AT),
        cwd=folder, stdout=theirs, stderr=subprocess.PIPE,
        env=cli.environment({"TERM": "dumb", "COLUMNS": "120"}),
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # raised by Linux when the other end is closed
            pass
        assert process.stderr is not None
        notes = process.stderr.read().decode()
    os.close(ours)
    assert "priority: unknown priority `P9`" in shown.decode()
    assert notes.splitlines()[-2:] == [
        "zsupport: 4 rows were rejected",
        "zsupport: --value priority.TEXT=ID states the id of a text of the file",
    ]
    assert "P9" not in notes


def test_every_row_is_a_verdict_or_a_reject(cli: Cli, folder: Path) -> None:
    run = audit(cli, folder, "t.csv", "--format", "csv", "--rejects", "r.csv")
    verdicts = [int(row["line"]) for row in rows(run.stdout)]
    rejects = [int(row["line"]) for row in rows((folder / "r.csv").read_text(encoding="utf-8"))]
    assert sorted(verdicts + rejects) == list(range(2, 11))
    assert verdicts == sorted(verdicts)


def test_the_summary_and_the_rows_of_a_file(cli: Cli, folder: Path) -> None:
    run = audit(cli, folder, "t.csv", "--output", "v.csv", "--format", "json", "--max-rejects", "9")
    document = json.loads(run.stdout)
    (total,) = document["summary"]["totals"]
    assert (total["tickets"], total["met"], total["breached"]) == (5, 2, 1)
    assert (total["running"], total["no_target"], total["met_percent"]) == (1, 1, 66.6)
    assert document["summary"]["rejects"] == 4
    assert states((folder / "v.csv").read_text(encoding="utf-8")) == EXPECTED


def test_the_share_that_must_be_met(cli: Cli, folder: Path) -> None:
    for share, code in (("66%", 0), ("66", 0), ("2/3", 0), ("67%", 1), ("67", 1)):
        run = audit(cli, folder, "t.csv", "--fail-under", share, "--max-rejects", "4", "-q")
        assert (run.stdout, run.code) == ("", code), share
    assert run.stderr == (
        "zsupport: first-response: 66.6\N{NO-BREAK SPACE}% met, which is less than 67%\n"
    )


def test_a_resolved_ticket_without_an_answer_is_judged_as_by_due(cli: Cli, folder: Path) -> None:
    (folder / "t.csv").write_text(
        "id,opened,resolved,priority\n"
        "1,2026-06-01T08:00:00Z,2026-06-01T09:00:00Z,P1\n"
        "2,2026-06-02T07:30:00Z,2026-06-02T07:40:00Z,P1\n",
        encoding="utf-8",
    )
    run = audit(cli, folder, "t.csv", "--output", "v.csv", "--format", "json")
    # 4 business hours: one deadline was yesterday, the other is 3 h 30 min from now.
    assert states((folder / "v.csv").read_text(encoding="utf-8")) == [
        ("1", "breached", "2026-06-01T12:00:00Z", "-72000"),
        ("2", "running", "2026-06-02T11:30:00Z", "12600"),
    ]
    (total,) = json.loads(run.stdout)["summary"]["totals"]
    assert (total["breached"], total["open_breached"], total["running"]) == (1, 1, 1)
    lines = (folder / "t.csv").read_text(encoding="utf-8").splitlines()
    instants = {line.split(",")[0]: line.split(",")[1:3] for line in lines}
    for row, state in (("1", "breached"), ("2", "running")):
        opened, resolved = instants[row]
        done = cli(
            "due", "--policy", "./p.yaml", "--plan", "pro", "--role", "admin", "--priority", "P1",
            "--at", AT, "--opened", opened, "--resolved", resolved, "--field", "state", cwd=folder,
        )  # fmt: skip
        assert done.stdout == f"{state}\n"


def test_standard_input_gzip_and_several_files(cli: Cli, folder: Path) -> None:
    run = audit(cli, folder, "-", "--format", "csv", stdin=TICKETS)
    assert states(run.stdout) == EXPECTED
    assert {row["file"] for row in rows(run.stdout)} == {"stdin"}
    (folder / "t.csv.gz").write_bytes(gzip.compress(TICKETS.encode()))
    run = audit(cli, folder, "t.csv", "t.csv.gz", "--format", "csv", "--max-rejects", "8")
    assert states(run.stdout) == EXPECTED * 2
    assert [row["file"] for row in rows(run.stdout)] == ["t.csv"] * 5 + ["t.csv.gz"] * 5
    run = audit(cli, folder, "t.*", "--format", "csv", "--max-rejects", "8")
    assert states(run.stdout) == EXPECTED * 2


def test_kept_columns_and_groups_by_a_column(cli: Cli, folder: Path) -> None:
    run = audit(
        cli, folder, "t.csv", "--keep", "id", "--output", "v.csv", "--by", "team", "--format",
        "json", "--max-rejects", "4",
    )  # fmt: skip
    written = rows((folder / "v.csv").read_text(encoding="utf-8"))
    assert [row["input.id"] for row in written] == list("12345")
    assert "team" not in written[0]
    groups = json.loads(run.stdout)["summary"]["groups"]
    assert [(group["values"], group["met"], group["tickets"]) for group in groups] == [
        ({"team": "blue"}, 0, 2),
        ({"team": "red"}, 2, 2),
        ({"team": None}, 0, 1),
    ]


def test_several_names_are_separated_by_commas(cli: Cli, folder: Path) -> None:
    text = TICKETS.replace("team", '"team, old"', 1)
    (folder / "t.csv").write_text(text, encoding="utf-8")
    options = ("--by", 'priority,"team, old"', "--keep", 'id,"team, old"', "--output", "v.csv")
    run = audit(cli, folder, "t.csv", *options, "--format", "json")
    document = json.loads(run.stdout)
    assert document["query"]["by"] == ["priority", "team, old"]
    assert document["summary"]["groups"][0]["values"] == {"priority": "P1", "team, old": "blue"}
    written = rows((folder / "v.csv").read_text(encoding="utf-8"))
    assert list(written[0])[:2] == ["input.id", "team, old"]


def test_an_event_log(cli: Cli, folder: Path) -> None:
    (folder / "log.csv").write_text(
        "id,time,event,priority\n"
        "A,2026-06-01T08:00:00Z,opened,P3\n"
        "B,2026-06-01T08:00:00Z,opened,P1\n"
        "A,2026-06-01T08:10:00Z,paused,\n"
        "A,2026-06-01T08:40:00Z,resumed,\n"
        "B,2026-06-01T10:00:00Z,resolved,\n"
        "A,2026-06-01T09:00:00Z,updated,P2\n"
        "A,2026-06-01T12:29:59Z,resolved,\n"
        "B,2026-06-01T11:00:00Z,reopened,\n",
        encoding="utf-8",
    )
    run = audit(cli, folder, "log.csv", "--format", "csv", "--metric", "fix")
    # A is P2 at the end: 4 business hours from 10:00 are 14:00, and the pause moves them to 14:30.
    # B has 8 business hours in each of its cycles, from 10:00 and from 13:00.
    assert [
        (row["id"], row["cycle"], row["state"], row["due"], row["warnings"])
        for row in rows(run.stdout)
    ] == [
        ("A", "1", "met", "2026-06-01T12:30:00Z", "change-assumed"),
        ("B", "1", "met", "2026-06-02T08:00:00Z", ""),
        ("B", "2", "running", "2026-06-02T11:00:00Z", ""),
    ]
    assert run.code == 0


def test_the_head_shows_the_mapping(cli: Cli, folder: Path) -> None:
    run = audit(cli, folder, "t.csv", "--head", "1", "--column", "id=team")
    assert run.stdout.splitlines()[0] == "t.csv:2"
    assert "  id\tred\tteam: red" in run.stdout.splitlines()
    assert "  opened\t2026-06-01T08:00:00Z\topened: 2026-06-01T08:00:00Z" in run.stdout
    assert run.code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "no ticket file\n  name a file, or - for standard input\n"),
        (("missing.csv",), 3, "missing.csv"),
        (("t.csv", "--column", "opened=Opened at"), 2, "unknown column `Opened at`"),
        (("t.csv", "--map", "zendesc"), 2, "unknown mapping `zendesc`"),
        (("t.csv", "--fail-under", "120%"), 2, "--fail-under"),
        (("t.csv", "--fail-under", "0.95"), 2, "write `95%` or `0.95%`"),
        (("t.csv", "--max-rejects", "few"), 2, "--max-rejects: `few` is not a number of rows"),
        (("t.csv", "--max-rejects", "0.5"), 2, "--max-rejects: `0.5` is not a number of rows"),
        (("t.csv", "--max-rejects", "15 %"), 2, "invalid share `15 %`\n  write `15%`"),
        (("t.csv", "--max-rejects", "101%"), 2, "--max-rejects: invalid share `101%`"),
        (("t.csv", "--max-rejects", "0/0"), 2, "--max-rejects: invalid share `0/0`"),
        (("t.csv", "--max-rejects", "5/4"), 2, "--max-rejects: invalid share `5/4`"),
        (("t.csv", "--compare", "late=x"), 2, "--compare: `late=x` is not due=COLUMN"),
        (("t.csv", "--output", "v.xlsx"), 2, "--output: the name `v.xlsx` does not say the format"),
        (("t.csv", "--output", "no/v.csv"), 4, "cannot write no/v.csv"),
        (("t.csv", "--by", "tema"), 2, "did you mean `team`?"),
        (("t.csv", "--metric", "repare"), 2, "unknown metric `repare`"),
    ],
)  # fmt: skip
def test_mistakes_have_an_answer(
    cli: Cli, folder: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    run = audit(cli, folder, *arguments)
    assert (run.stdout, run.code) == ("", code)
    assert message in run.stderr


@pytest.mark.parametrize(
    ("limit", "code", "notes"),
    [
        ("3", 3, ["4 rows were rejected", "this is more than --max-rejects 3"]),
        ("4", 0, []),
        ("0%", 3, ["4 of 9 rows were rejected", "this is more than --max-rejects 0%"]),
        ("0.0%", 3, ["4 of 9 rows were rejected", "this is more than --max-rejects 0.0%"]),
        ("00%", 3, ["4 of 9 rows were rejected", "this is more than --max-rejects 00%"]),
        ("0/5", 3, ["4 of 9 rows were rejected", "this is more than --max-rejects 0/5"]),
        # 4 of 9 rows are 44.444... %.
        ("44.4444%", 3, ["4 of 9 rows were rejected", "this is more than --max-rejects 44.4444%"]),
        ("44.4445%", 0, []),
        ("4/9", 0, []),
        ("100%", 0, []),
    ],
)
def test_a_number_or_a_share_of_the_rows_may_be_rejected(
    cli: Cli, folder: Path, limit: str, code: int, notes: list[str]
) -> None:
    run = audit(cli, folder, "t.csv", "--max-rejects", limit, "--rejects", "r.csv")
    assert run.code == code
    assert run.stderr == "".join(f"zsupport: {note}\n" for note in notes)


@pytest.mark.parametrize("more", [(), ("--format", "csv"), ("--engine", "columns")])
def test_the_share_of_rejected_rows_is_known_without_a_summary(
    cli: Cli, folder: Path, more: tuple[str, ...]
) -> None:
    run = audit(cli, folder, "t.csv", "--max-rejects", "1/3", "--quiet", *more)
    assert run.code == 3
    assert run.stderr.startswith("zsupport: 4 of 9 rows were rejected\n")


def test_the_share_of_rejected_rows_is_that_of_the_rows_that_are_not_skipped(
    cli: Cli, folder: Path
) -> None:
    # Without the two rows of blue, 4 of 7 rows are rejected, which is more than a half.
    half = ("t.csv", "--max-rejects", "50%", "--quiet")
    assert audit(cli, folder, *half).code == 0
    run = audit(cli, folder, *half, "--skip", "team=blue")
    assert run.code == 3
    assert run.stderr.startswith("zsupport: 4 of 7 rows were rejected\n")


@pytest.mark.parametrize("engine", ["plain", "columns"])
@pytest.mark.parametrize(
    ("mapping", "options", "opened", "answered"),
    [
        # In November, Oslo has UTC+1 and Helsinki UTC+2.
        ('timezone = "Europe/Oslo"\n', (), "10:00:00+01:00", "09:30:00+01:00"),
        ('timezone = "Europe/Oslo"\n', ("--tz", "Europe/Helsinki"), "10:00:00+02:00",
         "09:30:00+02:00"),
        ("", ("--tz", "Europe/Helsinki"), "10:00:00+02:00", "09:30:00+02:00"),
    ],
)  # fmt: skip
def test_reasons_show_the_local_times_of_the_file(
    cli: Cli, folder: Path, mapping: str, options: tuple[str, ...], opened: str, answered: str,
    engine: str,
) -> None:  # fmt: skip
    (folder / "m.toml").write_text(
        f'instant = "%d.%m.%Y %H:%M"\n{mapping}[columns]\nopened = "Opprettet"\n'
        'answered = "Besvart"\npriority = "Nivå"\n', encoding="utf-8",
    )  # fmt: skip
    row = "23.11.2026 10:00;23.11.2026 09:30;P1"
    (folder / "n.csv").write_text(f"Opprettet;Besvart;Nivå\n{row}\n", encoding="utf-8")
    common = ("n.csv", "--map", "./m.toml", "--rejects", "r.csv", "--engine", engine)
    run = audit(cli, folder, *common, *options, "--format", "markdown")
    [reject] = rows((folder / "r.csv").read_text(encoding="utf-8"))
    reason = f"`answered` (2026-11-23T{answered}) is before `opened` (2026-11-23T{opened})"
    assert (reject["reason"], reject["row"]) == (reason, row)
    assert reason.replace("`", "\\`") in run.stdout


def test_reasons_show_times_in_the_time_zone_of_the_column(cli: Cli, folder: Path) -> None:
    (folder / "m.toml").write_text(
        "[columns]\nopened = {column = 'at', instant = '%d.%m.%Y %H:%M', timezone = 'Asia/Tokyo'}\n"
        "resolved = 'end'\npriority = 'level'\n", encoding="utf-8",
    )  # fmt: skip
    (folder / "n.csv").write_text(
        "at,end,level\n23.11.2026 10:00,2026-11-23T00:59:00Z,P1\n", encoding="utf-8"
    )
    run = audit(cli, folder, "n.csv", "--map", "./m.toml", "--quiet")
    assert (
        "`resolved` (2026-11-23T09:59:00+09:00) is before `opened` (2026-11-23T10:00:00+09:00)"
        in run.stderr
    )


@pytest.mark.parametrize("kept", [(), ("--keep", "all"), ("--keep", "team")])
def test_an_unknown_name_to_group_by_shows_all_names(
    cli: Cli, folder: Path, kept: tuple[str, ...]
) -> None:
    run = audit(cli, folder, "t.csv", "--by", "Team,rolle", *kept)
    assert run.code == 2
    assert run.stderr == (
        "zsupport: t.csv: --by: unknown name `rolle`; names: plan, role, channel, priority,"
        " revision, month; columns: `id`, `opened`, `answered`, `priority`, `team`\n"
        "  did you mean `role`?\n"
    )
    run = audit(cli, folder, "t.csv", "--by", "Team", *kept, "--max-rejects", "4")
    assert run.stdout.splitlines()[:2] == [
        "first-response\tblue\t0.0\t0\t1\t2",
        "first-response\tred\t100.0\t2\t0\t2",
    ]


def test_a_failed_run_replaces_no_file(cli: Cli, folder: Path) -> None:
    (folder / "v.csv").write_text("before", encoding="utf-8")
    (folder / "late.csv").write_text("id,when\n1,x\n", encoding="utf-8")
    run = audit(cli, folder, "t.csv", "late.csv", "--output", "v.csv")
    assert run.code == 2
    assert (folder / "v.csv").read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in folder.iterdir()) == [
        "late.csv",
        "p.yaml",
        "t.csv",
        "v.csv",
    ]


#: Tickets with the deadline of a help desk, each wrong for one cause. The times are those of Oslo.
PLANTED = """\
id,opened,answered,priority,due,late,pauses
agrees,2026-06-01T10:00:00+02:00,2026-06-01T12:00:00+02:00,P1,2026-06-01T14:00:00+02:00,no,
rounding,2026-06-01T10:00:30+02:00,,P1,2026-06-01T14:01:00+02:00,,
closing-time,2026-06-01T13:00:00+02:00,,P1,2026-06-02T09:00:00+02:00,,
pauses-ignored,2026-06-01T10:00:00+02:00,,P1,2026-06-01T14:00:00+02:00,,2026-06-01T11:00:00+02:00/2026-06-01T12:00:00+02:00
holidays-ignored,2026-12-24T16:00:00+01:00,,P1,2026-12-25T12:00:00+01:00,,
elapsed-time,2026-06-01T16:00:00+02:00,,P1,2026-06-01T20:00:00+02:00,,
time-zone,2026-06-01T10:00:00+02:00,,P1,2026-06-01T15:00:00+02:00,,
other-priority,2026-06-01T10:00:00+02:00,,P1,2026-06-01T10:30:00+02:00,,
unexplained,2026-06-01T10:00:00+02:00,,P1,2026-06-01T12:34:56+02:00,,
no-due,2026-06-01T10:00:00+02:00,,P4,2026-06-01T12:00:00+02:00,,
no-vendor-due,2026-06-01T10:00:00+02:00,,P1,,,
"""


def test_every_planted_cause_is_found(cli: Cli, folder: Path) -> None:
    (folder / "planted.csv").write_text(PLANTED, encoding="utf-8")
    arguments = (
        "planted.csv",
        "--compare",
        "due=due,breached=late",
        "--at",
        "2027-01-30T12:00:00Z",
    )
    document = json.loads(audit(cli, folder, *arguments, "--format", "json").stdout)
    comparison = document["comparison"]
    assert comparison["agreed"] == 1
    causes = {
        item["cause"]: (item["witness"]["id"], item["verdicts"]) for item in comparison["causes"]
    }
    planted = [line.partition(",")[0] for line in PLANTED.splitlines()[2:]]
    assert causes == {cause: (cause, 1) for cause in planted}
    run = audit(cli, folder, *arguments)
    assert run.stderr.splitlines()[0] == "zsupport: 1 of 11 verdicts agree with the help desk"
    assert "zsupport: 1: the help desk does not know the holidays: planted.csv:6" in run.stderr
    run = audit(cli, folder, *arguments, "--format", "table", "--tz", "Europe/Oslo")
    shown = " ".join(run.stdout.split())
    assert (
        "1 the help desk counts elapsed time instead of working time elapsed-time, planted.csv:7:"
        " Tue 2 Jun 2026, 12:00 by the policy; Mon 1 Jun 2026, 20:00 by the help desk"
    ) in shown.replace("\N{NO-BREAK SPACE}", " ")
    for format in ("markdown", "table"):
        run = audit(cli, folder, *arguments, "--format", format)
        assert (
            "the help desk counts the hours in another time zone (UTC); contradicted by 1 of 1"
            " agreeing verdict by the same rules"
        ) in " ".join(run.stdout.split())
    contradictions = {
        item["cause"]: (item["tried"], item["contradicting"]) for item in comparison["causes"]
    }
    assert contradictions["time-zone"] == (1, 1)
    assert contradictions["holidays-ignored"] == contradictions["elapsed-time"] == (1, 0)
    assert (
        "zsupport: 1: the help desk counts the hours in another time zone (UTC): planted.csv:8;"
        " contradicted by 1 of 1 agreeing verdict by the same rules\n"
    ) in audit(cli, folder, *arguments).stderr


#: Each zone option and mapping, with the deadline 2026-06-02 10:00 UTC and the zone on the screen.
ZONES = [
    ((), "", "Tue 2 Jun 2026, 12:00", "Europe/Oslo"),
    ((), 'timezone = "Asia/Tokyo"\n', "Tue 2 Jun 2026, 19:00", "Asia/Tokyo"),
    (("--tz", "America/New_York"), 'timezone = "Asia/Tokyo"\n', "Tue 2 Jun 2026, 06:00",
     "America/New_York"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "setting", "deadline", "name"), ZONES)
def test_the_zone_of_times_for_people(
    cli: Cli, folder: Path, options: tuple[str, ...], setting: str, deadline: str, name: str
) -> None:
    (folder / "planted.csv").write_text(PLANTED, encoding="utf-8")
    fields = PLANTED.splitlines()[0].split(",")
    names = {"due": "vendor.due", "late": "vendor.breached"}
    columns = "".join(f'{names.get(field, field)} = "{field}"\n' for field in fields)
    (folder / "m.toml").write_text(f"{setting}[columns]\n{columns}", encoding="utf-8")
    # The offset of the moment is that of winter.
    run = audit(
        cli, folder, "planted.csv", "--map", "./m.toml", "--at", "2027-01-30T12:00:00+01:00",
        "--format", "table", "--report", "report.html", *options,
    )  # fmt: skip
    page = (folder / "report.html").read_text(encoding="utf-8")
    for text in (run.stdout, re.sub("<[^>]*>", " ", page)):
        shown = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
        assert deadline in shown
        assert shown.count(f"Times are in the time zone {name}.") == 1


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_the_report_has_the_comparison(cli: Cli, folder: Path, lang: str) -> None:
    (folder / "planted.csv").write_text(PLANTED, encoding="utf-8")
    run = audit(
        cli, folder, "planted.csv", "--compare", "due=due,breached=late", "--tz", "Europe/Oslo",
        "--at", "2027-01-30T12:00:00Z", "--report", "report.html", "--lang", lang, "--quiet",
    )  # fmt: skip
    assert (run.stdout, run.stderr, run.code) == ("", "", 0)
    page = (folder / "report.html").read_text(encoding="utf-8")
    table = page.partition("comparison-table")[2].partition("</table>")[0]
    for line in PLANTED.splitlines()[2:]:
        assert line.partition(",")[0] in table
    cause = {"en": "The help desk does not know the holidays", "nb": "kjenner ikke helligdagene"}
    assert cause[lang] in table
    deadline = {"en": "Fri 25 Dec 2026, 12:00", "nb": "fre. 25. des. 2026, 12:00"}[lang]
    assert deadline in table.replace("\N{NO-BREAK SPACE}", " ")


#: The causes of PLANTED that have details.
DETAILS = {"rounding": "1m", "time-zone": "UTC", "other-priority": "priority=P2"}


def test_every_row_names_the_cause_of_its_difference(cli: Cli, folder: Path) -> None:
    import polars

    (folder / "planted.csv").write_text(PLANTED, encoding="utf-8")
    for name in ("v.csv", "v.ndjson", "v.parquet"):
        run = audit(
            cli, folder, "planted.csv", "--compare", "due=due,breached=late", "--output", name,
            "--at", "2027-01-30T12:00:00Z", "--by", "pauses", "--keep", "id", "--quiet",
        )  # fmt: skip
        assert (run.stdout, run.stderr, run.code) == ("", "", 0)
    planted = [line.partition(",")[0] for line in PLANTED.splitlines()[1:]]
    causes = [None if name == "agrees" else name for name in planted]
    written = rows((folder / "v.csv").read_text(encoding="utf-8"))
    assert list(written[0])[-4:] == ["vendor_due", "vendor_breached", "cause", "cause_detail"]
    assert written[0]["input.id"] == "agrees"
    assert [row["cause"] or None for row in written] == causes
    assert [row["cause_detail"] or None for row in written] == list(map(DETAILS.get, planted))
    assert [row["vendor_breached"] for row in written] == ["false", *[""] * 10]
    assert (written[0]["vendor_due"], written[-1]["vendor_due"]) == ("2026-06-01T12:00:00Z", "")
    lines = (folder / "v.ndjson").read_text(encoding="utf-8").splitlines()
    objects = [json.loads(line) for line in lines]
    assert [row["cause"] for row in objects] == causes
    assert [row["vendor_breached"] for row in objects] == [False, *[None] * 10]
    assert (objects[0]["vendor_due"], objects[-1]["vendor_due"]) == ("2026-06-01T12:00:00Z", None)
    table = polars.read_parquet(folder / "v.parquet")
    assert table["cause"].to_list() == causes
    assert table["vendor_breached"].to_list() == [False, *[None] * 10]
    assert table["vendor_due"].to_list()[0] == table["due"].to_list()[0]


def test_rows_without_a_comparison_have_no_causes(cli: Cli, folder: Path) -> None:
    assert "cause" not in audit(cli, folder, "t.csv", "--format", "csv").stdout


@pytest.mark.parametrize("more", [(), ("--keep", "team"), ("--by", "team"), ("--keep", "all")])
def test_both_engines_write_the_same(cli: Cli, folder: Path, more: tuple[str, ...]) -> None:
    outputs = []
    for engine in ("plain", "columns"):
        done = audit(
            cli, folder, "t.csv", "--engine", engine, "--output", "v.csv", "--rejects", "r.csv",
            "--max-rejects", "9", "--format", "json", *more,
        )  # fmt: skip
        assert done.code == 0
        outputs.append((done, (folder / "v.csv").read_bytes(), (folder / "r.csv").read_bytes()))
    assert outputs[0] == outputs[1]


def test_the_columns_engine_reads_standard_input(cli: Cli, folder: Path) -> None:
    done = audit(cli, folder, "-", "--engine", "columns", "--format", "csv", stdin=TICKETS)
    assert states(done.stdout) == EXPECTED


def test_a_run_that_judges_nothing_does_not_reach_the_share(cli: Cli, folder: Path) -> None:
    (folder / "empty.csv").write_text("id,opened,priority\n", encoding="utf-8")
    run = audit(cli, folder, "empty.csv", "--fail-under", "95%")
    assert (run.stderr, run.code) == ("zsupport: no ticket was judged, so 95% is not reached\n", 1)
    assert audit(cli, folder, "empty.csv").code == 0


def test_quiet_prints_nothing(cli: Cli, folder: Path) -> None:
    for format in ("csv", "ndjson", "json", "plain"):
        run = audit(cli, folder, "t.csv", "-q", "--format", format, "--max-rejects", "4")
        assert (run.stdout, run.code) == ("", 0), format


def test_the_help_desk_is_compared_with_one_metric(cli: Cli, folder: Path) -> None:
    run = audit(cli, folder, "t.csv", "--compare", "due=answered", "--metric", "all")
    assert run.code == 2
    assert run.stderr == (
        "zsupport: the verdict of the help desk is compared with one metric\n"
        "  select it with --metric\n"
    )


def test_verdicts_that_need_input_make_the_share_uncertain(cli: Cli, folder: Path) -> None:
    (folder / "few.csv").write_text(
        "id,opened,answered,priority\n"
        "1,2026-06-01T08:00:00Z,2026-06-01T09:00:00Z,P1\n"
        + "".join(f"{id},2026-06-01T08:00:00Z,2026-06-01T09:00:00Z,\n" for id in (2, 3, 4)),
        encoding="utf-8",
    )
    run = audit(cli, folder, "few.csv", "--fail-under", "95", "--format", "json")
    assert run.code == 1
    assert run.stderr.endswith(
        "zsupport: first-response: 3 verdicts need input, so it is not certain that 95% is"
        " reached\n"
    )
    assert json.loads(run.stdout)["fail_under"] == {
        "share": "95%", "below": [], "uncertain": ["first-response"],
    }  # fmt: skip
    assert audit(cli, folder, "few.csv", "--fail-under", "25", "-q").code == 0


def test_verdicts_that_need_input_are_named(cli: Cli, folder: Path) -> None:
    (folder / "few.csv").write_text("id,opened\n1,2026-06-01T08:00:00Z\n", encoding="utf-8")
    run = audit(cli, folder, "few.csv", "--output", "v.csv")
    assert "1 verdict needs input; `warnings` of its row names what is missing" in run.stderr
    (row,) = rows((folder / "v.csv").read_text(encoding="utf-8"))
    assert (row["state"], row["warnings"]) == ("needs-input", "needs-priority")


def test_the_shipped_example_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("opened\n2026-06-01T08:00:00Z\n", encoding="utf-8")
    case = ("--plan", "pro", "--role", "owner", "--priority", "P1")
    run = cli("audit", "few.csv", *case, cwd=tmp_path)
    assert run.stderr == (
        "zsupport: judged by zoom, the shipped example\n"
        "zsupport: select your policy with --policy\n"
    )


def test_rows_are_in_utc_or_in_the_stated_zone(cli: Cli, folder: Path) -> None:
    run = audit(cli, folder, "t.csv", "--format", "csv", "--at", "2026-06-02T10:00:00+02:00")
    assert states(run.stdout) == EXPECTED
    run = audit(cli, folder, "t.csv", "--format", "csv", "--tz", "Europe/Oslo")
    assert rows(run.stdout)[0]["due"] == "2026-06-01T14:00:00+02:00"


def test_files_with_different_headers_cannot_keep_all_columns(cli: Cli, folder: Path) -> None:
    (folder / "a.csv").write_text("id,opened\n1,2026-06-01T08:00:00Z\n", encoding="utf-8")
    (folder / "b.csv").write_text("opened,id\n2026-06-01T08:00:00Z,2\n", encoding="utf-8")
    run = audit(cli, folder, "a.csv", "b.csv", "--keep", "all", "--output", "v.csv")
    assert run.code == 2
    assert "b.csv: the header differs from that of the first file" in run.stderr
    assert not (folder / "v.csv").exists()
    run = audit(cli, folder, "a.csv", "b.csv", "--keep", "id", "--format", "csv")
    assert [row["input.id"] for row in rows(run.stdout)] == ["1", "2"]


def test_no_input_is_replaced(cli: Cli, folder: Path) -> None:
    (folder / "m.toml").write_text('[columns]\nopened = "opened"\n', encoding="utf-8")
    for option in ("--output", "--rejects"):
        target = "t.csv"
        with (folder / target).open("rb") as stream:
            done = subprocess.run(
                cli.command("audit", "-", "--policy", "./p.yaml", option, target),
                stdin=stream, cwd=folder, env=cli.environment(), capture_output=True, check=False,
            )  # fmt: skip
        assert done.returncode == 2
        assert b"t.csv is an input file (not replaced)" in done.stderr
        assert (folder / target).read_text(encoding="utf-8") == TICKETS
    run = audit(cli, folder, "t.csv", "--map", "m.toml", "--rejects", "m.toml")
    assert (run.code, "m.toml is an input file" in run.stderr) == (2, True)


def test_names_of_columns_are_no_patterns(cli: Cli, folder: Path) -> None:
    import polars

    table = {"^o.*$": ["2026-06-01T08:00:00Z"], "ox": ["2026-06-08T08:00:00Z"], "*": ["1"]}
    polars.DataFrame(table).write_parquet(folder / "t.parquet")
    columns = ("--column", "opened=^o.*$", "--column", "id=*", "--priority", "P1")
    for engine in ("plain", "columns"):
        run = audit(cli, folder, "t.parquet", *columns, "--format", "csv", "--engine", engine)
        (row,) = rows(run.stdout)
        assert (row["id"], row["opened"]) == ("1", "2026-06-01T08:00:00Z")


def test_a_first_chunk_of_rejects_in_both_engines(cli: Cli, folder: Path) -> None:
    text = "id,opened,plan\n1,2026-06-01T08:00:00Z,nope\n"
    (folder / "bad.csv").write_text(text, encoding="utf-8")
    for engine in ("plain", "columns"):
        run = cli(
            "audit", "bad.csv", "--policy", "./p.yaml", "--engine", engine, "--format", "csv",
            cwd=folder,
        )  # fmt: skip
        assert (len(rows(run.stdout)), run.code) == (0, 3)


def test_skipped_rows_are_counted(cli: Cli, folder: Path) -> None:
    (folder / "t.csv").write_text(
        "id,opened,priority,state,kind\n"
        "1,2026-06-01T08:00:00Z,P1,open,bug\n"
        "2,2026-06-01T08:00:00Z,P1,Deleted,bug\n"
        "3,nonsense,P1,deleted ,\n"
        "4,nonsense,P1,open,\n"
        "5,nonsense,P1,open,bug\n"
        "6,2026-06-01T08:00:00Z\n",
        encoding="utf-8",
    )
    common = (
        "audit", "t.csv", "--policy", "./p.yaml", "--plan", "pro", "--role", "admin",
        "--skip", "state=deleted", "--only", "kind", "--max-rejects", "2", "--rejects", "r.csv",
        "--at", "2026-06-01T09:00:00Z",
    )  # fmt: skip
    skipped = "3 rows are skipped by `state` and `kind`"
    for engine in ("plain", "columns"):
        run = cli(*common, "--engine", engine, "--format", "json", cwd=folder)
        summary = json.loads(run.stdout)["summary"]
        assert (summary["tickets"], summary["rejects"], summary["skipped"]) == (1, 2, 3)
        assert summary["skipped_kinds"] == [
            {"rows": 2, "column": "state"},
            {"rows": 1, "column": "kind"},
        ]
        assert run.stderr == ""
        markdown = cli(*common, "--engine", engine, "--format", "markdown", cwd=folder)
        assert "> 3 rows are skipped by" in markdown.stdout
        assert markdown.stderr == ""
        for format in ("plain", "csv"):
            run = cli(*common, "--engine", engine, "--format", format, cwd=folder)
            assert run.stderr == f"zsupport: {skipped}\n"
        assert cli(*common, "--quiet", "--format", "csv", cwd=folder).stderr == ""
    run = cli(*common, "--format", "table", cwd=folder)
    assert skipped in run.stdout


def test_the_cycle_of_a_worst_ticket_is_shown(cli: Cli, folder: Path) -> None:
    (folder / "log.csv").write_text(
        "id,time,event,priority\n"
        "1,2026-06-01T08:00:00Z,opened,P1\n"
        "1,2026-06-01T08:10:00Z,resolved,P2\n"
        "1,2026-06-01T08:20:00Z,reopened,\n"
        "1,2026-06-02T07:00:00Z,resolved,\n",
        encoding="utf-8",
    )
    # The second cycle has the priority P2 at its opening, and is resolved after 4 business hours.
    common = ("log.csv", "--metric", "fix")
    markdown = audit(cli, folder, *common, "--format", "markdown").stdout
    assert "| 1 | log.csv:2 | fix | pro \N{MIDDLE DOT} admin" in markdown
    assert "\N{MIDDLE DOT} cycle 2 |" in markdown
    assert "cycle 2" in audit(cli, folder, *common, "--format", "table").stdout
    norwegian = audit(cli, folder, *common, "--format", "table", "--lang", "nb").stdout
    assert "syklus 2" in norwegian


def test_vendor_verdicts_are_not_compared_with_several_metrics(cli: Cli, folder: Path) -> None:
    text = "vendor.due = 'answered'\npriority = 'priority'\nopened = 'opened'\n"
    (folder / "m.toml").write_text(f"[columns]\n{text}", encoding="utf-8")
    common = ("t.csv", "--map", "./m.toml", "--max-rejects", "9")
    remark = "the verdict of the help desk is only compared if --metric selects one metric"
    assert f"zsupport: {remark}\n" in audit(cli, folder, *common, "--metric", "all").stderr
    assert remark not in audit(cli, folder, *common).stderr


def test_an_error_names_the_shipped_policy(cli: Cli, folder: Path) -> None:
    run = cli("audit", "t.csv", "--plan", "premium", cwd=folder)
    assert run.code == 2
    assert "unknown plan `premium`" in run.stderr
    text = " ".join(run.stderr.split())
    assert "the policy is zoom, the shipped example; select yours with --policy" in text
    column = cli("audit", "t.csv", "--column", "opened=when", cwd=folder)
    assert (column.code, "the shipped example" in column.stderr) == (2, False)
    metric = cli("audit", "t.csv", "--metric", "repare", cwd=folder)
    assert (metric.code, "the shipped example" in metric.stderr) == (2, True)
    named = cli("audit", "t.csv", "--plan", "premium", "--policy", "zoom", cwd=folder)
    assert "the shipped example" not in named.stderr


def test_the_hints_name_what_to_write(cli: Cli, folder: Path) -> None:
    (folder / "v.csv").write_text(
        "id,opened,priority,late\n1,2026-06-01T08:00:00Z,P1,nein\n", encoding="utf-8"
    )
    run = audit(cli, folder, "v.csv", "--compare", "breached=late")
    assert "map it, such as with --value vendor.breached.nein=false" in run.stderr
    (folder / "e.csv").write_bytes(b"id,opened,pl\xe5n\n")
    run = audit(cli, folder, "e.csv")
    assert "state its encoding, such as --encoding cp1252 or utf-16" in run.stderr


def test_a_screen_has_the_reasons_of_rejects(cli: Cli, folder: Path) -> None:
    run = audit(cli, folder, "t.csv", "--format", "table")
    notes = (
        "zsupport: 4 rows were rejected\n"
        "zsupport: --value priority.TEXT=ID states the id of a text of the file\n"
    )
    assert (run.code, run.stderr) == (3, notes)
    assert "unknown priority `P9`" in " ".join(run.stdout.split())


@pytest.mark.parametrize("engine", ["plain", "columns"])
def test_warnings_of_verdicts_are_counted(cli: Cli, folder: Path, engine: str) -> None:
    (folder / "t.csv").write_text(
        "id,opened,answered,priority\n"
        # The policy knows the holidays up to 2027.
        "1,2030-06-03T08:00:00Z,2030-06-03T09:00:00Z,P1\n"
        "2,2026-06-01T08:00:00Z,2026-06-01T09:00:00Z,P1\n"
        "3,2026-06-01T08:00:00Z,2026-06-01T09:00:00Z,\n"
        "4,2026-06-01T08:00:00Z,2026-06-01T09:30:00Z,\n",
        encoding="utf-8",
    )
    common = ("t.csv", "--engine", engine, "--at", "2030-07-01T08:00:00Z")
    run = audit(cli, folder, *common, "--format", "json", "--report", "r.html")
    assert json.loads(run.stdout)["summary"]["warnings"] == [
        {"verdicts": 2, "code": "needs-priority"},
        {"verdicts": 1, "code": "beyond-covers"},
    ]
    texts = [
        "2 verdicts with the warning `needs-priority`: `priority` is missing",
        "1 verdict with the warning `beyond-covers`: the holidays of a year are not known",
    ]
    screen = " ".join(audit(cli, folder, *common, "--format", "table").stdout.split())
    assert all(text in screen for text in texts)
    plain = audit(cli, folder, *common, "--format", "plain")
    assert all(f"zsupport: {text}\n" in plain.stderr for text in texts)
    page = (folder / "r.html").read_text(encoding="utf-8")
    assert "needs-priority" in page


def test_a_change_without_on_change_is_in_the_summary(cli: Cli, folder: Path) -> None:
    (folder / "log.csv").write_text(
        "id,time,event,priority\n1,2026-06-01T08:00:00Z,opened,P1\n1,2026-06-01T08:10:00Z,,P2\n",
        encoding="utf-8",
    )
    run = audit(cli, folder, "log.csv", "--format", "markdown")
    assert (
        "> 1 verdict with the warning `change-assumed`: the policy does not state what a change of"
        " the case does" in run.stdout.replace("\\`", "`")
    )


@pytest.mark.parametrize("engine", ["plain", "columns"])
def test_texts_that_no_row_has_are_noted(cli: Cli, folder: Path, engine: str) -> None:
    header, row = "id,opened,priority,state,kind\n", "2026-06-01T08:00:00Z,P1"
    (folder / "a.csv").write_text(f"{header}1,{row},Closed ,bug\n", encoding="utf-8")
    (folder / "b.csv").write_text(f"{header}2,{row},open,Task\n", encoding="utf-8")
    common = ("a.csv", "b.csv", "--engine", engine, "--format", "csv")
    run = audit(cli, folder, *common, "--only", "state=CLOSED", "--only", "kind=bug")
    assert run.stderr == "zsupport: 1 row is skipped by `state`\n"
    # The second condition is not met by the row that the first one skips, but it has its text.
    run = audit(cli, folder, *common, "--only", "state=closd", "--skip", "kind=task")
    assert (run.code, rows(run.stdout)) == (0, [])
    assert "zsupport: no row has the text `closd` in `state`; did you mean `Closed`?" in run.stderr
    assert "`task`" not in run.stderr
    run = audit(cli, folder, *common, "--only", "state=closd", "--fail-under", "1%")
    assert run.code == 1
    run = audit(cli, folder, *common, "--skip", "state=x", "--skip", "state=open")
    assert "zsupport: no row has the text `x` in `state`\n" in run.stderr
    # An option without a text stands for any text.
    assert "no row" not in audit(cli, folder, *common, "--skip", "kind").stderr


@pytest.mark.parametrize("engine", ["plain", "columns"])
def test_the_summary_has_the_texts_that_no_row_has(cli: Cli, folder: Path, engine: str) -> None:
    (folder / "t.csv").write_text(
        "id,opened,priority,state\n1,2026-06-01T08:00:00Z,P1,Closed\n", encoding="utf-8"
    )
    texts_of_rows = ("--only", "state=closd", "--skip", "state=x")
    common = ("t.csv", "--engine", engine, "--report", "r.html", *texts_of_rows)
    run = audit(cli, folder, *common, "--format", "json")
    assert json.loads(run.stdout)["summary"]["unseen"] == [
        {"condition": "skip", "column": "state", "text": "x", "similar": None},
        {"condition": "only", "column": "state", "text": "closd", "similar": "Closed"},
    ]
    texts = [
        "no row has the text `x` in `state`",
        "no row has the text `closd` in `state`; did you mean `Closed`?",
    ]
    assert run.stderr.count("no row has") == 2
    screen = audit(cli, folder, *common, "--format", "table")
    assert "no row has" not in screen.stderr
    markdown = audit(cli, folder, *common, "--format", "markdown").stdout.replace("\\`", "`")
    page = (folder / "r.html").read_text(encoding="utf-8")
    assert page.count("o row has the text") == 2
    for text in texts:
        assert text[1:] in " ".join(screen.stdout.split())
        assert f"> {text}\n" in markdown


def test_local_is_the_time_zone_of_the_machine(cli: Cli, folder: Path) -> None:
    (folder / "local.csv").write_text(
        "id,opened,priority\n1,2026-06-01 10:00,P1\n", encoding="utf-8"
    )
    arguments = ("local.csv", "--format", "csv", "--tz")
    stated = audit(cli, folder, *arguments, "Asia/Tokyo")
    run = audit(cli, folder, *arguments, "local", TZ="Asia/Tokyo")
    assert (run.code, run.stdout) == (0, stated.stdout)
    assert [row["opened"] for row in rows(run.stdout)] == ["2026-06-01T10:00:00+09:00"]
    shown = cli("audit", "--show-map", "--tz", "local", env={"TZ": "Asia/Tokyo"})
    assert shown.stdout == 'timezone = "Asia/Tokyo"\n'
    run = audit(cli, folder, *arguments, "local", TZ="CET")
    assert (run.code, run.stdout) == (2, "")
    assert "--tz: unknown time zone of this machine: `TZ` states `CET`" in run.stderr
    assert "did you mean `local`?" in audit(cli, folder, *arguments, "Local").stderr


def test_texts_of_a_shipped_mapping_are_not_noted(cli: Cli, folder: Path) -> None:
    columns = '[columns]\nopened = "opened"\npriority = "priority"\nid = "id"\n[skip]\n'
    (folder / "m.toml").write_text(f'{columns}priority = "P9"\n', encoding="utf-8")
    (folder / "z.json").write_text(
        '{"id": 1, "created_at": "2026-06-01T08:00:00Z", "status": "open", "priority": "P1"}\n',
        encoding="utf-8",
    )
    shipped = audit(cli, folder, "z.json", "--map", "zendesk-json", "--input", "ndjson")
    assert (shipped.code, shipped.stderr.count("no row has the text")) == (0, 0)
    own = audit(cli, folder, "t.csv", "--map", "./m.toml")
    assert "no row has the text" not in own.stderr  # ticket 7 has it
    (folder / "m.toml").write_text(f'{columns}priority = "P7"\n', encoding="utf-8")
    own = audit(cli, folder, "t.csv", "--map", "./m.toml")
    assert "zsupport: no row has the text `P7` in `priority`" in own.stderr


def test_skipped_rows_of_an_event_log(cli: Cli, folder: Path) -> None:
    (folder / "log.csv").write_text(
        "id,time,event,priority,source\n"
        "1,2026-06-01T08:00:00Z,opened,P1,agent\n"
        "1,2026-06-01T08:10:00Z,answered,,robot\n"
        "1,2026-06-01T08:40:00Z,answered,,agent\n",
        encoding="utf-8",
    )
    run = audit(cli, folder, "log.csv", "--skip", "source=robot", "--format", "csv")
    assert run.stderr == "zsupport: 1 row is skipped by `source`\n"
    (row,) = rows(run.stdout)
    assert row["elapsed_seconds"] == "2400"


@pytest.mark.parametrize("grouped", [False, True])
def test_no_row_of_a_log_is_lost(cli: Cli, folder: Path, grouped: bool) -> None:
    """All rows are folded into tickets, rejected or skipped."""
    (folder / "log.csv").write_text(
        "id,time,event,level,source\n"
        "A,2026-06-01T08:00:00Z,opened,P1,\n"
        "A,2026-06-01T08:10:00Z,answerd,,\n"
        "A,nonsense,updated,,\n"
        "A,2026-06-01T09:00:00Z,answered,,\n"
        "A,2026-06-01T09:30:00Z,updated,,robot\n"
        "B,2026-06-01T08:00:00Z,opened,P1,\n"
        "B,2026-06-01T08:20:00Z,,P9,\n"
        "B,2026-06-01T08:30:00Z,answered,,\n"
        "C,2026-06-01T08:00:00Z,opened,P2,\n"
        "C,2026-06-01T08:30:00Z\n"
        "C,2026-06-01T08:30:00Z,answered,,\n"
        ",2026-06-01T08:30:00Z,answered,,\n",
        encoding="utf-8",
    )
    run = audit(
        cli, folder, "log.csv", "--column", "priority=level", "--column", "id=id",
        "--skip", "source=robot", "--format", "csv", "--rejects", "r.csv", "--max-rejects", "9",
        *(["--grouped"] if grouped else []),
    )  # fmt: skip
    assert run.code == 0
    assert run.stderr == (
        "zsupport: 2 rejected rows have no known ticket, so any verdict can miss their events\n"
        "zsupport: 1 row is skipped by `source`\n"
    )
    assert [(row["id"], row["state"], row["warnings"]) for row in rows(run.stdout)] == [
        ("A", "met", "rejected-events"),
        ("C", "met", ""),
    ]
    rejects = rows((folder / "r.csv").read_text(encoding="utf-8"))
    because = "the ticket is rejected because of log.csv:8"
    reasons = [(int(row["line"]), row["column"], row["reason"].split(";")[0]) for row in rejects]
    assert sorted(reasons) == [
        (3, "event", "unknown event `answerd`"),
        (4, "time", "invalid instant `nonsense`"),
        (7, "", because),
        (8, "level", "unknown priority `P9`"),
        (9, "", because),
        (11, "", "number of cells: 2"),
        (13, "id", "the id of the ticket is missing"),
    ]


@pytest.mark.parametrize("format", ["json", "markdown"])
def test_reasons_in_documents_name_options(cli: Cli, folder: Path, format: str) -> None:
    (folder / "t.csv").write_text(
        "opened,priority\n2026-06-01T08:00:00Z,P1\n2026-06-01T08:00:00Z,P1\nx,P1\n"
    )
    run = audit(cli, folder, "t.csv", "--format", format)
    assert "or a local time with --tz" in run.stdout


def test_a_ticket_with_too_many_changes(cli: Cli, folder: Path) -> None:
    lines = ["id,time,event,priority", "A,@1780300800,opened,P1"]
    lines += [f"A,@{1780300800 + n},,P{n % 2 + 1}" for n in range(1, 50_000)]
    lines += ["B,@1780300800,opened,P1"]
    (folder / "log.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    run = audit(cli, folder, "log.csv", "--format", "csv", "--rejects", "r.csv")
    assert run.code == 3
    assert [row["id"] for row in rows(run.stdout)] == ["B"]
    reject, *further = rows((folder / "r.csv").read_text(encoding="utf-8"))
    # No row of the ticket is lost.
    assert [int(row["line"]) for row in (reject, *further)] == [*range(2, 50_002)]
    assert {row["reason"] for row in further} == {"the ticket is rejected because of log.csv:2"}
    assert re.fullmatch(
        r"too many changes during a case: 49,999 \(limit [0-9]{2},[0-9]{3}\); state fewer changes; "
        "in an event log, an id must stand for one ticket",
        reject["reason"],
    )


def test_the_head_shows_which_rows_are_rejected_and_skipped(cli: Cli, folder: Path) -> None:
    (folder / "h.csv").write_text(
        "id,opened,answered,priority,state\n"
        "1,2026-06-01T08:00:00Z,,P1,open\n"
        "2,2026-06-01T08:00:00Z,,P9,open\n"
        "3,bad,,P1,open\n"
        "4,2026-06-01T08:00:00Z,2026-05-01T08:00:00Z,P2,open\n"
        "5\n"
        "6,bad,,P9,Deleted\n"
        "7,2026-06-01T08:00:00Z,,P1,open\n",
        encoding="utf-8",
    )
    run = audit(cli, folder, "h.csv", "--skip", "state=deleted", "--head", "6")
    assert run.code == 0
    lines = run.stdout.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        f"h.csv:{line}" for line in range(2, 8)
    ]
    answered = "`answered` (2026-05-01T08:00:00Z) is before `opened` (2026-06-01T08:00:00Z)"
    verdicts = [line.strip() for line in lines if line.startswith(("  rejected", "  skipped"))]
    assert [re.sub("; write .*--tz", "", line) for line in verdicts] == [
        "rejected\tunknown priority `P9`; priorities: P1, P2, P3, P4\tpriority",
        "rejected\tinvalid instant `bad`\topened",
        f"rejected\t{answered}\tanswered",
        "rejected\tnumber of cells: 1; number of columns: 5",
        "skipped\tstate",
    ]
    (folder / "log.csv").write_text(
        "id,time,event,priority\n"
        "1,2026-06-01T08:00:00Z,opened,P1\n"
        "1,2026-06-01T08:10:00Z,opend,\n"
        "1,2026-06-01T08:20:00Z,,P9\n",
        encoding="utf-8",
    )
    run = audit(cli, folder, "log.csv", "--head", "3")
    lines = [line.strip() for line in run.stdout.splitlines()]
    assert [line for line in lines if line.startswith(("rejected", "skipped"))] == [
        "rejected\tunknown event `opend`; did you mean `opened`?\tevent",
        "rejected\tunknown priority `P9`; priorities: P1, P2, P3, P4\tpriority",
    ]
