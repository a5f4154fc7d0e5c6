"""Priorities that depend on facts, and conditions whose order has no effect.

The guide `entitlements` defines both. The expected answers are worked out by hand.
"""

from datetime import UTC, datetime
from itertools import permutations, product
from pathlib import Path
from typing import Any

import pytest
import yaml

import zsupport
from zsupport.answer.case import Query, facts_in_order
from zsupport.answer.dimensions import dimensions
from zsupport.answer.facts import PrioritiesByFacts
from zsupport.errors import LimitExceeded, UsageError

#: Monday 23 November 2026, 10:00 UTC.
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
BASE: dict[str, Any] = {
    "format": 1,
    "policy": "p",
    "plans": {"a": "A", "b": "B"},
    "facts": {"type": {"ask": "What kind?", "values": {"bug": "Bug", "feature": "Feature"}}},
    "channels": {"web": {"name": "Web", "kind": "web"}, "chat": {"name": "Chat", "kind": "chat"}},
    "priorities": [{"id": "L1", "when": {"type": "bug"}}, {"id": "L3"}],
    "entitlements": [{"allow": "web"}, {"when": {"priority": "L3"}, "allow": "chat"}],
    "targets": [{"first-response": {"L1": "1h", "L3": "3h"}}],
}


@pytest.fixture
def load_policy(tmp_path: Path) -> Any:
    """Return a function that loads BASE with other values of some sections."""

    def load(**sections: Any) -> zsupport.Policy:
        path = tmp_path / "p.yaml"
        path.write_bytes(text_of(sections))
        return zsupport.load(path, cache=False)

    return load


def text_of(sections: dict[str, Any]) -> bytes:
    """Return the text of BASE with other values of some sections. Empty sections are omitted."""
    sections = {name: item for name, item in {**BASE, **sections}.items() if item}
    return yaml.safe_dump(sections, sort_keys=False).encode()


def due(policy: zsupport.Policy, **question: Any) -> list[tuple[Any, ...]]:
    answers = policy.due(opened=MONDAY, at=MONDAY, **question).answers
    return [(row.priority, row.state, row.due and row.due.hour) for row in answers]


def allowed(policy: zsupport.Policy, **question: Any) -> list[str]:
    answers = policy.channels(at=MONDAY, **question).answers
    return [row.channel for row in answers if row.allowed]


def codes(answers: Any) -> list[str]:
    return [warning.code for warning in answers.warnings]


# -- priorities that depend on facts ---------------------------------------------------------------


def test_stated_facts_restrict_the_priorities_that_are_open(load_policy: Any) -> None:
    policy = load_policy()
    assert allowed(policy, plan="a", fact={"type": "bug"}) == ["web"]
    assert allowed(policy, plan="a", fact={"type": "feature"}) == ["web", "chat"]
    assert due(policy, plan="a", fact={"type": "feature"}) == [("L3", "running", 13)]
    assert due(policy, plan="a", fact={"type": "bug"}) == [("L1", "running", 11)]
    assert due(policy, plan="a") == [("L1", "running", 11), ("L3", "running", 13)]


def test_a_channel_is_answered_only_for_the_open_priorities(load_policy: Any) -> None:
    [chat] = load_policy().channels(plan="a", channel="chat", at=MONDAY).answers
    assert chat.only_when == {"priority": ["L3"]}
    facts = {"type": "feature"}
    [chat] = load_policy().channels(plan="a", channel="chat", fact=facts, at=MONDAY).answers
    assert chat.only_when is None


def test_a_stated_priority_overrides_the_facts_with_a_warning(load_policy: Any) -> None:
    policy = load_policy()
    answers = policy.due(plan="a", priority="L3", fact={"type": "bug"}, opened=MONDAY, at=MONDAY)
    assert [(row.priority, row.state) for row in answers.answers] == [("L3", "running")]
    assert [w.message for w in answers.warnings] == [
        "the facts lead to L1, not L3; the stated priority is used"
    ]
    assert allowed(policy, plan="a", priority="L3", fact={"type": "bug"}) == ["web", "chat"]
    # Facts that lead to the stated priority do not contradict it.
    agreeing = policy.due(plan="a", priority="L1", fact={"type": "bug"}, opened=MONDAY, at=MONDAY)
    assert codes(agreeing) == []


def test_an_assumed_default_does_not_restrict_priorities(load_policy: Any) -> None:
    # No target depends on the fact, so it belongs to no case, and both priorities are open.
    facts = {"type": {"values": {"bug": "Bug", "feature": "Feature"}, "default": "bug"}}
    policy = load_policy(facts=facts)
    assert due(policy, plan="a") == [("L1", "running", 11), ("L3", "running", 13)]
    assert allowed(policy, plan="a") == ["web", "chat"]


