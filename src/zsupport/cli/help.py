"""`zsupport help`: the guides."""

from __future__ import annotations

from zsupport.cli.options import COMMANDS, Command, Option
from zsupport.cli.output import emit, is_terminal, terminal_of
from zsupport.errors import UsageError, did_you_mean
from zsupport.guide import GUIDES, read_guide

_EXAMPLES = """
Examples:
  zsupport help
  zsupport help policy
  zsupport help scripts"""

_TOPIC = Option("topic", (), "argument", "[TOPIC]", "Guide or command",
                completes="guide")  # fmt: skip


def show_help(topic: str | None) -> int:
    """Show a guide, or the help of a command. Without a topic, list both."""
    if topic is None:
        width = max(map(len, (*GUIDES, *COMMANDS)))
        lines = ["Guides (zsupport help TOPIC):"]
        lines += [f"  {name:{width}}  {summary}" for name, summary in GUIDES.items()]
        lines += ["", "Commands (zsupport COMMAND --help):"]
        lines += [f"  {name:{width}}  {summary}" for name, summary in COMMANDS.items()]
        emit("\n".join(lines) + "\n")
        return 0
    if topic in GUIDES:
        text = read_guide(topic)
        if is_terminal():
            from zsupport.report.guide import render

            text = render(text, terminal_of("auto"))
        emit(text)
        return 0
    if topic in COMMANDS:
        from zsupport.cli import main

        return main([topic, "--help"])
    known = list(dict.fromkeys((*GUIDES, *COMMANDS)))
    raise UsageError(
        f"unknown guide `{topic}`; guides: {', '.join(known)}", did_you_mean(topic, known)
    )


COMMAND = Command(show_help, (_TOPIC,), _EXAMPLES, common=False)
