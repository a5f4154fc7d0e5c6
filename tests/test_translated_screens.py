"""Screens in another language: no text of the program stays in English."""

from itertools import pairwise

import pytest
from policy_screens import AT, MAIN, policy_of, screens_of, screens_of_cases
from pseudo_language import PSEUDO_WORDS, run_in_pseudo_language, texts_of, untranslated
from test_golden import CASES, GOLDEN, words_of

from zsupport.errors import ZsupportError
from zsupport.library import load
from zsupport.report import Terminal
from zsupport.report.screen import render_screen

#: Wide enough for each row on one line.
WIDE = Terminal(1000)
#: The questions whose screens are translated.
QUESTIONS = ("due",)
#: Options of golden cases that this test does not keep, with the number of their values.
_OMITTED = {"--format": 1, "--field": 1, "--lang": 1, "--quiet": 0, "-q": 0, "--why": 0}


@pytest.mark.parametrize("name", MAIN)
def test_every_text_of_a_screen_is_translated(name: str) -> None:
    policy = policy_of(name)
    assert policy is not None
    texts = texts_of(policy.revision_at(AT)[0], AT.year) | {"folder", "VALUE"}
    screens = (*screens_of(name, PSEUDO_WORDS), *screens_of_cases(name, PSEUDO_WORDS))
    for question, screen in screens:
        if question in QUESTIONS:
            shown = render_screen(screen, WIDE)
            assert not untranslated(shown, texts), shown


@pytest.mark.parametrize("case", [case for case in CASES if case.split("/")[0] in QUESTIONS])
@pytest.mark.parametrize("why", [[], ["--why"]], ids=" ".join)
def test_every_text_of_a_command_is_translated(
    case: str, why: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(GOLDEN / case)
    arguments = kept(words_of(case)[1:])
    stated = dict(pairwise(arguments))
    texts = {"zsupport", "tlh", *arguments}
    try:
        policy = load(stated.get("--policy", "zoom"))
    except ZsupportError:
        pass  # the command reports it
    else:
        for revision in policy.revisions:
            texts |= texts_of(revision, AT.year)
    outputs = run_in_pseudo_language([*arguments, *why, "--format", "table"], monkeypatch, capsys)
    for shown in outputs:
        assert not untranslated(shown, texts), shown


def kept(arguments: list[str]) -> list[str]:
    """Return the arguments without options that select another output."""
    result: list[str] = []
    skipped = 0
    for argument in arguments:
        if skipped:
            skipped -= 1
        elif argument in _OMITTED:
            skipped = _OMITTED[argument]
        else:
            result.append(argument)
    return result
