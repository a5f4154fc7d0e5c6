"""Cases without a possible opening time.

For example, no case can be opened inside some hours but outside longer hours that contain them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zsupport.analysis.compare import CountedTime, Period, has_instant, of_customer
from zsupport.analysis.deadlines import period_of
from zsupport.analysis.decisions import Decisions
from zsupport.analysis.space import opened_in
from zsupport.answer.space import Cases, Space, opened_dimension
from zsupport.clock.holidays import PublicHolidays
from zsupport.errors import check_limit
from zsupport.limits import CALENDAR_COMBINATIONS
from zsupport.policy.model import Revision
from zsupport.wording import Message


def decisions_of(revision: Revision, space: Space, public: PublicHolidays) -> Decisions:
    """Return the decisions of a revision. Cases without an opening time are not entitled."""
    result = Decisions(revision, space)
    if names := opened_in(space):
        opening = {name: result.opening(name) for name in names}
        result.without_opening_time = cases_without_opening_time(
            space, opening, period_of(revision), public
        )
        result.entitled &= ~result.without_opening_time
    return result


def cases_without_opening_time(
    space: Space,
    opening: Mapping[str, Sequence[tuple[CountedTime, Cases]]],
    period: Period,
    public: PublicHolidays,
) -> Cases:
    """Return the cases without a possible opening time in a period.

    `opening` has the hours of each name in `opened` conditions, in parts that together cover every
    case. Hours that depend on the customer can be open at any instant, so they are not compared
    with other hours. A union in which only some calendars depend on the customer excludes no case.
    Raises LimitExceeded.
    """
    result = 0
    parts: list[tuple[list[CountedTime], list[CountedTime], Cases]] = [([], [], space.every)]
    for name, hours in opening.items():
        split = []
        for value in space.values[opened_dimension(name)]:
            for counted, decides in hours:
                for within, without, some in parts:
                    cases = some & decides & space.of(opened_dimension(name), value)
                    inside = [*within, counted] if value == "inside" else within
                    outside = without if value == "inside" else [*without, counted]
                    if cases and not _has_instant(inside, outside, period, public):
                        result |= cases
                    elif cases:
                        split.append((inside, outside, cases))
            check_limit(
                CALENDAR_COMBINATIONS,
                len(split),
                Message("the hours that `opened` names"),
                exact=False,
            )
        parts = split
    return result


def _has_instant(
    inside: Sequence[CountedTime],
    outside: Sequence[CountedTime],
    period: Period,
    public: PublicHolidays,
) -> bool:
    """Return whether a case can be opened inside all of `inside` and outside all of `outside`."""
    for kind in ({True}, {False}):
        within, without = (
            [item for item in hours if kind == (set(map(of_customer, item.calendars)) or {False})]
            for hours in (inside, outside)
        )
        if (within or without) and not has_instant(within, without, period, public):
            return False
    return True
