"""The build hook that compiles the catalogues of translations.

As a script it compiles the catalogues of the checkout. With the argument `update` it first adds the
new texts of the source to the catalogues, and removes the unused ones.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "src" / "zsupport" / "translations"
#: The functions whose arguments are texts of the program, with the positions of the texts.
KEYWORDS: dict[str, Any] = {"Message": None, "Counted": (1, 2), "words": None}


def read_catalogue(path: Path) -> Catalog:
    """Return the catalogue of a language."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def texts_of_source() -> Catalog:
    """Return the texts of the program."""
    catalogue = Catalog()
    folder = ROOT / "src" / "zsupport"
    for _, _, text, _, context in extract_from_dir(
        folder, [("**.py", "python")], keywords=KEYWORDS
    ):
        if isinstance(text, tuple) or any(map(str.isalpha, text)):
            catalogue.add(text, context=context)
    return catalogue


def compile_catalogues() -> list[Path]:
    """Compile every catalogue and return the compiled files."""
    compiled = []
    for path in sorted(FOLDER.glob("*.po")):
        target = path.with_suffix(".mo")
        with target.open("wb") as file:
            write_mo(file, read_catalogue(path))
        compiled.append(target)
    return compiled


def update_catalogues() -> None:
    """Add the new texts of the source to every catalogue, and remove the unused ones."""
    source = texts_of_source()
    for path in sorted(FOLDER.glob("*.po")):
        catalogue = read_catalogue(path)
        catalogue.update(source, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(
                file, catalogue, omit_header=False, sort_output=True, no_location=True, width=99
            )


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
