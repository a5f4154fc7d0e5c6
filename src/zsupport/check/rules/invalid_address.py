"""ZS812: an invalid address, or a phone number without a country code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import Number
from zsupport.policy.yamltext import MappingNode, Path, ScalarNode, SequenceNode, short
from zsupport.wording import Message

_NOT_IN_ADDRESSES = re.compile(r"[\s<>\"\u00ab\u00bb\u201c-\u201f]")
_IN_ADDRESSES = re.compile(r"[.:/]")
# `example.com:80` has no scheme, and `https:/help` no host.
_WITH_SCHEME = re.compile(r"https?://[^/]|(?!https?:)[A-Za-z][A-Za-z0-9+-]*:(?![0-9]+(/|$)).", re.I)
_MAILBOX = re.compile(r"[^/:@]+@[^/:@]+\.[^/:@]+")
_WITH_COUNTRY_CODE = re.compile(r"[(\[]?(\+|00 ?)[ (\[]*[1-9]")


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each invalid `url`, and each number that cannot be dialled from abroad."""
    revision = subject.revision
    help = revision.self_help
    addresses: list[tuple[Path, str | None]] = [
        *((("sources", entry.id, "url"), entry.url) for entry in revision.sources),
        *((("channels", entry.id, "url"), entry.url) for entry in revision.channels),
        *(
            (("self-help", "topics", entry.id, "url"), entry.url)
            for entry in (help.topics if help else ())
        ),
        *(
            (("self-help", "resources", place, "url"), entry.url)
            for place, entry in enumerate(help.resources if help else ())
        ),
    ]
    for path, url in addresses:
        if url is not None and (problem := _of_address(url)):
            message, hint = problem
            yield Problem(path, message, hint=hint)
    for channel in revision.channels:
        for number in channel.numbers:
            if problem := _of_number(number.number):
                message, hint = problem
                place = _place(subject, ("channels", channel.id, "numbers"), number)
                yield Problem(place, message, hint=hint)


def _of_address(url: str) -> tuple[str, str] | None:
    """Return a message and a hint about an invalid address, None for a valid one."""
    invalid = Message("invalid address `{address}`", address=short(url))
    wrong = _NOT_IN_ADDRESSES.search(url)
    if wrong and not wrong[0].isspace():
        return invalid, Message('write it in straight quotes: "https://..."')
    if wrong or not _IN_ADDRESSES.search(url):
        return invalid, Message("write the whole address, such as https://example.com/help")
    if _WITH_SCHEME.match(url):
        return None
    host = re.sub(r"^(?:https?:)?/*", "", url, flags=re.I)
    whole = f"mailto:{url}" if _MAILBOX.fullmatch(url) else f"https://{host}"
    hint = Message("write the whole address, such as {address}", address=whole)
    if url[:4].lower() == "http":
        return Message("invalid address `{address}`: the host is missing", address=short(url)), hint
    return Message("invalid address `{address}`: the scheme is missing", address=short(url)), hint


def _of_number(number: str) -> tuple[str, str] | None:
    """Return a message and a hint about a number that cannot be dialled, None for others."""
    if not any(sign.isdigit() for sign in number):
        return (
            Message("`{text}` is not a phone number", text=short(number)),
            Message("write a number, and move words to `note`"),
        )
    if not _WITH_COUNTRY_CODE.match(number):
        return (
            Message("phone number `{number}` without a country code", number=short(number)),
            Message("write it in international form: `+`, the country code, the number"),
        )
    return None


def _place(subject: Subject, path: Path, number: Number) -> Path:
    """Return the path of a number: a value, an item of a list or a value in a mapping."""
    path = (*path, number.country)
    node = subject.document.node(path)
    places = (
        [(*path, at) for at in range(len(node.items))] if isinstance(node, SequenceNode) else [path]
    )
    for place in places:
        inside = subject.document.node(place)
        if isinstance(inside, MappingNode):
            place, inside = (*place, "number"), subject.document.node((*place, "number"))
        if isinstance(inside, ScalarNode) and inside.text == number.number:
            return place
    return path


RULE = Rule(
    code="ZS812",
    name="invalid-address",
    severity="warning",
    summary=Message("invalid address, or phone number without a country code"),
    check=check,
)
