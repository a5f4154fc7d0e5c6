"""The summary of an audit as JSON, plain lines, Markdown and a screen."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from policy_screens import ENGLISH_WORDS
from pseudo_language import PSEUDO_WORDS, untranslated
from test_screens import WIDTHS, check

import zsupport
from audit.verdicts import VERDICT, verdict
from zsupport.answer.case import Query
from zsupport.audit.compare import CauseCount, Disagreement
from zsupport.audit.share import required_share
from zsupport.audit.summary import Summary, SummaryBuilder, SummaryOptions
from zsupport.audit.ticket import Reject, Ticket, TicketVerdict, VendorVerdict
from zsupport.audit.verdict_lists import VerdictRow, lists_of
from zsupport.cli.output import wording
from zsupport.clock.deadline import Events
from zsupport.clock.zones import zone
from zsupport.report import Terminal, render
from zsupport.report.screen import render_screen
from zsupport.view.audit import failures, show_audit
from zsupport.view.audit_in_words import AuditTexts
from zsupport.view.comparison import ComparedVerdicts
from zsupport.view.schemas import schema
from zsupport.view.screens import Setting
from zsupport.view.screens.audit import screen
from zsupport.view.times import Times
from zsupport.wording import Message, Wording

AT = 1_764_100_000
REVISION = zsupport.load("zoom").revisions[0]
VALIDATOR = jsonschema_rs.validator_for(schema("audit"))


def example(by: tuple[str, ...] = ("plan",), kept: tuple[str, ...] = ()) -> Summary:
    """Return a summary with every part: 12 tickets of two plans, rejects and a duplicate."""
    builder = SummaryBuilder(SummaryOptions(AT, by, kept))
    fields: list[dict[str, Any]] = [
        {"state": "met", "margin_seconds": 7200},
        {"state": "met", "margin_seconds": 5400, "plan": "free"},
        {"state": "met", "margin_seconds": 60},
        {"margin_seconds": -12_000},
        {"margin_seconds": -60, "due": AT - 60, "id": "A-2"},
        *({"state": state, "margin_seconds": None, "plan": None} for state in OTHER),
    ]
    rows: list[VerdictRow] = [
        (("west",) * len(kept), verdict(**{"line": line, "id": f"A-{line}", **own}))
        for line, own in enumerate(fields, 2)
    ]
    builder.add_lists(lists_of(rows))
    for line in (20, 21):
        builder.reject(
            Reject("tickets.csv", line, "Plan", Message("unknown plan `{plan}`", plan="x"))
        )
    return builder.finish({"plan": ("free", "pro")})


OTHER = (
    "running", "at-risk", "paused", "not-started", "not-entitled", "no-target", "not-stated",
    "needs-input",
)  # fmt: skip


def _cause(
    cause: str, detail: str | None, tickets: int, own: TicketVerdict, vendor: VendorVerdict
) -> CauseCount:
    case = Ticket(own.file, own.line, own.id, Query(None, None, None, None, {}), Events(0))
    difference = Disagreement(case, own, vendor, cause, detail)
    return CauseCount(own.metric, cause, detail, tickets, difference)


COMPARED = ComparedVerdicts(
    1200,
    (
        # 1,764,014,400 is 24 November 2025 at 20:00 in UTC.
        _cause("time-zone", "UTC", 1234, VERDICT, VendorVerdict(1_764_018_000, False)),
        _cause("unexplained", None, 1, verdict(line=7, id=None, due=None), VendorVerdict()),
    ),
)


def shown(
    summary: Summary, width: int = 120, words: Wording = ENGLISH_WORDS, *, fails: bool = False
) -> str:
    times = Times(UTC, datetime(2026, 1, 1, tzinfo=UTC), words=words)
    setting = Setting(times, words.language.code, words=words)
    fail_under = required_share(summary, "95") if fails else None
    blocks = screen(summary, REVISION, setting, fail_under=fail_under)
    return render_screen(blocks, Terminal(width))


def test_document_is_valid_and_has_the_numbers() -> None:
    summary = example()
    report = show_audit(
        summary, REVISION, ("tickets.csv",), zone("Europe/Oslo"),
        fail_under=required_share(summary, "95"),
    )  # fmt: skip
    document = json.loads(render(report, "json", Terminal()))
    VALIDATOR.validate(document)
    assert document["query"] == {
        "files": ["tickets.csv"],
        "metric": ["first-response"],
        "by": ["plan"],
        "at": "2025-11-25T20:46:40+01:00",
    }
    (total,) = document["summary"]["totals"]
    assert total == {
        "metric": "first-response", "values": {}, "tickets": 13, "met": 3, "breached": 2,
        "open_breached": 1, "running": 1, "at_risk": 1, "paused": 1, "not_started": 1,
        "not_entitled": 1, "no_target": 1, "not_stated": 1, "needs_input": 1, "met_percent": 60.0,
        "median_margin_seconds": 60, "margin_95_seconds": -12_000,
    }  # fmt: skip
    groups = document["summary"]["groups"]
    assert [group["values"] for group in groups] == [
        {"plan": "free"}, {"plan": "pro"}, {"plan": None},
    ]  # fmt: skip
    assert document["summary"]["worst"][0]["line"] == 5
    assert document["summary"]["reject_kinds"] == [
        {"rejects": 2, "column": "Plan", "reason": "unknown plan `x`", "file": "tickets.csv",
         "line": 20},
    ]  # fmt: skip
    assert document["summary"]["duplicates"] == 1
    assert document["fail_under"] == {
        "share": "95%", "below": ["first-response"], "uncertain": [],
    }  # fmt: skip


def test_document_of_no_tickets_is_valid() -> None:
    empty = SummaryBuilder(SummaryOptions(AT)).finish()
    document = show_audit(empty, REVISION, (), UTC).document
    VALIDATOR.validate(document)
    assert document["fail_under"] is None


def test_plain_lines_are_groups_or_totals() -> None:
    report = show_audit(example(), REVISION, (), UTC)
    assert render(report, "plain", Terminal()) == (
        "first-response\tfree\t100.0\t1\t0\t1\n"
        "first-response\tpro\t50.0\t2\t2\t4\n"
        "first-response\t\t\t0\t0\t8\n"
    )
    report = show_audit(example(()), REVISION, (), UTC)
    assert render(report, "plain", Terminal()) == "first-response\t60.0\t3\t2\t13\n"


def test_markdown() -> None:
    report = show_audit(example(), REVISION, (), UTC)
    text = render(report, "markdown", Terminal())
    assert text.startswith(
        "### Tickets\n\n"
        "| Metric | Tickets | Met | Breached | Met % | In progress | Other "
        "| Median margin | 95 % margin |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        "| first-response | 13 | 3 | 2 | 60.0 | 4 | 4 | 1 min | -3 h 20 min |\n"
    )
    assert "| A-5 | tickets.csv:5 | first-response | pro · owner · P2 | -3 h 20 min |" in text
    assert "| 2 | Plan | unknown plan \\`x\\` | tickets.csv:20 |" in text
    assert "> 1 ticket has the id of an earlier ticket" in text


def test_screen() -> None:
    assert shown(example(), 80, fails=True) == SCREEN


@pytest.mark.parametrize(
    ("metrics", "metric", "text"),
    [
        ({"fix": "4h", "answer": "4h"}, "fix", "1, of which 1 has no answer"),
        ({"answer": "4h", "fix": "4h"}, "fix", "1, of which 1 is not resolved"),
        # The answer does not end a recurring target.
        ({"update": "every 4h"}, "update", "1, of which 1 is not resolved"),
        (
            {"update": "{P1: every 4h, P2: 4h}"},
            "update",
            "1, of which 1 has neither the answer nor the resolution that counts",
        ),
    ],
)
def test_breached_tickets_without_the_event_that_ends_the_metric(
    tmp_path: Path, metrics: dict[str, str], metric: str, text: str
) -> None:
    (tmp_path / "p.yaml").write_text(
        "format: 1\npolicy: p\nplans: {pro: Pro}\nchannels: {web: {name: Web, kind: web}}\n"
        "entitlements: [{allow: web}]\npriorities: [{id: P1, name: A}, {id: P2, name: B}]\n"
        f"metrics: [{', '.join(f'{{id: {id}}}' for id in metrics)}]\n"
        f"targets: [{{{', '.join(f'{id}: {target}' for id, target in metrics.items())}}}]\n",
        encoding="utf-8",
    )
    builder = SummaryBuilder(SummaryOptions(AT))
    late = verdict(metric=metric, state="breached", due=AT - 60, margin_seconds=-60)
    builder.add_lists(lists_of([((), late)]))
    summary = builder.finish()
    revision = zsupport.load(str(tmp_path / "p.yaml")).revisions[0]
    texts = AuditTexts(summary, revision, "en", ENGLISH_WORDS)
    assert dict(texts.numbers(summary.totals[0]))["Breached"] == text


SCREEN = """\

  First response: 60.0 % met                                         13 tickets
  Met                 3
  Breached            2, of which 1 has no answer
  In progress         1 running, 1 at risk, 1 paused, 1 not started
  Without a verdict   1 not entitled, 1 no target, 1 not stated, 1 incomplete
  Margin              median 1 min left; for 95 % of the tickets 3 h 20 min late
                      or better

  first-response: 60.0 % met, which is less than 95%

  Plan           Tickets   Breached   Share met   Median margin   95 % margin
  ───────────────────────────────────────────────────────────────────────────
  Free           1         0          100.0 %     1 h 30 min      1 h 30 min
  Pro            4         2          50.0 %      1 min           -3 h 20 min
  (not stated)   8         0

  Worst tickets
  A-5   tickets.csv:5   3 h 20 min late   First response · pro · owner · P2
  A-2   tickets.csv:6        1 min late   First response · pro · owner · P2

  2 rows rejected
  2   tickets.csv:20   Plan: unknown plan `x`

  1 ticket has the id of an earlier ticket

