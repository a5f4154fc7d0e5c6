"""`zsupport test` as a command: files, exit codes, options and formats."""

import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml

import jsonschema_rs
import pytest
from subjects import SHOP

from zsupport.guide import read_guide
from zsupport.suite.correction import case_text
from zsupport.suite.example import CODES, SUITE_CODES
from zsupport.suite.outcome import percent
from zsupport.view.schemas import schema

if TYPE_CHECKING:
    from conftest import Cli, Run

GOOD = """\
tests: 1
policy: shop
cases:
  - name: free has only the forum
    channels: {plan: free}
    expect: {exactly: [forum]}
  - channels: {plan: pro}
    expect: {exactly: [forum, web]}
"""
BAD = GOOD.replace("exactly: [forum]", "exactly: [web]")
OTHER = "format: 1\npolicy: other\nplans: {a: A}\nchannels: {web: {name: W, kind: web}}\n" + (
    "entitlements: [{allow: web}]\n"
)
OTHER_TESTS = "tests: 1\npolicy: other\ncases: [{channels: {}, expect: {exactly: [web]}}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(SHOP)
    (tmp_path / "shop_test.yaml").write_text(GOOD)
    return tmp_path


def last(run: "Run") -> str:
    return run.stdout.rstrip("\n").rpartition("\n")[2]


# -- where tests are found -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "paths", [(), (".",), ("shop.yaml",), ("shop_test.yaml",), ("./shop.yaml", "shop_test.yaml")]
)
def test_policy_and_its_tests_are_found(paths: tuple[str, ...], folder: Path, cli: "Cli") -> None:
    run = cli("test", *paths, cwd=folder)
    assert (run.stdout, run.stderr, run.code) == ("2 tests: all passed\n", "", 0)


def test_folders_are_searched_except_hidden_folders(folder: Path, cli: "Cli") -> None:
    inside = folder / "support" / "other"
    inside.mkdir(parents=True)
    (inside / "other.yml").write_text(OTHER)
    (inside / "other_test.yml").write_text(OTHER_TESTS)
    (folder / ".cache").mkdir()
    (folder / ".cache" / "x_test.yaml").write_text("tests: [")
    (folder / "compose.yaml").write_text("services: {policy: {image: x}}\n")
    (folder / ".github.yaml").write_text("on: [")
    run = cli("test", cwd=folder)
    assert (run.stdout, run.code) == ("3 tests of 2 policies: all passed\n", 0)


@pytest.mark.parametrize("place", ["shop_test.yaml", "shop/shop_test.yaml"])
def test_tests_of_revisions_are_in_their_folder_or_next_to_it(
    place: str, tmp_path: Path, cli: "Cli"
) -> None:
    (tmp_path / "shop").mkdir()
    for year in ("2025", "2026"):
        text = SHOP.replace("timezone:", f"effective: {{from: {year}-01-01}}\ntimezone:", 1)
        (tmp_path / "shop" / f"{year}.yaml").write_text(text)
    (tmp_path / place).write_text(GOOD)
    for paths in ((), ("shop/2025.yaml",), (place,), ("./shop",)):
        if paths == ("./shop",) and place == "shop_test.yaml":
            continue  # that folder contains no tests
        run = cli("test", *paths, cwd=tmp_path)
        assert (run.stdout, run.code) == ("2 tests: all passed\n", 0), paths


def test_policy_without_tests_is_an_error(folder: Path, cli: "Cli") -> None:
    (folder / "shop_test.yaml").unlink()
    run = cli("test", cwd=folder)
    assert run.code == 1
    assert run.stdout.startswith(
        "error[ZT103] no-tests: policy `shop` has no tests\n --> shop.yaml:2"
    )
    assert "shop_test.yaml" in run.stdout


def test_tests_without_their_policy_are_an_error(folder: Path, cli: "Cli") -> None:
    (folder / "shop.yaml").unlink()
    run = cli("test", cwd=folder)
    assert run.code == 3
    assert (
        "error[ZT105] no-policy: policy `shop` not found in the folder of this file" in run.stdout
    )


def test_shipped_policy_is_not_a_default(tmp_path: Path, cli: "Cli") -> None:
    run = cli("test", cwd=tmp_path)
    assert (run.stdout, run.code) == ("", 3)
    assert "no policy found here or in the folders below" in run.stderr


