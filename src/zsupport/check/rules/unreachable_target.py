"""ZS402: a target that decides in no case, in a rule that decides elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.decisions import StatedCell
from zsupport.check.rule import Problem, Rule, Subject, named
from zsupport.policy.format import TARGET_KEY
from zsupport.policy.yamltext import MappingNode


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each cell that decides nowhere; the same key of several metrics once."""
    if subject.document.node(("groups",)) is not None:
        yield from _of_empty_groups(subject)
    cells = [each for _, targets in subject.decisions.by_metric() for each in targets.stated]
    if all(each.decides for each in cells):
        return
    alive = {each.rule for each in cells if each.decides}
    by_metric: dict[tuple[int, str], list[StatedCell]] = {}
    for each in cells:
        if each.rule in alive:
            by_metric.setdefault((each.rule, each.metric), []).append(each)
    by_key: dict[tuple[int, str], list[StatedCell]] = {}
    for (rule, metric), stated in by_metric.items():
        dead = [each for each in stated if _dead(subject, each)]
        if len(dead) > 1 and len(dead) == len(stated):
            yield _whole_metric(subject, rule, metric, dead)
            continue
        for each in dead:
            by_key.setdefault((rule, each.cell.key), []).append(each)
    for some in by_key.values():
        yield _one_cell(subject, some)


def _of_empty_groups(subject: Subject) -> Iterator[Problem]:
    """Yield each target whose key is a group without priorities: it applies to no case."""
    for position, rule in enumerate(subject.revision.rules):
        for metric, cells in rule.cells.items():
            path = ("targets", position, metric)
            node = subject.document.node(path)
            if not isinstance(node, MappingNode) or TARGET_KEY in node.by_key:
                continue
            read = {cell.key for cell in cells.values()}
            for key in node.by_key:
                if key not in read:
                    yield Problem(
                        (*path, key),
                        f"the target for `{key}` never decides: this group has no priorities",
                        subject.document.key((*path, key)),
                        hint="change the group, or remove the target",
                    )


def _dead(subject: Subject, each: StatedCell) -> bool:
    """Return whether a cell is never the answer."""
    if each.decides or each.matches:
        return not each.decides
    holds = subject.decisions.matches(subject.revision.rules[each.rule].when)
    if subject.excluded(holds & subject.cases_of(each.rule, each.metric, each.cell)):
        return False
    # A priority that cannot be raised at all is one mistake, which is found where it stands.
    cells = subject.revision.rules[each.rule].cells[each.metric]
    return any(
        cell.key == each.cell.key
        and subject.decisions.entitled & subject.space.of("priority", name)
        for name, cell in cells.items()
    )


def _whole_metric(subject: Subject, rule: int, metric: str, dead: list[StatedCell]) -> Problem:
    path = ("targets", rule, metric)
    hidden = [each for each in dead if each.matches]
    message = f"none of the targets for `{metric}` in this rule ever decides"
    if not hidden:
        message += ": no case can be opened with these priorities"
        return Problem(path, message, subject.document.key(path), hint=_UNOPENED)
    return Problem(
        path,
        message + ": rules above decide first",
        subject.document.key(path),
        hint=_HIDDEN,
        case=subject.witness(hidden[0].matches),
        related=tuple(place for each in hidden for place in _above(subject, each)),
    )


def _one_cell(subject: Subject, same_key: list[StatedCell]) -> Problem:
    first = same_key[0]
    target = first.cell.target.text
    path = subject.target(first)
    what = f"`{target}`" if first.cell.key == "*" else f"`{target}` for `{first.cell.key}`"
    more = tuple((subject.target(each), f"nor does `{each.metric}`") for each in same_key[1:])
    rule = subject.revision.rules[first.rule]
    cells = rule.cells[first.metric]
    meant = {name for name, cell in cells.items() if cell.key == first.cell.key}
    own = named(rule.when).get("priority")
    if not first.matches and own is not None and own.isdisjoint(meant):
        own_words = ", ".join(
            f"`{each.id}`" for each in subject.revision.priorities if each.id in own
        )
        return Problem(
            path,
            f"{what} never decides: the `when` of this rule is about {own_words} only",
            hint="take `priority` out of the `when`, or the target out of the rule",
            related=((("targets", first.rule, "when"), f"only {own_words}"), *more),
        )
    if not first.matches:
        return Problem(
            path,
            f"{what} never decides: no case of this rule can be opened with that priority",
            hint=_UNOPENED,
            related=more,
        )
    return Problem(
        path,
        f"{what} never decides: rules above decide in all of its cases",
        hint=_HIDDEN,
        case=subject.witness(first.matches),
        related=(*_above(subject, first), *more),
    )


def _above(subject: Subject, dead: StatedCell) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the cells above that decide in the cases of one that never does."""
    for each in subject.decisions.targets(dead.metric).stated:
        if each.rule < dead.rule and each.decides & dead.matches:
            yield subject.target(each), f"`{each.cell.target.text}` decides first"


_HIDDEN = "move it above them, or take it out"
_UNOPENED = "take it out, or let a grant allow a channel there"

RULE = Rule(
    code="ZS402",
    name="unreachable-target",
    severity="error",
    summary="a target that decides in no case, in a rule that decides elsewhere",
    check=check,
)
