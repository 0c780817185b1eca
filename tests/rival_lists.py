"""The openness lists of the two rivals (see `tests.rivals`): drafts with canaries, published versions, a planned batch."""

import datetime as dt
import io
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import (
    Batch,
    BatchStatus,
    FairnessAlert,
    Job,
    JobState,
    ListEntry,
    ListVersion,
    Offering,
    OpennessList,
    TargetUnit,
    VersionStatus,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.offerings import plain

S = VersionStatus


@dataclass
class Lists:
    """The versions by platform and state, and what the operator works on."""

    versions: dict[tuple[str, VersionStatus], UUID] = field(default_factory=dict)
    batch: UUID = field(default_factory=new_id)
    unit: UUID = field(default_factory=new_id)
    begun: UUID = field(default_factory=new_id)
    """The platform of the caller."""


def add_lists(session: Session, offerings: dict[str, Offering], canaries: dict[str, str]) -> Lists:
    """Give each platform a published version, an accepted one and a draft whose words are a canary."""
    made = Lists(begun=next(iter(offerings.values())).platform_id)
    published = Batch(number=1, title={"en": "One"}, status=BatchStatus.PUBLISHED, published_at=utc_now(),
                      content_hash="0" * 64)
    session.add_all([published, Batch(id=made.batch, title={"en": "Next"}),
                     TargetUnit(id=made.unit, target="pilot_projects", title={"en": "A pilot"}, year=2026,
                                evidence=[{"title": "A", "url": "https://a.example/"}]),
                     FairnessAlert(dimension="size", value="micro", outcome="accepted", raised_on=dt.date(2026, 11, 8),
                                   since=dt.date(2026, 10, 9), firms=9, leads=9, figure=0.1, others=0.6, ratio=0.2,
                                   p=0.0001, tests=9, is_within=True)])
    for slug, offering in offerings.items():
        job = Job(task="read_list", payload={"upload": "none.csv"}, state=JobState.DONE, finished_at=utc_now())
        session.add(job)
        session.flush()
        # A list of its own for each state, so that each step can be tried without the others.
        for number, state in enumerate((S.ACCEPTED, S.DRAFT, S.PUBLISHED), 1):
            found = OpennessList(platform_id=offering.platform_id, title={"en": "A list"}, version=number)
            version = ListVersion(id=new_id(), openness_list=found, number=number, status=state, title={"en": "A list"},
                                  note=canaries[slug] if state == S.DRAFT else "",
                                  valid_through=dt.date(2099, 1, 1))
            content = plain(offering.content)
            version.entries = [ListEntry(external_id=offering.external_id, offering_id=offering.id, content=content,
                                         base=content)]
            session.add(version)
            version.batch_id = made.batch if state == S.ACCEPTED else None
            session.flush()
            if state == S.PUBLISHED:
                version.batch = published
                version.seal(slug, utc_now())
            version.import_id = job.id if state == S.DRAFT else None
            made.versions[slug, state] = version.id
    session.flush()
    return made


NUMBER = 3
"""The number of the published versions."""
STEPS = {S.ACCEPTED: "return", S.DRAFT: "submit", S.PUBLISHED: "submit"}


def sent(endpoint: str, version: ListVersion | None, lists: Lists, file: bytes) -> list[dict]:
    """Return what forms send to a page about lists, batches and records."""
    name = endpoint.partition(".")[2]
    seen = f"{version.edits}-{version.status}" if version else ""
    return {
        "begin": [{"platform": str(lists.begun), "start": "open"}],
        "describe": [{"title_en": "Called anew", "note": "New"}],
        "choose": [{"entry": ["vibration"]}, {"refresh": "1"}],
        "read_file": [{"file": (io.BytesIO(file), "list.csv")}],
        "take": [{"how": "leave"}],
        "step": [{"step": STEPS[version.status], "seen": seen, "why": "Words"}] if version else [{"step": "submit"}],
        "plan": [{"title_en": "A batch"}],
        "arrange": [{"title_en": "A batch", "version": [str(lists.versions["qinghe", S.ACCEPTED])]}, {"drop": "1"}],
        "publish": [{"stop": "1"}, {"now": "1"}],
        "add": [{"target": "pilot_projects", "title_en": "Another", "year": "2026"}],
        "decide": [{"step": "verify"}, {"step": "withdraw", "why": "Words"}],
    }.get(name, [{}])
