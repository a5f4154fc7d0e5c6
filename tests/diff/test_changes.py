"""Every kind of change, worked out by hand: what it says, for whom it is what, and both places."""

import re
from typing import NamedTuple

import pytest

from zsupport.diff.changes import CODES, class_of
from zsupport.diff.headlines import Headline, headlines
from zsupport.diff.policies import PolicyDiff, compare
from zsupport.findings import Finding, Related
from zsupport.guide import page as guide
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

# 3 plans, 2 roles, 3 channels, 2 priorities and 2 topics: 72 cases. A case can be opened in 20 of
# them: by web in 16 (pro and business), by phone in 4 (business with a bug).
BASE = """\
format: 1
policy: acme
timezone: Europe/Oslo
effective: {from: 2026-01-01}
plans:
  free: Free
  pro: {name: Pro, aliases: [professional]}
  business: Business
roles: {owner: Owner, user: User}
facts:
  topic: {values: {bug: A bug, bill: A bill}, default: bug}
  impact: {values: {down: Down, part: Part}}
channels:
  forum: {name: Forum, kind: community, url: "https://example.com/forum"}
  web: {name: Ticket, kind: web}
  phone:
    name: Phone
    kind: phone
    prerequisites: [Customer number]
    numbers: {US: +1.555.0100}
entitlements:
  - allow: forum
  - {when: {plan: [pro, business]}, allow: web}
  - {when: {plan: business, topic: bug}, allow: phone, hours: office}
priorities:
  - {id: P1, name: Urgent, when: {impact: down}}
  - {id: P2, name: Normal}
metrics:
  - {id: first-response, name: First response}
  - {id: fix, name: Solution}
hours:
  office: {open: mon-fri 09:00-17:00}
commitment: objective
targets:
  - when: {plan: business}
    hours: office
    first-response: {P1: 1h 24x7, P2: 8 business hours}
    fix: {P1: 2 business days}
  - when: {plan: pro}
    first-response: {P1: 4h, P2: none}
"""


class Example(NamedTuple):
    """An edit of the policy, and the only headline that it makes.

    Of the places the text that is marked stands here, as it is in the old and the new file.
    """

    code: str
    classes: str  # for the customer, and for the support organisation
    find: str
    replace: str
    says: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.code} {self.find[:20]}"


