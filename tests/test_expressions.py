"""Tests that regular expressions take linear time on all texts.

The tests read all patterns and their methods from the source of the package. No pattern has nested
repetitions. The time for hostile texts is compared with the time for texts of half the length, in
the same run.
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
    """A pattern, and the method that is called."""

    module: str
    pattern: str
    flags: int
    method: str


class _Calls(ast.NodeVisitor):
    """Calls of a module that compile or use a pattern."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.names = vars(import_module(module))
        self.loops: list[tuple[ast.expr, ast.expr]] = []
        self.patterns: list[tuple[str, int, str]] = []  # pattern, flags, method
        self.compiled: dict[str, re.Pattern[str]] = {
            name: value for name, value in self.names.items() if isinstance(value, re.Pattern)
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
                self.add_patterns(node, method)
            elif name == "re" and method == "compile" and not self.is_kept(node):
                self.add_patterns(node, "search")
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        if name in self.compiled and node.attr in METHODS:
            self.used.add((name, node.attr))
        self.generic_visit(node)

    def is_kept(self, node: ast.Call) -> bool:
        """Return whether the compiled pattern has a name in the module."""
        try:
            return self.value(node.args[0]) in {
                pattern.pattern for pattern in self.compiled.values()
            }
        except NameError:
            return False

    def add_patterns(self, node: ast.Call, method: str) -> None:
        flags = [keyword.value for keyword in node.keywords if keyword.arg == "flags"]
        position = {"sub": 4, "split": 3}.get(method, 2)
        flags += node.args[position : position + 1]
        number = int(self.value(flags[0])) if flags else 0
        try:
            patterns = [self.value(node.args[0])]
        except NameError:
            patterns = list(self.values_in_loop(node.args[0]))
            if not patterns:
                self.unknown.append(ast.unparse(node.args[0]))
        for pattern in patterns:
            if isinstance(pattern, str):
                self.patterns.append((pattern, number, method))

    def value(self, node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "", "eval"), {"re": re, **self.names})

    def values_in_loop(self, node: ast.expr) -> Iterator[Any]:
        """Yield the values of the variable of a loop over a constant table."""
        for target, table in reversed(self.loops):
            targets = target.elts if isinstance(target, ast.Tuple) else [target]
            for place, name in enumerate(targets):
                if ast.dump(name).replace("Store", "Load") == ast.dump(node):
                    for row in self.value(table):
                        yield row[place] if isinstance(target, ast.Tuple) else row


@cache
def expressions() -> tuple[tuple[Expression, ...], tuple[str, ...]]:
    """Return all patterns with their methods, and the expressions that are not constant."""
    result: dict[Expression, None] = {}
    unknown: list[str] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(["zsupport", *path.relative_to(PACKAGE).with_suffix("").parts])
        module = module.removesuffix(".__init__")
        if module.endswith("__main__"):
            continue
        calls = _Calls(module)
        calls.visit(ast.parse(path.read_text()))
        unknown += [f"{module}: {argument}" for argument in calls.unknown]
        for pattern, flags, method in calls.patterns:
            result[Expression(module, pattern, flags, method)] = None
        for name, method in calls.used:
            compiled = calls.compiled[name]
            result[Expression(module, compiled.pattern, compiled.flags & ~re.UNICODE, method)] = (
                None
            )
    return tuple(result), tuple(unknown)


def test_patterns_built_at_run_time_are_listed() -> None:
    """The parts of these patterns have no nested repetitions: quoted names and constants."""
    assert set(expressions()[1]) == {
        "zsupport.audit.columns.cells: _pattern(s) or ''",
        "zsupport.audit.columns.cells: _pattern(shape) or ''",
        "zsupport.audit.reading.instant_formats: pattern",
        "zsupport.clock.day_text: date + _SEPARATOR + date",
        "zsupport.clock.day_text: f'([a-z]+)[ -]{ordinal}'",
        "zsupport.clock.day_text: f'{ordinal}[ -](?:of )?([a-z]+)'",
        "zsupport.policy.syntax: f'(?:^|[\\\\s\\\\[{{,]){quote}'",
        "zsupport.publish.texts: inside",
        "zsupport.publish.texts: word",
        "zsupport.report.text: _UNSAFE_IN_JSON if json else _UNSAFE",
        "zsupport.report.text: colors_or_unsafe",
        "zsupport.sources.git: pattern",
    }
    assert len(expressions()[0]) > 120


