"""The dimensions that a case must state, because they change the advice."""

from __future__ import annotations

from zsupport.answer.case import Query, facts_decide, names_in
from zsupport.answer.dimensions import collapse
from zsupport.answer.priority import answer_priority
from zsupport.errors import LimitExceeded
from zsupport.policy.model import Revision
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zsupport.advise.questions import Asking
    from zsupport.answer.case import Answer

#: The values of a customer that are assumed while the missing dimensions are searched.
_ZONE, _COUNTRY = "UTC", "US"
#: The start of the name of a fact: a fact can have the name of a field, such as `topic`.
_FACT = "fact "
_IDENTITY = ("plan", "role", "channel", "priority", "metric", "topic")


class OpenCase(NamedTuple):
    """What a case leaves open."""

    missing: tuple[str, ...]  # the dimensions and facts to state, in the order of questions
    priorities: tuple[str, ...]  # the priorities that may apply
    by_facts: bool  # whether the facts of the case decide its priority


class _Content(NamedTuple):
    """A row of an answer, reduced to its case and its content."""

    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    metric: str | None
    topic: str | None
    facts: Mapping[str, str]
    content: str


def open_case(asking: Asking, revision: Revision, query: Query) -> OpenCase:
    """Return what a settled query leaves open.

    A dimension is missing only if two of its values lead to different advice. The facts that decide
    the priority are asked instead of the priority, and only if priorities differ in more than their
    names. If the policy is too large to compare all cases, every open dimension is missing.
    """
    try:
        return _compared(asking, revision, query)
    except LimitExceeded:
        return OpenCase(_every_open(revision, query), (), _by_facts(revision, query))


def _by_facts(revision: Revision, query: Query) -> bool:
    return query.priority is None and facts_decide(revision)


def _every_open(revision: Revision, query: Query) -> tuple[str, ...]:
    """Return the dimensions and facts without a value and without a default."""
    conditions = [grant.when for grant in revision.grants]
    conditions += [rule.when for rule in revision.rules]
    conditions += [term.when for term in revision.terms]
    conditions += [item.when for item in revision.commitments]
    conditions += [calendar.when for hours in revision.hours.values() for calendar in hours]
    if _by_facts(revision, query):
        conditions += [priority.when for priority in revision.priorities]
    named = names_in(conditions)
    result = ["plan"] if revision.plans and query.plan is None else []
    result += ["role"] if revision.roles and query.role is None else []
    for fact in revision.facts:
        if fact.id in named and fact.id not in query.facts and fact.default is None:
            result.append(fact.id)
    if revision.priorities and query.priority is None and not facts_decide(revision):
        result.append("priority")
    return tuple(result)


def _compared(asking: Asking, revision: Revision, query: Query) -> OpenCase:
    by_facts = _by_facts(revision, query)
    decided: list[tuple[Mapping[str, str], str | None]] = []
    if by_facts:
        rows = answer_priority(revision, query, in_force=True, lang=asking.lang)
        decided = [(row.facts, row.priority) for row in rows]
        priorities = list(dict.fromkeys(priority for _, priority in decided))
    elif query.priority is not None or not revision.priorities:
        priorities = [query.priority]
    else:
        priorities = [priority.id for priority in revision.priorities]
    rows_by_priority = {
        priority: _contents(asking, query, priority)
        for priority in priorities
        if not (by_facts and priority is None)
    }
    names: set[str] = set()
    known = tuple(priority for priority in priorities if priority is not None)
    if by_facts:
        contents = {priority: _content_of(rows) for priority, rows in rows_by_priority.items()}
        names |= _deciding_facts(decided, contents)
    pools: list[list[_Content]] = [[], [], [], []]
    for rows_of_questions in rows_by_priority.values():
        for pool, rows_of_question in zip(pools, rows_of_questions, strict=True):
            pool += rows_of_question
    for pool in pools:
        names |= _kept(revision, pool, by_facts=by_facts)
    order = ("plan", "role", *(fact.id for fact in revision.facts), "priority")
    names -= {*query.facts}
    stated = {name for name in ("plan", "role", "priority") if getattr(query, name) is not None}
    missing = tuple(name for name in order if name in names - stated)
    return OpenCase(missing, known, by_facts)


def _contents(asking: Asking, query: Query, priority: str | None) -> list[list[_Content]]:
    """Return the rows of channels and hours, due, terms and self-help for a priority."""
    case = query._replace(priority=priority)
    customer_tz = asking.customer_tz or _ZONE
    customer = asking._replace(
        customer_tz=customer_tz, customer_country=asking.customer_country or _COUNTRY
    )
    result = [
        [_content(row, priority) for row in customer.channels(case)],
        [_content(row, priority) for row in customer.due(case)],
        [_content(row, priority) for row in customer.terms(case)],
        [],
    ]
    if customer.has_conditional_hours:
        result[3] = [_content(row, priority) for row in customer.hours(case)]
    roles = [query.role] if query.role is not None else [*customer.roles]
    for role in roles:
        resources = customer.topics(role)
        text = repr([_text(row._asdict()) for row in resources])
        result[2].append(_Content(None, role, None, priority, None, "topics", {}, text))
    return result


def _content(row: Answer, priority: str | None) -> _Content:
    values = row._asdict()
    return _Content(
        values.get("plan"), values.get("role"), values.get("channel"), priority,
        values.get("metric"), values.get("topic"), _facts(values["facts"]), _text(values),
    )  # fmt: skip


def _facts(facts: Mapping[str, str]) -> dict[str, str]:
    """Return facts under names that no field has."""
    return {f"{_FACT}{name}": value for name, value in facts.items()}


def _text(values: Mapping[str, object]) -> str:
    """Return the content of a row without its case and its reasons; empty for a no."""
    text = values.get("text", "")
    if values.get("allowed") is False or values.get("state") == "not-entitled" or text is None:
        return ""
    skipped = {"plan", "role", "priority", "facts", "because"}
    return repr([value for name, value in values.items() if name not in skipped])


def _content_of(rows: Iterable[Iterable[_Content]]) -> object:
    """Return the content of all rows of a priority, without the priority itself."""
    return [
        [repr((*row._replace(priority=None, facts={}), sorted(row.facts.items()))) for row in part]
        for part in rows
    ]


def _deciding_facts(
    decided: Iterable[tuple[Mapping[str, str], str | None]], contents: Mapping[str | None, object]
) -> set[str]:
    """Return the facts that decide between priorities with different advice."""
    rows = []
    for facts, priority in decided:
        # Facts that lead to no priority differ from all other facts.
        content = None if priority is None else repr(contents[priority])
        rows.append(_Content(None, None, None, None, None, None, _facts(facts), content or ""))
    names = list(dict.fromkeys(name for row in rows for name in row.facts))
    _, kept = collapse(rows, reversed(names), (), _like)
    return {name.removeprefix(_FACT) for name in kept}


def _kept(revision: Revision, rows: list[_Content], *, by_facts: bool) -> set[str]:
    """Return the dimensions that change a row."""
    names = [f"{_FACT}{fact.id}" for fact in reversed(revision.facts)]
    names = [name for name in names if any(name in row.facts for row in rows)]
    names += [] if by_facts else ["priority"]
    _, kept = collapse(rows, [*names, "role", "plan"], _IDENTITY, _like)
    return {name.removeprefix(_FACT) for name in kept}


def _like(row: _Content) -> str:
    return row.content
