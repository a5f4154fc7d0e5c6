"""Which channels a case may use, and how: the union of the grants that apply."""

from __future__ import annotations

from zsupport.answer.case import (
    Answers,
    Because,
    Case,
    Date,
    Positive,
    Query,
    Words,
    facts_in_order,
    matching,
    names_in,
    no_priority_reasons,
    not_in_force_reasons,
    opened_case,
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
)
from zsupport.answer.grants import (
    ApplyingGrant,
    EntriesByValue,
    applying_grants,
    denial_reasons,
    joined_hours,
    remarks_of_grants,
)
from zsupport.answer.remarks import (
    remark_texts,
    remarks_of_alternatives,
    remarks_of_case,
    remarks_of_hours,
    retired_of,
)
from zsupport.errors import UsageError
from zsupport.policy.model import (
    BEST_EFFORT,
    CHANNEL_KINDS,
    REST_NOT_STATED,
    Channel,
    Grant,
    Languages,
    Remarks,
    Revision,
    joined_languages,
)
from zsupport.typed import Annotated, Any, Mapping, NamedTuple, Sequence, TypedDict
from zsupport.wording import Message


class ChannelOptions(TypedDict, total=False):
    """The options of a question about channels, besides its case and its moment.

    The Python interface and tests of policies take them from here.
    """

    lang: str
    language: str | None  # the language of the handling


#: How a channel handles a language, the least certain first; see `HandledLanguage`.
HANDLING = ("no", "not-stated", BEST_EFFORT, "yes")


class HandledLanguage(TypedDict):
    """A language in which cases are handled: guaranteed (`yes`), or with best effort."""

    language: str
    handling: Annotated[str, ("enum", (BEST_EFFORT, "yes"))]


class OnlyWhen(TypedDict, total=False):
    """The priorities for which a channel is allowed."""

    priority: list[str]


class ShownNumber(TypedDict):
    """A telephone number, with notes for the person who calls it."""

    country: str
    number: str
    note: Words | None


