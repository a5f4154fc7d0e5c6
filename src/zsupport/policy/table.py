"""The reading of `priority-table`: a priority for each pair of values of two facts."""

from __future__ import annotations

from zsupport.policy.format import REFUSED, TABLE
from zsupport.policy.model import PriorityCell, PriorityTable
from zsupport.policy.names import Names
from zsupport.policy.shape import PlacedText, Reader, Record
from zsupport.policy.yamltext import short
from zsupport.wording import Message, enumerated


def read_priority_table(record: Record, names: Names, reader: Reader) -> PriorityTable | None:
    """Return the table of a record without its invalid cells, which are reported.

    Return None if `rows`, `columns` or `cells` is invalid.
    """
    facts = [names.resolve("fact", record.get(key)) for key in ("rows", "columns")]
    cells = record.get("cells")
    if facts[0] == facts[1] is not None:
        at = record.value("columns")
        message = Message("`{fact}` is the fact of the rows too", fact=facts[0])
        expected = Message("another fact than in `rows`")
        reader.report("ZS105", at.span, at.way, message, expected)
        return None
    # The values of an invalid fact are not known; it has been reported.
    if cells is None or not all(fact in names.facts for fact in facts):
        return None
    rows, columns = (str(fact) for fact in facts)
    if not names.has("priority", record.key("cells")):
        return None
    _check_keys(cells, rows, names, reader)
    read: dict[str, dict[str, PriorityCell]] = {}
    for row in names.facts[rows]:
        in_row = cells.get(row)
        if in_row is None:
            continue
        _check_keys(in_row, columns, names, reader, row)
        # Texts are read in the order of the file, cells are in the order of the fact.
        made = {column: _cell(in_row, column, names) for column in in_row.values}
        read[row] = {column: made[column] for column in names.facts[columns] if column in made}
    return names.part(PriorityTable, TABLE, record, rows=rows, columns=columns, cells=read)


def _cell(row: Record, column: str, names: Names) -> PriorityCell:
    read = row.get(column)
    record = read if isinstance(read, Record) else None
    at: PlacedText | None = record.get("priority") if record else read
    priority = None
    known = names.known["priority"]
    if at is not None and at.text != REFUSED:
        if known is None or at.text in known:
            priority = at.text
        else:
            names.report_undefined("priority", at, [*known, REFUSED])
    return PriorityCell(priority, names.remarks(record), row.place_of(column))


def _check_keys(
    record: Record, fact: str, names: Names, reader: Reader, row: str | None = None
) -> None:
    """Report the keys of a mapping that are not values of a fact, and the values without a key.

    `row` is the row of a mapping from columns; None for the mapping from rows.
    """
    values = names.facts[fact]
    unknown = [key for key in record.values if key not in values]
    for key in unknown:
        names.report_undefined("value", record.key(key), values, fact=fact, present=record.values)
    missing = [
        value
        for value in values
        if value not in record
        and not any(reader.nearest(key, [value]) == value for key in unknown[:20])
    ]
    if not missing or not record.whole:
        return
    shown = enumerated([f"`{short(value)}`" for value in missing[:10]])
    if row is None:
        message = Message("missing row of `{fact}`: {values}", fact=short(fact), values=shown)
    else:
        message = Message(
            "missing cell of row `{row}`: column {values} of `{fact}`",
            row=short(row),
            values=shown,
            fact=short(fact),
        )
    reader.report(
        "ZS102", record.start, record.way, message, Message("a cell for each pair of values"),
        Message("write `{word}` for a combination without a priority", word=REFUSED),
    )  # fmt: skip
