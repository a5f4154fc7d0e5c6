"""What rules say of random policies, held to the answers: one case after the other."""

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

from hypothesis import given, settings
from strategies import Document as Written
from strategies import policies, yaml_of

from zsupport.analysis.space import opened, space_of
from zsupport.answer.case import Case, matching
from zsupport.answer.channels import holding
from zsupport.answer.promise import Deciding, decide
from zsupport.check.fixing import apply
from zsupport.check.rules import RULES
from zsupport.check.run import judge
from zsupport.findings import Finding
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision, read_document
from zsupport.policy.model import Remarks, Revision, Text

EXAMPLES = settings(max_examples=60, deadline=None)


def read(text: str) -> Document:
    return read_document(SourceFile("p.yaml", text.encode(), "sha256:0", "p.yaml"))


def found(document: Document, *codes: str) -> list[Finding]:
    rules = [rule for rule in RULES if rule.code in codes or not codes]
    return list(judge(document, rules, date(2026, 11, 26)).findings)


def cases_of(*revisions: Revision) -> Iterator[Case]:
    values = space_of(*revisions).values
    for each in product(*values.values()):
        yield dict(zip(values, each, strict=True))


def deciding(revision: Revision, case: Case, metric: str) -> Deciding | None:
    return decide(revision, case, metric, lambda hours: case[opened(hours)] == "inside")


def entitled(revision: Revision, case: Case) -> bool:
    channel = next(each for each in revision.channels if each.id == case["channel"])
    who = {name: value for name, value in case.items() if name != "channel"}
    return channel.opens_case and bool(holding(revision, who, channel.id))


def by_channel(revision: Revision, case: Case) -> tuple[Any, ...]:
    """What one is told of the channel of a case: whether, what is needed, when, what is said."""
    who = {name: value for name, value in case.items() if name != "channel"}
    held = holding(revision, who, case["channel"])
    channel = next(each for each in revision.channels if each.id == case["channel"])
    hours = {each.grant.hours for each in held}
    # Where one of them states no hours, an answer names none.
    hours = {None} if None in hours else hours
    needed = [*channel.prerequisites, *(n for each in held for n in each.grant.prerequisites)]
    said: list[Remarks] = [
        r for h in held for r in (h.grant.remarks, *(m.remarks for m in h.matched))
    ]
    notes = {same(text) for remarks in said for text in (remarks.note, remarks.unclear) if text}
    return bool(held), {same(each) for each in needed} if held else set(), hours, notes


def same(text: Text) -> object:
    """A text by language is the same in whatever order they stand."""
    return text if isinstance(text, str) else frozenset(text.items())


def promised(revision: Revision, case: Case) -> list[Any]:
    """What is promised in a case, and what is said of it."""
    answers: list[Any] = []
    if not entitled(revision, case):
        return answers
    for metric in revision.metrics:
        decides = deciding(revision, case, metric.id)
        if decides is None:
            answers.append(None)
            continue
        cell, rule = decides.cell, decides.rule
        counts = cell.target.kind in ("business", "week")
        said = (cell.remarks, rule.remarks, *(m.remarks for m in decides.matched))
        answers.append(
            (cell.target, cell.text, counts and cell.hours, cell.condition or rule.condition, said)
        )
    bound = (each for each in revision.commitments if matching(each.when, case))
    return [*answers, next((each.binding for each in bound), None)]


def answers(revision: Revision, case: Case) -> list[Any]:
    ranked = [
        grant.recommend
        for grant in revision.grants
        if grant.recommend and matching(grant.when, case)
    ]
    return [by_channel(revision, case), promised(revision, case), ranked]


def without_grants(revision: Revision, positions: set[int]) -> Revision:
    grants = tuple(g for place, g in enumerate(revision.grants) if place not in positions)
    return revision._replace(grants=grants)


