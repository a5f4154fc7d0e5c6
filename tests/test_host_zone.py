"""The time zone of the host: `--tz local`."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import Cli

from zsupport.clock.problem import BadText
from zsupport.sources import host
from zsupport.sources.host import host_zone

NOW = 1_795_622_400  # 2026-11-25T16:00:00Z
HALF_A_YEAR_LATER = NOW + 182 * 86_400


class Host:
    """The files of a host in a temporary folder, and the offsets of its clock."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.localtime = folder / "localtime"
        self.timezone = folder / "timezone"
        monkeypatch.setattr(host, "LOCALTIME", str(self.localtime))
        monkeypatch.setattr(host, "NAME_FILES", (str(self.timezone), str(folder / "zoneinfo")))
        self.monkeypatch = monkeypatch
        self.set_clock(lambda _: 0)

    def set_clock(self, offset: Callable[[int], int]) -> None:
        """Set the offsets of the clock, by instant."""
        self.monkeypatch.setattr(time, "localtime", lambda t: SimpleNamespace(tm_gmtoff=offset(t)))

    def zone(self, **environment: str) -> str:
        """Return the name of the zone of the host."""
        return str(host_zone(environment, NOW))

    def error(self, **environment: str) -> BadText:
        with pytest.raises(BadText) as caught:
            host_zone(environment, NOW)
        assert caught.value.message.startswith("unknown time zone of this machine: ")
        assert caught.value.hint
        return caught.value


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("Europe/Oslo", "Europe/Oslo"),
        (":Europe/Oslo", "Europe/Oslo"),
        ("US/Eastern", "US/Eastern"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("EST5EDT", "EST5EDT"),
        ("UTC", "UTC"),
        # For the C library, an empty variable is UTC.
        ("", "UTC"),
        ("UTC0", "UTC"),
        ("/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        (":/usr/share/zoneinfo/posix/Asia/Tokyo", "Asia/Tokyo"),
        ("/usr/share/zoneinfo.default/America/Argentina/Buenos_Aires",
         "America/Argentina/Buenos_Aires"),
    ],
)  # fmt: skip
def test_variable_decides(machine: Host, variable: str, name: str) -> None:
    machine.localtime.symlink_to("/usr/share/zoneinfo/Africa/Cairo")
    assert machine.zone(TZ=variable) == name


@pytest.mark.parametrize(
    "variable",
    [
        "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3", "Nowhere/Land", "/etc/other", "\x1b[31m", "local",
        "europe/oslo", "/usr/share/zoneinfo/Nowhere", "/usr/share/zoneinfo/../../etc/passwd",
        # In TZ, this is one hour east of UTC; as a fixed offset of the program it is west of it.
        "UTC-01", "+01", "-01:00",
    ],
)  # fmt: skip
def test_variable_without_an_iana_name_is_refused(machine: Host, variable: str) -> None:
    machine.localtime.symlink_to("/usr/share/zoneinfo/Africa/Cairo")
    problem = machine.error(TZ=variable)
    assert "`TZ`" in problem.message
    assert problem.message.isprintable()
    assert problem.hint == "write the zone instead, such as Europe/Oslo, or set `TZ` to such a name"


def test_abbreviation_in_the_variable_is_refused_with_places(machine: Host) -> None:
    problem = machine.error(TZ="CET")
    assert problem.message.endswith("`TZ` states `CET`")
    assert problem.hint == "write `Europe/Berlin`, `Europe/Paris` or `Europe/Oslo`"


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("/usr/share/zoneinfo/Europe/Oslo", "Europe/Oslo"),
        ("../usr/share/zoneinfo/Europe/Oslo", "Europe/Oslo"),
        ("/var/db/timezone/zoneinfo/Europe/Oslo", "Europe/Oslo"),
        ("/etc/zoneinfo/Europe/Oslo", "Europe/Oslo"),
        ("/usr/share/zoneinfo/right/Etc/UTC", "Etc/UTC"),
    ],
)
def test_link_states_the_name(machine: Host, target: str, name: str) -> None:
    # The file with the name is older, and the target need not exist.
    machine.timezone.write_text("Asia/Tokyo\n")
    machine.localtime.symlink_to(target)
    assert machine.zone() == name


def test_link_to_a_link_states_the_name(machine: Host, tmp_path: Path) -> None:
    # A zone file can be a link to another zone: the first name is that of the host.
    zones = tmp_path / "zoneinfo" / "Europe"
    zones.mkdir(parents=True)
    (zones / "Berlin").touch()
    (zones / "Oslo").symlink_to("Berlin")
    (tmp_path / "first").symlink_to("zoneinfo/Europe/Oslo")
    machine.localtime.symlink_to("first")
    assert machine.zone() == "Europe/Oslo"
    assert machine.zone(TZ=f":{machine.localtime}") == "Europe/Oslo"


