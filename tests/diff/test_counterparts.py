"""Counterparts of moved, reordered and changed entries."""

import pytest
from test_changes import BASE, PHONE, diff, edited, marked, read

from zsupport.diff.counterparts import Counterparts
from zsupport.diff.headlines import headlines
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
    result = read(text).revision
    assert result is not None
    return result


WEB = "{allow: web}"
ANY = "{response: 9h}"

# The old rules, the new rules, and the new place of every old rule.
RULES = [
    (["{when: {plan: pro}, response: 4h}", "{when: {plan: gold}, response: 1h}"],
     ["{when: {plan: gold}, response: 1h}", "{when: {plan: pro}, response: 4h}"], [1, 0]),
    (["{when: {plan: pro}, response: 4h}", "{when: {plan: gold}, response: 1h}"],
     [ANY, "{when: {plan: pro}, response: 4h}", "{when: {plan: gold}, response: 1h}"], [1, 2]),
    # An equal condition is preferred to equal targets, and equal targets to equal metrics.
    (["{when: {plan: pro}, response: 4h}"],
     ["{when: {plan: gold}, response: 4h}", "{when: {plan: pro}, response: 2h}"], [1]),
    (["{when: {plan: pro}, response: 4h}"],
     ["{when: {plan: gold}, response: 2h}", "{when: {plan: free}, response: 4h}"], [1]),
    (["{when: {plan: pro}, fix: 4h}"],
     ["{when: {plan: gold}, response: 4h}", "{when: {plan: free}, fix: 8h}"], [1]),
    (["{when: {plan: pro}, fix: 4h}"],
     ["{when: {plan: gold}, response: 4h, fix: 4h}", "{when: {plan: free}, fix: 8h}"], [1]),
    # The order of values and of keys does not matter.
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
    # Equal rules come first.
    (["{when: {plan: pro}, response: 4h}", "{when: {plan: pro}, fix: 8h}"],
     ["{when: {plan: pro}, fix: 8h}", "{when: {plan: pro}, response: 4h}"], [1, 0]),
    (["{when: {opened: inside office}, response: 4h}"],
     ["{when: {opened: outside office}, response: 4h}",
      "{when: {opened: inside office}, response: 8h}"], [1]),
    # Duplicates are paired in their order.
    (["{when: {plan: pro}, response: 4h}", "{when: {plan: pro}, response: 4h}"],
     ["{when: {plan: pro}, response: 4h}", "{when: {plan: pro}, response: 4h}"], [0, 1]),
    (["{when: {plan: pro}, response: 4h}", "{when: {plan: gold}, response: 1h}"],
     ["{when: {plan: pro}, response: 4h}"], [0, None]),
    (["{when: {plan: pro}, fix: 4h}"], ["{when: {plan: gold}, response: 8h}"], [None]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "places"), RULES)
def test_new_place_of_a_rule(old: list[str], new: list[str], places: list[int | None]) -> None:
    counterparts = Counterparts(revision([WEB], old), revision([WEB], new))
    assert [counterparts.rule(n, None) for n in range(len(old))] == list(enumerate(places))
    for place in range(len(new)):
        before = places.index(place) if place in places else None
        assert counterparts.rule(None, place) == (before, place)
    # Known positions stay unchanged.
    assert counterparts.rule(0, 0) == (0, 0)
    assert counterparts.rule(None, None) == (None, None)


