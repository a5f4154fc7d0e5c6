"""The shortcut that finds targets changed by an assumed fact does not change any answer."""

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
    """Return the answers to questions about targets, with their warnings."""
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
    warnings = 0
    for number in range(POLICIES):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block(draw(SEED, number)[0]), encoding="utf-8")
        with monkeypatch.context() as patched:
            expected = answers(path)
            patched.setattr(promise.PromiseReader, "surely_changes", lambda *_: False)
            assert answers(path) == expected, f"seed {SEED}, policy {number}"
        warnings += sum("is assumed" in str(item["warnings"]) for item in expected)
    assert warnings > POLICIES
