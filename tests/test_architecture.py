"""The house: imports point downwards only, and what costs time is imported where it is needed."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from pkgutil import resolve_name

import pytest

from zsupport.cli.options import COMMANDS, load_command

SOURCE = Path(__file__).parent.parent / "src"

# From the bottom up. A module may import from its own storey and from those below.
STOREYS = [
    ["version", "findings", "errors", "limits", "wording", "dates", "typed"],
    ["clock"],
    ["policy"],
    ["sources"],
    ["answer"],
    ["analysis"],
    ["library", "calendar"],
    ["suite"],
    ["check"],
    ["diff"],
    ["report"],
    ["view", "guide", "starter"],
    ["cli"],
    ["", "__main__"],  # the package's own names, and `python -m zsupport`
]
STOREY = {name: number for number, names in enumerate(STOREYS) for name in names}

# Who may import what is not of the standard library.
HOMES = {
    "rich": {"zsupport.report.guide", "zsupport.report.progress", "zsupport.report.table"},
    # Its exceptions are caught where the command line is run.
    "typer": {"zsupport.cli.app", "zsupport.cli"},
    "yaml": {"zsupport.policy.yamltext"},
    "holidays": {"zsupport.clock.holidays"},
    "tzdata": {"zsupport.clock.zones"},
}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted((SOURCE / "zsupport").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


MODULES = modules()


@cache
def imports(module: str) -> set[str]:
    """Return the modules that a module imports, wherever in it."""
    found: set[str] = set()
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by dots"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else str(node.module) for name in names}
        elif (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module"
            and isinstance(node.args[0], ast.Constant)
        ):
            found.add(str(node.args[0].value))
    return found


def storey(module: str) -> int:
    first = module.removeprefix("zsupport").removeprefix(".").partition(".")[0]
    assert first in STOREY, f"{module} has no place in the house"
    return STOREY[first]


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_downwards_only(module: str) -> None:
    for imported in imports(module):
        if imported.partition(".")[0] != "zsupport":
            continue
        assert imported in MODULES, f"{module} imports {imported}, which is not there"
        assert storey(imported) <= storey(module), f"{module} imports {imported}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    # Imports inside functions and for types alone count too; a package imports what is in it.
    TopologicalSorter(
        {module: {each for each in imports(module) if each in MODULES} for module in MODULES}
    ).prepare()


def table(heading: str) -> list[list[str]]:
    """Return the cells of a table in the pages for contributors, its head left out."""
    text = (SOURCE.parent / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:2] == "| "]
    return rows[1:]


def test_the_layers_are_those_that_contributors_read_of() -> None:
    rows = [re.findall("`([a-z_]+)(?:[.]py)?`", packages) for packages, _ in table("Layers")]
    assert [set(row) for row in rows] == [set(names) for names in STOREYS[:-1]]


def test_the_ways_through_the_code_are_there() -> None:
    for _, steps in table("Ways through the code"):
        for step in re.findall("`([a-zA-Z_.]+)`", steps):
            resolve_name(f"zsupport.{step}")  # raises if it is missing


# Below `cli` texts name fields, and the caller says how it writes them. These name an option:
NAMED_OPTIONS = {
    "zsupport.sources.git": {"--format"},  # an option of git, in an argument for it
}

# Commands that texts below `cli` name, each where no caller has another way:
NAMED_COMMANDS = {
    "zsupport.check.catalogue": {"check"},  # for comments and settings of `check`
    "zsupport.check.rules.exchanged_days": {"hours"},  # Python pins no holidays
    "zsupport.policy.loader": {"help"},  # the guides
    "zsupport.sources.find": {"test"},  # Python runs no tests
    "zsupport.suite.format": {"channels", "due", "hours", "priority"},  # what keys are named after
    "zsupport.suite.outcome": {"help"},  # the guides
    "zsupport.suite.reading": {"help"},  # the guides
}


@cache
def options() -> frozenset[str]:
    commands = [load_command(name) for name in COMMANDS]
    flags = {f for each in commands for option in each.every_option() for f in option.flags}
    return frozenset({flag for flag in flags if flag[:2] == "--"} | {"--help", "--version"})


def options_in(text: str) -> set[str]:
    """Return the options that a text names."""
    return set(re.findall("--[a-z][a-z-]*", text)) & options()


def commands_in(text: str) -> set[str]:
    """Return the commands that a text names."""
    return set(re.findall(rf"\bzsupport ({'|'.join(COMMANDS)})\b", text))


def docstrings(tree: ast.Module) -> set[ast.expr]:
    """Return the docstrings of a module: nobody who runs the program reads them."""
    documented = [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    ]
    return {each.value for each in documented if isinstance(each, ast.Expr)}


def test_no_text_below_the_command_line_names_an_option_or_a_command() -> None:
    found_options: dict[str, set[str]] = {}
    found_commands: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        if storey(module) >= STOREY["cli"]:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        ignored = docstrings(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found_options.setdefault(module, set()).update(options_in(node.value))
                if node not in ignored:
                    found_commands.setdefault(module, set()).update(commands_in(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = [each.value for each in node.values if isinstance(each, ast.Constant)]
                assert not any(str(each).endswith("--") for each in parts), f"{module} makes one"
    assert {module: named for module, named in found_options.items() if named} == NAMED_OPTIONS
    assert {module: named for module, named in found_commands.items() if named} == NAMED_COMMANDS


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("such as --plan or --fact", {"--plan", "--fact"}),
        ("(--customer-tz)", {"--customer-tz"}),
        ("`--metric all` asks for each", {"--metric"}),
        ("`zsupport hours --freeze` prints it", {"--freeze"}),
        ("`test --mutate` for a smaller policy", {"--mutate"}),
        ("git fetch --unshallow", set()),
    ],
)
def test_an_option_is_found_in_a_text(text: str, names: set[str]) -> None:
    assert options_in(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("see `zsupport help policy`", {"help"}),
        ("`zsupport check` and `zsupport test FILE`", {"check", "test"}),
        ("`hours` of a rule", set()),
        ("zsupport checks", set()),
    ],
)
def test_a_command_is_found_in_a_text(text: str, names: set[str]) -> None:
    assert commands_in(text) == names


def test_no_two_classes_share_a_name() -> None:
    found: dict[str, list[str]] = {}
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name.lstrip("_"), []).append(f"{module}.{node.name}")
    assert [places for places in found.values() if len(places) > 1] == []


#: Where a type may be `Any` beside the JSON objects `dict[str, Any]` and `Mapping[str, Any]`.
UNTYPED = {
    "what is read has the type of its shape, or of its key": {
        "zsupport.policy.format", "zsupport.policy.loader", "zsupport.policy.names",
        "zsupport.policy.promises", "zsupport.policy.shape", "zsupport.suite.format",
        "zsupport.suite.reading",
    },
    "what is kept is plain data": {"zsupport.policy.compiled", "zsupport.sources.cache"},
    "libyaml's events and marks have no types": {"zsupport.policy.yamltext"},
    "Typer's own types would be imported with them": {"zsupport.cli.app"},
    "an option has the type of its kind": {"zsupport.cli.options"},
    "the values are types": {"zsupport.typed", "zsupport.view.schemas"},
    "answers to any question": {"zsupport.view.questions", "zsupport.answer.dimensions"},
    "plain values as JSON has them; members of any dimension": {"zsupport.answer.case"},
    "members of any dimension": {"zsupport.diff.cases"},
}  # fmt: skip


def untyped(module: str) -> bool:
    """Return whether a module says `Any`, other than of the values of a JSON object."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    json = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and re.fullmatch(r"(dict|Mapping)\[str, Any\]", ast.unparse(node))
        for inner in ast.walk(node)
    }
    return any(
        isinstance(node, ast.Name) and node.id == "Any" and node not in json
        for node in ast.walk(tree)
    )


