"""Instants whose format no mapping declares: they must be RFC 3339."""

from __future__ import annotations

from collections import Counter

from zsupport.audit.mapping.mistakes import Mistakes
from zsupport.audit.mapping.model import is_instant
from zsupport.audit.reading.calendar_names import language_of_locale
from zsupport.audit.reading.proposals import Proposal, needs_zone, proposals, reads_without_format
from zsupport.clock.problem import shown
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import Message, enumerated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zsupport.audit.mapping.header import TicketColumns

#: The number of cells that a message shows.
_MAX_EXAMPLES = 3
#: The number of texts for which formats are searched, if no format reads all of them.
_MAX_TRIED = 20
#: The number of formats that a message proposes.
_MAX_OPTIONS = 6


def check_instants(
    columns: TicketColumns, rows: Iterable[Sequence[str | None]], file: str | None = None
) -> None:
    """Raise UsageError if instants without a declared format are not RFC 3339.

    `rows` are the first rows of a file, and `file` is its name for messages. A cell that no usual
    format reads is not a mistake of the mapping: its row is rejected.
    """
    mapping = columns.mapping
    texts: dict[str, Counter[str]] = {
        field: Counter()
        for field, column in mapping.columns.items()
        if is_instant(field)
        and field != "pauses"
        and column.after is None
        and not mapping.instant_source(field).formats
    }
    nulls = {*mapping.nulls}
    for cells in rows:
        for field, examples in texts.items():
            if text := columns.cell_of(field, cells, nulls):
                examples[text.strip()] += 1
    mistakes = Mistakes(file)
    for field, examples in texts.items():
        if examples:
            _check_examples(field, columns, examples, mistakes)
    mistakes.report()


def _check_examples(
    field: str, columns: TicketColumns, texts: Counter[str], mistakes: Mistakes
) -> None:
    """Add a mistake if half of the instants without a format cannot be read.

    `texts` has the number of rows with each text. If most can be read, the others are mistakes of
    their rows.
    """
    source = columns.mapping.instant_source(field)
    column, place = (
        shown(columns.column_of(field) or field),
        columns.mapping.place("columns", field),
    )
    read = sum(
        count
        for text, count in texts.items()
        if reads_without_format(text) and (source.timezone or not needs_zone(text))
    )
    if 2 * read > texts.total():
        return
    unread = [text for text in texts if not reads_without_format(text)]
    if not unread:
        local = [text for text in texts if source.timezone is None and needs_zone(text)]
        if local:
            mistakes.add_of_file(
                Message(
                    "column {column}: no offset in {examples}",
                    column=column,
                    examples=_examples(local),
                ),
                Message("state the time zone with {tz}"),
                place,
            )
        return
    language = source.locale and language_of_locale(source.locale)
    fitting = proposals(unread, language)
    if not fitting:
        # Several formats in one column: propose those of the first text.
        first = next((text for text in unread[:_MAX_TRIED] if proposals([text], language)), None)
        if first is None:
            return
        fitting = proposals([first], language)
        unread = [first]
    message = Message(
        "column {column}: the format of {examples} is not declared",
        column=column, examples=_examples(unread),
    )  # fmt: skip
    options = [_option(field, proposal) for proposal in fitting[:_MAX_OPTIONS]]
    if len(options) > 1:
        hint = Message(
            "several formats fit: state one with {instant}: {options}",
            options=enumerated(options, either=True),
        )  # fmt: skip
    else:
        hint = Message("one format fits: state it with {instant}: {option}", option=options[0])
    mistakes.add_of_file(message, hint, place)


def _option(field: str, proposal: Proposal) -> str:
    """Return the value of the option for a proposed format."""
    text = f"`{field}={proposal.format}`"
    if proposal.language is None:
        return text
    return Message("{format} with {locale id}", format=text, id=proposal.language)


def _examples(texts: Sequence[str]) -> str:
    return enumerated([shown(text) for text in texts[:_MAX_EXAMPLES]])
