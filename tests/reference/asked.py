"""Which facts decide about an answer in some case."""

from .definition import REMARKS, Reference, Tree


def named(node: Tree, key: str = "") -> set[str]:
    """Return the dimensions, facts and hours that conditions and values below a key name."""
    if isinstance(node, dict):
        return set(node if key == "when" else ()).union(*(named(node[k], k) for k in node))
    if isinstance(node, list):
        return set().union(*(named(each, key) for each in node))
    return set(node.split() if key in ("hours", "any", "opened") else ())


def _of_rule(rule: dict[str, Tree]) -> dict[str, Tree]:
    """Return a target rule without its hours where each of its cells has its own."""
    cells: list[Tree] = []
    for name in rule.keys() - {"when", "hours", "condition", *REMARKS}:
        stated = rule[name]
        by_priority = isinstance(stated, dict) and "target" not in stated
        cells += stated.values() if by_priority else [stated]
    own = all(isinstance(cell, dict) and "hours" in cell for cell in cells)
    return {key: node for key, node in rule.items() if not (own and key == "hours")}


def asked_facts(reference: Reference, *, due: bool) -> set[str]:
    """Return the facts that decide about channels, or about targets and the hours they name."""
    document, hours = reference.document, reference.document.get("hours", {})
    found = named([_of_rule(rule) for rule in document.get("targets", [])] if due else [])
    for _ in hours:  # no union is deeper
        found |= named([hours[name] for name in found & {*hours}])
    grants = [each for each in document["entitlements"] if "allow" in each or not due]
    return {*reference.facts} & (found | named([grants, document.get("commitment") if due else []]))
