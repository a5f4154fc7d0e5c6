"""Which priority fits the facts: the first in the list whose condition holds."""

from typing import Any, NamedTuple

from zsupport.answer.case import (
    Answers,
    Because,
    Query,
    Warning,
    collapse,
    dimensions,
    matching,
    named,
    places_of,
    reasons,
    record,
    said,
    say,
)
from zsupport.policy.model import ALWAYS, Alternative, Priority, Revision


class PriorityAnswer(NamedTuple):
    """The priority that fits, or None; the fields are those of the JSON answer."""

    priority: str | None
    name: str | None
    meaning: str | None
    facts: dict[str, str]
    unclear: str | None
    because: tuple[Because, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON has it, with instants as texts in UTC."""
        return record(self)


def list_priorities(revision: Revision, lang: str) -> Answers:
    """Return every priority with its meaning, the most urgent first."""
    return Answers(
        tuple(_answer(revision, each, {}, ALWAYS, lang) for each in revision.priorities),
        ("priority",),
        (),
        revision,
        Query(),
    )


def answer_priority(revision: Revision, query: Query, lang: str) -> Answers:
    """Return the priority for each combination of facts that the question leaves open."""
    asked = named(priority.when for priority in revision.priorities)
    space = dimensions(revision, query, asked)
    rows = []
    for case in space.cases():
        facts = {name: value for name, value in case.items() if name in asked}
        fitting = (
            (priority, held)
            for priority in revision.priorities
            if (held := matching(priority.when, case))
        )
        chosen, held = next(fitting, (None, ALWAYS))
        rows.append(_answer(revision, chosen, facts, held, lang))
    rows, kept = collapse(rows, space.open, ())
    return Answers(tuple(rows), tuple(kept), space.warnings, revision, query)


def about_facts(revision: Revision, query: Query) -> tuple[Warning, ...]:
    """Return a warning where the facts of a question fit one priority and it asks for another."""
    if not named(priority.when for priority in revision.priorities) & set(query.facts):
        return ()
    fitting = {row.priority for row in answer_priority(revision, query, "en").answers}
    if len(fitting) != 1 or fitting <= {None, query.priority}:
        return ()
    says = f"these facts make it {fitting.pop()}"
    says += f", not {query.priority}" if query.priority else "; --priority asks for that alone"
    return (Warning("priority-of-facts", says),)


def _answer(
    revision: Revision,
    priority: Priority | None,
    facts: dict[str, str],
    alternative: Alternative,
    lang: str,
) -> PriorityAnswer:
    if priority is None:
        places = [each.place for each in revision.priorities] or [revision.grants_place]
        because = reasons(revision, places)
        return PriorityAnswer(None, None, None, facts, None, because)
    remarks = [priority.remarks, alternative.remarks]
    return PriorityAnswer(
        priority.id,
        say(priority.name, lang),
        say(priority.meaning, lang),
        facts,
        said(remarks, lang)[1],
        reasons(revision, places_of(priority.place, alternative)),
    )
