"""The two sides of a comparison: files on disk or in a Git revision, and their policies."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from zsupport.errors import (
    EnvironmentFault,
    InvalidPolicy,
    PolicyError,
    UsageError,
    check_limit,
)
from zsupport.findings import Finding
from zsupport.limits import SIDE_BYTES, SIDE_FILES, SIDE_VALUES
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document, read_valid_documents, sort_documents
from zsupport.policy.model import Revision
from zsupport.sources.find import ENDINGS, find, may_be_policy_name, read_file, shadowed, shipped_id
from zsupport.sources.git import Blob, Repository, check_revision
from zsupport.sources.links import LEAVING_LINK
from zsupport.sources.policies import no_policy
from zsupport.sources.select import Excluded, SelectedFile, is_policy, select
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: The number of files of a commit that are read together.
_AT_ONCE = 32


class InvalidSide(InvalidPolicy):
    """A side has an invalid policy. `side` names the side."""

    def __init__(self, side: str, findings: Sequence[Finding], texts: dict[str, str]) -> None:
        super().__init__(findings, texts)
        self.message = Message("{side}: {problem}", side=side, problem=self.message)
        self.side = side


class _Base(NamedTuple):
    """A commit to compare with, and its label in messages."""

    label: str
    repository: Repository
    commit: str


class Sides(NamedTuple):
    """The documents of both sides, each with a revision, and remarks about their selection.

    With `own_days`, both sides are revisions of one policy, each compared on its own first day.
    """

    before: list[Document]
    now: list[Document]
    remarks: list[str]
    own_days: bool


def both_sides(
    path: str,
    against: str | None,
    merge_base: str | None,
    environment: Mapping[str, str],
    excluded: Excluded,
) -> Sides:
    """Return the two sides of a comparison.

    The new side is at `path`. The old side is at the path or Git revision `against`. Without
    `against`, it is in the merge base of HEAD and the Git revision `merge_base`. `excluded` returns
    whether a path in a folder is ignored. Raises UsageError, EnvironmentFault, PolicyError, and
    InvalidSide for an invalid policy.
    """
    base = _base(path, against, merge_base, environment)
    if isinstance(base, str):
        label, remarks = base, shadowed([path, base])
        now, before = _files_at(path, excluded), _files_at(base, excluded)
    else:
        label, remarks = base.label, shadowed([path])
        if merge_base is not None and base.repository.is_shallow():
            remarks.append(
                Message(
                    "the merge base {commit} may be wrong, because this clone is shallow;"
                    " run `{command}`",
                    commit=label,
                    command=base.repository.unshallow_command(),
                )
            )
        if path == "-":
            raise UsageError(
                Message("cannot compare standard input with a Git revision"),
                Message("compare with a file or folder: {against} PATH"),
            )
        now, before = _with_revision(path, base, excluded, remarks)
    documents = (
        _load(now, Message("new version")),
        _load(before, Message("old version ({label})", label=label)),
    )
    own_days = None
    if isinstance(base, str) and not os.path.isdir(path) and not os.path.isdir(base):
        own_days = _revisions_remark(documents[1], documents[0])
        remarks += [own_days] if own_days else []
    return Sides(documents[1], documents[0], remarks, own_days is not None)


def _revisions_remark(before: Sequence[Document], now: Sequence[Document]) -> str | None:
    """Return a remark if both sides are files with different revisions of one policy, or None."""
    if not len(before) == len(now) == 1:
        return None
    old, new = before[0].revision, now[0].revision
    assert old is not None
    assert new is not None
    if old.policy != new.policy or old.start == new.start:
        return None
    return Message(
        "{old} ({old_start}) and {new} ({new_start}) are revisions of `{policy}`; each is compared"
        " on its own first day",
        old=before[0].source.shown,
        old_start=old.start or Message("no first day"),
        new=now[0].source.shown,
        new_start=new.start or Message("no first day"),
        policy=new.policy,
    )


def _base(
    where: str, against: str | None, merge_base: str | None, environment: Mapping[str, str]
) -> _Base | str:
    """Return the commit or the path to compare with."""
    if (against is None) == (merge_base is None):
        raise UsageError(
            Message("missing option {against} or {merge_base}")
            if against is None
            else Message("{against} and {merge_base} cannot be combined"),
            Message("use {against} PATH, {against} REV, or {merge_base} REV in a pull request"),
        )
    if against == where == "-":
        raise UsageError(
            Message("standard input cannot be both sides"),
            Message("compare with a file or folder: {against} PATH"),
        )
    name = merge_base if against is None else against
    if name is not None and against != "-":
        check_revision(name)
    if merge_base is not None:
        repository = Repository(environment)
        commit = repository.merge_base(merge_base)
        return _Base(commit[:12], repository, commit)
    assert against is not None
    if against == "-" or _is_certainly_path(against):
        return against
    if not _is_certainly_revision(against):
        # A file that a pull request adds must not replace the revision to compare with.
        shipped, exists = shipped_id(against) is not None, os.path.lexists(against)
        if (exists or shipped) and not _also_revision(against, environment):
            return against
        if exists or shipped:
            if exists:
                raise UsageError(
                    Message("`{name}` is ambiguous: a Git revision and a path", name=against),
                    Message("write ./{name}, or refs/heads/{name}", name=against),
                )
            raise UsageError(
                Message("`{name}` is ambiguous: a Git revision and a shipped policy", name=against),
                Message(
                    "write refs/heads/{name}, or name a copy of the shipped policy", name=against
                ),
            )
    repository = Repository(environment)
    return _Base(against, repository, repository.commit(against))


def _is_certainly_path(name: str) -> bool:
    """Return whether a name is a path and cannot be a revision; `origin/main` can be a revision."""
    return name.endswith(ENDINGS) or name[:1] in ("/", ".") or name.endswith(("/", os.sep))


def _is_certainly_revision(name: str) -> bool:
    """Return whether a name is a revision even if a path has the same name: HEAD or a full ref."""
    return name.startswith("refs/") or re.fullmatch(r"HEAD([~^@].*)?", name) is not None


def _also_revision(name: str, environment: Mapping[str, str]) -> bool:
    try:
        return Repository(environment).knows(name)
    except EnvironmentFault:
        return False


def _files_at(where: str, excluded: Excluded) -> list[SourceFile]:
    """Return the files at a path or of a shipped policy; raise PolicyError if there are none."""
    files = list(find(where).files) if shipped_id(where) else _on_disk(where, excluded)
    if not files:
        raise no_policy([where])
    return files


def _on_disk(where: str, excluded: Excluded) -> list[SourceFile]:
    """Return a policy file, the policy files in a folder and below, or standard input (`-`).

    Their names are relative to the folder. Raises PolicyError for a file that cannot be read, and
    UsageError for a word that is not a path.
    """
    # An existing path is used even if a shipped policy has its name.
    path = os.path.join(os.curdir, where) if os.path.lexists(where) and where != "-" else where
    selection = select([path], excluded)
    for fault in selection.faults:
        message = Message("{path}: {problem}", path=fault.file, problem=fault.message)
        raise PolicyError(message, fault.hint)
    return _read_within_limits(_policies(selection.files, where if os.path.isdir(where) else ""))


def _policies(files: Iterable[SelectedFile], folder: str) -> Iterator[SourceFile]:
    """Yield the policies among files, with names relative to a folder."""
    for selected in files:
        if selected.is_tests and not selected.named:
            continue
        source = read_file(selected.path, selected.shown)
        if selected.counts_as_policy(source.data):
            name = os.path.relpath(selected.path, folder).replace(os.sep, "/") if folder else None
            yield source._replace(name=name) if name else source


def _read_within_limits(files: Iterable[SourceFile]) -> list[SourceFile]:
    """Return the policy files of a side; raise LimitExceeded if they exceed a limit."""
    read: list[SourceFile] = []
    size = 0
    for file in files:
        read.append(file)
        size += len(file.data)
        check_limit(SIDE_FILES, len(read), exact=False)
        check_limit(SIDE_BYTES, size, exact=False)
    return read


# -- a revision ------------------------------------------------------------------------------------


def _with_revision(
    where: str, base: _Base, excluded: Excluded, remarks: list[str]
) -> tuple[list[SourceFile], list[SourceFile]]:
    """Return the files at a path on disk, and those at the same path in a revision."""
    repository = base.repository
    if shipped_id(where):
        raise UsageError(
            Message(
                "cannot compare the shipped policy `{policy}` with a Git revision", policy=where
            ),
            Message("name a file or folder"),
        )
    if not os.path.lexists(where):
        return _on_disk(where, excluded), []  # raises an error
    inside = repository.path_in_repository(where)
    ignored = repository.ignored_in(where)

    def now_in(folder: str) -> list[SourceFile]:
        return _on_disk(folder, lambda path: excluded(path) or ignored(path))

    if os.path.isdir(where):
        now = now_in(where)
        before = _in_revision(base, inside, excluded, remarks)
        if not now and not before:
            raise no_policy([where])
        return now, before
    now = _on_disk(where, excluded)
    before = _in_revision(base, inside, excluded, remarks)
    revision = read_document(now[0]).revision
    if revision is None:
        return now, before
    # A file is one revision of its policy. The other revisions are in the same folder.
    folder, above = os.path.dirname(where) or ".", inside.rpartition("/")[0]
    siblings = _siblings(now_in(folder), now[0].name, revision)
    earlier = _siblings(_in_revision(base, above, excluded, remarks), now[0].name, revision)
    if before or earlier:
        names = {file.name for file in now + siblings}
        removed = [file for file in earlier if file.name not in names]
        if not before and removed and not siblings:
            remarks.append(_old_path_remark(where, removed[0]))
        return now + siblings, before + earlier
    return now + siblings, _files_before_rename(where, revision.policy, base, excluded, remarks)


def _in_revision(
    base: _Base, path: str, excluded: Excluded, remarks: list[str]
) -> list[SourceFile]:
    """Return the file at a path of a commit, or the policies below it. The list can be empty.

    `path` is relative to the top of the repository.
    """
    repository = base.repository
    files = repository.files(
        base.commit, path, lambda file: _may_be_policy(repository, file, path, excluded)
    )
    _remark_links(base, files.leaving_links, remarks)
    return _read_within_limits(_read_blobs(base, files.blobs, path))


def _remark_links(base: _Base, links: list[str], remarks: list[str]) -> None:
    """Add a remark about links of a commit that leave it."""
    if links:
        path = f"{base.label}:{links[0]}"
        remark = Message("{path}: {problem}", path=path, problem=LEAVING_LINK)
        if len(links) > 1:
            remark = Message(
                "{path} (and {count} more): {problem}",
                path=path,
                count=len(links) - 1,
                problem=LEAVING_LINK,
            )
        if remark not in remarks:
            remarks.append(remark)


def _may_be_policy(repository: Repository, path: str, root: str, excluded: Excluded) -> bool:
    """Return whether a file below a folder of a commit can be a policy, by its path."""
    *folders, name = path[len(root) :].lstrip("/").split("/")
    if not may_be_policy_name(name) or any(folder[0] == "." for folder in folders):
        return False
    place = os.path.join(repository.top, root)
    return not any(excluded(place := os.path.join(place, part)) for part in (*folders, name))


def _read_blobs(base: _Base, blobs: list[Blob], path: str) -> Iterator[SourceFile]:
    """Yield the policies among files of a commit. The file at `path` itself counts as a policy."""
    repository = base.repository
    # Most of the files can be large files that are not policies: read only a few at a time.
    batches = (blobs[first : first + _AT_ONCE] for first in range(0, len(blobs), _AT_ONCE))
    read = (pair for batch in batches for pair in zip(batch, repository.read(batch), strict=True))
    for blob, data in read:
        if blob.path == path or is_policy(data):
            name = blob.path[len(path) :].lstrip("/") or blob.path.rpartition("/")[2]
            place = os.path.relpath(os.path.join(os.path.realpath(repository.top), blob.path))
            yield SourceFile(name, data, "", f"{base.label}:{blob.path}", place)


def _siblings(sources: Sequence[SourceFile], name: str, revision: Revision) -> list[SourceFile]:
    """Return the files of the other revisions of a policy, at most one for each first day.

    `sources` are the files of a folder; the file `name` has the given `revision` of the policy. A
    file with the same first day is omitted: it is a copy, or the same file under an old name.
    """
    siblings = []
    starts = {revision.start}
    for source in sources:
        other = read_document(source).revision if "/" not in source.name else None
        if other and source.name != name and other.policy == revision.policy:
            if other.start not in starts:
                siblings.append(source)
            starts.add(other.start)
    return siblings


def _files_before_rename(
    where: str, policy: str, base: _Base, excluded: Excluded, remarks: list[str]
) -> list[SourceFile]:
    """Return the files of a policy at its old path in the Git revision.

    `policy` is the id of the policy. The list is empty if the policy is new.
    """
    repository = base.repository

    def was_removed(path: str) -> bool:
        return _may_be_policy(repository, path, "", excluded) and not os.path.exists(
            os.path.join(repository.top, path)
        )

    files = repository.files(base.commit, "", was_removed)
    _remark_links(base, files.leaving_links, remarks)
    sources = [
        source
        for source in _read_within_limits(_read_blobs(base, files.blobs, ""))
        if _id_of(source) == policy
    ]
    folders = {source.name.rpartition("/")[0] for source in sources}
    if len(folders) > 1:
        places = ", ".join(source.shown for source in sources)
        raise UsageError(
            Message(
                "{path} is new, but its policy `{policy}` was in several places: {places}",
                path=where,
                policy=policy,
                places=places,
            ),
            Message("name the old version: {against} PATH"),
        )
    if sources:
        remarks.append(_old_path_remark(where, sources[0]))
        return [source._replace(name=source.name.rpartition("/")[2]) for source in sources]
    remarks.append(
        Message(
            "{path} is not in {revision}: the whole policy is new", path=where, revision=base.label
        )
    )
    return []


def _old_path_remark(path: str, old: SourceFile) -> Message:
    return Message("{path} is compared with its old path {old}", path=path, old=old.shown)


def _id_of(source: SourceFile) -> str | None:
    """Return the id of the policy in a file, or None if the file is invalid."""
    revision = read_document(source).revision
    return revision.policy if revision else None


# -- documents -------------------------------------------------------------------------------------


def _load(sources: Sequence[SourceFile], side: str) -> list[Document]:
    """Return the documents of files, each with a revision; raise InvalidSide for an invalid one."""
    try:
        documents = read_valid_documents(sources, SIDE_VALUES)
        by_policy: dict[tuple[str, str], list[Document]] = {}
        for document in documents:
            assert document.revision is not None
            key = document.source.name.rpartition("/")[0], document.revision.policy
            by_policy.setdefault(key, []).append(document)
        for group in by_policy.values():
            sort_documents(group)
    except InvalidPolicy as invalid:
        raise InvalidSide(side, invalid.findings, invalid.texts) from None
    return documents
