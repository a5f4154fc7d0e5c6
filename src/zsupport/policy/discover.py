"""Which files are to be looked at: those that were named, and those of the folders."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from zsupport.errors import PolicyError, UsageError, did_you_mean
from zsupport.policy.find import (
    ENDINGS,
    TESTS,
    is_path,
    reason,
    shipped_id,
    shipped_policies,
    shipped_root,
)

#: What a file of a folder has to begin lines with, two of them at least, to be taken for a policy.
_SECTIONS = ("format", "policy", "plans", "channels", "entitlements")
_SECTION = re.compile(
    rb"(?:\A(?:\xef\xbb\xbf)?|[\r\n])[\"']?(%s)[\"']?[ \t]*:" % "|".join(_SECTIONS).encode()
)
_IN_BRACES = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\r\n]*)?[\r\n]+|---\s)*\s*\{")
_KEY_IN_BRACES = re.compile(rb"[{,\s][\"']?(%s)[\"']?:" % "|".join(_SECTIONS).encode())
_WILD = re.compile(r"[*?\[]")

#: Whether a path is left out of a folder.
LeftOut = Callable[[str], bool]


class Target(NamedTuple):
    """A file to look at; `named` when somebody named it, so that it is to be a policy."""

    path: str
    shown: str  # the name under which findings speak of it
    named: bool
    real: str  # the path without links: what is reached by two ways is one file
    shipped: bool = False


class Fault(NamedTuple):
    """Why a file could not be looked at."""

    file: str
    message: str
    hint: str | None = None

    @classmethod
    def of(cls, file: str, error: PolicyError) -> "Fault":
        """Return the fault that an error is, without the file's name before the message."""
        return cls(file, error.message.removeprefix(f"{file}: "), error.hint)


class Discovered(NamedTuple):
    """The files to look at, each once, and what could not be looked into."""

    targets: tuple[Target, ...]
    faults: tuple[Fault, ...]
    tests: tuple[str, ...]  # the files that were named and hold tests of a policy, as shown


def discover(arguments: Sequence[str], left_out: LeftOut) -> Discovered:
    """Return the files that arguments stand for: files, folders, patterns, shipped names, `-`.

    Of a folder they are its policy files and those of the folders in it, but not what begins with
    a dot, nor what `left_out` is true of. Raises UsageError for a word that is nothing of that.
    """
    found: dict[str, Target] = {}
    faults: dict[str, Fault] = {}
    tests: dict[str, None] = {}
    for argument in arguments or (os.curdir,):
        for each in _of_argument(argument, left_out):
            if isinstance(each, Fault):
                faults.setdefault(each.file, each)
            elif each.path != "-" and each.path.endswith(TESTS):
                tests |= {each.shown: None} if each.named else {}
            else:
                known = found.setdefault(each.real, each)
                if each.named and not known.named:
                    found[each.real] = known._replace(named=True)
    return Discovered(tuple(found.values()), tuple(faults.values()), tuple(tests))


def _of_argument(argument: str, left_out: LeftOut) -> Iterator[Target | Fault]:
    shown = plain_path(argument)
    if argument == "-":
        yield Target("-", "-", named=True, real="-")
    elif id := shipped_id(argument):
        yield from _shipped(id)
    elif os.path.isdir(argument):
        yield from _inside(argument, shown, left_out)
    elif os.path.lexists(argument):
        yield Target(argument, shown, named=True, real=os.path.realpath(argument))
    elif _WILD.search(argument):
        yield from _matching(argument, left_out)
    elif is_path(argument):
        # Reading it says what is wrong.
        yield Target(argument, shown, named=True, real=os.path.realpath(argument))
    else:
        known = (*shipped_policies(), *_names_here())
        raise UsageError(
            f"`{argument}` is no file, no folder and no shipped policy",
            did_you_mean(argument, known) or f"shipped are {', '.join(shipped_policies())}",
        )


def plain_path(path: str) -> str:
    """Return a path without `./` before it and slashes behind it."""
    while path.startswith("./") and len(path) > 2:
        path = path[2:].lstrip("/") or "."
    return path.rstrip("/") or path[:1]