def test_a_default_that_excludes_the_priority_of_a_row_is_not_assumed(load_policy: Any) -> None:
    facts = {
        "type": {
            "values": {"bug": "Bug", "feature": "Feature", "idea": "Idea"},
            "default": "bug",
        }
    }
    targets = [
        {"when": {"type": "idea"}, "first-response": {"L3": "9h"}},
        {"first-response": {"L1": "1h", "L3": "3h"}},
    ]
    answers = load_policy(facts=facts, targets=targets).due(plan="a", opened=MONDAY, at=MONDAY)
    rows = [(row.priority, dict(row.facts), row.target) for row in answers.answers]
    # A bug is never L3, so the rows of L3 have the two values that lead to L3.
    assert rows == [
        ("L1", {"type": "bug"}, "1h"),
        ("L3", {"type": "feature"}, "3h"),
        ("L3", {"type": "idea"}, "9h"),
    ]
    assert answers.columns == ("priority", "type")


def test_defaults_that_together_exclude_a_priority_are_not_assumed() -> None:
    # x=true with y=true leads to P1, so P2 has the three other combinations.
    policy = _revision(
        facts={name: {"default": "true"} for name in ("x", "y", "z")},
        priorities=[{"id": "P1", "when": {"x": "true", "y": "true"}}, {"id": "P2"}],
    )
    names = {"priority", "x", "y", "z"}
    result = [*dimensions(policy, Query(priority="P2"), names).cases()]
    assert len(result) == 3
    assert all(case["z"] == "true" for case in result)
    assert {(case["x"], case["y"]) for case in result} == {
        ("false", "false"), ("false", "true"), ("true", "false"),
    }  # fmt: skip
    assumed = {"x": "true", "y": "true", "z": "true"}
    first = [*dimensions(policy, Query(priority="P1"), names).cases()]
    assert first == [{"priority": "P1", **assumed}]


#: Only bugs lead to a priority. Hours and terms depend on the type.
ONLY_BUGS: dict[str, Any] = {
    "priorities": [{"id": "L1", "when": {"type": "bug"}}],
    "entitlements": [
        {"when": {"type": "bug"}, "allow": "web", "hours": "desk"},
        {"when": {"type": "feature"}, "allow": "web", "hours": "24x7"},
    ],
    "hours": {"desk": {"timezone": "UTC", "open": "mon-fri 12:00-17:00"}},
    "terms": {"size": [{"when": {"type": "feature"}, "say": "Small."}, {"say": "Any."}]},
}


@pytest.mark.parametrize("target", ["1h", {"L1": "1h"}])
def test_a_value_that_leads_to_no_priority_gets_no_row(load_policy: Any, target: Any) -> None:
    policy = load_policy(**ONLY_BUGS, targets=[{"first-response": target}])
    assert [row.state for row in policy.due(opened=MONDAY, at=MONDAY)] == ["running"]
    # A bug has the hours of the desk. A feature (24x7) leads to no priority and has no row.
    hours = policy.hours(plan="a", channel="web", at=MONDAY)
    assert [(row.facts, row.state, row.hours) for row in hours] == [({}, "closed", "desk")]


@pytest.mark.parametrize("target", ["1h", {"L1": "1h"}])
def test_stated_facts_that_lead_to_no_priority_get_a_denial(load_policy: Any, target: Any) -> None:
    policy = load_policy(**ONLY_BUGS, targets=[{"first-response": target}])
    fact = {"type": "feature"}
    [row] = policy.due(fact=fact, opened=MONDAY, at=MONDAY)
    assert (row.priority, row.state) == (None, "not-stated")
    for answers in (policy.hours(plan="a", channel="web", fact=fact, at=MONDAY),
                    policy.channels(channel="web", fact=fact, at=MONDAY)):  # fmt: skip
        [row] = answers
        assert [place.path for place in row.because] == ["priorities[0]"]
    [row] = policy.terms(fact=fact, at=MONDAY)
    assert row.text == "Small."


def test_channels_and_terms_name_facts_that_lead_to_no_priority(load_policy: Any) -> None:
    policy = load_policy(**ONLY_BUGS, targets=[{"first-response": "1h"}])
    channels = policy.channels(channel="web", at=MONDAY)
    assert [(row.facts, row.allowed) for row in channels] == [
        ({"type": "bug"}, True),
        ({"type": "feature"}, False),
    ]
    terms = policy.terms(at=MONDAY)
    assert [(row.facts, row.text) for row in terms] == [
        ({"type": "bug"}, "Any."),
        ({"type": "feature"}, "Small."),
    ]


