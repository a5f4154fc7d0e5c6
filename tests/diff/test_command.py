"""`zsupport diff` as a command: exit codes, thresholds, arguments and formats."""

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema_rs
import pytest
from test_changes import BASE

from zsupport.view.schemas import schema

if TYPE_CHECKING:
    from conftest import Cli, Run

FASTER = BASE.replace("P1: 4h", "P1: 3h")
SLOWER = BASE.replace("P1: 4h", "P1: 5h")
OTHER = BASE.replace("8 business hours", "9h 24x7")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("old", BASE), ("faster", FASTER), ("slower", SLOWER), ("other", OTHER)):
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "bad.yaml").write_text(BASE.replace("plan: pro}", "plan: por}"))
    return tmp_path


@pytest.mark.parametrize(
    ("new", "options", "code"),
    [
        ("old.yaml", (), 0),
        ("old.yaml", ("--fail-on", "any"), 0),
        ("slower.yaml", (), 1),
        ("slower.yaml", ("-q",), 1),
        ("slower.yaml", ("--exit-zero",), 0),
        ("slower.yaml", ("--audience", "support"), 0),
        ("slower.yaml", ("--audience", "support", "--fail-on", "risky"), 0),
        ("slower.yaml", ("--audience", "support", "--fail-on", "any"), 1),
        ("faster.yaml", (), 0),
        ("faster.yaml", ("--fail-on", "risky"), 0),
        ("faster.yaml", ("--fail-on", "any"), 1),
        ("faster.yaml", ("--audience", "support"), 1),
        ("other.yaml", (), 0),
        ("other.yaml", ("--fail-on", "risky"), 1),
        ("other.yaml", ("--audience", "support", "--fail-on", "risky"), 1),
        ("bad.yaml", (), 3),
        ("none.yaml", (), 3),
        ("nonsense", (), 2),
        ("old.yaml", ("--fail-on", "some"), 2),
        ("old.yaml", ("--audience", "all"), 2),
        ("old.yaml", ("--merge-base", "main"), 2),
    ],
)
def test_exit_codes(
    new: str, options: tuple[str, ...], code: int, cli: "Cli", folder: Path
) -> None:
    run = cli("diff", new, "--against", "old.yaml", *options, cwd=folder)
    assert run.code == code
    if "-q" in options:
        assert (run.stdout, run.stderr) == ("", "")
    assert bool(run.stderr) is (code > 1)


def test_json_document_matches_its_schema(cli: "Cli", folder: Path) -> None:
    validator = jsonschema_rs.validator_for(schema("diff"))
    for new in ("old.yaml", "slower.yaml", "other.yaml"):
        run = cli("diff", new, "--against", "old.yaml", "--format", "json", cwd=folder)
        document = json.loads(run.stdout)
        validator.validate(document)
        assert len(document["changes"]) == len(document["findings"])
        for change, finding in zip(document["changes"], document["findings"], strict=True):
            assert change["code"] == finding["code"]
            where = change["where"]["new"]
            assert (where["file"], where["line"], where["column"]) == (
                finding["file"], finding["line"], finding["column"],
            )  # fmt: skip


def folders(tmp_path: Path, **files: str) -> None:
    for name, text in files.items():
        path = tmp_path / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def compare_folders(cli: "Cli", tmp_path: Path) -> "Run":
    return cli("diff", "now", "--against", "before", cwd=tmp_path)


def named(policy: str, text: str = BASE) -> str:
    return text.replace("policy: acme", f"policy: {policy}")


@pytest.mark.parametrize(
    ("holidays", "counts"),
    [
        ("", False),
        (", holidays: [12-24]", False),
        (", holidays: {country: NO}", True),
        (", holidays: {country: NO, covers: 2026, frozen: [2026-12-25]}", False),
    ],
)
def test_json_names_the_version_of_public_holidays_if_used(
    holidays: str, counts: bool, cli: "Cli", tmp_path: Path
) -> None:
    policy = BASE.replace("09:00-17:00}", f"09:00-17:00{holidays}}}")
    folders(tmp_path, old=BASE, new=policy)
    run = cli("diff", "new.yaml", "--against", "old.yaml", "--format", "json", cwd=tmp_path)
    release = json.loads(run.stdout)["versions"]["holidays"]
    assert release == (version("holidays") if counts else None)


