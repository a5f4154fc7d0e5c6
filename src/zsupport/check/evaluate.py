"""Apply the rules to a policy file, and turn their problems into findings."""

from __future__ import annotations

from collections.abc import Sequence as SequenceOf
from datetime import date

from zsupport.analysis.deadlines import Clocks
from zsupport.check.catalogue import suppressible_code
from zsupport.check.limit_codes import TOO_MANY_CASES, TOO_MANY_COMPARISONS
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.check.suppressions import may_suppress, suppress, suppressions_of
from zsupport.errors import LimitExceeded
from zsupport.findings import Finding, Related
from zsupport.limits import (
    CALENDAR_COMBINATIONS,
    CALENDARS,
    CASES,
    CHANNELS,
    GRANTS,
    JOINED_CALENDARS,
    METRICS,
    PAIRS,
    PLANS,
    PRIORITIES,
    ROLES,
    RULES,
    WINDOWS,
)
from zsupport.policy.document import Document
from zsupport.policy.yamltext import MappingNode, Node, Path, ScalarNode, SequenceNode, path_text
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: The section that contains a finding about a limit. A finding about another limit is in `facts`,
#: or in `plans` if the policy has no facts.
_SECTIONS = {
    PLANS: ("plans",),
    PAIRS: ("plans",),
    ROLES: ("roles",),
    CHANNELS: ("channels",),
    PRIORITIES: ("priorities",),
    METRICS: ("metrics",),
    CALENDARS: ("hours",),
    GRANTS: ("entitlements",),
    RULES: ("targets",),
    JOINED_CALENDARS: ("hours",),
    WINDOWS: ("hours",),
    CALENDAR_COMBINATIONS: ("hours",),
}


class Evaluation(NamedTuple):
    """The findings in a file, and the number of suppressed findings."""

    findings: tuple[Finding, ...]
    suppressed: int = 0


def evaluate(
    document: Document,
    rules: SequenceOf[Rule],
    today: date,
    clocks: Clocks | None = None,
) -> Evaluation:
    """Return the findings in a file, in the order of its text.

    An invalid file has findings of the loader only. Suppressed findings are omitted and counted.
    `clocks` are shared by the files of a run. Raises the errors of `clocks.public` if required
    public holidays are not available.
    """
    if document.revision is None:
        return Evaluation(document.findings)
    subject = Subject(document, today, clocks)
    findings: list[Finding] = []
    last: list[Rule] = []
    stopped: set[str] = set()
    exceeded: dict[str, LimitExceeded] = {}
    for rule in rules:
        if rule.last:
            last.append(rule)
            continue
        try:
            findings += [_finding(document, rule, problem) for problem in rule.check(subject)]
        except LimitExceeded as error:
            exceeded.setdefault(str(error), error)
            stopped.add(rule.code)
    findings += [_limit_finding(document, error) for error in exceeded.values()]
    suppressed = 0
    if may_suppress(document.text):
        subject.suppressions = suppressions_of(document, suppressible_code)
        result = suppress(subject.suppressions.comments, findings, today)
        findings, suppressed = result.remaining, result.suppressed
        subject.used_suppressions = result.used
        subject.ran_codes = frozenset(rule.code for rule in rules) - stopped
        for rule in last:
            findings += [_finding(document, rule, problem) for problem in rule.check(subject)]
    if len(findings) > 1:
        findings.sort(key=lambda finding: (finding.span, finding.code))
    return Evaluation(tuple(findings), suppressed)


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
        tuple(Related(shown, document.value(path), text) for path, text in problem.related),
        problem.fix,
        identity_of(document, problem.path),
    )


def _limit_finding(document: Document, error: LimitExceeded) -> Finding:
    sections = _SECTIONS.get(error.limit, ("facts", "plans"))
    path = next(((name,) for name in sections if document.node((name,)) is not None), ("policy",))
    kind = TOO_MANY_CASES if error.limit == CASES else TOO_MANY_COMPARISONS
    return Finding(
        kind.code, kind.name, "warning",
        Message("{limit}; some rules did not run", limit=error.message),
        document.source.shown, document.key(path), path_text(path),
        hint=error.hint, identity=(error.limit.counts,),
    )  # fmt: skip


def identity_of(document: Document, path: Path) -> tuple[str, ...]:
    """Return a path with the identity of list items instead of their positions.

    The identity of an item is its text, or the values of its keys `id`, `when`, `allow` and `is`.
    """
    return document.without_positions(path, _identity_of_item)


def _identity_of_item(item: Node | None) -> str:
    if isinstance(item, ScalarNode):
        return item.text
    entries = item.entries if isinstance(item, MappingNode) else []
    parts = [(k.text, v) for k, v in entries if k.text in ("id", "when", "allow", "is")]
    return ";".join(
        f"{key}={canonical_text(value)}" for key, value in sorted(parts, key=lambda e: e[0])
    )


def canonical_text(node: Node | None) -> str:
    """Return a node as a text that does not depend on layout or the order of keys."""
    if isinstance(node, ScalarNode):
        return node.text
    if isinstance(node, SequenceNode):
        return "[" + ",".join(map(canonical_text, node.items)) + "]"
    if isinstance(node, MappingNode):
        entries = sorted(f"{key.text}:{canonical_text(v)}" for key, v in node.entries)
        return "{" + ",".join(entries) + "}"
    return ""
