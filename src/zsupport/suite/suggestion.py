"""A test for a decision that none states, ready to paste: what the policy answers today."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from zsupport.analysis.space import Cases
from zsupport.answer.case import Case, named
from zsupport.answer.promise import NEEDS_INPUT
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.errors import ZsupportError
from zsupport.policy.model import Revision
from zsupport.suite.correction import parsed
from zsupport.suite.coverage import Decision, covers, stated_by
from zsupport.suite.example import Example
from zsupport.suite.format import CHANNELS, DUE, HOURS, NONE, PRIORITY
from zsupport.suite.paste import case_text
from zsupport.suite.reading import reference_of
from zsupport.suite.running import ask, combinations, passes
from zsupport.suite.subject import Subject

#: Where hours are the customer's, a customer is needed to ask about them.
CUSTOMER = {"customer-tz": "Europe/Oslo", "customer-country": "NO"}
#: How far from the start of a revision a moment inside or outside some hours is looked for.
_HOURS_AHEAD = 24 * 14
#: Where the first case of a decision cannot be asked about, so many plans are tried.
_PLANS_TRIED = 5


class Suggested:
    """A test as text, and as it was read again."""

    def __init__(self, text: str, example: Example) -> None:
        self.text = text
        self.example = example


def suggestion(subject: Subject, decision: Decision) -> Suggested | None:
    """Return a test that states a decision and passes; None where none could be found."""
    for whole, moment in product(_wholes(subject, decision), _moments(subject, decision)):
        try:
            case = _case(subject, decision, whole, moment)
        except ZsupportError:
            continue
        if case is None:
            continue
        text = case_text(case)
        for example in parsed(subject, text):
            right = passes(subject, example)
            if right and covers(subject, stated_by(subject, example), decision):
                return Suggested(text, example)
    return None


def _wholes(subject: Subject, decision: Decision) -> list[Case]:
    """Return cases of a decision to try: the first of all, then the first of each plan."""
    if decision.by_facts:
        return [subject.revisions[decision.revision].facts.first(decision.cases)]
    space = subject.revisions[decision.revision].space
    found = [space.first(decision.cases)]
    for plan in space.met("plan", decision.cases)[:_PLANS_TRIED]:
        case = space.first(decision.cases & space.of("plan", plan))
        found += [case] if case not in found else []
    return found


def _moments(subject: Subject, decision: Decision) -> list[datetime | None]:
    """Return when the question may be asked: any time, or such as are inside and outside hours."""
    revision = subject.policy.revisions[decision.revision]
    newest = len(subject.policy.revisions) - 1
    start = reference_of(subject, decision.revision)
    found: list[datetime | None] = [None] if decision.revision == newest else []
    found.append(start)
    if decision.kind == "hours" or any(alt.opened for rule in revision.rules for alt in rule.when):
        found += [start + timedelta(hours=hour) for hour in range(5, _HOURS_AHEAD, 5)]
    return found


def _case(
    subject: Subject, decision: Decision, whole: Case, moment: datetime | None
) -> dict[str, Any] | None:
    revision = subject.policy.revisions[decision.revision]
    if decision.by_facts:
        return _of_priority(subject, decision, whole, moment)
    if decision.kind == "hours":
        return _of_hours(subject, decision, whole, moment)
    if decision.kind in ("grant", "denial", "recommendation"):
        return _of_channels(subject, decision, whole, moment)
    return _of_due(subject, decision, whole, moment, revision)


def told(fields: Any, revision: Revision, case: Case, names: set[str]) -> dict[str, Any]:
    """Return the values of a case as keys of a question, of the dimensions that matter.

    A fact that has its default is left out, as one would on the command line; not of a question
    about priorities, which asks for nothing else.
    """
    facts = {fact.id: None if fields is PRIORITY else fact.default for fact in revision.facts}
    found: dict[str, Any] = {}
    for name, value in case.items():
        if name not in names or facts.get(name, "") == value:
            continue
        if name in facts and name in fields.fields:
            found.setdefault("fact", {})[name] = value
        else:
            found[name] = value
    return found


def instant(moment: datetime | None) -> str | None:
    """Return a moment as a test states it."""
    return None if moment is None else format_instant(from_datetime(moment), UTC)


def _of_channels(
    subject: Subject, decision: Decision, case: Case, moment: datetime | None
) -> dict[str, Any]:
    revision = subject.policy.revisions[decision.revision]
    names = named(grant.when for grant in revision.grants) | {"plan"}
    asked = told(CHANNELS, revision, case, names - {"channel"})
    if moment is not None:
        asked["at"] = instant(moment)
    # Each answer is asked for, not worked out: it is the library that has to give it.
    rows = rows_of(subject, "channels", asked, decision.revision)
    if decision.kind == "recommendation":
        row = next(row for row in rows if row.channel == case["channel"])
        expect: dict[str, Any] = {"recommended": str(row.recommended or NONE)}
        return {"channels": {**asked, "channel": case["channel"]}, "expect": expect}
    return {
        "channels": asked,
        "expect": {"exactly": [row.channel for row in rows if row.allowed]},
    }


def rows_of(subject: Subject, command: str, asked: dict[str, Any], revision: int) -> list[Any]:
    """Return the answers to a question, none where another revision would give them."""
    probe = parsed(subject, case_text({command: asked, "expect": _PROBES[command]}))
    if not probe or probe[0].question.revision != revision:
        return []
    question = probe[0].question
    return [
        row
        for combination in combinations(question)
        for reply in ask(subject, question, combination)
        for row in reply.rows
    ]


#: Something that can be expected of every question, so that it is read.
_PROBES: dict[str, dict[str, Any]] = {
    "channels": {"exactly": []},
    "due": {"commitment": NONE},
    "hours": {"open": "true"},
    "priority": {"priority": NONE},
}


def _of_due(
    subject: Subject, decision: Decision, case: Case, moment: datetime | None, revision: Revision
) -> dict[str, Any] | None:
    names = {"plan", "role", "channel", "priority"} | {fact.id for fact in revision.facts}
    asked = told(DUE, revision, case, names)
    metric = decision.about or revision.metrics[0].id
    if decision.kind == "commitment":
        metric = _promising(subject, decision, decision.cases)
        case = subject.revisions[decision.revision].space.first(
            _cases_of(subject, decision.revision, metric) & decision.cases
        )
        asked = told(DUE, revision, case, names)
    if metric != revision.metrics[0].id:
        asked["metric"] = metric
    if moment is not None:
        asked["opened"] = instant(moment)
    rows = rows_of(subject, "due", asked, decision.revision)
    if rows and rows[0].state == NEEDS_INPUT:
        asked |= CUSTOMER
        rows = rows_of(subject, "due", asked, decision.revision)
    if not rows:
        return None
    row = rows[0]
    if decision.kind == "commitment":
        return {"due": asked, "expect": {"commitment": row.commitment or NONE}}
    if row.state in ("not-stated", "no-target", "not-entitled"):
        return {"due": asked, "expect": row.state}
    return {"due": asked, "expect": {"target": row.target or NONE}}


def _cases_of(subject: Subject, revision: int, metric: str) -> Cases:
    found = 0
    for stated in subject.revisions[revision].decisions.targets(metric).stated:
        if stated.cell.target.promises:
            found |= stated.decides
    return found


def _promising(subject: Subject, decision: Decision, cases: Cases) -> str:
    """Return the first metric by which something is promised in one of these cases."""
    metrics = [metric.id for metric in subject.policy.revisions[decision.revision].metrics]
    return next(m for m in metrics if _cases_of(subject, decision.revision, m) & cases)


def asks_customer(revision: Revision) -> bool:
    """Return whether some hours are those of the customer's place."""
    return any(
        calendar.timezone == "customer" or (calendar.holidays and calendar.holidays.customer)
        for each in revision.hours.values()
        for calendar in each
    )


def _of_hours(
    subject: Subject, decision: Decision, case: Case, moment: datetime | None
) -> dict[str, Any] | None:
    revision = subject.policy.revisions[decision.revision]
    names = named(calendar.when for each in revision.hours.values() for calendar in each)
    if moment is None:
        moment = reference_of(subject, decision.revision)
    asked: dict[str, Any] = {"name": decision.about, **told(HOURS, revision, case, names)}
    asked |= {"at": instant(moment), **(CUSTOMER if asks_customer(revision) else {})}
    rows = rows_of(subject, "hours", asked, decision.revision)
    if not rows or rows[0].open is not True:
        return None
    return {"hours": asked, "expect": "open"}


def _of_priority(
    subject: Subject, decision: Decision, case: Case, moment: datetime | None
) -> dict[str, Any] | None:
    revision = subject.policy.revisions[decision.revision]
    asked = told(PRIORITY, revision, case, set(case))
    if moment is not None:
        asked["at"] = instant(moment)
    rows = rows_of(subject, "priority", asked, decision.revision)
    if not rows:
        return None
    return {"priority": asked, "expect": rows[0].priority or NONE}
