"""`zsupport channels`: which channels may be used."""

from __future__ import annotations

from zsupport.cli.options import CHANNEL, FACT, PLAN, PRIORITY, ROLE, Command, Common
from zsupport.cli.question import ask, finish, read_facts, read_moments
from zsupport.view.channels import QUESTION

_EXAMPLES = """
Examples:
  zsupport channels --plan business --role admin
  zsupport channels --channel phone
  zsupport channels --plan free --role user --channel chat --why
  if zsupport channels -q --plan pro --role admin --channel web; then echo yes; fi

Exit code: 0 allowed, 1 not, 2 a wrong option or name, 3 a policy that cannot be read."""


def channels(
    common: Common,
    plan: str | None,
    role: str | None,
    channel: str | None,
    priority: str | None,
    fact: list[str] | None,
) -> int:
    """Say which channels may be used, how, and what to have ready.

    What you leave out is what you ask about: without --channel it lists the channels, with it
    who may use that one; without anything it is the whole matrix.
    """
    moments = read_moments(common)
    question = ask(common, moments)
    answers = question.policy.channels(
        plan=plan,
        role=role,
        channel=channel,
        priority=priority,
        fact=read_facts(fact),
        at=moments.at,
        lang=common.lang,
    )
    refusal = None
    if not any(answer.allowed for answer in answers.answers):
        refusal = "not entitled: no channel is allowed here"
    query = question.query(**answers.query._asdict())
    return finish(common, question, answers, QUESTION, query, refusal=refusal)


COMMAND = Command(channels, (PLAN, ROLE, CHANNEL, PRIORITY, FACT), _EXAMPLES)
