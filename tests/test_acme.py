"""A policy with every key of the format, and the expected model of every line."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from zsupport.clock.target import Target
from zsupport.clock.windows import Window
from zsupport.policy.loader import load_revision
from zsupport.policy.model import (
    Alternative,
    Cell,
    Channel,
    Commitment,
    Fact,
    Grant,
    Holidays,
    Member,
    Metric,
    Number,
    Place,
    PolicyCalendar,
    Priority,
    Remarks,
    Resource,
    Revision,
    SelfHelp,
    Source,
    TargetRule,
    Term,
    Text,
    Topic,
)
from zsupport.sources.find import find

PATH = Path(__file__).parent / "policies" / "acme.yaml"
NOTHING = Remarks(None, None, None)
DAY = 24 * 60


@pytest.fixture(scope="module")
def acme() -> Revision:
    (source,) = find(str(PATH)).files
    return load_revision(source)


def on(line: int) -> Place:
    """Return a place on a line, without its path: `test_model_places.py` tests paths."""
    return Place("", line)


def without_paths(value: Any) -> Any:
    """Return a part of the model whose places have lines, but no paths."""
    if isinstance(value, Place):
        return on(value.line)
    if isinstance(value, tuple):
        parts = [without_paths(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, dict):
        return {key: without_paths(part) for key, part in value.items()}
    return value


def when(line: int, /, **values: tuple[str, ...]) -> Alternative:
    return Alternative(values, None, NOTHING, on(line))


def windows(days: range, opens: str, closes: str, nights: int = 0) -> tuple[Window, ...]:
    """Return the same window on several days (Monday is 0). It closes `nights` days later."""

    def minutes(clock: str) -> int:
        return int(clock[:2]) * 60 + int(clock[3:])

    return tuple(
        Window(day * DAY + minutes(opens), (day + nights) * DAY + minutes(closes)) for day in days
    )


def calendar(line: int, **fields: Any) -> PolicyCalendar:
    plain = PolicyCalendar(
        (), None, None, (), None, False, False, {}, {}, {}, None, (), NOTHING, on(line)
    )
    return plain._replace(**fields)


def clock(seconds: int, text: str) -> Target:
    return Target("clock", seconds, 0, text.startswith("every"), text.endswith("24x7"), text)


def business(hours: float, text: str) -> Target:
    return Target("business", int(hours * 3600), 0, False, False, text)


def test_the_policy_itself(acme: Revision) -> None:
    assert acme.policy == "acme"
    assert acme.title == {"en": "Acme support", "nb": "Acme-støtte"}
    assert acme.remarks == Remarks("An invented company.", {"en": "Nothing here is real."}, "plans")
    assert acme.file == "acme.yaml"
    assert acme.digest == "sha256:" + sha256(PATH.read_bytes()).hexdigest()
    assert acme.timezone == "Europe/Berlin"
    assert (acme.start, acme.last_day) == ("2026-01-01", "2026-12-31")
    assert acme.validity == Remarks("For one year.", "The page carries no date.", "hours")
    assert acme.validity_place == Place("effective", 9)
    assert acme.grants_place == Place("entitlements", 76)
    assert acme.targets_place == Place("targets", 141)
    assert acme.business_day == "same-time"
    assert acme.languages == ("en", "nb")


def test_sources(acme: Revision) -> None:
    assert acme.sources == (
        Source(
            "plans",
            {"en": "Support plans", "nb": "Støtteplaner"},
            "https://example.com/plans",
            "2026-11-22",
            Remarks("Read with care.", None, None),
        ),
        Source(
            "hours", "Opening hours", "https://example.com/hours", None,
            Remarks(None, None, "plans"),
        ),
    )  # fmt: skip


def test_plans(acme: Revision) -> None:
    assert without_paths(acme.plans) == (
        Member("free", "Free", (), (), None, NOTHING, on(24)),
        Member("pro", "Pro", ("free",), (), None, NOTHING, on(25)),
        Member(
            "business", {"en": "Business", "nb": "Bedrift"}, ("pro", "free"), ("biz", "2"), None,
            Remarks("Most popular.", None, None), on(26),
        ),
        Member(
            "classic", "Classic", (), ("old",), "2024-02-01",
            Remarks(None, "Few have it.", "plans"), on(27),
        ),
        Member("bare", "bare", (), (), None, NOTHING, on(28)),
    )  # fmt: skip


def test_roles(acme: Revision) -> None:
    assert without_paths(acme.roles) == (
        Member("owner", "Owner", ("staffer",), (), None, NOTHING, on(30)),
        Member("admin", "Administrator", ("user",), ("root",), None, NOTHING, on(31)),
        Member("staffer", "Employee", (), (), None, NOTHING, on(32)),
        Member("user", "User", (), (), None, NOTHING, on(33)),
    )


def test_facts(acme: Revision) -> None:
    no_or_yes: dict[str, Text] = {
        "false": {"en": "no", "nb": "nei"},
        "true": {"en": "yes", "nb": "ja"},
    }
    assert without_paths(acme.facts) == (
        Fact(
            "topic",
            "What is it about?",
            {"technical": "A technical matter", "billing": {"en": "A bill", "nb": "En regning"}},
            "technical",
            Remarks("Ask first.", None, None),
            on(35),
        ),
        Fact(
            "region",
            "Where is your company?",
            {"america": "North America", "elsewhere": "Elsewhere"},
            None,
            NOTHING,
            on(40),
        ),
        Fact("premier", "Do you have the Premier add-on?", no_or_yes, "false", NOTHING, on(41)),
        Fact(
            "impact",
            "How much is affected?",
            {"down": "All of it", "part": "A part", "nothing": "Nothing"},
            None,
            NOTHING,
            on(42),
        ),
        Fact("workaround", None, no_or_yes, "true", NOTHING, on(43)),
    )


def test_channels(acme: Revision) -> None:
    assert without_paths(acme.channels) == (
        Channel(
            "help-center",
            "Help Center",
            "self-service",
            "https://example.com/help",
            ("Open it first.", {"en": "Choose a topic.", "nb": "Velg et emne."}),
            (),
            (),
            (),
            NOTHING,
            on(55),
        ),
        Channel("forum", "Forum", "community", None, (), (), (), (), NOTHING, on(60)),
        Channel("web", "Ticket", "web", None, ("Write it down.",), (), (), (), NOTHING, on(61)),
        Channel("mail", "Mail", "email", None, (), (), (), ("e-mail",), NOTHING, on(62)),
        Channel(
            "chat", "Chat", "chat", None, (), (), (), (),
            Remarks("Quick questions only.", None, None), on(63),
        ),
        Channel(
            "phone",
            {"en": "Phone", "nb": "Telefon"},
            "phone",
            None,
            (),
            ("Customer number",),
            (
                Number("US", "+1.888.555.0100 ext. 2", NOTHING),
                Number("GB", "+44.20.7946.0958", NOTHING),
                Number("GB", "+44.800.555.0101", Remarks("Free of charge", None, None)),
                Number(
                    "JP", "+81.3.5550.0102",
                    Remarks({"en": "English only"}, "Found in a forum.", "hours"),
                ),
                Number("any", "+47 21 54 50 00", NOTHING),
                Number("NO", "009", NOTHING),
            ),
            (),
            NOTHING,
            on(64),
        ),
        Channel("fax", "Fax", "other", None, (), ("A fax machine",), (), (), NOTHING, on(74)),
    )  # fmt: skip
    opens = [channel.id for channel in acme.channels if channel.opens_case]
    assert opens == ["web", "mail", "chat", "phone", "fax"]
    assert acme.channels[5].numbers[2].note == "Free of charge"


def test_grants(acme: Revision) -> None:
    paid, staff = ("pro", "business", "classic", "bare"), ("owner", "admin")
    plans = Remarks(None, None, "plans")
    assert without_paths(acme.grants) == (
        Grant((), ("help-center",), (), None, (), NOTHING, on(77)),
        Grant(
            (when(78, plan=paid, role=staff, topic=("technical",)),),
            ("web",), (), None, (), plans, on(78),
        ),
        Grant(
            (when(79, plan=("business", "classic"), role=staff),),
            ("web", "chat", "phone"), (), "office", (), NOTHING, on(79),
        ),
        Grant(
            (when(80, premier=("true",), plan=("pro",), role=staff, priority=("P1",)),),
            ("phone",), (), "24x7", ("Host key",), NOTHING, on(80),
        ),
        Grant(
            (
                Alternative(
                    {"plan": paid, "topic": ("billing",)}, None,
                    Remarks("Bills", "Since when?", "plans"), on(85),
                ),
                when(86, plan=("pro", "business", "bare"), impact=("down", "part")),
            ),
            ("web",), (), None, (), Remarks("Members too.", None, None), on(84),
        ),
        # `recommend` keeps its order. The values of a group have the order of their definition.
        Grant(
            (when(89, priority=("P1", "P2")),),
            (), ("phone", "web", "chat"), None, (), NOTHING, on(89),
        ),
    )  # fmt: skip


def test_priorities(acme: Revision) -> None:
    assert without_paths(acme.priorities) == (
        Priority(
            "P1", {"en": "Urgent", "nb": "Haster"}, "Down with no workaround.",
            (when(95, impact=("down",), workaround=("false",)),), ("critical", "1"),
            Remarks(None, "Who decides?", None), on(92),
        ),
        Priority(
            "P2", "High", None,
            (
                when(98, impact=("down",)),
                Alternative(
                    {"impact": ("part",), "workaround": ("false",)}, None,
                    Remarks("A part of it.", None, None), on(98),
                ),
            ),
            (), NOTHING, on(98),
        ),
        Priority("P3", "P3", "Normal", (when(99, impact=("part",)),), (), NOTHING, on(99)),
        Priority("P4", "P4", None, (), (), NOTHING, on(100)),
    )  # fmt: skip


def test_metrics(acme: Revision) -> None:
    person = Remarks("By a person.", None, None)
    assert without_paths(acme.metrics) == (
        Metric("first-response", "First response", "opened", None, None, person, on(103)),
        Metric("update", "Updates", "opened", None, None, NOTHING, on(104)),
        Metric(
            "restoration", "Restoration", "The first answer", "waiting-on-customer", "3/4",
            NOTHING, on(105),
        ),
    )  # fmt: skip


def test_hours(acme: Revision) -> None:
    office_days = windows(range(4), "08:00", "17:00") + windows(range(4, 5), "08:00", "13:00")
    assert without_paths(acme.hours) == {
        "office": (
            calendar(
                110,
                when=(when(110, region=("america",)),),
                timezone="customer",
                ask="The zone of your headquarters",
                windows=windows(range(5), "09:00", "18:00"),
                holidays=Holidays(True, None, None, (), (), None, None, NOTHING),
            ),
            calendar(
                115,
                windows=office_days,
                holidays=Holidays(
                    False, "DE", "BY", ("12-24", "2026-05-15"), ("10-03",), (2026, 2027),
                    ("2026-01-01", "2026-12-25"), Remarks("Without 15 August.", None, "hours"),
                    {
                        "2026-01-01": "New Year's Day",
                        "2026-12-25": {"en": "Christmas Day", "nb": "Første juledag"},
                    },
                ),
                by_start_date=True,
                dates={
                    "2026-12-31": (Window(8 * 60, 12 * 60),),
                    "2026-12-30": (),
                    "2026-06-05": (Window(7 * 60, 9 * 60), Window(10 * 60, 24 * 60)),
                },
                # Overlapping breaks are allowed: they are merged.
                breaks={
                    "2026-05-20": (Window(12 * 60, 14 * 60),),
                    "2026-05-21": (Window(12 * 60, 13 * 60), Window(12 * 60 + 30, 13 * 60 + 30)),
                },
                business_days=(0, 1, 2, 3),
                remarks=Remarks(None, "Published as CET all year.", "hours"),
            ),
        ),
        "night": (
            calendar(
                131,
                windows=windows(range(5), "22:00", "06:00", nights=1),
                holidays=Holidays(
                    False, None, None, ("2026-01-01", "05-17"), (), None, None, NOTHING
                ),
            ),
        ),
        "weekend": (
            calendar(
                132,
                timezone="America/Los_Angeles",
                windows=windows(range(4, 5), "17:00", "09:00", nights=3),
            ),
        ),
        "offset": (
            calendar(
                133,
                timezone="UTC+05:30",
                windows=windows(range(6, 7), "10:00", "12:00"),
                holidays=Holidays(
                    False, None, None, ("02-29", "easter+49"), (), (2026, 2026), None, NOTHING,
                    {"02-29": "Leap day", "easter+49": "Pentecost"},
                ),
                dates={"last sun of jun": ()},
                seasons={
                    "12-28..01-03": (),
                    "07-01..07-31": (
                        *windows(range(5, 6), "10:00", "12:00"),
                        *windows(range(6, 7), "11:00", "12:00"),
                    ),
                },
                breaks={"sun before 12-25": (Window(10 * 60, 10 * 60 + 30),)},
            ),
        ),
        "always": (
            calendar(
                134,
                windows=None,
                holidays=Holidays(False, "NO", None, (), (), None, None, NOTHING),
                apply_holidays=True,
                business_days=(6, 0, 1),
            ),
        ),
        "extended": (
            calendar(
                135,
                when=(when(135, premier=("true",)),),
                any=("office", "night", "weekend", "24x7"),
                remarks=Remarks("Open long.", None, None),
            ),
        ),
    }  # fmt: skip


def test_commitment(acme: Revision) -> None:
    assert without_paths(acme.commitments) == (
        Commitment(
            (when(138, premier=("true",)),),
            "agreement",
            Remarks("With credits.", None, None),
            on(138),
        ),
        Commitment((), "objective", NOTHING, on(139)),
    )


def test_targets(acme: Revision) -> None:
    def cell(target: Target, line: int, hours: str | None = None, key: str = "") -> Cell:
        return Cell(target, None, hours, None, NOTHING, on(line), key)

    def keyed(rule: TargetRule) -> TargetRule:
        """Set the key of each cell to its priority, unless the cell has a key."""
        cells = {
            metric: {p: cell if cell.key else cell._replace(key=p) for p, cell in item.items()}
            for metric, item in rule.cells.items()
        }
        return rule._replace(cells=cells)

    none = Target("none", 0, 0, False, False, "none")
    by_ten = Target("by", 0, 36_000, False, False, "by 10:00 next business day")
    expected = (
        TargetRule(
            (when(142, topic=("billing",)),),
            None,
            None,
            {
                "first-response": {
                    "*": cell(Target("not-stated", 0, 0, False, False, "not-stated"), 142)
                }
            },
            NOTHING,
            on(142),
        ),
        TargetRule(
            (when(143, premier=("true",), channel=("phone",)),),
            None,
            "You stay reachable until it is solved.",
            {"first-response": {"P1": cell(clock(900, "15m"), 145)}},
            NOTHING,
            on(143),
        ),
        TargetRule(
            (
                Alternative(
                    {"plan": ("business",), "priority": ("P1", "P2")}, (False, "office"),
                    NOTHING, on(146),
                ),
            ),
            "office",
            None,
            {"first-response": {"P1": cell(by_ten, 148, "office")}},
            NOTHING,
            on(146),
        ),
        TargetRule(
            (Alternative({"role": ("user",)}, (True, "24x7"), NOTHING, on(149)),),
            "24x7",
            None,
            {"first-response": {"*": cell(clock(21_600, "6h 24x7"), 151, "24x7")}},
            NOTHING,
            on(149),
        ),
        TargetRule(
            (when(152, plan=("business", "classic")),),
            "office",
            None,
            {
                "first-response": {
                    "P1": cell(clock(3600, "1h 24x7"), 156, "office"),
                    "P2": cell(business(4, "4 business hours"), 156, "office"),
                    "P3": cell(
                        Target("next-business-day", 0, 0, False, False, "next business day"),
                        156, "office",
                    ),
                    "P4": cell(
                        Target("business-days", 2, 0, False, False, "2 business days"),
                        156, "office",
                    ),
                },
                "update": {
                    "P1": cell(clock(3600, "every 1h 24x7"), 158, "office")._replace(
                        text="hourly, or as agreed"
                    ),
                    "P2": cell(
                        Target("business-days", 1, 0, True, False, "every 1 business day"),
                        159, "office",
                    ),
                    "P3": cell(Target("rate", 2, 0, False, False, "2 per week"), 160, "office"),
                    "P4": cell(
                        Target("calendar-days", 7, 0, True, False, "every week"), 161, "office"
                    ),
                },
                "restoration": {
                    "P1": Cell(
                        business(8, "8 business hours"),
                        {"en": "8 hours", "nb": "8 timer"},
                        "night",
                        {"en": "Stay reachable."},
                        Remarks("By night.", "Which night?", "hours"),
                        on(163),
                        "P1",
                    ),
                    "P2": cell(business(2.5, "2.5 business hours"), 171, "office"),
                    "P3": cell(none, 172, "office"),
                    "P4": cell(none, 173, "office"),
                },
            },
            Remarks("From the table.", None, "plans"),
            on(152),
        ),
        TargetRule(
            (when(174, plan=("pro",)),),
            None,
            None,
            {
                "first-response": {"*": cell(none, 175)},
                "update": {
                    "P1": cell(clock(1800, "30m"), 176, key="serious"),
                    "P2": cell(clock(1800, "30m"), 176, key="serious"),
                    "P3": cell(clock(86_400, "24h"), 176),
                },
            },
            NOTHING,
            on(174),
        ),
        TargetRule(
            (),
            "always",
            None,
            {
                "first-response": {
                    "*": Cell(
                        Target("business-days", 3, 0, False, False, "3 business days"),
                        "three days", "always", None, NOTHING, on(177), "*",
                    )
                }
            },
            NOTHING,
            on(177),
        ),
    )  # fmt: skip
    assert without_paths(acme.rules) == tuple(map(keyed, expected))


def test_terms(acme: Revision) -> None:
    two = {"en": "2 named contacts.", "nb": "2 navngitte kontakter."}
    assert without_paths(acme.terms) == (
        Term(
            "contacts", (when(181, plan=("business",)),), "20 named contacts.", NOTHING, on(181)
        ),
        Term("contacts", (), two, Remarks(None, None, "plans"), on(182)),
        Term(
            "scope", (), "Released versions only.", Remarks(None, "Which are released?", None),
            on(183),
        ),
    )  # fmt: skip


def test_self_help(acme: Revision) -> None:
    calls = Topic(
        "calls", {"en": "Calls", "nb": "Samtaler"}, "https://example.com/calls",
        Remarks("Sound too.", None, None), on(191),
    )  # fmt: skip
    assert without_paths(acme.self_help) == SelfHelp(
        "help-center",
        False,
        (
            Topic("start", "Getting started", None, NOTHING, on(190)),
            calls,
            Topic("odd", "odd", None, NOTHING, on(192)),
        ),
        (
            Resource(
                "How-to guides", "guide", ("start", "calls", "odd"), (), None, NOTHING, on(194)
            ),
            Resource(
                "Films", "video", ("calls", "start"), ("owner", "admin"),
                "https://example.com/films", NOTHING, on(195),
            ),
            Resource(
                {"en": "The top ten"}, "list", (), ("admin", "staffer", "user"), None,
                Remarks(None, "Which ten?", None), on(196),
            ),
        ),
        Remarks("The list goes on.", None, None),
        on(186),
    )  # fmt: skip
