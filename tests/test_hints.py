"""Hints of the loader can be followed: the suggested text is valid at its place."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from zsupport.findings import Finding
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

BAD = sorted(Path(__file__).parent.joinpath("bad").glob("*.yaml"))
#: The suggestions of a hint: texts in backquotes after these words.
_SUGGESTION = re.compile(
    r"(?:write|did you mean|such as) ((?:`[^`]*`(?: \([^)]*\))?(?:, or |, | or )?)+)"
)
_TEXT = re.compile(r"`([^`]*)`")


class Followed(NamedTuple):
    """A finding, a suggestion of its hint, and the findings after following it."""

    finding: Finding
    suggestion: str
    text: str  # of the policy with the suggestion
    again: list[Finding]


def read(text: str) -> tuple[Finding, ...]:
    source = SourceFile("p.yaml", text.encode("utf-8", "surrogatepass"), "", "p.yaml")
    return read_document(source).findings


def suggestions(finding: Finding) -> list[str]:
    """Return the texts that the hint of a finding suggests."""
    return [
        text
        for suggestion in _SUGGESTION.findall(finding.hint or "")
        for text in _TEXT.findall(suggestion)
    ]


def with_suggestion(text: str, finding: Finding, suggestion: str) -> str:
    """Return a policy with a suggestion at the place of a finding.

    After a key without a value, the suggestion becomes the value.
    """
    span = finding.span
    lines = text.split("\n")
    before = lines[span.line - 1][: span.column - 1]
    value = lines[span.line - 1][span.column - 1 : span.end_column - 1]
    after = lines[span.end_line - 1][span.end_column - 1 :]
    if finding.code == "ZS003":
        before, after = f"{before}{value}: ", after.lstrip(": ")
    lines[span.line - 1 : span.end_line] = [before + suggestion + after]
    return "\n".join(lines)


def follow_hints(text: str) -> Iterator[Followed]:
    """Follow every hint of a policy separately."""
    for finding in read(text):
        for suggestion in suggestions(finding):
            edited = with_suggestion(text, finding, suggestion)
            again = [
                later
                for later in read(edited)
                if (later.span.line, later.span.column) == (finding.span.line, finding.span.column)
                and not (
                    NEEDS_HOURS in (finding.hint or "") and "requires `hours`" in later.message
                )
            ]
            yield Followed(finding, suggestion, edited, again)


#: The end of a hint for a business target without hours.
NEEDS_HOURS = "a target in business hours or business days also needs `hours`"


def assert_followed(text: str) -> int:
    """Follow the hints of a policy; return their number."""
    count = 0
    for result in follow_hints(text):
        count += 1
        details = (
            result.finding.message,
            result.finding.hint,
            result.suggestion,
            [f.message for f in result.again],
        )
        assert not result.again, details
    return count


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_hints_for_invalid_policies_can_be_followed(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
    assert_followed(re.sub("\r\n?", "\n", text))


def test_there_are_enough_hints() -> None:
    texts = [path.read_bytes().decode("utf-8", "replace") for path in BAD]
    assert sum(len(suggestions(finding)) for text in texts for finding in read(text)) > 120


# -- misspellings ----------------------------------------------------------------------------------

POLICY = """\
format: 1
policy: p
timezone: {zone}
effective: {validity}
plans: {{free: Free, pro: {{name: Pro, above: {plan}, retired: {date}}}, business: Business}}
roles: {{owner: Owner, user: User}}
facts: {{size: {{values: {{small: S, large: L}}, default: {value}}}, down: {{ask: "Down?"}}}}
groups: {{paid: {{plan: {{not: {plan}}}}}}}
title: {{{language}: Titel, en: Title}}
channels:
  web: {{name: Web, kind: {kind}, url: "https://example.com"}}
  phone: {{name: Phone, kind: phone, numbers: {{{country}: +1 555}}}}
entitlements:
  - {{allow: {channel}, when: {{plan: [{plan}, pro], {fact}: {value}}}}}
  - {{allow: [web, {channel}], when: {{plan: {plan}, role: {role}}}, hours: {hours}}}
