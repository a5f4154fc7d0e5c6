"""The formats of findings, for `check`, `test` and `diff`.

All formats use the same values, so a finding has the same place in each format. To add a format,
write a module in this package with `render(outcome, context) -> str` and add its name to
FINDING_FORMATS of `zsupport.report`.
"""

from __future__ import annotations

from importlib import import_module

from zsupport.findings import Outcome
from zsupport.report import Terminal
from zsupport.typed import NamedTuple
from zsupport.wording import Wording


class Context(NamedTuple):
    """The values that a format needs in addition to the outcome.

    The folders are absolute or empty. With empty folders, files keep their names in findings.
    """

    terminal: Terminal = Terminal()
    folder: str = ""  # the folder that file names in findings are relative to
    root: str = ""  # the workspace that file names on code hosts are relative to
    fails_at: str = "error"  # the lowest severity that fails the run
    moment: str = "1970-01-01T00:00:00"  # the moment of the run in UTC, for formats that require it
    holidays: str | None = None  # the release of the public holidays, if findings depend on it
    words: Wording = Wording()  # the language of formats for people


def render_outcome(outcome: Outcome, format: str, context: Context) -> str:
    """Return the outcome in a format of FINDING_FORMATS. It is empty or ends with a line feed."""
    rendered: str = import_module(f"zsupport.report.findings.{format}").render(outcome, context)
    return rendered
