"""The folder to which file names are relative on a code host."""

from __future__ import annotations

import os
from collections.abc import Mapping


def workspace(folder: str, environment: Mapping[str, str]) -> str:
    """Return the folder that file names are relative to on a code host.

    It is the folder of the CI runner if `folder` is in it, else the repository, else `folder`.
    """
    above = [folder]
    while (parent := os.path.dirname(above[-1])) != above[-1]:
        above.append(parent)
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        root = os.path.normpath(environment.get(name) or os.curdir)
        for parent in above:
            if os.path.isabs(root) and parent == os.path.realpath(root):
                return parent
    return next((path for path in above if os.path.exists(os.path.join(path, ".git"))), folder)