def test_facts_that_no_priority_names_are_not_enumerated(load_policy: Any) -> None:
    facts = {f"f{i}": {"ask": "?", "values": dict.fromkeys("abcdefghi", "x")} for i in range(9)}
    facts["type"] = {**BASE["facts"]["type"], "default": "bug"}
    grants = [{"when": {name: "a"}, "allow": "web"} for name in facts if name != "type"]
    policy = load_policy(
        facts=facts, entitlements=[*grants, {"when": {"type": "bug"}, "allow": "chat"}]
    )
    with pytest.raises(LimitExceeded, match="rows"):
        policy.due(plan="a", opened=MONDAY, at=MONDAY)


def test_a_default_that_excludes_every_priority_is_not_assumed(load_policy: Any) -> None:
    # A bug leads to a priority only if it is big, so the default of `big` is not assumed for bugs.
    facts = {**BASE["facts"], "big": {"default": "false"}}
    priorities = [
        {"id": "L1", "when": {"type": "bug", "big": "true"}},
        {"id": "L3", "when": {"type": "feature"}},
    ]
    entitlements = [
        {"when": {"type": ["bug", "feature"], "big": size}, "allow": "web", "hours": size}
        for size in SIZES
    ]
    hours = {size: {"timezone": "UTC", "open": open} for size, open in SIZES.items()}
    policy = load_policy(facts=facts, priorities=priorities, entitlements=entitlements, hours=hours)
    answers = policy.hours(plan="a", channel="web", at=MONDAY)
    assert [(row.facts, row.state) for row in answers] == [
        ({"big": "true"}, "closed"),
        ({"big": "false"}, "open"),
    ]
    assert [w.message for w in answers.warnings] == [
        "big=false is assumed, the default of this fact"
    ]


SIZES = {"true": "mon-fri 12:00-14:00", "false": "mon-fri 09:00-17:00"}


def test_channels_state_no_default_that_excludes_the_priorities_of_a_row(load_policy: Any) -> None:
    values = {"bug": "Bug", "feature": "Feature"}
    entitlements = [
        {"when": {"type": ["bug", "feature"]}, "allow": "web"},
        {"when": {"priority": "L3"}, "allow": "chat", "hours": "desk"},
        {"when": {"priority": "L1"}, "allow": "phone", "hours": "desk"},
    ]
    phone = {"phone": {"name": "Phone", "kind": "phone"}, "mail": {"name": "Mail", "kind": "email"}}
    desk = [
        {"when": {"type": "bug"}, "open": "mon 09:00-10:00", "note": "Of bugs."},
        {"open": "tue 09:00-10:00", "note": "Of anything else."},
    ]
    changed = {
        "channels": {**BASE["channels"], **phone},
        "entitlements": entitlements,
        "hours": {"desk": desk},
    }
    facts = {"type": {"values": values, "default": "bug"}}
    answers = load_policy(**changed, facts=facts).channels(plan="a", at=MONDAY)
    # Bugs are L1 and features L3. Both may use `web`, and only features may use `chat`.
    assert [(row.channel, row.facts, row.note) for row in answers] == [
        ("web", {}, None),
        ("chat", {"type": "feature"}, "Of anything else."),
        ("phone", {"type": "bug"}, "Of bugs."),
        ("mail", {}, None),  # not granted
    ]
    # If several values remain, no value is stated.
    values["idea"] = "Idea"
    facts = {"type": {"values": values, "default": "bug"}}
    answers = load_policy(**changed, facts=facts).channels(plan="a", channel="chat", at=MONDAY)
    assert [row.facts for row in answers] == [{}]
    answers = load_policy(**changed, facts=facts).channels(plan="a", priority="L1", at=MONDAY)
    assert [row.facts for row in answers] == [{"type": "bug"}] * 4


def test_a_default_that_changes_no_channel_is_not_a_column(
    load_policy: Any,
) -> None:
    values = {"bug": "Bug", "feature": "Feature", "idea": "Idea"}
    policy = load_policy(
        facts={"type": {"values": values, "default": "bug"}},
        entitlements=[{"when": {"type": ["bug", "feature", "idea"]}, "allow": "web"}],
    )
    # L3 is a feature or an idea, and both may use the web form.
    answers = policy.channels(plan="a", priority="L3", at=MONDAY)
    assert answers.columns == ("channel",)
    assert [(row.channel, row.allowed, row.facts) for row in answers] == [
        ("web", True, {}), ("chat", False, {}),
    ]  # fmt: skip


