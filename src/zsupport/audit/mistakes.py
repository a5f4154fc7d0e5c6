"""The mistakes of a mapping, which are reported together."""

from __future__ import annotations

from zsupport.errors import UsageError
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import joined

if TYPE_CHECKING:
    pass


class Mistakes:
    """The mistakes of a mapping."""

    def __init__(self) -> None:
        self._mistakes: list[tuple[str, str | None]] = []

    def __bool__(self) -> bool:
        """Return whether there are mistakes."""
        return bool(self._mistakes)

    def add(self, message: str, hint: str | None = None) -> None:
        """Add a mistake."""
        if (message, hint) not in self._mistakes:
            self._mistakes.append((message, hint))

    def report(self) -> None:
        """Raise UsageError if there are mistakes: with one line for each mistake."""
        if len(self._mistakes) == 1:
            raise UsageError(*self._mistakes[0])
        if self._mistakes:
            lines = (joined(filter(None, mistake), "; ") for mistake in self._mistakes)
            raise UsageError(joined(lines, "\n"))
