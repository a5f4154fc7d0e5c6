"""Explain answers: the lines of the policy that decided, and changes that make answers positive.

This module has the parts that all questions share.
"""

from __future__ import annotations

from functools import cached_property

from zsupport.answer.case import (
    Answers,
    Because,
    Case,
    Details,
    Row,
    absent_members,
    names_in,
    rule_of_priority,
)
from zsupport.answer.facts import PrioritiesByFacts
from zsupport.answer.grants import EntriesByValue, applying_grants
from zsupport.errors import LimitExceeded
from zsupport.policy.model import Alternative, Grant, Place, When, ranked_above
from zsupport.typed import TYPE_CHECKING, Generic
from zsupport.view.notes import dimension_in_words
from zsupport.wording import Message, enumerated, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from zsupport.advise.change import ChangeSearch
    from zsupport.answer.channels import ChannelAnswer
    from zsupport.answer.due import DueAnswer
    from zsupport.answer.opening import HoursAnswer
    from zsupport.answer.terms import TermAnswer


#: A condition that always matches.
ALWAYS_IN_WORDS = Message("always")


def in_words(alternative: Alternative) -> Message:
    """Return an alternative of a condition in words: `plan pro or api, role owner`."""
    parts = [value_in_words(name, values) for name, values in alternative.values.items()]
    if alternative.opened:
        inside, hours = alternative.opened
        parts.append(
            Message("opened inside {hours}", hours=hours)
            if inside
            else Message("opened outside {hours}", hours=hours)
        )
    return joined(parts, ", ") if parts else ALWAYS_IN_WORDS


def value_in_words(name: str, values: Iterable[str]) -> Message:
    """Return the values that a condition allows for a dimension: `plan pro or api`."""
    return Message(
        "{dimension} {values}", dimension=dimension_in_words(name), values=any_of(values)
    )


def condition_in_words(when: When) -> Message:
    """Return a condition in words: its alternatives, or `always` if it has none."""
    return alternatives_in_words(when) if when else ALWAYS_IN_WORDS


def alternatives_in_words(alternatives: Iterable[Alternative]) -> Message:
    """Return the alternatives of a condition in words: `plan pro; or role owner`."""
    return joined_by_or(map(in_words, alternatives))


def joined_by_or(texts: Iterable[str]) -> Message:
    """Return alternative texts, which can contain commas: `plan pro, role owner; or plan api`."""
    return joined(texts, Message("{first}; or {next}", first="", next=""))


def indented(text: str) -> Message:
    """Return a line of an explanation that has no place in the policy."""
    return joined(("", text), "  ")


def any_of(values: Iterable[str]) -> str:
    """Return alternative values in words: `pro or api`."""
    return enumerated(values, either=True)


