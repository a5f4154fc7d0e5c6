"""Messages are whole sentences with named placeholders, so that they can be translated.

The test follows every text that becomes a message, hint, expected text, label, summary or title
through variables, parameters and return values of the package. `python tests/test_messages.py
PATH...` lists the errors of the modules under these paths.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest

import zsupport

PACKAGE = Path(zsupport.__file__).parent
#: Parameters and fields whose values are texts for people.
FIELDS = frozenset({"message", "hint", "expected", "label", "summary", "title", "template"})

Function: TypeAlias = ast.FunctionDef | None


class Expression(NamedTuple):
    """An expression of a module, with the function that contains it."""

    module: str
    function: Function
    node: ast.expr


class Error(NamedTuple):
    """A message that is put together from parts."""

    module: str
    line: int
    reason: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.reason}: {self.source}"


class Package:
    """The functions and calls of the package, and the expressions that become messages."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Function, ast.Call]] = []
        self.returns: dict[str, list[Expression]] = {}
        self.signatures: dict[str, list[list[str]]] = {}
        self.constants: dict[str, dict[str, list[ast.expr]]] = {}
        self.locals: dict[Function, dict[str, list[ast.expr]]] = {}
        bases: dict[str, list[str]] = {}
        for path in sorted(PACKAGE.rglob("*.py")):
            module = str(path.relative_to(PACKAGE))
            self.constants[module] = {}
            self._visit(module, None, ast.parse(path.read_text(encoding="utf-8")), bases)
        for name in bases:
            base = name
            while base not in self.signatures and bases.get(base):
                base = bases[base][0]
            if base in self.signatures:
                self.signatures.setdefault(name, self.signatures[base])
        #: The values that calls give to a parameter, by the names of both.
        self.arguments: dict[tuple[str, str], list[ast.expr]] = {}
        for _, _, call in self.calls:
            for parameter, value in self._arguments_of(call):
                self.arguments.setdefault((_called(call), parameter), []).append(value)

    def _visit(
        self, module: str, function: Function, node: ast.AST, bases: dict[str, list[str]]
    ) -> None:
        for child in ast.iter_child_nodes(node):
            inside = function
            if isinstance(child, ast.FunctionDef):
                inside = child
                self.locals[child] = {}
                if isinstance(node, ast.ClassDef) and child.name in ("__init__", "__new__"):
                    self._add_signature(node.name, _parameters(child)[1:])
                else:
                    skipped = isinstance(node, ast.ClassDef) and not _is_static(child)
                    self._add_signature(child.name, _parameters(child)[skipped:])
            elif isinstance(child, ast.ClassDef):
                bases[child.name] = [base.id for base in child.bases if isinstance(base, ast.Name)]
                if "NamedTuple" in bases[child.name]:
                    self._add_signature(child.name, _fields(child))
            elif isinstance(child, ast.Call):
                self.calls.append((module, function, child))
            elif isinstance(child, ast.Return) and child.value and function:
                result = Expression(module, function, child.value)
                self.returns.setdefault(function.name, []).append(result)
            for name, value in _assignments(child):
                names = self.locals[function] if function else self.constants[module]
                names.setdefault(name, []).append(value)
            self._visit(module, inside, child, bases)

    def _add_signature(self, name: str, parameters: list[str]) -> None:
        self.signatures.setdefault(name, []).append(parameters)

    def values(self, expression: Expression, name: str) -> list[ast.expr]:
        """Return the values that are assigned to a name, in its function or else its module."""
        local = self.locals.get(expression.function, {})
        return local[name] if name in local else self.constants[expression.module].get(name, [])

    def argument_values(self, expression: Expression, name: str) -> list[ast.expr]:
        """Return the values that calls give to a parameter of the function."""
        function = expression.function
        if function is None or len(self.signatures[function.name]) > 1:
            return []
        return self.arguments.get((function.name, name), [])

    def messages(self) -> Iterator[Expression]:
        """Yield every expression that becomes a message or is assigned to one."""
        parameters = {
            name: {field for signature in signatures for field in signature if field in FIELDS}
            for name, signatures in self.signatures.items()
        }
        functions: set[str] = set()
        expressions: dict[tuple[str, int, int], Expression] = {}
        size = -1
        while size != (size := len(functions) + sum(map(len, parameters.values()))):
            waiting = [
                Expression(module, function, argument)
                for module, function, call in self.calls
                for argument in self._texts(call, parameters)
            ]
            for name in functions:
                waiting += self.returns.get(name, [])
            done: set[int] = set()
            while waiting:
                expression = waiting.pop()
                node = expression.node
                if id(node) in done:
                    continue
                done.add(id(node))
                expressions[expression.module, node.lineno, node.col_offset] = expression
                function = expression.function
                if isinstance(node, ast.Name):
                    if function and node.id in _parameters(function):
                        parameters.setdefault(function.name, set()).add(node.id)
                    values = self.values(expression, node.id)
                elif isinstance(node, ast.Call) and _called(node) in self.returns:
                    functions.add(_called(node))
                    values = []
                else:
                    values = list(_choices(node))
                waiting += [expression._replace(node=value) for value in values]
        yield from expressions.values()

    def _texts(self, call: ast.Call, parameters: dict[str, set[str]]) -> Iterator[ast.expr]:
        texts = FIELDS | parameters.get(_called(call), set())
        return (value for parameter, value in self._arguments_of(call) if parameter in texts)

    def _arguments_of(self, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
        for signature in self.signatures.get(_called(call), []):
            yield from zip(signature, call.args, strict=False)
        yield from ((keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg)


def _parameters(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    return [
        argument.arg
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    ]


def _is_static(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(decorator, ast.Name) and decorator.id == "staticmethod"
        for decorator in function.decorator_list
    )


def _fields(definition: ast.ClassDef) -> list[str]:
    return [
        statement.target.id
        for statement in definition.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a statement or `:=` assigns to, with their values."""
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value:
        pairs = [(node.target, node.value)]
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        left = ast.copy_location(ast.Constant(""), node.target)
        pairs = [(node.target, ast.copy_location(ast.BinOp(left, node.op, node.value), node))]
    else:
        pairs = []
    for target, value in pairs:
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, ast.Tuple):
            for choice in _choices(value) or [value]:
                if isinstance(choice, ast.Tuple):
                    for name, part in zip(target.elts, choice.elts, strict=False):
                        if isinstance(name, ast.Name):
                            yield name.id, part


def _choices(node: ast.expr) -> list[ast.expr]:
    """Return the texts between which an expression chooses."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return node.values
    return [node.value] if isinstance(node, ast.NamedExpr) else []


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _words(node: ast.AST) -> str:
    """Return the words of a text, without placeholders and text in backquotes."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = "".join(_text(part) if isinstance(part, ast.Constant) else "\0" for part in parts)
    text = re.sub(r"`[^`]*`", "\0", text)
    return text if re.search("[A-Za-z]", text) else ""


def _parts_with_words(node: ast.expr) -> Iterator[str]:
    """Yield why an expression in a placeholder is a part of a sentence."""
    specifications = {
        id(inside.format_spec)
        for inside in ast.walk(node)
        if isinstance(inside, ast.FormattedValue) and inside.format_spec
    }
    for inside in ast.walk(node):
        if id(inside) in specifications:
            continue
        if isinstance(inside, ast.JoinedStr) and _words(inside):
            yield "words in a nested f-string"
        if isinstance(inside, ast.IfExp) and any(map(_words, _choices(inside))):
            yield "a choice of words in a placeholder"
        if _is_sum(inside):
            yield "texts joined by +"


def _is_sum(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, (ast.Add, ast.Mod))
        and any(re.search("[A-Za-z]{2}|[ ,;:]", _text(part)) for part in ast.walk(node))
    )


def _placeholders(node: ast.expr) -> tuple[str, list[ast.expr]]:
    """Return the words of a message and the expressions of its placeholders."""
    if isinstance(node, ast.JoinedStr):
        values = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        # A note in brackets can follow a whole message.
        has_note = re.fullmatch(r"\0 \([^()]*\)", _words(node)) is not None
        return _words(node), values[1:] if has_note else values
    if isinstance(node, ast.Call) and _called(node) == "Message" and node.args:
        template = node.args[0]
        words = re.sub(r"\{[^}]*\}", "", _words(template))
        return words, [keyword.value for keyword in node.keywords]
    return "", []


def _reasons(package: Package, message: Expression) -> Iterator[str]:
    node = message.node
    if _is_sum(node):
        yield "texts joined by +"
    words, placeholders = _placeholders(node)
    for value in placeholders:
        yield from _parts_with_words(value)
        if isinstance(value, ast.Name) and re.search("[A-Za-z]", words):
            values = [
                *package.values(message, value.id),
                *package.argument_values(message, value.id),
            ]
            if any(map(_is_part, values)):
                yield f"{{{value.id}}} is a part of a sentence"


def _is_part(value: ast.expr) -> bool:
    """Return whether the value of a placeholder is more than a name, a number or a list."""
    choices = _choices(value)
    return (
        _is_sum(value)
        or (_is_text(value) and " " in _words(value).strip("\0"))
        or any(_is_text(choice) and _words(choice) for choice in choices)
    )


@cache
def errors() -> dict[str, list[Error]]:
    """Return the errors of every module."""
    package = Package()
    result: dict[str, list[Error]] = {module: [] for module in package.constants}
    for message in package.messages():
        for reason in dict.fromkeys(_reasons(package, message)):
            source = " ".join(ast.unparse(message.node).split())
            result[message.module].append(
                Error(message.module, message.node.lineno, reason, source[:160])
            )
    return {module: sorted(set(reasons)) for module, reasons in result.items()}


@pytest.mark.parametrize("module", list(errors()))
def test_messages_are_whole_sentences(module: str) -> None:
    assert "\n".join(map(str, errors()[module])) == ""


if __name__ == "__main__":
    for path in sys.argv[1:] or [""]:
        for module, module_errors in errors().items():
            if (PACKAGE / module).as_posix().startswith(str(Path(path).resolve())) or not path:
                print(*module_errors, sep="\n", end="\n" if module_errors else "")
