"""The screens of `policies`: the list of policies, and a policy with all its sections."""

from __future__ import annotations

from zsupport.answer.case import say
from zsupport.answer.due import EVENTS_IN_WORDS
from zsupport.answer.remarks import joined_lines
from zsupport.clock.zones import zone
from zsupport.dates import datetime
from zsupport.library import Policy
from zsupport.policy.model import (
    DETAILS,
    Cell,
    Channel,
    Fact,
    Grant,
    Member,
    PolicyCalendar,
    Priority,
    Remarks,
    Resource,
    Revision,
    Source,
    TargetRule,
    Term,
    Text,
    Topic,
    When,
)
from zsupport.report.screen import (
    Block,
    Heading,
    LabelledTexts,
    Matrix,
    Paragraph,
    Screen,
    Section,
    section,
)
from zsupport.typed import TYPE_CHECKING, TypeVar
from zsupport.view.explain import condition_in_words, in_words
from zsupport.view.policy_in_full import (
    WHEN_DUE,
    days_off,
    group_in_words,
    single_dates,
    weekly_hours,
    zone_in_words,
)
from zsupport.view.quotas import quota_in_words
from zsupport.view.screens import Numbering, doubtful, priority_label, with_id
from zsupport.view.screens.channels import country_in_words, in_turn, noted, set_priority
from zsupport.view.screens.priority_table import table_of_priorities, title_of_table
from zsupport.view.topics import with_kind
from zsupport.wording import Message, Wording, glued

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

Item = TypeVar("Item")
_CHANNEL_KINDS = {
    "self-service": Message("self-service"),
    "community": Message("community"),
    "web": Message("web"),
    "email": Message("email"),
    "chat": Message("chat"),
    "phone": Message("phone"),
    "other": Message("other"),
}
_BINDINGS = {
    "none": Message("none"),
    "target": Message("target"),
    "objective": Message("objective"),
    "agreement": Message("agreement"),
}


def list_screen(policies: Iterable[Policy], at: datetime, lang: str, words: Wording) -> Screen:
    """Return the list of policies, with a row for each revision."""
    rows = [
        (
            revision.policy,
            say(revision.title, lang),
            revision.start or "",
            words(_state(policy, revision, at)),
            glued(revision.file),
        )
        for policy in policies
        for revision in policy.revisions
    ]
    columns = (
        words("Policy"),
        words("Title"),
        words("Revision"),
        words("State"),
        words("File"),
    )
    narrow = Matrix(columns[:-1], tuple(row[:-1] for row in rows))
    return (section(Matrix(columns, tuple(rows), narrow=narrow)),)


def _state(policy: Policy, revision: Revision, at: datetime) -> Message:
    """Return whether a revision is in force at an instant, and the day on which this changes."""
    current, in_force = policy.revision_at(at)
    last = revision.last_day
    if in_force and revision is current:
        return Message("in force until {day}", day=last) if last else Message("in force")
    today = at.astimezone(zone(revision.timezone)).date().isoformat()
    if revision.start and revision.start > today:
        return Message("starts {day}", day=revision.start)
    if last:
        return Message("ended {day}", day=last)
    later = (item.start for item in policy.revisions if (item.start or "") > (revision.start or ""))
    return Message("replaced {day}", day=min(start for start in later if start))


