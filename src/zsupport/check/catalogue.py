"""All kinds of findings of `check`, by code such as ZS401, by name and by prefix such as ZS4."""

from __future__ import annotations

import re
from collections.abc import Iterable

from zsupport.check.limit_codes import TOO_MANY_CASES, TOO_MANY_COMPARISONS
from zsupport.check.rule import Rule
from zsupport.check.rules import RULES
from zsupport.check.suite_codes import TEST_CODES
from zsupport.check.suppressions import FORM_HINT, InvalidComment
from zsupport.errors import UsageError, did_you_mean
from zsupport.findings import CODES, UNREADABLE, Code, Span
from zsupport.policy.yamltext import short
from zsupport.wording import Message, joined

#: All kinds of findings by code: those of the loader, of the rules and of tests.
KINDS: dict[str, Code] = {
    code.code: code
    for code in sorted(
        (
            UNREADABLE,
            *CODES.values(),
            TOO_MANY_CASES,
            TOO_MANY_COMPARISONS,
            *(rule.kind for rule in RULES),
            *TEST_CODES,
        )
    )
}
#: The codes of findings about comments. Comments cannot suppress them.
SUPPRESSION_CODES = ("ZS901", "ZS902", "ZS903")
RULE_BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
#: The names of the removed rules, by code. These codes and names are never used again.
REMOVED = {"ZS606": "unclear-names-one-priority"}

_CODE_BY_NAME = {kind.name: code for code, kind in KINDS.items()}
_LIST_RULES = Message("`zsupport check {list_rules}` lists the rules")


def rule_named(name: str) -> Code:
    """Return the `Code` of the rule with this code or name, ignoring case.

    Raises UsageError if it is unknown.
    """
    code = code_of_rule(name)
    if code is None:
        message, hint = _unknown_rule(name)
        raise UsageError(message, hint or _LIST_RULES)
    return KINDS[code]


def code_of_rule(name: str) -> str | None:
    """Return the code, such as ZS401, of the rule with this code or name; None if it is unknown."""
    return name.upper() if name.upper() in KINDS else _CODE_BY_NAME.get(name.casefold())


def _unknown_rule(name: str, *, nearest: bool = True) -> tuple[str, str | None]:
    """Return the message and the hint about an unknown or removed rule.

    With `nearest` the hint suggests a similar rule.
    """
    for code, removed in REMOVED.items():
        if name.upper() == code or name.casefold() == removed:
            return (
                Message("rule `{code}` ({name}) was removed", code=code, name=removed),
                Message("remove it from options, comments and configuration"),
            )
    message = Message("unknown rule `{rule}`", rule=short(name))
    return message, nearest_rule(name) if nearest else None


def codes_of(names: Iterable[str], where: str) -> frozenset[str]:
    """Return the codes of names: codes, prefixes such as ZS3, or names of rules.

    A text can contain several names, separated by commas. Raises UsageError for an unknown name;
    its message starts with `where`.
    """
    codes: set[str] = set()
    for name in (part.strip() for text in names for part in text.split(",")):
        upper = name.upper()
        if upper[:2] == "ZS" and any(code.startswith(upper) for code in KINDS):
            codes |= {code for code in KINDS if code.startswith(upper)}
        elif name.casefold() in _CODE_BY_NAME:
            codes.add(_CODE_BY_NAME[name.casefold()])
        else:
            message, hint = _unknown_rule(name)
            raise UsageError(joined((where, message), ": "), hint or _LIST_RULES)
    return frozenset(codes)


def ignorable_codes(names: Iterable[str], where: str) -> frozenset[str]:
    """Return the codes of names, as `codes_of` does.

    Raises UsageError also for a name whose codes are all from the loader. These findings cannot be
    ignored: unreadable files, and errors that make a policy invalid.
    """
    result: frozenset[str] = frozenset()
    for name in (part for text in names for part in text.split(",")):
        codes = codes_of([name], where)
        if codes <= {UNREADABLE.code, *CODES}:
            raise UsageError(
                Message(
                    "{where}: `{rule}` cannot be ignored: a policy with this error is invalid",
                    where=where,
                    rule=short(name),
                ),
                Message("fix the policy"),
            )
        result |= codes
    return result


def suppressible_code(name: str, at: Span, hints: bool) -> str | InvalidComment:
    """Return the code of a name in a comment, or an error if comments cannot suppress it.

    `at` is the span of the name. With `hints` an error suggests a similar rule.
    """
    code = code_of_rule(name)
    if code is None and name[:2].upper() == "ZS":
        matching = [kind for kind in KINDS if kind.startswith(name.upper())]
        if matching:
            # A prefix would also allow the findings of rules that are added later.
            return InvalidComment(
                at,
                Message("incomplete code `{code}`", code=short(name)),
                Message(
                    "write whole codes, separated by commas, such as: allow {codes}",
                    codes=", ".join(matching[:2]),
                ),
            )
    if code is None:
        message, hint = _unknown_rule(name, nearest=hints)
        return InvalidComment(at, message, hint or FORM_HINT)
    if code in CODES or code == UNREADABLE.code:
        message = Message(
            "`{rule}` cannot be suppressed: a policy with this error is invalid", rule=name
        )
        return InvalidComment(at, message, Message("fix the policy"))
    if code in SUPPRESSION_CODES:
        message = Message(
            "`{rule}` cannot be suppressed: it is a finding about comments", rule=name
        )
        return InvalidComment(at, message, Message("fix the comment"))
    return code


def nearest_rule(name: str) -> str | None:
    """Return a hint with the most similar rule, or None."""
    # Letters that look like digits are read as digits.
    code = name[:2].upper() + name[2:].upper().translate(str.maketrans("OIL", "011"))
    if re.fullmatch("ZS[0-9]{1,9}", code):
        # All codes are similar: compare their prefixes first, then their numbers.
        similar = next(
            matching
            for length in range(len(code), 1, -1)
            if (matching := [kind for kind in KINDS if kind.startswith(code[:length])])
        )
        nearest = min(similar, key=lambda kind: abs(int(kind[2:]) - int(code[2:])))
        return Message("did you mean `{close}`?", close=nearest)
    return did_you_mean(name, (*_CODE_BY_NAME, *KINDS))
