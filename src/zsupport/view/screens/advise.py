"""The screen of `advise`: two sentences, then the details in the order of what to do."""

from __future__ import annotations

from zsupport.advise.advice import (
    Advice,
    AdviceAnswers,
    AdvisedChannel,
    AdvisedTarget,
    MissingInput,
)
from zsupport.advise.summary import (
    Notation,
    advised_time,
    changes_in_words,
    self_help_first,
    summary,
)
from zsupport.answer.case import NEEDS_INPUT, refuses, say
from zsupport.answer.channels import ChannelAnswer
from zsupport.policy.model import DETAILS, NO_CASE, Revision
from zsupport.report.screen import Heading, LabelledTexts, Paragraph, Screen, Section, section
from zsupport.typed import TYPE_CHECKING
from zsupport.view.channels import NOT_HANDLED, language_remarks
from zsupport.view.quotas import quota_in_words
from zsupport.view.screens import (
    Notes,
    Setting,
    case_in_words,
    closing,
    display_names,
    metric_label,
    priority_label,
    with_id,
)
from zsupport.view.screens.channels import labelled_numbers, state_in_words, texts_of_detail
from zsupport.wording import ENGLISH, Counted, enumerated, glued

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from zsupport.answer.case import Answer
    from zsupport.answer.opening import HoursAnswer
    from zsupport.answer.topics import TopicAnswer
    from zsupport.report import Remark
    from zsupport.report.screen import Block

#: The indent below the name of a channel.
_INDENT = 3
#: The maximum number of self-help resources.
_MAX_RESOURCES = 12


def screen(answers: AdviceAnswers, setting: Setting) -> Screen:
    """Return the advice; a part that is empty is omitted."""
    advice, details = answers[0], answers.details
    targets = (target for entry in advice.channels for target in entry["targets"])
    first_due = next((target["due"] for target in targets if target["due"] is not None), None)
    if first_due is not None:
        setting = setting.naming_zone_at(first_due)
    common, resources = _common_notes(details.topics)
    rows: list[Answer] = [*([details.priority] if details.priority else []), *resources]
    rows += details.terms
    for channel in details.hours:
        rows += [details.channels[channel], *details.due.get(channel, ())]
    notes = Notes(answers.revision, rows, setting, _remarks, groups=(_channel_of,))
    shared = _shared_targets(answers, setting)
    words = setting.words
    sentences = summary(answers, _notation(setting))
    assumed = [f"{fact['name']}={fact['value']}" for fact in advice.assumed]
    headline = [Paragraph(words(text), "bold") for text in sentences]
    if assumed:
        text = words("This assumes {facts} (change with {fact}).", facts=enumerated(assumed))
        headline.append(Paragraph(text))
    help_first = not advice.channels or self_help_first(advice) is not None

    def help_yourself() -> tuple[Section]:
        return (_self_help(answers, resources, common, setting, notes, first=help_first),)

    parts = (
        section(*headline),
        _case(answers, shared, setting, notes),
        _missing(advice, setting),
        *(help_yourself() if help_first else ()),
        *(_channel(answers, entry, f"{number}. ", setting, notes, with_targets=not shared)
          for number, entry in enumerate(advice.channels, 1)),
        *(() if help_first else help_yourself()),
        _terms(answers, setting, notes),
        _not_included(answers, setting),
    )  # fmt: skip
    # Shown above: the note of the self-help, the assumed facts, the missing inputs, and when the
    # nearest revision is in force.
    warnings = tuple(
        warning
        for warning in answers.warnings
        if warning.message not in common and warning.code not in ("default-fact", NEEDS_INPUT)
    )
    shown_below = answers._replace(warnings=warnings, in_force=True)
    return (*parts, notes.section(), closing(shown_below, setting))


def _remarks(row: Answer) -> list[Remark]:
    return language_remarks(row.handled) if isinstance(row, ChannelAnswer) else []


def _notation(setting: Setting) -> Notation:
    """Return how the sentences of a screen write instants and telephone numbers."""
    translated = setting.words.language.code != ENGLISH.code
    english = setting.lang.partition("-")[0].lower() == ENGLISH.code
    return Notation(lambda instant: _minute(instant, setting), glued, translated or english)


def _channel_of(row: Answer) -> object:
    """Return the channel of an answer; other answers are groups of their own."""
    channel = row._asdict().get("channel")
    return ("channel", channel) if channel and "topic" not in row._asdict() else id(row)


def _common_notes(rows: Sequence[TopicAnswer]) -> tuple[list[str], list[TopicAnswer]]:
    """Return the notes that all resources have, and the resources without these notes."""
    notes = [row.note.split("\n") if row.note else [] for row in rows]
    common = [note for note in notes[0] if all(note in other for other in notes)] if rows else []
    own = ["\n".join(note for note in of_row if note not in common) for of_row in notes]
    pairs = zip(rows, own, strict=True)
    return common, [row._replace(note=note or None) for row, note in pairs]


