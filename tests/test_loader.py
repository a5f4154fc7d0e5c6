"""The loader: texts, omitted keys, and targets that cannot be counted.

test_acme.py tests the whole format.
"""

from pathlib import Path

import pytest

from zsupport.errors import InvalidPolicy
from zsupport.guide import read_guide
from zsupport.library import load
from zsupport.policy.files import MAX_BYTES, SourceFile
from zsupport.policy.loader import load_revision
from zsupport.policy.model import Metric, Place, Remarks, Revision
from zsupport.policy.yamltext import MAX_DEPTH, MAX_NODES
from zsupport.sources.find import shipped_policies

FOLDER = Path(__file__).parent / "policies"
BASE = """
format: 1
policy: p
plans: {free: Free, pro: Pro, max: {name: Max, above: pro}}
channels: {web: {name: Web, kind: web}, chat: {name: Chat, kind: chat}}
entitlements: [{allow: web}]
"""


def read(text: str) -> Revision:
    return load_revision(SourceFile("p.yaml", text.encode(), "sha256:0", "p.yaml"))


def errors_in(text: str) -> list[str]:
    with pytest.raises(InvalidPolicy) as caught:
        read(text)
    return [f"{f.span.line}:{f.span.column} {f.code}" for f in caught.value.findings]


def test_omitted_keys_have_defaults() -> None:
    revision = read(BASE)
    assert revision.title == "p"
    assert revision.timezone == "UTC"
    assert (revision.start, revision.last_day) == (None, None)
    sections = (revision.roles, revision.facts, revision.priorities, revision.sources)
    assert sections == ((), (), (), ())
    assert revision.hours == {}
    assert revision.rules == ()
    assert revision.targets_place is None
    assert revision.commitments == ()
    assert revision.terms == ()
    assert revision.self_help is None
    assert revision.business_day == "close"
    assert revision.languages == ()
    # Without the section there is one metric: first-response.
    (metric,) = revision.metrics
    assert (metric.id, metric.starts, metric.pauses, metric.warn) == (
        "first-response", "opened", None, None,
    )  # fmt: skip
    calendar = read(BASE + "hours: {h: {open: mon 09:00-17:00}}").hours["h"][0]
    assert calendar.timezone is None
    assert calendar.holidays is None
    assert not calendar.by_start_date
    assert not calendar.apply_holidays


@pytest.mark.parametrize(
    "text",
    ["17:00", "9:00", "no", "yes", "on", "null", "~", "010", "0x10", "1.10", "1e3", "1_000", "-4",
     "+4721545000", "2026-05-17", "2026-05-17T10:00:00Z", ".inf", ".nan", "12:30:45", "0o7", "true",
     "=", "no # comment", "it's", "a: b", "{x}", "æøå", "日本語", "\N{GRINNING FACE}"],
)  # fmt: skip
def test_text_is_unchanged(text: str) -> None:
    plain = text.partition(" #")[0]
    quoted = "'" + plain.replace("'", "''") + "'"
    if ": " not in text and text[0] != "{":
        assert read(BASE + f"title: {text}\n").title == plain
        assert read(BASE + f"title: {{en: {text}\n  }}\n").title == {"en": plain}
    assert read(BASE + f"title: {quoted}\n").title == plain


def test_ids_are_unchanged() -> None:
    plans = "plans: {no: A, 010: B, 1.10: C, 2026-01-01: D, true: E, null: F, 8x5: G, 1e3: H}"
    revision = read(
        BASE.replace("plans: {free: Free, pro: Pro, max: {name: Max, above: pro}}", plans)
    )
    assert [plan.id for plan in revision.plans] == [
        "no", "010", "1.10", "2026-01-01", "true", "null", "8x5", "1e3",
    ]  # fmt: skip


def test_block_and_folded_texts() -> None:
    revision = read(BASE + "title: >-\n  one\n  two\nnote: |\n  three\n  four\n")
    assert revision.title == "one two"
    assert revision.remarks.note == "three\nfour\n"


def test_alias_has_the_value_of_the_anchor() -> None:
    text = BASE + (
        "hours: {a: &a {open: mon 09:00-17:00}, b: *a}\n"
        "terms: {t: [{say: &say {en: x, nb: y}}, {say: *say}]}\n"
    )
    revision = read(text)
    (first,), (second,) = revision.hours["a"], revision.hours["b"]
    assert second == first._replace(place=Place("hours.b", 7))
    assert revision.terms[1].say == {"en": "x", "nb": "y"}


