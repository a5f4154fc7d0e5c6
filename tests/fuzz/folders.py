"""Random folders with two or three revisions of a policy, and questions about them.

`tests/reference` draws the revisions. A revision is a copy of the first revision, a changed copy,
or another policy. All revisions know some names, and only some of them know the other names.
"""

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from reference.draw import Document, Drawing, json_line

from .inputs import with_typos

COMMANDS = ("channels", "due", "hours", "priority", "topics", "terms")
DIMENSIONS = ("plan", "role", "channel", "priority")
STARTS = ("2024-10-01", "2025-12-31", "2026-03-29", "2026-10-25", "2026-11-24")
SOON = "2026-10-20"
LATE = datetime(2200, 1, 1, tzinfo=UTC)
#: Other ids that a revision may use for these members.
OTHER_IDS = {
    "pro": "team", "free": "basic", "user": "member", "forum": "board", "P1": "S1", "P2": "S2",
    "region": "place", "topic": "about", "update": "fix", "office": "lab", "asia": "africa",
    "contacts": "people",
}  # fmt: skip
ALIASES = ("gold", "silver", "x1")
SELF_HELP: Document = {
    "topics": {"start": {"name": "Start"}, "billing": {"name": "Bills"}},
    "resources": [
        {"topic": "start", "kind": "guide", "name": "A guide", "url": "https://example.com/a"},
        {"topic": "billing", "kind": "other", "name": "A forum", "url": "https://example.com/b"},
        {"kind": "guide", "name": "All of it", "url": "https://example.com/c"},
    ],
}


