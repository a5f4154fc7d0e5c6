"""Compare random cases on all cores: `python -m tests.oracle COUNT [SEED]`."""

import random
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from .compare import CHUNK, check, figures

SHOWN = 20  # the maximum number of printed disagreements


def work(chunk: tuple[int, int, int]) -> list[str]:
    """Return the disagreements of a chunk: seed, number of the chunk, number of cases."""
    seed, number, cases = chunk
    with tempfile.TemporaryDirectory() as folder:
        return list(check(seed, number, cases, Path(folder)))


def main(arguments: list[str]) -> int:
    """Compare, print the disagreements and the figures, and return the exit code."""
    if not 1 <= len(arguments) <= 2 or not all(argument.isdecimal() for argument in arguments):
        print("usage: python -m tests.oracle COUNT [SEED]", file=sys.stderr)
        return 2
    count = int(arguments[0])
    seed = int(arguments[1]) if len(arguments) > 1 else random.randrange(10**9)
    sizes = [min(CHUNK, count - start) for start in range(0, count, CHUNK)]
    disagreements = 0
    with ProcessPoolExecutor() as pool:
        for reports in pool.map(work, [(seed, i, size) for i, size in enumerate(sizes)]):
            for report in reports[: max(0, SHOWN - disagreements)]:
                print(report, flush=True)
            disagreements += len(reports)
    print(figures(count, seed, disagreements))
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
