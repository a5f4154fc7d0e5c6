"""The language of the texts: `--lang`, then ZSUPPORT_LANG, then for screens the locale."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from conftest import Cli
from test_exit_codes import terminal

from zsupport.cli import main
from zsupport.cli.options import COMMANDS, HELP, ROOT, load_command
from zsupport.cli.output import chosen_language, state_language
from zsupport.sources import translations
from zsupport.sources.find import shipped_policies
from zsupport.wording import Wording

VARIABLES = ("ZSUPPORT_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

#: Command lines that answer a question about a policy, without `--policy` and `--lang`.
ANSWERS = {
    name: f"{name} --at 2026-11-23T12:00:00Z"
    for name in ("channels", "due", "hours", "priority", "topics", "terms")
}
#: Shipped policies with Norwegian texts, and with texts in one language only.
POLICIES = ("zoom", "redhat", "hivemq", "gitlab", "canonical")


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, str]], None]:
    """Return a function that sets the variables of languages; the others are unset."""

    def set_variables(values: Mapping[str, str]) -> None:
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    set_variables({})
    return set_variables


# -- which language ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "environment", "on_screen", "elsewhere"),
    [
        (None, {}, "en", "en"),
        ("nb", {}, "nb", "nb"),
        ("nb", {"ZSUPPORT_LANG": "sv", "LC_ALL": "de_DE.UTF-8"}, "nb", "nb"),
        ("en", {"ZSUPPORT_LANG": "nb", "LC_ALL": "nb_NO.UTF-8"}, "en", "en"),
        (None, {"ZSUPPORT_LANG": "nb", "LC_ALL": "de_DE.UTF-8"}, "nb", "nb"),
        (None, {"ZSUPPORT_LANG": "en", "LC_ALL": "nb_NO.UTF-8"}, "en", "en"),
        (None, {"ZSUPPORT_LANG": "", "LANG": "nb_NO.UTF-8"}, "nb-NO", "en"),
        (None, {"LC_ALL": "nb_NO.UTF-8"}, "nb-NO", "en"),
        (None, {"LC_ALL": "de_DE", "LC_MESSAGES": "nb_NO", "LANG": "sv_SE"}, "de-DE", "en"),
        (None, {"LC_MESSAGES": "nb_NO", "LANG": "sv_SE"}, "nb-NO", "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "sv_SE.UTF-8"}, "sv-SE", "en"),
        (None, {"LC_ALL": "C", "LANG": "nb_NO.UTF-8"}, "en", "en"),
        (None, {"LC_ALL": "C.UTF-8", "LANG": "nb_NO.UTF-8"}, "en", "en"),
        (None, {"LANG": "POSIX"}, "en", "en"),
        (None, {"LANG": "sr_RS@latin"}, "sr-RS", "en"),
        (None, {"LANG": "nb"}, "nb", "en"),
        (None, {"LANG": "NB_no.UTF-8"}, "nb-NO", "en"),
        (None, {"LANG": "de_DE", "LANGUAGE": "ZH_hant:en"}, "zh-Hant", "en"),
        # LANGUAGE changes the language of a locale, as for programs with gettext.
        (None, {"LANG": "nb_NO.UTF-8", "LANGUAGE": "en_GB:nb"}, "en-GB", "en"),
        (None, {"LANG": "nb_NO.UTF-8", "LANGUAGE": ""}, "nb-NO", "en"),
        (None, {"LANG": "de_DE", "LANGUAGE": "::nb:en"}, "nb", "en"),
        (None, {"LANG": "de_DE", "LANGUAGE": ":"}, "de-DE", "en"),
        (None, {"LANG": "C", "LANGUAGE": "nb"}, "en", "en"),
        (None, {"LANGUAGE": "nb"}, "en", "en"),
        (None, {"ZSUPPORT_LANG": "sv", "LANG": "de_DE", "LANGUAGE": "nb"}, "sv", "sv"),
    ],
)
def test_the_first_statement_decides_the_language(
    option: str | None,
    environment: dict[str, str],
    on_screen: str,
    elsewhere: str,
    variables: Callable[[Mapping[str, str]], None],
) -> None:
    variables(environment)
    state_language([] if option is None else ["channels", "--lang", option])
    try:
        assert chosen_language(screen=True) == on_screen
        assert chosen_language(screen=False) == elsewhere
    finally:
        state_language([])


#: The name of the first priority of the policy `zoom` in its two languages.
URGENT = {"en": "Urgent", "nb": "Haster"}
NORWEGIAN = {"LC_ALL": "nb_NO.UTF-8"}


def language_of_names(text: str) -> str:
    """Return the language in which an output names the first priority of `zoom`."""
    languages = [language for language, name in URGENT.items() if name in text]
    assert len(languages) == 1, text
    return languages[0]


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ((), NORWEGIAN, "nb"),
        ((), {"LC_ALL": "", "LC_MESSAGES": "nb_NO.UTF-8"}, "nb"),
        ((), {"LC_ALL": "no_NO.UTF-8"}, "nb"),
        ((), {"LC_ALL": "nn_NO.UTF-8"}, "nb"),
        ((), {"LC_ALL": "en_GB.UTF-8"}, "en"),
        ((), {"LC_ALL": "C.UTF-8", "ZSUPPORT_LANG": "nb"}, "nb"),
        ((), {**NORWEGIAN, "ZSUPPORT_LANG": "en"}, "en"),
        (("--lang", "en"), {**NORWEGIAN, "ZSUPPORT_LANG": "nb"}, "en"),
        (("--lang", "nb"), {"LC_ALL": "C.UTF-8", "ZSUPPORT_LANG": "en"}, "nb"),
        # Lines for programs do not depend on the locale, in a terminal too.
        (("--format", "plain"), NORWEGIAN, "en"),
        (("--format", "csv"), NORWEGIAN, "en"),
        (("--format", "json"), NORWEGIAN, "en"),
        (("--format", "markdown"), NORWEGIAN, "en"),
        (("--field", "name"), NORWEGIAN, "en"),
        (("--format", "plain"), {**NORWEGIAN, "ZSUPPORT_LANG": "nb"}, "nb"),
    ],
)
def test_language_in_a_terminal(
    arguments: tuple[str, ...], environment: dict[str, str], language: str, cli: Cli
) -> None:
    shown = terminal(cli, "priority", *arguments, **environment)
    assert language_of_names(shown) == language


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ((), NORWEGIAN, "en"),
        ((), {"ZSUPPORT_LANG": "nb"}, "nb"),
        (("--lang", "no"), {}, "nb"),
        (("--lang", "nn"), {}, "nb"),
        (("--lang", "nb-NO"), {}, "nb"),
        (("--lang", "en"), {"ZSUPPORT_LANG": "nb"}, "en"),
        # The locale applies only to a terminal.
        (("--format", "table"), NORWEGIAN, "en"),
        (("--format", "table"), {"ZSUPPORT_LANG": "nb"}, "nb"),
    ],
)
def test_language_in_a_pipe(
    arguments: tuple[str, ...], environment: dict[str, str], language: str, cli: Cli
) -> None:
    assert language_of_names(cli("priority", *arguments, env=environment).stdout) == language


@pytest.mark.parametrize(
    ("written", "lang", "title"),
    [
        ("pt-BR", "pt-br", "Suporte"),
        ("pt-br", "pt-BR", "Suporte"),
        ("pt", "pt-br", "Suporte"),
        ("zh-hant", "zh-Hant", "Suporte"),
        ("pt-BR", "pt-PT", "Support"),
    ],
)
def test_letter_case_of_a_country_does_not_matter(
    written: str, lang: str, title: str, tmp_path: Path, cli: Cli
) -> None:
    policy = f"""\
