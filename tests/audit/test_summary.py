"""The summary of verdicts, compared with its definition on lists."""

import random
from datetime import UTC
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zsupport.audit.summary as module
from audit.verdicts import VERDICT, verdict
from zsupport.answer.due import STATES
from zsupport.audit.share import parse_share, required_share, share_text
from zsupport.audit.summary import GroupSummary, RejectKind, Summary, SummaryBuilder, SummaryOptions
from zsupport.audit.ticket import Reject
from zsupport.audit.verdict_lists import VerdictRow, lists_of
from zsupport.clock.problem import BadText
from zsupport.clock.problem import shown as quoted
from zsupport.clock.zones import zone
from zsupport.wording import Message, joined

AT = 1_764_100_000
OPTIONS = SummaryOptions(AT)


def summed(rows: list[VerdictRow], options: SummaryOptions = OPTIONS) -> Summary:
    builder = SummaryBuilder(options)
    builder.add_lists(lists_of(rows))
    return builder.finish()


def met(margin: int | None, **fields: Any) -> VerdictRow:
    return (), verdict(state="met", margin_seconds=margin, due=None, **fields)


def breached(margin: int, **fields: Any) -> VerdictRow:
    return (), verdict(state="breached", margin_seconds=-margin, due=5000, **fields)


def test_states_of_one_metric() -> None:
    states = [*STATES, "met", "met", "running"]
    rows: list[VerdictRow] = [
        ((), verdict(line=number, id=None, state=state, margin_seconds=None))
        for number, state in enumerate(states)
    ]
    (total,) = summed(rows).totals
    assert total == GroupSummary(
        "first-response", {}, 13, met=3, breached=1, open_breached=0, running=2, at_risk=1,
        paused=1, not_started=1, not_entitled=1, no_target=1, not_stated=1, needs_input=1,
        met_percent=75.0, median_margin_seconds=None, margin_95_seconds=None,
    )  # fmt: skip
    assert (total.judged, total.percent) == (4, "75.0")


@pytest.mark.parametrize(
    ("met", "breached", "percent"),
    [
        (9996, 4, "99.9"), (9999, 1, "99.9"), (10_000, 0, "100.0"), (0, 3, "0.0"), (2, 1, "66.6"),
        (1, 1999, "0.0"), (0, 0, None),
    ],
)  # fmt: skip
def test_percentage_is_rounded_down(met: int, breached: int, percent: str | None) -> None:
    builder = SummaryBuilder(OPTIONS)
    builder.add_counts(("m",), {"met": met, "breached": breached}, 0, {})
    assert builder.finish().totals[0].percent == percent


@pytest.mark.parametrize(
    ("margins", "median", "reached"),
    [
        ([], None, None),
        ([7], 7, 7),
        ([1, 2], 2, 1),  # 1 of 2 is half; both are needed for 95 %
        ([1, 2, 3], 2, 1),
        (list(range(1, 20)), 10, 1),  # 19 of 19: 18 are less than 95 %
        (list(range(1, 21)), 11, 2),  # 19 of 20 are 95 %
        (list(range(1, 40)), 20, 2),
        (list(range(1, 41)), 21, 3),  # 38 of 40
        ([5] * 19 + [-9], 5, 5),
    ],
)
def test_margins(margins: list[int], median: int | None, reached: int | None) -> None:
    random.Random(1).shuffle(margins)
    builder = SummaryBuilder(OPTIONS)
    builder.add_lists(lists_of([met(margin, line=line) for line, margin in enumerate(margins)]))
    totals = builder.finish().totals
    assert [(t.median_margin_seconds, t.margin_95_seconds) for t in totals] == [
        (median, reached)
    ] * bool(margins)


def test_open_breached_tickets_are_late_at_the_moment_of_the_audit() -> None:
    rows = [
        breached(600),  # ended 600 seconds after the deadline
        ((), verdict(line=3, state="breached", due=AT - 60, margin_seconds=-60)),
        ((), verdict(line=4, state="breached", due=AT - 90, margin_seconds=-90)),
    ]
    (total,) = summed(rows).totals
    assert (total.breached, total.open_breached) == (3, 2)


