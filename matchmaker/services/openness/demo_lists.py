"""The demo's openness lists: drafted, accepted and published as by hand, only on earlier days.

Most invented platforms have no people of their own; the operator's person enters their lists for them.
"""

import datetime as dt
import json
import tomllib
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import (
    Batch,
    ListEntry,
    ListVersion,
    Member,
    Role,
    TargetUnit,
    UnitState,
    VersionStatus,
)
from matchmaker.domain.base import new_id
from matchmaker.errors import NotFound
from matchmaker.services import demo
from matchmaker.services.formats import CHINA
from matchmaker.services.openness import batches, drafting
from matchmaker.services.openness.drafting import Start
from matchmaker.storage.queries import openness as queries
from matchmaker.storage.queries import organisations, standing
from matchmaker.storage.queries import targets as target_queries
from matchmaker.storage.queries.targets import UnitFilter

FILE = "demo_lists.toml"
Told = Mapping[str, Any]


def tell(session: Session, config: Config) -> int:
    """Let everything in ``demo_lists.toml`` happen, unless it has before; return how many lists there are. Flushes."""
    if queries.batches(session):
        return 0
    story = tomllib.loads((config.data / FILE).read_text(encoding="utf-8"))
    operator = organisations.people_with(session, Role.OPERATOR)[0]
    member = standing.member(session, operator)
    home = {entry["slug"]: entry["batch"] for entry in demo.platforms(config.data)}
    told = {(entry["platform"], entry["batch"]): entry for entry in story["version"]}
    count = 0
    for entry in story["batch"]:
        at = entry["published_at"]
        batch = batches.plan(session, entry["title"])
        slugs = sorted({slug for slug, number in home.items() if number == entry["number"]}
                       | {slug for slug, number in told if number == entry["number"]})
        for slug in slugs:
            _version(session, member, slug, told.get((slug, entry["number"]), {}), at, batch)
        session.flush()
        session.refresh(batch)
        count += batches.publish(session, batch, at, config)
    for entry in story["waiting"]:
        _version(session, member, entry["platform"], entry, at, None)
    _count(session, story["targets"])
    return count


def _version(session: Session, operator: Member, slug: str, said: Told, at: dt.datetime, batch: Batch | None) -> None:
    """Draft a version of a platform's list and submit it; one for a batch is accepted too."""
    platform = organisations.organisation_by_slug(session, slug)
    if platform is None:
        raise NotFound("The demo has no platform %(name)s.", name=slug)
    editor = Member(operator.person_id, {platform.id: frozenset({Role.LIST_EDITOR})})
    version = drafting.begin(session, editor, platform.id, Start.OPEN)
    day = at.astimezone(CHINA).date()
    drafting.describe(session, editor, version.id, {
        "title_zh": version.title.get("zh"), "title_en": version.title.get("en"), "note": said.get("note", ""),
        "response_days": said.get("response_days", version.response_days),
        "valid_through": day.replace(year=day.year + 1)})
    _differ(version, said)
    session.flush()
    session.add(version.move(VersionStatus.IN_REVIEW, editor, at=at - dt.timedelta(days=6)))
    if batch is not None:
        session.add(version.move(VersionStatus.ACCEPTED, operator, at=at - dt.timedelta(days=2)))
        version.batch = batch
    version.verified_at = day


def _differ(version: ListVersion, said: Told) -> None:
    """Let a version differ from the catalogue as the story has it."""
    without = set(said.get("without", ()))
    version.entries = [entry for entry in version.entries if entry.external_id not in without]
    by_number = {entry.external_id: entry for entry in version.entries}
    for change in said.get("change", ()):
        entry = by_number[change["entry"]]
        entry.content = entry.content | {name: value for name, value in change.items() if name != "entry"}
    for extra in said.get("extra", ()):
        content = json.loads(json.dumps(by_number[extra["like"]].content))
        content |= {name: value for name, value in extra.items() if name != "like"}
        version.entries.append(ListEntry(id=new_id(), external_id=extra["external_id"], content=content))


def _count(session: Session, story: Told) -> None:
    """Add the records of the story, and verify what the first batches brought."""
    for unit in target_queries.units(session, UnitFilter(state=UnitState.PROPOSED), limit=1000):
        if any(link["url"] in story["verified"] for link in unit.evidence):
            unit.verify()
    for entry in story["unit"]:
        session.add(TargetUnit(id=new_id(), target=entry["target"], title=entry["title"], region=entry["region"],
                               theme=entry["theme"], year=entry["year"], evidence=entry["evidence"],
                               state=UnitState(entry["state"]), why=entry.get("why", "")))
    session.flush()
