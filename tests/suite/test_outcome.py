"""How a failing test is told: once, with all that differs, and the place that decided."""

import pytest
from subjects import SHOP, cases, subject_of, verdict, written

from zsupport.findings import Finding
from zsupport.suite.outcome import failed, run_tests
from zsupport.suite.running import run

SUBJECT = subject_of(SHOP)
LINES = SHOP.splitlines()
CELL = next(line for line in LINES if "first-response: {P1" in line)


def findings(text: str) -> tuple[Finding, ...]:
    """Return what is said of one case."""
    head = "tests: 1\npolicy: shop\ncases:\n"
    [unit] = run_tests(SUBJECT, written(f"{head}  - {text}\n", SUBJECT)).units
    return unit.findings


def corrected(finding: Finding) -> str:
    """Return the case that a finding offers, as an item of `cases`."""
    assert finding.hint is not None
    return "".join(f"  {line}\n" for line in finding.hint.splitlines()[1:])


def test_one_finding_tells_all_that_is_not_as_expected() -> None:
    [found] = findings(
        "due: {plan: max, role: owner, priority: P2, region: eu, premier: false}\n"
        "    expect: {target: 2 business hours, hours: 24x7, commitment: agreement}"
    )
    assert found.message == (
        "`target` is `4 business hours`; `hours` is `office`; `commitment` is `target`"
    )
    assert found.expected == "target: 2 business hours; hours: 24x7; commitment: agreement"
    assert (found.span.line, found.span.column) == (5, 22)
    told = [(each.span.line, each.span.column, each.message) for each in found.related]
    [commitment] = [line for line in LINES if line.startswith("commitment")]
    assert told == [
        (LINES.index(CELL) + 1, CELL.index("4 business") + 1,
         "decided: targets[0].first-response.P2"),
        (LINES.index(commitment) + 1, commitment.index("{is: target}") + 1,
         "decided: commitment[1]"),
    ]  # fmt: skip
    assert verdict(corrected(found), SUBJECT).failures == ()


def test_each_difference_counts_its_cases_and_one_elsewhere_says_so() -> None:
    # An owner of `max` may phone, a user not; the Forum is for both.
    [found] = findings(
        "channels: {plan: max, premier: false}\n"
        "    expect: {exactly: [forum, web], exclude: [forum]}"
    )
    assert found.message == (
        "the channels that are allowed are [forum, web, phone]; "
        "`forum` is allowed (and in 1 more case)"
    )
    [found] = findings(
        "channels: {plan: max, premier: false}\n"
        "    expect: {include: [phone], exactly: [forum, web, phone], exclude: [phone]}"
    )
    assert found.case == {"plan": "max", "role": "owner", "premier": "false"}
    assert found.message == (
        "`phone` is allowed; in another case `phone` is not allowed; "
        "in another case the channels that are allowed are [forum, web]"
    )
    assert all(run(SUBJECT, each).failures == () for each in cases(corrected(found), SUBJECT))


def test_a_target_points_at_its_cell() -> None:
    [found] = findings("due: {plan: pro, role: owner}\n    expect: {target: 1h}")
    [place] = found.related
    line = LINES[place.span.line - 1]
    assert line[place.span.column - 1 : place.span.end_column - 1] == "none"
    assert place.message == "decided: targets[1].first-response"
    # A target with more than its value is a mapping: the value in it is what decides.
    [found] = findings(
        "due: {plan: max, role: owner, priority: P1, metric: update}\n    expect: {target: 1h}"
    )
    [place] = found.related
    line = LINES[place.span.line - 1]
    assert line[place.span.column - 1 : place.span.end_column - 1] == "every 2h 24x7"
    assert place.message == "decided: targets[0].update.P1"


def test_what_is_not_there_says_why_only_where_the_state_does() -> None:
    opened = "2026-11-23T10:00:00Z"
    [found] = findings(
        f"due: {{plan: max, role: owner, priority: P1, opened: {opened}}}\n"
        "    expect: {hours: office}"
    )
    assert found.message.startswith("there is no `hours`")
    assert "running" not in found.message
    [found] = findings("due: {plan: free, role: owner, priority: P1}\n    expect: {target: 1h}")
    assert found.message.startswith("there is no `target`: it is not-entitled")


