"""Reports about advice."""

from __future__ import annotations

from zsupport.advise.advice import Advice, AdviceAnswers, AdviceDetails, AdvisedChannel
from zsupport.advise.summary import changes_in_words
from zsupport.answer.case import NEEDS_INPUT, records_of
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.report import Remark, Report, Table
from zsupport.typed import TYPE_CHECKING
from zsupport.view.channels import NOT_HANDLED, language_remarks
from zsupport.view.notes import row_remarks
from zsupport.view.questions import OF_CASE, OF_CUSTOMER, QuestionView, all_warnings, document
from zsupport.wording import Message

if TYPE_CHECKING:
    from datetime import tzinfo
    from typing import Any

    from zsupport.view.explain import Explainer


def show_advice(answers: AdviceAnswers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report: plain lines have a label, then the values."""
    records = records_of(answers.answers, zone)
    advice = answers[0]
    return Report(
        document("advise", answers, query, records, all_warnings(answers, lang)),
        records,
        tuple(_lines(advice, zone)),
        tuple(_tables(answers, zone)),
        fields=Advice._fields,
        remarks=row_remarks(answers, answers.answers, lang, _remarks_of),
    )


def _remarks_of(advice: Advice) -> list[Remark]:
    """Return how each channel handles the language of the question, if this is not certain."""
    remarks = [
        (entry["channel"], remark.text)
        for entry in (*advice.channels, *advice.self_service)
        for remark in language_remarks(entry["handled"])
    ]
    remarks += [
        (entry["channel"], NOT_HANDLED) for entry in advice.not_included if entry["handled"]
    ]
    return [
        Remark("language", Message("{rows}: {remark}", rows=channel, remark=text))
        for channel, text in remarks
    ]


def _lines(advice: Advice, zone: tzinfo) -> list[tuple[str, ...]]:
    if advice.state == NEEDS_INPUT:
        return [("missing", entry["fact"] or entry["field"]) for entry in advice.missing]
    lines: list[tuple[str, ...]] = [("summary", text) for text in advice.summary]
    if advice.priority is not None:
        lines.append(("priority", advice.priority["id"]))
    lines += [("channel", *_channel(entry, zone)) for entry in advice.channels]
    lines += [("self-service", entry["channel"], entry["state"]) for entry in advice.self_service]
    lines += [("not-included", entry["channel"]) for entry in advice.not_included]
    lines += [("missing", entry["fact"] or entry["field"]) for entry in advice.missing]
    return lines


def _channel(entry: AdvisedChannel, zone: tzinfo) -> tuple[str, str, str]:
    """Return the channel, the state of its hours, and when its first target is due."""
    due = ""
    for target in entry["targets"][:1]:
        due = target["state"]
        if target["due"] is not None:
            due = format_instant(from_datetime(target["due"]), zone)
    return entry["channel"], entry["state"], due


def _tables(answers: AdviceAnswers, zone: tzinfo) -> list[Table]:
    advice, changes = answers[0], answers.details.changes_by_channel
    channels = [
        (
            entry["name"],
            entry["state"],
            ", ".join(number["number"] for number in entry["numbers"]) or entry["url"] or "",
            "; ".join(entry["prerequisites"]),
            _channel(entry, zone)[2],
        )
        for entry in (*advice.channels, *advice.self_service)
    ]
    tables = [
        Table(("Advice",), tuple((text,) for text in advice.summary)),
        Table(("Channel", "Hours", "Address", "Have ready", "Due"), tuple(channels)),
        Table(("Topic", "Text"), tuple((term["topic"], term["text"]) for term in advice.terms)),
        Table(
            ("Not included", "Included with"),
            tuple(
                (
                    entry["name"],
                    changes_in_words(changes[entry["channel"]]) if entry["change"] else "",
                )
                for entry in advice.not_included
            ),
        ),
        Table(
            ("Missing", "Question"),
            tuple((entry["fact"] or entry["field"], entry["question"]) for entry in advice.missing),
        ),
    ]
    return [table for table in tables if table.rows]


def explain(advice: Advice, why: Explainer[Advice, AdviceDetails]) -> list[str]:
    """Return the lines of the policy behind the priority and each channel.

    For a channel that is not included, a line states the smallest changes of the case that would
    include it.
    """
    from zsupport.view.explain import indented

    if lines := why.not_in_force():
        return lines
    details = why.answers.details
    if details.priority is not None:
        lines.append(f"priority={details.priority.priority or 'none'}")
        lines += [f"{why.at(reason)}  {reason.path}" for reason in details.priority.because]
    for channel, answer in details.channels.items():
        case = f"channel={channel}"
        if answer.allowed:
            lines.append(Message("{case}: allowed", case=case))
        elif channel in details.not_searched:
            lines.append(
                Message(
                    "{case}: not allowed; the smallest change that allows it: not searched",
                    case=case,
                )
            )
        elif changes := details.changes_by_channel.get(channel):
            lines.append(
                Message(
                    "{case}: not allowed; the smallest change that allows it: {change}",
                    case=case,
                    change=changes_in_words(changes),
                )
            )
        else:
            lines.append(
                Message("{case}: not allowed; the smallest change that allows it: none", case=case)
            )
        if answer.handled == "no":
            lines.append(indented(NOT_HANDLED))
        lines += [f"{why.at(reason)}  {reason.path}" for reason in answer.because]
    return lines


QUESTION = QuestionView(
    "advise",
    Advice,
    lambda: {
        **{name: kind for name, kind in OF_CASE.items() if name != "channel"},
        **OF_CUSTOMER,
        "language": str | None,
    },
    show_advice,
    explain,
)
