"""Reports about audits: how many tickets met their targets, as data, plain lines and tables."""

from __future__ import annotations

from zsupport.answer.case import NEEDS_INPUT, plain_value, policy_of
from zsupport.audit.share import RequiredShare
from zsupport.audit.summary import DIMENSIONS, UNSHOWN, GroupSummary, Summary, WorstTicket
from zsupport.clock.instants import duration, to_datetime
from zsupport.clock.problem import shown as quoted
from zsupport.dates import datetime, tzinfo
from zsupport.report import Report, Table
from zsupport.typed import TYPE_CHECKING, TypedDict
from zsupport.view.comparison import (
    ComparedVerdicts,
    agreement,
    comparison_document,
    comparison_table,
)
from zsupport.view.questions import versions
from zsupport.wording import Counted, Message, enumerated, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zsupport.policy.model import Revision
    from zsupport.wording import Wording


class ShownAuditQuery(TypedDict):
    """What an audit examined."""

    files: tuple[str, ...]
    metric: tuple[str, ...]
    by: tuple[str, ...]
    at: datetime


class ShownShare(TypedDict):
    """The share that each metric must reach, and the metrics that do not certainly reach it."""

    share: str
    below: tuple[str, ...]
    uncertain: tuple[str, ...]


def show_audit(
    summary: Summary,
    revision: Revision,
    files: tuple[str, ...],
    zone: tzinfo,
    *,
    fail_under: RequiredShare | None = None,
    compared: ComparedVerdicts | None = None,
    public_holidays: bool = False,
) -> Report:
    """Return the report of an audit of files.

    `revision` is the revision in force at the moment of the audit; the first one of several. The
    moment is shown in `zone`. `compared` is the comparison with the help desk.
    """
    shown = {name: value for name, value in summary._asdict().items() if name not in UNSHOWN}
    share: ShownShare | None = None
    if fail_under is not None:
        share = {
            "share": fail_under.text,
            "below": tuple(group.metric for group in fail_under.below),
            "uncertain": tuple(group.metric for group in fail_under.uncertain),
        }
    query: ShownAuditQuery = {
        "files": files,
        "metric": tuple(group.metric for group in summary.totals),
        "by": summary.by,
        "at": to_datetime(summary.at),
    }
    document = {
        "schema": "zsupport.audit/1",
        "policy": policy_of(revision),
        "query": plain_value(query, zone),
        "summary": plain_value(shown, zone),
        "fail_under": plain_value(share, zone),
        "comparison": plain_value(compared and comparison_document(compared), zone),
        "warnings": [],
        "versions": versions(public_holidays=public_holidays),
    }
    listed = summary.groups or summary.totals
    return Report(
        document,
        tuple(plain_value(listed, zone)),
        tuple(
            (
                group.metric,
                *(value or "" for value in group.values.values()),
                "" if group.percent is None else group.percent,
                *map(str, (group.met, group.breached, group.tickets)),
            )
            for group in listed
        ),
        (
            *_tables(summary),
            *([comparison_table(compared, zone)] if compared and compared.causes else ()),
        ),
        (*notes_in_words(summary), *([agreement(compared)] if compared else ())),
        fields=GroupSummary._fields,
        answer=GroupSummary,
    )


def failures(share: RequiredShare, words: Wording) -> tuple[str, ...]:
    """Return why each metric fails that does not certainly reach a share."""
    return (
        *(_below_text(group, share.text, words) for group in share.below),
        *(_uncertain_text(group, share.text, words) for group in share.uncertain),
    )


def _uncertain_text(group: GroupSummary, share: str, words: Wording) -> str:
    return words(
        Counted(
            "{metric}: {count} verdict needs input, so it is not certain that {share} is reached",
            "{metric}: {count} verdicts need input, so it is not certain that {share} is reached",
            group.needs_input, metric=group.metric, share=share,
        )
    )  # fmt: skip


def _below_text(group: GroupSummary, share: str, words: Wording) -> str:
    if group.percent is None:
        return words(
            "{metric}: no ticket is met or breached, so {share} is not reached",
            metric=group.metric, share=share,
        )  # fmt: skip
    return words(
        "{metric}: {percent} met, which is less than {share}",
        metric=group.metric, percent=percent_in_words(group.percent, words), share=share,
    )  # fmt: skip


def percent_in_words(percent: str | None, words: Wording) -> str:
    """Return a percentage with one decimal: `97.4 %`; empty for None."""
    if percent is None:
        return ""
    whole, _, tenths = percent.partition(".")
    return words("{whole}.{tenths}\u00a0%", whole=whole, tenths=tenths)


def margin_in_words(seconds: int | None) -> Message | str:
    """Return a margin: `3 h 20 min` before a deadline, or `-3 h 20 min` after it."""
    if seconds is None:
        return ""
    if seconds < 0:
        return joined(("-", duration(-seconds)), "")
    # It can be working time, so it is not shown in days.
    return duration(seconds, days=False)


def case_of(ticket: WorstTicket) -> str:
    """Return the stated dimensions of a ticket in one line."""
    values = (ticket.plan, ticket.role, ticket.channel, ticket.priority)
    return " \N{MIDDLE DOT} ".join(filter(None, values))


def cycle_of(ticket: WorstTicket) -> Message | None:
    """Return the cycle of a ticket that was reopened; None for the first one."""
    return Message("cycle {number}", number=ticket.cycle) if ticket.cycle > 1 else None


