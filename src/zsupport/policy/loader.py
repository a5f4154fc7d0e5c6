"""The loader: reads a policy file into the model and reports every error in it.

It reports errors of YAML, invalid values and undefined names. Errors that depend on the set of
cases (gaps, unreachable rules, ranks) take longer to find, so only `check` looks for them.
"""

from __future__ import annotations

import re
from collections import abc
from contextlib import suppress
from functools import partial
from typing import Any

from zsupport.clock.day_text import canonical_day
from zsupport.clock.days import is_range
from zsupport.clock.deadline import STARTS
from zsupport.clock.model import week_of
from zsupport.clock.nesting import overlapping_ranges
from zsupport.clock.target import ends_with_answer
from zsupport.clock.windows import DAY, WEEK, Window, overlapping
from zsupport.errors import InvalidPolicy, UsageError, check_limit
from zsupport.findings import Finding, Span
from zsupport.limits import FILE_BYTES, FOLDER_VALUES, LEVELS_OF_UNIONS, UNION_CALENDARS, Limit
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.format import (
    ALWAYS,
    CALENDAR,
    CELL,
    CHANNEL,
    CHANNEL_PRIORITY,
    COMMITMENT,
    DIMENSIONS,
    FACT,
    GRANT,
    HOLIDAYS,
    LIMIT,
    METRIC,
    NUMBER,
    PLAN,
    POLICY,
    PRIORITY,
    REFUSED,
    RESERVED,
    RESOURCE,
    ROLE,
    RULE,
    SELF_HELP,
    SOURCE,
    TERM,
    TOPIC,
)
from zsupport.policy.model import (
    DEFAULT_METRIC_NAME,
    NO_CASE,
    YES_NO,
    Channel,
    ChannelPriority,
    Commitment,
    Fact,
    Grant,
    Holidays,
    Member,
    Metric,
    Number,
    Place,
    PolicyCalendar,
    Priority,
    PriorityTable,
    Quota,
    Resource,
    Revision,
    SelfHelp,
    Source,
    Term,
    Text,
    Topic,
    priority_rules,
)
from zsupport.policy.names import FIRST_RESPONSE, KEY_OF_CELLS, Names, positions_by_name
from zsupport.policy.shape import Fields, PlacedText, PlacedValue, Reader, Record, is_misspelt
from zsupport.policy.table import read_priority_table
from zsupport.policy.targets import Entitled, TargetsReader
from zsupport.policy.yamltext import (
    MappingNode,
    Node,
    Path,
    ScalarNode,
    Stop,
    Way,
    read_yaml,
    short,
    values_in,
)
from zsupport.version import FORMAT
from zsupport.wording import Counted, Message

# What a reserved word means, for hints.
_KEY_OF_CONDITIONS = Message("this word is a key of conditions")
_KEY_OF_RULES = Message("this word is a key of target rules")
_ALL_METRICS = Message("`{metric all}` selects all metrics", all="all")
_EVERY_TOPIC = Message("`each` stands for every topic")
_WORD_OF_CELLS = Message("this word is a cell without a priority in `priority-table`")
_PREDEFINED = Message("these hours are predefined in every policy")


def load_revision(source: SourceFile) -> Revision:
    """Return the revision in a file; raise InvalidPolicy with every error in it."""
    document = read_document(source)
    if document.revision is None:
        raise InvalidPolicy(document.findings, {source.shown: document.text})
    return document.revision


def read_document(source: SourceFile) -> Document:
    """Return the document of a file, with its revision or with every error in it."""
    node, text, findings = read_yaml(source.data, source.shown)
    reader = Reader(source.shown)
    reader.findings = findings
    if node is None or (isinstance(node, ScalarNode) and not node.text):
        if not findings:
            reader.report(
                "ZS103", Span(1, 1, 1, 1), (), Message("the file is empty"), POLICY.words,
                Message("see `zsupport help policy`"),
            )  # fmt: skip
        return Document(source, text, node, None, tuple(findings))
    if _report_newer_format(node, reader):
        return Document(source, text, node, None, tuple(findings))
    revision = _build(node, source, reader)
    return Document(source, text, node, revision, () if revision else reader.in_order())


def revision_of(node: Node, source: SourceFile) -> Revision:
    """Return the revision of a node; raise InvalidPolicy with every error in it."""
    reader = Reader(source.shown)
    revision = _build(node, source, reader)
    if revision is None:
        raise InvalidPolicy(reader.in_order(), {})
    return revision


