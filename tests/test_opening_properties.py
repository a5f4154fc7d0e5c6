"""Openings of a case, compared with a plain model of the policy in steps of a quarter of an hour.

The model has the weekly windows and days off of each calendar. For every instant, it finds the
revision in force, the grants that match, and whether one of their calendars is open.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import event, given, settings
from hypothesis import strategies as st

from zsupport.answer.opening import HoursAnswer
from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision

OSLO = ZoneInfo("Europe/Oslo")
#: All openings and closings are at a multiple of 15 minutes.
STEP = timedelta(minutes=15)
FIRST = date(2026, 4, 27)
#: The first day of the second revision. The first revision starts much earlier.
SECOND = date(2026, 5, 1)
LAST = date(2026, 5, 5)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Calendar(NamedTuple):
    """A calendar: windows by weekday in quarters of an hour, days off, and the time zone."""

    windows: dict[int, tuple[int, int]]
    holidays: frozenset[date]
    zone: str  # an IANA name, or `customer`

    def text(self) -> str:
        """Return the calendar in the policy format."""
        open_ = ", ".join(
            f"{DAYS[day]} {clock(start)}-{clock(end)}" for day, (start, end) in self.windows.items()
        )
        off = ", ".join(f'"{day}"' for day in sorted(self.holidays))
        more = f", holidays: [{off}]" if off else ""
        return f"{{timezone: {self.zone}, open: [{open_}]{more}}}"

    def is_open(self, at: datetime, customer: str | None) -> bool | None:
        """Return whether the calendar is open, or None without the time zone of the customer."""
        name = customer if self.zone == "customer" else self.zone
        if name is None:
            return None
        local = at.astimezone(ZoneInfo(name))
        quarter = local.hour * 4 + local.minute // 15
        start, end = self.windows.get(local.weekday(), (0, 0))
        return start <= quarter < end and local.date() not in self.holidays


def clock(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


class Revision(NamedTuple):
    """The calendars by name, and the plan and hours of each grant of the web channel."""

    calendars: dict[str, Calendar]
    grants: tuple[tuple[str | None, str | None], ...]

    def text(self, start: date) -> str:
        """Return the policy file."""
        grants = [
            f"  - {{{f'when: {{plan: {plan}}}, ' if plan else ''}allow: web"
            f"{f', hours: {hours}' if hours else ''}}}\n"
            for plan, hours in self.grants
        ]
        hours = [f"  {name}: {calendar.text()}\n" for name, calendar in self.calendars.items()]
        return (
            f"format: 1\npolicy: random\ntimezone: Europe/Oslo\neffective: {{from: {start}}}\n"
            "plans: {free: Free, pro: Pro}\nchannels: {web: {name: Web, kind: web}}\n"
            f"entitlements:\n{''.join(grants)}hours:\n{''.join(hours)}"
        )

    def members(self, plan: str, at: datetime, customer: str | None) -> list[bool | str]:
        """Return whether each matching grant is open, or its state if this is unknown."""
        result: list[bool | str] = []
        for granted, hours in self.grants:
            if granted not in (None, plan):
                continue
            if hours is None:
                result.append("not-stated")
            elif hours == "24x7":
                result.append(True)
            else:
                is_open = self.calendars[hours].is_open(at, customer)
                result.append("needs-input" if is_open is None else is_open)
        return result


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    windows = {}
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        start = draw(st.integers(0, 95))
        end = draw(st.integers(start + 1, 96))
        windows[day] = (start, end)
    spread = st.integers(0, (LAST - FIRST).days)
    holidays = draw(st.sets(spread, max_size=3))
    zone = draw(st.sampled_from(["Europe/Oslo", "Europe/Oslo", "Asia/Kolkata", "customer"]))
    return Calendar(windows, frozenset(FIRST + timedelta(days=n) for n in holidays), zone)


@st.composite
def revisions(draw: st.DrawFn) -> Revision:
    by_name = {name: draw(calendars()) for name in ("a", "b")}
    hours = st.sampled_from(["a", "a", "b", "b", "24x7", None])
    grants = draw(
        st.lists(
            st.tuples(st.sampled_from([None, "free", "pro", "pro"]), hours), min_size=1, max_size=3
        )
    )
    return Revision(by_name, tuple(grants))


class PlainModel(NamedTuple):
    """The plain model for a plan."""

    revisions: tuple[Revision, Revision]
    plan: str
    customer: str | None

    def members(self, at: datetime) -> list[bool | str]:
        in_force = self.revisions[at.astimezone(OSLO).date() >= SECOND]
        return in_force.members(self.plan, at, self.customer)

    def state(self, at: datetime) -> str:
        members = self.members(at)
        if not members:
            return "not-entitled"
        if True in members:
            return "open"
        return next((w for w in ("not-stated", "needs-input") if w in members), "closed")

    def is_open(self, at: datetime) -> bool | None:
        """Return whether the case is open, or None if unknown hours could change the answer."""
        members = self.members(at)
        revision = self.revisions[at.astimezone(OSLO).date() >= SECOND]
        if "24x7" in [hours for plan, hours in revision.grants if plan in (None, self.plan)]:
            return True
        return None if {"not-stated", "needs-input"} & {*members} else True in members

    def change(self, at: datetime, *, opens: bool, until: datetime) -> datetime | str | None:
        """Return the next opening or closing, or `unknown` if hours before it are unknown."""
        before = self.is_open(at)
        while before is not None and at < until:
            at += STEP
            now = self.is_open(at)
            if now is opens and before is not opens:
                return at
            before = now
        return "unknown" if before is None else None


@settings(max_examples=120, deadline=None)
@given(revisions(), revisions(), st.sampled_from(["free", "pro"]),
       st.sampled_from([None, "America/New_York", "Asia/Tokyo"]),
       st.integers(0, (LAST - FIRST).days * 96 - 1))  # fmt: skip
def test_opening_of_a_case_agrees_with_the_plain_model(
    earlier: Revision, later: Revision, plan: str, customer: str | None, quarter: int
) -> None:
    policy = Policy(tuple(
        load_revision(SourceFile(name, text.encode(), f"sha256:{name}", name))
        for name, text in (
            ("1.yaml", earlier.text(date(2026, 1, 1))), ("2.yaml", later.text(SECOND)),
        )
    ))  # fmt: skip
    at = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + quarter * STEP
    model = PlainModel((earlier, later), plan, customer)
    [answer] = policy.hours(plan=plan, channel="web", at=at, customer_tz=customer).answers
    assert isinstance(answer, HoursAnswer)
    assert answer.state == model.state(at)
    event(answer.state)
    assert answer.open == {"open": True, "closed": False}.get(answer.state)
    if answer.state == "not-entitled" or model.is_open(at) is None:
        assert (answer.next_open, answer.next_close, answer.windows) == (None, None, None)
        return
    until = at + timedelta(days=25)
    for opens, actual in ((True, answer.next_open), (False, answer.next_close)):
        expected = model.change(at, opens=opens, until=until)
        if expected is None:
            assert actual is None or actual > until
        else:
            assert actual == (None if expected == "unknown" else expected)
        event(f"{'opening' if opens else 'closing'}: {type(expected).__name__}")
    revision = earlier if at.astimezone(OSLO).date() < SECOND else later
    week = windows_of(model.is_open, revision, plan, at, customer)
    assert answer.windows == week


def windows_of(
    is_open_at: Callable[[datetime], bool | None],
    revision: Revision,
    plan: str,
    at: datetime,
    customer: str | None,
) -> tuple[dict[str, Any], ...] | None:
    """Return the windows of the local week, in the time zone of the first joined calendar."""
    names = [hours for granted, hours in revision.grants if granted in (None, plan) and hours]
    name = OSLO.key
    if "24x7" not in names:
        first = revision.calendars[names[0]].zone
        name = (customer or "") if first == "customer" else first
    today = at.astimezone(ZoneInfo(name)).date()
    monday = today - timedelta(days=today.weekday())
    start, end = (
        datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(name)).astimezone(UTC)
        for day in (monday, monday + timedelta(days=7))
    )
    result: list[dict[str, Any]] = []
    moment = start
    while moment < end:
        is_open = is_open_at(moment)
        if is_open is None:
            return None
        if is_open and result and result[-1]["closes"] == moment:
            result[-1]["closes"] = moment + STEP
        elif is_open:
            result.append({"opens": moment, "closes": moment + STEP})
        moment += STEP
    return tuple(result)
