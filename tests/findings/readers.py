"""Readers of the formats, which return the code, severity and place of each finding."""

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


class ReadFinding(NamedTuple):
    """The parts of a finding that all formats show."""

    code: str
    severity: str
    line: int
    column: int


class WorkflowCommand(NamedTuple):
    """A workflow command as the runner of GitHub Actions reads it."""

    name: str
    properties: dict[str, str]
    message: str


def read_text(output: str) -> list[ReadFinding]:
    matches = re.findall(
        r"^(error|warning|note)\[(ZS[0-9]{3})\].*\n(?: {4}.*\n|\n)*? *--> .*:([0-9]+):([0-9]+)$",
        output, re.M,
    )  # fmt: skip
    return [
        ReadFinding(code, severity, int(line), int(column))
        for severity, code, line, column in matches
    ]


def read_plain(output: str) -> list[ReadFinding]:
    """Read one finding per line, like an editor."""
    seen = []
    for line in output.split("\n")[:-1]:
        match = re.search(r":([0-9]+):([0-9]+): (error|warning|note)\[(ZS[0-9]{3})\] ", line)
        assert match, line
        seen.append(ReadFinding(match[4], match[3], int(match[1]), int(match[2])))
    return seen


def read_json(output: str) -> list[ReadFinding]:
    findings = json.loads(output)["findings"]
    return [ReadFinding(f["code"], f["severity"], f["line"], f["column"]) for f in findings]


def read_csv(output: str) -> list[ReadFinding]:
    rows = list(csv.DictReader(io.StringIO(output, newline="")))
    return [ReadFinding(r["code"], r["severity"], int(r["line"]), int(r["column"])) for r in rows]


def markdown_cells(output: str) -> list[list[str]]:
    """Return the rows of the table, with the visible text of each cell and `<br>` as line feed.

    Only plain text, code spans, line breaks and empty comments are allowed.
    """
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(output)
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


def read_markdown(output: str) -> list[ReadFinding]:
    seen = []
    for severity, kind, place, _ in markdown_cells(output)[1:]:
        line, column = place.split(":")[-2:]
        seen.append(ReadFinding(kind.split(" ")[0], severity, int(line), int(column)))
    return seen


def commands(output: str) -> list[WorkflowCommand]:
    """Return the workflow commands that the runner finds in a log, in the new and old syntax."""
    results = []
    for line in re.split("\r\n|\r|\n", output):
        start = line.lstrip()
        if start.startswith("::") and "::" in start[2:]:
            head, message = start[2:].split("::", 1)
            name, _, listed = head.partition(" ")
            pairs = [pair.partition("=") for pair in listed.split(",")]
            properties = {
                key: _unescaped(value, {":": "%3A", ",": "%2C"}) for key, _, value in pairs
            }
            results.append(WorkflowCommand(name, properties, _unescaped(message, {})))
        else:
            assert "##[" not in line
    return results


def _unescaped(text: str, more: dict[str, str]) -> str:
    for plain, escaped in {"\r": "%0D", "\n": "%0A", **more, "%": "%25"}.items():
        text = text.replace(escaped, plain)
    return text


def read_github(output: str) -> list[ReadFinding]:
    severities = {"error": "error", "warning": "warning", "notice": "note"}
    return [
        ReadFinding(command.properties["title"].split(" ")[0], severities[command.name],
             int(command.properties["line"]), int(command.properties["col"]))
        for command in commands(output)
    ]  # fmt: skip


def read_sarif(output: str) -> list[ReadFinding]:
    (run,) = json.loads(output)["runs"]
    seen = []
    for result in run["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        seen.append(
            ReadFinding(
                result["ruleId"], result["level"], region["startLine"], region["startColumn"]
            )
        )
    return seen


def read_junit(output: str) -> list[ReadFinding]:
    root = Xml.fromstring(output)
    texts = [element.text or "" for element in (*root.iter("failure"), *root.iter("system-out"))]
    return [seen for report in texts for seen in read_text(report)]


def read_gitlab(output: str) -> list[ReadFinding]:
    severities = {"major": "error", "minor": "warning", "info": "note"}
    seen = []
    for entry in json.loads(output):
        begin = entry["location"]["positions"]["begin"]
        assert entry["location"]["lines"]["begin"] == begin["line"]
        code = entry["check_name"].split(" ")[0]
        seen.append(
            ReadFinding(code, severities[entry["severity"]], begin["line"], begin["column"])
        )
    return seen


READERS: dict[str, Callable[[str], list[ReadFinding]]] = {
    "text": read_text,
    "plain": read_plain,
    "json": read_json,
    "csv": read_csv,
    "markdown": read_markdown,
    "github": read_github,
    "sarif": read_sarif,
    "junit": read_junit,
    "gitlab": read_gitlab,
}
