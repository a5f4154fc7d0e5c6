"""Reads the target rules of a policy, and checks that their targets can be counted.

A target in business hours or business days requires hours that close at some time. If the calendar
of the hours depends on the case, the check looks at every case that a rule decides.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from math import prod
from typing import Any

from zsupport.clock.target import Target, counts_dates, needs_hours
from zsupport.clock.target_text import adapt_hint, in_business_hours, parse_target
from zsupport.clock.windows import DAY, WEEK
from zsupport.findings import Span
from zsupport.policy.format import ALWAYS, CELL, DIMENSIONS, RULE, TARGET_KEY, ByPriority
from zsupport.policy.model import (
    Cell,
    Channel,
    Grant,
    PolicyCalendar,
    PriorityRule,
    TargetRule,
    When,
    with_members,
)
from zsupport.policy.names import Names
from zsupport.policy.shape import DeferredValue, PlacedText, Record, is_misspelt
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: The maximum number of cases that are checked. Beyond this number, every calendar of the hours is
#: checked.
_MAX_CASES = 20_000
#: The maximum number of conditions that are tried to find the cases that a rule decides. Beyond
#: this number, the rule is assumed to decide every case that it matches.
_MAX_TRIED = 300_000


class _HoursParts(NamedTuple):
    """The members and calendars of hours."""

    members: list[str]  # these hours and all members of their unions
    calendars: tuple[PolicyCalendar | None, ...]  # all except unions; None is `24x7`
    values: dict[str, list[str]]  # the values of the dimensions and facts that select a calendar
    always_countable: bool  # whether all calendars have windows and are in one time zone


class _TargetScope(NamedTuple):
    """The cases of a target: those of its rule, for a metric and a priority (None: all)."""

    rule: TargetRule
    metric: str
    priority: str | None


class Entitled(NamedTuple):
    """The parts that decide which cases can be opened: channels, grants, rules of priorities."""

    channels: tuple[Channel, ...]
    grants: tuple[Grant, ...]
    priorities: tuple[PriorityRule, ...]


class TargetsReader:
    """Reads the target rules of a policy."""

    def __init__(
        self,
        names: Names,
        hours: dict[str, tuple[PolicyCalendar, ...]],
        zone: str,
        entitled: Entitled,
    ) -> None:
        self.names = names
        self.reader = names.reader
        self.hours = hours
        self.zone = zone
        self.entitled = entitled
        #: The rules that have been read. They decide before the rules below them.
        self.earlier_rules: list[TargetRule] = []
        self.cases_left = _MAX_CASES
        self.tries_left = _MAX_TRIED
        #: The number of targets that have been checked by case. Such a check can depend on earlier
        #: rules.
        self.checks_by_case = 0
        #: The paths of rules for which missing `hours` have been reported.
        self.without_hours: set[Path] = set()
        #: The hours of cells with an invalid target, by the place of the target.
        self.own_hours: dict[Span, str | None] = {}
        #: Pairs of a rule's path and hours: the hours have been reported because they never close.
        self.always_open: set[tuple[Path, str]] = set()
        self.parts_by_hours: dict[str, _HoursParts] = {}
        self.unions_by_values: dict[
            tuple[object, ...], list[tuple[PolicyCalendar | None, ...]]
        ] = {}

    def rules(self) -> tuple[TargetRule, ...]:
        """Return the rules."""
        for record in self.names.record.get("targets") or ():
            self.earlier_rules.append(self.rule(record))
        return tuple(self.earlier_rules)

    def rule(self, record: Record) -> TargetRule:
        """Return the rule of a record, which follows `earlier_rules`."""
        own = self.names.resolve("hours", record.get("hours"))
        when = self.names.when(record.get("when"), (*DIMENSIONS, "opened"), "targets")
        rule = self.names.part(TargetRule, RULE, record, when=when, hours=own, cells={})
        declared = "hours" in record
        metrics = self.names.known["metric"]
        for key, read in record.values.items():
            if not isinstance(read, DeferredValue):
                continue
            at = record.key(key)
            if metrics is not None and key not in metrics:
                known = [*metrics, *RULE.fields]
                present = record.node.by_key
                self.names.report_undefined("metric", at, known, alternative="key", present=present)
                meant = self.reader.nearest(key, known)
                declared = declared or meant == "hours"
                if meant not in metrics:  # the value is probably not a target
                    continue
            before = len(self.reader.findings)
            targets = read.read(self.reader)
            positions = range(before, len(self.reader.findings))
            if targets is not None:
                rule.cells[key] = self._cells(targets, record, at, rule, declared)
            for position in positions:
                self._adapt_hint(position, own, declared)
        return rule

    def _adapt_hint(self, position: int, hours: str | None, declared: bool) -> None:
        """Adapt the hint about an invalid target to the hours of the target."""
        finding = self.reader.findings[position]
        if finding.code == "ZS104" and finding.hint:
            if finding.span in self.own_hours:
                hours, declared = self.own_hours[finding.span], True
            hint = adapt_hint(finding.hint, declared, partial(self._fits, hours))
            self.reader.findings[position] = finding._replace(hint=hint)

    def _fits(self, hours: str | None, target: Target) -> bool:
        """Return whether a target can be counted over hours in every case."""
        if hours is None or not needs_hours(target):
            return True
        return self._uncountable(target, self._parts_of(hours).calendars) is None

    def _parts_of(self, hours: str) -> _HoursParts:
        """Return the members and calendars of hours; cached."""
        if hours not in self.parts_by_hours:
            self.parts_by_hours[hours] = self._collect_parts(hours)
        return self.parts_by_hours[hours]

    def _cells(
        self, targets: Any, record: Record, at: PlacedText, rule: TargetRule, declared: bool
    ) -> dict[str, Cell]:
        """Return the cells of a metric by priority (`*`: all); `at` is the key of the metric.

        `declared` is whether the rule has `hours`, possibly misspelt.
        """
        if not isinstance(targets, ByPriority):
            cell = self._cell(targets, record, at, _TargetScope(rule, at.text, None), declared)
            return {"*": cell} if cell else {}
        read = targets.record
        cells: dict[str, Cell] = {}
        if not self.names.has("priority", at):
            return cells
        for key, target in read.values.items():
            if target is None and read.has_no_value(key):
                continue
            place = read.key(key)
            for priority in self.names.expand("priority", (False, [place])):
                scope = _TargetScope(rule, at.text, priority)
                cell = self._cell(target, read, place, scope, declared)
                if priority in cells:
                    message = Message(
                        "duplicate target for priority `{priority}`", priority=priority
                    )
                    expected = Message("one target for each priority")
                    self.reader.report("ZS209", place.span, place.way, message, expected)
                elif cell:
                    cells[priority] = cell
        return cells

    def _cell(
        self, read: Any, holder: Record, at: PlacedText, scope: _TargetScope, declared: bool
    ) -> Cell | None:
        """Return the cell for a target or cell that was read; None if it is invalid.

        `holder` is the record that contains it under the key `at`. `declared` is whether the rule
        has `hours`, possibly misspelt.
        """
        rule = scope.rule
        key = at.text if scope.priority is not None else "*"
        if isinstance(read, Target):
            self._check(read, holder, at.text, rule.hours, declared, scope)
            return self.names.part(
                Cell, CELL, None, target=read, hours=rule.hours, place=at.place, key=key
            )
        if read is None:
            return None
        own: Record = read
        names, hours = self.names, rule.hours
        if "hours" in own:
            declared = True
            hours = names.resolve("hours", own.get("hours"))
        cell = names.part(Cell, CELL, own, hours=hours, place=at.place, key=key)
        target = own.get(TARGET_KEY)
        if target is None:
            if "hours" in own and TARGET_KEY in own:
                self.own_hours[own.value(TARGET_KEY).span] = hours
            return None
        declared = declared or is_misspelt(own, "hours", self.reader)
        self._check(target, own, TARGET_KEY, hours, declared, scope)
        return cell

    # -- whether a target can be counted -------------------------------------------------

    def _check(
        self,
        target: Target,
        holder: Record,
        key: str,
        hours: str | None,
        declared: bool,
        scope: _TargetScope,
    ) -> None:
        """Report an ambiguous target, missing hours, or hours over which it cannot be counted.

        `holder` has the target under `key`. `declared` is whether the rule or cell has `hours`.
        """
        counts_hours = needs_hours(target)
        for part in target.components if declared else ():
            if part.kind != "clock" or part.around_the_clock:
                continue
            text, business = part.text, in_business_hours(part.text)
            if self._fits(hours, parse_target(business)):
                hint = Message(
                    "write `{target} 24x7` for elapsed time, or `{business}` for working time",
                    target=text,
                    business=business,
                )
            else:
                hint = Message("write `{target} 24x7` for elapsed time", target=text)
            at = holder.value(key)
            message = Message(
                "ambiguous target `{target}`: elapsed time, or working time over `hours`",
                target=text,
            )
            self._refuse(at, message, Message("`24x7` or `business` in the target"), hint)
        if counts_hours and not declared:
            at = holder.value(key)
            # Report a rule without hours once, even if several of its targets need them.
            rule = at.path[:2]
            if rule not in self.without_hours:
                self.without_hours.add(rule)
                message = Message("`{target}` requires `hours`", target=target.text)
                hint = Message("add `hours` to the rule; it applies to all targets of the rule")
                self._refuse(at, message, Message("`hours` in the rule or in the cell"), hint)
        elif hours is not None and target.uses_hours:
            parts = self._parts_of(hours)
            if not parts.always_countable:
                self._check_hours(target, holder.value(key), hours, parts, scope)

    def _check_hours(
        self, target: Target, at: PlacedText, hours: str, parts: _HoursParts, scope: _TargetScope
    ) -> None:
        if self.reader.wrong_paths and any(
            ("hours", id) in self.reader.wrong_paths for id in parts.members
        ):
            return  # these findings can be the cause of an error in the target
        self.checks_by_case += 1
        unions = self._matched_unions(hours, parts, scope)
        if any(self._uncountable(target, calendars) for calendars in unions):
            # Finding the cases that the rule decides takes long, so it is done only if necessary.
            unions = self._decided_unions(hours, parts, scope, unions)
        reasons = [self._uncountable(target, calendars) for calendars in unions]
        if "always" in reasons:
            self._refuse_always(target, at, hours, counts_dates(target))
        elif mixed := next(filter(None, reversed(reasons)), None):
            message = Message(
                "`{hours}` has several time zones ({zones}), so its days are ambiguous",
                hours=hours,
                zones=mixed,
            )
            self._refuse(at, message, Message("hours in one time zone, or business hours"))

    def _uncountable(
        self, target: Target, calendars: tuple[PolicyCalendar | None, ...]
    ) -> str | None:
        """Return why a target cannot be counted over a union of calendars.

        The reason is `always` (a calendar does not close), or the list of time zones; None if the
        target can be counted. Business hours require calendars that close. Business days require
        calendars with business days, in one time zone.
        """
        if target.parts:
            reasons = [self._uncountable(part, calendars) for part in target.parts]
            return next(filter(None, reasons), None)
        if not target.uses_hours:
            return None
        if target.kind == "business":
            return "always" if not all(map(_closes, calendars)) else None
        if needs_hours(target) and not all(map(_has_days, calendars)):
            return "always"
        zones = {(c.timezone if c else None) or self.zone for c in calendars}
        return ", ".join(sorted(zones)) if len(zones) > 1 else None

    def _refuse_always(self, target: Target, at: PlacedText, hours: str, by_days: bool) -> None:
        hint = Message("use `hours` that close, or write elapsed time such as `4h 24x7`")
        if at.path[-1] != TARGET_KEY:
            # Report the hours of a rule once, even if several of its targets count over them.
            rule = at.path[:2], hours
            if rule in self.always_open:
                return
            self.always_open.add(rule)
            hint = Message(
                "use `hours` that close for the whole rule, or write elapsed time such as `4h 24x7`"
            )
        message = Message(
            "`{target}` requires hours that close, but `{hours}` is open 24x7",
            target=target.text,
            hours=hours,
        )
        expected = Message("a length of time and `24x7`")
        if by_days and hours == ALWAYS:
            expected = Message("hours that close")
        elif by_days:
            expected = Message("`business-days` in `{hours}`, or hours that close", hours=hours)
        self._refuse(at, message, expected, hint)

    def _refuse(self, at: PlacedText, message: str, expected: str, hint: str | None = None) -> None:
        self.reader.report("ZS104", at.span, at.way, message, expected, hint)

    def _collect_parts(self, hours: str) -> _HoursParts:
        """Return the members and calendars of hours."""
        members = with_members(self.hours, hours)
        calendars = [calendar for id in members for calendar in self.hours[id]]
        leaves = tuple(calendar for calendar in calendars if not calendar.any)
        always = hours == ALWAYS or any(ALWAYS in calendar.any for calendar in calendars)
        zones = {calendar.timezone or self.zone for calendar in leaves}
        all_close = not always and all(calendar.windows is not None for calendar in leaves)
        names = {
            name
            for calendar in calendars
            for alternative in calendar.when
            for name in alternative.values
        }
        return _HoursParts(
            members,
            (*leaves, None) if always else leaves,
            {name: self._values(name) for name in sorted(names)},
            all_close and len(zones) < 2,
        )

    def _matched_unions(
        self, hours: str, parts: _HoursParts, scope: _TargetScope
    ) -> list[tuple[PolicyCalendar | None, ...]]:
        """Return the calendars of hours in the cases that a rule matches, a tuple for each union.

        None is `24x7`. With too many cases, the result is one union of all calendars.
        """
        when, priority = scope.rule.when, scope.priority
        values = dict(parts.values)
        for alternative in when:
            for name in alternative.values:
                if name not in values:
                    values[name] = self._values(name)
        if priority is not None and "priority" in values:
            values["priority"] = [priority]
        count = prod(map(len, values.values()))
        if count > self.cases_left:
            return [parts.calendars]
        self.cases_left -= count
        if len(when) > 1:
            return self._unions_of_cases(
                hours, when, {name: values[name] for name in sorted(values)}
            )
        for name, matching in when[0].values.items() if when else ():
            values[name] = [value for value in values[name] if value in matching]
        if not all(values.values()):
            return []
        # Dimensions that only the rule names do not select a calendar.
        values = {name: values[name] for name in parts.values}
        key = (hours, *map(tuple, values.values()))
        if key not in self.unions_by_values:
            self.unions_by_values[key] = self._unions_of_cases(hours, (), values)
        return self.unions_by_values[key]

    def _unions_of_cases(
        self, hours: str, when: When, values: dict[str, list[str]]
    ) -> list[tuple[PolicyCalendar | None, ...]]:
        """Return the calendars of hours in the cases of these values that `when` matches."""
        cases = (dict(zip(values, case, strict=True)) for case in product(*values.values()))
        unions = [self._union_of_case(hours, case) for case in cases if _matches(when, case)]
        return list({tuple(map(id, union)): union for union in unions}.values())

    def _decided_unions(
        self,
        hours: str,
        parts: _HoursParts,
        scope: _TargetScope,
        unions: list[tuple[PolicyCalendar | None, ...]],
    ) -> list[tuple[PolicyCalendar | None, ...]]:
        """Return the unions of calendars that apply in the cases that the rule decides.

        A rule decides cases that can be opened, have the priority of their facts, and are not
        decided by an earlier rule. With too many cases, the result is `unions`.
        """
        if self.tries_left < 0:
            return unions
        rule, metric, priority = scope
        earlier = [
            (rule.when, set(cells))
            for rule in self.earlier_rules
            if (cells := rule.cells.get(metric))
        ]
        grants = self._valid_entries(self.entitled.grants, "entitlements")
        case_channels = {channel.id for channel in self.entitled.channels if channel.opens_case}
        priorities = self._valid_entries(self.entitled.priorities, "priorities", "priority-table")
        conditions = [rule.when, *(when for when, _ in earlier), *(grant.when for grant in grants)]
        conditions += [entry.when for entry in priorities]
        conditions += [c.when for id in parts.members for c in self.hours[id]]
        values = self._distinct_values(
            conditions, [set(grant.allow) & case_channels for grant in grants]
        )
        if any("*" not in keys for _, keys in earlier) or priorities:
            values["priority"] = self._values("priority") or [""]
        if priority is not None:
            values["priority"] = [priority]
        sets = {c.id: c.priority for c in self.entitled.channels if c.priority is not None}
        ids = self._values("priority")
        if sets:
            # Any channel can differ from the others, and any priority can lead to another one.
            values.setdefault("priority", ids)
            values["channel"] = self._values("channel")
            self.tries_left -= len(ids) * prod(map(len, values.values())) * len(conditions)

        def can_be_opened(case: dict[str, str]) -> bool:
            own = sets.get(case.get("channel", ""))
            if own is None:
                raised = [case]
            else:
                # Facts that lead to no priority can have the priority that the channel sets.
                raised = [
                    {**case, "priority": id} for id in ids if own.of(id, ids) == case["priority"]
                ]
            return any(
                (not grants or any(_allows(grant, case_channels, item) for grant in grants))
                and (
                    not priorities
                    or _priority_of(priorities, item)
                    in (item.get("priority"), None if own and not own.at_most else "")
                )
                for item in raised
            )

        self.tries_left -= prod(map(len, values.values())) * len(conditions)
        if self.tries_left < 0 or not all(values.values()):
            return unions
        result: dict[tuple[int, ...], tuple[PolicyCalendar | None, ...]] = {}
        for combination in product(*values.values()):
            case = dict(zip(values, combination, strict=True))
            case_keys = {"*", case.get("priority", "*")}
            if (
                _matches(rule.when, case)
                and not any(keys & case_keys and _matches(when, case) for when, keys in earlier)
                and can_be_opened(case)
            ):
                calendars = self._union_of_case(hours, case)
                result[tuple(map(id, calendars))] = calendars
        return list(result.values())

    def _valid_entries(self, entries: tuple[Any, ...], *sections: str) -> tuple[Any, ...]:
        """Return the entries of sections; an empty tuple if one of the sections has findings."""
        wrong = any(path[:1] == (name,) for path in self.reader.wrong_paths for name in sections)
        return () if wrong else entries

    def _distinct_values(
        self, conditions: list[When], allowed: list[set[str]]
    ) -> dict[str, list[str]]:
        """Return values of the dimensions that conditions name.

        Values that no condition distinguishes are represented by a single value. `allowed` are the
        channels of the grants. Whether a case was opened inside hours is a dimension too.
        """
        named: dict[str, dict[tuple[str, ...], None]] = {"channel": {}} if allowed else {}
        values: dict[str, list[str]] = {}
        for alternative in (part for when in conditions for part in when):
            for name, some in alternative.values.items():
                named.setdefault(name, {})[some] = None
            if alternative.opened:
                hours = alternative.opened[1]
                values[_opened_dimension(hours)] = (
                    ["inside"] if hours == ALWAYS else ["inside", "outside"]
                )
        for name, choices in named.items():
            sets = [set(some) for some in choices] + (allowed if name == "channel" else [])
            values[name] = self._values(name)
            self.tries_left -= len(sets) * len(values[name])
            if self.tries_left < 0:
                break
            by_sets = {tuple(value in some for some in sets): value for value in values[name]}
            values[name] = list(by_sets.values())
        return values

    def _values(self, name: str) -> list[str]:
        return list(self.names.values_of(name) or ())

    def _union_of_case(self, hours: str, case: dict[str, str]) -> tuple[PolicyCalendar | None, ...]:
        """Return the calendars of hours in a case: for a union, a calendar of each member."""
        calendars: list[PolicyCalendar | None] = []
        seen: set[str] = set()
        waiting = [hours]
        while waiting:
            id = waiting.pop()
            if id in seen:
                continue
            seen.add(id)
            if id == ALWAYS:
                calendars.append(None)
            calendar = next((c for c in self.hours.get(id, ()) if _matches(c.when, case)), None)
            if calendar is not None and calendar.any:
                waiting += calendar.any
            elif calendar is not None:
                calendars.append(calendar)
        return tuple(calendars)


def _matches(when: When, case: dict[str, str]) -> bool:
    """Return whether a condition matches a case; `opened` is compared only if the case has it."""
    return not when or any(
        all(case[name] in values for name, values in alternative.values.items())
        and (
            alternative.opened is None
            or case.get(_opened_dimension(alternative.opened[1]), _side(alternative.opened[0]))
            == _side(alternative.opened[0])
        )
        for alternative in when
    )


def _opened_dimension(hours: str) -> str:
    """Return the name of the dimension for whether a case was opened inside hours."""
    return f"opened {hours}"


def _side(inside: bool) -> str:
    return "inside" if inside else "outside"


def _allows(grant: Grant, case_channels: set[str], case: dict[str, str]) -> bool:
    """Return whether a grant allows the channel of a case, and the channel opens cases."""
    channel = case["channel"]
    return channel in grant.allow and channel in case_channels and _matches(grant.when, case)


def _priority_of(rules: tuple[PriorityRule, ...], case: dict[str, str]) -> str | None:
    """Return the priority of the facts of a case."""
    return next((rule.priority for rule in rules if _matches(rule.when, case)), None)


def _closes(calendar: PolicyCalendar | None) -> bool:
    """Return whether a calendar closes at some time; None is `24x7`."""
    if calendar is None:
        return False
    if calendar.windows is not None or calendar.breaks:
        return True
    holidays = calendar.apply_holidays and calendar.holidays is not None
    lengths = [(DAY, windows) for windows in calendar.dates.values()]
    lengths += [(WEEK, week) for week in calendar.seasons.values()]
    return holidays or any(
        sum(window.closes - window.opens for window in windows) < length
        for length, windows in lengths
    )


def _has_days(calendar: PolicyCalendar | None) -> bool:
    """Return whether a calendar has business days: it has windows, or names business days."""
    return calendar is not None and (
        calendar.windows is not None or calendar.business_days is not None
    )
