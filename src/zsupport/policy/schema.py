"""JSON Schemas of policies and of other files that are defined by shapes."""

from __future__ import annotations

from typing import Any

from zsupport.policy.format import POLICY, Values
from zsupport.policy.shape import Fields, Shape, Text


def policy_schema() -> dict[str, Any]:
    """Return the schema of a policy (draft 7, which editors support).

    It accepts everything that the loader accepts, and rejects unknown and missing keys. Only the
    loader checks names, durations and dates.
    """
    return schema_of(POLICY, "zsupport policy")


def schema_of(root: Fields, title: str) -> dict[str, Any]:
    """Return the schema (draft 7) of a file with the root mapping `root`."""
    definitions: dict[str, Any] = {"text": Text.definition(), "values": Values.definition()}
    first, *parts = records(root)
    for fields in parts:
        definitions[fields.name.replace(" ", "-")] = fields.definition()
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        **first.definition(),
        "definitions": definitions,
    }


def records(root: Fields = POLICY) -> list[Fields]:
    """Return every kind of mapping of a format, the root first."""
    by_name: dict[str, Fields] = {}
    shapes: list[Shape] = [root]
    while shapes:
        shape = shapes.pop(0)
        if isinstance(shape, Fields):
            if shape.name in by_name:
                continue
            by_name[shape.name] = shape
        shapes += shape.parts()
    return list(by_name.values())
