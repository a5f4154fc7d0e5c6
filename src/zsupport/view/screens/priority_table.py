"""The priority table of a policy as a table on a screen."""

from __future__ import annotations

from zsupport.policy.model import PriorityTable, Remarks
from zsupport.report.screen import Matrix
from zsupport.typed import TYPE_CHECKING
from zsupport.view.notes import dimension_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from zsupport.wording import Wording


def table_of_priorities(
    table: PriorityTable, words: Wording, marks: Callable[[Remarks], str]
) -> Matrix:
    """Return the cells by row and column; `marks` returns the marks of the remarks of a cell."""
    shown = {
        row: [
            f"{cell.priority or words('refused')}{marks(cell.remarks)}" for cell in cells.values()
        ]
        for row, cells in table.cells.items()
    }
    title = words.message(dimension_in_words(table.rows)).capitalize()
    columns = (title, *(f"{table.columns} {value}" for value in next(iter(table.cells.values()))))
    return Matrix(
        columns,
        tuple((row, *texts) for row, texts in shown.items()),
        # In a list, the title of the first column is not shown.
        narrow=Matrix(
            columns, tuple((f"{table.rows} {row}", *texts) for row, texts in shown.items())
        ),
    )


def title_of_table(table: PriorityTable, words: Wording) -> str:
    """Return the title of a priority table."""
    return words("Priority by {rows} and {columns}", rows=table.rows, columns=table.columns)
