"""The columns of plain lines, CSV and Markdown depend only on the question and the policy."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from reference.draw import draw

from zsupport.answer.case import AnyAnswers
from zsupport.errors import PolicyError, ZsupportError
from zsupport.library import Policy, load
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision
from zsupport.report import Report, Terminal
from zsupport.report.columns import columns_of
from zsupport.report.csv import render
from zsupport.sources.find import shipped_policies
from zsupport.view.channels import show_channels
from zsupport.view.due import show_due
from zsupport.view.hours import show_hours
from zsupport.view.priority import show_priorities
from zsupport.view.questions import load_question
from zsupport.view.terms import show_terms
from zsupport.view.topics import show_topics

VIEWS: dict[str, Any] = {
    "channels": show_channels,
    "due": show_due,
    "hours": show_hours,
    "priority": show_priorities,
    "terms": show_terms,
    "topics": show_topics,
}
#: Moments before, at the start and end of, and after all revisions, by day and night.
MOMENTS = [
    datetime(year, month, day, 3 + number % 2 * 10, tzinfo=UTC)
    for number, (year, month, day) in enumerate((
        (1990, 1, 1), (2024, 5, 8), (2024, 9, 30), (2024, 10, 1), (2025, 3, 29), (2025, 12, 31),
        (2026, 1, 1), (2026, 11, 23), (2026, 11, 24), (2026, 11, 28), (2026, 12, 25), (2100, 1, 1),
    ))
]  # fmt: skip


def columns(report: Report) -> tuple[Any, ...]:
    """Return the widths of plain lines, the fields of CSV, and the columns of tables."""
    widths = {len(line) for line in report.lines}
    assert {tuple(record) for record in report.records} <= {report.fields}
    # Only a single row has more than one table.
    return widths, report.fields, columns_of(report), report.tables[0].columns


def cells(report: Report) -> list[dict[str, str]]:
    """Return the rows of CSV."""
    text = render(report, Terminal(raw_csv=True))
    return list(csv.DictReader(io.StringIO(text)))


def check_cells(report: Report) -> None:
    """Assert that no cell is JSON, and that the columns of a list have a line for each item."""
    for record, row in zip(report.records, cells(report), strict=True):
        assert not any(cell.startswith(("[", "{")) for cell in row.values())
        facts = {name[5:]: cell for name, cell in row.items() if name.startswith("fact.")}
        assert {name: value for name, value in facts.items() if value} == record.get("facts", {})
        for name, value in record.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                for key in value[0]:
                    lines = row[f"{name}.{key}"].split("\n")
                    items = [item[key] for item in value]
                    stated = ["" if item is None else str(item) for item in items]
                    assert lines == (stated if any(stated) else [""])


def ask(command: str, policy: Policy, question: dict[str, Any], at: datetime) -> AnyAnswers:
    """Return the answers to a question at a moment. `due` has events."""
    names = {
        "priority": ("fact",),
        "topics": ("role",),
    }.get(command, ("plan", "role", "channel", "priority", "fact"))
    options = {name: value for name, value in question.items() if name in names}
    if command in ("due", "hours"):
        options |= {"customer_tz": "Asia/Tokyo", "customer_country": "JP"}
    if command == "due":
        options |= {"metric": "all", "opened": at, "at": at + timedelta(hours=at.hour)}
        options |= {"answered": at + timedelta(hours=1)} if at.hour == 3 else {}
    if command in ("due", "hours"):
        options |= {"customer_tz": "Asia/Tokyo", "customer_country": "JP"}
    answers: AnyAnswers = getattr(policy, command)(
        **options, **({} if command == "due" else {"at": at})
    )
    return answers


@pytest.mark.parametrize("name", shipped_policies())
def test_no_cell_of_csv_is_json(name: str) -> None:
    policy = load(name, cache=False)
    for command, show in VIEWS.items():
        for question in questions(policy, Random(name)):
            answers = ask(command, policy, question, MOMENTS[8])
            report = show(answers, {"facts": {}}, UTC, "en")
            answer = load_question(command).answer
            check_cells(report._replace(answer=answer, facts=tuple(policy.facts)))


def questions(policy: Policy, random: Random) -> Iterator[dict[str, Any]]:
    """Yield the question without options, and some random questions with options."""
    yield {}
    known = {
        "plan": policy.plans,
        "role": policy.roles,
        "channel": policy.channel_ids,
        "priority": policy.priorities,
    }
    for _ in range(3):
        dimensions = {name: random.choice(ids) for name, ids in known.items()
                 if ids and random.random() < 0.4}  # fmt: skip
        facts = {name: random.choice(values) for name, values in policy.facts.items()
                 if random.random() < 0.4}  # fmt: skip
        yield {**dimensions, "fact": facts}


def compare(policy: Policy, random: Random) -> int:
    """Assert that columns do not depend on the moment, and rows only on the revision."""
    compared = 0
    for question in questions(policy, random):
        for command, show in VIEWS.items():
            shapes: list[Any] = []
            rows: dict[Any, int] = {}
            for at in MOMENTS:
                try:
                    answers = ask(command, policy, question, at)
                except ZsupportError:
                    continue
                report = show(answers, {}, UTC, "en")
                report = report._replace(
                    answer=load_question(command).answer, facts=tuple(policy.facts)
                )
                widths, *rest = columns(report)
                shapes += [(widths, rest)]
                revision = policy.revision_at(at)
                key = revision[0].digest, revision[0].start, revision[1]
                count = len(report.records)
                assert rows.setdefault(key, count) == count, (command, question, at)
                compared += 1
            widths = {width for shape, _ in shapes for width in shape}
            assert len(widths) <= 1, (command, question, widths)
            assert all(rest == shapes[0][1] for _, rest in shapes), (command, question)
    return compared


@pytest.mark.parametrize("name", shipped_policies())
def test_columns_of_shipped_policies_do_not_depend_on_the_moment(name: str) -> None:
    assert compare(load(name, cache=False), Random(name)) > 100


def drawn_policy(number: int, *, calendars: bool = True) -> Policy:
    """Return a policy of two random, unrelated revisions.

    Without `calendars`, the second revision has hours only for its first plan.
    """
    documents = [draw(8, number)[0], draw(8, number + 1000)[0]]
    if not calendars:
        plan = next(iter(documents[1]["plans"]))
        for name, hours in documents[1]["hours"].items():
            calendars_of_hours = hours if isinstance(hours, list) else [hours]
            documents[1]["hours"][name] = [{**calendar, "when": {"plan": plan}}
                                           for calendar in calendars_of_hours]  # fmt: skip
    for document, start in zip(documents, ("2024-10-01", "2026-11-24"), strict=True):
        document["effective"] = {"from": start}
    sources = [
        SourceFile(f"{n}.yaml", yaml.safe_dump(document).encode(), f"{n}", f"{n}.yaml")
        for n, document in enumerate(documents)
    ]
    return Policy(tuple(load_revision(source) for source in sources))


@pytest.mark.parametrize("number", range(16))
def test_columns_of_random_revisions_do_not_depend_on_the_moment(number: int) -> None:
    assert compare(drawn_policy(number), Random(number)) > 100


def test_columns_of_a_priority_and_of_the_facts_that_decide_it(tmp_path: Path) -> None:
    # In the old revision, hours depend on the stated priority. In the new one, a fact decides the
    # priority, and channels depend on the fact.
    head = "format: 1\npolicy: desk\neffective: {from: %s}\nplans: {pro: Pro}\n"
    old = """\
