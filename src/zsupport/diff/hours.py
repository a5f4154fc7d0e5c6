"""Compare the hours of two revisions."""

from __future__ import annotations

from collections.abc import Sequence

from zsupport.analysis.compare import EVERY_INSTANT, NEVER, CountedTime, opening
from zsupport.analysis.deadlines import Clocks, Conditions, Deadlines, moments_of, period_of
from zsupport.analysis.revision import AnalysedRevision
from zsupport.answer.space import Cases
from zsupport.clock.holidays import PublicHolidays
from zsupport.diff.calendars import Calendars, Cause
from zsupport.diff.cases import RevisionPair
from zsupport.diff.changes import Change, Changes, effect_of
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple
from zsupport.wording import Message, enumerated

#: Codes of changed hours by effect: fewer hours are less for the customer.
HOURS_CODES = {"less": "ZD401", "more": "ZD402", "either": "ZD403"}
#: Codes of changed targets by effect: a later deadline is less for the customer.
TARGET_CODES = {"less": "ZD301", "more": "ZD302", "either": "ZD303"}


class ChannelHours(NamedTuple):
    """The hours of a channel in some cases: the union of the hours of its grants.

    `names` is None if the hours are not stated, because a grant states no hours.
    """

    names: tuple[str, ...] | None
    counted: CountedTime
    cases: Cases

    @property
    def text(self) -> str:
        """The names of the hours in words."""
        if self.names is None:
            return Message("not stated")
        if not self.names:
            return Message("never")
        text, *more = self.names
        for name in more:
            text = enumerated((text, name), either=True)
        return text


class HoursComparison:
    """Compares hours of two revisions, and returns the changes with their effects."""

    def __init__(self, pair: RevisionPair, public: PublicHolidays) -> None:
        period = period_of(pair.old.revision, pair.new.revision)
        #: Compares old targets with new targets.
        self.deadlines = Deadlines(period, Clocks(public))
        self._pair = pair
        self.calendars = Calendars(pair, self.effect_of_counted_time)

    def effect(self, old: ChannelHours, new: ChannelHours) -> str:
        """Return the effect of changed hours of a channel."""
        if old.names is None or new.names is None:
            if old.names == new.names:
                return "same"
            # Hours that are not stated are less than 24x7, and not comparable with other hours.
            stated = new if old.names is None else old
            if opening(stated.counted) != EVERY_INSTANT:
                return "either"
            return "more" if stated is new else "less"
        return self.effect_of_counted_time(old.counted, new.counted)

    def effect_of_counted_time(self, old: CountedTime, new: CountedTime) -> str:
        """Return the effect of replacing `old` by `new`."""
        if old == new:
            return "same"
        inclusions = self._pair.difference.inclusions
        return effect_of(inclusions.of(new, old), inclusions.of(old, new))

    def moments(self, cases: Cases) -> list[tuple[Conditions, Cases]]:
        """Split a case set into parts that can be opened at the same moments."""

        def hours(shown: str) -> list[tuple[CountedTime, Cases]]:
            side, name = self._pair.opened[shown]
            return side.decisions.opening(name)

        return moments_of(self._pair.space, cases, hours)

    def changes(self, names: Sequence[str], cases: Cases, effect: str) -> list[Change]:
        """Return the changes that explain this effect on the union of these hours.

        The place of a change is the smallest changed value of a calendar. Changes of unions that
        contain this calendar are part of the same change.
        """
        code = HOURS_CODES[effect]
        causes = self.calendars.causes(names, cases)
        same = [cause for cause in causes if cause.effect == effect]
        if same:
            return [_calendar_change(cause, effect, cases) for cause in same]
        label = enumerated((f"`{name}`" for name in names), either=True)
        message = hours_message(effect, label)
        if len(causes) == 1:
            # The union can have fewer or more hours, although the effect on its member is `either`.
            (cause,) = causes
            if f"`{cause.name}`" != label:
                message = _hours_message_with_cause(effect, label, cause.name)
            return [Change(code, effect, message, cases, cause.old, cause.new)]
        path: Path = ("hours", names[0])
        return [Change(code, effect, message, cases, path, path)]

    def changes_of_target(
        self, metric: str, text: str, name: str, cases: Cases, effect: str
    ) -> list[Change]:
        """Return the changes that explain this effect of the hours `name` on a target.

        Fewer hours can make a deadline earlier: a target that is due at closing is due earlier.
        """
        causes = self.calendars.causes((name,), cases, business_days=True)
        if effect in (self.calendars.effect(name, cases), *(cause.effect for cause in causes)):
            return self.changes((name,), cases, effect)
        message = Message(
            "target {target} for {metric} has a different deadline because hours `{hours}` changed",
            target=text,
            metric=metric,
            hours=name,
        )
        if effect == "less":
            message = Message(
                "target {target} for {metric} is due later because hours `{hours}` changed",
                target=text,
                metric=metric,
                hours=name,
            )
        elif effect == "more":
            message = Message(
                "target {target} for {metric} is due earlier because hours `{hours}` changed",
                target=text,
                metric=metric,
                hours=name,
            )
        path: Path = ("hours", name)
        places = (causes[0].old, causes[0].new) if len(causes) == 1 else (path, path)
        return [Change(TARGET_CODES[effect], effect, message, cases, *places, metric=metric)]

    def find_changes(self, pair: RevisionPair, changes: Changes) -> None:
        """Add changed hours that are not part of a change of a channel or a target.

        These changes affect no case, only the answers to questions about these hours.
        """
        for name in pair.old.revision.hours:
            if name not in pair.new.revision.hours:
                continue
            effect = self.calendars.effect(name, pair.both)
            causes = self.calendars.causes((name,), pair.both)
            differing = self.changes((name,), pair.both, effect) if effect != "same" else []
            if effect == "either" and len(causes) > 1:
                # Report each cause with its own effect: one can remove hours, another add hours.
                differing = [_calendar_change(cause, cause.effect, pair.both) for cause in causes]
            for change in differing:
                assert change.new is not None
                if not changes.includes(change.new, change.effect):
                    changes.add(change._replace(cases=0))


