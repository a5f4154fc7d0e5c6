"""The pages are correct: every fenced block is run, loaded or compared."""

import doctest
import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Cli
from documents import (
    GUIDES,
    PAGES,
    ROOT,
    Block,
    Example,
    commands_of,
    example_of,
    walk,
)

import zsupport
from zsupport.cli.options import COMMANDS, load_command
from zsupport.clock.holidays import public_holidays
from zsupport.errors import InvalidPolicy
from zsupport.findings import CODES
from zsupport.guide import GUIDES as GUIDE_NAMES
from zsupport.guide import read_guide
from zsupport.policy.schema import records
from zsupport.sources.settings import Exclusions
from zsupport.suite.session import RunOptions, run_session
from zsupport.view.schemas import NAMES, schema

BLOCKS = [block for page in PAGES for block in walk(page)]


def with_blocks(*languages: str) -> pytest.MarkDecorator:
    """Parametrize a test with the blocks of these languages, and the files before them on the page.

    Blocks that set up an environment are excluded: `.ci/run` runs them, or `tests/full`.
    """
    chosen = [pytest.param(block, files, id=block.place) for block, files in BLOCKS
              if block.language in languages and block.mark in (None, "terminal")]  # fmt: skip
    return pytest.mark.parametrize(("block", "files"), chosen)


