"""The screens of `policies`: the list of policies, and a policy with all its sections."""

from __future__ import annotations

from zsupport.answer.case import say
from zsupport.answer.remarks import joined_lines
from zsupport.clock.zones import zone
from zsupport.dates import datetime
from zsupport.library import Policy
from zsupport.policy.model import (
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
    days_off,
    group_in_words,
    single_dates,
    weekly_hours,
    zone_in_words,
)
from zsupport.view.screens import Numbering, doubtful, priority_label, with_id
from zsupport.wording import glued

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

Item = TypeVar("Item")


def list_screen(policies: Iterable[Policy], at: datetime, lang: str) -> Screen:
    """Return the list of policies, with a row for each revision."""
    rows = [
        (
            revision.policy,
            say(revision.title, lang),
            revision.start or "",
            _state(policy, revision, at),
            glued(revision.file),
        )
        for policy in policies
        for revision in policy.revisions
    ]
    columns = ("Policy", "Title", "Revision", "State", "File")
    narrow = Matrix(columns[:-1], tuple(row[:-1] for row in rows))
    return (section(Matrix(columns, tuple(rows), narrow=narrow)),)


def _state(policy: Policy, revision: Revision, at: datetime) -> str:
    """Return whether a revision is in force at an instant, and the day on which this changes."""
    current, in_force = policy.revision_at(at)
    last = revision.last_day
    if in_force and revision is current:
        return f"in force until {last}" if last else "in force"
    today = at.astimezone(zone(revision.timezone)).date().isoformat()
    if revision.start and revision.start > today:
        return f"starts {revision.start}"
    if last:
        return f"ended {last}"
    later = (item.start for item in policy.revisions if (item.start or "") > (revision.start or ""))
    return f"replaced {min(start for start in later if start)}"


def policy_screen(
    policy: Policy,
    at: datetime,
    lang: str,
    documents: Mapping[str, dict[str, Any]],
    channels: Screen = (),
) -> Screen:
    """Return everything that the revision in force states; before it, the list of revisions.

    `documents` are the files by name. Groups come from them, because the model replaces each group
    by its values. `channels` precede the entitlements: who may use which channel.
    """
    revision, _ = policy.revision_at(at)
    revisions = list_screen([policy], at, lang) if len(policy.revisions) > 1 else ()
    view = _PolicyView(revision, lang)
    document = documents[revision.file]
    return (
        section(*_title(policy, revision, at, view)),
        *revisions,
        *view.section("Plans", lambda notes: _members(revision.plans, view, notes)),
        *view.section("Roles", lambda notes: _members(revision.roles, view, notes)),
        *view.items("Facts", revision.facts, view.fact),
        *view.section("Groups", lambda _: _groups(document)),
        *view.items("Channels", revision.channels, view.channel),
        *channels,
        *view.items("Entitlements", revision.grants, view.grant),
        *view.items("Priorities, the most urgent first", revision.priorities, view.priority),
        *view.section("Metrics", lambda notes: _metrics(revision, view, notes)),
        *view.items("Hours", _calendars(revision), view.calendar),
        *view.section("Commitment", lambda notes: _commitments(revision, view, notes)),
        *view.rules(),
        *view.items("Terms", revision.terms, view.term),
        *view.section("Self-help", lambda notes: _self_help(revision, view, notes)),
        *view.items("Topics", revision.self_help.topics if revision.self_help else (), view.topic),
        *view.items(
            "Resources", revision.self_help.resources if revision.self_help else (), view.resource
        ),
        *view.items("Sources", revision.sources, view.source),
    )


