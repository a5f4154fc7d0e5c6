"""Decisions that a test covers, and suggested tests for uncovered decisions."""

from pathlib import Path

import pytest
from subjects import SHOP, cases, subject_of

from zsupport.clock.holidays import public_holidays
from zsupport.limits import CASES
from zsupport.suite.coverage import decisions_of, uncovered
from zsupport.suite.example import Example
from zsupport.suite.outcome import stable_path
from zsupport.suite.running import passes
from zsupport.suite.session import RunOptions, run_session
from zsupport.suite.subject import PolicyUnderTest
from zsupport.suite.suggestion import suggest_test

SUBJECT = subject_of(SHOP)


def covered(text: str, kind: str) -> set[str]:
    """Return the paths of the decisions of a kind that a passing test covers."""
    [example] = cases(text, SUBJECT)
    assert passes(SUBJECT, example)
    decisions = [decision for decision in decisions_of(SUBJECT, 0) if decision.kind == kind]
    left = uncovered(SUBJECT, decisions, [example])
    paths = (decision.path for decision in decisions if decision not in left)
    return {".".join(map(str, path)) for path in paths}


P2 = "due: {plan: max, role: user, priority: P2, region: eu, premier: false"
AT = ", opened: 2026-11-23T10:00:00+01:00}"


@pytest.mark.parametrize(
    ("question", "expect", "calendars"),
    [
        # The target does not depend on the hours that it counts over; the deadline does.
        (f"{P2}}}", "{target: 4 business hours}", set()),
        (f"{P2}{AT}", "{target: 4 business hours, hours: office}", set()),
        (f"{P2}{AT}", "{state: running}", set()),
        (f"{P2}{AT}", "{commitment: target}", set()),
        (f"{P2}{AT}", "2026-11-23T14:00:00+01:00", {"hours.office.1"}),
        # In Berlin it is 15:00 when New York opens, and 19:00 four hours later.
        (f"{P2.replace('eu', 'us')}{AT}", "2026-11-23T19:00:00+01:00", {"hours.office.0"}),
        # `24x7` is not a calendar of the policy.
        ("hours: {name: 24x7, region: eu, at: 2026-11-23T10:00:00+01:00}", "open", set()),
        # A target in elapsed time has no hours.
        (f"{P2.replace('P2', 'P1')}{AT}", "2026-11-23T11:00:00+01:00", set()),
    ],
)
def test_only_a_test_with_an_instant_covers_a_calendar(
    question: str, expect: str, calendars: set[str]
) -> None:
    assert covered(f"  - {question}\n    expect: {expect}\n", "hours") == calendars


@pytest.mark.parametrize(
    ("expect", "targets", "commitments"),
    [
        ("{target: 4 business hours}", {"targets.0.first-response.P2"}, set()),
        ("{commitment: target}", set(), {"commitment.1"}),
        ("{hours: office}", set(), set()),
        ("{condition: Stay reachable.}", set(), set()),
    ],
)
def test_covered_decisions_of_a_deadline_test(
    expect: str, targets: set[str], commitments: set[str]
) -> None:
    text = f"  - {P2}}}\n    expect: {expect}\n"
    assert covered(text, "target") == targets
    assert covered(text, "commitment") == commitments


WEB = "hours: {plan: pro, channel: web, region: eu, at: 2026-11-23T10:00:00+01:00}"
PHONE = WEB.replace("web", "phone")


@pytest.mark.parametrize(
    ("question", "expect", "grants", "denials", "calendars"),
    [
        (WEB, "open", {"entitlements.1"}, set(), {"hours.office.1"}),
        (
            WEB,
            "{next_close: 2026-11-23T16:00:00+01:00}",
            {"entitlements.1"},
            set(),
            {"hours.office.1"},
        ),
        (WEB.replace("eu", "us"), "closed", {"entitlements.1"}, set(), {"hours.office.0"}),
        # The name of the hours does not state when they are open.
        (WEB, "{hours: office}", set(), set(), set()),
        (PHONE, "not-entitled", set(), {"channels.phone"}, set()),
        (PHONE.replace("pro", "max, role: owner"), "not-stated", {"entitlements.2"}, set(), set()),
    ],
)
def test_hours_test_covers_grants_of_the_channel(
    question: str, expect: str, grants: set[str], denials: set[str], calendars: set[str]
) -> None:
    text = f"  - {question}\n    expect: {expect}\n"
    assert covered(text, "grant") == grants
    assert covered(text, "denial") == denials
    assert covered(text, "hours") == calendars


# The targets count over a union; its first member has two calendars.
UNION = SHOP.replace("    hours: office\n", "    hours: all\n").replace(
    "commitment:",
    "  night: {open: mon-fri 20:00-22:00}\n  all: {any: [office, night]}\ncommitment:",
)


