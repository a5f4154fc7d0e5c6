"""Small random policies from a seed, with all sections that decide answers.

Calendars open and close at full hours, every day is the same, and offsets never change: the state
of hours needs no calendar arithmetic. `add_seasons` adds ranges of dates for comparisons of
answers. All remarks have different texts.
"""

import json
from copy import deepcopy
from random import Random
from typing import Any

import yaml

from .definition import depends_on_hours

Document = dict[str, Any]

PLANS = ("free", "pro", "business")
ROLES = ("owner", "user")
CHANNELS = {"help": "self-service", "forum": "community", "web": "web", "phone": "phone"}
PRIORITIES = ("P1", "P2", "P3")
FACTS: dict[str, Document] = {
    "premier": {"ask": "Do you have the Premier add-on?"},
    "region": {"values": {"america": "America", "europe": "Europe", "asia": "Asia"}},
    "topic": {"values": {"bill": "A bill", "bug": "A bug"}, "default": "bug"},
    "impact": {"values": {"down": "All of it", "part": "A part", "nothing": "Nothing"}},
    "workaround": {"values": {"yes": "Yes", "no": "No"}, "default": "no"},
}
TIMED = (
    "1h", "30m", "every 2h", "every week", "2 per week", "none", "not-stated", "immediately",
    "3 calendar days", "the later of 1h and 2 calendar weeks",
)  # fmt: skip
COUNTED = (
    "30 business minutes", "2 business hours", "every 3 business hours", "1h 24x7", "every week",
    "next business day", "2 business days", "1 per day", "none", "not-stated", "immediately",
    "by 10:00 next opening day",
    "every 2 calendar days", "the earlier of 2 business hours and 1h 24x7",
    "the later of 30 business minutes, 1h 24x7 and 1 calendar day",
)  # fmt: skip
NEEDS = ("Number", "Contract", "Key")
BINDING = ("none", "target", "objective", "agreement")
QUOTAS = (
    "0", "2", "7", "unlimited", "0 per day", "1 per day", "1 per week", "4 per month",
    "5 per month", "3 per quarter", "12 per year", "1 per month",
)  # fmt: skip


