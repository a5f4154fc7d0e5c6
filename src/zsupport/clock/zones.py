"""Time zones: IANA names from the `tzdata` package, `UTC`, and fixed offsets such as `UTC+01:00`.

Short forms of a fixed offset are `UTC+0100` and `+01`; its name is `UTC+01:00`.

The zone files of the host are never read, so that an answer does not depend on the host. Names have
the meaning of the installed release of `tzdata`, and answers state that release.
"""

from __future__ import annotations

from zsupport import dates
from zsupport.clock.problem import BadText, shown
from zsupport.clock.zonefile import MAX_BYTES, Zone
from zsupport.errors import EnvironmentFault
from zsupport.wording import Message

# The smallest and the largest offset of a fixed zone, in minutes: the range of real offsets.
_MIN_OFFSET = -12 * 60
_MAX_OFFSET = 14 * 60

# Other spellings of a fixed offset: GMT+1, UTC +1:00, +1, EST-5.
_LOOSE_OFFSET = r"[A-Za-z]{0,5} ?([+-]) ?([0-9]{1,2})(?::?([0-9]{2}))?"

EXPECTED = Message(
    "an IANA name such as Europe/Berlin, `UTC`, or a fixed offset such as `UTC+01:00`"
)

# Refused names of tzdata: they are an offset or an abbreviation, not a place. (Cuba, Japan, NZ and
# PST8PDT are old names too, but are not ambiguous.)
_REFUSED = frozenset((
    "CET", "EET", "EST", "Factory", "GMT", "GMT+0", "GMT-0", "GMT0", "HST", "MET", "MST", "UCT",
    "WET",
))  # fmt: skip

# Abbreviations that support policies use, and the time zones to suggest. An abbreviation is never a
# time zone: it can mean several places, or only half of the year.
_ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "ACDT": ("Australia/Adelaide",),
    "ACST": ("Australia/Adelaide", "Australia/Darwin"),
    "ADT": ("America/Halifax",),
    "AEDT": ("Australia/Sydney",),
    "AEST": ("Australia/Sydney", "Australia/Brisbane"),
    "AET": ("Australia/Sydney", "Australia/Brisbane"),
    "AKDT": ("America/Anchorage",),
    "AKST": ("America/Anchorage",),
    "ART": ("America/Argentina/Buenos_Aires",),
    "AST": ("America/Halifax", "America/Puerto_Rico", "Asia/Riyadh"),
    "AWST": ("Australia/Perth",),
    "BRT": ("America/Sao_Paulo",),
    "BST": ("Europe/London", "Asia/Dhaka"),
    "CAT": ("Africa/Maputo",),
    "CDT": ("America/Chicago", "America/Havana"),
    "CEST": ("Europe/Berlin", "Europe/Paris", "Europe/Oslo"),
    "CET": ("Europe/Berlin", "Europe/Paris", "Europe/Oslo"),
    "CLT": ("America/Santiago",),
    "COT": ("America/Bogota",),
    "CST": ("America/Chicago", "America/Costa_Rica", "Asia/Shanghai", "America/Havana"),
    "CT": ("America/Chicago",),
    "EAT": ("Africa/Nairobi",),
    "EDT": ("America/New_York",),
    "EEST": ("Europe/Helsinki", "Europe/Athens", "Europe/Kyiv"),
    "EET": ("Europe/Helsinki", "Europe/Athens", "Africa/Cairo"),
    "EST": ("America/New_York", "America/Panama"),
    "ET": ("America/New_York",),
    "GMT": ("UTC", "Europe/London", "Africa/Abidjan"),
    "GMT0": ("UTC", "Europe/London", "Africa/Abidjan"),
    "GST": ("Asia/Dubai",),
    "HKT": ("Asia/Hong_Kong",),
    "HST": ("Pacific/Honolulu",),
    "ICT": ("Asia/Bangkok",),
    "IDT": ("Asia/Jerusalem",),
    "IST": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "JST": ("Asia/Tokyo",),
    "KST": ("Asia/Seoul",),
    "MDT": ("America/Denver",),
    "MESZ": ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
    "MET": ("Europe/Berlin", "Europe/Paris", "Europe/Oslo"),
    "MEZ": ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
    "MSK": ("Europe/Moscow",),
    "MST": ("America/Denver", "America/Phoenix"),
    "MT": ("America/Denver",),
    "NDT": ("America/St_Johns",),
    "NST": ("America/St_Johns",),
    "NZDT": ("Pacific/Auckland",),
    "NZST": ("Pacific/Auckland",),
    "NZT": ("Pacific/Auckland",),
    "PDT": ("America/Los_Angeles",),
    "PET": ("America/Lima",),
    "PHT": ("Asia/Manila",),
    "PKT": ("Asia/Karachi",),
    "PST": ("America/Los_Angeles", "Asia/Manila"),
    "PT": ("America/Los_Angeles",),
    "SAST": ("Africa/Johannesburg",),
    "SGT": ("Asia/Singapore",),
    "SST": ("Asia/Singapore", "Pacific/Pago_Pago"),
    "TRT": ("Europe/Istanbul",),
    "UCT": ("UTC",),
    "WAT": ("Africa/Lagos",),
    "WEST": ("Europe/Lisbon",),
    "WET": ("Europe/Lisbon", "Atlantic/Canary"),
    "WIB": ("Asia/Jakarta",),
    "Z": ("UTC",),
}

