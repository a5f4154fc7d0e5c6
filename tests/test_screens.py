"""Screens of the terminal: widths, words that are not broken, heights and control characters."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_screens import (
    AT,
    ENGLISH_WORDS,
    MAIN,
    PATHS,
    cases_of,
    policy_of,
    screens_of,
    screens_of_cases,
    setting_of,
)
from rich.cells import cell_len

from zsupport.errors import ZsupportError
from zsupport.library import load
from zsupport.report import Terminal
from zsupport.report.screen import (
    Bars,
    Block,
    Columns,
    Heading,
    LabelledTexts,
    Matrix,
    Paragraph,
    Screen,
    Section,
    render_screen,
    wrap,
)
from zsupport.sources.find import find
from zsupport.view.policies import document_of
from zsupport.view.screens import SCREENS, load_screen
from zsupport.view.screens.matrix import MatrixRow, effective_places, merged, with_places
from zsupport.view.screens.policies import policy_screen
from zsupport.wording import NO_BREAK

if TYPE_CHECKING:
    from conftest import Cli

TESTS = Path(__file__).parent
WIDTHS = (60, 80, 120)
MAX_LINES = 120
SGR = re.compile("\x1b\\[[0-9;]*m")


# -- properties -----------------------------------------------------------------------------------


def words_of(block: Block) -> Iterator[str]:
    """Yield the words of a block that a screen must not break, as it shows them."""
    texts: list[str] = []
    if isinstance(block, Heading):
        texts = [block.text, block.aside]
    elif isinstance(block, Paragraph):
        texts = [block.text]
    elif isinstance(block, Matrix):
        texts = [cell for row in block.rows for cell in row]
        if block.narrow is not None:
            texts = []  # one of two tables is shown
    elif isinstance(block, LabelledTexts | Columns | Bars):
        texts = [row[-1] for row in block.rows]
    for text in texts:
        for word in re.split("[ \n]+", text):
            if word:
                yield word.replace(NO_BREAK, " ")


def numbers_of_notes(screen: Screen) -> set[str]:
    """Return the numbers of the notes of a screen."""
    blocks = [block for part in screen for block in part.blocks if isinstance(block, Paragraph)]
    return {block.marker[1:-1] for block in blocks if block.marker.startswith("[")}


def marks_in(lines: list[str]) -> set[str]:
    """Return the numbers to which the lines refer, such as 1 and 2 of `yes [1, 2]`."""
    referring = [line for line in lines if not re.match(r" +\[[0-9]+\] ", line)]
    groups = re.findall(r" \[([0-9]+(?:, [0-9]+)*)\]", "\n".join(referring))
    return {number for group in groups for number in group.split(", ")}


def check(screen: Screen, width: int) -> list[str]:
    """Check what holds for each screen, and return its lines."""
    text = render_screen(screen, Terminal(width))
    lines = text.splitlines()
    for line in lines:
        assert cell_len(line) <= width or " " not in line.strip(), line
        assert line == line.rstrip()
    assert text.isprintable() or set(filter(lambda c: not c.isprintable(), text)) <= {"\n"}
    assert "\n\n\n" not in text
    for part in screen:
        for block in part.blocks:
            for word in words_of(block):
                assert any(word in line for line in lines), word
    return lines


def test_screens_fit_the_terminal_and_break_no_word() -> None:
    seen = set()
    for name in PATHS:
        for question, screen in screens_of(name):
            if screen in seen:  # such as those of policies without terms
                continue
            seen.add(screen)
            for width in WIDTHS:
                lines = check(screen, width)
                assert numbers_of_notes(screen) <= marks_in(lines)
                if width == 80:
                    assert len(lines) <= MAX_LINES, f"{question} of {name} has {len(lines)} lines"
    assert len(seen) > 500


@pytest.mark.parametrize("metric", ["first-response", "all"])
@pytest.mark.parametrize("stated", [["opened"], ["why"], ["opened", "why"]], ids=" ".join)
def test_no_screen_of_due_is_too_long(metric: str, stated: list[str]) -> None:
    opened = AT - timedelta(hours=2) if "opened" in stated else None
    longest = 0
    for name in PATHS:
        policy = policy_of(name)
        if policy is None:
            continue
        for case in ({}, *cases_of(policy)) if name in MAIN else ({},):
            try:
                answers = policy.due(**case, metric=metric, opened=opened, at=AT)  # type: ignore[arg-type]
            except ZsupportError:  # such as too many rows
                continue
            screen = load_screen("due")(answers, setting_of(policy, answers, stated))
            lines = render_screen(screen, Terminal(80)).splitlines()
            assert len(lines) <= MAX_LINES, (name, case)
            longest = max(longest, len(lines))
    assert longest > MAX_LINES / 2


# All values of a dimension together, and a case without a promise, keep the marks of their notes.
POLICY_WITH_DOUBTS = """\
format: 1
policy: desk
plans: {free: Free, pro: Pro}
roles: {owner: Owner, user: User}
channels: {web: {name: Web, kind: web}, phone: {name: Phone, kind: phone}}
entitlements:
  - {allow: web, when: {plan: pro}}
  - {allow: web, when: {plan: free}, unclear: The page contradicts itself.}
  - {allow: phone, when: {role: owner, plan: pro}}
  - {allow: phone, when: {role: owner, plan: free}, unclear: The page contradicts itself.}
