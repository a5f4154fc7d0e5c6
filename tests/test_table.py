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


EVERY_WORD = [word for row in ROWS for text in row for word in text.split()]


def test_table_with_columns_for_its_longest_words() -> None:
    # 8 + 14 + 25 + 10 + 4 + 10 for the words, three between columns, two before the first column;
    # and more, so that no narrow column has three lines.
    for width in (100, 110, 120):
        text = render_lines(width)
        assert all(len(line) <= width for line in text)
        assert words(text)[: len(COLUMNS)] == list(COLUMNS)
        assert set(EVERY_WORD) <= set(words(text))


def test_table_is_a_list_if_its_longest_words_do_not_fit() -> None:
    for width in (40, 60, 88):
        text = render_lines(width)
        assert [line for line in text if line and not line.startswith("    ")] == ["  P1", "  P2"]
        assert set(EVERY_WORD) <= set(words(text)), width
        assert all(len(line) <= width for line in text), width


def test_escaped_characters_count_for_the_width() -> None:
    rows = (("Störung", "läuft"), ("x", "y"))
    report = Report({}, (), (), (Table(("Fall", "Stånd"), rows, "Übersicht"),), ("Größe",))
    text = render(report, "table", Terminal(60, encoding="ascii"))
    lines = [line.strip() for line in text.splitlines() if line]
    assert text.isascii()
    assert lines[0] == "\\xdcbersicht"
    assert lines[-1] == "Gr\\xf6\\xdfe"
    # The second cells of the heading and of both rows are in the same column.
    columns = [line.index(cell) for line, cell in zip(
        [line for line in lines[1:-1] if "---" not in line],
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
