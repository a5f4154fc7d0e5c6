"""The Python API: names, types, answers as sequences, instants as texts."""

import copy
import inspect
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from conftest import Cli

import zsupport
from zsupport.answer.case import Answers, AnyAnswers
from zsupport.answer.channels import ChannelOptions
from zsupport.cli.options import load_command
from zsupport.clock.problem import BadText
from zsupport.errors import InvalidPolicy
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision

ZOOM = zsupport.load("zoom", cache=False)
OPENED = "2026-11-23T10:00:00+01:00"
SAME = datetime(2026, 11, 23, 9, tzinfo=UTC)
CASE: dict[str, Any] = {"plan": "pro", "role": "owner", "priority": "P2"}


def test_dicts_of_answers_share_no_lists() -> None:
    answers = ZOOM.channels(plan="pro").to_dict()["answers"]
    before = [len(answer["because"]) for answer in answers]
    answers[-1]["because"].append("own")
    assert [len(answer["because"]) for answer in answers] == [*before[:-1], before[-1] + 1]


# -- types -----------------------------------------------------------------------------------------

ANSWERS = [getattr(zsupport, name) for name in zsupport.__all__ if name.endswith("Answer")]


@pytest.mark.parametrize("answer", ANSWERS)
def test_type_hints_of_answers_can_be_resolved(answer: Any) -> None:
    types = get_type_hints(answer)
    assert types["because"].__origin__ is tuple
    assert [*types] == [*answer._fields] == [*inspect.signature(answer).parameters]
    assert get_type_hints(answer.to_dict)["return"].__origin__ is dict


# -- names -----------------------------------------------------------------------------------------


def test_policy_lists_all_names() -> None:
    assert ZOOM.plans == ("free", "pro", "business", "education", "enterprise", "api")
    assert ZOOM.roles == ("owner", "admin", "user", "participant")
    assert ZOOM.priorities == ("P1", "P2", "P3", "P4")
    assert ZOOM.metrics == ("first-response",)
    assert set(ZOOM.channel_ids) == {answer.channel for answer in ZOOM.channels()}
    acme = zsupport.load(Path(__file__).parent / "policies" / "acme.yaml", cache=False)
    assert acme.facts["premier"] == ("false", "true")
    assert acme.facts["topic"] == ("technical", "billing")
    with pytest.raises(TypeError):
        acme.facts["topic"] = ()  # type: ignore[index]


def revision(start: str, plans: str, facts: str = "") -> zsupport.Policy:
    text = (
        f"format: 1\npolicy: p\neffective: {{from: {start}}}\nplans: {{{plans}}}\n{facts}"
        "channels: {web: {name: Web, kind: web}}\nentitlements: [{allow: web}]\n"
    )
    loaded = load_revision(SourceFile(f"{start}.yaml", text.encode(), "", f"{start}.yaml"))
    return zsupport.Policy((loaded,))


def test_names_are_those_of_all_revisions_newest_first() -> None:
    old = revision("2026-01-01", "gone: G, free: F", "facts: {a: {}, b: {values: {x: X}}}\n")
    new = revision("2027-01-01", "free: F, new: N", "facts: {b: {values: {y: Y}}}\n")
    policy = zsupport.Policy((*old.revisions, *new.revisions))
    assert policy.plans == ("free", "new", "gone")
    assert dict(policy.facts) == {"b": ("y",), "a": ("false", "true")}
    assert policy.roles == ()


@pytest.mark.parametrize("command", ["channels", "due", "hours", "priority", "topics", "terms"])
def test_arguments_have_the_names_of_options(command: str) -> None:
    # Options for the output and the files are not arguments of the library.
    not_arguments = {
        "policy", "tz", "format", "csv", "field", "why", "quiet", "exit_zero", "color", "debug",
        "fail_breached", "freeze", "import_ics", "windows", "output",
    }  # fmt: skip
    options = {option.name for option in load_command(command).every_option()} - not_arguments
    method = getattr(zsupport.Policy, command)
    arguments = set(inspect.signature(method).parameters) - {"self"}
    if "options" in arguments:
        arguments = arguments - {"options"} | {*ChannelOptions.__annotations__}
    assert arguments == options


# -- answers ---------------------------------------------------------------------------------------


def test_answers_are_a_sequence() -> None:
    answers = ZOOM.channels(plan="pro", role="admin")
    assert list(answers) == list(answers.answers)
    assert len(answers) == len(answers.answers) > 2
    assert (answers[0], answers[-1]) == (answers.answers[0], answers.answers[-1])
    assert answers[1:] == answers.answers[1:]
    assert answers.answers[0] in answers
    field: object = answers.columns
    assert field not in answers
    assert [answer.channel for answer in answers if answer.allowed] == ["help-center", "web"]


def test_answers_stay_values() -> None:
    answers = ZOOM.channels(plan="pro", role="admin")
    assert answers == ZOOM.channels(plan="pro", role="admin")
    assert answers != ZOOM.channels(plan="free", role="admin")
    fewer = answers._replace(answers=answers.answers[:1])
    assert (len(fewer), fewer.columns, fewer.revision) == (1, answers.columns, answers.revision)
    assert isinstance(fewer, Answers)
    with pytest.raises(ValueError, match="nonsense"):
        answers._replace(nonsense=1)
    for twin in (copy.copy(answers), pickle.loads(pickle.dumps(answers))):
        assert twin == answers
        assert type(twin) is Answers
    assert repr(answers).startswith("Answers(answers=(ChannelAnswer(plan='pro'")
    for field in Answers.__slots__:
        with pytest.raises(AttributeError, match="answers are frozen"):
            setattr(answers, field, None)
        with pytest.raises(AttributeError, match="answers are frozen"):
            delattr(answers, field)
    with pytest.raises(AttributeError):
        setattr(answers[0], "allowed", True)  # noqa: B010 - a type checker refuses the short form
    assert answers == ZOOM.channels(plan="pro", role="admin")


