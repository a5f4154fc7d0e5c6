"""Cases merged into boxes: a box has a set of values for each dimension and covers its product."""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: The values of each dimension.
Box = tuple[tuple[str | None, ...], ...]
Content = TypeVar("Content")


def merged_boxes(
    boxes: Iterable[tuple[Box, Content]],
    arranged: Callable[[int, Iterable[str | None]], tuple[str | None, ...]],
) -> list[tuple[Box, Content]]:
    """Merge boxes that have equal content and differ in only one dimension; return the boxes.

    Later dimensions are merged first. `arranged` gets the position of a dimension and the values
    of a merged box, without duplicates. It returns these values in order. A content is hashable.
    """
    result = list(boxes)
    width = len(result[0][0]) if result else 0
    size = -1
    while size != (size := len(result)):
        for place in reversed(range(width)):
            groups: dict[object, tuple[Box, Content, dict[str | None, None]]] = {}
            for box, content in result:
                key = (box[:place], box[place + 1 :], content)
                group = groups.setdefault(key, (box, content, {}))
                group[2].update(dict.fromkeys(box[place]))
            result = [
                ((*box[:place], arranged(place, values), *box[place + 1 :]), content)
                for box, content, values in groups.values()
            ]
    return result
