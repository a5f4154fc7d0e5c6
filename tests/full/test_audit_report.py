"""The report of an audit in Chromium: accessibility, sizes, print, and what the page loads.

Needs Debian's package `chromium` and the extra `browser`.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "publish"))

from audit_reports import AT, MONDAY, OSLO, large_summary, made_comparison, report, ticket
from test_hostile_texts import BAD

from full.visits import Visit, problems_of_accessibility
from zsupport.audit.summary import SummaryBuilder, SummaryOptions
from zsupport.audit.ticket import Reject
from zsupport.audit.verdict_lists import lists_of

WIDTHS = (400, 1280)


@pytest.mark.parametrize("lang", ["en", "nb"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_report_has_no_problem_of_accessibility(
    browser: Any, tmp_path: Path, scheme: str, lang: str
) -> None:
    html = report(large_summary(), lang, compared=made_comparison())
    for width in WIDTHS:
        visit = Visit(
            browser, html, tmp_path, bypass_csp=True, color_scheme=scheme,
            viewport={"width": width, "height": 900},
        )  # fmt: skip
        for summary in visit.tab.locator("summary").all():
            summary.click()
        assert problems_of_accessibility(visit) == []
        # Wide pictures and tables scroll in their own region.
        assert visit.tab.evaluate("document.documentElement.scrollWidth") <= width
        visit.check()


def test_report_works_without_scripts(browser: Any, tmp_path: Path) -> None:
    html = report(large_summary(), compared=made_comparison())
    visit = Visit(browser, html, tmp_path, java_script_enabled=False)
    assert visit.tab.locator("svg:visible").count() == 6
    table = visit.tab.locator("#metric-1-time")
    assert not table.is_visible()
    visit.tab.locator("summary").first.click()
    assert table.is_visible()
    assert visit.tab.locator("#groups-table").is_visible()
    assert visit.tab.locator("#comparison-table").is_visible()
    visit.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_of_a_picture_do_not_overlap(browser: Any, tmp_path: Path, scheme: str) -> None:
    visit = Visit(browser, report(large_summary(), "nb"), tmp_path, color_scheme=scheme)
    overlaps = visit.tab.evaluate(
        """() => [...document.querySelectorAll("svg")].flatMap((svg) => {
          const outer = svg.getBoundingClientRect();
          const texts = [...svg.querySelectorAll("text")].map(
            (text) => [text.textContent, text.getBoundingClientRect()]);
          const outside = texts.filter(([, box]) =>
            box.left < outer.left - 1 || box.right > outer.right + 1).map(([text]) => text);
          const pairs = texts.flatMap(([text, box], number) => texts.slice(number + 1)
            .filter(([, other]) => box.left < other.right && other.left < box.right
              && box.top + 3 < other.bottom && other.top + 3 < box.bottom)
            .map(([other]) => `${text} | ${other}`));
          return [...outside, ...pairs];
        })"""
    )
    assert overlaps == []
    visit.check()


def test_hostile_texts_do_nothing(browser: Any, tmp_path: Path) -> None:
    builder = SummaryBuilder(SummaryOptions(AT, ("k",), ("k",), zone=OSLO, pictures=True))
    for line, text in enumerate(BAD):
        own = ticket(line, MONDAY, -line - 1, metric=text, id=text, file=text, plan=text)
        builder.add_lists(lists_of([((text,), own)]))
        builder.reject(Reject(text, line, text, text, (text,)))
    visit = Visit(browser, report(builder.finish(), files=BAD), tmp_path)
    assert visit.tab.locator("script, img, iframe, object, embed, form").count() == 0
    visit.check()


def test_report_can_be_printed(browser: Any, tmp_path: Path) -> None:
    html = report(large_summary(), compared=made_comparison())
    # A4 without its margins
    visit = Visit(browser, html, tmp_path, viewport={"width": 718, "height": 1000})
    visit.tab.emulate_media(media="print")
    table = visit.tab.locator("#comparison-table").bounding_box()
    assert table["x"] + table["width"] <= 718
    assert visit.tab.locator("svg").first.is_visible()
    assert not visit.tab.locator("details").first.is_visible()
    assert visit.tab.pdf().startswith(b"%PDF")
    visit.check()
