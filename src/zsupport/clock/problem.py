"""What the clock refuses: texts that it cannot read, and deadlines that are never reached."""

from __future__ import annotations

#: Ten years, in seconds: no deadline is computed further from its start (rule 17).
HORIZON = 3653 * 86_400


class Never(Exception):
    """A deadline is not reached within ten years (the clock definition, rule 17)."""


class BadText(ValueError):
    """A text that cannot be read with certainty.

    Every parser of this package raises it and nothing else, whatever the text. The caller knows
    where the text stood and makes a finding about a policy or a usage error of it. As the library
    lets it through to Python programs, its own text holds all three parts.
    """

    def __init__(self, message: str, expected: str | None = None, hint: str | None = None) -> None:
        """`message` says what is wrong, `expected` what can stand here, `hint` what to do."""
        # All three are arguments, so that a copy or a pickle of the exception keeps them.
        super().__init__(message, expected, hint)
        self.message = message
        self.expected = expected
        self.hint = hint

    def __str__(self) -> str:
        """Return the message, followed by what was expected and the hint where there are any."""
        text = self.message
        if self.expected:
            text += f" (expected {self.expected})"
        if self.hint:
            text += f"; {self.hint}"
        return text


def shown(text: str) -> str:
    """Return `text` in backquotes for a message: cut when long, without control characters."""
    if not text:
        return "an empty text"
    cut = text if len(text) <= 60 else text[:57] + "..."
    plain = (c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    return f"`{''.join(plain)}`"
