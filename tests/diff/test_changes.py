"""Every kind of change, computed by hand: its message, its classes and its places."""

import re
from typing import NamedTuple

import pytest
from pseudo_language import PSEUDO_WORDS, texts_of, untranslated

from zsupport.diff.changes import AUDIENCES, CODES, class_of
from zsupport.diff.headlines import Headline, headlines, outcome_of
from zsupport.diff.policies import PolicyDiff, compare
from zsupport.findings import Finding, Related
from zsupport.guide import read_guide
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
limits:
  contacts: [{when: {plan: business}, is: 10}, {when: {plan: pro}, is: 2 per year}]
targets:
  - when: {plan: business}
    hours: office
    first-response: {P1: 1h 24x7, P2: 8 business hours}
    fix: {P1: 2 business days}
  - when: {plan: pro}
    first-response: {P1: 4h, P2: none}
"""


class Example(NamedTuple):
    """An edit of the policy and its only headline.

    `old` and `new` are the marked texts in the old and the new file.
    """

    code: str
    classes: str  # for the customer, and for the support organisation
    find: str
    replace: str
    message: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.code} {self.find[:20]}"


LESS, MORE, EITHER = "breaking, compatible", "compatible, breaking", "risky, risky"
NAME_REMOVED, SAME = LESS, "compatible, compatible"
NAME_ADDED = SAME
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
        "`phone` is now allowed: plan business, topic bill (4 cases)",
        PHONE, PHONE.replace("bug}", "[bug, bill]}"),
    ),
    Example(
        "ZD202", MORE, "entitlements:\n", "entitlements:\n  - {when: {plan: free}, allow: web}\n",
        "`web` is now allowed: plan free (8 cases)",
        "entitlements", "{when: {plan: free}, allow: web}",
    ),
    Example(
        "ZD203", LESS, "[Customer number]", "[Customer number, Host key]",
        "`phone` now requires `Host key`: plan business, topic bug (4 cases)",
        "prerequisites", "prerequisites",
    ),
    Example(
        "ZD203", LESS, "allow: web}", "allow: web, prerequisites: [Host key]}",
        "`web` now requires `Host key`: plan pro or business (16 cases)",
        "{when: {plan: [pro, business]}, allow: web}", "prerequisites",
    ),
    Example(
        "ZD204", MORE, "    prerequisites: [Customer number]\n", "",
        "`phone` no longer requires `Customer number`: plan business, topic bug (4 cases)",
        "prerequisites", "phone",
    ),
    Example(
        "ZD205", EITHER, "[Customer number]", "[Host key]",
        "`phone` now requires `Host key` and no longer `Customer number`: plan business, topic bug"
        " (4 cases)",
        "prerequisites", "prerequisites",
    ),
    Example(
        "ZD206", LESS, "    numbers: {US: +1.555.0100}\n", "",
        "numbers of `phone` removed: `US +1.555.0100`: plan business, topic bug (4 cases)",
        "numbers", "phone",
    ),
    Example(
        "ZD206", LESS, ', url: "https://example.com/forum"', "",
        "`forum` no longer has the address `https://example.com/forum`: everyone (24 cases)",
        '"https://example.com/forum"', "forum",
    ),
    Example(
        "ZD207", MORE, "{US: +1.555.0100}", "{US: +1.555.0100, GB: +44.555.0100}",
        "numbers of `phone` added: `GB +44.555.0100`: plan business, topic bug (4 cases)",
        "numbers", "numbers",
    ),
    Example(
        "ZD208", EITHER, "+1.555.0100", "+1.555.0199",
        "the phone numbers of `phone` changed: plan business, topic bug (4 cases)",
        "numbers", "numbers",
    ),
    Example(
        "ZD208", EITHER, "example.com/forum", "example.com/people",
        "`forum` has a different address: everyone (24 cases)",
        '"https://example.com/forum"', '"https://example.com/people"',
    ),
    Example(
        "ZD208", EITHER, "kind: web", "kind: email",
        "kind of `web` changed from web to email: plan pro or business (16 cases)", "web", "email",
    ),
    Example(
        "ZD209", LESS, "kind: web", "kind: community",
        "`web` can no longer open a case: plan pro or business (16 cases)", "web", "community",
    ),
    Example(
        "ZD210", MORE, "kind: community", "kind: other",
        "`forum` can now open a case: everyone (24 cases)", "community", "other",
    ),
    Example(
        "ZD301", LESS, "1h 24x7", "2h 24x7",
        "target for first-response changed from 1h 24x7 to 2h 24x7:"
        " plan business, priority P1 (6 cases)",
        "1h 24x7", "2h 24x7",
    ),
    Example(
        "ZD302", MORE, "1h 24x7", "59m 24x7",
        "target for first-response changed from 1h 24x7 to 59m 24x7:"
        " plan business, priority P1 (6 cases)",
        "1h 24x7", "59m 24x7",
    ),
    Example(
        # Eight business hours end on the following day at the latest.
        "ZD301", LESS, "8 business hours", "1 business day",
        "target for first-response changed from 8 business hours (office) to 1"
        " business day (office):"
        " plan business, priority P2 (6 cases)",
        "8 business hours", "1 business day",
    ),
    Example(
        "ZD303", EITHER, "8 business hours", "9h 24x7",
        "target for first-response changed from 8 business hours (office) to 9h 24x7:"
        " plan business, priority P2 (6 cases)",
        "8 business hours", "9h 24x7",
    ),
    Example(
        "ZD304", LESS, "    fix: {P1: 2 business days}\n", "",
        "target 2 business days (office) for fix removed: plan business, priority P1"
        " (6 cases)",
        "2 business days", "when",
    ),
    Example(
        "ZD304", LESS, "2 business days", "none",
        "target 2 business days (office) for fix removed: plan business, priority P1"
        " (6 cases)",
        "2 business days", "none",
    ),
    Example(
        # A week is counted in the time zone of the hours, so the message names them.
        "ZD305", MORE, "P1: 2 business days", "P1: 2 business days, P2: every week",
        "target every week (office) for fix added: plan business, priority P2 (6 cases)",
        "fix", "every week",
    ),
    Example(
        "ZD305", MORE, "P2: none", "P2: 24h",
        "target 24h for first-response added: plan pro, channel web, priority P2"
        " (4 cases)",
        "none", "24h",
    ),
    Example(
        "ZD306", "compatible, compatible", "P2: none", "P2: not-stated",
        "target for first-response changed from none to not stated:"
        " plan pro, channel web, priority P2 (4 cases)",
        "none", "not-stated",
    ),
    Example(
        "ZD307", LESS, "    hours: office\n", "    hours: office\n    condition: You stay near.\n",
        "targets of a rule now have a condition: plan business (12 cases)",
        "when", "You stay near.",
    ),
    Example(
        "ZD307", LESS, "P1: 4h", "P1: {target: 4h, condition: You stay near.}",
        "target 4h for first-response now has a condition:"
        " plan pro, channel web, priority P1 (4 cases)",
        "4h", "You stay near.",
    ),
    Example(
        "ZD310", LESS, "commitment: objective", "commitment: target",
        "commitment changed from objective to target: plan pro or business (16 cases)",
        "objective", "target",
    ),
    Example(
        "ZD310", LESS, "commitment: objective\n", "",
        "commitment changed from objective to not stated: plan pro or business (16 cases)",
        "objective", "",
    ),
    Example(
        "ZD311", MORE, "commitment: objective", "commitment: agreement",
        "commitment changed from objective to agreement: plan pro or business (16 cases)",
        "objective", "agreement",
    ),
    Example(
        "ZD313", LESS, "name: Solution}", "name: Solution, pauses: waiting}",
        "clock of fix can now be paused: plan business, priority P1 (6 cases)",
        "{id: fix, name: Solution}", "{id: fix, name: Solution, pauses: waiting}",
    ),
    Example(
        "ZD315", EITHER, "name: Solution}", "name: Solution, starts: The first answer}",
        "clock of fix starts at a different event: plan business, priority P1 (6 cases)",
        "{id: fix, name: Solution}", "{id: fix, name: Solution, starts: The first answer}",
    ),
    Example(
        "ZD316", EITHER, "name: Solution}", "name: Solution, on-change: keep}",
        "a change during a case affects the clock of fix differently: plan business, priority P1"
        " (6 cases)",
        "{id: fix, name: Solution}", "{id: fix, name: Solution, on-change: keep}",
    ),
    Example(
        # A target of two business days still ends at the closing at 17:00.
        "ZD401", LESS, "09:00-17:00", "10:00-17:00",
        "hours `office` are now shorter: plan business (8 cases)",
        "mon-fri 09:00-17:00", "mon-fri 10:00-17:00",
    ),
    Example(
        "ZD402", MORE, "09:00-17:00", "08:00-17:00",
        "hours `office` are now longer: plan business (8 cases)",
        "mon-fri 09:00-17:00", "mon-fri 08:00-17:00",
    ),
    Example(
        "ZD403", EITHER, "09:00-17:00", "08:00-16:00",
        "hours `office` are now different: plan business (12 cases)",
        "mon-fri 09:00-17:00", "mon-fri 08:00-16:00",
    ),
    Example(
        "ZD402", MORE, "phone, hours: office", "phone, hours: 24x7",
        "hours of `phone` changed from office to 24x7: plan business, topic bug (4 cases)",
        PHONE, PHONE.replace("office", "24x7"),
    ),
    Example(
        "ZD403", EITHER, "phone, hours: office", "phone",
        "hours of `phone` changed from office to not stated: plan business, topic bug"
        " (4 cases)",
        PHONE, PHONE.replace(", hours: office", ""),
    ),
    Example(
        "ZD501", LESS, "when: {impact: down}", "when: {impact: down, topic: bug}",
        "priority changed from P1 to P2: impact down, topic bill (1 case)",
        "{id: P1, name: Urgent, when: {impact: down}}", "{id: P2, name: Normal}",
    ),
    Example(
        "ZD502", MORE, "when: {impact: down}}", "when: {impact: [down, part]}}",
        "priority changed from P2 to P1: impact part (1 case)",
        "{id: P2, name: Normal}",
        "{id: P1, name: Urgent, when: {impact: [down, part]}}",
    ),
    Example(
        "ZD101", LESS, "  free: Free\n", "", "plan `free` removed (8 cases)", "Free", "plans",
    ),
    Example(
        "ZD101", NAME_REMOVED, ", aliases: [professional]", "",
        "alias `professional` of plan `pro` removed", "pro", "pro",
    ),
    Example(
        "ZD101", NAME_REMOVED, "roles: {owner: Owner, user: User}\n", "",
        "all roles removed: `owner`, `user`", "roles", "",
    ),
    Example(
        "ZD102", MORE, "  free: Free\n", "  free: Free\n  gold: Gold\n",
        "plan `gold` added (8 cases)", "plans", "Gold",
    ),
    Example(
        "ZD102", NAME_ADDED, "aliases: [professional]", "aliases: [professional, p]",
        "alias `p` of plan `pro` added", "pro", "pro",
    ),
    Example(
        "ZD102", NAME_ADDED, "name: Normal}", "name: Normal, aliases: [low]}",
        "alias `low` of priority `P2` added",
        "{id: P2, name: Normal}", "{id: P2, name: Normal, aliases: [low]}",
    ),
    Example(
        "ZD102", NAME_ADDED, "\nhours:\n", "\nhours:\n  night: {open: mon-fri 22:00-06:00}\n",
        "hours `night` added", "hours", "night",
    ),
    Example(
        "ZD104", EITHER, "default: bug", "default: bill",
        "default of fact `topic` changed from `bug` to `bill`", "bug", "bill",
    ),
    Example(
        "ZD104", EITHER, ", default: bug", "",
        "fact `topic` no longer has the default `bug`", "bug", "topic",
    ),
    Example(
        "ZD005", EITHER, "Europe/Oslo", "Europe/Stockholm",
        "time zone of the policy changed from Europe/Oslo to Europe/Stockholm",
        "Europe/Oslo", "Europe/Stockholm",
    ),
    Example(
        "ZD003", LESS, "{from: 2026-01-01}", "{from: 2026-01-01, last_day: 2026-06-30}",
        "no revision is in force any longer: everyone (44 cases), from 2026-07-01 on",
        "effective", "effective",
    ),
    Example(
        "ZD601",
        LESS,
        "is: 10}",
        "is: 5}",
        "limit of contacts changed from 10 to 5: plan business (24 cases)",
        "10",
        "5",
    ),
    Example(
        "ZD602",
        MORE,
        "is: 2 per year}",
        "is: 1 per month}",
        "limit of contacts changed from 2 per year to 1 per month: plan pro (24 cases)",
        "2 per year",
        "1 per month",
    ),
    Example(
        "ZD603",
        EITHER,
        "is: 10}",
        "is: 10 per year}",
        "limit of contacts changed from 10 to 10 per year: plan business (24 cases)",
        "10",
        "10 per year",
    ),
    Example(
        "ZD604",
        EITHER,
        ", {when: {plan: pro}, is: 2 per year}",
        "",
        "limit of contacts changed from 2 per year to not stated: plan pro (24 cases)",
        "2 per year",
        "contacts",
    ),
    Example(
        "ZD605",
        EITHER,
        "is: 2 per year}]",
        "is: 2 per year}, {is: unlimited}]",
        "limit of contacts changed from not stated to unlimited: plan free (24 cases)",
        "contacts",
        "unlimited",
    ),
]  # fmt: skip


def read(text: str, name: str = "p.yaml") -> Document:
    document = read_document(SourceFile(name, text.encode(), "", name))
    assert document.revision is not None, document.findings
    return document


def diff(old: str, new: str) -> PolicyDiff:
    return compare([read(old, "old.yaml")], [read(new, "new.yaml")])


def marked(text: str, place: Finding | Related) -> str:
    """Return the marked text; empty for a place that means the whole file."""
    span = place.span
    if (span.line, span.end_line) == (1, 1):
        return ""
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def only_headline(difference: PolicyDiff, audience: str = "customer") -> Headline:
    shown = headlines(difference, audience)
    assert [headline.finding.message for headline in shown] == [shown[0].finding.message]
    return shown[0]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_message_class_and_places_of_a_change(example: Example) -> None:
    assert BASE.count(example.find) == 1, example.find
    new = BASE.replace(example.find, example.replace)
    for audience, kind in zip(("customer", "support"), example.classes.split(", "), strict=True):
        headline = only_headline(diff(BASE, new), audience)
        finding = headline.finding
        assert (finding.code, headline.kind) == (example.code, kind)
        assert finding.message == example.message
        assert (finding.file, finding.related[0].file) == ("new.yaml", "old.yaml")
        assert marked(new, finding) == example.new
        assert marked(BASE, finding.related[0]) == example.old
        assert finding.severity == {
            "breaking": "error", "risky": "warning", "compatible": "note"
        }[kind]  # fmt: skip


BACK = {
    "less": "more", "more": "less", "either": "either", "same": "same",
    "name-removed": "name-new", "name-new": "name-removed",
}  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_reverse_change_has_the_reverse_effect(example: Example) -> None:
    new = BASE.replace(example.find, example.replace)
    forward, back = only_headline(diff(BASE, new)), only_headline(diff(new, BASE))
    assert back.change.effect == BACK[forward.change.effect]
    assert back.record["cases"] == forward.record["cases"]
    assert (back.change.before, back.change.after) == (forward.change.after, forward.change.before)
    # The cases are the same; the order of the values can differ.
    assert back.record["who"].keys() == forward.record["who"].keys()
    for name, values in forward.record["who"].items():
        assert sorted(back.record["who"][name]) == sorted(values)


TESTED_BELOW = {
    "ZD001", "ZD002", "ZD004", "ZD103", "ZD211", "ZD212", "ZD213", "ZD214", "ZD215", "ZD216",
    "ZD308", "ZD309", "ZD312", "ZD314", "ZD503",
}  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_texts_of_a_change_are_translated(example: Example) -> None:
    difference = diff(BASE, BASE.replace(example.find, example.replace, 1))
    revisions = [document.revision for document in (*difference.old, *difference.new)]
    names = {text for revision in revisions if revision for text in texts_of(revision, 2026)}
    names |= {"community", "email"}  # kinds of channels
    for audience in AUDIENCES:
        outcome, _ = outcome_of([difference], audience)
        texts = [*outcome.closing, *(finding.message for finding in outcome.findings)]
        for finding in outcome.findings:
            texts += [place.message for place in finding.related]
            texts += [finding.hint] if finding.hint else []
        for text in texts:
            shown = re.sub(r"\dT\d", "", PSEUDO_WORDS.message(text))  # an instant
            assert untranslated(shown, names) == []


#: One target for all priorities, so that only the priority of a case can change.
BY_CHANNEL = """\
format: 1
policy: acme
plans: {pro: Pro}
channels:
  web: {name: Web, kind: web}
  mail: {name: Mail, kind: email, priority: {at-most: P2}}
