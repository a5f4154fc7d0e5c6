"""Channels that set the priority of their cases, by hand from `zsupport help priorities`."""

from pathlib import Path
from typing import Any

import pytest

import zsupport

#: A help desk as several vendors publish it: mail is at most medium, and a letter is always low.
TEXT = """\
format: 1
policy: desk
plans: {pro: Pro}
facts:
  impact: {values: {down: All, part: A part, wish: Nothing}}
channels:
  phone: {name: Phone, kind: phone}
  mail: {name: Mail, kind: email, priority: {at-most: medium, note: Please call., source: page}}
  letter: {name: Letter, kind: other, priority: low}
  forum: {name: Forum, kind: community}
sources: {page: {title: A page}}
priorities:
  - {id: high, when: {impact: down}}
  - {id: medium, when: {impact: part}}
  - {id: low, when: {impact: {not: [down, part, wish]}}}
entitlements:
  - {allow: [phone, mail, forum], hours: office}
  - {when: {priority: [high, low]}, allow: letter}
hours:
  office:
    - {when: {priority: high}, open: mon-sun 00:00-24:00}
    - {open: mon-fri 09:00-17:00}
commitment:
  - {when: {priority: high}, is: agreement}
  - {is: objective}
targets:
  - {hours: office, first-response: {high: 1 business hour, medium: 4 business hours, low: none}}
terms:
  reports:
    - {when: {priority: high}, say: Every day.}
    - {say: Every week.}
"""
#: A Sunday.
AT = "2026-11-22T10:00:00Z"


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> zsupport.Policy:
    file = tmp_path_factory.mktemp("channel-priority") / "desk.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return zsupport.load(file, cache=False)


def messages(answers: Any) -> list[str]:
    return [warning.message for warning in answers.warnings if warning.code == "channel-priority"]


def rows(answers: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(row, name) for name in names) for row in answers]


def test_a_stated_priority_is_lowered_with_its_reason(policy: zsupport.Policy) -> None:
    answers = policy.due(channel="mail", priority="high", opened=AT, at=AT)
    [row] = answers
    assert (row.priority, row.target, row.commitment) == ("medium", "4 business hours", "objective")
    assert row.because[-1].path == "channels.mail.priority"
    assert (row.note, row.source) == ("Please call.", "page")
    assert messages(answers) == ["the channel `mail` lowers the priority from high to medium"]


def test_a_priority_can_be_raised(policy: zsupport.Policy) -> None:
    edited = TEXT.replace("priority: low}", "priority: medium}")
    assert edited != TEXT
    answers = _policy(edited).due(channel="letter", priority="low", opened=AT, at=AT)
    assert rows(answers, "priority", "target") == [("medium", "4 business hours")]
    assert messages(answers) == ["the channel `letter` raises the priority from low to medium"]


def _policy(text: str) -> zsupport.Policy:
    from zsupport.policy.files import SourceFile
    from zsupport.policy.loader import load_revision

    return zsupport.Policy(
        (load_revision(SourceFile("desk.yaml", text.encode(), "", "desk.yaml")),)
    )


def test_a_less_urgent_priority_is_kept(policy: zsupport.Policy) -> None:
    answers = policy.due(channel="mail", priority="low", opened=AT, at=AT)
    assert rows(answers, "priority", "state") == [("low", "no-target")]
    assert messages(answers) == []


def test_a_question_without_a_channel_has_a_row_for_each(policy: zsupport.Policy) -> None:
    answers = policy.due(priority="high", opened=AT, at=AT)
    assert rows(answers, "channel", "priority", "target") == [
        ("phone", "high", "1 business hour"),
        ("mail", "medium", "4 business hours"),
        ("letter", "low", "none"),
    ]
    assert answers.columns == ("channel",)


def test_a_question_that_no_channel_changes_has_one_row(policy: zsupport.Policy) -> None:
    answers = policy.due(priority="medium", opened=AT, at=AT)
    assert rows(answers, "channel", "priority") == [(None, "medium")]
    assert messages(answers) == []


