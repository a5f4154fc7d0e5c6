"""Readers of the formats, as those who receive them read: each back to what stands where."""

import csv
import io
import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree as Xml

from markdown_it import MarkdownIt
from markdown_it.token import Token


class Seen(NamedTuple):
    """What a reader of a format sees of a finding."""

    code: str
    severity: str
    line: int
    column: int


class Command(NamedTuple):
    """A workflow command as the runner of GitHub Actions understands it."""

    name: str
    properties: dict[str, str]
    message: str


def text(written: str) -> list[Seen]:
    found = re.findall(
        r"^(error|warning|note)\[(ZS[0-9]{3})\].*\n(?: {4}.*\n|\n)*? *--> .*:([0-9]+):([0-9]+)$",
        written, re.M,
    )  # fmt: skip
    return [Seen(code, severity, int(line), int(column)) for severity, code, line, column in found]


def plain(written: str) -> list[Seen]:
    """Read as an editor does that goes from finding to finding: a line each."""
    seen = []
    for line in written.split("\n")[:-1]:
        found = re.search(r":([0-9]+):([0-9]+): (error|warning|note)\[(ZS[0-9]{3})\] ", line)
        assert found, line
        seen.append(Seen(found[4], found[3], int(found[1]), int(found[2])))
    return seen


def json_document(written: str) -> list[Seen]:
    found = json.loads(written)["findings"]
    return [Seen(f["code"], f["severity"], f["line"], f["column"]) for f in found]


def csv_rows(written: str) -> list[Seen]:
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    return [Seen(r["code"], r["severity"], int(r["line"]), int(r["column"])) for r in rows]


def markdown_cells(written: str) -> list[list[str]]:
    """Return the rows of the table, as what a reader sees of each cell: a line end for `<br>`.

    Whatever is not plain text there, but for a line end and an empty comment, is refused.
    """
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(written)
    cells = [_plain(token) for before, token in pairwise(tokens)
             if before.type in ("td_open", "th_open")]  # fmt: skip
    return [cells[i : i + 4] for i in range(0, len(cells), 4)]


def _plain(inline: Token) -> str:
    shown = ""
    for part in inline.children or ():
        if part.type == "html_inline":
            assert part.content in ("<br>", "<!-- -->")
            shown += "\n" if part.content == "<br>" else ""
        elif part.type == "code_inline":
            assert part.markup == "`"
            shown += f"`{part.content}`"
        else:
            assert part.type in ("text", "text_special"), part
            shown += part.content
    return shown


def markdown(written: str) -> list[Seen]:
    seen = []
    for severity, kind, place, _ in markdown_cells(written)[1:]:
        line, column = place.split(":")[-2:]
        seen.append(Seen(kind.split(" ")[0], severity, int(line), int(column)))
    return seen


def commands(written: str) -> list[Command]:
    """Return the commands that the runner finds in a log, in their new form and in the old."""
    found = []
    for line in re.split("\r\n|\r|\n", written):
        start = line.lstrip()
        if start.startswith("::") and "::" in start[2:]:
            head, message = start[2:].split("::", 1)
            name, _, listed = head.partition(" ")
            pairs = [each.partition("=") for each in listed.split(",")]
            properties = {
                key: _unescaped(value, {":": "%3A", ",": "%2C"}) for key, _, value in pairs
            }
            found.append(Command(name, properties, _unescaped(message, {})))
        else:
            assert "##[" not in line
    return found


def _unescaped(text: str, more: dict[str, str]) -> str:
    for plain, escaped in {"\r": "%0D", "\n": "%0A", **more, "%": "%25"}.items():
        text = text.replace(escaped, plain)
    return text


def github(written: str) -> list[Seen]:
    severities = {"error": "error", "warning": "warning", "notice": "note"}
    return [
        Seen(each.properties["title"].split(" ")[0], severities[each.name],
             int(each.properties["line"]), int(each.properties["col"]))
        for each in commands(written)
    ]  # fmt: skip


def sarif(written: str) -> list[Seen]:
    (run,) = json.loads(written)["runs"]
    seen = []
    for result in run["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        seen.append(
            Seen(result["ruleId"], result["level"], region["startLine"], region["startColumn"])
        )
    return seen


def junit(written: str) -> list[Seen]:
    root = Xml.fromstring(written)
    texts = [each.text or "" for each in (*root.iter("failure"), *root.iter("system-out"))]
    return [seen for each in texts for seen in text(each)]


def gitlab(written: str) -> list[Seen]:
    severities = {"major": "error", "minor": "warning", "info": "note"}
    seen = []
    for entry in json.loads(written):
        begin = entry["location"]["positions"]["begin"]
        assert entry["location"]["lines"]["begin"] == begin["line"]
        code = entry["check_name"].split(" ")[0]
        seen.append(Seen(code, severities[entry["severity"]], begin["line"], begin["column"]))
    return seen


READERS: dict[str, Callable[[str], list[Seen]]] = {
    "text": text,
    "plain": plain,
    "json": json_document,
    "csv": csv_rows,
    "markdown": markdown,
    "github": github,
    "sarif": sarif,
    "junit": junit,
    "gitlab": gitlab,
}
