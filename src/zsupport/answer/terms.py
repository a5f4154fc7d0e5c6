"""Terms: for each topic, the text or limit of the first term that matches a case."""

from __future__ import annotations

from zsupport.answer.case import (
    Answers,
    Because,
    Case,
    Date,
    Query,
    Words,
    in_column_order,
    matching,
    names_in,
    not_in_force_reasons,
    places_of,
    reasons,
    record,
    say,
)
from zsupport.answer.dimensions import (
    STEPS_OF_ROW,
    Dimensions,
    assumed_fact_warnings,
    collapse,
    dimensions,
    with_channel,
)
from zsupport.answer.grants import EntriesByValue
from zsupport.answer.remarks import (
    remark_texts,
    remarks_of_alternatives,
    remarks_of_case,
    retired_of,
)
from zsupport.errors import did_you_mean, unknown_name
from zsupport.policy.model import PERIODS, Revision, Term
from zsupport.typed import Annotated, Any, Mapping, NamedTuple, Sequence
from zsupport.wording import Message

#: The fields that identify the case and the topic of a row.
_IDENTITY = ("plan", "role", "channel", "priority", "topic")


class TermAnswer(NamedTuple):
    """The text or limit on a topic in one case; the fields are those of the JSON answer.

    `text` is None if the policy states nothing on the topic for this case. If the topic is a limit,
    `text` and `limit` are its canonical spelling, such as `10 per year`. `number` is None for
    `unlimited`, and `per` is None for a number in total.
    """

    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    facts: Mapping[str, str]
    topic: str
    text: Words | None
    retired: Date | None
    note: Words | None
    unclear: Words | None
    source: Words | None
    because: tuple[Because, ...]
    limit: str | None = None
    number: Annotated[int, ("minimum", 0)] | None = None
    per: Annotated[str, ("enum", PERIODS)] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as a JSON object, with instants in UTC."""
        return record(self)


TermAnswers = Answers[TermAnswer, None]


def answer_terms(
    revision: Revision,
    query: Query,
    topic: str | None,
    revisions: Sequence[Revision],
    *,
    in_force: bool,
    lang: str,
    shown: frozenset[str] = frozenset(),
) -> TermAnswers:
    """Answer for each topic and each case of the query, including cases without text or limit.

    A dimension that the query omits is open if it changes a term. If the revision is not in force,
    no term applies. The dimensions `shown` are columns even if they change no term of this
    revision. Raises UsageError for a topic that no revision defines.
    """
    shown -= {"topic"}
    topics = _topics(revision)
    if topic is not None:
        name = topic_id(topic, revision, *revisions)
        topics = {name: topics[name]} if name in topics else {}
    names = names_in(term.when for terms in topics.values() for term in terms) | shown
    space = dimensions(revision, query, names, of_all_priorities=True)
    sets = "priority" in names and any(channel.priority for channel in revision.channels)
    if query.channel is not None or "channel" in names or sets:
        space = with_channel(space, revision, query)
    steps = STEPS_OF_ROW + sum(map(len, topics.values())) // max(len(topics), 1)
    space.check_work(len(topics), steps, len(revisions))

    asked = [
        _ListedTerms(
            terms,
            EntriesByValue(terms, "plan"),
            reasons(revision, (term.place for term in terms)),
        )
        for terms in topics.values()
    ]

    def rows_of(space: Dimensions) -> list[TermAnswer]:
        cases = opened_cases(revision, space) if sets else space.cases()
        return [_answer(revision, item, case, lang=lang) for case in cases for item in asked]

    # The columns are the same whether or not the revision is in force.
    fixed = shown
    warnings = space.warnings
    if sets:
        from zsupport.answer.channel_priority import change_warnings, changes_in, opened_cases

        if changes := changes_in(revision, space):
            fixed = fixed.union({"channel"} if query.channel is None else ())
            warnings += tuple(change_warnings(revision, changes, space))
    open_names = [name for name in space.open if name not in fixed]
    rows, kept = collapse(rows_of(space), open_names, _IDENTITY)
    columns = in_column_order(revision, {*kept, *fixed})
    if in_force and not space.absent:
        warnings += tuple(assumed_fact_warnings(space, rows_of, _IDENTITY))
    else:
        rows = [_without_text(revision, row, topics, in_force=in_force, lang=lang) for row in rows]
    if topic is None:
        columns.append("topic")
    return Answers(tuple(rows), tuple(columns), warnings, revision, query, in_force, None)


def _without_text(
    revision: Revision,
    row: TermAnswer,
    topics: Mapping[str, list[Term]],
    *,
    in_force: bool,
    lang: str,
) -> TermAnswer:
    """Return an answer without a text.

    The revision is not in force, or does not define a value of the case.
    """
    because = not_in_force_reasons(revision)
    if in_force:
        because = reasons(revision, (term.place for term in topics[row.topic]))
    return TermAnswer(*row[:6], None, row.retired, *remark_texts(revision, (), lang), because)


def topic_id(topic: str, *revisions: Revision) -> str:
    """Return the id of a topic of terms, ignoring letter case.

    Raises UsageError if none of the revisions defines the topic.
    """
    topics = dict.fromkeys(name for revision in revisions for name in _topics(revision))
    by_fold = {name.casefold(): name for name in topics}
    if result := by_fold.get(topic.casefold()):
        return result
    if not topics:
        policy = revisions[0].policy
        raise unknown_name(
            Message(
                "unknown topic `{topic}`: the policy `{policy}` has no terms",
                topic=topic,
                policy=policy,
            )
        )
    hint = did_you_mean(topic, topics)
    raise unknown_name(
        Message("unknown topic `{topic}`; topics: {topics}", topic=topic, topics=", ".join(topics)),
        hint,
    )


def _topics(revision: Revision) -> dict[str, list[Term]]:
    """Return the terms of each topic, in written order."""
    topics: dict[str, list[Term]] = {}
    for term in revision.terms:
        topics.setdefault(term.topic, []).append(term)
    return topics


class _ListedTerms(NamedTuple):
    """The terms of a topic, and the reasons of a case for which none of them matches."""

    terms: list[Term]
    by_plan: EntriesByValue[Term]
    because: tuple[Because, ...]


def _answer(revision: Revision, topic: _ListedTerms, case: Case, *, lang: str) -> TermAnswer:
    facts = {
        name: value
        for name, value in case.items()
        if name not in ("plan", "role", "channel", "priority")
    }
    nothing = TermAnswer(
        case.get("plan"), case.get("role"), case.get("channel"), case.get("priority"), facts,
        topic.terms[0].topic, None, retired_of(revision, case.get("plan")),
        *remark_texts(revision, remarks_of_case(revision, "terms", case), lang), topic.because,
    )  # fmt: skip
    for term in topic.by_plan.of(case.get("plan")):
        matched = matching(term.when, case)
        if not matched:
            continue
        remarks = [
            term.remarks,
            *remarks_of_alternatives(matched),
            *remarks_of_case(revision, "terms", case),
        ]
        note, unclear, source = remark_texts(revision, remarks, lang)
        number, per, limit = term.quota or (None, None, None)
        return nothing._replace(
            text=say(term.say, lang),
            note=note,
            unclear=unclear,
            source=source,
            because=reasons(revision, places_of(term.place, matched)),
            limit=limit,
            number=number,
            per=per,
        )
    return nothing
