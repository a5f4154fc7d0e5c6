"""Files of a Git revision, read from the object store: nothing is checked out, cloned or fetched.

Git itself is asked, by its plumbing: it knows worktrees, submodules, packs and alternates.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha1, sha256

from zsupport.errors import EnvironmentFault, UsageError, nearest
from zsupport.policy.files import MAX_BYTES
from zsupport.sources.links import lies_in
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: What git may take from the environment: where the repository is, and what the user configures.
#: Not an index, prefix, pager or trace of a calling hook.
_KEPT = re.compile(
    "GIT_(DIR|WORK_TREE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|SHALLOW_FILE"
    "|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|CONFIG(_.*)?|EXEC_PATH)"
)
#: What says where the repository is, where it is not looked for.
_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR")
#: The files of a repository belong to strangers. So git runs no program that its configuration
#: names, and ignores the replaced objects, grafts, commit graphs and attributes in it.
_SAFE_OPTIONS = (
    "--no-pager", "--no-replace-objects", "--no-optional-locks",
    "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}",
    "-c", f"core.attributesFile={os.devnull}", "-c", "core.quotePath=false",
    "-c", "core.useReplaceRefs=false", "-c", "core.commitGraph=false",
    "-c", "core.warnAmbiguousRefs=true", "-c", "advice.graftFileDeprecated=false",
    "-c", "safe.bareRepository=explicit",
)  # fmt: skip
_SAFE_ENVIRONMENT = {
    "LC_ALL": "C",
    "LANGUAGE": "",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    # A partial clone must not fetch what it lacks; Git before 2.45 knows the second only.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
#: Warnings of git that a revision has several readings, or none that is certain.
_UNSURE = re.compile(r"is ambiguous|^warning: log for ")
_LINK, _FILE, _FOLDER, _SUBMODULE = "120000", "100", "040000", "160000"
#: Limits of one path of a commit: the links on its way, and the bytes of it and their texts.
_MOST_LINKS = 10
_MOST_PATH_BYTES = 4096
_SECONDS = 60


class Blob(NamedTuple):
    """A file of a revision: its path from the top of the repository, its mode and object."""

    path: str
    mode: str
    object: str


class Files(NamedTuple):
    """The files of a commit at a path, and the paths of the links there that leave the commit."""

    blobs: list[Blob]
    leading_out: list[str]


#: What a link leads to that leads out of the repository.
_OUTSIDE = Blob("..", "", "")


class _Failed(Exception):
    """Git said no: its exit code and what it wrote."""

    def __init__(self, code: int, says: str) -> None:
        super().__init__(says)
        self.code = code
        self.says = says


def check_revision(revision: str) -> None:
    """Raise UsageError for what names no commit: nothing, an option, or `^` and a revision."""
    if not revision.strip() or revision[0] in "-^" or "\0" in revision:
        raise UsageError(f"`{revision}` is no Git revision", "such as main, v1.2 or HEAD~1")


class Repository:
    """The repository of the working folder, found once and then named to git outright.

    Where files are examined has no say: a folder in a checkout can look like a repository.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Find the repository: the one that GIT_DIR names, else the one around the working folder.

        Raises EnvironmentFault without git, without a repository, and in a folder that looks
        like a bare repository which GIT_DIR does not name.
        """
        self._environment = {
            **{name: value for name, value in environment.items() if name[:4] != "GIT_"},
            **{n: value for n, value in environment.items() if value and _KEPT.fullmatch(n)},
            **_SAFE_ENVIRONMENT,
        }
        self._place: tuple[str, ...] = ()
        named = bool(environment.get("GIT_DIR"))
        try:
            # The name of a folder may have line feeds.
            folder, _, bare = self._text(
                "rev-parse", "--path-format=absolute", "--git-dir", "--is-bare-repository"
            ).rpartition("\n")
            # Git before 2.38 does not know safe.bareRepository.
            if not named and lies_in(os.getcwd(), folder):
                raise _Failed(128, f"cannot use bare repository '{folder}'")
            top = None
            if not named or bare == "false":
                top = self._text("rev-parse", "--path-format=absolute", "--show-toplevel")
        except _Failed as failed:
            raise self._no_repository(failed) from None
        self._place = (f"--git-dir={folder}", *([] if top is None else [f"--work-tree={top}"]))
        for name in _PLACES[:2]:
            self._environment.pop(name, None)
        #: The top of the working tree, of a bare repository the working folder.
        self.top = os.getcwd() if top is None else top

    def _no_repository(self, failed: _Failed) -> EnvironmentFault:
        if "dubious ownership" in failed.says:
            place = _place(r"repository at '(.+)'", failed)
            return EnvironmentFault(
                f"git does not trust the repository at {place}: it belongs to another user",
                f"git config --global --add safe.directory {_quoted(place)}",
            )
        if "cannot use bare repository" in failed.says:
            place = _place(r"bare repository '(.+?)'(?: \(|$)", failed)
            return EnvironmentFault(
                f"{place}: this looks like a bare Git repository, and GIT_DIR does not name it",
                f"if it is yours: export GIT_DIR={_quoted(place)}",
            )
        if "not a git repository" in failed.says:
            named = self._environment.get("GIT_DIR")
            return EnvironmentFault(
                f"{named or os.getcwd()}: this is not a Git repository"
                + (", and GIT_DIR names it" if named else ""),
                Message(
                    "run it in the repository, or compare with a file or folder: {against} PATH"
                ),
            )
        return EnvironmentFault(f"git: {failed.says}")

    # -- revisions -------------------------------------------------------------------------------

    def commit(self, revision: str) -> str:
        """Return the commit that a revision names, tags followed.

        Raises UsageError for what can be no revision, EnvironmentFault with the line that
        fetches it where it is not there.
        """
        check_revision(revision)
        try:
            found, warnings = self._run_with_warnings(
                "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"
            )
        except _Failed as failed:
            if "ambiguous" in failed.says:
                raise self._ambiguous(revision, failed.says) from None
            raise self._missing(revision) from None
        if warnings:
            raise self._ambiguous(revision, warnings)
        return os.fsdecode(found).removesuffix("\n")

    def _ambiguous(self, revision: str, says: str) -> UsageError:
        """Return the error that git finds several readings of a revision, with these."""
        word = re.split(r"[~^:@{]", revision)[0]
        readings = [ref for ref in self._refs("%(refname)") if f"/{ref}".endswith(f"/{word}")]
        if re.fullmatch("[0-9a-f]{4,64}", word):
            readings += self._text("rev-parse", f"--disambiguate={word}").split()[:5]
        hint = f"write one of {', '.join(readings)}" if readings else "name one commit in full"
        return UsageError(f"the Git revision `{revision}` is ambiguous: {says}", hint)

    def knows(self, revision: str) -> bool:
        """Return whether something is a revision; raise UsageError where it is ambiguous."""
        try:
            self.commit(revision)
        except EnvironmentFault:
            return False
        return True

    def merge_base(self, revision: str) -> str:
        """Return the commit from which HEAD and a revision went apart."""
        theirs = self.commit(revision)
        try:
            ours = self.commit("HEAD")
        except EnvironmentFault:
            raise EnvironmentFault(
                "there is no commit yet on this branch",
                Message(
                    "compare with the revision itself: {against} {revision}",
                    revision=_quoted(revision),
                ),
            ) from None
        try:
            return self._text("merge-base", ours, theirs)
        except _Failed as failed:
            if failed.code != 1:
                raise EnvironmentFault(f"git: {failed.says}") from None
        if self.is_shallow():
            raise EnvironmentFault(
                f"the history here is too short to tell where HEAD and {revision} went apart",
                self.unshallow(),
            )
        raise EnvironmentFault(
            f"HEAD and {revision} have no commit in common",
            Message(
                "compare with the revision itself: {against} {revision}", revision=_quoted(revision)
            ),
        )

    def _missing(self, revision: str) -> EnvironmentFault:
        """Return why a revision is not there, and the line that fetches it."""
        says = f"the Git revision `{revision}` is not here"
        remote = self._remote()
        known = self._names()
        if revision == "HEAD" or (remote is None and not known):
            where = "on this branch" if known else "here"
            return EnvironmentFault(
                f"{says}: there is no commit {where} yet",
                Message("make a first commit, or compare with a file or folder: {against} PATH"),
            )
        if re.search(r"[~^:@{]|\.\.", revision):
            if self.is_shallow() and remote:
                return EnvironmentFault(says, self.unshallow())
            return EnvironmentFault(says, "name one commit: a branch, a tag or its number")
        close = nearest(revision, known)
        if remote is None:
            hint = f"did you mean `{close}`?" if close else f"known: {', '.join(known[:20])}"
            return EnvironmentFault(says, hint)
        if re.fullmatch("[0-9a-f]{7,64}", revision):
            line = f"fetch {remote} {revision}"
            if self.is_shallow() or len(revision) not in (40, 64):
                line = f"fetch {'--unshallow ' if self.is_shallow() else ''}{remote}"
        elif revision.startswith(f"{remote}/"):
            branch = revision.removeprefix(f"{remote}/")
            line = f"fetch {remote} {_quoted(f'{branch}:refs/remotes/{remote}/{branch}')}"
        elif re.fullmatch(r"v?[0-9].*", revision):
            line = f"fetch {remote} tag {_quoted(revision)}"
        else:
            line = f"fetch {remote} {_quoted(f'{revision}:{revision}')}"
        more = f"; or did you mean `{close}`?" if close else ""
        return EnvironmentFault(says, f"git {line}{more}")

    def _names(self) -> list[str]:
        """Return the branches and tags that are there."""
        return self._refs("%(refname:short)")

    def _refs(self, format: str) -> list[str]:
        try:
            found = self._text("for-each-ref", "--count=1000", f"--format={format}")
        except _Failed:
            return []
        return found.split("\n") if found else []

    def _remote(self) -> str | None:
        """Return the remote from which one would fetch: origin, or the only one."""
        try:
            remotes = self._text("remote").split("\n")
        except _Failed:
            return None
        return "origin" if "origin" in remotes else remotes[0] or None

    def unshallow(self) -> str:
        """Return the line that fetches the history that a shallow clone lacks."""
        return f"git fetch --unshallow {self._remote() or ''}".rstrip()

    def is_shallow(self) -> bool:
        """Return whether the history ends where the repository says, not where it began."""
        try:
            return self._text("rev-parse", "--is-shallow-repository") == "true"
        except _Failed:
            return False

    # -- files -----------------------------------------------------------------------------------

    def inside(self, path: str) -> str:
        """Return a path on disk as seen from the top, with `/`; empty for the top itself.

        Raises UsageError for a path outside of the repository.
        """
        folder, name = os.path.split(os.path.abspath(path))
        # A file is not followed: what is a link on disk is a link in the revision too.
        whole = os.path.join(os.path.realpath(folder), name)
        if os.path.isdir(path):
            whole = os.path.realpath(path)
        found = os.path.relpath(whole, os.path.realpath(self.top)).replace(os.sep, "/")
        if found == ".." or found.startswith("../"):
            raise UsageError(
                f"{path} lies outside of the Git repository {self.top}",
                Message("compare with a file or folder: {against} PATH"),
            )
        return "" if found == "." else found

    def files(self, commit: str, path: str, wanted: Callable[[str], bool]) -> Files:
        """Return the files of a commit at a path: the file itself, or the wanted ones below it.

        Links are followed within the commit; what they lead to has the path of the link. Files
        that a sparse checkout leaves out are left out here too.
        """
        listed = self._listed(commit, path)
        if not listed or listed[0].mode == _SUBMODULE:
            self._refuse_submodule(commit, path)
        sparse = self._sparse(path)
        # Only what is wanted may cost anything.
        listed = [b for b in listed if b.path not in sparse and (b.path == path or wanted(b.path))]
        targets = self._followed(commit, [b.path for b in listed if b.mode == _LINK])
        blobs = [(b, targets[b.path] if b.mode == _LINK else b) for b in listed]
        return Files(
            [
                target._replace(path=blob.path)
                for blob, target in blobs
                if target and target.mode.startswith(_FILE)
            ],
            [blob.path for blob, target in blobs if target is _OUTSIDE],
        )

    def _refuse_submodule(self, commit: str, path: str) -> None:
        """Raise UsageError where a path lies in a submodule of a commit."""
        parts = path.split("/")
        for count in range(len(parts)):
            folder = "/".join(parts[: count + 1])
            if any(b.path == folder and b.mode == _SUBMODULE for b in self._listed(commit, folder)):
                raise UsageError(
                    f"{path} lies in the submodule {folder}, which is a repository of its own",
                    f"run it there: cd {_quoted(folder)}",
                )

    def _listed(self, commit: str, path: str, *options: str) -> list[Blob]:
        # What a name would mean as a pattern does not count: ls-tree takes prefixes.
        paths = [path] if path else []
        try:
            text = self._run("ls-tree", "-r", "-z", *options, "--full-tree", commit, "--", *paths)
        except _Failed as failed:
            raise self._absent(failed, f"the folders of {commit[:12]}", commit) from None
        found = []
        for line in text.split(b"\0"):
            about, _, name = line.partition(b"\t")
            if name:
                mode, _, object = about.decode("ascii").split(" ")
                found.append(Blob(os.fsdecode(name), mode, object))
        return found

    def _followed(self, commit: str, links: list[str]) -> dict[str, Blob | None]:
        """Return what each link leads to: a file or folder, _OUTSIDE, or None for nothing.

        However many links there are, git lists the commit once and reads their texts in as many
        steps as there are links in one path.
        """
        tree = {b.path: b for b in self._listed(commit, "", "-t")} if links else {}
        texts: dict[str, bytes] = {}
        while True:
            found = {link: _resolved(link, tree, texts) for link in links}
            unread = {b.object: b for b in found.values() if b and b.mode == _LINK}
            if not unread:
                return found
            read = self.read([*unread.values()], _MOST_PATH_BYTES)
            texts.update(zip(unread, read, strict=True))

    def _sparse(self, path: str) -> set[str]:
        """Return the files that a sparse checkout leaves out."""
        try:
            if (
                self._text("config", "--type=bool", "--default=false", "core.sparseCheckout")
                != "true"
            ):
                return set()
            prefix = [path] if path else []
            text = self._run(
                "ls-files",
                "-t",
                "-z",
                "--full-name",
                "--",
                *prefix,
            )
        except _Failed:
            return set()
        return {os.fsdecode(line[2:]) for line in text.split(b"\0") if line.startswith(b"S ")}

    def left_out(self, path: str) -> Callable[[str], bool]:
        """Return what says of a path on disk whether it is no part of this repository.

        That is what it ignores, and other repositories in it.
        """
        asked = ("--others", "--ignored", "--exclude-standard", "--directory", "-z", "--full-name")
        try:
            inside = self.inside(path)
            text = self._run("ls-files", *asked, "--", inside or ".")
        except (_Failed, UsageError):
            text = b""
        top = os.path.realpath(self.top)
        ignored = {
            os.path.join(top, os.fsdecode(line).rstrip("/")) for line in text.split(b"\0") if line
        }

        def says(path: str) -> bool:
            folder, name = os.path.split(os.path.abspath(path))
            return os.path.join(os.path.realpath(folder), name) in ignored or os.path.lexists(
                os.path.join(path, ".git")
            )

        return says

    def read(self, blobs: list[Blob], most: int = MAX_BYTES) -> list[bytes]:
        """Return the content of files; of one above the limit, only bytes that are too many.

        Git does not compare what it reads with the number of the object. Raises EnvironmentFault
        where they differ.
        """
        asked = "".join(f"{blob.object}\n" for blob in blobs).encode("ascii")
        try:
            sizes = self._run("cat-file", "--batch-check", given=asked).decode("ascii")
            lines = sizes.splitlines()
            for blob, line in zip(blobs, lines, strict=True):
                if not re.fullmatch("[0-9a-f]+ blob [0-9]+", line):
                    raise self._absent(_Failed(0, line), f"`{blob.path}`", blob.object)
            # Of a file above the limit nothing is needed but that it is above.
            large = [int(line.rpartition(" ")[2]) > most for line in lines]
            small = [b for b, too in zip(blobs, large, strict=True) if not too]
            asked = "".join(f"{blob.object}\n" for blob in small).encode("ascii")
            contents = list(_contents(self._run("cat-file", "--batch", given=asked)))
        except _Failed as failed:
            raise self._absent(failed, f"`{blobs[0].path}`", blobs[0].object) from None
        for blob, data in zip(small, contents, strict=True):
            if not _is_content(data, blob.object):
                raise EnvironmentFault(
                    f"`{blob.path}`: the object {blob.object} of the repository is damaged",
                    "git fsck lists what is damaged; clone the repository again",
                )
        content = iter(contents)
        return [b" " * (most + 1) if too else next(content) for too in large]

    def _absent(self, failed: _Failed, what: str, object: str) -> EnvironmentFault:
        """Return the fault that an object is which the repository lacks: a partial clone's."""
        remote = self._remote()
        says = f"{what} is not in this clone"
        if "missing" in failed.says or "promisor" in failed.says or "not allowed" in failed.says:
            return EnvironmentFault(says, f"git fetch {remote} {object}" if remote else None)
        return EnvironmentFault(f"git: {failed.says}")

    # -- git ---------------------------------------------------------------------------------------

    def _text(self, *arguments: str) -> str:
        return os.fsdecode(self._run(*arguments)).removesuffix("\n")

    def _run(self, *arguments: str, given: bytes = b"") -> bytes:
        """Return what git writes; raise _Failed where it says no."""
        return self._run_with_warnings(*arguments, given=given)[0]

    def _run_with_warnings(self, *arguments: str, given: bytes = b"") -> tuple[bytes, str]:
        """Return what git writes, and the warnings that it gives about it."""
        command = ["git", *_SAFE_OPTIONS, "--literal-pathspecs", *self._place, *arguments]
        try:
            done = subprocess.run(
                command, cwd=self.top if self._place else None, env=self._environment, input=given,
                capture_output=True, check=False, timeout=_SECONDS,
            )  # fmt: skip
        except FileNotFoundError:
            raise EnvironmentFault(
                Message(
                    "git is not installed, and {against} names a revision or {merge_base} is used"
                ),
                Message("install git, or compare with a file or folder: {against} PATH"),
            ) from None
        except subprocess.TimeoutExpired:
            raise EnvironmentFault(f"git {arguments[0]} takes longer than {_SECONDS} s") from None
        except OSError as error:
            raise EnvironmentFault(f"git cannot be run: {error.strerror}") from None
        lines = os.fsdecode(done.stderr).strip().split("\n")
        if done.returncode:
            said = [each for each in lines if each[:8] != "warning:" and each[:5] != "hint:"]
            raise _Failed(done.returncode, "; ".join(map(_plain, said[:3])))
        return done.stdout, "; ".join(_plain(each) for each in lines if _UNSURE.search(each))


