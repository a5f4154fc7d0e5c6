"""The tables of the page: channels and targets by plan, with equal rows merged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from zsupport.answer.promise import Promise
from zsupport.policy.model import Metric
from zsupport.publish.cells import AnswerReader, ChannelCell, TargetCell, opened_hours
from zsupport.publish.merge import merged
from zsupport.publish.page import Grid, Line, Passage, Phrase, joined
from zsupport.publish.texts import PageTexts
from zsupport.typed import NamedTuple
from zsupport.view.boxes import Box

#: The contents of a row: a cell for each column. None: the case cannot occur.
Cells = tuple[ChannelCell | TargetCell | None, ...]
#: The column of a dimension for the opening time of a case.
_OPENED = "opened "


class CaseTable(NamedTuple):
    """Cells by case: a box of values of the dimensions for each row."""

    dimensions: tuple[tuple[str, tuple[str | None, ...]], ...]
    rows: tuple[tuple[Box, Cells], ...]
    columns: tuple[str | None, ...]
    assumed: tuple[str, ...]  # facts with the default value


def channel_table(reader: AnswerReader) -> CaseTable:
    """Return the channels of each plan and role, and of open facts that decide them."""
    revision = reader.revision
    answers, names, assumed = reader.channels()
    dimensions = _dimensions(reader, tuple(name for name in names if name != "channel"))
    columns = tuple(channel.id for channel in revision.channels)
    by_case: dict[tuple[str | None, ...], dict[str, ChannelCell]] = {}
    for answer in answers:
        cell = reader.channel_cell(answer)
        settled = {"plan": answer.plan, "role": answer.role, **answer.facts}
        for case in _cases_of(dimensions, settled):
            by_case.setdefault(case, {})[answer.channel] = cell
    contents: dict[tuple[str | None, ...], Cells] = {
        case: tuple(cells.get(channel) for channel in columns) for case, cells in by_case.items()
    }
    rows = merged([values for _, values in dimensions], contents)
    return CaseTable(dimensions, tuple(rows), columns, assumed)


def target_table(reader: AnswerReader, metric: Metric) -> CaseTable:
    """Return the targets of a metric by case and priority."""
    revision = reader.revision
    hours = opened_hours(revision, (metric,))
    columns = tuple(priority.id for priority in revision.priorities) or (None,)
    names: dict[str, None] = {}
    assumed: dict[str, None] = {}
    known_rows: list[tuple[dict[str, str], tuple[Promise, ...]]] = []
    for values in product(("inside", "outside"), repeat=len(hours)):
        opened = dict(zip(hours, values, strict=True))
        inside = {name: value == "inside" for name, value in opened.items()}
        promised = reader.promises((metric,), inside)
        names.update(dict.fromkeys(promised.columns))
        assumed.update(
            dict.fromkeys(
                warning.message.partition("=")[0]
                for warning in promised.warnings
                if warning.code == "default-fact"
            )
        )
        stated = {_OPENED + name: value for name, value in opened.items()}
        known_rows.append((stated, promised.rows))
    dimensions = _dimensions(reader, tuple(n for n in names if n not in ("priority", "metric")))
    dimensions += tuple((_OPENED + name, ("inside", "outside")) for name in hours)
    by_case: dict[tuple[str | None, ...], dict[str | None, TargetCell]] = {}
    for stated, rows in known_rows:
        for row in rows:
            settled = {"plan": row.plan, "role": row.role, "channel": row.channel}
            for case in _cases_of(dimensions, {**settled, **row.facts, **stated}):
                cells = by_case.setdefault(case, {})
                for priority in columns if row.priority is None else (row.priority,):
                    cells[priority] = reader.target_cell(row)
    contents: dict[tuple[str | None, ...], Cells] = {
        case: tuple(cells.get(priority) for priority in columns) for case, cells in by_case.items()
    }
    boxes = merged([values for _, values in dimensions], contents)
    return CaseTable(dimensions, tuple(boxes), columns, tuple(assumed))


def _dimensions(
    reader: AnswerReader, names: tuple[str, ...]
) -> tuple[tuple[str, tuple[str | None, ...]], ...]:
    """Return the dimensions of a table with their values; the plan always comes first."""
    revision = reader.revision
    known: dict[str, tuple[str | None, ...]] = {
        "plan": tuple(plan.id for plan in revision.plans) or (None,),
        "role": tuple(role.id for role in revision.roles),
        "channel": tuple(item.id for item in revision.channels if item.opens_case),
        **{fact.id: tuple(fact.values) for fact in revision.facts},
    }
    return tuple((name, known[name]) for name in known if name == "plan" or name in names)


def _cases_of(
    dimensions: tuple[tuple[str, tuple[str | None, ...]], ...], settled: dict[str, str | None]
) -> list[tuple[str | None, ...]]:
    """Return the cases that an answer covers: an omitted value stands for every value."""
    choices = [
        values if settled.get(name) is None else (settled[name],) for name, values in dimensions
    ]
    return list(product(*choices))


class TableWriter:
    """Writes tables of cases with the texts of the page."""

    def __init__(self, reader: AnswerReader, texts: PageTexts) -> None:
        self.reader = reader
        self.texts = texts
        self.words = texts.words
        #: Whether the commitment differs between targets, so that cells state it.
        self.differing_commitments = False

    def channels(self, id: str, table: CaseTable) -> list[Grid | Passage]:
        """Return the table of channels."""
        columns = tuple(self.texts.value("channel", channel or "") for channel in table.columns)
        return self._table(id, self.texts.line("channels-caption"), columns, table)

    def targets(self, id: str, table: CaseTable, metric: Line) -> list[Grid | Passage]:
        """Return the table of the targets of a metric."""
        columns = tuple(
            (Phrase(self.words("target")),)
            if priority is None
            else self.texts.value("priority", priority)
            for priority in table.columns
        )
        caption = self.texts.line("targets-caption", metric=metric)
        return self._table(id, caption, columns, table)

    def _table(
        self, id: str, caption: Line, columns: tuple[Line, ...], table: CaseTable
    ) -> list[Grid | Passage]:
        heads = [
            place
            for place, (name, values) in enumerate(table.dimensions)
            if name == "plan" or any(len(box[place]) < len(values) for box, _ in table.rows)
        ]
        positive = [row for row in table.rows if not _closing_line(row[1])]
        contents = [[self.cell_lines(cell) for cell in cells] for _, cells in positive]
        # A note on every cell that has a content needs no number.
        noted = [
            notes
            for (_, cells), row in zip(positive, contents, strict=True)
            for cell, (_, notes) in zip(cells, row, strict=True)
            if not _closing_line((cell,))
        ]
        general = [note for note in noted[0] if len(noted) > 1] if noted else []
        general = [note for note in general if all(note in notes for notes in noted)]
        numbers: dict[Line, int] = {}
        for notes in noted:
            for note in notes:
                if note not in general:
                    numbers.setdefault(note, len(numbers) + 1)
        result: list[Grid | Passage] = []
        if positive:
            rows = tuple(
                (
                    *((self._head(table, place, box),) for place in heads),
                    *(_with_marks(id, lines, notes, numbers) for lines, notes in row),
                )
                for (box, _), row in zip(positive, contents, strict=True)
            )
            head_columns = tuple(self._dimension(table.dimensions[place][0]) for place in heads)
            result.append(
                Grid(id, caption, (*head_columns, *columns), len(heads), rows, tuple(numbers))
            )
        result += [Passage(note, aside=True) for note in general]
        for box, cells in table.rows:
            if key := _closing_line(cells):
                limited = [p for p in heads if len(box[p]) < len(table.dimensions[p][1])]
                who = [self._head(table, place, box) for place in limited or heads[:1]]
                result.append(Passage(self.texts.line(key, who=joined(who, " · "))))
        return result

    def _dimension(self, name: str) -> Line:
        if name.startswith(_OPENED):
            return (Phrase(self.words("opened")),)
        return self.texts.dimension(name)

    def _head(self, table: CaseTable, place: int, box: Box) -> Line:
        """Return the values of a dimension of a row."""
        name, all_values = table.dimensions[place]
        values = tuple(value for value in box[place] if value is not None)
        if not values:
            return (Phrase(self.words("everyone")),)
        if len(values) == len(all_values) > 1:
            return (Phrase(self.words("all")),)
        if name.startswith(_OPENED):
            return self.texts.opened(name.removeprefix(_OPENED), values[0])
        return self.texts.values(name, values)

    def cell_lines(self, cell: ChannelCell | TargetCell | None) -> tuple[list[Line], list[Line]]:
        """Return the lines and the notes of a cell."""
        if cell is None:
            return [(Phrase(self.words("never")),)], []
        if isinstance(cell, ChannelCell):
            return self._channel_cell(cell)
        return self.target_lines(cell)

    def _channel_cell(self, cell: ChannelCell) -> tuple[list[Line], list[Line]]:
        """Return the lines and notes of a cell about a channel."""
        line = self.texts.line
        if not cell.allowed:
            return [(Phrase(self.words("no")),)], []
        lines: list[Line] = [(Phrase(self.words("yes"), strong=True),)]
        if cell.only:
            priorities = self.texts.values("priority", cell.only)
            lines = [line("only", priorities=priorities)]
        return [*lines, *self.channel_details(cell)[:2]], self._notes(cell.note, cell.unclear) + [
            line("ready", things=self.texts.answered(thing)) for thing in cell.ready
        ]

    def channel_details(self, cell: ChannelCell) -> list[Line]:
        """Return the hours and the recommendation of an allowed channel."""
        lines: list[Line] = []
        if cell.hours:
            names = self.texts.hours_names(cell.hours)
            known = any(n in self.reader.revision.hours for n in cell.hours.split(", "))
            lines.append(self.texts.line("hours-of", hours=names) if known else names)
        if cell.recommended == 1:
            lines.append(self.texts.line("recommended"))
        elif cell.recommended:
            lines.append(self.texts.line("recommended-rank", rank=str(cell.recommended)))
        return lines

    def target_lines(self, cell: TargetCell) -> tuple[list[Line], list[Line]]:
        """Return the lines and notes of a cell about a target."""
        line = self.texts.line
        if cell.state == "not-entitled":
            return [(Phrase(self.words("not-included")),)], []
        target = cell.target if cell.state == "promised" else None
        text = self.words(cell.state) if target is None else self.words.target(target)
        lines: list[Line] = [(Phrase(text, strong=target is not None),)]
        if cell.hours:
            lines.append(line("hours-of", hours=self.texts.hours_name(cell.hours)))
        if cell.published:
            lines.append(line("published", text=self.texts.answered(cell.published)))
        notes: list[Line] = []
        if cell.condition:
            notes.append(line("condition", text=self.texts.answered(cell.condition)))
        if cell.commitment and self.differing_commitments:
            notes.append(line(f"binding-{cell.commitment}"))
        return lines, notes + self._notes(cell.note, cell.unclear)

    def _notes(self, note: str | None, unclear: str | None) -> list[Line]:
        notes: list[Line] = [(self.texts.answered(text),) for text in (note or "").split("\n")]
        doubts = [
            self.texts.line("doubt", text=self.texts.answered(text))
            for text in (unclear or "").split("\n")
        ]
        return (notes if note else []) + (doubts if unclear else [])


def commitments(tables: Sequence[CaseTable]) -> tuple[str, ...]:
    """Return the different commitments of the targets in tables."""
    cells = [cell for table in tables for _, row in table.rows for cell in row]
    known = [c.commitment for c in cells if isinstance(c, TargetCell) and c.state == "promised"]
    return tuple(dict.fromkeys(commitment for commitment in known if commitment))


def _closing_line(cells: Cells) -> str | None:
    """Return the words of the line for a row without a positive cell; None for other rows."""
    states: set[str] = set()
    for cell in cells:
        if isinstance(cell, ChannelCell):
            states.add("" if cell.allowed else "none-included")
        elif cell is not None and cell.state == "not-entitled":
            states.add("none-entitled")
        elif cell is not None:
            bare = cell == TargetCell("not-stated", cell.target)
            states.add("none-stated" if bare else "")
    return states.pop() if len(states) == 1 else None


def _with_marks(
    id: str, lines: list[Line], notes: list[Line], numbers: dict[Line, int]
) -> tuple[Line, ...]:
    """Return the lines of a cell; the first refers to its numbered notes."""
    marks: Line = ()
    for number in sorted(numbers[note] for note in notes if note in numbers):
        marks += (Phrase(" "), Phrase(f"[{number}]", link=f"#{id}-note-{number}"))
    return (lines[0] + marks, *lines[1:])
