"""Every text of an outcome of `zsupport test` is translated."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pseudo_language import PSEUDO_WORDS, untranslated
from subjects import SHOP, public

from zsupport.answer.due import STATES
from zsupport.findings import Finding
from zsupport.suite.session import RunOptions, run_session

#: Names in backquotes, paths, mappings and lists of YAML, and instants.
_CODE = r"`[^`]*`|\b[a-z-]+\[\d+\]\S*|\{[^}]*\}|\[[^\]]*\]|\d[\d-]*T[\d:]+[Z+][\d:]*"
_HEAD = "tests: 1\npolicy: shop\n"
FAILING = """\
cases:
  - channels: {plan: [free, pro, max], role: owner, premier: false, region: eu}
    expect: {exactly: [web, phone], because: "entitlements[1]"}
  - channels: {plan: free, role: user, premier: false}
    expect: {include: [web, phone], exclude: forum}
  - channels: {plan: max, role: user, premier: false}
    expect: {exactly: [forum]}
  - due: {plan: [free, max], role: owner, priority: P2, region: eu, premier: false}
    expect: {target: 2 business hours, hours: 24x7, commitment: agreement}
  - hours: {name: office, region: eu, at: 2026-11-23T10:00:00Z}
    expect: {open: false}
  - channels: {plan: max, priority: P1, impact: part}
    expect: {include: forum}
invariants:
  - forbid: {channel: forum}
  - require: {promised: update}
  - for: {plan: free}
    require: {channel: phone, promised: first-response}
"""
INVALID = """\
note: x
cases:
  - channels: {plan: []}
    expect: web
  - due: {plan: pro, role: owner, opened: now}
    expect: 4 business hours
  - due: {plan: pro, role: owner}
    expect: running
  - due: {plan: pro, role: owner, answered: 2026-11-23T10:00:00Z}
    expect: {target: none}
  - due: {plan: pro, role: owner, opened: 2026-11-23T10:00:00}
    expect: {due: gestern, elapsed_seconds: x}
  - hours: {}
    expect: {}
  - hours: {name: office}
    expect: opn
  - channels: {plan: pro, colour: blue}
    expect: {because: "entitlements[9]", allowed: maybe}
  - channels: {plan: pro}
    expect: {because: {when: {plan: free}}, exactly: null}
  - priority: {impact: down}
    expect:
  - due: {plan: pro, pause: 2026-11-23T10:00:00Z/2026-11-22T10:00:00Z, at-risk: 200%}
    expect: not-entitld
invariants:
  - for: {channel: web}
    require: {channel: web}
  - require: {}
"""


def texts_of(finding: Finding) -> Iterator[str]:
    """Yield the texts of a finding; for a hint with a test, only its first line."""
    yield finding.message
    yield from (place.message for place in finding.related)
    yield from filter(None, (finding.label, finding.hint))


@pytest.mark.parametrize("tests", [FAILING, INVALID, None], ids=["failing", "invalid", "missing"])
def test_texts_of_an_outcome_are_translated(tests: str | None, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP)
    if tests is not None:
        (tmp_path / "shop_test.yaml").write_text(_HEAD + tests)
    options = RunOptions(
        coverage=True, fail_under=99, mutation=True, fail_under_mutation=99, listed=False
    )
    outcome = run_session([str(tmp_path)], options, public, lambda path: False).outcome
    texts = [*outcome.closing, *(text for f in outcome.findings for text in texts_of(f))]
    assert len(texts) > 2
    # Ids, keys and states stay as they are.
    names = {"forum", "web", "phone", "shop_test.yaml", *re.findall("^[a-z]+", SHOP, re.M), *STATES}
    for text in texts:
        shown = re.sub(_CODE, "", PSEUDO_WORDS.message(text).partition("\n")[0])
        assert untranslated(shown, names) == [], shown
