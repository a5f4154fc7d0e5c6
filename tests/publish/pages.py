"""Pages of the shipped and test policies, and readers of their HTML."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

from policy_trees import policy_files

from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision
from zsupport.policy.model import Revision
from zsupport.publish.content import page_of
from zsupport.publish.html import render_html
from zsupport.publish.markdown import render_markdown
from zsupport.publish.page import Grid, PageSection, Phrase, PublishedPage
from zsupport.sources.translations import translation
from zsupport.wording import Wording

FILES = policy_files()
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Published(NamedTuple):
    """A revision with its page in both formats."""

    revision: Revision
    day: date
    page: PublishedPage
    html: str
    markdown: str
    lang: str

    @property
    def policy(self) -> Policy:
        """The policy with this revision only."""
        return Policy((self.revision,))

    @property
    def noon(self) -> str:
        """The middle of the day of the page."""
        return f"{self.day}T12:00:00Z"


def revision_of(text: str) -> Revision:
    """Return the revision of a policy file."""
    return load_revision(SourceFile("acme.yaml", text.encode(), "", "acme.yaml"))


def published(revision: Revision, lang: str = "en", wording: Wording | None = None) -> Published:
    """Return the page of a revision on a day on which it is in force.

    `wording` writes the program's texts, by default in the language `lang`.
    """
    day = date(2026, 11, 30)
    if revision.last_day and revision.last_day < day.isoformat():
        day = date.fromisoformat(revision.last_day)
    page = page_of(revision, day, lang, wording or Wording(translation(lang)))
    return Published(revision, day, page, render_html(page), render_markdown(page), lang)


@cache
def published_file(path: Path, lang: str = "en") -> Published:
    """Return the page of a policy file."""
    return published(revision_of(path.read_text(encoding="utf-8")), lang)


def named(name: str, lang: str = "en") -> Published:
    """Return the page of the file with this name."""
    [path] = [path for path in FILES if path.name == name]
    return published_file(path, lang)


class Element(NamedTuple):
    """An element of a page with its attributes and the text directly in it."""

    tag: str
    attributes: Mapping[str, str]
    texts: list[str]

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


class Reader(HTMLParser):
    """Reads the elements of a page, and fails if an element is not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.comments: list[str] = []
        self.open: list[Element] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), attrs
        element = Element(tag, {name: value or "" for name, value in attrs}, [])
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open[-1].tag == tag, (tag, self.open[-1])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def of(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def script(self, kind: str) -> Any:
        """Return the JSON of the script with this type."""
        [script] = [e for e in self.of("script") if e.attributes.get("type") == kind]
        return json.loads("".join(script.texts))


def phrases(value: object) -> Iterator[Phrase]:
    """Yield every phrase of a page or of its parts."""
    if isinstance(value, Phrase):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from phrases(part)


def grids(page: PublishedPage) -> dict[str, Grid]:
    """Return all tables of a page by id."""
    result: dict[str, Grid] = {}
    waiting = list(page.sections)
    while waiting:
        section = waiting.pop()
        for part in section.parts:
            if isinstance(part, Grid):
                result[part.id] = part
            elif isinstance(part, PageSection):
                waiting.append(part)
    return result
