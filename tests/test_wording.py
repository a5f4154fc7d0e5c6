"""Messages name fields as the caller writes them: options, keys of a tests file, arguments."""

import copy
import pickle
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from conftest import Cli
from hypothesis import given
from hypothesis import strategies as st

import zsupport
from zsupport.answer.case import NeedsInput
from zsupport.cli.options import flag_of
from zsupport.clock.zones import zone
from zsupport.suite.format import key_of
from zsupport.view.errors import error_text
from zsupport.view.times import Times
from zsupport.wording import (
    NO_BREAK,
    Language,
    Message,
    Naming,
    Wording,
    argument,
    enumerated,
    joined,
)

POLICY = """\
format: 1
policy: shop
timezone: Europe/Berlin
plans: {pro: Pro}
facts: {site: {ask: Which site?, values: {north: North, south: South}}}
channels: {web: {name: Ticket, kind: web}, phone: {name: Phone, kind: phone}}
entitlements:
  - {allow: [web, phone], hours: office}
metrics: [{id: first-response}, {id: fix, starts: The cause is known}]
hours:
  office: {timezone: customer, open: mon-fri 09:00-17:00, holidays: customer}
  desk: [{when: {plan: pro, site: north}, open: mon-fri 09:00-17:00}, {open: mon 09:00-12:00}]
targets:
  - {first-response: 2h 24x7, fix: 2h 24x7}
"""
AT = "2026-11-23T10:00:00Z"
CUSTOMER = ("--customer-tz", "Europe/Berlin", "--customer-country")

_OPTIONS = Wording(naming=flag_of)


class Callers:
    """A policy with three callers: the command line, a tests file and Python."""

    def __init__(self, cli: Cli) -> None:
        self.cli = cli
        self.path = cli.folder / "shop.yaml"
        self.path.write_text(POLICY)
        self.python = zsupport.load(str(self.path), cache=False)

    def options(self, *arguments: str) -> str:
        """Return the standard error of the command line."""
        return self.cli(*arguments, "--policy", str(self.path)).stderr

    def keys(self, case: str) -> str:
        """Return the output of `test` for a tests file with one case."""
        tests = self.path.with_name("shop_test.yaml")
        tests.write_text(f"tests: 1\npolicy: shop\ncases:\n  - {case}\n")
        return self.cli("test", str(tests)).stdout


@pytest.fixture
def callers(cli: Cli) -> Callers:
    return Callers(cli)


def test_a_time_without_a_zone(callers: Callers) -> None:
    offset = "add an offset such as Z or +01:00"
    assert callers.options("due", "--opened", "2026-11-23T10:00") == (
        "zsupport: --opened: local time `2026-11-23T10:00` has no time zone\n"
        f"  {offset}, or the time zone with --tz\n"
    )
    output = callers.keys("{due: {opened: 2026-11-23T10:00}, expect: met}")
    assert f"{offset}, or the time zone with `tz`\n" in output
    assert "--" not in output.replace("-->", "")
    with pytest.raises(ValueError, match="has no time zone") as caught:
        callers.python.due(opened="2026-11-23T10:00")
    # No function takes a time zone.
    assert str(caught.value).endswith(f"; {offset}")


def test_unknown_country_of_the_customer(callers: Callers) -> None:
    assert callers.options("hours", *CUSTOMER, "XX", "--at", AT) == (
        "zsupport: --customer-country: unknown country `XX`\n  write a code such as NO or DE-BY\n"
    )
    output = callers.keys(
        f"{{hours: {{name: office, at: '{AT}', customer-country: XX}}, expect: open}}"
    )
    assert "ZS204] unknown-country: unknown country `XX`\n" in output
    with pytest.raises(zsupport.UsageError) as caught:
        callers.python.hours(customer_tz="Europe/Berlin", customer_country="XX", at=AT)
    assert caught.value.message == "customer_country: unknown country `XX`"


