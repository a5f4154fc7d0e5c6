"""Whether hours of one revision are better than those of another, worked out once for each pair."""

from __future__ import annotations

from collections.abc import Sequence

from zsupport.analysis.compare import EVERY_INSTANT, NEVER, Counted, opening
from zsupport.analysis.deadlines import Clocks, Conditions, Deadlines, moments_of, period_of
from zsupport.analysis.revision import AnalysedRevision
from zsupport.answer.space import Cases
from zsupport.clock.holidays import PublicHolidays
from zsupport.diff.calendars import Calendars, Cause
from zsupport.diff.cases import RevisionPair
from zsupport.diff.changes import Change, Changes, verdict
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple

#: Of hours: fewer of them are less for the customer.
CODES = {"less": "ZD401", "more": "ZD402", "either": "ZD403"}
#: Of targets: a later deadline is less for the customer.
SPEED = {"less": "ZD301", "more": "ZD302", "either": "ZD303"}


class ChannelHours(NamedTuple):
    """When a channel is open over some cases: the hours of its grants, which add up.

    `names` are None where a grant states none: nothing is said then.
    """

    names: tuple[str, ...] | None
    counted: Counted
    cases: Cases

    @property
    def text(self) -> str:
        """How the hours are called."""
        return "not stated" if self.names is None else " or ".join(self.names) or "never"


class HoursComparison:
    """The verdicts about the hours of two revisions."""

    def __init__(self, pair: RevisionPair, public: PublicHolidays) -> None:
        #: Compares old targets with new ones.
        period = period_of(pair.old.revision, pair.new.revision)
        self.deadlines = Deadlines(period, Clocks(public))
        self._pair = pair
        self.calendars = Calendars(pair, self.of_counted)

    def of(self, old: ChannelHours, new: ChannelHours) -> str:
        """Return the effect of other hours of a channel."""
        if old.names is None or new.names is None:
            if old.names == new.names:
                return "same"
            # Nothing said is less than day and night, and cannot be compared with anything else.
            stated = new if old.names is None else old
            if opening(stated.counted) != EVERY_INSTANT:
                return "either"
            return "more" if stated is new else "less"
        return self.of_counted(old.counted, new.counted)

    def of_counted(self, old: Counted, new: Counted) -> str:
        """Return the effect of other instants."""
        if old == new:
            return "same"
        inclusions = self._pair.where.inclusions
        return verdict(inclusions.of(new, old), inclusions.of(old, new))

    def moments(self, cases: Cases) -> list[tuple[Conditions, Cases]]:
        """Return parts of a set of cases with the same moments opened."""

        def hours(shown: str) -> list[tuple[Counted, Cases]]:
            side, name = self._pair.opened[shown]
            return side.decisions.opening(name)

        return moments_of(self._pair.space, cases, hours)

    def changes(self, names: Sequence[str], cases: Cases, effect: str) -> list[Change]:
        """Return the change that made these hours others with this effect, or several of them.

        Each stands at the smallest value that is another, in the calendar that changed: unions
        that merely have it as a member are told with it.
        """
        code = CODES[effect]
        causes = self.calendars.causes(names, cases)
        told = [each for each in causes if each.effect == effect]
        if told:
            return [_of_calendar(each, effect, cases) for each in told]
        called = "` or `".join(names)
        says = hours_say(effect, called)
        if len(causes) == 1:
            # Other hours of a member can be more, or less, of the union.
            (cause,) = causes
            if cause.name != called:
                says += f", as `{cause.name}` are others"
            return [Change(code, effect, says, cases, cause.old, cause.new)]
        path: Path = ("hours", names[0])
        return [Change(code, effect, says, cases, path, path)]

    def changes_of_target(
        self, metric: str, text: str, name: str, cases: Cases, effect: str
    ) -> list[Change]:
        """Return the change in hours that gave a target this effect.

        Shorter hours can make a target better: one that is due when they close is due earlier.
        """
        causes = self.calendars.causes((name,), cases, business_days=True)
        if effect in (self.calendars.effect(name, cases), *(each.effect for each in causes)):
            return self.changes((name,), cases, effect)
        word = {"less": "later", "more": "earlier"}.get(effect, "at other times")
        says = f"{metric}: {text} is due {word}, as the hours `{name}` are others"
        path: Path = ("hours", name)
        places = (causes[0].old, causes[0].new) if len(causes) == 1 else (path, path)
        return [Change(SPEED[effect], effect, says, cases, *places, metric=metric)]

    def find_changes(self, pair: RevisionPair, found: Changes) -> None:
        """Add hours that are others now and of which no channel and no target told already.

        Only who asks for these hours by name is told something else: no case is.
        """
        for name in pair.old.revision.hours:
            if name not in pair.new.revision.hours:
                continue
            effect = self.calendars.effect(name, pair.both)
            causes = self.calendars.causes((name,), pair.both)
            told = self.changes((name,), pair.both, effect) if effect != "same" else []
            if effect == "either" and len(causes) > 1:
                # What one member takes and another gives is told of these, and that is enough.
                told = [_of_calendar(each, each.effect, pair.both) for each in causes]
            for change in told:
                assert change.new is not None
                if not found.tells_of(change.new, change.effect):
                    found.add(change._replace(cases=0))


def _of_calendar(cause: Cause, effect: str, cases: Cases) -> Change:
    says = hours_say(effect, cause.name)
    return Change(CODES[effect], effect, says, cases, cause.old, cause.new)


def hours_say(effect: str, name: str) -> str:
    """Return what is said of hours that are others than before under the same name."""
    what = {"less": "shorter than before", "more": "longer than before"}
    return f"the hours `{name}` are {what.get(effect, 'others than before')}"


def open_hours(side: AnalysedRevision, cases: Cases) -> list[ChannelHours]:
    """Return when channels are open over cases in which they are allowed."""
    by_hours = side.decisions.by_hours
    unstated = by_hours.get(None, 0) & cases
    found = [ChannelHours(None, EVERY_INSTANT, unstated)] if unstated else []
    stated = [ChannelHours((), NEVER, cases & ~unstated)]
    # In a fixed order, so that two sides with the same hours list them in the same way.
    for name in sorted(filter(None, by_hours)):
        before, stated = stated, []
        for each in before:
            if without := each.cases & ~by_hours[name]:
                stated.append(each._replace(cases=without))
            within = each.cases & by_hours[name]
            parts = side.decisions.opening(name) if within else []
            for counted, here in parts:
                if within & here:
                    names = (*(each.names or ()), name)
                    stated.append(ChannelHours(names, each.counted.joined(counted), within & here))
    return [*found, *(each for each in stated if each.cases)]
