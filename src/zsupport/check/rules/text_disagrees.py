"""ZS605: the words as published name another time than the target."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.target import Target

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
# A business day has at least six hours and at most all 24.
_SHORT_DAY, _LONG_DAY = 6 * _HOUR, _DAY

_WORDS = (
    "one en én ett ei", "two to", "three tre", "four fire", "five fem", "six seks",
    "seven sju syv", "eight åtte", "nine ni", "ten ti", "eleven elleve", "twelve tolv",
)  # fmt: skip
_NUMBERS = {word: at for at, words in enumerate(_WORDS, start=1) for word in words.split()}
_ENGLISH = "|".join(words.split()[0] for words in _WORDS)
# Norwegian numbers are told from English words by what follows them: `from time to time`.
_NORWEGIAN = (
    "(?:"
    + "|".join(word for words in _WORDS[1:] for word in words.split()[1:])
    + r")(?=[ -](?:(?:arbeids|virke)?(?:timer|dager)|minutter|døgn|uker)\b)"
    r"|(?:en|én|ett|ei)(?=[ -](?:(?:arbeids|virke)?(?:time|dag)|minutt|døgn|uke)\b)"
)
_WORKING = r"(?P<working>(?:business|working|office|support|arbeids|virke|kontor)[ -]?)?"
_UNITS = (
    r"(?P<unit>minutes?|minutter|minutt|mins?|hours?|hrs?|timer|time|h|m|days?|dager|dag|døgn"
    r"|weeks?|uker|uke)"
)
_AMOUNT = rf"(?P<number>[0-9]+(?:[.,][0-9]+)?|(?:{_ENGLISH})\b|{_NORWEGIAN})"
_PATTERNS = (
    rf"(?P<every>(?:every|each|hver|hvert)\s+)?{_AMOUNT}[ -]?{_WORKING}{_UNITS}\b",
    r"(?P<each>every|each|hver|hvert|per|a|i)\s+(?P<each_working>(?:business|working|arbeids"
    r"|virke)[ -]?)?(?P<each_unit>hour|day|week|time|dag|uke|uka|uken)\b",
    r"(?P<word>\b(?:hourly|daily|weekly|daglig|ukentlig)\b)",
    r"(?P<next>\bnext (?:business |working )?day|\bneste (?:arbeids|virke)?dag)\b",
)
# Numbers that are no times: around the clock, and hours a day by days a week.
_COVERAGE = re.compile(r"\b[0-9]{1,2} ?[x/] ?[0-9](?:[x/][0-9]{3})?\b")


class Said(NamedTuple):
    """A time that a text names: seconds, of clock time or of business days or hours."""

    words: str
    seconds: int
    unit: str  # minute, hour, day or week
    working: bool  # whether it says business
    every: bool


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each text of a cell that names exactly one time, which the target is not."""
    for position, metric, cell in subject.cells:
        text = cell.text
        if not text:
            continue
        for language, words in [(None, text)] if isinstance(text, str) else text.items():
            said = time_named(words)
            if said is None or agrees(said, cell.target):
                continue
            path = (*subject.document.cell(position, metric, cell), "text")
            path = path if language is None else (*path, language)
            yield Problem(
                path,
                f"the text says `{said.words}`, the target is `{cell.target.text}`",
                subject.document.part(path, said.words),
                label=f"not `{cell.target.text}`",
                hint="mend the one that is wrong; `note` is the place for other words",
                related=(
                    (subject.document.target(position, metric, cell), f"`{cell.target.text}`"),
                ),
            )


@lru_cache(maxsize=1024)
def time_named(text: str) -> Said | None:
    """Return the one time that a text names; None where it names none, or may name several."""
    plain = _COVERAGE.sub(lambda match: " " * len(match[0]), text)
    found = list(_pattern().finditer(plain))
    if len(found) != 1:
        return None
    match = found[0]
    rest = plain[: match.start()] + plain[match.end() :]
    if re.search(rf"[0-9]|\b(?:{_ENGLISH}|twice|half|quarter|halv|halvannen|ganger)\b", rest, re.I):
        return None
    return _said(match)


def _pattern() -> re.Pattern[str]:
    return re.compile(r"(?<![\w.,:])(?:" + "|".join(_PATTERNS) + ")", re.IGNORECASE)


def _said(match: re.Match[str]) -> Said | None:
    words = match[0]
    if match["number"]:
        number = _NUMBERS.get(match["number"].lower())
        amount = float(match["number"].replace(",", ".")) if number is None else number
        unit = _unit(match["unit"])
        return Said(
            words, round(amount * _SECONDS[unit]), unit, bool(match["working"]),
            bool(match["every"]),
        )  # fmt: skip
    if match["each"]:
        if match["each"].lower() not in ("every", "each", "hver", "hvert"):
            return None  # `a day`, `per week`: how often is said by what stands before it
        unit = _unit(match["each_unit"])
        return Said(words, _SECONDS[unit], unit, bool(match["each_working"]), every=True)
    if match["word"]:
        unit = {"h": "hour", "d": "day"}.get(match["word"][0].lower(), "week")
        return Said(words, _SECONDS[unit], unit, working=False, every=True)
    return Said(words, _DAY, "day", working=False, every=False)


_SECONDS = {"minute": _MINUTE, "hour": _HOUR, "day": _DAY, "week": 7 * _DAY}


def _unit(word: str) -> str:
    first = word[0].lower()
    return {"m": "minute", "h": "hour", "t": "hour", "d": "day"}.get(first, "week")


def agrees(said: Said, target: Target) -> bool:
    """Return whether a time that a text names can be the target; in doubt it can.

    Texts often leave out the word business, so that its absence says nothing; its presence
    says that the target is no clock time.
    """
    kind = target.kind
    if kind in ("none", "not-stated", "rate", "by"):
        return True
    if said.every and not target.every:
        return False
    if kind == "week":
        return said.unit == "week" or said.seconds == _SECONDS["week"]
    days = said.unit in ("day", "week")
    if kind == "clock":
        return said.seconds == target.amount and not said.working
    if kind == "business":
        if not days:
            return said.seconds == target.amount
        count = said.seconds // _DAY
        return count * 5 // 7 * _SHORT_DAY <= target.amount <= count * _LONG_DAY
    amount = target.amount or 1  # the next business day is one
    if said.unit == "day":
        return said.seconds == amount * _DAY
    if said.unit == "week":
        return 5 * said.seconds <= 7 * amount * _DAY <= 7 * said.seconds
    return amount * _SHORT_DAY <= said.seconds <= amount * _LONG_DAY


RULE = Rule(
    code="ZS605",
    name="text-disagrees",
    severity="error",
    summary="words as published that name another time than the target",
    check=check,
)
