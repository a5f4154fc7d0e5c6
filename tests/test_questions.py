"""Questions about the shipped policies, with answers looked up by hand.

The name of a test is the id of a question. If a deadline depends on opening hours, only the target
is tested here; `test_gallery.py` tests the deadline.
"""

import json
from typing import TYPE_CHECKING, Any

import pytest

import zsupport

if TYPE_CHECKING:
    from conftest import Cli


def answers(cli: "Cli", *arguments: str) -> list[dict[str, Any]]:
    """Return the answers in the JSON document of a question."""
    result: list[dict[str, Any]] = json.loads(cli(*arguments, "--format", "json").stdout)["answers"]
    return result


# -- Zoom, 2020 ------------------------------------------------------------------------------------


def test_zoom_01(cli: "Cli") -> None:
    """A Business administrator opens a P2 ticket on Friday 2020-06-19 at 22:30 UTC."""
    run = cli(
        "due", "--policy", "zoom", "--plan", "business", "--role", "admin", "--priority", "P2",
        "--opened", "2020-06-19T22:30:00Z",
    )  # fmt: skip
    assert (run.stdout, run.stderr, run.code) == ("2020-06-20T02:30:00Z\n", "", 0)


def test_zoom_05(cli: "Cli") -> None:
    """Which channels can a Pro administrator use?"""
    run = cli("channels", "--policy", "zoom", "--plan", "pro", "--role", "admin")
    # Online submission and the online resources; not chat, not phone.
    assert (run.stdout.split(), run.code) == (["help-center", "web"], 0)


def test_zoom_06(cli: "Cli") -> None:
    """An end user on an Enterprise account wants to chat."""
    case = ("channels", "--policy", "zoom", "--plan", "enterprise", "--role", "user")
    run = cli(*case, "--channel", "chat")
    assert (run.stdout, run.code) == ("", 1)
    # Online resources only, for every plan.
    assert cli(*case).stdout == "help-center\n"


def test_zoom_07(cli: "Cli") -> None:
    """What must a Business owner have ready to phone from the US, and what number?"""
    [phone] = answers(
        cli, "channels", "--policy", "zoom", "--plan", "business", "--role", "owner",
        "--channel", "phone",
    )  # fmt: skip
    assert phone["allowed"] is True
    assert [(n["country"], n["number"]) for n in phone["numbers"]] == [
        ("US", "+1.888.799.9666 ext. 2")
    ]
    assert phone["prerequisites"] == ["Personal meeting ID", "Host key"]


# -- Red Hat ---------------------------------------------------------------------------------------

SEV2 = ("--policy", "redhat", "--plan", "premium", "--priority", "sev2")


def test_redhat_03_with_24x7(cli: "Cli") -> None:
    """Premium, severity 2, opened on Saturday 2024-03-30 20:00 in London, with 24x7."""
    run = cli(
        "due", *SEV2, "--fact", "product=general", "--fact", "sev2-24x7=true",
        "--opened", "2024-03-30T20:00:00+00:00",
    )  # fmt: skip
    assert (run.stdout, run.code) == ("2024-03-30T22:00:00+00:00\n", 0)


def test_redhat_03_without_24x7(cli: "Cli") -> None:
    """Two business hours, because of a footnote that the answer marks as unclear."""
    result = answers(
        cli, "due", *SEV2, "--fact", "sev2-24x7=false", "--fact", "region=elsewhere",
        "--opened", "2024-03-30T20:00:00+00:00",
    )  # fmt: skip
    assert [(row["target"], row["hours"]) for row in result] == [("2 business hours", "standard")]
    assert "footnote" in result[0]["unclear"]


@pytest.mark.parametrize(
    ("requested", "target"), [("true", "every 4h"), ("false", "every 4 business hours")]
)
def test_redhat_04(requested: str, target: str, cli: "Cli") -> None:
    """How often must Red Hat respond after the first reply on a Premium severity 2?"""
    result = answers(
        cli, "due", *SEV2, "--metric", "ongoing-response",
        "--fact", f"sev2-24x7={requested}", "--fact", "region=elsewhere",
    )  # fmt: skip
    assert [(row["target"], row["published"]) for row in result] == [
        (target, "4 hours or as agreed")
    ]
    # The clock pauses while the case waits on others. Red Hat states no time to a solution.
    [revision] = zsupport.load("redhat", cache=False).revisions
    pauses = {metric.id: metric.pauses for metric in revision.metrics}
    assert pauses["ongoing-response"] == "While the case is not waiting on Red Hat"
    stdout = cli("policies", "redhat", "--field", "terms").stdout
    assert "not for a solution" in stdout


