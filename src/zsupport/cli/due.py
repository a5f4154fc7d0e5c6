"""`zsupport due`: when what is promised is due."""

from zsupport.answer.due import NEEDS_INPUT, NEGATIVE
from zsupport.cli.options import (
    CHANNEL,
    CUSTOMER_COUNTRY,
    CUSTOMER_TZ,
    FACT,
    METRIC,
    OPENED,
    PLAN,
    PRIORITY,
    ROLE,
    Command,
    Common,
)
from zsupport.cli.question import ask, finish, read_facts, read_moments
from zsupport.view.due import show_due

_EXAMPLES = """
Examples:
  zsupport due --plan pro --role owner --priority P2 --opened 2026-11-23T10:00:00+01:00
  zsupport due --plan pro --role owner
  zsupport due --plan pro --role owner --priority P1 --opened now --field remaining_seconds
  zsupport due --plan pro --role owner --priority P1 --opened "2026-11-23 10:00" --tz Europe/Oslo

Instants are RFC 3339 with an offset, `now`, `@EPOCH`, or a local time together with --tz.
Exit code: 0 something is promised, 1 nothing is, 2 a wrong option or name, 3 a policy that
cannot be read."""

_SAYS = {
    "not-entitled": "not entitled: no case can be opened here",
    "no-target": "no target: nothing is promised",
    "not-stated": "not stated: the policy does not say",
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
    customer_tz: str | None,
    customer_country: str | None,
) -> int:
    """Say when a first response, or another promised thing, is due.

    What you leave out is what you ask about: without --priority it answers for each priority.
    """
    moments = read_moments(common, opened)
    question = ask(common, moments)
    answers = question.policy.due(
        plan=plan,
        role=role,
        channel=channel,
        priority=priority,
        facts=read_facts(fact),
        metric=metric or (),
        opened=moments.opened,
        at=moments.at,
        customer_zone=customer_tz,
        customer_country=customer_country,
        lang=common.lang,
    )
    states = [answer.state for answer in answers.answers]
    refusal, code = None, 1
    if all(state in (*NEGATIVE, NEEDS_INPUT) for state in states):
        refusal = "; ".join(_SAYS[s] for s in _SAYS if s in states)
        if not answers.in_force:
            refusal = "not stated: no revision of the policy is in force at that moment"
        if NEEDS_INPUT in states:
            asks = "; ".join(w.message for w in answers.warnings if w.code == NEEDS_INPUT)
            refusal, code = f"needs input: {asks}", 2
    query = question.query(
        **answers.query._asdict(),
        metric=list(dict.fromkeys(answer.metric for answer in answers.answers)),
        opened=question.text(moments.opened),
        customer_tz=customer_tz,
        customer_country=customer_country,
    )
    return finish(common, question, answers, show_due, query, refusal=refusal, code=code)


COMMAND = Command(
    due,
    (
        PLAN, ROLE, CHANNEL, PRIORITY, FACT,
        OPENED, METRIC, CUSTOMER_TZ, CUSTOMER_COUNTRY,
    ),
    _EXAMPLES,
)  # fmt: skip
