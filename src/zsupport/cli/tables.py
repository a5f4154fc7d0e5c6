"""Tables for databases: `hours --windows` and `policies --targets`."""

from __future__ import annotations

from zsupport.cli.options import Common
from zsupport.cli.output import emit, emit_exactly, is_terminal, note
from zsupport.errors import UsageError
from zsupport.report import Report, Terminal, render
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

    from zsupport.answer.case import Warning

#: The formats of a table by the ends of file names.
_ENDS = {".parquet": "parquet", ".json": "json"}


def refuse(option: str, other: str) -> NoReturn:
    """Raise UsageError for two options that cannot be combined."""
    raise UsageError(
        Message("`{option}` and `{other}` cannot be combined", option=option, other=other)
    )


def table_format(option: str, common: Common, output: str | None, formats: tuple[str, ...]) -> str:
    """Return the format of a table; `auto` is that of the name of the file, otherwise CSV.

    Raises UsageError for options that a table does not have.
    """
    format = common.format
    for name in ("field", "why"):
        if getattr(common, name):
            refuse(option, f"--{name}")
    if format == "auto":
        known = (_ENDS[end] for end in _ENDS if (output or "").lower().endswith(end))
        format = next((name for name in known if name in formats), "csv")
    if format not in formats:
        raise UsageError(
            Message("`{option}` has no format `{format}`", option=option, format=format),
            Message("formats: {formats}", formats=", ".join(formats)),
        )
    if format == "parquet" and output in (None, "-") and is_terminal():
        raise UsageError(
            Message("Parquet is not written to a terminal"),
            Message("name a file with --output"),
        )
    return format


def write_table(
    report: Report,
    format: str,
    common: Common,
    output: str | None,
    warnings: Iterable[Warning] = (),
) -> None:
    """Write a table to standard output or to a file, and warnings to standard error."""
    to_file = None if output == "-" else output
    if format == "parquet":
        from zsupport.report.parquet import render_parquet

        data = render_parquet(report)
        if to_file is not None:
            from zsupport.sources.rewrite import replacement_of

            with replacement_of(to_file) as stream:
                stream.write(data)
        elif not common.quiet:
            emit_exactly(data)
    else:
        text = render(report, format, Terminal(raw_csv=common.csv == "raw"))
        if to_file is not None:
            from zsupport.report.text import guarded
            from zsupport.sources.rewrite import replace_output

            replace_output(to_file, guarded(text))
        elif not common.quiet:
            emit(text)
    if not common.quiet:
        for warning in warnings:
            note(warning.message)