LESS, MORE, EITHER = "breaking, compatible", "compatible, breaking", "risky, risky"
NAME_GONE, SAME = LESS, "compatible, compatible"
NAME_NEW = SAME
PHONE = "{when: {plan: business, topic: bug}, allow: phone, hours: office}"
EXAMPLES = [
    Example(
        "ZD201", LESS, "topic: bug}, allow", "topic: bug, role: owner}, allow",
        "`phone` is no longer allowed: plan business, role user, topic bug (2 cases)",
        PHONE, PHONE.replace("bug}", "bug, role: owner}"),
    ),
    Example(
        "ZD201", LESS, f"  - {PHONE}\n", "",
        "`phone` is no longer allowed: plan business, topic bug (4 cases)", PHONE, "entitlements",
    ),
    Example(
        "ZD202", MORE, "topic: bug}, allow", "topic: [bug, bill]}, allow",
        "`phone` is allowed now: plan business, topic bill (4 cases)",
        PHONE, PHONE.replace("bug}", "[bug, bill]}"),
    ),
    Example(
        "ZD202", MORE, "entitlements:\n", "entitlements:\n  - {when: {plan: free}, allow: web}\n",
        "`web` is allowed now: plan free (8 cases)",
        "entitlements", "{when: {plan: free}, allow: web}",
    ),
    Example(
        "ZD203", LESS, "[Customer number]", "[Customer number, Host key]",
        "`phone` needs `Host key`: plan business, topic bug (4 cases)",
        "prerequisites", "prerequisites",
    ),
    Example(
        "ZD203", LESS, "allow: web}", "allow: web, prerequisites: [Host key]}",
        "`web` needs `Host key`: plan pro or business (16 cases)",
        "{when: {plan: [pro, business]}, allow: web}", "prerequisites",
    ),
    Example(
        "ZD204", MORE, "    prerequisites: [Customer number]\n", "",
        "`phone` no longer needs `Customer number`: plan business, topic bug (4 cases)",
        "prerequisites", "phone",
    ),
    Example(
        "ZD205", EITHER, "[Customer number]", "[Host key]",
        "`phone` needs `Host key`; no longer needs `Customer number`: plan business, topic bug"
        " (4 cases)",
        "prerequisites", "prerequisites",
    ),
    Example(
        "ZD206", LESS, "    numbers: {US: +1.555.0100}\n", "",
        "`phone` no longer has the number `US +1.555.0100`: plan business, topic bug (4 cases)",
        "numbers", "phone",
    ),
    Example(
        "ZD206", LESS, ', url: "https://example.com/forum"', "",
        "`forum` no longer has the address `https://example.com/forum`: everyone (24 cases)",
        '"https://example.com/forum"', "forum",
    ),
    Example(
        "ZD207", MORE, "{US: +1.555.0100}", "{US: +1.555.0100, GB: +44.555.0100}",
        "`phone` now has the number `GB +44.555.0100`: plan business, topic bug (4 cases)",
        "numbers", "numbers",
    ),
    Example(
        "ZD208", EITHER, "+1.555.0100", "+1.555.0199",
        "`phone` has other numbers: plan business, topic bug (4 cases)", "numbers", "numbers",
    ),
    Example(
        "ZD208", EITHER, "example.com/forum", "example.com/people",
        "`forum` has another address: everyone (24 cases)",
        '"https://example.com/forum"', '"https://example.com/people"',
    ),
    Example(
        "ZD208", EITHER, "kind: web", "kind: email",
        "`web` is of kind email instead of web: plan pro or business (16 cases)", "web", "email",
    ),
    Example(
        "ZD209", LESS, "kind: web", "kind: community",
        "`web` opens no case any more: plan pro or business (16 cases)", "web", "community",
    ),
    Example(
        "ZD210", MORE, "kind: community", "kind: other",
        "`forum` opens a case now: everyone (24 cases)", "community", "other",
    ),
    Example(
        "ZD301", LESS, "1h 24x7", "2h 24x7",
        "first-response: 2h 24x7 instead of 1h 24x7: plan business, priority P1 (6 cases)",
        "1h 24x7", "2h 24x7",
    ),
    Example(
        "ZD302", MORE, "1h 24x7", "59m 24x7",
        "first-response: 59m 24x7 instead of 1h 24x7: plan business, priority P1 (6 cases)",
        "1h 24x7", "59m 24x7",
    ),
    Example(
        # Eight working hours end with the day after at the latest.
        "ZD301", LESS, "8 business hours", "1 business day",
        "first-response: 1 business day (office) instead of 8 business hours (office):"
        " plan business, priority P2 (6 cases)",
        "8 business hours", "1 business day",
    ),
    Example(
        "ZD303", EITHER, "8 business hours", "9h 24x7",
        "first-response: 9h 24x7 instead of 8 business hours (office):"
        " plan business, priority P2 (6 cases)",
        "8 business hours", "9h 24x7",
    ),
    Example(
        "ZD304", LESS, "    fix: {P1: 2 business days}\n", "",
        "fix: nothing is promised, 2 business days (office) was: plan business, priority P1"
        " (6 cases)",
        "2 business days", "when",
    ),
    Example(
        "ZD304", LESS, "2 business days", "none",
        "fix: nothing is promised, 2 business days (office) was: plan business, priority P1"
        " (6 cases)",
        "2 business days", "none",
    ),
    Example(
        # A week is counted in the zone of the hours, so they are named.
        "ZD305", MORE, "P1: 2 business days", "P1: 2 business days, P2: every week",
        "fix: every week (office) is promised, nothing was: plan business, priority P2 (6 cases)",
        "fix", "every week",
    ),
    Example(
        "ZD305", MORE, "P2: none", "P2: 24h",
        "first-response: 24h is promised, nothing was: plan pro, channel web, priority P2"
        " (4 cases)",
        "none", "24h",
    ),
    Example(
        "ZD306", "compatible, compatible", "P2: none", "P2: not-stated",
        "first-response: not stated instead of none: plan pro, channel web, priority P2 (4 cases)",
        "none", "not-stated",
    ),
    Example(
        "ZD307", LESS, "    hours: office\n", "    hours: office\n    condition: You stay near.\n",
        "what a rule promises holds on a condition only: plan business (12 cases)",
        "when", "You stay near.",
    ),
    Example(
        "ZD307", LESS, "P1: 4h", "P1: {target: 4h, condition: You stay near.}",
        "first-response: 4h on a condition only: plan pro, channel web, priority P1 (4 cases)",
        "4h", "You stay near.",
    ),
    Example(
        "ZD310", LESS, "commitment: objective", "commitment: target",
        "commitment: target instead of objective: plan pro or business (16 cases)",
        "objective", "target",
    ),
    Example(
        "ZD310", LESS, "commitment: objective\n", "",
        "commitment: not stated instead of objective: plan pro or business (16 cases)",
        "objective", "",
    ),
    Example(
        "ZD311", MORE, "commitment: objective", "commitment: agreement",
        "commitment: agreement instead of objective: plan pro or business (16 cases)",
        "objective", "agreement",
    ),
    Example(
        "ZD313", LESS, "name: Solution}", "name: Solution, pauses: waiting}",
        "fix: its clock can be stopped: plan business, priority P1 (6 cases)",
        "{id: fix, name: Solution}", "{id: fix, name: Solution, pauses: waiting}",
    ),
    Example(
        "ZD315", EITHER, "name: Solution}", "name: Solution, starts: The first answer}",
        "fix: its clock starts at another event: plan business, priority P1 (6 cases)",
        "{id: fix, name: Solution}", "{id: fix, name: Solution, starts: The first answer}",
    ),
    Example(
        # Two business days end when they close, as before.
        "ZD401", LESS, "09:00-17:00", "10:00-17:00",
        "the hours `office` are shorter than before: plan business (8 cases)",
        "mon-fri 09:00-17:00", "mon-fri 10:00-17:00",
    ),
    Example(
        "ZD402", MORE, "09:00-17:00", "08:00-17:00",
        "the hours `office` are longer than before: plan business (8 cases)",
        "mon-fri 09:00-17:00", "mon-fri 08:00-17:00",
    ),
    Example(
        "ZD403", EITHER, "09:00-17:00", "08:00-16:00",
        "the hours `office` are others than before: plan business (12 cases)",
        "mon-fri 09:00-17:00", "mon-fri 08:00-16:00",
    ),
    Example(
        "ZD402", MORE, "phone, hours: office", "phone, hours: 24x7",
        "`phone` is open 24x7 instead of office: plan business, topic bug (4 cases)",
        PHONE, PHONE.replace("office", "24x7"),
    ),
    Example(
        "ZD403", EITHER, "phone, hours: office", "phone",
        "`phone` is open without stated hours instead of office: plan business, topic bug"
        " (4 cases)",
        PHONE, PHONE.replace(", hours: office", ""),
    ),
    Example(
        "ZD501", LESS, "when: {impact: down}", "when: {impact: down, topic: bug}",
        "these facts make it P2 instead of P1: impact down, topic bill (1 case)",
        "{id: P1, name: Urgent, when: {impact: down}}", "{id: P2, name: Normal}",
    ),
    Example(
        "ZD502", MORE, "when: {impact: down}}", "when: {impact: [down, part]}}",
        "these facts make it P1 instead of P2: impact part (1 case)",
        "{id: P2, name: Normal}",
        "{id: P1, name: Urgent, when: {impact: [down, part]}}",
    ),
    Example(
        "ZD101", LESS, "  free: Free\n", "", "the plan `free` is gone (8 cases)", "Free", "plans",
    ),
    Example(
        "ZD101", NAME_GONE, ", aliases: [professional]", "",
        "the alias `professional` is gone, which stood for `pro`", "pro", "pro",
    ),
    Example(
        "ZD101", NAME_GONE, "roles: {owner: Owner, user: User}\n", "",
        "there are no roles any more: `owner`, `user`", "roles", "",
    ),
    Example(
        "ZD102", MORE, "  free: Free\n", "  free: Free\n  gold: Gold\n",
        "the plan `gold` is new (8 cases)", "plans", "Gold",
    ),
    Example(
        "ZD102", NAME_NEW, "aliases: [professional]", "aliases: [professional, p]",
        "the alias `p` is new and stands for `pro`", "pro", "pro",
    ),
    Example(
        "ZD102", NAME_NEW, "name: Normal}", "name: Normal, aliases: [low]}",
        "the alias `low` is new and stands for `P2`",
        "{id: P2, name: Normal}", "{id: P2, name: Normal, aliases: [low]}",
    ),
    Example(
        "ZD102", NAME_NEW, "\nhours:\n", "\nhours:\n  night: {open: mon-fri 22:00-06:00}\n",
        "the hours `night` is new", "hours", "night",
    ),
    Example(
        "ZD104", EITHER, "default: bug", "default: bill",
        "topic is taken to be `bill`, not `bug`, when left out", "bug", "bill",
    ),
    Example(
        "ZD104", EITHER, ", default: bug", "",
        "topic is open when left out, and no longer `bug`", "bug", "topic",
    ),
    Example(
        "ZD005", EITHER, "Europe/Oslo", "Europe/Stockholm",
        "its days begin in Europe/Stockholm instead of Europe/Oslo",
        "Europe/Oslo", "Europe/Stockholm",
    ),
    Example(
        "ZD003", LESS, "{from: 2026-01-01}", "{from: 2026-01-01, last_day: 2026-06-30}",
        "no revision is in force any more: everyone (44 cases), from 2026-07-01 on",
        "effective", "effective",
    ),
]  # fmt: skip


