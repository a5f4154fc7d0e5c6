"""Build policies and projects of any size, and measure runs of the program over them."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from conftest import Cli

HEAD = "format: 1\npolicy: p\ntimezone: UTC\n"
WEB = "channels: {web: {name: Web, kind: web}}\n"
REST = WEB + "entitlements: [{allow: web}]\n"
DUE = ("due", "--policy", "p.yaml", "--opened", "2026-11-02T10:00:00Z")
CHECK = ("check", "p.yaml")


def names(letter: str, count: int) -> str:
    """Return a mapping with this number of ids: `{p0: X, p1: X}`."""
    return "{" + ", ".join(f"{letter}{n}: X" for n in range(count)) + "}"


def small(plans: str = "{a: A}") -> str:
    return f"{HEAD}plans: {plans}\n{REST}targets:\n  - first-response: 4h\n"


def revisions(count: int) -> dict[str, str]:
    """Return revisions of one policy in a folder, with 28,000 values in each revision."""
    every = "".join(f"- {{when: {{plan: p{n % 9}}}, first-response: 4h}}\n" for n in range(7000))
    return {
        f"all/{n:02}.yaml": f"{HEAD}effective: {{from: 20{n:02}-01-01}}\nplans: {names('p', 9)}\n"
        f"{REST}targets:\n{every}"
        for n in range(count)
    }


def chain(count: int) -> str:
    """Return a policy with a chain of plans, where every plan has a different target."""
    plans = [f"  p{n}: {{name: P{n}, above: p{n - 1}}}" for n in range(1, count)]
    targets = [f"  - {{when: {{plan: p{n}}}, first-response: {n % 50 + 1}h}}" for n in range(count)]
    lines = ["plans:", "  p0: Plan", *plans, REST + "targets:", *targets]
    return HEAD + "\n".join(lines) + "\n"


def priorities(count: int) -> str:
    ids = "".join(f"  - {{id: P{n}}}\n" for n in range(count))
    cells = ", ".join(f"P{n}: {n + 1}m" for n in range(count))
    targets = f"targets: [{{first-response: {{{cells}}}}}]\n"
    return f"{HEAD}plans: {{a: A}}\n{REST}priorities:\n{ids}{targets}"


def limits(count: int) -> str:
    """Return a policy with limits by plan and role, most of them different."""
    entry = "    - {{when: {when}, is: {hours} per month}}\n"
    head = REST + "limits:\n  cases:\n"
    return by_plan_and_role(count, entry).replace("    - {when", head + "    - {when", 1)


def priority_table(side: int) -> str:
    """Return a policy with a priority for each row and column of a square table."""
    ids = "".join(f"  - {{id: P{n}}}\n" for n in range(side))
    rows = "".join(
        f"    v{row}: {{{', '.join(f'v{n}: P{max(row, n)}' for n in range(side))}}}\n"
        for row in range(side)
    )
    targets = ", ".join(f"P{n}: {n + 1}m" for n in range(side))
    return (
        f"{HEAD}plans: {{a: A}}\n{REST}"
        f"facts:\n  f: {{ask: X, values: {names('v', side)}}}\n"
        f"  g: {{ask: Y, values: {names('v', side)}}}\n"
        f"priorities:\n{ids}priority-table:\n  rows: f\n  columns: g\n  cells:\n{rows}"
        f"targets: [{{first-response: {{{targets}}}}}]\n"
    )


def channels_with_priority(count: int) -> str:
    """Return a policy with channels that set one of ten priorities, each with its own target."""
    channels = "".join(
        f"  c{n}: {{name: C{n}, kind: email, priority: {{at-most: P{n % 10}}}}}\n"
        for n in range(count)
    )
    ids = "".join(f"  - {{id: P{n}}}\n" for n in range(10))
    allowed = ", ".join(f"c{n}" for n in range(count))
    cells = ", ".join(f"P{n}: {n + 1}h" for n in range(10))
    return (
        f"{HEAD}plans: {{a: A}}\nchannels:\n{channels}priorities:\n{ids}"
        f"entitlements: [{{allow: [{allowed}]}}]\ntargets: [{{first-response: {{{cells}}}}}]\n"
    )


def equal_grants(count: int) -> str:
    return HEAD + "plans: {a: A}\n" + WEB + "entitlements:\n" + "  - allow: web\n" * count


def by_plan_and_role(count: int, entry: str) -> str:
    """Return a policy with an entry for each pair of a plan and a role."""
    side = next(n for n in range(1, count + 1) if n * n >= count)
    pairs = [(plan, role) for plan in range(side) for role in range(side)][:count]
    entries = "".join(
        entry.format(
            when=f"{{plan: p{plan}, role: r{role}}}", hours=(plan * 31 + role * 17) % 97 + 1
        )
        for plan, role in pairs
    )
    return f"{HEAD}plans: {names('p', side)}\nroles: {names('r', side)}\n{entries}"


def grants(count: int) -> str:
    entry = "  - {{when: {when}, allow: web}}\n"
    return by_plan_and_role(count, entry).replace("  - {when", WEB + "entitlements:\n  - {when", 1)


def rules(count: int) -> str:
    entry = "  - {{when: {when}, first-response: {hours}h}}\n"
    return by_plan_and_role(count, entry).replace("  - {when", REST + "targets:\n  - {when", 1)


def facts(count: int, values: int, *, plans: int = 1, rules: int = 0) -> str:
    """Return a policy with facts and plans in every combination."""
    declared = "".join(f"  f{n}: {{ask: X, values: {names('v', values)}}}\n" for n in range(count))
    alone = "".join(f"  - {{when: {{f{n}: v0}}, first-response: {n + 1}h}}\n" for n in range(count))
    exact = "".join(
        "  - {when: {"
        + ", ".join(f"f{fact}: v{n // values**fact % values}" for fact in range(count))
        + f"}}, first-response: {n % 9 + 1}h}}\n"
        for n in range(rules)
    )
    return (
        f"{HEAD}plans: {names('p', plans)}\n{REST}facts:\n{declared}"
        f"targets:\n{exact or alone}  - first-response: 8h\n"
    )


def joined_by_case(count: int, minute: int) -> str:
    """Return a union of hours; each member has two calendars and its own fact."""
    declared = "".join(f"  f{n}: {{ask: X}}\n" for n in range(count))
    hours = "".join(
        f"  c{n}:\n    - {{when: {{f{n}: true}}, open: mon-fri {n:02}:00-{n + 3:02}:{minute}}}\n"
        f"    - {{open: mon-fri {n + 1:02}:00-{n + 4:02}:30}}\n"
        for n in range(count)
    )
    return f"{HEAD}plans: {{a: A}}\n{REST}facts:\n{declared}hours:\n{hours}{_all('c', count)}"


def joined(count: int) -> str:
    """Return a union of calendars with five windows a week each."""
    hours = "".join(
        f"  c{n}: {{open: mon-fri {n % 20:02}:{n // 20:02}-{n % 20 + 3:02}:{n // 20:02}}}\n"
        for n in range(count)
    )
    return f"{HEAD}plans: {{a: A}}\n{REST}hours:\n{hours}{_all('c', count)}"


def windows(calendars: int, a_day: int) -> str:
    """Return a union of calendars with `a_day` windows of one minute on every day."""

    def week() -> Iterable[str]:
        for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
            for start in range(0, 2 * a_day, 2):
                end = start + 1
                yield f"{day} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"

    zones = ("UTC", "Asia/Kolkata", "Asia/Kathmandu")
    opens = ", ".join(week())
    hours = "".join(
        f"  c{n}: {{timezone: {zones[n % 3]}, open: [{opens}]}}\n" for n in range(calendars)
    )
    return f"{HEAD}plans: {{a: A}}\n{REST}hours:\n{hours}{_all('c', calendars)}"


def _all(letter: str, count: int) -> str:
    """Return a union of all hours and a target that counts over it."""
    members = ", ".join(f"{letter}{n}" for n in range(count))
    return (
        f"  all: {{any: [{members}]}}\n"
        "targets: [{hours: all, first-response: 4 business hours}]\n"
    )


def misspelt(count: int) -> str:
    plans = "".join(f"  customer-plan-number-{n:05}: P\n" for n in range(count))
    wrong = "".join(
        f"  - {{when: {{plan: custmer-plam-nunber-{n * 7919 % 100_000:05}x}}, allow: web}}\n"
        for n in range(count)
    )
    return f"{HEAD}plans:\n{plans}{WEB}entitlements:\n{wrong}"


def mebibyte(number: int) -> str:
    """Return a policy of one mebibyte, most of it a comment."""
    text = small().replace("policy: p", f"policy: p{number}")
    return text + "# " + "x" * (2**20 - len(text) - 3) + "\n"


class Cost(NamedTuple):
    """The result and the cost of a run: CPU time in starts of bare Python, memory in MB."""

    code: int
    stdout: str
    stderr: str
    times: float
    megabytes: float


# This runs in a separate process, because the peak memory of a child includes that of its parent.
_MEASURE = """
import json, resource, subprocess, sys
with open(sys.argv[1], "wb") as out, open(sys.argv[2], "wb") as err:
    code = subprocess.call(sys.argv[3:], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def cost(cli: "Cli", folder: Path, files: Mapping[str, str], arguments: Iterable[str]) -> Cost:
    """Return the cost of a run of the program in a folder with these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    code, seconds, megabytes = _measured(cli, folder, cli.command(*arguments))
    out, err = ((folder / name).read_text("utf-8", "replace") for name in ("out", "err"))
    return Cost(code, out, err, seconds / _bare(cli), megabytes)


@cache
def _bare(cli: "Cli") -> float:
    """Return the CPU seconds of a start of Python without a program."""
    return min(_measured(cli, cli.home, [sys.executable, "-c", "pass"])[1] for _ in range(5))


def _measured(cli: "Cli", folder: Path, command: list[str]) -> tuple[int, float, float]:
    outputs = [str(folder / name) for name in ("out", "err")]
    done = subprocess.run(
        [sys.executable, "-I", "-c", _MEASURE, *outputs, *command],
        env=cli.environment({"ZSUPPORT_CACHE": "off"}), cwd=folder, check=True,
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    code, seconds, megabytes = json.loads(done.stdout)
    return code, seconds, megabytes
