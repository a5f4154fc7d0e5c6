"""`zsupport policies`: the known policies, or one in full."""

from __future__ import annotations

import os

from zsupport.cli.options import (
    CUSTOMER_COUNTRY,
    CUSTOMER_TZ,
    FORMAT,
    OUTPUT,
    Command,
    Common,
    Option,
    flag_of,
    requires,
)
from zsupport.cli.output import (
    chosen_format,
    emit,
    shows_screen,
    terminal_of,
    wording,
    write_fields,
    write_report,
)
from zsupport.cli.question import (
    check_output,
    language_of,
    read,
    read_moments,
    read_question,
    working_folder,
)
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.clock.zones import zone
from zsupport.dates import datetime
from zsupport.errors import UsageError
from zsupport.library import Policy, list_shipped, load_files
from zsupport.policy.files import SourceFile
from zsupport.sources.cache import cache_folder
from zsupport.sources.find import choose, find, shipped_id
from zsupport.typed import TYPE_CHECKING
from zsupport.view.policies import show_policies
from zsupport.wording import Message

if TYPE_CHECKING:
    from zsupport.cli.question import Moments
    from zsupport.report.screen import Screen

_HELP = Message(
    "List the known policies and their revisions. With a name, show one policy in full.\n\n"
    "A table shows the file in force. JSON shows the files of all revisions."
)
_EXAMPLES = """\
  zsupport policies
  zsupport policies zoom
  zsupport policies canonical --format json
  zsupport policies hivemq --targets --format csv
"""
_NOTES = Message("Exit codes: 0 success, 2 invalid option or name, 3 policy cannot be read")

_NAME = Option(
    "name", (), "argument", "[NAME|PATH]", Message("Policy to show in full"), completes="policy"
)
_TARGETS = Option(
    "targets", ("--targets",), "flag", "",
    Message("Write the targets of all cases and revisions for SQL (see `zsupport help sql`)"),
)  # fmt: skip
_FORMAT = FORMAT._replace(
    choices=(*FORMAT.choices, "parquet"),
    help=Message(
        "Output format; auto is table in a terminal, otherwise plain; --targets has csv, json and"
        " parquet"
    ),
)


def policies(
    common: Common,
    name: str | None,
    targets: bool,
    customer_tz: str | None,
    customer_country: str | None,
    output: str | None,
) -> int:
    """Run `zsupport policies` and return its exit code."""
    moments = read_moments(common)
    if name is not None and common.policy is not None:
        raise UsageError(
            Message(
                "`{name}` and `--policy {policy}` cannot be combined",
                name=name,
                policy=common.policy,
            ),
            Message("remove one"),
        )
    requested = name if name is not None else common.policy
    customer = {"customer_tz": customer_tz, "customer_country": customer_country}
    if targets:
        return _write_targets(common._replace(policy=requested), moments, customer, output)
    for option, value in {**customer, "output": output}.items():
        if value is not None:
            raise requires(flag_of(option), "--targets")
    if common.format == "parquet":
        raise requires("--format=parquet", "--targets")
    files: tuple[SourceFile, ...] = ()
    if requested is not None:
        question = read_question(common._replace(policy=requested), moments)
        known = [question.policy]
        # The plain format does not show the content of the files.
        if common.field is not None or chosen_format(common.format) != "plain":
            files = question.located.files
    else:
        known = list_shipped(cache_folder(os.environ))
        current, _ = choose(None, os.environ, working_folder())
        if shipped_id(current) is None:
            policy = load_files(find(current))
            if Policy(tuple([revision.heading() for revision in policy.revisions])) not in known:
                known.insert(0, policy)
    if not common.quiet and shows_screen(common):
        from zsupport.cli.progress import show_progress

        with show_progress(Message("preparing the policy")):
            screen = _screen(known, moments.at, common, files)
        emit(screen)
        return 0
    query = {"policy": requested, "at": format_instant(from_datetime(moments.at), moments.zone)}
    report = show_policies(known, moments.at, query, language_of(common), files)
    if common.quiet:
        return 0
    if common.field is not None:
        write_fields(report, common.field)
    else:
        write_report(report, common)
    return 0


def _screen(
    policies: list[Policy], at: datetime, common: Common, files: tuple[SourceFile, ...]
) -> str:
    """Return the list of policies for a terminal; with `files`, the whole content of one policy."""
    from zsupport.report.screen import render_screen
    from zsupport.view.policies import document_of
    from zsupport.view.screens.policies import list_screen, policy_screen

    terminal, lang = terminal_of(common.color), language_of(common)
    words = wording(lang)
    if not files:
        return render_screen(list_screen(policies, at, lang, words), terminal)
    documents = {file.name: document_of(file) for file in files}
    channels = _channels(policies[0], at, common)
    screen = policy_screen(policies[0], at, lang, words, documents, channels)
    return render_screen(screen, terminal)


def _channels(policy: Policy, at: datetime, common: Common) -> Screen:
    """Return the matrix of cases and channels; empty for a single case or too many cases."""
    from zsupport.report.screen import LabelledTexts, section
    from zsupport.view.screens import Setting, assumed_facts, channels
    from zsupport.view.times import Times

    try:
        answers = policy.channels(at=at, lang=language_of(common))
    except UsageError:
        return ()  # too many cases
    if not answers.in_force or {*answers.columns} <= {"channel"}:
        return ()
    assumed = ", ".join(assumed_facts(answers))
    # This command has no options that change the assumed facts.
    answers = answers._replace(warnings=())
    lang = language_of(common)
    words = wording(lang)
    times = Times(zone(answers.revision.timezone), at, words=words)
    setting = Setting(times, lang, words=words)
    screen = channels.screen(answers, setting)
    return (*screen, section(LabelledTexts(((words("Assumed"), assumed),)))) if assumed else screen


def _write_targets(
    common: Common, moments: Moments, customer: dict[str, str | None], output: str | None
) -> int:
    """Write the table of the targets of a policy; return the exit code."""
    from zsupport.answer.target_rows import TargetRow
    from zsupport.cli.tables import table_format, write_table
    from zsupport.view.tables import table_report

    format = table_format("--targets", common, output, ("csv", "json", "parquet"))
    if (where := customer["customer_tz"]) is not None:
        read("--customer-tz", where, zone)
    question = read_question(common, moments)
    if output is not None:
        check_output(output, question.located, "targets.csv")
    policy = question.policy
    at = format_instant(from_datetime(moments.at), moments.zone)
    query = {"policy": common.policy, **customer, "at": at}
    rows = policy.targets(**customer)
    write_table(
        table_report("targets", rows, TargetRow, query, policy.facts), format, common, output
    )
    return 0


COMMAND = Command(
    policies,
    (_NAME, _TARGETS, CUSTOMER_TZ, CUSTOMER_COUNTRY, OUTPUT, _FORMAT),
    _HELP, _EXAMPLES, _NOTES,
)  # fmt: skip
