"""The short way: a plainly written question is answered in little more time than Python starts.

It goes without Typer, and without whatever else takes long to load. `MAY_LOAD` names all that a
question may load where the policy was read before; a test names the import that breaks it. So on
this way NamedTuple and the like come from `zsupport.typed`, what only annotations use is imported
for the type checker alone, and what few questions need, such as `re`, is imported by the function
that needs it. The collector of reference cycles is off, and the process ends without tidying up.

`zsupport.cli` imports this module first, as it also finds those that are imported after it.
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
    # As Python has found and loaded this module; `importlib.machinery` takes time to load.
    ModuleSpec, SourceFileLoader = type(__spec__), type(__spec__.loader)

#: Of Python and its packages. `re`, `enum`, `typing` or `json` would each take a tenth of the
#: time; `tzdata` holds nothing but its version.
OF_PYTHON = (
    "__future__", "_bisect", "_collections", "_datetime", "gc", "itertools", "tzdata",
)  # fmt: skip
#: Modules of the program. Not those that read YAML or texts, `json`, the schemas, tables, `--why`.
OF_PROGRAM = (
    "answer", "answer.case", "answer.channels", "answer.dimensions", "answer.due", "answer.facts",
    "answer.grants", "answer.hours", "answer.opening", "answer.priority", "answer.promise",
    "answer.remarks", "answer.space", "answer.terms", "answer.topics", "cli", "cli.channels",
    "cli.due", "cli.hours", "cli.options", "cli.output", "cli.policies", "cli.priority",
    "cli.question", "cli.short", "cli.terms", "cli.topics", "clock", "clock.business",
    "clock.deadline", "clock.holidays", "clock.instants", "clock.model", "clock.problem",
    "clock.spans", "clock.target", "clock.windows", "clock.zonefile", "clock.zones", "dates",
    "errors", "library", "limits", "policy", "policy.compiled", "policy.files", "policy.model",
    "report", "report.plain", "report.text", "sources", "sources.cache", "sources.find",
    "sources.links", "sources.project", "typed", "version", "view", "view.channels", "view.due",
    "view.hours", "view.notes", "view.policies", "view.priority", "view.questions", "view.terms",
    "view.topics", "wording",
)  # fmt: skip


class QuickFinder:
    """Finds the modules of OF_PROGRAM in the folders of their packages, and no other module.

    It gives what Python's own finder gives, without listing the folders and trying other endings.
    """

    modules = frozenset([f"zsupport.{name}" for name in OF_PROGRAM])
    packages = frozenset([name.rpartition(".")[0] for name in modules])

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        """Return where a module is, None where Python's own finder has to look."""
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


if SourceFileLoader.__name__ == "SourceFileLoader":  # the program lies in no archive
    sys.meta_path.insert(0, QuickFinder)


def read_short(command: Command, arguments: list[str]) -> dict[str, object] | None:
    """Return the values that plainly written arguments give, None where Typer has to look.

    Plainly written: options in full, each value in an argument of its own that does not look
    like an option, or after `=`; and a name, where the command takes one. Whatever is unusual or
    wrong is Typer's, which defines what a command line means; the tests hold this to it.
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
