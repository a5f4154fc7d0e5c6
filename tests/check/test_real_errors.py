"""Errors that people made in real policies, each in a separate policy.

`check` reports each of them on its line, with a code and a hint.
"""

import json
from pathlib import Path

import pytest
from conftest import Cli

HEAD = """\
format: 1
policy: acme
timezone: Europe/Berlin
plans: {free: Free, pro: Pro}
roles: {owner: Owner, user: User}
"""
WEB = "channels: {web: {name: Web, kind: web}}\n"
ALL = "entitlements: [{allow: web}]\n"
URGENT = "priorities: [{id: P1}, {id: P2}]\n"
OFFICE = "hours: {office: {open: mon-fri 09:00-17:00}}\n"

#: The error, the policy, and the expected finding: code, text of its line, part of the hint.
ERRORS = [
    (
        "comma in a text without quotes in braces",
        HEAD + "channels:\n  web: {name: Web, kind: web, note: Short questions, please.}\n" + ALL,
        ("ZS101", "note: Short questions, please.", "quote the text"),
    ),
    (
        "colon in a text in braces",
        HEAD + "channels:\n  web: {name: Web, kind: web, note: Note: weekdays only}\n" + ALL,
        ("ZS001", "note: Note: weekdays only", "quote a text"),
    ),
    (
        "question mark at the start of a text in braces",
        HEAD + "channels:\n  web: {name: ? Web, kind: web}\n" + ALL,
        ("ZS001", "name: ? Web", "quote a text"),
    ),
    (
        "hours for a target around the clock",
        HEAD + WEB + ALL + OFFICE + "targets:\n  - {hours: office, first-response: 4h}\n",
        ("ZS104", "hours: office, first-response: 4h", "4 business hours"),
    ),
    (
        "priority without a target",
        HEAD + WEB + ALL + URGENT + "targets:\n  - {first-response: {P1: 1h}}\n",
        ("ZS302", "first-response: {P1: 1h}", "P2"),
    ),
    (
        "priority missing in a second metric",
        HEAD + WEB + ALL + URGENT + "metrics: [{id: first-response}, {id: update}]\n"
        "targets:\n  - first-response: 4h\n    update: {P1: every 1h}\n",
        ("ZS302", "update: {P1: every 1h}", "P2"),
    ),
    (
        "unused hours",
        HEAD + WEB + "entitlements: [{allow: web, hours: office}]\n"
        "hours:\n  office: {open: mon-fri 09:00-17:00}\n  night: {open: mon-fri 22:00-06:00}\n"
        "targets: [{first-response: 4h}]\n",
        ("ZS304", "night: {open:", ""),
    ),
    (
        "exception after the general rule",
        HEAD + WEB + ALL + "targets:\n  - {first-response: 24h}\n"
        "  - {when: {plan: pro}, first-response: 4h}\n",
        ("ZS401", "when: {plan: pro}, first-response: 4h", "earlier rules"),
    ),
    (
        "target after the general rule",
        HEAD + WEB + ALL + URGENT + "targets:\n  - {first-response: {P1: 1h}}\n"
        "  - {when: {plan: pro}, first-response: {P1: 30m, P2: 4h}}\n"
        "  - {first-response: {P2: 8h}}\n",
        ("ZS402", "P1: 30m, P2: 4h", ""),
    ),
    (
        "redundant grant",
        HEAD + WEB + "entitlements:\n  - {allow: web}\n  - {when: {plan: pro}, allow: web}\n",
        ("ZS403", "when: {plan: pro}, allow: web", "remove it"),
    ),
    (
        "hours in a rule with targets around the clock",
        HEAD + WEB + "entitlements: [{allow: web, hours: office}]\n" + OFFICE
        + "targets:\n  - {hours: office, first-response: 4h 24x7}\n",
        ("ZS405", "hours: office, first-response: 4h 24x7", ""),
    ),
    (
        "overlapping grants with different prerequisites",
        HEAD + WEB + "entitlements:\n  - {when: {plan: pro}, allow: web, prerequisites: [Key]}\n"
        "  - {when: {role: owner}, allow: web, prerequisites: [Contract]}\n",
        ("ZS406", "prerequisites: [", ""),
    ),
    (
        "condition with every value",
        HEAD + WEB + "entitlements:\n  - {when: {plan: [free, pro], role: owner}, allow: web}\n",
        ("ZS407", "plan: [free, pro]", ""),
    ),
    (
        "catch-all rule that decides for a missing row",
        HEAD.replace("pro: Pro", "pro: Pro, max: Max, team: Team") + WEB + ALL + URGENT
        + "targets:\n  - {when: {plan: pro}, first-response: {P1: 1h, P2: 4h}}\n"
        "  - {when: {plan: max}, first-response: {P1: 30m, P2: 2h}}\n  - {first-response: 48h}\n",
        ("ZS408", "{first-response: 48h}", ""),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), [error[1:] for error in ERRORS], ids=[error[0] for error in ERRORS]
)
def test_real_error_is_reported_on_its_line(
    text: str, expected: tuple[str, str, str], cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "acme.yaml").write_text(text, encoding="utf-8")
    run = cli("check", "--format", "json", cwd=tmp_path)
    code, on_line, way_out = expected
    findings = [
        finding for finding in json.loads(run.stdout)["findings"] if finding["code"] == code
    ]
    assert len(findings) == 1, run.stdout
    assert on_line in text.splitlines()[findings[0]["line"] - 1]
    words = f"{findings[0]['message']} {findings[0]['expected']} {findings[0]['hint']}"
    assert way_out in words
