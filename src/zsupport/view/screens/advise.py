"""The screen of `advise`: two sentences, then the details in the order of use."""

from __future__ import annotations

from zsupport.advise.advice import (
    Advice,
    AdviceAnswers,
    AdvisedChannel,
    AdvisedTarget,
    MissingInput,
)
from zsupport.advise.summary import change_in_words, summary, target_in_words
from zsupport.answer.case import NEEDS_INPUT
from zsupport.report.screen import (
    Heading,
    LabelledTexts,
    Paragraph,
    Screen,
    Section,
    glued,
    section,
)
from zsupport.typed import TYPE_CHECKING
from zsupport.view.screens import Notes, Setting, closing, display_names

if TYPE_CHECKING:
    from zsupport.answer.case import Answer
    from zsupport.report.screen import Block

#: The indent below the name of a channel.
_INDENT = 3


def screen(answers: AdviceAnswers, setting: Setting) -> Screen:
    """Return the advice; a part that is empty is omitted."""
    advice = answers[0]
    rows: list[Answer] = []
    if advice.state != NEEDS_INPUT and answers.in_force:
        details = answers.details
        rows = [*([details.priority] if details.priority else []), *details.topics, *details.terms]
        for channel in details.hours:
            rows += [details.channels[channel], *details.due.get(channel, ())]
    notes = Notes(answers.revision, rows, setting.lang)
    parts = (
        section(*(Paragraph(text, "bold") for text in summary(advice, setting.times.full))),
        _case(answers, setting, notes),
        _self_help(answers, setting, notes),
        *(_channel(answers, entry, f"{number}  ", setting, notes)
          for number, entry in enumerate(advice.channels, 1)),
        _terms(answers, notes),
        _not_included(advice),
        _missing(advice, setting),
    )  # fmt: skip
    return (*parts, notes.section(), closing(answers, setting))


def _case(answers: AdviceAnswers, setting: Setting, notes: Notes) -> Section:
    """Return the case and its priority, with the reason for the priority."""
    advice, priority = answers[0], answers[0].priority
    names = display_names(answers.revision, setting.lang)
    members = (("plan", advice.plan), ("role", advice.role))
    values = [names.get((kind, value), value) for kind, value in members if value is not None]
    facts = [f"{name}={value}" for name, value in advice.facts.items()]
    rows = [("Case", " · ".join([*values, *facts]))]
    if priority is not None:
        text = f"{priority['id']} {priority['name']}"
        text = priority["id"] if priority["id"] == priority["name"] else text
        text += f": {priority['meaning']}" if priority["meaning"] else ""
        decided = ", ".join(f"{name}={value}" for name, value in priority["facts"].items())
        text += f" ({decided})" if decided else ""
        row = answers.details.priority
        rows.append(("Priority", text + (notes.marks(row) if row else "")))
    elif answers.details.priority is not None:
        rows.append(("Priority", "none: no priority matches these facts"))
    elif len(advice.priorities) > 1:
        rows.append(("Priority", "any: it does not change the advice"))
    return section(LabelledTexts(tuple(row for row in rows if row[1])))


def _self_help(answers: AdviceAnswers, setting: Setting, notes: Notes) -> Section:
    """Return what to try before contacting support."""
    advice = answers[0]
    blocks: list[Block] = []
    for entry in advice.self_service:
        blocks += _channel(answers, entry, "", setting, notes).blocks
    names_by_topic: dict[str, list[str]] = {}
    for row, entry in zip(answers.details.topics, advice.self_help, strict=True):
        url = f" ({entry['url']})" if entry["url"] else ""
        text = f"{entry['name']}{notes.marks(row)}{url}"
        names_by_topic.setdefault(entry["topic"] or "", []).append(text)
    topics_by_names: dict[str, list[str]] = {}
    for topic, names in names_by_topic.items():
        topics_by_names.setdefault(", ".join(dict.fromkeys(names)), []).append(topic)
    pairs = [
        (", ".join(topics) or "Resources", names) for names, topics in topics_by_names.items()
    ]
    blocks += [LabelledTexts(tuple(pairs), indent=_INDENT)] if pairs else []
    if not blocks:
        return section()
    return section(Heading("First, help yourself" if advice.channels else "Help yourself"), *blocks)


