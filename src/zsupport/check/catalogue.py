"""Every kind of finding that `check` makes: by code, by name and by the beginning of a code."""

from __future__ import annotations

import re
from collections.abc import Iterable

from zsupport.check.about_tests import CODES as ABOUT_TESTS
from zsupport.check.rule import Rule
from zsupport.check.rules import RULES
from zsupport.check.suppressions import FORM, Mistake
from zsupport.check.too_many import TOO_MANY, TOO_MUCH
from zsupport.errors import UsageError, did_you_mean
from zsupport.findings import CODES, UNREADABLE, Code, Span
from zsupport.policy.yamltext import short
from zsupport.wording import Message

#: Every kind of finding, by code: the loader's, and the rules'.
KINDS: dict[str, Code] = {
    code.code: code
    for code in sorted(
        (
            UNREADABLE,
            *CODES.values(),
            TOO_MANY,
            TOO_MUCH,
            *(rule.kind for rule in RULES),
            *ABOUT_TESTS,
        )
    )
}
#: What says that a comment is wrong cannot be allowed by one.
ABOUT_COMMENTS = ("ZS901", "ZS902", "ZS903")
RULE_BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
#: The names of the removed rules, by code. These codes and names are never used again.
REMOVED = {"ZS606": "unclear-names-one-priority"}

_BY_NAME = {kind.name: code for code, kind in KINDS.items()}
_LIST_RULES = Message("`zsupport check {list_rules}` lists the rules")


def kind_named(name: str) -> Code:
    """Return the kind with this code or name, without regard to case; raise UsageError."""
    code = code_named(name)
    if code is None:
        message, hint = _unknown_rule(name)
        raise UsageError(message, hint or _LIST_RULES)
    return KINDS[code]


def code_named(name: str) -> str | None:
    """Return the code that a code or name stands for, without regard to case, or None."""
    return name.upper() if name.upper() in KINDS else _BY_NAME.get(name.casefold())


def _unknown_rule(name: str, *, nearest: bool = True) -> tuple[str, str | None]:
    """Return the message and the hint about an unknown rule, or one that was removed.

    The hint names the rule that the user probably meant, if there is one and `nearest` is true.
    """
    for code, removed in REMOVED.items():
        if name.upper() == code or name.casefold() == removed:
            message = f"the rule `{code}` ({removed}) was removed"
            return message, "remove it from options, comments and configuration"
    message = f"`{short(name)}` is no rule, by code or by name"
    return message, nearest_rule(name) if nearest else None


def codes_of(names: Iterable[str], where: str) -> frozenset[str]:
    """Return the codes that names stand for: codes, beginnings of codes such as ZS3, names.

    A text may be a list with commas. Raises UsageError, naming `where` it was said.
    """
    found: set[str] = set()
    for name in (each.strip() for text in names for each in text.split(",")):
        upper = name.upper()
        if upper[:2] == "ZS" and any(code.startswith(upper) for code in KINDS):
            found |= {code for code in KINDS if code.startswith(upper)}
        elif name.casefold() in _BY_NAME:
            found.add(_BY_NAME[name.casefold()])
        else:
            message, hint = _unknown_rule(name)
            raise UsageError(f"{where}: {message}", hint or _LIST_RULES)
    return frozenset(found)


def ignorable(names: Iterable[str], where: str) -> frozenset[str]:
    """Return the codes that names stand for, none of them a code of files without answers alone.

    A file that is not there, or of which the loader has something to say, cannot be ignored.
    """
    found: frozenset[str] = frozenset()
    for name in (each for text in names for each in text.split(",")):
        codes = codes_of([name], where)
        if codes <= {UNREADABLE.code, *CODES}:
            raise UsageError(
                f"{where}: `{short(name)}` cannot be ignored: a policy with it is not read",
                "mend the policy",
            )
        found |= codes
    return found


def allowable(name: str, at: Span, hints: bool) -> str | Mistake:
    """Return the code that a name in a comment stands for, or why it cannot be allowed."""
    code = code_named(name)
    if code is None and name[:2].upper() == "ZS":
        alike = [each for each in KINDS if each.startswith(name.upper())]
        if alike:
            # What a rule finds that comes later is not allowed by a comment from before.
            return Mistake(
                at,
                f"`{short(name)}` is the beginning of codes, and a comment names whole codes",
                f"write each of them, with commas between them: allow {', '.join(alike[:2])}",
            )
    if code is None:
        message, hint = _unknown_rule(name, nearest=hints)
        return Mistake(at, message, hint or f"write {FORM}")
    if code in CODES or code == UNREADABLE.code:
        return Mistake(at, f"`{name}` cannot be allowed: a policy with it is not read", "mend it")
    if code in ABOUT_COMMENTS:
        message = f"`{name}` is about comments like this one, and cannot be allowed"
        return Mistake(at, message, "mend it")
    return code


def nearest_rule(name: str) -> str | None:
    """Return the hint that names the rule that was meant, or None."""
    # Letters that look like digits are taken for them.
    code = name[:2].upper() + name[2:].upper().translate(str.maketrans("OIL", "011"))
    if re.fullmatch("ZS[0-9]{1,9}", code):
        # All codes look alike: what counts is how they begin, then how far apart they are.
        alike = next(
            found
            for length in range(len(code), 1, -1)
            if (found := [each for each in KINDS if each.startswith(code[:length])])
        )
        nearest = min(alike, key=lambda each: abs(int(each[2:]) - int(code[2:])))
        return f"did you mean `{nearest}`?"
    return did_you_mean(name, (*_BY_NAME, *KINDS))