def test_values_have_types() -> None:
    assert {each for each in MODULES if untyped(each)} == set().union(*UNTYPED.values())


# What touches files, and who may call it outside of `sources`, each for files of the installation.
TOUCHES = re.compile(
    r"open|os\.(open|fdopen|scandir|listdir|walk|l?stat|access|mkdir|makedirs|mkfifo|chmod|replace"
    r"|rename|unlink|remove|rmdir|link|symlink|readlink|truncate)"
    r"|os\.path\.(l?exists|isfile|isdir|islink|ismount|realpath|samefile|get[a-z]+)"
    r"|(subprocess|tempfile|shutil|glob|pathlib)\..*|Path"
)
MAY_TOUCH = {
    "zsupport.clock.holidays": {"os.path.isdir", "os.listdir"},  # the version of the library
    "zsupport.clock.zones": {"open"},  # the zones of the tzdata package
    "zsupport.cli.output": {"os.open"},  # the null device, for a closed pipe
}


@pytest.mark.parametrize("module", MODULES)
def test_only_sources_touches_files(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    touching = {call for call in calls if TOUCHES.fullmatch(call)}
    if not module.startswith("zsupport.sources"):
        assert touching == MAY_TOUCH.get(module, set())


# The streams, and what writes to them unasked. Rich is told where to write, by `file`.
STREAMS = re.compile(
    r"print|pprint\..*|input|breakpoint|os\.write|sys\.(__)?std(out|err)(__)?"
    r"|(typer|click)\.(secho|echo|prompt|confirm|pause)|logging\..*|warnings\.warn|traceback\.print_.*"
)


def names(module: str) -> set[str]:
    """Return the names that a module calls, takes from others or imports from them."""
    nodes = list(ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))))
    calls = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    taken = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    imported = {
        f"{node.module}.{alias.name}"
        for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }  # fmt: skip
    return calls | taken | imported


