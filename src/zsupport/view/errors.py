"""Errors and findings as text with excerpts, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zsupport.errors import InvalidPolicy, ZsupportError
from zsupport.findings import Finding
from zsupport.report.text import printable
from zsupport.wording import NO_BREAK, Counted, Wording, glued

MAX_SHOWN = 200


def error_text(
    error: ZsupportError, words: Wording, encoding: str = "utf-8", width: int | None = None
) -> str:
    """Return an error as text: a line for each problem, or each finding with its excerpt.

    `words` writes the texts for the reader; `encoding` is that of the output. Hints are wrapped
    to `width`, except inside backquotes; None stands for no limit.
    """
    if isinstance(error, InvalidPolicy):
        return findings_text(error, words, encoding)
    lines = [f"zsupport: {line}" for line in words.message(error.message).split("\n")]
    if error.hint:
        # A name in a hint can contain line feeds, so every line is indented.
        for line in words.message(error.hint).split("\n"):
            lines += [f"  {part}" for part in _wrapped(line, width)]
    return printable("\n".join(lines)) + "\n"


def _wrapped(line: str, width: int | None) -> list[str]:
    """Return a line in lines that fit behind the indent; texts in backquotes are not broken."""
    if width is None:
        return [line]
    # Every second part is in backquotes.
    parts = line.split("`")
    parts[1::2] = [glued(part) for part in parts[1::2]]
    result = [""]
    for word in "`".join(parts).split(" "):
        if result[-1] and len(result[-1]) + 1 + len(word) > width - 2:
            result.append(word)
        else:
            result[-1] = f"{result[-1]} {word}" if result[-1] else word
    return [text.replace(NO_BREAK, " ") for text in result]


def error_document(error: ZsupportError, words: Wording) -> dict[str, Any]:
    """Return the JSON document of an error; `problems` has the findings."""
    document: dict[str, Any] = {
        "kind": error.kind,
        "code": error.exit_code,
        "message": words.message(error.message),
        "hint": words.message(error.hint),
    }
    if isinstance(error, InvalidPolicy):
        from zsupport.report.findings.json import problem, related_places

        document["problems"] = [
            {**problem(finding), "related": related_places(finding)}
            for finding in worded(error.findings, words)
        ]
    return {"error": document}


def findings_text(invalid: InvalidPolicy, words: Wording, encoding: str = "utf-8") -> str:
    """Return every finding with its excerpt, and the number of findings."""
    from zsupport.report.findings.text import finding_text, sources_of

    sources = sources_of(invalid.texts)
    shown = worded(invalid.findings[:MAX_SHOWN], words)
    blocks = [finding_text(finding, sources, words, encoding=encoding) for finding in shown]
    problems = words(Counted("{count} problem", "{count} problems", len(invalid.findings)))
    omitted = len(invalid.findings) - len(shown)
    if omitted:
        problems = words(
            "{problems}, {omitted} not shown; use {format json} to list all",
            problems=problems, omitted=words.language.number(omitted), json="json",
        )  # fmt: skip
    blocks.append(f"{problems}\n")
    return "\n".join(blocks)


def worded(findings: Iterable[Finding], words: Wording) -> tuple[Finding, ...]:
    """Return the findings with the texts for a reader."""
    return tuple(
        finding._replace(
            message=words.message(finding.message),
            expected=words.message(finding.expected),
            hint=words.message(finding.hint),
            label=words.message(finding.label),
            related=tuple(
                related._replace(message=words.message(related.message))
                for related in finding.related
            ),
            fix=finding.fix and finding.fix._replace(title=words.message(finding.fix.title)),
        )
        for finding in findings
    )
