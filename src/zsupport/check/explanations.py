"""The pages that explain findings, with examples: one in `rules` for each code."""

from __future__ import annotations

import re
from importlib.resources import files

from zsupport.typed import NamedTuple

#: The line between two files of one example.
NEXT_FILE = "# another file of the same folder\n"

_PAGE = re.compile(
    r"(?P<why>.+?)\n"
    r"(?:\n## Bad\n\n```yaml\n(?P<bad>.+?)```\n\n## Good\n\n```yaml\n(?P<good>.+?)```\n)?",
    re.DOTALL,
)


class Explanation(NamedTuple):
    """The explanation of a code, with a policy that has the finding and one that does not.

    An example can consist of two files, with NEXT_FILE between them. Both examples are None if the
    finding does not depend on the text of a policy.
    """

    why: str
    bad: str | None
    good: str | None


def page_of(code: str) -> str:
    """Return the page about a code, as Markdown without a title."""
    page = files("zsupport.check.rules").joinpath(f"{code}.md")
    return page.read_text(encoding="utf-8")


def explanation_of(code: str) -> Explanation:
    """Return the explanation and the examples of a code."""
    page = _PAGE.fullmatch(page_of(code))
    assert page is not None, code
    return Explanation(page["why"], page["bad"], page["good"])
