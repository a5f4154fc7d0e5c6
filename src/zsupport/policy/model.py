"""The model of a policy: the loader builds it, and answers are computed from it.

The classes are NamedTuples, not dataclasses, because a dataclass takes eight times as long to
define at every start of the program. Dates are texts, YYYY-MM-DD. The model contains no groups and
no negations: a condition lists all values that it matches.
"""

from __future__ import annotations

from zsupport.clock.target import Target
from zsupport.clock.windows import DAYS, Window
from zsupport.typed import TYPE_CHECKING, Any, NamedTuple, Sequence
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable

#: The kinds of channels that do not open cases. They have no targets.
NO_CASE = ("self-service", "community")
#: The kinds of channels.
CHANNEL_KINDS = (*NO_CASE, "web", "email", "chat", "phone", "other")
#: The periods of limits, the shortest first.
PERIODS = ("day", "week", "month", "quarter", "year")
#: How binding targets are, the least binding first.
BINDINGS = ("none", "target", "objective", "agreement")
#: The dimensions besides facts in words for people: a value, and several values.
NOUNS = {
    "plan": (Message("plan"), Message("plans")),
    "role": (Message("role"), Message("roles")),
    "channel": (Message("channel"), Message("channels")),
    "priority": (Message("priority"), Message("priorities")),
}
#: The key of the priority table.
TABLE = "priority-table"
#: A text that answers show: one string, or a string by language.
Text = str | dict[str, str]
#: The texts of the program in a policy: the values of a fact without `values`, with their meaning,
#: and the name of the metric of a policy without `metrics`.
YES_NO: dict[str, Text] = {
    "false": {"en": "no", "nb": "nei"},
    "true": {"en": "yes", "nb": "ja"},
}
DEFAULT_METRIC_NAME: Text = {"en": "First response", "nb": "Første svar"}


class Place(NamedTuple):
    """The place of a part in a policy file.

    `path` is its path in the document, such as `targets[2].first-response.P1`, which is unique.
    `line` is for people and counts from 1.
    """

    path: str
    line: int


#: The place of a part that is not written in the file.
NOWHERE = Place("", 0)


class Remarks(NamedTuple):
    """The remarks of a part: a note, what is unclear, and the id of a source."""

    note: Text | None = None
    unclear: Text | None = None
    source: str | None = None


class Alternative(NamedTuple):
    """An alternative of a condition.

    It matches a case if `values` lists the case's value of every dimension in `values`. With
    `opened`, the case must also be opened inside, or outside, the hours.
    """

    values: dict[str, tuple[str, ...]]
    opened: tuple[bool, str] | None  # (true for inside, the id of the hours)
    remarks: Remarks
    place: Place


#: The alternative that matches every case.
ALWAYS = Alternative({}, None, Remarks(), NOWHERE)
#: A condition: at least one alternative must match. Without alternatives it always matches.
When = tuple[Alternative, ...]


class Source(NamedTuple):
    """A document that the policy is based on."""

    id: str
    title: Text | None
    url: str | None
    retrieved: str | None
    remarks: Remarks


class Member(NamedTuple):
    """A plan or a role; `above` has the ids that the file states as ranking below it.

    `retired` is the date from which a plan is no longer sold.
    """

    id: str
    name: Text
    above: tuple[str, ...]
    aliases: tuple[str, ...]
    retired: str | None
    remarks: Remarks
    place: Place


def ranked_above(members: Sequence[Member], current: str | None) -> list[str]:
    """Return the ids of plans or roles: those above the current one by distance, then the rest."""
    directly_above: dict[str, list[str]] = {}
    for member in members:
        for id in member.above:
            directly_above.setdefault(id, []).append(member.id)
    ranked = [current] if current is not None else []
    reached = {*ranked}
    for id in ranked:
        for above in directly_above.get(id, ()):
            if above not in reached:
                reached.add(above)
                ranked.append(above)
    reached -= {current}
    return [*ranked[1:], *(member.id for member in members if member.id not in reached)]


class Fact(NamedTuple):
    """A fact, with its values and their meaning."""

    id: str
    ask: Text | None
    values: dict[str, Text]
    default: str | None
    remarks: Remarks
    place: Place


class Number(NamedTuple):
    """A phone number. `country` is a country code, or `any`."""

    country: str
    number: str
    remarks: Remarks

    @property
    def note(self) -> Text | None:
        """The note on the number."""
        return self.remarks.note


