"""Business targets are invalid only if their rule decides a case with hours that never close.

The model asks `due` for every case, with an elapsed target instead of the business target.
"""

import random
from datetime import UTC, datetime
from itertools import product

import pytest

from zsupport.errors import InvalidPolicy
from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision

HEAD = """
format: 1
policy: p
plans: {free: Free, pro: Pro, max: Max}
roles: {owner: Owner, user: User}
facts: {down: {ask: "Is it down?"}}
channels: {web: {name: Web, kind: web}, chat: {name: Chat, kind: chat}, faq: {name: FAQ, kind: community}}
priorities: [{id: P1, when: {down: true}}, {id: P2}]
"""  # noqa: E501
HOURS = """
hours:
  office: {open: mon-fri 09:00-17:00}
  by-plan: [{when: {plan: pro}, open: 24x7}, {open: mon-fri 09:00-17:00}]
  union: {any: [office, by-plan]}
  by-role: [{when: {role: owner, plan: [free, max]}, open: 24x7}, {open: sat 10:00-12:00}]
"""


def load_text(text: str) -> Policy:
    return Policy((load_revision(SourceFile("p.yaml", text.encode(), "", "p.yaml")),))


def codes_of(text: str) -> list[str]:
    try:
        load_text(text)
    except InvalidPolicy as invalid:
        return [finding.code for finding in invalid.findings]
    return []


def with_rules(*rules: str, grants: str = "{allow: [web, chat, faq]}", hours: str = HOURS) -> str:
    lines = "".join(f"  - {rule}\n" for rule in rules)
    return f"{HEAD}entitlements: [{grants}]\n{hours}targets:\n{lines}"


@pytest.mark.parametrize(
    ("calendar", "target", "valid"),
    [
        ("open: 24x7", "4 business hours", False),
        ("open: 24x7, apply-holidays: true", "4 business hours", False),  # without holidays
        ("open: 24x7, holidays: [12-25]", "4 business hours", False),  # the holidays do not apply
        ("open: 24x7, apply-holidays: true, holidays: [12-25]", "4 business hours", True),
        ("open: 24x7, apply-holidays: true, holidays: customer", "4 business hours", True),
        ('open: 24x7, dates: {"2026-12-25": closed}', "30 business minutes", True),
        ('open: 24x7, dates: {"2026-12-25": 08:00-12:00}', "every 4 business hours", True),
        ('open: 24x7, dates: {"2026-12-25": 00:00-24:00}', "4 business hours", False),
        (
            'open: 24x7, dates: {"2026-12-25": ["00:00-12:00", "12:00-24:00"]}',
            "4 business hours", False,
        ),
        ('open: 24x7, breaks: {"2026-12-25": 02:00-04:00}', "4 business hours", True),
        # A closed day does not state which days are business days.
        ('open: 24x7, dates: {"2026-12-25": closed}', "1 business day", False),
        ("open: 24x7, apply-holidays: true, holidays: [12-25]", "next business day", False),
        (
            "open: 24x7, apply-holidays: true, holidays: [12-25], business-days: mon-fri",
            "by 10:00 next business day", True,
        ),
        ("open: 24x7, business-days: mon-fri", "4 business hours", False),
    ],
)  # fmt: skip
def test_business_targets_require_24x7_hours_that_close(
    calendar: str, target: str, valid: bool
) -> None:
    hours = f"hours: {{h: {{{calendar}}}}}\n"
    text = with_rules(f"{{hours: h, first-response: {target}}}", hours=hours)
    assert codes_of(text) == ([] if valid else ["ZS104"])


def test_business_hours_over_24x7_omit_breaks() -> None:
    hours = 'hours: {h: {open: 24x7, breaks: {"2026-11-23": "10:00-14:00"}}}\n'
    policy = load_text(with_rules("{hours: h, first-response: 4 business hours}", hours=hours))
    (answer,) = policy.due(
        plan="free", role="user", priority="P2", opened=datetime(2026, 11, 23, 9, tzinfo=UTC)
    ).answers
    assert answer.due == datetime(2026, 11, 23, 17, tzinfo=UTC)


BY_PLAN = "{hours: by-plan, first-response: 4 business hours}"


@pytest.mark.parametrize(
    "rules",
    [
        ("{when: {plan: pro}, first-response: 1h}", BY_PLAN),
        ("{when: {plan: {not: free}}, first-response: none}", BY_PLAN),
        ("{when: {plan: pro}, first-response: {P1: 1h, P2: 2h}}", BY_PLAN),
        ("{when: {plan: pro}, first-response: {P1: 1h}}",
         "{when: {plan: pro}, first-response: {P2: 2h}}", BY_PLAN),
        ("{when: {plan: pro}, first-response: {P1: 1h}}",
         "{hours: by-plan, first-response: {P1: 4 business hours}}"),
        ("{when: [{plan: pro, role: owner}, {plan: pro, role: user}], first-response: 1h}",
         BY_PLAN),
        ("{when: {plan: pro, opened: inside office}, first-response: 1h}",
         "{when: {plan: pro, opened: outside office}, first-response: 2h}", BY_PLAN),
        # P1 requires `down: true`.
        ("{when: {plan: pro, down: true}, first-response: 1h}",
         "{hours: by-plan, first-response: {P1: 4 business hours}}"),
        ("{when: {plan: pro}, first-response: 1h}",
         "{hours: union, first-response: 2 business days}"),
    ],
)  # fmt: skip
def test_rule_is_valid_if_earlier_rules_decide_all_24x7_cases(rules: tuple[str, ...]) -> None:
    assert codes_of(with_rules(*rules)) == []


