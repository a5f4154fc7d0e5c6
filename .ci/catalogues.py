"""The build hook that compiles the catalogues of translations.

As a script it compiles the catalogues of the checkout. With the argument `update` it first adds the
new texts of the source to the catalogues, and removes the unused ones.
"""

from __future__ import annotations

import ast
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "src" / "zsupport" / "translations"
#: The functions whose first arguments are texts of the program, with the number of these arguments.
KEYWORDS = {"Message": 1, "words": 1, "Counted": 2}
_DATE = datetime(2020, 1, 1, tzinfo=UTC)
_HEADER = """\
# The texts of zsupport in another language.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"

"""


def read_catalogue(path: Path) -> Catalog:
    """Return the catalogue of a language."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def texts_of_source() -> Catalog:
    """Return the texts of the program: the first texts of each call of a function of KEYWORDS.

    Templates without words, such as `{plan}: {target}`, are omitted, except those of `words`, such
    as `{day} {month}`: languages differ in their order and punctuation.
    """
    catalogue = Catalog()
    for path in sorted((ROOT / "src" / "zsupport").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            function = node.func
            name = (
                function.attr
                if isinstance(function, ast.Attribute)
                else getattr(function, "id", "")
            )
            texts = [_text(value) for value in node.args[: KEYWORDS.get(name, 0)]]
            words = re.sub(r"\{[^}]*\}", "", "".join(texts))
            has_words = name == "words" or any(map(str.isalpha, words))
            if texts and all(texts) and has_words:
                catalogue.add(texts[0] if len(texts) == 1 else tuple(texts))
    return catalogue


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def compile_catalogues() -> list[Path]:
    """Compile every catalogue and return the compiled files."""
    compiled = []
    for path in sorted(FOLDER.glob("*.po")):
        target = path.with_suffix(".mo")
        catalogue = read_catalogue(path)
        # The same texts give the same file.
        catalogue.creation_date = catalogue.revision_date = _DATE
        with target.open("wb") as file:
            write_mo(file, catalogue)
        compiled.append(target)
    return compiled


def update_catalogues() -> None:
    """Add the new texts of the source to every catalogue, and remove the unused ones."""
    source = texts_of_source()
    for path in sorted(FOLDER.glob("*.po")):
        catalogue = read_catalogue(path)
        catalogue.update(source, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        for message in catalogue:
            message.flags.clear()
        header = _HEADER.format(language=path.stem, plurals=catalogue.plural_forms)
        with path.open("wb") as file:
            file.write(header.encode())
            write_po(file, catalogue, omit_header=True, sort_output=True, width=99)


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script
    pass
else:

    class CatalogueHook(BuildHookInterface):  # type: ignore[misc]
        """Compiles the catalogues into the wheel."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Compile the catalogues, and add the compiled files, which git ignores."""
            build_data["artifacts"] += [
                str(path.relative_to(ROOT)) for path in compile_catalogues()
            ]


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update_catalogues()
    compile_catalogues()
