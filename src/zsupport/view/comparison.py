"""The comparison of an audit with the verdicts of the help desk, as data, tables and lines."""

from __future__ import annotations

from zsupport.audit.compare import CAUSES, CauseCount
from zsupport.clock.instants import format_instant, to_datetime
from zsupport.dates import datetime, tzinfo
from zsupport.report import Table
from zsupport.typed import TYPE_CHECKING, NamedTuple, TypedDict
from zsupport.wording import Counted, Message, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zsupport.view.times import Times


class ComparedVerdicts(NamedTuple):
    """How many verdicts agree with the help desk, and the causes of the others."""

    agreed: int
    causes: tuple[CauseCount, ...]


class ShownWitness(TypedDict):
    """A ticket on which the policy and the help desk differ."""

    file: str
    line: int
    id: str | None
    state: str
    due: datetime | None
    vendor_due: datetime | None
    vendor_breached: bool | None


class ShownCause(TypedDict):
    """The verdicts on a metric that differ for a cause."""

    metric: str
    cause: str
    detail: str | None
    meaning: str
    verdicts: int
    tried: int
    contradicting: int
    witness: ShownWitness


class ShownComparison(TypedDict):
    """How many verdicts agree with the help desk, and the causes of the others."""

    agreed: int
    causes: tuple[ShownCause, ...]


def comparison_document(compared: ComparedVerdicts) -> ShownComparison:
    """Return the comparison for the JSON document."""
    return {"agreed": compared.agreed, "causes": tuple(map(_shown, compared.causes))}


def _shown(item: CauseCount) -> ShownCause:
    verdict, vendor = item.witness.verdict, item.witness.vendor
    return {
        "metric": item.metric,
        "cause": item.cause,
        "detail": item.detail,
        "meaning": CAUSES[item.cause],
        "verdicts": item.tickets,
        "tried": item.tried,
        "contradicting": item.contradicting,
        "witness": {
            "file": verdict.file,
            "line": verdict.line,
            "id": verdict.id,
            "state": verdict.state,
            "due": None if verdict.due is None else to_datetime(verdict.due),
            "vendor_due": None if vendor.due is None else to_datetime(vendor.due),
            "vendor_breached": vendor.breached,
        },
    }


def agreement(compared: ComparedVerdicts) -> Message:
    """Return how many verdicts agree with the help desk."""
    differ = sum(item.tickets for item in compared.causes)
    return Message(
        "{agreed} of {count} verdicts agree with the help desk",
        agreed=Counted("{count}", "{count}", compared.agreed),
        count=Counted("{count}", "{count}", compared.agreed + differ),
    )


def cause_meaning(item: CauseCount) -> Message:
    """Return a cause in words with its details, and how many agreeing verdicts contradict it."""
    return _with_contradiction(_with_details(item), item)


def cause_text(item: CauseCount) -> Message:
    """Return a cause in words with the first ticket, and how many verdicts contradict it."""
    place = f"{item.witness.verdict.file}:{item.witness.verdict.line}"
    text = Message("{meaning}: {place}", meaning=_with_details(item), place=place)
    return _with_contradiction(text, item)


def _with_details(item: CauseCount) -> Message:
    meaning = CAUSES[item.cause]
    if item.detail is None:
        return meaning
    return Message("{meaning} ({detail})", meaning=meaning, detail=item.detail)


def _with_contradiction(text: Message, item: CauseCount) -> Message:
    if not item.contradicting:
        return text
    contradiction = Counted(
        "contradicted by {contradicting} of {count} agreeing verdict by the same rules",
        "contradicted by {contradicting} of {count} agreeing verdicts by the same rules",
        item.tried, contradicting=Counted("{count}", "{count}", item.contradicting),
    )  # fmt: skip
    return joined((text, contradiction), "; ")


def witness_in_words(item: CauseCount, times: Times) -> tuple[Sequence[str], ...]:
    """Return lines about the first ticket of a cause: its id and place, and both verdicts.

    The verdicts are that of the policy and that of the help desk.
    """
    words = times.words
    verdict, vendor = item.witness.verdict, item.witness.vendor
    own: list[str] = []
    desk: list[str] = []
    for texts, due in ((own, verdict.due), (desk, vendor.due)):
        if due is not None:
            texts.append(times.full(to_datetime(due), zone=False))
    if vendor.breached is not None:
        for texts, breached in ((own, verdict.state == "breached"), (desk, vendor.breached)):
            texts.append(words("breached") if breached else words("not breached"))
    none = [words("no deadline")]
    ticket = [verdict.id] if verdict.id is not None else []
    return [*ticket, f"{verdict.file}:{verdict.line}"], own or none, desk or none


def zone_of_times(times: Times) -> Message:
    """Return a sentence about the time zone of deadlines."""
    return Message("Times are in the time zone {zone}.", zone=times.zone)


def comparison_lines(compared: ComparedVerdicts) -> Iterator[Message]:
    """Yield the comparison in lines: the agreement, and a line for each cause."""
    yield agreement(compared)
    for item in compared.causes:
        yield Message("{count}: {cause}", count=item.tickets, cause=cause_text(item))


def comparison_table(compared: ComparedVerdicts, zone: tzinfo) -> Table:
    """Return the causes as a table. Instants are in `zone`."""

    def text(instant: int | None) -> str:
        return "" if instant is None else format_instant(instant, zone)

    rows = tuple(
        (
            str(item.tickets),
            item.metric,
            cause_meaning(item),
            f"{item.witness.verdict.file}:{item.witness.verdict.line}",
            text(item.witness.verdict.due),
            text(item.witness.vendor.due),
        )
        for item in compared.causes
    )
    return Table(
        ("Verdicts", "Metric", "Cause", "First place", "Due", "Due by the help desk"),
        rows,
        "Differences from the help desk",
    )
