"""Random tests files, settings, cache entries and policies: every run ends as it should.

`ZSUPPORT_INPUTS` is how many (default 2,000), `ZSUPPORT_SEED` which; the end of the run says how
many it were. The same by hand, for any number of inputs: `python -m tests.fuzz COUNT [SEED]`.
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
from fuzz.folders import differences, draw_folder, draw_question, known
from fuzz.inputs import POLICY, SMALL, file_of_settings, file_of_tests
from fuzz.judge import Ended, faults
from fuzz.run import CHUNK, KINDS, SEVERAL, TRIED, attempts, check
from fuzz.several import revisions

from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.sources import cache

INPUTS = int(os.environ.get("ZSUPPORT_INPUTS", "2000"))
SEED = int(os.environ.get("ZSUPPORT_SEED", "20261129"))


@pytest.mark.parametrize("start", range(0, INPUTS, CHUNK))
def test_every_input_ends_as_it_should(
    start: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    numbers = range(start, min(start + CHUNK, INPUTS))
    found = list(check(SEED, numbers, tmp_path))
    record_property(TRIED, (SEED, len(numbers), len(found)))
    assert not found, "\n" + "\n".join(found[:5])


def test_most_inputs_are_valid_and_some_are_not(tmp_path: Path) -> None:
    codes: dict[str, Counter[int]] = {}
    for attempt in attempts(SEED, range(200), tmp_path):
        codes.setdefault(attempt.name.partition(" ")[0], Counter())[attempt.end.code] += 1
    assert set(codes) == {kind for kind, *_ in (*KINDS, *SEVERAL)}
    for kind, found in codes.items():
        # With 0 and 1 the input was read.
        assert found[0] + found[1] >= 0.5 * found.total(), (kind, found)
    for kind in ("tests", "settings"):
        assert codes[kind][2] + codes[kind][3] > 0.1 * codes[kind].total(), codes


def test_an_input_is_the_same_whenever_it_is_drawn() -> None:
    for make in (file_of_tests, file_of_settings):
        assert make(Random("7 3")) == make(Random("7 3"))
        assert make(Random("7 3")) != make(Random("7 4"))


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("channels: {opened: x}, expect: {include: web}", "unknown key or fact `opened`"),
        ("channels: {metric: x}, expect: {include: web}", "unknown key or fact `metric`"),
        ("channels: {plan: pro}, expect: {source: x}", "`source` is `page`"),
    ],
)
def test_keys_of_another_mapping_are_findings(
    case: str, says: str, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "acme.yaml").write_text(POLICY)
    (tmp_path / "acme_test.yaml").write_text(f"tests: 1\npolicy: acme\ncases: [{{{case}}}]\n")
    done = cli("test", "acme.yaml", cwd=tmp_path)
    assert done.code in (1, 3)
    assert says in done.stdout


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ("ignore = 5", "ignore"), ("select = 5", "select"), ("select = [5]", "select"),
        ("per-file-ignores = {a = 5}", "per-file-ignores"), ("fail-on = [[]]", "fail-on"),
    ],
)  # fmt: skip
def test_settings_of_another_type_are_usage_errors(
    setting: str, key: str, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "acme.yaml").write_text(SMALL)
    (tmp_path / "pyproject.toml").write_text(f"[tool.zsupport.check]\n{setting}\n")
    done = cli("check", "acme.yaml", cwd=tmp_path)
    assert done.code == 2
    assert f"invalid value of `{key}` in [tool.zsupport.check]" in done.stderr


def test_a_wrong_entry_with_a_right_checksum_is_made_anew(cli: Cli, tmp_path: Path) -> None:
    policy = SMALL + "terms: {limits: [{say: {en: One.}}]}\n"
    folder = tmp_path / "cache" / "zsupport"
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}

    def ask() -> tuple[str, str, int]:
        return cli("terms", "--policy", "-", "--field", "text", stdin=policy, env=environment)

    expected = ask()
    assert expected == ("One.\n", "", 0)
    [path] = folder.iterdir()
    identity = cache.policy_identity((SourceFile("-", policy.encode(), "", "-"),))
    kept = cache.kept_policy(str(folder), identity)
    assert kept is not None
    # A text without any language, which no policy has.
    terms = (kept[0].terms[0]._replace(say={}),)
    cache.keep_policy(str(folder), identity, (kept[0]._replace(terms=terms),))
    wrong = path.read_bytes()
    assert ask() == expected
    assert path.read_bytes() != wrong
    assert cache.kept_policy(str(folder), identity) == kept


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
        raise RuntimeError("the wheel came off")

    monkeypatch.setattr("zsupport.suite.session.read_written", broken)
    found = list(check(SEED, range(4), tmp_path))
    assert len(found) == 2
    assert f"seed {SEED}, tests 0: test acme.yaml " in found[0]
    assert "exit 70" in found[0]
    assert "the wheel came off" in found[0]


def test_revisions_of_a_folder_know_different_things() -> None:
    different: Counter[str] = Counter()
    foreign = 0
    for number in range(60):
        random = Random(f"{SEED} {number}")
        folder = draw_folder(random)
        first, last = known(folder.documents[0]), known(folder.documents[-1])
        different.update(name for name in {*first, *last} if first.get(name) != last.get(name))
        question = draw_question(random, folder.documents)
        foreign += not all(map(question.is_known_to, folder.documents))
    for name in ("plan", "role", "channel", "priority", "metric", "hours", "topics", "terms"):
        assert different[name] >= 10, different
    assert 10 < foreign < 50


@pytest.mark.parametrize(
    ("arguments", "end", "wrong"),
    [
        (("due",), Ended(70, "", "a bug"), ["exit 70"]),
        (("due",), Ended(5, "", ""), ["exit 5"]),
        (("due",), Ended(1, "none\n", ""), ["exit 1 without a word"]),
        (("check",), Ended(1, "a finding\n", ""), []),
        (("check",), Ended(3, "", "Traceback (most recent call last):"), ["a traceback"]),
        (("due", "--format", "json"), Ended(3, "", "no policy"), []),
        (("hours", "--format", "json"), Ended(0, '{"answers": [{"state": "open"}]}', ""), []),
        (
            ("hours", "--format", "json"), Ended(0, '{"answers": [{"state": "closed"}]}', ""),
            ["exit 0 with no positive answer"],
        ),
        (
            ("channels", "--format", "json"), Ended(1, '{"answers": [{"allowed": true}]}', "no"),
            ["exit 1 with a positive answer"],
        ),
        (("test", "--format", "junit"), Ended(0, "<a></a>", ""), []),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_end_is_named(
    arguments: tuple[str, ...], end: Ended, wrong: list[str]
) -> None:
    assert list(faults(arguments, end)) == wrong


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("json", "{"), ("sarif", ""), ("gitlab", "x"), ("junit", "<a>"), ("csv", "a,b\nc\n"),
        ("csv", 'a,"b\n'), ("markdown", "| a | b |\n| c |\n"),
    ],
)  # fmt: skip
def test_output_that_is_not_in_its_format_is_named(format: str, text: str) -> None:
    [wrong] = faults(("check", "--format", format), Ended(0, text, ""))
    assert wrong.startswith(f"no {format}: ")


def row(**fields: object) -> dict[str, object]:
    """Return an answer of `channels`: the web is allowed on the plan pro."""
    nothing = dict.fromkeys(("role", "priority", "only_when", "prerequisites", "recommended"))
    case = {"plan": "pro", "channel": "web", "facts": {}, "allowed": True, "retired": None}
    return {**nothing, **case, "hours": "office", **fields}


def test_a_folder_may_only_open_columns() -> None:
    north, south = (row(facts={"site": site}) for site in ("north", "south"))
    assert list(differences("channels", [row()], [row()])) == []
    assert list(differences("channels", [north, south], [row(plan=None)])) == []
    [other] = differences("channels", [north, {**south, "hours": None}], [row()])
    assert other.startswith("other hours: plan=pro, channel=web, facts={'site': 'south'}")
    [more] = differences("channels", [row(), row(plan="free")], [row()])
    assert more.startswith("a row that the revision alone has not: plan=free")
    [less] = differences("channels", [row()], [row(), row(plan="free")])
    assert less.startswith("a row of the revision alone is missing: plan=free")
    # It must not close any either.
    assert len(list(differences("channels", [row()], [north, south]))) == 3


@pytest.mark.parametrize(
    ("together", "wrong"),
    [
        ("2026-11-23T09:00:00Z", []),
        ("2026-11-23T10:00:00Z", ["next_open"]),
        (None, ["next_open"]),
    ],
)
def test_hours_change_as_the_revision_says_before_it_ends(
    together: str | None, wrong: list[str]
) -> None:
    case: dict[str, object] = dict.fromkeys(("plan", "role", "channel", "priority"))
    closed = {**case, "facts": {}, "state": "closed", "hours": "office", "open": False}
    alone = {**closed, "next_open": "2026-11-23T09:00:00Z", "next_close": "2026-11-23T17:00:00Z"}
    both = {**alone, "next_open": together, "next_close": "2026-11-23T12:00:00Z"}
    noon, morning = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (12, 9))
    found = [each.partition(":")[0] for each in differences("hours", [both], [alone], noon)]
    assert found == [f"other {name}" for name in wrong]
    assert list(differences("hours", [both], [alone], morning)) == []
    assert len(list(differences("hours", [both], [alone]))) == 1


def test_columns_that_depend_on_the_moment_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Policy, "_shown", lambda *_: frozenset())
    monkeypatch.setattr("fuzz.several.FORMATS", ("plain",))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = []
    for number in range(40):
        place = tmp_path / str(number)
        place.mkdir()
        monkeypatch.chdir(place)
        found += [each for _, _, wrong in revisions(Random(f"{SEED} {number}")) for each in wrong]
    assert any(each.startswith("columns depend on the moment") for each in found), found
