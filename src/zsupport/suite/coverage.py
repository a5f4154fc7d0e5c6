"""Coverage: the decisions of a policy that its tests cover.

A decision is one deciding rule with its answer: a grant and a channel that it allows, the denial of
a channel for a plan, a cell of the targets, a metric without a cell, a commitment, a
calendar of a list, the order of recommended channels, a limit, a priority. A test covers a decision
only if it expects the answer with `exactly` or a value. `include`, `exclude` and invariants cover
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from zsupport.analysis.decisions import Decisions
from zsupport.answer.case import NeedsInput, opened_case
from zsupport.answer.hours import Customer, PolicyHours
from zsupport.answer.promise import NEGATIVE, settle_metrics
from zsupport.answer.space import Cases, Space, opened_dimension
from zsupport.clock.instants import from_datetime
from zsupport.errors import ZsupportError
from zsupport.policy.model import Revision, with_members
from zsupport.policy.yamltext import Path, SequenceNode
from zsupport.suite.example import Example, Question
from zsupport.suite.subject import PolicyUnderTest
from zsupport.typed import NamedTuple

#: The fields that depend on the deadline.
_DEADLINE_FIELDS = ("due", "at_risk_at", "remaining_seconds", "elapsed_seconds", "next_open")
#: The fields that state a limit.
_LIMIT_FIELDS = ("text", "limit", "number", "per")
#: The fields that depend on whether hours are open.
_OPENING_FIELDS = ("state", "open", "next_open", "next_close", "windows", "holidays")


class Decision(NamedTuple):
    """A deciding rule with its answer.

    `name` is the id of a channel, a metric, hours, a priority or the topic of a limit. The cases
    are those of the policy; for the kinds `priority` and `no-priority` they are combinations of
    facts.
    """

    kind: str
    revision: int
    path: Path  # of the rule in the document
    name: str
    plan: str  # the plan of a denial, otherwise empty
    cases: Cases

    @property
    def by_facts(self) -> bool:
        """Whether the cases are combinations of facts."""
        return self.kind in ("priority", "no-priority")


class StatedCases(NamedTuple):
    """The cases in which one test states an answer, for each kind of answer."""

    allowed: Cases = 0  # the channel of the case is allowed
    denied: Cases = 0
    recommended: Cases = 0
    promised: tuple[tuple[str, str, Cases], ...] = ()  # metric; target, no-target or not-stated
    committed: Cases = 0
    timed: tuple[tuple[str, Cases], ...] = ()  # hours with the cases in which they were counted
    limited: tuple[tuple[str, Cases], ...] = ()  # topics of limits with their cases
    facts: Cases = 0  # combinations of facts with a stated priority


def decisions_of(subject: PolicyUnderTest, index: int) -> list[Decision]:
    """Return every decision of a revision, in the order of its sections. Raises LimitExceeded."""
    revision, document = subject.policy.revisions[index], subject.revisions[index].document
    decisions, space = subject.revisions[index].decisions, subject.revisions[index].space
    result: list[Decision] = []

    def add(kind: str, path: Path, name: str, cases: Cases, plan: str = "") -> None:
        if cases:
            result.append(Decision(kind, index, path, name, plan, cases))

    for position, (grant, cases) in enumerate(zip(revision.grants, decisions.grants, strict=True)):
        for channel in grant.allow:
            path: Path = ("entitlements", position)
            add("grant", path, channel, cases & space.of("channel", channel))
        if grant.recommend:
            cases = space.matches(grant.when) & space.among("channel", grant.recommend)
            add("recommendation", ("entitlements", position), "", cases & decisions.allowed)
    for channel in (known.id for known in revision.channels):
        for plan in (known.id for known in revision.plans):
            cases = (
                space.of("channel", channel)
                & space.of("plan", plan)
                & decisions.existing
                & ~decisions.allowed
            )
            add("denial", ("channels", channel), channel, cases, plan)
    promised = 0
    for metric, targets in decisions.by_metric():
        for stated in targets.stated:
            path = document.cell(stated.rule, metric.id, stated.cell)
            add("target", path, metric.id, stated.decides)
        promised |= targets.promised
        section = "targets" if revision.targets_place else "entitlements"
        add("unstated", (section,), metric.id, targets.unstated)
    for position, (_, cases) in enumerate(decisions.commitments()):
        node = document.node(("commitment",))
        path = ("commitment", position) if isinstance(node, SequenceNode) else ("commitment",)
        add("commitment", path, "", cases & promised)
    for hours, calendars in revision.hours.items():
        if len(calendars) > 1:
            for position, (_, cases) in enumerate(decisions.calendars(hours)):
                add("hours", document.calendar(hours, position), hours, cases)
    for topic, limits in decisions.limits.items():
        for position, (_, cases) in enumerate(limits):
            add("limit", document.limit(topic, position), topic, cases)
    result += _priorities(subject, index)
    return result


def _priorities(subject: PolicyUnderTest, index: int) -> list[Decision]:
    """Return the decisions that lead from facts to priorities."""
    revision, space = subject.policy.revisions[index], subject.revisions[index].facts
    if not space.values:
        return []
    result: list[Decision] = []
    left = space.every
    for rule in revision.priority_rules():
        path: Path = rule.path
        several = isinstance(subject.revisions[index].document.node((*path, "when")), SequenceNode)
        parts = [space.matches_alternative(alternative) for alternative in rule.when] or [
            space.every
        ]
        for number, part in enumerate(parts):
            cases = part & left
            left &= ~part
            where = (*path, "when", number) if several else path
            if cases:
                kind = "no-priority" if rule.priority is None else "priority"
                result.append(Decision(kind, index, where, rule.priority or "", "", cases))
    if left:
        result.append(Decision("no-priority", index, ("priorities",), "", "", left))
    return result


# -- stated cases ----------------------------------------------------------------------------------


def stated_by(subject: PolicyUnderTest, example: Example) -> StatedCases:
    """Return the cases in which a passing test states an answer. Raises LimitExceeded."""
    command = example.question.command
    keys = {expected.key for expected in example.expects}
    if not example.question.in_force and command != "priority":
        return StatedCases()  # no rule decided
    if command == "channels":
        return _stated_by_channels(subject, example)
    if command == "priority":
        if "priority" not in keys:
            return StatedCases()
        return StatedCases(
            facts=cases_of_question(
                subject, example, subject.revisions[example.question.revision].facts
            )
        )
    space = subject.revisions[example.question.revision].space
    question_cases = cases_of_question(subject, example, space)
    if command == "terms":
        topic = (example.question.options.get("topic") or "").casefold()
        stated = ((topic, question_cases),) if keys & set(_LIMIT_FIELDS) else ()
        return StatedCases(limited=stated)
    if command == "hours":
        return _stated_by_hours(subject, example, question_cases)
    return _stated_by_due(subject, example, question_cases)


def cases_of_question(subject: PolicyUnderTest, example: Example, space: Space) -> Cases:
    """Return the cases of a question; an omitted fact has its default.

    If a question states a priority, the facts of its cases lead to this priority, unless its stated
    facts exclude it.
    """
    question = example.question
    revision = subject.policy.revisions[question.revision]
    asked = space.within(question.values)
    if space is not subject.revisions[question.revision].space:
        return _with_defaults(revision, question, space, asked)
    decisions = subject.revisions[question.revision].decisions
    led, unled = decisions.led & asked, decisions.unled & asked
    if "priority" in question.values:
        possible = led
        for fact in revision.facts:
            if fact.id in space.values and fact.id not in question.values:
                possible = space.for_some(fact.id, possible)
        unled &= ~possible
    return _with_defaults(revision, question, space, led) | _with_defaults(
        revision, question, space, unled
    )


def _with_defaults(revision: Revision, question: Question, space: Space, cases: Cases) -> Cases:
    """Return the cases in which each omitted fact has its default, if the priority allows it."""
    for fact in revision.facts:
        if fact.id in space.values and fact.id not in question.values and fact.default is not None:
            # If the default excludes the priority of a case, the fact is unknown in this case.
            assumed = cases & space.of(fact.id, fact.default)
            cases = assumed | (cases & ~space.for_some(fact.id, assumed))
    return cases


def _stated_by_channels(subject: PolicyUnderTest, example: Example) -> StatedCases:
    question = example.question
    space = subject.revisions[question.revision].space
    question_cases = cases_of_question(subject, example, space)
    allowed = denied = recommended = 0
    for expected in example.expects:
        if expected.key == "exactly":
            cases = space.among("channel", expected.channels)
            allowed |= question_cases & cases
            denied |= question_cases & ~cases
        elif expected.key == "allowed":
            if expected.text == "true":
                allowed |= question_cases
            else:
                denied |= question_cases
        elif expected.key == "recommended":
            recommended |= question_cases
    decided = subject.revisions[question.revision].decisions.allowed
    # Keep only the cases with this decision: a channel can be allowed only for some priorities.
    return StatedCases(allowed & decided, denied & ~decided, recommended & decided)


def _stated_by_hours(
    subject: PolicyUnderTest, example: Example, question_cases: Cases
) -> StatedCases:
    question = example.question
    keys = {expected.key: expected.text for expected in example.expects}
    if not set(keys) & set(_OPENING_FIELDS):
        return StatedCases()
    if name := question.options.get("name"):
        return StatedCases(timed=((name, question_cases),))
    space, decisions = (
        subject.revisions[question.revision].space,
        subject.revisions[question.revision].decisions,
    )
    if keys.get("state") == "not-entitled":
        return StatedCases(denied=question_cases & ~decisions.allowed)
    grants = zip(subject.policy.revisions[question.revision].grants, decisions.grants, strict=True)
    timed = (
        (grant.hours, cases & question_cases & space.among("channel", grant.allow))
        for grant, cases in grants
        if grant.hours
    )
    return StatedCases(
        allowed=question_cases & decisions.allowed,
        timed=tuple((hours, cases) for hours, cases in timed if cases),
    )


def _stated_by_due(
    subject: PolicyUnderTest, example: Example, question_cases: Cases
) -> StatedCases:
    question = example.question
    revision = subject.policy.revisions[question.revision]
    space, decisions = (
        subject.revisions[question.revision].space,
        subject.revisions[question.revision].decisions,
    )
    if "event" in question.options:
        return StatedCases()  # the rule of another case can decide
    keys = {expected.key: expected.text for expected in example.expects}
    question_cases = _cases_at_moment(revision, decisions, example, question_cases)
    metrics = settle_metrics(revision, tuple(question.options.get("metric", ())))
    kind = ""
    if "target" in keys or set(keys) & set(_DEADLINE_FIELDS):
        kind = "target"
    elif (state := keys.get("state")) in NEGATIVE:
        kind = state
    if kind == "not-entitled":
        opening = [channel.id for channel in revision.channels if channel.opens_case]
        return StatedCases(
            denied=question_cases & space.among("channel", opening) & ~decisions.allowed
        )
    committed = question_cases & decisions.entitled if "commitment" in keys else 0
    if not kind:
        return StatedCases(committed=committed)
    allowed = question_cases & decisions.entitled if "channel" in question.values else 0
    promised = tuple((metric.id, kind, question_cases & decisions.entitled) for metric in metrics)
    timed: list[tuple[str, Cases]] = []
    if set(keys) & set(_DEADLINE_FIELDS):
        for metric in metrics:
            for stated in decisions.targets(metric.id).stated:
                cell = stated.cell
                if cell.hours and cell.target.uses_hours and stated.decides & question_cases:
                    timed.append((cell.hours, stated.decides & question_cases))
    return StatedCases(allowed, promised=promised, committed=committed, timed=tuple(timed))


def _cases_at_moment(
    revision: Revision, decisions: Decisions, example: Example, question_cases: Cases
) -> Cases:
    """Return the cases whose `opened` matches the moment of a test: inside or outside hours."""
    space = decisions.space
    names = [name for name in space.values if name.startswith("opened ")]
    question = example.question
    if not names or not question.timed:
        return question_cases
    moment = from_datetime(question.options["opened"])
    options = question.options
    customer = Customer(options.get("customer_tz"), options.get("customer_country"))
    hours = PolicyHours(revision, customer, "en")
    for name in names:
        hours_name = name.split(" ", 1)[1]
        inside = 0
        if hours_name not in revision.hours:
            inside = space.every
        for _, cases in decisions.calendars(hours_name):
            part = cases & question_cases
            if not part:
                continue
            try:
                settled = hours.settle(hours_name, opened_case(revision, space.first(part)))
            except (NeedsInput, ZsupportError):
                continue
            if settled.time.is_open(moment):
                inside |= part
        is_in = space.of(opened_dimension(hours_name), "inside")
        question_cases &= (inside & is_in) | (
            ~inside & space.of(opened_dimension(hours_name), "outside")
        )
    return question_cases


# -- covered decisions -----------------------------------------------------------------------------


def covers(subject: PolicyUnderTest, stated: StatedCases, decision: Decision) -> bool:
    """Return whether the stated cases of a test cover a decision."""
    cases = decision.cases
    kind = decision.kind
    if kind == "grant":
        return bool(stated.allowed & cases)
    if kind == "denial":
        return bool(stated.denied & cases)
    if kind == "recommendation":
        return bool(stated.recommended & cases)
    if kind == "commitment":
        return bool(stated.committed & cases)
    if kind == "hours":
        hours = subject.policy.revisions[decision.revision].hours
        return any(
            part & cases and decision.name in with_members(hours, name)
            for name, part in stated.timed
        )
    if kind == "limit":
        name = decision.name.casefold()
        return any(topic == name and part & cases for topic, part in stated.limited)
    if kind == "unstated":
        return any(
            metric == decision.name and state == "not-stated" and part & cases
            for metric, state, part in stated.promised
        )
    if kind == "target":
        return any(metric == decision.name and part & cases for metric, _, part in stated.promised)
    return bool(stated.facts & cases)


def uncovered(
    subject: PolicyUnderTest, decisions: Iterable[Decision], examples: Iterable[Example]
) -> list[Decision]:
    """Return the decisions that no test covers. Raises LimitExceeded.

    `examples` are the passing tests; a failing test states a wrong answer.
    """
    by_revision: dict[int, list[StatedCases]] = {}
    for example in examples:
        by_revision.setdefault(example.question.revision, []).append(stated_by(subject, example))
    return [
        decision
        for decision in decisions
        if not any(
            covers(subject, stated, decision) for stated in by_revision.get(decision.revision, ())
        )
    ]
