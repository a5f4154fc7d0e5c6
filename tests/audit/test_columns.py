"""The columns engine gives the verdicts of the plain engine."""

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
import yaml
from oracle.cases import FirstMetric, bundle, edges, may_promise
from oracle.compare import policy_text
from reference.draw import draw

import zsupport
from audit.audited import DAY, MONDAY
from zsupport.answer.case import Query
from zsupport.answer.due import STATES
from zsupport.audit.columns.judge import MISSING, ColumnJudge, TicketArrays
from zsupport.audit.plain.judge import AuditOptions, Judge
from zsupport.audit.ticket import Ticket, TicketVerdict
from zsupport.clock.deadline import Events
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision


def arrays(tickets: Sequence[Ticket]) -> TicketArrays:
    """Return tickets in columns."""
    cases: list[Query] = []
    for ticket in tickets:
        if ticket.query not in cases:
            cases.append(ticket.query)

    def column(name: str) -> Any:
        values = [getattr(ticket.events, name) for ticket in tickets]
        return np.array([MISSING if value is None else value for value in values], np.int64)

    return TicketArrays(
        cases, np.array([cases.index(ticket.query) for ticket in tickets]), column("opened"),
        column("answered"), column("updated"), column("resolved"),
        np.array([bool(ticket.events.pauses or ticket.starts) for ticket in tickets]),
    )  # fmt: skip


def judged(judge: ColumnJudge, tickets: Sequence[Ticket]) -> list[list[TicketVerdict] | None]:
    """Return the verdicts on tickets; None for a ticket that the plain engine must judge."""
    verdicts, plain = judge.judge(arrays(tickets))
    result: list[list[TicketVerdict] | None] = []
    for row, ticket in enumerate(tickets):
        if plain[row]:
            result.append(None)
            continue
        of_ticket = []
        for metric in verdicts:
            if metric.constants[row] < 0:
                continue
            common = judge.constants[metric.constants[row]]
            clocked = bool(metric.clocked[row])
            due, margin, elapsed = (
                int(column[row]) if clocked else None
                for column in (metric.due, metric.margin, metric.elapsed)
            )
            of_ticket.append(
                TicketVerdict(
                    ticket.file,
                    ticket.line,
                    ticket.id,
                    ticket.cycle,
                    common.plan,
                    common.role,
                    common.channel,
                    common.priority,
                    common.metric,
                    ticket.events.opened,
                    STATES[metric.state[row]],
                    common.target,
                    due,
                    margin,
                    elapsed,
                    0 if clocked else None,
                    common.rule,
                    common.revision,
                    common.warnings,
                )
            )
        result.append(of_ticket)
    return result


def compare(policy: zsupport.Policy, tickets: Sequence[Ticket], options: AuditOptions) -> int:
    """Compare both engines; return the number of tickets that the columns engine judged."""
    plain = Judge(policy, options)
    result = judged(ColumnJudge(Judge(policy, options)), tickets)
    for ticket, verdicts in zip(tickets, result, strict=True):
        if verdicts is not None:
            expected = [plain.ask(ticket, name) for name in plain.metrics_at(ticket.events.opened)]
            assert verdicts == expected
    return sum(verdicts is not None for verdicts in result)


def policy_of(*texts: str) -> zsupport.Policy:
    """Return the policy with these revisions."""
    files = [
        SourceFile(f"{n}.yaml", text.encode(), "", f"{n}.yaml") for n, text in enumerate(texts)
    ]
    return zsupport.Policy(tuple(load_revision(file) for file in files))


def some_tickets(
    random: Random, moments: Sequence[int], cases: Sequence[Query], at: int, count: int
) -> list[Ticket]:
    """Return tickets with random events around the moments; few have invalid events."""

    def event(opened: int) -> int | None:
        if random.random() < 0.4:
            return None
        later = opened + random.choice(
            [0, 1, 1800, 3600, 7200, DAY, 3 * DAY, random.randrange(20 * DAY)]
        )
        return later if random.random() < 0.05 else max(opened, min(later, at))

    result = []
    for line in range(count):
        opened = random.choice(moments) + random.choice([0, 0, 0, -1, 1, 600, 3600])
        events = Events(opened, event(opened), event(opened), event(opened))
        if random.random() < 0.02:
            events = events._replace(pauses=((opened, opened + 60),))
        result.append(Ticket("t.csv", line, str(line), random.choice(cases), events))
    return result


