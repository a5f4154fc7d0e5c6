"""Puts random questions to the program and to the definition, and says where they disagree."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from zsupport import Calendar, Policy, ZsupportError, load

from . import clock
from .cases import GROUP, STARTS, Bundle, Case, Course, bundle, courses

CASES_PER_CALENDAR = 25
CHUNK = GROUP * CASES_PER_CALENDAR  # one draw of zones
COURSES_PER_POLICY = 20
CALENDARS_PER_POLICY = 5
#: The property of a test that compared cases: their seed, how many, and the disagreements.
COMPARED = "compared with the clock definition"
NEXT_OPEN_DAYS = 12

Verdict = tuple[str, datetime | None, datetime | None, int | None]
Answer = datetime | timedelta | bool | str | Verdict | None


def check(seed: int, chunk: int, cases: int, folder: Path) -> Iterator[str]:
    """Compare so many cases of a chunk, and a tenth as many courses; yield each disagreement."""
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
    """Return in one line what was compared, and from which seed it can be drawn again."""
    return f"clock: {cases} cases, seed {seed}, {disagreements} disagreements"


def compare(drawn: Bundle, origin: str) -> Iterator[str]:
    """Yield the questions of one calendar to which program and definition answer differently."""
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
            got, expected = answer(ask), definition(define)
            if got != expected:
                yield report(origin, drawn, question(), got, expected)


def policy_text(drawn: Bundle, first: str, targets: Sequence[str]) -> str:
    """Return a policy that promises each target, as priority P0, P1 and so on, by each metric.

    The first metric starts as `first` says, and for each start there is a later one.
    """
    several = drawn.calendar if isinstance(drawn.calendar, list) else [drawn.calendar]
    hours: dict[str, Any] = {f"h{i}": each for i, each in enumerate(several)}
    hours["all"] = {"any": list(hours)}
    promised = {f"P{i}": target for i, target in enumerate(targets)}
    starts = {"first": first, **{f"later-{i}": each for i, each in enumerate(STARTS)}}
    policy = {
        "format": "1",
        "policy": "case",
        "plans": {"any": "Any"},
        "channels": {"web": {"name": "Web", "kind": "web"}},
        "entitlements": [{"allow": "web"}],
        "priorities": [{"id": each} for each in promised],
        "metrics": [{"id": id, "starts": each, "pauses": "Waiting"} for id, each in starts.items()],
        "business-day": drawn.reading,
        "hours": hours,
        "targets": [{"hours": "all", **dict.fromkeys(starts, promised)}],
    }
    return json.dumps(policy)


def compare_courses(
    drawn: Bundle, first: str, many: Sequence[Course], folder: Path, origin: str
) -> Iterator[str]:
    """Yield the courses that the program judges in another way than the definition."""
    text = policy_text(drawn, first, [course.target for course in many])
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        policy = load(path, cache=False)
    except ZsupportError as error:
        yield f"# {origin}\n{text}\n# program: {error}"
        return
    for number, course in enumerate(many):
        metric = "first" if course.first_metric else f"later-{STARTS.index(course.starts)}"
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
            "at_risk": course.ratio,
            "customer_tz": drawn.customer_zone,
            "customer_country": drawn.customer_country,
        }
        got = answer(partial(verdict, policy, keywords))
        expected = definition(partial(judged, drawn, course))
        if got != expected:
            shown = {name: value for name, value in keywords.items() if value not in (None, [])}
            shown["priority"] = "P0"
            text = policy_text(drawn, first, [course.target])
            yield "\n".join(
                [
                    f"# {origin}, {course.target}",
                    "import datetime, pathlib, zsupport",
                    f"pathlib.Path('case.yaml').write_text({text!r})",
                    f"print(zsupport.load('./case.yaml').due(**{shown!r}).answers)",
                    f"# program:    {got}",
                    f"# definition: {expected}",
                    "",
                ]
            )


def verdict(policy: Policy, asked: Mapping[str, Any]) -> Verdict:
    """Return state, deadline, beginning of the risk and, paused, what remains: the program's."""
    [given] = policy.due(**asked).answers
    remaining = given.remaining_seconds if given.due is None else None
    return given.state, given.due, given.at_risk_at, remaining


