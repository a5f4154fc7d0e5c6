"""The codes of findings about policies that exceed the limits of rules."""

from __future__ import annotations

from zsupport.findings import Code
from zsupport.wording import Message

TOO_MANY_CASES = Code(
    "ZS310", "too-many-cases", Message("too many cases for rules that check every case"), "warning"
)
TOO_MANY_COMPARISONS = Code(
    "ZS315", "too-many-comparisons", Message("too many comparisons for a rule"), "warning"
)
