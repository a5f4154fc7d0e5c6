"""Batches of rows have the results of single rows, for every file, also for hostile ones."""

from pathlib import Path
from random import Random

import pytest

import zsupport
from audit.audited import DAY, MONDAY, POLICY
from audit.test_frames import HEADER, MAPPING, some_lines
from zsupport.audit.mapping.header import TicketColumns, resolve
from zsupport.audit.mapping.model import FieldColumn, TicketMapping
from zsupport.audit.plain.judge import AuditOptions, Judge
from zsupport.audit.plain.lists import ListJudge, RowJudge
from zsupport.audit.ticket import Reject
from zsupport.audit.verdict_lists import VerdictRow, lists_of
from zsupport.sources.tickets import open_tickets
from zsupport.sources.tickets.rows import BadRow, RawRow

#: Metrics to judge. The first one has targets that are common.
METRICS: list[tuple[str, ...]] = [(), ("first-response", "fix"), ("all",)]


def results(
    policy: zsupport.Policy, columns: TicketColumns, rows: list[RawRow | BadRow], metrics: int
) -> tuple[list[VerdictRow], list[Reject]]:
    """Return the verdicts and the rejects of single rows."""
    options = AuditOptions(MONDAY + 400 * DAY, METRICS[metrics])
    judge = RowJudge(columns, Judge(policy, options), "t.csv")
    verdicts: list[VerdictRow] = []
    rejects = []
    for row in rows:
        result = judge.judge(row)
        if isinstance(result, Reject):
            rejects.append(result)
        else:
            verdicts += [(result[0].kept, verdict) for verdict in result[1]]
    return verdicts, rejects


def same(
    policy: zsupport.Policy, path: Path, mapping: TicketMapping, metrics: int, size: int
) -> int:
    """Compare batches of rows with single rows; return the number of verdicts."""
    file = open_tickets(str(path))
    columns = resolve(mapping, file.header, policy.facts, policy.metrics)
    rows = [*file.rows]
    options = AuditOptions(MONDAY + 400 * DAY, METRICS[metrics])
    lists = ListJudge(columns, Judge(policy, options), "t.csv")
    batches = [lists.judge(rows[start : start + size]) for start in range(0, len(rows), size)]
    verdicts = [row for batch in batches for row in batch.verdicts.rows()]
    expected = results(policy, columns, rows, metrics)
    assert verdicts == expected[0]
    assert [reject for batch in batches for reject in batch.rejects] == expected[1]
    return len(verdicts)


@pytest.mark.parametrize("number", range(60))
def test_random_and_hostile_rows(
    policy: zsupport.Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    random = Random(number)
    monkeypatch.setattr("zsupport.audit.pieces._WORTH", random.choice([1, 500]))
    path = tmp_path / "tickets.csv"
    lines = [",".join(HEADER), *some_lines(random, 150, random.choice([0, 0.02, 0.2])), ""]
    path.write_text("\n".join(lines), encoding="utf-8")
    size = random.choice([1, 7, 1000])
    assert same(policy, path, MAPPING, number % len(METRICS), size) > 20


@pytest.mark.parametrize("metrics", range(len(METRICS)))
@pytest.mark.parametrize(
    ("header", "fields", "constants"),
    [
        # Several columns for a field: the first one that states something counts.
        ("id,opened,answered,resolved,plan,role,priority,plan,s", {}, {}),
        # A case that is the same in all rows, and no ids.
        ("x,opened,answered,resolved,y,z,p,s,t", {}, {"plan": "pro", "priority": "P1"}),
        # A stated start of a metric.
        ("id,opened,answered,begun,plan,role,priority,s,t", {"start.repair": "begun"}, {}),
    ],
)
def test_other_columns(
    policy: zsupport.Policy,
    tmp_path: Path,
    header: str,
    fields: dict[str, str],
    constants: dict[str, str],
    metrics: int,
) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join([header, *some_lines(Random(metrics), 400, 0.05), ""]))
    columns = {name: FieldColumn(column) for name, column in fields.items()}
    values = {"priority": {"Urgent": "P1"}}
    mapping = TicketMapping(columns, values=values, constants=constants)
    assert same(policy, path, mapping, metrics, 100) > 70


@pytest.mark.parametrize("metrics", range(len(METRICS)))
def test_several_revisions(tmp_path: Path, metrics: int) -> None:
    later = POLICY.replace("2025-03-10", "2026-05-01").replace("P1: 4 business", "P1: 6 business")
    for name, text in (("a", POLICY), ("b", later)):
        (tmp_path / f"{name}.yaml").write_text(text)
    policy = zsupport.load(tmp_path, cache=False)
    assert len(policy.revisions) == 2
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join([",".join(HEADER), *some_lines(Random(metrics), 300, 0), ""]))
    for size in (1, 50, 1000):
        assert same(policy, path, MAPPING, metrics, size) >= 300


def test_common_rows_are_judged_in_lists(
    policy: zsupport.Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The properties would also hold if every row were judged one by one.
    single: list[RawRow] = []
    judge = RowJudge.judge

    def counted(self: RowJudge, row: RawRow) -> object:
        single.append(row)
        return judge(self, row)

    monkeypatch.setattr(RowJudge, "judge", counted)
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join([",".join(HEADER), *some_lines(Random(1), 1500, 0), ""]))
    file = open_tickets(str(path))
    columns = resolve(MAPPING, file.header, policy.facts, policy.metrics)
    read = [row for row in file.rows if isinstance(row, RawRow) and not row.cells[8]]
    rows = [row for row in read if str(row.cells[1]).startswith("2026-0")]
    lists = ListJudge(columns, Judge(policy, AuditOptions(MONDAY + 400 * DAY)), "t.csv")
    judged = lists.judge(rows)
    assert len(judged.verdicts.line) == len(rows)
    # Without a role, the plan Free can be entitled or not. The first ticket of each half year finds
    # out whether the hours are certain then.
    common = [row for row in single if tuple(row.cells[4:6]) != ("free", "")]
    assert len(rows) > 300
    assert len(common) < 15
    assert len(single) - len(common) < len(rows) / 4


def test_no_rows() -> None:
    assert [*lists_of([]).rows()] == []