def test_groups_by_dimensions_months_and_kept_columns() -> None:
    options = SummaryOptions(
        AT, ("month", "Region", "plan"), ("Subject", "Region"), zone("Europe/Oslo")
    )
    # 2025-10-31T23:30Z is in November in Oslo.
    rows: list[VerdictRow] = [
        (("a", "emea"), verdict(opened=1_761_953_400, state="met", margin_seconds=5)),
        (("b", None), verdict(opened=1_761_953_400, line=3, plan=None)),
        (("c", "emea"), verdict(opened=1_761_947_999, line=4)),
        (("d", "emea"), verdict(opened=1_761_953_400, line=5, metric="fix")),
        (("d", "apac"), verdict(opened=1_761_953_400, line=6)),
    ]
    groups = summed(rows, options).groups
    assert [(group.metric, (*group.values.values(),), group.tickets) for group in groups] == [
        ("first-response", ("2025-10", "emea", "pro"), 1),
        ("first-response", ("2025-11", "apac", "pro"), 1),
        ("first-response", ("2025-11", "emea", "pro"), 1),
        ("first-response", ("2025-11", None, None), 1),
        ("fix", ("2025-11", "emea", "pro"), 1),
    ]
    builder = SummaryBuilder(options)
    builder.add_lists(lists_of(rows))
    ordered = builder.finish({"Region": ("emea", "apac")}).groups
    assert [group.values["Region"] for group in ordered] == ["emea", "emea", "apac", None, "emea"]


def test_tickets_and_duplicates() -> None:
    rows: list[VerdictRow] = [
        ((), verdict(line=2, id="a")),
        ((), verdict(line=2, id="a", metric="fix")),  # the same ticket
        ((), verdict(line=3, id="b")),
        ((), verdict(line=4, id="a")),  # a duplicate
        ((), verdict(line=6, id="b", cycle=2)),  # a reopened ticket
        ((), verdict(line=7, id=None)),
        ((), verdict(line=8, id=None)),
        ((), verdict(line=9, id="a")),
    ]
    summary = summed(rows)
    assert (summary.tickets, summary.duplicates, summary.all_ids) == (7, 2, True)
    separate = SummaryBuilder(OPTIONS)
    for row in rows:
        separate.add_lists(lists_of([row]))
    assert separate.finish() == summary


def test_only_the_first_ids_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_IDS", 2)
    summary = summed([((), verdict(line=n, id=id)) for n, id in enumerate("abaccb")])
    assert (summary.tickets, summary.duplicates, summary.all_ids) == (6, 2, False)


def test_worst_tickets_are_the_latest() -> None:
    rows = [breached(margin, line=line) for line, margin in enumerate([5, 9, 1, 9, 3, 7, 2])]
    worst = summed([*rows, met(-100, line=99)]).worst
    assert [(ticket.margin_seconds, ticket.line) for ticket in worst] == [
        (-9, 1), (-9, 3), (-7, 5), (-5, 0), (-3, 4),
    ]  # fmt: skip
    assert worst[0][1:] == (
        "tickets.csv",
        1,
        1,
        "first-response",
        "A-1",
        "pro",
        "owner",
        None,
        "P2",
    )


def test_rejects_by_kind() -> None:
    builder = SummaryBuilder(OPTIONS)

    def reject(line: int, reason: str, column: str | None = "Plan") -> None:
        builder.reject(Reject("t.csv", line, column, reason))

    reject(2, Message("unknown plan `{plan}`", plan="x"))
    reject(3, Message("not UTF-8"), None)
    reject(4, joined((Message("unknown plan `{plan}`", plan="pr"), Message("hint")), "; "))
    reject(5, Message("unknown plan `{plan}`", plan="y"), "Tier")
    reject(6, Message("not UTF-8"), None)
    reject(7, Message("not UTF-8"), None)
    summary = builder.finish()
    assert summary.rejects == 6
    assert summary.reject_kinds == (
        RejectKind(3, None, "not UTF-8", "t.csv", 3),
        RejectKind(2, "Plan", "unknown plan `x`", "t.csv", 2),
        RejectKind(1, "Tier", "unknown plan `y`", "t.csv", 5),
    )


