"""Which changes change an answer: judged on answers and not on text."""

import pytest
from subjects import SHOP, cases, subject_of, written

from zsupport.policy.loader import revision_of
from zsupport.suite.example import Example
from zsupport.suite.mutation import Mutant, changes_of, compared, mutated, noticing, other_targets
from zsupport.suite.running import run
from zsupport.suite.subject import PolicyUnderTest


def where(before: str, after: str) -> set[str]:
    """Return what differs between two policies."""
    subject = subject_of(before)
    root = subject_of(after).revisions[0].document.root
    assert root is not None
    pair = compared(subject, 0, Mutant("", (), "", root, (), root))
    assert pair is not None
    found = pair.where
    names = {f"due {name}" for name, cases in found.due.items() if cases}
    names |= {f"hours {name}" for name, cases in found.hours.items() if cases}
    names |= {"channels"} if found.channels else set()
    names |= {"facts"} if found.facts else set()
    names |= {"defaults"} if found.defaults else set()
    assert found.any is bool(names)
    return names


#: The grant of the web.
WEB = ("entitlements", 1)
BOTH = {"due first-response", "due update"}
DIFFERENT = [
    # The web was theirs already, but not at every hour.
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
    (", {is: target}", "", BOTH),  # for all others nothing is committed
    ("{is: target}", "{when: {premier: false}, is: target}", set()),  # it held for nobody else
    ("when: {impact: down}", "when: {impact: [down, nothing]}", {"facts"}),
    ("mon-fri 08:00-16:00", "mon-fri 08:00-17:00", {"hours office", "due first-response"}),
    ("mon-fri 08:00-16:00", "[mon-thu 08:00-16:00, fri 08:00-16:00]", set()),
    ("open: mon-fri 08:00-16:00", "open: mon-fri 08:00-16:00, holidays: [12-27]",
     {"hours office", "due first-response"}),
    ("open: mon-fri 08:00-16:00", "timezone: Europe/Berlin, open: mon-fri 08:00-16:00", set()),
    ("free: Free", "free: Gratis", set()),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), DIFFERENT)
def test_answers_differ_where_somebody_gets_something_else(
    old: str, new: str, expected: set[str]
) -> None:
    assert old in SHOP
    assert where(SHOP, SHOP.replace(old, new, 1)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("commitment:", "  night: {open: mon-fri 20:00-22:00}\ncommitment:", {"hours night"}),
        ("metrics:\n", "metrics:\n  - {id: restoration}\n", {"due restoration"}),
    ],
)
def test_what_only_one_of_two_policies_has_is_a_difference(
    old: str, new: str, expected: set[str]
) -> None:
    longer = SHOP.replace(old, new)
    assert where(SHOP, longer) == where(longer, SHOP) == expected


def test_a_test_of_a_priority_notices_that_facts_decide_none_any_more() -> None:
    second = "  - {id: P2, name: High, when: [{impact: part, unclear: Is it?}]}\n"
    subject = subject_of(SHOP.replace(second, "").replace(", P2: 4 business hours", ""))
    case = "{priority: {fact: {impact: down}}, expect: P1}"
    tests = written(f"tests: 1\npolicy: shop\ncases: [{case}]\n", subject)
    found = mutated(subject, [tests], tests.examples, [])
    says = "removed the condition `impact`"
    assert says in {each.message for each in changes_of(subject.documents[0])}
    assert says not in {each.change.message for each in found.survivors}


def test_the_default_of_a_fact_is_part_of_the_answers() -> None:
    facts = "impact: {values: {down: All, part: Some, nothing: None}"
    assert where(SHOP, SHOP.replace(facts, facts + ", default: part")) == {"defaults"}
    unused = SHOP.replace("facts:", "facts:\n  hat: {values: {red: R, blue: B}, default: red}")
    assert where(unused, unused.replace("default: red", "default: blue")) == set()


@pytest.mark.parametrize(
    ("starts", "other"),
    [("answered", "opened"), ("answered", "updated"), ("The first call", "The second call")],
)
def test_what_starts_a_clock_is_part_of_the_answers(starts: str, other: str) -> None:
    shop = SHOP.replace("{id: update,", f"{{id: update, starts: {starts},")
    assert where(shop, shop.replace(f"starts: {starts}", f"starts: {other}")) == {"due update"}


def test_without_another_event_a_clock_starts_when_a_case_is_opened() -> None:
    assert where(SHOP.replace("{id: update,", "{id: update, starts: opened,"), SHOP) == set()


def test_what_starts_a_clock_matters_where_something_is_promised() -> None:
    shop = SHOP.replace("{id: update,", "{id: update, starts: answered,")
    shop = shop.replace("update: {P1: {target: every 2h 24x7, text: two hours}}", "update: none")
    assert where(shop, shop.replace("starts: answered, ", "")) == set()


def test_hours_by_which_rules_hold_are_part_of_the_deadlines() -> None:
    timed = SHOP.replace("targets:", "targets:\n  - {when: {opened: outside office}, update: 9h}")
    moved = timed.replace("mon-fri 08:00-16:00", "mon-fri 07:00-15:00")
    assert where(timed, moved) == {"hours office", *BOTH}


@pytest.mark.parametrize(
    ("target", "others"),
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
        ("none", ["not-stated"]),
        ("not-stated", ["none"]),
        ("gibberish", []),
    ],
)
def test_what_a_target_becomes(target: str, others: list[str]) -> None:
    assert other_targets(target) == others