channels: {web: {name: Web, kind: web}}
priorities: [{id: P1}, {id: P2}]
hours: {desk: [{when: {priority: P1}, open: mon-sun 00:00-24:00}, {open: mon-fri 09:00-17:00}]}
entitlements: [{allow: web, hours: desk}]
"""
    new = """\
channels: {web: {name: Web, kind: web}}
facts: {impact: {values: {down: Down, slow: Slow}}}
priorities: [{id: P1, when: {impact: down}}, {id: P2, when: {impact: slow}}]
hours: {desk: {open: mon-fri 09:00-17:00}}
entitlements: [{when: {impact: down}, allow: web, hours: desk}, {when: {impact: slow}, allow: web}]
"""
    for name, start, text in (("old", "2024-10-01", old), ("new", "2026-11-24", new)):
        (tmp_path / f"{name}.yaml").write_text(head % start + text, encoding="utf-8")
    policy = load(tmp_path, cache=False)
    shown = {ask("hours", policy, {"plan": "pro"}, at).columns for at in (MOMENTS[3], MOMENTS[8])}
    assert shown == {("channel", "priority", "impact")}
    assert compare(policy, Random(1)) > 100


def test_revision_answers_although_another_cannot() -> None:
    answered = refused = 0
    for number in range(60):
        policy = drawn_policy(number, calendars=False)
        for question in questions(policy, Random(number)):
            try:
                ask("due", policy, question, MOMENTS[3])  # answered by the first revision
            except PolicyError:
                continue  # no calendar of the first revision matches
            answered += 1
            try:
                ask("due", policy, question, MOMENTS[8])
            except PolicyError:
                refused += 1
    assert answered >= 150
    assert refused >= 5


@pytest.mark.parametrize(
    ("plans", "kind", "plan"),
    [
        ("{pro: Pro, free: Free}", "self-service", "free"),
        ("{pro: Pro}", "web", "free"),
    ],
)
def test_revision_without_a_channel_for_the_case_is_not_entitled(
    plans: str, kind: str, plan: str, cli: Any, tmp_path: Path
) -> None:
    text = """\
