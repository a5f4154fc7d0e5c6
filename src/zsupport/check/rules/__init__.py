"""The rules, by code. A rule is a module here with a `RULE`, and a line in RULES."""

from zsupport.check.rule import Rule
from zsupport.check.rules import (
    by_outside_hours,
    channel_missing_above,
    dead_cell,
    dead_rule,
    doubt_of_one_priority,
    end_before_answer,
    every_value,
    fewer_hours_than_below,
    grant_adds_nothing,
    minute_lost,
    role_with_less,
    slower_than_below,
    text_disagrees,
    unanswered_priority,
    unused_hours,
    urgent_is_slower,
    very_long_target,
    zero_target,
)

RULES: tuple[Rule, ...] = (
    unanswered_priority.RULE,
    dead_rule.RULE,
    dead_cell.RULE,
    grant_adds_nothing.RULE,
    unused_hours.RULE,
    every_value.RULE,
    slower_than_below.RULE,
    fewer_hours_than_below.RULE,
    channel_missing_above.RULE,
    role_with_less.RULE,
    urgent_is_slower.RULE,
    end_before_answer.RULE,
    zero_target.RULE,
    very_long_target.RULE,
    text_disagrees.RULE,
    doubt_of_one_priority.RULE,
    minute_lost.RULE,
    by_outside_hours.RULE,
)
