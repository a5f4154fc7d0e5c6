"""What else the policy says for a case: the first term of each topic that matches."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from zsupport.answer.case import (
    Answers,
    Because,
    Case,
    Query,
    collapse,
    dimensions,
    join,
    matching,
    named,
    places_of,
    reasons,
    record,
    said,
    say,
    with_channel,
)
from zsupport.errors import UsageError, did_you_mean
from zsupport.policy.model import Revision, Term

#: The fields that say which case and topic a row answers.
_IDENTITY = ("plan", "role", "channel", "priority", "topic")


class TermAnswer(NamedTuple):
    """What is said about a topic in one case; the fields are those of the JSON answer.

    `text` is None where the policy says nothing about the topic in this case.
    """

    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    facts: Mapping[str, str]
    topic: str
    text: str | None
    note: str | None
    unclear: str | None
    source: str | None
    because: tuple[Because, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON has it, with instants as texts in UTC."""
        return record(self)


def answer_terms(
    revision: Revision, query: Query, topic: str | None, *, in_force: bool, lang: str
) -> Answers:
    """Answer for each topic and each case asked about, those without a text included.

    A dimension that is left out is asked about where it changes a term. With no revision in
    force nothing is said. Raises UsageError for an unknown topic.
    """
    topics = _topics(revision)
    if topic is not None:
        name = topic_id(revision, topic)
        topics = {name: topics[name]}
    asked = named(term.when for terms in topics.values() for term in terms)
    space = dimensions(revision, query, asked)
    if query.channel is not None or "channel" in asked:
        space = with_channel(space, revision, query)
    rows = [
        _answer(revision, terms, case, in_force=in_force, lang=lang)
        for case in space.cases()
        for terms in topics.values()
    ]
    rows, columns = collapse(rows, space.open, _IDENTITY)
    if topic is None:
        columns.append("topic")
    return Answers(tuple(rows), tuple(columns), space.warnings, revision, query, in_force)


def topic_id(revision: Revision, topic: str) -> str:
    """Return the topic of terms that is named without regard to case; raise UsageError."""
    topics = _topics(revision)
    by_fold = {name.casefold(): name for name in topics}
    if found := by_fold.get(topic.casefold()):
        return found
    if not topics:
        raise UsageError(f"unknown topic `{topic}`: the policy `{revision.policy}` has no terms")
    known = f"unknown topic `{topic}`; topics: {', '.join(topics)}"
    raise UsageError(known, did_you_mean(topic, topics))


def _topics(revision: Revision) -> dict[str, list[Term]]:
    """Return the terms of each topic, in written order."""
    topics: dict[str, list[Term]] = {}
    for term in revision.terms:
        topics.setdefault(term.topic, []).append(term)
    return topics


def _answer(
    revision: Revision, terms: list[Term], case: Case, *, in_force: bool, lang: str
) -> TermAnswer:
    facts = {
        name: value
        for name, value in case.items()
        if name not in ("plan", "role", "channel", "priority")
    }
    nothing = TermAnswer(
        case.get("plan"), case.get("role"), case.get("channel"), case.get("priority"), facts,
        terms[0].topic, None, None, None, None, reasons(revision, (revision.validity_place,)),
    )  # fmt: skip
    if not in_force:
        return nothing
    for term in terms:
        held = matching(term.when, case)
        if held is None:
            continue
        remarks = (term.remarks, held.remarks)
        note, unclear = said(remarks, lang)
        return nothing._replace(
            text=say(term.say, lang),
            note=note,
            unclear=unclear,
            source=join(each.source for each in remarks),
            because=reasons(revision, places_of(term.place, held)),
        )
    return nothing._replace(because=reasons(revision, (term.place for term in terms)))
