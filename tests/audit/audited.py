"""A policy to audit, and tickets of it."""

from typing import Any

from zsupport.answer.case import Query
from zsupport.audit.ticket import Ticket
from zsupport.clock.deadline import Events

POLICY = """\
format: 1
policy: audited
timezone: Europe/Oslo
effective: {from: 2025-03-10}
plans: {pro: Pro, free: Free}
roles: {admin: Admin, user: User}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web, when: {plan: pro}}, {allow: web, when: {role: admin}}]
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}]
metrics:
  - {id: first-response, pauses: waiting}
  - {id: update, warn: 3/4}
  - {id: repair, starts: answered}
  - {id: fix, pauses: waiting}
hours:
  office:
    open: [mon-thu 09:00-17:00, fri 09:00-15:30]
    holidays: {add: [12-25, 12-26, 01-01], covers: 2025-2027}
targets:
  - hours: office
    first-response:
      P1: 4 business hours
      P2: 30m 24x7
      P3: 2 business days
      P4: none
    update: every 4 business hours
    repair: 4 business hours
    fix: {P1: 8 business hours, P2: 4 business hours, P3: 2h 24x7}
"""
DAY = 86_400
#: Monday 2026-06-01, 08:00 UTC, which is 10:00 in Oslo.
MONDAY = 1_780_300_800


def ticket(opened: int = MONDAY, **fields: Any) -> Ticket:
    events = {n: fields.pop(n, None) for n in ("answered", "updated", "resolved")}
    pauses = fields.pop("pauses", ())
    rest = {n: fields.pop(n) for n in ("starts", "changes", "cycle", "kept") if n in fields}
    return Ticket(
        "t.csv", 2, "7", Query(**{"facts": {}, **fields}),
        Events(opened, **events, pauses=pauses), **rest,
    )  # fmt: skip
