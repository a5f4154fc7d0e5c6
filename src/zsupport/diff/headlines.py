"""Changes as findings: one headline each, with who is concerned, a witness and both places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from zsupport.analysis.space import shown
from zsupport.clock.instants import format_instant
from zsupport.clock.zones import zone
from zsupport.diff.changes import AUDIENCES, CLASSES, CODES, Change, class_of
from zsupport.diff.policies import Compared, ComparedCases, PolicyDiff
from zsupport.findings import Finding, Outcome, Related, Span, Unit
from zsupport.policy.document import Document
from zsupport.policy.yamltext import MappingNode, Path, ScalarNode, path_text
from zsupport.typed import NamedTuple
from zsupport.wording import counted, enumerated

_SEVERITIES = {"breaking": "error", "risky": "warning", "compatible": "note"}
_THRESHOLDS = {"breaking": 1, "risky": 2, "any": 3}
#: More values of one dimension than these are counted, not listed.
_MOST_VALUES = 6
_LINE_1 = Span(1, 1, 1, 1)


class Headline(NamedTuple):
    """One change as it is shown."""

    change: Change
    kind: str  # breaking, risky or compatible for the audience
    finding: Finding
    record: Mapping[str, Any]  # the same in the JSON document


class _Draft(NamedTuple):
    """A change of which nothing is worked out yet but its class: most are only counted."""

    kind: str
    change: Change
    part: ComparedCases
    compared: Compared


def headlines(diff: PolicyDiff, audience: str) -> list[Headline]:
    """Return the headlines of one policy, the gravest first, else in the order of the days."""
    if not diff.old or not diff.new:
        return [_whole(diff, audience)]
    return [_headline(draft, diff) for draft in _drafts(diff, audience)]


def _drafts(diff: PolicyDiff, audience: str) -> list[_Draft]:
    """Return the changes between two policies in the order of their headlines."""
    assert audience in AUDIENCES
    found = [
        _Draft(class_of(change.effect, audience), change, part, compared)
        for compared in diff.compared
        for part in compared.parts
        for change in part.changes
    ]
    return sorted(found, key=lambda each: CLASSES.index(each.kind))


def fails(counts: Mapping[str, int], threshold: str) -> bool:
    """Return whether a change is as grave as `breaking`, `risky`, or there is `any`.

    `counts` says how many there are of each class.
    """
    return any(counts.get(kind) for kind in CLASSES[: _THRESHOLDS[threshold]])


def _whole(diff: PolicyDiff, audience: str) -> Headline:
    """Return the headline for a policy that only one side has."""
    code, effect, word = ("ZD002", "more", "new") if diff.new else ("ZD001", "less", "gone")
    document = (diff.new or diff.old)[0]
    change = Change(code, effect, f"the policy `{diff.id}` is {word}", 0)
    sides = (None, document) if diff.new else (document, None)
    size = sum(compared.size for compared in diff.compared)
    kind = class_of(effect, audience)
    span = _span(document, ("policy",))
    at, related = span, tuple[Related, ...]()
    if document.source.place and not diff.new:
        # A file of a revision is none that a reader can open: the place is where it lay.
        at, related = _LINE_1, (Related(document.source.shown, span, "before"),)
    finding = Finding(
        code, CODES[code].name, _SEVERITIES[kind], f"{change.says} ({counted(size, 'case')})",
        _file(document), at, "policy", related=related, identity=(diff.id,),
    )  # fmt: skip
    where = {
        name: None if side is None else _where(side, span)
        for name, side in zip(("old", "new"), sides, strict=True)
    }
    return Headline(change, kind, finding, _record(change, kind, size, None, {}, where, diff.id))


def _headline(draft: _Draft, diff: PolicyDiff) -> Headline:
    kind, change, part, compared = draft
    code = CODES[change.code]
    who = _who(change, part)
    count = change.cases.bit_count()
    says = _sentence(change, who, count, part)
    if len(diff.compared) > 1 and compared.period.text:
        says += f", {compared.period.text}"
    # Where one side has no revision in force, the nearest file of it says since or until when.
    old = compared.old or _nearest(diff.old, compared)
    new = compared.new or _nearest(diff.new, compared)
    spans = _span(old, change.old or ()), _span(new, change.new or ())
    witness = shown(part.space.first(change.cases)) if change.cases else None
    before = f"before: {change.before}" if change.before else "before"
    finding = Finding(
        code.code, code.name, _SEVERITIES[kind], says, new.source.shown, spans[1],
        path_text(change.new or ()),
        hint=_deadlines(change, new),
        case=witness,
        related=(Related(old.source.shown, spans[0], before),),
        identity=(diff.id, change.says, *(f"{n}={','.join(v)}" for n, v in who.items()),
                  compared.period.text),
    )  # fmt: skip
    where = {"old": _where(old, spans[0]), "new": _where(new, spans[1])}
    record = {
        **_record(change, kind, count, witness, who, where, diff.id, compared),
        **_moments(change, new),
    }
    return Headline(change, kind, finding, record)


def _moments(change: Change, document: Document) -> dict[str, Any]:
    """Return the moments opened at which the new target is due later, and earlier."""
    assert document.revision is not None
    where = zone(document.revision.timezone)

    def shown_in_zone(instant: int | None) -> str | None:
        return None if instant is None else format_instant(instant, where)

    return {
        name: moment
        and {
            "opened": shown_in_zone(moment.opened),
            "before": shown_in_zone(moment.other),
            "after": shown_in_zone(moment.due),
        }
        for name, moment in zip(("later", "earlier"), change.moments, strict=True)
    }


def _deadlines(change: Change, document: Document) -> str | None:
    """Return the same in words, nothing where the change has no such moments."""
    said = [
        f"opened {moment['opened']}: due {moment['after'] or 'never'} instead of"
        f" {moment['before'] or 'never'} ({name})"
        for name, moment in _moments(change, document).items()
        if moment
    ]
    return "; ".join(said) or None


def _nearest(documents: Sequence[Document], compared: Compared) -> Document:
    """Return the file of a side that is nearest to days on which none of it is in force."""
    first = compared.period.first
    started = [each for each in documents if (_start(each) or "") <= (first or "")]
    return started[-1] if started else documents[0]


def _start(document: Document) -> str | None:
    assert document.revision is not None
    return document.revision.start


# -- in words ----------------------------------------------------------------------------------


def _who(change: Change, part: ComparedCases) -> dict[str, tuple[str, ...]]:
    """Return the values of each dimension that some but not all cases of the change have."""
    if not change.cases:
        return {}
    every = part.values
    found = part.space.every_met(change.cases)
    return {name: met for name, met in found.items() if met != every[name]}


def _words(name: str, met: Sequence[str], part: ComparedCases, change: Change) -> str | None:
    """Return which values of a dimension a change is about, None where that says nothing."""
    if name == "channel":
        if _of_channels(change):
            return None  # the sentence begins with them
        if change.code[:3] in ("ZD3", "ZD4") and set(part.opening) <= set(met):
            return None
    if name.startswith("opened "):
        return f"opened {_joined(met, 'or')} {name.removeprefix('opened ')}"
    others = [value for value in part.values[name] if value not in met]
    if len(others) < 3 <= len(met):
        return f"every {name} but {_joined(others, 'and')}"
    return f"{name} {_joined(met, 'or')}"


def _sentence(
    change: Change, who: Mapping[str, tuple[str, ...]], count: int, part: ComparedCases
) -> str:
    if not count:
        return change.says
    if change.code.startswith("ZD1"):
        return f"{change.says} ({counted(count, 'case')})"
    parts = [_words(name, met, part, change) for name, met in who.items()]
    says = change.says
    if _of_channels(change):
        channels = [f"`{channel}`" for channel in part.space.met("channel", change.cases)]
        says = f"{_joined(channels, 'and')} {says if len(channels) == 1 else _of_many(says)}"
    return f"{says}: {', '.join(filter(None, parts)) or 'everyone'} ({counted(count, 'case')})"


_MANY = {"is": "are", "has": "have", "needs": "need", "opens": "open"}


def _of_many(says: str) -> str:
    """Return what is said of one channel as it is said of several; names stay as they are."""
    parts = says.split("`")
    parts[::2] = [
        " ".join(_MANY.get(word, word) for word in part.split(" ")) for part in parts[::2]
    ]
    return "`".join(parts)


def _of_channels(change: Change) -> bool:
    return change.of_channels or change.code.startswith("ZD2")


def _joined(values: Sequence[str], word: str) -> str:
    shown = list(values[:_MOST_VALUES])
    if len(values) > len(shown):
        shown.append(f"{len(values) - len(shown)} more")
    return enumerated(shown, word)


# -- places --------------------------------------------------------------------------------------


def _span(document: Document, path: Path) -> Span:
    """Return where to look: a value on one line, else its key, or the first text of an item."""
    whole = path
    while path and document.node(path) is None:
        path = path[:-1]
    node = document.node(path)
    if not path or node is None:
        return document.first(()) if whole else _LINE_1
    if isinstance(node, ScalarNode) and path == whole:
        return document.value(path)
    if isinstance(path[-1], str):
        return document.key(path)
    span = document.value(path)
    if span.line == span.end_line or not isinstance(node, MappingNode):
        return span
    return document.first(path)


def _file(document: Document) -> str:
    """Return the name of a file under which tools look for it in the workspace."""
    return document.source.place or document.source.shown


def _where(document: Document, span: Span) -> dict[str, Any]:
    return {"file": document.source.shown, "line": span.line, "column": span.column}


def _record(
    change: Change,
    kind: str,
    count: int,
    witness: Mapping[str, str] | None,
    who: Mapping[str, tuple[str, ...]],
    where: Mapping[str, Any],
    policy: str,
    compared: Compared | None = None,
) -> dict[str, Any]:
    """Return a change as the JSON document lists it: every field, null where it does not apply."""
    return {
        "class": kind,
        "code": change.code,
        "name": CODES[change.code].name,
        "policy": policy,
        "from": compared.period.first if compared else None,
        "last_day": compared.period.last if compared else None,
        "metric": change.metric,
        "says": change.says,
        "before": change.before,
        "after": change.after,
        "cases": count,
        "who": {name: list(values) for name, values in who.items()},
        "witness": None if witness is None else dict(witness),
        "later": None,
        "earlier": None,
        "where": dict(where),
    }


# -- all together ----------------------------------------------------------------------------------


def outcome_of(
    diffs: Sequence[PolicyDiff], audience: str, most: int | None = None
) -> tuple[Outcome, Mapping[str, int]]:
    """Return what a run has to say, and how many changes of each class it found.

    With `most`, headlines beyond so many of each class are counted and not made.
    """
    units = []
    every: list[Headline] = []
    counts = dict.fromkeys(CLASSES, 0)
    texts: dict[str, str] = {}
    words: list[str] = []
    size = 0
    for diff in diffs:
        found: list[Headline] = []
        for kind, made in _makers(diff, audience):
            if most is None or counts[kind] < most:
                found.append(made())
            counts[kind] += 1
        every += found
        file = _file((diff.new or diff.old)[0])
        units.append(Unit(diff.id, file, 1, tuple(each.finding for each in found)))
        texts |= {each.source.shown: each.text for each in (*diff.old, *diff.new)}
        size += sum(compared.size for compared in diff.compared)
        words += [path_text(path) for each in diff.compared for path in each.words]
    words = list(dict.fromkeys(words))
    extra = {
        "audience": audience,
        "cases": size,
        "changes": [dict(each.record) for each in every],
        "words": words,
    }
    left_out = {
        _SEVERITIES[kind]: count - most
        for kind, count in counts.items()
        if most is not None and count > most
    }
    closing = _closing(counts, audience, size, words)
    return Outcome("diff", tuple(units), texts, CODES, closing, extra, left_out), counts


def _makers(diff: PolicyDiff, audience: str) -> Iterator[tuple[str, Callable[[], Headline]]]:
    """Yield the class of each change, and what makes its headline."""
    if not diff.old or not diff.new:
        whole = _whole(diff, audience)
        yield whole.kind, lambda: whole
        return
    for draft in _drafts(diff, audience):
        yield draft.kind, partial(_headline, draft, diff)


def _closing(
    counts: Mapping[str, int], audience: str, size: int, words: Sequence[str]
) -> tuple[str, ...]:
    lines = []
    if words:
        more = f" and {len(words) - 10} more" if len(words) > 10 else ""
        lines.append(f"words differ in {', '.join(words[:10])}{more}: not judged")
    said = [counted(count, f"{kind} change") for kind, count in counts.items() if count]
    if not said:
        return (*lines, f"no answer changes; {counted(size, 'case')} compared")
    who = {"customer": "customers", "support": "the support organisation"}[audience]
    return (*lines, f"{', '.join(said)} for {who}; {counted(size, 'case')} compared")
