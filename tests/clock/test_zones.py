"""Time zones: valid and invalid names, and independence of the host."""

import datetime
import importlib.metadata
import os
import pathlib
import re
import subprocess
import sys
import zoneinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oracle.clock import zone_rules

from zsupport.clock import zones
from zsupport.clock.problem import BadText
from zsupport.clock.zones import country_codes, fixed_zone, tzdata_version, zone, zone_names
from zsupport.errors import EnvironmentFault

NOON = datetime.datetime(2026, 7, 1, 12, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("text", "offset_in_july"),
    [
        ("UTC", "+00:00"),
        ("Europe/Oslo", "+02:00"),
        ("America/Argentina/Buenos_Aires", "-03:00"),
        ("Australia/Lord_Howe", "+10:30"),
        ("Asia/Kathmandu", "+05:45"),
        ("Etc/UTC", "+00:00"),
        ("Etc/GMT+5", "-05:00"),  # POSIX counts west
        ("Japan", "+09:00"),  # an old name of a place
        ("NZ", "+12:00"),
        ("PST8PDT", "-07:00"),  # an old name of a single zone
        ("MST7MDT", "-06:00"),
        ("CST6CDT", "-05:00"),
        ("EST5EDT", "-04:00"),
        ("UTC+01:00", "+01:00"),
        ("UTC-03:30", "-03:30"),
        ("UTC+00:00", "+00:00"),
        ("UTC+05:45", "+05:45"),
        ("UTC-12:00", "-12:00"),
        ("UTC+14:00", "+14:00"),
    ],
)
def test_offset_and_name_of_a_zone(text: str, offset_in_july: str) -> None:
    result = zone(text)
    assert NOON.astimezone(result).isoformat()[-6:] == offset_in_july
    assert str(result) == text
    assert zone(text) is result


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("UTC+0100", "UTC+01:00"),
        ("UTC+01", "UTC+01:00"),
        ("+01:00", "UTC+01:00"),
        ("+0100", "UTC+01:00"),
        ("-0330", "UTC-03:30"),
        ("-05", "UTC-05:00"),
        ("+00", "UTC+00:00"),
        ("UTC+0000", "UTC+00:00"),
    ],
)
def test_short_forms_of_fixed_offsets(text: str, name: str) -> None:
    assert str(zone(text)) == name
    assert zone(text) == zone(name)


def test_utc_is_datetime_utc_but_a_fixed_zero_offset_is_not() -> None:
    assert zone("UTC") is datetime.UTC
    assert zone("UTC+00:00") is not datetime.UTC
    assert fixed_zone(0) is not datetime.UTC


@pytest.mark.parametrize(
    ("minutes", "name"),
    [(0, "UTC+00:00"), (-1, "UTC-00:01"), (330, "UTC+05:30"), (-720, "UTC-12:00")],
)
def test_name_of_a_fixed_zone(minutes: int, name: str) -> None:
    assert str(fixed_zone(minutes)) == name


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("EST", "America/New_York"),
        ("est", "America/New_York"),
        ("CET", "Europe/Berlin"),
        ("CEST", "Europe/Berlin"),
        ("EET", "Europe/Helsinki"),
        ("WET", "Europe/Lisbon"),
        ("MET", "Europe/Oslo"),
        ("MST", "America/Phoenix"),
        ("HST", "Pacific/Honolulu"),
        ("PST", "America/Los_Angeles"),
        ("PT", "America/Los_Angeles"),
        ("CST", "Asia/Shanghai"),
        ("IST", "Asia/Kolkata"),
        ("BST", "Europe/London"),
        ("GMT", "Europe/London"),
        ("GMT", "UTC"),
        ("GMT+1", "Europe/Berlin"),
        ("GMT+1", "UTC+01:00"),
        ("GMT+0", "UTC"),
        ("EST-5", "America/New_York"),
        ("Z", "UTC"),
        ("UCT", "UTC"),
    ],
)
def test_abbreviation_is_reported_with_a_suggested_zone(text: str, suggested: str) -> None:
    with pytest.raises(BadText) as caught:
        zone(text)
    assert suggested in (caught.value.hint or "").replace("`", " ").replace(",", " ").split()


