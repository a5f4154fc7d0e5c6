"""Addresses that a page may link to: https, mailto and tel."""

from __future__ import annotations

import re

# Printable ASCII without spaces, quotes, angle brackets and backslashes.
_ADDRESS = r"(?i:https://[^\s/?#@]+(?:[/?#]\S*)?|mailto:[^\s@]+@[^\s@]+)"
_ALLOWED = r"[!#-;=?-\[\]-~]*"
# An international number, and the marks before an extension.
_NUMBER = r"\+[0-9][0-9 .()/\u2013-]*"
_EXTENSION = r"ext\.?|x"
#: A number without its extension. A text with letters, such as 800-CALL, does not match.
_DIALLED = r"\+?[0-9 .()/\u2010-\u2013\u00a0-]+"


def safe_link(url: str | None) -> str | None:
    """Return an address if a page may link to it: https or mailto. Otherwise return None."""
    if url and re.fullmatch(_ADDRESS, url) and re.fullmatch(_ALLOWED, url):
        return url
    return None


def is_telephone(number: str) -> bool:
    """Return whether a text is a telephone number, with or without its country."""
    line, _ = _parts(number)
    return re.fullmatch(_DIALLED, line) is not None and re.search("[0-9]", line) is not None


def telephone_link(number: str) -> str | None:
    """Return the tel address of a telephone number (RFC 3966), or None for another text.

    A number without `+` can be dialled only in its country, so it gets no address.
    """
    line, extension = _parts(number)
    if not re.fullmatch(_NUMBER, line):
        return None
    digits = re.sub("[^0-9]", "", line)
    return f"tel:+{digits};ext={extension}" if extension else f"tel:+{digits}"


def _parts(number: str) -> tuple[str, str | None]:
    """Return a number and its extension; an empty number if the extension is invalid."""
    line, *extensions = (part.strip() for part in re.split(_EXTENSION, number))
    if len(extensions) > 1 or not all(re.fullmatch("[0-9]+", text) for text in extensions):
        return "", None
    return line, extensions[0] if extensions else None
