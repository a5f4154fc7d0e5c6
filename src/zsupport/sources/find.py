"""Find policies by name or path, and read their files."""

from __future__ import annotations

import os
import stat
import sys

from zsupport.errors import EnvironmentFault, PolicyError, UsageError, did_you_mean, nearest
from zsupport.policy.files import MAX_BYTES, MAX_FOLDER_BYTES, SourceFile
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Counted, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import IO

    from zsupport.sources.project import Project

#: The shipped policy that is used if no other policy is chosen.
DEFAULT = "zoom"
#: The endings of the names of policy files, and of tests files.
ENDINGS = (".yaml", ".yml")
TESTS = ("_test.yaml", "_test.yml")
#: Reasons of the operating system that can be translated. Others stay in its words.
_REASONS: dict[str, str] = {
    str(text): text
    for text in (
        Message("no such file or directory"),
        Message("not a directory"),
        Message("is a directory"),
        Message("file exists"),
        Message("permission denied"),
        Message("operation not permitted"),
        Message("read-only file system"),
        Message("no space left on device"),
        Message("file name too long"),
        Message("too many levels of symbolic links"),
    )
}


class LocatedPolicy(NamedTuple):
    """The files of one policy. `folder` and the name of a file make the path of the file."""

    files: tuple[SourceFile, ...]
    folder: str = ""
    examined: str | None = None  # the path that the caller wrote; None for a name and for `-`


