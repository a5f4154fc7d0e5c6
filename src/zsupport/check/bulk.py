"""Many files looked at in one run: one after the other, and what is clean is forgotten at once."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

from zsupport.check.discover import Fault, Target, may_be_policy
from zsupport.check.rule import Rule
from zsupport.check.run import Judgement, judge
from zsupport.clock.holidays import PublicHolidays, public_holidays
from zsupport.errors import InvalidPolicy, PolicyError
from zsupport.findings import CODES, Finding, Unit
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.find import read_file
from zsupport.policy.loader import check_revisions, read_document


class Checked(NamedTuple):
    """What was found in the files of a run."""

    units: tuple[Unit, ...]
    texts: dict[str, str]  # of the files in which something was found
    faults: tuple[Fault, ...]  # files that could not be read
    allowed: int  # how many findings comments in the files allow

    @property
    def refused(self) -> bool:
        """Whether there is a file that cannot be read, or that no answer can be given from."""
        return bool(self.faults) or any(
            finding.code in CODES for unit in self.units for finding in unit.findings
        )


class Asked(NamedTuple):
    """What a run looks for, and as of when."""

    rules: tuple[Rule, ...]
    codes: frozenset[str]  # of the findings that count
    today: date
    public: PublicHolidays = public_holidays


class _Revision(NamedTuple):
    """What revisions of one policy must not have in common, or must."""

    unit: int
    start: str | None
    timezone: str
    target: Target


def check_files(
    targets: Sequence[Target], asked: Asked, began: Callable[[Target], None] = lambda _: None
) -> Checked:
    """Return what is found in files; `began` is told of each before it is looked at.

    One file after the other is read, judged and forgotten: of a clean one only its name is kept,
    so that memory does not grow with their number.
    """
    units: list[Unit] = []
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    allowed = 0
    policies: dict[tuple[str, str], list[_Revision]] = {}
    with _few_collections():
        for target in targets:
            began(target)
            try:
                source = read_file(target.path, target.shown)
            except PolicyError as error:
                faults.append(Fault.of(target.path, error)._replace(file=target.shown))
                continue
            if not target.named and not may_be_policy(source.data):
                continue
            document = read_document(source)
            judgement = judged(document, asked)
            allowed += judgement.allowed
            if judgement.findings:
                texts[target.shown] = document.text
            if document.revision is not None:
                where = os.path.dirname(os.path.abspath(target.path)), document.revision.policy
                policies.setdefault(where, []).append(
                    _Revision(
                        len(units), document.revision.start, document.revision.timezone, target
                    )
                )
            units.append(Unit(target.shown, target.shown, 1, judgement.findings))
    for revisions in policies.values():
        if len(revisions) > 1:
            for position, found, text in _between(revisions):
                unit = units[position]
                every = sorted((*found, *unit.findings), key=_in_order)
                units[position] = unit._replace(findings=tuple(every))
                texts[unit.file] = text
    return Checked(tuple(units), texts, tuple(faults), allowed)


def judged(document: Document, asked: Asked) -> Judgement:
    """Return what is found in a file: what the loader says, or what rules do that were selected."""
    judgement = judge(document, asked.rules, asked.today, asked.public)
    if all(each.code in asked.codes or each.code in CODES for each in judgement.findings):
        return judgement
    found = (each for each in judgement.findings if each.code in asked.codes or each.code in CODES)
    return judgement._replace(findings=tuple(found))


def _between(revisions: list[_Revision]) -> Iterator[tuple[int, tuple[Finding, ...], str]]:
    """Yield what the revisions of one policy have in common that they must not, file by file."""
    starts = {revision.start for revision in revisions}
    zones = {revision.timezone for revision in revisions}
    if len(starts) == len(revisions) and len(zones) == 1:
        return
    revisions = sorted(revisions, key=lambda revision: revision.start or "")
    sources: dict[str, SourceFile] = {}
    read = []
    for revision in revisions:
        try:
            source = read_file(revision.target.path, revision.target.shown)
        except PolicyError:
            continue  # it was there a moment ago, and has been judged
        document = read_document(source)
        if document.revision is not None:
            # They are told apart by file, wherever they were found.
            read.append(document.revision._replace(file=source.shown))
            sources[source.shown] = source
    try:
        check_revisions(read, sources)
    except InvalidPolicy as invalid:
        for revision in revisions:
            file = revision.target.shown
            found = tuple(each for each in invalid.findings if each.file == file)
            if found:
                yield revision.unit, found, invalid.texts[file]


def _in_order(finding: Finding) -> tuple[object, ...]:
    return finding.span, finding.code


@contextmanager
def _few_collections() -> Iterator[None]:
    """Let Python look for cycles seldom: nodes and cases make none, and are many.

    Looking through all of them again and again would take a quarter of the time. What was there
    before the run is not looked at either.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
