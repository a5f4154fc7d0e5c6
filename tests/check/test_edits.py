"""Edits of a policy file: they change exactly the intended text."""

import time
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from random_yaml import LINE_ENDS, RandomYaml, random_yaml

from zsupport.check.edits import apply, quoting, removal
from zsupport.findings import Edit, Fix, Span
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.quoting import quoted
from zsupport.policy.yamltext import MappingNode, Node, Path, ScalarNode, SequenceNode, read_yaml


def document_of(text: str) -> Document:
    node, read, findings = read_yaml(text.encode(), "p.yaml")
    assert findings == [], text
    return Document(SourceFile("p.yaml", text.encode(), "", "p.yaml"), read, node, None, ())


def after(text: str, edits: tuple[Edit, ...]) -> str:
    return apply(text, [Fix("x", edits)]).text


def without(text: str, *path: str | int) -> str | None:
    """Return a text without the value at a path, or None if it cannot be removed."""
    edits = removal(document_of(text), path)
    return after(text, edits) if edits else None


def data(node: Node | None) -> Any:
    if isinstance(node, MappingNode):
        return {key.text: data(value) for key, value in node.entries}
    if isinstance(node, SequenceNode):
        return [data(item) for item in node.items]
    return node.text if node else None


REMOVALS = [
    # block mappings
    ("a: 1\nb: 2\nc: 3\n", ("a",), "b: 2\nc: 3\n"),
    ("a: 1\nb: 2 # own\nc: 3 # its\n", ("b",), "a: 1\nc: 3 # its\n"),
    ("a: 1\nb: 2", ("b",), "a: 1\n"),
    ("a: 1\n# about b\nb: 2\n", ("b",), "a: 1\n# about b\n"),
    ("a: 1\n\nb:\n  x: 1\n  # inside\n  y: 2\n\nc: 3\n", ("b",), "a: 1\n\nc: 3\n"),
    ("a: 1\n\nb: 2\n", ("b",), "a: 1\n"),
    ("a: 1\n\nb: 2\n# end\n", ("b",), "a: 1\n\n# end\n"),
    ("a: 1\r\nb: 2 # own\r\nc: 3\r\n", ("b",), "a: 1\r\nc: 3\r\n"),
    ("a: |\n  # no comment\n\n# comment\nb: 1\n", ("a",), "# comment\nb: 1\n"),
    ("a: >-  # own\n  text\n  more\nb: 1\n", ("a",), "b: 1\n"),
    ("a: 'it''s # no'   # own\nb: 1\n", ("a",), "b: 1\n"),
    ("a: one\n  two\n  three # own\nb: 1\n", ("a",), "b: 1\n"),
    ("'a b': 1\n\"c: d\": 2\n", ("c: d",), "'a b': 1\n"),
    # an empty mapping is removed too
    ("a: 1\nh:\n  # inside\n  x: 1\n", ("h", "x"), "a: 1\n"),
    ("a: 1\nh: [{x: 1}]\n", ("h", 0, "x"), "a: 1\n"),
    ("- {when: {plan: [a]}, allow: b}\n", (0, "when", "plan", 0), "- {allow: b}\n"),
    # block lists
    ("l:\n  - a # own\n  - b\n", ("l", 0), "l:\n  - b\n"),
    ("l:\n- a\n- b # own\n", ("l", 1), "l:\n- a\n"),
    ("l:\n  - x: 1\n    y: 2\n  - z: 3\n", ("l", 0), "l:\n  - z: 3\n"),
    ("l:\n  -\n    x: 1\n  - z: 3\n", ("l", 0), "l:\n  - z: 3\n"),
    ("l:\n  - - a\n    - b\n  - c\n", ("l", 0, 0), "l:\n  - - b\n  - c\n"),
    # the first key after a `-`
    ("- x: 1 # own\n  y: 2\n", (0, "x"), "- y: 2\n"),
    ("- x:\n    a: 1\n    b: 2\n  y: 2\n", (0, "x"), "- y: 2\n"),
    ("- x: 1 # own\n  # about y\n  y: 2\n", (0, "x"), "-\n  # about y\n  y: 2\n"),
    ("- x: 1\n  y: 2\n", (0, "y"), "- x: 1\n"),
    # in brackets
    ("m: {a: 1, b: 2, c: 3}\n", ("m", "a"), "m: {b: 2, c: 3}\n"),
    ("m: {a: 1, b: 2, c: 3}\n", ("m", "b"), "m: {a: 1, c: 3}\n"),
    ("m: {a: 1, b: 2, c: 3}\n", ("m", "c"), "m: {a: 1, b: 2}\n"),
    ("m: { a: 1, b: 2 } # its\n", ("m", "b"), "m: { a: 1 } # its\n"),
    ("m: [a, b,]\n", ("m", 1), "m: [a,]\n"),
    ("m: [a ,b]\n", ("m", 0), "m: [b]\n"),
    ("m: {a: 1,? b : 2}\n", ("m", "a"), "m: {? b : 2}\n"),
    ("m: [[a, b], [c]]\n", ("m", 1), "m: [[a, b]]\n"),
    ('m: {a: "x, }", b: 2}\n', ("m", "a"), "m: {b: 2}\n"),
    ("m: {\n  a: 1, # own\n  b: 2, # its\n}\n", ("m", "a"), "m: {\n  b: 2, # its\n}\n"),
    ("m: {\n  a: 1, # its\n  b: 2 # own\n}\n", ("m", "b"), "m: {\n  a: 1, # its\n}\n"),
    ("m: {\n  a: 1,\n  b: 2}\n", ("m", "b"), "m: {\n  a: 1}\n"),
    ("m: {\n  a: 1, # its\n  b: 2}\n", ("m", "b"), "m: {\n  a: 1, # its\n}\n"),
    ("m: {a: 1, b: 2, # line\n  c: 3}\n", ("m", "b"), "m: {a: 1, # line\n  c: 3}\n"),
    ("m: {a: 1, b: 2,\n  c: 3}\n", ("m", "b"), "m: {a: 1,\n  c: 3}\n"),
    ("m: {a: 1,\n  b: 2, c: 3}\n", ("m", "b"), "m: {a: 1,\n  c: 3}\n"),
    ("m: {a: {x: 1,\n  y: 2}, b: 2}\n", ("m", "a"), "m: {b: 2}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "expected"), REMOVALS)
def test_removals(text: str, path: Path, expected: str) -> None:
    assert without(text, *path) == expected


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a: 1\n", ("a",)),  # the document would be empty
        ("a: 1\nb: 2\n", ("c",)),
        ("a: 1\nb: 2\n", ()),
        ("l: [a, b]\n", ("l", 2)),
        ("a: &x 1\nb: *x\n", ("a",)),
        ("a: &x 1\nb: *x\n", ("b",)),
        ("a: &x {k: 1}\nb:\n  c: *x\n  d: 1\n", ("b", "c")),
        ("a: &x {k: 1}\nb:\n  d: 1\n  c: *x\nc: 1\n", ("b",)),
        ("a:\n  d: &x 1\n  c: *x\nc: 1\n", ("a",)),
        ("l: [&x a, b, *x]\n", ("l", 0)),
        ("l:\n- &x a\n- *x\n", ("l", 1)),
        ("l:\n- - &x a\n  - *x\n- b\n", ("l", 1)),
        ("? a\n: 1\n? b\n: 2\n", ("a",)),
        ("? a\n: 1\n? b\n: 2\n", ("b",)),
        ("m: {? a : 1, b: 2}\n", ("m", "a")),
        ("m: {a: 1 # why\n  , b: 2}\n", ("m", "a")),
        ("a:\nb: 1\n", ("a",)),
        ("--- {a: 1, b: 2}\n", ("c",)),
    ],
)  # fmt: skip
def test_uncertain_removals_are_omitted(text: str, path: Path) -> None:
    assert without(text, *path) is None


