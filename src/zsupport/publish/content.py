"""Builds the customer's page of a policy from the answers of the program."""

from __future__ import annotations

from zsupport.answer.case import facts_decide, say
from zsupport.clock.holidays import holidays_version
from zsupport.clock.zones import tzdata_version
from zsupport.dates import date
from zsupport.policy.model import Channel, Fact, Remarks, Resource, Revision
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
from zsupport.publish.words import PageWords
from zsupport.typed import TYPE_CHECKING, Sequence
from zsupport.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from zsupport.clock.holidays import PublicHolidays

Part = Passage | Bullets | Definitions | Grid | PageSection


def page_of(
    revision: Revision,
    day: date,
    lang: str,
    *,
    next_start: str | None = None,
    digest: str | None = None,
    public: PublicHolidays | None = None,
    picker: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PublishedPage:
    """Return the page of a revision that is in force on a date.

    `next_start` is the first day of the next revision. `digest` is that of all revisions (default:
    of this one). `public` returns the public holidays of a country. Without `picker`, the page has
    no form; `progress` gets the number of answered and of all questions for it. Raises
    LimitExceeded for a policy with too many cases, and PolicyError if hours have no calendar for a
    case.
    """
    words = PageWords()
    texts = PageTexts(revision, lang, words)
    reader = AnswerReader(revision, day, lang, public)
    openings = OpeningHours(revision, texts, days_ahead(day, revision, next_start), public)
    builder = _PageBuilder(reader, texts, openings, day)
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
    shown_day = words.long_day(day.isoformat())
    return PublishedPage(
        words.language,
        stamp,
        (texts.policy_name(),),
        (texts.line("as-of", date=shown_day), *builder.remarks(revision.remarks)),
        tuple(sections),
        texts.line("footer", date=shown_day),
        contact_points(reader, texts, openings),
        picker_table(reader, builder.writer, texts, progress) if picker else None,
    )


class _PageBuilder:
    """Builds the sections of a page."""

    def __init__(
        self, reader: AnswerReader, texts: PageTexts, openings: OpeningHours, day: date
    ) -> None:
        self.reader = reader
        self.revision = reader.revision
        self.texts = texts
        self.words = texts.words
        self.openings = openings
        self.day = day
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

    def section(self, id: str, key: str, parts: Sequence[Part]) -> PageSection:
        return PageSection(id, (Phrase(self.words(key)),), tuple(parts))

    def remarks(self, remarks: Remarks) -> tuple[Line, ...]:
        """Return the note and the doubt of a part."""
        lines: list[Line] = []
        if remarks.note:
            lines.append((self.texts.policy(remarks.note),))
        if remarks.unclear:
            lines.append(self.texts.line("doubt", text=self.texts.policy(remarks.unclear)))
        return tuple(lines)

    def asides(self, remarks: Remarks) -> list[Passage]:
        return [Passage(line, aside=True) for line in self.remarks(remarks)]

    def term(self, key: str) -> Line:
        return (Phrase(self.words(key)),)

    # -- channels --------------------------------------------------------------------------------

    def channels(self) -> PageSection:
        """Return the section about channels: the table, and how to use each channel."""
        if not self.revision.channels:
            return self.section("channels", "channels", [Passage(self.term("no-channels"))])
        table = channel_table(self.reader)
        parts: list[Part] = [*self.writer.channels("channel-table", table)]
        parts += self.assumed([table])
        details = [self.channel(channel) for channel in self.revision.channels]
        parts.append(
            PageSection("contact", self.term("contact"), tuple(d for d in details if d is not None))
        )
        return self.section("channels", "channels", parts)

    def channel(self, channel: Channel) -> PageSection:
        """Return how to use a channel."""
        texts = self.texts
        entries: list[tuple[Line, tuple[Line, ...]]] = []
        if channel.url:
            entries.append((self.term("address"), (self.address(channel.url),)))
        if channel.numbers:
            entries.append((self.term("number"), tuple(self.numbers(channel))))
        if channel.prerequisites:
            things = joined([(texts.policy(thing),) for thing in channel.prerequisites])
            # The label is the term of the list, so that only the values remain.
            entries.append((self.term("ready-term"), (things,)))
        name = texts.value("channel", channel.id)
        kind = self.term(f"kind-{channel.kind}")
        parts: list[Part] = []
        if plain(kind).casefold() != plain(name).casefold():
            parts.append(Passage(kind, aside=True))
        if entries:
            parts.append(Definitions(tuple(entries)))
        if channel.steps:
            parts.append(Bullets(tuple((texts.policy(s),) for s in channel.steps), ordered=True))
        parts += self.asides(channel.remarks)
        return PageSection(f"channel-{channel.id}", name, tuple(parts))

    def numbers(self, channel: Channel) -> list[Line]:
        """Return the numbers of a channel with their countries and remarks."""
        lines: list[Line] = []
        for number in channel.numbers:
            country = self.words("number-any") if number.country == "any" else number.country
            phrase = Phrase(number.number, link=telephone_link(number.number))
            line = self.texts.line("number-of", country=country, number=phrase)
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
        return [Passage(self.texts.line("assumed", facts=joined(lines, "; ")), aside=True)]

    # -- targets ---------------------------------------------------------------------------------

    def targets(self, tables: list[CaseTable]) -> PageSection:
        """Return the section about targets: a table for each metric."""
        parts: list[Part] = []
        several = len(tables) > 1
        bindings = commitments(tables)
        for metric, table in zip(self.revision.metrics, tables, strict=True):
            name = (self.texts.policy(metric.name),)
            own: list[Part] = [*self.writer.targets(f"target-{metric.id}", table, name)]
            if metric.starts in ("opened", "answered", "updated"):
                own.append(Passage(self.texts.line(f"starts-{metric.starts}"), aside=True))
            else:
                event = self.texts.policy(metric.starts)
                own.append(Passage(self.texts.line("starts-words", event=event), aside=True))
            if metric.pauses:
                event = Phrase(spaced(say(metric.pauses, self.texts.lang)))
                own.append(Passage(self.texts.line("pauses", event=event), aside=True))
            own += self.asides(metric.remarks)
            parts += [PageSection(f"metric-{metric.id}", name, tuple(own))] if several else own
        if not self.revision.rules:
            return self.section("targets", "targets", [Passage(self.term("no-targets"))])
        parts += self.assumed(tables)
        kinds = _kinds(tables)
        closing = []
        if kinds & {"business", "business-days", "next-business-day", "by"}:
            closing.append(self.texts.line("units"))
        elif "clock" in kinds:
            closing.append(self.texts.line("units-clock"))
        if "business-days" in kinds:
            reading = self.revision.business_day
            key = "business-day-at"
            if reading in ("close", "same-time"):
                key = f"business-day-{reading}"
            closing.append(self.texts.line(key, time=reading))
        if len(bindings) == 1:
            closing.append(self.texts.line(f"binding-{bindings[0]}"))
        return self.section("targets", "targets", [*parts, *map(Passage, closing)])

    # -- priorities, terms and self-help ----------------------------------------------------------

    def priorities(self) -> PageSection | None:
        """Return how priorities are chosen."""
        if not self.revision.priorities:
            return None
        decided = facts_decide(self.revision)
        meant = any(priority.meaning for priority in self.revision.priorities)
        if not meant and not decided:
            return self.undefined_priorities()
        rows: list[tuple[tuple[Line, ...], ...]] = []
        notes: dict[Line, int] = {}
        for priority in self.revision.priorities:
            remarks = [priority.remarks, *(alternative.remarks for alternative in priority.when)]
            marks: Line = ()
            for line in (line for remark in remarks for line in self.remarks(remark)):
                number = notes.setdefault(line, len(notes) + 1)
                link = f"#priority-table-note-{number}"
                marks += (Phrase(" "), Phrase(f"[{number}]", link=link))
            name = self.texts.value("priority", priority.id) + marks
            meaning = (self.texts.policy(priority.meaning),) if priority.meaning else ()
            row: tuple[tuple[Line, ...], ...] = ((name,), *([(meaning,)] if meant else []))
            if decided:
                lines = self.texts.alternatives(priority.when)
                more = [self.texts.line("or-line", second=line) for line in lines[1:]]
                row = (*row, (*lines[:1], *more) or (self.term("any-other"),))
            rows.append(row)
        columns = (self.term("priority"), *([self.term("meaning")] if meant else []))
        if decided:
            columns = (*columns, self.term("when"))
        grid = Grid(
            "priority-table", self.term("priorities-caption"), columns, 1, tuple(rows), tuple(notes)
        )
        key = "priorities-decided" if decided else "priorities-stated"
        return self.section("priorities", "priorities", [Passage(self.texts.line(key)), grid])

    def undefined_priorities(self) -> PageSection:
        """Return the priorities of a policy that does not define them."""
        items = []
        for priority in self.revision.priorities:
            line = self.texts.value("priority", priority.id)
            for remark in self.remarks(priority.remarks):
                line = self.texts.line("with-remark", text=line, remark=remark)
            items.append(line)
        undefined = Passage(self.term("priorities-undefined"))
        return self.section("priorities", "priorities", [undefined, Bullets(tuple(items))])

    def terms(self) -> PageSection | None:
        """Return the terms by topic: the first that matches applies."""
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
                parts.append(Passage(self.texts.line("case-when", condition=condition)))
            elif parts:
                parts.append(Passage(self.texts.line("case-else")))
            parts.append(Passage((self.texts.policy(term.say),)))
            for remarks in (term.remarks, *(alternative.remarks for alternative in term.when)):
                parts += self.asides(remarks)
        sections = [
            PageSection(f"term-{topic}", (Phrase(spaced(topic)),), tuple(parts))
            for topic, parts in topics.items()
        ]
        return self.section("terms", "terms", sections) if sections else None

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
            parts.append(Passage(self.term("help-more"), aside=True))
        return self.section("help", "help", parts)

    def resource(self, resource: Resource) -> Line:
        """Return a resource as a link, with its audience and its remarks."""
        name = self.texts.policy(resource.name)
        line: Line = (name._replace(link=safe_link(resource.url)),)
        if resource.audience:
            line += (Phrase(" ("), *self.texts.values("role", resource.audience), Phrase(")"))
        for remark in self.remarks(resource.remarks):
            line = self.texts.line("with-remark", text=line, remark=remark)
        return line

    # -- the policy ------------------------------------------------------------------------------

    def about(self, next_start: str | None) -> PageSection:
        """Return what the page is about: the policy, its revision and its sources."""
        revision, words = self.revision, self.words
        entries: list[tuple[Line, tuple[Line, ...]]] = [
            (self.term("policy-name"), ((self.texts.policy_name(),),))
        ]
        for key, day in (("from", revision.start), ("to", revision.last_day)):
            if day:
                entries.append((self.term(key), ((Phrase(words.long_day(day)),),)))
        entries.append((self.term("timezone"), ((Phrase(revision.timezone),),)))
        sources = []
        for source in revision.sources:
            name = self.texts.policy(source.title) if source.title else Phrase(source.id)
            link = safe_link(source.url)
            line: Line = (name._replace(link=link),)
            if source.url and not link:
                line += (Phrase(f" ({source.url})"),)
            if source.retrieved:
                read_on = words.long_day(source.retrieved)
                line = self.texts.line("read-on", source=line, date=read_on)
            for remark in self.remarks(source.remarks):
                line = self.texts.line("with-remark", text=line, remark=remark)
            sources.append(line)
        if sources:
            entries.append((self.term("sources"), tuple(sources)))
        parts: list[Part] = [Definitions(tuple(entries)), *self.asides(revision.validity)]
        if next_start:
            parts.append(Passage(self.texts.line("next", date=words.long_day(next_start))))
        return self.section("revision", "revision", parts)


def _kinds(tables: Sequence[CaseTable]) -> set[str]:
    """Return the kinds of the targets in tables."""
    cells = [cell for table in tables for _, row in table.rows for cell in row]
    targets = [cell.target for cell in cells if isinstance(cell, TargetCell)]
    return {target.kind for target in targets if target is not None}
