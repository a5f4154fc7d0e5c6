"""The questions by name, and the JSON documents of their answers.

Each question is a module of this package with a `QUESTION`.
"""

from __future__ import annotations

from zsupport.answer.case import (
    Answers,
    AnyAnswers,
    Details,
    Row,
    Warning,
    absent_members,
    policy_of,
    say,
)
from zsupport.clock.zones import tzdata_version
from zsupport.dates import UTC, tzinfo
from zsupport.policy.model import NOUNS, Revision
from zsupport.report import Report
from zsupport.typed import TYPE_CHECKING, Generic, Mapping, NamedTuple
from zsupport.version import FORMAT, VERSION
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from zsupport.view.explain import Explainer

QUESTIONS = ("channels", "due", "hours", "priority", "topics", "terms", "advise")

#: The fields of a question in the JSON document, with their types.
OF_CASE: Mapping[str, Any] = {
    **dict.fromkeys(("plan", "role", "channel", "priority"), str | None),
    "facts": Mapping[str, str],
}
OF_CUSTOMER: Mapping[str, Any] = {"customer_tz": str | None, "customer_country": str | None}


class QuestionView(NamedTuple, Generic[Row, Details]):
    """How to show the answers to a question: the JSON names, the report, the reasons.

    `answer` is the type of an answer; `query` returns the fields of the question, except `at`, with
    their types. The schema contains them.
    """

    name: str
    answer: type[Row]
    query: Callable[[], Mapping[str, Any]]
    show: Callable[[Answers[Row, Details], dict[str, Any], tzinfo, str], Report]
    explain: Callable[[Row, Explainer[Row, Details]], list[str]]

    def why(
        self,
        answers: Answers[Row, Details],
        where: str,
        zone_shown: tzinfo = UTC,
        before_answer: Callable[[int, int], None] = lambda number, total: None,
        most: int | None = None,
    ) -> list[str]:
        """Return lines that explain the answers.

        `where` is written before the name of a file. Times are in the zone `zone_shown`. Each
        answer has a line, then a line for each place in the policy that decided. `before_answer` is
        called with the number of the answer, from 0, and with the number of all answers. With more
        than `most` lines, the rest of the answers is not explained.
        """
        from zsupport.view.explain import Explainer

        explaining = Explainer(answers, where, zone_shown)
        lines: list[str] = []
        for number, answer in enumerate(answers):
            if most is not None and len(lines) > most:
                break
            before_answer(number, len(answers))
            lines += self.explain(answer, explaining)
        return lines


def load_question(name: str) -> QuestionView[Any, Any]:
    """Return the question of this name in QUESTIONS."""
    from importlib import import_module

    question: QuestionView[Any, Any] = import_module(f"zsupport.view.{name}").QUESTION
    return question


def versions(*, public_holidays: bool = False) -> dict[str, Any]:
    """Return the versions that an answer depends on; `public_holidays` adds that of holidays."""
    holidays = None
    if public_holidays:
        from zsupport.clock.holidays import holidays_version

        holidays = holidays_version()
    return {
        "program": VERSION,
        "format": FORMAT,
        "tzdata": tzdata_version(),
        "holidays": holidays,
    }


def document(
    kind: str,
    answers: AnyAnswers,
    query: dict[str, Any],
    records: tuple[dict[str, Any], ...],
    warnings: tuple[Warning, ...],
) -> dict[str, Any]:
    """Return the JSON document of answers."""
    return {
        "schema": f"zsupport.{kind}/1",
        "policy": policy_of(answers.revision),
        "query": {**query, **({"facts": dict(query["facts"])} if "facts" in query else {})},
        "answers": list(records),
        "warnings": [warning._asdict() for warning in warnings],
        "versions": versions(public_holidays=answers.public_holidays),
    }


def all_warnings(answers: AnyAnswers, lang: str) -> tuple[Warning, ...]:
    """Return the warnings of the answers and the warnings about their revision."""
    revision = answers.revision
    result = list(answers.warnings)
    if not answers.in_force:
        result.append(Warning("not-in-force", not_in_force_text(revision)))
    result += [Warning("not-in-revision", text) for text in absent_texts(answers)]
    doubt = say(revision.validity.unclear, lang)
    if doubt:
        result.append(Warning("unclear-validity", doubt))
    return tuple(result)


def absent_texts(answers: AnyAnswers) -> list[Message]:
    """Return a text for each name of the question that only another revision defines."""
    revision = answers.revision
    if not answers.in_force:
        return []
    members = revision.members()
    texts = []
    for name, value in absent_members(revision, answers.query._asdict()).items():
        kind, plural = NOUNS[name]
        ids = ", ".join(member.id for member in members[name])
        if revision.start is None:
            text = Message(
                "the revision in force until {last} has no {kind} `{name}`; {plural}: {ids};"
                " {at} selects another revision",
                last=revision.last_day, kind=kind, name=value, plural=plural, ids=ids,
            )  # fmt: skip
        else:
            text = Message(
                "the revision in force from {start} has no {kind} `{name}`; {plural}: {ids};"
                " {at} selects another revision",
                start=revision.start, kind=kind, name=value, plural=plural, ids=ids,
            )  # fmt: skip
        texts.append(text)
    return texts


def not_in_force_text(revision: Revision) -> Message:
    """Return the sentence that states when the nearest revision is in force."""
    policy, start, last = revision.policy, revision.start, revision.last_day
    if start and last:
        return Message(
            "the nearest revision of the policy `{policy}` is in force from {start} to {last}",
            policy=policy, start=start, last=last,
        )  # fmt: skip
    if start:
        return Message(
            "the nearest revision of the policy `{policy}` is in force from {start}",
            policy=policy, start=start,
        )  # fmt: skip
    return Message(
        "the nearest revision of the policy `{policy}` is in force until {last}",
        policy=policy, last=last,
    )  # fmt: skip
