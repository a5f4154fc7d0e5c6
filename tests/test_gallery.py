"""Questions about the shipped policies of eight vendors, on the command line.

The name of a test is the id of a question. Its answer was worked out by hand from the page of the
vendor. Deadlines are compared to the second, in the offset of that answer.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from zsupport.sources.find import shipped_policies

if TYPE_CHECKING:
    from conftest import Cli

GALLERY = Path(__file__).parent.parent / "policies" / "gallery"


def due(cli: "Cli", policy: str, *arguments: str) -> str:
    """Return the output of `due` for cases with a deadline: an instant, or a line for each case."""
    run = cli("due", "--policy", policy, *arguments)
    assert run.code == 0, run.stderr
    return run.stdout.removesuffix("\n")


def denial(cli: "Cli", *arguments: str) -> str:
    """Return the output of a negative answer."""
    run = cli(*arguments)
    assert run.code == 1, run.stderr
    return run.stdout.removesuffix("\n")


def answers(cli: "Cli", *arguments: str) -> list[dict[str, Any]]:
    """Return the answers in the JSON document of a question."""
    result: list[dict[str, Any]] = json.loads(cli(*arguments, "--format", "json").stdout)["answers"]
    return result


def allowed_channels(cli: "Cli", *arguments: str) -> set[tuple[str | None, str]]:
    """Return the pairs of a role and a channel that it may use."""
    rows = answers(cli, "channels", *arguments)
    assert rows
    return {(row["role"], row["channel"]) for row in rows if row["allowed"]}


def term_texts(cli: "Cli", policy: str, topic: str) -> list[str]:
    """Return the texts of the terms on a topic, in all revisions of a policy."""
    terms = [
        term
        for revision in answers(cli, "policies", policy)
        for term in revision["terms"]
        if term["topic"] == topic
    ]
    assert terms
    return [term["say"] for term in terms]


# -- Zoom, 2020 ------------------------------------------------------------------------------------

# The policy has no last day. The tests ask about a day of its year.
IN_2020 = ("--at", "2020-06-19T12:00:00Z")


def test_zoom_01(cli: "Cli") -> None:
    """A Business administrator opens a P2 ticket on Friday 2020-06-19 at 22:30 UTC."""
    arguments = ("--plan", "business", "--role", "admin", "--priority", "P2")
    # 22:30 and 4 hours: round the clock, the Saturday included.
    assert (
        due(cli, "zoom", *arguments, "--opened", "2020-06-19T22:30:00Z") == "2020-06-20T02:30:00Z"
    )


def test_zoom_05(cli: "Cli") -> None:
    """Which channels can a Pro administrator use?"""
    run = cli("channels", "--policy", "zoom", "--plan", "pro", "--role", "admin", *IN_2020)
    # The web ticket and the online resources; not chat, not phone.
    assert (set(run.stdout.split()), run.code) == ({"web", "help-center"}, 0)


@pytest.mark.parametrize("role", ["user", "participant"])
def test_zoom_06(role: str, cli: "Cli") -> None:
    """An end user on an Enterprise account wants to chat."""
    case = ("channels", "--policy", "zoom", "--plan", "enterprise", "--role", role, *IN_2020)
    assert denial(cli, *case, "--channel", "chat") == ""
    # Online resources only, for every plan.
    rows = answers(cli, "channels", "--policy", "zoom", "--role", role, *IN_2020)
    assert len({row["plan"] for row in rows}) == 6
    assert {row["channel"] for row in rows if row["allowed"]} == {"help-center"}


def test_zoom_07(cli: "Cli") -> None:
    """What must a Business owner have ready to phone from the US, and what number?"""
    [phone] = answers(
        cli, "channels", "--policy", "zoom", "--plan", "business", "--role", "owner",
        "--channel", "phone", *IN_2020,
    )  # fmt: skip
    assert phone["allowed"] is True
    assert [(n["country"], n["number"]) for n in phone["numbers"]] == [
        ("US", "+1.888.799.9666 ext. 2")
    ]
    assert phone["prerequisites"] == ["Personal meeting ID", "Host key"]


# -- Red Hat ---------------------------------------------------------------------------------------

LONDON = (
    "--tz", "Europe/London", "--customer-tz", "Europe/London", "--customer-country", "GB-ENG",
    "--fact", "region=elsewhere",
)  # fmt: skip
SEV2 = ("--plan", "premium", "--priority", "sev2", *LONDON)


def test_redhat_01(cli: "Cli") -> None:
    """Standard, New York, severity 1 on Friday 2024-08-30 17:45; Monday is Labor Day."""
    deadline = due(
        cli, "redhat", "--plan", "standard", "--priority", "sev1",
        "--fact", "region=north-america", "--tz", "America/New_York",
        "--customer-tz", "America/New_York", "--customer-country", "US",
        "--opened", "2024-08-30T17:45",
    )  # fmt: skip
    # 15 minutes on Friday until 18:00, then Tuesday 09:00 and 45 minutes.
    assert deadline == "2024-09-03T09:45:00-04:00"


def test_redhat_02(cli: "Cli") -> None:
    """Premium, London, severity 3 on Thursday 2024-03-28 15:30, before Easter."""
    deadline = due(
        cli, "redhat", "--plan", "premium", "--priority", "sev3", *LONDON,
        "--opened", "2024-03-28T15:30",
    )  # fmt: skip
    # 1.5 hours on Thursday until 17:00, closed until Monday, Tuesday 09:00 and 2.5 hours; summer
    # time began on 31 March.
    assert deadline == "2024-04-02T11:30:00+01:00"


def test_redhat_03(cli: "Cli") -> None:
    """The same customer, severity 2 on Saturday 2024-03-30 20:00, with and without 24x7."""
    opened = ("--opened", "2024-03-30T20:00")
    requested = due(cli, "redhat", *SEV2, *opened, "--fact", "sev2-24x7=true")
    assert requested == "2024-03-30T22:00:00+00:00"

    case = ("due", "--policy", "redhat", *SEV2, *opened, "--fact", "sev2-24x7=false")
    [row] = answers(cli, *case)
    # 2 hours from Tuesday 09:00, as Monday is a holiday. The footnote is unclear.
    assert row["due"] == "2024-04-02T11:00:00+01:00"
    assert "footnote" in row["unclear"]
    # The default is without 24x7.
    assert due(cli, "redhat", *SEV2, *opened) == "2024-04-02T11:00:00+01:00"


def test_redhat_04(cli: "Cli") -> None:
    """How often must Red Hat respond after the first reply on a Premium severity 2?"""
    ongoing = (*SEV2, "--metric", "ongoing-response", "--opened", "2024-03-30T20:00")
    requested = (*ongoing, "--fact", "sev2-24x7=true")
    [row] = answers(cli, "due", "--policy", "redhat", *requested)
    assert (row["target"], row["published"]) == ("every 4h", "4 hours or as agreed")
    [row] = answers(cli, "due", "--policy", "redhat", *ongoing, "--fact", "sev2-24x7=false")
    assert (row["target"], row["published"]) == ("every 4 business hours", "4 hours or as agreed")

    # The clock pauses while the case does not wait on Red Hat.
    assert due(cli, "redhat", *requested) == "2024-03-31T00:00:00+00:00"
    pause = ("--pause", "2024-03-30T21:00/2024-03-30T21:30")
    assert due(cli, "redhat", *requested, *pause) == "2024-03-31T00:30:00+00:00"
    # Red Hat states no time to a solution.
    [solution] = term_texts(cli, "redhat", "no-time-to-solve")
    assert "not for a solution" in solution


def test_redhat_05(cli: "Cli") -> None:
    """A customer has 300 subscriptions. How many support contacts?"""
    [contacts] = term_texts(cli, "redhat", "contacts")
    assert "up to 40 for 251 to 1,000" in contacts


# -- SUSE ------------------------------------------------------------------------------------------

BERLIN = ("--tz", "Europe/Berlin", "--customer-country", "DE")
EMEA = ("--plan", "standard", "--fact", "region=emea", *BERLIN)


def test_suse_01(cli: "Cli") -> None:
    """Standard, EMEA, severity 1 on Saturday 2024-02-10 09:00."""
    deadline = due(cli, "suse", *EMEA, "--priority", "sev1", "--opened", "2024-02-10T09:00")
    # 2 business hours from Monday 06:00.
    assert deadline == "2024-02-12T08:00:00+01:00"


def test_suse_02(cli: "Cli") -> None:
    """Standard, EMEA, severity 2 on Friday 2024-02-09 16:30."""
    deadline = due(cli, "suse", *EMEA, "--priority", "sev2", "--opened", "2024-02-09T16:30")
    # 1.5 hours on Friday until 18:00, then Monday 06:00 and 2.5 hours.
    assert deadline == "2024-02-12T08:30:00+01:00"


def test_suse_03(cli: "Cli") -> None:
    """Standard, EMEA, severity 1 on Tuesday 2024-07-16 at 06:15 Berlin time."""
    case = (*EMEA, "--priority", "sev1", "--opened", "2024-07-16T06:15")
    run = cli("due", "--policy", "suse", *case)
    # Open since 06:00 in Central European time. With a fixed offset of +01:00 it would be 09:00.
    assert (run.stdout, run.code) == ("2024-07-16T08:15:00+02:00\n", 0)
    [row] = answers(cli, "due", "--policy", "suse", *case)
    for words in (run.stderr, row["unclear"]):
        assert "GMT+1 (CET)" in words
        assert "Central Europe" in words
    assert "unclear:" in run.stderr
    # `--why` names the zone that the hours are read in.
    assert "Europe/Berlin" in cli("due", "--policy", "suse", *case, "--why").stderr


def test_suse_04(cli: "Cli") -> None:
    """Priority, severity 3: what is the target and coverage?"""
    case = ("--policy", "suse", "--plan", "priority", "--priority", "sev3", "--fact", "region=emea")
    [row] = answers(cli, "due", *case, *BERLIN)
    assert (row["target"], row["hours"]) == ("4 business hours", "support")
    notes = row["note"].split("\n")
    assert "In business hours, although coverage is around the clock." in notes
    channels = [row for row in answers(cli, "channels", *case) if row["allowed"]]
    assert channels
    assert {row["hours"] for row in channels} == {"24x7"}


# -- AWS -------------------------------------------------------------------------------------------

# The revision that was in force in 2024 has the plan Developer.
IN_2024 = ("--at", "2024-05-16T12:00:00Z")
DEVELOPER = ("--policy", "aws", "--plan", "developer")


def test_aws_01(cli: "Cli") -> None:
    """Developer, Norway, System impaired on Thursday 2024-05-16 14:00, before two holidays."""
    case = (
        "--plan", "developer", "--role", "root", "--tz", "Europe/Oslo",
        "--customer-tz", "Europe/Oslo", "--customer-country", "NO", "--opened", "2024-05-16T14:00",
    )  # fmt: skip
    # 4 hours on Thursday until 18:00, closed on 17 May, at the weekend and on Whit Monday, then
    # Tuesday 08:00 and 8 hours.
    for name in ("normal", "system-impaired"):
        assert due(cli, "aws", *case, "--priority", name) == "2024-05-21T16:00:00+02:00"


def test_aws_02(cli: "Cli") -> None:
    """Business, Production system down on 2024-12-25 03:15 UTC."""
    case = ("--plan", "business", "--priority", "urgent", "--opened", "2024-12-25T03:15:00Z")
    # An hour, also on a holiday, for every role.
    assert set(due(cli, "aws", *case, "--field", "due").splitlines()) == {"2024-12-25T04:15:00Z"}
    assert due(cli, "aws", *case, "--role", "iam") == "2024-12-25T04:15:00Z"


def test_aws_03(cli: "Cli") -> None:
    """Can a Developer customer open a Production system down case?"""
    opened = ("--opened", "2024-05-16T12:00:00Z")
    no = ("due", *DEVELOPER, "--role", "root", "--priority", "production-system-down", *opened)
    assert denial(cli, *no) == "not-entitled"
    denial(cli, "channels", *DEVELOPER, "--priority", "urgent", *IN_2024)
    # General guidance and System impaired only.
    [web] = [row for row in answers(cli, "channels", *DEVELOPER, *IN_2024) if row["allowed"]]
    assert {key: set(values) for key, values in web["only_when"].items()} == {
        "priority": {"low", "normal"}
    }


def test_aws_04(cli: "Cli") -> None:
    """Who may open technical cases on the Developer plan, and by which channels?"""
    assert allowed_channels(cli, *DEVELOPER, "--fact", "topic=technical", *IN_2024) == {
        ("root", "web")
    }
    for channel in ("chat", "phone"):
        denial(cli, "channels", *DEVELOPER, "--channel", channel, *IN_2024)
    assert term_texts(cli, "aws", "contacts") == ["2", "3", "1", "unlimited", "unlimited"]
    [contacts] = answers(cli, "terms", *DEVELOPER, "--topic", "contacts", *IN_2024)
    assert (contacts["number"], "root user" in contacts["note"]) == (1, True)


def test_aws_05(cli: "Cli") -> None:
    """Basic plan: can I open a technical case?"""
    basic = ("channels", "--policy", "aws", "--plan", "basic", *IN_2024)
    assert denial(cli, *basic, "--fact", "topic=technical") == ""
    # Only cases about the account or a bill, and about service limits.
    for topic in ("billing", "quota"):
        assert cli(*basic, "--fact", f"topic={topic}", "--quiet").code == 0


# -- Canonical -------------------------------------------------------------------------------------

PARIS = ("--tz", "Europe/Paris", "--customer-tz", "Europe/Paris", "--customer-country", "FR")
WEEKDAY = ("--plan", "weekday", *PARIS)
OLDER = str(GALLERY / "canonical" / "2024-05.yaml")


def test_canonical_01(cli: "Cli") -> None:
    """Weekday, Paris, severity 2 on Wednesday 2024-10-09 13:00, newer page."""
    deadline = due(cli, "canonical", *WEEKDAY, "--priority", "sev2", "--opened", "2024-10-09T13:00")
    # 4 hours on Wednesday until 17:00, then Thursday 08:00 and 4 hours.
    assert deadline == "2024-10-10T12:00:00+02:00"


def test_canonical_02(cli: "Cli") -> None:
    """The same case under the older page."""
    deadline = due(cli, OLDER, *WEEKDAY, "--priority", "sev2", "--opened", "2024-10-09T13:00")
    # 5 hours on Wednesday until 18:00, then Thursday 08:00 and 3 hours.
    assert deadline == "2024-10-10T11:00:00+02:00"


def test_canonical_03(cli: "Cli") -> None:
    """Weekday, Paris, severity 1 on Friday 2024-10-11 22:00."""
    deadline = due(cli, "canonical", *WEEKDAY, "--priority", "sev1", "--opened", "2024-10-11T22:00")
    # 2 hours on Friday until midnight, then Monday 00:00 and 2 hours.
    assert deadline == "2024-10-14T02:00:00+02:00"


def test_canonical_04(cli: "Cli") -> None:
    """Weekday, Paris, severity 3 on Monday 2024-10-07 15:00, newer page."""
    deadline = due(cli, "canonical", *WEEKDAY, "--priority", "sev3", "--opened", "2024-10-07T15:00")
    # 2 hours on Monday, 9 on Tuesday, 1 on Wednesday.
    assert deadline == "2024-10-09T09:00:00+02:00"


def test_canonical_05(cli: "Cli") -> None:
    """On 24/7 support, is the severity 4 initial response counted round the clock?"""
    case = ("--plan", "24x7", "--priority", "sev4", *PARIS, "--opened", "2024-10-09T13:00")
    [newer] = answers(cli, "due", "--policy", "canonical", *case)
    assert (newer["target"], newer["hours"]) == ("12 business hours", "business")
    ongoing = ("due", "--policy", "canonical", *case, "--metric", "ongoing-response")
    assert denial(cli, *ongoing) == "no-target"
    assert answers(cli, *ongoing)[0]["published"] == "NA"
    [older] = answers(cli, "due", "--policy", OLDER, *case)
    assert (older["target"], older["hours"]) == ("12h", None)
    assert older["due"] == "2024-10-10T01:00:00+02:00"


# -- HiveMQ ----------------------------------------------------------------------------------------

EXTENDED = ("--plan", "extended", "--tz", "Europe/Berlin")


def test_hivemq_01(cli: "Cli") -> None:
    """Extended, priority 1, escalated by phone on Saturday 2024-07-06 12:00."""
    case = (*EXTENDED, "--priority", "P1", "--opened", "2024-07-06T12:00")
    assert due(cli, "hivemq", *case, "--channel", "phone") == "2024-07-06T16:00:00+02:00"


def test_hivemq_02(cli: "Cli") -> None:
    """The same case, entered only in the portal."""
    case = (*EXTENDED, "--priority", "P1", "--opened", "2024-07-06T12:00")
    # Monday 09:00 and 4 hours.
    assert due(cli, "hivemq", *case, "--channel", "portal") == "2024-07-08T13:00:00+02:00"


def test_hivemq_03(cli: "Cli") -> None:
    """Extended, priority 2 on Wednesday 2024-05-29 16:00, before Corpus Christi in Bavaria."""
    deadline = due(cli, "hivemq", *EXTENDED, "--priority", "P2", "--opened", "2024-05-29T16:00")
    # 2 hours on Wednesday until 18:00, Thursday closed, Friday 09:00 and 2 hours.
    assert deadline == "2024-05-31T11:00:00+02:00"


# -- SendOwl ---------------------------------------------------------------------------------------

PACIFIC = ("--tz", "America/Los_Angeles")
VIP_PLANS = ("extended", "enterprise")


@pytest.mark.parametrize("plan", VIP_PLANS)
def test_sendowl_01(plan: str, cli: "Cli") -> None:
    """VIP support, mail on Wednesday 2024-01-10 16:00 Pacific."""
    deadline = due(cli, "sendowl", "--plan", plan, *PACIFIC, "--opened", "2024-01-10T16:00")
    # An hour until 17:00, then 09:00 and an hour.
    assert deadline == "2024-01-11T10:00:00-08:00"


@pytest.mark.parametrize("plan", ["standard", "pro"])
def test_sendowl_02(plan: str, cli: "Cli") -> None:
    """Priority support, mail on Tuesday 2024-01-09 10:00 Pacific."""
    deadline = due(cli, "sendowl", "--plan", plan, *PACIFIC, "--opened", "2024-01-09T10:00")
    assert deadline == "2024-01-09T15:00:00-08:00"


@pytest.mark.parametrize("plan", VIP_PLANS)
def test_sendowl_03(plan: str, cli: "Cli") -> None:
    """VIP support, mail on Friday 2024-01-12 16:30 Pacific; Monday is a federal holiday."""
    deadline = due(cli, "sendowl", "--plan", plan, *PACIFIC, "--opened", "2024-01-12T16:30")
    # 30 minutes on Friday, then Tuesday 09:00 and 90 minutes.
    assert deadline == "2024-01-16T10:30:00-08:00"


def test_sendowl_04(cli: "Cli") -> None:
    """An Enterprise customer writes from an address that is not on the account."""
    case = ("due", "--policy", "sendowl", "--plan", "enterprise")
    assert [row["target"] for row in answers(cli, *case, "--fact", "sender=other")] == [
        "2 business days"
    ]
    # An address on the account has VIP support.
    assert [row["target"] for row in answers(cli, *case, "--fact", "sender=account")] == [
        "2 business hours"
    ]


# -- GitLab ----------------------------------------------------------------------------------------


def test_gitlab_01(cli: "Cli") -> None:
    """Premium, emergency by the emergency form on Saturday 2024-06-01 23:50 UTC."""
    case = ("--plan", "premium", "--priority", "emergency", "--opened", "2024-06-01T23:50:00Z")
    assert due(cli, "gitlab", *case, "--channel", "emergency") == "2024-06-02T00:20:00Z"
    # By no other channel.
    assert denial(cli, "due", "--policy", "gitlab", *case, "--channel", "web") == "not-entitled"


@pytest.mark.parametrize("program", ["open-source", "education", "startups"])
def test_gitlab_02(program: str, cli: "Cli") -> None:
    """An open-source-program Ultimate customer opens a High ticket. What response applies?"""
    case = ("due", "--policy", "gitlab", "--plan", "ultimate", "--priority", "high")
    run = cli(*case, "--fact", f"program={program}")
    assert (run.stdout, run.code) == ("not-entitled\n", 1)
    assert "not entitled" in run.stderr
    assert cli(*case, "--fact", "program=bought", "--quiet").code == 0
    [words] = term_texts(cli, "gitlab", "program-licences")
    assert "do not include technical support" in words


def test_gitlab_03(cli: "Cli") -> None:
    """Which GitLab versions are supported when 16.x is current?"""
    [versions] = term_texts(cli, "gitlab", "versions")
    assert "16.x, 15.x and 14.x" in versions


# -- all shipped policies --------------------------------------------------------------------------

FILES = sorted(
    path.relative_to(GALLERY).as_posix()
    for path in GALLERY.rglob("*.yaml")
    if not path.stem.endswith("_test")
)
POLICIES = sorted({name.partition("/")[0].removesuffix(".yaml") for name in FILES})
# Keys of texts for people: a text, or a mapping of languages.
TEXTS = ("title", "url", "name", "note", "unclear", "say", "ask", "meaning", "condition", "text")


def texts(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each text for people in a policy, with its path."""
    if isinstance(node, list):
        for i, item in enumerate(node):
            yield from texts(item, f"{path}[{i}]")
    elif isinstance(node, dict):
        for key, value in node.items():
            place = f"{path}.{key}"
            if key in TEXTS and isinstance(value, dict):
                yield from ((f"{place}.{lang}", text) for lang, text in value.items())
            elif key in TEXTS:
                yield place, value
            else:
                yield from texts(value, place)


