"""The smallest change of a case, compared with a breadth-first search over single cases."""

import re
from datetime import UTC, datetime
from itertools import product
from random import Random

from reference.draw import block, draw

import zsupport
from zsupport.advise.advice import AdviceAnswers
from zsupport.advise.change import smallest_change
from zsupport.advise.summary import Notation, summary
from zsupport.answer.case import Case, facts_decide, matching, names_in, no_priority_reasons
from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision
from zsupport.policy.model import Revision
from zsupport.view.advise import QUESTION as ADVICE
from zsupport.view.channels import QUESTION
from zsupport.view.questions import all_warnings

AT = datetime(2026, 11, 24, tzinfo=UTC)
POLICIES = 60
CASES = 12


def dimensions(revision: Revision) -> dict[str, tuple[str, ...]]:
    values = {
        "plan": tuple(plan.id for plan in revision.plans),
        "role": tuple(role.id for role in revision.roles),
        "priority": tuple(priority.id for priority in revision.priorities),
        **{fact.id: tuple(fact.values) for fact in revision.facts},
    }
    return {name: known for name, known in values.items() if known}


def led_to(revision: Revision, case: Case) -> str | None:
    """Return the priority that the facts of a case lead to."""
    table = revision.priority_table
    for item in revision.priorities:
        if (item.when or table is None) and matching(item.when, case):
            return item.id
    return table.cells[case[table.rows]][case[table.columns]].priority if table else None


def is_allowed(
    revision: Revision, case: Case, channel: str, *, by_facts: bool, language: str | None
) -> bool:
    """Return whether a case that states every dimension may use a channel in a language."""
    if by_facts:
        priority = led_to(revision, case)
        if priority is None:
            return False
        case = {**case, "priority": priority}
    [own] = [item.languages for item in revision.channels if item.id == channel]
    applying = [g for g in revision.grants if channel in g.allow and matching(g.when, case)]
    stated = [grant.languages or own for grant in applying]
    return bool(stated) and (
        language is None or any(item is None or language in dict(item) for item in stated)
    )


def distance(
    revision: Revision,
    start: Case,
    channel: str,
    *,
    by_facts: bool,
    language: str | None = None,
) -> int | None:
    """Return the number of changed values to the nearest allowed case; None if there is none."""
    known = dimensions(revision)
    if by_facts:
        del known["priority"]
    names = list(known)
    retired = {plan.id for plan in revision.plans if plan.retired}

    rows = names_in(grant.when for grant in revision.grants) - {"priority"}

    def completions(case: Case, names: list[str]) -> list[Case]:
        open_names = [name for name in names if name not in case]
        chosen = product(*(known[name] for name in open_names))
        return [{**case, **dict(zip(open_names, values, strict=True))} for values in chosen]

    def allowed(case: Case) -> bool:
        """Return whether each row of the case is allowed for at least one priority."""
        return all(
            any(is_allowed(revision, full, channel, by_facts=by_facts, language=language)
                for full in completions(row, names))
            for row in completions(case, [name for name in names if name in rows])
        )  # fmt: skip

    level, seen, changes = [start], {tuple(sorted(start.items()))}, 0
    while level:
        for case in level:
            if allowed(case):
                return changes
        following = []
        for case in level:
            for name in names:
                for value in known[name]:
                    if name == "plan" and value in retired and value != start.get("plan"):
                        continue  # nobody can buy this plan
                    other = {**case, name: value}
                    key = tuple(sorted(other.items()))
                    if key not in seen:
                        seen.add(key)
                        following.append(other)
        level, changes = following, changes + 1
    return None