format: 1
policy: acme
title: {{en: Support, {written}: Suporte}}
plans: {{pro: Pro}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{allow: web}}]
"""
    (tmp_path / "acme.yaml").write_text(policy)
    run = cli("policies", "./acme.yaml", "--lang", lang, "--format", "json", cwd=tmp_path)
    assert json.loads(run.stdout)["answers"][0]["title"] == title


# -- what stays in English -----------------------------------------------------------------------


@pytest.mark.parametrize("format", ["plain", "csv", "json", "markdown"])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("question", ANSWERS)
def test_texts_of_the_program_for_programs_are_english(
    question: str, policy: str, format: str, cli: Cli
) -> None:
    arguments = (*ANSWERS[question].split(), "--policy", policy, "--format", format)
    english = cli(*arguments)
    norwegian = cli(*arguments, "--lang", "nb")
    by_variable = cli(*arguments, env={"ZSUPPORT_LANG": "nb"})
    assert (norwegian.stdout, norwegian.code) == (by_variable.stdout, by_variable.code)
    assert norwegian.code == english.code
    if policy == "zoom":
        if format == "json":
            texts = values_that_differ(json.loads(english.stdout), json.loads(norwegian.stdout))
            # A note and a doubt about the same entry are lines of the same text.
            lines = {line for text in texts for line in text.split("\n")}
            assert lines <= {line for text in texts_of_policy(policy) for line in text.split("\n")}
    elif format == "json":
        document = json.loads(norwegian.stdout)
        document["warnings"] = [
            warning for warning in document["warnings"] if warning["code"] != "no-language"
        ]
        assert document == json.loads(english.stdout)
    elif format != "markdown":  # the warning about the language is a note below the table
        assert norwegian.stdout == english.stdout


def values_that_differ(first: object, second: object) -> set[str]:
    """Return the texts of the second document that differ from those of the first."""
    if isinstance(first, dict) and isinstance(second, dict):
        assert first.keys() == second.keys()
        return {text for key in first for text in values_that_differ(first[key], second[key])}
    if isinstance(first, list) and isinstance(second, list):
        assert len(first) == len(second)
        pairs = zip(first, second, strict=True)
        return {text for pair in pairs for text in values_that_differ(*pair)}
    if first == second:
        return set()
    assert isinstance(second, str)
    return {second}


def texts_of_policy(policy: str) -> set[str]:
    """Return the Norwegian texts of a shipped policy."""
    document = yaml.safe_load(Path(shipped_policies()[policy]).read_text(encoding="utf-8"))
    return set(norwegian_texts(document))


def norwegian_texts(node: object) -> Iterator[str]:
    """Yield the Norwegian texts of a document."""
    if isinstance(node, dict):
        if "nb" in node:
            yield node["nb"]
        for value in node.values():
            yield from norwegian_texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from norwegian_texts(item)


# -- notes and errors ----------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("question", ANSWERS)
def test_a_language_without_texts_is_noted_once(question: str, policy: str, cli: Cli) -> None:
    arguments = (*ANSWERS[question].split(), "--policy", policy)
    stated = cli(*arguments, "--lang", "sv")
    by_variable = cli(*arguments, env={"ZSUPPORT_LANG": "sv"})
    for run in (stated, by_variable):
        notes = [line for line in run.stderr.splitlines() if "no texts in language `sv`" in line]
        assert len(notes) == 1, run.stderr
    document = json.loads(cli(*arguments, "--lang", "sv", "--format", "json").stdout)
    codes = [warning["code"] for warning in document["warnings"]]
    assert codes.count("no-language") == 1
    # The locale is for all programs, not for one policy.
    assert "no texts" not in cli(*arguments, env={"LC_ALL": "sv_SE.UTF-8"}).stderr
    assert "no texts" not in cli(*arguments).stderr


def test_the_locale_of_a_terminal_causes_no_note(cli: Cli) -> None:
    swedish = terminal(cli, "priority", "--policy", "redhat", LC_ALL="sv_SE.UTF-8")
    assert swedish == terminal(cli, "priority", "--policy", "redhat")
    assert "`sv`" in terminal(cli, "priority", "--policy", "redhat", "--lang", "sv")


def test_the_variable_of_all_policies_causes_no_note_in_a_terminal(cli: Cli) -> None:
    shown = terminal(cli, "priority", "--policy", "redhat", ZSUPPORT_LANG="sv")
    assert shown == terminal(cli, "priority", "--policy", "redhat")


INVALID: list[tuple[tuple[str, ...], dict[str, str], str]] = [
    (("--lang", "klingon"), {}, "--lang: invalid language `klingon`"),
    (("--lang", "nb_NO"), {}, "--lang: invalid language `nb_NO`\n  write `nb-NO`\n"),
    (("--lang", "norwegian"), {}, "--lang: invalid language `norwegian`\n  write `nb`\n"),
    (("--lang", "SV"), {}, "--lang: invalid language `SV`\n  write `sv`\n"),
    (("--lang=",), {}, "--lang: invalid language ``"),
    (("--lang", "sv-"), {}, "--lang: invalid language `sv-`"),
    (("-q", "--lang", "xx"), {}, "--lang: invalid language `xx`"),
    ((), {"ZSUPPORT_LANG": "klingon"}, "ZSUPPORT_LANG: invalid language `klingon`"),
    (("--lang", "xx"), {"ZSUPPORT_LANG": "nb"}, "--lang: invalid language `xx`"),
]


@pytest.mark.parametrize(("arguments", "environment", "message"), INVALID)
@pytest.mark.parametrize("question", [*ANSWERS, "policies", "advise"])
def test_an_invalid_language_is_refused(
    question: str, arguments: tuple[str, ...], environment: dict[str, str], message: str, cli: Cli
) -> None:
    run = cli(*ANSWERS.get(question, question).split(), *arguments, env=environment)
    assert (run.stdout, run.code) == ("", 2)
    assert run.stderr.startswith(f"zsupport: {message}")


@pytest.mark.parametrize("command", ["check zoom", "test zoom", "--help", "help", "schema"])
def test_an_invalid_variable_is_refused_by_every_command(command: str, cli: Cli) -> None:
    run = cli(*command.split(), env={"ZSUPPORT_LANG": "klingon"})
    assert (run.stdout, run.code) == ("", 2)
    assert run.stderr.startswith("zsupport: ZSUPPORT_LANG: invalid language `klingon`")


def test_an_invalid_variable_that_decides_nothing_is_ignored(cli: Cli) -> None:
    assert cli("priority", "--lang", "nb", env={"ZSUPPORT_LANG": "klingon"}).code == 0
    # Completion cannot show an error.
    completion = {"_ZSUPPORT_COMPLETE": "zsh", "ZSUPPORT_LANG": "klingon"}
    assert "channels" in cli("chan", env=completion).stdout
    # A locale is never refused.
    assert "Urgent" in terminal(cli, "priority", LC_ALL="klingon")


# -- English needs no catalogue ------------------------------------------------------------------


def modules_of(cli: Cli, *arguments: str, **environment: str) -> set[str]:
    """Return the modules that a run imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "zsupport", *arguments],
        env=cli.environment(environment), cwd=cli.folder, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}


