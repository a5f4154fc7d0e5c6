"""The results of `zsupport audit`: each one is added to the summary, the rows and the rejects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zsupport.answer.case import NEEDS_INPUT
from zsupport.answer.due import STATES
from zsupport.audit.plain.lists import JudgedLists
from zsupport.audit.ticket import TicketVerdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from zsupport.audit.columns.frames import JudgedFrame
    from zsupport.audit.columns.summary import FrameSummary
    from zsupport.audit.compare import Comparison
    from zsupport.audit.summary import SummaryBuilder
    from zsupport.audit.ticket import Reject, Ticket, VendorComparison
    from zsupport.report.tickets import RowWriter


#: The number of rejects that standard error shows.
_SHOWN_REJECTS = 5


class AuditResults:
    """Where the results of an audit go.

    The last `hidden` kept columns are only for the summary. Without `counts`, the summary is not
    used, except for the rejects. `comparison` is None if the help desk states no verdicts.
    """

    def __init__(
        self,
        summary: SummaryBuilder,
        comparison: Comparison | None,
        writer: RowWriter | None,
        reject: Callable[[Reject], None],
        *,
        hidden: int,
        counts: bool,
    ) -> None:
        self._summary = summary
        self._comparison = comparison
        self._writer = writer
        self._write_reject = reject
        self._hidden = hidden
        self._counts = counts
        self._frames: FrameSummary | None = None
        #: The number of verdicts that need input.
        self.needs_input = 0
        #: The number of rows of an event log that are parts of tickets.
        self.event_rows = 0
        self._last: Ticket | None = None
        #: The first rejects, for standard error.
        self.first_rejects: list[Reject] = []

    def add(self, batch: JudgedLists | JudgedFrame) -> int:
        """Add a batch of results, and return their number."""
        for reject in batch.rejects:
            self._reject(reject)
        return self._add_lists(batch) if isinstance(batch, JudgedLists) else self._add_frame(batch)

    def _add_lists(self, judged: JudgedLists) -> int:
        verdicts = judged.verdicts
        self.needs_input += verdicts.state.count(NEEDS_INPUT)
        for ticket, _ in judged.tickets:
            if ticket is not self._last:
                self.event_rows += len(ticket.rows)
                self._last = ticket
        compared: list[VendorComparison] = []
        if self._comparison is not None:
            compared += [self._comparison.add(*pair) for pair in judged.tickets]
        if self._counts:
            self._summary.add_lists(verdicts)
        if self._writer is not None:
            if self._hidden:
                shown = [cells[: -self._hidden] for cells in verdicts.kept]
                verdicts = verdicts._replace(kept=shown)
            self._writer.write_lists(verdicts, compared)
        return len(verdicts.line) + len(judged.rejects)

    def _add_frame(self, judged: JudgedFrame) -> int:
        self.needs_input += int((judged.states == STATES.index(NEEDS_INPUT)).sum())
        if self._counts:
            if self._frames is None:
                from zsupport.audit.columns.summary import FrameSummary

                self._frames = FrameSummary(self._summary)
            self._frames.add(judged)
        if self._writer is not None:
            frame = judged.frame
            kept = len(frame.columns) - len(TicketVerdict._fields)
            self._writer.write_frame(frame.drop(frame.columns[kept - self._hidden : kept]))
        return len(judged.frame) + len(judged.rejects)

    def finish(self) -> None:
        """Complete the summary."""
        if self._frames is not None:
            self._frames.finish()

    def _reject(self, reject: Reject) -> None:
        if len(self.first_rejects) < _SHOWN_REJECTS:
            self.first_rejects.append(reject)
        self._summary.reject(reject)
        self._write_reject(reject)
