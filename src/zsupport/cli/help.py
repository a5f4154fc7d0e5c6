"""`zsupport help`: the guides."""

from __future__ import annotations

from zsupport.cli.options import COMMANDS, Command, Option
from zsupport.cli.output import (
    chosen_language,
    emit,
    emit_paged,
    is_terminal,
    terminal_of,
    wording,
)
from zsupport.errors import UsageError, did_you_mean
from zsupport.guide import GUIDES, read_guide
from zsupport.wording import Message, Wording

_HELP = Message(
    "Show a guide, or the help of a command. Without a topic, list both.\n\n"
    "In a terminal, the pager shows the guide or the list: the program of the variable PAGER, or"
    " `less`."
)
_EXAMPLES = """\
  zsupport help
  zsupport help policy
  zsupport help scripts --no-pager
"""

_TOPIC = Option("topic", (), "argument", "[TOPIC]", Message("Guide or command"),
                completes="guide")  # fmt: skip
_NO_PAGER = Option(
    "no_pager", ("--no-pager",), "flag", "", Message("Write the guide without a pager")
)


def show_help(topic: str | None, no_pager: bool) -> int:
    """Run `zsupport help` and return its exit code."""
    if topic is None:
        words = wording(chosen_language(screen=is_terminal()))
        _write(_list_in_terminal(words) if is_terminal() else _list(words), no_pager=no_pager)
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
        Message("unknown guide `{topic}`; guides: {guides}", topic=topic, guides=", ".join(known)),
        did_you_mean(topic, known),
    )


def _write(text: str, *, no_pager: bool) -> None:
    if no_pager or not is_terminal():
        emit(text)
    else:
        emit_paged(text)


def _lists(words: Wording) -> dict[str, dict[str, str]]:
    """Return the guides and the commands, by the titles of the lists. Guides are in English."""
    commands = {name: words(summary) for name, summary in COMMANDS.items()}
    return {
        words("Guides (zsupport help TOPIC)"): GUIDES,
        words("Commands (zsupport COMMAND --help)"): commands,
    }


def _list(words: Wording) -> str:
    """Return the guides and the commands, each on its own line."""
    width = max(map(len, (*GUIDES, *COMMANDS)))
    lines = []
    for title, summaries in _lists(words).items():
        lines += [f"{title}:"]
        lines += [f"  {name:{width}}  {summary}" for name, summary in summaries.items()]
        lines += [""]
    return "\n".join(lines)


def _list_in_terminal(words: Wording) -> str:
    """Return the guides and the commands for the width of the terminal."""
    from zsupport.report.screen import Columns, Heading, Section, render_screen

    screen = [
        Section((Heading(title), Columns(tuple(summaries.items()))))
        for title, summaries in _lists(words).items()
    ]
    return render_screen(screen, terminal_of("auto"))


COMMAND = Command(show_help, (_TOPIC, _NO_PAGER), _HELP, _EXAMPLES, common=False)
