"""Language codes: the two-letter codes of ISO 639-1, and any three letters (ISO 639-2)."""

from __future__ import annotations

from zsupport.wording import Message

# The two-letter codes of ISO 639-1; no code has been added since 2010.
_TWO_LETTERS = frozenset([
    "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg",
    "bi", "bm", "bn", "bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy",
    "da", "de", "dv", "dz", "ee", "el", "en", "eo", "es", "et", "eu", "fa", "ff", "fi", "fj",
    "fo", "fr", "fy", "ga", "gd", "gl", "gn", "gu", "gv", "ha", "he", "hi", "ho", "hr", "ht",
    "hu", "hy", "hz", "ia", "id", "ie", "ig", "ii", "ik", "io", "is", "it", "iu", "ja", "jv",
    "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko", "kr", "ks", "ku", "kv", "kw", "ky",
    "la", "lb", "lg", "li", "ln", "lo", "lt", "lu", "lv", "mg", "mh", "mi", "mk", "ml", "mn",
    "mr", "ms", "mt", "my", "na", "nb", "nd", "ne", "ng", "nl", "nn", "no", "nr", "nv", "ny",
    "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu", "rm", "rn", "ro", "ru",
    "rw", "sa", "sc", "sd", "se", "sg", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss",
    "st", "su", "sv", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts",
    "tt", "tw", "ty", "ug", "uk", "ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo",
    "za", "zh", "zu",
])  # fmt: skip
# Language codes by the words that people write instead: the code of a country, or a language name.
_CODES_BY_WORD = {
    "at": "de", "br": "pt-BR", "cn": "zh", "cz": "cs", "dk": "da", "ee": "et", "gb": "en-GB",
    "gr": "el", "ie": "en-IE", "il": "he", "in": "hi", "jp": "ja", "kp": "ko", "se": "sv",
    "si": "sl", "ua": "uk", "us": "en-US", "vn": "vi",
    "arabic": "ar", "chinese": "zh", "czech": "cs", "danish": "da", "dansk": "da",
    "deutsch": "de", "dutch": "nl", "engelsk": "en", "english": "en", "español": "es",
    "finnish": "fi", "français": "fr", "french": "fr", "german": "de", "greek": "el",
    "hebrew": "he", "hindi": "hi", "italian": "it", "japanese": "ja", "korean": "ko",
    "norsk": "nb", "norwegian": "nb", "bokmål": "nb", "nynorsk": "nn", "polish": "pl",
    "portuguese": "pt", "russian": "ru", "spanish": "es", "svenska": "sv", "swedish": "sv",
    "turkish": "tr", "ukrainian": "uk",
}  # fmt: skip


def is_language(text: str) -> bool:
    """Return whether a text is an ISO 639 code, possibly with a script or a country."""
    main, *parts = text.split("-")
    letters = main.isascii() and main.isalpha() and main.islower()
    return (main in _TWO_LETTERS or (letters and len(main) == 3)) and all(
        part.isascii() and part.isalnum() and 2 <= len(part) <= 8 for part in parts
    )


def canonical_language(text: str) -> str:
    """Return a language code in the usual letter case, which has no meaning: `pt-br` is `pt-BR`.

    A country is in capitals, a script is capitalized (zh-Hant), other parts are not (ca-valencia).
    """
    main, *rest = text.split("-")
    parts = []
    for part in rest:
        if len(part) == 4 and part.isalpha():
            parts.append(part.title())
        else:
            parts.append(part.upper() if len(part) == 2 else part.lower())
    return "-".join([main, *parts])


def includes(language: str, other: str) -> bool:
    """Return whether a language is the other one, or the other one is a form of it.

    `pt` includes `pt-BR`, and `no` includes the two written forms of Norwegian, `nb` and `nn`.
    """
    whole = _with_macrolanguage(other)
    return f"{whole}-".startswith(f"{_with_macrolanguage(language)}-")


def _with_macrolanguage(language: str) -> str:
    return f"no-{language}" if language.split("-")[0] in ("nb", "nn") else language


def language_hint(text: str) -> str | None:
    """Return the hint for an unknown language code, or None."""
    first, *rest = text.strip().replace("_", "-").split("-")
    language = _CODES_BY_WORD.get(first.lower(), first.lower())
    code = language if "-" in language else canonical_language("-".join([language, *rest]))
    return Message("write `{text}`", text=code) if code != text and is_language(code) else None
