"""Cases without a possible opening time, such as inside short hours and outside longer ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zsupport.analysis.compare import Counted, Period, has_instant, of_customer
from zsupport.analysis.deadlines import period_of
from zsupport.analysis.decisions import Decisions
from zsupport.analysis.space import opened_in
from zsupport.answer.space import Cases, Space, opened
from zsupport.clock.holidays import PublicHolidays
from zsupport.errors import check_limit
from zsupport.limits import CALENDAR_COMBINATIONS
from zsupport.policy.model import Revision


def decisions_of(revision: Revision, space: Space, public: PublicHolidays) -> Decisions:
    """Return the decisions of a revision; cases without an opening time cannot be opened."""
    result = Decisions(revision, space)
    if names := opened_in(space):
        opening = {name: result.opening(name) for name in names}
        result.momentless = momentless(space, opening, period_of(revision), public)
        result.entitled &= ~result.momentless
    return result


def momentless(
    space: Space,
    opening: Mapping[str, Sequence[tuple[Counted, Cases]]],
    period: Period,
    public: PublicHolidays,
) -> Cases:
    """Return the cases without a possible opening time in a period.

    `opening` has for each name in `opened` conditions when these hours are open. Hours of the
    customer can be open at any time of other hours. So they are compared only with each other,
    and a union of both kinds excludes no case. Raises LimitExceeded.
    """
    result = 0
    parts: list[tuple[list[Counted], list[Counted], Cases]] = [([], [], space.every)]
    for name, hours in opening.items():
        split = []
        for value in space.values[opened(name)]:
            for counted, decides in hours:
                for within, without, some in parts:
                    cases = some & decides & space.of(opened(name), value)
                    inside = [*within, counted] if value == "inside" else within
                    outside = without if value == "inside" else [*without, counted]
                    if cases and not _has_instant(inside, outside, period, public):
                        result |= cases
                    elif cases:
                        split.append((inside, outside, cases))
            check_limit(
                CALENDAR_COMBINATIONS, len(split), "the hours that `opened` names", exact=False
            )
        parts = split
    return result


def _has_instant(
    inside: Sequence[Counted], outside: Sequence[Counted], period: Period, public: PublicHolidays
) -> bool:
    """Return whether a case can be opened inside all of these hours and outside all of those."""
    for kind in ({True}, {False}):
        within, without = (
            [item for item in hours if kind == (set(map(of_customer, item.calendars)) or {False})]
            for hours in (inside, outside)
        )
        if (within or without) and not has_instant(within, without, period, public):
            return False
    return True
