"""Small policies with answers worked out by hand: columns, reasons and recommended channels."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Cli

OPENED = ("--opened", "2026-11-23T10:00:00Z")


class Ask:
    """Runs the program with a policy in a separate file."""

    def __init__(self, cli: "Cli", folder: Path) -> None:
        self.cli = cli
        self.folder = folder

    def plain(self, policy: str, *arguments: str) -> str:
        """Return the lines of an answer."""
        (self.folder / "acme.yaml").write_text(policy)
        return self.cli(*arguments, "--policy", "./acme.yaml", cwd=self.folder).stdout

    def answers(self, policy: str, *arguments: str) -> list[dict[str, Any]]:
        """Return the answers of the JSON document."""
        result: list[dict[str, Any]] = json.loads(
            self.plain(policy, *arguments, "--format", "json")
        )["answers"]
        return result


@pytest.fixture
def ask(cli: "Cli", tmp_path: Path) -> Ask:
    return Ask(cli, tmp_path)


# -- columns of a metric ---------------------------------------------------------------------------

METRICS = """\
format: 1
policy: acme
plans: {pro: Pro}
facts:
  region: {values: {eu: Europe, us: America}}
  tier: {values: {top: Top, low: Low}}
  zone: {values: {a: A, b: B}}
channels: {web: {name: Ticket, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: P1}, {id: P2}]
metrics: [{id: answer}, {id: update}, {id: fix}, {id: call}]
hours:
  office:
    - {when: {zone: a}, open: mon-fri 09:00-17:00}
    - {open: mon-fri 12:00-20:00}
targets:
  - {when: {region: eu, tier: top}, update: 2h}
  - {when: {region: eu}, update: 3h}
  - {when: {tier: top}, update: 4h}
  - {update: 5h}
  - {fix: {P1: 5h, P2: 6h}}
  - {answer: 1h, call: {target: 2 business hours, hours: office}}
"""


def lines(*rows: str) -> str:
    return "".join(row.replace(" ", "\t") + "\n" for row in rows)


def test_a_metric_opens_only_the_dimensions_that_decide_it(ask: Ask) -> None:
    assert ask.plain(METRICS, "due", *OPENED) == lines("2026-11-23T11:00:00Z")
    assert ask.plain(METRICS, "due", "--metric", "update", *OPENED) == lines(
        "eu top 2026-11-23T12:00:00Z",
        "eu low 2026-11-23T13:00:00Z",
        "us top 2026-11-23T14:00:00Z",
        "us low 2026-11-23T15:00:00Z",
    )
    assert ask.plain(METRICS, "due", "--metric", "fix", *OPENED) == lines(
        "P1 2026-11-23T15:00:00Z", "P2 2026-11-23T16:00:00Z"
    )
    # The fact `zone` selects the calendar of the hours, so it decides the metric too.
    assert ask.plain(METRICS, "due", "--metric", "call", *OPENED) == lines(
        "a 2026-11-23T12:00:00Z", "b 2026-11-23T14:00:00Z"
    )


def test_two_metrics_open_the_dimensions_of_both(ask: Ask) -> None:
    result = ask.plain(METRICS, "due", "--metric", "answer", "--metric", "fix", *OPENED)
    assert result == lines(
        "P1 answer 2026-11-23T11:00:00Z",
        "P1 fix 2026-11-23T15:00:00Z",
        "P2 answer 2026-11-23T11:00:00Z",
        "P2 fix 2026-11-23T16:00:00Z",
    )


# -- reasons ---------------------------------------------------------------------------------------

SILENT = """\
format: 1
policy: acme
plans: {pro: Pro, free: Free}
channels: {web: {name: Ticket, kind: web}, phone: {name: Phone, kind: phone}}
entitlements:
  - allow: web
metrics: [{id: answer}, {id: fix}]
targets:
  - {when: {plan: pro}, answer: not-stated}
  - {when: {plan: pro}, fix: none}