def read(text: str, name: str = "p.yaml") -> Document:
    found = read_document(SourceFile(name, text.encode(), "", name))
    assert found.revision is not None, found.findings
    return found


def diff(old: str, new: str) -> PolicyDiff:
    return compare([read(old, "old.yaml")], [read(new, "new.yaml")])


def marked(text: str, place: Finding | Related) -> str:
    """Return the text at a place; nothing for a place that says the file is meant."""
    span = place.span
    if (span.line, span.end_line) == (1, 1):
        return ""
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def one(found: PolicyDiff, audience: str = "customer") -> Headline:
    made = headlines(found, audience)
    assert [each.finding.message for each in made] == [made[0].finding.message]
    return made[0]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_change_and_what_it_means(example: Example) -> None:
    assert BASE.count(example.find) == 1, example.find
    new = BASE.replace(example.find, example.replace)
    for audience, kind in zip(("customer", "support"), example.classes.split(", "), strict=True):
        headline = one(diff(BASE, new), audience)
        finding = headline.finding
        assert (finding.code, headline.kind) == (example.code, kind)
        assert finding.message == example.says
        assert (finding.file, finding.related[0].file) == ("new.yaml", "old.yaml")
        assert marked(new, finding) == example.new
        assert marked(BASE, finding.related[0]) == example.old
        assert finding.severity == {
            "breaking": "error", "risky": "warning", "compatible": "note"
        }[kind]  # fmt: skip


BACK = {
    "less": "more", "more": "less", "either": "either", "same": "same",
    "name-gone": "name-new", "name-new": "name-gone",
}  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_way_back_is_the_mirror(example: Example) -> None:
    new = BASE.replace(example.find, example.replace)
    there, back = one(diff(BASE, new)), one(diff(new, BASE))
    assert back.change.effect == BACK[there.change.effect]
    assert back.record["cases"] == there.record["cases"]
    assert (back.change.before, back.change.after) == (there.change.after, there.change.before)
    # Whatever the order of the values, the cases are those.
    assert back.record["who"].keys() == there.record["who"].keys()
    for name, values in there.record["who"].items():
        assert sorted(back.record["who"][name]) == sorted(values)


ELSEWHERE = {"ZD001", "ZD002", "ZD004", "ZD103", "ZD308", "ZD309", "ZD312", "ZD314", "ZD503"}


def test_every_code_has_an_example() -> None:
    assert {example.code for example in EXAMPLES} | ELSEWHERE == set(CODES)


def test_the_guide_says_of_every_code_what_it_is() -> None:
    rows = re.findall(r"^\| `(ZD\d{3})` ([\w-]+) \| (.+) \| (.+) \|$", guide("diff"), flags=re.M)
    assert [row[:3] for row in rows] == [
        (code.code, code.name, code.summary) for code in CODES.values()
    ]
    effects = {"less": LESS, "more": MORE, "neither": EITHER, "the same": SAME}
    told = {row[0]: effects[row[3]] for row in rows}
    for example in EXAMPLES:
        # A name with which nothing was promised is none the support organisation waits for.
        assert example.classes in (told[example.code], NAME_NEW), example


def edited(*edits: tuple[str, str], base: str = BASE) -> str:
    for find, replace in edits:
        assert base.count(find) == 1, find
        base = base.replace(find, replace)
    return base


def test_what_is_seen_the_other_way_round_only() -> None:
    conditional = edited(("P1: 4h", "P1: {target: 4h, condition: You stay near.}"))
    headline = one(diff(conditional, BASE))
    assert headline.finding.code == "ZD308"
    assert "first-response: 4h without a condition: " in headline.finding.message
    other = one(diff(conditional, conditional.replace("near", "awake")))
    assert (other.finding.code, other.kind) == ("ZD309", "risky")
    assert (other.change.before, other.change.after) == ("You stay near.", "You stay awake.")
    pausing = edited(("name: Solution}", "name: Solution, pauses: waiting}"))
    assert one(diff(pausing, BASE)).finding.code == "ZD314"
    silent = edited(("commitment: objective\n", ""))
    none = edited(("commitment: objective", "commitment: none"))
    assert one(diff(silent, none)).finding.code == "ZD312"
    assert one(diff(none, silent)).kind == "risky"
    ending = edited(("2026-01-01}", "2026-01-01, last_day: 2026-06-30}"))
    in_force = one(diff(ending, BASE))
    assert in_force.finding.code == "ZD004"
    assert in_force.kind == "compatible"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1 per day", "1 per week"),
        ("1 per day", "2 per week"),
        ("every 4h 24x7", "4h 24x7"),
        # The same first deadline, and none after it.
        ("every 4 business hours", "4 business hours"),
    ],
)
def test_fewer_times_and_no_longer_again_are_slower(before: str, after: str) -> None:
    old, new = (edited(("2 business days", text)) for text in (before, after))
    hours = " (office)" if "business" in before else ""
    says = f"fix: {after}{hours} instead of {before}{hours}: plan business, priority P1 (6 cases)"
    slower, faster = one(diff(old, new)), one(diff(new, old))
    assert (slower.finding.code, slower.kind, slower.finding.message) == ("ZD301", "breaking", says)
    assert (faster.finding.code, faster.kind) == ("ZD302", "compatible")
    assert marked(new, slower.finding) == after
    assert marked(old, slower.finding.related[0]) == before
    once = one(diff(edited(("P1: 4h,", "P1: every 4h,")), BASE))
    assert (once.finding.code, once.change.before, once.change.after) == ("ZD301", "every 4h", "4h")


def test_days_without_a_revision_are_told_of_the_one_that_ended() -> None:
    def revision(name: str, days: str) -> Document:
        return read(edited(("{from: 2026-01-01}", f"{{{days}}}")), name)

    old = [revision("old.yaml", "from: 2026-01-01")]
    ended = revision("ended.yaml", "from: 2026-01-01, last_day: 2026-03-31")
    new = [ended, revision("later.yaml", "from: 2026-05-01")]
    for sides, code in (((old, new), "ZD003"), ((new, old), "ZD004")):
        finding = one(compare(*sides)).finding
        assert finding.code == code
        assert "from 2026-04-01 to 2026-04-30" in finding.message
        assert {finding.file, finding.related[0].file} == {"old.yaml", "ended.yaml"}


def test_a_name_that_stands_for_something_else() -> None:
    business = "business: {name: Business, aliases: [professional]}"
    new = edited((", aliases: [professional]", ""), ("business: Business", business))
    headline = one(diff(BASE, new))
    assert (headline.finding.code, headline.kind) == ("ZD103", "risky")
    assert headline.finding.message == "the plan `professional` is `business` now, it was `pro`"


