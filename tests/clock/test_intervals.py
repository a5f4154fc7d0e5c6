"""Lists of intervals against the numbers in them."""

from hypothesis import given
from hypothesis import strategies as st

from zsupport.clock.intervals import Interval, common, outside
from zsupport.clock.spans import clipped

borders = st.lists(st.integers(-20, 20), unique=True, max_size=12).map(sorted)
lists = borders.map(lambda each: list(zip(each[::2], each[1::2], strict=False)))


def numbers(intervals: list[Interval]) -> set[int]:
    assert all(start < end for start, end in intervals)
    return {number for start, end in intervals for number in range(start, end)}


@given(lists, lists)
def test_common_holds_what_both_hold(one: list[Interval], other: list[Interval]) -> None:
    assert numbers(common(one, other)) == numbers(one) & numbers(other)


@given(lists, st.integers(-25, 25), st.integers(0, 30))
def test_outside_and_clipped_divide_the_whole(some: list[Interval], low: int, length: int) -> None:
    whole = set(range(low, low + length))
    assert numbers(clipped(some, low, low + length)) == numbers(some) & whole
    assert numbers(outside(some, low, low + length)) == whole - numbers(some)
