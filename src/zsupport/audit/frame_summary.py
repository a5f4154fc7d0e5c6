"""Frames of verdicts in a summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from zsupport.audit.summary import DIMENSIONS, WORST, WorstTicket
from zsupport.clock.zonefile import offset_pieces

if TYPE_CHECKING:
    from zsupport.audit.frames import JudgedFrame
    from zsupport.audit.summary import SummaryBuilder
    from zsupport.dates import tzinfo

_JUDGED = ["met", "breached"]
_WORST_FIELDS = WorstTicket._fields


def add_frame(summary: SummaryBuilder, judged: JudgedFrame) -> None:
    """Add the verdicts of a frame, with all rows of each of its tickets, to a summary.

    The first columns of the frame are the `kept` columns of the summary.
    """
    options, frame = summary.options, judged.frame
    if not len(frame):
        return
    kept = dict(zip(options.kept, frame.columns, strict=False))
    local = _local_seconds(frame["opened"], options.zone)
    keys = {"metric": pl.col("metric")}
    for number, name in enumerate(options.by):
        if name not in DIMENSIONS:
            cell = pl.col(kept[name])
            keys[str(number)] = pl.when(cell != "").then(cell)
        elif name == "month":
            day = pl.lit((local * 1000).cast(pl.Datetime("ms")))
            keys[str(number)] = day.dt.strftime("%Y-%m")
        else:
            keys[str(number)] = pl.col(name)
    table = frame.select(
        **keys, state="state", margin=pl.col("margin_seconds") // summary.step * summary.step,
        late=(pl.col("state") == "breached")
        & (pl.col("due").dt.epoch("s") - pl.col("margin_seconds") == options.at),
    )  # fmt: skip
    first = frame["line"] != frame["line"].shift(1).fill_null(0)
    summary.add_tickets(int(first.sum()), frame["id"].filter(first).to_list())
    names = [*keys]
    margins: dict[tuple[str | None, ...], dict[int, int]] = {}
    finished = table.filter(pl.col("state").is_in(_JUDGED))
    for *group, margin, count in finished.group_by(*names, "margin").len().iter_rows():
        margins.setdefault(tuple(group), {})[margin] = count
    states: dict[tuple[str | None, ...], dict[str, int]] = {}
    late: dict[tuple[str | None, ...], int] = {}
    counts = table.group_by(*names, "state", maintain_order=True)
    for *group, state, count, late_count in counts.agg(pl.len(), pl.col("late").sum()).iter_rows():
        states.setdefault(tuple(group), {})[state] = count
        late[tuple(group)] = late.get(tuple(group), 0) + (late_count or 0)
    for key, of_key in states.items():
        summary.add_counts(key, of_key, late[key], margins.get(key, {}))
    breached = frame.filter(pl.col("state") == "breached").select(_WORST_FIELDS)
    worst = breached.bottom_k(WORST, by=_WORST_FIELDS[:5])
    tickets = (WorstTicket(*row) for row in worst.iter_rows())
    summary.add_worst(ticket._replace(file=judged.file) for ticket in tickets)
    if options.pictures:
        openings = frame.select("metric", hour=local // 3600, state="state")
        for metric, hour, state, count in openings.group_by(pl.all()).len().iter_rows():
            summary.add_openings(metric, [(hour, state, count)])


def _local_seconds(instants: pl.Series, zone: tzinfo) -> pl.Series:
    """Return the local time of each instant, in seconds since 1970 as if it were UTC."""
    seconds = instants.dt.epoch("s").alias("at")
    low, high = int(seconds.to_numpy().min()), int(seconds.to_numpy().max())
    pieces = [*offset_pieces(zone, low, high + 1)]
    if len(pieces) == 1:
        return seconds + pieces[0][2]
    starts = pl.Series("start", [start for start, _, _ in pieces])
    offsets = pl.Series([offset for _, _, offset in pieces])
    piece = starts.search_sorted(seconds, "right") - 1
    return seconds + offsets.gather(piece)
