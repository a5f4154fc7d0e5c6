"""Changes of a case: names and errors, and properties of random policies.

`tests/conformance/changes.yaml` has answers by hand, and the oracle compares random changes.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import Cli
from hypothesis import event, given, settings
from hypothesis import strategies as st
from strategies import Case, Document, policies, values_of, yaml_of

import zsupport
from zsupport.answer.due import DueAnswer
from zsupport.answer.promise import NEGATIVE

OPENED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
AT = OPENED + 6 * HOUR
EXAMPLES = settings(max_examples=60, deadline=None)
DESK = """
format: 1
policy: desk
plans: {basic: Basic, pro: Pro}
roles: {user: User, admin: Admin}
facts:
  impact: {values: {down: Down, slow: Slow, other: Other}}
  again: {values: {yes: "Yes", no: "No"}, default: "no"}
channels: {web: {name: Web, kind: web}, phone: {name: Phone, kind: phone}}
entitlements: [{allow: web}, {when: {plan: pro}, allow: phone}]
priorities:
  - {id: P1, aliases: [urgent], when: {impact: down, again: "yes"}}
  - {id: P2, when: {impact: [down, slow]}}
  - {id: P3, when: {impact: other}}
metrics: [{id: first-response, on-change: carry}, {id: fix, on-change: restart}]
targets:
  - {when: {role: admin}, first-response: {P1: 30m, P2: 2h, P3: 8h}}
  - {first-response: {P1: 1h, P2: 4h, P3: none}, fix: {P1: 4h, P2: 8h, P3: 24h}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder for policies, without a cache of their compiled forms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZSUPPORT_CACHE", "off")
        yield tmp_path_factory.mktemp("policies")


@pytest.fixture
def desk(tmp_path: Path) -> zsupport.Policy:
    path = tmp_path / "desk.yaml"
    path.write_text(DESK, encoding="utf-8")
    return zsupport.load(path, cache=False)


def asked(desk: zsupport.Policy, **more: Any) -> list[DueAnswer]:
    more.setdefault("at", AT)
    return list(desk.due(opened=OPENED, **more))


# -- names and errors ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"priority": "P9"}, "unknown priority `P9`; priorities: P1, P2, P3"),
        ({"plan": "gold"}, "unknown plan `gold`; plans: basic, pro"),
        ({"impact": "none"}, "unknown value `none` of `impact`; values: down, slow, other"),
        (
            {"urgency": "high"},
            "`event`: `urgency` is not a dimension or a fact; names: plan, role, priority, impact,"
            " again",
        ),
        ({"channel": "phone"}, "`event`: the channel of a case does not change"),
        ({}, "`event`: the change has no values"),
        (
            {"fact.plan": "pro"},
            "`event`: `fact.plan` is not a dimension or a fact; names: plan, role, priority,"
            " impact, again",
        ),
    ],
)
def test_a_wrong_change_is_refused(
    desk: zsupport.Policy, values: dict[str, str], message: str
) -> None:
    for at in (OPENED + HOUR, AT + HOUR):  # also if it is later than the answer
        with pytest.raises(zsupport.UsageError) as caught:
            asked(desk, event=[(at, values)])
        assert str(caught.value) == message


def test_two_values_at_one_instant_are_refused(desk: zsupport.Policy) -> None:
    both = [(OPENED + HOUR, {"priority": "P1"}), (OPENED + HOUR, {"Priority": "P2"})]
    with pytest.raises(zsupport.UsageError, match="changes to P1 and to P2 at the same instant"):
        asked(desk, event=both)


def test_names_have_aliases_and_any_letter_case(desk: zsupport.Policy) -> None:
    [answer] = asked(
        desk, plan="pro", role="user", priority="P2", channel="web",
        event=[(OPENED + HOUR, {"PRIORITY": "URGENT", "fact.Again": "YES"})],
    )  # fmt: skip
    assert answer.legs[1].values == {"priority": "P1", "again": "yes"}
    assert answer.due == OPENED + HOUR


