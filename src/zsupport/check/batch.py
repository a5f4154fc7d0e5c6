"""Many files looked at in one run: one after the other, and what is clean is forgotten at once."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from zsupport.analysis.deadlines import Clocks
from zsupport.check.about_tests import CODES as ABOUT_TESTS
from zsupport.check.autofix import repaired
from zsupport.check.catalogue import KINDS, allowable
from zsupport.check.config import Config, Configs
from zsupport.check.evaluate import Judgement, judge
from zsupport.check.rule import Rule
from zsupport.check.rules import RULES
from zsupport.check.suppressions import suppress, suppressions_of
from zsupport.clock.holidays import PublicHolidays, public_holidays
from zsupport.clock.model import Year
from zsupport.errors import EnvironmentFault, InvalidPolicy, PolicyError
from zsupport.findings import CODES, Finding, Unit
from zsupport.policy.document import Document
from zsupport.policy.loader import in_order, read_document
from zsupport.sources.find import read_file
from zsupport.sources.policies import Folders
from zsupport.sources.select import Excluded, Fault, SelectedFile
from zsupport.typed import NamedTuple

#: What is done with a file that was fixed: its target, and its bytes before and after. Raises
#: EnvironmentFault where they cannot be put in place.
Put = Callable[[SelectedFile, bytes, bytes], None]


class CheckOptions(NamedTuple):
    """What a run looks for, and as of when."""

    today: date
    configs: Configs  # what projects say of their files
    select: frozenset[str] | None = None  # codes that count, whatever projects say
    ignore: frozenset[str] | None = None  # codes that do not, whatever projects say
    fail_on: str | None = None  # the severity that fails the run, whatever projects say
    public: PublicHolidays = public_holidays
    excluded: Excluded = lambda _: False  # what is left out of folders
    put: Put | None = None  # fix what can be fixed, and do this with it


class Checked(NamedTuple):
    """What was found in the files of a run."""

    units: tuple[Unit, ...]
    texts: dict[str, str]  # of the files in which something was found
    faults: tuple[Fault, ...]  # files that could not be read; each is a finding, too
    allowed: int  # how many findings comments in the files allow
    holidays: bool = False  # whether public holidays were asked for
    fixed: tuple[Finding, ...] = ()
    unwritten: tuple[EnvironmentFault, ...] = ()  # files that were fixed and could not be written
    off: tuple[str, ...] = ()  # the rules that configuration switches off, as written there

    @property
    def refused(self) -> bool:
        """Whether there is a file that cannot be read, or that no answer can be given from."""
        return bool(self.faults) or any(
            finding.code in CODES for unit in self.units for finding in unit.findings
        )


class _ProjectRules(NamedTuple):
    """What is looked for in the files of one project."""

    rules: tuple[Rule, ...]
    codes: frozenset[str]  # of the findings that count
    fails_at: str | None
    config: Config

    def codes_in(self, file: str) -> frozenset[str]:
        """Return the codes that count in a file."""
        return self.codes - self.config.ignored(file)


class _RevisionKeys(NamedTuple):
    """What revisions of one policy must not have in common, or must."""

    unit: int
    start: str | None
    timezone: str
    file: SelectedFile


def check_files(
    targets: Sequence[SelectedFile],
    asked: CheckOptions,
    began: Callable[[SelectedFile], None] = lambda _: None,
    faults: Sequence[Fault] = (),
) -> Checked:
    """Return what is found in files; `began` is told of each before it is looked at.

    `faults` is what is known to be out of reach. One file after the other is read, judged and
    forgotten: of a clean one only its name is kept, so that memory does not grow with their number.
    """
    run = _Run(asked)
    for fault in faults:
        run.give_up(fault)
    with _few_collections():
        for target in targets:
            began(target)
            run.look_at(target)
    run.compare_revisions()
    run.look_at_tests()
    return Checked(
        tuple(run.units), run.texts, tuple(run.faults), run.allowed, run.holidays, tuple(run.fixed),
        tuple(run.unwritten), run.switched_off(),
    )  # fmt: skip


class _Run:
    """What has been found until now."""

    def __init__(self, asked: CheckOptions) -> None:
        self.asked = asked
        self.units: list[Unit] = []
        self.texts: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.allowed = 0
        self.holidays = False
        self.fixed: list[Finding] = []
        self.unwritten: list[EnvironmentFault] = []
        self._wanted: dict[Config, _ProjectRules] = {}
        self.policies: dict[tuple[str, str], list[_RevisionKeys]] = {}
        self.clocks = Clocks(self.public)

    def wanted(self, target: SelectedFile) -> _ProjectRules:
        """Return what is looked for in a file; an option stands above what its project says."""
        config = self.asked.configs.of(target)
        found = self._wanted.get(config)
        if found is None:
            asked = self.asked
            selected = config.select if asked.select is None else asked.select
            ignored = config.ignore if asked.ignore is None else asked.ignore
            codes = (frozenset(KINDS) if selected is None else selected) - ignored
            rules = tuple(rule for rule in RULES if rule.code in codes)
            fails_at = None if asked.fail_on else config.fail_on
            found = self._wanted[config] = _ProjectRules(rules, codes, fails_at, config)
        return found

    def switched_off(self) -> tuple[str, ...]:
        """Return the rules that the configuration of files switches off, unless options do."""
        if self.asked.select is not None:
            return ()
        return tuple(dict.fromkeys(off for config in self._wanted for off in config.switched_off))

    def look_at(self, target: SelectedFile) -> None:
        """Read a file and judge it."""
        try:
            source = read_file(target.path, target.shown)
        except PolicyError as error:
            self.give_up(Fault.of(target, error))
            return
        if not target.holds_policy(source.data):
            return
        document = read_document(source)
        judgement = self.judge(target, document)
        # What came in by a pipe goes on in any case.
        piped = target.path == "-"
        if self.asked.put and (piped or any(finding.fix for finding in judgement.findings)):
            document, judgement = self.repair(self.asked.put, target, document, judgement)
        if judgement.findings:
            self.texts[target.shown] = document.text
        self.allowed += judgement.allowed
        if document.revision is not None:
            revision = document.revision
            where = os.path.dirname(os.path.abspath(target.path)), revision.policy
            self.policies.setdefault(where, []).append(
                _RevisionKeys(len(self.units), revision.start, revision.timezone, target)
            )
        fails_at = self.wanted(target).fails_at
        self.units.append(Unit(target.shown, target.shown, 1, judgement.findings, fails_at))

    def give_up(self, fault: Fault) -> None:
        """Note that a file could not be looked at, which is a finding in every format."""
        self.faults.append(fault)
        self.units.append(Unit(fault.file, fault.file, 1, (fault.finding(),)))

    def public(self, country: str, subdivision: str | None, year: int) -> Year:
        """Return the public holidays of a year, and note that they were asked for."""
        self.holidays = True
        return self.asked.public(country, subdivision, year)

    def judge(self, target: SelectedFile, document: Document) -> Judgement:
        """Return what the loader says of a file, or what the rules do that count for it."""
        wanted = self.wanted(target)
        rules, codes = wanted.rules, wanted.codes_in(target.shown)
        if codes != wanted.codes:
            rules = tuple(rule for rule in rules if rule.code in codes)
        judgement = judge(document, rules, self.asked.today, self.clocks)
        if all(each.code in codes or each.code in CODES for each in judgement.findings):
            return judgement
        found = (each for each in judgement.findings if each.code in codes or each.code in CODES)
        return judgement._replace(findings=tuple(found))

    def repair(
        self, put: Put, target: SelectedFile, document: Document, judgement: Judgement
    ) -> tuple[Document, Judgement]:
        """Return a file with its fixes and what is left, or as it was if it cannot be written."""
        after = repaired(document, judgement, lambda each: self.judge(target, each))
        if not after.fixed and target.path != "-":
            return document, judgement
        try:
            put(target, document.source.data, after.document.source.data)
        except EnvironmentFault as fault:
            self.unwritten.append(fault)
            return document, judgement
        self.fixed += after.fixed
        return after.document, after.judgement

    def look_at_tests(self) -> None:
        """Add what is found by the tests of each policy, in them and in the policy."""
        about = {code.code for code in ABOUT_TESTS}
        if not any(self.wanted(each[0].file).codes & about for each in self.policies.values()):
            return
        folders = Folders(self.asked.excluded)
        by_policy = {}
        for (folder, id), revisions in self.policies.items():
            first = revisions[0].file
            if first.path != "-":
                by_policy[folder, id] = folders.tests(folder, os.path.dirname(first.shown), id)
        if not any(by_policy.values()):
            return
        from zsupport.check.untested import of_tests

        for (folder, id), tests in by_policy.items():
            if tests:
                first = self.policies[folder, id][0].file
                files = folders.policy(folder, os.path.dirname(first.shown), id)
                # A named file counts too if its name does not end in .yaml.
                named = [each.file for each in self.policies[folder, id]]
                missing = [each for each in named if each.real not in files]
                files |= {each.real: each.source for each in folders.read(missing, [])}
                found = of_tests(tuple(files.values()), tuple(tests.values()), self.public)
                for document, findings in found:
                    file = document.source.shown
                    self.add(first._replace(path=file, shown=file), document, findings)

    def add(self, target: SelectedFile, document: Document, findings: list[Finding]) -> None:
        """Add findings about a file that has been looked at, or that holds tests."""
        file = document.source.shown
        wanted = self.wanted(target)
        codes = wanted.codes_in(file)
        counted = [each for each in findings if each.code in codes]
        comments = suppressions_of(document, allowable).comments
        suppressed = suppress(comments, counted, self.asked.today)
        self.allowed += suppressed.allowed
        if not suppressed.left:
            return
        self.texts[file] = document.text
        place = next((i for i, unit in enumerate(self.units) if unit.file == file), None)
        if place is None:
            place = len(self.units)
            self.units.append(Unit(file, file, 1, (), wanted.fails_at))
        every = sorted((*self.units[place].findings, *suppressed.left), key=_in_order)
        self.units[place] = self.units[place]._replace(findings=tuple(every))

    def compare_revisions(self) -> None:
        """Add what the revisions of each policy in a folder have in common that they must not."""
        for revisions in self.policies.values():
            for position, found, text in _between(revisions):
                unit = self.units[position]
                every = sorted((*found, *unit.findings), key=_in_order)
                self.units[position] = unit._replace(findings=tuple(every))
                self.texts[unit.file] = text


def _between(revisions: list[_RevisionKeys]) -> Iterator[tuple[int, tuple[Finding, ...], str]]:
    """Yield what the revisions of one policy have in common that they must not, file by file."""
    starts = {revision.start for revision in revisions}
    zones = {revision.timezone for revision in revisions}
    if len(starts) == len(revisions) and len(zones) == 1:
        return
    read = []
    for revision in revisions:
        try:
            source = read_file(revision.file.path, revision.file.shown)
        except PolicyError:
            continue  # it was there a moment ago, and has been judged
        # Identified by file: they may lie in several folders.
        document = read_document(source._replace(name=source.shown))
        if document.revision is not None:
            read.append(document)
    try:
        in_order(read)
    except InvalidPolicy as invalid:
        for revision in revisions:
            file = revision.file.shown
            found = tuple(each for each in invalid.findings if each.file == file)
            if found:
                yield revision.unit, found, invalid.texts[file]


def _in_order(finding: Finding) -> tuple[object, ...]:
    return finding.span, finding.code


@contextmanager
def _few_collections() -> Iterator[None]:
    """Let Python look for cycles seldom: there are next to none, in many nodes and cases.

    Looking through the newest objects again and again takes a tenth of the time.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
