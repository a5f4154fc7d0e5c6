"""Which entry of the old file became which of the new one: moved, reordered, changed."""

import pytest
from test_changes import BASE, PHONE, diff, edited, marked, read

from zsupport.diff.headlines import headlines
from zsupport.diff.places import Counterparts
from zsupport.policy.model import Revision

POLICY = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro, gold: Gold}
channels:
  web: {name: Ticket, kind: web}
  chat: {name: Chat, kind: chat}
  phone: {name: Phone, kind: phone}
metrics: [{id: response}, {id: fix}]
hours: {office: {open: mon-fri 09:00-17:00}}
entitlements:
  - GRANTS
targets:
  - RULES
"""


def revision(grants: list[str], rules: list[str]) -> Revision:
    text = POLICY.replace("GRANTS", "\n  - ".join(grants)).replace("RULES", "\n  - ".join(rules))
    found = read(text).revision
    assert found is not None
    return found


WEB = "{allow: web}"
ANY = "{response: 9h}"

# The rules before and now, and the place now of each one before.
RULES = [
    (["{when: {plan: pro}, response: 4h}", "{when: {plan: gold}, response: 1h}"],
     ["{when: {plan: gold}, response: 1h}", "{when: {plan: pro}, response: 4h}"], [1, 0]),
    (["{when: {plan: pro}, response: 4h}", "{when: {plan: gold}, response: 1h}"],
     [ANY, "{when: {plan: pro}, response: 4h}", "{when: {plan: gold}, response: 1h}"], [1, 2]),
    # For whom it is says more than what it promises, and that more than for what.
    (["{when: {plan: pro}, response: 4h}"],
     ["{when: {plan: gold}, response: 4h}", "{when: {plan: pro}, response: 2h}"], [1]),
    (["{when: {plan: pro}, response: 4h}"],
     ["{when: {plan: gold}, response: 2h}", "{when: {plan: free}, response: 4h}"], [1]),
    (["{when: {plan: pro}, fix: 4h}"],
     ["{when: {plan: gold}, response: 4h}", "{when: {plan: free}, fix: 8h}"], [1]),
    (["{when: {plan: pro}, fix: 4h}"],
     ["{when: {plan: gold}, response: 4h, fix: 4h}", "{when: {plan: free}, fix: 8h}"], [1]),
    # The order of values and of keys is none.
    (["{when: {plan: [pro, gold]}, response: 4h, fix: 8h}"],
     ["{when: {plan: gold}, response: 4h, fix: 8h}",
      "{when: {plan: [gold, pro]}, fix: 8h, response: 4h}"], [1]),
    (["{when: {plan: pro, channel: web}, response: 4h}"],
     ["{when: {plan: gold}, response: 4h}",
      "{when: {channel: web, plan: pro}, response: 8h}"], [1]),
    (["{when: {plan: pro}, response: 4h, fix: 8h}"],
     ["{when: {plan: gold}, response: 2h, fix: 8h}",
      "{when: {plan: free}, fix: 8h, response: 4h}"], [1]),
    (["{when: {plan: pro}, response: 4h, fix: 8h}"],
     ["{when: {plan: gold}, response: 4h}",
      "{when: {plan: free}, fix: 9h, response: 5h}"], [1]),
    # What is the same comes first.
    (["{when: {plan: pro}, response: 4h}", "{when: {plan: pro}, fix: 8h}"],
     ["{when: {plan: pro}, fix: 8h}", "{when: {plan: pro}, response: 4h}"], [1, 0]),
    (["{when: {opened: inside office}, response: 4h}"],
     ["{when: {opened: outside office}, response: 4h}",
      "{when: {opened: inside office}, response: 8h}"], [1]),
    # Each is one of them, in their order.
    (["{when: {plan: pro}, response: 4h}", "{when: {plan: pro}, response: 4h}"],
     ["{when: {plan: pro}, response: 4h}", "{when: {plan: pro}, response: 4h}"], [0, 1]),
    (["{when: {plan: pro}, response: 4h}", "{when: {plan: gold}, response: 1h}"],
     ["{when: {plan: pro}, response: 4h}"], [0, None]),
    (["{when: {plan: pro}, fix: 4h}"], ["{when: {plan: gold}, response: 8h}"], [None]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "places"), RULES)
def test_where_a_rule_is_now(old: list[str], new: list[str], places: list[int | None]) -> None:
    matched = Counterparts(revision([WEB], old), revision([WEB], new))
    assert [matched.rule(n, None) for n in range(len(old))] == list(enumerate(places))
    for place in range(len(new)):
        before = places.index(place) if place in places else None
        assert matched.rule(None, place) == (before, place)
    # What is known is left as it is.
    assert matched.rule(0, 0) == (0, 0)
    assert matched.rule(None, None) == (None, None)


GRANTS = [
    (["{when: {plan: pro}, allow: web}", "{when: {plan: pro}, allow: chat}"],
     ["{when: {plan: pro}, allow: chat}", "{when: {plan: pro}, allow: web}"], [1, 0]),
    # Of two that differ by their hours alone, or by what is needed.
    (["{when: {plan: pro}, allow: web, hours: office}"],
     ["{when: {plan: pro}, allow: web}", "{when: {plan: pro}, allow: web, hours: office}"], [1]),
    (["{when: {plan: pro}, allow: web, prerequisites: [Key]}"],
     ["{when: {plan: pro}, allow: web}", "{when: {plan: pro}, allow: web, prerequisites: [Key]}"],
     [1]),
    # For whom and what it allows, then what it allows and how.
    (["{when: {plan: pro}, allow: web, hours: office}"],
     ["{when: {plan: gold}, allow: web, hours: office}", "{when: {plan: pro}, allow: web}"], [1]),
    (["{when: {plan: pro}, allow: web, hours: office}"],
     ["{when: {plan: free}, allow: web}", "{when: {plan: gold}, allow: web, hours: office}"], [1]),
    # What it allows before for whom.
    (["{when: {plan: pro}, allow: [web, chat], hours: office}"],
     ["{when: {plan: pro}, allow: phone}", "{when: {plan: gold}, allow: [chat, web]}"], [1]),
    (["{when: {plan: pro}, recommend: [web, chat]}"],
     ["{when: {plan: pro}, recommend: [phone]}", "{when: {plan: gold}, recommend: [chat, web]}"],
     [1]),
    (["{when: {plan: pro}, allow: [web, chat]}"],
     ["{when: {plan: pro}, allow: phone}", "{when: {plan: gold}, allow: [chat, web]}"], [1]),
    (["{when: {plan: pro}, allow: [web, chat]}"],
     ["{when: {plan: gold}, allow: chat}", "{when: {plan: pro}, allow: phone}"], [1]),
    # A channel of several.
    (["{when: {plan: pro}, allow: [web, chat]}"],
     ["{when: {plan: gold}, allow: phone}", "{when: {plan: free}, allow: [web, phone]}"], [1]),
    # What is recommended is not allowed.
    (["{recommend: [web, chat]}"], ["{allow: [web, chat]}", "{recommend: [chat, phone]}"], [1]),
    (["{when: {plan: pro}, allow: web}"], ["{when: {plan: pro}, recommend: [web]}"], [None]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "places"), GRANTS)
def test_where_a_grant_is_now(old: list[str], new: list[str], places: list[int | None]) -> None:
    matched = Counterparts(revision(old, [ANY]), revision(new, [ANY]))
    assert [matched.grant(n, None) for n in range(len(old))] == list(enumerate(places))
    for place in range(len(new)):
        before = places.index(place) if place in places else None
        assert matched.grant(None, place) == (before, place)


BUSINESS = """\
  - when: {plan: business}
    hours: office
    first-response: {P1: 1h 24x7, P2: 8 business hours}
    fix: {P1: 2 business days}
