"""Targets by the moment opened, compared with the answers for every half hour of a week."""

from hypothesis import event, given, settings
from hypothesis import strategies as st

from zsupport.answer.hours import Customer, PolicyHours
from zsupport.answer.promise import decide
from zsupport.clock.deadline import EVERY_INSTANT, Basis, due_without_pauses
from zsupport.clock.instants import parse_instant
from zsupport.diff.policies import compare
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document
from zsupport.policy.model import Revision

MONDAY = parse_instant("2026-11-23T00:00:00Z", now=0, zone=None)[0]
WEEKS = ["mon-fri 09:00-17:00", "mon-fri 09:00-12:00", "mon-fri 10:00-18:00", "sat 10:00-14:00",
         "24x7", "mon-sun 00:00-12:00"]  # fmt: skip


@st.composite
def policies(draw: st.DrawFn) -> str:
    """Return a policy with two calendars and rules with a condition on `opened`."""
    rules = []
    for _ in range(draw(st.integers(0, 3))):
        side = draw(st.sampled_from(["inside", "outside"]))
        hours = draw(st.sampled_from(["office", "night"]))
        plan = draw(st.sampled_from(["", ", plan: pro"]))
        target = draw(st.sampled_from(["1h 24x7", "2h 24x7", "none", "4 business hours"]))
        rules.append(f"  - {{when: {{opened: {side} {hours}{plan}}}, hours: fixed, f: {target}}}\n")
    return f"""\
format: 1
policy: acme
plans: {{free: Free, pro: Pro}}
channels: {{web: {{name: Ticket, kind: web}}}}
entitlements: [{{allow: web}}]
metrics: [{{id: f}}]
hours:
  office: {{open: {draw(st.sampled_from(WEEKS))}}}
  night: {{open: {draw(st.sampled_from(WEEKS))}}}
  fixed: {{open: mon-thu 08:00-16:00}}
targets:
{"".join(rules)}  - f: 8h
"""


def read(text: str, name: str) -> Document:
    document = read_document(SourceFile(name, text.encode(), "", name))
    assert document.revision is not None, document.findings
    return document


def due(revision: Revision, hours: PolicyHours, case: dict[str, str], opened: int) -> int | None:
    """Return the deadline of a case opened at a moment; None if nothing is promised."""
    inside = {name: hours.settle(name, {}).time.is_open(opened) for name in ("office", "night")}
    deciding = decide(revision, case, "f", inside.__getitem__)
    assert deciding is not None
    target = deciding.cell.target
    if target.kind == "none":
        return None
    fixed = hours.settle("fixed", {}).time
    return due_without_pauses(
        target, opened, Basis(fixed if target.kind == "business" else EVERY_INSTANT)
    )


def test_hours_without_a_calendar_for_a_case_have_no_outside() -> None:
    text = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Ticket, kind: web}}
entitlements: [{allow: web}]
hours: {night: [{when: {plan: pro}, open: mon-fri 20:00-24:00}]}
targets:
  - {when: {opened: outside night}, first-response: 1h}
  - {first-response: 24h}
"""
    old, new = read(text, "old.yaml"), read(text.replace("1h}", "2h}"), "new.yaml")
    part = compare([old], [new]).compared[0].parts[0]
    cases = [case for change in part.changes for case in part.space.cases(change.cases)]
    assert cases == [
        {"plan": "pro", "channel": "web", "opened night": "outside"},
    ]


@settings(max_examples=50, deadline=None)
@given(policies(), policies())
def test_changed_cases_are_those_that_differ_in_some_half_hour_of_a_week(
    old: str, new: str
) -> None:
    documents = read(old, "old.yaml"), read(new, "new.yaml")
    compared = compare([documents[0]], [documents[1]]).compared[0]
    part = compared.parts[0]
    changed = {
        frozenset(case.items())
        for change in part.changes
        if change.code.startswith("ZD3")
        for case in part.space.cases(change.cases)
    }
    revisions = [document.revision for document in documents if document.revision]
    clocks = [PolicyHours(revision, Customer(), "en") for revision in revisions]
    differ: dict[frozenset[tuple[str, str]], bool] = {}
    for half in range(7 * 24 * 2):
        instant = MONDAY + half * 1800
        flags = [
            {name: hours.settle(name, {}).time.is_open(instant) for name in ("office", "night")}
            for hours in clocks
        ]
        for plan in ("free", "pro"):
            case = {"plan": plan, "channel": "web"}
            whole = dict(case)
            for name in part.space.values:
                if name.startswith("opened "):
                    hours, _, which = name.removeprefix("opened ").partition(" ")
                    known = {"(before)": flags[0], "(now)": flags[1]}.get(which)
                    if known is None:
                        # Only one policy names the hours, or they are equal in both.
                        named = [f"inside {hours}" in text or f"outside {hours}" in text
                                 for text in (old, new)]  # fmt: skip
                        known = flags[0] if named[0] else flags[1]
                    whole[name] = "inside" if known[hours] else "outside"
            before, now = (
                due(r, hours, case, instant) for r, hours in zip(revisions, clocks, strict=True)
            )
            key = frozenset(whole.items())
            differ[key] = differ.get(key, False) or before != now
    event(f"{len([n for n in part.space.values if 'opened' in n])} hours in conditions")
    # Every case that occurs is compared.
    for key, differs in differ.items():
        assert (key in changed) is differs, key
        assert part.both & _bit(part.space.values, dict(key))


def _bit(values: dict[str, tuple[str, ...]], case: dict[str, str]) -> int:
    number = 0
    for name, known in values.items():
        number = number * len(known) + known.index(case[name])
    return 1 << number
