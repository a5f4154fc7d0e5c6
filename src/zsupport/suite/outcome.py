"""Findings about failed tests, gaps in coverage and survivors, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC

from zsupport.analysis.space import shown
from zsupport.answer.case import Because, reasons
from zsupport.answer.due import STATES_OF_THE_MOMENT
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.errors import TooMuch
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
    unwrapped,
)
from zsupport.suite.correction import case_text, corrected, flow, parsed
from zsupport.suite.coverage import Decision
from zsupport.suite.example import (
    BROKEN_INVARIANT,
    CODES,
    EXCLUDED,
    FAILED_CASE,
    NO_ANSWER,
    NO_CASE,
    NO_TESTS,
    TOO_MANY,
    UNCOVERED,
    UNNOTICED,
    Claim,
    Example,
    Expected,
    Invariant,
    Reason,
)
from zsupport.suite.format import CHANNELS, DUE
from zsupport.suite.invariant import Broken, broken, vacuous
from zsupport.suite.mutation import Survivor
from zsupport.suite.reading import Tests, reference_of
from zsupport.suite.running import (
    OF_THE_SET,
    ExampleResult,
    Failure,
    combinations,
    excluded,
    passes,
    plain,
    rules_of,
    run,
)
from zsupport.suite.running import in_words as node_in_words
from zsupport.suite.subject import PolicyUnderTest
from zsupport.suite.suggestion import Suggested
from zsupport.typed import NamedTuple
from zsupport.wording import counted

# What a question can be about beside facts.
_OPTIONS = {*CHANNELS.fields, *DUE.fields}
#: So many lines that decided are shown beside a failure.
MAX_RELATED = 5


class Ran(NamedTuple):
    """The tests of one file that were asked for, and what came of them."""

    units: tuple[Unit, ...]
    passing: tuple[Example, ...]
    holding: tuple[Invariant, ...]


def run_tests(subject: PolicyUnderTest, tests: Tests, only: str | None = None) -> Ran:
    """Return what comes of the tests of a file; `only` those whose name holds a text."""
    units = []
    passing = []
    for example in tests.examples:
        if chosen(name_of(example), only):
            unit = _unit_of(subject, tests, example)
            units.append(unit)
            passing += [] if failed(unit) else [example]
    holding = []
    for invariant in tests.invariants:
        if chosen(name_of_invariant(invariant), only):
            unit = _unit_of_invariant(subject, tests, invariant)
            units.append(unit)
            holding += [] if unit.findings else [invariant]
    return Ran(tuple(units), tuple(passing), tuple(holding))


def failed(unit: Unit) -> bool:
    """Return whether a test failed: a warning alone fails none."""
    return any(finding.severity == "error" for finding in unit.findings)


def chosen(name: str, only: str | None) -> bool:
    """Return whether a test is meant by a text that its name must hold, without regard to case."""
    return only is None or only.casefold() in name.casefold()


def names_of(tests: Tests) -> list[str]:
    """Return what the tests of a file are called."""
    found = [name_of(example) for example in tests.examples]
    return [*found, *(name_of_invariant(invariant) for invariant in tests.invariants)]


def name_of(example: Example) -> str:
    """Return what a test is called: its name, or the question that it asks."""
    if example.name:
        return example.name
    command = example.question.command
    return f"{command} {flow(unwrapped(example.node.by_key[command][1]))}"


def name_of_invariant(invariant: Invariant) -> str:
    """Return what an invariant is called: its name, or what it claims."""
    if invariant.name:
        return invariant.name
    claims = [
        f"{'require' if each.wanted else 'forbid'} {each.kind} {', '.join(each.names)}"
        for each in invariant.claims
    ]
    return "invariant " + ", ".join(claims)


def _unit_of(subject: PolicyUnderTest, tests: Tests, example: Example) -> Unit:
    verdict = run(subject, example)
    findings = _failed(subject, tests, verdict) + _excluded(subject, tests, example)
    return Unit(name_of(example), tests.written.source.shown, example.span.line, tuple(findings))


def _excluded(subject: PolicyUnderTest, tests: Tests, example: Example) -> list[Finding]:
    """Return a warning where facts of a test exclude its priority (the clock definition, rule 19).

    Such a case covers nothing.
    """
    question = example.question
    case = next(
        (each for each in combinations(question) if excluded(subject, question, each)), None
    )
    if case is None:
        return []
    finding = Finding(
        EXCLUDED.code, EXCLUDED.name, EXCLUDED.severity,
        f"the facts of this test exclude `{case['priority']}`: such a case covers nothing",
        tests.written.source.shown, example.span, path_text(example.path),
        hint="change the facts or the priority", case=case,
        identity=(name_of(example), *case.values()),
    )  # fmt: skip
    return [finding]


def _failed(subject: PolicyUnderTest, tests: Tests, verdict: ExampleResult) -> list[Finding]:
    """Return what is to be said of a test: one finding, with all that is not as expected.

    Where some of its questions were not answered at all, that is one of its own.
    """
    example = verdict.example
    if not verdict.failures:
        return []
    advice = _advice(corrected(subject, example))
    shown = tests.written.source.shown
    found: list[Finding] = []
    unanswered = [failure for failure in verdict.failures if failure.expected is None]
    if unanswered:
        first = unanswered[0]
        found.append(
            Finding(
                NO_ANSWER.code, NO_ANSWER.name, "error", short_of(str(first.got)), shown,
                example.span, path_text(example.path), hint="mend the question, or the policy",
                case=first.case, identity=_identity(example, "", first),
            )
        )  # fmt: skip
    by_key: dict[str, list[Failure]] = {}
    for failure in verdict.failures:
        if failure.expected is not None:
            by_key.setdefault(failure.expected.key, []).append(failure)
    if by_key:
        found.append(_wrong(subject, example, by_key, shown, None if found else advice))
    return found


def _wrong(
    subject: PolicyUnderTest,
    example: Example,
    by_key: Mapping[str, list[Failure]],
    shown: str,
    advice: str | None,
) -> Finding:
    """Return the finding about the fields that are not as expected, by their key."""
    first = next(iter(by_key.values()))[0]
    assert first.expected is not None
    told: list[tuple[Failure, str, str]] = []
    for key, failures in by_key.items():
        # All of it is told of one case, as far as it can be.
        here = next((each for each in failures if _within(each.case, first.case)), None)
        failure = here or failures[0]
        assert failure.expected is not None
        message = _message(failure, example) + _more(len(failures) - 1)
        wanted = _wanted(failure.expected)
        if len(by_key) > 1 and key not in OF_THE_SET:
            wanted = f"{key}: {wanted}"
        told.append((failure, message if here else f"in another case {message}", wanted))
    related = [place for failure, *_ in told for place in _places(subject, example, failure)]
    return Finding(
        FAILED_CASE.code, FAILED_CASE.name, "error",
        "; ".join(message for _, message, _ in told), shown,
        first.expected.span, path_text(first.expected.path),
        expected="; ".join(wanted for *_, wanted in told), hint=advice,
        label=_difference(first), case=first.case,
        related=tuple(dict.fromkeys(related))[:MAX_RELATED],
        identity=_identity(example, " ".join(by_key), first),
    )  # fmt: skip


def _within(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether two cases can be the same: one of them may say less."""
    return all(one[name] == other[name] for name in one if name in other)


