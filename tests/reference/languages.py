"""How a channel handles a language, from the languages that it states."""

from collections.abc import Mapping


def handled(language: str, languages: Mapping[str, str]) -> str:
    """Return how cases in a language are handled; `*` stands for languages that are not stated."""
    how = {
        handling
        for stated, handling in languages.items()
        if stated in _forms(language) or language in _forms(stated)
    }
    rest = "not-stated" if "*" in languages else "no"
    return next((handling for handling in ("yes", "best-effort") if handling in how), rest)


def _forms(language: str) -> list[str]:
    """Return a language and the more general ones: `pt-BR`, `pt`; `nb`, `no`."""
    general = {"nb": ["no"], "nn": ["no"]}.get(language.split("-")[0], [])
    return [language, language.split("-")[0], *general]
