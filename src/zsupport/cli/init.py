"""`zsupport init`: a commented policy to begin with, and its tests."""

from __future__ import annotations

import os

from zsupport.cli.options import DEBUG, QUIET, Command, Option
from zsupport.cli.output import emit
from zsupport.errors import UsageError

_EXAMPLES = """
Examples:
  zsupport init
  zsupport init support --id globex
  zsupport init support && zsupport check support && zsupport test support

Exit code: 0 written, 2 a wrong option or a file that is there already, 4 it cannot be written."""

_FOLDER = Option(
    "folder", (), "argument", "[FOLDER]", "Where to write it; made where it is missing.", ".",
    completes="file",
)  # fmt: skip
_ID = Option("id", ("--id",), "text", "ID", "The policy's id, which names the files.", "acme")


def init(folder: str, id: str, quiet: bool, debug: bool) -> int:
    """Write a policy to begin with, and its tests.

    It is a small complete policy with comments: change it line by line. It passes check and
    test as written. A file that is there already is left alone, and nothing is written then.
    """
    from zsupport.policy.shape import is_id
    from zsupport.report.text import one_line
    from zsupport.sources.find import TESTS
    from zsupport.sources.rewrite import write_new
    from zsupport.starter import starter

    if not is_id(id):
        raise UsageError(
            f"--id: `{id}` cannot be an id",
            "letters, digits, `.`, `-` and `_`, a letter or digit first",
        )
    if f"{id}.yaml".endswith(TESTS):
        raise UsageError(
            f"--id: the policy would lie in {id}.yaml, which is the name of a tests file",
            f"choose an id that does not end in _test, such as {id.removesuffix('_test')}",
        )
    texts = {
        os.path.normpath(os.path.join(folder, name)): text for name, text in starter(id).items()
    }
    write_new(folder, texts)
    if not quiet:
        emit("".join(f"{one_line(path)}\n" for path in texts))
    return 0


COMMAND = Command(init, (_FOLDER, _ID, QUIET, DEBUG), _EXAMPLES, common=False)
