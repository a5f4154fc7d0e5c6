"""The compiled form of a policy, so that a second call parses no YAML.

A policy is kept as JSON under a name made of everything that it was made from: the content and
name of every file, and the versions of program, format and zones. Nothing found there is
trusted: an entry that is foreign, broken or too large is made anew, and one that cannot be
written is done without. `ZSUPPORT_CACHE=off` turns it off.
"""

import json
import os
import stat
import sys
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from zsupport.clock.target import Target
from zsupport.clock.windows import Window
from zsupport.clock.zones import tzdata_version
from zsupport.policy.files import SourceFile
from zsupport.policy.model import (
    Alternative,
    Calendar,
    Cell,
    Channel,
    Commitment,
    Fact,
    Grant,
    Holidays,
    Member,
    Metric,
    Number,
    Priority,
    Remarks,
    Resource,
    Revision,
    Rule,
    SelfHelp,
    Source,
    Term,
    Topic,
    When,
)
from zsupport.version import FORMAT, VERSION

MAX_ENTRY_BYTES = 16 * 1024 * 1024
MAX_ENTRIES = 64


def cache_folder(environment: Mapping[str, str]) -> str | None:
    """Return the folder of the compiled policies, None where there is to be none."""
    if environment.get("ZSUPPORT_CACHE", "").lower() in ("off", "0", "false", "no"):
        return None
    base = environment.get("XDG_CACHE_HOME", "")
    # The XDG specification: a relative path there is to be ignored.
    if not os.path.isabs(base):
        if sys.platform == "win32":
            base = environment.get("LOCALAPPDATA", "")
        elif environment.get("HOME"):
            inside = ("Library", "Caches") if sys.platform == "darwin" else (".cache",)
            base = os.path.join(environment["HOME"], *inside)
    return os.path.join(base, "zsupport") if os.path.isabs(base) else None


