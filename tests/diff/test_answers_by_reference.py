"""Compare the changes of `diff` with the reference, for every case and moment."""

from random import Random

import pytest
from reference.change import Difference, Pair, Where
from reference.definition import read
from reference.draw import FORMS, block, draw_pair

from zsupport.diff.changes import Change, class_of
from zsupport.diff.policies import ComparedCases, PeriodDiff, compare
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

SEED = 20261129
PAIRS = 120
CHUNK = 60

#: The field of the answers that each kind of change affects, and its effect for the customer.
EFFECTS = {
    "ZD201": ("allowed", "less"), "ZD202": ("allowed", "more"),
    "ZD203": ("needs", "less"), "ZD204": ("needs", "more"), "ZD205": ("needs", "either"),
    "ZD208": ("kind", "either"),
    "ZD209": ("opens", "less"), "ZD210": ("opens", "more"),
    "ZD211": ("priority", "less"), "ZD212": ("priority", "more"), "ZD213": ("priority", "either"),
    "ZD301": ("time", "less"), "ZD302": ("time", "more"), "ZD303": ("time", "either"),
    "ZD304": ("state", "less"), "ZD305": ("state", "more"), "ZD306": ("silence", "as little"),
    "ZD307": ("condition", "less"), "ZD308": ("condition", "more"),
    "ZD309": ("condition", "either"),
    "ZD310": ("commitment", "less"), "ZD311": ("commitment", "more"),
    "ZD312": ("commitment", "either"),
    "ZD214": ("languages", "less"), "ZD215": ("languages", "more"),
    "ZD216": ("languages", "either"),
    "ZD601": ("limit", "less"), "ZD602": ("limit", "more"), "ZD603": ("limit", "either"),
    "ZD604": ("limit", "either"), "ZD605": ("limit", "either"),
    "ZD401": ("time", "less"), "ZD402": ("time", "more"), "ZD403": ("time", "either"),
}  # fmt: skip
CLASSES = {
    "less": "breaking", "more": "compatible", "either": "risky", "as little": "compatible",
}  # fmt: skip
#: Changed hours change the channel, the targets that count them, or both.
TIME = ("hours", "target")
Key = frozenset[tuple[str, str]]


def document(text: str, name: str) -> Document:
    return read_document(SourceFile(name, text.encode(), "", name))


def key_of(pair: Pair, where: Where, names: list[str]) -> Key:
    """Return a case, with the dimensions of the comparison, as a key."""
    values = {name: where.case[name] for name in names if not name.startswith("opened ")}
    for name in names:
        if name not in values:
            hours = name.removeprefix("opened ")
            bare = hours.removesuffix(" (before)").removesuffix(" (now)")
            now = hours.endswith(" (now)") or bare not in pair.old.named
            values[name] = "inside" if where.inside[now][bare] else "outside"
    return frozenset(values.items())


def expected(pair: Pair, names: list[str]) -> dict[Key, set[Difference]]:
    """Return every possible case with the differences between its answers."""
    answers: dict[Key, set[Difference]] = {}
    for case in pair.cases():
        without_opening = (*pair.of_channels(case), *pair.of_limits(case))
        of_channels = [answer for answer in without_opening if answer.effect != "same"]
        for where in pair.where(case):
            of_metrics = (answer for answer in pair.of_metrics(where) if answer.effect != "same")
            key = key_of(pair, where, names)
            answers.setdefault(key, set()).update(of_channels, of_metrics)
    return answers


def covers(change: Change, difference: Difference) -> bool:
    """Return whether a change covers a difference."""
    field, effect = EFFECTS[change.code]
    same = difference.aspect in TIME if field == "time" else difference.aspect == field
    if field == "limit":
        return same and effect == difference.effect and difference.metric == _topic(change)
    if change.metric is not None or difference.aspect in ("state", "silence"):
        same = same and difference.metric == change.metric
    return same and difference.effect in (effect, "any")


def _topic(change: Change) -> object:
    return change.message.values["topic"]


def check_changes(pair: Pair, compared: PeriodDiff) -> set[Difference]:
    """Compare the changes with the answers in all cases; return the differences."""
    part: ComparedCases = compared.parts[0]
    answers = expected(pair, list(part.space.values))
    reported: dict[Key, set[Difference]] = {}
    for change in part.changes:
        if change.code not in EFFECTS:
            continue
        assert class_of(change.effect, "customer") == CLASSES[EFFECTS[change.code][1]]
        cases = {frozenset(case.items()) for case in part.space.cases(change.cases)}
        # A union with hours of the customer excludes no case.
        assert bool(cases & answers.keys()) or not change.cases or pair.mixed, change
        for case in cases & answers.keys():
            covered = {answer for answer in answers[case] if covers(change, answer)}
            assert covered, (change, dict(case), answers[case])
            reported.setdefault(case, set()).update(covered)
    for case, differing in answers.items():
        assert reported.get(case, set()) == differing, (dict(case), differing, part.changes)
    return set().union(*answers.values())


def compared_pair(number: int) -> set[tuple[str, str]] | None:
    """Compare a drawn pair with the reference; return the differing fields.

    None: the pair is not valid and not compared.
    """
    random = Random(f"forms {SEED} {number}")
    before, after = draw_pair(SEED, number)
    texts = block(before), random.choice(FORMS)(after)
    old, new = document(texts[0], "old.yaml"), document(texts[1], "new.yaml")
    if new.revision is None:
        return None
    pair = Pair(*map(read, texts))
    names = {(name, "other") for name in pair.answers_without_case()}
    [compared] = compare([old], [new]).compared
    differing = {(answer.aspect, answer.effect) for answer in check_changes(pair, compared)} | names
    changes = [change for part in compared.parts for change in part.changes]
    assert bool(changes) is bool(differing), (number, changes, differing)
    return differing


@pytest.mark.parametrize("chunk", range(PAIRS // CHUNK))
def test_changes_match_the_answers_of_the_reference(chunk: int) -> None:
    fields: set[tuple[str, str]] = set()
    compared = same = 0
    for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        differing = compared_pair(number)
        compared += differing is not None
        same += differing == set()
        fields |= differing or set()
    assert compared > CHUNK / 2
    assert same
    assert {field for field, _ in fields} >= {
        "names",
        "hours",
        "allowed",
        "target",
        "state",
        "limit",
        "languages",
    }
