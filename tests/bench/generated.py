"""Policies for the benchmarks: many of ordinary size, each another one, and one with many cases."""

import random

_PRODUCTS = ("database", "storage", "compute", "network", "identity", "search", "mail", "archive")
_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Europe/London", "America/Denver")
_COUNTRIES = ("DE", "US", "JP", "GB", "FR")
_NAMES = ("Basic", "Standard", "Business", "Premium", "Enterprise")


def ordinary(number: int) -> str:
    """Return a policy of about 150 lines, written as people write them; most have no mistake."""
    pick = random.Random(number)
    plans = [name.lower() for name in _NAMES[: pick.randint(3, 5)]]
    products = pick.sample(_PRODUCTS, 3)
    zone = pick.randrange(len(_ZONES))
    lines = [
        f"# Support of Example {number}, as its customers are told.",
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
        "    note: Users ask; what is urgent comes from their administrators.",
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
        # Every tenth has a mistake.
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
        "        Tickets are answered in English, and in the language of the country where the",
        "        office that answers them lies.",
        "      source: contacts",
        "  versions:",
        f"    - say: The versions {number % 9 + 2} and {number % 9 + 1} are supported.",
        "      note: Others only as far as a move to a supported one is concerned.",
        "  remote:",
        "    - {when: {plan: paid}, say: Remote sessions by appointment., source: contacts}",
    ]
    return "".join(line + "\n" for line in lines)


def with_cases(facts: tuple[int, ...]) -> str:
    """Return a policy of 2,000 cases times one for each combination of values of such facts."""
    plans = [f"plan{i}" for i in range(10)]
    lines = ["format: 1", "policy: cases", "timezone: Europe/Oslo", "plans:", "  plan0: Plan 0"]
    lines += [f"  plan{i}: {{name: Plan {i}, above: plan{i - 1}}}" for i in range(1, 10)]
    lines += ["roles:", *(f"  role{i}: Role {i}" for i in range(5)), "facts:"]
    for number, values in enumerate(facts):
        each = ", ".join(f"v{i}: Value {i}" for i in range(values))
        lines.append(f'  fact{number}: {{ask: "Which {number}?", values: {{{each}}}, default: v0}}')
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
