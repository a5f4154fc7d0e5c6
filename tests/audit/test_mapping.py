"""Mappings of exports: TOML files, options, headers and columns without a format."""

import re
import tomllib
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest
from conftest import Cli
from hypothesis import given
from hypothesis import strategies as st

from zsupport.audit.mapping.file import load_mapping, read_mapping_table
from zsupport.audit.mapping.header import resolve
from zsupport.audit.mapping.model import FIELDS, FieldColumn, TicketMapping, columns_needed, merged
from zsupport.audit.mapping.options import mapping_of_options
from zsupport.audit.mapping.text import mapping_text
from zsupport.audit.mapping.undeclared import check_instants
from zsupport.audit.reading.calendar_names import LANGUAGES
from zsupport.audit.reading.instant_formats import DIRECTIVES, read_format
from zsupport.audit.reading.instants import instant_reader
from zsupport.audit.ticket import EVENTS
from zsupport.cli.options import flag_of
from zsupport.errors import UsageError
from zsupport.guide import read_guide
from zsupport.sources.mappings import read_mapping, shipped_mappings
from zsupport.sources.toml_keys import places_of_keys
from zsupport.wording import Wording, joined

ACME = """\
format = "csv"
delimiter = ";"
encoding = "cp1252"
instant = ["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S"]
locale = "nb"
timezone = "Europe/Oslo"
nulls = ["?", "NA"]
keep = ["Subject"]

[columns]
id = "Ticket ID"
opened = "Created at"
answered = {column = "First reply", instant = "%Y-%m-%dT%H:%M:%S%z", timezone = "UTC"}
priority = "Priority"
fact.impact = {column = "Impact", optional = true}
"start.resolution" = "Confirmed"
"pause.from" = "Hold from"
"pause.to" = "Hold to"

[values.priority]
Urgent = "P1"
2 = 2
[values.fact.impact]
"All down" = "down"
[values.fact.vip]
x = true

[constants]
plan = "pro"
"fact.region" = "eu"
"""


POLICY = """\
format: 1
policy: desk
timezone: Europe/Oslo
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: P1}, {id: P2}]
facts: {impact: {ask: "How bad is it?", values: {high: High, low: Low}}}
metrics: [{id: first-response}, {id: fix}]
targets:
  - {first-response: {P1: 1h 24x7, P2: 4h 24x7}, fix: {P1: 8h 24x7, P2: 16h 24x7}}
  - {when: {impact: high}, fix: {P1: 2h 24x7}}
"""


#: The end of the hint for a required field without a column.
GUIDE = ", or a mapping with --map: see `zsupport help mappings`"


def refusal(call: Callable[[], object]) -> list[str]:
    """Return the lines of the refusal of a call, as the command line shows them."""
    with pytest.raises(UsageError) as error:
        call()
    problem = joined(filter(None, (error.value.message, error.value.hint)), "; ")
    return Wording(naming=flag_of)(problem).splitlines()


def test_a_file() -> None:
    assert load_mapping(ACME, "acme.toml")._replace(places={}) == TicketMapping(
        columns={
            "id": FieldColumn("Ticket ID"),
            "opened": FieldColumn("Created at"),
            "answered": FieldColumn("First reply", ("%Y-%m-%dT%H:%M:%S%z",), "UTC"),
            "priority": FieldColumn("Priority"),
            "fact.impact": FieldColumn("Impact", optional=True),
            "start.resolution": FieldColumn("Confirmed"),
            "pause.from": FieldColumn("Hold from"),
            "pause.to": FieldColumn("Hold to"),
        },
        values={
            "priority": {"Urgent": "P1", "2": "2"},
            "fact.impact": {"All down": "down"},
            "fact.vip": {"x": "true"},
        },
        constants={"plan": "pro", "fact.region": "eu"},
        formats=("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S"),
        locale="nb",
        timezone="Europe/Oslo",
        nulls=("?", "NA"),
        kept=("Subject",),
        format="csv",
        delimiter=";",
        encoding="cp1252",
        automatic=False,
    )


