"""`zsupport hours`: opening hours."""

from __future__ import annotations

from zsupport.answer.case import NEEDS_INPUT
from zsupport.cli.options import (
    CHANNEL,
    CUSTOMER_COUNTRY,
    CUSTOMER_TZ,
    FACT,
    FORMAT,
    OUTPUT,
    PLAN,
    PRIORITY,
    ROLE,
    Command,
    Common,
    Option,
    requires,
)
from zsupport.cli.output import emit, note
from zsupport.cli.question import (
    check_output,
    finish,
    language_of,
    needed_input,
    read,
    read_facts,
    read_moments,
    read_question,
)
from zsupport.clock.zones import zone
from zsupport.errors import UsageError
from zsupport.view.hours import QUESTION
from zsupport.wording import Message

_HELP = Message(
    "Show opening hours: open or closed, the next change, this week's windows and holidays.\n\n"
    "With HOURS, it shows the hours of that name. With --plan, --role, --channel, --priority or"
    " --fact, it shows when the channels of that case are open. Otherwise, it shows all hours of"
    " the policy."
)
_EXAMPLES = """\
  zsupport hours --policy gitlab --plan premium --channel emergency
  zsupport hours --policy hivemq
  zsupport hours basic --policy hivemq --at 2026-12-24T10:00:00+01:00 --format table
  zsupport hours basic --policy hivemq --freeze
  zsupport hours --policy hivemq --windows 2026..2027 --format csv
  if zsupport hours -q --plan business --role admin --channel phone; then echo "call us"; fi
"""
_NOTES = Message(
    "Exit codes: 0 open, 1 closed, not entitled or not stated, 2 invalid option, unknown name or\n"
    "missing option, 3 policy cannot be read"
)

_NAME = Option(
    "name", (), "argument", "[HOURS]",
    Message("Name of hours, or `24x7` for always open [default: all]"), completes="hours",
)  # fmt: skip
#: Why no hours are open: the text of the first of these states that an answer has.
_REFUSALS = {
    "not-stated": Message("not stated: the policy does not state opening hours"),
    "closed": Message("closed"),
    "not-entitled": Message("not entitled: no channel is allowed in this case"),
}
_FREEZE = Option(
    "freeze", ("--freeze",), "flag", "",
    Message("Print the public holidays of this and next year as `frozen:`, ready to paste"),
)  # fmt: skip
_IMPORT_ICS = Option(
    "import_ics", ("--import-ics",), "text", "FILE|-",
    Message("Print the days off of an iCalendar file as entries of `add`, ready to paste"),
    completes="ics",
)  # fmt: skip
_WINDOWS = Option(
    "windows", ("--windows",), "text", "FROM..TO",
    Message(
        "Write the working spans of these years or dates for SQL (see `zsupport help sql`)"
        " [default: of all hours that targets count]"
    ),
)  # fmt: skip
_FORMAT = FORMAT._replace(
    choices=(*FORMAT.choices, "ics", "parquet"),
    help=Message(
        "Output format; auto is table in a terminal, otherwise plain; ics is a calendar of days"
        " off; --windows has csv and parquet"
    ),
)


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
    import_ics: str | None,
    windows: str | None,
    output: str | None,
) -> int:
    """Run `zsupport hours` and return its exit code."""
    moments = read_moments(common)
    if customer_tz is not None:
        read("--customer-tz", customer_tz, zone)
    for option, given in (
        ("--output", output is not None),
        ("--format=parquet", common.format == "parquet"),
    ):
        if given and windows is None:
            raise requires(option, "--windows")
    if windows is not None:
        from zsupport.cli import spans

        case = (plan, role, channel, priority, fact)
        other = {"--freeze": freeze, "--import-ics": import_ics is not None}
        dates, format = spans.read_options(common, windows, output, name, case, other)
    question = read_question(common, moments)._replace(customer_tz=customer_tz)
    if output is not None:
        check_output(output, question.located, "windows.csv")
    if windows is not None and name is None:
        return spans.write_all(
            question, customer_tz, customer_country, dates, format, common, output
        )
    if freeze and import_ics is not None:
        raise UsageError(Message("`--freeze` and `--import-ics` cannot be combined"))
    if freeze:
        from zsupport.answer.freeze import frozen_holidays
        from zsupport.cli.progress import show_progress

        revision, _ = question.policy.revision_at(moments.at)
        with show_progress(Message("public holidays"), quiet=common.quiet):
            lines = frozen_holidays(revision, name, moments.at, question.policy.revisions)
        if not common.quiet:
            emit(lines)
        return 0
    with question as policy:
        answers = policy.hours(
            name,
            plan=plan,
            role=role,
            channel=channel,
            priority=priority,
            fact=read_facts(fact),
            at=moments.at,
            customer_tz=customer_tz,
            customer_country=customer_country,
            lang=language_of(common),
        )
    refusal: str | None = None
    code = 1
    states = [answer.state for answer in answers.answers]
    if "open" not in states:
        refusal = next((text for state, text in _REFUSALS.items() if state in states), None)
        if not states:
            refusal = Message("not stated: the policy defines no hours")
        if NEEDS_INPUT in states:
            refusal, code = needed_input(answers), 2
    if windows is not None or import_ics is not None or common.format == "ics":
        from zsupport.cli import days_off

        days_off.check_single(answers)
        if not answers.in_force:
            refusal = Message("not stated: no revision of the policy is in force at that moment")
        elif {*states} <= {"open", "closed"} and days_off.are_complete(answers):
            if windows is not None:
                return spans.write_named(answers, question, dates, format, common, output)
            if import_ics is not None:
                return days_off.import_ics(import_ics, answers, question, common)
            return days_off.export_ics(answers, common)
        if code == 2 or not common.quiet:
            note(refusal or _REFUSALS["not-stated"])
        return 0 if common.exit_zero and code == 1 else code
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
        _IMPORT_ICS, _WINDOWS, OUTPUT, _FORMAT,
    ),
    _HELP, _EXAMPLES, _NOTES,
)  # fmt: skip
