"""`zsupport hours`: whether it is open."""

from __future__ import annotations

from zsupport.answer.case import NEEDS_INPUT
from zsupport.cli.options import (
    CHANNEL,
    CUSTOMER_COUNTRY,
    CUSTOMER_TZ,
    FACT,
    PLAN,
    PRIORITY,
    ROLE,
    Command,
    Common,
    Option,
)
from zsupport.cli.output import emit
from zsupport.cli.question import ask, finish, needed, read, read_facts, read_moments
from zsupport.clock.zones import zone
from zsupport.view.hours import QUESTION

_EXAMPLES = """
Examples:
  zsupport hours --policy gitlab --plan premium --channel emergency
  zsupport hours --policy hivemq
  zsupport hours basic --policy hivemq --at 2026-12-24T10:00:00+01:00 --format table
  zsupport hours basic --policy hivemq --freeze
  if zsupport hours -q --plan business --role admin --channel phone; then echo "call us"; fi

Exit code: 0 open, 1 closed, not entitled or not stated, 2 a wrong option or name or something is
missing, 3 a policy that cannot be read."""

_NAME = Option(
    "name", (), "argument", "[HOURS]",
    "Which hours, by name; `24x7` is open at every instant. [default: all]", completes="hours",
)  # fmt: skip
_SAYS = {
    "not-stated": "not stated: the policy does not say when it is open",
    "closed": "closed",
    "not-entitled": "not entitled: no channel is allowed here",
}
_FREEZE = Option(
    "freeze", ("--freeze",), "flag", "",
    "Print the public holidays of this year and the next as `frozen:`, ready to paste.",
)  # fmt: skip


def hours(
    common: Common,
    name: str | None,
    plan: str | None,
    role: str | None,
    channel: str | None,
    priority: str | None,
    fact: list[str] | None,
    customer_tz: str | None,
    customer_country: str | None,
    freeze: bool,
) -> int:
    """Say whether it is open, when that changes, this week's windows and the coming holidays.

    --plan, --role, --channel, --priority and --fact name a case: then it answers when the channels
    of that case are open, and what you leave out is what you ask about. A name asks about hours
    themselves; without a name or a case it answers for all hours of the policy.
    """
    moments = read_moments(common)
    if customer_tz is not None:
        read("--customer-tz", customer_tz, zone)
    question = ask(common, moments)
    if freeze:
        from zsupport.answer.freeze import frozen

        revision, _ = question.policy.revision_at(moments.at)
        pinned = frozen(revision, name, moments.at, question.policy.revisions)
        if not common.quiet:
            emit(pinned)
        return 0
    answers = question.policy.hours(
        name,
        plan=plan,
        role=role,
        channel=channel,
        priority=priority,
        fact=read_facts(fact),
        at=moments.at,
        customer_tz=customer_tz,
        customer_country=customer_country,
        lang=common.lang,
    )
    refusal, code = None, 1
    states = [answer.state for answer in answers.answers]
    if "open" not in states:
        refusal = next((says for state, says in _SAYS.items() if state in states), None)
        if not states:
            refusal = "not stated: the policy defines no hours"
        if NEEDS_INPUT in states:
            refusal, code = needed(answers), 2
    query = question.query(
        **answers.query._asdict(),
        hours=answers.answers[0].hours if name else None,
        customer_tz=customer_tz,
        customer_country=customer_country,
    )
    return finish(common, question, answers, QUESTION, query, refusal=refusal, code=code)


COMMAND = Command(
    hours,
    (
        _NAME, PLAN, ROLE, CHANNEL, PRIORITY, FACT, CUSTOMER_TZ, CUSTOMER_COUNTRY, _FREEZE,
    ),
    _EXAMPLES,
)  # fmt: skip