def policy_screen(
    policy: Policy,
    at: datetime,
    lang: str,
    words: Wording,
    documents: Mapping[str, dict[str, Any]],
    channels: Screen = (),
) -> Screen:
    """Return everything that the revision in force states; before it, the list of revisions.

    `documents` are the files by name. Groups come from them, because the model replaces each group
    by its values. `channels` precede the entitlements: who may use which channel.
    """
    revision, _ = policy.revision_at(at)
    revisions = list_screen([policy], at, lang, words) if len(policy.revisions) > 1 else ()
    view = _PolicyView(revision, lang, words)
    document = documents[revision.file]
    return (
        section(*_title(policy, revision, at, view)),
        *revisions,
        *view.section(words("Plans"), lambda notes: _members(revision.plans, view, notes)),
        *view.section(words("Roles"), lambda notes: _members(revision.roles, view, notes)),
        *view.items(words("Facts"), revision.facts, view.fact),
        *view.section(words("Groups"), lambda _: _groups(document, words)),
        *view.items(words("Channels"), revision.channels, view.channel),
        *channels,
        *view.items(words("Entitlements"), revision.grants, view.grant),
        *view.items(words("Priorities, the most urgent first"), revision.priorities, view.priority),
        *view.priority_table(),
        *view.section(words("Metrics"), lambda notes: _metrics(revision, view, notes)),
        *view.items(words("Hours"), _calendars(revision), view.calendar),
        *view.section(words("Commitment"), lambda notes: _commitments(revision, view, notes)),
        *view.rules(),
        *view.items(words("Limits"), _by_topic(t for t in revision.terms if t.quota), view.terms),
        *view.items(
            words("Terms"), _by_topic(t for t in revision.terms if not t.quota), view.terms
        ),
        *view.section(words("Self-help"), lambda notes: _self_help(revision, view, notes)),
        *view.items(
            words("Topics"), revision.self_help.topics if revision.self_help else (), view.topic
        ),
        *view.items(
            words("Resources"),
            revision.self_help.resources if revision.self_help else (),
            view.resource,
        ),
        *view.items(words("Sources"), revision.sources, view.source),
    )


def _title(policy: Policy, revision: Revision, at: datetime, view: _PolicyView) -> list[Block]:
    notes, words = Numbering(), view.words
    marks = notes.marks(view.remarks(revision.remarks))
    of_dates = notes.marks(view.remarks(revision.validity))
    start = f"{revision.start}, " if revision.start else ""
    pairs = [
        (words("Policy"), revision.policy),
        (words("Revision"), f"{start}{words(_state(policy, revision, at))}{of_dates}"),
        (words("Time zone"), revision.timezone),
        (words("Business days"), words(WHEN_DUE[revision.business_day])),
        (words("File"), glued(revision.file)),
    ]
    title = Heading(f"{say(revision.title, view.lang)}{marks}")
    return [title, LabelledTexts(tuple(pairs)), *notes.paragraphs()]


def _members(members: Sequence[Member], view: _PolicyView, notes: Numbering) -> list[Block]:
    rows = tuple(
        (
            f"{member.id}{notes.marks(view.remarks(member.remarks))}",
            view.text(member.name),
            ", ".join(member.above),
            ", ".join(member.aliases),
            member.retired or "",
        )
        for member in members
    )
    words = view.words
    columns = (
        words("Id"),
        words("Name"),
        words("Ranks above"),
        words("Aliases"),
        words("Retired since"),
    )
    return [Matrix(columns, rows)] if rows else []


def _groups(document: Mapping[str, Any], words: Wording) -> list[Block]:
    pairs = []
    for group in document.get("groups", {}).items():
        name, values = group_in_words(*group)
        pairs.append((name, words.message(values)))
    return [LabelledTexts(tuple(pairs), indent=2)] if pairs else []


def _metrics(revision: Revision, view: _PolicyView, notes: Numbering) -> list[Block]:
    words = view.words
    rows = tuple(
        (
            f"{metric.id}{notes.marks(view.remarks(metric.remarks))}",
            view.text(metric.name),
            _start(view.text(metric.starts), words),
            view.text(metric.pauses),
            metric.warn or "",
            metric.on_change or "",
        )
        for metric in revision.metrics
    )
    columns = (
        words("Id"),
        words("Name"),
        words("Starts"),
        words("Pauses"),
        words("At risk"),
        words("On change"),
    )
    return [Matrix(columns, rows)] if rows else []


def _start(event: str, words: Wording) -> str:
    """Return the event with which a clock starts, in words: those of the program or the policy."""
    return words.message(EVENTS_IN_WORDS.get(event, event))


def _calendars(revision: Revision) -> list[tuple[str, PolicyCalendar]]:
    return [(id, item) for id, calendars in revision.hours.items() for item in calendars]


def _commitments(revision: Revision, view: _PolicyView, notes: Numbering) -> list[Block]:
    pairs = []
    for item in revision.commitments:
        marks = notes.marks(view.remarks(item.remarks, item.when))
        pairs.append((view.words(_BINDINGS[item.binding]), f"{view.condition(item.when)}{marks}"))
    return [LabelledTexts(tuple(pairs), indent=2)] if pairs else []


