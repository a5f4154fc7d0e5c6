"""The short path, which answers common questions in little more time than Python needs to start.

It avoids Typer and all other slow imports. PYTHON_MODULES and PROGRAM_MODULES list all modules that
a question can import if the policy is cached. A test reports any other import. Rules for these
modules:

- Import NamedTuple and similar classes from `zsupport.typed`.
- Import names that only annotations use under TYPE_CHECKING.
- Import rarely used modules, such as `re`, in the function that needs them.

Garbage collection is off, and the process ends without cleaning up. `zsupport.cli` imports this
module first, because it installs the finder for the other modules.
"""

from __future__ import annotations

import os
import sys

from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec, SourceFileLoader

    from zsupport.cli.options import Command
else:
    # Take the classes from this module, because importing `importlib.machinery` takes time.
    ModuleSpec, SourceFileLoader = type(__spec__), type(__spec__.loader)

#: Modules of Python and of dependencies. Each of `re`, `enum`, `typing` and `json` is omitted,
#: because importing it would take a tenth of the run time. `tzdata` contains only its version.
PYTHON_MODULES = (
    "__future__", "_bisect", "_collections", "_datetime", "gc", "itertools", "tzdata",
)  # fmt: skip
#: Modules of the program, without those for YAML, texts, `json`, schemas, tables and `--why`.
PROGRAM_MODULES = (
    "answer", "answer.case", "answer.channels", "answer.dimensions", "answer.due", "answer.facts",
    "answer.grants", "answer.hours", "answer.opening", "answer.priority", "answer.promise",
    "answer.remarks", "answer.space", "answer.terms", "answer.topics", "cli", "cli.channels",
    "cli.due", "cli.hours", "cli.options", "cli.output", "cli.policies", "cli.priority",
    "cli.question", "cli.short", "cli.terms", "cli.topics", "clock", "clock.business",
    "clock.days", "clock.deadline", "clock.holidays", "clock.instants", "clock.model",
    "clock.problem", "clock.spans", "clock.target", "clock.windows", "clock.zonefile",
    "clock.zones", "dates", "errors", "library", "limits", "policy", "policy.compiled",
    "policy.files", "policy.languages", "policy.model", "report", "report.plain", "report.text",
    "sources", "sources.cache", "sources.find", "sources.links", "sources.project", "typed",
    "version", "view", "view.channels", "view.due", "view.hours", "view.notes", "view.policies",
    "view.priority", "view.questions", "view.terms", "view.topics", "wording",
)  # fmt: skip


class QuickFinder:
    """A finder for the modules of PROGRAM_MODULES.

    It finds the same files as Python's finder, but does not list folders or try other endings.
    """

    modules = frozenset([f"zsupport.{name}" for name in PROGRAM_MODULES])
    packages = frozenset([name.rpartition(".")[0] for name in modules])

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        """Return the spec of a module, or None to let Python's finder search."""
        if name not in cls.modules or path is None or len(path) != 1:
            return None
        place = path[0] + os.sep + name.rpartition(".")[2]
        is_package = name in cls.packages
        file = f"{place}{os.sep}__init__.py" if is_package else f"{place}.py"
        loader = SourceFileLoader(name, file)
        spec = ModuleSpec(name, loader, origin=file, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [place]
        return spec


if SourceFileLoader.__name__ == "SourceFileLoader":  # the program is not in an archive
    sys.meta_path.insert(0, QuickFinder)


def read_short(command: Command, arguments: list[str]) -> dict[str, object] | None:
    """Return the values of common command lines, or None to let Typer parse the arguments.

    A common command line has full option names. A value follows `=`, or is the next argument and
    does not look like an option. Typer parses all other command lines and reports errors. Tests
    compare both parsers.
    """
    by_flag = {flag: option for option in command.every_option() for flag in option.flags}
    names = [option for option in command.options if not option.flags]
    if any(option.kind == "arguments" or option.choices for option in names):
        return None
    values: dict[str, object] = {}
    rest = iter(arguments)
    for argument in rest:
        if names and argument[:1] not in ("-", ""):
            values[names.pop(0).name] = argument
            continue
        flag, equals, value = argument.partition("=")
        option = by_flag.get(flag)
        if option is None or (equals and option.kind == "flag"):
            return None
        if option.kind == "flag":
            values[option.name] = True
            continue
        if not equals:
            value = next(rest, "--")
            if value[:1] == "-" and value != "-":
                return None
        if option.choices and value not in option.choices:
            return None
        if option.kind == "texts":
            values.setdefault(option.name, []).append(value)  # type: ignore[attr-defined]
        else:
            values[option.name] = value
    for option in command.every_option():
        values.setdefault(option.name, False if option.kind == "flag" else option.default)
    return values