def shipped_root() -> str:
    """Return the folder of the shipped policies."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "policies")
    # In a checkout, the policies are next to `src`.
    return inside if os.path.isdir(inside) else os.path.join(package, "..", "..", "policies")


def shipped_policies() -> dict[str, str]:
    """Return the paths of the shipped policies by id, which is the name of the file or folder."""
    root = shipped_root()
    paths: dict[str, str] = {}
    for folder in (root, os.path.join(root, "gallery")):
        for name in sorted(os.listdir(folder)):
            stem, ending = os.path.splitext(name)
            path = os.path.join(folder, name)
            if name[0] == "." or name.endswith(TESTS):
                continue
            if ending in ENDINGS or (os.path.isdir(path) and name != "gallery"):
                paths[stem] = path
    return paths


def shipped_id(name: str) -> str | None:
    """Return the id of the shipped policy with a plain name, or None.

    In all commands, a plain name selects the shipped policy, even if the current folder contains a
    file or folder with that name.
    """
    return None if is_path(name) else _shipped_id(name, shipped_policies())


def _shipped_id(name: str, shipped: Iterable[str]) -> str | None:
    return {id.casefold(): id for id in shipped}.get(name.casefold())


def shadowed(names: Sequence[str]) -> list[str]:
    """Return a remark for each shipped policy that shares its name with a file or folder."""
    both = [name for name in dict.fromkeys(names) if shipped_id(name) and os.path.lexists(name)]
    return [
        Message("`{name}` is the shipped policy; for the file or folder, write ./{name}", name=name)
        for name in both
    ]


def choose(
    option: str | None, environment: Mapping[str, str], folder: str | None
) -> tuple[str, bool]:
    """Return the name or path of the policy to use, and whether it is the fallback.

    The policy is `option`, else `ZSUPPORT_POLICY`, else the key `policy` in [tool.zsupport] of the
    nearest pyproject.toml with this key, at or above `folder`. The fallback is the shipped policy
    `DEFAULT`.
    """
    if option is not None:
        return option, False
    if environment.get("ZSUPPORT_POLICY"):
        return environment["ZSUPPORT_POLICY"], False
    from zsupport.sources.project import projects

    for project in projects(folder, Message("name the policy with {policy}")):
        named = project.table.get("policy")
        if named is not None and (not isinstance(named, str) or not named):
            raise UsageError(
                Message("{path}: invalid value of `policy` in [tool.zsupport]", path=project.path),
                Message('write a name or a path, such as policy = "support/policy.yaml"'),
            )
        if named is not None and is_path(named):
            return _safe_path(project, os.path.join(project.folder, named)), False
        if named is not None:
            return named, False
    return DEFAULT, True


def _safe_path(project: Project, path: str) -> str:
    """Return the path that a project names; raise UsageError if reading it is not safe."""
    from zsupport.sources.links import boundary, is_outside

    if not is_ordinary(path) and not os.path.isdir(path):
        raise UsageError(
            Message("{path}: `policy` names a pipe or a device (not read)", path=project.path),
            Message("name the file with {policy}"),
        )
    if is_outside(path, boundary(project.folder)):
        raise UsageError(
            Message(
                "{path}: `policy` names a file outside of the folder or repository (not read)",
                path=project.path,
            ),
            Message("name the file with {policy}"),
        )
    return path


def is_path(name: str) -> bool:
    """Return whether a name is a path: it contains `/`, starts with a dot or ends as in ENDINGS."""
    return "/" in name or os.sep in name or name.startswith(".") or name.endswith(ENDINGS)


def find(name: str) -> LocatedPolicy:
    """Return the files of the policy with a name, at a path, or from standard input (`-`).

    A plain name selects a shipped policy. `is_path` states which names are paths.
    """
    if name == "-":
        return LocatedPolicy((_file("-", "-", _stdin()),))
    if not is_path(name):
        shipped = shipped_policies()
        id = _shipped_id(name, shipped)
        if id is None:
            hint = did_you_mean(name, shipped) or Message(
                "write a path with a `/` or the ending .yaml"
            )
            if os.path.exists(name):
                hint = Message("for the file or folder, write ./{name}", name=name)
            raise UsageError(
                Message(
                    "unknown policy `{name}`; policies: {shipped}",
                    name=name,
                    shipped=", ".join(shipped),
                ),
                hint,
            )
        return find_shipped(shipped[id])
    from zsupport.sources.links import LEAVING_LINK, LEAVING_LINK_HINT, find_leaving_link

    if find_leaving_link(name) is not None:
        raise PolicyError(
            Message("{path}: {problem}", path=name, problem=LEAVING_LINK), LEAVING_LINK_HINT
        )
    folder = name if os.path.isdir(name) else os.path.dirname(name)
    files = tuple(_files(name, folder, folder))
    return LocatedPolicy(files, os.path.join(folder, ""), name)


def find_shipped(path: str) -> LocatedPolicy:
    """Return the files of the shipped policy at a path of `shipped_policies`."""
    return LocatedPolicy(tuple(_files(path, shipped_root(), "")))


def may_be_policy_name(name: str) -> bool:
    """Return whether a file with this name in a folder can be a policy, and not tests.

    Files whose names start with a dot belong to editors and other tools.
    """
    return name.endswith(ENDINGS) and not name.endswith(TESTS) and name[0] != "."


def has_only_ordinary_files(path: str) -> bool:
    """Return whether a file, or each policy file of a folder, is an ordinary file.

    Reading a pipe would wait for a writer, and take the data from the real reader.
    """
    if os.path.isdir(path):
        with os.scandir(path) as entries:
            return all(entry.is_file() for entry in entries if entry.name.endswith(ENDINGS))
    return os.path.isfile(path)


def read_file(path: str, shown: str) -> SourceFile:
    """Return a file, or standard input (`-`); raise PolicyError if it cannot be read."""
    return _file(os.path.basename(path), shown, _stdin() if path == "-" else _read(path))


def file_of_tests(names: Sequence[str]) -> UsageError:
    """Return the error for tests files where policies are expected."""
    from shlex import quote

    return UsageError(
        Counted(
            "{files}: tests file, not a policy",
            "{files}: tests files, not policies",
            len(names),
            files=", ".join(names),
        ),
        Message("run `zsupport test {files}`", files=" ".join(map(quote, names))),
    )


def _files(path: str, root: str, shown: str) -> list[SourceFile]:
    """Return the file at a path, or the policy files of a folder.

    The names of the files are relative to `root`. In messages, their names start with `shown`.
    """
    paths = [path]
    if os.path.isdir(path):
        try:
            names = sorted(os.listdir(path))
        except OSError as error:
            raise PolicyError(
                Message("{path}: {problem}", path=path, problem=reason(error))
            ) from None
        paths = [
            os.path.join(path, name)
            for name in names
            # Reading a pipe would wait.
            if may_be_policy_name(name) and is_ordinary(os.path.join(path, name))
        ]
        if links := [file for file in paths if os.path.islink(file)]:
            _check_links(links, path)
        if not paths:
            raise PolicyError(
                Message("{path}: no policy in this folder", path=path),
                Message("a policy is a file with the ending .yaml or .yml"),
            )
    files = []
    size = 0
    for file in paths:
        # Without the root, the name of a shipped file can still contain a folder.
        name = file[len(root) :].lstrip("/" + os.sep).replace(os.sep, "/")
        data = _read(file)
        size += len(data)
        if size > MAX_FOLDER_BYTES:
            raise PolicyError(
                Message(
                    "{path}: policy files too large (limit {limit} KiB in total)",
                    path=path,
                    limit=MAX_FOLDER_BYTES // 1024,
                ),
                Message("name a folder that contains only the files of one policy"),
            )
        files.append(_file(name, os.path.join(shown, name) if shown else name, data))
    return files


def _check_links(links: list[str], folder: str) -> None:
    """Raise PolicyError for the first link that leaves the folder or its repository."""
    from zsupport.sources.links import LEAVING_LINK, LEAVING_LINK_HINT, boundary, is_outside

    within = boundary(folder)
    for link in links:
        if is_outside(link, within):
            raise PolicyError(
                Message("{path}: {problem}", path=link, problem=LEAVING_LINK), LEAVING_LINK_HINT
            )


def is_ordinary(path: str) -> bool:
    """Return whether a path is not a pipe, a device or a folder. True if it does not exist."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return True  # reading it reports the error


