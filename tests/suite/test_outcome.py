"""Findings for failed tests: all differences, the deciding place and a corrected test."""

import pytest
from subjects import SHOP, cases, read_tests, subject_of, verdict

from zsupport.findings import Finding
from zsupport.suite.outcome import has_failed, run_tests
from zsupport.suite.running import run

SUBJECT = subject_of(SHOP)
LINES = SHOP.splitlines()
CELL = next(line for line in LINES if "first-response: {P1" in line)


def findings(text: str) -> tuple[Finding, ...]:
    """Return the findings of one case."""
    head = "tests: 1\npolicy: shop\ncases:\n"
    [unit] = run_tests(SUBJECT, read_tests(f"{head}  - {text}\n", SUBJECT)).units
    return unit.findings


def corrected(finding: Finding) -> str:
    """Return the corrected case in the hint, as an item of `cases`."""
    assert finding.hint is not None
    return "".join(f"  {line}\n" for line in finding.hint.splitlines()[1:])


def test_one_finding_reports_all_differences() -> None:
    [finding] = findings(
        "due: {plan: max, role: owner, priority: P2, region: eu, premier: false}\n"
        "    expect: {target: 2 business hours, hours: 24x7, commitment: agreement}"
    )
    assert finding.message == (
        "`target` is `4 business hours`; `hours` is `office`; `commitment` is `target`"
    )
    assert finding.expected == "target: 2 business hours; hours: 24x7; commitment: agreement"
    assert (finding.span.line, finding.span.column) == (5, 22)
    related = [(place.span.line, place.span.column, place.message) for place in finding.related]
    [commitment] = [line for line in LINES if line.startswith("commitment")]
    assert related == [
        (LINES.index(CELL) + 1, CELL.index("4 business") + 1,
         "decided: targets[0].first-response.P2"),
        (LINES.index(commitment) + 1, commitment.index("{is: target}") + 1,
         "decided: commitment[1]"),
    ]  # fmt: skip
    assert verdict(corrected(finding), SUBJECT).failures == ()


def test_differences_count_cases_and_name_another_case() -> None:
    # With `max` only an owner is entitled to `phone`; both roles are entitled to `forum`.
    [finding] = findings(
        "channels: {plan: max, premier: false}\n"
        "    expect: {exactly: [forum, web], exclude: [forum]}"
    )
    assert finding.message == (
        "the allowed channels are [forum, web, phone]; `forum` is allowed (and in 1 more case)"
    )
    [finding] = findings(
        "channels: {plan: max, premier: false}\n"
        "    expect: {include: [phone], exactly: [forum, web, phone], exclude: [phone]}"
    )
    assert finding.case == {"plan": "max", "role": "owner", "premier": "false"}
    assert finding.message == (
        "`phone` is allowed; in another case: `phone` is not allowed; "
        "in another case: the allowed channels are [forum, web]"
    )
    assert all(
        run(SUBJECT, example).failures == () for example in cases(corrected(finding), SUBJECT)
    )


def test_place_of_a_target_is_its_cell() -> None:
    [finding] = findings("due: {plan: pro, role: owner}\n    expect: {target: 1h}")
    [place] = finding.related
    line = LINES[place.span.line - 1]
    assert line[place.span.column - 1 : place.span.end_column - 1] == "none"
    assert place.message == "decided: targets[1].first-response"
    # For a target written as a mapping the place is the value in it.
    [finding] = findings(
        "due: {plan: max, role: owner, priority: P1, metric: update}\n    expect: {target: 1h}"
    )
    [place] = finding.related
    line = LINES[place.span.line - 1]
    assert line[place.span.column - 1 : place.span.end_column - 1] == "every 2h 24x7"
    assert place.message == "decided: targets[0].update.P1"


def test_missing_field_names_the_state_if_it_is_the_reason() -> None:
    opened = "2026-11-23T10:00:00Z"
    [finding] = findings(
        f"due: {{plan: max, role: owner, priority: P1, opened: {opened}}}\n"
        "    expect: {hours: office}"
    )
    assert finding.message.startswith("the answer has no `hours`")
    assert "running" not in finding.message
    [finding] = findings("due: {plan: free, role: owner, priority: P1}\n    expect: {target: 1h}")
    assert finding.message.startswith("the answer has no `target`: its state is not-entitled")


def test_failed_question_about_hours_names_the_state() -> None:
    case = "region: eu, at: 2026-11-23T10:00:00+01:00}"
    for question, expect, message, right in (
        (f"{{plan: pro, channel: web, {case}", "closed", "`state` is `open`", "open"),
        (f"{{plan: pro, channel: web, {case}", "{open: false}", "the hours are open",
         "open: true"),
        (f"{{plan: free, channel: web, {case}", "open", "`state` is `not-entitled`",
         "not-entitled"),
        (f"{{plan: free, channel: web, {case}", "{open: true}",
         "unknown whether hours are open: the state is not-entitled", "open: none"),
        (f"{{name: office, {case}", "closed", "`state` is `open`", "open"),
    ):  # fmt: skip
        [finding] = findings(f"hours: {question}\n    expect: {expect}")
        assert finding.message == message
        assert right in corrected(finding)
        assert verdict(corrected(finding), SUBJECT).failures == ()
        assert finding.related