def _shared_targets(answers: AdviceAnswers, setting: Setting) -> list[tuple[str, str]]:
    """Return the targets as labels with texts if they are equal in all channels."""
    advice = answers[0]
    targets = [entry["targets"] for entry in advice.channels]
    remarks = [
        [(row.note, row.unclear) for row in answers.details.due.get(entry["channel"], ())]
        for entry in advice.channels
    ]
    every = list(zip(targets, remarks, strict=True))
    if len(every) < 2 or any(of_channel != every[0] for of_channel in every):
        return []
    return [(_title(target, setting), _target(target, setting)) for target in targets[0]]


def _case(
    answers: AdviceAnswers, targets: list[tuple[str, str]], setting: Setting, notes: Notes
) -> Section:
    """Return the case, its priority with the reason, and the targets of all channels."""
    advice, priority, words = answers[0], answers[0].priority, setting.words
    row = answers.details.priority
    query = answers.query._replace(priority=None)
    rows = [(words("Case"), case_in_words(answers._replace(query=query), setting.lang))]
    if priority is not None:
        names = display_names(answers.revision, setting.lang)
        text = priority_label(priority["id"], names)
        text += f": {priority['meaning'].rstrip('.')}" if priority["meaning"] else ""
        decided = ", ".join(glued(f"{fact['name']}={fact['value']}") for fact in priority["facts"])
        text += f" ({decided})" if decided else ""
        rows.append((words("Priority"), text + (notes.marks(row) if row else "")))
    elif row is not None:
        text = words("none: no priority matches these facts")
        if refuses(answers.revision, row.facts):
            text = words("none: the policy refuses these facts")
        rows.append((words("Priority"), text + notes.marks(row)))
    elif len(advice.priorities) > 1:
        rows.append((words("Priority"), words("any: it does not change the advice")))
    best = [entry["channel"] for entry in advice.channels[:1] if targets]
    marks = [notes.marks(row) for id in best for row in answers.details.due.get(id, ())]
    rows += [(label, text + mark) for (label, text), mark in zip(targets, marks, strict=False)]
    shown = tuple(row for row in rows if row[1])
    return section(*([LabelledTexts(shown)] if shown else []))


def _self_help(
    answers: AdviceAnswers,
    resources: Sequence[TopicAnswer],
    common: Sequence[str],
    setting: Setting,
    notes: Notes,
    *,
    first: bool,
) -> Section:
    """Return what to try before contacting support: channels, then resources of the role."""
    advice, words = answers[0], setting.words
    blocks: list[Block] = []
    for entry in advice.self_service:
        blocks += _channel(answers, entry, "", setting, notes).blocks
    topics_by_text: dict[str, list[str]] = {}
    names = _topic_names(answers.revision, setting.lang)
    for row in resources:
        url = f" {glued(row.url)}" if row.url else ""
        topics = topics_by_text.setdefault(f"{row.name}{notes.marks(row)}{url}", [])
        topics += [names.get(row.topic, row.topic)] if row.topic else []
    listed = list(topics_by_text.items())
    if len(listed) > _MAX_RESOURCES:
        more = Counted("{count} more", "{count} more", len(listed) - _MAX_RESOURCES + 1)
        listed = [*listed[: _MAX_RESOURCES - 1], (words(more), [])]
    blocks += [
        Paragraph(f"{text} ({', '.join(topics)})" if topics else text, "", _INDENT, "-")
        for text, topics in listed
    ]
    blocks += [Paragraph(text, "", _INDENT) for text in common]
    if not blocks:
        return section()
    if not advice.channels:
        heading = words("Try self-service")
    elif first:
        heading = words("First, try self-service")
    else:
        heading = words("Self-service can also help")
    return section(Heading(heading), *blocks)


def _topic_names(revision: Revision, lang: str) -> dict[str, str]:
    topics = revision.self_help.topics if revision.self_help else ()
    return {topic.id: say(topic.name, lang) or topic.id for topic in topics}


