"""A policy as values: what the loader makes, what answers are computed from.

The classes are NamedTuples, not dataclasses: they are as frozen, and defining one costs an
eighth, which every call of the program pays. As they are tuples they are JSON lists too, and
`zsupport.policy.compiled` keeps them that way. Dates are texts, YYYY-MM-DD; groups and
negations are gone: a condition lists the very values for which it holds.
"""

from __future__ import annotations

from zsupport.clock.target import Target
from zsupport.clock.windows import DAYS, Window
from zsupport.typed import NamedTuple

#: Channels of these kinds open no cases, so they have no targets.
NO_CASE = ("self-service", "community")
#: The kinds of channels.
CHANNEL_KINDS = (*NO_CASE, "web", "email", "chat", "phone", "other")
#: The degrees to which targets bind, the least binding first.
BINDINGS = ("none", "target", "objective", "agreement")
#: A text for people: one string, or a string by language.
Text = str | dict[str, str]


class Place(NamedTuple):
    """Where a part of a policy is written.

    `path` is its path in the document, such as `targets[2].first-response.P1`: it alone tells
    parts apart. `line` is for people, from 1.
    """

    path: str
    line: int


#: The place of what is not written.
NOWHERE = Place("", 0)


class Remarks(NamedTuple):
    """What may be said of anything: a note, a doubt, and where it comes from."""

    note: Text | None = None
    unclear: Text | None = None
    source: str | None = None


class Alternative(NamedTuple):
    """One alternative of a condition: every dimension named has one of the values."""

    values: dict[str, tuple[str, ...]]
    opened: tuple[bool, str] | None  # (inside, hours)
    remarks: Remarks
    place: Place


#: What holds where there is no condition.
ALWAYS = Alternative({}, None, Remarks(), NOWHERE)
#: Any of these must hold; none at all: it always holds.
When = tuple[Alternative, ...]


class Source(NamedTuple):
    """Where statements come from."""

    id: str
    title: Text | None
    url: str | None
    retrieved: str | None
    remarks: Remarks


class Member(NamedTuple):
    """A plan or a role: a value that ranks above others."""

    id: str
    name: Text
    above: tuple[str, ...]
    aliases: tuple[str, ...]
    retired: str | None
    remarks: Remarks
    place: Place


class Fact(NamedTuple):
    """Something an answer depends on, with its values and their meaning."""

    id: str
    ask: Text | None
    values: dict[str, Text]
    default: str | None
    remarks: Remarks
    place: Place


class Number(NamedTuple):
    """A number to call, in a country or `any`."""

    country: str
    number: str
    remarks: Remarks

    @property
    def note(self) -> Text | None:
        """What a person who dials it should know."""
        return self.remarks.note


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

    @property
    def opens_case(self) -> bool:
        """Whether a case can be opened by it; only then are there targets."""
        return self.kind not in NO_CASE


class Grant(NamedTuple):
    """Channels that are allowed, or recommended in order, when the condition holds."""

    when: When
    allow: tuple[str, ...]
    recommend: tuple[str, ...]
    hours: str | None
    prerequisites: tuple[Text, ...]
    remarks: Remarks
    place: Place


class Priority(NamedTuple):
    """How urgent a case is."""

    id: str
    name: Text
    meaning: Text | None
    when: When
    aliases: tuple[str, ...]
    remarks: Remarks
    place: Place


class Metric(NamedTuple):
    """What is promised."""

    id: str
    name: Text
    starts: Text
    pauses: Text | None
    warn: str | None
    remarks: Remarks
    place: Place


class Holidays(NamedTuple):
    """Days off: `customer`, or dates and a country's public holidays.

    `names` are those of the dates in `add` and `frozen` that were given one. `exchanged` is a
    weekday (mon to sun) or `ignore`: what is worked on weekend days that the country works.
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
        """The weekday whose windows exchanged dates have, Monday as 0; None for their own."""
        return DAYS.index(self.exchanged) if self.exchanged in DAYS else None


class PolicyCalendar(NamedTuple):
    """Opening hours; `windows` None is 24x7, `any` a union of other hours."""

    when: When
    timezone: str | None
    ask: Text | None
    windows: tuple[Window, ...] | None
    holidays: Holidays | None
    by_start_date: bool
    apply_holidays: bool
    dates: dict[str, tuple[Window, ...]]
    breaks: dict[str, tuple[Window, ...]]
    business_days: tuple[int, ...] | None
    any: tuple[str, ...]
    remarks: Remarks
    place: Place


class Commitment(NamedTuple):
    """How binding the targets are when the condition holds."""

    when: When
    binding: str
    remarks: Remarks
    place: Place


class Cell(NamedTuple):
    """A target as one metric and priority state it."""

    target: Target
    text: Text | None
    hours: str | None  # the cell's own, else the rule's
    condition: Text | None
    remarks: Remarks
    place: Place
    key: str  # under which it is written: a priority, a group of them, or `*` where none is


class TargetRule(NamedTuple):
    """Targets by metric and priority; the key `*` stands for all priorities."""

    when: When
    hours: str | None
    condition: Text | None
    cells: dict[str, dict[str, Cell]]
    remarks: Remarks
    place: Place


class Term(NamedTuple):
    """What is said in words, under a heading."""

    topic: str
    when: When
    say: Text
    remarks: Remarks
    place: Place


class Topic(NamedTuple):
    """A subject of the self-help."""

    id: str
    name: Text
    url: str | None
    remarks: Remarks
    place: Place


class Resource(NamedTuple):
    """Something to read or watch; no topics: it belongs to none; no audience: for everyone."""

    name: Text
    kind: str
    topics: tuple[str, ...]
    audience: tuple[str, ...]
    url: str | None
    remarks: Remarks
    place: Place


class SelfHelp(NamedTuple):
    """What people find without opening a case."""

    channel: str | None
    complete: bool
    topics: tuple[Topic, ...]
    resources: tuple[Resource, ...]
    remarks: Remarks
    place: Place


def with_members(hours: dict[str, tuple[PolicyCalendar, ...]], id: str) -> list[str]:
    """Return the id of hours and, for a union, of all of its members that are defined."""
    found: dict[str, None] = {}
    waiting = [id]
    while waiting:
        name = waiting.pop()
        if name not in found and name in hours:
            found[name] = None
            waiting += [member for calendar in hours[name] for member in calendar.any]
    return list(found)


class Revision(NamedTuple):
    """One policy file: the policy as it stands from `start` on."""

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

    def heading(self) -> Revision:
        """Return the revision with empty sections: what a list of policies shows of it."""
        return self._replace(
            sources=(), plans=(), roles=(), facts=(), channels=(), grants=(), priorities=(),
            metrics=(), hours={}, commitments=(), rules=(), terms=(), self_help=None,
        )  # fmt: skip
