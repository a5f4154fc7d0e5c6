"""`zsupport channels`: the channels that a customer may use."""

from __future__ import annotations

from zsupport.answer.case import refuses_all
from zsupport.cli.options import (
    CHANNEL,
    FACT,
    LANGUAGE,
    PLAN,
    PRIORITY,
    ROLE,
    Command,
    Common,
)
from zsupport.cli.question import (
    finish,
    language_not_handled,
    language_of,
    read_facts,
    read_moments,
    read_question,
)
from zsupport.view.channels import QUESTION
from zsupport.wording import Message

_HELP = Message(
    "Show which channels a customer may use, how, and what to have ready.\n\n"
    "Without --channel it lists all channels of the case. With --channel and without --plan or"
    " --role it lists who may use the channel. Without options it shows the whole matrix."
)
_EXAMPLES = """\
  zsupport channels --plan business --role admin
  zsupport channels --channel phone
  zsupport channels --plan free --role user --channel chat --why
  zsupport channels --policy aws --plan enterprise --language ja
  if zsupport channels -q --plan pro --role admin --channel web; then echo yes; fi
"""
_NOTES = Message(
    "Exit codes: 0 allowed, 1 not allowed, 2 invalid option or name, 3 policy cannot be read"
)


def channels(
    common: Common,
    plan: str | None,
    role: str | None,
    channel: str | None,
    priority: str | None,
    fact: list[str] | None,
    language: str | None,
) -> int:
    """Run `zsupport channels` and return its exit code."""
    moments = read_moments(common)
    question = read_question(common, moments)
    with question as policy:
        answers = policy.channels(
            plan=plan,
            role=role,
            channel=channel,
            priority=priority,
            fact=read_facts(fact),
            at=moments.at,
            lang=language_of(common),
            language=language,
        )
    refusal = None
    if not any(answer.allowed for answer in answers.answers):
        stated = answers.query.channel
        refusal = (
            Message(
                "not entitled: the channel `{channel}` is not allowed in this case", channel=stated
            )
            if stated
            else Message("not entitled: no channel is allowed in this case")
        )
        if any(answer.handled == "no" for answer in answers.answers):
            refusal = language_not_handled(language)
        if refuses_all(answers):
            refusal = Message("not entitled: the policy refuses these facts")
    query = question.query(**answers.query._asdict(), language=language)
    return finish(common, question, answers, QUESTION, query, refusal=refusal)


COMMAND = Command(
    channels, (PLAN, ROLE, CHANNEL, PRIORITY, FACT, LANGUAGE), _HELP, _EXAMPLES, _NOTES
)