# The places to suggest, by offset in minutes. GMT+1 can be the offset itself, or the time of a
# place such as Berlin, where the offset changes twice a year.
_PLACES: dict[int, str] = {
    -600: "Pacific/Honolulu",
    -540: "America/Anchorage",
    -480: "America/Los_Angeles",
    -420: "America/Denver",
    -360: "America/Chicago",
    -300: "America/New_York",
    -240: "America/Halifax",
    -210: "America/St_Johns",
    -180: "America/Sao_Paulo",
    0: "Europe/London",
    60: "Europe/Berlin",
    120: "Europe/Helsinki",
    180: "Europe/Istanbul",
    210: "Asia/Tehran",
    240: "Asia/Dubai",
    300: "Asia/Karachi",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    420: "Asia/Bangkok",
    480: "Asia/Singapore",
    540: "Asia/Tokyo",
    570: "Australia/Adelaide",
    600: "Australia/Sydney",
    720: "Pacific/Auckland",
}

_loaded: dict[str, dates.tzinfo] = {}
_names: tuple[str, ...] = ()
#: The names of tzdata, with a line end before and after each name.
_cached_list = ""
_countries: dict[str, str] = {}


def zone(text: str, *, suggest: bool = True) -> dates.tzinfo:
    """Return the time zone of a name or fixed offset, or raise BadText.

    With `suggest`, the error suggests similar names, which takes some milliseconds. `UTC` is
    `datetime.timezone.utc` and needs no import. `str()` of a zone is its name, or `UTC+01:00` for a
    fixed offset in any spelling.
    """
    if text == "UTC":
        return dates.UTC
    result = _loaded.get(text)
    if result is None:
        if fixed := offset_parts(text.removeprefix("UTC")):
            result = _fixed(text, *fixed)
        elif _is_name(text):
            result = _load(text)
        else:
            raise _unknown_zone(text, suggest)
        _loaded[text] = result
    return result


def zone_names() -> tuple[str, ...]:
    """Return the IANA names that `zone` accepts, sorted: those of tzdata without abbreviations."""
    global _names
    if not _names:
        _names = tuple(sorted(filter(_is_name, {*_name_list().split()})))
    return _names


def tzdata_version() -> str:
    """Return the version of the installed `tzdata` package, for example `2026.1`."""
    from tzdata import __version__  # type: ignore[import-untyped, unused-ignore]

    return str(__version__)


def country_codes() -> dict[str, str]:
    """Return the ISO 3166 two-letter codes with their usual English names, sorted by code.

    The names come from tzdata ("Britain (UK)"). The caller may change the dict.
    """
    if not _countries:
        for line in _read("zoneinfo", "iso3166.tab").splitlines():
            code, tab, name = line.partition("\t")
            if tab and not code.startswith("#"):
                _countries[code] = name.strip()
    return dict(_countries)


def country_code(text: str) -> str:
    """Return the code of a country or subdivision in capitals: NO, DE-BY; raise BadText."""
    country, dash, part = text.upper().partition("-")
    if country not in country_codes() or (dash and not part.isalnum()):
        raise BadText(
            Message("unknown country `{text}`", text=text), Message("a code such as NO or DE-BY")
        )
    return country + dash + part


def fixed_zone(minutes: int) -> dates.tzinfo:
    """Return the time zone with a fixed offset in minutes east of UTC.

    Its name, such as UTC+01:00, is a text that `zone` accepts. Zero minutes gives a zone that is
    not `datetime.timezone.utc`, so that +00:00 is not printed as Z. The two zones are equal:
    distinguish them with `is`, and do not use zones as keys of a cache of texts.
    """
    sign = "-" if minutes < 0 else "+"
    name = f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    return dates.timezone(dates.timedelta(minutes=minutes), name)


def offset_parts(text: str) -> tuple[str, str, str] | None:
    """Return sign, hours and minutes of an offset: +HH:MM, +HHMM or +HH; None for another text."""
    hours, minutes = text[1:3], text[3:].removeprefix(":")
    if text[:1] not in {"+", "-"} or len(hours) != 2 or (text[3:] and len(minutes) != 2):
        return None
    digits = hours + minutes
    return (text[0], hours, minutes) if digits.isascii() and digits.isdigit() else None


