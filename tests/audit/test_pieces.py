"""The linear pieces of a deadline are the deadline."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zsupport
from audit.audited import DAY, MONDAY, POLICY
from zsupport.answer.case import Query
from zsupport.answer.due import basis_of
from zsupport.audit.pieces import LinearPieces
from zsupport.audit.plain.judge import AuditOptions, Judge
from zsupport.audit.ticket import Ticket
from zsupport.clock.deadline import Events, due_without_pauses

TARGETS = (
    "2 business days", "next business day", "by 10:00 next business day",
    "by 10:00 next opening day", "3 calendar days",
)  # fmt: skip


@pytest.mark.parametrize("reading", ["close", "opening", "same-time"])
@pytest.mark.parametrize("target", TARGETS)
def test_pieces(target: str, reading: str, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    text = POLICY.replace("P3: 2 business days", f"P3: {target}")
    path.write_text(text.replace("plans:", f"business-day: {reading}\nplans:"))
    policy = zsupport.load(path, cache=False)
    case = Ticket("", 0, None, Query("pro", "admin", None, "P3", {}), Events(MONDAY))
    answers = Judge(policy, AuditOptions(MONDAY)).answers(case, "first-response")
    row, revision = answers.details.promises.rows[0], answers.revision
    assert row.cell is not None
    counted, basis = row.cell.target, basis_of(revision, row)
    assert revision.business_day == reading
    pieces = LinearPieces(counted, reading, revision.timezone, basis)

    @given(st.integers(MONDAY - 400 * DAY, MONDAY + 400 * DAY))
    @settings(max_examples=300, deadline=None)
    def same(start: int) -> None:
        pieces.block(start // (91 * DAY))
        assert pieces.due(start) == due_without_pauses(counted, start, basis)

    same()
    # Also at the edges of the pieces, and one second before them.
    for piece in pieces.block(MONDAY // (91 * DAY)):
        for start in (piece.start, piece.start - 1):
            assert pieces.due(start) == due_without_pauses(counted, start, basis)
