"""The grants that apply to a case, their remarks, and the reasons for a denied channel."""

from __future__ import annotations

from zsupport.answer.case import Because, Case, matching, reasons
from zsupport.answer.remarks import remarks_of_alternatives
from zsupport.policy.model import Alternative, Grant, Remarks, Revision, Term
from zsupport.typed import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


#: An entry with a condition.
Entry = TypeVar("Entry", bound="Grant | Term")


class ApplyingGrant(NamedTuple):
    """A grant that applies, and the alternatives of its condition that match."""

    grant: Grant
    matched: tuple[Alternative, ...]


class EntriesByValue(Generic[Entry]):
    """Grants or terms by the values of a dimension that their conditions name."""

    def __init__(self, entries: Sequence[Entry], dimension: str) -> None:
        self._entries = entries
        self._of_any_value: list[int] = []
        self._of_value: dict[str, list[int]] = {}
        self._of_case: dict[str | None, list[Entry]] = {}
        for position, entry in enumerate(entries):
            named = [alternative.values.get(dimension) for alternative in entry.when] or [None]
            if None in named:
                self._of_any_value.append(position)
                continue
            for value in {value for values in named for value in values or ()}:
                self._of_value.setdefault(value, []).append(position)

    def of(self, value: str | None) -> Sequence[Entry]:
        """Return the entries that can apply to a case with this value, in written order.

        The other entries name only other values.
        """
        own = [] if value is None else self._of_value.get(value, [])
        key = value if own else None
        if key not in self._of_case:
            positions = sorted([*self._of_any_value, *own])
            self._of_case[key] = [self._entries[n] for n in positions]
        return self._of_case[key]


def applying_grants(grants: Iterable[Grant], case: Case, channel: str) -> list[ApplyingGrant]:
    """Return the grants that allow `channel` in `case`, in written order."""
    result = []
    for grant in grants:
        if channel in grant.allow and (matched := matching(grant.when, case)):
            result.append(ApplyingGrant(grant, matched))
    return result


def joined_hours(applying: list[ApplyingGrant]) -> str | None:
    """Return the names of the hours of grants, joined by commas; None if a grant states no hours.

    Then the policy does not state when the channel is open.
    """
    names = [grant.grant.hours for grant in applying]
    return None if None in names else ", ".join(dict.fromkeys(name for name in names if name))


def remarks_of_grants(applying: list[ApplyingGrant]) -> list[Remarks]:
    """Return the remarks of grants, and of the alternatives of their conditions that match."""
    return [
        r
        for grant in applying
        for r in (grant.grant.remarks, *remarks_of_alternatives(grant.matched))
    ]


def denial_reasons(revision: Revision, channel: str | None) -> tuple[Because, ...]:
    """Return the reasons for a denial: the grants of the channel, none of which applies.

    If the channel has no grant, the reason is the section `entitlements`. Without a channel, the
    reasons are all grants of channels that open a case.
    """
    opens = {c.id for c in revision.channels if c.opens_case}
    places = [
        grant.place
        for grant in revision.grants
        if (channel in grant.allow if channel else opens.intersection(grant.allow))
    ]
    return reasons(revision, places or [revision.grants_place])
