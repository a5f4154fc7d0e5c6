"""The texts of the program in languages other than English.

Each language has a catalogue of gettext in the folder `translations`, such as `nb.po`. The build
compiles it to `nb.mo`. The English texts are in the source and need no catalogue. An answer in
English does not import this module or `gettext`. Typer, which writes the help, imports `gettext`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from zsupport.errors import EnvironmentFault
from zsupport.wording import ENGLISH, Language, Message

if TYPE_CHECKING:
    from gettext import GNUTranslations

FOLDER = Path(__file__).parent.parent / "translations"
#: The languages with a catalogue.
LANGUAGES = ("nb",)
#: The catalogue to use for a language without one. Norwegians read both of their written forms.
_SUBSTITUTES = {"no": "nb", "nn": "nb"}
#: The separator of thousands: a no-break space.
_THOUSANDS = "\u00a0"


def translation(code: str) -> Language:
    """Return the language of a code such as `nb-NO`, or English if it has no catalogue.

    Raises EnvironmentFault if the catalogue was not compiled.
    """
    main = code.split("-")[0].lower()
    main = _SUBSTITUTES.get(main, main)
    return _Translation(main) if main in LANGUAGES else ENGLISH


class _Translation(Language):
    """A language with a catalogue. A text that the catalogue does not have stays in English."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._catalogue = _catalogue(code)

    def text(self, template: str) -> str:
        return self._catalogue.gettext(template) if template else template

    def plural(self, single: str, several: str, number: int) -> str:
        return self._catalogue.ngettext(single, several, number)

    def number(self, number: int) -> str:
        return f"{number:,}".replace(",", _THOUSANDS)


@cache
def _catalogue(code: str) -> GNUTranslations:
    from gettext import GNUTranslations

    path = FOLDER / f"{code}.mo"
    try:
        with path.open("rb") as file:
            return GNUTranslations(file)
    # A checkout was not built, or the file is damaged. Damage can raise many errors: gettext checks
    # only the first bytes of a catalogue.
    except Exception:
        raise EnvironmentFault(
            Message("{path}: missing or invalid translations", path=path),
            Message("install the program with pip, or set ZSUPPORT_LANG=en"),
        ) from None
