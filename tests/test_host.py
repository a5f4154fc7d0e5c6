"""The host does not change an instant, an id or an exit code.

Each test sets a time zone, a language, a date or wrong zone files of the host, and runs the program
as a process. The output must be the same as without these settings.
"""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from conftest import Cli

POLICY = """\
format: 1
policy: desk
timezone: Europe/Oslo
effective: {from: 2026-01-01}
plans: {pro: Pro, business: {name: Business, above: pro}}
channels: {web: {name: Web, kind: web}, help: {name: Help, kind: self-service}}
entitlements:
  - {allow: help}
  - {when: {plan: business}, allow: web, hours: office}
hours:
  office:
    open: [mon-fri 09:00-17:00, sat 23:00-06:00]
    holidays: {country: DE, subdivision: BY, covers: 2020-2040}
  far: {timezone: Australia/Lord_Howe, open: mon-sun 00:00-24:00}
metrics:
  - {id: first-response, pauses: While we wait for you}
  - {id: update}
targets:
  - hours: office
    first-response: 4 business hours
    update: every week
"""
ASK = ["--policy", "desk.yaml"]
DUE = ["due", *ASK, "--plan", "business"]

# Arguments, exit code and output. The output is worked out by hand; None is for any output, which
# must be the same on all hosts.
QUESTIONS: dict[str, tuple[list[str], int, str | None]] = {
    # Mon 10:00 in Oslo and 4 h.
    "due": (
        [*DUE, "--opened", "2026-11-23T10:00:00+01:00", "--at", "2026-11-23T11:00:00+01:00"],
        0, "2026-11-23T14:00:00+01:00\n",
    ),
    # The same as a local time in the zone of `--tz`, not in the zone of the host.
    "due of a local time": (
        [*DUE, "--opened", "2026-11-23 10:00", "--tz", "Europe/Oslo", "--at", "2026-11-23 11:00"],
        0, "2026-11-23T14:00:00+01:00\n",
    ),
    # 1 h on Saturday from 23:00, and 3 h from 00:00. Clocks show 02:00 twice, and the case is due
    # at the second 02:00.
    "due in a fold": (
        [*DUE, "--opened", "2026-10-24T23:00:00+02:00", "--tz", "Europe/Oslo",
         "--at", "2026-10-24T23:00:00+02:00"],
        0, "2026-10-25T02:00:00+01:00\n",
    ),
    # Thu 5 November 10:00 at -05:00 is 16:00 in Oslo; 1 h on Thursday, 3 h on Friday.
    "due from another offset": (
        [*DUE, "--opened", "2026-11-05T10:00:00-05:00", "--at", "2026-11-06T00:00:00-05:00"],
        0, "2026-11-06T06:00:00-05:00\n",
    ),
    # Friday 25 and Saturday 26 are holidays in Bavaria, Christmas Eve is not. The holiday closes
    # the hours until midnight, not those on Sunday: 1 h on Thursday, and 3 h from Sunday 00:00.
    "due over holidays": (
        [*DUE, "--opened", "2026-12-24T16:00:00+01:00", "--at", "2026-12-24T16:00:00+01:00"],
        0, "2026-12-27T03:00:00+01:00\n",
    ),
    "due with a pause, as JSON": (
        [*DUE, "--opened", "2026-11-23T10:00:00+01:00", "--at", "2026-11-23T11:00:00+01:00",
         "--pause", "2026-11-23T11:00:00+01:00/", "--metric", "all", "--at-risk", "3/4",
         "--format", "json"],
        0, None,
    ),
    "breached": (
        [*DUE, "--opened", "2026-11-23T10:00:00+01:00", "--at", "2026-11-23T14:00:01+01:00",
         "--fail-breached"],
        1, "2026-11-23T14:00:00+01:00\n",
    ),
    "not entitled": (
        ["due", *ASK, "--plan", "pro", "--at", "2026-11-23T11:00:00+01:00"],
        1, "not-entitled\n",
    ),
    "channels": (
        ["channels", *ASK, "--plan", "business", "--at", "2026-11-23T11:00:00+01:00"],
        0, "web\nhelp\n",
    ),
    # The revision begins at midnight in Oslo, not in UTC and not in the zone of the host.
    "channels of the first second": (
        ["channels", *ASK, "--plan", "business", "--at", "2025-12-31T23:00:00Z"],
        0, "web\nhelp\n",
    ),
    "channels a second before": (
        ["channels", *ASK, "--plan", "business", "--at", "2025-12-31T22:59:59Z"],
        1, "",
    ),
    "hours, open": (
        ["hours", "office", *ASK, "--at", "2026-11-23T16:59:59+01:00", "--format", "json"],
        0, None,
    ),
    "hours, closed": (
        ["hours", "office", *ASK, "--at", "2026-11-23T17:00:00+01:00", "--format", "json"],
        1, None,
    ),
    "hours in Australia": (
        ["hours", "far", *ASK, "--at", "2026-04-05T01:45:00+11:00", "--format", "json"],
        0, None,
    ),
    "a local time that does not exist": (
        [*DUE, "--opened", "2026-03-29 02:30", "--tz", "Europe/Oslo"],
        2, "",
    ),
    "an unknown plan": (["due", *ASK, "--plan", "gold"], 2, ""),
    "a missing policy": (["due", "--policy", "./none.yaml"], 3, ""),
}  # fmt: skip

