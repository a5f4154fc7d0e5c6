"""The deadlines of many tickets of the same case, by their opening times."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, NamedTuple

from zsupport.answer.due import basis_of
from zsupport.answer.promise import candidates
from zsupport.clock.deadline import due_without_pauses
from zsupport.clock.instants import END, FIRST, format_instant
from zsupport.clock.problem import HORIZON, Never
from zsupport.dates import UTC, datetime
from zsupport.errors import UsageError
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zsupport.answer.due import DueAnswers, DueQuestion
    from zsupport.answer.promise import Promise, Promises
    from zsupport.clock.instants import Instant
    from zsupport.policy.model import Revision


class AskedCase(NamedTuple):
    """The answers of a policy about one case and metric, by the opening time.

    Opening times are in seconds since 1970.
    """

    promises: Callable[[int], tuple[DueQuestion, Promises]]
    due: Callable[[int], DueAnswers]
    position: Callable[[int], tuple[int, bool]]
    instant: Callable[[Instant], int]
    #: The sorted moments at which another revision answers.
    changes: Sequence[int]


class CaseDeadlines:
    """The deadlines of a case. Raises UsageError if the policy states none, or several."""

    def __init__(self, case: AskedCase) -> None:
        self.case = case
        self._dues: dict[tuple[int, bool], Callable[[int], int]] = {}

    def due(self, opened: int) -> int:
        """Return the deadline of a ticket. Raises the errors of `Policy.due`."""
        position = self.case.position(opened)
        known = self._dues.get(position)
        if known is None:
            revision, row = self.promise(opened)
            known = _due_of(revision, row)
            if not depends_on_opening(revision, row):
                self._dues[position] = known
        try:
            due = known(opened)
        except Never:
            raise self.refusal(opened) from None
        if due - opened > HORIZON or due >= END:
            raise self.refusal(opened)
        return due

    def promise(self, opened: int) -> tuple[Revision, Promise]:
        """Return the promise to a ticket. Raises UsageError if it has no single deadline."""
        question, promises = self.case.promises(opened)
        row = promises.rows[0]
        same = (row.metric.id, row.likeness)
        if any((other.metric.id, other.likeness) != same for other in promises.rows):
            raise UsageError(
                Message(
                    "tickets opened at {instant}: the deadline depends on {names}",
                    instant=format_instant(opened, UTC),
                    names=", ".join(f"`{name}`" for name in promises.columns),
                ),
                Message("state the whole case; `due` shows the deadline of each case"),
            )
        state = row.state
        if state is None and row.cell and row.cell.target.kind == "rate":
            state = row.cell.target.text
        if state is not None:
            raise UsageError(
                Message(
                    "tickets opened at {instant} have no deadline: `{state}`",
                    instant=format_instant(opened, UTC),
                    state=state,
                ),
                Message("`due` shows the reason"),
            )
        if row.metric.starts != "opened":
            raise UsageError(
                Message(
                    "the clock of `{id}` does not start when a case is opened", id=row.metric.id
                ),
                Message("use `due`, which takes the other events of a ticket"),
            )
        return question.revision, row

    def refusal(self, opened: int) -> Exception:
        """Return the error of `Policy.due` for a ticket."""
        try:
            answers = self.case.due(opened)
        except Exception as error:
            return error
        raise AssertionError(answers)

    def of_sequence(self, opened: Iterable[Instant | int | None]) -> list[datetime | None]:
        """Return the deadline for each opening time; None for None.

        Raises ValueError for a datetime without a time zone.
        """
        due, at_utc = self.due, datetime.fromtimestamp
        return [
            None if instant is None else at_utc(due(instant), UTC)
            for instant in self.instants(opened)
        ]

    def instants(self, opened: Iterable[Instant | int | None]) -> list[int | None]:
        """Return opening times in seconds since 1970; None for None and for NaT of pandas."""
        read = self.case.instant
        result: list[int | None] = []
        for value in opened:
            try:
                if value is None or value != value:  # NaT differs from itself
                    result.append(None)
                elif isinstance(value, str | datetime):
                    result.append(read(value))
                else:
                    seconds = index(value)
                    result.append(seconds if FIRST <= seconds < END else read(f"@{seconds}"))
            except ValueError as error:
                error.add_note(f"item {len(result)}")
                raise
        return result


def depends_on_opening(revision: Revision, row: Promise) -> bool:
    """Return whether the rule that decides can depend on the opening time."""
    rules = candidates(revision, row.case, row.metric.id)
    return any(item.opened for rule in rules for item in rule.matched)


def _due_of(revision: Revision, row: Promise) -> Callable[[int], int]:
    """Return the deadline of a promise as a function of the opening time; it raises Never."""
    assert row.cell is not None
    target, basis = row.cell.target, basis_of(revision, row)
    if target.kind in ("clock", "business"):
        time, amount = basis.time, target.amount
        return lambda opened: time.due(opened, amount)
    return lambda opened: due_without_pauses(target, opened, basis)
