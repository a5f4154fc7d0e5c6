"""The screens of the shipped policies and of the policies of the tests."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from policy_trees import TEST_POLICIES

from zsupport.answer.case import AnyAnswers, Query
from zsupport.answer.opening import HoursAnswers
from zsupport.cli.options import flag_of
from zsupport.clock.zones import zone
from zsupport.errors import ZsupportError
from zsupport.library import Policy, load
from zsupport.report.screen import Screen
from zsupport.sources.find import shipped_policies
from zsupport.view.screens import SCREENS, Setting, load_screen
from zsupport.view.times import Times
from zsupport.wording import Wording

TESTS = Path(__file__).parent
AT = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)
#: The program's texts in English.
ENGLISH_WORDS = Wording(naming=flag_of)


def shipped_and_test_policies() -> dict[str, str]:
    """Return the shipped policies and every valid policy of the tests, by name."""
    paths = dict(shipped_policies())
    for path in sorted(TESTS.rglob("*.yaml")):
        name = path.relative_to(TESTS)
        if name.parts[0] != "bad" and not path.stem.endswith("_test"):
            paths[str(name)] = str(path)
    return paths


PATHS = shipped_and_test_policies()
#: The policies that people read; each one has many screens.
MAIN = [*shipped_policies(), *(str(path.relative_to(TESTS)) for path in TEST_POLICIES)]


@cache
def policy_of(name: str) -> Policy | None:
    """Return a policy, or None for a file that is not a valid policy."""
    try:
        return load(PATHS[name])
    except ZsupportError:
        return None


def setting_of(
    policy: Policy, answers: AnyAnswers, stated: Iterable[str], words: Wording = ENGLISH_WORDS
) -> Setting:
    """Return the setting of a terminal in the time zone of the policy."""

    def opening(query: Query) -> HoursAnswers:
        case: dict[str, Any] = {**query._asdict(), "fact": query.facts}
        del case["facts"]
        return policy.hours(**case, at=AT)

    times = Times(zone(answers.revision.timezone), AT, words=words)
    return Setting(times, "en", frozenset(stated), words, opening, "folder/")


def screens_of(name: str, words: Wording = ENGLISH_WORDS) -> Iterator[tuple[str, Screen]]:
    """Yield the screens of a policy that a person sees without stating a case."""
    policy = policy_of(name)
    if policy is None:
        return
    for question in SCREENS:
        ways: list[tuple[tuple[str, ...], dict[str, Any]]] = [((), {"at": AT})]
        if question == "due":
            ways.append((("opened",), {"opened": AT - timedelta(hours=2), "at": AT}))
        for stated, moments in ways:
            try:
                answers = getattr(policy, question)(**moments)
            except ZsupportError:  # the command reports it
                continue
            yield (
                question,
                load_screen(question)(answers, setting_of(policy, answers, stated, words)),
            )


def cases_of(policy: Policy) -> Iterator[dict[str, str]]:
    """Yield some cases that state every dimension, and some that state only the plan."""
    revision, _ = policy.revision_at(AT)
    plans = [{"plan": plan.id} for plan in revision.plans] or [{}]
    roles = [{"role": role.id} for role in revision.roles] or [{}]
    priorities = [{"priority": priority.id} for priority in revision.priorities] or [{}]
    yield plans[-1]
    for number in range(max(map(len, (plans, roles, priorities))) + 1):
        yield {
            key: value
            for values in (plans, roles, priorities)
            for key, value in values[-number % len(values)].items()
        }


@cache
def screens_of_cases(name: str, words: Wording = ENGLISH_WORDS) -> list[tuple[str, Screen]]:
    """Return screens of single cases and of plans, with reasons."""
    policy = policy_of(name)
    assert policy is not None
    result = []
    for case in cases_of(policy):
        for question in ("advise", "channels", "due", "hours"):
            moments = {"at": AT}
            if question == "due":
                moments["opened"] = AT - timedelta(hours=2)
            try:
                answers = getattr(policy, question)(**case, **moments)
            except ZsupportError:
                continue
            setting = setting_of(policy, answers, ("opened", "why"), words)
            result.append((question, load_screen(question)(answers, setting)))
    return result