priorities: [{id: P1}, {id: P2}, {id: P3}]
entitlements: [{allow: [web, mail]}]
targets: [{first-response: 4h}]
"""


@pytest.mark.parametrize(
    ("old", "new", "code", "kind", "message"),
    [
        (
            ", priority: {at-most: P2}",
            "",
            "ZD212",
            "compatible",
            "priority of cases in `mail` changed from P2 to P1: priority P1 (1 case)",
        ),
        (
            "{at-most: P2}",
            "{at-most: P1}",
            "ZD212",
            "compatible",
            "priority of cases in `mail` changed from P2 to P1: priority P1 (1 case)",
        ),
        (
            "{at-most: P2}",
            "P2",
            "ZD212",
            "compatible",
            "priority of cases in `mail` changed from P3 to P2: priority P3 (1 case)",
        ),
        (
            "{at-most: P2}",
            "{at-most: P3}",
            "ZD211",
            "breaking",
            "priority of cases in `mail` changed from P2 to P3: priority P1 or P2 (2 cases)",
        ),
        (
            "[{id: P1}, {id: P2}, {id: P3}]",
            "[{id: P2}, {id: P1}, {id: P3}]",
            "ZD213",
            "risky",
            "priority of cases in `mail` changed from P2 to P1: priority P1 (1 case)",
        ),
    ],
)
def test_another_priority_of_a_channel_is_a_change(
    old: str, new: str, code: str, kind: str, message: str
) -> None:
    changed = only_headline(diff(BY_CHANNEL, BY_CHANNEL.replace(old, new)))
    assert (changed.finding.code, changed.kind) == (code, kind)
    assert changed.finding.message == message


def test_every_code_has_an_example() -> None:
    assert {example.code for example in EXAMPLES} | TESTED_BELOW == set(CODES)


def test_guide_lists_every_code_with_its_summary_and_effect() -> None:
    rows = re.findall(
        r"^\| `(ZD\d{3})` ([\w-]+) \| (.+) \| (.+) \|$", read_guide("changes"), flags=re.M
    )
    assert [row[:3] for row in rows] == [
        (code.code, code.name, code.summary) for code in CODES.values()
    ]
    effects = {"worse": LESS, "better": MORE, "either": EITHER, "same": SAME}
    classes = {row[0]: effects[row[3]] for row in rows}
    for example in EXAMPLES:
        # For the support organisation an added name is compatible if nothing was promised with it.
        assert example.classes in (classes[example.code], NAME_ADDED), example


def edited(*edits: tuple[str, str], base: str = BASE) -> str:
    for find, replace in edits:
        assert base.count(find) == 1, find
        base = base.replace(find, replace)
    return base


def test_codes_of_reverse_changes() -> None:
    conditional = edited(("P1: 4h", "P1: {target: 4h, condition: You stay near.}"))
    headline = only_headline(diff(conditional, BASE))
    assert headline.finding.code == "ZD308"
    assert "target 4h for first-response no longer has a condition: " in headline.finding.message
    changed = only_headline(diff(conditional, conditional.replace("near", "awake")))
    assert (changed.finding.code, changed.kind) == ("ZD309", "risky")
    assert (changed.change.before, changed.change.after) == ("You stay near.", "You stay awake.")
    pausing = edited(("name: Solution}", "name: Solution, pauses: waiting}"))
    assert only_headline(diff(pausing, BASE)).finding.code == "ZD314"
    silent = edited(("commitment: objective\n", ""))
    none = edited(("commitment: objective", "commitment: none"))
    assert only_headline(diff(silent, none)).finding.code == "ZD312"
    assert only_headline(diff(none, silent)).kind == "risky"
    ending = edited(("2026-01-01}", "2026-01-01, last_day: 2026-06-30}"))
    in_force = only_headline(diff(ending, BASE))
    assert in_force.finding.code == "ZD004"
    assert in_force.kind == "compatible"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1 per day", "1 per week"),
        ("1 per day", "2 per week"),
        ("every 4h 24x7", "4h 24x7"),
        # The same first deadline, but no further deadlines.
        ("every 4 business hours", "4 business hours"),
    ],
)
def test_lower_rate_or_no_recurrence_is_a_longer_target(before: str, after: str) -> None:
    old, new = (edited(("2 business days", text)) for text in (before, after))
    hours = " (office)" if "business" in before else ""
    message = (
        f"target for fix changed from {before}{hours} to {after}{hours}:"
        " plan business, priority P1 (6 cases)"
    )
    slower, faster = only_headline(diff(old, new)), only_headline(diff(new, old))
    assert (slower.finding.code, slower.kind, slower.finding.message) == (
        "ZD301", "breaking", message,
    )  # fmt: skip
    assert (faster.finding.code, faster.kind) == ("ZD302", "compatible")
    assert marked(new, slower.finding) == after
    assert marked(old, slower.finding.related[0]) == before
    once = only_headline(diff(edited(("P1: 4h,", "P1: every 4h,")), BASE))
    assert (once.finding.code, once.change.before, once.change.after) == ("ZD301", "every 4h", "4h")


def test_days_without_a_revision_name_the_ended_revision() -> None:
    def revision(name: str, days: str) -> Document:
        return read(edited(("{from: 2026-01-01}", f"{{{days}}}")), name)

    old = [revision("old.yaml", "from: 2026-01-01")]
    ended = revision("ended.yaml", "from: 2026-01-01, last_day: 2026-03-31")
    new = [ended, revision("later.yaml", "from: 2026-05-01")]
    for sides, code in (((old, new), "ZD003"), ((new, old), "ZD004")):
        finding = only_headline(compare(*sides)).finding
        assert finding.code == code
        assert "from 2026-04-01 to 2026-04-30" in finding.message
        assert {finding.file, finding.related[0].file} == {"old.yaml", "ended.yaml"}


def test_alias_of_a_different_plan_is_risky() -> None:
    business = "business: {name: Business, aliases: [professional]}"
    new = edited((", aliases: [professional]", ""), ("business: Business", business))
    headline = only_headline(diff(BASE, new))
    assert (headline.finding.code, headline.kind) == ("ZD103", "risky")
    assert headline.finding.message == "plan `professional` now means `business` instead of `pro`"


def test_reordered_priorities_cannot_be_compared() -> None:
    new = edited(
        ("  - {id: P1, name: Urgent, when: {impact: down}}\n  - {id: P2, name: Normal}\n",
         "  - {id: P2, name: Normal, when: {impact: down}}\n  - {id: P1, name: Urgent}\n")
    )  # fmt: skip
    shown = headlines(diff(BASE, new), "customer")
    assert [headline.finding.code for headline in shown] == ["ZD503", "ZD503"]
    assert [headline.kind for headline in shown] == ["risky", "risky"]


def test_no_matching_priority_differs_from_an_undecided_priority() -> None:
    old = edited(("name: Normal}", "name: Normal, when: {impact: down}}"))
    new = edited((", when: {impact: down}", ""))
    for pair, message in (
        ((old, new), "priority changed from none to undecided"),
        ((new, old), "priority changed from undecided to none"),
    ):
        shown = headlines(diff(*pair), "customer")
        assert {headline.change.code for headline in shown} == {"ZD503"}
        # With impact `down` the priority is P1 on one side; with `part` it is none.
        assert [
            headline.record["who"] for headline in shown if headline.change.message == message
        ] == [{"impact": ["part"]}]


def test_undecided_priority_cannot_be_compared() -> None:
    undecided = edited((", when: {impact: down}", ""))
    for pair, message in (
        ((BASE, undecided), "priority changed from P1 to undecided"),
        ((undecided, BASE), "priority changed from undecided to P1"),
    ):
        shown = headlines(diff(*pair), "customer")
        assert [(headline.change.code, headline.kind) for headline in shown] == [
            ("ZD503", "risky")
        ] * 2
        assert shown[0].change.message == message
        assert shown[1].change.message == message.replace("P1", "P2")


def test_message_for_several_channels_is_plural() -> None:
    old = edited(("allow: phone,", "allow: [phone, web],"))
    old = edited(("plan: [pro, business]}, allow: web}", "plan: pro}, allow: web}"), base=old)
    new = old.replace("allow: [phone, web],", "allow: [phone, web], prerequisites: [is has],")
    assert only_headline(diff(old, new)).finding.message == (
        "`web` and `phone` now require `is has`: plan business, topic bug (8 cases)"
    )


def test_numbers_are_sorted() -> None:
    countries = ["AT", "BE", "CH", "DE", "ES", "FR"]
    numbers = ", ".join(f"{country}: +1.555.0100" for country in reversed(countries))
    new = edited(("numbers: {US: +1.555.0100}", f"numbers: {{{numbers}, US: +1.555.0100}}"))
    listed = ", ".join(f"`{country} +1.555.0100`" for country in countries)
    assert only_headline(diff(BASE, new)).change.message == f"numbers of `phone` added: {listed}"
    assert only_headline(diff(new, BASE)).change.message == (
        f"numbers of `phone` removed: {listed}"
    )


def test_metric_with_targets_is_breaking_when_removed_or_added() -> None:
    without = edited(("  - {id: fix, name: Solution}\n", ""),
                     ("    fix: {P1: 2 business days}\n", ""))  # fmt: skip
    new = only_headline(diff(without, BASE), "support")
    assert (new.finding.message, new.kind) == ("metric `fix` added (6 cases)", "breaking")
    gone = only_headline(diff(BASE, without))
    assert (gone.finding.message, gone.kind) == ("metric `fix` removed (6 cases)", "breaking")
    silent = edited(("  - {id: fix, name: Solution}\n",
                     "  - {id: fix, name: Solution}\n  - {id: update}\n"))  # fmt: skip
    assert only_headline(diff(BASE, silent), "support").kind == "compatible"


def test_changed_policy_id_is_risky() -> None:
    headline = only_headline(diff(BASE, edited(("policy: acme", "policy: apex"))))
    assert headline.finding.message == "id of the policy changed from `acme` to `apex`"
    assert (headline.finding.code, headline.kind) == ("ZD103", "risky")


def test_policy_removed_or_added() -> None:
    document = read(BASE)
    gone = only_headline(compare([document], []))
    assert (gone.finding.code, gone.kind) == ("ZD001", "breaking")
    assert gone.finding.message == "policy `acme` removed (72 cases)"
    new = only_headline(compare([], [document]), "support")
    assert (new.finding.code, new.kind) == ("ZD002", "breaking")
    assert new.record["where"]["old"] is None


EQUIVALENT_EDITS = [
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


@pytest.mark.parametrize(("find", "replace"), EQUIVALENT_EDITS)
def test_equivalent_policy_has_no_changes(find: str, replace: str) -> None:
    new = edited((find, replace))
    assert headlines(diff(BASE, new), "customer") == []
    assert headlines(diff(new, BASE), "support") == []


def test_changed_wording_is_listed_but_not_judged() -> None:
    new = edited(("name: Ticket", "name: Web form"), ("  free: Free", "  free: Free of charge"),
                 ("allow: web}", "allow: web, note: For you.}"))  # fmt: skip
    difference = diff(BASE, new)
    assert headlines(difference, "customer") == []
    assert difference.compared[-1].texts == (
        ("entitlements",), ("plans", "free"), ("channels", "web"),
    )  # fmt: skip
    # Added lines change no wording.
    assert diff(BASE, BASE.replace("plans:\n", "\n# As agreed.\nplans:\n")).compared[-1].texts == ()


# Changes of texts that are judged are not also listed as changes of wording.
JUDGED = {"ZD203", "ZD204", "ZD205", "ZD206", "ZD207", "ZD208", "ZD307", "ZD313", "ZD315"}


@pytest.mark.parametrize(
    "example", [example for example in EXAMPLES if example.code in JUDGED], ids=str
)
def test_judged_text_is_not_listed_as_changed_wording(example: Example) -> None:
    assert diff(BASE, BASE.replace(example.find, example.replace)).compared[-1].texts == ()


def test_changes_without_text_are_not_listed_as_changed_wording() -> None:
    for find, replace in (
        ("entitlements:\n", "entitlements:\n  - {when: {plan: free}, allow: web}\n"),
        ("{plan: [pro, business]}", "[{plan: pro}, {plan: business}]"),
        ("t: objective", "t: [{when: {plan: free}, is: agreement}, {is: objective}]"),
        ("impact: {values: {down: Down, ", "impact: {values: {down: Down, slow: Slow, "),
        ("    fix: {P1: 2 business days}\n", ""),
    ):
        assert diff(BASE, edited((find, replace))).compared[-1].texts == (), find
    conditional = edited(("P1: 4h", "P1: {target: 4h, condition: You stay near.}"))
    assert diff(conditional, conditional.replace("near", "awake")).compared[-1].texts == ()


def test_translations_and_notes_of_judged_entries_are_wording() -> None:
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
        texts = diff(old, new).compared[-1].texts
        assert [known[0] for known in texts] == [path[0]], find
    turned = edited(("[{en: Customer number, de: Kundennummer}, Badge]",
                     "[Badge, {en: Customer number, de: Kundennummer}]"), base=old)  # fmt: skip
    assert diff(old, turned).compared[-1].texts == ()


def test_id_with_the_old_id_as_alias_is_compared_with_it() -> None:
    base = edited((", aliases: [professional]", ""))
    new = base.replace("  pro: {name: Pro}", "  plus: {name: Plus, aliases: [pro]}").replace(
        "[pro, business]", "[plus, business]"
    )
    same = new.replace("plan: pro}", "plan: plus}")
    codes = [
        (headline.finding.code, headline.kind)
        for headline in headlines(diff(base, same), "support")
    ]
    assert codes == [("ZD103", "risky"), ("ZD102", "compatible")]
    slower = same.replace("P1: 4h", "P1: 5h")
    shown = headlines(diff(base, slower), "customer")
    assert [headline.finding.code for headline in shown] == ["ZD301", "ZD103", "ZD102"]
    assert shown[0].record["who"]["plan"] == ["pro"]
    assert shown[1].finding.message == "plan `pro` is now an alias of `plus`"


def test_priority_with_the_old_id_as_alias_is_the_same_priority() -> None:
    new = edited(
        ("{id: P1, name: Urgent,", "{id: urgent, name: Urgent, aliases: [P1],"),
        ("{P1: 1h 24x7", "{urgent: 1h 24x7"),
        ("{P1: 2 business days", "{urgent: 2 business days"),
        ("{P1: 4h", "{urgent: 4h"),
    )
    for sides in ((BASE, new), (new, BASE)):
        codes = {headline.finding.code for headline in headlines(diff(*sides), "customer")}
        assert codes <= {"ZD101", "ZD102", "ZD103"}
        assert "ZD103" in codes


def test_class_depends_on_effect_and_audience() -> None:
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


def test_changed_hours_of_some_cases_change_their_targets() -> None:
    new = edited(("10:00-18:00", "10:00-17:00"), base=TIMED)
    # In the south some moments inside the hours are outside now, so the first rule decides.
    by_code = {
        headline.change.code: headline for headline in headlines(diff(TIMED, new), "customer")
    }
    assert by_code.keys() == {"ZD302", "ZD401"}
    assert by_code["ZD401"].finding.message == (
        "hours `office` are now shorter: region south,"
        " opened inside office (before), opened inside office (now) (1 case)"
    )
    # Eight hours after a case is opened between 17:00 and 18:00, the office is closed.
    moved = by_code["ZD302"]
    assert moved.finding.case == {
        "plan": "pro", "channel": "web", "region": "south",
        "opened": "inside office (before) and outside office (now)",
    }  # fmt: skip
    assert (moved.change.before, moved.change.after) == ("4 business hours (office)", "8h")
    # 2 regions, inside or outside the old and the new hours. In the south no moment is outside the
    # old and inside the new hours. In the north both are the same.
    assert diff(TIMED, new).compared[0].size == 2 + 3


# One grant and one rule use the union `both`. The union `spare` is unused.
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


class HoursExample(NamedTuple):
    """An edit of SHARED, and for each headline the message and the marked texts."""

    find: str
    replace: str
    expected: list[tuple[str, str, str]]


# A case is a plan and a channel. `free` has a target by web, `pro` and `gold` by web
# and chat. The chat of these two plans has hours.
HOURS_EXAMPLES = [
    HoursExample(
        "{country: NO}", "{country: NO, add: [12-23]}",
        [("ZD401 hours `east` are now shorter: everyone (5 cases)", "holidays", "add")],
    ),
    HoursExample(
        "    holidays: {country: NO}\n", "",
        [("ZD402 hours `east` are now longer: everyone (5 cases)", "holidays", "east")],
    ),
    HoursExample(
        "country: NO", "country: SE",
        [("ZD403 hours `east` are now different: everyone (5 cases)", "NO", "SE")],
    ),
    # Norway has no exchanged working days.
    HoursExample("country: NO", "country: NO, exchanged: mon", []),
    HoursExample(
        "09:00-12:00", "09:00-11:00",
        [("ZD401 hours `east` are now shorter: everyone (5 cases)",
          "09:00-12:00", "09:00-11:00")],
    ),
    HoursExample(
        "    open: mon-fri 09", "    timezone: Europe/London\n    open: mon-fri 09",
        [("ZD403 hours `east` are now different: everyone (5 cases)",
          "east", "Europe/London")],
    ),
    HoursExample(
        "sun 09:00-17:00", "sun 09:00-18:00",
        [("ZD402 hours `west` are now longer: plan gold (2 cases)",
          "mon-sun 09:00-17:00", "mon-sun 09:00-18:00")],
    ),
    # The union itself changed.
    HoursExample(
        "[east, west]", "[west]",
        [("ZD401 hours `both` are now shorter: plan pro or gold (4 cases)",
          "any", "any")],
    ),
    # No longer a union: the places are the old list and the name of the new hours.
    HoursExample(
        "{any: [east, west]}", "{open: mon-sun 00:00-24:00}",
        [("ZD402 hours `both` are now longer: plan pro or gold (4 cases)",
          "any", "both")],
    ),
]  # fmt: skip


@pytest.mark.parametrize("example", HOURS_EXAMPLES, ids=lambda example: example.replace)
def test_changed_hours_are_reported_once_at_the_changed_value(example: HoursExample) -> None:
    new = edited((example.find, example.replace), base=SHARED)
    shown = [
        (
            f"{headline.finding.code} {headline.finding.message}",
            marked(SHARED, headline.finding.related[0]),
            marked(new, headline.finding),
        )
        for headline in headlines(diff(SHARED, new), "customer")
    ]
    assert shown == example.expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("CN", "CN, exchanged: mon", ("ZD402", "holidays", "mon")),
        ("CN, exchanged: mon", "CN, exchanged: ignore", ("ZD401", "mon", "ignore")),
        ("CN", "CN, exchanged: ignore", None),
    ],
)
def test_exchanged_days_change_hours(
    before: str, after: str, expected: tuple[str, str, str] | None
) -> None:
    old = edited(("country: NO", f"country: {before}"), base=SHARED)
    new = edited(("country: NO", f"country: {after}"), base=SHARED)
    assert [
        (
            headline.finding.code,
            marked(old, headline.finding.related[0]),
            marked(new, headline.finding),
        )
        for headline in headlines(diff(old, new), "customer")
    ] == ([expected] if expected else [])


def test_first_changed_date_is_the_place() -> None:
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


#: Thanksgiving Day of the years that are compared.
THANKSGIVING = (
    "2025-11-27", "2026-11-26", "2027-11-25", "2028-11-23", "2029-11-22", "2030-11-28",
    "2031-11-27", "2032-11-25", "2033-11-24", "2034-11-23",
)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # A rewrite of a list of years as a day that moves, with names, changes nothing.
        (f"{{add: [{', '.join(THANKSGIVING)}]}}", "{add: [4th thu of nov]}", None),
        ("{add: [4th thu of nov]}", "{add: [4th Thursday of November]}", None),
        ("{add: [4th thu of nov]}", "{add: [4th thu of nov, easter+1]}",
         ("ZD401", "hours.east.holidays.add")),
        ("{add: [easter+1, 05-17]}", "{add: [05-17], remove: [easter+1]}",
         ("ZD402", "hours.east.holidays.add")),
        # 1 May 2026 is a Friday: the last Thursday of April and a day before May are different.
        ("{add: [last thu of apr]}", "{add: [day before 05-01]}",
         ("ZD403", "hours.east.holidays.add")),
    ],
)  # fmt: skip
def test_days_that_move_change_hours(
    before: str, after: str, expected: tuple[str, str] | None
) -> None:
    old, new = (
        edited(("holidays: {country: NO}", f"holidays: {days}"), base=SHARED)
        for days in (before, after)
    )
    assert [
        (headline.finding.code, headline.finding.path)
        for headline in headlines(diff(old, new), "customer")
    ] == ([expected] if expected else [])


SINGLE = "2026-12-24: 09:00-12:00"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # The week is open from 09:00 to 17:00.
        (SINGLE, f"{SINGLE}, 06-15..09-15: 09:00-12:00",
         [("ZD401", 'hours.east.dates["06-15..09-15"]')]),
        (f"{SINGLE}, 06-15..09-15: 09:00-12:00", SINGLE,
         [("ZD402", 'hours.east.dates["06-15..09-15"]')]),
        # New York opens at 15:00 in Oslo, so `both` has more hours.
        (SINGLE, f"{SINGLE}, 06-15..09-15: 08:00-15:00",
         [("ZD403", 'hours.east.dates["06-15..09-15"]'),
          ("ZD402", 'hours.east.dates["06-15..09-15"]')]),
        (SINGLE, f"{SINGLE}, 06-15..09-15: 09:00-17:00", []),
        # A range of every year, as ranges of the single years; 2035 begins after the comparison.
        (f"{SINGLE}, 07-01..07-31: closed",
         ", ".join([SINGLE, *(f"{n}-07-01..{n}-07-31: closed" for n in range(2025, 2035))]), []),
        (f"{SINGLE}, 12-28..01-03: closed", f"{SINGLE}, 12-28..01-04: closed",
         [("ZD401", 'hours.east.dates["12-28..01-03"]')]),
        (f"{SINGLE}, last fri of jun: 09:00-10:00", f"{SINGLE}, Last Friday of June: 09:00-12:00",
         [("ZD402", 'hours.east.dates["Last Friday of June"]')]),
    ],
)  # fmt: skip
def test_ranges_and_days_of_every_year_change_hours(
    before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    old, new = (
        edited(("{2026-12-24: 09:00-12:00}", f"{{{dates}}}"), base=SHARED)
        for dates in (before, after)
    )
    assert [
        (headline.finding.code, headline.finding.path)
        for headline in headlines(diff(old, new), "customer")
    ] == expected


def test_changes_of_two_calendars_of_a_union() -> None:
    new = edited(("mon-fri 09:00-17:00\n", "mon-fri 10:00-17:00\n"),
                 ("sun 09:00-17:00", "sun 09:00-16:00"), base=SHARED)  # fmt: skip
    assert [headline.finding.message for headline in headlines(diff(SHARED, new), "customer")] == [
        "hours `east` are now shorter: everyone (5 cases)",
        "hours `west` are now shorter: plan gold (2 cases)",
    ]
    # One member adds hours and the other removes hours: only the union shows both.
    new = edited(("mon-fri 09:00-17:00\n", "mon-fri 10:00-17:00\n"),
                 ("sun 09:00-17:00", "sun 09:00-18:00"), base=SHARED)  # fmt: skip
    assert [headline.finding.message for headline in headlines(diff(SHARED, new), "customer")] == [
        "hours `east` are now shorter: plan free or pro (3 cases)",
        "hours `both` are now different: plan gold (2 cases)",
        "hours `west` are now longer",
    ]


def test_changed_member_can_shorten_a_union() -> None:
    base = edited(
        ("{any: [east, west]}", "{any: [east, night]}"),
        ("    holidays: {country: NO}\n    dates: {2026-12-24: 09:00-12:00}\n", ""),
        ("  both:", "  night: {open: mon-fri 17:00-20:00}\n  both:"),
        base=SHARED,
    )
    # The union still covers the hour before 17:00, but no longer the time from 18:00.
    new = edited(("mon-fri 17:00-20:00", "mon-fri 16:00-18:00"), base=base)
    shown = headlines(diff(base, new), "customer")
    assert [(headline.finding.message, headline.kind) for headline in shown] == [
        (
            "hours `both` are now shorter because `night` changed: plan pro or gold (4 cases)",
            "breaking",
        ),
        ("hours `night` are now different", "risky"),
    ]
    for headline in shown:
        assert marked(new, headline.finding) == "mon-fri 16:00-18:00"


def test_holiday_name_is_wording_and_not_a_place() -> None:
    base = edited(("{country: NO}", "{add: {12-23: Eve}}"), base=SHARED)
    named = edited(("Eve", "Little Eve"), base=base)
    assert headlines(diff(base, named), "customer") == []
    assert diff(base, named).compared[-1].texts == (("hours", "east"),)
    both = edited(("09:00-12:00", "09:00-11:00"), base=named)
    (headline,) = headlines(diff(base, both), "customer")
    assert marked(both, headline.finding) == "09:00-11:00"
    more = edited(("{12-23: Eve}", "{12-23: Eve, 12-31: Last}"), base=base)
    assert diff(base, more).compared[-1].texts == ()


def test_changed_hours_without_cases_are_reported() -> None:
    base = edited(("hours: both\n    first", "hours: east\n    first"),
                  ("allow: chat, hours: both", "allow: chat"), base=SHARED)  # fmt: skip
    new = edited(("sun 09:00-17:00", "sun 09:00-18:00"), base=base)
    (headline,) = headlines(diff(base, new), "customer")
    assert headline.finding.message == "hours `west` are now longer"
    assert marked(new, headline.finding) == "mon-sun 09:00-18:00"


def test_unchanged_hours_of_opened_are_one_dimension() -> None:
    # The calendars of the two regions differ, and both are unchanged.
    new = edited(("4 business hours", "5 business hours"), base=TIMED)
    headline = only_headline(diff(TIMED, new))
    assert headline.finding.message == (
        "target for first-response changed from 4 business hours (office) to 5"
        " business hours (office):"
        " opened inside office (2 cases)"
    )


def test_case_without_a_calendar_is_neither_inside_nor_outside() -> None:
    base = edited(
        ("mon-fri 09:00-17:00}", "mon-fri 09:00-17:00, when: {plan: business}}"),
        ("  - when: {plan: pro}\n", "  - when: {opened: outside office}\n"),
    )
    # `office` has no calendar for `pro`, so still nothing is promised.
    new = edited(
        ("{opened: outside office}", "{opened: outside office, plan: business}"), base=base
    )
    assert headlines(diff(base, new), "customer") == []


def test_case_without_a_moment_is_not_compared() -> None:
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
    difference = diff(old, new)
    assert headlines(difference, "customer") == []
    # Inside the first hours, inside the second hours, or outside both.
    assert difference.compared[0].size == 3 * diff(BASE, edited(("4h", "5h"))).compared[0].size


def test_equal_hours_with_a_different_name() -> None:
    new = TIMED.replace("outside office", "outside bureau").replace(
        "  night:", "  bureau: {any: [office]}\n  night:"
    )
    assert [headline.finding.code for headline in headlines(diff(TIMED, new), "customer")] == [
        "ZD102"
    ]


def test_opened_with_different_hours() -> None:
    new = TIMED.replace("outside office", "inside night")
    shown = headlines(diff(TIMED, new), "customer")
    witnesses = [headline.finding.case for headline in shown]
    assert {"opened": "outside office and outside night"}.items() <= witnesses[0].items()  # type: ignore[union-attr]
    # No case can be opened inside both, so that target is ignored.
    assert [headline.change.code for headline in shown] == ["ZD303"]


def test_target_of_a_case_opened_on_one_side_only_is_not_compared() -> None:
    old = BASE.replace("  - when: {plan: pro}\n", "  - when: {plan: [free, pro]}\n")
    new = old.replace("plan: [pro, business]}, allow: web", "plan: [free, business]}, allow: web")
    new = new.replace("P1: 4h, P2: none", "P1: 5h, P2: 6h")
    shown = headlines(diff(old, new), "customer")
    assert {headline.finding.code for headline in shown} == {"ZD201", "ZD202"}


def test_order_of_languages_is_not_changed_wording() -> None:
    old = BASE.replace("  - allow: forum", "  - {allow: forum, note: {en: Read, nb: Les}}")
    new = BASE.replace("  - allow: forum", "  - {allow: forum, note: {nb: Les, en: Read}}")
    assert diff(old, new).compared[-1].texts == ()
    assert diff(old, new.replace("Les", "Les mer")).compared[-1].texts != ()


def test_fact_with_a_different_spelling_is_the_same_fact() -> None:
    new = TIMED.replace("region", "Region").replace("north", "North")
    shown = headlines(diff(TIMED, new), "customer")
    assert [headline.finding.message for headline in shown] == [
        "fact `region` is now spelled `Region`",
        "value `north` of fact `region` is now spelled `North`",
    ]
    assert {headline.finding.code for headline in shown} == {"ZD103"}


def test_fact_with_a_different_spelling_and_an_added_fact() -> None:
    size = "  size: {values: {s: Small, l: Large}}\n  impact:"
    new = BASE.replace("topic", "Topic").replace("  impact:", size)
    messages = [headline.finding.message for headline in headlines(diff(BASE, new), "customer")]
    assert messages == ["fact `topic` is now spelled `Topic`", "fact `size` added"]
    messages = [headline.finding.message for headline in headlines(diff(new, BASE), "customer")]
    assert messages == ["fact `size` removed", "fact `Topic` is now spelled `topic`"]


def test_message_lists_at_most_six_values() -> None:
    old = """\
