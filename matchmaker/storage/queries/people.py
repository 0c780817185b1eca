"""What is asked about people: their teams, invitations and proofs.

All of it is asked by an actor: an administrator asks about their own organisations, a person about themselves, and the
service about all. What an actor may not know of is not found.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, false, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from matchmaker.domain import (
    Absence,
    Actor,
    Identity,
    Invitation,
    Lead,
    Member,
    Membership,
    OneTimeKey,
    Organisation,
    Person,
    Purpose,
    RecoveryCode,
    Role,
    SecondStep,
    Service,
    SignIn,
)
from matchmaker.domain.leads import OPEN
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope

NO_ORGANISATION = "There is no such organisation, or you do not administer it."


def organisations_managed(session: Session, actor: Actor) -> Sequence[Organisation]:
    """Return the organisations that `actor` administers, in the order in which they joined."""
    return session.scalars(select(Organisation).where(_managed(actor, Organisation.id)).order_by(Organisation.id)).all()


def organisation_managed(session: Session, actor: Actor, organisation_id: UUID, *,
                         locked: bool = False) -> Organisation:
    """Return an organisation that `actor` administers; raise `NotFound` when it is none of these.

    `locked` keeps other administrators from changing its people until the transaction ends.
    """
    query = select(Organisation).where(Organisation.id == organisation_id, _managed(actor, Organisation.id))
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    if (found := session.scalar(query)) is None:
        raise NotFound(NO_ORGANISATION)
    return found


def memberships_in(session: Session, actor: Actor, organisation_id: UUID) -> Sequence[Membership]:
    """Return the roles in an organisation with their people, in the order in which these joined."""
    query = select(Membership).where(Membership.organisation_id == organisation_id,
                                     _managed(actor, Membership.organisation_id))
    return session.scalars(query.options(joinedload(Membership.person)).order_by(Membership.person_id)).all()


def open_invitations(session: Session, actor: Actor, organisation_id: UUID) -> Sequence[Invitation]:
    """Return the invitations that were neither accepted nor withdrawn, with their people, the newest first."""
    query = _invitations(actor).where(Invitation.organisation_id == organisation_id, Invitation.ended_at.is_(None))
    return session.scalars(query.options(joinedload(Invitation.person)).order_by(Invitation.id.desc())).all()


def invitation_by_id(session: Session, actor: Actor, organisation_id: UUID, invitation_id: UUID) -> Invitation:
    """Return an open invitation of an organisation; raise `NotFound` when there is none."""
    query = _invitations(actor).where(Invitation.id == invitation_id, Invitation.ended_at.is_(None),
                                      Invitation.organisation_id == organisation_id)
    if (found := session.scalar(query)) is None:
        raise NotFound("There is no such invitation. Perhaps it was accepted or withdrawn.")
    return found


def invitation_of_key(session: Session, key: OneTimeKey) -> Invitation:
    """Return the open invitation behind a link, with its person; raise `NotFound` when there is none any more."""
    query = _invitations(Service()).where(Invitation.id == key.invitation_id, Invitation.ended_at.is_(None))
    if (found := session.scalar(query.options(joinedload(Invitation.person)))) is None:
        raise NotFound("There is no such invitation. Perhaps it was accepted or withdrawn.")
    return found


def open_invitation(session: Session, invitation_id: UUID) -> Invitation | None:
    """Return an invitation that was neither accepted nor withdrawn, with its organisation."""
    query = _invitations(Service()).where(Invitation.id == invitation_id, Invitation.ended_at.is_(None))
    return session.scalar(query.options(joinedload(Invitation.organisation)))


def invitations_of(session: Session, person_id: UUID) -> Sequence[Invitation]:
    """Return the open invitations of a person, to whichever organisations."""
    query = _invitations(Service()).where(Invitation.person_id == person_id, Invitation.ended_at.is_(None))
    return session.scalars(query).all()


def leads_of_assignee(session: Session, organisation_id: UUID, person_id: UUID) -> Sequence[Lead]:
    """Return the open leads of a platform that were given to a person."""
    query = scope.leads(Service()).where(Lead.platform_id == organisation_id, Lead.assignee_id == person_id,
                                         Lead.state.in_(OPEN))
    return session.scalars(query).all()


def key_by_hash(session: Session, key_hash: str, purpose: Purpose, *, locked: bool = False) -> OneTimeKey | None:
    """Return the one-time key with this hash, if it is for this purpose."""
    query = select(OneTimeKey).where(OneTimeKey.key_hash == key_hash, OneTimeKey.purpose == purpose)
    return session.scalar(query.with_for_update() if locked else query)


def end_keys(session: Session, person_id: UUID, purpose: Purpose, invitation_id: UUID | None = None) -> None:
    """Delete a person's one-time keys of a purpose, or those of one invitation."""
    ended = delete(OneTimeKey).where(OneTimeKey.person_id == person_id, OneTimeKey.purpose == purpose,
                                     true() if invitation_id is None else OneTimeKey.invitation_id == invitation_id)
    session.execute(ended.execution_options(synchronize_session=False))


