"""ZS903: a comment that is to allow something, and cannot be read or gives no reason."""

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield what is wrong with each comment that begins with `zsupport`."""
    for mistake in subject.suppressions.mistakes:
        yield Problem((), mistake.message, mistake.span, hint=mistake.hint)


RULE = Rule(
    code="ZS903",
    name="bad-suppression",
    severity="error",
    summary="a comment that is to allow something, and cannot be read or gives no reason",
    why="""\
A comment that begins with `zsupport:` is read: `# zsupport: allow CODE until 2027-01-31 -- reason`,
with several codes or names separated by commas. The last day may be left out, the reason not: in a
year somebody has to know whether it still holds. What cannot be read allows nothing. Mistakes that
keep a policy from being read at all cannot be allowed, nor can those in such comments.""",
    bad="""\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
targets:
  - {first-response: 24h}
  # zsupport: allow dead-rule
  - {when: {plan: pro}, first-response: 4h}
""",
    good="""\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
targets:
  - {first-response: 24h}
  # zsupport: allow dead-rule -- kept for the archive
  - {when: {plan: pro}, first-response: 4h}
""",
    check=check,
    last=True,
)
