"""The page of a policy in Chromium: the form, accessibility, and what the page loads.

Needs Debian's package `chromium` and the extra `browser`.
"""

import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "publish"))

from pages import Published, Reader, named, published, revision_of
from test_hostile_texts import hostile
from test_picker import Table, check_drawn

from full.visits import Visit, problems_of_accessibility

WIDTHS = (400, 1200)
POLICIES = ("zoom.yaml", "gitlab.yaml", "hivemq.yaml", "redhat.yaml", "suse.yaml", "acme.yaml")

#: Chooses every case in the form, and returns the lines of each answer.
ANSWERS = """
(cases) => {
  const selects = [...document.querySelectorAll("#picker-fields select")];
  const answer = document.getElementById("answer");
  return cases.map((places) => {
    places.forEach((place, number) => { selects[number].value = String(place); });
    selects[0].dispatchEvent(new Event("change"));
    return Object.fromEntries([...answer.querySelectorAll("[data-table]")].map((block) => [
      block.dataset.table,
      [...block.querySelectorAll("li")].map((item) => [...item.children].map((e) => e.textContent)),
    ]));
  });
}
"""


@cache
def own_page(name: str, lang: str = "en") -> Published:
    return published(revision_of(hostile()), lang) if name == "hostile" else named(name, lang)


def expected_answers(own: Published) -> Iterator[tuple[list[int], dict[str, list[list[str]]]]]:
    """Yield every case as places of values, with the answer of the program.

    The tests of the table compare it with `channels` and `due` for every case.
    """
    table = Table(own)
    names = dict(table.data["channels"])
    for case in table.cases():
        places = [table.values(name).index(value) for name, value in case.items()]
        answer = {
            "channels": [[names[id], *details] for id, *details in table.channels(case)],
        }
        for number, metric in enumerate(own.revision.metrics):
            rows = []
            for channel, text, *details in table.targets(number, case):
                shown = f"{names[channel]}: {text}" if channel else str(text)
                rows.append([shown, *map(str, details)])
            answer[metric.id] = rows
        yield places, answer


@pytest.mark.parametrize("lang", ["en", "nb"])
@pytest.mark.parametrize("name", ["zoom.yaml", "gitlab.yaml", "hivemq.yaml", "redhat.yaml"])
def test_form_answers_every_case_as_the_program(
    browser: Any, tmp_path: Path, name: str, lang: str
) -> None:
    own = own_page(name, lang)
    visit = Visit(browser, own.html, tmp_path)
    cases = list(expected_answers(own))
    shown = visit.tab.evaluate(ANSWERS, [places for places, _ in cases])
    for (places, answer), seen in zip(cases, shown, strict=True):
        assert seen == answer, places
    visit.check()


def test_form_asks_only_what_changes_the_answer(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, own_page("zoom.yaml").html, tmp_path)
    answer = visit.tab.locator("#answer")
    assert answer.inner_text() == "Please answer: Plan, Role, What is wrong with the service?"
    visit.tab.get_by_label("Plan", exact=True).select_option(label="Free")
    assert "Help Center" in answer.inner_text()
    assert "Not included" in answer.inner_text()
    assert "Please answer" not in answer.inner_text()
    visit.tab.get_by_label("Plan", exact=True).select_option(label="Pro")
    assert answer.inner_text().endswith("Please answer: Role, What is wrong with the service?")
    visit.tab.get_by_label("Role", exact=True).select_option(label="Owner")
    visit.tab.get_by_label("What is wrong with the service?", exact=True).select_option(
        label="It does not work at all"
    )
    assert answer.inner_text().startswith("Your answers lead to P1 Urgent.")
    assert "1 hour" in answer.inner_text()
    # A stated priority takes precedence over the facts.
    visit.tab.get_by_label("Priority", exact=True).select_option(label="P4 Low")
    assert "24 hours" in answer.inner_text()
    visit.check()


FACTS = """
format: 1
policy: acme
title: Acme
plans: {pro: Pro}
facts: {f: {ask: What?, values: {a: A, b: B, c: C}}}
channels: {web: {name: "Web {2} {} form", kind: web}}
priorities: [{id: P1, when: {f: a}}, {id: P2, when: {f: b}}]
entitlements: [{allow: web}]
targets: [{first-response: 1h}]
"""


