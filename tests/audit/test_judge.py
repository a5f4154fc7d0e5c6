"""The plain engine gives the verdicts that the answers of `due` define."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from strategies import policies, yaml_of

import zsupport
from audit.audited import DAY, MONDAY, ticket
from zsupport.audit.plain.judge import AuditOptions, Judge
from zsupport.audit.ticket import Reject, Ticket, TicketVerdict


def judged(policy: zsupport.Policy, item: Ticket, at: int, *metrics: str) -> Any:
    return Judge(policy, AuditOptions(at, metrics)).verdicts(item)


def test_a_ticket_that_was_answered_in_time(policy: zsupport.Policy) -> None:
    item = ticket(plan="pro", priority="p1", answered=MONDAY + 3600)
    (verdict,) = judged(policy, item, MONDAY + DAY)
    # The role is open, and both roles have the same answer. 10:00 and 4 business hours: 14:00.
    assert verdict == TicketVerdict(
        "t.csv", 2, "7", 1, "pro", None, None, "P1", "first-response", MONDAY, "met",
        "4 business hours", MONDAY + 4 * 3600, 3 * 3600, 3600, 0, verdict.rule, "2025-03-10",
    )  # fmt: skip
    assert verdict.rule == "audited.yaml:22"


def test_a_ticket_that_was_answered_too_late(policy: zsupport.Policy) -> None:
    # Resolved on Tuesday at 10:00: 8 business hours are over at 10:00, one second later is late.
    item = ticket(plan="pro", priority="P1", resolved=MONDAY + DAY + 1)
    (verdict,) = judged(policy, item, MONDAY + 2 * DAY, "fix")
    assert (verdict.state, verdict.due) == ("breached", MONDAY + DAY)
    assert (verdict.margin_seconds, verdict.elapsed_seconds) == (-1, 8 * 3600 + 1)
    item = ticket(plan="pro", priority="P1", resolved=MONDAY + DAY)
    (verdict,) = judged(policy, item, MONDAY + 2 * DAY, "fix")
    assert (verdict.state, verdict.margin_seconds) == ("met", 0)


def test_an_open_dimension_that_changes_the_answer_needs_input(policy: zsupport.Policy) -> None:
    (verdict,) = judged(policy, ticket(plan="free", priority="P1"), MONDAY)
    assert (verdict.state, verdict.plan, verdict.role) == ("needs-input", "free", None)
    assert verdict.warnings == ("needs-role",)
    assert (verdict.due, verdict.target, verdict.rule) == (None, None, None)
    (verdict,) = judged(policy, ticket(plan="free", role="user", priority="P1"), MONDAY)
    assert (verdict.state, verdict.warnings) == ("not-entitled", ())


def test_states_without_a_deadline(policy: zsupport.Policy) -> None:
    (verdict,) = judged(policy, ticket(plan="pro", priority="P4"), MONDAY + 60)
    assert (verdict.state, verdict.target, verdict.due) == ("no-target", "none", None)
    # Opened after the moment of the audit.
    (verdict,) = judged(policy, ticket(plan="pro", priority="P1"), MONDAY - 60)
    assert (verdict.state, verdict.due) == ("not-started", MONDAY + 4 * 3600)
    # Before the first revision.
    (verdict,) = judged(policy, ticket(MONDAY - 500 * DAY, plan="pro", priority="P1"), MONDAY)
    assert verdict.state == "not-stated"


@pytest.mark.parametrize(
    ("fields", "column", "reason"),
    [
        ({"plan": "prro"}, "plan", "unknown plan `prro`; plans: pro, free; did you mean `pro`?"),
        ({"priority": "P9"}, "priority", "unknown priority `P9`; priorities: P1, P2, P3, P4"),
        (
            {"answered": MONDAY - 1},
            "answered",
            "`answered` (2026-06-01T07:59:59Z) is before `opened` (2026-06-01T08:00:00Z)",
        ),
        (
            {"pauses": ((MONDAY + 60, MONDAY),)},
            "pause.to",
            "the pause from 2026-06-01T08:01:00Z ends before it starts",
        ),
        ({"facts": {"size": "big"}}, "fact.size", "the policy `audited` has no facts"),
    ],
)  # fmt: skip
def test_a_ticket_that_the_policy_does_not_know_is_a_reject(
    policy: zsupport.Policy, fields: dict[str, Any], column: str, reason: str
) -> None:
    judge = Judge(policy, AuditOptions(MONDAY + DAY))
    good: dict[str, Any] = {"plan": "pro", "priority": "P1"}
    for _ in range(2):  # also once the case is known
        result = judge.verdicts(ticket(**{**good, **fields}, kept=("x",)))
        assert isinstance(result, Reject)
        assert (result.line, result.column, result.cells) == (2, column, ("x",))
        assert result.reason.startswith(reason)
        assert not isinstance(judge.verdicts(ticket(**good)), Reject)


def test_several_metrics_in_their_order(policy: zsupport.Policy) -> None:
    item = ticket(plan="pro", priority="P1")
    names = [verdict.metric for verdict in judged(policy, item, MONDAY, "all")]
    assert names == ["first-response", "update", "repair", "fix"]
    names = [verdict.metric for verdict in judged(policy, item, MONDAY, "fix", "first-response")]
    assert names == ["fix", "first-response"]


def test_a_reopened_ticket_is_not_answered_again(policy: zsupport.Policy) -> None:
    item = ticket(plan="pro", priority="P1", cycle=2)
    names = [verdict.metric for verdict in judged(policy, item, MONDAY, "all")]
    assert names == ["update", "repair", "fix"]
    assert judged(policy, item, MONDAY, "First-Response") == []


INSTANTS = st.integers(-500 * DAY, 900 * DAY).map(lambda seconds: MONDAY + seconds)
WAITS = st.none() | st.integers(-3600, 30 * DAY)


@st.composite
def tickets(draw: st.DrawFn, names: dict[str, tuple[str, ...]]) -> Ticket:
    """Draw tickets, some of which no policy accepts."""
    opened = draw(INSTANTS)

    def after() -> int | None:
        wait = draw(WAITS)
        return None if wait is None else opened + wait

    case = {
        name: draw(st.sampled_from((None, *values, *values, "unknown")))
        for name, values in names.items()
    }
    pauses: tuple[tuple[int, int | None], ...] = ()
    if draw(st.integers(0, 4)) == 0:
        pauses = ((opened + draw(st.integers(-DAY, DAY)), after()),)
    return ticket(
        opened, **case, answered=after(), updated=after() if draw(st.booleans()) else None,
        resolved=after(), pauses=pauses,
    )  # fmt: skip


def same_verdicts(policy: zsupport.Policy, items: list[Ticket], at: int) -> None:
    """Compare the verdicts of one judge with those of the definition."""
    judge = Judge(policy, AuditOptions(at, ("all",)))
    plain = Judge(policy, AuditOptions(at, ("all",)))
    for item in items:
        index, _ = policy.position_at(item.events.opened)
        asked = [plain.ask(item, metric.id) for metric in policy.revisions[index].metrics]
        rejects = [verdict for verdict in asked if isinstance(verdict, Reject)]
        assert judge.verdicts(item) == (rejects[0] if rejects else asked)
        event("reject" if rejects else "verdict")


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_quick_verdicts_are_those_of_the_answers(
    policy: zsupport.Policy, data: st.DataObject
) -> None:
    names = {
        "plan": policy.plans, "role": policy.roles, "channel": policy.channel_ids,
        "priority": policy.priorities,
    }  # fmt: skip
    items = data.draw(st.lists(tickets(names), min_size=1, max_size=12))
    same_verdicts(policy, items, data.draw(INSTANTS))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_quick_verdicts_on_random_policies(tmp_path_factory: Any, data: st.DataObject) -> None:
    path = Path(tmp_path_factory.mktemp("random")) / "p.yaml"
    path.write_bytes(yaml_of(data.draw(policies())).encode())
    policy = zsupport.load(path, cache=False)
    names = {
        "plan": policy.plans, "role": policy.roles, "channel": policy.channel_ids,
        "priority": policy.priorities,
    }  # fmt: skip
    items = data.draw(st.lists(tickets(names), min_size=1, max_size=6))
    same_verdicts(policy, items, data.draw(INSTANTS))


def test_the_quick_way_is_used(policy: zsupport.Policy) -> None:
    # The properties would also hold if every ticket were asked.
    judge = Judge(policy, AuditOptions(MONDAY + DAY))
    judge.verdicts(ticket(plan="pro", role="admin", priority="P1"))
    asked: list[str] = []
    judge.ask = lambda item, metric: asked.append(metric)  # type: ignore[assignment,method-assign,return-value]
    for seconds in range(0, 3600, 60):
        judge.verdicts(ticket(MONDAY + seconds, plan="pro", role="admin", priority="P1"))
        pause = (MONDAY + seconds, MONDAY + 2 * seconds)
        judge.verdicts(ticket(plan="pro", role="admin", priority="P1", pauses=(pause,)))
    assert asked == []
    assert datetime.fromtimestamp(MONDAY, UTC).isoformat() == "2026-06-01T08:00:00+00:00"
