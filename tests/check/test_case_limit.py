"""A policy with more cases than can be looked at: what is said of it, and the examples of that."""

from datetime import date

from zsupport.check.rules import RULES
from zsupport.check.run import judge
from zsupport.check.too_many import EXPLAINED
from zsupport.findings import Finding
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document


def found(text: str) -> list[Finding]:
    document = read_document(SourceFile("p.yaml", text.encode(), "", "p.yaml"))
    assert document.findings == (), "the loader refuses this example"
    findings = judge(document, RULES, date(2026, 11, 26)).findings
    return [each for each in findings if each.code == "ZS310"]


def test_the_bad_example_has_too_many_cases() -> None:
    (finding,) = found(EXPLAINED.bad)
    # Eight facts of eight values, two plans, one channel.
    assert "33,554,432 cases" in finding.message
    assert (finding.span.line, finding.span.column) == (6, 1)


def test_the_good_example_has_not() -> None:
    assert found(EXPLAINED.good) == []
