"""The codes of findings about the tests of a policy.

`zsupport.check.untested` produces these findings. It is loaded only if a policy has tests.
"""

from __future__ import annotations

from zsupport.findings import Code
from zsupport.wording import Message

UNKNOWN_IN_TEST = Code("ZS904", "unknown-id-in-test", Message("unknown id in a test"))
UNTESTED_DENIAL = Code(
    "ZS905",
    "untested-denial",
    Message("plan or channel without a test of a denial"),
    "warning",
)
TEST_CODES = (UNKNOWN_IN_TEST, UNTESTED_DENIAL)
