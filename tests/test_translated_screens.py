"""Screens in another language: no text of the program stays in English."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from policy_screens import AT, MAIN, PATHS, policy_of, screens_of, screens_of_cases
from pseudo_language import PSEUDO_WORDS, run_in_pseudo_language, texts_of, untranslated
from test_golden import CASES, GOLDEN, words_of

from zsupport.errors import ZsupportError
from zsupport.library import load
from zsupport.policy.model import Revision
from zsupport.report import Terminal
from zsupport.report.screen import render_screen
from zsupport.sources.find import find
from zsupport.view.policies import document_of
from zsupport.view.screens.policies import list_screen, policy_screen

#: Wide enough for each row on one line.
WIDE = Terminal(1000)
#: The questions whose screens are translated.
QUESTIONS = ("advise", "channels", "due", "hours", "priority", "terms", "topics")
#: The golden cases of these questions, without those that read standard input.
COMMANDS = [
    case
    for case in CASES
    if case.split("/")[0] in QUESTIONS and not (GOLDEN / case / "stdin").exists()
]
#: What people replace by their own value, and keys in the reasons of advice.
CODES = {"VALUE", "channel", "priority", "entitlements", "priorities"}
#: Options of golden cases that this test does not keep, with the number of their values.
_OMITTED = {"--format": 1, "--field": 1, "--lang": 1, "--quiet": 0, "-q": 0, "--why": 0}


@pytest.mark.parametrize("name", MAIN)
def test_every_text_of_a_screen_is_translated(name: str) -> None:
    policy = policy_of(name)
    assert policy is not None
    texts = texts_of(policy.revision_at(AT)[0], AT.year) | {"folder", *CODES}
    screens = (*screens_of(name, PSEUDO_WORDS), *screens_of_cases(name, PSEUDO_WORDS))
    for question, screen in screens:
        if question in QUESTIONS:
            shown = render_screen(screen, WIDE)
            assert not untranslated(shown, texts), shown


@pytest.mark.parametrize("case", COMMANDS)
@pytest.mark.parametrize("why", [[], ["--why"]], ids=" ".join)
def test_every_text_of_a_command_is_translated(
    case: str, why: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(GOLDEN / case)
    arguments = kept(words_of(case)[1:])
    texts = texts_of_command(arguments)
    outputs = run_in_pseudo_language([*arguments, *why, "--format", "table"], monkeypatch, capsys)
    for shown in outputs:
        assert not untranslated(shown, texts), shown


@pytest.mark.parametrize("case", COMMANDS)
def test_every_note_beside_a_plain_answer_is_translated(
    case: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(GOLDEN / case)
    arguments = kept(words_of(case)[1:])
    stdout, stderr = run_in_pseudo_language(arguments, monkeypatch, capsys)
    assert "⟦" not in stdout
    assert not untranslated(stderr, texts_of_command(arguments)), stderr


def texts_of_command(arguments: list[str]) -> set[str]:
    """Return the texts of the policy of a command, and its arguments."""
    # `questions` is a kind of resources: remarks name it as the plain format does.
    texts = {"zsupport", "tlh", "UTC", "questions", *CODES, *arguments}
    stated = dict(pairwise(arguments))
    try:
        policy = load(stated.get("--policy", "zoom"))
    except ZsupportError:
        return texts  # the command reports it
    return texts.union(*(texts_of(revision, AT.year) for revision in policy.revisions))


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


def _countries(revision: Revision) -> Iterator[list[str]]:
    for calendars in revision.hours.values():
        for off in (calendar.holidays for calendar in calendars):
            if off is not None:
                yield [part for part in (off.country, off.subdivision) if part]


@pytest.mark.parametrize("name", MAIN)
def test_every_text_of_a_policy_in_full_is_translated(name: str) -> None:
    policy = policy_of(name)
    assert policy is not None
    files = find(PATHS[name]).files
    documents = {file.name: document_of(file) for file in files}
    texts = texts_of(policy.revision_at(AT)[0], AT.year) | {*documents}
    for revision in policy.revisions:
        texts |= {revision.policy, *texts_of(revision, AT.year)}
        texts |= {"-".join(countries) for countries in _countries(revision)}
    for document in documents.values():
        texts |= {*document.get("groups", ())}
    for screen in (
        policy_screen(policy, AT, "en", PSEUDO_WORDS, documents),
        list_screen([policy], AT, "en", PSEUDO_WORDS),
    ):
        shown = render_screen(screen, WIDE)
        assert not untranslated(shown, texts), shown
