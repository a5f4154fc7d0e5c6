"""ZS424: two cells of the priority table that are in the opposite order of most others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import TABLE
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each pair of neighbours that become more urgent where most become less, or vice versa.

    The direction is that of most pairs of neighbours: in all rows, and in all columns. Refused
    cells are ignored.
    """
    table = subject.revision.priority_table
    if table is None:
        return
    rank = {priority.id: place for place, priority in enumerate(subject.revision.priorities)}
    rows, columns = list(table.cells), list(next(iter(table.cells.values())))
    in_rows = [[(row, column) for column in columns] for row in rows]
    in_columns = [[(row, column) for row in rows] for column in columns]
    for lines in (in_rows, in_columns):
        steps: list[tuple[int, Path, Path]] = []
        for line in lines:
            for first, second in pairwise(line):
                before, after = (
                    table.cells[row][column].priority for row, column in (first, second)
                )
                if before is not None and after is not None:
                    step = rank[after] - rank[before]
                    steps.append((step, (TABLE, "cells", *first), (TABLE, "cells", *second)))
        more = sum(step < 0 for step, _, _ in steps)
        less = sum(step > 0 for step, _, _ in steps)
        for step, first_path, path in steps:
            against = step < 0 if more < less else step > 0
            if more != less and against:
                yield Problem(
                    path,
                    Message("this cell is more urgent than the cell before it, unlike other pairs")
                    if step < 0
                    else Message(
                        "this cell is less urgent than the cell before it, unlike other pairs"
                    ),
                    hint=Message("check whether the two cells are exchanged"),
                    related=((first_path, Message("the cell before it")),),
                )


RULE = Rule(
    code="ZS424",
    name="irregular-priority-table",
    severity="note",
    summary=Message("cell that is more or less urgent than its neighbour, against the direction"),
    check=check,
)
