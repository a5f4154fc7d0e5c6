"""All words of the page by language. The texts of the policy are not part of this table."""

from __future__ import annotations

from zsupport.clock.target import Target
from zsupport.dates import date

#: The words by language and key. `{name}` is replaced by a value.
WORDS: dict[str, dict[str, str]] = {
    "en": {
        # the frame
        "as-of": "Support policy as of {date}.",
        "skip": "Skip to the content",
        "contents": "Contents",
        "scroll": "{caption}: scroll sideways to see all columns",
        "footer": "This page was generated from the support policy on {date}.",
        "doubt": "Not certain: {text}",
        "everyone": "Everyone",
        "all": "all",
        "plan": "Plan",
        "role": "Role",
        "channel": "Channel",
        "opened": "Case opened",
        "inside": "during the hours {hours}",
        "outside": "outside of the hours {hours}",
        "with-remark": "{text} \u2013 {remark}",
        "retired": "{name} (no longer sold since {date})",
        "assumed": "The tables assume: {facts}. In other cases the answers can differ.",
        "fact": "{question} {value}",
        "fact-name": "{question}: {value}",
        # channels
        "channels": "Ways to get help",
        "channels-caption": "Channels by plan",
        "no-channels": "This policy states no channel.",
        "yes": "Yes",
        "no": "No",
        "only": "Only {priorities}",
        "recommended": "recommended",
        "recommended-rank": "recommended, choice {rank}",
        "hours-of": "hours: {hours}",
        "around-the-clock": "around the clock",
        "none-included": "No channel is included: {who}.",
        "never": "cannot occur",
        "ready": "Have ready: {things}",
        "ready-term": "Have ready",
        "contact": "How to use each channel",
        "kind-self-service": "Self-service",
        "kind-community": "Community",
        "kind-web": "Online form",
        "kind-email": "Email",
        "kind-chat": "Chat",
        "kind-phone": "Telephone",
        "kind-other": "Other",
        "address": "Address",
        "number": "Telephone",
        "number-of": "{country}: {number}",
        "number-any": "all countries",
        # targets
        "targets": "Response times",
        "targets-caption": "{metric} by plan and priority",
        "target": "Target",
        "starts-opened": "The time counts from the opening of the case.",
        "starts-answered": "The time counts from the first answer.",
        "starts-updated": "The time counts from the last update.",
        "starts-words": "The time counts from: {event}.",
        "pauses": "The time pauses: {event}.",
        "units-clock": "Hours count around the clock.",
        "units": (
            "Hours count around the clock. Working hours and business days count only during the"
            " opening hours that are named."
        ),
        "business-day-close": "A business day ends at closing time.",
        "business-day-same-time": "A business day ends at the time of day of the start.",
        "business-day-at": "A business day ends at {time}.",
        "no-targets": "This policy states no response times.",
        "not-included": "Not included",
        "none-entitled": "No support case is included: {who}.",
        "no-target": "no target",
        "not-stated": "not stated",
        "none-stated": "No time is stated: {who}.",
        "published": "published as “{text}”",
        "condition": "Condition: {text}",
        "binding-agreement": "The times are an agreement.",
        "binding-objective": "The times are objectives, not an agreement.",
        "binding-target": "The times are targets, not an agreement.",
        "binding-none": "The times are not binding.",
        "by-channel": "{channel}: {text}",
        "hour.one": "{count} hour",
        "hour.many": "{count} hours",
        "minute.one": "{count} minute",
        "minute.many": "{count} minutes",
        "second.one": "{count} second",
        "second.many": "{count} seconds",
        "working-hour.one": "{count} working hour",
        "working-hour.many": "{count} working hours",
        "working-minute.one": "{count} working minute",
        "working-minute.many": "{count} working minutes",
        "working-second.one": "{count} working second",
        "working-second.many": "{count} working seconds",
        "business-day.one": "{count} business day",
        "business-day.many": "{count} business days",
        "clock-always": "{time}, around the clock",
        "next-business-day": "next business day",
        "by": "by {time} on the next business day",
        "every": "every {time}",
        "every-week": "every week",
        "per-day": "{count} per day",
        "per-week": "{count} per week",
        "per-month": "{count} per month",
        # priorities
        "priorities": "How priorities are chosen",
        "priorities-caption": "Priorities, the most urgent first",
        "priority": "Priority",
        "meaning": "Meaning",
        "when": "When",
        "priorities-decided": (
            "Your answers to the questions decide the priority: the first row that matches."
        ),
        "priorities-stated": "Choose the priority whose meaning fits.",
        "priorities-undefined": "The policy names these priorities and does not define them.",
        "any-other": "in all other cases",
        "or": "{first}; or {second}",
        "or-line": "or {second}",
        "any-of": "{first} or {second}",
        "and": "{first} · {second}",
        "member": "{dimension} {values}",
        # hours
        "hours": "Opening hours",
        "hours-intro": "Days off are listed for the twelve months from {date}.",
        "zone": "Time zone: {zone}",
        "zone-customer": "Time zone: yours",
        "always": "Open around the clock, every day.",
        "always-holidays": "Open around the clock, every day, also on public holidays.",
        "closed": "closed",
        "days": "{first} to {last}",
        "span": "{start}\u2013{end}",
        "day": "{weekday}, {day} {month} {year}",
        "long-day": "{day} {month} {year}",
        "dated": "{day}: {text}",
        "closed-at": "closed {times}",
        "worked": "hours of a {weekday}",
        "week-caption": "Opening hours: {hours}",
        "weekdays": "Days",
        "times": "Open",
        "days-off": "Days off",
        "no-days-off": "No day off in these twelve months.",
        "no-holidays": "Open on public holidays too.",
        "customer-days-off": "Days off: the public holidays of your country.",
        "special": "Days with other hours",
        "business-days": "Business days: {days}",
        "case-when": "Only for: {condition}",
        "case-else": "For all others:",
        "union": "Open while any of these hours is open: {hours}.",
        "until": "These hours apply until {date}.",
        # terms
        "terms": "Terms",
        "help": "Before you contact us",
        "help-more": "The list is not complete.",
        # revision
        "revision": "This policy",
        "policy-name": "Policy",
        "from": "In force from",
        "to": "In force until",
        "next": "A new revision is in force from {date}.",
        "timezone": "Time zone",
        "sources": "Sources",
        "read-on": "{source}, read on {date}",
        # the picker
        "picker": "What applies to me?",
        "picker-intro": "Choose what fits. The answer is below the form.",
        "choose": "Choose …",
        "automatic": "From my answers",
        "answers-lead-to": "Your answers lead to {priority}.",
        "no-priority": "Your answers lead to no priority. Choose one.",
        "need": "Please answer: {questions}",
        "you-can-use": "Channels",
        "nothing": "No channel is included.",
        "answer": "Answer",
        # the calendar
        "weekday-1": "Monday",
        "weekday-2": "Tuesday",
        "weekday-3": "Wednesday",
        "weekday-4": "Thursday",
        "weekday-5": "Friday",
        "weekday-6": "Saturday",
        "weekday-7": "Sunday",
        "month-1": "January",
        "month-2": "February",
        "month-3": "March",
        "month-4": "April",
        "month-5": "May",
        "month-6": "June",
        "month-7": "July",
        "month-8": "August",
        "month-9": "September",
        "month-10": "October",
        "month-11": "November",
        "month-12": "December",
    },
}