targets:
  - {when: {plan: pro}, first-response: 1h}
  - {when: {plan: free}, first-response: none, note: Only during beta.}
"""


@pytest.mark.parametrize("question", ["channels", "due"])
@pytest.mark.parametrize("width", WIDTHS)
def test_numbered_notes_have_marks(question: str, width: int, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY_WITH_DOUBTS, encoding="utf-8")
    policy = load(tmp_path / "desk.yaml", cache=False)
    moments = {"opened": AT, "at": AT} if question == "due" else {"at": AT}
    answers = getattr(policy, question)(**moments)
    screen = load_screen(question)(answers, setting_of(policy, answers, ["opened"]))
    assert numbers_of_notes(screen)
    assert numbers_of_notes(screen) <= marks_in(check(screen, width))


@pytest.mark.parametrize("columns", ["\u00b2", "9" * 5000, "1000000", "-3"])
def test_strange_widths_are_no_error(columns: str, cli: "Cli") -> None:
    run = cli("channels", "--format", "table", env={"COLUMNS": columns})
    assert (run.code, run.stderr) == (0, "")


@pytest.mark.parametrize("name", MAIN)
def test_screens_of_cases_fit_the_terminal_and_break_no_word(name: str) -> None:
    questions = set()
    for question, screen in screens_of_cases(name):
        questions.add(question)
        for width in WIDTHS:
            lines = check(screen, width)
            assert numbers_of_notes(screen) <= marks_in(lines)
            assert len(lines) <= MAX_LINES or width < 80, question
    assert questions == {"advise", "channels", "due", "hours"}


@pytest.mark.parametrize("name", MAIN)
def test_colors_and_ascii_change_no_line(name: str) -> None:
    for _, screen in (*screens_of(name), *screens_of_cases(name)):
        plain = render_screen(screen, Terminal(80))
        colored = render_screen(screen, Terminal(80, color=True))
        # No hyperlink, title or movement of the cursor: only colors.
        assert "\x1b" not in SGR.sub("", colored)
        without_colors = "".join(line.rstrip() + "\n" for line in SGR.sub("", colored).splitlines())
        assert without_colors == plain
        assert render_screen(screen, Terminal(80, encoding="ascii")).isascii()


@pytest.mark.parametrize("name", MAIN)
def test_ids_and_addresses_of_answers_are_whole_at_every_width(name: str) -> None:
    policy = policy_of(name)
    assert policy is not None
    revision, _ = policy.revision_at(AT)
    members = (revision.plans, revision.roles, revision.channels, revision.priorities)
    tokens = {member.id for group in members for member in group}
    tokens |= {channel.url for channel in revision.channels if channel.url}
    tokens |= {source.url for source in revision.sources if source.url}
    tokens |= {item.number for channel in revision.channels for item in channel.numbers}
    seen = set()
    for _, screen in (*screens_of(name), *screens_of_cases(name)):
        wide = render_screen(screen, Terminal(2000))
        shown = {token for token in tokens if re.search(rf"(?<!\w){re.escape(token)}(?!\w)", wide)}
        seen |= shown
        for width in WIDTHS:
            text = render_screen(screen, Terminal(width))
            assert not {token for token in shown if token not in text}
    assert seen


def test_colors_are_readable_on_black_and_on_white() -> None:
    codes: set[str] = set()
    for name in MAIN:
        for _, screen in (*screens_of(name), *screens_of_cases(name)):
            for sequence in SGR.findall(render_screen(screen, Terminal(80, color=True))):
                codes |= {*sequence[2:-1].split(";")}
    # Reset, bold and dim; red, green and magenta. Yellow and white are not readable on white.
    assert codes <= {"0", "1", "2", "31", "32", "35"}
    assert "35" in codes


@pytest.mark.parametrize("name", MAIN)
def test_policy_in_full_fits_the_terminal(name: str) -> None:
    policy = policy_of(name)
    assert policy is not None
    documents = {file.name: document_of(file) for file in find(PATHS[name]).files}
    for width in WIDTHS:
        check(policy_screen(policy, AT, "en", ENGLISH_WORDS, documents), width)


# -- a terminal -----------------------------------------------------------------------------------


def run_in_terminal(
    cli: "Cli",
    width: int,
    *arguments: str,
    stderr: int = subprocess.DEVNULL,
    colored: bool = True,
) -> str:
    """Return what the program writes to a terminal of this width, without colors."""
    screen, terminal = pty.openpty()
    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
        process = subprocess.Popen(
            cli.command(*arguments), stdin=terminal, stdout=terminal, stderr=stderr,
            env=cli.environment({"TERM": "xterm-256color"}), cwd=TESTS,
        )  # fmt: skip
        os.close(terminal)
        data = b""
        while True:
            try:
                part = os.read(screen, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not part:
                break
            data += part
        process.wait(timeout=60)
    finally:
        os.close(screen)
    text = data.decode().replace("\r\n", "\n")
    assert SGR.search(text) or not colored
    assert "\x1b" not in SGR.sub("", text)
    return SGR.sub("", text)


OPENED = ("--opened", "2026-11-24T10:30:00+01:00")
COMMANDS = {
    "channels": ("channels",),
    "due": ("due", *OPENED),
    "hours": ("hours",),
    "priority": ("priority",),
    "terms": ("terms",),
    "topics": ("topics",),
}


def test_each_screen_is_run_in_a_terminal() -> None:
    # `advise` asks questions in a terminal: see tests/advise.
    assert {*COMMANDS, "advise"} == set(SCREENS)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("question", COMMANDS)
def test_a_screen_in_a_terminal_fits_it(question: str, width: int, cli: "Cli") -> None:
    # Each question and width has another policy.
    number = list(COMMANDS).index(question) * len(WIDTHS) + WIDTHS.index(width)
    name = [name for name in MAIN if policy_of(name)][number % len(MAIN)]
    text = run_in_terminal(
        cli, width, *COMMANDS[question], "--policy", PATHS[name], "--at", "2026-11-24T11:30:00Z"
    )
    lines = text.splitlines()
    assert lines
    assert not [line for line in lines if cell_len(line) > width and " " in line.strip()]
    assert len(lines) <= MAX_LINES or width < 80


REFUSALS = {
    "channels --policy zoom --plan free --role user --channel phone": "Phone is not allowed",
    "hours --policy suse support": "needs input",
    "due --policy zoom --plan free --role user": "Not entitled",
}


@pytest.mark.parametrize("command", REFUSALS)
def test_a_terminal_shows_a_refusal_once(command: str, cli: "Cli", tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w+") as errors:
        text = run_in_terminal(cli, 80, *command.split(), stderr=errors.fileno())
        assert REFUSALS[command] in " ".join(text.split())
        assert errors.read() == ""
    # A pipe has a line for the person who reads only standard error.
    assert cli(*command.split(), "--format", "table").stderr.startswith("zsupport: ")


@pytest.mark.parametrize("width", [60, 80])
def test_list_of_guides_fits_the_terminal(width: int, cli: "Cli") -> None:
    text = run_in_terminal(cli, width, "help", "--no-pager")
    assert max(map(cell_len, text.splitlines())) <= width
    # The words are those of a pipe, without the colons.
    assert text.split() == cli("help").stdout.replace("):\n", ")\n").split()


# -- merged rows and wrapped lines ----------------------------------------------------------------


@st.composite
def matrix_rows(draw: st.DrawFn) -> list[MatrixRow]:
    """Return rows of distinct cases with cells of few kinds, so that many rows are equal."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    cases = list(product(*(range(size) for size in sizes)))
    kept = draw(st.lists(st.sampled_from(cases), min_size=1, unique=True))
    return [
        MatrixRow(tuple((str(value),) for value in case), (draw(st.sampled_from("abc")),))
        for case in kept
    ]


