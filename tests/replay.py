"""Records the command lines that tests run, and compares the results of two commits.

    PYTHONPATH=tests RECORD=FOLDER pytest -p replay --basetemp=/tmp/replay   # BASE
    python tests/replay.py FOLDER OLD NEW

OLD and NEW are checkouts. A recording has the arguments, the environment, standard input and the
files that a command line can read. Both programs run in the same folder, with the same files and
the same time. The comparison covers output, exit code and written files.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from difflib import unified_diff
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from forks import Forks

#: Tuesday 24 November 2026, 10:00 UTC: the current time for both programs.
NOW = 1_795_514_400
#: The folder of tests while they are recorded. It is always the same, because output has its paths.
BASE = Path("/tmp/replay")
#: Bytes; command lines with larger files are not recorded.
MAX_SIZE = 30_000_000
MAX_SHOWN = 40  # differences; the rest are only counted
MAX_LINES = 30  # of a difference
#: Folders with files that differ between runs and do not affect output: caches.
IGNORED = {"cache", "__pycache__"}


class Difference(NamedTuple):
    """The different results of a command line in two programs."""

    test: str
    arguments: list[str]
    parts: dict[str, tuple[Any, Any]]

    def __str__(self) -> str:
        lines = [f"{self.test}: zsupport {' '.join(self.arguments)}"]
        for part, sides in self.parts.items():
            old, new = ([*_lines(side)] for side in sides)
            lines += [f"  {part}:", *list(unified_diff(old, new, n=1, lineterm=""))[2:MAX_LINES]]
        return "\n".join(lines)


def _lines(value: Any) -> Iterator[str]:
    """Yield the lines of a result."""
    if isinstance(value, bytes):
        yield from value.decode(errors="backslashreplace").splitlines()
    else:
        yield from map(str, value if isinstance(value, list) else [value])


# -- recording -----------------------------------------------------------------------------------


def _arguments(command: Any) -> list[str] | None:
    """Return the arguments of a command that runs the program, or None."""
    if not isinstance(command, list) or command[1:3] != ["-m", "zsupport"]:
        return None
    return [os.fsdecode(argument) for argument in command[3:]]


def _roots(base: Path, texts: list[str]) -> list[Path]:
    """Return the folders of tests below `base` that the texts name."""
    roots = set()
    for text in texts:
        for part in text.replace("=", "\n").split("\n"):
            if part.startswith(f"{base}/"):
                worker, *rest = Path(part).relative_to(base).parts
                roots.add(base / worker / rest[0] if worker.startswith("popen-") and rest else
                          base / worker)  # fmt: skip
    return sorted(roots)


def _entries(root: Path) -> Iterator[Path]:
    """Yield the entries of a folder and its subfolders, folders first; do not follow links."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - IGNORED)
        yield from (Path(folder) / name for name in (*folders, *sorted(names)))


def _state(roots: list[Path], blobs: Path | None) -> list[list[Any]]:
    """Return path, kind, mode and digest of files below the roots; copy contents to `blobs`."""
    files: list[list[Any]] = []
    for path in (path for root in roots for path in (root, *_entries(root))):
        if path.is_symlink():
            files.append([str(path), "link", 0, os.readlink(path)])
        elif path.is_dir():
            files.append([str(path), "folder", path.stat().st_mode & 0o7777, ""])
        elif path.is_file():
            data = path.read_bytes() if os.access(path, os.R_OK) else b""
            name = hashlib.sha256(data).hexdigest()
            if blobs is not None and not (blobs / name).exists():
                (blobs / name).write_bytes(data)
            files.append([str(path), "file", path.stat().st_mode & 0o7777, name])
    return files


def _record(home: Path, base: Path, arguments: list[str], options: dict[str, Any]) -> None:
    stdin = options.get("input") or b""
    stdin = stdin.encode() if isinstance(stdin, str) else bytes(stdin)
    environment = dict(options.get("env") or os.environ)
    cwd = str(options.get("cwd") or Path.cwd())
    roots = _roots(base, [cwd, *arguments, *environment.values()])
    size = sum(p.stat().st_size for r in roots for p in _entries(r)
               if p.is_file() and not p.is_symlink())  # fmt: skip
    record = {
        "test": os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0],
        "arguments": arguments,
        "environment": environment,
        "cwd": cwd,
        "stdin": base64.b64encode(stdin).decode(),
        "roots": [str(root) for root in roots],
        "files": _state(roots, home / "blobs") if size <= MAX_SIZE else None,
    }
    with (home / f"{os.getpid()}.ndjson").open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def _install(home: Path) -> None:
    """Make `subprocess.run` and `Forks.run` record their command lines."""
    real: Any = subprocess.run
    real_fork = Forks.run
    (home / "blobs").mkdir(parents=True, exist_ok=True)

    def run(command: Any, **options: Any) -> Any:
        arguments = _arguments(command)
        if arguments is not None and not options.get("shell"):
            _record(home, BASE, arguments, options)
        return real(command, **options)

    def fork(
        self: Forks, arguments: Any, stdin: Any, environment: Any, folder: Any, **more: Any
    ) -> Any:
        _record(home, BASE, arguments, {"input": stdin, "env": environment, "cwd": folder})
        return real_fork(self, arguments, stdin, environment, folder, **more)

    vars(subprocess)["run"] = run
    Forks.run = fork  # type: ignore[method-assign]


