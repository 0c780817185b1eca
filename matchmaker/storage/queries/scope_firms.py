"""What is asked about the accounts of firms, and who sees what of them (see `matchmaker.storage.queries.scope`).

- A firm in its account sees this account and the needs that are gathered in it.
- The holder of a private link sees whether their need is gathered, and by which account.
- Keys and sign-ins are found by the hash of their secret, before it is known who asks.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, false, func, or_, select, true
from sqlalchemy.orm import selectinload

from matchmaker.domain import (
    Actor,
    Contact,
    Firm,
    FirmAccount,
    FirmKey,
    FirmSignIn,
    GatheredNeed,
    Holder,
    Lead,
    LeadMessage,
    LeadReading,
    LeadState,
    Need,
    PrivateLink,
    Service,
    Side,
    Watch,
)
from matchmaker.domain.leads import UNSEEN
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope
from matchmaker.storage.wall import names_asker

Found = TypeVar("Found")


@names_asker
def accounts(actor: Actor) -> Select[FirmAccount]:
    """Select the accounts that `actor` may know of."""
    mine = FirmAccount.id == actor.account_id if isinstance(actor, Firm) else _is_service(actor)
    return select(FirmAccount).where(mine)


@names_asker
def gathered(actor: Actor) -> Select[GatheredNeed]:
    """Select the needs in the actor's account, or whether the actor's need is in one."""
    if isinstance(actor, Firm):
        return select(GatheredNeed).where(GatheredNeed.account_id == actor.account_id)
    mine = GatheredNeed.need_id == actor.need_id if isinstance(actor, Holder) else _is_service(actor)
    return select(GatheredNeed).where(mine)


def account_by_id(session: Session, actor: Actor, account_id: UUID, *, locked: bool = False) -> FirmAccount | None:
    """Return an account; `locked` keeps others from changing what is gathered in it until the transaction ends."""
    return session.scalar(_for(accounts(actor).where(FirmAccount.id == account_id), is_locked=locked))


def account_by_address(session: Session, actor: Actor, address_hash: str) -> FirmAccount | None:
    """Return the account of an address."""
    return session.scalar(accounts(actor).where(FirmAccount.address_hash == address_hash))


def gathered_need(session: Session, actor: Actor, need_id: UUID, *, locked: bool = False) -> GatheredNeed | None:
    """Return what is kept of a need's being in an account, None when it is in none that `actor` may know of."""
    return session.scalar(_for(gathered(actor).where(GatheredNeed.need_id == need_id), is_locked=locked))


def gathered_in(session: Session, actor: Actor, account_id: UUID, *, locked: bool = False) -> Sequence[GatheredNeed]:
    """Return the needs in an account, in the order in which they were begun."""
    query = gathered(actor).where(GatheredNeed.account_id == account_id).order_by(GatheredNeed.need_id)
    return session.scalars(_for(query, is_locked=locked)).all()


def needs_of(session: Session, firm: Firm) -> Sequence[Need]:
    """Return the needs in the account of `firm`, the newest first."""
    return session.scalars(scope.needs(firm).order_by(Need.id.desc())).all()


def leads_of(session: Session, firm: Firm) -> Mapping[UUID, list[Lead]]:
    """Return the leads of all needs in an account that were brought to platforms, by need, in their order."""
    found: dict[UUID, list[Lead]] = {}
    query = scope.leads(firm).where(Lead.state.not_in(UNSEEN)).options(selectinload(Lead.platform))
    for lead in session.scalars(query.order_by(Lead.id)):
        found.setdefault(lead.need_id, []).append(lead)
    return found


def invitations_of(session: Session, firm: Firm) -> Mapping[UUID, int]:
    """Return how many invitations wait for the firm, by need."""
    query = scope.leads(firm).where(Lead.state == LeadState.SUGGESTED).with_only_columns(Lead.need_id, func.count())
    return dict(session.execute(query.group_by(Lead.need_id)).all())


def unread_of(session: Session, firm: Firm) -> Mapping[UUID, int]:
    """Return how many messages of platforms the firm has not said to have read, by need."""
    own = (LeadReading.lead_id == Lead.id) & (LeadReading.side == Side.FIRM)
    query = scope.messages(firm).outerjoin(LeadReading, own).where(
        LeadMessage.side != Side.FIRM, or_(LeadReading.at.is_(None), LeadMessage.at > LeadReading.at))
    counted = query.with_only_columns(Lead.need_id, func.count()).group_by(Lead.need_id)
    return dict(session.execute(counted).all())