class ChannelPriority(NamedTuple):
    """The priority that a channel sets; `at_most`: only for more urgent cases."""

    priority: str
    at_most: bool
    remarks: Remarks
    place: Place

    def of(self, raised: str | None, ids: Sequence[str]) -> str | None:
        """Return the priority of a case of the channel; `raised` is the one before.

        None stands for a case whose facts lead to no priority. `ids` are all priorities, the most
        urgent first.
        """
        if not self.at_most:
            return self.priority
        if raised not in ids or self.priority not in ids:
            return raised
        return max(raised, self.priority, key=ids.index)


#: Languages with their handling: `yes`, or BEST_EFFORT.
Languages = tuple[tuple[str, str], ...]
BEST_EFFORT = "best-effort"
#: In joined languages: one of several grants that apply does not state the languages.
REST_NOT_STATED = ("*", "not-stated")


class Channel(NamedTuple):
    """A way to get help."""

    id: str
    name: Text
    kind: str
    url: str | None
    steps: tuple[Text, ...]
    prerequisites: tuple[Text, ...]
    numbers: tuple[Number, ...]
    aliases: tuple[str, ...]
    remarks: Remarks
    place: Place
    priority: ChannelPriority | None = None
    languages: Languages | None = None

    @property
    def opens_case(self) -> bool:
        """Whether customers can open cases in the channel; only such channels have targets."""
        return self.kind not in NO_CASE


class Grant(NamedTuple):
    """Channels that are allowed, or recommended in order, if the condition matches."""

    when: When
    allow: tuple[str, ...]
    recommend: tuple[str, ...]
    hours: str | None
    prerequisites: tuple[Text, ...]
    remarks: Remarks
    place: Place
    languages: Languages | None = None


class Priority(NamedTuple):
    """How urgent a case is."""

    id: str
    name: Text
    meaning: Text | None
    when: When
    aliases: tuple[str, ...]
    remarks: Remarks
    place: Place


class PriorityCell(NamedTuple):
    """A cell of the priority table; `priority` is None if the policy refuses the combination."""

    priority: str | None
    remarks: Remarks
    place: Place


class PriorityTable(NamedTuple):
    """The priorities by two facts: a cell for each value of the fact `rows` and of `columns`."""

    rows: str
    columns: str
    cells: dict[str, dict[str, PriorityCell]]
    remarks: Remarks
    place: Place


class PriorityRule(NamedTuple):
    """The priority of the cases that a condition matches.

    It is an entry of `priorities`, or a cell of the table. `priority` is None for a refused cell.
    `path` is its path in the document.
    """

    priority: str | None
    when: When
    place: Place
    path: tuple[str | int, ...]

    @property
    def of_table(self) -> bool:
        """Whether it is a cell of the table."""
        return self.path[0] == TABLE


#: What a change during a case does to a clock if its metric does not state it.
CARRY = "carry"


class Metric(NamedTuple):
    """A metric, such as the first response."""

    id: str
    name: Text
    starts: Text
    pauses: Text | None
    warn: str | None
    remarks: Remarks
    place: Place
    on_change: str | None = None  # restart, carry or keep; None: not stated, as CARRY


class Holidays(NamedTuple):
    """Days off: public holidays of the customer's country (`customer`) or of `country`, and dates.

    `names` has the names of dates in `add` and `frozen`. The list is complete from the first to
    the last year of `covers`. Some countries work on a weekend day in exchange for a day off.
    `exchanged` is the weekday (mon to sun) whose hours apply on such days, or `ignore`.
    """

    customer: bool
    country: str | None
    subdivision: str | None
    add: tuple[str, ...]
    remove: tuple[str, ...]
    covers: tuple[int, int] | None
    frozen: tuple[str, ...] | None
    remarks: Remarks = Remarks()
    names: dict[str, Text] = {}  # noqa: RUF012 - never changed
    exchanged: str | None = None
    frozen_exchanged: tuple[str, ...] = ()

    @property
    def exchanged_for(self) -> int | None:
        """The weekday (0: Monday) whose windows apply on exchanged dates; None: their own."""
        return DAYS.index(self.exchanged) if self.exchanged in DAYS else None


class PolicyCalendar(NamedTuple):
    """Opening hours; `windows` is None for 24x7, and `any` has the ids of a union's members.

    `dates` has the windows of single days, `seasons` the weeks of ranges of days. Days and ranges
    are canonical texts (`zsupport.clock.days`).
    """

    when: When
    timezone: str | None
    ask: Text | None
    windows: tuple[Window, ...] | None
    holidays: Holidays | None
    by_start_date: bool
    apply_holidays: bool
    dates: dict[str, tuple[Window, ...]]
    seasons: dict[str, tuple[Window, ...]]
    breaks: dict[str, tuple[Window, ...]]
    business_days: tuple[int, ...] | None
    any: tuple[str, ...]
    remarks: Remarks
    place: Place


