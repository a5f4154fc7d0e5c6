"""A test that notices a change of a policy, ready to paste: what the policy as it is answers.

It asks about a case in which the answers differ. Whatever is offered has been read and run: it
passes on the policy, and fails on the changed one.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from zsupport.analysis.answers import Difference
from zsupport.analysis.space import Cases
from zsupport.answer.case import Case, named
from zsupport.answer.promise import NEEDS_INPUT, NEGATIVE
from zsupport.clock.problem import BadText
from zsupport.clock.zones import zone
from zsupport.errors import ZsupportError
from zsupport.suite.correction import parsed
from zsupport.suite.format import CHANNELS, DUE, HOURS, NONE, PRIORITY
from zsupport.suite.paste import case_text
from zsupport.suite.reading import reference_of
from zsupport.suite.running import passes, plain
from zsupport.suite.subject import Subject
from zsupport.suite.suggestion import (
    CUSTOMER,
    Suggested,
    asks_customer,
    instant,
    rows_of,
    told,
)

#: So many questions are tried for one change before it is left without a test.
MOST_TRIED = 1_500
#: Of so many plans a case is tried; the first may not show the difference by itself.
_PLANS_TRIED = 3
#: So many cases are tried where the default of a fact has changed.
_CASES_TRIED = 30


class Pair(NamedTuple):
    """A policy before and after a change of one revision, and where their answers differ."""

    before: Subject
    after: Subject
    revision: int
    where: Difference


class Asked(NamedTuple):
    """A question: the command, its options, and the case that it is about in full."""

    command: str
    options: dict[str, Any]
    case: Case


def witness(pair: Pair) -> Suggested | None:
    """Return a test that passes before a change and fails after it; None where none was found."""
    for asked in islice(_questions(pair), MOST_TRIED):
        try:
            case = _case(pair, asked.command, asked.options, asked.case)
        except (ZsupportError, BadText):
            continue  # one of the two does not answer this
        if case is None:
            continue
        text = case_text(case)
        for example in parsed(pair.before, text):
            right = example.question.revision == pair.revision and passes(pair.before, example)
            if right and not passes(pair.after, example):
                return Suggested(text, example)
    return None


def _questions(pair: Pair) -> Iterator[Asked]:
    """Yield questions whose answers may differ."""
    index, where = pair.revision, pair.where
    revision = pair.before.policy.revisions[index]
    for case in _cases(pair, where.channels):
        for moment in _moments(pair, timed=False):
            yield _about_channels(pair, case, moment)
    if where.facts:
        case = pair.before.revisions[index].facts.first(where.facts)
        for moment in _moments(pair, timed=False):
            asked = told(PRIORITY, revision, case, set(case))
            yield Asked("priority", _at(asked, "at", moment), case)
    due = [(metric, case) for metric, cases in where.due.items() for case in _cases(pair, cases)]
    for metric, case in due:
        for moment in _moments(pair, timed=False):
            yield _about_due(pair, case, metric, moment)
    if where.defaults:
        yield from _without_default(pair)
    for name, differing in where.hours.items():
        for case in islice(_cases(pair, differing), 1):
            for moment in _moments(pair, timed=True):
                yield _about_hours(pair, case, name, moment)
    for moment in _moments(pair, timed=True):
        for metric, case in due:
            yield _about_due(pair, case, metric, moment)


def _without_default(pair: Pair) -> Iterator[Asked]:
    """Yield questions that leave out a fact whose default has changed."""
    revision, space = (
        pair.before.policy.revisions[pair.revision],
        pair.before.revisions[pair.revision].space,
    )
    after = {fact.id: fact.default for fact in pair.after.policy.revisions[pair.revision].facts}
    for fact in revision.facts:
        if fact.default is None or fact.default == after[fact.id] or fact.id not in space.values:
            continue
        # What is the default before the change is not told.
        usual = space.of(fact.id, fact.default)
        for case in islice(space.cases(usual), _CASES_TRIED):
            for moment in _moments(pair, timed=False):
                yield _about_channels(pair, case, moment)
                for metric in revision.metrics:
                    yield _about_due(pair, case, metric.id, moment)
        for name in revision.hours:
            for moment in _moments(pair, timed=True):
                yield _about_hours(pair, space.first(usual), name, moment)


def _about_channels(pair: Pair, case: Case, moment: datetime | None) -> Asked:
    index = pair.revision
    grants = [g for each in (pair.before, pair.after) for g in each.policy.revisions[index].grants]
    names = named(grant.when for grant in grants) | {"plan"}
    asked = told(CHANNELS, pair.before.policy.revisions[index], case, names - {"channel"})
    return Asked("channels", _at(asked, "at", moment), case)


def _about_due(pair: Pair, case: Case, metric: str, moment: datetime | None) -> Asked:
    revision = pair.before.policy.revisions[pair.revision]
    names = {"plan", "role", "channel", "priority"} | {fact.id for fact in revision.facts}
    asked = told(DUE, revision, case, names)
    if metric != revision.metrics[0].id:
        asked["metric"] = metric
    return Asked("due", _at(asked, "opened", moment), case)


def _about_hours(pair: Pair, case: Case, name: str, moment: datetime | None) -> Asked:
    revision = pair.before.policy.revisions[pair.revision]
    names = named(calendar.when for each in revision.hours.values() for calendar in each)
    asked = {"name": name, **told(HOURS, revision, case, names)}
    asked |= CUSTOMER if asks_customer(revision) else {}
    return Asked("hours", _at(asked, "at", moment), case)


def _at(asked: dict[str, Any], key: str, moment: datetime | None) -> dict[str, Any]:
    return asked if moment is None else {**asked, key: instant(moment)}


def _cases(pair: Pair, differing: Cases) -> Iterator[Case]:
    """Yield the first of some cases, then the first of a few plans."""
    if not differing:
        return
    space = pair.before.revisions[pair.revision].space
    first = space.first(differing)
    yield first
    for plan in space.met("plan", differing)[:_PLANS_TRIED]:
        case = space.first(differing & space.of("plan", plan))
        if case != first:
            yield case


def _moments(pair: Pair, *, timed: bool) -> Iterator[datetime | None]:
    """Yield when to ask: any time that the revision answers for, or many moments of a year.

    Two weeks are gone through by hours, in which every day of the week is met at every hour; the
    rest of the year by days, for its holidays.
    """
    start = reference_of(pair.before, pair.revision)
    if not timed:
        newest = len(pair.before.revisions) - 1
        yield None if pair.revision == newest else start
        return
    for hours in range(5, 24 * 14, 5):
        yield start + timedelta(hours=hours)
    # At noon by the policy's clock most hours are open.
    local = start.astimezone(zone(pair.before.policy.revisions[pair.revision].timezone))
    for days in range(14, 370):
        yield start + timedelta(days=days, hours=12 - local.hour)


def _case(pair: Pair, command: str, asked: dict[str, Any], case: Case) -> dict[str, Any] | None:
    """Return a test of a question that the two answer differently, None where they do not."""
    before = rows_of(pair.before, command, asked, pair.revision)
    after = rows_of(pair.after, command, asked, pair.revision)
    if command == "due" and before and before[0].state == NEEDS_INPUT:
        asked = {**asked, **CUSTOMER}
        before = rows_of(pair.before, command, asked, pair.revision)
        after = rows_of(pair.after, command, asked, pair.revision)
    if not before or not after:
        return None
    if command == "channels":
        return _of_channels(asked, case, before, after)
    one, other = before[0], after[0]
    if command == "priority":
        if one.priority == other.priority:
            return None
        return {command: asked, "expect": one.priority or NONE}
    if command == "hours":
        if one.open == other.open or one.open is None:
            return None
        return {command: asked, "expect": one.state}
    if one.state in NEGATIVE:
        return {command: asked, "expect": one.state} if one.state != other.state else None
    shown = ("target", "hours", "commitment", "starts")
    fields = [field for field in shown if getattr(one, field) != getattr(other, field)]
    if "opened" in asked and one.due is not None and one.due != other.due and not fields:
        return {command: asked, "expect": plain(one.due, zone("UTC"))}
    return _stating(command, asked, one, fields)


def _of_channels(
    asked: dict[str, Any], case: Case, before: list[Any], after: list[Any]
) -> dict[str, Any] | None:
    allowed = [row.channel for row in before if row.allowed]
    if allowed != [row.channel for row in after if row.allowed]:
        return {"channels": asked, "expect": {"exactly": allowed}}
    one, other = (
        next(row for row in rows if row.channel == case["channel"]) for rows in (before, after)
    )
    fields = ("prerequisites", "hours", "recommended")
    differing = [field for field in fields if getattr(one, field) != getattr(other, field)]
    return _stating("channels", {**asked, "channel": case["channel"]}, one, differing)


def _stating(
    command: str, asked: dict[str, Any], row: Any, fields: list[str]
) -> dict[str, Any] | None:
    """Return a test of what an answer says in these fields, None where there are none."""
    if not fields:
        return None
    expect = {field: plain(getattr(row, field), zone("UTC")) for field in fields}
    return {command: asked, "expect": expect}
