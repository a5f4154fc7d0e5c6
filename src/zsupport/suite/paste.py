"""Tests as text, ready to paste under `cases:`."""

from typing import Any

from zsupport.policy.quoting import scalar

_WIDTH = 100


def flow(value: Any) -> str:
    """Return texts, lists and mappings on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def case_text(case: dict[str, Any]) -> str:
    """Return a case as an item of a list, its lines ended."""
    lines: list[str] = []
    for key, value in case.items():
        line = f"{key}: {flow(value)}"
        if len(line) + 2 > _WIDTH and isinstance(value, dict):
            lines += [f"{key}:", *(f"  {scalar(k)}: {flow(each)}" for k, each in value.items())]
        else:
            lines.append(line)
    return "".join(f"{'  ' if i else '- '}{line}\n" for i, line in enumerate(lines))


def one_or_list(values: tuple[str, ...]) -> Any:
    """Return a value alone where there is one, else the list."""
    return values[0] if len(values) == 1 else list(values)
