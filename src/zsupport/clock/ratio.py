"""Ratios: the part of the way from which a deadline is at risk."""

import re

from zsupport.clock.problem import BadText, shown


def parse_ratio(text: str) -> str:
    """Return a ratio n/d between 0 and 1 as it was written, or raise BadText."""
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if not found or not 0 < int(found[1]) < int(found[2]):
        raise BadText(f"{shown(text)} is no ratio between 0 and 1", "n/d, such as 3/4", None)
    return text
