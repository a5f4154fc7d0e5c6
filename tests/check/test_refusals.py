"""The examples of each code of the loader: an invalid policy and a valid one."""

from pathlib import Path

import pytest

from zsupport.check.explanations import NEXT_FILE, explanation_of
from zsupport.errors import InvalidPolicy
from zsupport.findings import CODES
from zsupport.library import load


def codes_of(example: str | None, folder: Path) -> set[str]:
    assert example is not None
    for number, text in enumerate(example.split(NEXT_FILE)):
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    try:
        load(f"{folder}/")
    except InvalidPolicy as refused:
        return {finding.code for finding in refused.findings}
    return set()


@pytest.mark.parametrize("code", CODES)
def test_bad_example_is_invalid(code: str, tmp_path: Path) -> None:
    assert codes_of(explanation_of(code).bad, tmp_path) == {code}


@pytest.mark.parametrize("code", CODES)
def test_good_example_is_valid(code: str, tmp_path: Path) -> None:
    assert codes_of(explanation_of(code).good, tmp_path) == set()