def test_a_part_of_a_country_without_known_holidays(callers: Callers) -> None:
    options = callers.options("hours", *CUSTOMER, "DE-XX", "--at", AT)
    assert options.startswith("zsupport: --customer-country: ")
    message = options.partition(": --customer-country: ")[2].partition("\n")[0]
    assert "XX" in message
    with pytest.raises(zsupport.UsageError) as caught:
        callers.python.hours(customer_tz="Europe/Berlin", customer_country="DE-XX", at=AT)
    assert caught.value.message == f"customer_country: {message}"
    output = callers.keys(
        f"{{hours: {{name: office, at: '{AT}', customer-tz: UTC, customer-country: DE-XX}},"
        " expect: open}"
    )
    assert f"`customer-country`: {message}" in output


@pytest.mark.parametrize(
    ("hours", "options", "arguments"),
    [
        (
            "office",
            [
                "The customer's time zone (--customer-tz)",
                "The customer's country (--customer-country)",
            ],
            ["The customer's time zone (customer_tz)", "The customer's country (customer_country)"],
        ),
        (
            "desk",
            ["The plan (--plan)", "Which site? (--fact site=north or --fact site=south)"],
            [
                "The plan (plan)",
                "Which site? (fact={'site': 'north'} or fact={'site': 'south'})",
            ],
        ),
    ],
)
def test_questions_to_ask_people(
    hours: str, options: list[str], arguments: list[str], callers: Callers
) -> None:
    stderr = callers.options("hours", hours, "--at", AT)
    assert stderr == f"zsupport: needs input: {'; '.join(options)}\n"
    answers = callers.python.hours(hours, at=AT)
    assert [warning.message for warning in answers.warnings] == arguments


def test_missing_start_of_a_metric(callers: Callers) -> None:
    message = "fix: the clock starts with `The cause is known`; {} is missing, so `opened` is used"
    stderr = callers.options("due", "--metric", "fix", "--opened", AT, "--at", AT)
    assert stderr == f"zsupport: {message.format('--start fix=INSTANT')}\n"
    [warning] = callers.python.due(metric="fix", opened=AT, at=AT).warnings
    assert warning.message == message.format("start={'fix': 'INSTANT'}")


def test_metric_with_the_id_all(callers: Callers) -> None:
    callers.path.write_text(POLICY.replace("{id: fix,", "{id: all,"))
    message = "`{}` selects all metrics"
    assert message.format("--metric all") in callers.options("due")
    assert message.format("--metric all") in callers.cli("check", str(callers.path)).stdout
    with pytest.raises(zsupport.InvalidPolicy) as caught:
        zsupport.load(str(callers.path), cache=False)
    assert caught.value.findings[0].hint == message.format("metric='all'")


def test_too_many_rows(callers: Callers) -> None:
    values = ", ".join(f"v{number}: {number}" for number in range(12))
    names = [f"f{number}" for number in range(4)]
    facts = ", ".join(f"{name}: {{values: {{{values}}}}}" for name in names)
    grants = "".join(f"  - {{when: {{{name}: v0}}, allow: web}}\n" for name in names)
    callers.path.write_text(
        f"format: 1\npolicy: shop\nplans: {{pro: Pro}}\nfacts: {{{facts}}}\n"
        f"channels: {{web: {{name: Ticket, kind: web}}}}\nentitlements:\n{grants}"
    )
    message = "state more of the case, such as {} or {}"
    assert callers.options("channels").endswith(f"\n  {message.format('--plan', '--fact')}\n")
    with pytest.raises(zsupport.PolicyError, match="too many rows in an answer: 20,736") as caught:
        zsupport.load(str(callers.path), cache=False).channels()
    assert caught.value.hint == message.format("plan", "fact")