format: 1
policy: desk
effective: {from: %s}
plans: %s
channels: {%s}
entitlements: [{allow: [%s]}]
targets: [{when: {channel: web}, first-response: 1h}, {first-response: 4h}]
"""
    both = "web: {name: Web, kind: web}, mail: {name: Mail, kind: email}"
    old = text % ("2026-01-01", "{pro: Pro, free: Free}", both, "web, mail")
    new = text % ("2026-06-01", plans, f"web: {{name: Web, kind: {kind}}}", "web")
    (tmp_path / "old.yaml").write_text(old, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(new, encoding="utf-8")
    arguments = ("due", "--policy", f"{tmp_path}/", "--plan", plan, "--format", "csv", "--opened")
    run = cli(*arguments, "2026-05-01T10:00:00Z")
    assert run.code == 0, run.stderr
    rows = list(csv.DictReader(run.stdout.splitlines()))
    assert [(row["channel"], row["due"]) for row in rows] == [
        ("web", "2026-05-01T11:00:00Z"),
        ("mail", "2026-05-01T14:00:00Z"),
    ]
    run = cli(*arguments, "2026-06-01T10:00:00Z")
    assert run.code == 1, run.stderr
    [row] = csv.DictReader(run.stdout.splitlines())
    assert (row["plan"], row["channel"], row["state"]) == ("free", "", "not-entitled")


def test_missing_calendar_in_another_revision_is_ignored(cli: Any, tmp_path: Path) -> None:
    text = """\
format: 1
policy: desk
effective: {from: %s}
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
hours: {office: [%s]}
targets: [{hours: office, first-response: 4 business hours}]
"""
    open_ = 'open: "mon-sun 08:00-20:00"'
    (tmp_path / "1.yaml").write_text(text % ("2026-01-01", f"{{{open_}}}"))
    (tmp_path / "2.yaml").write_text(text % ("2026-06-01", f"{{when: {{plan: pro}}, {open_}}}"))
    arguments = ("due", "--policy", f"{tmp_path}/", "--format", "plain", "--opened")
    # The second revision has no calendar for the plan `free`; it is in force from June.
    run = cli(*arguments, "2026-05-01T10:00:00Z")
    assert run.code == 0, run.stderr
    assert "2026-05-01T14:00:00Z" in run.stdout
    run = cli(*arguments, "2026-06-01T10:00:00Z")
    assert run.code == 3
    assert "no calendar of the hours `office` matches plan=free" in run.stderr


def test_unknown_holidays_in_another_revision_are_ignored(cli: Any, tmp_path: Path) -> None:
    text = """\
