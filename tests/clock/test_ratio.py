"""The parser of ratios."""

import pytest

from zsupport.clock.problem import BadText
from zsupport.clock.ratio import parse_ratio


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("3/4", "3/4"), ("6/8", "6/8"), ("75%", "3/4"), ("80%", "4/5"), ("5%", "1/20"),
     ("12.5%", "1/8"), ("99.9999%", "999999/1000000"), ("050%", "1/2")],
)  # fmt: skip
def test_valid_ratios(text: str, ratio: str) -> None:
    assert parse_ratio(text) == ratio


@pytest.mark.parametrize(
    ("text", "hint"),
    [("0.75", "write `3/4`"), (".5", "write `1/2`"), ("0,8", "write `4/5`"),
     ("75 %", "write `75%`"), ("75 percent", "write `75%`"), ("3 / 4", "write `3/4`"),
     ("3 of 4", "write `3/4`"), ("3:4", "write `3/4`"), ("120 %", None), ("0.0", None),
     ("0%", None), ("100%", None), ("4/3", None), ("half", None), ("75", None), ("", None)],
)  # fmt: skip
def test_invalid_ratios_are_reported_with_a_hint(text: str, hint: str | None) -> None:
    with pytest.raises(BadText) as caught:
        parse_ratio(text)
    assert caught.value.hint == hint