def _identity(example: Example, keys: str, failure: Failure) -> tuple[str, ...]:
    return (name_of(example), keys, repr(sorted(failure.case.items())))


def _places(subject: PolicyUnderTest, example: Example, failure: Failure) -> tuple[Related, ...]:
    """Return the places that decided: of a deadline the cell that promises it."""
    assert failure.expected is not None
    index = example.question.revision
    document = subject.revisions[index].document
    because = failure.because
    cell = _cell(subject, index, failure)
    if cell is None or failure.expected.key == "because":
        return _decided(document, because, _role(failure))
    if failure.expected.key == "commitment":
        paths = {each.place.path for each in subject.policy.revisions[index].commitments}
        because = tuple(each for each in because if each.path in paths)
        return _decided(document, because)
    return (_at_cell(document, *cell),)


def _cell(subject: PolicyUnderTest, index: int, failure: Failure) -> tuple[int, str, Cell] | None:
    """Return the cell that decided, with the position of its rule and its metric."""
    paths = {each.path for each in failure.because}
    for position, rule in enumerate(subject.policy.revisions[index].rules):
        cells = rule.cells.get(failure.metric or "", {})
        key = failure.case.get("priority", "")
        own = [cells[each] for each in ("*", key) if each in cells] or list(cells.values())
        for cell in own:
            if cell.place.path in paths:
                return position, failure.metric or "", cell
    return None


