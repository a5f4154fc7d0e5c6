"""Findings for failed tests, uncovered decisions and surviving mutants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC

from zsupport.analysis.space import shown_case
from zsupport.answer.case import Because, reasons
from zsupport.answer.due import STATES_OF_THE_MOMENT
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.errors import LimitExceeded
from zsupport.findings import Code, Finding, Outcome, Related, Span, Unit
from zsupport.policy.document import Document
from zsupport.policy.model import Cell
from zsupport.policy.yamltext import (
    MappingNode,
    Node,
    Path,
    Plain,
    parse_path,
    path_text,
    short,
    to_plain,
)
from zsupport.suite.correction import case_text, correct_test, flow, parse_tests
from zsupport.suite.coverage import Decision
from zsupport.suite.example import (
    BROKEN_INVARIANT,
    CODES,
    EXCLUDED,
    FAILED_CASE,
    MUTATION_LOW,
    NO_ANSWER,
    NO_CASE,
    NO_TESTS,
    SURVIVING_MUTANT,
    TOO_MANY,
    UNCOVERED,
    Claim,
    Example,
    Expected,
    Invariant,
    Reason,
)
from zsupport.suite.format import CHANNELS, DUE
from zsupport.suite.invariant import Violation, find_violations, vacuous_claims
from zsupport.suite.mutation import Survivor
from zsupport.suite.reading import Tests, moment_in_force
from zsupport.suite.running import (
    CHANNEL_SET_KEYS,
    ExampleResult,
    Failure,
    as_text,
    combinations,
    excluded,
    passes,
    plain,
    rules_of,
    run,
)
from zsupport.suite.subject import PolicyUnderTest
from zsupport.suite.suggestion import SuggestedTest
from zsupport.typed import NamedTuple
from zsupport.wording import Counted, Message, enumerated, joined

# The keys of questions that are not facts.
_OPTIONS = {*CHANNELS.fields, *DUE.fields}
#: The number of deciding lines that a failure shows.
MAX_RELATED = 5


class FileResult(NamedTuple):
    """The selected tests of one file with their results."""

    units: tuple[Unit, ...]
    passing: tuple[Example, ...]
    passing_invariants: tuple[Invariant, ...]


def run_tests(subject: PolicyUnderTest, tests: Tests, only: str | None = None) -> FileResult:
    """Run the tests of a file. `only`: run the tests whose names contain this text."""
    units = []
    passing = []
    for example in tests.examples:
        if is_selected(name_of(example), only):
            unit = _unit_of(subject, tests, example)
            units.append(unit)
            passing += [] if has_failed(unit) else [example]
    passing_invariants = []
    for invariant in tests.invariants:
        if is_selected(name_of_invariant(invariant), only):
            unit = _unit_of_invariant(subject, tests, invariant)
            units.append(unit)
            passing_invariants += [] if unit.findings else [invariant]
    return FileResult(tuple(units), tuple(passing), tuple(passing_invariants))


def has_failed(unit: Unit) -> bool:
    """Return whether a test failed; warnings do not count."""
    return any(finding.severity == "error" for finding in unit.findings)


def is_selected(name: str, only: str | None) -> bool:
    """Return whether the name of a test contains `only`, ignoring case; True if it is None."""
    return only is None or only.casefold() in name.casefold()


def names_of(tests: Tests) -> list[str]:
    """Return the names of the tests of a file."""
    names = [name_of(example) for example in tests.examples]
    return [*names, *(name_of_invariant(invariant) for invariant in tests.invariants)]


def name_of(example: Example) -> str:
    """Return the name of a test, or its question if it has no name."""
    if example.name:
        return example.name
    command = example.question.command
    return f"{command} {flow(to_plain(example.node.by_key[command][1]))}"


def name_of_invariant(invariant: Invariant) -> str:
    """Return the name of an invariant, or its claims if it has no name."""
    if invariant.name:
        return invariant.name
    claims = [
        f"require {claim.kind} {', '.join(claim.names)}"
        if claim.required
        else f"forbid {claim.kind} {', '.join(claim.names)}"
        for claim in invariant.claims
    ]
    return f"invariant {', '.join(claims)}"


def _unit_of(subject: PolicyUnderTest, tests: Tests, example: Example) -> Unit:
    result = run(subject, example)
    findings = _failure_findings(subject, tests, result) + _excluded(subject, tests, example)
    return Unit(name_of(example), tests.file.source.shown, example.span.line, tuple(findings))


def _excluded(subject: PolicyUnderTest, tests: Tests, example: Example) -> list[Finding]:
    """Return a warning if the facts of a test exclude its priority.

    Such a case covers no decision.
    """
    question = example.question
    cases = (case for case in combinations(question) if excluded(subject, question, case))
    case = next(cases, None)
    if case is None:
        return []
    finding = Finding(
        EXCLUDED.code,
        EXCLUDED.name,
        EXCLUDED.severity,
        Message(
            "the facts exclude the priority `{priority}`, so this case covers no decision",
            priority=case["priority"],
        ),
        tests.file.source.shown,
        example.span,
        path_text(example.path),
        hint=Message("change the facts or the priority"),
        case=case,
        identity=(name_of(example), *case.values()),
    )
    return [finding]


def _failure_findings(
    subject: PolicyUnderTest, tests: Tests, result: ExampleResult
) -> list[Finding]:
    """Return at most one finding for all differences, and one for all missing answers."""
    example = result.example
    if not result.failures:
        return []
    advice = _advice(correct_test(subject, example))
    shown = tests.file.source.shown
    findings: list[Finding] = []
    unanswered = [failure for failure in result.failures if failure.expected is None]
    if unanswered:
        first = unanswered[0]
        assert isinstance(first.actual, str)
        findings.append(
            Finding(
                NO_ANSWER.code,
                NO_ANSWER.name,
                "error",
                first.actual,
                shown,
                example.span,
                path_text(example.path),
                hint=Message("fix the question or the policy"),
                case=first.case,
                identity=_identity(example, "", first),
            )
        )
    by_key: dict[str, list[Failure]] = {}
    for failure in result.failures:
        if failure.expected is not None:
            by_key.setdefault(failure.expected.key, []).append(failure)
    if by_key:
        hint = None if findings else advice
        findings.append(_difference_finding(subject, example, by_key, shown, hint))
    return findings


def _difference_finding(
    subject: PolicyUnderTest,
    example: Example,
    by_key: Mapping[str, list[Failure]],
    shown: str,
    advice: str | None,
) -> Finding:
    """Return the finding for all unexpected values; `by_key` has the failures of each field."""
    first = next(iter(by_key.values()))[0]
    assert first.expected is not None
    shown_failures: list[Failure] = []
    messages: list[Message] = []
    expected: list[str] = []
    for key, failures in by_key.items():
        # All messages describe the same case if possible.
        same_case = next(
            (known for known in failures if _are_compatible(known.case, first.case)), None
        )
        failure = same_case or failures[0]
        assert failure.expected is not None
        difference = _difference_message(failure, example)
        more = len(failures) - 1
        if same_case is None:
            message = _message_for_another_case(difference, more)
        else:
            message = _message_for_cases(difference, more)
        value = _expected_text(failure.expected)
        if len(by_key) > 1 and key not in CHANNEL_SET_KEYS:
            value = Message("{key}: {value}", key=key, value=value)
        shown_failures.append(failure)
        messages.append(message)
        expected.append(value)
    related = [place for failure in shown_failures for place in _places(subject, example, failure)]
    return Finding(
        FAILED_CASE.code, FAILED_CASE.name, "error", joined(messages, "; "), shown,
        first.expected.span, path_text(first.expected.path),
        expected=joined(expected, "; "), hint=advice, label=_difference(first), case=first.case,
        related=tuple(dict.fromkeys(related))[:MAX_RELATED],
        identity=_identity(example, " ".join(by_key), first),
    )  # fmt: skip


def _are_compatible(case: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether two cases can be the same: no shared dimension differs."""
    return all(case[name] == other[name] for name in case if name in other)


