"""The needs in an account: how each stands, how one is opened, taken in, let go, exported, and erased with the account.

What can be done with one need is done on its private page, to which the account opens a link of its own. The link ends
with the browser's sign-in, and was never in a mail.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Firm, FirmSignIn, Holder, Lead, Need, NeedStatus, PrivateLink, Service
from matchmaker.domain.access import hash_secret
from matchmaker.domain.firms import hash_address
from matchmaker.errors import Conflict, NotFound
from matchmaker.services.firms import opening
from matchmaker.services.leads import erasing, exporting
from matchmaker.services.links import KEY_BYTES
from matchmaker.storage import wall
from matchmaker.storage.queries import access
from matchmaker.storage.queries import scope_firms as queries

MOST = 200
"""How many needs an account may hold."""
OFFERED = 20
"""How many needs of the address that are in no account are named."""
SERVICE = Service()


@dataclass(frozen=True)
class Gathered:
    """One need of an account: its leads, what waits to be read or answered, and whether it is watched."""

    need: Need
    leads: Sequence[Lead]
    unread: int
    invitations: int
    is_watched: bool

    @property
    def can_be_watched(self) -> bool:
        """Tell whether something new can still be of use."""
        return self.need.status in (NeedStatus.DRAFT, NeedStatus.OPEN)


@dataclass(frozen=True)
class Overview:
    """All needs of an account, and the address's others; `email` is None when no need is left to say it."""

    needs: Sequence[Gathered]
    others: Sequence[Need]
    email: str | None


def overview(session: Session, firm: Firm) -> Overview:
    """Return how every need of an account stands, the newest first, in as few queries for many as for one."""
    leads, unread = queries.leads_of(session, firm), queries.unread_of(session, firm)
    invitations, watched = queries.invitations_of(session, firm), queries.watched_of(session, firm)
    found = [Gathered(need, leads.get(need.id, []), unread.get(need.id, 0), invitations.get(need.id, 0),
                      need.id in watched) for need in queries.needs_of(session, firm)]
    email = address(session, firm)
    return Overview(found, queries.sent_with(session, email, OFFERED) if email else [], email)


def address(session: Session, firm: Firm) -> str | None:
    """Return the address of an account, which stands in the contacts of its needs alone."""
    account = queries.account_by_id(session, firm, firm.account_id)
    return next((email for email in queries.addresses_of(session, firm)
                 if account and hash_address(email) == account.address_hash), None)


def join(session: Session, firm: Firm, need_id: UUID) -> None:
    """Gather another need that was sent with the address of the account. Flushes.

    Raise `NotFound` when it was sent with another or is in an account, `Conflict` when the account is full.
    """
    account = queries.account_by_id(session, firm, firm.account_id, locked=True)
    is_taken = queries.gathered_need(session, SERVICE, need_id) is not None
    if account and not is_taken and len(queries.gathered_in(session, firm, account.id)) >= MOST:
        raise Conflict("An account holds %(most)s needs at most. Delete or take out one first.", most=MOST)
    if not account or is_taken or not opening.gather(session, account.id, account.address_hash, need_id):
        raise NotFound("There is no such need, or not for you.")


def leave(session: Session, firm: Firm, need_id: UUID) -> None:
    """Take a need out of its account; the need stays, and its private links do. Flushes."""
    if (found := queries.gathered_need(session, firm, need_id)) is None:
        raise NotFound("There is no such need, or not for you.")
    for link in queries.opened_links(session, need_id):
        session.delete(link)
    session.delete(found)
    session.flush()


def let_go(session: Session, holder: Holder, email: str) -> None:
    """Take a need out of its account when it gets another address, which was not shown to be the firm's. Flushes."""
    found = queries.gathered_need(session, holder, holder.need_id)
    account = queries.account_by_id(session, SERVICE, found.account_id) if found else None
    if found and account and account.address_hash != hash_address(email):
        session.delete(found)
        session.flush()


def open_need(session: Session, firm: Firm, sign_in: FirmSignIn, browser: str, need_id: UUID) -> str:
    """Return the key of a private link of a need, for this browser as long as it is signed in. Flushes.

    It is made of the secret that the browser keeps, so that the same browser gets the same again. Raise `NotFound`
    for a need that is not in the account.
    """
    need = queries.need_to_open(session, firm, need_id)
    digest = hmac.digest(browser.encode(), need.id.bytes, hashlib.sha256)[:KEY_BYTES]
    key = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if access.link_by_hash(session, hash_secret(key)) is None:
        session.add(PrivateLink(need_id=need.id, key_hash=hash_secret(key), expires_at=sign_in.expires_at,
                                firm_sign_in_id=sign_in.id))
        session.flush()
    return key


def document(session: Session, firm: Firm) -> dict[str, Any]:
    """Return all that is stored about an account and each of its needs, ready for JSON; nothing changes."""
    account = queries.account_by_id(session, firm, firm.account_id)
    return {
        "made_at": exporting.now(),
        "account": account and exporting.columns(account),
        "address": address(session, firm),
        "browsers": exporting.rows(queries.sign_ins_of(session, firm.account_id)),
        "needs": [exporting.document(session, Holder(need.id)) for need in queries.needs_of(session, firm)],
    }


def close(session: Session, firm: Firm) -> None:
    """End an account; its needs stay, each with its private links. Flushes."""
    for kept in queries.gathered_in(session, firm, firm.account_id):
        leave(session, firm, kept.need_id)
    if account := queries.account_by_id(session, firm, firm.account_id, locked=True):
        session.delete(account)
    session.flush()


def erase(session: Session, firm: Firm) -> None:
    """Delete an account with every need in it and all that belongs to these. Flushes."""
    for kept in queries.gathered_in(session, firm, firm.account_id):
        holder = Holder(kept.need_id)
        wall.go_on_as(session, holder)
        erasing.erase(session, holder)
    wall.go_on_as(session, firm)
    if account := queries.account_by_id(session, firm, firm.account_id, locked=True):
        session.delete(account)
    session.flush()
