"""Cases merged into boxes, in the order of the values of a policy."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from zsupport.view.boxes import Box, merged_boxes

Content = TypeVar("Content", bound=Hashable)


def merged(
    dimensions: Sequence[Sequence[str | None]],
    contents: Mapping[tuple[str | None, ...], Content],
) -> list[tuple[Box, Content]]:
    """Return boxes that together cover every case once, each with the content of its cases.

    `contents` has the content of each case: a value for each dimension. The boxes are in the order
    of their first cases. Later dimensions are merged first.
    """
    order = [{value: place for place, value in enumerate(values)} for values in dimensions]
    boxes = merged_boxes(
        ((tuple((value,) for value in case), content) for case, content in contents.items()),
        lambda place, values: tuple(sorted(values, key=order[place].__getitem__)),
    )

    def first_case(entry: tuple[Box, Content]) -> tuple[int, ...]:
        return tuple(places[values[0]] for places, values in zip(order, entry[0], strict=True))

    return sorted(boxes, key=first_case)