def tests_in(folder: str) -> list[str]:
    """Return the names of the files in a folder that hold tests."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []  # it was there a moment ago
    return [
        name
        for name in names
        if name.endswith(TESTS) and name[0] != "." and os.path.isfile(os.path.join(folder, name))
    ]


def _shipped(id: str) -> Iterator[Target]:
    path = shipped_policies()[id]
    files = [path]
    if os.path.isdir(path):
        files = [os.path.join(path, each) for each in sorted(os.listdir(path))]
    for each in files:
        if each.endswith(ENDINGS) and not each.endswith(TESTS):
            shown = os.path.relpath(each, shipped_root()).replace(os.sep, "/")
            yield Target(each, shown, named=True, real=os.path.realpath(each), shipped=True)


def _names_here() -> list[str]:
    try:
        return sorted(os.listdir())[:1000]
    except OSError:
        return []


def _inside(
    folder: str, shown: str, left_out: LeftOut, levels: int | None = None
) -> Iterator[Target | Fault]:
    """Yield the policy files of a folder and, so many levels down, of those in it, by name.

    Links to folders are not followed: they can lead round in circles.
    """
    # A loop, as folders can be nested deeper than calls.
    ways = [iter([(folder, plain_path(shown), os.path.realpath(folder))])]
    while ways:
        try:
            folder, shown, real = next(ways[-1])
        except StopIteration:
            ways.pop()
            continue
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield Fault(shown, reason(error))
            continue
        folders = []
        for entry in entries:
            path = os.path.join(folder, entry.name)
            if entry.name[0] == "." or left_out(path):
                continue
            as_shown = entry.name if shown == os.curdir else os.path.join(shown, entry.name)
            really = os.path.join(real, entry.name)
            if entry.is_dir(follow_symlinks=False):
                folders.append((path, as_shown, really))
            elif entry.name.endswith(ENDINGS) and _may_be_read(entry):
                if entry.is_symlink():
                    really = os.path.realpath(path)
                yield Target(path, as_shown, named=False, real=really)
        if levels is None or len(ways) <= levels:
            ways.append(iter(folders))


def _may_be_read(entry: "os.DirEntry[str]") -> bool:
    """Return whether an entry is a file; a pipe would make us wait, a device never end."""
    try:
        # Where a link leads nowhere, reading says so.
        return entry.is_file() or (entry.is_symlink() and not os.path.exists(entry.path))
    except OSError:
        return True


def _matching(pattern: str, left_out: LeftOut) -> Iterator[Target | Fault]:
    """Yield the files that a pattern fits, which the shell has left to us."""
    parts = pattern.split("/")
    plain = next(i for i, part in enumerate(parts) if _WILD.search(part))
    folder = "/".join(parts[:plain]) or ("/" if pattern.startswith("/") else os.curdir)
    rest = "/".join(parts[plain:])
    levels = None if "**" in rest else rest.count("/")
    start = os.path.join(folder, "")
    found = False
    for each in _inside(folder, folder, left_out, levels):
        if isinstance(each, Fault) or fits(rest, each.path.removeprefix(start)):
            found = True
            yield each
    if not found:
        yield Fault(pattern, "no policy file fits this pattern")


def fits(pattern: str, path: str) -> bool:
    """Return whether a path fits a pattern: `*` and `?` within a name, `**` over folders."""
    return _compiled(pattern).fullmatch(path) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> "re.Pattern[str]":
    made = ""
    rest = pattern
    while rest:
        if found := re.match(r"\*\*/", rest):
            made += "(?:.*/)?"
        elif found := re.match(r"\*\*", rest):
            made += ".*"
        elif found := re.match(r"\*", rest):
            made += "[^/]*"
        elif found := re.match(r"\?", rest):
            made += "[^/]"
        elif found := re.match(r"\[([!^]?)([^]]+)\]", rest):
            inside = re.sub(r"([\\\[&~|])", r"\\\1", found[2])
            made += f"[{'^/' if found[1] else ''}{inside}]"
        else:
            found = re.match(r"(?s).", rest)
            assert found
            made += re.escape(found[0])
        rest = rest[found.end() :]
    try:
        return re.compile(made, re.DOTALL)
    except re.error:
        raise UsageError(f"`{pattern}` is no pattern", "a `[` as such is written [[]") from None


def may_be_policy(data: bytes) -> bool:
    """Return whether the text of a file, somewhere in a folder, looks like that of a policy.

    Of the sections that every policy has, it has two at least. So other YAML files may lie there,
    and a policy with mistakes is still looked at.
    """
    found = _KEY_IN_BRACES if _IN_BRACES.match(data) else _SECTION
    seen: set[bytes] = set()
    for each in found.finditer(data):
        seen.add(each[1])
        if len(seen) > 1:
            return True
    return False
