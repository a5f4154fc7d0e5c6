"""Completion of names from the policy in use: plans, roles, facts and the like."""

import os
from collections.abc import Callable
from typing import Any

import typer

from zsupport.answer.case import say
from zsupport.errors import ZsupportError
from zsupport.library import Policy, load_found
from zsupport.policy.compiled import cache_folder
from zsupport.policy.find import choose, find, shipped_policies
from zsupport.policy.model import Revision


def completer(kind: str) -> Callable[..., Any]:
    """Return the function that Typer calls for the values of an option of this kind."""

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        try:
            names = _policies() if kind == "policy" else _NAMES[kind](_revision(ctx))
        except ZsupportError:
            # A shell that completes has no place for an error: it shows nothing.
            return []
        low = incomplete.casefold()
        return [(name, says) for name, says in names if name.casefold().startswith(low)]

    return complete


def _policies() -> list[tuple[str, str]]:
    return [(name, "") for name in shipped_policies()]


def _revision(ctx: typer.Context) -> Revision:
    name, _ = choose(ctx.params.get("policy"), os.environ, os.getcwd())
    policy: Policy = load_found(find(name), cache_folder(os.environ))
    return policy.revisions[-1]


def _named(members: Any) -> list[tuple[str, str]]:
    return [(member.id, say(member.name, "en") or "") for member in members]


def _facts(revision: Revision) -> list[tuple[str, str]]:
    return [
        (f"{fact.id}={value}", say(text, "en") or "")
        for fact in revision.facts
        for value, text in fact.values.items()
    ]


_NAMES: dict[str, Callable[[Revision], list[tuple[str, str]]]] = {
    "plan": lambda revision: _named(revision.plans),
    "role": lambda revision: _named(revision.roles),
    "channel": lambda revision: _named(revision.channels),
    "priority": lambda revision: _named(revision.priorities),
    "metric": lambda revision: [*_named(revision.metrics), ("all", "every metric")],
    "topic": lambda revision: _named(revision.self_help.topics if revision.self_help else ()),
    "fact": _facts,
}
