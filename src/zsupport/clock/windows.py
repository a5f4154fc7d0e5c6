"""Windows: the times of a week or date at which a calendar is open."""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_YEAR = 1973
LAST_YEAR = 2200

#: Minutes in a day and in a week.
DAY = 1440
WEEK = 10080


class Window(NamedTuple):
    """A window `[opens, closes)` in minutes from Monday 00:00, or from the midnight of a date."""

    opens: int
    closes: int


def overlapping(
    windows: Sequence[Window], *, week: int | None = WEEK
) -> tuple[Window, Window] | None:
    """Return two overlapping windows, or None; windows that touch do not overlap.

    The windows repeat every `week` minutes, or not at all if `week` is None (the windows of a
    date). In the result, the earlier window is first; a window that continues into the next week
    comes before the window it overlaps. If several pairs overlap, the result is the pair that has
    the earliest opening of its second window.
    """
    spans = [(window.opens, window.closes, window) for window in windows]
    if week is not None:
        spans += [(opens + week, closes + week, window) for opens, closes, window in spans]
    spans.sort()
    # If the window that closes last so far does not overlap the next window, no earlier one does.
    longest: tuple[int, int, Window] | None = None
    for span in spans:
        if longest is not None and span[0] < longest[1]:
            return longest[2], span[2]
        if longest is None or span[1] > longest[1]:
            longest = span
    return None