def test_equal_cases_of_a_channel_have_one_row(policy: zsupport.Policy) -> None:
    answers = policy.due(channel="mail", fact={"impact": "down"}, opened=AT, at=AT)
    assert rows(answers, "priority") == [("medium",)]
    both = policy.due(channel="mail", opened=AT, at=AT)
    assert rows(both, "priority", "target") == [("medium", "4 business hours")]
    assert messages(both) == ["the channel `mail` lowers the priority from high to medium"]


def test_a_grant_is_about_the_priority_before(policy: zsupport.Policy) -> None:
    answers = policy.due(channel="letter", priority="medium", opened=AT, at=AT)
    assert rows(answers, "priority", "state") == [("medium", "not-entitled")]
    [high] = policy.channels(channel="letter", priority="high", at=AT)
    assert high.allowed


def test_facts_without_a_priority_have_the_one_that_is_always_set(policy: zsupport.Policy) -> None:
    wish = {"impact": "wish"}
    assert rows(policy.due(fact=wish, opened=AT, at=AT), "channel", "priority", "state") == [
        ("phone", None, "not-stated"),
        ("mail", None, "not-stated"),
        ("letter", "low", "no-target"),
    ]
    answers = policy.due(channel="letter", fact=wish, opened=AT, at=AT)
    expected = ["the facts lead to no priority; the channel `letter` sets low"]
    assert messages(answers) == expected
    allowed = [row.channel for row in policy.channels(fact=wish, at=AT) if row.allowed]
    assert allowed == ["letter"]
    assert messages(policy.priority(fact=wish, at=AT)) == expected


def test_hours_are_those_of_the_priority_after(policy: zsupport.Policy) -> None:
    by_phone = policy.hours(channel="phone", priority="high", at=AT)
    by_mail = policy.hours(channel="mail", priority="high", at=AT)
    assert (by_phone[0].state, by_mail[0].state) == ("open", "closed")
    assert messages(by_phone) == []
    assert messages(by_mail) == ["the channel `mail` lowers the priority from high to medium"]
    named = policy.hours("office", channel="mail", priority="high", at=AT)
    assert named[0].state == "closed"


def test_terms_are_those_of_the_priority_after(policy: zsupport.Policy) -> None:
    answers = policy.terms(priority="high", at=AT)
    assert rows(answers, "channel", "priority", "text") == [
        ("phone", "high", "Every day."),
        ("mail", "medium", "Every week."),
        ("letter", "low", "Every week."),
        ("forum", "high", "Every day."),
    ]


def test_the_priority_of_facts_states_the_channels_that_change_it(policy: zsupport.Policy) -> None:
    answers = policy.priority(fact={"impact": "down"}, at=AT)
    assert rows(answers, "priority") == [("high",)]
    assert messages(answers) == [
        "the channel `mail` lowers the priority from high to medium",
        "the channel `letter` lowers the priority from high to low",
    ]


def test_an_alias_is_as_urgent_as_its_priority(tmp_path: Path) -> None:
    edited = TEXT.replace("{id: high,", "{id: high, aliases: [p1],")
    assert edited != TEXT
    answers = _policy(edited).due(channel="mail", priority="P1", opened=AT, at=AT)
    assert rows(answers, "priority") == [("medium",)]


#: Facts of Asia lead to no priority; by phone they have P3, and by mail still none.
REFUSED = """\
format: 1
policy: desk
plans: {pro: Pro}
facts:
  big: {ask: Is it big?}
  region: {values: {asia: Asia, europe: Europe}}
channels:
  phone: {name: Phone, kind: phone, priority: {is: P3, unclear: Of the phone}}
  mail: {name: Mail, kind: email, priority: {at-most: P3, unclear: Of mail}}
priorities: [{id: P1}, {id: P3, unclear: Of P3}]
priority-table:
  rows: big
  columns: region
  cells:
    true:
      asia: {priority: refused, unclear: Of the refused cell}
      europe: {priority: P1, unclear: Of P1}
    false: {asia: P3, europe: P1}
entitlements:
  - {allow: [phone, mail], hours: 24x7}
"""