def _calendar_change(cause: Cause, effect: str, cases: Cases) -> Change:
    message = hours_message(effect, f"`{cause.name}`")
    opening = cause.opening if effect == "either" else (None, None)
    return Change(
        HOURS_CODES[effect], effect, message, cases, cause.old, cause.new, opening=opening
    )


def hours_message(effect: str, names: str) -> Message:
    """Return the message for changed hours; `names` is the list of their names as text."""
    if effect == "less":
        return Message("hours {names} are now shorter", names=names)
    if effect == "more":
        return Message("hours {names} are now longer", names=names)
    return Message("hours {names} are now different", names=names)


def _hours_message_with_cause(effect: str, names: str, cause: str) -> Message:
    if effect == "less":
        return Message(
            "hours {names} are now shorter because `{cause}` changed", names=names, cause=cause
        )
    if effect == "more":
        return Message(
            "hours {names} are now longer because `{cause}` changed", names=names, cause=cause
        )
    return Message(
        "hours {names} are now different because `{cause}` changed", names=names, cause=cause
    )


def open_hours(side: AnalysedRevision, cases: Cases) -> list[ChannelHours]:
    """Split cases that allow a channel by the hours of the channel."""
    by_hours = side.decisions.by_hours
    unstated = by_hours.get(None, 0) & cases
    not_stated = [ChannelHours(None, EVERY_INSTANT, unstated)] if unstated else []
    stated = [ChannelHours((), NEVER, cases & ~unstated)]
    # Sorted, so that two sides with the same hours list them in the same order.
    for name in sorted(filter(None, by_hours)):
        before, stated = stated, []
        for hours in before:
            if without := hours.cases & ~by_hours[name]:
                stated.append(hours._replace(cases=without))
            within = hours.cases & by_hours[name]
            parts = side.decisions.opening(name) if within else []
            for counted, part in parts:
                if within & part:
                    names = (*(hours.names or ()), name)
                    stated.append(ChannelHours(names, hours.counted.joined(counted), within & part))
    return [*not_stated, *(hours for hours in stated if hours.cases)]
