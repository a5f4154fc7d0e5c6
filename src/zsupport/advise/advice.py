"""Advice for a case: what to do, in which order, and what is not included."""

from __future__ import annotations

from zsupport.advise.change import smallest_changes
from zsupport.advise.missing import OpenCase, open_case
from zsupport.advise.questions import Asking
from zsupport.answer.case import (
    NEEDS_INPUT,
    Answers,
    Because,
    Case,
    Date,
    Positive,
    Query,
    Warning,
    Words,
    facts_in_order,
    join,
    meanings_of,
    metric_name,
    reasons,
    record,
    say,
    settle,
)
from zsupport.answer.channels import (
    HANDLING,
    ChannelAnswer,
    HandledLanguage,
    ShownNumber,
    checked_language,
)
from zsupport.answer.due import STATES, DueAnswer
from zsupport.answer.opening import STATES as HOURS_STATES
from zsupport.answer.opening import HoursAnswer
from zsupport.answer.priority import PriorityAnswer, answer_priority, list_priorities
from zsupport.answer.remarks import retired_of
from zsupport.answer.terms import TermAnswer
from zsupport.answer.topics import TopicAnswer
from zsupport.dates import UTC, datetime
from zsupport.errors import LimitExceeded
from zsupport.policy.model import BINDINGS, CHANNEL_KINDS, NO_CASE, Member, Priority, Revision
from zsupport.typed import TYPE_CHECKING, Annotated, Any, Mapping, NamedTuple, TypedDict, TypeVar
from zsupport.wording import Message, enumerated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zsupport.answer.case import Answer

#: The states of advice: a channel that opens a case is allowed, only other channels are allowed, or
#: no channel is allowed.
CONTACT, SELF_HELP, NOT_ENTITLED = "contact", "self-help", "not-entitled"
ADVICE_STATES = (CONTACT, SELF_HELP, NOT_ENTITLED, NEEDS_INPUT)
#: How the priority was decided.
DECIDED_BY = ("case", "facts")
#: The channels in which a person answers at once, the fastest first.
LIVE = ("phone", "chat")
#: An instant after every deadline.
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)
#: The questions for the dimensions.
_QUESTIONS = {
    "plan": Message("Which plan do you have?"),
    "role": Message("What is your role?"),
    "priority": Message("How urgent is it?"),
}
#: The fields that a customer states, with their questions.
_CUSTOMER_FIELDS = {
    "customer_tz": Message("In which time zone are you?"),
    "customer_country": Message("In which country are you?"),
}


class InputChoice(TypedDict):
    """A value that a missing input can have."""

    value: str
    name: Words


class MissingInput(TypedDict):
    """An input that changes the advice; `values` is empty if any text is possible."""

    field: str
    fact: str | None
    question: Words
    values: tuple[InputChoice, ...]


class NamedValue(TypedDict):
    """A value of a dimension or of a fact."""

    name: str
    value: str


class AdvisedPriority(TypedDict):
    """The priority of the case, and the facts that lead to it."""

    id: str
    name: Words
    meaning: Words | None
    decided_by: Annotated[str, ("enum", DECIDED_BY)]
    facts: tuple[NamedValue, ...]


class AdvisedTarget(TypedDict):
    """A target of a channel, and when it is due if the case is opened now."""

    metric: str
    name: Words
    state: Annotated[str, ("enum", STATES)]
    target: str | None
    published: Words | None
    condition: Words | None
    commitment: Annotated[str, ("enum", BINDINGS)] | None
    hours: str | None
    due: datetime | None


class AdvisedChannel(TypedDict):
    """A channel that the case may use, in the order of the advice."""

    channel: str
    name: Words
    kind: Annotated[str, ("enum", CHANNEL_KINDS)]
    recommended: Positive | None
    url: Words | None
    steps: tuple[Words, ...]
    numbers: tuple[ShownNumber, ...]
    prerequisites: tuple[Words, ...]
    state: Annotated[str, ("enum", HOURS_STATES)]
    hours: str | None
    next_open: datetime | None
    next_close: datetime | None
    targets: tuple[AdvisedTarget, ...]
    languages: tuple[HandledLanguage, ...] | None
    handled: Annotated[str, ("enum", HANDLING[1:])] | None  # an allowed channel is not "no"


