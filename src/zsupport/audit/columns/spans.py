"""Deadlines of whole columns of tickets: the clock in arrays of NumPy.

`zsupport.clock` defines the results. All instants and durations are in seconds, as 64-bit integers.
"""

from __future__ import annotations

import numpy as np

from zsupport.answer.due import basis_of
from zsupport.audit.pieces import BLOCK, NEVER, DuePiece, LinearPieces
from zsupport.clock.deadline import basis_of_part
from zsupport.clock.problem import HORIZON
from zsupport.clock.spans import Spans, WorkingTime
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from zsupport.answer.promise import Promise
    from zsupport.clock.deadline import Basis, Time
    from zsupport.clock.target import Target
    from zsupport.policy.model import Revision

    Integers: TypeAlias = NDArray[np.int64]
    #: A mask of the rows of an array; None stands for all rows.
    Selected: TypeAlias = NDArray[np.bool_] | None

_DAY = 86_400


class ColumnTime:
    """The time that a target counts, for arrays of instants."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self._spans: Spans | None = None
        none = np.zeros(0, np.int64)
        self._starts, self._ends, self._before = none, none, none
        #: The last starts, and what `_worked` returns for them: a deadline and the elapsed time are
        #: computed from the same starts.
        self._known = none, none

    def _compile(self, first: int, last: int) -> Spans:
        """Return spans that include `[first, last)`, after their arrays are made."""
        assert isinstance(self.time, WorkingTime)
        spans = self.time.spans(first, last)
        if spans is not self._spans:
            self._spans, self._known = spans, (self._known[0][:0],) * 2
            self._starts, self._ends, self._before = (
                np.array(numbers, np.int64) for numbers in spans[2:]
            )
        return spans

    def _worked(self, instants: Integers) -> Integers:
        """Return the working seconds from the first compiled instant to each instant."""
        if not len(self._starts):
            return np.zeros(len(instants), np.int64)
        span = np.searchsorted(self._starts, instants, "right")
        span -= 1
        before = span < 0
        np.maximum(span, 0, out=span)
        worked = np.minimum(instants, self._ends[span])
        worked += (self._before - self._starts)[span]
        if before.any():
            worked[before] = 0
        return worked

    def _worked_from(self, start: Integers) -> Integers:
        """Return what `_worked` returns, for starts that are asked for again."""
        if self._known[0] is not start:
            self._known = start, self._worked(start)
        return self._known[1]

    def elapsed(self, start: Integers, end: Integers) -> Integers:
        """Return the counted seconds of each `[start, end)`; no end is before its start."""
        if not isinstance(self.time, WorkingTime) or not len(start):
            return end - start
        self._compile(int(start.min()), int(end.max()) + 1)
        return self._worked(end) - self._worked_from(start)

    def due(self, start: Integers, seconds: Integers | int) -> Integers:
        """Return the first instant at which `seconds` are counted since each start.

        It is NEVER if it is more than ten years after the start.
        """
        if not isinstance(self.time, WorkingTime):
            return start + seconds
        if not len(start) or (isinstance(seconds, int) and seconds <= 0):
            return start.copy()
        low, high = int(start.min()), int(start.max())
        most = int(np.max(seconds))
        ahead = 2 * max(most, _DAY)
        while True:
            last = self._compile(low, high + min(ahead, HORIZON) + 1).last
            due = self._reach(self._worked_from(start) + seconds)
            if ahead >= HORIZON or (due <= last).all():
                break
            ahead *= 4
        due[due > start + HORIZON] = NEVER
        return due if isinstance(seconds, int) else np.where(seconds <= 0, start, due)

    def _reach(self, worked: Integers) -> Integers:
        """Return the instants at which so many seconds are worked; NEVER if not compiled."""
        if not len(self._starts):
            return np.full(len(worked), NEVER)
        span = np.searchsorted(self._before, worked, "left")
        span -= 1
        np.maximum(span, 0, out=span)
        due = worked + (self._starts - self._before)[span]
        due[due > self._ends[span]] = NEVER
        return due


class _PiecesInArrays:
    """The linear pieces of a deadline, for arrays of starts."""

    def __init__(self, pieces: LinearPieces) -> None:
        self._pieces = pieces
        self._blocks: dict[int, list[DuePiece]] = {}
        self._edges = self._dues = self._grows = np.zeros(0, np.int64)

    def due(self, start: Integers) -> Integers:
        """Return the deadline for each start; NEVER if it is over ten years away."""
        numbers = np.unique(start // BLOCK).tolist()
        if missing := [number for number in numbers if number not in self._blocks]:
            self._blocks |= {number: self._pieces.block(number) for number in missing}
            pieces = [piece for _, block in sorted(self._blocks.items()) for piece in block]
            self._edges, self._dues, self._grows = np.array(pieces, np.int64).T.copy()
        piece = np.searchsorted(self._edges, start, "right")
        piece -= 1
        return self._dues[piece] + self._grows[piece] * (start - self._edges[piece])


class ColumnDue:
    """The deadlines of a target without pauses, for arrays of starts of its clock."""

    def __init__(self, target: Target, reading: str, zone: str, basis: Basis) -> None:
        """Take `reading` and `zone` from the revision, and the `basis` of the target."""
        self.target = target
        self.time = ColumnTime(basis.time)
        self.parts = [
            ColumnDue(part, reading, zone, basis_of_part(part, basis)) for part in target.parts
        ]
        self._pieces: _PiecesInArrays | None = None
        if target.kind not in ("clock", "business") and not target.parts:
            self._pieces = _PiecesInArrays(LinearPieces(target, reading, zone, basis))

    def due(self, start: Integers) -> Integers:
        """Return the deadline for each start; NEVER if it is over ten years away."""
        if self.parts:
            dues = np.stack([part.due(start) for part in self.parts])
            later = self.target.kind == "later"
            due: Integers = dues.max(axis=0) if later else dues.min(axis=0)
            return due
        if self._pieces is not None:
            return self._pieces.due(start)
        return self.time.due(start, self.target.amount)

    def decided(self, start: Integers) -> list[tuple[ColumnTime, Selected]]:
        """Return the time that counts for each start: that of the part that decides.

        Each entry has a time and the starts for which it counts, as a mask; None for all.
        """
        if not self.parts:
            return [(self.time, None)]
        dues = np.stack([part.due(start) for part in self.parts])
        later = self.target.kind == "later"
        position = dues.argmax(axis=0) if later else dues.argmin(axis=0)
        return [(part.time, position == number) for number, part in enumerate(self.parts)]


def column_due(revision: Revision, row: Promise) -> ColumnDue:
    """Return the deadlines of the target of a promise."""
    assert row.cell is not None
    basis = basis_of(revision, row)
    return ColumnDue(row.cell.target, revision.business_day, revision.timezone, basis)
