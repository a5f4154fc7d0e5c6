"""Builds a page for customers from a policy from the answers of the program."""

from __future__ import annotations

from zsupport.answer.case import facts_decide, say
from zsupport.clock.holidays import holidays_version
from zsupport.clock.target import DATED
from zsupport.clock.zones import tzdata_version
from zsupport.dates import date
from zsupport.policy.model import (
    DETAILS,
    Channel,
    Fact,
    Metric,
    PriorityCell,
    PriorityTable,
    Remarks,
    Resource,
    Revision,
)
from zsupport.publish.cells import AnswerReader, TargetCell
from zsupport.publish.contacts import contact_points
from zsupport.publish.grids import (
    CaseTable,
    TableWriter,
    channel_table,
    commitments,
    target_table,
)
from zsupport.publish.links import safe_link, telephone_link
from zsupport.publish.openings import OpeningHours, days_ahead
from zsupport.publish.page import (
    Bullets,
    Definitions,
    Grid,
    Line,
    PageSection,
    Passage,
    Phrase,
    PublishedPage,
    joined,
    plain,
)
from zsupport.publish.picker import picker_table
from zsupport.publish.texts import PageTexts, spaced
from zsupport.publish.words import PageWords, long_date
from zsupport.typed import TYPE_CHECKING, Sequence
from zsupport.version import VERSION
from zsupport.view.quotas import quota_in_words
from zsupport.wording import Message, Wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from zsupport.clock.holidays import PublicHolidays

Part = Passage | Bullets | Definitions | Grid | PageSection

_KINDS = {
    "self-service": Message("Self-service"),
    "community": Message("Community"),
    "web": Message("Online form"),
    "email": Message("Email"),
    "chat": Message("Chat"),
    "phone": Message("Telephone"),
    "other": Message("Other"),
}
#: When the time of a metric starts. Other metrics start with an event in the policy's words.
_STARTS = {
    "opened": Message("The time counts from the opening of the case."),
    "answered": Message("The time counts from the first answer."),
    "updated": Message("The time counts from the last update."),
}
#: What a change of the case does to the time of a metric.
_ON_CHANGE = {
    "restart": Message("If a change of the case brings another time, it counts from the change."),
    "carry": Message("If a change of the case brings another time, it counts from the start."),
    "keep": Message("A change of the case does not change the time."),
}
#: When a target in working days is due, by the policy's reading of business days.
_READINGS = {
    "close": Message("A time in working days ends at the closing time of the last day."),
    "opening": Message("A time in working days ends at the opening time of the last day."),
    "same-time": Message(
        "A time in working days ends on the last day, at the time of day at which it started."
    ),
}


