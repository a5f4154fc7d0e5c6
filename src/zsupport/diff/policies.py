"""Two policies compared: on which days which revisions meet, and what changed between these."""

from __future__ import annotations

from collections.abc import Sequence

from zsupport.analysis.decisions import Decisions
from zsupport.analysis.space import space_of
from zsupport.answer.space import Cases, Space
from zsupport.clock.holidays import PublicHolidays, public_holidays
from zsupport.diff import channels, names, priorities, targets, words
from zsupport.diff.cases import pair_of
from zsupport.diff.changes import Change, Changes
from zsupport.diff.hours import HoursComparison
from zsupport.diff.places import Counterparts
from zsupport.diff.timeline import Meeting, Period, meetings
from zsupport.policy.document import Document
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple


class ComparedCases(NamedTuple):
    """Changes over the cases that both know; `opening`: the channels that open a case in both."""

    space: Space
    both: Cases
    changes: tuple[Change, ...]
    opening: tuple[str, ...]
    values: dict[str, tuple[str, ...]]  # that stand in some case which both know


def _part(
    space: Space, both: Cases, changes: tuple[Change, ...], opening: Cases = 0
) -> ComparedCases:
    """Return a part; `opening` are the cases in which a case can be opened in both."""
    channels = space.met("channel", opening)
    return ComparedCases(space, both, changes, channels, space.every_met(both))


class Compared(NamedTuple):
    """What changed on some days, between the revisions in force then; None: none is."""

    old: Document | None
    new: Document | None
    period: Period
    parts: tuple[ComparedCases, ...]
    words: tuple[Path, ...] = ()  # where only words differ

    @property
    def size(self) -> int:
        """How many cases were compared; combinations of facts for a priority are none."""
        return self.parts[0].both.bit_count()


class PolicyDiff(NamedTuple):
    """What changed in one policy; without revisions on one side it is gone, or new."""

    id: str
    old: tuple[Document, ...]
    new: tuple[Document, ...]
    compared: tuple[Compared, ...]


def compare(
    old: Sequence[Document],
    new: Sequence[Document],
    public: PublicHolidays = public_holidays,
    *,
    own_days: bool = False,
) -> PolicyDiff:
    """Return what changed between two policies, each with its revisions in order.

    With `own_days` each side is one revision, and their days are left out of the comparison.
    Every document holds a revision. One side may be empty. Raises TooMuch, and what
    `public` raises where the holidays of a country are needed and not to be had.
    """
    first = (new or old)[0].revision
    assert first is not None
    met = [Meeting(old[0], new[0], Period())] if own_days else meetings(old, new)
    compared = tuple(
        _alone(each) if each.old is None or each.new is None else _together(each, public)
        for each in met
    )
    return PolicyDiff(first.policy, tuple(old), tuple(new), compared)


def _alone(meeting: Meeting) -> Compared:
    """Return what it means that on one side nothing is in force: all that was or is allowed."""
    document = meeting.old or meeting.new
    assert document is not None
    assert document.revision is not None
    space = space_of(document.revision)
    allowed = Decisions(document.revision, space).allowed
    path: Path = ("effective",)
    change = Change("ZD003", "less", "no revision is in force any more", allowed, path, path)
    if meeting.old is None:
        says = "a revision is in force, where none was"
        change = change._replace(code="ZD004", effect="more", says=says)
    changes = (change,) if allowed else ()
    return Compared(*meeting, (_part(space, space.every, changes),))


def _together(meeting: Meeting, public: PublicHolidays) -> Compared:
    old, new = meeting.old, meeting.new
    assert old is not None
    assert new is not None
    assert old.revision is not None
    assert new.revision is not None
    if old.source.data == new.source.data:
        space = space_of(old.revision)
        return Compared(*meeting, (_part(space, space.every, ()),))
    pair = pair_of(old, new, public)
    found = Changes()
    hours = HoursComparison(pair, public)
    matched = Counterparts(old.revision, new.revision)
    was, now = old.revision.policy, new.revision.policy
    if was != now:
        says = f"the policy is called `{now}` instead of `{was}`"
        found.add(Change("ZD103", "either", says, 0, ("policy",), ("policy",), was, now))
    names.find_changes(pair, found)
    channels.find_changes(pair, matched, hours, found)
    targets.find_changes(pair, matched, hours, found)
    hours.find_changes(pair, found)
    _zones(old, new, found)
    of_facts = Changes()
    known = priorities.find_changes(pair, of_facts)
    facts = pair.old.facts
    entitled = pair.old.decisions.entitled & pair.new.decisions.entitled & pair.both
    parts = [_part(pair.space, pair.both, found.all(), entitled)]
    if facts.values and known:
        parts.append(_part(facts, known, of_facts.all()))
    return Compared(*meeting, tuple(parts), words.changed(old.revision, new.revision))


def _zones(old: Document, new: Document, found: Changes) -> None:
    """Add another zone of the policy where days begin in it; hours are compared themselves."""
    assert old.revision is not None
    assert new.revision is not None
    was, now = old.revision, new.revision
    dated = any((each.start, each.last_day) != (None, None) for each in (was, now))
    if was.timezone != now.timezone and dated:
        says = f"its days begin in {now.timezone} instead of {was.timezone}"
        path: Path = ("timezone",)
        words = (was.timezone, now.timezone)
        found.add(Change("ZD005", "either", says, 0, path, path, *words))


def paired(
    old: Sequence[Document], new: Sequence[Document]
) -> list[tuple[tuple[Document, ...], tuple[Document, ...]]]:
    """Return the policies of two sides, each with its revisions in order, as pairs.

    The files of one folder that share an id are revisions of one policy. It is the same policy
    where folder and id are the same, else where the id is, else where the file is; one for
    which there is nothing on the other side stands alone. Where each side has one policy only,
    these two are compared, whatever they are called.
    """
    before, after = _policies(old), _policies(new)
    pairs: list[tuple[tuple[Document, ...], tuple[Document, ...]]] = []
    if len(before) == len(after) == 1:
        return [(before.popitem()[1], after.popitem()[1])]
    for same in (
        lambda one, other: one == other,
        lambda one, other: one[1] == other[1],
        lambda one, other: bool(_files(before[one]) & _files(after[other])),
    ):
        for other in list(after):
            one = next((each for each in before if same(each, other)), None)
            if one is not None:
                pairs.append((before.pop(one), after.pop(other)))
    pairs += [((), each) for each in after.values()] + [(each, ()) for each in before.values()]
    return sorted(pairs, key=lambda pair: (pair[1] or pair[0])[0].source.name)


def _policies(documents: Sequence[Document]) -> dict[tuple[str, str], tuple[Document, ...]]:
    """Return documents by folder and id, each policy's in the order of their first days."""
    found: dict[tuple[str, str], list[Document]] = {}
    for document in documents:
        assert document.revision is not None
        folder = document.source.name.rpartition("/")[0]
        found.setdefault((folder, document.revision.policy), []).append(document)
    return {key: tuple(sorted(each, key=_first_day)) for key, each in found.items()}


def _first_day(document: Document) -> str:
    assert document.revision is not None
    return document.revision.start or ""


def _files(documents: Sequence[Document]) -> set[str]:
    return {document.source.name for document in documents}
