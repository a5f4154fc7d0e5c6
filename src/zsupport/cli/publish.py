"""`zsupport publish`: the customer's page of a policy as HTML or Markdown."""

from __future__ import annotations

import os
import time

from zsupport.cli.options import DEBUG, QUIET, Command, Option
from zsupport.cli.output import emit, note
from zsupport.cli.progress import show_progress
from zsupport.cli.question import working_folder
from zsupport.clock.instants import local_date
from zsupport.clock.zones import zone
from zsupport.dates import date
from zsupport.errors import LimitExceeded, PolicyError, UsageError
from zsupport.library import Policy, load_files
from zsupport.sources.cache import cache_folder, cached_holidays
from zsupport.sources.find import choose, find, read_file
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zsupport.policy.model import Revision
    from zsupport.publish.page import PublishedPage

_EXAMPLES = """
Examples:
  zsupport publish zoom --output support.html
  zsupport publish hivemq --format markdown
  zsupport publish gitlab --output support.html && zsupport publish gitlab --check support.html

Exit codes: 0 success, 1 the page of --check is out of date, 2 invalid option or name, 3 policy
or page cannot be read, 4 file cannot be written"""

_POLICY = Option(
    "policy", (), "argument", "[NAME|PATH|-]",
    "Policy [default: ZSUPPORT_POLICY, pyproject.toml, or zoom]", completes="policy",
)  # fmt: skip
_FORMAT = Option(
    "format", ("--format",), "text", "",
    "Format of the page [default: html, or markdown if the name of --output ends with .md]",
    None, ("html", "markdown"),
)  # fmt: skip
_OUTPUT = Option(
    "output", ("--output",), "text", "FILE", "File to write [default: standard output]",
    completes="file",
)  # fmt: skip
_LANG = Option("lang", ("--lang",), "text", "CODE", "Language of the policy's texts [default: en]")
_DATE = Option(
    "date", ("--date",), "text", "YYYY-MM-DD",
    "Date of the page; days off are listed from then on [default: today]",
)  # fmt: skip
_CHECK = Option(
    "check", ("--check",), "text", "FILE",
    "Write nothing; exit with 1 if the policy has changed since this page was made",
    completes="file",
)  # fmt: skip


class _Request(NamedTuple):
    """The page to make: its format, language and date."""

    format: str
    lang: str
    day: date | None  # None: today
    quiet: bool


def publish(
    policy: str | None,
    format: str | None,
    output: str | None,
    lang: str | None,
    date: str | None,
    check: str | None,
    quiet: bool,
    debug: bool,
) -> int:
    """Write the customer's page of a policy: channels, response times, hours, priorities and terms.

    The HTML page is a single file that loads nothing. A form on it answers what applies to a
    customer. Without JavaScript the page has the same content without the form.
    """
    from zsupport.limits import PAGE_BYTES
    from zsupport.publish.html import render_html
    from zsupport.publish.markdown import render_markdown

    if check is not None:
        options = {"--format": format, "--output": output, "--lang": lang, "--date": date}
        if given := [name for name, value in options.items() if value is not None]:
            raise UsageError(
                f"`--check` and `{given[0]}` cannot be combined",
                "the page states its date, language and format",
            )
        return _check(policy, check, quiet=quiet)
    if format is None:
        is_markdown = output is not None and output.lower().endswith((".md", ".markdown"))
        format = "markdown" if is_markdown else "html"
    request = _Request(format, _language(lang), _day(date), quiet)
    page, remarks = _page(policy, request)
    if format == "markdown":
        text = render_markdown(page)
    else:
        text = render_html(page)
        if page.picker is None:
            remarks.append("the policy has too many cases for the form; the page has no form")
        elif len(text.encode()) > PAGE_BYTES.most:
            text = render_html(page._replace(picker=None))
            remarks.append("with the form, the page would exceed 100 KB; the page has no form")
    _check_size(text)
    if output is None:
        emit(text)
    else:
        from zsupport.sources.rewrite import replace_output

        replace_output(output, text)
    if not quiet:
        for remark in remarks:
            note(remark)
    return 0


def _check_size(text: str) -> None:
    """Raise LimitExceeded if the page is too large."""
    from zsupport.errors import check_limit
    from zsupport.limits import PAGE_BYTES

    check_limit(PAGE_BYTES, len(text.encode()))