def key_of(files: tuple[SourceFile, ...]) -> str:
    """Return the name under which the policy made of these files is kept."""
    parts = [VERSION, str(FORMAT), tzdata_version(), sys.implementation.cache_tag or ""]
    for file in files:
        parts += [file.name, file.digest]
    return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def read(folder: str | None, key: str) -> tuple[Revision, ...] | None:
    """Return the policy kept under `key`, None where it has to be made anew."""
    if folder is None or not _is_private(folder):
        return None
    try:
        descriptor = os.open(
            os.path.join(folder, key + ".json"), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
        )
        with open(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_ENTRY_BYTES:
                return None
            if hasattr(os, "getuid") and status.st_uid != os.getuid():
                return None
            data = stream.read(MAX_ENTRY_BYTES)
        checksum, _, body = data.partition(b"\n")
        if checksum.decode("ascii", "replace") != sha256(body).hexdigest():
            return None
        return tuple(revision_from(each) for each in json.loads(body))
    except (OSError, ValueError, TypeError, IndexError, KeyError, AttributeError, RecursionError):
        return None


def write(folder: str | None, key: str, revisions: tuple[Revision, ...]) -> None:
    """Keep a policy under `key`; where that cannot be done, nothing happens."""
    if folder is None:
        return
    body = json.dumps(revisions, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    if len(body) > MAX_ENTRY_BYTES - 100:
        return
    temporary = os.path.join(folder, f".{key}.{os.getpid()}")
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        if not os.path.isdir(folder):
            os.mkdir(folder, 0o700)
        if not _is_private(folder):
            return
        _make_room(folder)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "wb") as stream:
                stream.write(sha256(body).hexdigest().encode() + b"\n" + body)
            os.replace(temporary, os.path.join(folder, key + ".json"))
        except OSError:
            os.unlink(temporary)
    except OSError:
        return


def _is_private(folder: str) -> bool:
    """Return whether only this user can write there: else others could forge policies."""
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    if not stat.S_ISDIR(status.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and stat.S_IMODE(status.st_mode) & 0o077 == 0


def _make_room(folder: str) -> None:
    """Remove the oldest entries, and what an interrupted run left, beyond the limit."""
    entries = []
    with os.scandir(folder) as listing:
        for entry in listing:
            try:
                entries.append((entry.stat(follow_symlinks=False).st_mtime, entry.path))
            except OSError:
                continue
    for _, path in sorted(entries)[: max(0, len(entries) - MAX_ENTRIES + 1)]:
        try:
            os.unlink(path)
        except OSError:
            continue


# -- from JSON lists to the model ----------------------------------------------------------


def _frozen(value: Any) -> Any:
    """Return JSON lists as tuples, all the way down."""
    if type(value) is list:
        return tuple(_frozen(each) if type(each) in (list, dict) else each for each in value)
    if type(value) is dict:
        return {k: _frozen(v) if type(v) in (list, dict) else v for k, v in value.items()}
    return value


def _when(rows: Any) -> When:
    return tuple(
        Alternative(values, opened, Remarks(*remarks), line)
        for values, opened, remarks, line in rows
    )


def _member(row: Any) -> Member:
    made = Member(*row)
    return made._replace(remarks=Remarks(*made.remarks))


def _channel(row: Any) -> Channel:
    made = Channel(*row)
    return made._replace(
        numbers=tuple(Number(*each) for each in made.numbers), remarks=Remarks(*made.remarks)
    )


def _conditional(kind: Any, row: Any) -> Any:
    """Return a value that has a condition and remarks."""
    made = kind(*row)
    return made._replace(when=_when(made.when), remarks=Remarks(*made.remarks))


def _windows(rows: Any) -> tuple[Window, ...]:
    return tuple(Window(*each) for each in rows)


def _calendar(row: Any) -> Calendar:
    made: Calendar = _conditional(Calendar, row)
    return made._replace(
        windows=None if made.windows is None else _windows(made.windows),
        holidays=None if made.holidays is None else Holidays(*made.holidays),
        dates={date: _windows(windows) for date, windows in made.dates.items()},
        breaks={date: _windows(windows) for date, windows in made.breaks.items()},
    )


def _cell(row: Any) -> Cell:
    made = Cell(*row)
    return made._replace(target=Target(*made.target), remarks=Remarks(*made.remarks))


def _rule(row: Any) -> Rule:
    made: Rule = _conditional(Rule, row)
    return made._replace(
        cells={
            metric: {priority: _cell(cell) for priority, cell in cells.items()}
            for metric, cells in made.cells.items()
        }
    )


def _self_help(row: Any) -> SelfHelp:
    made = SelfHelp(*row)
    return made._replace(
        topics=tuple(Topic(*t)._replace(remarks=Remarks(*t[3])) for t in made.topics),
        resources=tuple(Resource(*r)._replace(remarks=Remarks(*r[5])) for r in made.resources),
        remarks=Remarks(*made.remarks),
    )


def revision_from(data: Any) -> Revision:
    """Return the revision that JSON lists stand for; raise TypeError or the like if they do not."""
    made = Revision(*_frozen(data))
    return made._replace(
        validity=Remarks(*made.validity),
        sources=tuple(Source(*each) for each in made.sources),
        plans=tuple(_member(each) for each in made.plans),
        roles=tuple(_member(each) for each in made.roles),
        facts=tuple(Fact(*e)._replace(remarks=Remarks(*e[4])) for e in made.facts),
        channels=tuple(_channel(each) for each in made.channels),
        grants=tuple(_conditional(Grant, each) for each in made.grants),
        priorities=tuple(_conditional(Priority, each) for each in made.priorities),
        metrics=tuple(Metric(*e)._replace(remarks=Remarks(*e[5])) for e in made.metrics),
        hours={id: tuple(_calendar(c) for c in hours) for id, hours in made.hours.items()},
        commitments=tuple(_conditional(Commitment, each) for each in made.commitments),
        rules=tuple(_rule(each) for each in made.rules),
        terms=tuple(_conditional(Term, each) for each in made.terms),
        self_help=None if made.self_help is None else _self_help(made.self_help),
        remarks=Remarks(*made.remarks),
    )