def _at_cell(document: Document, rule: int, metric: str, cell: Cell) -> Related:
    span = document.value(document.target(rule, metric, cell))
    says = f"decided: {path_text(document.cell(rule, metric, cell))}"
    return Related(document.source.shown, span, says)


def _more(others: int) -> str:
    return f" (and in {others} more case{'' if others == 1 else 's'})" if others else ""


def short_of(text: str) -> str:
    """Return a message on one line."""
    return " ".join(text.split())


def _advice(text: str | None) -> str | None:
    if text is None:
        return None
    return f"if the policy is right, this is what it answers, ready to paste:\n{text.rstrip()}"


def _message(failure: Failure, example: Example) -> str:
    assert failure.expected is not None
    key, zone = failure.expected.key, example.question.zone
    got = "another rule" if key == "because" else shortened(plain(failure.got, zone))
    if key == "exactly":
        return f"the channels that are allowed are {got}"
    if key == "include":
        return f"{_and(failure.missing)} {'is' if len(failure.missing) == 1 else 'are'} not allowed"
    if key == "exclude":
        return f"{_and(failure.surplus)} {'is' if len(failure.surplus) == 1 else 'are'} allowed"
    if key == "because":
        return "another rule decided"
    if key == "open" and failure.got is None:
        return f"it is neither known to be open nor to be closed: it is {failure.state}"
    if key == "open":
        return f"it is {'open' if failure.got else 'closed'}"
    if key == "state" and example.question.command == "hours":
        return f"it is {failure.got}"
    if failure.got is None:
        # Of a deadline the state says why, unless it is one that a deadline has.
        why = failure.state and failure.state not in STATES_OF_THE_MOMENT
        return f"there is no `{key}`" + (f": it is {failure.state}" if why else "")
    return f"`{key}` is {got}"


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def shortened(value: Plain) -> str:
    """Return a value in a message, cut where it is long."""
    text = flow(value) if isinstance(value, dict | list) else f"`{value}`"
    return text if len(text) <= 200 else text[:197] + "..."


def _wanted(expected: Expected) -> str:
    """Return what was expected, in words."""
    if isinstance(expected.value, Reason):
        if expected.value.when is not None:
            return "the rule with this condition"
        return ", ".join(text for text, _ in expected.value.paths)
    if not isinstance(expected.value, Node):
        return f"{expected.key} {flow(expected.channels)}"
    value = unwrapped(expected.value)
    if expected.key == "open":
        return {"true": "open", "false": "closed"}.get(str(value), str(value))
    return flow(value) if isinstance(value, dict | list) else short(str(value))


def _difference(failure: Failure) -> str | None:
    """Return how a set differs from the one expected."""
    if failure.expected is None or failure.expected.key != "exactly":
        return None
    parts = [f"not allowed: {', '.join(failure.missing)}"] if failure.missing else []
    parts += [f"allowed as well: {', '.join(failure.surplus)}"] if failure.surplus else []
    return "; ".join(parts)


