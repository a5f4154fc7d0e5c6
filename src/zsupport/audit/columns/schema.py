"""The types of verdicts in frames of Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from zsupport.audit.ticket import row_columns, row_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The type of texts that many verdicts have in common. All frames have the same numbers for these
#: texts, so a writer need not look at each text to find equal ones.
REPEATED = pl.Categorical(pl.Categories("zsupport"))
_INSTANT = pl.Datetime("ms", "UTC")
_WARNINGS = pl.List(pl.String())
_TYPES: dict[str, pl.DataType] = {
    "line": pl.Int64(),
    "id": pl.String(),
    "cycle": pl.Int64(),
    "opened": _INSTANT,
    "due": _INSTANT,
    "margin_seconds": pl.Int64(),
    "elapsed_seconds": pl.Int64(),
    "paused_seconds": pl.Int64(),
    "warnings": _WARNINGS,
    "vendor_due": _INSTANT,
    "vendor_breached": pl.Boolean(),
    "cause_detail": pl.String(),
}


def verdict_schema(
    kept: Sequence[str],
    *,
    compared: bool = False,
    joined: bool = False,
    repeated: pl.DataType = REPEATED,
) -> pl.Schema:
    """Return the types of the columns of the output.

    `compared` verdicts have a VendorComparison. The warnings are a list; `joined` ones are a text.
    `repeated` is the type of texts that many verdicts have in common.
    """
    types = [pl.String()] * len(kept) + [
        repeated if joined and field == "warnings" else _TYPES.get(field, repeated)
        for field in row_fields(compared=compared)
    ]
    return pl.Schema(zip(row_columns(kept, compared=compared), types, strict=True))


def without_instants(schema: pl.Schema) -> pl.Schema:
    """Return a schema with instants as numbers and with plain texts, to build a frame from rows.

    The instants are in milliseconds since 1970.
    """
    return pl.Schema(
        {
            name: pl.Int64() if kind == _INSTANT else pl.String() if kind == REPEATED else kind
            for name, kind in schema.items()
        }
    )
