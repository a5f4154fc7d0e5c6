"""`zsupport advise`: what to do in a case."""

from __future__ import annotations

from zsupport.advise.advice import NOT_ENTITLED
from zsupport.advise.summary import with_summary
from zsupport.cli.options import (
    CUSTOMER_COUNTRY,
    CUSTOMER_TZ,
    FACT,
    PLAN,
    PRIORITY,
    ROLE,
    Command,
    Common,
    flag_of,
)
from zsupport.cli.output import chosen_format, explain
from zsupport.cli.question import (
    PolicyQuestion,
    finish,
    read,
    read_facts,
    read_moments,
    read_question,
)
from zsupport.clock.zones import zone
from zsupport.errors import UsageError
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.view.advise import QUESTION
from zsupport.view.times import Times
from zsupport.wording import enumerated

if TYPE_CHECKING:
    from zsupport.advise.advice import AdviceAnswers, MissingInput

_EXAMPLES = """
Examples:
  zsupport advise --plan business --role admin --fact impact=down
  zsupport advise --policy gitlab --plan premium --priority emergency --tz Europe/Oslo
  zsupport advise --plan pro --role admin --fact impact=question --why
  zsupport advise --plan free --role user --format json

In a terminal it asks for what changes the advice. In a pipe it never waits.
Exit codes: 0 a channel is allowed, 1 no channel is allowed, 2 invalid option, unknown name or
missing option, 3 policy cannot be read"""


class _Case(NamedTuple):
    """The case of the options and of the answers in the terminal."""

    plan: str | None
    role: str | None
    priority: str | None
    fact: dict[str, str]
    customer_tz: str | None
    customer_country: str | None

    def stating(self, entry: MissingInput, value: str) -> _Case:
        """Return the case with a value of a missing input."""
        if entry["fact"] is not None:
            return self._replace(fact={**self.fact, entry["fact"]: value})
        return self._replace(**{entry["field"]: value})  # type: ignore[arg-type]


def advise(
    common: Common,
    plan: str | None,
    role: str | None,
    priority: str | None,
    fact: list[str] | None,
    customer_tz: str | None,
    customer_country: str | None,
) -> int:
    """Advise what to do in a case: whom to contact, how, and when to expect an answer.

    State the case with options. In a terminal it asks for a value only if it changes the advice.
    """
    moments = read_moments(common)
    if customer_tz is not None:
        read("--customer-tz", customer_tz, zone)
    question = read_question(common, moments)
    case = _Case(plan, role, priority, read_facts(fact), customer_tz, customer_country)
    answers = _answers(common, question, case)
    missing = answers[0].missing
    refusal, code = None, 1
    if missing:
        refusal, code = f"needs input: {enumerated(map(_flag, missing))}", 2
    elif answers[0].state == NOT_ENTITLED:
        refusal = "not entitled: no channel is allowed in this case"
    if case.customer_tz is not None and not question.zone_stated:
        question = question._replace(zone=zone(case.customer_tz), zone_stated=True)
    times = Times(question.zone_shown(answers), question.at)
    write = lambda instant: times.full(instant).replace("\u00a0", " ")
    answers = answers._replace(answers=with_summary(answers, write))
    query = question.query(
        plan=answers.query.plan,
        role=answers.query.role,
        priority=answers.query.priority,
        facts=answers.query.facts,
        customer_tz=case.customer_tz,
        customer_country=case.customer_country,
    )
    code = finish(common, question, answers, QUESTION, query, refusal=refusal, code=code)
    if missing and not common.quiet:
        explain([line for entry in missing for line in _listed(entry)])
    return code


def _answers(common: Common, question: PolicyQuestion, case: _Case) -> AdviceAnswers:
    answers = question.policy.advise(
        **case._asdict(), at=question.at, lang=common.lang
    )
    return answers


def _flag(entry: MissingInput) -> str:
    """Return the option of a missing input."""
    return flag_of("fact", entry["fact"], "VALUE") if entry["fact"] else flag_of(entry["field"])


def _listed(entry: MissingInput) -> list[str]:
    """Return a missing input: its question and option, then a line for each value."""
    lines = [f"  {entry['question']} ({_flag(entry)})"]
    for choice in entry["values"]:
        name = f": {choice['name']}" if choice["name"] != choice["value"] else ""
        lines.append(f"    {choice['value']}{name}")
    return lines


COMMAND = Command(
    advise, (PLAN, ROLE, PRIORITY, FACT, CUSTOMER_TZ, CUSTOMER_COUNTRY), _EXAMPLES
)
