"""`zsupport help`: the guides."""

from __future__ import annotations

from zsupport.cli.options import COMMANDS, Command, Option
from zsupport.cli.output import emit, emit_paged, is_terminal, terminal_of
from zsupport.errors import UsageError, did_you_mean
from zsupport.guide import GUIDES, read_guide
from zsupport.wording import Message

_EXAMPLES = """
Examples:
  zsupport help
  zsupport help policy
  zsupport help scripts --no-pager"""

_TOPIC = Option("topic", (), "argument", "[TOPIC]", "Guide or command",
                completes="guide")  # fmt: skip
_LISTS = {
    "Guides (zsupport help TOPIC)": GUIDES,
    "Commands (zsupport COMMAND --help)": COMMANDS,
}
_NO_PAGER = Option("no_pager", ("--no-pager",), "flag", "", "Write the guide without a pager")


def show_help(topic: str | None, no_pager: bool) -> int:
    """Show a guide, or the help of a command. Without a topic, list both.

    In a terminal, the pager shows the guide or the list: the program of the variable PAGER, or
    `less`.
    """
    if topic is None:
        _write(_list_in_terminal() if is_terminal() else _list(), no_pager=no_pager)
        return 0
    if topic in GUIDES:
        text = read_guide(topic)
        if is_terminal():
            from zsupport.report.guide import render

            text = render(text, terminal_of("auto"))
        _write(text, no_pager=no_pager)
        return 0
    if topic in COMMANDS:
        from zsupport.cli import main

        return main([topic, "--help"])
    known = list(dict.fromkeys((*GUIDES, *COMMANDS)))
    raise UsageError(
        Message("unknown guide `{topic}`; guides: {known}", topic=topic, known=", ".join(known)),
        did_you_mean(topic, known),
    )


def _write(text: str, *, no_pager: bool) -> None:
    if no_pager or not is_terminal():
        emit(text)
    else:
        emit_paged(text)


def _list() -> str:
    """Return the guides and the commands, one a line."""
    width = max(map(len, (*GUIDES, *COMMANDS)))
    lines = []
    for title, summaries in _LISTS.items():
        lines += [f"{title}:"]
        lines += [f"  {name:{width}}  {summary}" for name, summary in summaries.items()]
        lines += [""]
    return "\n".join(lines)


def _list_in_terminal() -> str:
    """Return the guides and the commands for the width of the terminal."""
    from zsupport.report.screen import Columns, Heading, Section, render_screen

    screen = [
        Section((Heading(title), Columns(tuple(summaries.items()))))
        for title, summaries in _LISTS.items()
    ]
    return render_screen(screen, terminal_of("auto"))


COMMAND = Command(show_help, (_TOPIC, _NO_PAGER), _EXAMPLES, common=False)
