"""Case sets, compared with a reference that decides case by case, as answers do."""

from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path as FilePath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_trees import policy_files
from reference.claims import Claims
from reference.definition import Path
from reference.draw import block, draw
from reference.judge import judge

from zsupport.analysis.decisions import Decisions
from zsupport.analysis.moments import decisions_of
from zsupport.analysis.space import crossed, shown_case, space_of
from zsupport.answer.case import Case
from zsupport.answer.space import Cases, Space, union
from zsupport.clock.holidays import public_holidays
from zsupport.errors import LimitExceeded
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision

SEED = 20261129
POLICIES = 60


def cases_in_order(space: Space) -> Iterator[tuple[int, Case]]:
    """Yield every case with its bit, in the order of the values."""
    for number, values in enumerate(product(*space.values.values())):
        yield 1 << number, dict(zip(space.values, values, strict=True))


class Sets:
    """The case sets of the program, from the case numbers of the reference."""

    def __init__(self, claims: Claims, space: Space) -> None:
        self.claims = claims
        bits = {tuple(case.values()): bit for bit, case in cases_in_order(space)}
        #: The bit of each case of the reference; the space has no facts that decide nothing.
        self.bits = [bits[tuple(case[name] for name in space.values)] for case in claims.cases]

    def of(self, numbers: Iterable[int]) -> Cases:
        """Return the set of cases with these numbers."""
        result = 0
        for number in numbers:
            result |= self.bits[number]
        return result


def compare(text: str) -> int:
    """Compare the decisions of a policy with the reference; return the number of cases."""
    revision = load_revision(SourceFile("p.yaml", text.encode(), "sha256:0", "p.yaml"))
    space = space_of(revision)
    decisions = decisions_of(revision, space, public_holidays)
    claims = Claims(judge(text))
    sets = Sets(claims, space)
    assert decisions.existing == sets.of(claims.existing)
    grants = claims.reference.entries("entitlements")
    assert decisions.grants == [sets.of(claims.decides(path)) for path in grants]
    assert decisions.allowed == sets.of(claims.allowed)
    assert decisions.entitled == sets.of(claims.entitled)
    for metric, targets in decisions.by_metric():
        cells = [cell for cell in claims.cells() if cell[2] == metric.id]
        deciding = {
            cell: sets.of(n for n, t in claims.targets[metric.id].items() if t.cell == cell)
            for cell in cells
        }
        matching = {
            cell: sets.of(claims.matches(cell[:2]) & claims.stated(cell) & claims.entitled)
            for cell in cells
        }
        unstated = (n for n, t in claims.targets[metric.id].items() if t.cell is None)
        assert targets.unstated == sets.of(unstated)
        set_deciding, set_matching = dict.fromkeys(cells, 0), dict.fromkeys(cells, 0)
        for item in targets.stated:
            key = () if item.cell.key == "*" else (item.cell.key,)
            cell = ("targets", item.rule, metric.id, *key)
            set_deciding[cell] |= item.decides
            set_matching[cell] |= item.matches
        assert set_deciding == deciding
        assert set_matching == matching
    for name, calendars in revision.hours.items():
        paths = claims.lists.get(f"hours.{name}", [("hours", name)])
        decided: dict[Path, Cases] = {}
        for calendar, cases in decisions.calendars(name):
            (place,) = (n for n, value in enumerate(calendars) if value is calendar)
            decided[paths[place]] = cases
        result = {path: claims.decides(path) for path in paths}
        if len(paths[0]) == 2:
            result = {paths[0]: claims.matches(paths[0]) & claims.existing}
        assert {path: cases for path, cases in decided.items() if cases} == {
            path: sets.of(numbers) for path, numbers in result.items() if numbers
        }
    paths = claims.lists.get("commitment", [])
    result = {path: claims.decides(path) for path in paths}
    decided = dict.fromkeys(paths, 0)
    for commitment, cases in decisions.commitments() if paths else ():
        (place,) = (n for n, entry in enumerate(revision.commitments) if entry is commitment)
        decided[paths[place]] |= cases
    assert decided == {path: sets.of(numbers) for path, numbers in result.items()}
    return len(claims.cases)