def test_shipped_policy_is_tested_by_its_name(tmp_path: Path, cli: "Cli") -> None:
    run = cli("test", "HiveMQ", cwd=tmp_path)
    assert (last(run), run.code, run.stderr) == ("21 tests: all passed", 0, "")
    # As in every command, the name is the shipped policy even if a folder has that name.
    (tmp_path / "hivemq").mkdir()
    run = cli("test", "hivemq", cwd=tmp_path)
    assert (last(run), run.code) == ("21 tests: all passed", 0)
    assert "`hivemq` is the shipped policy" in run.stderr
    run = cli("test", "./hivemq", cwd=tmp_path)
    assert "no policy found here or in the folders below" in run.stderr
    assert cli("policies", "hivemq", "--field", "file", cwd=tmp_path).code == 0


# -- exit codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("no-such-name",), 2, "unknown file, folder or shipped policy"),
        (("hivemk",), 2, "did you mean `hivemq`?"),
        (("no/such/path.yaml",), 3, "file not found"),
        (("--no-such-option",), 2, "--no-such-option"),
        (("--at", "tomorrow"), 2, "--at"),
        (("--at", "now"), 2, "--at"),
        (("--fail-under", "many"), 2, "--fail-under"),
        (("--fail-under", "101"), 2, "0 to 100"),
        (("--fail-under", "nan"), 2, "0 to 100"),
        (("--fail-under-mutation", "-1"), 2, "0 to 100"),
        (("--format", "yaml"), 2, "yaml"),
    ],
)
def test_invalid_arguments_are_refused(
    arguments: tuple[str, ...], code: int, words: str, folder: Path, cli: "Cli"
) -> None:
    run = cli("test", *arguments, cwd=folder)
    assert run.code == code, run.stdout
    assert words in run.stderr
    assert run.stdout == ""


def test_exit_code_of_a_failure(folder: Path, cli: "Cli") -> None:
    (folder / "shop_test.yaml").write_text(BAD)
    run = cli("test", cwd=folder)
    assert (last(run), run.code) == ("2 tests: 1 failed", 1)
    assert cli("test", "--exit-zero", cwd=folder).code == 0
    quiet = cli("test", "-q", cwd=folder)
    assert (quiet.stdout, quiet.stderr, quiet.code) == ("", "", 1)


@pytest.mark.parametrize("name", ["shop.yaml", "shop_test.yaml"])
def test_invalid_file_always_exits_with_3(name: str, folder: Path, cli: "Cli") -> None:
    with open(folder / name, "a") as stream:
        stream.write("plams: {a: [}\n")
    for more in ((), ("--exit-zero",), ("-q",), ("--format", "json"), ("--coverage", "--mutate")):
        run = cli("test", *more, cwd=folder)
        assert run.code == 3, more
    assert "ZS001" in cli("test", cwd=folder).stdout


@pytest.mark.parametrize("broken", ["other.yaml", "other_test.yaml"])
def test_invalid_file_is_omitted_and_other_tests_run(broken: str, folder: Path, cli: "Cli") -> None:
    (folder / "shop_test.yaml").write_text(BAD)
    (folder / "other.yaml").write_text(OTHER)
    (folder / "other_test.yaml").write_text(OTHER_TESTS)
    with open(folder / broken, "a") as stream:
        stream.write("plams: {a: A}\n")
    run = cli("test", cwd=folder)
    assert run.code == 3
    assert run.stdout.count("error[ZS101]") == 1
    assert run.stdout.count("error[ZT101]") == 1
    assert run.stdout.splitlines()[-2:] == [
        "2 tests: 1 failed",
        "1 finding in 1 omitted file",
    ]
    # Only a policy whose tests files are all valid is measured.
    report = document(cli, folder, "--coverage", "--fail-under", "1")
    errors = [finding for finding in report["findings"] if finding["severity"] == "error"]
    assert [finding["code"] for finding in errors] == ["ZS101", "ZT101"]
    assert [test["file"] for test in report["tests"]] == ["shop_test.yaml"] * 2
    assert {decision["file"] for decision in report["coverage"]["uncovered"]} == {"shop.yaml"}


def test_same_error_in_two_files_is_reported_in_both(folder: Path, cli: "Cli") -> None:
    for name in ("a_test.yaml", "b_test.yaml"):
        (folder / name).write_text(GOOD.replace("plan: pro", "plan: zzzzz"))
    report = document(cli, folder)
    assert [(finding["code"], finding["file"]) for finding in report["findings"]] == [
        ("ZS201", "a_test.yaml"), ("ZS201", "b_test.yaml"),
    ]  # fmt: skip


