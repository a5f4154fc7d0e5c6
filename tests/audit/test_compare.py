"""Causes of disagreements with the verdicts of a help desk."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zsupport
from audit.audited import DAY, MONDAY, ticket
from zsupport.answer.case_change import CaseChange
from zsupport.audit.compare import CAUSES, Comparer, Comparison, Disagreement
from zsupport.audit.plain.judge import AuditOptions, Judge
from zsupport.audit.ticket import Ticket, VendorVerdict

HOUR = 3600
#: Thursday 2026-12-24, 16:00 in Oslo.
CHRISTMAS_EVE = 1_798_124_400

#: Times are those of Oslo, where Monday is 10:00 and the office is open from 09:00 to 17:00.
PLANTED: list[tuple[str, str | None, dict[str, Any], str, int]] = [
    # 4 business hours from 10:00:30 end at 14:00:30.
    ("rounding", "1m", {"opened": MONDAY + 30}, "first-response", MONDAY + 4 * HOUR),
    ("rounding", "1m", {"opened": MONDAY + 30}, "first-response", MONDAY + 4 * HOUR + 60),
    ("rounding", "1h", {"opened": MONDAY + 60}, "first-response", MONDAY + 5 * HOUR),
    # From 13:00 they end at 17:00, and the next opening is on Tuesday at 09:00.
    ("closing-time", None, {"opened": MONDAY + 3 * HOUR}, "first-response", MONDAY + 23 * HOUR),
    # 8 business hours without the pause from 11:00 to 12:00 end on Tuesday at 10:00.
    (
        "pauses-ignored", None, {"pauses": ((MONDAY + HOUR, MONDAY + 2 * HOUR),)}, "fix",
        MONDAY + 24 * HOUR,
    ),
    # The pause from 13:00 has no end, so the policy states no deadline. With the other pause only,
    # 8 business hours end on Tuesday at 11:00.
    (
        "pauses-ignored", "open",
        {"pauses": ((MONDAY + HOUR, MONDAY + 2 * HOUR), (MONDAY + 3 * HOUR, None))}, "fix",
        MONDAY + 25 * HOUR,
    ),
    (
        "pauses-ignored", None, {"pauses": ((MONDAY + 3 * HOUR, None),)}, "fix",
        MONDAY + 24 * HOUR,
    ),
    # The clock of `repair` does not pause: 4 business hours from the answer at 10:00.
    (
        "pauses-counted", None,
        {"answered": MONDAY, "pauses": ((MONDAY + HOUR, MONDAY + 2 * HOUR),)}, "repair",
        MONDAY + 5 * HOUR,
    ),
    # One hour on Thursday. Friday and Saturday are holidays, but Friday would end at 12:00.
    (
        "holidays-ignored", None, {"opened": CHRISTMAS_EVE}, "first-response",
        CHRISTMAS_EVE + 20 * HOUR,
    ),
    # From 16:00, 4 hours around the clock end at 20:00.
    ("elapsed-time", None, {"opened": MONDAY + 6 * HOUR}, "first-response", MONDAY + 10 * HOUR),
    # Open from 09:00 in UTC, which is 11:00 in Oslo: 4 business hours end at 15:00.
    ("time-zone", "UTC", {}, "first-response", MONDAY + 5 * HOUR),
    ("unexplained", None, {}, "first-response", MONDAY + 2 * HOUR + 7),
    ("no-due", None, {"priority": "P4"}, "first-response", MONDAY + HOUR),
    # The target of P2 is half an hour around the clock.
    ("other-priority", "priority=P2", {}, "first-response", MONDAY + HOUR // 2),
    # The targets of the priorities differ.
    ("needs-input", None, {"priority": None}, "first-response", MONDAY + 4 * HOUR),
]  # fmt: skip


def compared(
    policy: zsupport.Policy, fields: dict[str, Any], metric: str, vendor: VendorVerdict
) -> Disagreement | None:
    judge = Judge(policy, AuditOptions(CHRISTMAS_EVE + 30 * DAY, (metric,)))
    item = ticket(**{"plan": "pro", "priority": "P1", **fields})
    verdicts = judge.verdicts(item)
    assert isinstance(verdicts, list)
    return Comparer(judge.answers).compare(item, verdicts[0], vendor)


@pytest.mark.parametrize(("cause", "detail", "fields", "metric", "due"), PLANTED)
def test_a_planted_cause_is_found(
    policy: zsupport.Policy,
    cause: str,
    detail: str | None,
    fields: dict[str, Any],
    metric: str,
    due: int,
) -> None:
    result = compared(policy, fields, metric, VendorVerdict(due))
    assert result is not None
    assert (result.cause, result.detail) == (cause, detail)


def test_every_cause_is_planted() -> None:
    # The cause `priority` needs a change of the case; see below.
    planted = {cause for cause, *_ in PLANTED}
    assert planted | {"no-vendor-due", "priority"} == set(CAUSES)


def test_the_priority_of_another_moment(policy: zsupport.Policy) -> None:
    # P1 from 11:00 on: 8 business hours from 10:00. By the priority at the opening, it was 4.
    changes = (CaseChange(MONDAY + HOUR, {"priority": "P1"}),)
    item = ticket(plan="pro", priority="P2", changes=changes)
    judge = Judge(policy, AuditOptions(MONDAY + 30 * DAY, ("fix",)))
    verdicts = judge.verdicts(item)
    assert isinstance(verdicts, list)
    assert verdicts[0].due == MONDAY + 24 * HOUR
    comparer = Comparer(judge.answers)
    result = comparer.compare(item, verdicts[0], VendorVerdict(MONDAY + 4 * HOUR))
    assert result is not None
    assert (result.cause, result.detail) == ("priority", "priority=P2")
    assert comparer.compare(item, verdicts[0], VendorVerdict(MONDAY + 24 * HOUR)) is None


def comparison_after(
    policy: zsupport.Policy, tickets: list[tuple[int, str, int]], breached: bool | None = None
) -> Comparison:
    """Return the comparison of tickets: the opening, the priority, and the deadline by the desk."""
    items = [
        (ticket(opened, plan="pro", priority=priority), VendorVerdict(due, breached))
        for opened, priority, due in tickets
    ]
    return comparison_of_tickets(policy, items)


def comparison_of_tickets(
    policy: zsupport.Policy, tickets: list[tuple[Ticket, VendorVerdict]]
) -> Comparison:
    judge = Judge(policy, AuditOptions(CHRISTMAS_EVE + 30 * DAY, ("first-response",)))
    comparison = Comparison(Comparer(judge.answers))
    for item, vendor in tickets:
        verdicts = judge.verdicts(item)
        assert isinstance(verdicts, list)
        comparison.add(item._replace(vendor=vendor), verdicts[0])
    return comparison


def numbers(comparison: Comparison) -> list[tuple[str, str | None, int, int, int]]:
    return [
        (item.cause, item.detail, item.tickets, item.tried, item.contradicting)
        for item in comparison.causes()
    ]


def test_agreeing_verdicts_contradict_a_cause(policy: zsupport.Policy) -> None:
    in_utc = (MONDAY, "P1", MONDAY + 5 * HOUR)
    # From 10:00 in Oslo, 4 hours end at 14:00 by the policy. In UTC they end at 15:00 of Oslo,
    # because the office opens at 11:00 of Oslo. From 11:00 on, both give the same deadline.
    agreeing = [(MONDAY, "P1", MONDAY + 4 * HOUR), (MONDAY + HOUR, "P1", MONDAY + 5 * HOUR)]
    assert numbers(comparison_after(policy, [in_utc])) == [("time-zone", "UTC", 1, 0, 0)]
    comparison = comparison_after(policy, [*agreeing, in_utc, in_utc, agreeing[0]])
    assert numbers(comparison) == [("time-zone", "UTC", 2, 3, 2)]
    assert comparison.agreed == 3
    # Another rule decides about P3, and its two business days from Monday 10:00 end on Wednesday.
    other = (MONDAY, "P3", MONDAY + 2 * DAY + 7 * HOUR)
    comparison = comparison_after(policy, [other, in_utc])
    assert comparison.agreed == 1
    assert numbers(comparison) == [("time-zone", "UTC", 1, 0, 0)]


#: A cause with its details; the fields of a ticket with the deadlines by the help desk and by the
#: policy; and those of an agreeing ticket that contradicts the cause. In the other agreeing
#: tickets, which are due at 14:00, the cause changes nothing.
CONTRADICTED: list[tuple[str, str | None, dict[str, Any], int, dict[str, Any], int]] = [
    # 14:01 to 15:00; but 14:20 is not rounded.
    (
        "rounding", "1h", {"opened": MONDAY + 60}, MONDAY + 5 * HOUR,
        {"opened": MONDAY + HOUR // 3}, MONDAY + 4 * HOUR + HOUR // 3,
    ),
    # 17:00 to the next opening; but another ticket is due at 17:00.
    (
        "closing-time", None, {"opened": MONDAY + 3 * HOUR}, MONDAY + 23 * HOUR,
        {"opened": MONDAY + 3 * HOUR}, MONDAY + 7 * HOUR,
    ),
    # 14:00 in spite of the pause; but the pause of another ticket counts.
    (
        "pauses-ignored", None, {"pauses": ((MONDAY + HOUR, MONDAY + 2 * HOUR),)},
        MONDAY + 4 * HOUR, {"pauses": ((MONDAY + HOUR, MONDAY + 3 * HOUR),)}, MONDAY + 6 * HOUR,
    ),
    # 10:30 by the first priority; but another ticket has 14:00 by the second one.
    (
        "priority", "priority=P2",
        {"priority": "P2", "changes": (CaseChange(MONDAY + 600, {"priority": "P1"}),)},
        MONDAY + HOUR // 2,
        {"priority": "P2", "changes": (CaseChange(MONDAY + 600, {"priority": "P1"}),)},
        MONDAY + 4 * HOUR,
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "detail", "differing", "due", "contradicting", "agreed"), CONTRADICTED
)
def test_a_cause_is_tried_on_verdicts_that_it_does_not_change(
    policy: zsupport.Policy, cause: str, detail: str | None, differing: dict[str, Any], due: int,
    contradicting: dict[str, Any], agreed: int,
) -> None:  # fmt: skip
    unchanged: dict[str, Any] = {}
    agreeing = [(unchanged, MONDAY + 4 * HOUR)] * 3
    planted = [*agreeing, (differing, due), (contradicting, agreed)]
    items = [
        (ticket(**{"plan": "pro", "priority": "P1", **fields}), VendorVerdict(stated))
        for fields, stated in planted
    ]
    assert numbers(comparison_of_tickets(policy, items)) == [(cause, detail, 1, 4, 1)]


def test_a_cause_of_one_ticket_is_not_tried(policy: zsupport.Policy) -> None:
    agreeing = (MONDAY, "P1", MONDAY + 4 * HOUR)
    of_p2, unknown = (MONDAY, "P1", MONDAY + HOUR // 2), (MONDAY, "P1", MONDAY + 7)
    assert numbers(comparison_after(policy, [agreeing, of_p2, unknown])) == [
        ("other-priority", "priority=P2", 1, 0, 0),
        ("unexplained", None, 1, 0, 0),
    ]


#: A channel that changes priorities; the target of each priority is as many hours as its number.
CHANNEL_PRIORITY = """format: 1
policy: channels
plans: {{pro: Pro}}
channels: {{web: {{name: Web, kind: web, priority: {priority}}}}}
entitlements: [{{allow: web}}]
priorities: [{{id: P1}}, {{id: P2}}, {{id: P3}}]
targets: [{{first-response: {{P1: 1h, P2: 2h, P3: 3h}}}}]
"""


@pytest.mark.parametrize(
    ("priority", "raised", "own", "stated"),
    [
        ("{at-most: P2}", "P1", 2, 1),
        ("{at-most: P2}", "P1", 2, 3),
        ("{at-most: P2}", "P3", 3, 1),
        ("P1", "P3", 1, 3),
        ("P1", "P3", 1, 2),
    ],
)
def test_a_help_desk_that_ignores_the_priority_of_a_channel(
    tmp_path: Path, priority: str, raised: str, own: int, stated: int
) -> None:
    path = tmp_path / "channels.yaml"
    path.write_text(CHANNEL_PRIORITY.format(priority=priority), encoding="utf-8")
    policy = zsupport.load(path, cache=False)
    fields = {"channel": "web", "priority": raised}
    agreed = VendorVerdict(MONDAY + own * HOUR)
    assert compared(policy, fields, "first-response", agreed) is None
    result = compared(policy, fields, "first-response", VendorVerdict(MONDAY + stated * HOUR))
    assert result is not None
    assert (result.cause, result.detail) == ("other-priority", f"priority=P{stated}")


@pytest.mark.parametrize("priority", ["{at-most: P2}", "{at-most: P1}"])
def test_targets_of_other_priorities_that_are_never_reached(tmp_path: Path, priority: str) -> None:
    text = CHANNEL_PRIORITY.format(priority=priority)
    targets = """\