def _role(failure: Failure) -> str:
    """Return what the lines did: a denial is decided by all that could have allowed."""
    return "does not hold here" if failure.missing and not failure.surplus else "decided"


def _decided(
    document: Document, because: tuple[Because, ...], role: str = "decided"
) -> tuple[Related, ...]:
    """Return the places of the policy that decided, and what they did."""
    found = []
    for path in rules_of(because)[:MAX_RELATED]:
        steps = parse_path(path) or ()
        # A section begins with its key.
        span = document.value(steps) if len(steps) > 1 else document.key(steps)
        found.append(Related(document.source.shown, document.first_line(span), f"{role}: {path}"))
    return tuple(found)


# -- invariants ------------------------------------------------------------------------------------


def _unit_of_invariant(subject: PolicyUnderTest, tests: Tests, invariant: Invariant) -> Unit:
    name = name_of_invariant(invariant)
    document = subject.revisions[invariant.revision].document
    shown = tests.written.source.shown
    try:
        found = [_broken(subject, tests, invariant, each) for each in broken(subject, invariant)]
        found += [_vacuous(tests, invariant, claim) for claim in vacuous(subject, invariant)]
    except TooMuch as error:
        found = [
            Finding(
                TOO_MANY.code, TOO_MANY.name, "error", f"`{document.source.name}` has {error}",
                shown, invariant.span, path_text(invariant.path),
            )
        ]  # fmt: skip
    return Unit(name, shown, invariant.span.line, tuple(found))


def _vacuous(tests: Tests, invariant: Invariant, claim: Claim) -> Finding:
    hint = "no case can be opened there: `forbid` the channels, or mean other cases"
    return Finding(
        NO_CASE.code, NO_CASE.name, "error", "this holds because no case is meant",
        tests.written.source.shown, claim.span, path_text(claim.path),
        hint=hint if claim.kind == "promised" else "name at least one channel",
        identity=(name_of_invariant(invariant), str(claim.wanted), claim.kind),
    )  # fmt: skip


def _broken(subject: PolicyUnderTest, tests: Tests, invariant: Invariant, each: Broken) -> Finding:
    claim = each.claim
    if claim.kind == "channel":
        says = f"`{each.name}` is {'not allowed' if claim.wanted else 'allowed'}"
    else:
        says = f"by `{each.name}` {'nothing' if claim.wanted else 'something'} is promised"
    count = f"in {each.cases} case{'' if each.cases == 1 else 's'} of the policy"
    document = subject.revisions[invariant.revision].document
    pasted = _as_case(subject, invariant, each)
    return Finding(
        BROKEN_INVARIANT.code, BROKEN_INVARIANT.name, "error", f"{says} {count}",
        tests.written.source.shown, claim.span, path_text(claim.path),
        hint=pasted and f"the first of them, as a test that passes:\n{pasted.rstrip()}",
        case=each.case,
        related=_deciding(subject, document, invariant, each),
        identity=(name_of_invariant(invariant), claim.kind, each.name),
    )  # fmt: skip


def _deciding(
    subject: PolicyUnderTest, document: Document, invariant: Invariant, each: Broken
) -> tuple[Related, ...]:
    """Return the places that decided in the case in which a claim does not hold."""
    revision = subject.policy.revisions[invariant.revision]
    decisions = subject.revisions[invariant.revision].decisions
    space = subject.revisions[invariant.revision].space
    bit = space.within({name: [value] for name, value in each.case.items()})
    if each.claim.kind == "promised":
        stated = [s for s in decisions.targets(each.name).stated if s.decides & bit]
        return tuple(_at_cell(document, s.rule, each.name, s.cell) for s in stated)
    grants = [
        grant.place
        for grant, cases in zip(revision.grants, decisions.grants, strict=True)
        if (cases & bit if not each.claim.wanted else each.name in grant.allow)
    ]
    return _decided(document, reasons(revision, grants or [revision.grants_place]))


