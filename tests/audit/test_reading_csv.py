"""CSV files of strangers: every line is a part of a row or of a bad row, and none is lost."""

from pathlib import Path

import pytest

from .ticket_rows import read, refusal

OPEN = "a quote at the start of a cell has no closing quote"
AFTER = "text after the closing quote of a cell"
QUOTES = "a quote without a closing quote, or text after a closing quote"
REPEATED = "the row repeats the header"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_rows_with_their_lines(tmp_path: Path, end: str, delimiter: str, mark: str) -> None:
    lines = ["id,plan", "1,pro", "", '2,"free', 'or ""pro"""', "3,", "", "4,é"]
    text = mark + end.join(lines).replace(",", delimiter) + end
    assert read(tmp_path, text.encode()) == (
        ("id", "plan"),
        [
            (2, ["1", "pro"]),
            (4, ["2", f'free{end}or "pro"']),
            (6, ["3", ""]),
            (8, ["4", "é"]),
        ],
    )


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    assert read(tmp_path, b"id\n1\n2") == (("id",), [(2, ["1"]), (3, ["2"])])


def test_other_separators_of_lines_are_part_of_cells(tmp_path: Path) -> None:
    text = "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g"
    assert read(tmp_path, f"id,x\n1,{text}\n".encode())[1] == [(2, ["1", text])]


def test_a_wrong_number_of_cells(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b\n1\n2,3,4\n5,6\n"7\n8"\n')[1] == [
        (2, "number of cells: 1; number of columns: 2", "1"),
        (3, "number of cells: 3; number of columns: 2", "2,3,4"),
        (4, ["5", "6"]),
        (5, "number of cells: 1; number of columns: 2", '"7\n8"'),
    ]


def test_a_quote_without_an_end_hides_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b\n1,"x\n2,y\n3,z\n')[1] == [
        (2, OPEN, '1,"x'),
        (3, ["2", "y"]),
        (4, ["3", "z"]),
    ]


def test_a_quote_that_a_later_quote_seems_to_close_hides_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b\n1,"x\n2,y\n3,"z"\n')[1] == [
        (2, AFTER, '1,"x'),
        (3, ["2", "y"]),
        (4, ["3", "z"]),
    ]


