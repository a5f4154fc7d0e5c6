"""The NamedTuple and the dates of the package behave like those of Python."""

from __future__ import annotations

import copy
import datetime
import pickle
import typing
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import pytest

from zsupport import dates, typed

Item = TypeVar("Item")
A_DICT: dict[str, int] = {}


class Lean(typed.NamedTuple):
    """A row."""

    first: int
    second: str | None
    third: Mapping[str, int] = A_DICT
    fourth: tuple[int, ...] = (1,)

    @property
    def both(self) -> tuple[object, ...]:
        return self[:2]


class Full(typing.NamedTuple):
    """A row."""

    first: int
    second: str | None
    third: Mapping[str, int] = A_DICT
    fourth: tuple[int, ...] = (1,)

    @property
    def both(self) -> tuple[object, ...]:
        return self[:2]


class Empty(typed.NamedTuple):
    """No fields."""


class Boxed(typed.NamedTuple, Generic[Item]):
    """A generic class."""

    item: Item


class Below(Lean):
    """A subclass."""

    note = "a class attribute"


def result_of(call: typing.Callable[[], Any]) -> object:
    """Return the result of a call, or `refused` if it raises TypeError or ValueError."""
    try:
        return tuple(call())
    except (TypeError, ValueError):
        return "refused"


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1, "a", {}, ()), {}),
    ((1, "a", {}), {}),
    ((1, "a"), {}),
    ((1,), {"second": None}),
    ((), {"second": "b", "first": 2}),
    ((1, "a"), {"fourth": (2,)}),
    ((), {"fourth": (), "third": {}, "second": "", "first": 0}),
    ((), {}),
    ((1,), {}),
    ((1,), {"fourth": ()}),
    ((1, "a", {}, (), 5), {}),
    ((1, "a"), {"first": 1}),
    ((1, "a"), {"fifth": 1}),
    ((1, "a", {}, ()), {"fifth": 1}),
    ((1, "a", {}, ()), {"first": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("values", "by_name"), CALLS)
def test_values_can_be_given_by_position_and_name(
    values: tuple[Any, ...], by_name: dict[str, Any]
) -> None:
    expected = result_of(lambda: Full(*values, **by_name))
    assert result_of(lambda: Lean(*values, **by_name)) == expected
    assert result_of(lambda: Below(*values, **by_name)) == expected


def test_error_names_a_missing_field() -> None:
    with pytest.raises(TypeError, match=r"Lean.*missing \['second'\], unexpected \['fifth'\]"):
        Lean(1, fifth=2)  # type: ignore[call-arg]


def test_it_is_a_tuple_with_field_names() -> None:
    lean, full = Lean(1, "a"), Full(1, "a")
    assert tuple(lean) == tuple(full)
    assert (lean.first, lean.second, lean.third, lean.fourth) == (1, "a", {}, (1,))
    assert tuple(lean) == (1, "a", {}, (1,))
    assert hash(Lean(1, "a", (), ())) == hash((1, "a", (), ()))  # type: ignore[arg-type]
    assert lean.both == (1, "a")
    assert repr(lean) == repr(full).replace("Full", "Lean")
    assert lean._asdict() == full._asdict()
    for name in ("_fields", "_field_defaults", "__match_args__", "__doc__", "__slots__"):
        assert getattr(Lean, name) == getattr(Full, name), name
    match lean:
        case Lean(first, second):
            assert (first, second) == (1, "a")
    assert Empty() == ()
    assert repr(Empty()) == "Empty()"
    assert Boxed(1).item == 1
    assert Below(1, "a").note == "a class attribute"
    assert repr(Below(1, "a")) == "Below(first=1, second='a', third={}, fourth=(1,))"


def test_it_is_frozen() -> None:
    for row in (Lean(1, "a"), Boxed(1)):
        for name in (*row._fields, "other"):
            with pytest.raises(AttributeError):
                setattr(row, name, 1)
        assert not hasattr(row, "__dict__")


def test_replace_returns_a_tuple_with_other_values() -> None:
    lean = Lean(1, "a")
    assert lean._replace() == lean
    assert repr(lean._replace(second=None, fourth=())) == (
        "Lean(first=1, second=None, third={}, fourth=())"
    )
    assert type(Below(1, "a")._replace(first=2)) is Below
    with pytest.raises(TypeError, match="fifth"):
        lean._replace(fifth=1)  # type: ignore[call-arg]
    assert Lean._make(iter((1, "a", {}, ()))) == (1, "a", {}, ())


def test_it_can_be_copied_and_pickled() -> None:
    for row in (Lean(1, "a", {"x": 1}), Below(1, None), Empty(), Boxed("x")):
        copies = [copy.copy(row), copy.deepcopy(row)]
        copies += [
            pickle.loads(pickle.dumps(row, protocol))
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ]
        for copied in copies:
            assert (type(copied), copied) == (type(row), row)


def test_types_of_fields_are_evaluated_on_demand() -> None:
    assert typed.field_types(Lean) == {
        "first": int,
        "second": str | None,
        "third": Mapping[str, int],
        "fourth": tuple[int, ...],
    }


def test_dates_are_those_of_datetime() -> None:
    names = ("MAXYEAR", "UTC", "date", "datetime", "timedelta", "timezone", "tzinfo")
    assert [getattr(dates, name) for name in names] == [getattr(datetime, name) for name in names]
