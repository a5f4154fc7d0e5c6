"""Instants in declared formats."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.slow_instants import full_names, instants
from zsupport.audit.reading.instant_formats import read_format
from zsupport.audit.reading.instants import instant_reader, read_slowly
from zsupport.audit.reading.proposals import needs_zone, proposals, reads_without_format
from zsupport.clock.instants import format_instant, parse_instant
from zsupport.clock.problem import BadText
from zsupport.clock.zones import zone

ZONES = ("UTC", "Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "UTC+05:30")


def read(text: str, *formats: str, tz: str | None = "UTC", locale: str = "en") -> str:
    """Return the instant of a text in RFC 3339."""
    in_zone = zone(tz) if tz else None
    reader = instant_reader([read_format(format, locale) for format in formats], in_zone)
    results = {reader(text), reader(text)}  # the second time from what it has kept
    (result,) = results
    return format_instant(result, zone("UTC"))


@pytest.mark.parametrize(
    ("format", "text", "expected"),
    [
        ("%d/%m/%Y %H:%M", "03/04/2026 10:00", "2026-04-03T10:00:00Z"),
        ("%m/%d/%Y %H:%M", "03/04/2026 10:00", "2026-03-04T10:00:00Z"),
        ("%m/%d/%Y %H:%M", "6/21/2025 16:14", "2025-06-21T16:14:00Z"),
        ("%m/%d/%Y %H:%M", "6/2/2025 6:14", "2025-06-02T06:14:00Z"),
        ("%d/%b/%y %I:%M %p", "06/Jan/26 9:29 AM", "2026-01-06T09:29:00Z"),
        ("%d/%b/%y %I:%M %p", "28/Nov/25 12:00 AM", "2025-11-28T00:00:00Z"),
        ("%d/%b/%y %I:%M %p", "28/Nov/25 12:05 pm", "2025-11-28T12:05:00Z"),
        ("%d/%b/%y %I:%M %p", "28/NOVEMBER/25 1:05\u202fPM", "2025-11-28T13:05:00Z"),
        ("%Y-%m-%d %H:%M:%S.%f", "2026-02-25 16:38:58.679", "2026-02-25T16:38:58Z"),
        ("%Y-%m-%d %H:%M:%S,%f", "2026-02-25 16:38:58,999999999", "2026-02-25T16:38:58Z"),
        ("%Y-%m-%dT%H:%M:%S.%f%z", "2026-06-30T12:00:00.000-0300", "2026-06-30T15:00:00Z"),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-07-10T13:00:00+0000", "2026-07-10T13:00:00Z"),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-07-10T13:00:00+05:30", "2026-07-10T07:30:00Z"),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-07-10T13:00:00+02", "2026-07-10T11:00:00Z"),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-07-10T13:00:00Z", "2026-07-10T13:00:00Z"),
        ("%Y-%m-%d %H:%M:%S %z", "2026-07-10 13:00:00 +0100", "2026-07-10T12:00:00Z"),
        ("%Y-%m-%d %H:%M:%S %z", "2026-07-10 13:00:00 UTC", "2026-07-10T13:00:00Z"),
        ("%Y-%m-%d", "2026-02-25", "2026-02-25T00:00:00Z"),
        ("%d.%m.%Y", "5.2.2026", "2026-02-05T00:00:00Z"),
        ("%Y%m%d%H%M%S", "20260225163858", "2026-02-25T16:38:58Z"),
        ("%a, %d %b %Y %H:%M:%S %z", "Tue, 24 Nov 2026 09:00:00 +0100", "2026-11-24T08:00:00Z"),
        ("%a %b %d %H:%M:%S %Y", "Tue Nov 24 09:00:00 2026", "2026-11-24T09:00:00Z"),
        ("%b %d, %Y %I:%M:%S %p", "Nov 4, 2026 9:00:07 PM", "2026-11-04T21:00:07Z"),
        ("%H:%M %d/%m/%Y", "10:15 03/04/2026", "2026-04-03T10:15:00Z"),
        ("%H.%M den %d.%m.%Y", "10.15 den 03.04.2026", "2026-04-03T10:15:00Z"),
        ("%d/%m/%y", "01/01/73", "1973-01-01T00:00:00Z"),
        ("%d/%m/%y", "01/01/68", "2068-01-01T00:00:00Z"),
        ("100%% %Y-%m-%d", "100% 2026-02-25", "2026-02-25T00:00:00Z"),
        (" %d/%m/%Y ", "03/04/2026", "2026-04-03T00:00:00Z"),
        ("%s", "1764000000", "2025-11-24T16:00:00Z"),
        ("%s", "1764000000.9", "2025-11-24T16:00:00Z"),
        ("@%s", "@1764000000", "2025-11-24T16:00:00Z"),
        ("%Q", "1764000000999", "2025-11-24T16:00:00Z"),
        ("%Y-%m-%d", "  2026-02-25\t", "2026-02-25T00:00:00Z"),
    ],
)
def test_text_of_a_format(format: str, text: str, expected: str) -> None:
    assert read(text, format) == expected


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("es", "04/nov/25 1:16 PM", "2025-11-04T13:16:00Z"),
        ("es-MX", "04/ene/25 1:16 p.\u202fm.", "2025-01-04T13:16:00Z"),
        ("es_ES.UTF-8", "04/sept/25 1:16 a. m.", "2025-09-04T01:16:00Z"),
        ("es", "04/sep/25 1:16 a.m.", "2025-09-04T01:16:00Z"),
        ("fr", "04/févr./25 1:16 AM", "2025-02-04T01:16:00Z"),
        ("fr", "04/fe\u0301vrier/25 1:16 AM", "2025-02-04T01:16:00Z"),
        ("de", "04/Mrz/25 1:16 AM", "2025-03-04T01:16:00Z"),
        ("de-AT", "04/Jänner/25 1:16 AM", "2025-01-04T01:16:00Z"),
        ("no", "04/des./25 1:16 p.m.", "2025-12-04T13:16:00Z"),
        ("sv", "04/maj/25 1:16 em", "2025-05-04T13:16:00Z"),
        ("fi", "04/huhtikuuta/25 1:16 ip.", "2025-04-04T13:16:00Z"),
        ("nl", "04/mrt/25 1:16 p.m.", "2025-03-04T13:16:00Z"),
        ("pl", "04/paź/25 1:16 PM", "2025-10-04T13:16:00Z"),
        ("ru", "04/МАЯ/25 1:16 PM", "2025-05-04T13:16:00Z"),
        ("cs", "04/čvc/25 1:16 odp.", "2025-07-04T13:16:00Z"),
    ],
)
def test_names_of_a_language(locale: str, text: str, expected: str) -> None:
    assert read(text, "%d/%b/%y %I:%M %p", locale=locale) == expected


@pytest.mark.parametrize(
    ("format", "text", "message"),
    [
        ("%d/%m/%Y", "31/04/2026", "date 2026-04-31 does not exist"),
        ("%d/%m/%Y", "04/13/2026", "date 2026-13-04 does not exist"),
        ("%d/%m/%Y", "2026-04-03", "does not match the format `%d/%m/%Y`"),
        ("%d/%m/%Y", "3/4/26", "does not match the format `%d/%m/%Y`"),
        ("%d/%m/%Y", "03/04/2026 10:00", "does not match"),
        ("%d/%m/%Y", "03/04/2026x", "does not match"),
        ("%d/%m/%Y", "", "(empty) does not match"),
        ("%d/%m/%Y", "٠٣/٠٤/٢٠٢٦", "does not match"),
        ("%d/%m/%Y", "0" * 200, "does not match"),
        ("%d/%m/%Y %H:%M", "03/04/2026 24:00", "the last hour is 23"),
        ("%d/%m/%Y %H:%M", "03/04/2026 10:60", "minute 60 does not exist"),
        ("%d/%m/%Y %H:%M", "03/04/2026 10:5", "does not match"),
        ("%d/%m/%Y %I:%M %p", "03/04/2026 13:00 PM", "hour 13 does not exist"),
        ("%d/%m/%Y %I:%M %p", "03/04/2026 0:00 AM", "hour 0 does not exist"),
        ("%d/%m/%Y %I:%M %p", "03/04/2026 1:00 XM", "`XM` is neither AM nor PM"),
        ("%d/%b/%Y", "03/foo/2026", "unknown month `foo` in the language `en`"),
        ("%d/%b/%Y", "03/Ju/2026", "unknown month `Ju`"),
        ("%a %d/%m/%Y", "Mon 24/11/2026", "2026-11-24 is not a `Mon`"),
        ("%a %d/%m/%Y", "Xyz 24/11/2026", "unknown weekday `Xyz`"),
        ("%Y-%m-%dT%H:%M%z", "2026-11-24T09:00+24:00", "offset +24:00 does not exist"),
        ("%Y-%m-%d", "1972-12-31", "out of range"),
        ("%Y-%m-%d", "2201-01-01", "out of range"),
        ("%s", "1764000000000", "`%Q` reads milliseconds"),
        ("%s", "1e9", "does not match"),
    ],
)
def test_invalid_text(format: str, text: str, message: str) -> None:
    with pytest.raises(BadText) as error:
        read(text, format)
    assert message in str(error.value)


def test_a_month_of_another_language_is_named() -> None:
    with pytest.raises(BadText) as error:
        read("03/ene/2026", "%d/%b/%Y")
    assert "it is a month in `es`: write locale='es'" in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-03-29 02:30", "does not exist in Europe/Oslo: DST gap"),
        ("2026-10-25 02:30", "`2026-10-25T02:30:00+02:00` (the first time) or"),
    ],
)
def test_local_time_of_a_transition(text: str, message: str) -> None:
    with pytest.raises(BadText) as error:
        read(text, "%Y-%m-%d %H:%M", tz="Europe/Oslo")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("format", "message"),
    [
        ("", "the format is empty"),
        (" ", "the format is empty"),
        ("%Y-%m", "`%d` is missing"),
        ("%d/%m", "`%Y` is missing"),
        ("%H:%M", "`%Y` is missing"),
        ("%d/%d/%Y", "`%d` and `%d` state the same unit"),
        ("%d/%m/%b/%Y", "`%m` and `%b` state the same unit"),
        ("%Y-%m-%d %M", "`%M` needs `%H`"),
        ("%Y-%m-%d %H:%S", "`%S` needs `%M`"),
        ("%Y-%m-%d %H:%M.%f", "`%f` needs `%S`"),
        ("%Y-%m-%d %I:%M", "`%I` needs `%p`"),
        ("%Y-%m-%d %H:%M %p", "`%p` needs `%I`"),
        ("%Y-%m-%d %s", "`%s` states the date and the time"),
        ("%Y-%m-%d %H:%M:%S%f", "nothing separates `%S` from `%f`"),
        ("%a%b %d %Y", "nothing separates `%a` from `%b`"),
        ("%d %bT%Y", "nothing separates `%b` from `T`"),
        ("%Y-%m-%d %I:%M%p%z", "nothing separates `%p` from `%z`"),
        ("%Y-%m-%d %H:%M:%S.%f0", "nothing separates `%f` from `0`"),
        ("%d-%m %z%Y", "nothing separates `%z` from `%Y`"),
        ("%Y-%m-%e", "unknown directive `%e`"),
        ("%Y-%m-%-d", "write `%d`"),
        ("%Y-%m-%d %T", "write `%H:%M:%S`"),
        ("%Y-%m-%d %H:%M %Z", "write `%z` for an offset or UTC"),
        ("%Y-%m-%d %q", "unknown directive `%q`"),
        ("%Y-%m-%d %", "unknown directive `%`"),
    ],
)
def test_invalid_format(format: str, message: str) -> None:
    with pytest.raises(BadText) as error:
        read_format(format)
    assert message in str(error.value)


def test_unknown_locale() -> None:
    with pytest.raises(BadText, match="unknown locale `xx`"):
        read_format("%Y-%m-%d", "xx")


def test_several_formats() -> None:
    formats = ("%d/%b/%y %I:%M %p", "%Y-%m-%d %H:%M:%S.%f")
    assert read("06/Jan/26 9:29 AM", *formats) == "2026-01-06T09:29:00Z"
    assert read("2026-02-25 16:38:58.679", *formats) == "2026-02-25T16:38:58Z"
    with pytest.raises(BadText, match="does not match the format `%d/%b/%y %I:%M %p` or"):
        read("06.01.2026", *formats)


def test_a_text_that_two_formats_read_differently_is_ambiguous() -> None:
    formats = ("%d/%m/%Y", "%m/%d/%Y")
    with pytest.raises(BadText) as error:
        read("03/04/2026", *formats)
    assert str(error.value) == (
        "`03/04/2026` is ambiguous: `%d/%m/%Y` and `%m/%d/%Y` read it as different instants"
    )
    assert read("04/04/2026", *formats) == "2026-04-04T00:00:00Z"
    assert read("13/04/2026", *formats) == "2026-04-13T00:00:00Z"
    assert read(" 04/13/2026", *formats) == "2026-04-13T00:00:00Z"
    with pytest.raises(BadText, match="date 2026-14-13 does not exist"):
        read("13/14/2026", *formats)


# -- without a format ------------------------------------------------------------------------------

RFC_TEXTS = st.one_of(
    st.tuples(
        st.datetimes(datetime(1972, 12, 30), datetime(2201, 1, 3)),
        st.sampled_from(["T", "t", " "]),
        st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds"]),
        st.sampled_from(["", "Z", "z", "+01:00", "-0330", "+02", "-00:00", "+25:00"]),
    ).map(lambda parts: parts[0].isoformat(parts[1], parts[2]) + parts[3]),
    st.sampled_from(
        ["now", "", "@1764000000", "@1764000000.5", "1764000000", "2026-02-25T10:00:00.Z"]
    ),
    st.text("0123456789-:T .Z+", max_size=26),
)


@given(st.lists(RFC_TEXTS, max_size=8), st.sampled_from([None, *ZONES]))
def test_rfc_3339_is_read_as_in_options(texts: list[str], tz: str | None) -> None:
    in_zone = zone(tz) if tz else None
    reader = instant_reader((), in_zone)
    for text in [*texts, *texts]:
        try:
            expected, _ = parse_instant(text.strip(), now=0, zone=in_zone)
        except BadText:
            with pytest.raises(BadText):
                reader(text)
        else:
            assert reader(text) == expected


def test_now_is_no_instant_of_a_file() -> None:
    with pytest.raises(BadText, match="invalid instant `now`"):
        instant_reader()("now")


# -- the definition --------------------------------------------------------------------------------

DATES = (
    "%d/%m/%Y", "%m/%d/%y", "%Y-%m-%d", "%d.%m.%Y", "%d. %b %Y", "%b %d, %Y", "%B-%d-%y", "%Y%m%d",
    "%a, %d %b %Y", "%d de %B de %Y", "%d%b%Y",
)  # fmt: skip
TIMES = (
    "", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S%p", "%H.%M", "%H%M%S", "%H%M",
    "%I:%M:%S,%f %p",
)  # fmt: skip
LANGUAGES = ("en", "es", "fr", "de", "nb", "fi", "pl", "cs", "hr")


@st.composite
def formats(draw: st.DrawFn) -> str:
    date, time = draw(st.sampled_from(DATES)), draw(st.sampled_from(TIMES))
    offset = draw(st.sampled_from(["", "%z", " %z"])) if time else ""
    gap = draw(st.sampled_from([" ", "T", ", ", "\u00a0", " kl. "])) if time else ""
    first, second = (time, date) if draw(st.integers(0, 3)) == 0 else (date, time)
    if first.endswith("%p") and gap == "T":
        gap = " "
    offset = " %z" if offset and second.endswith("%p") else offset
    return f"{first}{gap}{second}{offset}"


def written(moment: datetime, format: str, language: str, rng: random.Random) -> str:
    """Return a text of a format, with the liberties that exports take."""

    def number(value: int) -> str:
        return str(value) if rng.random() < 0.2 else f"{value:02d}"

    def name(table: str, value: int) -> str:
        names = [text for text, of in full_names(language, table).items() if of == value]
        text = rng.choice(names)
        text = text[: rng.randint(3, 9)] if rng.random() < 0.3 else text
        return rng.choice([text, text.title(), text.upper(), text + "."])

    half = rng.choice(["AM", "am", "a.m.", "a. m."])
    units = {
        "%Y": f"{moment.year:04d}", "%y": f"{moment.year % 100:02d}", "%m": number(moment.month),
        "%d": number(moment.day), "%b": name("months", moment.month),
        "%B": name("months", moment.month), "%a": name("days", moment.isoweekday()),
        "%H": number(moment.hour), "%I": number(moment.hour % 12 or 12),
        "%M": f"{moment.minute:02d}", "%S": f"{moment.second:02d}",
        "%f": str(rng.randrange(10 ** rng.randint(1, 9))),
        "%p": half.replace("a", "p").replace("A", "P") if moment.hour >= 12 else half,
        "%z": rng.choice(["Z", "+01:00", "-0330", "+02", "UTC"]),
    }  # fmt: skip
    for directive, text in units.items():
        format = format.replace(directive, text)
    if rng.random() < 0.3:
        place = rng.randrange(len(format) + 1)
        change = rng.choice(["", "0", "1", " ", ":", "x", "\u00a0", "9"])
        format = format[:place] + change + format[place + rng.randint(0, 1) :]
    return format


@settings(deadline=None)
@given(formats(), st.sampled_from(LANGUAGES), st.sampled_from(ZONES), st.integers(0, 2**32))
def test_readers_agree_with_the_definition(text: str, language: str, tz: str, seed: int) -> None:
    rng = random.Random(seed)
    format, in_zone = read_format(text, language), zone(tz)
    reader = instant_reader([format], in_zone)
    start = datetime(rng.choice([1972, 1999, 2026, 2200]), 12, 28)
    transitions = [datetime(2026, 3, 8), datetime(2026, 3, 28), datetime(2026, 10, 25)]
    days = [rng.choice([start, *transitions]) + timedelta(days=rng.randrange(3)) for _ in range(4)]
    for _ in range(12):
        moment = rng.choice(days) + timedelta(seconds=rng.randrange(86_400))
        cell = written(moment, text, language, rng)
        expected = instants(text, cell, language, "Etc/GMT-5" if tz == "UTC+05:30" else tz)
        if tz == "UTC+05:30" and "%z" not in text:
            expected = {value - 1800 for value in expected}
        assert len(expected) <= 1
        for parse in (reader, reader, lambda cell: read_slowly(format, in_zone, cell)):
            try:
                result = {parse(cell)}
            except BadText:
                result = set()
            assert result == expected, cell


PAIRS = (
    ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"),
    ("%d/%b/%y %I:%M %p", "%Y-%m-%d %H:%M:%S"),
    ("%d.%m.%y", "%y.%m.%d", "%d.%m.%y %H.%M"),
    ("%Y%m%d", "%d%m%Y"),
    ("%d/%m/%Y", "%d/%m/%Y"),
    ("%s", "%Y%m%d%H%M"),
)


@settings(deadline=None)
@given(st.sampled_from(PAIRS), st.integers(0, 2**32))
def test_several_formats_agree_with_the_definition(declared: tuple[str, ...], seed: int) -> None:
    rng = random.Random(seed)
    reader = instant_reader([read_format(format) for format in declared], zone("UTC"))
    for _ in range(8):
        moment = datetime(2026, 1, 1) + timedelta(minutes=rng.randrange(525_600))
        cell = written(moment, rng.choice(declared).replace("%s", "1764000000"), "en", rng)
        expected = set().union(*(instants(format, cell, "en", "UTC") for format in declared))
        if len(expected) == 1:
            assert reader(cell) == expected.pop()
        else:
            with pytest.raises(BadText) as error:
                reader(cell)
            assert ("is ambiguous" in error.value.message) is bool(expected)


@given(st.datetimes(datetime(1973, 1, 2), datetime(2200, 12, 30)), st.sampled_from(TIMES[:5]))
def test_strptime_reads_the_same(moment: datetime, time: str) -> None:
    format = f"%d/%m/%Y {time}" if time else "%d/%m/%Y"
    text = moment.strftime(format)
    expected = datetime.strptime(text, format).replace(tzinfo=UTC, microsecond=0)
    assert instant_reader([read_format(format)], UTC)(text) == expected.timestamp()


# -- formats to propose ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["03/04/2026 10:00"], [("%d/%m/%Y %H:%M", None), ("%m/%d/%Y %H:%M", None)]),
        (["03/04/2026 10:00", "13/04/2026 10:00"], [("%d/%m/%Y %H:%M", None)]),
        (["03/04/2026 10:00", "04/13/2026 9:00"], [("%m/%d/%Y %H:%M", None)]),
        (["06/Jan/26 9:29 AM"], [("%d/%b/%y %I:%M %p", None)]),
        (["04/ene/25 1:16 PM"], [("%d/%b/%y %I:%M %p", "es")]),
        (["lis 4, 2025"], [("%b %d, %Y", "hr"), ("%b %d, %Y", "pl")]),
        (["1764000000"], [("%s", None)]),
        (["1764000000000"], [("%Q", None)]),
        (["2026-02-25"], [("%Y-%m-%d", None)]),
        (["2026-02-25 10:00:00 +0100"], [("%Y-%m-%d %H:%M:%S %z", None)]),
        (["nonsense"], []),
        (["03/04/2026", "03/04/2026 10:00"], []),
    ],
)
def test_proposals(texts: list[str], expected: list[tuple[str, str | None]]) -> None:
    proposed = [tuple(proposal) for proposal in proposals(texts)]
    assert [proposal for proposal in proposed if proposal[1] != "cs"] == expected


def test_texts_without_a_format() -> None:
    assert reads_without_format("2026-02-25T10:00:00Z")
    assert reads_without_format("2026-02-25 10:00")
    assert not reads_without_format("2026-02-25")
    assert not reads_without_format("now")
    assert needs_zone("2026-02-25 10:00")
    assert not needs_zone("2026-02-25T10:00:00Z")
    assert not needs_zone("@1764000000")
    assert not needs_zone("25.02.2026")