def _place(pattern: str, failed: _Failed) -> str:
    """Return the folder that git names in a message, else the working folder."""
    found = re.search(pattern, failed.says)
    return found[1] if found else os.getcwd()


def _plain(line: str) -> str:
    """Return a line of git's without the word before it."""
    return re.sub("^(fatal|error|warning): ", "", line)


def _contents(output: bytes) -> Iterable[bytes]:
    """Yield the contents that `cat-file --batch` wrote: each after a line with its size."""
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        size = int(output[at:end].rpartition(b" ")[2])
        yield output[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _is_content(data: bytes, object: str) -> bool:
    """Return whether data is the content of the file with this object number."""
    number = sha1(usedforsecurity=False) if len(object) == 40 else sha256()
    number.update(b"blob %d\0" % len(data))
    number.update(data)
    return number.hexdigest() == object


def _resolved(path: str, tree: Mapping[str, Blob], texts: Mapping[str, bytes]) -> Blob | None:
    """Return what a path of a commit leads to, its links followed as the file system does.

    That is the link itself where its text is not known yet, _OUTSIDE where a link leaves the
    commit, None where nothing is there or the way is too long.
    """
    at = ""
    rest = path.split("/")[::-1]
    links = 0
    size = len(os.fsencode(path))
    while rest:
        part = rest.pop()
        if part in ("", "."):
            continue
        if part == "..":
            if not at:
                return _OUTSIDE
            at = at.rpartition("/")[0]
            continue
        folder, at = at, f"{at}/{part}" if at else part
        blob = tree.get(at)
        if blob is None or (blob.mode not in (_LINK, _FOLDER) and rest):
            return None
        if blob.mode != _LINK:
            continue
        text = texts.get(blob.object)
        if text is None:
            return blob
        links, size, at = links + 1, size + len(text), folder
        if links > _MOST_LINKS or size > _MOST_PATH_BYTES or b"\0" in text:
            return None
        if text.startswith(b"/"):
            return _OUTSIDE
        rest += os.fsdecode(text).split("/")[::-1]
    return tree.get(at)


def _quoted(text: str) -> str:
    from shlex import quote

    return quote(text)