def compare(
    revision: Revision,
    case: Case,
    channel: str,
    *,
    by_facts: bool,
    language: str | None = None,
) -> int | None:
    """Compare the search of the program with the plain search; return the number of changes."""
    expected = distance(revision, case, channel, by_facts=by_facts, language=language)
    change = smallest_change(revision, case, [channel], by_facts=by_facts, language=language)
    assert (None if change is None else len(change)) == expected, (case, channel, change)
    if change is None:
        return None
    assert all(case.get(name) != value for name, value in change.items())
    changed = {**case, **change}
    assert distance(revision, changed, channel, by_facts=by_facts, language=language) == 0
    # The program answers yes to the changed case.
    facts = {fact.id: fact.values for fact in revision.facts}
    answers = Policy((revision,)).channels(
        **{name: value for name, value in changed.items() if name not in facts},
        fact={name: value for name, value in changed.items() if name in facts},
        channel=channel,
        at=AT,
        language=language,
    )
    assert all(answer.allowed for answer in answers), (case, change)
    return expected


def random_case(revision: Revision, random: Random, *, by_facts: bool) -> Case:
    """Return a case that states most dimensions."""
    defaults = {fact.id for fact in revision.facts if fact.default is not None}
    return {
        name: random.choice(known)
        for name, known in dimensions(revision).items()
        if not (by_facts and name == "priority")
        # The program assumes a fact with a default.
        if random.random() < 0.8
        or name in defaults
        # Facts decide the priority, unless the case states it.
        or (name == "priority" and facts_decide(revision))
    }


def test_change_is_as_small_as_in_a_plain_search() -> None:
    changes: set[tuple[bool, int | None]] = set()
    for number in range(POLICIES):
        random = Random(number)
        text = block({**draw(13, number)[0], "effective": {"from": "2026-11-01"}})
        revision = load_revision(SourceFile("drawn.yaml", text.encode(), "", "drawn.yaml"))
        sizes = [len(known) + 1 for known in dimensions(revision).values()]
        cases = 1
        for size in sizes:
            cases *= size
        if cases > 4_000:
            continue
        for _ in range(CASES):
            by_facts = facts_decide(revision) and random.random() < 0.6
            case = random_case(revision, random, by_facts=by_facts)
            channel = random.choice(revision.channels).id
            language = random.choice((None, "de", "ja"))
            changed = compare(revision, case, channel, by_facts=by_facts, language=language)
            changes.add((language is not None, changed))
    for stated in (False, True):
        assert {None, 0, 1, 2} <= {size for of_language, size in changes if of_language is stated}


def test_reasons_of_a_denied_channel_name_a_smallest_change() -> None:
    sizes = set()
    for number in range(POLICIES):
        random = Random(number)
        text = block({**draw(13, number)[0], "effective": {"from": "2026-11-01"}})
        revision = load_revision(SourceFile("drawn.yaml", text.encode(), "", "drawn.yaml"))
        policy, facts = Policy((revision,)), {fact.id for fact in revision.facts}
        known = dimensions(revision)
        cases = 1
        for values in known.values():
            cases *= len(values)
        if cases > 1_500:
            continue
        for _ in range(4):
            by_facts = facts_decide(revision)
            case = {name: random.choice(values) for name, values in known.items()}
            if by_facts:
                case.pop("priority", None)
            channel = random.choice(revision.channels).id
            answers = policy.channels(
                **{name: value for name, value in case.items() if name not in facts},
                fact={name: value for name, value in case.items() if name in facts},
                channel=channel,
                at=AT,
            )
            if any(answer.allowed for answer in answers) or answers.warnings:
                continue
            if answers[0].because == no_priority_reasons(revision):
                continue  # the reasons are the conditions of all priorities
            expected = distance(revision, case, channel, by_facts=by_facts)
            prefix = "  it would be allowed with "
            lines = [line for line in QUESTION.why(answers, "") if line.startswith(prefix)]
            if expected is None or not lines:
                assert (expected, lines) == (None, []), case
                continue
            first = lines[0].removeprefix(prefix).partition("; or ")[0]
            names = "|".join(known)
            change = dict(re.findall(rf"(?:^| and |, )({names}) ([^ ,]+)", first))
            assert len(change) == expected, (case, lines)
            assert distance(revision, {**case, **change}, channel, by_facts=by_facts) == 0
            sizes.add(expected)
    assert {1, 2} <= sizes


