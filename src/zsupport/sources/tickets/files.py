"""The ticket files that arguments name: files, folders, patterns, standard input."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from glob import glob

from zsupport.errors import PolicyError
from zsupport.sources.find import is_ordinary, reason, unreadable
from zsupport.sources.globs import has_wildcards
from zsupport.wording import Message

#: The formats by the ending of the name of a file. The ending .gz is removed before.
FORMAT_BY_ENDING = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "ndjson",
    ".parquet": "parquet",
    ".pq": "parquet",
}
ENDINGS = tuple(ending + packed for ending in FORMAT_BY_ENDING for packed in ("", ".gz"))


def format_by_name(name: str) -> str | None:
    """Return the format of a file by its name, or None."""
    stem = name.lower().removesuffix(".gz")
    return FORMAT_BY_ENDING.get(os.path.splitext(stem)[1])


def ticket_files(arguments: Iterable[str]) -> tuple[str, ...]:
    """Return the files that arguments name, in order. A file that is named twice is read once.

    A folder stands for the ticket files in it, by their endings, but not those of the folders
    below. A pattern such as `2025-*.csv` stands for the files that match, sorted, if the shell did
    not expand it. `-` is standard input. Raises PolicyError if a file is not found.
    """
    files: dict[str, str] = {}
    for argument in arguments:
        for file in _files(argument):
            files.setdefault(file if file == "-" else os.path.realpath(file), file)
    return tuple(files.values())


def size_of_files(names: Iterable[str]) -> int:
    """Return the number of bytes of the ordinary files among these files."""
    total = 0
    for name in names:
        try:
            status = os.fstat(0) if name == "-" else os.stat(name)
        except OSError:
            continue
        total += status.st_size if stat.S_ISREG(status.st_mode) else 0
    return total


def _files(argument: str) -> Iterator[str]:
    if argument == "-":
        yield argument
    elif os.path.isdir(argument):
        yield from _files_in(argument)
    elif os.path.lexists(argument):
        yield argument
    elif has_wildcards(argument):
        matching = sorted(path for path in glob(argument, recursive=True) if is_ordinary(path))
        if not matching:
            raise PolicyError(Message("{path}: no file matches this pattern", path=argument))
        yield from matching
    else:
        raise unreadable(argument, FileNotFoundError(), ENDINGS)


def _files_in(folder: str) -> Iterator[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise PolicyError(
            Message("{path}: {problem}", path=folder, problem=reason(error))
        ) from None
    paths = [
        os.path.join(folder, name)
        for name in names
        # Other programs write files such as _SUCCESS and .part.crc.
        if name.lower().endswith(ENDINGS) and name[0] not in "._"
    ]
    paths = [path for path in paths if os.path.isfile(path)]
    if not paths:
        raise PolicyError(
            Message("{path}: no ticket file in this folder", path=folder),
            Message(
                "a ticket file has one of the endings {endings}",
                endings=", ".join(FORMAT_BY_ENDING),
            ),
        )
    yield from paths
