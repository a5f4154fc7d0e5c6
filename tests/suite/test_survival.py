"""Which changed policies the tests of a policy notice, worked out by hand."""

from functools import cache

import pytest
from subjects import SHOP, subject_of, written

from zsupport.errors import TooMuch
from zsupport.limits import CHANGES
from zsupport.suite.mutation import mutated, noticing
from zsupport.suite.outcome import run_tests

SUBJECT = subject_of(SHOP)


def survivors(text: str, *, passing: bool = True) -> set[tuple[str, str]]:
    """Return what a tests file does not notice: where, and what was done."""
    tests = written(f"tests: 1\npolicy: shop\n{text}", SUBJECT)
    assert tests.findings == ()
    ran = run_tests(SUBJECT, tests)
    assert any(unit.findings for unit in ran.units) is not passing
    found = mutated(SUBJECT, [tests], ran.passing, ran.holding).survivors
    return {(".".join(map(str, each.change.path)), each.change.message) for each in found}


@cache
def every() -> set[tuple[str, str]]:
    """Return all changes that count: none of them changes the kind of a channel."""
    return survivors("cases: [{channels: {plan: free, channel: forum}, expect: {kind: community}}]")


GROUP = ("groups.paid.plan", "removed `not` from `plan`")  # afterwards `paid` is `free` alone
WEB = ("entitlements.1", "removed the grant entitlements[1]")
PHONE = ("entitlements.3", "removed the grant entitlements[3]")
TARGET = ("targets.0.first-response.P2", "replaced `4 business hours` with `none`")


@pytest.mark.parametrize(
    ("invariant", "change"),
    [
        # Of several channels or metrics the change takes one.
        ("{for: {plan: pro}, require: {channel: [forum, web]}}", WEB),
        ("{for: {plan: pro}, require: {channel: [web, forum]}}", WEB),
        ("{for: {plan: max, channel: web, priority: P2}, forbid: {promised: update},"
         " require: {promised: first-response}}", TARGET),
        # The change adds one.
        ("{for: {plan: free}, forbid: {channel: [phone, web]}}",
         ("entitlements.0.allow", "added `web` to `allow`")),
    ],
)  # fmt: skip
def test_an_invariant_of_several_names_notices_a_change_of_one(
    invariant: str, change: tuple[str, str]
) -> None:
    left = survivors(f"invariants: [{invariant}]")
    assert {change, PHONE} <= every()
    assert change not in left
    assert PHONE in left


@pytest.mark.parametrize(
    ("expect", "noticed"),
    [
        ("{starts: answered}", True),
        ("{state: not-started}", True),
        ("{target: every 2h 24x7}", False),
    ],
)
def test_a_test_of_the_start_notices_another_start(expect: str, noticed: bool) -> None:
    subject = subject_of(SHOP.replace("{id: update,", "{id: update, starts: answered,"))
    due = "{plan: max, channel: web, priority: P1, metric: update, opened: '2026-11-23T10:00:00Z'}"
    cases = f"cases: [{{due: {due}, expect: {expect}}}]"
    tests = written(f"tests: 1\npolicy: shop\n{cases}\n", subject)
    ran = run_tests(subject, tests)
    assert not any(unit.findings for unit in ran.units)
    found = mutated(subject, [tests], ran.passing, ran.holding).survivors
    left = [each.change.message for each in found]
    assert ("removed `starts` of `update`" not in left) is noticed


@pytest.mark.parametrize(
    ("text", "noticed"),
    [
        # A test that names a group goes along with it: the grant of `web` names it too.
        ("invariants: [{for: {plan: paid}, require: {channel: [forum, web]}}]", False),
        ("cases: [{channels: {plan: paid, channel: web}, expect: {allowed: true}}]", False),
        ("cases: [{channels: {plan: [paid, free], channel: forum}, expect: {allowed: true}}]",
         False),
        # `web` is granted to `pro` and `max` no more.
        ("invariants: [{for: {plan: {not: free}}, require: {channel: [forum, web]}}]", True),
        ("cases: [{channels: {plan: pro, channel: web}, expect: {allowed: true}}]", True),
        # Of two tests one is enough.
        ("invariants: [{require: {channel: forum}}, {for: {plan: pro}, require: {channel: web}}]",
         True),
        # An owner of `max` may phone, and is then no member any more.
        ("cases: [{channels: {plan: {not: paid}, channel: phone}, expect: {allowed: false}}]",
         True),
    ],
)  # fmt: skip
def test_tests_that_name_a_group_go_along_with_it(text: str, noticed: bool) -> None:
    assert GROUP in every()
    assert (GROUP not in survivors(text)) is noticed


@pytest.mark.parametrize(
    "text",
    [
        "invariants: [{for: {plan: pro}, require: {channel: [web, phone]}}]",
        "invariants: [{for: {plan: [free, pro]}, require: {channel: web}}]",
        "cases: [{channels: {plan: [free, pro], channel: web}, expect: {allowed: true}}]",
    ],
)
def test_a_test_that_fails_notices_nothing(text: str) -> None:
    assert survivors(text, passing=False) == every()


def test_more_changes_than_are_worked_on_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tests = written(
        "tests: 1\npolicy: shop\ncases: [{channels: {plan: free}, expect: {exactly: forum}}]",
        SUBJECT,
    )
    ran = run_tests(SUBJECT, tests)
    changes = len(every()) + mutated(SUBJECT, [tests], (), ()).invalid
    monkeypatch.setattr("zsupport.suite.mutation.CHANGES", CHANGES._replace(most=changes))
    # Twice as many: one test each, and the change itself.
    with pytest.raises(TooMuch, match="changes of a policy times its tests; at most"):
        mutated(SUBJECT, [tests], ran.passing, ran.holding)


def test_a_suggested_test_names_a_moment_only_where_it_needs_one() -> None:
    small = (
        "format: 1\npolicy: shop\nplans: {free: Free, pro: Pro}\n"
        "channels: {web: {name: Web, kind: web}}\n"
        "entitlements: [{when: {plan: pro}, allow: web}]\n"
    )

    def suggested(*texts: str) -> list[str]:
        subject = subject_of(*texts)
        found = mutated(subject, (), (), ()).survivors
        tests = [test for _, (test, _) in noticing(subject, found, 50) if test is not None]
        return [test.text for test in tests if "channels:" in test.text]

    alone = suggested(small)
    assert alone
    assert not any("at:" in text for text in alone)
    # A revision that is no longer in force has to be named by a moment.
    old, new = (f"{small}effective: {{from: {year}-01-01}}\n" for year in (2025, 2026))
    texts = suggested(old, new)
    assert any("at: 2025-" in text for text in texts)
    assert any("at:" not in text for text in texts)
