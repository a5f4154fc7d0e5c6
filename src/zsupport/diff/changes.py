"""The kinds of changes of answers, and the class of each change for each audience."""

from __future__ import annotations

from zsupport.analysis.deadlines import DeadlinesAtMoment
from zsupport.answer.space import Cases
from zsupport.findings import Code
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: The value `channels` of a message. A headline shows the channels of the changed cases instead.
CHANNELS = "{channels}"

AUDIENCES = ("customer", "support")
#: The most severe class first.
CLASSES = ("breaking", "risky", "compatible")

# The class of a change for each audience, by the effect of the change for the customer:
# - less, more: the customer gets less, or more, than before
# - either: the old and the new answer cannot be compared
# - name-removed, name-new: a name is removed or added, but what is promised stays the same
# - same: what is promised stays the same
_CLASSES = {
    "customer": {
        "less": "breaking", "more": "compatible", "either": "risky",
        "name-removed": "breaking", "name-new": "compatible", "same": "compatible",
    },
    "support": {
        "less": "compatible", "more": "breaking", "either": "risky",
        "name-removed": "compatible", "name-new": "compatible", "same": "compatible",
    },
}  # fmt: skip


def class_of(effect: str, audience: str) -> str:
    """Return the class of a change with this effect for an audience of AUDIENCES."""
    return _CLASSES[audience][effect]


class Change(NamedTuple):
    """A change of answers with one cause: the places in the two files that decide them."""

    code: str
    effect: str
    #: What changed, without the affected cases. Its value `channels`, if any, is CHANNELS.
    message: Message
    cases: Cases  # the cases whose answers differ
    old: Path | None = None  # None: the file has no such entry
    new: Path | None = None
    before: str | None = None
    after: str | None = None
    metric: str | None = None
    #: For targets that cannot be compared: a moment at which the new deadline is later, and one at
    #: which it is earlier.
    moments: tuple[DeadlinesAtMoment | None, DeadlinesAtMoment | None] = (None, None)
    #: For hours that cannot be compared: the first instant at which only the new hours are open,
    #: and the first at which only the old ones are.
    opening: tuple[int | None, int | None] = (None, None)


def effect_of(not_worse: bool, not_better: bool) -> str:
    """Return the effect of a new value, from its comparison with the old value."""
    return {(True, True): "same", (True, False): "more", (False, True): "less"}.get(
        (not_worse, not_better), "either"
    )


class Changes:
    """A collection of changes. Changes that differ only in their cases are combined."""

    def __init__(self) -> None:
        self._changes: dict[Change, Change] = {}

    def add(self, change: Change) -> None:
        """Add a change, or add its cases to an equal change with the same places."""
        key = change._replace(cases=0, moments=(None, None))
        known = self._changes.get(key, change)
        self._changes[key] = known._replace(cases=known.cases | change.cases)

    def includes(self, path: Path, effect: str) -> bool:
        """Return whether a change has this effect and this place in the new file."""
        return any((change.new, change.effect) == (path, effect) for change in self._changes)

    def all(self) -> tuple[Change, ...]:
        """Return every change with all of its cases, in the order in which they were added."""
        return tuple(self._changes.values())


_ALL = (
    # ZD0: the policy itself
    Code("ZD001", "policy-removed", Message("policy removed")),
    Code("ZD002", "policy-added", Message("policy added")),
    Code("ZD003", "not-in-force", Message("days on which no revision is in force any longer")),
    Code("ZD004", "in-force", Message("days on which a revision is now in force")),
    Code("ZD005", "different-time-zone", Message("different time zone of the policy")),
    # ZD1: names
    Code(
        "ZD101", "name-removed", Message("id or alias removed: questions that use it are refused")
    ),
    Code("ZD102", "name-added", Message("id or alias added")),
    Code("ZD103", "name-changed", Message("name with a different meaning or spelling")),
    Code("ZD104", "different-default", Message("different default of a fact")),
    # ZD2: channels
    Code("ZD201", "channel-removed", Message("channel no longer allowed")),
    Code("ZD202", "channel-added", Message("channel now allowed")),
    Code("ZD203", "prerequisite-added", Message("prerequisite added to a channel")),
    Code("ZD204", "prerequisite-removed", Message("prerequisite removed from a channel")),
    Code("ZD205", "different-prerequisites", Message("prerequisite of a channel replaced")),
    Code("ZD206", "contact-removed", Message("address or number removed from a channel")),
    Code("ZD207", "contact-added", Message("address or number added to a channel")),
    Code("ZD208", "different-contact", Message("different kind, address or numbers of a channel")),
    Code("ZD209", "opens-no-case", Message("channel that can no longer open a case")),
    Code("ZD210", "opens-case", Message("channel that can now open a case")),
    Code("ZD211", "lower-priority", Message("less urgent priority of the cases of a channel")),
    Code("ZD212", "higher-priority", Message("more urgent priority of the cases of a channel")),
    Code(
        "ZD213",
        "different-priority-of-channel",
        Message("different priority of the cases of a channel, neither more nor less urgent"),
    ),
    Code("ZD214", "less-service", Message("less service in a channel")),
    Code("ZD215", "more-service", Message("more service in a channel")),
    Code(
        "ZD216",
        "different-service",
        Message("different service in a channel, neither less nor more"),
    ),
    # ZD3: targets
    Code("ZD301", "slower", Message("longer target")),
    Code("ZD302", "faster", Message("shorter target")),
    Code("ZD303", "different-target", Message("different target, neither longer nor shorter")),
    Code("ZD304", "target-removed", Message("target removed")),
    Code("ZD305", "target-added", Message("target added")),
    Code(
        "ZD306", "target-statement-changed", Message("target changed between `none` and not stated")
    ),
    Code("ZD307", "condition-added", Message("condition added to a target")),
    Code("ZD308", "condition-removed", Message("condition removed from a target")),
    Code("ZD309", "different-condition", Message("different condition of a target")),
    Code("ZD310", "weaker-commitment", Message("weaker commitment")),
    Code("ZD311", "stronger-commitment", Message("stronger commitment")),
    Code(
        "ZD312",
        "commitment-statement-changed",
        Message("commitment changed between `none` and not stated"),
    ),
    Code("ZD313", "pauses-added", Message("metric with a clock that can now be paused")),
    Code("ZD314", "pauses-removed", Message("metric with a clock that can no longer be paused")),
    Code(
        "ZD315", "different-start", Message("metric with a clock that starts at a different event")
    ),
    Code(
        "ZD316",
        "different-change",
        Message("metric whose clock a change during a case affects differently"),
    ),
    # ZD4: hours
    Code("ZD401", "fewer-hours", Message("fewer hours")),
    Code("ZD402", "more-hours", Message("more hours")),
    Code("ZD403", "different-hours", Message("different hours, neither more nor fewer")),
    # ZD5: priorities
    Code("ZD501", "less-urgent", Message("facts that lead to a less urgent priority, or to none")),
    Code("ZD502", "more-urgent", Message("facts that lead to a more urgent priority")),
    Code(
        "ZD503",
        "different-priority",
        Message("facts that lead to a different priority, neither more nor less urgent"),
    ),
    # ZD6: limits
    Code("ZD601", "lower-limit", Message("lower limit")),
    Code("ZD602", "higher-limit", Message("higher limit")),
    Code("ZD603", "different-limit", Message("different limit, neither lower nor higher")),
    Code("ZD604", "limit-removed", Message("limit that is no longer stated")),
    Code("ZD605", "limit-added", Message("limit stated where none was stated")),
)

#: Every kind of change. A released code keeps its meaning.
CODES: dict[str, Code] = {code.code: code for code in _ALL}
