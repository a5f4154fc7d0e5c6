"""Addresses that a page may link to: https, mailto and tel."""

from __future__ import annotations

import re

# Printable ASCII without spaces, quotes, angle brackets and backslashes.
_ADDRESS = r"(?i:https://[^\s/?#@]+(?:[/?#]\S*)?|mailto:[^\s@]+@[^\s@]+)"
_ALLOWED = r"[!#-;=?-\[\]-~]*"
_NUMBER = r"(\+?)([0-9][0-9 .()/\u2013-]*?)(?: *(?:ext\.?|x) *([0-9]+))?"


def safe_link(url: str | None) -> str | None:
    """Return an address if a page may link to it: https or mailto. Otherwise return None."""
    if url and re.fullmatch(_ADDRESS, url) and re.fullmatch(_ALLOWED, url):
        return url
    return None


def telephone_link(number: str) -> str | None:
    """Return the tel address of a telephone number (RFC 3966), or None for another text.

    A number without `+` can be dialled only in its country, so that it needs a context.
    """
    match = re.fullmatch(_NUMBER, number.strip())
    if match is None or not match[1]:
        return None
    digits = re.sub("[^0-9]", "", match[2])
    return f"tel:+{digits}" + (f";ext={match[3]}" if match[3] else "")
