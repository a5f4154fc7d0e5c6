"""Warnings about unknown or estimated holidays."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Cli


def warnings(cli: "Cli", folder: Path, holidays: str, opened: str) -> list[tuple[str, str]]:
    """Return code and message of the warnings of a deadline over hours with these holidays."""
    (folder / "desk.yaml").write_text(
        "format: 1\npolicy: desk\nplans: {pro: Pro}\n"
        "channels: {web: {name: Ticket, kind: web}}\nentitlements: [{allow: web}]\n"
        f"hours: {{office: {{open: mon-fri 09:00-17:00, holidays: {holidays}}}}}\n"
        "targets: [{hours: office, first-response: 2 business days}]\n"
    )
    arguments = ("due", "--policy", "./desk.yaml", "--opened", opened, "--format", "json")
    document = json.loads(cli(*arguments, cwd=folder).stdout)
    assert document["answers"][0]["due"] is not None
    return [(warning["code"], warning["message"]) for warning in document["warnings"]]


BEYOND = ("beyond-covers", "the holidays are known only for 2026-2027")
COVERS = '{add: ["2026-12-24"], covers: 2026-2027}'


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ("2025-12-30T10:00:00Z", [BEYOND]),  # opened before these years, due in 2026
        ("2026-01-01T10:00:00Z", []),
        ("2027-12-28T10:00:00Z", []),  # a Tuesday: due on Thursday
        ("2027-12-31T10:00:00Z", [BEYOND]),  # due in 2028
    ],
)
def test_years_that_the_list_does_not_cover(
    opened: str, expected: list[tuple[str, str]], cli: "Cli", tmp_path: Path
) -> None:
    assert warnings(cli, tmp_path, COVERS, opened) == expected


def test_holidays_that_the_library_estimates(cli: "Cli", tmp_path: Path) -> None:
    # The date of Eid al-Adha depends on the moon: estimated 2027-05-16 to 2027-05-19.
    result = warnings(cli, tmp_path, "{country: AE}", "2027-05-14T10:00:00Z")
    assert result
    assert {code for code, _ in result} == {"estimated"}
    assert any("2027-05-1" in message for _, message in result)
    assert warnings(cli, tmp_path, "{country: AE}", "2027-10-12T10:00:00Z") == []


def exchanged(day: str) -> tuple[str, str]:
    """Return the warning of an exchanged date."""
    text = f"{day} is a working day in exchange for a day off, but the policy does not state"
    return "exchanged", f"{text} its hours (`exchanged` in `holidays`)"


@pytest.mark.parametrize(
    ("holidays", "opened", "expected"),
    [
        # A Friday: due on Tuesday without Saturday, and on Monday with it.
        ("{country: CN}", "2026-10-09T10:00:00Z", [exchanged("2026-10-10")]),
        ("{country: CN}", "2026-10-12T10:00:00Z", []),
        ("{country: CN, exchanged: mon}", "2026-10-09T10:00:00Z", []),
        ("{country: CN, exchanged: ignore}", "2026-10-09T10:00:00Z", []),
        ("{country: CN, remove: 2026-10-10}", "2026-10-09T10:00:00Z", []),
        ("{country: CN, add: 10-10}", "2026-10-09T10:00:00Z", []),
        ("{country: CN, frozen: [2026-10-01]}", "2026-10-09T10:00:00Z", []),
        (
            "{frozen: [2026-10-01], frozen-exchanged: [2026-10-10]}",
            "2026-10-09T10:00:00Z",
            [exchanged("2026-10-10")],
        ),
        # A Friday in Hungary.
        ("{country: HU}", "2025-10-17T10:00:00Z", [exchanged("2025-10-18")]),
        ("{country: DE}", "2026-10-09T10:00:00Z", []),
    ],
)
def test_exchanged_days_whose_hours_the_policy_does_not_state(
    holidays: str, opened: str, expected: list[tuple[str, str]], cli: "Cli", tmp_path: Path
) -> None:
    assert warnings(cli, tmp_path, holidays, opened) == expected


def test_exchanged_days_of_the_customer(cli: "Cli", tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(
        "format: 1\npolicy: desk\nplans: {pro: Pro}\n"
        "channels: {web: {name: Ticket, kind: web}}\nentitlements: [{allow: web}]\n"
        "hours: {office: {open: mon-fri 09:00-17:00, holidays: customer}}\n"
        "targets: [{hours: office, first-response: 2 business days}]\n"
    )
    arguments = ("due", "--policy", "./desk.yaml", "--opened", "2026-10-09T10:00:00Z")
    done = cli(*arguments, "--customer-country", "CN", cwd=tmp_path)
    assert done.stdout == "2026-10-13T17:00:00Z\n"
    assert exchanged("2026-10-10")[1] in done.stderr


@pytest.mark.parametrize(
    ("opened", "years"),
    [
        ("1989-05-02T10:00:00Z", [1989]),  # the library has data for Germany from 1990
        ("2100-12-30T10:00:00Z", [2101]),  # to 2100
        ("2150-12-30T10:00:00Z", [2150, 2151]),
        ("2026-12-30T10:00:00Z", []),
    ],
)
def test_years_unknown_to_the_library(
    opened: str, years: list[int], cli: "Cli", tmp_path: Path
) -> None:
    expected = [
        ("beyond-covers", f"the public holidays of DE are not known for {year}") for year in years
    ]
    assert warnings(cli, tmp_path, "{country: DE, add: [12-24]}", opened) == expected
    # Dates that the policy lists itself do not come from the library.
    assert warnings(cli, tmp_path, '["2026-12-24"]', opened) == []
    assert warnings(cli, tmp_path, '{country: DE, frozen: ["2026-12-25"]}', opened) == []
