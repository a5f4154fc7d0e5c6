"""Policies as Python values: load one, ask it. The command line is a thin shell over this."""

import os
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from zsupport.answer.case import Answers, settle
from zsupport.clock.instants import from_datetime, local_date, to_datetime
from zsupport.clock.zones import zone
from zsupport.errors import InvalidPolicy, UsageError
from zsupport.findings import Finding
from zsupport.policy import compiled
from zsupport.policy.files import SourceFile
from zsupport.policy.find import Found, find
from zsupport.policy.model import Revision


class Policy(NamedTuple):
    """A support policy: its revisions in order of their first day."""

    revisions: tuple[Revision, ...]

    @property
    def id(self) -> str:
        """The policy's id."""
        return self.revisions[0].policy

    def revision_at(self, at: datetime) -> tuple[Revision, bool]:
        """Return the revision that answers at a moment, and whether it is in force.

        The clock definition, rule 16: a revision starts on its first day, a local date in the
        policy's zone; the next one ends it, and its last day is still its own. Where none is in
        force it is the nearest one, for the names it knows.
        """
        date = local_date(from_datetime(at), zone(self.revisions[0].timezone)).isoformat()
        started = [each for each in self.revisions if each.start is None or each.start <= date]
        if not started:
            return self.revisions[0], False
        latest = started[-1]
        return latest, latest.last_day is None or date <= latest.last_day

    def channels(
        self,
        *,
        plan: str | None = None,
        role: str | None = None,
        channel: str | None = None,
        priority: str | None = None,
        facts: Mapping[str, str] | None = None,
        at: datetime | None = None,
        lang: str = "en",
    ) -> Answers:
        """Answer which channels may be used; what is left out is asked about.

        `at` is an aware datetime, the clock's now when left out. Raises UsageError for unknown
        names and ValueError for a naive datetime.
        """
        from zsupport.answer.channels import answer_channels

        revision, in_force = self.revision_at(at or _now())
        query = settle(
            revision, plan=plan, role=role, channel=channel, priority=priority, facts=facts
        )
        return answer_channels(revision, query, in_force=in_force, lang=lang)

    def due(
        self,
        *,
        plan: str | None = None,
        role: str | None = None,
        channel: str | None = None,
        priority: str | None = None,
        facts: Mapping[str, str] | None = None,
        metric: str | Sequence[str] = (),
        opened: datetime | None = None,
        at: datetime | None = None,
        customer_zone: str | None = None,
        customer_country: str | None = None,
        lang: str = "en",
    ) -> Answers:
        """Answer when what is promised is due; what is left out is asked about.

        `metric` is the policy's first unless given; `all` asks for each. `opened` is when the
        clock started (default: `at`) and selects the revision; `at` is the moment as of which
        states are given (default: now). Both are aware datetimes; the answers' are in UTC.
        Raises UsageError for unknown names and ValueError for a naive datetime.
        """
        from zsupport.answer.due import Moment, answer_due, settle_metrics

        at = at or _now()
        opened = opened or at
        revision, in_force = self.revision_at(opened)
        query = settle(
            revision, plan=plan, role=role, channel=channel, priority=priority, facts=facts
        )
        wanted = (metric,) if isinstance(metric, str) else tuple(metric)
        metrics = settle_metrics(revision, wanted)
        moment = Moment(from_datetime(opened), from_datetime(at), customer_zone, customer_country)
        return answer_due(revision, query, metrics, moment, in_force=in_force, lang=lang)

    def priority(
        self,
        *,
        facts: Mapping[str, str] | None = None,
        at: datetime | None = None,
        lang: str = "en",
    ) -> Answers:
        """Answer which priority fits the facts; without facts: every priority, most urgent first.

        Raises UsageError for unknown names and ValueError for a naive datetime.
        """
        from zsupport.answer.priority import answer_priority, list_priorities

        revision, _ = self.revision_at(at or _now())
        if not facts:
            return list_priorities(revision, lang)
        return answer_priority(revision, settle(revision, facts=facts), lang)

    def topics(
        self,
        *,
        topic: str | None = None,
        role: str | None = None,
        at: datetime | None = None,
        lang: str = "en",
    ) -> Answers:
        """Answer which self-help resources there are, by topic and for whom.

        Raises UsageError for unknown names and ValueError for a naive datetime.
        """
        from zsupport.answer.topics import answer_topics

        revision, _ = self.revision_at(at or _now())
        return answer_topics(revision, settle(revision, role=role), topic, lang)


def load(path_or_name: "str | os.PathLike[str]", *, cache: bool = True) -> Policy:
    """Return the policy with this name, at this path, or on standard input (`-`).

    A bare word is a shipped policy; a `/` or the ending .yaml or .yml makes a path, of one file
    or of a folder with the revisions of one policy. With `cache` its compiled form is kept in
    the user's cache folder, as the environment says. Raises UsageError for an unknown name,
    PolicyError for a file that cannot be read, and InvalidPolicy with every finding in it.
    """
    return load_found(
        find(os.fspath(path_or_name)), compiled.cache_folder(os.environ) if cache else None
    )


def load_found(found: Found, cache_folder: str | None) -> Policy:
    """Return the policy that these files hold, from its compiled form where there is one."""
    key = compiled.key_of(found.files)
    revisions = compiled.read(cache_folder, key)
    if revisions is None:
        revisions = _compile(found.files)
        compiled.write(cache_folder, key, revisions)
    return Policy(revisions)


def _compile(files: tuple[SourceFile, ...]) -> tuple[Revision, ...]:
    from zsupport.policy.loader import check_revisions, load_revision

    revisions: list[Revision] = []
    findings: list[Finding] = []
    texts: dict[str, str] = {}
    for file in files:
        try:
            revisions.append(load_revision(file))
        except InvalidPolicy as invalid:
            findings += invalid.findings
            texts.update(invalid.texts)
    if findings:
        raise InvalidPolicy(findings, texts)
    ids = list(dict.fromkeys(revision.policy for revision in revisions))
    if len(ids) > 1:
        raise UsageError(
            f"the folder holds several policies: {', '.join(ids)}", "name the file of one of them"
        )
    revisions.sort(key=lambda revision: revision.start or "")
    check_revisions(revisions, {file.name: file for file in files})
    return tuple(revisions)


def _now() -> datetime:
    return to_datetime(int(time.time()))
