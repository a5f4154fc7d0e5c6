"""The compiled form of a policy: the values of its model as JSON, and how it is read back.

The types of the model control the reading. The input is not trusted: a value of another type
raises ValueError.
"""

from __future__ import annotations

from types import NoneType

from zsupport.policy.model import Revision
from zsupport.typed import TYPE_CHECKING, field_types

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

#: Turns a JSON value into a part of the model.
Reader: TypeAlias = "Callable[[Any], Any]"

_readers: dict[Any, Reader] = {}


def revisions_of(value: Any) -> tuple[Revision, ...]:
    """Return the revisions that a JSON value holds; raise ValueError for anything else."""
    revisions: tuple[Revision, ...] = _reader(tuple[Revision, ...])(value)
    return revisions


def _reader(kind: Any) -> Reader:
    """Return the reader of a type: a class of the model, a JSON type, or a type made of these."""
    reader = _readers.get(kind)
    if reader is None:
        reader = _readers[kind] = _new_reader(kind)
    return reader


def _new_reader(kind: Any) -> Reader:
    parts = getattr(kind, "__args__", None)
    if parts is None:
        if hasattr(kind, "_fields"):
            return _row(kind._make, *field_types(kind).values())
        return _exactly(kind)
    container = getattr(kind, "__origin__", None)
    if container is dict:
        return _mapping(parts[1])
    if container is tuple:
        return _list(parts[0]) if parts[1] is ... else _row(tuple, *parts)
    return _one_of(*parts)


def _exactly(kind: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise ValueError(f"no {kind.__name__}")
        return value

    return read


def _list(item: Any) -> Reader:
    reader = _reader(item)

    def read(value: Any) -> Any:
        if type(value) is not list:
            raise ValueError("no list")
        return tuple([reader(each) for each in value])

    return read


def _mapping(item: Any) -> Reader:
    reader = _reader(item)

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise ValueError("no mapping")
        return {key: reader(each) for key, each in value.items()}

    return read


def _row(made: Callable[[Any], Any], *fields: Any) -> Reader:
    readers = [_reader(field) for field in fields]

    def read(value: Any) -> Any:
        if type(value) is not list or len(value) != len(readers):
            raise ValueError("no row of this length")
        return made([reader(each) for reader, each in zip(readers, value)])  # noqa: B905 - checked

    return read


def _one_of(*kinds: Any) -> Reader:
    """Return the reader of a union of types, which differ by their JSON type."""
    if len(kinds) == 2 and kinds[1] is NoneType:
        return _or_none(_reader(kinds[0]))
    readers = {_in_json(kind): _reader(kind) for kind in kinds}

    def read(value: Any) -> Any:
        reader = readers.get(type(value))
        if reader is None:
            raise ValueError("no value of these types")
        return reader(value)

    return read


def _or_none(reader: Reader) -> Reader:
    return lambda value: None if value is None else reader(value)


def _in_json(kind: Any) -> type:
    container = getattr(kind, "__origin__", kind)
    return list if issubclass(container, tuple) else container
