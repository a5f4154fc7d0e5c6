"""The page as HTML: a single file that loads nothing and is readable without JavaScript."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files

from zsupport.publish.check import comment
from zsupport.publish.page import (
    Bullets,
    Definitions,
    Figure,
    Grid,
    Line,
    PageSection,
    Passage,
    Phrase,
    PublishedPage,
    plain,
)
from zsupport.report.text import legible, unsafe
from zsupport.version import VERSION
from zsupport.wording import Wording, encodable


def render_html(page: PublishedPage) -> str:
    """Return the page as HTML."""
    words = page.words
    heading = escaped_text(plain(page.heading))
    style, script = _asset("page.css"), _asset("picker.js")
    if page.stamp is None:
        style += _asset("report.css")
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
    if page.picker is not None:
        digest = b64encode(sha256(script.encode()).digest()).decode()
        policy += f"; script-src 'sha256-{digest}'"
    links = [(section.id, plain(section.heading)) for section in page.sections]
    parts = [
        "<!doctype html>",
        *([] if page.stamp is None else [comment(page.stamp)]),
        f'<html lang="{escaped_attribute(words.language.code)}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="zsupport {VERSION}">',
        f"<title>{heading}</title>",
        '<link rel="icon" href="data:,">',
        f"<style>\n{style}</style>",
        *_linked_data(page),
        "</head>",
        "<body>",
        f'<a class="skip" href="#content">{escaped_text(words("Skip to the content"))}</a>',
        f"<header><h1>{_line(page.heading)}</h1>",
        *(f"<p>{_line(line)}</p>" for line in page.introduction),
        "</header>",
        f'<nav aria-label="{escaped_attribute(words("Contents"))}"><ul>',
        *(
            f'<li><a href="#{escaped_attribute(id)}">{escaped_text(name)}</a></li>'
            for id, name in links
        ),
        "</ul></nav>",
        '<main id="content">',
    ]
    if page.picker is not None:
        answer = escaped_attribute(words("Answer"))
        parts += [
            '<section id="picker" aria-labelledby="picker-heading" hidden>',
            f'<h2 id="picker-heading">{escaped_text(words("What applies to me?"))}</h2>',
            f"<p>{escaped_text(words('Choose what fits. The answer is below the form.'))}</p>",
            '<form id="picker-fields" class="fields" autocomplete="off"></form>',
            f'<div id="answer" role="region" aria-live="polite" aria-label="{answer}">',
            "</div>",
            "</section>",
            f'<script type="application/json" id="picker-data">{script_json(page.picker)}</script>',
        ]
    for section in page.sections:
        parts += _section(section, 2, words)
    parts += ["</main>", f"<footer><p>{_line(page.footer)}</p></footer>"]
    if page.picker is not None:
        parts.append(f"<script>{script}</script>")
    return "\n".join([*parts, "</body>", "</html>", ""])


def _linked_data(page: PublishedPage) -> list[str]:
    if page.contacts is None:
        return []
    return [f'<script type="application/ld+json">{script_json(page.contacts)}</script>']


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def script_json(value: object) -> str:
    """Return JSON for a script element: no text in it can end the element or start a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = encodable(text)
    return re.sub(rf"[<>&]|{unsafe(json=True).pattern}|(?<=##)\[", _json_escape, text)


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def escaped_text(text: str) -> str:
    """Return a text escaped for the content of an element."""
    return escape(legible(text), quote=False).replace("##[", "##&#91;")


def escaped_attribute(text: str) -> str:
    """Return a text escaped for an attribute in double quotes."""
    return escape(legible(text)).replace("##[", "##&#91;")


def _line(line: Line) -> str:
    return "".join(map(_phrase, line))


def _phrase(phrase: Phrase) -> str:
    text = escaped_text(phrase.text)
    if phrase.strong:
        text = f"<strong>{text}</strong>"
    language = f' lang="{escaped_attribute(phrase.language)}"' if phrase.language else ""
    if phrase.link:
        return f'<a href="{escaped_attribute(phrase.link)}"{language}>{text}</a>'
    return f"<span{language}>{text}</span>" if language else text


def _lines(lines: tuple[Line, ...]) -> str:
    """Return the lines of a cell."""
    if len(lines) == 1:
        return _line(lines[0])
    return "".join(f"<div>{_line(line)}</div>" for line in lines)


def _section(section: PageSection, level: int, words: Wording) -> list[str]:
    id = escaped_attribute(section.id)
    # A name with a link is only text in a heading.
    heading = tuple(phrase._replace(link=None) for phrase in section.heading)
    parts = [
        f'<section id="{id}">',
        f"<h{level}>{_line(heading)}</h{level}>",
    ]
    for part in section.parts:
        match part:
            case PageSection():
                parts += _section(part, level + 1, words)
            case Passage(line, aside):
                parts.append(f"<p{' class=aside' if aside else ''}>{_line(line)}</p>")
            case Bullets(items, ordered):
                tag = "ol" if ordered else "ul"
                listed = "".join(f"<li>{_line(item)}</li>" for item in items)
                parts.append(f"<{tag}>{listed}</{tag}>")
            case Definitions(entries):
                listed = "".join(
                    f"<dt>{_line(term)}</dt>"
                    + "".join(f"<dd>{_line(value)}</dd>" for value in values)
                    for term, values in entries
                )
                parts.append(f"<dl>{listed}</dl>")
            case Grid():
                parts += _grid(part, words)
            case Figure():
                parts += _figure(part, words)
    return [*parts, "</section>"]


def _figure(figure: Figure, words: Wording) -> list[str]:
    """Return a picture in a region that scrolls sideways, and the table with its numbers."""
    caption = plain(figure.grid.caption)
    scroll = words("{caption}: scroll sideways to see the whole picture", caption=caption)
    return [
        f"<figure><figcaption>{_line(figure.grid.caption)}</figcaption>",
        f'<div class="scroll" role="group" tabindex="0" aria-label="{escaped_attribute(scroll)}">',
        figure.svg,
        "</div>",
        f"<details><summary>{escaped_text(words('Show the numbers as a table'))}</summary>",
        *_grid(figure.grid, words),
        "</details></figure>",
    ]


def _grid(grid: Grid, words: Wording) -> list[str]:
    """Return a table in a region that scrolls sideways, and its numbered notes."""
    id = escaped_attribute(grid.id)
    scroll = escaped_attribute(
        words("{caption}: scroll sideways to see all columns", caption=plain(grid.caption))
    )
    columns = "".join(f'<th scope="col">{_line(column)}</th>' for column in grid.columns)
    parts = [
        f'<div class="scroll" role="group" tabindex="0" aria-label="{scroll}">',
        f'<table id="{id}"><caption>{_line(grid.caption)}</caption>',
        f"<thead><tr>{columns}</tr></thead>",
        "<tbody>",
    ]
    for row in grid.rows:
        cells = [
            f'<th scope="row">{_lines(lines)}</th>'
            if place < grid.heads
            else f"<td>{_lines(lines)}</td>"
            for place, lines in enumerate(row)
        ]
        parts.append(f"<tr>{''.join(cells)}</tr>")
    parts += ["</tbody>", "</table>", "</div>"]
    if grid.notes:
        notes = "".join(
            f'<li id="{id}-note-{number}">{_line(note)}</li>'
            for number, note in enumerate(grid.notes, 1)
        )
        parts.append(f'<ol class="notes">{notes}</ol>')
    return parts
