"""The way to a deadline that `--why` shows, on random hours: it accounts for every second."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from oracle.cases import bundle
from oracle.clock import Hours

from zsupport import Calendar
from zsupport.clock.deadline import merged
from zsupport.clock.walk import Step, walk


def shown_way(hours: Hours, steps: list[Step], pauses: list[tuple[int, int]]) -> None:
    """Check what each step says against the definition's own hours."""
    total = 0
    for step in steps:
        assert step.start < step.end
        total += step.counted
        assert step.total == total
        worked = hours.is_open(step.start)
        # One step is one thing: what holds at its beginning holds at its end.
        assert hours.is_open(step.end - 1) is worked
        paused = any(begin <= step.start < end for begin, end in pauses)
        assert step.counted == (step.end - step.start if worked and not paused else 0)
        assert (step.reasons[:1] == ("closed",)) is not worked
        assert (step.reasons == ("pause",)) is (worked and paused)


def test_the_way_leads_from_opened_to_due_and_adds_up_to_the_target() -> None:
    walked = 0
    for number in range(0, 600, 3):
        drawn = bundle(20261124, number, 10)
        calendar = Calendar.from_dict(
            drawn.calendar,
            customer_tz=drawn.customer_zone,
            customer_country=drawn.customer_country,
        )
        for case in drawn.cases:
            pauses = [(begin, end) for begin, end in case.pauses if end is not None]
            if not isinstance(case.target, int) or case.target == 0:
                continue
            try:
                due = calendar.due(
                    datetime.fromtimestamp(case.opened, UTC),
                    timedelta(seconds=case.target),
                    [(datetime.fromtimestamp(p, UTC), datetime.fromtimestamp(q, UTC))
                     for p, q in pauses],
                )  # fmt: skip
            except ValueError:
                continue  # not within ten years
            end = int(due.timestamp())
            steps = walk(calendar.working_time, case.opened, end, merged(pauses, case.opened))
            assert (steps[0].start, steps[-1].end) == (case.opened, end)
            assert all(step.end == later.start for step, later in pairwise(steps))
            assert steps[-1].total == case.target
            shown_way(drawn.hours, steps, pauses)
            walked += 1
    assert walked > 300
