"""The shipped Zoom policy agrees with the source article, value by value.

The article is Norwegian. The table was typed from it. Tests of texts check the meaning, not the
exact words of the policy.
"""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import zsupport
from zsupport.sources.find import shipped_root

if TYPE_CHECKING:
    from conftest import Cli

PLANS = ["free", "pro", "business", "education", "enterprise", "api"]
ROLES = ["owner", "admin", "user", "participant"]
CHANNELS = ["help-center", "web", "chat", "phone"]
PRIORITIES = ["P1", "P2", "P3", "P4"]

with open(Path(__file__).parent / "facts" / "zoom-2020.csv", encoding="utf-8") as _file:
    CELLS = list(csv.DictReader(_file))

ZOOM = zsupport.load("zoom", cache=False)
OPENED = datetime(2020, 6, 19, 22, 30, tzinfo=UTC)
#: The deadlines after an hour, four hours and a day, typed by hand.
INSTANTS = {
    "1": "2020-06-19T23:30:00Z",
    "4": "2020-06-20T02:30:00Z",
    "24": "2020-06-20T22:30:00Z",
    "not-entitled": None,
}


def case_of(cell: dict[str, str]) -> str:
    return f"{cell['plan']}-{cell['role']}"


@pytest.fixture(scope="module")
def matrix(cli: "Cli") -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return the answers to `zsupport channels`, by plan, role and channel."""
    answers = json.loads(cli("channels", "--format", "json").stdout)["answers"]
    by_case = {(a["plan"], a["role"], a["channel"]): a for a in answers}
    assert len(answers) == len(by_case) == 96
    return by_case


@pytest.fixture(scope="module")
def deadlines(cli: "Cli") -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return the answers to `zsupport due`, by plan, role and priority."""
    run = cli("due", "--opened", "2020-06-19T22:30:00Z", "--format", "json")
    answers = json.loads(run.stdout)["answers"]
    return {(a["plan"], a["role"], a["priority"]): a for a in answers}


def test_targets_do_not_depend_on_the_channel(
    deadlines: dict[tuple[str, str, str], dict[str, Any]],
) -> None:
    assert len(deadlines) == 96
    assert {answer["channel"] for answer in deadlines.values()} == {None}


def test_the_table_has_every_case_once() -> None:
    assert [(cell["plan"], cell["role"]) for cell in CELLS] == [
        (plan, role) for plan in PLANS for role in ROLES
    ]
    assert {cell[channel] for cell in CELLS for channel in CHANNELS} == {"yes", "no"}
    assert {cell[priority] for cell in CELLS for priority in PRIORITIES} == set(INSTANTS)


@pytest.mark.parametrize("cell", CELLS, ids=case_of)
def test_channels_in_python(cell: dict[str, str]) -> None:
    answers = ZOOM.channels(plan=cell["plan"], role=cell["role"]).answers
    assert {answer.channel: answer.allowed for answer in answers} == {
        channel: cell[channel] == "yes" for channel in CHANNELS
    }
    for channel in CHANNELS:
        [answer] = ZOOM.channels(plan=cell["plan"], role=cell["role"], channel=channel).answers
        assert answer.allowed is (cell[channel] == "yes")


@pytest.mark.parametrize("cell", CELLS, ids=case_of)
def test_channels_on_the_command_line(
    cell: dict[str, str], matrix: dict[tuple[str, str, str], dict[str, Any]]
) -> None:
    for channel in CHANNELS:
        answer = matrix[cell["plan"], cell["role"], channel]
        assert answer["allowed"] is (cell[channel] == "yes")


@pytest.mark.parametrize("cell", CELLS, ids=case_of)
def test_response_times_in_python(cell: dict[str, str]) -> None:
    for priority in PRIORITIES:
        [answer] = ZOOM.due(
            plan=cell["plan"], role=cell["role"], priority=priority, opened=OPENED, at=OPENED
        ).answers
        if cell[priority] == "not-entitled":
            assert (answer.state, answer.due, answer.target) == ("not-entitled", None, None)
        else:
            assert answer.state == "running"
            assert answer.due == OPENED + timedelta(hours=int(cell[priority]))
            assert answer.target == f"{cell[priority]}h"
            # Around the clock: no calendar.
            assert answer.hours is None