def test_policy_with_an_invalid_tests_file_is_not_measured(folder: Path, cli: "Cli") -> None:
    (folder / "more_test.yaml").write_text("tests: 1\npolicy: shop\ncases: []\n")
    report = document(cli, folder, "--coverage", "--mutate", "--fail-under", "100")
    assert [finding["code"] for finding in report["findings"]] == ["ZS003"]
    assert (len(report["tests"]), report["coverage"], report["mutation"]) == (2, None, None)
    # An unknown test name is not reported, because the invalid file can contain it.
    assert cli("test", "-k", "xyz", cwd=folder).code == 3


def test_policy_without_tests_is_not_a_failed_test(folder: Path, cli: "Cli") -> None:
    (folder / "other.yaml").write_text(OTHER)
    run = cli("test", cwd=folder)
    assert run.code == 1
    assert run.stdout.splitlines()[-2:] == ["2 tests: all passed", "1 policy without tests"]
    (folder / "shop_test.yaml").unlink()
    assert last(cli("test", cwd=folder)) == "2 policies without tests"


def test_pipe_is_read_only_if_named(folder: Path, cli: "Cli") -> None:
    os.mkfifo(folder / "more_test.yaml")
    assert last(cli("test", cwd=folder)) == "2 tests: all passed"
    writer = threading.Thread(target=(folder / "more_test.yaml").write_text, args=(BAD,))
    writer.start()
    assert last(cli("test", "more_test.yaml", cwd=folder)) == "2 tests: 1 failed"
    writer.join()


def test_files_are_not_changed(folder: Path, cli: "Cli") -> None:
    (folder / "shop_test.yaml").write_text(BAD)
    cli("test", "--coverage", "--mutate", cwd=folder)
    assert (folder / "shop_test.yaml").read_text() == BAD
    assert (folder / "shop.yaml").read_text() == SHOP
    assert {path.name for path in folder.iterdir()} == {"shop.yaml", "shop_test.yaml"}


# -- options ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FORUM", "1 test: all passed"),  # the name of the first test
        ("plan: pro", "1 test: all passed"),  # the question of the second test
    ],
)
def test_only_selects_tests(text: str, line: str, folder: Path, cli: "Cli") -> None:
    for option in ("--only", "-k"):
        assert last(cli("test", option, text, cwd=folder)) == line


def test_only_without_a_match_is_an_error(folder: Path, cli: "Cli") -> None:
    run = cli("test", "-k", "free has only the forun", cwd=folder)
    assert (run.stdout, run.code) == ("", 2)
    assert "did you mean `free has only the forum`?" in run.stderr


def test_default_moment_of_tests(tmp_path: Path, cli: "Cli") -> None:
    older = SHOP.replace("timezone:", "effective: {from: 2025-01-01}\ntimezone:", 1)
    newer = older.replace("2025-01-01", "2026-01-01")
    newer = newer.replace("{plan: paid}, allow: web", "{plan: max}, allow: web")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "older.yaml").write_text(older)
    (tmp_path / "shop" / "newer.yaml").write_text(newer)
    tests = tmp_path / "shop_test.yaml"
    tests.write_text(GOOD)
    # The default is the newest revision. `at` of the file and the option replace it, in this order.
    assert cli("test", cwd=tmp_path).code == 1
    assert cli("test", "--at", "2025-06-01T00:00:00Z", cwd=tmp_path).code == 0
    tests.write_text(GOOD.replace("cases:", "at: 2025-06-01T00:00:00Z\ncases:"))
    assert cli("test", cwd=tmp_path).code == 0
    assert cli("test", "--at", "2026-06-01T00:00:00Z", cwd=tmp_path).code == 1


def test_share_below_the_limit_fails(folder: Path, cli: "Cli") -> None:
    run = cli("test", "--fail-under", "100", cwd=folder)
    assert run.code == 1
    assert "error[ZT202] coverage-too-low" in run.stdout
    assert cli("test", "--fail-under", "1", cwd=folder).code == 0
    run = cli("test", "--fail-under-mutation", "100%", cwd=folder)
    assert run.code == 1
    assert "error[ZT302] mutation-too-low" in run.stdout
    assert cli("test", "--fail-under-mutation", "1", cwd=folder).code == 0
    # Without a limit, missing coverage is not a failure.
    assert cli("test", "--coverage", "--mutate", cwd=folder).code == 0