def test_a_default_that_excludes_every_priority_is_not_reported_as_assumed(
    load_policy: Any,
) -> None:
    values = {"bug": "Bug", "feature": "Feature", "idea": "Idea"}
    policy = load_policy(
        facts={"type": {"values": values, "default": "bug"}},
        entitlements=[{"allow": "web"}, {"when": {"type": "idea"}, "allow": "chat"}],
        targets=[
            {"when": {"type": "idea"}, "first-response": "9h"},
            {"first-response": {"L1": "1h", "L3": "3h"}},
        ],
    )
    for priority, assumed in (("L1", False), ("L3", False), (None, True)):
        channels = policy.channels(plan="a", priority=priority, at=MONDAY)
        due = policy.due(plan="a", priority=priority, opened=MONDAY, at=MONDAY)
        # Only bugs are L1. L3 is a feature or an idea.
        codes = [warning.code for warning in channels.warnings]
        assert ("default-fact" in codes) is assumed, (priority, channels.warnings)
        assert not [item for item in due.warnings if item.code == "default-fact"] or assumed
    # The rows of L3 state the value of the fact.
    rows = policy.channels(plan="a", priority="L3", at=MONDAY)
    assert [(row.facts["type"], row.channel) for row in rows if row.allowed] == [
        ("feature", "web"), ("idea", "web"), ("idea", "chat"),
    ]  # fmt: skip


def test_facts_that_lead_to_no_priority_have_a_row_without_a_priority(load_policy: Any) -> None:
    policy = load_policy(
        priorities=[{"id": "L1", "when": {"type": "bug"}}],
        entitlements=[{"when": {"plan": "a"}, "allow": ["web", "chat"]}],
        targets=[{"first-response": {"L1": "1h"}}],
    )
    facts = {"type": "feature"}
    rows = policy.due(fact=facts, opened=MONDAY, at=MONDAY)
    assert [(row.plan, row.priority, row.state) for row in rows.answers] == [
        ("a", None, "not-stated"),
        ("b", None, "not-entitled"),
    ]
    assert rows.columns == ("plan", "priority")
    assert [place.path for place in rows.answers[0].because] == ["priorities[0]"]
    channels = policy.channels(fact=facts, at=MONDAY)
    assert not any(row.allowed for row in channels.answers)
    assert {row.because for row in channels.answers} == {rows.answers[0].because}


@pytest.mark.parametrize(
    "priorities", [[{"id": "L1"}, {"id": "L3"}], []], ids=["without-when", "none"]
)
def test_facts_without_effect_on_priorities_decide_no_priority(
    load_policy: Any, priorities: list[dict[str, str]]
) -> None:
    changed = {"targets": [{"first-response": "1h"}], "entitlements": [{"allow": "web"}]}
    answers = load_policy(priorities=priorities, **changed).priority(
        fact={"type": "bug"}, at=MONDAY
    )
    assert [row.priority for row in answers.answers] == [None]


def test_facts_decide_no_priority_at_gitlab(cli: Any) -> None:
    run = cli("priority", "--policy", "gitlab", "--fact", "topic=billing")
    assert (run.code, run.stdout) == (1, "")
    assert run.stderr == ("zsupport: not stated: this policy does not define priorities by facts\n")


def test_without_a_revision_in_force_there_is_no_priority(load_policy: Any) -> None:
    policy = load_policy(effective={"from": "2026-01-01", "last_day": "2026-06-30"})
    for at in (MONDAY, datetime(2025, 1, 1, tzinfo=UTC)):
        answers = policy.priority(fact={"type": "bug"}, at=at)
        assert [row.priority for row in answers.answers] == [None]
        assert policy.priority(at=at).answers == ()
        assert not answers.in_force


