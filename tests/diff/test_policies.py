"""Properties of comparisons: equal policies, and the reverse comparison."""

from copy import deepcopy
from typing import Any

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from strategies import (
    Document,
    conditions,
    grants_of,
    permuted,
    policies,
    rules_of,
    styles,
    values_of,
    yaml_of,
)

from zsupport.diff.changes import CODES, Change
from zsupport.diff.policies import ComparedCases, PolicyDiff, compare
from zsupport.errors import InvalidPolicy
from zsupport.policy import document as policy_document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

#: A case as a hashable value.
Key = frozenset[tuple[str, str]]
EXAMPLES = settings(max_examples=100, deadline=None)
WEEKS = ["24x7", "mon-fri 08:00-18:00", "mon-fri 10:00-16:00", "mon-sat 10:00-16:00"]


def read(text: str, name: str = "p.yaml") -> policy_document.Document:
    document = read_document(SourceFile(name, text.encode(), "sha256:0", name))
    if document.revision is None:
        raise InvalidPolicy(document.findings, {name: text})
    return document


def diff(old: str, new: str) -> PolicyDiff:
    return compare([read(old, "old.yaml")], [read(new, "new.yaml")])


def parts(difference: PolicyDiff) -> list[ComparedCases]:
    return [part for compared in difference.compared for part in compared.parts]


def changes(difference: PolicyDiff) -> list[tuple[ComparedCases, Change]]:
    return [(part, change) for part in parts(difference) for change in part.changes]


def cases(part: ComparedCases, change: Change) -> set[Key]:
    return {frozenset(case.items()) for case in part.space.cases(change.cases)}


@st.composite
def edited(draw: st.DrawFn, document: Document) -> Document:
    """Return a policy with one to three edits that an author could make."""
    policy: Document = deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        who = [n for n in ("plan", "role", "priority") if values_of(policy, n)]
        pool = [draw(conditions(policy, (*who, *policy.get("facts", ()))))]
        section = draw(st.sampled_from(["entitlements", "targets", "other", "names"]))
        if section == "names":
            edit_names(draw, policy)
        elif section == "other":
            edit_other_sections(draw, policy)
        else:
            entry = grants_of(policy, pool) if section == "entitlements" else rules_of(policy, pool)
            entries = policy.setdefault(section, [])
            way = draw(st.sampled_from(["add", "drop", "replace", "swap", "widen"]))
            place = draw(st.integers(0, max(0, len(entries) - 1)))
            if way == "add" or not entries:
                entries.insert(place, draw(entry))
            elif way == "drop":
                del entries[place]
            elif way == "replace":
                entries[place] = draw(entry)
            elif way == "swap":
                entries.insert(0, entries.pop(place))
            else:
                entries[place].pop("when", None)
    return policy


def edit_names(draw: st.DrawFn, policy: Document) -> None:
    """Remove a value from a dimension, or add a value."""
    section = draw(st.sampled_from([n for n in ("plans", "roles", "channels") if policy.get(n)]))
    if len(policy[section]) > 1 and draw(st.booleans()):
        policy[section].pop(draw(st.sampled_from([*policy[section]])))
    else:
        added: Any = {"name": "Fax", "kind": "other"} if section == "channels" else "New"
        policy[section]["added"] = added


def edit_other_sections(draw: st.DrawFn, policy: Document) -> None:
    """Change the hours, the commitment, the priorities or the prerequisites of a channel."""
    way = draw(st.sampled_from(["hours", "commitment", "priorities", "channel"]))
    if way == "hours":
        policy["hours"]["office"] = {"open": draw(st.sampled_from(WEEKS))}
    elif way == "commitment":
        policy["commitment"] = draw(st.sampled_from(["none", "target", "agreement"]))
    elif way == "priorities" and policy.get("priorities"):
        policy["priorities"].reverse()
    else:
        channel = policy["channels"][draw(st.sampled_from([*policy["channels"]]))]
        channel["prerequisites"] = draw(st.sampled_from([["Number"], ["Key", "Badge"]]))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Return a policy and an edited or unrelated policy."""
    document = draw(policies())
    other = draw(st.one_of(edited(document), edited(document), policies()))
    texts = yaml_of(document), yaml_of(other)
    for text in texts:
        try:
            read(text)
        except InvalidPolicy:
            assume(False)
    return texts


@EXAMPLES
@given(policies())
def test_policy_does_not_differ_from_itself(document: Document) -> None:
    text = yaml_of(document)
    # The comment makes it a different file, so that it is really compared.
    for other in (text, f"# the same\n{text}"):
        difference = diff(text, other)
        assert changes(difference) == []
        assert difference.compared[0].size > 0
        assert difference.compared[0].texts == ()


@EXAMPLES
@given(policies(), st.data())
def test_layout_and_order_are_not_compared(document: Document, data: st.DataObject) -> None:
    moved = data.draw(permuted(document))
    difference = diff(yaml_of(document), yaml_of(moved, data.draw(styles)))
    assert changes(difference) == []
    assert difference.compared[0].texts == ()


def by_code(difference: PolicyDiff) -> dict[tuple[str, str, str | None], set[Key]]:
    result: dict[tuple[str, str, str | None], set[Key]] = {}
    for part, change in changes(difference):
        key = change.code, change.effect, change.metric
        result.setdefault(key, set()).update(cases(part, change))
    return result


MIRRORED = {
    "less": "more", "more": "less", "either": "either", "same": "same",
    "name-removed": "name-new", "name-new": "name-removed",
}  # fmt: skip
#: Codes of changes and of their reverse changes. All other codes are their own reverse.
PAIRS = [
    ("ZD101", "ZD102"), ("ZD201", "ZD202"), ("ZD203", "ZD204"), ("ZD206", "ZD207"),
    ("ZD209", "ZD210"), ("ZD211", "ZD212"), ("ZD214", "ZD215"), ("ZD301", "ZD302"),
    ("ZD304", "ZD305"), ("ZD307", "ZD308"), ("ZD310", "ZD311"), ("ZD313", "ZD314"),
    ("ZD401", "ZD402"), ("ZD501", "ZD502"), ("ZD601", "ZD602"), ("ZD604", "ZD605"),
]  # fmt: skip
BACK = {**dict(PAIRS), **{reverse: code for code, reverse in PAIRS}}


@EXAMPLES
@given(pairs())
def test_reverse_comparison_has_the_reverse_changes(texts: tuple[str, str]) -> None:
    forward, back = by_code(diff(*texts)), by_code(diff(*reversed(texts)))
    assert {
        (BACK.get(code, code), MIRRORED[effect], metric): where
        for (code, effect, metric), where in forward.items()
    } == back
    for code, _, _ in forward:
        event(CODES[code].name)