def test_every_mistake_of_a_file_is_reported_with_its_place() -> None:
    text = """\
formt = "csv"
timezone = "Europe/Osl"
instant = ["%d/%q"]
  locale = "xx"
encoding = 3
nulls = 7
[columns]
opend = "x"
answered = {colum = "y"}
updated = 3
opened = {column = "z", instant = "%Y", optional = 3}
fact.impact = "I"
role = {column = "r", timezone = "UTC"}
"start." = "s"
[values.opened]
a = "b"
[values.priority]
a = []
[values.event]
"Solved" = "resolvd"
[constants]
"fact.impact" = "high"
resolved = "2026-01-01T00:00:00Z"
"""
    assert refusal(lambda: load_mapping(text, "acme.toml")) == [
        "acme.toml:1:1: unknown key `formt`; did you mean `format`?",
        "acme.toml:2:1: unknown time zone `Europe/Osl`; did you mean `Europe/Oslo`?",
        "acme.toml:3:12: invalid format `%d/%q`: unknown directive `%q`; directives: "
        "%Y %y %m %b %B %d %a %A %H %I %M %S %f %p %z %s %Q",
        "acme.toml:4:3: unknown locale `xx`; write one of bg, ca, cs, da, de, el, en, es, et, fi, "
        "fr, hr, hu, is, it, lt, lv, nb, nl, nn, pl, pt, ro, ru, sk, sl, sv, tr, uk",
        "acme.toml:5:1: expected a text",
        "acme.toml:6:1: expected a text or a list of texts",
        "acme.toml:8:1: unknown field `opend`; did you mean `opened`?",
        "acme.toml:9:1: `column` is missing",
        "acme.toml:9:13: unknown key `colum`; did you mean `column`?",
        "acme.toml:10:1: expected the name of a column, or a table with `column`",
        "acme.toml:11:25: invalid format `%Y`: `%m`, `%b` is missing",
        "acme.toml:11:41: expected `true` or `false`",
        "acme.toml:13:23: `role` is not an instant",
        "acme.toml:14:1: unknown field `start.`; fields: id, opened, answered, updated, resolved, "
        "pause.from, pause.to, pauses, vendor.due, plan, role, channel, priority, "
        "vendor.breached, time, event, fact.NAME, "
        "start.METRIC",
        "acme.toml:15:9: `opened` has no ids; fields with ids: plan, role, channel, priority, "
        "fact.NAME",
        "acme.toml:18:1: expected a text",
        "acme.toml:20:1: unknown event `resolvd`; did you mean `resolved`?",
        "acme.toml:22:1: `fact.impact` has a column and a constant; remove one of them",
        "acme.toml:23:1: `resolved` has no ids; fields with ids: plan, role, channel, priority, "
        "fact.NAME",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = ", "acme.toml:1:5: Invalid value; fix the file"),
        ("columns = 3", "acme.toml:1:1: expected a table"),
        ("[values]\nplan = 3", "acme.toml:2:1: expected a table of texts and ids"),
        (
            "columns = {opend = 'x'}",
            "acme.toml:1:12: unknown field `opend`; did you mean `opened`?",
        ),
        (
            f"{'a.' * 30}b = 1",
            "acme.toml: the file is too large or too complex for a mapping; name another file",
        ),
        (
            f"#{'a' * 300_000}",
            "acme.toml: the file is too large or too complex for a mapping; name another file",
        ),
    ],
)
def test_an_invalid_file(text: str, message: str) -> None:
    assert refusal(lambda: load_mapping(text, "acme.toml")) == [message]


def test_mistakes_of_a_table_have_the_path_of_their_keys() -> None:
    table = {"columns": {"opend": "x", "opened": {"column": ["a"], "instant": ["%q"]}}}
    assert refusal(lambda: read_mapping_table(table, "mapping")) == [
        "mapping: columns.opend: unknown field `opend`; did you mean `opened`?",
        "mapping: columns.opened.instant.0: invalid format `%q`: unknown directive `%q`; "
        "directives: %Y %y %m %b %B %d %a %A %H %I %M %S %f %p %z %s %Q",
    ]


