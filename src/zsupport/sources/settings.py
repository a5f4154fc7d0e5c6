"""Settings of projects: what the nearest pyproject.toml at or above a folder says."""

import os
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from zsupport.errors import UsageError
from zsupport.sources.globs import fits_below
from zsupport.sources.project import Project, project_in

_EXCLUDE = 'a list of patterns: exclude = ["drafts", "old/*.yaml"]'

Setting = TypeVar("Setting")


class Nearest(Generic[Setting]):
    """A setting of the nearest project at or above a folder; each pyproject.toml is read once."""

    def __init__(self, read: Callable[[Project], Setting | None], otherwise: Setting) -> None:
        """`read` returns the setting of a project, None where it has none."""
        self._read = read
        self._otherwise = otherwise
        self._known: dict[str, Setting] = {}

    def of(self, path: str) -> Setting:
        """Return what counts for a file or folder: of the projects at or above its folder."""
        try:
            return self.of_folder(os.path.dirname(os.path.abspath(path)))
        except OSError:
            return self._otherwise  # the current folder is gone, and nothing is found from it

    def of_folder(self, folder: str) -> Setting:
        """Return what counts in a folder."""
        below: list[str] = []
        # A loop, as folders can be nested deeper than calls.
        while (found := self._known.get(folder)) is None:
            below.append(folder)
            project = project_in(folder, "leave the table [tool.zsupport] out")
            found = None if project is None else self._read(project)
            above = os.path.dirname(folder)
            if found is None and above == folder:
                found = self._otherwise
            if found is not None:
                break
            folder = above
        self._known |= dict.fromkeys(below, found)
        return found


class _Exclusion(NamedTuple):
    folder: str | None = None
    patterns: tuple[str, ...] = ()


class Exclusions:
    """What projects exclude from their folders.

    A file belongs to the nearest project at or above its folder that has `exclude`, in
    [tool.zsupport] or in [tool.zsupport.check], where it counts for every command too.
    """

    def __init__(self) -> None:
        self._nearest = Nearest(_exclusion, _Exclusion())

    def __call__(self, path: str) -> bool:
        """Return whether a file or folder that was found in a folder is excluded.

        Raises UsageError for a setting that cannot be read and for an invalid pattern.
        """
        folder, patterns = self._nearest.of(path)
        return any(fits_below(pattern, path, folder) for pattern in patterns)


def _exclusion(project: Project) -> _Exclusion | None:
    check = project.table.get("check")
    found: list[str] | None = None
    for where, table in (("tool.zsupport", project.table), ("tool.zsupport.check", check)):
        if isinstance(table, dict) and "exclude" in table:
            found = [*(found or ()), *texts(project, where, "exclude", table["exclude"], _EXCLUDE)]
    return None if found is None else _Exclusion(project.folder, tuple(found))


def texts(project: Project, where: str, key: str, value: object, hint: str) -> tuple[str, ...]:
    """Return a list of texts of a table; raise UsageError with the hint for another value."""
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise wrong(project, where, key, hint)
    return tuple(value)


def wrong(project: Project, where: str, key: str, hint: str) -> UsageError:
    """Return the error that the value of a key cannot be read."""
    return UsageError(f"{project.path}: invalid value of `{key}` in [{where}]", hint)
