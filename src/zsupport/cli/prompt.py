"""Questions to a person in a terminal: a list of values, or a line of text.

A value is chosen with the arrow keys, with its number or with the start of its name. If the
terminal cannot move the cursor, or Python lacks `termios`, the number is typed as a line. Ctrl-C
raises KeyboardInterrupt. The terminal is restored in any case, also if SIGTERM or SIGHUP ends the
run.
"""

from __future__ import annotations

import os
import select

from zsupport.cli.output import emit, emit_controls
from zsupport.clock.problem import BadText, what_to_write
from zsupport.report.screen import cells_of, wrap
from zsupport.report.text import encodable, single_line
from zsupport.sources.signals import before_signals
from zsupport.typed import TYPE_CHECKING

try:
    import termios
    import tty
except ImportError:  # Windows
    termios = tty = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO

    from zsupport.report import Terminal
    from zsupport.wording import Wording

_MARGIN = "  "
#: The seconds to wait for the rest of a key that starts with ESC.
_ESCAPE_DELAY = 0.05
#: The names of keys by the bytes that terminals send.
_KEYS = {
    b"\x1b[A": "up", b"\x1bOA": "up", b"\x1b[B": "down", b"\x1bOB": "down", b"\x10": "up",
    b"\x0e": "down", b"\x1b[H": "first", b"\x1bOH": "first", b"\x1b[1~": "first",
    b"\x1b[F": "last", b"\x1bOF": "last", b"\x1b[4~": "last", b"\r": "enter", b"\n": "enter",
    b"\x7f": "backspace", b"\b": "backspace", b"\x04": "end", b"\x03": "interrupt",
}  # fmt: skip


class Declined(Exception):
    """The person ended the input with Ctrl-D."""