def examples() -> list[Any]:
    return [
        pytest.param(example_of(block, files)[0], files, id=block.place)
        for block, files in BLOCKS
        if block.language == "yaml"
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def environment(cli: Cli, folder: Path) -> dict[str, str]:
    """Return a clean environment, with `zsupport` and its Python on the path.

    Some blocks write into the home folder, so the environment has a new one.
    """
    path = os.pathsep.join([sysconfig.get_path("scripts"), "/usr/local/bin", "/usr/bin", "/bin"])
    home = folder.parent / "home"
    home.mkdir()
    return {
        **cli.environment(), "PATH": path, "HOME": str(home), "COLUMNS": "80", "TERM": "dumb",
    }  # fmt: skip


def write(files: Mapping[str, str], folder: Path) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def bash(script: str, folder: Path, env: dict[str, str], *, terminal: bool = False) -> str:
    """Return the output and errors of a script, run in a terminal of its own if `terminal`."""
    command = ["bash", "--norc", "--noprofile", "-c", script]
    if terminal:
        command = [sys.executable, "-c", "import pty, sys; pty.spawn(sys.argv[1:])", *command]
    done = subprocess.run(
        command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout.decode().replace("\r\n", "\n")


def words_of(line: str) -> list[str] | None:
    """Return the words of a line that only runs `zsupport`; None if it needs a shell."""
    line = line.replace("\\\n", "").strip()
    plain = line.startswith("zsupport ") and not set(line) & set("|&;<>$`*?#~{}!()[]\\\n")
    return shlex.split(line) if plain else None


# -- every block ---------------------------------------------------------------------------


@pytest.mark.parametrize("block", [block for block, _ in BLOCKS], ids=lambda b: b.place)
def test_every_block_has_a_known_language_and_mark(block: Block) -> None:
    assert block.language in ("console", "sh", "python", "sql", "yaml", "yml", "toml"), block.place
    assert block.mark in (None, "terminal", "run", "test", "full"), block.place


def with_real_output(cli: Cli, block: Block, files: Mapping[str, str], folder: Path) -> str:
    """Return a console block with the real output of each command."""
    commands = list(commands_of(block))
    write(files, folder)
    env = environment(cli, folder)
    plain = [words for command in commands if (words := words_of(command.line))]
    if block.mark is None and len(plain) == len(commands):
        runs = [cli.forks.run(words[1:], b"", env, folder, together=True) for words in plain]
        outputs = [run.stdout.decode() for run in runs]
    else:
        script = "status=0\n"
        for command in commands:
            # The separator of the outputs must not change `$?`, which a block may print.
            script += f"printf '\\036'; (exit $status)\n{command.line}status=$?\n"
        outputs = bash(script, folder, env, terminal=block.mark == "terminal").split("\x1e")[1:]
    shown = ""
    for command, output in zip(commands, outputs, strict=True):
        shown += "$ " + command.line.rstrip("\n").replace("\n", "\n> ") + "\n" + output
    return shown


def without_versions(text: str) -> str:
    """Return a text without the versions that differ between releases."""
    text = re.sub(r'"(program|tzdata)": "[0-9.]+"', r'"\1": ""', text)
    return re.sub(r"^(# .*, holidays) [0-9.]+$", r"\1", text, flags=re.M)


@with_blocks("console")
def test_a_console_block_shows_the_real_output(
    block: Block, files: dict[str, str], cli: Cli, folder: Path
) -> None:
    assert without_versions(with_real_output(cli, block, files, folder)) == without_versions(
        block.text
    )


@with_blocks("console")
def test_a_console_block_does_not_depend_on_the_clock(block: Block, files: dict[str, str]) -> None:
    for command in commands_of(block):
        words = command.line.split()
        if "due" in words and "--help" not in words:
            assert "--opened" in words, f"{block.place}: the answer depends on the clock"


@with_blocks("sh")
def test_a_shell_block_succeeds(
    block: Block, files: dict[str, str], cli: Cli, folder: Path
) -> None:
    write(files, folder)
    if block.script:
        # A console block of the page runs it.
        assert re.search("^set -e", block.text, re.M), block.place
        assert any(f"sh {block.script}" in other.text for other, _ in walk(block.page))
        return
    script = f"set -euo pipefail\n{block.text}printf done"
    output = bash(script, folder, environment(cli, folder))
    assert output.endswith("done"), f"{block.place} fails:\n{output}"


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page are one program. Output after `>>>` is compared."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZSUPPORT_CACHE", "off")
    names: dict[str, Any] = {}
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    for block, files in walk(page):
        if block.language == "python" and block.mark != "full":
            write(files, tmp_path)
            if ">>>" in block.text:
                test = doctest.DocTestParser().get_doctest(
                    block.text, names, block.place, block.page, block.line
                )
                failures: list[str] = []
                runner.run(test, out=failures.append, clear_globs=False)
                assert not failures, "".join(failures)
                names.update(test.globs)
            else:
                exec(compile(block.text, block.place, "exec"), names)


@pytest.mark.parametrize(("example", "files"), examples())
def test_a_policy_loads_or_has_the_stated_codes(
    example: Example, files: dict[str, str], folder: Path
) -> None:
    path = folder / example.file
    write({**files, example.file: example.text}, folder)
    try:
        if example.file.endswith("_test.yaml"):
            session = run_session([str(path)], RunOptions(), public_holidays, Exclusions())
            if session.unreadable:
                raise InvalidPolicy(session.outcome.findings, {})
        else:
            zsupport.load(path, cache=False)
        codes: set[str] = set()
    except InvalidPolicy as invalid:
        codes = {finding.code for finding in invalid.findings}
    assert codes == set(example.refused), example.block.place


@with_blocks("toml")
def test_toml_blocks_are_valid(block: Block, files: dict[str, str]) -> None:
    assert tomllib.loads(block.text)
    assert block.note, f"{block.place}: no file name"


# -- everything is documented ---------------------------------------------------------------


def text_of_all() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in PAGES.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str, cli: Cli) -> None:
    shown = cli(name, "--help").stdout
    pages = text_of_all()
    assert f"zsupport {name}" in pages
    for option in load_command(name).every_option():
        if option.hidden:
            continue
        for flag in option.flags:
            assert re.search(rf"(?<!\w){re.escape(flag)}\b", shown), flag
        if option.metavar:
            assert f"{option.flags[0] if option.flags else ' '} {option.metavar} " in shown
        if option.flags:
            assert re.search(rf"(?<![\w-]){option.flags[0]}(?![\w-])", pages), option.flags[0]
        # The help contains the text of the option, with any line breaks.
        assert "".join(option.help.split()) in "".join(shown.split())


def test_pages_name_only_existing_commands() -> None:
    commands = set(re.findall(r"(?:`|\$ |\$\(|if |! )zsupport ([a-z]+)\b", text_of_all()))
    assert commands == set(COMMANDS)


