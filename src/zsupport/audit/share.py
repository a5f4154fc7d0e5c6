"""Shares such as 95%, and the share of met targets that each metric must reach."""

from __future__ import annotations

from zsupport.clock.problem import BadText
from zsupport.clock.problem import shown as quoted
from zsupport.clock.ratio import parse_ratio
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from zsupport.audit.summary import GroupSummary, Summary


def share_text(text: str) -> str:
    """Return a share as text with its percent sign: `95%` for `95`; other texts do not change.

    Raises BadText for a number of at most 1, which can be a percentage or a ratio.
    """
    import re
    from fractions import Fraction

    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?|\.[0-9]{1,4}", text):
        return text
    share = Fraction(text)
    if 0 < share <= 1:
        raise BadText(
            Message("{text} can be a percentage or a ratio", text=quoted(text)),
            hint=Message(
                "write `{ratio}%` or `{percent}%`",
                ratio=f"{float(share * 100):g}", percent=f"{float(share):g}",
            ),
        )  # fmt: skip
    return f"{text}%"


def parse_share(text: str) -> tuple[int, int]:
    """Return the ratio that a share states, as numerator and denominator; raise BadText."""
    share = share_text(text)
    if share in ("100%", "1/1"):
        return 1, 1
    try:
        numerator, denominator = map(int, parse_ratio(share).split("/"))
    except BadText as problem:
        raise BadText(
            Message("invalid share {text}", text=quoted(text)),
            Message("a percentage up to 100% or a ratio up to 1/1, such as 95% or 19/20"),
            problem.hint,
        ) from None
    return numerator, denominator


class RequiredShare(NamedTuple):
    """The share of met targets that each metric must reach, and the metrics that fail.

    `text` is the share as written. Metrics are `below` it if they would be with any input for the
    verdicts that need input, and `uncertain` if this input decides.
    """

    text: str
    below: tuple[GroupSummary, ...]
    uncertain: tuple[GroupSummary, ...]

    @property
    def is_reached(self) -> bool:
        """Whether each metric certainly reaches the share."""
        return not self.below and not self.uncertain


def required_share(summary: Summary, text: str) -> RequiredShare:
    """Return the metrics whose tickets meet their targets less often than a share.

    A verdict that needs input can be met, breached, or neither. A metric without a judged ticket
    is below the share only if no metric has a verdict that is judged or needs input.
    """
    numerator, denominator = parse_share(text)

    def reaches(met: int, judged: int) -> bool:
        return met * denominator >= judged * numerator

    below, uncertain = [], []
    for total in summary.totals:
        met, judged, open_verdicts = total.met, total.judged, total.needs_input
        if not reaches(met + open_verdicts, judged + open_verdicts):
            below.append(total)
        elif not reaches(met, judged + open_verdicts):
            uncertain.append(total)
    if not any(total.judged or total.needs_input for total in summary.totals):
        below = [*summary.totals]
    return RequiredShare(share_text(text), tuple(below), tuple(uncertain))
