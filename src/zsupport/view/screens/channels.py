"""The screen of `channels`: how to use the channels of one case, or who may use which channel."""

from __future__ import annotations

from functools import partial

from zsupport.answer.case import NEEDS_INPUT, say, sets_priority
from zsupport.answer.channels import ChannelAnswer, ChannelAnswers
from zsupport.answer.opening import HoursAnswer
from zsupport.errors import ZsupportError
from zsupport.policy.model import DETAILS
from zsupport.report import Remark
from zsupport.report.screen import (
    NONE,
    Block,
    Heading,
    LabelledTexts,
    Matrix,
    Paragraph,
    Screen,
    section,
)
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.view.channels import recommended_first, remarks_of
from zsupport.view.notes import dimension_in_words, values_of
from zsupport.view.screens import (
    Notes,
    Setting,
    case_in_words,
    closing,
    display_names,
    not_in_force_title,
    priority_label,
    sentence,
    texts_of_calendars,
    undecided_texts,
    with_id,
)
from zsupport.view.screens.matrix import (
    Labeller,
    MatrixRow,
    column_titles,
    distinguishing,
    merged,
    values_key,
)
from zsupport.view.times import Times
from zsupport.wording import Counted, Message, enumerated, glued, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zsupport.answer.channels import ShownNumber
    from zsupport.policy.model import ChannelPriority
    from zsupport.wording import Wording

#: Prerequisites are listed in one line if none of them has more characters.
_MAX_LISTED = 40


def screen(answers: ChannelAnswers, setting: Setting) -> Screen:
    """Return a card with the channels of one case, or a matrix of cases and channels."""
    allowed = [answer for answer in answers if answer.allowed]
    if not answers.in_force:
        return section(not_in_force_title(setting)), closing(answers, setting)
    names = [name for name in answers.columns if name != "channel"]
    # A column has one value if the policy does not define its dimension, such as the role.
    if len({values_of(answer, names) for answer in answers}) <= 1:
        return _card(answers, allowed, setting)
    return _matrix(answers, allowed, setting)


def _remarks_of_card(answer: ChannelAnswer) -> list[Remark]:
    # A card states the priorities of a channel in a line of its own.
    return [remark for remark in remarks_of(answer) if remark.kind != "only"]


# -- one case -------------------------------------------------------------------------------------


class _State(NamedTuple):
    """Whether a channel is open now, and the cases that this state is for."""

    cases: str  # empty for every case
    text: str


def _card(answers: ChannelAnswers, allowed: list[ChannelAnswer], setting: Setting) -> Screen:
    revision, words = answers.revision, setting.words
    case = case_in_words(answers, setting.lang)
    if not allowed:
        notes = Notes(revision, answers.answers, setting, _remarks_of_card)
        channel = answers[0].name if len(answers) == 1 else None
        title = Heading(sentence(_refusal(case, channel, words)))
        return section(title), notes.section(), closing(answers, setting)
    listed = recommended_first(allowed)
    states, needed = _states(answers, [answer.channel for answer in listed], setting)
    omitted = undecided_texts(answers, listed[0], setting.lang) if needed else ()
    notes = Notes(revision, allowed, setting, _remarks_of_card, omitted=omitted)
    number = len(listed)
    if case:
        count = Counted("{case}: {count} channel", "{case}: {count} channels", number, case=case)
    else:
        count = Counted("{count} channel for every case", "{count} channels for every case", number)
    now = setting.times.now.replace(second=0)
    aside = f"{setting.times.short(now)} {setting.times.zone_name(now)}" if states else ""
    title = Heading(words(count), glued(aside))
    channels: list[list[Block]] = []
    for answer in listed:
        of_channel = states.get(answer.channel, [])
        aside = of_channel[0].text if len(of_channel) == 1 else ""
        name = f"{with_id(answer.name, answer.channel)}{notes.marks(answer)}"
        details = _details(answer, answers, setting, of_channel)
        channels.append([Heading(name, aside), *details])
    if all(len(blocks) == 1 for blocks in channels):
        channels = [[block for blocks in channels for block in blocks]]
    return (
        section(title, *_recommended(listed, words)),
        *(section(*blocks) for blocks in channels),
        notes.section(),
        closing(answers, setting, *needed),
    )


def _refusal(case: str, channel: str | None, words: Wording) -> str:
    """Return the title of a case that may use no channel, or not the channel of the question."""
    if channel is None:
        return words("{case}: no channel", case=case) if case else words("No channel")
    if case:
        return words("{case}: {channel} is not allowed", case=case, channel=channel)
    return words("{channel} is not allowed", channel=channel)


def _recommended(listed: list[ChannelAnswer], words: Wording) -> list[Block]:
    names = [answer.name for answer in listed if answer.recommended]
    if not names or len(listed) == 1:
        return []
    return [Paragraph(words("Recommended: {channels}", channels=in_turn(names)))]


