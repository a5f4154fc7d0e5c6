"""`zsupport advise`: what to do in a case."""

from __future__ import annotations

from zsupport.advise.advice import NOT_ENTITLED
from zsupport.advise.summary import with_summary
from zsupport.answer.case import refuses
from zsupport.cli.options import (
    CUSTOMER_COUNTRY,
    CUSTOMER_TZ,
    FACT,
    LANGUAGE,
    PLAN,
    PRIORITY,
    ROLE,
    Command,
    Common,
    flag_of,
)
from zsupport.cli.output import (
    asking_terminal,
    emit,
    explain,
    shows_screen,
    stderr_wording,
    terminal_of,
    wording,
)
from zsupport.cli.question import (
    PolicyQuestion,
    finish,
    language_not_handled,
    language_of,
    read,
    read_facts,
    read_moments,
    read_question,
)
from zsupport.clock.zones import country_code, zone
from zsupport.errors import UsageError
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.view.advise import QUESTION
from zsupport.view.times import Times
from zsupport.wording import NO_BREAK, Message, Wording, enumerated

if TYPE_CHECKING:
    from datetime import datetime
    from typing import IO

    from zsupport.advise.advice import AdviceAnswers, MissingInput

_HELP = Message(
    "Advise what to do in a case: the channel, the steps, and when to expect an answer.\n\n"
    "State the case with options. In a terminal it asks for a value that is missing, if it changes"
    " the advice. It does not ask for a fact that has a default: the advice names the default, and"
    " --fact changes it."
)
_EXAMPLES = """\
  zsupport advise --plan business --role admin --fact impact=down
  zsupport advise --policy gitlab --plan premium --priority emergency --tz Europe/Oslo
  zsupport advise --plan pro --role admin --fact impact=question --why
  zsupport advise --policy aws --plan enterprise --priority critical --language ja
  zsupport advise --plan free --role user --format json
"""
_NOTES = Message(
    "In a pipe it never waits.\n"
    "Exit codes: 0 a channel is allowed, 1 no channel is allowed, 2 invalid option, unknown name"
    " or\n"
    "missing option, 3 policy cannot be read"
)


class _Case(NamedTuple):
    """The case of the options and of the answers in the terminal."""

    plan: str | None
    role: str | None
    priority: str | None
    fact: dict[str, str]
    customer_tz: str | None
    customer_country: str | None
    language: str | None

    def stating(self, entry: MissingInput, value: str) -> _Case:
        """Return this case with the value for a missing input."""
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
    language: str | None,
) -> int:
    """Run `zsupport advise` and return its exit code."""
    moments = read_moments(common)
    if customer_tz is not None:
        read("--customer-tz", customer_tz, zone)
    question = read_question(common, moments)
    case = _Case(plan, role, priority, read_facts(fact), customer_tz, customer_country, language)
    stated = case
    answers = _answers(common, question, case)
    terminal = asking_terminal() if _shows_screen(common) else None
    if terminal is not None and answers[0].missing:
        case = _ask(common, question, case, terminal)
        answers = _answers(common, question, case)
    missing = answers[0].missing
    refusal, code = None, 1
    if missing:
        refusal, code = Message("needs input: {flags}", flags=enumerated(map(_flag, missing))), 2
    elif answers[0].state == NOT_ENTITLED:
        refusal = Message("not entitled: no channel is allowed in this case")
        if any(entry["handled"] for entry in answers[0].not_included):
            refusal = language_not_handled(language)
        row = answers.details.priority
        if row is not None and refuses(answers.revision, row.facts):
            refusal = Message("not entitled: the policy refuses these facts")
    if case.customer_tz is not None and moments.tz is None:
        question = question._replace(zone=zone(case.customer_tz), zone_stated=True, offset_at=None)
    times = Times(question.zone_shown(answers), question.at)

    def write(instant: datetime) -> str:
        return times.full(instant.replace(second=0)).replace(NO_BREAK, " ")

    answers = with_summary(answers, write, language_of(common))
    query = question.query(
        plan=answers.query.plan,
        role=answers.query.role,
        priority=answers.query.priority,
        facts=answers.query.facts,
        customer_tz=case.customer_tz,
        customer_country=case.customer_country,
        language=case.language,
    )
    code = finish(common, question, answers, QUESTION, query, refusal=refusal, code=code)
    if missing and not common.quiet and not _shows_screen(common):
        words = stderr_wording()
        explain([line for entry in missing for line in _listed(entry, words)])
    if case != stated and not common.quiet:
        words = wording(language_of(common))
        emit(f"  {words('To ask this again: {command}', command=_command(common, case))}\n")
    return code