class AdvisedResource(TypedDict):
    """A self-help resource for the role of the case."""

    topic: str | None
    kind: str
    name: Words
    url: Words | None


class AdvisedTerm(TypedDict):
    """A term or limit of the case; `channel` is None for every channel."""

    topic: str
    channel: str | None
    text: Words
    limit: str | None


class NotIncluded(TypedDict):
    """A channel that the case may not use, and the smallest change that would allow it.

    `change` has the changed values; it is None if no change helps.
    """

    channel: str
    name: Words
    change: tuple[NamedValue, ...] | None
    languages: tuple[HandledLanguage, ...] | None
    handled: Annotated[str, ("enum", ("no",))] | None


class Advice(NamedTuple):
    """What to do in a case; the fields are those of the JSON answer."""

    plan: str | None
    role: str | None
    facts: dict[str, str]
    state: Annotated[str, ("enum", ADVICE_STATES)]
    summary: tuple[Words, ...]
    missing: tuple[MissingInput, ...]
    assumed: tuple[NamedValue, ...]
    priority: AdvisedPriority | None
    priorities: tuple[str, ...]
    self_help: tuple[AdvisedResource, ...]
    self_service: tuple[AdvisedChannel, ...]
    channels: tuple[AdvisedChannel, ...]
    terms: tuple[AdvisedTerm, ...]
    not_included: tuple[NotIncluded, ...]
    change: tuple[NamedValue, ...] | None
    retired: Date | None
    note: Words | None
    unclear: Words | None
    source: Words | None
    because: tuple[Because, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the advice as a JSON object, with instants in UTC."""
        return record(self)


class AdviceDetails(NamedTuple):
    """The answers that the advice is made of."""

    at: datetime
    priority: PriorityAnswer | None = None
    topics: tuple[TopicAnswer, ...] = ()
    terms: tuple[TermAnswer, ...] = ()
    channels: Mapping[str, ChannelAnswer] = {}  # noqa: RUF012 - never changed
    hours: Mapping[str, HoursAnswer] = {}  # noqa: RUF012 - never changed
    due: Mapping[str, tuple[DueAnswer, ...]] = {}  # noqa: RUF012 - never changed
    changes: tuple[tuple[NamedValue, ...], ...] = ()  # the smallest changes that allow contact
    #: The smallest changes that allow each channel that is not allowed.
    changes_by_channel: Mapping[str, tuple[tuple[NamedValue, ...], ...]] = {}  # noqa: RUF012 - never changed
    not_searched: tuple[str, ...] = ()  # the channels whose smallest change is unknown
    language: str | None = None  # the language in which to handle the case

    def of_channel(self, channel: str) -> list[Answer]:
        """Return the answers for a channel."""
        answers: list[Answer] = [self.channels[channel]]
        if channel in self.hours:
            answers.append(self.hours[channel])
        return [*answers, *self.due.get(channel, ())]

    def every(self) -> list[Answer]:
        """Return the answers on which the advice is based."""
        result: list[Answer] = [self.priority] if self.priority else []
        result += [*self.topics, *self.terms]
        return [*result, *(a for channel in self.channels for a in self.of_channel(channel))]


AnyRow = TypeVar("AnyRow", bound="Answer")
AdviceAnswers = Answers[Advice, AdviceDetails]


def advise(asking: Asking, query: Query) -> AdviceAnswers:
    """Return the advice for a case. Its summary is empty, because it depends on the caller.

    A dimension that the case leaves open is missing only if it changes the advice. Raises
    UsageError for unknown names and for an invalid language.
    """
    if asking.language is not None:
        asking = asking._replace(language=checked_language(asking.language))
    revision, in_force = asking.policy.revision_at(asking.at)
    query = settle(revision, query, asking.policy.revisions)
    advice = Advice(
        query.plan, query.role, dict(query.facts), NOT_ENTITLED, (), (), (), None, (), (), (), (),
        (), (), None, retired_of(revision, query.plan), None, None, None,
        reasons(revision, (revision.grants_place,)),
    )  # fmt: skip
    details = AdviceDetails(asking.at)
    warnings: tuple[Warning, ...] = ()
    public_holidays = False
    if not in_force:
        because = reasons(revision, (revision.validity_place,)) or advice.because
        advice = advice._replace(because=because)
    elif (left_open := open_case(asking, revision, query)).missing:
        missing = tuple(_input(revision, name, asking.lang) for name in left_open.missing)
        advice = advice._replace(state=NEEDS_INPUT, missing=missing)
    else:
        answered = _AnsweredCase(asking, revision, query, left_open)
        advice, details = answered.advice(advice), answered.details
        warnings = tuple(dict.fromkeys(answered.warnings))
        public_holidays = answered.public_holidays
    return Answers((advice,), (), warnings, revision, query, in_force, details, public_holidays)


def _input(revision: Revision, name: str, lang: str) -> MissingInput:
    """Return a dimension or a fact as a question, with the texts of the policy."""
    for fact in revision.facts:
        if fact.id == name:
            choices = tuple(
                InputChoice(value=value, name=text)
                for value, text in meanings_of(fact, lang).items()
            )
            question = say(fact.ask, lang) or Message("What is the value of `{fact}`?", fact=name)
            return MissingInput(field="fact", fact=name, question=question, values=choices)
    members: Mapping[str, tuple[Member | Priority, ...]] = {
        "plan": revision.plans, "role": revision.roles, "priority": revision.priorities,
    }  # fmt: skip
    choices = tuple(
        InputChoice(value=member.id, name=_with_meaning(member, lang)) for member in members[name]
    )
    return MissingInput(field=name, fact=None, question=_QUESTIONS[name], values=choices)


def _with_meaning(member: Member | Priority, lang: str) -> str:
    """Return the name of a member; for a priority, with its meaning."""
    name = say(member.name, lang)
    meaning = say(member.meaning, lang) if isinstance(member, Priority) else None
    return f"{name}: {meaning}" if meaning else name


class _AnsweredCase:
    """The answers to a case that states everything that changes the advice."""

    def __init__(
        self, asking: Asking, revision: Revision, query: Query, left_open: OpenCase
    ) -> None:
        self.asking = asking
        self.revision = revision
        self.query = query
        self.left_open = left_open
        # All priorities that the case leaves open have the same answers.
        priority = query.priority or next(iter(left_open.priorities), None)
        self.case = query._replace(priority=priority)
        self.warnings: list[Warning] = []
        self.public_holidays = False
        self.details = self._ask()

    def _ask(self) -> AdviceDetails:
        """Return the answers to all questions; keep their warnings."""
        asking, case = self.asking, self.case
        channels: dict[str, ChannelAnswer] = {}
        for channel in self._rows(asking.channels(case)):
            # Rows of the same channel differ only in dimensions that change nothing.
            channels.setdefault(channel.channel, channel)
        opening, due = {}, {}
        for id, answer in channels.items():
            if not answer.allowed:
                continue
            opening[id] = self._rows(asking.hours(case._replace(channel=id)))[0]
            if answer.kind not in NO_CASE:
                targets: dict[str, DueAnswer] = {}
                for target in self._rows(asking.due(case._replace(channel=id))):
                    targets.setdefault(target.metric, target)
                due[id] = tuple(targets.values())
        terms: dict[tuple[str, str | None, str | None], TermAnswer] = {}
        allowed = {None, *opening}
        for term in self._rows(asking.terms(case)):
            if term.text is not None and term.channel in allowed:
                terms.setdefault((term.topic, term.channel, term.text), term)
        return AdviceDetails(
            asking.at, self._priority(), tuple(self._rows(asking.topics(case.role))),
            tuple(terms.values()), channels, opening, due, language=asking.language,
        )  # fmt: skip

    def _rows(self, answers: Answers[AnyRow, object]) -> tuple[AnyRow, ...]:
        self.warnings += answers.warnings
        self.public_holidays = self.public_holidays or answers.public_holidays
        return answers.answers

    def _priority(self) -> PriorityAnswer | None:
        """Return the priority that the case states, or to which its facts lead."""
        if self.query.priority is not None:
            listed = list_priorities(self.revision, in_force=True, lang=self.asking.lang)
            return next((row for row in listed if row.priority == self.query.priority), None)
        if not self.left_open.by_facts:
            return None
        rows = answer_priority(self.revision, self.query, in_force=True, lang=self.asking.lang)
        if len({row.priority for row in rows}) > 1:
            return None  # the priority does not change the advice
        return self._rows(rows)[0]

    def advice(self, bare: Advice) -> Advice:
        """Return the advice, without its summary."""
        details, revision = self.details, self.revision
        channels = sorted(map(self._channel, details.hours), key=self._order)
        contact = tuple(entry for entry in channels if entry["kind"] not in NO_CASE)
        self_service = tuple(entry for entry in channels if entry["kind"] in NO_CASE)
        refused = [row for row in details.channels.values() if not row.allowed]
        state = CONTACT if contact else SELF_HELP if self_service else NOT_ENTITLED
        opening_a_case = [channel.id for channel in revision.channels if channel.opens_case]
        every = details.every()
        changes = {row.channel: self._changes([row.channel]) for row in refused}
        to_contact = None if contact else self._changes_to_contact(opening_a_case, changes)
        not_searched = tuple(
            channel for channel, of_channel in changes.items() if of_channel is None
        )
        self.details = details._replace(
            changes=to_contact or (),
            changes_by_channel={id: of_channel or () for id, of_channel in changes.items()},
            not_searched=not_searched,
        )
        if not_searched:
            message = Message(
                "the smallest change that allows {channels} is unknown:"
                " the policy has too many cases to search",
                channels=enumerated(not_searched, either=True),
            )
            self.warnings.append(Warning("change-not-searched", message))
        return bare._replace(
            state=state,
            missing=self._missing(),
            assumed=self._assumed(),
            priority=self._advised_priority(),
            priorities=self.left_open.priorities,
            self_help=tuple(
                AdvisedResource(topic=row.topic, kind=row.kind, name=row.name, url=row.url)
                for row in details.topics
            ),
            self_service=self_service,
            channels=contact,
            terms=tuple(
                AdvisedTerm(
                    topic=row.topic, channel=row.channel, text=row.text or "", limit=row.limit
                )
                for row in details.terms
            ),
            not_included=tuple(
                NotIncluded(
                    channel=row.channel,
                    name=row.name,
                    change=_first(changes[row.channel]),
                    languages=row.languages,
                    handled=row.handled,
                )
                for row in refused
            ),
            change=_first(to_contact),
            note=_lines(row.note for row in every),
            unclear=_lines(row.unclear for row in every),
            source=_lines(row.source for row in every),
            because=tuple(dict.fromkeys(reason for row in every for reason in row.because))
            or bare.because,
        )

    def _advised_priority(self) -> AdvisedPriority | None:
        row = self.details.priority
        if row is None or row.priority is None:
            return None
        return AdvisedPriority(
            id=row.priority,
            name=row.name or row.priority,
            meaning=row.meaning,
            decided_by="facts" if self.left_open.by_facts else "case",
            facts=_named(row.facts if self.left_open.by_facts else {}),
        )

    def _channel(self, id: str) -> AdvisedChannel:
        answer, opening = self.details.channels[id], self.details.hours[id]
        return AdvisedChannel(
            channel=id,
            name=answer.name,
            kind=answer.kind,
            recommended=answer.recommended,
            url=answer.url,
            steps=answer.steps or (),
            numbers=self._numbers(answer.numbers or ()),
            prerequisites=answer.prerequisites or (),
            state=opening.state,
            hours=answer.hours,
            next_open=opening.next_open,
            next_close=opening.next_close,
            targets=tuple(map(self._target, self.details.due.get(id, ()))),
            languages=answer.languages,
            handled=answer.handled,
        )

    def _target(self, row: DueAnswer) -> AdvisedTarget:
        lang = self.asking.lang
        names = {metric.id: metric_name(metric, lang) for metric in self.revision.metrics}
        return AdvisedTarget(
            metric=row.metric,
            name=names.get(row.metric, row.metric),
            state=row.state,
            target=row.target,
            published=row.published,
            condition=row.condition,
            commitment=row.commitment,
            hours=row.hours,
            due=row.due,
        )

    def _numbers(self, numbers: tuple[ShownNumber, ...]) -> tuple[ShownNumber, ...]:
        """Return the numbers for the country of the customer, else those for any country.

        Return all numbers if there are neither, or if the country is not stated.
        """
        country = (self.asking.customer_country or "").upper()
        for code in (country, country.partition("-")[0], "any".upper()):
            if country and (own := [n for n in numbers if n["country"].upper() == code]):
                return tuple(own)
        return numbers

    def _order(self, entry: AdvisedChannel) -> tuple[object, ...]:
        """Return the sort key of a channel.

        The channels that the policy recommends come first, in its order. Then come the channels
        that are not closed, then those that are closed. An earlier deadline comes first. If
        deadlines are equal and the priority is the most urgent one, or there is none, telephone
        comes first, then chat. Otherwise the order is that of the policy.
        """
        rank, kind = entry["recommended"], entry["kind"]
        deadlines = [target["due"] for target in entry["targets"][:1]]
        deadline = next((due for due in deadlines if due is not None), _LATEST)
        urgent = self.case.priority in (None, *(p.id for p in self.revision.priorities[:1]))
        live = LIVE.index(kind) if urgent and kind in LIVE else len(LIVE)
        return rank is None, rank or 0, entry["state"] == "closed", deadline, live

    def _missing(self) -> tuple[MissingInput, ...]:
        """Return the inputs of the customer without which an instant is unknown."""
        questions: dict[str, Any] = {}
        for warning in self.warnings:
            message = warning.message
            if warning.code != NEEDS_INPUT or not isinstance(message, Message):
                continue
            for field, question in _CUSTOMER_FIELDS.items():
                if f"{{{field}}}" in message.template:
                    questions.setdefault(field, message.values.get("ask", question))
        return tuple(
            MissingInput(field=field, fact=None, question=questions[field], values=())
            for field in _CUSTOMER_FIELDS
            if field in questions
        )

    def _assumed(self) -> tuple[NamedValue, ...]:
        """Return the facts whose default is used, if another value would change an answer."""
        pairs = (
            warning.message.partition(" ")[0].partition("=")
            for warning in self.warnings
            if warning.code == "default-fact"
        )
        stated = {name: value for name, _, value in pairs}
        return _named({n: stated[n] for n in facts_in_order(self.revision, {*stated})})

    def _changes(self, channels: Iterable[str]) -> _Changes | None:
        """Return equally small changes that allow a channel; None if there are too many cases."""
        query = self.query
        case: Case = {f.id: f.default for f in self.revision.facts if f.default is not None}
        case |= query.facts
        for name in ("plan", "role", "priority"):
            if (value := getattr(query, name)) is not None:
                case[name] = value
        try:
            changes = smallest_changes(
                self.revision,
                case,
                channels,
                by_facts=self.left_open.by_facts,
                language=self.asking.language,
            )
        except LimitExceeded:
            return None
        return tuple(map(_named, changes))

    def _changes_to_contact(
        self, opening_a_case: list[str], changes: Mapping[str, _Changes | None]
    ) -> _Changes | None:
        """Return the smallest changes that allow a channel that opens a case.

        If there are too many cases for one search, compare the changes of the single channels.
        """
        to_contact = self._changes(opening_a_case)
        if to_contact is not None:
            return to_contact
        by_channel = [changes[channel] for channel in opening_a_case if channel in changes]
        listed = [change for of_channel in by_channel for change in of_channel or ()]
        size = min(map(len, listed), default=0)
        smallest = [change for change in listed if len(change) == size]
        smallest = [change for n, change in enumerate(smallest) if change not in smallest[:n]]
        return tuple(smallest) or (None if None in by_channel else ())


#: Equally small changes of a case, the preferred one first.
_Changes = tuple[tuple[NamedValue, ...], ...]


def _first(changes: _Changes | None) -> tuple[NamedValue, ...] | None:
    return changes[0] if changes else None


def _named(values: Mapping[str, str]) -> tuple[NamedValue, ...]:
    return tuple(NamedValue(name=name, value=value) for name, value in values.items())


def _lines(texts: Iterable[str | None]) -> str | None:
    return join(line for text in texts if text for line in text.split("\n"))
