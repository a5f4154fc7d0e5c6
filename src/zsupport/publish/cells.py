"""The answers of the page: channels and targets of every case, as comparable values."""

from __future__ import annotations

from zsupport.answer.case import Case, NoCalendar, Query, say
from zsupport.answer.channels import ChannelAnswer
from zsupport.answer.due import counts_over_hours
from zsupport.answer.hours import Customer, PolicyHours
from zsupport.answer.promise import Promise, Promises, promises
from zsupport.answer.remarks import joined_lines
from zsupport.clock.instants import at_local
from zsupport.clock.target import Target, counts_elapsed
from zsupport.clock.zones import zone
from zsupport.dates import date
from zsupport.library import Policy
from zsupport.policy.model import DETAILS, Metric, Remarks, Revision, Text
from zsupport.typed import TYPE_CHECKING, Mapping, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zsupport.clock.holidays import PublicHolidays


class ChannelCell(NamedTuple):
    """Whether a case may use a channel, and what the page says about it."""

    allowed: bool
    only: tuple[str, ...] = ()  # the priorities for which it is allowed, if not for all
    hours: str | None = None
    recommended: int | None = None
    ready: tuple[str, ...] = ()  # prerequisites in addition to those of the channel
    note: str | None = None
    unclear: str | None = None
    #: By key: the items of other details, if they differ from those of the channel.
    details: tuple[tuple[str, tuple[Text, ...]], ...] = ()


class TargetCell(NamedTuple):
    """The target of a case, and what the page says about it.

    `state` is `not-entitled`, `no-target`, `not-stated` or `promised`.
    """

    state: str
    target: Target | None = None
    hours: str | None = None
    published: str | None = None
    condition: str | None = None
    commitment: str | None = None
    note: str | None = None
    unclear: str | None = None


class StatedOpening(PolicyHours):
    """Hours of a policy for a case that states whether it is opened inside of them."""

    def __init__(
        self,
        revision: Revision,
        lang: str,
        public: PublicHolidays | None,
        inside: Mapping[str, bool],
    ) -> None:
        """`inside` states for each name of hours whether the case is opened inside of them."""
        super().__init__(revision, Customer(), lang, public)
        self._inside = inside

    def is_open(self, name: str, case: Case, instant: int) -> bool:
        """Return whether the case is opened inside of hours. Raises NoCalendar."""
        if name not in self.revision.hours:
            return True  # 24x7
        inside = self._inside[name]
        if not self._has_calendar(name, case, every=not inside):
            raise NoCalendar(f"no calendar of the hours `{name}` matches the case")
        return inside

    def _has_calendar(self, name: str, case: Case, *, every: bool) -> bool:
        """Return whether hours have a calendar for a case.

        For a union: whether some member has a calendar, or, with `every`, whether all members do.
        """
        if name not in self.revision.hours:
            return True
        calendar = self.calendar(name, case)
        if calendar is None or not calendar.any:
            return calendar is not None
        members = [self._has_calendar(member, case, every=every) for member in calendar.any]
        return all(members) if every else any(members)


