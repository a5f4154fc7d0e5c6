"""Comparison of limits."""

from __future__ import annotations

from zsupport.analysis.deadlines import PER_400_YEARS
from zsupport.policy.model import Quota


def allows_no_less(quota: Quota, other: Quota) -> bool:
    """Return whether a limit allows at least as many as another limit.

    Numbers in periods compare as numbers per time. A number in total and a number in a period
    cannot be compared, except that `unlimited` is the most, and 0 the least.
    """
    if quota.number is None or other.number == 0:
        return True
    if other.number is None:
        return False
    if quota.per is None or other.per is None:
        return quota.per == other.per and quota.number >= other.number
    return quota.number * PER_400_YEARS[quota.per] >= other.number * PER_400_YEARS[other.per]