HOSTS: dict[str, dict[str, str]] = {
    "far east": {"TZ": "Pacific/Kiritimati"},
    "far west": {"TZ": "Etc/GMT+12"},
    "odd offset": {"TZ": "America/St_Johns"},
    "a POSIX rule": {"TZ": "XYZ-5:17ABC,M2.1.0,M11.4.0/25"},
    "no such zone": {"TZ": "Nowhere/Land"},
    "German": {"LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"},
    "Norwegian": {"LANG": "nb_NO.UTF-8", "LC_ALL": "", "LANGUAGE": "nb:no"},
    "Turkish": {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"},
    "C": {"LANG": "C", "LC_ALL": "C"},
    "no such locale": {"LANG": "xx_XX", "LC_ALL": "xx_XX.KOI8-R"},
    "long ago": {"HOST_DATE": "100000000"},
    "a leap day": {"HOST_DATE": "1709164800"},
    "far ahead": {"HOST_DATE": "7000000000"},
    "wrong zone files": {"PYTHONTZPATH": "WRONG", "TZDIR": "WRONG", "TZ": "Europe/Oslo"},
    "no zone files": {"PYTHONTZPATH": "", "TZDIR": "/nonexistent", "TZ": "Asia/Tokyo"},
}

# Python runs this before the program. It sets the clock of the host to another date.
OTHER_DATE = """\
import os, time
if "HOST_DATE" in os.environ:
    now = int(os.environ["HOST_DATE"])
    time.time = lambda: float(now)
    time.time_ns = lambda: now * 10**9
    real = time.gmtime, time.localtime
    time.gmtime = lambda at=None: real[0](now if at is None else at)
    time.localtime = lambda at=None: real[1](now if at is None else at)
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the policy, wrong zone files and a module that sets the date."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "desk.yaml").write_text(POLICY, encoding="utf-8")
    tokyo = files("tzdata.zoneinfo.Asia").joinpath("Tokyo").read_bytes()
    for name in ("Europe/Oslo", "Europe/Berlin", "Australia/Lord_Howe", "UTC"):
        path = folder / "wrong" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tokyo)
    (folder / "date").mkdir()
    (folder / "date" / "sitecustomize.py").write_text(OTHER_DATE, encoding="utf-8")
    return folder


def environment(desk: Path, host: str) -> dict[str, str]:
    """Return the environment of a host. Each host has its own cache."""
    result = {
        name: value.replace("WRONG", str(desk / "wrong")) for name, value in HOSTS[host].items()
    }
    return {
        **result,
        "PYTHONPATH": str(desk / "date"),
        "XDG_CACHE_HOME": str(desk / "cache" / host),
    }


@pytest.fixture(scope="module")
def usual_results(cli: Cli, desk: Path) -> dict[str, tuple[int, str]]:
    """Return exit code and output of each question without settings of a host."""
    plain = {"PYTHONPATH": str(desk / "date"), "XDG_CACHE_HOME": str(desk / "cache" / "plain")}
    result = {}
    for name, (arguments, code, stdout) in QUESTIONS.items():
        run = cli(*arguments, env=plain, cwd=desk)
        assert run.code == code, (name, run)
        assert stdout in (None, run.stdout), (name, run)
        assert run.stdout or code, (name, run)
        result[name] = (run.code, run.stdout)
    return result


@pytest.mark.parametrize("host", HOSTS)
def test_the_host_changes_no_answer(
    cli: Cli, desk: Path, usual_results: dict[str, tuple[int, str]], host: str
) -> None:
    env = environment(desk, host)
    for name, (arguments, _, _) in QUESTIONS.items():
        run = cli(*arguments, env=env, cwd=desk)
        assert (run.code, run.stdout) == usual_results[name], (name, run.stderr)


LIBRARY = """\
from datetime import datetime, timedelta, timezone
from zsupport import Calendar

opened = datetime(2026, 10, 24, 21, 0, tzinfo=timezone.utc)
for zone in ("Europe/Oslo", "Australia/Lord_Howe", "Africa/Casablanca"):
    calendar = Calendar.from_dict({"timezone": zone, "open": "mon-sun 22:00-06:00"})
    print(calendar.due(opened, timedelta(hours=10)).isoformat(), calendar.is_open(opened))
"""
# Oslo, from Sat 23:00 (+02:00): 1 h, then 00:00 to 06:00 with 02:00 twice is 7 h; 2 h more from
# Sun 22:00 (+01:00) end at midnight, 23:00Z. Lord Howe is at +11:00, and 21:00Z is Sun 08:00;
# 8 h of Sunday night and 2 h of Monday's end Mon 24:00, 13:00Z. Casablanca is at +00:00 since 20
# September: 21:00Z is 21:00, closed; from 22:00 8 h, and 2 h from Sun 22:00 end at 24:00.
LIBRARY_PRINTS = """\
2026-10-25T23:00:00+00:00 True
2026-10-26T13:00:00+00:00 False
2026-10-26T00:00:00+00:00 False
"""


@pytest.mark.parametrize("host", HOSTS)
def test_the_host_does_not_change_the_library(cli: Cli, desk: Path, host: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIBRARY],
        env=cli.environment(environment(desk, host)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, LIBRARY_PRINTS), done.stderr


def test_settings_of_hosts_have_an_effect(cli: Cli, desk: Path) -> None:
    code = (
        "import datetime, time, zoneinfo; "
        "print(datetime.datetime(2026, 6, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Oslo')).utcoffset(), "
        "time.localtime(0).tm_hour, int(time.time()))"
    )

    def output_of(host: str) -> list[str]:
        env = cli.environment(environment(desk, host))
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    assert output_of("wrong zone files")[:2] == ["9:00:00", "9"]
    assert output_of("far east")[1] == "13"  # 13:20 of the day before, at -10:40 in 1970
    assert output_of("far ahead")[2] == "7000000000"
