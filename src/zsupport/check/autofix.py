"""Apply fixes in rounds until no fixable finding remains."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zsupport.check.edits import apply
from zsupport.check.evaluate import Evaluation
from zsupport.findings import Finding, Fix
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document
from zsupport.typed import NamedTuple

#: A fix can make another fix possible; this limit ends the rounds.
MAX_ROUNDS = 50
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Evaluate = Callable[[Document], Evaluation]


class FixedDocument(NamedTuple):
    """A file after its fixes, with the remaining and the fixed findings."""

    document: Document
    evaluation: Evaluation
    fixed: tuple[Finding, ...]


def fix_document(document: Document, evaluation: Evaluation, evaluate: Evaluate) -> FixedDocument:
    """Return a document with all possible fixes applied, and its new evaluation.

    Fixes that touch the same text are applied in separate rounds. A fix that would make the
    policy invalid is not applied.
    """
    fixed: list[Finding] = []
    for _ in range(MAX_ROUNDS):
        fixable = [finding for finding in evaluation.findings if finding.fix]
        step = _apply_fixes(document, fixable) if fixable else None
        if step is None:
            break
        document, applied = step
        fixed += applied
        evaluation = evaluate(document)
    return FixedDocument(document, evaluation, tuple(fixed))


def _apply_fixes(
    document: Document, fixable: Sequence[Finding]
) -> tuple[Document, list[Finding]] | None:
    """Return the document after some fixes, with their findings; None if no fix can be applied.

    If the fixes together make the policy invalid, try the first half of them, then the second half.
    """
    fixes: dict[Fix, Finding] = {}
    for finding in fixable:
        assert finding.fix
        fixes.setdefault(finding.fix, finding)
    applied = apply(document.text, fixes)
    after = with_text(document, applied.text)
    if after.revision is not None:
        return after, [fixes[fix] for fix in applied.fixes]
    if len(fixable) == 1:
        return None
    half = len(fixable) // 2
    return _apply_fixes(document, fixable[:half]) or _apply_fixes(document, fixable[half:])


def with_text(document: Document, text: str) -> Document:
    """Return the document with another text, and with the byte order mark of its file."""
    source = document.source
    mark = _BYTE_ORDER_MARK if source.data.startswith(_BYTE_ORDER_MARK) else b""
    return read_document(
        SourceFile(source.name, mark + text.encode("utf-8"), source.digest, source.shown)
    )