def test_commitment_can_be_a_word() -> None:
    (commitment,) = read(BASE + "commitment: objective\n").commitments
    assert (commitment.when, commitment.binding) == ((), "objective")
    assert commitment.place == Place("commitment", 7)


def test_empty_condition_always_matches() -> None:
    (term,) = read(BASE + "terms: {t: [{when: {}, say: x}]}\n").terms
    (alternative,) = term.when
    assert alternative.values == {}


def test_alternatives_keep_their_remarks() -> None:
    text = BASE + (
        "sources: {page: {title: P}}\n"
        "terms:\n"
        "  t:\n"
        "    - when:\n"
        "        - {plan: free}\n"
        "        - {plan: pro, note: N, unclear: {en: U}, source: page}\n"
        "      say: x\n"
        "      unclear: V\n"
    )
    (term,) = read(text).terms
    assert [alternative.remarks for alternative in term.when] == [
        Remarks(None, None, None),
        Remarks("N", {"en": "U"}, "page"),
    ]
    assert [alternative.place for alternative in term.when] == [
        Place("terms.t[0].when[0]", 11),
        Place("terms.t[0].when[1]", 12),
    ]
    assert term.remarks == Remarks(None, "V", None)


def test_groups_can_replace_values_everywhere() -> None:
    text = BASE.replace("above: pro", "above: [lower]") + (
        "roles: {owner: Owner, user: User, guest: Guest}\n"
        "groups:\n"
        "  lower: {plan: [free, pro]}\n"
        "  higher: {plan: {not: lower}}\n"
        "  every: {plan: [higher, lower]}\n"
        "  members: {role: {not: guest}}\n"
        "  urgent: {priority: [P1, P2]}\n"
        "  live: {channel: chat}\n"
        "  bad: {state: [down, slow]}\n"
        "facts: {state: {values: {down: D, slow: S, fine: F}}}\n"
        "priorities: [{id: P1, when: {state: bad}}, {id: P2}, {id: P3}]\n"
        "targets:\n"
        "  - {when: {channel: [live, web]}, first-response: {urgent: 1h, P3: 2h}}\n"
        "  - {when: {plan: {not: higher}, priority: {not: urgent}}, first-response: 4h}\n"
        "self-help: {resources: [{name: x, kind: guide, audience: members}]}\n"
    )
    revision = read(text.replace("[{allow: web}]", "[{when: {plan: every}, allow: [web, live]}]"))
    assert revision.plans[2].above == ("free", "pro")
    assert revision.grants[0].when[0].values == {"plan": ("free", "pro", "max")}
    assert revision.grants[0].allow == ("web", "chat")
    assert revision.priorities[0].when[0].values == {"state": ("down", "slow")}
    assert revision.rules[0].when[0].values == {"channel": ("web", "chat")}
    cells = revision.rules[0].cells["first-response"]
    assert {priority: cell.target.text for priority, cell in cells.items()} == {
        "P1": "1h", "P2": "1h", "P3": "2h",
    }  # fmt: skip
    assert revision.rules[1].when[0].values == {"plan": ("free", "pro"), "priority": ("P3",)}
    assert revision.self_help is not None
    assert revision.self_help.resources[0].audience == ("owner", "user")


def test_order_is_kept_in_recommend_but_not_in_allow() -> None:
    grants = "entitlements: [{allow: [chat, web]}, {recommend: [chat, web, chat]}]"
    revision = read(BASE.replace("entitlements: [{allow: web}]", grants))
    assert revision.grants[0].allow == ("web", "chat")
    assert revision.grants[1].recommend == ("chat", "web")


def test_24x7_is_predefined() -> None:
    text = BASE + (
        "hours: {all: {any: [24x7, day]}, day: {open: mon 09:00-17:00}, list: {open: [24x7]}}\n"
        "targets:\n"
        "  - {hours: 24x7, first-response: 4h 24x7}\n"
        "  - {when: {opened: outside 24x7}, first-response: 4h}\n"
    )
    revision = read(text.replace("{allow: web}", "{allow: web, hours: 24x7}"))
    assert revision.grants[0].hours == "24x7"
    assert revision.rules[0].hours == "24x7"
    assert revision.rules[1].when[0].opened == (False, "24x7")
    assert revision.hours["all"][0].any == ("24x7", "day")
    assert revision.hours["list"][0].windows is None


HOURS = """
hours:
  day: {open: mon-fri 09:00-17:00}
  far: {timezone: Asia/Tokyo, open: mon-fri 09:00-17:00}
  always: {open: 24x7, business-days: mon-fri}
  both: {any: [day, far]}
  by-plan:
    - {when: {plan: pro}, open: 24x7}
    - {when: {plan: free}, open: mon-fri 09:00-17:00}
    - {timezone: Asia/Tokyo, open: mon-fri 09:00-17:00}
  mixed: {any: [day, by-plan]}
"""


