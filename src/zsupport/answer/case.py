"""Parts that all questions share: cases, conditions, answers and their reasons."""

from __future__ import annotations

from zsupport.clock.instants import format_instant, from_datetime
from zsupport.dates import UTC, datetime, tzinfo
from zsupport.errors import PolicyError, UsageError, nearest, unknown_name
from zsupport.policy.model import (
    ALWAYS,
    DEFAULT_METRIC_NAME,
    NOUNS,
    YES_NO,
    Alternative,
    ChannelPriority,
    Fact,
    Metric,
    Place,
    Priority,
    PriorityRule,
    PriorityTable,
    Revision,
    Text,
    When,
    listed_rule,
    table_rule,
)
from zsupport.typed import TYPE_CHECKING, Any, Generic, Mapping, NamedTuple, Sequence, TypeVar
from zsupport.wording import Message, joined

#: The values of a case, by dimension (plan, role, channel, priority) or fact.
Case = dict[str, str]
#: The codes of Norwegian. Most people write Bokmål (`nb`), and `no` does not state the form.
_NORWEGIAN = ("nb", "no", "nn")
#: If more assumed facts than this exclude a priority together, all of them are open in its rows.
MAX_COMBINED_FACTS = 10

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NoReturn, Self, overload

    Words = str
    Date = str
    Positive = int
else:
    # These types only annotate the fields of answers, for the JSON Schema. They are never called.

    class Words(str):
        """A text to show: answers that differ only in such texts count as equal."""

    class Date(Words):
        """A date, YYYY-MM-DD."""

    class Positive(int):
        """A whole number from 1."""


class Because(NamedTuple):
    """A part of a policy file that decided an answer.

    `file` is relative to the root of the policy. `path` is the path of the part in the document.
    `line` is the line on which the part starts.
    """

    file: str
    line: Positive
    path: str


class Warning(NamedTuple):
    """A warning about the answers: a code and a sentence."""

    code: str
    message: str


class Query(NamedTuple):
    """A query, with names as the caller wrote them or as ids; None stands for every value."""

    plan: str | None = None
    role: str | None = None
    channel: str | None = None
    priority: str | None = None
    facts: Mapping[str, str] = {}  # noqa: RUF012 - never changed


if TYPE_CHECKING:
    from typing import Protocol

    class Answer(Protocol):
        """The fields that the answers to every question have."""

        @property
        def note(self) -> str | None:
            """The notes of the parts of the policy on which the answer is based."""

        @property
        def unclear(self) -> str | None:
            """The `unclear` texts of these parts."""

        @property
        def source(self) -> str | None:
            """The ids of the sources that these parts name."""

        @property
        def because(self) -> tuple[Because, ...]:
            """The parts of the policy that decided."""

        def _asdict(self) -> dict[str, Any]:
            """Return the fields of the answer by name."""


Row = TypeVar("Row", bound="Answer", covariant=True)
Details = TypeVar("Details", covariant=True)


