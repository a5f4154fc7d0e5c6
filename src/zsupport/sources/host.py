"""The time zone of the host, for a question that asks for it.

Only its name comes from the host. The rules of the zone are those of the package `tzdata`, so the
answer is the same as for this name on any other machine.
"""

from __future__ import annotations

import os
import time

from zsupport import dates
from zsupport.clock.problem import BadText, shown
from zsupport.clock.zonefile import Zone, offset_at
from zsupport.clock.zones import zone
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A link to the zone file of the host, whose path contains the name. It can also be a copy.
LOCALTIME = "/etc/localtime"
#: Files with the name of the zone: of Debian and of FreeBSD.
NAME_FILES = ("/etc/timezone", "/var/db/zoneinfo")

_EXPECTED = Message("a host whose time zone has an IANA name")
_HINT = Message("write the zone instead, such as Europe/Oslo, or set `TZ` to such a name")
_MAX_LINKS = 40
_HALF_YEAR = 182 * 86_400


def host_zone(environment: Mapping[str, str], now: int) -> dates.tzinfo:
    """Return the time zone of the host: that of `TZ`, else of the files of the system.

    A host without `TZ` and without these files is assumed to be in UTC, as the C library does.
    Raises BadText if the zone has no IANA name that `tzdata` knows, and on Windows without `TZ`.
    """
    variable = environment.get("TZ")
    if variable is not None:
        name = variable.removeprefix(":")
        if name != LOCALTIME:
            return _zone_of_variable(name, variable)
    if os.name == "nt":
        raise BadText(
            Message(
                "unknown time zone of this machine: on Windows, only the variable `TZ` is read"
            ),
            _EXPECTED,
            _HINT,
        )
    linked = _name_in_path(LOCALTIME)
    if linked is not None:
        return _named_zone(linked, LOCALTIME)
    for path in NAME_FILES:
        line = _first_line(path)
        if line:
            result = _named_zone(line, path)
            _check_clock(result, path, now)
            return result
    if not os.path.lexists(LOCALTIME):
        return dates.UTC
    raise BadText(
        Message(
            "unknown time zone of this machine: {path} is not a link to a named zone",
            path=LOCALTIME,
        ),
        _EXPECTED,
        _HINT,
    )


def _zone_of_variable(name: str, variable: str) -> dates.tzinfo:
    """Return the zone of the variable TZ: a name, the path of a zone file, or UTC."""
    if name in {"", "UTC", "UTC0"}:
        return dates.UTC
    if name.startswith("/"):
        path_name = _name_in_path(name)
        if path_name is None:
            raise BadText(
                Message(
                    "unknown time zone of this machine: `TZ` is {value}",
                    value=shown(variable),
                ),
                _EXPECTED,
                _HINT,
            )
        name = path_name
    return _named_zone(name, "`TZ`")


def _named_zone(name: str, source: str) -> dates.tzinfo:
    """Return the zone with an IANA name; raise BadText for other texts, such as POSIX rules."""
    hint: str = _HINT
    try:
        result = zone(name, suggest=False)
        # `UTC-1` in TZ is one hour east of UTC, but a fixed offset of this program is west of it.
        if isinstance(result, Zone) or result is dates.UTC:
            return result
    except BadText as problem:
        if name.isalpha() and problem.hint:  # an abbreviation such as CET
            hint = problem.hint
    raise BadText(
        Message(
            "unknown time zone of this machine: {source} states {zone}",
            source=source,
            zone=shown(name),
        ),
        _EXPECTED,
        hint,
    )


def _name_in_path(path: str) -> str | None:
    """Return the name after `zoneinfo/` in a path, else in the target of a link, or None.

    If the path is a link, its target is searched, and the target of the target, and so on.
    """
    for _ in range(_MAX_LINKS):
        _, folder, rest = path.rpartition("/zoneinfo")
        name = rest.partition("/")[2] if folder else ""
        if name:
            # These folders have the same zones, without and with leap seconds.
            return name.removeprefix("posix/").removeprefix("right/")
        try:
            path = os.path.join(os.path.dirname(path), os.readlink(path))
        except OSError:
            return None
    return None


def _first_line(path: str) -> str | None:
    """Return the first line of a file, or None if the file cannot be read."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            lines = file.read(1000).split("\n")
    except OSError:
        return None
    return lines[0].strip()


def _check_clock(result: dates.tzinfo, path: str, now: int) -> None:
    """Raise BadText if the offset of the host differs from that of a zone, now or in half a year.

    In a container, the file with the name often belongs to the image, but LOCALTIME to the machine.
    """
    for moment in (now, now + _HALF_YEAR):
        if time.localtime(moment).tm_gmtoff != offset_at(result, moment):
            raise BadText(
                Message(
                    "unknown time zone of this machine: {path} states {zone}, but the"
                    " clock has another offset",
                    path=path,
                    zone=shown(str(result)),
                ),
                _EXPECTED,
                _HINT,
            )