@pytest.mark.parametrize("format", ["plain", "table", "json"])
@pytest.mark.parametrize("question", ANSWERS)
def test_english_answers_import_no_gettext(question: str, format: str, cli: Cli) -> None:
    arguments = (*ANSWERS[question].split(), "--format", format)
    for environment in ({}, {"ZSUPPORT_LANG": "en"}, {"LC_ALL": "en_GB.UTF-8"}):
        modules = modules_of(cli, *arguments, **environment)
        assert "zsupport.cli" in modules
        assert not {"gettext", "zsupport.sources.translations"} & modules


def test_the_help_in_english_loads_no_catalogue(cli: Cli) -> None:
    modules = modules_of(cli, "channels", "--help")
    # Typer itself imports gettext.
    assert "gettext" in modules
    assert "zsupport.sources.translations" not in modules


def damaged_catalogues(folder: Path) -> Iterator[bytes]:
    """Yield catalogues with an unknown encoding, without one, and with invalid plural forms."""
    path = folder / "whole.mo"
    with path.open("wb") as file:
        write_mo(file, Catalog(locale="nb", charset="utf-8"))
    whole = path.read_bytes()
    for text, damaged in (
        (b"charset=utf-8", b"charset=utf-9"),
        (b"charset=utf-8", b"charxet=utf-8"),
        (b" plural=", b" plural+"),
    ):
        assert text in whole
        yield whole.replace(text, damaged)


