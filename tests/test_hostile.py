"""Hostile input: every run ends quickly with a clear message, within limits, without a traceback.

Each case is a process with a limit of 256 MB of address space and three seconds of processor time.
Most cases take a fraction of a second.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Cli
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from zsupport.errors import InvalidPolicy
from zsupport.findings import CODES, Finding
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision
from zsupport.sources.find import shipped_policies
from zsupport.view.errors import findings_text
from zsupport.wording import Wording

SECONDS = 3
KIBIBYTES = 256 * 1024
NOBODY = 65534

HEAD = "format: 1\npolicy: p\n"
PLANS = "plans: {free: Free}\n"
REST = "channels: {web: {name: Web, kind: web}}\nentitlements: [{allow: web}]\n"
BASE = HEAD + PLANS + REST


def run(
    cli: Cli, policy: str, *options: str, stdin: int | None = subprocess.DEVNULL
) -> "subprocess.CompletedProcess[str]":
    """Query a policy; fail if this takes too long or too much memory, or ends in a traceback."""
    return run_with_limits(cli, [*cli.command("channels", "--policy", policy), *options], stdin)


def run_with_limits(
    cli: Cli, command: list[str], stdin: int | None = subprocess.DEVNULL
) -> "subprocess.CompletedProcess[str]":
    """Run a command with limits of memory and processor time; fail if it ends in a traceback."""
    # Processor time, because other tests run at the same time.
    limit = ["sh", "-c", f'ulimit -v {KIBIBYTES} && ulimit -t {SECONDS} && exec "$@"', "sh"]
    done = subprocess.run(
        [*limit, *command],
        stdin=stdin, capture_output=True, encoding="utf-8", errors="replace",
        env=cli.environment({"ZSUPPORT_CACHE": "off"}), cwd=cli.folder, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode not in (-signal.SIGXCPU, -signal.SIGKILL), "it took too long"
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
    return done


def lines(count: int, form: str) -> str:
    return "".join(form.format(i=i, next=i + 1) for i in range(count))


def bomb(first: str, form: str) -> str:
    """Return a text with levels. Each level refers nine times to the previous level."""
    text = first
    for level in range(1, 12):
        before = ", ".join([f"*a{level - 1}"] * 9)
        text += form.format(level=level, before=before)
    return text


DEEP = "ZS009] too-large: nesting is too deep (limit 50 levels)"
MANY_FACTS = lines(20, "f{i}: a,")
# The text, and the message of the first finding, by name.
TEXTS: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "alias bomb": (
        lambda: BASE + bomb("a0: &a0 [{say: x}]\n", "a{level}: &a{level} [{before}]\n"),
        "ZS006] yaml-alias: aliases expand to too many values (limit 50,000)",
    ),
    "alias bomb of mappings": (
        lambda: BASE + bomb("a0: &a0 {x: y}\n", "a{level}: &a{level} {{k: [{before}]}}\n"),
        "ZS006] yaml-alias: aliases expand to too many values (limit 50,000)",
    ),
    "merge-key bomb": (
        lambda: BASE + bomb("a0: &a0 {x: y}\n", "a{level}: &a{level} {{<<: [{before}]}}\n"),
        "ZS007] merge-key",
    ),
    "recursive anchor": (
        lambda: BASE + "terms: &t {a: [{say: x}], b: *t}\n",
        "ZS006] yaml-alias: alias `*t` contains itself",
    ),
    "recursive anchor in a condition": (
        lambda: BASE + "terms: {t: [{say: x, when: &w [*w]}]}\n",
        "ZS006] yaml-alias: alias `*w` contains itself",
    ),
    "nested flow lists": (lambda: "[" * 100_000, DEEP),
    "nested flow lists, closed": (
        lambda: "[" * 100_000 + "]" * 100_000, DEEP,
    ),
    "nested flow mappings": (lambda: "{a: " * 100_000, DEEP),
    "flow mappings as keys": (lambda: "{? " * 100_000, DEEP),
    "nested block lists": (lambda: "- " * 100_000, DEEP),
    "nested block keys": (lambda: "? " * 100_000, DEEP),
    "nested block mappings": (
        lambda: "".join(" " * i + "a:\n" for i in range(1400)), DEEP,
    ),
    "nested conditions": (
        lambda: BASE + "terms: {t: [{say: x, when: " + "[" * 5000 + "]" * 5000 + "}]}\n",
        DEEP,
    ),
    "nested negations": (
        lambda: BASE + "terms: {t: [{say: x, when: {plan: " + "{not: " * 60 + "free" + "}" * 60
        + "}}]}\n",
        DEEP,
    ),
    "a scalar of 50 MB": (
        lambda: BASE + "title: " + "x" * 50_000_000, "ZS009] too-large: the file is larger than",
    ),
    "too many values": (
        lambda: BASE + "terms: {t: [" + "x," * 60_000 + "]}\n", "ZS009] too-large: the file has",
    ),
    "100,000 unknown keys": (
        lambda: BASE + lines(100_000, "u{i}: \n"), "ZS009] too-large: the file has too many values",
    ),
    "24,000 unknown keys": (
        lambda: BASE + lines(24_000, "titel{i}: x\n"),
        "ZS101] unknown-key: unknown key `titel0` in a policy",
    ),
    "25,000 unknown zones": (
        lambda: BASE + "hours:\n" + lines(25_000, "  h{i}: {{timezone: E{i}}}\n"),
        "ZS009] too-large: the file has too many values",
    ),
    "7,000 unknown zones": (
        lambda: BASE + "hours:\n"
        + lines(7000, "  h{i}: {{timezone: Europe/Olso{i}, open: 24x7}}\n"),
        "ZS203] unknown-time-zone: unknown time zone `Europe/Olso0`",
    ),
    "10,000 duplicate keys": (
        lambda: BASE + "terms:\n" + "  t: [{say: x}]\n" * 10_000,
        "ZS002] duplicate-key: duplicate key `t`",
    ),
    "10,000 keys that are mappings": (
        lambda: BASE + "terms: {" + "{a: b}: x, " * 8000 + "}\n",
        "ZS103] wrong-type: expected a text as key, found a list or a mapping",
    ),
    "10,000 tags": (lambda: BASE + "terms: {t: [" + "!x a," * 10_000 + "]}\n", "ZS005] yaml-tag"),
    "10,000 undefined aliases": (
        lambda: BASE + "terms: {t: [" + "*x," * 10_000 + "]}\n",
        "ZS006] yaml-alias: unknown alias `*x`",
    ),
    "20,000 anchors": (
        lambda: BASE + "terms: {t: [" + "".join(f"&a{i} x," for i in range(20_000)) + "]}\n",
        "ZS103] wrong-type: expected a mapping, found the text `x`",
    ),
    "a line of a megabyte": (
        lambda: BASE + "title: " + "x" * 1_000_000 + "\nplan: x\n",
        "ZS101] unknown-key: unknown key `plan` in a policy",
    ),
    "200 errors on a line of a megabyte": (
        lambda: BASE + "terms: {t: [" + "x, " * 300 + " " * 900_000 + "y]}\n",
        "ZS103] wrong-type",
    ),
    "a key of 600 KB": (
        lambda: BASE + '? "' + "k" * 600_000 + '"\n: x\n',
        f"ZS101] unknown-key: unknown key `{'k' * 57}...`",
    ),
    "an id of 600 KB": (
        lambda: BASE + "roles:\n  ? " + "k" * 600_000 + "\n  : x\n",
        f"ZS106] invalid-id: invalid id `{'k' * 57}...`",
    ),
    "huge numbers": (
        lambda: BASE + f"targets: [{{first-response: {'9' * 100_000}h}}]\nmetrics: "
        f"[{{id: first-response, warn: {'1' * 5000}/{'2' * 5000}}}]\n",
        f"ZS104] invalid-target: invalid target `{'9' * 57}...`",
    ),
    "a huge format": (
        lambda: BASE.replace("format: 1", f"format: {'9' * 100_000}"),
        "ZS105] invalid-value: invalid value `999",
    ),
    "huge years": (
        lambda: BASE + f"effective: {{from: {'9' * 9999}-01-01}}\n",
        f"ZS109] invalid-date: invalid date `{'9' * 57}...`",
    ),
    "a template": (
        lambda: "{{{{ .Values.policy }}}}\n",
        "ZS103] wrong-type: expected a text as key, found a list or a mapping",
    ),
    "another template": (lambda: "{% for plan in plans %}\n" + BASE, "ZS001] syntax"),
    "NUL bytes": (lambda: b"\0" * 1_000_000, "ZS008] not-utf-8: unexpected NUL byte"),
    "a NUL byte at the end": (lambda: BASE + "\0", "ZS008] not-utf-8: unexpected NUL byte"),
    "UTF-16": (lambda: BASE.encode("utf-16"), "ZS008] not-utf-8: the file is encoded in UTF-16"),
    "UTF-16, big-endian, without a byte order mark": (
        lambda: BASE.encode("utf-16-be"), "ZS008] not-utf-8: the file is encoded in UTF-16",
    ),
    "UTF-32": (lambda: BASE.encode("utf-32"), "ZS008] not-utf-8: the file is encoded in UTF-32"),
    "UTF-32, without a byte order mark": (
        lambda: BASE.encode("utf-32-le"), "ZS008] not-utf-8: the file is encoded in UTF-32",
    ),
    "latin-1": (
        lambda: (BASE + "title: Støtte\n").encode("latin-1"), "ZS008] not-utf-8: byte 0xf8",
    ),
    "lone surrogates": (lambda: BASE.encode() + b"title: \xed\xa0\x80\n", "ZS008] not-utf-8"),
    "lone surrogates, escaped": (lambda: BASE + 'title: "\\ud800"\n', "ZS001] syntax"),
    "every byte": (lambda: bytes(range(256)) * 1000, "ZS008] not-utf-8"),
    "a program": (lambda: Path(sys.executable).read_bytes()[:900_000], "ZS008] not-utf-8"),
    "comments only": (lambda: "# x\n" * 250_000, "ZS103] wrong-type: the file is empty"),
    "line ends only": (lambda: "\n" * 1_000_000, "ZS103] wrong-type: the file is empty"),
    "directives": (lambda: "%X y\n" * 100_000 + BASE, "ZS001] syntax"),
    "documents": (lambda: "--- a\n" * 100_000, "ZS004] several-documents"),
    "quotes": (lambda: BASE + "title: " + "'" * 900_001, "ZS001] syntax"),
    "colons": (lambda: ": " * 300_000, "ZS001] syntax"),
    "alternating indentation": (
        lambda: BASE + "terms:\n" + "  a:\n   - x\n" * 20_000, "ZS002] duplicate-key",
    ),
    "many misspelt names": (
        lambda: HEAD + "plans:\n" + lines(6000, "  plan{i}: P\n") + REST
        + "terms: {t: [" + lines(4000, "{{say: x, when: {{plan: plann{i}}}}},") + "]}\n",
        "ZS201] undefined-name: unknown plan `plann0`",
    ),
    "empty channels": (
        lambda: HEAD + PLANS + "channels:\n" + lines(12_000, "  c{i}: {{x: y}}\n")
        + "entitlements: [{allow: c1}]\n",
        "ZS102] missing-key: missing key `kind`",
    ),
    "cyclic ranks": (
        lambda: HEAD + "plans:\n" + lines(6000, "  p{i}: {{above: [p{next}, p0]}}\n")
        + "  p6000: P\n" + REST,
        "ZS202] cycle: circular rank: p0 > p1 > p2",
    ),
    "cyclic groups": (
        lambda: BASE + "groups:\n" + lines(6000, "  g{i}: {{plan: g{next}}}\n")
        + "  g6000: {plan: g0}\n",
        "ZS202] cycle: circular group: g0 > g1 > g2",
    ),
    "cyclic hours": (
        lambda: BASE + "hours:\n" + lines(6000, "  h{i}: {{any: [h{next}]}}\n")
        + "  h6000: {any: [h0]}\n",
        "ZS202] cycle: circular union",
    ),
    "unions of 5,000 hours": (
        lambda: BASE + "hours:\n" + lines(5000, "  h{i}: {{any: [h{next}]}}\n")
        + "  h5000: {open: mon 09:00-17:00}\n",
        "ZS009] too-large: too many levels of nested unions in `h4979`: 21",
    ),
    "overlapping windows": (
        lambda: BASE + "hours: {h: {open: [" + "mon 09:00-17:00," * 20_000 + "]}}\n",
        "ZS206] overlapping-windows",
    ),
    "unions that double sixty times": (
        lambda: BASE + "hours:\n"
        + lines(60, "  u{i}: {{any: [u{next}, v{next}]}}\n  v{i}: {{any: [u{next}, v{next}]}}\n")
        + "  u60: {open: mon 09:00-17:00}\n  v60: {open: 24x7}\n"
        + "targets: [{hours: u0, first-response: 4 business hours}]\n",
        "ZS009] too-large: too many calendars in a union in `u50`: 1,024",
    ),
    "too many cases": (
        lambda: BASE + "facts:\n" + lines(20, "  f{i}: {{values: {{a: A, b: B, c: C, d: D}}}}\n")
        + "hours: {h: [{when: {" + MANY_FACTS + "}, open: 24x7}, {open: mon 09:00-17:00}]}\n"
        + "targets:\n" + "  - {hours: h, first-response: 4 business hours}\n" * 4000,
        "ZS104] invalid-target: `4 business hours` requires hours that close, but `h` is open 24x7",
    ),
    "negations of many values": (
        lambda: HEAD + "plans:\n" + lines(8000, "  p{i}: P\n") + REST
        + "terms: {t: [" + lines(3000, "{{say: x, when: {{plan: {{not: p{i}}}}}}},") + "]}\n",
        "ZS009] too-large: the conditions of this policy have too many values in total"
        " (limit 500,000)",
    ),
    "escape codes": (
        lambda: BASE + '"\\e]0;pwned\\a\\e[2J": x\n',
        "ZS101] unknown-key: unknown key `\\x1b]0;pwned\\x07\\x1b[2J`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_is_reported(name: str, cli: Cli, tmp_path: Path) -> None:
    make, message = TEXTS[name]
    text = make()
    path = tmp_path / "policy.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run(cli, str(path))
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("error[")
    assert message in done.stderr.partition("\n")[0]
    assert done.stderr.replace("\n", "").isprintable()
    assert len(done.stderr) < 300_000


def test_only_the_first_of_many_findings_are_reported(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(BASE + lines(3000, "u{i}: x\n"))
    problems = json.loads(run(cli, str(path), "--format", "json").stdout)["error"]["problems"]
    assert [problem["line"] for problem in problems] == [*range(6, 2006), 2006]
    assert {problem["code"] for problem in problems[:2000]} == {"ZS101"}
    assert problems[-1]["code"] == "ZS009"
    assert problems[-1]["message"] == "too many findings (limit 2,000)"
    assert problems[-1]["hint"] == (
        "fix the findings above first; the rest of the file is not checked"
    )


@pytest.mark.parametrize("name", ["24,000 unknown keys", "empty channels", "latin-1"])
def test_many_findings_are_reported_quickly_in_json(name: str, cli: Cli, tmp_path: Path) -> None:
    text = TEXTS[name][0]()
    path = tmp_path / "policy.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run(cli, str(path), "--format", "json")
    assert done.returncode == 3
    assert done.stdout.startswith('{\n  "error": {\n    "kind": "policy",\n    "code": 3,')


LARGE: dict[str, Callable[[], str]] = {
    "a text of a megabyte": lambda: BASE + "title: " + "x" * 1_000_000 + "\n",
    "a condition of 1,200 alternatives": lambda: (
        HEAD + PLANS + REST.replace("allow: web", "allow: web, when: ["
        + "{plan: [free, free, free, free]}," * 1200 + "]")
    ),
    "chain of 8,000 plans": lambda: (
        HEAD + "plans:\n" + lines(8000, "  p{i}: {{above: p{next}}}\n") + "  p8000: P\n  free: F\n"
        + REST
    ),
    "chain of 8,000 groups": lambda: (
        BASE + "groups:\n" + lines(8000, "  g{i}: {{plan: g{next}}}\n") + "  g8000: {plan: free}\n"
    ),
    "union of 20 hours": lambda: (
        BASE + "hours:\n" + lines(20, "  h{i}: {{any: [h{next}]}}\n")
        + "  h20: {open: mon 09:00-17:00}\n"
        + "targets: [{hours: h0, first-response: 4 business hours}]\n"
    ),
    "a date for each day of twenty years": lambda: (
        BASE + "hours: {h: {open: mon 09:00-17:00, dates: {"
        + "".join(f"{y}-{m:02d}-{d:02d}: 09:00-12:00, " for y in range(2020, 2040)
                  for m in range(1, 13) for d in range(1, 29)) + "}}}\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_large_valid_policies_are_answered(name: str, cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(LARGE[name]())
    done = run(cli, str(path), "--plan", "free")
    assert (done.stdout, done.stderr, done.returncode) == ("web\n", "", 0)


# -- pipes, links and devices ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("/dev/zero", "the file is larger than 1,024 KiB"),
        ("/dev/full", "the file is larger than 1,024 KiB"),
        ("/dev/null", "the file is empty"),
        ("/dev/urandom", "the file is larger than 1,024 KiB"),
    ],
)
def test_device_is_read_up_to_the_limit(device: str, message: str, cli: Cli) -> None:
    done = run(cli, device)
    assert done.returncode == 3
    assert message in done.stderr


def test_folder_without_policies_is_reported(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    done = run(cli, str(tmp_path))
    assert done.returncode == 3
    assert f"{tmp_path}: no policy in this folder" in done.stderr


def test_folder_named_like_a_policy_file(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "p.yaml"
    folder.mkdir()
    (folder / "one.yaml").mkdir()
    done = run(cli, str(folder))
    assert done.returncode == 3
    assert f"{folder}: no policy in this folder" in done.stderr


def test_broken_links_are_reported(cli: Cli, tmp_path: Path) -> None:
    dangling = tmp_path / "dangling.yaml"
    dangling.symlink_to("gone.yaml")
    done = run(cli, str(dangling))
    assert done.returncode == 3
    assert done.stderr == f"zsupport: {dangling}: broken link to `gone.yaml`\n"
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    done = run(cli, str(loop))
    assert done.returncode == 3
    assert done.stderr == f"zsupport: {loop}: too many levels of symbolic links\n"


def test_socket_is_not_a_policy(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        done = run(cli, str(path))
    assert done.returncode == 3
    assert f"{path}: no such device or address" in done.stderr


def test_named_pipe_is_read(cli: Cli, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    writer = ["sh", "-c", 'printf %s "$1" > "$2"', "sh", BASE, str(pipe)]
    with subprocess.Popen(writer) as feed:
        try:
            done = run(cli, str(pipe), "--plan", "free")
        finally:
            feed.kill()
    assert (done.stdout, done.returncode) == ("web\n", 0)


@pytest.mark.parametrize("source", ["/dev/zero", "yes"])
def test_endless_standard_input_is_reported(source: str, cli: Cli) -> None:
    command = ["cat", source] if source.startswith("/") else ["yes", "format: 1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as feed:
        assert feed.stdout is not None
        try:
            done = run(cli, "-", stdin=feed.stdout.fileno())
        finally:
            feed.kill()
    assert done.returncode == 3
    assert "ZS009] too-large: the file is larger than 1,024 KiB" in done.stderr


def test_unreadable_standard_input_is_reported(cli: Cli, tmp_path: Path) -> None:
    with open(tmp_path / "out", "wb") as only_to_write:
        done = run(cli, "-", stdin=only_to_write.fileno())
    assert done.returncode == 3
    assert done.stderr == "zsupport: -: bad file descriptor\n"


def test_findings_of_many_files_are_cut(cli: Cli, tmp_path: Path) -> None:
    for i in range(500):
        (tmp_path / f"{i:03}.yaml").write_text(BASE + "title: [x]\n")
    done = run(cli, str(tmp_path))
    assert done.returncode == 3
    assert done.stderr.startswith("error[ZS103]")
    assert done.stderr.endswith("\n500 problems, 300 not shown; use --format json to list all\n")


def test_large_folder_is_reported(cli: Cli, tmp_path: Path) -> None:
    for i in range(17):
        (tmp_path / f"{i}.yaml").write_text(BASE + "#" * 1_000_000)
    done = run(cli, str(tmp_path))
    assert done.returncode == 3
    assert "policy files too large (limit 16384 KiB in total)" in done.stderr


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x" * 5000 + ".yaml", "file name too long"),
        ("./a\nb\x1b[31m.yaml", "file not found"),
        (b"./\xff\xfe.yaml".decode("utf-8", "surrogateescape"), "file not found"),
        ("../" * 3000 + "x.yaml", "file name too long"),
        ("", "unknown policy ``"),
        ("zoom/", "file not found"),
    ],
)
def test_unusual_names_are_reported(name: str, message: str, cli: Cli) -> None:
    done = run(cli, name)
    assert done.returncode in (2, 3)
    assert message in done.stderr
    assert "\x1b" not in done.stderr


def test_file_without_read_permission_is_reported(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(BASE)
    path.chmod(0)
    if os.geteuid() != 0:
        done = run(cli, str(path))
    else:
        # Root can read everything. The run imports its modules before it changes to `nobody`, who
        # cannot enter the folder of the interpreter.
        folder = Path("/tmp", f"zsupport-test-{os.getpid()}")
        folder.mkdir(mode=0o755)
        try:
            path = path.rename(folder / "policy.yaml")
            done = run_with_limits(cli, [sys.executable, "-c", _AS_NOBODY, str(path)])
        finally:
            path.unlink()
            folder.rmdir()
    assert done.returncode == 3
    assert done.stderr.endswith(f"zsupport: {path}: permission denied\n")


_AS_NOBODY = f"""
import os, sys
from zsupport.cli import main
arguments = ["channels", "--policy", sys.argv[1]]
main([*arguments[:2], "./missing.yaml"])
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
sys.exit(main(arguments))
"""


def test_missing_libyaml_is_an_environment_error(cli: Cli) -> None:
    code = (
        "import sys; sys.modules['yaml._yaml'] = None\n"
        "from zsupport.cli import main; sys.exit(main(['channels', '--policy', 'zoom']))"
    )
    done = run_with_limits(cli, [sys.executable, "-c", code])
    assert (done.stdout, done.returncode) == ("", 4)
    assert done.stderr.splitlines() == [
        "zsupport: PyYAML is installed without libyaml, which zsupport requires",
        "  install a PyYAML wheel: python -m pip install --force-reinstall pyyaml",
    ]


# -- random input -----------------------------------------------------------------------------

ZOOM = Path(shipped_policies()["zoom"]).read_bytes()
ACME = Path(__file__).with_name("policies").joinpath("acme.yaml").read_bytes()


def findings_of(data: bytes) -> tuple[Finding, ...]:
    try:
        load_revision(SourceFile("p.yaml", data, "", "p.yaml"))
    except InvalidPolicy as invalid:
        return invalid.findings
    return ()


def assert_only_findings(data: bytes) -> None:
    """Assert that bytes are a valid policy, or have findings that can be shown."""
    findings = findings_of(data)
    for finding in findings:
        assert finding.code in CODES
        assert finding.message
        assert finding.expected
        assert finding.span.line >= 1
        assert finding.span.column >= 1
    # Findings are distinct.
    assert len({(finding.code, finding.span, finding.message) for finding in findings}) == len(
        findings
    )
    if findings:
        invalid = InvalidPolicy(findings, {"p.yaml": data.decode("utf-8", "replace")})
        assert findings_text(invalid, Wording())


QUICKLY = settings(
    deadline=None, max_examples=300, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@QUICKLY
@given(st.binary(max_size=300))
@example(b"%YAML 1.1\n---\n&a : *a\n")
@example(b"? &a [*a]\n: b\n")
@example(b"<<: [<<: {<<: x}]\n")
@example(b"{? , ? , : }")
def test_random_bytes_give_findings(data: bytes) -> None:
    assert_only_findings(data)
    assert_only_findings(BASE.encode() + data)


@QUICKLY
@given(st.text(alphabet="-?:,[]{}#&*!|>'\"%@` \t\n\rabc019.~=<\\", max_size=80))
def test_random_yaml_gives_findings(text: str) -> None:
    assert_only_findings(text.encode())
    assert_only_findings((BASE + "terms: " + text).encode())
    assert_only_findings((BASE + "hours: {h: {open: " + text + "}}").encode())


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Return a policy in which some bytes are removed, doubled, moved or replaced."""
    data = draw(st.sampled_from([ZOOM, ACME]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = start + draw(st.integers(0, 40))
        piece = draw(
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from([
                    b"", b":", b": ", b"- ", b", ", b"{", b"}", b"[", b"]", b"\n", b"\n  ", b"'",
                    b'"', b"#", b" #", b"*x", b"&x ", b"<<: ", b"!t ", b"24x7", b"{not: x}", b"4h",
                    b"next business day", b"closed", b"mon-fri 09:00-17:00", b"\t", b"\0", b"null",
                ]),
                st.just(data[start:end] * 2),
                st.just(data[-start : -start + 30]),
            )
        )  # fmt: skip
        data = data[:start] + piece + data[end:]
    return data


@QUICKLY
@given(mutated())
def test_broken_policies_give_findings(data: bytes) -> None:
    assert_only_findings(data)
