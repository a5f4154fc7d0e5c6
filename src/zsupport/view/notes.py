"""Small pieces that several views show alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from zsupport.answer.case import Answers, say
from zsupport.clock.deadline import STARTS
from zsupport.policy.model import Source
from zsupport.report import Beside, Remark

_DIMENSIONS = ("plan", "role", "channel", "priority", "metric")
#: Of more groups of rows than this a remark names only the first.
_MOST_GROUPS = 3
#: Of more values of one column than this a remark names only the first.
_MOST_VALUES = 6


def value_of(answer: Any, column: str) -> str:
    """Return what an answer says in an open column: a fact, a dimension or the metric."""
    # Facts first: a policy may call one like a field of the answer.
    value = answer.facts.get(column)
    if value is None and column in _DIMENSIONS:
        value = getattr(answer, column)
    return value or ""


def beside(
    answers: Answers,
    listed: Sequence[Any],
    lang: str,
    value: Callable[[Any, str], str] = value_of,
    more: Iterable[str] = (),
) -> Beside:
    """Return the remarks of the answers, each once.

    A remark that does not concern every row begins with the rows that it concerns, by what
    `value` gives for the open columns and `more`. `listed` are the answers that lines and tables
    show; where they show none, a refusal rests on all of them.
    """
    names = (*answers.columns, *more)
    sources = {source.id: _source(source, lang) for source in answers.revision.sources}
    every = _remarks(answers.answers, names, value, sources)
    if not listed or len(listed) == len(answers.answers):
        return Beside(every, every)
    return Beside(_remarks(listed, names, value, sources), every)


def _remarks(
    rows: Sequence[Any],
    names: tuple[str, ...],
    value: Callable[[Any, str], str],
    sources: Mapping[str, str],
) -> tuple[Remark, ...]:
    labels: dict[tuple[str, ...], int] = {}
    concerned: dict[tuple[str, str], dict[int, None]] = {}
    for row in rows:
        label = tuple(value(row, name) for name in names)
        number = labels.setdefault(label, len(labels))
        for text in _texts(row, sources):
            concerned.setdefault(text, {})[number] = None
    groups: _Groups | None = None
    found = []
    for (kind, line), numbers in concerned.items():
        if len(numbers) < len(labels):
            groups = groups or _Groups(names, tuple(labels))
            line = f"{groups.naming(numbers)}: {line}"
        found.append(Remark(kind, line))
    return tuple(found)


def _texts(answer: Any, sources: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the kind and the text of each remark of an answer."""
    if only := getattr(answer, "only_when", None):
        yield "only", f"only for {', '.join(only['priority'])}"
    if since := getattr(answer, "retired", None):
        yield "retired", f"plan retired since {since}"
    if (starts := getattr(answer, "starts", STARTS[0])) in STARTS[1:]:
        yield "starts", f"the clock starts when the case is {starts}"
    if condition := getattr(answer, "condition", None):
        yield "condition", f"condition: {condition}"
    for note in _lines(answer.note):
        yield "note", note
    for doubt in _lines(answer.unclear):
        yield "unclear", f"unclear: {doubt}"
    for source in _lines(answer.source):
        yield "source", f"source: {sources.get(source, source)}"


def _lines(text: str | None) -> list[str]:
    return text.split("\n") if text else []


def _source(source: Source, lang: str) -> str:
    """Return a source as people look it up: its title and its address, its id without both."""
    title = say(source.title, lang)
    if title and source.url:
        return f"{title} ({source.url})"
    return title or source.url or source.id


class _Groups:
    """Rows by the values of their columns; a set of rows is an integer with a bit for each."""

    def __init__(self, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
        self.size = len(rows)
        self.every = (1 << self.size) - 1
        #: For each column its values, and the rows that have them.
        self.having: list[dict[str, int]] = []
        for place, name in enumerate(columns):
            numbers: dict[str, list[int]] = {}
            for number, row in enumerate(rows):
                numbers.setdefault(row[place] or f"no {name}", []).append(number)
            self.having.append({value: self._set(some) for value, some in numbers.items()})

    def _set(self, numbers: Iterable[int]) -> int:
        bits = bytearray(self.size // 8 + 1)
        for number in numbers:
            bits[number // 8] |= 1 << number % 8
        return int.from_bytes(bits, "little")

    def naming(self, numbers: Iterable[int]) -> str:
        """Return the shortest text that tells some rows from the others: `pro P1/P2, free`."""
        rows = left = self._set(numbers)
        texts = []
        for some, text in islice(self._groups(rows), _MOST_GROUPS):
            left &= ~some
            texts.append(text)
        more = f" and {left.bit_count()} more rows" if left else ""
        return ", ".join(texts) + more

    def _groups(self, rows: int) -> Iterator[tuple[int, str]]:
        """Yield rows in groups that the values of their columns tell from all other rows."""
        values = [{v: some for v, some in having.items() if some & rows} for having in self.having]
        named = list(range(len(values)))
        if self._with(values, named) != rows:
            place = next(place for place in named if len(values[place]) > 1)
            for some in values[place].values():
                yield from self._groups(rows & some)
            return
        for place in reversed(range(len(values))):
            fewer = [other for other in named if other != place]
            named = fewer if self._with(values, fewer) == rows else named
        between = ", " if len(named) == 1 else "/"
        yield rows, " ".join(between.join(_first(list(values[place]))) for place in named)

    def _with(self, values: Sequence[Mapping[str, int]], places: Iterable[int]) -> int:
        """Return the rows that have one of the values in each of these columns."""
        rows = self.every
        for place in places:
            having = 0
            for some in values[place].values():
                having |= some
            rows &= having
        return rows


def _first(values: list[str]) -> list[str]:
    if len(values) <= _MOST_VALUES:
        return values
    shown = _MOST_VALUES - 1
    return [*values[:shown], f"{len(values) - shown} more"]
