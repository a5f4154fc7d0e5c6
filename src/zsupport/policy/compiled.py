"""The compiled form of a policy: the values of its model as JSON, and how it is read back.

Nothing that is read is trusted: a value of another type than the model says raises ValueError.
"""

from collections.abc import Callable
from typing import Any

from zsupport.clock.target import Target
from zsupport.clock.windows import Window
from zsupport.policy.model import (
    Alternative,
    Cell,
    Channel,
    Commitment,
    Fact,
    Grant,
    Holidays,
    Member,
    Metric,
    Number,
    Place,
    PolicyCalendar,
    Priority,
    Remarks,
    Resource,
    Revision,
    SelfHelp,
    Source,
    TargetRule,
    Term,
    Topic,
)

#: Turns a JSON value into a part of the model.
Reader = Callable[[Any], Any]


def revisions_of(value: Any) -> tuple[Revision, ...]:
    """Return the revisions that a JSON value holds; raise ValueError for anything else."""
    revisions: tuple[Revision, ...] = _list(_revision)(value)
    return revisions


# One reader for each field of each class, in the order of the fields.


def _is(kind: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise ValueError(f"no {kind.__name__}")
        return value

    return read


def _or_none(reader: Reader) -> Reader:
    return lambda value: None if value is None else reader(value)


def _list(reader: Reader) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not list:
            raise ValueError("no list")
        return tuple([reader(each) for each in value])

    return read


def _mapping(reader: Reader) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise ValueError("no mapping")
        return {key: reader(each) for key, each in value.items()}

    return read


def _row(made: Callable[[Any], Any], *readers: Reader) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not list or len(value) != len(readers):
            raise ValueError("no row of this length")
        return made([reader(each) for reader, each in zip(readers, value, strict=True)])

    return read


def _text(value: Any) -> Any:
    return value if type(value) is str else _by_language(value)


_str, _int, _bool = _is(str), _is(int), _is(bool)
_by_language = _mapping(_str)
_strs, _texts = _list(_str), _list(_text)
_str_, _text_ = _or_none(_str), _or_none(_text)
_place = _row(Place._make, _str, _int)
_remarks = _row(Remarks._make, _text_, _text_, _str_)
_when = _list(
    _row(
        Alternative._make,
        _mapping(_strs), _or_none(_row(tuple, _bool, _str)), _remarks, _place,
    )
)  # fmt: skip
_windows = _list(_row(Window._make, _int, _int))
_source = _row(Source._make, _str, _text_, _str_, _str_, _remarks)
_member = _row(Member._make, _str, _text, _strs, _strs, _str_, _remarks, _place)
_fact = _row(Fact._make, _str, _text_, _mapping(_text), _str_, _remarks, _place)
_number = _row(Number._make, _str, _str, _remarks)
_channel = _row(
    Channel._make,
    _str, _text, _str, _str_, _texts, _texts, _list(_number), _strs, _remarks, _place,
)  # fmt: skip
_grant = _row(Grant._make, _when, _strs, _strs, _str_, _texts, _remarks, _place)
_priority = _row(Priority._make, _str, _text, _text_, _when, _strs, _remarks, _place)
_metric = _row(Metric._make, _str, _text, _text, _text_, _str_, _remarks, _place)
_holidays = _row(
    Holidays._make,
    _bool, _str_, _str_, _strs, _strs, _or_none(_row(tuple, _int, _int)), _or_none(_strs), _remarks,
    _mapping(_text), _str_, _strs,
)  # fmt: skip
_calendar = _row(
    PolicyCalendar._make,
    _when, _str_, _text_, _or_none(_windows), _or_none(_holidays), _bool, _bool,
    _mapping(_windows), _mapping(_windows), _or_none(_list(_int)), _strs, _remarks, _place,
)  # fmt: skip
_commitment = _row(Commitment._make, _when, _str, _remarks, _place)
_target = _row(Target._make, _str, _int, _int, _bool, _bool, _str)
_cell = _row(Cell._make, _target, _text_, _str_, _text_, _remarks, _place, _str)
_rule = _row(TargetRule._make, _when, _str_, _text_, _mapping(_mapping(_cell)), _remarks, _place)
_term = _row(Term._make, _str, _when, _text, _remarks, _place)
_topic = _row(Topic._make, _str, _text, _str_, _remarks, _place)
_resource = _row(Resource._make, _text, _str, _strs, _strs, _str_, _remarks, _place)
_self_help = _row(SelfHelp._make, _str_, _bool, _list(_topic), _list(_resource), _remarks, _place)
_revision = _row(
    Revision._make,
    _str, _text, _str, _str, _str, _str_, _str_, _remarks, _place, _list(_source), _list(_member),
    _list(_member), _list(_fact), _list(_channel), _list(_grant), _place, _list(_priority),
    _list(_metric), _str, _mapping(_list(_calendar)), _list(_commitment), _list(_rule),
    _or_none(_place), _list(_term), _or_none(_self_help), _strs, _remarks,
)  # fmt: skip