def test_open_priorities_agree_with_every_combination_of_facts() -> None:
    """Compare the sets of combinations with a loop over all combinations."""
    values = {"x": ("1", "2"), "y": ("1", "2", "3"), "z": ("1", "2")}
    priorities = [
        {"id": "P1", "when": [{"x": "1", "y": ["1", "2"]}, {"z": "2", "y": "3"}]},
        {"id": "P2", "when": {"y": {"not": "1"}, "x": "1"}},
        {"id": "P3", "when": {"z": "1"}},
    ]
    facts = {name: {"values": {v: v for v in value}} for name, value in values.items()}
    revision = _revision(facts=facts, priorities=priorities)

    def leads_to(case: dict[str, str]) -> str | None:
        x, y, z = case["x"], case["y"], case["z"]
        if (x == "1" and y in "12") or (z == "2" and y == "3"):
            return "P1"
        if y != "1" and x == "1":
            return "P2"
        return "P3" if z == "1" else None

    cases = [dict(zip(values, item, strict=True)) for item in product(*values.values())]
    choices = [(None, *entry) for entry in values.values()]
    checked = 0
    for chosen in product(*choices):
        stated = {n: v for n, v in zip(values, chosen, strict=True) if v is not None}
        expected = {leads_to(c) for c in cases if stated.items() <= c.items()} - {None}
        assert set(PrioritiesByFacts(revision, stated).open) == expected
        # The result is the same if the facts are stated later.
        later = PrioritiesByFacts(revision, {})
        assert {p for p in ("P1", "P2", "P3") if not later.excludes(p, stated)} == expected
        checked += 1
    assert checked == 36


def test_too_many_combinations_of_facts_are_refused(load_policy: Any) -> None:
    facts = {f"f{i}": {"values": {str(v): str(v) for v in range(40)}} for i in range(5)}
    when = dict.fromkeys(facts, "1")
    revision = _revision(facts=facts, priorities=[{"id": "P1", "when": when}])
    with pytest.raises(LimitExceeded, match=r"too many combinations of the facts.*: 2,560,000"):
        PrioritiesByFacts(revision, {})
    stated = {f"f{i}": "1" for i in range(4)}
    assert PrioritiesByFacts(revision, stated).open == ("P1",)


def test_facts_that_no_priority_names_do_not_add_combinations() -> None:
    values = {str(v): str(v) for v in range(40)}
    facts = {f"f{i}": {"ask": "Which?", "values": values} for i in range(5)}
    revision = _revision(facts={**facts, **BASE["facts"]})
    assert PrioritiesByFacts(revision, {}).open == ("L1", "L3")


def test_facts_that_contradict_each_other_lead_to_no_priority() -> None:
    stated = PrioritiesByFacts(_revision(), {"type": "bug"})
    assert stated.excludes("L1", {"type": "feature"})
    assert stated.excludes("L3", {"type": "feature"})


def test_an_unknown_value_is_the_only_error(load_policy: Any) -> None:
    with pytest.raises(UsageError) as caught:
        load_policy().due(fact={"type": "bug", "TYPE": "idea"}, opened=MONDAY, at=MONDAY)
    assert str(caught.value) == "unknown value `idea` of `type`; values: bug, feature"
    with pytest.raises(UsageError, match="`type` is given twice: bug and feature"):
        load_policy().due(fact={"type": "bug", "TYPE": "feature"}, opened=MONDAY, at=MONDAY)


def _revision(**sections: Any) -> Any:
    from zsupport.policy.files import SourceFile
    from zsupport.policy.loader import load_revision

    data = text_of({"entitlements": [{"allow": "web"}], "targets": [], **sections})
    return load_revision(SourceFile("p.yaml", data, "", "p.yaml"))


# -- conditions whose order has no effect ----------------------------------------------------------

HOURS = {
    "site": {"timezone": "customer", "open": "mon-fri 09:00-17:00"},
    "desk": {"timezone": "UTC", "open": "mon-fri 09:00-17:00"},
}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_alternatives_has_no_effect(load_policy: Any, order: tuple[int, ...]) -> None:
    alternatives = [{"opened": "inside site"}, {"plan": "a", "note": "A"}, {"plan": "b"}]
    when = [alternatives[place] for place in order]
    policy = load_policy(hours=HOURS, priorities=[], entitlements=[{"allow": "web"}],
                   targets=[{"when": when, "first-response": "1h"}])  # fmt: skip
    for plan, note in (("a", "A"), ("b", None)):
        answers = policy.due(plan=plan, opened=MONDAY, at=MONDAY)
        assert [(row.state, row.note) for row in answers.answers] == [("running", note)]
        assert codes(answers) == []


def test_input_is_required_only_if_no_alternative_matches(load_policy: Any) -> None:
    when = [{"opened": "inside site"}, {"plan": "a"}]
    policy = load_policy(hours=HOURS, priorities=[], entitlements=[{"allow": "web"}],
                   targets=[{"when": when, "first-response": "1h"},
                            {"first-response": "2h"}])  # fmt: skip
    [row] = policy.due(plan="b", opened=MONDAY, at=MONDAY).answers
    assert row.state == "needs-input"
    [row] = policy.due(plan="b", opened=MONDAY, at=MONDAY, customer_tz="UTC").answers
    assert row.target == "1h"
    # 10:00 UTC is 05:00 in New York, outside the hours, so the next rule decides.
    [row] = policy.due(plan="b", opened=MONDAY, at=MONDAY, customer_tz="America/New_York").answers
    assert row.target == "2h"


