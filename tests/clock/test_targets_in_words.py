"""Targets in words for people."""

import pytest

from zsupport.clock.target_text import parse_target
from zsupport.clock.targets_in_words import target_in_words


@pytest.mark.parametrize(
    ("target", "short", "words"),
    [
        ("4h", "4 h", "4 hours"),
        ("1h 24x7", "1 h", "1 hour, around the clock"),
        ("90m", "1 h 30 min", "1 hour 30 minutes"),
        ("61m", "1 h 1 min", "1 hour 1 minute"),
        ("50m", "50 min", "50 minutes"),
        ("0.5m", "30 s", "30 seconds"),
        ("0h", "0 min", "0 minutes"),
        ("36h", "36 h", "36 hours"),
        ("1 business hour", "1 working hour", "1 working hour"),
        (
            "2.5 business hours",
            "2 h 30 min of working time",
            "2 hours 30 minutes of working time",
        ),
        ("30 business minutes", "30 working minutes", "30 working minutes"),
        ("1 business day", "1 working day", "1 working day"),
        ("next business day", "next working day", "next working day"),
        (
            "by 10:00 next business day",
            "by 10:00 next working day",
            "by 10:00 on the next working day",
        ),
        (
            "by 24:00 next business day",
            "by 24:00 next working day",
            "by 24:00 on the next working day",
        ),
        ("every 1h", "every 1 h", "every 1 hour"),
        ("every 4h 24x7", "every 4 h", "every 4 hours, around the clock"),
        ("every 30m", "every 30 min", "every 30 minutes"),
        ("every 90m", "every 1 h 30 min", "every 1 hour 30 minutes"),
        ("every 0.5m", "every 30 s", "every 30 seconds"),
        ("every 4 business hours", "every 4 working hours", "every 4 working hours"),
        ("every 30 business minutes", "every 30 working minutes", "every 30 working minutes"),
        (
            "every 2.5 business hours",
            "every 2 h 30 min of working time",
            "every 2 hours 30 minutes of working time",
        ),
        ("every 2 business days", "every 2 working days", "every 2 working days"),
        ("every week", "every week", "every week"),
        ("1 calendar day", "1 calendar day", "1 calendar day"),
        ("14 calendar days", "14 calendar days", "14 calendar days"),
        ("2 calendar weeks", "2 calendar weeks", "2 calendar weeks"),
        ("every 2 calendar weeks", "every 2 calendar weeks", "every 2 calendar weeks"),
        ("every 3 calendar days", "every 3 calendar days", "every 3 calendar days"),
        ("immediately", "immediately", "immediately"),
        (
            "by 10:00 next opening day",
            "by 10:00 next opening day",
            "by 10:00 on the next opening day",
        ),
        (
            "the later of 4h 24x7 and by 10:00 next business day",
            "the later of 4 h and by 10:00 next working day",
            "the later of 4 hours, around the clock and by 10:00 on the next working day",
        ),
        (
            "the earlier of 1h, 2 business hours and 1 calendar day",
            "the earlier of 1 h, 2 working hours and 1 calendar day",
            "the earlier of 1 hour, 2 working hours and 1 calendar day",
        ),
        ("2 per month", "2 per month", "2 per month"),
        ("none", "no promise", "no promise"),
        ("not-stated", "not stated", "not stated"),
    ],
)
def test_targets_in_words(target: str, short: str, words: str) -> None:
    value = parse_target(target)
    assert target_in_words(value) == short
    assert target_in_words(value, short=False) == words
