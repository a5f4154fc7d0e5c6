"""The screen of `topics`: resources to read or watch, by topic."""

from __future__ import annotations

from zsupport.answer.case import say
from zsupport.answer.topics import TopicAnswer, TopicAnswers
from zsupport.report.screen import Block, Heading, Paragraph, Screen, section
from zsupport.view.screens import (
    Notes,
    Setting,
    closing,
    display_names,
    not_in_force_title,
    with_id,
)
from zsupport.view.screens.reasons import deciding_places
from zsupport.view.topics import with_kind
from zsupport.wording import Wording, enumerated, glued


def screen(answers: TopicAnswers, setting: Setting) -> Screen:
    """Return the resources of each topic. Topics with the same resources have one heading."""
    if not len(answers):
        title = Heading(setting.words("No self-help resources"))
        title = title if answers.in_force else not_in_force_title(setting)
        return section(title), closing(answers, setting)
    revision, lang = answers.revision, setting.lang
    notes = Notes(revision, answers.answers, setting, groups=(_topic_of,))
    roles = display_names(revision, lang)
    topics = {item.id: item for item in revision.self_help.topics} if revision.self_help else {}
    headings: dict[tuple[Block, ...], list[str]] = {}
    by_topic: dict[str | None, list[TopicAnswer]] = {}
    for answer in answers:
        by_topic.setdefault(answer.topic, []).append(answer)
    for id, rows in by_topic.items():
        heading = setting.words("General")
        name = ""
        if id is not None:
            name = (say(topics[id].name, lang) if id in topics else "") or id
            heading = with_id(name, id)
        heading += notes.marks_of(("topic", id))
        blocks = tuple(
            block for row in rows for block in _resource(row, name, notes, roles, setting.words)
        )
        headings.setdefault(blocks, []).append(heading)
    # The note of the section can be a warning too: that the list is incomplete.
    warnings = tuple(item for item in answers.warnings if item.message not in notes.common)
    return (
        *(section(Heading(", ".join(titles)), *blocks) for blocks, titles in headings.items()),
        notes.section(),
        closing(answers._replace(warnings=warnings), setting),
        *((deciding_places(answers, setting),) if "why" in setting.stated else ()),
    )


def _topic_of(answer: TopicAnswer) -> tuple[str, str | None]:
    return "topic", answer.topic


def _resource(
    answer: TopicAnswer,
    topic: str,
    notes: Notes,
    roles: dict[tuple[str, str], str],
    words: Wording,
) -> list[Block]:
    """Return a resource with its address; for a topic without resources, only the address."""
    marks = notes.marks(answer)
    blocks: list[Block] = []
    if answer.name != topic or marks or answer.kind != "other":
        name = answer.name or ""
        if answer.kind != "other":
            name = with_kind(name, answer.kind, words)
        blocks.append(Paragraph(f"{name}{marks}", indent=2))
        if answer.audience:
            readers = enumerated(
                (roles.get(("role", id), id) for id in answer.audience), either=True
            )
            text = words("for {readers}", readers=readers)
            blocks.append(Paragraph(text, "dim", indent=4))
    if answer.url:
        blocks.append(Paragraph(glued(answer.url), indent=4 if blocks else 2))
    return blocks
