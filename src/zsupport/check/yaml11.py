"""What a reader of YAML 1.1 makes of a text without quotes.

A policy is read as text. Many tools read YAML as version 1.1 has it, where `no` is false and
`17:00` is 1020; this is their reading, as PyYAML has it, but for dates.
"""

import re

_NULL = {"~", "null", "Null", "NULL"}
_TRUE = {word for each in ("true", "yes", "on") for word in (each, each.title(), each.upper())}
_FALSE = {word for each in ("false", "no", "off") for word in (each, each.title(), each.upper())}
_NUMBER = re.compile(
    r"""(?P<sign>[-+]?)(?:
      0b(?P<binary>[0-1_]+)
    | 0x(?P<hex>[0-9a-fA-F_]+)
    | (?P<octal>0[0-7_]+)
    | (?P<whole>0|[1-9][0-9_]*)
    | (?P<sixty>[1-9][0-9_]*(?::[0-5]?[0-9])+)
    | (?P<sixty_point>[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)
    | (?P<point>[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?)
    | \.(?P<infinite>inf|Inf|INF)
    )|(?P<bare_point>\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)|\.(?P<none>nan|NaN|NAN)""",
    re.VERBOSE,
)
#: No text that begins otherwise is read as anything but itself.
FIRST = frozenset("+-.0123456789~nNtTyYfFoO")


def reading(text: str) -> tuple[str, str] | None:
    """Return how a text that stands without quotes is read by YAML 1.1, and as what.

    That is null, a boolean or a number, as such a tool writes it; None where it is read as the
    text that it is, or cannot be read at all.
    """
    if text in _NULL:
        return "empty", "null"
    if text in _TRUE:
        return "a boolean", "true"
    if text in _FALSE:
        return "a boolean", "false"
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    digits = found[found.lastgroup or 0].replace("_", "")
    if not digits:
        return None
    return "a number", _number(found.lastgroup or "", found["sign"] or "", digits)


def _number(kind: str, sign: str, digits: str) -> str:
    value: int | float
    if kind in ("infinite", "none"):
        return ".nan" if kind == "none" else f"{sign.strip('+')}.inf"
    if kind in ("sixty", "sixty_point"):
        value = 0
        for part in digits.split(":"):
            value = value * 60 + (float(part) if "." in part else int(part))
    elif kind in ("point", "bare_point"):
        value = float(digits)
    else:
        value = int(digits, {"binary": 2, "hex": 16, "octal": 8, "whole": 10}[kind])
    return re.sub("inf", ".inf", str(-value if sign == "-" else value))