priorities: [{{id: P1, when: {{size: {value}}}}}, {{id: P2, name: Two}}, {{id: P3}}]
metrics: [{{id: first-response, pauses: {pauses}, warn: {ratio}}}, {{id: update}}]
business-day: {reading}
hours:
  office: {{timezone: {zone}, open: {open}, holidays: {holidays}, business-days: {days}}}
  night: {{open: [{open}], holidays: [{holiday}], breaks: {{"2026-05-20": {break}}}}}
  always: {{open: 24x7, {calendar_key}: {{"2026-05-20": {times}}}}}
  country: {{open: sat 10:00-12:00, holidays: {{country: {country}, covers: {years}, add: [{holiday}]}}}}
commitment: {commitment}
targets:
  - {{when: {{plan: {plan}, opened: {opened}, priority: [{priority}]}}, {metric}: {target}}}
  - {{hours: office, first-response: {{P1: {target}, {priority}: 4h 24x7}}, update: {target}}}
  - {{hours: always, update: {{target: {target}}}}}
  - {{update: {{target: {target}, hours: {hours}}}}}
  - {{hours: 24x7, update: {{P2: {target}, P3: {{{cell_key}: 4h 24x7}}}}}}
"""  # noqa: E501

#: Valid values for each place, then values that people write instead.
RIGHT: dict[str, list[str]] = {
    "zone": ["Europe/Berlin", "UTC", "UTC+01:00"],
    "validity": ["{from: 2026-01-01}", "{last_day: 2026-12-31}"],
    "plan": ["free", "business"], "role": ["owner"], "channel": ["web", "phone"],
    "priority": ["P2"], "hours": ["office", "night"], "fact": ["size"], "value": ["small"],
    "date": ["2024-02-01"], "language": ["de", "nb", "pt-BR"], "kind": ["web", "self-service"],
    "country": ["US", "DE"], "pauses": ["waiting"],
    "ratio": ["3/4", "75%", "1h before", "90 business minutes before"],
    "reading": ["close", "same-time"], "open": ["mon-fri 09:00-17:00", "fri 17:00 - mon 09:00"],
    "days": ["mon-fri"], "holiday": ["12-24", "2026-05-15"], "break": ["12:00-14:00"],
    "holidays": ["customer", "[12-25]"], "times": ["08:00-12:00", "closed"], "years": ["2026-2027"],
    "commitment": ["target", "agreement"], "opened": ["outside office"], "calendar_key": ["dates"],
    "metric": ["first-response"], "cell_key": ["target"],
    "target": ["4h 24x7", "none", "every week", "2 per week", "14 calendar days", "immediately",
               "the later of 4h 24x7 and 2 calendar weeks"],
}  # fmt: skip
WRONG: dict[str, list[str]] = {
    "zone": ["CET", "EST", "GMT+1", "UTC+1", "Berlin", "europe/berlin", "PST", "+1", "UTC-00:00"],
    "validity": ["2026-01-01", "{until: 2026-12-31}", "{since: 2026-01-01}", "01.02.2026",
                 "{from: 2026-1-1}", "{from: 2026-01-01, until: 2026-12-31}", "{end: 2026-12-31}",
                 "{last_day: 2026-12-31, until: 2026-12-31}", "2026/01/01"],
    "plan": ["all", "not free", "free or pro", "free/business", "!pro", "Free", "FREE"],
    "role": ["everyone", "owner and user", "admin"],
    "channel": ["all", "e-mail", "web/phone", "not web"],
    "priority": ["P1-P3", "P2/P3", "any", "p2", "high"], "value": ["smal", "SMALL", "yes", "all"],
    "hours": ["24x5", "8x5", "offices", "Office", "business hours"],
    "fact": ["sise", "plan", "plans"],
    "date": ["01.02.2024", "2024-2-1", "2024/02/01", "2024-02-30", "20240201"],
    "language": ["german", "EN", "english", "pt_br", "xx"], "kind": ["e-mail", "portal", "Phone"],
    "country": ["USA", "us", "Germany", "UK", "EU"], "pauses": ["none", "true", "never"],
    "ratio": ["0.75", "75 %", "3 of 4", "4/3", "100%", "1 hour before", "1h",
              "30 min before due", "1 day before", "1h left", "2 business hours",
              "1h 24x7 before", "0h before", "every 1h before"],
    "reading": ["same time", "end", "open"],
    "open": ["24x5", "24/7", "9-17", "mon-fri 9-17", "Mon-Fri 09:00-17:00", "weekdays 9am-5pm",
             "mon-fri 09:00-09:00", "mon-fri 09:00-00:00", "mon-fri", "09:00-17:00", "always",
             "mon-fri 24x7", "mon to fri 09:00 to 17:00", "fri 17:00-mon 09:00", "8x5", "24x6",
             "mon-mon 09:00-10:00", "mon,tue 09:00-10:00", "mon-fri 9.00-17.00", "24x7x365"],
    "days": ["weekdays", "mon - fri", "monday-friday", "mon-mon", "Mo-Fr", "mon,tue"],
    "holiday": ["24.12.", "24.12", "12/24", "2026-5-15", "15.05.2026", "2-30", "5-17"],
    "holidays": ["US", "USA", "germany", "12-25", "none", "DE-BY", "Customer", "2026-12-25", "no",
                 "customers"],
    "times": ["8-12", "closd", "22:00-06:00", "08:00-08:00", "24x7", "08:00-00:00", "Closed",
              "8am-12pm"],
    "break": ["closed", "12-14", "12:00-12:00", "lunch", "12:00 - 14:00"],
    "years": ["2026-27", "2027-2026", "26", "2026/2027"],
    "commitment": ["sla", "targets", "yes"], "opened": ["outside ofice", "office", "inside 24x5"],
    "calendar_key": ["date", "breks", "holiday"],
    "metric": ["first-respons", "updates", "response"],
    "cell_key": ["targt", "txt", "hour"],
    "target": [
        "4 hrs", "4", "1d", "1 day", "3d", "2 business day", "NBD", "next day", "4bh", "4H", "4h",
        "within 4 hours", "2-4 hours", "4-8 hrs", "by 10:00", "by 9:00", "every day", "daily",
        "hourly", "weekly", "1h30m", "90s", "2x per week", "once a day", "4h 24/7", "4h 24x5",
        "4 business hours 24x7", "0 business days", "2.5 business days", "999d", "9999h", "24x7",
        "24x5", "every 2 weeks", "every hour", "every 2h", "1 business day", "4 hours", "n/a",
        "not stated", "None", "unknown", "same day", "asap", "1 week", "every 90 min", "15 min",
        "1,5h", ".5h", "04h", "next working day", "2 days", "every 2 days", "1 h", "100 seconds",
        "4 working hours 8x5", "every business day", "up to 2 days", "30 min 24/7", "by noon",
        "2 weeks", "14 days", "5 cal days", "2 calender weeks", "at once", "opening day", "52 w",
        "by 9:00 next opening day", "max of 4h and next business day", "4h or 2 business days",
        "the later of 4h or NBD", "the later of 4h and 1 day", "the later of 4h and every 2h",
        "4h or next business day whichever is earlier", "the later of 4h", "0 calendar days",
    ],
}  # fmt: skip


def misspelt(generator: random.Random, text: str) -> str:
    """Return a text with one typing error."""
    at = generator.randrange(len(text))
    errors = [
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
        text.upper(), text.title(), text.replace("-", "_"), text.replace("-", " "),
        text.replace(" ", ""), text.replace(" ", "  "), text + "s", text.removesuffix("s"),
    ]  # fmt: skip
    # Exclude texts that would end a mapping or begin another.
    result = generator.choice(errors)
    return result if result.strip() and not set(result) & set("{}[],#:?|>\"'%@`&*!") else text


def policy(generator: random.Random) -> str:
    """Return a policy with some errors."""
    values = {place: generator.choice(right) for place, right in RIGHT.items()}
    for place in generator.sample(sorted(RIGHT), 3):
        if generator.random() < 0.4:
            values[place] = misspelt(generator, values[place])
        else:
            values[place] = generator.choice(WRONG[place])
    return POLICY.format(**values)


def test_policy_without_errors_has_no_finding() -> None:
    right = {place: values[0] for place, values in RIGHT.items()}
    assert read(POLICY.format(**right)) == ()


@pytest.mark.parametrize("place", sorted(WRONG))
def test_hints_for_common_errors_can_be_followed(place: str) -> None:
    right = {name: values[0] for name, values in RIGHT.items()}
    hints = 0
    for wrong in WRONG[place]:
        hints += assert_followed(POLICY.format(**{**right, place: wrong}))
    assert hints


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_hints_for_random_errors_can_be_followed(start: int) -> None:
    hints = sum(assert_followed(policy(random.Random(seed))) for seed in range(start, start + 100))
    assert hints > 100