def _identity(example: Example, keys: str, failure: Failure) -> tuple[str, ...]:
    return (name_of(example), keys, repr(sorted(failure.case.items())))


def _places(subject: PolicyUnderTest, example: Example, failure: Failure) -> tuple[Related, ...]:
    """Return the places in the policy that decided; for a deadline, the cell of its target."""
    assert failure.expected is not None
    index = example.question.revision
    document = subject.revisions[index].document
    because = failure.because
    cell = _cell(subject, index, failure)
    if cell is None or failure.expected.key == "because":
        unmatched = bool(failure.missing and not failure.surplus)
        return _deciding_places(document, because, unmatched=unmatched)
    if failure.expected.key == "commitment":
        paths = {entry.place.path for entry in subject.policy.revisions[index].commitments}
        because = tuple(reason for reason in because if reason.path in paths)
        return _deciding_places(document, because)
    return (_at_cell(document, *cell),)


def _cell(subject: PolicyUnderTest, index: int, failure: Failure) -> tuple[int, str, Cell] | None:
    """Return the cell that decided, with the position of its rule and its metric."""
    paths = {reason.path for reason in failure.because}
    for position, rule in enumerate(subject.policy.revisions[index].rules):
        cells = rule.cells.get(failure.metric or "", {})
        key = failure.case.get("priority", "")
        own = [cells[known] for known in ("*", key) if known in cells] or list(cells.values())
        for cell in own:
            if cell.place.path in paths:
                return position, failure.metric or "", cell
    return None


