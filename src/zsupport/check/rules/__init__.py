"""The rules, by code. A rule is a module here with a `RULE`, and a line in RULES."""

from zsupport.check.rule import Rule
from zsupport.check.rules import dead_rule, slower_than_below

RULES: tuple[Rule, ...] = (
    dead_rule.RULE,
    slower_than_below.RULE,
)