class Answers(Sequence[Row], Generic[Row, Details]):
    """The answers to one query, in order, with the revision and the query; immutable.

    `columns` names the dimensions in which the answers differ. If no revision is in force,
    `in_force` is false, and no answer grants or promises anything. Then `revision` is the latest
    revision that has started, or the first one if none has started. `details` has further values
    for explanations.
    """

    __slots__ = (  # noqa: RUF023 - in the order of the constructor
        "answers", "columns", "warnings", "revision", "query", "in_force", "details",
        "public_holidays",
    )  # fmt: skip
    answers: tuple[Row, ...]
    columns: tuple[str, ...]
    warnings: tuple[Warning, ...]
    revision: Revision
    query: Query
    in_force: bool
    details: Details
    public_holidays: bool

    def __init__(
        self,
        answers: tuple[Row, ...],
        columns: tuple[str, ...],
        warnings: tuple[Warning, ...],
        revision: Revision,
        query: Query,
        in_force: bool,
        details: Details,
        public_holidays: bool = False,
    ) -> None:
        """`public_holidays` states whether the answers depend on the holidays of a country."""
        _keep_answers(self, answers)
        _keep_columns(self, columns)
        _keep_warnings(self, warnings)
        _keep_revision(self, revision)
        _keep_query(self, query)
        _keep_in_force(self, in_force)
        _keep_details(self, details)
        _keep_public_holidays(self, public_holidays)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"answers are frozen: `{name}` cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"answers are frozen: `{name}` cannot be deleted")

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), tuple(self._asdict().values())

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> Row: ...
        @overload
        def __getitem__(self, index: slice) -> tuple[Row, ...]: ...

    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        return self.answers[index]

    def __len__(self) -> int:
        return len(self.answers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answers) and self._asdict() == other._asdict()

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
        return f"Answers({fields})"

    def _asdict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def _replace(self, **changes: object) -> Answers[Row, Details]:
        """Return the answers with other values in some fields."""
        if unknown := changes.keys() - {*self.__slots__}:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        return Answers(**(self._asdict() | changes))

    def to_dict(self, zone: tzinfo = UTC) -> dict[str, Any]:
        """Return the answers, policy and warnings as a JSON object, with instants in `zone`."""
        return {
            "policy": policy_of(self.revision),
            "in_force": self.in_force,
            "answers": [record(answer, zone) for answer in self.answers],
            "warnings": plain_value(self.warnings, zone),
        }


# These functions set the slots although `__setattr__` raises. `object.__setattr__` is half as fast.
(
    _keep_answers, _keep_columns, _keep_warnings, _keep_revision, _keep_query, _keep_in_force,
    _keep_details, _keep_public_holidays,
) = (vars(Answers)[name].__set__ for name in Answers.__slots__)  # fmt: skip

#: Answers to any question.
AnyAnswers = Answers["Answer", object]


def policy_of(revision: Revision) -> dict[str, Any]:
    """Return the policy and the revision of an answer as a JSON object."""
    return {
        "id": revision.policy,
        "revision": revision.start,
        "file": revision.file,
        "digest": revision.digest,
    }


def plain_value(value: object, zone: tzinfo) -> Any:
    """Return a value of an answer as a JSON value, with instants in `zone`."""
    if isinstance(value, datetime):
        return format_instant(from_datetime(value), zone)
    if isinstance(value, Because | Warning):
        return value._asdict()
    if isinstance(value, tuple):
        fields = getattr(value, "_asdict", None)
        return (
            [plain_value(item, zone) for item in value]
            if fields is None
            else plain_value(fields(), zone)
        )
    if isinstance(value, Mapping):
        return {name: plain_value(entry, zone) for name, entry in value.items()}
    return value


def record(
    answer: Answer, zone: tzinfo = UTC, shared: dict[int, list[Any]] | None = None
) -> dict[str, Any]:
    """Return an answer as a JSON object with every field; a field that does not apply is null.

    `shared` caches the lists of reasons by the `id()` of `answer.because`.
    """
    because, shared = answer.because, {} if shared is None else shared
    if id(because) not in shared:
        shared[id(because)] = plain_value(because, zone)
    return {
        name: shared[id(because)] if name == "because" else plain_value(value, zone)
        for name, value in answer._asdict().items()
    }


def records_of(answers: Sequence[Answer], zone: tzinfo = UTC) -> tuple[dict[str, Any], ...]:
    """Return answers as JSON objects; answers with the same reasons share one list."""
    shared: dict[int, list[Any]] = {}
    return tuple(record(answer, zone, shared) for answer in answers)


class KnownName(NamedTuple):
    """A name that a query may use: an id with its aliases. Display names are only for hints."""

    id: str
    aliases: tuple[str, ...] = ()
    display_name: Text = ""


