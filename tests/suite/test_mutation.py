"""Mutants: their answers, their descriptions, and the tests that kill them."""

import pytest
from subjects import SHOP, cases, read_tests, subject_of

from zsupport.policy.loader import revision_of
from zsupport.suite.example import Example
from zsupport.suite.mutation import (
    Mutant,
    compare_mutant,
    killing_tests,
    mutants_of,
    other_targets,
    run_mutants,
)
from zsupport.suite.running import run
from zsupport.suite.subject import PolicyUnderTest
from zsupport.wording import Message


def differences(before: str, after: str) -> set[str]:
    """Return the kinds of answers that differ between two policies."""
    subject = subject_of(before)
    root = subject_of(after).revisions[0].document.root
    assert root is not None
    pair = compare_mutant(subject, 0, Mutant("", (), Message(""), root, (), root))
    assert pair is not None
    difference = pair.difference
    names = {f"due {name}" for name, cases in difference.due.items() if cases}
    names |= {f"hours {name}" for name, cases in difference.hours.items() if cases}
    names |= {"channels"} if difference.channels else set()
    names |= {"facts"} if difference.facts else set()
    names |= {"defaults"} if difference.defaults else set()
    assert difference.any is bool(names)
    return names


#: The grant of `web`.
WEB = ("entitlements", 1)
BOTH = {"due first-response", "due update"}
DIFFERENT = [
    # `web` was already allowed, but only during hours.
    ("allow: phone}", "allow: [phone, web]}", {"channels"}),
    ("{when: {plan: max, role: owner}, allow: phone", "{when: {plan: max}, allow: phone",
     {"channels", *BOTH}),
    ("prerequisites: [Key]", "prerequisites: [Number]", {"channels"}),
    ("prerequisites: [Key], note: Call us.", "prerequisites: [Key], note: Write to us.", set()),
    ("allow: web, hours: office", "allow: web", {"channels"}),
    ("recommend: [web, forum]", "recommend: [forum, web]", {"channels"}),
    ("recommend: [web, forum]", "recommend: [web, forum, phone]", {"channels"}),
    ("P1: 1h 24x7", "P1: 2h 24x7", {"due first-response"}),
    ("condition: Stay reachable.", "condition: Stay where you are.", set()),
    ("text: two hours", "text: every two hours", set()),
    ("is: agreement", "is: objective", BOTH),
    (", {is: target}", "", BOTH),  # all other cases have no commitment
    ("{is: target}", "{when: {premier: false}, is: target}", set()),  # applies in the same cases
    ("when: {impact: down}", "when: {impact: [down, nothing]}", {"facts"}),
    ("mon-fri 08:00-16:00", "mon-fri 08:00-17:00", {"hours office", "due first-response"}),
    ("mon-fri 08:00-16:00", "[mon-thu 08:00-16:00, fri 08:00-16:00]", set()),
    ("open: mon-fri 08:00-16:00", "open: mon-fri 08:00-16:00, holidays: [12-27]",
     {"hours office", "due first-response"}),
    ("open: mon-fri 08:00-16:00", "timezone: Europe/Berlin, open: mon-fri 08:00-16:00", set()),
    ("free: Free", "free: Gratis", set()),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), DIFFERENT)
def test_difference_is_judged_by_answers(old: str, new: str, expected: set[str]) -> None:
    assert old in SHOP
    assert differences(SHOP, SHOP.replace(old, new, 1)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("commitment:", "  night: {open: mon-fri 20:00-22:00}\ncommitment:", {"hours night"}),
        ("metrics:\n", "metrics:\n  - {id: restoration}\n", {"due restoration"}),
    ],
)
def test_hours_and_metrics_of_one_policy_only_are_a_difference(
    old: str, new: str, expected: set[str]
) -> None:
    longer = SHOP.replace(old, new)
    assert differences(SHOP, longer) == differences(longer, SHOP) == expected


def test_priority_test_kills_a_mutant_without_the_condition() -> None:
    second = "  - {id: P2, name: High, when: [{impact: part, unclear: Is it?}]}\n"
    subject = subject_of(SHOP.replace(second, "").replace(", P2: 4 business hours", ""))
    case = "{priority: {fact: {impact: down}}, expect: P1}"
    tests = read_tests(f"tests: 1\npolicy: shop\ncases: [{case}]\n", subject)
    mutation = run_mutants(subject, [tests], tests.examples, [])
    message = "removed the condition `impact`"
    assert message in {mutant.message for mutant in mutants_of(subject.documents[0])}
    assert message not in {survivor.mutant.message for survivor in mutation.survivors}


