"""ZS503: a plan that lacks a channel that one below it has, in the same case."""

from collections.abc import Iterator

from zsupport.check.rank import Missing, missing_channels, ranked
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path, Sequence


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each grant that names a plan and not one right above it.

    A warning where the higher plan has another channel in that case; a note where the channel
    opens no case: a forum for those who pay nothing is often meant so.
    """
    for missing in missing_channels(subject, "plan", ranked(subject.revision.plans)):
        yield problem(subject, "plan", missing)


def problem(subject: Subject, dimension: str, missing: Missing) -> Problem:
    """Return the problem at the plan or role that the grant names."""
    highs = listed([pair.high for pair in missing.pairs])
    low = missing.pairs[0].low
    opens = {channel.id for channel in subject.revision.channels if channel.opens_case}
    severity = "warning" if missing.instead else None
    verb = "ranks" if len(missing.pairs) == 1 else "rank"
    path = named_in_grant(subject, dimension, missing, low)
    return Problem(
        path,
        f"`{low}` may use {listed(missing.channels)} here, and {highs}, which {verb} above it,"
        " may not",
        subject.document.value(path),
        label=f"{highs} left out",
        hint=f"add {highs} here, or allow it in a grant of its own",
        case=subject.witness(missing.cases),
        severity="note" if opens.isdisjoint(missing.channels) else severity,
    )


def named_in_grant(subject: Subject, dimension: str, missing: Missing, low: str) -> Path:
    """Return the path of the values of a dimension by which a grant holds for the lower one."""
    space = subject.space
    (high, *_), path = missing.pairs[0], ("entitlements", missing.grant, "when")
    cases = space.back_to(dimension, low, space.seen_from(dimension, high, missing.cases))
    whens = subject.revision.grants[missing.grant].when
    several = isinstance(subject.document.node(path), Sequence)
    for position, alternative in enumerate(whens):
        if space.meets(alternative) & cases:
            return (*path, position, dimension) if several else (*path, dimension)
    return path


def listed(ids: list[str] | tuple[str, ...]) -> str:
    """Return ids as they stand in a sentence: `a`, `b` and `c`."""
    *most, last = (f"`{id}`" for id in ids)
    return f"{', '.join(most)} and {last}" if most else last


RULE = Rule(
    code="ZS503",
    name="channel-missing-above",
    severity="error",
    summary="a plan that lacks a channel that one below it has",
    why="""\
A plan that ranks above another can be used for no less: in one and the same case it has every
channel that the lower one has. Where it lacks one, most often a new plan was not added to a grant
that lists plans. It is a warning where the higher plan has another channel in that case and the
missing one in none, and a note where the channel opens no case, as a forum; where the higher plan
has the channel in other cases and another one here, it is left alone.""",
    bad="""\
format: 1
policy: acme
plans: {pro: Pro, business: {name: Business, above: pro}}
channels: {web: {name: Web, kind: web}, phone: {name: Phone, kind: phone}}
entitlements:
  - {allow: web}
  - {when: {plan: pro}, allow: phone}
""",
    good="""\
format: 1
policy: acme
plans: {pro: Pro, business: {name: Business, above: pro}}
channels: {web: {name: Web, kind: web}, phone: {name: Phone, kind: phone}}
entitlements:
  - {allow: web}
  - {when: {plan: [pro, business]}, allow: phone}
""",
    check=check,
)
