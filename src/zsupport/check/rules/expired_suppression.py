"""ZS902: a comment whose last day has passed, beside what it allowed."""

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each comment that has expired and would still allow something."""
    for comment in subject.suppressions.comments:
        codes = [each.code for each in comment.allowed if (comment, each.code) in subject.used]
        if not codes or not comment.expired(subject.today):
            continue
        said = " and ".join(f"`{code}`" for code in dict.fromkeys(codes))
        yield Problem(
            (),
            f"{said} was allowed until {comment.until}, and that day has passed",
            comment.until_span,
            hint="mend what is found here, or agree on another day",
        )


RULE = Rule(
    code="ZS902",
    name="expired-suppression",
    severity="warning",
    summary="a comment whose last day has passed, beside what it allowed",
    why="""\
A comment such as `# zsupport: allow CODE until 2027-01-31 -- reason` keeps a finding silent up to
that day, and so nobody forgets that it was to be mended. Afterwards the finding is shown again, and
this warning says why. Mend it, or write another day. Which day it is, `--at` can say.""",
    bad="""\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
targets:
  - {first-response: 24h}
  # zsupport: allow dead-rule until 2021-06-30 -- new plans come in July
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
  # zsupport: allow dead-rule until 2199-06-30 -- new plans come in July
  - {when: {plan: pro}, first-response: 4h}
""",
    check=check,
    last=True,
)
