"""Cases merged into boxes: a box has a set of values for each dimension and covers its product."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Content = TypeVar("Content", bound=Hashable)

#: The values of each dimension, in the order of the dimension.
Box = tuple[tuple[str | None, ...], ...]


def merged(
    dimensions: Sequence[Sequence[str | None]],
    contents: Mapping[tuple[str | None, ...], Content],
) -> list[tuple[Box, Content]]:
    """Return boxes that together cover every case once, each with the content of its cases.

    `contents` has the content of each case: a value for each dimension. The boxes are in the order
    of their first cases. Later dimensions are merged first.
    """
    boxes: list[tuple[Box, Content]] = [
        (tuple((value,) for value in case), content) for case, content in contents.items()
    ]
    order = [{value: place for place, value in enumerate(values)} for values in dimensions]
    size = -1
    while size != (size := len(boxes)):
        for dimension in reversed(range(len(dimensions))):
            groups: dict[tuple[object, ...], tuple[Box, Content, set[str | None]]] = {}
            for box, content in boxes:
                key = (*box[:dimension], None, *box[dimension + 1 :], content)
                first = groups.setdefault(key, (box, content, set()))
                first[2].update(box[dimension])
            places = order[dimension]
            boxes = [
                (
                    (
                        *box[:dimension],
                        tuple(sorted(values, key=places.__getitem__)),
                        *box[dimension + 1 :],
                    ),
                    content,
                )
                for box, content, values in groups.values()
            ]

    def first_case(entry: tuple[Box, Content]) -> tuple[int, ...]:
        return tuple(places[values[0]] for places, values in zip(order, entry[0], strict=True))

    return sorted(boxes, key=first_case)