def test_the_policy_of_the_other_tests(policy: zsupport.Policy) -> None:
    random = Random(1)
    cases = [
        Query(plan, role, None, priority, {})
        for plan in ("pro", "PRO", "free", "gold", None)
        for role in ("admin", "user", None)
        for priority in ("P1", "p2", "P3", "P4", None)
    ]
    moments = [MONDAY + random.randrange(-600 * DAY, 900 * DAY) for _ in range(400)]
    for at_risk in (None, "1/2", "2h before", "1 business hour before"):
        for metrics in ((), ("all",), ("fix", "update")):
            options = AuditOptions(MONDAY + 200 * DAY, metrics, at_risk)
            compare(policy, some_tickets(random, moments, cases, options.at, 300), options)
    query = Query("pro", "admin", None, "P1", {})
    tickets = some_tickets(random, moments, [query], MONDAY + 900 * DAY, 300)
    judged_tickets = compare(policy, tickets, AuditOptions(MONDAY + 900 * DAY, ("all",)))
    # The property would also hold if the plain engine judged every ticket.
    assert judged_tickets > 200


@pytest.mark.parametrize("number", range(40))
def test_every_target_over_random_hours(number: int) -> None:
    random = Random(number)
    drawn = bundle(2027, number, 25)
    targets = [case.target for case in drawn.cases if isinstance(case.target, str)]
    targets = [target for target in targets if may_promise(drawn.hours, target)]
    if len({member.zone for member in drawn.hours.members}) == 1:
        targets += ["2 calendar days", "the later of 4h 24x7 and 1 calendar day"]
    targets = list(dict.fromkeys([*targets, "every 2h 24x7"]))
    by_priority = {f"P{position}": target for position, target in enumerate(targets)}
    first = FirstMetric(random.choice(["opened", "updated"]), "carry")
    policy = policy_of(policy_text(drawn, first, by_priority))
    moments = [case.opened for case in drawn.cases]
    for instant in moments[:6]:
        moments += edges(drawn.hours, instant // DAY)
    moments = [instant for instant in moments if 94_694_400 + DAY <= instant < 7_289_654_400 - DAY]
    options = AuditOptions(
        max(moments) + random.choice([0, 3600, 40 * DAY]),
        ("first", "later-0-carry", "later-1-carry", "later-2-keep"), random.choice([None, "3/4"]),
        drawn.customer_zone, drawn.customer_country,
    )  # fmt: skip
    options = options._replace(at=min(options.at, 7_289_654_399))
    cases = [Query(None, None, None, priority, {}) for priority in by_priority]
    assert compare(policy, some_tickets(random, moments, cases, options.at, 400), options)


@pytest.mark.parametrize("number", range(40))
def test_random_policies(number: int) -> None:
    random = Random(number)
    policy = policy_of(*(yaml.safe_dump(document) for document in draw(2027, number)))
    start = 1_792_886_400  # 2026-10-25
    moments = [start + 1800 * random.randrange(2000) for _ in range(60)]
    cases = []
    for _ in range(12):
        plan, role, channel, priority = (
            random.choice([*values, None])
            for values in (policy.plans, policy.roles, policy.channel_ids, policy.priorities)
        )
        facts = {
            name: random.choice(values)
            for name, values in policy.facts.items()
            if random.random() < 0.8
        }
        cases.append(Query(plan, role, channel, priority, facts))
    options = AuditOptions(start + 60 * DAY, random.choice([(), ("all",)]), None, "Asia/Tokyo")
    compare(policy, some_tickets(random, moments, cases, options.at, 150), options)