@pytest.mark.parametrize(("region", "channel", "question", "expected"), [
    # The phone sets the priority whatever the facts lead to, so nothing depends on the cell.
    ("asia", "phone", "due", {"Of P3", "Of the phone"}),
    ("asia", "phone", "channels", {"Of the phone"}),
    ("asia", "phone", "hours", {"Of P3", "Of the phone"}),
    # Mail sets no priority if the facts lead to none.
    ("asia", "mail", "due", {"Of the refused cell"}),
    ("asia", "mail", "channels", {"Of the refused cell"}),
    # Entitlements are about the priority of the cell, and targets are about that of the channel.
    ("europe", "phone", "due", {"Of P1", "Of P3", "Of the phone"}),
    ("europe", "mail", "due", {"Of P1", "Of P3", "Of mail"}),
])  # fmt: skip
def test_a_refused_cell_has_no_effect_if_the_channel_sets_the_priority(
    region: str, channel: str, question: str, expected: set[str]
) -> None:
    policy = _policy(REFUSED + "targets: [{first-response: {P1: 1h, P3: 2h}}]\n")
    opened = {"opened": AT} if question == "due" else {}
    facts = {"big": "true", "region": region}
    ask = getattr(policy, question)
    [answer] = ask(channel=channel, fact=facts, at=AT, **opened)
    assert set((answer.unclear or "").split("\n")) == expected


def test_facts_without_a_priority_have_a_row_even_if_no_target_depends_on_priorities() -> None:
    policy = _policy(
        REFUSED + "targets: [{when: {region: asia}, first-response: 1h}, {first-response: 2h}]\n"
    )
    by_phone = policy.due(channel="phone", fact={"big": "true"}, opened=AT, at=AT)
    assert [(row.facts["region"], row.target) for row in by_phone] == [
        ("asia", "1h"), ("europe", "2h"),
    ]  # fmt: skip
    by_mail = policy.due(channel="mail", fact={"big": "true"}, opened=AT, at=AT)
    assert rows(by_mail, "target") == [("2h",)]
    by_all = policy.due(fact={"big": "true"}, opened=AT, at=AT)
    assert [(row.channel, row.facts["region"], row.target) for row in by_all] == [
        ("phone", "asia", "1h"), ("phone", "europe", "2h"), ("mail", "europe", "2h"),
    ]  # fmt: skip


def test_no_answer_has_the_remarks_of_a_cell_if_none_depends_on_the_priority() -> None:
    policy = _policy(REFUSED)
    answers = policy.due(channel="phone", fact={"big": "true"}, opened=AT, at=AT)
    assert rows(answers, "priority", "state", "unclear") == [(None, "not-stated", None)]


def test_a_channel_that_cannot_be_used_changes_no_priority() -> None:
    text = REFUSED.replace("{allow: [phone, mail], hours: 24x7}", "{allow: mail}")
    text = text.replace(", priority: {at-most: P3, unclear: Of mail}", "")
    policy = _policy(text + "targets: [{first-response: {P1: 1h, P3: 2h}}]\n")
    # Asia leads to no priority. Europe leads to P1.
    both = policy.due(fact={"big": "true"}, opened=AT, at=AT)
    assert rows(both, "channel", "priority", "target") == [(None, "P1", "1h")]
    refused = policy.due(fact={"big": "true", "region": "asia"}, opened=AT, at=AT)
    assert rows(refused, "channel", "priority", "state") == [(None, None, "not-stated")]
    assert messages(both) == messages(refused) == []


def test_facts_without_a_priority_have_a_row_only_by_channel_if_no_case_can_be_opened() -> None:
    text = REFUSED.replace("{allow: [phone, mail], hours: 24x7}", "{allow: forum}")
    text = text.replace("channels:\n", "channels:\n  forum: {name: Forum, kind: community}\n")
    policy = _policy(text + "targets: [{when: {region: asia}, first-response: {P3: 2h}}]\n")
    # Asia leads to no priority. Europe leads to P1.
    answers = policy.due(fact={"big": "true"}, opened=AT, at=AT)
    columns = ("channel", "priority", "state", "unclear")
    assert rows(answers, *columns) == [(None, "P1", "not-entitled", "Of P1")]
    by_phone = policy.due(channel="phone", fact={"big": "true"}, opened=AT, at=AT)
    expected = [("P1", "not-entitled"), ("P3", "not-entitled")]
    assert rows(by_phone, "priority", "state") == expected
    assert messages(answers) == messages(by_phone) == []
