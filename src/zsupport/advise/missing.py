"""The dimensions that a case must state, because they change the advice."""

from __future__ import annotations

from zsupport.answer.case import Query, deciding_facts, facts_decide, names_in
from zsupport.answer.dimensions import collapse
from zsupport.answer.priority import answer_priority
from zsupport.errors import PolicyError
from zsupport.policy.model import Revision
from zsupport.typed import TYPE_CHECKING, Mapping, MappingProxyType, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zsupport.advise.questions import Asking
    from zsupport.answer.case import Answer

#: The values of a customer that are assumed while the missing dimensions are searched.
_ZONE, _COUNTRY = "UTC", "US"
#: The prefix of the names of facts, because a fact can have the name of a field, such as `topic`.
_FACT = "fact "
#: The maximum number of combinations of facts without a priority that are compared.
_MAX_WITHOUT_PRIORITY = 100
NO_FACTS: Mapping[str, str] = MappingProxyType({})
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

    A dimension is missing only if two of its values lead to different advice. If facts decide the
    priority, these facts are missing instead of the priority, and only if priorities differ in more
    than their names. If the cases cannot be compared, because there are too many or because some of
    them have no calendar, every open dimension is missing.
    """
    try:
        return _compared(asking, revision, query)
    except PolicyError:
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
    named = names_in(conditions)
    if _by_facts(revision, query):
        named |= deciding_facts(revision)
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
    without = [facts for facts, priority in decided if priority is None]
    if len(without) > _MAX_WITHOUT_PRIORITY:
        return OpenCase(_every_open(revision, query), known, by_facts)
    defaults = {fact.id for fact in revision.facts if fact.default is not None}
    contents_without = []
    for facts in without:
        chosen = {name: value for name, value in facts.items() if name not in defaults}
        stated_case = query._replace(facts={**query.facts, **chosen})
        contents_without.append(_contents(asking, stated_case, None, chosen))
    for rows_of_questions in (*rows_by_priority.values(), *contents_without):
        for pool, rows_of_question in zip(pools, rows_of_questions, strict=True):
            pool += rows_of_question
    for pool in pools:
        names |= _kept(revision, pool, by_facts=by_facts)
    order = ("plan", "role", *(fact.id for fact in revision.facts), "priority")
    names -= {*query.facts}
    stated = {name for name in ("plan", "role", "priority") if getattr(query, name) is not None}
    missing = tuple(name for name in order if name in names - stated)
    return OpenCase(missing, known, by_facts)


def _contents(
    asking: Asking, query: Query, priority: str | None, chosen: Mapping[str, str] = NO_FACTS
) -> list[list[_Content]]:
    """Return four lists of rows for a priority: channels, due, terms with self-help, and hours.

    `chosen` are facts that every row has.
    """
    case = query._replace(priority=priority)
    customer_tz = asking.customer_tz or _ZONE
    customer = asking._replace(
        customer_tz=customer_tz, customer_country=asking.customer_country or _COUNTRY
    )
    channels = [_content(row, priority) for row in customer.channels(case)]
    terms = [_content(row, priority) for row in customer.terms(case)]
    due = [_content(row, priority) for row in customer.due(case)]
    listed = dict.fromkeys(row.channel for row in channels)
    if customer.language is not None:
        # The targets of a channel that does not handle the language change nothing.
        of_channels = (customer.due(case._replace(channel=channel)) for channel in listed)
        rows = [_content(row, priority) for of_channel in of_channels for row in of_channel]
        due = [*_of_allowed_channels(rows, channels)]
    result = [channels, due, [*_of_allowed_channels(terms, channels)], []]
    if customer.has_conditional_hours:
        # `hours` lists all hours by name if the question states nothing about the case.
        hours = [
            _content(row, priority)
            for channel in listed
            for row in customer.hours(case._replace(channel=channel))
        ]
        result[3] = [*_of_allowed_channels(hours, channels)]
    roles = [query.role] if query.role is not None else [*customer.roles]
    for role in roles:
        resources = customer.topics(role)
        text = repr([_text(row._asdict()) for row in resources])
        result[2].append(_Content(None, role, None, priority, None, "topics", {}, text))
    facts = _facts(chosen)
    return [[row._replace(facts={**row.facts, **facts}) for row in rows] for rows in result]


def _of_allowed_channels(
    rows: Iterable[_Content], channels: Iterable[_Content]
) -> Iterator[_Content]:
    """Yield rows, without content if the channel of the row is not allowed."""
    by_channel: dict[str | None, list[_Content]] = {}
    for channel in channels:
        by_channel.setdefault(channel.channel, []).append(channel)
    for row in rows:
        if row.channel is None:
            yield row
            continue
        for channel in by_channel[row.channel]:
            members = ((row.plan, channel.plan), (row.role, channel.role))
            if any(a is not None and b is not None and a != b for a, b in members):
                continue
            if any(channel.facts.get(name, value) != value for name, value in row.facts.items()):
                continue
            yield row._replace(
                plan=row.plan or channel.plan,
                role=row.role or channel.role,
                facts={**row.facts, **channel.facts},
                content=row.content if channel.content else "",
            )


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
    """Return the content of a row without its case and its reasons; empty if it is a refusal."""
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
