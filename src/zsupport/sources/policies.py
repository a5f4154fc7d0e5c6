"""The policies in files, each with its revisions and its tests files.

The files of a policy are in one folder and state its id. Its tests are in the same folder, or next
to a folder with the policy's name.
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
from zsupport.sources.links import is_outside, repository_at
from zsupport.sources.select import (
    Excluded,
    Fault,
    SelectedFile,
    plain_path,
    select,
    select_in,
)
from zsupport.typed import NamedTuple
from zsupport.wording import Message

_ID = re.compile(ID_PATTERN + r"\Z")


class PolicyFiles(NamedTuple):
    """The files of a policy and its tests files. `policy` or `tests` can be empty."""

    id: str | None  # None if the file does not state an id
    policy: tuple[SourceFile, ...]
    tests: tuple[SourceFile, ...]


class _File(NamedTuple):
    real: str
    source: SourceFile
    id: str | None
    is_tests: bool


class Folders:
    """The policies and tests in folders. Each folder is read once."""

    def __init__(self, excluded: Excluded) -> None:
        """`excluded` returns whether a file or folder in a folder is ignored."""
        self._excluded = excluded
        self._read: dict[str, list[_File]] = {}
        self._sources: dict[str, SourceFile] = {}
        self.faults: list[Fault] = []

    def policy(self, folder: str, shown: str, id: str) -> dict[str, SourceFile]:
        """Return the files of a policy in a folder, by their real paths.

        `shown` is the name of the folder in texts.
        """
        files = self._files(folder, shown)
        return {file.real: file.source for file in files if file.id == id and not file.is_tests}

    def tests(self, folder: str, shown: str, id: str) -> dict[str, SourceFile]:
        """Return the tests in the policy's folder, or next to a folder with the policy's name."""
        places = [(folder, shown)]
        above, name = os.path.split(os.path.abspath(folder))
        within = repository_at(os.path.realpath(folder or os.curdir))
        if name == id and (within is None or not is_outside(above, within)):
            places.append((above, os.path.normpath(os.path.join(shown or os.curdir, os.pardir))))
        return {
            file.real: file.source
            for place in places
            for file in self._files(*place)
            if file.is_tests and file.id == id
        }

    def _files(self, folder: str, shown: str) -> list[_File]:
        real = os.path.realpath(folder or os.curdir)
        if real not in self._read:
            selection = select_in(folder or os.curdir, shown or os.curdir, self._excluded)
            self.faults += selection.faults
            self._read[real] = list(self.read(selection.files, self.faults))
        return self._read[real]

    def read(self, files: Sequence[SelectedFile], faults: list[Fault]) -> Iterator[_File]:
        """Yield the policies and tests among files; add files that cannot be read to `faults`."""
        for file in files:
            try:
                source = self._source(file)
            except PolicyError as error:
                faults.append(Fault.of(file, error))
                continue
            if file.is_tests or file.counts_as_policy(source.data):
                yield _File(file.real, source, policy_id(source.data), file.is_tests)

    def _source(self, file: SelectedFile) -> SourceFile:
        """Return a file. It is read once, even if several paths lead to it."""
        if file.real not in self._sources:
            self._sources[file.real] = read_file(file.path, file.shown)
        name = os.path.basename(file.path)
        return self._sources[file.real]._replace(name=name, shown=file.shown)


def policy_id(data: bytes) -> str | None:
    """Return the id of the policy that a file states, or None."""
    id = next((value for key, value in root_entries(data) if key == "policy"), None)
    return id if id and _ID.match(id) else None


def no_policy(paths: Sequence[str]) -> PolicyError:
    """Return the error for paths without policies and tests."""
    shown = ", ".join(map(plain_path, paths)) or os.curdir
    return PolicyError(
        Message("{paths}: no policy found here or in the folders below", paths=shown),
        Message(
            "a policy is a .yaml or .yml file with `policy:` and `plans:`; its"
            " tests are next to it, in a file such as acme_test.yaml"
        ),
    )


class _CollectedPolicy:
    """A policy whose files are being collected, by their real paths."""

    def __init__(self, id: str | None, folder: str, shown: str, folders: Folders) -> None:
        self.id = id
        self.folders = folders
        self.folder = folder
        self.shown = shown
        self.policy: dict[str, SourceFile] = {}
        self.tests: dict[str, SourceFile] = {}
        self.named_by_tests = True  # the arguments select only tests files


def policies_at(
    arguments: Sequence[str], excluded: Excluded
) -> tuple[list[PolicyFiles], tuple[Fault, ...]]:
    """Return the policies that arguments select, with their tests, and the faults.

    A policy file selects the other revisions in its folder and the tests too. A tests file selects
    its policy, but no other tests. Raises UsageError for a word that is neither a path nor a
    shipped policy.
    """
    selection = select(arguments, excluded)
    faults = list(selection.faults)
    # The configuration of a project does not apply to shipped policies.
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
    policies = [
        PolicyFiles(g.id, (*g.policy.values(),), (*g.tests.values(),)) for g in groups.values()
    ]
    return policies, (*faults, *(fault for fault in in_folders.faults if fault not in faults))


def _complete(group: _CollectedPolicy) -> None:
    """Add the other revisions of a policy; add its tests if a policy file is selected."""
    assert group.id is not None
    folders = group.folders
    revisions = folders.policy(group.folder, group.shown, group.id)
    group.policy = {**revisions, **group.policy}
    if not group.named_by_tests:
        group.tests = {**folders.tests(group.folder, group.shown, group.id), **group.tests}
