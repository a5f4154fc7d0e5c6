"""Instants on the command line: phrases in each option, and refusals."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from conftest import Cli

POLICY = """\
format: 1
policy: desk
timezone: Europe/Oslo
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
metrics:
  - {id: first-response, pauses: While we wait for you}
  - {id: fix, starts: The cause is known}
targets: [{first-response: 4h, fix: 8h}]
"""


@pytest.fixture(scope="module")
def desk(cli: Cli) -> tuple[str, ...]:
    """Return the start of a command line that asks for a deadline."""
    path = cli.folder / "desk.yaml"
    path.write_text(POLICY)
    return ("due", "--policy", str(path))


#: Options, and the state of a target of four hours.
STATES = {
    "running": ["--opened", "3 hours ago"],
    "breached": ["--opened", "5 h ago"],
    "met": ["--opened", "6 hours ago", "--answered", "150 min ago"],
    "breached, by the answer": ["--opened", "6 hours ago", "--answered", "90 min ago"],
    "breached, in the future": ["--opened", "now", "--at", "in 5 hours"],
    "running, in the past": ["--opened", "2 days ago", "--at", "47 hours ago"],
    "running, by a pause": ["--opened", "6 h ago", "--pause", "5 h ago/2 h ago"],
    "paused": ["--opened", "6 h ago", "--pause", "5 h ago/"],
    "not-started": ["--metric", "fix", "--opened", "1 day ago", "--start", "fix=in 1 hour"],
    "running, since its start": ["--metric", "fix", "--opened", "1 d ago", "--start", "fix=7h ago"],
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
def test_options_read_elapsed_time(cli: Cli, desk: tuple[str, ...], name: str) -> None:
    run = cli(*desk, *STATES[name], "--field", "state")
    assert (run.code, run.stdout) == (0, f"{name.partition(',')[0]}\n"), run


@pytest.mark.parametrize("option", ["--answered", "--updated", "--resolved"])
def test_events_read_phrases(cli: Cli, desk: tuple[str, ...], option: str) -> None:
    now = datetime.now(UTC)
    run = cli(*desk, "--opened", "3 days ago", option, "yesterday 00:00", "--tz", "UTC",
              "--format", "json")  # fmt: skip
    assert run.code == 0, run
    # Unless the test runs at midnight, only one of the dates is stated.
    dates = {(moment - timedelta(days=1)).date() for moment in (now, datetime.now(UTC))}
    assert any(f'"{date}T00:00:00Z"' in run.stdout for date in dates)


def test_email_date_states_the_zone_of_the_answer(cli: Cli, desk: tuple[str, ...]) -> None:
    run = cli(*desk, "--opened", "Mon, 23 Nov 2026 10:00:00 +0100")
    assert (run.code, run.stdout) == (0, "2026-11-23T14:00:00+01:00\n")
    run = cli(*desk, "--opened", "Mon, 23 Nov 2026 10:00:00 +0100", "--tz", "UTC")
    assert run.stdout == "2026-11-23T13:00:00Z\n"


def test_phrases_count_from_the_present_moment_not_from_at(cli: Cli, desk: tuple[str, ...]) -> None:
    run = cli(*desk, "--opened", "1 hour ago", "--at", "2020-01-01T00:00:00Z", "--field", "state")
    assert run.stdout == "not-started\n"


@pytest.mark.parametrize("option", ["--opened", "--at", "--answered", "--updated", "--resolved"])
def test_named_day_without_zone_is_refused(cli: Cli, desk: tuple[str, ...], option: str) -> None:
    run = cli(*desk, option, "today 14:00")
    assert run.code == 2
    assert run.stderr == (
        f"zsupport: {option}: local time `today 14:00` has no time zone\n"
        "  add the time zone, such as `--tz local` or `--tz Europe/Oslo`\n"
    )


def test_nearest_phrase_and_accepted_texts_are_shown(cli: Cli, desk: tuple[str, ...]) -> None:
    run = cli(*desk, "--pause", "2 huors ago/")
    assert run.stderr == (
        "zsupport: --pause: invalid instant `2 huors ago`\n"
        "  did you mean `2 hours ago`?\n"
        "  expected an RFC 3339 time with an offset such as 2026-11-24T09:00:00+01:00, `now`,"
        " `2 hours ago`, `@EPOCH`, an email date such as `Tue, 24 Nov 2026 09:00:00 +0100`,"
        " or with --tz a local time such as `2026-11-24 09:00` or `yesterday 14:00`\n"
    )


@pytest.mark.parametrize("option", ["--opened", "--at", "--pause", "--start", "--answered"])
@pytest.mark.parametrize(
    "text",
    ["", " ", "/", "=", "fix=", "fix=2 hours", "fix=" + "9" * 5000 + " h ago", "1 h ago/2 h ago/",
     "yesterday 99:99", "Mon, 99 Foo 9999 99:99:99 +9999", "\n", "\x1b[2J ago", "é ago",
     "tomorrow\t9:00", "in " * 200],
)  # fmt: skip
def test_odd_texts_are_refused(cli: Cli, desk: tuple[str, ...], option: str, text: str) -> None:
    run = cli(*desk, "--tz", "Europe/Oslo", f"{option}={text}")
    assert (run.code, run.stdout) == (2, ""), run
    assert run.stderr.startswith("zsupport: ")
    assert "Traceback" not in run.stderr


def test_check_reads_phrases(cli: Cli, desk: tuple[str, ...]) -> None:
    for at in ("2 days ago", format_datetime(datetime(2026, 11, 23, tzinfo=UTC)), "2026-11-23"):
        assert cli("check", desk[2], "--at", at, "-q").code in (0, 1), at
    run = cli("check", desk[2], "--at", "yesterday 14:00")
    assert run.code == 2
    assert "has no time zone" in run.stderr


def test_tests_need_a_fixed_moment(cli: Cli) -> None:
    assert cli("test", "zoom", "--at", "Mon, 23 Nov 2026 10:00:00 +0100", "-q").code == 0
    for at in ("2 hours ago", "yesterday 14:00", "now"):
        run = cli("test", "zoom", "--at", at)
        assert run.code == 2
        assert run.stderr == (
            f"zsupport: --at: `{at}` makes results depend on the day\n  write a fixed moment\n"
        )


def test_python_reads_only_fixed_instants() -> None:
    import zsupport

    policy = zsupport.load("zoom")
    for text in ("2 hours ago", "Mon, 23 Nov 2026 10:00:00 +0100", "yesterday 14:00"):
        with pytest.raises(ValueError, match="invalid instant"):
            policy.channels(at=text)