# Every known abbreviation with its suggested zones.
ABBREVIATIONS = """\
ACDT  Australia/Adelaide
ACST  Australia/Adelaide Australia/Darwin
ADT   America/Halifax
AEDT  Australia/Sydney
AEST  Australia/Sydney Australia/Brisbane
AET   Australia/Sydney Australia/Brisbane
AKDT  America/Anchorage
AKST  America/Anchorage
ART   America/Argentina/Buenos_Aires
AST   America/Halifax America/Puerto_Rico Asia/Riyadh
AWST  Australia/Perth
BRT   America/Sao_Paulo
BST   Europe/London Asia/Dhaka
CAT   Africa/Maputo
CDT   America/Chicago America/Havana
CEST  Europe/Berlin Europe/Paris Europe/Oslo
CET   Europe/Berlin Europe/Paris Europe/Oslo
CLT   America/Santiago
COT   America/Bogota
CST   America/Chicago America/Costa_Rica Asia/Shanghai America/Havana
CT    America/Chicago
EAT   Africa/Nairobi
EDT   America/New_York
EEST  Europe/Helsinki Europe/Athens Europe/Kyiv
EET   Europe/Helsinki Europe/Athens Africa/Cairo
EST   America/New_York America/Panama
ET    America/New_York
GMT   UTC Europe/London Africa/Abidjan
GMT0  UTC Europe/London Africa/Abidjan
GST   Asia/Dubai
HKT   Asia/Hong_Kong
HST   Pacific/Honolulu
ICT   Asia/Bangkok
IDT   Asia/Jerusalem
IST   Asia/Kolkata Europe/Dublin Asia/Jerusalem
JST   Asia/Tokyo
KST   Asia/Seoul
MDT   America/Denver
MESZ  Europe/Berlin Europe/Vienna Europe/Zurich
MET   Europe/Berlin Europe/Paris Europe/Oslo
MEZ   Europe/Berlin Europe/Vienna Europe/Zurich
MSK   Europe/Moscow
MST   America/Denver America/Phoenix
MT    America/Denver
NDT   America/St_Johns
NST   America/St_Johns
NZDT  Pacific/Auckland
NZST  Pacific/Auckland
NZT   Pacific/Auckland
PDT   America/Los_Angeles
PET   America/Lima
PHT   Asia/Manila
PKT   Asia/Karachi
PST   America/Los_Angeles Asia/Manila
PT    America/Los_Angeles
SAST  Africa/Johannesburg
SGT   Asia/Singapore
SST   Asia/Singapore Pacific/Pago_Pago
TRT   Europe/Istanbul
UCT   UTC
WAT   Africa/Lagos
WEST  Europe/Lisbon
WET   Europe/Lisbon Atlantic/Canary
WIB   Asia/Jakarta
Z     UTC
"""
# The abbreviations in tzdata, if they differ from the known abbreviation.
IN_TZDATA = {
    "AET": "AEST",
    "ART": "-03",
    "AST": "AST +03",
    "BRT": "-03",
    "BST": "BST +06",
    "CLT": "-04",
    "COT": "-05",
    "CT": "CST",
    "ET": "EST",
    "GMT": "GMT UTC",
    "GMT0": "GMT UTC",
    "GST": "+04",
    "ICT": "+07",
    "MESZ": "CEST",
    "MET": "CET",
    "MEZ": "CET",
    "MT": "MST",
    "NZT": "NZST",
    "PET": "-05",
    "PHT": "PST",
    "PT": "PST",
    "SGT": "+08",
    "SST": "SST +08",
    "TRT": "+03",
    "UCT": "UTC",
    "Z": "UTC",
}


@pytest.mark.parametrize("line", ABBREVIATIONS.splitlines(), ids=lambda line: line.split()[0])
def test_every_abbreviation_suggests_the_zones_that_use_it(line: str) -> None:
    abbreviation, *names = line.split()
    for text in (abbreviation, abbreviation.lower()):
        with pytest.raises(BadText) as caught:
            zone(text)
        assert caught.value.message == f"ambiguous abbreviation of a time zone `{text}`"
        hint = (caught.value.hint or "").removeprefix("write ")
        assert re.split(", | or ", hint) == [f"`{name}`" for name in names]
    in_tzdata = set(IN_TZDATA.get(abbreviation, abbreviation).split())
    for name in names:
        months = [datetime.datetime(2026, month, 1, tzinfo=zone_rules(name)) for month in (1, 7)]
        assert in_tzdata & {month.tzname() for month in months}, name


