"""Compare the answers of the program and the oracle to random questions."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from zsupport import Calendar, Policy, ZsupportError, load

from . import clock
from .cases import (
    GROUP,
    ON_CHANGE,
    STARTS,
    Bundle,
    Case,
    Course,
    FirstMetric,
    bundle,
    courses,
)

CASES_PER_CALENDAR = 25
CHUNK = GROUP * CASES_PER_CALENDAR  # these share their time zones
COURSES_PER_POLICY = 20
CALENDARS_PER_POLICY = 5
#: The property of a test with its seed, number of cases, and number of disagreements.
COMPARED = "compared with the oracle"
NEXT_OPEN_DAYS = 12

Verdict = tuple[str, datetime | None, datetime | None, int | None]
Answer = datetime | timedelta | bool | str | Verdict | None


def check(seed: int, chunk: int, cases: int, folder: Path) -> Iterator[str]:
    """Compare the cases of a chunk and a tenth as many courses; yield the disagreements."""
    left = cases // 10  # courses
    first = chunk * CHUNK // CASES_PER_CALENDAR
    for number, start in enumerate(range(0, cases, CASES_PER_CALENDAR), first):
        drawn = bundle(seed, number, min(cases - start, CASES_PER_CALENDAR))
        yield from compare(drawn, f"seed {seed}, bundle {number}")
        if left and number % CALENDARS_PER_POLICY == 0:
            starts, many = courses(seed, number, drawn, min(left, COURSES_PER_POLICY))
            left -= len(many)
            if many:
                origin = f"seed {seed}, courses {number}"
                yield from compare_courses(drawn, starts, many, folder, origin)


def figures(cases: int, seed: int, disagreements: int) -> str:
    """Return a line with the number of cases, the seed and the disagreements."""
    return f"clock: {cases} cases, seed {seed}, {disagreements} disagreements"


def compare(drawn: Bundle, origin: str) -> Iterator[str]:
    """Yield the questions of a calendar with different answers of program and oracle."""
    try:
        calendar = Calendar.from_dict(
            drawn.calendar,
            business_day=drawn.reading,
            customer_tz=drawn.customer_zone,
            customer_country=drawn.customer_country,
        )
    except Exception as error:
        yield report(origin, drawn, "calendar", f"{type(error).__name__}: {error}", "a calendar")
        return
    for case in drawn.cases:
        for question, ask, define in questions(calendar, drawn, case):
            actual, expected = answer(ask), definition(define)
            if actual != expected:
                yield report(origin, drawn, question(), actual, expected)


def policy_text(drawn: Bundle, first: FirstMetric, targets: Mapping[str, str]) -> str:
    """Return a policy with the targets by priority, for every metric.

    Each start of STARTS has a later metric for each value of ON_CHANGE.
    """
    several = drawn.calendar if isinstance(drawn.calendar, list) else [drawn.calendar]
    hours: dict[str, Any] = {f"h{i}": calendar for i, calendar in enumerate(several)}
    hours["all"] = {"any": list(hours)}
    metrics = {"first": first} | {
        f"later-{i}-{on_change}": FirstMetric(start, on_change)
        for i, start in enumerate(STARTS)
        for on_change in ON_CHANGE
    }
    policy = {
        "format": "1",
        "policy": "case",
        "plans": {"any": "Any"},
        "channels": {"web": {"name": "Web", "kind": "web"}},
        "entitlements": [{"allow": "web"}],
        "priorities": [{"id": id} for id in targets],
        "metrics": [
            {"id": id, "starts": starts, "on-change": on_change, "pauses": "Waiting"}
            for id, (starts, on_change) in metrics.items()
        ],
        "business-day": drawn.reading,
        "hours": hours,
        "targets": [{"hours": "all", **dict.fromkeys(metrics, targets)}],
    }
    return json.dumps(policy)


def compare_courses(
    drawn: Bundle, first: FirstMetric, many: Sequence[Course], folder: Path, origin: str
) -> Iterator[str]:
    """Yield the courses with different states by program and oracle."""
    targets = {f"P{number}": course.target for number, course in enumerate(many)}
    text = policy_text(drawn, first, targets)
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        policy = load(path, cache=False)
    except ZsupportError as error:
        yield f"# {origin}\n{text}\n# program: {error}"
        return
    for number, course in enumerate(many):
        metric = f"later-{STARTS.index(course.starts)}-{course.on_change}"
        metric = "first" if course.first_metric else metric
        keywords = {
            "metric": metric,
            "priority": f"P{number}",
            "opened": utc(course.opened),
            "at": utc(course.now),
            "answered": None if course.answered is None else utc(course.answered),
            "updated": None if course.updated is None else utc(course.updated),
            "resolved": None if course.resolved is None else utc(course.resolved),
            "start": None if course.start is None else {metric: utc(course.start)},
            "pause": [(utc(p), None if q is None else utc(q)) for p, q in course.pauses],
            "event": [(utc(at), {"priority": f"P{to}"}) for at, to in course.changes],
            "at_risk": course.ratio,
            "customer_tz": drawn.customer_zone,
            "customer_country": drawn.customer_country,
        }
        actual = answer(partial(program_verdict, policy, keywords))
        expected = definition(partial(oracle_verdict, drawn, course, many))
        if actual != expected:
            shown = {name: value for name, value in keywords.items() if value not in (None, [])}
            used = {number, *(to for _, to in course.changes)}
            text = policy_text(drawn, first, {f"P{i}": targets[f"P{i}"] for i in sorted(used)})
            yield "\n".join(
                [
                    f"# {origin}, {course.target}",
                    "import datetime, pathlib, zsupport",
                    f"pathlib.Path('case.yaml').write_text({text!r})",
                    f"print(zsupport.load('./case.yaml').due(**{shown!r}).answers)",
                    f"# program:    {actual}",
                    f"# definition: {expected}",
                    "",
                ]
            )


def program_verdict(policy: Policy, question: Mapping[str, Any]) -> Verdict:
    """Return state, deadline, instant of the risk, and remaining time by the program."""
    [row] = policy.due(**question).answers
    remaining = row.remaining_seconds if row.due is None else None
    return row.state, row.due, row.at_risk_at, remaining


def oracle_verdict(drawn: Bundle, course: Course, many: Sequence[Course]) -> Verdict:
    """Return state, deadline, instant of the risk, and remaining time by the oracle."""
    changes = [(at, clock.to_target(many[to].target)) for at, to in course.changes]
    result = clock.judge_changed(
        drawn.hours,
        course.opened,
        clock.to_target(course.target),
        changes,
        course.now,
        on_change=course.on_change,
        pauses=course.pauses,
        reading=drawn.reading,
        ratio=None if course.ratio is None else clock.to_warn(course.ratio),
        first_metric=course.first_metric,
        answered=course.answered,
        updated=course.updated,
        resolved=course.resolved,
        starts=course.starts,
        start=course.start,
    )
    return (
        result.state,
        None if result.due is None else utc(result.due),
        None if result.at_risk_at is None else utc(result.at_risk_at),
        result.remaining,
    )


Question = tuple[Callable[[], str], Callable[[], Any], Callable[[], Any]]


def questions(calendar: Calendar, drawn: Bundle, case: Case) -> Iterator[Question]:
    """Yield each question: its Python code, and its functions for program and oracle."""
    hours = drawn.hours
    opened = datetime.fromtimestamp(case.opened, UTC if case.zone == "UTC" else ZoneInfo(case.zone))
    opened = opened.replace(microsecond=case.microseconds)
    end = utc(case.end).replace(microsecond=case.microseconds)
    target = timedelta(seconds=case.target) if isinstance(case.target, int) else case.target
    pauses = [(utc(begin), None if to is None else utc(to)) for begin, to in case.pauses]

    def some() -> str:
        paused = ", ".join(f"({code_of(p)}, {code_of(q)})" for p, q in pauses)
        return f", [{paused}]" if pauses else ""

    yield (
        lambda: f"calendar.due({code_of(opened)}, {target!r}{some()})",
        lambda: calendar.due(opened, target, pauses),
        lambda: utc(due(drawn, case)),
    )
    yield (
        lambda: f"calendar.elapsed({code_of(opened)}, {code_of(end)}{some()})",
        lambda: calendar.elapsed(opened, end, pauses),
        lambda: timedelta(seconds=elapsed(drawn, case)),
    )
    yield (
        lambda: f"calendar.is_open({code_of(opened)})",
        lambda: calendar.is_open(opened),
        lambda: hours.is_open(case.opened),
    )
    horizon = case.opened + NEXT_OPEN_DAYS * clock.DAY_SECONDS

    def soon(result: int | None) -> datetime | str:
        return "not soon" if result is None or result >= horizon else utc(result)

    def opening() -> datetime | str:
        result = calendar.next_open(opened)
        return soon(None if result is None else int(result.timestamp()))

    yield (
        lambda: f"calendar.next_open({code_of(opened)})",
        opening,
        lambda: soon(hours.next_open(case.opened, NEXT_OPEN_DAYS)),
    )
    yield (
        lambda: f"calendar.working_time.next_close({case.opened})",
        lambda: soon(calendar.working_time.next_close(case.opened)),
        lambda: soon(hours.next_close(case.opened, NEXT_OPEN_DAYS)),
    )


def due(drawn: Bundle, case: Case) -> int:
    """Return the deadline by the oracle."""
    if isinstance(case.target, int):
        target = clock.Target("business", case.target)
    else:
        target = clock.to_target(case.target)
    return clock.due(drawn.hours, case.opened, target, case.pauses, drawn.reading)


def elapsed(drawn: Bundle, case: Case) -> int:
    """Return the working time outside the pauses by the oracle."""
    pauses, goes_on = clock.settle(case.pauses, case.opened)
    if goes_on is not None and goes_on < case.end:
        pauses.append((goes_on, case.end))
    return clock.elapsed(drawn.hours, case.opened, case.end, pauses)


def answer(ask: Callable[[], Answer]) -> Answer:
    """Return the answer of the program, or `refused`."""
    try:
        return ask()
    except (ValueError, ZsupportError) as error:
        return f"refused: {error}" if "bug" in str(error) else "refused"


def definition(define: Callable[[], Answer]) -> Answer:
    """Return the answer of the oracle, or `refused`."""
    try:
        return define()
    except (clock.Refused, clock.Paused):
        return "refused"


def utc(instant: int) -> datetime:
    """Return an instant as a datetime."""
    return datetime.fromtimestamp(instant, UTC)


def code_of(moment: datetime | None) -> str:
    """Return the Python code of a datetime."""
    if moment is None:
        return "None"
    zone = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else None
    text = f'datetime.fromisoformat("{moment.isoformat()}")'
    return text if zone is None else f'{text}.astimezone(ZoneInfo("{zone}"))'


def report(origin: str, drawn: Bundle, question: str, actual: Any, expected: Any) -> str:
    """Return a disagreement as Python code with both answers."""
    extras = {
        "business_day": drawn.reading,
        "customer_tz": drawn.customer_zone,
        "customer_country": drawn.customer_country,
    }
    keywords = "".join(f", {name}={value!r}" for name, value in extras.items() if value is not None)
    return "\n".join(
        [
            f"# {origin}",
            "from datetime import datetime, timedelta",
            "from zoneinfo import ZoneInfo",
            "from zsupport import Calendar",
            f"calendar = Calendar.from_dict({drawn.calendar!r}{keywords})",
            f"print({question})" if question != "calendar" else "",
            f"# program:    {actual}",
            f"# definition: {expected}",
            "",
        ]
    )
