"""The policy and the tests that `zsupport init` writes."""

from __future__ import annotations

from importlib.resources import files

#: The id of the policy in the files; `read_starter` replaces it.
ID = "acme"
#: The file of this package for each new file. The key is the part of the new name after the id.
FILES = {".yaml": "policy.yaml", "_test.yaml": "tests.yaml"}


def read_starter(id: str) -> dict[str, str]:
    """Return the names and the texts of the files of a new policy with this id."""
    texts = {}
    for ending, name in FILES.items():
        text = files(__package__).joinpath(name).read_text(encoding="utf-8")
        texts[id + ending] = text.replace(f"policy: {ID}\n", f"policy: {id}\n")
    return texts
