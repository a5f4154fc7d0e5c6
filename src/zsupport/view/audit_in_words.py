"""The numbers of an audit in words for people, for a screen and for a page."""

from __future__ import annotations

from zsupport.answer.case import say
from zsupport.audit.summary import DIMENSIONS, GroupSummary, Summary, percent_of
from zsupport.clock.instants import duration
from zsupport.clock.target import ends_with_answer
from zsupport.policy.model import Revision
from zsupport.typed import TYPE_CHECKING
from zsupport.view.audit import (
    case_of,
    cycle_of,
    margin_in_words,
    notes_in_words,
    percent_in_words,
)
from zsupport.view.notes import dimension_in_words
from zsupport.view.screens import display_names, metric_label
from zsupport.wording import Counted, Message, Wording, glued

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The largest number of groups in a table.
_MAX_GROUPS = 40
#: The largest number of kinds of rejects.
_MAX_KINDS = 10
_TITLES = {"month": Message("month"), "revision": Message("revision")}


class AuditTexts:
    """Writes the numbers of an audit, with the names of metrics and values in a policy."""

    def __init__(self, summary: Summary, revision: Revision, lang: str, words: Wording) -> None:
        self.summary = summary
        self.words = words
        self._names = display_names(revision, lang)
        self._metrics = {
            metric.id: metric_label(metric.id, say(metric.name, lang) or metric.id, words)
            for metric in revision.metrics
        }
        self._ends = ends_of_metrics(revision)

    def metric(self, id: str) -> str:
        """Return the name of a metric."""
        return self._metrics.get(id) or metric_label(id, id, self.words)

    def number(self, number: int) -> str:
        """Return a number with its thousands separated."""
        return self.words.language.number(number)

    def percent(self, met: int, judged: int) -> str:
        """Return the percentage of met among judged tickets; empty without a judged ticket."""
        return percent_in_words(percent_of(met, judged), self.words)

    def margin(self, seconds: int | None) -> str:
        """Return a margin that is not broken."""
        return glued(self.words.message(margin_in_words(seconds)))

    def left_or_late(self, margin: int) -> str:
        """Return a margin in words that is not broken: `20 min left` or `20 min late`."""
        if margin < 0:
            return glued(self.words("{time} late", time=duration(margin)))
        return glued(self.words("{time} left", time=duration(margin, days=False)))

    def title(self, group: GroupSummary) -> str:
        """Return the share of met tickets of a metric."""
        label = self.metric(group.metric)
        percent = percent_in_words(group.percent, self.words)
        if percent:
            return self.words("{metric}: {percent} met", metric=label, percent=percent)
        return self.words("{metric}: no ticket is met or breached", metric=label)

    def tickets(self, number: int) -> str:
        """Return a number of tickets: `1,200 tickets`."""
        return self.words(Counted("{count} ticket", "{count} tickets", number))

    def numbers(self, group: GroupSummary) -> tuple[tuple[str, str], ...]:
        """Return labels with the numbers of a group."""
        words = self.words
        in_progress = {
            Message("running"): group.running,
            Message("at risk"): group.at_risk,
            Message("paused"): group.paused,
            Message("not started"): group.not_started,
        }
        without_verdict = {
            Message("not entitled"): group.not_entitled,
            Message("no target"): group.no_target,
            Message("not stated"): group.not_stated,
            Message("incomplete"): group.needs_input,
        }
        rows = [
            (words("Met"), self.number(group.met)),
            (words("Breached"), self._breached(group)),
            (words("In progress"), self._parts(in_progress)),
            (words("Without a verdict"), self._parts(without_verdict)),
        ]
        if group.median_margin_seconds is not None:
            text = words(
                "median {median}; for 95\u00a0% of the tickets {margin} or better",
                median=self.left_or_late(group.median_margin_seconds),
                margin=self.left_or_late(group.margin_95_seconds or 0),
            )
            rows.append((words("Margin"), text))
        return tuple((label, text) for label, text in rows if text)

    def groups(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], int]:
        """Return the columns, the rows, and the number of columns that name a row.

        If there are very many groups, the rows are those with the smallest shares.
        """
        summary, words = self.summary, self.words
        groups: Sequence[GroupSummary] = summary.groups
        if len(groups) > _MAX_GROUPS:
            groups = sorted(groups, key=_share)[:_MAX_GROUPS]
        several = len(summary.totals) > 1
        titles = [_title(name, words) for name in summary.by]
        if several:
            titles.append(words("Metric"))
        columns = (
            *titles, words("Tickets"), words("Breached"), words("Share met"),
            words("Median margin"), words("95\u00a0% margin"),
        )  # fmt: skip
        rows = tuple(
            (
                *(
                    self._names.get((name, value or ""), value) or words("(not stated)")
                    for name, value in group.values.items()
                ),
                *([self.metric(group.metric)] if several else []),
                self.number(group.tickets),
                self.number(group.breached),
                percent_in_words(group.percent, words),
                self.margin(group.median_margin_seconds),
                self.margin(group.margin_95_seconds),
            )
            for group in groups
        )
        return columns, rows, len(titles)

    def omitted_groups(self) -> tuple[str, ...]:
        """Return sentences about the groups that `groups` omits."""
        texts = []
        omitted = len(self.summary.groups) - _MAX_GROUPS
        if omitted > 0:
            text = Counted(
                "The groups with the smallest shares are shown; {count} more group is in"
                " {format json}.",
                "The groups with the smallest shares are shown; {count} more groups are in"
                " {format json}.",
                omitted,
                json="json",
            )
            texts.append(self.words(text))
        more = sum(group.tickets for group in self.summary.rest)
        if more:
            text = Counted(
                "There are too many groups: {count} ticket is only in the totals.",
                "There are too many groups: {count} tickets are only in the totals.",
                more,
            )
            texts.append(self.words(text))
        return tuple(texts)

    def worst(self) -> tuple[tuple[str, ...], ...]:
        """Return the id, the place, the delay and the case of each of the worst tickets."""
        return tuple(
            (
                ticket.id or "",
                f"{ticket.file}:{ticket.line}",
                self.left_or_late(ticket.margin_seconds),
                " \N{MIDDLE DOT} ".join(
                    filter(
                        None,
                        (
                            self.metric(ticket.metric),
                            case_of(ticket),
                            self.words.message(cycle_of(ticket) or ""),
                        ),
                    )
                ),
            )
            for ticket in self.summary.worst
        )

    def rejected(self) -> str:
        """Return how many rows were rejected."""
        return self.words(
            Counted("{count} row rejected", "{count} rows rejected", self.summary.rejects)
        )

    def rejects(self) -> tuple[tuple[str, ...], ...]:
        """Return the number, the first place and the reason of the most frequent rejects."""
        return tuple(
            (
                self.number(kind.rejects),
                f"{kind.file}:{kind.line}",
                self.words.message(kind.reason)
                if kind.column is None
                else f"{kind.column}: {self.words.message(kind.reason)}",
            )
            for kind in self.summary.reject_kinds[:_MAX_KINDS]
        )

    def remarks(self) -> tuple[str, ...]:
        """Return what a reader must know about the numbers."""
        return tuple(self.words(text) for text in notes_in_words(self.summary))

    def _breached(self, group: GroupSummary) -> str:
        number, count = self.number(group.breached), group.open_breached
        if not count:
            return number
        ends = self._ends.get(group.metric)
        if ends == {"answered"}:
            text = Counted(
                "{number}, of which {count} has no answer",
                "{number}, of which {count} have no answer",
                count, number=number,
            )  # fmt: skip
        elif ends == {"resolved"}:
            text = Counted(
                "{number}, of which {count} is not resolved",
                "{number}, of which {count} are not resolved",
                count, number=number,
            )  # fmt: skip
        else:
            text = Counted(
                "{number}, of which {count} has neither the answer nor the resolution that counts",
                "{number}, of which {count} have neither the answer nor the resolution that counts",
                count, number=number,
            )  # fmt: skip
        return self.words(text)

    def _parts(self, counts: dict[Message, int]) -> str:
        """Return the numbers that are not zero: `12 running, 3 at risk`."""
        return ", ".join(
            glued(f"{self.number(count)} {self.words(name)}")
            for name, count in counts.items()
            if count
        )


def ends_of_metrics(revision: Revision) -> dict[str, set[str]]:
    """Return the events that end each metric, in any case: `answered`, `resolved`, or both."""
    ends: dict[str, set[str]] = {}
    for place, metric in enumerate(revision.metrics):
        cells = (cell for rule in revision.rules for cell in rule.cells.get(metric.id, {}).values())
        ends[metric.id] = {
            "answered" if place == 0 and ends_with_answer(cell.target) else "resolved"
            for cell in cells
            if cell.target.promises
        }
    return ends


def _title(name: str, words: Wording) -> str:
    """Return the title of a column with the values of a name in `by`."""
    if name not in DIMENSIONS:
        return name
    title = _TITLES.get(name) or dimension_in_words(name)
    return words.message(title).capitalize()


def _share(group: GroupSummary) -> tuple[float, int]:
    """Return the order of groups: the smallest shares first, groups without a share last."""
    share = group.met / group.judged if group.judged else 2
    return share, -group.breached