class Folder(NamedTuple):
    """The revisions of a policy in order of time; `texts` are their files, which may be damaged."""

    documents: tuple[Document, ...]
    texts: tuple[bytes, ...]

    @property
    def damaged(self) -> bool:
        """Whether a file differs from its revision."""
        return self.texts != tuple(json_line(document).encode() for document in self.documents)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the policy."""
        return ZoneInfo(self.documents[0].get("timezone", "UTC"))

    def in_force_spans(self) -> list[tuple[datetime, datetime | None]]:
        """Return for each revision the first instant in force and the first after it, or None."""
        effective = [document["effective"] for document in self.documents]
        starts = [_midnight(document["from"], self.zone) for document in effective]
        ends: list[datetime | None] = [*starts[1:], None]
        for number, entry in enumerate(effective):
            if "last_day" in entry:
                day = date.fromisoformat(entry["last_day"]) + timedelta(days=1)
                ends[number] = min(_midnight(f"{day}", self.zone), ends[number] or LATE)
        return list(zip(starts, ends, strict=True))

    def in_force(self, moment: datetime) -> int | None:
        """Return the number of the revision in force at a moment."""
        for number, (start, end) in enumerate(self.in_force_spans()):
            if start <= moment < (end or LATE):
                return number
        return None


class SmallDrawing(Drawing):
    """Draws a policy with small sections, so that it has few mutants."""

    def some(self, values: Any, most: int = 3, least: int = 1) -> list[Any]:
        return super().some(values, min(most, 2), min(least, 2))

    def _remark(self, node: Document, share: float = 0.25) -> Document:
        return node

    def _entitlements(self) -> None:
        super()._entitlements()
        del self.document["entitlements"][2:]

    def _targets(self) -> None:
        self.document["targets"] = [self._rule()]


def draw_small(random: Random) -> Folder:
    """Return one or two revisions of a small policy."""
    documents = [SmallDrawing(random).document for _ in range(random.choice((1, 1, 1, 2)))]
    for document, start in zip(documents, STARTS, strict=False):
        document["effective"] = {"from": start}
    return Folder(tuple(documents), tuple(json_line(document).encode() for document in documents))


def _midnight(day: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), zone)


def draw_folder(random: Random) -> Folder:
    """Return a folder; one in eight has a damaged revision."""
    drawing = Drawing(random)
    documents = [drawing.document]
    for _ in range(random.choice((1, 1, 1, 2))):
        choice = random.random()
        document = deepcopy(drawing.document) if choice < 0.2 else drawing.changed()
        documents.append(Drawing(random).document if choice > 0.6 else document)
    documents = [_with_variations(random, document) for document in documents]
    for document in documents[1:]:
        document["policy"] = documents[0]["policy"]
    zone = random.choice(("UTC", "Europe/Oslo", "America/St_Johns"))
    starts = sorted(random.sample(STARTS, len(documents)))
    for document, start in zip(documents, starts, strict=True):
        document["timezone"] = zone
        document["effective"] = {"from": start}
    for number, start in enumerate(starts):
        # The last revision may end. An earlier revision may end before the next one starts.
        if random.random() < (0.4 if number == len(starts) - 1 else 0.15):
            documents[number]["effective"]["last_day"] = random.choice((start, max(start, SOON)))
    texts = [json_line(document).encode() for document in documents]
    if not random.randrange(8):
        number = random.randrange(len(documents))
        texts[number] = _damaged(random, documents, number)
    return Folder(tuple(documents), tuple(texts))


def _with_variations(random: Random, document: Document) -> Document:
    """Return a revision with other ids for some members, and with keys that `Drawing` omits."""
    text = json_line(document)
    for id, other in OTHER_IDS.items():
        if random.random() < 0.15:
            text = re.sub(rf"\b{id}\b", other, text)
    revision: Document = json.loads(text)
    for alias in ALIASES:
        if random.random() < 0.2:
            section = revision[random.choice(("plans", "channels"))]
            id = random.choice(list(section))
            entry = section[id] if isinstance(section[id], dict) else {"name": section[id]}
            section[id] = {**entry, "aliases": [alias]}
            if any(alias in entry.get("aliases", ()) for entry in section.values()
                   if isinstance(entry, dict) and entry is not section[id]):  # fmt: skip
                del section[id]["aliases"]
    for metric in revision.get("metrics", [])[1:]:
        if random.random() < 0.6:
            metric["starts"] = random.choice(("answered", "updated", "when we know the cause"))
        if random.random() < 0.3:
            metric["warn"] = random.choice(("3/4", "90m before", "1 business hour before"))
    if random.random() < 0.4:
        revision["self-help"] = deepcopy(SELF_HELP)
        if "roles" in revision and random.random() < 0.5:
            revision["self-help"]["resources"][0]["audience"] = list(revision["roles"])[:1]
    return revision


def _damaged(random: Random, documents: list[Document], number: int) -> bytes:
    """Return the text of a revision that is invalid, or that conflicts with another one."""
    document = deepcopy(documents[number])
    choice = random.randrange(4)
    if choice == 0:
        document["effective"] = documents[number - 1]["effective"]
    elif choice == 1:
        document["timezone"] = "Asia/Tokyo"
    elif choice == 2:
        del document[random.choice(("plans", "channels", "policy", "effective"))]
    else:
        return with_typos(random, json_line(document))
    return json_line(document).encode()


def known(document: Document) -> dict[str, set[str]]:
    """Return the names of the members of each dimension and section in a revision."""

    def ids(section: str) -> set[str]:
        entries = document.get(section, {})
        aliases = (
            entry.get("aliases", ()) for entry in entries.values() if isinstance(entry, dict)
        )
        return {*entries, *(alias for some in aliases for alias in some)}

    return {
        **{name: ids(f"{name}s") for name in ("plan", "role", "channel")},
        "priority": {entry["id"] for entry in document.get("priorities", ())},
        "metric": {entry["id"] for entry in document.get("metrics", [{"id": "first-response"}])},
        "hours": {*document.get("hours", {}), "24x7"},
        "topics": {*document.get("self-help", {}).get("topics", {})},
        "terms": {*document.get("terms", {})},
        **{
            f"fact {name}": {*fact.get("values", ("true", "false"))}
            for name, fact in document.get("facts", {}).items()
        },
    }


class Question(NamedTuple):
    """A command with its options, except policy, moment and format; `names` are in the options.

    `changed` are the new values of a change of the case.
    """

    command: str
    options: tuple[str, ...]
    names: tuple[tuple[str, str], ...]  # (key of `known`, name)
    changed: tuple[tuple[str, str], ...] = ()

    def is_known_to(self, document: Document) -> bool:
        """Return whether a revision knows all names."""
        names = known(document)
        return all(value in names.get(name, ()) for name, value in (*self.names, *self.changed))


def draw_question(random: Random, documents: tuple[Document, ...]) -> Question:
    """Return a question with names of one revision, or of all."""
    sources = documents if random.random() < 0.6 else (random.choice(documents),)
    names: dict[str, list[str]] = {}
    for document in sources:
        for key, values in known(document).items():
            names[key] = sorted({*names.get(key, ()), *values})
    command = random.choice(("due", "due", *COMMANDS))
    chosen: list[tuple[str, str]] = []
    options: list[str] = []

    def name(key: str, share: float, *flag: str, before: str = "") -> None:
        if names.get(key) and random.random() < share:
            value = random.choice(names[key]) if random.random() < 0.98 else "nope"
            chosen.append((key, value))
            options.extend((*flag, before + value))

    if command == "hours":
        name("hours", 0.3)
    for dimension in {"priority": (), "topics": ("role",)}.get(command, DIMENSIONS):
        name(dimension, 0.35, f"--{dimension}")
    for key in (key for key in names if key.startswith("fact ") and command != "topics"):
        name(key, 0.35, "--fact", before=f"{key[5:]}=")
    if command in ("topics", "terms"):
        name(command, 0.4, "--topic")
    if command == "due":
        if random.random() < 0.3:
            options += ("--metric", "all")
        else:
            name("metric", 0.4, "--metric")
    if command in ("due", "hours"):
        if random.random() < 0.6:
            options += ("--customer-tz", "Asia/Tokyo")
        if random.random() < 0.3:
            options += ("--customer-country", "NO")
    changed = []
    if command == "due" and random.random() < 0.25:
        keys = [k for k in names if k in ("plan", "role", "priority") or k.startswith("fact ")]
        keys = [key for key in keys if names[key]]
        chosen_keys = random.sample(keys, min(len(keys), random.choice((1, 1, 2))))
        changed = [(key, random.choice(names[key])) for key in chosen_keys]
    return Question(command, tuple(options), tuple(chosen), tuple(changed))


def moments(random: Random, folder: Folder, count: int) -> list[datetime]:
    """Return moments at and around the starts and ends of revisions."""
    borders = [border for span in folder.in_force_spans() for border in span if border is not None]
    ways: tuple[Callable[[datetime], datetime], ...] = (
        lambda first: first,
        lambda first: first - timedelta(seconds=1),
        lambda first: first + timedelta(days=random.randint(0, 400), hours=random.randint(0, 23)),
        lambda first: first - timedelta(days=random.randint(0, 40), hours=random.randint(0, 23)),
    )
    return [random.choice(ways)(random.choice(borders)) for _ in range(count)]


def at(question: Question, moment: datetime, random: Random) -> tuple[str, ...]:
    """Return the options for a moment; for `due` also events, sometimes."""
    text = moment.isoformat()
    if question.command != "due":
        return ("--at", text)
    later = (moment + timedelta(hours=random.choice((0, 1, 30, 24 * 400)))).isoformat()
    options = ["--opened", text, "--at", later]
    for event in ("answered", "updated", "resolved"):
        if random.random() < 0.1:
            options += (f"--{event}", later)
    if random.random() < 0.1:
        options += ("--pause", f"{text}/{random.choice((later, ''))}")
    if question.changed:
        instant = random.choice((text, later, (moment + timedelta(minutes=30)).isoformat()))
        values = (f"{key.removeprefix('fact ')}={value}" for key, value in question.changed)
        options += ("--event", ",".join((instant, *values)))
    return tuple(options)


# -- tests files -----------------------------------------------------------------------------------


def tests_of(
    random: Random, folder: Folder, answers: Callable[[Question, str], list[Document]]
) -> Document:
    """Return a tests file; most cases expect the result of `answers`."""
    cases: list[Document] = []
    for moment in moments(random, folder, random.randint(1, 3)):
        number = folder.in_force(moment)
        # A tests file must use ids that the revision knows.
        own = random.random() < 0.9 and number is not None
        question = draw_question(random, folder.documents[number:][:1] if own else folder.documents)
        if own and any(value in ALIASES for _, value in question.names):
            continue
        if question.command not in ("channels", "due", "hours", "priority"):
            continue
        values: Document = {key: value for key, value in question.names if " " not in key}
        values |= {key[5:]: value for key, value in question.names if key.startswith("fact ")}
        if "hours" in values:
            values["name"] = values.pop("hours")
        if "--customer-tz" in question.options:
            values["customer-tz"] = "Asia/Tokyo"
        text = moment.isoformat()
        values["opened" if question.command == "due" else "at"] = text
        rows = answers(question, text)
        expected = _expected(question.command, rows) if random.random() < 0.9 else None
        cases.append({question.command: values, "expect": expected or _guess(question.command)})
    tests: Document = {"tests": 1, "policy": folder.documents[0]["policy"]}
    if cases:
        tests["cases"] = cases
    if not cases or random.random() < 0.3:
        channel = random.choice(sorted(known(random.choice(folder.documents))["channel"]))
        tests["invariants"] = [{random.choice(("require", "forbid")): {"channel": channel}}]
    return tests


def _expected(command: str, rows: list[Document]) -> Any:
    """Return the expectation for these rows of an answer."""
    if command == "channels":
        return {"exactly": sorted({row["channel"] for row in rows if row["allowed"]})}
    key = "priority" if command == "priority" else "state"
    values = {row[key] for row in rows}
    return {key: values.pop() or "none"} if len(values) == 1 else None


def _guess(command: str) -> Any:
    return {
        "channels": {"include": "web"},
        "due": "running",
        "hours": "open",
        "priority": "none",
    }[command]


# -- answers of a single revision ------------------------------------------------------------------

#: The fields that name the case of a row, except facts.
CASE = ("plan", "role", "channel", "priority", "metric", "topic")
#: The fields that depend only on the case, the moment and the revision in force. Remarks and
#: `retired` also depend on other revisions, which may add columns for facts and plans.
SAME = {
    "channels": ("allowed", "only_when", "prerequisites", "hours", "recommended"),
    "due": (
        "state", "target", "published", "condition", "commitment", "hours", "due", "next_open",
        "at_risk_at", "elapsed_seconds", "paused_seconds", "remaining_seconds", "starts",
    ),
    "hours": ("state", "hours", "open"),
    "priority": ("priority", "name", "meaning"),
    "topics": ("audience", "kind", "name", "url", "note", "unclear", "source", "because"),
    "terms": ("text", "because"),
}  # fmt: skip

#: Times of the next change: they depend on the next revision from its first day.
CHANGES = ("next_open", "next_close")


def differences(
    command: str, together: list[Document], alone: list[Document], end: datetime | None = None
) -> Iterator[str]:
    """Yield the differences between the answers of a folder and of its revision in force.

    Other revisions may add columns: then several rows answer the case of one row. After `end` the
    next revision decides the hours.
    """
    covered: set[int] = set()
    for row in together:
        general = [i for i, other in enumerate(alone) if _is_case_of(command, row, other)]
        covered.update(general)
        if not general:
            yield f"extra row: {_short(row)}"
            continue
        # A row for all channels gives the targets of the channels that are granted.
        opened = command == "due" and row["channel"] is not None
        refused = opened and row["state"] == "not-entitled" and alone[general[0]]["channel"] is None
        differing = [_different_fields(command, row, alone[i], end) for i in general]
        if not refused and all(differing):
            first = _short(alone[general[0]])
            yield f"different {', '.join(differing[0])}: {_short(row)}, alone {first}"
    for i in sorted({*range(len(alone))} - covered):
        yield f"missing row: {_short(alone[i])}"


def _different_fields(
    command: str, row: Document, general: Document, end: datetime | None
) -> list[str]:
    """Return the fields that must be the same in a more general row, but differ."""
    same = [*SAME[command]]
    for name in CHANGES if command == "hours" else ():
        text = general[name]
        if text and (end is None or datetime.fromisoformat(text) < end):
            same.append(name)
    return [name for name in same if row[name] != general[name]]


def _is_case_of(command: str, row: Document, general: Document) -> bool:
    """Return whether a row answers a case of a more general row."""
    names = [name for name in CASE if name in row]
    if command == "priority":
        names.remove("priority")
    if any(general[name] not in (None, row[name]) for name in names):
        return False
    if command == "topics" and general["topic"] != row["topic"]:
        return False
    facts = general.get("facts", {})
    return all(row["facts"].get(name) == value for name, value in facts.items())


def _short(row: Document) -> str:
    return ", ".join(f"{k}={v}" for k, v in row.items() if v is not None and k != "because")
