"""Every text for people is in the source as a text that can be translated, and is translated."""

import importlib.util
import re
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from documents import PAGES

import zsupport
from zsupport.sources.translations import LANGUAGES

ROOT = Path(__file__).parent.parent
PACKAGE = Path(zsupport.__file__).parent
FOLDER = PACKAGE / "translations"
COMPILE = "run `python .ci/catalogues.py`"
UPDATE = "run `python .ci/catalogues.py update`, and translate the new texts"


def build_hook() -> Any:
    """Return the module `.ci/catalogues.py`."""
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / ".ci" / "catalogues.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HOOK = build_hook()


def texts(catalogue: Catalog) -> set[tuple[str, ...]]:
    """Return the English texts of a catalogue."""
    return {forms(message.id) for message in catalogue if message.id}


def entries(code: str) -> list[Message]:
    """Return the translated texts of a language."""
    return [message for message in HOOK.read_catalogue(FOLDER / f"{code}.po") if message.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """Return the forms of a text: one, or one for each grammatical number."""
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{[^}]*\}", text))


def quotes(text: str) -> set[str]:
    """Return the code in a text. A placeholder can have other quotation marks in a translation."""
    return {code for code in re.findall(r"`[^`]*`", text) if "{" not in code}


def test_every_language_has_a_catalogue() -> None:
    assert sorted(LANGUAGES) == sorted(path.stem for path in FOLDER.glob("*.po"))


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_has_exactly_the_texts_of_the_source(code: str) -> None:
    source = texts(HOOK.texts_of_source())
    translated = texts(HOOK.read_catalogue(FOLDER / f"{code}.po"))
    assert sorted(map(str, source - translated)) == [], UPDATE
    assert sorted(map(str, translated - source)) == [], UPDATE


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_text_is_translated(code: str) -> None:
    missing = [entry.id for entry in entries(code) if not all(forms(entry.string))]
    assert missing == [], UPDATE
    assert [entry.id for entry in entries(code) if entry.fuzzy] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_has_the_placeholders_and_quotes_of_the_text(code: str) -> None:
    for entry in entries(code):
        english = forms(entry.id)
        expected = [placeholders(text) for text in english]
        # A text for one thing can omit the number.
        expected += [placeholders(english[-1]) - {"{count}"}] if len(english) > 1 else []
        for translation in filter(None, forms(entry.string)):
            assert placeholders(translation) in expected, entry.id
            assert quotes(english[-1]) <= quotes(translation), entry.id
            assert [translation[:1].isspace(), translation[-1:].isspace()] == [
                english[0][:1].isspace(), english[0][-1:].isspace(),
            ], entry.id  # fmt: skip


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_source(code: str) -> None:
    file = FOLDER / f"{code}.mo"
    assert file.exists(), COMPILE
    compiled = BytesIO()
    write_mo(compiled, HOOK.read_catalogue(FOLDER / f"{code}.po"))
    compiled.seek(0)
    with file.open("rb") as stream:
        actual = GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
    expected = GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    # The empty text is the header.
    del actual[""], expected[""]
    assert actual == expected, COMPILE


def test_contributors_learn_how_to_add_a_text_and_a_language() -> None:
    page = PAGES["CONTRIBUTING.md"].read_text(encoding="utf-8")
    for heading in ("## Add or change a text", "## Add a language"):
        assert heading in page
    assert ".ci/catalogues.py update" in page