class ChannelAnswer(NamedTuple):
    """Whether a channel may be used, and how; the fields are those of the JSON answer."""

    plan: str | None
    role: str | None
    channel: str
    priority: str | None
    facts: dict[str, str]
    allowed: bool
    only_when: OnlyWhen | None
    name: Words
    kind: Annotated[str, ("enum", CHANNEL_KINDS)]
    url: Words | None
    steps: tuple[Words, ...] | None
    numbers: tuple[ShownNumber, ...] | None
    prerequisites: tuple[str, ...] | None
    hours: str | None
    recommended: Positive | None
    retired: Date | None
    note: Words | None
    unclear: Words | None
    source: Words | None
    because: tuple[Because, ...]
    #: Those of every priority of the answer; None if they are not stated or not allowed.
    languages: tuple[HandledLanguage, ...] | None = None
    #: How the language of the question is handled; None without a language or a grant.
    handled: Annotated[str, ("enum", HANDLING)] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as a JSON object, with instants in UTC."""
        return record(self)


ChannelAnswers = Answers[ChannelAnswer, None]


class GrantsByPlan:
    """The grants of a revision by the plans that they name, and the reasons for denials.

    With this index, a query about all plans examines only the grants that can apply to each plan.
    """

    def __init__(self, revision: Revision, plans: int) -> None:
        """`plans` is the number of plans in the query. There is no index for a single plan."""
        self.revision = revision
        self._by_plan = EntriesByValue(revision.grants, "plan") if plans > 1 else None
        self._denied: dict[str, tuple[Because, ...]] = {}

    def of(self, plan: str | None) -> Sequence[Grant]:
        """Return the grants that can apply to a case with this plan, in written order."""
        return self._by_plan.of(plan) if self._by_plan else self.revision.grants

    def denial_reasons(self, channel: str) -> tuple[Because, ...]:
        """Return the reasons for a denial, which are equal for all cases."""
        if channel not in self._denied:
            self._denied[channel] = denial_reasons(self.revision, channel)
        return self._denied[channel]


def relevant_names(revision: Revision) -> set[str]:
    """Return the dimensions and facts that decide which channels are allowed."""
    return names_in(grant.when for grant in revision.grants)


def answer_channels(
    revision: Revision,
    query: Query,
    *,
    in_force: bool,
    lang: str = "en",
    language: str | None = None,
    other_revisions: Sequence[Revision] = (),
    shown: frozenset[str] = frozenset(),
) -> ChannelAnswers:
    """Answer for each channel of the query, including denied channels.

    Without a priority in the query, a channel is allowed if any priority that the facts leave
    open allows it. If some of these priorities do not allow it, `only_when` lists those that do.
    If no revision is in force, no channel is allowed. The channel of the query may be defined only
    in one of the `other_revisions`. The dimensions `shown` are columns even if they change no
    answer of this revision. With a `language`, a channel is allowed only if it handles cases in
    this language, or if the policy does not state its languages. Raises UsageError for an invalid
    language.
    """
    if language is not None:
        language = checked_language(language)
    names = relevant_names(revision) | shown
    names.discard("priority")
    space = dimensions(revision, query, names, of_all_priorities=True)
    entries = max(len(space.priorities), 1) * (5 + len(revision.grants))
    space.check_work(len(revision.channels), STEPS_OF_ROW + entries, max(len(other_revisions), 1))
    channels = [*revision.channels]
    if query.channel is not None and all(item.id != query.channel for item in channels):
        more_channels = (channel for other in other_revisions for channel in other.channels)
        channels += [next(channel for channel in more_channels if channel.id == query.channel)]

    def rows_of(space: Dimensions) -> list[ChannelAnswer]:
        return [row for row, _ in _rows(revision, channels, query, space, lang, language)]

    identity = ("plan", "role", "channel")
    facts = [n for n in space.open if n not in ("plan", "role", "priority") and n not in shown]
    # The columns are the same whether or not the revision is in force.
    every = _rows(revision, channels, query, space, lang, language)
    rows, kept = collapse([row for row, _ in every], facts, identity)
    if space.by_facts is not None and space.assumed:
        rows = _without_excluded(every, rows, space.assumed)
    warnings = space.warnings
    if in_force:
        open_priorities = space.priorities or (None,)
        warnings += tuple(
            assumed_fact_warnings(space, rows_of, identity, priorities=open_priorities)
        )
        if any(channel.priority for channel in channels):
            from zsupport.answer.channel_priority import change_warnings, is_changed

            changes = [
                (row.channel, case)
                for row, cases in every
                for case in cases
                if row.allowed and is_changed(revision, space, case, row.channel)
            ]
            warnings += tuple(change_warnings(revision, changes, space))
    else:
        rows = [_denied(revision, row, lang) for row in rows]
    open_names = {*space.open, *shown}
    columns: list[str] = [name for name in ("plan", "role") if name in open_names]
    if query.channel is None:
        columns.append("channel")
    columns += facts_in_order(revision, {*kept, *shown})
    return Answers(tuple(rows), tuple(columns), warnings, revision, query, in_force, None)


def checked_language(language: str) -> str:
    """Return a language code in its canonical form; raise UsageError for another text."""
    from zsupport.policy.languages import canonical_language, is_language, language_hint

    if not is_language(language):
        raise UsageError(
            Message("{language}: unknown language `{code}`", code=language),
            language_hint(language) or Message("write an ISO 639 code such as nb or en"),
        )
    return canonical_language(language)


def _rows(
    revision: Revision,
    channels: list[Channel],
    query: Query,
    space: Dimensions,
    lang: str,
    language: str | None,
) -> list[tuple[ChannelAnswer, list[Case]]]:
    """Return the answers, each with the cases on which it is based.

    A positive answer is based on the cases that allow the channel, a denial on all cases.
    """
    rows: list[tuple[ChannelAnswer, list[Case]]] = []
    of_calendars = names_in(
        calendar.when for calendars in revision.hours.values() for calendar in calendars
    )
    by_plan = GrantsByPlan(revision, len(space.members["plan"]))
    for case in space.cases():
        cases = [] if space.absent else list(space.by_priority(case))
        grants = by_plan.of(case.get("plan"))
        answers, bases = [], []
        for channel in channels:
            raised = cases
            if channel.priority is not None and not space.absent:
                raised = _with_unraised(revision, space, case, cases, channel)
            applying = _by_priority(grants, raised, channel, language)
            answers.append(
                _answer(by_plan, case, raised, channel, applying, of_calendars, lang=lang)
            )
            bases.append(applying.cases or raised)
        if space.without_priority:
            because = no_priority_reasons(revision)
            answers = [
                answer if answer.allowed or answer.handled else answer._replace(because=because)
                for answer in answers
            ]
        # Rank before filtering, so that the second recommended channel keeps its rank.
        ranked = zip(_ranked(grants, cases, answers), bases, strict=True)
        rows += [item for item in ranked if query.channel in (None, item[0].channel)]
    return rows


def _with_unraised(
    revision: Revision, space: Dimensions, case: Case, cases: list[Case], channel: Channel
) -> list[Case]:
    """Return cases, and those that have a priority only because the channel sets it."""
    if "priority" in case or space.by_facts is None:
        return cases
    unraised = [case] if space.without_priority else [*space.unled(case)]
    opened = (opened_case(revision, {**item, "channel": channel.id}) for item in unraised)
    return [*cases, *(item for item in opened if "priority" in item)]


def _without_excluded(
    every: list[tuple[ChannelAnswer, list[Case]]],
    rows: list[ChannelAnswer],
    assumed: Mapping[str, str],
) -> list[ChannelAnswer]:
    """Return the rows, with an assumed fact only where all cases of the row have the same value.

    A default that excludes the priority of a case is not assumed for it, so the cases of a row can
    have different values of the fact. `every` has the answers before equal answers were merged.
    """

    def key(row: ChannelAnswer) -> tuple[object, ...]:
        kept = rows[0].facts  # the same names in every row
        return row.plan, row.role, row.channel, *(row.facts[name] for name in kept)

    values: dict[tuple[object, ...], dict[str, set[str]]] = {}
    for row, cases in every:
        of_row = values.setdefault(key(row), {name: set() for name in assumed})
        for name, some in of_row.items():
            some.update(case[name] for case in cases)
    result = []
    for row in rows:
        facts = dict(row.facts)
        for name, some in values[key(row)].items():
            if name not in facts:
                continue  # it changes no answer
            if len(some) > 1:
                del facts[name]
            elif some:
                [facts[name]] = some
        result.append(row._replace(facts=facts))
    return result


class _GrantsOfCases(NamedTuple):
    """The grants that apply in some of the cases, these cases, and their priorities."""

    possible: Sequence[Grant]  # all grants that were examined
    grants: list[ApplyingGrant]
    cases: list[Case]
    priorities: list[str] | None  # None: every priority
    languages: Languages | None  # those of every case
    handled: str | None  # how the language of the question is handled, if the channel is granted


def _by_priority(
    grants: Sequence[Grant], cases: list[Case], channel: Channel, language: str | None
) -> _GrantsOfCases:
    """Return the grants that allow a channel in some of the cases, in a language if stated.

    If grants allow the channel, but none in this language, the result has these grants and no
    cases.
    """
    result: list[ApplyingGrant] = []
    refused: list[ApplyingGrant] = []
    allowing = []
    stated: list[Languages | None] = []
    handled: list[str] = []
    for case in cases:
        applying = applying_grants(grants, case, channel.id)
        if not applying:
            continue
        languages = joined_languages(channel.languages, [e.grant.languages for e in applying])
        if language is not None and (handling := handling_of(language, languages)) == "no":
            refused += [grant for grant in applying if grant not in refused]
            continue
        handled += [] if language is None else [handling]
        stated.append(languages)
        result += [grant for grant in applying if grant not in result]
        allowing.append(case)
    of_answer = _in_every_case(stated)
    if refused and not allowing:
        of_all = [entry.grant.languages for entry in refused]
        of_answer = joined_languages(channel.languages, of_all)
        return _GrantsOfCases(grants, refused, [], None, of_answer, "no")
    allowed = dict.fromkeys(case["priority"] for case in allowing if "priority" in case)
    every = {case["priority"] for case in cases if "priority" in case}
    priorities = list(allowed) if len(allowed) < len(every) else None
    weakest = min(handled, key=HANDLING.index, default=None)
    return _GrantsOfCases(grants, result, allowing, priorities, of_answer, weakest)


def handling_of(language: str, languages: Languages | None) -> str:
    """Return how a language is handled: a value of HANDLING.

    `pt` and `pt-BR` are the same language to each other, `pt-BR` and `pt-PT` are not.
    """
    from zsupport.policy.languages import includes

    handlings = [
        handling
        for stated, handling in languages or (REST_NOT_STATED,)
        if includes(stated, language)
        or includes(language, stated)
        or (stated, handling) == REST_NOT_STATED
    ]
    return max(handlings, key=HANDLING.index, default="no")


def _in_every_case(stated: list[Languages | None]) -> Languages | None:
    """Return the languages that are handled in every case, each with its least certain handling."""
    if None in stated or not stated:
        return None
    first, *rest = (dict(languages or ()) for languages in stated)
    least = {
        language: min((handling, *(other[language] for other in rest)), key=HANDLING.index)
        for language, handling in first.items()
        if all(language in other for other in rest)
    }
    if any(len(other) > len(least) for other in (first, *rest)):
        least[REST_NOT_STATED[0]] = REST_NOT_STATED[1]
    return tuple(least.items())


def _answer(
    by_plan: GrantsByPlan,
    case: Case,
    cases: list[Case],
    channel: Channel,
    applying_in: _GrantsOfCases,
    of_calendars: set[str],
    *,
    lang: str,
) -> ChannelAnswer:
    """Return the answer to a case; `cases` has a case for each priority that `case` leaves open.

    `of_calendars` are the dimensions and facts that decide which calendar applies.
    """
    revision = by_plan.revision
    possible, applying, allowing, priorities, languages, handled = applying_in
    shown_languages = tuple(
        HandledLanguage(language=language, handling=handling)
        for language, handling in languages or ()
        if (language, handling) != REST_NOT_STATED
    )
    facts = {k: v for k, v in case.items() if k not in ("plan", "role", "priority")}
    identity = (case.get("plan"), case.get("role"), channel.id, case.get("priority"), facts)
    name = say(channel.name, lang)
    retired = retired_of(revision, case.get("plan"))
    case = {**case, "channel": channel.id}
    remarks = remarks_of_case(revision, "channels", case)
    if not applying:
        texts = remark_texts(revision, remarks, lang)
        because = by_plan.denial_reasons(channel.id)
        return _not_allowed(identity, name, channel.kind, retired, texts, because)
    if handled == "no":
        places = (place for e in applying for place in places_of(e.grant.place, e.matched))
        stating = [entry for entry in applying if entry.grant.languages is None]
        of_channel = [channel.place] if stating and channel.languages else []
        texts = remark_texts(revision, [*remarks, *remarks_of_grants(applying)], lang)
        because = reasons(revision, (*places, *of_channel))
        refused = _not_allowed(identity, name, channel.kind, retired, texts, because)
        return refused._replace(languages=shown_languages or None, handled=handled)
    # The note of a number is shown with the number.
    remarks += [number.remarks._replace(note=None) for number in channel.numbers]
    remarks += remarks_of_grants(applying)
    for priority in priorities or ():
        remarks += remarks_of_case(revision, "channels", {"priority": priority})
    hours = [grant.grant.hours for grant in applying if grant.grant.hours]
    distinct = {tuple(item.get(name) for name in of_calendars): item for item in allowing}
    for distinct_case in distinct.values():
        opened = opened_case(revision, {**distinct_case, "channel": channel.id})
        remarks += remarks_of_hours(revision, hours, opened)
    remarks += [channel.priority.remarks] if channel.priority else []
    remarks += _of_recommendations(possible, cases, channel.id)
    note, unclear, source = remark_texts(revision, remarks, lang)
    prerequisites = [*channel.prerequisites]
    prerequisites += [text for entry in applying for text in entry.grant.prerequisites]
    return ChannelAnswer(
        *identity,
        allowed=True,
        only_when={"priority": priorities} if priorities else None,
        name=name,
        kind=channel.kind,
        url=channel.url,
        steps=tuple(say(step, lang) for step in channel.steps) or None,
        numbers=tuple(
            ShownNumber(country=number.country, number=number.number, note=say(number.note, lang))
            for number in channel.numbers
        )
        or None,
        prerequisites=tuple(dict.fromkeys(say(text, lang) for text in prerequisites)) or None,
        hours=joined_hours(applying),
        recommended=None,
        retired=retired,
        note=note,
        unclear=unclear,
        source=source,
        because=reasons(
            revision,
            (place for value in applying for place in places_of(value.grant.place, value.matched)),
        ),
        languages=shown_languages or None,
        handled=handled,
    )


def _denied(revision: Revision, row: ChannelAnswer, lang: str) -> ChannelAnswer:
    """Return an answer as a denial because no revision is in force."""
    texts, because = remark_texts(revision, (), lang), not_in_force_reasons(revision)
    return _not_allowed(row[:5], row.name, row.kind, row.retired, texts, because)


def _not_allowed(
    identity: tuple[str | None, str | None, str, str | None, dict[str, str]],
    name: str,
    kind: str,
    retired: str | None,
    texts: tuple[str | None, str | None, str | None],
    because: tuple[Because, ...],
) -> ChannelAnswer:
    """Return the answer that the channel of a case is not allowed.

    `identity` has the values of the case. `texts` are the texts of `note`, `unclear` and `source`.
    """
    note, unclear, source = texts
    return ChannelAnswer(
        *identity,
        allowed=False,
        only_when=None,
        name=name,
        kind=kind,
        url=None,
        steps=None,
        numbers=None,
        prerequisites=None,
        hours=None,
        recommended=None,
        retired=retired,
        note=note,
        unclear=unclear,
        source=source,
        because=because,
    )


def _of_recommendations(grants: Sequence[Grant], cases: list[Case], channel: str) -> list[Remarks]:
    """Return the remarks of the entries that recommend a channel in all of the cases."""
    result: list[Remarks] = []
    for grant in grants:
        if channel not in grant.recommend:
            continue
        matched = [matching(grant.when, case) for case in cases]
        if all(matched):
            result += [
                grant.remarks,
                *(r for alternative in matched for r in remarks_of_alternatives(alternative)),
            ]
    return result


def _ranked(
    grants: Sequence[Grant], cases: list[Case], answers: list[ChannelAnswer]
) -> list[ChannelAnswer]:
    """Return the answers with the rank of each channel that is allowed and recommended.

    Recommendations that apply in every case are merged in written order.
    """
    order: dict[str, None] = {}
    for grant in grants:
        if grant.recommend and cases and all(matching(grant.when, case) for case in cases):
            order.update(dict.fromkeys(grant.recommend))
    allowed = {answer.channel for answer in answers if answer.allowed}
    ranks = {channel: i for i, channel in enumerate((c for c in order if c in allowed), 1)}
    return [answer._replace(recommended=ranks.get(answer.channel)) for answer in answers]
