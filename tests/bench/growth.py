"""How commands grow with the rules of a policy: ratios of one run, nothing asserted.

    python tests/bench/growth.py [--rules 20,200,2000] [--commands check,diff] [--shapes plans] \
        [PYTHONPATH...]

Policies of several shapes with 20, 200 and 2,000 rules. Each command runs in a process of its own;
the figures are its CPU time, start included, the least of some rounds, and how many times it is
that of a tenth of the rules. Where folders with a copy of the package are named, each of them is
measured in turn, one after the other in each round.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

TESTS = """\
tests: 1
policy: growth
cases:
  - {channels: {plan: p0, channel: web}, expect: {kind: web}}
  - {channels: {plan: p1, channel: web, area: v0}, expect: {allowed: true}}
  - {due: {plan: p0, channel: web, area: v0}, expect: {because: "targets[0]"}}
"""

HEAD = """\
format: 1
policy: growth
timezone: UTC
"""
CHANNELS = """\
roles: {admin: {name: Administrator, above: user}, user: User, guest: Guest}
channels:
  web: {name: Web, kind: web}
  mail: {name: Mail, kind: email, url: "mailto:help@example.com"}
  phone: {name: Phone, kind: phone, numbers: {DE: "+49 30 901820"}}
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}]
"""
OFFICE = "hours: {office: {open: mon-fri 09:00-17:00}}\n"


def names(letter: str, count: int) -> str:
    """Return this number of names as a mapping."""
    return "{" + ", ".join(f"{letter}{n}: Name {n}" for n in range(count)) + "}"


def plans(rules: int) -> str:
    """Return a policy with a grant and a target rule for each plan, and six channels."""
    count = rules // 2
    channels = ", ".join(f"{name}: {{name: C, kind: web}}" for name in ("web", *"abcde"))
    lines = [f"{HEAD}plans: {names('p', count)}\nchannels: {{{channels}}}\nentitlements:"]
    for n in range(count):
        allowed = ", ".join(("web", *"abcde")[: n % 6 + 1])
        lines.append(f"  - {{when: {{plan: p{n}}}, allow: [{allowed}]}}")
    lines.append("targets:")
    for n in range(count):
        lines.append(f"  - {{when: {{plan: p{n}}}, first-response: {n % 50 + 1}h}}")
    return "\n".join(lines) + "\n"


def ranked(rules: int) -> str:
    """Return a policy with a grant and a target rule for each plan; each fifth ranks lowest."""
    lines = [HEAD + "plans:"]
    for n in range(rules // 2):
        lines.append(f"  p{n}: {{name: Plan {n}{f', above: p{n - 1}' if n % 5 else ''}}}")
    lines.append(CHANNELS + OFFICE + "entitlements:")
    for n in range(rules // 2):
        lines.append(f"  - {{when: {{plan: p{n}, role: [admin, user]}}, allow: [web, mail]}}")
    lines.append("targets:")
    for n in range(rules // 2):
        cells = ", ".join(f"P{p}: {p * 9 - n % 5} business hours" for p in range(1, 5))
        lines.append(f"  - {{when: {{plan: p{n}}}, hours: office, first-response: {{{cells}}}}}")
    return "\n".join(lines) + "\n"


def grants(rules: int) -> str:
    """Return a policy with a grant for each of ten plans and each value of a fact."""
    lines = [_plans_and_areas(10, rules // 10) + "entitlements:"]
    for n in range(rules):
        allowed = ("web", "[web, mail]", "[mail, phone]")[n % 3]
        lines.append(f"  - {{when: {{plan: p{n % 10}, area: v{n // 10}}}, allow: {allowed}}}")
    return "\n".join([*lines, "targets:", "  - first-response: 4h"]) + "\n"


def targets(rules: int) -> str:
    """Return a policy with a target rule for each of ten plans and each value of a fact."""
    lines = [_plans_and_areas(10, rules // 10) + OFFICE + "entitlements:\n  - allow: [web, phone]"]
    lines.append("targets:")
    for n in range(rules):
        when = f"{{plan: p{n % 10}, area: v{n // 10}}}"
        lines.append(f"  - {{when: {when}, hours: office, first-response: {n % 9 + 1}h 24x7}}")
    return "\n".join(lines) + "\n"


def calendars(rules: int) -> str:
    """Return a policy with hours, and a target rule over them, for each value of a fact."""
    lines = [_plans_and_areas(3, rules // 2) + "hours:"]
    for n in range(rules // 2):
        lines.append(f"  h{n}: {{open: mon-fri {n % 12:02}:{n % 60:02}-{n % 11 + 12}:30}}")
    lines += ["entitlements:", "  - allow: [web, phone]", "targets:"]
    for n in range(rules // 2):
        when = f"{{area: v{n}}}"
        target = f"first-response: {n % 9 + 1} business hours"
        lines.append(f"  - {{when: {when}, hours: h{n}, {target}}}")
    return "\n".join(lines) + "\n"


def _plans_and_areas(plans: int, areas: int) -> str:
    facts = f"facts: {{area: {{values: {names('v', areas)}}}}}\n"
    return f"{HEAD}plans: {names('p', plans)}\n{facts}{CHANNELS}"


SHAPES: dict[str, Callable[[int], str]] = {
    "plans": plans, "ranked": ranked, "grants": grants, "targets": targets, "calendars": calendars,
}  # fmt: skip

COMMANDS = {
    "check": ("check", "growth.yaml"),
    "diff": ("diff", "growth.yaml", "--against", "old/growth.yaml"),
    "coverage": ("test", "growth.yaml", "growth_test.yaml", "--coverage"),
    "mutate": ("test", "growth.yaml", "growth_test.yaml", "--mutate"),
    "channels": ("channels", "--policy", "growth.yaml"),
}


def edited(text: str) -> str:
    """Return a policy without some grants and with some targets ten times as long."""
    lines = text.splitlines()
    rules = [number for number, line in enumerate(lines) if line.startswith("  - {when")]
    for number in rules[::7]:
        longer = re.sub(r"([0-9])(h| business)", r"\g<1>0\2", lines[number], count=1)
        lines[number] = longer if longer != lines[number] else ""
    return "\n".join(lines) + "\n"


def written(folder: Path, shape: str, rules: int) -> Path:
    """Write a policy of a shape, an edited one and tests into a folder of its own."""
    inside = folder / f"{shape}-{rules}"
    (inside / "old").mkdir(parents=True)
    text = SHAPES[shape](rules)
    (inside / "growth.yaml").write_text(text, encoding="utf-8")
    (inside / "old" / "growth.yaml").write_text(edited(text), encoding="utf-8")
    tests = TESTS if "area" in text else TESTS.replace(", area: v0", "")
    (inside / "growth_test.yaml").write_text(tests, encoding="utf-8")
    return inside


def seconds(package: str, inside: Path, command: tuple[str, ...], limit: float) -> float | None:
    """Return the CPU time of a command in its own process; None where it takes too long."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": package, "XDG_CACHE_HOME": str(inside / "cache")}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "zsupport", *command],
            cwd=inside, env=environment, capture_output=True, text=True, timeout=limit,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    refused = "; at most " in done.stderr
    assert done.returncode in (0, 1) or refused, (command, done.stdout[-2000:], done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rules", default="20,200,2000")
    options.add_argument("--commands", default=",".join(COMMANDS))
    options.add_argument("--shapes", default=",".join(SHAPES))
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--limit", type=float, default=60, help="seconds of a run")
    options.add_argument("packages", nargs="*")
    wanted = options.parse_args()
    sizes = [int(each) for each in wanted.rules.split(",")]
    source = Path(__file__).resolve().parents[2] / "src"
    packages = wanted.packages or [str(source)]
    with tempfile.TemporaryDirectory() as name:
        for shape in wanted.shapes.split(","):
            folders = [written(Path(name), shape, rules) for rules in sizes]
            for command in wanted.commands.split(","):
                least: dict[tuple[str, int], float | None] = {}
                for _ in range(wanted.rounds):
                    for rules, inside in zip(sizes, folders, strict=True):
                        for package in packages:
                            took = seconds(package, inside, COMMANDS[command], wanted.limit)
                            known = least.get((package, rules), took)
                            least[package, rules] = took and known and min(took, known)
                for package in packages:
                    shown = []
                    before = None
                    for rules in sizes:
                        took = least[package, rules]
                        text = f"> {wanted.limit:.0f} s" if took is None else f"{took:.2f} s"
                        if before and took:
                            text += f" ({took / before:.1f})"
                        shown.append(f"{text:>16}")
                        before = took
                    print(f"{shape:>10} {command:>9} {''.join(shown)}  {package}", flush=True)


if __name__ == "__main__":
    main()
