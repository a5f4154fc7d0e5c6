"""What `zsupport check` costs: many files beside the mere parsing of them, and many cases.

    python tests/bench/scale.py [FILES]

Files are generated, about 150 lines each. The CPU time of a whole run of the program, in this
process, stands beside that of reading the same files with PyYAML's C loader into plain Python
objects: the ratio is the median over rounds, in which one follows the other. Memory is the peak of
a process of its own. A policy with a hundred times the cases is to take a hundred times as long at
most. Nothing here is asserted: see the figures.
"""

import contextlib
import io
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from generated import ordinary, with_cases

from zsupport.cli import main

ROUNDS = 5
LIMIT = 3


def cpu(what: object) -> float:
    """Return the CPU seconds of a call."""
    assert callable(what)
    start = time.process_time()
    what()
    return time.process_time() - start


def check(folder: str) -> str:
    """Run the program over a folder; return what it writes."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(["check", folder])
    assert code in (0, 1), code
    return out.getvalue()


def parse(folder: str) -> None:
    """Read the files of a folder into plain Python objects."""
    for path in sorted(Path(folder).iterdir()):
        with open(path, "rb") as stream:
            yaml.load(stream.read(), yaml.CSafeLoader)


def written(folder: Path, count: int) -> str:
    """Write so many policies into a folder of its own."""
    inside = folder / str(count)
    inside.mkdir()
    for number in range(count):
        (inside / f"{number:06}.yaml").write_text(ordinary(number), encoding="utf-8")
    return str(inside)


def peak(folder: str) -> int:
    """Return the peak memory, in KiB, of a process that checks a folder."""
    done = subprocess.run(
        [sys.executable, __file__, "--peak", folder], capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[-1])


def compare(folder: str, count: int) -> None:
    """Print the ratio of checking to parsing."""
    closing = check(folder).splitlines()[-1]  # and fills what is kept between files
    parse(folder)
    pairs = [(cpu(lambda: check(folder)), cpu(lambda: parse(folder))) for _ in range(ROUNDS)]
    ratio = statistics.median(own / base for own, base in pairs)
    own, base = (1000 * min(each) / count for each in zip(*pairs, strict=True))
    print(
        f"{count} files: {ratio:.2f} times the parsing (at most {LIMIT});"
        f" {own:.2f} ms beside {base:.2f} ms a file; {closing}"
    )


def compare_cases(folder: Path) -> None:
    """Print how long policies with few and with many cases take."""
    seconds = []
    for facts, cases in (((5,), 10_000), ((5, 10, 10), 1_000_000)):
        inside = folder / str(cases)
        inside.mkdir()
        text = with_cases(facts)
        (inside / "cases.yaml").write_text(text, encoding="utf-8")
        closing = check(str(inside)).splitlines()[-1]
        took = min(cpu(lambda folder=inside: check(str(folder))) for _ in range(3))
        seconds.append(took)
        print(f"{cases:,} cases: {took:.2f} s; {closing}")
    print(f"a hundred times the cases: {seconds[1] / seconds[0]:.1f} times the time (at most 100)")


def run(count: int) -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = name
        lines = statistics.mean(ordinary(n).count("\n") for n in range(count))
        print(f"Python {sys.version.split()[0]}, {count} files of {lines:.0f} lines on average")
        many, few = written(folder, count), written(folder, max(1, count // 10))
        compare(many, count)
        less, more = peak(few), peak(many)
        print(
            f"peak memory: {less / 1024:.1f} MiB for {max(1, count // 10)} files,"
            f" {more / 1024:.1f} MiB for {count}"
        )
        compare_cases(folder)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        check(sys.argv[2])
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    else:
        run(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
