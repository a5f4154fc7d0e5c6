"""ZS712: hours in a policy that names no zone, which are those of UTC."""

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield the first calendar with local times that names no zone, where the policy has none."""
    if subject.revision.timezone != "UTC" or subject.document.node(("timezone",)) is not None:
        return
    without = [
        path
        for path, calendar in subject.calendars
        if calendar.timezone is None
        and not calendar.any
        and (calendar.windows is not None or calendar.dates or calendar.breaks)
    ]
    if without:
        path = (*without[0], "open")
        names = ", ".join(dict.fromkeys(f"`{each[1]}`" for each in without))
        yield Problem(
            path,
            f"no zone is named for {names}, neither there nor for the policy: these times are UTC",
            label="in UTC",
            hint="name the zone: `timezone: Europe/Oslo`, or `timezone: UTC` where it is meant",
        )


RULE = Rule(
    code="ZS712",
    name="zone-not-stated",
    severity="warning",
    summary="hours in a policy that names no zone, which are those of UTC",
    why="""\
A calendar that names no zone takes that of the policy, and a policy that names none is in UTC. Few
offices keep UTC, and none does so by chance: the hours are then wrong by some hours, in summer by
one more. Name the zone of each calendar, or of the policy; `UTC` where it is meant.""",
    bad="""\
format: 1
policy: acme
plans: {pro: Pro}
channels: {phone: {name: Phone, kind: phone}}
entitlements: [{allow: phone, hours: office}]
hours: {office: {open: mon-fri 09:00-17:00}}
""",
    good="""\
format: 1
policy: acme
timezone: UTC
plans: {pro: Pro}
channels: {phone: {name: Phone, kind: phone}}
entitlements: [{allow: phone, hours: office}]
hours: {office: {open: mon-fri 09:00-17:00}}
""",
    check=check,
)