def test_link_without_an_end_is_refused(machine: Host) -> None:
    machine.localtime.symlink_to(machine.localtime.name)
    assert "is not a link to a named zone" in machine.error().message


def test_link_to_an_unknown_zone_is_refused(machine: Host) -> None:
    machine.localtime.symlink_to("/usr/share/zoneinfo/Nowhere/Land")
    assert machine.error().message.endswith("localtime states `Nowhere/Land`")


def test_file_states_the_name_of_a_copy(machine: Host) -> None:
    machine.localtime.write_bytes(b"TZif2")
    machine.timezone.write_text("Asia/Tokyo\n")
    machine.set_clock(lambda _: 9 * 3600)
    assert machine.zone() == "Asia/Tokyo"


def test_file_that_contradicts_the_clock_is_refused(machine: Host) -> None:
    # A container with /etc/localtime of its machine and /etc/timezone of its image.
    machine.localtime.write_bytes(b"TZif2")
    machine.timezone.write_text("Etc/UTC\n")
    machine.set_clock(lambda _: 3600)
    assert machine.error().message.endswith("states `Etc/UTC`, but the clock has another offset")
    # The offsets are equal now, but not in half a year.
    machine.timezone.write_text("Africa/Lagos\n")
    machine.set_clock(lambda t: 3600 if t < HALF_A_YEAR_LATER else 7200)
    assert "another offset" in machine.error().message


def test_host_without_files_is_in_utc(machine: Host) -> None:
    assert machine.zone() == "UTC"
    # The C library ignores this file.
    machine.timezone.write_text("Asia/Tokyo\n")
    assert "another offset" in machine.error().message


@pytest.mark.parametrize("content", [b"", b"\n", b"Nowhere\n", b"\xff\x00\n", b"A" * 10_000])
def test_invalid_file_is_refused(machine: Host, content: bytes) -> None:
    machine.localtime.write_bytes(b"TZif2")
    machine.timezone.write_bytes(content)
    assert machine.error().message.isprintable()


def test_windows_is_not_supported_without_the_variable(
    machine: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "name", "nt")
        name = machine.zone(TZ="Europe/Oslo")
        with pytest.raises(BadText) as caught:
            host_zone({}, NOW)
    assert name == "Europe/Oslo"
    assert "on Windows, only the variable `TZ` is read" in caught.value.message


# The command line

MOMENT = ("--at", "2026-11-25 09:00")
QUESTIONS = {
    "channels": ("--plan", "business", "--role", "admin"),
    "due": ("--plan", "pro", "--role", "owner", "--opened", "2026-11-25 08:00"),
    "hours": ("--policy", "gitlab"),
    "priority": (),
    "topics": (),
    "terms": ("--policy", "redhat"),
    "policies": (),
}


@pytest.mark.parametrize("command", QUESTIONS)
def test_local_is_the_named_zone(cli: Cli, command: str) -> None:
    question = (command, *QUESTIONS[command], *MOMENT, "--format", "json")
    named = cli(*question, "--tz", "Asia/Kathmandu")
    assert "+05:45" in named.stdout
    assert cli(*question, "--tz", "local", env={"TZ": "Asia/Kathmandu"}) == named


def test_host_is_used_only_for_local(cli: Cli) -> None:
    question = ("due", *QUESTIONS["due"], *MOMENT)
    run = cli(*question, env={"TZ": "Asia/Kathmandu"})
    assert run.code == 2
    assert "has no time zone" in run.stderr


def test_unknown_host_is_a_usage_error(cli: Cli) -> None:
    run = cli("channels", "--tz", "local", env={"TZ": "XYZ-5:17"})
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr == (
        "zsupport: --tz: unknown time zone of this machine: `TZ` states `XYZ-5:17`\n"
        "  write the zone instead, such as Europe/Oslo, or set `TZ` to such a name\n"
    )


def test_unknown_zone_names_local(cli: Cli) -> None:
    assert cli("channels", "--tz", "Local").stderr.endswith("\n  did you mean `local`?\n")
    assert cli("channels", "--tz", "my zone").stderr == (
        "zsupport: --tz: unknown time zone `my zone`\n"
        "  write `local`, an IANA name such as Europe/Berlin, `UTC`, or a fixed offset such as"
        " `UTC+01:00`\n"
    )
    # A customer is not on this machine.
    assert "unknown time zone `local`" in cli("due", "--customer-tz", "local").stderr
