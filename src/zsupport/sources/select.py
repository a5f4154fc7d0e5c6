"""Select files by arguments: files, folders, glob patterns, shipped policies, standard input.

All commands that take several files use this module, so that a folder means the same everywhere.
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
from zsupport.sources.globs import has_wildcards, matches
from zsupport.sources.links import (
    LEAVING_LINK,
    LEAVING_LINK_HINT,
    boundary,
    find_leaving_link,
    is_outside,
)
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: A policy has at least two of these keys.
_SECTIONS = frozenset({"format", "policy", "plans", "channels", "entitlements"})

#: A function that returns whether a path in a folder is excluded.
Excluded = Callable[[str], bool]


class SelectedFile(NamedTuple):
    """A file to read. A file that is `named` by an argument must be a policy or tests."""

    path: str
    shown: str  # the name in findings
    named: bool
    real: str  # the path without links, so that each file is read once
    shipped: bool = False

    @property
    def is_tests(self) -> bool:
        """Whether it is a tests file, by its name."""
        return self.path.endswith(TESTS)

    def counts_as_policy(self, data: bytes) -> bool:
        """Return whether it is a policy. A named file counts as a policy, even if it is invalid."""
        return self.named or is_policy(data)


class Fault(NamedTuple):
    """An error: a file or folder cannot be read."""

    file: str
    message: str
    hint: str | None = None

    @classmethod
    def of(cls, file: SelectedFile, error: PolicyError) -> Fault:
        """Return the fault for an error, without the file name in the message."""
        message = error.message
        problem = message.values.get("problem") if isinstance(message, Message) else None
        if not isinstance(problem, str):
            problem = message.removeprefix(f"{file.path}: ")
        return cls(file.shown, problem, error.hint)

    def finding(self) -> Finding:
        """Return the fault as a finding, which all formats can show."""
        code, name, _, severity = UNREADABLE
        nowhere = Span(1, 1, 1, 1)  # formats need a line, even for a file without lines
        return Finding(code, name, severity, self.message, self.file, nowhere, "", hint=self.hint)


class Selection(NamedTuple):
    """The files to read, without duplicates, and the faults."""

    files: tuple[SelectedFile, ...]
    faults: tuple[Fault, ...]


def select(arguments: Sequence[str], excluded: Excluded) -> Selection:
    """Return the files that arguments select, by default those of the current folder.

    A folder selects the policies and tests, by file name, in it and in the folders below. Names
    that start with a dot and `excluded` paths are omitted, and links to folders are not followed.
    Raises UsageError for a word that is neither a path nor a shipped policy, and EnvironmentFault
    for a relative path if the current folder was removed.
    """
    files: dict[str, SelectedFile] = {}
    faults: dict[str, Fault] = {}
    for argument in arguments or (os.curdir,):
        for item in _select_argument(argument, excluded):
            if isinstance(item, Fault):
                faults.setdefault(item.file, item)
            else:
                known = files.setdefault(item.real, item)
                if item.named and not known.named:
                    files[item.real] = known._replace(named=True)
    return Selection(tuple(files.values()), tuple(faults.values()))


def select_in(folder: str, shown: str, excluded: Excluded) -> Selection:
    """Return the files in a folder itself, not below, as `select` does."""
    if find_leaving_link(folder) is not None:
        return Selection((), (Fault(plain_path(shown), LEAVING_LINK, LEAVING_LINK_HINT),))
    items = list(_files_in(folder, shown, excluded, levels=0))
    return Selection(
        tuple(item for item in items if not isinstance(item, Fault)),
        tuple(item for item in items if isinstance(item, Fault)),
    )


def is_policy(data: bytes) -> bool:
    """Return whether a file in a folder is a policy: its root mapping has two keys of _SECTIONS.

    So a folder can contain other YAML files, and an invalid policy is still selected. A file with a
    YAML error before the second of these keys is not selected.
    """
    seen: set[str] = set()
    for key, _ in root_entries(data):
        seen |= _SECTIONS & {key}
        if len(seen) > 1:
            return True
    return False


def _select_argument(argument: str, excluded: Excluded) -> Iterator[SelectedFile | Fault]:
    shown = plain_path(argument)
    if id := shipped_id(argument):
        yield from _shipped_files(id)
    elif not os.path.isabs(argument) and not _current_folder_exists():
        raise EnvironmentFault(
            Message("{path}: the current folder was removed", path=shown),
            Message("run zsupport in another folder"),
        )
    elif argument == "-":
        yield SelectedFile("-", "-", named=True, real="-")
    elif find_leaving_link(argument) is not None:
        yield Fault(shown, LEAVING_LINK, LEAVING_LINK_HINT)
    elif os.path.isdir(argument):
        yield from _files_in(argument, shown, excluded)
    elif os.path.lexists(argument):
        yield SelectedFile(argument, shown, named=True, real=os.path.realpath(argument))
    elif has_wildcards(argument):
        yield from _matching_files(argument, excluded)
    elif is_path(argument):
        # Reading it reports the error.
        yield SelectedFile(argument, shown, named=True, real=os.path.realpath(argument))
    else:
        known = (*shipped_policies(), *_names_in_current_folder())
        raise UsageError(
            Message("unknown file, folder or shipped policy `{name}`", name=argument),
            did_you_mean(argument, known)
            or Message("shipped policies: {policies}", policies=", ".join(shipped_policies())),
        )


def _current_folder_exists() -> bool:
    try:
        os.getcwd()
    except OSError:
        return False
    return True


def plain_path(path: str) -> str:
    """Return a path without `./` at the start and slashes at the end."""
    while path.startswith("./") and len(path) > 2:
        path = path[2:].lstrip("/") or "."
    return path.rstrip("/") or path[:1]


def _shipped_files(id: str) -> Iterator[SelectedFile]:
    path = shipped_policies()[id]
    files = [path]
    if os.path.isdir(path):
        files = [os.path.join(path, name) for name in sorted(os.listdir(path))]
    for file in files:
        if may_be_policy_name(os.path.basename(file)):
            shown = os.path.relpath(file, shipped_root()).replace(os.sep, "/")
            yield SelectedFile(file, shown, named=True, real=os.path.realpath(file), shipped=True)


def _names_in_current_folder() -> list[str]:
    try:
        return sorted(os.listdir())[:1000]
    except OSError:
        return []


def _files_in(
    folder: str, shown: str, excluded: Excluded, levels: int | None = None
) -> Iterator[SelectedFile | Fault]:
    """Yield the policy files of a folder and of the folders below, down to `levels` levels.

    Links to folders are not followed, because they can form a cycle.
    """
    within = boundary(folder)
    # Not recursive, because folders can be nested deeper than the call stack.
    stack = [iter([(folder, plain_path(shown), os.path.realpath(folder))])]
    while stack:
        try:
            folder, shown, real = next(stack[-1])
        except StopIteration:
            stack.pop()
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
            shown_path = entry.name if shown == os.curdir else os.path.join(shown, entry.name)
            real_path = os.path.join(real, entry.name)
            if entry.is_dir(follow_symlinks=False):
                folders.append((path, shown_path, real_path))
            elif entry.name.endswith(ENDINGS) and _may_be_read(entry):
                if entry.is_symlink():
                    if is_outside(path, within):
                        yield Fault(shown_path, LEAVING_LINK, LEAVING_LINK_HINT)
                        continue
                    real_path = os.path.realpath(path)
                yield SelectedFile(path, shown_path, named=False, real=real_path)
        if levels is None or len(stack) <= levels:
            stack.append(iter(folders))


def _may_be_read(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a file. Reading a pipe or a device could wait forever."""
    try:
        # Reading a broken link reports the error.
        return entry.is_file() or (entry.is_symlink() and not os.path.exists(entry.path))
    except OSError:
        return True


def _matching_files(pattern: str, excluded: Excluded) -> Iterator[SelectedFile | Fault]:
    """Yield the files that match a pattern, which the shell did not expand."""
    parts = pattern.split("/")
    plain = next(i for i, part in enumerate(parts) if has_wildcards(part))
    folder = "/".join(parts[:plain]) or ("/" if pattern.startswith("/") else os.curdir)
    rest = "/".join(parts[plain:])
    levels = None if "**" in rest else rest.count("/")
    if find_leaving_link(folder) is not None:
        yield Fault(plain_path(folder), LEAVING_LINK, LEAVING_LINK_HINT)
        return
    start = os.path.join(folder, "")
    empty = True
    for item in _files_in(folder, folder, excluded, levels):
        if isinstance(item, Fault) or matches(rest, item.path.removeprefix(start)):
            empty = False
            yield item
    if empty:
        yield Fault(pattern, Message("no policy file matches this pattern"))
