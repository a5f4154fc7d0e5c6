"""Tests that need more than Python and bash. They run only if this folder is named.

    pytest tests/full

They fail, instead of being skipped, if a required program is missing.
"""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore this folder unless the command line names it or a file in it."""
    started = config.invocation_params.dir
    named = ((started / argument.split("::")[0]).resolve() for argument in config.args)
    return None if any(path.is_relative_to(FOLDER) for path in named) else True
