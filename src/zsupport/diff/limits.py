"""Changes of limits."""

from __future__ import annotations

from zsupport.analysis.answers import DecidedValue
from zsupport.analysis.quotas import allows_no_less
from zsupport.analysis.revision import AnalysedRevision
from zsupport.diff.cases import RevisionPair
from zsupport.diff.changes import Change, Changes, effect_of
from zsupport.policy.model import Quota
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def find_changes(pair: RevisionPair, changes: Changes) -> None:
    """Add the changed limits. A limit and no stated limit cannot be compared."""
    for topic, before, after, cases in pair.difference.limits():
        part = cases & pair.both
        if not part:
            continue
        (old, was), (new, now) = _limit(pair.old, topic, before), _limit(pair.new, topic, after)
        effect = "either"
        code = "ZD605" if was is None else "ZD604"
        if was is not None and now is not None:
            effect = effect_of(allows_no_less(now, was), allows_no_less(was, now))
            if effect == "same":
                continue  # such as `1 per month` and `12 per year`
            code = {"less": "ZD601", "more": "ZD602"}.get(effect, "ZD603")
        message = Message(
            "limit of {topic} changed from {before} to {after}",
            topic=new[1] if len(new) > 1 else old[1],
            before=before.value or Message("not stated"),
            after=after.value or Message("not stated"),
        )
        changes.add(Change(code, effect, message, part, old, new, before.value, after.value))


def _limit(side: AnalysedRevision, topic: str, decided: DecidedValue) -> tuple[Path, Quota | None]:
    """Return the place of a limit and its quota, None if no limit is stated.

    The topic is in lower case.
    """
    limits = {name.casefold(): (name, terms) for name, terms in side.revision.limits().items()}
    if topic not in limits:
        return ("limits",), None
    name, terms = limits[topic]
    path: Path = ("limits", name)
    if decided.entry is None:
        return path, None
    place = side.document.limit(name, decided.entry)
    return place if place == path else (*place, "is"), terms[decided.entry].quota