@pytest.mark.parametrize("several", [True, False])
def test_form_promises_nothing_while_facts_can_lead_to_no_priority(
    browser: Any, tmp_path: Path, several: bool
) -> None:
    text = FACTS if several else FACTS.replace(", {id: P2, when: {f: b}}", "")
    visit = Visit(browser, published(revision_of(text)).html, tmp_path)
    answer = visit.tab.locator("#answer")
    assert answer.inner_text() == "Please answer: What?"
    fact = visit.tab.get_by_label("What?", exact=True)
    fact.select_option(label="C")
    assert answer.inner_text() == "Your answers lead to no priority. Choose one."
    fact.select_option(label="A")
    assert answer.inner_text().startswith("Your answers lead to P1.")
    assert "Web {2} {} form" in answer.inner_text()
    visit.check()


def test_name_of_a_channel_is_not_a_template(browser: Any, tmp_path: Path) -> None:
    text = """
format: 1
policy: acme
title: Acme
plans: {pro: Pro}
channels: {web: {name: "Web {2} {1} form", kind: web}, phone: {name: Phone $&, kind: phone}}
entitlements: [{allow: [web, phone]}]
targets: [{when: {channel: web}, first-response: 1h}, {first-response: 2h}]
"""
    visit = Visit(browser, published(revision_of(text)).html, tmp_path)
    answer = visit.tab.locator("#answer").inner_text()
    assert "Web {2} {1} form: 1 hour" in answer
    assert "Phone $&: 2 hours" in answer
    visit.check()


def test_form_works_with_the_keyboard(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, own_page("zoom.yaml").html, tmp_path)
    visit.tab.keyboard.press("Tab")
    assert visit.tab.evaluate("document.activeElement.className") == "skip"
    while visit.tab.evaluate("document.activeElement.id") != "pick-0":
        visit.tab.keyboard.press("Tab")
        assert visit.tab.evaluate("document.activeElement !== document.body")
    visit.tab.keyboard.type("Free")
    assert "Help Center" in visit.tab.locator("#answer").inner_text()
    visit.check()


@pytest.mark.parametrize("lang", ["en", "nb"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*POLICIES, "hostile"])
def test_page_has_no_serious_problem_of_accessibility(
    browser: Any, tmp_path: Path, name: str, scheme: str, lang: str
) -> None:
    for width in WIDTHS:
        visit = Visit(
            browser, own_page(name, lang).html, tmp_path, bypass_csp=True, color_scheme=scheme,
            viewport={"width": width, "height": 900},
        )  # fmt: skip
        # Choose a value everywhere, so that the answer is examined too.
        for select in visit.tab.locator("#picker-fields select").all():
            select.select_option(value="0")
        assert problems_of_accessibility(visit) == []
        # The page itself never scrolls sideways; wide tables scroll in their own region.
        assert visit.tab.evaluate("document.documentElement.scrollWidth") <= width
        visit.check()


@pytest.mark.parametrize("name", ["zoom.yaml", "acme.yaml"])
def test_page_is_readable_without_scripts(browser: Any, tmp_path: Path, name: str) -> None:
    own = own_page(name)
    visit = Visit(browser, own.html, tmp_path, java_script_enabled=False)
    assert not visit.tab.locator("#picker").is_visible()
    headings = visit.tab.locator("h2:visible").all_inner_texts()
    links = visit.tab.locator("nav a:visible").all_inner_texts()
    assert headings == links
    for table in visit.tab.locator("table").all():
        assert table.is_visible()
    visit.check()


def test_hostile_texts_do_nothing(browser: Any, tmp_path: Path) -> None:
    own = own_page("hostile")
    visit = Visit(browser, own.html, tmp_path)
    assert visit.tab.locator("script").count() == 3
    assert visit.tab.locator("img, iframe, object, embed, svg").count() == 0
    cases = [places for places, _ in expected_answers(own)][:200]
    visit.tab.evaluate(ANSWERS, cases)
    assert json.loads(visit.tab.locator("#picker-data").text_content()) == json.loads(
        json.dumps(Reader(own.html).script("application/json"))
    )
    visit.check()


def test_page_can_be_printed(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, own_page("gitlab.yaml").html, tmp_path)
    visit.tab.emulate_media(media="print")
    assert not visit.tab.locator("#picker").is_visible()
    assert not visit.tab.locator("nav").is_visible()
    assert visit.tab.locator("table").first.is_visible()
    assert visit.tab.pdf().startswith(b"%PDF")
    visit.check()


@pytest.mark.parametrize("number", range(1_000, 1_300))
def test_pages_of_random_policies_equal_the_answers(number: int) -> None:
    check_drawn(number)
