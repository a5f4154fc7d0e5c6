"""Clocks that start at another event than the opening.

Deadlines and states are tested with `conformance/starts.yaml`.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import zsupport
from zsupport.cli.complete import complete

if TYPE_CHECKING:
    from conftest import Cli

POLICY = """\
format: 1
policy: starts
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{when: {plan: pro}, allow: web}]
metrics:
  - {id: first-response}
  - {id: update, starts: answered}
  - {id: fix, starts: {en: The cause is known, nb: Feilen er kjent}, pauses: waiting}
  - {id: review, starts: updated}
  - {id: call, starts: opened}
hours: {rare: {open: sun 10:00-10:15}}
targets:
  - {first-response: 4h, update: every 1h, fix: 8h, review: 2 per week}
  - {call: 1000 business hours, hours: rare}
"""
OPENED = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the policy above."""
    path = tmp_path_factory.mktemp("starts")
    (path / "starts.yaml").write_text(POLICY, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def policy(folder: Path) -> zsupport.Policy:
    """Return the policy above."""
    return zsupport.load(folder / "starts.yaml", cache=False)


def at(hour: int, minute: int = 0) -> datetime:
    """Return a time of the day on which the case was opened."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=UTC)


def ask(policy: zsupport.Policy, metric: str, **more: Any) -> Any:
    """Return the answer for the plan pro, opened at 09:00."""
    more.setdefault("at", at(12))
    [answer] = policy.due(plan="pro", metric=metric, opened=OPENED, **more).answers
    return answer


def due(cli: "Cli", folder: Path, *options: str, at: str = "12:00") -> Any:
    """Run `due` for the case that was opened at 09:00."""
    case = ("--plan", "pro", "--opened", "2026-11-23T09:00:00Z", "--at", f"2026-11-23T{at}:00Z")
    return cli("due", "--policy", "./starts.yaml", *case, *options, cwd=folder)


# -- the library -----------------------------------------------------------------------------------


def test_clock_that_has_not_started_is_never_breached(policy: zsupport.Policy) -> None:
    answer = ask(policy, "update", at=datetime(2027, 11, 23, tzinfo=UTC))
    assert (answer.state, answer.due, answer.at_risk_at) == ("not-started", None, None)
    assert (answer.elapsed_seconds, answer.paused_seconds, answer.remaining_seconds) == (None,) * 3
    assert answer.target == "every 1h"


def test_every_answer_has_the_start_of_the_clock(policy: zsupport.Policy) -> None:
    starts = ["opened", "answered", "The cause is known", "updated", "opened"]
    for plan in ("pro", "free"):
        answers = policy.due(plan=plan, metric="all", opened=OPENED, at=at(12)).answers
        assert [answer.starts for answer in answers] == starts
    [answer] = policy.due(plan="pro", metric="fix", lang="nb", opened=OPENED, at=at(12)).answers
    assert answer.starts == "Feilen er kjent"


def test_start_in_words_is_given_by_any_spelling_of_the_metric(policy: zsupport.Policy) -> None:
    answers = policy.due(plan="pro", metric="fix", opened=OPENED, at=at(12), start={"FIX": at(11)})
    assert (answers.answers[0].due, answers.warnings) == (at(19), ())
    # A start that is given is not assumed, even if it is the opening.
    answers = policy.due(
        plan="pro", metric="fix", opened=OPENED, at=at(12), start={"fix": "2026-11-23T09:00:00Z"}
    )
    assert (answers.answers[0].due, answers.warnings) == (at(17), ())


def test_assumed_start_is_a_warning_per_metric(policy: zsupport.Policy) -> None:
    answers = policy.due(metric=["fix", "first-response"], opened=OPENED, at=at(12))
    assert len(answers.answers) == 4
    [warning] = answers.warnings
    assert warning.code == "start-assumed"
    assert warning.message == (
        "fix: the clock starts with `The cause is known`; start={'fix': 'INSTANT'} is missing,"
        " so `opened` is used"
    )
    # Without a target there is no warning.
    assert policy.due(plan="free", metric="fix", opened=OPENED, at=at(12)).warnings == ()


def test_start_of_a_metric_outside_the_query_is_ignored(
    policy: zsupport.Policy,
) -> None:
    answer = ask(policy, "first-response", start={"fix": at(11)})
    assert ask(policy, "first-response", start={"fix": None}) == answer
    assert answer == ask(policy, "first-response")
    assert answer.due == at(13)


@pytest.mark.parametrize(
    ("metric", "state"), [("first-response", "running"), ("fix", "not-stated")]
)
def test_start_of_a_metric_of_another_revision_is_ignored(
    metric: str, state: str, tmp_path: Path
) -> None:
    later = POLICY + "effective: {from: 2026-12-01}\n"
    (tmp_path / "new.yaml").write_text(later)
    (tmp_path / "old.yaml").write_text(
        POLICY.partition("metrics:")[0]
        + "targets: [{first-response: 4h}]\neffective: {from: 2026-01-01}\n"
    )
    policy = zsupport.load(tmp_path, cache=False)
    assert ask(policy, metric, start={"fix": at(11)}).state == state
    for wrong, message in (
        ({"fxi": at(11)}, "unknown metric `fxi`"),
        ({"update": at(11)}, "the clock of `update` starts when a case is answered"),
        ({"fix": at(8, 59)}, "is before `opened`"),
    ):
        with pytest.raises(zsupport.UsageError, match=message):
            ask(policy, metric, start=wrong)


@pytest.mark.parametrize(
    ("metric", "more", "message"),
    [
        (
            "fix", {"start": {"fxi": at(11)}},
            "`start`: unknown metric `fxi`; metrics: first-response",
        ),
        ("fix", {"start": {"update": at(11)}}, "the clock of `update` starts when a case is"),
        ("fix", {"start": {"call": at(11)}}, "the clock of `call` starts when a case is opened"),
        ("fix", {"start": {"all": at(11)}}, "`start`: unknown metric `all`"),
        (
            "fix", {"start": {"fix": at(8, 59)}},
            "start of `fix` (2026-11-23T08:59:00Z) is before `opened` (2026-11-23T09:00:00Z)",
        ),
        ("fix", {"start": {"fix": at(10), "Fix": at(11)}}, "the start of `fix` is given twice"),
        (
            "fix", {"start": {"fix": at(11)}, "resolved": at(10)},
            "`resolved` (2026-11-23T10:00:00Z) is before the start of `fix` (2026-11-23T11:00:00Z)",
        ),
        (
            "update", {"answered": at(11), "resolved": at(10)},
            "`resolved` (2026-11-23T10:00:00Z) is before the start of `update`",
        ),
    ],
)  # fmt: skip
def test_impossible_start_is_an_error(
    policy: zsupport.Policy, metric: str, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(zsupport.UsageError) as caught:
        ask(policy, metric, **more)
    assert caught.value.message.startswith(message) or message in caught.value.message


def test_naive_start_is_an_error(policy: zsupport.Policy) -> None:
    with pytest.raises(ValueError, match="without time zone"):
        ask(policy, "fix", start={"fix": datetime(2026, 11, 23, 11)})


def test_order_of_events_matters_only_for_the_metric_of_the_query(
    policy: zsupport.Policy,
) -> None:
    events = {"answered": at(11), "resolved": at(10)}
    assert ask(policy, "first-response", **events).state == "met"


def test_open_pause_that_has_not_begun_is_ignored(policy: zsupport.Policy) -> None:
    start = {"fix": OPENED}
    # The other pause is empty.
    pauses = [(at(11), at(11)), (at(13), None)]
    answers = policy.due(
        plan="pro", metric="fix", opened=OPENED, at=at(12), start=start, pause=pauses
    )
    assert (answers.answers[0].state, answers.answers[0].due) == ("running", at(17))
    assert [warning.message for warning in answers.warnings] == [
        "a pause without an end starts after the time of the answer and is ignored"
    ]


def test_input_of_the_customer_is_needed_before_the_start(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(
        POLICY.replace("rare: {", "rare: {timezone: customer, ").replace(
            "update: every 1h", "update: {target: every 1 business hour, hours: rare}"
        ),
        encoding="utf-8",
    )
    policy = zsupport.load(tmp_path / "site.yaml", cache=False)
    assert ask(policy, "update").state == "needs-input"
    assert ask(policy, "update", customer_tz="Europe/Oslo").state == "not-started"


def test_the_opening_selects_the_rule(tmp_path: Path) -> None:
    night = "hours: {day: {open: mon-fri 10:00-16:00}, "
    rule = "targets:\n  - {when: {opened: inside day}, update: every 2h}\n"
    text = POLICY.replace("hours: {", night, 1).replace("targets:\n", rule)
    (tmp_path / "night.yaml").write_text(text, encoding="utf-8")
    policy = zsupport.load(tmp_path / "night.yaml", cache=False)
    # Opened at 09:00, before the hours open; answered during the hours.
    answer = ask(policy, "update", answered=at(11))
    assert (answer.target, answer.due) == ("every 1h", at(12))


# -- targets that are not reached ------------------------------------------------------------------


def test_unreached_target_does_not_affect_other_targets(policy: zsupport.Policy) -> None:
    # A quarter of an hour a week is 130 hours in ten years.
    answers = policy.due(plan="pro", metric="all", opened=OPENED, at=at(12), start={"fix": at(9)})
    states = {answer.metric: (answer.state, answer.due) for answer in answers.answers}
    assert states == {
        "first-response": ("running", at(13)),
        "update": ("not-started", None),
        "fix": ("running", at(17)),
        "review": ("not-started", None),
        "call": ("running", None),
    }
    [warning] = answers.warnings
    assert warning.code == "not-reached"
    assert warning.message == (
        "call: `1000 business hours` is not reached within ten years of its start"
    )
    done = policy.due(
        plan="pro", metric=["call", "first-response"], opened=OPENED, at=at(12), resolved=at(11)
    )
    assert [answer.state for answer in done.answers] == ["met", "running"]
    early = policy.due(plan="pro", metric=["call", "first-response"], opened=OPENED, at=at(8))
    assert [answer.state for answer in early.answers] == ["not-started", "not-started"]


@pytest.mark.parametrize(
    ("metric", "moment"),
    [
        ("call", at(12)),
        # After ten years, the state is unknown.
        (["call", "first-response"], datetime(2036, 12, 1, tzinfo=UTC)),
    ],
)
def test_unreached_target_is_an_error_without_another_answer(
    policy: zsupport.Policy, metric: str, moment: datetime
) -> None:
    with pytest.raises(zsupport.PolicyError, match="is not reached within ten years of its start"):
        policy.due(plan="pro", metric=metric, opened=OPENED, at=moment)


def test_pause_cannot_move_a_deadline_beyond_ten_years(policy: zsupport.Policy) -> None:
    long = [(at(10), datetime(2037, 1, 1, tzinfo=UTC))]
    with pytest.raises(zsupport.PolicyError, match="is not reached within ten years of its start"):
        ask(policy, "fix", start={"fix": OPENED}, pause=long)


# -- the command line ------------------------------------------------------------------------------


def test_clock_that_has_not_started_does_not_fail(cli: "Cli", folder: Path) -> None:
    run = due(cli, folder, "--metric", "update", "--fail-breached", at="23:00")
    assert (run.stdout, run.stderr, run.code) == ("not-started\n", "", 0)


def test_start_option(cli: "Cli", folder: Path) -> None:
    for start in ("fix=2026-11-23T10:30:00Z", "FIX=@1795429800"):
        run = due(cli, folder, "--metric", "fix", "--start", start)
        assert (run.stdout, run.stderr, run.code) == ("2026-11-23T18:30:00Z\n", "", 0)
    run = due(cli, folder, "--metric", "fix", "--start=fix=2026-11-23T10:30:00Z", "--format=json")
    document = json.loads(run.stdout)
    assert document["query"]["start"] == {"fix": "2026-11-23T10:30:00Z"}
    assert document["answers"][0]["starts"] == "The cause is known"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--start", "fix"), "--start: `fix` is not METRIC=INSTANT\n  write --start fix=INSTANT"),
        (("--start", "=now"), "--start: `=now` is not METRIC=INSTANT"),
        (("--start", "fix=soon"), "--start: invalid instant `soon`"),
        (("--start", "fxi=2026-11-23T10:30:00Z"), "did you mean `fix`?"),
        (
            ("--start", "update=2026-11-23T10:30:00Z"),
            "omit `start` and state the time when the case was answered",
        ),
        (
            ("--start", "fix=2026-11-23T10:30:00Z", "--start", "fix=2026-11-23T10:31:00Z"),
            "--start: duplicate metric `fix`",
        ),
    ],
)
def test_invalid_start_option_is_reported_with_a_hint(
    cli: "Cli", folder: Path, options: tuple[str, ...], message: str
) -> None:
    run = due(cli, folder, "--metric", "fix", *options)
    assert (run.stdout, run.code) == ("", 2)
    assert message in run.stderr


def test_why_counts_from_the_start(cli: "Cli", folder: Path) -> None:
    run = due(cli, folder, "--metric", "fix", "--start", "fix=2026-11-23T10:30:00Z", "--why")
    assert run.stderr.splitlines()[-2:] == [
        "  from 2026-11-23T10:30:00Z:",
        "    to 2026-11-23T18:30:00Z  counts 8 h, total 8 h",
    ]
    run = due(cli, folder, "--metric", "update", "--why")
    last = run.stderr.splitlines()[-1]
    assert last == "  the clock has not started: it starts when the case is answered"
    run = due(cli, folder, "--metric", "call", "--metric", "fix", "--why")
    assert "  the target is not reached within ten years of its start" in run.stderr.splitlines()


def test_why_counts_after_the_resolution_that_closed_a_pause(cli: "Cli", folder: Path) -> None:
    options = ("--start", "fix=2026-11-23T09:00:00Z", "--pause", "2026-11-23T10:00:00Z/")
    run = due(cli, folder, "--metric", "fix", *options, "--resolved", "2026-11-23T11:00:00Z",
              "--why")  # fmt: skip
    # 8 h from 09:00 plus the paused hour end at 18:00.
    assert run.stdout == "2026-11-23T18:00:00Z\n"
    assert run.stderr.splitlines()[-4:] == [
        "  from 2026-11-23T09:00:00Z:",
        "    to 2026-11-23T10:00:00Z  counts 1 h, total 1 h",
        "    to 2026-11-23T11:00:00Z  does not count: pause",
        "    to 2026-11-23T18:00:00Z  counts 7 h, total 8 h",
    ]


def test_completion_lists_metrics_with_a_start_in_words(folder: Path) -> None:
    words = ["due", "--policy", str(folder / "starts.yaml")]
    assert complete([*words, "--start", ""]).words == (("fix=", "The cause is known"),)
    assert complete([*words, "--start=f"]).words == (("--start=fix=", "The cause is known"),)
    assert complete([*words, "--start", "fix=now", "--start", ""]).words == ()


# -- the policy's own tests ------------------------------------------------------------------------

TESTS = """\
tests: 1
policy: starts
cases:
  - due: {plan: pro, metric: fix, opened: 2026-11-23 09:00, tz: UTC, start: {fix: 2026-11-23 10:30}}
    expect: {due: "2026-11-23T18:30:00Z", starts: The cause is known, state: running}
  - due: {plan: pro, metric: update, opened: "2026-11-23T09:00:00Z", at: "2026-11-23T19:00:00Z"}
    expect: not-started
"""


def run_tests(cli: "Cli", folder: Path, tests: str) -> Any:
    """Run tests of the policy."""
    (folder / "starts_test.yaml").write_text(tests, encoding="utf-8")
    return cli("test", ".", cwd=folder)


def test_policy_tests_can_give_a_start(cli: "Cli", folder: Path) -> None:
    run = run_tests(cli, folder, TESTS)
    assert (run.code, run.stderr) == (0, "")
    # Without `at`, the instant of the states is the last event: the start.
    run = run_tests(cli, folder, TESTS.replace("state: running", "elapsed_seconds: 0"))
    assert run.code == 0


def test_replacement_of_a_failed_test_keeps_the_start(cli: "Cli", folder: Path) -> None:
    run = run_tests(cli, folder, TESTS.replace("T18:30", "T17:00"))
    assert run.code == 1
    assert "start: {fix: 2026-11-23 10:30}" in run.stdout.split("replace the test with:")[1]
    assert "due: 2026-11-23T18:30:00Z" in run.stdout.split("replace the test with:")[1]


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("{fxi: 2026-11-23 10:30}", "ZS201"),
        ("{fix: now}", "ZS109"),
        ("{fix: 2026-11-23 25:30}", "ZS109"),
        ("10:30", "ZS103"),
    ],
)
def test_invalid_start_in_a_policy_test_is_reported(
    cli: "Cli", folder: Path, start: str, code: str
) -> None:
    run = run_tests(cli, folder, TESTS.replace("{fix: 2026-11-23 10:30}", start))
    assert run.code == 3
    assert run.stdout.startswith(f"error[{code}]")


def test_start_in_a_policy_test_requires_opened(cli: "Cli", folder: Path) -> None:
    question = "{plan: pro, metric: fix, start: {fix: 2026-11-23T10:30:00Z}}"
    tests = f"tests: 1\npolicy: starts\ncases: [{{due: {question}, expect: {{target: 8h}}}}]\n"
    run = run_tests(cli, folder, tests)
    assert run.code == 3
    assert "missing key `opened`: `start` depends on the moment" in run.stdout
