"""The JSON Schema of a policy, made from the one definition of the format."""

from typing import Any

from zsupport.policy.format import POLICY, Values
from zsupport.policy.shape import Fields, Shape, Text


def policy_schema() -> dict[str, Any]:
    """Return the schema (draft 7, which editors read).

    It rejects nothing that the loader accepts, and every unknown or missing key; names,
    lengths of time and dates are the loader's to judge.
    """
    definitions: dict[str, Any] = {"text": Text.definition(), "values": Values.definition()}
    for fields in records():
        definitions[fields.name.replace(" ", "-")] = fields.definition()
    root = definitions.pop("policy")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "zsupport policy",
        **root,
        "definitions": definitions,
    }


def records() -> list[Fields]:
    """Return every kind of mapping of the format, the policy itself first."""
    found: dict[str, Fields] = {}
    shapes: list[Shape] = [POLICY]
    while shapes:
        shape = shapes.pop(0)
        if isinstance(shape, Fields):
            if shape.name in found:
                continue
            found[shape.name] = shape
        shapes += shape.parts()
    return list(found.values())
