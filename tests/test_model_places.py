"""Every part of the model has its path in the document."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_trees import policy_files

from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document
from zsupport.policy.model import NOWHERE, Place
from zsupport.policy.yamltext import ScalarNode, Way, parse_path, path_key, way_key

FILES = policy_files()


def places(value: Any) -> Iterator[Place]:
    """Yield the places of all parts of a value."""
    if isinstance(value, Place):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from places(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from places(part)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_path_of_a_part_leads_to_the_line(file: Path) -> None:
    document = read_document(SourceFile(file.name, file.read_bytes(), "", str(file)))
    assert document.revision is not None
    paths = [place for place in places(document.revision) if place != NOWHERE]
    assert len(paths) > 3
    for place in paths:
        path = parse_path(place.path)
        if path is None:
            assert place.path == ""  # the default metric, and omitted sections
            continue
        assert path_key(path) == place.path
        node = document.node(path)
        assert node is not None, place
        key = document.key(path).line
        # A list item starts with its value, everything else with its key.
        assert place.line in {key, node.line} if isinstance(node, ScalarNode) else {key, node.line}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_paths_of_parts_are_unique(file: Path) -> None:
    document = read_document(SourceFile(file.name, file.read_bytes(), "", str(file)))
    assert document.revision is not None
    revision = document.revision._replace(
        grants_place=NOWHERE, targets_place=None, validity_place=NOWHERE
    )
    # The cells of a group of priorities are one part.
    cells = {
        cell.place: cell.remarks
        for rule in revision.rules
        for by in rule.cells.values()
        for cell in by.values()
    }
    without_cells = revision._replace(
        rules=tuple(rule._replace(cells={}) for rule in revision.rules)
    )
    paths = [p.path for p in (*places(without_cells), *cells) if p.path]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize(
    "path",
    [
        ("targets", 2, "first-response", "P1"),
        ("hours", "a.b", 0, "when", 11),
        ("entitlements", 0),
        ("terms", 'a"b\\c[0].d', 3),
        ("x" * 150 + "1", "x" * 150 + "2"),
        (0, "a"),
    ],
)
def test_path_round_trips_as_text(path: tuple[str | int, ...]) -> None:
    assert parse_path(path_key(path)) == path


@given(
    st.lists(st.integers(0, 99) | st.text(max_size=3) | st.sampled_from(["P1", "a-b", "x" * 101]))
)
def test_way_has_the_text_of_the_path(path: list[str | int]) -> None:
    way: Way = ()
    for step in path:
        way = way, step
    assert way_key(way) == path_key(tuple(path))


@pytest.mark.parametrize("text", ["", "a..b", ".a", "a[", "a[x]", "a[-1]", 'a["b]', "a.", "[]"])
def test_invalid_path_is_rejected(text: str) -> None:
    assert parse_path(text) is None