def _build(node: Node, source: SourceFile, reader: Reader) -> Revision | None:
    """Return the revision of a node, None if the reader has findings."""
    revision = None
    # Reading stops at a limit; the findings up to there are reported.
    with suppress(Stop):
        record = POLICY.read(node, (), reader)
        if record is not None:
            revision = Builder(record, reader).revision(source)
    return None if reader.findings else revision


def _report_newer_format(node: Any, reader: Reader) -> bool:
    """Report a newer version of the format, and return whether the file has such a version."""
    for key, value in node.entries if isinstance(node, MappingNode) else ():
        if (
            key.text == "format"
            and isinstance(value, ScalarNode)
            and re.fullmatch(r"[0-9]{1,9}", value.text)
            and int(value.text) > FORMAT
        ):
            message = Message("unsupported format version `{version}`", version=value.text)
            hint = Message("install a newer version of zsupport")
            way: Way = ((), "format")
            reader.report("ZS108", value.span, way, message, str(FORMAT), hint)
            return True
    return False


def read_policy(files: abc.Sequence[SourceFile]) -> tuple[Document, ...]:
    """Return the documents of one policy, in the order of their first days.

    Raises InvalidPolicy with every finding in its files, and UsageError if they contain several
    policies.
    """
    documents = read_valid_documents(files)
    ids = list(
        dict.fromkeys(document.revision.policy for document in documents if document.revision)
    )
    if len(ids) > 1:
        raise UsageError(
            Message("the files contain several policies: {ids}", ids=", ".join(ids)),
            Message("name the files of one policy"),
        )
    return sort_documents(documents)


def read_valid_documents(
    files: abc.Sequence[SourceFile], most: Limit = FOLDER_VALUES
) -> list[Document]:
    """Return the documents of files; each has a revision.

    Raises InvalidPolicy with every finding, and LimitExceeded if the files have more than `most`
    values in total.
    """
    documents: list[Document] = []
    values = 0
    # Small files are within the limit, so their values are not counted.
    count = sum(len(file.data) for file in files) > FILE_BYTES.most
    for file in files:
        documents.append(document := read_document(file))
        values += values_in(document.root) if count else 0
        check_limit(most, values, exact=False)
    if findings := [finding for document in documents for finding in document.findings]:
        raise InvalidPolicy(
            findings, {document.source.shown: document.text for document in documents}
        )
    return documents


def sort_documents(documents: abc.Sequence[Document]) -> tuple[Document, ...]:
    """Return the documents of one policy in the order of their first days.

    Raises InvalidPolicy if two revisions have the same first day or different time zones.
    """
    ordered = sorted(documents, key=_order)
    findings: list[Finding] = []
    by_start: dict[str | None, Document] = {}
    for document in ordered:
        revision, first = _revision(document), _revision(ordered[0])
        reader = Reader(document.source.shown)

        other = by_start.setdefault(revision.start, document)
        if other is not document:
            if revision.start:
                message = Message(
                    "`{file}` starts on the same day, {start}",
                    file=other.source.name,
                    start=revision.start,
                )
            else:
                message = Message("`{file}` has no first day either", file=other.source.name)
            reader.report(
                "ZS207", *_nearest_value(document, ("effective", "from")), message,
                Message("a different first day for each revision"),
            )  # fmt: skip
        if revision.timezone != first.timezone:
            message = Message(
                "time zone {timezone} differs from that of `{file}`",
                timezone=revision.timezone,
                file=first.file,
            )
            reader.report(
                "ZS208", *_nearest_value(document, ("timezone",)), message, first.timezone
            )
        findings += sorted(reader.findings, key=lambda finding: finding.span)
    if findings:
        raise InvalidPolicy(
            findings, {document.source.shown: document.text for document in documents}
        )
    return tuple(ordered)


def _order(document: Document) -> tuple[str, str]:
    return _revision(document).start or "", document.source.shown


def _revision(document: Document) -> Revision:
    assert document.revision is not None
    return document.revision


def _nearest_value(document: Document, path: Path) -> tuple[Span, Way]:
    """Return the range and the way of the value at a path, or of its nearest existing parent."""
    while path and document.node(path) is None:
        path = path[:-1]
    way: Way = ()
    for part in path:
        way = (way, part)
    return document.value(path) if path else Span(1, 1, 1, 1), way