@pytest.mark.parametrize(
    "rule",
    [
        "{hours: both, first-response: 4 business hours}",
        "{hours: both, first-response: 4h 24x7}",
        "{hours: always, first-response: next business day}",
        "{hours: by-plan, when: {plan: free}, first-response: 4 business hours}",
        "{hours: by-plan, when: {plan: {not: pro}}, first-response: 2 business days}",
        "{hours: mixed, when: [{plan: free}], first-response: 2 business days}",
        "{hours: mixed, when: {plan: max}, first-response: 4 business hours}",
        "{hours: by-plan, first-response: {target: 1 business day, hours: day}}",
        "{hours: by-plan, first-response: every week}",
        "{hours: both, first-response: 2 per week}",
        "{hours: both, first-response: not-stated}",
    ],
)
def test_target_that_can_be_counted_in_every_case_is_valid(rule: str) -> None:
    assert len(read(BASE + HOURS + f"targets: [{rule}]\n").rules) == 1


@pytest.mark.parametrize(
    "rule",
    [
        "{hours: both, first-response: ^1 business day}",
        "{hours: both, first-response: ^by 09:00 next business day}",
        "{hours: both, first-response: ^every 2 business days}",
        "{hours: always, first-response: ^4 business hours}",
        "{hours: by-plan, first-response: ^4 business hours}",
        "{hours: by-plan, when: {plan: [free, pro]}, first-response: ^30 business minutes}",
        "{hours: by-plan, when: {plan: {not: free}}, first-response: ^2 business days}",
        "{hours: mixed, when: {plan: max}, first-response: ^2 business days}",
        "{hours: 24x7, first-response: ^next business day}",
        "{first-response: {target: ^every 1 business hour, hours: 24x7}}",
    ],
)
def test_target_that_cannot_be_counted_in_some_case_is_invalid(rule: str) -> None:
    text = BASE + HOURS + f"targets:\n  - {rule}\n"
    before = text[: text.index("^")].split("\n")
    assert errors_in(text.replace("^", "")) == [f"{len(before)}:{len(before[-1]) + 1} ZS104"]


def test_the_guide_states_the_limits_of_a_file() -> None:
    limits = f"{MAX_BYTES // 2**20} MiB, {MAX_DEPTH} levels and {MAX_NODES:,} values"
    assert f"most {limits}, with aliases expanded" in read_guide("files")


def test_validity_without_dates_can_be_unclear() -> None:
    revision = read(BASE + "effective: {unclear: The page carries no date.}\n")
    assert revision.start is None
    assert revision.validity.unclear == "The page carries no date."