def _file(name: str, shown: str, data: bytes) -> SourceFile:
    return SourceFile(name, data, "", shown)


#: The content of standard input, by stream.
_streams: dict[IO[bytes], bytes] = {}


def _stdin() -> bytes:
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise EnvironmentFault(Message("no standard input to read a policy from"))
    return _read_once(stream)


def _read_once(stream: IO[bytes]) -> bytes:
    """Return the content of a stream. A second call returns the same content."""
    try:
        if stream not in _streams:
            _streams[stream] = stream.read(MAX_BYTES + 1)
        return _streams[stream]
    except OSError as error:
        raise PolicyError(Message("{path}: {problem}", path="-", problem=reason(error))) from None


def _read(path: str) -> bytes:
    """Return the bytes of a file or pipe, at most one more than the limit."""
    try:
        with open(path, "rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


def unreadable(
    path: str, error: OSError | ValueError, endings: tuple[str, ...] = ENDINGS
) -> PolicyError:
    """Return the error for a file that cannot be opened.

    If it is missing, the hint has a similar name of a file with one of the endings.
    """
    problem, hint = reason(error), None
    if isinstance(error, FileNotFoundError) and os.path.islink(path):
        problem = Message("broken link to `{target}`", target=os.readlink(path))
    elif isinstance(error, FileNotFoundError):
        problem, hint = Message("file not found"), _missing_file_hint(path, endings)
    return PolicyError(Message("{path}: {problem}", path=path, problem=problem), hint)


def reason(error: OSError | ValueError) -> str:
    """Return the reason why a file cannot be read or written, in lower case."""
    text = getattr(error, "strerror", None) or str(error)
    text = text[:1].lower() + text[1:]
    return _REASONS.get(text, text)


def _missing_file_hint(path: str, endings: tuple[str, ...]) -> str | None:
    """Return a hint if the folder is missing or a file in it has a similar name, or None."""
    folder, missing = os.path.split(path.rstrip("/" + os.sep))
    if not os.path.isdir(folder or "."):
        return Message("folder not found: {folder}", folder=folder)
    try:
        names = [
            name
            for name in sorted(os.listdir(folder or "."))[:1000]
            if name.endswith(endings) or os.path.isdir(os.path.join(folder, name))
        ]
    except OSError:
        return None
    # Compare without endings, because all names have the same few endings.
    by_stem = {os.path.splitext(name)[0]: name for name in names}
    close = nearest(os.path.splitext(missing)[0], by_stem)
    return (
        Message("did you mean `{name}`?", name=os.path.join(folder, by_stem[close]))
        if close
        else None
    )