def test_priorities_in_another_order_cannot_be_compared() -> None:
    new = edited(
        ("  - {id: P1, name: Urgent, when: {impact: down}}\n  - {id: P2, name: Normal}\n",
         "  - {id: P2, name: Normal, when: {impact: down}}\n  - {id: P1, name: Urgent}\n")
    )  # fmt: skip
    found = headlines(diff(BASE, new), "customer")
    assert [each.finding.code for each in found] == ["ZD503", "ZD503"]
    assert [each.kind for each in found] == ["risky", "risky"]


def test_that_no_priority_fits_is_not_that_facts_decide_none() -> None:
    old = edited(("name: Normal}", "name: Normal, when: {impact: down}}"))
    new = edited((", when: {impact: down}", ""))
    for pair, says in (
        ((old, new), "these facts decide no priority any more, and made it none"),
        ((new, old), "these facts make it no priority, and decided none before"),
    ):
        made = headlines(diff(*pair), "customer")
        assert {each.change.code for each in made} == {"ZD503"}
        # Down it was or is P1, in part none.
        assert [each.record["who"] for each in made if each.change.says == says] == [
            {"impact": ["part"]}
        ]


def test_facts_that_decide_no_priority_any_more_cannot_be_compared() -> None:
    undecided = edited((", when: {impact: down}", ""))
    for pair, says in (
        ((BASE, undecided), "these facts decide no priority any more, and made it P1"),
        ((undecided, BASE), "these facts make it P1, and decided none before"),
    ):
        made = headlines(diff(*pair), "customer")
        assert [(each.change.code, each.kind) for each in made] == [("ZD503", "risky")] * 2
        assert made[0].change.says == says
        assert made[1].change.says == says.replace("P1", "P2")


def test_what_is_said_of_several_channels() -> None:
    old = edited(("allow: phone,", "allow: [phone, web],"))
    old = edited(("plan: [pro, business]}, allow: web}", "plan: pro}, allow: web}"), base=old)
    new = old.replace("allow: [phone, web],", "allow: [phone, web], prerequisites: [is has],")
    assert one(diff(old, new)).finding.message == (
        "`web` and `phone` need `is has`: plan business, topic bug (8 cases)"
    )


def test_numbers_are_told_in_order() -> None:
    countries = ["AT", "BE", "CH", "DE", "ES", "FR"]
    numbers = ", ".join(f"{each}: +1.555.0100" for each in reversed(countries))
    new = edited(("numbers: {US: +1.555.0100}", f"numbers: {{{numbers}, US: +1.555.0100}}"))
    told = ", ".join(f"`{each} +1.555.0100`" for each in countries)
    assert one(diff(BASE, new)).change.says == f"now has the number {told}"
    assert one(diff(new, BASE)).change.says == f"no longer has the number {told}"


def test_a_metric_that_promises_something() -> None:
    without = edited(("  - {id: fix, name: Solution}\n", ""),
                     ("    fix: {P1: 2 business days}\n", ""))  # fmt: skip
    new = one(diff(without, BASE), "support")
    assert (new.finding.message, new.kind) == ("the metric `fix` is new (6 cases)", "breaking")
    gone = one(diff(BASE, without))
    assert (gone.finding.message, gone.kind) == ("the metric `fix` is gone (6 cases)", "breaking")
    silent = edited(("  - {id: fix, name: Solution}\n",
                     "  - {id: fix, name: Solution}\n  - {id: update}\n"))  # fmt: skip
    assert one(diff(BASE, silent), "support").kind == "compatible"


def test_a_policy_under_another_id() -> None:
    headline = one(diff(BASE, edited(("policy: acme", "policy: apex"))))
    assert headline.finding.message == "the policy is called `apex` instead of `acme`"
    assert (headline.finding.code, headline.kind) == ("ZD103", "risky")


def test_a_whole_policy_comes_or_goes() -> None:
    document = read(BASE)
    gone = one(compare([document], []))
    assert (gone.finding.code, gone.kind) == ("ZD001", "breaking")
    assert gone.finding.message == "the policy `acme` is gone (72 cases)"
    new = one(compare([], [document]), "support")
    assert (new.finding.code, new.kind) == ("ZD002", "breaking")
    assert new.record["where"]["old"] is None


OTHER_WAYS = [
    ("1h 24x7", "60m 24x7"),
    ("P1: 1h 24x7, P2: 8 business hours", "P2: 480 business minutes, P1: 1h 24x7"),
    ("mon-fri 09:00-17:00", "[fri 09:00-17:00, mon-thu 09:00-12:00, mon-thu 12:00-17:00]"),
    ("{plan: [pro, business]}", "[{plan: pro}, {plan: business}]"),
    ("{plan: [pro, business]}", "{plan: {not: free}}"),
    (
        "  - allow: forum\n",
        "  - {when: {role: owner}, allow: forum}\n  - {when: {role: user}, allow: forum}\n",
    ),
    (
        "  - when: {plan: pro}\n",
        "  - when: {plan: pro, role: owner}\n"
        "    first-response: {P1: 240m, P2: none}\n"
        "  - when: {plan: pro}\n",
    ),
    ("P2: none}\n", "P2: none}\n    fix: not-stated\n"),
    ("t: objective", "t: [{when: {plan: free}, is: agreement}, {is: objective}]"),
    ("P2, name: Normal}", "P2, name: Normal, when: {impact: part}}"),
    ("policy: acme\n", "policy: acme\ntitle: Our policy\n"),
    ("policy: acme\n", "policy: acme  # as agreed\n\n"),
]


@pytest.mark.parametrize(("find", "replace"), OTHER_WAYS)
def test_other_ways_to_say_the_same_are_no_change(find: str, replace: str) -> None:
    new = edited((find, replace))
    assert headlines(diff(BASE, new), "customer") == []
    assert headlines(diff(new, BASE), "support") == []


def test_where_words_differ_is_told_and_not_judged() -> None:
    new = edited(("name: Ticket", "name: Web form"), ("  free: Free", "  free: Free of charge"),
                 ("allow: web}", "allow: web, note: For you.}"))  # fmt: skip
    found = diff(BASE, new)
    assert headlines(found, "customer") == []
    assert found.compared[-1].words == (
        ("entitlements",), ("plans", "free"), ("channels", "web"),
    )  # fmt: skip
    # Other lines make no difference.
    assert diff(BASE, BASE.replace("plans:\n", "\n# As agreed.\nplans:\n")).compared[-1].words == ()


# Of these the codes and nothing else is said: what is judged is no difference of words too.
JUDGED = {"ZD203", "ZD204", "ZD205", "ZD206", "ZD207", "ZD208", "ZD307", "ZD313", "ZD315"}


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.code in JUDGED], ids=str)
def test_what_is_judged_is_not_said_to_differ_in_words(example: Example) -> None:
    assert diff(BASE, BASE.replace(example.find, example.replace)).compared[-1].words == ()


