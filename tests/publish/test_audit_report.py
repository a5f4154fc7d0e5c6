"""The report of an audit: its pictures, its tables, and texts that cannot become markup."""

import re
from xml.etree import ElementTree

import pytest
from audit_reports import (
    AT,
    MADE_TICKET,
    MONDAY,
    OSLO,
    REVISION,
    large_summary,
    made_comparison,
    report,
    summary_of,
    ticket,
)
from hypothesis import given
from hypothesis import strategies as st
from pseudo_language import PSEUDO_WORDS, untranslated
from test_hostile_texts import BAD

from zsupport.audit.compare import CauseCount, Disagreement
from zsupport.audit.summary import SummaryBuilder, SummaryOptions
from zsupport.audit.ticket import Reject, VendorVerdict
from zsupport.audit.verdict_lists import lists_of
from zsupport.publish.check import read_stamp
from zsupport.publish.pictures import HeatCell, OpeningPeriod, heat_cells, margin_bins, periods
from zsupport.publish.report import audit_page
from zsupport.view.comparison import ComparedVerdicts
from zsupport.wording import Wording

WORDS = Wording()
_DAY = 86_400
#: The local hour of Monday 6 January 2025, 00:00.
HOUR = (MONDAY + 3600) // 3600


def test_weeks_start_on_monday() -> None:
    openings = {HOUR - 1: [1, 0, 1], HOUR: [2, 1, 9], HOUR + 21 * 24: [0, 4, 4]}
    assert periods(openings, WORDS) == [
        OpeningPeriod("30 Dec 2024", 1, 0),
        OpeningPeriod("6 Jan 2025", 2, 1),
        OpeningPeriod("13 Jan 2025", 0, 0),
        OpeningPeriod("20 Jan 2025", 0, 0),
        OpeningPeriod("27 Jan 2025", 0, 4),
    ]


@pytest.mark.parametrize(
    ("days", "first", "last", "number"),
    [
        (0, "6 Jan 2025", "6 Jan 2025", 1),
        (25 * 7, "6 Jan 2025", "30 Jun 2025", 26),
        (26 * 7, "Jan 2025", "Jul 2025", 7),
        (59 * 30, "Jan 2025", "Nov 2029", 59),
        (1850, "2025", "2030", 6),
    ],
)
def test_long_times_have_longer_periods(days: int, first: str, last: str, number: int) -> None:
    shown = periods({HOUR: [1, 0, 1], HOUR + days * 24: [1, 0, 1]}, WORDS)
    assert (shown[0].label, shown[-1].label, len(shown)) == (first, last, number)
    assert sum(period.judged for period in shown) == (2 if days else 1)


def test_no_judged_ticket_has_no_periods() -> None:
    assert periods({HOUR: [0, 0, 5]}, WORDS) == []
    assert margin_bins({}, WORDS) == []


def test_margins_by_range() -> None:
    bins = margin_bins({-1: 2, -900: 1, -901: 4, 0: 8, 899: 1, 900: 16, 3600: 32}, WORDS)
    assert [(entry.label, entry.tickets, entry.late) for entry in bins] == [
        ("15 min to 1 h late", 4, True),
        ("less than 15 min late", 3, True),
        ("less than 15 min left", 9, False),
        ("15 min to 1 h left", 16, False),
        ("1 h to 2 h left", 32, False),
    ]
    ends = margin_bins({-(10**9): 1, 10**9: 1}, WORDS)
    assert (ends[0].label, ends[-1].label, len(ends)) == (
        "more than 7 d late", "more than 7 d left", 18,
    )  # fmt: skip


@given(st.dictionaries(st.integers(-(10**7), 10**7), st.integers(1, 9)))
def test_every_margin_is_in_a_range(margins: dict[int, int]) -> None:
    bins = margin_bins(margins, WORDS)
    assert sum(entry.tickets for entry in bins) == sum(margins.values())
    late = sum(count for margin, count in margins.items() if margin < 0)
    assert sum(entry.tickets for entry in bins if entry.late) == late


def test_heat_by_weekday_and_hour() -> None:
    openings = {HOUR + 9: [1, 2, 3], HOUR + 7 * 24 + 9: [1, 0, 1], HOUR - 1: [5, 0, 5]}
    cells = heat_cells(openings)
    assert cells[0][9] == HeatCell(2, 2)
    assert cells[6][23] == HeatCell(5, 0)
    assert sum(cell.met + cell.breached for row in cells for cell in row) == 9


def elements(html: str) -> ElementTree.Element:
    """Return the page as XML. The page is well-formed apart from its head and its doctype."""
    body = html[html.index("<body>") : html.index("</html>")]
    return ElementTree.fromstring(body.replace("<p class=aside>", '<p class="aside">'))


