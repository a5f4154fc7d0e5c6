"""ZS708: a country or a part of it whose public holidays are not known."""

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each country or part of one that the package of holidays does not know.

    Without the package nothing is said here: that it is missing is said once, by ZS706.
    """
    for path, calendar in subject.calendars:
        off = calendar.holidays
        if off is None or off.country is None or off.frozen is not None:
            continue
        try:
            subject.public(off.country, off.subdivision, subject.today.year)
        except EnvironmentFault:
            return
        except BadText as problem:
            part = off.subdivision is not None and f"`{off.subdivision}`" in problem.message
            yield Problem(
                (*path, "holidays", "subdivision" if part else "country"),
                problem.message,
                expected=problem.expected,
                hint=problem.hint or "list its days off with `add`, without the country",
            )


RULE = Rule(
    code="ZS708",
    name="unknown-holidays",
    severity="error",
    summary="a country or a part of it whose public holidays are not known",
    why="""\
The public holidays of a country come from a package, which does not know every country, and knows
its parts by codes of its own: Bavaria is BY. With one that it does not know, every answer that goes
by these hours ends in an error.""",
    bad="""\
format: 1
policy: acme
timezone: Europe/Berlin
plans: {pro: Pro}
channels: {phone: {name: Phone, kind: phone}}
entitlements: [{allow: phone, hours: office}]
hours: {office: {open: mon-fri 09:00-17:00, holidays: {country: DE, subdivision: BAV}}}
""",
    good="""\
format: 1
policy: acme
timezone: Europe/Berlin
plans: {pro: Pro}
channels: {phone: {name: Phone, kind: phone}}
entitlements: [{allow: phone, hours: office}]
hours: {office: {open: mon-fri 09:00-17:00, holidays: {country: DE, subdivision: BY}}}
""",
    check=check,
)