def _title(policy: Policy, revision: Revision, at: datetime, view: _PolicyView) -> list[Block]:
    notes = Numbering()
    marks = notes.marks(view.remarks(revision.remarks))
    of_dates = notes.marks(view.remarks(revision.validity))
    start = f"{revision.start}, " if revision.start else ""
    pairs = [
        ("Policy", revision.policy),
        ("Revision", f"{start}{_state(policy, revision, at)}{of_dates}"),
        ("Time zone", revision.timezone),
        ("Business days", f"due at {revision.business_day}"),
        ("File", glued(revision.file)),
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
    return [Matrix(("Id", "Name", "Ranks above", "Aliases", "Retired since"), rows)] if rows else []


def _groups(document: Mapping[str, Any]) -> list[Block]:
    groups = document.get("groups", {})
    pairs = tuple(group_in_words(name, values) for name, values in groups.items())
    return [LabelledTexts(pairs, indent=2)] if pairs else []


def _metrics(revision: Revision, view: _PolicyView, notes: Numbering) -> list[Block]:
    rows = tuple(
        (
            f"{metric.id}{notes.marks(view.remarks(metric.remarks))}",
            view.text(metric.name),
            view.text(metric.starts),
            view.text(metric.pauses),
            metric.warn or "",
        )
        for metric in revision.metrics
    )
    return [Matrix(("Id", "Name", "Starts", "Pauses", "At risk"), rows)] if rows else []


def _calendars(revision: Revision) -> list[tuple[str, PolicyCalendar]]:
    return [(id, item) for id, calendars in revision.hours.items() for item in calendars]


def _commitments(revision: Revision, view: _PolicyView, notes: Numbering) -> list[Block]:
    pairs = tuple(
        (
            item.binding,
            f"{condition_in_words(item.when)}{notes.marks(view.remarks(item.remarks, item.when))}",
        )
        for item in revision.commitments
    )
    return [LabelledTexts(pairs, indent=2)] if pairs else []


def _self_help(revision: Revision, view: _PolicyView, notes: Numbering) -> list[Block]:
    own = revision.self_help
    if own is None:
        return []
    pairs = [("Channel", own.channel)] if own.channel else []
    topics = "all are listed" if own.complete else "the list is incomplete"
    pairs.append(("Topics", f"{topics}{notes.marks(view.remarks(own.remarks))}"))
    return [LabelledTexts(tuple(pairs), indent=2)]


class _PolicyView:
    """The sections of a revision, in one language. Remarks are numbered in each section."""

    def __init__(self, revision: Revision, lang: str) -> None:
        self.revision = revision
        self.lang = lang

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
        sections = [section(Heading("Targets"), *first), *(section(*item) for item in further)]
        return (*sections, section(*notes.paragraphs()))

    def text(self, text: Text | None) -> str:
        """Return a text in the language; empty without a text."""
        return say(text, self.lang) or ""

    def remarks(self, remarks: Remarks, when: When = (), prefix: str = "") -> list[str]:
        """Return the remarks of a part, and those of the alternatives of its condition."""
        note, doubt = (joined_lines(text, self.lang) for text in (remarks.note, remarks.unclear))
        lines = [
            *([prefix + note] if note else ()),
            *([f"{prefix}{doubtful(doubt)}"] if doubt else ()),
            *([f"{prefix}source: {remarks.source}"] if remarks.source else ()),
        ]
        for alternative in when:
            lines += self.remarks(alternative.remarks, prefix=f"{in_words(alternative)}: ")
        return lines

    def fact(self, fact: Fact, notes: Numbering) -> list[Block]:
        ask = self.text(fact.ask)
        title = f"{fact.id}{f': {ask}' if ask else ''}{notes.marks(self.remarks(fact.remarks))}"
        pairs = []
        for id, meaning in fact.values.items():
            default = " (default)" if id == fact.default else ""
            pairs.append((id, f"{self.text(meaning)}{default}"))
        return [Heading(title, indent=2), LabelledTexts(tuple(pairs), indent=4)]

    def channel(self, channel: Channel, notes: Numbering) -> list[Block]:
        lines = self.remarks(channel.remarks)
        title = f"{with_id(self.text(channel.name), channel.id)}{notes.marks(lines)}"
        blocks: list[Block] = [Heading(title, channel.kind, indent=2)]
        if channel.url:
            blocks.append(Paragraph(glued(channel.url), indent=4))
        for number, step in enumerate(channel.steps, 1):
            marker = f"{number}." if len(channel.steps) > 1 else ""
            blocks.append(Paragraph(self.text(step), indent=4, marker=marker))
        pairs = []
        for entry in channel.numbers:
            note = self.text(entry.note)
            marks = notes.marks(self.remarks(entry.remarks._replace(note=None)))
            shown = f"{glued(entry.number)}{f' ({note})' if note else ''}{marks}"
            pairs.append(("any country" if entry.country == "any" else entry.country, shown))
        if channel.prerequisites:
            pairs.append(("Have ready", "\n".join(map(self.text, channel.prerequisites))))
        if channel.aliases:
            pairs.append(("Aliases", ", ".join(channel.aliases)))
        return [*blocks, *([LabelledTexts(tuple(pairs), indent=4)] if pairs else [])]

    def grant(self, grant: Grant, notes: Numbering) -> list[Block]:
        marks = notes.marks(self.remarks(grant.remarks, grant.when))
        allowed = ", ".join(grant.allow)
        title = allowed or f"recommended: {', then '.join(grant.recommend)}"
        pairs: list[tuple[str, str]] = [("when", condition_in_words(grant.when))]
        if grant.hours:
            pairs.append(("hours", grant.hours))
        if grant.prerequisites:
            pairs.append(("have ready", "\n".join(map(self.text, grant.prerequisites))))
        return [Heading(f"{title}{marks}", indent=2), LabelledTexts(tuple(pairs), indent=4)]

    def priority(self, priority: Priority, notes: Numbering) -> list[Block]:
        marks = notes.marks(self.remarks(priority.remarks, priority.when))
        name = self.text(priority.name)
        label = priority_label(priority.id, {("priority", priority.id): name})
        pairs: list[tuple[str, str]] = []
        if priority.when:
            pairs.append(("when", condition_in_words(priority.when)))
        if priority.aliases:
            pairs.append(("aliases", ", ".join(priority.aliases)))
        return [
            Heading(f"{label}{marks}", indent=2),
            *([Paragraph(self.text(priority.meaning), indent=4)] if priority.meaning else []),
            *([LabelledTexts(tuple(pairs), indent=4)] if pairs else []),
        ]

    def calendar(self, item: tuple[str, PolicyCalendar], notes: Numbering) -> list[Block]:
        id, calendar = item
        lines = self.remarks(calendar.remarks, calendar.when)
        off = calendar.holidays
        of_days_off = notes.marks(self.remarks(off.remarks)) if off else ""
        title = f"{id}{notes.marks(lines)}"
        pairs: list[tuple[str, str]] = []
        if calendar.when:
            pairs.append(("when", condition_in_words(calendar.when)))
        elif len(self.revision.hours[id]) > 1:
            pairs.append(("when", "no calendar above applies"))
        pairs.append(("open", "\n".join(weekly_hours(calendar))))
        if days := days_off(calendar, self.lang):
            pairs.append(("days off", "\n".join(days) + of_days_off))
        if dates := single_dates(calendar):
            pairs.append(("dates", "\n".join(dates)))
        if calendar.ask:
            pairs.append(("asks", self.text(calendar.ask)))
        where = zone_in_words(calendar, self.revision)
        return [Heading(title, where, indent=2), LabelledTexts(tuple(pairs), indent=4)]

    def rule(self, rule: TargetRule, notes: Numbering) -> list[Block]:
        marks = notes.marks(self.remarks(rule.remarks, rule.when))
        title = f"{condition_in_words(rule.when)}{marks}"
        pairs = [("hours", rule.hours)] if rule.hours else []
        if rule.condition:
            pairs.append(("condition", self.text(rule.condition)))
        metrics = list(rule.cells)
        priorities = dict.fromkeys(key for cells in rule.cells.values() for key in cells)
        rows = tuple(
            (
                "all" if priority == "*" else priority,
                *(self.cell(rule, rule.cells[metric].get(priority), notes) for metric in metrics),
            )
            for priority in priorities
        )
        return [
            Heading(title),
            *([LabelledTexts(tuple(pairs), indent=2)] if pairs else []),
            Matrix(("Priority", *metrics), rows),
        ]

    def cell(self, rule: TargetRule, cell: Cell | None, notes: Numbering) -> str:
        """Return a target with the hours that only this cell has; empty without a target."""
        if cell is None:
            return ""
        lines = self.remarks(cell.remarks)
        if cell.text:
            lines.insert(0, f"published: {self.text(cell.text)}")
        if cell.condition and cell.condition != rule.condition:
            lines.append(f"condition: {self.text(cell.condition)}")
        hours = f" ({cell.hours})" if cell.hours and cell.hours != rule.hours else ""
        return f"{cell.target.text}{hours}{notes.marks(lines)}"

    def term(self, term: Term, notes: Numbering) -> list[Block]:
        marks = notes.marks(self.remarks(term.remarks, term.when))
        return [
            Heading(f"{term.topic}{marks}", indent=2),
            Paragraph(self.text(term.say), indent=4),
            *([Paragraph(f"when {condition_in_words(term.when)}", "dim", indent=4)]
              if term.when else []),
        ]  # fmt: skip

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
            pairs.append(("topics", ", ".join(resource.topics)))
        if resource.audience:
            pairs.append(("for", ", ".join(resource.audience)))
        title = f"{self.text(resource.name)} {glued(f'({resource.kind})')}{marks}"
        return [
            Heading(title, indent=2),
            *([Paragraph(glued(resource.url), indent=4)] if resource.url else []),
            *([LabelledTexts(tuple(pairs), indent=4)] if pairs else []),
        ]

    def source(self, source: Source, notes: Numbering) -> list[Block]:
        marks = notes.marks(self.remarks(source.remarks))
        title = self.text(source.title)
        read = f", read {source.retrieved}" if source.retrieved else ""
        return [
            Heading(f"{source.id}{f': {title}' if title else ''}{read}{marks}", indent=2),
            *([Paragraph(glued(source.url), indent=4)] if source.url else []),
        ]
