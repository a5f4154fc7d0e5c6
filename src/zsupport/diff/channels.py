"""Changes of the allowed channels, their prerequisites and their hours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from zsupport.analysis.revision import AnalysedRevision
from zsupport.answer.case import say
from zsupport.answer.space import Cases, union
from zsupport.diff.cases import RevisionPair, ids_by_name
from zsupport.diff.changes import CHANNELS, Change, Changes, effect_of
from zsupport.diff.counterparts import Counterparts
from zsupport.diff.hours import HOURS_CODES, HoursComparison, open_hours
from zsupport.diff.priorities import effect_of_priority, same_priority
from zsupport.policy.model import DETAILS, Channel, Detail, Revision, Text
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple
from zsupport.wording import Counted, Message, joined


class _DecidingEntry(NamedTuple):
    """An entry of one file that decides in some cases."""

    path: Path
    cases: Cases
    grant: int | None = None  # the position, if the entry is a grant


def find_changes(
    pair: RevisionPair, counterparts: Counterparts, hours: HoursComparison, changes: Changes
) -> None:
    """Add the changes of the answers for channels."""
    old, new = pair.old, pair.new
    before, after = old.decisions.allowed & pair.both, new.decisions.allowed & pair.both
    for part, change in (
        (
            before & ~after,
            Change(
                "ZD201",
                "less",
                Counted(
                    "{channels} is no longer allowed",
                    "{channels} are no longer allowed",
                    1,
                    channels=CHANNELS,
                ),
                0,
                before=Message("allowed"),
                after=Message("not allowed"),
            ),
        ),
        (
            after & ~before,
            Change(
                "ZD202",
                "more",
                Counted(
                    "{channels} is now allowed",
                    "{channels} are now allowed",
                    1,
                    channels=CHANNELS,
                ),
                0,
                before=Message("not allowed"),
                after=Message("allowed"),
            ),
        ),
    ):
        for was, now, cases in _split_by_entries(part, _grants(old), _grants(new)):
            paths = _places(was, now, counterparts)
            changes.add(change._replace(cases=cases, old=paths[0], new=paths[1]))
    same = before & after
    _compare_prerequisites(pair, same, counterparts, changes)
    _compare_hours(pair, same, counterparts, hours, changes)
    _compare_details(pair, same, counterparts, changes)
    _compare_contacts(pair, same, changes)
    _compare_case_channels(pair, same, changes)
    _compare_priorities(pair, same, changes)


def _grants(side: AnalysedRevision) -> list[_DecidingEntry]:
    """Return the grants with the cases in which they decide."""
    return [
        _DecidingEntry(("entitlements", number), cases, number)
        for number, cases in enumerate(side.decisions.grants)
        if cases
    ]


def _split_by_entries(
    cases: Cases, old: Iterable[_DecidingEntry], new: Iterable[_DecidingEntry]
) -> list[tuple[_DecidingEntry | None, _DecidingEntry | None, Cases]]:
    """Split a case set by the first entry that decides in each file; None if no entry does."""
    return [
        (was, now, shared)
        for was, decided in _split_by_entry(cases, old)
        for now, shared in _split_by_entry(decided, new)
    ]


def _split_by_entry(
    cases: Cases, sources: Iterable[_DecidingEntry]
) -> list[tuple[_DecidingEntry | None, Cases]]:
    parts: list[tuple[_DecidingEntry | None, Cases]] = []
    for source in sources:
        if not cases:
            break
        if decided := cases & source.cases:
            parts.append((source, decided))
            cases &= ~decided
    return [*parts, (None, cases)] if cases else parts


def _places(
    was: _DecidingEntry | None, now: _DecidingEntry | None, counterparts: Counterparts
) -> tuple[Path, Path]:
    """Return the places in both files. A missing entry has the place of its counterpart."""
    if was is not None and now is not None:
        return was.path, now.path
    source = was or now
    assert source is not None
    if source.grant is None:
        # Use the same path in both files for a key of a channel.
        return source.path, source.path
    old, new = counterparts.grant(was and was.grant, now and now.grant)
    paths: list[Path] = []
    for known, number in ((was, old), (now, new)):
        grant: Path = ("entitlements",) if number is None else ("entitlements", number)
        paths.append(known.path if known else grant)
    return paths[0], paths[1]


# -- prerequisites ---------------------------------------------------------------------------------


def _prerequisite_entries(side: AnalysedRevision, cases: Cases) -> dict[str, list[_DecidingEntry]]:
    """Return each prerequisite with the entries that state it: channels and grants."""
    needs: dict[str, list[_DecidingEntry]] = {}
    for source, texts, where in side.answers.prerequisite_parts:
        if part := where & cases:
            if isinstance(source, int):
                entry = _DecidingEntry(("entitlements", source, "prerequisites"), part, source)
            else:
                entry = _DecidingEntry((*channel_path(side, source), "prerequisites"), part)
            for text in texts:
                needs.setdefault(text_to_compare(text), []).append(entry)
    return needs


def _compare_prerequisites(
    pair: RevisionPair, cases: Cases, counterparts: Counterparts, changes: Changes
) -> None:
    old, new = _prerequisite_entries(pair.old, cases), _prerequisite_entries(pair.new, cases)
    added, dropped = _only_in(new, old), _only_in(old, new)
    more, less = union(added.values()), union(dropped.values())
    for part, effect, code in (
        (more & ~less, "less", "ZD203"),
        (less & ~more, "more", "ZD204"),
        (more & less, "either", "ZD205"),
    ):
        # One change names all prerequisites that changed in the same cases.
        for split, removed_texts, added_texts in _split_by_texts(part, dropped, added):
            was = [source for text in removed_texts for source in old[text]]
            now = [source for text in added_texts for source in new[text]]
            for old_part, new_part, shared in _split_by_entries(split, was, now):
                values = _quoted_list(removed_texts), _quoted_list(added_texts)
                message = _prerequisite_message(*values)
                places = _places(old_part, new_part, counterparts)
                before, after = (value or None for value in values)
                changes.add(Change(code, effect, message, shared, *places, before, after))


def _prerequisite_message(removed: str, added: str) -> Message:
    """Return the message for removed prerequisites, added prerequisites, or both."""
    if removed and added:
        return Counted(
            "{channels} now requires {added} and no longer {removed}",
            "{channels} now require {added} and no longer {removed}",
            1,
            channels=CHANNELS,
            added=added,
            removed=removed,
        )
    if added:
        return Counted(
            "{channels} now requires {added}",
            "{channels} now require {added}",
            1,
            channels=CHANNELS,
            added=added,
        )
    return Counted(
        "{channels} no longer requires {removed}",
        "{channels} no longer require {removed}",
        1,
        channels=CHANNELS,
        removed=removed,
    )


def _only_in(
    side: dict[str, list[_DecidingEntry]], other: dict[str, list[_DecidingEntry]]
) -> dict[str, Cases]:
    """Return for each text of `side` the cases in which only this side requires it."""
    result = {}
    for text, sources in side.items():
        other_cases = union(source.cases for source in other.get(text, ()))
        if cases := union(source.cases for source in sources) & ~other_cases:
            result[text] = cases
    return result


def _split_by_texts(
    cases: Cases, dropped: dict[str, Cases], added: dict[str, Cases]
) -> list[tuple[Cases, tuple[str, ...], tuple[str, ...]]]:
    """Split a case set into parts with the same removed and added texts."""
    parts: list[tuple[Cases, tuple[str, ...], tuple[str, ...]]] = [(cases, (), ())] if cases else []
    for is_removed, texts in ((True, dropped), (False, added)):
        for text, where in texts.items():
            split = []
            for part, less, more in parts:
                if within := part & where:
                    split.append(
                        (within, (*less, text), more)
                        if is_removed
                        else (within, less, (*more, text))
                    )
                if without := part & ~where:
                    split.append((without, less, more))
            parts = split
    return parts


# -- hours -----------------------------------------------------------------------------------------


def _compare_hours(
    pair: RevisionPair,
    cases: Cases,
    counterparts: Counterparts,
    hours: HoursComparison,
    changes: Changes,
) -> None:
    after = open_hours(pair.new, cases)
    for was in open_hours(pair.old, cases):
        left = was.cases
        for now in after:
            part = left & now.cases
            left &= ~part
            effect = hours.effect(was, now) if part else "same"
            if effect == "same":
                continue
            if was.names and was.names == now.names:
                for change in hours.changes(was.names, part, effect):
                    changes.add(change)
                continue
            for old_part, new_part, shared in _split_by_entries(
                part, _grants(pair.old), _grants(pair.new)
            ):
                old_path, new_path = _places(old_part, new_part, counterparts)
                message = Message(
                    "hours of {channels} changed from {before} to {after}",
                    channels=CHANNELS,
                    before=was.text,
                    after=now.text,
                )
                changes.add(
                    Change(
                        HOURS_CODES[effect], effect, message, shared, old_path, new_path,
                        was.text, now.text,
                    )
                )  # fmt: skip


# -- other details -------------------------------------------------------------------------------


def _compare_details(
    pair: RevisionPair, cases: Cases, counterparts: Counterparts, changes: Changes
) -> None:
    """Add the changes of details without rules of their own; a detail can be not stated."""
    for key, pairs in pair.difference.details().items():
        detail = DETAILS[key]
        assert detail.no_worse is not None
        for was, now, differing in pairs:
            effect = "either"
            if was and now:
                effect = effect_of(detail.no_worse(now, was), detail.no_worse(was, now))
            if effect == "same" or not differing & cases:
                continue
            before, after = (_listed(detail, value) for value in (was, now))
            message = Message(
                "{detail} of {channels} changed from {before} to {after}",
                detail=detail.label_in_grant,
                channels=CHANNELS,
                before=before,
                after=after,
            )
            code = {"less": "ZD214", "more": "ZD215"}.get(effect, "ZD216")
            for old_part, new_part, shared in _split_by_entries(
                differing & cases, _grants(pair.old), _grants(pair.new)
            ):
                places = _places(old_part, new_part, counterparts)
                changes.add(Change(code, effect, message, shared, *places, before, after))


def _listed(detail: Detail, value: Any) -> str:
    """Return the items of a value in words."""
    if not value:
        return Message("not stated")
    return joined([text_to_compare(text) for text in detail.texts(value)], ", ")


# -- the channels themselves -----------------------------------------------------------------------


def channel_path(side: AnalysedRevision, id: str) -> Path:
    """Return the path of a channel by its id, or by an alias."""
    assert side.document.revision is not None
    return ("channels", ids_by_name(side.document.revision.channels)[id.casefold()])


def _compare_contacts(pair: RevisionPair, cases: Cases, changes: Changes) -> None:
    after = {channel.id: channel for channel in pair.new.revision.channels}
    for was in pair.old.revision.channels:
        now = after.get(was.id)
        part = cases & pair.space.of("channel", was.id)
        if now is None or not part:
            continue
        paths = channel_path(pair.old, was.id), channel_path(pair.new, was.id)
        for name, before, later in (
            ("address", {was.url} - {None}, {now.url} - {None}),
            ("number", _numbers(was), _numbers(now)),
        ):
            effect = effect_of(before <= later, later <= before)
            if effect == "same":
                continue
            code = {"less": "ZD206", "more": "ZD207", "either": "ZD208"}[effect]
            removed, added = sorted(map(str, before - later)), sorted(map(str, later - before))
            key = "url" if name == "address" else "numbers"
            places: tuple[Path, Path] = ((*paths[0], key), (*paths[1], key))
            message = _contact_message(was.id, name, removed, added)
            values = (", ".join(removed) or None, ", ".join(added) or None)
            changes.add(Change(code, effect, message, part, *places, *values))
        if was.kind != now.kind and was.opens_case == now.opens_case:
            places = ((*paths[0], "kind"), (*paths[1], "kind"))
            message = Message(
                "kind of `{channel}` changed from {before} to {after}",
                channel=was.id,
                before=was.kind,
                after=now.kind,
            )
            changes.add(Change("ZD208", "either", message, part, *places, was.kind, now.kind))


def _contact_message(
    channel: str, name: str, removed: Sequence[str], added: Sequence[str]
) -> Message:
    if name == "address":
        if removed and added:
            return Message("`{channel}` has a different address", channel=channel)
        if removed:
            return Message(
                "`{channel}` no longer has the address {removed}",
                channel=channel,
                removed=_quoted_list(removed),
            )
        return Message(
            "`{channel}` now has the address {added}", channel=channel, added=_quoted_list(added)
        )
    if removed and added:
        return Message("the phone numbers of `{channel}` changed", channel=channel)
    if removed:
        return Message(
            "numbers of `{channel}` removed: {removed}",
            channel=channel,
            removed=_quoted_list(removed),
        )
    return Message(
        "numbers of `{channel}` added: {added}", channel=channel, added=_quoted_list(added)
    )


def _numbers(channel: Channel) -> set[str]:
    return {f"{number.country} {number.number}" for number in channel.numbers}


def _compare_case_channels(pair: RevisionPair, cases: Cases, changes: Changes) -> None:
    """Add the channels that can open a case on one side only. Their targets are not compared."""
    before, after = (side.decisions.entitled & cases for side in (pair.old, pair.new))
    was, now = (
        {channel.id: channel.kind for channel in side.revision.channels}
        for side in (pair.old, pair.new)
    )
    for differing, effect, code in (
        (before & ~after, "less", "ZD209"),
        (after & ~before, "more", "ZD210"),
    ):
        for id, kind in now.items() if differing else ():
            if part := differing & pair.space.of("channel", id):
                message = Message("`{channel}` can now open a case", channel=id)
                if effect == "less":
                    message = Message("`{channel}` can no longer open a case", channel=id)
                old: Path = (*channel_path(pair.old, id), "kind")
                new: Path = (*channel_path(pair.new, id), "kind")
                changes.add(Change(code, effect, message, part, old, new, was[id], kind))


def _compare_priorities(pair: RevisionPair, cases: Cases, changes: Changes) -> None:
    """Add the channels in which a case now has another priority after it was opened."""
    after = {channel.id: channel for channel in pair.new.revision.channels}
    known = [priority.id for priority in pair.new.revision.priorities]
    cases &= pair.old.decisions.entitled & pair.new.decisions.entitled
    for was in pair.old.revision.channels:
        now = after.get(was.id)
        if now is None or not (was.priority or now.priority):
            continue
        old: Path = (*channel_path(pair.old, was.id), *(["priority"] if was.priority else []))
        new: Path = (*channel_path(pair.new, now.id), *(["priority"] if now.priority else []))
        for raised in (item.id for item in pair.old.revision.priorities if item.id in known):
            part = cases & pair.space.of("channel", was.id) & pair.space.of("priority", raised)
            before = opened_priority(was, raised, pair.old.revision)
            later = opened_priority(now, raised, pair.new.revision)
            if not part or same_priority(before, later, pair.old.revision, pair.new.revision):
                continue
            effect = effect_of_priority(before, later, pair.old.revision, pair.new.revision)
            code = {"less": "ZD211", "more": "ZD212", "either": "ZD213"}[effect]
            message = Message(
                "priority of cases in `{channel}` changed from {before} to {after}",
                channel=was.id,
                before=before,
                after=later,
            )
            changes.add(Change(code, effect, message, part, old, new, before, later))


def opened_priority(channel: Channel, raised: str, revision: Revision) -> str:
    """Return the priority of a case after it was opened in a channel."""
    own = channel.priority
    return (own.of(raised, revision.urgency()) if own else None) or raised


def text_to_compare(text: Text) -> str:
    """Return a text in English, or else in its first language."""
    return say(text, "en") or ""


def _quoted_list(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)