def texts(element: ElementTree.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def tables(html: str) -> dict[str, list[list[str]]]:
    """Return the rows of each table by its caption."""
    return {
        texts(table.find("caption") or table[0]): [
            [texts(cell) for cell in row] for row in table.iter("tr")
        ]
        for table in elements(html).iter("table")
    }


def small_report(lang: str = "en") -> str:
    return report(
        summary_of(
            [
                ticket(2, MONDAY + 9 * 3600, 7200),
                ticket(3, MONDAY + 9 * 3600, -600),
                ticket(4, MONDAY + 8 * _DAY, 60, plan="free"),
                ticket(5, MONDAY, 0, state="running", margin_seconds=None),
            ],
            ("plan",),
        ),
        lang,
    )


def test_tables_have_the_numbers_of_the_pictures() -> None:
    shown = tables(small_report())
    assert shown["Met targets over time, by the date of opening"] == [
        ["From", "Met", "Breached", "Share met"],
        ["6 Jan 2025", "1", "1", "50.0 %"],
        ["13 Jan 2025", "1", "0", "100.0 %"],
    ]
    assert shown["Margins: the time that was left, or the delay"] == [
        ["Margin", "Tickets"],
        ["less than 15 min late", "1"],
        ["less than 15 min left", "1"],
        ["15 min to 1 h left", "0"],
        ["1 h to 2 h left", "0"],
        ["2 h to 4 h left", "1"],
    ]
    heat = shown["Breached targets by weekday and hour of opening"]
    assert heat[0] == ["Hour", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert heat[1][:3] == ["00:00", "0 of 0", "0 of 1"]
    assert heat[10][:2] == ["09:00", "1 of 2"]
    assert shown["Groups: Plan"][1:] == [
        ["Free", "1", "0", "100.0 %", "1 min", "1 min"],
        ["Pro", "3", "1", "50.0 %", "2 h", "-10 min"],
    ]
    assert shown["Worst tickets"][1][:3] == ["A-3", "tickets.csv:3", "10 min late"]
    assert shown["1 row rejected"][1] == ["1", "tickets.csv:99", "Plan: unknown plan `x`"]
    assert "First response: 66.6 % met" in texts(elements(small_report()))


def test_pictures_draw_the_numbers() -> None:
    time, margins, heat = (
        picture for picture in elements(small_report()).iter("svg")
    )  # fmt: skip
    boxes = [box for box in time.iter("rect") if float(box.attrib["y"]) > 20]
    heights = [(box.attrib["class"], float(box.attrib["height"])) for box in boxes]
    # Two judged tickets in the first week, one in the second; the scale ends at 2.
    assert heights == [("met", 65.0), ("breached", 65.0), ("met", 65.0)]
    bars = [box for box in margins.iter("rect") if float(box.attrib["y"]) > 20]
    assert [box.attrib["class"] for box in bars] == ["breached", "met", "met"]
    assert len({box.attrib["width"] for box in bars}) == 1
    cells = [box for box in heat.iter("rect") if float(box.attrib["y"]) > 20]
    assert len(cells) == 7 * 24
    assert cells[9].attrib["class"] == "heat heat-3"  # 1 of 2 tickets on Monday at 9
    assert sum(cell.attrib["class"] == "heat heat-none" for cell in cells) == 7 * 24 - 2


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_page_loads_nothing_and_is_no_page_of_publish(lang: str) -> None:
    html = report(large_summary(), lang)
    assert read_stamp(html) is None
    assert "default-src 'none'" in html
    assert "script-src" not in html
    assert "<script" not in html
    body = elements(html)
    assert {element.tag for element in body.iter()} <= {
        "body", "a", "header", "h1", "h2", "p", "nav", "ul", "li", "main", "section", "dl", "dt",
        "dd", "figure", "figcaption", "div", "svg", "rect", "text", "path", "polyline", "circle",
        "details", "summary", "table", "caption", "thead", "tbody", "tr", "th", "td", "footer",
    }  # fmt: skip
    addresses = [
        e.attrib[name] for e in body.iter() for name in ("href", "src") if name in e.attrib
    ]
    ids = [element.attrib["id"] for element in body.iter() if "id" in element.attrib]
    assert all(address.removeprefix("#") in ids for address in addresses)
    assert len(ids) == len(set(ids))
    assert html.count("url(") == 0


def test_numbers_of_a_picture_stay_inside_of_it() -> None:
    for picture in elements(report(large_summary())).iter("svg"):
        _, _, width, height = map(float, picture.attrib["viewBox"].split())
        for box in picture.iter("rect"):
            x, y, w, h = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
            assert 0 <= x <= x + w <= width + 0.1
            assert 0 <= y <= y + h <= height + 0.1
        for text in picture.iter("text"):
            assert 0 <= float(text.attrib["x"]) <= width
            assert 0 <= float(text.attrib["y"]) <= height


@pytest.mark.parametrize("text", BAD)
def test_hostile_texts_are_only_text(text: str) -> None:
    builder = SummaryBuilder(SummaryOptions(AT, (text,), (text,), zone=OSLO, pictures=True))
    own = ticket(2, MONDAY, -5, metric=text, id=text, file=text, plan=text)
    builder.add_lists(lists_of([((text,), own)]))
    builder.reject(Reject(text, 3, text, text, (text,)))
    html = report(builder.finish(), files=(text,))
    body = elements(html)
    harmless = elements(
        report(summary_of([ticket(2, MONDAY, -5, metric="m", plan="p")], ("plan",)), files=("f",))
    )
    assert [e.tag for e in body.iter()] == [e.tag for e in harmless.iter()]
    assert not any(name.startswith("on") for e in body.iter() for name in e.attrib)
    assert "\x1b" not in html
    assert "##[" not in html


def test_comparison_has_the_causes_with_their_first_tickets() -> None:
    # 7 January 2025 at 09:00 in Oslo, and the same hour in UTC.
    due = MONDAY + 33 * 3600
    rounding, unexplained = (
        CauseCount(
            "first-response", cause, detail, number,
            Disagreement(MADE_TICKET, verdict, vendor, cause, detail),
        )
        for cause, detail, number, verdict, vendor in (
            ("time-zone", "UTC", 1200, ticket(7, MONDAY, -60, due=due),
             VendorVerdict(due + 3600, None)),
            ("unexplained", None, 1, ticket(9, MONDAY, 60, due=due, id=None),
             VendorVerdict(None, True)),
        )
    )  # fmt: skip
    summary = summary_of([ticket(7, MONDAY, -60)])
    html = report(summary, compared=ComparedVerdicts(17, (rounding, unexplained)))
    assert tables(html)["Causes of the differences"] == [
        ["Cause", "Verdicts", "First ticket", "By the policy", "By the help desk"],
        [
            "The help desk counts the hours in another time zone (UTC)",
            "1,200",
            "A-7 tickets.csv:7",
            "Tue 7 Jan 2025, 09:00",
            "Tue 7 Jan 2025, 10:00",
        ],
        ["No known cause", "1", "tickets.csv:9", "Tue 7 Jan 2025, 09:00 not breached", "breached"],
    ]
    assert "17 of 1,218 verdicts agree with the help desk." in texts(elements(html))
    agreed = texts(elements(report(summary, compared=ComparedVerdicts(1, ()))))
    assert "1 of 1 verdicts agree with the help desk." in agreed
    assert "help desk" not in texts(elements(report(summary)))


@pytest.mark.parametrize("text", BAD)
def test_hostile_texts_of_a_comparison_are_only_text(text: str) -> None:
    def compared(shown: str) -> ComparedVerdicts:
        own = ticket(7, MONDAY, -60, id=shown, file=shown)
        witness = Disagreement(MADE_TICKET, own, VendorVerdict(), "priority", shown)
        return ComparedVerdicts(0, (CauseCount(shown, "priority", shown, 1, witness),))

    summary = summary_of([ticket(7, MONDAY, -60)])
    html = report(summary, compared=compared(text))
    harmless = elements(report(summary, compared=compared("x")))
    assert [e.tag for e in elements(html).iter()] == [e.tag for e in harmless.iter()]
    assert not any(name.startswith("on") for e in elements(html).iter() for name in e.attrib)
    assert "\x1b" not in html


def test_no_tickets() -> None:
    empty = SummaryBuilder(SummaryOptions(AT, zone=OSLO, pictures=True)).finish()
    html = report(empty)
    assert "No tickets." in html
    assert "<svg" not in html


def test_many_files_are_counted() -> None:
    html = report(large_summary(), files=[f"{n}.csv" for n in range(5)])
    assert "898 tickets in 0.csv, 1.csv, 2.csv and 2 more files, judged on " in html
    norwegian = texts(elements(report(large_summary(), "nb")))
    assert "898 saker i tickets.csv, vurdert man. 29. des. 2025, 10:20 CET." in norwegian


def test_every_text_is_translated() -> None:
    html = audit_page(
        summary_of([ticket(2, MONDAY, -5)], ("plan",)), REVISION, ("f",), OSLO, "en", PSEUDO_WORDS,
        made_comparison(),
    )  # fmt: skip
    known = {
        "Zoom support in 2020", "First response", "Pro", "tickets", "csv", "pro", "owner", "web",
        "A-2", "P2", "Plan", "x", "zsupport", "f", "Id", "UTC",
        "Europe", "Oslo",
    }  # fmt: skip
    shown = texts(elements(html))
    assert not untranslated(shown, known), shown


def test_time_zone_decides_the_hour() -> None:
    # 23:30 in UTC on Sunday is 00:30 on Monday in Oslo.
    html = report(summary_of([ticket(2, MONDAY - 1800 + 3600, -5)]))
    assert tables(html)["Breached targets by weekday and hour of opening"][1][1] == "1 of 1"


def test_percentages_are_norwegian() -> None:
    assert "66,6\u00a0%" in small_report("nb")
    assert re.search(r'lang="nb"', small_report("nb"))
