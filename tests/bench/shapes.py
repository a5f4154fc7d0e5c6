"""Policies for the benchmarks: with many rules, with many cases, and realistic policies.

A policy of a shape in SHAPES has the requested number of grants and target rules. Its plans are
`p0`, `p1` and so on, and `p0` and `p1` are entitled to the channel `web`.
"""

import random
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

HEAD = """\
format: 1
policy: growth
timezone: UTC
"""
CHANNELS = """\
roles: {admin: {name: Administrator, above: user}, user: User, guest: Guest}
channels:
  web: {name: Web, kind: web}
  mail: {name: Mail, kind: email, url: "mailto:help@example.com"}
  phone: {name: Phone, kind: phone, numbers: {DE: "+49 30 901820"}}
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}]
"""
WEB = "channels: {web: {name: Web, kind: web}}\n"
OFFICE = "hours: {office: {open: mon-fri 09:00-17:00}}\n"


def names(letter: str, count: int) -> str:
    """Return a mapping with a number of names."""
    return "{" + ", ".join(f"{letter}{n}: Name {n}" for n in range(count)) + "}"


def plans(rules: int) -> str:
    """Return a policy with a grant and a target rule for each plan, and six channels."""
    count = rules // 2
    channels = ", ".join(f"{name}: {{name: C, kind: web}}" for name in ("web", *"abcde"))
    lines = [f"{HEAD}plans: {names('p', count)}\nchannels: {{{channels}}}\nentitlements:"]
    for n in range(count):
        allowed = ", ".join(("web", *"abcde")[: n % 6 + 1])
        lines.append(f"  - {{when: {{plan: p{n}}}, allow: [{allowed}]}}")
    lines.append("targets:")
    for n in range(count):
        lines.append(f"  - {{when: {{plan: p{n}}}, first-response: {n % 50 + 1}h}}")
    return "\n".join(lines) + "\n"