format: 1
policy: desk
effective: {from: %s}
plans: {free: Free}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
hours: {office: {open: "mon-sun 08:00-20:00"%s}}
targets: [{when: {opened: inside office}, first-response: 1h}, {first-response: 4h}]
"""
    # The holidays library does not know this subdivision of Germany.
    unknown = ", holidays: {country: DE, subdivision: ZZ}"
    (tmp_path / "1.yaml").write_text(text % ("2026-01-01", ""))
    (tmp_path / "2.yaml").write_text(text % ("2026-06-01", unknown))
    arguments = ("due", "--policy", f"{tmp_path}/", "--format", "plain", "--opened")
    run = cli(*arguments, "2026-05-01T10:00:00Z")
    assert (run.stdout, run.code) == ("2026-05-01T11:00:00Z\n", 0), run.stderr
    # Before the first revision, nothing is stated.
    assert cli(*arguments, "2025-05-01T10:00:00Z").stdout == "not-stated\n"
    run = cli(*arguments, "2026-06-01T10:00:00Z")
    assert run.code == 3
    assert "unknown subdivision `ZZ` of DE" in run.stderr


REVISIONS = """\
format: 1
policy: desk
effective: {%s}
plans: {free: Free}
roles: {user: User}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
self-help:
  topics: {%s: Topic}
  resources: [{name: Guide, kind: guide, topic: %s%s}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two revisions that have different topics."""
    texts = (
        REVISIONS % ("from: 2026-01-01", "old", "old", ", audience: user"),
        REVISIONS % ("from: 2026-06-01, last_day: 2026-12-31", "new", "new", ""),
    )
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("at", "lines"),
    [
        ("2026-03-01T00:00:00Z", ["old\tuser\tguide\tGuide"]),
        ("2026-07-01T00:00:00Z", ["new\t\tguide\tGuide"]),
    ],
)
def test_topics_have_the_columns_of_all_revisions(
    at: str, lines: list[str], folder: Path, cli: Any
) -> None:
    assert cli("topics", "--policy", f"{folder}/", "--at", at).stdout.splitlines() == lines


@pytest.mark.parametrize(
    ("at", "lines"),
    [
        ("2026-03-01T00:00:00Z", ["old\tguide\tGuide"]),
        ("2026-07-01T00:00:00Z", ["new\tguide\tGuide"]),
    ],
)
def test_role_of_another_revision_adds_no_column(
    at: str, lines: list[str], folder: Path, cli: Any
) -> None:
    new = folder / "1.yaml"
    new.write_text(new.read_text().replace("roles: {user: User}\n", ""))
    run = cli("topics", "--policy", f"{folder}/", "--at", at, "--role", "user")
    assert (run.stdout.splitlines(), run.code) == (lines, 0), run.stderr


@pytest.mark.parametrize("at", ["2025-12-31T00:00:00Z", "2027-01-01T00:00:00Z"])
def test_topics_without_a_revision_in_force(at: str, folder: Path, cli: Any) -> None:
    run = cli("topics", "--policy", f"{folder}/", "--at", at, "--format", "csv")
    # The fields of CSV do not depend on the moment.
    header = "topic,audience,kind,name,url,note,unclear,source,because.file,because.line"
    assert run.stdout == f"{header},because.path\n"
    refusal = "zsupport: not stated: no revision of the policy is in force at that moment\n"
    assert (run.stderr, run.code) == (refusal, 1)


#: A revision with a plan and a fact, which differ by revision.
PLANS = """\
format: 1
policy: acme
effective: {%s}
plans: {%s: Plan}
facts: {%s: {ask: Which, values: {a: A, b: B}}}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web, when: {plan: %s}}]
terms: {rules: [{when: {plan: %s}, say: Text}]}
"""


@pytest.mark.parametrize(
    ("option", "value", "known", "close"),
    [
        ("--plan", "tod", "plans: today", "today"),
        ("--plan", "xyz", "plans: today", None),
        ("--fact", "kin=a", "facts: kind", "kind"),
    ],
)
@pytest.mark.parametrize("question", ["channels", "due", "hours", "terms"])
def test_unknown_name_lists_the_names_in_force(
    question: str, option: str, value: str, known: str, close: str | None, tmp_path: Path, cli: Any
) -> None:
    for number, (starts, plan, fact) in enumerate(
        [("from: 2025-01-01", "tomb", "kilo"), ("from: 2026-01-01", "today", "kind")]
    ):
        text = PLANS % (starts, plan, fact, plan, plan)
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    run = cli(question, "--policy", f"{tmp_path}/", option, value, "--at", "2026-06-01T00:00:00Z")
    message, *hints = run.stderr.splitlines()
    assert (message.partition("; ")[2], run.code) == (known, 2), run.stderr
    assert hints == ([f"  did you mean `{close}`?"] if close else [])


def test_topic_of_another_revision_is_known(folder: Path, cli: Any) -> None:
    arguments = ("topics", "--policy", f"{folder}/", "--at", "2026-03-01T00:00:00Z", "--topic")
    run = cli(*arguments, "new")
    assert (run.stdout, run.code) == ("", 1)
    assert (
        run.stderr
        == "zsupport: not stated: the policy lists no self-help resources for this query\n"
    )
    run = cli(*arguments, "nwe")
    assert (run.stdout, run.code) == ("", 2)
    assert run.stderr.startswith("zsupport: unknown topic `nwe`; topics: old, new\n")
