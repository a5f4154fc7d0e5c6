"""ZS606: a remark on a whole target rule that speaks of one of its priorities only."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy import model
from zsupport.policy.model import Text

# Words by which a plain number or a word such as `high` is known to be a priority.
_WORDS = r"(?:severity|sev|priority|prio|prioritet|alvorlighetsgrad|hastegrad|nivå|level|class)"
_BEFORE = r"(?:for|of|on|at|only|til|av|på|ved|bare|kun)"
_AFTER = r"(?=\s*(?:[.,;:)]|$|only\b|cases?\b|tickets?\b|saker?\b|bare\b))"
# A priority after one of these stands for all the others, or for a run of them.
_OTHERS = re.compile(
    r"\b(?:except|but|besides?|than|below|above|under|over|from|to|unlike|not|unntatt|utenom"
    r"|bortsett fra|enn|fra|ikke)(?: (?:for|of|in|with|til|i|av))?\s*$",
    re.IGNORECASE,
)


_MORE = re.compile(
    r"[”\"'`»]?,? (?:and|or|og|eller)"
    r" (?:above|below|lower|higher|more|less|under|over|lavere|høyere)",
    re.IGNORECASE,
)


class PriorityNames(NamedTuple):
    """What a priority is called, as it is written and in small letters."""

    written: tuple[str, ...]
    small: tuple[str, ...]


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each doubt, condition or note of a rule that names one of its several priorities."""
    revision = subject.revision
    if len(revision.priorities) < 2:
        return
    names: dict[str, PriorityNames] = {}
    for position, rule in enumerate(revision.rules):
        said = (
            ("unclear", rule.remarks.unclear, None),
            ("condition", rule.condition, None),
            ("note", rule.remarks.note, "note"),
        )
        for key, text, severity in said:
            if not text:
                continue
            stated = priorities_of(subject, position)
            if len(stated) < 2:
                break
            names = names or called(revision.priorities)
            named = mentioned(text, names)
            if len(named) != 1 or named[0] not in stated:
                continue
            path = ("targets", position, key)
            yield Problem(
                path,
                f"this `{key}` speaks of `{named[0]}` only, and every answer of the rule"
                f" carries it: {', '.join(stated)}",
                subject.document.key(path),
                hint=f"move it to the cell: `{named[0]}: {{target: …, {key}: …}}`",
                severity=severity,
            )


def priorities_of(subject: Subject, position: int) -> list[str]:
    """Return the priorities that a rule states and can hold for."""
    rule = subject.revision.rules[position]
    ids = [each.id for each in subject.revision.priorities]
    stated = {key for cells in rule.cells.values() for key in cells}
    held = subject.named_by_rule[position].get("priority", ids)
    return [id for id in ids if id in held and (id in stated or "*" in stated)]


def mentioned(text: Text, priorities: dict[str, PriorityNames]) -> list[str]:
    """Return the priorities that a text surely names, or may name, by what they are called.

    Where the words are about what is beside, above or below a priority, none is returned.
    """
    sure: dict[str, None] = {}
    maybe: dict[str, None] = {}
    for words in [text] if isinstance(text, str) else text.values():
        small = words.casefold()
        for id, names in priorities.items():
            # Most texts name no priority at all, which is seen sooner without the patterns.
            if not any(name in small for name in names.small):
                continue
            for match in _pattern(names.written).finditer(words):
                if _OTHERS.search(words[: match.start()]) or _MORE.match(words, match.end()):
                    return []
                sure[id] = None
            if _word(names.written).search(words):
                maybe[id] = None
    return list(sure | maybe) if sure else []


def called(priorities: tuple[model.Priority, ...]) -> dict[str, PriorityNames]:
    """Return what each priority is called: its id, its names in each language, its aliases."""
    found = {}
    for each in priorities:
        names = [each.name] if isinstance(each.name, str) else [*each.name.values()]
        names += [name.partition(" (")[0] for name in names]
        written = tuple(dict.fromkeys((each.id, *names, *each.aliases)))
        found[each.id] = PriorityNames(written, tuple(name.casefold() for name in written))
    return found


@lru_cache(maxsize=256)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds a priority in a text, with few false finds.

    A name with a letter and a digit (P1, Severity 1) is one wherever it stands; a number after
    a word such as severity; a word such as `high` beside one, in quotes, with a capital inside
    a sentence, or at the end of `for high`.
    """
    ways = []
    for name in names:
        text = re.escape(name)
        if re.search("[0-9]", name) and re.search("[^0-9]", name):
            ways.append(rf"(?i:\b{text}\b)")
        elif name.isdigit():
            ways.append(rf"(?i:\b{_WORDS}[ -]?{text}\b)")
        else:
            ways.append(rf"(?i:\b{_WORDS} {text}\b|\b{text}[ -]{_WORDS}\b|[\"'`“«]{text}[\"'`”»])")
            ways.append(rf"(?i:\b{_BEFORE} {text}\b{_AFTER})")
            if name[:1].isupper():
                ways.append(rf"(?<=[a-zæøå,] ){text}\b")
    return re.compile("|".join(ways))


@lru_cache(maxsize=256)
def _word(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds a word by which a priority is called, whatever it means there."""
    words = [re.escape(name) for name in names if len(name) > 2 and not name.isdigit()]
    return re.compile(rf"\b(?:{'|'.join(words) or '(?!)'})\b", re.IGNORECASE)


RULE = Rule(
    code="ZS606",
    name="unclear-names-one-priority",
    severity="warning",
    summary="a remark on a whole target rule that speaks of one of its priorities",
    check=check,
)
