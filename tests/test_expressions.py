"""Regular expressions take time by the length of what they see, whatever that is.

Every pattern of the package is found in its source, with the method that is called. None has a
repetition in a repetition, and each is timed against hostile texts that double in length: the time
of the longest is compared with that of half as much, in the same run.
"""

import ast
import re
import time
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import pytest

import zsupport

PACKAGE = Path(zsupport.__file__).parent
METHODS = ("match", "fullmatch", "search", "sub", "split", "findall", "finditer")


class Expression(NamedTuple):
    """A pattern, and the method by which it sees a text."""

    module: str
    pattern: str
    flags: int
    method: str


class _Calls(ast.NodeVisitor):
    """The calls of a module that compile or use a pattern."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.names = vars(import_module(module))
        self.loops: list[tuple[ast.expr, ast.expr]] = []
        self.found: list[tuple[str, int, str]] = []  # pattern, flags, method
        self.compiled: dict[str, re.Pattern[str]] = {
            name: each for name, each in self.names.items() if isinstance(each, re.Pattern)
        }
        self.used: set[tuple[str, str]] = set()  # name of a compiled pattern, method
        self.unknown: list[str] = []

    def visit_For(self, node: ast.For) -> None:
        self.loops.append((node.target, node.iter))
        self.generic_visit(node)
        self.loops.pop()

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            name, method = function.value.id, function.attr
            if name == "re" and method in METHODS:
                self.of_re(node, method)
            elif name == "re" and method == "compile" and not self.is_kept(node):
                self.of_re(node, "search")
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        if name in self.compiled and node.attr in METHODS:
            self.used.add((name, node.attr))
        self.generic_visit(node)

    def is_kept(self, node: ast.Call) -> bool:
        """Return whether a pattern is compiled into a name of the module, by which it is used."""
        try:
            return self.value(node.args[0]) in {each.pattern for each in self.compiled.values()}
        except NameError:
            return False

    def of_re(self, node: ast.Call, method: str) -> None:
        flags = [each.value for each in node.keywords if each.arg == "flags"]
        position = {"sub": 4, "split": 3}.get(method, 2)
        flags += node.args[position : position + 1]
        number = int(self.value(flags[0])) if flags else 0
        try:
            patterns = [self.value(node.args[0])]
        except NameError:
            patterns = list(self.in_a_loop(node.args[0]))
            if not patterns:
                self.unknown.append(ast.unparse(node.args[0]))
        for each in patterns:
            if isinstance(each, str):
                self.found.append((each, number, method))

    def value(self, node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "", "eval"), {"re": re, **self.names})

    def in_a_loop(self, node: ast.expr) -> Iterator[Any]:
        """Yield the values of a name that a loop over a constant table gives it."""
        for target, table in reversed(self.loops):
            targets = target.elts if isinstance(target, ast.Tuple) else [target]
            for place, each in enumerate(targets):
                if ast.dump(each).replace("Store", "Load") == ast.dump(node):
                    for row in self.value(table):
                        yield row[place] if isinstance(target, ast.Tuple) else row


@cache
def expressions() -> tuple[tuple[Expression, ...], tuple[str, ...]]:
    """Return every pattern with each method of it, and what could not be found out."""
    found: dict[Expression, None] = {}
    unknown: list[str] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(["zsupport", *path.relative_to(PACKAGE).with_suffix("").parts])
        module = module.removesuffix(".__init__")
        if module.endswith("__main__"):
            continue
        calls = _Calls(module)
        calls.visit(ast.parse(path.read_text()))
        unknown += [f"{module}: {each}" for each in calls.unknown]
        for pattern, flags, method in calls.found:
            found[Expression(module, pattern, flags, method)] = None
        for name, method in calls.used:
            each = calls.compiled[name]
            found[Expression(module, each.pattern, each.flags & ~re.UNICODE, method)] = None
    return tuple(found), tuple(unknown)


def test_what_is_made_at_work_is_known() -> None:
    """These are made of parts that cannot repeat anything: quoted names, and constants."""
    assert set(expressions()[1]) == {
        "zsupport.policy.yamltext: f'(?:^|[\\\\s\\\\[{{,]){quote}'",
        "zsupport.report.text: _UNSAFE_IN_JSON if json else _UNSAFE",
        "zsupport.report.text: colors_or_unsafe",
        "zsupport.sources.git: pattern",
    }
    assert len(expressions()[0]) > 120


def repeats_repetitions(pattern: Any, *, inside: bool = False) -> bool:
    """Return whether a repetition without a small end is inside another one."""
    for kind, value in pattern:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            many = value[1] is op.MAXREPEAT or value[1] > 100
            if (many and inside) or repeats_repetitions(value[2], inside=inside or many):
                return True
        elif kind is op.BRANCH:
            if any(repeats_repetitions(each, inside=inside) for each in value[1]):
                return True
        elif kind in (op.SUBPATTERN, op.ASSERT, op.ASSERT_NOT, op.ATOMIC_GROUP):
            part = value[-1] if isinstance(value, tuple) else value
            if repeats_repetitions(part, inside=inside):
                return True
    return False


@pytest.mark.parametrize(
    ("pattern", "nested"),
    [("(a+)+", True), ("(a|b*)*c", True), ("(?:a(?=b*))+", True), ("(a{2})*b+", False)],
)
def test_a_repetition_in_a_repetition_is_noticed(pattern: str, nested: bool) -> None:
    assert repeats_repetitions(parser.parse(pattern)) is nested


def test_no_repetition_stands_in_a_repetition() -> None:
    nested = [
        (each.module, each.pattern)
        for each in expressions()[0]
        if repeats_repetitions(parser.parse(each.pattern, each.flags))
    ]
    assert nested == []


def letters(pattern: Any) -> Iterator[str]:
    """Yield characters that a pattern names, one of each class; and what it names in order."""
    for kind, value in pattern:
        if kind in (op.LITERAL, op.NOT_LITERAL):
            yield chr(value)
        elif kind is op.IN:
            for what, of in value:
                if what is op.LITERAL:
                    yield chr(of)
                elif what is op.RANGE:
                    yield chr(of[0])
                elif what is op.CATEGORY:
                    yield {op.CATEGORY_DIGIT: "0", op.CATEGORY_SPACE: " "}.get(of, "w")
                elif what is op.NEGATE:
                    yield "~"
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            yield from letters(value[2])
        elif kind is op.BRANCH:
            for each in value[1]:
                yield from letters(each)
        elif kind in (op.SUBPATTERN, op.ASSERT, op.ASSERT_NOT, op.ATOMIC_GROUP):
            yield from letters(value[-1] if isinstance(value, tuple) else value)


def hostile(each: Expression) -> list[tuple[str, str]]:
    """Return what to begin with and what to repeat: each character, and all of them in order."""
    named = list(dict.fromkeys(letters(parser.parse(each.pattern, each.flags))))[:8]
    whole = "".join(named)
    return [(start, unit) for start in ("", whole) for unit in (*named, whole, f"{whole} ", " ")]


def seconds(each: Expression, text: str) -> float:
    compiled = re.compile(each.pattern, each.flags)
    call = getattr(compiled, each.method)
    began = time.process_time()
    found = call("", text) if each.method == "sub" else call(text)
    if each.method == "finditer":
        list(found)
    return time.process_time() - began


#: Short ones first, for what doubles with each character.
LENGTHS = (16, 20, 24, 28, 32, *(2**n for n in range(6, 15)))
#: What takes less is not measured: the square of the longest takes a hundred times that.
ENOUGH = 0.005


def growth(each: Expression, start: str, unit: str) -> float:
    """Return how many times as long a text takes as one of half its length; 2 is linear."""
    for length in LENGTHS:
        # What does not fit ends it, so that everything before is tried.
        text = start + unit * (length // len(unit)) + "\0"
        spent = seconds(each, text)
        if spent > ENOUGH:
            spent = min(spent, seconds(each, text))
            half = start + unit * (length // 2 // len(unit)) + "\0"
            before = min(seconds(each, half) for _ in range(2))
            return spent / max(before, 1e-6)
    return 0.0


@pytest.mark.parametrize("each", expressions()[0], ids=lambda each: each.module)
def test_time_grows_with_the_length_of_a_text(each: Expression) -> None:
    for start, unit in hostile(each):
        # A square grows four times every time; another process in between makes one high figure.
        assert any(growth(each, start, unit) < 3 for _ in range(5)), (each, start, unit)


@pytest.mark.parametrize("pattern", ["a*a*b", r"^(a|a)*$", r"(?:a|aa)+b", r"\s*,"])
def test_what_grows_by_the_square_is_noticed(pattern: str) -> None:
    each = Expression("", pattern, 0, "search")
    assert max(growth(each, start, unit) for start, unit in hostile(each)) > 3
