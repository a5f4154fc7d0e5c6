"""Rows, read as tickets and events by a mapping."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zsupport.answer.case import Query
from zsupport.audit.mapping.file import load_mapping
from zsupport.audit.mapping.header import resolve
from zsupport.audit.mapping.model import FieldColumn, TicketMapping, merged
from zsupport.audit.mapping.options import mapping_of_options
from zsupport.audit.reading.rows import HeadCell, careful_reader, event_reader, head, ticket_reader
from zsupport.audit.ticket import EventRow, Reject, Ticket
from zsupport.clock.deadline import Events
from zsupport.errors import UsageError

ACME = load_mapping(
    """
timezone = "Europe/Oslo"
instant = "%d.%m.%Y %H:%M"
nulls = ["?", "NA"]
keep = ["Note", "Nr"]
[columns]
id = "Nr"
opened = "Created"
answered = {column = "Reply", instant = ["%Y-%m-%dT%H:%M:%S%z", "%s"]}
updated = "Updated"
resolved = "Solved"
plan = "Plan"
priority = "Priority"
fact.impact = "Impact"
start.fix = "Confirmed"
pause.from = "Hold from"
pause.to = "Hold to"
[values.priority]
Urgent = "P1"
urgent = "P0"
"3 - Moderate" = "P3"
[values.plan]
"Gold plan" = "gold"
[constants]
channel = "email"
fact.region = "eu"
""",
    "acme.toml",
)
HEADER = (
    "Nr", "Created", "Reply", "Updated", "Solved", "Plan", "Priority", "Impact", "Confirmed",
    "Hold from", "Hold to", "Note",
)  # fmt: skip
COLUMNS = resolve(ACME, HEADER, ["impact", "region"], ["fix"])


def cells(**stated: str | None) -> list[str | None]:
    """Return the cells of a row: those of an ordinary ticket, apart from the stated ones."""
    row = dict.fromkeys(HEADER, "") | {"Nr": "7", "Created": "24.11.2026 09:00"}
    names = {name.casefold().replace(" ", "_"): name for name in HEADER}
    return [*(row | {names[name]: text for name, text in stated.items()}).values()]


def t(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())


def read(**stated: str | None) -> Ticket | Reject:
    return ticket_reader(COLUMNS, "a.csv")((5, cells(**stated)))


def test_a_ticket_with_everything() -> None:
    ticket = read(
        nr=" 12 ", reply="2026-11-24T08:30:00+00:00", updated="24.11.2026 10:00",
        solved="25.11.2026 11:00", plan="Gold plan", priority="Urgent", impact="down",
        confirmed="24.11.2026 09:30", hold_from="24.11.2026 12:00", hold_to="24.11.2026 13:00",
        note=" a note ",
    )  # fmt: skip
    assert ticket == Ticket(
        "a.csv",
        5,
        "12",
        Query("gold", None, "email", "P1", {"impact": "down", "region": "eu"}),
        Events(
            t("2026-11-24T09:00+01:00"), t("2026-11-24T09:30+01:00"), t("2026-11-24T10:00+01:00"),
            t("2026-11-25T11:00+01:00"),
            ((t("2026-11-24T12:00+01:00"), t("2026-11-24T13:00+01:00")),),
        ),
        {"fix": t("2026-11-24T09:30+01:00")},
        (),
        1,
        (" a note ", " 12 "),
    )  # fmt: skip


@pytest.mark.parametrize("null", ["", " ", "\u00a0", "?", " NA ", None])
def test_nulls(null: str | None) -> None:
    names = ("nr", "reply", "updated", "solved", "plan", "priority", "impact", "confirmed")
    ticket = read(**dict.fromkeys((*names, "hold_from", "hold_to"), null))
    assert isinstance(ticket, Ticket)
    assert ticket.id is None
    assert ticket.query == Query(None, None, "email", None, {"region": "eu"})
    assert ticket.events == Events(t("2026-11-24T09:00+01:00"))
    assert ticket.starts == {}


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Urgent", "P1"),
        ("urgent", "P0"),
        ("URGENT", "URGENT"),  # `Urgent` and `urgent` have different ids
        ("3 - MODERATE", "P3"),
        (" 3 - Moderate ", "P3"),
        ("P2", "P2"),
        (" p2 ", "p2"),
        ("NA2", "NA2"),
    ],
)
def test_values(text: str, id: str) -> None:
    ticket = read(priority=text)
    assert isinstance(ticket, Ticket)
    assert ticket.query.priority == id


@pytest.mark.parametrize(
    ("stated", "column", "reason"),
    [
        ({"created": "?"}, "Created", "the instant of the opening is missing"),
        (
            {"created": "2026-11-24 09:00"},
            "Created",
            "`2026-11-24 09:00` does not match the format `%d.%m.%Y %H:%M`",
        ),
        (
            {"created": "25.10.2026 02:30"},
            "Created",
            "`25.10.2026 02:30` exists twice in Europe/Oslo: DST fold; write "
            "`2026-10-25T02:30:00+02:00` (the first time) or `2026-10-25T02:30:00+01:00` "
            "(the second time)",
        ),
        (
            {"reply": "soon"},
            "Reply",
            "`soon` does not match the format `%Y-%m-%dT%H:%M:%S%z` or `%s`",
        ),
        (
            {"solved": "31.11.2026 10:00"},
            "Solved",
            "invalid instant `31.11.2026 10:00`: date 2026-11-31 does not exist; write a day from "
            "01 to 30",
        ),
        ({"confirmed": "x"}, "Confirmed", "`x` does not match the format `%d.%m.%Y %H:%M`"),
        (
            {"hold_to": "24.11.2026 10:00"},
            "Hold from",
            "the pause has an end, but no start",
        ),
    ],
)
def test_rejects(stated: dict[str, str], column: str, reason: str) -> None:
    assert read(**stated) == Reject("a.csv", 5, column, reason, tuple(cells(**stated)))


def test_an_open_pause() -> None:
    ticket = read(hold_from="24.11.2026 12:00")
    assert isinstance(ticket, Ticket)
    assert ticket.events.pauses == ((t("2026-11-24T12:00+01:00"), None),)


def pauses(text: str, *formats: str) -> object:
    mapping = mapping_of_options(
        instants=[f"pauses={format}" for format in formats], timezone="Europe/Oslo"
    )
    columns = resolve(mapping, ["opened", "pauses"])
    result = ticket_reader(columns, "a.csv")((2, ["2026-11-24T09:00:00Z", text]))
    return result.reason if isinstance(result, Reject) else result.events.pauses


NOON, AT_13, AT_14 = (t(f"2026-11-24T{hour}:00+01:00") for hour in (12, 13, 14))


def test_several_pauses() -> None:
    assert pauses("") == ()
    text = "2026-11-24T12:00:00+01:00/2026-11-24T12:00:00Z; 2026-11-24 14:00/"
    assert pauses(text) == ((NOON, AT_13), (AT_14, None))
    text = "24/11/2026 12:00/24/11/2026 13:00;24/11/2026 14:00/;"
    assert pauses(text, "%d/%m/%Y %H:%M") == ((NOON, AT_13), (AT_14, None))
    assert pauses("24/11/2026", "%d/%m/%Y") == (
        "invalid pause `24/11/2026`; write FROM/TO, or FROM/ for a pause without an end"
    )
    assert pauses("soon") == (
        "invalid pause `soon`; write FROM/TO, or FROM/ for a pause without an end"
    )
    assert str(pauses("soon/")).startswith("invalid instant `soon`; write an RFC 3339 time")


def test_a_repeated_column_states_its_first_cell_with_a_text() -> None:
    columns = resolve(
        TicketMapping(nulls=("NA",), kept=("all",)), ("plan", "opened", "plan", "plan")
    )
    read = ticket_reader(columns, "a.csv")

    def plan(*cells: str | None) -> str | None:
        row = (cells[0], "2026-11-24T09:00:00Z", *cells[1:])
        ticket = read((2, row))
        assert isinstance(ticket, Ticket)
        assert ticket.kept == row
        return ticket.query.plan

    assert plan("a", "b", "c") == "a"
    assert plan(" ", None, "c") == "c"
    assert plan("NA", "b", "") == "b"
    assert plan("", "", "") is None


LOG = resolve(
    mapping_of_options(
        values=["event.pending=paused", "event.open=resumed", "event.Confirmed=start.fix"],
        constants={"plan": "pro"},
        kept=["event"],
    ),
    ("id", "time", "event", "priority", "fact.impact"),
    ["impact"],
)


def test_events_of_a_log() -> None:
    read = event_reader(LOG, "log.csv")
    at = "2026-11-24T09:00:00Z"
    assert read((3, ["7", at, "Pending", "P2", "down"])) == EventRow(
        "log.csv", 3, "7", t(at), "paused", {"plan": "pro", "priority": "P2", "impact": "down"},
        ("Pending",), ("7", at, "Pending", "P2", "down"),
    )  # fmt: skip
    assert read((4, ["7", at, "confirmed", "", None])) == EventRow(
        "log.csv", 4, "7", t(at), "start.fix", {"plan": "pro"}, ("confirmed",),
        ("7", at, "confirmed", "", None),
    )  # fmt: skip
    assert read((5, ["7", at, "", "", ""])) == EventRow(
        "log.csv", 5, "7", t(at), None, {"plan": "pro"}, ("",), ("7", at, "", "", "")
    )


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["", "2026-11-24T09:00:00Z", "", "", ""], "id", "the id of the ticket is missing"),
        (["7", "", "opened", "", ""], "time", "the instant of the event is missing"),
        (
            ["7", "2026-11-24T09:00:00Z", "resolvd", "", ""],
            "event",
            "unknown event `resolvd`; did you mean `resolved`?",
        ),
        (
            ["7", "2026-11-24T09:00:00Z", "triage", "", ""],
            "event",
            "unknown event `triage`; events: opened, answered, updated, resolved, reopened, "
            "paused, resumed, ignored, start.METRIC",
        ),
    ],
)
def test_rejected_events(row: list[str], column: str, reason: str) -> None:
    assert event_reader(LOG, "log.csv")((3, row)) == Reject(
        "log.csv", 3, column, reason, tuple(row), row[0].strip() or None
    )


def test_head() -> None:
    row = cells(
        plan="Gold plan", created="x", reply="1764000000", note="n", hold_from="24.11.2026 12:00",
        impact="?",
    )  # fmt: skip
    by_field = {cell.field: cell for cell in head(COLUMNS, (5, row))}
    assert by_field["plan"] == HeadCell("plan", "Plan", "Gold plan", "gold")
    assert by_field["opened"] == HeadCell(
        "opened", "Created", "x", None, "`x` does not match the format `%d.%m.%Y %H:%M`"
    )
    assert by_field["answered"] == HeadCell(
        "answered", "Reply", "1764000000", "2025-11-24T17:00:00+01:00"
    )
    assert by_field["pause.from"].value == "2026-11-24T12:00:00+01:00"
    assert by_field["fact.impact"] == HeadCell("fact.impact", "Impact", "?", None)
    assert by_field["channel"] == HeadCell("channel", None, None, "email")
    assert list(by_field) == [*COLUMNS.fields, "channel", "fact.region"]


def test_head_of_pauses_and_events() -> None:
    columns = resolve(TicketMapping(timezone="UTC"), ["opened", "pauses"])
    row = ["2026-11-24T09:00:00Z", "2026-11-24 10:00/2026-11-24 11:00;2026-11-24 12:00/"]
    assert head(columns, (2, row))[1].value == (
        "2026-11-24T10:00:00Z/2026-11-24T11:00:00Z; 2026-11-24T12:00:00Z/"
    )
    log_row = ["7", "2026-11-24T09:00:00Z", "closed", "", ""]
    problems = {cell.field: cell.problem for cell in head(LOG, (2, log_row))}
    assert str(problems["event"]).startswith("unknown event `closed`")
    assert problems["time"] is None


# Texts that are valid, invalid and blank, for any column.
TEXTS = (
    None, "", " ", "?", "NA", "24.11.2026 09:00", "24.11.2026 9:01", "25.10.2026 02:30", "x",
    "2026-11-24T08:30:00Z", "1764000000", "Urgent", "URGENT", "Gold plan", "a", "24.13.2026 10:00",
)  # fmt: skip


@settings(deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([("?", "NA"), (), (" ", "x")]))
def test_rows_of_any_texts(seed: int, nulls: tuple[str, ...]) -> None:
    rng = random.Random(seed)
    vendor = {"vendor.due": FieldColumn("Due"), "vendor.breached": FieldColumn("Late")}
    mapping = ACME._replace(nulls=nulls, columns={**ACME.columns, **vendor})
    columns = resolve(mapping, (*HEADER, "Due", "Late"), ["impact", "region"], ["fix"])
    read, read_carefully = ticket_reader(columns, "a.csv"), careful_reader(columns, "a.csv")
    for line in range(1, 9):
        row = [
            cell if rng.random() < 0.7 else rng.choice(TEXTS)
            for cell in (*cells(updated="24.11.2026 10:00", priority="Urgent"), "", "no")
        ]
        result = read((line, row))
        assert result == read_carefully((line, row))
        # No row depends on an earlier row.
        assert result == ticket_reader(columns, "a.csv")((line, row))
        problems = [cell.column for cell in head(columns, (line, row)) if cell.problem]
        if isinstance(result, Reject):
            assert result.cells == tuple(row)
            assert result.column in problems or result.reason in (
                "the instant of the opening is missing",
                "the pause has an end, but no start",
            )
        else:
            assert not problems


# -- instants that are stated as the time after another one ----------------------------------------

DURATIONS = """\
nulls = ["-"]
[columns]
opened = "o"
answered = {column = "a", after = "opened", unit = "minutes"}
resolved = {column = "r", after = "answered", unit = "hours"}
"start.fix" = {column = "s", after = "updated", unit = "days"}
updated = "u"
"""


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # 2026-06-01T08:00:00Z is 1780300800.
        (("@1780300800", "30", "", "", ""), (1780302600, None, None)),
        (("@1780300800", " 0 ", "", "", ""), (1780300800, None, None)),
        (("@1780300800", "0.99", "", "1.5", "@1780300860"), (1780300859, None, 1780430460)),
        (("@1780300800", "-", "", "-", ""), (None, None, None)),
        (("@1780300800", "-1", "", "", ""), "a: `-1` is not a number of minutes"),
        (("@1780300800", "1:30", "", "", ""), "a: `1:30` is not a number of minutes"),
        (("@1780300800", "1,5", "", "", ""), "a: `1,5` is not a number of minutes"),
        (("@1780300800", "999999999999", "", "", ""), "a: `999999999999` is out of range"),
        (("", "5", "", "", ""), "o: `opened` is missing, and `answered` counts from it"),
        (
            ("@1780300800", "5", "", "2", ""),
            "u: `updated` is missing, and `start.fix` counts from it",
        ),
    ],
)
def test_the_time_after_another_instant(
    cells: tuple[str, ...], expected: str | tuple[int | None, ...]
) -> None:
    mapping = load_mapping(DURATIONS.replace('after = "answered"', 'after = "opened"'), "d.toml")
    columns = resolve(mapping, ("o", "a", "r", "s", "u"), (), ["fix"])
    result = ticket_reader(columns, "t.csv")((2, cells))
    if isinstance(result, Reject):
        assert f"{result.column}: {result.reason}" == expected
    else:
        events = result.events
        assert (events.answered, events.resolved, result.starts.get("fix")) == expected


def test_mistakes_of_durations() -> None:
    text = """\
