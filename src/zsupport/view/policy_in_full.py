"""The complete policy as tables, one for each section."""

from __future__ import annotations

from zsupport.answer.case import meanings_of, metric_name, say
from zsupport.answer.remarks import joined_lines
from zsupport.clock.windows import DAY, DAYS, Window
from zsupport.policy.model import (
    DETAILS,
    Cell,
    Channel,
    ChannelPriority,
    Fact,
    Grant,
    Holidays,
    Member,
    Metric,
    PolicyCalendar,
    Priority,
    Remarks,
    Resource,
    Revision,
    TargetRule,
    Term,
    Text,
    When,
)
from zsupport.report import Table
from zsupport.typed import TYPE_CHECKING
from zsupport.view.explain import condition_in_words, in_words
from zsupport.view.notes import dimension_in_words
from zsupport.wording import Message, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

Rows = list[tuple[str, ...]]

#: When a target in business days is due on its day.
WHEN_DUE = {
    "close": Message("due at closing time"),
    "same-time": Message("due at the same time of day"),
    "opening": Message("due at opening time"),
}
#: The titles of the tables and their columns. Empty columns are omitted.
_SECTIONS = {
    "Policy": ("Item", "Value"),
    "Plans": ("Plan", "Name", "Ranks above", "Remarks"),
    "Roles": ("Role", "Name", "Ranks above", "Remarks"),
    "Facts": ("Fact", "Question", "Values", "Remarks"),
    "Groups": ("Group", "Values"),
    "Channels": ("Channel", "Name", "Kind", "How", "Prerequisites", "Priority", "Remarks"),
    "Entitlements": ("Allowed", "When", "Hours", "Prerequisites", "Remarks"),
    "Priorities": ("Priority", "Name", "Meaning", "When", "Remarks"),
    "Priority table": (),  # its columns depend on the policy
    "Metrics": ("Metric", "Name", "Starts", "Pauses", "At risk", "On change", "Remarks"),
    "Hours": ("Hours", "When", "Time zone", "Open", "Days off", "Single dates", "Remarks"),
    "Commitment": ("Commitment", "When", "Remarks"),
    "Targets": ("Metric", "Priority", "Target", "When", "Remarks"),
    "Limits": ("Topic", "When", "Limit", "Remarks"),
    "Terms": ("Topic", "When", "Text", "Remarks"),
    "Self-help": ("Item", "Value"),
    "Topics": ("Topic", "Name", "Where", "Remarks"),
    "Resources": ("Kind", "Name", "Topics", "For", "Where", "Remarks"),
    "Sources": ("Source", "Title", "Where", "Read", "Remarks"),
}


def sections(revision: Revision, document: dict[str, Any], lang: str) -> list[Table]:
    """Return the tables of a revision; `document` is its file as texts, lists and mappings.

    Groups come from the document, because the model replaces each group by its values.
    """
    view = _View(revision, lang)
    rows: dict[str, Rows] = {
        "Policy": view.policy(),
        "Plans": [view.member(plan) for plan in revision.plans],
        "Roles": [view.member(role) for role in revision.roles],
        "Facts": [view.fact(fact) for fact in revision.facts],
        "Groups": [group_in_words(*group) for group in document.get("groups", {}).items()],
        "Channels": [view.channel(channel) for channel in revision.channels],
        "Entitlements": [view.grant(grant) for grant in revision.grants],
        "Priorities": [view.priority(priority) for priority in revision.priorities],
        "Priority table": view.priority_table(),
        "Metrics": [view.metric(metric) for metric in revision.metrics],
        "Hours": view.hours(),
        "Commitment": [
            (
                commitment.binding,
                condition_in_words(commitment.when),
                view.remarks(commitment.remarks, commitment.when),
            )
            for commitment in revision.commitments
        ],
        "Targets": [row for rule in revision.rules for row in view.targets(rule)],
        "Limits": [view.term(term) for term in revision.terms if term.quota],
        "Terms": [view.term(term) for term in revision.terms if not term.quota],
        **view.self_help(),
        "Sources": [
            (s.id, view.text(s.title), s.url or "", s.retrieved or "", view.remarks(s.remarks))
            for s in revision.sources
        ],
    }
    columns = {**_SECTIONS, "Priority table": view.columns_of_table()}
    return [_table(title, columns[title], rows[title]) for title in _SECTIONS]


