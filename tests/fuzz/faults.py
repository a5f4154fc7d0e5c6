"""Runs the program, and checks the result by rules that are true of every command line."""

import csv
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from typing import Any, NamedTuple

from zsupport.cli import main

FINDING_FORMATS = ("text", "json", "csv", "markdown", "github", "sarif", "junit", "gitlab", "plain")
FORMATS = ("plain", "table", "json", "csv", "markdown")
CODES = (0, 1, 2, 3, 4)
QUESTIONS = ("channels", "due", "hours", "priority", "topics", "terms")
#: Whether an answer is positive, for commands whose exit code depends only on the answers.
POSITIVE: dict[str, Callable[[dict[str, Any]], bool]] = {
    "channels": lambda row: row["allowed"],
    "due": lambda row: (
        row["state"] not in ("not-entitled", "no-target", "not-stated", "needs-input")
    ),
    "hours": lambda row: row["state"] == "open",
}


class Result(NamedTuple):
    """The exit code and the output of a run."""

    code: int
    out: str
    err: str

    @property
    def error_line(self) -> str:
        """The first line of standard error."""
        return self.err.partition("\n")[0]


def run_program(arguments: tuple[str, ...]) -> Result:
    """Run the program in this process."""
    out, err = BytesIO(), BytesIO()
    streams = [TextIOWrapper(buffer, "utf-8", newline="\n") for buffer in (out, err)]
    with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        code = main(list(arguments))
    return Result(code, out.getvalue().decode(), err.getvalue().decode())


def find_faults(arguments: tuple[str, ...], result: Result) -> Iterator[str]:
    """Yield faults: exit code, traceback, missing message, or output in an invalid format."""
    if result.code not in CODES:
        yield f"exit {result.code}"
        return
    if "Traceback (most recent call last)" in result.out + result.err:
        yield "traceback"
    # `check`, `test` and `diff` write findings to standard output.
    text = result.err if arguments[0] in QUESTIONS else result.out + result.err
    if result.code and not text.strip():
        yield f"exit {result.code} without a message"
    format = arguments[arguments.index("--format") + 1] if "--format" in arguments else "auto"
    read = READERS.get(format)
    if read is None or (result.code > 1 and not result.out):
        return
    try:
        read(result.out)
    except Exception as error:
        yield f"invalid {format}: {error!r} in {result.out[:200]!r}"
        return
    if format == "json" and result.code < 2 and arguments[0] in POSITIVE:
        positive = any(map(POSITIVE[arguments[0]], json.loads(result.out)["answers"]))
        if positive is not (result.code == 0):
            yield f"exit {result.code} with {'a' if positive else 'no'} positive answer"


def _csv(text: str) -> None:
    rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    assert not rows or len({len(row) for row in rows}) == 1, "rows of different widths"


def _markdown(text: str) -> None:
    """Assert that all lines of a table have the same number of cells."""
    for table in re.split(r"\n(?!\|)", text):
        lines = [line for line in table.split("\n") if line.startswith("|")]
        widths = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines}
        assert len(widths) <= 1, "lines of different widths"


#: Functions that read a format, and raise an error if the text is invalid.
READERS: dict[str, Callable[[str], Any]] = {
    "json": json.loads, "sarif": json.loads, "gitlab": json.loads, "csv": _csv,
    "junit": ElementTree.fromstring, "markdown": _markdown,
}  # fmt: skip