def _as_case(subject: PolicyUnderTest, invariant: Invariant, each: Broken) -> str | None:
    """Return the witness as a test that passes: what the policy answers in that case."""
    case = {name: value for name, value in each.case.items() if name != "opened"}
    facts = {fact.id for fact in subject.policy.revisions[invariant.revision].facts}
    command = "channels" if each.claim.kind == "channel" else "due"
    asked: dict[str, Plain] = {
        name: value for name, value in case.items() if not (name in facts and name in _OPTIONS)
    }
    if odd := {name: value for name, value in case.items() if name not in asked}:
        asked["fact"] = odd
    if command == "due":
        asked["metric"] = each.name
    moment = format_instant(from_datetime(reference_of(subject, invariant.revision)), UTC)
    timed = {"at" if command == "channels" else "opened": moment}
    # Whatever is expected here is put right by the correction.
    expect = {"allowed": "true"} if command == "channels" else {"target": "none"}
    for more in ({}, timed):
        found = parsed(subject, case_text({command: {**asked, **more}, "expect": expect}))
        if found and found[0].question.revision == invariant.revision:
            right = passes(subject, found[0])
            text = case_text({command: {**asked, **more}, "expect": expect})
            return text if right else corrected(subject, found[0])
    return None


# -- a policy without tests ------------------------------------------------------------------------


def no_tests(document: Document) -> Unit:
    """Return what is to be said of a policy that no tests file is about."""
    span = document.value(("policy",))
    revision = document.revision
    id = revision.policy if revision else ""
    finding = Finding(
        NO_TESTS.code, NO_TESTS.name, "error", f"no tests are about `{id}`",
        document.source.shown, span, "policy",
        hint=f"write {id}_test.yaml beside it: see `zsupport help test`", identity=(id,),
    )  # fmt: skip
    return Unit(f"tests of {id}", document.source.shown, span.line, (finding,))


def outcome_of(
    units: Iterable[Unit],
    texts: Mapping[str, str],
    closing: Iterable[str],
    extra: Mapping[str, object],
) -> Outcome:
    """Return the outcome of a run."""
    return Outcome("test", tuple(units), texts, CODES, tuple(closing), extra)


def place(code: Code, message: str, document: Document, span: Span, path: str) -> Finding:
    """Return a finding about a place of a policy."""
    return Finding(code.code, code.name, code.severity, message, document.source.shown, span, path)


# -- coverage and mutation ---------------------------------------------------------------------


def percent(some: int, of: int) -> float:
    """Return a share in percent, to one place and never rounded up to all."""
    if not of:
        return 100.0
    return int(some * 1000 / of) / 10


def in_words(decision: Decision) -> str:
    """Return what is decided, as a sentence about the policy."""
    about = decision.about
    return {
        "grant": f"`{about}` is allowed here",
        "denial": f"`{about}` is not allowed for `{decision.plan}`",
        "recommendation": "these channels are recommended in this order",
        "target": f"this decides `{about}`",
        "unstated": f"no rule states `{about}`",
        "commitment": "this decides how binding targets are",
        "hours": f"this calendar of `{about}` decides",
        "priority": f"these facts make it `{about}`",
        "no-priority": "these facts lead to no priority",
    }[decision.kind]


def _case(subject: PolicyUnderTest, decision: Decision) -> dict[str, str]:
    analysed = subject.revisions[decision.revision]
    space = analysed.facts if decision.by_facts else analysed.space
    return shown(space.first(decision.cases))


def span_of(subject: PolicyUnderTest, decision: Decision) -> Span:
    """Return where a decision is written: the first line of it."""
    document = subject.revisions[decision.revision].document
    if decision.kind in ("denial", "unstated", "no-priority"):
        return document.key(decision.path)
    return document.first_line(document.value(decision.path))