def _channel(
    answers: AdviceAnswers, entry: AdvisedChannel, number: str, setting: Setting, notes: Notes
) -> Section:
    """Return how to use a channel, whether it is open, and when an answer is due."""
    id, indent = entry["channel"], _INDENT
    name = f"{number}{entry['name']}{notes.marks(answers.details.channels[id])}"
    heading = Heading(name, _opening(entry, setting), indent=0 if number else indent)
    if not number:
        indent += _INDENT
    blocks: list[Block] = [heading]
    blocks += [Paragraph(entry["url"], indent=indent)] if entry["url"] else []
    numbers = entry["numbers"]
    rows = [
        (number["country"], glued(number["number"]) + (f" {number['note']}" if number["note"] else ""))
        for number in numbers
    ]
    blocks += [LabelledTexts(tuple(rows), indent=indent)] if rows else []
    blocks += [
        Paragraph(text, indent=indent, marker=f"{place}.")
        for place, text in enumerate(entry["steps"], 1)
    ]
    labels = [("Have ready", "; ".join(entry["prerequisites"]))] if entry["prerequisites"] else []
    targets = zip(answers.details.due.get(id, ()), entry["targets"], strict=True)
    labels += [
        (_title(target["name"]), _target(target, setting) + notes.marks(row))
        for row, target in targets
    ]
    blocks += [LabelledTexts(tuple(labels), indent=indent)] if labels else []
    return section(*blocks)


def _opening(entry: AdvisedChannel, setting: Setting) -> str:
    """Return whether a channel is open, and until when."""
    opens, closes = entry["next_open"], entry["next_close"]
    if entry["state"] == "open":
        return f"open until {setting.times.short(closes)}" if closes else "open, always"
    if entry["state"] == "closed":
        return f"closed, opens {setting.times.short(opens)}" if opens else "closed"
    if entry["state"] == NEEDS_INPUT:
        return "hours depend on the customer"
    return "hours not stated"


def _target(target: AdvisedTarget, setting: Setting) -> str:
    """Return when a target is due, its hours and its condition."""
    within = target_in_words(target["target"] or "")
    if target["due"] is not None:
        text = f"by {setting.times.full(target['due'])}, within {within}"
    elif target["state"] == "no-target":
        text = "no promise"
    elif target["state"] == NEEDS_INPUT:
        text = f"within {within}; the date depends on the customer"
    elif within and target["state"] != "not-stated":
        text = within
    else:
        text = "not stated"
    return text + (f"; condition: {target['condition']}" if target["condition"] else "")


def _title(name: str) -> str:
    text = name.replace("-", " ")
    return text[:1].upper() + text[1:]


def _terms(answers: AdviceAnswers, notes: Notes) -> Section:
    names = {id: row.name for id, row in answers.details.channels.items()}
    rows = []
    for row, term in zip(answers.details.terms, answers[0].terms, strict=True):
        channel = f" ({names[term['channel']]})" if term["channel"] else ""
        rows.append((f"{term['topic']}{channel}", term["text"] + notes.marks(row)))
    if not rows:
        return section()
    return section(Heading("What else applies"), LabelledTexts(tuple(rows), indent=_INDENT))


def _not_included(advice: Advice) -> Section:
    rows = [
        (entry["name"], f"with {change_in_words(entry['change'])}" if entry["change"] else "never")
        for entry in advice.not_included
    ]
    if not rows:
        return section()
    return section(Heading("Not included"), LabelledTexts(tuple(rows), indent=_INDENT))


def _missing(advice: Advice, setting: Setting) -> Section:
    rows = [
        (_field(entry, setting), f"{entry['question']} {_values(entry)}".rstrip())
        for entry in advice.missing
    ]
    return section(*([Heading("Missing"), LabelledTexts(tuple(rows), _INDENT)] if rows else []))


def _field(entry: MissingInput, setting: Setting) -> str:
    return setting.naming("fact", entry["fact"], "VALUE") if entry["fact"] else setting.naming(
        entry["field"]
    )  # fmt: skip


def _values(entry: MissingInput) -> str:
    return ", ".join(choice["value"] for choice in entry["values"])
