"""Settings of projects: what the nearest pyproject.toml at or above a folder says."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sized
from typing import Generic, TypeVar

from zsupport.errors import UsageError
from zsupport.limits import PATTERNS
from zsupport.sources.globs import fits_below
from zsupport.sources.links import LEADS_OUT
from zsupport.sources.project import Project, project_from, project_in, project_of
from zsupport.typed import NamedTuple
from zsupport.wording import Message

_ANOTHER = Message("name another file with {config}")
_EXCLUDE = 'a list of patterns: exclude = ["drafts", "old/*.yaml"]'

Setting = TypeVar("Setting")


class Only(NamedTuple):
    """The one configuration that counts for every file; without a project, none does."""

    project: Project | None


def configured(
    config: str | None, folder: str | None, environment: Mapping[str, str]
) -> Only | None:
    """Return the settings that `config` names: a file or `none`; None: each file has a project.

    REV:FILE is a file of a Git revision, from the top of the repository, never a file on disk: a
    path with a colon begins with `./` or `/`. A revision without the file, or in which it has no
    table for this program, configures nothing.

    The patterns of the file are about paths from `folder`, the current one. Raises UsageError for
    a file that cannot be read or has no table for this program, and what `Repository` raises.
    """
    if config is None:
        return None
    if config == "none":
        return Only(None)
    if ":" in config and not os.path.isabs(config) and config[0] != ".":
        project = _of_revision(config, environment)
        return Only(project and project._replace(folder=folder or ""))
    project = project_of(config, _ANOTHER) if folder else None
    if project is None:
        raise UsageError(
            f"{config}: no [tool.zsupport] can be read here",
            Message("{config} takes a file such as pyproject.toml, or `none`"),
        )
    return Only(project._replace(folder=folder or ""))


def _of_revision(config: str, environment: Mapping[str, str]) -> Project | None:
    """Return what REV:FILE configures, None for nothing."""
    from zsupport.sources.git import Repository

    revision, _, file = config.partition(":")
    if not file:
        raise UsageError(
            Message("{config}: `{name}` names no file", name=config), "such as main:pyproject.toml"
        )
    repository = Repository(environment)
    files = repository.files(repository.commit(revision), file, lambda path: path == file)
    if files.leading_out:
        raise UsageError(f"{config}: {LEADS_OUT}", "name the file itself")
    text = repository.read(files.blobs)
    return project_from(text[0], config, _ANOTHER) if text else None


class Nearest(Generic[Setting]):
    """A setting of the nearest project at or above a folder; each pyproject.toml is read once."""

    def __init__(
        self,
        read: Callable[[Project], Setting | None],
        otherwise: Setting,
        config: Only | None = None,
    ) -> None:
        """`read` returns the setting of a project, None where it has none.

        Where there is a `config`, it counts for every file.
        """
        self._read = read
        self._otherwise = otherwise
        self._known: dict[str, Setting] = {}
        self._only: Setting | None = None
        if config is not None:
            found = read(config.project) if config.project else None
            self._only = otherwise if found is None else found

    def of(self, path: str) -> Setting:
        """Return what counts for a file or folder: of the projects at or above its folder."""
        if self._only is not None:
            return self._only
        try:
            return self.of_folder(os.path.dirname(os.path.abspath(path)))
        except OSError:
            return self._otherwise  # the current folder is gone, and nothing is found from it

    def of_folder(self, folder: str) -> Setting:
        """Return what counts in a folder."""
        if self._only is not None:
            return self._only
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

    def __init__(self, config: Only | None = None) -> None:
        """Begin with nothing read; a `config` counts in place of the projects."""
        self._nearest = Nearest(_exclusion, _Exclusion(), config)
        self._used: dict[str, None] = {}

    def used(self) -> str | None:
        """Return in words which patterns have excluded something, None where none has."""
        return f"excluded by configuration: {', '.join(self._used)}" if self._used else None

    def __call__(self, path: str) -> bool:
        """Return whether a file or folder that was found in a folder is excluded.

        Raises UsageError for a setting that cannot be read and for an invalid pattern.
        """
        folder, patterns = self._nearest.of(path)
        found = next((each for each in patterns if fits_below(each, path, folder)), None)
        if found is not None:
            self._used[found] = None
        return found is not None


def _exclusion(project: Project) -> _Exclusion | None:
    check = project.table.get("check")
    found: list[str] | None = None
    for where, table in (("tool.zsupport", project.table), ("tool.zsupport.check", check)):
        if isinstance(table, dict) and "exclude" in table:
            found = [*(found or ()), *texts(project, where, "exclude", table["exclude"], _EXCLUDE)]
    if found is None:
        return None
    check_patterns(project, "exclude", found)
    return _Exclusion(project.folder, tuple(found))


def check_patterns(project: Project, key: str, patterns: Sized) -> None:
    """Raise UsageError where a key has more patterns than files are compared with."""
    if len(patterns) > PATTERNS.most:
        says = f"{len(patterns):,} {PATTERNS.counts}; at most {PATTERNS.most}"
        raise UsageError(f"{project.path}: {key}: {says}", PATTERNS.way_out)


def texts(project: Project, where: str, key: str, value: object, hint: str) -> tuple[str, ...]:
    """Return a list of texts of a table; raise UsageError with the hint for another value."""
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise wrong(project, where, key, hint)
    return tuple(value)


def wrong(project: Project, where: str, key: str, hint: str) -> UsageError:
    """Return the error that the value of a key cannot be read."""
    return UsageError(f"{project.path}: invalid value of `{key}` in [{where}]", hint)