@pytest.mark.parametrize("cell", CELLS, ids=case_of)
def test_response_times_on_the_command_line(
    cell: dict[str, str], deadlines: dict[tuple[str, str, str], dict[str, Any]]
) -> None:
    for priority in PRIORITIES:
        answer = deadlines[cell["plan"], cell["role"], priority]
        assert answer["due"] == INSTANTS[cell[priority]]
        assert (answer["state"] == "not-entitled") is (cell[priority] == "not-entitled")


@pytest.mark.parametrize("cell", [c for c in CELLS if c["web"] == "yes"], ids=case_of)
def test_every_channel_that_opens_a_case_has_the_same_targets(cell: dict[str, str]) -> None:
    for channel in ("web", "chat", "phone"):
        answers = ZOOM.due(
            plan=cell["plan"], role=cell["role"], channel=channel, opened=OPENED, at=OPENED
        ).answers
        assert [answer.priority for answer in answers] == PRIORITIES
        for answer in answers:
            target = cell[answer.priority or ""] if cell[channel] == "yes" else "not-entitled"
            hours = None if target == "not-entitled" else timedelta(hours=int(target))
            assert answer.due == (hours and OPENED + hours)


def test_the_help_center_opens_no_case() -> None:
    answers = ZOOM.due(channel="help-center", plan="business", role="owner").answers
    assert {answer.state for answer in answers} == {"not-entitled"}


@pytest.mark.parametrize("day", ["2020-12-25", "2020-05-17", "2020-06-20", "2020-01-01"])
def test_holidays_and_weekends_change_nothing(day: str) -> None:
    opened = datetime.fromisoformat(f"{day}T03:00:00+00:00")
    [answer] = ZOOM.due(plan="pro", role="owner", priority="P1", opened=opened, at=opened).answers
    assert answer.due == opened + timedelta(hours=1)


# -- names and texts -----------------------------------------------------------------------------