def test_every_vendor_has_a_policy() -> None:
    vendors = {"aws", "canonical", "gitlab", "hivemq", "redhat", "sendowl", "suse"}
    assert vendors <= set(POLICIES)


@pytest.mark.parametrize("name", POLICIES)
def test_a_shipped_policy_is_valid(name: str, cli: "Cli") -> None:
    run = cli("policies", name, "--format", "json")
    assert (run.stderr, run.code) == ("", 0)
    revisions = json.loads(run.stdout)["answers"]
    # A folder has a file for each revision.
    assert len(revisions) == sum(file.startswith((f"{name}.", f"{name}/")) for file in FILES)
    for revision in revisions:
        assert revision["policy"] == name
        for term in revision["terms"]:
            assert term["say"].strip()
            assert term["unclear"] is None or term["unclear"].strip()


@pytest.mark.parametrize("file", FILES)
def test_a_shipped_policy_describes_itself(file: str) -> None:
    text = (GALLERY / file).read_text(encoding="utf-8")
    lines = text.splitlines()
    opening = " ".join(line.removeprefix("# ") for line in lines[: lines.index("format: 1")])
    assert opening.startswith("An example, written from ")
    assert "It is not" in opening
    assert "own file" in opening
    assert max(len(line) for line in lines) <= 110

    policy = yaml.load(text, yaml.BaseLoader)
    assert policy["sources"]
    for source in policy["sources"].values():
        assert source["title"]
        assert source["url"].startswith("https://")


@pytest.mark.parametrize("file", FILES)
def test_no_text_of_a_shipped_policy_is_empty(file: str) -> None:
    policy = yaml.load((GALLERY / file).read_text(encoding="utf-8"), yaml.BaseLoader)
    result = dict(texts(policy))
    assert result
    assert {place: text for place, text in result.items() if not str(text).strip()} == {}
    # Every policy marks something that its page leaves open.
    assert any(place.endswith(".unclear") for place in result)


def test_a_revision_is_named_by_its_first_day() -> None:
    for path in GALLERY.glob("*/*.yaml"):
        first_day = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)["effective"]
        assert first_day["from"].startswith(path.stem)
        # No vendor dates its pages.
        assert first_day["unclear"]


@pytest.mark.parametrize("name", shipped_policies())
def test_a_shipped_policy_is_clean(name: str, cli: "Cli") -> None:
    """`check` has no finding, not even a note, except for suppressions with a reason."""
    run = cli("check", name, "--fail-on", "note", "--at", "2026-11-26")
    assert run.code == 0, run.stdout
    assert run.stdout.startswith("All good: ")
