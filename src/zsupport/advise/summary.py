"""The summary of advice: two sentences, what to do and when to expect an answer."""

from __future__ import annotations

from zsupport.advise.advice import (
    CONTACT,
    LIVE,
    SELF_HELP,
    Advice,
    AdviceAnswers,
    AdvisedChannel,
    NamedValue,
)
from zsupport.answer.case import NEEDS_INPUT
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import NO_BREAK, enumerated, glued

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zsupport.dates import datetime

#: Longer prerequisites are listed as they are written.
_SHORT = 40
#: The maximum number of changes in a sentence.
_MAX_CHANGES = 3
_DETERMINERS = ("a", "an", "the", "your")
_DIMENSIONS = ("plan", "role", "priority")
_UNITS = {"m": "min", "h": "h", "d": "d"}


def summary(
    answers: AdviceAnswers, write: Callable[[datetime], str], lang: str = "en"
) -> tuple[str, str]:
    """Return the two sentences; `write` returns an instant as text.

    The sentences are English. If `lang`, the language of the policy's texts, is another language,
    they contain names of the policy, but no other texts. No-break spaces keep a number together on
    a screen.
    """
    english = lang.partition("-")[0].lower() == "en"
    advice = answers[0]
    if not answers.in_force:
        start, last_day = answers.revision.start, answers.revision.last_day
        dates = [f"from {start}" if start else "", f"until {last_day}" if last_day else ""]
        period = " ".join(text for text in dates if text)
        return (
            "No revision of the policy is in force at that moment.",
            f"The nearest revision is in force {period}.",
        )
    if advice.state == NEEDS_INPUT:
        fields = enumerated(entry["fact"] or entry["field"] for entry in advice.missing)
        return f"The advice depends on {fields}.", "State these values to get it."
    if advice.state == CONTACT:
        best = advice.channels[0]
        first = self_help_first(advice)
        action = _action(best, write, english=english, now=first is None)
        usable = [entry for entry in advice.channels if entry["state"] != "closed"]
        if best["state"] == "closed" and usable:
            alternative = _action(usable[0], write, english=english)
            action = f"{action}, or {_lower(alternative)}"
        if first is not None:
            action = f"Try {first['name']} first, then {_lower(action)}"
        return f"{action}.", _expectation(best, write)
    changes = [change_in_words(change) for change in answers.details.changes[:_MAX_CHANGES]]
    included = f"Contact is included with {', or '.join(changes)}."
    if not changes and answers.details.not_searched:
        included = "The policy has too many cases to search for a change that includes contact."
    elif not changes:
        included = "No change of the case would include contact with support."
    if advice.state == SELF_HELP:
        names = enumerated((entry["name"] for entry in advice.self_service), either=True)
        return f"Use {names}: contact with support is not included in this case.", included
    return "No channel is included in this case.", included


def self_help_first(advice: Advice) -> AdvisedChannel | None:
    """Return the channel that the policy recommends before contact with support, if any."""
    for entry in advice.self_service[:1]:
        ranks = [channel["recommended"] for channel in (entry, *advice.channels[:1])]
        if ranks[0] is not None and (None in ranks or ranks[0] <= (ranks[-1] or 0)):
            return entry
    return None


def _action(
    channel: AdvisedChannel,
    write: Callable[[datetime], str],
    *,
    english: bool,
    now: bool = True,
) -> str:
    """Return how to use a channel, as a sentence without its full stop.

    `now`: it is the first thing to do.
    """
    name, numbers, address = channel["name"], channel["numbers"], channel["url"] or ""
    by_phone = channel["kind"] == "phone"
    if by_phone and len({entry["number"] for entry in numbers}) == 1:
        action = f"Call {glued(numbers[0]['number'])}"
    elif by_phone:
        action = "Call the number for your country" if numbers else "Call support"
    elif channel["kind"] == "email" and address.startswith("mailto:"):
        action = f"Send an email to {address.removeprefix('mailto:')}"
    else:
        action = f"Use {name}" + (f" ({address})" if address else "")
    opens = write(channel["next_open"]) if channel["next_open"] else ""
    if channel["state"] == "open":
        action += " now" if now else ""
    elif channel["state"] == "closed" and channel["kind"] in LIVE:
        action += f" from {opens} on" if opens else ", but it is closed now"
    action += _preparation(channel["prerequisites"], english=english)
    if channel["state"] == "closed" and channel["kind"] not in LIVE:
        action += f"; it is closed until {opens}" if opens else "; it is closed now"
    if by_phone and not numbers:
        action += "; the policy does not state the number"
    return action


def _preparation(texts: tuple[str, ...], *, english: bool) -> str:
    """Return what to have ready, as the end of a sentence."""
    if not texts:
        return ""
    if not english or any(
        len(text) > _SHORT or text.rstrip(".") != text or ":" in text for text in texts
    ):
        return "; have ready: " + "; ".join(text.rstrip(".") for text in texts)
    ready = list(map(_in_a_sentence, texts))
    own = "" if ready[0].partition(" ")[0] in _DETERMINERS else "your "
    return f" and have {own}{enumerated(ready)} ready"


def _in_a_sentence(text: str) -> str:
    """Return a text without the capital letter of its first word, unless it is an abbreviation."""
    first = text.partition(" ")[0]
    return _lower(text) if first[1:].islower() else text


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _expectation(channel: AdvisedChannel, write: Callable[[datetime], str]) -> str:
    """Return when the first target is due."""
    if not channel["targets"]:
        return "The policy does not state when to expect an answer."
    target = channel["targets"][0]
    due, within = target["due"], target_in_words(target["target"] or "")
    what = target["metric"].replace("-", " ")
    if what not in ("first response", target["name"].replace("-", " ").casefold()):
        # A name of the policy, which can be in any language, is a label.
        start, end = f"{target['name']}:", ""
    else:
        start, end = f"Expect the {what}", f" for the {what}"
    if due is not None:
        return f"{start} by {write(due)}, within {within}."
    if target["state"] == "no-target":
        return f"The policy promises no time{end}." if end else f"{start} no promise."
    if target["state"] == NEEDS_INPUT:
        return f"{start} within {within}: the date depends on where you are."
    if within and target["state"] not in ("not-stated", "not-entitled"):
        return f"{start} within {within}."
    return (
        f"The policy does not state when to expect the {what}." if end else f"{start} not stated."
    )


def change_in_words(change: Iterable[NamedValue]) -> str:
    """Return the changed values of a case in words: `plan pro and role owner`."""
    return enumerated(
        f"{entry['name']} {entry['value']}"
        if entry["name"] in _DIMENSIONS
        else f"{entry['name']}={entry['value']}"
        for entry in change
    )


def target_in_words(target: str) -> str:
    """Return a target as people write it: `4 working hours` for `4 business hours`."""
    text = target.replace(" 24x7", " around the clock")
    words = text.replace("business hour", "working hour").split(" ")
    for place, word in enumerate(words[:2]):
        number, unit = word[:-1], word[-1:]
        if number.isdecimal() and unit in _UNITS:
            words[place] = f"{number} {_UNITS[unit]}"
    return " ".join(words)


def with_summary(
    answers: AdviceAnswers, write: Callable[[datetime], str], lang: str = "en"
) -> AdviceAnswers:
    """Return the advice with its summary, without no-break spaces."""
    texts = tuple(text.replace(NO_BREAK, " ") for text in summary(answers, write, lang))
    return answers._replace(answers=(answers[0]._replace(summary=texts),))
