"""What can change in the answers, and what each change means for whom."""

from __future__ import annotations

from zsupport.analysis.deadlines import DeadlinesAtMoment
from zsupport.answer.space import Cases
from zsupport.findings import Code
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple

AUDIENCES = ("customer", "support")
#: From the gravest on.
CLASSES = ("breaking", "risky", "compatible")

# What a change is for those who ask: less or more than before; either, where it cannot be told
# which; a name gone or new, with which nothing was or is promised; the same, said otherwise.
_CLASSES = {
    "customer": {
        "less": "breaking", "more": "compatible", "either": "risky",
        "name-gone": "breaking", "name-new": "compatible", "same": "compatible",
    },
    "support": {
        "less": "compatible", "more": "breaking", "either": "risky",
        "name-gone": "compatible", "name-new": "compatible", "same": "compatible",
    },
}  # fmt: skip


def class_of(effect: str, audience: str) -> str:
    """Return the class of a change with this effect for an audience of AUDIENCES."""
    return _CLASSES[audience][effect]


class Change(NamedTuple):
    """One change with one cause: the places in the old and the new file that decide."""

    code: str
    effect: str
    says: str  # what changed, without for whom
    cases: Cases  # in which the answer differs
    old: Path | None = None  # None: nothing of the kind stands there
    new: Path | None = None
    before: str | None = None
    after: str | None = None
    metric: str | None = None
    of_channels: bool = False  # what it says is said of the channels of its cases
    #: Of targets that cannot be compared: where the new one is due later, and where earlier.
    moments: tuple[DeadlinesAtMoment | None, DeadlinesAtMoment | None] = (None, None)


def verdict(new: bool, old: bool) -> str:
    """Return the effect, where `new` is no worse than what was, and `old` than what is."""
    return {(True, True): "same", (True, False): "more", (False, True): "less"}.get(
        (new, old), "either"
    )


class Changes:
    """Changes as they are found; what has one cause and one effect is one change."""

    def __init__(self) -> None:
        self._found: dict[Change, Change] = {}

    def add(self, change: Change) -> None:
        """Add a change, or its cases to one that says the same of the same places."""
        key = change._replace(cases=0, moments=(None, None))
        known = self._found.get(key, change)
        self._found[key] = known._replace(cases=known.cases | change.cases)

    def tells_of(self, path: Path, effect: str) -> bool:
        """Return whether a change with an effect was found that a place in the new file made."""
        return any((change.new, change.effect) == (path, effect) for change in self._found)

    def all(self) -> tuple[Change, ...]:
        """Return every change with all of its cases, in the order in which they were found."""
        return tuple(self._found.values())


_ALL = (
    # ZD0: the policy itself
    Code("ZD001", "policy-gone", "a policy is no longer there"),
    Code("ZD002", "policy-added", "a policy is new"),
    Code("ZD003", "not-in-force", "no revision is in force any more on some days"),
    Code("ZD004", "in-force", "a revision is in force on days on which none was"),
    Code("ZD005", "other-zone", "days and hours of the policy are those of another zone"),
    # ZD1: names
    Code("ZD101", "name-gone", "an id or alias is no longer known: questions with it are refused"),
    Code("ZD102", "name-added", "an id or alias is new"),
    Code("ZD103", "name-moved", "a name stands for another id than before"),
    Code("ZD104", "other-default", "a fact that is left out is taken to be something else"),
    # ZD2: channels
    Code("ZD201", "channel-gone", "a channel is no longer allowed"),
    Code("ZD202", "channel-added", "a channel is allowed that was not"),
    Code("ZD203", "prerequisite-added", "a channel asks for more than before"),
    Code("ZD204", "prerequisite-dropped", "a channel asks for less than before"),
    Code("ZD205", "other-prerequisites", "a channel asks for other things than before"),
    Code("ZD206", "contact-gone", "an address or number of a channel is gone"),
    Code("ZD207", "contact-added", "a channel has another address or number"),
    Code("ZD208", "other-contact", "the kind, address or numbers of a channel are others"),
    Code("ZD209", "opens-no-case", "no case can be opened any more by a channel"),
    Code("ZD210", "opens-case", "a case can be opened by a channel that opened none"),
    # ZD3: targets
    Code("ZD301", "slower", "a target is longer than before"),
    Code("ZD302", "faster", "a target is shorter than before"),
    Code("ZD303", "other-target", "of the old and the new target neither is the better one"),
    Code("ZD304", "target-gone", "nothing is promised where something was"),
    Code("ZD305", "target-added", "something is promised where nothing was"),
    Code("ZD306", "other-silence", "a target that was not stated is said to be none, or back"),
    Code("ZD307", "condition-added", "a target holds on a condition only"),
    Code("ZD308", "condition-dropped", "a target holds without its condition"),
    Code("ZD309", "other-condition", "a target holds on another condition"),
    Code("ZD310", "weaker-commitment", "a target binds less than before"),
    Code("ZD311", "stronger-commitment", "a target binds more than before"),
    Code("ZD312", "other-commitment", "how a target binds is said, or no longer said"),
    Code("ZD313", "pauses-added", "the clock of a metric can be stopped"),
    Code("ZD314", "pauses-dropped", "the clock of a metric can no longer be stopped"),
    Code("ZD315", "other-start", "the clock of a metric starts at another event"),
    # ZD4: hours
    Code("ZD401", "fewer-hours", "hours are shorter than before"),
    Code("ZD402", "more-hours", "hours are longer than before"),
    Code("ZD403", "other-hours", "of the old and the new hours neither include the others"),
    # ZD5: priorities
    Code("ZD501", "less-urgent", "facts lead to a less urgent priority, or to none"),
    Code("ZD502", "more-urgent", "facts lead to a more urgent priority"),
    Code("ZD503", "other-priority", "facts lead to a priority that cannot be compared"),
)

#: Every kind of change. A code, once released, keeps its meaning.
CODES: dict[str, Code] = {code.code: code for code in _ALL}
