"""Compare two policies: the revisions in force on the same days, and the changes between them."""

from __future__ import annotations

from collections.abc import Sequence

from zsupport.analysis.decisions import Decisions
from zsupport.analysis.space import space_of
from zsupport.answer.space import Cases, Space
from zsupport.clock.holidays import PublicHolidays, public_holidays
from zsupport.diff import channels, limits, names, priorities, targets, texts
from zsupport.diff.cases import pair_of
from zsupport.diff.changes import Change, Changes
from zsupport.diff.counterparts import Counterparts
from zsupport.diff.hours import HoursComparison
from zsupport.diff.timeline import Period, SharedPeriod, shared_periods
from zsupport.policy.document import Document
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple
from zsupport.wording import Message


class ComparedCases(NamedTuple):
    """The changes in the cases that both sides know.

    `opening`: the channels that can open a case on both sides.
    """

    space: Space
    both: Cases
    changes: tuple[Change, ...]
    opening: tuple[str, ...]
    values: dict[str, tuple[str, ...]]  # the values of each dimension in these cases


def _compared_cases(
    space: Space, both: Cases, changes: tuple[Change, ...], opening: Cases = 0
) -> ComparedCases:
    """Return `ComparedCases`. `opening`: the cases that both sides can open."""
    channels = space.values_in("channel", opening)
    return ComparedCases(space, both, changes, channels, space.all_values_in(both))


class PeriodDiff(NamedTuple):
    """The changes between the revisions in force in one period; None: no revision in force."""

    old: Document | None
    new: Document | None
    period: Period
    parts: tuple[ComparedCases, ...]
    texts: tuple[Path, ...] = ()  # the places whose wording differs

    @property
    def size(self) -> int:
        """The number of compared cases, without the sets of facts for priorities."""
        return self.parts[0].both.bit_count()


class PolicyDiff(NamedTuple):
    """The changes of one policy. It is added if `old` is empty, and removed if `new` is empty."""

    id: str
    old: tuple[Document, ...]
    new: tuple[Document, ...]
    compared: tuple[PeriodDiff, ...]


def compare(
    old: Sequence[Document],
    new: Sequence[Document],
    public: PublicHolidays = public_holidays,
    *,
    own_days: bool = False,
) -> PolicyDiff:
    """Return the changes between two policies, each with its revisions in order.

    With `own_days`, each side is one revision, and the days on which it is in force are ignored.
    Every document contains a revision. One side can be empty. Raises LimitExceeded, and the errors
    of `public` if the holidays of a country are needed but not available.
    """
    first = (new or old)[0].revision
    assert first is not None
    periods = [SharedPeriod(old[0], new[0], Period())] if own_days else shared_periods(old, new)
    compared = tuple(
        _single_side(shared)
        if shared.old is None or shared.new is None
        else _compare_revisions(shared, public)
        for shared in periods
    )
    return PolicyDiff(first.policy, tuple(old), tuple(new), compared)


def _single_side(shared: SharedPeriod) -> PeriodDiff:
    """Return the change if only one side has a revision in force; it affects all entitled cases."""
    document = shared.old or shared.new
    assert document is not None
    assert document.revision is not None
    space = space_of(document.revision)
    allowed = Decisions(document.revision, space).allowed
    path: Path = ("effective",)
    change = Change(
        "ZD003", "less", Message("no revision is in force any longer"), allowed, path, path
    )
    if shared.old is None:
        message = Message("a revision is now in force")
        change = change._replace(code="ZD004", effect="more", message=message)
    changes = (change,) if allowed else ()
    return PeriodDiff(*shared, (_compared_cases(space, space.every, changes),))


