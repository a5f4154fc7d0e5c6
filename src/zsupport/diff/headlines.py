"""Headlines: findings for changes, with the affected cases, a witness and places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from zsupport.analysis.space import shown_case
from zsupport.clock.instants import format_instant
from zsupport.clock.zones import zone
from zsupport.diff.changes import AUDIENCES, CLASSES, CODES, Change, class_of
from zsupport.diff.policies import ComparedCases, PeriodDiff, PolicyDiff
from zsupport.findings import Finding, Outcome, Related, Span, Unit
from zsupport.policy.document import Document
from zsupport.policy.yamltext import MappingNode, Path, ScalarNode, path_text
from zsupport.typed import NamedTuple
from zsupport.wording import Counted, Message, enumerated, joined

#: The number of changes of each class in words.
_COUNTS: dict[str, Callable[[int], Message]] = {
    "breaking": lambda n: Counted("{count} breaking change", "{count} breaking changes", n),
    "risky": lambda n: Counted("{count} risky change", "{count} risky changes", n),
    "compatible": lambda n: Counted("{count} compatible change", "{count} compatible changes", n),
}
#: The affected values of a dimension other than a fact.
_VALUES: dict[str, Callable[[str], Message]] = {
    "plan": lambda values: Message("plan {values}", values=values),
    "role": lambda values: Message("role {values}", values=values),
    "channel": lambda values: Message("channel {values}", values=values),
    "priority": lambda values: Message("priority {values}", values=values),
}
#: All values of a dimension other than a fact, with exceptions.
_ALL_EXCEPT: dict[str, Callable[[str], Message]] = {
    "plan": lambda values: Message("every plan except {values}", values=values),
    "role": lambda values: Message("every role except {values}", values=values),
    "channel": lambda values: Message("every channel except {values}", values=values),
    "priority": lambda values: Message("every priority except {values}", values=values),
}
_SEVERITIES = {"breaking": "error", "risky": "warning", "compatible": "note"}
#: The number of classes, from the start of CLASSES, that are at least as severe as each threshold.
_THRESHOLDS = {"breaking": 1, "risky": 2, "any": 3}
#: The maximum number of listed values of one dimension. The remaining values are only counted.
_MAX_VALUES = 6
_MAX_TEXTS = 10
_LINE_1 = Span(1, 1, 1, 1)


class Headline(NamedTuple):
    """A change as a finding for people and as a record for the JSON document."""

    change: Change
    kind: str  # breaking, risky or compatible for the audience
    finding: Finding
    record: Mapping[str, Any]  # the change in the JSON document


class _Draft(NamedTuple):
    """A change with its class and without a finding, because many changes are only counted."""

    kind: str
    change: Change
    part: ComparedCases
    compared: PeriodDiff


def headlines(diff: PolicyDiff, audience: str) -> list[Headline]:
    """Return the headlines of one policy, the most severe first, then in chronological order."""
    if not diff.old or not diff.new:
        return [_policy_headline(diff, audience)]
    return [_headline(draft, diff) for draft in _drafts(diff, audience)]


def _drafts(diff: PolicyDiff, audience: str) -> list[_Draft]:
    """Return the changes between two policies in the order of their headlines."""
    assert audience in AUDIENCES
    drafts = [
        _Draft(class_of(change.effect, audience), change, part, compared)
        for compared in diff.compared
        for part in compared.parts
        for change in part.changes
    ]
    return sorted(drafts, key=lambda draft: CLASSES.index(draft.kind))


def fails(counts: Mapping[str, int], threshold: str) -> bool:
    """Return whether a change is at least as severe as the threshold: breaking, risky or any.

    `counts` is the number of changes of each class.
    """
    return any(counts.get(kind) for kind in CLASSES[: _THRESHOLDS[threshold]])


def _policy_headline(diff: PolicyDiff, audience: str) -> Headline:
    """Return the headline for a policy that only one side has."""
    document = (diff.new or diff.old)[0]
    change = Change("ZD001", "less", Message("policy `{policy}` removed", policy=diff.id), 0)
    if diff.new:
        change = Change("ZD002", "more", Message("policy `{policy}` added", policy=diff.id), 0)
    code = CODES[change.code]
    sides = (None, document) if diff.new else (document, None)
    size = sum(compared.size for compared in diff.compared)
    kind = class_of(change.effect, audience)
    span = _span(document, ("policy",))
    at, related = span, tuple[Related, ...]()
    if document.source.place and not diff.new:
        # Readers cannot open a file of a Git revision, so the place is the former path.
        at, related = _LINE_1, (Related(document.source.shown, span, Message("before")),)
    finding = Finding(
        code.code, code.name, _SEVERITIES[kind], _with_cases(change.message, size),
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
    who = _affected_values(change, part)
    count = change.cases.bit_count()
    message = _sentence(change, who, count, part)
    if len(diff.compared) > 1 and compared.period.text:
        message = Message("{change}, {period}", change=message, period=compared.period.text)
    # If a side has no revision in force, show its file that is nearest in time.
    old = compared.old or _nearest(diff.old, compared)
    new = compared.new or _nearest(diff.new, compared)
    spans = _span(old, change.old or ()), _span(new, change.new or ())
    witness = shown_case(part.space.first(change.cases)) if change.cases else None
    before = Message("before")
    if change.before:
        before = Message("before: {value}", value=change.before)
    finding = Finding(
        code.code, code.name, _SEVERITIES[kind], message, new.source.shown, spans[1],
        path_text(change.new or ()),
        hint=_deadlines(change, new) or _opening(change, new),
        case=witness,
        related=(Related(old.source.shown, spans[0], before),),
        identity=(diff.id, change.message, *(f"{n}={','.join(v)}" for n, v in who.items()),
                  compared.period.text),
    )  # fmt: skip
    where = {"old": _where(old, spans[0]), "new": _where(new, spans[1])}
    record = {
        **_record(
            change,
            kind,
            count,
            witness,
            who,
            where,
            diff.id,
            compared,
            _change_message(change, part),
        ),
        **_moments(change, new),
    }
    return Headline(change, kind, finding, record)


def _moments(change: Change, document: Document) -> dict[str, Any]:
    """Return two moments with their deadlines.

    At the moment `later` the new deadline is later than the old one, at `earlier` it is earlier.
    Each is None if the change has no such moment.
    """
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


def _opening(change: Change, document: Document) -> str | None:
    """Return the instants at which only the new or only the old hours are open, as text."""
    assert document.revision is not None
    where = zone(document.revision.timezone)
    opens, closes = (
        None if instant is None else format_instant(instant, where) for instant in change.opening
    )
    if opens is None or closes is None:
        return None
    return Message(
        "{opens}: open now, closed before; {closes}: closed now, open before",
        opens=opens,
        closes=closes,
    )


def _deadlines(change: Change, document: Document) -> str | None:
    """Return the moments of `_moments` as text; None if the change has none."""
    later, earlier = _moments(change, document).values()
    texts = []
    if later and later["after"]:
        texts.append(Message("opened {opened}: due {after} instead of {before} (later)", **later))
    elif later:
        texts.append(Message("opened {opened}: due never instead of {before} (later)", **later))
    if earlier and earlier["before"]:
        texts.append(
            Message("opened {opened}: due {after} instead of {before} (earlier)", **earlier)
        )
    elif earlier:
        texts.append(Message("opened {opened}: due {after} instead of never (earlier)", **earlier))
    return joined(texts, "; ") if texts else None


def _nearest(documents: Sequence[Document], compared: PeriodDiff) -> Document:
    """Return the file of a side that is nearest to a period without a revision in force."""
    first = compared.period.first or ""
    started = [document for document in documents if (_start(document) or "") <= first]
    return started[-1] if started else documents[0]


def _start(document: Document) -> str | None:
    assert document.revision is not None
    return document.revision.start


# -- sentences ---------------------------------------------------------------------------------


def _affected_values(change: Change, part: ComparedCases) -> dict[str, tuple[str, ...]]:
    """Return the affected values of each dimension; omit dimensions with all values affected."""
    if not change.cases:
        return {}
    values = part.space.all_values_in(change.cases)
    return {name: affected for name, affected in values.items() if affected != part.values[name]}


def _scope(
    name: str, affected: tuple[str, ...], part: ComparedCases, change: Change
) -> Message | None:
    """Return the affected values of a dimension as text; None if they need no mention."""
    if name == "channel":
        if _names_channels(change):
            return None
        if change.code[:3] in ("ZD3", "ZD4") and set(part.opening) <= set(affected):
            return None
    if name.startswith("opened "):
        # If both sides of the hours were affected, the dimension would be omitted.
        hours = name.removeprefix("opened ")
        if affected == ("inside",):
            return Message("opened inside {hours}", hours=hours)
        return Message("opened outside {hours}", hours=hours)
    rest = [value for value in part.values[name] if value not in affected]
    if len(rest) < 3 <= len(affected):
        exceptions = _enumerated(rest)
        if name in _ALL_EXCEPT:
            return _ALL_EXCEPT[name](exceptions)
        return Message("every {fact} except {values}", fact=name, values=exceptions)
    values = _enumerated(affected, either=True)
    if name in _VALUES:
        return _VALUES[name](values)
    return Message("{fact} {values}", fact=name, values=values)


def _sentence(
    change: Change, who: Mapping[str, tuple[str, ...]], count: int, part: ComparedCases
) -> Message:
    """Return the message of a headline: the change, its scopes and the number of cases."""
    message = _change_message(change, part)
    if not count:
        return message
    if change.code.startswith("ZD1"):
        return _with_cases(message, count)
    scopes = (_scope(name, affected, part, change) for name, affected in who.items())
    shown = [scope for scope in scopes if scope is not None]
    if not shown:
        return _with_cases(Message("{change}: everyone", change=message), count)
    scope = joined(shown, ", ")
    return _with_cases(Message("{change}: {scope}", change=message, scope=scope), count)


def _with_cases(message: Message, count: int) -> Message:
    """Return a message with the number of its cases."""
    cases = Counted("{count} case", "{count} cases", count)
    return Message("{message} ({cases})", message=message, cases=cases)


def _change_message(change: Change, part: ComparedCases) -> Message:
    """Return the message of a change with the names of its channels."""
    message = change.message
    if "channels" not in message.values:
        return message
    channels = [f"`{channel}`" for channel in part.space.values_in("channel", change.cases)]
    values = {**message.values, "channels": _enumerated(channels)}
    if isinstance(message, Counted):
        return Counted(message.template, message.several, len(channels), **values)
    return Message(message.template, **values)


def _names_channels(change: Change) -> bool:
    return "channels" in change.message.values or change.code.startswith("ZD2")


def _enumerated(values: Sequence[str], *, either: bool = False) -> str:
    """Return the first values as a list in a sentence, with the number of the remaining values."""
    return enumerated(_first(values, _MAX_VALUES), either=either)


def _first(values: Sequence[str], most: int) -> list[str]:
    """Return the first values, and the number of the remaining values as the last item."""
    shown = list(values[:most])
    if len(values) > most:
        shown.append(Message("{count} more", count=len(values) - most))
    return shown


# -- places --------------------------------------------------------------------------------------


def _span(document: Document, path: Path) -> Span:
    """Return the span to show: a value on one line, its key, or the first text of a list item."""
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
    """Return the path by which tools find a file in the workspace."""
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
    compared: PeriodDiff | None = None,
    message: str = "",
) -> dict[str, Any]:
    """Return a change for the JSON document, with all fields. A field is None if not applicable."""
    return {
        "class": kind,
        "code": change.code,
        "name": CODES[change.code].name,
        "policy": policy,
        "from": compared.period.first if compared else None,
        "last_day": compared.period.last if compared else None,
        "metric": change.metric,
        "says": message or change.message,
        "before": change.before,
        "after": change.after,
        "cases": count,
        "who": {name: list(values) for name, values in who.items()},
        "witness": None if witness is None else dict(witness),
        "later": None,
        "earlier": None,
        "where": dict(where),
    }


# -- outcome ---------------------------------------------------------------------------------------


def outcome_of(
    diffs: Sequence[PolicyDiff], audience: str, most: int | None = None
) -> tuple[Outcome, Mapping[str, int]]:
    """Return the outcome of a run and the number of changes of each class.

    `most`: the maximum number of headlines for each class. Other changes are only counted.
    """
    units = []
    all_headlines: list[Headline] = []
    counts = dict.fromkeys(CLASSES, 0)
    sources: dict[str, str] = {}
    paths: list[str] = []
    size = 0
    for diff in diffs:
        shown: list[Headline] = []
        for kind, headline in _lazy_headlines(diff, audience):
            if most is None or counts[kind] < most:
                shown.append(headline())
            counts[kind] += 1
        all_headlines += shown
        file = _file((diff.new or diff.old)[0])
        units.append(Unit(diff.id, file, 1, tuple(headline.finding for headline in shown)))
        sources |= {document.source.shown: document.text for document in (*diff.old, *diff.new)}
        size += sum(compared.size for compared in diff.compared)
        paths += [path_text(path) for compared in diff.compared for path in compared.texts]
    paths = list(dict.fromkeys(paths))
    extra = {
        "audience": audience,
        "cases": size,
        "changes": [dict(headline.record) for headline in all_headlines],
        "words": paths,
    }
    omitted = {
        _SEVERITIES[kind]: count - most
        for kind, count in counts.items()
        if most is not None and count > most
    }
    closing = _closing(counts, audience, size, paths)
    return Outcome("diff", tuple(units), sources, CODES, closing, extra, omitted), counts


def _lazy_headlines(
    diff: PolicyDiff, audience: str
) -> Iterator[tuple[str, Callable[[], Headline]]]:
    """Yield the class of each change and a function that builds its headline."""
    if not diff.old or not diff.new:
        whole = _policy_headline(diff, audience)
        yield whole.kind, lambda: whole
        return
    for draft in _drafts(diff, audience):
        yield draft.kind, partial(_headline, draft, diff)


def _closing(
    counts: Mapping[str, int], audience: str, size: int, paths: Sequence[str]
) -> tuple[str, ...]:
    """Return the last lines of the text: changed wording, and the numbers of changes and cases."""
    lines: list[Message] = []
    if paths:
        shown = joined(_first(paths, _MAX_TEXTS), ", ")
        lines.append(Message("wording changed (not judged): {paths}", paths=shown))
    numbers = [_COUNTS[kind](count) for kind, count in counts.items() if count]
    if not numbers:
        compared: Message = Counted(
            "no changes in answers; {count} case compared",
            "no changes in answers; {count} cases compared",
            size,
        )
        return (*lines, compared)
    changes, cases = joined(numbers, ", "), Counted("{count} case", "{count} cases", size)
    if audience == "support":
        compared = Message(
            "{changes} for the support organisation; {cases} compared",
            changes=changes,
            cases=cases,
        )
    else:
        compared = Message(
            "{changes} for customers; {cases} compared", changes=changes, cases=cases
        )
    return (*lines, compared)
