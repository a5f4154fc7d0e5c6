"""Random YAML in every style, with known texts and comments.

All comments, and all texts that look like comments, contain `zsupport`.
"""

from dataclasses import dataclass

from hypothesis import strategies as st

from zsupport.policy.yamltext import Path


@dataclass
class RandomYaml:
    """The lines of a random text, and its comments with the paths of their owners."""

    lines: list[str]
    comments: list[tuple[Path, str]]


TEXTS = [
    "x", "4h", "a b", "a#zsupport", "'q # zsupport: q'", '"d: # zsupport: \\" d"', "é高", "'it''s'",
]  # fmt: skip
LINE_ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def random_yaml(draw: st.DrawFn) -> RandomYaml:
    """Return a mapping in block style that contains values in all styles."""
    comments: list[tuple[Path, str]] = []

    def comment(owner: Path) -> str:
        text = f"# zsupport: c{len(comments)}, # [-:"
        comments.append((owner, text))
        return text

    def maybe_comment(owner: Path) -> str:
        return "  " + comment(owner) if draw(st.integers(0, 3)) == 0 else ""

    def between(owner: Path, indent: int) -> list[str]:
        kind = draw(st.integers(0, 5))
        return [" " * indent + comment(owner)] if kind == 0 else [""] if kind == 1 else []

    def flow(path: Path, depth: int) -> str:
        kind = draw(st.integers(0, 3)) if depth else 0
        if kind < 2:
            return draw(st.sampled_from(TEXTS))
        count = draw(st.integers(1, 3))
        if kind == 2:
            inside = [flow((*path, i), depth - 1) for i in range(count)]
        else:
            inside = [f"k{i}: {flow((*path, f'k{i}'), depth - 1)}" for i in range(count)]
        open, close = "[]" if kind == 2 else "{}"
        separator = draw(st.sampled_from([", ", ",", " , "])) if kind == 2 else ", "
        space = draw(st.sampled_from(["", " "]))
        return (
            open + space + separator.join(inside) + draw(st.sampled_from(["", ","])) + space + close
        )

    def open_flow(path: Path, indent: int, depth: int) -> list[str]:
        """Return a list or mapping in brackets, with each part on its own lines."""
        is_list = draw(st.booleans())
        lines = ["[" if is_list else "{"]
        count = draw(st.integers(1, 3))
        for i in range(count):
            part: Path = (*path, i) if is_list else (*path, f"k{i}")
            if draw(st.integers(0, 4)) == 0:
                lines.append(" " * indent + comment(path))
            text = flow(part, depth - 1)
            last = i == count - 1
            comma = "" if last and draw(st.booleans()) else ","
            lines.append(
                " " * indent + ("" if is_list else f"k{i}: ") + text + comma + maybe_comment(part)
            )
        lines.append(" " * (indent - 1) + ("]" if is_list else "}") + maybe_comment(path))
        return lines

    def value(path: Path, indent: int, depth: int) -> list[str]:
        """Return the lines of a value; the first continues the line of its key or `-`."""
        kind = draw(st.integers(0, 7)) if depth else 0
        inside = indent + draw(st.integers(1, 3))
        if kind == 0:
            return [draw(st.sampled_from(TEXTS)) + maybe_comment(path)]
        if kind == 1:
            return [flow(path, 2) + maybe_comment(path)]
        if kind == 2:
            return open_flow(path, inside, depth)
        if kind == 3:
            head = draw(st.sampled_from(["|", ">", "|-", ">-"])) + maybe_comment(path)
            return [head, " " * inside + "# zsupport: no comment", "", " " * inside + "t: [1, 2"]
        if kind == 4:
            quote = draw(st.sampled_from("'\""))
            below = " " * inside + "# zsupport: no comment" + quote + maybe_comment(path)
            return [f"{quote}one # zsupport: no comment", below]
        block = entries if draw(st.booleans()) else items
        return [maybe_comment(path).strip(), *block(path, inside, depth - 1)]

    def entries(path: Path, indent: int, depth: int) -> list[str]:
        lines: list[str] = []
        for i in range(draw(st.integers(1, 3))):
            lines += between(path, indent) if i else []
            first, *more = value((*path, f"k{i}"), indent, depth)
            lines += [f"{' ' * indent}k{i}: {first}".rstrip(" "), *more]
        return lines

    def items(path: Path, indent: int, depth: int) -> list[str]:
        lines: list[str] = []
        for i in range(draw(st.integers(1, 3))):
            lines += between(path, indent) if i else []
            part = (*path, i)
            if depth and draw(st.booleans()):
                block = entries if draw(st.booleans()) else items
                first, *more = block(part, indent + 2, depth - 1)
                lines += [" " * indent + "- " + first[indent + 2 :], *more]
            else:
                first, *more = value(part, indent, depth)
                lines += [f"{' ' * indent}- {first}".rstrip(" "), *more]
        return lines

    return RandomYaml(entries((), 0, 3), comments)
