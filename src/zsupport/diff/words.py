"""Where words differ that no answer is judged by: names, notes, doubts, sources, terms, advice."""

from collections.abc import Iterable
from typing import Any

from zsupport.policy.model import Grant, Revision, Rule, SelfHelp, Term, When
from zsupport.policy.yamltext import Path


def changed(old: Revision, new: Revision) -> tuple[Path, ...]:
    """Return where two revisions say something else in words, each place once."""
    before, after = _words(old), _words(new)
    return tuple(
        path
        for path, said in before.items()
        if path in after and _written(after[path]) != _written(said)
    )


def _words(revision: Revision) -> dict[Path, Any]:
    """Return what is said where; of lists without ids all together, in no order."""
    found: dict[Path, Any] = {
        ("title",): revision.title,
        ("effective",): revision.validity,
        ("sources",): {each.id: each for each in revision.sources},
        ("terms",): _by_topic(revision.terms),
        ("self-help",): _of_self_help(revision.self_help),
        ("entitlements",): _any_order(map(_of_grant, revision.grants)),
        ("commitment",): _any_order(
            (each.remarks, _remarks(each.when)) for each in revision.commitments
        ),
        ("targets",): _any_order(map(_of_rule, revision.rules)),
    }
    for section, members in (("plans", revision.plans), ("roles", revision.roles)):
        for member in members:
            found[section, member.id] = member._replace(aliases=())
    for fact in revision.facts:
        found["facts", fact.id] = (fact.ask, fact.values, fact.remarks)
    for channel in revision.channels:
        found["channels", channel.id] = (
            channel.name, channel.steps, channel.prerequisites, channel.remarks,
            _any_order(channel.numbers),
        )  # fmt: skip
    for priority in revision.priorities:
        remarks = (priority.remarks, _remarks(priority.when))
        found["priorities", priority.id] = (priority.name, priority.meaning, *remarks)
    for metric in revision.metrics:
        found["metrics", metric.id] = metric
    for name, calendars in revision.hours.items():
        found["hours", name] = _any_order(
            (
                each.ask, each.remarks, _remarks(each.when),
                each.holidays and (each.holidays.remarks, each.holidays.names),
            )
            for each in calendars
        )  # fmt: skip
    return found


def _of_self_help(self_help: SelfHelp | None) -> object:
    return self_help and self_help._replace(
        topics=tuple(sorted(self_help.topics, key=lambda each: each.id))
    )


def _by_topic(terms: Iterable[Term]) -> dict[str, list[Term]]:
    """Return the terms under each heading in their order, which means something."""
    found: dict[str, list[Term]] = {}
    for term in terms:
        found.setdefault(term.topic, []).append(term)
    return found


def _of_grant(grant: Grant) -> object:
    advice = _order(grant.when, grant.recommend)
    return grant.remarks, grant.prerequisites, _remarks(grant.when), advice


def _of_rule(rule: Rule) -> object:
    cells = [cell for cells in rule.cells.values() for cell in cells.values()]
    said = _any_order((cell.text, cell.condition, cell.remarks) for cell in cells)
    return rule.remarks, rule.condition, _remarks(rule.when), said


def _any_order(said: Iterable[object]) -> list[str]:
    return sorted(_written(each) for each in said)


def _remarks(when: When) -> list[object]:
    return [each.remarks for each in when]


def _order(when: When, recommend: tuple[str, ...]) -> object:
    """Return the order in which channels are to be tried, and for whom: advice, and no answer."""
    for_whom = [{name: sorted(v) for name, v in each.values.items()} for each in when]
    return (recommend, for_whom) if recommend else None


def _written(value: Any) -> str:
    """Return a value as a text in which neither lines nor the order of a mapping show."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = {name: each for name, each in value._asdict().items() if name != "line"}
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(f"{k!r}: {_written(v)}" for k, v in value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_written, value)) + "]"
    return repr(value)