[columns]
opened = {column = "o", after = "opened", unit = "minutes"}
answered = {column = "a", after = "opned", unit = "minute", instant = "%s"}
updated = {column = "u", after = "opened"}
time = {column = "t", after = "opened", unit = "days"}
"""
    with pytest.raises(UsageError) as error:
        load_mapping(text, "d.toml")
    events = "answered, updated, resolved"
    assert str(error.value.message).splitlines() == [
        f"d.toml:2:25: expected another event of the ticket: {events}",
        "d.toml:3:27: expected another event of the ticket: opened, updated, resolved",
        "d.toml:3:44: unknown unit; did you mean `minutes`?",
        "d.toml:3:61: `after` and `instant` contradict each other",
        "d.toml:4:1: `after` and `unit` require each other; write "
        '`after = "opened", unit = "minutes"`',
        "d.toml:5:23: `time` cannot be stated by a duration",
    ]
    mapping = load_mapping(DURATIONS, "d.toml")
    with pytest.raises(UsageError) as error:
        resolve(mapping, ("o", "a", "r", "s", "u"), (), ["fix"])
    assert error.value.message == "d.toml:5:27: `answered` is a duration itself"
    mapping = load_mapping(
        '[columns]\nopened = "o"\nanswered = {column = "a", after = "updated", unit = "hours"}\n',
        "d.toml",
    )
    with pytest.raises(UsageError) as error:
        resolve(mapping, ("o", "a"))
    assert error.value.message == (
        "d.toml:3:27: no column is `updated`, from which the time in `answered` counts"
    )
    # A column of an option states an instant.
    changed = merged(load_mapping(DURATIONS, "d.toml"), mapping_of_options(columns=["answered=x"]))
    assert changed.columns["answered"] == FieldColumn("x")
