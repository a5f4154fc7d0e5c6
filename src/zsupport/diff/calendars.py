"""Find the smallest change of a calendar that explains changed hours, also of a union."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from zsupport.analysis.compare import CountedTime, counted_time
from zsupport.analysis.space import crossed
from zsupport.answer.space import Cases, union
from zsupport.diff.cases import RevisionPair
from zsupport.policy.model import Holidays, PolicyCalendar
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple

# The key of each field of a calendar and of its holidays. Keys that affect more days come first.
_CALENDAR_KEYS = {
    "timezone": "timezone", "windows": "open", "holidays": "holidays", "seasons": "dates",
    "dates": "dates", "breaks": "breaks", "by_start_date": "holidays-apply-to",
    "apply_holidays": "apply-holidays", "business_days": "business-days",
}  # fmt: skip
_HOLIDAY_KEYS = {
    "country": "country", "subdivision": "subdivision", "add": "add", "remove": "remove",
    "frozen": "frozen", "exchanged": "exchanged", "frozen_exchanged": "frozen-exchanged",
    "covers": "covers",
}  # fmt: skip


class Cause(NamedTuple):
    """A change of a calendar: the name of its hours, its places, and its effect on these hours."""

    name: str
    old: Path
    new: Path
    effect: str
    #: For hours that are neither longer nor shorter: see `Change.opening`.
    opening: tuple[int | None, int | None] = (None, None)


class Calendars:
    """The calendars of two revisions, compared once for each name."""

    def __init__(
        self, pair: RevisionPair, effect_of: Callable[[CountedTime, CountedTime], str]
    ) -> None:
        self._pair = pair
        self._effect_of = effect_of
        self._causes: dict[str, list[tuple[Cause, Cases]]] = {}

    def causes(
        self, names: Sequence[str], cases: Cases, *, business_days: bool = False
    ) -> list[Cause]:
        """Return the changes of calendars that affect these hours in at least one of the cases.

        `business_days`: include changes that affect business days but no opening.
        """
        causes = [
            cause
            for name in names
            for cause, affected in self._causes_of(name)
            if affected & cases and (business_days or cause.effect != "same")
        ]
        return list(dict.fromkeys(causes))

    def effect(self, name: str, cases: Cases) -> str:
        """Return the total effect of all changes of the hours `name` in these cases."""
        before, after = (side.decisions.opening(name) for side in self._pair[:2])
        effects = {
            self._effect_of(was, now)
            for was, now, shared in crossed(before, after)
            if shared & cases
        } - {"same"}
        return "same" if not effects else effects.pop() if len(effects) == 1 else "either"

    def _causes_of(self, name: str) -> list[tuple[Cause, Cases]]:
        if name not in self._causes:
            causes: dict[Cause, Cases] = {}
            for cause, cases in self._compare(name):
                causes[cause] = causes.get(cause, 0) | cases
            self._causes[name] = list(causes.items())
        return self._causes[name]

    def _compare(self, name: str) -> Iterator[tuple[Cause, Cases]]:
        old, new = self._pair.old, self._pair.new
        if name not in old.revision.hours or name not in new.revision.hours:
            return
        before, after = old.decisions.calendars(name), new.decisions.calendars(name)
        numbered = (
            [((place, calendar), cases) for place, (calendar, cases) in enumerate(calendars)]
            for calendars in (before, after)
        )
        for (old_place, was), (new_place, now), shared in crossed(*numbered):
            cases = shared & self._pair.both
            if not cases:
                continue
            paths = (
                old.document.calendar(name, old_place),
                new.document.calendar(name, new_place),
            )
            if was.any and now.any and set(was.any) == set(now.any):
                for member in now.any:
                    yield from (
                        (cause, affected & cases) for cause, affected in self._causes_of(member)
                    )
            elif was.any or now.any:
                effect = self.effect(name, cases)
                places = (*paths[0], "any"), (*paths[1], "any")
                yield Cause(name, *places, effect), cases
            else:
                times = (
                    counted_time(was, old.revision.timezone),
                    counted_time(now, new.revision.timezone),
                )
                if times[0] != times[1]:
                    places = self._places(was, now, *paths)
                    cause = Cause(name, *places, self._effect_of(*times))
                    if cause.effect == "either":
                        known = self._pair.difference.inclusions
                        opening = (
                            known.first_difference(*times),
                            known.first_difference(*times[::-1]),
                        )
                        cause = cause._replace(opening=opening)
                    yield cause, cases
        # Cases that have a calendar on one side only.
        path: Path = ("hours", name)
        covered = union(cases for _, cases in before), union(cases for _, cases in after)
        for present, other, effect in ((*covered, "less"), (*covered[::-1], "more")):
            if rest := present & ~other & self._pair.both:
                yield Cause(name, path, path, effect), rest

    def _places(
        self, was: PolicyCalendar, now: PolicyCalendar, old: Path, new: Path
    ) -> tuple[Path, Path]:
        """Return the places of the first key that differs between two calendars."""
        zones = was.timezone, now.timezone
        if zones == (None, None):
            sides = self._pair.old.revision, self._pair.new.revision
            if sides[0].timezone != sides[1].timezone:
                return ("timezone",), ("timezone",)
        for field, key in _CALENDAR_KEYS.items():
            before, later = getattr(was, field), getattr(now, field)
            if before == later:
                continue
            inside: Path = (key,)
            if isinstance(before, Holidays) and isinstance(later, Holidays):
                changed_key = _first_changed(before._asdict(), later._asdict(), [*_HOLIDAY_KEYS])
                if not changed_key and before.customer == later.customer:
                    continue  # only the wording differs
                inside = (key, *(_HOLIDAY_KEYS[str(field)] for field in changed_key))
            elif isinstance(before, dict):
                (day,) = _first_changed(before, later, sorted({*before, *later}))
                return self._days((*old, key), (*new, key), str(day))
            return (*old, *inside), (*new, *inside)
        return old, new

    def _days(self, old: Path, new: Path, day: str) -> tuple[Path, Path]:
        """Return the places of a day in both files, which can spell it differently."""
        return self._pair.old.document.day(old, day), self._pair.new.document.day(new, day)


def _first_changed(old: dict[str, object], new: dict[str, object], keys: Sequence[str]) -> Path:
    """Return the first key with a changed value; empty if all values are equal."""
    changed = next((key for key in keys if old.get(key) != new.get(key)), None)
    return () if changed is None else (changed,)