def test_default_of_a_used_fact_is_a_difference() -> None:
    facts = "impact: {values: {down: All, part: Some, nothing: None}"
    assert differences(SHOP, SHOP.replace(facts, facts + ", default: part")) == {"defaults"}
    unused = SHOP.replace("facts:", "facts:\n  hat: {values: {red: R, blue: B}, default: red}")
    assert differences(unused, unused.replace("default: red", "default: blue")) == set()


@pytest.mark.parametrize(
    ("starts", "other"),
    [("answered", "opened"), ("answered", "updated"), ("The first call", "The second call")],
)
def test_different_start_of_a_clock_is_a_difference(starts: str, other: str) -> None:
    shop = SHOP.replace("{id: update,", f"{{id: update, starts: {starts},")
    assert differences(shop, shop.replace(f"starts: {starts}", f"starts: {other}")) == {
        "due update"
    }


def test_start_at_opened_is_the_default() -> None:
    assert differences(SHOP.replace("{id: update,", "{id: update, starts: opened,"), SHOP) == set()


def test_start_of_a_clock_matters_only_with_a_target() -> None:
    shop = SHOP.replace("{id: update,", "{id: update, starts: answered,")
    shop = shop.replace("update: {P1: {target: every 2h 24x7, text: two hours}}", "update: none")
    assert differences(shop, shop.replace("starts: answered, ", "")) == set()


def test_hours_of_opened_change_deadlines() -> None:
    timed = SHOP.replace("targets:", "targets:\n  - {when: {opened: outside office}, update: 9h}")
    moved = timed.replace("mon-fri 08:00-16:00", "mon-fri 07:00-15:00")
    assert differences(timed, moved) == {"hours office", *BOTH}


@pytest.mark.parametrize(
    ("target", "targets"),
    [
        ("4h", ["8h", "none"]),
        ("30m", ["60m", "none"]),
        ("2.5 business hours", ["5 business hours", "none"]),
        ("1 business day", ["2 business days", "none"]),
        ("every 1 business hour", ["every 2 business hours", "none"]),
        ("next business day", ["2 business days", "none"]),
        ("by 10:00 next business day", ["none"]),
        ("2 per week", ["4 per week", "none"]),
        ("every week", ["none"]),
        ("1 calendar week", ["2 calendar weeks", "none"]),
        ("14 calendar days", ["28 calendar days", "none"]),
        ("by 10:00 next opening day", ["by 10:00 next business day", "none"]),
        ("immediately", ["none"]),
        ("the later of 4h and 1 business day", ["the earlier of 4h and 1 business day", "none"]),
        ("the earlier of 1h, 2h and 3h", ["the later of 1h, 2h and 3h", "none"]),
        ("none", ["not-stated"]),
        ("not-stated", ["none"]),
        ("gibberish", []),
    ],
)
def test_replacements_of_a_target(target: str, targets: list[str]) -> None:
    assert other_targets(target) == targets


def messages(subject: PolicyUnderTest, kind: str) -> list[str]:
    document = subject.revisions[0].document
    return [mutant.message for mutant in mutants_of(document) if mutant.kind == kind]


def test_messages_of_mutants() -> None:
    subject = subject_of(SHOP)
    assert messages(subject, "drop-grant") == [
        "removed the grant entitlements[0]", "removed the grant entitlements[1]",
        "removed the grant entitlements[2]", "removed the grant entitlements[3]",
        "removed the recommendation entitlements[4]",
    ]  # fmt: skip
    assert messages(subject, "drop-key") == [
        "removed `plan` from the condition", "removed `role` from the condition",
        "removed `premier` from the condition", "removed `plan` from the condition",
    ]  # fmt: skip
    assert "swapped the targets for P1 and P2" in messages(subject, "swap-targets")
    assert "replaced `1h 24x7` with `2h 24x7`" in messages(subject, "change-target")


def test_single_commitment_is_replaced() -> None:
    text = SHOP.replace("[{when: {premier: true}, is: agreement}, {is: target}]", "target")
    assert messages(subject_of(text), "change-commitment") == ["replaced `target` with `objective`"]


def test_commitment_is_removed_only_from_a_list() -> None:
    assert messages(subject_of(SHOP), "drop-commitment") == [
        "removed commitment[0]", "removed commitment[1]",
    ]  # fmt: skip
    single = subject_of(SHOP.replace("{when: {premier: true}, is: agreement}, ", ""))
    assert messages(single, "drop-commitment") == []


def test_remarks_of_a_condition_are_not_changed() -> None:
    changed = [mutant.path for mutant in mutants_of(subject_of(SHOP).revisions[0].document)]
    assert ("priorities", 1, "when", 0, "impact") in changed
    assert not any("unclear" in path for path in changed)


