"""Names of `datetime` that load faster.

Python 3.11 defines all classes in Python before it imports the same classes from a C module. This
module imports them directly from the C module.
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
        from datetime import (  # noqa: F401 - imported by other modules
            MAXYEAR,
            UTC,
            date,
            datetime,
            timedelta,
            timezone,
            tzinfo,
        )
