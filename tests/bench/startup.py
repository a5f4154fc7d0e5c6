"""The CPU time of questions, as a multiple of the start of Python.

    python tests/bench/startup.py [RUNS]

Each round runs `python -c pass`, and each question in three ways: a console script of pip, which
imports `re`; a console script of uv, which does not; and `python -m zsupport`. The policy is
in the cache, and the output goes to a pipe. A figure is the ratio of the CPU time to that of
`python -c pass` in the same round: the median over the rounds. The README has the figures of an
ordinary installation: `pip install .` in a new virtual environment.
"""

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

QUESTIONS = {
    "channels": "channels --plan business --role admin",
    "due": "due --plan pro --role owner --priority P2 --opened 2026-11-23T10:00:00+01:00",
    "due, in a zone": "due --policy hivemq --plan basic --priority P2 --channel portal"
    " --opened 2026-11-23T16:00:00+01:00",
    "hours": "hours basic --policy hivemq --at 2026-12-24T10:00:00+01:00",
    "priority": "priority --fact impact=down",
    "topics": "topics",
    "terms": "terms --policy redhat",
    "policies": "policies",
    "policies by name": "policies zoom",
}
RUN = "from zsupport.cli import run\nsys.exit(run())\n"
#: Console scripts by name, with their maximum ratio.
SCRIPTS = {
    "pip": (
        "import re\nimport sys\n"
        "sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n" + RUN,
        2.6,
    ),
    "uv": ("import sys\n" + RUN, 2.1),
}


def cpu_seconds(command: list[str], environment: dict[str, str], folder: str) -> float:
    """Run a command in a folder with its output in a pipe, and return its CPU time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, cwd=folder, check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main(rounds: int) -> None:
    """Print the table of ratios."""
    omitted = ("ZSUPPORT", "PYTHON")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(omitted)}
    with TemporaryDirectory() as folder:  # a folder outside any project
        environment["XDG_CACHE_HOME"] = folder
        ways = {}
        for name, (text, _) in SCRIPTS.items():
            script = Path(folder, f"{name}.py")
            script.write_text(text)
            ways[name] = [sys.executable, str(script)]
        ways["-m"] = [sys.executable, "-m", "zsupport"]
        commands = {
            (question, way): [*start, *options.split()]
            for question, options in QUESTIONS.items()
            for way, start in ways.items()
        }
        ratios: dict[tuple[str, str], list[float]] = {key: [] for key in commands}
        for round_ in range(rounds + 1):
            base = cpu_seconds([sys.executable, "-c", "pass"], environment, folder)
            for key, command in commands.items():
                ratio = cpu_seconds(command, environment, folder) / base
                if round_:  # the first round fills the cache and compiles the modules
                    ratios[key].append(ratio)
    print(f"Python {sys.version.split()[0]}, {rounds} rounds, times `python -c pass`")
    most = [f"{name} (at most {limit})" for name, (_, limit) in SCRIPTS.items()]
    print(f"{'':16}", *(f"{title:>18}" for title in (*most, "-m")))
    for question in QUESTIONS:
        figures = [statistics.median(ratios[question, way]) for way in ways]
        print(f"{question:16}", *(f"{figure:18.2f}" for figure in figures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