def test_what_says_nothing_in_words_is_no_difference_of_words() -> None:
    for find, replace in (
        ("entitlements:\n", "entitlements:\n  - {when: {plan: free}, allow: web}\n"),
        ("{plan: [pro, business]}", "[{plan: pro}, {plan: business}]"),
        ("t: objective", "t: [{when: {plan: free}, is: agreement}, {is: objective}]"),
        ("impact: {values: {down: Down, ", "impact: {values: {down: Down, slow: Slow, "),
        ("    fix: {P1: 2 business days}\n", ""),
    ):
        assert diff(BASE, edited((find, replace))).compared[-1].words == (), find
    conditional = edited(("P1: 4h", "P1: {target: 4h, condition: You stay near.}"))
    assert diff(conditional, conditional.replace("near", "awake")).compared[-1].words == ()


def test_what_else_is_said_of_the_judged_is_words() -> None:
    old = edited(
        ("[Customer number]", "[{en: Customer number, de: Kundennummer}, Badge]"),
        ("name: Solution}", "name: Solution, pauses: waiting}"),
        ("{US: +1.555.0100}", "{US: {number: +1.555.0100, note: By day.}}"),
    )
    for find, replace, path in (
        ("de: Kundennummer", "de: Nummer", ("channels", "phone")),
        ("By day.", "At night.", ("channels", "phone")),
        ("pauses: waiting", "pauses: asleep", ("metrics", 1)),
    ):
        new = edited((find, replace), base=old)
        assert headlines(diff(old, new), "customer") == [], find
        words = diff(old, new).compared[-1].words
        assert [each[0] for each in words] == [path[0]], find
    turned = edited(("[{en: Customer number, de: Kundennummer}, Badge]",
                     "[Badge, {en: Customer number, de: Kundennummer}]"), base=old)  # fmt: skip
    assert diff(old, turned).compared[-1].words == ()


def test_an_id_that_keeps_the_old_one_as_its_alias_is_compared_with_it() -> None:
    base = edited((", aliases: [professional]", ""))
    new = base.replace("  pro: {name: Pro}", "  plus: {name: Plus, aliases: [pro]}").replace(
        "[pro, business]", "[plus, business]"
    )
    same = new.replace("plan: pro}", "plan: plus}")
    codes = [(each.finding.code, each.kind) for each in headlines(diff(base, same), "support")]
    assert codes == [("ZD103", "risky"), ("ZD102", "compatible")]
    slower = same.replace("P1: 4h", "P1: 5h")
    found = headlines(diff(base, slower), "customer")
    assert [each.finding.code for each in found] == ["ZD301", "ZD103", "ZD102"]
    assert found[0].record["who"]["plan"] == ["pro"]
    assert found[1].finding.message == "the plan `pro` is an alias of `plus` now"


def test_a_priority_that_keeps_the_old_id_as_its_alias_is_the_same_priority() -> None:
    new = edited(
        ("{id: P1, name: Urgent,", "{id: urgent, name: Urgent, aliases: [P1],"),
        ("{P1: 1h 24x7", "{urgent: 1h 24x7"),
        ("{P1: 2 business days", "{urgent: 2 business days"),
        ("{P1: 4h", "{urgent: 4h"),
    )
    for sides in ((BASE, new), (new, BASE)):
        codes = {each.finding.code for each in headlines(diff(*sides), "customer")}
        assert codes <= {"ZD101", "ZD102", "ZD103"}
        assert "ZD103" in codes


def test_classes_are_those_of_the_audiences() -> None:
    assert class_of("less", "customer") == class_of("more", "support") == "breaking"
    assert class_of("more", "customer") == class_of("less", "support") == "compatible"
    assert class_of("either", "customer") == class_of("either", "support") == "risky"


# -- hours that depend on the case, and the moment opened ------------------------------------------

TIMED = """\
format: 1
policy: acme
plans: {pro: Pro}
facts: {region: {values: {north: North, south: South}}}
channels: {web: {name: Ticket, kind: web}}
entitlements: [{allow: web}]
hours:
  office:
    - {when: {region: north}, open: mon-fri 09:00-17:00}
    - {open: mon-fri 10:00-18:00}
  night: {open: mon-fri 22:00-06:00}
targets:
  - {when: {opened: outside office}, first-response: 8h}
  - {hours: office, first-response: 4 business hours}
"""


def test_hours_by_the_case() -> None:
    new = edited(("10:00-18:00", "10:00-17:00"), base=TIMED)
    # In the south: what was inside may be outside now, and then the first rule decides.
    found = {each.change.code: each for each in headlines(diff(TIMED, new), "customer")}
    assert found.keys() == {"ZD302", "ZD401"}
    assert found["ZD401"].finding.message == (
        "the hours `office` are shorter than before: region south,"
        " opened inside office (before), opened inside office (now) (1 case)"
    )
    # In that hour eight hours are over before the office opens again.
    moved = found["ZD302"]
    assert moved.finding.case == {
        "plan": "pro", "channel": "web", "region": "south",
        "opened": "inside office (before) and outside office (now)",
    }  # fmt: skip
    assert (moved.change.before, moved.change.after) == ("4 business hours (office)", "8h")
    # 2 regions, inside or outside of the old and of the new hours; in the south nothing is
    # outside of the old and inside of the new ones, in the north both are the same.
    assert diff(TIMED, new).compared[0].size == 2 + 3


# Hours with a union that only one grant and one rule name, and one that nobody uses.
SHARED = """\
format: 1
policy: acme
timezone: Europe/Oslo
plans: {free: Free, pro: Pro, gold: Gold}
channels:
  web: {name: Ticket, kind: web}
  chat: {name: Chat, kind: chat}
entitlements:
  - allow: web
  - {when: {plan: [pro, gold]}, allow: chat, hours: both}
hours:
  east:
    open: mon-fri 09:00-17:00
    holidays: {country: NO}
    dates: {2026-12-24: 09:00-12:00}
  west:
    - {when: {plan: gold}, timezone: America/New_York, open: mon-sun 09:00-17:00}
    - {timezone: America/New_York, open: mon-fri 09:00-17:00}
  both: {any: [east, west]}
  spare: {any: [both]}
targets:
  - when: {plan: free}
    hours: east
    first-response: 8 business hours
  - hours: both
    first-response: 4 business hours
"""


class InHours(NamedTuple):
    """An edit of these hours, and all headlines: what they say, and both places."""

    find: str
    replace: str
    told: list[tuple[str, str, str]]


