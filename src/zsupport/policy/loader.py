"""From the text of a policy file to the model: names resolved, every problem reported.

The loader refuses what it cannot read with certainty: YAML, shape and references. What needs
the set of cases (gaps, dead rules, rank) is not its business and never costs an answer time.
"""

import re
from typing import Any

from zsupport.clock.target import Target, needs_hours
from zsupport.clock.windows import Window, overlapping
from zsupport.errors import InvalidPolicy
from zsupport.findings import Finding, Span
from zsupport.policy.files import SourceFile
from zsupport.policy.format import DIMENSIONS, POLICY, RESERVED
from zsupport.policy.model import (
    Alternative,
    Calendar,
    Cell,
    Channel,
    Commitment,
    Fact,
    Grant,
    Holidays,
    Member,
    Metric,
    Number,
    Priority,
    Remarks,
    Resource,
    Revision,
    Rule,
    SelfHelp,
    Source,
    Term,
    Text,
    Topic,
    When,
)
from zsupport.policy.shape import Named, Path, Reader, Record, short
from zsupport.policy.yamltext import Mapping, Scalar, read_yaml
from zsupport.version import FORMAT

YES_NO: dict[str, Text] = {
    "false": {"en": "no", "nb": "nei"},
    "true": {"en": "yes", "nb": "ja"},
}
#: Hours that every policy has without defining them.
ALWAYS = "24x7"
#: The metric of a policy that declares none.
FIRST_RESPONSE = "first-response"


def load_revision(source: SourceFile) -> Revision:
    """Return the revision that a file holds; raise InvalidPolicy with every problem of it."""
    node, text, findings = read_yaml(source.data, source.shown)
    texts = {source.shown: text}
    if node is None or (isinstance(node, Scalar) and not node.text):
        if not findings:
            reader = Reader(source.shown)
            reader.report(
                "ZS103", Span(1, 1, 1, 1), (), "the file is empty", POLICY.words,
                "see `zsupport help policy`",
            )  # fmt: skip
            findings = reader.findings
        raise InvalidPolicy(findings, texts)
    reader = Reader(source.shown)
    reader.findings = findings
    if _other_format(node, reader):
        raise InvalidPolicy(findings, texts)
    record = POLICY.read(node, (), reader)
    revision = _Builder(record, reader).revision(source) if record is not None else None
    if reader.findings or revision is None:
        raise InvalidPolicy(sorted(set(reader.findings), key=_position), texts)
    return revision


def _position(finding: Finding) -> tuple[Span, str, str]:
    return finding.span, finding.code, finding.message


def _other_format(node: Any, reader: Reader) -> bool:
    """Report a format version that is not this program's: nothing else is certain then."""
    if isinstance(node, Mapping):
        for key, value in node.entries:
            newer = (
                key.text == "format"
                and isinstance(value, Scalar)
                and re.fullmatch(r"[0-9]{1,9}", value.text)
                and int(value.text) > FORMAT
            )
            if newer:
                reader.report(
                    "ZS108", value.span, ("format",),
                    "this format is newer than this program",
                    str(FORMAT), "install a newer zsupport",
                )  # fmt: skip
                return True
    return False


def check_revisions(revisions: list[Revision], files: dict[str, SourceFile]) -> None:
    """Raise InvalidPolicy where revisions of one policy share a first day or differ in zone."""
    findings = []
    by_start: dict[str | None, Revision] = {}
    for revision in revisions:
        source = files[revision.file]
        reader = Reader(source.shown)
        place = Span(revision.validity_line, 1, revision.validity_line, 1)
        other = by_start.setdefault(revision.start, revision)
        if other is not revision:
            when = f"on {revision.start}" if revision.start else "without `effective.from`"
            reader.report(
                "ZS207", place, ("effective",), f"`{other.file}` too starts {when}",
                "one revision for each first day",
            )  # fmt: skip
        if revision.timezone != revisions[0].timezone:
            reader.report(
                "ZS208", place, ("timezone",),
                f"the zone is {revision.timezone}, that of `{revisions[0].file}` is not",
                revisions[0].timezone,
            )  # fmt: skip
        findings += reader.findings
    if findings:
        raise InvalidPolicy(findings, {s.shown: s.data.decode("utf-8-sig") for s in files.values()})