"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("by", [(), ("plan",), ("plan", "month", "priority", "Area", "role")])
def test_screen_fits_and_breaks_no_word(width: int, by: tuple[str, ...]) -> None:
    summary = example(by, ("Area",))
    setting = Setting(Times(UTC, datetime(2026, 1, 1, tzinfo=UTC)), "en", words=ENGLISH_WORDS)
    check(screen(summary, REVISION, setting, compared=COMPARED), width)


def test_comparison_on_a_screen() -> None:
    times = Times(UTC, datetime(2026, 1, 1, tzinfo=UTC))
    blocks = screen(example(), REVISION, Setting(times, "en"), compared=COMPARED)
    text = render_screen(blocks, Terminal(80)).replace("\N{NO-BREAK SPACE}", " ")
    assert text.endswith("""
  1,200 of 2,435 verdicts agree with the help desk
  1,234   the help desk counts the hours in another time zone (UTC)
          A-1, tickets.csv:2: Mon 24 Nov 2025, 20:00, breached by the policy;
          Mon 24 Nov 2025, 21:00, not breached by the help desk
      1   no known cause
          tickets.csv:7: no deadline by the policy; no deadline by the help desk
  Times are in the time zone UTC.

""")


def test_screen_of_many_groups_shows_the_smallest_shares() -> None:
    builder = SummaryBuilder(SummaryOptions(AT, ("Area",), ("Area",)))
    for number in range(60):
        builder.add_counts(
            ("first-response", f"area {number:02}"), {"met": number, "breached": 9}, 0, {}
        )
    text = shown(builder.finish())
    assert "area 00" in text
    assert "area 39" in text
    assert "area 40" not in text
    assert "20 more groups are in --format json." in text