hours: {once: {open: mon 09:00-10:00, dates: {01-01..12-31: closed}}}
targets: [{hours: once, first-response: {P1: 1 business hour, P2: 2h 24x7, P3: 3h 24x7}}]
"""
    path = tmp_path / "channels.yaml"
    path.write_text(text[: text.index("targets:")] + targets, encoding="utf-8")
    policy = zsupport.load(path, cache=False)
    fields = {"channel": "web", "priority": "P3"}
    for hours, cause in ((1, "unexplained"), (2, "other-priority")):
        result = compared(policy, fields, "first-response", VendorVerdict(MONDAY + hours * HOUR))
        assert result is not None
        assert result.cause == cause


def test_a_help_desk_in_another_zone_has_no_contradiction(policy: zsupport.Policy) -> None:
    """The deadlines are computed by hand for hours from 11:00 to 19:00 in Oslo."""
    planted = [
        (MONDAY, "P1", MONDAY + 5 * HOUR),  # 10:00: opens at 11:00
        (MONDAY + HOUR, "P1", MONDAY + 5 * HOUR),
        (MONDAY + 2 * HOUR, "P1", MONDAY + 6 * HOUR),
        # 3 hours and one on Tuesday, or by the policy one hour and 3 on Tuesday: until 12:00.
        (MONDAY + 6 * HOUR, "P1", MONDAY + 26 * HOUR),
        (MONDAY + 8 * HOUR, "P1", MONDAY + 28 * HOUR),  # 1 hour, and 3 on Tuesday
    ]
    comparison = comparison_after(policy, planted)
    assert comparison.agreed == 3
    assert numbers(comparison) == [("time-zone", "UTC", 2, 3, 0)]


def test_the_causes_are_tried_on_few_of_many_verdicts(policy: zsupport.Policy) -> None:
    agreeing = (MONDAY, "P1", MONDAY + 4 * HOUR)
    in_utc = (MONDAY, "P1", MONDAY + 5 * HOUR)
    for number, tried in ((500, 500), (509, 500), (510, 501), (5000, 950), (5100, 951)):
        comparison = comparison_after(policy, [agreeing] * number + [in_utc])
        assert numbers(comparison) == [("time-zone", "UTC", 1, tried, tried)]


def test_a_breach_alone_does_not_show_another_priority(policy: zsupport.Policy) -> None:
    # P2 would be breached at 10:30, before the answer at 11:00, but so would many other targets.
    fields = {"answered": MONDAY + HOUR}
    result = compared(policy, fields, "first-response", VendorVerdict(breached=True))
    assert result is not None
    assert result.cause == "unexplained"


def test_verdicts_that_need_input_never_agree(policy: zsupport.Policy) -> None:
    for breached in (False, True):
        vendor = VendorVerdict(breached=breached)
        result = compared(policy, {"priority": None}, "first-response", vendor)
        assert result is not None
        assert result.cause == "needs-input"
    assert compared(policy, {"priority": None}, "first-response", VendorVerdict()) is None


def test_only_a_breach(policy: zsupport.Policy) -> None:
    # Answered at 13:00 on Christmas Day, when a help desk without holidays is late since 12:00.
    fields = {"opened": CHRISTMAS_EVE, "answered": CHRISTMAS_EVE + 21 * HOUR}
    agreed = compared(policy, fields, "first-response", VendorVerdict(breached=False))
    assert agreed is None
    result = compared(policy, fields, "first-response", VendorVerdict(breached=True))
    assert result is not None
    assert result.cause == "holidays-ignored"


def test_a_help_desk_that_states_nothing(policy: zsupport.Policy) -> None:
    result = compared(policy, {}, "first-response", VendorVerdict())
    assert result is not None
    assert result.cause == "no-vendor-due"
    assert compared(policy, {"priority": "P4"}, "first-response", VendorVerdict()) is None
    breached = VendorVerdict(breached=False)
    assert compared(policy, {"priority": "P4"}, "first-response", breached) is None


@given(
    opened=st.integers(MONDAY, MONDAY + 300 * DAY),
    answered=st.none() | st.integers(0, 9 * DAY),
    priority=st.sampled_from(["P1", "P2", "P3"]),
)
@settings(max_examples=100, deadline=None)
def test_the_own_deadline_agrees(
    policy: zsupport.Policy, opened: int, answered: int | None, priority: str
) -> None:
    judge = Judge(policy, AuditOptions(MONDAY + 400 * DAY))
    item = ticket(
        opened, plan="pro", priority=priority,
        answered=None if answered is None else opened + answered,
    )  # fmt: skip
    verdicts = judge.verdicts(item)
    assert isinstance(verdicts, list)
    due, breached = verdicts[0].due, verdicts[0].state == "breached"
    comparer = Comparer(judge.answers)
    assert comparer.compare(item, verdicts[0], VendorVerdict(due, breached)) is None
    assert comparer.compare(item, verdicts[0], VendorVerdict(due, not breached)) is not None