@given(matrix_rows())
def test_merged_rows_have_every_case_once_with_its_cells(rows: list[MatrixRow]) -> None:
    expected = {tuple(values[0] for values in row.labels): row.cells for row in rows}
    covered = [(case, row.cells) for row in merged(rows) for case in product(*row.labels)]
    assert len(covered) == len(expected)
    assert dict(covered) == expected


@given(matrix_rows())
def test_omitted_dimensions_do_not_change_the_cells(rows: list[MatrixRow]) -> None:
    places = effective_places(rows)
    fewer = {row.labels: row.cells for row in with_places(rows, places)}
    assert len(fewer) == len(with_places(rows, places))
    for row in rows:
        assert fewer[tuple(row.labels[place] for place in places)] == row.cells


TEXTS = st.text(st.sampled_from(f"ab{NO_BREAK} \n\N{CJK UNIFIED IDEOGRAPH-4E00}"), max_size=60)


@given(TEXTS, st.integers(1, 20))
def test_wrapped_lines_keep_the_words_in_order(text: str, width: int) -> None:
    lines = wrap(text, width)
    words = [word.replace(NO_BREAK, " ") for word in re.split("[ \n]+", text) if word]
    assert (
        re.sub(" +", " ", " ".join(filter(None, lines))).strip()
        == re.sub(" +", " ", " ".join(words)).strip()
    )
    for line in lines:
        # A line that is too wide has a single word.
        assert cell_len(line) <= width or line in words