def delete_keys(session: Session, expired_before: dt.datetime) -> int:
    """Delete the one-time keys that expired before a moment; return how many."""
    return len(session.scalars(delete(OneTimeKey).where(OneTimeKey.expires_at < expired_before)
                               .returning(OneTimeKey.id).execution_options(synchronize_session=False)).all())


def sign_ins_of(session: Session, person_ids: Iterable[UUID], now: dt.datetime) -> Sequence[SignIn]:
    """Return the sign-ins of people that are in force, the newest first."""
    query = select(SignIn).where(SignIn.person_id.in_(list(person_ids)), SignIn.ended_at.is_(None),
                                 SignIn.expires_at > now)
    return session.scalars(query.order_by(SignIn.id.desc())).all()


def touch_sign_in(session: Session, sign_in_id: UUID, now: dt.datetime) -> None:
    """Note when a browser was seen."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now))


def second_step_of(session: Session, person_id: UUID, *, locked: bool = False) -> SecondStep | None:
    """Return the second step of a person; `locked` lets nobody else take a code at that moment."""
    query = select(SecondStep).where(SecondStep.person_id == person_id)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def with_second_step(session: Session, person_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these people have a second step in force."""
    return set(session.scalars(select(SecondStep.person_id).where(SecondStep.person_id.in_(list(person_ids)),
                                                                  SecondStep.confirmed_at.is_not(None))))


def recovery_codes_of(session: Session, person_id: UUID) -> Sequence[RecoveryCode]:
    """Return the recovery codes of a person."""
    return session.scalars(select(RecoveryCode).where(RecoveryCode.person_id == person_id)).all()


def is_second_step_asked(session: Session, person_id: UUID) -> bool:
    """Tell whether an organisation in which a person has a role asks for a second step."""
    query = select(Organisation.id).join(Membership).where(Membership.person_id == person_id,
                                                           Organisation.asks_second_step)
    return session.scalar(query.limit(1)) is not None


def absence_of(session: Session, person_id: UUID, organisation_id: UUID) -> Absence | None:
    """Return the absence that a person has planned in a team."""
    return session.get(Absence, (person_id, organisation_id))


def absences_on(session: Session, day: dt.date) -> Sequence[Absence]:
    """Return the absences of a day."""
    query = select(Absence).where(Absence.first_day <= day, Absence.last_day >= day)
    return session.scalars(query.order_by(Absence.person_id)).all()


def absences_covered_by(session: Session, deputy_id: UUID, day: dt.date) -> Sequence[tuple[Absence, Person]]:
    """Return the absences of a day in which a person is the deputy, with who is away."""
    query = select(Absence, Person).join(Person, Person.id == Absence.person_id).where(
        Absence.deputy_id == deputy_id, Absence.first_day <= day, Absence.last_day >= day)
    return [(absence, person) for absence, person in session.execute(query.order_by(Person.id))]


def absences_with(session: Session, organisation_id: UUID, person_id: UUID) -> Sequence[Absence]:
    """Return the absences in a team in which a person is away or the deputy."""
    query = select(Absence).where(Absence.organisation_id == organisation_id,
                                  (Absence.person_id == person_id) | (Absence.deputy_id == person_id))
    return session.scalars(query).all()


def identity_of(session: Session, issuer: str, subject: str) -> Identity | None:
    """Return the person's account at a provider of identities."""
    return session.scalar(select(Identity).where(Identity.issuer == issuer, Identity.subject == subject))


def has_identity(session: Session, issuer: str, person_id: UUID) -> bool:
    """Tell whether a person has an account at a provider already."""
    query = select(Identity.id).where(Identity.issuer == issuer, Identity.person_id == person_id)
    return session.scalar(query.limit(1)) is not None


def _invitations(actor: Actor) -> Select[Invitation]:
    return select(Invitation).where(_managed(actor, Invitation.organisation_id))


def _managed(actor: Actor, organisation_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    if isinstance(actor, Member):
        return organisation_id.in_(actor.organisations(Role.ADMIN))
    return true() if isinstance(actor, Service) else false()
