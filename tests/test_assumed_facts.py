"""The quick way to find out that an assumed fact changes a target never changes an answer."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from reference.draw import block, draw

import zsupport
from zsupport.answer import promise

SEED = 20261129
POLICIES = 40
DAY = datetime(2026, 11, 24, 10, tzinfo=UTC)


def answers(path: Path) -> list[dict[str, object]]:
    """Return what questions about targets are answered, the warnings included."""
    policy = zsupport.load(path, cache=False)
    plans = [None, *(plan.id for plan in policy.revisions[0].plans)]
    channels = [None, *(channel.id for channel in policy.revisions[0].channels)]
    return [
        policy.due(opened=DAY, at=DAY, plan=plan, channel=channel, metric="all").to_dict()
        for plan in plans
        for channel in channels
    ]


def test_warnings_about_assumed_facts_do_not_depend_on_the_shortcut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned = 0
    for number in range(POLICIES):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block(draw(SEED, number)[0]), encoding="utf-8")
        with monkeypatch.context() as patched:
            quick = answers(path)
            patched.setattr(promise._PromiseReader, "surely_changes", lambda *_: False)
            assert answers(path) == quick, f"seed {SEED}, policy {number}"
        warned += sum("is assumed" in str(item["warnings"]) for item in quick)
    assert warned > POLICIES