def _table(title: str, columns: Sequence[str], rows: Rows) -> Table:
    filled = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    return Table(
        tuple(columns[place] for place in filled),
        tuple(tuple(row[place] for place in filled) for row in rows),
        title,
    )


def group_in_words(name: str, values: dict[str, Any]) -> tuple[str, str]:
    """Return the name of a group, and its dimension and values as they are written."""
    [(dimension, listed)] = values.items()
    negated = isinstance(listed, dict)
    listed = listed["not"] if negated else listed
    shown = listed if isinstance(listed, str) else ", ".join(listed)
    shown = Message("not {values}", values=shown) if negated else shown
    return name, joined((dimension_in_words(dimension), shown), " ")


class _View:
    """The rows of the tables of a revision, in one language."""

    def __init__(self, revision: Revision, lang: str) -> None:
        self.revision = revision
        self.lang = lang

    def text(self, text: Text | None) -> str:
        return say(text, self.lang) or ""

    def texts(self, texts: Iterable[Text]) -> str:
        return "\n".join(self.text(text) for text in texts)

    def remarks(self, remarks: Remarks, when: When = (), *more: str) -> str:
        """Return `more` lines, the remarks of a part, and those of its alternatives."""
        lines = [line for line in more if line]
        lines += self.lines(remarks)
        for alternative in when:
            lines += self.lines(alternative.remarks, f"{in_words(alternative)}: ")
        return "\n".join(lines)

    def lines(self, remarks: Remarks, prefix: str = "") -> list[str]:
        note, doubt = (
            joined_lines(remarks.note, self.lang),
            joined_lines(remarks.unclear, self.lang),
        )
        return [
            *([prefix + note] if note else ()),
            *([f"{prefix}unclear: {doubt}"] if doubt else ()),
            *([f"{prefix}source: {remarks.source}"] if remarks.source else ()),
        ]

    def policy(self) -> Rows:
        revision = self.revision
        rows = [
            ("Time zone", revision.timezone),
            ("Business days", WHEN_DUE[revision.business_day]),
            ("Policy", self.remarks(revision.remarks)),
            ("Validity", self.remarks(revision.validity)),
        ]
        return [row for row in rows if row[1]]

    def member(self, member: Member) -> tuple[str, ...]:
        retired = f"retired since {member.retired}" if member.retired else ""
        remarks = self.remarks(member.remarks, (), _aliases(member.aliases), retired)
        return member.id, self.text(member.name), ", ".join(member.above), remarks

    def fact(self, fact: Fact) -> tuple[str, ...]:
        values = []
        for id, shown in meanings_of(fact, self.lang).items():
            default = " (default)" if id == fact.default else ""
            values.append((id if shown in ("", id) else f"{id}: {shown}") + default)
        return fact.id, self.text(fact.ask), "\n".join(values), self.remarks(fact.remarks)

    def channel(self, channel: Channel) -> tuple[str, ...]:
        how = [channel.url or "", *(self.text(step) for step in channel.steps)]
        own = channel.priority
        more = self.lines(own.remarks, "priority: ") if own else []
        for number in channel.numbers:
            note = self.text(number.note)
            how.append(f"{number.country}: {number.number}" + (f" ({note})" if note else ""))
            more += self.lines(number.remarks._replace(note=None), f"{number.number}: ")
        return (
            channel.id,
            self.text(channel.name),
            channel.kind,
            "\n".join(line for line in how if line),
            self.texts(channel.prerequisites),
            _set_priority(own) if own else "",
            self.remarks(
                channel.remarks, (), *self.details(channel), _aliases(channel.aliases), *more
            ),
        )

    def grant(self, grant: Grant) -> tuple[str, ...]:
        channels = ", ".join(grant.allow or grant.recommend)
        return (
            channels if grant.allow else f"recommended: {channels}",
            condition_in_words(grant.when),
            grant.hours or "",
            self.texts(grant.prerequisites),
            self.remarks(grant.remarks, grant.when, *self.details(grant)),
        )

    def details(self, part: Channel | Grant) -> list[str]:
        """Return the details of a channel or a grant that have no column."""
        return [
            f"{key}: {', '.join(map(self.text, detail.texts(value)))}"
            for key, detail in DETAILS.items()
            if key != "prerequisites" and (value := getattr(part, key))
        ]

    def priority(self, priority: Priority) -> tuple[str, ...]:
        return (
            priority.id,
            self.text(priority.name),
            self.text(priority.meaning),
            condition(priority.when) or "",
            self.remarks(priority.remarks, priority.when, _aliases(priority.aliases)),
        )

    def priority_table(self) -> Rows:
        """Return the rows of the priority table; the remarks of the table are in the first row."""
        table, rows = self.revision.priority_table, []
        remarks = table.remarks if table else Remarks()
        for row, cells in table.cells.items() if table else ():
            rules = [rule for rule in self.revision.priority_rules() if row in rule.path[2:3]]
            alternatives = tuple(part for rule in rules for part in rule.when)
            priorities = (cell.priority or "refused" for cell in cells.values())
            rows.append((row, *priorities, self.remarks(remarks, alternatives)))
            remarks = Remarks()
        return rows

    def columns_of_table(self) -> tuple[str, ...]:
        """Return the columns of the priority table: the values of its second fact."""
        table = self.revision.priority_table
        if table is None:
            return ()
        values = (f"{table.columns} {value}" for value in next(iter(table.cells.values())))
        return (table.rows.capitalize(), *values, "Remarks")

    def metric(self, metric: Metric) -> tuple[str, ...]:
        texts = (metric_name(metric, self.lang), self.text(metric.starts), self.text(metric.pauses))
        values = (metric.warn or "", metric.on_change or "")
        return metric.id, *texts, *values, self.remarks(metric.remarks)

    def hours(self) -> Rows:
        return [
            (
                id,
                condition(calendar.when) or ("always" if calendar is calendars[0] else "else"),
                zone_in_words(calendar, self.revision),
                "\n".join(weekly_hours(calendar)),
                "\n".join(days_off(calendar, self.lang)),
                "\n".join(single_dates(calendar)),
                self.calendar_remarks(calendar),
            )
            for id, calendars in self.revision.hours.items()
            for calendar in calendars
        ]

    def calendar_remarks(self, calendar: PolicyCalendar) -> str:
        asks = f"asks: {self.text(calendar.ask)}" if calendar.ask else ""
        off = self.lines(calendar.holidays.remarks, "days off: ") if calendar.holidays else ()
        return self.remarks(calendar.remarks, calendar.when, asks, *off)

    def targets(self, rule: TargetRule) -> Rows:
        """Return a row for each target; the first row has the remarks of the rule."""
        cells = [
            (metric, priority, cell)
            for metric, by_priority in rule.cells.items()
            for priority, cell in by_priority.items()
        ]
        needs = f"condition: {self.text(rule.condition)}" if rule.condition else ""
        of_rule = self.remarks(rule.remarks, rule.when, needs)
        rows: Rows = []
        for number, (metric, priority, cell) in enumerate(cells):
            hours = f" ({cell.hours})" if cell.hours else ""
            remarks = [self.cell_remarks(cell)]
            if not number and of_rule:
                remarks += [f"whole rule: {line}" for line in of_rule.split("\n")]
            rows.append(
                (
                    metric,
                    "all" if priority == "*" else priority,
                    cell.target.text + hours,
                    condition_in_words(rule.when),
                    "\n".join(line for line in remarks if line),
                )
            )
        return rows

    def cell_remarks(self, cell: Cell) -> str:
        published = f"published: {self.text(cell.text)}" if cell.text else ""
        needs = f"condition: {self.text(cell.condition)}" if cell.condition else ""
        return self.remarks(cell.remarks, (), published, needs)

    def term(self, term: Term) -> tuple[str, ...]:
        condition, text = condition_in_words(term.when), self.text(term.say)
        return term.topic, condition, text, self.remarks(term.remarks, term.when)

    def self_help(self) -> dict[str, Rows]:
        own = self.revision.self_help
        if own is None:
            return {"Self-help": [], "Topics": [], "Resources": []}
        rows = [
            ("Channel", own.channel or ""),
            ("Topics", "" if own.complete else "the list is incomplete"),
            ("Self-help", self.remarks(own.remarks)),
        ]
        return {
            "Self-help": [row for row in rows if row[1]],
            "Topics": [
                (topic.id, self.text(topic.name), topic.url or "", self.remarks(topic.remarks))
                for topic in own.topics
            ],
            "Resources": [self.resource(resource) for resource in own.resources],
        }

    def resource(self, resource: Resource) -> tuple[str, ...]:
        return (
            resource.kind,
            self.text(resource.name),
            ", ".join(resource.topics),
            ", ".join(resource.audience),
            resource.url or "",
            self.remarks(resource.remarks),
        )


