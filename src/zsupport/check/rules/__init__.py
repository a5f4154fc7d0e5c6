"""The rules, by code. A rule is a module here with a `RULE`, and a line in RULES."""

from zsupport.check.rule import Rule
from zsupport.check.rules import (
    dead_cell,
    dead_rule,
    every_value,
    grant_adds_nothing,
    slower_than_below,
    unanswered_priority,
    unused_hours,
)

RULES: tuple[Rule, ...] = (
    unanswered_priority.RULE,
    dead_rule.RULE,
    dead_cell.RULE,
    grant_adds_nothing.RULE,
    unused_hours.RULE,
    every_value.RULE,
    slower_than_below.RULE,
)