#: A mapping whose mistakes only the policy and the header of a file show.
MISFIT = """\
keep = ["Team", "Teem"]
[columns]
id = "Id"
opened = {column = "Creatd"}
resolved = {column = ["Date", "Tim"], instant = ["%Y-%m-%d %H:%M"]}
fact.impct = "Team"
start.fxi = "Team"
[values.priority]
High = "P1"
Low = "P3"
Lowest = "P3"
[constants]
plan = "prp"
fact.x = "y"
"""


def test_mistakes_that_the_policy_and_the_file_show_have_places(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "m.toml").write_text(MISFIT, encoding="utf-8")
    (tmp_path / "t.csv").write_text("Id,Created,Date,Time,Team\n", encoding="utf-8")
    common = ("audit", "t.csv", "--policy", "./desk.yaml", "--map", "./m.toml")
    run = cli(*common, cwd=tmp_path)
    columns = "columns: `Id`, `Created`, `Date`, `Time`, `Team`"
    assert run.code == 2
    assert run.stderr.splitlines() == [
        f"zsupport: ./m.toml:1:17: t.csv: unknown column `Teem`; {columns}; did you mean `Team`?",
        f"zsupport: ./m.toml:4:11: t.csv: unknown column `Creatd`; {columns}; "
        "did you mean `Created`?",
        f"zsupport: ./m.toml:5:31: t.csv: unknown column `Tim`; {columns}; did you mean `Time`?",
        "zsupport: ./m.toml:6:6: unknown fact `impct`; did you mean `impact`?",
        "zsupport: ./m.toml:7:7: unknown metric `fxi`; did you mean `fix`?",
        "zsupport: ./m.toml:10:1: unknown priority `P3`; priorities: P1, P2",
        "zsupport: ./m.toml:11:1: unknown priority `P3`; priorities: P1, P2",
        "zsupport: ./m.toml:13:1: unknown plan `prp`; plans: pro; did you mean `pro`?",
        "zsupport: ./m.toml:14:6: unknown fact `x`; facts: impact",
    ]
    # An option that replaces a key has no place in the file.
    text = MISFIT.replace('fact.impct = "Team"\nstart.fxi = "Team"\n', "")
    text = text.replace('fact.x = "y"\n', "").replace("Lowest", "# Lowest")
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    run = cli(
        *common, "--plan", "por", "--column", "opened=Creat", "--column", "resolved=Date",
        "--keep", "Tam", "--value", "priority.Low=P4", cwd=tmp_path,
    )  # fmt: skip
    assert run.stderr.splitlines() == [
        "zsupport: unknown plan `por`; plans: pro; did you mean `pro`?",
        "zsupport: unknown priority `P4`; priorities: P1, P2",
        f"zsupport: t.csv: unknown column `Creat`; {columns}; did you mean `Created`?",
        f"zsupport: t.csv: unknown column `Tam`; {columns}; did you mean `Team`?",
    ]
    # Fields that contradict each other, and a format without an offset.
    (tmp_path / "m.toml").write_text(
        'instant = ["%s", "%Y-%m-%d"]\n[columns]\nopened = "Created"\n"pause.from" = "Time"\n'
        'event = "Team"\n',
        encoding="utf-8",
    )
    run = cli(*common, cwd=tmp_path)
    assert run.stderr.splitlines() == [
        "zsupport: ./m.toml:1:18: `opened`: the format `%Y-%m-%d` has no offset; state the time "
        "zone with --tz",
        "zsupport: ./m.toml:1:18: `pause.from`: the format `%Y-%m-%d` has no offset; state the "
        "time zone with --tz",
        "zsupport: ./m.toml:4:1: t.csv: `pause.from` and `pause.to` require each other",
        "zsupport: ./m.toml:5:1: t.csv: `event` requires `time`, the instant of the event; state it"
        " with --column time=COLUMN",
    ]
    (tmp_path / "m.toml").write_text('[columns]\nopened = "Created"\n', encoding="utf-8")
    (tmp_path / "t.csv").write_text("Created\n13/04/2026\n", encoding="utf-8")
    assert cli(*common, cwd=tmp_path).stderr.startswith(
        "zsupport: ./m.toml:2:1: t.csv: column `Created`: the format of `13/04/2026` is not"
    )


