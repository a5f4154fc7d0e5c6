"""Screens for people: the answers to each question as blocks of text.

Each question has a module with `screen(answers, setting)`. One case is a card; several cases are a
matrix, in which equal rows are merged.
"""

from __future__ import annotations

from zsupport.answer.case import AnyAnswers, say
from zsupport.policy.model import Revision
from zsupport.report import Remark
from zsupport.report.screen import LabelledTexts, Paragraph, Section, glued, section
from zsupport.typed import TYPE_CHECKING, NamedTuple, TypeVar
from zsupport.view.notes import remarks_of_policy
from zsupport.view.questions import not_in_force_text
from zsupport.view.times import Times
from zsupport.wording import Message, Naming, argument, name_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zsupport.answer.case import Answer, Warning
    from zsupport.report.screen import Screen

#: The start of an `unclear` text: a doubt of the author of the policy.
_DOUBT = "doubtful: "
AnyRow = TypeVar("AnyRow", bound="Answer")
#: The questions with a screen; the other questions show tables.
SCREENS: tuple[str, ...] = ()


class Setting(NamedTuple):
    """What a screen depends on besides the answers."""

    times: Times
    lang: str
    stated: frozenset[str] = frozenset()  # the options that the person wrote, such as `opened`
    naming: Naming = argument  # how the caller writes a field


def load_screen(question: str) -> Callable[[AnyAnswers, Setting], Screen]:
    """Return the function `screen` of a question in SCREENS."""
    from importlib import import_module

    screen: Callable[[AnyAnswers, Setting], Screen] = import_module(
        f"zsupport.view.screens.{question}"
    ).screen
    return screen


def _no_remarks(_: Answer) -> tuple[Remark, ...]:
    return ()


class Notes:
    """The remarks of rows: numbered if they concern only some rows, else without a number.

    `rows` are the answers on the screen. `own` returns the remarks of the question itself.
    """

    def __init__(
        self,
        revision: Revision,
        rows: Sequence[AnyRow],
        lang: str,
        own: Callable[[AnyRow], Iterable[Remark]] = _no_remarks,
    ) -> None:
        self._texts: dict[int, list[str]] = {}
        rows_of: dict[str, int] = {}
        for row in rows:
            remarks = (*own(row), *remarks_of_policy(row, revision, lang))
            texts = dict.fromkeys(
                _in_words(remark) for remark in remarks if remark.kind != "source"
            )
            self._texts[id(row)] = list(texts)
            for text in texts:
                rows_of[text] = rows_of.get(text, 0) + 1
        self.common = [text for text, count in rows_of.items() if count == len(rows)]
        self._numbers: dict[str, int] = {}

    def marks(self, row: Answer) -> str:
        """Return the marks of a row behind a space, such as ` [1, 2]`; number new remarks."""
        numbers = []
        for text in self._texts.get(id(row), ()):
            if text not in self.common:
                numbers.append(self._numbers.setdefault(text, len(self._numbers) + 1))
        marks = ", ".join(map(str, sorted(numbers)))
        return f" {glued(f'[{marks}]')}" if numbers else ""

    def texts(self, row: Answer) -> list[str]:
        """Return the remarks of a row, for a card."""
        return self._texts.get(id(row), [])

    def section(self) -> Section:
        """Return the remarks: those of every row, then those with a number."""
        return section(
            *(Paragraph(text) for text in map(sentence, self.common)),
            *(Paragraph(sentence(text), marker=f"[{number}]")
              for text, number in self._numbers.items()),
        )  # fmt: skip


def _in_words(remark: Remark) -> str:
    return remark.text.replace("unclear: ", _DOUBT, 1) if remark.kind == "unclear" else remark.text


def sentence(text: str) -> str:
    """Return a text that starts with a capital letter, unless its first word is a name."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.rstrip(":,").isalpha() else text


def closing(answers: AnyAnswers, setting: Setting) -> Section:
    """Return the lines at the end of a screen: assumed facts and warnings."""
    assumed = [
        warning.message.partition(" ")[0]
        for warning in answers.warnings
        if warning.code == "default-fact"
    ]
    text = Message("{facts} (change with {fact})", facts=", ".join(assumed))
    pairs = [("Assumed", name_fields(text, setting.naming))] if assumed else []
    texts = dict.fromkeys(warning.message for warning in _without_assumptions(answers.warnings))
    if not answers.in_force:
        texts[not_in_force_text(answers.revision)] = None
    return section(
        *([LabelledTexts(tuple(pairs))] if pairs else ()),
        *(Paragraph(sentence(text), "yellow") for text in texts),
    )


def _without_assumptions(warnings: Iterable[Warning]) -> list[Warning]:
    return [warning for warning in warnings if warning.code != "default-fact"]


def display_names(revision: Revision, lang: str) -> dict[tuple[str, str], str]:
    """Return the names of plans, roles, channels, priorities by their dimension and id."""
    members = (
        ("plan", revision.plans), ("role", revision.roles), ("channel", revision.channels),
        ("priority", revision.priorities),
    )  # fmt: skip
    return {
        (dimension, member.id): say(member.name, lang) or member.id
        for dimension, declared in members
        for member in declared
    }
