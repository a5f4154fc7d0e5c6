"""The policies that files hold, each with its revisions and the files of its tests.

The files of a policy lie in one folder and have its id; its tests lie there too, or next to a
folder that has the policy's name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from zsupport.errors import PolicyError
from zsupport.policy.files import SourceFile
from zsupport.policy.shape import ID_PATTERN
from zsupport.policy.yamltext import root_entries
from zsupport.sources.find import read_file
from zsupport.sources.links import leads_out, repository_at
from zsupport.sources.select import (
    Excluded,
    Fault,
    SelectedFile,
    plain_path,
    select,
    select_in,
)
from zsupport.typed import NamedTuple

_ID = re.compile(ID_PATTERN + r"\Z")


class PolicyFiles(NamedTuple):
    """The files of a policy and of its tests; either may be missing, not both."""

    id: str | None  # None where a file does not say which policy it is about
    policy: tuple[SourceFile, ...]
    tests: tuple[SourceFile, ...]


class _File(NamedTuple):
    real: str
    source: SourceFile
    id: str | None
    is_tests: bool


class Folders:
    """The policies and tests in folders; each folder is read once."""

    def __init__(self, excluded: Excluded) -> None:
        """`excluded` says which files and folders are left out of folders."""
        self._excluded = excluded
        self._read: dict[str, list[_File]] = {}
        self._sources: dict[str, SourceFile] = {}
        self.faults: list[Fault] = []

    def policy(self, folder: str, shown: str, id: str) -> dict[str, SourceFile]:
        """Return the files of a policy in a folder, by their paths without links.

        The folder is `shown` under another name than its path.
        """
        files = self._files(folder, shown)
        return {each.real: each.source for each in files if each.id == id and not each.is_tests}

    def tests(self, folder: str, shown: str, id: str) -> dict[str, SourceFile]:
        """Return the tests of the policy in a folder: there, or next to a folder of its name."""
        places = [(folder, shown)]
        above, name = os.path.split(os.path.abspath(folder))
        within = repository_at(os.path.realpath(folder or os.curdir))
        if name == id and (within is None or not leads_out(above, within)):
            places.append((above, os.path.normpath(os.path.join(shown or os.curdir, os.pardir))))
        return {
            each.real: each.source
            for place in places
            for each in self._files(*place)
            if each.is_tests and each.id == id
        }

    def _files(self, folder: str, shown: str) -> list[_File]:
        real = os.path.realpath(folder or os.curdir)
        if real not in self._read:
            selection = select_in(folder or os.curdir, shown or os.curdir, self._excluded)
            self.faults += selection.faults
            self._read[real] = list(self.read(selection.files, self.faults))
        return self._read[real]

    def read(self, files: Sequence[SelectedFile], faults: list[Fault]) -> Iterator[_File]:
        """Yield the policies and tests among files; a file that cannot be read is a fault."""
        for each in files:
            try:
                source = self._source(each)
            except PolicyError as error:
                faults.append(Fault.of(each, error))
                continue
            if each.is_tests or each.holds_policy(source.data):
                yield _File(each.real, source, policy_id(source.data), each.is_tests)

    def _source(self, file: SelectedFile) -> SourceFile:
        """Return a file, read once although several paths lead to it."""
        if file.real not in self._sources:
            self._sources[file.real] = read_file(file.path, file.shown)
        name = os.path.basename(file.path)
        return self._sources[file.real]._replace(name=name, shown=file.shown)


def policy_id(data: bytes) -> str | None:
    """Return the id of the policy that a file holds or is about, None where it states none."""
    id = next((value for key, value in root_entries(data) if key == "policy"), None)
    return id if id and _ID.match(id) else None


def no_policy(paths: Sequence[str]) -> PolicyError:
    """Return the error that no policy and no tests were found at these paths."""
    where = ", ".join(map(plain_path, paths)) or os.curdir
    return PolicyError(
        f"{where}: no policy found, here or in the folders below",
        "a policy is a .yaml or .yml file with `policy:` and `plans:`; its tests are next to it,"
        " in a file such as acme_test.yaml",
    )


class _CollectedPolicy:
    """A policy while its files are collected: by their paths without links."""

    def __init__(self, id: str | None, folder: str, shown: str, folders: Folders) -> None:
        self.id = id
        self.folders = folders
        self.folder = folder
        self.shown = shown
        self.policy: dict[str, SourceFile] = {}
        self.tests: dict[str, SourceFile] = {}
        self.named_by_tests = True  # no argument selects a file of the policy itself


def policies_at(
    arguments: Sequence[str], excluded: Excluded
) -> tuple[list[PolicyFiles], tuple[Fault, ...]]:
    """Return the policies that arguments select, each with its tests, and what cannot be read.

    A file of a policy brings the other revisions in its folder, and the tests; a tests file that
    is named brings its policy and no other tests. Raises UsageError for a word that is
    neither a path nor a shipped policy.
    """
    selection = select(arguments, excluded)
    faults = list(selection.faults)
    # Of a project's settings nothing counts for the shipped policies.
    in_folders, in_shipped = Folders(excluded), Folders(lambda _: False)
    groups: dict[tuple[str, str], _CollectedPolicy] = {}
    for selected in selection.files:
        folders = in_shipped if selected.shipped else in_folders
        for file in folders.read([selected], faults):
            folder, shown = os.path.dirname(selected.path), os.path.dirname(selected.shown)
            if file.is_tests and file.id and not folders.policy(folder, shown, file.id):
                inside = os.path.join(folder, file.id)
                if os.path.isdir(inside) and folders.policy(inside, inside, file.id):
                    folder, shown = inside, os.path.join(shown, file.id)
            key = (os.path.realpath(folder), file.id) if file.id else (selected.real, "")
            group = groups.setdefault(key, _CollectedPolicy(file.id, folder, shown, folders))
            (group.tests if file.is_tests else group.policy)[selected.real] = file.source
            group.named_by_tests &= file.is_tests
    for group in groups.values():
        if group.id is not None:
            _complete(group)
    found = [
        PolicyFiles(g.id, (*g.policy.values(),), (*g.tests.values(),)) for g in groups.values()
    ]
    return found, (*faults, *(each for each in in_folders.faults if each not in faults))


def _complete(group: _CollectedPolicy) -> None:
    """Add the revisions of a policy that were not selected, and its tests where it was."""
    assert group.id is not None
    folders = group.folders
    beside = folders.policy(group.folder, group.shown, group.id)
    group.policy = {**beside, **group.policy}
    if not group.named_by_tests:
        group.tests = {**folders.tests(group.folder, group.shown, group.id), **group.tests}
