"""Sets of cases against the plain definition: one case after the other, as answers are given."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_trees import policy_files
from strategies import Document, policies, yaml_of

from zsupport.analysis.decisions import Decisions
from zsupport.analysis.space import Space, TooManyCases, opened, shown, space_of
from zsupport.answer.case import Case, matching
from zsupport.answer.channels import holding
from zsupport.answer.promise import decide
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision
from zsupport.policy.model import Revision

EXAMPLES = settings(max_examples=150, deadline=None)


def loaded(document: Document) -> Revision:
    return load_revision(SourceFile("p.yaml", yaml_of(document).encode(), "sha256:0", "p.yaml"))


def in_order(space: Space) -> Iterator[tuple[int, Case]]:
    """Yield every case with its bit, by walking through the values."""
    for number, values in enumerate(product(*space.values.values())):
        yield 1 << number, dict(zip(space.values, values, strict=True))


def compare(revision: Revision) -> None:
    """Hold every decision over the whole space to the decision in each of its cases."""
    space = space_of(revision)
    decisions = Decisions(revision, space)
    channels = {channel.id: channel for channel in revision.channels}
    for bit, case in in_order(space):
        who = {name: value for name, value in case.items() if name != "channel"}
        held = [each.grant for each in holding(revision, who, case["channel"])]
        for grant, cases in zip(revision.grants, decisions.grants, strict=True):
            assert bool(cases & bit) is (grant in held)
        assert bool(decisions.allowed & bit) is bool(held)
        entitled = bool(held) and channels[case["channel"]].opens_case
        assert bool(decisions.entitled & bit) is entitled

        def inside(hours: str, case: Case = case) -> bool:
            return case[opened(hours)] == "inside"

        for metric, targets in decisions.by_metric():
            deciding = decide(revision, case, metric.id, inside) if entitled else None
            decided = [each for each in targets.stated if each.decides & bit]
            assert bool(targets.unstated & bit) is (entitled and deciding is None)
            if deciding is None:
                assert decided == []
                continue
            assert [each.cell for each in decided] == [deciding.cell]
            assert revision.rules[decided[0].rule] == deciding.rule
            for each in targets.stated:
                rule = revision.rules[each.rule]
                states = each.cell in (
                    rule.cells[metric.id].get("*"),
                    rule.cells[metric.id].get(case.get("priority", "")),
                )
                matches = states and bool(matching(rule.when, case, inside))
                assert bool(each.matches & bit) is matches
        lists: list[tuple[list[Any], tuple[Any, ...]]] = [
            (decisions.commitments(), revision.commitments)
        ]
        lists += [(decisions.calendars(name), each) for name, each in revision.hours.items()]
        for decides, entries in lists:
            first = next((each for each in entries if matching(each.when, case)), None)
            assert [each for each, cases in decides if cases & bit] == ([first] if first else [])


@EXAMPLES
@given(policies())
def test_sets_of_cases_decide_as_one_case_after_the_other(document: Document) -> None:
    compare(loaded(document))


# The policy of the tests has 53,760 cases, too many to go through one by one.
SHIPPED = [path for path in policy_files() if path.stem != "acme"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_sets_of_cases_decide_as_the_shipped_policies_do(path: Path) -> None:
    compare(load_revision(SourceFile(path.name, path.read_bytes(), "sha256:0", path.name)))


# -- the space itself ----------------------------------------------------------------------------

dimensions = st.dictionaries(
    st.sampled_from(["plan", "role", "priority", "topic", "opened office"]),
    st.integers(0, 4).map(lambda n: tuple(f"v{i}" for i in range(n))),
)


@given(dimensions, st.data())
def test_a_set_knows_its_cases(values: dict[str, tuple[str, ...]], data: st.DataObject) -> None:
    space = Space(values)
    every = list(in_order(space))
    assert space.size == len(every)
    chosen = data.draw(st.integers(0, space.every))
    cases = [case for bit, case in every if chosen & bit]
    assert list(space.cases(chosen)) == cases
    for name in values:
        assert space.met(name, chosen) == tuple(
            value for value in values[name] if any(case[name] == value for case in cases)
        )
        others = [{n: v for n, v in case.items() if n != name} for case in cases]
        wider = space.for_some(name, chosen)
        for bit, case in every:
            rest = {n: v for n, v in case.items() if n != name}
            assert bool(wider & bit) is (rest in others)
        for value in values[name]:
            seen = space.seen_from(name, value, chosen)
            assert list(space.cases(seen)) == [
                {**case, name: values[name][0]} for case in cases if case[name] == value
            ]
            assert space.back_to(name, value, seen) == chosen & space.of(name, value)
    assert space.every_met(chosen) == {name: space.met(name, chosen) for name in space.values}
    if chosen:
        assert space.first(chosen) == cases[0]


def test_a_value_that_no_dimension_has_stands_in_no_case() -> None:
    space = Space({"plan": ("free", "pro"), "role": ()})
    assert space.values == {"plan": ("free", "pro")}
    assert space.of("plan", "gold") == space.of("role", "owner") == space.of("fact", "x") == 0


def test_more_cases_than_can_be_looked_at_are_refused() -> None:
    values = tuple(str(n) for n in range(300))
    with pytest.raises(TooManyCases) as caught:
        Space({"a": values, "b": values, "c": values})
    assert caught.value.count == 27_000_000


def test_a_case_is_shown_as_options_name_it() -> None:
    case = {"plan": "pro", "opened office": "outside", "opened night": "inside"}
    assert shown(case) == {"plan": "pro", "opened": "outside office and inside night"}
    assert shown({"plan": "pro"}) == {"plan": "pro"}


def test_the_members_of_a_union_are_counted_for_its_own_cases_only() -> None:
    document: Document = {
        "format": "1",
        "policy": "p",
        "plans": {"a": "A", "b": "B"},
        "channels": {"web": {"name": "Web", "kind": "web"}},
        "entitlements": [{"allow": "web"}],
        "hours": {
            "day": {"open": "mon-fri 09:00-17:00"},
            "late": {"open": "mon-fri 17:00-20:00"},
            "desk": [{"when": {"plan": "a"}, "any": ["day"]}, {"any": ["day", "late"]}],
        },
    }
    revision = loaded(document)
    decisions = Decisions(revision, space_of(revision))
    plans = [decisions.space.of("plan", plan) for plan in ("a", "b")]
    for asked in (decisions.space.every, *plans):
        parts = decisions.counted("desk", asked)
        found = [(len(each.calendars), cases) for each, cases in parts]
        assert found == [
            (members, plan & asked)
            for members, plan in zip((1, 2), plans, strict=True)
            if plan & asked
        ]