def judged(drawn: Bundle, course: Course) -> Verdict:
    """Return state, deadline, beginning of the risk and, paused, what remains: the definition's."""
    found = clock.judge(
        drawn.hours,
        course.opened,
        clock.to_target(course.target),
        course.now,
        pauses=course.pauses,
        reading=drawn.reading,
        ratio=None if course.ratio is None else Fraction(course.ratio),
        first_metric=course.first_metric,
        answered=course.answered,
        updated=course.updated,
        resolved=course.resolved,
        starts=course.starts,
        start=course.start,
    )
    return (
        found.state,
        None if found.due is None else utc(found.due),
        None if found.at_risk_at is None else utc(found.at_risk_at),
        found.remaining,
    )


Asked = tuple[Callable[[], str], Callable[[], Any], Callable[[], Any]]


def questions(calendar: Calendar, drawn: Bundle, case: Case) -> Iterator[Asked]:
    """Yield what is asked: as Python to paste, of the program, and of the definition."""
    hours = drawn.hours
    opened = datetime.fromtimestamp(case.opened, UTC if case.zone == "UTC" else ZoneInfo(case.zone))
    opened = opened.replace(microsecond=case.microseconds)
    end = utc(case.end).replace(microsecond=case.microseconds)
    target = timedelta(seconds=case.target) if isinstance(case.target, int) else case.target
    pauses = [(utc(begin), None if to is None else utc(to)) for begin, to in case.pauses]

    def some() -> str:
        paused = ", ".join(f"({written(p)}, {written(q)})" for p, q in pauses)
        return f", [{paused}]" if pauses else ""

    yield (
        lambda: f"calendar.due({written(opened)}, {target!r}{some()})",
        lambda: calendar.due(opened, target, pauses),
        lambda: utc(due(drawn, case)),
    )
    yield (
        lambda: f"calendar.elapsed({written(opened)}, {written(end)}{some()})",
        lambda: calendar.elapsed(opened, end, pauses),
        lambda: timedelta(seconds=elapsed(drawn, case)),
    )
    yield (
        lambda: f"calendar.is_open({written(opened)})",
        lambda: calendar.is_open(opened),
        lambda: hours.is_open(case.opened),
    )
    horizon = case.opened + NEXT_OPEN_DAYS * clock.DAY_SECONDS

    def soon(found: int | None) -> datetime | str:
        return "not soon" if found is None or found >= horizon else utc(found)

    def opening() -> datetime | str:
        found = calendar.next_open(opened)
        return soon(None if found is None else int(found.timestamp()))

    yield (
        lambda: f"calendar.next_open({written(opened)})",
        opening,
        lambda: soon(hours.next_open(case.opened, NEXT_OPEN_DAYS)),
    )
    yield (
        lambda: f"calendar.working_time.next_close({case.opened})",
        lambda: soon(calendar.working_time.next_close(case.opened)),
        lambda: soon(hours.next_close(case.opened, NEXT_OPEN_DAYS)),
    )


def due(drawn: Bundle, case: Case) -> int:
    """Return when the definition says that it is due."""
    if isinstance(case.target, int):
        target = clock.Target("business", case.target)
    else:
        target = clock.to_target(case.target)
    return clock.due(drawn.hours, case.opened, target, case.pauses, drawn.reading)


def elapsed(drawn: Bundle, case: Case) -> int:
    """Return the working time outside the pauses as the definition counts it."""
    pauses, goes_on = clock.settle(case.pauses, case.opened)
    if goes_on is not None and goes_on < case.end:
        pauses.append((goes_on, case.end))
    return clock.elapsed(drawn.hours, case.opened, case.end, pauses)


def answer(ask: Callable[[], Answer]) -> Answer:
    """Return what the program answers, or that it refuses."""
    try:
        return ask()
    except (ValueError, ZsupportError) as error:
        return f"refused: {error}" if "bug" in str(error) else "refused"


def definition(define: Callable[[], Answer]) -> Answer:
    """Return what the definition answers, or that it refuses."""
    try:
        return define()
    except (clock.Refused, clock.Paused):
        return "refused"


def utc(instant: int) -> datetime:
    """Return an instant as a datetime."""
    return datetime.fromtimestamp(instant, UTC)


def written(moment: datetime | None) -> str:
    """Return Python that makes a datetime."""
    if moment is None:
        return "None"
    zone = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else None
    text = f'datetime.fromisoformat("{moment.isoformat()}")'
    return text if zone is None else f'{text}.astimezone(ZoneInfo("{zone}"))'


def report(origin: str, drawn: Bundle, question: str, got: Any, expected: Any) -> str:
    """Return a disagreement as Python that can be pasted, with both answers."""
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
            f"# program:    {got}",
            f"# definition: {expected}",
            "",
        ]
    )