def _shows_screen(common: Common) -> bool:
    return not common.quiet and shows_screen(common)


def _answers(common: Common, question: PolicyQuestion, case: _Case) -> AdviceAnswers:
    with question as policy:
        return policy.advise(**case._asdict(), at=question.at, lang=language_of(common))


def _ask(common: Common, question: PolicyQuestion, case: _Case, terminal: IO[str]) -> _Case:
    """Return the case with the answers of the person in the terminal.

    Each answer can make other questions unnecessary. The person can skip a question that has no
    list of values. Raises UsageError if the person ends the input.
    """
    from zsupport.cli.prompt import Declined, Prompt

    words = wording(language_of(common))
    prompt = Prompt(terminal, terminal_of(common.color), words)
    skipped: set[str] = set()
    while True:
        missing = _answers(common, question, case)[0].missing
        entry = next((entry for entry in missing if entry["field"] not in skipped), None)
        if entry is None:
            return case
        try:
            if entry["values"]:
                choices = [
                    (choice["value"], words.message(choice["name"])) for choice in entry["values"]
                ]
                question_shown = words.message(entry["question"])
                case = case.stating(entry, prompt.choose(question_shown, choices))
                continue
            text = prompt.ask(words.message(entry["question"]), *_CUSTOMER[entry["field"]])
        except Declined:
            flags = enumerated(map(_flag, missing))
            raise UsageError(
                Message("needs input: {flags}", flags=flags),
                Message("state the values with these options"),
            ) from None
        if text:
            case = case.stating(entry, text)
        else:
            skipped.add(entry["field"])


def _command(common: Common, case: _Case) -> str:
    """Return the command that asks for the same advice without questions."""
    from shlex import quote

    arguments = ["zsupport", "advise"]
    if common.policy is not None:
        arguments += ["--policy", common.policy]
    for name, value in case._asdict().items():
        if isinstance(value, dict):
            arguments += [part for pair in value.items() for part in ("--fact", "=".join(pair))]
        elif value is not None:
            arguments += [flag_of(name), value]
    for name, text in (("at", common.at), ("tz", common.tz), ("lang", common.lang)):
        arguments += [flag_of(name), text] if text is not None else []
    arguments += ["--why"] if common.why else []
    return " ".join(map(quote, arguments))


def _flag(entry: MissingInput) -> str:
    """Return the option of a missing input."""
    return flag_of("fact", entry["fact"], "VALUE") if entry["fact"] else flag_of(entry["field"])


def _listed(entry: MissingInput, words: Wording) -> list[str]:
    """Return a missing input: its question and option, then a line for each value."""
    lines = [f"  {words.message(entry['question'])} ({_flag(entry)})"]
    for choice in entry["values"]:
        name = f": {words.message(choice['name'])}" if choice["name"] != choice["value"] else ""
        lines.append(f"    {choice['value']}{name}")
    return lines


def _check_zone(text: str) -> None:
    zone(text)


def _check_country(text: str) -> None:
    country_code(text)


#: For each input of the customer: an example, and a function that raises BadText for invalid text.
_CUSTOMER = {
    "customer_tz": (Message("such as Europe/Oslo"), _check_zone),
    "customer_country": (Message("a code such as NO"), _check_country),
}

COMMAND = Command(
    advise,
    (PLAN, ROLE, PRIORITY, FACT, CUSTOMER_TZ, CUSTOMER_COUNTRY, LANGUAGE),
    _HELP,
    _EXAMPLES,
    _NOTES,
)
