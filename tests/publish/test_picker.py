"""The table of the picker equals the answers of the program for every case."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from pages import Published, Reader, grids, named, published, revision_of
from reference.draw import block, draw

from zsupport.answer.case import NoCalendar
from zsupport.clock.target_text import parse_target
from zsupport.clock.targets_in_words import target_in_words
from zsupport.publish.page import plain
from zsupport.publish.picker import MAX_QUESTIONS


class Table:
    """The embedded table, read as its description states."""

    def __init__(self, own: Published) -> None:
        self.data: dict[str, Any] = Reader(own.html).script("application/json")
        self.dimensions = [dimension["id"] for dimension in self.data["dimensions"]]

    def values(self, name: str) -> list[str]:
        dimension = self.data["dimensions"][self.dimensions.index(name)]
        return [id for id, _ in dimension["values"]]

    def cases(self) -> Iterator[dict[str, str]]:
        for case in product(*(self.values(name) for name in self.dimensions)):
            yield dict(zip(self.dimensions, case, strict=True))

    def answer(self, root: int, case: dict[str, str]) -> Any:
        """Return the answer of a diagram to a case."""
        node = root
        while node >= 0:
            dimension, *children = self.data["nodes"][node]
            name = self.dimensions[dimension]
            node = children[self.values(name).index(case[name])]
        return self.data["answers"][-1 - node]

    def channels(self, case: dict[str, str]) -> list[list[str]]:
        """Return the ids of the channels with their details."""
        rows = self.answer(self.data["tables"][0], case)
        return [[self.data["channels"][n][0], *self.texts(texts)] for n, *texts in rows]

    def targets(self, metric: int, case: dict[str, str]) -> list[list[str | None]]:
        """Return the channel, or None for every channel, and the texts of each target."""
        rows = self.answer(self.data["tables"][1 + metric], case)
        names = [channel[0] for channel in self.data["channels"]]
        return [[None if n < 0 else names[n], *self.texts(texts)] for n, *texts in rows]

    def texts(self, numbers: list[int]) -> list[str]:
        return [self.data["texts"][number] for number in numbers]


def facts_of(case: dict[str, str]) -> dict[str, str]:
    members = ("plan", "role", "priority")
    return {n: v for n, v in case.items() if n not in members and not n.startswith("opened ")}


def check(own: Published, *, every: int = 1, moments: dict[str, str] | None = None) -> int:
    """Compare the table with the answers to every n-th case; return the number of cases.

    `moments` are instants inside and outside of the hours that decide by the opening time.
    """
    table, words, policy = Table(own), own.page.words, own.policy
    assert [id for id, _ in table.data["channels"]] == [c.id for c in own.revision.channels]
    prerequisites = {channel.id: len(channel.prerequisites) for channel in own.revision.channels}
    languages = {channel.id: channel.languages for channel in own.revision.channels}
    count = 0
    for number, case in enumerate(table.cases()):
        if number % every:
            continue
        count += 1
        plan, role, priority = (case.get(name) for name in ("plan", "role", "priority"))
        # A fact that decides only the priority changes no other answer.
        answers = [
            a
            for a in policy.channels(
                plan=plan,
                role=role,
                priority=priority,
                fact=facts_of(case),
                at=own.noon,
                lang=own.lang,
            )
            if a.allowed
        ]
        answers.sort(key=lambda answer: answer.recommended or 1_000)
        shown = table.channels(case)
        assert [row[0] for row in shown] == [answer.channel for answer in answers], case
        for row, answer in zip(shown, answers, strict=True):
            expected = []
            if answer.hours:
                hours_names = ", ".join(
                    name if name in own.revision.hours else words("around the clock")
                    for name in answer.hours.split(", ")
                )
                known = hours_names != words("around the clock")
                expected.append(
                    words("hours: {hours}", hours=hours_names) if known else hours_names
                )
            stated = tuple(tuple(entry.values()) for entry in answer.languages or ())
            if stated and stated != languages[answer.channel]:
                texts = [
                    str(name)
                    if handling == "yes"
                    else words("{language} (best effort)", language=name)
                    for name, handling in stated
                ]
                expected.append(f"{words('languages')}: {', '.join(texts)}")
            if answer.recommended == 1:
                expected.append(words("recommended"))
            elif answer.recommended:
                expected.append(words("recommended, choice {rank}", rank=answer.recommended))
            extra = (answer.prerequisites or ())[prerequisites[answer.channel] :]
            expected += [words("Have ready: {things}", things=thing) for thing in extra]
            assert row[1:] == expected, case
        time = next((v for n, v in case.items() if n.startswith("opened ")), "inside")
        moment = moments[time] if moments else own.noon
        due = policy.due(
            plan=plan, role=role, priority=priority, fact=facts_of(case), metric="all",
            opened=moment, at=moment, customer_tz="Europe/Berlin",
            customer_country="DE", lang=own.lang,
        )  # fmt: skip
        for place, metric in enumerate(own.revision.metrics):
            targets: list[list[str | None]] = []
            for promise in due:
                if promise.state == "not-entitled" or promise.metric != metric.id:
                    continue
                target_value = parse_target(promise.target or "not-stated")
                text = words(target_in_words(target_value, short=False))
                details = []
                if promise.hours:
                    always = promise.hours == "24x7"
                    hours = words("around the clock") if always else promise.hours
                    details.append(words("hours: {hours}", hours=hours))
                if promise.published:
                    details.append(words("published as “{text}”", text=promise.published))
                if promise.condition:
                    details.append(words("Condition: {text}", text=promise.condition))
                target: list[str | None] = [promise.channel, text, *details]
                # A fact that decides only which calendar applies has several rows.
                targets += [target] if target not in targets else []
            if len({tuple(target[1:]) for target in targets}) == 1:
                targets = [[None, *targets[0][1:]]]
            assert table.targets(place, case) == (targets or [[None, words("Not included")]]), case
    return count


@pytest.mark.parametrize(
    ("name", "cases"),
    [
        ("zoom.yaml", 768),
        ("gitlab.yaml", 960),
        ("hivemq.yaml", 8),
        ("redhat.yaml", 72),
        ("desk.yaml", 288),
    ],
)
def test_table_equals_the_answers_to_every_case(name: str, cases: int) -> None:
    assert check(named(name)) == cases


def test_table_in_norwegian_equals_the_answers() -> None:
    assert check(named("zoom.yaml", "nb"), every=11) == 70
    assert check(named("hivemq.yaml", "nb")) == 8
    assert check(named("desk.yaml", "nb"), every=11) == 27


def test_table_of_a_policy_with_every_key_equals_the_answers() -> None:
    moments = {"inside": "2026-11-24T10:00:00+01:00", "outside": "2026-11-29T10:00:00+01:00"}
    assert check(named("acme.yaml"), every=97, moments=moments) > 30


@pytest.mark.parametrize("number", range(12))
def test_table_of_a_random_policy_equals_the_answers(number: int) -> None:
    check_drawn(number)


def check_drawn(number: int) -> None:
    """Check the page and the table of a random policy."""
    try:
        own = published(revision_of(block(draw(2026, number)[-1])))
    except NoCalendar:
        return  # `due` refuses such a case too, and `check` reports it
    reader = Reader(own.html)
    ids = [e.attributes["id"] for e in reader.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    links = {e.attributes["href"] for e in reader.of("a")}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    if own.page.picker is None:
        return
    table = Table(own)
    # The moments at which these hours are open are not known here.
    if not any(name.startswith("opened ") for name in table.dimensions):
        check(own, every=max(1, len(list(table.cases())) // 20))


#: Mail is at most P2, and a letter, which only P1 and P3 may use, is always P3.
CHANNEL_PRIORITIES = """\
format: 1
policy: acme
title: Acme support
plans: {pro: Pro}
facts:
  impact: {values: {all: Everybody, single: One person}}
  urgency: {values: {now: At once, later: Later}}
