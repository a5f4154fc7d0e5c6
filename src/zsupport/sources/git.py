"""Read files of a Git revision from the object store, without checkout, clone or fetch.

This runs Git's plumbing commands, which know worktrees, submodules, packs and alternates.
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

#: The variables that are passed on to git: they name the repository and the user's configuration,
#: but not the index, prefix, pager or trace of a hook that runs zsupport.
_PASSED_ON = re.compile(
    "GIT_(DIR|WORK_TREE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|SHALLOW_FILE"
    "|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|CONFIG(_.*)?|EXEC_PATH)"
)
#: The variables that name the repository.
_REPOSITORY_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR")
#: The files of a repository are not trusted. So git must not run programs from the configuration of
#: the repository, and must ignore replaced objects, grafts, commit graphs and attributes.
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
    # A partial clone must not fetch missing objects. Git before 2.45 supports only
    # GIT_ALLOW_PROTOCOL.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
#: Warnings of git about an ambiguous revision.
_AMBIGUOUS = re.compile(r"is ambiguous|^warning: log for ")
#: The modes of the entries of a commit. The modes of files start with 100.
_LINK, _FILE, _FOLDER, _SUBMODULE = "120000", "100", "040000", "160000"
#: Limits for one path of a commit: the number of links, and the bytes of the path and of the texts
#: of the links.
_MAX_LINKS = 10
_MAX_PATH_BYTES = 4096
_TIMEOUT_SECONDS = 60


class Blob(NamedTuple):
    """An entry of a commit: its path from the top of the repository, its mode and its object id."""

    path: str
    mode: str
    object: str


class Files(NamedTuple):
    """The files of a commit at or below a path, and the paths of links that leave the commit."""

    blobs: list[Blob]
    leaving_links: list[str]


#: Stands for the target of a link that leaves the commit.
_OUTSIDE = Blob("..", "", "")


class _GitError(Exception):
    """Git has failed with an exit code and an error text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def check_revision(revision: str) -> None:
    """Raise UsageError for a text that cannot name a commit: empty, an option or `^REV`."""
    if not revision.strip() or revision[0] in "-^" or "\0" in revision:
        raise UsageError(
            Message("invalid Git revision `{revision}`", revision=revision),
            Message("write a revision such as main, v1.2 or HEAD~1"),
        )


