"""What the reference answers in every case of a policy, for claims about all of them.

A case has, beside its dimensions, a side of each of the hours that an `opened` names: `opened
office` is inside or outside. Answers are values without places, so that those of two spellings of
a policy can be compared.
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from .definition import ALWAYS, MISSING, Case, Clock, Path, Target, read
from .remembering import Remembering

OPENED = "opened "
#: The remarks that are part of an answer.
SAID = ("note", "unclear")


def always(path: Path) -> bool | None:
    """Say that hours are open: on which side of them a case lies is a part of it."""
    return True


class Channel(NamedTuple):
    """What is answered about the channel of a case."""

    allowed: bool
    prerequisites: frozenset[str | None]
    hours: frozenset[str] | None
    recommended: int | None
    remarks: frozenset[tuple[str, str]]


class Promised(NamedTuple):
    """What is answered about a metric in a case; `hours` are the calendars as they are written."""

    state: str
    target: str | None
    published: str | None
    condition: str | None
    commitment: str | None
    hours: tuple[str, ...]
    remarks: frozenset[tuple[str, str]]


class Judge(Remembering):
    """The reference, with the moment opened as a part of the case."""

    def __init__(self, document: Any) -> None:
        super().__init__(document)
        whens = [self.at(path).get("when", {}) for path in self.entries("targets")]
        parts = [part for when in whens for part in (when if isinstance(when, list) else [when])]
        named = dict.fromkeys(part["opened"].split()[1] for part in parts if "opened" in part)
        self._led_by: dict[tuple[str, ...], str | None] = {}
        #: The dimensions of a case, with the hours that an `opened` names.
        self.sides = {f"{OPENED}{name}": self._sides(name) for name in named}

    def _sides(self, name: str) -> list[str]:
        return ["inside"] if name == "24x7" else ["inside", "outside"]

    def inside(self, name: str, case: Case, clock: Clock) -> bool | None:
        """Return whether the case was opened inside hours: as the case says, if they are ever."""
        known = any(path != MISSING for path in self.hours(name, case).calendars)
        return known and bool(case[f"{OPENED}{name}"] == "inside")

    def every_combination(self) -> Iterator[dict[str, str]]:
        """Yield every combination of values, those included whose facts exclude their priority."""
        values = {**self.values, **self.sides}
        for chosen in product(*values.values()):
            yield dict(zip(values, chosen, strict=True))

    def every_case(self) -> Iterator[dict[str, str]]:
        """Yield every case that exists."""
        yield from filter(self.exists, self.every_combination())

    def exists(self, case: Case) -> bool:
        """Return whether the facts of a case do not exclude its priority (rule 19)."""
        return not self.facts_decide or self.led_by(case) == case["priority"]

    def led_by(self, case: Case) -> str | None:
        """Return the priority that the facts of a case lead to."""
        facts = tuple(case[name] for name in self.facts)
        if facts not in self._led_by:
            self._led_by[facts] = self.priority(case)
        return self._led_by[facts]

    def grants(self, case: Case) -> tuple[Path, ...]:
        """Return the grants that allow the channel of a case."""
        return self.entitlement(case).grants

    def channel(self, case: Case) -> Channel:
        """Return what is answered about the channel of a case."""
        answer = self.entitlement(case)
        said = self._said(answer.rests)
        return Channel(answer.allowed, answer.prerequisites, answer.hours, answer.recommended, said)

    def decides(self, case: Case, metric: str) -> Target:
        """Return the target of a metric in a case, with the cell that decides."""
        return self.target(case, metric, always)

    def promised(self, case: Case) -> list[Promised]:
        """Return what is answered about each metric in a case."""
        targets = [self.decides(case, metric) for metric in self.metrics]
        return [
            Promised(
                target.state, target.target, target.published, target.condition,
                target.commitment, tuple(map(self.written, target.calendars)),
                self._said(target.rests),
            )
            for target in targets
        ]  # fmt: skip

    def answers(self, case: Case) -> list[Any]:
        """Return all that is answered in a case."""
        return [self.channel(case), *self.promised(case)]

    def written(self, path: Path) -> str:
        if path in (ALWAYS, MISSING):
            return str(path[0])
        return json.dumps({key: value for key, value in self.at(path).items() if key != "when"})

    def _said(self, rests: frozenset[Path]) -> frozenset[tuple[str, str]]:
        return frozenset((k, json.dumps(t)) for _, k, t in self.remarks(rests) if k in SAID)


def judge(text: str) -> Judge:
    """Return the judge of a policy as it is written."""
    return Judge(read(text))