def watched_of(session: Session, firm: Firm) -> set[UUID]:
    """Return for which needs the firm is told when something new fits."""
    return set(session.scalars(scope.watches(firm).where(Watch.ended_at.is_(None)).with_only_columns(Watch.need_id)))


def addresses_of(session: Session, firm: Firm) -> Sequence[str]:
    """Return the e-mail addresses that stand in the contacts of the needs in an account."""
    return session.scalars(scope.contacts(firm).with_only_columns(Contact.email).distinct()).all()


def sent_with(session: Session, email: str, limit: int) -> Sequence[Need]:
    """Return the newest needs of an address that are in no account; for somebody who has shown that it is theirs."""
    service = Service()
    same = scope.contacts(service).where(Contact.email == email).with_only_columns(Contact.need_id)
    taken = gathered(service).with_only_columns(GatheredNeed.need_id)
    query = scope.needs(service).where(Need.id.in_(same), Need.id.not_in(taken))
    return session.scalars(query.order_by(Need.id.desc()).limit(limit)).all()


def sign_in_by_hash(session: Session, key_hash: str) -> FirmSignIn | None:
    """Return the sign-in whose key has this hash."""
    return session.scalar(select(FirmSignIn).where(FirmSignIn.key_hash == key_hash))


def sign_ins_of(session: Session, account_id: UUID) -> Sequence[FirmSignIn]:
    """Return the browsers in which an account is open."""
    return session.scalars(select(FirmSignIn).where(FirmSignIn.account_id == account_id)
                           .order_by(FirmSignIn.id.desc())).all()


def key_by_hash(session: Session, key_hash: str) -> FirmKey | None:
    """Return the link in a mail whose key has this hash."""
    return session.scalar(select(FirmKey).where(FirmKey.key_hash == key_hash))


def keys_of(session: Session, address_hash: str) -> Sequence[FirmKey]:
    """Return the links that were mailed to an address and not used, locked, so that one is used once."""
    query = select(FirmKey).where(FirmKey.address_hash == address_hash).order_by(FirmKey.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def opened_links(session: Session, need_id: UUID) -> Sequence[PrivateLink]:
    """Return the private links of a need that its account has opened."""
    return session.scalars(select(PrivateLink).where(PrivateLink.need_id == need_id,
                                                     PrivateLink.firm_sign_in_id.is_not(None))).all()


def delete_over(session: Session, now: dt.datetime) -> int:
    """Delete sign-ins and mailed links whose time is over; return how many."""
    return sum(len(session.scalars(delete(kind).where(kind.expires_at <= now).returning(kind.id)
                                   .execution_options(synchronize_session=False)).all())
               for kind in (FirmSignIn, FirmKey))


def empty_accounts(session: Session, actor: Actor, limit: int) -> Sequence[FirmAccount]:
    """Return accounts in which no need is left."""
    is_empty = ~gathered(actor).where(GatheredNeed.account_id == FirmAccount.id).exists()
    return session.scalars(accounts(actor).where(is_empty).order_by(FirmAccount.id).limit(limit)).all()


def watches_of(session: Session, actor: Actor, need_ids: Sequence[UUID]) -> Mapping[UUID, Watch]:
    """Return the wishes in force to be told of something new, by need."""
    query = scope.watches(actor).where(Watch.need_id.in_(need_ids), Watch.ended_at.is_(None))
    return {watch.need_id: watch for watch in session.scalars(query)}


def need_to_open(session: Session, firm: Firm, need_id: UUID) -> Need:
    """Return a need in the account of `firm`; raise `NotFound` when it is none of these."""
    if (found := session.scalar(scope.needs(firm).where(Need.id == need_id))) is None:
        raise NotFound("There is no such need, or not for you.")
    return found




def _is_service(actor: Actor) -> ColumnElement[bool]:
    return true() if isinstance(actor, Service) else false()


def _for(query: Select[Found], *, is_locked: bool) -> Select[Found]:
    """Return a query as it is, or one that keeps what it finds from being changed by others, read anew."""
    return query.with_for_update().execution_options(populate_existing=True) if is_locked else query
