"""Why an answer is as it is: the lines that decided, and what would change it."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, tzinfo
from functools import cached_property

from zsupport.answer.case import AnyAnswers, Because, Case, NeedsInput, matching
from zsupport.answer.channels import ChannelAnswer, holding, no_priority
from zsupport.answer.due import DueAnswer, DueDetails, course_of
from zsupport.answer.facts import PrioritiesByFacts
from zsupport.answer.hours import Settled
from zsupport.answer.opening import HoursAnswer, Opening
from zsupport.answer.priority import PriorityAnswer
from zsupport.answer.promise import NEGATIVE, Promise, decide
from zsupport.answer.terms import TermAnswer
from zsupport.answer.topics import TopicAnswer
from zsupport.clock.instants import duration, format_instant, from_datetime
from zsupport.clock.target import Target
from zsupport.clock.zones import zone
from zsupport.policy.model import Alternative, Grant, Place, When
from zsupport.wording import enumerated

#: How a policy may read the end of a business day.
_DUE_ON_A_DAY = {
    "close": "when {it} closes",
    "opening": "when {it} opens",
    "same-time": "at the same time of day within its hours",
    "opening-time": "at the time of day at which {moved} opens, within its hours",
}
#: Of more business days the first and the last are named.
MAX_DAYS = 10
#: A longer way is shown by its beginning and its end.
MAX_STEPS = 40


def why(answers: AnyAnswers, where: str, zone_shown: tzinfo = UTC) -> list[str]:
    """Return lines that explain the answers.

    `where` goes before the name of the file, and clock time is shown in `zone_shown`.
    Every answer has a line of its own, then a line for each place in the policy that decided.
    """
    explain = _Explain(answers, where, zone_shown)
    lines: list[str] = []
    for answer in answers.answers:
        if isinstance(answer, ChannelAnswer):
            lines += explain.channel(answer, in_force=answers.in_force)
        elif isinstance(answer, DueAnswer):
            lines += explain.due(answer, in_force=answers.in_force)
        elif isinstance(answer, PriorityAnswer):
            lines += explain.priority(answer)
        elif isinstance(answer, HoursAnswer):
            lines += explain.hours(answer, in_force=answers.in_force)
        elif isinstance(answer, TermAnswer):
            lines += explain.term(answer, in_force=answers.in_force)
        elif isinstance(answer, TopicAnswer):
            lines += explain.topic(answer)
    return lines


def in_words(alternative: Alternative) -> str:
    """Return an alternative of a condition in words: `plan pro or api, role owner`."""
    parts = [f"{name} {_or(values)}" for name, values in alternative.values.items()]
    if alternative.opened:
        inside, hours = alternative.opened
        parts.append(f"opened {'inside' if inside else 'outside'} {hours}")
    return ", ".join(parts) or "always"


def _or(values: Iterable[str]) -> str:
    return enumerated(values, "or")


def _condition(when: When) -> str:
    return "; or ".join(in_words(each) for each in when) if when else "always"


class _Explain:
    def __init__(self, answers: AnyAnswers, where: str, zone_shown: tzinfo) -> None:
        self.zone_shown = zone_shown
        self.answers = answers
        self.revision = answers.revision
        self.where = where

    @property
    def of_due(self) -> DueDetails:
        """What deadlines were worked out from."""
        assert isinstance(self.answers.details, DueDetails)
        return self.answers.details

    def at(self, place: Place | Because) -> str:
        return f"  {self.where}{self.revision.file}:{place.line}"

    def channel(self, answer: ChannelAnswer, *, in_force: bool) -> list[str]:
        case = _case(answer)
        head = f"{_place(answer)}: {'allowed' if answer.allowed else 'not allowed'}"
        if not in_force:
            return [head, f"{self.at(self.revision.validity_place)}  not in force"]
        lines = [head]
        if answer.allowed:
            decided = {each.path for each in answer.because}
            for grant in self.revision.grants:
                if grant.place.path in decided:
                    matched = tuple(each for each in grant.when if each.place.path in decided)
                    says = _condition(matched or grant.when)
                    lines.append(f"{self.at(grant.place)}  allows {answer.channel}: {says}")
            return lines
        if answer.because == no_priority(self.revision):
            return [*lines, *self._no_priority()]
        lines += self._denials(case, [answer.channel])
        return lines + self._would(case, [answer.channel], "allowed")

    def _cases(self, case: Case, changed: str) -> list[Case]:
        """Return the case once for each priority that its facts leave open, if it settles none.

        `changed` names the dimension or fact with another value than the question has.
        """
        if "priority" in case or not self.revision.priorities:
            return [case]
        stated = {n: v for n, v in case.items() if n in self.answers.query.facts or n == changed}
        return [
            {**case, "priority": each.id}
            for each in self.revision.priorities
            if not self.by_facts.excludes(each.id, stated)
        ]

    @cached_property
    def by_facts(self) -> PrioritiesByFacts:
        """The priorities that facts leave open, without the facts of the question."""
        return PrioritiesByFacts(self.revision, {})

    def _no_priority(self) -> list[str]:
        return [
            f"{self.at(each.place)}  {each.id} does not fit: {_condition(each.when)}"
            for each in self.revision.priorities
        ]

    def _denials(self, case: Case, channels: list[str]) -> list[str]:
        grants = [g for g in self.revision.grants if set(channels) & set(g.allow)]
        if not grants:
            return [f"{self.at(self.revision.grants_place)}  no grant allows it"]
        lines = []
        for grant in grants:
            allowed = _or(c for c in grant.allow if c in channels)
            lines.append(f"{self.at(grant.place)}  allows {allowed} for {_misses(grant, case)}")
        return lines

    def _would(self, case: Case, channels: list[str], what: str) -> list[str]:
        """Return what single change of the case would make it positive."""

        def allowed(changed: Case, name: str) -> bool:
            return any(
                holding(self.revision, one, channel)
                for one in self._cases(changed, name)
                for channel in channels
            )

        changes = []
        for name, values in self._choices(case):
            good = [v for v in values if v != case.get(name) and allowed({**case, name: v}, name)]
            if good:
                changes.append(f"with {name} {_or(good)}")
        if not changes:
            plans = [
                (plan, role)
                for plan in self._values("plan", case)
                for role in self._values("role", case)
                if allowed({**case, **_some(plan=plan, role=role)}, "role")
            ]
            if not plans:
                return []
            plan, role = plans[0]
            pair = [f"plan {plan}" if plan else "", f"role {role}" if role else ""]
            changes.append(f"with {' and '.join(p for p in pair if p)}")
        return [f"  it would be {what} {'; or '.join(changes)}"]

    def _choices(self, case: Case) -> list[tuple[str, list[str]]]:
        choices = [
            ("plan", [v for v in self._values("plan", case) if v]),
            ("role", [v for v in self._values("role", case) if v]),
        ]
        if "priority" in case:
            choices.append(("priority", [p.id for p in self.revision.priorities]))
        facts = {fact.id: fact for fact in self.revision.facts}
        choices += [(name, list(facts[name].values)) for name in case if name in facts]
        return choices

    def _values(self, dimension: str, case: Case) -> list[str | None]:
        """Return a dimension's values: the nearest above the one asked about come first."""
        members = self.revision.plans if dimension == "plan" else self.revision.roles
        if not members:
            return [None]
        ids = [member.id for member in members]
        near = [case[dimension]] if dimension in case else []
        for id in near:
            near += [m.id for m in members if id in m.above and m.id not in near]
        return [*near, *(id for id in ids if id not in near)]

    def due(self, answer: DueAnswer, *, in_force: bool) -> list[str]:
        case = _case(answer)
        lines = [f"{_place(answer)}: {answer.state}"]
        if not in_force:
            return [*lines, f"{self.at(self.revision.validity_place)}  not in force"]
        opening = [c.id for c in self.revision.channels if c.opens_case]
        if answer.state == "not-entitled":
            channels = [answer.channel] if answer.channel else opening
            channels = [c for c in channels if c in opening]
            if not channels:
                return [*lines, f"  `{answer.channel}` opens no case, so nothing is promised"]
            lines += self._denials(case, channels)
            return lines + self._would(case, channels, "entitled to it")
        if answer.because == no_priority(self.revision):
            return [*lines, *self._no_priority()]
        row = self._promised(answer)
        case = row.case
        inside = self._inside(case)
        if answer.state == "needs-input":
            return [*lines, *(f"{self.at(each)}" for each in answer.because)]
        deciding = decide(self.revision, case, answer.metric, inside)
        if deciding is None:
            place = self.revision.targets_place or self.revision.grants_place
            return [*lines, f"{self.at(place)}  no rule states {answer.metric} for it"]
        says = "; or ".join(map(in_words, deciding.matched))
        target = deciding.cell.target.text
        lines.append(f"{self.at(deciding.cell.place)}  {answer.metric}: {target}")
        lines.append(f"{self.at(deciding.rule.place)}  this rule holds: {says}")
        priority = case.get("priority", "*")
        for rule in self.revision.rules:
            cells = rule.cells.get(answer.metric, {})
            hidden = cells.get(priority) or cells.get("*")
            if rule is not deciding.rule and hidden and _matches(rule.when, case, inside):
                lines.append(
                    f"{self.at(hidden.place)}  hidden by it: {hidden.target.text} "
                    f"({_condition(rule.when)})"
                )
        if answer.state in NEGATIVE:
            return lines + self._would_promise(case, answer.metric)
        return lines + self._walk(answer, row)

    def _promised(self, answer: DueAnswer) -> Promise:
        """Return the promise with all that was settled: an answer shows only what differs."""
        place = (answer.plan, answer.role, answer.priority, answer.metric)
        for row in self.of_due.promised.rows:
            same = (row.plan, row.role, row.priority, row.metric.id) == place
            same = same and answer.channel in (None, row.case["channel"])
            if same and answer.facts.items() <= row.facts.items():
                return row
        raise LookupError(f"no promise for {answer}")

    def _inside(self, case: Case) -> Callable[[str], bool]:
        moment, _, hours = self.of_due
        return lambda name: hours.is_open(name, case, moment.events.opened)

    def _walk(self, answer: DueAnswer, row: Promise) -> list[str]:
        """Return the way from the start to due: what was counted, and what was not and why."""
        from zsupport.clock.walk import walk

        assert row.cell is not None
        target, moment, settled = row.cell.target, self.of_due.moment, row.settled
        if target.kind == "rate":
            return []
        run = course_of(row, self.revision, moment)
        if run is None:
            return [f"  its clock starts when the case is {row.metric.starts}: not yet"]
        if answer.due is None and run.open_since is None:
            return ["  it is not reached within ten years of its start"]
        where = zone(settled.zone_name) if settled else self.zone_shown
        start = run.anchor
        end = from_datetime(answer.due) if answer.due else moment.at
        steps = walk(settled.time if settled else None, start, end, run.pauses)
        over, lines = "", []
        if settled:
            # The members of a union can be in several zones; times are shown in the first.
            zones = dict.fromkeys(str(each.zone) for each in settled.time.hours)
            over = f" over `{answer.hours}` ({', '.join(zones)})"
            lines += self._business_days(settled, target, start)
        lines.append(f"  the way from {format_instant(start, where)}{over}:")
        shown = (
            steps
            if len(steps) <= MAX_STEPS
            else [*steps[: MAX_STEPS // 2], *steps[-MAX_STEPS // 2 :]]
        )
        for i, step in enumerate(shown):
            if len(shown) < len(steps) and i == MAX_STEPS // 2:
                lines.append(f"    ... {len(steps) - len(shown)} more steps")
            until = format_instant(step.end, where)
            if step.counted:
                days = settled is None
                says = f"counts {duration(step.counted, days=days)}"
                says += f", {duration(step.total, days=days)} in all"
                says += "".join(f"; {reason}" for reason in step.reasons)
            else:
                says = "does not count: " + "; ".join(step.reasons)
            lines.append(f"    to {until}  {says}")
        if answer.due is None:
            lines.append("    an open pause leaves the rest unknown")
        return lines

    def _business_days(self, settled: Settled, target: Target, start: int) -> list[str]:
        """Return in a line which business days are counted, and when on the last one it is due."""
        if settled.days is None or target.kind not in ("business-days", "next-business-day", "by"):
            return []
        opened = counted_from = settled.days.opened(start)
        if target.kind == "business-days":
            dates = settled.days.counted(start, target.amount)
            counted_from = dates.pop(0).ordinal
        elif target.kind == "by":
            dates = [settled.days.by_date(start, target.at)[0]]
        else:
            dates = [settled.days.after(opened, start)]
        days = [date.fromordinal(each.ordinal).isoformat() for each in dates]
        if len(days) > MAX_DAYS:
            days[MAX_DAYS // 2 : -MAX_DAYS // 2] = [f"{len(days) - MAX_DAYS} more"]
        moved = after = date.fromordinal(counted_from).isoformat()
        reading = self.revision.business_day
        if counted_from != opened:
            after += f" (moved on from {date.fromordinal(opened).isoformat()})"
            reading = "opening-time" if reading == "same-time" else reading
        elif target.kind == "next-business-day" and reading == "same-time":
            today = settled.days.date(opened)
            reading = "close" if today is None or start >= today.close else reading
        several = len(days) > 1
        due = _DUE_ON_A_DAY[reading].format(it="the last" if several else "it", moved=moved)
        if target.kind == "by":
            time = f"{target.at // 3600:02}:{target.at // 60 % 60:02}"
            due = f"at {time}"
            first = settled.days.after(opened, start).ordinal
            if first != dates[0].ordinal:
                days[0] += f" ({time} on {date.fromordinal(first).isoformat()} has passed)"
        named = f"business day{'s' if several else ''} after {after}"
        return [f"  {named}: {', '.join(days)}; due {due}"]

    def _would_promise(self, case: Case, metric: str) -> list[str]:
        changes = []
        for name, values in self._choices(case):
            good = []
            for value in values:
                found = decide(self.revision, {**case, name: value}, metric)
                if found and found.cell.target.promises:
                    good.append(value)
            if good:
                changes.append(f"with {name} {_or(good)}")
        return [f"  something would be promised {'; or '.join(changes)}"] if changes else []

    def priority(self, answer: PriorityAnswer) -> list[str]:
        facts = ", ".join(f"{name}={value}" for name, value in answer.facts.items())
        head = f"{facts + ': ' if facts else ''}{answer.priority or 'no priority'}"
        found = [p for p in self.revision.priorities if p.id == answer.priority]
        if not found:
            return [
                head,
                *(f"{self.at(p.place)}  {p.id}: {_condition(p.when)}"
                  for p in self.revision.priorities),
            ]  # fmt: skip
        matched = matching(found[0].when, answer.facts) if answer.facts else ()
        says = "; or ".join(map(in_words, matched)) if matched else _condition(found[0].when)
        place = matched[0].place if matched and matched[0].place.line else found[0].place
        return [head, f"{self.at(place)}  {found[0].id}: {says}"]

    def term(self, answer: TermAnswer, *, in_force: bool) -> list[str]:
        lines = [f"{_place(answer)}: {'not stated' if answer.text is None else 'stated'}"]
        if not in_force:
            return [*lines, f"{self.at(self.revision.validity_place)}  not in force"]
        decided = {each.path for each in answer.because}
        for term in self.revision.terms:
            if term.topic == answer.topic and term.place.path in decided:
                says = "only for" if answer.text is None else "this term applies"
                lines.append(f"{self.at(term.place)}  {says}: {_condition(term.when)}")
        return lines

    def hours(self, answer: HoursAnswer, *, in_force: bool) -> list[str]:
        lines = [f"{_place(answer)}: {answer.state}"]
        if not in_force:
            return [*lines, f"{self.at(self.revision.validity_place)}  not in force"]
        if answer.state == "not-entitled":
            assert answer.channel is not None
            case = _case(answer)
            lines += self._denials(case, [answer.channel])
            return lines + self._would(case, [answer.channel], "allowed")
        decided = {each.path for each in answer.because}
        for grant in self.revision.grants:
            if grant.place.path in decided:
                hours = grant.hours or "hours that are not stated"
                says = f"allows it during {hours}: {_condition(grant.when)}"
                lines.append(f"{self.at(grant.place)}  {says}")
        for name, calendars in self.revision.hours.items():
            for calendar in calendars:
                if calendar.place.path in decided:
                    says = f"the hours {name}: {_condition(calendar.when)}"
                    lines.append(f"{self.at(calendar.place)}  {says}")
        openings = self.answers.details
        assert isinstance(openings, tuple)
        opening: Opening = openings[self.answers.answers.index(answer)]
        return lines + [f"  {day}" for day in opening.special_dates()]

    def topic(self, answer: TopicAnswer) -> list[str]:
        return [answer.name or "", *(self.at(each) for each in answer.because)]


def _matches(when: When, case: Case, inside: Callable[[str], bool]) -> bool:
    """Return whether a condition surely matches."""
    try:
        return bool(matching(when, case, inside))
    except NeedsInput:
        return False


def _case(answer: ChannelAnswer | DueAnswer | HoursAnswer | TermAnswer) -> Case:
    return {
        **_some(plan=answer.plan, role=answer.role, priority=answer.priority),
        **answer.facts,
    }


def _some(**values: str | None) -> Case:
    return {name: value for name, value in values.items() if value is not None}


def _place(answer: ChannelAnswer | DueAnswer | HoursAnswer | TermAnswer) -> str:
    """Return the case of an answer in one line: `plan=pro role=admin channel=phone`."""
    case = _case(answer)
    parts = [f"{name}={case[name]}" for name in ("plan", "role") if name in case]
    parts += [f"channel={answer.channel}"] if answer.channel else []
    parts += [f"{name}={value}" for name, value in case.items() if name not in ("plan", "role")]
    if isinstance(answer, DueAnswer):
        parts.append(f"metric={answer.metric}")
    if isinstance(answer, HoursAnswer) and answer.hours:
        parts.append(f"hours={answer.hours}")
    if isinstance(answer, TermAnswer):
        parts.append(f"topic={answer.topic}")
    return " ".join(parts)


def _misses(grant: Grant, case: Case) -> str:
    """Return a grant's condition with what the case has instead."""
    ways = []
    for alternative in grant.when:
        wrong = [
            f"{name} {_or(values)}" + (f" (not {case[name]})" if name in case else "")
            for name, values in alternative.values.items()
            if case.get(name) not in values
        ]
        ways.append(", ".join(wrong))
    return "; or ".join(ways)