# -- places of keys --------------------------------------------------------------------------------

ODD = """\
# a = 1, in a comment
"a.b" = 'x = "#'   # "
  'c' . d."e\\u0041" = [1, [2, {f = 3.5, g.h = true}], # [
  "t, ]", 2026-01-01T00:00:00Z]
[ i . "j k" ]
l = \"\"\"
m = 1
[n]
\\\"\"\" \"\"\"\"\"
o = '''
p = 1 ''''
q = {r = {s = ["}", '''x''']}, "t=" = {}}
[[u]]
v = -1e3
[[u]]
v = inf
"""


def test_places_of_keys() -> None:
    assert places_of_keys(ODD) == {
        "a.b": (2, 1), "c": (3, 3), "c.d": (3, 9), "c.d.eA": (3, 11), "c.d.eA.0": (3, 24),
        "c.d.eA.1": (3, 27), "c.d.eA.1.0": (3, 28), "c.d.eA.1.1": (3, 31), "c.d.eA.1.1.f": (3, 32),
        "c.d.eA.1.1.g": (3, 41), "c.d.eA.1.1.g.h": (3, 43), "c.d.eA.2": (4, 3),
        "c.d.eA.3": (4, 11), "i": (5, 3), "i.j k": (5, 7), "i.j k.l": (6, 1), "i.j k.o": (10, 1),
        "i.j k.q": (12, 1), "i.j k.q.r": (12, 6), "i.j k.q.r.s": (12, 11),
        "i.j k.q.r.s.0": (12, 16), "i.j k.q.r.s.1": (12, 21), "i.j k.q.t=": (12, 32),
        "u": (13, 3), "u.v": (14, 1),
    }  # fmt: skip
    tomllib.loads(ODD)


@pytest.mark.parametrize(
    "text",
    [ODD, ACME, *map(read_mapping, shipped_mappings())],
    ids=["odd", "acme", *shipped_mappings()],
)
def test_each_key_has_a_place_at_which_it_is_written(text: str) -> None:
    places = places_of_keys(text)
    lines = text.split("\n")

    def check(table: dict[str, object], path: str) -> None:
        for key, value in table.items():
            line, column = places[path + key]
            written = lines[line - 1][column - 1 :]
            assert written.startswith((key, f'"{key}"', f"'{key}'")) or key == "eA"
            if isinstance(value, dict):
                check(value, f"{path}{key}.")

    check(tomllib.loads(text), "")


def test_options() -> None:
    assert mapping_of_options(
        columns=["opened=created=at", "fact.impact=Impact", "id=nr"],
        values=["priority.3 - Moderate=P3", "fact.impact.a=b.c=down", "event.Solved=resolved"],
        constants={"plan": "pro"},
        instants=["%d/%m/%Y %H:%M", "opened=%d=%m=%Y", "opened=%Y-%m-%d", "resolved=%s"],
        locale="es",
        timezone="Europe/Madrid",
        nulls=["?"],
        kept=["all"],
    ) == TicketMapping(
        columns={
            "opened": FieldColumn("created=at", ("%d=%m=%Y", "%Y-%m-%d")),
            "fact.impact": FieldColumn("Impact"),
            "id": FieldColumn("nr"),
            "resolved": FieldColumn("", ("%s",)),
        },
        values={
            "priority": {"3 - Moderate": "P3"},
            "fact.impact": {"a=b.c": "down"},
            "event": {"Solved": "resolved"},
        },
        constants={"plan": "pro"},
        formats=("%d/%m/%Y %H:%M",),
        locale="es",
        timezone="Europe/Madrid",
        nulls=("?",),
        kept=("all",),
    )


