"""Conformance cases with answers worked out by hand, run by the program and the oracle."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from oracle import clock

from zsupport import Calendar, UsageError, ZsupportError, load

FOLDER = Path(__file__).parent / "conformance"
FILES = sorted(FOLDER.glob("*.yaml"))
OPTIONS = {
    "at", "answered", "updated", "resolved", "at-risk", "warn", "metric", "metric-pauses", "starts",
    "start", "on-change", "changes",
}  # fmt: skip
KEYS = {
    "id", "why", "expect", "calendar", "opened", "target", "pauses", "business-day",
    "customer-zone", "customer-country", "from", "until", "timezone", "policy", "ask", "with",
    "facts", *OPTIONS,
}  # fmt: skip
ANSWERS = {
    "due", "state", "at_risk_at", "remaining", "warned", "open", "next_open", "elapsed", "allowed",
    "target", "error",
}  # fmt: skip

Case = Mapping[str, Any]


def cases_of(path: Path) -> list[Case]:
    """Return the cases of a file, with calendars and policies instead of their names."""
    # Every scalar is text, as policies read it.
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    cases: list[Case] = []
    for case in document["cases"]:
        full = dict(case)
        if isinstance(case.get("calendar"), str) and case["calendar"] != "none":
            full["calendar"] = document["calendars"][case["calendar"]]
        if "policy" in case:
            full["policy"] = document["policies"][case["policy"]]
        cases.append(full)
    return cases


ALL = {f"{path.stem}:{case['id']}": case for path in FILES for case in cases_of(path)}


# --- Cases ----------------------------------------------------------------------------------------


def instant(text: str) -> datetime:
    """Return an instant."""
    return datetime.fromisoformat(text)


def seconds(text: str) -> int:
    """Return an instant as whole seconds."""
    return int(instant(text).timestamp() // 1)


def pauses_of(case: Case) -> list[tuple[str, str | None]]:
    """Return the pauses as texts."""
    pairs = [text.split("/") for text in case.get("pauses", [])]
    return [(begin, end or None) for begin, end in pairs]


def kind_of(case: Case) -> str:
    """Return the kind of question of a case."""
    if "policy" in case:
        return "policy"
    if "target" not in case:
        return "elapsed" if "from" in case else "open"
    clock_time = case["target"].endswith("24x7") or case["calendar"] == "none"
    return "state" if OPTIONS & set(case) or clock_time else "due"


def shown(value: Any) -> str:
    """Return an answer as a text in the form of the cases."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, timedelta):
        minutes, rest = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"
    return str(value)


def expected(case: Case) -> dict[str, Any]:
    """Return what a case expects, instants in UTC."""
    return {
        key: instant(text).astimezone(UTC).isoformat()
        if key in ("due", "at_risk_at", "next_open") and text != "none"
        else text
        for key, text in case["expect"].items()
    }


# --- The program ----------------------------------------------------------------------------------


def policy_of(case: Case) -> dict[str, Any]:
    """Return a policy with the target and metric of a case."""
    pauses = {} if case.get("metric-pauses") == "false" else {"pauses": "Waiting"}
    warn = {"warn": case["warn"]} if "warn" in case else {}
    own = {key: case[key] for key in ("starts", "on-change") if key in case}
    metrics = [{"id": id, **pauses, **warn} for id in ("first", "second")]
    metrics[case.get("metric", "first") == "second"] |= own
    policy: dict[str, Any] = {
        "format": "1",
        "policy": "case",
        "timezone": case.get("timezone", "UTC"),
        "plans": {"any": "Any"},
        "channels": {"web": {"name": "Web", "kind": "web"}},
        "entitlements": [{"allow": "web"}],
        "metrics": metrics,
        "business-day": case.get("business-day", "close"),
    }
    rule = {case.get("metric", "first"): case["target"]}
    if "changes" in case:  # each target is that of a priority
        targets = [case["target"], *case["changes"].values()]
        promised = {f"P{number}": target for number, target in enumerate(targets)}
        rule = {case.get("metric", "first"): promised}
        policy["priorities"] = [{"id": id} for id in promised]
    if case["calendar"] != "none":
        members = case["calendar"]
        members = members if isinstance(members, list) else [members]
        policy["hours"] = {f"h{i}": calendar for i, calendar in enumerate(members)}
        policy["hours"]["all"] = {"any": list(policy["hours"])}
        rule["hours"] = "all"
    return {**policy, "targets": [rule]}


