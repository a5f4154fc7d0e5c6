"""Inputs that take several runs: folders with revisions of a policy, and policies to mutate."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from reference.draw import Document

from .faults import FINDING_FORMATS, FORMATS, Result, find_faults, run_program
from .folders import (
    Folder,
    Question,
    at,
    differences,
    draw_folder,
    draw_question,
    draw_small,
    moments,
    tests_of,
)
from .inputs import with_typos

#: A run: the command line, its result and faults.
Run = tuple[tuple[str, ...], Result, tuple[str, ...]]


def revisions(random: Random) -> Iterator[Run]:
    """Yield runs on a folder with several revisions of a policy."""
    folder = draw_folder(random)
    write(Path("all"), folder)
    if not random.randrange(3):
        yield from run(draw_folder_run(random, folder))
        return
    question = draw_question(random, folder.documents)
    format = random.choice(FORMATS)
    if random.random() < 0.2:
        options = ("--at", moments(random, folder, 1)[0].isoformat())
        yield from run(("policies", "all/", *options, "--format", format))
    widths: set[int] = set()
    for moment in moments(random, folder, 3):
        command = (question.command, *question.options, *at(question, moment, random))
        more = random.choice(((), (), ("--why",), ("--lang", "nb")))
        for arguments, result, faults in run(
            (*command, "--policy", "all/", "--format", format, *more)
        ):
            lines = result.out.splitlines() if format == "plain" and result.code < 2 else []
            widths.update(line.count("\t") for line in lines)
            if len(widths) > 1:
                faults = (*faults, f"columns depend on the moment: {sorted(widths)}")
            yield arguments, result, faults
        yield from compare_with_revision(folder, question, command, folder.in_force(moment))


def compare_with_revision(
    folder: Folder, question: Question, command: tuple[str, ...], number: int | None
) -> Iterator[Run]:
    """Yield a question about the folder; its faults include differences from the revision."""
    [(arguments, together, faults)] = run((*command, "--policy", "all/", "--format", "json"))
    if number is None or folder.damaged or not question.is_known_to(folder.documents[number]):
        yield arguments, together, faults
        return
    alone = run_program((*command, "--policy", f"alone/{number}.yaml", "--format", "json"))
    try:
        documents = [json.loads(result.out) for result in (together, alone)]
        answers = [document["answers"] for document in documents]
    except (ValueError, KeyError):
        answers = []
    different: list[str] = []
    if answers:
        different += differences(
            question.command, answers[0], answers[1], folder.in_force_spans()[number][1]
        )
    # The next revision may add warnings to the hours of this revision.
    if answers and question.command != "hours" and len({*map(warnings_of, documents)}) > 1:
        different.append(f"different warnings: {', '.join(warnings_of(documents[0]))}")
    # An invalid revision makes the whole folder invalid.
    if together.code != alone.code and run_program(("policies", "all/", "-q")).code == 0:
        different.append(
            f"exit {together.code}, alone {alone.code}: {together.error_line}, {alone.error_line}"
        )
    yield arguments, together, (*faults, *different)


def warnings_of(document: Document) -> tuple[str, ...]:
    """Return the messages of the warnings."""
    return tuple(sorted(warning["message"] for warning in document["warnings"]))


def draw_folder_run(random: Random, folder: Folder) -> tuple[str, ...]:
    """Return a run of `check`, `diff` or `test` on a folder; write the files that it reads."""
    name = random.choice(("check", "diff", "diff", "test", "test"))
    format = ("--format", random.choice(FINDING_FORMATS))
    if name == "check":
        return (name, "all/", *format)
    if name == "diff":
        other = draw_folder(random) if random.random() < 0.2 else folder
        write(Path("before"), other._replace(texts=other.texts[: random.randint(1, 3)]))
        sides = random.sample(("all/", "before/"), 2)
        return (name, sides[0], "--against", sides[1], *format)
    write_tests(random, folder)
    return (name, "all/", *(("--coverage",) if random.random() < 0.3 else ()), *format)


def mutants(random: Random) -> Iterator[Run]:
    """Yield runs of the tests of a small policy with mutations or with coverage."""
    folder = draw_small(random)
    write(Path("all"), folder)
    write_tests(random, folder)
    more = random.choice(
        (("--mutate",), ("--mutate",), ("--coverage",), ("--mutate", "--coverage"))
    )
    threshold = random.choice(((), ("--fail-under-mutation", "50"), ("--fail-under", "50")))
    yield from run(("test", "all/", *more, *threshold, "--format", random.choice(FINDING_FORMATS)))


def run(arguments: tuple[str, ...]) -> Iterator[Run]:
    """Yield a run with its faults."""
    result = run_program(arguments)
    yield arguments, result, tuple(find_faults(arguments, result))


def write(place: Path, folder: Folder) -> None:
    """Write the revisions into a folder, and also into the folder `alone`."""
    for path in (place, Path("alone")):
        path.mkdir(exist_ok=True)
    for number, text in enumerate(folder.texts):
        (place / f"{number}.yaml").write_bytes(text)
        (Path("alone") / f"{number}.yaml").write_bytes(text)


def write_tests(random: Random, folder: Folder) -> None:
    """Write a tests file for a folder; most cases pass."""

    def answers(question: Question, moment: str) -> list[Document]:
        option = "--opened" if question.command == "due" else "--at"
        options = (*question.options, option, moment, "--at", moment)
        out = run_program((question.command, "--policy", "all/", *options, "--format", "json")).out
        try:
            rows: list[Document] = json.loads(out)["answers"]
        except (ValueError, KeyError):
            return []
        return rows

    text = json.dumps(tests_of(random, folder, answers))
    Path("all/drawn_test.yaml").write_bytes(with_typos(random, text))


def texts_in(place: Path) -> str:
    """Return the texts of the files of an input."""
    paths = sorted(place.glob("all/*"))
    return "\n  ".join(f"{path.name}: {path.read_text('utf-8', 'replace')}" for path in paths)