def telling(document: Document, path: Path) -> tuple[str, ...]:
    """Return a path with what items say in place of positions."""
    return document.without_positions(path, _told)


def _told(item: Node | None) -> str:
    entries = item.entries if isinstance(item, MappingNode) else []
    told = ("id", "when", "allow", "recommend", "is")
    return ";".join(node_in_words(value) for key, value in entries if key.text in told)


def uncovered_finding(
    subject: PolicyUnderTest, decision: Decision, found: Suggested | None
) -> Finding:
    """Return what is to be said of a decision that no test states."""
    document = subject.revisions[decision.revision].document
    count = counted(decision.cases.bit_count(), "case")
    hint = f"a test that states it, ready to paste:\n{found.text.rstrip()}" if found else None
    return Finding(
        UNCOVERED.code, UNCOVERED.name, UNCOVERED.severity,
        f"{in_words(decision)}, and no test says so ({count})",
        document.source.shown, span_of(subject, decision), path_text(decision.path),
        hint=hint, case=_case(subject, decision),
        identity=(decision.kind, decision.about, decision.plan,
                  document.source.name, *telling(document, decision.path)),
    )  # fmt: skip


def record_of(
    subject: PolicyUnderTest, decision: Decision, found: Suggested | None
) -> dict[str, object]:
    """Return an uncovered decision as JSON."""
    document = subject.revisions[decision.revision].document
    return {
        "kind": decision.kind,
        "about": decision.about or None,
        "file": document.source.shown,
        "line": span_of(subject, decision).line,
        "path": path_text(decision.path),
        "cases": decision.cases.bit_count(),
        "case": _case(subject, decision),
        "test": found.text if found else None,
    }


def survivor_finding(
    subject: PolicyUnderTest, survivor: Survivor, test: Suggested | None
) -> Finding:
    """Return what is to be said of a change that no test noticed."""
    document = subject.revisions[survivor.revision].document
    change = survivor.change
    return Finding(
        UNNOTICED.code, UNNOTICED.name, UNNOTICED.severity,
        f"no test notices this: {change.says}",
        document.source.shown, document.first_line(document.value(change.path)),
        path_text(change.path),
        hint=f"a test that notices it, ready to paste:\n{test.text.rstrip()}" if test else None,
        identity=(change.kind, change.says, document.source.name,
                  *telling(document, change.path)),
    )  # fmt: skip


def record_of_survivor(
    subject: PolicyUnderTest, survivor: Survivor, test: Suggested | None
) -> dict[str, object]:
    """Return a change that no test noticed as JSON."""
    document = subject.revisions[survivor.revision].document
    change = survivor.change
    return {
        "kind": change.kind,
        "file": document.source.shown,
        "line": document.value(change.path).line,
        "path": path_text(change.path),
        "change": change.says,
        "cases": survivor.cases,
        "test": test and test.text,
    }


def too_many(subject: PolicyUnderTest, index: int, error: TooMuch) -> Finding:
    """Return the finding that a policy has too many cases to be measured."""
    document = subject.revisions[index].document
    return Finding(
        TOO_MANY.code, TOO_MANY.name, TOO_MANY.severity, error.message,
        document.source.shown, document.value(("policy",)), "policy",
        identity=(document.source.name,),
    )  # fmt: skip


def too_low(subject: PolicyUnderTest, code: Code, share: float, wanted: float) -> Unit:
    """Return the finding that a share is lower than was asked for."""
    document = subject.revisions[-1].document
    span = document.value(("policy",))
    message = f"{share:g} % is less than {wanted:g} %"
    finding = Finding(
        code.code, code.name, code.severity, message, document.source.shown, span, "policy",
        identity=(code.name,),
    )  # fmt: skip
    return Unit(code.name, document.source.shown, span.line, (finding,))
