"""Random small policies, valid by construction, as plain Python values and as YAML.

A policy is a mapping of texts, lists and mappings, as in its file. `yaml_of` writes it as YAML in a
`Style`. The module follows the guides and shares no code with the program.
"""

from functools import cache
from typing import Any, NamedTuple

import yaml
from hypothesis import strategies as st

Document = dict[str, Any]
Case = dict[str, str]

PLANS = ("free", "pro", "business")
ROLES = ("owner", "user")
CHANNELS = {"help": "self-service", "web": "web", "chat": "chat", "phone": "phone"}
PRIORITIES = ("P1", "P2", "P3")
#: Facts with their values. `topic` has a default.
FACTS: dict[str, Document] = {
    "premier": {"ask": "Do you have the Premier add-on?"},
    "region": {"values": {"america": "America", "europe": "Europe", "asia": "Asia: the rest"}},
    "topic": {"values": {"bill": "A bill", "bug": "A bug"}, "default": "bug"},
}
TARGETS = (
    "1h", "30m", "4h 24x7", "every 2h", "every week", "2 per week", "none", "not-stated",
    "immediately", "3 calendar days", "the later of 30m 24x7 and 2 calendar days",
)  # fmt: skip
#: Targets that count the hours which their cell states.
TARGETS_OVER_HOURS = (
    "by 10:00 next opening day", "by 08:30 next opening day", "2 business days",
    "the earlier of by 10:00 next opening day and 4 business hours",
)  # fmt: skip
#: Texts that YAML could read as another type, or that an output format could break.
TEXTS = (
    "Free", "no", "1.10", "Høy: viktig", "a, b", "# no comment", "'quoted' \"twice\"", "[red]",
    "~", "0x1F", "a much longer text, which some writers of YAML break over several lines",
)  # fmt: skip

texts = st.sampled_from(TEXTS) | st.fixed_dictionaries(
    {"en": st.sampled_from(TEXTS), "nb": st.sampled_from(TEXTS)}
)


on_change = st.sampled_from(
    [{}, {"on-change": "restart"}, {"on-change": "carry"}, {"on-change": "keep"}]
)
#: A share of the time of a target, or a time before its deadline.
warn = st.sampled_from(
    [{}, {"warn": "3/4"}, {"warn": "1h before"}, {"warn": "1 business hour before"}]
)
#: The long form of a plan or a role; the short form is a text.
long_form = st.fixed_dictionaries({"name": texts})
plan_values = st.sampled_from(TEXTS) | long_form
languages = st.sampled_from(
    ["en", ["en", "nb"], [{"nb": "best-effort"}], ["nb", {"en": "best-effort"}]]
)
channel_remarks = st.fixed_dictionaries(
    {},
    optional={
        "prerequisites": st.lists(st.sampled_from(["Number", "Key"]), min_size=1, unique=True),
        "steps": st.lists(texts, min_size=1, max_size=2),
        "languages": languages,
        "note": texts,
        "numbers": st.just({"US": "+1.555.0100", "any": ["+47.555.0100", "+47.555.0101"]}),
    },
)


# Creating a strategy takes longer than drawing from it, so each strategy is created once.


@cache
def any_of(*values: str) -> st.SearchStrategy[str]:
    """Return a strategy for one of the values."""
    return st.sampled_from(values)


@cache
def subset(*values: str, least: int = 0, most: int | None = None) -> st.SearchStrategy[list[str]]:
    """Return a strategy for lists of different values, in any order."""
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True)


