"""`zsupport due`: the deadlines of a case."""

from __future__ import annotations

from zsupport.answer.case import NEEDS_INPUT, refuses_all
from zsupport.answer.promise import NEGATIVE
from zsupport.cli.options import (
    ANSWERED,
    AT_RISK,
    CHANNEL,
    CUSTOMER_COUNTRY,
    CUSTOMER_TZ,
    EVENT,
    FACT,
    FAIL_BREACHED,
    METRIC,
    OPENED,
    PAUSE,
    PLAN,
    PRIORITY,
    RESOLVED,
    ROLE,
    START,
    UPDATED,
    Command,
    Common,
)
from zsupport.cli.question import (
    Moments,
    finish,
    language_of,
    needed_input,
    read,
    read_facts,
    read_moments,
    read_question,
)
from zsupport.clock.instants import pause_parts, to_datetime
from zsupport.clock.zones import zone
from zsupport.errors import UsageError
from zsupport.typed import TYPE_CHECKING
from zsupport.view.due import QUESTION
from zsupport.wording import Message, joined

if TYPE_CHECKING:
    from datetime import datetime

_HELP = Message(
    "Compute the deadline of the first response or of another metric.\n\n"
    "If you omit an option, the answer covers all of its values: without --priority it shows the"
    " deadline of each priority."
)
_EXAMPLES = """\
  zsupport due --plan pro --role owner --priority P2 --opened 2026-11-23T10:00:00+01:00
  zsupport due --plan pro --role owner
  zsupport due --plan pro --role owner --priority P1 --opened now --field remaining_seconds
  zsupport due --plan pro --role owner --priority P1 --opened "2026-11-23 10:00" --tz Europe/Oslo
  zsupport due --plan pro --role owner --priority P1 --opened "20 min ago" --tz local
"""
_NOTES = Message(
    "An INSTANT is an RFC 3339 time with an offset, `now`, `2 hours ago`, `@EPOCH`, or an email"
    " date such\n"
    "as `Tue, 24 Nov 2026 09:00:00 +0100`. Together with --tz it can also be a local time such as\n"
    "`2026-11-24 09:00`, `today 09:00` or `yesterday 14:00`. See `zsupport help moments`.\n"
    "Exit codes: 0 a target is stated, 1 no target, 2 invalid option or name, 3 policy cannot be"
    " read"
)

_REFUSALS = {
    "not-entitled": Message("not entitled: no channel that opens a case is allowed"),
    "no-target": Message("no target: the policy promises nothing for this case"),
    "not-stated": Message("not stated: the policy does not state a target"),
}


