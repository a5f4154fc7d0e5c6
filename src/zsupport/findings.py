"""Findings: what is wrong in a policy file, as data until the last step.

A code, once released, keeps its meaning for ever and is never given to another finding.
"""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class Span(NamedTuple):
    """A range of a file; lines and columns count characters from 1, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Code(NamedTuple):
    """A kind of finding: its stable code, its name, and what it says in one line."""

    code: str
    name: str
    summary: str
    severity: str = "error"  # that of its findings, where nothing makes one milder


class Related(NamedTuple):
    """Another place that a finding speaks of, and what stands there."""

    file: str
    span: Span
    message: str


class Edit(NamedTuple):
    """A range of a file and the text to put in its place."""

    span: Span
    text: str


class Fix(NamedTuple):
    """A repair that changes no answer, as edits of the finding's file that do not overlap."""

    title: str
    edits: tuple[Edit, ...]


class Finding(NamedTuple):
    """One finding: which kind, where in the file and in the document, and the way out."""

    code: str
    name: str
    severity: str  # error, warning or note
    message: str
    file: str
    span: Span
    path: str  # in the document, e.g. targets[2].first-response.P1
    expected: str | None = None
    hint: str | None = None
    label: str | None = None  # what stands at the span, in a few words
    case: Mapping[str, str] | None = None  # the witness: a case in which it shows
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    identity: tuple[str, ...] = ()  # ids and conditions that tell it from others of its code


SEVERITIES = ("error", "warning", "note")


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Return a name for each finding, for tools that compare one run with the next.

    It is made of code, file, ids and conditions, and stays when lines and rules move. Of
    findings that are the same in all of that, the second and later ones are counted, so that
    fingerprints are unique within a run.
    """
    import re
    from hashlib import sha256
    from json import dumps

    found = []
    seen: dict[tuple[str, ...], int] = {}
    for finding in findings:
        identity = finding.identity or (
            re.sub(r"\[[0-9]+\]", "[]", finding.path),
            finding.message,
        )
        parts = (finding.code, finding.file, *identity)
        number = seen[parts] = seen.get(parts, 0) + 1
        found.append(sha256(dumps([*parts, number]).encode()).hexdigest()[:32])
    return found


class Unit(NamedTuple):
    """One thing that was looked at, with what was found: a file, a test case, a changed policy."""

    name: str
    file: str
    line: int
    findings: tuple[Finding, ...]
    fails_at: str | None = None  # the least severity that fails it, where it has its own


class Outcome(NamedTuple):
    """What a run of `check`, `test` or `diff` has to say; every format is written from it."""

    command: str
    units: tuple[Unit, ...]
    texts: Mapping[str, str]  # the source of each file that a finding names, for excerpts
    codes: Mapping[str, Code]  # every kind of finding that the run could have made
    closing: tuple[str, ...]  # lines that end the text, such as `2 problems`
    extra: Mapping[str, Any]  # what the JSON document says beside the findings
    left_out: Mapping[str, int] = {}  # by severity: those that were found and not listed

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the units."""
        return tuple(finding for unit in self.units for finding in unit.findings)


def failing(unit: Unit, severity: str) -> tuple[str, ...]:
    """Return this severity and the graver ones, or those that the unit itself says."""
    return SEVERITIES[: SEVERITIES.index(unit.fails_at or severity) + 1]


def fail_on(outcome: Outcome, severity: str) -> bool:
    """Return whether the run found anything of this severity, or of a graver one."""
    return any(
        finding.severity in failing(unit, severity)
        for unit in outcome.units
        for finding in unit.findings
    )


_LOADER_CODES = (
    # ZS0: the file and its YAML
    Code("ZS001", "syntax", "the file is not well-formed YAML"),
    Code("ZS002", "duplicate-key", "a mapping has the same key twice"),
    Code("ZS003", "empty-value", "a key or a list item has no value"),
    Code("ZS004", "several-documents", "a file holds more than one YAML document"),
    Code("ZS005", "yaml-tag", "a YAML tag (!name) stands before a value"),
    Code("ZS006", "yaml-alias", "an alias is unknown, contains itself, or unfolds to too much"),
    Code("ZS007", "merge-key", "a merge key (<<) is used"),
    Code("ZS008", "not-utf-8", "the file is not UTF-8 text"),
    Code("ZS009", "too-large", "the file is too large, too deep or has too many values"),
    # ZS1: shape
    Code("ZS101", "unknown-key", "a key that this mapping does not have"),
    Code("ZS102", "missing-key", "a key that this mapping must have is not there"),
    Code("ZS103", "wrong-type", "a text, a list or a mapping stands where another is expected"),
    Code("ZS104", "invalid-target", "a target value that cannot be read with certainty"),
    Code("ZS105", "invalid-value", "a value that is not one of a closed list"),
    Code("ZS106", "invalid-id", "an id that is not letters, digits, dots, hyphens or underscores"),
    Code("ZS107", "case-conflict", "two ids that differ only by case"),
    Code("ZS108", "unsupported-format", "a format version that this program does not read"),
    Code("ZS109", "invalid-date", "a date, month-day or run of years that cannot be read"),
    Code("ZS110", "invalid-hours", "an opening time that cannot be read"),
    Code("ZS111", "invalid-ratio", "a ratio that is not n/d between 0 and 1"),
    # ZS2: references
    Code("ZS201", "undefined-name", "a name that the policy does not define"),
    Code("ZS202", "cycle", "definitions that lead back to themselves"),
    Code("ZS203", "unknown-zone", "a zone that is no IANA name and no fixed offset"),
    Code("ZS204", "unknown-country", "a country that is no ISO 3166 code"),
    Code("ZS205", "unknown-language", "a language that is no ISO 639 code"),
    Code("ZS206", "overlapping-windows", "two opening times of one calendar overlap"),
    Code("ZS207", "duplicate-start", "two revisions of a policy start on the same date"),
    Code("ZS208", "different-zones", "revisions of one policy name different zones"),
    Code("ZS209", "ambiguous-name", "one name stands for two things"),
    Code("ZS210", "wrong-dimension", "a condition names what cannot decide here"),
    Code("ZS211", "reversed-dates", "a last day lies before the first"),
    Code("ZS212", "starts-at-end", "the clock of the first metric starts with what ends it"),
)

CODES: dict[str, Code] = {code.code: code for code in _LOADER_CODES}

#: A file of which nothing can be said, as it is not there or may not be looked into.
UNREADABLE = Code("ZS000", "unreadable-file", "a file that is not there, or cannot be read")
