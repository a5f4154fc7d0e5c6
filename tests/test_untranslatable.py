"""Texts for people are messages, so that they can be translated.

A text of two or more words outside of docstrings must be an argument of `Message`, `Counted` or
`words`, or its module must be an exception. `python tests/test_untranslatable.py` lists the other
texts.
"""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest

import zsupport

PACKAGE = Path(zsupport.__file__).parent
#: The functions whose direct arguments are texts that can be translated.
TRANSLATED = {"Message", "Counted", "words"}
#: Functions and exceptions with arguments that no person reads.
CODE = {
    "re.compile", "re.sub", "re.split", "re.fullmatch", "re.match", "re.search", "re.findall",
    "re.finditer", "startswith", "endswith", "AssertionError", "AttributeError", "TypeError",
}  # fmt: skip
#: The modules that may have texts in English only, by the kind of the texts or the reason.
ENGLISH = {
    "documentation of the format of policies and tests": {
        "check/explanations.py", "policy/format.py", "policy/reference.py", "policy/schema.py",
        "policy/shape.py", "suite/format.py",
    },
    "titles of guides": {"guide/__init__.py"},
    "errors of calls in Python": {
        "answer/case.py", "audit/columns/arrays.py", "calendar.py", "clock/business.py",
        "clock/instants.py",
    },
    "errors of the program: a damaged file of tzdata, an assertion": {
        "clock/zonefile.py", "policy/names.py", "publish/cells.py",
    },
    "notations and texts of policies": {
        "advise/summary.py", "check/untested.py", "clock/target_text.py",
        "clock/day_text.py", "clock/targets_in_words.py", "clock/window_text.py", "policy/model.py",
        "policy/quota.py", "policy/yaml11.py", "suite/mutation.py",
    },
    "names of kinds that only the program reads": {"answer/remarks.py", "diff/names.py"},
    "messages of YAML, Git and Typer are replaced": {
        "cli/app.py", "policy/syntax.py", "policy/yamltext.py", "sources/git.py",
    },
    "formats for programs, and their reasons": {
        "cli/version.py", "clock/walk.py", "publish/contacts.py", "report/findings/github.py",
        "report/findings/markdown.py", "report/findings/sarif.py", "sources/rewrite.py",
        "suite/outcome.py", "suite/session.py", "view/advise.py", "view/audit.py",
        "view/comparison.py",
        "view/channels.py",
        "view/due.py", "view/due_explained.py", "view/hours.py", "view/policies.py",
        "view/policy_in_full.py",
    },
    "names of months in the languages of exports": {"audit/reading/calendar_names.py"},
    "reasons that the program does not show": {"sources/cache.py"},
    "scripts for shells, styles and HTML": {
        "cli/complete.py", "publish/html.py", "publish/pictures.py", "report/guide.py",
    },
}  # fmt: skip
MODULES = {
    path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}

_WORDS = re.compile(r"(?<![\w./=<-])[A-Za-z]{2,}[,;:]? [a-z]{2,}(?![\w/=(.])")
#: Types, and the command lines in the help.
_NO_TEXT = re.compile(r"\w+\[.*\]|( {2}zsupport .*\n)( {2}.*\n)*")


class Text(NamedTuple):
    """A text of a module that cannot be translated."""

    module: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.text!r}"


def called(call: ast.Call) -> str:
    """Return the name of the called function, after its module if CODE lists it so."""
    name = ast.unparse(call.func)
    return name if name in CODE else name.rpartition(".")[2]


def untranslatable(module: str, source: str) -> list[Text]:
    """Return the texts of a module that cannot be translated."""
    nodes = list(ast.walk(ast.parse(source)))
    ignored: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Expr):  # a docstring
            ignored.add(id(node.value))
        elif isinstance(node, ast.Call) and called(node) in TRANSLATED | CODE:
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            if called(node) in TRANSLATED:
                arguments = [text for text in arguments if isinstance(text, ast.Constant)]
            ignored |= {id(inside) for text in arguments for inside in ast.walk(text)}
        elif isinstance(node, ast.JoinedStr):
            ignored |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
    texts = []
    for node in nodes:
        text = ""
        if id(node) in ignored:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            text = "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        if _WORDS.search(text) and not _NO_TEXT.fullmatch(text):
            texts.append(Text(module, node.lineno, text))  # type: ignore[attr-defined]
    return sorted(texts)


@pytest.mark.parametrize("module", sorted(MODULES.keys() - set().union(*ENGLISH.values())))
def test_texts_for_people_are_messages(module: str) -> None:
    assert "\n".join(map(str, untranslatable(module, MODULES[module]))) == ""


@pytest.mark.parametrize("module", sorted(set().union(*ENGLISH.values())))
def test_an_exception_has_such_texts(module: str) -> None:
    assert untranslatable(module, MODULES[module])


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('x = "no such file"', ["no such file"]),
        ('x = f"{count} files changed"', ["{} files changed"]),
        ('x = Message("no such file")', []),
        ('x = words("no {name} file here", name=name)', []),
        ('x = setting.words("no such file")', []),
        ('x = Counted("{count} such file", "{count} such files", n)', []),
        ('x = Message("{text}", text="no such file")', []),
        ('x = Message("{text}", text=f"no such {kind}")', ["no such {}"]),
        ('x = Message("{text}", text="no" if a else "no such file")', ["no such file"]),
        ('def f():\n    """Return the file."""', []),
        ('x = re.compile("no such file")', []),
        ('x = "--fail-on"; y = "P1"; z = "next-day"; u = "a b"', []),
        ('x = "  zsupport check that file\\n"', []),
    ],
)
def test_untranslatable_texts_of_a_module(source: str, texts: list[str]) -> None:
    assert [text.text for text in untranslatable("m.py", source)] == texts


if __name__ == "__main__":
    for name in sorted(MODULES.keys() - set().union(*ENGLISH.values())):
        for text in untranslatable(name, MODULES[name]):
            print(text)
