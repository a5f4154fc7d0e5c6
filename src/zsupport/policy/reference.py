"""The reference of the policy format, as Markdown, made from its one definition."""

from zsupport.policy.schema import records
from zsupport.policy.shape import REMARK_KEYS, Fields


def reference() -> str:
    """Return a section for each kind of mapping, with a line for each key."""
    parts = ["\n## Reference\n"]
    parts.append(
        "Every mapping below may also carry `note`, `unclear` and `source`. "
        "Any other key is an error. Keys marked `*` must be there.\n"
    )
    parts += [_section(fields) for fields in records()]
    return "\n".join(parts)


def _section(fields: Fields) -> str:
    lines = [f"### {fields.name}\n", fields.says + "\n"]
    for key, field in fields.fields.items():
        if key in REMARK_KEYS:
            continue
        star = "*" if field.required else ""
        lines.append(f"- `{key}`{star}: {field.says} ({field.shape.words})")
    if fields.exactly_one:
        lines.append(f"- exactly one of {' and '.join(f'`{key}`' for key in fields.exactly_one)}")
    if fields.others:
        lines.append(f"- any other key is {fields.others_say}")
    return "\n".join(lines) + "\n"
