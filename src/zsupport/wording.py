"""Lists and counts as they stand in a sentence."""

from collections.abc import Iterable


def enumerated(names: Iterable[str], word: str = "and") -> str:
    """Return names as one says them: `a`, `a and b`, `a, b and c`; nothing where there is none."""
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def counted(count: int, what: str) -> str:
    """Return how many there are of something: `1 case`, `1,200 cases`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
