"""The targets of a policy: rules and cells, and whether what they promise can be counted.

A target that says business needs hours, and hours that it can be counted over. What those hours
are can depend on the case, so every case that a rule decides is looked at where it matters.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from math import prod
from typing import Any

from zsupport.clock.target import Target, needs_hours
from zsupport.clock.target_text import in_business, parse_target, suited
from zsupport.clock.windows import DAY
from zsupport.findings import Span
from zsupport.policy.format import ALWAYS, CELL, DIMENSIONS, RULE, TARGET_KEY, ByPriority
from zsupport.policy.model import (
    Cell,
    Channel,
    Grant,
    PolicyCalendar,
    Priority,
    TargetRule,
    When,
    with_members,
)
from zsupport.policy.names import Names
from zsupport.policy.shape import Later, Named, Record, misspelt
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple

#: More cases than this are not looked at one by one; then any case could be.
_MOST_CASES = 20_000
#: The most conditions tried to find the cases that a rule decides; beyond, it could decide any.
_MOST_TRIED = 300_000


class _Joined(NamedTuple):
    """What hours are made of."""

    members: list[str]  # these hours and all that they are a union of
    calendars: tuple[PolicyCalendar | None, ...]  # that could decide; None stands for `24x7`
    values: dict[str, list[str]]  # of what decides which calendar it is, by name in order
    certain: bool  # all close at times, and in one zone: whatever the case, they can be counted


class _StatedTargets(NamedTuple):
    """Which targets of a rule a cell states: those of one metric, for a priority or for all."""

    rule: TargetRule
    metric: str
    priority: str | None


class Entitled(NamedTuple):
    """What says which cases can be opened: the channels, their grants, and the priorities."""

    channels: tuple[Channel, ...]
    grants: tuple[Grant, ...]
    priorities: tuple[Priority, ...]


class TargetsReader:
    """Reads the target rules of a policy, over the hours that it defines."""

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
        #: The rules read so far: where one of them decides, a rule below does not.
        self.above: list[TargetRule] = []
        self.cases_left = _MOST_CASES
        self.tries_left = _MOST_TRIED
        #: How many targets depend on more than their own rule: on the cases left to it, by which
        #: calendar decides.
        self.judged_by_case = 0
        self.without_hours: set[Path] = set()
        #: The hours of cells whose target could not be read, by the place of the target.
        self.own_hours: dict[Span, str | None] = {}
        self.always_open: set[tuple[Path, str]] = set()
        self.joined: dict[str, _Joined] = {}
        self.decided: dict[tuple[object, ...], list[tuple[PolicyCalendar | None, ...]]] = {}

    def rules(self) -> tuple[TargetRule, ...]:
        """Return the rules."""
        for record in self.names.record.get("targets") or ():
            self.above.append(self.rule(record))
        return tuple(self.above)

    def rule(self, record: Record) -> TargetRule:
        """Return a rule, read below those `above`."""
        own = self.names.resolve("hours", record.get("hours"))
        when = self.names.when(record.get("when"), (*DIMENSIONS, "opened"), "targets")
        rule = self.names.part(TargetRule, RULE, record, when=when, hours=own, cells={})
        declared = "hours" in record
        metrics = self.names.known["metric"]
        for key, read in record.values.items():
            if not isinstance(read, Later):
                continue
            at = record.key(key)
            if metrics is not None and key not in metrics:
                known = [*metrics, *RULE.fields]
                present = record.node.by_key
                self.names.undefined("metric", at, known, alternative="key", present=present)
                meant = self.reader.nearest(key, known)
                declared = declared or meant == "hours"
                if meant not in metrics:  # what stands here are no targets
                    continue
            before = len(self.reader.findings)
            targets = read.read(self.reader)
            misread = range(before, len(self.reader.findings))
            if targets is not None:
                rule.cells[key] = self._cells(targets, record, at, rule, declared)
            for position in misread:
                self._suit(position, own, declared)
        return rule

    def _suit(self, position: int, hours: str | None, declared: bool) -> None:
        """Make the hint about a target that could not be read fit the hours in effect there."""
        finding = self.reader.findings[position]
        if finding.code == "ZS104" and finding.hint:
            if finding.span in self.own_hours:
                hours, declared = self.own_hours[finding.span], True
            hint = suited(finding.hint, declared, partial(self._fits, hours))
            self.reader.findings[position] = finding._replace(hint=hint)

    def _fits(self, hours: str | None, target: Target) -> bool:
        """Return whether a target can be counted over hours in every case."""
        if hours is None or not needs_hours(target):
            return True
        return self._uncountable(target, self._joined(hours).calendars) is None

    def _joined(self, hours: str) -> _Joined:
        """Return what these hours are made of."""
        if hours not in self.joined:
            self.joined[hours] = self._join(hours)
        return self.joined[hours]

    def _cells(
        self, targets: Any, record: Record, at: Named, rule: TargetRule, declared: bool
    ) -> dict[str, Cell]:
        """Return the targets of one metric, by priority (`*`: all)."""
        if not isinstance(targets, ByPriority):
            cell = self._cell(targets, record, at, _StatedTargets(rule, at.text, None), declared)
            return {"*": cell} if cell else {}
        read = targets.record
        cells: dict[str, Cell] = {}
        if not self.names.has("priority", at):
            return cells
        for key, target in read.values.items():
            if target is None and read.was_left_empty(key):
                continue
            place = read.key(key)
            for priority in self.names.expand("priority", (False, [place])):
                stated = _StatedTargets(rule, at.text, priority)
                cell = self._cell(target, read, place, stated, declared)
                if priority in cells:
                    message = f"`{key}` states {priority} a second time"
                    expected = "one target for a priority"
                    self.reader.report("ZS209", place.span, place.way, message, expected)
                elif cell:
                    cells[priority] = cell
        return cells

    def _cell(
        self, read: Any, holder: Record, at: Named, stated: _StatedTargets, declared: bool
    ) -> Cell | None:
        """Return the target that stands at a key of a record."""
        rule = stated.rule
        key = at.text if stated.priority is not None else "*"
        if isinstance(read, Target):
            self._check(read, holder, at.text, rule.hours, declared, stated)
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
        declared = declared or misspelt(own, "hours", self.reader)
        self._check(target, own, TARGET_KEY, hours, declared, stated)
        return cell

    # -- whether it can be counted -------------------------------------------------------

    def _check(
        self,
        target: Target,
        holder: Record,
        key: str,
        hours: str | None,
        declared: bool,
        stated: _StatedTargets,
    ) -> None:
        """Report a target that does not say with certainty over which hours it counts.

        It stands at a key of `holder`.
        """
        counted = needs_hours(target)
        if target.kind == "clock" and declared and not target.around_the_clock:
            text, business = target.text, in_business(target.text)
            if self._fits(hours, parse_target(business)):
                hint = f"write `{text} 24x7` for elapsed time, or `{business}` for working time"
            else:
                hint = f"write `{text} 24x7` for elapsed time"
            at = holder.value(key)
            message = f"ambiguous target `{text}`: elapsed time, or working time over `hours`"
            self._refuse(at, message, "`24x7` or `business` in the target", hint)
        if counted and not declared:
            at = holder.value(key)
            # Report a rule without hours once, even if several of its targets need them.
            rule = at.path[:2]
            if rule not in self.without_hours:
                self.without_hours.add(rule)
                message = f"`{target.text}` requires `hours`"
                hint = "add `hours` to the rule; it applies to all targets of the rule"
                self._refuse(at, message, "`hours` in the rule or in the cell", hint)
        elif hours is not None and target.uses_hours:
            joined = self._joined(hours)
            if not joined.certain:
                self._check_hours(target, holder.value(key), hours, joined, stated)

    def _check_hours(
        self, target: Target, at: Named, hours: str, joined: _Joined, stated: _StatedTargets
    ) -> None:
        if self.reader.wrong and any(("hours", id) in self.reader.wrong for id in joined.members):
            return  # these findings can be the cause of an error in the target
        self.judged_by_case += 1
        reached = self._reached(hours, joined, stated)
        if any(self._uncountable(target, calendars) for calendars in reached):
            # Removing the cases that the rule does not decide takes long, so it comes last.
            reached = self._decided(hours, joined, stated, reached)
        reasons = [self._uncountable(target, calendars) for calendars in reached]
        if "always" in reasons:
            by_days = target.kind in ("business-days", "next-business-day", "by")
            self._refuse_always(target, at, hours, by_days)
        elif mixed := next(filter(None, reversed(reasons)), None):
            message = f"`{hours}` has several time zones ({mixed}), so its days are ambiguous"
            self._refuse(at, message, "hours in one time zone, or business hours")

    def _uncountable(
        self, target: Target, calendars: tuple[PolicyCalendar | None, ...]
    ) -> str | None:
        """Return why a target cannot be counted over calendars together: `always`, or the zones.

        Business hours need calendars that close at times, business days calendars with days.
        """
        if target.kind == "business":
            return "always" if not all(map(_closes, calendars)) else None
        if needs_hours(target) and not all(map(_has_days, calendars)):
            return "always"
        zones = {(c.timezone if c else None) or self.zone for c in calendars}
        return ", ".join(sorted(zones)) if len(zones) > 1 else None

    def _refuse_always(self, target: Target, at: Named, hours: str, by_days: bool) -> None:
        hint = "use `hours` that close, or write elapsed time such as `4h 24x7`"
        if at.path[-1] != TARGET_KEY:
            # Report the hours of a rule once, even if several of its targets count over them.
            rule = at.path[:2], hours
            if rule in self.always_open:
                return
            self.always_open.add(rule)
            hint = (
                "use `hours` that close for the whole rule, or write elapsed time such as `4h 24x7`"
            )
        message = f"`{target.text}` requires hours that close, but `{hours}` is open 24x7"
        expected = "a length of time and `24x7`"
        if by_days and hours == ALWAYS:
            expected = "hours that close"
        elif by_days:
            expected = f"`business-days` in `{hours}`, or hours that close"
        self._refuse(at, message, expected, hint)

    def _refuse(self, at: Named, message: str, expected: str, hint: str | None = None) -> None:
        self.reader.report("ZS104", at.span, at.way, message, expected, hint)

    def _join(self, hours: str) -> _Joined:
        """Return what these hours are made of."""
        members = with_members(self.hours, hours)
        every = [calendar for id in members for calendar in self.hours[id]]
        leaves = tuple(calendar for calendar in every if not calendar.any)
        always = hours == ALWAYS or any(ALWAYS in calendar.any for calendar in every)
        zones = {calendar.timezone or self.zone for calendar in leaves}
        closing = not always and all(calendar.windows is not None for calendar in leaves)
        names = {name for each in every for part in each.when for name in part.values}
        return _Joined(
            members,
            (*leaves, None) if always else leaves,
            {name: self._values(name) for name in sorted(names)},
            closing and len(zones) < 2,
        )

    def _reached(
        self, hours: str, joined: _Joined, stated: _StatedTargets
    ) -> list[tuple[PolicyCalendar | None, ...]]:
        """Return the calendars, members of a union apart, that decide where a rule matches.

        None stands for `24x7`. Where there are too many cases, any calendar could decide.
        """
        when, priority = stated.rule.when, stated.priority
        values = dict(joined.values)
        for alternative in when:
            for name in alternative.values:
                if name not in values:
                    values[name] = self._values(name)
        if priority is not None and "priority" in values:
            values["priority"] = [priority]
        count = prod(map(len, values.values()))
        if count > self.cases_left:
            return [joined.calendars]
        self.cases_left -= count
        if len(when) > 1:
            return self._decide(hours, when, {name: values[name] for name in sorted(values)})
        for name, wanted in when[0].values.items() if when else ():
            values[name] = [value for value in values[name] if value in wanted]
        if not all(values.values()):
            return []
        # What only the rule names decides nothing: such cases need not be told apart.
        values = {name: values[name] for name in joined.values}
        key = (hours, *map(tuple, values.values()))
        if key not in self.decided:
            self.decided[key] = self._decide(hours, (), values)
        return self.decided[key]

    def _decide(
        self, hours: str, when: When, values: dict[str, list[str]]
    ) -> list[tuple[PolicyCalendar | None, ...]]:
        """Return the calendars that decide in the cases of these values in which a rule holds."""
        cases = (dict(zip(values, case, strict=True)) for case in product(*values.values()))
        found = [self._deciding(hours, case) for case in cases if _holds(when, case)]
        return list({tuple(map(id, calendars)): calendars for calendars in found}.values())

    def _decided(
        self,
        hours: str,
        joined: _Joined,
        stated: _StatedTargets,
        reached: list[tuple[PolicyCalendar | None, ...]],
    ) -> list[tuple[PolicyCalendar | None, ...]]:
        """Return which of the calendars reached decide where the rule decides.

        That is in cases that can be opened, have a priority that their facts lead to, and are not
        decided by a rule above. Where there are too many cases it is what was reached.
        """
        if self.tries_left < 0:
            return reached
        rule, metric, priority = stated
        above = [
            (each.when, set(cells)) for each in self.above if (cells := each.cells.get(metric))
        ]
        grants = self._read("entitlements", self.entitled.grants)
        opening = {each.id for each in self.entitled.channels if each.opens_case}
        priorities = self._read("priorities", self.entitled.priorities)
        if not any(each.when for each in priorities):
            priorities = ()
        conditions = [rule.when, *(when for when, _ in above), *(each.when for each in grants)]
        conditions += [each.when for each in priorities]
        conditions += [c.when for id in joined.members for c in self.hours[id]]
        values = self._told_apart(conditions, [set(each.allow) & opening for each in grants])
        if any("*" not in written for _, written in above) or priorities:
            values["priority"] = self._values("priority") or [""]
        if priority is not None:
            values["priority"] = [priority]
        self.tries_left -= prod(map(len, values.values())) * len(conditions)
        if self.tries_left < 0 or not all(values.values()):
            return reached
        kept: dict[tuple[int, ...], tuple[PolicyCalendar | None, ...]] = {}
        for each in product(*values.values()):
            case = dict(zip(values, each, strict=True))
            of_case = {"*", case.get("priority", "*")}
            if (
                _holds(rule.when, case)
                and not any(written & of_case and _holds(when, case) for when, written in above)
                and (not grants or any(_allows(grant, opening, case) for grant in grants))
                and (not priorities or _leads_to(priorities, case) == case.get("priority"))
            ):
                calendars = self._deciding(hours, case)
                kept[tuple(map(id, calendars))] = calendars
        return list(kept.values())

    def _read(self, section: str, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the entries of a section, none where something in it is wrong."""
        wrong = any(path[:1] == (section,) for path in self.reader.wrong)
        return () if wrong else entries

    def _told_apart(self, conditions: list[When], allowed: list[set[str]]) -> dict[str, list[str]]:
        """Return values of each dimension that conditions name, one of those that none tells apart.

        `allowed` are the channels of the grants. Whether a case was opened inside hours is a
        dimension too.
        """
        named: dict[str, dict[tuple[str, ...], None]] = {"channel": {}} if allowed else {}
        values: dict[str, list[str]] = {}
        for alternative in (each for when in conditions for each in when):
            for name, some in alternative.values.items():
                named.setdefault(name, {})[some] = None
            if alternative.opened:
                hours = alternative.opened[1]
                values[_opened(hours)] = ["inside"] if hours == ALWAYS else ["inside", "outside"]
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

    def _deciding(self, hours: str, case: dict[str, str]) -> tuple[PolicyCalendar | None, ...]:
        """Return the calendars of these hours in a case, members of a union apart."""
        found: list[PolicyCalendar | None] = []
        seen: set[str] = set()
        waiting = [hours]
        while waiting:
            id = waiting.pop()
            if id in seen:
                continue
            seen.add(id)
            if id == ALWAYS:
                found.append(None)
            calendar = next((c for c in self.hours.get(id, ()) if _holds(c.when, case)), None)
            if calendar is not None and calendar.any:
                waiting += calendar.any
            elif calendar is not None:
                found.append(calendar)
        return tuple(found)


