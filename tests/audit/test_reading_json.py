"""JSON files of strangers: one object per line, arrays, and pages of an API."""

from pathlib import Path

import pytest

from zsupport.sources.tickets import BadRow, open_tickets

from .ticket_rows import read, refusal

NAME = "tickets.ndjson"
REST = "; the rest of the file was not read"


def test_cells_are_values_by_path_as_json_writes_them(tmp_path: Path) -> None:
    data = (
        b'{"id": 1, "stats": {"closed_at": null, "n": {"a": 1.50}}, '
        b'"tags": ["a", 2, {"b": null}]}\n'
        b"\r\n"
        b'{"id": 123456789012345678901234567890, "open": true, "x": 1e400, "e": {}, "s": "\\u00e9"}'
    )
    assert read(tmp_path, data, NAME) == (
        ("id", "stats.closed_at", "stats.n.a", "tags", "open", "x", "e", "s"),
        [
            (1, ["1", None, "1.50", '["a", 2, {"b": null}]', None, None, None, None]),
            (3, ["123456789012345678901234567890", None, None, None, "true", "1e400", "{}", "é"]),
        ],
    )


def test_lines_that_are_not_objects(tmp_path: Path) -> None:
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    data = "\n".join([
        '{"a": 1}', '{"a": NaN}', '{"a": 1, "b": {"c": 2, "c": 3}}', "[1]", "5", '{"a"', "{'a': 1}",
        '{"a": 1} {"a": 2}', '{"a": "\\ud800"}', deep, '{"a": 2}',
    ])  # fmt: skip
    assert read(tmp_path, data.encode() + b'\n{"a": "\xe9"}\n{"a": 3}\n', NAME)[1] == [
        (1, ["1"]),
        (2, "invalid JSON: `NaN` is not a value", '{"a": NaN}'),
        (3, "invalid JSON: repeated key `c`", '{"a": 1, "b": {"c": 2, "c": 3}}'),
        (4, "not a JSON object", "[1]"),
        (5, "not a JSON object", "5"),
        (6, "the JSON text ends early", '{"a"'),
        (7, "invalid JSON at character 2 of the line", "{'a': 1}"),
        (8, "invalid JSON at character 9 of the line", '{"a": 1} {"a": 2}'),
        (9, "invalid JSON: half of a surrogate pair", '{"a": "\\ud800"}'),
        (10, "invalid JSON: nested too deeply", deep),
        (11, ["2"]),
        (12, "invalid UTF-8: \\xe9", '{"a": "\\xe9"}'),
        (13, ["3"]),
    ]


def test_the_header_has_the_keys_of_the_first_objects_and_the_needed_ones(tmp_path: Path) -> None:
    lines = [f'{{"id": {number}}}' for number in range(1_500)]
    lines[998] = '{"id": 998, "early": 1}'
    lines[1_400] = '{"id": 1400, "late": 2, "needed": 3}'
    header, rows = read(tmp_path, "\n".join(lines).encode(), NAME, columns=["ID", "needed"])
    assert header == ("id", "early", "needed")
    assert rows[998] == (999, ["998", "1", None])
    assert rows[1_400] == (1_401, ["1400", None, "3"])
    assert len(rows) == 1_500


def test_a_path_that_two_keys_have(tmp_path: Path) -> None:
    assert read(tmp_path, b'{"a.b": null, "a": {"b": 1}}', NAME) == (("a.b",), [(1, ["1"])])


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('[{"a": 1}, {"a": 2}]', [(1, ["1"]), (1, ["2"])]),
        (
            '\n[\n{"a": 1},\n\n{\n"a": 2},5\n]\n',
            [(3, ["1"]), (5, ["2"]), (6, "not a JSON object", "5")],
        ),
        ('[{"a": 1}]\n[{"a": 2}][]', [(1, ["1"]), (2, ["2"])]),
        ('{\n"a": 1\n}\n{\n"a": 2\n}', [(1, ["1"]), (4, ["2"])]),
        (
            '{"tickets": [{"a": 1}, {"a": 2}], "count": 2}\n{"tickets": [{"a": 3}]}',
            [(1, ["1"]), (1, ["2"]), (2, ["3"])],
        ),
        (
            '{"count": 2, "tickets": [\n{"a": 1},\n{"a": NaN}],\n"next_page": null}',
            [(2, ["1"]), (3, "invalid JSON: `NaN` is not a value", '{"a": NaN}')],
        ),
        ('{"tickets": []}', []),
        ('{"a": "x", "comments": [{"a": 1}]}', [(1, ["x", '[{"a": 1}]'])]),
        ('{"tags": ["x"]}', [(1, ['["x"]'])]),
        (
            '[{"a": 1},\n{"a" 2},\n{"a": 3}]',
            [
                (1, ["1"]),
                (2, f"invalid JSON at character 6 of the line{REST}", '{"a" 2},\n{"a": 3}]'),
            ],
        ),
        (
            '[{"a": 1}, {"a": 2}',
            [(1, ["1"]), (1, ["2"]), (1, f"the JSON text ends early{REST}", "")],
        ),
        (
            '{"tickets": [\n{"a": 1},\n{"a"',
            [(1, f"the JSON text ends early{REST}", '{"tickets": [\n{"a": 1},\n{"a"')],
        ),
        (
            '{"a":\n{"a": 1}\n{"a": 2}',
            [(1, "the JSON text ends early", '{"a":'), (2, ["1"]), (3, ["2"])],
        ),
        ("[]", []),
        ('{"tickets": []}\n{"tickets": [{"a": 1}]}\n{"tickets": []}', [(2, ["1"])]),
        ('{"labels": []}\n{"a": 1}', [(1, ["[]", None]), (2, [None, "1"])]),
        ('{"a": 1}\n{"labels": []}', [(1, ["1", None]), (2, [None, "[]"])]),
        ('[{"a": 1}, {"labels": []}]', [(1, ["1", None]), (1, [None, "[]"])]),
    ],
)
def test_arrays_and_pages(tmp_path: Path, text: str, rows: list[object]) -> None:
    assert read(tmp_path, text.encode(), "tickets.json")[1] == rows


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff"])
def test_an_empty_file(tmp_path: Path, text: str) -> None:
    for name in ("tickets.json", "tickets.ndjson"):
        assert refusal(tmp_path, text.encode(), name) == (
            "3: the file is empty (a JSON file without tickets is `[]`)"
        )


