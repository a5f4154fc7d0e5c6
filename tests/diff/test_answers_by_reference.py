"""The claims of `diff`, held to the reference: one case and moment after the other."""

from random import Random

import pytest
from reference.change import Answer, Pair, Where
from reference.definition import read
from reference.draw import FORMS, block, draw_pair

from zsupport.diff.changes import Change, class_of
from zsupport.diff.policies import Compared, ComparedCases, compare
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

SEED = 20261129
PAIRS = 120
CHUNK = 60

#: What each kind of change says of the answers, and what that is for the customer.
SAYS = {
    "ZD201": ("allowed", "less"), "ZD202": ("allowed", "more"),
    "ZD203": ("needs", "less"), "ZD204": ("needs", "more"), "ZD205": ("needs", "either"),
    "ZD208": ("kind", "either"),
    "ZD209": ("opens", "less"), "ZD210": ("opens", "more"),
    "ZD301": ("time", "less"), "ZD302": ("time", "more"), "ZD303": ("time", "either"),
    "ZD304": ("state", "less"), "ZD305": ("state", "more"), "ZD306": ("silence", "as little"),
    "ZD307": ("condition", "less"), "ZD308": ("condition", "more"),
    "ZD309": ("condition", "either"),
    "ZD310": ("commitment", "less"), "ZD311": ("commitment", "more"),
    "ZD312": ("commitment", "either"),
    "ZD401": ("time", "less"), "ZD402": ("time", "more"), "ZD403": ("time", "either"),
}  # fmt: skip
CLASSES = {
    "less": "breaking", "more": "compatible", "either": "risky", "as little": "compatible",
}  # fmt: skip
#: Other hours are a change of the channel, of the targets that count them, or of both.
TIME = ("hours", "target")
Key = frozenset[tuple[str, str]]


def document(text: str, name: str) -> Document:
    return read_document(SourceFile(name, text.encode(), "", name))


def key_of(pair: Pair, where: Where, names: list[str]) -> Key:
    """Return a case by the dimensions that the comparison has."""
    found = {name: where.case[name] for name in names if not name.startswith("opened ")}
    for name in names:
        if name not in found:
            hours = name.removeprefix("opened ")
            bare = hours.removesuffix(" (before)").removesuffix(" (now)")
            now = hours.endswith(" (now)") or bare not in pair.old.named
            found[name] = "inside" if where.inside[now][bare] else "outside"
    return frozenset(found.items())


def expected(pair: Pair, names: list[str]) -> dict[Key, set[Answer]]:
    """Return every case that there is, with the answers that differ there."""
    found: dict[Key, set[Answer]] = {}
    for case in pair.cases():
        of_channels = [each for each in pair.of_channels(case) if each.effect != "same"]
        for where in pair.where(case):
            of_metrics = (each for each in pair.of_metrics(where) if each.effect != "same")
            key = key_of(pair, where, names)
            found.setdefault(key, set()).update(of_channels, of_metrics)
    return found


def tells(change: Change, answer: Answer) -> bool:
    """Return whether a change says what became of an answer."""
    about, effect = SAYS[change.code]
    right = answer.about in TIME if about == "time" else answer.about == about
    if change.metric is not None or answer.about in ("state", "silence"):
        right = right and answer.metric == change.metric
    return right and answer.effect in (effect, "any")


def hold(pair: Pair, compared: Compared) -> set[Answer]:
    """Hold the changes to the answers in all cases; return the answers that differ."""
    part: ComparedCases = compared.parts[0]
    answers = expected(pair, list(part.space.values))
    told: dict[Key, set[Answer]] = {}
    for change in part.changes:
        if change.code not in SAYS:
            continue
        assert class_of(change.effect, "customer") == CLASSES[SAYS[change.code][1]]
        cases = {frozenset(case.items()) for case in part.space.cases(change.cases)}
        # A union of hours of the customer with others excludes no case.
        assert bool(cases & answers.keys()) or not change.cases or pair.mixed, change
        for case in cases & answers.keys():
            covered = {answer for answer in answers[case] if tells(change, answer)}
            assert covered, (change, dict(case), answers[case])
            told.setdefault(case, set()).update(covered)
    for case, differing in answers.items():
        assert told.get(case, set()) == differing, (dict(case), differing, part.changes)
    return set().union(*answers.values())


def held(number: int) -> set[tuple[str, str]] | None:
    """Hold the comparison of a drawn pair to the reference; return what differs in it.

    None: it is not compared, as it is not valid.
    """
    random = Random(f"forms {SEED} {number}")
    before, after = draw_pair(SEED, number)
    texts = block(before), random.choice(FORMS)(after)
    old, new = document(texts[0], "old.yaml"), document(texts[1], "new.yaml")
    if new.revision is None:
        return None
    pair = Pair(*map(read, texts))
    names = {(name, "other") for name in pair.of_names()}
    [compared] = compare([old], [new]).compared
    differing = {(each.about, each.effect) for each in hold(pair, compared)} | names
    changes = [change for part in compared.parts for change in part.changes]
    assert bool(changes) is bool(differing), (number, changes, differing)
    return differing


@pytest.mark.parametrize("chunk", range(PAIRS // CHUNK))
def test_what_is_said_of_a_change_is_what_all_answers_say(chunk: int) -> None:
    found: set[tuple[str, str]] = set()
    compared = same = 0
    for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        differing = held(number)
        compared += differing is not None
        same += differing == set()
        found |= differing or set()
    assert compared > CHUNK / 2
    assert same
    assert {about for about, _ in found} >= {"names", "hours", "allowed", "target", "state"}