def repeats_repetitions(pattern: Any, *, inside: bool = False) -> bool:
    """Return whether a repetition of more than 100 times is inside another one."""
    for kind, value in pattern:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            many = value[1] is op.MAXREPEAT or value[1] > 100
            if (many and inside) or repeats_repetitions(value[2], inside=inside or many):
                return True
        elif kind is op.BRANCH:
            if any(repeats_repetitions(branch, inside=inside) for branch in value[1]):
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
def test_nested_repetitions_are_detected(pattern: str, nested: bool) -> None:
    assert repeats_repetitions(parser.parse(pattern)) is nested


def test_patterns_have_no_nested_repetitions() -> None:
    nested = [
        (expression.module, expression.pattern)
        for expression in expressions()[0]
        if repeats_repetitions(parser.parse(expression.pattern, expression.flags))
    ]
    assert nested == []


def letters(pattern: Any) -> Iterator[str]:
    """Yield the characters of a pattern in order; for a class or range, an example."""
    for kind, value in pattern:
        if kind in (op.LITERAL, op.NOT_LITERAL):
            yield chr(value)
        elif kind is op.IN:
            for kind_of_item, item in value:
                if kind_of_item is op.LITERAL:
                    yield chr(item)
                elif kind_of_item is op.RANGE:
                    yield chr(item[0])
                elif kind_of_item is op.CATEGORY:
                    yield {op.CATEGORY_DIGIT: "0", op.CATEGORY_SPACE: " "}.get(item, "w")
                elif kind_of_item is op.NEGATE:
                    yield "~"
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            yield from letters(value[2])
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from letters(branch)
        elif kind in (op.SUBPATTERN, op.ASSERT, op.ASSERT_NOT, op.ATOMIC_GROUP):
            yield from letters(value[-1] if isinstance(value, tuple) else value)


def hostile_texts(expression: Expression) -> list[tuple[str, str]]:
    """Return pairs of a prefix and a text to repeat, made of characters of the pattern."""
    characters = list(dict.fromkeys(letters(parser.parse(expression.pattern, expression.flags))))[
        :8
    ]
    all_characters = "".join(characters)
    return [
        (start, unit)
        for start in ("", all_characters)
        for unit in (*characters, all_characters, f"{all_characters} ", " ")
    ]


def seconds(expression: Expression, text: str) -> float:
    compiled = re.compile(expression.pattern, expression.flags)
    call = getattr(compiled, expression.method)
    began = time.process_time()
    matches = call("", text) if expression.method == "sub" else call(text)
    if expression.method == "finditer":
        list(matches)
    return time.process_time() - began


#: Short lengths first, for patterns whose time doubles with each character.
LENGTHS = (16, 20, 24, 28, 32, *(2**n for n in range(6, 15)))
#: Seconds; shorter times are not compared. Quadratic time for the longest text is 100 times longer.
MEASURABLE = 0.005


def growth(expression: Expression, start: str, unit: str) -> float:
    """Return the time for a text divided by the time for half of it; 2 is linear."""
    for length in LENGTHS:
        # A character at the end does not match, so that all repetitions are tried.
        text = start + unit * (length // len(unit)) + "\0"
        spent = seconds(expression, text)
        if spent > MEASURABLE:
            spent = min(spent, seconds(expression, text))
            half = start + unit * (length // 2 // len(unit)) + "\0"
            before = min(seconds(expression, half) for _ in range(2))
            return spent / max(before, 1e-6)
    return 0.0


@pytest.mark.parametrize("expression", expressions()[0], ids=lambda expression: expression.module)
def test_time_is_linear(expression: Expression) -> None:
    for start, unit in hostile_texts(expression):
        # Quadratic time is always 4; another process may cause a single high value.
        assert any(growth(expression, start, unit) < 3 for _ in range(5)), (expression, start, unit)


@pytest.mark.parametrize("pattern", ["a*a*b", r"^(a|a)*$", r"(?:a|aa)+b", r"\s*,"])
def test_quadratic_time_is_detected(pattern: str) -> None:
    expression = Expression("", pattern, 0, "search")
    assert max(growth(expression, start, unit) for start, unit in hostile_texts(expression)) > 3
