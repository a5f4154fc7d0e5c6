"""SIGINT at any moment of a process, from the package's first line on: 130, and not a word."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import Cli, interruptible

import zsupport

PACKAGE = Path(zsupport.__file__).parent
SCRIPT = [str(Path(sys.executable).with_name("zsupport"))]
MODULE = [sys.executable, "-m", "zsupport"]
NOHUP = [str(shutil.which("nohup"))]
ACME = str(Path(__file__).parent / "policies" / "acme.yaml")

#: Python imports this before anything else. At chosen moments it makes a copy of the process,
#: which interrupts itself and goes on; the process waits for its end, notes it and goes on too.
#: A moment is the first time that a line of the package, or a function of anything else, is
#: reached; every line of the modules that begin a run is chosen, and of the others one of many.
AT_MOMENTS = """
import os
import sys

package, report = os.environ["PACKAGE"], os.environ["REPORT"]
one_of = int(os.environ["ONE_OF"])
beginning = ("__init__.py", "__main__.py", os.path.join("cli", "__init__.py"))
beginning = {os.path.join(package, name) for name in beginning}
moments = set()
began = False


def trace(frame, event, _):
    global began
    file = frame.f_code.co_filename
    own = file.startswith(package)
    began = began or own
    if not began:
        return None
    moment = (file, frame.f_lineno if own else frame.f_code.co_firstlineno)
    if moment not in moments:
        moments.add(moment)
        if file in beginning or len(moments) % one_of == 0:
            interrupt(moment)
    return trace if own else None


def interrupt(moment):
    child = os.fork()
    if not child:
        sys.settrace(None)
        said = os.open(report + ".said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.kill(os.getpid(), 2)
        return
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with open(report + ".said") as stream:
        said = stream.read()
    with open(report, "a") as stream:
        stream.write(repr((*moment, code, said)) + "\\n")


sys.settrace(trace)
"""


class Moment(NamedTuple):
    """Where a process was interrupted, how it ended, and what it had still to say."""

    file: str
    line: int
    code: int
    said: str


@pytest.mark.parametrize(
    ("program", "arguments", "one_of", "answer"),
    [
        (MODULE, ("channels", "--plan", "pro", "--role", "admin"), 41, 0),
        (SCRIPT, ("due", "--policy", ACME, "--format", "json"), 101, 0),
        ([*NOHUP, *SCRIPT], ("channels", "--plan", "nosuch"), 101, 2),
        ([*NOHUP, *MODULE], ("check", ACME, "--help"), 211, 0),
    ],
    ids=["module", "script", "nohup script", "nohup module"],
)
def test_interruption_at_any_moment_exits_with_130_and_no_output(
    program: list[str],
    arguments: tuple[str, ...],
    one_of: int,
    answer: int,
    cli: Cli,
    tmp_path: Path,
) -> None:
    (tmp_path / "sitecustomize.py").write_text(AT_MOMENTS, encoding="utf-8")
    report = tmp_path / "report"
    places = {"PACKAGE": str(PACKAGE), "REPORT": str(report), "ONE_OF": str(one_of)}
    done = subprocess.run(
        [*program, *arguments], env=cli.environment({**places, "PYTHONPATH": str(tmp_path)}),
        cwd=cli.folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=300,
        preexec_fn=interruptible,
    )  # fmt: skip
    assert done.returncode == answer, done.stderr
    moments = [Moment(*ast.literal_eval(line)) for line in report.read_text().splitlines()]
    # Nothing can be done before the first lines have said what is to be done: two imports of
    # modules that Python has loaded, a condition, two functions.
    first = [moment for moment in moments if moment.code != 130]
    assert moments[: len(first)] == first
    beginning = PACKAGE / "__init__.py"
    lines = beginning.read_text(encoding="utf-8").splitlines()
    said = next(i for i, line in enumerate(lines, 1) if line.startswith("    sys.excepthook"))
    assert {moment.file for moment in first} == {str(beginning)}
    assert max(moment.line for moment in first) == said < 45
    for moment in moments[len(first) :]:
        # Typer ends the line in which a terminal shows ^C.
        assert moment.said in ("", "\n"), moment
    assert len(moments) > 50


def test_library_does_not_change_interruptions() -> None:
    code = "import sys, zsupport; print(sys.excepthook is sys.__excepthook__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_interruption_during_a_class_definition_is_recognized(cli: Cli) -> None:
    code = (
        "import sys\n"
        "from zsupport.cli import commands, run\n"
        "class Late:\n"
        "    def __set_name__(self, owner, name):\n"
        "        raise KeyboardInterrupt\n"
        "def load(name):\n"
        "    class Made:\n"
        "        late = Late()\n"
        "sys.modules['zsupport.cli'].load_command = load\n"
        "sys.argv = ['zsupport', 'channels']\n"
        "run()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=cli.environment(), cwd=cli.folder,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 130)
