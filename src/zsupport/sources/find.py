"""Where policies are found, and the reading of their files."""

from __future__ import annotations

import os
import stat
import sys

from zsupport.errors import EnvironmentFault, PolicyError, UsageError, did_you_mean, nearest
from zsupport.policy.files import MAX_BYTES, MAX_FOLDER_BYTES, SourceFile
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import IO

    from zsupport.sources.project import Project

DEFAULT = "zoom"
#: How the names of policy files end, and those of the files that hold their tests.
ENDINGS = (".yaml", ".yml")
TESTS = ("_test.yaml", "_test.yml")


class FoundPolicy(NamedTuple):
    """The files of one policy, and what goes before a file's name so that one can open it."""

    files: tuple[SourceFile, ...]
    folder: str = ""
    examined: str | None = None  # the path, where the policy was named by one


def shipped_root() -> str:
    """Return the folder of the shipped policies."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "policies")
    # In a checkout they lie beside `src`, so that authors find them at the top.
    return inside if os.path.isdir(inside) else os.path.join(package, "..", "..", "policies")


def shipped_policies() -> dict[str, str]:
    """Return the path of each shipped policy by its id, which is the name of its file or folder."""
    root = shipped_root()
    found: dict[str, str] = {}
    for folder in (root, os.path.join(root, "gallery")):
        for name in sorted(os.listdir(folder)):
            stem, ending = os.path.splitext(name)
            path = os.path.join(folder, name)
            if name[0] == "." or name.endswith(TESTS):
                continue
            if ending in ENDINGS or (os.path.isdir(path) and name != "gallery"):
                found[stem] = path
    return found


def shipped_id(name: str) -> str | None:
    """Return the id of the shipped policy that a bare word names, None for any other text.

    This is the one rule for all commands: such a word means the shipped policy, even if the
    current folder has a file or folder of that name.
    """
    return None if is_path(name) else _shipped_id(name, shipped_policies())


def _shipped_id(name: str, shipped: Iterable[str]) -> str | None:
    return {id.casefold(): id for id in shipped}.get(name.casefold())


def shadowed(names: Sequence[str]) -> list[str]:
    """Return a remark for each name of a shipped policy that a file or folder here has too."""
    both = [name for name in dict.fromkeys(names) if shipped_id(name) and os.path.lexists(name)]
    return [
        f"`{name}` means the shipped policy: for the file or folder here, write ./{name}"
        for name in both
    ]


def choose(
    given: str | None, environment: Mapping[str, str], folder: str | None
) -> tuple[str, bool]:
    """Return the policy to use, a name or a path, and whether nobody named one.

    `given`, else `ZSUPPORT_POLICY`, else the nearest pyproject.toml at or above `folder` that
    says `[tool.zsupport] policy`, else the shipped example.
    """
    if given is not None:
        return given, False
    if environment.get("ZSUPPORT_POLICY"):
        return environment["ZSUPPORT_POLICY"], False
    from zsupport.sources.project import projects

    for project in projects(folder, Message("name the policy with {policy}")):
        named = project.table.get("policy")
        if named is not None and (not isinstance(named, str) or not named):
            raise UsageError(
                f"{project.path}: `policy` in [tool.zsupport] is no name and no path",
                'policy = "NAME", or a path: policy = "support/policy.yaml"',
            )
        if named is not None and is_path(named):
            return _configured(project, os.path.join(project.folder, named)), False
        if named is not None:
            return named, False
    return DEFAULT, True


def _configured(project: Project, path: str) -> str:
    """Return the path that a project names; raise UsageError for what a stranger could plant."""
    from zsupport.sources.links import boundary, leads_out

    if not is_ordinary(path) and not os.path.isdir(path):
        raise UsageError(
            f"{project.path}: `policy` names a pipe or a device, which is not read",
            Message("name it with {policy}"),
        )
    if leads_out(path, boundary(project.folder)):
        raise UsageError(
            f"{project.path}: `policy` names a file outside of the folder or repository",
            Message("name it with {policy}"),
        )
    return path


def is_path(name: str) -> bool:
    """Return whether a policy is named by a path: it has a `/`, an ending, or begins with a dot."""
    return "/" in name or os.sep in name or name.startswith(".") or name.endswith(ENDINGS)


def find(name: str) -> FoundPolicy:
    """Return the files of the policy with this name, at this path, or `-`: standard input.

    A bare word is a shipped policy; a `/` or the ending .yaml or .yml makes a path.
    """
    if name == "-":
        return FoundPolicy((_file("-", "-", _stdin()),))
    if not is_path(name):
        shipped = shipped_policies()
        id = _shipped_id(name, shipped)
        if id is None:
            hint = did_you_mean(name, shipped) or "a path has a / in it or ends in .yaml"
            if os.path.exists(name):
                hint = f"for the file or folder here, write ./{name}"
            raise UsageError(f"`{name}` is no policy; known: {', '.join(shipped)}", hint)
        return find_shipped(shipped[id])
    from zsupport.sources.links import LEADS_OUT, LEADS_OUT_HINT, leaving_link

    if leaving_link(name) is not None:
        raise PolicyError(f"{name}: {LEADS_OUT}", LEADS_OUT_HINT)
    folder = name if os.path.isdir(name) else os.path.dirname(name)
    files = tuple(_files(name, folder, folder))
    return FoundPolicy(files, os.path.join(folder, ""), name)


def find_shipped(path: str) -> FoundPolicy:
    """Return the files of the shipped policy at a path of `shipped_policies`."""
    return FoundPolicy(tuple(_files(path, shipped_root(), "")))


def may_be_policy_name(name: str) -> bool:
    """Return whether a file of this name, in a folder, may be a policy and no tests.

    A name that begins with a dot belongs to an editor or another tool.
    """
    return name.endswith(ENDINGS) and not name.endswith(TESTS) and name[0] != "."


def never_waits(path: str) -> bool:
    """Return whether a file, or the policy files of a folder, can be read without any waiting.

    Reading a pipe would wait for a writer, and take what it writes from its reader.
    """
    if os.path.isdir(path):
        with os.scandir(path) as entries:
            return all(entry.is_file() for entry in entries if entry.name.endswith(ENDINGS))
    return os.path.isfile(path)


def read_file(path: str, shown: str) -> SourceFile:
    """Return one file, or `-`: standard input; raise PolicyError where it cannot be read."""
    return _file(os.path.basename(path), shown, _stdin() if path == "-" else _read(path))


def file_of_tests(names: Sequence[str]) -> UsageError:
    """Return the error that files of tests are where a policy was to be named."""
    from shlex import quote

    one = len(names) == 1
    says = "this is a file of tests" if one else "these are files of tests"
    return UsageError(
        f"{', '.join(names)}: {says}",
        f"`zsupport test {' '.join(map(quote, names))}` runs {'it' if one else 'them'}",
    )


def _files(path: str, root: str, shown: str) -> list[SourceFile]:
    """Return the files at a path: itself, or the policy files of a folder."""
    paths = [path]
    if os.path.isdir(path):
        try:
            names = sorted(os.listdir(path))
        except OSError as error:
            raise PolicyError(f"{path}: {reason(error)}") from None
        paths = [
            os.path.join(path, name)
            for name in names
            # A pipe would make us wait.
            if may_be_policy_name(name) and is_ordinary(os.path.join(path, name))
        ]
        if links := [each for each in paths if os.path.islink(each)]:
            _check_links(links, path)
        if not paths:
            raise PolicyError(
                f"{path}: no policy in this folder", "a policy is a file that ends in .yaml or .yml"
            )
    found = []
    size = 0
    for each in paths:
        # The files lie in the folder itself; a shipped one may lie in a folder of the root.
        name = each[len(root) :].lstrip("/" + os.sep).replace(os.sep, "/")
        data = _read(each)
        size += len(data)
        if size > MAX_FOLDER_BYTES:
            raise PolicyError(
                f"{path}: the policy files have more than {MAX_FOLDER_BYTES // 1024} KiB together",
                "a policy is a few small files: is this their folder?",
            )
        found.append(_file(name, os.path.join(shown, name) if shown else name, data))
    return found


def _check_links(links: list[str], folder: str) -> None:
    """Raise PolicyError for the first link in a folder that leads out of it or its repository."""
    from zsupport.sources.links import LEADS_OUT, LEADS_OUT_HINT, boundary, leads_out

    within = boundary(folder)
    for link in links:
        if leads_out(link, within):
            raise PolicyError(f"{link}: {LEADS_OUT}", LEADS_OUT_HINT)


def is_ordinary(path: str) -> bool:
    """Return whether a path is a file, or nothing that could be opened; no pipe and no device."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return True  # reading it says what is wrong


