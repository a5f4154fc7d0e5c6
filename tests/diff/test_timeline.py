"""Which revisions meet on which days."""

from zsupport.diff.timeline import Period, meetings
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

Meetings = list[tuple[str | None, str | None, str | None, str | None]]


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
    found = read_document(SourceFile(name, text.encode(), "", name))
    assert found.revision is not None
    return found


def met(old: list[Document], new: list[Document]) -> Meetings:
    return [
        (each.old and each.old.source.name, each.new and each.new.source.name, *each.period)
        for each in meetings(old, new)
    ]


A, B = revision("a"), revision("b")


def test_without_days_they_meet_always() -> None:
    assert met([A], [B]) == [("a", "b", None, None)]


def test_a_revision_that_is_added_meets_what_would_be_in_force_then() -> None:
    later = revision("later", "2027-01-01")
    assert met([A], [A, later]) == [
        ("a", "a", None, "2026-12-31"),
        ("a", "later", "2027-01-01", None),
    ]
    first = revision("first", "2026-01-01")
    assert met([first], [first, later]) == [
        ("first", "first", "2026-01-01", "2026-12-31"),
        ("first", "later", "2027-01-01", None),
    ]


def test_a_revision_between_two_others() -> None:
    old = [revision("r25", "2025-01-01"), revision("r27", "2027-01-01")]
    new = [old[0], revision("r26", "2026-01-01"), old[1]]
    assert met(old, new) == [
        ("r25", "r25", "2025-01-01", "2025-12-31"),
        ("r25", "r26", "2026-01-01", "2026-12-31"),
        ("r27", "r27", "2027-01-01", None),
    ]


def test_a_first_day_that_moves_leaves_days_without_a_revision() -> None:
    assert met([revision("a", "2026-01-01")], [revision("b", "2026-07-01")]) == [
        ("a", None, "2026-01-01", "2026-06-30"),
        ("a", "b", "2026-07-01", None),
    ]
    assert met([revision("a", "2026-07-01")], [revision("b", "2026-01-01")]) == [
        (None, "b", "2026-01-01", "2026-06-30"),
        ("a", "b", "2026-07-01", None),
    ]


def test_a_last_day_ends_it_and_a_later_revision_begins_anew() -> None:
    old = [revision("a", "2026-01-01")]
    new = [revision("b", "2026-01-01", "2026-03-31"), revision("c", "2026-05-01")]
    assert met(old, new) == [
        ("a", "b", "2026-01-01", "2026-03-31"),
        ("a", None, "2026-04-01", "2026-04-30"),
        ("a", "c", "2026-05-01", None),
    ]


def test_days_on_which_neither_has_a_revision_are_left_out() -> None:
    one = revision("a", "2026-01-01", "2026-01-31")
    assert met([one], [one]) == [("a", "a", "2026-01-01", "2026-01-31")]


def test_days_in_words() -> None:
    assert Period().text == ""
    assert Period("2026-01-01").text == "from 2026-01-01 on"
    assert Period("2026-01-01", "2026-01-31").text == "from 2026-01-01 to 2026-01-31"
    assert Period(None, "2026-01-31").text == "until 2026-01-31"
