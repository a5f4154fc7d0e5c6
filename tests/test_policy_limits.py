"""The limits of a policy: reading, answers, and comparison, worked out by hand from the guide."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import zsupport
from zsupport.analysis.quotas import allows_no_less
from zsupport.clock.problem import BadText
from zsupport.policy.quota import parse_quota

if TYPE_CHECKING:
    from conftest import Cli

POLICY = """\
format: 1
policy: acme
plans: {free: Free, pro: {name: Pro, above: free}, business: {name: Business, above: pro}}
facts:
  region: {ask: "Where?", values: {here: Here, there: There}, default: here}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
limits:
  contacts:
    - {when: {plan: pro}, is: 7, note: Named contacts.}
    - {when: {plan: business}, is: unlimited}
  cases:
    - {when: {plan: pro, region: there}, is: 1 per day}
    - {when: {plan: [pro, business]}, is: 10 per year}
  calls: 0
terms:
  visits: [{say: None.}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.yaml").write_text(POLICY)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "number", "per"),
    [
        ("0", 0, None), ("7", 7, None), ("999999999", 999_999_999, None), ("unlimited", None, None),
        ("1 per day", 1, "day"), ("2 per week", 2, "week"), ("3 per month", 3, "month"),
        ("4 per quarter", 4, "quarter"), ("10  per year", 10, "year"),
    ],
)  # fmt: skip
def test_a_limit_is_read(text: str, number: int | None, per: str | None) -> None:
    quota = parse_quota(text)
    assert (quota.number, quota.per, quota.text) == (number, per, " ".join(text.split()))


OMIT = "omit the entry if the policy states no limit; write `0` if none is allowed"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("7 contacts", "write `7`"), ("max 7", "write `7`"), ("up to 7", "write `7`"),
        ("07", "write `7`"), ("1,000", "write `1000`"), ("1 000 000", "write `1000000`"),
        ("10/year", "write `10 per year`"), ("10 per years", "write `10 per year`"),
        ("10 a year", "write `10 per year`"), ("10 yearly", "write `10 per year`"),
        ("10 per annum", "write `10 per year`"), ("3 cases per quarter", "write `3 per quarter`"),
        ("5 monthly", "write `5 per month`"), ("Unlimited", "write `unlimited`"),
        ("unlimitd", "write `unlimited`"), ("no limit", "write `unlimited`"),
        ("none", OMIT), ("not-stated", OMIT),
        ("1.5", None), ("-1", None), ("1-2", None), ("ten", None), ("7 per decade", None),
        ("1000000000", None), ("", None),
    ],
)  # fmt: skip
def test_an_invalid_limit_is_refused_with_what_to_write(text: str, hint: str | None) -> None:
    with pytest.raises(BadText) as refusal:
        parse_quota(text)
    assert refusal.value.hint == hint


#: Limits from the least to the most; limits in one tuple are equal.
RISING = [
    ("0", "0 per day", "0 per year"),
    ("1 per year",), ("1 per quarter", "4 per year"), ("1 per month", "12 per year"),
    # 400 years have 4800 months, 20,871 weeks and 146,097 days.
    ("4 per month",), ("1 per week",), ("30 per month",), ("1 per day", "7 per week"),
    ("unlimited",),
]  # fmt: skip


def test_limits_by_period_compare_as_numbers_per_time() -> None:
    for place, equal in enumerate(RISING):
        for other_place, equal_to_other in enumerate(RISING):
            for text in equal:
                for other in equal_to_other:
                    no_less = allows_no_less(parse_quota(text), parse_quota(other))
                    assert no_less is (place >= other_place), (text, other)


def test_a_number_in_total_and_by_period_cannot_be_compared() -> None:
    for total in ("1", "1000000"):
        quotas = parse_quota(total), parse_quota("5 per year")
        assert not allows_no_less(*quotas)
        assert not allows_no_less(*reversed(quotas))
    assert allows_no_less(parse_quota("2"), parse_quota("1"))
    assert not allows_no_less(parse_quota("1"), parse_quota("2"))


def test_the_first_limit_that_matches_applies(cli: "Cli", folder: Path) -> None:
    run = cli("terms", "--policy", "./acme.yaml", "--plan", "pro", cwd=folder)
    assert run.stdout == "contacts\t7\ncases\t10 per year\ncalls\t0\nvisits\tNone.\n"
    there = ("--plan", "pro", "--fact", "region=there", "--topic", "cases")
    assert cli("terms", "--policy", "./acme.yaml", *there, cwd=folder).stdout == "1 per day\n"


