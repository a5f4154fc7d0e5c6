"""What `datetime` gives, at a fraction of the time it takes to load.

Python 3.11 defines all of it in Python before it takes the same names from its C module.
"""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import MAXYEAR as MAXYEAR
    from datetime import UTC as UTC
    from datetime import date as date
    from datetime import datetime as datetime
    from datetime import timedelta as timedelta
    from datetime import timezone as timezone
    from datetime import tzinfo as tzinfo
else:
    try:
        from _datetime import MAXYEAR, UTC, date, datetime, timedelta, timezone, tzinfo
    except ImportError:  # a Python without the C module
        from datetime import (  # noqa: F401 - for others
            MAXYEAR,
            UTC,
            date,
            datetime,
            timedelta,
            timezone,
            tzinfo,
        )