class Builder:
    """Builds the model of a file from the record of its root mapping."""

    def __init__(self, record: Record, reader: Reader) -> None:
        self.record = record
        self.reader = reader
        self.names = Names(record, reader)

    def entries(self, section: str) -> list[tuple[str, Any, Place]]:
        """Return the id, value and place of each entry of a section that is a mapping."""
        read = self.record.get(section)
        if read is None:
            return []
        return [(key, value, read.place_of(key)) for key, value in read.values.items()]

    def check_ids(self, kind: str, section: str, aliases: list[PlacedText] | None = None) -> None:
        """Report ids and aliases of a section that are duplicate, or differ only in letter case."""
        read = self.record.get(section)
        if read is not None:
            self.names.check_distinct(kind, read, aliases or [])

    def revision(self, source: SourceFile) -> Revision:
        """Return the revision without its invalid parts, which are reported."""
        record, names = self.record, self.names
        facts = self.read_facts()
        names.read_groups()
        effective = record.get("effective")
        start = effective.get("from") if effective else None
        last_day = effective.get("last_day") if effective else None
        if start and last_day and last_day < start:
            self.reader.report(
                "ZS211",
                effective.value("last_day").span,
                (effective.way, "last_day"),
                Message("the last day is before the first day, {start}", start=start),
                Message("{start} or later", start=start),
            )
        policy = record.get("policy")
        name = policy.text if policy else ""
        zone = record.get("timezone") or "UTC"
        hours = self.read_hours()
        channels, grants = self.read_channels(), self.read_grants()
        priorities, table = self.read_priorities(), self.read_table()
        entitled = Entitled(channels, grants, priority_rules(priorities, table))
        revision = Revision(
            policy=name,
            title=names.text(record.get("title")) or name,
            file=source.name,
            digest=source.sha256,
            timezone=zone,
            start=start,
            last_day=last_day,
            validity=names.remarks(effective),
            validity_place=record.place_of("effective"),
            sources=self.read_sources(),
            plans=self.read_members(PLAN, "plans"),
            roles=self.read_members(ROLE, "roles"),
            facts=facts,
            channels=channels,
            grants=grants,
            grants_place=record.place_of("entitlements"),
            priorities=priorities,
            priority_table=table,
            metrics=self.read_metrics(),
            business_day=record.get("business-day") or "close",
            hours=hours,
            commitments=self.read_commitments(),
            rules=TargetsReader(names, hours, zone, entitled).rules(),
            targets_place=record.place_of("targets") if "targets" in record else None,
            terms=(*self.read_limits(), *self.read_terms()),
            self_help=self.read_self_help(),
            languages=tuple(names.languages),
            remarks=names.remarks(record),
        )
        self.check_start(revision)
        return revision

    # -- sources, plans, roles, facts, channels, grants, priorities -----------------------

    def read_sources(self) -> tuple[Source, ...]:
        """Read `sources`."""
        self.check_ids("source", "sources")
        return tuple(
            self.names.part(Source, SOURCE, source, id=id)
            for id, source, _ in self.entries("sources")
            if source is not None
        )

    def read_members(self, fields: Fields, section: str) -> tuple[Member, ...]:
        """Read `plans` or `roles`."""
        names, kind = self.names, fields.name
        members = []
        aliases: list[PlacedText] = []
        above: dict[str, list[PlacedText]] = {}
        for id, read, place in self.entries(section):
            record = read if isinstance(read, Record) else None
            name = names.text(record.get("name") if record else read) or id
            aliases += (record.get("aliases") or []) if record else []
            above[id] = [
                PlacedText(below, at.node, at.way)
                for at in ((record.get("above") or ()) if record else ())
                for below in names.expand_groups(kind, [at])
            ]
            members.append(
                names.part(
                    Member, fields, record, id=id, name=name, place=place,
                    above=tuple(dict.fromkeys(at.text for at in above[id])),
                    retired=record.get("retired") if record else None,
                )
            )  # fmt: skip
        self.check_ids(kind, section, aliases)
        names.sort_by_reference("rank", above)
        return tuple(members)

    def read_facts(self) -> tuple[Fact, ...]:
        """Read `facts`."""
        names = self.names
        facts = []
        section = self.record.get("facts")
        for id, record, place in self.entries("facts"):
            names.refuse_reserved("fact", section.key(id), RESERVED, _KEY_OF_CONDITIONS)
            if record is None:
                continue
            ask = names.text(record.get("ask"))
            remarks = names.remarks(record)
            values: dict[str, Text] = YES_NO
            default = None if "values" in record else "false"
            if is_misspelt(record, "values", self.reader):
                continue
            if "values" in record:
                read = record.get("values")
                if read is None:
                    continue
                values = {key: names.text(text) or key for key, text in read.values.items()}
                names.check_distinct("value", read, [])
            at = record.get("default")
            if at is not None:
                default = at.text
                if default not in values:
                    names.report_undefined("value", at, values, fact=id)
            names.facts[id] = positions_by_name(values)
            facts.append(
                names.part(
                    Fact, FACT, record, id=id, ask=ask, values=values, default=default,
                    remarks=remarks, place=place,
                )
            )  # fmt: skip
        self.check_ids("fact", "facts")
        return tuple(facts)

    def read_channels(self) -> tuple[Channel, ...]:
        """Read `channels`."""
        names = self.names
        channels = []
        aliases: list[PlacedText] = []
        for id, record, place in self.entries("channels"):
            if record is None:
                continue
            aliases += record.get("aliases") or []
            numbers = partial(self.read_numbers, record.get("numbers"))
            priority = partial(self.read_channel_priority, record)
            channels.append(
                names.part(
                    Channel, CHANNEL, record, id=id, numbers=numbers, priority=priority,
                    place=place,
                )
            )  # fmt: skip
        self.check_ids("channel", "channels", aliases)
        return tuple(channels)

    def read_numbers(self, read: Record | None) -> tuple[Number, ...]:
        """Read the `numbers` of a channel."""
        numbers = []
        for country, entries in read.values.items() if read else ():
            for entry in entries or ():
                record = entry if isinstance(entry, Record) else None
                at = record.get("number") if record else entry
                text = at.text if at else None
                part = self.names.part(Number, NUMBER, record, country=country, number=text)
                numbers += [part] if at else []
        return tuple(numbers)

    def read_channel_priority(self, channel: Record) -> ChannelPriority | None:
        """Read the `priority` of a channel; report it if the channel opens no cases."""
        names = self.names
        read = channel.get("priority")
        if read is None:
            return None
        kind = channel.get("kind")
        if kind in NO_CASE:
            at = channel.key("priority")
            self.reader.report(
                "ZS213", at.span, at.way,
                Message(
                    "a channel of kind `{kind}` opens no cases, so it sets no priority", kind=kind
                ),
                Message("a channel of another kind"),
                Message("omit `priority`"),
            )  # fmt: skip
        own = read if isinstance(read, Record) else None
        at_most = own is not None and "at-most" in own
        at = own.get("at-most" if at_most else "is") if own else read
        if at is None or not names.has("priority", at):
            return None
        id = names.resolve("priority", at)
        return None if id is None else names.part(
            ChannelPriority, CHANNEL_PRIORITY, own, priority=id, at_most=at_most,
            place=channel.place_of("priority"),
        )  # fmt: skip

    def read_grants(self) -> tuple[Grant, ...]:
        """Read `entitlements`."""
        return tuple(map(self.read_grant, self.record.get("entitlements") or ()))

    def read_grant(self, record: Record) -> Grant:
        """Read one entry of `entitlements`."""
        names = self.names
        return names.part(
            Grant, GRANT, record,
            when=names.when(record.get("when"), ("plan", "role", "priority"), "entitlements"),
            allow=names.expand("channel", (False, record.get("allow") or ())),
            # The channels of a group are in the order of their definition.
            recommend=tuple(names.expand_groups("channel", record.get("recommend") or ())),
        )  # fmt: skip

    def read_priorities(self) -> tuple[Priority, ...]:
        """Read `priorities`."""
        names = self.names
        priorities = []
        ids: list[PlacedText] = []
        aliases: list[PlacedText] = []
        in_table = [REFUSED] if "priority-table" in self.record else []
        for record in self.record.get("priorities") or ():
            at = record.get("id")
            if at is not None:
                ids.append(at)
                names.refuse_reserved("priority", at, CELL.fields, KEY_OF_CELLS)
                names.refuse_reserved("priority", at, in_table, _WORD_OF_CELLS)
            id = at.text if at else ""
            aliases += record.get("aliases") or []
            name = names.text(record.get("name")) or id
            when = partial(names.when, record.get("when"), (), "priorities")
            priorities.append(names.part(Priority, PRIORITY, record, id=id, name=name, when=when))
        names.check_distinct("priority", ids, aliases)
        return tuple(priorities)

    def read_table(self) -> PriorityTable | None:
        """Read `priority-table`."""
        record = self.record.get("priority-table")
        return None if record is None else read_priority_table(record, self.names, self.reader)

    # -- metrics, commitments, terms, self-help -------------------------------------------

    def read_metrics(self) -> tuple[Metric, ...]:
        """Read `metrics`; a policy without the section has the metric first-response."""
        names = self.names
        if "metrics" not in self.record:
            own = {
                "id": FIRST_RESPONSE, "name": DEFAULT_METRIC_NAME, "starts": "opened",
                "place": Place("", 1),
            }  # fmt: skip
            return (names.part(Metric, METRIC, None, **own),)
        metrics = []
        ids = []
        for record in self.record.get("metrics") or ():
            at = record.get("id")
            if at is not None:
                ids.append(at)
                names.refuse_reserved("metric", at, RULE.fields, _KEY_OF_RULES)
                names.refuse_reserved("metric", at, ["all"], _ALL_METRICS)
            id = at.text if at else ""
            name = names.text(record.get("name")) or id
            starts = self.read_start(record)
            metrics.append(names.part(Metric, METRIC, record, id=id, name=name, starts=starts))
        names.check_distinct("metric", ids, [])
        return tuple(metrics)

    def read_start(self, record: Record) -> Text:
        """Read `starts` of a metric: an event or a text."""
        starts = self.names.text(record.get("starts"))
        event = starts.casefold() if isinstance(starts, str) else starts
        if event != starts and event in STARTS:
            at = record.value("starts")
            self.reader.report(
                "ZS105",
                at.span,
                at.way,
                Message("invalid event `{event}`", event=starts),
                Message("{events}, or a text", events=", ".join(STARTS)),
                Message("write `{text}`", text=event),
            )
        return starts or "opened"

    def check_start(self, revision: Revision) -> None:
        """Report a first metric whose clock the first answer both starts and stops."""
        if not revision.metrics or revision.metrics[0].starts != "answered":
            return
        first = revision.metrics[0].id
        cells = [cell for rule in revision.rules for cell in rule.cells.get(first, {}).values()]
        ends = next((cell for cell in cells if ends_with_answer(cell.target)), None)
        if ends is not None:
            at = self.record.get("metrics")[0].value("starts")
            self.reader.report(
                "ZS212",
                at.span,
                at.way,
                Message(
                    "the first answer starts and stops the clock of `{metric}` (`{target}`)",
                    metric=first,
                    target=ends.target.text,
                ),
                Message("opened, updated or a text"),
                Message("omit `starts`, or put another metric first"),
            )

    def read_commitments(self) -> tuple[Commitment, ...]:
        """Read `commitment`: one word, or a list."""
        read = self.record.get("commitment")
        if read is None:
            return ()
        if isinstance(read, str):
            place = self.record.place_of("commitment")
            own = {"when": (), "binding": read, "place": place}
            return (self.names.part(Commitment, COMMITMENT, None, **own),)
        return tuple(
            self.names.part(
                Commitment, COMMITMENT, record, binding=record.get("is"),
                when=self.names.when(record.get("when"), DIMENSIONS, "commitment"),
            )
            for record in read
        )  # fmt: skip

    def read_limits(self) -> tuple[Term, ...]:
        """Read `limits`: for each topic one quota, or a list."""
        names = self.names
        self.check_ids("limit", "limits")
        limits: list[Term] = []
        for topic, read, place in self.entries("limits"):
            if isinstance(read, Quota):
                limits.append(
                    names.part(
                        Term, LIMIT, None, topic=topic, say=read.text, quota=read, when=(),
                        place=place,
                    )
                )  # fmt: skip
            for record in read if isinstance(read, list) else ():
                quota = record.get("is")
                limits.append(
                    names.part(
                        Term, LIMIT, record, topic=topic, say=quota and quota.text, quota=quota,
                        when=names.when(record.get("when"), DIMENSIONS, "limits"),
                    )
                )  # fmt: skip
        return tuple(limits)

    def read_terms(self) -> tuple[Term, ...]:
        """Read `terms`."""
        names = self.names
        self.check_ids("term", "terms")
        self.check_topics()
        return tuple(
            names.part(
                Term, TERM, record, topic=topic, quota=None,
                when=names.when(record.get("when"), DIMENSIONS, "terms"),
            )
            for topic, records, _ in self.entries("terms")
            for record in records or ()
        )  # fmt: skip

    def check_topics(self) -> None:
        """Report each topic of `terms` that is a topic of `limits` too."""
        limits, terms = self.record.get("limits"), self.record.get("terms")
        if limits is None or terms is None:
            return
        own = {topic.casefold(): topic for topic in limits.values}
        for topic in terms.values:
            if (same := own.get(topic.casefold())) is not None:
                at = terms.key(topic)
                message = Message("`{topic}` is a topic of `limits` too", topic=short(topic))
                hint = Message(
                    "state the number on line {line}, and words about it in its `note`",
                    line=limits.key(same).span.line,
                )
                expected = Message("a topic in only one of `limits` and `terms`")
                self.reader.report("ZS209", at.span, at.way, message, expected, hint)

    def read_self_help(self) -> SelfHelp | None:
        """Read `self-help`."""
        record = self.record.get("self-help")
        if record is None:
            return None
        names = self.names
        read = record.get("topics")
        topics = []
        for id, value in read.values.items() if read else ():
            names.refuse_reserved("topic", read.key(id), ["each"], _EVERY_TOPIC)
            own = value if isinstance(value, Record) else None
            name = names.text(own.get("name") if own else value) or id
            place = read.place_of(id)
            topics.append(names.part(Topic, TOPIC, own, id=id, name=name, place=place))
        if read is not None:
            names.check_distinct("topic", read, [])
        ids = [topic.id for topic in topics]
        return names.part(
            SelfHelp, SELF_HELP, record, topics=tuple(topics),
            complete=(record.get("complete") or "true") == "true",
            resources=lambda: tuple(
                self.read_resource(resource, record, ids)
                for resource in record.get("resources") or ()
            ),
        )  # fmt: skip

    def read_resource(self, record: Record, self_help: Record, topics: list[str]) -> Resource:
        """Read one entry of `resources`."""
        names = self.names
        known = not is_misspelt(self_help, "topics", self.reader)
        known = known and ("topics" not in self_help or self_help.get("topics") is not None)
        topic_ids: list[str] = []
        for at in record.get("topic") or ():
            if at.text == "each":
                topic_ids += topics
            elif at.text in topics or not known:
                topic_ids.append(at.text)
            else:
                names.report_undefined("topic", at, ["each", *topics])
        audience = record.get("audience")
        if audience and not names.has("role", record.key("audience")):
            audience = None
        return names.part(
            Resource, RESOURCE, record, topics=tuple(dict.fromkeys(topic_ids)),
            audience=self.read_audience(record, audience),
        )  # fmt: skip

    def read_audience(self, record: Record, read: Any) -> tuple[str, ...]:
        """Return the roles of `audience` (omitted: no roles); report an audience without roles."""
        if not read:
            return ()
        before = self.reader.errors
        roles = self.names.expand("role", read)
        if not roles and self.reader.errors == before:
            at = record.value("audience")
            message = Message("the audience contains no role")
            hint = Message("omit `audience` to include everyone")
            self.reader.report("ZS003", at.span, at.way, message, Message("a role"), hint)
        return roles

    # -- hours ---------------------------------------------------------------------------

    def read_hours(self) -> dict[str, tuple[PolicyCalendar, ...]]:
        """Read `hours`."""
        hours: dict[str, tuple[PolicyCalendar, ...]] = {}
        unions: dict[str, list[PlacedText]] = {}
        section = self.record.get("hours")
        for id, read, _ in self.entries("hours"):
            self.names.refuse_reserved("calendar", section.key(id), [ALWAYS], _PREDEFINED)
            records = read if isinstance(read, list) else [read]
            hours[id] = tuple(self.read_calendar(r) for r in records if r is not None)
            unions[id] = [at for r in records if r is not None for at in r.get("any") or ()]
        self.check_ids("calendar", "hours")
        before = self.reader.errors
        order = self.names.sort_by_reference("union", unions)
        if self.reader.errors == before:
            self.check_unions(order, hours)
        return hours

    def check_unions(self, order: list[str], hours: dict[str, tuple[PolicyCalendar, ...]]) -> None:
        """Report the first union that exceeds a limit.

        The limits bound the time that it takes to visit all calendars of a union. In `order`,
        members come before their unions.
        """
        reached: dict[str, int] = {}
        levels: dict[str, int] = {}
        for id in order:
            members = [calendar.any for calendar in hours.get(id, ())]
            reached[id] = sum(sum(reached.get(name, 1) for name in names) or 1 for names in members)
            levels[id] = max(
                (1 + levels.get(name, 0) for names in members for name in names), default=0
            )
            for limit, count in ((UNION_CALENDARS, reached[id]), (LEVELS_OF_UNIONS, levels[id])):
                if count > limit.most:
                    at = self.record.get("hours").key(id)
                    message = Message(
                        "too many {counts} in `{id}`: {count}",
                        counts=limit.counts,
                        id=short(id),
                        count=Counted("{count}", "{count}", count),
                    )
                    most = Counted("{count}", "{count}", limit.most)
                    expected = Message("at most {limit}", limit=most)
                    self.reader.report("ZS009", at.span, at.way, message, expected, limit.hint)
                    raise Stop

    def read_calendar(self, record: Record) -> PolicyCalendar:
        """Read one calendar."""
        names = self.names
        members = [names.resolve("hours", at) for at in record.get("any") or ()]
        windows = self.read_windows(record)
        dates, seasons = self.read_dates(record, "dates", windows)
        return names.part(
            PolicyCalendar,
            CALENDAR,
            record,
            when=names.when(record.get("when"), DIMENSIONS, "hours"),
            windows=windows,
            holidays=partial(self.read_holidays, record),
            by_start_date=record.get("holidays-apply-to") == "start-date",
            apply_holidays=record.get("apply-holidays") == "true",
            dates=dates,
            seasons=seasons,
            breaks=self.read_dates(record, "breaks")[0],
            any=tuple(dict.fromkeys(id for id in members if id is not None)),
        )

    def read_windows(self, record: Record) -> tuple[Window, ...] | None:
        """Read `open`: the week's windows, None for 24x7."""
        parts: list[PlacedValue] = record.get("open") or []
        always = [part for part in parts if part.value == "24x7"]
        if always and len(parts) > 1:
            second = next((part for part in parts if part is not parts[0]), parts[0])
            self.reader.report(
                "ZS206", second.span, second.way, Message("overlapping windows: `24x7` and others"),
                Message("`24x7` alone"),
            )  # fmt: skip
        if always:
            return None
        self.check_overlap(parts, week=True)
        return tuple(sorted(window for part in parts for window in part.value))

    def check_overlap(self, parts: list[PlacedValue], *, week: bool) -> None:
        """Report each entry with a window that overlaps a window of an earlier entry.

        Windows that touch do not overlap.
        """
        windows = [window for part in parts for window in part.value]
        if overlapping(windows, week=WEEK if week else None) is None:
            return
        spans = [(*window, window, part) for part in parts for window in part.value]
        if week:
            spans += [(opens + WEEK, closes + WEEK, *rest) for opens, closes, *rest in spans]
        spans.sort(key=lambda span: span[:2])
        reported: set[Way] = set()
        longest = spans[0]
        for span in spans[1:]:
            # Report the entry that comes later in the file.
            part = max(longest[3], span[3], key=lambda entry: entry.span)
            if span[0] < longest[1] and part.way not in reported:
                reported.add(part.way)
                first, second = (window_text(pair[2], week=week) for pair in (longest, span))
                self.reader.report(
                    "ZS206",
                    part.span,
                    part.way,
                    Message(
                        "overlapping windows: {first} and {second}", first=first, second=second
                    ),
                    Message("windows that do not overlap"),
                )
            if span[1] > longest[1]:
                longest = span

    def read_dates(
        self, record: Record, key: str, week: tuple[Window, ...] | None = ()
    ) -> tuple[dict[str, tuple[Window, ...]], dict[str, tuple[Window, ...]]]:
        """Return the windows of `dates` or `breaks` by day, and the weeks of ranges of days.

        `closed` has no windows. Only the windows of `dates` are checked for overlaps. `week` has
        the windows of the calendar: in a range, times without weekdays are the hours of each
        weekday on which a window of the week begins.
        """
        read = record.get(key)
        days: dict[str, tuple[Window, ...]] = {}
        seasons: dict[str, tuple[Window, ...]] = {}
        for at, day in self.distinct_days(read):
            parts: list[PlacedValue] = record.get(key).get(at.text) or []
            if is_range(day) and key == "breaks":
                continue  # the key was reported
            if is_range(day):
                parts = [_in_week(part, _opening_weekdays(week)) for part in parts]
            closed = [part for part in parts if not part.value]
            if closed and len(parts) > 1:
                message = Message("`closed` and other entries of a date cannot be combined")
                expected = Message("`closed`, or other entries")
                self.reader.report("ZS206", closed[0].span, closed[0].way, message, expected)
            if key == "dates":
                self.check_overlap(parts, week=is_range(day))
            windows = tuple(sorted(window for part in parts for window in part.value))
            (seasons if is_range(day) else days)[day] = windows
        return days, seasons

    def distinct_days(self, read: Record | None) -> list[tuple[PlacedText, str]]:
        """Return the valid keys of a mapping by day, with their days.

        Report duplicate days, and ranges that overlap although neither contains the other.
        """
        if read is None:
            return []
        keys = [
            (read.key(text), day)
            for text in read.values
            if (day := canonical_day(text)) is not None
        ]
        self.days_off([PlacedValue(day, at.node, at.way) for at, day in keys])
        days = {day: at for at, day in reversed(keys)}
        for text, other in overlapping_ranges([day for day in reversed(days) if is_range(day)]):
            at = days[text]
            self.reader.report(
                "ZS206",
                at.span,
                at.way,
                Message("overlapping ranges: `{first}` and `{second}`", first=other, second=text),
                Message("separate ranges, or a range inside the other"),
            )
        return keys

    def read_holidays(self, calendar: Record) -> Holidays | None:
        """Read `holidays`: `customer`, a list of dates, or a mapping."""
        read = calendar.get("holidays")
        if read is None:
            return None
        if isinstance(read, str):
            return Holidays(True, None, None, (), (), None, None)
        if isinstance(read, list):
            return Holidays(False, None, None, self.days_off(read), (), None, None)
        remove = read.get("remove") or []
        add, frozen = read.get("add"), read.get("frozen")
        added = _dates(add)
        self.days_off([*added, *remove])
        return self.names.part(
            Holidays,
            HOLIDAYS,
            read,
            customer=False,
            add=tuple(day.value for day in added),
            remove=tuple(day.value for day in remove),
            frozen=None if frozen is None else self.days_off(_dates(frozen)),
            # For a date in both, use the name in `add`, which a person wrote.
            names=lambda: self.names_of_days(frozen) | self.names_of_days(add),
            frozen_exchanged=self.days_off(read.get("frozen-exchanged") or []),
        )

    def names_of_days(self, read: Any) -> dict[str, Text]:
        """Return the names by date if `read` is a mapping from dates to names, otherwise none."""
        if not isinstance(read, Record):
            return {}
        texts = ((canonical_day(day), self.names.text(text)) for day, text in read.values.items())
        return {day: text for day, text in texts if day is not None and text is not None}

    def days_off(self, days: list[PlacedValue]) -> tuple[str, ...]:
        """Return dates without duplicates; report the duplicates."""
        seen: dict[str, PlacedValue] = {}
        for day in days:
            other = seen.setdefault(day.value, day)
            if other is not day:
                self.reader.report(
                    "ZS109",
                    day.span,
                    day.way,
                    Message("duplicate date `{date}`", date=day.value),
                    Message("each date once"),
                    Message("first listed on line {line}", line=other.span.line),
                )
        return tuple(seen)