def test_deadline_over_a_union_covers_calendars_of_its_members() -> None:
    subject = subject_of(UNION)
    text = f"  - {P2}{AT}\n    expect: 2026-11-23T14:00:00+01:00\n"
    [example] = cases(text, subject)
    assert passes(subject, example)
    calendars = [decision for decision in decisions_of(subject, 0) if decision.kind == "hours"]
    left = uncovered(subject, calendars, [example])
    assert [decision.path for decision in calendars] == [
        ("hours", "office", 0),
        ("hours", "office", 1),
    ]
    assert [decision.path for decision in left] == [("hours", "office", 0)]


# -- suggestions -----------------------------------------------------------------------------------

# Only the first rule has the condition `opened`.
OPENED = SHOP.replace("targets:", "targets:\n  - {when: {opened: outside office}, update: 9h}")
# The first metric has no target in any case of the commitment.
SECOND = SHOP.replace("first-response: {P1: 1h 24x7, P2: 4 business hours}", "first-response: none")
SECOND = SECOND.replace("    hours: office\n", "")


# A fact with the name of an option is written in `fact`.
ODD = SHOP.replace("region:", "lang:")


@pytest.mark.parametrize(
    "text", [SHOP, OPENED, SECOND, ODD], ids=["shop", "opened", "second metric", "odd fact"]
)
def test_suggested_test_passes_and_covers_its_decision(text: str) -> None:
    subject = subject_of(text)
    for decision in decisions_of(subject, 0):
        test = suggest_test(subject, decision)
        assert test is not None, decision
        [example] = cases(test.text, subject)
        assert passes(subject, example)
        assert uncovered(subject, [decision], [example]) == []


