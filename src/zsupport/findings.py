"""Findings about policy files, as data for all report formats.

The meaning of a code never changes after a release.
"""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class Span(NamedTuple):
    """A range of a file. Lines, and columns in characters, count from 1. The end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Code(NamedTuple):
    """A kind of finding: its stable code, its name and its summary in one line."""

    code: str
    name: str
    summary: str
    severity: str = "error"  # the default severity of its findings


class Related(NamedTuple):
    """Another place that a finding refers to, with a message about it."""

    file: str
    span: Span
    message: str
    path: str | None = None  # in the document, if the error of the finding is at this place too


class Edit(NamedTuple):
    """A range of a file and its replacement."""

    span: Span
    text: str


class Fix(NamedTuple):
    """A fix that changes no answer, as edits of the file that do not overlap."""

    title: str
    edits: tuple[Edit, ...]


class Finding(NamedTuple):
    """A finding: its kind, its message, its place in the file and the document, and a hint."""

    code: str
    name: str
    severity: str  # error, warning or note
    message: str
    file: str
    span: Span
    path: str  # in the document, e.g. targets[2].first-response.P1
    expected: str | None = None  # what is accepted at this place
    hint: str | None = None  # what to do
    label: str | None = None  # a few words about the text at the span
    case: Mapping[str, str] | None = None  # the witness: a case that shows the error
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    identity: tuple[str, ...] = ()  # ids and conditions for the fingerprint; default: path, message


SEVERITIES = ("error", "warning", "note")


def further_places(findings: Sequence[Finding]) -> list[Finding]:
    """Return each finding again for each further place with its error."""
    return [
        finding._replace(file=place.file, span=place.span, path=place.path)
        for finding in findings
        for place in finding.related
        if place.path is not None
    ]


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Return the fingerprint of each finding, in order, for tools that compare runs.

    A fingerprint depends on the code, the file and the `identity` of the finding. By default, the
    identity is the path without positions in lists, and the message. So the fingerprint stays the
    same when lines or rules move. Findings that are equal in all of these values are numbered.
    Their fingerprints depend on the number, so all fingerprints of a run are different.
    """
    import re
    from hashlib import sha256
    from json import dumps

    result = []
    seen: dict[tuple[str, ...], int] = {}
    for finding in findings:
        identity = finding.identity or (
            re.sub(r"\[[0-9]+\]", "[]", finding.path),
            finding.message,
        )
        parts = (finding.code, finding.file, *identity)
        number = seen[parts] = seen.get(parts, 0) + 1
        result.append(sha256(dumps([*parts, number]).encode()).hexdigest()[:32])
    return result


class Unit(NamedTuple):
    """A checked unit with its findings: a file, a test or a changed policy."""

    name: str
    file: str
    line: int  # the line of the file on which the unit starts
    findings: tuple[Finding, ...]
    fails_at: str | None = None  # the lowest severity that fails this unit; None: as in the run


class Outcome(NamedTuple):
    """The result of a run of `check`, `test` or `diff`, as data for all report formats."""

    command: str
    units: tuple[Unit, ...]
    texts: Mapping[str, str]  # the source of each file that a finding names, for excerpts
    codes: Mapping[str, Code]  # every kind of finding that the run can report
    closing: tuple[str, ...]  # the last lines of a text report, such as `2 problems`
    extra: Mapping[str, Any]  # more fields of the JSON document
    omitted: Mapping[str, int] = {}  # the number of findings that are not listed, by severity

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the units."""
        return tuple(finding for unit in self.units for finding in unit.findings)


def failing_severities(unit: Unit, severity: str) -> tuple[str, ...]:
    """Return the severities that fail a unit: from `error` down to the lowest, inclusive.

    The lowest is `unit.fails_at`, or by default `severity`.
    """
    return SEVERITIES[: SEVERITIES.index(unit.fails_at or severity) + 1]


def has_failures(outcome: Outcome, severity: str) -> bool:
    """Return whether a finding of the run fails its unit.

    `severity` is the lowest severity that fails a unit without its own `fails_at`.
    """
    return any(
        finding.severity in failing_severities(unit, severity)
        for unit in outcome.units
        for finding in unit.findings
    )


_LOADER_CODES = (
    # ZS0: the file and its YAML
    Code("ZS001", "syntax", Message("invalid YAML")),
    Code("ZS002", "duplicate-key", Message("duplicate key in a mapping")),
    Code("ZS003", "empty-value", Message("key or list item without a value")),
    Code("ZS004", "several-documents", Message("several YAML documents in one file")),
    Code("ZS005", "yaml-tag", Message("YAML tag (!name) before a value")),
    Code("ZS006", "yaml-alias", Message("unknown, circular or too large YAML alias")),
    Code("ZS007", "merge-key", Message("YAML merge key (<<)")),
    Code("ZS008", "not-utf-8", Message("file that is not UTF-8 text")),
    Code(
        "ZS009",
        "too-large",
        Message("file that exceeds a limit: its size, depth or number of values"),
    ),
    # ZS1: shape
    Code("ZS101", "unknown-key", Message("unknown key in a mapping")),
    Code("ZS102", "missing-key", Message("missing key in a mapping")),
    Code("ZS103", "wrong-type", Message("text, list or mapping where another type is expected")),
    Code("ZS104", "invalid-target", Message("invalid or ambiguous target")),
    Code("ZS105", "invalid-value", Message("value that is not in the list of allowed values")),
    Code("ZS106", "invalid-id", Message("invalid or reserved id")),
    Code("ZS107", "case-conflict", Message("ids that differ only in letter case")),
    Code("ZS108", "unsupported-format", Message("unsupported version of the policy format")),
    Code("ZS109", "invalid-date", Message("invalid or duplicate date, or invalid years")),
    Code("ZS110", "invalid-hours", Message("invalid opening time")),
    Code(
        "ZS111",
        "invalid-ratio",
        Message("`warn` that is neither a ratio between 0 and 1 nor a time before the deadline"),
    ),
    # ZS2: references
    Code("ZS201", "undefined-name", Message("name that the policy does not define")),
    Code("ZS202", "cycle", Message("circular definitions")),
    Code("ZS203", "unknown-time-zone", Message("unknown time zone")),
    Code("ZS204", "unknown-country", Message("unknown country")),
    Code("ZS205", "unknown-language", Message("unknown language")),
    Code("ZS206", "overlapping-windows", Message("overlapping windows of one calendar")),
    Code("ZS207", "duplicate-start", Message("revisions of a policy that start on the same date")),
    Code(
        "ZS208", "different-time-zones", Message("revisions of a policy with different time zones")
    ),
    Code("ZS209", "ambiguous-name", Message("duplicate name")),
    Code(
        "ZS210", "wrong-dimension", Message("condition with a dimension that cannot be used here")
    ),
    Code("ZS211", "reversed-dates", Message("last day before the first day")),
    Code(
        "ZS212",
        "starts-at-end",
        Message("first metric with a clock that starts and stops at the first answer"),
    ),
    Code(
        "ZS213",
        "priority-without-cases",
        Message("priority of a channel that opens no cases"),
    ),
)

CODES: dict[str, Code] = {code.code: code for code in _LOADER_CODES}

#: A file that is missing or cannot be read.
UNREADABLE = Code("ZS000", "unreadable-file", Message("missing or unreadable file"))
