"""The account of a firm among the rivals (see `tests.rivals`): what it gathers, and what is no need of its."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Contact, FirmAccount, FirmSignIn, GatheredNeed, Need
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.firms import hash_address

LATER = "LATER-0"
"""The owner of a need that was sent later with the same address, and is not gathered yet."""


@dataclass(frozen=True)
class Gathering:
    """One account: the key of a browser in which it is open, the need in it, and one that could be added."""

    browser: str
    need_id: UUID
    later_id: UUID


def add_account(session: Session, need_id: UUID, later: Need) -> Gathering:
    """Let the firm behind a need have an account, and have sent another need later."""
    contact = session.query(Contact).filter(Contact.need_id == need_id).one()
    session.query(Contact).filter(Contact.need_id == later.id).one().email = contact.email
    account = FirmAccount(id=new_id(), address_hash=hash_address(contact.email))
    browser = f"browser of {need_id}"
    session.add(account)
    session.flush()
    session.add_all([GatheredNeed(need_id=need_id, account_id=account.id, news=[]),
                     FirmSignIn(account_id=account.id, key_hash=hash_secret(browser),
                                expires_at=utc_now() + dt.timedelta(hours=1))])
    session.commit()
    return Gathering(browser, need_id, later.id)


def tried(endpoint: str, own: Gathering, foreign: list[UUID]) -> Iterator[tuple[UUID, bool]]:
    """Give the needs whose ids are tried at a page of an account, and whether each must not be found there."""
    yield own.need_id, endpoint == "web_gathered.join"
    yield own.later_id, endpoint != "web_gathered.join"
    for need_id in [*foreign, new_id()]:
        yield need_id, True
