"""The languages in which channels handle cases, worked out by hand from the guide."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import zsupport
from zsupport.errors import UsageError
from zsupport.policy.model import joined_languages

if TYPE_CHECKING:
    from conftest import Cli, Run

POLICY = """\
format: 1
policy: acme
plans: {free: Free, pro: {name: Pro, above: free}}
channels:
  web: {name: Web form, kind: web, languages: [en, {ja: best-effort}]}
  phone: {name: Phone, kind: phone, languages: pt-BR}
  chat: {name: Chat, kind: chat}
priorities: [{id: P1}, {id: P2}]
entitlements:
  - {when: {plan: free}, allow: web}
  - {when: {plan: pro}, allow: web, languages: [ko, ja]}
  - {when: {plan: pro}, allow: [phone, chat]}
  - {when: {plan: pro, priority: P1}, allow: [phone, chat], languages: {ja: best-effort}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.yaml").write_text(POLICY)
    return tmp_path


def ask(cli: "Cli", folder: Path, *arguments: str) -> "Run":
    return cli("channels", "--policy", "./acme.yaml", *arguments, cwd=folder)


def handled(folder: Path, **case: Any) -> dict[str, str | None]:
    policy = zsupport.load(folder / "acme.yaml", cache=False)
    return {row.channel: row.handled for row in policy.channels(**case)}


@pytest.mark.parametrize(
    ("case", "language", "expected"),
    [
        ("free P1", "en", {"web": "yes", "phone": None, "chat": None}),
        ("free P1", "ja", {"web": "best-effort", "phone": None, "chat": None}),
        ("free P1", "ko", {"web": "no", "phone": None, "chat": None}),
        # The list of the grant replaces that of the channel.
        ("pro P2", "ja", {"web": "yes", "phone": "no", "chat": "not-stated"}),
        ("pro P2", "en", {"web": "no", "phone": "no", "chat": "not-stated"}),
        # The languages of several grants are joined. One of the grants of the chat states none, and
        # neither does the channel.
        ("pro P1", "ja", {"web": "yes", "phone": "best-effort", "chat": "best-effort"}),
        ("pro P1", "de", {"web": "no", "phone": "no", "chat": "not-stated"}),
        ("pro P1", "pt", {"web": "no", "phone": "yes", "chat": "not-stated"}),
        ("pro P1", "pt-BR", {"web": "no", "phone": "yes", "chat": "not-stated"}),
        ("pro P1", "pt-PT", {"web": "no", "phone": "no", "chat": "not-stated"}),
        # Letter case has no meaning in a country.
        ("pro P1", "pt-br", {"web": "no", "phone": "yes", "chat": "not-stated"}),
        ("free P1", "en-GB", {"web": "yes", "phone": None, "chat": None}),
    ],
)  # fmt: skip
def test_each_channel_states_how_it_handles_a_language(
    case: str, language: str, expected: dict[str, str | None], folder: Path
) -> None:
    plan, priority = case.split()
    assert handled(folder, plan=plan, priority=priority, language=language) == expected


@pytest.mark.parametrize(
    ("stated", "language", "handled"),
    [
        ("pt-br", "pt-BR", "yes"), ("pt-br", "pt-PT", "no"), ("zh-hant", "zh-Hant", "yes"),
        ("ca-Valencia", "ca-valencia", "yes"),
        # `nb` and `nn` are the written forms of `no`.
        ("nb", "no", "yes"), ("no", "nn", "yes"), ("nb", "nb-NO", "yes"), ("nb", "nn", "no"),
        ("da", "no", "no"), ("nso", "no", "no"),
    ],
)  # fmt: skip
def test_forms_of_a_language(stated: str, language: str, handled: str, tmp_path: Path) -> None:
    policy = {
        "format": 1, "policy": "acme", "plans": {"pro": "Pro"}, "entitlements": [{"allow": "web"}],
        "channels": {"web": {"name": "Web form", "kind": "web", "languages": [stated]}},
    }  # fmt: skip
    (tmp_path / "acme.yaml").write_text(json.dumps(policy))
    [row] = zsupport.load(tmp_path / "acme.yaml", cache=False).channels(language=language)
    assert (row.handled, row.allowed) == (handled, handled == "yes")


def test_without_a_priority_a_channel_is_allowed_for_those_that_handle_the_language(
    folder: Path,
) -> None:
    policy = zsupport.load(folder / "acme.yaml", cache=False)
    rows = {row.channel: row for row in policy.channels(plan="pro", language="ja")}
    assert rows["phone"].only_when == {"priority": ["P1"]}
    assert (rows["phone"].allowed, rows["phone"].handled) == (True, "best-effort")
    # Without a language, the phone handles only Portuguese for every priority.
    [row] = policy.channels(plan="pro", channel="phone")
    assert [*(row.languages or ())] == [{"language": "pt-BR", "handling": "yes"}]
    assert (row.only_when, row.handled) == (None, None)


def test_a_channel_that_does_not_handle_the_language_is_not_offered(
    cli: "Cli", folder: Path
) -> None:
    run = ask(cli, folder, "--plan", "pro", "--priority", "P2", "--language", "ja")
    assert (run.stdout, run.code) == ("web\nchat\n", 0)
    assert "chat: the policy does not state the languages of this channel" in run.stderr
    run = ask(cli, folder, "--plan", "free", "--language", "ko")
    assert (run.stdout, run.code) == ("", 1)
    assert run.stderr == (
        "zsupport: not entitled: no channel that is allowed in this case handles the language"
        " `ko`\n"
    )
    run = ask(cli, folder, "--plan", "free", "--language", "ja", "-q")
    assert run.code == 0


def test_json_has_the_language_of_the_question_and_those_of_the_channel(
    cli: "Cli", folder: Path
) -> None:
    case = ("--plan", "free", "--language", "ko", "--channel", "web")
    document = json.loads(ask(cli, folder, *case, "--format", "json").stdout)
    [answer] = document["answers"]
    assert document["query"]["language"] == "ko"
    assert (answer["allowed"], answer["handled"]) == (False, "no")
    assert answer["languages"] == [
        {"language": "en", "handling": "yes"}, {"language": "ja", "handling": "best-effort"},
    ]  # fmt: skip
    assert [reason["path"] for reason in answer["because"]] == ["entitlements[0]", "channels.web"]


def test_why_names_the_languages_of_the_channel(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--plan", "free", "--channel", "web", "--why")
    assert "  languages: en, ja (best effort)" in run.stderr
    run = ask(cli, folder, "--plan", "free", "--channel", "web", "--language", "ko", "--why")
    assert "plan=free channel=web: not allowed" in run.stderr
    assert "acme.yaml:10  does not handle the language" in run.stderr


def test_screens_and_the_page_list_the_languages(cli: "Cli", folder: Path) -> None:
    card = ask(cli, folder, "--plan", "free", "--format", "table", "--lang", "nb").stdout
    assert "ja (etter beste evne)" in card
    whole = cli("policies", "./acme.yaml", "--format", "table", cwd=folder).stdout
    assert "ja (best effort)" in whole
    page = cli("publish", "./acme.yaml", "--format", "markdown", cwd=folder).stdout
    assert "- **Languages**: en, ja (best effort)" in page
    assert "languages: ko, ja" in page


#: Channels that set a priority and state their languages. Mail sets one for every case.
DESK = """\
format: 1
policy: acme
plans: {pro: Pro}
facts: {impact: {values: {down: All, part: A part, wish: Nothing}}}
channels:
  phone: {name: Phone, kind: phone, languages: en, priority: {at-most: medium}}
  mail: {name: Mail, kind: email, languages: [en, {ja: best-effort}], priority: low}
priorities:
  - {id: high, when: {impact: down}}
  - {id: medium, when: {impact: part}}
  - {id: low, when: {impact: {not: [down, part, wish]}}}
entitlements:
  - allow: [phone, mail]
  - {when: {priority: high}, allow: phone, languages: ja}
  - {when: {priority: low}, allow: mail, languages: ko}
"""


@pytest.fixture
def desk(tmp_path: Path) -> zsupport.Policy:
    (tmp_path / "acme.yaml").write_text(DESK)
    return zsupport.load(tmp_path / "acme.yaml", cache=False)


def changed(answers: Any) -> list[str]:
    return [warning.message for warning in answers.warnings if warning.code == "channel-priority"]


def test_the_grants_of_the_priority_before_a_case_is_opened_state_the_languages(
    desk: zsupport.Policy,
) -> None:
    # The phone handles Japanese for cases that are raised with high, which it then lowers.
    answers = desk.channels(channel="phone", language="ja")
    [row] = answers
    assert (row.allowed, row.handled, row.only_when) == (True, "yes", {"priority": ["high"]})
    assert row.languages == (
        {"language": "en", "handling": "yes"}, {"language": "ja", "handling": "yes"},
    )  # fmt: skip
    assert changed(answers) == ["the channel `phone` lowers the priority from high to medium"]
    # A case with medium is not handled in Japanese, although one raised with high becomes medium.
    answers = desk.channels(channel="phone", priority="medium", language="ja")
    assert [(row.allowed, row.handled) for row in answers] == [(False, "no")]
    assert changed(answers) == []


def test_a_channel_that_sets_a_missing_priority_has_its_languages(desk: zsupport.Policy) -> None:
    # `wish` leads to no priority. Mail sets low, so the grants for low apply there.
    case: dict[str, Any] = {"channel": "mail", "fact": {"impact": "wish"}}
    answers = desk.channels(**case, language="ko")
    assert [(row.allowed, row.handled) for row in answers] == [(True, "yes")]
    assert changed(answers) == ["the facts lead to no priority; the channel `mail` sets low"]
    answers = desk.channels(**case, language="de")
    [row] = answers
    assert (row.allowed, row.handled) == (False, "no")
    assert {item["language"]: item["handling"] for item in row.languages or ()} == {
        "en": "yes", "ja": "best-effort", "ko": "yes",
    }  # fmt: skip
    # The language decides, not the missing priority.
    paths = [reason.path for reason in row.because]
    assert paths == ["entitlements[0]", "entitlements[2]", "channels.mail"]
    assert changed(answers) == []
    # The phone sets no priority for it, so the language does not matter.
    [row] = desk.channels(channel="phone", fact={"impact": "wish"}, language="de")
    assert (row.allowed, row.handled, row.languages) == (False, None, None)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("jp", "write `ja`"), ("pt_BR", "write `pt-BR`"), ("english", "write `en`"),
     ("x1", "write an ISO 639 code such as nb or en")],
)  # fmt: skip
def test_an_unknown_language_is_refused(text: str, hint: str, cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--language", text)
    assert run.code == 2
    assert f"zsupport: --language: unknown language `{text}`\n  {hint}" in run.stderr
    with pytest.raises(UsageError):
        zsupport.load(folder / "acme.yaml", cache=False).channels(language=text)


def test_tests_of_a_policy_can_ask_for_a_language(cli: "Cli", folder: Path) -> None:
    (folder / "acme_test.yaml").write_text(
        "tests: 1\n"
        "policy: acme\n"
        "cases:\n"
        "  - channels: {plan: pro, priority: P2, language: ja}\n"
        "    expect: {exactly: [web, chat]}\n"
        "  - channels: {plan: free, channel: web, language: ja}\n"
        "    expect: {allowed: true, handled: best-effort}\n"
    )
    assert cli("test", cwd=folder).stdout == "2 tests: all passed\n"
    (folder / "acme.yaml").write_text(POLICY.replace("[ko, ja]", "[ko]"))
    assert "not allowed: web" in cli("test", cwd=folder).stdout.replace("missing", "not allowed")


def test_a_fact_can_be_called_language(cli: "Cli", folder: Path) -> None:
    text = POLICY.replace("channels:", "facts: {language: {values: {en: x, ja: y}}}\nchannels:", 1)
    text = text.replace("{plan: free}, allow", "{plan: free, language: en}, allow")
    (folder / "acme.yaml").write_text(text)
    (folder / "acme_test.yaml").write_text(
        "tests: 1\n"
        "policy: acme\n"
        "cases:\n"
        "  - {channels: {plan: free, language: [en]}, expect: {exactly: [web]}}\n"
        "  - {channels: {plan: free, language: ja}, expect: {exactly: []}}\n"
    )
    assert cli("test", cwd=folder).stdout == "2 tests: all passed\n"
    run = ask(cli, folder, "--plan", "free", "--fact", "language=en", "--language", "ja")
    assert run.stdout == "web\n"


@pytest.mark.parametrize(
    ("own", "of_grants", "joined"),
    [
        (None, [None], None),
        ((("en", "yes"),), [None], (("en", "yes"),)),
        ((("en", "yes"),), [(("ja", "yes"),)], (("ja", "yes"),)),
        ((("en", "yes"),), [(("ja", "yes"),), None], (("en", "yes"), ("ja", "yes"))),
        (None, [(("ja", "yes"),), None], (("ja", "yes"), ("*", "not-stated"))),
        (None, [(("ja", "best-effort"),), (("ja", "yes"),)], (("ja", "yes"),)),
        (None, [(("ja", "yes"),), (("ja", "best-effort"),)], (("ja", "yes"),)),
    ],
)
def test_languages_of_grants_are_joined(own: Any, of_grants: list[Any], joined: Any) -> None:
    assert joined_languages(own, of_grants) == joined


# -- advice ---------------------------------------------------------------------------------------


def advise(cli: "Cli", folder: Path, *arguments: str) -> "Run":
    return cli("advise", "--policy", "./acme.yaml", *arguments, cwd=folder)


def test_advice_names_only_channels_that_may_handle_the_language(cli: "Cli", folder: Path) -> None:
    run = advise(cli, folder, "--plan", "pro", "--priority", "P2", "--language", "ja")
    lines = [line.split("\t") for line in run.stdout.splitlines()]
    assert [line[1] for line in lines if line[0] == "channel"] == ["web", "chat"]
    assert [line[1] for line in lines if line[0] == "not-included"] == ["phone"]
    assert run.code == 0
    assert run.stderr == (
        "zsupport: chat: the policy does not state the languages of this channel\n"
        "zsupport: phone: does not handle the language\n"
    )
    run = advise(cli, folder, "--plan", "free", "--priority", "P2", "--language", "ja")
    assert run.stderr == "zsupport: web: this language is handled with best effort\n"


def test_advice_names_the_change_with_which_a_channel_handles_the_language(
    cli: "Cli", folder: Path
) -> None:
    case = ("--plan", "free", "--priority", "P2", "--language", "ko")
    run = advise(cli, folder, *case)
    assert run.stdout.splitlines()[:2] == [
        "summary\tNo channel that is included in this case handles the language `ko`.",
        "summary\tContact is included with plan pro.",
    ]
    assert run.code == 1
    assert run.stderr.splitlines()[-1] == (
        "zsupport: not entitled: no channel that is allowed in this case handles the language `ko`"
    )
    document = json.loads(advise(cli, folder, *case, "--format", "json").stdout)
    assert document["query"]["language"] == "ko"
    [advice] = document["answers"]
    change = [{"name": "plan", "value": "pro"}]
    english = [
        {"language": "en", "handling": "yes"}, {"language": "ja", "handling": "best-effort"},
    ]  # fmt: skip
    entries = {entry.pop("channel"): entry for entry in advice["not_included"]}
    # The phone handles Korean in no case.
    assert entries == {
        "web": {"name": "Web form", "change": change, "languages": english, "handled": "no"},
        "phone": {"name": "Phone", "change": None, "languages": None, "handled": None},
        "chat": {"name": "Chat", "change": change, "languages": None, "handled": None},
    }


def test_advice_has_the_languages_of_each_channel(folder: Path) -> None:
    policy = zsupport.load(folder / "acme.yaml", cache=False)
    (advice,) = policy.advise(plan="pro", priority="P1", language="pt")
    phone, chat = sorted(advice.channels, key=lambda entry: entry["channel"] == "chat")
    assert (phone["channel"], phone["handled"]) == ("phone", "yes")
    assert phone["languages"] == (
        {"language": "ja", "handling": "best-effort"}, {"language": "pt-BR", "handling": "yes"},
    )  # fmt: skip
    assert (chat["channel"], chat["handled"]) == ("chat", "not-stated")
    (advice,) = policy.advise(plan="free", priority="P1")
    assert advice.channels[0]["handled"] is None
    assert [item["language"] for item in advice.channels[0]["languages"] or ()] == ["en", "ja"]


def test_a_priority_is_missing_only_if_it_changes_who_handles_the_language(
    cli: "Cli", folder: Path
) -> None:
    run = advise(cli, folder, "--plan", "pro", "--language", "ja")
    assert (run.stdout, run.code) == ("missing\tpriority\n", 2)
    # The plan Free has only the web form, with the same languages for every priority.
    run = advise(cli, folder, "--plan", "free", "--language", "ja")
    assert "missing" not in run.stdout


def test_advice_refuses_an_unknown_language(cli: "Cli", folder: Path) -> None:
    run = advise(cli, folder, "--plan", "pro", "--language", "jp")
    assert (run.stdout, run.code) == ("", 2)
    assert run.stderr == "zsupport: --language: unknown language `jp`\n  write `ja`\n"
