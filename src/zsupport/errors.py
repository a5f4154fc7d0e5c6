"""The errors that end a run: one base class, an exit code each, a message for who must act.

A finding about a policy is data (`zsupport.findings`), not an exception; `InvalidPolicy`
carries such findings to the rim.
"""

from __future__ import annotations

from zsupport.limits import COMPARED
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import ClassVar

    from zsupport.findings import Finding
    from zsupport.limits import Limit


class ZsupportError(Exception):
    """An error that ends the run: what is wrong, and what to do about it.

    Texts that name fields of a question are `Message`, so that each caller can spell the fields.
    """

    exit_code: ClassVar[int] = 70
    kind: ClassVar[str] = "bug"

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ZsupportError):
    """The question is invalid: an invalid value, or an unknown name (exit 2)."""

    exit_code = 2
    kind = "usage"


class PolicyError(ZsupportError):
    """A file that is missing or cannot be read (exit 3)."""

    exit_code = 3
    kind = "policy"


class InvalidPolicy(PolicyError):
    """A policy that was read and is wrong, with every finding about it (exit 3)."""

    def __init__(self, findings: Sequence[Finding], texts: dict[str, str]) -> None:
        """`texts` holds the source text of each file named by a finding, for excerpts."""
        first = findings[0]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(
            f"{first.file}:{first.span.line}:{first.span.column}: {first.message}{more}",
            first.hint,
        )
        self.findings = tuple(findings)
        self.texts = texts


class TooMuch(PolicyError):
    """More work than is done for one policy or question (exit 3)."""

    def __init__(self, limit: Limit, count: int | None, what: str = "") -> None:
        """Say how much there is, None: more than the limit, and of what: else the whole policy."""
        self.limit = limit
        self.count = count
        self.what = what
        where = f" in {what}" if what else ""
        if count is None:
            says = f"more than {limit.most:,} {limit.counts}{where}"
        else:
            says = f"{count:,} {limit.counts}{where}; at most {limit.most:,}"
        super().__init__(says, limit.way_out)


def check_limit(limit: Limit, count: int, what: str = "", *, told: bool = True) -> None:
    """Raise TooMuch if the count exceeds the limit.

    Without `told` counting stopped early, and the message does not state the count.
    """
    if count > limit.most:
        raise TooMuch(limit, count if told else None, what)


class EnvironmentFault(ZsupportError):
    """The machine lacks something: output not writable, a dependency missing (exit 4)."""

    exit_code = 4
    kind = "environment"


class Bug(ZsupportError):
    """The program is wrong (exit 70): one line, and how to report it."""

    @classmethod
    def of(cls, error: BaseException) -> Bug:
        """Return the bug that an unexpected exception is, without the paths of this machine."""
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "?"
        return cls(
            f"this is a bug in zsupport: {type(error).__name__} in {place}: {error}",
            Message(
                "please report this line, your command line and the policy;"
                " {debug} shows the traceback"
            ),
        )


def is_interruption(error: BaseException | None) -> bool:
    """Return whether an error is an interruption (SIGINT), or was made of one.

    Python 3.11 raises a RuntimeError where one comes while a class is made.
    """
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to `name`, compared without case, or None if none is near.

    None too where there is too much to compare.
    """
    known = list(known)
    if comparisons(name, known) > COMPARED.most:
        return None
    # difflib is loaded by Typer anyway; the library alone should not pay for it.
    from difflib import get_close_matches

    by_fold: dict[str, str] = {}
    for candidate in known:
        by_fold.setdefault(candidate.casefold(), candidate)
    close = get_close_matches(name.casefold()[:100], by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def comparisons(name: str, known: Iterable[str]) -> int:
    """Return how many comparisons of names of 20 letters it takes to find the nearest of some."""
    length = min(len(name), 100)
    return sum(1 + length * len(candidate) // 400 for candidate in known)


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return the hint that names the closest known name, or None."""
    close = nearest(name, known)
    return f"did you mean `{close}`?" if close else None
