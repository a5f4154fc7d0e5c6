"""A reference that caches its answers, for many questions about the same cases."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from .definition import Reference, Tree

Method = TypeVar("Method", bound=Callable[..., Any])


def _cached(method: Method) -> Method:
    """Return a method of `CachedReference` that calls this method once per arguments."""

    def cached(self: "CachedReference", *arguments: Any) -> Any:
        # A case is a mapping; the order of its names has no meaning.
        parts = [frozenset(a.items()) if isinstance(a, dict) else a for a in arguments]
        call = (method, *parts)
        if call not in self.results:
            self.results[call] = method(self, *arguments)
        return self.results[call]

    return cast(Method, cached)


class CachedReference(Reference):
    """A reference with a cache of answers; the document must not change."""

    def __init__(self, document: Tree) -> None:
        self.results: dict[tuple[Any, ...], Any] = {}
        super().__init__(document)

    match = _cached(Reference.match)
    led_to = _cached(Reference.led_to)
    entitlement = _cached(Reference.entitlement)
    _grants = _cached(Reference._grants)