def _at_cell(document: Document, rule: int, metric: str, cell: Cell) -> Related:
    span = document.value(document.target(rule, metric, cell))
    label = Message("decided: {path}", path=path_text(document.cell(rule, metric, cell)))
    return Related(document.source.shown, span, label)


def _advice(text: str | None) -> str | None:
    if text is None:
        return None
    return Message("if the policy is correct, replace the test with:\n{test}", test=text.rstrip())


def _difference_message(failure: Failure, example: Example) -> Message:
    """Return the message about an unexpected value in one case."""
    assert failure.expected is not None
    key = failure.expected.key
    if key == "include":
        return _channels_message(failure.missing, allowed=False)
    if key == "exclude":
        return _channels_message(failure.surplus, allowed=True)
    if key == "because":
        return Message("a different rule decided")
    if key == "open" and failure.actual is None:
        return Message("unknown whether hours are open: the state is {state}", state=failure.state)
    if key == "open":
        if failure.actual:
            return Message("the hours are open")
        return Message("the hours are closed")
    if failure.actual is None:
        # The state gives the reason, unless it is a state of a deadline.
        if failure.state and failure.state not in STATES_OF_THE_MOMENT:
            return Message(
                "the answer has no `{key}`: its state is {state}", key=key, state=failure.state
            )
        return Message("the answer has no `{key}`", key=key)
    value = shortened(plain(failure.actual, example.question.zone))
    if key == "exactly":
        return Message("the allowed channels are {channels}", channels=value)
    return Message("`{key}` is {value}", key=key, value=value)


def _message_for_cases(difference: Message, more: int) -> Message:
    """Return the message about a difference in the case of the finding and in more cases."""
    if not more:
        return difference
    return Counted(
        "{difference} (and in {count} more case)",
        "{difference} (and in {count} more cases)",
        more,
        difference=difference,
    )


def _message_for_another_case(difference: Message, more: int) -> Message:
    """Return the message about a difference in a case other than that of the finding."""
    if not more:
        return Message("in another case: {difference}", difference=difference)
    return Counted(
        "in another case: {difference} (and in {count} more case)",
        "in another case: {difference} (and in {count} more cases)",
        more,
        difference=difference,
    )


