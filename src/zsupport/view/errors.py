"""Errors and findings as text with excerpts, and as JSON."""

from __future__ import annotations

from typing import Any

from zsupport.errors import InvalidPolicy, ZsupportError
from zsupport.report.text import printable
from zsupport.wording import Naming, counted

MAX_SHOWN = 200


def error_text(error: ZsupportError, naming: Naming, encoding: str = "utf-8") -> str:
    """Return an error as text: a line for each problem, or each finding with its excerpt.

    `encoding` is that of the output; `naming` writes the names of fields.
    """
    if isinstance(error, InvalidPolicy):
        return findings_text(error, naming, encoding)
    lines = [f"zsupport: {line}" for line in error.message.split("\n")]
    if error.hint:
        # A name in a hint can contain line feeds, so every line is indented.
        lines += [f"  {line}" for line in error.hint.split("\n")]
    return printable("\n".join(lines)) + "\n"


def error_document(error: ZsupportError) -> dict[str, Any]:
    """Return the JSON document of an error; `problems` has the findings."""
    document: dict[str, Any] = {
        "kind": error.kind,
        "code": error.exit_code,
        "message": error.message,
        "hint": error.hint,
    }
    if isinstance(error, InvalidPolicy):
        from zsupport.report.findings.json import problem

        document["problems"] = [problem(finding) for finding in error.findings]
    return {"error": document}


def findings_text(invalid: InvalidPolicy, naming: Naming, encoding: str = "utf-8") -> str:
    """Return every finding with its excerpt, and the number of findings."""
    from zsupport.report.findings.text import finding_text, sources_of

    sources = sources_of(invalid.texts)
    shown = invalid.findings[:MAX_SHOWN]
    blocks = [finding_text(finding, sources, naming, encoding=encoding) for finding in shown]
    problems = counted(len(invalid.findings), "problem")
    omitted = len(invalid.findings) - len(shown)
    if omitted:
        blocks.append(
            f"{problems}, {omitted:,} not shown; use {naming('format', 'json')} to list all\n"
        )
    else:
        blocks.append(f"{problems}\n")
    return "\n".join(blocks)