def settle(revision: Revision, query: Query, other_revisions: Sequence[Revision] = ()) -> Query:
    """Return a query in canonical ids. Raises UsageError with every unknown name.

    Letter case is ignored. A name that only `other_revisions` of the policy define is
    not an error. It is kept if this revision defines other names of its kind, and omitted if not.
    A fact that this revision does not define is omitted, too.
    """
    problems: list[tuple[str, str | None]] = []

    def find(
        kind: Message,
        plural: Message,
        text: str | None,
        names: Callable[[Revision], Sequence[KnownName]],
        fact: str | None = None,
    ) -> str | None:
        if text is None:
            return None
        known = names(revision)
        if result := by_fold(known).get(text.casefold()):
            return result
        for other in other_revisions:
            if result := by_fold(names(other)).get(text.casefold()):
                return result if known else None
        ids = ", ".join(item.id for item in known)
        if not known:
            message = Message(
                "the policy `{policy}` has no {plural}", policy=revision.policy, plural=plural
            )
            problems.append((message, Message("omit the {kind}", kind=kind)))
        elif fact is None:
            message = Message(
                "unknown {kind} `{name}`; {plural}: {ids}",
                kind=kind, name=text, plural=plural, ids=ids,
            )  # fmt: skip
            problems.append((message, _nearest(text, known)))
        else:
            message = Message(
                "unknown value `{value}` of `{fact}`; values: {ids}", value=text, fact=fact, ids=ids
            )
            problems.append((message, _nearest(text, known)))
        return None

    def find_member(dimension: str, text: str | None) -> str | None:
        def names(revision: Revision) -> list[KnownName]:
            members = revision.members()[dimension]
            return [KnownName(member.id, member.aliases, member.name) for member in members]

        return find(*NOUNS[dimension], text, names)

    def facts_of(revision: Revision) -> list[KnownName]:
        return [KnownName(fact.id) for fact in revision.facts]

    known_facts = {fact.id for fact in revision.facts}
    facts: dict[str, str] = {}
    repeated = 0  # the number of facts that are given twice
    result_query = Query(
        find_member("plan", query.plan),
        find_member("role", query.role),
        find_member("channel", query.channel),
        find_member("priority", query.priority),
        facts,
    )
    for name, value in query.facts.items():
        value = str(value).lower() if isinstance(value, bool) else value
        fact = find(Message("fact"), Message("facts"), name, facts_of)
        if fact is None:
            continue

        def values_of(revision: Revision, fact: str = fact) -> list[KnownName]:
            declared = [entry for entry in revision.facts if entry.id == fact]
            return [KnownName(v, (), text) for fact in declared for v, text in fact.values.items()]

        result = find(Message("value"), Message("values"), value, values_of, fact)
        if result is None or fact not in known_facts:
            continue
        if facts.setdefault(fact, result) != result:
            message = Message(
                "the fact `{fact}` is given twice: {first} and {second}",
                fact=fact, first=facts[fact], second=result,
            )  # fmt: skip
            problems.append((message, None))
            repeated += 1
    error_of = unknown_name if len(problems) > repeated else UsageError
    if len(problems) == 1:
        raise error_of(*problems[0])
    if problems:
        lines = (joined(filter(None, problem), "; ") for problem in problems)
        raise error_of(joined(lines, "\n"))
    return result_query


def absent_members(revision: Revision, case: Mapping[str, str | None]) -> dict[str, str]:
    """Return the dimensions of a case, with their values, that this revision does not define.

    They are the plan, role, channel and priority; another revision defines the values.
    """
    return {
        name: value
        for name, of_revision in revision.members().items()
        if (value := case.get(name)) is not None
        and all(value != member.id for member in of_revision)
    }


def by_fold(names: Sequence[Any]) -> dict[str, str]:
    """Return the ids of names or members, by their ids and aliases in lower case."""
    return {text.casefold(): item.id for item in names for text in (item.id, *item.aliases)}


def _nearest(unknown: str, known: Sequence[KnownName]) -> str | None:
    """Return a hint with the closest id or alias, or None if nothing is close.

    If a display name is closest, the hint has the id of this name.
    """
    ids: dict[str, str] = {}
    for item in known:
        name = item.display_name
        display_names = name.values() if isinstance(name, dict) else (name,)
        for text in (item.id, *item.aliases, *display_names):
            ids.setdefault(text, item.id)
    close = nearest(unknown, ids)
    if close is None:
        return None
    own = next((entry for entry in known if close in (entry.id, *entry.aliases)), None)
    return Message("did you mean `{close}`?", close=close if own else ids[close])


