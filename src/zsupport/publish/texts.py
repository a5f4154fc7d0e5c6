"""Texts of a policy for its page: names, conditions and hours, in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cached_property

from zsupport.answer.case import alternatives, say
from zsupport.clock.holidays import HolidayName
from zsupport.dates import date
from zsupport.policy.model import Alternative, Revision, Text, When
from zsupport.publish.page import Line, Phrase, joined, plain
from zsupport.publish.words import PageWords, long_date
from zsupport.wording import Message

_DIMENSIONS = {
    "plan": Message("Plan"),
    "role": Message("Role"),
    "channel": Message("Channel"),
    "priority": Message("Priority"),
}


class PageTexts:
    """The texts of a revision in one language, and the program's texts around them."""

    def __init__(self, revision: Revision, lang: str, words: PageWords) -> None:
        self.revision = revision
        self.lang = lang
        self.words = words
        #: The language of the texts in answers; None if it is that of the page, or unknown.
        readable = [name for name in (*alternatives(lang), "en") if name in revision.languages]
        self._answered = self._marked(readable[0] if readable else None)

    def _marked(self, language: str | None) -> str | None:
        """Return the language of a text, or None if it is that of the page."""
        return None if language == self.words.language else language

    def policy(self, text: Text) -> Phrase:
        """Return a text of the policy."""
        spoken = say(text, self.lang)
        if isinstance(text, str):
            return Phrase(spoken)
        languages = [name for name in (*alternatives(self.lang), "en") if name in text]
        return Phrase(spoken, self._marked(languages[0] if languages else next(iter(text))))

    def detail(self, text: Text) -> Line:
        """Return an item of a detail of a channel: a text of the policy or of the program."""
        return self.words(text) if isinstance(text, Message) else (self.policy(text),)

    def policy_name(self) -> Phrase:
        """Return the title of the policy, or its id if it has no title."""
        name = self.policy(self.revision.title)
        return name if name.text.strip() else Phrase(self.revision.policy)

    def answered(self, text: str) -> Phrase:
        """Return a text of an answer, which is already in one language."""
        return Phrase(text, self._answered)

    def holiday(self, name: str) -> Phrase:
        """Return the name of a day off: that of the policy, or of a public holiday."""
        if not isinstance(name, HolidayName):
            return self.answered(name)
        shown = self.words.text(name)
        return Phrase(shown, self._marked("en") if shown == str(name) else None)

    def doubt(self, text: Phrase) -> Line:
        """Return a text about something that is not certain."""
        return self.words("Doubtful: {text}", text=text)

    def label(self, id: str) -> str:
        """Return an id as words, with acronyms as the names in the policy write them."""
        return spaced(id, self._acronyms)

    @cached_property
    def _acronyms(self) -> set[str]:
        """The words in capitals in the names of plans, roles, channels and priorities."""
        revision = self.revision
        texts = [
            *(item.name for item in (*revision.plans, *revision.roles)),
            *(channel.name for channel in revision.channels),
            *(priority.name for priority in revision.priorities),
        ]
        names = [say(text, self.lang) or "" for text in texts]
        words = {word for name in names for word in name.split()}
        return {word for word in words if len(word) > 1 and word.isalpha() and word.isupper()}

    # -- names -----------------------------------------------------------------------------------

    @cached_property
    def _members(self) -> dict[str, dict[str, Line]]:
        """The names of the values of each dimension and fact."""
        revision = self.revision
        plans = {}
        for plan in revision.plans:
            name: Line = (self.policy(plan.name),)
            if plan.retired:
                since = long_date(date.fromisoformat(plan.retired), self.words)
                name = self.words("{name} (no longer sold since {date})", name=name, date=since)
            plans[plan.id] = name
        names: dict[str, dict[str, Line]] = {
            **{
                fact.id: {value: (self.policy(text),) for value, text in fact.values.items()}
                for fact in revision.facts
            },
            "plan": plans,
            "role": {role.id: (self.policy(role.name),) for role in revision.roles},
            "channel": {item.id: (self.policy(item.name),) for item in revision.channels},
            "priority": {item.id: self.priority(item.id) for item in revision.priorities},
        }
        return {dimension: _distinct(members) for dimension, members in names.items()}

    def value(self, dimension: str, value: str) -> Line:
        """Return the name of a value of a dimension or fact, or its id if it has no name."""
        return self._members.get(dimension, {}).get(value) or (Phrase(value),)

    def values(self, dimension: str, values: tuple[str, ...]) -> Line:
        """Return the names of several values."""
        return joined([self.value(dimension, value) for value in values])

    def priority(self, id: str) -> Line:
        """Return the id and the name of a priority; only the name if it states the id."""
        item = next(priority for priority in self.revision.priorities if priority.id == id)
        name = self.policy(item.name)
        if not name.text:
            return (Phrase(id),)
        return (name,) if _states(name.text, id) else (Phrase(f"{id} "), name)

    def dimension(self, name: str) -> Line:
        """Return the name of a dimension, or the question of a fact."""
        for fact in self.revision.facts:
            if fact.id == name:
                return (self.policy(fact.ask),) if fact.ask else (Phrase(self.label(name)),)
        return self.words(_DIMENSIONS[name])

    # -- conditions ------------------------------------------------------------------------------

    def condition(self, when: When) -> Line:
        """Return a condition in words; empty if it always matches."""
        result: Line = ()
        for line in self.alternatives(when):
            result = (
                self.words("{first}; or {second}", first=result, second=line) if result else line
            )
        return result

    def alternatives(self, when: When) -> list[Line]:
        """Return the alternatives of a condition in words."""
        return [self._alternative(alternative) for alternative in when]

    def _alternative(self, alternative: Alternative) -> Line:
        parts = []
        for name, values in alternative.values.items():
            shown = self.any_of([self.value(name, value) for value in values])
            if name in ("plan", "role", "channel", "priority"):
                parts.append((*self.dimension(name), Phrase(" "), *shown))
            else:
                parts.append(self.fact(name, shown))
        if alternative.opened is not None:
            inside, hours = alternative.opened
            line = self.opened(hours, "inside" if inside else "outside")
            parts.append(self.words("Case opened {when}", when=line))
        result: Line = ()
        for part in parts:
            result = (*result, Phrase(" · "), *part) if result else part
        return result

    def fact(self, name: str, value: Line) -> Line:
        """Return the question of a fact with an answer."""
        question = self.dimension(name)
        between = " " if plain(question).rstrip().endswith(("?", ":")) else ": "
        return (*question, Phrase(between), *value)

    def any_of(self, lines: list[Line]) -> Line:
        """Return alternative values in words: `Pro, Business or API`."""
        if len(lines) < 2:
            return lines[0] if lines else ()
        return self.words("{names} or {last}", names=joined(lines[:-1]), last=lines[-1])

    def opened(self, hours: str, value: str) -> Line:
        """Return whether a case was opened `inside` or `outside` of hours, in words."""
        name = self.hours_name(hours)
        if value == "inside":
            return self.words("during the hours {hours}", hours=name)
        return self.words("outside of the hours {hours}", hours=name)

    # -- hours -----------------------------------------------------------------------------------

    def hours_name(self, name: str) -> Line:
        """Return the name of hours as a link to their section."""
        if name in self.revision.hours:
            return (Phrase(name, link=f"#hours-{name}"),)
        return self.words("around the clock")

    def hours_names(self, names: str) -> Line:
        """Return the names of hours that an answer lists, as links."""
        return joined([self.hours_name(name) for name in names.split(", ")])


