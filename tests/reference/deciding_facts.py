"""The facts that decide an answer in some case."""

from .definition import REMARKS, Reference, Tree


def names_in(node: Tree, key: str = "") -> set[str]:
    """Return the names of dimensions, facts and hours in the conditions and values of a node."""
    if isinstance(node, dict):
        return set(node if key == "when" else ()).union(*(names_in(node[k], k) for k in node))
    if isinstance(node, list):
        return set().union(*(names_in(item, key) for item in node))
    return set(node.split() if key in ("hours", "any", "opened") else ())


def _without_unused_hours(rule: dict[str, Tree]) -> dict[str, Tree]:
    """Return a target rule; without its hours if every cell has its own hours."""
    cells: list[Tree] = []
    for name in rule.keys() - {"when", "hours", "condition", *REMARKS}:
        stated = rule[name]
        by_priority = isinstance(stated, dict) and "target" not in stated
        cells += stated.values() if by_priority else [stated]
    own = all(isinstance(cell, dict) and "hours" in cell for cell in cells)
    return {key: node for key, node in rule.items() if not (own and key == "hours")}


def deciding_facts(reference: Reference, *, due: bool) -> set[str]:
    """Return the facts that decide grants, or also targets and the hours that they name."""
    document, hours = reference.document, reference.document.get("hours", {})
    names = names_in(
        [_without_unused_hours(rule) for rule in document.get("targets", [])] if due else []
    )
    for _ in hours:  # no union is deeper
        names |= names_in([hours[name] for name in names & {*hours}])
    grants = [item for item in document["entitlements"] if "allow" in item or not due]
    return {*reference.facts} & (
        names | names_in([grants, document.get("commitment") if due else []])
    )