class _Builder:
    """Builds the model of one file from the record that the format read."""

    def __init__(self, record: Record, reader: Reader) -> None:
        self.record = record
        self.reader = reader
        self.languages: list[str] = []
        # What is defined, by kind; None where the section itself could not be read, so that
        # one mistake there does not make every use of it a mistake.
        self.known: dict[str, list[str] | None] = {
            kind: self._ids(section)
            for kind, section in (
                ("plan", "plans"), ("role", "roles"), ("channel", "channels"),
                ("hours", "hours"), ("source", "sources"), ("fact", "facts"),
            )
        }  # fmt: skip
        self.known["priority"] = self._list_ids("priorities")
        self.known["metric"] = self._list_ids("metrics")
        if "metrics" not in record.keys:
            self.known["metric"] = [FIRST_RESPONSE]
        self.facts: dict[str, tuple[str, ...]] = {}
        self.groups: dict[str, tuple[str, tuple[str, ...]]] = {}

    def _ids(self, section: str) -> list[str] | None:
        if section not in self.record.keys:
            return []
        read = self.record.get(section)
        return None if read is None else list(read.keys)

    def _list_ids(self, section: str) -> list[str] | None:
        if section not in self.record.keys:
            return []
        read = self.record.get(section)
        if read is None or any(entry.get("id") is None for entry in read):
            return None
        return [entry.get("id").text for entry in read]

    # -- names ---------------------------------------------------------------------------

    def resolve(self, kind: str, at: Named | None) -> str | None:
        """Return the id that a name stands for; report a name that nothing has."""
        if at is None:
            return None
        known = self.known[kind]
        if kind == "hours" and at.text == ALWAYS:
            return ALWAYS
        if known is not None and at.text not in known:
            self.undefined(kind, at, known)
            return None
        return at.text

    def undefined(self, what: str, at: Named, known: list[str]) -> None:
        """Report a name that is not defined."""
        self.reader.report_unknown("ZS201", at, f"{what} of this policy", known)

    def values_of(self, dimension: str) -> list[str] | None:
        """Return the values of a dimension or fact, None where they could not be read."""
        if dimension in DIMENSIONS:
            return self.known[dimension]
        values = self.facts.get(dimension)
        return None if values is None else list(values)

    def expand(self, dimension: str, read: Any) -> tuple[str, ...]:
        """Return the values that `(negated, names)` stands for, in the order of definition."""
        negated, names = read
        values = self.values_of(dimension)
        chosen: list[str] = []
        for at in names:
            group = self.groups.get(at.text)
            if group and group[0] == dimension:
                chosen += group[1]
            elif values is None or at.text in values:
                chosen.append(at.text)
            elif group:
                self.reader.report(
                    "ZS201", at.span, at.path,
                    f"the group `{short(at.text)}` is about {group[0]}, not {dimension}",
                    ", ".join(values),
                )  # fmt: skip
            else:
                groups = [name for name, (about, _) in self.groups.items() if about == dimension]
                what = dimension if dimension in DIMENSIONS else f"value of {dimension}"
                self.undefined(what, at, [*values, *groups])
        if values is None:
            return tuple(dict.fromkeys(chosen))
        return tuple(v for v in values if (v in chosen) is not negated)

    def when(self, read: Any, allowed: tuple[str, ...], where: str) -> When:
        """Return a condition; `allowed` are the dimensions that can decide here."""
        if read is None:
            return ()
        alternatives = read if isinstance(read, list) else [read]
        return tuple(self.alternative(each, allowed, where) for each in alternatives)

    def alternative(self, record: Record, allowed: tuple[str, ...], where: str) -> Alternative:
        """Return one alternative of a condition."""
        values: dict[str, tuple[str, ...]] = {}
        opened = None
        for key, read in record.values.items():
            if key in ("note", "unclear", "source") or read is None:
                continue
            at = Named(key, record.keys[key], (*record.path, key))
            if (key in DIMENSIONS or key == "opened") and key not in allowed:
                self.reader.report(
                    "ZS210", at.span, at.path, f"`{key}` cannot decide in {where}",
                    ", ".join([*allowed, "facts"]),
                )  # fmt: skip
            elif key == "opened":
                inside, name = read
                hours = self.resolve("hours", at._replace(text=name))
                opened = (inside, hours) if hours else None
            elif key in DIMENSIONS:
                if self.known[key] == []:
                    self.reader.report(
                        "ZS201", at.span, at.path, f"this policy has no {_PLURAL[key]}",
                        f"a section `{_PLURAL[key]}`",
                    )  # fmt: skip
                else:
                    values[key] = self.expand(key, read)
            else:
                facts = self.known["fact"]
                if facts is not None and key not in facts:
                    self.undefined("dimension or fact", at, [*allowed, *facts])
                else:
                    values[key] = self.expand(key, read)
        return Alternative(values, opened, self.remarks(record), record.line)

    # -- small parts ---------------------------------------------------------------------

    def text(self, read: Any) -> Text | None:
        """Return a text as it was read, and note its languages."""
        if isinstance(read, dict):
            self.languages += [lang for lang in read if lang not in self.languages]
        return read  # type: ignore[no-any-return]

    def texts(self, read: Any) -> tuple[Text, ...]:
        """Return a list of texts."""
        return tuple(text for text in map(self.text, read or ()) if text is not None)

    def remarks(self, record: Record | None) -> Remarks:
        """Return note, unclear and source of a record."""
        if record is None:
            return Remarks()
        return Remarks(
            self.text(record.get("note")),
            self.text(record.get("unclear")),
            self.resolve("source", record.get("source")),
        )

    def plain(self, at: Named | None) -> str | None:
        """Return a text that is no name of anything: an address, a number."""
        return None if at is None else at.text

    def entries(self, section: str) -> list[tuple[str, Any, int]]:
        """Return (id, value, line) for each entry of a section that is a mapping."""
        read = self.record.get(section)
        if read is None:
            return []
        return [(key, value, read.keys[key].line) for key, value in read.values.items()]

    def distinct(self, kind: str, ids: list[Named], aliases: list[Named]) -> None:
        """Report ids and aliases that clash, or differ only by case."""
        seen: dict[str, Named] = {}
        for at in (*ids, *aliases):
            other = seen.setdefault(at.text.casefold(), at)
            if other is at:
                continue
            if other.text == at.text:
                self.reader.report(
                    "ZS209", at.span, at.path, f"`{at.text}` already stands for a {kind}",
                    hint=f"the first one is on line {other.span.line}",
                )  # fmt: skip
            else:
                self.reader.report(
                    "ZS107", at.span, at.path,
                    f"`{at.text}` differs from `{other.text}` only by case",
                    hint="ids are matched without regard to case",
                )  # fmt: skip

    def section_ids(self, section: str) -> list[Named]:
        """Return the ids of a section that is a mapping, with their places."""
        read = self.record.get(section)
        if read is None:
            return []
        return [Named(key, span, (section, key)) for key, span in read.keys.items()]

    def check_cycle(self, what: str, edges: dict[str, list[Named]]) -> bool:
        """Report definitions that lead back to themselves; return whether there are none."""
        clear = True
        done: set[str] = set()
        for start in edges:
            trail: list[str] = []
            stack: list[tuple[str, int]] = [(start, 0)]
            while stack:
                name, position = stack.pop()
                if position == 0:
                    if name in done:
                        continue
                    trail.append(name)
                for at in edges.get(name, [])[position:]:
                    position += 1
                    if at.text in trail:
                        clear = False
                        way = " > ".join([*trail[trail.index(at.text) :], at.text])
                        self.reader.report(
                            "ZS202", at.span, at.path, f"this {what} leads back to itself: {way}"
                        )
                    elif at.text not in done:
                        stack += [(name, position), (at.text, 0)]
                        break
                else:
                    trail.remove(name)
                    done.add(name)
        return clear

    # -- sections ------------------------------------------------------------------------

    def revision(self, source: SourceFile) -> Revision:
        """Return the whole; what could not be read has been reported and is left out."""
        record = self.record
        facts = self.read_facts()
        self.read_groups()
        effective = record.get("effective")
        start = effective.get("from") if effective else None
        last_day = effective.get("last_day") if effective else None
        if start and last_day and last_day < start:
            self.reader.report(
                "ZS211", effective.keys["last_day"], ("effective", "last_day"),
                f"the last day lies before the first, {start}", f"{start} or later",
            )  # fmt: skip
        policy = record.get("policy")
        name = policy.text if policy else ""
        hours = self.read_hours()
        return Revision(
            policy=name,
            title=self.text(record.get("title")) or name,
            file=source.name,
            digest=source.digest,
            timezone=record.get("timezone", "UTC"),
            start=start,
            last_day=last_day,
            validity=self.remarks(effective),
            validity_line=record.keys.get("effective", record.span).line,
            sources=self.read_sources(),
            plans=self.read_members("plan", "plans"),
            roles=self.read_members("role", "roles"),
            facts=facts,
            channels=self.read_channels(),
            grants=self.read_grants(),
            grants_line=record.keys.get("entitlements", record.span).line,
            priorities=self.read_priorities(),
            metrics=self.read_metrics(),
            business_day=record.get("business-day", "close"),
            hours=hours,
            commitments=self.read_commitments(),
            rules=self.read_rules(hours),
            targets_line=record.keys["targets"].line if "targets" in record.keys else None,
            terms=self.read_terms(),
            self_help=self.read_self_help(),
            languages=tuple(self.languages),
            remarks=self.remarks(record),
        )

    def read_sources(self) -> tuple[Source, ...]:
        """Read `sources`."""
        return tuple(
            Source(
                id,
                self.text(source.get("title")),
                self.plain(source.get("url")),
                source.get("retrieved"),
            )
            for id, source, _ in self.entries("sources")
            if source is not None
        )

    def read_members(self, kind: str, section: str) -> tuple[Member, ...]:
        """Read `plans` or `roles`."""
        members = []
        aliases: list[Named] = []
        above: dict[str, list[Named]] = {}
        for id, read, line in self.entries(section):
            record = read if isinstance(read, Record) else None
            name = self.text(record.get("name") if record else read) or id
            own = record.get("aliases", []) if record else []
            below = record.get("above", []) if record else []
            aliases += own
            above[id] = [at for at in below if self.resolve(kind, at)]
            members.append(
                Member(
                    id,
                    name,
                    tuple(at.text for at in above[id]),
                    tuple(at.text for at in own),
                    record.get("retired") if record else None,
                    self.remarks(record),
                    line,
                )
            )
        self.distinct(kind, self.section_ids(section), aliases)
        self.check_cycle("rank", above)
        return tuple(members)

    def read_facts(self) -> tuple[Fact, ...]:
        """Read `facts`."""
        facts = []
        for at in self.section_ids("facts"):
            if at.text in RESERVED:
                self.reader.report(
                    "ZS106", at.span, at.path, f"a fact cannot be called `{at.text}`",
                    "another name", "this word has a meaning of its own in conditions",
                )  # fmt: skip
        for id, record, line in self.entries("facts"):
            if record is None:
                continue
            values = YES_NO
            default = None
            if "values" in record.keys:
                read = record.get("values")
                if read is None:
                    continue
                values = {key: self.text(text) or key for key, text in read.values.items()}
                self.distinct(
                    f"value of {id}",
                    [Named(key, span, (*read.path, key)) for key, span in read.keys.items()],
                    [],
                )
            else:
                default = "false"
            at = record.get("default")
            if at is not None:
                default = at.text
                if default not in values:
                    self.undefined(f"value of {id}", at, list(values))
            self.facts[id] = tuple(values)
            facts.append(
                Fact(id, self.text(record.get("ask")), values, default, self.remarks(record), line)
            )
        self.distinct("fact", self.section_ids("facts"), [])
        return tuple(facts)

    def read_groups(self) -> None:
        """Read `groups`: a group may name other groups of its dimension."""
        read = {id: group for id, group, _ in self.entries("groups") if group is not None}
        edges: dict[str, list[Named]] = {}
        for id, (about, (_, names)) in read.items():
            edges[id] = [at for at in names if at.text in read and at.text != about]
        for at in self.section_ids("groups"):
            if at.text not in read:
                continue
            dimension, _ = read[at.text]
            name = dimension.text
            facts = self.known["fact"] or []
            if name not in DIMENSIONS and name not in facts:
                self.undefined("dimension or fact", dimension, [*DIMENSIONS, *facts])
                del read[at.text]
            elif at.text in (self.values_of(name) or ()):
                self.reader.report(
                    "ZS209", at.span, at.path, f"`{at.text}` is a {name} too", "another name"
                )
        if not self.check_cycle("group", edges):
            return
        while read:
            # A group is expanded after those that it names.
            for id in list(read):
                dimension, names = read[id]
                if not any(at.text in read for at in edges[id]):
                    self.groups[id] = dimension.text, self.expand(dimension.text, names)
                    del read[id]

    def read_channels(self) -> tuple[Channel, ...]:
        """Read `channels`."""
        channels = []
        aliases: list[Named] = []
        for id, record, line in self.entries("channels"):
            if record is None:
                continue
            own = record.get("aliases", [])
            aliases += own
            channels.append(
                Channel(
                    id,
                    self.text(record.get("name")) or id,
                    record.get("kind", "other"),
                    self.plain(record.get("url")),
                    self.texts(record.get("steps")),
                    self.texts(record.get("prerequisites")),
                    tuple(self.read_numbers(record.get("numbers"))),
                    tuple(at.text for at in own),
                    self.remarks(record),
                    line,
                )
            )
        self.distinct("channel", self.section_ids("channels"), aliases)
        return tuple(channels)

    def read_numbers(self, read: Record | None) -> list[Number]:
        """Read the `numbers` of a channel."""
        numbers = []
        for country, entries in read.values.items() if read else ():
            for entry in entries or ():
                record = entry if isinstance(entry, Record) else None
                at = record.get("number") if record else entry
                if at is not None:
                    numbers.append(Number(country, at.text, self.remarks(record).note))
        return numbers

    def read_grants(self) -> tuple[Grant, ...]:
        """Read `entitlements`."""
        grants = []
        for record in self.record.get("entitlements", []):
            allow, recommend = (
                tuple(self.expand("channel", (False, record.get(key))) if record.get(key) else ())
                for key in ("allow", "recommend")
            )
            if recommend:
                recommend = self.in_written_order(record.get("recommend"), recommend)
            grants.append(
                Grant(
                    self.when(record.get("when"), ("plan", "role", "priority"), "entitlements"),
                    allow,
                    recommend,
                    self.resolve("hours", record.get("hours")),
                    self.texts(record.get("prerequisites")),
                    self.remarks(record),
                    record.line,
                )
            )
        return tuple(grants)

    def in_written_order(self, names: list[Named], values: tuple[str, ...]) -> tuple[str, ...]:
        """Return the channels of `recommend` in the order in which they were written."""
        order: list[str] = []
        for at in names:
            order += self.groups[at.text][1] if at.text in self.groups else [at.text]
        return tuple(sorted(values, key=order.index))

    def read_priorities(self) -> tuple[Priority, ...]:
        """Read `priorities`."""
        priorities = []
        ids: list[Named] = []
        aliases: list[Named] = []
        for record in self.record.get("priorities", []):
            at = record.get("id")
            if at is None:
                continue
            ids.append(at)
            own = record.get("aliases", [])
            aliases += own
            priorities.append(
                Priority(
                    at.text,
                    self.text(record.get("name")) or at.text,
                    self.text(record.get("meaning")),
                    self.when(record.get("when"), (), "priorities"),
                    tuple(alias.text for alias in own),
                    self.remarks(record),
                    record.line,
                )
            )
        self.distinct("priority", ids, aliases)
        return tuple(priorities)

    def read_metrics(self) -> tuple[Metric, ...]:
        """Read `metrics`; a policy without the section has the first response."""
        metrics = []
        ids = []
        fields = [*self._rule_fields()]
        for record in self.record.get("metrics", []):
            at = record.get("id")
            if at is None:
                continue
            ids.append(at)
            if at.text in fields:
                self.reader.report(
                    "ZS106", at.span, at.path, f"a metric cannot be called `{at.text}`",
                    "another name", "this word is a key of target rules",
                )  # fmt: skip
            metrics.append(
                Metric(
                    at.text,
                    self.text(record.get("name")) or at.text,
                    self.text(record.get("starts")) or "opened",
                    self.text(record.get("pauses")),
                    record.get("warn"),
                    self.remarks(record),
                    record.line,
                )
            )
        self.distinct("metric", ids, [])
        if "metrics" not in self.record.keys:
            name: Text = {"en": "First response", "nb": "Første svar"}
            metrics = [Metric(FIRST_RESPONSE, name, "opened", None, None, Remarks(), 1)]
        return tuple(metrics)

    @staticmethod
    def _rule_fields() -> list[str]:
        from zsupport.policy.format import RULE

        return list(RULE.fields)

    def read_commitments(self) -> tuple[Commitment, ...]:
        """Read `commitment`: one word, or a list."""
        read = self.record.get("commitment")
        if read is None:
            return ()
        if isinstance(read, str):
            line = self.record.keys["commitment"].line
            return (Commitment((), read, Remarks(), line),)
        return tuple(
            Commitment(
                self.when(record.get("when"), DIMENSIONS, "commitment"),
                record.get("is", "none"),
                self.remarks(record),
                record.line,
            )
            for record in read
        )

    def read_terms(self) -> tuple[Term, ...]:
        """Read `terms`."""
        terms = []
        for topic, records, _ in self.entries("terms"):
            for record in records or ():
                say = self.text(record.get("say"))
                if say is not None:
                    when = self.when(record.get("when"), DIMENSIONS, "terms")
                    terms.append(Term(topic, when, say, self.remarks(record), record.line))
        return tuple(terms)

    def read_self_help(self) -> SelfHelp | None:
        """Read `self-help`."""
        record = self.record.get("self-help")
        if record is None:
            return None
        read = record.get("topics")
        topics = []
        for id, value in read.values.items() if read else ():
            own = value if isinstance(value, Record) else None
            name = self.text(own.get("name") if own else value) or id
            url = self.plain(own.get("url")) if own else None
            topics.append(Topic(id, name, url, self.remarks(own), read.keys[id].line))
        ids = [topic.id for topic in topics]
        resources = []
        for resource in record.get("resources", []):
            about: list[str] = []
            for at in resource.get("topic", []):
                if at.text == "each":
                    about += ids
                elif at.text in ids or ("topics" in record.keys and read is None):
                    about.append(at.text)
                else:
                    self.undefined("topic", at, ["each", *ids])
            audience = resource.get("audience")
            resources.append(
                Resource(
                    self.text(resource.get("name")) or "",
                    resource.get("kind", "other"),
                    tuple(dict.fromkeys(about)),
                    self.expand("role", audience) if audience else (),
                    self.plain(resource.get("url")),
                    self.remarks(resource),
                    resource.line,
                )
            )
        return SelfHelp(
            self.resolve("channel", record.get("channel")),
            record.get("complete", "true") == "true",
            tuple(topics),
            tuple(resources),
            self.remarks(record),
            record.line,
        )

    # -- hours ---------------------------------------------------------------------------

    def read_hours(self) -> dict[str, tuple[Calendar, ...]]:
        """Read `hours`."""
        hours: dict[str, tuple[Calendar, ...]] = {}
        unions: dict[str, list[Named]] = {}
        for id, read, _ in self.entries("hours"):
            records = read if isinstance(read, list) else [read]
            hours[id] = tuple(self.read_calendar(r) for r in records if r is not None)
            unions[id] = [at for r in records if r is not None for at in r.get("any", [])]
        self.distinct("calendar", self.section_ids("hours"), [])
        self.check_cycle("union", unions)
        return hours

    def read_calendar(self, record: Record) -> Calendar:
        """Read one calendar."""
        windows = self.read_windows(record)
        always = windows is None and "open" in record.keys
        union = tuple(
            id for id in (self.resolve("hours", at) for at in record.get("any", [])) if id
        )
        start = Span(record.line, record.span.column, record.line, record.span.column + 1)
        if not ("open" in record.keys or "any" in record.keys):
            self.reader.report(
                "ZS102", start, record.path, "the calendar has no `open`", "`open` or `any`"
            )
        if "apply-holidays" in record.keys and not always:
            self.reader.report(
                "ZS101", record.keys["apply-holidays"], (*record.path, "apply-holidays"),
                "`apply-holidays` says nothing here", "it goes with `open: 24x7` only",
                "leave it out: holidays close these hours as they are",
            )  # fmt: skip
        dates = self.read_days(record, "dates")
        return Calendar(
            self.when(record.get("when"), DIMENSIONS, "hours"),
            record.get("timezone"),
            self.text(record.get("ask")),
            windows,
            self.read_holidays(record.get("holidays")),
            record.get("holidays-apply-to") == "start-date",
            record.get("apply-holidays") == "true",
            dates,
            self.read_days(record, "breaks"),
            record.get("business-days"),
            union,
            self.remarks(record),
            record.line,
        )

    def read_windows(self, record: Record) -> tuple[Window, ...] | None:
        """Read `open`: the week's windows, None for 24x7."""
        parts = record.get("open")
        if parts is None:
            return () if "any" in record.keys else None
        span, path = record.keys["open"], (*record.path, "open")
        if "24x7" in parts:
            if len(parts) > 1:
                self.reader.report(
                    "ZS206", span, path, "`24x7` and other windows overlap", "`24x7` alone"
                )
            return None
        windows = tuple(window for part in parts for window in part)
        self.check_overlap(windows, span, path, week=True)
        return tuple(sorted(windows))

    def check_overlap(
        self, windows: tuple[Window, ...], span: Span, path: Path, *, week: bool
    ) -> None:
        """Report two windows that overlap; touching ones do not."""
        pair = overlapping(windows) if week else overlapping(windows, week=None)
        if pair:
            first, second = (window_text(window, week=week) for window in pair)
            self.reader.report(
                "ZS206", span, path, f"{first} and {second} overlap",
                "windows that do not overlap",
            )  # fmt: skip

    def read_days(self, record: Record, key: str) -> dict[str, tuple[Window, ...]]:
        """Read `dates` or `breaks`; overlapping breaks are merged where they are used."""
        read = record.get(key)
        days = {}
        for date, parts in read.values.items() if read else ():
            windows = tuple(sorted(w for part in parts or () for w in part))
            if key == "dates":
                self.check_overlap(windows, read.keys[date], (*read.path, date), week=False)
            days[date] = windows
        return days

    def read_holidays(self, read: Any) -> Holidays | None:
        """Read `holidays`: `customer`, a list of dates, or a mapping."""
        if read is None:
            return None
        if isinstance(read, str):
            return Holidays(True, None, None, (), (), None, None)
        if isinstance(read, list):
            return Holidays(False, None, None, tuple(read), (), None, None)
        if "subdivision" in read.keys and "country" not in read.keys:
            self.reader.report(
                "ZS102", read.keys["subdivision"], read.path,
                "`subdivision` needs `country`", "country: an ISO 3166 code",
            )  # fmt: skip
        frozen = read.get("frozen")
        return Holidays(
            False,
            read.get("country"),
            self.plain(read.get("subdivision")),
            tuple(read.get("add", ())),
            tuple(read.get("remove", ())),
            read.get("covers"),
            None if frozen is None else tuple(frozen),
        )

    # -- targets -------------------------------------------------------------------------

    def read_rules(self, hours: dict[str, tuple[Calendar, ...]]) -> tuple[Rule, ...]:
        """Read `targets`."""
        fields = self._rule_fields()
        rules = []
        for record in self.record.get("targets", []):
            own = self.resolve("hours", record.get("hours"))
            when = self.when(record.get("when"), (*DIMENSIONS, "opened"), "targets")
            cells: dict[str, dict[str, Cell]] = {}
            for key, read in record.values.items():
                if key in fields:
                    continue
                at = Named(key, record.keys[key], (*record.path, key))
                if self.known["metric"] is not None and key not in self.known["metric"]:
                    self.undefined("metric or key of a target rule", at,
                                   [*self.known["metric"], *fields])  # fmt: skip
                elif read is not None:
                    cells[key] = self.read_cells(read, at, own, record, hours)
            rules.append(
                Rule(
                    when,
                    own,
                    self.text(record.get("condition")),
                    cells,
                    self.remarks(record),
                    record.line,
                )
            )
        return tuple(rules)

    def read_cells(
        self,
        read: Any,
        at: Named,
        own: str | None,
        rule: Record,
        hours: dict[str, tuple[Calendar, ...]],
    ) -> dict[str, Cell]:
        """Read the targets of one metric, by priority (`*`: all)."""
        by_priority = isinstance(read, Record) and "target" not in read.keys
        if not by_priority:
            cell = self.read_cell(read, at, own, rule, hours)
            return {"*": cell} if cell else {}
        cells: dict[str, Cell] = {}
        known = self.known["priority"]
        for key, value in read.values.items():
            place = Named(key, read.keys[key], (*read.path, key))
            if known == []:
                self.reader.report(
                    "ZS201", place.span, place.path, "this policy has no priorities",
                    "one target, or a section `priorities`",
                )  # fmt: skip
                continue
            cell = None if value is None else self.read_cell(value, place, own, rule, hours)
            for priority in self.expand("priority", (False, [place])):
                if priority in cells:
                    self.reader.report(
                        "ZS209", place.span, place.path,
                        f"`{key}` states {priority} a second time", "one target for a priority",
                    )  # fmt: skip
                elif cell:
                    cells[priority] = cell
        return cells

    def read_cell(
        self,
        read: Any,
        at: Named,
        own: str | None,
        rule: Record,
        hours: dict[str, tuple[Calendar, ...]],
    ) -> Cell | None:
        """Read one target."""
        record = read if isinstance(read, Record) else None
        target = record.get("target") if record else read
        if target is None:
            return None
        named = record.get("hours") if record else None
        calendar = self.resolve("hours", named) if named else own
        declared = bool(named) or "hours" in rule.keys
        self.check_target(target, at, calendar, declared, hours)
        return Cell(
            target,
            self.text(record.get("text")) if record else None,
            calendar,
            self.text(record.get("condition")) if record else None,
            self.remarks(record),
            at.span.line,
        )

    def check_target(
        self,
        target: Target,
        at: Named,
        calendar: str | None,
        declared: bool,
        hours: dict[str, tuple[Calendar, ...]],
    ) -> None:
        """Report a target that does not say with certainty over which hours it counts."""
        if needs_hours(target) and not declared:
            self.reader.report(
                "ZS104", at.span, at.path, f"`{target.text}` stands without `hours`",
                "`hours` in the rule or in the cell",
            )  # fmt: skip
        if target.kind == "clock" and declared and not target.around_the_clock:
            length = target.text.removeprefix("every ")
            self.reader.report(
                "ZS104", at.span, at.path, f"`{target.text}` stands under `hours`",
                "`24x7` or `business` said outright",
                f"write `{length} 24x7` for day and night, or "
                f"`{length[:-1]} business {'hours' if length.endswith('h') else 'minutes'}`",
            )  # fmt: skip
        if calendar is None or not needs_hours(target):
            return
        always = self.always_open(calendar, hours, set())
        if always and target.kind == "business":
            self.reader.report(
                "ZS104", at.span, at.path,
                f"`{target.text}` counts under `{calendar}`, which is open 24x7",
                "a length of time and `24x7`",
            )  # fmt: skip
        elif always and not any(c.business_days for c in hours.get(calendar, ())):
            self.reader.report(
                "ZS104", at.span, at.path,
                f"`{target.text}` counts under `{calendar}`, which is open 24x7",
                f"`business-days` in `{calendar}`",
            )  # fmt: skip

    def always_open(self, id: str, hours: dict[str, tuple[Calendar, ...]], seen: set[str]) -> bool:
        """Return whether every alternative of these hours is open 24x7."""
        if id == ALWAYS:
            return True
        if id in seen:
            return False
        seen.add(id)
        calendars = hours.get(id, ())
        return bool(calendars) and all(
            c.windows is None or any(self.always_open(each, hours, seen) for each in c.any)
            for c in calendars
        )


_PLURAL = {
    "plan": "plans",
    "role": "roles",
    "channel": "channels",
    "priority": "priorities",
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def window_text(window: Window, *, week: bool) -> str:
    """Return a window as one would write it: `mon 09:00-17:00`, or `09:00-17:00` of a date."""

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