def _states(name: str, id: str) -> bool:
    """Return whether a name states an id as a word of its own: `P1` in `Urgent (P1)`.

    A letter alone can be a word of the language, so its case matters, except at the start.
    """
    word = rf"{re.escape(id)}(?!\w)"
    if re.match(word, name, re.IGNORECASE):
        return True
    inside = rf"(?<!\w){word}"
    return bool(re.search(inside, name, re.IGNORECASE) if len(id) > 1 else re.search(inside, name))


def _distinct(names: dict[str, Line]) -> dict[str, Line]:
    """Return names by id; a name that several ids share is followed by the id.

    An id without a name is its own name.
    """
    shown = {id: line if plain(line).strip() else (Phrase(id),) for id, line in names.items()}
    texts = [plain(line) for line in shown.values()]
    return {
        id: (*line, Phrase(f" ({id})")) if texts.count(plain(line)) > 1 else line
        for id, line in shown.items()
    }


def spaced(name: str, acronyms: Container[str] = ()) -> str:
    """Return an id as words: `reaching-a-person` as `Reaching a person`.

    Words of `acronyms` are written in capitals: `us-government` as `US government`.
    """
    text = name.replace("-", " ").replace("_", " ").strip() or name
    words = [word.upper() if word.upper() in acronyms else word for word in text.split(" ")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]