def test_suggestion_tries_at_most_five_plans(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []

    def failing(subject: PolicyUnderTest, example: Example) -> bool:
        tried.extend(example.question.values["plan"])
        return False

    monkeypatch.setattr("zsupport.suite.suggestion.passes", failing)
    plans = [f"p{number}" for number in range(9)]
    subject = subject_of(
        f"format: 1\npolicy: many\nplans: {{none: None, {', '.join(f'{p}: P' for p in plans)}}}\n"
        "channels: {web: {name: Web, kind: web}}\n"
        "entitlements: [{when: {plan: {not: none}}, allow: web}]\n"
    )
    [decision] = [known for known in decisions_of(subject, 0) if known.kind == "grant"]
    assert suggest_test(subject, decision) is None
    assert sorted(set(tried)) == plans[:5]


def test_suggested_test_of_a_limit_states_the_channel_if_channels_set_priorities() -> None:
    subject = subject_of("""\
format: 1
policy: desk
plans: {pro: Pro}
channels:
  help: {name: Help, kind: self-service}
  web: {name: Web, kind: web, priority: P1}
priorities: [{id: P1}, {id: P2}]
entitlements: [{allow: help}]
limits: {cases: [{when: {priority: P2}, is: 0}, {is: 3}]}
""")
    first, _ = (decision for decision in decisions_of(subject, 0) if decision.kind == "limit")
    test = suggest_test(subject, first)
    assert test is not None
    expected = "- terms: {topic: cases, channel: help, priority: P2}\n  expect: 0\n"
    assert test.text == expected


#: The facts of a bug lead to no priority. By web, a bug has P2.
REFUSED_BUGS = """\
format: 1
policy: desk
plans: {pro: Pro}
channels: {web: {name: Web, kind: web, priority: P2}}
facts:
  big: {ask: Is it big?}
  topic: {values: {bill: A bill, bug: A bug}, default: bug}
priorities: [{id: P2}]
priority-table:
  rows: big
  columns: topic
  cells:
    true: {bill: P2, bug: refused}
    false: {bill: P2, bug: refused}
entitlements: [{allow: web}]
targets: [{first-response: {P2: 1h}}]
commitment: [{when: {topic: bug}, is: agreement}, {is: objective}]
"""


def test_test_with_a_priority_covers_only_facts_that_lead_to_it() -> None:
    subject = subject_of(REFUSED_BUGS)
    decisions = [known for known in decisions_of(subject, 0) if known.kind == "commitment"]
    agreement, objective = decisions
    for question, commitment, left in [
        ("{channel: web, priority: P2}", "objective", [agreement]),
        ("{channel: web, priority: P2, topic: bill}", "objective", [agreement]),
        # Stated facts that lead to no priority: the stated priority is used.
        ("{channel: web, priority: P2, topic: bug}", "agreement", [objective]),
        ("{channel: web, topic: bug}", "agreement", [objective]),
    ]:
        text = f"- due: {question}\n  expect: {{commitment: {commitment}}}\n"
        [example] = cases(text, subject)
        assert passes(subject, example), question
        assert uncovered(subject, decisions, [example]) == left, question


def test_suggested_test_states_the_facts_of_a_case_whose_priority_only_its_channel_sets() -> None:
    subject = subject_of(REFUSED_BUGS)
    tests = [
        suggest_test(subject, known)
        for known in decisions_of(subject, 0)
        if known.kind == "commitment"
    ]
    assert [test and test.text for test in tests] == [
        "- due: {plan: pro, channel: web, topic: bug, big: false}\n"
        "  expect: {commitment: agreement}\n",
        "- due: {plan: pro, channel: web, priority: P2, topic: bill}\n"
        "  expect: {commitment: objective}\n",
    ]


def test_suggested_commitment_test_uses_a_metric_with_a_target() -> None:
    subject = subject_of(SECOND)
    tests = [
        suggest_test(subject, decision)
        for decision in decisions_of(subject, 0)
        if decision.kind == "commitment"
    ]
    assert [test and test.example.question.options["metric"] for test in tests] == [
        ("update",), ("update",),
    ]  # fmt: skip


def test_suggested_test_writes_the_case_as_on_the_command_line() -> None:
    subject = subject_of(ODD)
    [decision] = [
        known for known in decisions_of(subject, 0) if known.path == ("hours", "office", 0)
    ]
    test = suggest_test(subject, decision)
    assert test is not None
    assert "fact: {lang: us}" in test.text
    [decision] = [
        known
        for known in decisions_of(subject, 0)
        if known.path == ("targets", 0, "first-response", "P1")
    ]
    test = suggest_test(subject, decision)
    assert test is not None
    assert test.text.startswith("- due: {plan: max, role: owner, channel: web, priority: P1,")


def test_default_that_excludes_the_priority_is_not_assumed() -> None:
    subject = subject_of("""\
format: 1
policy: acme
plans: {pro: Pro}
facts: {type: {values: {bug: Bug, feature: Feature}, default: bug}}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: L1, when: {type: bug}}, {id: L3}]
targets:
  - {when: {type: bug}, first-response: {L1: 1h}}
  - {first-response: {L3: 3h}}
""")
    [example] = cases("  - due: {plan: pro, priority: L3}\n    expect: {target: 3h}\n", subject)
    assert passes(subject, example)
    decisions = [decision for decision in decisions_of(subject, 0) if decision.kind == "target"]
    left = uncovered(subject, decisions, [example])
    # L3 excludes the default `bug`, so the test covers the target of `feature`.
    assert [decision.path for decision in left] == [("targets", 0, "first-response", "L1")]


def test_stable_path_of_a_grant_does_not_depend_on_its_position() -> None:
    web = "  - {when: {plan: paid}, allow: web, hours: office}\n"
    moved = subject_of(SHOP.replace(web, "").replace("priorities:", f"{web}priorities:"))
    before = stable_path(SUBJECT.revisions[0].document, ("entitlements", 1, "allow"))
    after = stable_path(moved.revisions[0].document, ("entitlements", 4, "allow"))
    assert before == after
    assert (before[0], before[2]) == ("entitlements", "allow")
    assert "web" in before[1]
    assert before != stable_path(SUBJECT.revisions[0].document, ("entitlements", 2, "allow"))


def test_revision_with_too_many_cases_is_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = SHOP.replace("timezone:", "effective: {from: 2025-01-01}\ntimezone:", 1)
    large = SHOP.replace("timezone:", "effective: {from: 2026-01-01}\ntimezone:", 1)
    large = large.replace("facts:\n", "facts:\n  extra: {ask: More?}\n")
    large = large.replace("{plan: paid}, allow: web", "{plan: paid, extra: false}, allow: web")
    for name, text in (("2025", small), ("2026", large)):
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "shop_test.yaml").write_text(
        "tests: 1\npolicy: shop\ncases:\n  - channels: {plan: free, at: 2025-06-01T00:00:00Z}\n"
        "    expect: {include: forum}\n"
    )
    only = subject_of(small)
    few = CASES._replace(most=only.revisions[0].space.size)
    monkeypatch.setattr("zsupport.answer.space.CASES", few)
    session = run_session(
        [str(tmp_path)], RunOptions(coverage=True), public_holidays, lambda _: False
    )
    coverage = session.outcome.extra["coverage"]
    assert coverage["decisions"] == len(decisions_of(only, 0))
    [finding] = [known for known in session.outcome.findings if "2026.yaml" in known.file]
    assert "cases" in finding.message
    # Mutants are built from the newest revision, so none is counted.
    session = run_session(
        [str(tmp_path)], RunOptions(mutation=True), public_holidays, lambda _: False
    )
    assert session.outcome.extra["mutation"]["changes"] == 0
    assert [known.message for known in session.outcome.findings] == [finding.message]


def test_a_test_of_a_case_that_changes_covers_nothing() -> None:
    # The rule of another case decides: P1 instead of P2.
    changed = f'{P2}{AT[:-1]}, event: "2026-11-23T10:30:00+01:00,priority=P1"}}'
    text = f"  - {changed}\n    expect: 2026-11-23T11:00:00+01:00\n"
    assert covered(text, "target") == set()
