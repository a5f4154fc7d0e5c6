"""The files that arguments select: files, folders, glob patterns, shipped policies, standard input.

Every command that takes several files selects them here, so that a folder means the same to all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from zsupport.errors import EnvironmentFault, PolicyError, UsageError, did_you_mean
from zsupport.findings import UNREADABLE, Finding, Span
from zsupport.policy.yamltext import root_entries
from zsupport.sources.find import (
    ENDINGS,
    TESTS,
    is_path,
    may_be_policy_name,
    reason,
    shipped_id,
    shipped_policies,
    shipped_root,
)
from zsupport.sources.globs import fits, has_wildcards
from zsupport.sources.links import (
    LEADS_OUT,
    LEADS_OUT_HINT,
    boundary,
    leads_out,
    leaving_link,
)
from zsupport.typed import NamedTuple

#: Of these keys a policy has two at least.
_SECTIONS = frozenset({"format", "policy", "plans", "channels", "entitlements"})

#: Whether a file or folder, by its path, is excluded from a folder.
Excluded = Callable[[str], bool]


class SelectedFile(NamedTuple):
    """A file to read; `named` where an argument names it: then it has to be a policy or tests."""

    path: str
    shown: str  # the name under which findings speak of it
    named: bool
    real: str  # the path without links: a file that is reached by two paths is read once
    shipped: bool = False

    @property
    def is_tests(self) -> bool:
        """Whether it holds tests of a policy, by its name."""
        return self.path.endswith(TESTS)

    def holds_policy(self, data: bytes) -> bool:
        """Return whether it holds a policy: what an argument names does, valid or not."""
        return self.named or is_policy(data)


class Fault(NamedTuple):
    """Why a file or folder could not be read."""

    file: str
    message: str
    hint: str | None = None

    @classmethod
    def of(cls, file: SelectedFile, error: PolicyError) -> Fault:
        """Return the fault that an error is, without the file's name before the message."""
        return cls(file.shown, error.message.removeprefix(f"{file.path}: "), error.hint)

    def finding(self) -> Finding:
        """Return the fault as a finding, which every format can show."""
        code, name, _, severity = UNREADABLE
        nowhere = Span(1, 1, 1, 1)  # a file without lines, too, has a first one for the formats
        return Finding(code, name, severity, self.message, self.file, nowhere, "", hint=self.hint)


class Selection(NamedTuple):
    """The files to read, each once, and what could not be looked into."""

    files: tuple[SelectedFile, ...]
    faults: tuple[Fault, ...]


def select(arguments: Sequence[str], excluded: Excluded) -> Selection:
    """Return the files that arguments select, by default those of the current folder.

    A folder selects the files in it and in the folders below that may be policies or tests by
    their name, except names that begin with a dot and what is `excluded`. Links to folders are not
    followed. Raises UsageError for a word that is neither a path nor a shipped policy,
    and EnvironmentFault for a relative path where the current folder has been removed.
    """
    found: dict[str, SelectedFile] = {}
    faults: dict[str, Fault] = {}
    for argument in arguments or (os.curdir,):
        for each in _of_argument(argument, excluded):
            if isinstance(each, Fault):
                faults.setdefault(each.file, each)
            else:
                known = found.setdefault(each.real, each)
                if each.named and not known.named:
                    found[each.real] = known._replace(named=True)
    return Selection(tuple(found.values()), tuple(faults.values()))


def select_in(folder: str, shown: str, excluded: Excluded) -> Selection:
    """Return the files that lie in a folder itself, as `select` finds them."""
    if leaving_link(folder) is not None:
        return Selection((), (Fault(plain_path(shown), LEADS_OUT, LEADS_OUT_HINT),))
    found = list(_inside(folder, shown, excluded, levels=0))
    return Selection(
        tuple(each for each in found if not isinstance(each, Fault)),
        tuple(each for each in found if isinstance(each, Fault)),
    )


def is_policy(data: bytes) -> bool:
    """Return whether a file that lies in a folder is a policy: by the keys of its root mapping.

    So other YAML files may lie beside policies, and a policy with mistakes is still found. A file
    whose YAML breaks before two such keys is not one.
    """
    seen: set[str] = set()
    for key, _ in root_entries(data):
        seen |= _SECTIONS & {key}
        if len(seen) > 1:
            return True
    return False