#: The state of an answer that requires input, and the code of the warning that names this input.
NEEDS_INPUT = "needs-input"


class NeedsInput(Exception):
    """Input is required. `asks` are the questions to the customer, each with the field to state."""

    def __init__(self, asks: list[str]) -> None:
        super().__init__("; ".join(asks))
        self.asks = asks


class NoCalendar(PolicyError):
    """No calendar of the hours applies to a case."""


def matching(
    when: When, case: Case, opened_inside: Callable[[str], bool] | None = None
) -> tuple[Alternative, ...]:
    """Return every alternative of a condition that matches; for an empty condition, only ALWAYS.

    An alternative does not match if the case has no value for one of its dimensions, or if its
    hours have no calendar for the case. `opened_inside` returns whether the case was opened inside
    the hours with a name; without this function, `opened` matches every case. The order of
    alternatives has no meaning. Raises NeedsInput if no alternative matches, but an alternative
    could match with input from the customer.
    """
    if not when:
        return (ALWAYS,)
    result: list[Alternative] = []
    asks: list[str] = []
    for alternative in when:
        for name, values in alternative.values.items():
            if case.get(name) not in values:
                break
        else:
            if alternative.opened is not None and opened_inside is not None:
                inside, hours = alternative.opened
                try:
                    if opened_inside(hours) is not inside:
                        continue
                except NeedsInput as needed:
                    asks += needed.asks
                    continue
                except NoCalendar:
                    continue
            result.append(alternative)
    if asks and not result:
        raise NeedsInput(list(dict.fromkeys(asks)))
    return tuple(result)


def sets_priority(revision: Revision, channel: str | None) -> ChannelPriority | None:
    """Return the priority that a channel sets, or None."""
    return next((item.priority for item in revision.channels if item.id == channel), None)


def opened_case(revision: Revision, case: Case) -> Case:
    """Return a case as it is after it was opened: with the priority that its channel sets.

    All conditions except those of grants are about this case. A case without a priority is
    returned unchanged, unless the channel sets the same priority for all cases.
    """
    own = sets_priority(revision, case.get("channel"))
    if own is None or (own.at_most and "priority" not in case):
        return case
    priority = own.of(case.get("priority"), revision.urgency())
    return case if priority in (None, case.get("priority")) else {**case, "priority": priority}


def names_in(conditions: Iterable[When]) -> set[str]:
    """Return the dimensions and facts that the conditions name."""
    return {name for when in conditions for alt in when for name in alt.values}


def facts_decide(revision: Revision) -> bool:
    """Return whether a policy decides the priority from facts."""
    return revision.priority_table is not None or any(
        priority.when for priority in revision.priorities
    )


def deciding_facts(revision: Revision) -> set[str]:
    """Return the facts that decide the priority."""
    names = names_in(priority.when for priority in revision.priorities)
    table = revision.priority_table
    return names | {table.rows, table.columns} if table else names


def rule_of_priority(
    revision: Revision, case: Case
) -> tuple[PriorityRule, tuple[Alternative, ...]] | None:
    """Return the rule that decides the priority of a case, with its matching alternatives.

    None if facts do not decide the priority, or if no rule matches.
    """
    table = revision.priority_table
    if not facts_decide(revision):
        return None
    for position, item in enumerate(revision.priorities):
        if (item.when or not table) and (matched := matching(item.when, case)):
            return listed_rule(revision.priorities, position), matched
    cell = cell_of_table(revision, case)
    return (cell, cell.when) if cell else None


def refuses(revision: Revision, facts: Case) -> bool:
    """Return whether the priority table refuses these facts: their cell has no priority."""
    decided = rule_of_priority(revision, facts)
    return decided is not None and decided[0].priority is None


def refuses_all(answers: Answers[Any, Any]) -> bool:
    """Return whether the priority table refuses the facts of every answer, so none has a priority.

    The facts of an answer include those of the query.
    """
    return all(
        answer.priority is None
        and refuses(answers.revision, {**answers.query.facts, **answer.facts})
        for answer in answers
    )