def test_every_mistake_of_options_is_reported() -> None:
    assert refusal(
        lambda: mapping_of_options(
            columns=["opend=x", "foo", "role=a", "role=b", "plan=c"],
            values=["opened.x=y", "x", "event.a=resolvd", "plan.a=1", "plan.a=2"],
            constants={"plan": "pro"},
            instants=["%d", "opened=%d/%m", "plan=%Y"],
            timezone="CET",
            locale="fra",
        )
    ) == [
        "--column: unknown field `opend`; did you mean `opened`?",
        "--column: `foo` is not FIELD=COLUMN",
        "--column: duplicate field `role`",
        "--instant: `plan` is not an instant",
        "--value: `opened` has no ids",
        "--value: `x` is not FIELD.TEXT=ID",
        "unknown event `resolvd`; did you mean `resolved`?",
        "--value: two ids for `a` of `plan`",
        "`plan` has a column and a constant; remove one of them",
        "--tz: ambiguous abbreviation of a time zone `CET`; write `Europe/Berlin`, `Europe/Paris` "
        "or `Europe/Oslo`",
        "--locale: unknown locale `fra`; did you mean `fr`?",
        "--instant: invalid format `%d`: `%Y` is missing",
        "--instant: invalid format `%d/%m`: `%Y` is missing",
    ]


def test_options_override_a_file() -> None:
    file = TicketMapping(
        columns={
            "opened": FieldColumn("Created", ("%d.%m.%Y",), "UTC", optional=True),
            "plan": FieldColumn("Plan"),
            "id": FieldColumn("Id"),
        },
        values={"priority": {"a": "P1", "b": "P2"}},
        constants={"role": "user", "channel": "email"},
        formats=("%s",),
        locale="es",
        nulls=("?",),
        kept=("Id",),
        format="csv",
        automatic=False,
    )
    options = TicketMapping(
        columns={"opened": FieldColumn("Opened"), "role": FieldColumn("Role")},
        values={"priority": {"b": "P3"}, "plan": {"x": "pro"}},
        constants={"plan": "pro"},
        formats=("%Q",),
        timezone="Asia/Tokyo",
        nulls=("NA",),
        delimiter=";",
    )
    assert merged(file, options) == TicketMapping(
        columns={
            "opened": FieldColumn("Opened", ("%d.%m.%Y",), "UTC"),
            "id": FieldColumn("Id"),
            "role": FieldColumn("Role"),
        },
        values={"priority": {"a": "P1", "b": "P3"}, "plan": {"x": "pro"}},
        constants={"channel": "email", "plan": "pro"},
        formats=("%Q",),
        locale="es",
        timezone="Asia/Tokyo",
        nulls=("?", "NA"),
        kept=("Id",),
        format="csv",
        delimiter=";",
        automatic=False,
    )
    nothing = TicketMapping()
    assert merged(file, nothing) == file
    assert merged(nothing, options) == options


# -- a header --------------------------------------------------------------------------------------


OPTIONS = mapping_of_options(
    columns=["opened=Created", "vendor.due=Due"],
    values=["priority.Urgent=P1", 'fact.impact.All "down"=down', "event.Solved=resolved"],
    constants={"plan": "pro", "fact.region": "eu"},
    instants=["%d/%m/%Y", "answered=%s"],
    locale="es",
    timezone="Europe/Madrid",
    nulls=["", "\x7f"],
    kept=["all"],
    skip=["a.b", "state=new", "state=old"],
    only=["=x"],
    delimiter="\t",
)


def stated(mapping: TicketMapping) -> TicketMapping:
    """Return a mapping without places, in which each field names its column."""
    columns = {
        field: column._replace(column=column.column or field)
        for field, column in mapping.columns.items()
    }
    return mapping._replace(columns=columns, places={}, automatic=False)


@pytest.mark.parametrize("options", [TicketMapping(), OPTIONS], ids=["alone", "options"])
@pytest.mark.parametrize(
    "text", ["", ACME, "[values.event]\n", *map(read_mapping, shipped_mappings())],
    ids=["empty", "acme", "values", *shipped_mappings()],
)  # fmt: skip
def test_a_printed_mapping_is_the_effective_one(text: str, options: TicketMapping) -> None:
    mapping = merged(load_mapping(text, "m.toml"), options)
    assert stated(load_mapping(mapping_text(mapping), "m.toml")) == stated(mapping)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@given(column=TEXTS, other=TEXTS, id=TEXTS, optional=st.booleans())