def page_of(
    revision: Revision,
    day: date,
    lang: str,
    wording: Wording,
    *,
    next_start: str | None = None,
    digest: str | None = None,
    public: PublicHolidays | None = None,
    picker: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PublishedPage:
    """Return the page of a revision that is in force on a date.

    `lang` is the language of the policy's texts, `wording` writes the program's texts. `next_start`
    is the first day of the next revision. `digest` is that of all revisions (default: of this one).
    `public` returns the public holidays of a country. Without `picker`, the page has no form.
    `progress` gets the number of answered questions for the form, and the number of all its
    questions. Raises LimitExceeded for a policy with too many cases, and PolicyError if hours have
    no calendar for a case.
    """
    words = PageWords(wording)
    texts = PageTexts(revision, lang, words)
    reader = AnswerReader(revision, day, lang, public)
    openings = OpeningHours(revision, texts, days_ahead(day, revision, next_start), public)
    builder = _PageBuilder(reader, texts, openings)
    sections = builder.sections(next_start)
    stamp = {
        "policy": revision.policy,
        "date": day.isoformat(),
        "lang": lang,
        "digest": digest or revision.digest,
        "version": VERSION,
        "tzdata": tzdata_version(),
    }
    if openings.public_holidays:
        stamp["holidays"] = holidays_version() or ""
    shown_day = long_date(day, words)
    return PublishedPage(
        wording,
        stamp,
        (texts.policy_name(),),
        (words("Support policy as of {date}.", date=shown_day), *builder.remarks(revision.remarks)),
        tuple(sections),
        words("This page was generated from the support policy on {date}.", date=shown_day),
        contact_points(reader, texts, openings),
        picker_table(reader, builder.writer, texts, progress) if picker else None,
    )


class _PageBuilder:
    """Builds the sections of a page."""

    def __init__(self, reader: AnswerReader, texts: PageTexts, openings: OpeningHours) -> None:
        self.reader = reader
        self.revision = reader.revision
        self.texts = texts
        self.words = texts.words
        self.openings = openings
        self.writer = TableWriter(reader, texts)

    def sections(self, next_start: str | None) -> list[PageSection]:
        """Return all sections."""
        tables = [target_table(self.reader, metric) for metric in self.revision.metrics]
        self.writer.differing_commitments = len(commitments(tables)) > 1
        sections = [
            self.help(), self.channels(), self.targets(tables), self.priorities(),
            self.openings.section(), self.terms(), self.about(next_start),
        ]  # fmt: skip
        return [section for section in sections if section is not None]

    def remarks(self, remarks: Remarks) -> tuple[Line, ...]:
        """Return the note and the doubt of a part."""
        lines: list[Line] = []
        if remarks.note:
            lines.append((self.texts.policy(remarks.note),))
        if remarks.unclear:
            lines.append(self.texts.doubt(self.texts.policy(remarks.unclear)))
        return tuple(lines)

    def asides(self, remarks: Remarks) -> list[Passage]:
        return [Passage(line, aside=True) for line in self.remarks(remarks)]

    # -- channels --------------------------------------------------------------------------------

    def channels(self) -> PageSection:
        """Return the section about channels: the table, and how to use each channel."""
        words = self.words
        heading = words("Ways to get help")
        if not self.revision.channels:
            return PageSection(
                "channels", heading, (Passage(words("This policy states no channel.")),)
            )
        table = channel_table(self.reader)
        details = tuple(self.channel(channel) for channel in self.revision.channels)
        parts = (
            *self.writer.channels("channel-table", table),
            *self.assumed([table]),
            PageSection("contact", words("How to use each channel"), details),
        )
        return PageSection("channels", heading, parts)

    def channel(self, channel: Channel) -> PageSection:
        """Return how to use a channel."""
        texts, words = self.texts, self.words
        entries: list[tuple[Line, tuple[Line, ...]]] = []
        if channel.url:
            entries.append((words("Address"), (self.address(channel.url),)))
        if channel.numbers:
            entries.append((words("Number"), tuple(self.numbers(channel))))
        for key, detail in DETAILS.items():
            if value := getattr(channel, key):
                things = joined([texts.detail(text) for text in detail.texts(value)])
                entries.append((words(detail.label), (things,)))
        if own := channel.priority:
            priority = texts.value("priority", own.priority)
            line = words("always {priority}", priority=priority)
            if own.at_most:
                line = words("at most {priority}", priority=priority)
            entries.append((words("Priority"), (line,)))
        name = texts.value("channel", channel.id)
        kind = words(_KINDS[channel.kind])
        parts: list[Part] = []
        if plain(kind).casefold() != plain(name).casefold():
            parts.append(Passage(kind, aside=True))
        if entries:
            parts.append(Definitions(tuple(entries)))
        if channel.steps:
            parts.append(Bullets(tuple((texts.policy(s),) for s in channel.steps), ordered=True))
        parts += self.asides(channel.remarks)
        parts += self.asides(channel.priority.remarks) if channel.priority else []
        return PageSection(f"channel-{channel.id}", name, tuple(parts))

    def numbers(self, channel: Channel) -> list[Line]:
        """Return the numbers of a channel with their countries and remarks."""
        lines: list[Line] = []
        for number in channel.numbers:
            everywhere = number.country == "any"
            country = self.words("all countries") if everywhere else (Phrase(number.country),)
            phrase = Phrase(number.number, link=telephone_link(number.number))
            line: Line = (*country, Phrase(": "), phrase)
            for remark in self.remarks(number.remarks):
                line += (Phrase(" ("), *remark, Phrase(")"))
            lines.append(line)
        return lines

    def address(self, url: str) -> Line:
        """Return an address as a link, or as a text if a page must not link to it."""
        link = safe_link(url)
        shown = url.removeprefix("mailto:") if link else url
        return (Phrase(shown, link=link),)

    def assumed(self, tables: Sequence[CaseTable]) -> list[Part]:
        """Return the facts whose default the tables assume."""
        by_id: dict[str, Fact] = {fact.id: fact for fact in self.revision.facts}
        lines = [
            self.texts.fact(name, self.texts.value(name, by_id[name].default or ""))
            for name in dict.fromkeys(name for table in tables for name in table.assumed)
        ]
        if not lines:
            return []
        text = self.words(
            "The tables assume: {facts}. In other cases the answers can differ.",
            facts=joined(lines, "; "),
        )
        return [Passage(text, aside=True)]

    # -- targets ---------------------------------------------------------------------------------

    def targets(self, tables: list[CaseTable]) -> PageSection:
        """Return the section about targets: a table for each metric."""
        parts: list[Part] = []
        several = len(tables) > 1
        bindings = commitments(tables)
        for metric, table in zip(self.revision.metrics, tables, strict=True):
            name = (self.texts.policy(metric.name),)
            own: list[Part] = [*self.writer.targets(f"target-{metric.id}", table, name)]
            if _kinds([table]):
                own += [Passage(line, aside=True) for line in self.clock(metric)]
            own += self.asides(metric.remarks)
            parts += [PageSection(f"metric-{metric.id}", name, tuple(own))] if several else own
        heading = self.words("Response times")
        if not self.revision.rules:
            none = Passage(self.words("This policy states no response times."))
            return PageSection("targets", heading, (none,))
        parts += self.assumed(tables)
        closing = self.units(_kinds(tables))
        if len(bindings) == 1:
            closing.append(self.writer.binding(bindings[0]))
        return PageSection("targets", heading, (*parts, *map(Passage, closing)))

    def clock(self, metric: Metric) -> list[Line]:
        """Return when the time of a metric starts and when it pauses."""
        words = self.words
        lines = []
        if metric.starts in ("opened", "answered", "updated"):
            lines.append(words(_STARTS[metric.starts]))
        else:
            start = self.texts.policy(metric.starts)
            lines.append(words("The time counts from: {event}.", event=start))
        if metric.pauses:
            pause = spaced(say(metric.pauses, self.texts.lang))
            lines.append(words("The time pauses: {event}.", event=pause))
        if metric.on_change is not None:
            lines.append(words(_ON_CHANGE[metric.on_change]))
        return lines

    def units(self, kinds: set[str]) -> list[Line]:
        """Return what the units of targets mean, by the kinds of the targets."""
        words = self.words
        lines = []
        if kinds & {"business", *DATED}:
            lines.append(
                words(
                    "Hours count around the clock. Working hours and working days count only during"
                    " the opening hours that are stated with the time."
                )
            )
        elif "clock" in kinds:
            lines.append(words("Hours count around the clock."))
        if "calendar-days" in kinds:
            lines.append(
                words(
                    "Calendar days count every day, also weekends and public holidays. A time in"
                    " calendar days ends at the time of day at which it started."
                )
            )
        if "business-days" in kinds:
            lines.append(words(_READINGS[self.revision.business_day]))
        return lines

    # -- priorities, terms and self-help ----------------------------------------------------------

    def priorities(self) -> PageSection | None:
        """Return how priorities are chosen."""
        if not self.revision.priorities:
            return None
        decided, table = facts_decide(self.revision), self.revision.priority_table
        meant = any(priority.meaning for priority in self.revision.priorities)
        if not meant and not decided:
            return self.undefined_priorities()
        words = self.words
        rows: list[tuple[tuple[Line, ...], ...]] = []
        notes: dict[Line, int] = {}
        for priority in self.revision.priorities:
            remarks = [priority.remarks, *(alternative.remarks for alternative in priority.when)]
            marks = self._marks("priority-table", notes, remarks)
            name = self.texts.value("priority", priority.id) + marks
            meaning = (self.texts.policy(priority.meaning),) if priority.meaning else ()
            row: tuple[tuple[Line, ...], ...] = ((name,), *([(meaning,)] if meant else []))
            if decided:
                lines = self.texts.alternatives(priority.when)
                more = [words("or {condition}", condition=line) for line in lines[1:]]
                rest = words("by the table") if table else words("in all other cases")
                row = (*row, (*lines[:1], *more) or (rest,))
            rows.append(row)
        columns = (words("Priority"), *([words("Meaning")] if meant else []))
        if decided:
            columns = (*columns, words("When"))
        caption = words("Priorities, the most urgent first")
        grid = Grid("priority-table", caption, columns, 1, tuple(rows), tuple(notes))
        if not decided:
            introduction = words("Choose the priority whose meaning fits.")
        elif table:
            introduction = words(
                "Your answers to the questions decide the priority: the first condition that"
                " matches, otherwise the table below."
            )
            return self._priority_section(Passage(introduction), grid, self._priority_table(table))
        else:
            introduction = words(
                "Your answers to the questions decide the priority: the first row that matches."
            )
        return self._priority_section(Passage(introduction), grid)

    def _priority_table(self, table: PriorityTable) -> Grid:
        """Return the priorities by two facts: the values of the first fact are the rows."""
        words, texts, id = self.words, self.texts, "priorities-by-facts"
        notes: dict[Line, int] = {}

        def shown(cell: PriorityCell) -> Line:
            refused = words("no priority: the policy refuses this combination")
            priority = texts.value("priority", cell.priority) if cell.priority else refused
            return priority + self._marks(id, notes, [cell.remarks])

        row_title, column_title = (texts.label(fact) for fact in (table.rows, table.columns))
        caption = words(
            "Priority by {rows} and {columns}",
            rows=row_title.lower(),
            columns=column_title.lower(),
        )
        columns = next(iter(table.cells.values()))
        of_table = self._marks(id, notes, [table.remarks])
        rows = tuple(
            ((texts.value(table.rows, row),), *((shown(cell),) for cell in cells.values()))
            for row, cells in table.cells.items()
        )
        heads = tuple(
            (Phrase(f"{column_title}: "), *texts.value(table.columns, column)) for column in columns
        )
        title = (Phrase(row_title),)
        return Grid(id, caption + of_table, (title, *heads), 1, rows, tuple(notes))

    def _priority_section(self, *parts: Part) -> PageSection:
        return PageSection("priorities", self.words("How priorities are chosen"), parts)

    def _marks(self, grid: str, notes: dict[Line, int], remarks: Sequence[Remarks]) -> Line:
        """Return the marks of remarks in a grid; number new remarks in `notes`."""
        marks: Line = ()
        lines = (line for remark in remarks for line in self.remarks(remark))
        for line in dict.fromkeys(lines):
            number = notes.setdefault(line, len(notes) + 1)
            link = f"#{grid}-note-{number}"
            marks += (Phrase(" "), Phrase(f"[{number}]", link=link))
        return marks

    def undefined_priorities(self) -> PageSection:
        """Return the priorities of a policy that does not define them."""
        items = []
        for priority in self.revision.priorities:
            line = self.texts.value("priority", priority.id)
            for remark in self.remarks(priority.remarks):
                line = _with_remark(line, remark)
            items.append(line)
        undefined = self.words("The policy names these priorities and does not define them.")
        return self._priority_section(Passage(undefined), Bullets(tuple(items)))

    def terms(self) -> PageSection | None:
        """Return the limits and terms by topic: the first that matches applies."""
        topics: dict[str, list[Part]] = {}
        settled: set[str] = set()
        for term in self.revision.terms:
            if term.topic in settled:
                continue  # unreachable
            if not term.when:
                settled.add(term.topic)
            parts = topics.setdefault(term.topic, [])
            if term.when:
                condition = self.texts.condition(term.when)
                parts.append(Passage(self.words("Only for: {condition}", condition=condition)))
            elif parts:
                parts.append(Passage(self.words("For all others:")))
            line: Line = (self.texts.policy(term.say),)
            if term.quota is not None:
                line = self.words(quota_in_words(term.quota.number, term.quota.per))
            parts.append(Passage(line))
            for remarks in (term.remarks, *(alternative.remarks for alternative in term.when)):
                parts += self.asides(remarks)
        sections = tuple(
            PageSection(f"term-{topic}", (Phrase(self.texts.label(topic)),), tuple(parts))
            for topic, parts in topics.items()
        )
        return PageSection("terms", self.words("Terms"), sections) if sections else None

    def help(self) -> PageSection | None:
        """Return the self-help: general resources, then those of each topic."""
        own = self.revision.self_help
        if own is None or not (own.topics or own.resources):
            return None
        parts: list[Part] = []
        general = [self.resource(entry) for entry in own.resources if not entry.topics]
        if general:
            parts.append(Bullets(tuple(general)))
        # Topics with the same resources are listed together.
        by_resources: dict[tuple[int, ...], list[Line]] = {}
        for topic in own.topics:
            listed = tuple(n for n, e in enumerate(own.resources) if topic.id in e.topics)
            name = self.texts.policy(topic.name)
            line: Line = (Phrase(name.text or topic.id, name.language, safe_link(topic.url)),)
            by_resources.setdefault(listed, []).append(line)
        entries = tuple(
            (joined(names), tuple(self.resource(own.resources[n]) for n in listed))
            for listed, names in by_resources.items()
        )
        if entries:
            parts.append(Definitions(entries))
        parts += self.asides(own.remarks)
        if not own.complete:
            parts.append(Passage(self.words("The list is not complete."), aside=True))
        return PageSection("help", self.words("Before you contact us"), tuple(parts))

    def resource(self, resource: Resource) -> Line:
        """Return a resource as a link, with its audience and its remarks."""
        name = self.texts.policy(resource.name)
        line: Line = (name._replace(link=safe_link(resource.url)),)
        if resource.audience:
            line += (Phrase(" ("), *self.texts.values("role", resource.audience), Phrase(")"))
        for remark in self.remarks(resource.remarks):
            line = _with_remark(line, remark)
        return line

    # -- the policy ------------------------------------------------------------------------------

    def about(self, next_start: str | None) -> PageSection:
        """Return what the page is about: the policy, its revision and its sources."""
        revision, words = self.revision, self.words
        entries: list[tuple[Line, tuple[Line, ...]]] = [
            (words("Policy"), ((self.texts.policy_name(),),))
        ]
        if revision.start:
            entries.append((words("In force from"), (self.date(revision.start),)))
        if revision.last_day:
            entries.append((words("In force until"), (self.date(revision.last_day),)))
        entries.append((words("Time zone"), ((Phrase(revision.timezone),),)))
        sources = []
        for source in revision.sources:
            name = self.texts.policy(source.title) if source.title else Phrase(source.id)
            link = safe_link(source.url)
            line: Line = (name._replace(link=link),)
            if source.url and not link:
                line += (Phrase(f" ({source.url})"),)
            if source.retrieved:
                read_on = self.date(source.retrieved)
                line = words("{source}, read on {date}", source=line, date=read_on)
            for remark in self.remarks(source.remarks):
                line = _with_remark(line, remark)
            sources.append(line)
        if sources:
            entries.append((words("Sources"), tuple(sources)))
        parts: list[Part] = [Definitions(tuple(entries)), *self.asides(revision.validity)]
        if next_start:
            start = self.date(next_start)
            parts.append(Passage(words("A new revision is in force from {date}.", date=start)))
        return PageSection("revision", words("This policy"), tuple(parts))

    def date(self, text: str) -> Line:
        """Return a date, which is written as YYYY-MM-DD, in words."""
        return long_date(date.fromisoformat(text), self.words)


def _with_remark(line: Line, remark: Line) -> Line:
    return (*line, Phrase(" \u2013 "), *remark)


def _kinds(tables: Sequence[CaseTable]) -> set[str]:
    """Return the kinds of the targets in tables."""
    cells = [cell for table in tables for _, row in table.rows for cell in row]
    targets = [cell.target for cell in cells if isinstance(cell, TargetCell)]
    return {part.kind for target in targets if target is not None for part in target.components}
