"""File names for code hosts: relative to the workspace, with slashes."""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from urllib.parse import quote

from zsupport.findings import Finding, fingerprints
from zsupport.report.findings import Context


def workspace_path(file: str, context: Context) -> str:
    """Return the path of a file relative to the workspace, or absolute if outside of it.

    It does not follow links. Standard input stays `-`.
    """
    if file == "-":
        return file
    path = os.path.normpath(os.path.join(context.folder, file))
    root = os.path.normpath(context.root or context.folder or os.curdir)
    inside = root.rstrip(os.sep) + os.sep
    return path.removeprefix(inside).replace(os.sep, "/")


def fingerprinted(findings: Sequence[Finding], context: Context) -> list[tuple[Finding, str]]:
    """Return each finding with its fingerprint, which depends on the path in the workspace.

    So a fingerprint is the same on all machines and in all current folders.
    """
    named = [f._replace(file=workspace_path(f.file, context)) for f in findings]
    return list(zip(findings, fingerprints(named), strict=True))


def uri(path: str) -> str:
    """Return a path of `workspace_path` as a URI: relative, or `file:` outside of the workspace."""
    escaped = quote(path, errors="surrogateescape")
    if path.startswith("/"):
        return f"file://{escaped}"
    return f"file:///{escaped}" if os.path.isabs(path) else escaped
