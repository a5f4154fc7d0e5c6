"""The command `publish`: its output, `--check`, and its refusals."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest
from conftest import Cli
from pages import Reader
from test_pager import in_terminal

POLICY = """\
format: 1
policy: acme
title: {en: Acme support, nb: Acme-støtte}
timezone: Europe/Oslo
plans: {free: Free, pro: Pro}
channels:
  web: {name: {en: Ticket, nb: Skjema}, kind: web}
entitlements: [{when: {plan: pro}, allow: web, hours: office}]
hours:
  office: {open: mon-fri 08:00-16:00, holidays: {add: {12-25: Christmas Day}}}
targets: [{hours: office, first-response: 4 business hours}]
"""
DATE = ("--date", "2026-11-30")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.yaml").write_text(POLICY, encoding="utf-8")
    return tmp_path


def test_output_file_equals_standard_output(cli: Cli, folder: Path) -> None:
    for arguments, name in (((), "page.html"), (("--format", "markdown"), "page.md")):
        printed = cli("publish", "./acme.yaml", *DATE, *arguments, cwd=folder)
        written = cli("publish", "./acme.yaml", *DATE, "--output", name, cwd=folder)
        assert (printed.code, printed.stderr) == (0, "")
        assert written == ("", f"zsupport: wrote {name}\n", 0)
        # Without --format, the name of the file decides.
        assert (folder / name).read_text(encoding="utf-8") == printed.stdout


def test_quiet_writes_no_note(cli: Cli, folder: Path) -> None:
    written = cli("publish", "./acme.yaml", "--output", "page.html", "--quiet", cwd=folder)
    assert written == ("", "", 0)
    assert (folder / "page.html").exists()


def test_html_is_refused_in_a_terminal(cli: Cli, folder: Path) -> None:
    shown, code = in_terminal(cli, "publish", "./acme.yaml", folder=folder)
    assert code == 2
    assert "<!doctype" not in shown
    assert "HTML is not written to a terminal" in shown
    assert "--output support.html" in shown
    # A file is written as elsewhere.
    shown, code = in_terminal(cli, "publish", "./acme.yaml", "--output", "page.html", folder=folder)
    assert (shown, code) == ("zsupport: wrote page.html\n", 0)


def test_markdown_is_shown_in_the_pager(cli: Cli, folder: Path) -> None:
    arguments = ("publish", "./acme.yaml", "--format", "markdown", *DATE)
    shown, code = in_terminal(cli, *arguments, folder=folder, PAGER="sed s/^/pager:/")
    assert code == 0
    assert "pager:# Acme support" in shown
    shown, code = in_terminal(cli, *arguments, folder=folder, PAGER="cat")
    assert code == 0
    assert shown == cli(*arguments, cwd=folder).stdout


def test_output_file_is_replaced_as_a_whole(cli: Cli, folder: Path) -> None:
    path = folder / "page.html"
    arguments = ("publish", "./acme.yaml", *DATE, "--output", "page.html")
    assert cli(*arguments, cwd=folder).code == 0
    old = path.read_text(encoding="utf-8")
    path.chmod(0o640)
    with path.open(encoding="utf-8") as before:
        assert cli(*arguments, "--lang", "nb", cwd=folder).code == 0
        # A reader of the old file still has the old content.
        assert before.read() == old != path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(os.listdir(folder)) == ["acme.yaml", "page.html"]


def test_output_that_cannot_be_written_is_refused(cli: Cli, folder: Path) -> None:
    (folder / "there").mkdir()
    for name, reason in (("there", "is a directory"), ("missing/page.html", "no such file")):
        result = cli("publish", "./acme.yaml", "--output", name, cwd=folder)
        assert (result.stdout, result.code) == ("", 4)
        assert f"cannot write {name}: {reason}" in result.stderr
    page = folder / "page.html"
    cli("publish", "./acme.yaml", "--output", "page.html", cwd=folder)
    before = page.read_bytes()
    (folder / "link.html").symlink_to("page.html")
    result = cli("publish", "./acme.yaml", "--lang", "nb", "--output", "link.html", cwd=folder)
    assert result.code == 4
    assert page.read_bytes() == before
    empty = cli("publish", "./acme.yaml", "--output", "", cwd=folder)
    assert (empty.stdout, empty.code) == ("", 2)
    assert "--output: empty name" in empty.stderr


@pytest.mark.parametrize("name", ["acme.yaml", "./acme.yaml", "in/../acme.yaml", "link.html"])
def test_page_never_replaces_the_policy(cli: Cli, folder: Path, name: str) -> None:
    (folder / "in").mkdir()
    (folder / "link.html").symlink_to("acme.yaml")
    path = folder / "acme.yaml"
    for policy in ("./acme.yaml", str(path)):
        result = cli("publish", policy, "--output", name, cwd=folder)
        assert (result.stdout, result.code) == ("", 2)
        assert f"--output: {name} is a file of the policy (not replaced)" in result.stderr
        assert path.read_text(encoding="utf-8") == POLICY


def test_page_never_replaces_the_policy_of_standard_input(cli: Cli, folder: Path) -> None:
    path = folder / "acme.yaml"
    with path.open(encoding="utf-8") as stdin:
        result = subprocess.run(
            cli.command("publish", "-", "--output", "acme.yaml"),
            stdin=stdin, cwd=folder, env=cli.environment(), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    assert (result.stdout, result.returncode) == ("", 2)
    assert "--output: acme.yaml is a file of the policy (not replaced)" in result.stderr
    assert path.read_text(encoding="utf-8") == POLICY


def test_page_never_replaces_another_revision(cli: Cli, folder: Path) -> None:
    (folder / "acme").mkdir()
    for year in (2020, 2025):
        text = POLICY + f"effective: {{from: {year}-01-01}}\n"
        (folder / "acme" / f"{year}.yaml").write_text(text, encoding="utf-8")
    old = folder / "acme" / "2020.yaml"
    before = old.read_bytes()
    result = cli("publish", "acme/", *DATE, "--output", str(old), cwd=folder)
    assert (result.stdout, result.code) == ("", 2)
    assert "is a file of the policy" in result.stderr
    assert old.read_bytes() == before


def test_only_pages_and_empty_files_are_replaced(cli: Cli, folder: Path) -> None:
    other = folder / "notes.md"
    for data in (b"# Notes\n", b"\xff", b"<!-- zsupport-page {} -->", b"\n"):
        other.write_bytes(data)
        result = cli("publish", "./acme.yaml", "--output", "notes.md", cwd=folder)
        assert (result.stdout, result.code) == ("", 2)
        assert "notes.md exists and is not a page of `publish` (not replaced)" in result.stderr
        assert other.read_bytes() == data
    other.write_bytes(b"")
    assert cli("publish", "./acme.yaml", "--output", "notes.md", cwd=folder).code == 0
    # A page in the other format is a page.
    arguments = ("--format", "html", "--output", "notes.md")
    assert cli("publish", "./acme.yaml", *arguments, cwd=folder).code == 0
    assert other.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_page_is_equal_in_every_process(cli: Cli) -> None:
    pages = {
        cli("publish", "gitlab", *DATE, env={"PYTHONHASHSEED": seed}).stdout for seed in ("1", "2")
    }
    assert len(pages) == 1


@pytest.mark.parametrize("lang", ["nb", "no", "nn", "nb-NO"])
def test_page_in_norwegian(cli: Cli, folder: Path, lang: str) -> None:
    result = cli("publish", "./acme.yaml", *DATE, "--lang", lang, cwd=folder)
    reader = Reader(result.stdout)
    assert [e.attributes["lang"] for e in reader.elements if "lang" in e.attributes] == ["nb"]
    assert reader.of("html")[0].attributes["lang"] == "nb"
    assert reader.of("h1")[0].text == "Acme-støtte"
    assert "Skjema" in [e.text for e in reader.of("th")]


def test_texts_in_another_language_than_the_page_state_it(cli: Cli, folder: Path) -> None:
    path = folder / "acme.yaml"
    path.write_text(POLICY.replace("nb:", "de:"), encoding="utf-8")

    def languages(lang: str) -> dict[str, set[str]]:
        reader = Reader(cli("publish", "./acme.yaml", *DATE, "--lang", lang, cwd=folder).stdout)
        texts: dict[str, set[str]] = {}
        for element in reader.elements:
            if "lang" in element.attributes:
                texts.setdefault(element.attributes["lang"], set()).add(element.text)
        return {lang: names & {"Acme-støtte", "Acme support"} for lang, names in texts.items()}

    # The program has no German texts, so the page is in English, except for the policy's texts.
    assert languages("de") == {"en": set(), "de": {"Acme-støtte"}}
    # The policy has no Norwegian texts, so the page is in Norwegian, except for the policy's texts.
    assert languages("nb") == {"nb": set(), "en": {"Acme support"}}
    assert languages("en") == {"en": set()}


def test_language_without_texts_is_noted(cli: Cli, folder: Path) -> None:
    lacking = cli("publish", "./acme.yaml", *DATE, "--lang", "de", cwd=folder)
    assert lacking.stderr == "zsupport: no texts in language `de`; languages: en, nb\n"
    invalid = cli("publish", "./acme.yaml", "--lang", "english", cwd=folder)
    assert invalid.code == 2
    assert "write `en`" in invalid.stderr


# -- --check -------------------------------------------------------------------------------------


@pytest.fixture(params=["page.html", "page.md"])
def page(request: pytest.FixtureRequest, cli: Cli, folder: Path) -> Path:
    name: str = request.param
    assert cli("publish", "./acme.yaml", *DATE, "--output", name, cwd=folder).code == 0
    return folder / name


def check(cli: Cli, page: Path, *arguments: str) -> tuple[str, str, int]:
    result = cli("publish", "./acme.yaml", "--check", page.name, *arguments, cwd=page.parent)
    return result.stdout, result.stderr, result.code


def change(page: Path, old: str, new: str) -> None:
    path = page.parent / "acme.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_page_of_an_unchanged_policy_passes(cli: Cli, page: Path) -> None:
    before = page.read_bytes()
    assert check(cli, page) == ("", "", 0)
    change(page, "format: 1\n", "# A comment changes nothing.\nformat: 1\n")
    assert check(cli, page) == ("", "", 0)
    assert page.read_bytes() == before


def test_page_of_a_changed_policy_fails_with_the_difference(cli: Cli, page: Path) -> None:
    change(page, "4 business hours", "2 business hours")
    stdout, stderr, code = check(cli, page)
    assert code == 1
    lines = stdout.splitlines()
    assert lines[:2] == [f"--- {page.name}", f"+++ {page.name} (policy)"]
    removed = [line for line in lines[2:] if line.startswith("-")]
    added = [line for line in lines[2:] if line.startswith("+")]
    assert len(removed) == len(added) == 1
    assert "4 working hours" in removed[0]
    assert "2 working hours" in added[0]
    reason = "the policy has changed since 2026-11-30; publish it again"
    assert stderr == f"zsupport: {page.name}: {reason}\n"
    assert check(cli, page, "--quiet") == ("", "", 1)


def test_page_that_was_edited_fails(cli: Cli, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("4 working hours", "1 working hour"), encoding="utf-8")
    stdout, stderr, code = check(cli, page)
    assert code == 1
    assert "-" in stdout
    assert stderr == f"zsupport: {page.name}: changed since it was published; publish it again\n"


def test_page_of_another_version_passes_if_the_policy_is_the_same(cli: Cli, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    text = text.replace("4 working hours", "4 hours of work")
    text = re.sub(r'"version": "[^"]*"', '"version": "0.0.9"', text)
    page.write_text(text, encoding="utf-8")
    stdout, stderr, code = check(cli, page)
    assert (stdout, code) == ("", 0)
    assert "made with other versions (version)" in stderr
    # A change of the policy is still a change.
    change(page, "4 business hours", "2 business hours")
    assert check(cli, page)[2] == 1


def test_styles_of_a_page_can_be_changed(cli: Cli, folder: Path) -> None:
    cli("publish", "./acme.yaml", *DATE, "--output", "page.html", cwd=folder)
    path = folder / "page.html"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("--link:#0550ae", "--link:#a00"), encoding="utf-8")
    assert check(cli, path) == ("", "", 0)


#: Changes of a page that a browser can read in another way than a parser.
CHANGES = [
    ('"use strict";', '"use strict"; alert(1);'),
    ("</body>", "<script>alert(1)</script></body>"),
    ("<body>", '<body onload="alert(1)">'),
    ("<header>", '<header><iframe srcdoc="x"></iframe>'),
    ("default-src 'none'", "default-src *"),
    ("</head>", "<!--><script>alert(1)</script><!-- --></head>"),
    ("</head>", "<![CDATA[><script>alert(1)</script>]]></head>"),
    ("<header>", "<svg><style><script>alert(1)</script></style></svg><header>"),
    ("<style>", "<style></style><script>alert(1)</script><style>"),
    ("<header>", '<header hidden="">'),
    ('<meta name="viewport"', '<meta content="x" content="y" name="viewport"'),
    ("<td>", '<td rowspan="2">'),
]


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_changed_page_fails(cli: Cli, folder: Path, old: str, new: str) -> None:
    cli("publish", "./acme.yaml", *DATE, "--output", "page.html", cwd=folder)
    page = folder / "page.html"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    stdout, stderr, code = check(cli, page)
    assert code == 1
    assert stdout
    assert stderr == "zsupport: page.html: changed since it was published; publish it again\n"


def test_comment_in_a_markdown_page_fails(cli: Cli, folder: Path) -> None:
    cli("publish", "./acme.yaml", *DATE, "--output", "page.md", cwd=folder)
    page = folder / "page.md"
    text = page.read_text(encoding="utf-8")
    for added in ("<!-- zsupport-page {} -->\nCall us!", "<!-- zsupport-page "):
        page.write_text(text.replace("\n# ", f"\n{added}\n# ", 1), encoding="utf-8")
        assert check(cli, page)[2] == 1


def test_line_ends_of_a_page_can_be_changed(cli: Cli, folder: Path) -> None:
    cli("publish", "./acme.yaml", *DATE, "--output", "page.html", cwd=folder)
    page = folder / "page.html"
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    assert check(cli, page) == ("", "", 0)


def test_check_uses_the_date_and_the_language_of_the_page(cli: Cli, folder: Path) -> None:
    page = folder / "page.html"
    languages = [("--date", "2031-01-15", "--lang", lang) for lang in ("nb", "no", "de")]
    for arguments in (("--date", "2026-01-15"), *languages):
        cli("publish", "./acme.yaml", *arguments, "--output", page.name, cwd=folder)
        assert check(cli, page) == ("", "", 0)


def test_other_files_are_refused(cli: Cli, page: Path) -> None:
    other = page.parent / "other.html"
    for data in (b"<html></html>", b"\xff\xfe", b"", b"<!-- zsupport-page {} -->"):
        other.write_bytes(data)
        stdout, stderr, code = check(cli, other)
        assert (stdout, code) == ("", 3)
        assert "not a page of `publish`" in stderr or "not UTF-8" in stderr
    assert check(cli, page.parent / "missing.html")[2] == 3
    change(page, "policy: acme", "policy: globex")
    stdout, stderr, code = check(cli, page)
    assert code == 2
    assert "page of the policy `acme`, not `globex`" in stderr


@pytest.mark.parametrize(
    "more",
    [("--date", "2026-01-01"), ("--lang", "nb"), ("--format", "html"), ("--output", "x.html")],
)
def test_check_cannot_be_combined(cli: Cli, page: Path, more: tuple[str, str]) -> None:
    stdout, stderr, code = check(cli, page, *more)
    assert (stdout, code) == ("", 2)
    # `--lang` decides the language of the error.
    assert re.match(f"zsupport: `--check` .* `{more[0]}` ", stderr)


# -- refusals and warnings -----------------------------------------------------------------------


def test_page_needs_a_revision_in_force(cli: Cli, folder: Path) -> None:
    early = cli("publish", "zoom", "--date", "2019-12-31")
    assert (early.stdout, early.code) == ("", 2)
    assert "no revision of `zoom` is in force on 2019-12-31" in early.stderr
    assert cli("publish", "zoom", "--date", "2020-01-01").code == 0


def test_page_names_the_next_revision(cli: Cli) -> None:
    text = cli("publish", "canonical", "--format", "markdown", "--date", "2024-06-01").stdout
    assert "A new revision is in force from 1 October 2024." in text
    assert "These hours apply until 30 September 2024." in text


@pytest.mark.parametrize("text", [
    "2026-1-1", "20260101", "2026-W05-1", "2026W051", "2026-02-30", "yesterday", "1900-01-01",
])  # fmt: skip
def test_invalid_dates_are_refused(cli: Cli, text: str) -> None:
    result = cli("publish", "zoom", "--date", text)
    assert (result.stdout, result.code) == ("", 2)
    assert result.stderr.startswith("zsupport: --date: ")


def test_a_hyphen_is_standard_output(cli: Cli, tmp_path: Path) -> None:
    arguments = ("publish", "zoom", *DATE)
    named, default = cli(*arguments, "--output", "-", cwd=tmp_path), cli(*arguments)
    assert (named.stdout, named.stderr, named.code) == (default.stdout, default.stderr, 0)
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_example_is_named(cli: Cli) -> None:
    result = cli("publish")
    assert result.code == 0
    assert result.stderr == "zsupport: zoom: the shipped example; name your own policy\n"
    assert cli("publish", "--quiet").stderr == ""


def many_plans(count: int, length: int) -> str:
    plans = "\n".join(f"  p{n}: {{name: {'Plan ' * length}{n}}}" for n in range(count))
    rules = "\n".join(
        f"  - {{when: {{plan: p{n}, role: r{n % 4}}}, first-response: {n + 1}h}}"
        for n in range(count)
    )
    roles = ", ".join(f"r{n}: Role {n}" for n in range(4))
    return (
        "format: 1\npolicy: acme\ntitle: Acme\n"
        f"plans:\n{plans}\nroles: {{{roles}}}\n"
        "channels: {web: {name: Web, kind: web}}\nentitlements: [{allow: web}]\n"
        f"targets:\n{rules}\n"
    )


def test_form_is_left_out_where_the_page_would_be_too_large(cli: Cli, folder: Path) -> None:
    (folder / "acme.yaml").write_text(many_plans(300, 20))
    result = cli("publish", "./acme.yaml", *DATE, cwd=folder)
    assert result.code == 0
    assert result.stderr == (
        "zsupport: with the form, the page would exceed 100 KB; the page has no form\n"
    )
    assert len(result.stdout.encode()) <= 100_000
    assert 'id="picker"' not in result.stdout
    cli("publish", "./acme.yaml", *DATE, "--output", "page.html", cwd=folder)
    assert check(cli, folder / "page.html") == ("", "", 0)


def test_page_that_is_too_large_is_refused(cli: Cli, folder: Path) -> None:
    (folder / "acme.yaml").write_text(many_plans(200, 50))
    result = cli("publish", "./acme.yaml", *DATE, "--output", "page.html", cwd=folder)
    assert (result.stdout, result.code) == ("", 3)
    assert "too many bytes in a page of `publish`" in result.stderr
    assert not (folder / "page.html").exists()


def test_page_of_a_policy_without_names_has_ids(cli: Cli, folder: Path) -> None:
    (folder / "acme.yaml").write_text(
        "format: 1\npolicy: acme\nplans: {free: {}}\nroles: {user: {}}\n"
        "facts: {big: {}}\nchannels: {web: {name: Web, kind: web}}\n"
        "entitlements: [{when: {role: user, big: true}, allow: web}]\npriorities: [{id: P1}]\n"
    )
    result = cli("publish", "./acme.yaml", *DATE, cwd=folder)
    reader = Reader(result.stdout)
    assert reader.of("h1")[0].text == reader.of("title")[0].text == "acme"
    assert all(element.text for element in reader.of("th", "h2", "h3", "option", "dt"))


def test_names_that_several_values_share_are_followed_by_the_id(cli: Cli, folder: Path) -> None:
    (folder / "acme.yaml").write_text(
        POLICY.replace("{free: Free, pro: Pro}", "{a: Pro, pro: Pro}")
    )
    reader = Reader(cli("publish", "./acme.yaml", *DATE, cwd=folder).stdout)
    assert "Pro (pro)" in [element.text for element in reader.of("th")]
    assert "No channel is included: Pro (a)." in [element.text for element in reader.of("p")]


# -- revisions -----------------------------------------------------------------------------------


def test_check_of_a_page_of_an_earlier_revision(cli: Cli, folder: Path) -> None:
    page = folder / "page.html"
    path = folder / "acme.yaml"
    path.write_text(POLICY + "effective: {from: 2020-01-01}\n", encoding="utf-8")
    assert (
        cli(
            "publish", "./acme.yaml", "--date", "2020-06-01", "--output", page.name, cwd=folder
        ).code
        == 0
    )
    path.write_text(POLICY + "effective: {last_day: 2020-06-30}\n", encoding="utf-8")
    assert check(cli, page)[2] == 1
    cli("publish", "./acme.yaml", "--date", "2020-06-01", "--output", page.name, cwd=folder)
    # The page is that of its date, but somebody should publish the next one.
    assert check(cli, page) == (
        "",
        "zsupport: page.html: another revision is in force today; publish the page again\n",
        0,
    )
    path.write_text(POLICY + "effective: {from: 2020-07-01}\n", encoding="utf-8")
    assert check(cli, page) == (
        "",
        "zsupport: page.html: the policy has changed: no revision of `acme` is in force on"
        " 2020-06-01\n",
        1,
    )


def test_pages_of_many_revisions_can_be_checked(cli: Cli, folder: Path) -> None:
    (folder / "acme").mkdir()
    for year in range(1990, 2027):
        text = POLICY + f"effective: {{from: {year}-01-01}}\n"
        (folder / "acme" / f"{year}.yaml").write_text(text, encoding="utf-8")
    arguments = ("publish", "./acme", "--output", "page.html")
    assert cli(*arguments, *DATE, cwd=folder).code == 0
    assert cli("publish", "./acme", "--check", "page.html", cwd=folder) == ("", "", 0)


def test_a_replaced_page_of_another_policy_is_named(cli: Cli, folder: Path) -> None:
    first = cli("publish", "zoom", "--output", "page.html", cwd=folder)
    assert first.stderr == "zsupport: wrote page.html\n"
    again = cli("publish", "zoom", "--output", "page.html", cwd=folder)
    assert again.stderr == "zsupport: wrote page.html\n"
    other = cli("publish", "./acme.yaml", "--output", "page.html", cwd=folder)
    assert "zsupport: wrote page.html, and replaced a page of the policy `zoom`\n" in other.stderr


SMALL = """\
format: 1
policy: small
plans: {pro: Pro}
channels: {web: {name: US Portal, kind: web}}
entitlements: [{allow: web}]
metrics: [{id: first-response, name: First response}, {id: next, name: Next reply, starts: updated}]
targets: [{first-response: 2 hours}]
terms:
  us-government: [{say: There is a portal.}]
"""


def test_a_metric_without_a_time_has_no_start(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    page = cli("publish", "./small.yaml", "--format", "markdown", cwd=tmp_path).stdout
    assert "The time counts from the opening of the case." in page
    assert "Next reply" in page
    assert "The time counts from the last update." not in page


def test_an_acronym_in_a_heading_is_written_as_in_the_names(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    page = cli("publish", "./small.yaml", "--format", "markdown", cwd=tmp_path).stdout
    assert "### US government" in page