# Cases: a plan and a channel each. A target counts for free by web, and for pro and gold by web
# and chat; the hours of the chat are those of the same two plans.
IN_HOURS = [
    InHours(
        "{country: NO}", "{country: NO, add: [12-23]}",
        [("ZD401 the hours `east` are shorter than before: everyone (5 cases)", "holidays", "add")],
    ),
    InHours(
        "    holidays: {country: NO}\n", "",
        [("ZD402 the hours `east` are longer than before: everyone (5 cases)", "holidays", "east")],
    ),
    InHours(
        "country: NO", "country: SE",
        [("ZD403 the hours `east` are others than before: everyone (5 cases)", "NO", "SE")],
    ),
    # Norway works on no day of a weekend in exchange.
    InHours("country: NO", "country: NO, exchanged: mon", []),
    InHours(
        "09:00-12:00", "09:00-11:00",
        [("ZD401 the hours `east` are shorter than before: everyone (5 cases)",
          "09:00-12:00", "09:00-11:00")],
    ),
    InHours(
        "    open: mon-fri 09", "    timezone: Europe/London\n    open: mon-fri 09",
        [("ZD403 the hours `east` are others than before: everyone (5 cases)",
          "east", "Europe/London")],
    ),
    InHours(
        "sun 09:00-17:00", "sun 09:00-18:00",
        [("ZD402 the hours `west` are longer than before: plan gold (2 cases)",
          "mon-sun 09:00-17:00", "mon-sun 09:00-18:00")],
    ),
    # The union itself is another: that is its own change.
    InHours(
        "[east, west]", "[west]",
        [("ZD401 the hours `both` are shorter than before: plan pro or gold (4 cases)",
          "any", "any")],
    ),
    # A union no longer: where it was written, and the name under which other hours stand now.
    InHours(
        "{any: [east, west]}", "{open: mon-sun 00:00-24:00}",
        [("ZD402 the hours `both` are longer than before: plan pro or gold (4 cases)",
          "any", "both")],
    ),
]  # fmt: skip


@pytest.mark.parametrize("example", IN_HOURS, ids=lambda each: each.replace)
def test_other_hours_are_told_once_where_they_changed(example: InHours) -> None:
    new = edited((example.find, example.replace), base=SHARED)
    told = [
        (
            f"{each.finding.code} {each.finding.message}",
            marked(SHARED, each.finding.related[0]),
            marked(new, each.finding),
        )
        for each in headlines(diff(SHARED, new), "customer")
    ]
    assert told == example.told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("CN", "CN, exchanged: mon", ("ZD402", "holidays", "mon")),
        ("CN, exchanged: mon", "CN, exchanged: ignore", ("ZD401", "mon", "ignore")),
        ("CN", "CN, exchanged: ignore", None),
    ],
)
def test_exchanged_days_are_hours(
    before: str, after: str, told: tuple[str, str, str] | None
) -> None:
    old = edited(("country: NO", f"country: {before}"), base=SHARED)
    new = edited(("country: NO", f"country: {after}"), base=SHARED)
    assert [
        (each.finding.code, marked(old, each.finding.related[0]), marked(new, each.finding))
        for each in headlines(diff(old, new), "customer")
    ] == ([told] if told else [])


def test_of_several_dates_that_are_others_the_first_is_the_place() -> None:
    days = [f"2026-12-{day}" for day in range(10, 30)]
    old, new = (
        edited(
            ("{2026-12-24: 09:00-12:00}", "{" + ", ".join(f"{d}: {hours}" for d in days) + "}"),
            base=SHARED,
        )
        for hours in ("09:00-12:00", "09:00-11:00")
    )
    (headline,) = headlines(diff(old, new), "customer")
    assert headline.finding.path == "hours.east.dates.2026-12-10"


def test_two_calendars_of_a_union_change() -> None:
    new = edited(("mon-fri 09:00-17:00\n", "mon-fri 10:00-17:00\n"),
                 ("sun 09:00-17:00", "sun 09:00-16:00"), base=SHARED)  # fmt: skip
    assert [each.finding.message for each in headlines(diff(SHARED, new), "customer")] == [
        "the hours `east` are shorter than before: everyone (5 cases)",
        "the hours `west` are shorter than before: plan gold (2 cases)",
    ]
    # What one gives and the other takes can be told of their union only.
    new = edited(("mon-fri 09:00-17:00\n", "mon-fri 10:00-17:00\n"),
                 ("sun 09:00-17:00", "sun 09:00-18:00"), base=SHARED)  # fmt: skip
    assert [each.finding.message for each in headlines(diff(SHARED, new), "customer")] == [
        "the hours `east` are shorter than before: plan free or pro (3 cases)",
        "the hours `both` are others than before: plan gold (2 cases)",
        "the hours `west` are longer than before",
    ]


def test_other_hours_of_a_member_can_be_less_of_the_union() -> None:
    base = edited(
        ("{any: [east, west]}", "{any: [east, night]}"),
        ("    holidays: {country: NO}\n    dates: {2026-12-24: 09:00-12:00}\n", ""),
        ("  both:", "  night: {open: mon-fri 17:00-20:00}\n  both:"),
        base=SHARED,
    )
    # Somebody is there in the hour before 17:00 as before, and nobody from 18:00 on.
    new = edited(("mon-fri 17:00-20:00", "mon-fri 16:00-18:00"), base=base)
    found = headlines(diff(base, new), "customer")
    assert [(each.finding.message, each.kind) for each in found] == [
        (
            "the hours `both` are shorter than before, as `night` are others:"
            " plan pro or gold (4 cases)",
            "breaking",
        ),
        ("the hours `night` are others than before", "risky"),
    ]
    for each in found:
        assert marked(new, each.finding) == "mon-fri 16:00-18:00"


def test_the_name_of_a_holiday_is_words_and_no_place() -> None:
    base = edited(("{country: NO}", "{add: {12-23: Eve}}"), base=SHARED)
    named = edited(("Eve", "Little Eve"), base=base)
    assert headlines(diff(base, named), "customer") == []
    assert diff(base, named).compared[-1].words == (("hours", "east"),)
    both = edited(("09:00-12:00", "09:00-11:00"), base=named)
    (headline,) = headlines(diff(base, both), "customer")
    assert marked(both, headline.finding) == "09:00-11:00"
    more = edited(("{12-23: Eve}", "{12-23: Eve, 12-31: Last}"), base=base)
    assert diff(base, more).compared[-1].words == ()


def test_other_hours_that_no_case_has_are_told_where_they_changed() -> None:
    base = edited(("hours: both\n    first", "hours: east\n    first"),
                  ("allow: chat, hours: both", "allow: chat"), base=SHARED)  # fmt: skip
    new = edited(("sun 09:00-17:00", "sun 09:00-18:00"), base=base)
    (headline,) = headlines(diff(base, new), "customer")
    assert headline.finding.message == "the hours `west` are longer than before"
    assert marked(new, headline.finding) == "mon-sun 09:00-18:00"


def test_hours_of_an_opened_that_are_the_same_in_every_case() -> None:
    # The calendars of the two regions differ, and each is as it was.
    new = edited(("4 business hours", "5 business hours"), base=TIMED)
    headline = one(diff(TIMED, new))
    assert headline.finding.message == (
        "first-response: 5 business hours (office) instead of 4 business hours (office):"
        " opened inside office (2 cases)"
    )