def texts(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """Return every text for people by its path: a mapping of languages, or a single text.

    Texts for people are the values of certain keys, and the names of plans, roles, fact values and
    topics.
    """
    text_keys = {"title", "name", "ask", "meaning", "note", "unclear", "say", "text", "condition",
              "steps", "prerequisites"}  # fmt: skip
    result: list[tuple[str, Any]] = []
    if isinstance(value, dict) and set(value) and set(value) <= {"en", "nb"}:
        return [(path, value)]
    items = (
        value.items() if isinstance(value, dict)
        else enumerate(value) if isinstance(value, list)
        else ()
    )  # fmt: skip
    for key, child in items:
        place = f"{path}.{key}"
        last = key if isinstance(key, str) else path.rsplit(".", 1)[-1]
        if isinstance(child, str):
            parent = path.rsplit(".", 1)[-1]
            if last in text_keys or parent in ("plans", "roles", "values", "topics"):
                result.append((place, child))
        else:
            result += texts(child, place)
    return result


def test_every_text_is_in_english_and_norwegian() -> None:
    policy = yaml.load(
        (Path(shipped_root()) / "zoom.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader
    )
    policy_texts = texts(policy)
    assert len(policy_texts) > 60
    for path, text in policy_texts:
        assert isinstance(text, dict), f"{path} says {text!r} in one language"
        assert set(text) == {"en", "nb"}, path
        assert all(text.values()), path
    # Names such as `API` are equal in both languages, sentences are not.
    sentences = [(path, text) for path, text in policy_texts if len(text["en"].split()) > 2]
    assert len(sentences) > 30
    assert [path for path, text in sentences if text["en"] == text["nb"]] == []


def test_a_text_without_languages_is_detected() -> None:
    assert texts({"plans": {"pro": "Pro"}}) == [(".plans.pro", "Pro")]
    assert texts({"channels": {"web": {"steps": ["Go."], "note": {"en": "a"}}}}) == [
        (".channels.web.steps.0", "Go."), (".channels.web.note", {"en": "a"}),
    ]  # fmt: skip


def test_ids_of_the_policy() -> None:
    [revision] = ZOOM.revisions
    assert [plan.id for plan in revision.plans] == PLANS
    assert [role.id for role in revision.roles] == ROLES
    assert [channel.id for channel in revision.channels] == CHANNELS
    assert [priority.id for priority in revision.priorities] == PRIORITIES
    assert {fact.id: [*fact.values] for fact in revision.facts} == {
        "impact": ["down", "degraded", "feature", "question"],
        "workaround": ["false", "true"],
    }


def test_names_of_priorities_in_both_languages() -> None:
    english = {answer.priority: answer.name for answer in ZOOM.priority().answers}
    assert english == {"P1": "Urgent", "P2": "High", "P3": "Normal", "P4": "Low"}
    norwegian = {answer.priority: answer.name for answer in ZOOM.priority(lang="nb").answers}
    assert norwegian == {"P1": "Haster", "P2": "Høy", "P3": "Normal", "P4": "Lav"}
    for lang in ("en", "nb"):
        assert all(answer.meaning for answer in ZOOM.priority(lang=lang).answers)


# -- contact -------------------------------------------------------------------------------------


def channel_of(channel: str, lang: str = "en") -> Any:
    [answer] = ZOOM.channels(plan="business", role="owner", channel=channel, lang=lang).answers
    return answer


def test_the_us_number_is_the_only_number() -> None:
    assert channel_of("phone").numbers == (
        {"country": "US", "number": "+1.888.799.9666 ext. 2", "note": None},
    )
    assert [c for c in CHANNELS if channel_of(c).numbers] == ["phone"]


def test_prerequisites_of_the_phone() -> None:
    assert channel_of("phone").prerequisites == ("Personal meeting ID", "Host key")
    assert channel_of("phone", "nb").prerequisites == ("Personlig møte-ID", "Vertsnøkkel")
    assert [c for c in CHANNELS if channel_of(c).prerequisites] == ["phone"]


def test_steps_of_the_chat() -> None:
    first, second = channel_of("chat").steps
    assert "log in" in first.lower()
    assert "chat icon" in second
    assert "bottom right" in second
    first, second = channel_of("chat", "nb").steps
    assert "logg inn" in first.lower()
    assert "nederst til høyre" in second


def test_steps_of_the_online_ticket() -> None:
    steps = " ".join(channel_of("web").steps)
    assert "Help Center" in steps
    assert "main page" in steps
    assert "additional resources" in steps
    assert "Contact support" in steps
    steps = " ".join(channel_of("web", "nb").steps)
    assert "Hjelpesenter" in steps
    assert "tilleggsressurs" in steps
    assert "Kontakt brukerstøtte" in steps


def test_self_help_is_recommended_first() -> None:
    for plan, role in (("free", "user"), ("business", "owner")):
        answers = ZOOM.channels(plan=plan, role=role).answers
        first = [answer.channel for answer in answers if answer.recommended == 1]
        assert first == ["help-center"]
    assert "before" in channel_of("help-center").steps[0]


def test_support_is_open_around_the_clock_and_on_holidays(cli: "Cli") -> None:
    [revision] = ZOOM.revisions
    for channel in ("web", "chat", "phone"):
        [calendar] = revision.hours[channel_of(channel).hours]
        assert calendar.windows is None  # 24x7
        assert calendar.holidays is None
        assert "holidays" in str(calendar.remarks.note)


# -- priorities ----------------------------------------------------------------------------------

PRIORITY_BY_FACTS = {
    ("down", "false"): "P1",
    ("down", "true"): "P2",
    ("degraded", "false"): "P2",
    ("degraded", "true"): "P2",
    ("feature", "false"): "P3",
    ("feature", "true"): "P3",
    ("question", "false"): "P4",
    ("question", "true"): "P4",
}


@pytest.mark.parametrize(("impact", "workaround"), PRIORITY_BY_FACTS)
def test_priority_by_impact(impact: str, workaround: str, cli: "Cli") -> None:
    facts = {"impact": impact, "workaround": workaround}
    [answer] = ZOOM.priority(fact=facts).answers
    assert answer.priority == PRIORITY_BY_FACTS[impact, workaround]
    # Only the case that the article does not cover is marked as unclear.
    doubts = (answer.unclear or "").split("\n")
    assert len(doubts) == (2 if (impact, workaround) == ("down", "true") else 1)
    assert doubts[-1].startswith("The article has no date.")  # the first day in force
    run = cli("priority", "--fact", f"impact={impact}", "--fact", f"workaround={workaround}")
    assert run.stdout == PRIORITY_BY_FACTS[impact, workaround] + "\n"
    assert ("unclear" in run.stderr) is ((impact, workaround) == ("down", "true"))


def test_priorities_are_clear_except_for_the_first_day() -> None:
    doubts = {answer.unclear for answer in ZOOM.priority().answers}
    assert [(doubt or "")[:24] for doubt in doubts] == ["The article has no date."]


# -- validity ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["channels", "due", "priority", "topics"])
@pytest.mark.parametrize("lang", ["en", "nb"])
def test_every_document_has_a_warning_for_the_unclear_first_day(
    command: str, lang: str, cli: "Cli"
) -> None:
    document = json.loads(cli(command, "--format", "json", "--lang", lang).stdout)
    assert document["policy"]["id"] == "zoom"
    assert document["policy"]["revision"] == "2020-01-01"
    [message] = [w["message"] for w in document["warnings"] if w["code"] == "unclear-validity"]
    assert "2020" in message
    assert ("Artikkelen" in message) is (lang == "nb")


@pytest.mark.parametrize(
    ("at", "code"),
    [("2019-12-31T23:59:59Z", 1), ("2020-01-01T00:00:00Z", 0), ("2199-12-31T23:59:59Z", 0)],
)
def test_the_policy_is_in_force_from_2020(at: str, code: int, cli: "Cli") -> None:
    assert cli("channels", "--plan", "pro", "--role", "owner", "--at", at).code == code
    due = cli("due", "--plan", "pro", "--role", "owner", "--opened", at, "--priority", "P1")
    assert due.code == code


# -- the Help Center -----------------------------------------------------------------------------


def test_topics_with_a_warning_that_there_are_more(cli: "Cli") -> None:
    answers = ZOOM.topics().answers
    topics = dict.fromkeys(answer.topic for answer in answers if answer.topic)
    assert [*topics] == ["getting-started", "meetings-webinars", "messaging"]
    run = cli("topics", "--format", "json")
    assert "more-topics" in [warning["code"] for warning in json.loads(run.stdout)["warnings"]]
    assert "more" in cli("topics").stderr
    assert "flere" in cli("topics", "--lang", "nb").stderr


@pytest.mark.parametrize("topic", ["getting-started", "meetings-webinars", "messaging"])
def test_every_topic_has_guides_and_training(topic: str) -> None:
    answers = ZOOM.topics(topic=topic).answers
    assert [(answer.topic, answer.kind, answer.audience) for answer in answers] == [
        (topic, "guide", None),
        (topic, "training", None),
    ]


def general(role: str | None = None, lang: str = "en") -> list[Any]:
    return [answer for answer in ZOOM.topics(role=role, lang=lang).answers if not answer.topic]


def test_quick_start_guides_explain_features() -> None:
    [guide] = [answer for answer in general() if answer.kind == "guide"]
    assert "quick" in guide.name.lower()
    assert "feature" in guide.note
    [guide] = [answer for answer in general(lang="nb") if answer.kind == "guide"]
    assert "funksjon" in guide.note


def test_audiences_of_the_two_lists_of_questions() -> None:
    lists = [answer for answer in general() if answer.kind == "questions"]
    assert [answer.audience for answer in lists] == [("owner", "admin"), ("user", "participant")]
    for role in ROLES:
        [questions] = [answer for answer in general(role) if answer.kind == "questions"]
        assert role in questions.audience


def test_the_top_20_include_video_training_and_release_notes() -> None:
    by_kind = {answer.kind: answer for answer in general()}
    assert "20" in by_kind["list"].name
    assert "video training" in by_kind["list"].note.lower()
    assert "release notes" in by_kind["list"].note.lower()
    assert "video" in by_kind["video"].name.lower()
    assert "daily release notes" in by_kind["notes"].name.lower()
    assert "20" in {answer.kind: answer for answer in general(lang="nb")}["list"].name


# -- nothing is added to the article -------------------------------------------------------------


def test_the_policy_states_no_more_than_the_article() -> None:
    [revision] = ZOOM.revisions
    assert revision.commitments == ()
    assert [metric.id for metric in revision.metrics] == ["first-response"]
    assert revision.last_day is None
    assert revision.timezone == "UTC"
    # The article states no page addresses.
    assert [channel.url for channel in revision.channels] == [None] * 4
    assert {answer.url for answer in ZOOM.topics().answers} == {None}
    # Free ranks below all plans, Pro above Free. The other four are not ranked against each other.
    assert {plan.id: plan.above for plan in revision.plans} == {
        "free": (), "pro": ("free",), "business": ("pro",), "education": ("pro",),
        "enterprise": ("pro",), "api": ("pro",),
    }  # fmt: skip
