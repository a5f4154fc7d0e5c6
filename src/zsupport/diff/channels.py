"""Changes in which channels are allowed, what they ask for, and when they are open."""

from __future__ import annotations

from collections.abc import Iterable

from zsupport.analysis.revision import AnalysedRevision
from zsupport.answer.case import say
from zsupport.answer.space import Cases, union
from zsupport.diff.cases import RevisionPair, resolved
from zsupport.diff.changes import Change, Changes, verdict
from zsupport.diff.hours import CODES, HoursComparison, open_hours
from zsupport.diff.places import Counterparts
from zsupport.policy.model import Channel, Text
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple


class _DecidingPart(NamedTuple):
    """Something in one file that decides in some cases."""

    path: Path
    cases: Cases
    grant: int | None = None  # its position, where it is one


def find_changes(
    pair: RevisionPair, matched: Counterparts, hours: HoursComparison, found: Changes
) -> None:
    """Add what changed in the answers about channels."""
    old, new = pair.old, pair.new
    before, after = old.decisions.allowed & pair.both, new.decisions.allowed & pair.both
    for cases, effect, code, words in (
        (before & ~after, "less", "ZD201", ("allowed", "not allowed")),
        (after & ~before, "more", "ZD202", ("not allowed", "allowed")),
    ):
        for one, other, here in _sources(cases, _grants(old), _grants(new)):
            places = _places(one, other, matched)
            says = "is no longer allowed" if effect == "less" else "is allowed now"
            found.add(Change(code, effect, says, here, *places, *words))
    same = before & after
    _prerequisites(pair, same, matched, found)
    _hours(pair, same, matched, hours, found)
    _contacts(pair, same, found)
    _opening(pair, same, found)


def _grants(side: AnalysedRevision) -> list[_DecidingPart]:
    """Return where each grant decides."""
    return [
        _DecidingPart(("entitlements", number), cases, number)
        for number, cases in enumerate(side.decisions.grants)
        if cases
    ]


def _sources(
    cases: Cases, old: Iterable[_DecidingPart], new: Iterable[_DecidingPart]
) -> list[tuple[_DecidingPart | None, _DecidingPart | None, Cases]]:
    """Return a set of cases by the first source that decides in each file, None where none does."""
    found = []
    for one, here in _by_first(cases, old):
        for other, both in _by_first(here, new):
            found.append((one, other, both))
    return found


def _by_first(
    cases: Cases, sources: Iterable[_DecidingPart]
) -> list[tuple[_DecidingPart | None, Cases]]:
    found: list[tuple[_DecidingPart | None, Cases]] = []
    for source in sources:
        if not cases:
            break
        if here := cases & source.cases:
            found.append((source, here))
            cases &= ~here
    return [*found, (None, cases)] if cases else found


def _places(
    one: _DecidingPart | None, other: _DecidingPart | None, matched: Counterparts
) -> tuple[Path, Path]:
    """Return the places in both files; where nothing decides, that of what stood or stands."""
    if one is not None and other is not None:
        return one.path, other.path
    source = one or other
    assert source is not None
    if source.grant is None:
        # The other file says nothing of the kind of the same channel.
        return source.path, source.path
    old, new = matched.grant(one and one.grant, other and other.grant)
    paths: list[Path] = []
    for known, number in ((one, old), (other, new)):
        grant: Path = ("entitlements",) if number is None else ("entitlements", number)
        paths.append(known.path if known else grant)
    return paths[0], paths[1]


# -- prerequisites ---------------------------------------------------------------------------------


def _needs(side: AnalysedRevision, cases: Cases) -> dict[str, list[_DecidingPart]]:
    """Return what is to be had ready, and by what: of the channel, or of a grant that holds."""
    found: dict[str, list[_DecidingPart]] = {}
    for source, texts, where in side.answers.needed:
        if here := where & cases:
            if isinstance(source, int):
                part = _DecidingPart(("entitlements", source, "prerequisites"), here, source)
            else:
                part = _DecidingPart((*channel_path(side, source), "prerequisites"), here)
            for text in texts:
                found.setdefault(plain(text), []).append(part)
    return found


def _prerequisites(pair: RevisionPair, cases: Cases, matched: Counterparts, found: Changes) -> None:
    old, new = _needs(pair.old, cases), _needs(pair.new, cases)
    added, dropped = _beyond(new, old), _beyond(old, new)
    more, less = union(added.values()), union(dropped.values())
    for part, effect, code in (
        (more & ~less, "less", "ZD203"),
        (less & ~more, "more", "ZD204"),
        (more & less, "either", "ZD205"),
    ):
        # What is asked for in each case: one change says all of it.
        for here, gone, come in _by_texts(part, dropped, added):
            was = [source for text in gone for source in old[text]]
            are = [source for text in come for source in new[text]]
            for one, other, both in _sources(here, was, are):
                says = "; ".join(
                    f"{word} {_listed(texts)}"
                    for word, texts in (("needs", come), ("no longer needs", gone))
                    if texts
                )
                places = _places(one, other, matched)
                words = (_listed(gone) or None, _listed(come) or None)
                found.add(Change(code, effect, says, both, *places, *words))


