"""ZS711: holidays of hours that are open 24x7, which ignore them."""

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each calendar with `open: 24x7` and holidays that does not apply them."""
    for path, calendar in subject.calendars:
        if calendar.windows is None and calendar.holidays and not calendar.apply_holidays:
            place = (*path, "holidays")
            yield Problem(
                place,
                "these hours are open 24x7, and holidays do not close them",
                subject.document.key(place),
                label="changes nothing",
                hint="add `apply-holidays: true`, or take the holidays out",
            )


RULE = Rule(
    code="ZS711",
    name="holidays-ignored",
    severity="warning",
    summary="holidays of hours that are open 24x7, which ignore them",
    why="""\
Day and night is meant to be without exception, so that holidays do not close hours that are open
`24x7` unless the calendar says `apply-holidays: true`. Where holidays are listed and it does not
say so, one of the two is not meant.""",
    bad="""\
format: 1
policy: acme
timezone: Europe/Oslo
plans: {pro: Pro}
channels: {phone: {name: Phone, kind: phone}}
entitlements: [{allow: phone, hours: always}]
hours: {always: {open: 24x7, holidays: [12-25]}}
""",
    good="""\
format: 1
policy: acme
timezone: Europe/Oslo
plans: {pro: Pro}
channels: {phone: {name: Phone, kind: phone}}
entitlements: [{allow: phone, hours: always}]
hours: {always: {open: 24x7, holidays: [12-25], apply-holidays: true}}
""",
    check=check,
)
