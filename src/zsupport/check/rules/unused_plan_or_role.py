"""ZS305: plans or roles that nothing in the policy tells apart."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield one problem where two or more of a kind stand nowhere, while others do.

    One alone is the rest: what conditions leave over when they name the others.
    """
    revision = subject.revision
    for kind, section, members in (
        ("plan", "plans", revision.plans),
        ("role", "roles", revision.roles),
    ):
        if len(members) < 3:
            continue
        written = subject.names_written.get(kind, ())
        ranked = {below for each in members for below in each.above}
        unnamed = [
            each.id
            for each in members
            if each.id not in written and each.id not in ranked and not each.above
        ]
        if 1 < len(unnamed) < len(members):
            names = ", ".join(f"`{name}`" for name in unnamed)
            path = (section, unnamed[0])
            yield Problem(
                path,
                f"nothing tells these {section} apart: {names}",
                subject.document.key(path),
                hint="name them where they differ; if they do not, one of them is enough",
                related=tuple(
                    ((section, name), "named nowhere else either") for name in unnamed[1:]
                ),
            )


RULE = Rule(
    code="ZS305",
    name="unused-plan-or-role",
    severity="note",
    summary="plans or roles that nothing in the policy tells apart",
    check=check,
)
