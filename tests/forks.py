"""Runs command lines in forks of a process that has imported the whole program.

`python tests/forks.py SOCKET` is this process. It has a single thread. A test worker must not fork
itself: it has several threads, which may hold locks.
"""

import gc
import json
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from select import PIPE_BUF
from struct import Struct
from typing import NoReturn

#: Seconds that a command line may take.
PATIENCE = 60
#: Modules that the program imports while it runs, except its own.
LATE = (
    "difflib", "encodings.unicode_escape", "encodings.utf_8_sig", "tomllib", "traceback",
    "typer._click._textwrap", "typer._click.decorators", "tzdata", "yaml._yaml",
)  # fmt: skip
_LENGTH = Struct("!Q")
_CODE = Struct("!i")


class Forks:
    """Runs command lines as `subprocess.run` does, without a new Python for every run."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._link, theirs = socket.socketpair()
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], env=environment,
                # The streams are pipes, as in a run: Python looks at them only at the start.
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
            )  # fmt: skip

    def close(self) -> None:
        """End the process that forks."""
        self._link.close()
        self._server.communicate()

    def run(
        self,
        arguments: list[str],
        stdin: bytes,
        environment: Mapping[str, str],
        folder: Path,
        *,
        together: bool = False,
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run `zsupport ARGUMENTS`; raise TimeoutExpired after PATIENCE seconds.

        With `together`, standard error goes to standard output.
        """
        text = json.dumps([arguments, dict(environment), str(folder)]).encode()
        pipes = [os.pipe() for _ in range(3)]
        (read, feed), (out, write), (err, write_err) = pipes
        streams = [read, write, write if together else write_err]
        socket.send_fds(self._link, [_LENGTH.pack(len(text))], streams)
        for end in (read, write, write_err):
            os.close(end)
        self._link.sendall(text)
        written = _exchange(feed, stdin, out, err)
        answer = self._link.recv(_CODE.size, socket.MSG_WAITALL)
        if not answer:
            raise OSError("the process that forks has ended", self._server.communicate()[1])
        [code] = _CODE.unpack(answer)
        if code == -signal.SIGALRM:
            raise subprocess.TimeoutExpired(arguments, PATIENCE, *written)
        return subprocess.CompletedProcess(arguments, code, *written)


def _exchange(feed: int, stdin: bytes, *outputs: int) -> list[bytes]:
    """Write standard input and read the outputs until they end; close all of them."""
    written = dict.fromkeys(outputs, b"")
    waiting = memoryview(stdin)
    with selectors.DefaultSelector() as selector:
        selector.register(feed, selectors.EVENT_WRITE)
        for output in outputs:
            selector.register(output, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                if key.fd == feed:
                    try:
                        waiting = waiting[os.write(feed, waiting[:PIPE_BUF]) :]
                    except BrokenPipeError:
                        waiting = waiting[:0]
                    ended = not waiting
                else:
                    part = os.read(key.fd, 65536)
                    written[key.fd] += part
                    ended = not part
                if ended:
                    selector.unregister(key.fd)
                    os.close(key.fd)
    return list(written.values())


# -- the process that forks ------------------------------------------------------------------------


def _import_program() -> None:
    """Import all modules that the program may import, as `python -m zsupport` does.

    Modules in this folder are not importable.
    """
    sys.argv[:] = ["-m"]
    import zsupport

    for module in pkgutil.walk_packages(zsupport.__path__, "zsupport."):
        if module.name != "zsupport.__main__":  # it runs the program
            import_module(module.name)
    for name in LATE:
        import_module(name)


def _serve(link: socket.socket) -> None:
    """Fork for every request until the other side closes the link."""
    while True:
        head, streams, _, _ = socket.recv_fds(link, _LENGTH.size, 3)
        if not head:
            return
        [length] = _LENGTH.unpack(head)
        arguments, environment, folder = json.loads(link.recv(length, socket.MSG_WAITALL))
        child = os.fork()
        if not child:
            link.close()
            _run(arguments, environment, folder, streams)
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        link.sendall(_CODE.pack(os.waitstatus_to_exitcode(status)))


def _run(
    arguments: list[str], environment: Mapping[str, str], folder: str, streams: list[int]
) -> NoReturn:
    """Run a command line with these streams, and exit as the program does."""
    code = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        signal.alarm(PATIENCE)
        sys.argv[:] = ["zsupport", *arguments]
        from zsupport.cli import run

        try:
            run()
        except SystemExit as end:
            code = int(end.code or 0)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    descriptor = int(sys.argv[1])
    _import_program()
    # The collector ignores frozen objects; without this it would copy them into every fork.
    gc.freeze()
    _serve(socket.socket(fileno=descriptor))
