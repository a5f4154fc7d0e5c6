"""Advice in another language: no text of the program stays in English, in answers and questions."""

import os
from io import StringIO

import pytest
from policy_screens import AT
from pseudo_language import PSEUDO_WORDS, run_in_pseudo_language, texts_of, untranslated
from test_screen import POLICIES, all_advice

import zsupport
from zsupport.clock.zones import zone
from zsupport.report import Terminal
from zsupport.report.screen import render_screen
from zsupport.view.screens import Setting
from zsupport.view.screens.advise import screen
from zsupport.view.times import Times

#: Words on the screens that are codes: values to replace, countries, and keys of a policy.
CODES = {"VALUE", "INSTANT", "US", "DE", "channel", "entitlements"}
MOMENT = ("--at", "2026-11-24T11:30Z", "--tz", "Europe/Oslo")


def texts_of_policy(name: str) -> set[str]:
    policy = zsupport.load(name)
    return CODES.union(*(texts_of(revision, AT.year) for revision in policy.revisions))


@pytest.mark.parametrize("name", [*POLICIES, "canonical", "redhat"], ids=os.path.basename)
def test_every_text_of_advice_is_translated(name: str) -> None:
    texts = texts_of_policy(name)
    setting = Setting(Times(zone("Europe/Oslo"), AT, words=PSEUDO_WORDS), "en", words=PSEUDO_WORDS)
    for answers, case in all_advice(name):
        shown = render_screen(screen(answers, setting), Terminal(1000))
        assert not untranslated(shown, texts), (case, shown)


@pytest.mark.parametrize(
    ("policy", "arguments", "typed", "code"),
    [
        ("zoom", (), "x\n9\n3\n2\n1\n", 0),
        ("zoom", ("--why",), "1\n4\n", 0),
        ("zoom", (), "3\n", 2),  # the input ends before the last question
        ("gitlab", (), "1\n1\n", 1),
        ("suse", (), "2\n1\n1\n", 0),
        # A time zone that does not exist, a country that does not exist, and a skipped question.
        ("canonical", ("--plan", "weekday"), "1\nOslo\nEurope/Oslo\nXX\nNO\n", 0),
        ("canonical", ("--plan", "weekday"), "1\n\n\n", 2),
    ],
)
def test_every_text_of_the_questions_is_translated(
    policy: str,
    arguments: tuple[str, ...],
    typed: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("zsupport.cli.advise.asking_terminal", lambda: StringIO(typed))
    monkeypatch.setenv("TERM", "dumb")
    command = ["advise", "--policy", policy, *arguments, *MOMENT, "--format", "table"]
    texts = texts_of_policy(policy) | {"zsupport", "tlh", *command, *typed.split()}
    outputs = run_in_pseudo_language(command, monkeypatch, capsys)
    for shown in outputs:
        assert not untranslated(shown, texts), shown
    assert ("⟦again⟧:" in outputs[0]) is (code != 2 or policy == "canonical")


@pytest.mark.parametrize("arguments", [(), ("--plan", "free"), ("--policy", "suse")], ids=str)
def test_every_text_of_a_pipe_for_people_is_translated(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = arguments[1] if "--policy" in arguments else "zoom"
    texts = texts_of_policy(policy) | {"zsupport", "tlh"}
    _, stderr = run_in_pseudo_language(["advise", *arguments, *MOMENT], monkeypatch, capsys)
    assert not untranslated(stderr, texts), stderr
