"""Text that may come from anyone, made safe to show."""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import re

# C0 and C1 controls but tab and line feed, and the controls that turn the direction of writing: a
# text must not move the cursor, set a title or hide another text. Lone surrogates are not
# characters: names of files that are not UTF-8 have them. Invisible characters, such as U+200B and
# tags, make a name look like another one.
_STEERING = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\uffa0"
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
#: Joiners and direction marks, which some languages need: kept in JSON, escaped for people.
_MARKS = "\u061c\u200c-\u200f"
#: Those of them that Python calls printable.
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_UNSAFE = f"[{_STEERING}{_INVISIBLE}{_MARKS}]"
_UNSAFE_IN_JSON = f"[{_STEERING}{_INVISIBLE}]"


def unsafe(*, json: bool = False) -> re.Pattern[str]:
    """Return the pattern of a character that is escaped for people, or in `json`.

    It is for texts that are not plain: to load `re` takes a third of the start of Python.
    """
    import re

    return re.compile(_UNSAFE_IN_JSON if json else _UNSAFE)


def is_plain(text: str) -> bool:
    """Return whether nothing in a text has to be escaped; where that takes long to say, False.

    A text of letters, digits and signs is plain; tab and line feed may stand between them.
    """
    if not text.replace("\n", "").replace("\t", "").isprintable():
        return False
    # Above the letters there are invisible characters that Python calls printable too.
    return text.isascii() or (max(text) < "\U000e0000" and _HIDDEN.isdisjoint(text))


def printable(text: str) -> str:
    """Return `text` with control and invisible characters as escapes; tab and line feed stay."""
    return text if is_plain(text) else unsafe().sub(_escape, text)


def encodable(text: str, encoding: str) -> str:
    """Return a printable text as an output in this encoding shows it: other letters as escapes.

    Measure columns after that.
    """
    shown = printable(text)
    return shown if shown.isascii() else shown.encode(encoding, "backslashreplace").decode(encoding)


def one_line(text: str) -> str:
    """Return `text` as one printable line: white space is folded, so that tabs separate."""
    return printable(" ".join(text.split()))


def no_command(text: str) -> str:
    """Return a text without workflow commands: what would be one is escaped.

    The runner of GitHub Actions takes `::` at the start of a line for one,
    after white space too, and `##[` anywhere.
    """
    if "::" in text:
        import re

        text = re.sub(r"^([^\S\n]*):(?=:(?!:))", r"\1\\x3a", text, flags=re.M)
    return text.replace("##[", "#\\x23[")


def guarded(text: str, *, commands: bool = False) -> str:
    """Return a rendered text as it may be written: what a format has let through is escaped.

    Colours (SGR) stay, and the marks that JSON keeps. With `commands` workflow commands stay too.
    """
    if not is_plain(text) and unsafe(json=True).search(text):
        import re

        colors_or_unsafe = f"(\x1b\\[[0-9;]*m)|{unsafe(json=True).pattern}"
        text = re.sub(colors_or_unsafe, lambda found: found[1] or _escape(found), text)
    return text if commands else no_command(text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