ORDERED = """
format: 1
policy: p
plans:
  basic: Basic
  old: {name: Old, above: basic, retired: 2020-01-01}
  plus: {name: Plus, above: old}
  top: {name: Top, above: plus}
priorities:
  - {id: critical, name: Critical}
  - {id: urgent, name: Urgent}
  - {id: high, name: High}
  - {id: low, name: Low}
facts:
  customer: {ask: "Who are you?", values: {agency: An agency, other: Another}, default: other}
channels: {web: {name: Web, kind: web}, phone: {name: Phone, kind: phone}}
entitlements:
  - {when: {plan: plus, priority: [urgent, high]}, allow: web}
  - {when: {plan: [old, top]}, allow: web}
  - {when: {customer: agency}, allow: [web, phone]}
"""


def advice_of(text: str, plan: str | None = None, priority: str | None = None) -> AdviceAnswers:
    revision = load_revision(SourceFile("p.yaml", text.encode(), "", "p.yaml"))
    return Policy((revision,)).advise(plan=plan, priority=priority, at=AT)


def test_the_nearest_priority_comes_first_then_plans_then_other_facts() -> None:
    advice = advice_of(ORDERED, plan="plus", priority="critical")
    assert advice[0].change == ({"name": "priority", "value": "urgent"},)
    assert summary(advice, Notation(str)) == (
        "No channel is included in this case.",
        "Contact is included with priority urgent, or plan top, or customer=agency.",
    )
    low = advice_of(ORDERED, plan="plus", priority="low")
    assert low[0].change == ({"name": "priority", "value": "high"},)
    assert low[0].not_included[1]["change"] == ({"name": "customer", "value": "agency"},)
    basic = advice_of(ORDERED, plan="basic", priority="high")
    assert basic[0].change == ({"name": "plan", "value": "plus"},)


def test_a_plan_that_is_no_longer_sold_is_not_suggested() -> None:
    # `old` is nearer than `top`, but it is retired.
    basic = advice_of(ORDERED, plan="basic", priority="low")
    assert basic[0].change == ({"name": "plan", "value": "top"},)
    only_old = ORDERED.replace("plan: [old, top]", "plan: old")
    basic = advice_of(only_old, plan="basic", priority="low")
    assert basic[0].change == ({"name": "customer", "value": "agency"},)
    # Customers who still have the retired plan keep it.
    old = advice_of(only_old, plan="old", priority="low")
    assert [channel["channel"] for channel in old[0].channels] == ["web"]


def test_gitlab_does_not_suggest_its_legacy_plan_to_a_trial() -> None:
    advice = zsupport.load("gitlab").advise(plan="trial", priority="normal", at=AT)
    web = next(entry for entry in advice[0].not_included if entry["channel"] == "web")
    assert web["change"] == ({"name": "plan", "value": "premium"},)
    assert "starter" not in advice[0].summary[1]


def test_reasons_of_a_denied_channel_do_not_suggest_a_retired_plan() -> None:
    gitlab = zsupport.load("gitlab")
    answers = gitlab.channels(plan="trial", priority="normal", channel="web", at=AT)
    assert "  it would be allowed with plan premium or ultimate" in QUESTION.why(answers, "")


def many_facts(channels: int, condition: str) -> str:
    """Return a policy with 40 facts; `condition` has a place for the number of the channel."""
    lines = ["format: 1", "policy: many", "plans: {free: Free}", "facts:"]
    lines += [f"  f{n}: {{ask: F{n}?, default: false}}" for n in range(40)]
    lines += ["channels:", *(f"  c{n}: {{name: C{n}, kind: web}}" for n in range(channels))]
    lines += ["entitlements:"]
    lines += [f"  - {{when: {condition.format(n)}, allow: c{n}}}" for n in range(channels)]
    return "\n".join(lines)


def test_channels_are_searched_one_by_one_if_all_together_have_too_many_cases() -> None:
    advice = advice_of(many_facts(40, "{{f{0}: true}}"))
    assert advice[0].change == ({"name": "f0", "value": "true"},)
    assert [warning.code for warning in advice.warnings if "search" in warning.code] == []


