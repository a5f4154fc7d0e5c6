"""`zsupport init`: a starter policy with comments, and its tests."""

from __future__ import annotations

import os

from zsupport.cli.options import DEBUG, QUIET, Command, Option
from zsupport.cli.output import emit, is_terminal, note
from zsupport.errors import UsageError
from zsupport.wording import Message

_HELP = Message(
    "Create a starter policy and its tests.\n\n"
    "The policy is small, complete and commented: change it line by line. It passes `zsupport"
    " check` and `zsupport test`. If one of the files exists, nothing is written."
)
_EXAMPLES = """\
  zsupport init
  zsupport init support --id globex
  zsupport init support && zsupport check support && zsupport test support
"""
_NOTES = Message(
    "Exit codes: 0 written, 2 invalid option or existing file, 4 files cannot be written"
)

_FOLDER = Option(
    "folder", (), "argument", "[FOLDER]", Message("Folder to write to; created if missing"), ".",
    completes="file",
)  # fmt: skip
_ID = Option(
    "id", ("--id",), "text", "ID", Message("Id of the policy, and name of its files"), "acme"
)


def init(folder: str, id: str, quiet: bool, debug: bool) -> int:
    """Run `zsupport init` and return its exit code."""
    from shlex import quote

    from zsupport.policy.shape import ID_LENGTH, is_id
    from zsupport.report.text import single_line
    from zsupport.sources.find import TESTS
    from zsupport.sources.rewrite import write_new
    from zsupport.starter import read_starter

    if not is_id(id):
        hint = Message("use letters, digits, `.`, `-` and `_`; start with a letter or digit")
        if len(id) > ID_LENGTH:
            hint = Message("use at most {limit} characters", limit=ID_LENGTH)
        raise UsageError(Message("--id: invalid id `{id}`", id=id), hint)
    if f"{id}.yaml".endswith(TESTS):
        raise UsageError(
            Message("--id: {id}.yaml is the name of a tests file", id=id),
            Message(
                "choose an id that does not end in _test, such as {example}",
                example=id.removesuffix("_test"),
            ),
        )
    texts = {
        os.path.normpath(os.path.join(folder, name)): text
        for name, text in read_starter(id).items()
    }
    write_new(folder, texts)
    if not quiet:
        emit("".join(f"{single_line(path)}\n" for path in texts))
        if is_terminal():
            path, _ = texts
            where = "" if os.path.normpath(folder) == "." else f" {quote(folder)}"
            note(
                Message(
                    "change {path}, then run `zsupport check{where}` and `zsupport test{where}`",
                    path=single_line(path),
                    where=where,
                )
            )
    return 0


COMMAND = Command(init, (_FOLDER, _ID, QUIET, DEBUG), _HELP, _EXAMPLES, _NOTES, common=False)
