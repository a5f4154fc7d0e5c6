"""Findings if public holidays are unavailable or unknown."""

from datetime import date

from zsupport.analysis.deadlines import Clocks
from zsupport.check.evaluate import evaluate
from zsupport.check.rules import RULES
from zsupport.clock.holidays import INSTALL, PublicHolidays
from zsupport.clock.model import Year
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault
from zsupport.findings import Finding
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

POLICY = """\
format: 1
policy: acme
effective: {from: 2026-12-21, last_day: 2027-01-03}
timezone: Europe/Oslo
plans: {pro: Pro, business: {name: Business, above: pro}}
channels: {web: {name: Web, kind: web}}
entitlements:
  - {when: {plan: pro}, allow: web, hours: long}
  - {when: {plan: business}, allow: web, hours: short}
hours:
  long: {open: fri 09:00-17:00, holidays: {country: DE, remove: 05-17}}
  short: {open: fri 09:00-12:00, holidays: {country: AT, subdivision: X}}
targets:
  - {when: {plan: pro}, hours: long, first-response: 4 business hours}
  - {when: {plan: business}, hours: short, first-response: 4 business hours}
"""


def missing(country: str, subdivision: str | None, year: int) -> Year:
    raise EnvironmentFault(f"the holidays of {country} need a package", INSTALL)


def unknown(country: str, subdivision: str | None, year: int) -> Year:
    raise BadText(f"unknown country `{country}` for public holidays")


def findings_of(public: PublicHolidays) -> list[Finding]:
    document = read_document(SourceFile("p.yaml", POLICY.encode(), "sha256:0", "p.yaml"))
    rules = [rule for rule in RULES if rule.code[:3] in ("ZS5", "ZS6", "ZS7")]
    return list(evaluate(document, rules, date(2026, 11, 26), Clocks(public)).findings)


def test_missing_package_is_a_single_note() -> None:
    [finding] = findings_of(missing)
    assert (finding.code, finding.severity) == ("ZS706", "note")
    assert "holidays of `DE` not checked: the holidays of DE need a package" in finding.message
    assert finding.hint == INSTALL
    assert finding.span[:2] == (11, 53)


def test_every_unknown_country_is_reported() -> None:
    findings = findings_of(unknown)
    assert [(finding.code, finding.path) for finding in findings] == [
        ("ZS708", "hours.long.holidays.country"),
        ("ZS708", "hours.short.holidays.country"),
    ]
    assert findings[0].message == "unknown country `DE` for public holidays"
    assert findings[0].hint == "list the holidays in `add`, and remove `country`"
