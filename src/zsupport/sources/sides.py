"""The two sides of a comparison: files on disk or in a Git revision, and the policies in them."""

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
from zsupport.policy.loader import in_order, read_document, read_valid
from zsupport.policy.model import Revision
from zsupport.sources.find import ENDINGS, find, may_be_policy_name, read_file, shadowed, shipped_id
from zsupport.sources.git import Blob, Repository, check_revision
from zsupport.sources.links import LEADS_OUT
from zsupport.sources.policies import no_policy
from zsupport.sources.select import Excluded, SelectedFile, is_policy, select
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: Files of a commit that are read at once.
_AT_ONCE = 32


class InvalidSide(InvalidPolicy):
    """One of the two sides was read and is wrong; `side` says which."""

    def __init__(self, side: str, findings: Sequence[Finding], texts: dict[str, str]) -> None:
        super().__init__(findings, texts)
        self.message = f"{side}: {self.message}"
        self.side = side


class _Base(NamedTuple):
    """A commit that is compared with, by the name that it was given."""

    label: str
    repository: Repository
    commit: str


class Sides(NamedTuple):
    """The files before and now, each with a revision, and what to know about the choice.

    With `own_days` they are two revisions of one policy, each to be compared as of its first day.
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
    """Return the two sides; `excluded` says what is left out of folders.

    Raises UsageError, EnvironmentFault, PolicyError, and InvalidPolicy that says which side.
    """
    base = _base(path, against, merge_base, environment)
    if isinstance(base, str):
        label, remarks = base, shadowed([path, base])
        now, before = _at(path, excluded), _at(base, excluded)
    else:
        label, remarks = base.label, shadowed([path])
        if merge_base is not None and base.repository.is_shallow():
            remarks.append(
                f"this clone is shallow: the merge base may be another commit than {label};"
                f" to be certain: {base.repository.unshallow()}"
            )
        if path == "-":
            raise UsageError(
                "what comes by standard input is in no revision", Message("{against} PATH")
            )
        now, before = _with_revision(path, base, excluded, remarks)
    documents = _loaded(now, "the new one"), _loaded(before, f"the base ({label})")
    days = None
    if isinstance(base, str) and not os.path.isdir(path) and not os.path.isdir(base):
        days = _of_two_revisions(documents[1], documents[0])
        remarks += [days] if days else []
    return Sides(documents[1], documents[0], remarks, days is not None)


def _of_two_revisions(before: Sequence[Document], now: Sequence[Document]) -> str | None:
    """Return the remark that two files are revisions of one policy, None otherwise."""
    if not len(before) == len(now) == 1:
        return None
    old, new = before[0].revision, now[0].revision
    assert old is not None
    assert new is not None
    if old.policy != new.policy or old.start == new.start:
        return None
    first_days = [each.start or "no first day" for each in (old, new)]
    names = (
        f"{before[0].source.shown} ({first_days[0]}) and {now[0].source.shown} ({first_days[1]})"
    )
    return f"{names} are revisions of `{new.policy}`: each is compared as of its own first day"


def _base(
    where: str, against: str | None, merge_base: str | None, environment: Mapping[str, str]
) -> _Base | str:
    """Return the commit that is compared with, or the path."""
    if (against is None) == (merge_base is None):
        raise UsageError(
            "what to compare with is not said"
            if against is None
            else Message("{against} and {merge_base} both say what to compare with"),
            Message("{against} PATH, {against} REV, or {merge_base} REV in a pull request"),
        )
    if against == where == "-":
        raise UsageError(
            "standard input can be one of the two sides only", Message("{against} PATH")
        )
    wanted = merge_base if against is None else against
    if wanted is not None and against != "-":
        check_revision(wanted)
    if merge_base is not None:
        repository = Repository(environment)
        commit = repository.merge_base(merge_base)
        return _Base(commit[:12], repository, commit)
    assert against is not None
    if against == "-" or _is_certainly_path(against):
        return against
    if not _is_certainly_revision(against):
        # A file that a change adds must not become what the change is compared with.
        shipped, exists = shipped_id(against) is not None, os.path.lexists(against)
        if (exists or shipped) and not _also_revision(against, environment):
            return against
        if exists or shipped:
            other = f"./{against}" if exists else f"a copy of the shipped policy {against}"
            kind = "a path" if exists else "a shipped policy"
            raise UsageError(
                f"`{against}` is ambiguous: a Git revision and {kind}",
                f"write {other}, or refs/heads/{against}",
            )
    repository = Repository(environment)
    return _Base(against, repository, repository.commit(against))


def _is_certainly_path(name: str) -> bool:
    """Return whether a name cannot be meant as a revision, such as origin/main is."""
    return name.endswith(ENDINGS) or name[:1] in ("/", ".") or name.endswith(("/", os.sep))


def _is_certainly_revision(name: str) -> bool:
    """Return whether a name is a revision even where a file has it: HEAD, and a ref in full."""
    return name.startswith("refs/") or re.fullmatch(r"HEAD([~^@].*)?", name) is not None


def _also_revision(name: str, environment: Mapping[str, str]) -> bool:
    try:
        return Repository(environment).knows(name)
    except EnvironmentFault:
        return False


def _at(where: str, excluded: Excluded) -> list[SourceFile]:
    """Return the files at a path, or of a shipped policy; none is an error."""
    found = list(find(where).files) if shipped_id(where) else _on_disk(where, excluded)
    if not found:
        raise no_policy([where])
    return found


def _on_disk(where: str, excluded: Excluded) -> list[SourceFile]:
    """Return the policy files of a file, of a folder and those in it, or of `-`.

    Their names are relative to the folder. Raises PolicyError for what cannot be read, and
    UsageError for a word that is not a path.
    """
    # This is a folder even if a shipped policy has its name.
    path = os.path.join(os.curdir, where) if os.path.lexists(where) and where != "-" else where
    selection = select([path], excluded)
    for fault in selection.faults:
        raise PolicyError(f"{fault.file}: {fault.message}", fault.hint)
    return _bounded(_policies(selection.files, where if os.path.isdir(where) else ""))


def _policies(files: Iterable[SelectedFile], folder: str) -> Iterator[SourceFile]:
    """Yield the files that hold policies, by their names in a folder."""
    for selected in files:
        if selected.is_tests and not selected.named:
            continue
        source = read_file(selected.path, selected.shown)
        if selected.holds_policy(source.data):
            name = os.path.relpath(selected.path, folder).replace(os.sep, "/") if folder else None
            yield source._replace(name=name) if name else source


def _bounded(files: Iterable[SourceFile]) -> list[SourceFile]:
    """Return the policy files of a side; raise TooMuch for too many or too large ones.

    No more of them are read than that takes.
    """
    found: list[SourceFile] = []
    size = 0
    for file in files:
        found.append(file)
        size += len(file.data)
        check_limit(SIDE_FILES, len(found), told=False)
        check_limit(SIDE_BYTES, size, told=False)
    return found


# -- a revision ------------------------------------------------------------------------------------


def _with_revision(
    where: str, base: _Base, excluded: Excluded, remarks: list[str]
) -> tuple[list[SourceFile], list[SourceFile]]:
    """Return what is at a path now, and what a revision had there."""
    repository = base.repository
    if shipped_id(where):
        raise UsageError(
            f"the shipped policy `{where}` is in no revision of yours", "name a file or folder"
        )
    if not os.path.lexists(where):
        return _on_disk(where, excluded), []  # which says that it is not there
    inside = repository.inside(where)
    left_out = repository.left_out(where)

    def now_in(folder: str) -> list[SourceFile]:
        return _on_disk(folder, lambda path: excluded(path) or left_out(path))

    if os.path.isdir(where):
        now = now_in(where)
        before = _in_revision(base, inside, excluded, remarks)
        if not now and not before:
            raise no_policy([where])
        return now, before
    now = _on_disk(where, excluded)
    before = _in_revision(base, inside, excluded, remarks)
    named = read_document(now[0]).revision
    if named is None:
        return now, before
    # A file is one revision of its policy; the others lie beside it.
    folder, above = os.path.dirname(where) or ".", inside.rpartition("/")[0]
    beside = _beside(now_in(folder), now[0].name, named)
    others = _beside(_in_revision(base, above, excluded, remarks), now[0].name, named)
    if before or others:
        names = {each.name for each in now + beside}
        gone = [each for each in others if each.name not in names]
        if not before and gone and not beside:
            remarks.append(f"{where} was {gone[0].shown}")
        return now + beside, before + others
    return now + beside, _renamed(where, named.policy, base, excluded, remarks)


def _in_revision(
    base: _Base, path: str, excluded: Excluded, remarks: list[str]
) -> list[SourceFile]:
    """Return the file at a path of a commit, or the policies below it; none where nothing is.

    `path` is seen from the top of the repository.
    """
    repository = base.repository
    found = repository.files(
        base.commit, path, lambda each: _may_be_policy(repository, each, path, excluded)
    )
    _remark_links(base, found.leading_out, remarks)
    return _bounded(_read_blobs(base, found.blobs, path))


def _remark_links(base: _Base, links: list[str], remarks: list[str]) -> None:
    """Add a remark about the links of a commit that lead out of it."""
    if links:
        more = f" (and {len(links) - 1} more)" if len(links) > 1 else ""
        remark = f"{base.label}:{links[0]}{more}: {LEADS_OUT}"
        if remark not in remarks:
            remarks.append(remark)


def _may_be_policy(repository: Repository, path: str, root: str, excluded: Excluded) -> bool:
    """Return whether a file below a folder of a commit may be a policy, as one on disk may."""
    *folders, name = path[len(root) :].lstrip("/").split("/")
    if not may_be_policy_name(name) or any(each[0] == "." for each in folders):
        return False
    place = os.path.join(repository.top, root)
    return not any(excluded(place := os.path.join(place, each)) for each in (*folders, name))


def _read_blobs(base: _Base, blobs: list[Blob], path: str) -> Iterator[SourceFile]:
    """Yield files of a commit that are policies, or the file at `path` itself."""
    repository = base.repository
    # Most of them may be other files, and large: so few are in memory at the same time.
    parts = (blobs[first : first + _AT_ONCE] for first in range(0, len(blobs), _AT_ONCE))
    read = (each for some in parts for each in zip(some, repository.read(some), strict=True))
    for blob, data in read:
        if blob.path == path or is_policy(data):
            name = blob.path[len(path) :].lstrip("/") or blob.path.rpartition("/")[2]
            place = os.path.relpath(os.path.join(os.path.realpath(repository.top), blob.path))
            yield SourceFile(name, data, "", f"{base.label}:{blob.path}", place)


def _beside(sources: Sequence[SourceFile], name: str, revision: Revision) -> list[SourceFile]:
    """Return the other revisions of a policy among the files of a folder, each of another day.

    What starts on the same day is a copy of this file, or this file under another name.
    """
    found = []
    starts = {revision.start}
    for each in sources:
        other = read_document(each).revision if "/" not in each.name else None
        if other and each.name != name and other.policy == revision.policy:
            if other.start not in starts:
                found.append(each)
            starts.add(other.start)
    return found


def _renamed(
    where: str, policy: str, base: _Base, excluded: Excluded, remarks: list[str]
) -> list[SourceFile]:
    """Return the policy of this id from wherever else the revision had it; none: it is new."""
    repository = base.repository

    def gone(path: str) -> bool:
        return _may_be_policy(repository, path, "", excluded) and not os.path.exists(
            os.path.join(repository.top, path)
        )

    files = repository.files(base.commit, "", gone)
    _remark_links(base, files.leading_out, remarks)
    found = [
        each for each in _bounded(_read_blobs(base, files.blobs, "")) if _id_of(each) == policy
    ]
    folders = {each.name.rpartition("/")[0] for each in found}
    if len(folders) > 1:
        places = ", ".join(each.shown for each in found)
        raise UsageError(
            f"{where} is new, and its policy `{policy}` stood in several places: {places}",
            Message("say which one it was: {against} PATH"),
        )
    if found:
        remarks.append(f"{where} was {found[0].shown}")
        return [each._replace(name=each.name.rpartition("/")[2]) for each in found]
    remarks.append(f"{where} is not in {base.label}: the whole policy is new")
    return []


def _id_of(source: SourceFile) -> str | None:
    """Return the id of the policy in a file, None where it cannot be read."""
    revision = read_document(source).revision
    return revision.policy if revision else None


# -- documents -------------------------------------------------------------------------------------


def _loaded(sources: Sequence[SourceFile], side: str) -> list[Document]:
    """Return files as documents that hold a revision; raise InvalidPolicy that names the side."""
    try:
        documents = read_valid(sources, SIDE_VALUES)
        by_policy: dict[tuple[str, str], list[Document]] = {}
        for document in documents:
            assert document.revision is not None
            key = document.source.name.rpartition("/")[0], document.revision.policy
            by_policy.setdefault(key, []).append(document)
        for group in by_policy.values():
            in_order(group)
    except InvalidPolicy as invalid:
        raise InvalidSide(side, invalid.findings, invalid.texts) from None
    return documents
