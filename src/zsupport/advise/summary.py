"""The summary of advice: two sentences, what to do and when to expect an answer."""

from __future__ import annotations

from zsupport.advise.advice import (
    CONTACT,
    LIVE,
    SELF_HELP,
    Advice,
    AdviceAnswers,
    AdvisedChannel,
    AdvisedTarget,
    NamedValue,
)
from zsupport.answer.case import NEEDS_INPUT, absent_members
from zsupport.clock.target_text import parse_target
from zsupport.clock.targets_in_words import target_as_sentence
from zsupport.policy.model import NOUNS
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import ENGLISH, Message, enumerated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zsupport.dates import datetime

#: Longer prerequisites are listed as they are written.
_SHORT = 40
#: The maximum number of changes in a sentence.
_MAX_CHANGES = 3
_DETERMINERS = ("a", "an", "the", "your")
#: The kinds of channels that have an address.
_WRITTEN = ("web", "email", "other")
_FIRST_RESPONSE = "first response"


class Notation(NamedTuple):
    """How the summary writes values and texts of the answers."""

    instant: Callable[[datetime], str]
    number: Callable[[str], str] = str  # a telephone number
    #: Whether the texts of the policy are in the language of the sentences, so that they can be
    #: parts of a sentence. Otherwise a sentence only lists them.
    same_language: bool = True


def with_summary(
    answers: AdviceAnswers, instant: Callable[[datetime], str], lang: str = ENGLISH.code
) -> AdviceAnswers:
    """Return the advice with its summary; `lang` is the language of the texts of the policy."""
    same_language = lang.partition("-")[0].lower() == ENGLISH.code
    texts = summary(answers, Notation(instant, same_language=same_language))
    return answers._replace(answers=(answers[0]._replace(summary=texts),))


def summary(answers: AdviceAnswers, notation: Notation) -> tuple[Message, Message]:
    """Return the two sentences of the summary."""
    advice = answers[0]
    if not answers.in_force:
        return (
            Message("No revision of the policy is in force at that moment."),
            _nearest_revision(answers.revision.start, answers.revision.last_day),
        )
    if advice.state == NEEDS_INPUT:
        inputs = (entry["fact"] or entry["field"] for entry in advice.missing)
        fields = enumerated(_noun(name) for name in inputs)
        return (
            Message("The advice depends on {fields}.", fields=fields),
            Message("State these values to get it."),
        )
    if advice.state == CONTACT:
        best = advice.channels[0]
        first = self_help_first(advice)
        action = _action(best, notation, now=first is None, begins=first is None)
        usable = [entry for entry in advice.channels if entry["state"] != "closed"]
        if best["state"] == "closed" and usable:
            other = _action(usable[0], notation, begins=False)
            action = Message("{action}, or {alternative}", action=action, alternative=other)
        if first is not None:
            action = Message(
                "Try {channel} first, then {action}", channel=first["name"], action=action
            )
        return Message("{action}.", action=action), _expectation(best, notation)
    included = _included(answers)
    for name, value in absent_members(answers.revision, answers.query._asdict()).items():
        return (
            Message(
                "The revision in force has no {kind} `{name}`, so no channel is included.",
                kind=_noun(name), name=value,
            ),
            included,
        )  # fmt: skip
    language = answers.details.language
    not_handled = any(entry["handled"] for entry in advice.not_included)
    if advice.state == SELF_HELP:
        names = enumerated((entry["name"] for entry in advice.self_service), either=True)
        use = Message(
            "Use {channels}: contact with support is not included in this case.", channels=names
        )
        if not_handled:
            use = Message(
                "Use {channels}: support does not handle the language `{language}` in this case.",
                channels=names,
                language=language,
            )
        return use, included
    if not_handled:
        refused = Message(
            "No channel that is included in this case handles the language `{language}`.",
            language=language,
        )
        return refused, included
    return Message("No channel is included in this case."), included


def _noun(name: str) -> str:
    """Return a dimension in words, or the name of another input."""
    return NOUNS[name][0] if name in NOUNS else name


