"""Names of holidays: from the policy, from the country, or `day off`."""

import json
import pickle
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from holidays import country_holidays

from zsupport.clock.holidays import HolidayName, differing_subdivision, public_holidays
from zsupport.policy.quoting import scalar
from zsupport.policy.yamltext import MappingNode, ScalarNode, read_yaml
from zsupport.sources.translations import translation
from zsupport.wording import Wording

if TYPE_CHECKING:
    from conftest import Cli

POLICY = """\
format: 1
policy: desk
plans: {pro: Pro}
channels: {web: {name: Ticket, kind: web}}
entitlements: [{allow: web, hours: office}]
hours: {office: {open: mon-sun 09:00-17:00, holidays: @HOLIDAYS@}}
targets: [{hours: office, first-response: 2 business hours}]
"""


def holiday_names(
    cli: "Cli", folder: Path, holidays: str, at: str, lang: str = "en"
) -> dict[str, str]:
    """Return the names of the holidays in the year after a date, by date."""
    (folder / "desk.yaml").write_text(POLICY.replace("@HOLIDAYS@", holidays))
    answer = cli(
        "hours", "office", "--policy", "./desk.yaml", "--at", f"{at}T10:00:00Z", "--lang", lang,
        "--format", "json", "--exit-zero", cwd=folder,
    )  # fmt: skip
    entries = json.loads(answer.stdout)["answers"][0]["holidays"]
    return {holiday["date"]: holiday["name"] for holiday in entries}


@pytest.mark.parametrize(
    ("holidays", "expected"),
    [
        # A holiday without a name is a day off.
        ("[12-24]", {"2026-12-24": "day off"}),
        ("{add: 12-24}", {"2026-12-24": "day off"}),
        ('{frozen: ["2026-12-25"]}', {"2026-12-25": "day off"}),
        ("{add: {12-24: Christmas Eve}}", {"2026-12-24": "Christmas Eve"}),
        ("{frozen: {2026-12-25: Christmas Day}}", {"2026-12-25": "Christmas Day"}),
        # The name of a single date precedes the name of a recurring day.
        ("{add: {2026-12-24: The eve, 12-24: An eve}}", {"2026-12-24": "The eve"}),
        ("{add: {12-24: An eve, 2026-12-24: The eve}}", {"2026-12-24": "The eve"}),
        # An added name precedes a frozen name. An added day without a name keeps the frozen name.
        ("{frozen: {2026-12-25: One}, add: {12-25: Other}}", {"2026-12-25": "Other"}),
        ("{frozen: {2026-12-25: One}, add: {2026-12-25: Other}}", {"2026-12-25": "Other"}),
        ("{frozen: {2026-12-25: One}, add: [12-25]}", {"2026-12-25": "One"}),
        ('{frozen: ["2026-12-25"], add: {12-25: Other}}', {"2026-12-25": "Other"}),
        ("{frozen: {2026-12-25: One, 2026-12-26: Two}, remove: [12-26]}", {"2026-12-25": "One"}),
    ],
)
def test_names_of_holidays_in_a_policy(
    holidays: str, expected: dict[str, str], cli: "Cli", tmp_path: Path
) -> None:
    assert holiday_names(cli, tmp_path, holidays, "2026-11-01") == expected


def test_name_of_a_holiday_is_translated(cli: "Cli", tmp_path: Path) -> None:
    holidays = "{add: {12-24: {en: Christmas Eve, nb: Julaften}}}"
    assert holiday_names(cli, tmp_path, holidays, "2026-11-01") == {"2026-12-24": "Christmas Eve"}
    assert holiday_names(cli, tmp_path, holidays, "2026-11-01", "nb") == {"2026-12-24": "Julaften"}
    assert holiday_names(cli, tmp_path, holidays, "2026-11-01", "de") == {
        "2026-12-24": "Christmas Eve"
    }


