"""The errors that end a run, each with an exit code.

A finding about a policy is data (`zsupport.findings`), not an exception. `InvalidPolicy` contains
such findings.
"""

from __future__ import annotations

from zsupport.limits import NAME_COMPARISONS
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import Counted, Message, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import ClassVar

    from zsupport.findings import Finding
    from zsupport.limits import Limit


class ZsupportError(Exception):
    """An error that ends the run, with a message and a hint.

    Both are a `Message`. So each caller can show them in the language of the reader, and write the
    fields of a question in its own notation.
    """

    exit_code: ClassVar[int] = 70
    kind: ClassVar[str] = "bug"

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ZsupportError):
    """An invalid question or option: an invalid value, or an unknown name (exit 2)."""

    exit_code = 2
    kind = "usage"
    #: Whether the error is about a name that the policy does not define.
    has_unknown_name = False


def unknown_name(message: str, hint: str | None = None) -> UsageError:
    """Return the error about a name that the policy does not define."""
    error = UsageError(message, hint)
    error.has_unknown_name = True
    return error


class PolicyError(ZsupportError):
    """A policy file that is missing or cannot be read (exit 3)."""

    exit_code = 3
    kind = "policy"


class InvalidPolicy(PolicyError):
    """An invalid policy, with all findings (exit 3)."""

    def __init__(self, findings: Sequence[Finding], texts: dict[str, str]) -> None:
        """`texts` maps the name of each file with a finding to its text, for excerpts."""
        first = findings[0]
        place = f"{first.file}:{first.span.line}:{first.span.column}"
        message = joined([place, first.message], ": ")
        if len(findings) > 1:
            more = len(findings) - 1
            message = Message("{finding} (and {count} more)", finding=message, count=more)
        super().__init__(message, first.hint)
        self.findings = tuple(findings)
        self.texts = texts


class LimitExceeded(PolicyError):
    """A policy or question that exceeds a limit (exit 3)."""

    def __init__(self, limit: Limit, count: int | None, what: str = "") -> None:
        """`count` is None if counting stopped early; `what` is the part over the limit."""
        self.limit = limit
        self.count = count
        self.what = what
        counts, most = limit.counts, Counted("{count}", "{count}", limit.most)
        if what:
            counts = Message("{counts} in {part}", counts=counts, part=what)
        if count is None:
            message = Message("too many {counts} (limit {limit})", counts=counts, limit=most)
        else:
            message = Message(
                "too many {counts}: {count} (limit {limit})",
                counts=counts,
                count=Counted("{count}", "{count}", count),
                limit=most,
            )
        super().__init__(message, limit.hint)


def check_limit(limit: Limit, count: int, what: str = "", *, exact: bool = True) -> None:
    """Raise LimitExceeded if the count exceeds the limit.

    If the count is not `exact`, because counting stopped early, the message does not state it.
    """
    if count > limit.most:
        raise LimitExceeded(limit, count if exact else None, what)


class EnvironmentFault(ZsupportError):
    """An environment error: output not writable, or a dependency missing (exit 4)."""

    exit_code = 4
    kind = "environment"


class Bug(ZsupportError):
    """A bug in the program (exit 70). The hint states how to report it."""

    @classmethod
    def of(cls, error: BaseException) -> Bug:
        """Return the bug for an unexpected exception.

        The message names the module and the line, but not the path of the module's file.
        """
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "?"
        return cls(
            Message(
                "this is a bug in zsupport: {kind} in {place}: {error}",
                kind=type(error).__name__,
                place=place,
                error=error,
            ),
            Message(
                "please report this line, your command line and the policy;"
                " {debug} shows the traceback"
            ),
        )


def is_interruption(error: BaseException | None) -> bool:
    """Return whether an error is an interruption (SIGINT), or was caused by an interruption.

    Python 3.11 raises a RuntimeError if it is interrupted while it creates a class.
    """
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is closest to `name`, ignoring letter case.

    The result is None if no name is close, or if there are too many names to compare.
    """
    known = list(known)
    if comparisons(name, known) > NAME_COMPARISONS.most:
        return None
    # Importing difflib takes time, and only a run with an unknown name needs it.
    from difflib import get_close_matches

    by_fold: dict[str, str] = {}
    for candidate in known:
        by_fold.setdefault(candidate.casefold(), candidate)
    close = get_close_matches(name.casefold()[:100], by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def comparisons(name: str, known: Iterable[str]) -> int:
    """Return the cost of finding the closest name, in comparisons of two names of 20 letters."""
    length = min(len(name), 100)
    return sum(1 + length * len(candidate) // 400 for candidate in known)


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return a hint with the closest known name, or None if no known name is close."""
    close = nearest(name, known)
    return Message("did you mean `{close}`?", close=close) if close else None
