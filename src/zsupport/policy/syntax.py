"""Messages and hints about syntax errors of YAML, from the errors of libyaml."""

from __future__ import annotations

import re

from zsupport.wording import Message

# The texts of libyaml, so that they can be translated. They are used unchanged in English.
_PLACES = (
    Message("while parsing a block collection"),
    Message("while parsing a block mapping"),
    Message("while parsing a block node"),
    Message("while parsing a flow mapping"),
    Message("while parsing a flow node"),
    Message("while parsing a flow sequence"),
    Message("while parsing a node"),
    Message("while parsing a quoted scalar"),
    Message("while parsing a tag"),
    Message("while scanning a block scalar"),
    Message("while scanning a directive"),
    Message("while scanning a plain scalar"),
    Message("while scanning a quoted scalar"),
    Message("while scanning a simple key"),
    Message("while scanning a tag"),
    Message("while scanning an alias"),
    Message("while scanning an anchor"),
    Message("while scanning for the next token"),
)
_PROBLEMS = (
    Message("block sequence entries are not allowed in this context"),
    Message("could not find expected ':'"),
    Message("could not find expected directive name"),
    Message("did not find expected '!'"),
    Message("did not find expected ',' or ']'"),
    Message("did not find expected ',' or '}'"),
    Message("did not find expected '-' indicator"),
    Message("did not find expected <document start>"),
    Message("did not find expected alphabetic or numeric character"),
    Message("did not find expected comment or line break"),
    Message("did not find expected hexdecimal number"),
    Message("did not find expected key"),
    Message("did not find expected node content"),
    Message("did not find expected tag URI"),
    Message("did not find expected whitespace or line break"),
    Message("did not find the expected '>'"),
    Message("found a tab character that violates indentation"),
    Message("found a tab character where an indentation space is expected"),
    Message("found an indentation indicator equal to 0"),
    Message("found character that cannot start any token"),
    Message("found duplicate %YAML directive"),
    Message("found incompatible YAML document"),
    Message("found invalid Unicode character escape code"),
    Message("found undefined tag handle"),
    Message("found unexpected ':'"),
    Message("found unexpected document indicator"),
    Message("found unexpected end of stream"),
    Message("found unknown directive name"),
    Message("found unknown escape character"),
    Message("mapping keys are not allowed in this context"),
    Message("mapping values are not allowed in this context"),
)
_TEXTS: dict[str, Message] = {str(text): text for text in (*_PLACES, *_PROBLEMS)}

_NO_TABS = Message("indent with spaces, not with tabs")
_UNCLOSED = Message("check that the file is complete and every bracket is closed")
# Parts of libyaml's messages with a hint for the usual cause. The first match is used.
_HINTS = (
    ("violates indentation", _NO_TABS),
    ("mapping values are not allowed", Message("quote a text that contains a colon and a space")),
    ("unexpected end of stream", Message("close the quotation mark")),
    ("alphabetic or numeric character", Message("quote a text that begins with `*` or `&`")),
    (
        "expected ':'",
        Message("write a colon and a space after a key; indent the next lines of a text"),
    ),
    ("block sequence entries", Message("begin a list on a new line")),
    (
        "scanning a tag",
        Message(
            "use `{condition}` to exclude a value; quote a text that begins with `!`",
            condition="{not: VALUE}",
        ),
    ),
    (
        "'-' indicator",
        Message(
            "begin every entry of the list with `- `; no other line of the block can begin with it"
        ),
    ),
    ("escape character", Message("write `\\\\` for a backslash, or use single quotes")),
)


def syntax_message(problem: str, place: str | None, line: int | None) -> str:
    """Return the message about a syntax error from two texts of libyaml.

    `place` is the part of the file that libyaml was reading, and `line` its line if it is another
    line than that of the problem.
    """
    problem = _TEXTS.get(problem, problem)
    if not place:
        return problem
    place = _TEXTS.get(place, place)
    if line is None:
        return Message("{place}: {problem}", place=place, problem=problem)
    return Message("{place} (line {line}): {problem}", place=place, line=line, problem=problem)


def quote_hint(lines: list[str], line: int, at: int) -> str | None:
    """Return the hint about a missing closing quotation mark, if a quoted text ends before `at`.

    A text without its closing quotation mark continues to the next quotation mark. libyaml reports
    the text that follows. `line` counts from 1, and the column `at` from 0.
    """
    quote = lines[line - 1][:at].rstrip()[-1:]
    if quote not in ("'", '"') or lines[line - 1][:at].count(quote) % 2 == 0:
        return None
    begins = re.compile(rf"(?:^|[\s\[{{,]){quote}")
    for number in range(line - 1, max(line - 500, 0), -1):
        before = lines[number - 1]
        if before.count(quote) % 2 and begins.search(before):
            return Message("close the quotation mark on line {line}", line=number)
    return None


def syntax_hint(message: str, line: str, at: int, opening_line: int | None) -> str | None:
    """Return the hint about a syntax error in a line, or None; `at` is the column, from 0.

    `opening_line` is the line of the opening bracket if it is another line.
    """
    char = line[at : at + 1]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return _NO_TABS
    if "expected ',' or" in message:
        if opening_line:
            return Message("close the bracket on line {line}", line=opening_line)
        if char == ":":
            return Message(
                'quote a text that contains a colon and a space: "like: this"; or add a comma'
            )
        return Message("quote the whole text if it contains a bracket or a quoted part")
    if "expected key" in message and line[:at].rstrip().endswith(("'", '"')):
        return Message("inside quotes, write '' for a single and \\\" for a double quotation mark")
    if "expected key" in message:
        return Message("indent it like the other keys of the same mapping")
    if "cannot start any token" in message or "expected node content" in message:
        if not char.strip():
            return _UNCLOSED
        return Message("quote a text that begins with `{character}`", character=char)
    return next((hint for part, hint in _HINTS if part in message), None)
