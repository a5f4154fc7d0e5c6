"""Formats for programs: the language changes the texts of the policy, not those of the program."""

import re
from pathlib import Path

import pytest
import yaml
from conftest import Cli

from zsupport.sources.find import shipped_policies

FORMATS = ("plain", "csv", "json", "markdown")
NORWEGIAN = {"ZSUPPORT_LANG": "nb"}
STARTER = Path(__file__).parents[1] / "src/zsupport/starter/policy.yaml"
#: Policies with and without the section `metrics`, and with facts with and without `values`.
POLICIES = {
    "zoom": Path(shipped_policies()["zoom"]),
    "acme": Path(__file__).parent / "policies/acme.yaml",
    "starter": STARTER,
}
PREREQUISITE = "The number of the contract, as it is written on the last invoice"
AT = "2026-11-23T12:00:00Z"
QUESTIONS = {
    name: f"{name} --policy {{policy}} --at {AT}"
    for name in ("channels", "due", "hours", "priority", "topics", "terms")
}
COMMANDS = {
    **QUESTIONS,
    **{f"{name} --why": f"{line} --why" for name, line in QUESTIONS.items()},
    "advise": f"advise --policy {{policy}} --at {AT}",
    "policies NAME": f"policies {{policy}} --at {AT}",
}


def with_equal_texts(path: Path) -> str:
    """Return a policy whose title is in both languages, with its English texts as Norwegian ones.

    The answers about such a policy have no text of the policy that depends on the language. The
    summary of advice has short prerequisites in a sentence in English only. Therefore the policy
    has a long prerequisite in their place.
    """
    text = readable(path)
    root = yaml.compose(text, yaml.CSafeLoader)
    spans = []
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.SequenceNode):
            nodes += node.value
        if not isinstance(node, yaml.MappingNode):
            continue
        values = {key.value: value for key, value in node.value}
        if prerequisites := values.pop("prerequisites", None):
            spans.append((prerequisites, f'"{PREREQUISITE}"'))
        nodes += values.values()
        if {"en", "nb"} <= values.keys():
            spans.append((values["nb"], written(text, values["en"])))
        if node is root and isinstance(values["title"], yaml.ScalarNode):
            title = written(text, values["title"])
            spans.append((values["title"], f"{{en: {title}, nb: {title}}}"))
    for node, replacement in sorted(spans, key=lambda span: -span[0].start_mark.index):
        start = node.start_mark.index
        end = start + len(written(text, node))
        text = text[:start] + replacement + text[end:]
    return text


def readable(path: Path) -> str:
    """Return the text of a policy as PyYAML can read it: with quoted questions."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"(?<=: )([^\s{}\[\]\",:][^{}\[\]\",:]*\?)(?=[,}])", r'"\1"', text)


def written(text: str, node: yaml.Node) -> str:
    """Return a value as it is written in the file."""
    # The end of a block is the beginning of the next key.
    return text[node.start_mark.index : node.end_mark.index].rstrip()


@pytest.fixture(params=POLICIES)
def policy(request: pytest.FixtureRequest, cli: Cli) -> str:
    """Return the name of a policy file without texts that depend on the language."""
    path = cli.folder / f"equal-{request.param}.yaml"
    path.write_text(with_equal_texts(POLICIES[request.param]), encoding="utf-8")
    return f"./{path.name}"


def test_the_policies_of_these_tests_have_texts_of_the_program() -> None:
    documents = [yaml.safe_load(readable(path)) for path in POLICIES.values()]
    assert {"metrics" in document for document in documents} == {True, False}
    facts = [fact for document in documents for fact in document.get("facts", {}).values()]
    assert {"values" in (fact or {}) for fact in facts} == {True, False}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("command", COMMANDS)
def test_only_texts_of_the_policy_depend_on_the_language(
    command: str, format: str, policy: str, cli: Cli
) -> None:
    arguments = (*COMMANDS[command].format(policy=policy).split(), "--format", format)
    english = cli(*arguments)
    norwegian = cli(*arguments, env=NORWEGIAN)
    assert (norwegian.stdout, norwegian.code) == (english.stdout, english.code)


@pytest.mark.parametrize("format", FORMATS)
def test_advice_for_every_plan_and_role_has_english_texts_of_the_program(
    format: str, policy: str, cli: Cli
) -> None:
    document = yaml.safe_load((cli.folder / policy).read_text(encoding="utf-8"))
    for plan in document["plans"]:
        for role in document.get("roles", {"": None}):
            arguments = [*COMMANDS["advise"].format(policy=policy).split(), "--plan", plan]
            arguments += ["--role", role] if role else []
            arguments += ["--format", format]
            # Without the priority, the advice lists missing facts with their values.
            for extra in ([], ["--priority", "P1"], ["--why"]):
                english = cli(*arguments, *extra)
                norwegian = cli(*arguments, *extra, env=NORWEGIAN)
                assert (norwegian.stdout, norwegian.code) == (english.stdout, english.code)


def test_screens_show_the_texts_of_the_program_in_the_language_of_the_reader(cli: Cli) -> None:
    path = cli.folder / "starter.yaml"
    path.write_text(STARTER.read_text(encoding="utf-8"), encoding="utf-8")
    case = "--plan pro --role owner --fact impact=down --fact workaround=false"
    arguments = f"advise --policy ./starter.yaml --at {AT} {case} --format table".split()
    assert "First response" in cli(*arguments).stdout
    assert "Første svar" in cli(*arguments, env=NORWEGIAN).stdout
    whole = ("policies", "./starter.yaml", "--at", AT, "--format", "table")
    shown = cli(*whole, env=NORWEGIAN).stdout
    assert "Første svar" in shown
    assert re.search(r"true +ja$", shown, re.MULTILINE)
