"""ZS802: translations of a text with different placeholders or addresses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message, enumerated

_PLACEHOLDER = re.compile(
    r"\$?\{\{?\s*[A-Za-z_0-9][\w.-]*\s*\}?\}|%\([A-Za-z_]\w*\)[sdif]|%[sdif](?![A-Za-z])"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"'»”)\]]+", re.IGNORECASE)
# The language in the address of a page. It can differ between translations.
_LANGUAGE = re.compile(
    r"(?<=[/.=])[a-z]{2}([-_][a-z]{2})?(?=[/.?&#]|$)|(?<=://)[a-z]{2}(?=\.)", re.I
)


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each translation with other placeholders or addresses than the first language."""
    for translation in subject.translated_texts:
        if not any(
            sign in text for text in translation.texts.values() for sign in ("{", "%", "://")
        ):
            continue
        texts = iter(translation.texts.items())
        first, original = next(texts)
        expected = _parts(original)
        for language, text in texts:
            parts = _parts(text)
            if parts == expected:
                continue
            path = (*translation.path, language)
            missing, added = _quoted(expected - parts), _quoted(parts - expected)
            if missing and added:
                message = Message(
                    "the `{language}` text lacks {missing} and has {added}, unlike `{first}`",
                    language=language,
                    missing=missing,
                    added=added,
                    first=first,
                )
            elif missing:
                message = Message(
                    "the `{language}` text lacks {missing}, unlike `{first}`",
                    language=language,
                    missing=missing,
                    first=first,
                )
            else:
                message = Message(
                    "the `{language}` text has {added}, unlike `{first}`",
                    language=language,
                    added=added,
                    first=first,
                )
            yield Problem(
                path,
                message,
                hint=Message("use the same placeholders and addresses in every language"),
                related=(((*translation.path, first), f"`{first}`"),),
            )


def _parts(text: str) -> Counter[str]:
    """Return the placeholders and addresses of a text, without the language in an address."""
    parts = Counter(_PLACEHOLDER.findall(text))
    parts.update(_LANGUAGE.sub("", address.rstrip(".,;:!?")) for address in _ADDRESS.findall(text))
    return parts


def _quoted(parts: Counter[str]) -> str:
    return enumerated(f"`{part}`" for part in parts)


RULE = Rule(
    code="ZS802",
    name="inconsistent-placeholder",
    severity="warning",
    summary=Message("different placeholders or addresses in translations of a text"),
    check=check,
)
