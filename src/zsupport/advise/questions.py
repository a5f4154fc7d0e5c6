"""The questions that advice asks a policy, with the moment and the customer of the case."""

from __future__ import annotations

from zsupport.answer.case import Query
from zsupport.dates import datetime
from zsupport.policy.model import Revision
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol, Unpack

    from zsupport.answer.channels import ChannelAnswers, ChannelOptions
    from zsupport.answer.due import DueAnswers
    from zsupport.answer.opening import HoursAnswers
    from zsupport.answer.terms import TermAnswers
    from zsupport.answer.topics import TopicAnswers

    class AskedPolicy(Protocol):
        """A policy that answers questions, such as `zsupport.library.Policy`."""

        revisions: tuple[Revision, ...]

        def revision_at(self, at: datetime | str | None = None) -> tuple[Revision, bool]:
            """Return the revision that answers at an instant, and whether it is in force."""

        def channels(
            self, *, plan: str | None, role: str | None, priority: str | None,
            fact: Mapping[str, str], at: datetime, **options: Unpack[ChannelOptions],
        ) -> ChannelAnswers:  # fmt: skip
            """Answer which channels a case may use."""

        def due(
            self, *, plan: str | None, role: str | None, channel: str | None,
            priority: str | None, fact: Mapping[str, str], metric: str | Sequence[str],
            opened: datetime, at: datetime, customer_tz: str | None,
            customer_country: str | None, lang: str,
        ) -> DueAnswers:  # fmt: skip
            """Answer when the targets of a case are due."""

        def hours(
            self, *, plan: str | None, role: str | None, channel: str | None,
            priority: str | None, fact: Mapping[str, str], at: datetime,
            customer_tz: str | None, customer_country: str | None, lang: str,
        ) -> HoursAnswers:  # fmt: skip
            """Answer whether the channels of a case are open."""

        def terms(
            self, *, plan: str | None, role: str | None, priority: str | None,
            fact: Mapping[str, str], at: datetime, lang: str,
        ) -> TermAnswers:  # fmt: skip
            """Answer which terms apply to a case."""

        def topics(self, *, role: str | None, at: datetime, lang: str) -> TopicAnswers:
            """Answer which self-help resources the policy has."""


class Asking(NamedTuple):
    """A policy, and what its answers depend on besides the case."""

    policy: AskedPolicy
    at: datetime
    customer_tz: str | None = None
    customer_country: str | None = None
    lang: str = "en"
    language: str | None = None  # the language in which to handle the case

    @property
    def revision(self) -> Revision:
        """The revision that answers."""
        return self.policy.revision_at(self.at)[0]

    @property
    def roles(self) -> tuple[str | None, ...]:
        """The roles of the revision; None if it has no roles."""
        return tuple(role.id for role in self.revision.roles) or (None,)

    @property
    def has_conditional_hours(self) -> bool:
        """Whether the calendar of some hours depends on the case."""
        return any(calendar.when for hours in self.revision.hours.values() for calendar in hours)

    def channels(self, case: Query) -> ChannelAnswers:
        """Answer which channels a case may use."""
        return self.policy.channels(
            plan=case.plan, role=case.role, priority=case.priority, fact=case.facts, at=self.at,
            lang=self.lang, language=self.language,
        )  # fmt: skip

    def due(self, case: Query) -> DueAnswers:
        """Answer when all targets of a case are due, if the case is opened now."""
        return self.policy.due(
            plan=case.plan, role=case.role, channel=case.channel, priority=case.priority,
            fact=case.facts, metric="all", opened=self.at, at=self.at,
            customer_tz=self.customer_tz, customer_country=self.customer_country, lang=self.lang,
        )  # fmt: skip

    def hours(self, case: Query) -> HoursAnswers:
        """Answer whether the channels of a case are open."""
        return self.policy.hours(
            plan=case.plan, role=case.role, channel=case.channel, priority=case.priority,
            fact=case.facts, at=self.at, customer_tz=self.customer_tz,
            customer_country=self.customer_country, lang=self.lang,
        )  # fmt: skip

    def terms(self, case: Query) -> TermAnswers:
        """Answer which terms apply to a case."""
        return self.policy.terms(
            plan=case.plan, role=case.role, priority=case.priority, fact=case.facts, at=self.at,
            lang=self.lang,
        )  # fmt: skip

    def topics(self, role: str | None) -> TopicAnswers:
        """Answer which self-help resources a role has."""
        return self.policy.topics(role=role, at=self.at, lang=self.lang)
