"""`zsupport terms`: what a policy states in words for a case."""

from __future__ import annotations

from zsupport.cli.options import CHANNEL, FACT, PLAN, PRIORITY, ROLE, Command, Common, Option
from zsupport.cli.question import finish, language_of, read_facts, read_moments, read_question
from zsupport.view.terms import QUESTION
from zsupport.wording import Message

_HELP = Message(
    "Show the terms of the policy for a case, such as contacts and languages.\n\n"
    "Without --topic it lists all topics. A dimension that changes no text is not shown."
)
_EXAMPLES = """\
  zsupport terms --policy redhat
  zsupport terms --policy redhat --plan premium --topic contacts
  zsupport terms --policy gitlab --plan ultimate --fact program=education --why
"""
_NOTES = Message(
    "Exit codes: 0 terms found, 1 no terms, 2 invalid option or name, 3 policy cannot be read"
)

_TOPIC = Option(
    "topic", ("--topic",), "text", "ID", Message("Topic of the terms"), completes="term"
)


def terms(
    common: Common,
    plan: str | None,
    role: str | None,
    channel: str | None,
    priority: str | None,
    fact: list[str] | None,
    topic: str | None,
) -> int:
    """Run `zsupport terms` and return its exit code."""
    moments = read_moments(common)
    question = read_question(common, moments)
    with question as policy:
        answers = policy.terms(
            topic=topic,
            plan=plan,
            role=role,
            channel=channel,
            priority=priority,
            fact=read_facts(fact),
            at=moments.at,
            lang=language_of(common),
        )
    refusal = None
    if all(answer.text is None for answer in answers.answers):
        refusal = Message("not stated: the policy states no terms for this case")
    if topic is not None and answers.answers:
        topic = answers.answers[0].topic
    query = question.query(**answers.query._asdict(), topic=topic)
    return finish(common, question, answers, QUESTION, query, refusal=refusal)


COMMAND = Command(terms, (PLAN, ROLE, CHANNEL, PRIORITY, FACT, _TOPIC), _HELP, _EXAMPLES, _NOTES)
