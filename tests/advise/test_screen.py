"""The screen of `advise` for answers to all of its questions: widths, lines and unbroken words."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import zsupport
from zsupport.advise.advice import AdviceAnswers
from zsupport.clock.zones import zone
from zsupport.report import Terminal
from zsupport.report.screen import render_screen
from zsupport.view.screens import Setting
from zsupport.view.screens.advise import screen
from zsupport.view.times import Times

ROOT = Path(__file__).parents[2]
POLICIES = ["zoom", "gitlab", "suse", str(ROOT / "tests/policies/acme.yaml")]
AT = datetime(2026, 11, 23, 11, tzinfo=UTC)


def all_advice(name: str) -> Iterator[tuple[AdviceAnswers, dict[str, Any]]]:
    """Yield advice for each plan, with the first and with the last value of what is missing."""
    policy = zsupport.load(name)
    for plan in policy.plans or (None,):
        for place in (0, -1)[: 2 if plan == policy.plans[-1] else 1]:
            case: dict[str, Any] = {"plan": plan, "role": None, "priority": None, "fact": {}}
            while True:
                answers = policy.advise(**case, at=AT)
                yield answers, case
                entries = [entry for entry in answers[0].missing if entry["values"]]
                if not entries:
                    break
                value = entries[0]["values"][place]["value"]
                if entries[0]["fact"]:
                    case = {**case, "fact": {**case["fact"], entries[0]["fact"]: value}}
                else:
                    case = {**case, entries[0]["field"]: value}
            case |= {"customer_tz": "Europe/Oslo", "customer_country": "NO"}
            yield policy.advise(**case, at=AT), case


def shown(answers: AdviceAnswers, width: int, encoding: str = "utf-8") -> str:
    setting = Setting(Times(zone("Europe/Oslo"), AT), "en")
    return render_screen(screen(answers, setting), Terminal(width, encoding=encoding))


@pytest.mark.parametrize("name", POLICIES, ids=lambda name: Path(name).stem)
def test_advice_fits_the_terminal(name: str) -> None:
    for answers, case in all_advice(name):
        advice = answers[0]
        for width in (60, 80, 120):
            text = shown(answers, width)
            lines = text.splitlines()
            # A word that is wider than the terminal has a line of its own.
            wide = [line for line in lines if len(line) > width and " " in line.strip()]
            assert wide == [], (case, width)
            if width == 80:
                assert len(lines) <= 120, case
                assert shown(answers, 80, "ascii").isascii()
            words = " ".join(text.split())
            for entry in (*advice.channels, *advice.self_service):
                for part in (entry["url"], *(number["number"] for number in entry["numbers"])):
                    assert part is None or part in text, (case, width, part)
                for step in (*entry["steps"], *entry["prerequisites"]):
                    assert " ".join(step.split()) in words.replace("- ", "-"), (case, step)