STATED = st.sampled_from([None, "a", "b", "c"])
ROWS = st.lists(
    st.builds(
        lambda kept, **fields: ((kept,), verdict(**fields)),
        STATED,
        line=st.integers(1, 4),
        id=STATED,
        metric=st.sampled_from(["m", "n"]),
        plan=STATED,
        state=st.sampled_from(STATES),
        opened=st.sampled_from([1_761_953_400, 1_761_947_999, 1_764_000_000]),
        margin_seconds=st.none() | st.integers(-300, 300),
        due=st.sampled_from([None, AT, AT - 50, AT + 50]),
    ),
    max_size=30,
)


def fields_of(summary: Summary) -> Any:
    """Return what does not depend on the order of tickets."""
    return (
        sorted(summary.totals),
        sorted(summary.groups, key=repr),
        summary.margin_step_seconds,
        [ticket[:2] for ticket in summary.worst],
        summary.pictures,
    )


@given(ROWS, st.integers(0, 30), st.randoms(), st.sampled_from([3, 1000]))
def test_parts_can_be_merged_in_any_order(rows: Any, cut: int, shuffled: Any, most: int) -> None:
    options = SummaryOptions(AT, ("plan", "k"), ("k",), pictures=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MAX_MARGINS", most)
        whole = summed(rows, options)
        first, second = SummaryBuilder(options), SummaryBuilder(options)
        first.add_lists(lists_of(rows[:cut]))
        second.add_lists(lists_of(rows[cut:]))
        first.merge(second)
        assert fields_of(first.finish())[:-1] == fields_of(whole)[:-1]
        assert first.finish().pictures == whole.pictures
        assert first.finish().duplicates >= 0
        mixed = list(rows)
        shuffled.shuffle(mixed)
        assert fields_of(summed(mixed, options)) == fields_of(whole)
    for group in whole.totals:
        own = [row for _, row in rows if row.metric == group.metric]
        judged = [row for row in own if row.state in ("met", "breached")]
        assert group.tickets == len(own)
        assert group.judged == len(judged)
        margins = [row.margin_seconds for row in judged if row.margin_seconds is not None]
        step = whole.margin_step_seconds
        rounded = sorted(margin // step * step for margin in margins)
        for part, reached in (
            (Fraction(1, 2), group.median_margin_seconds),
            (Fraction(19, 20), group.margin_95_seconds),
        ):
            most_reached = [
                margin
                for margin in rounded
                if Fraction(sum(other >= margin for other in rounded), len(rounded)) >= part
            ]
            assert reached == (max(most_reached) if most_reached else None)


def test_many_different_margins_are_rounded_down_to_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_MARGINS", 10)
    rows = [met(margin, line=margin) for margin in range(0, 601)]
    summary = summed(rows)
    assert summary.margin_step_seconds == 3600  # 11 different minutes are too many too
    summary = summed(rows[:600])
    assert summary.margin_step_seconds == 60
    assert (summary.totals[0].median_margin_seconds, summary.totals[0].margin_95_seconds) == (
        300,
        0,
    )
    assert summed([breached(59), breached(1)] * 9 + rows[:9]).margin_step_seconds == 60


def test_further_groups_are_summed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_GROUPS", 2)
    options = SummaryOptions(AT, ("plan",))
    rows: list[VerdictRow] = [((), verdict(line=n, plan=plan)) for n, plan in enumerate("abcabcd")]
    summary = summed(rows, options)
    assert [((*group.values.values(),), group.tickets) for group in summary.groups] == [
        (("a",), 2),
        (("b",), 2),
    ]
    assert [rest.tickets for rest in summary.rest] == [3]
    assert [total.tickets for total in summary.totals] == [7]


def test_openings_by_local_hour() -> None:
    options = SummaryOptions(AT, zone=zone("Europe/Oslo"), pictures=True)
    rows = [
        met(5, line=2, opened=1_764_000_000),  # 17:00 in Oslo
        met(7, line=3, opened=1_764_003_599),
        breached(5, line=4, opened=1_764_003_600),
        ((), verdict(line=5, state="running", opened=1_764_003_600)),
    ]
    pictures = summed(rows, options).pictures["first-response"]
    hour = (1_764_000_000 + 3600) // 3600
    assert pictures.openings == {hour: [2, 0, 2], hour + 1: [0, 1, 2]}
    assert pictures.margins == {5: 1, 7: 1, -5: 1}
    # 01:30 UTC on 26 October 2025 is after the change to winter time at 01:00 UTC.
    change = summed([met(5, opened=1_761_442_200)], options).pictures["first-response"]
    assert change.openings == {(1_761_442_200 + 3600) // 3600: [1, 0, 1]}


def _below(summary: Summary, share: str) -> list[str]:
    return [total.metric for total in required_share(summary, share).below]


def test_share_that_a_metric_must_reach() -> None:
    builder = SummaryBuilder(OPTIONS)
    builder.add_counts(("a",), {"met": 19, "breached": 1}, 0, {})
    builder.add_counts(("b",), {"met": 94, "breached": 6, "running": 50}, 0, {})
    builder.add_counts(("c",), {"running": 5}, 0, {})
    summary = builder.finish()
    assert _below(summary, "95%") == ["b"]
    assert _below(summary, "94%") == []
    assert _below(summary, "100%") == ["a", "b"]
    assert _below(summary, "19/20") == ["b"]


@pytest.mark.parametrize(
    ("met", "breached", "needs_input", "share", "result"),
    [
        (1, 0, 3, "95%", "uncertain"),
        (1, 0, 3, "25%", "reached"),  # 1 of 4, even if the three are breached
        (1, 0, 3, "26%", "uncertain"),
        (0, 3, 1, "25%", "uncertain"),
        (0, 3, 1, "26%", "below"),  # 1 of 4, even if the fourth is met
        (0, 0, 2, "1%", "uncertain"),
        (0, 0, 0, "1%", "reached"),
    ],
)
def test_verdicts_that_need_input_can_be_met_or_breached(
    met: int, breached: int, needs_input: int, share: str, result: str
) -> None:
    builder = SummaryBuilder(OPTIONS)
    states = {"met": met, "breached": breached, "needs-input": needs_input}
    builder.add_counts(("a",), states, 0, {})
    builder.add_counts(("b",), {"met": 1}, 0, {})
    required = required_share(builder.finish(), share)
    assert required.is_reached is (result == "reached")
    assert [total.metric for total in required.below] == (["a"] if result == "below" else [])
    uncertain = ["a"] if result == "uncertain" else []
    assert [total.metric for total in required.uncertain] == uncertain


def test_share_without_a_judged_ticket_is_not_reached() -> None:
    builder = SummaryBuilder(OPTIONS)
    builder.add_counts(("c",), {"running": 5}, 0, {})
    assert _below(builder.finish(), "50%") == ["c"]


@pytest.mark.parametrize(
    ("text", "share"),
    [("95", "95%"), ("99.5", "99.5%"), ("100", "100%"), ("2", "2%"), ("0.5%", "0.5%"),
     ("19/20", "19/20")],
)  # fmt: skip
def test_share_is_a_percentage_or_a_ratio(text: str, share: str) -> None:
    assert share_text(text) == share
    assert parse_share(text) == parse_share(share)


@pytest.mark.parametrize("text", ["101", "101%", "0", "0%", "", "2/1", "95 %", "-5", "nan"])
def test_invalid_share_is_refused(text: str) -> None:
    with pytest.raises(BadText) as raised:
        parse_share(text)
    assert raised.value.message == f"invalid share {quoted(text)}"
    assert (
        raised.value.expected
        == "a percentage up to 100% or a ratio up to 1/1, such as 95% or 19/20"
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("0.95", "write `95%` or `0.95%`"),
        (".5", "write `50%` or `0.5%`"),
        ("1", "write `100%` or `1%`"),
        ("0.125", "write `12.5%` or `0.125%`"),
    ],
)
def test_a_share_that_is_a_percentage_or_a_ratio_is_refused(text: str, hint: str) -> None:
    with pytest.raises(BadText) as raised:
        parse_share(text)
    assert (raised.value.message, raised.value.hint) == (
        f"`{text}` can be a percentage or a ratio",
        hint,
    )


def test_no_tickets() -> None:
    summary = SummaryBuilder(SummaryOptions(AT, ("plan",), zone=UTC, pictures=True)).finish()
    assert (summary.tickets, summary.totals, summary.groups, summary.worst) == (0, (), (), ())
    assert _below(summary, "50%") == []


def test_verdict_rows_of_the_output_are_accepted() -> None:
    assert summed([((), VERDICT)]).totals[0].breached == 1