format: 1
policy: acme
plans: {a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H, i: I, j: J}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
"""
    for kept, plans in (
        ("g, h, i, j", "a, b, c, d, e or f (6 cases)"),
        ("h, i, j", "a, b, c, d, e, f or 1 more (7 cases)"),
    ):
        new = old.replace("{allow: web}", f"{{when: {{plan: [{kept}]}}, allow: web}}")
        [headline] = headlines(diff(old, new), "customer")
        assert headline.finding.message == f"`web` is no longer allowed: plan {plans}"


def test_recurring_day_is_shorter_than_recurring_week() -> None:
    # 8 cases: the plan `pro` can open cases by web only; 2 roles, 2 priorities, 2 topics.
    old, new = (f"{BASE}    fix: every {period}\n"
                for period in ("week", "24h"))  # fmt: skip
    [headline] = headlines(diff(old, new), "customer")
    assert (headline.finding.code, headline.finding.message) == (
        "ZD302",
        "target for fix changed from every week to every 24h: plan pro, channel web (8 cases)",
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


def test_hours_without_a_calendar_for_some_cases_are_shorter() -> None:
    new = edited(("{open: mon-fri 10", "{when: {region: north}, open: mon-fri 10"), base=REGIONS)
    # In the south no calendar applies, so the chat of `pro` never opens.
    headline = only_headline(diff(REGIONS, new))
    assert (headline.finding.code, headline.kind) == ("ZD401", "breaking")
    assert headline.finding.message == (
        "hours `office` are now shorter: plan pro, channel chat, region south (1 case)"
    )
    assert headline.finding.case == {"plan": "pro", "channel": "chat", "region": "south"}
    assert marked(REGIONS, headline.finding.related[0]) == "office"
    assert marked(new, headline.finding) == "office"
    back = only_headline(diff(new, REGIONS))
    assert (back.finding.code, back.kind) == ("ZD402", "compatible")
    assert back.finding.message == (
        "hours `office` are now longer: plan pro, channel chat, region south (1 case)"
    )
    # Unused hours are reported too, once.
    unused = [text.replace("hours: office", "hours: night") for text in (REGIONS, new)]
    assert only_headline(diff(*unused)).finding.message == "hours `office` are now shorter"
    assert only_headline(diff(*reversed(unused))).finding.message == "hours `office` are now longer"


# The plan `free` has no calendar for the day, only for the night.
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


def test_union_is_open_when_a_member_with_a_calendar_is_open() -> None:
    shorter = NIGHTS.replace("18:00-22:00", "18:00-21:00")
    headline = only_headline(diff(NIGHTS, shorter))
    assert (headline.finding.code, headline.kind) == ("ZD401", "breaking")
    assert headline.finding.message == ("hours `night` are now shorter: everyone (2 cases)")
    # Without any calendar the union is never open.
    bare = NIGHTS.replace("night: {open", "night: [{when: {plan: pro}, open").replace(
        "22:00}", "22:00}]"
    )
    headline = only_headline(diff(NIGHTS, bare))
    assert headline.finding.message == ("hours `night` are now shorter: plan free (1 case)")


def test_hours_longer_for_some_cases_and_shorter_for_some() -> None:
    old = edited(("hours: office}", "hours: night}"), base=REGIONS)
    new = edited(("{open: mon-fri 10", "{when: {region: north}, open: mon-fri 10"),
                 ("mon-fri 09:00-17:00", "mon-fri 08:00-17:00"), base=old)  # fmt: skip
    assert [
        (headline.finding.message, headline.kind, marked(new, headline.finding))
        for headline in headlines(diff(old, new), "customer")
    ] == [
        ("hours `office` are now shorter", "breaking", "office"),
        ("hours `office` are now longer", "compatible", "mon-fri 08:00-17:00"),
    ]


def test_grants_with_exchanged_hours() -> None:
    new = edited(("hours: office}", "hours: day}"), ("hours: night}", "hours: office}"),
                 base=REGIONS).replace("hours: day}", "hours: night}")  # fmt: skip
    shown = [
        (
            headline.finding.message, headline.kind, headline.change.before, headline.change.after,
            marked(REGIONS, headline.finding.related[0]), marked(new, headline.finding),
        )
        for headline in headlines(diff(REGIONS, new), "customer")
    ]  # fmt: skip
    pro, gold = (f"{{when: {{plan: {plan}}}, allow: chat, hours: " for plan in ("pro", "gold"))
    assert shown == [
        ("hours of `chat` changed from office to night: plan pro (2 cases)", "risky",
         "office", "night", f"{pro}office}}", f"{pro}night}}"),
        ("hours of `chat` changed from night to office: plan gold (2 cases)", "risky",
         "night", "office", f"{gold}night}}", f"{gold}office}}"),
    ]  # fmt: skip


def test_moved_grant_with_different_hours_has_its_own_places() -> None:
    grant = "{when: {plan: pro}, allow: chat, hours: office}"
    later = grant.replace("office", "night")
    new = edited((grant, later), ("  - allow: web\n", "  - {when: {plan: pro}, allow: web}\n"
                  "  - {when: {plan: gold}, allow: web}\n"), base=REGIONS)  # fmt: skip
    for old_text, new_text, was, now in (
        (REGIONS, new, grant, later), (new, REGIONS, later, grant)
    ):  # fmt: skip
        headline = only_headline(diff(old_text, new_text))
        assert marked(old_text, headline.finding.related[0]) == was
        assert marked(new_text, headline.finding) == now


def test_reordered_grants_with_different_hours_are_no_change() -> None:
    office = "  - {when: {plan: pro}, allow: chat, hours: office}\n"
    night = "  - {when: {plan: pro}, allow: chat, hours: night}\n"
    old = edited((office, office + night), base=REGIONS)
    new = edited((office, night + office), base=REGIONS)
    assert headlines(diff(old, new), "customer") == []
    # Both grants count, so a loss in one of them is reported.
    shorter = edited(("18:00-22:00", "18:00-21:00"), base=new)
    assert [headline.finding.message for headline in headlines(diff(old, shorter), "customer")] == [
        "hours `night` are now shorter: channel chat (4 cases)"
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
def test_time_zone_change_counts_if_a_revision_has_days(old: str, new: str) -> None:
    was = edited(("effective: {from: 2026-01-01}\n", old))
    now = edited(("effective: {from: 2026-01-01}\n", new), ("Europe/Oslo", "Europe/Stockholm"))
    codes = {headline.finding.code for headline in headlines(diff(was, now), "customer")}
    assert codes == {"ZD005", "ZD004" if old else "ZD003"}


def test_days_without_a_revision_show_the_previous_revision() -> None:
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
    assert [related.file for related in added.finding.related] == ["2025.yaml"]
    [removed] = headlines(compare([first, middle, last], [first, last]), "customer")
    assert (removed.finding.code, removed.finding.file) == ("ZD003", "2025.yaml")
    # Before the first revision, the place is in the first revision.
    [earlier] = headlines(compare([middle, last], [first, middle, last]), "customer")
    assert [related.file for related in earlier.finding.related] == ["2026.yaml"]


def test_time_zone_change_of_policies_without_days_is_no_change() -> None:
    was = edited(("effective: {from: 2026-01-01}\n", ""))
    now = edited(("Europe/Oslo", "Europe/Stockholm"), base=was)
    assert headlines(diff(was, now), "customer") == []
    # If it changes hours, the place of the change is the time zone.
    later = edited(("Europe/Oslo", "Europe/Helsinki"), base=was)
    headline = only_headline(diff(was, later))
    assert headline.finding.code == "ZD403"
    assert marked(later, headline.finding) == "Europe/Helsinki"


def with_languages(languages: str | None) -> str:
    """Return the policy with these languages of a channel."""
    channel = "web: {name: Ticket, kind: web}"
    stated = channel.replace("}", f", languages: {languages}}}")
    return BASE if languages is None else edited((channel, stated))


def test_different_hours_show_when_they_open_and_close() -> None:
    # 25 November 2027 is the fourth Thursday. Both days are working days.
    hours = "open: mon-fri 09:00-17:00, holidays: [{}]"
    policy = """\
