"""Screens for people: the answers to each question as blocks of text.

Each question has a module with `screen(answers, setting)`. One case is a card; several cases are a
matrix, in which equal rows are merged.
"""

from __future__ import annotations

from zsupport.answer.case import NEEDS_INPUT, AnyAnswers, matching, say
from zsupport.answer.remarks import joined_lines
from zsupport.policy.model import Revision
from zsupport.report.screen import ATTENTION, Heading, LabelledTexts, Paragraph, Section, section
from zsupport.typed import TYPE_CHECKING, NamedTuple, TypeVar
from zsupport.view.notes import texts_of_policy
from zsupport.view.questions import absent_texts, not_in_force_text
from zsupport.view.times import Times
from zsupport.wording import NO_BREAK, Message, Wording, glued

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from datetime import datetime

    from zsupport.answer.case import Answer, Query
    from zsupport.answer.opening import HoursAnswers
    from zsupport.policy.model import PolicyCalendar
    from zsupport.report import Remark
    from zsupport.report.screen import Screen

AnyRow = TypeVar("AnyRow", bound="Answer")
_DIMENSIONS_OF_CASE = ("plan", "role", "channel", "priority")
#: The questions with a screen; the other questions show tables.
SCREENS: tuple[str, ...] = ("advise", "channels", "due", "hours", "priority", "terms", "topics")
#: The questions whose screens show the reasons of `--why` themselves.
EXPLAINED = ("due", "topics")


class Setting(NamedTuple):
    """What a screen depends on besides the answers."""

    times: Times
    lang: str
    stated: frozenset[str] = frozenset()  # the options that the person wrote, such as `opened`
    words: Wording = Wording()  # the texts of the program for the reader
    #: Returns whether the channels of a case are open; None if the screen cannot ask this.
    opening: Callable[[Query], HoursAnswers] | None = None
    where: str = ""  # the folder of the policy, as shown before the names of its files

    def naming_zone_at(self, instant: datetime) -> Setting:
        """Return the setting of a screen whose head names the time zone at an instant."""
        return self._replace(times=self.times._replace(named=instant))


def load_screen(question: str) -> Callable[[AnyAnswers, Setting], Screen]:
    """Return the function that shows the answers to a question of SCREENS.

    The function states below the title what the answers need from the person. `advise` states it
    in its own way.
    """
    from importlib import import_module

    screen: Callable[[AnyAnswers, Setting], Screen] = import_module(
        f"zsupport.view.screens.{question}"
    ).screen
    if question == "advise":
        return screen

    def with_needed(answers: AnyAnswers, setting: Setting) -> Screen:
        title, *rest = screen(answers, setting)
        return title, _needed(answers, setting.words), *rest

    return with_needed


def _no_remarks(_: Answer) -> tuple[Remark, ...]:
    return ()


