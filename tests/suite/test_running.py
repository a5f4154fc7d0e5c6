"""Every kind of expectation: one that is equal to the answer, and one that is different.

The answers of the policy `shop` were derived from its text by hand.
"""

import pytest
from subjects import SHOP, cases, subject_of, verdict

from zsupport.clock.model import Year
from zsupport.errors import EnvironmentFault
from zsupport.policy.files import SourceFile
from zsupport.suite.coverage import decisions_of, uncovered
from zsupport.suite.running import run
from zsupport.suite.subject import read_subject

SUBJECT = subject_of(SHOP)
MONDAY = "2026-11-23T10:00:00+01:00"

# The question, a matching expectation, a different expectation, and the actual value.
EXPECTATIONS = [
    ("channels: {plan: free}", "{exactly: [forum]}", "{exactly: [forum, web]}", ("forum",)),
    ("channels: {plan: free}", "{exactly: [forum]}", "{exactly: []}", ("forum",)),
    ("channels: {plan: pro}", "{exactly: [web, forum]}", "{exactly: [web]}", ("forum", "web")),
    ("channels: {plan: pro}", "{include: web}", "{include: [web, phone]}", ("forum", "web")),
    ("channels: {plan: pro}", "{exclude: phone}", "{exclude: [phone, web]}", ("forum", "web")),
    ("channels: {plan: pro}", "{exactly: {not: phone}}", "{exactly: {not: web}}",
     ("forum", "web")),
    ("channels: {plan: free, channel: web}", "{allowed: false}", "{allowed: true}", False),
    ("channels: {plan: free, channel: web}", "{exactly: []}", "{exactly: [web]}", ()),
    ("channels: {plan: max, role: owner, channel: phone}", "{prerequisites: [Number, Key]}",
     "{prerequisites: [Number]}", ("Number", "Key")),
    # The same number of items, but a different item.
    ("channels: {plan: max, role: owner, channel: phone}", "{prerequisites: [Number, Key]}",
     "{prerequisites: [Number, Lock]}", ("Number", "Key")),
    ("channels: {plan: max, role: owner, channel: web}", "{prerequisites: none}",
     "{prerequisites: [Number]}", None),
    ("channels: {plan: max, role: owner, channel: web}", "{prerequisites: []}",
     "{prerequisites: Number}", None),
    ("channels: {plan: max, role: owner, channel: phone}", "{hours: none}", "{hours: office}",
     None),
    ("channels: {plan: pro, channel: web}", "{hours: office}", "{hours: none}", "office"),
    ("channels: {plan: pro, channel: web}", "{recommended: 1, kind: web}", "{recommended: 2}", 1),
    ("channels: {plan: pro, channel: phone}", "{recommended: none}", "{recommended: 1}", None),
    ("channels: {plan: max, role: owner, channel: phone}", "{note: Call us.}", "{note: Call.}",
     "Call us."),
    ("due: {plan: free}", "not-entitled", "no-target", "not-entitled"),
    ("due: {plan: pro}", "{state: no-target, target: none}", "not-stated", "no-target"),
    ("due: {plan: max, priority: P1}", "{target: 1h 24x7}", "{target: 2h 24x7}", "1h 24x7"),
    ("due: {plan: max, priority: P2, region: eu}", "{hours: office, commitment: target}",
     "{hours: none}", "office"),
    ("due: {plan: max, priority: P1, premier: true}", "{commitment: agreement}",
     "{commitment: target}", "agreement"),
    ("due: {plan: max, priority: P1}", "{condition: Stay reachable.}", "{condition: none}",
     "Stay reachable."),
    ("due: {plan: max, priority: P1, metric: update}", "{published: two hours}",
     "{published: none}", "two hours"),
    (f"due: {{plan: max, priority: P1, metric: update, opened: {MONDAY}, "
     "pause: 2026-11-23T10:30:00+01:00/2026-11-23T11:00:00+01:00}",
     "2026-11-23T12:30:00+01:00", "2026-11-23T12:00:00+01:00", "2026-11-23T11:30:00+00:00"),
    # The first response of P2 in Europe was due at 14:00. As P1, it was due an hour after 10:00.
    (f"due: {{plan: max, priority: P2, region: eu, opened: {MONDAY}, "
     'event: "2026-11-23T10:30:00+01:00,priority=P1"}',
     "{due: 2026-11-23T11:00:00+01:00, target: 1h 24x7}", "2026-11-23T14:00:00+01:00",
     "2026-11-23T10:00:00+00:00"),
    (f"due: {{plan: max, role: user, priority: P2, region: eu, opened: {MONDAY}, tz: Europe/Oslo, "
     'event: ["2026-11-23 10:30,priority=P1", "2026-11-23 10:40,plan=pro"]}',
     "no-target", "running", "no-target"),
    (f"due: {{plan: max, priority: P1, opened: {MONDAY}, answered: 2026-11-23T10:59:00+01:00}}",
     "{state: met, due: 2026-11-23T11:00:00+01:00}", "{state: running}", "met"),
    (f"due: {{plan: max, priority: P1, opened: {MONDAY}, at: 2026-11-23T10:50:00+01:00}}",
     "{remaining_seconds: 600, elapsed_seconds: 3000}", "{remaining_seconds: 601}", 600),
    ("priority: {impact: down}", "P1", "P2", "P1"),
    ("priority: {impact: nothing}", "none", "P2", None),
    ("priority: {impact: part}", "{priority: P2, unclear: Is it?}", "{name: Low}", "High"),
    (f"hours: {{name: office, region: eu, at: {MONDAY}}}", "open", "closed", "open"),
    (f"hours: {{name: office, region: us, at: {MONDAY}}}", "closed", "open", "closed"),
    (f"hours: {{name: office, region: us, at: {MONDAY}}}", "{open: false, hours: office}",
     "{open: true}", False),
    (f"hours: {{name: 24x7, at: {MONDAY}}}", "{state: open, next_close: none}", "closed", "open"),
    # Without a name the question is for the channels of a case.
    (f"hours: {{plan: pro, channel: web, region: eu, at: {MONDAY}}}", "open", "closed", "open"),
    (f"hours: {{plan: [pro, max], channel: web, region: us, at: {MONDAY}}}",
     "{state: closed, open: false, hours: office}", "{hours: 24x7}", "office"),
    (f"hours: {{plan: free, channel: web, at: {MONDAY}}}", "not-entitled", "not-stated",
     "not-entitled"),
    (f"hours: {{plan: max, role: owner, channel: phone, at: {MONDAY}}}",
     "{state: not-stated, open: none, hours: none, note: Call us.}", "{state: closed}",
     "not-stated"),
    (f"hours: {{name: office, region: eu, at: {MONDAY}}}",
     "{next_close: 2026-11-23T15:00:00Z}", "{next_close: 2026-11-23T16:00:00Z}",
     "2026-11-23T15:00:00+00:00"),
    (f"hours: {{name: office, region: eu, at: {MONDAY}}}", "{holidays: []}",
     "{holidays: [{date: 2027-01-01}]}", ()),
]  # fmt: skip