class Prompt:
    """Asks questions in a terminal."""

    def __init__(self, stdin: IO[str], terminal: Terminal, words: Wording) -> None:
        self.stdin = stdin
        self.terminal = terminal
        self.words = words
        self._pending = b""

    def choose(self, question: str, choices: Sequence[tuple[str, str]]) -> str:
        """Return the value that the person chooses; `choices` are values with their names.

        Raises Declined if the input ends.
        """
        names = [self._shown(name) for _, name in choices]
        if termios is None or os.environ.get("TERM") in (None, "", "dumb"):
            place = self._typed_number(self._shown(question), names)
        else:
            place = self._selected(self._shown(question), names, [value for value, _ in choices])
        return choices[place][0]

    def ask(self, question: str, example: str, check: Callable[[str], object]) -> str | None:
        """Return a line that the person types, or None if it is empty.

        If `check` raises BadText, the problem is shown and the question is asked again. Raises
        Declined if the input ends.
        """
        while True:
            asked = self.words(
                "{question} ({example}; Enter to skip)", question=question, example=example
            )
            emit(f"{_MARGIN}{self._shown(asked)}\n{_MARGIN}> ")
            text = self._line()
            if not text:
                return None
            try:
                check(text)
            except BadText as problem:
                texts = [problem.message, what_to_write(problem)]
                shown = "; ".join(self.words.message(text) for text in texts if text)
                emit(f"{_MARGIN}{self._shown(shown)}\n")
            else:
                return text

    def _shown(self, text: str) -> str:
        return encodable(single_line(text), self.terminal.encoding)

    def _line(self) -> str:
        """Return a line without surrounding spaces. Raises Declined if the input ends."""
        line = self.stdin.readline()
        if not line:
            emit("\n")
            raise Declined
        return line.strip()

    def _typed_number(self, question: str, names: Sequence[str]) -> int:
        emit(f"{_MARGIN}{question}\n")
        width = len(str(len(names)))
        for number, name in enumerate(names, 1):
            emit(f"{_MARGIN}{number:{width + 2}}  {name}\n")
        while True:
            emit(f"{_MARGIN}{self.words('Number (1 to {count}): ', count=len(names))}")
            text = self._line()
            if text.isdecimal() and 1 <= int(text) <= len(names):
                return int(text) - 1

    def _selected(self, question: str, names: Sequence[str], values: Sequence[str]) -> int:
        """Return the place of the selected name. The start of its value selects it too."""
        descriptor = self.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        hint = self._shown(self.words("Arrow keys, a number or the start of a name, then Enter"))

        def refusal(typed: str) -> str:
            return self._shown(self.words("Not in the list: {text}", text=typed))

        selection = _SelectedLine(names, values)
        drawing = _Drawing(question, selection, hint, refusal, self.terminal)

        def restore() -> None:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)

        with before_signals(restore):
            try:
                # Keep keys that the person has already typed.
                tty.setcbreak(descriptor, termios.TCSADRAIN)
                if select.select([descriptor], [], [], 0)[0]:
                    # The terminal has turned a Ctrl-D among these keys into a NUL character.
                    self._pending += os.read(descriptor, 1024).replace(b"\0", b"\x04")
                while True:
                    drawing.draw()
                    key = self._key(descriptor)
                    if key == "enter" and selection.refused is None:
                        drawing.close(names[selection.place])
                        return selection.place
                    selection.press(key)
            except BaseException:
                drawing.close()
                raise
            finally:
                restore()

    def _key(self, descriptor: int) -> str:
        """Return the next key: a name of _KEYS, or the character.

        Raises Declined if the input ends, and KeyboardInterrupt for Ctrl-C.
        """
        while not self._pending or self._incomplete(descriptor):
            data = os.read(descriptor, 1024)
            if not data:
                raise Declined
            self._pending += data
        length = 1
        if self._pending[:2] in (b"\x1b[", b"\x1bO"):
            # The last byte of a control sequence is between `@` and `~`.
            length = 3
            while length < len(self._pending) and not 0x40 <= self._pending[length - 1] <= 0x7E:
                length += 1
        elif self._pending[0] >= 0x80:
            length = _length_of_character(self._pending[0])
        key, self._pending = self._pending[:length], self._pending[length:]
        name = _KEYS.get(key) or key.decode("utf-8", "replace")
        if name == "interrupt":
            raise KeyboardInterrupt
        if name == "end":
            raise Declined
        return name

    def _incomplete(self, descriptor: int) -> bool:
        """Return whether the pending bytes are the start of a key whose rest follows."""
        part_of_character = len(self._pending) < _length_of_character(self._pending[0])
        if self._pending not in (b"\x1b", b"\x1b[", b"\x1bO") and not part_of_character:
            return False
        return bool(select.select([descriptor], [], [], _ESCAPE_DELAY)[0])


def _length_of_character(first: int) -> int:
    """Return the number of bytes of a UTF-8 character with this first byte."""
    return 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4


class _SelectedLine:
    """The selected place in a list. Arrow keys, a number or the start of a name move it.

    A typed text that is not in the list is refused. Enter chooses nothing until another key has
    moved the selection.
    """

    def __init__(self, names: Sequence[str], values: Sequence[str]) -> None:
        self.names = names
        self.values = values
        self.place = 0
        self.refused: str | None = None  # the typed text that is not in the list
        self._typed = ""

    def press(self, key: str) -> None:
        """Move the selection by a key: a name of _KEYS, or a character."""
        count = len(self.names)
        steps = {"up": -1, "down": 1}
        places = {"first": 0, "last": count - 1}
        if key in steps or key in places:
            self.place = places.get(key, (self.place + steps.get(key, 0)) % count)
            self._typed, self.refused = "", None
        elif key == "enter":
            self._typed = ""  # after a refused text, the next character starts a new text
        elif key == "backspace":
            self._type(self._typed[:-1])
        elif len(key) == 1 and key.isprintable():
            # With fewer than 10 lines, each digit is a number of its own.
            alone = count < 10 and key.isdecimal() and self._typed.isdecimal()
            self._type(key if alone else self._typed + key)

    def _type(self, text: str) -> None:
        """Select the line with a number, or the first line whose name or value fits the text."""
        self._typed, self.refused = text, None
        if not text.strip():
            return
        place = self._place_of(text.strip().casefold())
        if place is None:
            self.refused = text
        else:
            self.place = place

    def _place_of(self, text: str) -> int | None:
        if text.isdecimal() and 1 <= int(text) <= len(self.names):
            return int(text) - 1
        lines = [
            (name.casefold(), value.casefold())
            for name, value in zip(self.names, self.values, strict=True)
        ]
        starts = [n for n, line in enumerate(lines) if any(t.startswith(text) for t in line)]
        contains = [n for n, line in enumerate(lines) if not text.isdecimal() and text in line[0]]
        return next(iter(starts + contains), None)


