"""Python's cyclic garbage collector in long runs."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def rare_garbage_collection() -> Iterator[None]:
    """Run the cyclic garbage collector less often, for a run that creates almost no cycles.

    The collector would otherwise take a tenth of the time of `check`, and a third of that of
    `audit`.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
