"""The findings about invalid policies are complete in Norwegian: no text stays in English."""

import re
from pathlib import Path

import pytest
from test_bad_input import EXPECTED, findings_in

from zsupport.sources.translations import translation
from zsupport.wording import Counted, Message, Wording

NORWEGIAN = Wording(translation("nb"))
#: Parts of texts that are the same in every language: code, placeholders, and names in capitals.
_NAMES = re.compile(r"`[^`]*`|\{[^}]*\}|[A-Z]{2,}(?:[-:][A-Z]+)*|ISO \d+")


def english_parts(text: str | None) -> list[str]:
    """Return the parts of a text that Norwegian readers see in English.

    A part is a template without translation, or a text with words that is not a Message.
    """
    if text is None:
        return []
    if not isinstance(text, Message):
        return [text] if _has_words(text) else []
    language = NORWEGIAN.language
    if isinstance(text, Counted):
        worded = language.plural(text.template, text.several, text.number)
    else:
        worded = language.text(text.template)
    same = worded in (text.template, getattr(text, "several", None))
    parts = [text.template] if same and _has_words(text.template) else []
    for value in text.values.values():
        if isinstance(value, Message):
            parts += english_parts(value)
    return parts


def _has_words(text: str) -> bool:
    """Return whether a text has words other than names in lists, such as `plan, role`."""
    names = _NAMES.sub("", text)
    return any(" " in part.strip() for part in names.split(",")) and bool(
        re.search("[a-z]{2}", names)
    )


@pytest.mark.parametrize("case", EXPECTED, ids=lambda path: path.stem)
def test_every_text_of_a_finding_is_norwegian(case: Path) -> None:
    for finding in findings_in(case):
        related = (place.message for place in finding.related)
        for text in (finding.message, finding.expected, finding.hint, finding.label, *related):
            assert english_parts(text) == [], (finding.code, text)
            if text and (isinstance(text, Message) and _has_words(text.template)):
                assert NORWEGIAN.message(text) != text
