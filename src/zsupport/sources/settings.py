"""Settings of projects, from the nearest pyproject.toml at or above a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sized
from typing import Generic, TypeVar

from zsupport.errors import UsageError
from zsupport.limits import PATTERNS
from zsupport.sources.globs import matches_below
from zsupport.sources.links import LEAVING_LINK
from zsupport.sources.project import Project, project_from, project_in, project_of
from zsupport.typed import NamedTuple
from zsupport.wording import Message

_OTHER_FILE = Message("name another file with {config}")
_EXCLUDE = Message('write a list of patterns such as exclude = ["drafts", "old/*.yaml"]')

Setting = TypeVar("Setting")


class SharedConfig(NamedTuple):
    """A configuration that applies to all files. Without a project, nothing is configured."""

    project: Project | None


def read_config(
    config: str | None, folder: str | None, environment: Mapping[str, str]
) -> SharedConfig | None:
    """Return the configuration that `config` selects: FILE, REV:FILE or `none`.

    The result is None if `config` is None. REV:FILE is a file of a Git revision, by its path from
    the top of the repository. If the file is missing in the revision, or has no table
    [tool.zsupport], nothing is configured. A path on disk with a colon must start with `./` or `/`.

    Patterns in the file match paths relative to `folder`, the current folder. Raises UsageError if
    a FILE cannot be read or has no table [tool.zsupport], and the errors of `Repository`.
    """
    if config is None:
        return None
    if config == "none":
        return SharedConfig(None)
    if ":" in config and not os.path.isabs(config) and config[0] != ".":
        project = _of_revision(config, environment)
        return SharedConfig(project and project._replace(folder=folder or ""))
    project = project_of(config, _OTHER_FILE) if folder else None
    if project is None:
        raise UsageError(
            Message("{config}: no table [tool.zsupport]", config=config),
            Message("name a file such as pyproject.toml with {config}, or `none`"),
        )
    return SharedConfig(project._replace(folder=folder or ""))


def _of_revision(config: str, environment: Mapping[str, str]) -> Project | None:
    """Return the project of REV:FILE, or None."""
    from zsupport.sources.git import Repository

    revision, _, file = config.partition(":")
    if not file:
        raise UsageError(
            Message("{config}: missing file name in `{value}`", value=config),
            Message("write a revision and a file, such as main:pyproject.toml"),
        )
    repository = Repository(environment)
    files = repository.files(repository.commit(revision), file, lambda path: path == file)
    if files.leaving_links:
        raise UsageError(
            Message("{path}: {problem}", path=config, problem=LEAVING_LINK),
            Message("name the file itself"),
        )
    text = repository.read(files.blobs)
    return project_from(text[0], config, _OTHER_FILE) if text else None


class NearestSetting(Generic[Setting]):
    """A setting of the nearest project at or above a folder. Each pyproject.toml is read once."""

    def __init__(
        self,
        read: Callable[[Project], Setting | None],
        otherwise: Setting,
        config: SharedConfig | None = None,
    ) -> None:
        """`read` returns the setting of a project, or None. `otherwise` is the default.

        With `config`, its setting applies to all files.
        """
        self._read = read
        self._otherwise = otherwise
        self._by_folder: dict[str, Setting] = {}
        self._only: Setting | None = None
        if config is not None:
            setting = read(config.project) if config.project else None
            self._only = otherwise if setting is None else setting

    def of(self, path: str) -> Setting:
        """Return the setting for a file or folder."""
        if self._only is not None:
            return self._only
        try:
            return self.of_folder(os.path.dirname(os.path.abspath(path)))
        except OSError:
            return self._otherwise  # the current folder was removed

    def of_folder(self, folder: str) -> Setting:
        """Return the setting for a folder."""
        if self._only is not None:
            return self._only
        below: list[str] = []
        # Not recursive, because folders can be nested deeper than the call stack.
        while (setting := self._by_folder.get(folder)) is None:
            below.append(folder)
            project = project_in(folder, Message("remove the table [tool.zsupport]"))
            setting = None if project is None else self._read(project)
            above = os.path.dirname(folder)
            if setting is None and above == folder:
                setting = self._otherwise
            if setting is not None:
                break
            folder = above
        self._by_folder |= dict.fromkeys(below, setting)
        return setting


class _Exclusion(NamedTuple):
    """The patterns of a project, and the folder of the project."""

    folder: str | None = None
    patterns: tuple[str, ...] = ()


class Exclusions:
    """The files and folders that projects exclude.

    A project excludes files with the key `exclude` in [tool.zsupport] or [tool.zsupport.check]. The
    patterns of both tables apply to all commands. For a file, the patterns are those of the nearest
    project with this key, at or above the file.
    """

    def __init__(self, config: SharedConfig | None = None) -> None:
        """With `config`, its patterns apply to all files instead of those of the projects."""
        self._nearest = NearestSetting(_exclusion, _Exclusion(), config)
        self._used_patterns: dict[str, None] = {}

    def remark(self) -> str | None:
        """Return a remark with the patterns that have excluded a path so far, or None."""
        if not self._used_patterns:
            return None
        patterns = ", ".join(self._used_patterns)
        return Message("excluded by configuration: {patterns}", patterns=patterns)

    def __call__(self, path: str) -> bool:
        """Return whether a file or folder in a folder is excluded.

        Raises UsageError for an invalid setting or pattern.
        """
        folder, patterns = self._nearest.of(path)
        pattern = next((p for p in patterns if matches_below(p, path, folder)), None)
        if pattern is not None:
            self._used_patterns[pattern] = None
        return pattern is not None


def _exclusion(project: Project) -> _Exclusion | None:
    check = project.table.get("check")
    patterns: list[str] | None = None
    for where, table in (("tool.zsupport", project.table), ("tool.zsupport.check", check)):
        if isinstance(table, dict) and "exclude" in table:
            added = text_list(project, where, "exclude", table["exclude"], _EXCLUDE)
            patterns = [*(patterns or ()), *added]
    if patterns is None:
        return None
    check_patterns(project, "exclude", patterns)
    return _Exclusion(project.folder, tuple(patterns))


def check_patterns(project: Project, key: str, patterns: Sized) -> None:
    """Raise UsageError if a key has too many patterns."""
    if len(patterns) > PATTERNS.most:
        count, limit = f"{len(patterns):,}", PATTERNS.most
        raise UsageError(
            Message(
                "{path}: too many patterns in `{key}`: {count} (limit {limit})",
                path=project.path,
                key=key,
                count=count,
                limit=limit,
            ),
            PATTERNS.hint,
        )


def text_list(project: Project, where: str, key: str, value: object, hint: str) -> tuple[str, ...]:
    """Return a list of texts in a table; raise UsageError with the hint for any other value."""
    if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
        raise invalid_value(project, where, key, hint)
    return tuple(value)


def invalid_value(project: Project, where: str, key: str, hint: str) -> UsageError:
    """Return the error for an invalid value of a key."""
    return UsageError(
        Message(
            "{path}: invalid value of `{key}` in [{table}]", path=project.path, key=key, table=where
        ),
        hint,
    )
