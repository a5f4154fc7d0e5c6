"""`zsupport policies`: which policies there are, and one in full."""

from __future__ import annotations

import os

from zsupport.cli.options import Command, Common, Option
from zsupport.cli.output import chosen_format, write_field, write_report
from zsupport.cli.question import ask, read_moments, working_folder
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.errors import UsageError
from zsupport.library import Policy, list_shipped, load_found
from zsupport.policy.files import SourceFile
from zsupport.sources.cache import cache_folder
from zsupport.sources.find import choose, find, shipped_id
from zsupport.view.policies import show_policies

_EXAMPLES = """
Examples:
  zsupport policies
  zsupport policies zoom
  zsupport policies canonical --format json

Exit code: 0, 2 a wrong option or name, 3 a policy that cannot be read."""

_NAME = Option("name", (), "argument", "[NAME|PATH]", "One policy, in full.", completes="policy")


def policies(common: Common, name: str | None) -> int:
    """List the known policies, their revisions and what is in force; with a name, one in full.

    In full a table shows everything that the file in force states; JSON shows every file.
    """
    moments = read_moments(common)
    if name is not None and common.policy is not None:
        raise UsageError(f"`{name}` and --policy {common.policy} both name a policy", "name one")
    one = name if name is not None else common.policy
    files: tuple[SourceFile, ...] = ()
    if one is not None:
        question = ask(common._replace(policy=one), moments)
        known = [question.policy]
        # Lines show nothing of what only the files say.
        if common.field is not None or chosen_format(common.format) != "plain":
            files = question.found.files
    else:
        known = list_shipped(cache_folder(os.environ))
        current, _ = choose(None, os.environ, working_folder())
        if shipped_id(current) is None:
            policy = load_found(find(current))
            if Policy(tuple([each.heading() for each in policy.revisions])) not in known:
                known.insert(0, policy)
    asked = {"policy": one, "at": format_instant(from_datetime(moments.at), moments.zone)}
    report = show_policies(known, moments.at, asked, common.lang, files)
    if common.quiet:
        return 0
    if common.field is not None:
        write_field(report, common.field)
    else:
        write_report(report, common)
    return 0


COMMAND = Command(policies, (_NAME,), _EXAMPLES)
