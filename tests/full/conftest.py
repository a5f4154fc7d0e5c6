"""Tests that need more than Python and bash: run only when this folder is named.

    pytest tests/full

They fail, and do not skip, where something that they need is missing.
"""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder out unless the command line names it, or something in it."""
    started = config.invocation_params.dir
    named = ((started / argument.split("::")[0]).resolve() for argument in config.args)
    return None if any(path.is_relative_to(HERE) for path in named) else True
