"""What a project wants of `check`: [tool.zsupport.check] in its pyproject.toml.

The keys are those of SETTINGS. What is said on the command line stands above them.
"""

import os
from typing import Any, NamedTuple

from zsupport.check.catalogue import codes_of, ignorable
from zsupport.check.discover import fits
from zsupport.errors import UsageError
from zsupport.findings import SEVERITIES
from zsupport.policy.project import Project, known, projects

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


def read_config(folder: str | None) -> Config:
    """Return what the nearest project at or above a folder says about `check`.

    Raises UsageError for a key or a value that means nothing.
    """
    for project in projects(folder, "leave the table [tool.zsupport] out"):
        if "check" in project.table:
            return _config(project)
    return Config()


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