@pytest.mark.parametrize(
    "rules",
    [
        (BY_PLAN,),
        (BY_PLAN, "{when: {plan: pro}, first-response: 1h}"),
        ("{when: {plan: pro, role: owner}, first-response: 1h}", BY_PLAN),
        ("{when: {plan: pro}, first-response: {P1: 1h}}", BY_PLAN),
        ("{when: {plan: pro, opened: outside office}, first-response: 1h}", BY_PLAN),
        ("{when: {plan: pro, down: true}, first-response: 1h}", BY_PLAN),
        ("{when: {plan: free}, first-response: 1h}", BY_PLAN),
    ],
)
def test_rule_that_decides_a_24x7_case_is_reported(rules: tuple[str, ...]) -> None:
    assert codes_of(with_rules(*rules)) == ["ZS104"]


@pytest.mark.parametrize(
    ("grants", "valid"),
    [
        ("{when: {plan: [free, max]}, allow: web}", True),
        ("{when: {plan: [free, max]}, allow: web}, {allow: faq}", True),
        (
            "{when: {plan: [free, max]}, allow: web}, {when: {plan: pro, role: owner}, allow: web}",
            False,
        ),
        ("{when: {plan: [free, max]}, allow: web}, {recommend: [web, chat]}", True),
    ],
)  # fmt: skip
def test_case_that_is_not_entitled_needs_no_hours(grants: str, valid: bool) -> None:
    assert codes_of(with_rules(BY_PLAN, grants=grants)) == ([] if valid else ["ZS104"])


def test_invalid_grant_hides_no_finding() -> None:
    # An invalid grant does not state which cases are entitled.
    text = with_rules(BY_PLAN, grants="{when: {plan: fre}, allow: web}")
    assert sorted(codes_of(text)) == ["ZS104", "ZS201"]


CLOCK = "7h 24x7"  # no other rule has this target, so it identifies the rule that decides
MOMENTS = (datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 22, 10, tzinfo=UTC))


def never_closes(hours: str, plan: str, role: str) -> bool:
    if hours == "by-role":
        return role == "owner" and plan != "pro"
    return plan == "pro"


def random_condition(generator: random.Random) -> str:
    parts = []
    for name, values in (
        ("plan", ("free", "pro", "max", "[free, pro]", "{not: pro}")),
        ("role", ("owner", "user")),
        ("channel", ("web", "chat", "{not: web}")),
        ("down", ("true", "false")),
        ("opened", ("inside office", "outside office")),
    ):
        if generator.random() < 0.3:
            parts.append(f"{name}: {generator.choice(values)}")
    return f"{{{', '.join(parts)}}}"


def random_policy(generator: random.Random) -> tuple[str, str]:
    """Return a policy whose last rule has the target `TARGET`, and the hours of that rule."""
    hours = generator.choice(("by-plan", "union", "by-role"))
    rules = []
    for _ in range(generator.randint(1, 4)):
        conditions = [random_condition(generator) for _ in range(generator.choice((1, 1, 2)))]
        when = conditions[0] if len(conditions) == 1 else f"[{', '.join(conditions)}]"
        cells = generator.choice(("1h", "{P1: 1h}", "{P2: 1h}", "{P1: 1h, P2: none}"))
        rules.append(f"{{when: {when}, first-response: {cells}}}")
    cells = generator.choice(("TARGET", "{P1: TARGET}", "{P2: TARGET}"))
    rules.append(
        f"{{when: {random_condition(generator)}, hours: {hours}, first-response: {cells}}}"
    )
    grants = []
    for _ in range(generator.randint(1, 2)):
        plans = generator.choice(("[free, max]", "pro", "[free, pro, max]", "max"))
        role = generator.choice(("owner", "[owner, user]"))
        priority = generator.choice(("P1", "[P1, P2]"))
        channels = generator.choice(("web", "[web, chat]", "faq"))
        grants.append(
            f"{{when: {{plan: {plans}, role: {role}, priority: {priority}}}, allow: {channels}}}"
        )
    text = with_rules(*rules, grants=", ".join(grants))
    return text.replace("{when: {}, ", "{"), hours


def is_valid(text: str, hours: str) -> bool:
    """Return whether the rule of `TARGET` decides no case with hours that never close."""
    policy = load_text(text.replace("TARGET", CLOCK))
    for plan, role, channel, down, opened in product(
        ("free", "pro", "max"), ("owner", "user"), ("web", "chat"), ("true", "false"), MOMENTS
    ):
        if not never_closes(hours, plan, role):
            continue
        priority = "P1" if down == "true" else "P2"
        (answer,) = policy.due(
            plan=plan, role=role, channel=channel, priority=priority, fact={"down": down},
            opened=opened, at=opened,
        ).answers  # fmt: skip
        if answer.target == CLOCK:
            return False
    return True


def test_findings_agree_with_the_answers_of_due() -> None:
    valid = 0
    for seed in range(400):
        text, hours = random_policy(random.Random(seed))
        expected = is_valid(text, hours)
        valid += expected
        codes = codes_of(text.replace("TARGET", "4 business hours"))
        assert codes == ([] if expected else ["ZS104"]), (seed, text)
    assert min(valid, 400 - valid) > 40  # valid and invalid policies are both frequent
