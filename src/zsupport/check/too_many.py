"""The kinds of what `check` says of a policy with more than can be looked at."""

from __future__ import annotations

from zsupport.findings import Code

TOO_MANY = Code(
    "ZS310", "too-many-cases", "a policy that distinguishes too many cases to look at", "warning"
)
TOO_MUCH = Code(
    "ZS315", "too-many-comparisons", "a policy with more than a rule compares", "warning"
)
