"""The priority that facts lead to: of the list and the table, the first rule that matches."""

from __future__ import annotations

from zsupport.answer.case import (
    Answers,
    Because,
    Case,
    Query,
    Warning,
    Words,
    deciding_facts,
    facts_in_order,
    not_in_force_reasons,
    places_of,
    priority_parts,
    reasons,
    record,
    rule_of_priority,
    say,
)
from zsupport.answer.dimensions import (
    STEPS_OF_ROW,
    Dimensions,
    assumed_fact_warnings,
    collapse,
    dimensions,
)
from zsupport.answer.remarks import remark_texts, remarks_of_case, remarks_of_rule
from zsupport.policy.model import Alternative, Priority, PriorityRule, Remarks, Revision
from zsupport.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class PriorityAnswer(NamedTuple):
    """The matching priority, or None; the fields are those of the JSON answer."""

    priority: str | None
    name: Words | None
    meaning: Words | None
    facts: dict[str, str]
    note: Words | None
    unclear: Words | None
    source: Words | None
    because: tuple[Because, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as a JSON object, with instants in UTC."""
        return record(self)


PriorityAnswers = Answers[PriorityAnswer, None]


def list_priorities(revision: Revision, *, in_force: bool, lang: str) -> PriorityAnswers:
    """Return every priority with its meaning, the most urgent first.

    Without a revision in force the list is empty.
    """
    listed = revision.priorities if in_force else ()
    rows = tuple(_answer(revision, entry, {}, lang) for entry in listed)
    return Answers(rows, ("priority",), (), revision, Query(), in_force, None)


def answer_priority(
    revision: Revision,
    query: Query,
    *,
    in_force: bool,
    lang: str,
    shown: frozenset[str] = frozenset(),
    revisions: int = 1,
) -> PriorityAnswers:
    """Return the priority for each combination of facts that the query leaves open.

    The priority of a row is None if no priority matches, if the policy does not decide the priority
    from facts, or if no revision is in force. The facts `shown` are columns even if they change no
    answer of this revision.
    """
    names = deciding_facts(revision) | shown
    space = dimensions(revision, query, names, of_all_priorities=True)
    space.check_work(1, STEPS_OF_ROW + len(revision.priorities), revisions)

    def rows_of(space: Dimensions) -> list[PriorityAnswer]:
        return [_decide(revision, case, names, lang) for case in space.cases()]

    rows, kept = collapse(rows_of(space), [n for n in space.open if n not in shown], ())
    warnings: list[Warning] = []
    if in_force:
        warnings = assumed_fact_warnings(space, rows_of, ())
        if any(channel.priority for channel in revision.channels):
            from zsupport.answer.channel_priority import changed_priorities

            led_to = {row.priority: row.facts for row in rows}
            warnings += changed_priorities(revision, space, led_to)
    else:
        because = not_in_force_reasons(revision)
        rows = [_no_match(revision, row.facts, (), because, lang) for row in rows]
    columns = facts_in_order(revision, {*kept, *shown})
    return Answers(tuple(rows), tuple(columns), tuple(warnings), revision, query, in_force, None)


def _decide(revision: Revision, case: Case, names: set[str], lang: str) -> PriorityAnswer:
    """Return the priority of a case."""
    facts = {name: value for name, value in case.items() if name in names}
    decided = rule_of_priority(revision, case)
    if decided is not None:
        for priority in revision.priorities:
            if priority.id == decided[0].priority:
                return _answer(revision, priority, facts, lang, decided)
    remarks = remarks_of_rule(revision, decided)
    remarks += remarks_of_case(revision, "priority", facts)
    places = [part.place for part in priority_parts(revision)] or [revision.grants_place]
    if decided is not None:
        places = [decided[0].place]  # a refused cell
    return _no_match(revision, facts, remarks, reasons(revision, places), lang)


def _no_match(
    revision: Revision,
    facts: dict[str, str],
    remarks: Iterable[Remarks],
    because: tuple[Because, ...],
    lang: str,
) -> PriorityAnswer:
    """Return the answer for facts that no priority matches."""
    note, unclear, source = remark_texts(revision, remarks, lang)
    return PriorityAnswer(
        priority=None,
        name=None,
        meaning=None,
        facts=facts,
        note=note,
        unclear=unclear,
        source=source,
        because=because,
    )


def _answer(
    revision: Revision,
    priority: Priority,
    facts: dict[str, str],
    lang: str,
    decided: tuple[PriorityRule, tuple[Alternative, ...]] | None = None,
) -> PriorityAnswer:
    """Return the answer with a priority, and with the rule that decided it if it is known."""
    places = places_of(decided[0].place, decided[1]) if decided else [priority.place]
    remarks = [priority.remarks, *remarks_of_rule(revision, decided)]
    remarks += remarks_of_case(revision, "priority", facts)
    return PriorityAnswer(
        priority.id,
        say(priority.name, lang),
        say(priority.meaning, lang),
        facts,
        *remark_texts(revision, remarks, lang),
        reasons(revision, places),
    )