def _dates(read: Any) -> list[PlacedValue]:
    """Return the dates of a single date, a list, or a mapping from dates to names."""
    if isinstance(read, Record):
        days = ((day, canonical_day(day)) for day in read.values)
        return [PlacedValue(day, read.key(key).node, (read.way, key)) for key, day in days if day]
    return [read] if isinstance(read, PlacedValue) else read or []


def _opening_weekdays(week: tuple[Window, ...] | None) -> list[int]:
    """Return the weekdays on which windows begin; windows of 24 hours or more begin on each."""
    if week is None:
        return [*range(7)]
    return [day for day, parts in enumerate(week_of(week)) if any(not p.begins for p in parts)]


def _in_week(part: PlacedValue, weekdays: list[int]) -> PlacedValue:
    """Return the windows of the week of a text of a range; times are those of each weekday."""
    windows: tuple[Window, ...] = part.value.windows
    if part.value.by_date:
        windows = tuple(
            Window(day * DAY + window.opens, day * DAY + window.closes)
            for day in weekdays
            for window in windows
        )
    return PlacedValue(windows, part.node, part.way)


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def window_text(window: Window, *, week: bool) -> str:
    """Return a window as text: `mon 09:00-17:00` of a week, `09:00-17:00` of a date."""

    def clock(minutes: int) -> str:
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    if not week:
        return f"{clock(window.opens)}-{clock(window.closes)}"
    first, opens = divmod(window.opens, 1440)
    last, closes = divmod(window.closes, 1440)
    if last > first and window.closes - window.opens < 1440:
        return f"{_DAYS[first]} {clock(opens)}-{clock(closes) if closes else '24:00'}"
    if last == first:
        return f"{_DAYS[first]} {clock(opens)}-{clock(closes)}"
    return f"{_DAYS[first]} {clock(opens)} - {_DAYS[last % 7]} {clock(closes)}"