def test_a_missing_catalogue_is_an_error_with_a_hint(
    variables: Callable[[Mapping[str, str]], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    translations._catalogue.cache_clear()
    variables({"ZSUPPORT_LANG": "nb"})
    # Damage in the header of the catalogue raises other errors than a file that was cut off.
    for content in (None, b"", b"no catalogue", *damaged_catalogues(tmp_path)):
        if content is not None:
            (tmp_path / "nb.mo").write_bytes(content)
        assert main(["channels", "--help"]) == 4
        output = capsys.readouterr()
        assert output.out == ""
        assert output.err == (
            f"zsupport: {tmp_path / 'nb.mo'}: missing or invalid translations\n"
            "  install the program with pip, or set ZSUPPORT_LANG=en\n"
        )
    # Answers for programs need no catalogue.
    assert main(["priority"]) == 0


# -- the help ------------------------------------------------------------------------------------


@pytest.fixture
def marked(
    variables: Callable[[Mapping[str, str]], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Wording]:
    """Replace the Norwegian texts by the English texts, each after `~`; return this wording."""
    catalogue = Catalog(locale="nb")
    for message in build_hook().texts_of_source():
        if isinstance(message.id, tuple):
            catalogue.add(message.id, tuple(f"~{text}" for text in message.id))
        elif message.id:
            catalogue.add(message.id, f"~{message.id}")
    with (tmp_path / "nb.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    translations._catalogue.cache_clear()
    variables({"ZSUPPORT_LANG": "nb"})
    yield Wording(translations.translation("nb"))
    translations._catalogue.cache_clear()


def build_hook() -> Any:
    """Return the module `.ci/catalogues.py`."""
    path = Path(__file__).parent.parent / ".ci" / "catalogues.py"
    spec = importlib.util.spec_from_file_location("catalogues", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def help_of(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the help of a command without white space, which wrapping changes."""
    assert main([*command.split(), "--help"]) == 0
    return "".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_is_translated(
    name: str, marked: Wording, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = help_of(name, capsys)
    command = load_command(name)
    options = [option for option in (*command.every_option(), HELP) if not option.hidden]
    texts = [command.help, command.notes, *(option.help for option in options)]
    for text in filter(None, texts):
        translated = marked.message(text)
        assert translated.startswith("~"), text
        assert "".join(translated.split()) in shown
    for option in options:
        if option.default is not None:
            assert f"~[default:{option.default}]" in shown
    for heading in ("~Usage:", "~Options:", "~Examples:"):
        assert heading in shown
    assert ("~Arguments:" in shown) == any(not option.flags for option in options)
    # The command lines of the examples are not translated.
    assert f"~Examples:zsupport{name}" in shown


def test_the_help_of_the_program_is_translated(
    marked: Wording, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = help_of("", capsys)
    assert shown.startswith("~Usage:zsupport[OPTIONS]COMMAND[ARGS]...~Exactanswers")
    for text in (*COMMANDS.values(), *(option.help for option in (*ROOT, HELP))):
        assert "".join(marked(text).split()) in shown
    for heading in ("~Options:", "~Commands:", "~Examples:zsupport"):
        assert heading in shown


def test_the_list_of_guides_is_translated_and_guides_are_english(
    marked: Wording, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("~Guides (zsupport help TOPIC):\n  policy ")
    assert "~Commands (zsupport COMMAND --help):" in shown
    assert main(["help", "policy"]) == 0
    assert "~" not in capsys.readouterr().out.partition("\n")[0]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("chanels", "~unknown command `chanels`; did you mean `channels`?"),
        ("channels --nonsense", "~unknown option `--nonsense`"),
        ("channels --plan", "~`--plan` requires a value"),
        ("channels --csv x", "~unknown value `x` of `--csv`; values: safe, raw"),
        ("channels a b", "~unexpected arguments: a b"),
        ("channels --fact x", "~--fact: `x` is not NAME=VALUE"),
    ],
)
def test_errors_are_translated_except_in_json(
    arguments: str, error: str, marked: Wording, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"zsupport: {error}")
    command, *rest = arguments.split()
    assert main([command, "--format", "json", *rest]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["error"]["message"].startswith(error.removeprefix("~"))


def test_completion_describes_options_in_the_language_of_the_terminal(
    marked: Wording,
    variables: Callable[[Mapping[str, str]], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    variables({"LANG": "nb_NO.UTF-8"})
    monkeypatch.setenv("_ZSUPPORT_COMPLETE", "zsh")
    assert main(["chan"]) == 0
    assert capsys.readouterr().out == f"channels\t{marked(COMMANDS['channels'])}\n"
    assert main(["channels", "--pla"]) == 0
    assert capsys.readouterr().out == "--plan\t~Plan\n"


# -- findings ------------------------------------------------------------------------------------

GAP = """\
format: 1
policy: gap
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}, mail: {name: Mail, kind: email}}
entitlements: [{allow: web}]
"""


def test_findings_for_people_follow_the_reader_and_formats_for_programs_do_not(
    marked: Wording, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "gap.yaml"
    policy.write_text(GAP)
    main(["check", str(policy)])
    assert "~" in capsys.readouterr().out
    for format in ("json", "sarif", "github", "gitlab", "junit", "markdown", "csv"):
        main(["check", str(policy), "--format", format])
        assert "~" not in capsys.readouterr().out, format


def test_a_file_does_not_depend_on_the_locale_of_the_terminal(
    marked: Wording,
    variables: Callable[[Mapping[str, str]], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "gap.yaml").write_text(GAP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("zsupport.cli.output.is_terminal", lambda: True)
    for environment, in_file in (({"LANG": "nb_NO"}, False), ({"ZSUPPORT_LANG": "nb"}, True)):
        variables(environment)
        main(["check", "gap.yaml", "--output-file", "text=findings.txt"])
        assert "~" in capsys.readouterr().out
        assert ("~" in (tmp_path / "findings.txt").read_text()) == in_file
