"""A pseudo-language that marks the program's texts, to find texts that are not translated.

A text is `⟦not⟧ ⟦stated⟧` in this language. Words without a mark are texts of the policy, options,
time zones, or texts that no language can replace.
"""

import re
from collections.abc import Iterator, Sequence

import pytest

from zsupport.cli import main
from zsupport.cli.options import flag_of
from zsupport.clock.holidays import public_holidays
from zsupport.clock.windows import DAYS
from zsupport.policy.model import Place, Revision
from zsupport.sources import translations
from zsupport.wording import Language, Wording

_PLACEHOLDER = re.compile(r"(\{[^}]*\})")
_WORD = re.compile("[^\\W\\d_]+(?:['\u2019-][^\\W\\d_]+)*")
_MARKED = re.compile("⟦[^⟦⟧]*⟧")
#: An option with its value, an instant, and a clock time with the abbreviation of its time zone.
_OPTION = re.compile(r"--[a-z-]+(?:[ =](?:[A-Z]{2,}\b|all\b|json\b|[\w-]+=[\w:/.+-]+))?")
#: A dimension with its value, and the windows of a week as in a policy: `mon-fri`, `24x7`.
_VALUE = re.compile(r"\b(?:channel|hours|metric|plan|priority|role|topic)=")
_WINDOWS = re.compile(rf"\b(?:{'|'.join(DAYS)})(?:-(?:{'|'.join(DAYS)}))?\b|\b24x7\b")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?")
_ZONED = re.compile(r"\d\d:\d\d(?::\d\d)? (?:[A-Z]{2,5}\b|\(UTC[^)]*\))")


class PseudoLanguage(Language):
    """Marks each word of the program's texts."""

    def text(self, template: str) -> str:
        parts = _PLACEHOLDER.split(template)
        parts[::2] = (_WORD.sub(r"⟦\g<0>⟧", part) for part in parts[::2])
        return "".join(parts)

    def plural(self, single: str, several: str, number: int) -> str:
        return self.text(super().plural(single, several, number))


PSEUDO_LANGUAGE = PseudoLanguage()
PSEUDO_WORDS = Wording(PSEUDO_LANGUAGE, flag_of)


def run_in_pseudo_language(
    arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[str, str]:
    """Run the program and return what it writes to standard output and standard error."""
    monkeypatch.setattr(translations, "translation", lambda code: PSEUDO_LANGUAGE)
    # No policy has texts in this language.
    monkeypatch.setenv("ZSUPPORT_LANG", "tlh")
    monkeypatch.setenv("COLUMNS", "1000")
    main([*arguments])
    return capsys.readouterr()


def texts_of(revision: Revision, year: int) -> set[str]:
    """Return every text and id of a policy, and the names of its public holidays in a year."""
    texts = {" ".join(text.split()) for text in _texts(revision) if _WORD.search(text)}
    for calendars in revision.hours.values():
        for off in (calendar.holidays for calendar in calendars):
            if off is not None and off.country is not None:
                texts |= {*public_holidays(off.country, off.subdivision, year).days_off.values()}
    return texts


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
        # Advice shows a meaning without its full stop. The title of a metric is its id in words.
        yield part.rstrip(".")
        yield part.removeprefix("mailto:")
        yield part.replace("-", " ").replace("_", " ")
    elif isinstance(part, dict):
        yield from map(str, part)
        yield from _texts(tuple(part.values()))
    elif isinstance(part, tuple) and not isinstance(part, Place):
        fields = getattr(part, "_fields", None)
        for name, value in zip(fields, part, strict=True) if fields else enumerate(part):
            # Kinds and readings are keys of the policy format, not texts.
            if name not in ("kind", "business_day", "path"):
                yield from _texts(value)


def untranslated(screen: str, texts: set[str]) -> list[str]:
    """Return the words of a screen that are neither marked nor in one of the texts."""
    shown = " ".join(screen.split())
    longest_first = sorted(texts, key=len, reverse=True)
    known = "|".join(map(re.escape, longest_first))
    shown = re.sub(rf"(?<![\w⟦-])(?:{known})(?![\w⟧-])", "·", shown, flags=re.IGNORECASE)
    for pattern in (_MARKED, _OPTION, _VALUE, _WINDOWS, _INSTANT, _ZONED):
        shown = pattern.sub("·", shown)
    return _WORD.findall(shown)