def test_screen_of_several_metrics_and_of_none() -> None:
    summary = SummaryBuilder(SummaryOptions(AT, ("plan",)))
    summary.add_lists(
        lists_of(
            [
                ((), VERDICT),
                ((), verdict(metric="update-time", state="running", margin_seconds=None)),
            ]
        )
    )
    text = shown(summary.finish())
    assert "First response: 0.0 % met" in text
    assert "Update time: no ticket is met or breached" in text
    assert "Pro    First response" in text
    assert shown(SummaryBuilder(SummaryOptions(AT)).finish()) == "\n  No tickets\n\n"


def test_every_text_is_translated() -> None:
    summary = example(("plan", "month"))
    texts = {
        "Free", "Pro", "Plan", "tickets", "csv", "pro", "owner", "first-response", "x", "A-2",
        "A-5", "P2", "First response",
    }  # fmt: skip
    text = shown(summary, 1000, PSEUDO_WORDS, fails=True)
    assert not untranslated(text, texts), text


def test_percentages_are_norwegian() -> None:
    words = wording("nb")
    text = shown(example(), 80, words, fails=True)
    assert "Første svar: 60,0 % overholdt" in text
    assert failures(required_share(example(), "95"), words)[0].startswith("first-response: 60,0")


def test_report_of_hostile_names_is_safe() -> None:
    builder = SummaryBuilder(SummaryOptions(AT, ("\x1b[31m",), ("\x1b[31m",)))
    rows: Any = [(("\x1b]0;x\x07",), verdict(id="\x1b[2J", file="a\nb"))]
    builder.add_lists(lists_of(rows))
    summary = builder.finish()
    report = show_audit(summary, REVISION, ("\x1b",), UTC)
    for format in ("json", "markdown", "plain", "table"):
        assert "\x1b" not in render(report, format, Terminal())
    assert "\x1b" not in shown(summary)
