"""Growth of the time and memory of commands with the size of a policy; it asserts nothing.

    python tests/bench/growth.py [--sizes 20,200,2000] [--commands check,diff] [--shapes plans] \
        [--rounds 3] [PYTHONPATH...]

Policies of several shapes have 20, 200 and 2,000 rules; `cases` has the same rules over 10,000 and
1,000,000 cases, and `files` is 100 and 1,000 ordinary policies. Each command runs in its own
process. The figures are its CPU time with the start of Python, and its peak memory: the smallest
of all rounds. In brackets: the ratio to the time of the previous size, and the same ratio after the
time of the first size is subtracted from both (11 if the time grows with the number of rules).
`mutate` shows the time per mutant, without the time of `test`, because the number of mutants grows
faster than the number of rules. If a size exceeds a limit, the limit is shown. With several folders
PYTHONPATH, each round measures the package in every folder.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from shapes import SHAPES, Shape, edited, ordinary, tests_of, with_cases

SIZES = (20, 200, 2000)
#: The variation of the time of a command, in seconds.
NOISE = 0.05
WITH_CASES = Shape(with_cases)
DIFF = ("diff", "growth.yaml", "--against", "old/growth.yaml")
TEST = ("test", "growth.yaml", "growth_test.yaml")
COMMANDS = {
    "check": ("check", "growth.yaml"),
    "diff": DIFF,
    "test": TEST,
    "coverage": (*TEST, "--coverage"),
    "mutate": (*TEST, "--mutate"),
    "channels": ("channels", "--policy", "growth.yaml"),
    "terms": ("terms", "--policy", "growth.yaml"),
}
#: `files` is compared with the time of PyYAML's C loader for the same files.
PARSE = """
import sys, yaml
from pathlib import Path
for path in sorted(Path(sys.argv[1]).iterdir()):
    yaml.load(path.read_bytes(), yaml.CSafeLoader)
"""


class Cost(NamedTuple):
    """The CPU seconds and peak memory (MB) of a process, and the limit if it was exceeded."""

    seconds: float
    megabytes: float
    exceeded_limit: str = ""
    mutants: int = 0

    def best(self, other: "Cost | None") -> "Cost":
        """Return the smaller of two costs."""
        return self if other is None or self.seconds < other.seconds else other


def write_policy(folder: Path, shape: Shape, size: int) -> None:
    """Write a policy of a shape, an edited copy, and tests."""
    (folder / "old").mkdir(parents=True)
    text = shape.policy(size)
    (folder / "growth.yaml").write_text(text, encoding="utf-8")
    (folder / "old" / "growth.yaml").write_text(edited(text), encoding="utf-8")
    tests = tests_of(shape)
    if shape is WITH_CASES:
        tests = "tests: 1\npolicy: cases\ncases:\n"
        tests += "  - {channels: {plan: plan0, channel: channel7}, expect: {allowed: false}}\n"
    (folder / "growth_test.yaml").write_text(tests, encoding="utf-8")


def write_files(folder: Path, count: int) -> None:
    """Write policies of ordinary size."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:06}.yaml").write_text(ordinary(number), encoding="utf-8")


def cost(package: str, folder: Path, command: list[str], limit: int) -> Cost:
    """Return the cost of a command in its own process; `limit` is in CPU seconds."""
    environment = {**os.environ, "PYTHONPATH": package, "XDG_CACHE_HOME": str(folder / "cache")}
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)),
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        output = out.read()
    if process.returncode < 0:
        exceeded_limit = f"> {limit} s"
    else:
        most = re.search(r"too many [^;:\n(]*(: [0-9,]+)? \(limit [0-9,]+\)", output)
        exceeded_limit = most[0] if most else ""
        assert process.returncode in (0, 1) or exceeded_limit, output[-2000:]
    mutants = re.search(r"mutation: [0-9,]+ of ([0-9,]+)", output)
    seconds = used.ru_utime + used.ru_stime
    return Cost(
        seconds,
        used.ru_maxrss / 1024,
        exceeded_limit,
        int(mutants[1].replace(",", "")) if mutants else 0,
    )


def texts_of(costs: list[Cost], plain: list[Cost]) -> list[str]:
    """Return the costs as texts; `plain` are the costs of `test`."""
    texts = []
    for number, (own, tests) in enumerate(zip(costs, plain, strict=True)):
        if own.exceeded_limit:
            texts.append(f"({own.exceeded_limit})")
            continue
        text = f"{own.seconds:.2f} s, {own.megabytes:.0f} MB"
        before = costs[number - 1]
        if own.mutants:
            seconds = (own.seconds - tests.seconds) / own.mutants
            text += f", {seconds * 1e3:.2f} ms a mutant"
        if number and not before.exceeded_limit:
            text += f" ({own.seconds / before.seconds:.1f}"
            above = before.seconds - costs[0].seconds
            if above > NOISE:
                text += f"; {(own.seconds - costs[0].seconds) / above:.0f}"
            text += ")"
        texts.append(text)
    return texts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--commands", default=",".join(COMMANDS))
    parser.add_argument("--shapes", default=",".join((*SHAPES, "cases", "files")))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--limit", type=int, default=120, help="seconds of a run")
    parser.add_argument("packages", nargs="*")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    packages = options.packages or [str(Path(__file__).resolve().parents[2] / "src")]
    zsupport = [sys.executable, "-m", "zsupport"]
    with tempfile.TemporaryDirectory() as name:
        for shape in options.shapes.split(","):
            commands = {name: [*zsupport, *COMMANDS[name]] for name in options.commands.split(",")}
            own_sizes = sizes
            if shape == "files":
                own_sizes = [100, 1000]
                folders = [Path(name) / f"files-{size}" for size in own_sizes]
                commands = {
                    "check": [*zsupport, "check", "."],
                    "parse": [sys.executable, "-c", PARSE, "."],
                }
                for folder, size in zip(folders, own_sizes, strict=True):
                    write_files(folder, size)
            else:
                if shape == "cases":
                    own_sizes = [10_000, 1_000_000]
                    kept = ("check", "diff", "test", "coverage")
                    commands = {n: command for n, command in commands.items() if n in kept}
                known = SHAPES.get(shape, WITH_CASES)
                folders = [Path(name) / f"{shape}-{size}" for size in own_sizes]
                for folder, size in zip(folders, own_sizes, strict=True):
                    write_policy(folder, known, size)
                if "channels" in commands:
                    commands["channels"] += known.channels
                if shape != "limits":
                    commands.pop("terms", None)
            measure(shape, folders, commands, packages, options.rounds, options.limit)


def measure(
    shape: str,
    folders: list[Path],
    commands: dict[str, list[str]],
    packages: list[str],
    rounds: int,
    limit: int,
) -> None:
    """Print the costs of commands in folders of growing size."""
    plain: dict[str, list[Cost]] = {}
    for command, arguments in commands.items():
        least: dict[tuple[str, Path], Cost] = {}
        for _ in range(rounds):
            for folder in folders:
                for package in packages:
                    measured = cost(package, folder, arguments, limit)
                    least[package, folder] = measured.best(least.get((package, folder)))
        for package in packages:
            costs = [least[package, folder] for folder in folders]
            if command == "test":
                plain[package] = costs
            texts = texts_of(costs, plain.get(package, costs))
            where = f"  {package}" if len(packages) > 1 else ""
            line = f"{shape:>10} {command:>9}  {'   '.join(f'{text:<28}' for text in texts)}{where}"
            print(line.rstrip(), flush=True)


if __name__ == "__main__":
    main()
