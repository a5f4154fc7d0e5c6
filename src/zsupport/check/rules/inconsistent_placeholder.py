"""ZS802: translations of one text that differ in placeholders or addresses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject

_PLACEHOLDER = re.compile(
    r"\$?\{\{?\s*[A-Za-z_0-9][\w.-]*\s*\}?\}|%\([A-Za-z_]\w*\)[sdif]|%[sdif](?![A-Za-z])"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"'»”)\]]+", re.IGNORECASE)
# A page in several languages has the language in its address.
_LANGUAGE = re.compile(
    r"(?<=[/.=])[a-z]{2}([-_][a-z]{2})?(?=[/.?&#]|$)|(?<=://)[a-z]{2}(?=\.)", re.I
)


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each text that differs from the first language of the same."""
    for each in subject.translated:
        if not any(sign in text for text in each.texts.values() for sign in ("{", "%", "://")):
            continue
        texts = iter(each.texts.items())
        first, original = next(texts)
        wanted = _parts(original)
        for language, text in texts:
            mine = _parts(text)
            if mine == wanted:
                continue
            path = (*each.path, language)
            yield Problem(
                path,
                f"the `{language}` text differs from `{first}` in what is no language: "
                + _difference(wanted - mine, mine - wanted),
                hint="placeholders and addresses are the same in every language",
                related=(((*each.path, first), f"`{first}`"),),
            )


def _parts(text: str) -> Counter[str]:
    """Return placeholders and addresses of a text, without what is a language in them."""
    found = Counter(_PLACEHOLDER.findall(text))
    found.update(_LANGUAGE.sub("", each.rstrip(".,;:!?")) for each in _ADDRESS.findall(text))
    return found


def _difference(missing: Counter[str], more: Counter[str]) -> str:
    said = [f"it lacks `{part}`" for part in missing] + [f"it has `{part}`" for part in more]
    return " and ".join(said)


RULE = Rule(
    code="ZS802",
    name="inconsistent-placeholder",
    severity="warning",
    summary="translations of one text that differ in placeholders or addresses",
    check=check,
)
