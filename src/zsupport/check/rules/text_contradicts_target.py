"""ZS605: a published text that names another time than the target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.target import Target
from zsupport.typed import NamedTuple
from zsupport.wording import Message

_HOUR, _DAY = 3600, 86_400
# A business day has at least six hours and at most all 24.
_SHORT_DAY = 6 * _HOUR
#: The seconds of a unit by its first letter, in English and Norwegian.
_SECONDS = {"m": 60, "h": _HOUR, "t": _HOUR, "d": _DAY, "w": 7 * _DAY, "u": 7 * _DAY}
_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_NUMBERS: dict[str, float] = {word: count for count, word in enumerate(_WORDS.split("|"), start=1)}
_RECURRING = "hourly|daily|weekly|daglig|ukentlig"
_TIME = (
    rf"(?<![\w.,:])(?P<number>[0-9]{{1,9}}(?:[.,][0-9]{{1,9}})?|(?:{_WORDS})\b)[ -]?"
    r"(?P<business>(?:business|working|office|support|arbeids|virke|kontor)[ -]?)?"
    r"(?P<unit>m|min(?:ute|utt)?(?:s|er)?|h|hrs?|hours?|timer?|days?|dag(?:er)?|døgn"
    rf"|weeks?|uker?)\b|\b(?P<once>{_RECURRING})\b"
)
# Numbers that are not times but coverage: hours a day by days a week, such as 24x7.
_COVERAGE = r"\b[0-9]{1,2} ?[x/] ?[0-9](?:[x/][0-9]{3})?\b"
# Words that name a second time, or change the meaning of the first.
_MORE = rf"[0-9]|\b(?:{_WORDS}|{_RECURRING}|next|neste|twice|half|quarter|halv|halvannen|ganger)\b"


class NamedTime(NamedTuple):
    """A time that a text names, in seconds, and the seconds of its unit."""

    words: str
    seconds: int
    unit: int
    business: bool  # whether the text names business or working time


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each text of a cell that names exactly one time, if it differs from the target."""
    for position, metric, cell in subject.cells:
        texts = {None: cell.text} if isinstance(cell.text, str) else cell.text or {}
        for language, text in texts.items():
            time = time_named(text)
            if time is None or agrees(time, cell.target):
                continue
            path = (*subject.document.cell(position, metric, cell), "text")
            path = path if language is None else (*path, language)
            yield Problem(
                path,
                Message(
                    "the text says `{time}`, but the target is `{target}`",
                    time=time.words,
                    target=cell.target.text,
                ),
                subject.document.part(path, time.words),
                label=Message("not `{target}`", target=cell.target.text),
                hint=Message("correct the text or the target; use `note` for other remarks"),
                related=(
                    (subject.document.target(position, metric, cell), f"`{cell.target.text}`"),
                ),
            )


@lru_cache(maxsize=1024)
def time_named(text: str) -> NamedTime | None:
    """Return the time that a text names; None if it names no time, or possibly several times."""
    plain = re.sub(_COVERAGE, lambda match: " " * len(match[0]), text)
    match = re.search(_TIME, plain, re.IGNORECASE)
    if match is None or re.search(
        _MORE, plain[: match.start()] + plain[match.end() :], re.IGNORECASE
    ):
        return None
    number = (match["number"] or "1").lower()
    unit = _SECONDS.get((match["unit"] or match["once"])[0].lower())
    count = _NUMBERS.get(number)
    if count is None and number[0] in "0123456789":
        count = float(number.replace(",", "."))
    if unit is None or count is None:
        return None  # a letter whose lower case is another letter, such as a long s
    return NamedTime(match[0], round(count * unit), unit, bool(match["business"]))


def agrees(time: NamedTime, target: Target) -> bool:
    """Return whether a time in a text can be the target; in doubt, return true.

    Texts often omit the word `business`. A text with this word contradicts a target in elapsed
    time.
    """
    kind, seconds = target.kind, time.seconds
    if target.parts:
        return any(agrees(time, part) for part in target.parts)
    if kind in ("none", "not-stated", "rate", "by", "by-opening"):
        return True
    if kind == "calendar-days":
        return seconds == target.amount * _DAY and not time.business
    if kind == "clock":
        return seconds == target.amount and not time.business
    days = seconds // _DAY
    if kind == "business":
        if time.unit < _DAY:
            return seconds == target.amount
        return days * 5 // 7 * _SHORT_DAY <= target.amount <= days * _DAY
    amount = target.amount or 1  # `next business day` is one business day
    if time.unit < _DAY:
        return amount * _SHORT_DAY <= seconds <= amount * _DAY
    return seconds == amount * _DAY or (time.unit > _DAY and days * 5 <= amount * 7 <= days * 7)


RULE = Rule(
    code="ZS605",
    name="text-contradicts-target",
    severity="error",
    summary=Message("published text that contradicts the target"),
    check=check,
)
