"""Texts of a policy cannot become markup, code or commands on its page."""

import json
import re
from functools import cache

from markdown_it import MarkdownIt
from pages import Published, Reader, published, revision_of

from zsupport.publish.check import read_stamp
from zsupport.report.text import guarded

BAD = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<!-- <script>",
    "--> ]]> &lt;b&gt; &amp;",
    "{{constructor}} ${alert(1)} {date} %s",
    "::error file=a::b",
    "##[command]c",
    "](javascript:alert(1)) [x](http://evil.example)",
    "| a | b |",
    "# heading",
    "1. item",
    "- item",
    "> quote",
    "`code` *b* _i_ ~s~ \\",
    "@octocat #1",
    "<https://evil.example>",
    "http://evil.example/x",
    "(www.evil.example) WWW.evil.example",
    "mailto:me@evil.example",
    "ftp://evil.example a_b@evil.example",
    "a\u202eb\u2028c\u0007d\u001b[31me",
    "__proto__",
]


def hostile() -> str:
    """Return a policy with a hostile text in every place that the page shows."""
    texts = iter(range(10_000))

    def text() -> str:
        return json.dumps(f"{BAD[next(texts) % len(BAD)]}")

    parts = [
        "format: 1", "policy: acme", f"title: {text()}", f"note: {text()}", f"unclear: {text()}",
        "timezone: Europe/Oslo", "sources:",
        f"  a: {{title: {text()}, url: 'javascript:alert(1)', note: {text()}}}",
        "  b: {title: Plain, url: 'https://example.com/?a=\"><script>&b='}",
        "plans:",
    ]  # fmt: skip
    for number in range(len(BAD)):
        parts.append(f"  p{number}: {{name: {text()}, note: {text()}, unclear: {text()}}}")
    parts += ["roles:"]
    parts += [f"  r{number}: {{name: {text()}}}" for number in range(3)]
    parts += ["facts:", f"  f: {{ask: {text()}, values: {{a: {text()}, b: {text()}}}, default: a}}"]
    parts += ["channels:"]
    for number in range(len(BAD)):
        parts += [
            f"  c{number}:",
            f"    name: {text()}",
            "    kind: phone",
            "    url: 'http://example.com/\"x'",
            f"    steps: [{text()}, {text()}]",
            f"    prerequisites: [{text()}]",
            f"    numbers: {{NO: {{number: '+47 21 54 50 00', note: {text()}}}}}",
            f"    note: {text()}",
        ]
    parts += ["entitlements:"]
    for number in range(len(BAD)):
        parts.append(
            f"  - {{when: {{plan: p{number}, role: r0, f: a}}, allow: c{number}, hours: office,"
            f" prerequisites: [{text()}], note: {text()}}}"
        )
    parts += ["priorities:"]
    parts += [
        f"  - {{id: P{n}, name: {text()}, meaning: {text()}, note: {text()}}}" for n in range(3)
    ]
    parts += [
        "hours:", "  office:", "    open: mon-fri 09:00-17:00",
        f"    holidays: {{add: {{12-24: {text()}}}, note: {text()}}}", f"    note: {text()}",
        "targets:",
        f"  - {{hours: office, condition: {text()}, note: {text()},"
        f" first-response: {{target: 4 business hours, text: {text()}, unclear: {text()}}}}}",
        "terms:", f"  topic: [{{when: {{plan: p0}}, say: {text()}}}, {{say: {text()}}}]",
        "self-help:", f"  topics: {{t: {{name: {text()}, url: 'data:text/html,x'}}}}",
        f"  resources: [{{kind: guide, name: {text()}, topic: t, url: 'vbscript:x'}}]",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


@cache
def page() -> Published:
    return published(revision_of(hostile()))


ALLOWED = {
    "html", "head", "meta", "title", "link", "style", "script", "body", "a", "header", "h1", "h2",
    "h3", "h4", "p", "nav", "ul", "ol", "li", "main", "section", "form", "div", "table", "caption",
    "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "footer", "strong", "span",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "rel", "href", "type", "class", "id",
    "aria-label", "aria-labelledby", "aria-live", "role", "hidden", "scope", "tabindex",
    "autocomplete",
}  # fmt: skip


def test_texts_cannot_become_elements_attributes_or_scripts() -> None:
    own = page()
    reader = Reader(own.html)
    assert {element.tag for element in reader.elements} <= ALLOWED
    assert {name for e in reader.elements for name in e.attributes} <= ATTRIBUTES
    kinds = [e.attributes.get("type") for e in reader.of("script")]
    assert kinds == ["application/ld+json", "application/json", None]
    code = "".join(reader.of("script")[2].texts)
    assert "alert" not in code
    assert len(reader.comments) == 1
    hrefs = {e.attributes["href"] for e in reader.of("a")}
    assert {h for h in hrefs if not h.startswith("#")} == {"tel:+4721545000"}


def test_texts_are_shown_as_they_are_written() -> None:
    own = page()
    reader = Reader(own.html)
    shown = " ".join(e.text for e in reader.of("body"))
    data = reader.script("application/json")
    names = [channel[1] for channel in data["channels"]]
    for text in BAD:
        visible = text.replace("\u202e", "\\u202e").replace("\u2028", "\\u2028")
        visible = visible.replace("\u0007", "\\x07").replace("\u001b", "\\x1b")
        assert " ".join(visible.split()) in shown, text
        assert any(text in name for name in names)


def test_output_needs_no_further_escapes() -> None:
    # Standard output escapes control characters and workflow commands; the file must be the same.
    own = page()
    assert guarded(own.html) == own.html
    assert guarded(own.markdown) == own.markdown


def test_markdown_has_no_markup_of_the_policy() -> None:
    own = page()
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(own.markdown)
    inline = [child for token in tokens for child in token.children or ()]
    html = {
        t.content.strip() for t in (*tokens, *inline) if t.type in ("html_inline", "html_block")
    }
    allowed = {"<br>", "<!-- -->"}
    assert {text for text in html if not text.startswith("<!-- zsupport-page ")} <= allowed
    links = {t.attrs.get("href") for t in inline if t.type == "link_open"}
    assert links == {"tel:+4721545000"}
    assert not [t for t in inline if t.type in ("image", "code_inline", "em_open")]
    assert not [t for t in tokens if t.type in ("blockquote_open", "fence", "code_block")]
    # GitHub makes links of addresses in a text.
    address = re.compile(r"(?i)://|www\.|\w@\w")
    unlinked, inside = [], 0
    for token in inline:
        inside += token.nesting if token.type.startswith("link_") else 0
        if token.type == "text" and not inside and address.search(token.content):
            unlinked.append(token.content)
    assert not unlinked
    headings = [t for t in tokens if t.type == "heading_open" and t.tag == "h1"]
    assert len(headings) == 1


def test_stamp_is_read_back() -> None:
    own = page()
    for text, format in ((own.html, "html"), (own.markdown, "markdown")):
        stamp = read_stamp(text)
        assert stamp is not None
        assert stamp.format == format
        assert stamp.values == own.page.stamp
    assert read_stamp("<!doctype html>\n<html>") is None
    assert read_stamp("<!-- zsupport-page {} -->") is None
    assert read_stamp("<!-- zsupport-page [1] -->") is None
    assert re.match("<!-- zsupport-page", own.markdown)
