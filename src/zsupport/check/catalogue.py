"""Every kind of finding that `check` makes: by code, by name and by the beginning of a code."""

from collections.abc import Iterable

from zsupport.check.rule import Rule
from zsupport.check.rules import RULES
from zsupport.check.run import TOO_MANY
from zsupport.errors import UsageError, did_you_mean
from zsupport.findings import CODES, Code
from zsupport.policy.yamltext import short

#: Every kind of finding, by code: the loader's, and the rules'.
KINDS: dict[str, Code] = {
    code.code: code for code in sorted((*CODES.values(), TOO_MANY, *(rule.kind for rule in RULES)))
}
RULE_BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}

_BY_NAME = {kind.name: code for code, kind in KINDS.items()}


def kind_named(name: str) -> Code:
    """Return the kind with this code or name, without regard to case; raise UsageError."""
    code = name.upper() if name.upper() in KINDS else _BY_NAME.get(name.casefold())
    if code is None:
        hint = _nearest(name) or "`zsupport check --list-rules` lists the rules"
        raise UsageError(f"`{short(name)}` is no rule, by code or by name", hint)
    return KINDS[code]


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
            hint = _nearest(name) or "`zsupport check --list-rules` lists the rules"
            raise UsageError(f"{where}: `{short(name)}` is no rule, by code or by name", hint)
    return frozenset(found)


def selected(select: Iterable[str] | None, ignore: Iterable[str]) -> frozenset[str]:
    """Return the codes to look for: those selected, else all, without those ignored.

    What the loader says cannot be ignored, for nothing else can be said of such a file.
    """
    codes = frozenset(KINDS) if select is None else codes_of(select, "--select")
    return codes - codes_of(ignore, "--ignore")


def _nearest(name: str) -> str | None:
    if name[:2].upper() == "ZS" and name[2:3].isdigit():
        # Letters apart, codes are all alike: the nearest is the next by number.
        return did_you_mean(name.upper(), KINDS)
    return did_you_mean(name, (*_BY_NAME, *KINDS))
