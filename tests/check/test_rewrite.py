"""`check --fix` while other programs save files: no text is lost, no partial file remains."""

import errno
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from zsupport.cli import main
from zsupport.errors import EnvironmentFault
from zsupport.sources.rewrite import rewrite

BEFORE, AFTER, SAVED, EARLIER = "before\n", "after\n", "saved by an editor\n", "saved earlier\n"
#: The system calls of a rewrite, between which other programs can act.
CALLS = ("open", "fsync", "fchown", "fchmod", "lstat", "rename", "link", "unlink")
CHANGED = "cannot fix p.yaml: the file has changed since it was read"


@contextmanager
def between(act: Callable[[str, tuple[Any, ...]], None]) -> Iterator[None]:
    """Call a function before each system call, with its name and arguments."""

    def acting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            act(name, arguments)
            return real(*arguments, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)  # tests cannot cut the power
        for name in CALLS:
            patch.setattr(os, name, acting(name, getattr(os, name)))
        yield


def steps_of(path: Path, setting: Callable[[pytest.MonkeyPatch], None]) -> list[str]:
    """Return the system calls of a rewrite without other programs."""
    steps: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        setting(patch)
        with between(lambda name, _: steps.append(name)):
            rewrite(str(path), path.name, BEFORE.encode(), AFTER.encode())
    assert path.read_text() == AFTER
    path.write_text(BEFORE)
    return steps


def in_place(path: Path) -> None:
    path.write_text(SAVED)


def by_renaming(path: Path) -> None:
    editor_file = path.with_name("editor's")
    editor_file.write_text(SAVED)
    editor_file.replace(path)


def with_a_backup(path: Path) -> None:
    backup = path.with_name("p.yaml~")
    if path.exists():
        path.rename(backup)
    path.write_text(SAVED)
    backup.unlink(missing_ok=True)


def as_it_is(patch: pytest.MonkeyPatch) -> None:
    """Keep the file system unchanged."""


def without_hard_links(patch: pytest.MonkeyPatch) -> None:
    """Simulate a file system without hard links."""

    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    patch.setattr(os, "link", refused)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file as read."""
    path = tmp_path / "p.yaml"
    path.write_text(BEFORE)
    return path


@pytest.mark.parametrize("setting", [as_it_is, without_hard_links])
@pytest.mark.parametrize("save", [in_place, by_renaming, with_a_backup])
def test_concurrent_save_is_kept(
    save: Callable[[Path], None], setting: Callable[[pytest.MonkeyPatch], None], path: Path
) -> None:
    steps = steps_of(path, setting)
    outcomes: list[str] = []
    for chosen in range(len(steps)):
        path.write_text(BEFORE)
        count = 0

        def act(*_: object) -> None:
            nonlocal count
            count += 1
            if count == chosen + 1:  # noqa: B023 - called in this round only
                save(path)

        message = None
        with pytest.MonkeyPatch.context() as patch:
            setting(patch)
            with between(act):
                try:
                    rewrite(str(path), path.name, BEFORE.encode(), AFTER.encode())
                except EnvironmentFault as fault:
                    message = fault.message
        assert os.listdir(path.parent) == [path.name]
        outcomes.append(f"{path.read_text()}{message}")
    kept, overwritten = f"{SAVED}{CHANGED}", f"{AFTER}{None}"
    # At the last calls the fix is complete, and the editor opens the fixed file.
    if setting is as_it_is:
        early = len(steps) - steps[::-1].index("link")
        assert outcomes == [kept] * early + [f"{SAVED}{None}"] * (len(steps) - early)
    else:
        # As documented, a file that appears between the check and the rename is replaced.
        early = len(steps) - steps[::-1].index("rename") - 1
        after = [f"{SAVED}{None}"] * (len(steps) - early - 1)
        assert outcomes == [*[kept] * early, overwritten, *after]


def test_two_concurrent_saves_are_kept(path: Path) -> None:
    def act(name: str, arguments: tuple[Any, ...]) -> None:
        if name == "rename":
            path.write_text(EARLIER)
        if name == "link":
            path.write_text(SAVED)

    with between(act), pytest.raises(EnvironmentFault) as raised:
        rewrite(str(path), path.name, BEFORE.encode(), AFTER.encode())
    [old] = set(path.parent.iterdir()) - {path}
    assert (path.read_text(), old.read_text()) == (SAVED, EARLIER)
    assert raised.value.message == (
        "cannot fix p.yaml: the file has changed twice since it was read"
    )
    assert raised.value.hint == f"the first change is in {old}"


@pytest.mark.parametrize("what", ["mode", "link", "folder", "gone"])
def test_replaced_file_is_not_fixed(what: str, path: Path) -> None:
    renamings = 0

    def act(name: str, _: object) -> None:
        nonlocal renamings
        renamings += name == "rename"
        if name != "rename" or renamings > 1:
            return
        if what == "mode":
            path.chmod(0o600)
            return
        path.unlink()
        if what == "link":
            path.symlink_to("nowhere")
        if what == "folder":
            path.mkdir()

    path.chmod(0o644)
    with between(act), pytest.raises(EnvironmentFault) as raised:
        rewrite(str(path), path.name, BEFORE.encode(), AFTER.encode())
    assert raised.value.message == (
        CHANGED if what != "gone" else "cannot write p.yaml: no such file or directory"
    )
    assert os.listdir(path.parent) == ([] if what == "gone" else [path.name])
    if what == "mode":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if what == "link":
        assert os.readlink(path) == "nowhere"
    assert path.is_dir() == (what == "folder")


@pytest.mark.parametrize("setting", [as_it_is, without_hard_links])
def test_full_disk_keeps_the_old_file(
    setting: Callable[[pytest.MonkeyPatch], None], path: Path
) -> None:
    steps = steps_of(path, setting)
    tried = 0
    for chosen, call in enumerate(steps):
        if call in ("lstat", "link", "unlink"):  # need no space, or have a fallback
            continue
        count = 0

        def act(*_: object) -> None:
            nonlocal count
            count += 1
            if count == chosen + 1:  # noqa: B023 - called in this round only
                raise OSError(errno.ENOSPC, "No space left on device")

        with pytest.MonkeyPatch.context() as patch:
            setting(patch)
            with between(act), pytest.raises(EnvironmentFault) as raised:
                rewrite(str(path), path.name, BEFORE.encode(), AFTER.encode())
        assert raised.value.message == ("cannot write p.yaml: no space left on device"), call
        assert {file.name: file.read_text() for file in path.parent.iterdir()} == {
            "p.yaml": BEFORE
        }, call
        tried += 1
    assert tried >= 4


#: Rewrites a file in a separate process for each step and signal, and sends the signal at this
#: step. Prints the exit status of each process and the remaining files.
INTERRUPTED = """
import json, os, signal, sys
from zsupport.sources.rewrite import rewrite

