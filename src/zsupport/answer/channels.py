"""Which channels a case may use, and how: the union of the grants that hold."""

from typing import Any, NamedTuple

from zsupport.answer.case import (
    Answers,
    Because,
    Case,
    Query,
    collapse,
    dimensions,
    matching,
    named,
    places_of,
    reasons,
    record,
    said,
    say,
)
from zsupport.policy.model import Alternative, Channel, Grant, Remarks, Revision


class ChannelAnswer(NamedTuple):
    """Whether a channel may be used, and how; the fields are those of the JSON answer."""

    plan: str | None
    role: str | None
    channel: str
    priority: str | None
    facts: dict[str, str]
    allowed: bool
    only_when: dict[str, list[str]] | None
    name: str | None
    kind: str
    url: str | None
    steps: tuple[str, ...] | None
    numbers: tuple[dict[str, str | None], ...] | None
    prerequisites: tuple[str, ...] | None
    hours: str | None
    recommended: int | None
    note: str | None
    unclear: str | None
    because: tuple[Because, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON has it, with instants as texts in UTC."""
        return record(self)


class Holding(NamedTuple):
    """A grant that holds, and the alternative of its condition that does."""

    grant: Grant
    alternative: Alternative


def holding(revision: Revision, case: Case, channel: str) -> list[Holding]:
    """Return the grants that allow `channel` in `case`, in written order."""
    found = []
    for grant in revision.grants:
        if channel in grant.allow and (held := matching(grant.when, case)):
            found.append(Holding(grant, held))
    return found


def relevant(revision: Revision) -> set[str]:
    """Return the dimensions and facts that decide about channels."""
    return named(grant.when for grant in revision.grants)


def answer_channels(revision: Revision, query: Query, *, in_force: bool, lang: str) -> Answers:
    """Answer for each channel asked about, the denied ones included.

    Without a priority a channel is allowed when some priority allows it; `only_when` names
    them where not all do. With no revision in force nothing is allowed.
    """
    asked = relevant(revision)
    asked.discard("priority")
    space = dimensions(revision, query, asked)
    rows: list[ChannelAnswer] = []
    for case in space.cases():
        answers = [
            _answer(revision, case, channel, in_force=in_force, lang=lang)
            for channel in revision.channels
        ]
        # Ranked before the others are left out: the second to try stays the second.
        ranked = _ranked(revision, case, answers)
        rows += [answer for answer in ranked if query.channel in (None, answer.channel)]
    open_facts = [name for name in space.open if name not in ("plan", "role", "priority")]
    rows, kept = collapse(rows, open_facts, ("plan", "role", "channel"))
    columns: list[str] = [name for name in ("plan", "role") if name in space.open]
    if query.channel is None:
        columns.append("channel")
    return Answers(tuple(rows), (*columns, *kept), space.warnings, revision, query, in_force)


def _by_priority(
    revision: Revision, case: Case, channel: str
) -> tuple[list[Holding], list[str] | None]:
    """Return the grants that hold for some priority, and the priorities if not for all."""
    if "priority" in case or not revision.priorities:
        return holding(revision, case, channel), None
    found: list[Holding] = []
    allowed = []
    for priority in revision.priorities:
        held = holding(revision, {**case, "priority": priority.id}, channel)
        found += [each for each in held if each not in found]
        if held:
            allowed.append(priority.id)
    return found, allowed if len(allowed) < len(revision.priorities) else None


def _answer(
    revision: Revision, case: Case, channel: Channel, *, in_force: bool, lang: str
) -> ChannelAnswer:
    held, priorities = _by_priority(revision, case, channel.id) if in_force else ([], None)
    facts = {k: v for k, v in case.items() if k not in ("plan", "role", "priority")}
    place = (case.get("plan"), case.get("role"), channel.id, case.get("priority"), facts)
    name = say(channel.name, lang)
    if not held:
        return ChannelAnswer(
            *place, False, None, name, channel.kind, None, None, None, None, None, None, None,
            None, because=denied(revision, channel.id, in_force=in_force),
        )  # fmt: skip
    remarks = [channel.remarks, *of_members(revision, case)]
    for each in held:
        remarks += [each.grant.remarks, each.alternative.remarks]
    note, unclear = said(remarks, lang)
    needed = (*channel.prerequisites, *(p for each in held for p in each.grant.prerequisites))
    return ChannelAnswer(
        *place,
        allowed=True,
        only_when={"priority": priorities} if priorities else None,
        name=name,
        kind=channel.kind,
        url=channel.url,
        steps=tuple(say(step, lang) or "" for step in channel.steps) or None,
        numbers=tuple(
            {"country": n.country, "number": n.number, "note": say(n.note, lang)}
            for n in channel.numbers
        )
        or None,
        prerequisites=tuple(dict.fromkeys(say(each, lang) or "" for each in needed)) or None,
        hours=joined_hours(held),
        recommended=None,
        note=note,
        unclear=unclear,
        because=reasons(
            revision,
            (place for each in held for place in places_of(each.grant.place, each.alternative)),
        ),
    )


def joined_hours(held: list[Holding]) -> str | None:
    """Return the names of the hours of grants, None where one states none.

    A grant without hours opens the channel whenever the vendor does.
    """
    names = [each.grant.hours for each in held]
    return None if None in names else ", ".join(dict.fromkeys(name for name in names if name))


def of_members(revision: Revision, case: Case) -> list[Remarks]:
    """Return what is said of the plan and the role of a case."""
    members = (("plan", revision.plans), ("role", revision.roles))
    return [each.remarks for name, known in members for each in known if each.id == case.get(name)]


def denied(revision: Revision, channel: str | None, *, in_force: bool) -> tuple[Because, ...]:
    """Return the parts that decide about a no: the grants of the channel, none of which applies.

    Without such a grant it is the section `entitlements`. With no channel named: all grants of
    channels that open a case.
    """
    if not in_force:
        return reasons(revision, (revision.validity_place,))
    opens = {c.id for c in revision.channels if c.opens_case}
    places = [
        grant.place
        for grant in revision.grants
        if (channel in grant.allow if channel else opens.intersection(grant.allow))
    ]
    return reasons(revision, places or [revision.grants_place])


def _ranked(revision: Revision, case: Case, answers: list[ChannelAnswer]) -> list[ChannelAnswer]:
    """Return the answers with the place at which each allowed channel is to be tried."""
    priorities = [p.id for p in revision.priorities] if "priority" not in case else []
    places: dict[str, int] = {}
    for grant in revision.grants:
        cases = [{**case, "priority": p} for p in priorities] or [case]
        if grant.recommend and all(matching(grant.when, each) for each in cases):
            # The order of grants means nothing: where several hold, the best place counts.
            for place, channel in enumerate(grant.recommend):
                places[channel] = min(place, places.get(channel, place))
    allowed = [a.channel for a in answers if a.allowed and a.channel in places]
    ranks = {channel: i for i, channel in enumerate(sorted(allowed, key=places.__getitem__), 1)}
    return [answer._replace(recommended=ranks.get(answer.channel)) for answer in answers]