def _self_help(revision: Revision, view: _PolicyView, notes: Numbering) -> list[Block]:
    own = revision.self_help
    if own is None:
        return []
    words = view.words
    pairs = [(words("Channel"), own.channel)] if own.channel else []
    topics = words("all are listed") if own.complete else words("the list is incomplete")
    pairs.append((words("Topics"), f"{topics}{notes.marks(view.remarks(own.remarks))}"))
    return [LabelledTexts(tuple(pairs), indent=2)]


def _by_topic(terms: Iterable[Term]) -> list[list[Term]]:
    """Return terms in a list for each topic."""
    topics: dict[str, list[Term]] = {}
    for term in terms:
        topics.setdefault(term.topic, []).append(term)
    return list(topics.values())


class _PolicyView:
    """The sections of a revision, in one language. Remarks are numbered in each section."""

    def __init__(self, revision: Revision, lang: str, words: Wording) -> None:
        self.revision = revision
        self.lang = lang
        self.words = words

    def section(
        self, title: str, content: Callable[[Numbering], list[Block]]
    ) -> tuple[Section, ...]:
        """Return a section with its title and its numbered remarks; nothing if it is empty."""
        notes = Numbering()
        blocks = content(notes)
        return (section(Heading(title), *blocks, *notes.paragraphs()),) if blocks else ()

    def items(
        self, title: str, items: Iterable[Item], show: Callable[[Item, Numbering], list[Block]]
    ) -> tuple[Section, ...]:
        """Return a section with the blocks of each item."""
        return self.section(
            title, lambda notes: [block for item in items for block in show(item, notes)]
        )

    def rules(self) -> tuple[Section, ...]:
        """Return a section with the targets of each rule."""
        notes = Numbering()
        first, *further = [self.rule(rule, notes) for rule in self.revision.rules] or [[]]
        if not first:
            return ()
        title = Heading(self.words("Targets"))
        sections = [section(title, *first), *(section(*item) for item in further)]
        return (*sections, section(*notes.paragraphs()))

    def text(self, text: Text | None) -> str:
        """Return a text of the policy in the language, or an empty text if it is missing."""
        return say(text, self.lang) or ""

    def condition(self, when: When) -> str:
        """Return a condition in words."""
        return self.words(condition_in_words(when))

    def with_condition(self, when: When) -> str:
        """Return the line with the condition of a term: `when plan pro`."""
        return self.words("when {condition}", condition=condition_in_words(when))

    def remarks(self, remarks: Remarks, when: When = (), prefix: str = "") -> list[str]:
        """Return the remarks of a part, and those of the alternatives of its condition."""
        words = self.words
        note, doubt = (joined_lines(text, self.lang) for text in (remarks.note, remarks.unclear))
        lines = [
            *([prefix + note] if note else ()),
            *([prefix + words(doubtful(doubt))] if doubt else ()),
            *(
                [prefix + words("source: {source}", source=remarks.source)]
                if remarks.source
                else ()
            ),
        ]
        for alternative in when:
            prefix = f"{words(in_words(alternative))}: "
            lines += self.remarks(alternative.remarks, prefix=prefix)
        return lines

    def fact(self, fact: Fact, notes: Numbering) -> list[Block]:
        ask = self.text(fact.ask)
        title = f"{fact.id}{f': {ask}' if ask else ''}{notes.marks(self.remarks(fact.remarks))}"
        pairs = []
        for id, meaning in fact.values.items():
            text = self.text(meaning)
            pairs.append((id, self._default(text) if id == fact.default else text))
        return [Heading(title, indent=2), LabelledTexts(tuple(pairs), indent=4)]

    def _default(self, meaning: str) -> str:
        if not meaning:
            return self.words("(default)")
        return self.words("{meaning} (default)", meaning=meaning)

    def channel(self, channel: Channel, notes: Numbering) -> list[Block]:
        lines = self.remarks(channel.remarks)
        title = f"{with_id(self.text(channel.name), channel.id)}{notes.marks(lines)}"
        kind = self.words(_CHANNEL_KINDS[channel.kind])
        blocks: list[Block] = [Heading(title, kind, indent=2)]
        if channel.url:
            blocks.append(Paragraph(glued(channel.url), indent=4))
        for number, step in enumerate(channel.steps, 1):
            marker = f"{number}." if len(channel.steps) > 1 else ""
            blocks.append(Paragraph(self.text(step), indent=4, marker=marker))
        pairs = []
        for entry in channel.numbers:
            marks = notes.marks(self.remarks(entry.remarks._replace(note=None)))
            shown = noted(entry.number, self.text(entry.note))
            pairs.append((country_in_words(entry.country, self.words), f"{shown}{marks}"))
        pairs += self.details(channel)
        if channel.priority:
            marks = notes.marks(self.remarks(channel.priority.remarks))
            label = channel.priority.priority
            shown = set_priority(channel.priority, label)
            pairs.append((self.words("Priority"), f"{self.words(shown)}{marks}"))
        if channel.aliases:
            pairs.append((self.words("Aliases"), ", ".join(channel.aliases)))
        return [*blocks, *([LabelledTexts(tuple(pairs), indent=4)] if pairs else [])]

    def grant(self, grant: Grant, notes: Numbering) -> list[Block]:
        marks = notes.marks(self.remarks(grant.remarks, grant.when))
        words = self.words
        title = ", ".join(grant.allow)
        if not title:
            title = words("recommended: {channels}", channels=in_turn(grant.recommend))
        pairs = [(words("when"), self.condition(grant.when))]
        if grant.hours:
            pairs.append((words("hours"), grant.hours))
        pairs += self.details(grant)
        return [Heading(f"{title}{marks}", indent=2), LabelledTexts(tuple(pairs), indent=4)]

    def details(self, part: Channel | Grant) -> list[tuple[str, str]]:
        """Return the details that a channel or a grant states, with their labels."""
        pairs = []
        for key, detail in DETAILS.items():
            if value := getattr(part, key):
                label = detail.label if isinstance(part, Channel) else detail.label_in_grant
                texts = map(self.words.message, map(self.text, detail.texts(value)))
                pairs.append((self.words(label), "\n".join(texts)))
        return pairs

    def priority(self, priority: Priority, notes: Numbering) -> list[Block]:
        marks = notes.marks(self.remarks(priority.remarks, priority.when))
        name = self.text(priority.name)
        label = priority_label(priority.id, {("priority", priority.id): name})
        pairs = []
        if priority.when:
            pairs.append((self.words("when"), self.condition(priority.when)))
        if priority.aliases:
            pairs.append((self.words("aliases"), ", ".join(priority.aliases)))
        return [
            Heading(f"{label}{marks}", indent=2),
            *([Paragraph(self.text(priority.meaning), indent=4)] if priority.meaning else []),
            *([LabelledTexts(tuple(pairs), indent=4)] if pairs else []),
        ]

    def priority_table(self) -> tuple[Section, ...]:
        """Return a section with the priority table; nothing without a table."""
        table = self.revision.priority_table
        if table is None:
            return ()
        notes = Numbering()
        title = f"{title_of_table(table, self.words)}{notes.marks(self.remarks(table.remarks))}"
        matrix = table_of_priorities(
            table, self.words, lambda remarks: notes.marks(self.remarks(remarks))
        )
        return (section(Heading(title), matrix, *notes.paragraphs()),)

    def calendar(self, item: tuple[str, PolicyCalendar], notes: Numbering) -> list[Block]:
        id, calendar = item
        words = self.words
        lines = self.remarks(calendar.remarks, calendar.when)
        off = calendar.holidays
        of_days_off = notes.marks(self.remarks(off.remarks)) if off else ""
        title = f"{id}{notes.marks(lines)}"
        pairs = []
        if calendar.when:
            pairs.append((words("when"), self.condition(calendar.when)))
        elif len(self.revision.hours[id]) > 1:
            pairs.append((words("when"), words("no calendar above applies")))
        pairs.append((words("open"), self._lines(weekly_hours(calendar))))
        if days := days_off(calendar, self.lang):
            pairs.append((words("holidays"), self._lines(days) + of_days_off))
        if dates := single_dates(calendar):
            pairs.append((words("dates"), self._lines(dates)))
        if calendar.ask:
            pairs.append((words("asks"), self.text(calendar.ask)))
        where = words.message(zone_in_words(calendar, self.revision))
        return [Heading(title, where, indent=2), LabelledTexts(tuple(pairs), indent=4)]

    def _lines(self, texts: Iterable[str]) -> str:
        return "\n".join(map(self.words.message, texts))

    def rule(self, rule: TargetRule, notes: Numbering) -> list[Block]:
        marks = notes.marks(self.remarks(rule.remarks, rule.when))
        words = self.words
        title = f"{self.condition(rule.when)}{marks}"
        pairs = [(words("hours"), rule.hours)] if rule.hours else []
        if rule.condition:
            pairs.append((words("condition"), self.text(rule.condition)))
        metrics = list(rule.cells)
        priorities = dict.fromkeys(key for cells in rule.cells.values() for key in cells)
        rows = tuple(
            (
                words("all") if priority == "*" else priority,
                *(self.cell(rule, rule.cells[metric].get(priority), notes) for metric in metrics),
            )
            for priority in priorities
        )
        return [
            Heading(title),
            *([LabelledTexts(tuple(pairs), indent=2)] if pairs else []),
            Matrix((words("Priority"), *metrics), rows),
        ]

    def cell(self, rule: TargetRule, cell: Cell | None, notes: Numbering) -> str:
        """Return a target with the hours that only this cell has; empty without a target."""
        if cell is None:
            return ""
        words, lines = self.words, self.remarks(cell.remarks)
        if cell.text:
            lines.insert(0, words("published: {text}", text=self.text(cell.text)))
        if cell.condition and cell.condition != rule.condition:
            lines.append(words("condition: {condition}", condition=self.text(cell.condition)))
        hours = f" ({cell.hours})" if cell.hours and cell.hours != rule.hours else ""
        return f"{cell.target.text}{hours}{notes.marks(lines)}"

    def terms(self, terms: Sequence[Term], notes: Numbering) -> list[Block]:
        """Return the terms of a topic: the topic once, then each term with its condition."""
        blocks: list[Block] = [Heading(terms[0].topic, indent=2)]
        for term in terms:
            marks = notes.marks(self.remarks(term.remarks, term.when))
            text = self.text(term.say)
            if term.quota is not None:
                text = self.words(quota_in_words(term.quota.number, term.quota.per))
            blocks.append(Paragraph(f"{text}{marks}", indent=4))
            if term.when:
                blocks.append(Paragraph(self.with_condition(term.when), "dim", indent=4))
        return blocks

    def topic(self, topic: Topic, notes: Numbering) -> list[Block]:
        title = with_id(self.text(topic.name), topic.id)
        return [
            Heading(f"{title}{notes.marks(self.remarks(topic.remarks))}", indent=2),
            *([Paragraph(glued(topic.url), indent=4)] if topic.url else []),
        ]

    def resource(self, resource: Resource, notes: Numbering) -> list[Block]:
        marks = notes.marks(self.remarks(resource.remarks))
        pairs = []
        if resource.topics:
            pairs.append((self.words("topics"), ", ".join(resource.topics)))
        if resource.audience:
            pairs.append((self.words("for"), ", ".join(resource.audience)))
        title = f"{with_kind(self.text(resource.name), resource.kind, self.words)}{marks}"
        return [
            Heading(title, indent=2),
            *([Paragraph(glued(resource.url), indent=4)] if resource.url else []),
            *([LabelledTexts(tuple(pairs), indent=4)] if pairs else []),
        ]

    def source(self, source: Source, notes: Numbering) -> list[Block]:
        marks = notes.marks(self.remarks(source.remarks))
        title = self.text(source.title)
        title = f"{source.id}: {title}" if title else source.id
        if source.retrieved:
            title = self.words("{source}, read {day}", source=title, day=source.retrieved)
        return [
            Heading(f"{title}{marks}", indent=2),
            *([Paragraph(glued(source.url), indent=4)] if source.url else []),
        ]