def test_the_remarks_of_all_alternatives_that_match_belong_to_the_answer(load_policy: Any) -> None:
    when = [{"plan": "a", "note": "One."}, {"plan": ["a", "b"], "note": "Two."}]
    policy = load_policy(priorities=[], entitlements=[{"when": when, "allow": "web"}],
                   targets=[{"when": when[::-1], "first-response": "1h"}])  # fmt: skip
    [row] = policy.due(plan="a", opened=MONDAY, at=MONDAY).answers
    assert set((row.note or "").split("\n")) == {"One.", "Two."}
    [row] = policy.channels(plan="a", channel="web", at=MONDAY).answers
    assert set((row.note or "").split("\n")) == {"One.", "Two."}
    assert [reason.path for reason in row.because] == [
        "entitlements[0]", "entitlements[0].when[0]", "entitlements[0].when[1]",
    ]  # fmt: skip


def test_an_alternative_that_names_hours_without_a_calendar_does_not_match(
    load_policy: Any,
) -> None:
    hours = {"desk": [{"when": {"plan": "a"}, "open": "mon-fri 09:00-17:00"}]}
    targets = [
        {"when": [{"opened": "inside desk"}, {"opened": "outside desk"}], "first-response": "1h"},
        {"first-response": "2h"},
    ]
    policy = load_policy(
        hours=hours, priorities=[], entitlements=[{"allow": "web"}], targets=targets
    )
    assert [row.target for row in policy.due(opened=MONDAY, at=MONDAY).answers] == ["1h", "2h"]


def test_recommendations_are_merged_in_written_order(load_policy: Any) -> None:
    channels = {name: {"name": name, "kind": "web"} for name in ("web", "chat", "mail", "phone")}
    policy = load_policy(
        channels=channels, priorities=[], targets=[{"first-response": "1h"}],
        entitlements=[
            {"allow": list(channels)},
            {"recommend": ["phone", "mail"]},
            {"recommend": ["mail", "chat"]},
        ],
    )  # fmt: skip
    answers = policy.channels(plan="a", at=MONDAY).answers
    ranks = {row.channel: row.recommended for row in answers}
    assert ranks == {"phone": 1, "mail": 2, "chat": 3, "web": None}


def test_remarks_of_a_recommendation_belong_to_answers_where_it_always_applies(
    load_policy: Any,
) -> None:
    policy = load_policy(
        priorities=[{"id": "P1"}, {"id": "P2"}],
        targets=[{"first-response": "1h"}],
        entitlements=[
            {"allow": ["web", "chat"]},
            {"when": {"priority": "P1"}, "recommend": ["chat"], "note": "Chat first."},
        ],
    )
    for priority, item in ((None, (None, None)), ("P1", (1, "Chat first.")), ("P2", (None, None))):
        [row] = policy.channels(plan="a", channel="chat", priority=priority, at=MONDAY).answers
        assert (row.recommended, row.note) == item


# -- columns -------------------------------------------------------------------------------------


def test_columns_do_not_depend_on_the_moment(load_policy: Any) -> None:
    """For some moments, the targets of both facts are due at the same instant."""
    targets = [
        {"when": {"type": "bug"}, "hours": "desk", "first-response": "1 business hour"},
        {"hours": "desk", "first-response": "next business day"},
    ]
    policy = load_policy(
        hours=HOURS, priorities=[], entitlements=[{"allow": "web"}], targets=targets
    )
    moments = [MONDAY.replace(hour=hour) for hour in (3, 10, 16, 20)]
    columns = {policy.due(plan="a", opened=at, at=at).columns for at in moments}
    assert columns == {("type",)}


def test_the_number_of_grants_does_not_add_a_column(load_policy: Any) -> None:
    grants = [{"allow": ["web", "chat"]}, {"allow": "web"}]
    policy = load_policy(priorities=[], entitlements=grants, targets=[{"first-response": "1h"}])
    answers = policy.due(plan="a", opened=MONDAY, at=MONDAY)
    assert (answers.columns, len(answers.answers)) == ((), 1)


def test_a_rule_below_a_deciding_rule_does_not_add_a_column(load_policy: Any) -> None:
    targets = [{"first-response": "1h"}, {"when": {"type": "bug"}, "first-response": "2h"}]
    policy = load_policy(priorities=[], entitlements=[{"allow": "web"}], targets=targets)
    answers = policy.due(plan="a", opened=MONDAY, at=MONDAY)
    assert (answers.columns, [row.target for row in answers.answers]) == ((), ["1h"])