def _channels_message(channels: tuple[str, ...], *, allowed: bool) -> Message:
    names, count = enumerated(f"`{name}`" for name in channels), len(channels)
    if allowed:
        return Counted("{channels} is allowed", "{channels} are allowed", count, channels=names)
    return Counted("{channels} is not allowed", "{channels} are not allowed", count, channels=names)


def shortened(value: Plain) -> str:
    """Return a value for a message; a long value is cut."""
    text = flow(value) if isinstance(value, dict | list) else f"`{value}`"
    return text if len(text) <= 200 else f"{text[:197]}..."


def _expected_text(expected: Expected) -> str:
    """Return the expected value as text."""
    if isinstance(expected.value, Reason):
        if expected.value.when is not None:
            return Message("the rule with this condition")
        return ", ".join(text for text, _ in expected.value.paths)
    if not isinstance(expected.value, Node):
        return f"{expected.key} {flow(expected.channels)}"
    value = to_plain(expected.value)
    if expected.key == "open":
        words = {"true": Message("open"), "false": Message("closed")}
        return words.get(str(value), str(value))
    return flow(value) if isinstance(value, dict | list) else short(str(value))


def _difference(failure: Failure) -> str | None:
    """Return how the allowed channels differ from those of `exactly`; None for other keys."""
    if failure.expected is None or failure.expected.key != "exactly":
        return None
    missing, surplus = ", ".join(failure.missing), ", ".join(failure.surplus)
    if not surplus:
        return Message("not allowed: {missing}", missing=missing)
    if not missing:
        return Message("not expected: {surplus}", surplus=surplus)
    return Message(
        "not allowed: {missing}; not expected: {surplus}", missing=missing, surplus=surplus
    )


def _deciding_places(
    document: Document, because: tuple[Because, ...], *, unmatched: bool = False
) -> tuple[Related, ...]:
    """Return the places of the policy that decided, each with its path.

    `unmatched`: the places did not decide, because they do not match the case.
    """
    related = []
    for path in rules_of(because)[:MAX_RELATED]:
        steps = parse_path(path) or ()
        # The place of a section is its key.
        span = document.value(steps) if len(steps) > 1 else document.key(steps)
        label = Message("decided: {path}", path=path)
        if unmatched:
            label = Message("does not match: {path}", path=path)
        related.append(Related(document.source.shown, document.first_line(span), label))
    return tuple(related)


# -- invariants ------------------------------------------------------------------------------------


def _unit_of_invariant(subject: PolicyUnderTest, tests: Tests, invariant: Invariant) -> Unit:
    name = name_of_invariant(invariant)
    document = subject.revisions[invariant.revision].document
    shown = tests.file.source.shown
    try:
        findings = [
            _violation_finding(subject, tests, invariant, violation)
            for violation in find_violations(subject, invariant)
        ]
        findings += [
            _vacuous_finding(tests, invariant, claim)
            for claim in vacuous_claims(subject, invariant)
        ]
    except LimitExceeded as error:
        findings = [
            Finding(
                TOO_MANY.code,
                TOO_MANY.name,
                "error",
                Message("`{file}` has {excess}", file=document.source.name, excess=error.message),
                shown,
                invariant.span,
                path_text(invariant.path),
            )
        ]
    return Unit(name, shown, invariant.span.line, tuple(findings))


def _vacuous_finding(tests: Tests, invariant: Invariant, claim: Claim) -> Finding:
    message = Message("this claim matches no case")
    hint = Message("add at least one channel")
    if claim.kind == "promised":
        message = Message("this claim matches no case that can be opened")
        hint = Message("select other cases, or `forbid` the channels")
    return Finding(
        NO_CASE.code, NO_CASE.name, "error", message,
        tests.file.source.shown, claim.span, path_text(claim.path), hint=hint,
        identity=(name_of_invariant(invariant), str(claim.required), claim.kind),
    )  # fmt: skip


