"""Replacements for names of `typing`, `types`, `collections.abc` and `bisect` that load faster.

A NamedTuple of `typing` compiles a constructor for each class. To answer a question, the
program defines dozens of classes and creates few values, so this takes too long. Type checkers see
the names of `typing`.

Annotations stay texts until `field_types` evaluates them, so names that only annotations use are
imported under TYPE_CHECKING. Modules with classes of the Python interface always import these
names, because callers can evaluate the annotations.
"""

from __future__ import annotations

#: Type checkers treat a variable of this name as true.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from bisect import bisect_left as bisect_left
    from bisect import bisect_right as bisect_right
    from collections.abc import Mapping as Mapping
    from collections.abc import Sequence as Sequence
    from types import MappingProxyType as MappingProxyType
    from typing import Annotated as Annotated
    from typing import Any as Any
    from typing import Generic as Generic
    from typing import NamedTuple as NamedTuple
    from typing import TypedDict as TypedDict
    from typing import TypeVar as TypeVar
else:
    # These modules are loaded at the start of Python; `collections.abc` would load `collections`.
    from _collections import _tuplegetter
    from _collections_abc import Mapping, Sequence  # noqa: F401 - imported by other modules

    try:
        from _bisect import bisect_left, bisect_right
    except ImportError:  # a Python without the C module
        from bisect import bisect_left, bisect_right  # noqa: F401 - imported by other modules

    MappingProxyType = type(vars(object))  # as in `types`

    _new = tuple.__new__
    #: The getters of fields by position, shared by all classes. A class with more fields adds some.
    _getters = []

    class _NamedTupleType(type):
        """The metaclass of NamedTuple: the annotated names of a class become fields."""

        base = None  # NamedTuple, after its definition

        def __new__(metacls, name, bases, body):
            if metacls.base in bases:
                fields = (*body.get("__annotations__", ()),)
                body["_fields"] = body["__match_args__"] = fields
                body["_field_defaults"] = {name: body[name] for name in fields if name in body}
                body["__slots__"] = ()
                for position in range(len(_getters), len(fields)):
                    _getters.append(_tuplegetter(position, f"Field {position}"))
                body.update(zip(fields, _getters, strict=False))
            return type.__new__(metacls, name, bases, body)

        @property
        def __signature__(cls):
            from inspect import Parameter, Signature

            kind, defaults = Parameter.POSITIONAL_OR_KEYWORD, cls._field_defaults
            return Signature([
                Parameter(name, kind, default=defaults.get(name, Parameter.empty))
                for name in cls._fields
            ])  # fmt: skip

    class NamedTuple(tuple, metaclass=_NamedTupleType):
        """A tuple with named fields: the annotations of its class."""

        __slots__ = ()
        _fields = ()
        _field_defaults = {}  # noqa: RUF012 - never changed

        def __new__(cls, /, *values, **named):
            """Create a tuple from values by position or by name."""
            if named or len(values) != len(cls._fields):
                values += (*_named_values(cls, len(values), named),)
            return _new(cls, values)

        @classmethod
        def _make(cls, values):
            """Create a tuple from values in the order of the fields."""
            return cls.__new__(cls, *values)

        def _replace(self, /, **changes):
            """Return a tuple with other values of some fields."""
            values = [*self]
            for name, value in changes.items():
                if name not in self._fields:
                    raise TypeError(f"{type(self).__name__} has no field {name}")
                values[self._fields.index(name)] = value
            return _new(type(self), values)

        __replace__ = _replace

        def _asdict(self):
            """Return the values by name."""
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            pairs = zip(self._fields, self, strict=True)
            fields = ", ".join([f"{name}={value!r}" for name, value in pairs])
            return f"{type(self).__name__}({fields})"

        def __getnewargs__(self):
            return tuple(self)

    _NamedTupleType.base = NamedTuple

    def _named_values(cls, count, named):
        """Return the values of the fields after the first `count`, from `named` and defaults.

        Raises TypeError if values are missing or unexpected.
        """
        fields, defaults = cls._fields[count:], cls._field_defaults
        try:
            values = [named[name] if name in named else defaults[name] for name in fields]
        except KeyError:
            values = []
        if count > len(cls._fields) or len(values) < len(fields) or named.keys() - fields:
            missing = [name for name in fields if name not in named and name not in defaults]
            raise TypeError(
                f"{cls.__name__} takes {', '.join(cls._fields)}: {count} values by position,"
                f" missing {missing}, unexpected {sorted(named.keys() - fields)}"
            )
        return values

    class Any:
        """A value of any type."""

    class Annotated:
        """A type with metadata. Only `field_types` keeps the metadata."""

        def __class_getitem__(cls, parameters):
            return parameters[0]

    class TypeVar:
        """A type parameter."""

        def __init__(self, name, *constraints, **settings):
            self.name = name

    class Generic:
        """A class with type parameters."""

        __slots__ = ()

        def __class_getitem__(cls, parameters):
            return cls

    class TypedDict(dict):
        """A dict whose keys have types: the annotations of its class, or the types in a dict."""

        def __init_subclass__(cls, *, total=True):
            cls.__total__ = total

        def __new__(cls, *definition, **values):
            """Create a dict; TypedDict itself creates a class from a name and keys."""
            if cls is not TypedDict:
                return dict(*definition, **values)
            name, keys = definition
            return type(name, (cls,), {"__annotations__": keys})


def field_types(kind: Any) -> dict[str, Any]:
    """Return the types of the annotated names of a class, by name."""
    import collections.abc
    import datetime
    import sys
    import typing

    # The modules whose types are imported only for the type checker.
    names = {**vars(datetime), **vars(collections.abc), **vars(typing)}
    names |= vars(sys.modules[kind.__module__])
    names |= {"Annotated": typing.Annotated, "Any": typing.Any}
    return typing.get_type_hints(kind, names, include_extras=True)
