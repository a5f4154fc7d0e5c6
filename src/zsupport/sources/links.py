"""Symbolic links in untrusted files: links that leave the folder or repository are not followed."""

from __future__ import annotations

import os

from zsupport.wording import Message

# The message does not state the target of the link, because nothing reads the target.
LEAVING_LINK = Message("link leaves the folder or repository (not followed)")
LEAVING_LINK_HINT = Message("replace the link by the file, or name the file on the command line")


def boundary(path: str) -> str:
    """Return the folder that links at a path must not leave: its repository, else its folder."""
    own = os.path.realpath(path if os.path.isdir(path) else os.path.dirname(path) or os.curdir)
    return repository_at(own) or own


def repository_at(folder: str) -> str | None:
    """Return the nearest folder with an entry `.git`, at or above a folder, or None."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def is_outside(path: str, folder: str) -> bool:
    """Return whether a path, with its links followed, is outside of a folder.

    The files in `.git` count as outside, because they can contain secrets of the user.
    """
    real = os.path.realpath(path)
    return not lies_in(real, folder) or ".git" in os.path.relpath(real, folder).split(os.sep)


def lies_in(path: str, folder: str) -> bool:
    """Return whether a path, with its links followed, is a folder itself or lies in this folder."""
    path, folder = os.path.realpath(path), os.path.realpath(folder)
    return path == folder or path.startswith(os.path.join(folder, ""))


def lies_in_repository_of(path: str, other: str) -> bool:
    """Return whether a path is in the repository of another file or folder.

    If the other path is a link, the repositories of the link and of its target both count.
    """
    places = (os.path.realpath(os.path.dirname(other)), os.path.realpath(other))
    repositories = map(repository_at, places)
    return any(repository is not None and lies_in(path, repository) for repository in repositories)


def find_leaving_link(path: str) -> str | None:
    """Return the first link in the parts of a path that leaves its repository, or None.

    Links outside of repositories belong to this machine and are trusted.
    """
    place = os.sep if path.startswith(os.sep) else ""
    for part in path.split(os.sep):
        place = os.path.join(place, part)
        if os.path.islink(place):
            within = repository_at(os.path.realpath(os.path.dirname(place) or os.curdir))
            if within is not None and is_outside(place, within):
                return place
    return None
