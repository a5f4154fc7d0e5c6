"""Frames of verdicts in a summary, counted with NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from zsupport.answer.due import STATES
from zsupport.audit.summary import (
    DIMENSIONS,
    MAX_IDS,
    MAX_MARGINS,
    STEPS,
    WORST,
    TicketIds,
    WorstTicket,
)
from zsupport.clock.zonefile import offset_pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from numpy.typing import NDArray

    from zsupport.audit.columns.frames import JudgedFrame
    from zsupport.audit.columns.spans import Integers
    from zsupport.audit.summary import GroupKey, SummaryBuilder
    from zsupport.dates import tzinfo

    Mask: TypeAlias = NDArray[np.bool_]

_MET, _BREACHED = STATES.index("met"), STATES.index("breached")
_DAY = 86_400
#: A group and a margin are one number: the group, shifted by these bits, plus the margin.
_MARGIN_BITS = 42
_MARGINS = 1 << _MARGIN_BITS
#: The margins that are kept before they are counted.
_PENDING = 1 << 19
#: An array with a place for each value is made up to this size.
_MAX_PLACES = 1 << 20
#: The bits of a number that say where it is in its block: see `count_keys`.
_BLOCK_BITS = 12
#: The places in the hash table of ids: more than three for each id.
_PLACES = 1 << 22


class FrameSummary:
    """Adds frames of verdicts to a summary. Margins are added at the end."""

    def __init__(self, summary: SummaryBuilder) -> None:
        self._summary = summary
        summary.ids = HashedIds(summary.ids)
        #: A number for each group of the summary. All further groups of a metric have one number.
        self._numbers: dict[GroupKey, int] = {}
        self._groups: list[GroupKey] = []
        self._margins = _MarginCounts()

    def add(self, judged: JudgedFrame) -> None:
        """Add the verdicts of a frame, with all rows of each of its tickets.

        The first columns of the frame are the `kept` columns of the summary.
        """
        summary, frame, states = self._summary, judged.frame, judged.states
        if not len(frame):
            return
        opened = frame["opened"].to_physical().to_numpy() // 1000
        options = summary.options
        local = None
        if options.pictures or "month" in options.by:
            local = _local_seconds(opened, options.zone)
        group, keys = self._grouped(judged, local)
        # A finished ticket has no margin if its target has no deadline.
        has_margin = frame["margin_seconds"].is_not_null().to_numpy()
        margins = frame["margin_seconds"].fill_null(0).to_numpy()
        breached = np.flatnonzero((states == _BREACHED) & has_margin)
        due = frame["due"].gather(breached).to_physical().fill_null(0).to_numpy() // 1000
        late = breached[due - margins[breached] == options.at]
        size = len(keys), len(STATES)
        counts = np.bincount(group * size[1] + states, minlength=size[0] * size[1]).reshape(size)
        late_counts = np.bincount(group[late], minlength=len(keys)).tolist()
        numbers = []
        for key, of_key, late_count in zip(keys, counts.tolist(), late_counts, strict=True):
            summary.add_counts(key, dict(zip(STATES, of_key, strict=True)), late_count, {})
            numbers.append(self._number(key))
        finished = ((states == _MET) | (states == _BREACHED)) & has_margin
        groups = np.array(numbers, np.int64)[group[finished]]
        self._margins.add(groups, margins[finished], summary.step)
        self._add_worst(judged, margins, breached)
        if any(item.warnings for item in judged.constants):
            verdicts = np.bincount(judged.positions).tolist()
            for item, count in zip(judged.constants, verdicts, strict=False):
                if count:
                    summary.add_warnings(item.warnings, count)
        lines = frame["line"].to_numpy()
        ids = frame["id"]
        if len(lines) > 1 and (lines[1:] == lines[:-1]).any():
            first = np.concatenate([[True], lines[1:] != lines[:-1]])
            ids = ids.filter(pl.Series(first))
        summary.add_tickets(len(ids), ids)
        if options.pictures and local is not None:
            hours = pl.DataFrame({"metric": frame["metric"], "hour": local // 3600})
            hours = hours.with_columns(state=pl.Series(states))
            for metric, hour, state, count in hours.group_by(pl.all()).len().iter_rows():
                summary.add_openings(metric, [(hour, STATES[state], count)])

    def finish(self) -> None:
        """Add the margins of all frames to the summary."""
        counts = self._margins.by_group()
        self._summary.round_to(self._margins.step)
        for number, margins in counts.items():
            self._summary.add_counts(self._groups[number], {}, 0, margins)

    def _number(self, key: GroupKey) -> int:
        """Return the number of a group that was added to the summary."""
        # Without `by`, each key is a group. So the metric alone can stand for the further groups.
        known = key if self._summary.has_group(key) else key[:1]
        number = self._numbers.get(known)
        if number is None:
            number = self._numbers[known] = len(self._groups)
            self._groups.append(key)
        return number

    def _grouped(
        self, judged: JudgedFrame, local: Integers | None
    ) -> tuple[Integers, list[GroupKey]]:
        """Return the group of each row as a position in the groups, in order of appearance."""
        options, frame = self._summary.options, judged.frame
        kept = dict(zip(options.kept, frame.columns, strict=False))
        fields = [name for name in options.by if name in DIMENSIONS and name != "month"]
        of_constants: dict[GroupKey, int] = {}
        numbers = [
            of_constants.setdefault(
                (item.metric, *(getattr(item, name) for name in fields)), len(of_constants)
            )
            for item in judged.constants
        ]
        codes = np.array(numbers, np.int64)[judged.positions]
        values: dict[str, list[str | None]] = {}
        columns = [*of_constants]
        sizes = []
        for name in options.by:
            if name in fields:
                continue
            if name == "month":
                assert local is not None
                of_name, values[name] = _months(local)
            else:
                of_name, values[name] = _texts(frame[kept[name]])
            sizes.append((name, len(values[name])))
            codes = codes * sizes[-1][1] + of_name
        group, present = _numbered(codes)
        keys: list[GroupKey] = []
        for code in present.tolist():
            of_key: dict[str, str | None] = {}
            for name, size in reversed(sizes):
                code, place = divmod(code, size)
                of_key[name] = values[name][place]
            metric, *rest = columns[code]
            of_key |= zip(fields, rest, strict=True)
            keys.append((metric, *(of_key[name] for name in options.by)))
        return group, keys

    def _add_worst(self, judged: JudgedFrame, margins: Integers, breached: Integers) -> None:
        """Add the breached tickets with the smallest margins."""
        of_breached = margins[breached]
        limit = self._summary.worst_margin
        if len(breached) > WORST:
            limit = min(limit, int(np.partition(of_breached, WORST - 1)[WORST - 1]))
        rows = breached[of_breached <= limit]
        columns = ["margin_seconds", "line", "cycle", "metric", "id"]
        candidates = judged.frame.select(columns).with_columns(position=pl.Series(judged.positions))
        candidates = candidates[pl.Series(rows).cast(pl.UInt32)]
        worst = candidates.bottom_k(WORST, by=columns[:4])
        tickets = []
        for margin, line, cycle, _, id, position in worst.iter_rows():
            item = judged.constants[position]
            tickets.append(
                WorstTicket(
                    margin, judged.file, line, cycle, item.metric, id,
                    item.plan, item.role, item.channel, item.priority,
                )
            )  # fmt: skip
        self._summary.add_worst(tickets)


class _MarginCounts:
    """How many tickets of each group have each margin, in sorted arrays."""

    def __init__(self) -> None:
        none = np.zeros(0, np.int64)
        #: Sorted numbers of a group and of a margin in steps, and the count of each.
        self._keys, self._counts = none, none
        self._pending: list[Integers] = []
        self.step = 1

    def add(self, groups: Integers, margins: Integers, step: int) -> None:
        """Add the margin of each ticket; they can be rounded down to `step`."""
        self._round_to(step)
        if not len(margins):
            return
        self._pending.append((groups << _MARGIN_BITS) + margins // self.step)
        if sum(map(len, self._pending)) >= _PENDING:
            self._count()

    def by_group(self) -> dict[int, dict[int, int]]:
        """Return the counts of the margins of each group."""
        self._count()
        groups, margins = _parts(self._keys)
        margins *= self.step
        result: dict[int, dict[int, int]] = {}
        pairs = zip(groups.tolist(), margins.tolist(), self._counts.tolist(), strict=True)
        for group, margin, count in pairs:
            result.setdefault(group, {})[margin] = count
        return result

    def _count(self) -> None:
        """Count the pending margins; round all of them if there are too many different ones."""
        if not self._pending:
            return
        keys, counts = count_keys(np.concatenate(self._pending))
        self._pending = []
        self._merge(np.concatenate([self._keys, keys]), np.concatenate([self._counts, counts]))
        while len(self._keys) > MAX_MARGINS and self.step < STEPS[-1]:
            self._round_to(STEPS[STEPS.index(self.step) + 1])

    def _merge(self, keys: Integers, counts: Integers) -> None:
        """Keep counts by key; add those of equal keys."""
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        self._keys, self._counts = keys[first], np.add.reduceat(counts[order], first)

    def _round_to(self, step: int) -> None:
        """Round all margins down to a multiple of a step, which is a multiple of the last one."""
        if step <= self.step:
            return
        ratio, self.step = step // self.step, step
        self._pending = [_rounded(keys, ratio) for keys in self._pending]
        if len(self._keys):
            self._merge(_rounded(self._keys, ratio), self._counts)


def _parts(keys: Integers) -> tuple[Integers, Integers]:
    """Return the groups and the margins of numbers that combine both."""
    groups = (keys + _MARGINS // 2) >> _MARGIN_BITS
    return groups, keys - (groups << _MARGIN_BITS)


def _rounded(keys: Integers, ratio: int) -> Integers:
    groups, margins = _parts(keys)
    return (groups << _MARGIN_BITS) + margins // ratio


def count_keys(keys: Integers) -> tuple[Integers, Integers]:
    """Return the different numbers of groups and margins, sorted, and how often each one occurs.

    The result is that of `numpy.unique`, which sorts all numbers. Margins are close to each other,
    so most numbers are counted in blocks with a place for each number.
    """
    groups, margins = _parts(keys)
    first, low = int(groups.min()), int(margins.min())
    width = int(margins.max()) - low + 1
    if (int(groups.max()) - first + 1) * width > _MAX_PLACES << _BLOCK_BITS:
        return np.unique(keys, return_counts=True)
    cells = (groups - first) * width + (margins - low)
    blocks = cells >> _BLOCK_BITS
    used = np.flatnonzero(np.bincount(blocks))
    if len(used) << _BLOCK_BITS > _MAX_PLACES:
        return np.unique(keys, return_counts=True)
    number = np.zeros(int(used[-1]) + 1, np.int64)
    number[used] = np.arange(len(used))
    in_block = (1 << _BLOCK_BITS) - 1
    counts = np.bincount((number[blocks] << _BLOCK_BITS) + (cells & in_block))
    present = np.flatnonzero(counts)
    cells = (used[present >> _BLOCK_BITS] << _BLOCK_BITS) + (present & in_block)
    return ((cells // width + first) << _MARGIN_BITS) + cells % width + low, counts[present]


class HashedIds(TicketIds):
    """The first ids in a hash table of NumPy. TicketIds with equal hashes are compared as texts."""

    def __init__(self, known: TicketIds) -> None:
        """Take over the ids and the counts of `known`."""
        super().__init__()
        self._texts = pl.Series([], dtype=pl.String)
        self._hashes = np.zeros(MAX_IDS, np.uint64)
        #: The position in these columns; -1 is a free place. It is at or after that of the hash.
        self._table = np.full(_PLACES, -1, np.int32)
        self.add(known)
        self.duplicates, self.complete = known.duplicates, known.complete

    def __iter__(self) -> Iterator[str]:
        """Yield the remembered ids."""
        yield from self._texts

    def add(self, ids: Iterable[str | None]) -> None:
        """Count the ids that were added before; remember others while there is room."""
        texts = ids if isinstance(ids, pl.Series) else pl.Series([*ids], dtype=pl.String)
        texts = texts.drop_nulls()
        known = self._known(texts)
        new = texts.filter(pl.Series(~known)) if known.any() else texts
        room = MAX_IDS - len(self._texts)
        self.duplicates += len(texts) - len(new)
        if not room:
            self.complete = self.complete and not len(new)
            return
        distinct = new.unique(maintain_order=True)
        if len(distinct) > room:
            distinct = distinct.head(room)
            new = new.filter(new.is_in(distinct.implode()))
            self.complete = False
        self.duplicates += len(new) - len(distinct)
        self._remember(distinct)

    def _known(self, texts: pl.Series) -> Mask:
        """Return which texts are remembered."""
        hashes, place = _hashes_of(texts)
        known = np.zeros(len(texts), np.bool_)
        rows = np.arange(len(texts))
        while len(rows):
            entry = self._table[place]
            used = np.flatnonzero(entry >= 0)
            rows, entry, place = rows[used], entry[used], place[used]
            same = self._hashes[entry] == hashes[rows]
            if same.any():
                equal = texts.gather(rows[same]) == self._texts.gather(entry[same])
                same[same] = equal.to_numpy()
                known[rows[same]] = True
            rows, place = rows[~same], (place[~same] + 1) % _PLACES
        return known

    def _remember(self, texts: pl.Series) -> None:
        """Add different texts that are not remembered."""
        first = len(self._texts)
        hashes, place = _hashes_of(texts)
        rows = np.arange(len(texts))
        self._hashes[first : first + len(texts)] = hashes
        self._texts = self._texts.append(texts)
        while len(rows):
            entry = self._table[place]
            free = entry < 0
            self._table[place[free]] = first + rows[free]
            left = self._table[place] != first + rows
            rows, place = rows[left], (place[left] + 1) % _PLACES


def _hashes_of(texts: pl.Series) -> tuple[NDArray[np.uint64], Integers]:
    """Return the hash of each text, and its place in the hash table."""
    hashes = texts.hash().to_numpy()
    return hashes, (hashes & np.uint64(_PLACES - 1)).astype(np.int64)


def _numbered(codes: Integers) -> tuple[Integers, Integers]:
    """Return the number of each code, and the codes in the order of their numbers.

    The order is that of their first appearance.
    """
    low, high = int(codes.min()), int(codes.max())
    if high - low > _MAX_PLACES:
        present, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        order = np.argsort(first)
        number = np.empty(len(order), np.int64)
        number[order] = np.arange(len(order))
        return number[inverse], present[order]
    first = np.full(high - low + 1, -1)
    # Of several rows of a code, the last one in this order is kept.
    first[codes[::-1] - low] = np.arange(len(codes))[::-1]
    present = np.flatnonzero(first >= 0)
    present = present[np.argsort(first[present])]
    number = np.zeros(high - low + 1, np.int64)
    number[present] = np.arange(len(present))
    return number[codes - low], present + low


def _texts(cells: pl.Series) -> tuple[Integers, list[str | None]]:
    """Return the number of each cell, and the cells by their numbers; an empty cell is null."""
    known = cells.unique().drop_nulls().to_list()
    numbers = cells.cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(len(known))
    return numbers.to_numpy(), [*(text or None for text in known), None]


def _months(local: Integers) -> tuple[Integers, list[str | None]]:
    """Return the number of the month of each local time, and the months by their numbers."""
    days = local // _DAY
    first = int(days.min())
    # Months are found for days, which are fewer than rows.
    months = np.arange(first, int(days.max()) + 1).astype("M8[D]").astype("M8[M]")
    numbers = months.astype(np.int64) - months[0].astype(np.int64)
    names = [str(months[0] + number) for number in range(int(numbers[-1]) + 1)]
    return numbers[days - first], [*names]


def _local_seconds(instants: Integers, zone: tzinfo) -> Integers:
    """Return the local time of each instant, in seconds since 1970 as if it were UTC."""
    low, high = int(instants.min()), int(instants.max())
    pieces = np.array([*offset_pieces(zone, low, high + 1)], np.int64)
    local: Integers
    if len(pieces) == 1:
        local = instants + pieces[0, 2]
        return local
    piece = np.searchsorted(pieces[:, 0], instants, "right") - 1
    local = instants + pieces[piece, 2]
    return local
