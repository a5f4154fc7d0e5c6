"""The dimensions that advice asks for: exactly those that change it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from random import Random
from typing import Any

import pytest
from reference.draw import block, draw

import zsupport
from zsupport.advise.advice import AdviceAnswers
from zsupport.answer.case import facts_decide
from zsupport.answer.channels import HANDLING
from zsupport.errors import PolicyError
from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision
from zsupport.policy.model import NO_CASE, Revision

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
POLICIES = 30
MAX_CASES = 150


def missing(policy: Policy, **case: Any) -> list[str]:
    (advice,) = policy.advise(at=AT, **case)
    return [entry["fact"] or entry["field"] for entry in advice.missing]


@pytest.fixture(scope="module")
def zoom() -> Policy:
    return zsupport.load("zoom")


def test_questions_of_the_shipped_example(zoom: Policy) -> None:
    assert missing(zoom) == ["plan", "role", "impact"]
    assert missing(zoom, plan="business") == ["role", "impact"]
    assert missing(zoom, plan="business", role="admin") == ["impact"]
    # `workaround` has a default, so it is assumed.
    assert missing(zoom, plan="business", role="admin", fact={"impact": "down"}) == []
    # The priority replaces the facts that decide it.
    assert missing(zoom, plan="business", role="admin", priority="P1") == []


def test_a_plan_with_one_channel_needs_no_facts(zoom: Policy) -> None:
    # Owners and administrators have other self-help than users and participants.
    assert missing(zoom, plan="free") == ["role"]
    assert missing(zoom, plan="free", role="participant") == []
    assert missing(zoom, role="participant") == []


def test_a_fact_can_have_the_name_of_a_field() -> None:
    # GitLab's policy has a fact `topic` with a default, and terms with topics.
    assert missing(zsupport.load("gitlab"), plan="premium") == ["priority"]


def test_the_customer_is_missing_only_where_hours_are_the_customers() -> None:
    canonical = zsupport.load("canonical")
    case = {"plan": "weekday", "priority": "sev1"}
    assert missing(canonical, **case) == ["customer_tz", "customer_country"]
    assert missing(canonical, **case, customer_tz="Europe/Oslo") == ["customer_country"]
    customer = {"customer_tz": "Europe/Oslo", "customer_country": "NO"}
    assert missing(canonical, **case, **customer) == []
    assert missing(canonical, plan="self-service") == []


def content(answers: AdviceAnswers, *, remarks: bool = True) -> object:
    """Return everything that the advice states, without the case and its reasons."""
    advice, details = answers[0], answers.details
    skipped = {"plan", "role", "priority", "facts", "because"}
    skipped |= set() if remarks else {"note", "unclear", "source", "retired"}

    def stated(row: Any) -> str:
        return repr([value for name, value in row._asdict().items() if name not in skipped])

    rows = [
        [stated(details.channels[id]), stated(opening), *map(stated, details.due.get(id, ()))]
        for id, opening in details.hours.items()
    ]
    return advice.state, rows, [*map(stated, details.terms)], [*map(stated, details.topics)]


def completions(revision: Revision, case: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield every case with a value for each dimension and each fact without a default."""
    values = {
        "plan": [plan.id for plan in revision.plans],
        "role": [role.id for role in revision.roles],
        **{fact.id: [*fact.values] for fact in revision.facts if fact.default is None},
    }
    if not facts_decide(revision):
        values["priority"] = [priority.id for priority in revision.priorities]
    names = [name for name, known in values.items() if known and name not in case]
    for chosen in product(*(values[name] for name in names)):
        yield {**case, **dict(zip(names, chosen, strict=True))}


def ask(policy: Policy, case: dict[str, str], language: str | None = None) -> AdviceAnswers:
    facts = policy.facts
    named = {name: value for name, value in case.items() if name not in facts}
    return policy.advise(
        plan=named.get("plan"),
        role=named.get("role"),
        priority=named.get("priority"),
        fact={name: value for name, value in case.items() if name in facts},
        at=AT,
        customer_tz="UTC",
        customer_country="NO",
        language=language,
    )


def test_a_dimension_is_missing_if_and_only_if_the_advice_depends_on_it() -> None:
    outcomes = {True: 0, False: 0}
    handled = set()
    for number in range(POLICIES):
        random = Random(number)
        text = block({**draw(17, number)[0], "effective": {"from": "2026-11-01"}})
        revision = load_revision(SourceFile("drawn.yaml", text.encode(), "", "drawn.yaml"))
        policy = Policy((revision,))
        full = list(completions(revision, {}))
        if len(full) > MAX_CASES:
            continue
        for _ in range(3):
            case = random.choice(full)
            case = {name: value for name, value in case.items() if random.random() < 0.6}
            language = random.choice((None, "de", "ja"))
            try:
                answers = ask(policy, case, language)
                every = [ask(policy, item, language) for item in completions(revision, case)]
            except PolicyError:
                continue  # some case has no calendar
            contents = {repr(content(item)) for item in every}
            essentials = {repr(content(item, remarks=False)) for item in every}
            needed = bool(answers[0].missing)
            if needed:
                assert len(contents) > 1, (number, case, answers[0].missing)
            else:
                # A value can add its own remarks, even if it decides nothing.
                assert essentials == {repr(content(answers, remarks=False))}, (number, case)
            outcomes[needed] += 1
            handled |= {row.handled for item in every for row in item.details.channels.values()}
    assert min(outcomes.values()) > 5, outcomes
    assert handled == {None, *HANDLING}


def test_channels_of_advice_are_those_of_the_other_questions(zoom: Policy) -> None:
    for plan, role in product(zoom.plans, zoom.roles):
        (advice,) = zoom.advise(plan=plan, role=role, priority="P2", at=AT)
        allowed = zoom.channels(plan=plan, role=role, priority="P2", at=AT)
        names = {row.channel for row in allowed if row.allowed}
        assert names == {e["channel"] for e in (*advice.channels, *advice.self_service)}
        assert {row.channel for row in allowed} - names == {
            e["channel"] for e in advice.not_included
        }
        for entry in advice.channels:
            assert entry["kind"] not in NO_CASE
            (target,) = entry["targets"]
            (due,) = zoom.due(
                plan=plan, role=role, channel=entry["channel"], priority="P2", opened=AT, at=AT
            )
            assert (target["due"], target["target"]) == (due.due, due.target)
