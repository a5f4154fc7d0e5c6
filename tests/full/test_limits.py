"""Input exactly at a limit takes no more time and memory than allowed."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from large import CHECK, DUE, chain, equal_grants, facts, grants, joined, priorities, windows
from test_limits import assert_accepted

if TYPE_CHECKING:
    from conftest import Cli

AT: dict[str, tuple[Callable[[], str], tuple[str, ...]]] = {
    # 548 * 547 / 2 = 149,878 pairs
    "548 plans in a chain": (lambda: chain(548), CHECK),
    "400 priorities": (lambda: priorities(400), CHECK),
    "4,000 equal grants": (lambda: equal_grants(4000), CHECK),
    "2,200 grants": (lambda: grants(2200), CHECK),
    "20,000 rows": (lambda: facts(4, 10, plans=2).replace("{f0: v0}", "{plan: p0, f0: v0}"), DUE),
    "120 calendars": (lambda: joined(120), DUE),
    "1,995 windows": (
        lambda: windows(3, 95).replace("4 business hours", "4300 business hours"), DUE,
    ),
    # A grant and 39 targets.
    "ten million cases": (lambda: facts(7, 10, rules=38), CHECK),
}  # fmt: skip


@pytest.mark.parametrize("name", AT)
def test_input_at_a_limit_is_accepted(name: str, cli: "Cli", tmp_path: Path) -> None:
    text, command = AT[name]
    assert_accepted(cli, tmp_path, text(), command)
