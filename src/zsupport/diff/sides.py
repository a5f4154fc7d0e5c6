"""The two sides of a comparison: which files they are, and what these hold."""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from zsupport.diff.sources import in_revision, may_be_named, on_disk, read_blobs
from zsupport.errors import (
    EnvironmentFault,
    InvalidPolicy,
    PolicyError,
    UsageError,
)
from zsupport.findings import Finding
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.find import ENDINGS, find, is_path, shadowed, shipped_id
from zsupport.policy.git import Repository, check_revision
from zsupport.policy.loader import check_revisions, read_document
from zsupport.policy.model import Revision


class InvalidSide(InvalidPolicy):
    """One of the two sides was read and is wrong; `side` says which."""

    def __init__(self, side: str, findings: Sequence[Finding], texts: dict[str, str]) -> None:
        super().__init__(findings, texts)
        self.message = f"{side}: {self.message}"
        self.side = side


class _Base(NamedTuple):
    """The side that is compared with: a path, or a commit of a repository."""

    label: str
    path: str | None = None
    repository: Repository | None = None
    commit: str = ""


class Sides(NamedTuple):
    """The files before and now, each with a revision, and what to know about the choice.

    With `own_days` they are two revisions of one policy, each to be compared as of its first day.
    """

    before: list[Document]
    now: list[Document]
    remarks: list[str]
    own_days: bool


def both_sides(
    path: str, against: str | None, merge_base: str | None, environment: Mapping[str, str]
) -> Sides:
    """Return the two sides.

    Raises UsageError, EnvironmentFault, PolicyError, and InvalidPolicy that says which side.
    """
    base = _base(path, against, merge_base, environment)
    remarks = shadowed([path, *([] if base.path is None else [base.path])])
    if base.repository is None:
        assert base.path is not None
        now, before = _at(path), _at(base.path)
    else:
        if path == "-":
            raise UsageError("what comes by standard input is in no revision", "--against PATH")
        now, before = _with_revision(path, base, remarks)
    documents = _loaded(now, "the new one"), _loaded(before, f"the base ({base.label})")
    days = None
    if base.path is not None and not os.path.isdir(path) and not os.path.isdir(base.path):
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
) -> _Base:
    if (against is None) == (merge_base is None):
        raise UsageError(
            "what to compare with is not said"
            if against is None
            else "--against and --merge-base both say what to compare with",
            "--against PATH, --against REV, or --merge-base REV in a pull request",
        )
    if against == where == "-":
        raise UsageError("standard input can be one of the two sides only", "--against PATH")
    wanted = merge_base if against is None else against
    if wanted is not None and against != "-":
        check_revision(wanted)
    folder = _folder(where)
    if merge_base is not None:
        repository = Repository(folder, environment)
        commit = repository.merge_base(merge_base)
        return _Base(commit[:12], None, repository, commit)
    assert against is not None
    if against == "-" or _is_certainly_path(against):
        return _Base(against, against)
    shipped, there = shipped_id(against) is not None, os.path.exists(against)
    if there and is_path(against):
        return _Base(against, against)
    if (there or shipped) and not _also_revision(folder, against, environment):
        return _Base(against, against)
    if there or shipped:
        other = f"./{against}" if there else f"a copy of the shipped policy {against}"
        raise UsageError(
            f"`{against}` is a Git revision and {'a path' if there else 'a shipped policy'} too",
            f"write {other}, or refs/heads/{against}",
        )
    repository = Repository(folder, environment)
    return _Base(against, None, repository, repository.commit(against))


def _is_certainly_path(name: str) -> bool:
    """Return whether a name cannot be meant as a revision, such as origin/main is."""
    return name.endswith(ENDINGS) or name[:1] in ("/", ".") or name.endswith(("/", os.sep))


def _also_revision(folder: str, name: str, environment: Mapping[str, str]) -> bool:
    try:
        return Repository(folder, environment).knows(name)
    except EnvironmentFault:
        return False


