"""The reasons of several answers on a screen: each place in the policy that decided, once."""

from __future__ import annotations

from zsupport.answer.case import AnyAnswers, Because, say
from zsupport.policy.model import Place, Revision
from zsupport.report.screen import Columns, Paragraph, Section, section
from zsupport.typed import TYPE_CHECKING
from zsupport.view.explain import condition_in_words
from zsupport.view.hours import calendar_in_words
from zsupport.view.priority import REFUSED
from zsupport.wording import Counted, Message, glued, joined

if TYPE_CHECKING:
    from zsupport.view.screens import Setting
    from zsupport.wording import Wording

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
#: The maximum number of places in the policy below a screen.
_MAX_PLACES = 30


def deciding_places(answers: AnyAnswers, setting: Setting) -> Section:
    """Return the places that decided the answers in the order of the file, with their texts."""
    texts = _texts(answers.revision, setting.lang)
    places: dict[Because, str] = {}
    for answer in answers:
        for reason in answer.because:
            # An alternative of a condition belongs to its part, which is a reason too.
            if reason.path in texts:
                places[reason] = texts[reason.path]
    rows = tuple(
        (glued(f"{setting.where}{place.file}:{place.line}"), setting.words.message(places[place]))
        for place in sorted(places, key=lambda place: (place.file, place.line))
    )
    return section(*listed_places(rows, _MAX_PLACES, setting.words))


def listed_places(
    rows: tuple[tuple[str, ...], ...], most: int, words: Wording
) -> list[Columns | Paragraph]:
    """Return rows for places in the policy. If there are more than `most`, the rest is counted."""
    shown = rows[: max(0, most)]
    blocks: list[Columns | Paragraph] = [Columns(shown)] if shown else []
    left_out = len(rows) - len(shown)
    if not left_out:
        return blocks
    if shown:
        text = Counted(
            "{dots} {count} more place in the policy; state more details of the case to see it",
            "{dots} {count} more places in the policy; state more details of the case to see them",
            left_out,
            dots=_ELLIPSIS,
        )
    else:
        text = Counted(
            "{count} place in the policy decides these cases; state more details to see it",
            "{count} places in the policy decide these cases; state more details to see them",
            left_out,
        )
    return [*blocks, Paragraph(words(text), "dim")]


def _texts(revision: Revision, lang: str) -> dict[str, str]:
    """Return what each part of a revision says, by its path."""
    parts: list[tuple[Place, str]] = []
    for grant in revision.grants:
        condition = condition_in_words(grant.when)
        if grant.allow:
            channels = ", ".join(grant.allow)
            text = Message("allows {channels}: {condition}", channels=channels, condition=condition)
        else:
            channels = ", ".join(grant.recommend)
            text = Message(
                "recommends {channels}: {condition}", channels=channels, condition=condition
            )
        parts.append((grant.place, text))
    for priority in revision.priorities:
        condition = condition_in_words(priority.when)
        if revision.priority_table and not priority.when:
            condition = Message("by the table")
        parts.append((priority.place, joined((priority.id, condition), ": ")))
    for rule in revision.priority_rules():
        if rule.of_table:
            text = joined((rule.priority or REFUSED, condition_in_words(rule.when)), ": ")
            parts.append((rule.place, text))
    if table := revision.priority_table:
        facts = joined((table.rows, table.columns), ", ")
        parts.append((table.place, Message("priority table: {facts}", facts=facts)))
    for id, calendars in revision.hours.items():
        for calendar in calendars:
            in_words = calendar_in_words(calendar)
            text = Message("hours {name}: {calendar}", name=id, calendar=in_words)
            parts.append((calendar.place, text))
    for term in revision.terms:
        text = joined((term.topic, condition_in_words(term.when)), ": ")
        parts.append((term.place, text))
    if revision.self_help:
        parts += [(topic.place, say(topic.name, lang)) for topic in revision.self_help.topics]
        parts += [(item.place, say(item.name, lang)) for item in revision.self_help.resources]
    parts.append((revision.validity_place, Message("not in force")))
    return {place.path: text for place, text in parts}
