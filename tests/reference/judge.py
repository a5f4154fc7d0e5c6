"""Answers of the reference in all cases of a policy.

A case has its dimensions, and a value for the hours of each `opened`: `opened office` is inside or
outside. Answers have no places, so that the answers of two spellings of a policy can be compared.
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from .caching import CachedReference
from .definition import ALWAYS, MISSING, Case, Clock, Path, Target, read

OPENED = "opened "
#: The keys of remarks that are part of an answer.
REMARKS = ("note", "unclear")


def always_open(path: Path) -> bool | None:
    """Return True: the case itself states inside or outside."""
    return True


class Channel(NamedTuple):
    """The answer for the channel of a case."""

    allowed: bool
    prerequisites: frozenset[str | None]
    hours: frozenset[str] | None
    recommended: int | None
    remarks: frozenset[tuple[str, str]]
    languages: frozenset[tuple[str, str]]


class Promised(NamedTuple):
    """The answer for a metric of a case; `hours` are the calendars as written."""

    state: str
    target: str | None
    published: str | None
    condition: str | None
    commitment: str | None
    hours: tuple[str, ...]
    remarks: frozenset[tuple[str, str]]


class Judge(CachedReference):
    """The reference with the time of opening as a part of the case."""

    def __init__(self, document: Any) -> None:
        super().__init__(document)
        whens = [self.at(path).get("when", {}) for path in self.entries("targets")]
        parts = [part for when in whens for part in (when if isinstance(when, list) else [when])]
        named = dict.fromkeys(part["opened"].split()[1] for part in parts if "opened" in part)
        self._led_by: dict[tuple[str, ...], str | None] = {}
        #: `inside` and `outside` for the hours of each `opened`.
        self.sides = {f"{OPENED}{name}": self._sides(name) for name in named}

    def _sides(self, name: str) -> list[str]:
        return ["inside"] if name == "24x7" else ["inside", "outside"]

    def inside(self, name: str, case: Case, clock: Clock) -> bool | None:
        """Return whether the case was opened inside hours; False without a calendar."""
        known = any(path != MISSING for path in self.hours(name, case).calendars)
        return known and bool(case[f"{OPENED}{name}"] == "inside")

    def every_combination(self) -> Iterator[dict[str, str]]:
        """Yield all combinations of values, including those whose facts exclude the priority."""
        values = {**self.values, **self.sides}
        for chosen in product(*values.values()):
            yield dict(zip(values, chosen, strict=True))

    def every_case(self) -> Iterator[dict[str, str]]:
        """Yield the cases that exist."""
        yield from filter(self.exists, self.every_combination())

    def exists(self, case: Case) -> bool:
        """Return whether the facts of a case do not exclude its priority."""
        if not self.facts_decide:
            return True
        led = self.led_by(case)
        return bool(self.raised({**case, "priority": led})["priority"] == case["priority"])

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
        """Return the answer for the channel of a case."""
        answer = self.entitlement(case)
        remarks = self._answered_remarks(answer.rests)
        return Channel(
            answer.allowed, answer.prerequisites, answer.hours, answer.recommended, remarks,
            answer.languages,
        )  # fmt: skip

    def decides(self, case: Case, metric: str) -> Target:
        """Return the target of a metric in a case and the cell that decides it."""
        return self.target(case, metric, always_open)

    def promised(self, case: Case) -> list[Promised]:
        """Return the answers for all metrics of a case."""
        targets = [self.decides(case, metric) for metric in self.metrics]
        return [
            Promised(
                target.state, target.target, target.published, target.condition,
                target.commitment, tuple(map(self.written, target.calendars)),
                self._answered_remarks(target.rests),
            )
            for target in targets
        ]  # fmt: skip

    def answers(self, case: Case) -> list[Any]:
        """Return all answers of a case."""
        limits = []
        for topic in self.document.get("limits", {}):
            limit, rests = self.limit(case, topic)
            limits.append((topic, limit, self._answered_remarks(frozenset(rests))))
        return [self.channel(case), *self.promised(case), *limits]

    def written(self, path: Path) -> str:
        if path in (ALWAYS, MISSING):
            return str(path[0])
        return json.dumps({key: value for key, value in self.at(path).items() if key != "when"})

    def _answered_remarks(self, rests: frozenset[Path]) -> frozenset[tuple[str, str]]:
        return frozenset((k, json.dumps(t)) for _, k, t in self.remarks(rests) if k in REMARKS)


def judge(text: str) -> Judge:
    """Return the answers of the policy with this text."""
    return Judge(read(text))
