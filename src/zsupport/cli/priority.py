"""`zsupport priority`: how urgent a case is."""

from __future__ import annotations

from zsupport.answer.case import facts_decide
from zsupport.cli.options import FACT, Command, Common
from zsupport.cli.question import ask, finish, read_facts, read_moments
from zsupport.view.priority import QUESTION

_EXAMPLES = """
Examples:
  zsupport priority
  zsupport priority --fact impact=down --fact workaround=false
  zsupport priority --fact impact=down --fact workaround=true --why

Exit code: 0 a priority fits, 1 none does, 2 a wrong option or name, 3 a policy that cannot be
read."""


def priority(common: Common, fact: list[str] | None) -> int:
    """Say which priority fits the facts; without facts, list the priorities and their meaning.

    A fact that has a default takes it when it is left out, and the answer says so; for any other
    the answer is given for each of its values.
    """
    moments = read_moments(common)
    question = ask(common, moments)
    answers = question.policy.priority(fact=read_facts(fact), at=moments.at, lang=common.lang)
    refusal = None
    if not any(answer.priority for answer in answers.answers):
        refusal = "not stated: no priority fits these facts"
        if not facts_decide(answers.revision):
            refusal = "not stated: this policy does not decide the priority from facts"
    query = question.query(facts=answers.query.facts)
    return finish(common, question, answers, QUESTION, query, refusal=refusal)


COMMAND = Command(priority, (FACT,), _EXAMPLES)
