"""What a day off is called: by the policy, by its country, or not at all."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from holidays import country_holidays

from zsupport.clock.holidays import differing_subdivision, public_holidays
from zsupport.policy.quoting import scalar
from zsupport.policy.yamltext import MappingNode, ScalarNode, read_yaml

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


def asked(cli: "Cli", folder: Path, holidays: str, at: str, lang: str = "en") -> dict[str, str]:
    """Return the names of the holidays of the year that follows a date, by date."""
    (folder / "desk.yaml").write_text(POLICY.replace("@HOLIDAYS@", holidays))
    answer = cli(
        "hours", "office", "--policy", "./desk.yaml", "--at", f"{at}T10:00:00Z", "--lang", lang,
        "--format", "json", "--exit-zero", cwd=folder,
    )  # fmt: skip
    found = json.loads(answer.stdout)["answers"][0]["holidays"]
    return {each["date"]: each["name"] for each in found}


@pytest.mark.parametrize(
    ("holidays", "expected"),
    [
        # Without a name it is a day off, as ever.
        ("[12-24]", {"2026-12-24": "day off"}),
        ("{add: 12-24}", {"2026-12-24": "day off"}),
        ('{frozen: ["2026-12-25"]}', {"2026-12-25": "day off"}),
        ("{add: {12-24: Christmas Eve}}", {"2026-12-24": "Christmas Eve"}),
        ("{frozen: {2026-12-25: Christmas Day}}", {"2026-12-25": "Christmas Day"}),
        # What is written for one year says more than what is written for every year.
        ("{add: {2026-12-24: The eve, 12-24: An eve}}", {"2026-12-24": "The eve"}),
        ("{add: {12-24: An eve, 2026-12-24: The eve}}", {"2026-12-24": "The eve"}),
        # Someone has added it: it is called as they say, and without a name as it is called.
        ("{frozen: {2026-12-25: One}, add: {12-25: Other}}", {"2026-12-25": "Other"}),
        ("{frozen: {2026-12-25: One}, add: {2026-12-25: Other}}", {"2026-12-25": "Other"}),
        ("{frozen: {2026-12-25: One}, add: [12-25]}", {"2026-12-25": "One"}),
        ('{frozen: ["2026-12-25"], add: {12-25: Other}}', {"2026-12-25": "Other"}),
        ("{frozen: {2026-12-25: One, 2026-12-26: Two}, remove: [12-26]}", {"2026-12-25": "One"}),
    ],
)
def test_a_holiday_is_called_as_the_policy_says(
    holidays: str, expected: dict[str, str], cli: "Cli", tmp_path: Path
) -> None:
    assert asked(cli, tmp_path, holidays, "2026-11-01") == expected


def test_a_name_is_a_text_for_people(cli: "Cli", tmp_path: Path) -> None:
    named = "{add: {12-24: {en: Christmas Eve, nb: Julaften}}}"
    assert asked(cli, tmp_path, named, "2026-11-01") == {"2026-12-24": "Christmas Eve"}
    assert asked(cli, tmp_path, named, "2026-11-01", "nb") == {"2026-12-24": "Julaften"}
    assert asked(cli, tmp_path, named, "2026-11-01", "de") == {"2026-12-24": "Christmas Eve"}


def test_a_holiday_of_a_country_that_is_added_too_keeps_its_name(
    cli: "Cli", tmp_path: Path
) -> None:
    found = asked(cli, tmp_path, "{country: NO, add: [12-24, 12-25]}", "2026-12-01")
    assert (found["2026-12-24"], found["2026-12-25"]) == ("day off", "Christmas Day")


def warned(cli: "Cli", folder: Path, holidays: str) -> bool:
    """Return whether a deadline on 2027-05-16, a Sunday, is said to rest on an estimate."""
    (folder / "desk.yaml").write_text(POLICY.replace("@HOLIDAYS@", holidays))
    answer = cli("due", "--policy", "./desk.yaml", "--opened", "2027-05-16T10:00:00Z", cwd=folder)
    assert answer.code == 0
    return "(estimated)" in answer.stderr


def test_who_names_a_date_is_sure_of_it_or_says_that_it_is_estimated(
    cli: "Cli", tmp_path: Path
) -> None:
    # The feast of the sacrifice goes by the moon: 2027-05-16 by the reckoning.
    assert warned(cli, tmp_path, "{country: AE}")
    assert not warned(cli, tmp_path, '{country: AE, add: ["2027-05-16", 05-15, 05-17, 05-18]}')
    pinned = "{country: AE, frozen: {2027-05-16: @}}"
    assert warned(cli, tmp_path, pinned.replace("@", "Eid al-Adha (estimated)"))
    assert not warned(cli, tmp_path, pinned.replace("@", "Eid al-Adha"))


def test_a_name_is_no_change_for_the_customer(cli: "Cli", tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(POLICY.replace("@HOLIDAYS@", '{frozen: ["2026-12-25"]}'))
    named = POLICY.replace("@HOLIDAYS@", "{frozen: {2026-12-25: Christmas Day}}")
    (tmp_path / "new.yaml").write_text(named)
    compared = cli("diff", "new.yaml", "--against", "old.yaml", "--fail-on", "any", cwd=tmp_path)
    assert (compared.code, compared.stderr) == (0, "")
    assert compared.stdout == (
        "wording changed (not judged): hours.office\nno changes in answers; 1 case compared\n"
    )


@pytest.mark.parametrize(
    ("name", "written"),
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
def test_a_name_is_quoted_where_yaml_would_read_another(name: str, written: str) -> None:
    assert scalar(name) == written
    for text in (f"frozen:\n  2026-01-01: {written}\n", f"frozen: {{2026-01-01: {written}}}\n"):
        assert yaml.safe_load(text) == yaml.safe_load(f"frozen: {{2026-01-01: {json.dumps(name)}}}")


def test_every_name_that_the_library_gives_is_read_back() -> None:
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
def test_the_days_off_of_a_country_stand_in_their_order(country: str) -> None:
    days = list(public_holidays(country, None, 2026).days_off)
    assert len(days) > 5
    assert days == sorted(days)


def test_only_a_part_with_other_public_holidays_differs_from_its_country() -> None:
    # Bavaria has Epiphany; each part of Norway has the holidays of Norway.
    assert differing_subdivision("DE", 2026) is not None
    assert differing_subdivision("NO", 2026) is None