CJK = "\N{CJK UNIFIED IDEOGRAPH-4E00}"
WORDS = st.text(st.sampled_from(f"ab-{CJK}\u202e\x1b\u200b\xe9"), min_size=1, max_size=12)
PHRASES = st.lists(WORDS | st.just("\t") | st.just("\n"), max_size=12).map(" ".join)
ROWS = st.lists(st.tuples(WORDS, WORDS, PHRASES), max_size=4).map(tuple)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """Return a block with hostile texts: wide, invisible and control characters."""
    rows = draw(ROWS)
    choices: tuple[Block, ...] = (
        Heading(draw(PHRASES), draw(PHRASES)),
        Paragraph(draw(PHRASES), marker=draw(st.sampled_from(("", "[1]", "12.")))),
        LabelledTexts(tuple((label, text) for label, _, text in rows)),
        Matrix(("Name", "Other", "Text"), rows, values=draw(st.integers(1, 2))),
        Columns(rows, right=(1,)),
        Bars("0", tuple((label, "#" * 24, text) for label, _, text in rows)),
    )
    return draw(st.sampled_from(choices))


@given(blocks(), st.sampled_from((40, *WIDTHS)), st.sampled_from(("utf-8", "ascii")))
def test_hostile_texts_fit_the_terminal(block: Block, width: int, encoding: str) -> None:
    text = render_screen((Section((block,)),), Terminal(width, encoding=encoding))
    for line in text.splitlines():
        assert cell_len(line) <= width or " " not in line.strip()
        assert line.isprintable()


@pytest.mark.parametrize(("width", "is_table"), [(60, True), (42, False)])
def test_a_table_with_one_word_on_each_line_is_a_list(width: int, is_table: bool) -> None:
    table = Matrix(("Region", "Urgent", "High", "Low"), (("emea", *["4 working hours"] * 3),))
    lines = check((Section((table,)),), width)
    assert any(line.split()[:2] == ["Region", "Urgent"] for line in lines) == is_table
    assert any(line.split() == ["Urgent", "4", "working", "hours"] for line in lines) != is_table


LONG = "https://support.example.com/" + "a" * 90
BLOCKS = (
    Heading("A heading", LONG),
    Paragraph(f"An address: {LONG} and words.", marker="[1]"),
    LabelledTexts((("Label", f"Some words {LONG} and words"), ("Other", LONG))),
    Matrix(("Name", "Address"), (("first", LONG), ("second", "-"))),
    Columns((("file.yaml:1", "first", f"{LONG} and words"),)),
    Bars("0", (("Mon", "#" * 24, LONG),)),
)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: type(block).__name__)
@pytest.mark.parametrize("width", [20, 40, *WIDTHS])
def test_a_long_address_has_a_line_of_its_own(block: Block, width: int) -> None:
    lines = check((Section((block,)),), width)
    with_address = [line for line in lines if LONG in line]
    assert with_address
    for line in with_address:
        assert line.strip() == LONG or cell_len(line) <= width


@pytest.mark.parametrize("width", [40, 60])
def test_an_address_wider_than_the_screen_keeps_an_indent(width: int) -> None:
    labelled = LabelledTexts((("Source", f"The page\n{LONG}"),))
    lines = check((Section((labelled, Paragraph(LONG))),), width)
    assert [line for line in lines if LONG in line] == [f"    {LONG}", f"  {LONG}"]
