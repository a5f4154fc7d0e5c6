"""Lists of intervals, compared with sets of the numbers inside them."""

from hypothesis import given
from hypothesis import strategies as st

from zsupport.clock.intervals import Interval, common, outside
from zsupport.clock.spans import clip

borders = st.lists(st.integers(-20, 20), unique=True, max_size=12).map(sorted)
lists = borders.map(lambda edges: list(zip(edges[::2], edges[1::2], strict=False)))


def numbers(intervals: list[Interval]) -> set[int]:
    assert all(start < end for start, end in intervals)
    return {number for start, end in intervals for number in range(start, end)}


@given(lists, lists)
def test_common_is_the_intersection(left: list[Interval], right: list[Interval]) -> None:
    assert numbers(common(left, right)) == numbers(left) & numbers(right)


@given(lists, st.integers(-25, 25), st.integers(0, 30))
def test_clipped_and_outside_divide_the_range(spans: list[Interval], low: int, length: int) -> None:
    whole = set(range(low, low + length))
    assert numbers(clip(spans, low, low + length)) == numbers(spans) & whole
    assert numbers(outside(spans, low, low + length)) == whole - numbers(spans)
