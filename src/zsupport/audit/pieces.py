"""The deadlines of a target in dates as a function of the opening time, in linear pieces."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from zsupport.clock.deadline import due_without_pauses
from zsupport.clock.problem import HORIZON, Never
from zsupport.clock.spans import WorkingTime

if TYPE_CHECKING:
    from zsupport.clock.deadline import Basis
    from zsupport.clock.target import Target

#: The deadline of a target that is not reached within ten years: later than any other.
NEVER = 1 << 62
_DAY = 86_400
#: The length of the blocks of time whose pieces are computed together, in seconds.
BLOCK = 91 * _DAY
#: The number of deadlines that take as long as the pieces of a block.
_WORTH = 500


class DuePiece(NamedTuple):
    """The deadlines from a start to the next piece.

    They are constant, or grow by one second per second.
    """

    start: int
    due: int
    grows: bool


class LinearPieces:
    """The deadline of a target as a function of the opening time.

    The pieces are computed from the definition, in blocks of time that are kept.
    """

    def __init__(self, target: Target, reading: str, zone: str, basis: Basis) -> None:
        """Take `reading` and `zone` from the revision, and the `basis` of the target.

        The target has no parts.
        """
        from zsupport.analysis.deadlines import CompiledHours, DueFunction, TargetClock

        hours = basis.time.hours if isinstance(basis.time, WorkingTime) else ()
        where = str(basis.zone) if basis.zone is not None else zone
        clock = TargetClock(target, reading=reading, zone=where)
        self._function = DueFunction(clock, CompiledHours(hours))
        self._target = target
        self._basis = basis
        self._blocks: dict[int, list[DuePiece]] = {}
        #: How often a deadline was computed in blocks without pieces.
        self._asked: dict[int, int] = {}

    def due(self, start: int) -> int:
        """Return the deadline; NEVER if it is over ten years away."""
        number = start // BLOCK
        pieces = self._blocks.get(number)
        if pieces is None:
            asked = self._asked[number] = self._asked.get(number, 0) + 1
            if asked < _WORTH:
                return self._due(start)
            pieces = self.block(number)
        begin, due, grows = pieces[bisect_left(pieces, (start + 1,)) - 1]
        return due + start - begin if grows else due

    def block(self, number: int) -> list[DuePiece]:
        """Return the sorted pieces of a block of time."""
        known = self._blocks.get(number)
        if known is None:
            known = self._blocks[number] = self._pieces(number)
        return known

    def _pieces(self, number: int) -> list[DuePiece]:
        low, high = number * BLOCK, (number + 1) * BLOCK
        last_due = self._due(high - 1)
        last_due = high if last_due == NEVER else last_due
        edges = self._function.edges(low, high, last_due, self._basis)
        starts = sorted({low, *(edge for edge in edges if low < edge < high)})
        ends = [start - 1 for start in starts[1:]] + [high - 1]
        waiting = list(zip(reversed(starts), reversed(ends), strict=True))
        pieces: list[DuePiece] = []
        while waiting:
            start, end = waiting.pop()
            due, end_due = self._due(start), self._due(end)
            if end_due - due not in (0, end - start):
                middle = (start + end + 1) // 2
                waiting += [(middle, end), (start, middle - 1)]
            elif not pieces or pieces[-1][1:] != (due, False) or end_due != due:
                pieces.append(DuePiece(start, due, end_due != due))
        return pieces

    def _due(self, start: int) -> int:
        try:
            due = due_without_pauses(self._target, start, self._basis)
        except Never:
            return NEVER
        return NEVER if due > start + HORIZON else due
