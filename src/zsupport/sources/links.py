"""Links in the files of strangers: none is followed out of what is examined."""

from __future__ import annotations

import os

# The message does not say where the link leads: its target is not read in any way.
LEADS_OUT = "this link leads out of the folder or repository, and is not followed"
LEADS_OUT_HINT = "put the file itself here; a file elsewhere can be named on the command line"


def boundary(path: str) -> str:
    """Return the folder that links at a path must not leave: the repository's, else its own."""
    own = os.path.realpath(path if os.path.isdir(path) else os.path.dirname(path) or os.curdir)
    return repository_at(own) or own


def repository_at(folder: str) -> str | None:
    """Return the nearest folder with a `.git`, at or above a folder; None without one."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def leads_out(path: str, folder: str) -> bool:
    """Return whether a path, every link in it followed, lies outside of a folder.

    So do Git's own files in it: they can hold the secrets of whoever made the clone.
    """
    real = os.path.realpath(path)
    return not lies_in(real, folder) or ".git" in os.path.relpath(real, folder).split(os.sep)


def lies_in(path: str, folder: str) -> bool:
    """Return whether a path is a folder or lies in it, links followed."""
    path, folder = os.path.realpath(path), os.path.realpath(folder)
    return path == folder or path.startswith(os.path.join(folder, ""))


def lies_in_repository_of(path: str, other: str) -> bool:
    """Return whether a path lies in the repository of another file or folder.

    Where the other is a link, in that of the link or in that of its target.
    """
    found = map(repository_at, (os.path.realpath(os.path.dirname(other)), os.path.realpath(other)))
    return any(repository is not None and lies_in(path, repository) for repository in found)


def leaving_link(path: str) -> str | None:
    """Return the first link on the way to a path that leads out of the repository it lies in.

    Otherwise None: links outside of repositories are those of this machine.
    """
    way = os.sep if path.startswith(os.sep) else ""
    for part in path.split(os.sep):
        way = os.path.join(way, part)
        if os.path.islink(way):
            within = repository_at(os.path.realpath(os.path.dirname(way) or os.curdir))
            if within is not None and leads_out(way, within):
                return way
    return None
