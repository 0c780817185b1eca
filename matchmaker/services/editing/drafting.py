"""Write offerings: begin one, copy one, save what an editor typed, keep capacity and validity up to date.

What firms have never seen is changed in place. What they have seen stays as it is, and the change waits beside it as a
revision until it is published. Capacity, and how long an offering is valid, are facts and no promises: they count at
once.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Member, Offering, OfferingMove, OfferingRevision, OfferingStatus, Side
from matchmaker.domain.actors import EDITING
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.offering_states import LIVE, side_on
from matchmaker.domain.offerings import plain, typed
from matchmaker.errors import Conflict, Forbidden, Invalid
from matchmaker.services import formats
from matchmaker.services.editing import changes
from matchmaker.storage.queries import desk as queries

Content = dict[str, Any]
A_YEAR = 365
"""Days by which one click extends the validity."""


def begin(session: Session, member: Member, platform_id: UUID, content: Content) -> Offering:
    """Begin an offering of a platform as a draft. Flushes.

    Raise `Invalid` when the platform has one of this number, `Forbidden` for somebody else's platform.
    """
    if platform_id not in member.organisations(*EDITING):
        raise Forbidden("Only the platform's own people work on its offerings.")
    member.check_standing(platform_id)
    if queries.is_taken(session, platform_id, content["external_id"]):
        raise Invalid("Another offering of yours has this number. Give this one a number of its own.")
    found = Offering(id=new_id(), platform_id=platform_id, list_id=queries.newest_list_id(session, platform_id),
                     status=OfferingStatus.DRAFT, content_hash=Offering.hash_content(content), **content)
    session.add(found)
    session.flush()
    session.add(OfferingMove(offering_id=found.id, at=utc_now(), from_state=None, to_state=OfferingStatus.DRAFT,
                             side=Side.PLATFORM, person_id=member.person_id))
    session.flush()
    return found


def copy(session: Session, member: Member, offering_id: UUID) -> Offering:
    """Begin a new offering that says what another one does, under a number of its own. Flushes."""
    source = _edited(session, member, offering_id)
    number, external_id = 2, f"{source.external_id[:190]}-2"
    while queries.is_taken(session, source.platform_id, external_id):
        number += 1
        external_id = f"{source.external_id[:190]}-{number}"
    content = source.content | {"external_id": external_id, "verified_at": None}
    return begin(session, member, source.platform_id, content)


def save(session: Session, member: Member, offering_id: UUID, content: Content, *, seen: str) -> bool:
    """Keep what an editor wrote of an offering that was seen as `seen` (see `stamp`); tell whether anything is new.

    Flushes. Raise `Conflict` when it has changed since, is in review or withdrawn, `Invalid` for a number that another
    offering has.
    """
    offering = _edited(session, member, offering_id)
    revision = queries.revision_of(session, member, offering.id, locked=True)
    check_stamp(offering, revision, seen)
    if content["external_id"] != offering.external_id and (
            offering.status in LIVE or queries.is_taken(session, offering.platform_id, content["external_id"])):
        raise Invalid("The number cannot be changed any more, or another offering of yours has it.")
    if (revision or offering).status == OfferingStatus.IN_REVIEW:
        raise Conflict("It is in review. Take it back before you change it.")
    if offering.status == OfferingStatus.WITHDRAWN:
        raise Conflict("It was withdrawn for good. Copy it to begin another.")
    if offering.status in LIVE:
        return _prepare(session, offering, revision, content)
    return revise(session, offering, content, member)


def state_capacity(session: Session, member: Member, offering_id: UUID, available: float) -> Offering:
    """State how much of an offering is free at this moment; firms see it at once. Flushes.

    Raise `Invalid` for more than there is.
    """
    offering = _edited(session, member, offering_id)
    stated = offering.capacity or {"unit": None, "maximum": None}
    if stated.get("maximum") is not None and available > stated["maximum"]:
        raise Invalid("There cannot be more free than there is: %(maximum)s.", maximum=stated["maximum"])
    if stated.get("available") == available and offering.capacity:
        return offering
    moment = utc_now().isoformat(timespec="seconds").replace("+00:00", "Z")
    capacity = {**stated, "available": available, "updated_at": moment}
    if revise(session, offering, offering.content | {"capacity": capacity}, member) and offering.status in LIVE:
        changes.catalogue_changed(session)
    return offering


def extend(session: Session, member: Member, offering_id: UUID, through: dt.date | None = None) -> Offering:
    """Confirm that an offering is still as it says, and let it be valid until `through` or for a year more. Flushes.

    One that has expired is shown again. Raise `Invalid` for a day that is over, `Conflict` for one never published.
    """
    offering = _edited(session, member, offering_id)
    if offering.status not in LIVE:
        raise Conflict("The offering has moved on; this step is not possible any more.")
    today = formats.today()
    through = through or max(today, offering.valid_through or today) + dt.timedelta(days=A_YEAR)
    if through < today:
        raise Invalid("Choose a day that is not over yet.")
    revise(session, offering, offering.content | {"valid_through": through, "verified_at": today}, member)
    if offering.status == OfferingStatus.EXPIRED:
        session.add(offering.move(OfferingStatus.PUBLISHED, member))
    changes.catalogue_changed(session)
    session.flush()
    return offering


def revise(session: Session, offering: Offering, content: Content, member: Member | None) -> bool:
    """Let an offering say `content` from now on, and keep what it said before; tell whether that is new. Flushes."""
    now = utc_now()
    before = offering.archived(now, member.person_id if member else None)
    if not offering.revise(content, now):
        return False
    session.add(before)
    session.flush()
    return True


def stamp(offering: Offering, revision: OfferingRevision | None) -> str:
    """Return how an offering stands, for a page to carry: whoever acts on another state is told what has changed."""
    beside = f"-{revision.version}-{revision.status}" if revision else ""
    return f"{offering.version}-{offering.status}{beside}"


def check_stamp(offering: Offering, revision: OfferingRevision | None, seen: str) -> None:
    """Raise `Conflict` when an offering has changed since somebody saw it as `seen`."""
    if seen != stamp(offering, revision):
        raise Conflict("The offering has changed since you opened it. Look at it again, then decide.")


def merged(offering: Offering, revision: OfferingRevision | None) -> Content:
    """Return what an offering says with the change that is being prepared."""
    return offering.content | typed(revision.changes) if revision else offering.content


def _edited(session: Session, member: Member, offering_id: UUID) -> Offering:
    """Return an offering of the member's platform, locked; raise `Forbidden` to an operator, who does not edit."""
    offering = queries.offering_by_id(session, member, offering_id, locked=True)
    if side_on(member, offering.platform_id) != Side.PLATFORM:
        raise Forbidden("Only the platform's own people work on its offerings.")
    member.check_standing(offering.platform_id)
    return offering


def _prepare(session: Session, offering: Offering, revision: OfferingRevision | None, content: Content) -> bool:
    """Keep what differs from the offering as the change being prepared; where nothing differs, there is none."""
    now, wanted = plain(offering.content), plain(content)
    changed = {name: value for name, value in wanted.items() if value != now[name]}
    if changed == (revision.changes if revision else {}):
        return False
    if not changed and revision:
        session.delete(revision)
    elif revision:
        known = {name: revision.base.get(name, now[name]) for name in changed}
        revision.changes, revision.base, revision.changed_at = changed, known, utc_now()
    else:
        session.add(OfferingRevision(offering_id=offering.id, offering=offering, changes=changed,
                                     base={name: now[name] for name in changed}))
    session.flush()
    return True
