"""`zsupport publish`: a page for customers from a policy as HTML or Markdown."""

from __future__ import annotations

import os
import time

from zsupport.cli.options import DEBUG, QUIET, Command, Option
from zsupport.cli.output import (
    checked_language,
    chosen_language,
    emit,
    emit_paged,
    is_terminal,
    note,
    stderr_wording,
    wording,
)
from zsupport.cli.progress import show_progress
from zsupport.cli.question import check_output, working_folder
from zsupport.clock.instants import local_date
from zsupport.clock.zones import zone
from zsupport.dates import date
from zsupport.errors import LimitExceeded, PolicyError, UsageError
from zsupport.library import Policy, load_files
from zsupport.sources.cache import CachedHolidays, cache_folder
from zsupport.sources.find import choose, find, read_file
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.view.notes import missing_language
from zsupport.wording import Message

if TYPE_CHECKING:
    from zsupport.publish.page import PublishedPage
    from zsupport.sources.find import LocatedPolicy

_HELP = Message(
    "Write a page for customers from a policy: channels, response times, hours, priorities and"
    " terms.\n\n"
    "The HTML page is a single file that loads nothing. A form on it answers what applies to a"
    " customer. Without JavaScript the page has the same content without the form."
)
_EXAMPLES = """\
  zsupport publish zoom --output support.html
  zsupport publish hivemq --format markdown
  zsupport publish gitlab --output support.html && zsupport publish gitlab --check support.html
"""
_NOTES = Message(
    "Exit codes: 0 success, 1 the page of --check is out of date, 2 invalid option or name, 3"
    " policy\n"
    "or page cannot be read, 4 file cannot be written"
)

_POLICY = Option(
    "policy", (), "argument", "[NAME|PATH|-]",
    Message("Policy [default: ZSUPPORT_POLICY, pyproject.toml, or zoom]"), completes="policy",
)  # fmt: skip
_FORMAT = Option(
    "format", ("--format",), "text", "",
    Message(
        "Format of the page [default: html, or markdown if the name of --output ends with .md]"
    ),
    None, ("html", "markdown"),
)  # fmt: skip
_OUTPUT = Option(
    "output", ("--output",), "text", "FILE", Message("File to write [default: standard output]"),
    completes="file",
)  # fmt: skip
_LANG = Option(
    "lang", ("--lang",), "text", "CODE",
    Message("Language of the page [default: ZSUPPORT_LANG, or en]"),
)  # fmt: skip
_DATE = Option(
    "date", ("--date",), "text", "YYYY-MM-DD",
    Message("Date of the page; days off are listed from then on [default: today]"),
)  # fmt: skip
_CHECK = Option(
    "check", ("--check",), "text", "FILE",
    Message("Compare this page with the policy; exit with 1 if they differ"),
    completes="file",
)  # fmt: skip


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
    """Run `zsupport publish` and return its exit code."""
    from zsupport.publish.render import render_page

    if check is not None:
        options = {"--format": format, "--output": output, "--lang": lang, "--date": date}
        if given := [name for name, value in options.items() if value is not None]:
            raise UsageError(
                Message("`--check` and `{option}` cannot be combined", option=given[0]),
                Message("the page states its date, language and format"),
            )
        return _check(policy, check, quiet=quiet)
    if output == "-":  # standard output, as in other programs
        output = None
    if format is None:
        is_markdown = output is not None and output.lower().endswith((".md", ".markdown"))
        format = "markdown" if is_markdown else "html"
    if output is None and format == "html" and is_terminal():
        raise UsageError(
            Message("HTML is not written to a terminal"),
            Message("name a file with --output support.html, or use --format markdown"),
        )
    source = _published_policy(policy)
    replaced = None
    if output is not None:
        replaced = _check_output(output, source.located)
    day = _day(date) or source.today
    lang = _language(lang)
    page = _page(source, day, lang, format, quiet=quiet)
    text, missing_form = render_page(page, format)
    remarks = [*_remarks(source, day, lang), *filter(None, [missing_form])]
    if output is not None:
        from zsupport.report.text import single_line
        from zsupport.sources.rewrite import replace_output

        replace_output(output, text)
        shown = single_line(output)
        if replaced in (None, source.policy.id):
            remarks.append(Message("wrote {path}", path=shown))
        else:
            remarks.append(
                Message(
                    "wrote {path}, and replaced a page of the policy `{replaced}`",
                    path=shown,
                    replaced=single_line(replaced),
                )
            )
    elif is_terminal():
        emit_paged(text)
    else:
        emit(text)
    if not quiet:
        for remark in remarks:
            note(remark)
    return 0