def test_folders_of_policies_are_paired_by_id(cli: "Cli", tmp_path: Path) -> None:
    folders(
        tmp_path, before__a=named("a"), before__b=named("b"), before__c=named("c"),
        now__x=named("b"), now__y=named("a", SLOWER), now__z=named("d"),
    )  # fmt: skip
    run = compare_folders(cli, tmp_path)
    assert run.code == 1
    heads = [line for line in run.stdout.splitlines() if line[:5] in ("error", "note[")]
    assert heads == [
        "error[ZD001] policy-removed: policy `c` removed (72 cases)",
        "error[ZD301] slower: target for first-response changed from 4h to 5h:"
        " plan pro, channel web, priority P1"
        " (4 cases)",
        "note[ZD002] policy-added: policy `d` added (72 cases)",
    ]


def test_same_id_in_two_folders_is_two_policies(cli: "Cli", tmp_path: Path) -> None:
    folders(
        tmp_path, before__north__p=BASE, before__south__p=SLOWER,
        now__north__p=BASE, now__south__p=SLOWER,
    )  # fmt: skip
    run = compare_folders(cli, tmp_path)
    assert (run.stdout, run.code) == ("no changes in answers; 144 cases compared\n", 0)


def test_single_policies_with_different_ids_are_compared(cli: "Cli", tmp_path: Path) -> None:
    folders(tmp_path, before__p=BASE, now__p=named("other", SLOWER))
    assert "from 4h to 5h" in compare_folders(cli, tmp_path).stdout


def test_too_many_cases_are_refused(cli: "Cli", tmp_path: Path) -> None:
    def large(letter: str) -> str:
        values = ", ".join(f"{letter}{n}: V" for n in range(100))
        return f"""\
format: 1
policy: large
plans: {{{values}}}
facts: {{a: {{values: {{{values}}}}}, b: {{values: {{{values}}}}}}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{when: {{a: {letter}1, b: {letter}1}}, allow: web}}]
"""

    folders(tmp_path, before__p=large("x"), now__p=large("y"))
    assert compare_folders(cli, tmp_path).code == 1
    folders(tmp_path, now__p=large("y").replace("plans: {", "plans: {" + ", ".join(
        f"p{n}: P" for n in range(500)) + ", "))  # fmt: skip
    run = compare_folders(cli, tmp_path)
    assert run.code == 3
    assert re.search(
        r"too many cases in the two policies together: [0-9,]+ \(limit 10,000,000\)", run.stderr
    )


def test_missing_working_folder(cli: "Cli", folder: Path) -> None:
    import subprocess

    line = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    done = subprocess.run(
        ["bash", "-c", line, "bash", *cli.command("diff", str(folder / "slower.yaml"), "--against",
         str(folder / "old.yaml"))], cwd=folder, env=cli.environment(), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")


def test_shipped_policies_do_not_differ_from_themselves(cli: "Cli") -> None:
    for name in ("zoom", "canonical", "redhat"):
        run = cli("diff", name, "--against", name)
        assert run.code == 0
        assert run.stdout.startswith("no changes in answers; ")


def test_name_means_the_shipped_policy_even_if_a_folder_has_it(cli: "Cli", tmp_path: Path) -> None:
    (tmp_path / "zoom").mkdir()
    run = cli("diff", "zoom", "--against", "zoom", cwd=tmp_path)
    assert (run.code, run.stdout[:23]) == (0, "no changes in answers; ")
    assert run.stderr.count("`zoom` is the shipped policy") == 1
    assert (
        "no policy found here or in the folders below"
        in cli("diff", "./zoom", "--against", "zoom", cwd=tmp_path).stderr
    )


REVISION = """\
format: 1
policy: p
effective: {from: 2026-01-01}
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}, chat: {name: Chat, kind: chat}}
entitlements: [{allow: web}, {when: {plan: pro}, allow: chat}]
targets: [{first-response: 4h}]
"""
LATER = REVISION.replace("2026", "2027").replace("4h", "8h")


def test_two_revisions_are_compared_as_of_their_first_days(cli: "Cli", tmp_path: Path) -> None:
    (tmp_path / "2026.yaml").write_text(REVISION)
    (tmp_path / "2027.yaml").write_text(LATER)
    (tmp_path / "undated.yaml").write_text(REVISION.replace("effective: {from: 2026-01-01}\n", ""))
    run = cli("diff", "2027.yaml", "--against", "2026.yaml", "--format", "json", cwd=tmp_path)
    assert (run.code, run.stderr) == (
        1, "zsupport: 2026.yaml (2026-01-01) and 2027.yaml (2027-01-01) are revisions of `p`; "
        "each is compared on its own first day\n",
    )  # fmt: skip
    codes = [change["code"] for change in json.loads(run.stdout)["changes"]]
    assert codes == ["ZD301"]
    run = cli("diff", "2026.yaml", "--against", "undated.yaml", cwd=tmp_path)
    assert run.code == 0
    assert run.stderr.startswith("zsupport: undated.yaml (no first day) and 2026.yaml")
    # A folder, or a policy with a different id, is compared with its days.
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "2026.yaml").write_text(REVISION)
    for against in ("folder", "other.yaml"):
        (tmp_path / "other.yaml").write_text(REVISION.replace("policy: p", "policy: q"))
        run = cli("diff", "2027.yaml", "--against", against, cwd=tmp_path)
        assert ("not-in-force" in run.stdout, run.stderr) == (True, ""), against


