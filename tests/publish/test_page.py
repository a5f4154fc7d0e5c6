"""The page of every shipped and test policy: size, markup, links, tables and contact points."""

import re
from datetime import date
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import FILES, Published, Reader, grids, phrases, published, published_file, revision_of

from zsupport.answer.case import say
from zsupport.answer.channels import ChannelAnswer
from zsupport.answer.due import DueAnswer
from zsupport.publish.links import is_telephone, safe_link, telephone_link
from zsupport.publish.merge import merged
from zsupport.publish.page import Grid, plain
from zsupport.wording import Language, Wording

every_policy = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@every_policy
def test_page_is_small_and_well_formed(path: Path) -> None:
    own = published_file(path)
    assert len(own.html.encode()) <= 100_000
    assert len(own.markdown.encode()) <= 100_000
    reader = Reader(own.html)
    ids = [e.attributes["id"] for e in reader.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    assert own.html.startswith("<!doctype html>\n")
    [html] = reader.of("html")
    assert html.attributes["lang"] == "en"
    assert len(reader.of("title")) == len(reader.of("h1")) == len(reader.of("main")) == 1


@every_policy
def test_page_has_headings_in_order_and_tables_with_headers(path: Path) -> None:
    reader = Reader(published_file(path).html)
    levels = [int(e.tag[1]) for e in reader.of("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert all(later <= before + 1 for before, later in pairwise(levels))
    tables = reader.of("table")
    assert len(reader.of("caption")) == len(tables)
    scopes = {e.attributes.get("scope") for e in reader.of("th")}
    assert scopes <= {"col", "row"}


@every_policy
def test_page_loads_nothing_and_links_only_to_safe_addresses(path: Path) -> None:
    own = published_file(path)
    reader = Reader(own.html)
    ids = {e.attributes["id"] for e in reader.elements if "id" in e.attributes}
    for element in reader.elements:
        assert not {"src", "srcset", "style", "action", "background"} & element.attributes.keys()
        assert not [name for name in element.attributes if name.startswith("on")]
        address = element.attributes.get("href", "#")
        if element.tag == "link":
            assert address == "data:,"
        elif address.startswith("#"):
            assert address == "#" or address[1:] in ids, address
        else:
            assert re.match("https://|mailto:|tel:", address), address
    [style] = reader.of("style")
    assert not re.search(r"@import|url\(", "".join(style.texts))
    [policy] = [e for e in reader.of("meta") if "http-equiv" in e.attributes]
    assert policy.attributes["content"].startswith("default-src 'none';")
    # The rest of the page has no address except namespaces of data.
    assert own.html.count("http://") == 0


# -- the language of the page ---------------------------------------------------------------------


class MarkedEnglish(Language):
    """English, with a mark before each part of a text of the program."""

    def text(self, template: str) -> str:
        parts = re.split(r"(\{[^}]*\})", template)
        return "".join(part if part[:1] in ("", "{") else f"~{part}" for part in parts)

    def plural(self, single: str, several: str, number: int) -> str:
        return self.text(super().plural(single, several, number))


def normalized(text: str) -> str:
    """Return a text without the characters that differ between a policy file and its page."""
    return re.sub(r"[-_\s\\\"']+", " ", text).casefold().strip()


@every_policy
def test_all_texts_of_the_program_are_in_the_language_of_the_page(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    own = published(revision_of(text), "en", Wording(MarkedEnglish()))
    # Texts without a mark are in the policy file, are defaults of the format, or name holidays.
    defaults = {"UTC", "yes", "no"}
    holidays = {
        day["name"]
        for hours in own.revision.hours
        for answer in own.policy.hours(hours, at=own.noon, customer_tz="UTC", customer_country="DE")
        for day in answer.holidays or ()
    }
    unmarked = {
        phrase.text
        for phrase in phrases(own.page.sections + own.page.introduction + own.page.footer)
        if "~" not in phrase.text and re.search("[a-zA-Z]", phrase.text)
    }
    known = normalized(text)
    assert [t for t in unmarked - defaults - holidays if normalized(t) not in known] == []
    if own.page.picker is not None:
        words = {key: text for key, text in own.page.picker["words"].items() if key != "by-channel"}
        assert [text for text in words.values() if not text.startswith("~")] == []


# -- the tables equal the answers of the program -------------------------------------------------


def in_words(target: str | None) -> str:
    """Return a target in the words of the page, by the grammar of targets."""
    if target is None or target == "not-stated":
        return "not stated"
    if target == "none":
        return "no promise"
    if target == "2.5 business hours":
        return "2 hours 30 minutes of working time"
    text = re.sub(r" 24x7$", ", around the clock", target)
    text = re.sub(r"\b([0-9.]+)h\b", lambda m: f"{m[1]} hour{'s' * (m[1] != '1')}", text)
    text = re.sub(r"\b([0-9.]+)m\b", lambda m: f"{m[1]} minute{'s' * (m[1] != '1')}", text)
    text = text.replace("business", "working")
    return re.sub(r"(by [0-9:]+) next", r"\1 on the next", text)


def row_of(grid: Grid | None, labels: list[str]) -> list[str] | None:
    """Return the first lines of the row for a case, without marks; None without a row."""
    if grid is None:
        return None
    matching = []
    for row in grid.rows:
        heads = [plain(lines[0]) for lines in row[: grid.heads]]
        pairs = zip(heads, labels, strict=True)
        # A name can contain a comma.
        if all(head == "all" or f", {label}, " in f", {head}, " for head, label in pairs):
            matching.append([plain(lines[0]).split(" [")[0] for lines in row[grid.heads :]])
    assert len(matching) < 2, labels
    return matching[0] if matching else None


def names_of(own: Published, dimension: str) -> dict[str, str]:
    """Return the names of the values of a dimension, as the page shows them."""
    revision = own.revision
    if dimension in ("plan", "role"):
        members = revision.plans if dimension == "plan" else revision.roles
        names = {m.id: m.name["en"] if isinstance(m.name, dict) else m.name for m in members}
        for member in members:
            if member.retired:
                day = date.fromisoformat(member.retired)
                names[member.id] += f" (no longer sold since {day.day} {day:%B %Y})"
        return {id: name or id for id, name in names.items()}
    [fact] = [fact for fact in revision.facts if fact.id == dimension]
    return {
        id: (text["en"] if isinstance(text, dict) else text) for id, text in fact.values.items()
    }


def cases(own: Published, grid: Grid | None) -> list[dict[str, str]]:
    """Return the cases of the rows of a table, by the dimensions of its header."""
    asks = {
        (f.ask["en"] if isinstance(f.ask, dict) else f.ask): f.id
        for f in own.revision.facts
        if f.ask
    }
    dimensions = []
    for column in grid.columns[: grid.heads] if grid else ():
        name = plain(column)
        dimensions.append(asks.get(name, name.lower()))
    known = [d for d in dimensions if d not in ("case opened", "channel")]
    if not own.revision.plans:
        known.remove("plan")
    values = [list(names_of(own, name)) for name in known]
    return [dict(zip(known, case, strict=True)) for case in product(*values)]


def labels_of(own: Published, grid: Grid, case: dict[str, str], **more: str) -> list[str]:
    labels = []
    for column in grid.columns[: grid.heads]:
        name = plain(column)
        key = next((f.id for f in own.revision.facts if name in (f.ask, f.id)), name.lower())
        labels.append(more[key] if key in more else names_of(own, key)[case[key]] if case else "")
    return labels


@every_policy
def test_channels_by_plan_equal_the_answers(path: Path) -> None:
    own = published_file(path)
    grid = grids(own.page)["channel-table"]
    for case in cases(own, grid):
        facts = {name: value for name, value in case.items() if name not in ("plan", "role")}
        answers = own.policy.channels(
            plan=case.get("plan"), role=case.get("role"), fact=facts, at=own.noon
        )
        answered: dict[str, set[str]] = {}
        for answer in answers:
            answered.setdefault(answer.channel, set()).add(shown_channel(own, answer))
        row = row_of(grid, labels_of(own, grid, case))
        if row is None:
            row = ["No"] * len(own.revision.channels)
        assert [{cell} for cell in row] == [answered[c.id] for c in own.revision.channels], case


def shown_channel(own: Published, answer: ChannelAnswer) -> str:
    """Return what the page must say about an answer."""
    if not answer.allowed:
        return "No"
    if answer.only_when is None:
        return "Yes"
    priorities = {p.id: p.name for p in own.revision.priorities}
    shown = []
    for id in answer.only_when["priority"]:
        name = priorities[id]
        text = name["en"] if isinstance(name, dict) else name
        shown.append(text if text and id in text.lower() else f"{id} {text}".strip())
    return f"Only {', '.join(shown)}"


@every_policy
def test_targets_by_plan_and_priority_equal_the_answers(path: Path) -> None:
    own = published_file(path)
    known = grids(own.page)
    ids = tuple(priority.id for priority in own.revision.priorities)
    priorities: tuple[str | None, ...] = ids or (None,)
    # Inside and outside of the hours of acme.yaml, which decide by the opening time.
    moments = {"during": own.noon, "outside": f"{own.day.year}-11-29T12:00:00Z"}
    for metric in own.revision.metrics:
        grid = known.get(f"target-{metric.id}")
        head = [plain(column) for column in grid.columns[: grid.heads]] if grid else []
        channels: dict[str, str | None] = {"": None}
        if "Channel" in head:
            opening = (channel for channel in own.revision.channels if channel.opens_case)
            channels = {say(channel.name, "en"): channel.id for channel in opening}
        timed = moments if "Case opened" in head else {"during": own.noon}
        for case, (label, channel), (time, moment) in product(
            cases(own, grid), channels.items(), timed.items()
        ):
            opened = (
                "during the hours office" if time == "during" else "outside of the hours office"
            )
            more = {"channel": label, "case opened": opened}
            row = grid and row_of(grid, labels_of(own, grid, case, **more))
            facts = {name: value for name, value in case.items() if name not in ("plan", "role")}
            for number, priority in enumerate(priorities):
                # A column is the priority before the channel changes it.
                answers = own.policy.due(
                    plan=case.get("plan"), role=case.get("role"), channel=channel, fact=facts,
                    priority=priority, metric=metric.id, opened=moment, at=moment,
                    customer_tz="Europe/Berlin", customer_country="DE",
                )  # fmt: skip
                expected = {shown_target(answer) for answer in answers}
                if row:
                    assert {row[number]} == expected, (case, priority)
                else:
                    assert expected <= {"Not included", "not stated"}, (case, priority)


def shown_target(answer: DueAnswer) -> str:
    """Return what the page must say about an answer."""
    return "Not included" if answer.state == "not-entitled" else in_words(answer.target)


# -- days off and contact points -----------------------------------------------------------------

OFFICE = """\
format: 1
policy: acme
title: Acme support
plans: {free: Free}
timezone: Europe/Oslo
channels:
  phone: {name: Phone, kind: phone, numbers: {NO: +47 21 54 50 00}, prerequisites: Customer number}
  mail: {name: Mail, kind: email, url: "mailto:help@example.com"}
entitlements:
  - {allow: phone, hours: office}
  - {allow: mail, hours: 24x7}
hours:
  office:
    open: [mon-thu 08:00-16:00, fri 08:00-15:00]
    holidays: {add: {12-24: Christmas Eve, 2027-05-17: Constitution Day}}
    dates: {2026-12-31: 08:00-12:00}
"""


def test_days_off_are_those_of_the_next_year() -> None:
    own = published(revision_of(OFFICE))
    reader = Reader(own.html)
    days = [e.text for e in reader.of("dd")]
    assert "Thursday, 24 December 2026: Christmas Eve" in days
    assert "Monday, 17 May 2027: Constitution Day" in days
    assert not any("December 2027" in day for day in days)
    [hours] = own.policy.hours("office", at=own.noon)
    listed = [day["name"] for day in hours.holidays or ()]
    assert listed == [day.split(": ")[1] for day in days if re.search(r"\d{4}: \w+ (Eve|Day)", day)]
    assert "Thursday, 31 December 2026: 08:00–12:00" in days  # noqa: RUF001
    week = [e.text for e in reader.of("td")]
    assert [text for text in week if "00" in text] == ["08:00–16:00", "08:00–15:00"]  # noqa: RUF001


def test_day_off_without_a_name_is_only_a_date() -> None:
    text = OFFICE.replace("{12-24: Christmas Eve, 2027-05-17: Constitution Day}", "[12-24]")
    days = [e.text for e in Reader(published(revision_of(text)).html).of("dd")]
    assert "Thursday, 24 December 2026" in days


def test_days_off_are_closed_dates_too_and_not_holidays_that_open() -> None:
    dates = "12-24: 09:00-10:00, 2027-01-04: closed, 2027-02-01..2027-02-03: closed"
    own = published(revision_of(OFFICE.replace("2026-12-31: 08:00-12:00", dates)))
    text = own.markdown
    off, _, special = text.partition("- **Days off**")[2].partition("- **Days with other hours**")
    assert off.split("\n  - ")[1:] == [
        "Monday, 4 January 2027",
        "1 February 2027 to 3 February 2027",
        "Monday, 17 May 2027: Constitution Day\n\n",
    ]
    assert "Thursday, 24 December 2026: 09:00" in special
    assert "Periods with other hours" not in text


def test_periods_do_not_repeat_the_week() -> None:
    dates = "06-15..08-31: 08:00-15:00"
    own = published(revision_of(OFFICE.replace("2026-12-31: 08:00-12:00", dates)))
    rows = [line for line in own.markdown.splitlines() if line.startswith("| 15 June")]
    # Friday and the weekend have the times of the week.
    dash = "\N{EN DASH}"
    assert rows == [f"| 15 June 2027 to 31 August 2027 | Monday to Thursday | 08:00{dash}15:00 |"]


@pytest.mark.parametrize(
    ("id", "name", "shown"),
    [
        ("A", "Stans", "A Stans"),
        ("A", "A Stans", "A Stans"),
        ("A", "a: critical", "a: critical"),
        ("A", "There is a fault", "A There is a fault"),
        ("P1", "Urgent (P1)", "Urgent (P1)"),
        ("P1", "Urgent p1", "Urgent p1"),
        ("P1", "P10", "P1 P10"),
        ("high", "High", "High"),
    ],
)
def test_priority_has_its_id_unless_the_name_states_it(id: str, name: str, shown: str) -> None:
    priorities = f"priorities: [{{id: {id}, name: '{name}'}}, {{id: other}}]\n"
    targets = f"targets: [{{first-response: {{{id}: 1h, other: 2h}}}}]\n"
    own = published(revision_of(OFFICE + priorities + targets))
    assert f"| Plan | {shown} | other |" in own.markdown
    assert shown in own.html


def test_targets_that_count_no_hours_have_no_hours() -> None:
    targets = {"A": "immediately", "B": "14 calendar days", "C": "4 business hours"}
    priorities = "priorities: [{id: A}, {id: B}, {id: C}]\n"
    cells = ", ".join(f"{id}: {target}" for id, target in targets.items())
    rules = f"targets: [{{hours: office, first-response: {{{cells}}}}}]\n"
    text = published(revision_of(OFFICE + priorities + rules)).markdown
    [row] = [line for line in text.splitlines() if line.startswith("| Free | **immediately**")]
    assert row.split(" | ")[1:] == [
        "**immediately**",
        "**14 calendar days**",
        "**4 working hours**<br>hours: office |",
    ]
    assert "Calendar days count every day, also weekends and public holidays." in text


def test_contact_points_have_opening_hours() -> None:
    contacts = Reader(published(revision_of(OFFICE)).html).script("application/ld+json")
    assert contacts["@context"] == "https://schema.org"
    phone, mail = contacts["@graph"]
    assert phone["@type"] == mail["@type"] == "ContactPoint"
    assert phone["telephone"] == "+47 21 54 50 00"
    assert phone["areaServed"] == "NO"
    assert phone["description"] == "Time zone: Europe/Oslo"
    week = [f"https://schema.org/{day}" for day in ("Monday", "Tuesday", "Wednesday", "Thursday")]
    kind = "OpeningHoursSpecification"
    assert phone["hoursAvailable"] == [
        {"@type": kind, "dayOfWeek": week, "opens": "08:00", "closes": "16:00"},
        {
            "@type": kind, "dayOfWeek": ["https://schema.org/Friday"],
            "opens": "08:00", "closes": "15:00",
        },
        {
            "@type": kind, "opens": "00:00", "closes": "00:00",
            "validFrom": "2026-12-24", "validThrough": "2026-12-24",
        },
        {
            "@type": kind, "opens": "08:00", "closes": "12:00",
            "validFrom": "2026-12-31", "validThrough": "2026-12-31",
        },
        {
            "@type": kind, "opens": "00:00", "closes": "00:00",
            "validFrom": "2027-05-17", "validThrough": "2027-05-17",
        },
    ]  # fmt: skip
    assert mail["email"] == "help@example.com"
    [always] = mail["hoursAvailable"]
    assert (len(always["dayOfWeek"]), always["opens"], always["closes"]) == (7, "00:00", "23:59")


def test_contact_points_have_the_periods_of_ranges() -> None:
    ranges = "{2027-02-01..2027-02-05: 10:00-12:00, 2027-02-03..2027-02-04: closed, "
    text = OFFICE.replace("dates: {", f"dates: {ranges}")
    assert text != OFFICE
    contacts = Reader(published(revision_of(text)).html).script("application/ld+json")
    periods = [
        (entry["validFrom"], entry["validThrough"], entry["opens"], entry["closes"],
         len(entry.get("dayOfWeek", ())))
        for entry in contacts["@graph"][0]["hoursAvailable"]
        if entry.get("validFrom", "").startswith("2027-02")
    ]  # fmt: skip
    # The range inside the other cuts it into two periods.
    assert periods == [
        ("2027-02-01", "2027-02-02", "10:00", "12:00", 5),
        ("2027-02-03", "2027-02-04", "00:00", "00:00", 0),
        ("2027-02-05", "2027-02-05", "10:00", "12:00", 5),
    ]


CASES = """
format: 1
policy: acme
title: Acme
plans: {free: Free, pro: Pro}
channels: {phone: {name: Phone, kind: phone, numbers: {US: +1 (800) CALL, NO: 21 54 50 00}}}
entitlements:
  - {when: {plan: free}, allow: phone, hours: day}
  - {when: {plan: pro}, allow: phone, hours: late}
hours:
  day: {open: mon-fri 09:00-17:00}
  late: [{open: mon-fri 09:00-20:00}, {open: sat 01:00-02:00}]
terms: {t: [{say: First.}, {say: Second.}], u: [{when: {plan: pro}, say: Third.}, {say: Fourth.}]}
"""


def test_hours_that_depend_on_the_plan_are_not_in_contact_points() -> None:
    [point] = Reader(published(revision_of(CASES)).html).script("application/ld+json")["@graph"]
    assert "hoursAvailable" not in point
    # A text that nobody can dial is not a telephone number.
    assert (point["areaServed"], point["telephone"]) == ("NO", "21 54 50 00")


FACT = """\
format: 1
policy: acme
title: Acme support
plans: {free: Free}
facts: {topic: {values: {general: General, billing: Billing}, default: general}}
channels:
  phone: {name: Phone, kind: phone}
  mail: {name: Mail, kind: email}
  chat: {name: Chat, kind: chat}
entitlements:
  - {when: {topic: general}, allow: phone, hours: day}
  - {when: {topic: billing}, allow: phone, hours: late}
  - {allow: mail, hours: day}
  - {when: {topic: billing}, allow: chat, hours: late}
hours:
  day: {open: mon-fri 09:00-17:00}
  late: {open: mon-fri 09:00-20:00}
"""


def test_contact_points_state_only_hours_for_every_value_of_a_fact() -> None:
    points = Reader(published(revision_of(FACT)).html).script("application/ld+json")["@graph"]
    closes = {
        point["name"]: [entry["closes"] for entry in point.get("hoursAvailable", ())]
        for point in points
    }
    # The default is `general`, but the phone has other hours for `billing`.
    assert closes == {"Phone": [], "Mail": ["17:00"], "Chat": ["20:00"]}


def test_unreachable_entries_are_not_on_the_page() -> None:
    markdown = published(revision_of(CASES)).markdown
    for shown in ("First.", "Third.", "Fourth.", "20:00"):
        assert shown in markdown
    assert "Second." not in markdown
    assert "01:00" not in markdown
    assert markdown.count("For all others:") == 1


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("+1 (800) 555-0100", True), ("(800) 555-0100", True), ("0800 123456 ext. 7", True),
        ("+1 (800) CALL", False), ("ask us", False), ("", False),
    ],
)  # fmt: skip
def test_texts_that_are_no_telephone_numbers(text: str, known: bool) -> None:
    assert is_telephone(text) == known


def test_hours_of_the_customer_are_not_in_contact_points() -> None:
    [path] = [path for path in FILES if path.name == "redhat.yaml"]
    points = Reader(published_file(path).html).script("application/ld+json")["@graph"]
    assert {point["name"] for point in points} == {"Web", "Phone"}
    assert not [p for p in points if "hoursAvailable" in p and "00:00" not in str(p)]


# -- links and boxes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.com/a?b=c#d", True),
        ("HTTPS://example.com", True),
        ("mailto:help@example.com", True),
        ("http://example.com", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.com", False),
        ("example.com", False),
        ("https:///path", False),
        ("https://user@example.com/", False),
        ('https://example.com/"onclick="x', False),
        ("https://example.com/<b>", False),
        ("https://example.com/a b", False),
        ("https://example.com/\n", False),
        ("mailto:help", False),
        ("", False),
        (None, False),
    ],
)
def test_page_links_only_to_safe_addresses(url: str | None, link: bool) -> None:
    assert safe_link(url) == (url if link else None)


@pytest.mark.parametrize(
    ("number", "link"),
    [
        ("+1.888.799.9666 ext. 2", "tel:+18887999666;ext=2"),
        ("+47 21 54 50 00", "tel:+4721545000"),
        ("+44 (0)20 7946 0958", "tel:+4402079460958"),
        ("009", None),
        ("+1 800 FLOWERS", None),
        ("+47;phone-context=x", None),
    ],
)
def test_numbers_are_links_if_they_can_be_dialled_from_abroad(
    number: str, link: str | None
) -> None:
    assert telephone_link(number) == link


@given(st.data())
def test_boxes_cover_every_case_once(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    dimensions = [[f"{place}{value}" for value in range(size)] for place, size in enumerate(sizes)]
    contents: dict[tuple[str | None, ...], int] = {
        case: data.draw(st.integers(0, 2)) for case in product(*dimensions)
    }
    covered: dict[tuple[str | None, ...], int] = {}
    for box, content in merged(dimensions, contents):
        for case in product(*box):
            assert case not in covered
            covered[case] = content
    assert covered == contents
