"""The guides that `zsupport help TOPIC` shows: Markdown pages, and the policy reference."""

from __future__ import annotations

from importlib.resources import files

#: Every guide, in the order in which one would read them.
GUIDES = {
    "policy": "How a policy is written: every section, key and value",
    "hours": "Hours, holidays, business days and pauses, with worked examples",
    "check": "Mistakes in a policy: the rules, exceptions, fixes, configuration",
    "test": "The policy's own tests: cases, invariants, coverage, and what they notice",
    "diff": "What a change takes from whom: classes, audiences, Git, the codes",
    "ci": "A change from the editor to the pull request: hooks, GitHub, GitLab, editors",
    "scripts": "Answers in shell scripts: exit codes, plain lines, one field",
    "json": "The JSON documents and their schemas",
    "completion": "Completion for bash, zsh and fish",
}


def page(name: str) -> str:
    """Return a guide as Markdown; two end with what the program knows best itself.

    That is the reference of the format for `policy`, and the rules for `check`.
    """
    text = files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8")
    if name == "policy":
        from zsupport.policy.reference import reference

        text += reference()
    if name == "check":
        from zsupport.view.rules import rules_table

        text += rules_table()
    return text
