"""What is asked of needs and what belongs to them. All of it is asked by an actor (see `scope`)."""

from collections.abc import Sequence
from uuid import UUID

from matchmaker.domain import Actor, Attachment, Consent, Contact, Need, Watch
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope


def need_by_id(session: Session, actor: Actor, need_id: UUID, *, locked: bool = False) -> Need:
    """Return a need as the database has it now; `locked` keeps others from changing it until the transaction ends.

    Raise `NotFound` when there is none that `actor` may read.
    """
    query = scope.needs(actor).where(Need.id == need_id)
    if locked:
        query = query.with_for_update(of=Need).execution_options(populate_existing=True)
    need = session.scalar(query)
    if need is None:
        raise NotFound("There is no such need, or not for you.")
    return need


def readable_need(session: Session, actor: Actor, need_id: UUID) -> Need | None:
    """Return a need if `actor` may read it: a platform may not any more once the firm's consent is withdrawn."""
    return session.scalar(scope.needs(actor).where(Need.id == need_id))


def contact_of(session: Session, actor: Actor, need_id: UUID) -> Contact | None:
    """Return who the firm behind a need is, if that is revealed to `actor`."""
    return session.scalar(scope.contacts(actor).where(Contact.need_id == need_id))


def contacts_by_email(session: Session, actor: Actor, email: str, limit: int) -> Sequence[Contact]:
    """Return the contacts with an e-mail address that `actor` may see, at most `limit`, the newest first."""
    return session.scalars(scope.contacts(actor).where(Contact.email == email)
                           .order_by(Contact.id.desc()).limit(limit)).all()


def contacts_by_id(session: Session, actor: Actor, ids: Sequence[UUID]) -> Sequence[Contact]:
    """Return those of the contacts with these ids that are still there and that `actor` may see."""
    return session.scalars(scope.contacts(actor).where(Contact.id.in_(ids)).order_by(Contact.id)).all()


def attachments_of(session: Session, actor: Actor, need_id: UUID) -> Sequence[Attachment]:
    """Return the files that came with a need, those that `actor` may open, in their order."""
    return session.scalars(scope.attachments(actor).where(Attachment.need_id == need_id)
                           .order_by(Attachment.id)).all()


def attachment_by_id(session: Session, actor: Actor, need_id: UUID, attachment_id: UUID) -> Attachment:
    """Return one attached file of a need; raise `NotFound` when `actor` may not open it."""
    found = session.scalar(scope.attachments(actor).where(Attachment.need_id == need_id,
                                                          Attachment.id == attachment_id))
    if found is None:
        raise NotFound("There is no such file, or not for you.")
    return found


def consents_of(session: Session, actor: Actor, need_id: UUID) -> Sequence[Consent]:
    """Return the consents given with a need that concern `actor`, withdrawn ones included, the oldest first."""
    return session.scalars(scope.consents(actor).where(Consent.need_id == need_id).order_by(Consent.id)).all()


def watch_of(session: Session, actor: Actor, need_id: UUID) -> Watch | None:
    """Return the wish to be told of something new for a need."""
    return session.scalar(scope.watches(actor).where(Watch.need_id == need_id))
