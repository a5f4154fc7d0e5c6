"""Where tests are found, and the policy that each is about: in the folder beside them."""

import os
import re
import stat
from collections.abc import Iterator
from typing import NamedTuple

from zsupport.errors import PolicyError, UsageError, did_you_mean
from zsupport.policy.files import SourceFile
from zsupport.policy.find import (
    ENDINGS,
    TESTS,
    find,
    is_path,
    shipped_id,
    shipped_policies,
    shipped_root,
)
from zsupport.policy.shape import ID_PATTERN
from zsupport.policy.yamltext import Mapping, Scalar, read_yaml


class Group(NamedTuple):
    """A policy and the tests that are about it; either may be missing, not both."""

    id: str | None
    policy: tuple[SourceFile, ...]
    tests: tuple[SourceFile, ...]


class _File(NamedTuple):
    """A file that is a policy or holds tests, and the id of the policy."""

    path: str
    source: SourceFile
    id: str | None
    tests: bool


def discover(paths: list[str]) -> list[Group]:
    """Return the policies and tests at these paths, by default in the current folder.

    A folder is searched with the folders in it; a tests file brings its policy, a policy its
    tests; a bare word that names a shipped policy means that one. Raises PolicyError for a path
    that is not there and for a folder that holds neither, UsageError for an unknown name.
    """
    groups: dict[tuple[str, ...], Group] = {}
    for path in paths or ["."]:
        for group in _at(path):
            key = tuple(os.path.abspath(each.shown) for each in (group.policy or group.tests))
            before = groups.get(key)
            if before is not None:
                known = {file.shown for file in before.tests}
                more = tuple(file for file in group.tests if file.shown not in known)
                group = group._replace(tests=(*before.tests, *more))
            groups[key] = group
    return list(groups.values())


def _at(path: str) -> list[Group]:
    if id := shipped_id(path):
        return [_shipped(id)]
    if not is_path(path) and not os.path.exists(path):
        shipped = shipped_policies()
        raise UsageError(
            f"`{path}` is no file, no folder and no shipped policy; shipped: {', '.join(shipped)}",
            did_you_mean(path, shipped),
        )
    named = path if is_path(path) else f"./{path}"
    # Named in one way, whatever way it was written: `./acme.yaml` is acme.yaml.
    path = os.path.normpath(path)
    if os.path.isdir(path):
        groups = _in_folder(path)
        if not groups:
            raise PolicyError(
                f"{path}: no policy and no tests in this folder",
                "tests stand in files such as acme_test.yaml, beside the policy",
            )
        return groups
    if path.endswith(TESTS) and _is_pipe(path):
        # Reading it would wait for a writer, and tests stand in a file beside their policy.
        raise PolicyError(f"{path}: this is a pipe, not a tests file", "tests stand in a file")
    source = find(path if is_path(path) else named).files[0]
    folder = os.path.dirname(path)
    if path.endswith(TESTS):
        one = _File(path, source, _id_of(source), True)
        return [Group(one.id, _policy_beside(folder, one.id), (source,))]
    id = _id_of(source)
    policy = tuple(each.source for each in _files(folder) if each.id == id and not each.tests)
    return [Group(id, policy or (source,), _tests_beside(folder, id))]


def _is_pipe(path: str) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False  # reading it says what is wrong


def _shipped(id: str) -> Group:
    """Return a shipped policy and its tests, named from the folder of the shipped policies."""
    path = shipped_policies()[id]
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    policy = [each.source for each in _files(folder) if each.id == id and not each.tests]
    root = shipped_root()

    def named(sources: "tuple[SourceFile, ...] | list[SourceFile]") -> tuple[SourceFile, ...]:
        return tuple(
            each._replace(shown=os.path.relpath(each.shown, root).replace(os.sep, "/"))
            for each in sources
        )

    return Group(id, named(policy), named(_tests_beside(folder, id)))


def _in_folder(path: str) -> list[Group]:
    """Return every policy in a folder and those in it, with its tests."""
    policies: dict[tuple[str, str], list[_File]] = {}
    tests: list[_File] = []
    for folder, folders, _ in os.walk(path):
        # What begins with a dot belongs to a tool.
        folders[:] = sorted(name for name in folders if name[0] != ".")
        shown = "" if folder == "." else folder.removeprefix("." + os.sep)
        for each in _files(shown):
            if each.tests:
                tests.append(each)
            elif each.id is not None:
                policies.setdefault((shown, each.id), []).append(each)
    found: dict[tuple[str, str], list[SourceFile]] = {key: [] for key in policies}
    alone = []
    for test in tests:
        folder = os.path.dirname(test.path)
        keys = [(folder, test.id or ""), (os.path.join(folder, test.id or ""), test.id or "")]
        key = next((key for key in keys if key in policies), None)
        if key is None:
            alone.append(Group(test.id, _policy_beside(folder, test.id), (test.source,)))
        else:
            found[key].append(test.source)
    groups = [
        Group(key[1], tuple(each.source for each in policies[key]), tuple(found[key]))
        for key in policies
    ]
    return [*groups, *alone]


def _policy_beside(folder: str, id: str | None) -> tuple[SourceFile, ...]:
    """Return the files of the policy with this id in a folder, else in the one of its name."""
    for place in (folder, os.path.join(folder, id or "")):
        if id is not None and os.path.isdir(place or "."):
            found = [each.source for each in _files(place) if each.id == id and not each.tests]
            if found:
                return tuple(found)
    return ()


def _tests_beside(folder: str, id: str | None) -> tuple[SourceFile, ...]:
    """Return the tests of a policy: in its folder, or beside a folder that has its name."""
    places = [folder]
    if os.path.basename(os.path.abspath(folder or ".")) == id:
        places.append(os.path.dirname(folder) if folder else "..")
    return tuple(
        each.source
        for place in places
        for each in _files(place)
        if each.tests and each.id == id and id is not None
    )


def _files(folder: str) -> Iterator[_File]:
    """Yield the policies and tests of a folder, by name."""
    try:
        names = sorted(os.listdir(folder or "."))
    except OSError as error:
        raise PolicyError(f"{folder or '.'}: {(error.strerror or '').lower()}") from None
    for name in names:
        path = os.path.join(folder, name)
        if not name.endswith(ENDINGS) or name[0] == "." or not os.path.isfile(path):
            continue
        source = find(path).files[0]
        is_test = name.endswith(TESTS)
        id = _id_of(source)
        if is_test or id is not None:
            yield _File(path, source, id, is_test)


def _id_of(source: SourceFile) -> str | None:
    """Return the id of the policy that a file holds or is about, None for any other file."""
    if b"policy" not in source.data:
        return None
    root, text, _ = read_yaml(source.data, source.shown)
    if root is None:
        # It cannot be read, and is to be reported as what it was meant to be.
        named = re.search(r"^policy:[ \t]*([A-Za-z0-9._-]+)", text, flags=re.M)
        return named[1] if named else None
    if not isinstance(root, Mapping):
        return None
    texts = {key.text: value for key, value in root.entries}
    id = texts.get("policy")
    ours = {"format", "plans", "tests", "entitlements", "cases"} & set(texts)
    # What cannot be an id is no way to a folder either.
    if not isinstance(id, Scalar) or not re.fullmatch(ID_PATTERN, id.text):
        return None
    return id.text if ours else None