def _check(policy: str | None, path: str, *, quiet: bool) -> int:
    """Compare a page with a new one of the same date; return 1 if the policy has changed."""
    from zsupport.limits import PAGE_BYTES
    from zsupport.publish.check import compare_pages, read_stamp
    from zsupport.publish.html import render_html
    from zsupport.publish.markdown import render_markdown
    from zsupport.report.text import single_line

    shown = single_line(path)
    try:
        text = read_file(path, path).data.decode("utf-8")
    except UnicodeDecodeError:
        raise PolicyError(f"{shown}: not UTF-8, so not a page of `publish`") from None
    stamp = read_stamp(text)
    if stamp is None:
        raise PolicyError(
            f"{shown}: not a page of `publish`", "name a file that `zsupport publish` has written"
        )
    request = _Request(
        stamp.format, _language(stamp.values["lang"]), _day(stamp.values["date"], shown), quiet
    )
    page, _ = _page(policy, request)
    if page.stamp["policy"] != stamp.values["policy"]:
        raise UsageError(
            f"{shown}: page of the policy `{stamp.values['policy']}`, not `{page.stamp['policy']}`",
            "name the policy of the page",
        )
    if stamp.format == "markdown":
        new = render_markdown(page)
    else:
        new = render_html(page)
        if len(new.encode()) > PAGE_BYTES.most:
            new = render_html(page._replace(picker=None))
    result = compare_pages(text, new, shown)
    if not result.lines:
        return 0
    if result.same_policy and result.other_versions:
        if not quiet:
            packages = ", ".join(result.other_versions)
            note(f"{shown}: made with other versions ({packages}); the policy has not changed")
        return 0
    if not quiet:
        emit("".join(f"{single_line(line)}\n" for line in result.lines))
    if result.same_policy:
        note(f"{shown}: changed since it was published; publish it again")
    else:
        note(f"{shown}: the policy has changed since {request.day}; publish it again")
    return 1


def _page(policy: str | None, request: _Request) -> tuple[PublishedPage, list[str]]:
    """Return the page of the policy that the options select, and remarks about it."""
    from zsupport.publish.content import page_of

    name, fallback = choose(policy, os.environ, working_folder())
    located = find(name)
    known = load_files(located)
    day = request.day or local_date(int(time.time()), zone(known.revisions[0].timezone))
    revision, later = _revision_at(known, day)
    examined = () if located.examined is None else (located.examined,)
    try:
        with show_progress("answering questions", quiet=request.quiet) as progress:
            page = page_of(
                revision,
                day,
                request.lang,
                next_start=later,
                digest=" ".join(revision.digest for revision in known.revisions),
                public=cached_holidays(cache_folder(os.environ, examined)),
                picker=request.format == "html",
                progress=lambda done, total: progress("answering questions", done, total),
            )
    except LimitExceeded as error:
        # The hint of a question names options that `publish` does not have.
        raise PolicyError(error.message, "split the policy into several") from None
    remarks = []
    if fallback:
        remarks.append(f"{revision.policy}: the shipped example; name your own policy")
    languages = revision.languages
    if languages and not {request.lang, request.lang.split("-")[0]} & {*languages, "en"}:
        remarks.append(f"no texts in language `{request.lang}`; languages: {', '.join(languages)}")
    return page, remarks


def _revision_at(policy: Policy, day: date) -> tuple[Revision, str | None]:
    """Return the revision in force on a date, and the first day of the next revision.

    Raises UsageError if no revision is in force.
    """
    text = day.isoformat()
    for place in reversed(range(len(policy.revisions))):
        revision = policy.revisions[place]
        if revision.start is not None and revision.start > text:
            continue
        if revision.last_day is not None and revision.last_day < text:
            break
        after = policy.revisions[place + 1 :]
        return revision, after[0].start if after else None
    starts = ", ".join(revision.start for revision in policy.revisions if revision.start)
    raise UsageError(
        f"no revision of `{policy.id}` is in force on {text}",
        f"revisions start on {starts}" if starts else "name a date with --date",
    )


def _language(text: str | None) -> str:
    """Return a language code (default: English). Raises UsageError for another text."""
    from zsupport.policy.languages import is_language, language_hint

    if text is None:
        return "en"
    if not is_language(text):
        raise UsageError(f"--lang: invalid language `{text}`", language_hint(text))
    return text


def _day(text: str | None, place: str = "--date") -> date | None:
    """Return a date that is written as YYYY-MM-DD. Raises UsageError."""
    if text is None:
        return None
    try:
        if len(text) != 10:
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{place}: invalid date `{text}`", "write it as YYYY-MM-DD") from None
    if not 1973 <= day.year <= 2199:
        raise UsageError(f"{place}: {text} is not in the years 1973 to 2199")
    return day


COMMAND = Command(
    publish,
    (_POLICY, _FORMAT, _OUTPUT, _LANG, _DATE, _CHECK, QUIET, DEBUG),
    _EXAMPLES,
    common=False,
)
