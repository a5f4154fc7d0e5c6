"""Made audits and their reports."""

import random
from collections.abc import Sequence

from zsupport.audit.summary import Summary, SummaryBuilder, SummaryOptions
from zsupport.audit.ticket import Reject, TicketVerdict
from zsupport.clock.zones import zone
from zsupport.library import load
from zsupport.publish.report import audit_page
from zsupport.sources.translations import translation
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
    builder.add(((), own) for own in tickets)
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


def report(summary: Summary, lang: str = "en", files: Sequence[str] = ("tickets.csv",)) -> str:
    return audit_page(summary, REVISION, files, OSLO, lang, Wording(translation(lang)))
