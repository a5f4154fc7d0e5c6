"""Deadlines in clock time: plain elapsed seconds, and a week on the wall clock."""

from datetime import datetime, timedelta

from zsupport.clock.instants import at_local, local_date
from zsupport.clock.zones import zone


def at_risk_from(start: int, due: int, ratio: str) -> int:
    """Return the instant from which a deadline is at risk: `ratio` (n/d) of the way, rounded up.

    The clock definition, rule 13: exact arithmetic on whole seconds.
    """
    part, whole = map(int, ratio.split("/"))
    return start + -(-(due - start) * part // whole)


def week_later(start: int, zone_name: str) -> int:
    """Return the instant seven local dates after `start` at the same clock time.

    The clock definition, rule 10; a time that the wall clock skips or shows twice by rule 9.
    """
    where = zone(zone_name)
    local = datetime.fromtimestamp(start, where)
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return at_local(local_date(start, where) + timedelta(days=7), seconds, where)