#: A file for the examples of `audit`.
TICKETS = """\
id,opened,answered,priority
1,2026-11-23T10:00:00+01:00,2026-11-23T11:00:00+01:00,P2
"""


def help_examples() -> list[Any]:
    examples = []
    for name in COMMANDS:
        lines = load_command(name).examples.splitlines()
        assert lines, f"{name} --help has no examples"
        examples += [pytest.param(line.strip(), id=line.strip()) for line in lines]
    return examples


@pytest.mark.parametrize("line", help_examples())
def test_the_examples_of_the_help_run(line: str, cli: Cli, folder: Path) -> None:
    assert "zsupport" in line
    write({"tickets.csv": TICKETS}, folder)
    env, words = environment(cli, folder), words_of(line)
    if words:
        done = cli.forks.run(words[1:], b"", env, folder)
    else:
        done = subprocess.run(
            ["bash", "-c", line], cwd=folder, env=env, capture_output=True, timeout=60, check=False
        )
    # A negative answer exits with 1 and ends with a line that states it.
    negative = done.stderr.rstrip(b"\n").rpartition(b"\n")[2].startswith(b"zsupport: ")
    assert done.returncode == 0 or (done.returncode == 1 and negative), done.stderr


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in GUIDE_NAMES])
def test_help_with_a_command_shows_the_help_of_the_command(name: str, cli: Cli) -> None:
    help_topic, help_option = cli("help", name), cli(name, "--help")
    assert (help_topic.code, help_topic.stderr) == (0, "")
    assert help_topic.stdout == help_option.stdout
    assert help_topic.stdout.startswith(f"Usage: zsupport {name} [OPTIONS]")
    assert "Examples:" in help_topic.stdout


@pytest.mark.parametrize("name", GUIDE_NAMES)
def test_help_with_a_guide_shows_the_guide(name: str, cli: Cli) -> None:
    run = cli("help", name)
    assert (run.stdout, run.stderr, run.code) == (read_guide(name), "", 0)
    assert run.stdout.startswith("# ")
    assert "TODO" not in run.stdout


@pytest.mark.parametrize("name", GUIDE_NAMES)
def test_a_guide_has_at_most_300_lines(name: str) -> None:
    # The reference is generated. It has a section for every mapping.
    assert name == "reference" or len(read_guide(name).splitlines()) <= 300


def test_every_guide_is_listed(cli: Cli) -> None:
    assert sorted(GUIDE_NAMES) == sorted(path.stem for path in GUIDES.glob("*.md"))
    text = cli("help").stdout
    readme = PAGES["README.md"].read_text(encoding="utf-8")
    for name, topic in GUIDE_NAMES.items():
        assert re.search(rf"^  {name} +{re.escape(topic)}$", text, re.M)
        assert re.search(rf"zsupport help {name}\b", readme)
    for name, summary in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(summary)}$", text, re.M)


def test_the_reference_names_every_key_and_code() -> None:
    text = read_guide("reference")
    for fields in records():
        for key in fields.fields:
            assert f"`{key}`" in text, f"{fields.name}.{key}"
    for code in CODES.values():
        assert re.search(rf"`{code.code}` {code.name}\b", text), code.code


# -- the JSON guides list the fields of the schemas ----------------------------------------


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(section: str) -> dict[str, str]:
    """Return the type and meaning of each field in the tables of a section."""
    matches = [re.fullmatch(r"\| `([^`]+)` \| ([^|]+ \| [^|]+) \|", line)
             for line in section.splitlines()]  # fmt: skip
    return {match[1]: match[2] for match in matches if match}


