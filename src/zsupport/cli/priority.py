"""`zsupport priority`: the priority of a case."""

from __future__ import annotations

from zsupport.answer.case import facts_decide, refuses_all
from zsupport.cli.options import FACT, Command, Common
from zsupport.cli.question import finish, language_of, read_facts, read_moments, read_question
from zsupport.view.priority import QUESTION
from zsupport.wording import Message

_HELP = Message(
    "Find the priority that matches the facts. Without facts, list the priorities.\n\n"
    "If you omit a fact, its default is used and the answer shows it. For a fact without a default,"
    " the answer covers each of its values."
)
_EXAMPLES = """\
  zsupport priority
  zsupport priority --fact impact=down --fact workaround=false
  zsupport priority --fact impact=down --fact workaround=true --why
"""
_NOTES = Message(
    "Exit codes: 0 a priority matches, 1 no priority matches, 2 invalid option or name, 3 policy"
    " cannot\n"
    "be read"
)


def priority(common: Common, fact: list[str] | None) -> int:
    """Run `zsupport priority` and return its exit code."""
    moments = read_moments(common)
    question = read_question(common, moments)
    with question as policy:
        answers = policy.priority(fact=read_facts(fact), at=moments.at, lang=language_of(common))
    refusal = None
    if not any(answer.priority for answer in answers.answers):
        refusal = Message("not stated: no priority matches these facts")
        if refuses_all(answers):
            refusal = Message("not stated: the policy refuses these facts")
        if not facts_decide(answers.revision):
            refusal = Message("not stated: this policy does not define priorities by facts")
    query = question.query(facts=answers.query.facts)
    return finish(common, question, answers, QUESTION, query, refusal=refusal)


COMMAND = Command(priority, (FACT,), _HELP, _EXAMPLES, _NOTES)
