"""Random tests files, settings and cache entries, most of them valid.

An input depends only on its seed and number.
"""

import json
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from zsupport.policy.shape import Fields
from zsupport.policy.yamltext import MappingNode
from zsupport.suite.format import (
    CASE,
    CLAIM,
    INVARIANT,
    TESTED,
    TESTS,
)

POLICY = """\
format: 1
policy: acme
title: Acme
timezone: UTC
sources: {page: {title: Our page, url: "https://example.com/page", unclear: Which day?}}
plans:
  free: Free
  pro: {name: Pro, above: free, note: Old, source: page}
  business: {name: Business, above: pro}
roles: {owner: Owner, user: User}
groups: {paid: {plan: [pro, business]}}
facts:
  impact: {ask: How much?, values: {down: All, part: Some}}
  add-on: {ask: Do you have it?}
channels:
  help: {name: Help, kind: self-service, url: "https://example.com"}
  web: {name: {en: Web, nb: Nett}, kind: web, steps: [Log in, Ask], unclear: How?, source: page,
    priority: {at-most: P2, note: Or call., source: page}}
  phone: {name: Phone, kind: phone, numbers: {NO: +47 22 00 00 00}, prerequisites: [Number]}
hours:
  office: {timezone: UTC, open: mon-fri 09:00-17:00, holidays: {country: "NO"}}
  theirs: {timezone: customer, ask: Which zone?, open: mon-sat 08:00-20:00}
  both: {any: [office, night]}
  night:
    timezone: UTC
    open: mon-sun 22:00-06:00
    dates: {2026-12-24: closed, 06-15..09-15: 23:00-05:00, easter+1: closed}
priorities:
  - {id: P1, name: High, meaning: Down., when: {impact: down}}
  - {id: P2, name: Low, meaning: Else.}
entitlements:
  - {allow: help}
  - {when: {plan: paid}, allow: web, hours: both, note: By form., source: page, unclear: Always?}
  - {when: {plan: business, role: owner, priority: P1}, allow: phone, hours: office}
  - {recommend: [phone, web]}
metrics:
  - {id: first-response, name: First response}
  - {id: update, name: Update, starts: updated}
  - {id: fix, name: Fix, starts: when we know the cause, warn: 3/4}
targets:
  - when: {plan: business}
    hours: office
    first-response: {P1: 1h 24x7, P2: 4 business hours}
    fix: the later of 5 business days and 2 calendar weeks
  - when: {plan: pro, opened: outside office}
    hours: theirs
    first-response: {target: next business day, text: A day, source: page}
  - {hours: both, first-response: 8 business hours, update: every week}
commitment: target
limits:
  contacts: [{when: {plan: pro}, is: 7}, {when: {plan: business, role: owner}, is: unlimited}]
  cases: [{when: {plan: paid}, is: 10 per year, note: By year., source: page}, {is: 0}]
terms: {visits: [{say: One at a time.}]}
self-help: {topics: {start: {name: Start}}, resources: [{topic: start, kind: guide, name: G, url: "https://x"}]}
"""

