"""The headline of `advise`: its sentences, its order, what it assumes, and other languages."""

from datetime import UTC, datetime

import pytest
from conftest import Cli

import zsupport
from zsupport.advise.advice import AdviceAnswers
from zsupport.advise.summary import Notation, summary
from zsupport.clock.zones import zone
from zsupport.library import Policy
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision
from zsupport.report import Terminal
from zsupport.report.screen import render_screen
from zsupport.view.screens import Setting
from zsupport.view.screens.advise import screen
from zsupport.view.times import Times
from zsupport.wording import ENGLISH, Language, Message, Wording

#: A Monday, 12:00 in Oslo.
AT = datetime(2026, 11, 23, 11, tzinfo=UTC)
OFFICE = "hours: {office: {timezone: Europe/Oslo, open: mon-fri 09:00-17:00}}\n"
CLOSED = OFFICE.replace("mon-fri", "tue-fri")


#: Norwegian sentences with their own word order.
SENTENCES = {
    "Try {channel} first, then {action}": "Prøv {channel} først. Hjelper ikke det, {action}",
    "call {number}": "ring {number}",
    "{action} and have your {things} ready": "{action}, og ha dette klart: {things}",
    "{names} and {last}": "{names} og {last}",
    "Expect the {metric} by {instant}, {time}.": "Senest {instant}, {time}, får du {metric}.",
    "first response": "første svar",
    "within {time}": "innen {time}",
}


class Norwegian(Language):
    """A language with only these sentences."""

    code = "nb"

    def text(self, template: str) -> str:
        return SENTENCES.get(template, template)


def advice_of(text: str, **case: str) -> AdviceAnswers:
    plans = "" if "plans:" in text else "plans: {basic: Basic}\n"
    lines = f"format: 1\npolicy: p\ntimezone: Europe/Oslo\n{plans}{text}"
    revision = load_revision(SourceFile("p.yaml", lines.encode(), "", "p.yaml"))
    return Policy((revision,)).advise(**case, at=AT)  # type: ignore[arg-type]


def shown(answers: AdviceAnswers, language: Language = ENGLISH, lang: str = "en") -> str:
    words = Wording(language, lambda field, *value: f"--{field}")
    setting = Setting(Times(zone("Europe/Oslo"), AT, words=words), lang, words=words)
    return render_screen(screen(answers, setting), Terminal(100))


def headline(answers: AdviceAnswers, language: Language = ENGLISH, lang: str = "en") -> str:
    """Return the sentences at the top of the screen in one line."""
    top = shown(answers, language, lang).lstrip("\n").partition("\n\n")[0]
    return " ".join(top.replace("\u00a0", " ").split())


def contact(channel: str, more: str = "") -> str:
    """Return a policy with one channel that everybody may use."""
    return f"channels: {{main: {channel}}}\nentitlements: [{{allow: main}}]\n{more}"


NUMBER = "{name: Phone, kind: phone, numbers: {NO: +47 22 33 44 55}}"
NO_ADDRESS = "the policy does not state the address"
NUMBERS = "{name: Phone, kind: phone, numbers: {NO: +47 22 33 44 55, SE: +46 8 123 456}}"


@pytest.mark.parametrize(
    ("channel", "sentence"),
    [
        (NUMBER, "Call +47 22 33 44 55."),
        (NUMBERS, "Call the number for your country."),
        ("{name: Phone, kind: phone}", "Call support; the policy does not state the number."),
        (
            '{name: E-mail, kind: email, url: "mailto:help@example.com"}',
            "Send an email to help@example.com.",
        ),
        (
            '{name: Portal, kind: web, url: "https://example.com/help"}',
            "Use Portal (https://example.com/help).",
        ),
        ("{name: Portal, kind: web}", f"Use Portal; {NO_ADDRESS}."),
        ("{name: Email, kind: email}", f"Use Email; {NO_ADDRESS}."),
        ("{name: Email, kind: email, steps: [Use your account.]}", f"Use Email; {NO_ADDRESS}."),
        ("{name: Email, kind: email, steps: [Write to help@example.com.]}", "Use Email."),
        ("{name: Letter, kind: other}", f"Use Letter; {NO_ADDRESS}."),
        ("{name: Portal, kind: web, steps: [Log in.]}", "Use Portal."),
        (
            "{name: Chat, kind: chat, prerequisites: [Customer number, VPN]}",
            "Use Chat and have your customer number and VPN ready.",
        ),
        (
            "{name: Chat, kind: chat, prerequisites: [The serial number]}",
            "Use Chat and have the serial number ready.",
        ),
        (
            '{name: Chat, kind: chat, prerequisites: ["Log in: use the app.", Your name]}',
            "Use Chat; have ready: Log in: use the app; Your name.",
        ),
    ],
)
def test_the_first_sentence_states_how_to_reach_support(channel: str, sentence: str) -> None:
    assert headline(advice_of(contact(channel))) == (
        f"{sentence} The policy does not state when to expect the first response."
    )