"""


@pytest.mark.parametrize(
    ("arguments", "state", "path", "line"),
    [
        (("--plan", "pro"), "not-stated", "targets[0].answer", 9),
        (("--plan", "pro", "--metric", "fix"), "no-target", "targets[1].fix", 10),
        # No rule states a target, so the reason is the section.
        (("--plan", "free"), "not-stated", "targets", 8),
        (("--plan", "free", "--metric", "fix"), "not-stated", "targets", 8),
        # No grant allows the channel, so the reason is the section.
        (("--plan", "free", "--channel", "phone"), "not-entitled", "entitlements", 5),
    ],
)
def test_the_reason_for_a_missing_target_is_named(
    arguments: tuple[str, ...], state: str, path: str, line: int, ask: Ask
) -> None:
    [answer] = ask.answers(SILENT, "due", *arguments, *OPENED)
    assert answer["state"] == state
    assert {"file": "acme.yaml", "line": line, "path": path} in answer["because"]


def test_without_targets_the_reason_is_the_entitlements(ask: Ask) -> None:
    [answer] = ask.answers(SILENT[: SILENT.index("metrics:")], "due", "--plan", "pro", *OPENED)
    assert answer["state"] == "not-stated"
    assert answer["because"] == [{"file": "acme.yaml", "line": 5, "path": "entitlements"}]


# -- recommended channels --------------------------------------------------------------------------

RANKED = """\
format: 1
policy: acme
plans: {pro: Pro, free: Free}
channels:
  web: {name: Ticket, kind: web}
  phone: {name: Phone, kind: phone}
  chat: {name: Chat, kind: chat}
  forum: {name: Forum, kind: community}
entitlements:
  - {allow: [web, phone, chat]}
  - {when: {plan: pro}, allow: forum}
  - {recommend: [web, phone]}
  - {recommend: [web, chat, phone]}
"""


def ranks(ask: Ask, policy: str, *arguments: str) -> dict[str, int | None]:
    rows = ask.answers(policy, "channels", "--plan", "pro", *arguments)
    return {row["channel"]: row["recommended"] for row in rows}


def test_the_better_rank_of_two_recommendations_is_used(ask: Ask) -> None:
    assert ranks(ask, RANKED) == {"web": 1, "phone": 2, "chat": 3, "forum": None}


def test_a_denied_channel_has_no_rank(ask: Ask) -> None:
    narrow = RANKED.replace("{allow: [web, phone, chat]}", "{allow: [phone, chat]}")
    assert ranks(ask, narrow) == {"web": None, "phone": 1, "chat": 2, "forum": None}


def test_a_recommendation_applies_where_it_matches(ask: Ask) -> None:
    other = RANKED.replace("{recommend: [web, phone]}", "{when: {plan: free}, recommend: [phone]}")
    assert ranks(ask, other) == {"web": 1, "chat": 2, "phone": 3, "forum": None}


@pytest.mark.parametrize(
    ("recommend", "order"),
    [
        ("[chat, web]", "Chat Ticket Phone Forum"),
        ("[forum, chat, phone]", "Forum Chat Phone Ticket"),
        ("[phone]", "Phone Ticket Chat Forum"),
        ("[forum, chat, phone, web]", "Forum Chat Phone Ticket"),
    ],
)
def test_only_tables_list_recommended_channels_first(recommend: str, order: str, ask: Ask) -> None:
    policy = RANKED[: RANKED.index("  - {recommend")] + f"  - {{recommend: {recommend}}}\n"
    arguments = ("channels", "--plan", "pro")
    rows = ask.plain(policy, *arguments, "--format", "markdown").splitlines()[2:6]
    assert [row.split("<br>")[0].strip("| ") for row in rows] == order.split()
    # Plain lines keep the order of the policy.
    assert ask.plain(policy, *arguments).split() == ["web", "phone", "chat", "forum"]