@pytest.mark.parametrize("module", MODULES)
def test_one_module_writes_to_the_streams(module: str) -> None:
    used = {name for name in names(module) if STREAMS.fullmatch(name)}
    writes = {"sys.stdout", "sys.stderr"} if module == "zsupport.cli.output" else set()
    assert used == writes
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Console"):
            assert "file" in {keyword.arg for keyword in node.keywords}


def test_a_writer_is_noticed() -> None:
    for name in ("print", "typer.echo", "click.echo", "sys.stdout", "sys.stderr", "os.write"):
        assert STREAMS.fullmatch(name)


@pytest.mark.parametrize("module", MODULES)
def test_what_others_made_is_imported_in_its_home_only(module: str) -> None:
    for imported in imports(module):
        package = imported.partition(".")[0]
        if package != "zsupport" and package not in sys.stdlib_module_names:
            assert module in HOMES[package], f"{module} imports {package}"


def test_what_others_made_is_installed_with_the_program() -> None:
    text = (SOURCE.parent / "pyproject.toml").read_text(encoding="utf-8")
    needs = tomllib.loads(text)["project"]["dependencies"]
    packages = {"yaml": "pyyaml"}
    installed = {re.split("[^a-z]", each)[0] for each in needs}
    assert installed == {packages.get(name, name) for name in HOMES}


# What reaches for the network, or for the system past Python.
NETWORK = {
    "socket", "_socket", "ssl", "_ssl", "http", "urllib", "ftplib", "smtplib", "poplib", "imaplib",
    "nntplib", "telnetlib", "xmlrpc", "socketserver", "asyncio", "asyncore", "webbrowser", "ctypes",
}  # fmt: skip
#: Works on texts.
NO_NETWORK = {"urllib.parse"}


@pytest.mark.parametrize("module", MODULES)
def test_nothing_reaches_for_the_network(module: str) -> None:
    reaching = {each for each in imports(module) if each.partition(".")[0] in NETWORK}
    assert reaching <= NO_NETWORK


def test_every_home_is_lived_in() -> None:
    for package, homes in HOMES.items():
        users = {m for m in MODULES if package in {i.partition(".")[0] for i in imports(m)}}
        assert users == homes


def test_commands_are_imported_when_they_run() -> None:
    commands = {f"zsupport.cli.{name}" for name in COMMANDS}
    assert commands <= set(MODULES)
    for module, path in MODULES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            names |= {str(node.module)} if isinstance(node, ast.ImportFrom) else set()
            assert not names & commands, module


def test_the_public_names_are_imported_when_they_are_used() -> None:
    code = (
        "import sys, zsupport; before = {m for m in sys.modules if m.startswith('zsupport')};"
        "print(sorted(before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['zsupport', 'zsupport.typed', 'zsupport.version']\n"


def test_the_lock_has_what_development_needs_and_no_address() -> None:
    text = (SOURCE.parent / ".ci" / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==", text, re.M))
    project = tomllib.loads((SOURCE.parent / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    needs = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split("[^a-z0-9-]", each.lower())[0] for each in needs}
    assert len(names) > 10
    assert names <= locked
    assert "://" not in text
    assert "index" not in text
    # Every one by its hashes.
    assert len(re.findall(r"==[^\n]*\\\n    --hash=sha256:", text)) == len(locked)
