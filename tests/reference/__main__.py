"""Compare any number of random cases, on every core: `python -m tests.reference COUNT [SEED]`."""

import random
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from .compare import check, figures

SHOWN = 20  # disagreements; the rest are only counted
CHUNK = 16  # policies; after these it is looked whether the cases are enough


def main(arguments: list[str]) -> int:
    """Compare, print every disagreement and the figures, and return the exit code."""
    if not 1 <= len(arguments) <= 2 or not all(each.isdecimal() for each in arguments):
        print("usage: python -m tests.reference COUNT [SEED]", file=sys.stderr)
        return 2
    wanted = int(arguments[0])
    seed = int(arguments[1]) if len(arguments) > 1 else random.randrange(10**9)
    cases = policies = found = 0
    with ProcessPoolExecutor() as pool:
        while cases < wanted:
            numbers = range(policies, policies + CHUNK)
            for compared, reports in pool.map(partial(check, seed), numbers, chunksize=4):
                cases += compared
                for report in reports[: max(0, SHOWN - found)]:
                    print(report, flush=True)
                found += len(reports)
            policies += CHUNK
    print(figures(cases, seed, found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
