"""Files as code hosts name them: from the root of the workspace, with slashes."""

from __future__ import annotations

import os.path
from urllib.parse import quote

from zsupport.findings import Finding, Outcome, fingerprints
from zsupport.report.findings import Context


def workspace_path(file: str, context: Context) -> str:
    """Return the path of a file from the workspace's root; one outside of it is absolute.

    Only the names are looked at. What was read from standard input stays `-`.
    """
    if file == "-":
        return file
    path = os.path.normpath(os.path.join(context.folder, file))
    root = os.path.normpath(context.root or context.folder or os.curdir)
    inside = root.rstrip(os.sep) + os.sep
    return path.removeprefix(inside).replace(os.sep, "/")


def fingerprinted(outcome: Outcome, context: Context) -> list[tuple[Finding, str]]:
    """Return each finding with its fingerprint, which no folder of the machine is part of.

    So a run in a folder of the workspace names a finding as a run in its root does.
    """
    found = outcome.findings
    named = [each._replace(file=workspace_path(each.file, context)) for each in found]
    return list(zip(found, fingerprints(named), strict=True))


def uri(path: str) -> str:
    """Return a path of `workspace_path` as a URI: relative in the workspace, else `file:`."""
    escaped = quote(path, errors="surrogateescape")
    if path.startswith("/"):
        return f"file://{escaped}"
    return f"file:///{escaped}" if os.path.isabs(path) else escaped
