"""ZS416: two `recommend` entries with the same channels in opposite orders."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from zsupport.answer.space import Cases
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each entry that conflicts with an earlier entry in a case that allows both channels."""
    space, allowed = subject.space, subject.decisions.allowed
    grants = subject.revision.grants
    ordered = [place for place, grant in enumerate(grants) if len(grant.recommend) > 1]
    if len(ordered) < 2:
        return
    matches = {place: space.matches(grants[place].when) & allowed for place in ordered}
    for number, later in enumerate(ordered):
        for earlier in ordered[:number]:
            conflict = _conflict(
                subject,
                grants[earlier].recommend,
                grants[later].recommend,
                matches[earlier] & matches[later],
            )
            if conflict is None:
                continue
            first, second, cases = conflict
            path = ("entitlements", later, "recommend")
            yield Problem(
                path,
                Message(
                    "conflicting recommendations: this entry has `{second}` before"
                    " `{first}`, but an earlier entry for the same cases has `{first}`"
                    " before `{second}`",
                    second=second,
                    first=first,
                ),
                subject.document.first(path),
                hint=Message(
                    "use the same order in both entries, or write conditions that do not overlap"
                ),
                case=subject.witness(cases),
                related=(
                    (
                        ("entitlements", earlier, "recommend"),
                        Message("`{first}` before `{second}`", first=first, second=second),
                    ),
                ),
            )
            break


def _conflict(
    subject: Subject, earlier: tuple[str, ...], later: tuple[str, ...], both: Cases
) -> tuple[str, str, Cases] | None:
    """Find two channels that two entries list in opposite orders; return None if there are none.

    `both` are the cases that both entries match and whose channel is allowed. Return both channels,
    and the cases with the first channel that are also allowed with the second channel.
    """
    space = subject.space
    for first, second in combinations([id for id in earlier if id in later], 2):
        if later.index(first) > later.index(second):
            of_first, of_second = (
                space.shift_to_first("channel", id, both) for id in (first, second)
            )
            if cases := of_first & of_second:
                return first, second, space.shift_back("channel", first, cases)
    return None


RULE = Rule(
    code="ZS416",
    name="conflicting-recommendations",
    severity="warning",
    summary=Message("conflicting orders in two `recommend` entries"),
    check=check,
)
