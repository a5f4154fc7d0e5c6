"""Findings as a JUnit report: a test case for each unit, with its findings as its failure.

The report is valid for the schema of Apache Ant, the strictest schema in use. This schema requires
a time, a host and a duration, so the report contains them although nothing is measured.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from xml.etree import ElementTree as Xml

from zsupport.findings import Finding, Outcome, Unit, failing_severities
from zsupport.report.findings import Context
from zsupport.report.findings.text import finding_text, sources_of
from zsupport.report.findings.wording import gravest_first, place
from zsupport.report.text import printable, single_line

# Characters that are invalid in XML 1.0, even as a reference.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render(outcome: Outcome, context: Context) -> str:
    """Return the report. Findings below the severity that fails the run are in `system-out`."""
    shown = partial(finding_text, sources=sources_of(outcome.texts), words=context.words)
    severities = [failing_severities(unit, context.fails_at) for unit in outcome.units]
    units = list(zip(outcome.units, severities, strict=True))
    failed = sum(any(f.severity in grave for f in unit.findings) for unit, grave in units)
    root = Xml.Element("testsuites")
    suite = Xml.SubElement(
        root,
        "testsuite",
        {
            "name": _text(single_line(f"zsupport {outcome.command}")),
            "package": "zsupport",
            "id": "0",
            "timestamp": context.moment,
            "hostname": "localhost",
            "tests": str(len(outcome.units)),
            "failures": str(failed),
            "errors": "0",
            "time": "0",
        },
    )
    Xml.SubElement(suite, "properties")
    seen: Counter[tuple[str, str]] = Counter()
    mild: list[Finding] = []
    for unit, grave in units:
        seen[unit.file, unit.name] += 1
        number = seen[unit.file, unit.name]
        # Readers of reports merge test cases with the same name.
        name = unit.name if number == 1 else f"{unit.name} #{number}"
        _test_case(suite, unit._replace(name=name), grave, shown)
        mild += [finding for finding in unit.findings if finding.severity not in grave]
    output = [shown(finding) for finding in mild]
    output.append("".join(f"{line}\n" for line in outcome.closing))
    Xml.SubElement(suite, "system-out").text = _text("\n".join(output))
    Xml.SubElement(suite, "system-err")
    Xml.indent(root)
    text = _HEAD + Xml.tostring(root, encoding="unicode") + "\n"
    return text if context.terminal.unicode else text.encode("ascii", "xmlcharrefreplace").decode()


def _test_case(
    suite: Xml.Element, unit: Unit, grave: tuple[str, ...], shown: Callable[[Finding], str]
) -> None:
    case = Xml.SubElement(
        suite,
        "testcase",
        {
            "name": _text(single_line(unit.name)),
            "classname": _text(single_line(unit.file)),
            "time": "0",
        },
    )
    findings = gravest_first([f for f in unit.findings if f.severity in grave])
    if findings:
        message = _headline(findings[0])
        if len(findings) > 1:
            message = f"{message} (and {len(findings) - 1} more)"
        failure = Xml.SubElement(
            case,
            "failure",
            {"message": _text(message), "type": _text(findings[0].code)},
        )
        failure.text = _text("\n".join(map(shown, findings)))


def _headline(finding: Finding) -> str:
    where = place(finding.file, finding.span.line, finding.span.column)
    return single_line(f"{where}: {finding.message}")


def _text(text: str) -> str:
    """Return a text that is valid in XML."""
    return _NO_XML.sub("\ufffd", printable(text))
