"""What rules say of random policies, held to the reference: one case after the other."""

from collections.abc import Iterator
from datetime import date

import pytest
from reference.definition import shown
from reference.draw import block, draw
from reference.judge import Judge, judge

from zsupport.check.rules import RULES
from zsupport.check.run import judge as look_at
from zsupport.findings import Finding
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

SEED = 20261128
POLICIES = 120
CHUNK = 10


def drawn(chunk: int) -> Iterator[tuple[Judge, dict[str, list[Finding]]]]:
    """Yield the policies of a chunk, each with what is found in it by code."""
    for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        text = block(draw(SEED, number)[0])
        if judge(text).facts_decide:
            continue
        document = read_document(SourceFile("p.yaml", text.encode(), "", "p.yaml"))
        found: dict[str, list[Finding]] = {}
        for finding in look_at(document, RULES, date(2026, 11, 26)).findings:
            found.setdefault(finding.code, []).append(finding)
        yield judge(text), found


def rules_of(findings: list[Finding]) -> set[str]:
    """Return the paths of these findings."""
    return {finding.path for finding in findings}


@pytest.mark.parametrize("chunk", range(POLICIES // CHUNK))
def test_unreachable_rules_grants_and_priorities_are_those_that_never_decide(chunk: int) -> None:
    for reference, found in drawn(chunk):
        decided: set[str] = set()
        cells: set[str] = set()
        gaps = False
        granted: set[str] = set()
        for case in reference.every_case():
            granted |= {shown(path) for path in reference.entitlement(case).grants}
            for metric in reference.metrics:
                target = reference.decides(case, metric)
                if target.cell is not None:
                    cells.add(shown(target.cell))
                    decided.add(shown(target.cell[:2]))
                gaps |= (
                    metric == reference.metrics[0]
                    and target.state == "not-stated"
                    and target.cell is None
                )
        rules = {shown(path) for path in reference.entries("targets")}
        assert rules_of(found.get("ZS401", [])) == rules - decided
        for finding in found.get("ZS402", []):
            assert not any(cell.startswith(finding.path) for cell in cells), finding
        errors = [each for each in found.get("ZS302", []) if each.severity == "error"]
        assert bool(errors) is (gaps and bool(rules)), errors
        never = {path for path in rules_of(found.get("ZS403", [])) if path not in granted}
        grants = {shown(p) for p in reference.entries("entitlements") if "allow" in reference.at(p)}
        assert never == grants - granted


@pytest.mark.parametrize("chunk", range(POLICIES // CHUNK))
def test_a_grant_that_adds_nothing_can_go(chunk: int) -> None:
    for reference, found in drawn(chunk):
        idle = {int(path[13:-1]) for path in rules_of(found.get("ZS403", []))}
        if not idle:
            continue
        grants = reference.document["entitlements"]
        fewer = [grant for number, grant in enumerate(grants) if number not in idle]
        without = Judge({**reference.document, "entitlements": fewer})
        for case in reference.every_case():
            before, after = reference.channel(case), without.channel(case)
            assert after[:4] == before[:4], case