QUESTIONS: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("channels", {"plan": "pro"}, ("channels", "--plan", "pro")),
    ("due", {**CASE, "opened": OPENED, "at": OPENED},
     ("due", "--plan", "pro", "--role", "owner", "--priority", "P2", "--opened", OPENED, "--at",
      OPENED, "--tz", "UTC")),
    ("hours", {"at": OPENED}, ("hours", "--at", OPENED, "--tz", "UTC")),
    ("priority", {}, ("priority",)),
    ("topics", {}, ("topics",)),
    ("terms", {}, ("terms",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "arguments", "line"), QUESTIONS, ids=lambda value: str(value)[:8]
)
def test_to_dict_equals_the_json_output(
    command: str, arguments: dict[str, Any], line: tuple[str, ...], cli: Cli
) -> None:
    answers = getattr(ZOOM, command)(**arguments)
    document = json.loads(cli(*line, "--policy", "zoom", "--format", "json").stdout)
    plain = answers.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["answers"] == document["answers"] == [answer.to_dict() for answer in answers]
    assert plain["policy"] == document["policy"]
    assert plain["in_force"] is True


def test_advice_equals_the_json_output_except_for_the_words_of_its_summary(cli: Cli) -> None:
    answers = ZOOM.advise(**CASE, at=OPENED)
    case = ("--plan", CASE["plan"], "--role", CASE["role"], "--priority", CASE["priority"])
    run = cli("advise", *case, "--at", OPENED, "--tz", "UTC", "--format", "json")
    (document,) = json.loads(run.stdout)["answers"]
    (plain,) = answers.to_dict()["answers"]
    assert document.pop("summary") == [
        "Try Help Center first, then use Online ticket.",
        "Expect the first response by Mon 23 Nov 2026, 13:00 UTC, within 4 h.",
    ]
    assert plain.pop("summary") == [
        "Try Help Center first, then use Online ticket.",
        "Expect the first response by 2026-11-23T13:00:00Z, within 4 h.",
    ]
    assert plain == document


# -- instants --------------------------------------------------------------------------------------

EVENTS: list[dict[str, Any]] = [
    {"opened": OPENED, "at": OPENED},
    {"opened": OPENED, "answered": "2026-11-23T11:00:00+0100"},
    {"opened": "@1795424400", "resolved": "2026-11-25 09:00Z", "updated": "2026-11-24T09:00+01"},
    {"opened": OPENED, "at": "2026-11-24T09:00Z", "pause": [("2026-11-23T11:00Z", "@1795438800")]},
    {"opened": OPENED, "at": "2026-11-24T09:00Z", "pause": [("2026-11-23T11:00Z", None)]},
]


def parsed(value: Any) -> Any:
    """Return texts of instants as datetimes, parsed by the standard library."""
    if isinstance(value, list | tuple):
        return type(value)(parsed(item) for item in value)
    if not isinstance(value, str):
        return value
    if value.startswith("@"):
        return datetime.fromtimestamp(int(value[1:]), UTC)
    return datetime.fromisoformat(value)


@pytest.mark.parametrize("events", EVENTS, ids=str)
def test_texts_give_the_same_answers_as_datetimes(events: dict[str, Any]) -> None:
    texts = ZOOM.due(**CASE, **events)
    assert texts == ZOOM.due(**CASE, **{name: parsed(value) for name, value in events.items()})


def test_every_method_accepts_texts() -> None:
    ask: Callable[..., AnyAnswers]
    for ask in (ZOOM.channels, ZOOM.hours, ZOOM.priority, ZOOM.topics, ZOOM.terms):
        assert ask(at=OPENED).answers == ask(at=SAME).answers
        assert len(ask(at="now"))
    assert ZOOM.revision_at(OPENED) == ZOOM.revision_at(SAME)
    office = zsupport.Calendar.from_dict({"open": "mon-fri 09:00-17:00"})
    later = "2026-11-23T12:30:00Z"
    assert office.is_open(OPENED)
    assert office.next_open(OPENED) == office.next_open(SAME)
    assert office.elapsed(OPENED, later, [("@1795424400", later)]) == timedelta(0)
    assert office.due(OPENED, "1 business hour") == SAME + timedelta(hours=1)
    assert office.due(OPENED, timedelta(hours=1)) == SAME + timedelta(hours=1)


def test_empty_text_of_a_program_has_no_yaml_hint() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        zsupport.Calendar.from_dict({"open": ""})
    [finding] = caught.value.findings
    assert (finding.code, finding.path) == ("ZS003", "hours.calendar-0.open")
    assert finding.hint is None  # quotes and commas are a matter of YAML


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-11-23T10:00:00", "has no time zone"),
        ("2026-11-23", "the time of day is missing"),
        ("tomorrow", "invalid instant"),
        ("", "invalid instant"),
    ],
)
def test_invalid_text_of_an_instant_is_an_error(text: str, message: str) -> None:
    office = zsupport.Calendar.from_dict({"open": "mon-fri 09:00-17:00"})
    for ask in (
        lambda: ZOOM.due(**CASE, opened=text),
        lambda: ZOOM.due(**CASE, opened=OPENED, answered=text),
        lambda: ZOOM.channels(at=text),
        lambda: office.is_open(text),
    ):
        with pytest.raises(BadText, match=message) as caught:
            ask()
        # The message names no options of the command line.
        assert "--" not in str(caught.value)
        assert isinstance(caught.value, ValueError)
