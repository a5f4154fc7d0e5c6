"""Claims about all cases of a policy, computed case by case.

Sets contain numbers of cases. The module shares no code with the program: answers come from
`definition`, and claims follow the explanations of the codes.
"""

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

from .change import Open, Side
from .definition import MISSING, REMARKS, Case, Path, Target, depends_on_hours, listed
from .judge import OPENED, Judge, always_open

Numbers = set[int]


class Claims:
    """All cases of a policy with their answers, and claims about them."""

    def __init__(self, reference: Judge) -> None:
        self.reference = reference
        self.side = Side(reference.document)
        self.cases = list(reference.every_combination())
        self.every: Numbers = set(range(len(self.cases)))
        self.existing = {n for n, case in enumerate(self.cases) if reference.exists(case)}
        #: The cases that entries and alternatives match, including cases that do not exist.
        self.matching: dict[Path, Numbers] = {}
        #: The cases that cells, rules, grants, calendars, commitments and priorities decide.
        self.deciding: dict[Path, Numbers] = {}
        self.allowed: Numbers = set()
        self.entitled: Numbers = set()
        #: The targets of cases that can be opened, by metric.
        self.targets: dict[str, dict[int, Target]] = {name: {} for name in reference.metrics}
        self.lists = self._lists()
        for number, case in enumerate(self.cases):
            self._match(number, case)
            if number in self.existing:
                self._answer(number, case)

    def _lists(self) -> dict[str, list[Path]]:
        """Return the entries of lists whose first matching entry decides."""
        hours = self.reference.document.get("hours", {})
        lists: dict[str, list[Path]] = {
            f"hours.{name}": [("hours", name, number) for number in range(len(entries))]
            for name, entries in hours.items()
            if isinstance(entries, list)
        }
        if isinstance(self.reference.document.get("commitment"), list):
            lists["commitment"] = self.reference.entries("commitment")
        for topic, entries in self.reference.document.get("limits", {}).items():
            if isinstance(entries, list):
                lists[f"limits.{topic}"] = [("limits", topic, n) for n in range(len(entries))]
        return lists

    def _conditional(self) -> Iterator[Path]:
        """Yield the entries that can have a condition, except terms."""
        for section in ("entitlements", "priorities", "targets"):
            yield from self.reference.entries(section)
        for entries in self.lists.values():
            yield from entries
        for name, entry in self.reference.document.get("hours", {}).items():
            if not isinstance(entry, list):
                yield "hours", name

    def _match(self, number: int, case: Case) -> None:
        for path in self._conditional():
            # Only grants are about the priority before a case is opened.
            seen = case if path[0] == "entitlements" else self.reference.opened(case)
            match = self.reference.match(path, seen, always_open)
            for place in (path, *match.alternatives) if match.matches else ():
                self.matching.setdefault(place, set()).add(number)

    def _answer(self, number: int, case: Case) -> None:
        reference = self.reference

        def decides(path: Path) -> None:
            self.deciding.setdefault(path, set()).add(number)

        entitlement = reference.entitlement(case)
        for grant in entitlement.grants:
            decides(grant)
        if entitlement.allowed:
            self.allowed.add(number)
        for entries in self.lists.values():
            first = next((e for e in entries if number in self.matching.get(e, ())), None)
            if first is not None:
                decides(first)
        if not (reference.opens_case(case) and self.possible(case)):
            return
        self.entitled.add(number)
        for metric, targets in self.targets.items():
            target = targets[number] = reference.decides(case, metric)
            if target.cell is not None:
                decides(target.cell)
                decides(target.cell[:2])

    # -- moments ---------------------------------------------------------------------------------

    def opened(self, case: Case) -> Iterator[tuple[Open, bool]]:
        """Yield the hours of each `opened`, and whether a case is opened inside them."""
        for name in self.reference.sides:
            calendars = self.reference.hours(
                name.removeprefix(OPENED), self.reference.opened(case)
            ).calendars
            yield self.side.open(calendars), case[name] == "inside"

    def hours_of_day(self, case: Case) -> set[int]:
        """Return the hours of a day in which a case can be opened.

        Hours in the customer's time zone exclude no hour.
        """
        hours = set(range(24))
        for span, inside in self.opened(case):
            if not span.of_customer:
                hours = {hour for hour in hours if (hour in span.hours) is inside}
        return hours

    def possible(self, case: Case) -> bool:
        """Return whether a case can be opened at some moment.

        The customer's time zone may have any offset; a union with such hours excludes no hour.
        """
        spans = list(self.opened(case))
        local = [(span.of_customer, inside) for span, inside in spans if not span.hours]
        return bool(self.hours_of_day(case)) and any(
            all((hour in hours) is inside for hours, inside in local if hours) for hour in range(24)
        )

    # -- parts of a policy -----------------------------------------------------------------------

    def cells(self) -> Iterator[Path]:
        """Yield the paths of cells."""
        for rule in self.reference.entries("targets"):
            for metric in self.reference.metrics:
                stated = self.reference.at(rule).get(metric)
                if isinstance(stated, dict) and "target" not in stated:
                    yield from ((*rule, metric, key) for key in stated)
                elif stated is not None:
                    yield (*rule, metric)

    def stated(self, cell: Path) -> Numbers:
        """Return the cases with a priority of a cell."""
        if len(cell) < 4:
            return self.every
        meant = self.reference.meaning("priority", cell[3])
        opened = self.reference.opened
        return {n for n in self.every if opened(self.cases[n]).get("priority") in meant}

    def raised(self, cell: Path) -> Numbers:
        """Return the cases with a priority of a cell before they were opened."""
        meant = self.reference.meaning("priority", cell[3]) if len(cell) > 3 else set()
        return {n for n in self.every if self.cases[n].get("priority") in meant}

    def excluded(self, numbers: Numbers) -> bool:
        """Return whether there are cases, but the facts of all exclude the priority."""
        return bool(numbers) and not numbers & self.existing

    def matches(self, path: Path) -> Numbers:
        """Return the cases that an entry or an alternative matches."""
        return self.matching.get(path, set())

    def decides(self, path: Path) -> Numbers:
        """Return the cases that an entry decides."""
        return self.deciding.get(path, set())

    # -- claims ----------------------------------------------------------------------------------

    def unreachable_rules(self) -> Iterator[Path]:
        """Yield the unreachable rules (ZS401)."""
        for rule in self.reference.entries("targets"):
            cells = [cell for cell in self.cells() if cell[:2] == rule]
            matches = self.matches(rule)
            excluded = [self.excluded(matches & self.stated(cell)) for cell in cells]
            if not self.decides(rule) and not self.excluded(matches) and not all(excluded):
                yield rule

    def unreachable_cells(self) -> Iterator[Path]:
        """Yield the unreachable cells of reachable rules (ZS402)."""
        for cell in self.cells():
            stated = self.stated(cell)
            if (
                self.decides(cell[:2])
                and not self.decides(cell)
                and not self.excluded(self.matches(cell[:2]) & stated)
                and self.entitled & (stated | self.raised(cell))
            ):
                yield cell

    def unreachable_entries(self) -> Iterator[Path]:
        """Yield the unreachable entries of lists of calendars, commitments and limits (ZS412)."""
        for entries in self.lists.values():
            for path in entries if len(entries) > 1 or entries[0][0] == "limits" else ():
                if not self.decides(path) and not self.excluded(self.matches(path)):
                    yield path

    def redundant_limits(self) -> Iterator[Path]:
        """Yield the limits that later limits of the same list repeat (ZS831)."""
        for entries in self._lists_of_limits():
            for place, path in enumerate(entries):
                later = [
                    next((e for e in entries[place + 1 :] if number in self.matches(e)), None)
                    for number in self.decides(path)
                ]
                if later and all(e and self.decides(e) and self._repeats(path, e) for e in later):
                    yield path

    def _lists_of_limits(self) -> Iterator[list[Path]]:
        yield from (entries for name, entries in self.lists.items() if name.startswith("limits."))

    def _repeats(self, path: Path, other: Path) -> bool:
        """Return whether two limits say the same, and no alternative has a remark."""
        entries = [self._at(path), self._at(other)]
        whens = [part for entry in entries for part in listed(entry.get("when", {}))]
        texts = [{key: entry.get(key) for key in ("is", *REMARKS, "source")} for entry in entries]
        return texts[0] == texts[1] and not any({*REMARKS, "source"} & {*part} for part in whens)

    def without_limit(self) -> dict[Path, Numbers]:
        """Return the cases that can be opened without a limit, if other cases have one (ZS832)."""
        gaps = {}
        for entries in self._lists_of_limits():
            stated = set().union(*map(self.decides, entries))
            if stated and self.entitled - stated:
                gaps[entries[0][:2]] = self.entitled - stated
        return gaps

    def without_channel(self) -> dict[tuple[str, str], str]:
        """Return the severities of plans and roles without a channel (ZS301).

        A pair is a plan and a role that have channels, but not together. A value directly above
        one that has a channel is not included (ZS503, ZS504).
        """
        severities: dict[tuple[str, str], str] = {}
        having: dict[str, set[str]] = {
            name: {self.cases[number][name] for number in self.allowed}
            for name in ("plan", "role")
            if name in self.reference.values
        }
        if not self.allowed:
            return {}
        for name, severity in (("plan", "warning"), ("role", "error")):
            for value in self.reference.values.get(name, ()):
                above = listed(self.member(name, value).get("above", []))
                if value not in having[name] and not having[name].intersection(above):
                    severities[name, value] = severity
        pairs = {(c["plan"], c["role"]) for n in self.allowed if "role" in (c := self.cases[n])}
        for pair in product(having["plan"], having.get("role", ())):
            if pair not in pairs:
                severities[pair] = "error"
        return severities

    def member(self, name: str, value: str) -> dict[str, Any]:
        """Return the entry of a plan or a role."""
        written = self._at((f"{name}s", value))
        return written if isinstance(written, dict) else {}

    def combined_prerequisites(self) -> Iterator[tuple[int, int]]:
        """Yield pairs of grants of a channel whose prerequisites add up in some case (ZS406).

        A grant for a part of the cases that repeats all prerequisites of the other grant is a way
        to state that these cases need more.
        """
        for first, second in combinations(self.reference.entries("entitlements"), 2):
            channels = [set(listed(self._at(path).get("allow", []))) for path in (first, second)]
            for channel in sorted(set.intersection(*channels)):
                of_channel = {n for n in self.every if self.cases[n]["channel"] == channel}
                first_cases, second_cases = (
                    self.decides(path) & of_channel for path in (first, second)
                )
                always = listed(self._at(("channels", channel)).get("prerequisites", []))
                first_needs, second_needs = (
                    {
                        str(t)
                        for t in listed(self._at(p).get("prerequisites", []))
                        if t not in always
                    }
                    for p in (first, second)
                )
                narrower = (
                    first_cases <= second_cases and first_needs > second_needs,
                    second_cases <= first_cases and second_needs > first_needs,
                )
                if first_cases & second_cases and first_needs != second_needs and not any(narrower):
                    yield int(first[1]), int(second[1])
                    break

    def unused_hours(self) -> Iterator[Path]:
        """Yield the `hours` of rules and cells that no target counts over (ZS405)."""
        for rule in self.reference.entries("targets"):
            cells = [path for path in self.cells() if path[:2] == rule]
            written = {path: self._at(path) for path in cells}
            counting = set()
            for path, cell in written.items():
                own = cell.get("hours") if isinstance(cell, dict) else None
                text = cell["target"] if isinstance(cell, dict) else cell
                counts = depends_on_hours(text)
                if counts:
                    counting.add(own or self._at(rule).get("hours"))
                elif own not in (None, "24x7", self._at(rule).get("hours")):
                    yield (*path, "hours")
            if self._at(rule).get("hours") not in (None, "24x7", *counting):
                yield (*rule, "hours")

    def condition_without_effect(self) -> Iterator[Path]:
        """Yield the parts of conditions and the groups that include all values (ZS407)."""
        whole: set[str] = set()
        for group, written in self.reference.document.get("groups", {}).items():
            ((name, values),) = written.items()
            if self._names_all(name, values):
                whole.add(group)
                yield "groups", group, name
        for path in (*self._conditional(), *self._terms()):
            when = self._at(path).get("when", {})
            for number, parts in enumerate(listed(when)):
                place = (*path, "when", *([number] if isinstance(when, list) else []))
                for name, values in parts.items():
                    replaced = isinstance(values, str) and values in whole
                    known = name in self.reference.values
                    if known and not replaced and self._names_all(name, values):
                        yield (*place, name)

    def decides_texts(self, fact: str) -> bool:
        """Return whether texts depend on a fact, or a condition names all its values.

        The remarks of an alternative belong to the answer if the alternative matches.
        """
        every = {path[-1] for path in self.condition_without_effect() if path[0] != "groups"}
        for path in (*self._conditional(), *self._terms()):
            alternatives = listed(self._at(path).get("when", {}))
            several = len(alternatives) > 1 and any(
                name in parts for parts in alternatives for name in REMARKS
            )
            named = any(fact in parts for parts in alternatives)
            if named and (path[0] == "terms" or several):
                return True
        return fact in every

    def decides_an_answer(self, fact: str) -> bool:
        """Return whether an answer depends on a fact, including hours by name (ZS306)."""
        reference = self.reference
        if any(
            reference.priority(facts) != reference.priority({**facts, fact: value})
            for facts in reference.completions({})
            for value in reference.values[fact]
        ):
            return True
        names = list(reference.document.get("hours", {}))
        answers: dict[tuple[str, ...], object] = {}
        for number in sorted(self.existing):
            case = self.cases[number]
            opened = reference.opened(case)
            answer = (
                reference.answers(case),
                [
                    list(map(reference.written, reference.hours(name, opened).calendars))
                    for name in names
                ],
                [self._at(path) for path in reference.grants(case)],
                reference.commitment(opened),
                [
                    reference.limit(opened, topic)[0]
                    for topic in reference.document.get("limits", {})
                ],
            )
            rest = tuple(value for name, value in case.items() if name != fact)
            if answers.setdefault(rest, answer) != answer:
                return True
        return False

    def _names_all(self, name: str, values: Any) -> bool:
        known = self.reference.values.get(name, [])
        return len(known) > 1 and self.reference.meaning(name, values) == set(known)

    def _terms(self) -> Iterator[Path]:
        for topic, entries in self.reference.document.get("terms", {}).items():
            for number in range(len(entries)):
                yield "terms", topic, number

    def unreachable_grants(self) -> Iterator[Path]:
        """Yield the unreachable grants (a part of ZS403)."""
        for path in self.reference.entries("entitlements"):
            allows = "allow" in self.reference.at(path)
            if allows and not self.decides(path) and not self.excluded(self.matches(path)):
                yield path

    def unreachable_priorities(self) -> Iterator[str]:
        """Yield the priorities that no facts lead to (ZS404)."""
        if self.reference.facts_decide:
            led_to = self.reference.led_to({}) | self.set_by_channels()
            yield from (id for id in self.reference.values["priority"] if id not in led_to)

    def set_by_channels(self) -> set[str | None]:
        """Return the priorities that channels set."""
        channels = self.reference.document["channels"].values()
        settings = [channel["priority"] for channel in channels if "priority" in channel]
        return {
            entry.get("is", entry.get("at-most")) if isinstance(entry, dict) else entry
            for entry in settings
        }

    def priorities_without_grant(self) -> Iterator[Path]:
        """Yield the priorities without a channel that opens cases (ZS313)."""
        cases = [self.cases[number] for number in self.entitled]
        raised = {c.get("priority") for case in cases for c in (case, self.reference.opened(case))}
        for path in self.reference.entries("priorities") if self.entitled else ():
            if self.reference.at(path)["id"] not in raised:
                yield path

    def excluded_priorities(self) -> Iterator[Path]:
        """Yield entries, alternatives and cells whose facts exclude their priority (ZS414)."""
        if len(self.existing) == len(self.every):
            return
        for path in self._conditional():
            whole = self.excluded(self.matches(path))
            if path[0] == "priorities":
                continue
            if whole and "when" in self.reference.at(path):
                yield path
            elif not whole:
                for alternative in self.alternatives(path):
                    if self.excluded(self.matches(alternative)):
                        yield alternative
        for cell in self.cells():
            matches = self.matches(cell[:2])
            if self.excluded(matches & self.stated(cell)) and not self.excluded(matches):
                yield cell

    def alternatives(self, path: Path) -> list[Path]:
        """Return the alternatives of a condition with at least two."""
        when = self.reference.at(path).get("when")
        several = isinstance(when, list) and len(when) > 1
        return [(*path, "when", number) for number in range(len(when))] if several else []

    def unreachable_alternatives(self) -> Iterator[Path]:
        """Yield the unreachable alternatives of reachable entries (ZS415)."""
        for path in self._conditional():
            decides, may_decide = self._first_of_list(path)
            parts = {place: self.matches(place) for place in self.alternatives(path)}
            for place, part in parts.items():
                candidates = part & may_decide
                inside = any(
                    part <= other and (part != other or other_place < place)
                    for other_place, other in parts.items()
                    if other_place != place
                )
                if decides and candidates and not candidates & decides and not inside:
                    yield place

    def _first_of_list(self, path: Path) -> tuple[Numbers, Numbers]:
        """Return the cases that an entry decides, and those it would decide as the first entry."""
        if path[0] == "priorities":
            led = {n for n in self.every if self.reference.leading(self.cases[n]) == path}
            return led, self.every
        if path[0] == "targets":
            stated: Numbers = set()
            for cell in self.cells():
                stated |= self.stated(cell) if cell[:2] == path else set()
            return self.decides(path), self.entitled & stated
        if path[0] == "entitlements" or (path[0] == "hours" and len(path) < 3):
            return set(), set()
        return self.decides(path), self.existing

    def conflicting_recommendations(self) -> Iterator[Path]:
        """Yield recommendations in the opposite order of an earlier entry (ZS416)."""
        paths = [p for p in self.reference.entries("entitlements") if "recommend" in self._at(p)]
        for later_number, later in enumerate(paths):
            below = listed(self._at(later)["recommend"])
            if any(self._conflict(above, later, below) for above in paths[:later_number]):
                yield (*later, "recommend")

    def _conflict(self, above: Path, later: Path, below: list[str]) -> bool:
        both = self.matches(above) & self.matches(later) & self.allowed
        order = [name for name in listed(self._at(above)["recommend"]) if name in below]
        for first, second in combinations(order, 2):
            if below.index(first) > below.index(second):
                cases = [self._without("channel", both, name) for name in (first, second)]
                if cases[0] & cases[1]:
                    return True
        return False

    def _without(self, dimension: str, numbers: Numbers, value: str) -> set[tuple[str, ...]]:
        """Return the other values of the cases with this value."""
        cases = (self.cases[number] for number in numbers)
        return {
            tuple(v for name, v in case.items() if name != dimension)
            for case in cases
            if case[dimension] == value
        }

    def recommended_not_granted(self) -> Iterator[tuple[Path, str]]:
        """Yield the recommended channels that are not granted in any of the cases (ZS413)."""
        granted = {
            name
            for path in self.reference.entries("entitlements")
            for name in listed(self._at(path).get("allow", []))
        }
        for path in self.reference.entries("entitlements"):
            for name in listed(self._at(path).get("recommend", [])):
                some = self.matches(path) & self.existing
                cases = {n for n in some if self.cases[n]["channel"] == name}
                if cases and not cases & self.allowed and name in granted:
                    yield path, name

    def gaps(self) -> dict[Path, Numbers]:
        """Return the cases without a target, by the place of the finding (ZS302).

        The place is the last matching rule that states the metric, for other priorities. Without
        such a rule it is the whole list, and only for the first metric.
        """
        places: dict[Path, Numbers] = {}
        rules = self.reference.entries("targets")
        for number, (metric, targets) in enumerate(self.targets.items()):
            for case, target in targets.items() if rules else ():
                if target.cell is None:
                    stating = [
                        r for r in rules if metric in self._at(r) and case in self.matches(r)
                    ]
                    if stating or number == 0:
                        place = (*stating[-1], metric) if stating else ("targets",)
                        places.setdefault(place, set()).add(case)
        return places

    def hours_without_calendar(self) -> set[str]:
        """Return the hours without a calendar in a case that needs them (ZS312)."""
        missing: set[str] = set()
        for number in self.allowed:
            case = self.cases[number]
            names = {self._at(grant).get("hours") for grant in self.reference.grants(case)}
            for targets in self.targets.values() if number in self.entitled else ():
                names.add(targets[number].hours)
            names |= (
                set(self._opened(self.reference.opened(case))) if number in self.entitled else set()
            )
            for name in names - {None}:
                missing |= self._without_calendar(str(name), case)
        return missing

    def _opened(self, case: Case) -> Iterator[str]:
        """Yield the hours of `opened` in alternatives whose other parts match a case."""
        for rule in self.reference.entries("targets"):
            for parts in listed(self._at(rule).get("when", [])):
                bare = {name: value for name, value in parts.items() if name in case}
                if "opened" in parts and all(
                    case[name] in self.reference.meaning(name, value)
                    for name, value in bare.items()
                ):
                    yield parts["opened"].split()[1]

    def _without_calendar(self, name: str, case: Case) -> set[str]:
        """Return the hours without a calendar: these, or members of their union."""
        hours = self.reference.hours(name, self.reference.opened(case))
        if MISSING not in hours.calendars:
            return set()
        if not hours.rests:
            return {name}
        members = self._at(hours.rests[0])["any"]
        return set().union(*(self._without_calendar(member, case) for member in members))

    def _at(self, path: Path) -> Any:
        return self.reference.at(path)