def test_added_holiday_of_a_country_keeps_the_name(cli: "Cli", tmp_path: Path) -> None:
    names = holiday_names(cli, tmp_path, "{country: NO, add: [12-24, 12-25]}", "2026-12-01")
    assert (names["2026-12-24"], names["2026-12-25"]) == ("day off", "Christmas Day")


def is_estimated(cli: "Cli", folder: Path, holidays: str) -> bool:
    """Return whether a deadline on 2027-05-16, a Sunday, has a warning about an estimate."""
    (folder / "desk.yaml").write_text(POLICY.replace("@HOLIDAYS@", holidays))
    answer = cli("due", "--policy", "./desk.yaml", "--opened", "2027-05-16T10:00:00Z", cwd=folder)
    assert answer.code == 0
    return "(estimated)" in answer.stderr


def test_estimated_holiday_is_a_warning_unless_the_policy_names_it(
    cli: "Cli", tmp_path: Path
) -> None:
    # The date of Eid al-Adha depends on the moon: the estimate is 2027-05-16.
    assert is_estimated(cli, tmp_path, "{country: AE}")
    assert not is_estimated(
        cli, tmp_path, '{country: AE, add: ["2027-05-16", 05-15, 05-17, 05-18]}'
    )
    pinned = "{country: AE, frozen: {2027-05-16: @}}"
    assert is_estimated(cli, tmp_path, pinned.replace("@", "Eid al-Adha (estimated)"))
    assert not is_estimated(cli, tmp_path, pinned.replace("@", "Eid al-Adha"))


def test_name_of_a_holiday_does_not_change_answers(cli: "Cli", tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(POLICY.replace("@HOLIDAYS@", '{frozen: ["2026-12-25"]}'))
    text = POLICY.replace("@HOLIDAYS@", "{frozen: {2026-12-25: Christmas Day}}")
    (tmp_path / "new.yaml").write_text(text)
    run = cli("diff", "new.yaml", "--against", "old.yaml", "--fail-on", "any", cwd=tmp_path)
    assert (run.code, run.stderr) == (0, "")
    assert run.stdout == (
        "wording changed (not judged): hours.office\nno changes in answers; 1 case compared\n"
    )


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("New Year's Day", "New Year's Day"),
        ("Constitution Day; Pentecost Monday", "Constitution Day; Pentecost Monday"),
        ("Eid al-Adha (estimated)", "Eid al-Adha (estimated)"),
        ("May 1, Labor Day", '"May 1, Labor Day"'),
        ("Day: the first", '"Day: the first"'),
        ("Day #1", '"Day #1"'),
        ("'Twas", '"\'Twas"'),
        ('The "Day"', '"The \\"Day\\""'),
        ("Day ", '"Day "'),
        ("one\ntwo", '"one\\ntwo"'),
        ("~", '"~"'),
        ("- Day", '"- Day"'),
        ("[Day]", '"[Day]"'),
    ],
)
def test_name_is_quoted_if_yaml_requires_it(name: str, quoted: str) -> None:
    assert scalar(name) == quoted
    for text in (f"frozen:\n  2026-01-01: {quoted}\n", f"frozen: {{2026-01-01: {quoted}}}\n"):
        assert yaml.safe_load(text) == yaml.safe_load(f"frozen: {{2026-01-01: {json.dumps(name)}}}")


def test_every_name_of_the_library_can_be_parsed() -> None:
    countries = ["AE", "AU", "CA", "CN", "DE", "ES", "GB", "IN", "JP", "NO", "US", "ZA"]
    names = {
        name
        for country in countries
        for name in country_holidays(country, years=[2026, 2027], language="en_US").values()
    }
    assert len(names) > 60
    for name in sorted(names):
        node, _, findings = read_yaml(f"2026-01-01: {scalar(name)}\n".encode(), "frozen.yaml")
        assert findings == []
        assert isinstance(node, MappingNode)
        value = node.by_key["2026-01-01"][1]
        assert isinstance(value, ScalarNode)
        assert value.text == name


