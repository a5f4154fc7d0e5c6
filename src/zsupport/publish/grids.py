"""The tables of the page: channels and targets by plan, with equal rows merged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from zsupport.answer.promise import Promise
from zsupport.clock.targets_in_words import target_in_words
from zsupport.policy.model import DETAILS, Metric
from zsupport.publish.cells import AnswerReader, ChannelCell, TargetCell, opened_hours
from zsupport.publish.merge import merged
from zsupport.publish.page import Grid, Line, Passage, Phrase, joined
from zsupport.publish.texts import PageTexts
from zsupport.typed import NamedTuple
from zsupport.view.boxes import Box
from zsupport.wording import Message

#: The contents of a row: a cell for each column. None: the case cannot occur.
Cells = tuple[ChannelCell | TargetCell | None, ...]
#: The start of the name of a dimension for the opening time of a case.
_OPENED = "opened "
#: Cells without a target.
_WITHOUT_TARGET = {"no-target": Message("no promise"), "not-stated": Message("not stated")}
#: How binding a target is.
_BINDINGS = {
    "agreement": Message("The times are an agreement."),
    "objective": Message("The times are objectives, not an agreement."),
    "target": Message("The times are targets, not an agreement."),
    "none": Message("The times are not binding."),
}


class CaseTable(NamedTuple):
    """Cells by case. A row is for a box: one or more values of each dimension."""

    dimensions: tuple[tuple[str, tuple[str | None, ...]], ...]
    rows: tuple[tuple[Box, Cells], ...]
    columns: tuple[str | None, ...]
    assumed: tuple[str, ...]  # facts with the default value


def channel_table(reader: AnswerReader) -> CaseTable:
    """Return the channels by plan, role, and the open facts that decide them."""
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
    """Return the targets of a metric by case and by the priority before a channel changes it."""
    revision = reader.revision
    hours = opened_hours(revision, (metric,))
    columns: tuple[str | None, ...] = tuple(revision.urgency()) or (None,)
    names: dict[str, None] = {}
    assumed: dict[str, None] = {}
    known_rows: list[tuple[dict[str, str], str | None, tuple[Promise, ...]]] = []
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
        if "channel" not in names or not any(channel.priority for channel in revision.channels):
            known_rows.append((stated, None, promised.rows))
            continue
        # An answer has the priority that its channel sets. So the answer is asked for each earlier
        # priority and each channel.
        for raised, channel in product(columns, revision.channels):
            if channel.opens_case:
                answers = reader.promises((metric,), inside, raised, channel=channel.id)
                known_rows.append((stated, raised, answers.rows))
    dimensions = _dimensions(reader, tuple(n for n in names if n not in ("priority", "metric")))
    dimensions += tuple((_OPENED + name, ("inside", "outside")) for name in hours)
    by_case: dict[tuple[str | None, ...], dict[str | None, TargetCell]] = {}
    for stated, raised, rows in known_rows:
        for row in rows:
            known = raised or row.priority
            settled = {"plan": row.plan, "role": row.role, "channel": row.channel}
            for case in _cases_of(dimensions, {**settled, **row.facts, **stated}):
                cells = by_case.setdefault(case, {})
                for priority in columns if known is None else (known,):
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
        return self._table(id, self.words("Channels by plan"), columns, table)

    def targets(self, id: str, table: CaseTable, metric: Line) -> list[Grid | Passage]:
        """Return the table of the targets of a metric."""
        columns = tuple(
            self.words("Target") if priority is None else self.texts.value("priority", priority)
            for priority in table.columns
        )
        caption = self.words("{metric} by plan and priority", metric=metric)
        return self._table(id, caption, columns, table)

    def _table(
        self, id: str, caption: Line, columns: tuple[Line, ...], table: CaseTable
    ) -> list[Grid | Passage]:
        heads = [
            place
            for place, (name, values) in enumerate(table.dimensions)
            if name == "plan" or any(len(box[place]) < len(values) for box, _ in table.rows)
        ]
        positive = [row for row in table.rows if not _shared_refusal(row[1])]
        contents = [[self.cell_lines(cell) for cell in cells] for _, cells in positive]
        # A note of all cells that are not a refusal needs no number.
        noted = [
            notes
            for (_, cells), row in zip(positive, contents, strict=True)
            for cell, (_, notes) in zip(cells, row, strict=True)
            if not _shared_refusal((cell,))
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
            if state := _shared_refusal(cells):
                limited = [p for p in heads if len(box[p]) < len(table.dimensions[p][1])]
                members = [self._head(table, place, box) for place in limited or heads[:1]]
                result.append(Passage(self._refusal(state, joined(members, " · "))))
        return result

    def _dimension(self, name: str) -> Line:
        if name.startswith(_OPENED):
            return self.words("Case opened")
        return self.texts.dimension(name)

    def _head(self, table: CaseTable, place: int, box: Box) -> Line:
        """Return the values of a dimension of a row."""
        name, all_values = table.dimensions[place]
        values = tuple(value for value in box[place] if value is not None)
        if not values:
            return self.words("Everyone")
        if len(values) == len(all_values) > 1:
            return self.words("all")
        if name.startswith(_OPENED):
            return self.texts.opened(name.removeprefix(_OPENED), values[0])
        return self.texts.values(name, values)

    def cell_lines(self, cell: ChannelCell | TargetCell | None) -> tuple[list[Line], list[Line]]:
        """Return the lines and the notes of a cell."""
        if cell is None:
            return [self.words("cannot occur")], []
        if isinstance(cell, ChannelCell):
            return self._channel_cell(cell)
        return self.target_lines(cell)

    def _channel_cell(self, cell: ChannelCell) -> tuple[list[Line], list[Line]]:
        """Return the lines and notes of a cell about a channel."""
        if not cell.allowed:
            return [self.words("No")], []
        lines: list[Line] = [_strong(self.words("Yes"))]
        if cell.only:
            priorities = self.texts.values("priority", cell.only)
            lines = [self.words("Only {priorities}", priorities=priorities)]
        notes = self._notes(cell.note, cell.unclear)
        return [*lines, *self.channel_details(cell)], notes + self.prerequisites(cell)

    def channel_details(self, cell: ChannelCell) -> list[Line]:
        """Return the hours and the recommendation of an allowed channel."""
        lines: list[Line] = []
        if cell.hours:
            names = self.texts.hours_names(cell.hours)
            known = any(n in self.reader.revision.hours for n in cell.hours.split(", "))
            lines.append(self.words("hours: {hours}", hours=names) if known else names)
        for key, items in cell.details:
            shown = joined([self.texts.detail(item) for item in items])
            label = self.words(DETAILS[key].label_in_grant)
            lines.append(self.words("{detail}: {items}", detail=label, items=shown))
        if cell.recommended == 1:
            lines.append(self.words("recommended"))
        elif cell.recommended:
            rank = str(cell.recommended)
            lines.append(self.words("recommended, choice {rank}", rank=rank))
        return lines

    def prerequisites(self, cell: ChannelCell) -> list[Line]:
        """Return what the customer must have ready for an allowed channel."""
        things = map(self.texts.answered, cell.ready)
        return [self.words("Have ready: {things}", things=thing) for thing in things]

    def target_lines(self, cell: TargetCell) -> tuple[list[Line], list[Line]]:
        """Return the lines and notes of a cell about a target."""
        words = self.words
        if cell.state == "not-entitled":
            return [self.not_included()], []
        if cell.target is not None and cell.state == "promised":
            lines = [_strong(words(target_in_words(cell.target, short=False)))]
        else:
            lines = [words(_WITHOUT_TARGET[cell.state])]
        if cell.hours:
            lines.append(words("hours: {hours}", hours=self.texts.hours_name(cell.hours)))
        if cell.published:
            published = self.texts.answered(cell.published)
            lines.append(words("published as “{text}”", text=published))
        notes = [self.condition(cell.condition)] if cell.condition else []
        if cell.commitment and self.differing_commitments:
            notes.append(self.binding(cell.commitment))
        return lines, notes + self._notes(cell.note, cell.unclear)

    def not_included(self) -> Line:
        """Return the content of a cell without an entitled channel."""
        return self.words("Not included")

    def condition(self, condition: str) -> Line:
        """Return the condition of a target."""
        return self.words("Condition: {text}", text=self.texts.answered(condition))

    def binding(self, commitment: str) -> Line:
        """Return how binding a target is."""
        return self.words(_BINDINGS[commitment])

    def _notes(self, note: str | None, unclear: str | None) -> list[Line]:
        notes: list[Line] = [(self.texts.answered(text),) for text in (note or "").split("\n")]
        doubts = [
            self.texts.doubt(self.texts.answered(text)) for text in (unclear or "").split("\n")
        ]
        return (notes if note else []) + (doubts if unclear else [])

    def _refusal(self, state: str, members: Line) -> Line:
        """Return the line that replaces a row; see `_shared_refusal`."""
        if state == "no-channel":
            return self.words("No channel is included: {members}.", members=members)
        if state == "not-entitled":
            return self.words("No support case is included: {members}.", members=members)
        return self.words("No time is stated: {members}.", members=members)


def commitments(tables: Sequence[CaseTable]) -> tuple[str, ...]:
    """Return the different commitments of the targets in tables."""
    cells = [cell for table in tables for _, row in table.rows for cell in row]
    known = [c.commitment for c in cells if isinstance(c, TargetCell) and c.state == "promised"]
    return tuple(dict.fromkeys(commitment for commitment in known if commitment))


def _shared_refusal(cells: Cells) -> str | None:
    """Return the state that all cells share: no-channel, not-entitled or not-stated.

    Return None for a row that the table shows. A line below the table replaces the other rows.
    """
    states: set[str] = set()
    for cell in cells:
        if isinstance(cell, ChannelCell):
            states.add("" if cell.allowed else "no-channel")
        elif cell is not None and cell.state == "not-entitled":
            states.add("not-entitled")
        elif cell is not None:
            bare = cell == TargetCell("not-stated", cell.target)
            states.add("not-stated" if bare else "")
    return (states.pop() or None) if len(states) == 1 else None


def _strong(line: Line) -> Line:
    return tuple(phrase._replace(strong=True) for phrase in line)


def _with_marks(
    id: str, lines: list[Line], notes: list[Line], numbers: dict[Line, int]
) -> tuple[Line, ...]:
    """Return the lines of a cell; the first refers to its numbered notes."""
    marks: Line = ()
    for number in sorted(numbers[note] for note in notes if note in numbers):
        marks += (Phrase(" "), Phrase(f"[{number}]", link=f"#{id}-note-{number}"))
    return (lines[0] + marks, *lines[1:])
