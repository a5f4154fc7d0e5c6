"""What `check` finds by the tests beside a policy, explained with examples.

They are found in `zsupport.check.untested`, which is loaded where there are tests.
"""

from zsupport.check.refusals import NEXT_FILE, Refusal
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

_POLICY = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}, phone: {name: Phone, kind: phone}}
entitlements:
  - allow: web
  - {when: {plan: pro}, allow: phone}
"""
_TEST = "# acme_test.yaml\ntests: 1\npolicy: acme\ncases:\n"
_DENIES = "  - {channels: {plan: free}, expect: {exactly: [web]}}\n"
_ALLOWS = "  - {channels: {plan: pro}, expect: {exactly: [web, phone]}}\n"

EXPLAINED = {
    "ZS904": Refusal(
        """\
A plan, role, channel or fact was renamed or taken out, and a test beside the policy, `*_test.yaml`,
still names it. `zsupport test` runs no test of such a file, so nothing is tested any more until the
name is mended.""",
        f"{_POLICY}{NEXT_FILE}{_TEST}{_DENIES.replace('free', 'basic')}",
        f"{_POLICY}{NEXT_FILE}{_TEST}{_DENIES}",
    ),
    "ZS905": Refusal(
        """\
A grant that loses a part of its condition gives a channel to people who were not to have it, and
nothing else in the policy shows that. A test notices it only where it states that the channel is
denied: with `exactly`, `exclude`, `allowed: false` or `not-entitled`, or by an invariant that
forbids it. This is said of a policy that has tests: of a plan to which channels are denied and no
test states one of these denials, and of a grant whose channel is denied to somebody and no test
states that.""",
        f"{_POLICY}{NEXT_FILE}{_TEST}{_ALLOWS}",
        f"{_POLICY}{NEXT_FILE}{_TEST}{_ALLOWS}{_DENIES}",
    ),
}
