"""The picture of `advise` in the README shows the output of the program."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from conftest import Cli

ROOT = Path(__file__).parent.parent
SVG = "{http://www.w3.org/2000/svg}"
#: The height of a line in the picture.
LINE = 24.4


@pytest.fixture(scope="module")
def picture() -> ModuleType:
    """Return the module `.ci/picture.py`."""
    spec = importlib.util.spec_from_file_location("picture", ROOT / ".ci" / "picture.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(svg: str) -> list[str]:
    """Return the lines of text in a picture, without spaces at the end."""
    texts = [item for item in ElementTree.fromstring(svg).iter(f"{SVG}text") if item.text]
    places = {float(item.attrib["y"]): "" for item in texts}
    for item in texts:
        text = (item.text or "").strip("\n").replace("\u00a0", " ")
        if text:
            width = float(item.attrib["textLength"]) / len(text)
            y = float(item.attrib["y"])
            places[y] = places[y].ljust(round(float(item.attrib["x"]) / width)) + text
    height = min(places)
    lines = [""] * round((max(places) - height) / LINE + 1)
    for y, text in places.items():
        lines[round((y - height) / LINE)] = text.rstrip()
    return lines


def test_the_picture_shows_the_output(picture: ModuleType, cli: Cli) -> None:
    cli("init")
    run = cli(*picture.arguments(), "--format", "table", env={"COLUMNS": str(picture.WIDTH)})
    assert (run.stderr, run.code) == ("", 0)
    expected = (picture.COMMAND + run.stdout).rstrip().split("\n")
    hint = "the output has changed: run `python .ci/picture.py`"
    assert text_of(picture.PICTURE.read_text(encoding="utf-8")) == expected, hint
    assert text_of(picture.draw(run.stdout)) == expected


def test_the_picture_loads_nothing_from_the_network(picture: ModuleType) -> None:
    svg = picture.PICTURE.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[\w.]+", svg)) == {"http://www.w3.org", "https://example.com"}
    for word in ("@font-face", "@import", "href", "<image", "<script"):
        assert word not in svg


def test_the_readme_shows_the_picture(picture: ModuleType) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"](.github/{picture.PICTURE.name})" in readme
