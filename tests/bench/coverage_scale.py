"""How coverage grows with the cases of a policy: ratios of one run, nothing asserted.

    python tests/bench/coverage_scale.py [ROUNDS]

The same rules and tests over 10,000, 100,000 and 1,000,000 cases; what differs is how many values
the facts have. Each round measures every size in turn; the figures are medians of the processor's
time. Coverage is counted, its uncovered decisions are found, and tests are worked out for some.
"""

import statistics
import sys
import time

from zsupport.clock.holidays import public_holidays
from zsupport.policy.files import SourceFile
from zsupport.suite.coverage import decisions_of, uncovered
from zsupport.suite.reading import bind, read_written
from zsupport.suite.subject import PolicyUnderTest, read_subject
from zsupport.suite.suggestion import suggestion

PLANS, ROLES, CHANNELS, PRIORITIES = 10, 5, 5, 4
FACTS = ("area", "branch", "client")
SIZES = (10_000, 100_000, 1_000_000)
TESTS = """\
tests: 1
policy: large
cases:
  - {channels: {plan: p0}, expect: {exactly: []}}
  - channels: {plan: [p1, p2, p3], role: r4, area: area0, branch: branch0, client: client0}
    expect: {exactly: [c0, c1, c2, c3]}
  - due: {plan: p4, role: r0, channel: c1, priority: P1, area: area0, branch: branch0}
    expect: {target: 2h 24x7}
"""


def policy(cases: int) -> str:
    """Return a policy of so many cases: a plan has one rule, and grants as many as channels."""
    left = cases // (PLANS * ROLES * CHANNELS * PRIORITIES)
    lines = ["format: 1", "policy: large", "plans:"]
    lines += [f"  p{n}: Plan {n}" for n in range(PLANS)]
    lines += ["roles:", *(f"  r{n}: Role {n}" for n in range(ROLES)), "facts:"]
    for fact in FACTS:
        values, left = (10, left // 10) if left > 1 else (1, 1)
        each = ", ".join(f"{fact}{n}: Value {n}" for n in range(values))
        lines.append(f"  {fact}: {{values: {{{each}}}}}")
    lines.append("channels:")
    lines += [f"  c{n}: {{name: Channel {n}, kind: web}}" for n in range(CHANNELS)]
    lines.append("entitlements:")
    for plan in range(1, PLANS):
        channels = ", ".join(f"c{n}" for n in range(CHANNELS - 1))
        fact = FACTS[plan % len(FACTS)]
        when = f"{{plan: p{plan}, role: {{not: r{plan % ROLES}}}, {fact}: {fact}0}}"
        lines.append(f"  - {{when: {when}, allow: [{channels}]}}")
    lines += ["priorities:", *(f"  - {{id: P{n}}}" for n in range(PRIORITIES)), "targets:"]
    for plan in range(1, PLANS):
        cells = ", ".join(f"P{n}: {n + 1}h 24x7" for n in range(PRIORITIES))
        fact = FACTS[plan % len(FACTS)]
        when = f"{{plan: p{plan}, role: [r0, r1], {fact}: {fact}0}}"
        lines.append(f"  - {{when: {when}, first-response: {{{cells}}}}}")
    return "\n".join(lines) + "\n"


def subject_of(cases: int) -> PolicyUnderTest:
    """Return the policy, read."""
    name = "large.yaml"
    subject = read_subject((SourceFile(name, policy(cases).encode(), "", name),), public_holidays)
    assert subject.revisions[0].space.size == cases
    return subject


def seconds(cases: int) -> tuple[float, float, int]:
    """Return how long it takes to find what is uncovered, how long to suggest tests, and for how
    many decisions.
    """
    subject = subject_of(cases)
    source = SourceFile("large_test.yaml", TESTS.encode(), "", "large_test.yaml")
    # The space is counted in: a fresh one each time.
    start = time.process_time()
    tests = bind(read_written(source), subject, None)
    assert not tests.findings, tests.findings[0]
    left = uncovered(subject, decisions_of(subject, 0), tests.examples)
    found = time.process_time() - start
    start = time.process_time()
    assert all(suggestion(subject, decision) for decision in left[:20])
    return found, time.process_time() - start, len(left)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    taken: dict[int, list[tuple[float, float, int]]] = {size: [] for size in SIZES}
    for _ in range(rounds):
        for size in SIZES:
            taken[size].append(seconds(size))
    medians = {size: statistics.median(each[0] for each in taken[size]) for size in SIZES}
    for size in SIZES:
        suggested = statistics.median(each[1] for each in taken[size])
        each = medians[size] / size * 1e9
        print(
            f"{size:>9,} cases: {medians[size] * 1e3:8.1f} ms, {each:6.0f} ns each;"
            f" {medians[size] / medians[SIZES[0]]:5.1f} times the first;"
            f" {taken[size][0][2]} uncovered, tests for 20 of them {suggested * 1e3:.0f} ms"
        )


if __name__ == "__main__":
    main()