def _channel(
    answers: AdviceAnswers,
    entry: AdvisedChannel,
    number: str,
    setting: Setting,
    notes: Notes,
    *,
    with_targets: bool = True,
) -> Section:
    """Return how to use a channel, whether it is open, and when an answer is due."""
    id, indent = entry["channel"], _INDENT if number else 2 * _INDENT
    marks = notes.marks(answers.details.channels[id], ("channel", id))
    name = f"{number}{with_id(entry['name'], id)}{marks}"
    opening = _opening(entry, answers.details.hours[id], setting)
    blocks: list[Block] = [Heading(name, opening, indent - _INDENT)]
    blocks += [Paragraph(glued(entry["url"]), "", indent)] if entry["url"] else []
    blocks += [
        Paragraph(text, "", indent, f"{place}." if len(entry["steps"]) > 1 else "")
        for place, text in enumerate(entry["steps"], 1)
    ]
    labels = labelled_numbers(entry["numbers"], setting.words)
    if entry["languages"]:
        languages = texts_of_detail("languages", entry["languages"], setting)
        labels.append((setting.words(DETAILS["languages"].label), ", ".join(languages)))
    if entry["prerequisites"]:
        labels.append((setting.words("Have ready"), "; ".join(entry["prerequisites"])))
    targets = zip(answers.details.due.get(id, ()), entry["targets"], strict=True)
    labels += [
        (_title(target, setting), _target(target, setting) + notes.marks(row))
        for row, target in targets
        if with_targets
    ]
    blocks += [LabelledTexts(tuple(labels), indent)] if labels else []
    return section(*blocks)


def _opening(entry: AdvisedChannel, hours: HoursAnswer, setting: Setting) -> str:
    """Return whether a channel is open; nothing for self-service without stated hours."""
    if entry["kind"] in NO_CASE and hours.state not in ("open", "closed", NEEDS_INPUT):
        return ""
    return state_in_words(hours, setting.times)


def _target(target: AdvisedTarget, setting: Setting) -> str:
    """Return when a target is due, its time and its condition."""
    words, time = setting.words, advised_time(target)
    if target["due"] is not None:
        instant = _minute(target["due"], setting)
        text = words("by {instant}, {time}", instant=instant, time=time)
    elif target["state"] == "no-target":
        text = words("no promise")
    elif target["state"] == NEEDS_INPUT:
        text = words("{time}; the date depends on the customer", time=time)
    elif time and target["state"] != "not-stated":
        text = words.message(time)
    else:
        text = words("not stated")
    if target["condition"]:
        condition = target["condition"]
        return words("{target}; condition: {condition}", target=text, condition=condition)
    return text


def _minute(instant: datetime, setting: Setting) -> str:
    """Return an instant as text without seconds, because nobody needs them."""
    return setting.times.full(instant.replace(second=0))


def _title(target: AdvisedTarget, setting: Setting) -> str:
    """Return the name of a metric as a label."""
    return metric_label(target["metric"], target["name"], setting.words)


def _terms(answers: AdviceAnswers, setting: Setting, notes: Notes) -> Section:
    names = {id: row.name for id, row in answers.details.channels.items()}
    rows = []
    for row, term in zip(answers.details.terms, answers[0].terms, strict=True):
        channel = f" ({names[term['channel']]})" if term["channel"] else ""
        text = term["text"]
        if row.limit is not None:
            text = setting.words(quota_in_words(row.number, row.per))
        rows.append((f"{term['topic']}{channel}", text + notes.marks(row)))
    if not rows:
        return section()
    heading = Heading(setting.words("What else applies"))
    return section(heading, LabelledTexts(tuple(rows), indent=_INDENT))


def _not_included(answers: AdviceAnswers, setting: Setting) -> Section:
    """Return the channels that are not allowed, with the smallest changes that allow them."""
    words, rows = setting.words, []
    own = answers.query.plan
    retired = any(plan.retired and plan.id != own for plan in answers.revision.plans)
    for entry in answers[0].not_included:
        changes = answers.details.changes_by_channel.get(entry["channel"])
        if entry["handled"] and changes:
            text = words("handles this language with {change}", change=changes_in_words(changes))
        elif entry["handled"]:
            text = words(NOT_HANDLED)
        elif changes:
            text = words("included with {change}", change=changes_in_words(changes))
        elif entry["channel"] in answers.details.not_searched:
            text = words("not searched")
        elif answers.details.language is not None and any(
            entry["channel"] in grant.allow for grant in answers.revision.grants
        ):
            text = words("not included in this language")
        elif retired:
            text = words("not included in any plan that is still sold")
        else:
            text = words("not included in any case")
        rows.append((entry["name"], text))
    if not rows:
        return section()
    return section(Heading(words("Not included")), LabelledTexts(tuple(rows), indent=_INDENT))


def _missing(advice: Advice, setting: Setting) -> Section:
    words = setting.words
    rows = []
    for entry in advice.missing:
        values = ", ".join(choice["value"] for choice in entry["values"])
        rows.append(
            (_field(entry, setting), f"{words.message(entry['question'])} {values}".rstrip())
        )
    if not rows:
        return section()
    return section(Heading(words("Missing")), LabelledTexts(tuple(rows), _INDENT))


def _field(entry: MissingInput, setting: Setting) -> str:
    naming = setting.words.naming
    return naming("fact", entry["fact"], "VALUE") if entry["fact"] else naming(entry["field"])
