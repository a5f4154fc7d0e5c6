"""The deadlines of many tickets in the form in which a Python program has their opening times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zsupport.audit.deadlines import CaseDeadlines

if TYPE_CHECKING:
    from zsupport.audit.deadlines import AskedCase

#: The packages whose arrays `due_many` takes.
_ARRAYS = ("numpy", "pyarrow", "polars", "pandas")


def due_many(opened: Any, case: AskedCase) -> object:
    """Return the deadline for each opening time: an array for an array, otherwise a list."""
    deadlines = CaseDeadlines(case)
    package = type(opened).__module__.partition(".")[0]
    if package in _ARRAYS:
        from zsupport.audit.columns.arrays import due_of_array

        return due_of_array(opened, package, deadlines)
    return deadlines.of_sequence(opened)
