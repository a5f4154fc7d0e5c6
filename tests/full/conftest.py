"""Tests that need more than Python and bash. They run only if this folder is named.

    pytest tests/full

They fail, instead of being skipped, if a required program is missing.
"""

import os
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
CHROMIUM = shutil.which("chromium")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore this folder unless the command line names it or a file in it."""
    started = config.invocation_params.dir
    named = ((started / argument.split("::")[0]).resolve() for argument in config.args)
    return None if any(path.is_relative_to(FOLDER) for path in named) else True


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    assert CHROMIUM, "chromium is not installed; these tests require it (apt-get install chromium)"
    sync_api = import_module("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        # Chromium has no sandbox for root.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()
