"""Screens in another language: no text of the program stays in English."""

import pytest
from policy_screens import AT, MAIN, policy_of, screens_of, screens_of_cases
from pseudo_language import PSEUDO_WORDS, texts_of, untranslated

from zsupport.report import Terminal
from zsupport.report.screen import render_screen

#: Wide enough for each row on one line.
WIDE = Terminal(1000)
#: The questions whose screens are translated.
QUESTIONS = ("due",)


@pytest.mark.parametrize("name", MAIN)
def test_every_text_of_a_screen_is_translated(name: str) -> None:
    policy = policy_of(name)
    assert policy is not None
    texts = texts_of(policy.revision_at(AT)[0], AT.year) | {"folder"}
    screens = (*screens_of(name, PSEUDO_WORDS), *screens_of_cases(name, PSEUDO_WORDS))
    for question, screen in screens:
        if question in QUESTIONS:
            shown = render_screen(screen, WIDE)
            assert not untranslated(shown, texts), shown