def text(question: str, expect: str) -> str:
    return f"  - {question}\n    expect: {expect}\n"


@pytest.mark.parametrize(("question", "right", "wrong", "actual"), EXPECTATIONS)
def test_only_the_actual_answer_passes(
    question: str, right: str, wrong: str, actual: object
) -> None:
    assert verdict(text(question, right), SUBJECT).failures == ()
    failure = verdict(text(question, wrong), SUBJECT).failures[0]
    assert failure.expected is not None
    value = failure.actual.isoformat() if hasattr(failure.actual, "isoformat") else failure.actual
    assert value == actual
    assert failure.because


# Every combination of listed values is tested. Omitted dimensions are varied too.
def test_lists_are_asked_in_every_combination() -> None:
    question = "channels: {plan: [free, pro], role: [owner, user], premier: [false, true]}"
    failures = verdict(text(question, "{exactly: [forum, web]}"), SUBJECT).failures
    assert [failure.case for failure in failures] == [
        {"plan": "free", "role": "owner", "premier": "false"},
        {"plan": "free", "role": "owner", "premier": "true"},
        {"plan": "free", "role": "user", "premier": "false"},
        {"plan": "free", "role": "user", "premier": "true"},
        {"plan": "pro", "role": "owner", "premier": "true"},
        {"plan": "pro", "role": "user", "premier": "true"},
    ]


def test_channels_are_asked_together() -> None:
    question = "channels: {plan: max, role: owner, channel: [web, phone]}"
    assert verdict(text(question, "{exactly: [web, phone]}"), SUBJECT).failures == ()
    failures = verdict(text(question, "{exactly: [web, forum]}"), SUBJECT).failures
    assert [(failure.actual, failure.case.get("channel")) for failure in failures] == [
        (("web", "phone"), None)
    ]


