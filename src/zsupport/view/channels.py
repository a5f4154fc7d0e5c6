"""Reports about channels: who may use which channel, and how."""

from __future__ import annotations

from zsupport.answer.case import no_priority_reasons, records_of, say
from zsupport.answer.channels import ChannelAnswer, ChannelAnswers
from zsupport.policy.model import DETAILS
from zsupport.report import Remark, Report, Table
from zsupport.typed import TYPE_CHECKING
from zsupport.view.notes import retired, row_remarks, values_of
from zsupport.view.questions import OF_CASE, QuestionView, all_warnings, document
from zsupport.wording import Message, joined

if TYPE_CHECKING:
    from datetime import tzinfo
    from typing import Any

    from zsupport.view.explain import Explainer


#: A channel that is allowed, but not for the language of a question.
NOT_HANDLED = Message("does not handle the language")
#: How a channel handles the language of a question, if this is not certain.
_HANDLED = {
    "best-effort": Message("this language is handled with best effort"),
    "not-stated": Message("the policy does not state the languages of this channel"),
}


def show_channels(
    answers: ChannelAnswers, query: dict[str, Any], zone: tzinfo, lang: str
) -> Report:
    """Return the report; tables and plain lines list allowed channels, JSON lists all."""
    allowed = [answer for answer in answers.answers if answer.allowed]
    case_columns = [name for name in answers.columns if name != "channel"]
    records = records_of(answers.answers, zone)
    return Report(
        document("channels", answers, query, records, all_warnings(answers, lang)),
        records,
        tuple((*values_of(answer, case_columns), answer.channel) for answer in allowed),
        (_matrix(allowed, case_columns) if case_columns else _details(allowed),),
        fields=ChannelAnswer._fields,
        remarks=row_remarks(answers, allowed, lang, remarks_of),
    )


def remarks_of(answer: ChannelAnswer) -> list[Remark]:
    """Return the remarks about the priorities of a channel and about a retired plan."""
    texts = []
    if answer.only_when:
        priorities = ", ".join(answer.only_when["priority"])
        texts.append(Remark("only", Message("only for {priorities}", priorities=priorities)))
    return texts + language_remarks(answer.handled) + retired(answer.retired)


def language_remarks(handled: str | None) -> list[Remark]:
    """Return the remark that the handling of the language of a question is not certain, if so."""
    return [Remark("language", _HANDLED[handled])] if handled in _HANDLED else []


def _details(allowed: list[ChannelAnswer]) -> Table:
    """Return a table with the way to use each channel."""
    return Table(
        ("Channel", "How", "Have ready", "Hours"),
        tuple(
            (
                f"{answer.name}\n({answer.channel})",
                "\n".join(_instructions(answer)),
                "\n".join(answer.prerequisites or ()),
                answer.hours or "",
            )
            for answer in recommended_first(allowed)
        ),
    )


def recommended_first(allowed: list[ChannelAnswer]) -> list[ChannelAnswer]:
    """Return the answers, recommended channels first in the order of their rank."""
    return sorted(allowed, key=lambda answer: answer.recommended or len(allowed) + 1)


def _instructions(answer: ChannelAnswer) -> list[str]:
    lines = [answer.url] if answer.url else []
    if len(answer.steps or ()) > 1:
        lines += [f"{i}. {step}" for i, step in enumerate(answer.steps or (), 1)]
    else:
        lines += answer.steps or ()
    for number in answer.numbers or ():
        note = f" ({number['note']})" if number["note"] else ""
        lines.append(f"{number['country']}: {number['number']}{note}")
    if answer.only_when:
        lines.append(f"only for {', '.join(answer.only_when['priority'])}")
    return lines


def _matrix(allowed: list[ChannelAnswer], case_columns: list[str]) -> Table:
    """Return a table with a row for each case and its allowed channels."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for answer in allowed:
        case = values_of(answer, case_columns)
        only = f" (only {', '.join(answer.only_when['priority'])})" if answer.only_when else ""
        rows.setdefault(case, []).append(answer.channel + only)
    return Table(
        (*(name.capitalize() for name in case_columns), "Channels"),
        tuple((*case, ", ".join(channels)) for case, channels in rows.items()),
    )


def explain(answer: ChannelAnswer, why: Explainer[ChannelAnswer, None]) -> list[str]:
    """Return why the channel is allowed: its grants.

    If it is not allowed, return the conditions that do not match, and the changes that would allow
    it.
    """
    from zsupport.view.explain import case_line, case_of, condition_in_words, indented

    case = case_line(answer)
    if answer.allowed:
        head = Message("{case}: allowed", case=case)
    else:
        head = Message("{case}: not allowed", case=case)
    if lines := why.not_in_force():
        return [head, *lines]
    if answer.languages:
        texts = DETAILS["languages"].texts(answer.languages)
        listed = joined([say(text, "en") for text in texts], ", ")
        lines = [indented(Message("languages: {languages}", languages=listed))]
    if answer.handled == "no":
        decided = {reason.path for reason in answer.because}
        text = NOT_HANDLED
        places = [grant.place for grant in why.revision.grants if grant.place.path in decided]
        return [head, *lines, *(why.line(place, text) for place in places)]
    if answer.allowed:
        decided = {reason.path for reason in answer.because}
        for grant in why.deciding_grants(answer):
            matched = tuple(
                alternative for alternative in grant.when if alternative.place.path in decided
            )
            text = Message(
                "allows {channels}: {condition}",
                channels=answer.channel,
                condition=condition_in_words(matched or grant.when),
            )
            lines.append(why.line(grant.place, text))
        return [head, *lines]
    if answer.because == no_priority_reasons(why.revision):
        return [head, *why.no_priority(case_of(answer))]
    changes = why.helpful_changes(case_of(answer), [answer.channel], Message("allowed"))
    return [head, *why.denials(case_of(answer), [answer.channel]), *changes]


QUESTION = QuestionView(
    "channels", ChannelAnswer, lambda: {**OF_CASE, "language": str | None}, show_channels, explain
)
