"""SIGINT at any moment after the first line of the package: exit code 130 and no output."""

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

#: Python imports this first. At selected moments it forks the process. The child interrupts itself
#: and continues; the parent records how the child ended and continues too. A moment is the first
#: execution of a line of the package, or of a function of another module. All lines of the modules
#: that start a run are selected, and one in SAMPLING of the other moments.
AT_MOMENTS = """
import os
import sys

package, report = os.environ["PACKAGE"], os.environ["REPORT"]
sampling = int(os.environ["SAMPLING"])
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
        if file in beginning or len(moments) % sampling == 0:
            interrupt(moment)
    return trace if own else None


def interrupt(moment):
    child = os.fork()
    if not child:
        sys.settrace(None)
        output = os.open(report + ".output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.kill(os.getpid(), 2)
        return
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with open(report + ".output") as stream:
        output = stream.read()
    with open(report, "a") as stream:
        stream.write(repr((*moment, code, output)) + "\\n")


sys.settrace(trace)
"""


class Moment(NamedTuple):
    """The place of an interruption, and the exit code and output after it."""

    file: str
    line: int
    code: int
    output: str


@pytest.mark.parametrize(
    ("program", "arguments", "sampling", "answer"),
    [
        (MODULE, ("channels", "--plan", "pro", "--role", "admin"), 41, 0),
        (SCRIPT, ("due", "--policy", ACME, "--format", "json"), 101, 0),
        ([*NOHUP, *SCRIPT], ("channels", "--plan", "nosuch"), 101, 2),
        ([*NOHUP, *MODULE], ("check", ACME, "--help"), 211, 0),
    ],
    ids=["module", "script", "nohup script", "nohup module"],
)
def test_interruption_at_any_moment_exits_with_130_and_no_part_of_the_output(
    program: list[str],
    arguments: tuple[str, ...],
    sampling: int,
    answer: int,
    cli: Cli,
    tmp_path: Path,
) -> None:
    (tmp_path / "sitecustomize.py").write_text(AT_MOMENTS, encoding="utf-8")
    report = tmp_path / "report"
    places = {"PACKAGE": str(PACKAGE), "REPORT": str(report), "SAMPLING": str(sampling)}
    done = subprocess.run(
        [*program, *arguments], env=cli.environment({**places, "PYTHONPATH": str(tmp_path)}),
        cwd=cli.folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=300,
        preexec_fn=interruptible,
    )  # fmt: skip
    assert done.returncode == answer, done.stderr
    moments = [Moment(*ast.literal_eval(line)) for line in report.read_text().splitlines()]
    # The first lines cannot be protected: two imports of loaded modules, a condition and two
    # functions, until the handlers are set.
    first = [moment for moment in moments if moment.code != 130]
    assert moments[: len(first)] == first
    beginning = PACKAGE / "__init__.py"
    lines = beginning.read_text(encoding="utf-8").splitlines()
    handler = next(i for i, line in enumerate(lines, 1) if line.startswith("    sys.excepthook"))
    assert {moment.file for moment in first} == {str(beginning)}
    assert max(moment.line for moment in first) == handler < 45
    # After the last write, the output is complete.
    complete = (done.stdout + done.stderr).decode().strip()
    for moment in moments[len(first) :]:
        # Typer ends the line in which a terminal shows ^C.
        assert moment.output.strip() in ("", complete), moment
    assert len(moments) > 50


def test_library_does_not_change_interruptions() -> None:
    code = "import sys, zsupport; print(sys.excepthook is sys.__excepthook__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_interruption_during_a_class_definition_is_recognized(cli: Cli) -> None:
    code = (
        "import sys\n"
        "from zsupport.cli import run\n"
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