class Drawing:
    """Draws a policy into `document`."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.texts = 0
        self.document: Document = {"format": "1", "policy": "drawn"}
        self._names()
        self.facts = list(self.document.get("facts", {}))
        self._groups()
        self._hours()
        self._priorities()
        self._entitlements()
        self._commitment()
        self._targets()
        self._terms()
        self._limits()
        self._remark(self.document)
        self._channel_priorities()

    def chance(self, share: float = 0.5) -> bool:
        """Return true with this probability."""
        return self.random.random() < share

    def some(self, values: Any, most: int = 3, least: int = 1) -> list[Any]:
        """Return some of the values in random order, without duplicates."""
        pool = list(values)
        return self.random.sample(pool, min(len(pool), self.random.randint(least, most)))

    def text(self) -> Any:
        """Return a unique text, sometimes in two languages."""
        self.texts += 1
        text = f"Text {self.texts}"
        return {"nb": f"Tekst {self.texts}", "en": text} if self.chance(0.1) else text

    def _remark(self, node: Document, share: float = 0.25) -> Document:
        """Return the mapping, sometimes with a note, an unclear point or a source."""
        for kind in ("note", "unclear"):
            if self.chance(share):
                node[kind] = self.text()
        if self.chance(share / 2):
            node["source"] = self.random.choice(["page", "table"])
        return node

    # -- names -----------------------------------------------------------------------------------

    def _names(self) -> None:
        made = self.document
        made["sources"] = {"page": {"title": "A page"}, "table": {"title": "A table"}}
        made["plans"] = {plan: self._named() for plan in self.some(PLANS, 3, 2)}
        if self.chance(0.2):
            made["plans"]["classic"] = {"name": "Classic", "retired": "2024-02-01"}
        roles = self.some(ROLES, 2, 0)
        if roles:
            made["roles"] = {role: self._named() for role in roles}
        facts = self.some(FACTS, 3, 0)
        if facts:
            made["facts"] = {fact: self._remark(dict(FACTS[fact])) for fact in facts}
        made["channels"] = {}
        for channel in self.some(CHANNELS, 3, 2):
            entry: Document = {"name": self.text(), "kind": CHANNELS[channel]}
            if self.chance(0.4):
                entry["prerequisites"] = self.some(NEEDS, 2)
            if self.chance(0.4):
                entry["languages"] = self._languages()
            made["channels"][channel] = self._remark(entry)
        metrics = self.some(("first-response", "update"), 2, 0)
        if metrics:
            made["metrics"] = [self._remark({"id": metric}) for metric in metrics]
        self.metrics = metrics or ["first-response"]
        self.priorities = self.some(PRIORITIES, 3, 0)

    def _languages(self) -> Any:
        chosen = [
            {language: "best-effort"} if self.chance(0.4) else language
            for language in self.some(("en", "de", "pt", "pt-BR", "no", "nb"), 3)
        ]
        return chosen if len(chosen) > 1 or self.chance() else chosen[0]

    def _named(self) -> Any:
        return self._remark({"name": self.text()}) if self.chance(0.6) else "A name"

    def _groups(self) -> None:
        made = self.document
        plans = list(made["plans"])
        groups: Document = {"paid": {"plan": {"not": self.random.choice(plans)}}}
        if self.chance():
            groups["sold"] = {"plan": self.some([*plans, "paid"], 2)}
        if len(self.priorities) > 1:
            groups["serious"] = {"priority": self.some(self.priorities, 2)}
        if "topic" in made.get("facts", {}):
            groups["money"] = {"topic": "bill"}
        made["groups"] = groups

    def _hours(self) -> None:
        hours: Document = {}
        for name in self.some(("office", "night", "desk"), 3):
            if self.chance(0.4):
                # The last entry of a list usually has no condition.
                several = [
                    self._calendar(self.chance(0.8)) for _ in range(self.random.randint(1, 2))
                ]
                hours[name] = [*several, self._calendar(self.chance(0.15))]
            else:
                hours[name] = self._calendar(False)
        self.plain_hours = list(hours)
        if self.chance():
            union = {"any": self.some(hours, 3)}
            hours["all"] = self._remark(union)
            if self.chance(0.3):
                # A union for some cases, and other hours for the rest.
                first = self._remark({"when": self._when(), "any": self.some(self.plain_hours, 2)})
                hours["all"] = [first, hours["all"]]
        self.document["hours"] = hours

    def _calendar(self, conditional: bool) -> Document:
        made: Document = {"open": self.window()}
        if conditional:
            made = {"when": self._when(), **made}
        if self.chance(0.2):
            made["timezone"] = "customer"
        elif self.chance(0.2):
            made["timezone"] = self.random.choice(["UTC+01:00", "Asia/Tokyo"])
        return self._remark(made)

    def window(self) -> str:
        """Return the same opening hours for every day."""
        start = self.random.randint(0, 21)
        return f"mon-sun {start:02}:00-{start + self.random.randint(1, 3):02}:00"

    def _opened_hours(self) -> list[str]:
        """Return the hours that `opened` may name."""
        hours = self.document["hours"]
        return list(hours)

    # -- conditions ------------------------------------------------------------------------------

    def _values(self, dimension: str) -> list[str]:
        if dimension == "priority":
            return list(self.priorities)
        if dimension in ("plan", "role", "channel"):
            return list(self.document[f"{dimension}s"])
        return list(self.document["facts"][dimension].get("values", ("false", "true")))

    def _choice(self, dimension: str) -> Any:
        groups = [name for name, entry in self.document["groups"].items() if dimension in entry]
        names = self.some([*self._values(dimension), *groups], 2)
        choice = names if len(names) > 1 or self.chance(0.2) else names[0]
        return {"not": choice} if self.chance(0.25) else choice

    def _when(
        self, *, channel: bool = True, opened: bool = False, only: list[str] | None = None
    ) -> Any:
        """Return a condition: a mapping, or a list of alternatives with remarks."""
        dimensions = only or [
            "plan",
            *(["role"] if "roles" in self.document else []),
            *(["channel"] if channel else []),
            *(["priority"] if self.priorities else []),
            *self.facts,
        ]
        # A change may have removed a fact.
        gone = set(self.facts).difference(self.document.get("facts", {}))
        dimensions = [name for name in dimensions if name not in gone]

        single = self.chance(0.6)

        def alternative() -> Document:
            made = {name: self._choice(name) for name in self.some(dimensions, 2)}
            if opened and self._opened_hours() and self.chance(0.35):
                side = self.random.choice(["inside", "outside"])
                made["opened"] = f"{side} {self.random.choice(self._opened_hours())}"
                if self.chance(0.4):
                    made = {"opened": made["opened"]}
            return made

        if single:
            return alternative()
        return [self._remark(alternative(), 0.2) for _ in range(self.random.randint(1, 3))]

    def _with_condition(self, entry: Document, share: float = 0.75, **more: Any) -> Document:
        """Return an entry of a list, with this probability with a condition."""
        return {"when": self._when(**more), **entry} if self.chance(share) else entry

    # -- rules -----------------------------------------------------------------------------------

    def _priorities(self) -> None:
        if not self.priorities:
            return
        entries = [self._remark({"id": priority}) for priority in self.priorities]
        if self.facts and self.chance(0.6):
            for number, entry in enumerate(entries):
                last = number == len(entries) - 1
                if self.chance(0.3 if last else 0.85):
                    entry["when"] = self._when(only=self.facts)
        self.document["priorities"] = entries
        self._priority_table()

    def _priority_table(self) -> None:
        """Sometimes add a table, and leave out some conditions of priorities.

        The values do not come from `random`, so that the rest of the policy is the same with and
        without a table.
        """
        before, self.random = self.random, Random(json.dumps(self.document))
        if len(self.facts) > 1 and self.chance(0.35):
            rows, columns = self.some(self.facts, 2, 2)
            cells = {
                row: {column: self._in_table() for column in self._values(columns)}
                for row in self._values(rows)
            }
            table = {"rows": rows, "columns": columns, "cells": cells}
            self.document["priority-table"] = self._remark(table)
            for entry in self.document["priorities"]:
                if self.chance():
                    entry.pop("when", None)
        self.random = before

    def _in_table(self) -> Any:
        priority = self.random.choice([*self.priorities, *self.priorities, "refused"])
        return self._remark({"priority": priority}) if self.chance(0.3) else priority

    def _channel_priorities(self) -> None:
        """Let some channels that open cases set a priority."""
        for channel, entry in self.document["channels"].items():
            if self.priorities and channel in ("web", "phone") and self.chance(0.2):
                entry["priority"] = self._channel_priority()

    def _channel_priority(self) -> Any:
        priority = self.random.choice(self.priorities)
        if self.chance(0.25):
            return priority
        return self._remark({self.random.choice(["is", "at-most", "at-most"]): priority})

    def _entitlements(self) -> None:
        grants = [self._grant() for _ in range(self.random.randint(1, 4))]
        for _ in range(self.random.randint(0, 2)):
            order = {"recommend": self.some(self.document["channels"], 3)}
            place = self.random.randint(0, len(grants))
            grants.insert(place, self._with_condition(self._remark(order), channel=False))
        self.document["entitlements"] = grants

    def _grant(self) -> Document:
        allowed = self.some(self.document["channels"], 2)
        grant: Document = {"allow": allowed if len(allowed) > 1 else allowed[0]}
        if self.chance(0.6):
            grant["hours"] = self.random.choice([*self.document["hours"], "24x7"])
        if self.chance(0.3):
            needed = self.some(NEEDS, 2)
            grant["prerequisites"] = needed if len(needed) > 1 else needed[0]
        if self.chance(0.25):
            grant["languages"] = self._languages()
        return self._with_condition(self._remark(grant), channel=False)

    def _commitment(self) -> None:
        if self.chance(0.2):
            self.document["commitment"] = self.random.choice(BINDING)
        elif self.chance(0.6):
            entries = [self._bound() for _ in range(self.random.randint(1, 3))]
            self.document["commitment"] = entries

    def _bound(self) -> Document:
        return self._with_condition(self._remark({"is": self.random.choice(BINDING)}), 0.6)

    def _targets(self) -> None:
        rules = [self._rule() for _ in range(self.random.randint(0, 5))]
        if rules:
            self.document["targets"] = rules

    def _rule(self) -> Document:
        rule: Document = {}
        if self.chance(0.6):
            rule["hours"] = self.random.choice(list(self.document["hours"]))
        if self.chance(0.3):
            rule["condition"] = self.text()
        for metric in self.some(self.metrics, 2):
            rule[metric] = self._stated(rule)
        return self._with_condition(self._remark(rule), 0.85, opened=True)

    def _stated(self, rule: Document) -> Any:
        if not self.priorities or self.chance(0.4):
            return self._cell(rule)
        rest = set(self.priorities)
        cells: Document = {}
        group = self.document["groups"].get("serious")
        if group and self.chance(0.3):
            cells["serious"] = self._cell(rule)
            rest -= set(group["priority"])
        for priority in self.some(sorted(rest), 2, 0 if cells else 1):
            cells[priority] = self._cell(rule)
        return cells

    def _cell(self, rule: Document) -> Any:
        own = self.random.choice(list(self.document["hours"])) if self.chance(0.15) else None
        hours = own or rule.get("hours")
        target = self.random.choice(TIMED if hours is None else COUNTED)
        if hours == "all" and depends_on_hours(target):
            # A union in several time zones has no business days and no calendar days.
            target = "30 business minutes"
        if own is None and self.chance():
            return target
        cell: Document = {"target": target}
        if own is not None:
            cell["hours"] = own
        if self.chance(0.3):
            cell["text"] = self.text()
        if self.chance(0.2):
            cell["condition"] = self.text()
        return self._remark(cell)

    def _terms(self) -> None:
        if self.chance(0.3):
            entries = [
                self._with_condition(self._remark({"say": self.text()}), 0.6)
                for _ in range(self.random.randint(1, 3))
            ]
            self.document["terms"] = {"contacts": entries}

    def _limits(self) -> None:
        if self.chance():
            topics = self.some(("cases", "calls"))
            self.document["limits"] = {topic: self._limit() for topic in topics}

    def _limit(self) -> Any:
        if self.chance(0.2):
            return self.random.choice(QUOTAS)
        # With few different limits, some are redundant.
        quotas = self.some(QUOTAS, 2)
        return [self._limit_entry(quotas) for _ in range(self.random.randint(1, 4))]

    def _limit_entry(self, quotas: Any = QUOTAS) -> Document:
        entry = {"is": self.random.choice(quotas)}
        return self._with_condition(self._remark(entry, 0.1), 0.75)

    # -- changes ---------------------------------------------------------------------------------

    def changed(self) -> Document:
        """Return the policy after one to three changes; a few of the results are invalid."""
        before, self.document = self.document, deepcopy(self.document)
        changes = (
            self._change_list, self._change_list, self._change_cell, self._change_cell,
            self._change_hours, self._change_priorities, self._change_names, self._change_channel,
            self._change_words, self._change_limit,
        )  # fmt: skip
        for _ in range(self.random.randint(1, 3)):
            self.random.choice(changes)()
        before, self.document = self.document, before
        return before

    def _change_list(self) -> None:
        section = self.random.choice(["entitlements", "targets", "targets", "commitment"])
        made = {"entitlements": self._grant, "targets": self._rule, "commitment": self._bound}
        entries = self.document.setdefault(section, [])
        if isinstance(entries, str):
            self.document[section] = self.random.choice(BINDING)
            return
        place = self.random.randrange(len(entries) + 1)
        if place == len(entries) or self.chance(0.2):
            entries.insert(place, made[section]())
        elif self.chance(0.3):
            entries[place] = {**entries[place], **self._with_condition({}, 0.6, channel=False)}
        elif self.chance(0.5):
            entries.insert(0, entries.pop(place))
        elif self.chance(0.5) or len(entries) == 1:
            entries[place].pop("when", None)
        else:
            del entries[place]

    def _change_limit(self) -> None:
        limits = self.document.setdefault("limits", {})
        topic = self.random.choice(["cases", "calls"])
        entries = limits.get(topic)
        if not isinstance(entries, list) or self.chance(0.2):
            limits[topic] = self._limit()
        elif self.chance(0.5):
            self.random.choice(entries)["is"] = self.random.choice(QUOTAS)
        elif self.chance(0.5):
            entries.insert(0, self._limit_entry())
        else:
            entries.reverse()

    def _change_cell(self) -> None:
        for rule in self.random.sample(rules := self.document.get("targets", []), len(rules)):
            metric = next((metric for metric in self.metrics if metric in rule), None)
            if metric is None:
                continue
            cells = rule[metric]
            if isinstance(cells, dict) and "target" not in cells and self.chance(0.7):
                cells[self.random.choice(list(cells))] = self._cell(rule)
            elif self.chance(0.3):
                rule["condition"] = self.text()
            else:
                rule[metric] = self._stated(rule)
            return

    def _change_hours(self) -> None:
        hours = self.document["hours"]
        name = self.random.choice(self.plain_hours)
        if isinstance(hours[name], list) and self.chance():
            hours[name] = hours[name][:-1]
        elif isinstance(hours[name], list) or self.chance(0.3):
            hours[name] = self._calendar(False)
        else:
            first, last = map(int, (hours[name]["open"][8:10], hours[name]["open"][14:16]))
            first, last = self.random.choice([(max(0, first - 1), last), (first, last + 1)])
            hours[name]["open"] = f"mon-sun {first:02}:00-{min(24, last):02}:00"

    def _change_priorities(self) -> None:
        entries = self.document.get("priorities", [])
        for entry in entries[:1] if self.chance() else ():
            entries.append(entries.pop(0))
            entry.pop("when", None)
        if entries and self.facts and self.chance():
            self.random.choice(entries)["when"] = self._when(only=self.facts)
        table = self.document.get("priority-table")
        if table and self.chance(0.8):
            row = self.random.choice(list(table["cells"].values()))
            row[self.random.choice(list(row))] = self._in_table()
        elif table:
            del self.document["priority-table"]

    def _change_names(self) -> None:
        sections = [n for n in ("plans", "roles", "channels", "facts") if n in self.document]
        section = self.random.choice(sections)
        if self.chance() and len(self.document[section]) > 1:
            del self.document[section][self.random.choice(list(self.document[section]))]
        elif section == "facts":
            fact = self.document["facts"][self.random.choice(list(self.document["facts"]))]
            if "values" in fact:
                fact["default"] = self.random.choice(list(fact["values"]))
        else:
            more = {"kind": "other"} if section == "channels" else {}
            self.document[section]["added"] = {"name": self.text(), **more}

    def _change_channel(self) -> None:
        channel = self.document["channels"][self.random.choice(list(self.document["channels"]))]
        if self.chance(0.3):
            channel["languages"] = self._languages()
        elif self.chance(0.3):
            channel["kind"] = self.random.choice(list(CHANNELS.values()))
        else:
            channel["prerequisites"] = self.some(NEEDS, 2)

    def _change_words(self) -> None:
        """Change texts, or write conditions in another way with the same meaning."""
        for section in ("entitlements", "targets"):
            for entry in self.document.get(section, []):
                self._remark(entry)
                if isinstance(entry.get("when"), dict):
                    entry["when"] = [entry["when"], dict(entry["when"])]
        self.document["title"] = self.text()


def draw_pair(seed: int, number: int) -> tuple[Document, Document]:
    """Return the policy of this number, and a changed or another policy to compare it with.

    Both have no dates.
    """
    random = Random(f"pair {seed} {number}")
    drawing = Drawing(random)
    return drawing.document, Drawing(random).document if number % 8 == 0 else drawing.changed()


def draw(seed: int, number: int) -> list[Document]:
    """Return the revisions of the policy of this number; they depend only on seed and number.

    Most policies have a single revision without dates.
    """
    random = Random(f"{seed} {number}")
    documents = [Drawing(random).document]
    if random.random() < 0.2:
        documents[0]["effective"] = {"from": "2026-11-01", "unclear": "Text of the first days"}
        if random.random() < 0.6:
            documents.append(Drawing(random).document)
            documents[1]["effective"] = {"from": random.choice(["2026-11-24", "2026-11-25"])}
        if random.random() < 0.5:
            documents[-1]["effective"]["last_day"] = random.choice(["2026-11-25", "2026-11-26"])
            if random.random() < 0.5:
                documents = documents[:1]
                documents[0]["effective"]["last_day"] = "2026-11-23"
    return documents


#: Ranges of dates. Questions are about days around 24 November 2026: all ranges but the first
#: contain these days, and each of them contains the next.
SEASONS = (
    "03-15..05-31", "09-01..03-01", "2026-10-15..2027-02-15", "2026-11-01..2026-12-31",
)  # fmt: skip


def add_seasons(documents: list[Document], seed: int, number: int) -> None:
    """Add ranges of dates to some calendars.

    Only answers are compared with ranges: other comparisons assume that every day is the same. The
    values have a random source of their own, so that the rest of the policy stays the same.
    """
    drawing = Drawing(Random(f"seasons {seed} {number}"))
    for document in documents:
        for entries in document["hours"].values():
            for entry in entries if isinstance(entries, list) else [entries]:
                if "open" in entry and drawing.chance(0.4):
                    ranges = drawing.some(SEASONS, 3)
                    entry["dates"] = {text: drawing.window() for text in ranges}


class RankedDrawing(Drawing):
    """Draws a policy with `above` in plans and roles, and with targets in most cases."""

    def _names(self) -> None:
        super()._names()
        made = self.document
        made["plans"] |= {plan: self._named() for plan in PLANS if plan not in made["plans"]}
        made["roles"] = {role: self._named() for role in ROLES}
        made["channels"]["web"] = {"name": self.text(), "kind": "web"}
        for fact in list(made.get("facts", {}))[1:]:
            del made["facts"][fact]
        self.priorities = self.some((*PRIORITIES, "P4"), 4, 2)
        for section in ("plans", "roles"):
            below: list[str] = []
            for id, member in self.some(made.get(section, {}).items(), 4, 4):
                if below and self.chance(0.8):
                    above = self.some(below, 2)
                    entry = dict(member) if isinstance(member, dict) else {"name": member}
                    made[section][id] = {**entry, "above": above if len(above) > 1 else above[0]}
                below.append(id)

    def _grant(self) -> Document:
        grant = super()._grant()
        if self.chance(0.3):
            grant.pop("when", None)
        if self.chance(0.6):
            dimension = "role" if "roles" in self.document and self.chance() else "plan"
            grant |= {"allow": "web", "when": {dimension: self._choice(dimension)}}
            grant["hours"] = self.random.choice([*self.document["hours"], "24x7"])
        return grant

    def _targets(self) -> None:
        self.document["targets"] = [self._rule() for _ in range(self.random.randint(3, 6))]
        self.document["targets"][-1].pop("when", None)

    def _rule(self) -> Document:
        rule = super()._rule()
        if "condition" in rule and self.chance(0.8):
            rule["condition"] = "Call us."
        return rule

    def _stated(self, rule: Document) -> Any:
        if self.chance(0.4):
            return super()._stated(rule)
        return {priority: self._cell(rule) for priority in self.priorities}

    def _limits(self) -> None:
        entries = []
        for _ in range(3):
            dimension = self.random.choice(("plan", "role"))
            entry = {"when": {dimension: self._choice(dimension)}}
            entries.append({**entry, "is": self.random.choice(QUOTAS)})
        self.document["limits"] = {"cases": entries}

    def _cell(self, rule: Document) -> Any:
        cell = super()._cell(rule)
        while (cell["target"] if isinstance(cell, dict) else cell) == "not-stated":
            cell = super()._cell(rule)
        return cell


def draw_ranked(seed: int, number: int) -> Document:
    """Return the policy of this number with `above` in plans and roles."""
    return RankedDrawing(Random(f"ranked {seed} {number}")).document


# -- text --------------------------------------------------------------------------------------


class _Plain(yaml.CSafeDumper):
    """Writes no aliases, and plain scalars where YAML allows them."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML declares it

    def ignore_aliases(self, data: Any) -> bool:
        return True


def block(document: Document) -> str:
    """Return a policy as YAML in block style."""
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, default_flow_style=False)


def flow(document: Document) -> str:
    """Return a policy as YAML in flow style, on several lines."""
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, default_flow_style=True, width=60)


def json_line(document: Document) -> str:
    """Return a policy as JSON on a single line."""
    return json.dumps(document) + "\n"


FORMS = (block, flow, json_line)