GRANTS = [
    (["{when: {plan: pro}, allow: web}", "{when: {plan: pro}, allow: chat}"],
     ["{when: {plan: pro}, allow: chat}", "{when: {plan: pro}, allow: web}"], [1, 0]),
    # Two grants that differ only in hours or in prerequisites.
    (["{when: {plan: pro}, allow: web, hours: office}"],
     ["{when: {plan: pro}, allow: web}", "{when: {plan: pro}, allow: web, hours: office}"], [1]),
    (["{when: {plan: pro}, allow: web, prerequisites: [Key]}"],
     ["{when: {plan: pro}, allow: web}", "{when: {plan: pro}, allow: web, prerequisites: [Key]}"],
     [1]),
    # Equal condition and channels first, then equal channels, hours and prerequisites.
    (["{when: {plan: pro}, allow: web, hours: office}"],
     ["{when: {plan: gold}, allow: web, hours: office}", "{when: {plan: pro}, allow: web}"], [1]),
    (["{when: {plan: pro}, allow: web, hours: office}"],
     ["{when: {plan: free}, allow: web}", "{when: {plan: gold}, allow: web, hours: office}"], [1]),
    # Equal channels are preferred to an equal condition.
    (["{when: {plan: pro}, allow: [web, chat], hours: office}"],
     ["{when: {plan: pro}, allow: phone}", "{when: {plan: gold}, allow: [chat, web]}"], [1]),
    (["{when: {plan: pro}, recommend: [web, chat]}"],
     ["{when: {plan: pro}, recommend: [phone]}", "{when: {plan: gold}, recommend: [chat, web]}"],
     [1]),
    (["{when: {plan: pro}, allow: [web, chat]}"],
     ["{when: {plan: pro}, allow: phone}", "{when: {plan: gold}, allow: [chat, web]}"], [1]),
    (["{when: {plan: pro}, allow: [web, chat]}"],
     ["{when: {plan: gold}, allow: chat}", "{when: {plan: pro}, allow: phone}"], [1]),
    # One shared channel.
    (["{when: {plan: pro}, allow: [web, chat]}"],
     ["{when: {plan: gold}, allow: phone}", "{when: {plan: free}, allow: [web, phone]}"], [1]),
    # `recommend` is never the counterpart of `allow`.
    (["{recommend: [web, chat]}"], ["{allow: [web, chat]}", "{recommend: [chat, phone]}"], [1]),
    (["{when: {plan: pro}, allow: web}"], ["{when: {plan: pro}, recommend: [web]}"], [None]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "places"), GRANTS)
def test_new_place_of_a_grant(old: list[str], new: list[str], places: list[int | None]) -> None:
    counterparts = Counterparts(revision(old, [ANY]), revision(new, [ANY]))
    assert [counterparts.grant(n, None) for n in range(len(old))] == list(enumerate(places))
    for place in range(len(new)):
        before = places.index(place) if place in places else None
        assert counterparts.grant(None, place) == (before, place)


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


def test_moved_rule_without_a_target_has_its_own_place() -> None:
    lost = BUSINESS.replace("    fix: {P1: 2 business days}\n", "")
    new = edited((BUSINESS + PRO, PRO + lost))
    (headline,) = headlines(diff(BASE, new), "customer")
    finding = headline.finding
    assert finding.message == (
        "target 2 business days (office) for fix removed: plan business, priority P1 (6 cases)"
    )
    assert marked(BASE, finding.related[0]) == "2 business days"
    rule = new.split("\n").index("  - when: {plan: business}") + 1
    assert (finding.span.line, marked(new, finding)) == (rule, "when")
    # The reverse change.
    (back,) = headlines(diff(new, BASE), "customer")
    assert (back.finding.related[0].span.line, back.finding.code) == (rule, "ZD305")


def test_reordered_rules_have_their_own_places() -> None:
    faster = BUSINESS.replace("1h 24x7", "30m 24x7")
    new = edited((BUSINESS + PRO, PRO + faster))
    (headline,) = headlines(diff(BASE, new), "customer")
    assert headline.finding.code == "ZD302"
    assert marked(BASE, headline.finding.related[0]) == "1h 24x7"
    assert marked(new, headline.finding) == "30m 24x7"


def test_moved_and_narrower_grant_has_its_own_place() -> None:
    narrower = PHONE.replace("topic: bug}", "topic: bug, role: owner}")
    new = edited(
        (f"  - {PHONE}\n", ""), ("  - allow: forum\n", f"  - {narrower}\n  - allow: forum\n")
    )
    (headline,) = headlines(diff(BASE, new), "customer")
    assert headline.finding.code == "ZD201"
    assert marked(BASE, headline.finding.related[0]) == PHONE
    assert marked(new, headline.finding) == narrower