def test_channels_are_asked_together_if_a_default_applies_only_to_some() -> None:
    # For the topic `bill`, only the web form has a priority, so its answer assumes no topic.
    subject = subject_of("""\
format: 1
policy: desk
plans: {pro: Pro}
facts:
  topic: {values: {bill: A bill, bug: A bug}, default: bug}
channels:
  phone: {name: Phone, kind: phone}
  web: {name: Web, kind: web, priority: P1}
priorities:
  - {id: P1, when: {topic: bug}}
entitlements:
  - {when: {plan: pro}, allow: phone}
  - {when: {topic: bill}, allow: phone}
""")
    facts = {answer.channel: answer.facts for answer in subject.policy.channels()}
    assert facts == {"phone": {"topic": "bug"}, "web": {}}
    assert not verdict("- channels: {}\n  expect: {exactly: [phone]}\n", subject).failures
    [failure] = verdict("- channels: {}\n  expect: {exactly: [web]}\n", subject).failures
    assert failure.actual == ("phone",)


def test_omitted_dimensions_are_asked() -> None:
    failures = verdict(text("channels: {plan: max}", "{exclude: phone}"), SUBJECT).failures
    assert [failure.case["role"] for failure in failures] == ["owner"]
    failures = verdict(text("due: {role: user, priority: P1}", "not-entitled"), SUBJECT).failures
    assert [(f.case["plan"], f.actual) for f in failures] == [
        ("pro", "no-target"),
        ("max", "running"),
    ]


def test_expected_keys_of_a_mapping_are_compared() -> None:
    question = f"channels: {{plan: pro, channel: web, at: {MONDAY}}}"
    policy = subject_of(
        SHOP.replace("web: {name: Ticket,", "web: {name: Ticket, numbers: {NO: +47 1, SE: +46 1},")
    )
    both = "[{country: NO, number: +47 1}, {country: SE, number: +46 1}]"
    assert verdict(text(question, f"{{numbers: {both}}}"), policy).failures == ()
    failure, *_ = verdict(
        text(question, f"{{numbers: {both.replace('46 1', '46 2')}}}"), policy
    ).failures
    assert isinstance(failure.actual, tuple)
    assert [(number["country"], number["number"]) for number in failure.actual] == [
        ("NO", "+47 1"), ("SE", "+46 1"),
    ]  # fmt: skip


def test_group_and_negation_select_their_values() -> None:
    for plans in ("paid", "{not: free}", "[pro, max]", "{not: [free]}"):
        question = f"channels: {{plan: {plans}, channel: web}}"
        assert verdict(text(question, "{allowed: true}"), SUBJECT).failures == ()
    failures = verdict(text("channels: {plan: paid, channel: phone}", "{allowed: false}"),
                       SUBJECT).failures  # fmt: skip
    assert {failure.case["plan"] for failure in failures} == {"max"}


def test_fact_with_the_name_of_an_option_is_a_key_of_fact() -> None:
    policy = SHOP.replace("region:", "lang:").replace("{when: {region: us}", "{when: {lang: us}")
    question = f"hours: {{name: office, fact: {{lang: eu}}, at: {MONDAY}}}"
    assert verdict(text(question, "open"), subject_of(policy)).failures == ()


# -- because ---------------------------------------------------------------------------------------

REASONS = [
    # The order of the keys of a condition does not matter.
    ("channels: {plan: pro, premier: true}", "{include: phone}",
     "{when: {plan: pro, premier: true}}", "{when: {plan: max, role: owner}}"),
    ("channels: {plan: pro}", "{include: web}", '"entitlements[1]"', '"entitlements[2]"'),
    ("channels: {plan: pro}", "{include: web}", '["entitlements[0]", "entitlements[1]"]',
     '["entitlements[1]", "entitlements[2]"]'),
    ("channels: {plan: pro}", "{include: web}", "{when: {plan: [max, pro]}}",
     "{when: {premier: true, plan: pro}}"),
    ("channels: {channel: forum}", "{allowed: true}", "{when: always}", "{when: {plan: paid}}"),
    ("channels: {plan: free, channel: phone}", "{allowed: false}",
     '["entitlements[2]", "entitlements[3]"]', '"entitlements[1]"'),
    ("due: {plan: max, priority: P1}", "{target: 1h 24x7}", '"targets[0].first-response.P1"',
     '"targets[1]"'),
    ("due: {plan: max, priority: P1}", "{target: 1h 24x7}", "{when: {plan: max}}",
     "{when: {plan: pro}}"),
    ("due: {plan: max, priority: P1, premier: true}", "{target: 1h 24x7}", '"commitment[0]"',
     '"hours.office[1]"'),
    ("priority: {impact: part}", "{priority: P2}", '"priorities[1].when[0]"', '"priorities[0]"'),
    (f"hours: {{name: office, region: us, at: {MONDAY}}}", "{open: false}", '"hours.office[0]"',
     '"hours.office[1]"'),
]  # fmt: skip


