"""The parser of `warn`: a share of the time of a target, or a length before its deadline."""

import pytest

from zsupport.clock.problem import BadText
from zsupport.clock.warn import LengthBefore, length_before, parse_warn


@pytest.mark.parametrize(("text", "canonical"), [("3/4", "3/4"), ("75%", "3/4"), ("6/8", "6/8")])
def test_shares(text: str, canonical: str) -> None:
    assert parse_warn(text) == canonical


@pytest.mark.parametrize(
    ("text", "canonical", "seconds", "business"),
    [
        ("1h before", "1h before", 3600, False),
        ("30m before", "30m before", 1800, False),
        ("1 hour  before", "1h before", 3600, False),
        ("0.5m before", "0.5m before", 30, False),
        ("8760h before", "8760h before", 31_536_000, False),
        ("1 business hour before", "1 business hour before", 3600, True),
        ("2.50 business hours before", "2.5 business hours before", 9000, True),
        ("90 business minutes before", "90 business minutes before", 5400, True),
    ],
)
def test_lengths_before_the_deadline(
    text: str, canonical: str, seconds: int, business: bool
) -> None:
    assert parse_warn(text) == canonical
    assert parse_warn(canonical) == canonical
    assert length_before(canonical) == LengthBefore(seconds, business)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("0.75", "invalid ratio `0.75`", "write `3/4`"),
        ("1h", "invalid ratio `1h`", "write `1h before`"),
        ("2 business hours", "invalid ratio `2 business hours`", "write `2 business hours before`"),
        ("1h before due", "invalid ratio `1h before due`", "write `1h before`"),
        (
            "30 min before",
            "invalid target `30 min`",
            "write `30m before` or `30 business minutes before`",
        ),
        ("1 day before", "invalid target `1 day`", "write `24h before`"),
        ("1h 24x7 before", "`1h 24x7 before` is not a length of time", "write `1h before`"),
        ("1 business day before", "`1 business day before` is not a length of time", None),
        ("every 1h before", "`every 1h before` is not a length of time", "write `1h before`"),
        ("0h before", "`0h before` is zero", None),
        ("8761h before", "`8761h` is longer than a year", None),
        ("half", "invalid ratio `half`", None),
        (" before", "invalid ratio ` before`", None),
    ],
)
def test_invalid_texts_are_reported_with_a_hint(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(BadText) as caught:
        parse_warn(text)
    assert (caught.value.message, caught.value.hint) == (message, hint)
    assert caught.value.expected
