"""Tests of the program with random tests files, settings, cache entries and policies.

`ZSUPPORT_INPUTS` is the number of inputs (default 2,000), `ZSUPPORT_SEED` the seed. The summary of
the run gives both. To test any number of inputs, run `python -m tests.fuzz COUNT [SEED]`.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from conftest import Cli
from fuzz.faults import Result, find_faults
from fuzz.folders import differences, draw_folder, draw_question, known
from fuzz.inputs import POLICY, SMALL, file_of_settings, file_of_tests
from fuzz.run import CHUNK, KINDS, SEVERAL, TRIED, attempts, check
from fuzz.several import revisions

from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.sources import cache

INPUTS = int(os.environ.get("ZSUPPORT_INPUTS", "2000"))
SEED = int(os.environ.get("ZSUPPORT_SEED", "20261129"))


@pytest.mark.parametrize("start", range(0, INPUTS, CHUNK))
def test_runs_with_random_inputs_have_no_faults(
    start: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    numbers = range(start, min(start + CHUNK, INPUTS))
    failures = list(check(SEED, numbers, tmp_path))
    record_property(TRIED, (SEED, len(numbers), len(failures)))
    assert not failures, "\n" + "\n".join(failures[:5])


def test_many_inputs_are_valid_and_some_are_not(tmp_path: Path) -> None:
    codes: dict[str, Counter[int]] = {}
    for attempt in attempts(SEED, range(200), tmp_path):
        codes.setdefault(attempt.name.partition(" ")[0], Counter())[attempt.result.code] += 1
    assert set(codes) == {kind for kind, *_ in (*KINDS, *SEVERAL)}
    for kind, counts in codes.items():
        # 0 and 1: the input is valid.
        assert counts[0] + counts[1] >= 0.4 * counts.total(), (kind, counts)
    for kind in ("tests", "settings"):
        assert codes[kind][2] + codes[kind][3] > 0.1 * codes[kind].total(), codes


def test_a_seed_always_gives_the_same_input() -> None:
    for make in (file_of_tests, file_of_settings):
        assert make(Random("7 3")) == make(Random("7 3"))
        assert make(Random("7 3")) != make(Random("7 4"))


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("channels: {opened: x}, expect: {include: web}", "unknown key or fact `opened`"),
        ("channels: {metric: x}, expect: {include: web}", "unknown key or fact `metric`"),
        ("channels: {plan: pro}, expect: {source: x}", "`source` is `page`"),
    ],
)
def test_a_key_of_another_mapping_is_a_finding(
    case: str, message: str, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "acme.yaml").write_text(POLICY)
    (tmp_path / "acme_test.yaml").write_text(f"tests: 1\npolicy: acme\ncases: [{{{case}}}]\n")
    done = cli("test", "acme.yaml", cwd=tmp_path)
    assert done.code in (1, 3)
    assert message in done.stdout


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ("ignore = 5", "ignore"), ("select = 5", "select"), ("select = [5]", "select"),
        ("per-file-ignores = {a = 5}", "per-file-ignores"), ("fail-on = [[]]", "fail-on"),
    ],
)  # fmt: skip
def test_a_setting_of_a_wrong_type_is_a_usage_error(
    setting: str, key: str, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "acme.yaml").write_text(SMALL)
    (tmp_path / "pyproject.toml").write_text(f"[tool.zsupport.check]\n{setting}\n")
    done = cli("check", "acme.yaml", cwd=tmp_path)
    assert done.code == 2
    assert f"invalid value of `{key}` in [tool.zsupport.check]" in done.stderr


def test_an_invalid_cache_entry_with_a_valid_checksum_is_replaced(cli: Cli, tmp_path: Path) -> None:
    policy = SMALL + "terms: {limits: [{say: {en: One.}}]}\n"
    folder = tmp_path / "cache" / "zsupport"
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}

    def ask() -> tuple[str, str, int]:
        return cli("terms", "--policy", "-", "--field", "text", stdin=policy, env=environment)

    expected = ask()
    assert expected == ("One.\n", "", 0)
    [path] = folder.iterdir()
    identity = cache.policy_identity((SourceFile("-", policy.encode(), "", "-"),))
    entry = cache.cached_policy(str(folder), identity)
    assert entry is not None
    # A text without a language is invalid.
    terms = (entry[0].terms[0]._replace(say={}),)
    cache.cache_policy(str(folder), identity, (entry[0]._replace(terms=terms),))
    wrong = path.read_bytes()
    assert ask() == expected
    assert path.read_bytes() != wrong
    assert cache.cached_policy(str(folder), identity) == entry


@pytest.mark.parametrize(
    ("arguments", "code", "stdout"),
    [
        (["8", "5"], 0, "fuzz: 8 inputs, seed 5, 0 faults\n"),
        (["many"], 2, ""),
        ([], 2, ""),
    ],
)
def test_the_command_prints_figures_and_seed(arguments: list[str], code: int, stdout: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *arguments],
        capture_output=True, text=True, cwd=Path(__file__).parent.parent, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (code, stdout), done.stderr


def test_an_exit_code_70_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("unexpected error")

    monkeypatch.setattr("zsupport.suite.session.read_tests_file", broken)
    reports = list(check(SEED, range(4), tmp_path))
    assert len(reports) == 2
    assert f"seed {SEED}, tests 0: test acme.yaml " in reports[0]
    assert "exit 70" in reports[0]
    assert "unexpected error" in reports[0]


def test_revisions_of_a_folder_have_different_names() -> None:
    different: Counter[str] = Counter()
    foreign = 0
    for number in range(80):
        random = Random(f"{SEED} {number}")
        folder = draw_folder(random)
        first, last = known(folder.documents[0]), known(folder.documents[-1])
        different.update(name for name in {*first, *last} if first.get(name) != last.get(name))
        question = draw_question(random, folder.documents)
        foreign += not all(map(question.is_known_to, folder.documents))
    for name in ("plan", "role", "channel", "priority", "metric", "hours", "topics", "terms"):
        assert different[name] >= 10, different
    assert 15 < foreign < 65


@pytest.mark.parametrize(
    ("arguments", "end", "wrong"),
    [
        (("due",), Result(70, "", "a bug"), ["exit 70"]),
        (("due",), Result(5, "", ""), ["exit 5"]),
        (("due",), Result(1, "none\n", ""), ["exit 1 without a message"]),
        (("check",), Result(1, "a finding\n", ""), []),
        (("check",), Result(3, "", "Traceback (most recent call last):"), ["traceback"]),
        (("due", "--format", "json"), Result(3, "", "no policy"), []),
        (("hours", "--format", "json"), Result(0, '{"answers": [{"state": "open"}]}', ""), []),
        (
            ("hours", "--format", "json"), Result(0, '{"answers": [{"state": "closed"}]}', ""),
            ["exit 0 with no positive answer"],
        ),
        (
            ("channels", "--format", "json"), Result(1, '{"answers": [{"allowed": true}]}', "no"),
            ["exit 1 with a positive answer"],
        ),
        (("test", "--format", "junit"), Result(0, "<a></a>", ""), []),
    ],
)  # fmt: skip
def test_faults_of_a_run_are_reported(
    arguments: tuple[str, ...], end: Result, wrong: list[str]
) -> None:
    assert list(find_faults(arguments, end)) == wrong


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("json", "{"), ("sarif", ""), ("gitlab", "x"), ("junit", "<a>"), ("csv", "a,b\nc\n"),
        ("csv", 'a,"b\n'), ("markdown", "| a | b |\n| c |\n"),
    ],
)  # fmt: skip
def test_output_in_an_invalid_format_is_reported(format: str, text: str) -> None:
    [wrong] = find_faults(("check", "--format", format), Result(0, text, ""))
    assert wrong.startswith(f"invalid {format}: ")


def row(**fields: object) -> dict[str, object]:
    """Return a row of `channels`: `web` is granted to the plan `pro`."""
    nothing = dict.fromkeys(("role", "priority", "only_when", "prerequisites", "recommended"))
    case = {"plan": "pro", "channel": "web", "facts": {}, "allowed": True, "retired": None}
    return {**nothing, **case, "hours": "office", **fields}


def test_answers_of_a_folder_may_only_have_more_columns() -> None:
    north, south = (row(facts={"site": site}) for site in ("north", "south"))
    assert list(differences("channels", [row()], [row()])) == []
    assert list(differences("channels", [north, south], [row(plan=None)])) == []
    [other] = differences("channels", [north, {**south, "hours": None}], [row()])
    assert other.startswith("different hours: plan=pro, channel=web, facts={'site': 'south'}")
    [more] = differences("channels", [row(), row(plan="free")], [row()])
    assert more.startswith("extra row: plan=free")
    [less] = differences("channels", [row()], [row(), row(plan="free")])
    assert less.startswith("missing row: plan=free")
    # Fewer columns are a fault, too.
    assert len(list(differences("channels", [row()], [north, south]))) == 3


@pytest.mark.parametrize(
    ("together", "wrong"),
    [
        ("2026-11-23T09:00:00Z", []),
        ("2026-11-23T10:00:00Z", ["next_open"]),
        (None, ["next_open"]),
    ],
)
def test_the_next_change_of_hours_is_compared_until_the_revision_ends(
    together: str | None, wrong: list[str]
) -> None:
    case: dict[str, object] = dict.fromkeys(("plan", "role", "channel", "priority"))
    closed = {**case, "facts": {}, "state": "closed", "hours": "office", "open": False}
    single_row = {
        **closed,
        "next_open": "2026-11-23T09:00:00Z",
        "next_close": "2026-11-23T17:00:00Z",
    }
    folder_row = {**single_row, "next_open": together, "next_close": "2026-11-23T12:00:00Z"}
    noon, morning = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (12, 9))
    fields = [
        difference.partition(":")[0]
        for difference in differences("hours", [folder_row], [single_row], noon)
    ]
    assert fields == [f"different {name}" for name in wrong]
    assert list(differences("hours", [folder_row], [single_row], morning)) == []
    assert len(list(differences("hours", [folder_row], [single_row]))) == 1


def test_columns_that_depend_on_the_moment_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Policy, "_other_columns", lambda *_: frozenset())
    monkeypatch.setattr("fuzz.several.FORMATS", ("plain",))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    problems = []
    for number in range(40):
        place = tmp_path / str(number)
        place.mkdir()
        monkeypatch.chdir(place)
        problems += [
            problem for _, _, wrong in revisions(Random(f"{SEED} {number}")) for problem in wrong
        ]
    assert any(problem.startswith("columns depend on the moment") for problem in problems), problems