"""
PRO = """\
  - when: {plan: pro}
    first-response: {P1: 4h, P2: none}
"""


def test_a_rule_that_moved_and_lost_a_target_is_shown_where_it_is() -> None:
    lost = BUSINESS.replace("    fix: {P1: 2 business days}\n", "")
    new = edited((BUSINESS + PRO, PRO + lost))
    (headline,) = headlines(diff(BASE, new), "customer")
    finding = headline.finding
    assert finding.message == (
        "fix: nothing is promised, 2 business days (office) was: plan business, priority P1"
        " (6 cases)"
    )
    assert marked(BASE, finding.related[0]) == "2 business days"
    rule = new.split("\n").index("  - when: {plan: business}") + 1
    assert (finding.span.line, marked(new, finding)) == (rule, "when")
    # And the other way round.
    (back,) = headlines(diff(new, BASE), "customer")
    assert (back.finding.related[0].span.line, back.finding.code) == (rule, "ZD305")


def test_rules_in_another_order_are_shown_where_they_are() -> None:
    faster = BUSINESS.replace("1h 24x7", "30m 24x7")
    new = edited((BUSINESS + PRO, PRO + faster))
    (headline,) = headlines(diff(BASE, new), "customer")
    assert headline.finding.code == "ZD302"
    assert marked(BASE, headline.finding.related[0]) == "1h 24x7"
    assert marked(new, headline.finding) == "30m 24x7"


def test_a_grant_that_moved_and_got_narrower_is_shown_where_it_is() -> None:
    narrower = PHONE.replace("topic: bug}", "topic: bug, role: owner}")
    new = edited(
        (f"  - {PHONE}\n", ""), ("  - allow: forum\n", f"  - {narrower}\n  - allow: forum\n")
    )
    (headline,) = headlines(diff(BASE, new), "customer")
    assert headline.finding.code == "ZD201"
    assert marked(BASE, headline.finding.related[0]) == PHONE
    assert marked(new, headline.finding) == narrower