def _folder(where: str) -> str:
    """Return the folder in which a path lies, the current one for what is no path."""
    if os.path.isdir(where):
        return where
    folder = os.path.dirname(where)
    return folder if folder and os.path.isdir(folder) else "."


def _at(where: str) -> list[SourceFile]:
    """Return the files at a path, or of a shipped policy; none is an error."""
    found = list(find(where).files) if shipped_id(where) else on_disk(where)
    if not found:
        raise _nothing(where)
    return found


def _nothing(where: str) -> PolicyError:
    return PolicyError(
        f"{where}: no policy in this folder or below it",
        "a policy is a file that ends in .yaml or .yml and says `policy:`",
    )


# -- a revision ------------------------------------------------------------------------------------


def _with_revision(
    where: str, base: _Base, remarks: list[str]
) -> tuple[list[SourceFile], list[SourceFile]]:
    """Return what is at a path now, and what a revision had there."""
    repository = base.repository
    assert repository is not None
    if shipped_id(where):
        raise UsageError(
            f"the shipped policy `{where}` is in no revision of yours", "name a file or folder"
        )
    if not os.path.lexists(where):
        return on_disk(where), []  # which says that it is not there
    inside = repository.inside(where)
    left_out = repository.left_out(where)
    if os.path.isdir(where):
        now = on_disk(where, left_out)
        before = in_revision(repository, base.commit, inside, base.label)
        if not now and not before:
            raise _nothing(where)
        return now, before
    now = on_disk(where)
    before = in_revision(repository, base.commit, inside, base.label)
    named = read_document(now[0]).revision
    if named is None:
        return now, before
    # A file is one revision of its policy; the others lie beside it.
    folder, above = os.path.dirname(where) or ".", inside.rpartition("/")[0]
    beside = _beside(on_disk(folder, left_out), now[0].name, named)
    others = _beside(in_revision(repository, base.commit, above, base.label), now[0].name, named)
    if before or others:
        names = {each.name for each in now + beside}
        gone = [each for each in others if each.name not in names]
        if not before and gone and not beside:
            remarks.append(f"{where} was {gone[0].shown}")
        return now + beside, before + others
    return now + beside, _renamed(where, named.policy, base, remarks)


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


def _renamed(where: str, policy: str, base: _Base, remarks: list[str]) -> list[SourceFile]:
    """Return the policy of this id from wherever else the revision had it; none: it is new."""
    repository = base.repository
    assert repository is not None
    blobs = [
        blob
        for blob in repository.files(base.commit)
        if may_be_named(blob.path.rpartition("/")[2])
        and not os.path.exists(os.path.join(repository.top, blob.path))
    ]
    found = [
        each for each in read_blobs(repository, blobs, "", base.label) if _id_of(each) == policy
    ]
    folders = {each.name.rpartition("/")[0] for each in found}
    if len(folders) > 1:
        places = ", ".join(each.shown for each in found)
        raise UsageError(
            f"{where} is new, and its policy `{policy}` stood in several places: {places}",
            "say which one it was: --against PATH",
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
    documents = [read_document(source) for source in sources]
    findings: list[Finding] = [each for document in documents for each in document.findings]
    if findings:
        texts = {document.source.shown: document.text for document in documents}
        raise InvalidSide(side, findings, texts)
    by_policy: dict[tuple[str, str], list[Document]] = {}
    for document in documents:
        assert document.revision is not None
        key = document.source.name.rpartition("/")[0], document.revision.policy
        by_policy.setdefault(key, []).append(document)
    for group in by_policy.values():
        revisions = [each.revision for each in group if each.revision is not None]
        try:
            check_revisions(revisions, {each.source.name: each.source for each in group})
        except InvalidPolicy as invalid:
            raise InvalidSide(side, invalid.findings, invalid.texts) from None
    return documents