channels:
  phone: {name: Phone, kind: phone}
  mail: {name: Mail, kind: email, priority: {at-most: P2}}
  letter: {name: Letter, kind: other, priority: P3}
entitlements:
  - allow: [phone, mail]
  - {when: {priority: [P1, P3]}, allow: letter}
priorities: [{id: P1}, {id: P2}, {id: P3}]
priority-table:
  rows: impact
  columns: urgency
  cells:
    all: {now: P1, later: P2}
    single: {now: P3, later: refused}
targets:
  - first-response: {P1: 1h, P2: 4h, P3: 24h}
"""


def test_channels_change_the_priority_that_a_person_chooses() -> None:
    table = Table(published(revision_of(CHANNEL_PRIORITIES)))
    assert table.dimensions == ["plan", "impact", "urgency", "priority"]
    expected: dict[str, tuple[list[str], list[list[str | None]]]] = {
        "P1": (
            ["phone", "mail", "letter"],
            [["phone", "1 hour"], ["mail", "4 hours"], ["letter", "24 hours"]],
        ),
        # Both channels have the same target.
        "P2": (["phone", "mail"], [[None, "4 hours"]]),
        "P3": (["phone", "mail", "letter"], [[None, "24 hours"]]),
    }
    for case in table.cases():
        channels, targets = expected[case["priority"]]
        assert [row[0] for row in table.channels(case)] == channels
        assert table.targets(0, case) == targets


def test_table_of_the_page_has_the_priority_before_the_channel_changes_it() -> None:
    grid = grids(published(revision_of(CHANNEL_PRIORITIES)).page)["target-first-response"]
    rows = [[plain(cell[0]) for cell in row[1:]] for row in grid.rows]
    assert rows == [
        ["Phone", "1 hour", "4 hours", "24 hours"],
        ["Mail", "4 hours", "4 hours", "24 hours"],
        ["Letter", "24 hours", "Not included", "24 hours"],
    ]


def test_facts_lead_to_the_cells_of_a_priority_table() -> None:
    table = Table(published(revision_of(CHANNEL_PRIORITIES)))
    ids = table.values("priority")
    leads = {}
    for case in table.cases():
        place = table.answer(table.data["lead"], case)
        leads[case["impact"], case["urgency"]] = None if place is None else ids[place]
    assert leads == {
        ("all", "now"): "P1",
        ("all", "later"): "P2",
        ("single", "now"): "P3",
        ("single", "later"): None,
    }


@pytest.mark.parametrize("name", ["zoom.yaml", "desk.yaml"])
def test_facts_lead_to_the_priority_of_the_program(name: str) -> None:
    own = named(name)
    table = Table(own)
    ids = table.values("priority")
    for case in table.cases():
        [answer] = own.policy.priority(fact=facts_of(case), at=own.noon)
        place = table.answer(table.data["lead"], case)
        assert (None if place is None else ids[place]) == answer.priority, case


def test_equal_answers_and_nodes_are_stored_once() -> None:
    for name in ("zoom.yaml", "gitlab.yaml", "acme.yaml"):
        data = Table(named(name)).data
        for key in ("answers", "nodes", "texts"):
            stored = [str(item) for item in data[key]]
            assert len(stored) == len(set(stored)), (name, key)
        # A node decides something.
        assert all(len(set(children)) > 1 for _, *children in data["nodes"])


def test_table_states_no_instant() -> None:
    for name in ("zoom.yaml", "gitlab.yaml", "hivemq.yaml", "acme.yaml"):
        texts = Table(named(name)).data["texts"]
        assert not [text for text in texts if "2026" in text or "T1" in text]


MANY = """\
format: 1
policy: acme
title: Acme support
plans: {{free: Free}}
facts:
{facts}
channels: {{web: {{name: Web, kind: web}}}}
entitlements:
{grants}
"""


def test_policy_with_too_many_cases_has_no_picker() -> None:
    def policy(count: int) -> str:
        names = [f"fact-{number}" for number in range(count)]
        return MANY.format(
            facts="\n".join(f"  {n}: {{values: {{a: A, b: B}}, default: a}}" for n in names),
            grants="\n".join(f"  - {{when: {{{name}: b}}, allow: web}}" for name in names),
        )

    small = published(revision_of(policy(4)))
    assert small.page.picker is not None
    assert check(small) == 16
    assert MAX_QUESTIONS < 2**12
    large = published(revision_of(policy(12)))
    assert large.page.picker is None
    assert [e.attributes.get("type") for e in Reader(large.html).of("script")] == [
        "application/ld+json"
    ]
    assert "script-src" not in large.html