def _violation_finding(
    subject: PolicyUnderTest, tests: Tests, invariant: Invariant, violation: Violation
) -> Finding:
    claim = violation.claim
    document = subject.revisions[invariant.revision].document
    test = _as_case(subject, invariant, violation)
    return Finding(
        BROKEN_INVARIANT.code,
        BROKEN_INVARIANT.name,
        "error",
        _violation_message(violation),
        tests.file.source.shown,
        claim.span,
        path_text(claim.path),
        hint=test and Message("add this test to show the first case:\n{test}", test=test.rstrip()),
        case=violation.case,
        related=_places_of_violation(subject, document, invariant, violation),
        identity=(name_of_invariant(invariant), claim.kind, violation.name),
    )


def _violation_message(violation: Violation) -> str:
    name, cases = violation.name, violation.cases
    if violation.claim.kind == "channel":
        if violation.claim.required:
            return Counted(
                "`{channel}` is not allowed in {count} case of the policy",
                "`{channel}` is not allowed in {count} cases of the policy",
                cases,
                channel=name,
            )
        return Counted(
            "`{channel}` is allowed in {count} case of the policy",
            "`{channel}` is allowed in {count} cases of the policy",
            cases,
            channel=name,
        )
    if violation.claim.required:
        return Counted(
            "`{metric}` has no target in {count} case of the policy",
            "`{metric}` has no target in {count} cases of the policy",
            cases,
            metric=name,
        )
    return Counted(
        "`{metric}` has a target in {count} case of the policy",
        "`{metric}` has a target in {count} cases of the policy",
        cases,
        metric=name,
    )


def _places_of_violation(
    subject: PolicyUnderTest, document: Document, invariant: Invariant, violation: Violation
) -> tuple[Related, ...]:
    """Return the places that decided in the case that violates a claim."""
    revision = subject.policy.revisions[invariant.revision]
    decisions = subject.revisions[invariant.revision].decisions
    space = subject.revisions[invariant.revision].space
    bit = space.within({name: [value] for name, value in violation.case.items()})
    name, required = violation.name, violation.claim.required
    if violation.claim.kind == "promised":
        stated = [s for s in decisions.targets(name).stated if s.decides & bit]
        return tuple(_at_cell(document, s.rule, name, s.cell) for s in stated)
    grants = [
        grant.place
        for grant, cases in zip(revision.grants, decisions.grants, strict=True)
        if (name in grant.allow if required else cases & bit)
    ]
    return _deciding_places(document, reasons(revision, grants or [revision.grants_place]))


def _as_case(subject: PolicyUnderTest, invariant: Invariant, violation: Violation) -> str | None:
    """Return the witness as a test that passes, with the answer of the policy in that case."""
    case = {name: value for name, value in violation.case.items() if name != "opened"}
    facts = {fact.id for fact in subject.policy.revisions[invariant.revision].facts}
    command = "channels" if violation.claim.kind == "channel" else "due"
    keys: dict[str, Plain] = {
        name: value for name, value in case.items() if not (name in facts and name in _OPTIONS)
    }
    if ambiguous_facts := {name: value for name, value in case.items() if name not in keys}:
        keys["fact"] = ambiguous_facts
    if command == "due":
        keys["metric"] = violation.name
    moment = format_instant(from_datetime(moment_in_force(subject, invariant.revision)), UTC)
    timed = {"at" if command == "channels" else "opened": moment}
    # The correction replaces this expectation with the answer.
    expect = {"allowed": "true"} if command == "channels" else {"target": "none"}
    for more in ({}, timed):
        text = case_text({command: {**keys, **more}, "expect": expect})
        examples = parse_tests(subject, text)
        if examples and examples[0].question.revision == invariant.revision:
            is_correct = passes(subject, examples[0])
            return text if is_correct else correct_test(subject, examples[0])
    return None


# -- a policy without tests ------------------------------------------------------------------------


def _tests_file_of(policy: str) -> str:
    """Return the usual name of the tests file of a policy."""
    return f"{policy}_test.yaml"


