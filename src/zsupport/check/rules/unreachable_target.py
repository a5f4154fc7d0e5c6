"""ZS402: an unreachable target, in a rule with other targets that decide."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.decisions import StatedCell
from zsupport.check.rule import Problem, Rule, Subject, restricted_values
from zsupport.policy.format import TARGET_KEY
from zsupport.policy.yamltext import MappingNode
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each cell that decides no case.

    Cells of several metrics with the same key are one problem.
    """
    if subject.document.node(("groups",)) is not None:
        yield from _of_empty_groups(subject)
    cells = [item for _, targets in subject.decisions.by_metric() for item in targets.stated]
    if all(item.decides for item in cells):
        return
    deciding_rules = {item.rule for item in cells if item.decides}
    by_metric: dict[tuple[int, str], list[StatedCell]] = {}
    for item in cells:
        if item.rule in deciding_rules:
            by_metric.setdefault((item.rule, item.metric), []).append(item)
    by_key: dict[tuple[int, str], list[StatedCell]] = {}
    for (rule, metric), stated in by_metric.items():
        unreachable = [item for item in stated if _is_unreachable(subject, item)]
        if len(unreachable) > 1 and len(unreachable) == len(stated):
            yield _of_metric(subject, rule, metric, unreachable)
            continue
        for item in unreachable:
            by_key.setdefault((rule, item.cell.key), []).append(item)
    for same_key in by_key.values():
        yield _of_key(subject, same_key)


def _of_empty_groups(subject: Subject) -> Iterator[Problem]:
    """Yield each target whose key is a group without priorities."""
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
                        Message(
                            "unreachable target for `{group}`: this group has no priorities",
                            group=key,
                        ),
                        subject.document.key((*path, key)),
                        hint=Message("change the group, or remove the target"),
                    )


def _is_unreachable(subject: Subject, item: StatedCell) -> bool:
    """Return whether a cell decides no case, and no other rule reports the cause."""
    if item.decides or item.matches:
        return not item.decides
    matched = subject.decisions.matches_opened(subject.revision.rules[item.rule].when)
    if subject.excluded(matched & subject.cases_of(item.rule, item.metric, item.cell)):
        return False
    # A priority without a grant is reported at the priority, by ZS313.
    cells = subject.revision.rules[item.rule].cells[item.metric]
    return any(
        cell.key == item.cell.key and subject.decisions.entitled & subject.cases_with_priority(name)
        for name, cell in cells.items()
    )


def _of_metric(subject: Subject, rule: int, metric: str, unreachable: list[StatedCell]) -> Problem:
    path = ("targets", rule, metric)
    hidden = [item for item in unreachable if item.matches]
    if not hidden:
        return Problem(
            path,
            Message(
                "unreachable targets for `{metric}`: no case can be opened with these priorities",
                metric=metric,
            ),
            subject.document.key(path),
            hint=_UNOPENED,
        )
    return Problem(
        path,
        Message(
            "unreachable targets for `{metric}`: earlier rules decide all of their cases",
            metric=metric,
        ),
        subject.document.key(path),
        hint=_HIDDEN,
        case=subject.witness(hidden[0].matches),
        related=tuple(place for item in hidden for place in _above(subject, item)),
    )


def _of_key(subject: Subject, same_key: list[StatedCell]) -> Problem:
    first = same_key[0]
    target = first.cell.target.text
    path = subject.target(first)
    key = first.cell.key
    more = tuple(
        (
            subject.target(item),
            Message("unreachable target for `{metric}` too", metric=item.metric),
        )
        for item in same_key[1:]
    )
    rule = subject.revision.rules[first.rule]
    cells = rule.cells[first.metric]
    names_of_key = {name for name, cell in cells.items() if cell.key == first.cell.key}
    own = restricted_values(rule.when).get("priority")
    if not first.matches and own is not None and own.isdisjoint(names_of_key):
        names = ", ".join(f"`{item.id}`" for item in subject.revision.priorities if item.id in own)
        return Problem(
            path,
            Message(
                "unreachable target `{target}`: the `when` of this rule matches {priorities} only",
                target=target,
                priorities=names,
            )
            if key == "*"
            else Message(
                "unreachable target `{target}` for `{key}`: the `when` of this rule"
                " matches {priorities} only",
                target=target,
                key=key,
                priorities=names,
            ),
            hint=Message("remove `priority` from the `when`, or remove the target"),
            related=(
                (("targets", first.rule, "when"), Message("only {priorities}", priorities=names)),
                *more,
            ),
        )
    if not first.matches:
        return Problem(
            path,
            Message(
                "unreachable target `{target}`: no case of this rule can be opened", target=target
            )
            if key == "*"
            else Message(
                "unreachable target `{target}`: no case of this rule can be opened with `{key}`",
                target=target,
                key=key,
            ),
            hint=_UNOPENED,
            related=more,
        )
    return Problem(
        path,
        Message(
            "unreachable target `{target}`: earlier rules decide all of its cases", target=target
        )
        if key == "*"
        else Message(
            "unreachable target `{target}` for `{key}`: earlier rules decide all of its cases",
            target=target,
            key=key,
        ),
        hint=_HIDDEN,
        case=subject.witness(first.matches),
        related=(*_above(subject, first), *more),
    )


def _above(
    subject: Subject, unreachable: StatedCell
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the earlier cells that decide the cases of an unreachable cell."""
    for item in subject.decisions.targets(unreachable.metric).stated:
        if item.rule < unreachable.rule and item.decides & unreachable.matches:
            yield (
                subject.target(item),
                Message("`{target}` decides first", target=item.cell.target.text),
            )


_HIDDEN = Message("move it before them, or remove it")
_UNOPENED = Message("remove it, or add a grant for these cases")

RULE = Rule(
    code="ZS402",
    name="unreachable-target",
    severity="error",
    summary=Message("unreachable target in a target rule"),
    check=check,
)