def test_inside_and_outside_do_not_change_the_columns(load_policy: Any) -> None:
    targets = [
        {"when": {"type": "bug", "opened": "outside desk"}, "first-response": "1h"},
        {"first-response": "4h"},
    ]
    policy = load_policy(
        hours=HOURS, priorities=[], entitlements=[{"allow": "web"}], targets=targets
    )
    for hour, expected in ((10, ["4h", "4h"]), (20, ["1h", "4h"])):
        at = MONDAY.replace(hour=hour)
        answers = policy.due(plan="a", opened=at, at=at)
        assert answers.columns == ("type",)
        assert [row.target for row in answers.answers] == expected
    channels = {
        policy.channels(plan="a", at=at).columns for at in (MONDAY, MONDAY.replace(year=1980))
    }
    assert channels == {("channel",)}


def test_an_assumed_fact_is_reported_if_another_value_changes_an_answer(load_policy: Any) -> None:
    facts = {"type": {"values": {"bug": "Bug", "feature": "Feature"}, "default": "bug"}}
    targets = [
        {"when": {"plan": "a", "type": "feature"}, "first-response": "9h"},
        {"first-response": "3h"},
    ]
    policy = load_policy(
        facts=facts, priorities=[], entitlements=[{"allow": "web"}], targets=targets
    )
    assert codes(policy.due(plan="a", opened=MONDAY, at=MONDAY)) == ["default-fact"]
    assert codes(policy.due(plan="b", opened=MONDAY, at=MONDAY)) == []
    assert codes(policy.due(opened=MONDAY, at=MONDAY)) == ["default-fact"]


@pytest.mark.parametrize("members", list(permutations(["site", "desk"])))
def test_a_union_is_open_if_a_known_member_is_open(load_policy: Any, members: list[str]) -> None:
    policy = load_policy(
        hours={**HOURS, "both": {"any": list(members)}}, priorities=[],
        entitlements=[{"allow": "web"}],
        targets=[{"when": {"opened": "inside both"}, "first-response": "1h"},
                 {"first-response": "2h"}],
    )  # fmt: skip
    [row] = policy.due(plan="a", opened=MONDAY, at=MONDAY).answers
    assert (row.state, row.target) == ("running", "1h")
    evening = MONDAY.replace(hour=20)
    [row] = policy.due(plan="a", opened=evening, at=evening).answers
    assert row.state == "needs-input"


def test_a_union_with_24x7_is_always_open(load_policy: Any) -> None:
    policy = load_policy(
        hours={**HOURS, "all": {"any": ["desk", "24x7"]}}, priorities=[],
        entitlements=[{"allow": "web"}],
        targets=[{"when": {"opened": "outside all"}, "first-response": "1h"},
                 {"first-response": "2h"}],
    )  # fmt: skip
    sunday = MONDAY.replace(day=22)
    [row] = policy.due(plan="a", opened=sunday, at=sunday).answers
    assert row.target == "2h"


# -- several revisions ---------------------------------------------------------------------------


@pytest.fixture
def revisions(tmp_path: Path) -> zsupport.Policy:
    """Return a policy whose first revision has fewer plans and channels, and no roles."""
    old = {
        **BASE, "effective": {"from": "2025-01-01"}, "plans": {"a": "A"},
        "channels": {"web": {"name": "Web", "kind": "web"}},
        "entitlements": [{"allow": "web"}], "targets": [{"first-response": "4h"}],
    }  # fmt: skip
    del old["priorities"], old["facts"]
    new = {
        **BASE, "effective": {"from": "2026-01-01"}, "roles": {"owner": "Owner", "user": "User"},
        "entitlements": [{"when": {"role": "owner"}, "allow": ["web", "chat"]}],
        "targets": [{"when": {"type": "bug"}, "first-response": "1h"}, {"first-response": "2h"}],
        "metrics": [{"id": "first-response"}, {"id": "update"}],
    }  # fmt: skip
    for name, text in (("old.yaml", old), ("new.yaml", new)):
        (tmp_path / name).write_text(yaml.safe_dump(text, sort_keys=False), encoding="utf-8")
    return zsupport.load(tmp_path, cache=False)


#: A moment in the first revision.
BEFORE = datetime(2025, 6, 2, 10, tzinfo=UTC)