#: A small policy for tests of settings.
SMALL = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{when: {plan: pro}, allow: web}]
"""
Document = dict[str, Any]
#: Values that sometimes replace a valid value.
ODD: tuple[Any, ...] = (
    None, "", "x", "none", [], {}, [[]], {"x": "y"}, {"not": "pro"}, ["x"], "~", "true", -1, 0, 1.5,
    True, 10**30, "now", "\u202e\u0000", {"target": "1h"}, [None], "a: b", "24x7", [{}], "-",
    "2026-11-23T10:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "24:00", "1/0", "all",
)  # fmt: skip
INSTANTS = (
    "2026-11-23T10:00:00+01:00", "2026-11-21T03:00:00Z", "2026-12-24T23:30:00+01:00", "@1795424400",
)  # fmt: skip
#: New values of a case.
EVENTS = ("priority=P1", "priority=P2", "fact.impact=down", "add-on=true", "channel=web", "role=")
#: Instants that need a time zone.
LOCAL = ("2026-11-23 10:00", "2026-11-20 16:59", "2026-11-24T09:00")
PLANS, ROLES = ("free", "pro", "business"), ("owner", "user")
CHANNELS, PRIORITIES = ("help", "web", "phone"), ("P1", "P2")
FACTS = {"impact": ("down", "part"), "add-on": ("true", "false")}
METRICS = ("first-response", "update", "fix")
TOPICS = ("contacts", "cases", "visits")
LIMITS = ("7", "10 per year", "unlimited", "0", "One at a time.", "none")
HOURS = ("office", "theirs", "both", "night", "24x7")
STATES = (
    "running", "met", "breached", "at-risk", "paused", "not-started", "not-entitled", "no-target",
    "not-stated", "needs-input",
)  # fmt: skip
PATHS = (
    "entitlements[1]", "targets[0].first-response.P1", "targets[2]", "priorities[0]",
    "hours.office",    "plans.pro", "policy", "targets", "entitlements[1].when.plan",
)  # fmt: skip


#: The fields of an expected answer, by question.
EXPECTED = {
    name: fields
    for name, question in TESTED.items()
    if isinstance(fields := question.expected.by_node[MappingNode], Fields)
}
#: Keys of all mappings; a drawn mapping may have a key of another mapping.
KEYS = tuple(
    dict.fromkeys(
        key
        for fields in (
            *(question.keys for question in TESTED.values()), *EXPECTED.values(), CASE, INVARIANT,
            CLAIM, TESTS,
        )
        for key in fields.fields
    )
)  # fmt: skip


class Grammar:
    """Draws the parts of an input; `odds` is the probability of a value of ODD."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.odds = random.choice((0.0, 0.0, 0.0, 0.01, 0.05, 0.2))

    def odd(self, value: Any) -> Any:
        """Return the value, or a value of ODD."""
        return self.random.choice(ODD) if self.random.random() < self.odds else value

    def some(self, values: tuple[str, ...]) -> Any:
        """Return a value, a list of values, or the negation of a value."""
        several = self.random.sample(values, self.random.randint(1, len(values)))
        return self.odd(self.random.choice((several[0], several, {"not": several[0]})))

    def moment(self) -> Any:
        return self.odd(self.random.choice(INSTANTS))

    def mapping(self, makers: dict[str, Callable[[], Any]], most: int) -> Document:
        """Return a mapping with some of the keys, and sometimes with an unknown key."""
        keys = self.random.sample(list(makers), self.random.randint(0, min(most, len(makers))))
        result = {key: self.odd(makers[key]()) for key in keys}
        if self.random.random() < 2 * self.odds:
            # In most cases a key of another mapping.
            key = str(self.random.choice((*KEYS, *KEYS, *ODD)))
            result[key] = self.random.choice((*ODD, "pro", *INSTANTS, "down"))
        return result

    # -- tests files -------------------------------------------------------------------------------

    def tests(self) -> Document:
        """Return a tests file for POLICY."""
        tests: Document = {"tests": self.odd(1), "policy": self.odd("acme")}
        if self.random.random() < 0.5:
            tests["at"] = self.moment()
        tests["cases"] = self.odd([self.case() for _ in range(self.random.randint(1, 3))])
        if self.random.random() < 0.3:
            tests["invariants"] = self.odd([self.odd(self.invariant())])
        return tests

    def case(self) -> Document:
        command = self.random.choice(("channels", "due", "hours", "priority", "terms"))
        case = {command: self.odd(self.question(command)), "expect": self.odd(self.expect(command))}
        if self.random.random() < 0.3:
            case |= {"name": self.odd("a name"), "note": self.odd({"en": "x", "nb": "y"})}
        return case

    def dimensions(self) -> dict[str, Callable[[], Any]]:
        known = {"plan": PLANS, "role": ROLES, "channel": CHANNELS, "priority": PRIORITIES, **FACTS}
        return {name: partial(self.some, values) for name, values in known.items()}

    def question(self, command: str) -> Any:
        choose = self.random.choice
        dimensions = self.dimensions()
        if command == "priority":
            dimensions = {name: dimensions[name] for name in FACTS}
        makers = {**dimensions, "lang": lambda: "nb"}
        if command in ("due", "hours"):
            makers["customer-tz"] = lambda: choose(("Asia/Tokyo", "UTC"))
            makers["customer-country"] = lambda: choose(("NO", "DE", "no"))
        if command == "due":
            makers |= dict.fromkeys(("answered", "updated", "resolved"), self.moment)
            makers["metric"] = lambda: self.odd(choose(("fix", ["update", "fix"], "all")))
            makers["start"] = lambda: {"fix": self.moment()}
            makers["pause"] = lambda: f"{choose(INSTANTS)}/{choose((*INSTANTS, ''))}"
            makers["event"] = lambda: f"{choose(INSTANTS)},plan={choose(PLANS)},{choose(EVENTS)}"
            makers["at-risk"] = lambda: choose(
                ("3/4", "75%", "1h before", "2 business hours before")
            )
        if command == "terms":
            makers["topic"] = lambda: self.odd(choose(TOPICS))
        if command == "hours":
            makers["name"] = lambda: choose(HOURS)
        question = self.mapping(makers, 4)
        moment = "at" if command != "due" else choose(("at", "opened"))
        question[moment] = self.moment()
        if self.random.random() < 0.2:
            question[moment] = choose(LOCAL)
            question["tz"] = self.odd(choose(("UTC", "Asia/Tokyo")))
        if command == "hours" and not {"name", *dimensions} & set(question):
            question["plan"] = "pro"
        return question

    def expect(self, command: str) -> Any:
        choose = self.random.choice
        short: dict[str, Callable[[], Any]] = {
            "due": lambda: choose((self.moment(), choose(STATES))),
            "hours": lambda: choose(("open", "closed", "not-entitled", "needs-input")),
            "priority": lambda: choose((*PRIORITIES, "none")),
            "terms": lambda: choose(LIMITS),
        }
        if command in short and self.random.random() < 0.3:
            return short[command]()
        makers: dict[str, Callable[[], Any]] = {
            name: partial(self.field, command, name) for name in EXPECTED[command].fields
        }
        return self.mapping(makers, 3) or {"because": choose(PATHS)}

    def field(self, command: str, name: str) -> Any:
        """Return an expected value of a field of an answer."""
        choose = self.random.choice
        if name in ("exactly", "include", "exclude"):
            return self.some(CHANNELS)
        if name == "because":
            when = choose(("always", {"plan": "paid"}, {"plan": ["pro", "business"]}))
            return choose((choose(PATHS), list(self.random.sample(PATHS, 2)), {"when": when}))
        if name in ("allowed", "open"):
            return choose(("true", "false"))
        if name.endswith("_seconds") or name == "recommended":
            return choose((0, -1800, 3600, 1, "none"))
        if name in ("opened", "due", "next_open", "next_close", "at_risk_at"):
            return choose((self.moment(), "none"))
        if name in ("steps", "prerequisites"):
            return choose(([], "Number", ["Log in", "Ask"]))
        if name in ("only_when", "numbers", "windows", "holidays"):
            inside = choose(
                ([], {}, "none", "NO", [{"priority": ["P1"]}], {"NO": "+47 22 00 00 00"})
            )
            return choose((inside, [inside], [[inside, "x"]], {"any": inside}))
        states = ("open", "closed", "not-entitled", "not-stated", "needs-input")
        known = {
            "state": states if command == "hours" else STATES,
            "priority": (*PRIORITIES, "none"), "hours": HOURS, "kind": ("web", "phone"),
            "limit": LIMITS, "text": LIMITS, "number": (0, 7, 10, "none"), "per": ("year", "none"),
        }  # fmt: skip
        return choose(known.get(name, ("none", "Web", "1h 24x7", "x")))

    def invariant(self) -> Document:
        choose = self.random.choice
        claim = choose(({"channel": self.some(CHANNELS)}, {"promised": choose(METRICS)}))
        invariant: Document = {choose(("require", "forbid")): self.odd(claim)}
        where = {**self.dimensions()}
        if "channel" in claim:
            where.pop("channel")
        if self.random.random() < 0.7:
            invariant["for"] = self.odd(self.mapping(where, 2))
        if self.random.random() < 0.3:
            invariant["at"] = self.moment()
        return invariant

    # -- settings ----------------------------------------------------------------------------------

    def settings(self) -> Document:
        """Return the table [tool.zsupport]."""
        choose = self.random.choice
        rules = ("ZS4", "ZS301", "unreachable-rule", "ZS", "yaml-11-reading", "ZS9")
        patterns = ("drafts", "*.yaml", "old/**", "a[bc]?.yaml", "**/x.yaml", "acme.yaml")

        def names(values: tuple[str, ...]) -> list[Any]:
            return [self.odd(choose(values)) for _ in range(self.random.randint(0, 3))]

        check = {
            "select": lambda: names(rules),
            "ignore": lambda: names(rules),
            "fail-on": lambda: choose(("error", "warning", "note")),
            "exclude": lambda: names(patterns),
            "per-file-ignores": lambda: {
                choose(patterns): self.odd(names(rules)) for _ in range(self.random.randint(0, 2))
            },
        }
        return self.mapping(
            {
                "policy": lambda: choose(("acme.yaml", "./acme.yaml", "zoom", ".")),
                "exclude": lambda: names(patterns),
                "check": lambda: self.mapping(check, 4),
            },
            3,
        )


