"""The last step of an import: the rows that were read become offerings, in the caller's one transaction."""

import hashlib
import re
import unicodedata
from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.domain import (
    Job,
    JobRow,
    Offering,
    OfferingMove,
    OfferingStatus,
    OpennessList,
    Organisation,
    OrganisationRole,
    Service,
    Side,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.offerings import typed
from matchmaker.i18n import language_of
from matchmaker.services import publishing
from matchmaker.services.formats import CHINA
from matchmaker.services.leads import stock
from matchmaker.storage.queries import imports as queries

READ, REFUSED = "read", "error"
NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
SERVICE = Service()


def apply(session: Session, job: Job) -> dict[str, Any]:
    """Take the read rows of `job` into the catalogue and return what became of them. Flushes.

    In a dry run, and in a strict one with refused rows, the outcomes are counted but nothing else changes.
    """
    refused = queries.outcome_counts(session, job.id).get(REFUSED, 0)
    changes = not job.payload["dry_run"] and not (job.payload["strict"] and refused)
    catalogue = _Catalogue(session, writes=changes, publishes=job.payload["publish"])
    counts: Counter[str] = Counter()
    for page in queries.pages(session, job.id, READ):
        outcomes = catalogue.take([found.content for found in page])
        counts.update(outcomes)
        _close_rows(session, job.id, [found.row for found in page], outcomes)
    touched = changes and (counts[NEW] or counts[CHANGED] or catalogue.published)
    index_job = publishing.queue_publish(session) if touched and job.payload["publish"] else None
    if touched:
        jobs.enqueue(session, stock.TASK)
    return {
        "rows": counts.total() + refused, NEW: counts[NEW], CHANGED: counts[CHANGED], UNCHANGED: counts[UNCHANGED],
        "refused": refused, "applied": changes, "published": catalogue.published,
        "platforms": sorted({platform.slug or "" for platform in catalogue.platforms.values()})[:1000],
        "index_job": str(index_job.id) if index_job else None,
    }


class _Catalogue:
    """The part of the catalogue that an import touches, looked up a platform at a time."""

    def __init__(self, session: Session, *, writes: bool, publishes: bool) -> None:
        self.session = session
        self.writes = writes
        self.publishes = publishes
        self.moment = utc_now()
        self.published = 0
        self.platforms: dict[str, Organisation] = {}
        self.lists: dict[UUID, OpennessList] = {}
        self.known: dict[UUID, dict[str, tuple[UUID, str, str]]] = {}

    def take(self, contents: list[dict[str, Any]]) -> list[str]:
        """Create or revise the offerings of these rows; return the outcome of each."""
        self._find_platforms({platform_key(content["platform"]): content for content in contents})
        outcomes: list[str] = []
        added: list[dict[str, Any]] = []
        revised: dict[UUID, dict[str, Any]] = {}
        shown: list[UUID] = []
        for content in contents:
            platform = self.platforms[platform_key(content["platform"])]
            offering = typed(content["offering"])
            fingerprint = Offering.hash_content(offering)
            found = self.known[platform.id].get(offering["external_id"])
            if found is None:
                outcomes.append(NEW)
                added.append(self._new(platform, offering, fingerprint))
                continue
            offering_id, known_fingerprint, status = found
            outcomes.append(UNCHANGED if fingerprint == known_fingerprint else CHANGED)
            if outcomes[-1] == CHANGED:
                revised[offering_id] = offering
            if self.publishes and self._may_show(status, offering):
                shown.append(offering_id)
        if self.writes:
            self._write(added, revised, shown)
        return outcomes

    def _write(self, added: list[dict[str, Any]], revised: dict[UUID, dict[str, Any]], shown: list[UUID]) -> None:
        if added:
            self.session.add_all(Offering(**row) for row in added)
            self.session.flush()
            self.session.add_all(self._came(row) for row in added)
        offerings = queries.offerings_by_id(self.session, [*dict.fromkeys([*revised, *shown])])
        for offering_id, content in revised.items():
            self.session.add(offerings[offering_id].archived(self.moment))
            offerings[offering_id].revise(content, self.moment)
        for offering_id in shown:
            self.session.add(offerings[offering_id].move(OfferingStatus.PUBLISHED, SERVICE, at=self.moment))
        self.session.flush()
        self.session.expunge_all()
        self.published += len(shown) + (len(added) if self.publishes else 0)

    def _new(self, platform: Organisation, content: dict[str, Any], fingerprint: str) -> dict[str, Any]:
        status = OfferingStatus.PUBLISHED if self.publishes else OfferingStatus.DRAFT
        return content | {"id": new_id(), "platform_id": platform.id, "list_id": self.lists[platform.id].id,
                          "status": status, "content_hash": fingerprint, "changed_at": self.moment}

    def _came(self, row: dict[str, Any]) -> OfferingMove:
        return OfferingMove(offering_id=row["id"], at=self.moment, from_state=None, to_state=row["status"],
                            side=Side.SERVICE)

    def _may_show(self, status: str, content: dict[str, Any]) -> bool:
        """Tell whether an offering in this state is published by its row: a draft, or one whose time was extended."""
        ends = content.get("valid_through")
        is_valid = ends is None or ends >= self.moment.astimezone(CHINA).date()
        return status == OfferingStatus.DRAFT or (status == OfferingStatus.EXPIRED and is_valid)

    def _find_platforms(self, wanted: dict[str, dict[str, Any]]) -> None:
        """Look up the platforms of these rows, by slug or name; make those that are missing, with a list each."""
        missing = {key: content for key, content in wanted.items() if key not in self.platforms}
        if not missing:
            return
        names = {name for content in missing.values() for name in _names(content["platform"])}
        for found in queries.organisations_named(self.session, names | {name.casefold() for name in names}):
            if OrganisationRole.PLATFORM in found.roles:
                for name in filter(None, (found.slug, *found.name.values())):
                    self.platforms.setdefault(name.casefold(), found)
        taken = queries.slugs(self.session)
        made: set[UUID] = set()
        for key, content in missing.items():
            known = [match for name in _names(content["platform"]) if (match := self.platforms.get(name.casefold()))]
            self.platforms[key] = known[0] if known else _new_platform(content["platform"], taken)
            if not known:
                made.add(self.platforms[key].id)
                self._add(self.platforms[key])
        self._find_lists(missing, made)

    def _find_lists(self, wanted: dict[str, dict[str, Any]], made: set[UUID]) -> None:
        self.lists |= queries.newest_lists(self.session, {self.platforms[key].id for key in wanted})
        for key, content in wanted.items():
            platform, title = self.platforms[key], content["list"]
            if platform.id not in self.lists:
                texts = {language_of(title): title} if title else dict(platform.name)
                self.lists[platform.id] = OpennessList(id=new_id(), platform_id=platform.id, title=texts,
                                                       published_at=self.moment if self.publishes else None)
                self._add(self.lists[platform.id])
            if platform.id not in self.known:
                self.known[platform.id] = {} if platform.id in made else queries.fingerprints(self.session, platform.id)

    def _add(self, thing: Organisation | OpennessList) -> None:
        if self.writes:
            self.session.add(thing)
            self.session.flush()


def platform_key(platform: dict[str, Any]) -> str:
    """Return what the rows of one platform have in common: its slug, else its name."""
    return _names(platform)[0].casefold()


def _names(platform: dict[str, Any]) -> list[str]:
    return [name for name in (platform["slug"], *(platform["name"] or {}).values()) if name]


def make_slug(name: str, taken: set[str]) -> str:
    """Return a short name for web addresses that is not in `taken`, and put it there.

    >>> make_slug("Oracle Cloud", {"oracle-cloud"}), make_slug("浙江大学", set())
    ('oracle-cloud-2', 'platform-65664474')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")
    if len(base) < 2:
        base = f"platform-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    taken.add(slug)
    return slug


def _new_platform(platform: dict[str, Any], taken: set[str]) -> Organisation:
    name = platform["name"] or {"en": platform["slug"]}
    slug = make_slug(platform["slug"] or name.get("en") or name["zh"], taken)
    return Organisation(id=new_id(), slug=slug, name=name, roles=[OrganisationRole.PLATFORM.value])


def _close_rows(session: Session, job_id: UUID, rows: list[int], outcomes: list[str]) -> None:
    """Keep the outcome of each row, and no longer its content."""
    for outcome in set(outcomes):
        of_outcome = [row for row, found in zip(rows, outcomes, strict=True) if found == outcome]
        closed = update(JobRow).where(JobRow.job_id == job_id, JobRow.row.in_(of_outcome))
        session.execute(closed.values(outcome=outcome, content=None).execution_options(synchronize_session=False))
