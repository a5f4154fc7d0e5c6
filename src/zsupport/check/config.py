"""What a project wants of `check`: [tool.zsupport.check] in its pyproject.toml.

The keys are those of SETTINGS. What is said on the command line stands above them. A file belongs
to the nearest project at or above its folder, from wherever it is looked at.
"""

import os
from typing import Any, NamedTuple

from zsupport.check.catalogue import codes_of, ignorable
from zsupport.errors import UsageError
from zsupport.findings import SEVERITIES
from zsupport.policy.discover import Target, fits
from zsupport.policy.project import Project, known, project_in

#: Each key, and what its value looks like.
SETTINGS = {
    "select": 'a list of rules: select = ["ZS4", "dead-rule"]',
    "ignore": 'a list of rules: ignore = ["ZS4", "dead-rule"]',
    "fail-on": f'one of {", ".join(SEVERITIES)}: fail-on = "warning"',
    "per-file-ignores": 'rules by pattern: per-file-ignores = {"old/*.yaml" = ["ZS4"]}',
    "exclude": 'a list of patterns: exclude = ["drafts", "old/*.yaml"]',
}


class Config(NamedTuple):
    """What a project says; without one, nothing."""

    folder: str | None = None
    select: frozenset[str] | None = None  # codes
    ignore: frozenset[str] = frozenset()
    fail_on: str | None = None
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...] = ()
    exclude: tuple[str, ...] = ()

    def ignored(self, path: str) -> frozenset[str]:
        """Return the codes that are ignored in a file."""
        if not self.per_file_ignores:
            return frozenset()
        codes = (codes for pattern, codes in self.per_file_ignores if self._fits(pattern, path))
        return frozenset().union(*codes)

    def left_out(self, path: str) -> bool:
        """Return whether a file or folder that was found in a folder is not to be looked at."""
        return any(self._fits(pattern, path) for pattern in self.exclude)

    def _fits(self, pattern: str, path: str) -> bool:
        """Return whether a pattern fits: without a slash the name, else the way to it."""
        if "/" not in pattern.rstrip("/"):
            return fits(pattern.rstrip("/"), os.path.basename(path))
        path = os.path.relpath(path, self.folder)
        return fits(pattern.strip("/"), path.replace(os.sep, "/"))


#: What is said where no project says anything.
NOTHING = Config()


class Configs:
    """What the projects say about `check`; each is read once, however many files lie below it.

    Its methods raise UsageError for a key or a value that means nothing.
    """

    def __init__(self, here: str | None) -> None:
        """Begin with nothing read; `here` is the current folder, None where it is gone."""
        self._here = here
        self._known: dict[str, Config] = {}

    def of(self, target: Target) -> Config:
        """Return what counts for a file; for what lies in no folder, it is what counts here."""
        if target.shipped or target.shown == "-":
            return NOTHING if self._here is None else self._at(self._here)
        return self.of_path(target.shown if target.path == "-" else target.path)

    def of_path(self, path: str) -> Config:
        """Return what the nearest project at or above the folder of a file or folder says."""
        try:
            return self._at(os.path.dirname(os.path.abspath(path)))
        except OSError:
            return NOTHING  # the current folder is gone, and nothing is found from it

    def left_out(self, path: str) -> bool:
        """Return whether a file or folder that was found in a folder is not to be looked at."""
        return self.of_path(path).left_out(path)

    def _at(self, folder: str) -> Config:
        below: list[str] = []
        # A loop, as folders can be nested deeper than calls.
        while (found := self._known.get(folder)) is None:
            below.append(folder)
            project = project_in(folder, "leave the table [tool.zsupport] out")
            above = os.path.dirname(folder)
            if project is not None and "check" in project.table:
                found = _config(project)
                break
            if above == folder:
                found = NOTHING
                break
            folder = above
        self._known |= dict.fromkeys(below, found)
        return found


def _config(project: Project) -> Config:
    table = project.table["check"]
    where = "tool.zsupport.check"
    if not isinstance(table, dict):
        raise UsageError(f"{project.path}: `{where}` is no table", f"write [{where}]")
    known(project.path, where, table, SETTINGS)
    ignores: dict[str, Any] = table.get("per-file-ignores", {})
    if not isinstance(ignores, dict):
        raise _wrong(project, "per-file-ignores")
    fail_on = table.get("fail-on")
    if fail_on is not None and fail_on not in SEVERITIES:
        raise _wrong(project, "fail-on")
    select = table.get("select")
    said = f"{project.path}: check."
    return Config(
        project.folder,
        None if select is None else codes_of(_texts(project, "select", select), f"{said}select"),
        ignorable(_texts(project, "ignore", table.get("ignore", [])), f"{said}ignore"),
        fail_on,
        tuple(
            (
                pattern,
                ignorable(_texts(project, "per-file-ignores", names), f"{said}per-file-ignores"),
            )
            for pattern, names in ignores.items()
        ),
        _texts(project, "exclude", table.get("exclude", [])),
    )


def _texts(project: Project, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise _wrong(project, key)
    return tuple(value)


def _wrong(project: Project, key: str) -> UsageError:
    message = f"{project.path}: `{key}` in [tool.zsupport.check] cannot be read"
    return UsageError(message, SETTINGS[key])
