"""What `zsupport test` finds; a code, once released, keeps its meaning for ever."""

from zsupport.findings import CODES as LOADER_CODES
from zsupport.findings import Code

FAILED_CASE = Code("ZT101", "failed-case", "the policy answers otherwise than a test expects")
BROKEN_INVARIANT = Code("ZT102", "broken-invariant", "a case in which an invariant does not hold")
NO_TESTS = Code("ZT103", "no-tests", "a policy that no tests file is about")
NO_ANSWER = Code("ZT104", "no-answer", "a test that asks what the policy cannot answer")
NO_POLICY = Code("ZT105", "no-policy", "a tests file whose policy is not beside it")
TOO_MANY = Code("ZT106", "too-many-cases", "a policy with more than is worked on")
NO_CASE = Code("ZT107", "no-case", "an invariant that holds because no case is meant")
EXCLUDED = Code(
    "ZT108", "excluded-case", "a test of a case whose facts exclude its priority", "warning"
)
UNCOVERED = Code(
    "ZT201", "uncovered-decision", "a decision of the policy that no test states", "note"
)
COVERAGE_LOW = Code("ZT202", "coverage-too-low", "the tests cover less than was asked for")
UNNOTICED = Code("ZT301", "unnoticed-change", "a change of the policy that no test notices", "note")
MUTATION_LOW = Code(
    "ZT302", "mutation-too-low", "the tests notice fewer changes than was asked for"
)

SUITE_CODES = (
    FAILED_CASE,
    BROKEN_INVARIANT,
    NO_TESTS,
    NO_ANSWER,
    NO_POLICY,
    TOO_MANY,
    NO_CASE,
    EXCLUDED,
    UNCOVERED,
    COVERAGE_LOW,
    UNNOTICED,
    MUTATION_LOW,
)
#: Every kind of finding that a run can make: these, and those about a file that cannot be read.
CODES: dict[str, Code] = {**LOADER_CODES, **{code.code: code for code in SUITE_CODES}}
