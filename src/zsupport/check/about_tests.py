"""The kinds of what `check` finds by the tests beside a policy.

They are found in `zsupport.check.untested`, which is loaded where there are tests.
"""

from __future__ import annotations

from zsupport.findings import Code

UNKNOWN_IN_TEST = Code(
    "ZS904", "unknown-id-in-test", "a test that names what the policy does not define"
)
UNTESTED_DENIAL = Code(
    "ZS905",
    "untested-denial",
    "a plan or an entitlement without a test that denies something",
    "warning",
)
CODES = (UNKNOWN_IN_TEST, UNTESTED_DENIAL)
