"""No command opens a socket, or runs a program other than git on the local disk."""

import json
import subprocess
import sys
from pathlib import Path

from conftest import Cli

from zsupport.cli.options import COMMANDS

#: Runs command lines and blocks network access. Prints the exit codes, the blocked events and the
#: programs that were run.
FORBIDDING = """
import contextlib, io, json, sys

REACHING = ("socket.", "ssl.", "urllib.", "http.", "ftplib.", "smtplib.", "imaplib.", "poplib.",
            "nntplib.", "telnetlib.", "webbrowser.")
tried, programs = [], []

def forbid(event, arguments):
    if event.startswith(REACHING):
        tried.append(event)
        raise PermissionError(event)
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.spawn"):
        programs.append([event, *map(str, arguments[1])])

sys.addaudithook(forbid)
from zsupport.cli import main

codes = []
for line in json.load(sys.stdin):
    sys.stdin = io.TextIOWrapper(io.BytesIO(open("acme.yaml", "rb").read()))
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        codes.append(main(line))
before = list(tried)
import socket
for reach in (socket.socket, lambda: socket.getaddrinfo("localhost", 80)):
    with contextlib.suppress(PermissionError):
        reach()
print(json.dumps([codes, before, tried[len(before):], programs]))
"""
POLICY = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Ticket, kind: web}}
entitlements: [{allow: web}]
targets: [{first-response: 4h}]
"""
#: Creates a repository in the folder, independent of the configuration of this machine.
COMMIT = """
git init -q
git add .
git -c user.name=Ann -c user.email=ann@example.com commit -q -m "Begin"
"""
DUE = ("due", "--plan", "pro", "--opened", "2026-11-23T10:00:00+01:00")
#: Command lines and their exit codes. Some have URLs in place of names.
LINES: list[tuple[tuple[str, ...], int]] = [
    (("channels",), 0),
    (("channels", "--plan", "pro", "--format", "json", "--why"), 0),
    (("channels", "--policy", "https://example.org/policy.yaml"), 3),
    (("channels", "--policy", "-"), 0),
    (("due", "--at", "2026-11-23T10:00:00+01:00"), 0),
    ((*DUE, "--format", "table", "--tz", "Europe/Oslo"), 0),
    # Public holidays of a country come from the installed library.
    ((*DUE, "--policy", "country.yaml", "--why"), 0),
    (("hours", "--policy", "country.yaml", "--at", "2026-11-23T10:00:00+01:00"), 0),
    (("priority",), 0),
    (("topics",), 0),
    (("terms", "--policy", "gitlab"), 0),
    (("advise", "--plan", "pro", "--role", "admin", "--fact", "impact=down"), 0),
    (("audit", "tickets.csv", "--plan", "pro", "--role", "owner", "--priority", "P1"), 0),
    (("audit", "https://example.org/tickets.csv"), 3),
    (("publish", "https://example.org/policy.yaml"), 3),
    (("publish", "country.yaml", "--output", "page.html"), 0),
    (("policies", "--format", "csv"), 0),
    (("policies", "zoom", "--format", "table"), 0),
    (("check",), 0),
    (("check", "zoom", "--select", "ZS4", "--format", "sarif"), 0),
    (("check", "https://example.org/policy.yaml"), 3),
    (("check", "acme.yaml", "--config", "https://example.org/pyproject.toml"), 4),
    (("check", "--explain", "ZS401"), 0),
    (("init", "new", "--id", "new"), 0),
    (("test", "new", "--format", "junit"), 0),
    (("diff", "zoom", "gitlab"), 2),
    (("diff", "--against", "HEAD"), 1),
    (("diff", "--against", "https://example.org/policy.git"), 4),
    (("schema", "channels"), 0),
    (("help", "json"), 0),
    (("--version", "--format", "json"), 0),
    (("--help",), 0),
    (("--show-completion", "bash"), 0),
    (("nosuch",), 2),
]


def test_no_command_uses_the_network(cli: Cli, tmp_path: Path) -> None:
    assert {line[0] for line, _ in LINES} >= set(COMMANDS)
    environment = cli.environment({"GIT_CONFIG_NOSYSTEM": "1"})
    (tmp_path / "acme.yaml").write_text(POLICY)
    (tmp_path / "tickets.csv").write_text("opened\n2026-11-23T10:00:00Z\n")
    subprocess.run(["sh", "-ec", COMMIT], env=environment, cwd=tmp_path, check=True)
    (tmp_path / "acme.yaml").write_text(POLICY.replace("4h", "8h"))
    (tmp_path / "country.yaml").write_text(
        POLICY.replace("acme", "country").replace("4h", "4 business hours, hours: office")
        + "timezone: Europe/Oslo\n"
        'hours: {office: {open: mon-fri 09:00-17:00, holidays: {country: "NO"}}}\n'
    )
    done = subprocess.run(
        [sys.executable, "-c", FORBIDDING], input=json.dumps([line for line, _ in LINES]),
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    codes, blocked, at_the_end, programs = json.loads(done.stdout)
    assert list(zip([line for line, _ in LINES], codes, strict=True)) == LINES
    assert blocked == []
    # The hook blocks both attempts.
    assert at_the_end == ["socket.__new__", "socket.getaddrinfo"]
    for event, program, *arguments in programs:
        assert (event, program) == ("subprocess.Popen", "git")
        assert not {"fetch", "pull", "clone", "ls-remote", "submodule"} & {*arguments}
        # `git remote` without arguments lists the configured remotes.
        assert "remote" not in arguments[:-1]
    assert programs