def _check(policy: str | None, path: str, *, quiet: bool) -> int:
    """Compare a page with a new page of the same date. Return 1 if they differ.

    Differences that only come from other versions of packages are allowed.
    """
    from zsupport.publish.check import compare_pages, read_stamp
    from zsupport.publish.render import render_page
    from zsupport.report.text import single_line

    write_note = _no_note if quiet else note
    shown = single_line(path)
    try:
        text = read_file(path, path).data.decode("utf-8")
    except UnicodeDecodeError:
        raise PolicyError(
            Message("{path}: not UTF-8, so not a page of `publish`", path=shown)
        ) from None
    stamp = read_stamp(text)
    if stamp is None:
        raise PolicyError(
            Message("{path}: not a page of `publish`", path=shown),
            Message("name a file that `zsupport publish` has written"),
        )
    source = _published_policy(policy)
    day = _day(stamp.values["date"], shown) or source.today
    lang = _language(stamp.values["lang"], shown)
    if source.policy.id != stamp.values["policy"]:
        raise UsageError(
            Message(
                "{path}: page of the policy `{published}`, not `{policy}`",
                path=shown,
                published=stamp.values["policy"],
                policy=source.policy.id,
            ),
            Message("name the policy of the page"),
        )
    try:
        page = _page(source, day, lang, stamp.format, quiet=quiet)
    except _NotInForce as error:
        write_note(
            Message("{path}: the policy has changed: {message}", path=shown, message=error.message)
        )
        return 1
    words = wording(chosen_language(screen=is_terminal()))
    result = compare_pages(text, render_page(page, stamp.format).text, shown, words)
    if not result.equal and result.same_policy and result.other_versions:
        write_note(
            Message(
                "{path}: the policy has not changed, but the page was made with other versions"
                " ({packages}), so its content is not compared; publish it again",
                path=shown,
                packages=", ".join(result.other_versions),
            )
        )
    elif not result.equal:
        if not quiet:
            emit("".join(f"{single_line(line)}\n" for line in result.lines))
        if result.same_policy:
            remark = Message("{path}: changed since it was published; publish it again", path=shown)
        else:
            remark = Message(
                "{path}: the policy has changed since {day}; publish it again", path=shown, day=day
            )
        write_note(remark)
        return 1
    if not source.same_revision(day, source.today):
        write_note(
            Message(
                "{path}: another revision is in force today; publish the page again", path=shown
            )
        )
    return 0


def _no_note(text: str) -> None:
    pass


def _check_output(path: str, located: LocatedPolicy) -> str | None:
    """Return the policy of the page that a new page replaces, or None if there is no page.

    Raises UsageError if the new page would replace the policy, or a file that is not a page.
    """
    from zsupport.publish.check import read_stamp
    from zsupport.report.text import single_line
    from zsupport.sources.rewrite import start_of_file

    check_output(path, located, "support.html")
    # An empty file has no content to lose; `mktemp` makes such files.
    text = start_of_file(path).decode("utf-8", "replace")
    stamp = read_stamp(text)
    if text and stamp is None:
        raise UsageError(
            Message(
                "--output: {path} exists and is not a page of `publish` (not replaced)",
                path=single_line(path),
            ),
            Message("name another file, or delete this one"),
        )
    return stamp.values["policy"] if stamp else None


class _NotInForce(UsageError):
    """No revision of the policy is in force on a date."""


