"""The parser of targets.

The parser reads only the text. Whether `hours` apply to the target depends on its rule: see
`needs_hours` and `Target.around_the_clock`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

from zsupport.clock.problem import BadText, shown
from zsupport.clock.target import (
    IMMEDIATELY,
    MAX_DAYS,
    MAX_SECONDS,
    MAX_WEEKS,
    Target,
    combined,
    needs_hours,
)
from zsupport.wording import Message, enumerated

EXPECTED = Message(
    "a target such as `4h`, `4 business hours`, `2 business days`, `14 calendar days`, `next"
    " business day` or `none`; see `zsupport help targets`"
)
_EXPECTED_PARTS = Message(
    "two or more targets, such as `the later of 4 business hours and next business day`"
)

_EXPECTED_OF_PART = Message("parts that state one length or time, without `every`")

# Patterns are compiled when they are used, because a cached policy needs none of them.
_NUMBER = r"(0|[1-9][0-9]*)(?:\.([0-9]+))?"
_CLOCK = _NUMBER + r"(m|h| minutes?| hours?)( 24x7)?"
_BUSINESS = _NUMBER + r" business (hours?|minutes?|days?)"
_CALENDAR = _NUMBER + r" calendar (days?|weeks?)"
_BY = r"by (?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00) next (business|opening) day"
_COMBINED = r"the (later|earlier) of (.+)"
_NESTED = "the (?:later|earlier) of "
#: What separates the parts of a combined target. Its canonical form has `and` before the last part.
_BETWEEN_PARTS = r", (?:and )?| and "
#: The kinds of targets that cannot be a part of a combined target.
_NEVER_PARTS = ("later", "earlier", "rate", "none", "not-stated")
#: The kinds of targets that can recur.
_RECURRING = ("clock", "business", "business-days", "calendar-days")
_RATE = r"([1-9][0-9]{0,3}) per (day|week|month)"
_SPACES = r"[ \t\r\n]+"


def parse_target(text: str) -> Target:
    """Return the target of `text`, or raise BadText with a hint.

    Several spaces count as one, `4 hours` is `4h`, and `1 business hours` is `1 business hour`.
    Everything else must follow the definition of the format. A fraction such as 2.5 is accepted if
    the result is a whole number of seconds.
    """
    # No target is this long. Shorter texts have no numbers with thousands of digits.
    if len(text) > 200:
        raise BadText(Message("invalid target {text}", text=shown(text)), EXPECTED)
    plain = re.sub(_SPACES, " ", text).strip(" ")
    if plain in {"none", "not-stated"}:
        return Target(plain, 0, 0, False, False, plain)
    if plain == "every week":
        return Target("calendar-days", 7, 0, True, False, plain)
    every = plain.startswith("every ")
    target = _parse(plain.removeprefix("every "))
    if target is None or (every and target.kind not in _RECURRING):
        raise _invalid_target(text, plain)
    if not every:
        return target
    if target.amount == 0:
        raise BadText(
            Message("{text} is zero", text=shown(text)),
            Message("`every` and a duration above zero"),
        )
    return target._replace(every=True, text=f"every {target.text}")


def _parse(text: str) -> Target | None:
    """Return the target of a text that does not start with `every`; None if it is not a target.

    Raises BadText for a target with an invalid number.
    """
    if text == "next business day":
        return Target("next-business-day", 0, 0, False, False, text)
    if match := re.fullmatch(_CLOCK, text):
        number, unit = _number(match), match[3].strip()[0]
        seconds = _seconds(text, match, 3600 if unit == "h" else 60)
        always = match[4] is not None
        spelled = f"{number}{unit}{' 24x7' if always else ''}"
        return Target("clock", seconds, 0, False, always, spelled, ())
    if match := re.fullmatch(_BUSINESS, text):
        return _business(text, match)
    if match := re.fullmatch(_CALENDAR, text):
        return _calendar(text, match)
    if match := re.fullmatch(_BY, text):
        # Without groups, the time is 24:00, the end of the day.
        at = int(match[1]) * 3600 + int(match[2]) * 60 if match[1] else 86_400
        kind = "by" if match[3] == "business" else "by-opening"
        return Target(kind, 0, at, False, False, text)
    if match := re.fullmatch(_RATE, text):
        return Target("rate", int(match[1]), 0, False, False, text)
    if text == IMMEDIATELY:
        return Target("clock", 0, 0, False, True, text)
    if match := re.fullmatch(_COMBINED, text):
        return _combined(text, match)
    return None


def _combined(text: str, match: re.Match[str]) -> Target:
    """Return the later or the earlier of several targets."""
    parts = []
    texts = re.split(_BETWEEN_PARTS, match[2])
    for part in texts:
        if re.match(_NESTED, part):
            raise BadText(
                Message("{part} cannot be a part of {text}", part=shown(part), text=shown(text)),
                _EXPECTED_OF_PART,
            )
        try:
            target = parse_target(part)
        except BadText as problem:
            raise BadText(
                Message("{problem} in {text}", problem=problem.message, text=shown(text)),
                problem.expected,
                _combined_hint(text) or problem.hint,
            ) from None
        if target.every or target.kind in _NEVER_PARTS:
            raise BadText(
                Message("{part} cannot be a part of {text}", part=shown(part), text=shown(text)),
                _EXPECTED_OF_PART,
            )
        parts.append(target)
    if len(parts) < 2:
        raise BadText(
            Message("only one target in {text}", text=shown(text)),
            _EXPECTED_PARTS,
            Message(
                "add the other targets; quote a text that has a comma, because YAML can cut it at"
                " the comma"
            ),
        )
    return combined(match[1], tuple(parts))


def _calendar(text: str, match: re.Match[str]) -> Target:
    """Return a target in calendar days or weeks. Raises BadText."""
    number, unit = _number(match), match[3].rstrip("s")
    days, weeks = (
        Message("1 to {max_days} calendar days", max_days=MAX_DAYS),
        Message("1 to {max_weeks} calendar weeks", max_weeks=MAX_WEEKS),
    )
    expected = days if unit == "day" else weeks
    if "." in number:
        raise BadText(Message("fraction in {text}", text=shown(text)), expected)
    if number == "0":
        raise BadText(Message("{text} is zero", text=shown(text)), expected)
    count = int(number)
    if count > (MAX_DAYS if unit == "day" else MAX_WEEKS):
        raise BadText(Message("{text} is longer than a year", text=shown(text)), expected)
    spelled = f"{number} calendar {unit}{'' if count == 1 else 's'}"
    return Target("calendar-days", count * (7 if unit == "week" else 1), 0, False, True, spelled)


def _business(text: str, match: re.Match[str]) -> Target:
    number, unit = _number(match), match[3].rstrip("s")
    spelled = f"{number} business {unit}{'' if number == '1' else 's'}"
    if unit != "day":
        seconds = _seconds(text, match, 3600 if unit == "hour" else 60)
        return Target("business", seconds, 0, False, False, spelled, ())
    if "." in number:
        raise BadText(
            Message("fraction of a business day: {text}", text=shown(text)),
            Message("1 to {max_days} business days", max_days=MAX_DAYS),
            Message("write whole days or business hours"),
        )
    days = int(number)
    if days == 0:
        raise BadText(
            Message("{text} is zero", text=shown(text)),
            Message("1 to {max_days} business days", max_days=MAX_DAYS),
            Message(
                "write {choice}, `next business day` or a number of business hours",
                choice=_choice("1 business day"),
            ),
        )
    if days > MAX_DAYS:
        raise BadText(
            Message("{text} is longer than a year", text=shown(text)),
            Message("1 to {max_days} business days", max_days=MAX_DAYS),
        )
    return Target("business-days", days, 0, False, False, spelled, ())


def _in_minutes(every: str, seconds: int) -> str:
    """Return the hint to write minutes instead of seconds.

    The hint proposes the minutes if two decimals are exact. `every` is the text before the seconds.
    """
    hundredths, rest = divmod(seconds * 100, 60)
    if rest or not seconds:
        return Message("write whole minutes")
    return _write(f"{every}{hundredths / 100:g}m")


def _time_hint(time: str, hint: Message) -> str | None:
    """Return `hint` with the duration of a text as its proposal.

    If the duration is invalid, return the hint about the duration.
    """
    try:
        return _withproposals_of(hint, [parse_target(time).text])
    except BadText as problem:
        return problem.hint


def _number(match: re.Match[str]) -> str:
    """Return the canonical spelling of a number, without trailing zeros of a fraction."""
    part = (match[2] or "").rstrip("0")
    return f"{match[1]}.{part}" if part else match[1]


def _seconds(text: str, match: re.Match[str], unit: int) -> int:
    """Return a number of units as whole seconds; a unit has `unit` seconds. Raises BadText."""
    whole, part = match[1], (match[2] or "").rstrip("0")
    scale: int = 10 ** len(part)
    seconds, rest = divmod(int(whole + part) * unit, scale)
    if seconds > MAX_SECONDS or (seconds == MAX_SECONDS and rest):
        raise BadText(
            Message("{text} is longer than a year", text=shown(text)),
            Message("at most 365 days (8760 hours)"),
        )
    if rest:
        raise BadText(
            Message("fraction of a second: {text}", text=shown(text)),
            Message("a whole number of seconds"),
        )
    return seconds


def _choice(*proposals: str) -> str:
    """Return the proposals of a hint in backquotes: `4h` or `4h 24x7`."""
    return enumerated([f"`{proposal}`" for proposal in proposals], either=True)


def _write(*proposals: str) -> Message:
    """Return the hint to write any of the proposals."""
    return Message("write {choice}", choice=_choice(*proposals))


def proposals_of(hint: str | None) -> list[str]:
    """Return the proposals of a hint: the texts in backquotes in its value `choice`."""
    choice = hint.values.get("choice", "") if isinstance(hint, Message) else ""
    return re.findall("`([^`]*)`", str(choice))


def _withproposals_of(hint: str, proposals: list[str]) -> Message:
    """Return a hint with other proposals."""
    assert isinstance(hint, Message)
    return Message(hint.template, **{**hint.values, "choice": _choice(*proposals)})


# Hints for invalid targets. The first pattern that matches the text in lower case gives the hint,
# with its groups inserted into the proposals.
_HINTS: tuple[tuple[str, Message], ...] = (
    (
        r"(every )?([0-9]+(?:\.[0-9]+)?)(?: ?(?:h|hrs?|hours?))?(?: 24[x/]7)?",
        _write(r"\1\2h", r"\1\2h 24x7", r"\1\2 business hours"),
    ),
    (
        r"(every )?([0-9]+(?:\.[0-9]+)?) ?(?:m|mins?|minutes?)(?: 24[x/]7)?",
        _write(r"\1\2m", r"\1\2m 24x7", r"\1\2 business minutes"),
    ),
    (
        r"(every )?([0-9.]+) ?(?:bh|(?:working|office|opening|business) ?(?:h|hrs?|hours?))",
        _write(r"\1\2 business hours"),
    ),
    (r"([0-9.]+) business hours? 24[x/]7", _write(r"\1 business hours", r"\1h 24x7")),
    (r"([0-9.]+) business minutes? 24[x/]7", _write(r"\1 business minutes", r"\1m 24x7")),
    (
        r"([0-9.]+) ?h(?:(?:ou)?rs?)? (?:24[x/][56]|(?:12|10|9|8)[x/][567])",
        Message(
            "write {choice}, with `hours` that state the days and times",
            choice=_choice(r"\1 business hours"),
        ),
    ),
    (
        r"24[x/][56]|(?:12|10|9|8)[x/][567]",
        Message("write the duration in business hours; `hours` state the days and times"),
    ),
    (r"1 ?(?:bd|(?:working|week) ?days?)", _write("1 business day")),
    (r"([0-9]+) ?(?:bd|(?:working|week) ?days?)", _write(r"\1 business days")),
    (r"(every )?([0-9]+) ?cal(?:endar)?[ -]?d(?:ays?)?", _write(r"\1\2 calendar days")),
    (r"(every )?([0-9]+) ?cal(?:endar)?[ -]?w(?:eeks?)?", _write(r"\1\2 calendar weeks")),
    (
        r"[0-9.]+ ?(?:weeks?|w|months?|years?|y)",
        Message("write calendar days, calendar weeks, business days or hours"),
    ),
    (r"nbd|(?:the )?next (?:(?:working|business) )?days?|tomorrow", _write("next business day")),
    (
        r"(?:the )?same (?:(?:working|business) )?day|today",
        Message("write a number of business hours"),
    ),
    (
        r"(?:by |at |on )?(?:the )?(?:next |first )?opening(?: day)?",
        Message("write {choice}, with the promised time", choice="`by 10:00 next opening day`"),
    ),
    (
        r"(?:by |at )?(?:the )?(?:end|close|eob|cob|eod)(?: of)?(?: (?:the|business on(?: the)?))?"
        r" next (?:(?:working|business) )?day",
        Message(
            "write {choice}; with the default of `business-day`, it is due when that day closes",
            choice=_choice("next business day"),
        ),
    ),
    (
        r"by .*",
        Message("write the time as HH:MM, followed by `next business day` or `next opening day`"),
    ),
    (r"every ([1-9][0-9]* per (?:day|week|month))", _write(r"\1")),
    (
        r"(?:every|each) (?:next )?(?:working |business )?day|daily",
        _write("every 1 business day", "every 24h", "every 24h 24x7", "1 per day"),
    ),
    (
        r"(?:every|each) (?:working |business )?hour|hourly",
        _write("every 1h", "every 1h 24x7", "every 1 business hour"),
    ),
    (r"each week|weekly|every 1 ?w(?:eek)?", _write("every week")),
    (r"(?:every|each) month|monthly", _write("1 per month")),
    (r"every\b.*", Message("add a duration or a number of business days after `every`")),
    (r"once (?:per|a|each|every) (day|week|month)", _write(r"1 per \1")),
    (r"twice (?:per|a|each|every) (day|week|month)", _write(r"2 per \1")),
    (
        r"([1-9][0-9]{0,3}) ?(?:times|x)? ?(?:/|per|a|an|each|every) ?(day|week|month)s?",
        _write(r"\1 per \2"),
    ),
    (r"not[ _]?stated|unknown|tbd|\?", _write("not-stated")),
    (
        r"|no|nothing|n/?a|null|~|-|never|no target|best effort",
        Message("write `none` for no target, `not-stated` if the policy does not state one"),
    ),
    (r"24[x/]7", Message("add the duration, such as `4h 24x7`")),
    (r"-.*", Message("write a positive number")),
    (
        r"immediate(?:ly)?(?: response)?|at once|instant(?:ly|aneous)?|straight away",
        _write(IMMEDIATELY),
    ),
    (
        r"asap|as soon as (?:possible|we can)|quickly|soon",
        Message("write the longest promised duration, `immediately`, or `none` for no target"),
    ),
)

# Patterns of words around a duration. Each has a hint with a placeholder for the duration.
_AROUND_A_TIME = (
    (
        r"[0-9.]+ ?[a-z]* ?(?:-|\u2013|to) ?([0-9.]+ ?[a-z].*)",
        Message(
            "write {choice}, only the longer time, and the published words in `text`", choice=""
        ),
    ),
    (
        r"(?:within|in|under|up to|<=?|≤|max\.?) ?(.+)",
        Message("write {choice}, only the time", choice=""),
    ),
)

_DAYS = r"(every )?([1-9][0-9]{0,2}) ?d(?:ays?)?"
_WEEKS = r"(?!every 1 ?w)(every )?([1-9][0-9]?) ?w(?:eeks?)?"
_SECONDS = r"(every )?([0-9]{1,6}) ?s(?:ec(?:ond)?s?)?"
_HOURS_MINUTES = (
    r"(every )?([0-9]{1,4}) ?h(?:ours?)?(?: and)? ?([0-9]{1,4}) ?m(?:in|inutes?)?( 24x7)?"
)
_LATER = "later|latest|longer|longest|last|max(?:imum)?"
_EARLIER = "earlier|earliest|sooner|soonest|shorter|shortest|first|min(?:imum)?"
_WHICHEVER = "(?:whichever|whatever|what) (?:is|comes|occurs|ends|falls) "
# Ways to write the later or the earlier of several targets. Without a word that says which one,
# both are proposed.
_COMBINATIONS = (
    rf"(?:the |{_WHICHEVER}(?:the )?)?(?:(?P<later>{_LATER})|(?P<earlier>{_EARLIER}))(?: of|:)?"
    r" ?\(?(?P<parts>.+?)\)?",
    rf"(?P<parts>.+?),? \(?{_WHICHEVER}(?:the )?"
    rf"(?:(?P<later>{_LATER})|(?P<earlier>{_EARLIER}))\)?",
    r"(?P<parts>.+ or .+)",
)


def _combined_hint(small: str) -> Message | None:
    """Return the hint for a text that names several targets; None for another text."""
    for pattern in _COMBINATIONS:
        match = re.fullmatch(pattern, small)
        if match is None:
            continue
        groups = match.groupdict()
        parts = []
        for text in re.split(r",? (?:or|and|vs) |, ?|; ?", groups["parts"]):
            part: Target | None = None
            try:
                part = parse_target(text)
            except BadText as problem:
                proposals = proposals_of(problem.hint)
                part = parse_target(proposals[0]) if len(proposals) == 1 else None
            if part is None or part.every or part.kind in _NEVER_PARTS:
                break
            parts.append(part)
        else:
            if len(parts) > 1:
                kinds = [kind for kind in ("later", "earlier") if groups.get(kind)]
                kinds = kinds or ["later", "earlier"]
                return _write(*(combined(kind, tuple(parts)).text for kind in kinds))
    return None


_BY_A_TIME = (
    r"(?:by|at|before) (?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-5][0-9]))?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?(?: o'?clock)?(?: (?P<day>.*))?"
)
_SAME_DAY = r"(?:on )?(?:the )?(?:same|this)\b.*|today"
_OPENING_DAY = r".*\bopen.*"
_BUSINESS_DAY = r"(?:on )?(?:the )?(?:next (?:(?:working|business) )?days?|nbd|tomorrow)"


def _by_hint(small: str) -> Message | None:
    """Return the hint for a time of day; None for another text, an invalid time or another day."""
    match = re.fullmatch(_BY_A_TIME, small)
    if match is None:
        return None
    hour, day = int(match["hour"]), match["day"] or ""
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    elif hour > 23 and (hour, match["minute"]) != (24, "00"):
        return None
    time = f"by {hour:02}:{match['minute'] or '00'}"
    opening_day = f"{time} next opening day"
    if re.fullmatch(_OPENING_DAY, day):
        return _write(opening_day)
    if re.fullmatch(_SAME_DAY, day):
        return Message(
            "write {choice}, which is the same day for a case that is opened before the hours open,"
            " or a number of business hours",
            choice=_choice(opening_day),
        )
    if not day or re.fullmatch(_BUSINESS_DAY, day):
        return _write(f"{time} next business day")
    return None


# The words of targets. A misspelt word is replaced by the nearest of them.
_WORDS = (
    "immediately", "business", "calendar", "opening", "next", "later", "earlier", "minute",
    "minutes", "hour", "hours", "day", "days", "week", "weeks", "month", "every", "none",
)  # fmt: skip


def _spelled(small: str) -> str:
    """Return a text with the words of targets instead of misspelt ones."""
    from difflib import get_close_matches

    def word(match: re.Match[str]) -> str:
        return (get_close_matches(match[0], _WORDS, 1, 0.8) or [match[0]])[0]

    return re.sub("[a-z]{4,}", word, small)


def adapt_hint(
    hint: str, hours: bool | None, fits: Callable[[Target], bool] = lambda target: True
) -> str | None:
    """Return a hint with only its valid proposals; None if no proposal is valid.

    A hint without proposals is unchanged. `hours` says whether hours apply to the target; None if
    this is unknown. If hours apply, `4h` becomes `4h 24x7` and `4 business hours`. If they do not,
    the hint says that a target in business hours or days also needs `hours`. `fits` returns whether
    a target can be counted over the hours.
    """
    proposals = proposals_of(hint)
    if not proposals:
        return hint
    options: list[str] = []
    needs = False
    for text in proposals:
        target = _proposed_target(text)
        if target is None:
            continue
        text = "every " * text.startswith("every ") + target.text.removeprefix("every ")
        spellings = _spellings(target, text) if hours else [text]
        if hours and f"{text} 24x7" in proposals:
            spellings = []  # `48h`, as a meaning of `2 days`, is not working time
        for spelling in spellings:
            option = _proposed_target(spelling)
            if option is not None and spelling not in options and fits(option):
                options.append(spelling)
                needs |= needs_hours(option)
    if not options:
        return None
    adapted = _withproposals_of(hint, options)
    if needs and hours is False:
        return Message(
            "{hint}; a target in business hours or business days also needs `hours`", hint=adapted
        )
    return adapted


def _spellings(target: Target, text: str) -> list[str]:
    """Return the texts of a target where hours apply: `4h` can mean two targets."""
    if target.parts:
        several = product(*(_spellings(part, part.text) for part in target.parts))
        return [combined(target.kind, tuple(map(parse_target, texts))).text for texts in several]
    if target.kind == "clock" and not target.around_the_clock:
        return [f"{text} 24x7", in_business_hours(text)]
    return [text]


def _proposed_target(text: str) -> Target | None:
    """Return the target of a proposal, or None if the proposal is invalid.

    A leading `every` is ignored, except in `every week`.
    """
    if text in {"none", "not-stated", "every week"}:
        return Target(text, 0, 0, False, False, text)
    try:
        return _parse(text.removeprefix("every "))
    except BadText:
        return None


def in_business_hours(text: str) -> str:
    """Return a clock target in business hours or minutes: `4 business hours` for `4h`."""
    number, unit = text[:-1], "hour" if text.endswith("h") else "minute"
    return f"{number} business {unit}" + ("" if number.split()[-1] == "1" else "s")


def _invalid_target(text: str, plain: str) -> BadText:
    """Return the error for an invalid target, with a hint."""
    hint = _hint(plain)
    return BadText(
        Message("invalid target {text}", text=shown(text)),
        EXPECTED,
        hint and adapt_hint(hint, None),
    )


def _hint(plain: str) -> str | None:
    """Return the hint for an invalid target, or None."""
    # Capitals, a decimal comma and leading zeros do not change the meaning.
    small = re.sub(r"(?<=[0-9]),(?=[0-9])", ".", " ".join(plain.lower().split()))
    small = re.sub(r"(?<![0-9.])\.(?=[0-9])", "0.", small)
    small = re.sub(r"(?<![0-9.:])0+(?=[0-9])(?![0-9]*:)", "", small)
    if small != plain:
        try:
            return _write(parse_target(small).text)
        except BadText as problem:
            return problem.hint
    if match := re.fullmatch(_DAYS, small):
        every, days = match[1] or "", int(match[2])
        hours = f"{every}{days * 24}h"
        unit = "business day" if days == 1 else "business days"
        calendar = unit.replace("business", "calendar")
        return _write(hours, f"{hours} 24x7", f"{every}{days} {unit}", f"{every}{days} {calendar}")
    if match := re.fullmatch(_WEEKS, small):
        every, weeks = match[1] or "", int(match[2])
        unit = "calendar week" if weeks == 1 else "calendar weeks"
        hours = f"{every}{weeks * 168}h"
        return _write(f"{every}{weeks} {unit}", hours, f"{hours} 24x7")
    if match := re.fullmatch(_HOURS_MINUTES, small):
        minutes = int(match[2]) * 60 + int(match[3])
        return Message(
            "write one number: `{every}{minutes}m{always}`",
            every=match[1] or "",
            minutes=minutes,
            always=match[4] or "",
        )
    if match := re.fullmatch(_SECONDS, small):
        return _in_minutes(match[1] or "", int(match[2]))
    if hint := _combined_hint(small) or _by_hint(small):
        return hint
    for pattern, hint in _AROUND_A_TIME:
        if match := re.fullmatch(pattern, small):
            return _time_hint(match[1], hint)
    spelled = _spelled(small)
    if spelled != small:
        try:
            return _write(parse_target(spelled).text)
        except BadText as problem:
            if proposals_of(problem.hint):
                return problem.hint
    for pattern, hint in _HINTS:
        if match := re.fullmatch(pattern, small):
            proposals = [match.expand(proposal) for proposal in proposals_of(hint)]
            return _withproposals_of(hint, proposals) if proposals else hint
    return None
