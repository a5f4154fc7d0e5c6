"""The rules put to a policy file: problems become findings with places and identities."""

from __future__ import annotations

from collections.abc import Sequence as SequenceOf
from datetime import date

from zsupport.analysis.deadlines import Clocks
from zsupport.check.catalogue import allowable
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.check.suppressions import hear, may_suppress, suppressions_of
from zsupport.check.too_many import TOO_MANY, TOO_MUCH
from zsupport.errors import TooMuch
from zsupport.findings import Finding, Related
from zsupport.limits import (
    CALENDARS,
    CASES,
    CHANNELS,
    GRANTS,
    MEMBERS,
    METRICS,
    PARTS,
    PRIORITIES,
    ROLES,
    RULES,
    WINDOWS,
)
from zsupport.policy.document import Document
from zsupport.policy.yamltext import MappingNode, Node, Path, ScalarNode, SequenceNode, path_text
from zsupport.typed import NamedTuple

#: Where a finding about too much stands, if not at the facts or the plans.
_SECTIONS = {
    ROLES: ("roles",),
    CHANNELS: ("channels",),
    PRIORITIES: ("priorities",),
    METRICS: ("metrics",),
    CALENDARS: ("hours",),
    GRANTS: ("entitlements",),
    RULES: ("targets",),
    MEMBERS: ("hours",),
    WINDOWS: ("hours",),
    PARTS: ("hours",),
}


class Judgement(NamedTuple):
    """What is wrong in a file, and how much of that comments in it allow."""

    findings: tuple[Finding, ...]
    allowed: int = 0


def judge(
    document: Document,
    rules: SequenceOf[Rule],
    today: date,
    clocks: Clocks | None = None,
) -> Judgement:
    """Return what is wrong in a file, in its order: the loader's findings, or the rules'.

    What comments in the file allow is left out and counted. `clocks` are those of the run. Raises
    what their `public` raises where the holidays of a country are needed and not to be had.
    """
    if document.revision is None:
        return Judgement(document.findings)
    subject = Subject(document, today, clocks)
    found: list[Finding] = []
    last: list[Rule] = []
    stopped: set[str] = set()
    too_much: dict[str, TooMuch] = {}
    for rule in rules:
        if rule.last:
            last.append(rule)
            continue
        try:
            found += [_finding(document, rule, problem) for problem in rule.check(subject)]
        except TooMuch as error:
            too_much.setdefault(str(error), error)
            stopped.add(rule.code)
    found += [_about_size(document, error) for error in too_much.values()]
    allowed = 0
    if may_suppress(document.text):
        subject.suppressions = suppressions_of(document, allowable)
        heard = hear(subject.suppressions.comments, found, today)
        found, allowed = heard.left, heard.allowed
        subject.used = heard.used
        subject.ran = frozenset(rule.code for rule in rules) - stopped
        for rule in last:
            found += [_finding(document, rule, problem) for problem in rule.check(subject)]
    if len(found) > 1:
        found.sort(key=lambda finding: (finding.span, finding.code))
    return Judgement(tuple(found), allowed)


def _finding(document: Document, rule: Rule, problem: Problem) -> Finding:
    shown = document.source.shown
    return Finding(
        rule.code,
        rule.name,
        problem.severity or rule.severity,
        problem.message,
        shown,
        problem.span or document.value(problem.path),
        path_text(problem.path),
        problem.expected,
        problem.hint,
        problem.label,
        problem.case,
        tuple(Related(shown, document.value(path), says) for path, says in problem.related),
        problem.fix,
        identity_of(document, problem.path),
    )


def _about_size(document: Document, error: TooMuch) -> Finding:
    sections = _SECTIONS.get(error.limit, ("facts", "plans"))
    path = next(((each,) for each in sections if document.node((each,)) is not None), ("policy",))
    kind = TOO_MANY if error.limit == CASES else TOO_MUCH
    return Finding(
        kind.code, kind.name, "warning",
        f"{error.message}: rules that look at each of them did not run",
        document.source.shown, document.key(path), path_text(path),
        hint=error.hint, identity=(error.limit.counts,),
    )  # fmt: skip


def identity_of(document: Document, path: Path) -> tuple[str, ...]:
    """Return a path in which list positions have given way to what stands there.

    An item of a list is told by its id, or by its condition and what it allows.
    """
    return document.without_positions(path, _identity_of_item)


def _identity_of_item(item: Node | None) -> str:
    if isinstance(item, ScalarNode):
        return item.text
    entries = item.entries if isinstance(item, MappingNode) else []
    telling = [(k.text, v) for k, v in entries if k.text in ("id", "when", "allow", "is")]
    return ";".join(f"{key}={written(value)}" for key, value in sorted(telling, key=lambda e: e[0]))


def written(node: Node | None) -> str:
    """Return a node as one text that does not depend on layout or the order of keys."""
    if isinstance(node, ScalarNode):
        return node.text
    if isinstance(node, SequenceNode):
        return "[" + ",".join(map(written, node.items)) + "]"
    if isinstance(node, MappingNode):
        return "{" + ",".join(sorted(f"{key.text}:{written(v)}" for key, v in node.entries)) + "}"
    return ""