class Explainer(Generic[Row, Details]):
    """The answers to explain, with the parts that explanations of several questions share."""

    def __init__(self, answers: Answers[Row, Details], where: str, zone_shown: tzinfo) -> None:
        self.zone_shown = zone_shown
        self.answers = answers
        self.revision = answers.revision
        self.where = where
        self._helpful: dict[object, set[str]] = {}
        self._searches: dict[object, ChangeSearch] = {}

    def line(self, place: Place | Because, text: str) -> Message:
        """Return a place in the policy, two spaces and a text, as one line."""
        return joined((self.at(place), text), "  ")

    def at(self, place: Place | Because) -> str:
        """Return the file and the line of a place in the policy."""
        return f"  {self.where}{self.revision.file}:{place.line}"

    def not_in_force(self) -> list[str]:
        """Return a line if the revision is not in force; empty if it is in force."""
        if self.answers.in_force:
            return []
        return [self.line(self.revision.validity_place, Message("not in force"))]

    def cases(self, case: Case, changed: str) -> list[Case]:
        """Return a case for each priority that the facts leave open.

        A case with a priority, or without priorities to choose from, is returned alone. `changed`
        is the dimension or fact whose value differs from the question.
        """
        if "priority" in case or not self.revision.priorities:
            return [case]
        stated = {n: v for n, v in case.items() if n in self.answers.query.facts or n == changed}
        return [
            {**case, "priority": priority.id}
            for priority in self.revision.priorities
            if not self.by_facts.excludes(priority.id, stated)
        ]

    @cached_property
    def by_facts(self) -> PrioritiesByFacts:
        """The priorities that facts lead to, without the facts of the question."""
        return PrioritiesByFacts(self.revision, {})

    def no_priority(self, case: Case) -> list[str]:
        """Return the line of the refused cell, or each priority whose condition does not match."""
        decided = rule_of_priority(self.revision, case)
        if decided is not None and decided[0].priority is None:
            text = Message("refused: {condition}", condition=condition_in_words(decided[1]))
            return [self.line(decided[0].place, text)]
        return [
            self.line(
                priority.place,
                Message(
                    "{priority} does not match: {condition}",
                    priority=priority.id,
                    condition=condition_in_words(priority.when),
                ),
            )
            for priority in self.revision.priorities
            if priority.when or not self.revision.priority_table
        ]

    def denials(self, case: Case, channels: list[str]) -> list[str]:
        """Return the conditions of grants that do not match a case."""
        grants = self._allowing(channels)
        if not grants:
            return [self.line(self.revision.grants_place, Message("no grant allows it"))]
        return [
            self.line(
                grant.place,
                Message(
                    "allows {channels} for {condition}",
                    channels=any_of(c for c in grant.allow if c in channels),
                    condition=_unmatched_parts(grant, case),
                ),
            )
            for grant in grants
        ]

    def helpful_changes(self, case: Case, channels: list[str], state: str) -> list[str]:
        """Return the smallest changes of the case that make the answer positive.

        `state` is the positive answer. If no change of a single value helps, a search over all
        cases finds the smallest change.
        """
        if not self._allowing(channels):
            return []
        changes: list[str] = []
        absent = absent_members(self.revision, case)
        for name, values in self.choices(case):
            if absent.keys() - {name}:
                continue  # no other change helps
            helpful = self._helpful_values(name, values, case, channels)
            # Nobody can change to a plan that is no longer sold.
            refused = {case.get(name), *(self._retired_plans if name == "plan" else ())}
            good = [v for v in values if v not in refused and v in helpful]
            if good:
                changes.append(value_in_words(name, good))
        if not changes:
            change = self._smallest_change(case, channels)
            if not change:
                return []
            changes.append(enumerated(value_in_words(name, [v]) for name, v in change.items()))
        ways = with_changes(changes)
        return [indented(Message("it would be {state} {changes}", state=state, changes=ways))]

    @cached_property
    def _retired_plans(self) -> set[str]:
        return {plan.id for plan in self.revision.plans if plan.retired}

    def _helpful_values(
        self, name: str, values: Iterable[str], case: Case, channels: list[str]
    ) -> set[str]:
        """Return the values of a dimension with which the case may use one of the channels.

        The cases that differ only in this dimension share the result.
        """
        rest = frozenset((other, value) for other, value in case.items() if other != name)
        key = (name, rest, *channels)
        if key not in self._helpful:
            self._helpful[key] = {
                value
                for value in values
                if any(
                    applying_grants(self._grants_naming(item), item, channel)
                    for item in self.cases({**case, name: value}, name)
                    for channel in channels
                )
            }
        return self._helpful[key]

    def _grants_naming(self, case: Case) -> Sequence[Grant]:
        """Return a short list that contains all grants that can apply to a case.

        It is the list of one value of the case: the value with the fewest grants.
        """
        of_values = (grants.of(case.get(name)) for name, grants in self._by_value.items())
        return min(of_values, key=len, default=self.revision.grants)

    @cached_property
    def _by_value(self) -> dict[str, EntriesByValue[Grant]]:
        """The grants by the values of each dimension that grants name."""
        grants = self.revision.grants
        names = names_in(grant.when for grant in grants)
        return {name: EntriesByValue(grants, name) for name in sorted(names)}

    def _allowing(self, channels: Iterable[str]) -> list[Grant]:
        """Return the grants that allow one of the channels."""
        wanted = {*channels}
        return [grant for grant in self.revision.grants if not wanted.isdisjoint(grant.allow)]

    def deciding_grants(self, answer: ChannelAnswer | HoursAnswer) -> list[Grant]:
        """Return the grants that decide an answer, in the order of the file."""
        paths = {reason.path for reason in answer.because} & self._positions.keys()
        return [self.revision.grants[n] for n in sorted(self._positions[path] for path in paths)]

    @cached_property
    def _positions(self) -> dict[str, int]:
        """The position of each grant in the revision, by its path in the file."""
        return {grant.place.path: n for n, grant in enumerate(self.revision.grants)}

    def _smallest_change(self, case: Case, channels: list[str]) -> dict[str, str] | None:
        from zsupport.advise.change import ChangeSearch

        absent = absent_members(self.revision, case)
        key = (frozenset(case), frozenset(absent.items()), *channels)
        try:
            if key not in self._searches:
                self._searches[key] = ChangeSearch(
                    self.revision, case, channels, by_facts="priority" not in case
                )
            return next(iter(self._searches[key].nearest(case)), None)
        except LimitExceeded:
            return None

    def choices(self, case: Case) -> list[tuple[str, list[str]]]:
        """Return the values that each dimension and fact of a case could have.

        Plans and roles that rank above those of the case come first.
        """
        choices = [
            ("plan", ranked_above(self.revision.plans, case.get("plan"))),
            ("role", ranked_above(self.revision.roles, case.get("role"))),
        ]
        if "priority" in case:
            choices.append(("priority", [p.id for p in self.revision.priorities]))
        facts = {fact.id: fact for fact in self.revision.facts}
        choices += [(name, list(facts[name].values)) for name in case if name in facts]
        return choices


