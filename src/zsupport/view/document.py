"""The JSON documents: answers with what they were given from."""

from __future__ import annotations

from zsupport.answer.case import AnyAnswers, Warning, policy_of
from zsupport.clock.zones import tzdata_version
from zsupport.policy.model import Revision
from zsupport.typed import TYPE_CHECKING
from zsupport.version import FORMAT, VERSION

if TYPE_CHECKING:
    from typing import Any


def versions(*, public_holidays: bool = False) -> dict[str, Any]:
    """Return the versions that an answer depends on, with `public_holidays` also of their data."""
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
    """Return the document of one kind of answers."""
    return {
        "schema": f"zsupport.{kind}/1",
        "policy": policy_of(answers.revision),
        "query": {**query, **({"facts": dict(query["facts"])} if "facts" in query else {})},
        "answers": list(records),
        "warnings": [each._asdict() for each in warnings],
        "versions": versions(public_holidays=answers.public_holidays),
    }


def all_warnings(answers: AnyAnswers, lang: str) -> tuple[Warning, ...]:
    """Return the warnings of the answers and those about the revision that gave them."""
    from zsupport.answer.case import say

    revision = answers.revision
    found = list(answers.warnings)
    if not answers.in_force:
        found.append(Warning("not-in-force", not_in_force(revision)))
    doubt = say(revision.validity.unclear, lang)
    if doubt:
        found.append(Warning("unclear-validity", doubt))
    return tuple(found)


def not_in_force(revision: Revision) -> str:
    """Return the sentence that says why no revision is in force: when the nearest one is."""
    since = f" from {revision.start}" if revision.start else ""
    until = f" until {revision.last_day}" if revision.last_day else ""
    return f"the nearest revision of the policy `{revision.policy}` is in force{since}{until}"
