"""What was measured, as findings about the policy and as JSON."""

from typing import Any

from zsupport.analysis.space import shown
from zsupport.errors import TooMuch
from zsupport.findings import Code, Finding, Span, Unit
from zsupport.policy.document import Document
from zsupport.policy.yamltext import Mapping, Path, path_text
from zsupport.suite.codes import TOO_MANY, UNCOVERED, UNNOTICED
from zsupport.suite.coverage import Decision
from zsupport.suite.running import in_words as node_in_words
from zsupport.suite.subject import Subject
from zsupport.suite.suggestion import Suggested
from zsupport.suite.survival import Survivor
from zsupport.wording import counted


def percent(some: int, of: int) -> float:
    """Return a share in percent, to one place and never rounded up to all."""
    if not of:
        return 100.0
    return int(some * 1000 / of) / 10


def in_words(decision: Decision) -> str:
    """Return what is decided, as a sentence about the policy."""
    about = decision.about
    return {
        "grant": f"`{about}` is allowed here",
        "denial": f"`{about}` is not allowed for `{decision.plan}`",
        "recommendation": "these channels are recommended in this order",
        "target": f"this decides `{about}`",
        "unstated": f"no rule states `{about}`",
        "commitment": "this decides how binding targets are",
        "hours": f"this calendar of `{about}` decides",
        "priority": f"these facts make it `{about}`",
        "no-priority": "these facts lead to no priority",
    }[decision.kind]


def _case(subject: Subject, decision: Decision) -> dict[str, str]:
    analysed = subject.revisions[decision.revision]
    space = analysed.facts if decision.by_facts else analysed.space
    return shown(space.first(decision.cases))


def span_of(subject: Subject, decision: Decision) -> Span:
    """Return where a decision is written: the first line of it."""
    document = subject.revisions[decision.revision].document
    if decision.kind in ("denial", "unstated", "no-priority"):
        return document.key(decision.path)
    return document.first_line(document.value(decision.path))


def telling(document: Document, path: Path) -> tuple[str, ...]:
    """Return a path in which positions have given way to what stands there.

    So a finding stays the same when rules are moved.
    """
    parts: list[str] = []
    for end, part in enumerate(path):
        node = document.node(path[: end + 1])
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(node, Mapping):
            told = ("id", "when", "allow", "recommend", "is")
            parts.append(";".join(node_in_words(v) for k, v in node.entries if k.text in told))
        else:
            parts.append("")
    return tuple(parts)


def uncovered_finding(subject: Subject, decision: Decision, found: Suggested | None) -> Finding:
    """Return what is to be said of a decision that no test states."""
    document = subject.revisions[decision.revision].document
    count = counted(decision.cases.bit_count(), "case")
    hint = f"a test that states it, ready to paste:\n{found.text.rstrip()}" if found else None
    return Finding(
        UNCOVERED.code, UNCOVERED.name, UNCOVERED.severity,
        f"{in_words(decision)}, and no test says so ({count})",
        document.source.shown, span_of(subject, decision), path_text(decision.path),
        hint=hint, case=_case(subject, decision),
        identity=(decision.kind, decision.about, decision.plan,
                  document.source.name, *telling(document, decision.path)),
    )  # fmt: skip


def record_of(subject: Subject, decision: Decision, found: Suggested | None) -> dict[str, Any]:
    """Return an uncovered decision as JSON."""
    document = subject.revisions[decision.revision].document
    return {
        "kind": decision.kind,
        "about": decision.about or None,
        "file": document.source.shown,
        "line": span_of(subject, decision).line,
        "path": path_text(decision.path),
        "cases": decision.cases.bit_count(),
        "case": _case(subject, decision),
        "test": found.text if found else None,
    }


def survivor_finding(subject: Subject, survivor: Survivor, test: Suggested | None) -> Finding:
    """Return what is to be said of a change that no test noticed."""
    document = subject.revisions[survivor.revision].document
    change = survivor.change
    return Finding(
        UNNOTICED.code, UNNOTICED.name, UNNOTICED.severity,
        f"no test notices this: {change.says}",
        document.source.shown, document.first_line(document.value(change.path)),
        path_text(change.path),
        hint=f"a test that notices it, ready to paste:\n{test.text.rstrip()}" if test else None,
        identity=(change.kind, change.says, document.source.name,
                  *telling(document, change.path)),
    )  # fmt: skip


def record_of_survivor(
    subject: Subject, survivor: Survivor, test: Suggested | None
) -> dict[str, Any]:
    """Return a change that no test noticed as JSON."""
    document = subject.revisions[survivor.revision].document
    change = survivor.change
    return {
        "kind": change.kind,
        "file": document.source.shown,
        "line": document.value(change.path).line,
        "path": path_text(change.path),
        "change": change.says,
        "cases": survivor.cases,
        "test": test and test.text,
    }


def too_many(subject: Subject, index: int, error: TooMuch) -> Finding:
    """Return the finding that a policy has too many cases to be measured."""
    document = subject.revisions[index].document
    return Finding(
        TOO_MANY.code, TOO_MANY.name, TOO_MANY.severity, error.message,
        document.source.shown, document.value(("policy",)), "policy",
        identity=(document.source.name,),
    )  # fmt: skip


def too_low(subject: Subject, code: Code, share: float, wanted: float) -> Unit:
    """Return the finding that a share is lower than was asked for."""
    document = subject.revisions[-1].document
    span = document.value(("policy",))
    message = f"{share:g} % is less than {wanted:g} %"
    finding = Finding(
        code.code, code.name, code.severity, message, document.source.shown, span, "policy",
        identity=(code.name,),
    )  # fmt: skip
    return Unit(code.name, document.source.shown, span.line, (finding,))