@pytest.mark.parametrize(
    ("question", "expect", "right"),
    [
        # An omitted dimension stays omitted if it makes no difference.
        ("channels: {plan: free}", "{exactly: [web]}", "{exactly: [forum]}"),
        ("channels: {plan: [free]}", "{exactly: [web]}", "{exactly: [forum]}"),
        ("due: {plan: max, priority: P1, premier: false}", "{target: 2h}", "{target: 1h 24x7}"),
    ],
)
def test_correction_keeps_the_question(question: str, expect: str, right: str) -> None:
    [finding] = findings(f"{question}\n    expect: {expect}")
    assert corrected(finding) == f"  - {question.replace('[free]', 'free')}\n    expect: {right}\n"


def test_correction_splits_cases_with_different_answers() -> None:
    [finding] = findings("channels: {plan: max}\n    expect: {exactly: [forum]}")
    assert corrected(finding) == (
        "  - channels: {plan: max, role: owner}\n    expect: {exactly: [forum, web, phone]}\n"
        "  - channels: {plan: max, role: user}\n    expect: {exactly: [forum, web]}\n"
    )


def test_correction_of_a_missing_commitment_expects_the_state() -> None:
    [finding] = findings("due: {plan: free}\n    expect: {commitment: agreement}")
    assert corrected(finding) == "  - due: {plan: free}\n    expect: {state: not-entitled}\n"


def test_identity_does_not_depend_on_the_order_of_keys() -> None:
    first, second = (
        findings(
            f"name: phone\n    channels: {{{keys}, plan: pro, channel: phone}}\n"
            "    expect: {allowed: true}"
        )
        for keys in ("premier: false, region: eu", "region: eu, premier: false")
    )
    assert [finding.case and list(finding.case) for finding in (*first, *second)] == [
        ["plan", "role", "channel", "premier", "region"],
        ["plan", "role", "channel", "region", "premier"],
    ]
    assert first[0].identity == second[0].identity


@pytest.mark.parametrize(
    ("question", "case"),
    [
        ("{plan: max, priority: P1, impact: part}", {"plan": "max", "priority": "P1"}),
        ("{plan: max, priority: [P2, P1], impact: part}", {"plan": "max", "priority": "P1"}),
        ("{plan: max, priority: P1, impact: down}", None),
        ("{plan: max, priority: P1}", None),
        ("{plan: max, impact: part}", None),
    ],
)
def test_facts_that_exclude_the_priority_are_a_warning(
    question: str, case: dict[str, str] | None
) -> None:
    head = "tests: 1\npolicy: shop\ncases:\n"
    text = f"{head}  - {{channels: {question}, expect: {{include: forum}}}}\n"
    ran = run_tests(SUBJECT, read_tests(text, SUBJECT))
    [unit] = ran.units
    assert not has_failed(unit)
    assert len(ran.passing) == 1
    if case is None:
        assert unit.findings == ()
        return
    [finding] = unit.findings
    assert (finding.code, finding.severity) == ("ZT108", "warning")
    assert finding.message == (
        "the facts exclude the priority `P1`, so this case covers no decision"
    )
    assert finding.case == {**case, "impact": "part"}


@pytest.mark.parametrize(
    ("exact", "role"),
    [
        ("forum, web, phone", "does not match"),  # two grants could have allowed `phone`
        ("forum", "decided"),  # a grant allows `web` too
    ],
)
def test_role_of_grants_for_missing_and_unexpected_channels(exact: str, role: str) -> None:
    [finding] = findings(
        f"channels: {{plan: pro, role: user, premier: false}}\n    expect: {{exactly: [{exact}]}}"
    )
    assert finding.related
    assert {place.message.split(":")[0] for place in finding.related} == {role}


def test_failure_shows_at_most_five_places() -> None:
    grants = "".join(
        f"  - {{when: {{plan: pro, {more}}}, allow: phone}}\n"
        for more in ("role: owner", "region: eu", "region: us")
    )
    subject = subject_of(SHOP.replace("priorities:\n", f"{grants}priorities:\n", 1))
    text = (
        "channels: {plan: free, role: user, premier: false, region: eu}\n"
        "    expect: {include: phone, exclude: forum}"
    )
    tests = read_tests(f"tests: 1\npolicy: shop\ncases:\n  - {text}\n", subject)
    [finding] = run_tests(subject, tests).units[0].findings
    # Five grants could have allowed `phone`; the grant of `forum` would be the sixth place.
    assert finding.message == "`phone` is not allowed; `forum` is allowed"
    assert [place.message for place in finding.related] == [
        f"does not match: entitlements[{position}]" for position in (2, 3, 5, 6, 7)
    ]
