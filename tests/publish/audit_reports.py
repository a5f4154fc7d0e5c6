"""Made audits and their reports."""

import random
from collections.abc import Sequence

from zsupport.answer.case import Query
from zsupport.audit.compare import CAUSES, CauseCount, Disagreement
from zsupport.audit.summary import Summary, SummaryBuilder, SummaryOptions
from zsupport.audit.ticket import Reject, Ticket, TicketVerdict, VendorVerdict
from zsupport.audit.verdict_lists import lists_of
from zsupport.clock.deadline import Events
from zsupport.clock.zones import zone
from zsupport.library import load
from zsupport.publish.report import audit_page
from zsupport.sources.translations import translation
from zsupport.view.comparison import ComparedVerdicts
from zsupport.wording import Message, Wording

AT = 1_767_000_000
OSLO = zone("Europe/Oslo")
#: Monday 6 January 2025, 00:00 in Oslo.
MONDAY = 1_736_118_000
REVISION = load("zoom").revisions[0]


def ticket(line: int, opened: int, margin: int, **fields: object) -> TicketVerdict:
    """Return a judged ticket."""
    state = "met" if margin >= 0 else "breached"
    return TicketVerdict(
        "tickets.csv",
        line,
        f"A-{line}",
        1,
        "pro",
        "owner",
        "web",
        "P2",
        "first-response",
        opened,
        state,
        "4h",
        opened + 14_400,
        margin,
        100,
        0,
        "acme.yaml:7",
        None,
    )._replace(**fields)  # type: ignore[arg-type]


def summary_of(tickets: Sequence[TicketVerdict], by: tuple[str, ...] = ()) -> Summary:
    builder = SummaryBuilder(SummaryOptions(AT, by, zone=OSLO, pictures=True))
    builder.add_lists(lists_of(((), own) for own in tickets))
    builder.reject(Reject("tickets.csv", 99, "Plan", Message("unknown plan `{plan}`", plan="x")))
    return builder.finish()


def large_summary(by: tuple[str, ...] = ("plan", "month")) -> Summary:
    """Return a year of tickets with two metrics."""
    draw = random.Random(4)
    return summary_of(
        [
            ticket(
                line, MONDAY + draw.randrange(330 * 86_400), draw.randrange(-8000, 40_000),
                metric=draw.choice(["first-response", "update"]),
                plan=draw.choice(["free", "pro", None]),
            )
            for line in range(2, 900)
        ],
        by,
    )  # fmt: skip


def report(
    summary: Summary,
    lang: str = "en",
    files: Sequence[str] = ("tickets.csv",),
    compared: ComparedVerdicts | None = None,
) -> str:
    words = Wording(translation(lang))
    return audit_page(summary, REVISION, files, OSLO, lang, words, compared)


MADE_TICKET = Ticket("tickets.csv", 2, None, Query(None, None, None, None, {}), Events(MONDAY))


def made_comparison(number: int = 3) -> ComparedVerdicts:
    """Return a comparison with each cause, whose first tickets have long ids."""
    causes = []
    for line, cause in enumerate(CAUSES, 2):
        own = ticket(line, MONDAY, -60, id=f"{'1234567890-' * number}{line}")
        due = None if line % 3 == 0 else MONDAY + 3600
        vendor = VendorVerdict(due, (True, False, None)[line % 3])
        detail = "UTC" if cause == "time-zone" else None
        witness = Disagreement(MADE_TICKET, own, vendor, cause, detail)
        contradicting = 12 if cause == "time-zone" else 0
        causes.append(
            CauseCount(
                own.metric, cause, witness.detail, 1234 + line, witness, tried=1500,
                contradicting=contradicting,
            )
        )  # fmt: skip
    return ComparedVerdicts(17, tuple(causes))
