"""What `check` says of a policy with more than can be looked at, explained with examples."""

from zsupport.check.refusals import Refusal
from zsupport.findings import Code

TOO_MANY = Code(
    "ZS310", "too-many-cases", "a policy that distinguishes too many cases to look at", "warning"
)
TOO_MUCH = Code(
    "ZS315", "too-much-to-compare", "a policy with more than a rule compares", "warning"
)

_POLICY = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
facts:
"""
_GRADES = "{a: Down, b: Failing, c: Slow, d: Wrong, e: Odd, f: Ugly, g: Unclear, h: Fine}"
_AREAS = ("calls", "chat", "mail", "rooms", "phones", "files", "billing", "login")

EXPLAINED = Refusal(
    """\
The cases of a policy are all combinations of its plans, roles, channels, priorities and facts. Each
fact multiplies them by the number of its values, so that a few more facts make millions of cases,
and those rules that look at every one of them do not run: mistakes that they would find stay
unseen. Most often several facts say what one or two can say, such as a fact for each part of a
product instead of one that says which part and another that says how bad it is. Facts that have
nothing to do with each other may also belong to two policies.""",
    _POLICY
    + f"  {_AREAS[0]}: {{ask: What about {_AREAS[0]}?, values: &grades {_GRADES}}}\n"
    + "".join(f"  {area}: {{ask: What about {area}?, values: *grades}}\n" for area in _AREAS[1:])
    + f"targets:\n  - {{when: {{{', '.join(f'{area}: a' for area in _AREAS)}}}, "
    "first-response: 1h}\n  - first-response: 8h\n",
    _POLICY
    + f"  part: {{ask: What is it about?, values: {{{', '.join(f'{a}: {a}' for a in _AREAS)}}}}}\n"
    f"  state: {{ask: How is it?, values: {_GRADES}}}\n"
    "targets:\n  - {when: {part: login, state: a}, first-response: 1h}\n  - first-response: 8h\n",
)


_TWO_CALENDARS = (
    "  {name}:\n    - {{when: {{{fact}: true}}, open: mon-fri 09:00-17:00}}\n"
    "    - open: mon-fri 09:00-12:00\n"
)
_UNION = (
    "  all: {{any: [{names}]}}\n"
    "targets:\n  - {{hours: all, first-response: by 11:00 next business day}}\n"
)


def _joined(count: int) -> str:
    """Return a policy that joins this number of hours, each with a fact of its own."""
    names = [f"team-{number}" for number in range(1, count + 1)]
    facts = "".join(f"  {name}-on-duty: {{ask: Is {name} on duty?}}\n" for name in names)
    hours = "".join(_TWO_CALENDARS.format(name=name, fact=f"{name}-on-duty") for name in names)
    return f"{_POLICY}{facts}hours:\n{hours}{_UNION.format(names=', '.join(names))}"


EXPLAINED_TOO_MUCH = Refusal(
    """\
Some rules compare grants with grants, the targets of a plan with those of every plan below it, or
calendars with calendars. `zsupport help policy` lists how much is compared at most. Above that the
rule does not run, and mistakes that it would find stay unseen. The finding says what there is too
much of. Hours by case that are joined multiply: eight with two calendars each are
256 combinations.""",
    _joined(8),
    _joined(2),
)