def test_share_equal_to_the_limit_passes(tmp_path: Path, cli: "Cli") -> None:
    # Three decisions: `web` is allowed for `a`, not for `b`, and no target is stated. Three
    # mutants: two allow `web` for `b` too, and the test kills the third, which allows only `b`.
    some = OTHER.replace("{a: A}", "{a: A, b: B}").replace("[{allow", "[{when: {plan: a}, allow")
    (tmp_path / "other.yaml").write_text(some)
    (tmp_path / "other_test.yaml").write_text(OTHER_TESTS.replace("{}", "{plan: a}"))
    run = cli("test", "--coverage", "--mutate", cwd=tmp_path)
    assert (
        "\ncoverage: 1 of 3 decisions, 33.3 %\nmutation: 1 of 3 mutants killed, 33.3 %"
        in run.stdout
    )
    # One test kills both surviving mutants, and is shown once.
    assert last(run).endswith("; the suggested tests kill 2 of 2 survivors")
    shown = [line for line in run.stdout.splitlines() if line.startswith("note[ZT301]")]
    assert [line.rpartition(": ")[2] for line in shown] == ["removed the condition `plan`"]
    for option in ("--fail-under", "--fail-under-mutation"):
        assert cli("test", option, "33.3", cwd=tmp_path).code == 0
        assert cli("test", option, "33.4", cwd=tmp_path).code == 1


@pytest.mark.parametrize(
    ("some", "of", "share"),
    [(0, 0, 100.0), (0, 3, 0.0), (1, 3, 33.3), (2, 3, 66.6), (9999, 10_000, 99.9), (7, 7, 100.0)],
)
def test_share_is_rounded_down(some: int, of: int, share: float) -> None:
    assert percent(some, of) == share


# -- formats ---------------------------------------------------------------------------------------