def no_tests(document: Document) -> Unit:
    """Return the finding for a policy without tests."""
    span = document.value(("policy",))
    revision = document.revision
    id = revision.policy if revision else ""
    finding = Finding(
        NO_TESTS.code,
        NO_TESTS.name,
        "error",
        Message("policy `{policy}` has no tests", policy=id),
        document.source.shown,
        span,
        "policy",
        hint=Message(
            "create {file} in the same folder; see `zsupport help test`", file=_tests_file_of(id)
        ),
        identity=(id,),
    )
    return Unit(f"tests of {id}", document.source.shown, span.line, (finding,))


def outcome_of(
    units: Iterable[Unit],
    texts: Mapping[str, str],
    closing: Iterable[str],
    extra: Mapping[str, object],
) -> Outcome:
    """Return the outcome of a run; the arguments are fields of `Outcome`."""
    return Outcome("test", tuple(units), texts, CODES, tuple(closing), extra)


# -- coverage and mutation ---------------------------------------------------------------------


def percent(part: int, whole: int) -> float:
    """Return a share in percent with one decimal, rounded down; 100 if the whole is 0."""
    if not whole:
        return 100.0
    return int(part * 1000 / whole) / 10


#: The message for an uncovered decision of each kind, with the number of its cases.
_UNCOVERED_MESSAGES: dict[str, Callable[[Decision, Message], Message]] = {
    "grant": lambda decision, cases: Message(
        "`{channel}` is allowed, and no test covers this ({cases})",
        channel=decision.name,
        cases=cases,
    ),
    "denial": lambda decision, cases: Message(
        "`{channel}` is not allowed for `{plan}`, and no test covers this ({cases})",
        channel=decision.name,
        plan=decision.plan,
        cases=cases,
    ),
    "recommendation": lambda _, cases: Message(
        "no test covers the order of these channels ({cases})", cases=cases
    ),
    "target": lambda decision, cases: Message(
        "no test covers this target for `{metric}` ({cases})", metric=decision.name, cases=cases
    ),
    "unstated": lambda decision, cases: Message(
        "no test covers cases without a rule for `{metric}` ({cases})",
        metric=decision.name,
        cases=cases,
    ),
    "commitment": lambda _, cases: Message("no test covers this commitment ({cases})", cases=cases),
    "limit": lambda decision, cases: Message(
        "no test covers this limit of {topic} ({cases})", topic=decision.name, cases=cases
    ),
    "hours": lambda decision, cases: Message(
        "no test covers this calendar of `{hours}` ({cases})", hours=decision.name, cases=cases
    ),
    "priority": lambda decision, cases: Message(
        "these facts lead to `{priority}`, and no test covers this ({cases})",
        priority=decision.name,
        cases=cases,
    ),
    "no-priority": lambda _, cases: Message(
        "these facts lead to no priority, and no test covers this ({cases})", cases=cases
    ),
}


def _uncovered_message(decision: Decision) -> Message:
    cases = Counted("{count} case", "{count} cases", decision.cases.bit_count())
    return _UNCOVERED_MESSAGES[decision.kind](decision, cases)


def _case(subject: PolicyUnderTest, decision: Decision) -> dict[str, str]:
    analysed = subject.revisions[decision.revision]
    space = analysed.facts if decision.by_facts else analysed.space
    return shown_case(space.first(decision.cases))


def span_of(subject: PolicyUnderTest, decision: Decision) -> Span:
    """Return the span of the first line of the rule that decides."""
    document = subject.revisions[decision.revision].document
    if decision.kind in ("denial", "unstated", "no-priority"):
        return document.key(decision.path)
    return document.first_line(document.value(decision.path))


def stable_path(document: Document, path: Path) -> tuple[str, ...]:
    """Return a path with the content of list items in place of their positions."""
    return document.without_positions(path, _content)


