"""Findings: what `check`, `test` and `diff` have to say, and the formats that write it.

Every format is written from the same values, so a finding has the same line and column in each.
To add one, write a module here with `render(outcome, context) -> str` and name it in
FINDING_FORMATS of `zsupport.report`.
"""

from __future__ import annotations

from importlib import import_module

from zsupport.findings import Outcome
from zsupport.report import Terminal
from zsupport.typed import NamedTuple
from zsupport.wording import Naming, argument


class Context(NamedTuple):
    """What a format depends on beside the outcome; only the rim can know it.

    The folders are absolute, or empty: then files keep the names that findings give them.
    """

    terminal: Terminal = Terminal()
    folder: str = ""  # the folder from which findings name their files
    root: str = ""  # the workspace, from which code hosts name files
    fails_at: str = "error"  # the least severity that fails the run
    moment: str = "1970-01-01T00:00:00"  # when the run was, in UTC, for formats that must say
    holidays: str | None = None  # the release of the public holidays, where findings rest on it
    naming: Naming = argument  # how the caller writes the field of a question


def render_outcome(outcome: Outcome, format: str, context: Context) -> str:
    """Return the outcome in a format of FINDING_FORMATS, ending with a line end unless empty."""
    rendered: str = import_module(f"zsupport.report.findings.{format}").render(outcome, context)
    return rendered