def _file(name: str, shown: str, data: bytes) -> SourceFile:
    return SourceFile(name, data, "", shown)


#: What was read from standard input.
_streams: dict[IO[bytes], bytes] = {}


def _stdin() -> bytes:
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise EnvironmentFault("there is no standard input to read a policy from")
    return _from(stream)


def _from(stream: IO[bytes]) -> bytes:
    """Return what a stream holds; it is read once, however often it is asked for."""
    try:
        if stream not in _streams:
            _streams[stream] = stream.read(MAX_BYTES + 1)
        return _streams[stream]
    except OSError as error:
        raise PolicyError(f"-: {reason(error)}") from None


def _read(path: str) -> bytes:
    """Return the bytes of a file or pipe, at most one more than the limit."""
    try:
        with open(path, "rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        if os.path.islink(path):
            raise PolicyError(
                f"{path}: a link to `{os.readlink(path)}`, which is not there"
            ) from None
        raise PolicyError(f"{path}: no such file", _neighbour(path)) from None
    except (OSError, ValueError) as error:
        raise PolicyError(f"{path}: {reason(error)}") from None


def reason(error: OSError | ValueError) -> str:
    """Return in words why a file cannot be read or written."""
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]


def _neighbour(path: str) -> str | None:
    """Return a hint that names a policy nearby with nearly this name."""
    folder, wanted = os.path.split(path.rstrip("/" + os.sep))
    if not os.path.isdir(folder or "."):
        return f"there is no folder `{folder}`"
    try:
        names = [
            name
            for name in sorted(os.listdir(folder or "."))[:1000]
            if name.endswith(ENDINGS) or os.path.isdir(os.path.join(folder, name))
        ]
    except OSError:
        return None
    # Without their endings, which all of them share.
    by_stem = {os.path.splitext(name)[0]: name for name in names}
    close = nearest(os.path.splitext(wanted)[0], by_stem)
    return f"did you mean `{os.path.join(folder, by_stem[close])}`?" if close else None
