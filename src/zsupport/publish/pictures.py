"""Pictures of an audit as SVG: met targets over time, margins, and openings by weekday and hour.

The pictures have no colors of their own: the style sheet of the report gives the classes colors for
light and dark screens and for paper. Each value is also in the table beside the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zsupport.clock.instants import duration
from zsupport.dates import date
from zsupport.publish.html import escaped_attribute, escaped_text
from zsupport.typed import NamedTuple
from zsupport.view.times import WEEKDAYS, date_in_words, month_in_words
from zsupport.wording import Message, Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_EPOCH_DAY = date(1970, 1, 1).toordinal()
#: With more weeks than this, a picture shows months; with more months, years.
_MAX_WEEKS = 26
_MAX_MONTHS = 60
#: The bounds of margins in the histogram, in seconds; the same before and after the deadline.
_BOUNDS = (900, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800)
_WIDTH = 720
#: The most labels below the columns of a picture.
_MAX_LABELS = 8


class OpeningPeriod(NamedTuple):
    """A week, a month or a year, with the tickets that were opened in it."""

    label: str
    met: int = 0
    breached: int = 0

    @property
    def judged(self) -> int:
        """The number of met and breached tickets."""
        return self.met + self.breached


def periods(openings: Mapping[int, Sequence[int]], words: Wording) -> list[OpeningPeriod]:
    """Return all weeks, months or years from the first ticket to the last one."""
    days: dict[int, list[int]] = {}
    for hour, (met, breached, _) in openings.items():
        if met or breached:
            cell = days.setdefault(hour // 24, [0, 0])
            cell[0] += met
            cell[1] += breached
    if not days:
        return []
    first, last = min(days), max(days)
    keys: list[tuple[int, ...]]
    if _week(last) - _week(first) < _MAX_WEEKS:
        keys = [(week,) for week in range(_week(first), _week(last) + 1)]
    elif _month(last) - _month(first) < _MAX_MONTHS:
        keys = [divmod(month, 12) for month in range(_month(first), _month(last) + 1)]
    else:
        keys = [(year, 0, 0) for year in range(_date(first).year, _date(last).year + 1)]
    counts = {key: [0, 0] for key in keys}
    for day, (met, breached) in days.items():
        if len(keys[0]) == 1:
            key: tuple[int, ...] = (_week(day),)
        elif len(keys[0]) == 2:
            key = divmod(_month(day), 12)
        else:
            key = (_date(day).year, 0, 0)
        counts[key][0] += met
        counts[key][1] += breached
    return [OpeningPeriod(_label(key, words), *numbers) for key, numbers in counts.items()]


def _date(day: int) -> date:
    return date.fromordinal(day + _EPOCH_DAY)


def _week(day: int) -> int:
    """Return the number of the week; it starts on Monday. 1 January 1970 was a Thursday."""
    return (day + 3) // 7


def _month(day: int) -> int:
    local = _date(day)
    return local.year * 12 + local.month - 1


def _label(key: tuple[int, ...], words: Wording) -> str:
    if len(key) == 1:
        monday = _date(key[0] * 7 - 3)
        return words(date_in_words(monday.day, monday.month, (monday.year,)))
    if len(key) == 2:
        return words(month_in_words(key[0], key[1] + 1))
    return str(key[0])


class MarginBin(NamedTuple):
    """The tickets with a margin in a range."""

    label: str
    tickets: int
    late: bool


def margin_bins(margins: Mapping[int, int], words: Wording) -> list[MarginBin]:
    """Return the numbers of tickets by margin, without empty ranges at the ends."""
    bounds = [-bound for bound in reversed(_BOUNDS)] + [0, *_BOUNDS]
    counts = [0] * (len(bounds) + 1)
    for margin, count in margins.items():
        counts[sum(bound <= margin for bound in bounds)] += count
    used = [place for place, count in enumerate(counts) if count]
    if not used:
        return []
    bins = []
    for place in range(used[0], used[-1] + 1):
        late = place <= len(_BOUNDS)
        # The bounds of the range, as positive times.
        low = bounds[place - 1] if place else None
        high = bounds[place] if place < len(bounds) else None
        if late:
            low, high = (None if high is None else -high), (None if low is None else -low)
        bins.append(MarginBin(_range_in_words(low or 0, high, late, words), counts[place], late))
    return bins


def _range_in_words(low: int, high: int | None, late: bool, words: Wording) -> str:
    if high is None:
        text = Message("more than {time}", time=duration(low))
    elif not low:
        text = Message("less than {time}", time=duration(high))
    else:
        text = Message("{low} to {high}", low=duration(low), high=duration(high))
    return words(Message("{time} late", time=text) if late else Message("{time} left", time=text))


class HeatCell(NamedTuple):
    """The judged tickets that were opened in an hour of a weekday."""

    met: int = 0
    breached: int = 0


def heat_cells(openings: Mapping[int, Sequence[int]]) -> list[list[HeatCell]]:
    """Return a row for each weekday from Monday, with a cell for each hour."""
    rows = [[HeatCell() for _ in range(24)] for _ in WEEKDAYS]
    for hour, (met, breached, _) in openings.items():
        row = rows[(hour // 24 + 3) % 7]
        cell = row[hour % 24]
        row[hour % 24] = HeatCell(cell.met + met, cell.breached + breached)
    return rows


# -- drawing ---------------------------------------------------------------------------------------


def draw_periods(shown: Sequence[OpeningPeriod], caption: str, words: Wording) -> str:
    """Return columns of met and breached tickets, and above them a line of the share met."""
    left, right, top, share_height, gap, height = 52, 12, 24, 110, 34, 130
    width = _WIDTH - left - right
    step = width / len(shown)
    bar = min(step * 0.72, 42)
    shares = [100 * period.met / period.judged for period in shown if period.judged]
    lowest = min(90, int(min(shares)) // 10 * 10) if shares else 0
    most = _nice(max(period.judged for period in shown))
    base = top + share_height + gap + height

    def y_of_share(share: float) -> float:
        return top + share_height * (100 - share) / (100 - lowest)

    parts = [_key(left, 12, [("line", words("Share met")), ("met", words("Met")),
                             ("breached", words("Breached"))])]  # fmt: skip
    for share in (lowest, (lowest + 100) / 2, 100):
        parts += _rule(left, y_of_share(share), f"{share:g}\u00a0%")
    for count in (0, most // 2, most) if most > 1 else (0, most):
        y = base - height * count / most
        parts += _rule(left, y, words.language.number(count))
    points = []
    every = -(-len(shown) // _MAX_LABELS)
    for number, period in enumerate(shown):
        x = left + step * (number + 0.5)
        met, breached = (height * count / most for count in (period.met, period.breached))
        parts.append(_box("met", x - bar / 2, base - met, bar, met))
        parts.append(_box("breached", x - bar / 2, base - met - breached, bar, breached))
        if period.judged:
            points.append((x, y_of_share(100 * period.met / period.judged)))
        elif points:
            parts += _line_through(points)
            points = []
        if number % every == 0:
            parts.append(_svg_text(x, base + 18, period.label, "middle"))
    parts += _line_through(points)
    return _svg(_WIDTH, base + 30, caption, parts)


def _line_through(points: Sequence[tuple[float, float]]) -> list[str]:
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = [f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    return [f'<polyline class="line" points="{joined}"/>', *dots]


def draw_margins(shown: Sequence[MarginBin], caption: str, words: Wording) -> str:
    """Return a bar for each range of margins."""
    left, right, top, step = 190, 70, 30, 24
    most = max(entry.tickets for entry in shown)
    parts = [_key(left, 12, [("met", words("Before the deadline")),
                             ("breached", words("After the deadline"))])]  # fmt: skip
    for number, entry in enumerate(shown):
        y = top + step * number
        length = (_WIDTH - left - right) * entry.tickets / most
        parts.append(_svg_text(left - 8, y + 15, entry.label, "end"))
        parts.append(_box("breached" if entry.late else "met", left, y + 2, length, step - 5))
        count = words.language.number(entry.tickets)
        parts.append(_svg_text(left + length + 6, y + 15, count, "start"))
    return _svg(_WIDTH, top + step * len(shown) + 6, caption, parts)


def draw_heat(rows: Sequence[Sequence[HeatCell]], caption: str, words: Wording) -> str:
    """Return a cell for each weekday and hour: the darker, the more of its tickets are breached.

    The number in a cell is the percentage of breached tickets, rounded up.
    """
    left, top, size, height = 48, 46, 28, 26
    parts = [_svg_text(left, 12, words("Breached, in percent:"), "start")]
    x = left + 150
    for level, label in enumerate(("0", "1\u201310", "11\u201325", "26\u201350", "51\u2013100")):
        parts.append(f'<rect class="heat heat-{level}" x="{x}" y="1" width="16" height="14"/>')
        parts.append(_svg_text(x + 22, 12, label, "start"))
        x += 74
    for hour in range(0, 24, 3):
        parts.append(_svg_text(left + size * hour, top - 8, f"{hour:02}:00", "start"))
    for number, (weekday, row) in enumerate(zip(WEEKDAYS, rows, strict=True)):
        y = top + height * number
        parts.append(_svg_text(left - 8, y + 17, words(weekday), "end"))
        for hour, cell in enumerate(row):
            x = left + size * hour
            percent = _breached_percent(cell)
            level_of_cell = "none" if percent is None else str(_level(percent))
            parts.append(
                f'<rect class="heat heat-{level_of_cell}" x="{x + 1}" y="{y + 1}"'
                f' width="{size - 2}" height="{height - 2}" rx="2"/>'
            )
            if percent is not None:
                parts.append(
                    f'<text class="on-heat-{level_of_cell}" x="{x + size / 2:g}" y="{y + 17}"'
                    f' text-anchor="middle">{percent}</text>'
                )
    return _svg(left + size * 24 + 6, top + height * 7 + 4, caption, parts)


def _breached_percent(cell: HeatCell) -> int | None:
    judged = cell.met + cell.breached
    return -(-100 * cell.breached // judged) if judged else None


def _level(percent: int) -> int:
    return sum(percent > bound for bound in (0, 10, 25, 50))


def _nice(number: int) -> int:
    """Return a round number that is not smaller."""
    size = 1
    while True:
        for factor in (1, 2, 3, 4, 5, 6, 8):
            if factor * size >= number:
                return factor * size
        size *= 10


def _key(x: float, y: float, entries: Iterable[tuple[str, str]]) -> str:
    """Return what the classes of marks mean, in one line."""
    parts = []
    for style, label in entries:
        parts.append(_box(style, x, y - 10, 14, 11) if style != "line" else
                     f'<path class="line" d="M{x} {y - 4}h14"/>')  # fmt: skip
        parts.append(_svg_text(x + 20, y, label, "start"))
        x += 40 + 7.5 * len(label)
    return "".join(parts)


def _rule(left: float, y: float, label: str) -> list[str]:
    return [
        f'<path class="rule" d="M{left} {y:.1f}H{_WIDTH - 12}"/>',
        _svg_text(left - 8, y + 4, label, "end"),
    ]


def _box(style: str, x: float, y: float, width: float, height: float) -> str:
    if height <= 0 or width <= 0:
        return ""
    return (
        f'<rect class="{style}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
    )


def _svg_text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escaped_text(text)}</text>'


def _svg(width: float, height: float, caption: str, parts: Iterable[str]) -> str:
    label = escaped_attribute(caption)
    start = f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{label}">'
    return f"{start}{''.join(parts)}</svg>"
