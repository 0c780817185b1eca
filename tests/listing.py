"""Functions that draft, accept and publish openness lists, for tests that need some."""

import datetime as dt

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Batch, ListVersion, Member, Organisation, Role, VersionStatus
from matchmaker.domain.base import utc_now
from matchmaker.services.openness import batches, drafting, stepping
from matchmaker.services.openness.drafting import Start
from matchmaker.services.openness.stepping import Step
from tests.making import add_person, member


def editor(session: Session, slug: str = "jianghai") -> Member:
    """Return somebody who edits a platform's lists."""
    return member(session, add_person(session, f"editor{utc_now().timestamp()}@{slug}.example", slug, Role.LIST_EDITOR))


def operator(session: Session) -> Member:
    """Return an operator."""
    return member(session, add_person(session, f"o{utc_now().timestamp()}@operator.example", "operator", Role.OPERATOR))


def draft(session: Session, who: Member, platform: Organisation, start: Start = Start.OPEN) -> ListVersion:
    """Begin a version of a platform's list."""
    return drafting.begin(session, who, platform.id, start)


def take(session: Session, who: Member, version: ListVersion, step: Step, why: str = "") -> ListVersion:
    """Take a step with a version as it is now."""
    return stepping.take(session, who, version.id, step, why=why, seen=stepping.stamp(version))


def publish(session: Session, config: Config, *versions: ListVersion, at: dt.datetime | None = None) -> Batch:
    """Submit drafts, accept them, and publish them as a batch."""
    boss = operator(session)
    for version in versions:
        if version.status == VersionStatus.DRAFT:
            take(session, Member(boss.person_id, {version.platform_id: frozenset({Role.LIST_EDITOR})}), version,
                 Step.SUBMIT)
        if version.status == VersionStatus.IN_REVIEW:
            take(session, boss, version, Step.ACCEPT)
    batch = batches.plan(session, {"zh": "一批", "en": "A batch"})
    batches.arrange(session, batch.id, batch.title, [version.id for version in versions])
    batches.publish(session, batch, at or utc_now(), config)
    return batch