class Numbering:
    """Numbers texts in the order in which they are first marked."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def marks(self, texts: Iterable[str]) -> str:
        """Return the marks of texts after a space, such as ` [1, 2]`; empty without texts."""
        numbers = [self._numbers.setdefault(text, len(self._numbers) + 1) for text in texts]
        marks = ", ".join(map(str, sorted(numbers)))
        return f"{NO_BREAK}{glued(f'[{marks}]')}" if numbers else ""

    def paragraphs(self) -> list[Paragraph]:
        """Return the texts with their numbers."""
        return [
            Paragraph(sentence(text), marker=f"[{number}]")
            for text, number in self._numbers.items()
        ]


class Notes:
    """The remarks of rows: numbered if they concern only some rows, else without a number.

    `rows` are the answers on the screen. `own` returns the remarks of the question itself.
    `groups` return the groups of a row, such as `("channel", "phone")`: a remark of all rows of a
    group is marked once, with `marks_of`. Notes and doubts with a text of `omitted` are not shown.
    """

    def __init__(
        self,
        revision: Revision,
        rows: Sequence[AnyRow],
        setting: Setting,
        own: Callable[[AnyRow], Iterable[Remark]] = _no_remarks,
        groups: Iterable[Callable[[AnyRow], Hashable]] = (),
        omitted: Iterable[str] = (),
    ) -> None:
        self._texts: dict[int, list[str]] = {}
        words, hidden = setting.words, frozenset(omitted)
        rows_of: dict[str, int] = {}
        # Only JSON states the doubt about the days on which the revision is in force.
        of_validity = joined_lines(revision.validity.unclear, setting.lang)
        for row in rows:
            texts = dict.fromkeys(words.message(remark.text) for remark in own(row))
            for kind, text in texts_of_policy(row):
                if kind == "note" and text not in hidden:
                    texts[text] = None
                elif kind == "unclear" and text not in hidden and text != of_validity:
                    texts[words(doubtful(text))] = None
            self._texts[id(row)] = list(texts)
            for text in texts:
                rows_of[text] = rows_of.get(text, 0) + 1
        self.common = [text for text, count in rows_of.items() if count == len(rows)]
        self._rest = {
            row: [text for text in texts if text not in self.common]
            for row, texts in self._texts.items()
        }
        self._of_groups: dict[Hashable, list[str]] = {}
        for group in groups:
            self._move_to_groups(rows, group)
        self._numbering = Numbering()

    def _move_to_groups(self, rows: Sequence[AnyRow], group: Callable[[AnyRow], Hashable]) -> None:
        """Move the remarks that all rows of a group have from these rows to the group."""
        members: dict[Hashable, list[int]] = {}
        for row in rows:
            members.setdefault(group(row), []).append(id(row))
        for key, identities in members.items():
            first, *further = (self._rest[row] for row in identities)
            shared = [text for text in first if all(text in texts for texts in further)]
            if shared and further:
                self._of_groups[key] = shared
                for member in identities:
                    self._rest[member] = [t for t in self._rest[member] if t not in shared]

    def marks(self, row: Answer, *groups: Hashable) -> str:
        """Return the marks of a row after a space, such as ` [1, 2]`; number new remarks.

        The marks of `groups` are added.
        """
        of_groups = [text for group in groups for text in self._of_groups.get(group, ())]
        return self._numbering.marks([*of_groups, *self._rest.get(id(row), ())])

    def marks_of(self, group: Hashable) -> str:
        """Return the marks of a group after a space; number new remarks."""
        return self._numbering.marks(self._of_groups.get(group, ()))

    def texts(self, row: Answer) -> list[str]:
        """Return the remarks of a row, for a card."""
        return self._texts.get(id(row), [])

    def section(self) -> Section:
        """Return the remarks: those of every row, then those with a number."""
        return section(
            *(Paragraph(text) for text in map(sentence, self.common)),
            *self._numbering.paragraphs(),
        )


def doubtful(text: str) -> Message:
    """Return an `unclear` text, a doubt of the author of the policy, for a screen."""
    return Message("doubtful: {doubt}", doubt=text)


def not_in_force_title(setting: Setting) -> Heading:
    """Return the title of a screen if no revision of the policy is in force."""
    return Heading(setting.words("Not stated: no revision of the policy is in force"))


def sentence(text: str) -> str:
    """Return a text that starts with a capital letter, unless its first word is a name."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.rstrip(":,").isalpha() else text


def assumed_facts(answers: AnyAnswers) -> list[str]:
    """Return the facts that the answers assume: `topic=technical`."""
    return [
        warning.message.partition(" ")[0]
        for warning in answers.warnings
        if warning.code == "default-fact"
    ]


def _needed(answers: AnyAnswers, words: Wording) -> Section:
    """Return what the answers need from the person."""
    texts = dict.fromkeys(
        words.message(warning.message)
        for warning in answers.warnings
        if warning.code == NEEDS_INPUT
    )
    label = words("Needed")
    pairs = tuple(("" if n else label, sentence(text)) for n, text in enumerate(texts))
    return section(*([LabelledTexts(pairs)] if pairs else ()))


def closing(answers: AnyAnswers, setting: Setting, *lines: tuple[str, str]) -> Section:
    """Return the lines at the end of a screen: `lines`, assumed facts and warnings."""
    words = setting.words
    assumed = assumed_facts(answers)
    pairs = list(lines)
    if assumed:
        text = words("{facts} (change with {fact})", facts=", ".join(assumed))
        pairs.append((words("Assumed"), text))
    texts = dict.fromkeys(
        words.message(warning.message)
        for warning in answers.warnings
        if warning.code not in ("default-fact", NEEDS_INPUT)
    )
    for text in absent_texts(answers):
        texts[words(text)] = None
    if not answers.in_force:
        texts[words(not_in_force_text(answers.revision))] = None
    if "why" in setting.stated:
        pairs += [(words("Source"), text) for text in _sources(answers, setting.lang)]
    return section(
        *([LabelledTexts(tuple(pairs))] if pairs else ()),
        *(Paragraph(sentence(text), ATTENTION) for text in texts),
    )


