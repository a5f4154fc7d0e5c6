"""Every text of a finding can be shown in another language, as a whole."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest

from zsupport.check.batch import CheckResult
from zsupport.check.catalogue import KINDS, RULE_BY_CODE
from zsupport.check.closing import closing, outcome_of, preview_closing, switched_off
from zsupport.check.evaluate import evaluate
from zsupport.check.rules import RULES
from zsupport.clock.windows import DAYS
from zsupport.errors import EnvironmentFault
from zsupport.findings import Edit, Finding, Fix, Span, Unit
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document
from zsupport.sources.select import Fault
from zsupport.wording import Language, Message, Wording

BAD = sorted((Path(__file__).parent / "rules").glob("*/bad-*.yaml"))
TODAY = date(2026, 11, 26)
#: Parts that stay as they are: names in backquotes, YAML, addresses, a removed rule, a holiday.
NAMES = r"`[^`]*`|(?<=: )[{#].*|\S+[@/]\S+|\(unclear-names-one-priority\)|Eid al-"


class Loud(Language):
    """A language with the texts in capital letters. Names in backquotes stay as they are."""

    code = "loud"

    def text(self, template: str) -> str:
        """Return a template in capital letters."""
        parts = re.split(r"(\{[^}]*\}|`[^`]*`)", template)
        return "".join(part if number % 2 else part.upper() for number, part in enumerate(parts))

    def plural(self, single: str, several: str, number: int) -> str:
        """Return the template for a number in capital letters."""
        return self.text(super().plural(single, several, number))


LOUD = Wording(Loud())


def texts_of(finding: Finding) -> Iterator[str]:
    """Yield all texts of a finding."""
    texts = [finding.message, finding.expected, finding.hint, finding.label]
    texts += [related.message for related in finding.related]
    texts += [finding.fix.title] if finding.fix else []
    yield from filter(None, texts)


def assert_translated(texts: Iterable[str], document: str = "") -> None:
    """Fail if a text has a word that is neither translated nor a word of the document."""
    known = {*re.findall("[a-z]+", document), *DAYS}
    for text in texts:
        words = re.findall(r"\b[a-z]{2,}\b", re.sub(NAMES, "", LOUD.message(text)))
        assert known.issuperset(words), f"{text!r} is {LOUD.message(text)!r}"


@pytest.mark.parametrize("path", BAD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_texts_of_findings_are_translated(path: Path) -> None:
    document = read_document(SourceFile("policy.yaml", path.read_bytes(), "sha256:0", "policy"))
    rule = RULE_BY_CODE[path.parent.name]
    findings = evaluate(document, RULES if rule.last else [rule], TODAY).findings
    assert findings
    for finding in findings:
        assert_translated(texts_of(finding), document.text)


def test_summaries_are_translated() -> None:
    assert_translated(kind.summary for kind in KINDS.values())


SPAN = Span(7, 5, 7, 9)
FIX = Fix(Message("remove `hours`"), (Edit(SPAN, ""),))
FINDING = Finding(
    "ZS405", "unused-hours", "warning", Message("unused"), "a.yaml", SPAN, "targets[0]", fix=FIX
)
UNITS = (Unit("a.yaml", "a.yaml", 1, (FINDING, FINDING._replace(severity="note"))),)
FAULT = Fault("b.yaml", Message("file not found"), None)
UNWRITTEN = EnvironmentFault(Message("cannot write"))


@pytest.mark.parametrize(
    "result",
    [
        CheckResult((), {}, (), 0),
        CheckResult(UNITS, {}, (), 1200),
        CheckResult(UNITS, {}, (FAULT,), 1, fixed=(FINDING,), unwritten=(UNWRITTEN,)),
    ],
)
def test_closing_lines_are_translated(result: CheckResult) -> None:
    assert_translated(outcome_of(result, ()).closing, "a.yaml fix")
    assert_translated([preview_closing(result)])


def test_rules_that_are_switched_off_are_translated() -> None:
    """The line names the rules and patterns as the configuration has them, without line feeds."""
    text = Message("{rules} in {pattern}", rules="catch-all", pattern="new\nline")
    result = CheckResult((), {}, (), 0, switched_off=("catch-all", text))
    (off,) = switched_off(result, None)
    assert off == "switched off by configuration: catch-all, catch-all in new\\nline"
    assert LOUD.message(off) == "SWITCHED OFF BY CONFIGURATION: catch-all, catch-all IN new\\nline"
    assert LOUD.message(closing(result, (off,))).endswith(f"; {LOUD.message(off)}")
