"""Values in YAML 1.1: the same as in PyYAML, except for dates."""

import re

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from zsupport.policy.yaml11 import reading

#: The expected values of some texts in YAML 1.1.
READINGS = {
    "no": "false",
    "No": "false",
    "NO": "false",
    "nO": None,
    "n": None,
    "yes": "true",
    "on": "true",
    "OFF": "false",
    "true": "true",
    "True": "true",
    "~": "null",
    "null": "null",
    "Null": "null",
    "17:00": "1020",
    "9:00": "540",
    "09:00": None,
    "17:60": None,
    "1:30:00": "5400",
    "1:30.5": "90.5",
    "010": "8",
    "08": None,
    "0o17": None,
    "0x1f": "31",
    "-0b11": "-3",
    "+4721545000": "4721545000",
    "+47 21": None,
    "1_000": "1000",
    "1.10": "1.1",
    "1.5": "1.5",
    "1.": "1.0",
    ".5": "0.5",
    "1.2.3": None,
    "1e3": None,
    "1.0e+3": "1000.0",
    "-.INF": "-.inf",
    ".NaN": ".nan",
    "2026-01-01": None,
    "12-24": None,
    "24x7": None,
    "-": None,
    "0x_": None,
    "P1": None,
}


@pytest.mark.parametrize("text", READINGS)
def test_readings(text: str) -> None:
    read = reading(text)
    assert (read and read[1]) == READINGS[text]


def of_pyyaml(text: str) -> str | None:
    """Return the value of a plain text as PyYAML writes it; None for a text or a date."""
    loader = yaml.SafeLoader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    node = yaml.ScalarNode(tag, text)
    if not tag.endswith((":null", ":bool", ":int", ":float")):
        return None
    try:
        value = loader.construct_object(node)
    except ValueError:
        return None
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return re.sub("inf|nan", r".\g<0>", str(value))


numerals = st.text("0123456789+-_.:xbeEaFoinfNI", min_size=1, max_size=8)
words = st.sampled_from(
    ["y", "n", "yes", "no", "true", "false", "on", "off", "null", ".inf", ".nan"]
)
spelled = st.builds(
    lambda word, how: how(word), words, st.sampled_from((str.upper, str.title, str))
)


@given(numerals | spelled | st.text(min_size=1, max_size=4))
@example("1_:0")
@example("0b_")
@example("1_0:5_9")
@example("-0")
@example("0_7")
@example("=")
@example("!")
@example("-1.0e+999")
def test_readings_agree_with_pyyaml(text: str) -> None:
    read = reading(text)
    assert (read and read[1]) == of_pyyaml(text)