@EXAMPLES
@given(policies())
def test_a_grant_adds_nothing_exactly_where_it_can_go(written: Written) -> None:
    document = read(yaml_of(written))
    revision = document.revision
    assert revision is not None
    idle = {int(each.path[13:-1]) for each in found(document, "ZS403")}
    cases = list(cases_of(revision))
    before = [by_channel(revision, case) for case in cases]
    rest = without_grants(revision, idle)
    assert [by_channel(rest, case) for case in cases] == before
    for place, grant in enumerate(revision.grants):
        notes = [grant.remarks, *(each.remarks for each in grant.when)]
        if grant.allow and place not in idle and all(each == Remarks() for each in notes):
            fewer = without_grants(revision, {*idle, place})
            assert [by_channel(fewer, case) for case in cases] != before


@EXAMPLES
@given(policies())
def test_what_is_unanswered_has_no_target_there(written: Written) -> None:
    document = read(yaml_of(written))
    revision = document.revision
    assert revision is not None
    first = revision.metrics[0].id
    gaps = [
        case
        for case in cases_of(revision)
        if entitled(revision, case) and deciding(revision, case, first) is None
    ]
    findings = found(document, "ZS302")
    errors = [each for each in findings if each.severity == "error"]
    assert bool(errors) is (bool(gaps) and bool(revision.rules))
    for each in errors:
        assert each.case is not None
        assert each.case in gaps


@EXAMPLES
@given(policies())
def test_dead_targets_are_those_that_never_decide(written: Written) -> None:
    document = read(yaml_of(written))
    revision = document.revision
    assert revision is not None
    alive = set()
    unraised = {priority.id for priority in revision.priorities}
    for case in cases_of(revision):
        if entitled(revision, case):
            unraised.discard(case.get("priority", ""))
        for metric in revision.metrics if entitled(revision, case) else ():
            decides = deciding(revision, case, metric.id)
            if decides is not None:
                at = next(i for i, each in enumerate(revision.rules) if each is decides.rule)
                alive.add((at, metric.id, decides.cell.key))
    findings = found(document, "ZS401", "ZS402")
    dead_rules = {int(each.path[8:-1]) for each in findings if each.code == "ZS401"}
    assert dead_rules == set(range(len(revision.rules))) - {rule for rule, _, _ in alive}
    for place, rule in enumerate(revision.rules):
        reported = [e for e in findings if e.path.startswith(f"targets[{place}].")]
        cells = [(place, m, c.key, c) for m, cells in rule.cells.items() for c in cells.values()]
        dead = [each for each in cells if each[:3] not in alive]
        silent = [each for each in dead if each[2] in unraised]
        if place in dead_rules or not dead:
            assert not reported
        elif len(silent) < len(dead):
            assert reported
        for each in reported:
            # A finding is about cells that are dead, all of a metric or one of it.
            assert any(each.path.startswith(f"targets[{place}].{m}") for _, m, _, _ in dead)


@EXAMPLES
@given(policies())
def test_no_answer_differs_by_an_idle_fact(written: Written) -> None:
    document = read(yaml_of(written))
    revision = document.revision
    assert revision is not None
    values = space_of(revision).values
    for finding in found(document, "ZS306"):
        fact = finding.path.removeprefix("facts.")
        told: dict[Any, Any] = {}
        for case in cases_of(revision):
            other = tuple((name, value) for name, value in case.items() if name != fact)
            assert told.setdefault(other, answers(revision, case)) == answers(revision, case)
        assert fact in values or not any(
            fact in each.values for grant in revision.grants for each in grant.when
        )


@EXAMPLES
@given(policies())
def test_fixes_change_no_answer(written: Written) -> None:
    document = read(yaml_of(written))
    revision = document.revision
    assert revision is not None
    findings = found(document)
    made = apply(document.text, [each.fix for each in findings if each.fix])
    mended = load_revision(SourceFile("p.yaml", made.text.encode(), "sha256:0", "p.yaml"))
    for case in cases_of(revision):
        assert answers(mended, case) == answers(revision, case)