def test_texts_of_a_printed_mapping(column: str, other: str, id: str, optional: bool) -> None:
    mapping = TicketMapping(
        {"opened": FieldColumn(column, optional=optional, joined=(other,))},
        {"plan": {column: id}},
        {"fact." + column: id},
        nulls=(column, other),
        kept=(column, other),
        skip={column: (other,)},
        only={other: ()},
    )
    assert stated(load_mapping(mapping_text(mapping), "m.toml")) == stated(mapping)


def test_columns_with_the_name_of_a_field() -> None:
    header = ("id", "Plan", "opened", "fact.impact", "fact.other", "start.fix", "priority", "note")
    columns = resolve(TicketMapping(constants={"priority": "P1"}), header, ["impact"], ["fix"])
    assert columns.fields == {"id": (0,), "opened": (2,), "fact.impact": (3,), "start.fix": (5,)}
    assert not columns.is_log
    assert columns.column_of("opened") == "opened"
    assert columns.column_of("plan") is None
    assert columns.kept == ()


def test_a_file_states_all_columns() -> None:
    mapping = load_mapping("[columns]\nopened = 'opened'\n", "acme.toml")
    assert resolve(mapping, ("opened", "plan")).fields == {"opened": (0,)}


def test_letter_case_and_outer_spaces_of_columns() -> None:
    mapping = mapping_of_options(
        columns=["opened=created time", "plan=PLAN", "fact.Impact=x"], kept=["Note", "id"]
    )
    header = ("Created Time ", "Plan", "PLAN", "note", "id", "x")
    columns = resolve(mapping, header, ["impact"])
    assert columns.fields == {"opened": (0,), "plan": (2,), "fact.impact": (5,), "id": (4,)}
    assert columns.kept == (3, 4)
    assert columns.column_of("opened") == "Created Time "


def test_a_repeated_column() -> None:
    columns = resolve(mapping_of_options(kept=["all"]), ("opened", "plan", "x", "plan"))
    assert columns.fields == {"opened": (0,), "plan": (1, 3)}
    assert columns.kept == (0, 1, 2, 3)


def test_an_optional_column_can_be_missing() -> None:
    text = "[columns]\nopened = 'o'\nplan = {column = 'Plan', optional = true}\n"
    mapping = load_mapping(text, "acme.toml")
    assert resolve(mapping, ("o",)).fields == {"opened": (0,)}
    assert resolve(mapping, ("o", "plan")).fields == {"opened": (0,), "plan": (1,)}
    assert columns_needed(mapping) == ("o",)
    assert columns_needed(mapping_of_options(columns=["id=x"], kept=["y", "x"])) == ("x", "y")


def test_a_log() -> None:
    columns = resolve(TicketMapping(), ("id", "time", "event", "priority"))
    assert columns.is_log