def test_folder_has_the_revisions_of_a_policy(tmp_path: Path) -> None:
    for name, day in (("a.yaml", "2027-01-01"), ("b.yml", "2026-01-01"), ("c.yaml", None)):
        effective = f"effective: {{from: {day}}}\n" if day else ""
        (tmp_path / name).write_text(BASE + effective)
    (tmp_path / "p_test.yaml").write_text("no: policy")
    (tmp_path / ".c.yaml").write_text("an editor's")
    (tmp_path / "notes.txt").write_text("nothing")
    policy = load(tmp_path, cache=False)
    assert [revision.start for revision in policy.revisions] == [None, "2026-01-01", "2027-01-01"]
    assert [revision.file for revision in policy.revisions] == ["c.yaml", "b.yml", "a.yaml"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_policy_of_the_tests_loads(path: Path) -> None:
    assert load(path, cache=False).revisions[0].plans


def test_the_default_metric_has_a_name_in_two_languages() -> None:
    name = {"en": "First response", "nb": "Første svar"}
    assert read(BASE).metrics == (
        Metric("first-response", name, "opened", None, None, Remarks(), Place("", 1)),
    )  # fmt: skip


@pytest.mark.parametrize("any", ["[office, 24x7]", "[24x7, office]", "[inner, office]", "[always]"])
@pytest.mark.parametrize("target", ["4 business hours", "every 2 business hours", "1 business day"])
def test_business_target_over_a_union_that_never_closes_is_invalid(any: str, target: str) -> None:
    hours = (
        "hours:\n  office: {open: mon-fri 09:00-17:00}\n  always: {open: 24x7}\n"
        f"  inner: {{any: [office, 24x7]}}\n  both: {{any: {any}}}\n"
    )
    rules = "targets: [{hours: both, first-response: TARGET}]\n"
    assert errors_in(BASE + hours + rules.replace("TARGET", target)) == ["12:41 ZS104"]
    (rule,) = read(BASE + hours + rules.replace("TARGET", "4h 24x7")).rules
    assert rule.cells["first-response"]["*"].target.text == "4h 24x7"
    # Hours that close are valid.
    office = hours + rules.replace("hours: both", "hours: office").replace("TARGET", target)
    assert len(read(BASE + office).rules) == 1


@pytest.mark.parametrize("facts", [3, 15])
def test_hours_that_never_close_in_some_case_are_invalid(facts: int) -> None:
    names = [f"f{number}" for number in range(facts)]
    when = ", ".join(f"{name}: true" for name in names)
    text = BASE + (
        f"facts: {{{', '.join(f'{name}: {{ask: Is it?}}' for name in names)}}}\n"
        f"hours:\n  day: {{open: mon-fri 09:00-17:00}}\n  some: [{{when: {{{when}}}, any: ALSO}}, "
        "{open: mon-fri 08:00-18:00}]\n"
        "targets: [{hours: some, first-response: 4 business hours}]\n"
    )
    assert errors_in(text.replace("ALSO", "[day, 24x7]")) == ["11:41 ZS104"]
    assert len(read(text.replace("ALSO", "[day]")).rules) == 1


@pytest.mark.parametrize("grants", ["", ", {when: {plan: free}, allow: chat}"])
def test_single_grant_can_open_a_case(grants: str) -> None:
    granted = BASE.replace("{allow: web}", "{when: {plan: pro}, allow: web}" + grants)
    text = granted + HOURS + "targets:\n  - {hours: by-plan, first-response: 4 business hours}\n"
    assert errors_in(text) == ["19:38 ZS104"]
    # The calendar of another plan closes.
    closing = text.replace("{plan: pro}, allow", "{plan: max}, allow")
    assert len(read(closing).rules) == 1


def test_self_help_needs_a_channel_of_the_policy() -> None:
    assert read(BASE + "self-help: {channel: chat}\n").self_help is not None
    with pytest.raises(InvalidPolicy) as caught:
        read(BASE + "self-help: {channel: chatt}\n")
    assert [f.span for f in caught.value.findings] == [(7, 22, 7, 27)]


def test_nesting_too_deep_for_libyaml_is_reported() -> None:
    [place] = errors_in("\n\n a: " + "[" * 2000)
    assert (place.split(":")[0], place.split()[1]) == ("3", "ZS009")


def test_encoding_of_the_shortest_text_is_reported() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        load_revision(SourceFile("p.yaml", "a:".encode("utf-16-le"), "sha256:0", "p.yaml"))
    assert "UTF-16" in caught.value.findings[0].message


GRANTS = "{when: {plan: max}, allow: web}, {when: {plan: prro}, allow: web}"


@pytest.mark.parametrize("terms", ["", "terms: {t: [{when: {plan: fre}, say: x}]}\n"])
def test_invalid_grant_excludes_no_case(terms: str) -> None:
    granted = BASE.replace("{allow: web}", GRANTS)
    text = granted + HOURS
    rules = "targets:\n  - {hours: by-plan, first-response: 4 business hours}\n"
    assert "19:38 ZS104" in errors_in(text + rules + terms)
    # Without the invalid grant only the plan `max` has a grant, and its hours close.
    right = text.replace(", {when: {plan: prro}, allow: web}", "")
    assert len(read(right + rules).rules) == 1


def test_hint_suggests_elapsed_time_over_hours_in_several_time_zones() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        read(BASE + HOURS + "targets:\n  - {hours: both, first-response: 4}\n")
    assert caught.value.findings[0].hint == "write `4h 24x7` or `4 business hours`"


def test_order_of_opening_times_has_no_effect() -> None:
    times = ["mon 09:00-17:00", "tue 13:00-17:00", "tue 09:00-12:00"]
    hours = "".join(f"  h{n}: {{open: [{', '.join(times[n:] + times[:n])}]}}\n" for n in range(3))
    revision = read(f"{BASE}hours:\n{hours}")
    assert len({revision.hours[f"h{n}"][0].windows for n in range(3)}) == 1


def test_valid_policy_needs_no_comparison_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    # Suggestions take long and are only for unknown names.
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a name was compared")

    monkeypatch.setattr("difflib.get_close_matches", fail)
    for name in shipped_policies():
        assert load(name, cache=False).revisions
    with pytest.raises(AssertionError, match="a name was compared"):
        read("format: 1\npolicy: acme\nplanz: {pro: Pro}\n")
