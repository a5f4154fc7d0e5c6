"""What is shown of policies: the known ones, and one in full."""

from datetime import datetime
from typing import Any

from zsupport.answer.case import say
from zsupport.answer.why import in_words
from zsupport.library import Policy
from zsupport.policy.model import Revision, Rule, When
from zsupport.report import Report, Table
from zsupport.view.document import versions


def show_policies(policies: list[Policy], at: datetime, query: dict[str, Any], lang: str,
                  *, full: bool) -> Report:  # fmt: skip
    """Return the report: a row for each revision; with `full` all that the policy says."""
    records = []
    for policy in policies:
        current, in_force = policy.revision_at(at)
        for revision in policy.revisions:
            record = _record(revision, lang, in_force=in_force and revision is current)
            record["terms"] = _terms(revision, lang) if full else None
            records.append(record)
    document = {
        "schema": "zsupport.policies/1",
        "query": query,
        "answers": records,
        "warnings": [],
        "versions": versions(),
    }
    listing = Table(
        ("Policy", "Title", "From", "Last day", "In force", "File"),
        tuple(
            (
                record["policy"],
                record["title"],
                record["from"] or "",
                record["last_day"] or "",
                "yes" if record["in_force"] else "no",
                record["file"],
            )
            for record in records
        ),
    )
    lines = tuple(
        (r["policy"], r["revision"] or "", "in-force" if r["in_force"] else "", r["title"])
        for r in records
    )
    tables = [listing]
    notes: list[str] = []
    if full:
        revision, _ = policies[0].revision_at(at)
        tables += _full(revision, lang)
        notes += _remarks(revision, lang)
    return Report(document, tuple(records), lines, tuple(tables), tuple(notes))


def _record(revision: Revision, lang: str, *, in_force: bool) -> dict[str, Any]:
    return {
        "policy": revision.policy,
        "title": say(revision.title, lang),
        "revision": revision.start,
        "from": revision.start,
        "last_day": revision.last_day,
        "in_force": in_force,
        "file": revision.file,
        "digest": revision.digest,
    }


def _terms(revision: Revision, lang: str) -> list[dict[str, Any]]:
    return [
        {
            "topic": term.topic,
            "when": condition(term.when),
            "say": say(term.say, lang),
            "note": say(term.remarks.note, lang),
            "unclear": say(term.remarks.unclear, lang),
            "because": [{"file": revision.file, "line": term.line}],
        }
        for term in revision.terms
    ]


def condition(when: When) -> str | None:
    """Return a condition in words, None where it always holds."""
    return "; or ".join(in_words(each) for each in when) or None


def _full(revision: Revision, lang: str) -> list[Table]:
    def text(value: Any) -> str:
        return say(value, lang) or ""

    grants = tuple(
        (
            ", ".join(grant.allow) if grant.allow else f"try first: {', '.join(grant.recommend)}",
            condition(grant.when) or "always",
            grant.hours or "",
        )
        for grant in revision.grants
    )
    return [
        Table(
            ("Plan", "Name", "Ranks above"),
            tuple((p.id, text(p.name), ", ".join(p.above)) for p in revision.plans),
            "Plans",
        ),
        Table(("Role", "Name"), tuple((r.id, text(r.name)) for r in revision.roles), "Roles"),
        Table(
            ("Fact", "Question", "Values"),
            tuple((f.id, text(f.ask), ", ".join(f.values)) for f in revision.facts),
            "Facts",
        ),
        Table(
            ("Channel", "Name", "Kind"),
            tuple((c.id, text(c.name), c.kind) for c in revision.channels),
            "Channels",
        ),
        Table(("Allowed", "When", "Hours"), grants, "Entitlements"),
        Table(
            ("Priority", "Name", "Meaning"),
            tuple((p.id, text(p.name), text(p.meaning)) for p in revision.priorities),
            "Priorities",
        ),
        Table(
            ("Metric", "Name", "Starts", "Pauses", "At risk"),
            tuple(
                (m.id, text(m.name), text(m.starts), text(m.pauses), m.warn or "")
                for m in revision.metrics
            ),
            "Metrics",
        ),
        Table(
            ("Metric", "Priority", "Target", "When"),
            tuple(row for rule in revision.rules for row in _targets(rule)),
            "Targets",
        ),
        Table(
            ("About", "When", "What is said"),
            tuple((t.topic, condition(t.when) or "always", text(t.say)) for t in revision.terms),
            "Terms",
        ),
        Table(
            ("Source", "Title", "Where", "Read"),
            tuple((s.id, text(s.title), s.url or "", s.retrieved or "") for s in revision.sources),
            "Sources",
        ),
    ]


def _targets(rule: Rule) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for metric, cells in rule.cells.items():
        for priority, cell in cells.items():
            hours = f" ({cell.hours})" if cell.hours else ""
            when = condition(rule.when) or "always"
            rows.append((metric, "all" if priority == "*" else priority,
                         cell.target.text + hours, when))  # fmt: skip
    return rows


def _remarks(revision: Revision, lang: str) -> list[str]:
    notes = [say(revision.remarks.note, lang), say(revision.remarks.unclear, lang)]
    doubt = say(revision.validity.unclear, lang)
    return [note for note in notes if note] + ([f"unclear: {doubt}"] if doubt else [])