def _holds(when: When, case: dict[str, str]) -> bool:
    """Return whether a condition matches a case; `opened` counts where the case says it."""
    return not when or any(
        all(case[name] in values for name, values in alternative.values.items())
        and (
            alternative.opened is None
            or case.get(_opened(alternative.opened[1]), _side(alternative.opened[0]))
            == _side(alternative.opened[0])
        )
        for alternative in when
    )


def _opened(hours: str) -> str:
    """Return the name of the dimension that says whether a case was opened inside hours."""
    return f"opened {hours}"


def _side(inside: bool) -> str:
    return "inside" if inside else "outside"


def _allows(grant: Grant, opening: set[str], case: dict[str, str]) -> bool:
    """Return whether a grant allows the channel of a case, and the channel opens cases."""
    channel = case["channel"]
    return channel in grant.allow and channel in opening and _holds(grant.when, case)


def _leads_to(priorities: tuple[Priority, ...], case: dict[str, str]) -> str | None:
    """Return the priority that the facts of a case decide."""
    return next((each.id for each in priorities if _holds(each.when, case)), None)


def _closes(calendar: PolicyCalendar | None) -> bool:
    """Return whether hours are closed at some time; None stands for `24x7`."""
    if calendar is None:
        return False
    if calendar.windows is not None or calendar.breaks:
        return True
    holidays = calendar.apply_holidays and calendar.holidays is not None
    return holidays or any(
        sum(window.closes - window.opens for window in windows) < DAY
        for windows in calendar.dates.values()
    )


def _has_days(calendar: PolicyCalendar | None) -> bool:
    """Return whether hours have business days: windows that close, or days that are named."""
    return calendar is not None and (
        calendar.windows is not None or calendar.business_days is not None
    )