def paths_of(node: Node | None, path: Path = ()) -> list[Path]:
    inside: list[tuple[str | int, Node]] = []
    if isinstance(node, MappingNode):
        inside = [(key.text, value) for key, value in node.entries]
    elif isinstance(node, SequenceNode):
        inside = list(enumerate(node.items))
    return [p for part, node in inside for p in [(*path, part), *paths_of(node, (*path, part))]]


def sized(value: Any) -> int:
    return len(value) if isinstance(value, dict | list) else 0


@settings(max_examples=1000, deadline=None)
@given(random_yaml(), LINE_ENDS, st.booleans(), st.data())
def test_removal_includes_comments(
    text: RandomYaml, line_end: str, ends: bool, draw: st.DataObject
) -> None:
    source = line_end.join(text.lines) + (line_end if ends else "")
    document = document_of(source)
    path = draw.draw(st.sampled_from(paths_of(document.root)))

    # An empty mapping is removed too.
    expected = data(document.root)
    gone = path
    while True:
        parent = expected
        for part in gone[:-1]:
            parent = parent[part]
        if sized(parent) > 1 or not gone[:-1]:
            break
        gone = gone[:-1]
    edits = removal(document, path)
    if sized(parent) == 1:
        assert edits == ()
        return
    assert edits, f"{path} is not removed from:\n{source}"
    event("in brackets" if any(item.span.line == item.span.end_line for item in edits) else "lines")
    del parent[gone[-1]]

    result = after(source, edits)
    assert data(document_of(result).root) == expected
    for owner, comment in text.comments:
        assert (comment in result) == (owner[: len(gone)] != gone), comment
    # All other lines are unchanged, except the two next to the removal.
    kept = result.split(line_end)
    assert all(line in text.lines for line in kept[: max(0, edits[0].span.line - 2)])


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"])))
def test_quoted_text_is_read_back(text: str) -> None:
    written_text = quoted(text)
    assert "\n" not in written_text
    if not set(text) & {"\ufeff", "\ufffe", "\uffff"}:
        assert data(document_of(f"- {written_text}\n- [{written_text}]\n").root) == [text, [text]]