def _fixed(text: str, sign: str, hours: str, minutes: str) -> dates.tzinfo:
    offset = _offset(sign, hours, minutes)
    if offset is None:
        raise BadText(
            Message("unknown time zone {text}", text=shown(text)),
            Message("an offset from UTC-12:00 to UTC+14:00"),
        )
    if offset == 0 and sign == "-":
        raise BadText(
            Message("unknown time zone {text}", text=shown(text)), EXPECTED, Message("write `UTC`")
        )
    return fixed_zone(offset)


def _offset(sign: str, hours: str, minutes: str | None) -> int | None:
    """Return an offset in minutes, or None if no time zone has this offset."""
    offset = int(hours) * 60 + int(minutes or 0)
    if sign == "-":
        offset = -offset
    possible = int(minutes or 0) < 60 and _MIN_OFFSET <= offset <= _MAX_OFFSET
    return offset if possible else None


def _is_name(text: str) -> bool:
    """Return whether a text is in `zone_names`, without computing all names."""
    return text.split() == [text] and f"\n{text}\n" in _name_list() and text not in _REFUSED


def _name_list() -> str:
    global _cached_list
    if not _cached_list:
        _cached_list = f"\n{_read('zones')}\n"
    return _cached_list


def _load(name: str) -> dates.tzinfo:
    # The name is in the list of names, so a text of a policy or a ticket never becomes a path.
    try:
        with open(_path("zoneinfo", *name.split("/")), "rb") as file:
            return Zone(name, file.read(MAX_BYTES))
    except (OSError, ValueError) as error:
        raise EnvironmentFault(
            Message(
                "cannot read time zone {name} of the package `tzdata`: {error}",
                name=name,
                error=error,
            ),
            Message("reinstall it: python -m pip install --force-reinstall tzdata"),
        ) from None


def _read(*parts: str) -> str:
    with open(_path(*parts), encoding="utf-8") as file:
        return file.read()


def _path(*parts: str) -> str:
    """Return the path of a file inside the installed `tzdata` package."""
    import os.path

    from tzdata import __file__ as package  # type: ignore[import-untyped, unused-ignore]

    return os.path.join(os.path.dirname(package), *parts)


def _unknown_zone(text: str, suggest: bool) -> BadText:
    """Return the error for an unknown time zone, with a hint."""
    places = _ABBREVIATIONS.get(text.upper())
    if places:
        return BadText(
            Message("ambiguous abbreviation of a time zone {text}", text=shown(text)),
            EXPECTED,
            Message("write {places}", places=_alternatives(places)),
        )
    message = Message("unknown time zone {text}", text=shown(text))
    import re

    if offset := re.fullmatch(_LOOSE_OFFSET, text):
        before = text[: offset.start(1)].strip().upper()
        return BadText(message, EXPECTED, _offset_hint(before, *offset.groups()))
    near = _nearest(text) if suggest else ()
    return BadText(
        message,
        EXPECTED,
        Message("did you mean {names}?", names=_alternatives(near)) if near else None,
    )


def _offset_hint(before: str, sign: str, hours: str, minutes: str | None) -> str | None:
    """Return the hint for an offset, which may follow an abbreviation."""
    # In EST-5, the abbreviation names a place. GMT and UTC do not.
    if before not in {"", "GMT", "UTC", "UCT", "Z"}:
        places = _ABBREVIATIONS.get(before)
        return Message("write {places}", places=_alternatives(places)) if places else None
    offset = _offset(sign, hours, minutes)
    if offset is None:
        return None
    fixed = str(fixed_zone(offset) if offset else dates.UTC)
    place = _PLACES.get(offset)
    if place:
        return Message(
            "write `{fixed}` for that offset all year, or an IANA name such as {place} for a place",
            fixed=fixed,
            place=place,
        )
    return Message("write `{fixed}` for that offset all year", fixed=fixed)


def _nearest(text: str) -> tuple[str, ...]:
    """Return up to three names: the same in another letter case, with the same city, or close."""
    # No name is this long, and the time of the search grows with the length.
    if len(text) > 40:
        return ()
    folded = text.strip().casefold().replace(" ", "_")
    by_fold = {name.casefold(): name for name in ("UTC", *zone_names())}
    if folded in by_fold:
        return (by_fold[folded],)
    city = folded.rpartition("/")[2]
    same_city = [name for fold, name in by_fold.items() if city and fold.endswith("/" + city)]
    if same_city:
        return tuple(same_city[:3])

    from difflib import get_close_matches

    # Compare cities too, so that `Olso` suggests Europe/Oslo.
    by_city = {fold.rpartition("/")[2]: name for fold, name in by_fold.items()}
    close = [by_fold[fold] for fold in get_close_matches(folded, by_fold, 3, 0.8)]
    close += [by_city[fold] for fold in get_close_matches(city, by_city, 3, 0.75)]
    return tuple(dict.fromkeys(close))[:3]


def _alternatives(names: tuple[str, ...]) -> str:
    from zsupport.wording import enumerated

    return enumerated([f"`{name}`" for name in names], either=True)
