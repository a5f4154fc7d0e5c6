"""The folder from which a code host names files."""

from __future__ import annotations

import os
from collections.abc import Mapping


def workspace(folder: str, environment: Mapping[str, str]) -> str:
    """Return the folder from which a code host names files: the runner's, else the repository's.

    A runner's counts only where `folder` lies in it; without either it is `folder` itself.
    """
    above = [folder]
    while (parent := os.path.dirname(above[-1])) != above[-1]:
        above.append(parent)
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        named = os.path.normpath(environment.get(name) or os.curdir)
        for each in above:
            if os.path.isabs(named) and each == os.path.realpath(named):
                return each
    return next((each for each in above if os.path.exists(os.path.join(each, ".git"))), folder)
