"""The demo's firms that have asked nobody yet: invented needs of the last weeks, to be told when something new fits.

They are what the board of demand and supply counts beside the few needs of the stories in `demo_leads`.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Holder, Need, Service
from matchmaker.services import drafts, links
from matchmaker.services.leads import asking, demo_leads
from matchmaker.storage.queries import needs

FILE = "demo_watches.jsonl"
SERVICE = Service()


def entries(folder: Path) -> list[dict[str, Any]]:
    """Return who watches, as it stands in ``demo_watches.jsonl``: a need, an address, and how many days ago it came."""
    return [json.loads(line) for line in (folder / FILE).read_text(encoding="utf-8").splitlines() if line.strip()]


def tell(session: Session, config: Config, entry: Mapping[str, Any],
         load: Callable[[dict[str, Any]], dict[str, Any]]) -> bool:
    """Let one firm watch, unless it does already; return whether it was new. Flushes.

    `load` reads a need as the API has it.
    """
    if needs.contacts_by_email(session, SERVICE, entry["email"], 1):
        return False
    happen(session, config, entry, load)
    return True


def happen(session: Session, config: Config, entry: Mapping[str, Any],
           load: Callable[[dict[str, Any]], dict[str, Any]]) -> Need:
    """Let one firm watch, whether or not it does already; return its need. Flushes."""
    need = drafts.create(session, config, links.new_key(), demo_leads.answers_of(entry["need"]))
    asking.watch(session, config, Holder(need.id), load(dict(entry["need"])), entry["email"], entry["need"]["language"])
    need.created_at -= dt.timedelta(days=entry["days_ago"])
    session.flush()
    return need