def test_case_sets_agree_with_single_cases() -> None:
    assert sum(compare(block(draw(SEED, number)[0])) for number in range(POLICIES)) > 10_000


# The policy of the tests has 53,760 cases, too many to go through one by one.
SHIPPED = [path for path in policy_files() if path.stem != "acme"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_case_sets_agree_with_shipped_policies(path: FilePath) -> None:
    assert compare(path.read_text("utf-8")) > 1


# -- the space itself ----------------------------------------------------------------------------

dimensions = st.dictionaries(
    st.sampled_from(["plan", "role", "priority", "topic", "opened office"]),
    st.integers(0, 4).map(lambda n: tuple(f"v{i}" for i in range(n))),
)


@given(dimensions, st.data())
def test_a_case_set_lists_its_cases(
    values: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    space = Space(values)
    every = list(cases_in_order(space))
    assert space.size == len(every)
    chosen = data.draw(st.integers(0, space.every))
    cases = [case for bit, case in every if chosen & bit]
    assert list(space.cases(chosen)) == cases
    for name in values:
        assert space.values_in(name, chosen) == tuple(
            value for value in values[name] if any(case[name] == value for case in cases)
        )
        remaining = [{n: v for n, v in case.items() if n != name} for case in cases]
        wider = space.for_some(name, chosen)
        for bit, case in every:
            rest = {n: v for n, v in case.items() if n != name}
            assert bool(wider & bit) is (rest in remaining)
        for value in values[name]:
            seen = space.shift_to_first(name, value, chosen)
            assert list(space.cases(seen)) == [
                {**case, name: values[name][0]} for case in cases if case[name] == value
            ]
            assert space.shift_back(name, value, seen) == chosen & space.of(name, value)
    assert space.all_values_in(chosen) == {
        name: space.values_in(name, chosen) for name in space.values
    }
    if chosen:
        assert space.first(chosen) == cases[0]
    accepted = data.draw(
        st.dictionaries(st.sampled_from([*values, "other"]), st.just(["v0", "v2"]))
    )
    within = list(space.cases(space.within(accepted)))
    assert within == [
        case for _, case in every if all(case.get(n, "v0") in some for n, some in accepted.items())
    ]


@given(st.lists(st.integers(0, 255)), st.lists(st.integers(0, 255)))
def test_crossed_pairs_entries_with_common_cases(left: list[Cases], right: list[Cases]) -> None:
    result = {
        (item, entry): cases for item, entry, cases in crossed(enumerate(left), enumerate(right))
    }
    for bit in (1 << n for n in range(8)):
        both = {pair for pair, cases in result.items() if cases & bit}
        left_keys, right_keys = (
            {n for n, cases in enumerate(value) if cases & bit} for value in (left, right)
        )
        assert both == set(product(left_keys, right_keys))
        assert bool(union(left) & bit) is bool(left_keys)
    assert all(result.values())


def test_an_unknown_value_has_no_cases() -> None:
    space = Space({"plan": ("free", "pro"), "role": ()})
    assert space.values == {"plan": ("free", "pro")}
    assert space.of("plan", "gold") == space.of("role", "owner") == space.of("fact", "x") == 0


def test_too_many_cases_are_refused() -> None:
    values = tuple(str(n) for n in range(300))
    with pytest.raises(LimitExceeded) as caught:
        Space({"a": values, "b": values, "c": values})
    assert caught.value.count == 27_000_000


def test_a_case_is_shown_by_names_of_options() -> None:
    case = {"plan": "pro", "opened office": "outside", "opened night": "inside"}
    assert shown_case(case) == {"plan": "pro", "opened": "outside office and inside night"}
    assert shown_case({"plan": "pro"}) == {"plan": "pro"}


def test_members_of_a_union_are_limited_to_its_cases() -> None:
    document = {
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
    source = SourceFile("p.yaml", block(document).encode(), "", "p.yaml")
    revision = load_revision(source)
    decisions = Decisions(revision, space_of(revision))
    plans = [decisions.space.of("plan", plan) for plan in ("a", "b")]
    for case_set in (decisions.space.every, *plans):
        parts = decisions.counted("desk", case_set)
        result = [(len(part.calendars), cases) for part, cases in parts]
        assert result == [
            (members, plan & case_set)
            for members, plan in zip((1, 2), plans, strict=True)
            if plan & case_set
        ]


def test_a_union_is_open_when_a_member_with_a_calendar_is_open() -> None:
    document = {
        "format": "1",
        "policy": "p",
        "plans": {"a": "A", "b": "B", "c": "C"},
        "channels": {"web": {"name": "Web", "kind": "web"}},
        "entitlements": [{"allow": "web"}],
        "hours": {
            "day": [{"when": {"plan": ["a", "b"]}, "open": "mon-fri 09:00-17:00"}],
            "late": [{"when": {"plan": "a"}, "open": "mon-fri 17:00-20:00"}],
            "desk": {"any": ["day", "late"]},
        },
    }
    revision = load_revision(SourceFile("p.yaml", block(document).encode(), "", "p.yaml"))
    decisions = Decisions(revision, space_of(revision))
    a, b, c = (decisions.space.of("plan", plan) for plan in "abc")
    opening = [(len(item.calendars), cases) for item, cases in decisions.opening("desk")]
    assert opening == [(2, a), (1, b), (0, c)]
    assert not decisions.opening("desk")[-1][0].open
    # Deadlines need every member.
    counted = [
        (len(entry.calendars), cases) for entry, cases in decisions.counted("desk", a | b | c)
    ]
    assert counted == [(2, a)]


@pytest.mark.parametrize(
    ("desk", "core", "impossible"),
    [
        ({"open": "mon-fri 09:00-17:00"}, {"open": "mon-fri 10:00-12:00"}, ["outside inside"]),
        ({"open": "mon-fri 09:00-17:00"}, {"open": "mon-fri 16:00-18:00"}, []),
        ({"open": "mon-fri 09:00-12:00"}, {"open": "mon-fri 12:00-17:00"}, ["inside inside"]),
        (
            {"open": "mon-fri 09:00-17:00"},
            {"open": "mon-fri 09:00-17:00"},
            ["inside outside", "outside inside"],
        ),
        # On one date, `core` is open and `desk` is closed.
        (
            {"open": "mon-fri 09:00-17:00", "dates": {"2026-12-24": "closed"}},
            {"open": "mon-fri 09:00-17:00"},
            ["inside outside"],
        ),
        # Hours in the customer's time zone can be open at any time, but never outside longer hours
        # in the same zone.
        (
            {"timezone": "customer", "open": "mon-fri 09:00-17:00"},
            {"open": "mon-fri 10:00-12:00"},
            [],
        ),
        (
            {"timezone": "customer", "open": "mon-fri 09:00-17:00"},
            {"timezone": "customer", "open": "mon-fri 10:00-12:00"},
            ["outside inside"],
        ),
    ],
)
def test_a_case_without_an_opening_time_cannot_be_opened(
    desk: dict[str, object], core: dict[str, object], impossible: list[str]
) -> None:
    document = {
        "format": "1",
        "policy": "p",
        "plans": {"a": "A"},
        "channels": {"web": {"name": "Web", "kind": "web"}},
        "entitlements": [{"allow": "web"}],
        "hours": {"desk": desk, "core": core},
        "targets": [
            {"when": {"opened": "inside desk"}, "first-response": "1h"},
            {"when": {"opened": "inside core"}, "first-response": "2h"},
        ],
    }
    revision = load_revision(SourceFile("p.yaml", block(document).encode(), "", "p.yaml"))
    space = space_of(revision)
    decisions = decisions_of(revision, space, public_holidays)
    sides = [
        f"{case['opened desk']} {case['opened core']}"
        for case in space.cases(space.every & ~decisions.entitled)
    ]
    assert sides == impossible
    assert decisions.without_opening_time == space.every & ~decisions.entitled
