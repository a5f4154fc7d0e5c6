"""What `zsupport audit` shows: the summary, remarks, the report and the head of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zsupport.audit.mapping.model import CASE_FIELDS, FACT
from zsupport.audit.reject_limit import RejectLimit
from zsupport.audit.run import head_of
from zsupport.audit.ticket import Reject
from zsupport.cli.output import (
    chosen_format,
    chosen_language,
    emit,
    note,
    shows_screen,
    stderr_wording,
    terminal_of,
    wording,
    write_report,
)
from zsupport.cli.question import language_of
from zsupport.errors import PolicyError
from zsupport.report.text import guarded, single_line
from zsupport.sources.rewrite import replace_output
from zsupport.typed import NamedTuple
from zsupport.view.audit import (
    failures,
    input_in_words,
    show_audit,
    skipped_in_words,
    warnings_in_words,
)
from zsupport.view.comparison import comparison_lines
from zsupport.wording import Counted, Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zsupport.audit.mapping.header import TicketColumns
    from zsupport.audit.plain.judge import Judge
    from zsupport.audit.run import OpenedFile
    from zsupport.audit.share import RequiredShare
    from zsupport.audit.summary import Summary
    from zsupport.cli.options import Common
    from zsupport.cli.question import PolicyQuestion
    from zsupport.dates import tzinfo
    from zsupport.library import Policy
    from zsupport.view.comparison import ComparedVerdicts


class AuditSummary(NamedTuple):
    """The summary of an audit with its question.

    `files` are the files as named. `share` is that of `--fail-under`. `compared` is None without
    verdicts of the help desk. The screen and the report show times in `shown_zone`.
    """

    summary: Summary
    question: PolicyQuestion
    files: tuple[str, ...]
    share: RequiredShare | None
    compared: ComparedVerdicts | None
    shown_zone: tzinfo

    def show(self, common: Common) -> None:
        """Write the summary, and the causes of differences from the help desk."""
        summary, question, compared = self.summary, self.question, self.compared
        revision, _ = question.policy.revision_at(question.at)
        if shows_screen(common):
            from zsupport.report.screen import render_screen
            from zsupport.view.screens import Setting
            from zsupport.view.screens.audit import screen
            from zsupport.view.times import Times

            lang = language_of(common)
            words = wording(lang)
            times = Times(self.shown_zone, question.at, words=words)
            setting = Setting(times, lang, words=words)
            blocks = screen(summary, revision, setting, fail_under=self.share, compared=compared)
            emit(render_screen(blocks, terminal_of(common.color)))
            return
        # Documents are in English, with the names of the options.
        words = wording("en")
        kinds = (kind._replace(reason=words.message(kind.reason)) for kind in summary.reject_kinds)
        report = show_audit(
            summary._replace(reject_kinds=tuple(kinds)), revision, self.files, question.zone,
            fail_under=self.share, compared=compared,
        )  # fmt: skip
        write_report(report, common)
        if chosen_format(common.format) != "plain":
            return
        self.note_skipped()
        for warning in warnings_in_words(summary):
            note(warning)
        if compared is not None:
            for line in comparison_lines(compared):
                note(line)

    def write_page(self, path: str, names: tuple[str, ...], common: Common) -> None:
        """Write the report with pictures, in the language that the options state, or in English.

        `names` are the names of the files.
        """
        from zsupport.publish.report import audit_page

        question = self.question
        revision, _ = question.policy.revision_at(question.at)
        lang = chosen_language(screen=False, stated=common.lang)
        page = audit_page(
            self.summary, revision, names, self.shown_zone, lang, wording(lang), self.compared
        )
        replace_output(path, page)

    def note_skipped(self) -> None:
        """Say on standard error how many rows the mapping skips."""
        if self.summary.skipped:
            note(skipped_in_words(self.summary))

    def note_remarks(self, needs_input: int) -> None:
        """Say on standard error which policy judged, and how many verdicts need input."""
        if self.question.fallback:
            id = self.question.policy.id
            note(Message("judged by {policy}, the shipped example", policy=id))
            note(Message("select your policy with {policy}"))
        if needs_input:
            note(
                Counted(
                    "{count} verdict needs input; `warnings` of its row names what is missing",
                    "{count} verdicts need input; `warnings` of their rows names what is missing",
                    needs_input,
                )
            )

    def note_input(self) -> None:
        """Say on standard error how many events are lost, and which texts no row has."""
        for text in input_in_words(self.summary):
            note(text)

    def note_rejects(self, rows: int, limit: RejectLimit, first: Sequence[Reject]) -> None:
        """Say on standard error how many of the rows were rejected, and why the first ones were."""
        count = self.summary.rejects
        if limit.share is None:
            note(Counted("{count} row was rejected", "{count} rows were rejected", count))
        else:
            of_rows = Counted("{count} row", "{count} rows", rows)
            note(
                Counted(
                    "{count} of {rows} was rejected", "{count} of {rows} were rejected", count,
                    rows=of_rows,
                )
            )  # fmt: skip
        if not limit.allows(count, rows) and limit != RejectLimit():
            note(Message("this is more than {max_rejects limit}", limit=limit.text))
        for reject in first:
            place, reason = f"{single_line(reject.file)}:{reject.line}", reject.reason
            if reject.column is not None:
                reason = Message("{column}: {reason}", column=reject.column, reason=reason)
            note(Message("{place}: {reason}", place=place, reason=reason))
        if first:
            if count > len(first):
                note(Counted("and {count} more row", "and {count} more rows", count - len(first)))
            note(Message("{rejects} writes the rejected rows to a file, with the reasons"))

    def note_unknown_texts(self, columns: TicketColumns) -> None:
        """Say on standard error how to map texts, if rows have texts that are not ids."""
        fields = (*CASE_FIELDS, *(field for field in columns.fields if field.startswith(FACT)))
        by_column = {columns.column_of(field): field for field in fields if field in columns.fields}
        for kind in self.summary.reject_kinds:
            if kind.column in by_column:
                field = f"{by_column[kind.column]}.TEXT"
                note(
                    Message(
                        "{value field=id} states the id of a text of the file", field=field, id="ID"
                    )
                )
                break

    def exit_code(self, *, allows_rejects: bool, exit_zero: bool) -> int:
        """Return the exit code; say on standard error which metrics do not reach the share.

        `allows_rejects` states whether the number of rejected rows is within the limit.
        """
        summary, share = self.summary, self.share
        if not allows_rejects:
            return PolicyError.exit_code
        if share is None:
            return 0
        if not summary.totals:
            note(Message("no ticket was judged, so {share} is not reached", share=share.text))
        for text in failures(share, stderr_wording()):
            note(text)
        fails = not share.is_reached or not summary.totals
        return 1 if fails and not exit_zero else 0


def show_head(files: Iterator[OpenedFile], count: int, judge: Judge) -> int:
    """Show the first rows of each file as the run will judge them."""
    words = wording("en")
    for file in files:
        for row in head_of(file, count, judge):
            emit(f"{single_line(file.name)}:{row.line}\n")
            lines = []
            for cell in row.cells:
                problem = cell.problem
                if row.reject is not None and problem == row.reject.reason:
                    problem = None  # the last line states it
                parts = [cell.field, problem or cell.value or ""]
                if cell.column is not None:
                    parts.append(f"{cell.column}: {cell.text or ''}")
                lines.append(parts)
            if row.skipped_by is not None:
                lines.append(["skipped", row.skipped_by])
            if row.reject is not None:
                lines.append(["rejected", row.reject.reason, row.reject.column or ""])
            for parts in lines:
                texts = [single_line(words.message(part)) for part in parts]
                emit("  " + guarded("\t".join(texts)).rstrip("\t") + "\n")
    return 0


def value_orders(policy: Policy) -> dict[str, tuple[str, ...]]:
    """Return the order of the values of dimensions in the summary: that of the policy."""
    return {
        "plan": policy.plans,
        "role": policy.roles,
        "channel": policy.channel_ids,
        "priority": policy.priorities,
    }
