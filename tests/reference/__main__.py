"""Compare random cases on all cores: `python -m tests.reference COUNT [SEED]`."""

import random
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from .compare import check, figures

SHOWN = 20  # disagreements; the rest are only counted
CHUNK = 16  # policies between two checks of the number of cases


def main(arguments: list[str]) -> int:
    """Compare the cases, print the disagreements and the counts, and return the exit code."""
    if not 1 <= len(arguments) <= 2 or not all(argument.isdecimal() for argument in arguments):
        print("usage: python -m tests.reference COUNT [SEED]", file=sys.stderr)
        return 2
    count = int(arguments[0])
    seed = int(arguments[1]) if len(arguments) > 1 else random.randrange(10**9)
    cases = policies = disagreements = 0
    with ProcessPoolExecutor() as pool:
        while cases < count:
            numbers = range(policies, policies + CHUNK)
            for compared, reports in pool.map(partial(check, seed), numbers, chunksize=4):
                cases += compared
                for report in reports[: max(0, SHOWN - disagreements)]:
                    print(report, flush=True)
                disagreements += len(reports)
            policies += CHUNK
    print(figures(cases, seed, disagreements))
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
