"""Test random inputs on all cores: `python -m tests.fuzz COUNT [SEED]`."""

import random
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from .run import CHUNK, check, figures

SHOWN = 20  # failures; the rest are only counted


def work(chunk: tuple[int, range]) -> list[str]:
    """Return the failures of a chunk: a seed and numbers of inputs."""
    with tempfile.TemporaryDirectory() as folder:
        return list(check(*chunk, Path(folder)))


def main(arguments: list[str]) -> int:
    """Test the inputs, print the failures and the counts, and return the exit code."""
    if not 1 <= len(arguments) <= 2 or not all(argument.isdecimal() for argument in arguments):
        print("usage: python -m tests.fuzz COUNT [SEED]", file=sys.stderr)
        return 2
    count = int(arguments[0])
    seed = int(arguments[1]) if len(arguments) > 1 else random.randrange(10**9)
    chunks = [range(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    failures = 0
    with ProcessPoolExecutor() as pool:
        for reports in pool.map(work, [(seed, chunk) for chunk in chunks]):
            for report in reports[: max(0, SHOWN - failures)]:
                print(report, flush=True)
            failures += len(reports)
    print(figures(count, seed, failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
