"""What the service itself proposes to count: a published batch, and what the lists in it open."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Batch, ListVersion, TargetUnit, UnitState
from matchmaker.domain.base import new_id
from matchmaker.services.catalogue import province_of
from matchmaker.services.formats import CHINA
from matchmaker.services.targets.programme import Programme, Target, programme
from matchmaker.storage.queries import targets as queries


def from_batch(session: Session, config: Config, batch: Batch, versions: Sequence[ListVersion]) -> int:
    """Propose what a batch that was just published brings towards the targets; return how many units. Flushes.

    What was proposed before, for an earlier version of the same list, is not proposed twice.
    """
    plan = programme(config.data)
    units = [unit for target in plan.targets for unit in _units(plan, target, batch, versions)]
    known = queries.known_sources(session, {unit.source or "" for unit in units})
    new = [unit for unit in units if (unit.target, unit.source) not in known]
    session.add_all(new)
    session.flush()
    return len(new)


def _units(plan: Programme, target: Target, batch: Batch, versions: Iterable[ListVersion]) -> Iterator[TargetUnit]:
    if batch.published_at is None:
        return
    year = min(max(batch.published_at.astimezone(CHINA).year, plan.years[0]), plan.years[-1])
    decided = batch.published_at if target.state == UnitState.VERIFIED else None
    common = {"target": target.code, "state": target.state, "year": year, "decided_at": decided}
    if target.source == "batch":
        yield TargetUnit(id=new_id(), title=dict(batch.title), source=f"batch:{batch.number}", evidence=[
            _link(batch.title, f"/openness/batches/{batch.number}")], **common)
    if target.source == "entries":
        for version in versions:
            yield from _of_list(target, version, common)


def _of_list(target: Target, version: ListVersion, common: dict[str, object]) -> Iterator[TargetUnit]:
    platform = version.openness_list.platform
    page = f"/openness/lists/{platform.slug}/{version.number}"
    for entry in version.entries:
        if entry.content["kind_code"] in target.kinds:
            regions, themes = entry.content.get("regions") or [platform.region], entry.content.get("themes") or [None]
            yield TargetUnit(
                id=new_id(), title=dict(entry.content["title"]), source=_source(platform.id, entry.external_id),
                region=province_of(regions[0]) if regions[0] else None, theme=themes[0], organisation_id=platform.id,
                evidence=[_link(version.title, page)], **common)


def _source(platform_id: UUID, external_id: str) -> str:
    return f"entry:{platform_id}:{external_id}"


def _link(title: dict[str, str], url: str) -> dict[str, str]:
    return {"title": " / ".join(title.values()), "url": url}