def up_to_three(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Return a strategy for lists of one to three different values, in any order."""
    return subset(*values, least=1, most=3)


def values_of(document: Document, dimension: str) -> tuple[str, ...]:
    """Return the values of a dimension or fact; empty if the policy does not define it."""
    if dimension in ("plan", "role", "channel"):
        return tuple(document.get(f"{dimension}s", ()))
    if dimension == "priority":
        return tuple(item["id"] for item in document.get("priorities", ()))
    return tuple(document["facts"][dimension].get("values", ("false", "true")))


@st.composite
def choices_of(draw: st.DrawFn, document: Document, dimension: str) -> Any:
    """Return a value of a dimension in a condition: an id, a group, a list or a negation."""
    groups = [name for name, item in document.get("groups", {}).items() if dimension in item]
    names = up_to_three((*values_of(document, dimension), *groups))
    shape = draw(any_of("one", "list", "not one", "not list"))
    chosen = draw(names)
    value: Any = chosen[0] if shape.endswith("one") else chosen
    return {"not": value} if shape.startswith("not") else value


@st.composite
def conditions(draw: st.DrawFn, document: Document, dimensions: tuple[str, ...]) -> Any:
    """Return a condition over some of the dimensions: a mapping, or a list of mappings."""

    def alternative() -> Document:
        names = draw(up_to_three(dimensions))
        result = {name: draw(choices_of(document, name)) for name in names}
        if draw(st.integers(0, 5)) == 0:
            result["note"] = draw(texts)
        return result

    if draw(st.booleans()):
        return alternative()
    return [alternative() for _ in range(draw(st.integers(1, 2)))]


#: Days and ranges of dates, of which some are on the same dates.
DAYS_OF_CALENDARS = (
    "2026-11-24", "12-24", "4th thu of nov", "Last Friday of June", "easter+1",
    "orthodox easter-2", "fri before 12-25", "day after 4th thu of nov",
)  # fmt: skip
RANGES = ("06-15..09-15", "07-01..07-31", "12-28..01-03", "2026-11-02..2026-12-04")


@st.composite
def policies(draw: st.DrawFn) -> Document:
    """Return a valid policy."""
    plans = draw(subset(*PLANS, least=1))
    channels = draw(subset(*CHANNELS, least=2))
    document: Document = {
        "format": "1",
        "policy": "acme",
        "plans": {plan: draw(plan_values) for plan in plans},
        "channels": {id: draw(channel_of(id)) for id in channels},
        "hours": {"office": draw(calendars())},
    }
    roles = draw(subset(*ROLES))
    if roles:
        document["roles"] = {role: draw(long_form) for role in roles}
    facts = draw(subset(*FACTS, most=2))
    if facts:
        document["facts"] = {fact: FACTS[fact] for fact in facts}
    priorities = draw(subset(*PRIORITIES))
    if priorities:
        document["priorities"] = [{"id": priority} for priority in priorities]
    if len(facts) > 1 and priorities and draw(st.booleans()):
        document["priority-table"] = draw(tables_of(document, *facts))
    for channel in channels if priorities else ():
        # A channel for self-help opens no case, so it sets no priority.
        if CHANNELS[channel] != "self-service" and draw(st.integers(0, 3)) == 0:
            document["channels"][channel]["priority"] = draw(set_priorities(document))
    metrics = draw(subset("first-response", "update"))
    if metrics:
        document["metrics"] = [
            {"id": metric, "name": draw(texts), **draw(on_change), **draw(warn)}
            for metric in metrics
        ]
    document["groups"] = draw(groups_of(document))

    who = tuple(name for name in ("plan", "role", "priority", *facts) if values_of(document, name))
    # Rules share a few conditions, so that they overlap and YAML can use aliases.
    pool = draw(st.lists(conditions(document, who), min_size=1, max_size=3))
    document["entitlements"] = draw(st.lists(grants_of(document, pool), min_size=1, max_size=4))
    if draw(st.booleans()):
        grant: Document = {"recommend": draw(up_to_three(tuple(channels)))}
        document["entitlements"].append(draw(with_or_without_condition(grant, pool)))
    if draw(st.integers(0, 3)):
        # Only targets may depend on the channel. One rule does.
        by_channel = {"channel": draw(choices_of(document, "channel"))}
        rules = draw(st.lists(rules_of(document, pool), max_size=3))
        place = draw(st.integers(0, len(rules)))
        rules.insert(place, draw(rules_of(document, [by_channel])))
        document["targets"] = rules
    if draw(st.booleans()):
        last = {"is": "objective"}
        document["commitment"] = draw(
            st.sampled_from(["target", [{"when": pool[0], "is": "agreement"}, last]])
        )
    if draw(st.booleans()):
        quotas = st.sampled_from(["0", "2", "unlimited", "1 per week", "4 per month"])
        limit = with_or_without_condition({"is": draw(quotas)}, pool)
        document["limits"] = {
            "contacts": draw(quotas),
            "cases": [draw(limit), {"is": draw(quotas)}],
        }
    return document


@st.composite
def tables_of(draw: st.DrawFn, document: Document, rows: str, columns: str) -> Document:
    """Return a table of the priorities by two facts."""
    cell = any_of(*values_of(document, "priority"), "refused")
    made = {
        row: {column: draw(cell) for column in values_of(document, columns)}
        for row in values_of(document, rows)
    }
    return {"rows": rows, "columns": columns, "cells": made}


@st.composite
def set_priorities(draw: st.DrawFn, document: Document) -> Any:
    """Return the priority that a channel sets."""
    priority = draw(any_of(*values_of(document, "priority")))
    shape = draw(any_of("alone", "is", "at-most"))
    if shape == "alone":
        return priority
    return {shape: priority, **({"note": draw(texts)} if draw(st.booleans()) else {})}


@st.composite
def calendars(draw: st.DrawFn) -> Document:
    """Return opening hours on weekdays; some have holidays, single dates, breaks and ranges."""
    calendar: Document = {"open": "mon-fri 09:00-17:00"}
    if draw(st.integers(0, 2)):
        return calendar
    days = draw(subset(*DAYS_OF_CALENDARS, most=3))
    if days:
        calendar["holidays"] = draw(
            st.sampled_from([days, {"add": dict.fromkeys(days, "Closed")}, {"frozen": days}])
        )
    own = draw(subset(*DAYS_OF_CALENDARS, *RANGES, most=3))
    if own:
        calendar["dates"] = {day: draw(any_of("closed", "08:00-12:00")) for day in own}
    pauses = draw(subset(*DAYS_OF_CALENDARS, most=2))
    if pauses:
        calendar["breaks"] = dict.fromkeys(pauses, "11:00-11:30")
    return calendar


@st.composite
def channel_of(draw: st.DrawFn, id: str) -> Document:
    """Return a channel with a name and random remarks."""
    return {"name": draw(texts), "kind": CHANNELS[id], **draw(channel_remarks)}


@st.composite
def groups_of(draw: st.DrawFn, document: Document) -> Document:
    """Return a group of plans, and sometimes a group of plans and groups."""
    plans = values_of(document, "plan")
    groups: Document = {"paid": {"plan": {"not": draw(any_of(*plans))}}}
    if draw(st.booleans()):
        groups["named"] = {"plan": draw(up_to_three((*plans, "paid")))}
    return groups


@st.composite
def with_or_without_condition(draw: st.DrawFn, entry: Document, pool: list[Any]) -> Document:
    """Return an entry of a list with one of the conditions, or without a condition."""
    return {"when": draw(st.sampled_from(pool)), **entry} if draw(st.booleans()) else entry


@st.composite
def grants_of(draw: st.DrawFn, document: Document, pool: list[Any]) -> Document:
    """Return a grant that allows channels."""
    channels = draw(up_to_three(values_of(document, "channel")))
    grant: Document = {"allow": channels[0] if draw(st.booleans()) else channels}
    if draw(st.booleans()):
        grant["hours"] = draw(any_of("office", "24x7"))
    if draw(st.booleans()):
        grant["prerequisites"] = draw(st.sampled_from(["Key", ["Contract", "Key"]]))
    if draw(st.booleans()):
        grant["languages"] = draw(languages)
    if draw(st.booleans()):
        grant["note"] = draw(texts)
    return draw(with_or_without_condition(grant, pool))


@st.composite
def rules_of(draw: st.DrawFn, document: Document, pool: list[Any]) -> Document:
    """Return a target rule."""
    rule: Document = {}
    known = tuple(item["id"] for item in document.get("metrics", [{"id": "first-response"}]))
    priorities = values_of(document, "priority")
    for metric in draw(up_to_three(known)):
        if len(priorities) > 0 and draw(st.booleans()):
            chosen = draw(up_to_three(priorities))
            rule[metric] = {priority: draw(cells()) for priority in chosen}
        else:
            rule[metric] = draw(cells())
    if draw(st.booleans()):
        rule["condition"] = draw(texts)
    return draw(with_or_without_condition(rule, pool))


@st.composite
def cells(draw: st.DrawFn) -> Any:
    """Return a target, alone or with its hours, a text and a note."""
    target = draw(any_of(*TARGETS, *TARGETS_OVER_HOURS))
    hours = {"hours": "office"} if target in TARGETS_OVER_HOURS else {}
    if draw(st.booleans()):
        return {"target": target, **hours} if hours else target
    return {"target": target, **hours, "text": draw(texts), "note": draw(texts)}


@st.composite
def permuted(draw: st.DrawFn, document: Document) -> Document:
    """Return the same policy with every mapping and the grants in another order."""

    def shuffled(value: Any, path: tuple[str, ...] = ()) -> Any:
        if isinstance(value, dict):
            keys = draw(st.permutations(list(value)))
            return {key: shuffled(value[key], (*path, key)) for key in keys}
        if isinstance(value, list):
            entries = [shuffled(item, path) for item in value]
            return draw(st.permutations(entries)) if path == ("entitlements",) else entries
        return value

    result: Document = shuffled(document)
    return result


# -- as YAML -----------------------------------------------------------------------------------


class Style(NamedTuple):
    """The style of a YAML file."""

    flow: bool | None = False
    quotes: str | None = None
    indent: int = 2
    width: int = 1000
    breaks: str = "\n"
    escapes: bool = False
    plain: bool = True
    aliases: bool = False
    heading: str = ""


#: The style of most policies.
USUAL = Style()
styles = st.builds(
    Style,
    flow=st.sampled_from([True, False, None]),
    quotes=st.sampled_from([None, "'", '"']),
    indent=st.sampled_from([2, 3, 8]),
    width=st.sampled_from([20, 60, 1000]),
    breaks=st.sampled_from(["\n", "\r\n"]),
    escapes=st.booleans(),
    plain=st.booleans(),
    aliases=st.booleans(),
    heading=st.sampled_from(["", "# a comment\n\n", "---\n", "%YAML 1.2\n---\n", "\ufeff"]),
)


class _Dumper(yaml.SafeDumper):
    """Quotes texts as PyYAML does: texts that a YAML 1.1 reader would read as another type."""


class _PlainDumper(_Dumper):
    """Writes texts without quotes where possible: `format: 1`, `workaround: true`."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML declares it


def yaml_of(document: Document, style: Style = USUAL) -> str:
    """Return a policy as YAML."""

    class Dumper(_PlainDumper if style.plain else _Dumper):  # type: ignore[misc]
        def ignore_aliases(self, data: Any) -> bool:
            return not style.aliases or isinstance(data, str)

    text: str = yaml.dump(
        share_equal_parts(document, {}),
        Dumper=Dumper,
        sort_keys=False,
        default_flow_style=style.flow,
        default_style=style.quotes,
        indent=style.indent,
        width=style.width,
        line_break=style.breaks,
        allow_unicode=not style.escapes,
    )
    return style.heading + text


def share_equal_parts(value: Any, known_parts: dict[str, Any]) -> Any:
    """Return the value with equal parts as the same object: PyYAML writes aliases for them."""
    if isinstance(value, dict):
        value = {key: share_equal_parts(item, known_parts) for key, item in value.items()}
    elif isinstance(value, list):
        value = [share_equal_parts(entry, known_parts) for entry in value]
    else:
        return value
    return known_parts.setdefault(repr(value), value)
