"""The reference for many questions about the same cases: it works out each answer once."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from .definition import Reference, Tree

Method = TypeVar("Method", bound=Callable[..., Any])


def _once(method: Method) -> Method:
    """Return the method of `Remembering` that calls this one once for the same arguments."""

    def remembered(self: "Remembering", *arguments: Any) -> Any:
        # A case is a mapping. The order of its names has no meaning.
        parts = [frozenset(a.items()) if isinstance(a, dict) else a for a in arguments]
        call = (method, *parts)
        if call not in self.results:
            self.results[call] = method(self, *arguments)
        return self.results[call]

    return cast(Method, remembered)


class Remembering(Reference):
    """A reference that remembers its answers; its document must not be changed."""

    def __init__(self, document: Tree) -> None:
        self.results: dict[tuple[Any, ...], Any] = {}
        super().__init__(document)

    match = _once(Reference.match)
    led_to = _once(Reference.led_to)
    entitlement = _once(Reference.entitlement)
    _grants = _once(Reference._grants)
