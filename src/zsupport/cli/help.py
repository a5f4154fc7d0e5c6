"""`zsupport help`: the guides."""

from __future__ import annotations

from zsupport.cli.options import COMMANDS, Command, Option
from zsupport.cli.output import emit, emit_paged, is_terminal, terminal_of
from zsupport.errors import UsageError, did_you_mean
from zsupport.guide import GUIDES, read_guide

_EXAMPLES = """
Examples:
  zsupport help
  zsupport help policy
  zsupport help scripts --no-pager"""

_TOPIC = Option("topic", (), "argument", "[TOPIC]", "Guide or command",
                completes="guide")  # fmt: skip
_NO_PAGER = Option("no_pager", ("--no-pager",), "flag", "", "Write the guide without a pager")


def show_help(topic: str | None, no_pager: bool) -> int:
    """Show a guide, or the help of a command. Without a topic, list both.

    In a terminal, the pager shows a guide: the program of the variable PAGER, or `less`.
    """
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
        if not is_terminal():
            emit(text)
            return 0
        from zsupport.report.guide import render

        text = render(text, terminal_of("auto"))
        if no_pager:
            emit(text)
        else:
            emit_paged(text)
        return 0
    if topic in COMMANDS:
        from zsupport.cli import main

        return main([topic, "--help"])
    known = list(dict.fromkeys((*GUIDES, *COMMANDS)))
    raise UsageError(
        f"unknown guide `{topic}`; guides: {', '.join(known)}", did_you_mean(topic, known)
    )


COMMAND = Command(show_help, (_TOPIC, _NO_PAGER), _EXAMPLES, common=False)