@pytest.mark.parametrize(
    ("channel", "hours", "sentence"),
    [
        (NUMBER, OFFICE, "Call +47 22 33 44 55 now."),
        (NUMBER, CLOSED, "Call +47 22 33 44 55 from Tue 24 Nov 2026, 09:00 CET on."),
        ("{name: Portal, kind: web}", OFFICE, f"Use Portal now; {NO_ADDRESS}."),
        # People can write outside the hours.
        (
            "{name: Portal, kind: web}", CLOSED,
            f"Use Portal; its hours begin Tue 24 Nov 2026, 09:00 CET; {NO_ADDRESS}.",
        ),
    ],
)  # fmt: skip
def test_the_first_sentence_states_when_the_channel_is_open(
    channel: str, hours: str, sentence: str
) -> None:
    policy = contact(channel, hours).replace("allow: main", "allow: main, hours: office")
    assert headline(advice_of(policy)).startswith(sentence)


def test_an_open_channel_is_the_alternative_to_a_recommended_channel_that_is_closed() -> None:
    policy = (
        f"channels: {{main: {NUMBER}, portal: {{name: Portal, kind: web}}}}\n"
        "entitlements: [{allow: main, hours: office}, {allow: portal}, {recommend: main}]\n"
    )
    assert headline(advice_of(policy + CLOSED)).startswith(
        "Call +47 22 33 44 55 from Tue 24 Nov 2026, 09:00 CET on, or use Portal;"
    )


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("4h 24x7", "Expect the first response by Mon 23 Nov 2026, 16:00 CET, within 4 h."),
        (
            "4 business hours",
            "Expect the first response by Mon 23 Nov 2026, 16:00 CET, within 4 working hours.",
        ),
        (
            "2 business days",
            "Expect the first response by Wed 25 Nov 2026, 17:00 CET, within 2 working days.",
        ),
        (
            "next business day",
            "Expect the first response by Tue 24 Nov 2026, 17:00 CET, on the next working day.",
        ),
        ("none", "The policy promises no time for the first response."),
        ("not-stated", "The policy does not state when to expect the first response."),
    ],
)
def test_the_second_sentence_states_when_to_expect_an_answer(target: str, sentence: str) -> None:
    policy = contact(NUMBER, f"{OFFICE}targets: [{{first-response: {target}, hours: office}}]\n")
    assert headline(advice_of(policy)).endswith(sentence)


@pytest.mark.parametrize(
    ("metric", "sentence"),
    [
        ("{id: reply}", "Expect the reply by Mon 23 Nov 2026, 16:00 CET, within 4 h."),
        # A name of the policy can be in any language.
        ("{id: reply, name: Svar}", "Svar: by Mon 23 Nov 2026, 16:00 CET, within 4 h."),
    ],
)
def test_other_metrics_are_named(metric: str, sentence: str) -> None:
    policy = contact(NUMBER, f"metrics: [{metric}]\ntargets: [{{reply: 4h}}]\n")
    assert headline(advice_of(policy)).endswith(sentence)


ASSUMING = """\
channels:
  web: {name: Portal, kind: web}
  chat: {name: Chat, kind: chat}
  phone: {name: Phone, kind: phone}
facts:
  outage: {ask: "Is there an outage?", default: false}
  vip: {ask: "Is the customer a VIP?", default: false}
  colour: {ask: "Which colour?", values: {red: Red, blue: Blue}, default: red}
entitlements:
  - {allow: web}
  - {when: {outage: true}, allow: phone}
  - {when: {vip: true}, allow: chat}
"""


def test_assumed_facts_are_below_the_sentences_with_the_option_that_changes_them() -> None:
    assert headline(advice_of(ASSUMING)).endswith(
        "The policy does not state when to expect the first response."
        " This assumes outage=false and vip=false (change with --fact)."
    )


def test_facts_that_change_nothing_and_stated_facts_are_not_assumed() -> None:
    answers = advice_of(ASSUMING, fact={"vip": "true"})  # type: ignore[arg-type]
    assert headline(answers).endswith("This assumes outage=false (change with --fact).")
    both = advice_of(ASSUMING, fact={"vip": "true", "outage": "false"})  # type: ignore[arg-type]
    assert "This assumes" not in shown(both)
    assert "colour" not in shown(advice_of(ASSUMING))


HELP = """\
channels:
  docs: {name: Manual, kind: self-service}
  web: {name: Portal, kind: web}
entitlements:
  - allow: [docs, web]
  - recommend: [docs, web]
"""


