"""The configuration of `check` for a project: [tool.zsupport.check] in its pyproject.toml.

The keys are those of SETTINGS. Options on the command line override them. A file belongs to the
nearest project at or above its folder, independent of the current folder.
"""

from __future__ import annotations

from zsupport.check.catalogue import codes_of, ignorable_codes
from zsupport.errors import UsageError
from zsupport.findings import SEVERITIES
from zsupport.sources.globs import matches_below
from zsupport.sources.project import Project, check_keys
from zsupport.sources.select import SelectedFile
from zsupport.sources.settings import (
    NearestSetting,
    SharedConfig,
    check_patterns,
    invalid_value,
    text_list,
)
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: Each key, with the accepted value and an example.
SETTINGS = {
    "select": Message("a list of rules: {example}", example='select = ["ZS4", "unreachable-rule"]'),
    "ignore": Message("a list of rules: {example}", example='ignore = ["ZS4", "unreachable-rule"]'),
    "fail-on": Message(
        "one of {severities}: {example}",
        severities=", ".join(SEVERITIES),
        example='fail-on = "warning"',
    ),
    "per-file-ignores": Message(
        "rules by pattern: {example}", example='per-file-ignores = {"old/*.yaml" = ["ZS4"]}'
    ),
    "exclude": Message(
        "a list of patterns: {example}", example='exclude = ["drafts", "old/*.yaml"]'
    ),
}


class Config(NamedTuple):
    """The configuration of a project. The defaults are for files without a project."""

    folder: str | None = None
    select: frozenset[str] | None = None  # codes
    ignore: frozenset[str] = frozenset()
    fail_on: str | None = None
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...] = ()  # patterns of files, and codes
    #: The rules that the configuration switches off, as they are written in the file.
    switched_off: tuple[str, ...] = ()

    def ignored(self, path: str) -> frozenset[str]:
        """Return the codes that are ignored in a file."""
        if not self.per_file_ignores:
            return frozenset()
        return frozenset().union(
            *(
                codes
                for pattern, codes in self.per_file_ignores
                if matches_below(pattern, path, self.folder)
            )
        )


#: The configuration of files that belong to no project.
NO_CONFIG = Config()


class Configs:
    """The configurations of projects for `check`, by file.

    Its methods raise UsageError for an unknown key or an invalid value.
    """

    def __init__(self, current: str | None, config: SharedConfig | None = None) -> None:
        """Create without reading files. `current` is the current folder; None if it was removed.

        `config` replaces the configurations of the projects.
        """
        self._current = current
        self._nearest = NearestSetting(_config, NO_CONFIG, config)

    def of(self, file: SelectedFile) -> Config:
        """Return the configuration of a file; files without a folder use the current folder."""
        if file.shipped or file.shown == "-":
            return NO_CONFIG if self._current is None else self._nearest.of_folder(self._current)
        return self._nearest.of(file.shown if file.path == "-" else file.path)


def _config(project: Project) -> Config | None:
    """Return the configuration in a project file; None without [tool.zsupport.check]."""
    table = project.table.get("check")
    if table is None:
        return None
    check_keys(project.path, "tool.zsupport.check", table, SETTINGS)
    ignores: dict[str, object] = table.get("per-file-ignores", {})
    if not isinstance(ignores, dict):
        raise _invalid(project, "per-file-ignores")
    check_patterns(project, "per-file-ignores", ignores)
    fail_on = table.get("fail-on")
    if fail_on is not None and fail_on not in SEVERITIES:
        raise _invalid(project, "fail-on")
    select = _texts(project, "select", table["select"]) if "select" in table else None
    ignore = _texts(project, "ignore", table.get("ignore", []))
    by_pattern = {
        pattern: _texts(project, "per-file-ignores", names) for pattern, names in ignores.items()
    }
    switched_off: list[str] = []
    if select is not None:
        switched_off.append(Message("all rules except {rules}", rules=", ".join(select)))
    switched_off += ignore
    switched_off += [
        Message("{rules} in {pattern}", rules=", ".join(names), pattern=pattern)
        for pattern, names in by_pattern.items()
    ]
    prefix = f"{project.path}: check."
    return Config(
        project.folder,
        None if select is None else codes_of(select, f"{prefix}select"),
        ignorable_codes(ignore, f"{prefix}ignore"),
        fail_on,
        tuple(
            (pattern, ignorable_codes(names, f"{prefix}per-file-ignores"))
            for pattern, names in by_pattern.items()
        ),
        tuple(switched_off),
    )


def _texts(project: Project, key: str, value: object) -> tuple[str, ...]:
    return text_list(project, "tool.zsupport.check", key, value, SETTINGS[key])


def _invalid(project: Project, key: str) -> UsageError:
    return invalid_value(project, "tool.zsupport.check", key, SETTINGS[key])