@pytest.mark.parametrize(
    ("options", "header", "lines"),
    [
        (
            ["opened=Creatd", "plan=foo", "fact.impct=x", "start.fix=x"],
            ["Created", "x"],
            [
                "unknown column `Creatd`; columns: `Created`, `x`; did you mean `Created`?",
                "unknown column `foo`; columns: `Created`, `x`",
                "unknown fact `impct`; did you mean `impact`?",
                "unknown metric `fix`",
            ],
        ),
        (
            ["opened=plan"],
            ["Plan", "PLAN"],
            ["ambiguous column `plan`: the header has `Plan` and `PLAN`"],
        ),
        (
            [],
            ["id", "Created", ""],
            [
                "no column is the instant at which a ticket was opened; columns: `id`, `Created`; "
                "state it with --column opened=COLUMN" + GUIDE
            ],
        ),
        (
            [],
            ["time", "opened", "event"],
            [
                "`time` and `opened` contradict each other: a row is an event or a ticket",
                "`id` is required: it groups the events of a ticket; "
                "state it with --column id=COLUMN" + GUIDE,
            ],
        ),
        (
            [],
            ["event", "opened"],
            [
                "`event` requires `time`, the instant of the event; "
                "state it with --column time=COLUMN" + GUIDE
            ],
        ),
        (
            [],
            ["Key", "CREATED ", "Issue key", "Resolved", "Priority"],
            [
                "no column is the instant at which a ticket was opened; columns: `Key`, `CREATED `,"
                " `Issue key`, `Resolved`, `Priority`; the columns fit the mapping `jira-csv`: add"
                " --map jira-csv"
            ],
        ),
        (
            [],
            ["opened", "pause.from"],
            ["`pause.from` and `pause.to` require each other"],
        ),
        (
            [],
            ["opened", "pause.from", "pause.to", "pauses"],
            ["`pauses` and `pause.from` contradict each other"],
        ),
    ],
)
def test_a_header_that_does_not_fit(
    options: list[str], header: list[str], lines: list[str]
) -> None:
    mapping = mapping_of_options(columns=options)
    assert refusal(lambda: resolve(mapping, header, ["impact"])) == lines


def test_a_format_without_an_offset_needs_a_time_zone() -> None:
    mapping = mapping_of_options(instants=["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M%z", "%s"])
    assert refusal(lambda: resolve(mapping, ["opened"])) == [
        "`opened`: the format `%d/%m/%Y %H:%M` has no offset; state the time zone with --tz"
    ]
    assert resolve(mapping._replace(timezone="UTC"), ["opened"]).fields == {"opened": (0,)}


# -- columns without a format ----------------------------------------------------------------------


def check(*cells: str | None, **settings: str | None) -> None:
    mapping = TicketMapping(nulls=("?",), **settings)  # type: ignore[arg-type]
    check_instants(resolve(mapping, ["x", "opened"]), [(None, cell) for cell in cells])


def test_rows_with_the_same_instant_are_counted() -> None:
    # One row of four, although it is one of two texts.
    check(*["2026-06-01T08:00:00Z"] * 3, "2026-06-01 08:00")


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (
            ["03/04/2026 10:00", "?", "", None, "05/06/2026 11:00"],
            "column `opened`: the format of `03/04/2026 10:00` and `05/06/2026 11:00` is not "
            "declared; several formats fit: state one with --instant: "
            "`opened=%d/%m/%Y %H:%M` or `opened=%m/%d/%Y %H:%M`",
        ),
        (
            ["2026-01-01T00:00:00Z", "13/04/2026 10:00"],
            "column `opened`: the format of `13/04/2026 10:00` is not declared; one format fits: "
            "state it with --instant: `opened=%d/%m/%Y %H:%M`",
        ),
        (
            ["04/ene/25 1:16 PM"],
            "column `opened`: the format of `04/ene/25 1:16 PM` is not declared; one format fits: "
            "state it with --instant: `opened=%d/%b/%y %I:%M %p` with --locale es",
        ),
        (
            ["nonsense", "06.01.2026 9:29", "06/Jan/26 9:29 AM"],
            "column `opened`: the format of `06.01.2026 9:29` is not declared; one format "
            "fits: state it with --instant: `opened=%d.%m.%Y %H:%M`",
        ),
        (
            ["2026-01-01 10:00", "2026-01-01T00:00:00Z"],
            "column `opened`: no offset in `2026-01-01 10:00`; state the time zone with --tz",
        ),
    ],
)
def test_day_and_month_are_never_guessed(cells: list[str], line: str) -> None:
    assert refusal(lambda: check(*cells)) == [line]


@pytest.mark.parametrize(
    "cells",
    [
        ["2026-01-01T00:00:00Z", "@1764000000", "nonsense", "2026-02-30T00:00:00Z"],
        ["nonsense"],
        ["?", " ", None],
        [],
    ],
)
def test_rfc_3339_needs_no_format(cells: list[str | None]) -> None:
    check(*cells)
    check("2026-01-01 10:00", *cells, timezone="Europe/Oslo")


