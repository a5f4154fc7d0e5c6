"""Count the steps of some algorithms: ten times the rules take at most ten times the steps."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zsupport.answer.case import matching
from zsupport.answer.channels import GrantsByPlan
from zsupport.answer.grants import applying_grants
from zsupport.answer.space import Space
from zsupport.clock.holidays import public_holidays
from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision
from zsupport.policy.model import Revision
from zsupport.suite.session import MAX_SHOWN, RunOptions, run_session
from zsupport.suite.suggestion import suggest_test
from zsupport.view.questions import load_question


def grants_by_plan(plans: int) -> str:
    """Return a policy with a grant for each plan, and one recommendation for all plans."""
    names = ", ".join(f"p{n}: Plan {n}" for n in range(plans))
    grants = "".join(f"  - {{when: {{plan: p{n}}}, allow: web}}\n" for n in range(plans))
    return (
        f"format: 1\npolicy: p\nplans: {{{names}}}\n"
        "channels: {web: {name: Web, kind: web}, chat: {name: Chat, kind: chat}}\n"
        f"entitlements:\n{grants}  - {{recommend: [chat, web]}}\n"
    )


def revision_of(text: str) -> Revision:
    return load_revision(SourceFile("p.yaml", text.encode(), "", "p.yaml"))


class Count:
    """A function that counts its calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.calls = 0

    def __call__(self, *values: Any) -> Any:
        self.calls += 1
        return self.function(*values)


def test_steps_of_channels_grow_with_the_grants_of_each_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    for plans in (20, 200):
        counted = Count(matching)
        monkeypatch.setattr("zsupport.answer.channels.matching", counted)
        answers = Policy((revision_of(grants_by_plan(plans)),), public_holidays).channels()
        assert len(answers) == 2 * plans
        calls.append(counted.calls)
    assert calls[1] == 10 * calls[0]


def test_steps_of_reasons_grow_with_the_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    view = load_question("channels")
    calls = []
    for plans in (20, 200):
        # Half of the plans are denied, and each of them could change to the plans of the others.
        text = grants_by_plan(plans).replace("recommend: [chat, web]", "allow: chat")
        text = re.sub(r"  - \{when: \{plan: p\d*[13579]\}, allow: web\}\n", "", text)
        policy = Policy((revision_of(text),), public_holidays)
        answers = policy.channels()
        counted = Count(matching)
        monkeypatch.setattr("zsupport.answer.grants.matching", counted)
        lines = view.why(answers, "")
        assert sum("it would be allowed with plan p0, p2," in line for line in lines) == plans // 2
        monkeypatch.undo()
        calls.append(counted.calls)
    assert calls[1] == 10 * calls[0]


def test_reasons_search_larger_changes_in_the_same_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ", ".join(f"p{n}: Plan {n}" for n in range(50))
    text = (
        f"format: 1\npolicy: p\nplans: {{{names}}}\nroles: {{admin: Admin, user: User}}\n"
        "channels: {web: {name: Web, kind: web}}\n"
        "entitlements: [{when: {plan: p0, role: admin}, allow: web}]\n"
    )
    answers = Policy((revision_of(text),), public_holidays).channels()
    counted = Count(Space)
    monkeypatch.setattr("zsupport.advise.change.Space", counted)
    lines = load_question("channels").why(answers, "")
    assert lines.count("  it would be allowed with plan p0 and role admin") == 49
    assert counted.calls == 1


def test_reasons_of_a_screen_end_when_there_are_too_many() -> None:
    view = load_question("channels")
    answers = Policy((revision_of(grants_by_plan(50)),), public_holidays).channels()
    every = view.why(answers, "")
    # Each answer has two lines.
    assert len(every) == 200
    assert view.why(answers, "", most=40) == every[:42]
    assert view.why(answers, "", most=200) == every


CONDITIONS = """\
format: 1
policy: p
plans: {a: A, b: B, c: C}
roles: {admin: Admin, user: User}
channels: {web: {name: Web, kind: web}, chat: {name: Chat, kind: chat}}
groups: {small: {plan: [a, b]}}
entitlements:
  - allow: chat
  - {when: {plan: small, role: admin}, allow: web}
  - {when: {role: user}, allow: web}
  - {when: [{plan: c}, {plan: a, role: user}], allow: [web, chat]}
  - {when: [{plan: b}, {role: admin}], allow: chat}
  - {when: {plan: {not: a}}, recommend: [web]}
"""


@pytest.mark.parametrize("plan", [None, "a", "b", "c", "unknown"])
@pytest.mark.parametrize("role", [None, "admin", "user"])
@pytest.mark.parametrize("channel", ["web", "chat"])
def test_grants_of_a_plan_decide_like_all_grants(
    plan: str | None, role: str | None, channel: str
) -> None:
    revision = revision_of(CONDITIONS)
    case = {name: value for name, value in (("plan", plan), ("role", role)) if value}
    grants = GrantsByPlan(revision, 3).of(plan)
    assert len(grants) < len(revision.grants)
    assert applying_grants(grants, case, channel) == applying_grants(revision.grants, case, channel)


def test_tests_are_suggested_only_for_shown_decisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p.yaml").write_text(grants_by_plan(50))
    (tmp_path / "p_test.yaml").write_text(
        "tests: 1\npolicy: p\ncases:\n  - channels: {plan: p0}\n    expect: {exactly: [web]}\n"
    )
    counted = Count(suggest_test)
    monkeypatch.setattr("zsupport.suite.session.suggest_test", counted)
    sessions = {}
    for listed in (True, False):
        counted.calls = 0
        options = RunOptions(coverage=True, listed=listed)
        sessions[listed] = run_session([str(tmp_path)], options, public_holidays, lambda _: False)
        assert counted.calls == (
            len(sessions[True].outcome.extra["coverage"]["uncovered"]) if listed else MAX_SHOWN
        )
    assert sessions[True].outcome.findings == sessions[False].outcome.findings
    assert sessions[True].outcome.closing == sessions[False].outcome.closing
    assert len(sessions[True].outcome.extra["coverage"]["uncovered"]) > 50
