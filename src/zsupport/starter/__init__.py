"""The policy that `zsupport init` writes, and its tests: to be changed, not to be read by code."""

from __future__ import annotations

from importlib.resources import files

#: The id of the policy in the files; whoever starts one may choose another.
ID = "acme"
#: The files, by what stands behind the id in their names.
FILES = {".yaml": "policy.yaml", "_test.yaml": "tests.yaml"}


def starter(id: str) -> dict[str, str]:
    """Return the files of a new policy with this id: names and texts."""
    texts = {}
    for ending, name in FILES.items():
        text = files(__package__).joinpath(name).read_text(encoding="utf-8")
        texts[id + ending] = text.replace(f"policy: {ID}\n", f"policy: {id}\n")
    return texts
