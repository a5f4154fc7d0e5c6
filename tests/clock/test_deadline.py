"""Pauses and elapsed time."""

import pytest

from zsupport.clock.deadline import EVERY_INSTANT, Basis, Course, Pause, deadline, merge_pauses
from zsupport.clock.problem import BadText
from zsupport.clock.target_text import parse_target


@pytest.mark.parametrize(
    ("pauses", "kept"),
    [
        ([(20, 30), (5, 8)], [(5, 8), (20, 30)]),
        ([(5, 8), (8, 12)], [(5, 12)]),
        ([(5, 20), (8, 12)], [(5, 20)]),
        ([(5, 20), (8, None)], [(5, None)]),
        ([(5, None), (8, 12)], [(5, None)]),
        # Pauses before the start, which is 3, are ignored.
        ([(0, 5)], [(3, 5)]),
        ([(0, 2), (0, 3)], []),
        ([(0, None)], [(3, None)]),
        # Empty pauses are ignored.
        ([(5, 5), (7, 9)], [(7, 9)]),
    ],
)
def test_pauses_are_merged_and_clipped(pauses: list[Pause], kept: list[Pause]) -> None:
    assert merge_pauses(pauses, 3) == tuple(kept)


def test_a_pause_that_ends_before_it_starts_is_an_error() -> None:
    with pytest.raises(BadText):
        merge_pauses([(2, 1)], 3)


@pytest.mark.parametrize(
    ("ended", "at", "elapsed"),
    [(None, 1800, 1800), (600, 1800, 600), (1800, 1800, 1800), (5400, 1800, 1800)],
)
def test_elapsed_time_ends_at_the_ending_event_or_now(
    ended: int | None, at: int, elapsed: int
) -> None:
    run = Course(0, 0, ended, (), None)
    result = deadline(parse_target("1h"), run, Basis(EVERY_INSTANT), at)
    assert (result.due, result.elapsed, result.remaining) == (3600, elapsed, 3600 - elapsed)
