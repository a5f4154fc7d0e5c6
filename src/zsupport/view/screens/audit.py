"""The screen of `audit`: the share of met tickets, then the groups and the worst tickets."""

from __future__ import annotations

from zsupport.audit.share import RequiredShare
from zsupport.audit.summary import Summary
from zsupport.policy.model import Revision
from zsupport.report.screen import (
    ATTENTION,
    Columns,
    Heading,
    LabelledTexts,
    Matrix,
    Paragraph,
    Screen,
    Section,
    section,
)
from zsupport.view.audit import failures
from zsupport.view.audit_in_words import AuditTexts
from zsupport.view.comparison import (
    ComparedVerdicts,
    agreement,
    cause_meaning,
    witness_in_words,
    zone_of_times,
)
from zsupport.view.screens import Setting, sentence
from zsupport.view.times import Times


def screen(
    summary: Summary,
    revision: Revision,
    setting: Setting,
    *,
    fail_under: RequiredShare | None = None,
    compared: ComparedVerdicts | None = None,
) -> Screen:
    """Return the screen of an audit.

    The names of metrics and values come from `revision`. `compared` is the comparison with the help
    desk.
    """
    words = setting.words
    texts = AuditTexts(summary, revision, setting.lang, words)
    totals = [
        section(
            Heading(texts.title(group), texts.tickets(group.tickets)),
            LabelledTexts(texts.numbers(group)),
        )
        for group in summary.totals
    ]
    failed = failures(fail_under, words) if fail_under else ()
    return (
        *(totals or [section(Heading(words("No tickets")))]),
        section(*(Paragraph(sentence(text), ATTENTION) for text in failed)),
        _groups(texts),
        _worst(texts),
        _rejects(texts),
        section(*(Paragraph(sentence(text)) for text in texts.remarks())),
        _comparison(compared, setting.times) if compared else section(),
    )


def _groups(texts: AuditTexts) -> Section:
    columns, rows, names = texts.groups()
    if not rows:
        return section()
    # Without the margins, the table is narrower.
    narrow = Matrix(columns[:-2], tuple(row[:-2] for row in rows), names)
    return section(Matrix(columns, rows, names, narrow), *map(Paragraph, texts.omitted_groups()))


def _worst(texts: AuditTexts) -> Section:
    rows = texts.worst()
    if not rows:
        return section()
    return section(Heading(texts.words("Worst tickets")), Columns(rows, right=(2,)))


def _rejects(texts: AuditTexts) -> Section:
    if not texts.summary.rejects:
        return section()
    return section(Heading(texts.rejected(), color=ATTENTION), Columns(texts.rejects(), right=(0,)))


def _comparison(compared: ComparedVerdicts, times: Times) -> Section:
    """Return the causes of differences from the help desk, each with its first ticket."""
    words = times.words
    rows: list[tuple[str, str]] = []
    for item in compared.causes:
        rows.append((words.language.number(item.tickets), words.message(cause_meaning(item))))
        ticket, own, desk = (", ".join(lines) for lines in witness_in_words(item, times))
        text = words(
            "{ticket}: {own} by the policy; {desk} by the help desk",
            ticket=ticket, own=own, desk=desk,
        )  # fmt: skip
        rows.append(("", text))
    heading = Heading(words.message(agreement(compared)))
    if not rows:
        return section(heading)
    zone = Paragraph(words.message(zone_of_times(times)))
    return section(heading, Columns(tuple(rows), right=(0,)), zone)
