"""Names of months, weekdays and halves of a day, against Babel."""

import pytest
from babel import localedata

from audit.slow_instants import full_names, halves, number_of
from zsupport.audit.reading.calendar_names import (
    LANGUAGES,
    is_afternoon,
    language_of_locale,
    languages_of_month,
    month_of,
    weekday_of,
)
from zsupport.clock.problem import BadText


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_those_of_cldr(language: str) -> None:
    for table, number in (("months", month_of), ("days", weekday_of)):
        names = full_names(language, table)
        assert len({*names.values()}) == (12 if table == "months" else 7)
        starts = {name[:length] for name in names for length in range(1, len(name) + 2)}
        for text in starts:
            for written in (text, text.upper(), f"{text}."):
                assert number(written, language) == number_of(written, language, table), written
    for text, afternoon in halves(language).items():
        assert is_afternoon(text, language) is afternoon
        assert is_afternoon(".".join(text).upper() + ".", language) is afternoon


@pytest.mark.parametrize("text", ["", "m", "xm", "mat"])
def test_other_texts_are_no_half_of_a_day(text: str) -> None:
    assert is_afternoon(text, "en") is None


def test_locales() -> None:
    assert language_of_locale("pt_BR.UTF-8") == "pt"
    assert language_of_locale("ES-mx") == "es"
    assert language_of_locale("no") == "nb"
    with pytest.raises(BadText, match="unknown locale `eng`") as error:
        language_of_locale("eng")
    assert error.value.hint == "did you mean `en`?"


def test_languages_of_a_month() -> None:
    assert languages_of_month("ene") == ("es",)
    assert {"nb", "da", "sv"} <= {*languages_of_month("nov.")}
    assert languages_of_month("foo") == ()


def test_each_language_is_a_language_of_cldr() -> None:
    assert {*LANGUAGES} <= {*localedata.locale_identifiers()}
