"""The width of tables in a terminal."""

from zsupport.report import Report, Table, Terminal, render

COLUMNS = ("Priority", "Metric", "Due", "State", "Left", "Target")
ROWS = (
    ("P1", "first-response", "2026-11-27T13:30:00+01:00", "running", "45 min", "1h 24x7"),
    (
        "P2",
        "restoration",
        "2026-11-30T10:00:00+01:00",
        "not-stated",
        "2 h 15 min",
        "2.5 business hours (extended)",
    ),
)


def render_lines(width: int) -> list[str]:
    report = Report({}, (), (), (Table(COLUMNS, ROWS),))
    return render(report, "table", Terminal(width)).splitlines()


def words(lines: list[str]) -> list[str]:
    return [word for line in lines for word in line.split()]


def test_words_are_not_broken_if_the_longest_words_fit() -> None:
    # 8 + 14 + 25 + 10 + 4 + 10 for the words, and three between columns, except at the edges.
    text = render_lines(71 + 17)
    assert all(len(line) <= 88 for line in text)
    for word in ("2026-11-27T13:30:00+01:00", "first-response", "not-stated", "(extended)"):
        assert word in words(text)


def test_instant_is_broken_between_the_parts() -> None:
    before_the_offset = render_lines(82)
    assert "2026-11-27T13:30:00" in words(before_the_offset)
    after_the_date = render_lines(80)
    assert {"2026-11-27T", "13:30:00+01:00"} <= set(words(after_the_date))
    for text in (before_the_offset, after_the_date):
        assert {"first-response", "not-stated", "(extended)", "restoration"} <= set(words(text))


def test_id_is_broken_at_the_hyphen() -> None:
    text = render_lines(70)
    assert all(len(line) <= 70 for line in text)
    assert {"first-", "response", "2026-11-27T", "13:30:00", "+01:00"} <= set(words(text))
    assert {"(extended)", "restoration", "Priority"} <= set(words(text))


def test_table_is_never_wider_than_the_terminal() -> None:
    for width in range(30, 121):
        assert all(len(line) <= width for line in render_lines(width)), width


def test_escaped_characters_count_for_the_width() -> None:
    rows = (("Störung", "läuft"), ("x", "y"))
    report = Report({}, (), (), (Table(("Fall", "Stånd"), rows, "Übersicht"),), ("Größe",))
    text = render(report, "table", Terminal(60, encoding="ascii"))
    lines = text.splitlines()
    assert text.isascii()
    assert lines[0] == "\\xdcbersicht"
    assert lines[-1] == "Gr\\xf6\\xdfe"
    # The second cells of the heading and of both rows are in the same column.
    columns = [line.index(cell) for line, cell in zip(
        [line for line in lines if "|" in line and "=" not in line],
        ("St\\xe5nd", "l\\xe4uft", "y"), strict=True,
    )]  # fmt: skip
    assert len(set(columns)) == 1, text
    assert render(report, "table", Terminal(60, encoding="latin-1")).count("\\x") == 0


def test_table_is_never_wider_than_an_ascii_terminal() -> None:
    rows = (("ø" * 5, "æ å ø " * 4), ("\u2013" * 3, "a\x1bb"))
    report = Report({}, (), (), (Table(("Én", "To"), rows),))
    for width in range(30, 90):
        text = render(report, "table", Terminal(width, encoding="ascii"))
        assert text.isascii()
        assert all(len(line) <= width for line in text.splitlines()), width