class Repository:
    """The repository of the working folder. It is found once; then each call of git names it.

    The folders of examined files are not searched, because a folder in a checkout can look like a
    repository.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Find the repository: GIT_DIR, else the repository of the working folder.

        Raises EnvironmentFault if git or the repository is missing, or if the folder looks like a
        bare repository and GIT_DIR does not name it.
        """
        self._environment = {
            **{name: value for name, value in environment.items() if name[:4] != "GIT_"},
            **{n: value for n, value in environment.items() if value and _PASSED_ON.fullmatch(n)},
            **_SAFE_ENVIRONMENT,
        }
        self._location_options: tuple[str, ...] = ()
        named = bool(environment.get("GIT_DIR"))
        try:
            # The name of a folder can contain line feeds.
            folder, _, bare = self._text(
                "rev-parse", "--path-format=absolute", "--git-dir", "--is-bare-repository"
            ).rpartition("\n")
            # Git before 2.38 does not know safe.bareRepository.
            if not named and lies_in(os.getcwd(), folder):
                raise _GitError(128, f"cannot use bare repository '{folder}'")
            top = None
            if not named or bare == "false":
                top = self._text("rev-parse", "--path-format=absolute", "--show-toplevel")
        except _GitError as failed:
            raise self._repository_error(failed) from None
        work_tree = [] if top is None else [f"--work-tree={top}"]
        self._location_options = (f"--git-dir={folder}", *work_tree)
        for name in _REPOSITORY_VARIABLES[:2]:
            self._environment.pop(name, None)
        #: The top of the working tree; in a bare repository, the working folder.
        self.top = os.getcwd() if top is None else top

    def _repository_error(self, failed: _GitError) -> EnvironmentFault:
        if "dubious ownership" in failed.text:
            place = _folder_in(r"repository at '(.+)'", failed)
            return EnvironmentFault(
                Message(
                    "git does not trust the repository at {path}: it belongs to another user",
                    path=place,
                ),
                Message(
                    "to trust it: git config --global --add safe.directory {path}",
                    path=_quoted(place),
                ),
            )
        if "cannot use bare repository" in failed.text:
            place = _folder_in(r"bare repository '(.+?)'(?: \(|$)", failed)
            return EnvironmentFault(
                Message(
                    "{path}: this looks like a bare Git repository, but GIT_DIR does not name it",
                    path=place,
                ),
                Message("if it is your repository: export GIT_DIR={path}", path=_quoted(place)),
            )
        if "not a git repository" in failed.text:
            named = self._environment.get("GIT_DIR")
            return EnvironmentFault(
                Message("GIT_DIR is not a Git repository: {path}", path=named)
                if named
                else Message("not a Git repository: {path}", path=os.getcwd()),
                Message(
                    "run zsupport in a Git repository,"
                    " or compare with a file or folder: {against} PATH"
                ),
            )
        return EnvironmentFault(Message("git: {message}", message=failed.text))

    # -- revisions -------------------------------------------------------------------------------

    def commit(self, revision: str) -> str:
        """Return the id of the commit that a revision names. Tags are resolved.

        Raises UsageError if the revision is invalid or ambiguous. Raises EnvironmentFault if it is
        missing; if possible, the hint is the command that fetches it.
        """
        check_revision(revision)
        try:
            output, warnings = self._run_with_warnings(
                "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"
            )
        except _GitError as failed:
            if "ambiguous" in failed.text:
                raise self._ambiguous_revision_error(revision, failed.text) from None
            raise self._missing_revision_error(revision) from None
        if warnings:
            raise self._ambiguous_revision_error(revision, warnings)
        return os.fsdecode(output).removesuffix("\n")

    def _ambiguous_revision_error(self, revision: str, text: str) -> UsageError:
        """Return the error for an ambiguous revision, with its possible meanings."""
        word = re.split(r"[~^:@{]", revision)[0]
        readings = [ref for ref in self._refs("%(refname)") if f"/{ref}".endswith(f"/{word}")]
        if re.fullmatch("[0-9a-f]{4,64}", word):
            readings += self._text("rev-parse", f"--disambiguate={word}").split()[:5]
        hint = (
            Message("write one of {revisions}", revisions=", ".join(readings))
            if readings
            else Message("write the full commit id")
        )
        return UsageError(
            Message(
                "ambiguous Git revision `{revision}`: {message}", revision=revision, message=text
            ),
            hint,
        )

    def knows(self, revision: str) -> bool:
        """Return whether a revision exists; raise UsageError if it is ambiguous."""
        try:
            self.commit(revision)
        except EnvironmentFault:
            return False
        return True

    def merge_base(self, revision: str) -> str:
        """Return the id of the merge base of HEAD and a revision.

        Raises EnvironmentFault if there is none.
        """
        theirs = self.commit(revision)
        try:
            ours = self.commit("HEAD")
        except EnvironmentFault:
            raise EnvironmentFault(
                Message("this branch has no commits yet"),
                Message(
                    "compare with the revision itself: {against} {revision}",
                    revision=_quoted(revision),
                ),
            ) from None
        try:
            return self._text("merge-base", ours, theirs)
        except _GitError as failed:
            if failed.code != 1:
                raise EnvironmentFault(Message("git: {message}", message=failed.text)) from None
        if self.is_shallow():
            raise EnvironmentFault(
                Message(
                    "no merge base of HEAD and {revision} in the history of this shallow clone",
                    revision=revision,
                ),
                self.unshallow_command(),
            )
        raise EnvironmentFault(
            Message("HEAD and {revision} have no common commit", revision=revision),
            Message(
                "compare with the revision itself: {against} {revision}", revision=_quoted(revision)
            ),
        )

    def _missing_revision_error(self, revision: str) -> EnvironmentFault:
        """Return the error for a missing revision, with the command that fetches it."""
        message = Message("Git revision not found: `{revision}`", revision=revision)
        remote = self._remote()
        known = self._names()
        if revision == "HEAD" or (remote is None and not known):
            return EnvironmentFault(
                Message(
                    "Git revision not found: `{revision}` (this branch has no commits yet)",
                    revision=revision,
                )
                if known
                else Message(
                    "Git revision not found: `{revision}` (the repository has no commits yet)",
                    revision=revision,
                ),
                Message("make a first commit, or compare with a file or folder: {against} PATH"),
            )
        if re.search(r"[~^:@{]|\.\.", revision):
            if self.is_shallow() and remote:
                return EnvironmentFault(message, self.unshallow_command())
            return EnvironmentFault(message, Message("write a branch, a tag or a commit id"))
        close = nearest(revision, known)
        if remote is None:
            hint = (
                Message("did you mean `{name}`?", name=close)
                if close
                else Message("branches and tags: {names}", names=", ".join(known[:20]))
            )
            return EnvironmentFault(message, hint)
        if re.fullmatch("[0-9a-f]{7,64}", revision):
            words = [remote, revision]
            if self.is_shallow() or len(revision) not in (40, 64):
                words = ["--unshallow", remote] if self.is_shallow() else [remote]
        elif revision.startswith(f"{remote}/"):
            branch = revision.removeprefix(f"{remote}/")
            words = [remote, _quoted(f"{branch}:refs/remotes/{remote}/{branch}")]
        elif re.fullmatch(r"v?[0-9].*", revision):
            words = [remote, "tag", _quoted(revision)]
        else:
            words = [remote, _quoted(f"{revision}:{revision}")]
        arguments = " ".join(words)
        if close:
            return EnvironmentFault(
                message,
                Message(
                    "git fetch {arguments}; or did you mean `{revision}`?",
                    arguments=arguments,
                    revision=close,
                ),
            )
        return EnvironmentFault(message, f"git fetch {arguments}")

    def _names(self) -> list[str]:
        """Return the names of the branches and tags."""
        return self._refs("%(refname:short)")

    def _refs(self, format: str) -> list[str]:
        try:
            text = self._text("for-each-ref", "--count=1000", f"--format={format}")
        except _GitError:
            return []
        return text.split("\n") if text else []

    def _remote(self) -> str | None:
        """Return the remote to fetch from: `origin`, else the first remote, or None."""
        try:
            remotes = self._text("remote").split("\n")
        except _GitError:
            return None
        return "origin" if "origin" in remotes else remotes[0] or None

    def unshallow_command(self) -> str:
        """Return the command that fetches the missing history of a shallow clone."""
        return f"git fetch --unshallow {self._remote() or ''}".rstrip()

    def is_shallow(self) -> bool:
        """Return whether the repository is a shallow clone."""
        try:
            return self._text("rev-parse", "--is-shallow-repository") == "true"
        except _GitError:
            return False

    # -- files -----------------------------------------------------------------------------------

    def path_in_repository(self, path: str) -> str:
        """Return a path on disk relative to the top of the repository, with `/`; empty for the top.

        Raises UsageError for a path outside of the repository.
        """
        folder, name = os.path.split(os.path.abspath(path))
        # A link in the last part is not followed, because it is a link in the revision too.
        whole = os.path.join(os.path.realpath(folder), name)
        if os.path.isdir(path):
            whole = os.path.realpath(path)
        relative = os.path.relpath(whole, os.path.realpath(self.top)).replace(os.sep, "/")
        if relative == ".." or relative.startswith("../"):
            raise UsageError(
                Message("{path} is outside of the Git repository {top}", path=path, top=self.top),
                Message("compare with a file or folder: {against} PATH"),
            )
        return "" if relative == "." else relative

    def files(self, commit: str, path: str, accepts: Callable[[str], bool]) -> Files:
        """Return the file of a commit at a path, or the files below it that `accepts` selects.

        Links are followed within the commit. The target of a link is returned with the path of the
        link. Files that a sparse checkout omits are not returned.
        """
        entries = self._list_tree(commit, path)
        if not entries or entries[0].mode == _SUBMODULE:
            self._refuse_submodule(commit, path)
        sparse = self._omitted_files(path)
        # Filter first, because following links takes time.
        entries = [
            b for b in entries if b.path not in sparse and (b.path == path or accepts(b.path))
        ]
        targets = self._follow(commit, [b.path for b in entries if b.mode == _LINK])
        blobs = [(b, targets[b.path] if b.mode == _LINK else b) for b in entries]
        return Files(
            [
                target._replace(path=blob.path)
                for blob, target in blobs
                if target and target.mode.startswith(_FILE)
            ],
            [blob.path for blob, target in blobs if target is _OUTSIDE],
        )

    def _refuse_submodule(self, commit: str, path: str) -> None:
        """Raise UsageError if a path is in a submodule of a commit."""
        parts = path.split("/")
        for count in range(len(parts)):
            folder = "/".join(parts[: count + 1])
            if any(
                b.path == folder and b.mode == _SUBMODULE for b in self._list_tree(commit, folder)
            ):
                raise UsageError(
                    Message(
                        "{path} is in the submodule {folder}, which is another repository",
                        path=path,
                        folder=folder,
                    ),
                    Message("run zsupport in the submodule: cd {folder}", folder=_quoted(folder)),
                )

    def _list_tree(self, commit: str, path: str, *options: str) -> list[Blob]:
        # `ls-tree` takes prefixes, not patterns.
        paths = [path] if path else []
        try:
            text = self._run("ls-tree", "-r", "-z", *options, "--full-tree", commit, "--", *paths)
        except _GitError as failed:
            message = Message(
                "the folders of {commit} are missing in this clone", commit=commit[:12]
            )
            raise self._missing_object_error(failed, message, commit) from None
        blobs = []
        for line in text.split(b"\0"):
            entry, _, name = line.partition(b"\t")
            if name:
                mode, _, object = entry.decode("ascii").split(" ")
                blobs.append(Blob(os.fsdecode(name), mode, object))
        return blobs

    def _follow(self, commit: str, links: list[str]) -> dict[str, Blob | None]:
        """Return the target of each link: a file or folder, _OUTSIDE, or None if it is missing.

        The commit is listed once. Each step of the longest chain of links takes two calls of git.
        """
        tree = {b.path: b for b in self._list_tree(commit, "", "-t")} if links else {}
        texts: dict[str, bytes] = {}
        while True:
            targets = {link: _resolve(link, tree, texts) for link in links}
            unread = {b.object: b for b in targets.values() if b and b.mode == _LINK}
            if not unread:
                return targets
            read = self.read([*unread.values()], _MAX_PATH_BYTES)
            texts.update(zip(unread, read, strict=True))

    def _omitted_files(self, path: str) -> set[str]:
        """Return the files that a sparse checkout omits."""
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
        except _GitError:
            return set()
        return {os.fsdecode(line[2:]) for line in text.split(b"\0") if line.startswith(b"S ")}

    def ignored_in(self, path: str) -> Callable[[str], bool]:
        """Return a function that returns whether git ignores a path on disk below `path`.

        Other repositories below `path` count as ignored.
        """
        options = (
            "--others",
            "--ignored",
            "--exclude-standard",
            "--directory",
            "-z",
            "--full-name",
        )
        try:
            inside = self.path_in_repository(path)
            text = self._run("ls-files", *options, "--", inside or ".")
        except (_GitError, UsageError):
            text = b""
        top = os.path.realpath(self.top)
        ignored = {
            os.path.join(top, os.fsdecode(line).rstrip("/")) for line in text.split(b"\0") if line
        }

        def is_ignored(path: str) -> bool:
            folder, name = os.path.split(os.path.abspath(path))
            return os.path.join(os.path.realpath(folder), name) in ignored or os.path.lexists(
                os.path.join(path, ".git")
            )

        return is_ignored

    def read(self, blobs: list[Blob], most: int = MAX_BYTES) -> list[bytes]:
        """Return the contents of files. A file over `most` bytes becomes `most + 1` spaces.

        Raises EnvironmentFault if a file is missing, or if its content does not match its object
        id. Git itself does not compare them.
        """
        objects = "".join(f"{blob.object}\n" for blob in blobs).encode("ascii")
        try:
            sizes = self._run("cat-file", "--batch-check", stdin=objects).decode("ascii")
            lines = sizes.splitlines()
            for blob, line in zip(blobs, lines, strict=True):
                if not re.fullmatch("[0-9a-f]+ blob [0-9]+", line):
                    message = Message("`{path}` is missing in this clone", path=blob.path)
                    raise self._missing_object_error(_GitError(0, line), message, blob.object)
            # A file over the limit is not read.
            too_large = [int(line.rpartition(" ")[2]) > most for line in lines]
            small = [b for b, skip in zip(blobs, too_large, strict=True) if not skip]
            objects = "".join(f"{blob.object}\n" for blob in small).encode("ascii")
            contents = list(_contents(self._run("cat-file", "--batch", stdin=objects)))
        except _GitError as failed:
            message = Message("`{path}` is missing in this clone", path=blobs[0].path)
            raise self._missing_object_error(failed, message, blobs[0].object) from None
        for blob, data in zip(small, contents, strict=True):
            if not _is_content(data, blob.object):
                raise EnvironmentFault(
                    Message(
                        "`{path}`: damaged object {object} in the repository",
                        path=blob.path,
                        object=blob.object,
                    ),
                    Message("clone the repository again; `git fsck` lists damaged objects"),
                )
        content = iter(contents)
        return [b" " * (most + 1) if skip else next(content) for skip in too_large]

    def _missing_object_error(
        self, failed: _GitError, message: str, object: str
    ) -> EnvironmentFault:
        """Return an error with `message` if git has failed because an object is missing.

        Objects are missing in a partial clone, for example. For another failure, the error has the
        text of git.
        """
        remote = self._remote()
        if "missing" in failed.text or "promisor" in failed.text or "not allowed" in failed.text:
            return EnvironmentFault(message, f"git fetch {remote} {object}" if remote else None)
        return EnvironmentFault(Message("git: {message}", message=failed.text))

    # -- git ---------------------------------------------------------------------------------------

    def _text(self, *arguments: str) -> str:
        return os.fsdecode(self._run(*arguments)).removesuffix("\n")

    def _run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Return the output of git; raise _GitError if it fails."""
        return self._run_with_warnings(*arguments, stdin=stdin)[0]

    def _run_with_warnings(self, *arguments: str, stdin: bytes = b"") -> tuple[bytes, str]:
        """Return the output of git, and its warnings about ambiguous revisions."""
        command = [
            "git",
            *_SAFE_OPTIONS,
            "--literal-pathspecs",
            *self._location_options,
            *arguments,
        ]
        try:
            result = subprocess.run(
                command, input=stdin, env=self._environment,
                cwd=self.top if self._location_options else None,
                capture_output=True, check=False, timeout=_TIMEOUT_SECONDS,
            )  # fmt: skip
        except FileNotFoundError:
            raise EnvironmentFault(
                Message(
                    "git is not installed, but a revision in {against} or {merge_base} requires git"
                ),
                Message("install git, or compare with a file or folder: {against} PATH"),
            ) from None
        except subprocess.TimeoutExpired:
            raise EnvironmentFault(
                Message(
                    "git {command} took longer than {seconds} s",
                    command=arguments[0],
                    seconds=_TIMEOUT_SECONDS,
                )
            ) from None
        except OSError as error:
            raise EnvironmentFault(
                Message("cannot run git: {reason}", reason=error.strerror)
            ) from None
        lines = os.fsdecode(result.stderr).strip().split("\n")
        if result.returncode:
            errors = [line for line in lines if line[:8] != "warning:" and line[:5] != "hint:"]
            raise _GitError(result.returncode, "; ".join(map(_plain, errors[:3])))
        return result.stdout, "; ".join(_plain(line) for line in lines if _AMBIGUOUS.search(line))


def _folder_in(pattern: str, failed: _GitError) -> str:
    """Return the folder in an error message of Git, or the working folder if it has none."""
    match = re.search(pattern, failed.text)
    return match[1] if match else os.getcwd()


def _plain(line: str) -> str:
    """Return a line of git without `fatal:`, `error:` or `warning:`."""
    return re.sub("^(fatal|error|warning): ", "", line)


def _contents(output: bytes) -> Iterable[bytes]:
    """Yield the contents in the output of `cat-file --batch`, each after a line with its size."""
    position = 0
    while position < len(output):
        end = output.index(b"\n", position)
        size = int(output[position:end].rpartition(b" ")[2])
        yield output[end + 1 : end + 1 + size]
        position = end + 1 + size + 1


def _is_content(data: bytes, object: str) -> bool:
    """Return whether the data has this object id."""
    digest = sha1(usedforsecurity=False) if len(object) == 40 else sha256()
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest() == object


def _resolve(path: str, tree: Mapping[str, Blob], texts: Mapping[str, bytes]) -> Blob | None:
    """Return the target of a path of a commit. Links are followed as in a file system.

    `tree` has all files, folders and links of the commit by path; `texts` has the texts of links by
    object. If the text of a link is not in `texts`, the result is this link. The result is _OUTSIDE
    if a link leaves the commit, and None if the target is missing or the chain of links is too
    long.
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
        if links > _MAX_LINKS or size > _MAX_PATH_BYTES or b"\0" in text:
            return None
        if text.startswith(b"/"):
            return _OUTSIDE
        rest += os.fsdecode(text).split("/")[::-1]
    return tree.get(at)


def _quoted(text: str) -> str:
    from shlex import quote

    return quote(text)
