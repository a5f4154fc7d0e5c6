"""What the loader refuses, explained: why, and a policy that shows it, by the code of a finding."""

from typing import NamedTuple


class Refusal(NamedTuple):
    """A kind of finding of the loader: why it is refused, and a refused and a mended policy.

    Where it takes two files of a folder to show it, they stand one after the other.
    """

    why: str
    bad: str
    good: str


#: What stands between two files of one example.
NEXT_FILE = "# another file of the same folder\n"

_BASE = """\
format: 1
policy: acme
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
"""


def _with(bad: str, good: str, base: str = _BASE) -> tuple[str, str]:
    """Return a policy with one and with another section added."""
    return base + bad, base + good


def _revisions(first: str, second: str) -> str:
    return f"{_BASE}{first}{NEXT_FILE}{_BASE}{second}"


REFUSALS: dict[str, Refusal] = {
    "ZS001": Refusal(
        """\
The text is no YAML, so that nothing in it can be read with certainty. Most often a bracket or a
quotation mark is not closed, or a text with a colon and a space in it stands without quotes.""",
        *_with("title: Acme: support\n", 'title: "Acme: support"\n'),
    ),
    "ZS002": Refusal(
        """\
Of two equal keys most readers of YAML keep the last and drop the other without a word. Keep the one
that is meant, or give the other its own name.""",
        *_with("title: Acme\ntitle: Acme support\n", "title: Acme support\n"),
    ),
    "ZS003": Refusal(
        """\
A key without a value says nothing: write the value, or leave out the key. Inside `{ }` and `[ ]` a
comma ends a text, so that what follows it becomes a key without a value; such a text needs
quotes.""",
        *_with(
            "facts: {topic: {values: {billing: A bill, a licence}}}\n",
            'facts: {topic: {values: {billing: "A bill, a licence"}}}\n',
        ),
    ),
    "ZS004": Refusal(
        """\
A file holds one policy, or one revision of it. Put what stands after `---` into a file of its
own.""",
        *_with("---\ntitle: Acme\n", "title: Acme\n"),
    ),
    "ZS005": Refusal(
        """\
Tags change how YAML is read, and differ between tools; every value of a policy is read as text and
then by its field. Leave the tag out.""",
        *_with("title: !!str Acme\n", "title: Acme\n"),
    ),
    "ZS006": Refusal(
        """\
An alias (`*name`) repeats what an anchor (`&name`) before it marks. One without an anchor, one that
contains itself and ones that unfold to thousands of values are refused; a text that begins with `*`
needs quotes.""",
        *_with("title: *acme\n", 'title: "*acme"\n'),
    ),
    "ZS007": Refusal(
        """\
Merge keys (`<<`) are no part of YAML 1.2, and readers differ about them. Write the keys out, or
name values that stand in many places once, in `groups`.""",
        *_with(
            "facts: {a: &a {ask: A or not?}, b: {<<: *a}}\n",
            "facts: {a: {ask: A or not?}, b: {ask: A or not?}}\n",
        ),
    ),
    "ZS008": Refusal(
        """\
A policy is UTF-8 text without control characters, which look different in every editor. Save the
file as UTF-8, and take out what cannot be seen.""",
        *_with("title: Acme\x07\n", "title: Acme\n"),
    ),
    "ZS009": Refusal(
        """\
A policy is a small file that people review. One that is very large, nested very deeply or has very
many values is most often no policy, and could keep the program busy for ever.""",
        *_with(f"title: {'[' * 60}{']' * 60}\n", "title: Acme\n"),
    ),
    "ZS101": Refusal(
        """\
A key that the format does not have would mean nothing, and what it was to say would be lost. Most
often it is misspelt: the nearest known key is named.""",
        *_with("tittle: Acme\n", "title: Acme\n"),
    ),
    "ZS102": Refusal(
        """\
A mapping lacks a key without which it means nothing. The reference (`zsupport help policy`) says
which keys each must have.""",
        *_with("metrics: [{name: First response}]\n", "metrics: [{id: first-response}]\n"),
    ),
    "ZS103": Refusal(
        """\
A text, a list or a mapping stands where the format expects another of the three. A list of one is
written in brackets, or with a dash.""",
        *_with("priorities: {id: P1}\n", "priorities: [{id: P1}]\n"),
    ),
    "ZS104": Refusal(
        """\
A target has to say with certainty what it counts: `4h` day and night, `4 business hours` and `1
business day` over `hours`. What can be read in two ways, such as `1d` or `4h` under `hours`, is
refused.""",
        *_with("targets: [{first-response: 1 day}]\n", "targets: [{first-response: 24h}]\n"),
    ),
    "ZS105": Refusal(
        """\
The field takes one word of a closed list, and this is none of them. The nearest is named.""",
        *_with("business-day: end\n", "business-day: close\n"),
    ),
    "ZS106": Refusal(
        """\
An id is typed on command lines and stands in conditions, so it is made of letters, digits, `.`, `-`
and `_`. Words for people stand in `name`; a few words have a meaning of their own.""",
        *_with(
            "roles: {account owner: Owner}\n",
            "roles: {account-owner: Account owner}\n",
        ),
    ),
    "ZS107": Refusal(
        """\
Ids match without regard to case, so that two of them which differ by case only are one. Give one of
them another name.""",
        *_with("roles: {Owner: Owner, owner: Owner}\n", "roles: {owner: Owner}\n"),
    ),
    "ZS108": Refusal(
        """\
The file is written in a version of the format that this program does not know, so that it cannot
tell what the file means. Install a newer zsupport.""",
        _BASE.replace("format: 1", "format: 999"),
        _BASE,
    ),
    "ZS109": Refusal(
        """\
Dates are written year, month, day, as in `2026-12-24`, so that nobody takes 03.04. for the third of
April or the fourth of March. Days of every year are written `12-24`.""",
        *_with("effective: {from: 03.04.2026}\n", "effective: {from: 2026-04-03}\n"),
    ),
    "ZS110": Refusal(
        """\
Opening times are written with days and with hours of two digits, as in `mon-fri 09:00-17:00`, so
that they can be read in one way only.""",
        *_with(
            "hours: {office: {open: Mo-Fr 9-17}}\n",
            "hours: {office: {open: mon-fri 09:00-17:00}}\n",
        ),
    ),
    "ZS111": Refusal(
        """\
A target is at risk when a part of its time has gone by, which is written as a ratio, as in
`3/4`.""",
        *_with(
            "metrics: [{id: first-response, warn: 4/3}]\n",
            "metrics: [{id: first-response, warn: 3/4}]\n",
        ),
    ),
    "ZS201": Refusal(
        """\
A condition, a target or a grant names what the policy does not define, so that it would never hold.
Most often it is misspelt: the nearest name is given.""",
        *_with(
            "targets: [{when: {plan: por}, first-response: 4h}]\n",
            "targets: [{when: {plan: pro}, first-response: 4h}]\n",
        ),
    ),
    "ZS202": Refusal(
        """\
Groups, ranks and unions of hours may name others of their kind, but not in a circle: then nobody
can say what they stand for.""",
        *_with(
            "groups: {a: {plan: b}, b: {plan: [a, pro]}}\n",
            "groups: {a: {plan: b}, b: {plan: pro}}\n",
        ),
    ),
    "ZS203": Refusal(
        """\
A zone is the name of a place, such as Europe/Berlin, whose summer time is known. Abbreviations such
as CET or PST stand for several zones, or for one half of the year.""",
        *_with("timezone: CET\n", "timezone: Europe/Berlin\n"),
    ),
    "ZS204": Refusal(
        """\
Countries are written as two capital letters of ISO 3166, as their holidays and numbers are found
by them.""",
        *_with(
            "hours: {office: {open: mon-fri 09:00-17:00, holidays: {country: UK}}}\n",
            "hours: {office: {open: mon-fri 09:00-17:00, holidays: {country: GB}}}\n",
        ),
    ),
    "ZS205": Refusal(
        """\
A text by language has codes of ISO 639 as keys, as `--lang` asks for them. Most often a key of
another mapping has slipped in, or the name of a country.""",
        *_with("title: {english: Acme support}\n", "title: {en: Acme support}\n"),
    ),
    "ZS206": Refusal(
        """\
Two opening times of one calendar lie over each other, so that one of them is most likely wrong.
Join them, or mend the one that was mistyped.""",
        *_with(
            "hours: {office: {open: [mon-fri 09:00-17:00, fri 13:00-20:00]}}\n",
            "hours: {office: {open: [mon-thu 09:00-17:00, fri 09:00-20:00]}}\n",
        ),
    ),
    "ZS207": Refusal(
        """\
Of several revisions of one policy the one that began last is in force, so that no two of them may
begin on one day. Give each its own `effective: {from: ...}`.""",
        _revisions("effective: {from: 2026-01-01}\n", "effective: {from: 2026-01-01}\n"),
        _revisions("effective: {from: 2026-01-01}\n", "effective: {from: 2026-07-01}\n"),
    ),
    "ZS208": Refusal(
        """\
The day on which a revision begins is a day in its zone, so that revisions of one policy have to
name the same zone: else two of them, or none, could be in force at one moment.""",
        _revisions(
            "timezone: Europe/Oslo\neffective: {from: 2026-01-01}\n",
            "timezone: Asia/Tokyo\neffective: {from: 2026-07-01}\n",
        ),
        _revisions(
            "timezone: Europe/Oslo\neffective: {from: 2026-01-01}\n",
            "timezone: Europe/Oslo\neffective: {from: 2026-07-01}\n",
        ),
    ),
    "ZS209": Refusal(
        """\
One name stands for two things, and a condition that uses it could mean either. Give one of them
another name.""",
        *_with(
            "roles: {owner: {aliases: [boss]}, admin: {aliases: [boss]}}\n",
            "roles: {owner: {aliases: [boss]}, admin: Administrator}\n",
        ),
    ),
    "ZS210": Refusal(
        """\
A condition names what is not known yet, or not at all, where it is read: channels are what grants
decide about, and priorities follow from facts alone. Say it in another section.""",
        *_with(
            "priorities: [{id: P1, when: {plan: pro}}]\n",
            "facts: {down: {ask: Is it down}}\npriorities: [{id: P1, when: {down: true}}]\n",
        ),
    ),
    "ZS211": Refusal(
        """\
The last day of a revision lies before its first, so that it would never be in force. One of the two
is mistyped.""",
        *_with(
            "effective: {from: 2026-07-01, last_day: 2026-06-30}\n",
            "effective: {from: 2026-07-01, last_day: 2027-06-30}\n",
        ),
    ),
    "ZS212": Refusal(
        """\
The answer ends the clock of the first metric, unless its targets recur (`every 4h`). A clock that
starts with the answer would end at the moment it starts. Leave `starts` out, or put another metric
first.""",
        *_with(
            "metrics: [{id: fix, starts: answered}]\ntargets: [{fix: 4h}]\n",
            "metrics: [{id: first-response}, {id: fix, starts: answered}]\ntargets: [{fix: 4h}]\n",
        ),
    ),
}
