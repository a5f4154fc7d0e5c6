"""Make untrusted text safe to show."""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import re

# Control characters (C0 and C1, except tab and line feed) and controls of the writing direction: a
# text must not move the cursor, set a title or hide another text. Lone surrogates occur in file
# names that are not UTF-8.
_STEERING = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
# Invisible characters, such as U+200B and tags, which make different names look equal.
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\uffa0"
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
#: Joiners and direction marks, which some languages need: kept in JSON, escaped in other formats.
_MARKS = "\u061c\u200c-\u200f"
#: The invisible characters for which `str.isprintable` returns true.
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_UNSAFE = f"[{_STEERING}{_INVISIBLE}{_MARKS}]"
_UNSAFE_IN_JSON = f"[{_STEERING}{_INVISIBLE}]"


def unsafe(*, json: bool = False) -> re.Pattern[str]:
    """Return the pattern of characters to escape, in texts for people or in `json`.

    Call it only for texts that are not plain, because importing `re` takes a third of the time to
    start Python.
    """
    import re

    return re.compile(_UNSAFE_IN_JSON if json else _UNSAFE)


def is_plain(text: str) -> bool:
    """Return whether a text certainly needs no escapes.

    Letters, digits, signs, tabs and line feeds are plain. Text with some rare characters is not
    plain, although it needs no escapes.
    """
    if not text.replace("\n", "").replace("\t", "").isprintable():
        return False
    # Some invisible characters above U+E0000 count as printable in Python.
    return text.isascii() or (max(text) < "\U000e0000" and _HIDDEN.isdisjoint(text))


def printable(text: str) -> str:
    """Return `text` with control and invisible characters as escapes, except tab and line feed."""
    return text if is_plain(text) else unsafe().sub(_escape, text)


def legible(text: str) -> str:
    """Return `text` as `printable` does, but keep joiners and direction marks."""
    return text if is_plain(text) else unsafe(json=True).sub(_escape, text)


def encodable(text: str, encoding: str) -> str:
    """Return a printable text with characters outside of an encoding as escapes.

    Compute column widths from this text.
    """
    shown = printable(text)
    return shown if shown.isascii() else shown.encode(encoding, "backslashreplace").decode(encoding)


def single_line(text: str) -> str:
    """Return `text` as one printable line. Each run of white space becomes one space."""
    return printable(" ".join(text.split()))


def escape_commands(text: str) -> str:
    """Return a text with escaped workflow commands.

    The runner of GitHub Actions executes `::` at the start of a line, even after white space, and
    `##[` anywhere.
    """
    if "::" in text:
        import re

        text = re.sub(r"^([^\S\n]*):(?=:(?!:))", r"\1\\x3a", text, flags=re.M)
    return text.replace("##[", "#\\x23[")


def guarded(text: str, *, commands: bool = False) -> str:
    """Return a rendered text with the remaining unsafe characters and workflow commands escaped.

    Colors (SGR), and joiners and direction marks, are not escaped. With `commands`, workflow
    commands are not escaped either.
    """
    if not is_plain(text) and unsafe(json=True).search(text):
        import re

        colors_or_unsafe = f"(\x1b\\[[0-9;]*m)|{unsafe(json=True).pattern}"
        text = re.sub(colors_or_unsafe, lambda match: match[1] or _escape(match), text)
    return text if commands else escape_commands(text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
