"""`due_many` gives the deadlines of `due` in one call, or refuses the tickets."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import yaml
from oracle.cases import FirstMetric, bundle, edges, may_promise
from oracle.compare import policy_text
from reference.draw import draw

from zsupport.errors import PolicyError, UsageError
from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision

POLICY = """\
format: 1
policy: many
timezone: Europe/Oslo
effective: {from: 2025-01-01}
plans: {pro: Pro, free: Free}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web, when: {plan: pro}}]
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}, {id: P5}, {id: P6}]
metrics:
  - {id: first-response}
  - {id: repair, starts: answered}
  - {id: visit, starts: The cause is known}
  - {id: reply}
hours:
  office: {open: "mon-fri 09:00-17:00", holidays: ["2026-05-01"]}
  short: {open: "sun 09:00-10:00"}
targets:
  - {hours: office, first-response: {P1: 4 business hours, P2: none, P3: 2 per week}}
  - {hours: short, first-response: {P4: 900 business hours}}
  - {when: {opened: inside office}, hours: office, first-response: {P5: 1 business hour}}
  - {hours: office, first-response: {P5: 3 business hours}}
  - {hours: office, repair: 1 business hour, visit: 1 business hour}
"""
# 2026-05-01 is a holiday. Friday 15:00 in Oslo plus 4 hours is Monday 11:00.
FRIDAY = datetime(2026, 4, 24, 13, tzinfo=UTC)
MONDAY = datetime(2026, 4, 27, 9, tzinfo=UTC)
#: Thursday 15:00 in Oslo; the Friday is a holiday.
THURSDAY = datetime(2026, 4, 30, 13, tzinfo=UTC)
TUESDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)
CASE: dict[str, Any] = {"plan": "pro", "priority": "P1"}


@pytest.fixture(scope="module")
def policy() -> Policy:
    """Return the policy above."""
    return policy_of(POLICY)


def policy_of(*texts: str) -> Policy:
    """Return the policy with these revisions."""
    files = [
        SourceFile(f"{n}.yaml", text.encode(), "", f"{n}.yaml") for n, text in enumerate(texts)
    ]
    return Policy(tuple(load_revision(file) for file in files))


def utc64(*instants: datetime) -> Any:
    """Return instants as an array of NumPy."""
    return np.array([instant.replace(tzinfo=None) for instant in instants], "datetime64[s]")


def test_a_list_gives_a_list(policy: Policy) -> None:
    opened = [FRIDAY, "2026-04-30T15:00:00+02:00", int(FRIDAY.timestamp()), None]
    assert policy.due_many(opened, **CASE) == [MONDAY, TUESDAY, MONDAY, None]
    assert policy.due_many((FRIDAY,), **CASE) == [MONDAY]
    assert policy.due_many([], **CASE) == []


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_an_array_of_numpy_gives_an_array(policy: Policy, unit: str) -> None:
    opened = utc64(FRIDAY, THURSDAY).astype(f"datetime64[{unit}]")
    due = policy.due_many(opened, **CASE)
    assert due.dtype == np.dtype("datetime64[s]")
    assert due.tolist() == utc64(MONDAY, TUESDAY).tolist()
    # Fractions of a second are rounded down, as by `due`.
    if unit != "s":
        later = opened + np.timedelta64(999, "ms")
        assert policy.due_many(later, **CASE).tolist() == due.tolist()


def test_numbers_objects_and_missing_values_of_numpy(policy: Policy) -> None:
    due = utc64(MONDAY, TUESDAY)
    seconds = utc64(FRIDAY, THURSDAY).astype(np.int64)
    assert policy.due_many(seconds, **CASE).tolist() == due.tolist()
    assert policy.due_many(np.array([FRIDAY, None], object), **CASE).tolist() == [
        due[0].item(), None,
    ]  # fmt: skip
    opened = utc64(FRIDAY, THURSDAY).reshape(2, 1)
    opened[1] = np.datetime64("NaT")
    result = policy.due_many(opened, **CASE)
    assert result.shape == (2, 1)
    assert result.tolist() == [[due[0].item()], [None]]
    assert len(policy.due_many(seconds[:0], **CASE)) == 0


def test_arrow_gives_arrow(policy: Policy) -> None:
    instants = pa.timestamp("s", tz="UTC")
    for opened in (
        pa.array([FRIDAY, None], pa.timestamp("us", tz="Europe/Oslo")),
        pa.array([int(FRIDAY.timestamp()), None]),
        pa.array([FRIDAY.isoformat(), None]),
    ):
        due = policy.due_many(opened, **CASE)
        assert due.type == instants
        assert due.to_pylist() == [MONDAY, None]
    chunks = pa.chunked_array([[FRIDAY], [THURSDAY]], pa.timestamp("us", tz="UTC"))
    assert policy.due_many(chunks, **CASE) == pa.chunked_array([[MONDAY, TUESDAY]], instants)


def test_a_series_of_polars_gives_a_series(policy: Policy) -> None:
    for opened in (
        pl.Series("opened", [FRIDAY, None], pl.Datetime("ms", "UTC")),
        pl.Series("opened", [FRIDAY, None]).dt.convert_time_zone("Europe/Oslo"),
        pl.Series("opened", [int(FRIDAY.timestamp()), None]),
        pl.Series("opened", [FRIDAY.isoformat(), None]),
    ):
        due = policy.due_many(opened, **CASE)
        assert due.name == "opened"
        assert due.to_list() == [MONDAY, None]


def test_a_series_of_pandas_gives_a_series(policy: Policy) -> None:
    for opened in (
        pd.Series([FRIDAY, None], [7, 8], name="opened").dt.tz_convert("Europe/Oslo"),
        pd.Series([int(FRIDAY.timestamp()), None], [7, 8], "Int64", "opened"),
        pd.Series([FRIDAY.isoformat(), None], [7, 8], name="opened"),
        pd.Series([FRIDAY, None], [7, 8], object, "opened"),
    ):
        due = policy.due_many(opened, **CASE)
        assert due.name == "opened"
        assert due.index.tolist() == [7, 8]
        assert due[7].to_pydatetime() == MONDAY
        assert due.isna().tolist() == [False, True]
    index = policy.due_many(pd.DatetimeIndex([FRIDAY]), **CASE)
    assert index.tolist() == [pd.Timestamp(MONDAY)]


@pytest.mark.parametrize(
    "opened",
    [
        [FRIDAY.replace(tzinfo=None)],
        ["2026-04-24T15:00"],
        ["yesterday"],
        [10],
        [int(FRIDAY.timestamp()) * 1000],
        np.array([10]),
        np.array(["1972-12-31T23:59:59.9"], "datetime64[ms]"),
        np.array(["2201-01-01T00:00:00"], "datetime64[s]"),
        pa.array([FRIDAY.replace(tzinfo=None)]),
        pl.Series([FRIDAY.replace(tzinfo=None)]),
        pd.Series([FRIDAY.replace(tzinfo=None)]),
    ],
)
def test_invalid_opening_times_are_refused(policy: Policy, opened: Any) -> None:
    with pytest.raises(ValueError):
        policy.due_many(opened, **CASE)


@pytest.mark.parametrize(
    "opened",
    [
        np.array([1.5]),
        np.array(["2026-04-24"], "datetime64[D]"),
        np.ma.masked_array([1], [True]),
        np.datetime64("2026-04-24T13:00:00"),
        pa.array([1.5]),
        pl.DataFrame({"opened": [FRIDAY]}),
        pl.Series([FRIDAY.date()]),
        pd.Series([1.5]),
    ],
)
def test_columns_of_other_types_are_refused(policy: Policy, opened: Any) -> None:
    with pytest.raises(TypeError):
        policy.due_many(opened, **CASE)


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ({"plan": "pro"}, "depends on `priority`"),
        ({"priority": "P1"}, "depends on `plan`"),
        ({**CASE, "plan": "free"}, "`not-entitled`"),
        ({**CASE, "priority": "P2"}, "`no-target`"),
        ({**CASE, "priority": "P3"}, "`2 per week`"),
        ({**CASE, "priority": "P6"}, "`not-stated`"),
        ({**CASE, "metric": "reply"}, "`not-stated`"),
        ({**CASE, "metric": "all"}, "depends on `metric`"),
        ({**CASE, "metric": "repair"}, "the clock of `repair` does not start"),
        ({**CASE, "metric": "visit"}, "the clock of `visit` does not start"),
        ({**CASE, "plan": "gold"}, "unknown plan `gold`"),
        ({**CASE, "metric": "fix"}, "unknown metric `fix`"),
    ],
)
@pytest.mark.parametrize("opened", [[FRIDAY], utc64(FRIDAY)], ids=["list", "array"])
def test_a_case_without_a_single_deadline_is_refused(
    policy: Policy, opened: Any, case: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError, match=text):
        policy.due_many(opened, **case)


@pytest.mark.parametrize("opened", [[FRIDAY], utc64(FRIDAY)], ids=["list", "array"])
def test_a_deadline_after_ten_years_is_refused(policy: Policy, opened: Any) -> None:
    with pytest.raises(PolicyError, match="not reached within ten years"):
        policy.due_many(opened, plan="pro", priority="P4")


@pytest.mark.parametrize("array", [False, True])
def test_a_deadline_after_2200_is_refused(policy: Policy, array: bool) -> None:
    last = datetime(2200, 12, 31, 15, tzinfo=UTC)
    opened: Any = utc64(FRIDAY, last) if array else [FRIDAY, last]
    with pytest.raises(UsageError, match="after 2200"):
        policy.due_many(opened, **CASE)


@pytest.mark.parametrize("array", [False, True])
def test_a_ticket_before_the_first_day_of_the_policy_is_refused(
    policy: Policy, array: bool
) -> None:
    early = datetime(2024, 12, 31, 22, tzinfo=UTC)
    opened: Any = utc64(FRIDAY, early) if array else [FRIDAY, early]
    with pytest.raises(UsageError, match="2024-12-31T22:00:00Z have no deadline: `not-stated`"):
        policy.due_many(opened, **CASE)


@pytest.mark.parametrize("array", [False, True])
def test_the_rule_can_depend_on_the_opening_time(policy: Policy, array: bool) -> None:
    # Opened inside the hours: one hour; on Friday evening: three hours from Monday 09:00.
    evening = datetime(2026, 4, 24, 18, tzinfo=UTC)
    expected = [datetime(2026, 4, 24, 14, tzinfo=UTC), datetime(2026, 4, 27, 10, tzinfo=UTC)]
    opened: Any = utc64(FRIDAY, evening) if array else [FRIDAY, evening]
    due = policy.due_many(opened, plan="pro", priority="P5")
    assert (
        [item.replace(tzinfo=UTC) for item in due]
        if not array
        else [item.replace(tzinfo=UTC) for item in due.tolist()] == expected
    )


def single_deadlines(
    policy: Policy, opened: Sequence[int], case: dict[str, Any]
) -> Iterator[tuple[int, datetime | None]]:
    """Yield each opening time with the deadline of `due`; None if there is no single deadline."""
    for instant in opened:
        moment = datetime.fromtimestamp(instant, UTC)
        try:
            answers = policy.due(opened=moment, at=moment, **case)
        except (UsageError, PolicyError):
            yield instant, None
            continue
        dues = {answer.due for answer in answers}
        starts = {answer.starts for answer in answers}
        if len(dues) > 1 or starts != {"opened"}:
            yield instant, None
        elif len(answers) == 1:  # rows with the same deadline can differ in another way
            yield instant, dues.pop()


def compare(policy: Policy, opened: Sequence[int], case: dict[str, Any]) -> int:
    """Compare `due_many` with `due`; return the number of deadlines."""
    expected = dict(single_deadlines(policy, opened, case))
    refused = [instant for instant, due in expected.items() if due is None]
    for instant in refused[:3]:
        for ticket in ([instant], np.array([instant])):
            with pytest.raises((UsageError, PolicyError)):
                policy.due_many(ticket, **case)
    accepted = {instant: due for instant, due in expected.items() if due is not None}
    dues = policy.due_many([*accepted], **case)
    assert dict(zip(accepted, dues, strict=True)) == accepted
    array = np.array(Random(0).sample([*accepted], len(accepted)), np.int64)
    dues_of_array = policy.due_many(array, **case).astype(np.int64)
    assert dict(zip(array.tolist(), dues_of_array.tolist(), strict=True)) == {
        instant: int(due.timestamp()) for instant, due in accepted.items()
    }
    return len(accepted)


@pytest.mark.parametrize("number", range(60))
def test_every_target_over_random_hours(number: int) -> None:
    drawn = bundle(2026, number, 25)
    targets = [case.target for case in drawn.cases if isinstance(case.target, str)]
    targets = [target for target in targets if may_promise(drawn.hours, target)]
    if len({member.zone for member in drawn.hours.members}) == 1:
        targets += ["2 calendar days", "the later of 4h 24x7 and 1 calendar day"]
    targets = list(dict.fromkeys(targets))
    by_priority = {f"P{position}": target for position, target in enumerate(targets)}
    policy = policy_of(policy_text(drawn, FirstMetric("opened", "carry"), by_priority))
    around = [case.opened for case in drawn.cases]
    for instant in around[:6]:
        around += [
            edge + more for edge in edges(drawn.hours, instant // 86_400) for more in (-1, 0)
        ]
    opened = sorted({instant for instant in around if 94_694_400 <= instant < 7_289_654_400})
    customer = {"customer_tz": drawn.customer_zone, "customer_country": drawn.customer_country}
    total = 0
    for position in range(len(targets)):
        total += compare(policy, opened, {"priority": f"P{position}", **customer})
    assert total


@pytest.mark.parametrize("number", range(60))
def test_every_case_of_random_policies(number: int) -> None:
    random = Random(number)
    policy = policy_of(*(yaml.safe_dump(document) for document in draw(2026, number)))
    start = datetime(2026, 10, 25, tzinfo=UTC)
    moments = [start + timedelta(minutes=30 * random.randrange(2000)) for _ in range(20)]
    opened = sorted({int(moment.timestamp()) for moment in moments})
    for _ in range(5):
        case: dict[str, Any] = {
            name: random.choice(values)
            for name, values in (
                ("plan", policy.plans), ("role", policy.roles), ("channel", policy.channel_ids),
                ("priority", policy.priorities),
            )
            if values and random.random() < 0.9
        }  # fmt: skip
        if "priority" in case and any(revision.priority_rules for revision in policy.revisions):
            del case["priority"]
        case["fact"] = {name: random.choice(values) for name, values in policy.facts.items()}
        case["metric"] = random.choice(policy.metrics)
        case["customer_tz"] = random.choice([None, "Asia/Tokyo"])
        compare(policy, opened, case)


def test_the_plain_way_needs_no_numpy(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "many.yaml"
    path.write_text(POLICY, encoding="utf-8")
    code = (
        f"import sys, zsupport; policy = zsupport.load({str(path)!r}, cache=False);"
        f"due = policy.due_many([{FRIDAY.isoformat()!r}], plan='pro', priority='P1');"
        "print(due[0].isoformat(), 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{MONDAY.isoformat()} False\n"