QUICK = SLOWER.replace("P1: 1h 24x7, P2", "P1: 50m 24x7, P2")
CLOSINGS = [
    (BASE, BASE, "customer", "no changes in answers"),
    (BASE, SLOWER, "customer", "1 breaking change for customers"),
    (BASE, SLOWER, "support", "1 compatible change for the support organisation"),
    (BASE, OTHER, "customer", "1 risky change for customers"),
    (BASE, QUICK, "customer", "1 breaking change, 1 compatible change for customers"),
    (
        BASE, SLOWER.replace("2 business days", "3 business days"), "customer",
        "2 breaking changes for customers",
    ),
    (
        BASE,
        QUICK.replace("2 business days", "1 business day")
        .replace("8 business hours", "9h 24x7"),
        "customer",
        "1 breaking change, 1 risky change, 2 compatible changes for customers",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "audience", "line"), CLOSINGS)
def test_last_line_counts_changes(
    old: str, new: str, audience: str, line: str, cli: "Cli", tmp_path: Path
) -> None:
    folders(tmp_path, old=old, new=new)
    run = cli("diff", "new.yaml", "--against", "old.yaml", "--audience", audience, cwd=tmp_path)
    assert run.stdout.splitlines()[-1] == f"{line}; 72 cases compared"


def many(hours: int, plans: int = 60) -> str:
    """Return a policy with a separate target for every plan."""
    rules = "".join(
        f"  - {{when: {{plan: p{number}}}, first-response: {hours}h}}\n" for number in range(plans)
    )
    ids = ", ".join(f"p{number}: Plan" for number in range(plans))
    return f"""\
format: 1
policy: many
plans: {{{ids}}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{allow: web}}]
targets:
{rules}"""


def test_only_the_first_of_many_changes_are_shown(cli: "Cli", tmp_path: Path) -> None:
    # 60 plans have longer targets, and 55 plans of the other policy shorter ones.
    folders(
        tmp_path, before__a=many(1), now__a=many(2),
        before__b=named("few", many(4, 55).replace("many", "few")),
        now__b=named("few", many(3, 55).replace("many", "few")),
    )  # fmt: skip

    def output(*options: str) -> list[str]:
        run = cli("diff", "now", "--against", "before", *options, cwd=tmp_path)
        assert run.code == 1
        return run.stdout.splitlines()

    closing = "60 breaking changes, 55 compatible changes for customers; 115 cases compared"
    lines = output()
    assert lines == output("--format", "text")
    assert sum(line.startswith("error[ZD301]") for line in lines) == 50
    assert sum(line.startswith("note[ZD302]") for line in lines) == 50
    assert lines[-2:] == ["and 15 more findings; use --format json to list all", closing]
    table = output("--format", "markdown")
    assert sum(line.startswith("| error | ZD301") for line in table) == 50
    assert sum(line.startswith("| note | ZD302") for line in table) == 50
    assert table[-1] == "Not shown: 10 errors, 5 notes."
    assert closing in "\n".join(table).replace("\\", "")
    commands = output("--format", "github")
    assert sum(line.startswith("::error ") for line in commands) == 10
    assert commands[-2:] == [
        "not shown: 50 errors, 45 notes (GitHub shows 10 findings of each severity)", closing,
    ]  # fmt: skip
    document = json.loads("\n".join(output("--format", "json")))
    assert len(document["changes"]) == len(document["findings"]) == 115
    assert (document["summary"]["errors"], document["summary"]["notes"]) == (60, 55)
    assert len(output("--format", "csv")) == 1 + 115