def test_quotes_are_double_if_possible() -> None:
    assert quoted("17:00") == '"17:00"'
    assert quoted('say "no"') == "'say \"no\"'"
    assert quoted("it's") == '"it\'s"'
    assert quoted("a\\b'c") == "'a\\b''c'"
    assert quoted("a\tb\u2028") == '"a\\tb\\u2028"'


def scalar_at(document: Document, *path: str | int) -> ScalarNode:
    node = document.node(path)
    assert isinstance(node, ScalarNode)
    return node


def test_text_is_quoted_in_place() -> None:
    text = "a: no # its\nm: {NO: +47 2, l: [17:00, &x 1.10, *x]}\n"
    document = document_of(text)
    assert after(text, quoting(document, scalar_at(document, "a"))).startswith('a: "no" # its\n')
    phone = scalar_at(document, "m", "NO")
    assert 'NO: "+47 2",' in after(text, quoting(document, phone))
    assert '["17:00",' in after(text, quoting(document, scalar_at(document, "m", "l", 0)))
    assert quoting(document, scalar_at(document, "m", "l", 1)) == ()
    root = document.root
    assert isinstance(root, MappingNode)
    numbers = root.by_key["m"][1]
    assert isinstance(numbers, MappingNode)
    key, _ = numbers.by_key["NO"]
    assert '{"NO": +47 2,' in after(text, quoting(document, key))


def test_quoted_and_multiline_texts_are_not_quoted() -> None:
    document = document_of("a: 'no'\nb: one\n  two\nc: |\n  no\n")
    for name in "abc":
        assert quoting(document, scalar_at(document, name)) == ()


def fix(start: int, end: int, text: str) -> Fix:
    return Fix(f"{start}-{end}", (Edit(Span(1, start, 1, end), text),))


def test_overlapping_fixes_wait_for_the_next_round() -> None:
    result = apply("abcdef", [fix(2, 4, "X"), fix(3, 5, "Y"), fix(4, 6, "Z"), fix(1, 2, "W")])
    assert result.text == "WXZf"
    assert [fix.title for fix in result.fixes] == ["2-4", "4-6", "1-2"]


def test_fix_is_applied_completely_or_not_at_all() -> None:
    both = Fix("both", (*fix(1, 2, "X").edits, *fix(5, 6, "Y").edits))
    assert apply("abcdef", [both]).text == "XbcdYf"
    assert apply("abcdef", [fix(5, 7, ""), both]).text == "abcd"


def test_many_fixes_are_applied_in_seconds() -> None:
    text = "ab\n" * 20_000
    edits = [(Edit(Span(n, 1, n, 2), ""),) for n in range(20_000, 0, -1)]
    start = time.process_time()
    result = apply(text, [Fix("x", edit) for edit in edits])
    assert time.process_time() - start < 5
    assert result.text == "b\n" * 20_000
