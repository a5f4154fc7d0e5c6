"""The commands, by name: each is a module of this package with a `COMMAND`."""

from __future__ import annotations

import sys

from zsupport.cli.options import Command

#: What a command answers, in a line. Its module is imported only when the command runs.
COMMANDS = {
    "channels": "Which channels may be used, how, and what to have ready",
    "due": "When a response is due, how long is left, whether it is late",
    "hours": "Whether a channel is open; next opening, this week, coming holidays",
    "priority": "Which priority fits the facts; what the priorities mean",
    "topics": "The self-help resources, by topic and for whom",
    "terms": "What else the policy says for a case: topic and text",
    "policies": "The known policies, and what is in force; one in full",
    "check": "Whether a policy is complete and consistent, and where it is not",
    "test": "The policy's own tests; what they cover and what they notice",
    "diff": "What a change of a policy takes from whom, and what it gives",
    "init": "A commented policy to begin with, and its tests",
    "schema": "JSON Schema of a policy or of an answer",
    "help": "Guides: the policy format, scripts, JSON, completion",
}


def load_command(name: str) -> Command:
    """Return the command of this name in COMMANDS."""
    module = f"zsupport.cli.{name}"
    __import__(module)
    command: Command = sys.modules[module].COMMAND
    return command
