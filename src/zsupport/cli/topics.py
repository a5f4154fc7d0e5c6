"""`zsupport topics`: self-help resources."""

from __future__ import annotations

from zsupport.cli.options import ROLE, TOPIC, Command, Common
from zsupport.cli.question import finish, language_of, read_moments, read_question
from zsupport.view.topics import QUESTION
from zsupport.wording import Message

_HELP = Message("List the self-help resources by topic and role.")
_EXAMPLES = """\
  zsupport topics
  zsupport topics --topic messaging
  zsupport topics --role admin --lang nb
"""
_NOTES = Message(
    "Exit codes: 0 resources found, 1 no resources, 2 invalid option or name, 3 policy cannot be"
    " read"
)


def topics(common: Common, topic: str | None, role: str | None) -> int:
    """Run `zsupport topics` and return its exit code."""
    moments = read_moments(common)
    question = read_question(common, moments)
    with question as policy:
        answers = policy.topics(topic=topic, role=role, at=moments.at, lang=language_of(common))
    refusal = (
        None
        if answers.answers
        else Message("not stated: the policy lists no self-help resources for this query")
    )
    query = question.query(topic=topic, role=answers.query.role)
    return finish(common, question, answers, QUESTION, query, refusal=refusal)


COMMAND = Command(topics, (TOPIC, ROLE), _HELP, _EXAMPLES, _NOTES)
