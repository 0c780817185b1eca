"""How the account of a firm is opened: a link for one use, mailed to an address; then a sign-in of one browser.

Asking for the link does the same work whether or not there is an account or a need of the address, and answers the
same: one look into the contacts, one job. Whoever uses the link has shown that the address is theirs. The account
begins with the first use.
"""

import datetime as dt
import secrets
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.config import Config
from matchmaker.domain import Contact, Firm, FirmAccount, FirmKey, FirmSignIn, GatheredNeed, Holder, Service
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.firms import hash_address
from matchmaker.errors import Expired, NotFound
from matchmaker.services import limits
from matchmaker.services.links import new_key
from matchmaker.services.mail import outbox
from matchmaker.storage import wall
from matchmaker.storage.queries import needs
from matchmaker.storage.queries import scope_firms as queries

TASK = "send_account_link"
NOTICE = "account_link"
KEY_BYTES = 32
LASTS = dt.timedelta(hours=1)
"""How long the link in the mail can be used."""
LINKS_PER_ADDRESS, LINKS_PER_NETWORK, AN_HOUR = 3, 20, 3600
LOOKED_AT = 20
"""Of so many needs of one address, the newest, one is chosen to write to."""
SERVICE = Service()
GONE = "This link has been used, was replaced by a newer one, or was cut short on its way to you."


def ask_link(session: Session, email: str, address: str | None) -> None:
    """Have a link to the account of an e-mail address sent to it, if a need was sent with it. Flushes.

    Raise `TooMany` when it was asked too often for this address, or from this place.
    """
    _count(session, email, address)
    found = needs.contacts_by_email(session, SERVICE, email, LOOKED_AT)
    jobs.enqueue(session, TASK, contacts=[str(contact.id) for contact in found])


def ask_to_gather(session: Session, holder: Holder, address: str | None) -> bool:
    """Have such a link sent to the address of the holder's need, which gathers this need when it is used. Flushes.

    Tell whether the need has an address. Raise `TooMany` as `ask_link` does.
    """
    contact = needs.contact_of(session, holder, holder.need_id)
    if contact is None:
        return False
    _count(session, contact.email, address)
    outbox.tell_firm(session, NOTICE, holder.need_id, gathers=True)
    return True


def send_link(session: Session, contact_ids: Iterable[UUID]) -> None:
    """Do the job: queue the mail to one of the contacts that are still there, one of a gathered need first. Flushes."""
    found = needs.contacts_by_id(session, SERVICE, list(contact_ids))
    if found:
        gathered = [contact for contact in found if queries.gathered_need(session, SERVICE, contact.need_id)]
        outbox.tell_firm(session, NOTICE, (gathered or found)[-1].need_id)


def mint(session: Session, contact: Contact, *, gathers: bool) -> str:
    """Make the link for a mail to a contact; return its key. Flushes."""
    key = new_key()
    session.add(FirmKey(need_id=contact.need_id, address_hash=hash_address(contact.email), gathers=gathers,
                        key_hash=hash_secret(key), expires_at=utc_now() + LASTS))
    session.flush()
    return key


def opened(session: Session, key: str) -> FirmKey:
    """Return what the link in a mail opens; raise `NotFound` when it was used or never was, `Expired` when too old."""
    found = queries.key_by_hash(session, hash_secret(key))
    if found is None:
        raise NotFound(GONE)
    if found.expires_at <= utc_now():
        raise Expired("This link has expired. Ask for a new one.")
    return found


def enter(session: Session, config: Config, key: str, device: str = "") -> str:
    """Use the link of a mail: open its account, begun if there is none; return the key for the browser to keep.

    All links that were mailed to the address end. Raise `NotFound` or `Expired`. Flushes.
    """
    found = opened(session, key)
    waiting = queries.keys_of(session, found.address_hash)
    if found not in waiting:
        raise NotFound(GONE)
    account = queries.account_by_address(session, SERVICE, found.address_hash)
    account_id = account.id if account else new_id()
    wall.go_on_as(session, Firm(account_id))
    if account is None:
        session.add(FirmAccount(id=account_id, address_hash=found.address_hash))
        session.flush()
    if found.gathers or not queries.gathered_in(session, SERVICE, account_id):
        is_gathered = gather(session, account_id, found.address_hash, found.need_id)
        if account is None and not is_gathered:
            raise NotFound(GONE)
    for used in waiting:
        session.delete(used)
    browser = secrets.token_urlsafe(KEY_BYTES)
    session.add(FirmSignIn(account_id=account_id, key_hash=hash_secret(browser), device=device,
                           expires_at=utc_now() + dt.timedelta(hours=config.sign_in_hours)))
    session.flush()
    return browser


def gather(session: Session, account_id: UUID, address_hash: str, need_id: UUID) -> bool:
    """Put a need into an account, if it is still a need of the account's address and in no account; tell whether."""
    contact = needs.contact_of(session, SERVICE, need_id)
    if contact is None or hash_address(contact.email) != address_hash:
        return False
    if queries.gathered_need(session, SERVICE, need_id) is None:
        session.add(GatheredNeed(need_id=need_id, account_id=account_id, news=[]))
        session.flush()
    return True


def sign_in(session: Session, key: str) -> FirmSignIn | None:
    """Return the sign-in of the browser that keeps `key`, None once it is over."""
    found = queries.sign_in_by_hash(session, hash_secret(key))
    return found if found and found.is_open(utc_now()) else None


def sign_out(session: Session, key: str) -> None:
    """End the sign-in of a browser, with the private links that it opened; what is not signed in stays so. Flushes."""
    if found := queries.sign_in_by_hash(session, hash_secret(key)):
        session.delete(found)
        session.flush()


def _count(session: Session, email: str, address: str | None) -> None:
    limits.count(session, "account_link_from", limits.network(address), LINKS_PER_NETWORK, AN_HOUR)
    limits.count(session, "account_link", email.lower(), LINKS_PER_ADDRESS, AN_HOUR)