def in_turn(names: Sequence[str]) -> Message:
    """Return names in the order of their use: `Chat, then Phone`."""
    return joined(names, Message("{first}, then {next}", first="", next=""))


def _details(
    answer: ChannelAnswer, answers: ChannelAnswers, setting: Setting, states: Sequence[_State] = ()
) -> list[Block]:
    """Return how to use a channel: address, steps, numbers, what to have ready, conditions."""
    words = setting.words
    blocks: list[Block] = [Paragraph(glued(answer.url), indent=2)] if answer.url else []
    steps = answer.steps or ()
    for number, step in enumerate(steps, 1):
        blocks.append(Paragraph(step, indent=2, marker=f"{number}." if len(steps) > 1 else ""))
    pairs = labelled_numbers(answer.numbers or (), words)
    for key, detail in DETAILS.items():
        if value := getattr(answer, key):
            pairs.append((words(detail.label), _listed(texts_of_detail(key, value, setting))))
    if answer.only_when:
        names = display_names(answers.revision, setting.lang)
        only = (glued(priority_label(id, names)) for id in answer.only_when["priority"])
        pairs.append((words("Only for"), ", ".join(only)))
    own = sets_priority(answers.revision, answer.channel)
    if own is not None and answer.allowed:
        names = display_names(answers.revision, setting.lang)
        label = glued(priority_label(own.priority, names))
        pairs.append((words("Priority"), words(set_priority(own, label))))
    if len(states) > 1:
        pairs += [(state.cases or words("Now"), state.text) for state in states]
    return [*blocks, *([LabelledTexts(tuple(pairs), indent=2)] if pairs else [])]


def texts_of_detail(key: str, value: object, setting: Setting) -> tuple[str, ...]:
    """Return the items of a list of DETAILS in an answer."""
    texts = DETAILS[key].texts(value)
    return tuple(setting.words.message(say(text, setting.lang)) for text in texts)


def set_priority(own: ChannelPriority, label: str) -> Message:
    """Return the priority that a channel sets, in words; `label` is its id or name."""
    if own.at_most:
        return Message("at most {priority}", priority=label)
    return Message("always {priority}", priority=label)


def labelled_numbers(numbers: Iterable[ShownNumber], words: Wording) -> list[tuple[str, str]]:
    """Return the numbers of a channel, each country before its first number."""
    pairs: list[tuple[str, str]] = []
    country = None
    for entry in numbers:
        label = country_in_words(entry["country"], words)
        pairs.append(("" if label == country else label, noted(entry["number"], entry["note"])))
        country = label
    return pairs


def country_in_words(country: str, words: Wording) -> str:
    """Return the country of a number, from which people call it."""
    return words("any country") if country == "any" else country


def noted(number: str, note: str | None) -> str:
    """Return a number with the note about it: `+49 30 1234567 (weekdays)`."""
    return f"{glued(number)} ({note})" if note else glued(number)


def _listed(texts: tuple[str, ...]) -> str:
    """Return short texts in one line, long texts on their own lines."""
    short = all(len(text) <= _MAX_LISTED and "," not in text for text in texts)
    return ", ".join(texts) if short else "\n".join(texts)


def _states(
    answers: ChannelAnswers, channels: list[str], setting: Setting
) -> tuple[dict[str, list[_State]], list[tuple[str, str]]]:
    """Return by channel whether it is open now, and closing lines with what this depends on.

    Both are empty if the setting does not state how to ask for opening hours.
    """
    if setting.opening is None:
        return {}, []
    result = {}
    asks: dict[str, None] = {}
    for channel in channels:
        try:
            opening = setting.opening(answers.query._replace(channel=channel))
        except ZsupportError:
            continue  # such as too many cases: `hours` reports it
        asks |= dict.fromkeys(
            setting.words.message(warning.message)
            for warning in opening.warnings
            if warning.code == NEEDS_INPUT
        )
        of_channel = [
            MatrixRow(
                tuple((value,) for value in values_of(row, opening.columns)),
                (state_in_words(row, setting.times),),
            )
            for row in opening
            if row.state != "not-entitled"
        ]
        labeller = Labeller(opening.columns, of_channel, setting.words)
        by_text: dict[str, list[MatrixRow]] = {}
        for item in merged(of_channel):
            by_text.setdefault(item.cells[0], []).append(item)
        result[channel] = [
            _State(labeller.naming(items) if len(by_text) > 1 else "", text)
            for text, items in by_text.items()
        ]
    if not asks:
        return result, []
    lines = [
        setting.words("They depend on the answer to:"),
        *map(sentence, asks),
    ]
    return result, [(setting.words("Hours"), "\n".join(lines))]