class Commitment(NamedTuple):
    """How binding the targets of the matching cases are."""

    when: When
    binding: str
    remarks: Remarks
    place: Place


class Cell(NamedTuple):
    """A target of a rule for one metric and priority."""

    target: Target
    text: Text | None
    hours: str | None  # those of the cell, otherwise those of the rule
    condition: Text | None
    remarks: Remarks
    place: Place
    key: str  # the key in the file: a priority or a group of priorities; `*` for no key


class TargetRule(NamedTuple):
    """Targets by metric and priority; the key `*` means all priorities."""

    when: When
    hours: str | None
    condition: Text | None
    cells: dict[str, dict[str, Cell]]
    remarks: Remarks
    place: Place


class Quota(NamedTuple):
    """How many of something are allowed: in total, or in each period."""

    number: int | None  # None: unlimited
    per: str | None  # a period of PERIODS; None: in total
    text: str  # the canonical spelling


class Term(NamedTuple):
    """A statement that answers show, under a topic: a text of `terms`, or a limit of `limits`.

    The text of a limit is the canonical spelling of its quota.
    """

    topic: str
    when: When
    say: Text
    remarks: Remarks
    place: Place
    quota: Quota | None = None  # None: a text


class Topic(NamedTuple):
    """A topic of the self-help."""

    id: str
    name: Text
    url: str | None
    remarks: Remarks
    place: Place


class Resource(NamedTuple):
    """Something to read or watch; an empty audience means everyone."""

    name: Text
    kind: str
    topics: tuple[str, ...]
    audience: tuple[str, ...]
    url: str | None
    remarks: Remarks
    place: Place


class SelfHelp(NamedTuple):
    """Help that customers find without opening a case."""

    channel: str | None
    complete: bool
    topics: tuple[Topic, ...]
    resources: tuple[Resource, ...]
    remarks: Remarks
    place: Place


def table_rule(table: PriorityTable, row: str, column: str) -> PriorityRule:
    """Return the cell of a row and a column of the priority table as a rule."""
    cell = table.cells[row][column]
    values: dict[str, tuple[str, ...]] = {table.rows: (row,), table.columns: (column,)}
    when = (Alternative(values, None, cell.remarks, cell.place),)
    return PriorityRule(cell.priority, when, cell.place, (TABLE, "cells", row, column))


def listed_rule(priorities: Sequence[Priority], position: int) -> PriorityRule:
    """Return the priority at a position of the list as a rule."""
    item = priorities[position]
    return PriorityRule(item.id, item.when, item.place, ("priorities", position))


def priority_rules(
    priorities: Sequence[Priority], table: PriorityTable | None
) -> tuple[PriorityRule, ...]:
    """Return the rules that decide the priority of a case: the first that matches decides.

    Priorities with a condition come before the cells of the table, row by row. Without a table, a
    priority without a condition matches every case. If facts do not decide, the result is empty.
    """
    if table is None and not any(priority.when for priority in priorities):
        return ()
    rules = [
        listed_rule(priorities, position)
        for position, item in enumerate(priorities)
        if item.when or table is None
    ]
    if table is not None:
        for row, cells in table.cells.items():
            rules += [table_rule(table, row, column) for column in cells]
    return tuple(rules)


class Detail(NamedTuple):
    """A list that channels and grants state about the use of a channel, for all consumers.

    The value of the list in a channel or a grant is false if it is not stated.
    """

    label: Message  # on screens and pages
    label_in_grant: Message
    combined: Callable[[Any, Sequence[Any]], Any]
    """Returns the value in a case, from that of the channel and those of the grants that apply."""
    texts: Callable[[Any], tuple[Text, ...]]
    """Returns the items of a value for people."""
    no_worse: Callable[[Any, Any], bool] | None
    """Returns whether a value is no worse for the customer than another; None: `diff` has rules."""


def _all_texts(own: tuple[Text, ...], of_grants: Sequence[tuple[Text, ...]]) -> tuple[Text, ...]:
    return (*own, *(text for texts in of_grants for text in texts))


