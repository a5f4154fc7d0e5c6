"""`zsupport schema`: the JSON Schemas."""

from __future__ import annotations

from zsupport.cli.options import Command, Option
from zsupport.cli.output import emit, terminal_of
from zsupport.errors import UsageError, did_you_mean
from zsupport.view import schemas
from zsupport.wording import Message, enumerated

_HELP = Message("Print the JSON Schema of a policy or a JSON answer.")
_EXAMPLES = """\
  zsupport schema > policy.schema.json
  zsupport schema channels
"""
_NOTES = Message(
    "With this first line, an editor with YAML support checks the policy while you write:\n"
    "  {line}",
    line="# yaml-language-server: $schema=policy.schema.json",
)

_NAME = Option(
    "name", (), "argument", "[NAME]",
    Message("Schema: {names}", names=enumerated(schemas.NAMES, either=True)), "policy",
)  # fmt: skip


def schema(name: str) -> int:
    """Run `zsupport schema` and return its exit code."""
    from zsupport.report.json import dumps

    if name not in schemas.NAMES:
        known = ", ".join(schemas.NAMES)
        hint = did_you_mean(name, schemas.NAMES)
        raise UsageError(
            Message("unknown schema `{name}`; schemas: {schemas}", name=name, schemas=known), hint
        )
    emit(dumps(schemas.schema(name), terminal_of("never")) + "\n")
    return 0


COMMAND = Command(schema, (_NAME,), _HELP, _EXAMPLES, _NOTES, common=False)