def _beyond(
    mine: dict[str, list[_DecidingPart]], its: dict[str, list[_DecidingPart]]
) -> dict[str, Cases]:
    """Return where each text is needed on one side only."""
    found = {}
    for text, sources in mine.items():
        theirs = union(source.cases for source in its.get(text, ()))
        if cases := union(source.cases for source in sources) & ~theirs:
            found[text] = cases
    return found


def _by_texts(
    cases: Cases, dropped: dict[str, Cases], added: dict[str, Cases]
) -> list[tuple[Cases, tuple[str, ...], tuple[str, ...]]]:
    """Return a set of cases by what is dropped and added in each."""
    parts: list[tuple[Cases, tuple[str, ...], tuple[str, ...]]] = [(cases, (), ())] if cases else []
    for gone, texts in ((True, dropped), (False, added)):
        for text, where in texts.items():
            split = []
            for here, less, more in parts:
                if within := here & where:
                    split.append(
                        (within, (*less, text), more) if gone else (within, less, (*more, text))
                    )
                if without := here & ~where:
                    split.append((without, less, more))
            parts = split
    return parts


# -- hours -----------------------------------------------------------------------------------------


def _hours(
    pair: RevisionPair, cases: Cases, matched: Counterparts, hours: HoursComparison, found: Changes
) -> None:
    after = open_hours(pair.new, cases)
    for was in open_hours(pair.old, cases):
        left = was.cases
        for now in after:
            here = left & now.cases
            left &= ~here
            effect = hours.of(was, now) if here else "same"
            if effect == "same":
                continue
            if was.names and was.names == now.names:
                for change in hours.changes(was.names, here, effect):
                    found.add(change)
                continue
            for one, other, both in _sources(here, _grants(pair.old), _grants(pair.new)):
                old_path, new_path = _places(one, other, matched)
                says = f"is open {now.text} instead of {was.text}"
                if was.names is None:
                    says = f"is open {now.text}, where no hours were stated"
                elif now.names is None:
                    says = f"is open without stated hours instead of {was.text}"
                words = (was.text, now.text)
                found.add(
                    Change(
                        CODES[effect], effect, says, both, old_path, new_path, *words,
                        of_channels=True,
                    )
                )  # fmt: skip


# -- the channels themselves -----------------------------------------------------------------------


def channel_path(side: AnalysedRevision, id: str) -> Path:
    """Return the path of a channel, which may be known here under an alias."""
    assert side.document.revision is not None
    return ("channels", resolved(side.document.revision.channels)[id.casefold()])


def _contacts(pair: RevisionPair, cases: Cases, found: Changes) -> None:
    after = {channel.id: channel for channel in pair.new.revision.channels}
    for was in pair.old.revision.channels:
        now = after.get(was.id)
        here = cases & pair.space.of("channel", was.id)
        if now is None or not here:
            continue
        paths = channel_path(pair.old, was.id), channel_path(pair.new, was.id)
        for name, before, later in (
            ("address", {was.url} - {None}, {now.url} - {None}),
            ("number", _numbers(was), _numbers(now)),
        ):
            effect = verdict(before <= later, later <= before)
            if effect == "same":
                continue
            code = {"less": "ZD206", "more": "ZD207", "either": "ZD208"}[effect]
            gone, come = sorted(map(str, before - later)), sorted(map(str, later - before))
            says = f"has {'another address' if name == 'address' else 'other numbers'}"
            if effect != "either":
                has = "no longer has" if gone else "now has"
                says = f"{has} the {name} {_listed(gone or come)}"
            key = "url" if name == "address" else "numbers"
            places: tuple[Path, Path] = ((*paths[0], key), (*paths[1], key))
            words = (", ".join(gone) or None, ", ".join(come) or None)
            found.add(Change(code, effect, says, here, *places, *words))
        if was.kind != now.kind and was.opens_case == now.opens_case:
            places = ((*paths[0], "kind"), (*paths[1], "kind"))
            says = f"is of kind {now.kind} instead of {was.kind}"
            found.add(Change("ZD208", "either", says, here, *places, was.kind, now.kind))


def _numbers(channel: Channel) -> set[str]:
    return {f"{each.country} {each.number}" for each in channel.numbers}


def _opening(pair: RevisionPair, cases: Cases, found: Changes) -> None:
    """Add where a channel opens cases on one side only: with them go all targets."""
    before, after = (side.decisions.entitled & cases for side in (pair.old, pair.new))
    was, now = (
        {each.id: each.kind for each in side.revision.channels} for side in (pair.old, pair.new)
    )
    for lost, effect, code, says in (
        (before & ~after, "less", "ZD209", "opens no case any more"),
        (after & ~before, "more", "ZD210", "opens a case now"),
    ):
        for id, kind in now.items() if lost else ():
            if here := lost & pair.space.of("channel", id):
                old: Path = (*channel_path(pair.old, id), "kind")
                new: Path = (*channel_path(pair.new, id), "kind")
                found.add(Change(code, effect, says, here, old, new, was[id], kind))


def plain(text: Text) -> str:
    """Return a text as it is compared: in English, or in its first language."""
    return say(text, "en") or ""


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)
