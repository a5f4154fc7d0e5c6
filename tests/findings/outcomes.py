"""Outcomes for the tests of formats: a rich one, an empty one, and random ones."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from zsupport.cli.options import flag_of
from zsupport.findings import (
    SEVERITIES,
    Code,
    Edit,
    Finding,
    Fix,
    Outcome,
    Related,
    Span,
    Unit,
)
from zsupport.report import Terminal
from zsupport.report.findings import Context
from zsupport.wording import Wording

ACME = """\
format: 1
policy: acme
plans: {pro: Pro, business: Business}
roles: {admin: Admin, user: User}
priorities: {P1: Urgent, P2: Normal}
channels:
  web: {name: Web form, kind: web}
entitlements:
  - allow: web
targets:
  - when: {plan: pro}
    first-response: {P1: 2h 24x7, P2: 1d}
  - when: {plan: business}
    first-response: {P1: 4h 24x7, P2: 1d}
hours:
  office:
    timezone: Europe/Oslo
    open: {mon-fri: "09:00-17:00"}
"""
OLD = "# Høy prioritet 高\npolicy: old\nrules:\n  - 高: {x: y}\n"

SLOWER = Finding(
    "ZS501", "slower-than-lower-plan", "error",
    "`business` answers P1 slower than `pro`, which ranks below it",
    "policies/acme.yaml", Span(14, 26, 14, 33), "targets[1].first-response.P1",
    hint="promise 2h or less,\n"
    "or allow it here: # zsupport: allow ZS501 until 2027-01-31 -- reason",
    label="4 hours, day and night",
    case={"plan": "business", "role": "admin", "priority": "P1"},
    related=(
        Related("policies/acme.yaml", Span(12, 26, 12, 33), "`pro` promises 2 hours"),
        Related("policies/acme.yaml", Span(3, 9, 3, 17), ""),
    ),
    identity=("business", "pro", "P1"),
)  # fmt: skip
UNUSED = Finding(
    "ZS404", "unused-hours", "warning", "no value uses the hours `office`",
    "policies/acme.yaml", Span(16, 3, 18, 35), "hours.office",
    fix=Fix("remove `office`", (Edit(Span(15, 1, 19, 1), ""),)),
    identity=("office",),
)  # fmt: skip
WIDE = Finding(
    "ZS101", "unknown-key", "error", "unknown key `x` in a rule",
    "policies/old, 100%: a/høy.yaml", Span(4, 10, 4, 11), 'rules[0]["高"].x',
    expected="when, allow",
)  # fmt: skip
SAME = UNUSED._replace(severity="note", span=Span(18, 5, 18, 9), fix=None)

CODES = {
    code.code: code
    for code in (
        Code("ZS101", "unknown-key", "a key that this mapping does not have"),
        Code("ZS301", "no-channel-granted", "a plan and role without any channel"),
        Code("ZS404", "unused-hours", "hours that no value uses", "warning"),
        Code("ZS501", "slower-than-lower-plan", "a plan is slower than one that ranks below it"),
    )
}

#: The further fields in the document of `check`.
EXTRA: dict[str, Any] = {"summary": {"allowed": 0}, "fixed": [], "unread": [], "switched_off": []}

#: Two files with findings and one without: related places, a case, labels, fixes, several lines,
#: wide letters, a name that needs escaping, and two equal findings.
RICH = Outcome(
    "check",
    (
        Unit("policies/acme.yaml", "policies/acme.yaml", 1, (SLOWER, UNUSED, SAME)),
        Unit("policies/clean.yaml", "policies/clean.yaml", 1, ()),
        Unit(WIDE.file, WIDE.file, 1, (WIDE,)),
    ),
    {"policies/acme.yaml": ACME, WIDE.file: OLD},
    CODES,
    ("2 errors, 1 warning and 1 note in 3 files",),
    EXTRA,
)
EMPTY = Outcome("check", (), {}, CODES, ("nothing to check",), EXTRA)

CONTEXT = Context(
    Terminal(), "/home/ci/work/desk", "/home/ci/work", moment="2026-11-26T12:00:00",
    words=Wording(naming=flag_of),
)  # fmt: skip


# -- random outcomes -------------------------------------------------------------------------

#: Without a deadline, because the machine can be busy.
UNHURRIED = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

HOSTILE = (
    "plain", "\x1b[31mred\x07", "a\r\nb", "::error file=x::y", "%0A::stop-commands::x", "]]>",
    "<b>&amp;", "a,b:c;d", "| pipe `code` *star* [x](y) @all", "\u202egnirts", "\ud800",
    "\ufffe", "{0} {{x}}", "\x00\x7f", "高😀い", "=1+2", "\u2028", "$x$", "##[error]x", "\\",
    '"', "  ", "é́",
)  # fmt: skip
texts = st.sampled_from(HOSTILE) | st.text(max_size=8)
names = st.sampled_from(("a.yaml", "./b c/d.yaml", "æ:,%.yaml", "../up.yaml", "/abs/x.yaml", "-"))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    line, column = draw(st.integers(1, 30)), draw(st.integers(1, 60))
    more = draw(st.integers(0, 2))
    end = draw(st.integers(1, 60)) if more else column + draw(st.integers(0, 9))
    return Span(line, column, line + more, end)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    code = draw(st.sampled_from(sorted(CODES)))
    maybe: Any = st.none() | texts
    return Finding(
        code, CODES[code].name, draw(st.sampled_from(SEVERITIES)), draw(texts), draw(names),
        draw(spans()), draw(texts), draw(maybe), draw(maybe), draw(maybe),
        draw(st.none() | st.dictionaries(texts, texts, max_size=2)),
        tuple(draw(st.lists(st.builds(Related, names, spans(), texts, maybe), max_size=2))),
        draw(st.none() | st.builds(Fix, texts, st.tuples(st.builds(Edit, spans(), texts)))),
        tuple(draw(st.lists(texts, max_size=2))),
    )  # fmt: skip


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    drawn = draw(st.lists(findings(), max_size=4))
    units = [Unit(draw(texts), f.file, f.span.line, (f,)) for f in drawn]
    units += [Unit(draw(texts), draw(names), 1, ()) for _ in range(draw(st.integers(0, 2)))]
    sources = {f.file: draw(texts) + "\n" + draw(texts) * 40 for f in drawn}
    return Outcome("check", tuple(units), sources, CODES, (draw(texts),), EXTRA)
