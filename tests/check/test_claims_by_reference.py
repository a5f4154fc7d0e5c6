"""Compare the findings in random policies with the reference, case by case."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from reference.claims import Claims
from reference.definition import Case, Path
from reference.draw import block, draw, draw_ranked
from reference.judge import OPENED, Judge, judge
from reference.ranks import Missing, Ranks, SlowerTarget

from zsupport.check.autofix import fix_document
from zsupport.check.evaluate import Evaluation, evaluate
from zsupport.check.rule import Problem, Subject
from zsupport.check.rules import RULES
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

SEED = 20261128
POLICIES = 142
#: The number of policies with ranked plans and roles.
RANKED = 80
#: The maximum number of cases of policies whose answers after fixes are compared.
MAX_CASES_FIXED = 150
TODAY = date(2026, 11, 26)


#: A code, the findings, and the result of the reference.
Judged = tuple[str, object, Collection[object] | bool]


class Checked(NamedTuple):
    """A random policy with the claims of the reference and the findings by code."""

    document: Document
    claims: Claims
    findings: dict[str, list[Problem]]
    ranks: Ranks

    def paths(self, code: str) -> set[Path]:
        """Return the paths of the findings of a rule."""
        return {problem.path for problem in self.findings[code]}


def check_policy(text: str) -> Checked:
    """Check a policy, and compute the claims of the reference."""
    document = read_document(SourceFile("p.yaml", text.encode(), "", "p.yaml"))
    subject = Subject(document, TODAY)
    findings = {rule.code: list(rule.check(subject)) for rule in RULES if not rule.last}
    claims = Claims(judge(text))
    return Checked(document, claims, findings, Ranks(claims))


def cells_at(claims: Claims, paths: list[Path]) -> set[Path]:
    """Return the cells at these places: a target, or all targets of a metric or of a rule."""
    return {
        cell
        for cell in claims.cells()
        if any(path in (cell, (*cell, "target"), cell[:3], cell[:2]) for path in paths)
    }


def paths_with_related(problem: Problem, words: str) -> list[Path]:
    """Return the path of a problem, and its related paths with a text that starts like this."""
    return [problem.path, *(path for path, text in problem.related if text.startswith(words))]


def numbers_of(claims: Claims, witness: Case) -> set[int]:
    """Return the cases of a witness; it omits facts that decide nothing."""
    named = {name: value for name, value in witness.items() if name != "opened"}
    for side in witness.get("opened", "").split(" and ") if "opened" in witness else ():
        value, name = side.split()
        named[f"{OPENED}{name}"] = value
    return {
        number
        for number in claims.existing
        if all(claims.cases[number][name] == value for name, value in named.items())
    }


# -- findings and claims ---------------------------------------------------------------------------


def unreachable(policy: Checked) -> Iterator[Judged]:
    """Yield findings and claims about unreachable entries, by code."""
    claims, findings = policy.claims, policy.findings
    yield "ZS401", policy.paths("ZS401"), set(claims.unreachable_rules())
    cells = [
        path
        for problem in findings["ZS402"]
        for path in paths_with_related(problem, "unreachable target")
    ]
    yield "ZS402", cells_at(claims, cells), set(claims.unreachable_cells())
    grants = {path for path in policy.paths("ZS403") if not claims.decides(path)}
    yield "ZS403", grants, set(claims.unreachable_grants())
    yield "ZS412", policy.paths("ZS412"), set(claims.unreachable_entries())
    yield (
        "ZS313",
        {path[:2] for path in policy.paths("ZS313")},
        set(claims.priorities_without_grant()),
    )


def of_priorities(policy: Checked) -> Iterator[Judged]:
    """Yield findings and claims about priorities and facts, by code."""
    claims, findings = policy.claims, policy.findings
    priorities = claims.reference.values.get("priority", [])
    hidden: set[str] = set()
    for problem in findings["ZS404"]:
        place = int(problem.path[1])
        hidden |= set(priorities[place + 1 :] if problem.severity else [priorities[place]])
    yield "ZS404", hidden, set(claims.unreachable_priorities())
    none = claims.reference.facts_decide and None in claims.reference.led_to({})
    none = none and not claims.reference.table  # every combination has a cell
    # If every channel that opens cases sets its own priority, no case is without one.
    channels = claims.reference.document["channels"].values()
    opening = [item for item in channels if item["kind"] not in ("self-service", "community")]
    own = [item.get("priority", {"at-most": ""}) for item in opening]
    fixed = all(isinstance(entry, str) or "is" in entry for entry in own)
    none = none and not (opening and fixed)
    yield "ZS303", bool(findings["ZS303"]), none
    excluded = [
        path
        for problem in findings["ZS414"]
        for path in paths_with_related(problem, "unreachable too")
    ]
    true = set(claims.excluded_priorities())
    cells = {path for path in true if path[0] == "targets" and path[2:3] not in ((), ("when",))}
    yield "ZS414 of targets", cells_at(claims, [p for p in excluded if len(p) > 2]), cells
    rest = {p for p in excluded if p[0] != "targets" or p[2:3] in ((), ("when",))}
    yield "ZS414", rest, true - cells


def of_lists(policy: Checked) -> Iterator[Judged]:
    """Yield findings and claims about alternatives and recommendations, by code."""
    claims, findings = policy.claims, policy.findings
    yield "ZS415", policy.paths("ZS415"), set(claims.unreachable_alternatives())
    yield "ZS416", policy.paths("ZS416"), set(claims.conflicting_recommendations())
    not_granted = [
        (problem.path[:2], problem.message.split("`")[1]) for problem in findings["ZS413"]
    ]
    yield "ZS413", sorted(not_granted), sorted(claims.recommended_not_granted())
    yield "ZS312", {str(p[1]) for p in policy.paths("ZS312")}, claims.hours_without_calendar()


def of_gaps(policy: Checked) -> Iterator[Judged]:
    """Yield the paths of gaps, with their priorities."""
    claims = policy.claims
    gaps = claims.gaps()
    yield "ZS302", policy.paths("ZS302"), set(gaps)
    for problem in policy.findings["ZS302"]:
        numbers = gaps.get(problem.path, set())
        assert problem.case is not None
        yield "ZS302 witness", bool(numbers_of(claims, problem.case) - numbers), False
        if problem.path != ("targets",):
            named = problem.message.split(" in cases")[0].split("`")[3::2]
            order = claims.reference.values["priority"]
            opened = (claims.reference.opened(claims.cases[number]) for number in numbers)
            missing = {case["priority"] for case in opened}
            yield "ZS302 priorities", named, [id for id in order if id in missing]


def of_grants(policy: Checked) -> Iterator[Judged]:
    """Yield whether removed grants change an answer: redundant grants do not, others do."""
    reference = policy.claims.reference
    grants = reference.document["entitlements"]
    unused = {int(path[1]) for path in policy.paths("ZS403")}
    cases = [policy.claims.cases[number] for number in sorted(policy.claims.existing)]
    before = [_answer(reference, case) for case in cases]

    def some_differ(removed: set[int]) -> bool:
        rest = [grant for place, grant in enumerate(grants) if place not in removed]
        without = Judge({**reference.document, "entitlements": rest})
        pairs = zip(cases, before, strict=True)
        return any(_answer(without, case) != answer for case, answer in pairs)

    if unused:
        yield "ZS403 removed", some_differ(unused), False
    excluded = {int(path[1]) for path in policy.paths("ZS414") if path[0] == "entitlements"}
    for place, grant in enumerate(grants):
        # These answers contain no sources, and no remarks of alternatives that never match.
        silent = {"source", "note", "unclear"}.isdisjoint(
            json.dumps(grant.get("when", "")).split('"')
        )
        kept = "allow" in grant and place not in unused | excluded
        if kept and silent and "source" not in grant:
            yield "ZS403 kept", some_differ({*unused, place}), True


def _answer(reference: Judge, case: Case) -> object:
    """Return the answer about the channel of a case, and its hours."""
    answer = reference.entitlement(case)
    hours = {reference.at(grant).get("hours") for grant in answer.grants}
    return reference.channel(case), hours, set(answer.calendars)


def of_members(policy: Checked) -> Iterator[Judged]:
    """Yield plans and roles without a channel."""
    findings: dict[tuple[str, str], str] = {}
    for problem in policy.findings["ZS301"]:
        section, value = str(problem.path[0]), str(problem.path[1])
        if problem.case is None:
            findings[section.removesuffix("s"), value] = problem.severity or "error"
        else:
            assert problem.case["plan"] == value
            for role in problem.message.split("`")[1:-2:2]:
                findings[value, role] = problem.severity or "error"
    yield "ZS301", findings, policy.claims.without_channel()


def of_grants_together(policy: Checked) -> Iterator[Judged]:
    """Yield the pairs of grants with combined prerequisites."""
    findings = set()
    for problem in policy.findings["ZS406"]:
        [(related, _)] = problem.related
        earlier, later = sorted((int(problem.path[1]), int(related[1])))
        findings.add((earlier, later))
        assert problem.case is not None
        both = policy.claims.decides(problem.path[:2]) & policy.claims.decides(related)
        witness = numbers_of(policy.claims, problem.case)
        yield "ZS406 witness", bool(witness) and witness <= both, True
    unused = {int(path[1]) for path in policy.paths("ZS403")}
    true = {pair for pair in policy.claims.combined_prerequisites() if not unused & {*pair}}
    yield "ZS406", findings, true


def of_keys(policy: Checked) -> Iterator[Judged]:
    """Yield unused hours and conditions without effect."""
    yield "ZS405", policy.paths("ZS405"), set(policy.claims.unused_hours())
    yield "ZS407", policy.paths("ZS407"), set(policy.claims.condition_without_effect())


def of_catch_alls(policy: Checked) -> Iterator[Judged]:
    """Yield that a catch-all rule decides for each plan and priority of its finding."""
    claims = policy.claims
    for problem in policy.findings["ZS408"]:
        decided = {
            n for cell in claims.cells() if cell[:2] == problem.path for n in claims.decides(cell)
        }
        cells = problem.message.removeprefix("only this catch-all rule decides for ")
        for cell in cells.split("; "):
            plan, _, priorities = cell[1:].partition("`")
            cases = [claims.cases[n] for n in decided if claims.cases[n]["plan"] == plan]
            occurring = {case.get("priority") for case in cases}
            yield (
                "ZS408",
                bool(cases) and {*filter(None, priorities.strip().split(", "))} <= occurring,
                True,
            )


def of_facts(policy: Checked) -> Iterator[Judged]:
    """Yield for each unused fact that no answer depends on it."""
    claims = policy.claims
    for problem in policy.findings["ZS306"]:
        answers: dict[tuple[str, ...], object] = {}
        for number in sorted(claims.existing):
            case = claims.cases[number]
            rest = tuple(value for name, value in case.items() if name != problem.path[1])
            answer = claims.reference.answers(case), claims.reference.led_by(case)
            yield "ZS306", answers.setdefault(rest, answer) == answer, True
    unused = {str(path[1]) for path in policy.paths("ZS306")}
    for fact in claims.reference.facts:
        if fact not in unused and not claims.decides_texts(fact):
            yield "ZS306 decides", claims.decides_an_answer(fact), True


# -- ranks -----------------------------------------------------------------------------------------

#: The codes of each dimension: targets, hours and channels.
RANKS = (("plan", "ZS501", "ZS502", "ZS503"), ("role", "ZS504", "ZS504", "ZS504"))


def of_promises(policy: Checked) -> Iterator[Judged]:
    """Yield the cells with slower targets than a lower value has."""
    for dimension, code in (("plan", "ZS501"), ("role", "ZS504"), ("priority", "ZS601")):
        problems = [problem for problem in policy.findings[code] if "target" in problem.message]
        yield from _of_slower_targets(
            policy, code, problems, policy.ranks.slower_targets(dimension)
        )


def _of_slower_targets(
    policy: Checked, code: str, problems: list[Problem], true: dict[SlowerTarget, set[int]]
) -> Iterator[Judged]:
    findings: set[Path] = set()
    for problem in problems:
        high, low = problem.message.split("`")[1:4:2]
        places = [path[:2] if path[-1] == "hours" else path for path, _ in problem.related]
        paths = places if problem.path[0] == "priorities" else [problem.path]
        cells = cells_at(policy.claims, [p[:2] if p[-1] == "hours" else p for p in paths])
        findings |= cells
        cases: set[int] = set()
        for cell in cells:
            those = [
                slower
                for slower in true
                if (slower.cell, slower.high, slower.low) == (cell, high, low)
                and any(slower.lower in cells_at(policy.claims, [path]) for path in places)
            ]
            yield f"{code} related", bool(those) or problem.path[0] == "priorities", True
            cases |= {number for slower in true if slower.cell == cell for number in true[slower]}
        assert problem.case is not None
        witness = numbers_of(policy.claims, problem.case)
        yield f"{code} witness", bool(witness) and witness <= cases, True
        silent = [policy.claims.reference.at(cell) for cell in cells]
        texts = {cell["target"] if isinstance(cell, dict) else cell for cell in silent}
        if code == "ZS601":
            yield f"{code} severity", problem.severity == "warning", texts == {"none"}
    yield f"{code} promises", findings, {slower.cell for slower in true}


def of_restoration(policy: Checked) -> Iterator[Judged]:
    """Yield the targets of later metrics that are due before the first metric."""
    true = policy.ranks.earlier_metrics()
    findings: set[Path] = set()
    for problem in policy.findings["ZS602"]:
        [(related, _)] = problem.related
        cells, answers = (cells_at(policy.claims, [path]) for path in (problem.path, related))
        findings |= cells
        cases = {n for (cell, first), some in true.items() if cell in cells for n in some
                 if first in answers}  # fmt: skip
        assert problem.case is not None
        witness = numbers_of(policy.claims, problem.case)
        yield "ZS602 witness", bool(witness) and witness <= cases, True
    yield "ZS602", findings, {cell for cell, _ in true}


def of_hours(policy: Checked) -> Iterator[Judged]:
    """Yield the grants with fewer hours than a lower value has."""
    for dimension, _, code, _ in RANKS:
        problems = [
            problem for problem in policy.findings[code] if " has fewer hours " in problem.message
        ]
        true = policy.ranks.fewer_hours(dimension)
        if policy.ranks.mixed:
            continue
        yield f"{code} hours", {int(problem.path[1]) for problem in problems}, set(true)
        for problem in problems:
            channel, high, low = problem.message.split("`")[1:6:2]
            assert problem.case is not None
            witness = numbers_of(policy.claims, problem.case)
            cases = true[int(problem.path[1])].get((high, low), set())
            yield f"{code} hours witness", bool(witness) and witness <= cases, True
            yield f"{code} hours channel", problem.case["channel"] == channel, True


def of_ranked_limits(policy: Checked) -> Iterator[Judged]:
    """Yield the limits that are lower than for a lower value."""
    for dimension, code in (("plan", "ZS505"), ("role", "ZS504")):
        problems = [p for p in policy.findings[code] if p.message.startswith("limit of ")]
        true = policy.ranks.lower_limits(dimension)
        yield f"{code} limits", {problem.path[:3] for problem in problems}, set(true)
        for problem in problems:
            assert problem.case is not None
            witness = numbers_of(policy.claims, problem.case)
            yield f"{code} limits witness", witness <= true[problem.path[:3]], True


def of_channels(policy: Checked) -> Iterator[Judged]:
    """Yield the channels that only a lower value has, by grant."""
    values = policy.claims.reference.values
    for dimension, _, _, code in RANKS:
        problems = [
            problem for problem in policy.findings[code] if " may not use " in problem.message
        ]
        true = policy.ranks.missing(dimension)
        findings: dict[Missing, tuple[set[str], set[str]]] = {}
        for problem in problems:
            ranks, lacking = problem.message.split(", but ")
            *highs, low = ranks.split("`")[1::2]
            assert {*highs, low} <= {*values[dimension]}
            severity = problem.severity or "error"
            first = Missing(int(problem.path[1]), low)
            assert problem.case is not None
            witness = numbers_of(policy.claims, problem.case)
            yield f"{code} channels witness", bool(witness) and witness <= true[first].cases, True
            listed = [(problem.path, set(lacking.split("`")[1::2]))]
            listed += [(path, set(text.split("`")[1::2])) for path, text in problem.related]
            for path, channels in listed:
                key = Missing(int(path[1]), low)
                assert key not in findings
                findings[key] = set(highs), channels
                lack = true[key]
                graver = "error" if "error" in lack.severities else "warning"
                expected = graver if policy.ranks.opens(lack.channels) else "note"
                yield f"{code} channels severity", severity == expected, True
        expected_all = {key: (lack.highs, lack.channels) for key, lack in true.items()}
        yield f"{code} channels", findings, expected_all


def of_limits(policy: Checked) -> Iterator[Judged]:
    """Yield the redundant limits, and the topics without a limit in some cases."""
    claims = policy.claims
    yield "ZS831", policy.paths("ZS831"), set(claims.redundant_limits())
    gaps = claims.without_limit()
    yield "ZS832", policy.paths("ZS832"), set(gaps)
    for problem in policy.findings["ZS832"]:
        assert problem.case is not None
        yield "ZS832 witness", bool(numbers_of(claims, problem.case) - gaps[problem.path]), False


def of_fixes(policy: Checked) -> Iterator[Judged]:
    """Yield that the fixes of all rounds change no answer."""

    def evaluation_of(document: Document) -> Evaluation:
        return evaluate(document, RULES, TODAY)

    small = len(policy.claims.cases) <= MAX_CASES_FIXED
    if small and any(problem.fix for problems in policy.findings.values() for problem in problems):
        reference = policy.claims.reference
        document = policy.document
        fixed = judge(fix_document(document, evaluation_of(document), evaluation_of).document.text)
        for case in reference.every_case():
            yield "fixes", fixed.answers(case) == reference.answers(case), True


ASPECTS = (
    unreachable, of_priorities, of_lists, of_gaps, of_members, of_grants, of_grants_together,
    of_keys, of_catch_alls, of_facts, of_limits, of_fixes,
)  # fmt: skip
ASPECTS_OF_RANK = (of_promises, of_restoration, of_hours, of_channels, of_ranked_limits)


#: The minimum number of claims by code, so that each rule is tested.
OFTEN = {
    "ZS301": 5, "ZS302": 10, "ZS303": 1, "ZS306": 500, "ZS306 decides": 10, "ZS312": 1,
    "ZS313": 5, "ZS401": 50, "ZS402": 2, "ZS403": 5, "ZS403 kept": 50, "ZS404": 5,
    "ZS405": 25, "ZS406": 10, "ZS407": 100, "ZS408": 2, "ZS412": 50, "ZS413": 2, "ZS414": 5,
    "ZS414 of targets": 5, "ZS415": 1, "ZS416": 1, "ZS831": 2, "ZS832": 3, "fixes": 500,
}  # fmt: skip


#: The minimum numbers for policies with ranked plans and roles.
OFTEN_OF_RANK = {
    "ZS501 promises": 4, "ZS501 related": 4, "ZS502 hours": 2, "ZS503 channels": 7,
    "ZS504 promises": 1, "ZS504 hours": 1, "ZS504 channels": 2, "ZS601 promises": 12,
    "ZS601 related": 12, "ZS601 severity": 2, "ZS602": 1, "ZS505 limits": 2, "ZS504 limits": 1,
}  # fmt: skip


def test_findings_agree_with_the_reference() -> None:
    compare_with_claims(
        ((block(draw(SEED, number)[0]), number) for number in range(POLICIES)), ASPECTS, OFTEN
    )


def test_findings_about_ranks_agree_with_the_reference() -> None:
    ranked = ((block(draw_ranked(SEED, number)), number) for number in range(RANKED))
    compare_with_claims(ranked, ASPECTS_OF_RANK, OFTEN_OF_RANK)


def compare_with_claims(
    texts: Iterable[tuple[str, int]],
    aspects: Iterable[Callable[[Checked], Iterator[Judged]]],
    often: Mapping[str, int],
) -> None:
    """Compare the findings in policies with the claims."""
    judged: Counter[str] = Counter()
    for text, number in texts:
        policy = check_policy(text)
        for aspect in aspects:
            for code, actual, expected in aspect(policy):
                assert actual == expected, f"seed {SEED}, policy {number}: {code}"
                judged[code] += expected if isinstance(expected, bool) else len(expected)
    assert {code for code, least in often.items() if judged[code] < least} == set(), judged
