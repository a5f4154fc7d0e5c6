"""Whole-process time of the two hot questions, against the smallest Typer program.

    python tests/bench/startup.py [RUNS]

Every round starts each program once, in turn, with its output in a pipe; a figure is the median
over the rounds of the ratio to the Typer program of the same round. Absolute times say little
about another machine and are not printed.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHANNELS = ["channels", "--plan", "business", "--role", "admin"]
DUE = [
    *("due", "--plan", "pro", "--role", "owner", "--priority", "P2"),
    *("--opened", "2026-11-23T10:00:00+01:00"),
]
# Business hours and the public holidays of a country.
HOURS = [
    *("due", "--policy", "hivemq", "--plan", "basic", "--priority", "P2"),
    *("--channel", "portal", "--opened", "2026-11-23T16:00:00+01:00"),
]
SMALLEST = 'import typer\n\n\ndef main() -> None:\n    print("constant")\n\n\ntyper.run(main)\n'
LIMITS = {"read before": 1.15, "first reading": 1.6, "with holidays": 1.25}


def main(rounds: int) -> None:
    """Print the table of ratios."""
    with tempfile.TemporaryDirectory() as folder:
        smallest = Path(folder, "smallest.py")
        smallest.write_text(SMALLEST)
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("ZSUPPORT", "PYTHON"))},
            "XDG_CACHE_HOME": folder,
        }
        program = [sys.executable, "-m", "zsupport"]
        commands = {
            "typer": [sys.executable, str(smallest)],
            "channels, read before": program + CHANNELS,
            "due, read before": program + DUE,
            "due, with holidays": program + HOURS,
            "channels, first reading": program + CHANNELS,
            "due, first reading": program + DUE,
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for round_ in range(rounds + 1):
            for name, command in commands.items():
                if "first" in name:
                    shutil.rmtree(Path(folder, "zsupport"))
                if "with holidays" in name:
                    # What the first readings of the last round removed.
                    subprocess.run(command, env=environment, check=True, capture_output=True)
                start = time.perf_counter()
                subprocess.run(command, env=environment, check=True, capture_output=True)
                if round_:  # the first round fills caches and byte code
                    times[name].append(time.perf_counter() - start)
    print(f"Python {sys.version.split()[0]}, {rounds} rounds, ratio to the Typer program")
    for name in list(commands)[1:]:
        pairs = zip(times[name], times["typer"], strict=True)
        ratio = statistics.median(own / base for own, base in pairs)
        print(f"{name:26} {ratio:.2f}  (at most {LIMITS[name.split(', ')[1]]})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
