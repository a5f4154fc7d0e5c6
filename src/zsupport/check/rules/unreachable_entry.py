"""ZS412: an unreachable calendar, commitment or limit of a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zsupport.answer.space import Cases
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import Commitment, PolicyCalendar, Term
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple
from zsupport.wording import Message


class _Messages(NamedTuple):
    """The messages about an unreachable entry of a kind."""

    decided_earlier: Message
    matches_no_case: Message


_CALENDAR = _Messages(
    Message("unreachable calendar: earlier entries decide all of its cases"),
    Message("unreachable calendar: its `when` matches no case"),
)
_COMMITMENT = _Messages(
    Message("unreachable commitment: earlier entries decide all of its cases"),
    Message("unreachable commitment: its `when` matches no case"),
)
_LIMIT = _Messages(
    Message("unreachable limit: earlier entries decide all of its cases"),
    Message("unreachable limit: its `when` matches no case"),
)


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each entry whose cases are all decided by earlier entries."""
    revision, document = subject.revision, subject.document
    for hours, calendars in revision.hours.items():
        if len(calendars) > 1:
            paths = [document.calendar(hours, place) for place in range(len(calendars))]
            decided = subject.decisions.calendars(hours)
            yield from _unreachable(subject, _CALENDAR, paths, decided)
    if len(revision.commitments) > 1:
        paths = [("commitment", place) for place in range(len(revision.commitments))]
        yield from _unreachable(subject, _COMMITMENT, paths, subject.decisions.commitments())
    for topic, limits in subject.decisions.limits.items():
        paths = [document.limit(topic, place) for place in range(len(limits))]
        yield from _unreachable(subject, _LIMIT, paths, limits)


def _unreachable(
    subject: Subject,
    messages: _Messages,
    paths: list[Path],
    decided: Sequence[tuple[PolicyCalendar | Commitment | Term, Cases]],
) -> Iterator[Problem]:
    all_matched = [subject.decisions.matches_opened(entry.when) for entry, _ in decided]
    for position, matched in enumerate(all_matched):
        if not decided[position][1] and not subject.excluded(matched):
            path = paths[position]
            yield Problem(
                path,
                messages.decided_earlier if matched else messages.matches_no_case,
                subject.document.first(path),
                hint=Message("move it before them, or change a `when`")
                if matched
                else Message("change its `when`"),
                case=subject.witness(matched) if matched else None,
                related=tuple(
                    (paths[above], Message("this entry decides first"))
                    for above in range(position)
                    if all_matched[above] & matched
                ),
            )


RULE = Rule(
    code="ZS412",
    name="unreachable-entry",
    severity="error",
    summary=Message("unreachable calendar, commitment or limit in a list"),
    check=check,
)