class AnswerReader:
    """Asks the program for the answers of one revision on a date."""

    def __init__(
        self, revision: Revision, day: date, lang: str, public: PublicHolidays | None
    ) -> None:
        self.revision = revision
        self.lang = lang
        self._public = public
        self._policy = Policy((revision,), public)
        # Midday in the time zone of the policy, where revisions begin and end at midnight.
        self.moment = at_local(day, 43_200, zone(revision.timezone))
        self._prerequisites = {channel.id: channel.prerequisites for channel in revision.channels}
        #: The notes and the doubts that other sections of the page show.
        self._shown = _texts_of(_shown_remarks(revision), lang)
        grants = [
            remarks
            for grant in revision.grants
            for remarks in (grant.remarks, *(alternative.remarks for alternative in grant.when))
        ]
        self._shown_without_grants = _texts_of([*_shown_remarks(revision), *grants], lang)

    def channels(
        self, priority: str | None = None, facts: Mapping[str, str] | None = None
    ) -> tuple[tuple[ChannelAnswer, ...], tuple[str, ...], tuple[str, ...]]:
        """Return the answers about channels, their columns, and the facts that are assumed."""
        answers = self._policy.channels(
            priority=priority, fact=facts, at=f"@{self.moment}", lang=self.lang
        )
        assumed = tuple(
            warning.message.partition("=")[0]
            for warning in answers.warnings
            if warning.code == "default-fact"
        )
        return answers.answers, answers.columns, assumed

    def channel_cell(self, answer: ChannelAnswer) -> ChannelCell:
        """Return what a table says about an answer; the texts of the channel are in its section."""
        note, unclear = self.own_remarks(answer.note, answer.unclear)
        if not answer.allowed:
            return ChannelCell(False)
        own = len(self._prerequisites[answer.channel])
        return ChannelCell(
            True,
            tuple(answer.only_when["priority"]) if answer.only_when else (),
            answer.hours,
            answer.recommended,
            (answer.prerequisites or ())[own:],
            note,
            unclear,
            tuple(self._details(answer)),
        )

    def _details(self, answer: ChannelAnswer) -> Iterator[tuple[str, tuple[Text, ...]]]:
        """Yield the details of an answer that differ from those of its channel."""
        [channel] = (item for item in self.revision.channels if item.id == answer.channel)
        for key, detail in DETAILS.items():
            value, own = getattr(answer, key), getattr(channel, key)
            if detail.no_worse is not None and value:
                texts = detail.texts(value)
                if not own or texts != detail.texts(own):
                    yield key, texts

    def own_remarks(
        self, note: str | None, unclear: str | None, *, of_target: bool = False
    ) -> tuple[str | None, str | None]:
        """Return remarks without those that the page shows in another place.

        The remarks of grants are in the table of channels and not in those of targets.
        """
        shown = self._shown_without_grants if of_target else self._shown
        kept = [
            "\n".join(line for line in (text or "").split("\n") if line and line not in known)
            for text, known in ((note, shown[0]), (unclear, shown[1]))
        ]
        return kept[0] or None, kept[1] or None

    def priority(self, facts: Mapping[str, str]) -> str | None:
        """Return the priority that facts lead to."""
        [answer] = self._policy.priority(fact=facts, at=f"@{self.moment}", lang=self.lang)
        return answer.priority

    def promises(
        self,
        metrics: tuple[Metric, ...],
        inside: Mapping[str, bool],
        priority: str | None = None,
        facts: Mapping[str, str] | None = None,
        channel: str | None = None,
    ) -> Promises:
        """Return the promises for metrics. `inside` states in which hours the case is opened."""
        hours = StatedOpening(self.revision, self.lang, self._public, inside)
        query = Query(channel=channel, priority=priority, facts=facts or {})
        return promises(
            self.revision, query, metrics, self.moment, hours, in_force=True, lang=self.lang
        )

    def target_cell(self, row: Promise) -> TargetCell:
        """Return what the page says about a promise."""
        note, unclear = self.own_remarks(row.note, row.unclear, of_target=True)
        if row.cell is None:
            state = row.state or "not-stated"
            kept = (None, None) if state == "not-entitled" else (note, unclear)
            return TargetCell(state, note=kept[0], unclear=kept[1])
        target = row.cell.target
        return TargetCell(
            {"none": "no-target", "not-stated": "not-stated"}.get(target.kind, "promised"),
            target,
            row.cell.hours if counts_over_hours(row) and not counts_elapsed(target) else None,
            say(row.cell.text, self.lang),
            row.condition,
            row.commitment,
            note,
            unclear,
        )


def opened_hours(revision: Revision, metrics: tuple[Metric, ...]) -> list[str]:
    """Return the hours for which it matters whether a case is opened inside or outside of them."""
    names = {
        alternative.opened[1]
        for rule in revision.rules
        if any(metric.id in rule.cells for metric in metrics)
        for alternative in rule.when
        if alternative.opened
    }
    return [name for name in revision.hours if name in names]


def _shown_remarks(revision: Revision) -> list[Remarks]:
    """Return the remarks that the page shows outside of its tables.

    These are the remarks of the policy, its sources, channels, metrics, priorities and hours.
    """
    parts = [
        revision.remarks,
        revision.validity,
        *(source.remarks for source in revision.sources),
        *(channel.remarks for channel in revision.channels),
        *(channel.priority.remarks for channel in revision.channels if channel.priority),
        *(number.remarks for channel in revision.channels for number in channel.numbers),
        *(metric.remarks for metric in revision.metrics),
        *(priority.remarks for priority in revision.priorities),
        *([revision.priority_table.remarks] if revision.priority_table else []),
    ]
    calendars = [calendar for listed in revision.hours.values() for calendar in listed]
    parts += [calendar.remarks for calendar in calendars]
    parts += [calendar.holidays.remarks for calendar in calendars if calendar.holidays]
    conditions = [priority.when for priority in revision.priorities]
    conditions += [rule.when for rule in revision.priority_rules() if rule.of_table]
    conditions += [calendar.when for calendar in calendars]
    parts += [alternative.remarks for when in conditions for alternative in when]
    return parts


def _texts_of(parts: list[Remarks], lang: str) -> tuple[set[str], set[str]]:
    """Return the notes and the doubts of remarks."""
    notes = {joined_lines(part.note, lang) or "" for part in parts}
    doubts = {joined_lines(part.unclear, lang) or "" for part in parts}
    return notes, doubts
