"""How the comparison of two policies grows with their cases: ratios of one run, nothing asserted.

`python tests/bench/diff_scale.py` compares a policy with an edited one, for 10,000 and for
1,000,000 cases, with the same rules and with as many as are compared at most.
"""

import statistics
import time
from typing import NamedTuple

from zsupport.diff.headlines import outcome_of
from zsupport.diff.policies import compare
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

ROUNDS = 5


class Size(NamedTuple):
    """How many values each dimension has."""

    plans: int
    roles: int
    channels: int
    priorities: int
    regions: int

    @property
    def cases(self) -> int:
        return self.plans * self.roles * self.channels * self.priorities * self.regions


SMALL = Size(20, 5, 4, 5, 5)
LARGE = Size(200, 10, 10, 5, 10)


def policy(size: Size, rules: int, *, edited: bool) -> str:
    """Return a policy; edited: targets, a grant, hours and the commitment are others."""
    plans = [f"plan{n}" for n in range(size.plans)]
    shares = [", ".join(plans[n::rules]) for n in range(rules)]
    binding = "target" if edited else "agreement"
    lines = [
        "format: 1",
        "policy: large",
        f"plans: {_named(plans)}",
        f"roles: {_named([f'role{n}' for n in range(size.roles)])}",
        f"facts: {{region: {{values: {_named([f'r{n}' for n in range(size.regions)])}}}}}",
        f"channels: {{{', '.join(f'c{n}: {{name: C, kind: web}}' for n in range(size.channels))}}}",
        f"priorities: [{', '.join(f'{{id: P{n}}}' for n in range(size.priorities))}]",
        "metrics: [{id: first-response}, {id: update}]",
        f"hours: {{office: {{open: mon-fri 09:00-{'16' if edited else '17'}:00}}}}",
        f"commitment: [{{when: {{region: r0}}, is: {binding}}}, {{is: objective}}]",
        "entitlements:",
    ]
    for n, share in enumerate(shares):
        role = f", role: {{not: role{n % size.roles}}}" if edited and n % 4 == 0 else ""
        channels = ", ".join(f"c{c}" for c in range(n % 3, size.channels))
        when = f"{{plan: [{share}]{role}}}"
        lines.append(f"  - {{when: {when}, allow: [{channels}], hours: office}}")
    lines.append("targets:")
    for n, share in enumerate(shares):
        cells = [
            f"P{p}: {(p + 1) * (n % 5 + (3 if edited and n % 2 else 2))}h 24x7"
            for p in range(size.priorities)
        ]
        lines += [
            f"  - when: {{plan: [{share}]}}",
            "    hours: office",
            f"    first-response: {{{', '.join(cells)}}}",
            f"    update: {n % 7 + 2} business hours",
        ]
    return "\n".join(lines) + "\n"


def _named(values: list[str]) -> str:
    return "{" + ", ".join(f"{value}: {value}" for value in values) + "}"


def read(text: str, name: str) -> Document:
    document = read_document(SourceFile(name, text.encode(), "", name))
    assert document.revision is not None, document.findings[:3]
    return document


def seconds(size: Size, rules: int) -> tuple[float, str]:
    """Return the median time of a comparison, and the line that closes it."""
    old = read(policy(size, rules, edited=False), "old.yaml")
    new = read(policy(size, rules, edited=True), "new.yaml")
    times = []
    closing = ""
    for _ in range(ROUNDS):
        start = time.perf_counter()
        outcome, _ = outcome_of([compare([old], [new])], "customer")
        times.append(time.perf_counter() - start)
        closing = outcome.closing[-1]
    return statistics.median(times), closing


def main() -> None:
    assert (SMALL.cases, LARGE.cases) == (10_000, 1_000_000)
    for what, few, many in (("the same 20 rules", 20, 20), ("more rules", 20, 50)):
        small, closing_small = seconds(SMALL, few)
        large, closing_large = seconds(LARGE, many)
        print(f"{what}:")
        print(f"  {SMALL.cases:>9,} cases {small:8.3f} s   {closing_small}")
        print(f"  {LARGE.cases:>9,} cases {large:8.3f} s   {closing_large}")
        print(f"  100 times the cases take {large / small:.1f} times the time")


if __name__ == "__main__":
    main()
