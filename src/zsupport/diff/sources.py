"""Policy files at a path, on disk or in a revision of a Git repository."""

import os
from hashlib import sha256

from zsupport.errors import PolicyError
from zsupport.policy.discover import Fault, LeftOut, discover, may_be_policy
from zsupport.policy.files import SourceFile
from zsupport.policy.find import ENDINGS, TESTS, read_file
from zsupport.policy.git import Blob, Repository


def may_be_named(name: str) -> bool:
    """Return whether a file of this name, in a folder, may be a policy and is no test of one."""
    return name.endswith(ENDINGS) and not name.endswith(TESTS) and name[0] != "."


def on_disk(where: str, left_out: LeftOut = lambda _: False) -> list[SourceFile]:
    """Return the policy files of a file, of a folder and those in it, or of `-`.

    Their names are relative to the folder. Raises PolicyError for what cannot be read, and
    UsageError for a word that is nothing of that.
    """
    # This is a folder even if a shipped policy has its name.
    path = os.path.join(os.curdir, where) if os.path.lexists(where) and where != "-" else where
    discovered = discover([path], left_out)
    for fault in discovered.faults:
        raise _unreadable(fault)
    found = []
    folder = where if os.path.isdir(where) else ""
    for target in discovered.targets:
        source = read_file(target.path, target.shown)
        if target.named or may_be_policy(source.data):
            if folder:
                name = os.path.relpath(target.path, folder).replace(os.sep, "/")
                source = source._replace(name=name)
            found.append(source)
    return found


def _unreadable(fault: Fault) -> PolicyError:
    return PolicyError(f"{fault.file}: {fault.message}", fault.hint)


def in_revision(repository: Repository, commit: str, path: str, label: str) -> list[SourceFile]:
    """Return the file at a path of a commit, or the policies below it; none where nothing is.

    `path` is seen from the top; `label` is how the revision is called.
    """
    blobs = [
        blob
        for blob in repository.files(commit, path)
        if blob.path == path
        or (
            may_be_named(blob.path.rpartition("/")[2])
            and not any(part.startswith(".") for part in blob.path.split("/")[:-1])
        )
    ]
    return read_blobs(repository, blobs, path, label)


def read_blobs(
    repository: Repository, blobs: list[Blob], path: str, label: str
) -> list[SourceFile]:
    """Return files of a commit that are policies, or the one at `path` whatever it is."""
    found = []
    for blob, data in zip(blobs, repository.read(blobs) if blobs else (), strict=True):
        if blob.path == path or may_be_policy(data):
            name = blob.path[len(path) :].lstrip("/") or blob.path.rpartition("/")[2]
            digest = "sha256:" + sha256(data).hexdigest()
            place = os.path.relpath(os.path.join(os.path.realpath(repository.top), blob.path))
            found.append(SourceFile(name, data, digest, f"{label}:{blob.path}", place))
    return found
