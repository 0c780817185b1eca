"""The demo's firm with an account: needs in different states, one of them not gathered, and the link that opens it.

Like every account it has no password: a link opens it, which works once and within an hour. At each start of the demo
a new one is made, as the mail to the firm would bring it.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Contact, Need, Service
from matchmaker.domain.firms import hash_address
from matchmaker.services.firms import opening
from matchmaker.services.leads import demo_leads, demo_watches
from matchmaker.storage.queries import needs
from matchmaker.storage.queries import scope_firms as queries

FILE = "demo_account.jsonl"
EMAIL = "firm@yuanqiao.example"
LANGUAGE = "zh"
SERVICE = Service()
MOST = 20

Load = Callable[[dict[str, Any]], dict[str, Any]]


def stories(folder: Path) -> list[dict[str, Any]]:
    """Return the needs of the firm, as they stand in ``demo_account.jsonl``: what each asks, or that it watches."""
    return [json.loads(line) for line in (folder / FILE).read_text(encoding="utf-8").splitlines() if line.strip()]


def tell(session: Session, config: Config, load: Load) -> bool:
    """Let the firm send its needs, unless one of them is there; return whether they were new. Flushes.

    `load` reads a need as the API has it. Raise `NotFound` when an offering or a person of the demo is missing.
    """
    if _contacts(session):
        return False
    for story in stories(config.data):
        _send(session, config, story, load)
    return True


def link(session: Session, config: Config) -> str:
    """Return a new link that opens the account; with the first, the account begins and gathers its needs. Flushes."""
    contacts = _contacts(session)
    left_out = {story["need"]["title"] for story in stories(config.data) if story.get("is_left_out")}
    if queries.account_by_address(session, SERVICE, hash_address(EMAIL)) is None:
        _begin(session, config, [found for found in contacts
                                 if needs.need_by_id(session, SERVICE, found.need_id).title not in left_out])
    key = opening.mint(session, contacts[-1], gathers=False)
    return f"{config.public_url}/{LANGUAGE}/firm/enter/{key}"


def _send(session: Session, config: Config, story: Mapping[str, Any], load: Load) -> Need:
    if story.get("watch"):
        return demo_watches.happen(session, config, {**story, "email": EMAIL}, load)
    return demo_leads.happen(session, config, story, load)


def _begin(session: Session, config: Config, contacts: list[Contact]) -> None:
    """Open the account by its first link, let it gather, and close that browser."""
    browser = opening.enter(session, config, opening.mint(session, contacts[0], gathers=True))
    if account := queries.account_by_address(session, SERVICE, hash_address(EMAIL)):
        for contact in contacts[1:]:
            opening.gather(session, account.id, account.address_hash, contact.need_id)
    opening.sign_out(session, browser)


def _contacts(session: Session) -> list[Contact]:
    return list(needs.contacts_by_email(session, SERVICE, EMAIL, MOST))