@pytest.mark.parametrize("country", ["EG", "TR", "US"])
def test_days_off_of_a_country_are_sorted(country: str) -> None:
    days = list(public_holidays(country, None, 2026).days_off)
    assert len(days) > 5
    assert days == sorted(days)


def test_differing_subdivision_needs_different_holidays() -> None:
    # Bavaria has Epiphany. All parts of Norway have the holidays of Norway.
    assert differing_subdivision("DE", 2026) is not None
    assert differing_subdivision("NO", 2026) is None


def norwegian_screen(cli: "Cli", folder: Path, holidays: str) -> str:
    """Return the Norwegian screen of `hours` in the week of 25 December 2026."""
    (folder / "desk.yaml").write_text(POLICY.replace("@HOLIDAYS@", holidays))
    return cli(
        "hours", "office", "--policy", "./desk.yaml", "--at", "2026-12-22T10:00:00Z",
        "--format", "table", "--exit-zero", cwd=folder, env={"ZSUPPORT_LANG": "nb"},
    ).stdout  # fmt: skip


def test_public_holidays_have_their_norwegian_names_on_a_norwegian_screen(
    cli: "Cli", tmp_path: Path
) -> None:
    text = norwegian_screen(cli, tmp_path, "{country: NO, add: {12-24: Eve}}")
    assert "stengt, Første juledag" in text
    assert "Andre juledag" in text
    assert "stengt, Eve" in text  # a name of the policy
    assert "Christmas" not in text


def test_public_holidays_without_norwegian_names_have_english_names(
    cli: "Cli", tmp_path: Path
) -> None:
    assert "stengt, Christmas Day" in norwegian_screen(cli, tmp_path, "{country: DE}")


def test_name_that_the_policy_writes_for_a_public_holiday_is_not_translated(
    cli: "Cli", tmp_path: Path
) -> None:
    text = norwegian_screen(cli, tmp_path, "{country: NO, add: {12-25: Christmas Day}}")
    assert "stengt, Christmas Day" in text
    text = norwegian_screen(cli, tmp_path, "{country: NO, frozen: {2026-12-25: Christmas Day}}")
    assert "stengt, Christmas Day" in text


def test_public_holidays_have_their_norwegian_names_in_the_course_of_a_deadline(
    cli: "Cli", tmp_path: Path
) -> None:
    (tmp_path / "desk.yaml").write_text(POLICY.replace("@HOLIDAYS@", "{country: NO}"))
    text = cli(
        "due", "--policy", "./desk.yaml", "--opened", "2027-05-05T16:30:00Z", "--why",
        "--format", "table", cwd=tmp_path, env={"ZSUPPORT_LANG": "nb"},
    ).stdout  # fmt: skip
    assert "stengt, Kristi himmelfartsdag" in text


def test_json_has_the_english_names_of_public_holidays(cli: "Cli", tmp_path: Path) -> None:
    for lang in ("nb", "en"):
        names = holiday_names(cli, tmp_path, "{country: NO}", "2026-12-01", lang)
        assert names["2026-12-25"] == "Christmas Day"


def test_page_has_the_names_of_public_holidays_in_its_language(cli: "Cli", tmp_path: Path) -> None:
    for country, german in (("NO", False), ("DE", True)):
        holidays = f"{{country: {country}}}"
        (tmp_path / "desk.yaml").write_text(POLICY.replace("@HOLIDAYS@", holidays))
        page = cli(
            "publish", "./desk.yaml", "--lang", "nb", "--date", "2026-12-01", cwd=tmp_path
        ).stdout
        # A screen reader must read an English name as English.
        assert ('<span lang="en">Christmas Day</span>' in page) == german
        assert ("Første juledag" in page) != german


def test_name_of_a_public_holiday_can_be_copied() -> None:
    name = HolidayName("Christmas Day", "NO", None, date(2026, 12, 25).toordinal())
    copied = pickle.loads(pickle.dumps(name))
    assert copied == "Christmas Day"
    assert copied.worded(Wording(translation("nb"))) == "Første juledag"
    assert copied.worded(Wording()) == "Christmas Day"