def _of_argument(argument: str, excluded: Excluded) -> Iterator[SelectedFile | Fault]:
    shown = plain_path(argument)
    if id := shipped_id(argument):
        yield from _shipped(id)
    elif not os.path.isabs(argument) and not _current_folder_exists():
        raise EnvironmentFault(
            f"{shown}: the current folder does not exist any more", "run it in another folder"
        )
    elif argument == "-":
        yield SelectedFile("-", "-", named=True, real="-")
    elif leaving_link(argument) is not None:
        yield Fault(shown, LEADS_OUT, LEADS_OUT_HINT)
    elif os.path.isdir(argument):
        yield from _inside(argument, shown, excluded)
    elif os.path.lexists(argument):
        yield SelectedFile(argument, shown, named=True, real=os.path.realpath(argument))
    elif has_wildcards(argument):
        yield from _matching(argument, excluded)
    elif is_path(argument):
        # Reading it says what is wrong.
        yield SelectedFile(argument, shown, named=True, real=os.path.realpath(argument))
    else:
        known = (*shipped_policies(), *_names_here())
        raise UsageError(
            f"`{argument}` is not a file, a folder or a shipped policy",
            did_you_mean(argument, known) or f"shipped are {', '.join(shipped_policies())}",
        )


def _current_folder_exists() -> bool:
    try:
        os.getcwd()
    except OSError:
        return False
    return True


def plain_path(path: str) -> str:
    """Return a path without `./` before it and slashes behind it."""
    while path.startswith("./") and len(path) > 2:
        path = path[2:].lstrip("/") or "."
    return path.rstrip("/") or path[:1]


def _shipped(id: str) -> Iterator[SelectedFile]:
    path = shipped_policies()[id]
    files = [path]
    if os.path.isdir(path):
        files = [os.path.join(path, each) for each in sorted(os.listdir(path))]
    for each in files:
        if may_be_policy_name(os.path.basename(each)):
            shown = os.path.relpath(each, shipped_root()).replace(os.sep, "/")
            yield SelectedFile(each, shown, named=True, real=os.path.realpath(each), shipped=True)


def _names_here() -> list[str]:
    try:
        return sorted(os.listdir())[:1000]
    except OSError:
        return []


def _inside(
    folder: str, shown: str, excluded: Excluded, levels: int | None = None
) -> Iterator[SelectedFile | Fault]:
    """Yield the policy files of a folder and of the folders below, down to a number of levels.

    Links to folders are not followed: they can lead round in circles.
    """
    within = boundary(folder)
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
            if entry.name[0] == "." or excluded(path):
                continue
            as_shown = entry.name if shown == os.curdir else os.path.join(shown, entry.name)
            really = os.path.join(real, entry.name)
            if entry.is_dir(follow_symlinks=False):
                folders.append((path, as_shown, really))
            elif entry.name.endswith(ENDINGS) and _may_be_read(entry):
                if entry.is_symlink():
                    if leads_out(path, within):
                        yield Fault(as_shown, LEADS_OUT, LEADS_OUT_HINT)
                        continue
                    really = os.path.realpath(path)
                yield SelectedFile(path, as_shown, named=False, real=really)
        if levels is None or len(ways) <= levels:
            ways.append(iter(folders))


def _may_be_read(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a file; a pipe would make us wait, a device never end."""
    try:
        # Where a link leads nowhere, reading says so.
        return entry.is_file() or (entry.is_symlink() and not os.path.exists(entry.path))
    except OSError:
        return True


def _matching(pattern: str, excluded: Excluded) -> Iterator[SelectedFile | Fault]:
    """Yield the files that a pattern fits, which the shell has left to us."""
    parts = pattern.split("/")
    plain = next(i for i, part in enumerate(parts) if has_wildcards(part))
    folder = "/".join(parts[:plain]) or ("/" if pattern.startswith("/") else os.curdir)
    rest = "/".join(parts[plain:])
    levels = None if "**" in rest else rest.count("/")
    if leaving_link(folder) is not None:
        yield Fault(plain_path(folder), LEADS_OUT, LEADS_OUT_HINT)
        return
    start = os.path.join(folder, "")
    found = False
    for each in _inside(folder, folder, excluded, levels):
        if isinstance(each, Fault) or fits(rest, each.path.removeprefix(start)):
            found = True
            yield each
    if not found:
        yield Fault(pattern, "no policy file fits this pattern")