def test_names_that_are_abbreviations_are_not_zones() -> None:
    # `EST` is a name in tzdata, and also the winter time of New York.
    names = {
        datetime.datetime(2026, month, 1, tzinfo=zone_rules(name)).tzname()
        for name in zone_names()
        for month in (1, 7)
    }
    assert names & set(zone_names()) == {"UTC"}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("europe/oslo", "did you mean `Europe/Oslo`?"),
        ("EUROPE/OSLO", "did you mean `Europe/Oslo`?"),
        ("Europe/Oslo ", "did you mean `Europe/Oslo`?"),
        ("Oslo", "did you mean `Europe/Oslo`?"),
        ("Olso", "did you mean `Europe/Oslo`?"),
        ("New York", "did you mean `America/New_York`?"),
        ("America/New York", "did you mean `America/New_York`?"),
        ("utc", "did you mean `UTC`?"),
        ("UTC-00:00", "write `UTC`"),
        ("-00:00", "write `UTC`"),
        ("+1", "write `UTC+01:00` for that offset all year, or an IANA name such as "
               "Europe/Berlin for a place"),
        ("UTC-3:30", "write `UTC-03:30` for that offset all year, or an IANA name such as "
                     "America/St_Johns for a place"),
        ("GMT+0200", "write `UTC+02:00` for that offset all year, or an IANA name such as "
                     "Europe/Helsinki for a place"),
    ],
)  # fmt: skip
def test_misspelled_zone_has_a_hint(text: str, hint: str) -> None:
    with pytest.raises(BadText) as caught:
        zone(text)
    assert caught.value.hint == hint


def test_at_most_three_names_are_suggested() -> None:
    # Three names in North Dakota are similar, and `US/Central` by its city.
    with pytest.raises(BadText) as caught:
        zone("America/North_Dakota/Centre")
    hint = caught.value.hint
    assert hint is not None
    assert hint.startswith("did you mean `America/North_Dakota/Center`, ")
    assert hint.count("`") == 6


@pytest.mark.parametrize(
    "text", ["UTC+14:01", "UTC+15:00", "UTC-12:01", "UTC+01:60", "UTC+99:99", "+1401", "-13"]
)
def test_offset_out_of_range_is_reported(text: str) -> None:
    with pytest.raises(BadText) as caught:
        zone(text)
    assert caught.value.expected == "an offset from UTC-12:00 to UTC+14:00"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "Europe", "Europe/", "/Europe/Oslo", "Europe/../Europe/Oslo", "../../etc/passwd",
        "/etc/localtime", "zone.tab", "iso3166.tab", "__init__.py", "Europe\\Oslo", "Europe/Oslo\0",
        "Europe/Oslo\n", "UTC\n", "UTC+01:00\n", "Factory", "\x1b[31m", "Z" * 100_000,
        "UTC+\u0660\u0661:00", "Africa/Abidjan\nAfrica/Algiers", " Europe/Oslo", "Europe/Oslo ",
        "\n",
    ],
)  # fmt: skip
def test_unknown_names_are_reported(text: str) -> None:
    with pytest.raises(BadText) as caught:
        zone(text)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 200


def test_every_listed_name_is_a_zone() -> None:
    names = zone_names()
    assert list(names) == sorted(set(names))
    assert len(names) > 500
    assert {"Europe/Oslo", "UTC", "Etc/GMT+1", "Asia/Kolkata", "Cuba"} <= set(names)
    assert not {"CET", "EST", "MST", "GMT", "Factory"} & set(names)
    for name in names:
        assert str(zone(name)) == name


def test_version_is_that_of_the_installed_package() -> None:
    assert tzdata_version() == importlib.metadata.version("tzdata")