def _sources(answers: AnyAnswers, lang: str) -> list[str]:
    """Return the title and the address of the sources that the answers name."""
    ids = {id for answer in answers for id in (answer.source or "").split("\n")}
    return [
        "\n".join(text for text in (say(source.title, lang), source.url) if text) or source.id
        for source in answers.revision.sources
        if source.id in ids
    ]


def case_in_words(answers: AnyAnswers, lang: str) -> str:
    """Return the case of the query with display names: `Business, Administrator, P1 Urgent`."""
    query, names = answers.query, display_names(answers.revision, lang)
    values = [
        names.get((dimension, value), value)
        for dimension, value in (("plan", query.plan), ("role", query.role))
        if value
    ]
    if query.priority:
        values.append(priority_label(query.priority, names))
    return ", ".join([*values, *(f"{name}={value}" for name, value in query.facts.items())])


def case_values(query: Query, answer: Answer | None = None) -> dict[str, str]:
    """Return a case by dimension and fact: the values of an answer, else those of the query."""
    own = answer._asdict() if answer else {}
    case = {name: own.get(name) or query._asdict()[name] for name in _DIMENSIONS_OF_CASE}
    facts = {**query.facts, **own.get("facts", {})}
    return {**{name: value for name, value in case.items() if value}, **facts}


def undecided_texts(answers: AnyAnswers, answer: Answer, lang: str) -> set[str]:
    """Return the notes and doubts of calendars that are not chosen yet, such as those of regions.

    A screen omits these texts, because they do not say for which region they are.
    """
    case = case_values(answers.query, answer)
    return texts_of_calendars(
        answers.revision, lang, lambda calendar: not matching(calendar.when, case)
    )


def texts_of_calendars(
    revision: Revision, lang: str, concerned: Callable[[PolicyCalendar], bool] = lambda _: True
) -> set[str]:
    """Return the notes and doubts of the `concerned` calendars."""
    remarks = [
        remark
        for calendars in revision.hours.values()
        for calendar in calendars
        if concerned(calendar)
        for remark in (calendar.remarks, calendar.holidays.remarks if calendar.holidays else None)
        if remark
    ]
    texts = (text for remark in remarks for text in (remark.note, remark.unclear))
    return {joined_lines(text, lang) or "" for text in texts}


def case_by_ids(query: Query, answer: Answer | None = None) -> str:
    """Return the values of a case in one line: `pro · admin · P1 · region=emea`."""
    return " · ".join(
        glued(value if name in _DIMENSIONS_OF_CASE else f"{name}={value}")
        for name, value in case_values(query, answer).items()
    )


def metric_label(id: str, name: str, words: Wording) -> str:
    """Return the name of a metric; without a name, its id as words."""
    if name != id:
        return words.message(name)
    if id == "first-response":
        return words("First response")
    return id.replace("-", " ").replace("_", " ").capitalize()


def priority_label(priority: str, names: Mapping[tuple[str, str], str]) -> str:
    """Return a priority with its name: `P1 Urgent`.

    The id is omitted if the name starts with it, or ends with it in brackets.
    """
    name = names.get(("priority", priority), priority)
    id, text = priority.casefold(), name.casefold()
    starts = text.startswith(id) and not text[len(id) : len(id) + 1].isalnum()
    return name if starts or text.endswith(f"({id})") else f"{priority} {name}"


def fact_meanings(revision: Revision, lang: str) -> dict[tuple[str, str], str]:
    """Return the meanings of the values of facts, except meanings that only repeat the id."""
    meanings = {
        (fact.id, id): say(meaning, lang)
        for fact in revision.facts
        for id, meaning in fact.values.items()
    }
    return {key: text for key, text in meanings.items() if text not in ("", key[1])}


def with_id(name: str, id: str) -> str:
    """Return a name with its id after it, unless they have the same letters: `Ticket (web)`."""

    def letters(text: str) -> str:
        return "".join(filter(str.isalnum, text.casefold()))

    return name if letters(name) == letters(id) else f"{name} {glued(f'({id})')}"


def display_names(revision: Revision, lang: str) -> dict[tuple[str, str], str]:
    """Return the names of plans, roles, channels and priorities by their dimension and id."""
    return {
        (dimension, member.id): say(member.name, lang) or member.id
        for dimension, declared in revision.members().items()
        for member in declared
    }