def test_many_objects_with_an_empty_list_are_not_lost(tmp_path: Path) -> None:
    data = b'{"a": []}\n' * 1_500 + b'{"b": 1}\n'
    rows = read(tmp_path, data, NAME)[1]
    assert [row[0] for row in rows] == [*range(1, 1_502)]


def test_a_nul_makes_its_object_bad(tmp_path: Path) -> None:
    data = b'{"a": "x\\u0000"}\n{"a": "x\\\\u0000"}\n{"b\\u0000": 1}\n{"a": ["\\u0000"]}'
    assert read(tmp_path, data, NAME) == (
        ("a",),
        [
            (1, "NUL character", '{"a": "x\\u0000"}'),
            (2, ["x\\u0000"]),
            (3, "NUL character", '{"b\\u0000": 1}'),
            (4, ['["\\u0000"]']),
        ],
    )


def test_a_value_that_becomes_an_object_or_a_text(tmp_path: Path) -> None:
    first = b'{"a": "x", "b": {"c": "y", "d": 1}}\n' * 1_000
    later = b'{"a": {"e": 1.0}, "b": "z"}\n{"a": null, "b": null}\n{"b": {}}\n{"b": {"d": 2}}\n'
    header, rows = read(tmp_path, first + later, NAME)
    assert header == ("a", "b.c", "b.d")
    assert [row[1] for row in rows[1_000:]] == [
        ['{"e": 1.0}', '"z"', '"z"'],
        [None, None, None],
        [None, None, None],
        [None, None, "2"],
    ]
    # Both kinds among the first objects.
    header, rows = read(tmp_path, later + first, NAME)
    assert header == ("a.e", "b", "a", "b.d", "b.c")
    assert rows[0] == (1, ["1.0", "z", '{"e": 1.0}', '"z"', '"z"'])
    assert rows[-1] == (1_004, ['"x"', '{"c": "y", "d": 1}', "x", "1", "y"])


def test_an_array_larger_than_a_block(tmp_path: Path) -> None:
    text = ",\n".join(f'{{"id": {number}, "text": "{"x" * 50}"}}' for number in range(5_000))
    rows = read(tmp_path, f"[{text}]".encode(), "tickets.json")[1]
    assert rows == [(number + 1, [str(number), "x" * 50]) for number in range(5_000)]


def test_a_line_of_ten_megabytes(tmp_path: Path) -> None:
    text = "x" * 10_000_000
    data = f'{{"a": 1}}\n{{"a": "{text}"}}\n{{"a": 2}}\n'.encode()
    assert read(tmp_path, data, NAME)[1] == [(1, ["1"]), (2, [text]), (3, ["2"])]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_mark_at_the_start_states_the_encoding(tmp_path: Path, encoding: str) -> None:
    data = '{"a": "é"}\n{"a": "å"}'.encode(encoding)
    assert read(tmp_path, data, NAME)[1] == [(1, ["é"]), (2, ["å"])]


def test_a_page_that_repeats_the_key_of_its_list_is_a_bad_row(tmp_path: Path) -> None:
    path = tmp_path / "page.ndjson"
    path.write_text('{"tickets": null, "tickets": [{"id": 1}]}\n', encoding="utf-8")
    (row,) = open_tickets(str(path)).rows
    assert isinstance(row, BadRow)
    assert "tickets" in row.reason
