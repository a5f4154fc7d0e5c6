"""Check many files in one run. Documents are freed file by file, to save memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from zsupport.analysis.deadlines import Clocks
from zsupport.check.autofix import fix_document
from zsupport.check.catalogue import KINDS, suppressible_code
from zsupport.check.config import Config, Configs
from zsupport.check.evaluate import Evaluation, evaluate
from zsupport.check.rule import Rule
from zsupport.check.rules import RULES
from zsupport.check.suite_codes import TEST_CODES
from zsupport.check.suppressions import suppress, suppressions_of
from zsupport.clock.holidays import PublicHolidays, public_holidays
from zsupport.clock.model import Year
from zsupport.errors import EnvironmentFault, InvalidPolicy, PolicyError
from zsupport.findings import CODES, Finding, Unit
from zsupport.garbage import rare_garbage_collection
from zsupport.policy.document import Document
from zsupport.policy.loader import read_document, sort_documents
from zsupport.sources.find import read_file
from zsupport.sources.policies import Folders
from zsupport.sources.select import Excluded, Fault, SelectedFile
from zsupport.typed import NamedTuple

#: Writes a fixed file. The arguments are the file and its bytes before and after the fixes. Raises
#: EnvironmentFault if the file cannot be written.
WriteFixed = Callable[[SelectedFile, bytes, bytes], None]


class CheckOptions(NamedTuple):
    """The options of a run."""

    today: date
    configs: Configs  # the configurations of projects
    select: frozenset[str] | None = None  # replaces the configured selection
    ignore: frozenset[str] | None = None  # replaces the configured codes to ignore
    fail_on: str | None = None  # replaces the configured severity
    public: PublicHolidays = public_holidays
    excluded: Excluded = lambda _: False
    write: WriteFixed | None = None  # if given, fix findings and write the files


class CheckResult(NamedTuple):
    """The result of a run."""

    units: tuple[Unit, ...]
    texts: dict[str, str]  # the texts of the files with findings, by the shown file name
    faults: tuple[Fault, ...]  # files that could not be read; each is also a finding
    suppressed: int  # the number of findings that comments suppress
    holidays: bool = False  # whether public holidays were used
    fixed: tuple[Finding, ...] = ()
    unwritten: tuple[EnvironmentFault, ...] = ()  # fixed files that could not be written
    switched_off: tuple[str, ...] = ()  # the rules that configuration switches off, as written

    @property
    def refused(self) -> bool:
        """Whether a file cannot be read or is invalid."""
        return bool(self.faults) or any(
            finding.code in CODES for unit in self.units for finding in unit.findings
        )


class _ProjectRules(NamedTuple):
    """The rules and codes for the files of a project."""

    rules: tuple[Rule, ...]
    codes: frozenset[str]  # the codes whose findings are reported
    fails_at: str | None  # the configured severity; None if an option replaces it
    config: Config

    def codes_in(self, file: str) -> frozenset[str]:
        """Return the codes of reported findings in a file."""
        return self.codes - self.config.ignored(file)


class _RevisionKeys(NamedTuple):
    """The keys of a revision that are compared with other revisions."""

    unit: int  # the position of its unit
    start: str | None
    timezone: str
    file: SelectedFile


def check_files(
    targets: Sequence[SelectedFile],
    options: CheckOptions,
    before_file: Callable[[SelectedFile], None] = lambda _: None,
    faults: Sequence[Fault] = (),
) -> CheckResult:
    """Check files and return the result; call `before_file` before reading each file.

    `faults` are files that could not be read. Files are read and checked one by one. To save
    memory, the text of a file without findings is not kept.
    """
    run = _Run(options)
    for fault in faults:
        run.add_fault(fault)
    with rare_garbage_collection():
        for target in targets:
            before_file(target)
            run.check(target)
    run.compare_revisions()
    run.check_tests()
    return CheckResult(
        tuple(run.units), run.texts, tuple(run.faults), run.suppressed, run.holidays,
        tuple(run.fixed), tuple(run.unwritten), run.switched_off(),
    )  # fmt: skip


class _Run:
    """The state of a run."""

    def __init__(self, options: CheckOptions) -> None:
        self.options = options
        self.units: list[Unit] = []
        self.texts: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.suppressed = 0
        self.holidays = False
        self.fixed: list[Finding] = []
        self.unwritten: list[EnvironmentFault] = []
        self._project_rules: dict[Config, _ProjectRules] = {}
        #: The revisions of each policy, by folder and policy id.
        self.policies: dict[tuple[str, str], list[_RevisionKeys]] = {}
        self.clocks = Clocks(self.public)

    def project_rules(self, target: SelectedFile) -> _ProjectRules:
        """Return the rules and codes for a file. Options override the configured ones."""
        config = self.options.configs.of(target)
        project = self._project_rules.get(config)
        if project is None:
            options = self.options
            selected = config.select if options.select is None else options.select
            ignored = config.ignore if options.ignore is None else options.ignore
            codes = (frozenset(KINDS) if selected is None else selected) - ignored
            rules = tuple(rule for rule in RULES if rule.code in codes)
            fails_at = None if options.fail_on else config.fail_on
            project = self._project_rules[config] = _ProjectRules(rules, codes, fails_at, config)
        return project

    def switched_off(self) -> tuple[str, ...]:
        """Return the rules that configuration switches off; empty if an option selects rules."""
        if self.options.select is not None:
            return ()
        return tuple(
            dict.fromkeys(off for config in self._project_rules for off in config.switched_off)
        )

    def check(self, target: SelectedFile) -> None:
        """Read and check a file, and fix it if `options.write` is set."""
        try:
            source = read_file(target.path, target.shown)
        except PolicyError as error:
            self.add_fault(Fault.of(target, error))
            return
        if not target.counts_as_policy(source.data):
            return
        document = read_document(source)
        evaluation = self.evaluate(target, document)
        # Standard input is always written to standard output, even if there is nothing to fix.
        piped = target.path == "-"
        if self.options.write and (piped or any(finding.fix for finding in evaluation.findings)):
            document, evaluation = self.fix(self.options.write, target, document, evaluation)
        if evaluation.findings:
            self.texts[target.shown] = document.text
        self.suppressed += evaluation.suppressed
        if document.revision is not None:
            revision = document.revision
            where = os.path.dirname(os.path.abspath(target.path)), revision.policy
            self.policies.setdefault(where, []).append(
                _RevisionKeys(len(self.units), revision.start, revision.timezone, target)
            )
        fails_at = self.project_rules(target).fails_at
        self.units.append(Unit(target.shown, target.shown, 1, evaluation.findings, fails_at))

    def add_fault(self, fault: Fault) -> None:
        """Add a file that could not be read, with its finding."""
        self.faults.append(fault)
        self.units.append(Unit(fault.file, fault.file, 1, (fault.finding(),)))

    def public(self, country: str, subdivision: str | None, year: int) -> Year:
        """Return the public holidays of a year, and note that they were used."""
        self.holidays = True
        return self.options.public(country, subdivision, year)

    def evaluate(self, target: SelectedFile, document: Document) -> Evaluation:
        """Evaluate a file by the rules for it. Ignored findings are omitted."""
        project = self.project_rules(target)
        rules, codes = project.rules, project.codes_in(target.shown)
        if codes != project.codes:
            rules = tuple(rule for rule in rules if rule.code in codes)
        evaluation = evaluate(document, rules, self.options.today, self.clocks)
        counted = codes | CODES.keys()
        if all(finding.code in counted for finding in evaluation.findings):
            return evaluation
        findings = (finding for finding in evaluation.findings if finding.code in counted)
        return evaluation._replace(findings=tuple(findings))

    def fix(
        self, write: WriteFixed, target: SelectedFile, document: Document, evaluation: Evaluation
    ) -> tuple[Document, Evaluation]:
        """Fix a document and write it; return the new document and its evaluation.

        Return the old ones if there is nothing to fix, or if the file cannot be written.
        """
        after = fix_document(document, evaluation, lambda fixed: self.evaluate(target, fixed))
        if not after.fixed and target.path != "-":
            return document, evaluation
        try:
            write(target, document.source.data, after.document.source.data)
        except EnvironmentFault as fault:
            self.unwritten.append(fault)
            return document, evaluation
        self.fixed += after.fixed
        return after.document, after.evaluation

    def check_tests(self) -> None:
        """Add the findings about the tests of each policy."""
        codes = {code.code for code in TEST_CODES}
        policies = self.policies.values()
        if not any(self.project_rules(revisions[0].file).codes & codes for revisions in policies):
            return
        folders = Folders(self.options.excluded)
        by_policy = {}
        for (folder, id), revisions in self.policies.items():
            first = revisions[0].file
            if first.path != "-":
                by_policy[folder, id] = folders.tests(folder, os.path.dirname(first.shown), id)
        if not any(by_policy.values()):
            return
        from zsupport.check.untested import findings_in_tests

        for (folder, id), tests in by_policy.items():
            if tests:
                first = self.policies[folder, id][0].file
                files = folders.policy(folder, os.path.dirname(first.shown), id)
                # `Folders` omits files whose names do not end in .yaml, so add the checked ones.
                named = [revision.file for revision in self.policies[folder, id]]
                missing = [file for file in named if file.real not in files]
                files |= {file.real: file.source for file in folders.read(missing, [])}
                results = findings_in_tests(
                    tuple(files.values()), tuple(tests.values()), self.public
                )
                for document, findings in results:
                    file = document.source.shown
                    self.add(first._replace(path=file, shown=file), document, findings)

    def add(self, target: SelectedFile, document: Document, findings: list[Finding]) -> None:
        """Add findings in a file of a policy or of its tests, except ignored and suppressed ones.

        `target` is this file. Its project and the options decide which findings are ignored.
        """
        file = document.source.shown
        project = self.project_rules(target)
        codes = project.codes_in(file)
        counted = [finding for finding in findings if finding.code in codes]
        comments = suppressions_of(document, suppressible_code).comments
        result = suppress(comments, counted, self.options.today)
        self.suppressed += result.suppressed
        if not result.remaining:
            return
        self.texts[file] = document.text
        place = next((i for i, unit in enumerate(self.units) if unit.file == file), None)
        if place is None:
            place = len(self.units)
            self.units.append(Unit(file, file, 1, (), project.fails_at))
        merged = sorted((*self.units[place].findings, *result.remaining), key=_sort_key)
        self.units[place] = self.units[place]._replace(findings=tuple(merged))

    def compare_revisions(self) -> None:
        """Add the conflicts between the revisions of each policy in a folder."""
        for revisions in self.policies.values():
            for position, conflicts, text in _conflicts(revisions):
                unit = self.units[position]
                merged = sorted((*conflicts, *unit.findings), key=_sort_key)
                self.units[position] = unit._replace(findings=tuple(merged))
                self.texts[unit.file] = text


def _conflicts(revisions: list[_RevisionKeys]) -> Iterator[tuple[int, tuple[Finding, ...], str]]:
    """Yield the conflicts between the revisions of a policy, file by file.

    Each item has the position of the unit of the file, its conflicts and its text.
    """
    starts = {revision.start for revision in revisions}
    zones = {revision.timezone for revision in revisions}
    if len(starts) == len(revisions) and len(zones) == 1:
        return
    read = []
    for revision in revisions:
        try:
            source = read_file(revision.file.path, revision.file.shown)
        except PolicyError:
            continue  # the file was removed after its check
        # Units and texts are found by the shown name of a file.
        document = read_document(source._replace(name=source.shown))
        if document.revision is not None:
            read.append(document)
    try:
        sort_documents(read)
    except InvalidPolicy as invalid:
        for revision in revisions:
            file = revision.file.shown
            findings = tuple(finding for finding in invalid.findings if finding.file == file)
            if findings:
                yield revision.unit, findings, invalid.texts[file]


def _sort_key(finding: Finding) -> tuple[object, ...]:
    return finding.span, finding.code
