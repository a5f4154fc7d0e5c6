"""A policy and functions for its tests, for the tests in this folder."""

from datetime import date

from zsupport.clock.model import Year
from zsupport.policy.files import SourceFile
from zsupport.suite.example import Example
from zsupport.suite.reading import Tests, bind, read_tests_file
from zsupport.suite.running import ExampleResult, run
from zsupport.suite.subject import PolicyUnderTest, read_subject

SHOP = """\
format: 1
policy: shop
timezone: Europe/Berlin
plans: {free: Free, pro: Pro, max: {name: Max, above: pro, aliases: [big]}}
roles: {owner: Owner, user: User}
groups: {paid: {plan: {not: free}}}
facts:
  premier: {ask: "The add-on?"}
  region: {values: {eu: Europe, us: America}}
  impact: {values: {down: All, part: Some, nothing: None}}
channels:
  forum: {name: Forum, kind: community}
  web: {name: Ticket, kind: web}
  phone: {name: Phone, kind: phone, prerequisites: [Number]}
entitlements:
  - allow: forum
  - {when: {plan: paid}, allow: web, hours: office}
  - {when: {plan: max, role: owner}, allow: phone, prerequisites: [Key], note: Call us.}
  - {when: {premier: true, plan: pro}, allow: phone}
  - {recommend: [web, forum]}
priorities:
  - {id: P1, name: Urgent, when: {impact: down}}
  - {id: P2, name: High, when: [{impact: part, unclear: Is it?}]}
metrics:
  - {id: first-response}
  - {id: update, pauses: waiting}
hours:
  office:
    - {when: {region: us}, timezone: America/New_York, open: mon-fri 09:00-17:00}
    - {open: mon-fri 08:00-16:00}
commitment: [{when: {premier: true}, is: agreement}, {is: target}]
targets:
  - when: {plan: max}
    hours: office
    condition: Stay reachable.
    first-response: {P1: 1h 24x7, P2: 4 business hours}
    update: {P1: {target: every 2h 24x7, text: two hours}}
  - {when: {plan: pro}, first-response: none}
"""


def public(country: str, subdivision: str | None, year: int) -> Year:
    """Return one holiday: New Year."""
    return Year({date(year, 1, 1).toordinal(): "New Year"})


def subject_of(*texts: str) -> PolicyUnderTest:
    """Return the policy of these files."""
    files = tuple(
        SourceFile(f"{n}.yaml", text.encode(), f"sha256:{n}", f"{n}.yaml")
        for n, text in enumerate(texts)
    )
    return read_subject(files, public)


def read_tests(text: str, subject: PolicyUnderTest) -> Tests:
    """Read a tests file, valid or invalid."""
    source = SourceFile("shop_test.yaml", text.encode(), "", "shop_test.yaml")
    return bind(read_tests_file(source), subject, None)


def cases(text: str, subject: PolicyUnderTest) -> tuple[Example, ...]:
    """Return the tests of a list of cases."""
    tests = read_tests(f"tests: 1\npolicy: {subject.policy.id}\ncases:\n{text}", subject)
    assert tests.findings == ()
    return tests.examples


def verdict(text: str, subject: PolicyUnderTest) -> ExampleResult:
    """Run a single case, and return its result."""
    [example] = cases(text, subject)
    return run(subject, example)