def cell_of_table(revision: Revision, case: Case) -> PriorityRule | None:
    """Return the cell of the priority table for a case; None without a table or the facts."""
    table = revision.priority_table
    if table and table.rows in case and table.columns in case:
        row, column = case[table.rows], case[table.columns]
        if column in table.cells.get(row, ()):
            return table_rule(table, row, column)
    return None


def facts_in_order(revision: Revision, names: set[str]) -> list[str]:
    """Return the facts among these names in the order of declaration.

    Facts that only other revisions define come last.
    """
    known = [fact.id for fact in revision.facts]
    unknown_names = names.difference(known, ("plan", "role", "channel", "priority", "metric"))
    return [*(name for name in known if name in names), *sorted(unknown_names)]


def in_column_order(revision: Revision, names: set[str]) -> list[str]:
    """Return dimensions and facts in the order in which columns show them."""
    members = [name for name in ("plan", "role", "channel", "priority") if name in names]
    return [*members, *facts_in_order(revision, names)]


def places_of(part: Place, matched: Iterable[Alternative]) -> list[Place]:
    """Return the place of a rule. If its condition is a list, add the matching alternatives."""
    return [
        part,
        *(alternative.place for alternative in matched if alternative.place.path.endswith("]")),
    ]


def reasons(revision: Revision, places: Iterable[Place]) -> tuple[Because, ...]:
    """Return the places in a revision that decided an answer, as the `because` of the answer.

    Duplicates and places without a line are omitted.
    """
    return tuple(Because(revision.file, line, path) for path, line in dict.fromkeys(places) if line)


def no_priority_reasons(revision: Revision) -> tuple[Because, ...]:
    """Return the reasons for facts that lead to no priority: all priorities, and the table."""
    return reasons(revision, (part.place for part in priority_parts(revision)))


def priority_parts(revision: Revision) -> tuple[Priority | PriorityTable, ...]:
    """Return the parts that decide the priority of a case: all priorities, and the table."""
    table = revision.priority_table
    return (*revision.priorities, table) if table else revision.priorities


def not_in_force_reasons(revision: Revision) -> tuple[Because, ...]:
    """Return the part that states when a revision is in force."""
    return reasons(revision, (revision.validity_place,))


if TYPE_CHECKING:

    @overload
    def say(text: Text, lang: str) -> str: ...
    @overload
    def say(text: Text | None, lang: str) -> str | None: ...


def say(text: Text | None, lang: str) -> str | None:
    """Return a text in a language.

    If the text is not available in this language, return it in the first of these languages that it
    has: the main language (nb for nb-NO), another form of Norwegian, English, its first language.
    """
    if text is None or isinstance(text, str):
        return text
    for language in (*alternatives(lang), "en"):
        if language in text:
            return text[language]
    return next(iter(text.values()))


def meanings_of(fact: Fact, lang: str) -> dict[str, str]:
    """Return the meanings of the values of a fact, by the ids of the values.

    The meanings of a fact without `values` are texts of the program.
    """
    if fact.values == YES_NO:
        return {"false": Message("no"), "true": Message("yes")}
    return {value: say(meaning, lang) for value, meaning in fact.values.items()}


def metric_name(metric: Metric, lang: str) -> str:
    """Return the name of a metric; in a policy without `metrics` it is a text of the program."""
    if metric.name == DEFAULT_METRIC_NAME:
        return Message("First response")
    return say(metric.name, lang)


def alternatives(lang: str) -> tuple[str, ...]:
    """Return the languages that a reader of a language understands, the best first."""
    main, has_parts, _ = lang.partition("-")
    languages: tuple[str, ...] = (lang, main)
    if has_parts:
        from zsupport.policy.languages import canonical_language

        # A policy or a reader can write `pt-br` for `pt-BR`.
        languages = (lang, canonical_language(lang), lang.lower(), main)
    return (*languages, *_NORWEGIAN) if main in _NORWEGIAN else languages


def join(texts: Iterable[str | None]) -> str | None:
    """Return the distinct texts, one per line; None if there is no text."""
    return "\n".join(dict.fromkeys(text for text in texts if text)) or None
