"""The mistakes of a mapping, which are reported together with their places."""

from __future__ import annotations

from zsupport.errors import UsageError
from zsupport.typed import NamedTuple
from zsupport.wording import joined


class KeyPlace(NamedTuple):
    """The place of a key of a mapping file. In a mapping without a file, lines are 0.

    `path` is the path of the key, with dots.
    """

    file: str
    path: str
    line: int = 0
    column: int = 0

    @property
    def text(self) -> str:
        """The place for people."""
        if self.line:
            return f"{self.file}:{self.line}:{self.column}"
        return f"{self.file}: {self.path}"


class _Mistake(NamedTuple):
    message: str
    hint: str | None
    place: KeyPlace | None


class Mistakes:
    """The mistakes of a mapping.

    `file` is the name of the ticket file that the mapping does not fit, if there is one.
    """

    def __init__(self, file: str | None = None) -> None:
        self.file = file
        self._mistakes: list[_Mistake] = []

    def __len__(self) -> int:
        """Return the number of mistakes."""
        return len(self._mistakes)

    def add(self, message: str, hint: str | None = None, place: KeyPlace | None = None) -> None:
        """Add a mistake. `place` is that of its key in a mapping file."""
        if place is not None:
            message = joined((place.text, message), ": ")
        mistake = _Mistake(message, hint, place)
        if mistake not in self._mistakes:
            self._mistakes.append(mistake)

    def add_of_file(
        self, message: str, hint: str | None = None, place: KeyPlace | None = None
    ) -> None:
        """Add a mistake of the mapping that the ticket file shows."""
        if self.file is not None:
            message = joined((self.file, message), ": ")
        self.add(message, hint, place)

    def report(self) -> None:
        """Raise UsageError if there are mistakes: a line for each, in the order of the file."""
        mistakes = sorted(self._mistakes, key=_line_and_column)
        if len(mistakes) == 1:
            raise UsageError(mistakes[0].message, mistakes[0].hint)
        if mistakes:
            lines = (joined(filter(None, mistake[:2]), "; ") for mistake in mistakes)
            raise UsageError(joined(lines, "\n"))


def _line_and_column(mistake: _Mistake) -> tuple[int, int]:
    return mistake.place[2:] if mistake.place else (0, 0)
