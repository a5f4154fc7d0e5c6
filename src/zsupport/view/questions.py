"""The questions, by name: each is a module of this package with a `QUESTION`."""

from __future__ import annotations

from zsupport.answer.case import Answers, Details, Row
from zsupport.dates import UTC, tzinfo
from zsupport.report import Report
from zsupport.typed import TYPE_CHECKING, Generic, Mapping, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from zsupport.view.explain import Explaining

QUESTIONS = ("channels", "due", "hours", "priority", "topics", "terms")

#: Fields of the question, as the JSON document repeats them, with their types.
OF_CASE: Mapping[str, Any] = {
    **dict.fromkeys(("plan", "role", "channel", "priority"), str | None),
    "facts": Mapping[str, str],
}
OF_CUSTOMER: Mapping[str, Any] = {"customer_tz": str | None, "customer_country": str | None}


class QuestionView(NamedTuple, Generic[Row, Details]):
    """How to show the answers to a question: the JSON names, the report, the reasons.

    `answer` is the type of an answer; `query` returns the fields of the question with their types,
    except `at`, for the schema.
    """

    name: str
    answer: type[Row]
    query: Callable[[], Mapping[str, Any]]
    show: Callable[[Answers[Row, Details], dict[str, Any], tzinfo, str], Report]
    explain: Callable[[Row, Explaining[Row, Details]], list[str]]

    def why(
        self, answers: Answers[Row, Details], where: str, zone_shown: tzinfo = UTC
    ) -> list[str]:
        """Return lines that explain the answers.

        `where` goes before the name of the file, and clock time is shown in `zone_shown`.
        Every answer has a line of its own, then a line for each place in the policy that decided.
        """
        from zsupport.view.explain import Explaining

        explaining = Explaining(answers, where, zone_shown)
        return [line for answer in answers for line in self.explain(answer, explaining)]


def load_question(name: str) -> QuestionView[Any, Any]:
    """Return the question of this name in QUESTIONS."""
    from importlib import import_module

    question: QuestionView[Any, Any] = import_module(f"zsupport.view.{name}").QUESTION
    return question
