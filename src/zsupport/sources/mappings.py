"""The mappings of exports: shipped with the program, or files."""

from __future__ import annotations

import os
from itertools import takewhile

from zsupport.clock.problem import shown
from zsupport.errors import PolicyError, UsageError, did_you_mean
from zsupport.sources.find import read_file
from zsupport.wording import Message

_ENDING = ".toml"


def shipped_mappings() -> dict[str, str]:
    """Return the path of each shipped mapping, by its name."""
    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)), "mappings")
    names = sorted(name for name in os.listdir(folder) if name.endswith(_ENDING))
    return {name.removesuffix(_ENDING): os.path.join(folder, name) for name in names}


def read_mapping(name: str) -> str:
    """Return the text of a shipped mapping, or of the file at a path (`./acme.toml`).

    Raises UsageError for an unknown name, and PolicyError if the file cannot be read.
    """
    shipped = shipped_mappings()
    if os.sep not in name and not name.endswith(_ENDING):
        if name not in shipped:
            raise UsageError(
                Message(
                    "unknown mapping `{name}`; mappings: {names}",
                    name=name,
                    names=", ".join(shipped),
                ),
                did_you_mean(name, shipped)
                or Message("name a file such as ./{name}.toml", name=name),
            )
        name = shipped[name]
    data = read_file(name, name).data
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PolicyError(
            Message("{path}: not UTF-8 at byte {byte}", path=name, byte=error.start + 1)
        ) from None


def text_of_mapping(text: str) -> str:
    """Return the text of a mapping that is stated by its text, or by the name of a shipped one.

    Raises UsageError for another name, and for a path.
    """
    shipped = shipped_mappings()
    if text in shipped:
        return read_mapping(text)
    if len(text.splitlines()) != 1 or "=" in text or text.lstrip().startswith(("[", "#")):
        return text
    hint = did_you_mean(text, shipped) or Message(
        "pass a `dict`, the text of a file, such as `Path({path}).read_text()`, or a name: {names}",
        path=repr("acme.toml"),
        names=", ".join(shipped),
    )
    raise UsageError(
        Message(
            "{text} is not the text of a mapping or the name of a shipped one; {hint}",
            text=shown(text),
            hint=hint,
        )
    )


def title_of(text: str) -> str:
    """Return the first sentence of the comment at the start of a mapping, without its full stop."""
    lines = takewhile(lambda line: line.startswith("# "), text.splitlines())
    comment = " ".join(line.removeprefix("# ") for line in lines)
    return comment.partition(". ")[0].removesuffix(".")
