"""ZS312: hours without a calendar for a case that uses them."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.space import Cases, union
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield the hours that are used in a case without a calendar."""
    revision = subject.revision
    # A calendar without `when` matches every case.
    listed = {
        hours: calendars
        for hours, calendars in revision.hours.items()
        if all(calendar.when for calendar in calendars)
    }
    if not listed:
        return
    needed = _needed(subject)
    for hours, calendars in listed.items():
        left = needed.get(hours, 0) & ~union(
            subject.decisions.matches_opened(calendar.when) for calendar in calendars
        )
        if left:
            path = ("hours", hours)
            yield Problem(
                path,
                Message("missing calendar in `{hours}` for some cases that use it", hours=hours),
                subject.document.key(path),
                hint=Message("end the list with a calendar without `when`, or widen a `when`"),
                case=subject.witness(left),
            )


def _needed(subject: Subject) -> dict[str, Cases]:
    """Return the cases that use hours, by the id of the hours.

    Hours are used in grants, targets, `opened` and unions.
    """
    revision, decisions = subject.revision, subject.decisions
    needed: dict[str, Cases] = {}

    def add(hours: str | None, cases: Cases) -> None:
        if hours is None or not cases & ~needed.get(hours, 0):
            return
        needed[hours] = needed.get(hours, 0) | cases
        for calendar, decides in decisions.calendars(hours):
            for member in calendar.any:
                add(member, decides & cases)

    for grant, cases in zip(revision.grants, decisions.grants, strict=True):
        add(grant.hours, cases)
    for _, targets in decisions.by_metric():
        for item in targets.stated:
            if item.cell.target.uses_hours:
                add(item.cell.hours, item.decides)
            for alternative in revision.rules[item.rule].when:
                if alternative.opened:
                    bare = alternative._replace(opened=None)
                    add(
                        alternative.opened[1],
                        decisions.opened(subject.space.matches_alternative(bare))
                        & decisions.entitled,
                    )
    return needed


RULE = Rule(
    code="ZS312",
    name="missing-calendar",
    severity="error",
    summary=Message("missing calendar for a case that uses the hours"),
    check=check,
)