def changes(subject: PolicyUnderTest, kind: str) -> list[str]:
    return [each.message for each in changes_of(subject.revisions[0].document) if each.kind == kind]


def test_changes_say_what_was_done() -> None:
    subject = subject_of(SHOP)
    assert changes(subject, "drop-grant") == [
        "removed the grant entitlements[0]", "removed the grant entitlements[1]",
        "removed the grant entitlements[2]", "removed the grant entitlements[3]",
        "removed the recommendation entitlements[4]",
    ]  # fmt: skip
    assert changes(subject, "drop-key") == [
        "removed `plan` from the condition", "removed `role` from the condition",
        "removed `premier` from the condition", "removed `plan` from the condition",
    ]  # fmt: skip
    assert "swapped the targets for P1 and P2" in changes(subject, "swap-targets")
    assert "replaced `1h 24x7` with `2h 24x7`" in changes(subject, "change-target")


def test_a_commitment_for_every_case_becomes_another() -> None:
    text = SHOP.replace("[{when: {premier: true}, is: agreement}, {is: target}]", "target")
    assert changes(subject_of(text), "change-commitment") == ["replaced `target` with `objective`"]


def test_of_several_commitments_each_is_dropped_and_an_only_one_is_not() -> None:
    assert changes(subject_of(SHOP), "drop-commitment") == [
        "removed commitment[0]", "removed commitment[1]",
    ]  # fmt: skip
    one = subject_of(SHOP.replace("{when: {premier: true}, is: agreement}, ", ""))
    assert changes(one, "drop-commitment") == []


def test_remarks_of_a_condition_decide_nothing() -> None:
    changed = [each.path for each in changes_of(subject_of(SHOP).revisions[0].document)]
    assert ("priorities", 1, "when", 0, "impact") in changed
    assert not any("unclear" in path for path in changed)


def test_what_is_added_is_told_by_the_key_to_which_it_is_added() -> None:
    added = changes(subject_of(SHOP), "add-value")
    assert "added `phone` to `allow`" in added
    assert "added `user` to `role`" in added
    assert not any("`channel`" in each for each in added)


@pytest.mark.parametrize(
    "text",
    [
        SHOP,
        # A rule that goes by the hours, holidays, and a default.
        SHOP.replace("targets:", "targets:\n  - {when: {opened: outside office}, update: 9h}")
        .replace("open: mon-fri 08:00-16:00", "open: mon-fri 08:00-16:00, holidays: [05-01]")
        .replace("us: America}", "us: America}, default: eu"),
        # A clock that starts at another event.
        SHOP.replace("{id: update,", "{id: update, starts: answered,"),
    ],
)
def test_every_change_has_a_test_that_notices_it(text: str) -> None:
    subject = subject_of(text)
    survivors = mutated(subject, (), (), ()).survivors
    sizes = [survivor.cases for survivor in survivors]
    assert sizes == sorted(sizes, reverse=True)
    for survivor, (test, _) in noticing(subject, survivors, len(survivors)):
        assert test is not None, survivor.change.message
        [example] = cases(test.text, subject)
        root = survivor.change.root()
        changed = subject.replaced(0, root, revision_of(root, subject.revisions[0].document.source))
        assert run(subject, example).failures == ()
        assert run(changed, example).failures != ()


def test_new_tests_are_made_for_the_first_changes_only() -> None:
    subject = subject_of(SHOP)
    survivors = mutated(subject, (), (), ()).survivors
    found = [each for _, each in noticing(subject, survivors, 3)]
    assert len({each.test.text for each in found if each.test}) == 3
    assert sum(each.test is not None and not each.known for each in found) == 3
    # Those tests notice other changes as well.
    assert any(each.known for each in found)


def test_a_survivor_is_known_where_a_test_made_before_fails() -> None:
    subject = subject_of(SHOP)
    survivors = mutated(subject, (), (), ()).survivors
    made: list[Example] = []
    for survivor, (test, known) in noticing(subject, survivors, 10):
        pair = compared(subject, 0, survivor.change)
        assert pair is not None
        failing = [each for each in made if run(pair.after, each).failures]
        assert known is bool(failing)
        assert test is None or not known or test.example == failing[0]
        made += [test.example] if test is not None and not known else []
    assert len(made) > 5


def test_when_a_channel_is_open_notices_a_change_of_its_grants() -> None:
    subject = subject_of(SHOP)
    text = (
        "  - hours: {plan: pro, channel: web, region: eu, at: 2026-11-23T10:00:00+01:00}\n"
        "    expect: {state: open, hours: office}\n"
    )
    tests = written(f"tests: 1\npolicy: shop\ncases:\n{text}", subject)

    def grants(examples: tuple[Example, ...]) -> set[str]:
        survivors = mutated(subject, (tests,), examples, ()).survivors
        changes = (each.change for each in survivors if each.change.path[:2] == WEB)
        return {change.kind for change in changes}

    without, left = grants(()), grants(tests.examples)
    assert without - left >= {"drop-grant", "drop-hours", "swap-hours"}


def test_without_tests_no_change_is_noticed() -> None:
    found = mutated(subject_of(SHOP), (), (), ())
    assert found.noticed == 0
    assert found.changes == len(found.survivors) > 50
    # Some leave every answer as it was, and some are no policy.
    assert found.unchanged > 0
    assert found.invalid > 0