def events_of(case: Case) -> list[tuple[datetime, dict[str, str]]]:
    """Return the changes of a case: to another target, or to other values."""
    changes = case.get("changes", [])
    if isinstance(changes, dict):
        return [(instant(at), {"priority": f"P{number}"}) for number, at in enumerate(changes, 1)]
    events = []
    for text in changes:
        at, _, values = text.partition(" ")
        events.append((instant(at), dict([values.split("=")])))
    return events


def program(case: Case, folder: Path) -> dict[str, Any]:
    """Return the answer or the error of the program."""
    kind = kind_of(case)
    try:
        if kind in ("policy", "state"):
            revisions = case["policy"] if kind == "policy" else [policy_of(case)]
            for number, revision in enumerate(revisions):
                text = json.dumps(revision)
                (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
            policy = load(folder, cache=False)
        else:
            calendar = Calendar.from_dict(
                case["calendar"],
                business_day=case.get("business-day", "close"),
                customer_tz=case.get("customer-zone"),
                customer_country=case.get("customer-country"),
            )
    except ZsupportError:
        return {"error": "policy" if kind == "policy" else "calendar"}
    pauses = [(instant(p), None if q is None else instant(q)) for p, q in pauses_of(case)]
    try:
        if kind == "open":
            at = instant(case["at"])
            return {"open": calendar.is_open(at), "next_open": calendar.next_open(at)}
        if kind == "elapsed":
            start, end = instant(case["from"]), instant(case["until"])
            return {"elapsed": calendar.elapsed(start, end, pauses)}
        if kind == "due":
            return {"due": calendar.due(instant(case["opened"]), case["target"], pauses)}
        options: dict[str, Any] = dict(case.get("with", {}))
        if case.get("ask") == "channels":
            channels = policy.channels(
                **options, fact=case.get("facts"), at=instant(case["at"])
            ).answers
            return {"allowed": [answer.channel for answer in channels if answer.allowed]}
        if kind == "state":
            options["metric"] = case.get("metric", "first")
            options |= {"priority": "P0"} if "changes" in case else {}
        for name in ("opened", "at", "answered", "updated", "resolved"):
            if name in case:
                options[name] = instant(case[name])
        if "start" in case:
            options["start"] = {options["metric"]: instant(case["start"])}
        options.setdefault("at", options["opened"])
        answers = policy.due(
            **options,
            fact=case.get("facts"),
            pause=pauses,
            event=events_of(case),
            at_risk=case.get("at-risk"),
            customer_tz=case.get("customer-zone"),
            customer_country=case.get("customer-country"),
        )
    except (ValueError, UsageError):
        return {"error": "value"}
    [answer] = answers.answers
    return {
        "state": answer.state,
        "due": answer.due,
        "at_risk_at": answer.at_risk_at,
        "remaining": answer.remaining_seconds,
        "target": answer.target,
        "warned": bool(answers.warnings),
    }


@pytest.mark.parametrize("case", ALL.values(), ids=ALL)
def test_program_gives_the_expected_answers(case: Case, tmp_path: Path) -> None:
    answers = program(case, tmp_path)
    result = {
        key: answers[key] if key == "allowed" else shown(answers[key])
        for key in case["expect"]
        if key in answers
    }
    assert result == expected(case), f"{case['why']} {answers}"


# --- The oracle -----------------------------------------------------------------------------------


def has_no_deadline(case: Case) -> bool:
    """Return whether a case has a target without a deadline."""
    return case.get("target") in ("none", "not-stated", "2 per week")


def definition(case: Case) -> dict[str, Any]:
    """Return the answer of the oracle in the form of the cases."""
    if case["calendar"] == "none":
        hours = clock.Hours({"open": "24x7", "timezone": case.get("timezone", "UTC")})
    else:
        hours = clock.Hours(
            case["calendar"], case.get("customer-zone"), case.get("customer-country")
        )
    pauses = [(seconds(p), None if q is None else seconds(q)) for p, q in pauses_of(case)]
    if case.get("metric-pauses") == "false":
        pauses = []
    kind = kind_of(case)
    if kind == "open":
        opening = hours.next_open(seconds(case["at"]), 400)
        return {"open": hours.is_open(seconds(case["at"])), "next_open": utc(opening)}
    if kind == "elapsed":
        start, end = seconds(case["from"]), seconds(case["until"])
        closed, goes_on = clock.settle(pauses, start)
        closed += [] if goes_on is None or goes_on >= end else [(goes_on, end)]
        return {"elapsed": timedelta(seconds=clock.elapsed(hours, start, end, closed))}
    if has_no_deadline(case):
        return {}
    target = clock.to_target(case["target"])
    reading = case.get("business-day", "close")
    opened = seconds(case["opened"])
    if kind == "due":
        return {"due": utc(clock.due(hours, opened, target, pauses, reading))}
    ratio = case.get("at-risk", case.get("warn"))
    events = {
        name: seconds(case[name])
        for name in ("answered", "updated", "resolved", "start")
        if name in case
    }
    changes = [(seconds(at), clock.to_target(to)) for at, to in case.get("changes", {}).items()]
    verdict = clock.judge_changed(
        hours,
        opened,
        target,
        changes,
        seconds(case.get("at", case["opened"])),
        on_change=case.get("on-change", "carry"),
        pauses=pauses,
        reading=reading,
        ratio=None if ratio is None else clock.to_warn(ratio),
        first_metric=case.get("metric", "first") == "first",
        answered=events.get("answered"),
        updated=events.get("updated"),
        resolved=events.get("resolved"),
        starts=case.get("starts", "opened"),
        start=events.get("start"),
    )
    return {
        "state": verdict.state,
        "due": utc(verdict.due),
        "at_risk_at": utc(verdict.at_risk_at),
        **({} if verdict.remaining is None else {"remaining": verdict.remaining}),
    }


def utc(instant: int | None) -> datetime | None:
    """Return an instant as a datetime."""
    return None if instant is None else datetime.fromtimestamp(instant, UTC)


# The program reports these cases when it loads the policy, so the oracle does not run them.
INVALID_WHEN_LOADED = {
    "hours:bare-day", "hours:bare-hours-under-hours", "hours:negative-target",
    "business-days:zero-business-days", "starts:start-of-a-clock-that-the-answer-starts",
    "starts:start-of-a-clock-that-starts-when-opened",
}  # fmt: skip
CLOCK_CASES = {
    name: case
    for name, case in ALL.items()
    if "calendar" in case
    and case["expect"].get("error") != "calendar"
    and name not in INVALID_WHEN_LOADED
}


@pytest.mark.parametrize("case", CLOCK_CASES.values(), ids=CLOCK_CASES)
def test_oracle_gives_the_expected_answers(case: Case) -> None:
    try:
        answers = definition(case)
    except (clock.Refused, clock.Paused):
        answers = {"error": "value"}
    assert bool(answers) is not has_no_deadline(case)
    result = {key: shown(answers[key]) for key in case["expect"] if key in answers}
    expected_answers = {
        key: text for key, text in expected(case).items() if key in answers or key == "error"
    }
    assert result == expected_answers, case["why"]


# --- The files ------------------------------------------------------------------------------------


def test_every_case_has_an_id_and_a_reason() -> None:
    assert len(ALL) >= 120
    for path in FILES:
        cases = cases_of(path)
        assert len({case["id"] for case in cases}) == len(cases)
        for case in cases:
            assert set(case) <= KEYS, case["id"]
            assert case["expect"], case["id"]
            assert set(case["expect"]) <= ANSWERS, case["id"]
            assert len(case["why"]) > 10, case["id"]


def test_readme_names_every_file_and_key() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    options = [path.name for path in FILES] + sorted(KEYS) + sorted(ANSWERS)
    assert [name for name in options if f"`{name}" not in text] == []