def _set_priority(own: ChannelPriority) -> str:
    return f"at most {own.priority}" if own.at_most else own.priority


def _aliases(aliases: tuple[str, ...]) -> str:
    return f"aliases: {', '.join(aliases)}" if aliases else ""


def condition(when: When) -> str | None:
    """Return a condition in words; None if it always matches."""
    return condition_in_words(when) if when else None


def zone_in_words(calendar: PolicyCalendar, revision: Revision) -> str:
    """Return the time zone of a calendar; empty for a union, whose members have their own."""
    if calendar.any:
        return ""
    zone = calendar.timezone or revision.timezone
    return Message("the customer's") if zone == "customer" else zone


def weekly_hours(calendar: PolicyCalendar) -> list[str]:
    """Return the weekly windows, a line for each entry in the syntax of the policy."""
    if calendar.any:
        return [Message("union of {hours}", hours=", ".join(calendar.any))]
    lines = ["24x7"] if calendar.windows is None else weekly_windows(calendar.windows)
    if calendar.business_days is not None:
        alike = _runs([Window(day * DAY, day * DAY) for day in calendar.business_days])
        days = ", ".join(_days(run) for run in alike)
        lines.append(Message("business days {days}", days=days))
    return lines


def weekly_windows(windows: tuple[Window, ...]) -> list[str]:
    """Return weekly windows as texts of `open`; equal windows on consecutive days are merged."""
    lines = []
    for run in _runs(windows):
        opens, closes = run[0]
        length = closes - opens
        if length < DAY or (length == DAY and opens % DAY == 0):
            lines.append(f"{_days(run)} {_clock(opens)}-{_clock(closes, end=True)}")
        else:  # a block over several days
            last = DAYS[(closes - 1) // DAY % 7 if closes % DAY == 0 else closes // DAY % 7]
            lines.append(f"{_days(run)} {_clock(opens)} - {last} {_clock(closes, end=True)}")
    return lines


def _runs(windows: Sequence[Window]) -> list[list[Window]]:
    """Return groups of equal windows on consecutive days, also from Sunday to Monday.

    The groups are in the order of their first days.
    """
    runs: list[list[Window]] = []
    for window in sorted(windows):
        before = next((run for run in runs if _follows(run[-1], window)), None)
        if before is None:
            runs.append([window])
        else:
            before.append(window)
    for run in list(runs):
        over_sunday = next((e for e in runs if e is not run and _follows(e[-1], run[0])), None)
        if over_sunday is not None:
            over_sunday += run
            runs.remove(run)
    return runs


def _follows(window: Window, later: Window) -> bool:
    """Return whether `later` has the same times on the next day, and is at most 24 hours long."""
    length = window.closes - window.opens
    alike = length == later.closes - later.opens and length <= DAY
    return alike and (later.opens - window.opens) % (7 * DAY) == DAY


def _days(run: Sequence[Window]) -> str:
    first, last = DAYS[run[0].opens // DAY % 7], DAYS[run[-1].opens // DAY % 7]
    return first if len(run) == 1 else f"{first}-{last}"


def _clock(minute: int, *, end: bool = False) -> str:
    """Return a minute as a time of day; at the end of a window midnight is 24:00."""
    hours, minutes = divmod(minute % DAY or (DAY if end else 0), 60)
    return f"{hours:02}:{minutes:02}"


def days_off(calendar: PolicyCalendar, lang: str) -> list[str]:
    """Return the days off of a calendar in lines, and how they count."""
    off = calendar.holidays
    if off is None:
        return []
    lines = [line for line in _listed(off, lang) if line]
    if off.covers:
        years = "-".join(str(year) for year in dict.fromkeys(off.covers))
        lines.append(Message("known for {years}", years=years))
    if calendar.apply_holidays:
        lines.append(Message("days off close these hours"))
    if calendar.by_start_date:
        lines.append(Message("a window belongs to the date on which it begins"))
    return lines


def _listed(off: Holidays, lang: str) -> list[str]:
    """Return the parts of the days off of a calendar in words."""

    def named(days: tuple[str, ...]) -> str:
        names = ((day, say(off.names.get(day), lang)) for day in days)
        return ", ".join(f"{day} ({name})" if name else day for day, name in names)

    country = "-".join(part for part in (off.country, off.subdivision) if part)
    if off.customer:
        country = Message("the customer's country")
    if off.frozen is not None:
        frozen = named(off.frozen)
        if country:
            country = Message("{country}, frozen: {days}", country=country, days=frozen)
        else:
            country = frozen
    added = named(off.add)
    if country and added:
        added = Message("and {days}", days=added)
    removed = Message("without {days}", days=", ".join(off.remove)) if off.remove else ""
    return [country, added, removed, _exchanged(off)]


def _exchanged(off: Holidays) -> str:
    """Return in words how exchanged days count."""
    pinned = ", ".join(off.frozen_exchanged)
    if off.exchanged_for is not None:
        if pinned:
            return Message("exchanged days {days} count as {day}", days=pinned, day=off.exchanged)
        return Message("exchanged days count as {day}", day=off.exchanged)
    if off.exchanged == "ignore":
        return Message("exchanged days are ignored")
    return Message("exchanged days: {days}", days=pinned) if pinned else ""


def seasons_in_words(calendar: PolicyCalendar) -> list[str]:
    """Return the ranges of dates with the weeks that replace the week of the calendar."""
    return [
        f"{dates} {', '.join(weekly_windows(week))}" if week else Message("{day} closed", day=dates)
        for dates, week in calendar.seasons.items()
    ]


def single_dates(calendar: PolicyCalendar) -> list[str]:
    """Return the ranges of dates with their weeks, and the dates with other hours or breaks."""

    def times(windows: tuple[Window, ...]) -> str:
        return ", ".join(f"{_clock(w.opens)}-{_clock(w.closes, end=True)}" for w in windows)

    return [
        *seasons_in_words(calendar),
        *(
            f"{day} {times(windows)}" if windows else Message("{day} closed", day=day)
            for day, windows in calendar.dates.items()
        ),
        *(
            Message("{day} closed {times}", day=day, times=times(windows))
            for day, windows in calendar.breaks.items()
        ),
    ]
