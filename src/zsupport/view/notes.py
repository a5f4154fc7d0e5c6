"""Values and remarks that several reports share."""

from __future__ import annotations

from itertools import islice

from zsupport.answer.case import Answers, Row, Warning, alternatives, say
from zsupport.policy.model import NOUNS, Revision, Source
from zsupport.report import Remark, RowRemarks
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import ENGLISH, Counted, Message, enumerated, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from zsupport.answer.case import Answer

#: The columns of answers besides facts, in words for people.
_DIMENSIONS = {
    **{dimension: noun for dimension, (noun, _) in NOUNS.items()},
    "metric": Message("metric"),
}
#: The maximum number of groups of rows that a remark names.
_MAX_GROUPS = 3
#: The maximum number of values of one column that a remark names.
_MAX_VALUES = 6


def missing_language(revision: Revision, lang: str) -> Warning | None:
    """Return a warning if the policy has no texts in a language.

    A policy in one language does not state which language this is; it is assumed to be English.
    """
    known = revision.languages
    if {*alternatives(lang)} & set(known or (ENGLISH.code,)):
        return None
    if known:
        text = Message(
            "no texts in language `{lang}`; languages: {known}", lang=lang, known=", ".join(known)
        )
    else:
        text = Message(
            "no texts in language `{lang}`; the texts of the policy are not translated", lang=lang
        )
    return Warning("no-language", text)


def dimension_in_words(name: str) -> str:
    """Return a dimension in words for people; for a fact, return its id."""
    return _DIMENSIONS.get(name, name)


def values_of(
    answer: Answer, columns: Iterable[str], fields: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the values of an answer in columns: facts, dimensions, and the fields in `fields`."""
    stated = answer._asdict()
    # Facts take precedence, because a fact can have the name of a field.
    settled = {name: stated.get(name) for name in _DIMENSIONS} | stated.get("facts", {})
    return tuple((stated if name in fields else settled).get(name) or "" for name in columns)


def retired(since: str | None) -> list[Remark]:
    """Return the remark about a retired plan."""
    return [Remark("retired", Message("plan retired since {date}", date=since))] if since else []


def _none(_: Answer) -> list[Remark]:
    return []


def row_remarks(
    answers: Answers[Row, object],
    listed: Sequence[Row],
    lang: str,
    own: Callable[[Row], Iterable[Remark]] = _none,
    values: Callable[[Row, Iterable[str]], tuple[str, ...]] = values_of,
    more: tuple[str, ...] = (),
) -> RowRemarks:
    """Return the remarks of the answers without duplicates: their `own`, then those of the policy.

    A remark that does not concern every row begins with the rows that it concerns. `values`
    returns the labels of a row in the open columns and `more`. `listed` are the answers in lines
    and tables; if there are none, the remarks of all answers are shown.
    """
    names = (*answers.columns, *more)
    sources = {source.id: _source(source, lang) for source in answers.revision.sources}

    def remarks(rows: Sequence[Row]) -> tuple[Remark, ...]:
        labels: dict[tuple[str, ...], int] = {}
        concerned: dict[Remark, dict[int, None]] = {}
        for row in rows:
            number = labels.setdefault(values(row, names), len(labels))
            for remark in (*own(row), *_of_policy(row, sources)):
                concerned.setdefault(remark, {})[number] = None
        groups: _Groups | None = None
        result = []
        for remark, numbers in concerned.items():
            if len(numbers) < len(labels):
                groups = groups or _Groups(names, tuple(labels))
                rows_named = groups.naming(numbers)
                text = Message("{rows}: {remark}", rows=rows_named, remark=remark.text)
                remark = Remark(remark.kind, text)
            result.append(remark)
        return tuple(result)

    every = remarks(answers.answers)
    some = listed and len(listed) != len(answers.answers)
    return RowRemarks(remarks(listed) if some else every, every)


def texts_of_policy(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the notes, the doubts and the sources of an answer: their kind and their text.

    The text of a source is its id.
    """
    for kind, texts in (
        ("note", answer.note), ("unclear", answer.unclear), ("source", answer.source),
    ):  # fmt: skip
        for text in _lines(texts):
            yield kind, text


def _of_policy(answer: Answer, sources: Mapping[str, str]) -> Iterator[Remark]:
    """Yield the remarks of the policy that belong to an answer."""
    for kind, text in texts_of_policy(answer):
        if kind == "unclear":
            text = Message("unclear: {doubt}", doubt=text)
        elif kind == "source":
            text = Message("source: {source}", source=sources.get(text, text))
        yield Remark(kind, text)


def _lines(text: str | None) -> list[str]:
    return text.split("\n") if text else []


def _source(source: Source, lang: str) -> str:
    """Return the title and the address of a source, or its id if it has neither."""
    title = say(source.title, lang)
    if title and source.url:
        return f"{title} ({source.url})"
    return title or source.url or source.id


class _Groups:
    """Rows by the values of their columns; a set of rows is an integer with a bit for each."""

    def __init__(self, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
        self.size = len(rows)
        self.every = (1 << self.size) - 1
        #: For each column, the rows with each of its values.
        self.having: list[dict[str, int]] = []
        for place, name in enumerate(columns):
            numbers: dict[str, list[int]] = {}
            for number, row in enumerate(rows):
                numbers.setdefault(row[place] or _without(name), []).append(number)
            self.having.append({value: self._set(some) for value, some in numbers.items()})

    def _set(self, numbers: Iterable[int]) -> int:
        bits = bytearray(self.size // 8 + 1)
        for number in numbers:
            bits[number // 8] |= 1 << number % 8
        return int.from_bytes(bits, "little")

    def naming(self, numbers: Iterable[int]) -> str:
        """Return a short text that identifies some of the rows: `pro P1/P2, free`."""
        rows = left = self._set(numbers)
        texts = []
        for some, text in islice(self._groups(rows), _MAX_GROUPS):
            left &= ~some
            texts.append(text)
        groups = joined(texts, ", ")
        if not left:
            return groups
        more = Counted("{count} more row", "{count} more rows", left.bit_count())
        return enumerated([groups, more])

    def _groups(self, rows: int) -> Iterator[tuple[int, str]]:
        """Yield rows in groups that the values of their columns identify."""
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
        of_columns = (joined(_first(list(values[place])), between) for place in named)
        yield rows, joined(of_columns, " ")

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
    if len(values) <= _MAX_VALUES:
        return values
    shown = _MAX_VALUES - 1
    return [*values[:shown], Counted("{count} more", "{count} more", len(values) - shown)]


def _without(name: str) -> Message:
    return Message("no {dimension}", dimension=dimension_in_words(name))