@pytest.mark.parametrize(
    ("recommended", "heading", "first"),
    [
        ("recommend: [docs, web]", "First, try self-service", True),
        ("recommend: docs", "First, try self-service", True),
        ("recommend: [web, docs]", "Self-service can also help", False),
        ("recommend: web", "Self-service can also help", False),
    ],
)
def test_self_help_comes_first_if_the_policy_recommends_it_first(
    recommended: str, heading: str, first: bool
) -> None:
    answers = advice_of(HELP.replace("recommend: [docs, web]", recommended))
    text = shown(answers)
    assert (text.index(f"  {heading}\n") < text.index("  1. Portal")) is first
    start = "Try Manual first, then use Portal;" if first else "Use Portal;"
    assert headline(answers).startswith(start)


def test_self_help_without_a_contact_is_the_advice() -> None:
    policy = HELP.replace("[docs, web]", "docs")
    assert headline(advice_of(policy)) == (
        "Use Manual: contact with support is not included in this case."
        " No change of the case would include contact with support."
    )
    assert "\n  Try self-service\n" in shown(advice_of(policy))


def test_a_channel_of_a_retired_plan_only_is_not_called_impossible() -> None:
    policy = (
        "plans: {new: New, old: {name: Old, retired: 2024-01-01}}\n"
        "channels: {web: {name: Portal, kind: web}, chat: {name: Chat, kind: chat}}\n"
        "entitlements: [{allow: web}, {when: {plan: old}, allow: chat}]\n"
    )
    assert "Chat   not included in any plan that is still sold" in shown(
        advice_of(policy, plan="new")
    )


def test_the_nearest_revision_is_stated_once_if_none_is_in_force(cli: Cli) -> None:
    case = ("advise", "--plan", "free", "--role", "user", "--at", "2019-01-01T00:00Z")
    run = cli(*case, "--format", "table")
    assert run.stdout.startswith(
        "\n  No revision of the policy is in force at that moment.\n"
        "  The nearest revision is in force from 2020-01-01.\n"
    )
    assert run.stdout.count("nearest revision") == 1
    assert run.code == 1


ZOOM = {"plan": "business", "role": "admin"}
FACTS = {"impact": "down", "workaround": "false"}


def test_sentences_can_have_another_word_order_in_another_language() -> None:
    answers = zsupport.load("zoom").advise(**ZOOM, fact=FACTS, at=AT, lang="nb")
    assert headline(answers, Norwegian(), "nb") == (
        "Prøv Hjelpesenter først. Hjelper ikke det, ring +1.888.799.9666 ext. 2, og ha dette klart:"
        " personlig møte-ID og vertsnøkkel."
        " Senest Mon 23 Nov 2026, 13:00 CET, innen 1 h, får du første svar."
    )


def test_texts_in_another_language_than_the_sentences_are_listed() -> None:
    # The program writes English if it has no texts in the language of the policy.
    answers = zsupport.load("zoom").advise(**ZOOM, fact=FACTS, at=AT, lang="nb")
    assert headline(answers, ENGLISH, "nb").startswith(
        "Try Hjelpesenter first, then call +1.888.799.9666 ext. 2;"
        " have ready: Personlig møte-ID; Vertsnøkkel."
    )


def test_summary_in_answers_is_english_and_can_be_translated(cli: Cli) -> None:
    answers = zsupport.load("zoom").advise(**ZOOM, fact=FACTS, at=AT)
    sentences = summary(answers, Notation(lambda instant: instant.strftime("%H:%M")))
    assert sentences == (
        "Try Help Center first, then call +1.888.799.9666 ext. 2 and have your personal meeting ID"
        " and host key ready.",
        "Expect the first response by 12:00, within 1 h.",
    )
    assert all(isinstance(text, Message) for text in answers[0].summary)
    case = ("advise", "--plan", "business", "--role", "admin", "--fact", "impact=down")
    stdout = cli(*case, "--field", "summary", "--at", "2026-11-23T11:00Z", "--lang", "nb").stdout
    assert stdout == (
        "Try Hjelpesenter first, then call +1.888.799.9666 ext. 2; have ready: Personlig møte-ID;"
        " Vertsnøkkel.\n"
        "Expect the first response by Mon 23 Nov 2026, 12:00 UTC, within 1 h.\n"
    )


def test_names_in_the_headline_follow_the_language(cli: Cli) -> None:
    case = ("advise", "--plan", "business", "--role", "admin", "--fact", "impact=down")
    shown = cli(*case, "--at", "2026-11-23T11:00Z", "--lang", "nb", "--format", "table").stdout
    top = " ".join(shown.lstrip("\n").partition("\n\n")[0].split())
    assert "Hjelpesenter" in top
    assert "personlig møte-ID" in top
    assert "Help Center" not in top