def due(
    common: Common,
    plan: str | None,
    role: str | None,
    channel: str | None,
    priority: str | None,
    fact: list[str] | None,
    opened: str | None,
    metric: list[str] | None,
    answered: str | None,
    updated: str | None,
    resolved: str | None,
    start: list[str] | None,
    pause: list[str] | None,
    event: list[str] | None,
    at_risk: str | None,
    fail_breached: bool,
    customer_tz: str | None,
    customer_country: str | None,
) -> int:
    """Run `zsupport due` and return its exit code."""
    moments = read_moments(common, opened)
    risk = None
    if at_risk is not None:
        from zsupport.clock.warn import parse_warn

        risk = read("--at-risk", at_risk, parse_warn)
    if customer_tz is not None:
        read("--customer-tz", customer_tz, zone)
    question = read_question(common, moments)._replace(customer_tz=customer_tz)
    with question as policy:
        answers = policy.due(
            plan=plan,
            role=role,
            channel=channel,
            priority=priority,
            fact=read_facts(fact),
            metric=metric or (),
            opened=None if opened is None else moments.opened,
            at=None if common.at is None else moments.at,
            answered=moments.read("--answered", answered),
            updated=moments.read("--updated", updated),
            resolved=moments.read("--resolved", resolved),
            start=read_starts(start, moments),
            pause=[read_pause(text, moments) for text in pause or ()],
            event=[read_event(text, moments) for text in event or ()],
            at_risk=risk,
            customer_tz=customer_tz,
            customer_country=customer_country,
            lang=language_of(common),
        )
    states = [answer.state for answer in answers.answers]
    refusal: str | None = None
    code = 1
    if all(state in (*NEGATIVE, NEEDS_INPUT) for state in states):
        refusal = joined((_REFUSALS[state] for state in _REFUSALS if state in states), "; ")
        if set(states) == {"not-stated"} and refuses_all(answers):
            refusal = Message("not stated: the policy refuses these facts")
        if NEEDS_INPUT in states:
            refusal, code = needed_input(answers), 2
    if fail_breached and "breached" in states:
        refusal = refusal or Message("breached")
    question = question._replace(at=to_datetime(answers.details.moment.at))
    events = answers.details.moment.events

    def text_of(instant: int | None) -> str | None:
        return None if instant is None else question.text(to_datetime(instant))

    query = question.query(
        **answers.query._asdict(),
        metric=list(dict.fromkeys(answer.metric for answer in answers.answers)),
        opened=question.text(to_datetime(answers.details.moment.events.opened)),
        answered=text_of(events.answered),
        updated=text_of(events.updated),
        resolved=text_of(events.resolved),
        start={name: text_of(instant) for name, instant in answers.details.moment.starts.items()},
        pauses=[{"from": text_of(begin), "to": text_of(end)} for begin, end in events.pauses],
        events=[
            {"at": text_of(at), "values": dict(values)}
            for at, values in answers.details.moment.changes
        ],
        at_risk=risk,
        customer_tz=customer_tz,
        customer_country=customer_country,
    )
    stated = {"opened"} if opened is not None else set()
    instants = {
        "--opened": opened or common.at or "now",
        "--answered": answered,
        "--updated": updated,
        "--resolved": resolved,
    }
    if any(text and moments.is_relative(option, text) for option, text in instants.items()):
        stated.add("relative")
    return finish(
        common,
        question,
        answers,
        QUESTION,
        query,
        refusal=refusal,
        code=code,
        stated=frozenset(stated),
    )


def read_starts(pairs: list[str] | None, moments: Moments) -> dict[str, datetime]:
    """Return `--start METRIC=INSTANT` options as a mapping; raise UsageError if one is invalid."""
    starts: dict[str, datetime] = {}
    for pair in pairs or ():
        name, _, text = pair.partition("=")
        if not name or not text:
            raise UsageError(
                Message("--start: `{pair}` is not METRIC=INSTANT", pair=pair),
                Message("write --start {name}=INSTANT", name=name or "METRIC"),
            )
        instant = moments.read("--start", text)
        assert instant is not None
        if starts.setdefault(name, instant) != instant:
            raise UsageError(Message("--start: duplicate metric `{name}`", name=name))
    return starts


def read_pause(text: str, moments: Moments) -> tuple[datetime, datetime | None]:
    """Return the start and end of a pause FROM/TO; the end is None if TO is empty."""
    begin, end = read("--pause", text, pause_parts)
    start, until = moments.read("--pause", begin), moments.read("--pause", end)
    assert start is not None
    if until is not None and until < start:
        raise UsageError(
            Message("--pause: `{text}` ends before it starts", text=text),
            Message("write the earlier instant first: FROM/TO"),
        )
    return start, until


def read_event(text: str, moments: Moments) -> tuple[datetime, dict[str, str]]:
    """Return the instant and the new values of `--event INSTANT,NAME=VALUE,…`."""
    from zsupport.answer.changes import change_parts

    instant, values = read("--event", text, change_parts)
    at = moments.read("--event", instant)
    assert at is not None
    return at, values


COMMAND = Command(
    due,
    (
        PLAN, ROLE, CHANNEL, PRIORITY, FACT,
        OPENED, METRIC, ANSWERED, UPDATED, RESOLVED, START, PAUSE, EVENT, AT_RISK,
        FAIL_BREACHED,
        CUSTOMER_TZ, CUSTOMER_COUNTRY,
    ),
    _HELP, _EXAMPLES, _NOTES,
)  # fmt: skip