def test_a_case_without_a_limit_is_not_unlimited(cli: "Cli", folder: Path) -> None:
    run = cli("terms", "--policy", "./acme.yaml", "--plan", "free", "--topic", "cases", cwd=folder)
    assert (run.stdout, run.code) == ("", 1)
    assert run.stderr.startswith("zsupport: not stated")
    [answer] = zsupport.load(folder / "acme.yaml", cache=False).terms(plan="free", topic="contacts")
    assert (answer.text, answer.limit, answer.number, answer.per) == (None, None, None, None)
    assert [reason.path for reason in answer.because] == [
        "limits.contacts[0]", "limits.contacts[1]",
    ]  # fmt: skip


def test_json_has_the_number_and_the_period(cli: "Cli", folder: Path) -> None:
    run = cli(
        "terms", "--policy", "./acme.yaml", "--format", "json", "--plan", "business", cwd=folder
    )
    rows = {row["topic"]: row for row in json.loads(run.stdout)["answers"]}
    shown = {
        topic: (row["text"], row["limit"], row["number"], row["per"]) for topic, row in rows.items()
    }
    assert shown == {
        "contacts": ("unlimited", "unlimited", None, None),
        "cases": ("10 per year", "10 per year", 10, "year"),
        "calls": ("0", "0", 0, None),
        "visits": ("None.", None, None, None),
    }
    assert [reason["path"] for reason in rows["calls"]["because"]] == ["limits.calls"]


def test_why_names_the_limit(cli: "Cli", folder: Path) -> None:
    case = ("--plan", "pro", "--topic", "contacts", "--why")
    run = cli("terms", "--policy", "./acme.yaml", *case, cwd=folder)
    assert "acme.yaml:10  this limit applies: plan pro" in run.stderr


def test_screens_show_limits_in_the_language_of_the_reader(cli: "Cli", folder: Path) -> None:
    nb = ("--format", "table", "--lang", "nb")
    shown = cli("terms", "--policy", "./acme.yaml", "--plan", "business", *nb, cwd=folder).stdout
    assert "ubegrenset" in shown
    assert "10 per år" in shown
    whole = cli("policies", "./acme.yaml", *nb, cwd=folder).stdout
    assert "Grenser" in whole
    assert "1 per dag" in whole
    page = cli("publish", "./acme.yaml", "--format", "markdown", "--lang", "nb", cwd=folder).stdout
    assert "ubegrenset" in page
    assert "1 per dag" in page


def test_advice_names_the_limits_of_the_case(cli: "Cli", folder: Path) -> None:
    run = cli("advise", "--policy", "./acme.yaml", "--plan", "pro", "--format", "json", cwd=folder)
    [advice] = json.loads(run.stdout)["answers"]
    assert [(term["topic"], term["text"], term["limit"]) for term in advice["terms"]] == [
        ("contacts", "7", "7"), ("cases", "10 per year", "10 per year"), ("calls", "0", "0"),
        ("visits", "None.", None),
    ]  # fmt: skip


def test_topics_of_limits_complete_and_ignore_case(cli: "Cli", folder: Path) -> None:
    run = cli("terms", "--policy", "./acme.yaml", "--plan", "pro", "--topic", "CASES", cwd=folder)
    assert run.stdout == "10 per year\n"
    run = cli("terms", "--policy", "./acme.yaml", "--topic", "cass", cwd=folder)
    assert run.code == 2
    assert "did you mean `cases`?" in run.stderr


def test_tests_of_a_policy_can_ask_for_limits_and_terms(cli: "Cli", folder: Path) -> None:
    (folder / "acme_test.yaml").write_text(
        "tests: 1\n"
        "policy: acme\n"
        "cases:\n"
        "  - {terms: {topic: contacts, plan: pro}, expect: 7}\n"
        "  - {terms: {topic: contacts, plan: free}, expect: none}\n"
        "  - terms: {topic: cases, plan: pro}\n"
        "    expect: {limit: 10 per year, number: 10, per: year}\n"
        "  - {terms: {topic: cases, plan: pro, region: there}, expect: 1 per day}\n"
        "  - {terms: {topic: calls}, expect: {text: 0, because: limits.calls}}\n"
        "  - {terms: {topic: visits}, expect: None.}\n"
    )
    run = cli("test", cwd=folder)
    assert (run.stdout, run.code) == ("6 tests: all passed\n", 0)
    (folder / "acme.yaml").write_text(POLICY.replace("10 per year", "9 per year"))
    run = cli("test", cwd=folder)
    assert run.code == 1
    assert "`limit` is `9 per year`; `number` is `9`" in run.stdout
    assert "expect: {limit: 9 per year, number: 9, per: year}" in run.stdout
