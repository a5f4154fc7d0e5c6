"""The results of `zsupport audit`: each one is added to the summary, the rows and the rejects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zsupport.audit.ticket import Reject, TicketVerdict
from zsupport.errors import UsageError
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zsupport.audit.compare import Comparison
    from zsupport.audit.frames import JudgedFrame
    from zsupport.audit.run import OpenedFile
    from zsupport.audit.summary import SummaryBuilder
    from zsupport.audit.ticket import Ticket
    from zsupport.report.tickets import RowWriter


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

    def add(self, batch: list[tuple[Ticket, TicketVerdict] | Reject] | JudgedFrame) -> int:
        """Add a batch of results, and return their number."""
        return self._add_list(batch) if isinstance(batch, list) else self._add_frame(batch)

    def _add_list(self, results: list[tuple[Ticket, TicketVerdict] | Reject]) -> int:
        rows = []
        for result in results:
            if isinstance(result, Reject):
                self._reject(result)
                continue
            ticket, verdict = result
            rows.append((ticket.kept, verdict))
            if self._comparison is not None:
                self._comparison.add(ticket, verdict)
        self._summary.add(rows)
        if self._writer is not None:
            hidden = self._hidden
            shown = [(kept[:-hidden], verdict) for kept, verdict in rows] if hidden else rows
            self._writer.write(shown)
        return len(results)

    def _add_frame(self, judged: JudgedFrame) -> int:
        from zsupport.audit.frame_summary import add_frame

        for item in judged.rejects:
            self._reject(item)
        if self._counts:
            add_frame(self._summary, judged)
        if self._writer is not None:
            frame = judged.frame
            kept = len(frame.columns) - len(TicketVerdict._fields)
            self._writer.write_frame(frame.drop(frame.columns[kept - self._hidden : kept]))
        return len(judged.frame) + len(judged.rejects)

    def _reject(self, reject: Reject) -> None:
        self._summary.reject(reject)
        self._write_reject(reject)


def with_header(files: Iterator[OpenedFile], header: tuple[str, ...]) -> Iterator[OpenedFile]:
    """Yield files with a header. Raises UsageError for a file with another header."""
    for file in files:
        if file.columns.header != header:
            raise UsageError(
                Message("{path}: the header differs from that of the first file", path=file.name),
                Message("name the columns with {keep}"),
            )
        yield file
