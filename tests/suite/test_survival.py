"""Killed and surviving mutants, determined by hand."""

from functools import cache

import pytest
from subjects import SHOP, read_tests, subject_of

from zsupport.errors import LimitExceeded
from zsupport.limits import MUTANT_RUNS
from zsupport.suite.mutation import killing_tests, run_mutants
from zsupport.suite.outcome import run_tests

SUBJECT = subject_of(SHOP)


def survivors(text: str, *, passing: bool = True) -> set[tuple[str, str]]:
    """Return the path and the message of every mutant that survives a tests file."""
    tests = read_tests(f"tests: 1\npolicy: shop\n{text}", SUBJECT)
    assert tests.findings == ()
    ran = run_tests(SUBJECT, tests)
    assert any(unit.findings for unit in ran.units) is not passing
    mutants = [
        survivor.mutant
        for survivor in run_mutants(SUBJECT, [tests], ran.passing, ran.passing_invariants).survivors
    ]
    return {(".".join(map(str, mutant.path)), mutant.message) for mutant in mutants}


@cache
def all_mutants() -> set[tuple[str, str]]:
    """Return all counted mutants: none of them changes the kind of a channel."""
    return survivors("cases: [{channels: {plan: free, channel: forum}, expect: {kind: community}}]")


GROUP = ("groups.paid.plan", "removed `not` from `plan`")  # then `paid` contains only `free`
WEB = ("entitlements.1", "removed the grant entitlements[1]")
PHONE = ("entitlements.3", "removed the grant entitlements[3]")
TARGET = ("targets.0.first-response.P2", "replaced `4 business hours` with `none`")


@pytest.mark.parametrize(
    ("invariant", "mutant"),
    [
        # The mutant removes one of several channels or metrics.
        ("{for: {plan: pro}, require: {channel: [forum, web]}}", WEB),
        ("{for: {plan: pro}, require: {channel: [web, forum]}}", WEB),
        ("{for: {plan: max, channel: web, priority: P2}, forbid: {promised: update},"
         " require: {promised: first-response}}", TARGET),
        # The mutant adds a channel.
        ("{for: {plan: free}, forbid: {channel: [phone, web]}}",
         ("entitlements.0.allow", "added `web` to `allow`")),
    ],
)  # fmt: skip
def test_invariant_with_several_names_kills_a_mutant_of_a_single_name(
    invariant: str, mutant: tuple[str, str]
) -> None:
    left = survivors(f"invariants: [{invariant}]")
    assert {mutant, PHONE} <= all_mutants()
    assert mutant not in left
    assert PHONE in left


@pytest.mark.parametrize(
    ("expect", "killed"),
    [
        ("{starts: answered}", True),
        ("{state: not-started}", True),
        ("{target: every 2h 24x7}", False),
    ],
)
def test_expected_start_kills_a_mutant_without_the_start(expect: str, killed: bool) -> None:
    subject = subject_of(SHOP.replace("{id: update,", "{id: update, starts: answered,"))
    due = "{plan: max, channel: web, priority: P1, metric: update, opened: '2026-11-23T10:00:00Z'}"
    cases = f"cases: [{{due: {due}, expect: {expect}}}]"
    tests = read_tests(f"tests: 1\npolicy: shop\n{cases}\n", subject)
    ran = run_tests(subject, tests)
    assert not any(unit.findings for unit in ran.units)
    mutation = run_mutants(subject, [tests], ran.passing, ran.passing_invariants)
    left = [survivor.mutant.message for survivor in mutation.survivors]
    assert ("removed `starts` of `update`" not in left) is killed


@pytest.mark.parametrize(
    ("text", "killed"),
    [
        # A test that names the group still passes, because the grant of `web` names it too.
        ("invariants: [{for: {plan: paid}, require: {channel: [forum, web]}}]", False),
        ("cases: [{channels: {plan: paid, channel: web}, expect: {allowed: true}}]", False),
        ("cases: [{channels: {plan: [paid, free], channel: forum}, expect: {allowed: true}}]",
         False),
        # `pro` and `max` are no longer entitled to `web`.
        ("invariants: [{for: {plan: {not: free}}, require: {channel: [forum, web]}}]", True),
        ("cases: [{channels: {plan: pro, channel: web}, expect: {allowed: true}}]", True),
        # One of two tests is enough.
        ("invariants: [{require: {channel: forum}}, {for: {plan: pro}, require: {channel: web}}]",
         True),
        # `max` is no longer in the group, but entitled to the phone.
        ("cases: [{channels: {plan: {not: paid}, channel: phone}, expect: {allowed: false}}]",
         True),
    ],
)  # fmt: skip
def test_tests_that_name_a_changed_group(text: str, killed: bool) -> None:
    assert GROUP in all_mutants()
    assert (GROUP not in survivors(text)) is killed


@pytest.mark.parametrize(
    "text",
    [
        "invariants: [{for: {plan: pro}, require: {channel: [web, phone]}}]",
        "invariants: [{for: {plan: [free, pro]}, require: {channel: web}}]",
        "cases: [{channels: {plan: [free, pro], channel: web}, expect: {allowed: true}}]",
    ],
)
def test_failing_test_kills_no_mutant(text: str) -> None:
    assert survivors(text, passing=False) == all_mutants()


def test_too_many_mutants_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tests = read_tests(
        "tests: 1\npolicy: shop\ncases: [{channels: {plan: free}, expect: {exactly: forum}}]",
        SUBJECT,
    )
    ran = run_tests(SUBJECT, tests)
    changes = len(all_mutants()) + run_mutants(SUBJECT, [tests], (), ()).invalid
    monkeypatch.setattr("zsupport.suite.mutation.MUTANT_RUNS", MUTANT_RUNS._replace(most=changes))
    # Every mutant counts twice: for itself and for a test.
    with pytest.raises(LimitExceeded, match="too many runs of a test on a mutant: "):
        run_mutants(SUBJECT, [tests], ran.passing, ran.passing_invariants)


def test_suggested_test_names_a_moment_only_if_required() -> None:
    small = (
        "format: 1\npolicy: shop\nplans: {free: Free, pro: Pro}\n"
        "channels: {web: {name: Web, kind: web}}\n"
        "entitlements: [{when: {plan: pro}, allow: web}]\n"
    )

    def suggested(*texts: str) -> list[str]:
        subject = subject_of(*texts)
        left = run_mutants(subject, (), (), ()).survivors
        tests = [test for _, (test, _) in killing_tests(subject, left, 50) if test is not None]
        return [test.text for test in tests if "channels:" in test.text]

    alone = suggested(small)
    assert alone
    assert not any("at:" in text for text in alone)
    # A revision that is no longer in force needs a moment.
    old, new = (f"{small}effective: {{from: {year}-01-01}}\n" for year in (2025, 2026))
    texts = suggested(old, new)
    assert any("at: 2025-" in text for text in texts)
    assert any("at:" not in text for text in texts)