if "RECORD" in os.environ and __name__ != "__main__":
    _install(Path(os.environ["RECORD"]).absolute())


# -- comparing -----------------------------------------------------------------------------------


def _restore(record: dict[str, Any], blobs: Path) -> None:
    """Write the files that a command line can read."""
    for root in map(Path, record["roots"]):
        for path in (*reversed([*_entries(root)]), root):
            if path.is_symlink() or path.is_file():
                path.unlink()
            elif path.is_dir():
                path.chmod(0o700)
                shutil.rmtree(path, ignore_errors=True)
    for path, kind, mode, content in record["files"]:
        place = Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if kind == "folder":
            place.mkdir(exist_ok=True)
        elif kind == "link":
            place.symlink_to(content)
        else:
            shutil.copyfile(blobs / content, place)
            place.chmod(mode)
    for path, kind, mode, _ in reversed(record["files"]):
        if kind == "folder":
            Path(path).chmod(mode)


def _run(record: dict[str, Any], blobs: Path, checkout: Path, shim: Path) -> dict[str, Any]:
    _restore(record, blobs)
    environment = {**record["environment"], "PYTHONPATH": f"{shim}:{checkout / 'src'}"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "zsupport", *record["arguments"]],
            input=base64.b64decode(record["stdin"]), capture_output=True, check=False,
            env=environment, cwd=record["cwd"], timeout=120,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"error": str(error)}
    folder = os.fsencode(checkout)
    return {
        "stdout": done.stdout.replace(folder, b"CHECKOUT"),
        "stderr": done.stderr.replace(folder, b"CHECKOUT"),
        "exit code": done.returncode,
        "files": _state([Path(root) for root in record["roots"]], None),
    }


def _compare(
    blobs: Path, old: Path, new: Path, shim: Path, records: list[dict[str, Any]]
) -> tuple[int, int, list[str]]:
    """Return the number of command lines, the bytes of their output, and the differences."""
    size = 0
    differences = []
    for record in records:
        before, after = (_run(record, blobs, checkout, shim) for checkout in (old, new))
        size += len(before.get("stdout", b"")) + len(before.get("stderr", b""))
        if before != after:
            parts = {name: (before.get(name), after.get(name)) for name in {*before, *after}
                     if before.get(name) != after.get(name)}  # fmt: skip
            differences.append(str(Difference(record["test"], record["arguments"], parts)))
    return len(records), size, differences


def main(arguments: list[str]) -> int:
    """Compare two checkouts; print the differences and the number of command lines."""
    if len(arguments) != 3:
        print("usage: python tests/replay.py FOLDER OLD NEW", file=sys.stderr)
        return 2
    home, old, new = (Path(path).absolute() for path in arguments)
    texts = [line for file in sorted(home.glob("*.ndjson")) for line in file.open(encoding="utf-8")]
    every = [json.loads(line) for line in dict.fromkeys(texts)]
    records = [record for record in every if record["files"] is not None]
    groups: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        # Command lines of a worker share a home folder, and cannot run at the same time.
        workers = {Path(root).relative_to(BASE).parts[0] for root in record["roots"]}
        groups.setdefault(" ".join(sorted(workers)), []).append(record)
    lines = size = 0
    differences: list[str] = []
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        shim = Path(folder)
        (shim / "sitecustomize.py").write_text(f"import time\ntime.time = lambda: {NOW}.0\n")
        work = partial(_compare, home / "blobs", old, new, shim)
        for ran, wrote, different in pool.map(work, groups.values()):
            lines, size = lines + ran, size + wrote
            differences += different
    print("\n".join(differences[:MAX_SHOWN]))
    omitted = len(every) - len(records)
    print(f"replay: {lines} command lines, {size} bytes, {len(differences)} differences, "
          f"{omitted} omitted because of the size of their files")  # fmt: skip
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