def with_typos(random: Random, text: str) -> bytes:
    """Return a text; one in ten has pieces removed, doubled or replaced."""
    if random.randrange(10):
        return text.encode("utf-8", "surrogatepass")
    for _ in range(random.randint(1, 3)):
        at = random.randint(0, len(text))
        end = at + random.randint(0, 12)
        piece = random.choice(
            ("", text[at:end] * 2, *"{}[]:,\"'#&*!|>%@`-?\n\t\\=~.", "\ud800", "\0")
        )
        text = text[:at] + piece + text[end:]
    return text.encode("utf-8", "surrogatepass")


def file_of_tests(random: Random) -> bytes:
    """Return the content of a tests file, as JSON, a subset of YAML."""
    return with_typos(
        random, json.dumps(Grammar(random).tests(), ensure_ascii=random.random() < 0.5)
    )


def file_of_settings(random: Random) -> bytes:
    """Return the content of a pyproject.toml."""
    table = Grammar(random).settings()
    return with_typos(random, f"tool.zsupport = {toml(table)}\n")


def toml(value: Any) -> str:
    """Return a value as TOML; null becomes an empty text."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return '""' if value is None else json.dumps(value)


def cache_entry(random: Random, entry: bytes, other: bytes) -> bytes:
    """Return a damaged cache entry, or the content of another entry."""
    choice = random.randrange(4)
    if choice == 0:
        return other
    if choice == 1:
        return entry[: random.randrange(len(entry))]
    damaged = bytearray(entry)
    for _ in range(random.choice((1, 1, 2, 4))):
        damaged[random.randrange(len(damaged))] ^= random.randrange(1, 256)
    return bytes(damaged)
