"""Self-help resources, by topic and audience."""

from __future__ import annotations

from zsupport.answer.case import Answers, Because, Query, Warning, Words, reasons, record, say
from zsupport.answer.remarks import remark_texts, remarks_of_case
from zsupport.errors import did_you_mean, unknown_name
from zsupport.policy.model import Remarks, Resource, Revision, Topic
from zsupport.typed import Any, NamedTuple, Sequence
from zsupport.wording import Message


class TopicAnswer(NamedTuple):
    """A resource under a topic; the fields are those of the JSON answer.

    `topic` is None for a general resource, `audience` is None for a resource for everyone.
    """

    topic: str | None
    audience: tuple[str, ...] | None
    kind: str
    name: Words
    url: Words | None
    note: Words | None
    unclear: Words | None
    source: Words | None
    because: tuple[Because, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as a JSON object, with instants in UTC."""
        return record(self)


TopicAnswers = Answers[TopicAnswer, None]


def answer_topics(
    revision: Revision,
    query: Query,
    topic: str | None,
    revisions: Sequence[Revision],
    *,
    by_audience: bool,
    in_force: bool,
    lang: str,
) -> TopicAnswers:
    """Return the resources: general resources first, then those of each topic.

    The `topic` and the role of the query select resources. With a topic, general resources are
    omitted. `by_audience` states whether the answer is for all roles; then it shows the audience of
    each resource. Without a revision in force, the answer is empty. `revisions` are all revisions
    of the policy. Raises UsageError for a topic that no revision defines.
    """
    name = None if topic is None else _topic_id(topic, revisions)
    columns = ("topic",) if name is None else ()
    resources = [e for entry in revisions if entry.self_help for e in entry.self_help.resources]
    if by_audience and any(resource.audience for resource in resources):
        columns = (*columns, "audience")
    columns = (*columns, "kind")
    help_ = revision.self_help
    if help_ is None or not in_force:
        return Answers((), columns, (), revision, query, in_force, None)
    topics = [value for value in help_.topics if name in (None, value.id)]
    role = {} if query.role is None else {"role": query.role}
    remarks = [*remarks_of_case(revision, "topics", role), help_.remarks]
    rows = []
    for item in [*([None] if name is None else []), *topics]:
        listed = [
            resource
            for resource in help_.resources
            if (item.id in resource.topics if item else not resource.topics)
            and (query.role is None or not resource.audience or query.role in resource.audience)
        ]
        rows += [_answer(revision, resource, item, remarks, lang) for resource in listed]
        if item and not listed:
            rows.append(_bare_row(revision, item, remarks, lang))
    warnings: tuple[Warning, ...] = ()
    if not help_.complete:
        message = say(help_.remarks.note, lang) or Message("the list of topics is incomplete")
        warnings = (Warning("more-topics", message),)
    return Answers(tuple(rows), columns, warnings, revision, query, in_force, None)


def _topic_id(topic: str, revisions: Sequence[Revision]) -> str:
    """Return the id of a topic, ignoring letter case.

    Raises UsageError if none of the revisions defines the topic.
    """
    known = [
        topic.id
        for revision in revisions
        if revision.self_help
        for topic in revision.self_help.topics
    ]
    for id in known:
        if id.casefold() == topic.casefold():
            return id
    ids = list(dict.fromkeys(known))
    if not ids:
        policy = revisions[0].policy
        raise unknown_name(
            Message(
                "unknown topic `{topic}`: the policy `{policy}` has no topics",
                topic=topic,
                policy=policy,
            )
        )
    hint = did_you_mean(topic, ids)
    raise unknown_name(
        Message("unknown topic `{topic}`; topics: {ids}", topic=topic, ids=", ".join(ids)), hint
    )


def _answer(
    revision: Revision, resource: Resource, topic: Topic | None, remarks: list[Remarks], lang: str
) -> TopicAnswer:
    own = [resource.remarks, *([topic.remarks] if topic else [])]
    return TopicAnswer(
        topic.id if topic else None,
        resource.audience or None,
        resource.kind,
        say(resource.name, lang),
        resource.url or (topic.url if topic else None),
        *remark_texts(revision, [*own, *remarks], lang),
        reasons(revision, (resource.place,)),
    )


def _bare_row(revision: Revision, topic: Topic, remarks: list[Remarks], lang: str) -> TopicAnswer:
    """Return a row for a topic without resources."""
    return TopicAnswer(
        topic.id, None, "other", say(topic.name, lang), topic.url,
        *remark_texts(revision, [topic.remarks, *remarks], lang),
        reasons(revision, (topic.place,)),
    )  # fmt: skip
