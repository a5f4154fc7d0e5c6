"""The revisions of two policies that are in force on the same days."""

from zsupport.diff.timeline import Period, shared_periods
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

Periods = list[tuple[str | None, str | None, str | None, str | None]]


def revision(name: str, start: str | None = None, last: str | None = None) -> Document:
    days = [f"from: {start}"] * (start is not None) + [f"last_day: {last}"] * (last is not None)
    effective = f"effective: {{{', '.join(days)}}}\n" if days else ""
    text = f"""\
format: 1
policy: acme
{effective}plans: {{free: Free}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{allow: web}}]
"""
    document = read_document(SourceFile(name, text.encode(), "", name))
    assert document.revision is not None
    return document


def periods(old: list[Document], new: list[Document]) -> Periods:
    return [
        (shared.old and shared.old.source.name, shared.new and shared.new.source.name,
         *shared.period)
        for shared in shared_periods(old, new)
    ]  # fmt: skip


A, B = revision("a"), revision("b")


def test_revisions_without_days_share_all_days() -> None:
    assert periods([A], [B]) == [("a", "b", None, None)]


def test_added_revision_shares_days_with_the_old_revision_in_force() -> None:
    later = revision("later", "2027-01-01")
    assert periods([A], [A, later]) == [
        ("a", "a", None, "2026-12-31"),
        ("a", "later", "2027-01-01", None),
    ]
    first = revision("first", "2026-01-01")
    assert periods([first], [first, later]) == [
        ("first", "first", "2026-01-01", "2026-12-31"),
        ("first", "later", "2027-01-01", None),
    ]


def test_revision_added_between_two_revisions() -> None:
    old = [revision("r25", "2025-01-01"), revision("r27", "2027-01-01")]
    new = [old[0], revision("r26", "2026-01-01"), old[1]]
    assert periods(old, new) == [
        ("r25", "r25", "2025-01-01", "2025-12-31"),
        ("r25", "r26", "2026-01-01", "2026-12-31"),
        ("r27", "r27", "2027-01-01", None),
    ]


def test_moved_first_day_leaves_days_without_a_revision() -> None:
    assert periods([revision("a", "2026-01-01")], [revision("b", "2026-07-01")]) == [
        ("a", None, "2026-01-01", "2026-06-30"),
        ("a", "b", "2026-07-01", None),
    ]
    assert periods([revision("a", "2026-07-01")], [revision("b", "2026-01-01")]) == [
        (None, "b", "2026-01-01", "2026-06-30"),
        ("a", "b", "2026-07-01", None),
    ]


def test_last_day_leaves_days_without_a_revision_until_the_next() -> None:
    old = [revision("a", "2026-01-01")]
    new = [revision("b", "2026-01-01", "2026-03-31"), revision("c", "2026-05-01")]
    assert periods(old, new) == [
        ("a", "b", "2026-01-01", "2026-03-31"),
        ("a", None, "2026-04-01", "2026-04-30"),
        ("a", "c", "2026-05-01", None),
    ]


def test_days_without_any_revision_are_omitted() -> None:
    ended = revision("a", "2026-01-01", "2026-01-31")
    assert periods([ended], [ended]) == [("a", "a", "2026-01-01", "2026-01-31")]


def test_text_of_a_period() -> None:
    assert Period().text == ""
    assert Period("2026-01-01").text == "from 2026-01-01 on"
    assert Period("2026-01-01", "2026-01-31").text == "from 2026-01-01 to 2026-01-31"
    assert Period(None, "2026-01-31").text == "until 2026-01-31"
