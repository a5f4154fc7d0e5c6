"""JSON Schemas of a policy and of other files written in the shapes of its format."""

from __future__ import annotations

from typing import Any

from zsupport.policy.format import POLICY, Values
from zsupport.policy.shape import Fields, Shape, Text


def policy_schema() -> dict[str, Any]:
    """Return the schema (draft 7, which editors read) of a policy.

    It rejects nothing that the loader accepts, and every unknown or missing key; names,
    lengths of time and dates are the loader's to judge.
    """
    return schema_of(POLICY, "zsupport policy")


def schema_of(root: Fields, title: str) -> dict[str, Any]:
    """Return the schema (draft 7) of a file that holds such a mapping."""
    definitions: dict[str, Any] = {"text": Text.definition(), "values": Values.definition()}
    first, *others = records(root)
    for fields in others:
        definitions[fields.name.replace(" ", "-")] = fields.definition()
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        **first.definition(),
        "definitions": definitions,
    }


def records(root: Fields = POLICY) -> list[Fields]:
    """Return every kind of mapping of a format, the file itself first."""
    found: dict[str, Fields] = {}
    shapes: list[Shape] = [root]
    while shapes:
        shape = shapes.pop(0)
        if isinstance(shape, Fields):
            if shape.name in found:
                continue
            found[shape.name] = shape
        shapes += shape.parts()
    return list(found.values())
