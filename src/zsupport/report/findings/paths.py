"""Files as code hosts name them: from the root of the workspace, with slashes."""

import os.path
from urllib.parse import quote

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


def uri(path: str) -> str:
    """Return a path of `workspace_path` as a URI: relative in the workspace, else `file:`."""
    escaped = quote(path, errors="surrogateescape")
    if path.startswith("/"):
        return f"file://{escaped}"
    return f"file:///{escaped}" if os.path.isabs(path) else escaped
