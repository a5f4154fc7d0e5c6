"""ZS812: an address that can be none, or a number to call without a digit."""

import re
from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import Number
from zsupport.policy.yamltext import Mapping, Path, Scalar, Sequence, short

_NOT_IN_ADDRESSES = re.compile(r"[\s<>\"\u00ab\u00bb\u201c-\u201f]")
_IN_ADDRESSES = re.compile(r"[.:/]")


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each `url` and each number that nobody can open or dial."""
    revision = subject.revision
    help = revision.self_help
    addresses: list[tuple[Path, str | None]] = [
        *((("sources", each.id, "url"), each.url) for each in revision.sources),
        *((("channels", each.id, "url"), each.url) for each in revision.channels),
        *(
            (("self-help", "resources", place, "url"), each.url)
            for place, each in enumerate(help.resources if help else ())
        ),
    ]
    for path, url in addresses:
        if url is None:
            continue
        wrong = _NOT_IN_ADDRESSES.search(url)
        if wrong or not _IN_ADDRESSES.search(url):
            quoted = wrong is not None and not wrong[0].isspace()
            yield Problem(
                path,
                f"`{short(url)}` is no address",
                hint='write it in straight quotes: "https://..."'
                if quoted
                else "write the whole address, such as https://example.com/help",
            )
    for channel in revision.channels:
        for number in channel.numbers:
            if not any(sign.isdigit() for sign in number.number):
                yield Problem(
                    _place(subject, ("channels", channel.id, "numbers"), number),
                    f"`{short(number.number)}` is no number to call",
                    hint="write the number; words about it are its `note`",
                )


def _place(subject: Subject, path: Path, number: Number) -> Path:
    """Return the path of a number, which stands alone, in a list or in a mapping."""
    path = (*path, number.country)
    node = subject.document.node(path)
    places = (
        [(*path, at) for at in range(len(node.items))] if isinstance(node, Sequence) else [path]
    )
    for place in places:
        inside = subject.document.node(place)
        if isinstance(inside, Mapping):
            place, inside = (*place, "number"), subject.document.node((*place, "number"))
        if isinstance(inside, Scalar) and inside.text == number.number:
            return place
    return path


RULE = Rule(
    code="ZS812",
    name="no-address",
    severity="warning",
    summary="an address that cannot be opened, or a number that cannot be dialled",
    why="""\
Whoever follows the advice opens the address and dials the number. An address has no space and no
quotation mark in it, as curly quotes put there, and has a dot, a colon or a slash; a number has a
digit. Words belong in `note` or `steps`.""",
    bad="""\
format: 1
policy: acme
plans: {free: Free}
channels: {web: {name: Web, kind: web, url: see our page}}
entitlements: [{allow: web}]
""",
    good="""\
format: 1
policy: acme
plans: {free: Free}
channels: {web: {name: Web, kind: web, url: "https://example.com/help"}}
entitlements: [{allow: web}]
""",
    check=check,
)
