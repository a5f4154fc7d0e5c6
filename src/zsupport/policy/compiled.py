"""The compiled form of a policy: tables of plain values, from which the model is rebuilt.

Every class of the model has a table with a column for each field. A column refers to a part of the
model by the number of its row in the table of its class, so equal parts are kept once. Parts are in
earlier tables, or in earlier rows of the same table, than the parts that contain them.

Reading does not check the form, because the cache reads only forms that the same user has written.
"""

from __future__ import annotations

from zsupport.clock.target import Target
from zsupport.clock.windows import Window
from zsupport.policy import model
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from zsupport.policy.model import Revision

#: For each class of CLASSES, its columns as (shape, values); then the row numbers of the revisions.
Form: TypeAlias = "tuple[list[list[tuple[Any, list[Any]]]], list[int]]"
#: The kind of the values of a column. None: plain values. A number: row numbers of the class at
#: this position of CLASSES. A pair: lists or mappings, whose items have the shape in the pair.
Shape: TypeAlias = "int | tuple[str, Any] | None"

#: The classes of the model.
CLASSES: tuple[type[tuple[Any, ...]], ...] = (
    Target, Window, model.Place, model.Remarks, model.Alternative, model.Source, model.Member,
    model.Fact, model.Number, model.ChannelPriority, model.Channel, model.Grant, model.Priority,
    model.PriorityCell, model.PriorityTable, model.Metric, model.Holidays, model.PolicyCalendar,
    model.Commitment, model.Cell, model.TargetRule, model.Quota, model.Term, model.Topic,
    model.Resource, model.SelfHelp, model.Revision,
)  # fmt: skip

#: The names of all classes and fields, to detect a change of the model.
LAYOUT = " ".join([name for kind in CLASSES for name in (kind.__name__, *vars(kind)["_fields"])])


def compiled_form(revisions: tuple[Revision, ...]) -> Form:
    """Return the compiled form of a policy."""
    writer = _Writer()
    rows = [writer.row(revision) for revision in revisions]
    return [
        [(shape, [row[i] for row in table]) for i, shape in enumerate(shapes)]
        for table, shapes in zip(writer.tables, writer.shapes, strict=True)
    ], rows


def revisions_of(form: Form) -> tuple[Revision, ...]:
    """Return the revisions of a compiled form."""
    new = tuple.__new__
    tables: list[list[Any]] = []
    for kind, columns in zip(CLASSES, form[0], strict=True):
        table: list[Any] = []
        tables.append(table)
        values = [_reader(shape, tables)(column) for shape, column in columns]
        # A row can contain earlier rows of its own table, so the rows are made one after another.
        for row in zip(*values, strict=True):
            table.append(new(kind, row))
        table.append(None)
    return tuple([tables[-1][row] for row in form[1]])


def _reader(shape: Shape, tables: list[list[Any]]) -> Callable[[Any], Any]:
    """Return the function that converts a column with this shape to an iterable of values.

    `tables` has the parts of all earlier classes, and of the class itself in earlier rows.
    """
    if shape is None:
        return lambda column: column
    if isinstance(shape, int):
        row = tables[shape].__getitem__
        return lambda column: map(row, column)
    container, inside = shape
    items = _reader(inside, tables)
    if container == "list":
        return lambda column: (None if value is None else tuple(items(value)) for value in column)
    return lambda column: [dict(zip(value, items(value.values()), strict=True)) for value in column]


class _Writer:
    """Writes the tables of a policy."""

    def __init__(self) -> None:
        from zsupport.typed import field_types

        self.tables: list[list[list[Any]]] = [[] for _ in CLASSES]
        self.shapes = [[*map(_shape, field_types(model_class).values())] for model_class in CLASSES]
        self._rows: dict[tuple[int, bytes], int] = {}

    def row(self, part: tuple[Any, ...]) -> int:
        """Return the number of the row of a part of the model; add a row for a new part."""
        from marshal import dumps

        number = CLASSES.index(type(part))
        shapes = self.shapes[number]
        fields = [self.to_plain(shape, value) for shape, value in zip(shapes, part, strict=True)]
        # Compare bytes, because 1 and True are equal. Version 2 of marshal has no references,
        # which would distinguish equal values.
        key = number, dumps(fields, 2)
        if key not in self._rows:
            self._rows[key] = len(self.tables[number])
            self.tables[number].append(fields)
        return self._rows[key]

    def to_plain(self, shape: Shape, value: Any) -> Any:
        """Return the plain form of a value with this shape."""
        if shape is None:
            return value
        if isinstance(shape, int):
            return -1 if value is None else self.row(value)  # every table ends with None
        if value is None:
            return None
        container, inside = shape
        if container == "list":
            return [self.to_plain(inside, item) for item in value]
        return {key: self.to_plain(inside, item) for key, item in value.items()}


def _shape(kind: Any) -> Shape:
    """Return the shape of the values of a type."""
    if kind in CLASSES:
        return CLASSES.index(kind)
    container, parts = getattr(kind, "__origin__", None), getattr(kind, "__args__", ())
    inside = _shape(parts[-1 if container is dict else 0]) if parts else None
    if inside is None or container is None:  # a plain type, or a union `X | None`
        return inside
    return ("mapping" if container is dict else "list", inside)
