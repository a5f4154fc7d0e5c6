"""Whether hours of one revision are better than those of another, worked out once for each pair."""

from typing import NamedTuple

from zsupport.analysis.compare import EVERY_INSTANT, Counted, Promised, includes, no_worse
from zsupport.analysis.space import Cases
from zsupport.clock.holidays import PublicHolidays
from zsupport.diff.cases import NEVER, Pair, Side
from zsupport.diff.changes import Change, Changes, verdict

#: Of hours: fewer of them are less for the customer.
CODES = {"less": "ZD401", "more": "ZD402", "either": "ZD403"}


class Open(NamedTuple):
    """When a channel is open over some cases: the hours of its grants, which add up.

    `names` are None where a grant states none: nothing is said then.
    """

    names: tuple[str, ...] | None
    parts: tuple[tuple[str, int], ...]  # which calendars of these hours
    counted: Counted
    cases: Cases

    @property
    def text(self) -> str:
        """How the hours are called."""
        return "not stated" if self.names is None else " or ".join(self.names) or "never"


class Comparison:
    """The verdicts about hours."""

    def __init__(self, public: PublicHolidays) -> None:
        self.public = public
        self._known: dict[str, str] = {}

    def of(self, old: Open, new: Open) -> str:
        """Return the effect of other hours of a channel."""
        if old.names is None or new.names is None:
            if old.names == new.names:
                return "same"
            # Nothing said is less than day and night, and cannot be compared with anything else.
            stated = new if old.names is None else old
            if stated.counted != EVERY_INSTANT:
                return "either"
            return "more" if stated is new else "less"
        return self.of_counted(old.counted, new.counted)

    def of_counted(self, old: Counted, new: Counted) -> str:
        """Return the effect of other instants."""
        if old == new:
            return "same"
        # Calendars hold mappings, which are no keys.
        key = repr((old, new))
        if key not in self._known:
            self._known[key] = verdict(
                includes(new, old, self.public), includes(old, new, self.public)
            )
        return self._known[key]

    def of_promised(self, old: Promised, new: Promised) -> str:
        """Return the effect of another target, or of one that counts over other hours."""
        if old == new:
            return "same"
        key = repr((old, new))
        if key not in self._known:
            self._known[key] = verdict(
                no_worse(new, old, self.public), no_worse(old, new, self.public)
            )
        return self._known[key]

    def changed(self, old: Open, new: Open, one: Side, other: Side) -> str | None:
        """Return the first of the same hours that are others now; None for other names."""
        for (name, number), (same, its) in zip(old.parts, new.parts, strict=False):
            if name != same or old.names != new.names:
                return None
            if self.of_counted(one.hours(name)[number][0], other.hours(name)[its][0]) != "same":
                return name
        return None

    def find_changes(self, pair: Pair, found: Changes) -> None:
        """Add hours that are others now and of which no channel and no target told already.

        Only who asks for these hours by name is told something else: no case is.
        """
        for name in pair.old.revision.hours:
            path = ("hours", name)
            if name not in pair.new.revision.hours or found.tells_of(path):
                continue
            effects = {
                self.of_counted(before, later)
                for before, some in pair.old.hours(name)
                for later, there in pair.new.hours(name)
                if some & there & pair.both
            } - {"same"}
            if effects:
                effect = effects.pop() if len(effects) == 1 else "either"
                says = hours_say(effect, name)
                found.add(Change(CODES[effect], effect, says, 0, path, path))


def hours_say(effect: str, name: str) -> str:
    """Return what is said of hours that are others than before under the same name."""
    what = {"less": "shorter than before", "more": "longer than before"}
    return f"the hours `{name}` are {what.get(effect, 'others than before')}"


def open_hours(side: Side, cases: Cases) -> list[Open]:
    """Return when channels are open over cases in which they are allowed."""
    grants = side.decisions.grants
    by_name: dict[str | None, Cases] = {}
    for grant, allowed in zip(side.revision.grants, grants, strict=True):
        if here := allowed & cases:
            by_name[grant.hours] = by_name.get(grant.hours, 0) | here
    unstated = by_name.pop(None, 0)
    found = [Open(None, (), EVERY_INSTANT, unstated)] if unstated else []
    stated = [Open((), (), NEVER, cases & ~unstated)]
    # In one order, so that two sides with the same hours have the same parts.
    for name in sorted(filter(None, by_name)):
        before, stated = stated, []
        for each in before:
            if without := each.cases & ~by_name[name]:
                stated.append(each._replace(cases=without))
            within = each.cases & by_name[name]
            for number, (counted, here) in enumerate(side.hours(name) if within else ()):
                if within & here:
                    stated.append(
                        Open(
                            (*(each.names or ()), name),
                            (*each.parts, (name, number)),
                            each.counted.joined(counted),
                            within & here,
                        )
                    )
    return [*found, *(each for each in stated if each.cases)]
