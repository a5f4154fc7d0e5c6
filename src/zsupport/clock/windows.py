"""Windows: the times of a week or of a date at which a calendar is open."""

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
    """A half-open time `[opens, closes)` in minutes: of a week from Monday 00:00, or of a date."""

    opens: int
    closes: int


def overlapping(
    windows: Sequence[Window], *, week: int | None = WEEK
) -> tuple[Window, Window] | None:
    """Return two windows that overlap, or None; touching is not overlapping.

    The windows repeat every `week` minutes; None says that they do not, as those of one date.
    Of several pairs it is the one whose second window opens first; it stands in order of
    opening, except that a window which runs into the next week stands before the one it meets.
    """
    spans = [(window.opens, window.closes, window) for window in windows]
    if week is not None:
        spans += [(opens + week, closes + week, window) for opens, closes, window in spans]
    spans.sort()
    # The one open longest so far is the only one that need be compared with the next.
    longest: tuple[int, int, Window] | None = None
    for span in spans:
        if longest is not None and span[0] < longest[1]:
            return longest[2], span[2]
        if longest is None or span[1] > longest[1]:
            longest = span
    return None
