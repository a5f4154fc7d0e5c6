"""Verdicts in lists: one list for each field, so that many verdicts are written and summed up fast.

The verdicts on tickets of one case have many texts in common. These are kept once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from zsupport.audit.ticket import Constants, TicketVerdict
from zsupport.typed import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zsupport.audit.ticket import VendorComparison

#: The cells of the input columns that the output repeats, and the verdict.
VerdictRow: TypeAlias = tuple[Sequence[str | None], TicketVerdict]


class VerdictLists(NamedTuple):
    """Verdicts in lists of equal length: the fields of TicketVerdict, and the kept cells.

    `constants` has positions in `shared`, the other fields.
    """

    shared: Sequence[Constants]
    kept: Sequence[Sequence[str | None]]
    file: Sequence[str]
    line: Sequence[int]
    id: Sequence[str | None]
    cycle: Sequence[int]
    constants: Sequence[int]
    opened: Sequence[int]
    state: Sequence[str]
    due: Sequence[int | None]
    margin: Sequence[int | None]
    elapsed: Sequence[int | None]
    paused: Sequence[int | None]

    def rows(self) -> Iterator[VerdictRow]:
        """Yield the verdicts with their kept cells."""
        new, shared = tuple.__new__, self.shared
        columns = zip(*self[1:], strict=True)
        for kept, file, line, id, cycle, position, opened, state, *times in columns:
            plan, role, channel, priority, metric, target, *last = shared[position]
            yield kept, new(
                TicketVerdict,
                (
                    file, line, id, cycle, plan, role, channel, priority, metric, opened, state,
                    target, *times, *last,
                ),
            )  # fmt: skip


class SharedConstants:
    """The constants of verdicts, each once."""

    def __init__(self) -> None:
        self.all: list[Constants] = []
        self._positions: dict[Constants, int] = {}

    def position(self, constants: Constants) -> int:
        """Return the position of constants in `all`; they are added if they are new."""
        position = self._positions.get(constants)
        if position is None:
            position = self._positions[constants] = len(self.all)
            self.all.append(constants)
        return position


def constants_of(verdict: TicketVerdict) -> Constants:
    """Return the constants of a verdict."""
    (_, _, _, _, plan, role, channel, priority, metric, _, _, target, *_, rule, revision,
     warnings) = verdict  # fmt: skip
    return Constants(plan, role, channel, priority, metric, target, rule, revision, warnings)


def lists_of(rows: Iterable[VerdictRow]) -> VerdictLists:
    """Return verdicts in lists."""
    rows = list(rows)
    if not rows:
        return VerdictLists((), *([()] * 12))
    kept, verdicts = zip(*rows, strict=True)
    columns = dict(zip(TicketVerdict._fields, zip(*verdicts, strict=True), strict=True))
    shared = SharedConstants()
    common = zip(*(columns[name] for name in Constants._fields), strict=True)
    constants = [shared.position(Constants(*values)) for values in common]
    return VerdictLists(
        shared.all, kept, columns["file"], columns["line"], columns["id"], columns["cycle"],
        constants, columns["opened"], columns["state"], columns["due"], columns["margin_seconds"],
        columns["elapsed_seconds"], columns["paused_seconds"],
    )  # fmt: skip


def compared_rows(
    verdicts: VerdictLists, compared: Sequence[VendorComparison]
) -> Iterator[tuple[Sequence[str | None], tuple[object, ...]]]:
    """Yield the rows of verdicts; the values of their comparisons, if any, follow the verdicts."""
    if not compared:
        yield from verdicts.rows()
        return
    for (kept, verdict), comparison in zip(verdicts.rows(), compared, strict=True):
        yield kept, (*verdict, *comparison)
