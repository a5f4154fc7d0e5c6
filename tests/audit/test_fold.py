"""Event logs, folded into tickets."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zsupport.answer.case import Query
from zsupport.answer.case_change import CaseChange
from zsupport.audit.fold import fold, fold_grouped, fold_ticket, sort_on_disk
from zsupport.audit.ticket import EVENTS, EventRow, Reject, Ticket
from zsupport.clock.deadline import Events


def row(line: int, time: int, event: str | None = None, id: str = "7", **values: str) -> EventRow:
    return EventRow("log.csv", line, id, time, event, values)


def folded(*rows: EventRow, at: int = 1_000_000) -> list[Any]:
    return list(fold(rows, at))


def test_the_events_of_one_ticket() -> None:
    rows = (
        row(2, 100, "opened", plan="pro", priority="P2", size="big"),
        row(3, 160, "answered"),
        row(4, 200, "paused"),
        row(5, 300, "resumed"),
        row(6, 350, "updated"),
        row(7, 400, "resolved"),
    )
    (ticket,) = folded(*rows)
    assert ticket == Ticket(
        "log.csv", 2, "7", Query("pro", None, None, "P2", {"size": "big"}),
        Events(100, 160, 350, 400, ((200, 300),)), rows=rows,
    )  # fmt: skip


def test_the_first_row_opens_a_ticket_without_an_opening() -> None:
    (ticket,) = folded(row(2, 100, priority="P2"), row(3, 160, "answered"))
    assert ticket.events == Events(100, 160)


def test_a_change_of_the_priority() -> None:
    (ticket,) = folded(
        row(2, 100, "opened", priority="P3"),
        row(3, 150, priority="P3"),  # no change
        row(4, 200, "updated", priority="P1", plan="pro"),
        row(5, 250, plan="free"),
    )
    # The plan was unknown until 200, so it was `pro` from the opening.
    assert ticket.query == Query("pro", None, None, "P3", {})
    assert ticket.changes == (
        CaseChange(200, {"priority": "P1"}),
        CaseChange(250, {"plan": "free"}),
    )


def test_a_value_of_the_second_of_the_opening_belongs_to_the_opening() -> None:
    (ticket,) = folded(row(2, 100, "opened", priority="P3"), row(3, 100, priority="P1"))
    assert (ticket.query.priority, ticket.changes) == ("P1", ())


def test_repeated_states_of_a_status_log() -> None:
    (ticket,) = folded(
        row(2, 100, "opened"),
        row(3, 110, "resumed"),  # it was not paused
        row(4, 200, "paused"),
        row(5, 250, "paused"),
        row(6, 300, "resumed"),
        row(7, 310, "answered"),
        row(8, 320, "answered"),
        row(9, 400, "resolved"),
        row(10, 500, "resolved"),
        row(11, 600, "ignored"),
    )
    assert ticket.events == Events(100, 310, None, 400, ((200, 300),))


def test_the_resolution_ends_a_pause_and_an_open_pause_stays_open() -> None:
    (ticket,) = folded(row(2, 100, "opened"), row(3, 200, "paused"), row(4, 300, "resolved"))
    assert ticket.events.pauses == ((200, 300),)
    (ticket,) = folded(row(2, 100, "opened"), row(3, 200, "paused"))
    assert ticket.events.pauses == ((200, None),)


@pytest.mark.parametrize("event", ["reopened", "paused", "resumed"])
def test_a_reopened_ticket_has_a_cycle_for_each_opening(event: str) -> None:
    first, second = folded(
        row(2, 100, "opened", priority="P3"),
        row(3, 150, "answered"),
        row(4, 200, "resolved"),
        row(5, 250, "updated", priority="P2"),
        row(6, 300, event),
        row(7, 350, "answered"),
        row(8, 400, "resolved"),
    )
    assert first.events == Events(100, 150, 250, 200)
    assert (first.cycle, first.query.priority, first.changes) == (1, "P3", ())
    pauses = ((300, 400),) if event == "paused" else ()
    assert second.events == Events(300, 350, None, 400, pauses)
    assert (second.cycle, second.line, second.query.priority) == (2, 2, "P2")


def test_of_the_updates_the_last_one_before_the_moment_counts() -> None:
    rows = [row(2, 100, "opened"), *(row(i, 100 * i, "updated") for i in range(3, 8))]
    assert next(iter(fold(rows, 500))).events.updated == 500  # type: ignore[union-attr]
    assert next(iter(fold(rows, 200))).events.updated == 300  # type: ignore[union-attr]


def test_the_start_of_a_metric() -> None:
    (ticket,) = folded(
        row(2, 100, "opened"), row(3, 150, "start.visit"), row(4, 190, "start.visit")
    )
    assert ticket.starts == {"visit": 150}


def test_rows_that_contradict_the_opening_are_rejects() -> None:
    results = folded(
        row(2, 90, "updated"),
        row(3, 100, "opened", channel="web"),
        row(4, 120, "opened"),
        row(5, 150, channel="phone", priority="P1"),
        row(6, 200, "answered"),
    )
    rejects = [item for item in results if isinstance(item, Reject)]
    assert [(item.line, str(item.reason)) for item in rejects] == [
        (2, "the event is before the opening of the ticket"),
        (4, "the ticket is opened twice"),
        (5, "the channel of a ticket cannot change"),
    ]
    (ticket,) = [item for item in results if isinstance(item, Ticket)]
    assert ticket.events == Events(100, 200)
    assert ticket.query == Query(None, None, "web", None, {})
    assert ticket.warnings == ("rejected-events",)


def test_a_rejected_row_marks_all_cycles_of_its_ticket() -> None:
    rows: list[EventRow | Reject] = [
        row(2, 100, "opened"), row(3, 200, "resolved"), row(4, 300, "reopened"),
        Reject("log.csv", 5, "time", "bad", (), "7"), row(6, 100, "opened", "8"),
        Reject("log.csv", 7, None, "no cells"),
    ]  # fmt: skip
    for results in ([*fold(rows, 1000)], [*fold_grouped(rows, 1000)]):
        tickets = [item for item in results if isinstance(item, Ticket)]
        assert [(ticket.id, ticket.cycle, ticket.warnings) for ticket in tickets] == [
            ("7", 1, ("rejected-events",)), ("7", 2, ("rejected-events",)), ("8", 1, ()),
        ]  # fmt: skip
        assert {item.line for item in results if isinstance(item, Reject)} == {5, 7}


def test_a_reject_without_an_id_does_not_divide_a_ticket() -> None:
    rows: list[EventRow | Reject] = [
        row(2, 100, "opened"), Reject("log.csv", 3, None, "no cells"), row(4, 160, "answered"),
    ]  # fmt: skip
    (ticket,) = [item for item in fold_grouped(rows, 1000) if isinstance(item, Ticket)]
    assert (ticket.events, ticket.warnings) == (Events(100, 160), ())


def test_an_unknown_value_rejects_each_row_of_its_ticket() -> None:
    def check(event: EventRow) -> Reject | None:
        if event.values.get("priority") != "P9":
            return None
        return Reject(event.file, event.line, "level", "unknown", event.cells, event.id)

    rows: list[EventRow | Reject] = [
        row(2, 100, "opened", priority="P1"), row(3, 120, priority="P9"), row(4, 130, "answered"),
        row(5, 100, "opened", "8", priority="P1"),
        Reject("log.csv", 7, "time", "bad", (), "7"),
    ]  # fmt: skip
    because = "the ticket is rejected because of log.csv:3"
    for results in ([*fold(rows, 1000, check=check)], [*fold_grouped(rows[:4], 1000, check)]):
        rejects = {item.line: str(item.reason) for item in results if isinstance(item, Reject)}
        assert rejects.pop(7, "bad") == "bad"
        assert rejects == {2: because, 3: "unknown", 4: because}
        (ticket,) = [item for item in results if isinstance(item, Ticket)]
        assert (ticket.id, ticket.warnings) == ("8", ())


def test_a_reject_has_the_cells_of_its_row() -> None:
    rows = [row(2, 100, "opened"), row(3, 120, "opened")._replace(cells=("7", "late"))]
    (reject,) = [item for item in folded(*rows) if isinstance(item, Reject)]
    assert reject.cells == ("7", "late")


def test_all_cycles_have_the_place_of_the_first_row() -> None:
    rows = [
        row(5, 100, "opened")._replace(file="a.csv"),
        row(6, 200, "resolved")._replace(file="a.csv"),
        row(2, 300, "reopened")._replace(file="b.csv"),
    ]
    assert [(item.file, item.line) for item in folded(*rows)] == [("a.csv", 5), ("a.csv", 5)]


def test_the_opening_comes_first_in_its_second() -> None:
    (ticket,) = folded(row(2, 100, "paused"), row(3, 100, "opened"), row(4, 130, "resumed"))
    assert ticket.events == Events(100, pauses=((100, 130),))


ROWS = st.lists(
    st.builds(
        lambda time, event, id, priority: (time, event, id, priority),
        st.integers(0, 30),
        st.sampled_from([None, *EVENTS]),
        st.sampled_from("abc"),
        st.sampled_from([{}, {"priority": "P1"}, {"priority": "P2"}, {"channel": "web"}]),
    ),
    max_size=20,
)


@given(ROWS, st.integers(1, 5), st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_sorting_on_disk_changes_nothing(rows: list[Any], in_memory: int, at: int) -> None:
    log: list[EventRow | Reject] = [
        row(line, time, event, id, **values) for line, (time, event, id, values) in enumerate(rows)
    ]
    log.append(Reject("log.csv", len(log), None, "bad"))
    whole = list(fold(log, at))
    assert list(fold(log, at, in_memory)) == whole
    # The definition: the rows of each ticket alone, in the order of time.
    plain: list[Ticket | Reject] = [log[-1]]  # type: ignore[list-item]
    for id in "abc":
        own = [item for item in log if isinstance(item, EventRow) and item.id == id]
        own.sort(key=lambda item: (item.time, item.event != "opened", item.line))
        of_ticket = [*fold_ticket(own, at)]
        marks = any(isinstance(item, Reject) for item in of_ticket) and ("rejected-events",)
        plain += [
            item._replace(warnings=marks or ()) if isinstance(item, Ticket) else item
            for item in of_ticket
        ]
    assert sorted(whole, key=repr) == sorted(plain, key=repr)
    assert [item.line for item in whole] == sorted(item.line for item in whole)
    # Every row is in a ticket or a reject.
    if any(isinstance(item, EventRow) for item in log):
        assert any(isinstance(item, Ticket) for item in whole)
    rejected = {item.ticket for item in whole if isinstance(item, Reject)}
    for item in whole:
        if isinstance(item, Ticket):
            assert item.warnings == (("rejected-events",) if item.id in rejected else ())


@given(ROWS, st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_a_grouped_log_needs_no_sorting(rows: list[Any], at: int) -> None:
    log = [row(n, time, event, id, **values) for n, (time, event, id, values) in enumerate(rows)]
    log.sort(key=lambda item: item.id)
    log = [item._replace(line=line) for line, item in enumerate(log)]
    assert list(fold_grouped(log, at)) == list(fold(log, at)) or any(
        isinstance(item, Reject) for item in fold(log, at)
    )
    assert sorted(fold_grouped(log, at), key=repr) == sorted(fold(log, at), key=repr)


def test_the_order_of_files_is_kept() -> None:
    rows = [row(2, 100, "opened", id)._replace(file=file) for id, file in (("x", "b"), ("y", "a"))]
    assert [item.file for item in fold(rows, 0)] == ["b", "a"]


@given(st.lists(st.tuples(st.integers(0, 5), st.text(max_size=2))), st.integers(1, 6))
@settings(max_examples=200, deadline=None)
def test_sort_on_disk_is_a_stable_sort(items: list[tuple[int, str]], in_memory: int) -> None:
    expected = sorted(items, key=lambda item: item[0])
    assert list(sort_on_disk(items, lambda item: item[:1], in_memory)) == expected