def test_a_declared_format_is_not_checked() -> None:
    mapping = TicketMapping(formats=("%d/%m/%Y",), timezone="UTC")
    check_instants(resolve(mapping, ["opened"]), [["03/04/2026"], ["2026"]])


# -- the guide -------------------------------------------------------------------------------------

GUIDE = read_guide("mappings")
GUIDES = GUIDE + read_guide("tickets")


def rows_of(heading: str) -> list[list[str]]:
    """Return the rows of the table with a header in the guides of tickets and mappings."""
    lines = GUIDES.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [line.strip("| ").split(" | ") for line in lines]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_guides_list_all_fields_directives_events_and_languages() -> None:
    names = [name for cell, _ in rows_of("field | content") for name in quoted(cell)]
    assert {*names} == {*FIELDS, "fact.NAME", "start.METRIC"}
    directives = [name for cell, _ in rows_of("directive | text") for name in quoted(cell)]
    assert {*directives} == {*(f"%{name}" for name in DIRECTIVES), "%%"}
    events = [name for cell, _ in rows_of("event | meaning") for name in quoted(cell)]
    assert {*events} == {*EVENTS, "start.METRIC"}
    listed = GUIDE.partition("The languages are")[2].partition(". ")[0]
    assert quoted(listed) == [*LANGUAGES]


def test_conditions_of_rows() -> None:
    text = (
        '[skip]\nstate = "a"\npull.url = true\n"x.y" = ["b", "c"]\n[only]\nz = " D "\n'
        "[columns]\nopened = 'o'\n"
    )
    mapping = load_mapping(text, "m.toml")
    assert mapping.skip == {"state": ("a",), "pull.url": (), "x.y": ("b", "c")}
    assert mapping.only == {"z": (" D ",)}
    options = mapping_of_options(skip=["state=x=y", "state=z", "q", "q=1"], only=["z"])
    both = merged(mapping, options)
    assert both.skip == {**mapping.skip, "state": ("x=y", "z"), "q": ()}
    assert both.only == {"z": ()}
    assert columns_needed(mapping) == ("o", "state", "pull.url", "x.y", "z")
    columns = resolve(mapping, ("State", "pull.url", "x.y", "z", "o", "State"))
    assert columns.skipped_by(["", "", "", "d", "", ""]) is None
    assert columns.skipped_by([" A", "", "", "d", "", ""]) == "State"
    # Of columns with the same name, the first cell that states something counts.
    assert columns.skipped_by([" ", "", "", "d", "", "a"]) == "State"
    assert columns.skipped_by(["b", "", "", "d", "", "a"]) is None
    assert columns.skipped_by(["b", "u", "", "", "", ""]) == "pull.url"
    assert columns.skipped_by(["b", None, "x", "dd", "", ""]) == "z"


def test_mistakes_of_conditions() -> None:
    text = "[skip]\na = 3\nb = []\nc = false\nd.e = ['x', 1]\nf = ' '\n"
    expected = "expected a text, a list of texts, or `true` for any text"
    assert refusal(lambda: load_mapping(f"only = 1\n{text}", "m.toml")) == [
        "m.toml:1:1: expected a table",
        *(f"m.toml:{place}: {expected}" for place in ("3:1", "4:1", "5:1", "6:3", "7:1")),
    ]
    mapping = load_mapping("[columns]\nopened = 'o'\n[skip]\nstat = 'x'\n", "m.toml")
    assert refusal(lambda: resolve(mapping, ("o", "state"))) == [
        "m.toml:4:1: unknown column `stat`; columns: `o`, `state`; did you mean `state`?"
    ]


def test_mappings_of_the_guide_are_valid() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        load_mapping(block, "guide.toml")


@pytest.mark.parametrize("row", rows_of("export | format"))
def test_formats_of_the_guide(row: list[str]) -> None:
    (text,), (format, *locale) = map(quoted, row)
    assert instant_reader([read_format(format, *locale)], UTC)(text)