def test_changes_are_sorted_and_joined(desk: zsupport.Policy) -> None:
    changes = [
        (OPENED + 3 * HOUR, {"role": "admin"}),
        (OPENED + HOUR, {"priority": "P1"}),
        (OPENED + 3 * HOUR, {"priority": "P2"}),
    ]
    [answer] = asked(
        desk, plan="pro", role="user", priority="P2", channel="web", metric="fix", event=changes
    )
    assert [(leg.since, dict(leg.values)) for leg in answer.legs] == [
        (OPENED, {}),
        (OPENED + HOUR, {"priority": "P1"}),
        (OPENED + 3 * HOUR, {"role": "admin", "priority": "P2"}),
    ]
    assert (answer.due, answer.state) == (OPENED + 11 * HOUR, "running")
    assert answer.elapsed_seconds == 3 * 3600


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("2026-11-24T10:00:00Z", 2, "invalid change `2026-11-24T10:00:00Z`"),
        ("2026-11-24T10:00:00Z,priority", 2, "invalid change `2026-11-24T10:00:00Z,priority`"),
        ("2026-11-24T10:00:00Z,priority=", 2, "invalid change"),
        ("priority=P1", 2, "invalid change `priority=P1`"),
        ("noon,priority=P1", 2, "noon"),
        ("2026-11-24T08:00:00Z,priority=P1", 2, "is before `opened`"),
        ("2026-11-24T10:00:00Z,role=admin,priority=P1", 0, ""),
        ("Tue, 24 Nov 2026 10:00:00 +0000,priority=P1", 0, ""),
    ],
)
def test_the_option(text: str, code: int, message: str, cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(DESK, encoding="utf-8")
    run = cli(
        "due", "--policy", str(path), "--plan", "pro", "--role", "user", "--priority", "P2",
        "--channel", "web", "--opened", "2026-11-24T09:00:00Z", "--at", "2026-11-24T10:00:00Z",
        "--event", text,
    )  # fmt: skip
    assert run.code == code
    assert message in run.stderr


def test_a_later_answer_is_that_after_the_change(desk: zsupport.Policy) -> None:
    # Without `at`, the answer is as of the last event, here a change in the future.
    soon = datetime.now(UTC).replace(microsecond=0) + HOUR
    [answer] = desk.due(
        plan="pro", role="user", priority="P2", channel="web",
        opened=soon - 2 * HOUR, event=[(soon, {"priority": "P1"})],
    )  # fmt: skip
    assert (answer.state, answer.target) == ("breached", "1h")


# -- facts and priorities ------------------------------------------------------------------------


def test_a_fact_that_decides_only_after_the_change_has_its_rows(desk: zsupport.Policy) -> None:
    # Without the change the role alone matters for P3: `impact` and `again` decide the priority.
    before = asked(desk, plan="pro", channel="web", priority="P3")
    assert {(row.role, row.target) for row in before} == {("admin", "8h"), ("user", "none")}
    after = asked(
        desk, plan="pro", role="user", channel="web", fact={"again": "yes"},
        event=[(OPENED + HOUR, {"again": "no"})],
    )  # fmt: skip
    # P1 becomes P2, and P3 stays P3. P2 does not change: its impact is slow.
    assert {(row.priority, row.target) for row in after} == {
        ("P1", "4h"), ("P2", "4h"), ("P3", "none"),
    }  # fmt: skip
    assert {row.priority for row in after if row.legs} == {"P1"}


def test_the_priority_follows_the_facts_until_it_is_stated(desk: zsupport.Policy) -> None:
    changes = [
        (OPENED + HOUR, {"impact": "slow"}),  # P2
        (OPENED + 2 * HOUR, {"priority": "P1"}),
        (OPENED + 3 * HOUR, {"impact": "other"}),  # the stated priority stays
    ]
    [answer] = asked(
        desk, plan="pro", role="user", channel="web", metric="fix",
        fact={"impact": "other", "again": "no"}, event=changes,
    )  # fmt: skip
    assert [leg.target for leg in answer.legs] == ["24h", "8h", "4h"]
    assert answer.due == OPENED + 6 * HOUR


def test_a_row_for_each_channel_if_a_change_takes_one_away(desk: zsupport.Policy) -> None:
    changed = asked(
        desk, plan="pro", role="user", priority="P2", event=[(OPENED + HOUR, {"plan": "basic"})]
    )
    assert [(row.channel, row.state) for row in changed] == [
        ("web", "breached"), ("phone", "not-entitled"),
    ]  # fmt: skip


def test_answers_are_kept_by_the_values_and_not_by_the_instants(desk: zsupport.Policy) -> None:
    case = {"plan": "pro", "role": "user", "priority": "P2", "channel": "web", "metric": "fix"}
    dues = [
        asked(desk, **case, event=[(OPENED + hours * HOUR, {"priority": "P1"})])[0].due
        for hours in (1, 2, 1)
    ]
    assert dues == [OPENED + 5 * HOUR, OPENED + 6 * HOUR, OPENED + 5 * HOUR]
    [again] = asked(desk, **case)
    assert (again.due, again.legs) == (OPENED + 8 * HOUR, ())


CUSTOMER = """
format: 1
policy: desk
plans: {basic: Basic, pro: Pro, max: Max}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
metrics: [{id: restarted, on-change: restart}, {id: carried, on-change: carry}]
hours: {local: {open: mon-fri 09:00-17:00, timezone: customer}}
targets:
  - {when: {plan: basic}, hours: local, restarted: 1 business hour, carried: 1 business hour}
  - {when: {plan: pro}, restarted: 8h, carried: 8h}
  - {restarted: 9h, carried: 9h}
"""


@pytest.mark.parametrize(
    ("metric", "zone", "state"),
    [
        # The deadline of the first leg can have passed before the change.
        ("restarted", None, "needs-input"),
        # In Tokyo it is 18:00, so the hour ends on the next day.
        ("restarted", "Asia/Tokyo", "running"),
        ("restarted", "Europe/Oslo", "breached"),
        ("carried", None, "running"),
    ],
)
def test_a_leg_that_needs_input(metric: str, zone: str | None, state: str, tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(CUSTOMER, encoding="utf-8")
    policy = zsupport.load(path, cache=False)
    changes = [(OPENED + 2 * HOUR, {"plan": "pro"}), (OPENED + 3 * HOUR, {"plan": "max"})]
    [answer] = asked(policy, plan="basic", metric=metric, customer_tz=zone, event=changes)
    assert answer.state == state


# -- many pauses ---------------------------------------------------------------------------------


PAUSED = """
format: 1
policy: desk
timezone: Europe/Oslo
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}, {id: P5}]
metrics: [{id: fix, on-change: restart, pauses: while we wait}, {id: work, on-change: restart}]
hours: {office: {open: mon-fri 09:00-17:00}}
targets:
  - hours: office
    fix:
      P1: 4 business hours
      P2: 2 business days
      P3: 20h 24x7
      P4: every 6 business hours
      P5: the later of 1 business day and 12h 24x7
    work: {P1: 4 business hours, P2: 2 business days, P3: 9h 24x7, P4: 20h 24x7, P5: none}
"""


@EXAMPLES
@given(st.data())
def test_a_leg_counts_all_of_many_pauses(folder: Path, data: st.DataObject) -> None:
    """A leg has the deadline of a case that is opened at its change, with the pauses after it."""
    path = folder / "paused.yaml"
    path.write_text(PAUSED, encoding="utf-8")
    policy = zsupport.load(path, cache=False)
    minutes = st.integers(0, 6000)
    # Most of them are apart from each other, so that they are not merged.
    random, gap = Random(data.draw(st.integers(0, 1000))), data.draw(st.integers(2, 40))
    pauses: list[tuple[datetime, datetime | None]] = []
    for number in range(data.draw(st.sampled_from([5, 40, 300]))):
        begin = OPENED + (number + random.random()) * gap * HOUR / 60
        pauses.append((begin, begin + random.random() * gap * HOUR / 60))
    if data.draw(st.booleans()):
        pauses.append((OPENED + data.draw(minutes) * HOUR / 60, None))
    changes = sorted(data.draw(st.sets(st.integers(1, 6000), max_size=6)))
    priorities = data.draw(
        st.lists(
            st.sampled_from(["P1", "P2", "P3", "P4", "P5"]),
            min_size=len(changes), max_size=len(changes),
        )
    )  # fmt: skip
    updated = data.draw(st.none() | minutes)
    events: dict[str, Any] = {"updated": None if updated is None else OPENED + updated * HOUR / 60}
    metric, at = data.draw(st.sampled_from(["fix", "work"])), OPENED + 300 * HOUR
    common: dict[str, Any] = {"plan": "pro", "channel": "web", "metric": metric, "at": at}
    [answer] = policy.due(
        **common, **events, priority="P1", opened=OPENED, pause=pauses,
        event=[
            (OPENED + change * HOUR / 60, {"priority": priority})
            for change, priority in zip(changes, priorities, strict=True)
        ],
    )  # fmt: skip
    priority = "P1"
    for leg in answer.legs:
        priority = leg.values.get("priority", priority)
        later = [
            (max(begin, leg.since), end) for begin, end in pauses if end is None or end > leg.since
        ]
        known = events["updated"] is None or events["updated"] >= leg.since
        [alone] = policy.due(
            **common, **(events if known else {}), priority=priority, opened=leg.since, pause=later
        )
        assert leg.due == alone.due
    event(f"{len(answer.legs)} legs")


def test_many_changes_with_many_pauses(tmp_path: Path) -> None:
    path = tmp_path / "paused.yaml"
    path.write_text(PAUSED, encoding="utf-8")
    policy = zsupport.load(path, cache=False)

    def answer(count: int, minutes: int) -> Any:
        def moment(number: float) -> datetime:
            return OPENED + number * minutes * HOUR / 60

        changes = [(moment(n), {"priority": f"P{n % 2 + 1}"}) for n in range(1, count + 1)]
        pauses = [(moment(n + 0.2), moment(n + 0.8)) for n in range(count)]
        return policy.due(
            plan="pro", channel="web", metric="fix", priority="P1", opened=OPENED,
            at=moment(count + 1), event=changes, pause=pauses,
        )[0]  # fmt: skip

    assert len(answer(300, 480).legs) > 1
    # Within two business days, a change counts all of 3,000 pauses.
    with pytest.raises(
        zsupport.PolicyError, match="too many pauses counted for all changes of a case"
    ):
        answer(3000, 1)


# -- random policies -----------------------------------------------------------------------------


def load_document(folder: Path, document: Document) -> zsupport.Policy:
    path = folder / "policy.yaml"
    path.write_bytes(yaml_of(document).encode())
    return zsupport.load(path, cache=False)


def names_of(document: Document) -> list[str]:
    names = ["plan", "role", "priority", *document.get("facts", {})]
    return [name for name in names if values_of(document, name)]


def answer_to(
    policy: zsupport.Policy, case: Case, metric: str, events: list[Any], at: datetime = AT
) -> tuple[DueAnswer, tuple[str, ...]]:
    """Return the answer to a case that states every value."""
    own: dict[str, Any] = {
        name: case[name] for name in ("plan", "role", "channel", "priority") if name in case
    }
    facts = {name: value for name, value in case.items() if name not in own}
    answers = policy.due(
        **own, fact=facts, metric=metric, opened=OPENED, at=at, event=events,
        customer_tz="Europe/Oslo", customer_country="NO",
    )  # fmt: skip
    [answer] = answers
    return answer, tuple(warning.code for warning in answers.warnings)


#: What a change of the case may change in an answer that has the target of another case.
IDENTITY: dict[str, Any] = {"plan": None, "role": None, "priority": None, "facts": {}, "legs": ()}


def promised(answer: DueAnswer) -> tuple[object, ...]:
    """Return the state without a target, the target and its hours."""
    if answer.state in NEGATIVE:
        return (answer.state,)
    return answer.target, answer.hours


@EXAMPLES
@given(policies(), st.data())
def test_changes_of_random_policies(folder: Path, document: Document, data: st.DataObject) -> None:
    policy = load_document(folder, document)
    metrics = document.get("metrics", [{"id": "first-response"}])
    metric = data.draw(st.sampled_from(metrics))
    names = names_of(document)
    case = {name: data.draw(st.sampled_from(values_of(document, name))) for name in names}
    case["channel"] = data.draw(st.sampled_from(list(document["channels"])))
    case_after, cases, events = case, [case], []
    for number in range(data.draw(st.integers(1, 3))):
        changed = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        values = {name: data.draw(st.sampled_from(values_of(document, name))) for name in changed}
        events.append((OPENED + (number + 1) * HOUR, values))
        case_after = {**case_after, **values}
        cases.append(case_after)
    answer, codes = answer_to(policy, case, metric["id"], events)
    alone = [answer_to(policy, single, metric["id"], [])[0] for single in cases]

    # The legs are the cases with another promise than the case before.
    expected = [promised(alone[0])]
    for single in alone[1:]:
        expected += [promised(single)] if promised(single) != expected[-1] else []
    event(f"{len(expected)} legs")
    assert len(answer.legs) == (len(expected) if len(expected) > 1 else 0)
    for leg, promise in zip(answer.legs, expected, strict=False):
        known = (leg.state,) if leg.state in NEGATIVE else (leg.target, leg.hours)
        assert known == promise
    assert sum(leg.decides for leg in answer.legs) == bool(answer.legs)

    mode = metric.get("on-change")
    event(f"on-change {mode}")
    assert ("change-assumed" in codes) is (mode is None and bool(answer.legs))
    bare = answer._replace(**IDENTITY)
    if not answer.legs or mode == "keep":
        assert bare._replace(because=()) == alone[0]._replace(**IDENTITY, because=())
    elif mode in (None, "carry"):
        last = next(single for single in alone if promised(single) == expected[-1])
        deciding = [single for single in alone if promised(single) == promised(last)]
        # A change without effect after the last leg does not change its remarks.
        assert bare in [single._replace(**IDENTITY) for single in deciding]


@EXAMPLES
@given(policies(), st.data())
def test_a_change_to_the_same_values_has_no_effect(
    folder: Path, document: Document, data: st.DataObject
) -> None:
    policy = load_document(folder, document)
    names = names_of(document)
    case = {name: data.draw(st.sampled_from(values_of(document, name))) for name in names}
    case["channel"] = data.draw(st.sampled_from(list(document["channels"])))
    same = {name: case[name] for name in data.draw(st.permutations(names))}
    for metric in document.get("metrics", [{"id": "first-response"}]):
        changed = answer_to(policy, case, metric["id"], [(OPENED + HOUR, same)])
        assert changed == answer_to(policy, case, metric["id"], [])