def _tables(summary: Summary) -> list[Table]:
    """Return the tables of an audit, without empty ones."""
    tables = [_table(summary.totals, (), "Tickets")]
    if summary.by:
        titles = tuple(name.capitalize() if name in DIMENSIONS else name for name in summary.by)
        tables.append(_table(summary.groups, titles, f"Tickets by {', '.join(summary.by)}"))
        tables.append(_table(summary.rest, (), "Further groups"))
    tables.append(
        Table(
            ("Id", "Place", "Metric", "Case", "Margin"),
            tuple(
                (
                    ticket.id or "",
                    f"{ticket.file}:{ticket.line}",
                    ticket.metric,
                    " \N{MIDDLE DOT} ".join(filter(None, (case_of(ticket), cycle_of(ticket)))),
                    margin_in_words(ticket.margin_seconds),
                )
                for ticket in summary.worst
            ),
            "Worst tickets",
        )
    )
    tables.append(
        Table(
            ("Rows", "Column", "Reason", "First place"),
            tuple(
                (str(kind.rejects), kind.column or "", kind.reason, f"{kind.file}:{kind.line}")
                for kind in summary.reject_kinds
            ),
            "Rejected rows",
        )
    )
    return [table for table in tables if table.rows]


def _table(groups: tuple[GroupSummary, ...], titles: tuple[str, ...], title: str) -> Table:
    columns = (
        *titles, "Metric", "Tickets", "Met", "Breached", "Met %", "In progress", "Other",
        "Median margin", "95 % margin",
    )  # fmt: skip
    rows = tuple(
        (
            *(value or "" for value in group.values.values()),
            group.metric,
            str(group.tickets),
            str(group.met),
            str(group.breached),
            group.percent or "",
            str(group.running + group.at_risk + group.paused + group.not_started),
            str(group.not_entitled + group.no_target + group.not_stated + group.needs_input),
            margin_in_words(group.median_margin_seconds),
            margin_in_words(group.margin_95_seconds),
        )
        for group in groups
    )
    return Table(columns, rows, title)


def notes_in_words(summary: Summary) -> list[Message]:
    """Return what a reader must know about the numbers."""
    notes = [*input_in_words(summary)]
    if summary.skipped:
        notes.append(skipped_in_words(summary))
    if summary.duplicates:
        notes.append(duplicates_in_words(summary))
    if summary.margin_step_seconds > 1:
        notes.append(rounding_in_words(summary))
    return [*notes, *warnings_in_words(summary)]


#: What warnings of verdicts mean.
_WARNINGS = {
    "change-assumed": Message(
        "the policy does not state what a change of the case does, so it counts as with"
        " `on-change: carry`"
    ),
    "rejected-events": Message("rows of the ticket are rejected"),
    "pause-ignored": Message("the clock does not pause, so the pauses are ignored"),
    "later-event": Message("events after the moment of the audit do not count"),
    "start-assumed": Message("the start of the clock is not stated, so the opening counts"),
    "default-fact": Message("the default of a fact is assumed"),
    "beyond-covers": Message("the holidays of a year are not known"),
    "estimated": Message("the date of a holiday is not certain"),
}


def warnings_in_words(summary: Summary) -> tuple[Message, ...]:
    """Return how many verdicts have each warning, and what it means."""
    return tuple(
        Counted(
            "{count} verdict with the warning `{code}`: {meaning}",
            "{count} verdicts with the warning `{code}`: {meaning}",
            warning.verdicts, code=warning.code, meaning=_meaning(warning.code),
        )
        for warning in summary.warnings
    )  # fmt: skip


def _meaning(code: str) -> Message:
    known = _WARNINGS.get(code)
    if known is not None:
        return known
    if code.startswith("needs-") and code != NEEDS_INPUT:
        return Message("`{name}` is missing", name=code.removeprefix("needs-"))
    return Message("see the guide `{guide}`", guide="json-audit")


def input_in_words(summary: Summary) -> Iterator[Message]:
    """Yield how many events are lost with rejected rows, and which texts no row has."""
    if summary.lost_events:
        yield Counted(
            "{count} rejected row has no known ticket, so any verdict can miss its event",
            "{count} rejected rows have no known ticket, so any verdict can miss their events",
            summary.lost_events,
        )
    for unseen in summary.unseen:
        text, column = quoted(unseen.text), unseen.column
        if unseen.similar is None:
            yield Message("no row has the text {text} in `{column}`", text=text, column=column)
        else:
            yield Message(
                "no row has the text {text} in `{column}`; did you mean `{similar}`?",
                text=text, column=column, similar=unseen.similar,
            )  # fmt: skip


def skipped_in_words(summary: Summary) -> Message:
    """Return how many rows the mapping skips, and by which columns."""
    columns = enumerated([f"`{kind.column}`" for kind in summary.skipped_kinds])
    return Counted(
        "{count} row is skipped by {columns}",
        "{count} rows are skipped by {columns}",
        summary.skipped, columns=columns,
    )  # fmt: skip


def duplicates_in_words(summary: Summary) -> Message:
    """Return how many tickets have the id of an earlier ticket."""
    if summary.all_ids:
        return Counted(
            "{count} ticket has the id of an earlier ticket",
            "{count} tickets have the id of an earlier ticket",
            summary.duplicates,
        )
    return Counted(
        "at least {count} ticket has the id of an earlier ticket",
        "at least {count} tickets have the id of an earlier ticket",
        summary.duplicates,
    )


def rounding_in_words(summary: Summary) -> Message:
    """Return how margins are rounded because there are very many different ones."""
    return Message(
        "margins are rounded down to {time}", time=duration(summary.margin_step_seconds, days=True)
    )
