"""Errors of the clock: invalid texts, and deadlines that are never reached."""

from __future__ import annotations

from zsupport.wording import Message

#: Ten years, in seconds: no deadline is computed further from its start.
HORIZON = 3653 * 86_400


class Never(Exception):
    """A deadline is not reached within ten years of its start."""


class BadText(ValueError):
    """A text that is invalid or ambiguous.

    Every parser of this package raises only this error. The caller knows the place of the text and
    reports a finding or a usage error. Python programs see it too, so its own text includes the
    expected form and the hint.
    """

    def __init__(self, message: str, expected: str | None = None, hint: str | None = None) -> None:
        """`message` says what is wrong, `expected` what is accepted, `hint` what to do."""
        # All three are arguments, so that a copy or a pickle of the exception keeps them.
        super().__init__(message, expected, hint)
        self.message = message
        self.expected = expected
        self.hint = hint

    def __str__(self) -> str:
        """Return the message, followed by the expected form and the hint, if there are any."""
        text = self.message
        if self.expected:
            text += f" (expected {self.expected})"
        if self.hint:
            text += f"; {self.hint}"
        return text


def what_to_write(problem: BadText) -> str | None:
    """Return the hint of a problem; without a hint, the expected form after `write`."""
    if problem.hint or not problem.expected:
        return problem.hint
    return Message("write {form}", form=problem.expected)


def shown(text: str) -> str:
    """Return `text` in backquotes for a message: shortened, without control characters."""
    if not text:
        return Message("(empty)")
    cut = text if len(text) <= 60 else text[:57] + "..."
    plain = (c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    return f"`{''.join(plain)}`"
