"""Layers of the program, imports, and names in its code and in its tests."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from pkgutil import resolve_name
from typing import NamedTuple

import pytest

from zsupport.cli.options import COMMANDS, load_command

SOURCE = Path(__file__).parent.parent / "src"

# From the bottom up. A module may import from its own layer and from lower layers.
LAYERS = [
    ["version", "findings", "errors", "limits", "wording", "dates", "typed", "garbage"],
    ["clock"],
    ["policy"],
    ["sources"],
    ["answer"],
    ["analysis"],
    ["advise"],
    ["audit"],
    ["library", "calendar"],
    ["suite"],
    ["check"],
    ["diff"],
    ["report"],
    ["view", "guide", "starter"],
    ["publish"],
    ["cli"],
    ["", "__main__"],  # the public names of the package, and `python -m zsupport`
]
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}

# The modules that may import a third-party package.
IMPORTERS = {
    "rich": {
        "zsupport.report.guide",
        "zsupport.report.progress",
        "zsupport.report.screen",
    },
    # `zsupport.cli` handles its exceptions.
    "typer": {"zsupport.cli.app", "zsupport.cli"},
    "yaml": {"zsupport.policy.yamltext"},
    "holidays": {"zsupport.clock.holidays"},
    "dateutil": {"zsupport.clock.days"},
    "tzdata": {"zsupport.clock.zones"},
    "icalendar": {"zsupport.policy.ics"},
    "numpy": {
        "zsupport.audit.columns.arrays",
        "zsupport.audit.columns.cells",
        "zsupport.audit.columns.frames",
        "zsupport.audit.columns.judge",
        "zsupport.audit.columns.spans",
        "zsupport.audit.columns.summary",
        "zsupport.sources.tickets.chunks",
    },
    "polars": {
        "zsupport.audit.columns.arrow",
        "zsupport.audit.columns.cells",
        "zsupport.audit.columns.frames",
        "zsupport.audit.columns.schema",
        "zsupport.audit.columns.summary",
        "zsupport.audit.columns.tables",
        "zsupport.report.parquet",
        "zsupport.report.tickets",
        "zsupport.report.tickets.csv",
        "zsupport.report.tickets.ndjson",
        "zsupport.report.tickets.parquet",
        "zsupport.sources.tickets.batches",
        "zsupport.sources.tickets.parquet",
    },
    "pyarrow": {"zsupport.audit.columns.arrow"},
}


def modules() -> dict[str, Path]:
    paths = {}
    for path in sorted((SOURCE / "zsupport").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        paths[".".join(parts).removesuffix(".__init__")] = path
    return paths


MODULES = modules()


@cache
def imports(module: str) -> set[str]:
    """Return the modules that a module imports, at its top or inside functions."""
    imported: set[str] = set()
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            imported |= {name if name in MODULES else str(node.module) for name in names}
        elif (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module"
            and isinstance(node.args[0], ast.Constant)
        ):
            imported.add(str(node.args[0].value))
    return imported


def layer(module: str) -> int:
    first = module.removeprefix("zsupport").removeprefix(".").partition(".")[0]
    assert first in LAYER, f"{module} has no layer"
    return LAYER[first]


@pytest.mark.parametrize("module", MODULES)
def test_modules_import_only_from_lower_layers(module: str) -> None:
    for imported in imports(module):
        if imported.partition(".")[0] != "zsupport":
            continue
        assert imported in MODULES, f"{module} imports {imported}, which does not exist"
        assert layer(imported) <= layer(module), f"{module} imports {imported}"


def test_imports_have_no_cycles() -> None:
    # Imports inside functions and for types only count too.
    TopologicalSorter({module: imports(module) & set(MODULES) for module in MODULES}).prepare()


def table(heading: str) -> list[list[str]]:
    """Return the cells of a table in CONTRIBUTING.md, without its header."""
    text = (SOURCE.parent / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:2] == "| "]
    return rows[1:]


def test_contributing_lists_the_layers() -> None:
    rows = [re.findall("`([a-z_]+)(?:[.]py)?`", packages) for packages, _ in table("Layers")]
    assert [set(row) for row in rows] == [set(names) for names in LAYERS[:-1]]


def test_steps_of_ways_through_the_code_exist() -> None:
    for _, steps in table("Ways through the code"):
        for step in re.findall("`([a-zA-Z_.]+)`", steps):
            resolve_name(f"zsupport.{step}")  # raises if it is missing


# Texts below `cli` name fields; the caller writes a field as an option or as an argument.
# These modules name an option:
NAMED_OPTIONS = {
    "zsupport.sources.git": {"--format", "--no-pager"},  # an option of git
}

# Commands that texts below `cli` name, because Python has no function for them:
NAMED_COMMANDS = {
    "zsupport.audit.mapping.header": {"help"},  # the guides
    "zsupport.check.catalogue": {"check"},  # comments and settings of `check`
    "zsupport.check.rules.exchanged_days": {"hours"},  # `--freeze`
    "zsupport.clock.target_text": {"help"},  # the guides
    "zsupport.policy.loader": {"help"},  # the guides
    "zsupport.sources.find": {"test"},
    "zsupport.suite.format": {
        "channels",
        "due",
        "hours",
        "priority",
        "terms",
    },  # keys of tests files
    "zsupport.suite.outcome": {"help"},  # the guides
    "zsupport.suite.reading": {"help"},  # the guides
}


@cache
def options() -> frozenset[str]:
    commands = [load_command(name) for name in COMMANDS]
    flags = {
        flag for command in commands for option in command.every_option() for flag in option.flags
    }
    return frozenset({flag for flag in flags if flag[:2] == "--"} | {"--help", "--version"})


def options_in(text: str) -> set[str]:
    """Return the options that a text names."""
    return set(re.findall("--[a-z][a-z-]*", text)) & options()


def commands_in(text: str) -> set[str]:
    """Return the commands that a text names."""
    return set(re.findall(rf"\bzsupport ({'|'.join(COMMANDS)})\b", text))


def docstrings(tree: ast.Module) -> set[ast.expr]:
    """Return the docstrings of a module; users of the program do not see them."""
    documented = [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    ]
    return {node.value for node in documented if isinstance(node, ast.Expr)}


def test_texts_below_the_command_line_name_no_options_or_commands() -> None:
    named_options: dict[str, set[str]] = {}
    named_commands: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        if layer(module) >= LAYER["cli"]:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        ignored = docstrings(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named_options.setdefault(module, set()).update(options_in(node.value))
                if node not in ignored:
                    named_commands.setdefault(module, set()).update(commands_in(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
                assert not any(str(part).endswith("--") for part in parts), (
                    f"{module} builds the name of an option"
                )
    assert {module: names for module, names in named_options.items() if names} == NAMED_OPTIONS
    assert {module: names for module, names in named_commands.items() if names} == NAMED_COMMANDS


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("such as --plan or --fact", {"--plan", "--fact"}),
        ("(--customer-tz)", {"--customer-tz"}),
        ("`--metric all` for all metrics", {"--metric"}),
        ("`zsupport hours --freeze` prints it", {"--freeze"}),
        ("`test --mutate` for a smaller policy", {"--mutate"}),
        ("git fetch --unshallow", set()),
    ],
)
def test_options_in_a_text_are_detected(text: str, names: set[str]) -> None:
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
def test_commands_in_a_text_are_detected(text: str, names: set[str]) -> None:
    assert commands_in(text) == names


def test_class_names_are_unique() -> None:
    places: dict[str, list[str]] = {}
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name.lstrip("_"), []).append(f"{module}.{node.name}")
    assert [shared for shared in places.values() if len(shared) > 1] == []


TESTS = Path(__file__).parent

#: Words that do not name a value; a name is a noun.
BANNED_WORDS = {
    "about", "each", "found", "here", "its", "mine", "offer", "offers", "one", "others", "said",
    "says", "stands", "told",
}  # fmt: skip

#: Words that are allowed in names of tests, because these are sentences.
SENTENCE_WORDS = {"about", "each", "found", "its", "one"}

#: Names that other programs read, with the reason.
ALLOWED_NAMES = {
    "about": "a field of the JSON output of coverage",
    "says": "a field of the JSON output of mutations",
}


def words(name: str) -> set[str]:
    """Return the words of an identifier in lower case."""
    parts = re.findall("[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)
    return {part.lower() for part in parts}


def bound_names(tree: ast.Module) -> set[str]:
    """Return the names that a module binds: definitions, arguments, variables and attributes."""
    bound: set[str | None] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.arg(arg=name):
                bound.add(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                bound.add(name)
            case ast.alias(asname=name) | ast.ExceptHandler(name=name):
                bound.add(name)
            case ast.MatchAs(name=name) | ast.MatchStar(name=name) | ast.MatchMapping(rest=name):
                bound.add(name)
    return {name for name in bound if name}


def banned_names(text: str) -> set[str]:
    """Return the names with a banned word that a module binds."""
    names = bound_names(ast.parse(text)) - set(ALLOWED_NAMES)
    sentences = {name for name in names if name.startswith("test_")}
    return {name for name in names - sentences if words(name) & BANNED_WORDS} | {
        name for name in sentences if words(name) & (BANNED_WORDS - SENTENCE_WORDS)
    }


def modules_with_banned_names() -> dict[str, set[str]]:
    """Return the banned names by path, for the modules that have some."""
    paths = sorted({*(SOURCE / "zsupport").rglob("*.py"), *TESTS.rglob("*.py")})
    names = {
        path.relative_to(TESTS.parent).as_posix(): banned_names(path.read_text(encoding="utf-8"))
        | {word for word in [path.stem] if words(word) & BANNED_WORDS}
        for path in paths
    }
    return {path: banned for path, banned in names.items() if banned}


def test_names_have_no_banned_word() -> None:
    assert modules_with_banned_names() == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def one_line(each, *, others=()): pass", {"one_line", "each", "others"}),
        ("class FoundPolicy: pass", {"FoundPolicy"}),
        ("class Policy:\n found: int\n def f(self): self.its_day = 1", {"found", "its_day"}),
        ("for each in rules: pass", {"each"}),
        ("[x for _, (each, x) in pairs]", {"each"}),
        ("with open(path) as told: pass", {"told"}),
        ("import os as here", {"here"}),
        ("if (said := text()): pass", {"said"}),
        ("try: pass\nexcept OSError as mine: pass", {"mine"}),
        ("match x:\n case [*stands]: pass\n case {**offers}: pass", {"stands", "offers"}),
        ("reach = foundation = phone = None", set()),
        ("about = None", set()),
        ("def test_policy_is_found_by_its_id(): pass", set()),
        ("def test_policy_says_more_than_others(): pass", {"test_policy_says_more_than_others"}),
        ("x = document.each", set()),
    ],
)
def test_banned_names_of_a_module_are_reported(text: str, names: set[str]) -> None:
    assert banned_names(text) == names


#: Modules that may use the type `Any` outside of `dict[str, Any]` and `Mapping[str, Any]`.
UNTYPED = {
    "the shape or the key gives the type of a value": {
        "zsupport.policy.format", "zsupport.policy.loader", "zsupport.policy.names",
        "zsupport.policy.targets", "zsupport.policy.shape", "zsupport.suite.format",
        "zsupport.suite.reading",
    },
    "cache entries are plain data": {"zsupport.policy.compiled", "zsupport.sources.cache"},
    "events and marks of libyaml have no types": {"zsupport.policy.yamltext"},
    "types of Typer would import Typer": {"zsupport.cli.app"},
    "the kind of an option gives the type of its value": {"zsupport.cli.options"},
    "the values are types": {
        "zsupport.report.columns", "zsupport.report.parquet", "zsupport.typed",
        "zsupport.view.schemas",
    },
    "the values of a calendar file have different types": {"zsupport.policy.ics"},
    "columns of any type, and packages that are optional": {
        "zsupport.audit.columns.arrays", "zsupport.audit.columns.arrow", "zsupport.audit.many",
        "zsupport.audit.columns.tables",
        "zsupport.report.tickets.parquet",
    },
    "values of JSON and Parquet": {
        "zsupport.sources.tickets.ndjson", "zsupport.sources.tickets.parquet",
    },
    "answers to any question": {"zsupport.view.questions", "zsupport.answer.dimensions"},
    "JSON values; members of any dimension": {"zsupport.answer.case"},
    "members of any dimension": {"zsupport.diff.cases"},
    "values of the details of channels, each of its own type": {
        "zsupport.policy.model", "zsupport.analysis.answers", "zsupport.diff.channels",
    },
}  # fmt: skip


def untyped(module: str) -> bool:
    """Return whether a module uses `Any` outside of the type of a JSON object."""
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


def test_only_listed_modules_use_any() -> None:
    assert {module for module in MODULES if untyped(module)} == set().union(*UNTYPED.values())


class Uses(NamedTuple):
    """The functions that a module calls, and the names that it reads as attributes or imports."""

    calls: set[str]
    names: set[str]
    consoles: list[set[str | None]]  # the keywords of each call of a `Console`


@cache
def uses(module: str) -> Uses:
    nodes = list(ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))))
    functions = [(ast.unparse(node.func), node) for node in nodes if isinstance(node, ast.Call)]
    attributes = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    imported = {
        f"{node.module}.{alias.name}"
        for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }  # fmt: skip
    return Uses(
        {name for name, _ in functions},
        attributes | imported,
        [
            {word.arg for word in call.keywords}
            for name, call in functions
            if name.endswith("Console")
        ],
    )


# Functions that access files, and the calls allowed outside of `sources`.
FILE_ACCESS = re.compile(
    r"open|os\.(open|fdopen|scandir|listdir|walk|l?stat|access|mkdir|makedirs|mkfifo|chmod|replace"
    r"|rename|unlink|remove|rmdir|link|symlink|readlink|truncate)"
    r"|os\.path\.(l?exists|isfile|isdir|islink|ismount|realpath|samefile|get[a-z]+)"
    r"|(subprocess|tempfile|shutil|glob|pathlib)\..*|Path"
)
ALLOWED_FILE_ACCESS = {
    "zsupport.clock.holidays": {"os.path.isdir", "os.listdir"},  # the version of `holidays`
    "zsupport.clock.zones": {"open"},  # the time zones of the tzdata package
    "zsupport.cli.output": {"os.open"},  # the null device, for a closed pipe
}


@pytest.mark.parametrize("module", MODULES)
def test_only_sources_accesses_files(module: str) -> None:
    accesses = {call for call in uses(module).calls if FILE_ACCESS.fullmatch(call)}
    if not module.startswith("zsupport.sources"):
        assert accesses == ALLOWED_FILE_ACCESS.get(module, set())


# The standard streams, and functions that write to them by default. Rich gets its stream in `file`.
STREAMS = re.compile(
    r"print|pprint\..*|input|breakpoint|os\.write|sys\.(__)?std(out|err)(__)?"
    r"|(typer|click)\.(secho|echo|prompt|confirm|pause)|logging\..*|warnings\.warn|traceback\.print_.*"
)


@pytest.mark.parametrize("module", MODULES)
def test_only_the_output_module_writes_to_streams(module: str) -> None:
    used = {name for name in uses(module).calls | uses(module).names if STREAMS.fullmatch(name)}
    writes = {"sys.stdout", "sys.stderr"} if module == "zsupport.cli.output" else set()
    assert used == writes
    for keywords in uses(module).consoles:
        assert "file" in keywords


def test_functions_that_write_to_streams_are_detected() -> None:
    for name in ("print", "typer.echo", "click.echo", "sys.stdout", "sys.stderr", "os.write"):
        assert STREAMS.fullmatch(name)


@pytest.mark.parametrize("module", MODULES)
def test_third_party_packages_are_imported_only_by_listed_modules(module: str) -> None:
    for imported in imports(module):
        package = imported.partition(".")[0]
        if package != "zsupport" and package not in sys.stdlib_module_names:
            assert module in IMPORTERS[package], f"{module} imports {package}"


def test_dependencies_are_the_imported_packages() -> None:
    text = (SOURCE.parent / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    # Spark requires the other packages of its extra.
    arrow = [dependency for dependency in extras["spark"] if dependency.startswith("pyarrow")]
    dependencies = [*project["dependencies"], *extras["ics"], *extras["tickets"], *arrow]
    packages = {"yaml": "pyyaml", "dateutil": "python-dateutil"}
    installed = {re.split("[^a-z-]", dependency)[0] for dependency in dependencies}
    assert installed == {packages.get(name, name) for name in IMPORTERS}


# Modules that access the network, or call C functions.
NETWORK = {
    "socket", "_socket", "ssl", "_ssl", "http", "urllib", "ftplib", "smtplib", "poplib", "imaplib",
    "nntplib", "telnetlib", "xmlrpc", "socketserver", "asyncio", "asyncore", "webbrowser", "ctypes",
}  # fmt: skip
#: Only splits and joins addresses.
NO_NETWORK = {"urllib.parse"}


@pytest.mark.parametrize("module", MODULES)
def test_no_module_accesses_the_network(module: str) -> None:
    network = {name for name in imports(module) if name.partition(".")[0] in NETWORK}
    assert network <= NO_NETWORK


def test_listed_importers_import_the_package() -> None:
    for package, importers in IMPORTERS.items():
        users = {m for m in MODULES if package in {i.partition(".")[0] for i in imports(m)}}
        assert users == importers


def test_commands_are_imported_when_they_run() -> None:
    commands = {f"zsupport.cli.{name}" for name in COMMANDS}
    assert commands <= set(MODULES)
    for module, path in MODULES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            names |= {str(node.module)} if isinstance(node, ast.ImportFrom) else set()
            assert not names & commands, module


def test_public_names_are_imported_when_used() -> None:
    code = (
        "import sys, zsupport; before = {m for m in sys.modules if m.startswith('zsupport')};"
        "print(sorted(before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['zsupport', 'zsupport.typed', 'zsupport.version']\n"


def test_lock_file_has_all_requirements_with_hashes_and_no_address() -> None:
    text = (SOURCE.parent / ".ci" / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==", text, re.M))
    project = tomllib.loads((SOURCE.parent / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    requirements = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split("[^a-z0-9-]", requirement.lower())[0] for requirement in requirements}
    assert len(names) > 10
    assert names <= locked
    assert "://" not in text
    assert "index" not in text
    # Every requirement has hashes.
    assert len(re.findall(r"==[^\n]*\\\n    --hash=sha256:", text)) == len(locked)
