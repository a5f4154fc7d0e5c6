"""The fenced blocks of the pages: commands with their output, policies, programs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
GUIDES = ROOT / "src" / "zsupport" / "guide"
PAGES = {
    path.name: path
    for path in (
        ROOT / "README.md",
        *sorted(GUIDES.glob("*.md")),
        ROOT / ".github" / "CHANGELOG.md",
        ROOT / ".github" / "CONTRIBUTING.md",
    )
}


class Block(NamedTuple):
    """A fenced block. `mark` is the word in the HTML comment before it, if there is one."""

    page: str
    line: int
    language: str
    mark: str | None
    text: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def note(self) -> str:
        """The text of the comment on the first line."""
        first = self.text.split("\n", 1)[0]
        return first.removeprefix("# ") if first.startswith("# ") else ""

    @property
    def sql_file(self) -> str:
        """The name of a file of SQL, from the comment on its first line."""
        match = re.match(r"-- ([\w-]+\.sql)\n", self.text)
        assert match is not None, f"{self.place}: the first line names no file"
        return match[1]

    @property
    def script(self) -> str | None:
        """The file name of a script, from the comment below its `#!` line, or on its first line."""
        match = re.match(r"(?:#!/bin/sh\n)?# ([\w-]+\.(?:sh|py))(?:: |\n)", self.text)
        return match[1] if match and self.language in ("sh", "python") else None


class Command(NamedTuple):
    """A command of a console block, and what it prints."""

    line: str
    output: str


def blocks_of(page: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    blocks: list[Block] = []
    lines = PAGES[page].read_text(encoding="utf-8").split("\n")
    start, mark, language = 0, None, ""
    for number, line in enumerate(lines, 1):
        if not start and (fence := re.fullmatch(r"```(\w*)", line)):
            start, language = number, fence[1]
            comment = re.fullmatch(r"<!-- (\w+) -->", lines[number - 2]) if number > 1 else None
            mark = comment[1] if comment else None
        elif start and line == "```":
            text = "\n".join(lines[start : number - 1]) + "\n"
            blocks.append(Block(page, start, language, mark, text))
            start = 0
    assert not start, f"{page}:{start}: unclosed block"
    return blocks


def commands_of(block: Block) -> Iterator[Command]:
    """Yield the commands of a console block: `$ ` begins a command, `> ` continues it."""
    command, output = "", ""
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            if command:
                yield Command(command, output)
            command, output = line[2:], ""
        elif line.startswith("> ") and not output:
            command += line[2:]
        else:
            output += line
    assert command, f"{block.place}: no command"
    yield Command(command, output)


class Example(NamedTuple):
    """A policy on a page: the complete text of the file, and the codes of its errors."""

    block: Block
    file: str
    text: str
    refused: tuple[str, ...]


def example_of(block: Block, files: dict[str, str]) -> tuple[Example, bool]:
    """Return the policy of a yaml block, and whether later blocks of the page start from it.

    A block whose first line is `# NAME.yaml` is that file. The sections of any other block replace
    the sections with the same name in the current `acme.yaml` of the page, or are added to it.
    The policy of a block with `# or` or `refused: CODES` in its first line is not kept.
    """
    match = re.fullmatch(
        r"(?:(?P<file>[\w.-]+\.yaml)(?:, )?)?(?P<alone>or)?(?:refused: (?P<codes>[ZS0-9 ]+))?",
        block.note,
    )
    file = (match and match["file"]) or "acme.yaml"
    codes = tuple(((match and match["codes"]) or "").split())
    whole = match is not None and match["file"] is not None
    text = block.text if whole else compose(files[file], block.text)
    return Example(block, file, text, codes), whole or not (match and (match["alone"] or codes))


def compose(policy: str, part: str) -> str:
    """Return a policy with the sections of `part`: in place of equal keys, or at the end."""
    return "".join({**_sections(policy), **_sections(part)}.values())


def _sections(text: str) -> dict[str, str]:
    """Return the sections of a policy by their key, each with the comments before it."""
    sections: dict[str, str] = {}
    pending, key = "", ""
    for line in text.splitlines(keepends=True):
        if line.startswith("#") or not line.strip():
            pending += line
        elif line[0] not in " -}]":
            key = line.partition(":")[0]
            sections[key], pending = pending + line, ""
        else:
            sections[key] += pending + line
            pending = ""
    return sections


def walk(page: str) -> Iterator[tuple[Block, dict[str, str]]]:
    """Yield each block of a page with the files that the page has shown before it."""
    files: dict[str, str] = {}
    for block in blocks_of(page):
        yield block, dict(files)
        if block.language == "yaml":
            example, kept = example_of(block, files)
            if kept:
                files[example.file] = example.text
        elif block.language == "toml":
            files[block.note] = block.text
        elif block.language == "sql":
            files[block.sql_file] = block.text
        elif block.script:
            files[block.script] = block.text
