"""What is shown of policies: the known ones, and one in full."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from zsupport.answer.case import reasons, say
from zsupport.answer.why import in_words
from zsupport.clock.windows import DAY, DAYS, Window
from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.model import Calendar, Holidays, Revision, Rule, When
from zsupport.policy.yamltext import read_yaml, unwrapped
from zsupport.report import Report, Table
from zsupport.view.document import versions


def show_policies(
    policies: list[Policy],
    at: datetime,
    query: dict[str, Any],
    lang: str,
    files: Sequence[SourceFile] = (),
) -> Report:
    """Return the report: a row for each revision.

    With its `files` a policy is shown in full: everything that they state.
    """
    full = bool(files)
    documents = {file.name: unwrapped(read_yaml(file.data, file.shown)[0]) for file in files}
    records = []
    for policy in policies:
        current, in_force = policy.revision_at(at)
        for revision in policy.revisions:
            record = _record(revision, lang, in_force=in_force and revision is current)
            record["terms"] = _terms(revision, lang) if full else None
            record["document"] = documents.get(revision.file)
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
            "because": [each._asdict() for each in reasons(revision, (term.place,))],
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
            ("Hours", "When", "Zone", "Open", "Days off", "Single dates"),
            tuple(
                (
                    id,
                    condition(calendar.when) or ("always" if calendar is calendars[0] else "else"),
                    _zone(calendar, revision),
                    "\n".join(_open(calendar)),
                    "\n".join(_days_off(calendar, lang)),
                    "\n".join(_single_dates(calendar)),
                )
                for id, calendars in revision.hours.items()
                for calendar in calendars
            ),
            "Hours",
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


def _zone(calendar: Calendar, revision: Revision) -> str:
    if calendar.any:
        return ""
    zone = calendar.timezone or revision.timezone
    return "the customer's" if zone == "customer" else zone


def _open(calendar: Calendar) -> list[str]:
    """Return when it is open in a week, a line for each entry as it would be written."""
    if calendar.any:
        return [f"any of {', '.join(calendar.any)}"]
    lines = ["24x7"] if calendar.windows is None else _weekly(calendar.windows)
    if calendar.business_days is not None:
        alike = _runs([Window(day * DAY, day * DAY) for day in calendar.business_days])
        lines.append(f"business days {', '.join(_days(run) for run in alike)}")
    return lines


def _weekly(windows: tuple[Window, ...]) -> list[str]:
    """Return weekly windows as texts of `open`: those of days in a row in one."""
    lines = []
    for run in _runs(windows):
        opens, closes = run[0]
        length = closes - opens
        if length < DAY or (length == DAY and opens % DAY == 0):
            lines.append(f"{_days(run)} {_clock(opens)}-{_clock(closes, end=True)}")
        else:  # a block over several days
            last = DAYS[(closes - 1) // DAY % 7 if closes % DAY == 0 else closes // DAY % 7]
            lines.append(f"{_days(run)} {_clock(opens)} - {last} {_clock(closes, end=True)}")
    return lines


def _runs(windows: Sequence[Window]) -> list[list[Window]]:
    """Return windows together that are alike on days that follow each other, Sunday to Monday too.

    They are in the order of the days on which they begin.
    """
    runs: list[list[Window]] = []
    for window in sorted(windows):
        before = next((run for run in runs if _follows(run[-1], window)), None)
        if before is None:
            runs.append([window])
        else:
            before.append(window)
    for run in list(runs):
        over_sunday = next((e for e in runs if e is not run and _follows(e[-1], run[0])), None)
        if over_sunday is not None:
            over_sunday += run
            runs.remove(run)
    return runs


def _follows(window: Window, later: Window) -> bool:
    """Return whether a window is that of the day before, and none that spans days."""
    length = window.closes - window.opens
    alike = length == later.closes - later.opens and length <= DAY
    return alike and (later.opens - window.opens) % (7 * DAY) == DAY


def _days(run: Sequence[Window]) -> str:
    first, last = DAYS[run[0].opens // DAY % 7], DAYS[run[-1].opens // DAY % 7]
    return first if len(run) == 1 else f"{first}-{last}"


def _clock(minute: int, *, end: bool = False) -> str:
    """Return a minute as a time of day; at the end of a window midnight is 24:00."""
    hours, minutes = divmod(minute % DAY or (DAY if end else 0), 60)
    return f"{hours:02}:{minutes:02}"


def _days_off(calendar: Calendar, lang: str) -> list[str]:
    off = calendar.holidays
    if off is None:
        return []
    lines = [line for line in _listed(off, lang) if line]
    if off.covers:
        lines.append("known for " + "-".join(str(year) for year in dict.fromkeys(off.covers)))
    if calendar.by_start_date:
        lines.append("by the date on which a window begins")
    return lines


def _listed(off: Holidays, lang: str) -> list[str]:
    """Return what a list of days off is made of."""

    def named(days: tuple[str, ...]) -> str:
        return ", ".join(f"{day} {say(off.names.get(day), lang) or ''}".strip() for day in days)

    country = "-".join(part for part in (off.country, off.subdivision) if part)
    if off.customer:
        country = "the customer's country"
    if off.frozen is not None:
        country = f"{country}, frozen" if country else named(off.frozen)
    added = named(off.add)
    return [
        country,
        f"and {added}" if country and added else added,
        f"not {', '.join(off.remove)}" if off.remove else "",
        _exchanged(off),
    ]


def _exchanged(off: Holidays) -> str:
    """Return what is said of days that are worked in exchange for a day off."""
    pinned = ", ".join(off.frozen_exchanged)
    if off.exchanged_for is not None:
        return f"{pinned or 'days worked in exchange'} as {off.exchanged}"
    if off.exchanged == "ignore":
        return "days worked in exchange ignored"
    return f"worked in exchange: {pinned}" if pinned else ""


def _single_dates(calendar: Calendar) -> list[str]:
    """Return the dates that have other hours than their weekday, and those with breaks."""

    def times(windows: tuple[Window, ...]) -> str:
        return ", ".join(f"{_clock(w.opens)}-{_clock(w.closes, end=True)}" for w in windows)

    return [
        *(f"{day} {times(windows) or 'closed'}" for day, windows in calendar.dates.items()),
        *(f"{day} not {times(windows)}" for day, windows in calendar.breaks.items()),
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