calls, before, after, folder = json.loads(sys.argv[1])
path = os.path.join(folder, "p.yaml")

def acting(real, act):
    def call(*arguments, **options):
        act()
        return real(*arguments, **options)
    return call

def attempt(number, chosen):
    count = 0
    def act():
        nonlocal count
        count += 1
        if count == chosen:
            signal.raise_signal(number)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # `nohup` ignores it
    for name in calls:
        setattr(os, name, acting(getattr(os, name), act))
    try:
        rewrite(path, "p.yaml", before.encode(), after.encode())
    except KeyboardInterrupt:
        os._exit(130)
    os._exit(0 if count < chosen else 1)

os.fsync = lambda _: None
for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"):
    chosen = code = 0
    while code != "0" and chosen < 100:
        chosen += 1
        with open(path, "w") as stream:
            stream.write(before)
        child = os.fork()
        if not child:
            attempt(getattr(signal, name), chosen)
        code = str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        left = {}
        for file in os.listdir(folder):
            with open(os.path.join(folder, file)) as stream:
                left[file] = stream.read()
            os.unlink(os.path.join(folder, file))
        print(json.dumps([name, code, left]))
"""


def test_signal_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    arguments = json.dumps([CALLS, BEFORE, AFTER, str(tmp_path)])
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, arguments],
        stdout=subprocess.PIPE, text=True, check=True, timeout=60,
    )  # fmt: skip
    by_signal: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for line in done.stdout.splitlines():
        name, code, left = json.loads(line)
        by_signal.setdefault(name, []).append((code, left))
    ends = {"SIGINT": "130", "SIGTERM": f"-{signal.SIGTERM:d}", "SIGHUP": f"-{signal.SIGHUP:d}"}
    for name, end in ends.items():
        *interrupted, last = by_signal[name]
        assert len(interrupted) > 8
        assert last == ("0", {"p.yaml": AFTER})  # the step does not exist
        for code, left in interrupted:
            assert code == end
            assert left in ({"p.yaml": BEFORE}, {"p.yaml": AFTER})
    # After SIGKILL the file is old or new, or the old file remains under a different name.
    *killed, last = by_signal["SIGKILL"]
    assert len(killed) > 8
    for code, left in killed:
        assert code == f"-{signal.SIGKILL:d}"
        old_texts = [text for name, text in left.items() if name.endswith(".old")]
        assert left.get("p.yaml") in (BEFORE, AFTER) or old_texts == [BEFORE]


def test_file_with_hard_links_is_not_fixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    text = (
        "format: 1\npolicy: every\nplans: {free: Free, pro: Pro}\n"
        "channels: {web: {name: Web, kind: web}}\n"
        "entitlements: [{when: {plan: [free, pro]}, allow: web}]\n"
        "targets: [{first-response: 24h}]\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZSUPPORT_CACHE", "off")
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "b.yaml").write_text(text.replace("every", "other"))
    os.link("b.yaml", "second name")
    assert main(["check", "--fix", "--select", "ZS407"]) == 4
    stdout, stderr = capfd.readouterr()
    assert stderr == (
        "zsupport: cannot fix b.yaml: the file has 2 names (hard links)\n"
        "zsupport:   remove the other names, or fix a copy\n"
    )
    assert stdout.endswith(
        "\nFixed a.yaml:5: remove `plan` from the condition (ZS407)\n"
        "Fixed 1 of 2 findings in 2 files; remaining: 1 warning; 1 file could not be fixed\n"
    )
    assert (tmp_path / "b.yaml").read_text() == text.replace("every", "other")
    assert os.path.samefile("b.yaml", "second name")
