"""zsupport: exact answers from support policies in YAML.

    import zsupport
    policy = zsupport.load("zoom")
    policy.channels(plan="business", role="admin").answers

The names in `__all__` are the public API. Each one is imported when it is first used, so that the
command line starts quickly.
"""

import os
import sys

# An interruption ends the command line with exit code 130 and without a traceback, even while
# modules are imported. In programs that use the library, nothing changes.
if sys.argv[:1] == ["-m"] or os.path.basename("".join(sys.argv[:1])) in (
    "zsupport",
    "zsupport.exe",
):

    def _handle_uncaught(
        kind: type[BaseException], error: BaseException, trace: "TracebackType | None"
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            os._exit(130)
        from zsupport.errors import is_interruption

        if is_interruption(error):
            os._exit(130)
        sys.__excepthook__(kind, error, trace)

    def _handle_unraisable(args: "sys.UnraisableHookArgs") -> None:
        if isinstance(args.exc_value, KeyboardInterrupt):
            os._exit(130)
        sys.__unraisablehook__(args)

    sys.excepthook, sys.unraisablehook = _handle_uncaught, _handle_unraisable

# `python -m zsupport` searches the working folder for modules first. Remove the folder before
# further imports, because modules of an untrusted folder must not run.
if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    del sys.path[0]

from zsupport.typed import TYPE_CHECKING
from zsupport.version import VERSION

if TYPE_CHECKING:
    from types import TracebackType

    from zsupport.answer.case import Answers
    from zsupport.answer.channels import ChannelAnswer
    from zsupport.answer.due import DueAnswer
    from zsupport.answer.opening import HoursAnswer
    from zsupport.answer.priority import PriorityAnswer
    from zsupport.answer.terms import TermAnswer
    from zsupport.answer.topics import TopicAnswer
    from zsupport.calendar import Calendar
    from zsupport.errors import InvalidPolicy, PolicyError, UsageError, ZsupportError
    from zsupport.library import Policy, load

__version__ = VERSION

_HOMES = {
    "Answers": "zsupport.answer.case",
    "Calendar": "zsupport.calendar",
    "ChannelAnswer": "zsupport.answer.channels",
    "DueAnswer": "zsupport.answer.due",
    "HoursAnswer": "zsupport.answer.opening",
    "InvalidPolicy": "zsupport.errors",
    "Policy": "zsupport.library",
    "PolicyError": "zsupport.errors",
    "PriorityAnswer": "zsupport.answer.priority",
    "TermAnswer": "zsupport.answer.terms",
    "TopicAnswer": "zsupport.answer.topics",
    "UsageError": "zsupport.errors",
    "ZsupportError": "zsupport.errors",
    "load": "zsupport.library",
}

__all__ = [
    "Answers",
    "Calendar",
    "ChannelAnswer",
    "DueAnswer",
    "HoursAnswer",
    "InvalidPolicy",
    "Policy",
    "PolicyError",
    "PriorityAnswer",
    "TermAnswer",
    "TopicAnswer",
    "UsageError",
    "ZsupportError",
    "__version__",
    "load",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'zsupport' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