def test_calendar_names_the_arguments_of_calendar() -> None:
    with pytest.raises(NeedsInput) as caught:
        zsupport.Calendar.from_dict({"timezone": "customer", "open": "mon-fri 09:00-17:00"})
    assert str(caught.value) == "The customer's time zone (customer_tz)"


@pytest.mark.parametrize(
    ("naming", "field", "value", "entry"),
    [
        (flag_of, "--customer-tz", "--metric all", "--fact site=no: x"),
        (key_of, "`customer-tz`", "`metric: all`", '`fact: {site: "no: x"}`'),
        (argument, "customer_tz", "metric='all'", "fact={'site': 'no: x'}"),
    ],
)
def test_every_caller_names_fields_and_their_entries(
    naming: Naming, field: str, value: str, entry: str
) -> None:
    assert naming("customer_tz") == field
    assert naming("metric", "all") == value
    assert naming("fact", "site", "no: x") == entry


@given(st.text(), st.text())
def test_braces_in_a_value_are_not_a_template(first: str, second: str) -> None:
    text = Message(
        "{first} ({plan}, {fact first=second}) {inner}",
        first=first, second=second, inner=Message("{second} {as_of}", second=second),
    )  # fmt: skip
    assert _OPTIONS.message(text) == f"{first} (--plan, --fact {first}={second}) {second} --as-of"
    assert text == Wording(naming=argument).message(text)
    for same in (copy.copy(text), pickle.loads(pickle.dumps(text))):
        assert _OPTIONS.message(same) == _OPTIONS.message(text)


def test_text_without_fields_is_unchanged() -> None:
    assert (
        _OPTIONS.message("--plan {plan}"),
        _OPTIONS.message(None),
    ) == (
        "--plan {plan}",
        None,
    )


def test_a_long_list_of_messages_is_worded() -> None:
    texts = [Message("with {plan}") for _ in range(5_000)]
    assert _OPTIONS.message(enumerated(texts)) == ", ".join(["with --plan"] * 4_999) + (
        " and with --plan"
    )
    assert _OPTIONS.message(joined(texts, Message(" or {role} "))) == " or --role ".join(
        ["with --plan"] * 5_000
    )


class _Norwegian(Language):
    """A few texts in Norwegian, with another order and other punctuation than in English."""

    TEXTS: ClassVar = {
        "Mon": "man.", "Nov": "nov.", "in {time}": "om {time}", "{time} ago": "for {time} siden",
        "{weekday} {day} {month}": "{weekday} {day}. {month}",
        "{weekday} {day} {month} {year}": "{weekday} {day}. {month} {year}",
        "{hours} h {minutes} min": "{hours} t {minutes} min",
    }  # fmt: skip

    def text(self, template: str) -> str:
        return self.TEXTS.get(template, template)


def test_instants_in_another_language() -> None:
    now = datetime(2026, 11, 23, 13, tzinfo=UTC)
    times = Times(zone("Europe/Oslo"), now, words=Wording(_Norwegian()))
    before, after = now - timedelta(minutes=90), now + timedelta(minutes=90)
    assert times.full(now).replace(NO_BREAK, " ") == "man. 23. nov. 2026, 14:00 CET"
    assert times.short(now).replace(NO_BREAK, " ") == "man. 23. nov., 14:00"
    assert times.relative(after).replace(NO_BREAK, " ") == "om 1 t 30 min"
    assert times.relative(before).replace(NO_BREAK, " ") == "for 1 t 30 min siden"


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_long_hint_is_wrapped_outside_of_backquotes(width: int) -> None:
    hint = "write an instant such as `Tue, 24 Nov 2026 09:00:00 +0100`, `now` or `2 hours ago`"
    first, *lines = error_text(zsupport.UsageError("wrong", hint), Wording(), width=width)[
        :-1
    ].split("\n")
    assert first == "zsupport: wrong"
    assert " ".join(line.removeprefix("  ") for line in lines) == hint
    assert all(line.count("`") % 2 == 0 and len(line) <= width for line in lines)