format: 1
policy: acme
timezone: Europe/Oslo
effective: {{from: 2027-11-01}}
plans: {{pro: Pro}}
channels: {{web: {{name: Ticket, kind: web}}}}
entitlements: [{{allow: web, hours: office}}]
hours: {{office: {{{}}}}}
"""
    was, now = (
        policy.format(hours.format(day)) for day in ("4th thu of nov", "day after 4th thu of nov")
    )
    headline = only_headline(diff(was, now))
    assert headline.finding.code == "ZD403"
    assert headline.finding.hint == (
        "2027-11-25T09:00:00+01:00: open now, closed before;"
        " 2027-11-26T09:00:00+01:00: closed now, open before"
    )


def test_different_hours_of_the_customer_show_no_instant() -> None:
    policy = """\
format: 1
policy: acme
plans: {{pro: Pro}}
channels: {{web: {{name: Ticket, kind: web}}}}
entitlements: [{{allow: web, hours: office}}]
hours: {{office: {{open: mon-fri {}, timezone: customer}}}}
"""
    was, now = (policy.format(times) for times in ("09:00-17:00", "08:00-16:00"))
    headline = only_headline(diff(was, now))
    assert (headline.finding.code, headline.finding.hint) == ("ZD403", None)


@pytest.mark.parametrize(
    ("languages", "code", "kind", "message"),
    [
        ("en", "ZD214", "breaking", "changed from en, de to en:"),
        ("[en, {de: best-effort}]", "ZD214", "breaking", "to en, de (best effort):"),
        ("[en, de, ja]", "ZD215", "compatible", "changed from en, de to en, de, ja:"),
        ("[en, ja]", "ZD216", "risky", "changed from en, de to en, ja:"),
        (None, "ZD216", "risky", "changed from en, de to not stated:"),
        # `de` is handled in every country, `de-AT` in one.
        ("[en, de-AT]", "ZD214", "breaking", "changed from en, de to en, de-AT:"),
    ],
)
def test_languages_of_a_channel_are_compared(
    languages: str | None, code: str, kind: str, message: str
) -> None:
    headline = only_headline(diff(with_languages("[en, de]"), with_languages(languages)))
    assert (headline.finding.code, headline.kind) == (code, kind)
    assert headline.finding.message.startswith("languages of `web` ")
    assert message in headline.finding.message


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("[en, de]", "[en, de, de-AT]"),
        ("[en, de]", "[en, de, {de-AT: best-effort}]"),
        ("[en, no]", "[en, no, nb]"),
        ("pt-BR", "pt-br"),
    ],
)
def test_languages_that_change_no_answer_are_no_change(was: str, now: str) -> None:
    assert headlines(diff(with_languages(was), with_languages(now)), "customer") == []


def test_a_language_without_a_country_is_more_than_one_with_a_country() -> None:
    headline = only_headline(diff(with_languages("[en, pt-BR]"), with_languages("[en, pt]")))
    assert (headline.finding.code, headline.kind) == ("ZD215", "compatible")