def test_message_of_an_added_value_names_the_key() -> None:
    added = messages(subject_of(SHOP), "add-value")
    assert "added `phone` to `allow`" in added
    assert "added `user` to `role`" in added
    assert not any("`channel`" in message for message in added)


@pytest.mark.parametrize(
    "text",
    [
        SHOP,
        # A rule with the condition `opened`, holidays, and a default.
        SHOP.replace("targets:", "targets:\n  - {when: {opened: outside office}, update: 9h}")
        .replace("open: mon-fri 08:00-16:00", "open: mon-fri 08:00-16:00, holidays: [05-01]")
        .replace("us: America}", "us: America}, default: eu"),
        # A clock that starts at a different event.
        SHOP.replace("{id: update,", "{id: update, starts: answered,"),
    ],
)
def test_every_survivor_has_a_test_that_kills_it(text: str) -> None:
    subject = subject_of(text)
    survivors = run_mutants(subject, (), (), ()).survivors
    sizes = [survivor.cases for survivor in survivors]
    assert sizes == sorted(sizes, reverse=True)
    for survivor, (test, _) in killing_tests(subject, survivors, len(survivors)):
        assert test is not None, survivor.mutant.message
        [example] = cases(test.text, subject)
        root = survivor.mutant.root()
        changed = subject.with_revision(
            0, root, revision_of(root, subject.revisions[0].document.source)
        )
        assert run(subject, example).failures == ()
        assert run(changed, example).failures != ()


def test_tests_are_suggested_for_the_first_survivors_only() -> None:
    subject = subject_of(SHOP)
    survivors = run_mutants(subject, (), (), ()).survivors
    killing = [test for _, test in killing_tests(subject, survivors, 3)]
    assert len({result.test.text for result in killing if result.test}) == 3
    assert sum(result.test is not None and not result.known for result in killing) == 3
    # These tests also kill other survivors.
    assert any(result.known for result in killing)


def test_survivor_is_known_if_an_earlier_test_fails() -> None:
    subject = subject_of(SHOP)
    survivors = run_mutants(subject, (), (), ()).survivors
    suggested: list[Example] = []
    for survivor, (test, known) in killing_tests(subject, survivors, 10):
        pair = compare_mutant(subject, 0, survivor.mutant)
        assert pair is not None
        failing = [example for example in suggested if run(pair.after, example).failures]
        assert known is bool(failing)
        assert test is None or not known or test.example == failing[0]
        suggested += [test.example] if test is not None and not known else []
    assert len(suggested) > 5


def test_hours_test_kills_mutants_of_the_grants() -> None:
    subject = subject_of(SHOP)
    text = (
        "  - hours: {plan: pro, channel: web, region: eu, at: 2026-11-23T10:00:00+01:00}\n"
        "    expect: {state: open, hours: office}\n"
    )
    tests = read_tests(f"tests: 1\npolicy: shop\ncases:\n{text}", subject)

    def grants(examples: tuple[Example, ...]) -> set[str]:
        survivors = run_mutants(subject, (tests,), examples, ()).survivors
        mutants = (known.mutant for known in survivors if known.mutant.path[:2] == WEB)
        return {mutant.kind for mutant in mutants}

    without, left = grants(()), grants(tests.examples)
    assert without - left >= {"drop-grant", "drop-hours", "swap-hours"}


def test_without_tests_all_mutants_survive() -> None:
    mutation = run_mutants(subject_of(SHOP), (), (), ())
    assert mutation.killed == 0
    assert mutation.mutants == len(mutation.survivors) > 50
    # Some mutants have the same answers, and some are invalid.
    assert mutation.unchanged > 0
    assert mutation.invalid > 0


def test_a_mutant_of_the_case_after_a_change_is_killed() -> None:
    # The question names P2 only, and the mutants change the target of P1.
    subject = subject_of(SHOP)
    text = (
        "tests: 1\npolicy: shop\ncases:\n"
        "  - due: {plan: max, priority: P2, region: eu, opened: 2026-11-23T10:00:00+01:00,"
        ' event: "2026-11-23T10:30:00+01:00,priority=P1"}\n'
        "    expect: {due: 2026-11-23T11:00:00+01:00}\n"
    )
    tests = read_tests(text, subject)
    assert not run(subject, tests.examples[0]).failures
    mutation = run_mutants(subject, [tests], tests.examples, ())
    survived = {survivor.mutant.path for survivor in mutation.survivors}
    assert ("targets", 0, "first-response", "P2") in survived
    assert ("targets", 0, "first-response", "P1") not in survived
