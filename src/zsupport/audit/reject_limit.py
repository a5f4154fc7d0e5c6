"""How many rows an audit may reject: a number of rows, or a share of the rows."""

from __future__ import annotations

import re

from zsupport.audit.share import parse_share
from zsupport.clock.problem import BadText, shown
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: A share of zero, which a ratio cannot be.
_ZERO = re.compile(r"0+(\.0+)?%|0+/0*[1-9][0-9]*")


class RejectLimit(NamedTuple):
    """The largest number of rejected rows, or their largest share of the rows.

    `share` is a numerator and a denominator, or None if `rows` is the limit. `text` is the limit as
    written.
    """

    text: str = "0"
    rows: int = 0
    share: tuple[int, int] | None = None

    def allows(self, rejects: int, rows: int) -> bool:
        """Return whether a number of rejects is within the limit; `rows` includes the rejects."""
        if self.share is None:
            return rejects <= self.rows
        numerator, denominator = self.share
        return rejects * denominator <= rows * numerator


def parse_reject_limit(text: str) -> RejectLimit:
    """Return the limit that a text such as `5`, `15%` or `3/20` states; raise BadText."""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return RejectLimit(text, int(text))
    if _ZERO.fullmatch(text):
        return RejectLimit(text, share=(0, 1))
    if "%" not in text and "/" not in text:
        raise BadText(
            Message("{text} is not a number of rows", text=shown(text)),
            Message("a whole number such as 5, or a share of the rows such as 15% or 3/20"),
        )
    return RejectLimit(text, share=parse_share(text))
