"""The steps to a deadline that `--why` shows, and other reasons of `--why`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from oracle.cases import bundle
from oracle.clock import Hours

from zsupport import Calendar
from zsupport.clock.deadline import merge_pauses
from zsupport.clock.walk import Step, walk

if TYPE_CHECKING:
    from conftest import Cli


def check_steps(hours: Hours, steps: list[Step], pauses: list[tuple[int, int]]) -> None:
    """Check each step against the hours of the oracle."""
    total = 0
    for step in steps:
        assert step.start < step.end
        total += step.counted
        assert step.total == total
        worked = hours.is_open(step.start)
        # A step is either open or closed from its start to its end.
        assert hours.is_open(step.end - 1) is worked
        paused = any(begin <= step.start < end for begin, end in pauses)
        assert step.counted == (step.end - step.start if worked and not paused else 0)
        assert (step.reasons[:1] == ("closed",)) is not worked
        assert (step.reasons == ("pause",)) is (worked and paused)


def test_steps_lead_from_opened_to_due_and_add_up_to_the_target() -> None:
    walked = 0
    for number in range(0, 600, 3):
        drawn = bundle(20261124, number, 10)
        calendar = Calendar.from_dict(
            drawn.calendar,
            customer_tz=drawn.customer_zone,
            customer_country=drawn.customer_country,
        )
        for case in drawn.cases:
            pauses = [(begin, end) for begin, end in case.pauses if end is not None]
            if not isinstance(case.target, int) or case.target == 0:
                continue
            try:
                due = calendar.due(
                    datetime.fromtimestamp(case.opened, UTC),
                    timedelta(seconds=case.target),
                    [(datetime.fromtimestamp(p, UTC), datetime.fromtimestamp(q, UTC))
                     for p, q in pauses],
                )  # fmt: skip
            except ValueError:
                continue  # not reached within ten years
            end = int(due.timestamp())
            steps = walk(calendar.working_time, case.opened, end, merge_pauses(pauses, case.opened))
            assert (steps[0].start, steps[-1].end) == (case.opened, end)
            assert all(step.end == later.start for step, later in pairwise(steps))
            assert steps[-1].total == case.target
            check_steps(drawn.hours, steps, pauses)
            walked += 1
    assert walked > 300


POLICY = """\
format: 1
policy: p
plans: {a: A, b: B}
facts: {type: {ask: "What kind?", values: {bug: Bug, feature: Feature}}}
priorities: [{id: L1, when: {type: bug}}, {id: L3}]
channels: {web: {name: Web, kind: web}, chat: {name: Chat, kind: chat}}
entitlements:
  - {allow: web}
  - {when: {plan: b, priority: L3}, allow: chat}
metrics: [{id: first-response}, {id: fix}, {id: days}]
hours: {office: {open: mon-fri 09:00-17:00}}
targets:
  - {when: {plan: a}, hours: office, fix: {L1: 200 business hours}}
  - {when: {plan: a, priority: L3}, fix: 3h}
  - {fix: 2h, first-response: 1h}
  - {hours: office, days: 30 business days}
"""


@pytest.fixture
def why(cli: "Cli", tmp_path: Path) -> Callable[..., list[str]]:
    """Return a function that runs a command with `--why` on a Monday and returns the reasons."""
    (tmp_path / "p.yaml").write_text(POLICY)

    def lines(question: str, *options: str) -> list[str]:
        moment = "--opened" if question == "due" else "--at"
        case = ("--plan", "a", *options, moment, "2026-11-23T10:00:00Z", "--why")
        return cli(question, "--policy", "./p.yaml", *case, cwd=tmp_path).stderr.split("\n")

    return lines


def test_many_steps_are_shortened_in_the_middle(why: Callable[..., list[str]]) -> None:
    lines = why("due", "--priority", "L1", "--metric", "fix")
    shown = [line.split("  ")[-1] for line in lines if line.startswith("    to ")]
    # 7 hours on the first day, 8 on each of 24 days, 1 on the last day: 26 spans and 25 nights.
    # The last 20 of these 51 steps begin with a night and the 17th span.
    assert len(shown) == 40
    assert lines.count("    ... 11 more steps") == 1
    assert shown[0] == "counts 7 h, total 7 h"
    assert shown[19].startswith("does not count")
    assert shown[20:22] == ["does not count: closed", "counts 8 h, total 135 h"]
    assert shown[-1] == "counts 1 h, total 200 h"


def test_many_business_days_are_shortened_in_the_middle(why: Callable[..., list[str]]) -> None:
    lines = why("due", "--priority", "L1", "--metric", "days")
    # 30 business days are six weeks of five days.
    assert [line for line in lines if "business days after" in line] == [
        "  business days after 2026-11-23: 2026-11-24, 2026-11-25, 2026-11-26, 2026-11-27, "
        "2026-11-30, 20 more, 2026-12-29, 2026-12-30, 2026-12-31, 2027-01-01, 2027-01-04; "
        "due on the last day at closing"
    ]


def test_why_names_a_later_rule_that_applies(
    why: Callable[..., list[str]],
) -> None:
    lines = why("due", "--priority", "L1", "--metric", "fix")
    assert [line.split("  ")[-1] for line in lines if "this later rule also applies" in line] == [
        "this later rule also applies: 2h (always)"
    ]


def test_why_suggests_no_priority_that_the_facts_exclude(
    why: Callable[..., list[str]],
) -> None:
    bug = why("channels", "--channel", "chat", "--fact", "type=bug")
    suggestions = [line for line in bug if "would be" in line]
    assert suggestions == ["  it would be allowed with type feature and plan b"]
    assert "  it would be allowed with plan b" in why("channels", "--channel", "chat")
    feature = why("channels", "--channel", "chat", "--fact", "type=feature")
    assert "  it would be allowed with plan b" in feature