def with_changes(changes: Iterable[str]) -> Message:
    """Return alternative changes of a case: `with plan pro; or with role owner`."""
    return joined_by_or(Message("with {change}", change=change) for change in changes)


def case_of(answer: ChannelAnswer | DueAnswer | HoursAnswer | TermAnswer) -> Case:
    """Return the case of an answer, without its channel."""
    return {
        **_some(plan=answer.plan, role=answer.role, priority=answer.priority),
        **answer.facts,
    }


def case_line(
    answer: ChannelAnswer | DueAnswer | HoursAnswer | TermAnswer, **more: str | None
) -> str:
    """Return the case of an answer in one line: `plan=pro role=admin channel=phone`."""
    case = case_of(answer)
    parts = [f"{name}={case[name]}" for name in ("plan", "role") if name in case]
    parts += [f"channel={answer.channel}"] if answer.channel else []
    parts += [f"{name}={value}" for name, value in case.items() if name not in ("plan", "role")]
    return " ".join([*parts, *(f"{name}={value}" for name, value in more.items() if value)])


def _some(**values: str | None) -> Case:
    return {name: value for name, value in values.items() if value is not None}


def _unmatched_parts(grant: Grant, case: Case) -> Message:
    """Return the parts of the condition of a grant that do not match, with values of the case."""
    ways = []
    for alternative in grant.when:
        wrong = [
            _unmatched(value_in_words(name, values), case.get(name))
            for name, values in alternative.values.items()
            if case.get(name) not in values
        ]
        ways.append(joined(wrong, ", "))
    return joined_by_or(ways)


def _unmatched(condition: Message, value: str | None) -> Message:
    """Return a condition that does not match, with the value of the case."""
    if value is None:
        return condition
    return Message("{condition} (not {value})", condition=condition, value=value)