def test_country_codes_have_names() -> None:
    codes = country_codes()
    assert codes["NO"] == "Norway"
    assert codes["US"] == "United States"
    assert codes["AX"] == "Åland Islands"
    assert len(codes) == 249
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in codes)
    codes.clear()
    assert country_codes()["NO"] == "Norway"


def test_zoneinfo_is_not_changed() -> None:
    path = zoneinfo.TZPATH
    ours = zone("Europe/Vienna")
    assert path == zoneinfo.TZPATH
    # The cache of zoneinfo has another object.
    assert zoneinfo.ZoneInfo("Europe/Vienna") is not ours


def run(program: str, **environment: str) -> str:
    """Return the output of a program in a new interpreter with the same modules."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_zone_files_of_the_host_are_not_read(tmp_path: pathlib.Path) -> None:
    # A host with a damaged Europe/Oslo and another local time zone.
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Oslo").write_bytes(b"nonsense")
    program = (
        "import datetime\n"
        "from zsupport.clock.zones import zone\n"
        "print(datetime.datetime.fromtimestamp(1767225600, zone('Europe/Oslo')).isoformat())\n"
    )
    output = run(program, PYTHONTZPATH=str(tmp_path), TZ="Pacific/Auckland")
    assert output == "2026-01-01T01:00:00+01:00\n"


def test_utc_and_fixed_offsets_import_no_zone_modules() -> None:
    program = (
        "import sys\n"
        "from zsupport.clock.instants import format_instant, parse_instant\n"
        "from zsupport.clock.target_text import parse_target\n"
        "from zsupport.clock.window_text import parse_open\n"
        "from zsupport.clock.zones import zone\n"
        "t, stated = parse_instant('2026-01-01T00:00:00+01:00', now=0, zone=None)\n"
        "print(format_instant(t, zone('UTC')), format_instant(t, zone('UTC-03:30')))\n"
        "parse_target('4 business hours'), parse_open('mon-fri 09:00-17:00')\n"
        "print([m for m in ('zoneinfo', 'tzdata', 'difflib', 'dataclasses') if m in sys.modules])\n"
    )
    assert run(program) == "2025-12-31T23:00:00Z 2025-12-31T19:30:00-03:30\n[]\n"


def test_named_zone_does_not_import_zoneinfo() -> None:
    program = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from zsupport.clock.instants import format_instant, local_date, parse_instant\n"
        "from zsupport.clock.model import Hours, week_of\n"
        "from zsupport.clock.spans import WorkingTime\n"
        "from zsupport.clock.window_text import parse_open\n"
        "from zsupport.clock.zones import zone\n"
        "oslo = zone('Europe/Oslo')\n"
        "t, _ = parse_instant('2026-07-03T16:00:00', now=0, zone=oslo)\n"
        "due = WorkingTime(Hours(oslo, week_of(parse_open('mon-fri 09:00-17:00')))).due(t, 7200)\n"
        "print(format_instant(due, oslo), local_date(due, oslo))\n"
        "print([m for m in ('zoneinfo', 'sysconfig', 'struct') if m in sys.modules])\n"
    )
    assert run(program) == "2026-07-06T10:00:00+02:00 2026-07-06\n[]\n"


def test_damaged_zone_file_is_an_environment_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "_path", lambda *_: os.devnull)
    monkeypatch.setattr(zones, "_loaded", {})
    monkeypatch.setattr(zones, "_cached_list", "\nEurope/Oslo\n")
    with pytest.raises(EnvironmentFault, match="zone Europe/Oslo of the package `tzdata`"):
        zone("Europe/Oslo")


def zone_or_error(text: str) -> datetime.tzinfo | BadText:
    """Return the zone of a text, or the error."""
    try:
        return zone(text)
    except BadText as problem:
        return problem


@given(st.text() | st.text("UTCGMEuropeOsl/+-0123456789: _"))
@example("UTC+01:00")
def test_any_text_is_a_zone_or_an_error(text: str) -> None:
    result = zone_or_error(text)
    if isinstance(result, BadText):
        assert result.message.isprintable()
    else:
        assert str(result) == text or str(result) == str(zone(str(result)))