def joined_languages(
    own: Languages | None, of_grants: Sequence[Languages | None]
) -> Languages | None:
    """Return the languages of all grants; a grant without languages has those of the channel.

    A language that one grant guarantees is guaranteed. The languages of several lists are sorted,
    because the order of grants has no meaning.
    """
    joined: dict[str, str] = {}
    for language, handling in (
        pair for stated in of_grants for pair in stated or own or (REST_NOT_STATED,)
    ):
        if joined.get(language, BEST_EFFORT) == BEST_EFFORT:
            joined[language] = handling
    several = len({stated or own for stated in of_grants}) > 1
    stated = tuple(joined.items())
    if several:
        stated = tuple(sorted(stated, key=lambda pair: (pair == REST_NOT_STATED, pair)))
    return None if stated == (REST_NOT_STATED,) else stated


def _texts_of_languages(languages: Any) -> tuple[Text, ...]:
    """Return the languages for people; an item is a pair, or a mapping in an answer."""
    pairs = (tuple(item.values()) if isinstance(item, dict) else item for item in languages)
    return tuple(
        Message("{language} (best effort)", language=language)
        if handling == BEST_EFFORT
        else Message("others not stated")
        if (language, handling) == REST_NOT_STATED
        else language
        for language, handling in pairs
    )


def _handle_no_less(languages: Languages, other: Languages) -> bool:
    """Return whether each of the other languages is handled, and no less certainly."""
    from zsupport.policy.languages import includes

    levels = {BEST_EFFORT: 1, "yes": 2, "not-stated": 2}
    return (REST_NOT_STATED in languages) is (REST_NOT_STATED in other) and all(
        any(
            includes(own, language) and levels[own_handling] >= levels[handling]
            for own, own_handling in languages
        )
        for language, handling in other
    )


#: The details of channels and grants, by key.
DETAILS: dict[str, Detail] = {
    "languages": Detail(
        Message("Languages"),
        Message("languages"),
        joined_languages,
        _texts_of_languages,
        _handle_no_less,
    ),
    "prerequisites": Detail(Message("Have ready"), Message("have ready"), _all_texts, tuple, None),
}


def with_members(hours: dict[str, tuple[PolicyCalendar, ...]], id: str) -> list[str]:
    """Return the id of hours and, for a union, the ids of all its defined members."""
    members: dict[str, None] = {}
    waiting = [id]
    while waiting:
        name = waiting.pop()
        if name not in members and name in hours:
            members[name] = None
            waiting += [member for calendar in hours[name] for member in calendar.any]
    return list(members)


class Revision(NamedTuple):
    """A revision of a policy: one file, in force from `start` to `last_day`."""

    policy: str
    title: Text
    file: str  # relative to the policy's root
    digest: str  # sha256:HEX of the file
    timezone: str
    start: str | None
    last_day: str | None
    validity: Remarks
    validity_place: Place
    sources: tuple[Source, ...]
    plans: tuple[Member, ...]
    roles: tuple[Member, ...]
    facts: tuple[Fact, ...]
    channels: tuple[Channel, ...]
    grants: tuple[Grant, ...]
    grants_place: Place
    priorities: tuple[Priority, ...]
    priority_table: PriorityTable | None
    metrics: tuple[Metric, ...]
    business_day: str
    hours: dict[str, tuple[PolicyCalendar, ...]]
    commitments: tuple[Commitment, ...]
    rules: tuple[TargetRule, ...]
    targets_place: Place | None
    terms: tuple[Term, ...]
    self_help: SelfHelp | None
    languages: tuple[str, ...]
    remarks: Remarks

    def limits(self) -> dict[str, list[Term]]:
        """Return the limits of each topic, in written order."""
        limits: dict[str, list[Term]] = {}
        for term in self.terms:
            if term.quota is not None:
                limits.setdefault(term.topic, []).append(term)
        return limits

    def urgency(self) -> list[str]:
        """Return the ids of the priorities, the most urgent first."""
        return [priority.id for priority in self.priorities]

    def members(self) -> dict[str, tuple[Member | Channel | Priority, ...]]:
        """Return the plans, roles, channels and priorities, by dimension in the order of NOUNS."""
        return {
            "plan": self.plans, "role": self.roles, "channel": self.channels,
            "priority": self.priorities,
        }  # fmt: skip

    def priority_rules(self) -> tuple[PriorityRule, ...]:
        """Return the rules that decide the priority of a case: the first that matches decides."""
        return priority_rules(self.priorities, self.priority_table)

    def heading(self) -> Revision:
        """Return the revision with empty sections, for a list of policies."""
        return self._replace(
            sources=(), plans=(), roles=(), facts=(), channels=(), grants=(), priorities=(),
            priority_table=None, metrics=(), hours={}, commitments=(), rules=(), terms=(),
            self_help=None,
        )  # fmt: skip