def test_a_change_that_is_not_searched_is_not_called_impossible() -> None:
    every = "{{" + ", ".join(f"f{n}: true" for n in range(40)) + "}}"
    advice = advice_of(many_facts(1, every))
    assert advice[0].change is None
    warnings = [w.message for w in advice.warnings if w.code == "change-not-searched"]
    assert warnings == [
        "the smallest change that allows c0 is unknown: the policy has too many cases to search"
    ]
    assert summary(advice, Notation(str))[1] == (
        "The policy has too many cases to search for a change that would allow contact."
    )


def two_revisions() -> Policy:
    """Return a policy whose plans have changed: `old` became `new`."""
    head = "format: 1\npolicy: p\nchannels: {web: {name: Web, kind: web}}\n"
    topic = "facts: {topic: {ask: What?, default: bug, values: {bug: Bug, bill: Bill}}}\n"
    texts = (
        f"{head}{topic}effective: {{from: 2020-01-01}}\nplans: {{free: Free, old: Old}}\n"
        "entitlements: [{when: {plan: old}, allow: web}]\n",
        f"{head}{topic}effective: {{from: 2026-01-01}}\nplans: {{free: Free, new: New}}\n"
        "entitlements: [{when: {topic: bill}, allow: web}, {when: {plan: new}, allow: web}]\n",
    )
    files = [
        SourceFile(f"{n}.yaml", text.encode(), "", f"{n}.yaml") for n, text in enumerate(texts)
    ]
    return Policy(tuple(map(load_revision, files)))


def test_a_plan_of_another_revision_must_be_changed() -> None:
    # No grant applies to a plan that the revision does not have, for any topic.
    policy = two_revisions()
    for topic in ("bug", "bill"):
        assert not policy.channels(plan="old", fact={"topic": topic}, at=AT)[0].allowed
    advice = policy.advise(plan="old", at=AT)
    assert advice[0].change == ({"name": "plan", "value": "new"},)
    assert advice[0].not_included[0]["change"] == ({"name": "plan", "value": "new"},)
    assert advice.details.changes == (advice[0].change,)
    with_bill = policy.advise(plan="old", fact={"topic": "bill"}, at=AT)
    assert with_bill[0].change in (
        ({"name": "plan", "value": "free"},), ({"name": "plan", "value": "new"},),
    )  # fmt: skip
    texts = summary(advice, Notation(str))
    assert texts[0] == "The revision in force has no plan `old`, so no channel is included."
    assert texts[1] == "Contact is included with plan new."


def test_the_reasons_name_only_the_plan_if_the_revision_does_not_have_it() -> None:
    answers = two_revisions().channels(plan="old", at=AT)
    assert QUESTION.why(answers, "")[-1].strip() == "it would be allowed with plan new"


def test_answers_say_which_plans_the_revision_in_force_has() -> None:
    answers = two_revisions().channels(plan="old", at=AT)
    warnings = {warning.code: warning.message for warning in all_warnings(answers, "en")}
    assert warnings["not-in-revision"] == (
        "the revision in force from 2026-01-01 has no plan `old`; plans: free, new;"
        " at selects another revision"
    )
    earlier = two_revisions().channels(plan="new", at=datetime(2021, 1, 1, tzinfo=UTC))
    warnings = {warning.code: warning.message for warning in all_warnings(earlier, "en")}
    assert "has no plan `new`; plans: free, old;" in warnings["not-in-revision"]
    own = two_revisions().channels(plan="new", at=AT)
    assert "not-in-revision" not in {warning.code for warning in all_warnings(own, "en")}


def test_every_smallest_change_that_allows_a_channel_is_shown() -> None:
    advice = two_revisions().advise(plan="free", at=AT)
    assert advice.details.changes_by_channel == {"web": advice.details.changes}
    shown = summary(advice, Notation(str))[1]
    assert shown == "Contact is included with plan new, or topic=bill."
    lines = ADVICE.why(advice, "")
    assert "the smallest change that allows it: plan new, or topic=bill" in "\n".join(lines)
