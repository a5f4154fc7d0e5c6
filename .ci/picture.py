"""Draw the picture of `zsupport advise` in the README: its output in a terminal, as an SVG.

The advice is from the policy that `zsupport init` writes. Run this script after a change of the
output: `python .ci/picture.py`. A test compares the text of the picture with the output.
"""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

PICTURE = Path(__file__).parent.parent / ".github" / "advise.svg"
WIDTH = 80
#: The command in the picture, as a person types it.
COMMAND = """\
$ zsupport advise --policy ./acme.yaml --plan business --role admin \\
>   --fact impact=down --fact workaround=false \\
>   --at 2026-11-23T12:00:00Z --tz Europe/Oslo
"""
#: The template of Rich with fonts of the reader's system instead of fonts from the network.
_TEMPLATE = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
    <style>
    .{unique_id}-matrix {{
        font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono",
            "Liberation Mono", monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
    }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})"
        clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


def arguments() -> list[str]:
    """Return the arguments of the command in the picture."""
    words = COMMAND.replace("\\\n>", "").split()
    return words[words.index("zsupport") + 1 :]


def draw(output: str) -> str:
    """Return the picture of the command with its output, which can have colors."""
    console = Console(
        record=True, width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text(COMMAND, "bold"), end="")
    console.print(Text.from_ansi(output.rstrip()))
    return console.export_svg(title="", theme=MONOKAI, code_format=_TEMPLATE, unique_id="advise")


def _output() -> str:
    """Return the output of the command, in color."""
    program = [sys.executable, "-m", "zsupport"]
    with TemporaryDirectory() as folder:
        subprocess.run([*program, "init"], cwd=folder, check=True, capture_output=True)
        shown = [*arguments(), "--format", "table", "--color", "always", "--lang", "en"]
        run = subprocess.run(
            [*program, *shown], cwd=folder, check=True, capture_output=True, encoding="utf-8",
            env={"COLUMNS": str(WIDTH), "PYTHONUTF8": "1", "HOME": folder},
        )  # fmt: skip
    return run.stdout


if __name__ == "__main__":
    PICTURE.write_text(draw(_output()), encoding="utf-8")