def test_a_case_without_a_calendar_is_neither_inside_nor_outside() -> None:
    base = edited(
        ("mon-fri 09:00-17:00}", "mon-fri 09:00-17:00, when: {plan: business}}"),
        ("  - when: {plan: pro}\n", "  - when: {opened: outside office}\n"),
    )
    # No calendar of `office` is for pro: nothing is promised, as before.
    new = edited(
        ("{opened: outside office}", "{opened: outside office, plan: business}"), base=base
    )
    assert headlines(diff(base, new), "customer") == []


def test_a_case_that_no_moment_is_in_is_not_compared() -> None:
    day, night = (
        "{when: {opened: inside day}, fix: every 2h}",
        "{when: {opened: inside night}, fix: 1h}",
    )
    hours = (
        "hours:\n",
        "hours:\n  day: {open: mon-sun 08:00-16:00}\n  night: {open: mon-sun 20:00-22:00}\n",
    )
    old, new = (
        edited(hours, ("targets:\n", f"targets:\n  - {first}\n  - {second}\n"))
        for first, second in ((day, night), (night, day))
    )
    found = diff(old, new)
    assert headlines(found, "customer") == []
    # Inside of one, of the other, or of none.
    assert found.compared[0].size == 3 * diff(BASE, edited(("4h", "5h"))).compared[0].size


def test_hours_of_another_name_that_are_the_same() -> None:
    new = TIMED.replace("outside office", "outside bureau").replace(
        "  night:", "  bureau: {any: [office]}\n  night:"
    )
    assert [each.finding.code for each in headlines(diff(TIMED, new), "customer")] == ["ZD102"]


def test_hours_that_an_opened_names_now() -> None:
    new = TIMED.replace("outside office", "inside night")
    found = headlines(diff(TIMED, new), "customer")
    witnesses = [each.finding.case for each in found]
    assert {"opened": "outside office and outside night"}.items() <= witnesses[0].items()  # type: ignore[union-attr]
    # Nothing is opened inside both: what is promised there is promised to nobody.
    assert [each.change.code for each in found] == ["ZD303"]


def test_what_could_not_be_opened_before_or_after_has_no_other_target() -> None:
    old = BASE.replace("  - when: {plan: pro}\n", "  - when: {plan: [free, pro]}\n")
    new = old.replace("plan: [pro, business]}, allow: web", "plan: [free, business]}, allow: web")
    new = new.replace("P1: 4h, P2: none", "P1: 5h, P2: 6h")
    found = headlines(diff(old, new), "customer")
    assert {each.finding.code for each in found} == {"ZD201", "ZD202"}


def test_the_order_of_languages_is_no_difference_of_words() -> None:
    old = BASE.replace("  - allow: forum", "  - {allow: forum, note: {en: Read, nb: Les}}")
    new = BASE.replace("  - allow: forum", "  - {allow: forum, note: {nb: Les, en: Read}}")
    assert diff(old, new).compared[-1].words == ()
    assert diff(old, new.replace("Les", "Les mer")).compared[-1].words != ()


def test_a_fact_in_another_spelling_is_the_same_fact() -> None:
    new = TIMED.replace("region", "Region").replace("north", "North")
    found = headlines(diff(TIMED, new), "customer")
    assert [each.finding.message for each in found] == [
        "the fact `region` is spelled `Region`",
        "the value of region `north` is spelled `North`",
    ]
    assert {each.finding.code for each in found} == {"ZD103"}


def test_a_fact_in_another_spelling_beside_a_plan_and_a_new_fact() -> None:
    size = "  size: {values: {s: Small, l: Large}}\n  impact:"
    new = BASE.replace("topic", "Topic").replace("  impact:", size)
    told = [each.finding.message for each in headlines(diff(BASE, new), "customer")]
    assert told == ["the fact `topic` is spelled `Topic`", "the fact `size` is new"]
    told = [each.finding.message for each in headlines(diff(new, BASE), "customer")]
    assert told == ["the fact `size` is gone", "the fact `Topic` is spelled `topic`"]


def test_of_more_than_six_values_a_change_names_the_first_six() -> None:
    old = """\
format: 1
policy: acme
plans: {a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H, i: I, j: J}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
"""
    for kept, says in (
        ("g, h, i, j", "a, b, c, d, e or f (6 cases)"),
        ("h, i, j", "a, b, c, d, e, f or 1 more (7 cases)"),
    ):
        new = old.replace("{allow: web}", f"{{when: {{plan: [{kept}]}}, allow: web}}")
        [found] = headlines(diff(old, new), "customer")
        assert found.finding.message == f"`web` is no longer allowed: plan {says}"


def test_a_week_without_hours_is_a_week_at_any_time() -> None:
    # Of the plan `pro`, which can open cases by web only: 2 roles, 2 priorities, 2 topics.
    old, new = (f"{BASE}    fix: every {each}\n"
                for each in ("week", "24h"))  # fmt: skip
    [found] = headlines(diff(old, new), "customer")
    assert (found.finding.code, found.finding.message) == (
        "ZD302", "fix: every 24h instead of every week: plan pro, channel web (8 cases)"
    )  # fmt: skip


# -- hours of a list, of grants, and the days of the policy ----------------------------------------

REGIONS = """\
format: 1
policy: acme
plans: {pro: Pro, gold: Gold}
facts: {region: {values: {north: North, south: South}}}
channels:
  web: {name: Ticket, kind: web}
  chat: {name: Chat, kind: chat}
entitlements:
  - allow: web
  - {when: {plan: pro}, allow: chat, hours: office}
  - {when: {plan: gold}, allow: chat, hours: night}
hours:
  office:
    - {when: {region: north}, open: mon-fri 09:00-17:00}
    - {open: mon-fri 10:00-18:00}
  night: {open: mon-fri 18:00-22:00}
"""


def test_a_list_of_hours_that_no_longer_covers_some_cases() -> None:
    new = edited(("{open: mon-fri 10", "{when: {region: north}, open: mon-fri 10"), base=REGIONS)
    # In the south no calendar applies: the chat of `pro` never opens there.
    headline = one(diff(REGIONS, new))
    assert (headline.finding.code, headline.kind) == ("ZD401", "breaking")
    assert headline.finding.message == (
        "the hours `office` are shorter than before: plan pro, channel chat, region south (1 case)"
    )
    assert headline.finding.case == {"plan": "pro", "channel": "chat", "region": "south"}
    assert marked(REGIONS, headline.finding.related[0]) == "office"
    assert marked(new, headline.finding) == "office"
    back = one(diff(new, REGIONS))
    assert (back.finding.code, back.kind) == ("ZD402", "compatible")
    assert back.finding.message == (
        "the hours `office` are longer than before: plan pro, channel chat, region south (1 case)"
    )
    # Hours that no case has are told all the same, and once.
    unused = [text.replace("hours: office", "hours: night") for text in (REGIONS, new)]
    assert one(diff(*unused)).finding.message == "the hours `office` are shorter than before"
    assert (
        one(diff(*reversed(unused))).finding.message == "the hours `office` are longer than before"
    )


