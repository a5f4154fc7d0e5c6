"""`zsupport schema`: the JSON Schemas."""

from zsupport.cli.options import Command, Option
from zsupport.cli.output import emit, terminal_of
from zsupport.errors import UsageError, did_you_mean

_EXAMPLES = """
Examples:
  zsupport schema > policy.schema.json
  zsupport schema channels

An editor that reads YAML schemas checks a policy while it is written when its first line is
  # yaml-language-server: $schema=policy.schema.json"""

_NAME = Option(
    "name", (), "argument", "[NAME]",
    "policy, tests, channels, due, hours, priority, topics, terms, policies, check, test, diff or"
    " error.",
    "policy",
)  # fmt: skip


def schema(name: str) -> int:
    """Print the JSON Schema of a policy, or of a JSON answer."""
    from zsupport.report.json import dumps
    from zsupport.view.schemas import NAMES
    from zsupport.view.schemas import schema as schema_of

    if name not in NAMES:
        raise UsageError(f"`{name}` is no schema; known: {', '.join(NAMES)}",
                         did_you_mean(name, NAMES))  # fmt: skip
    emit(dumps(schema_of(name), terminal_of("never")) + "\n")
    return 0


COMMAND = Command(schema, (_NAME,), _EXAMPLES, common=False)