def test_a_quote_inside_of_a_cell_is_a_character(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b\n5" disk,x"\n')[1] == [(2, ['5" disk', 'x"'])]


def test_many_quotes_without_an_end(tmp_path: Path) -> None:
    data = b'a,b\n1,"\n' + b'""x,2\n' * 3000
    rows = read(tmp_path, data)[1]
    assert rows[0] == (2, OPEN, '1,"')
    assert rows[1:] == [(3 + number, AFTER, '""x,2') for number in range(3000)]


def test_a_cell_of_many_blocks(tmp_path: Path) -> None:
    cell = "0123456789abcde\n" * 20_000
    data = f'a,b\n1,"{cell}"\n2,y\n'.encode()
    assert read(tmp_path, data)[1] == [(2, ["1", cell]), (20_003, ["2", "y"])]


def test_a_repeated_header(tmp_path: Path) -> None:
    data = b'\xef\xbb\xbf"a",b\n1,2\n\xef\xbb\xbf"a",b\na,b\n\xef\xbb\xbf3,4\n'
    assert read(tmp_path, data) == (
        ("a", "b"),
        [
            (2, ["1", "2"]),
            (3, REPEATED, '\ufeff"a",b'),
            (4, REPEATED, "a,b"),
            (5, ["3", "4"]),
        ],
    )


def test_names_of_columns_are_kept_as_written(tmp_path: Path) -> None:
    header = read(tmp_path, b'" Id ",,Id,Id,"a\nb",\x1b[31mred,=1+1\n')[0]
    assert header == (" Id ", "", "Id", "Id", "a\nb", "\x1b[31mred", "=1+1")


def test_the_line_that_states_the_delimiter(tmp_path: Path) -> None:
    assert read(tmp_path, b"sep=;\r\na;b,c\r\n1;2\r\n") == (("a", "b,c"), [(3, ["1", "2"])])


def test_a_declared_delimiter(tmp_path: Path) -> None:
    assert read(tmp_path, b"a|b,c\n1|2\n", delimiter="|") == (("a", "b,c"), [(2, ["1", "2"])])


@pytest.mark.parametrize(
    ("data", "reading", "message"),
    [
        (b"", {}, "3: the file is empty (a CSV file starts with the names of its columns)"),
        (b"\r\n\n", {}, "3: the file is empty (a CSV file starts with the names of its columns)"),
        (b'"a', {}, f"3: invalid header: {QUOTES}"),
        (b'"a"b\n', {}, f"3: invalid header: {QUOTES}"),
        (
            b"a;b,c\n",
            {},
            "2: the delimiter is not clear: the header has 2 columns with each of ',' ';'"
            " (state the `delimiter` of the file)",
        ),
        (
            "a,b\n".encode("utf-16-le"),
            {},
            "3: invalid header: NUL character"
            " (export the file as text, or state its encoding, such as encoding='cp1252' or"
            " utf-16)",
        ),
        (
            b"pl\xe5n\n",
            {},
            "3: invalid header: invalid UTF-8: \\xe5"
            " (export the file as text, or state its encoding, such as encoding='cp1252' or"
            " utf-16)",
        ),
        (
            b"a\n",
            {"delimiter": "::"},
            "2: invalid delimiter `::` (write one character, such as `;`)",
        ),
        (b"a\n", {"encoding": "cp125"}, "2: unknown encoding `cp125` (did you mean `cp1252`?)"),
        (b"a\n", {"encoding": "base64"}, None),
        (b"a\n", {"encoding": "undefined"}, None),
        (b"a\n", {"encoding": "x\0"}, None),
        (b"a\n", {"format": "cvs"}, "2: unknown format of tickets `cvs` (did you mean `csv`?)"),
        (
            b"PK\x03\x04\x14\0",
            {},
            "3: packed as ZIP (not read)"
            " (unpack it, or pack it as gzip; export a workbook as CSV)",
        ),
    ],
)  # fmt: skip
def test_a_file_without_a_header(
    data: bytes, reading: dict[str, str], message: str | None, tmp_path: Path
) -> None:
    answer = refusal(tmp_path, data, **reading)
    if message is None:
        message = (
            f"2: unknown encoding `{reading['encoding']}` (write a name such as cp1250, cp1251,"
            " cp1252, cp932, gb18030, iso-8859-1, iso-8859-15, utf-16)"
        )
    assert answer == message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_at_the_start_states_the_encoding(tmp_path: Path, encoding: str) -> None:
    data = "navn;plan\n1;fryst blåbær 😀\n".encode(encoding)
    for declared in (None, "cp1252" if encoding != "utf-8" else None):
        rows = read(tmp_path, data, encoding=declared)
        assert rows == (("navn", "plan"), [(2, ["1", "fryst blåbær 😀"])])


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-be", "shift_jis", "cp037", "iso2022_jp"])
def test_a_declared_encoding(tmp_path: Path, encoding: str) -> None:
    cell = "テスト" if "j" in encoding else "blåbær"
    data = f"id,x\n1,{cell}\n".encode(encoding)
    assert read(tmp_path, data, encoding=encoding) == (("id", "x"), [(2, ["1", cell])])


def test_bytes_that_are_invalid_in_the_encoding_make_only_their_row_bad(tmp_path: Path) -> None:
    rows = [f"{number},café\n".encode() for number in range(2, 20_002)]
    rows[9_000] = b"x,caf\xe9\n"
    rows[19_999] = b"y,caf\xc3"
    assert read(tmp_path, b"id,x\n" + b"".join(rows))[1] == [
        (number, "invalid UTF-8: \\xe9", "x,caf\\xe9") if number == 9_002
        else (number, "invalid UTF-8: \\xc3", "y,caf\\xc3") if number == 20_001
        else (number, [str(number), "café"])
        for number in range(2, 20_002)
    ]  # fmt: skip


def test_a_byte_that_cp1252_does_not_define(tmp_path: Path) -> None:
    assert read(tmp_path, b"a\n\xe9\n\x81\n\xe9\n", encoding="cp1252")[1] == [
        (2, ["é"]),
        (3, "invalid CP1252: \\x81", "\\x81"),
        (4, ["é"]),
    ]


def test_a_half_of_a_character_of_utf_16(tmp_path: Path) -> None:
    data = "a,b\n1,\ud800\n2,x\n3,".encode("utf-16", "surrogatepass") + b"y"
    assert read(tmp_path, data)[1] == [
        (2, "invalid UTF-16: \\ud800", "1,\\ud800"),
        (3, ["2", "x"]),
        (4, "invalid UTF-16: y", "3,"),
    ]


def test_a_nul_makes_its_row_bad(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1,\0\n2,x\n")[1] == [(2, "NUL character", "1,\0"), (3, ["2", "x"])]
