"""The fast path of `Policy.due` gives the same answers as the full computation."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zsupport

POLICY = """\
format: 1
policy: quick
timezone: Europe/Oslo
effective: {from: 2025-03-10}
plans: {pro: Pro, free: Free}
channels: {web: {name: Web, kind: web}, forum: {name: Forum, kind: community}}
entitlements: [{allow: web, when: {plan: pro}}, {allow: forum}]
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}]
metrics:
  - {id: first-response, pauses: waiting}
  - {id: update, warn: 3/4}
  - {id: repair, starts: answered}
  - {id: report, starts: updated}
  - {id: visit, starts: The cause is known}
hours:
  office:
    open: [mon-thu 09:00-17:00, fri 09:00-15:30]
    holidays: ["2026-05-01", 12-25, 12-26, 01-01]
    dates: {"2026-12-24": 08:00-12:00}
    breaks: {"2026-05-20": 12:00-14:00}
  known: {open: mon-fri 09:00-17:00, holidays: {add: [12-25], covers: 2026}}
targets:
  - hours: office
    note: Said of every row.
    first-response:
      P1: 4 business hours
      P2: {target: 30 business minutes, text: half an hour, unclear: Perhaps.}
      P3: 2 business days
      P4: {target: 900 business hours, hours: known}
    update: every 4 business hours
    repair: 4 business hours
    report: 4 business hours
    visit: 4 business hours
"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> zsupport.Policy:
    """Return the policy above."""
    path = tmp_path_factory.mktemp("quick") / "quick.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return zsupport.load(path, cache=False)


INSTANTS = st.builds(
    lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds),
    st.integers(0, 3 * 366 * 86_400),
)


@given(
    opened=INSTANTS,
    wait=st.integers(-86_400, 30 * 86_400),
    priority=st.sampled_from(["P1", "P2", "P3", "P4"]),
    plan=st.sampled_from(["pro", "free"]),
    metric=st.sampled_from(["first-response", "update", "repair", "report", "visit"]),
    zone=st.sampled_from([UTC, ZoneInfo("America/New_York")]),
)
@settings(max_examples=400, deadline=None)
def test_the_fast_path_gives_the_same_answers(
    policy: zsupport.Policy,
    opened: datetime,
    wait: int,
    priority: str,
    plan: str,
    metric: str,
    zone: ZoneInfo,
) -> None:
    at = opened + timedelta(seconds=wait)
    ask: dict[str, Any] = {"plan": plan, "priority": priority, "metric": metric}
    quick = policy.due(**ask, opened=opened.astimezone(zone), at=at)
    # A pause before the opening is ignored, but disables the fast path.
    before = (opened - timedelta(seconds=2), opened - timedelta(seconds=1))
    full = policy.due(**ask, opened=opened, at=at, pause=[before])
    assert quick.answers == full.answers
    assert quick.columns == full.columns
    ignored = {"pause-ignored"}
    assert [w for w in full.warnings if w.code not in ignored] == list(quick.warnings)


def test_the_fast_path_is_used(policy: zsupport.Policy) -> None:
    # The property would also hold if the fast path were never used.
    opened = datetime(2026, 6, 1, 8, tzinfo=UTC)
    instant = int(opened.timestamp())
    for priority, short in (("P1", True), ("P2", True), ("P3", False)):
        fresh = zsupport.Policy(policy.revisions)
        answers = fresh.due(plan="pro", priority=priority, opened=opened, at=opened)
        (promise,) = fresh._promises.values()
        assert (promise.quick is not None) is short
        if promise.quick is not None:
            again = promise.quick(instant, instant, opened)
            assert again == answers
            assert again is not None
            assert again.details.moment == answers.details.moment