class PageWords:
    """The words of the page in one language."""

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self._words = WORDS[language]

    def __call__(self, key: str, **values: object) -> str:
        """Return the words of a key, with values inserted unchanged."""
        return self._words[key].format(**values)

    def number(self, noun: str, count: float) -> str:
        """Return a count with its noun."""
        return self(f"{noun}.one" if count == 1 else f"{noun}.many", count=f"{count:g}")

    def day(self, day: date) -> str:
        """Return a date with its weekday."""
        return self(
            "day", weekday=self(f"weekday-{day.isoweekday()}"), day=day.day,
            month=self(f"month-{day.month}"), year=day.year,
        )  # fmt: skip

    def long_day(self, text: str) -> str:
        """Return a date, which is written as YYYY-MM-DD, in words."""
        day = date.fromisoformat(text)
        return self("long-day", day=day.day, month=self(f"month-{day.month}"), year=day.year)

    def target(self, target: Target) -> str:
        """Return a target in words."""
        if target.kind == "week":
            return self("every-week")
        if target.kind == "rate":
            return self(f"per-{target.text.rpartition(' ')[2]}", count=target.amount)
        if target.kind == "by":
            hours, minutes = divmod(target.at // 60, 60)
            return self("by", time=f"{hours:02}:{minutes:02}")
        if target.kind in ("next-business-day", "not-stated"):
            return self(target.kind)
        if target.kind == "none":
            return self("no-target")
        if target.kind == "business-days":
            time = self.number("business-day", target.amount)
        else:
            time = self._duration(target.amount, "working-" * (target.kind == "business"))
            if target.around_the_clock:
                time = self("clock-always", time=time)
        return self("every", time=time) if target.every else time

    def _duration(self, seconds: int, kind: str) -> str:
        """Return a duration in hours, minutes or seconds; `kind` is empty or `working-`."""
        if not seconds or (seconds >= 3600 and seconds * 100 % 3600 == 0):
            return self.number(f"{kind}hour", seconds / 3600)
        if seconds % 60 == 0:
            return self.number(f"{kind}minute", seconds // 60)
        return self.number(f"{kind}second", seconds)
