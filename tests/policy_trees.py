"""Policies as trees of JSON values, as an editor reads them, and random edits of these trees."""

import json
import math
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from zsupport.errors import InvalidPolicy
from zsupport.findings import Finding
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision
from zsupport.policy.model import Revision
from zsupport.sources.find import shipped_policies

TEST_POLICIES = sorted((Path(__file__).parent / "policies").glob("*.yaml"))


def policy_files() -> list[Path]:
    """Return the shipped policy files and those of the tests."""
    result = []
    for path in map(Path, shipped_policies().values()):
        result += sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
    return [path for path in result if not path.stem.endswith("_test")] + TEST_POLICIES


class Core(yaml.CSafeLoader):
    """Reads YAML 1.2 with its core schema, as current editors do."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012


Core.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
Core.add_implicit_resolver(
    "tag:yaml.org,2002:bool",
    re.compile(r"^(true|True|TRUE|false|False|FALSE)$"),
    list("tTfF"),
)
Core.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$"),
    list("-+0123456789"),
)
Core.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$"
    ),
    list("-+0123456789."),
)


def _int(loader: Core, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node))
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


Core.add_constructor("tag:yaml.org,2002:int", _int)


def as_editors_see(text: str, loader: Any) -> Any:
    """Return a document as JSON values: keys and dates become texts."""
    return _plain(yaml.load(text, Loader=loader))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return 0.0  # JSON has no such number; the schema only checks the type
    return value


def _key(key: Any) -> str:
    if isinstance(key, date | datetime):
        return key.isoformat()
    return key if isinstance(key, str) else json.dumps(key)


def read(tree: Any) -> Revision:
    """Load a tree as a policy, written as JSON: every JSON document is YAML."""
    data = json.dumps(tree, ensure_ascii=False).encode()
    return load_revision(SourceFile("tree.yaml", data, "sha256:0", "tree.yaml"))


def findings(tree: Any) -> tuple[Finding, ...]:
    """Return the findings of the loader in a tree; empty if it is valid."""
    try:
        read(tree)
    except InvalidPolicy as invalid:
        return invalid.findings
    return ()


TREES = [
    as_editors_see(path.read_text(encoding="utf-8"), Core)
    for path in policy_files()
    if path.stem in ("acme", "zoom", "redhat", "2024-10")
]

_SCALARS = st.sampled_from(
    [0, 1, 2.5, -3, True, False, None, "", "x", "free", "P1", "4h", "24x7", "office", "2026-01-01"]
)
_VALUES = st.one_of(
    _SCALARS,
    st.lists(_SCALARS, max_size=2),
    st.dictionaries(
        st.sampled_from(["x", "en", "not", "plan", "note", "target", "text", "name", "allow"]),
        _SCALARS,
        max_size=2,
    ),
)
_KEYS = st.sampled_from(
    ["x", "en", "note", "unclear", "source", "name", "hours", "when", "target", "text", "open",
     "any", "above", "aliases", "retired", "allow", "recommend", "P1", "first-response", "no",
     "steps", "numbers", "apply-holidays", "subdivision", "country", "values", "default"]
)  # fmt: skip


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Return every container with each of its keys or positions, the outermost first."""
    result = []
    waiting = [tree]
    while waiting:
        node = waiting.pop(0)
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in pairs:
            result.append((node, key))
            if isinstance(value, dict | list):
                waiting.append(value)
    return result


@st.composite
def edited_trees(draw: st.DrawFn, most: int = 3) -> Any:
    """Return a policy as a tree with up to `most` random edits of keys and values."""
    tree = json.loads(json.dumps(draw(st.sampled_from(TREES))))
    for _ in range(draw(st.integers(1, most))):
        node, key = draw(st.sampled_from(_places(tree)))
        edit = draw(st.sampled_from(["drop", "rename", "replace", "add", "wrap", "swap"]))
        if edit == "drop":
            del node[key]
        elif edit == "rename" and isinstance(node, dict):
            new_key = draw(st.sampled_from([f"{key}s", key[:-1] or "x", key.upper(), "x"]))
            pairs = [(new_key if item == key else item, value) for item, value in node.items()]
            node.clear()
            node.update(pairs)
        elif edit == "add" and isinstance(node, dict):
            node[draw(_KEYS)] = draw(_VALUES)
        elif edit == "wrap":
            node[key] = [node[key]]
        elif edit == "swap":
            other, place = draw(st.sampled_from(_places(tree)))
            # A copy, so that the tree stays a tree.
            node[key] = json.loads(json.dumps(other[place]))
        else:
            node[key] = draw(_VALUES)
        if not tree:
            break
    return tree