def self_help_first(advice: Advice) -> AdvisedChannel | None:
    """Return the channel that the policy recommends before contact with support, if any."""
    for entry in advice.self_service[:1]:
        ranks = [channel["recommended"] for channel in (entry, *advice.channels[:1])]
        if ranks[0] is not None and (None in ranks or ranks[0] <= (ranks[-1] or 0)):
            return entry
    return None


def _nearest_revision(start: str | None, last_day: str | None) -> Message:
    """Return the sentence with the days on which the nearest revision is in force."""
    if start and last_day:
        return Message(
            "The nearest revision is in force from {start} until {last_day}.",
            start=start, last_day=last_day,
        )  # fmt: skip
    if start:
        return Message("The nearest revision is in force from {start}.", start=start)
    return Message("The nearest revision is in force until {last_day}.", last_day=last_day)


def _included(answers: AdviceAnswers) -> Message:
    """Return the sentence with the changes of the case that include contact with support."""
    if answers.details.changes:
        changes = changes_in_words(answers.details.changes)
        return Message("Contact is included with {changes}.", changes=changes)
    if answers.details.not_searched:
        return Message(
            "The policy has too many cases to search for a change that would allow contact."
        )
    if any(entry["handled"] for entry in answers[0].not_included):
        return Message("No change of the case would include contact in this language.")
    return Message("No change of the case would include contact with support.")


class _Way(NamedTuple):
    """How to use a channel: at the beginning of a sentence, and within it."""

    beginning: Message
    within: Message


def _way(channel: AdvisedChannel, notation: Notation) -> _Way:
    name, numbers, address = channel["name"], channel["numbers"], channel["url"] or ""
    if channel["kind"] == "phone":
        if len({entry["number"] for entry in numbers}) == 1:
            number = notation.number(numbers[0]["number"])
            return _Way(
                Message("Call {number}", number=number), Message("call {number}", number=number)
            )
        if numbers:
            return _Way(
                Message("Call the number for your country"),
                Message("call the number for your country"),
            )
        return _Way(Message("Call support"), Message("call support"))
    if channel["kind"] == "email" and address.startswith("mailto:"):
        email = address.removeprefix("mailto:")
        return _Way(
            Message("Send an email to {address}", address=email),
            Message("send an email to {address}", address=email),
        )
    if address:
        return _Way(
            Message("Use {channel} ({address})", channel=name, address=address),
            Message("use {channel} ({address})", channel=name, address=address),
        )
    return _Way(Message("Use {channel}", channel=name), Message("use {channel}", channel=name))


def _action(
    channel: AdvisedChannel, notation: Notation, *, now: bool = True, begins: bool = True
) -> Message:
    """Return how to use a channel, as a sentence without its full stop.

    `now`: it is the first thing to do. `begins`: the text begins a sentence.
    """
    way = _way(channel, notation)
    action = way.beginning if begins else way.within
    live, closed = channel["kind"] in LIVE, channel["state"] == "closed"
    opens = notation.instant(channel["next_open"]) if channel["next_open"] else ""
    if channel["state"] == "open" and now:
        action = Message("{action} now", action=action)
    elif closed and live and opens:
        action = Message("{action} from {instant} on", action=action, instant=opens)
    elif closed and live:
        action = Message("{action}, but it is closed now", action=action)
    action = _with_preparation(action, channel["prerequisites"], notation)
    if closed and not live and opens:
        # People can write outside the hours.
        action = Message("{action}; its hours begin {instant}", action=action, instant=opens)
    elif closed and not live:
        action = Message("{action}; this moment is outside its hours", action=action)
    if channel["kind"] == "phone":
        if not channel["numbers"]:
            action = Message("{action}; the policy does not state the number", action=action)
    elif channel["kind"] in _WRITTEN and not _states_address(channel):
        action = Message("{action}; the policy does not state the address", action=action)
    return action


def _states_address(channel: AdvisedChannel) -> bool:
    """Return whether the policy states where to write. Steps can lead to the form of a channel."""
    if channel["kind"] == "email":
        return bool(channel["url"]) or any("@" in step for step in channel["steps"])
    return bool(channel["url"] or channel["steps"])