def fields_of(part: dict[str, Any], before: str = "") -> dict[str, dict[str, Any]]:
    """Return the schema of each field of an object, and of the objects in it, by path."""
    fields: dict[str, dict[str, Any]] = {}
    for name, field in part.get("properties", {}).items():
        fields[before + name] = field
        fields |= fields_of(field, f"{before}{name}.")
        fields |= fields_of(field.get("items", {}), f"{before}{name}[].")
    return fields


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("policy", "tests")])
def test_the_json_guides_have_every_field(name: str) -> None:
    names = ("json", "json-answers", "json-advice", "json-audit", "json-findings", "sql")
    pages = [read_guide(page) for page in names]
    text = {title: part for page in pages for title, part in sections(page).items()}
    document = schema(name)
    documented = rows(text[f"`{name}`"])
    if name == "error":
        expected = fields_of(document)
    elif name == "audit":
        expected = {
            path: field
            for path, field in fields_of(document).items()
            if path.startswith(("query.", "summary.", "fail_under", "comparison"))
            # These items have the fields of `groups`.
            and not path.startswith(("summary.totals[", "summary.rest["))
        }
    elif "findings" in document["properties"]:
        expected = fields_of(document)
        documented |= rows(text["Findings"])
    else:
        expected = fields_of(document["properties"]["answers"]["items"])
        expected |= fields_of(document["properties"]["query"], "query.")
        common = {
            path.removeprefix("answers[].").removeprefix("terms[].")
            for path in fields_of(document)
            if not path.startswith(("answers[", "query.")) or "because[]." in path
        }
        assert common <= set(rows(text["Every document"]))
        expected = {k: v for k, v in expected.items() if "because[]." not in k}
    assert set(documented) == set(expected)
    for path, field in expected.items():
        for value in field.get("enum", []):
            if value not in (None, "not-computed"):
                assert f"`{value}`" in documented[path], f"{path}: {value}"
        if "null" in field.get("type", ()) or None in field.get("enum", ()):
            assert "null" in documented[path], path


# -- the text of pages ----------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_pages_contain_no_emoji_and_no_local_paths(page: str) -> None:
    text = PAGES[page].read_text(encoding="utf-8")
    assert text.endswith("\n")
    for number, line in enumerate(text.split("\n"), 1):
        place = f"{page}:{number}"
        assert line == line.rstrip(), place
        assert not re.search("[\U0001f300-\U0001faff\u2600-\u27bf]", line), place
        assert not re.search(r"/tmp/|/home/|/root/|/Users/", line), place
        for address in re.findall(r"https?://([\w.-]+)", line):
            assert address == "example.com", place


@pytest.mark.parametrize("page", PAGES)
def test_files_that_pages_name_exist(page: str) -> None:
    text = re.sub(r"^```.*?^```", "", PAGES[page].read_text(encoding="utf-8"), flags=re.M | re.S)
    for name in re.findall(r"`((?:src|tests|policies|\.ci|\.github)/[\w./-]+)`", text):
        if not re.search("[A-Z]{4}", name):
            assert (ROOT / name).exists(), f"{page} names {name}"
    for name in re.findall(r"^\| `([\w/.]+(?:/|\.py))` \|", text, flags=re.M):
        assert (ROOT / "src" / "zsupport" / name).exists(), f"{page} names {name}"


def test_the_readme_is_short() -> None:
    assert len(PAGES["README.md"].read_text(encoding="utf-8").splitlines()) <= 260


def test_the_set_up_commands_are_marked() -> None:
    """`.ci/run` finds the second command in the README by its mark."""
    by_mark = {block.mark: block for block, _ in walk("README.md") if block.language == "sh"}
    for mark in ("run", "test"):
        assert shlex.split(by_mark[mark].text)[:3] == ["python3", "-m", "venv"]
        assert by_mark[mark].text.count("\n") == 1


# -- in a terminal -------------------------------------------------------------------------


@pytest.mark.parametrize("name", GUIDE_NAMES)
def test_a_guide_in_a_terminal_keeps_its_examples(name: str, cli: Cli, folder: Path) -> None:
    shown = bash(f"zsupport help {name}", folder, environment(cli, folder), terminal=True)
    lines = {" ".join(line.split()) for line in shown.splitlines()}
    for block, _ in walk(f"{name}.md"):
        for line in block.text.splitlines():
            assert " ".join(line.split()) in lines, block.place
    # Markdown marks are removed.
    assert "```" not in shown
    assert "**" not in shown
