"""A common question imports only the modules that `zsupport.cli.short` allows."""

import re
import subprocess
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from conftest import Cli

from zsupport.cli.short import PROGRAM_MODULES, PYTHON_MODULES, QuickFinder

QUESTIONS = {
    "channels": "channels --plan business --role admin",
    "due": "due --plan pro --role owner --priority P2 --opened 2026-11-23T10:00:00+01:00",
    "due with =": "due --plan=pro --role=owner --opened=@1795000000 --tz=Europe/Oslo -q",
    "due in a zone": "due --policy hivemq --plan basic --priority P2 --channel portal",
    "hours": "hours --policy gitlab",
    "hours by name": "hours basic --policy hivemq --at 2026-12-24T10:00:00+01:00",
    "hours of a case": "hours --policy gitlab --plan premium --channel emergency",
    "priority": "priority --fact impact=down",
    "topics": "topics",
    "priority in Norwegian": "priority --lang nb",
    "terms": "terms --policy redhat",
    "policies": "policies",
    "policies by name": "policies zoom",
}
SCRIPT = "import sys\nfrom zsupport.cli import run\nsys.exit(run())\n"


def chains(stderr: str) -> dict[str, tuple[str, ...]]:
    """Return the modules that a process imported, with the modules that led to each import."""
    # A module is listed after the modules that it imports, which are indented further.
    lines = re.findall(r"^import time:[^|]*\|[^|]*\| ( *)(\S+)$", stderr, re.M)
    modules: dict[str, tuple[str, ...]] = {}
    above: list[tuple[int, str]] = []
    for spaces, module in reversed(lines):
        while above and above[-1][0] >= len(spaces):
            above.pop()
        modules[module] = tuple(name for _, name in above)
        above.append((len(spaces), module))
    return modules


def imported_modules(command: list[str], cli: Cli, home: Path) -> dict[str, tuple[str, ...]]:
    """Run Python and return the imported modules, with their import chains."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        env=cli.environment({"XDG_CACHE_HOME": str(home)}), cwd=home,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return chains(done.stderr)


@pytest.mark.parametrize("name", QUESTIONS)
def test_question_imports_only_allowed_modules(name: str, cli: Cli, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    question = [str(script), *QUESTIONS[name].split()]
    imported_modules(question, cli, tmp_path)  # fills the cache
    allowed = {*PYTHON_MODULES, "zsupport", *(f"zsupport.{module}" for module in PROGRAM_MODULES)}
    allowed |= imported_modules(["-c", "pass"], cli, tmp_path).keys()
    imported = imported_modules(question, cli, tmp_path)
    assert "zsupport.cli.short" in imported
    surplus = [
        " -> ".join((*chain, module)) for module, chain in imported.items() if module not in allowed
    ]
    assert surplus == []


def test_import_chain_of_a_module_is_reported() -> None:
    stderr = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:        10 |         10 |   enum\n"
        "import time:        10 |         20 | re\n"
        "import time:        10 |         10 |     typing\n"
        "import time:        10 |         20 |   b\n"
        "import time:        10 |         30 | a\n"
    )
    assert chains(stderr) == {
        "a": (), "b": ("a",), "typing": ("a", "b"), "re": (), "enum": ("re",),
    }  # fmt: skip


def test_allowed_modules_exist() -> None:
    for module in PROGRAM_MODULES:
        path = Path(sys.modules["zsupport"].__file__ or "").parent.joinpath(*module.split("."))
        assert path.with_suffix(".py").is_file() or (path / "__init__.py").is_file(), module


def facts_of(spec: ModuleSpec | None) -> tuple[object, ...]:
    assert spec is not None
    loader: Any = spec.loader
    return (
        spec.name, spec.origin, spec.cached, spec.has_location, spec.submodule_search_locations,
        type(loader), loader.name, loader.path,
    )  # fmt: skip


@pytest.mark.parametrize("module", PROGRAM_MODULES)
def test_quick_finder_equals_the_finder_of_python(module: str) -> None:
    name = f"zsupport.{module}"
    path = import_module(name.rpartition(".")[0]).__path__
    assert facts_of(QuickFinder.find_spec(name, path)) == facts_of(PathFinder.find_spec(name, path))


def test_quick_finder_ignores_other_modules() -> None:
    path = import_module("zsupport.answer").__path__
    assert QuickFinder.find_spec("zsupport.answer.nothing", path) is None
    assert QuickFinder.find_spec("zsupport.policy.loader", path) is None
    assert QuickFinder.find_spec("answer.case", path) is None
    assert QuickFinder.find_spec("zsupport.answer.case", None) is None
    assert QuickFinder.find_spec("zsupport.answer.case", [*path, *path]) is None


def test_archive_uses_the_finder_for_archives(tmp_path: Path) -> None:
    package = Path(sys.modules["zsupport"].__file__ or "").parent
    archive = tmp_path / "program.zip"
    with ZipFile(archive, "w") as files:
        for path in package.rglob("*.py"):
            files.write(path, path.relative_to(package.parent))
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop()); import zsupport.cli;"
        "print(zsupport.cli.output.__file__, *sys.meta_path)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(archive)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(str(archive))
    assert "QuickFinder" not in done.stdout