# Who has `free` has no calendar of the day, and waits for the night.
NIGHTS = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {chat: {name: Chat, kind: chat}}
entitlements: [{allow: chat, hours: all}]
hours:
  day: [{when: {plan: pro}, open: mon-fri 09:00-17:00}]
  night: {open: mon-fri 18:00-22:00}
  all: {any: [day, night]}
"""


def test_a_union_is_open_when_a_member_with_a_calendar_is() -> None:
    shorter = NIGHTS.replace("18:00-22:00", "18:00-21:00")
    headline = one(diff(NIGHTS, shorter))
    assert (headline.finding.code, headline.kind) == ("ZD401", "breaking")
    assert headline.finding.message == (
        "the hours `night` are shorter than before: everyone (2 cases)"
    )
    # Without any calendar it is never open.
    bare = NIGHTS.replace("night: {open", "night: [{when: {plan: pro}, open").replace(
        "22:00}", "22:00}]"
    )
    headline = one(diff(NIGHTS, bare))
    assert headline.finding.message == (
        "the hours `night` are shorter than before: plan free (1 case)"
    )


def test_a_list_of_hours_that_gains_here_and_loses_there() -> None:
    old = edited(("hours: office}", "hours: night}"), base=REGIONS)
    new = edited(("{open: mon-fri 10", "{when: {region: north}, open: mon-fri 10"),
                 ("mon-fri 09:00-17:00", "mon-fri 08:00-17:00"), base=old)  # fmt: skip
    assert [
        (each.finding.message, each.kind, marked(new, each.finding))
        for each in headlines(diff(old, new), "customer")
    ] == [
        ("the hours `office` are shorter than before", "breaking", "office"),
        ("the hours `office` are longer than before", "compatible", "mon-fri 08:00-17:00"),
    ]


def test_grants_that_exchange_their_hours() -> None:
    new = edited(("hours: office}", "hours: day}"), ("hours: night}", "hours: office}"),
                 base=REGIONS).replace("hours: day}", "hours: night}")  # fmt: skip
    told = [
        (
            each.finding.message, each.kind, each.change.before, each.change.after,
            marked(REGIONS, each.finding.related[0]), marked(new, each.finding),
        )
        for each in headlines(diff(REGIONS, new), "customer")
    ]  # fmt: skip
    pro, gold = (f"{{when: {{plan: {plan}}}, allow: chat, hours: " for plan in ("pro", "gold"))
    assert told == [
        ("`chat` is open night instead of office: plan pro (2 cases)", "risky", "office", "night",
         f"{pro}office}}", f"{pro}night}}"),
        ("`chat` is open office instead of night: plan gold (2 cases)", "risky", "night", "office",
         f"{gold}night}}", f"{gold}office}}"),
    ]  # fmt: skip


def test_grants_that_moved_and_have_other_hours_are_shown_where_they_are() -> None:
    grant = "{when: {plan: pro}, allow: chat, hours: office}"
    later = grant.replace("office", "night")
    new = edited((grant, later), ("  - allow: web\n", "  - {when: {plan: pro}, allow: web}\n"
                  "  - {when: {plan: gold}, allow: web}\n"), base=REGIONS)  # fmt: skip
    for old_text, new_text, was, now in (
        (REGIONS, new, grant, later), (new, REGIONS, later, grant)
    ):  # fmt: skip
        headline = one(diff(old_text, new_text))
        assert marked(old_text, headline.finding.related[0]) == was
        assert marked(new_text, headline.finding) == now


def test_grants_of_one_case_with_other_hours_in_another_order_are_no_change() -> None:
    grants = "  - {when: {plan: pro}, allow: chat, hours: office}\n"
    beside = "  - {when: {plan: pro}, allow: chat, hours: night}\n"
    old = edited((grants, grants + beside), base=REGIONS)
    new = edited((grants, beside + grants), base=REGIONS)
    assert headlines(diff(old, new), "customer") == []
    # Both count: what one of them loses is lost.
    shorter = edited(("18:00-22:00", "18:00-21:00"), base=new)
    assert [each.finding.message for each in headlines(diff(old, shorter), "customer")] == [
        "the hours `night` are shorter than before: channel chat (4 cases)"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("effective: {from: 2026-01-01}\n", ""),
        ("", "effective: {from: 2026-01-01}\n"),
        ("effective: {last_day: 2026-06-30}\n", ""),
        ("", "effective: {last_day: 2026-06-30}\n"),
    ],
)
def test_another_zone_counts_where_one_of_the_two_has_days(old: str, new: str) -> None:
    was = edited(("effective: {from: 2026-01-01}\n", old))
    now = edited(("effective: {from: 2026-01-01}\n", new), ("Europe/Oslo", "Europe/Stockholm"))
    found = {each.finding.code for each in headlines(diff(was, now), "customer")}
    assert found == {"ZD005", "ZD004" if old else "ZD003"}


def test_where_no_revision_is_in_force_the_one_before_is_shown() -> None:
    first, middle, last = (
        read(edited(("{from: 2026-01-01}", f"{{{days}}}")), name)
        for days, name in (
            ("from: 2025-01-01, last_day: 2025-06-30", "2025.yaml"),
            ("from: 2026-01-01, last_day: 2026-06-30", "2026.yaml"),
            ("from: 2027-01-01", "2027.yaml"),
        )
    )
    [added] = headlines(compare([first, last], [first, middle, last]), "customer")
    assert added.finding.message.endswith(", from 2026-01-01 to 2026-06-30")
    assert [each.file for each in added.finding.related] == ["2025.yaml"]
    [removed] = headlines(compare([first, middle, last], [first, last]), "customer")
    assert (removed.finding.code, removed.finding.file) == ("ZD003", "2025.yaml")
    # Before the first revision the first one says since when.
    [earlier] = headlines(compare([middle, last], [first, middle, last]), "customer")
    assert [each.file for each in earlier.finding.related] == ["2026.yaml"]


def test_another_zone_of_policies_without_days_is_no_change() -> None:
    was = edited(("effective: {from: 2026-01-01}\n", ""))
    now = edited(("Europe/Oslo", "Europe/Stockholm"), base=was)
    assert headlines(diff(was, now), "customer") == []
    # Where hours are others by it, that is told where the zone stands.
    later = edited(("Europe/Oslo", "Europe/Helsinki"), base=was)
    headline = one(diff(was, later))
    assert headline.finding.code == "ZD403"
    assert marked(later, headline.finding) == "Europe/Helsinki"