def ranked(rules: int) -> str:
    """Return a policy with two rules for each plan; every five plans form a rank order."""
    lines = [HEAD + "plans:"]
    for n in range(rules // 2):
        lines.append(f"  p{n}: {{name: Plan {n}{f', above: p{n - 1}' if n % 5 else ''}}}")
    lines.append(CHANNELS + OFFICE + "entitlements:")
    for n in range(rules // 2):
        lines.append(f"  - {{when: {{plan: p{n}, role: [admin, user]}}, allow: [web, mail]}}")
    lines.append("targets:")
    for n in range(rules // 2):
        cells = ", ".join(f"P{p}: {p * 9 - n % 5} business hours" for p in range(1, 5))
        lines.append(f"  - {{when: {{plan: p{n}}}, hours: office, first-response: {{{cells}}}}}")
    return "\n".join(lines) + "\n"


def chain(rules: int) -> str:
    """Return a policy with four rules for each plan; each plan ranks above the previous plan."""
    count = rules // 4
    lines = [HEAD + "plans:\n  p0: Plan 0"]
    lines += [f"  p{n}: {{name: Plan {n}, above: p{n - 1}}}" for n in range(1, count)]
    lines += ["roles: {admin: {name: Administrator, above: user}, user: User}", WEB]
    lines += ["priorities: [{id: P1}, {id: P2}]", "entitlements:"]
    lines += [f"  - {{when: {{plan: p{n}}}, allow: web}}" for n in range(count)]
    lines.append("targets:")
    for n in reversed(range(count)):
        for more, hours in ((", role: admin, priority: P1", 1), (", role: admin", 2), ("", 3)):
            target = f"first-response: {hours + count - n}h"
            lines.append(f"  - {{when: {{plan: p{n}{more}}}, {target}}}")
    return "\n".join(lines) + "\n"


def grants(rules: int) -> str:
    """Return a policy with two grants for each of ten plans and each value of a fact."""
    lines = [_plans_and_areas(10, rules // 20, roles=False) + "entitlements:"]
    for n in range(rules):
        allowed = ("web", "mail", "phone")[(n // 10 % 2 + n // 20 % 2) % 3]
        lines.append(f"  - {{when: {{plan: p{n % 10}, area: v{n // 20}}}, allow: {allowed}}}")
    return "\n".join([*lines, "targets:", "  - first-response: 4h"]) + "\n"


def targets(rules: int) -> str:
    """Return a policy with a target rule for each of ten plans and each value of a fact."""
    lines = [_plans_and_areas(10, rules // 10) + OFFICE + "entitlements:\n  - allow: [web, phone]"]
    lines.append("targets:")
    for n in range(rules):
        when = f"{{plan: p{n % 10}, area: v{n // 10}}}"
        lines.append(f"  - {{when: {when}, hours: office, first-response: {n % 9 + 1}h 24x7}}")
    return "\n".join(lines) + "\n"


def wide(rules: int) -> str:
    """Return a policy with target rules over 180,000 cases: plans, roles and four facts."""
    facts = ", ".join(f"f{n}: {{values: {names('v', 10 - n // 3)}}}" for n in range(4))
    lines = [f"{HEAD}plans: {names('p', 10)}\nroles: {{admin: Administrator, user: User}}"]
    lines += [f"facts: {{{facts}}}", WEB + "entitlements:\n  - allow: web\ntargets:"]
    for n in range(rules):
        when = f"plan: p{n % 10}, f0: v{n // 10 % 10}, f1: v{n // 100 % 10}, f2: v{n // 1000}"
        when += f", f3: [v{n % 7}, v{n % 7 + 2}]"
        lines.append(f"  - {{when: {{{when}}}, first-response: {n % 9 + 1}h}}")
    lines.append("  - first-response: 24h")
    return "\n".join(lines) + "\n"


def calendars(rules: int) -> str:
    """Return a policy with hours, and a target rule over them, for each value of a fact."""
    facts = f"facts: {{area: {{values: {names('v', rules // 2)}}}}}\n"
    lines = [f"{HEAD}plans: {names('p', 3)}\n{facts}{WEB}hours:"]
    for n in range(rules // 2):
        lines.append(f"  h{n}: {{open: mon-fri {n % 12:02}:{n % 60:02}-{n % 11 + 12}:30}}")
    lines += ["entitlements:", "  - allow: web", "targets:"]
    for n in range(rules // 2):
        when = f"{{area: v{n}}}"
        target = f"first-response: {n % 9 + 1} business hours"
        lines.append(f"  - {{when: {when}, hours: h{n}, {target}}}")
    return "\n".join(lines) + "\n"


def facts(rules: int) -> str:
    """Return a policy with a fact and a term for every two rules; the rules name twelve facts."""
    count = rules // 2
    lines = [f"{HEAD}plans: {names('p', 10)}", "facts:"]
    lines += [f"  f{n}: {{ask: Is it {n}?, default: false}}" for n in range(max(count, 12))]
    lines.append(WEB + "entitlements:\n  - allow: web\ntargets:")
    for n in range(rules):
        named = ", ".join(f"f{bit}: true" for bit in range(12) if (n // 10 + 1) >> bit & 1)
        when = f"{{plan: p{n % 10}, {named}}}"
        lines.insert(-n or len(lines), f"  - {{when: {when}, first-response: {n % 9 + 1}h}}")
    lines.append("  - first-response: 24h\nterms:\n  scope:")
    lines += [f"    - {{when: {{f{n}: true}}, say: Scope {n}.}}" for n in range(count)]
    return "\n".join(lines) + "\n"


def _plans_and_areas(plans: int, areas: int, *, roles: bool = True) -> str:
    facts = f"facts: {{area: {{values: {names('v', areas)}}}}}\n"
    channels = CHANNELS if roles else CHANNELS[CHANNELS.index("channels") :]
    return f"{HEAD}plans: {names('p', plans)}\n{facts}{channels}"


_PRODUCTS = ("database", "storage", "compute", "network", "identity", "search", "mail", "archive")
_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Europe/London", "America/Denver")
_COUNTRIES = ("DE", "US", "JP", "GB", "FR")
_NAMES = ("Basic", "Standard", "Business", "Premium", "Enterprise")


def ordinary(number: int) -> str:
    """Return a realistic policy of about 150 lines; one in ten has an error."""
    pick = random.Random(number)
    plans = [name.lower() for name in _NAMES[: pick.randint(3, 5)]]
    products = pick.sample(_PRODUCTS, 3)
    zone = pick.randrange(len(_ZONES))
    lines = [
        f"# Support of Example {number}, for its customers.",
        "format: 1",
        f"policy: example-{number}",
        f"title: {{en: Support of Example {number}, nb: Kundestøtte hos Eksempel {number}}}",
        f"timezone: {_ZONES[zone]}",
        f"effective: {{from: {pick.randint(2020, 2026)}-{pick.randint(1, 12):02}-01}}",
        "sources:",
        "  table:",
        f'    title: "Support table (page {pick.randint(1, 99)})"',
        f'    url: "https://example.com/{number}/support"',
        "    retrieved: 2026-11-22",
        "  hours:",
        "    title: Opening hours",
        f'    url: "https://example.com/{number}/hours"',
        "  contacts:",
        "    title: Contacts and languages",
        f'    url: "https://example.com/{number}/contacts"',
        "",
        "plans:                                # from the least to the most",
    ]
    for i, plan in enumerate(plans):
        above = f", above: {plans[i - 1]}" if i else ""
        lines.append(f"  {plan}: {{name: {_NAMES[i]}{above}}}")
    lines += [
        "roles:",
        "  owner: {name: Owner of the account, above: admin}",
        "  admin: {name: Administrator, above: user, aliases: [administrator]}",
        "  user: User",
        "facts:",
        "  product:",
        '    ask: "Which product is it about?"',
        "    values:",
        *(f"      {product}: Example {product.capitalize()}" for product in products),
        f"    default: {products[0]}",
        "  impact:",
        '    ask: "How much of it is affected?"',
        "    values: {down: All of it, part: A part of it, nothing: Nothing}",
        '  workaround: {ask: "Is there a way around it?"}',
        "groups:",
        f"  paid: {{plan: {{not: {plans[0]}}}}}",
        "  staff: {role: [owner, admin]}",
        "",
        "channels:",
        "  docs:",
        "    name: {en: Documentation, nb: Dokumentasjon}",
        "    kind: self-service",
        f'    url: "https://example.com/{number}/docs"',
        "  forum: {name: Community forum, kind: community}",
        "  web:",
        "    name: Ticket",
        "    kind: web",
        "    steps:",
        "      - Log in to the portal.",
        "      - Choose the product and the severity.",
        '      - "Describe it: what you did, what you expected, what happened."',
        "  chat: {name: Chat, kind: chat, note: Short questions only.}",
        "  phone:",
        "    name: Phone",
        "    kind: phone",
        "    prerequisites: [Customer number]",
        "    numbers:",
        f"      US: +1.888.555.01{number % 100:02}",
        f"      GB: [+44.20.7946.0{number % 1000:03}, +44.800.555.0{number % 1000:03}]",
        f"      JP: {{number: +81.3.5550.0{number % 1000:03}, note: English only}}",
        "",
        "entitlements:",
        "  - {allow: [docs, forum], source: table}",
        "  - when: {plan: paid, role: staff}",
        "    allow: web",
        "    hours: office",
        "    source: table",
        "  - when: {plan: paid, role: user, priority: [P3, P4]}",
        "    allow: web",
        "    hours: office",
        "    note: Users ask normal questions; administrators report urgent cases.",
        f"  - when: {{plan: [{', '.join(plans[-2:])}], role: staff}}",
        "    allow: chat",
        "    hours: office",
        "    source: hours",
        "  - when:",
        f"      plan: {plans[-1]}",
        "      role: staff",
        "      priority: [P1, P2]",
        "    allow: phone",
        "    hours: 24x7",
        "    prerequisites: [Host name]",
        "    source: contacts",
        "",
        "priorities:",
        "  - id: P1",
        "    name: {en: Urgent, nb: Haster}",
        "    meaning: Everything is down, and there is no way around it.",
        "    when: {impact: down, workaround: false}",
        "    aliases: [critical]",
        "  - id: P2",
        "    name: {en: High, nb: Høy}",
        "    when: [{impact: down}, {impact: part, workaround: false}]",
        "  - {id: P3, name: {en: Normal, nb: Normal}, when: {impact: part}}",
        "  - {id: P4, name: {en: Low, nb: Lav}}",
        "",
        "metrics:",
        "  - {id: first-response, name: First response}",
        "  - {id: update, name: Updates, pauses: While we wait for you}",
        "business-day: close",
        "hours:",
        "  office:",
        f"    open: mon-fri {pick.randint(7, 9):02}:00-{pick.randint(17, 19)}:00",
    ]
    if number % 4 == 0:
        lines += [
            "    holidays:",
            f"      country: {_COUNTRIES[zone]}",
            "      covers: 2026-2030",
            "      add: [12-24, 12-31]",
        ]
    else:
        lines.append("    holidays: [01-01, 05-01, 12-24, 12-25, 12-26, 12-31]")
    lines += [
        "    source: hours",
        "",
        "commitment:",
        f"  - {{when: {{plan: {plans[-1]}}}, is: agreement, note: With credits.}}",
        "  - {is: objective}",
        "",
        "targets:",
        f"  - when: {{plan: {plans[-1]}, product: {products[1]}}}",
        # Every tenth policy has an error.
        *(["    hours: office"] if number % 10 == 3 else []),
        "    source: table",
        "    first-response: {P1: 15m 24x7, P2: 30m 24x7}",
    ]
    for i, plan in reversed(list(enumerate(plans))[1:]):
        slow = len(plans) - i + 1
        lines += [
            f"  - when: {{plan: {plan}}}",
            "    hours: office",
            "    source: table",
            "    first-response:",
            f'      P1: {{target: {slow}h 24x7, text: "within {slow} h, day and night"}}'
            if i == len(plans) - 1
            else f"      P1: {slow} business hours",
            f"      P2: {{target: {2 * slow} business hours, note: On business days.}}",
            f"      P3: {slow} business days",
            f"      P4: {slow + 2} business days",
            "    update:",
            f"      P1: every {slow} business hours",
            f"      P2: every {2 * slow} business hours",
            "      P3: none",
            "      P4: none",
        ]
    lines += [
        "",
        "terms:",
        "  contacts:",
    ]
    for i, plan in reversed(list(enumerate(plans))[1:]):
        lines.append(f"    - {{when: {{plan: {plan}}}, say: {i * 5} named contacts.}}")
    lines += [
        "  languages:",
        "    - say: >-",
        "        Tickets are answered in English, and in the language of the country of the",
        "        office that answers them.",
        "      source: contacts",
        "  versions:",
        f"    - say: The versions {number % 9 + 2} and {number % 9 + 1} are supported.",
        "      note: For other versions we only answer questions about an upgrade.",
        "  remote:",
        "    - {when: {plan: paid}, say: Remote sessions by appointment., source: contacts}",
    ]
    return "".join(line + "\n" for line in lines)


def with_cases(count: int) -> str:
    """Return a policy with 10,000 or 1,000,000 cases, and 200 rules."""
    facts = (5,) if count == 10_000 else (5, 10, 10)
    plans = [f"plan{i}" for i in range(10)]
    lines = ["format: 1", "policy: cases", "timezone: Europe/Oslo", "plans:", "  plan0: Plan 0"]
    lines += [f"  plan{i}: {{name: Plan {i}, above: plan{i - 1}}}" for i in range(1, 10)]
    lines += ["roles:", *(f"  role{i}: Role {i}" for i in range(5)), "facts:"]
    for number, values in enumerate(facts):
        listed = ", ".join(f"v{i}: Value {i}" for i in range(values))
        lines.append(
            f'  fact{number}: {{ask: "Which {number}?", values: {{{listed}}}, default: v0}}'
        )
    kinds = ("web", "chat", "phone", "email")
    lines += ["channels:"]
    lines += [f"  channel{i}: {{name: Channel {i}, kind: {kinds[i % 4]}}}" for i in range(8)]
    lines += ["entitlements:"]
    for i in range(8):
        named = f", fact{i % len(facts)}: {{not: v1}}" if i % 2 else ""
        above = f"plan: [{', '.join(plans[i:])}]" if i else "role: {not: role0}"
        lines.append(f"  - {{when: {{{above}{named}}}, allow: channel{i}}}")
    lines += ["priorities:", *(f"  - {{id: P{i}, name: Priority {i}}}" for i in range(5))]
    lines += ["hours: {office: {open: mon-fri 09:00-17:00}}", "targets:"]
    for i in range(9, -1, -1):
        for number in range(len(facts)):
            lines += [
                f"  - when: {{plan: plan{i}, fact{number}: v2, channel: channel{number}}}",
                "    hours: office",
                f"    first-response: {{P0: {20 - i}m 24x7, P1: {11 - i} business hours}}",
            ]
        lines += [
            f"  - when: {{plan: plan{i}}}",
            "    hours: office",
            "    first-response:",
            *(f"      P{p}: {(12 - i) * (p + 1)} business hours" for p in range(5)),
        ]
    return "".join(line + "\n" for line in lines)


class Shape(NamedTuple):
    """A policy by its number of rules, and the values that questions about it state."""

    policy: Callable[[int], str]
    #: The case of the tests, in addition to plan and channel.
    case: Mapping[str, str] = {}
    #: Options of `channels` for all plans: an answer has a limited number of rows and steps.
    channels: tuple[str, ...] = ()


def limits(rules: int) -> str:
    """Return a policy with a limit for each plan and each of ten roles."""
    lines = [f"{HEAD}plans: {names('p', rules // 10)}\nroles: {names('r', 10)}\n{WEB}"]
    lines.append("entitlements: [{allow: web}]\ntargets: [{first-response: 4h}]")
    lines.append("limits:\n  cases:")
    for n in range(rules):
        when = f"{{plan: p{n // 10}, role: r{n % 10}}}"
        lines.append(f"    - {{when: {when}, is: {n + 1}}}")
    return "\n".join(lines) + "\n"


SHAPES = {
    "plans": Shape(plans),
    "ranked": Shape(
        ranked, {"role": "user", "priority": "P1"}, ("--role", "user", "--priority", "P1")
    ),
    "chain": Shape(chain, {"role": "admin", "priority": "P1"}),
    "grants": Shape(grants, {"area": "v0", "priority": "P1"}, ("--priority", "P1")),
    "targets": Shape(targets, {"area": "v0"}),
    "wide": Shape(wide, {"f0": "v0", "f1": "v0", "f2": "v0", "f3": "v0"}),
    "calendars": Shape(calendars, {"area": "v0"}),
    "facts": Shape(facts, {"f0": "true"}),
    "limits": Shape(limits, {"role": "r0"}),
}


def tests_of(shape: Shape) -> str:
    """Return three passing tests for a policy of a shape."""
    stated = "".join(f", {name}: {value}" for name, value in shape.case.items())
    questions = (
        ("channels", "p0", "{kind: web}"),
        ("channels", "p1", "{allowed: true}"),
        ("due", "p0", "{starts: opened}"),
    )
    cases = [
        f"  - {{{question}: {{plan: {plan}, channel: web{stated}}}, expect: {expected}}}\n"
        for question, plan, expected in questions
    ]
    return f"tests: 1\npolicy: growth\ncases:\n{''.join(cases)}"


def edited(text: str) -> str:
    """Return a policy with fewer grants, and some targets ten times as long."""
    lines = text.splitlines()
    rules = [number for number, line in enumerate(lines) if line.startswith("  - {when")]
    for number in rules[::7]:
        longer = re.sub(r"([0-9])(h| business)", r"\g<1>0\2", lines[number], count=1)
        lines[number] = longer if longer != lines[number] else ""
    return "\n".join(lines) + "\n"