def _with_preparation(action: Message, texts: tuple[str, ...], notation: Notation) -> Message:
    """Return an action with what to have ready."""
    if not texts:
        return action
    if not notation.same_language or any(
        len(text) > _SHORT or text.rstrip(".") != text or ":" in text for text in texts
    ):
        listed = "; ".join(text.rstrip(".") for text in texts)
        return Message("{action}; have ready: {things}", action=action, things=listed)
    ready = list(map(_in_a_sentence, texts))
    things = enumerated(ready)
    if ready[0].partition(" ")[0] in _DETERMINERS:
        return Message("{action} and have {things} ready", action=action, things=things)
    return Message("{action} and have your {things} ready", action=action, things=things)


def _in_a_sentence(text: str) -> str:
    """Return a text without the capital letter of its first word, unless it is an abbreviation."""
    first = text.partition(" ")[0]
    return text[:1].lower() + text[1:] if first[1:].islower() else text


def _expectation(channel: AdvisedChannel, notation: Notation) -> Message:
    """Return when the first target is due."""
    if not channel["targets"]:
        return Message("The policy does not state when to expect an answer.")
    target = channel["targets"][0]
    metric = target["metric"].replace("-", " ")
    if metric == _FIRST_RESPONSE:
        return _expected(Message("first response"), target, notation)
    if metric == target["name"].replace("-", " ").casefold():
        return _expected(metric, target, notation)
    # A name of the policy, which can be in any language, is a label.
    return _labelled(target["name"], target, notation)


def _expected(metric: str, target: AdvisedTarget, notation: Notation) -> Message:
    """Return when a target is due, in a sentence that contains the name of its metric."""
    due, state, time = target["due"], target["state"], advised_time(target)
    if due is not None:
        return Message(
            "Expect the {metric} by {instant}, {time}.",
            metric=metric, instant=notation.instant(due), time=time,
        )  # fmt: skip
    if state == "no-target":
        return Message("The policy promises no time for the {metric}.", metric=metric)
    if state == NEEDS_INPUT:
        return Message(
            "Expect the {metric} {time}: the date depends on where you are.",
            metric=metric, time=time,
        )  # fmt: skip
    if time and state not in ("not-stated", "not-entitled"):
        return Message("Expect the {metric} {time}.", metric=metric, time=time)
    return Message("The policy does not state when to expect the {metric}.", metric=metric)


def _labelled(name: str, target: AdvisedTarget, notation: Notation) -> Message:
    """Return when a target is due, after the name of its metric."""
    due, state, time = target["due"], target["state"], advised_time(target)
    if due is not None:
        return Message(
            "{metric}: by {instant}, {time}.",
            metric=name, instant=notation.instant(due), time=time,
        )  # fmt: skip
    if state == "no-target":
        return Message("{metric}: no promise.", metric=name)
    if state == NEEDS_INPUT:
        return Message(
            "{metric}: {time}; the date depends on where you are.", metric=name, time=time
        )
    if time and state not in ("not-stated", "not-entitled"):
        return Message("{metric}: {time}.", metric=name, time=time)
    return Message("{metric}: not stated.", metric=name)


def advised_time(target: AdvisedTarget) -> str:
    """Return the promised time in a sentence: `within 4 working hours`; empty without a target."""
    if target["target"] is None:
        return ""
    return target_as_sentence(parse_target(target["target"]))


def changes_in_words(changes: Iterable[Iterable[NamedValue]]) -> str:
    """Return equally small changes in words: `plan pro, or topic=billing`; at most three."""
    listed, *more = [change_in_words(change) for change in [*changes][:_MAX_CHANGES]]
    for change in more:
        listed = Message("{changes}, or {change}", changes=listed, change=change)
    return listed


def change_in_words(change: Iterable[NamedValue]) -> str:
    """Return the changed values of a case in words: `plan pro and role owner`."""
    return enumerated(map(_value_in_words, change))


def _value_in_words(entry: NamedValue) -> str:
    name, value = entry["name"], entry["value"]
    if name == "plan":
        return Message("plan {plan}", plan=value)
    if name == "role":
        return Message("role {role}", role=value)
    if name == "priority":
        return Message("priority {priority}", priority=value)
    return f"{name}={value}"