def state_in_words(row: HoursAnswer, times: Times) -> str:
    """Return whether a channel is open, and until when."""
    words = times.words
    if row.state == "open":
        if row.next_close is not None:
            return words("open until {instant}", instant=times.near(row.next_close))
        always = row.windows is not None and times.ten_years_are_known
        return words("open, always") if always else words("open")
    if row.state == "closed":
        if row.next_open is not None:
            return words("closed, opens {instant}", instant=times.near(row.next_open))
        return words("closed")
    if row.state == NEEDS_INPUT:
        return words("hours depend on the customer")
    return words("hours not stated")


# -- several cases --------------------------------------------------------------------------------


def _matrix(answers: ChannelAnswers, allowed: list[ChannelAnswer], setting: Setting) -> Screen:
    names = distinguishing(answers.answers, [n for n in answers.columns if n != "channel"])
    case, words = case_in_words(answers, setting.lang), setting.words
    if not allowed:
        notes = Notes(answers.revision, answers.answers, setting, remarks_of)
        if case:
            title = words("No channel is allowed for {case}", case=case)
        else:
            title = words("No channel is allowed")
        return section(Heading(title)), notes.section(), closing(answers, setting)
    # The table does not show the hours of the channels.
    of_hours = texts_of_calendars(answers.revision, setting.lang)
    notes = Notes(
        answers.revision, allowed, setting, remarks_of,
        omitted=() if "why" in setting.stated else of_hours,
        groups=(_channel_of, *(partial(values_key, [name]) for name in names)),
    )  # fmt: skip
    channels = list(dict.fromkeys(answer.channel for answer in allowed))
    unused = dict.fromkeys(answer.channel for answer in answers if answer.channel not in channels)
    # The cell of an allowed channel has the marks of its remarks.
    cells: dict[tuple[str, ...], dict[str, str]] = {}
    heads = [f"{channel}{notes.marks_of(('channel', channel))}" for channel in channels]
    for answer in answers:
        by_channel = cells.setdefault(values_of(answer, names), {})
        by_channel[answer.channel] = notes.marks(answer) if answer.allowed else NONE
    rows = [
        MatrixRow(
            tuple((value,) for value in values),
            tuple(by_channel[channel] for channel in channels),
        )
        for values, by_channel in cells.items()
    ]
    labeller = Labeller(names, rows, setting.words)

    def labels(row: MatrixRow) -> tuple[str, ...]:
        return labeller.labels(row, lambda name, value: notes.marks_of((name, value)))

    shown = merged([row for row in rows if {*row.cells} != {NONE}])
    refused = merged([row for row in rows if {*row.cells} == {NONE}])
    columns = column_titles(names, words)
    # If a column for each channel does not fit, each case has a list of its channels.
    narrow = Matrix(
        (*columns, words("Channels")),
        tuple((*labels(row), _channels(heads, row)) for row in shown),
        values=len(names),
    )
    table = Matrix(
        (*columns, *heads),
        tuple((*labels(row), *(_cell(cell, words) for cell in row.cells)) for row in shown),
        values=len(names),
        narrow=narrow,
    )
    lines = [(words("Not entitled"), labeller.naming(refused))] if refused else []
    if unused:
        lines.append((words("In no case"), ", ".join(unused)))
    dimensions = enumerated(map(dimension_in_words, names))
    if case:
        title = words("Channels by {dimensions} for {case}", dimensions=dimensions, case=case)
    else:
        title = words("Channels by {dimensions}", dimensions=dimensions)
    return (
        section(Heading(title)),
        section(table),
        *(_instructions(answers, allowed, setting) if not {"plan", "role"} & {*names} else ()),
        notes.section(),
        closing(answers, setting, *lines),
    )


def _instructions(
    answers: ChannelAnswers, allowed: list[ChannelAnswer], setting: Setting
) -> Screen:
    """Return how to use each channel, if that is the same in all cases of the matrix."""
    of_channel: dict[str, list[list[Block]]] = {}
    for answer in recommended_first(allowed):
        details = _details(answer._replace(only_when=None), answers, setting)
        known = of_channel.setdefault(answer.channel, [])
        if details not in known:
            known.append(details)
    names = {answer.channel: answer.name for answer in allowed}
    return tuple(
        section(Heading(with_id(names[channel], channel)), *known[0])
        for channel, known in of_channel.items()
        if len(known) == 1 and known[0]
    )


def _channel_of(answer: ChannelAnswer) -> tuple[str, str]:
    return "channel", answer.channel


def _cell(marks: str, words: Wording) -> str:
    return NONE if marks == NONE else f"{words('yes')}{marks}"


def _channels(heads: list[str], row: MatrixRow) -> str:
    """Return the allowed channels of a row, each with the marks of its column and its cell."""
    pairs = zip(heads, row.cells, strict=True)
    return ", ".join(head + marks for head, marks in pairs if marks != NONE)