def test_when_a_channel_is_open_is_told_as_its_state() -> None:
    case = "region: eu, at: 2026-11-23T10:00:00+01:00}"
    for question, expect, message, right in (
        (f"{{plan: pro, channel: web, {case}", "closed", "it is open", "open"),
        (f"{{plan: pro, channel: web, {case}", "{open: false}", "it is open", "open: true"),
        (f"{{plan: free, channel: web, {case}", "open", "it is not-entitled", "not-entitled"),
        (f"{{plan: free, channel: web, {case}", "{open: true}",
         "it is neither known to be open nor to be closed: it is not-entitled", "open: none"),
        (f"{{name: office, {case}", "closed", "it is open", "open"),
    ):  # fmt: skip
        [found] = findings(f"hours: {question}\n    expect: {expect}")
        assert found.message == message
        assert right in corrected(found)
        assert verdict(corrected(found), SUBJECT).failures == ()
        assert found.related


@pytest.mark.parametrize(
    ("question", "expect", "right"),
    [
        # What the question leaves open stays open where it makes no difference.
        ("channels: {plan: free}", "{exactly: [web]}", "{exactly: [forum]}"),
        ("channels: {plan: [free]}", "{exactly: [web]}", "{exactly: [forum]}"),
        ("due: {plan: max, priority: P1, premier: false}", "{target: 2h}", "{target: 1h 24x7}"),
    ],
)
def test_a_correction_asks_what_the_case_asked(question: str, expect: str, right: str) -> None:
    [found] = findings(f"{question}\n    expect: {expect}")
    assert corrected(found) == f"  - {question.replace('[free]', 'free')}\n    expect: {right}\n"


def test_a_correction_names_what_makes_the_difference() -> None:
    [found] = findings("channels: {plan: max}\n    expect: {exactly: [forum]}")
    assert corrected(found) == (
        "  - channels: {plan: max, role: owner}\n    expect: {exactly: [forum, web, phone]}\n"
        "  - channels: {plan: max, role: user}\n    expect: {exactly: [forum, web]}\n"
    )


def test_a_correction_says_why_there_is_no_commitment() -> None:
    [found] = findings("due: {plan: free}\n    expect: {commitment: agreement}")
    assert corrected(found) == "  - due: {plan: free}\n    expect: {state: not-entitled}\n"


def test_a_failure_stays_the_same_when_the_keys_of_its_question_are_reordered() -> None:
    one, other = (
        findings(
            f"name: phone\n    channels: {{{keys}, plan: pro, channel: phone}}\n"
            "    expect: {allowed: true}"
        )
        for keys in ("premier: false, region: eu", "region: eu, premier: false")
    )
    assert [each.case and list(each.case) for each in (*one, *other)] == [
        ["plan", "role", "channel", "premier", "region"],
        ["plan", "role", "channel", "region", "premier"],
    ]
    assert one[0].identity == other[0].identity


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
    ran = run_tests(SUBJECT, written(text, SUBJECT))
    [unit] = ran.units
    assert not failed(unit)
    assert len(ran.passing) == 1
    if case is None:
        assert unit.findings == ()
        return
    [found] = unit.findings
    assert (found.code, found.severity) == ("ZT108", "warning")
    assert found.message == "the facts of this test exclude `P1`: such a case covers nothing"
    assert found.case == {**case, "impact": "part"}


@pytest.mark.parametrize(
    ("wanted", "role"),
    [
        ("forum, web, phone", "does not hold here"),  # the lines above could have allowed `phone`
        ("forum", "decided"),  # a grant allows `web` as well
    ],
)
def test_of_a_set_of_channels_the_lines_that_allow_too_much_decided(wanted: str, role: str) -> None:
    [found] = findings(
        f"channels: {{plan: pro, role: user, premier: false}}\n    expect: {{exactly: [{wanted}]}}"
    )
    assert found.related
    assert {each.message.split(":")[0] for each in found.related} == {role}


def test_beside_a_failure_stand_five_places_at_most() -> None:
    grants = "".join(
        f"  - {{when: {{plan: pro, {more}}}, allow: phone}}\n"
        for more in ("role: owner", "region: eu", "region: us")
    )
    subject = subject_of(SHOP.replace("priorities:\n", f"{grants}priorities:\n", 1))
    text = (
        "channels: {plan: free, role: user, premier: false, region: eu}\n"
        "    expect: {include: phone, exclude: forum}"
    )
    tests = written(f"tests: 1\npolicy: shop\ncases:\n  - {text}\n", subject)
    [found] = run_tests(subject, tests).units[0].findings
    # Five grants could have allowed `phone`; the one that allows `forum` is the sixth place.
    assert found.message == "`phone` is not allowed; `forum` is allowed"
    assert [each.message for each in found.related] == [
        f"does not hold here: entitlements[{position}]" for position in (2, 3, 5, 6, 7)
    ]