def test_redhat_05(cli: "Cli") -> None:
    """A customer has 300 subscriptions: how many support contacts?"""
    run = cli("policies", "redhat", "--field", "terms")
    [contacts] = [json.loads(line) for line in run.stdout.splitlines() if '"contacts"' in line]
    assert "up to 40 for 251 to 1,000" in contacts["say"]


# -- Canonical -------------------------------------------------------------------------------------

SEV4 = ("--policy", "canonical", "--plan", "24x7", "--priority", "sev4")


def test_canonical_05_on_the_newer_page(cli: "Cli") -> None:
    """On 24/7 support, is the severity 4 initial response counted round the clock? No."""
    opened = ("--opened", "2024-10-09T13:00:00+02:00")
    [first] = answers(cli, "due", *SEV4, *opened)
    assert (first["target"], first["hours"]) == ("12 business hours", "business")
    [ongoing] = answers(cli, "due", *SEV4, *opened, "--metric", "ongoing-response")
    assert (ongoing["state"], ongoing["published"]) == ("no-target", "NA")
    assert cli("due", *SEV4, *opened, "--metric", "ongoing-response").code == 1


def test_canonical_05_on_the_older_page(cli: "Cli") -> None:
    """On the older page, the target is 12 hours around the clock."""
    run = cli("due", *SEV4, "--opened", "2024-09-28T20:00:00+02:00")  # a Saturday
    assert (run.stdout, run.code) == ("2024-09-29T08:00:00+02:00\n", 0)


# -- HiveMQ ----------------------------------------------------------------------------------------


def test_hivemq_01(cli: "Cli") -> None:
    """Extended support, priority 1, escalated by phone on Saturday 2024-07-06 12:00 CEST."""
    run = cli(
        "due", "--policy", "hivemq", "--plan", "extended", "--priority", "P1",
        "--channel", "phone", "--opened", "2024-07-06T12:00:00+02:00",
    )  # fmt: skip
    assert (run.stdout, run.code) == ("2024-07-06T16:00:00+02:00\n", 0)


# -- targets whose deadlines depend on opening hours -----------------------------------------------

TARGETS = {
    "redhat-01": (
        ("--policy", "redhat", "--plan", "standard", "--priority", "sev1",
         "--fact", "region=north-america", "--opened", "2024-08-30T17:45:00-04:00"),
        "1 business hour",
    ),
    "redhat-02": (
        ("--policy", "redhat", "--plan", "premium", "--priority", "sev3",
         "--fact", "region=elsewhere", "--opened", "2024-03-28T15:30:00+00:00"),
        "4 business hours",
    ),
    "canonical-01": (
        ("--policy", "canonical", "--plan", "weekday", "--priority", "sev2",
         "--opened", "2024-10-09T13:00:00+02:00"),
        "8 business hours",
    ),
    "canonical-02": (
        ("--policy", "canonical", "--plan", "weekday", "--priority", "sev2",
         "--opened", "2024-09-25T13:00:00+02:00"),
        "8 business hours",
    ),
    "canonical-03": (
        ("--policy", "canonical", "--plan", "weekday", "--priority", "sev1",
         "--opened", "2024-10-11T22:00:00+02:00"),
        "4 business hours",
    ),
    "canonical-04": (
        ("--policy", "canonical", "--plan", "weekday", "--priority", "sev3",
         "--opened", "2024-10-07T15:00:00+02:00"),
        "12 business hours",
    ),
    "hivemq-02": (
        ("--policy", "hivemq", "--plan", "extended", "--priority", "P1", "--channel", "portal",
         "--opened", "2024-07-06T12:00:00+02:00"),
        "4 business hours",
    ),
    "hivemq-03": (
        ("--policy", "hivemq", "--plan", "extended", "--priority", "P2",
         "--opened", "2024-05-29T16:00:00+02:00"),
        "4 business hours",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "target"), TARGETS.values(), ids=TARGETS)
def test_target_over_opening_hours(arguments: tuple[str, ...], target: str, cli: "Cli") -> None:
    assert [row["target"] for row in answers(cli, "due", *arguments)] == [target]


def test_the_target_of_canonical_03_counts_whole_weekdays(cli: "Cli") -> None:
    """The target counts all hours of weekdays, not business hours, as the page states."""
    arguments, _ = TARGETS["canonical-03"]
    [row] = answers(cli, "due", *arguments)
    assert (row["hours"], row["published"]) == (
        "weekdays", "4 hours excl. weekends and holidays",
    )  # fmt: skip