def test_a_dimension_that_the_revision_in_force_lacks_is_omitted(
    revisions: zsupport.Policy,
) -> None:
    answers = revisions.channels(plan="a", role="owner", channel="web", at=BEFORE)
    assert [(row.role, row.allowed) for row in answers.answers] == [(None, True)]
    promised = revisions.due(
        plan="a", role="user", priority="L1", fact={"type": "bug"}, opened=BEFORE, at=BEFORE
    )
    assert [(row.role, row.priority, row.target) for row in promised] == [(None, None, "4h")]


def test_a_value_of_another_revision_is_not_entitled(
    revisions: zsupport.Policy,
) -> None:
    assert not any(row.allowed for row in revisions.channels(plan="b", at=BEFORE).answers)
    rows = revisions.due(plan="b", opened=BEFORE, at=BEFORE).answers
    assert {row.state for row in rows} == {"not-entitled"}
    [chat] = revisions.channels(plan="a", channel="chat", at=BEFORE).answers
    assert (chat.channel, chat.allowed) == ("chat", False)
    rows = revisions.due(plan="a", channel="chat", opened=BEFORE, at=BEFORE).answers
    assert {row.state for row in rows} == {"not-entitled"}
    rows = revisions.due(plan="a", metric="update", opened=BEFORE, at=BEFORE).answers
    assert {row.state for row in rows} == {"not-stated"}
    assert {row.state for row in revisions.hours(plan="b", at=BEFORE).answers} == {"not-entitled"}


def test_a_name_that_no_revision_defines_is_unknown(revisions: zsupport.Policy) -> None:
    for question in (
        {"plan": "c"},
        {"role": "boss"},
        {"channel": "fax"},
        {"fact": {"type": "idea"}},
    ):
        with pytest.raises(UsageError):
            revisions.channels(at=BEFORE, **question)


def test_columns_do_not_depend_on_the_revision(revisions: zsupport.Policy) -> None:
    for metric in ((), "all", "update"):
        columns = {
            revisions.due(metric=metric, opened=at, at=at).columns for at in (BEFORE, MONDAY)
        }
        assert len(columns) == 1, columns
    columns = {revisions.channels(at=at).columns for at in (BEFORE, MONDAY)}
    assert columns == {("role", "channel")}


def test_hours_of_opened_that_differ_by_case_distinguish_rows(load_policy: Any) -> None:
    hours = {
        **HOURS,
        "all": [{"when": {"type": "bug"}, "any": ["desk"]}, {"any": ["site"]}],
    }
    policy = load_policy(
        hours=hours, priorities=[], entitlements=[{"allow": "web"}],
        targets=[{"when": {"opened": "inside all"}, "first-response": "1h"}],
    )  # fmt: skip
    answers = policy.due(plan="a", opened=MONDAY, at=MONDAY)
    assert [(row.facts["type"], row.state) for row in answers.answers] == [
        ("bug", "running"),
        ("feature", "needs-input"),
    ]


def test_a_missing_calendar_of_another_case_is_ignored(load_policy: Any) -> None:
    facts = {"type": {"values": {"bug": "Bug", "feature": "Feature"}, "default": "bug"}}
    hours = {"desk": [{"when": {"type": "bug"}, "open": "mon-fri 09:00-17:00"}]}
    policy = load_policy(
        facts=facts, hours=hours, priorities=[], entitlements=[{"allow": "web"}],
        targets=[{"hours": "desk", "first-response": "1 business hour"}],
    )  # fmt: skip
    answers = policy.due(plan="a", opened=MONDAY, at=MONDAY)
    assert [row.state for row in answers.answers] == ["running"]
    assert codes(answers) == ["default-fact"]
    with pytest.raises(zsupport.ZsupportError, match="no calendar"):
        policy.due(plan="a", fact={"type": "feature"}, opened=MONDAY, at=MONDAY)


def test_a_missing_calendar_of_a_rule_that_does_not_decide_is_ignored(load_policy: Any) -> None:
    hours = {**HOURS, "night": [{"when": {"plan": "b"}, "open": "mon-fri 22:00-06:00"}]}
    policy = load_policy(
        hours=hours, priorities=[], entitlements=[{"allow": "web"}],
        targets=[
            {"when": {"opened": "outside desk"}, "hours": "night",
             "first-response": "1 business hour"},
            {"first-response": "2h"},
        ],
    )  # fmt: skip
    assert [row.target for row in policy.due(plan="a", opened=MONDAY, at=MONDAY).answers] == ["2h"]


def test_facts_of_other_revisions_come_last_by_name(load_policy: Any) -> None:
    [revision] = load_policy().revisions
    facts = ["age", "bill", "code", "disk", "edge", "firm", "goal", "host"]
    assert facts_in_order(revision, {*facts, "type", "plan"}) == ["type", *facts]