def document(cli: "Cli", folder: Path, *more: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(cli("test", "--format", "json", *more, cwd=folder).stdout)
    jsonschema_rs.Draft7Validator(schema("test")).validate(report)
    return report


def test_json_document(folder: Path, cli: "Cli") -> None:
    (folder / "shop_test.yaml").write_text(BAD)
    report = document(cli, folder, "--coverage", "--mutate")
    assert report["tests"] == [
        {"name": "free has only the forum", "file": "shop_test.yaml", "line": 4, "passed": False},
        {"name": "channels {plan: pro}", "file": "shop_test.yaml", "line": 7, "passed": True},
    ]
    assert (report["summary"]["passed"], report["summary"]["failed"]) == (1, 1)
    failed = [finding for finding in report["findings"] if finding["severity"] == "error"]
    assert [finding["code"] for finding in failed] == ["ZT101"]
    assert failed[0]["case"]["plan"] == "free"
    assert [place["file"] for place in failed[0]["related"]][:1] == ["shop.yaml"]
    coverage = report["coverage"]
    assert coverage["decisions"] == coverage["covered"] + len(coverage["uncovered"])
    sizes = [decision["cases"] for decision in coverage["uncovered"]]
    assert sizes == sorted(sizes, reverse=True)
    mutation = report["mutation"]
    assert mutation["changes"] == mutation["noticed"] + len(mutation["unnoticed"])
    assert document(cli, folder)["coverage"] is None


def test_ten_survivors_are_shown_with_tests_that_kill_them(folder: Path, cli: "Cli") -> None:
    report = document(cli, folder, "--mutate")
    shown = [finding for finding in report["findings"] if finding["code"] == "ZT301"]
    listed = report["mutation"]["unnoticed"]
    assert len(shown) == 10 < len(listed)
    killed = sum(mutant["test"] is not None for mutant in listed)
    run = cli("test", "--mutate", cwd=folder)
    assert run.stdout.count("note[ZT301]") == 10
    assert last(run).endswith(
        f"; the suggested tests kill {killed} of {len(listed)} survivors; see --format json for all"
    )
    # Pasted into the tests file, the tests pass and kill these mutants.
    texts = dict.fromkeys(mutant["test"] for mutant in listed if mutant["test"])
    assert len(texts) == 10
    pasted = "".join(f"  {line}\n" for text in texts for line in text.splitlines())
    (folder / "shop_test.yaml").write_text(GOOD + pasted)
    after = document(cli, folder, "--mutate")
    assert after["summary"]["failed"] == 0
    assert after["mutation"]["noticed"] == report["mutation"]["noticed"] + killed


def test_suggested_line_has_at_most_100_characters() -> None:
    case = {"channels": {"plan": "a" * 80}, "expect": {"include": "web"}}
    assert case_text(case) == f"- channels: {{plan: {'a' * 80}}}\n  expect: {{include: web}}\n"
    case["channels"]["plan"] += "a"
    assert case_text(case) == f"- channels:\n    plan: {'a' * 81}\n  expect: {{include: web}}\n"


def test_suggested_tests_cover_all_decisions(folder: Path, cli: "Cli") -> None:
    missing = document(cli, folder, "--coverage")["coverage"]["uncovered"]
    assert missing
    pasted = "".join(
        "".join(f"  {line}\n" for line in decision["test"].splitlines()) for decision in missing
    )
    (folder / "shop_test.yaml").write_text(GOOD + pasted)
    run = document(cli, folder, "--coverage")
    assert run["coverage"]["percent"] == 100
    assert run["findings"] == []


@pytest.mark.parametrize("format", ["csv", "markdown", "github", "sarif", "junit", "gitlab"])
def test_every_format_reports_a_failure(format: str, folder: Path, cli: "Cli") -> None:
    (folder / "shop_test.yaml").write_text(BAD)
    run = cli("test", "--format", format, cwd=folder)
    assert run.code == 1, run.stderr
    assert "ZT101" in run.stdout
    assert "shop_test.yaml" in run.stdout.replace("\\", "")


def test_tests_with_the_same_question_have_unique_names_in_junit(folder: Path, cli: "Cli") -> None:
    question = "  - channels: {plan: pro}\n    expect: {exclude: phone}\n"
    (folder / "shop_test.yaml").write_text(GOOD + question * 2)
    report = Xml.fromstring(cli("test", "--format", "junit", cwd=folder).stdout)
    assert [case.get("name") for case in report.iter("testcase")] == [
        "free has only the forum", "channels {plan: pro}", "channels {plan: pro} #2",
        "channels {plan: pro} #3",
    ]  # fmt: skip


def test_guide_lists_every_code() -> None:
    table = read_guide("test")
    for code in SUITE_CODES:
        row = f"| `{code.code}` {code.name} | {code.severity} | {code.summary} |"
        assert row in table, row


def test_codes_are_unique() -> None:
    assert len({code.name for code in CODES.values()}) == len(CODES)
    assert all(code.code.startswith("ZT") for code in SUITE_CODES)
    assert len({code.code for code in SUITE_CODES}) == len(SUITE_CODES)


# -- a renamed plan --------------------------------------------------------------------------------


def test_a_plan_renamed_in_the_starter_is_one_error(cli: "Cli", tmp_path: Path) -> None:
    assert cli("init", cwd=tmp_path).code == 0
    policy = tmp_path / "acme.yaml"
    text = policy.read_text()
    for old, new in (
        ("  business: {", "  gold: {"), ("[pro, business]", "[pro, gold]"),
        ("plan: business", "plan: gold"),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    policy.write_text(text)
    # The lines of acme_test.yaml with the plan `business`.
    lines = [12, 18, 21, 24, 30, 33, 36, 38, 64]
    for command, code in (("test", "ZS201"), ("check", "ZS904")):
        shown = cli(command, cwd=tmp_path).stdout
        assert shown.count("error[") == 1
        assert f"error[{code}]" in shown
        assert "unknown plan or group `business`\n  --> acme_test.yaml:12:28\n" in shown
        assert (
            "   ::: acme_test.yaml:18:22   also used here"
            " (and in 7 more places: lines 21, 24, 30, 33, 36, 38, 64)\n"
        ) in shown
        assert "help: write its new name, or remove the tests that use it\n" in shown
        [finding] = json.loads(cli(command, "--format", "json", cwd=tmp_path).stdout)["findings"]
        places = [finding["line"], *(place["line"] for place in finding["related"])]
        assert places == lines
    shown = cli("test", cwd=tmp_path, env={"ZSUPPORT_LANG": "nb"}).stdout
    assert "brukes også her (og 7 steder til: linje 21, 24, 30, 33, 36, 38, 64)" in shown
