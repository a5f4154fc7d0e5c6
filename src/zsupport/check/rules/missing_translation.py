"""ZS801: a text that lacks a language which most others have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each text by language without one that more than half of them have."""
    texts = subject.translated
    having = Counter(language for each in texts for language in each.texts)
    common = [language for language, count in having.items() if 2 * count > len(texts)]
    for each in texts:
        missing = [language for language in common if language not in each.texts]
        if missing:
            names = " and ".join(f"`{language}`" for language in missing)
            yield Problem(
                each.path,
                f"this text has no {names}, which most others have",
                subject.document.key(each.path),
                hint=f"write it in {names} too",
            )


RULE = Rule(
    code="ZS801",
    name="missing-translation",
    severity="warning",
    summary="a text that lacks a language which most others have",
    check=check,
)
