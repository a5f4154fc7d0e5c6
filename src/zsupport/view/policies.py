"""Reports about policies: a list of policies, or a single policy with all its sections."""

from __future__ import annotations

from zsupport.answer.case import Because, Date, plain_value, reasons, say
from zsupport.dates import UTC, datetime
from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.model import Revision
from zsupport.report import Report, Table
from zsupport.typed import TYPE_CHECKING, Mapping, TypedDict
from zsupport.view.questions import versions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Annotated, Any


class ShownTerm(TypedDict):
    """A term or limit of a policy, and its place in the file."""

    topic: str
    when: str | None
    say: str
    note: str | None
    unclear: str | None
    because: tuple[Because, ...]
    limit: str | None


#: An answer: one revision of a policy.
ShownRevision = TypedDict(
    "ShownRevision",
    {
        "policy": str,
        "title": str,
        "revision": Date | None,
        "from": Date | None,
        "last_day": Date | None,
        "in_force": bool,
        "file": str,
        "digest": "Annotated[str, ('pattern', '^sha256:[0-9a-f]{64}$')]",
        "terms": tuple[ShownTerm, ...] | None,
        "document": Mapping[str, object] | None,
    },
)


def show_policies(
    policies: list[Policy],
    at: datetime,
    query: dict[str, Any],
    lang: str,
    files: Sequence[SourceFile] = (),
) -> Report:
    """Return the report: a row for each revision.

    With `files`, the report has the complete content of a single policy; they are its files.
    """
    full = bool(files)
    documents = {file.name: document_of(file) for file in files}
    records = []
    for policy in policies:
        current, in_force = policy.revision_at(at)
        for revision in policy.revisions:
            shown: ShownRevision = {
                "policy": revision.policy,
                "title": say(revision.title, lang),
                "revision": revision.start,
                "from": revision.start,
                "last_day": revision.last_day,
                "in_force": in_force and revision is current,
                "file": revision.file,
                "digest": revision.digest,
                "terms": _terms(revision, lang) if full else None,
                "document": documents.get(revision.file),
            }
            records.append(plain_value(shown, UTC))
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
    if full:
        from zsupport.view.policy_in_full import sections

        revision, _ = policies[0].revision_at(at)
        tables += sections(revision, documents[revision.file], lang)
    # There is at least one record.
    fields = tuple(records[0])
    return Report(
        document, tuple(records), lines, tuple(tables), fields=fields, answer=ShownRevision
    )


def document_of(file: SourceFile) -> dict[str, Any]:
    """Return the content of a file of a valid policy as texts, lists and mappings."""
    from zsupport.policy.yamltext import read_yaml, to_plain

    document = to_plain(read_yaml(file.data, file.shown)[0])
    assert isinstance(document, dict)
    return document


def _terms(revision: Revision, lang: str) -> tuple[ShownTerm, ...]:
    from zsupport.view.policy_in_full import condition

    return tuple(
        {
            "topic": term.topic,
            "when": condition(term.when),
            "say": say(term.say, lang),
            "note": say(term.remarks.note, lang),
            "unclear": say(term.remarks.unclear, lang),
            "because": reasons(revision, (term.place,)),
            "limit": term.quota.text if term.quota else None,
        }
        for term in revision.terms
    )