class _PublishedPolicy(NamedTuple):
    """The policy of a page."""

    policy: Policy
    located: LocatedPolicy
    fallback: bool  # no policy was named, so this is the shipped example
    folder: str | None  # the cache folder
    today: date  # in the time zone of the policy

    def position(self, day: date) -> int:
        """Return the position of the revision in force on a date. Raises _NotInForce."""
        text = day.isoformat()
        revisions = self.policy.revisions
        for place in reversed(range(len(revisions))):
            start, last_day = revisions[place].start, revisions[place].last_day
            if start is None or start <= text:
                if last_day is None or text <= last_day:
                    return place
                break
        starts = ", ".join(revision.start for revision in revisions if revision.start)
        raise _NotInForce(
            Message("no revision of `{id}` is in force on {text}", id=self.policy.id, text=text),
            Message("revisions start on {starts}", starts=starts)
            if starts
            else Message("name a date with --date"),
        )

    def same_revision(self, day: date, other: date) -> bool:
        """Return whether the same revision is in force on two dates."""
        try:
            return self.position(day) == self.position(other)
        except _NotInForce:
            return False


def _published_policy(policy: str | None) -> _PublishedPolicy:
    """Return the policy that the options select."""
    name, fallback = choose(policy, os.environ, working_folder())
    located = find(name)
    known = load_files(located)
    examined = () if located.examined is None else (located.examined,)
    today = local_date(int(time.time()), zone(known.revisions[0].timezone))
    return _PublishedPolicy(known, located, fallback, cache_folder(os.environ, examined), today)


def _page(
    source: _PublishedPolicy, day: date, lang: str, format: str, *, quiet: bool
) -> PublishedPage:
    """Return the page of the revision in force on a date."""
    from zsupport.publish.content import page_of

    revisions = source.policy.revisions
    place = source.position(day)
    later = revisions[place + 1 : place + 2]
    try:
        words = stderr_wording()
        doing = words("answering questions")
        with show_progress(doing, quiet=quiet) as progress:
            return page_of(
                revisions[place],
                day,
                lang,
                wording(lang),
                next_start=later[0].start if later else None,
                digest=_digest([revision.digest for revision in revisions]),
                public=CachedHolidays(source.folder),
                picker=format == "html",
                progress=lambda done, total: progress(doing, done, total),
            )
    except LimitExceeded as error:
        # The hint of a question names options that `publish` does not have.
        raise PolicyError(error.message, Message("split the policy into several")) from None


def _digest(digests: list[str]) -> str:
    """Return the digest of all revisions: that of a single file, or that of the digests."""
    if len(digests) == 1:
        return digests[0]
    from hashlib import sha256

    return f"sha256:{sha256(' '.join(digests).encode()).hexdigest()}"


def _remarks(source: _PublishedPolicy, day: date, lang: str) -> list[str]:
    """Return remarks about the policy and the language of a page."""
    remarks: list[str] = []
    if source.fallback:
        remarks.append(
            Message("{policy}: the shipped example; name your own policy", policy=source.policy.id)
        )
    warning = missing_language(source.policy.revisions[source.position(day)], lang)
    return [*remarks, warning.message] if warning else remarks


def _language(text: str | None, place: str = "--lang") -> str:
    """Return a language code, by default that of ZSUPPORT_LANG or English. Raises UsageError."""
    return chosen_language(screen=False) if text is None else checked_language(text, place)


def _day(text: str | None, place: str = "--date") -> date | None:
    """Return a date that is written as YYYY-MM-DD. Raises UsageError."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
        if day.isoformat() != text:  # another format of ISO 8601, such as 2026-W05-1
            raise ValueError
    except ValueError:
        raise UsageError(
            Message("{place}: invalid date `{text}`", place=place, text=text),
            Message("write it as YYYY-MM-DD"),
        ) from None
    if not 1973 <= day.year <= 2199:
        raise UsageError(
            Message("{place}: {text} is not in the years 1973 to 2199", place=place, text=text)
        )
    return day


COMMAND = Command(
    publish,
    (_POLICY, _FORMAT, _OUTPUT, _LANG, _DATE, _CHECK, QUIET, DEBUG),
    _HELP,
    _EXAMPLES,
    _NOTES,
    common=False,
)