class _Drawing:
    """A question with its numbered choices, drawn again after each key."""

    def __init__(
        self,
        question: str,
        selection: _SelectedLine,
        hint: str,
        refusal: Callable[[str], str],
        terminal: Terminal,
    ) -> None:
        self.question = question
        self.selection = selection
        self.hint = hint
        self.refusal = refusal  # the line for a typed text that is not in the list
        self.terminal = terminal
        self._drawn = 0  # the number of lines of the last drawing

    def draw(self) -> None:
        """Draw the question and the choices over the last drawing."""
        width = max(self.terminal.width - 1, 20)
        lines = [self._bold(line) for line in self._wrapped(self.question, width, "")]
        refused = self.selection.refused
        hint = self.hint if refused is None else self.refusal(refused)
        below = self._wrapped(hint, width, "")
        lines += self._visible(width, max(_height() - len(lines) - len(below) - 1, 3))
        self._replace([*lines, *below])

    def close(self, name: str | None = None) -> None:
        """Replace the drawing by the question and the chosen name; without a name, remove it."""
        lines = []
        if name is not None:
            width = max(self.terminal.width - 1, 20)
            lines = self._wrapped(f"{self.question} {name}", width, "")
        self._replace(lines)

    def _visible(self, width: int, height: int) -> list[str]:
        """Return the lines of the choices around the selection that fit into the height."""
        names, selected = self.selection.names, self.selection.place
        digits = len(str(len(names)))
        blocks = []
        for place, name in enumerate(names):
            mark = ">" if place == selected else " "
            head = f"{mark} {place + 1:{digits}}  "
            block = self._wrapped(name, width, head)
            blocks.append([self._bold(line) for line in block] if place == selected else block)
        first = last = selected
        used = len(blocks[selected])
        while True:
            if last + 1 < len(blocks) and used + len(blocks[last + 1]) <= height:
                last += 1
                used += len(blocks[last])
            elif first > 0 and used + len(blocks[first - 1]) <= height:
                first -= 1
                used += len(blocks[first])
            else:
                break
        return [line for block in blocks[first : last + 1] for line in block][:height]

    def _wrapped(self, text: str, width: int, head: str) -> list[str]:
        lines = wrap(text, width - len(_MARGIN) - len(head))
        rest = " " * len(head)
        return [f"{_MARGIN}{rest if number else head}{line}" for number, line in enumerate(lines)]

    def _bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self.terminal.color else text

    def _replace(self, lines: list[str]) -> None:
        up = f"\x1b[{self._drawn}A" if self._drawn else ""
        emit_controls(f"{up}\r\x1b[J" + "".join(f"{line}\n" for line in lines))
        # The terminal breaks a line with a word that is wider than the screen.
        width = self.terminal.width
        self._drawn = sum(max(-(-_width(line) // width), 1) for line in lines)


def _width(line: str) -> int:
    """Return the width of a line in cells, without colors."""
    return cells_of(line.removeprefix("\x1b[1m").removesuffix("\x1b[0m"))


def _height() -> int:
    """Return the number of lines of the terminal."""
    try:
        return os.get_terminal_size(1).lines or 24
    except OSError:
        return 24