def _content(item: Node | None) -> str:
    entries = item.entries if isinstance(item, MappingNode) else []
    keys = ("id", "when", "allow", "recommend", "is")
    return ";".join(as_text(value) for key, value in entries if key.text in keys)


def uncovered_finding(
    subject: PolicyUnderTest, decision: Decision, test: SuggestedTest | None
) -> Finding:
    """Return the finding for a decision that no test covers."""
    document = subject.revisions[decision.revision].document
    return Finding(
        UNCOVERED.code,
        UNCOVERED.name,
        UNCOVERED.severity,
        _uncovered_message(decision),
        document.source.shown,
        span_of(subject, decision),
        path_text(decision.path),
        hint=Message("add a test that covers it:\n{test}", test=test.text.rstrip())
        if test
        else None,
        case=_case(subject, decision),
        identity=(
            decision.kind,
            decision.name,
            decision.plan,
            document.source.name,
            *stable_path(document, decision.path),
        ),
    )


def record_of(
    subject: PolicyUnderTest, decision: Decision, test: SuggestedTest | None
) -> dict[str, object]:
    """Return an uncovered decision for the JSON document."""
    document = subject.revisions[decision.revision].document
    return {
        "kind": decision.kind,
        "about": decision.name or None,
        "file": document.source.shown,
        "line": span_of(subject, decision).line,
        "path": path_text(decision.path),
        "cases": decision.cases.bit_count(),
        "case": _case(subject, decision),
        "test": test.text if test else None,
    }


def survivor_finding(
    subject: PolicyUnderTest, survivor: Survivor, test: SuggestedTest | None
) -> Finding:
    """Return the finding for a mutant that survived."""
    document = subject.revisions[survivor.revision].document
    mutant = survivor.mutant
    return Finding(
        SURVIVING_MUTANT.code,
        SURVIVING_MUTANT.name,
        SURVIVING_MUTANT.severity,
        Message("no test kills this mutant: {mutant}", mutant=mutant.message),
        document.source.shown,
        document.first_line(document.value(mutant.path)),
        path_text(mutant.path),
        hint=Message("add a test that kills it:\n{test}", test=test.text.rstrip())
        if test
        else None,
        identity=(
            mutant.kind,
            mutant.message,
            document.source.name,
            *stable_path(document, mutant.path),
        ),
    )


def record_of_survivor(
    subject: PolicyUnderTest, survivor: Survivor, test: SuggestedTest | None
) -> dict[str, object]:
    """Return a mutant that survived for the JSON document."""
    document = subject.revisions[survivor.revision].document
    mutant = survivor.mutant
    return {
        "kind": mutant.kind,
        "file": document.source.shown,
        "line": document.value(mutant.path).line,
        "path": path_text(mutant.path),
        "change": mutant.message,
        "cases": survivor.cases,
        "test": test and test.text,
    }


def too_many(subject: PolicyUnderTest, index: int, error: LimitExceeded) -> Finding:
    """Return the finding for a policy with too many cases to measure."""
    document = subject.revisions[index].document
    return Finding(
        TOO_MANY.code, TOO_MANY.name, TOO_MANY.severity, error.message,
        document.source.shown, document.value(("policy",)), "policy",
        identity=(document.source.name,),
    )  # fmt: skip


def too_low(subject: PolicyUnderTest, code: Code, share: float, required: float) -> Unit:
    """Return the finding for a share below the required share, in percent."""
    document = subject.revisions[-1].document
    span = document.value(("policy",))
    message = Message(
        "{share} % of the decisions are covered (required: {required} %)",
        share=f"{share:g}",
        required=f"{required:g}",
    )
    if code is MUTATION_LOW:
        message = Message(
            "{share} % of the mutants are killed (required: {required} %)",
            share=f"{share:g}",
            required=f"{required:g}",
        )
    finding = Finding(
        code.code, code.name, code.severity, message, document.source.shown, span, "policy",
        identity=(code.name,),
    )  # fmt: skip
    return Unit(code.name, document.source.shown, span.line, (finding,))