def _compare_revisions(shared: SharedPeriod, public: PublicHolidays) -> PeriodDiff:
    old, new = shared.old, shared.new
    assert old is not None
    assert new is not None
    assert old.revision is not None
    assert new.revision is not None
    if old.source.data == new.source.data:
        space = space_of(old.revision)
        return PeriodDiff(*shared, (_compared_cases(space, space.every, ()),))
    pair = pair_of(old, new, public)
    changes = Changes()
    hours = HoursComparison(pair, public)
    counterparts = Counterparts(old.revision, new.revision)
    was, now = old.revision.policy, new.revision.policy
    if was != now:
        message = Message(
            "id of the policy changed from `{before}` to `{after}`", before=was, after=now
        )
        changes.add(Change("ZD103", "either", message, 0, ("policy",), ("policy",), was, now))
    names.find_changes(pair, changes)
    channels.find_changes(pair, counterparts, hours, changes)
    targets.find_changes(pair, counterparts, hours, changes)
    hours.find_changes(pair, changes)
    limits.find_changes(pair, changes)
    _add_time_zone(old, new, changes)
    priority_changes = Changes()
    known = priorities.find_changes(pair, priority_changes)
    facts = pair.old.facts
    entitled = pair.old.decisions.entitled & pair.new.decisions.entitled & pair.both
    parts = [_compared_cases(pair.space, pair.both, changes.all(), entitled)]
    if facts.values and known:
        parts.append(_compared_cases(facts, known, priority_changes.all()))
    return PeriodDiff(*shared, tuple(parts), texts.changed_places(old.revision, new.revision))


def _add_time_zone(old: Document, new: Document, changes: Changes) -> None:
    """Add a changed time zone if a revision has a first or a last day, because these days move."""
    assert old.revision is not None
    assert new.revision is not None
    was, now = old.revision, new.revision
    dated = any((revision.start, revision.last_day) != (None, None) for revision in (was, now))
    if was.timezone != now.timezone and dated:
        message = Message(
            "time zone of the policy changed from {before} to {after}",
            before=was.timezone,
            after=now.timezone,
        )
        path: Path = ("timezone",)
        values = (was.timezone, now.timezone)
        changes.add(Change("ZD005", "either", message, 0, path, path, *values))


def pair_policies(
    old: Sequence[Document], new: Sequence[Document]
) -> list[tuple[tuple[Document, ...], tuple[Document, ...]]]:
    """Return pairs of the old and the new revisions of each policy, in order.

    Files with the same folder and policy id are revisions of one policy. Two policies are a pair
    if they have the same folder and id, otherwise the same id, otherwise a file of the same name.
    The other side of a policy without a counterpart is empty. If each side has only one policy,
    these two are a pair, even if their ids differ.
    """
    before, after = _policies(old), _policies(new)
    pairs: list[tuple[tuple[Document, ...], tuple[Document, ...]]] = []
    if len(before) == len(after) == 1:
        return [(before.popitem()[1], after.popitem()[1])]
    for same in (
        lambda was, now: was == now,
        lambda was, now: was[1] == now[1],
        lambda was, now: bool(_files(before[was]) & _files(after[now])),
    ):
        for now in list(after):
            was = next((key for key in before if same(key, now)), None)
            if was is not None:
                pairs.append((before.pop(was), after.pop(now)))
    pairs += [((), added) for added in after.values()]
    pairs += [(removed, ()) for removed in before.values()]
    return sorted(pairs, key=lambda pair: (pair[1] or pair[0])[0].source.name)


def _policies(documents: Sequence[Document]) -> dict[tuple[str, str], tuple[Document, ...]]:
    """Return the documents of each folder and policy id, in the order of their first days."""
    policies: dict[tuple[str, str], list[Document]] = {}
    for document in documents:
        assert document.revision is not None
        folder = document.source.name.rpartition("/")[0]
        policies.setdefault((folder, document.revision.policy), []).append(document)
    return {key: tuple(sorted(files, key=_first_day)) for key, files in policies.items()}


def _first_day(document: Document) -> str:
    assert document.revision is not None
    return document.revision.start or ""


def _files(documents: Sequence[Document]) -> set[str]:
    return {document.source.name for document in documents}
