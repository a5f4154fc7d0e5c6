"""ZS801: a text without a language that most texts have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message, enumerated


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each translated text without a language that more than half of them have."""
    texts = subject.translated_texts
    counts = Counter(language for translation in texts for language in translation.texts)
    common = [language for language, count in counts.items() if 2 * count > len(texts)]
    for translation in texts:
        missing = [language for language in common if language not in translation.texts]
        if missing:
            names = enumerated(f"`{language}`" for language in missing)
            yield Problem(
                translation.path,
                Message(
                    "missing translation in {languages}, which most texts have", languages=names
                ),
                subject.document.key(translation.path),
                hint=Message("add the text in {languages}", languages=names),
            )


RULE = Rule(
    code="ZS801",
    name="missing-translation",
    severity="warning",
    summary=Message("missing translation of a text"),
    check=check,
)