@pytest.mark.parametrize(("question", "expect", "right", "wrong"), REASONS)
def test_because_names_the_deciding_entries(
    question: str, expect: str, right: str, wrong: str
) -> None:
    head = expect.removesuffix("}")
    # Write the commitments of the policy on separate lines.
    policy = subject_of(SHOP.replace("commitment: [", "commitment:\n  [\n    ").replace(
        "agreement}, ", "agreement},\n    "))  # fmt: skip
    assert verdict(text(question, f"{head}, because: {right}}}"), policy).failures == ()
    [failure, *_] = verdict(text(question, f"{head}, because: {wrong}}}"), policy).failures
    assert failure.expected is not None
    assert failure.expected.key == "because"


# -- the moment ------------------------------------------------------------------------------------

OLDER = SHOP.replace(
    "timezone:", "effective: {from: 2024-01-01, last_day: 2025-12-31}\ntimezone:", 1
)
NEWER = SHOP.replace("timezone:", "effective: {from: 2026-01-01}\ntimezone:", 1).replace(
    "plan: paid}, allow: web", "plan: max}, allow: web"
)


@pytest.mark.parametrize(
    ("question", "web"),
    [
        ("channels: {plan: pro, channel: web}", "false"),  # the newest revision
        ("channels: {plan: pro, channel: web, at: 2026-01-01T00:00:00+01:00}", "false"),
        ("channels: {plan: pro, channel: web, at: 2025-12-31T23:59:59+01:00}", "true"),
        ("channels: {plan: pro, channel: web, at: 2020-01-01T00:00:00Z}", "false"),  # no revision
    ],
)
def test_moment_selects_the_revision(question: str, web: str) -> None:
    subject = subject_of(NEWER, OLDER)
    assert verdict(text(question, f"{{allowed: {web}}}"), subject).failures == ()


def test_local_times_are_in_the_time_zone_of_tz() -> None:
    question = "due: {plan: max, priority: P1, opened: 2026-11-23T10:00, tz: Europe/Oslo}"
    for due in ("2026-11-23T11:00", "2026-11-23T10:00:00Z"):
        assert verdict(text(question, due), SUBJECT).failures == ()


def test_invalid_question_fails_with_the_error_message() -> None:
    question = (
        f"due: {{plan: max, priority: P1, opened: {MONDAY}, answered: 2026-11-22T10:00:00+01:00}}"
    )
    [failure] = verdict(text(question, "{target: 1h 24x7}"), SUBJECT).failures
    assert failure.expected is None
    assert "before `opened`" in str(failure.actual)


def test_question_without_an_answer_fails() -> None:
    # No revision is in force at that moment, so no priority exists.
    question = "priority: {at: 2020-01-01T00:00:00Z}"
    [failure] = verdict(text(question, "none"), subject_of(NEWER, OLDER)).failures
    assert (failure.expected, failure.actual) == (None, "the question has no answer")


def test_case_of_a_priority_question_is_its_facts() -> None:
    failures = verdict(text("priority: {impact: [down, part]}", "P1"), SUBJECT).failures
    assert [(failure.case, failure.actual) for failure in failures] == [({"impact": "part"}, "P2")]


def test_every_failure_is_reported_with_the_place_of_the_test() -> None:
    both = text("channels: {plan: free, role: user}", "{exactly: [web], include: [phone]}")
    [example] = cases(both, SUBJECT)
    keys = [f.expected.key for f in run(SUBJECT, example).failures if f.expected]
    assert keys == ["exactly", "include"]
    assert (example.span.line, example.path) == (4, ("cases", 0))


def test_moment_without_a_revision_covers_no_decision() -> None:
    subject = subject_of(NEWER, OLDER)
    question = "channels: {plan: free, at: 2020-01-01T00:00:00Z}"
    [example] = cases(text(question, "{exactly: []}"), subject)
    assert run(subject, example).failures == ()
    decisions = decisions_of(subject, 0)
    assert len(uncovered(subject, decisions, [example])) == len(decisions)


def test_environment_error_is_not_a_failed_test() -> None:
    def none(country: str, subdivision: str | None, year: int) -> Year:
        raise EnvironmentFault("the package `holidays` is not installed")

    hours = "open: mon-fri 08:00-16:00"
    policy = SHOP.replace(hours, f"{hours}, holidays: {{country: NO}}")
    source = SourceFile("shop.yaml", policy.encode(), "", "shop.yaml")
    subject = read_subject((source,), none)
    question = f"hours: {{name: office, region: eu, at: {MONDAY}}}"
    with pytest.raises(EnvironmentFault):
        verdict(text(question, "open"), subject)
